//! Views of arrays whose sizes are known only at run time.
//!
//! A view is a row-major slice and a shape that fits it, nothing more: it has no arithmetic and
//! no strides.

use core::ops::Range;

/// A row-major array of R dimensions, borrowed.
///
/// ```
/// use chainrule::Tensor;
///
/// let data = [0.0f32; 30];
/// let x = Tensor::new(&data, [2, 3, 5]);
/// assert_eq!(x.shape(), [2, 3, 5]);
/// assert_eq!(x.as_slice().len(), 30);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tensor<'a, T, const R: usize> {
    data: &'a [T],
    shape: [usize; R],
}

impl<'a, T, const R: usize> Tensor<'a, T, R> {
    /// `data`, row after row, as an array of `shape`.
    ///
    /// # Panics
    /// If the product of `shape` is not the length of `data`.
    #[must_use]
    #[track_caller]
    pub fn new(data: &'a [T], shape: [usize; R]) -> Self {
        check("Tensor::new", data.len(), &shape);
        Self { data, shape }
    }

    /// All elements, row after row.
    #[inline]
    #[must_use]
    pub const fn as_slice(&self) -> &'a [T] {
        self.data
    }

    /// The size of each axis.
    #[inline]
    #[must_use]
    pub const fn shape(&self) -> [usize; R] {
        self.shape
    }

    /// Some of the rows: those elements whose first subscript is in `range`.
    ///
    /// ```
    /// use chainrule::Tensor;
    ///
    /// let data: Vec<f32> = (0..12).map(|i| i as f32).collect();
    /// let x = Tensor::new(&data, [3, 2, 2]).rows(1..3);
    /// assert_eq!((x.shape(), x.as_slice()), ([2, 2, 2], &data[4..]));
    /// ```
    ///
    /// # Panics
    /// If the range ends before it begins, or after the last row, or there is no axis.
    #[must_use]
    #[track_caller]
    pub fn rows(&self, range: Range<usize>) -> Self {
        let mut shape = self.shape;
        let row: usize = shape[1..].iter().product();
        let data = &self.data[range.start * row..range.end * row];
        shape[0] = range.len();
        Self { data, shape }
    }
}

/// A row-major array of R dimensions, mutably borrowed: where a gradient goes.
///
/// ```
/// use chainrule::TensorMut;
///
/// let mut data = [0.0f32; 6];
/// let mut x = TensorMut::new(&mut data, [2, 3]);
/// x.as_mut_slice()[5] = 1.0;
/// assert_eq!(data[5], 1.0);
/// ```
#[derive(Debug, PartialEq)]
pub struct TensorMut<'a, T, const R: usize> {
    data: &'a mut [T],
    shape: [usize; R],
}

impl<'a, T, const R: usize> TensorMut<'a, T, R> {
    /// `data`, row after row, as an array of `shape`.
    ///
    /// # Panics
    /// If the product of `shape` is not the length of `data`.
    #[must_use]
    #[track_caller]
    pub fn new(data: &'a mut [T], shape: [usize; R]) -> Self {
        check("TensorMut::new", data.len(), &shape);
        Self { data, shape }
    }

    /// All elements, row after row.
    #[inline]
    #[must_use]
    pub const fn as_slice(&self) -> &[T] {
        self.data
    }

    /// All elements, row after row, to write to.
    #[inline]
    #[must_use]
    pub const fn as_mut_slice(&mut self) -> &mut [T] {
        self.data
    }

    /// The size of each axis.
    #[inline]
    #[must_use]
    pub const fn shape(&self) -> [usize; R] {
        self.shape
    }
}

#[track_caller]
fn check(function: &str, len: usize, shape: &[usize]) {
    let product = shape.iter().try_fold(1usize, |product, &size| product.checked_mul(size));
    // A zero anywhere makes the array empty, whatever the other sizes multiply to.
    let product = if shape.contains(&0) { Some(0) } else { product };
    if product != Some(len) {
        disagree(function, len, shape);
    }
}

#[cold]
#[track_caller]
fn disagree(function: &str, len: usize, shape: &[usize]) -> ! {
    panic!("{function}: {len} elements do not make an array of shape {shape:?}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "Tensor::new: 5 elements do not make an array of shape [2, 3]")]
    fn a_wrong_length_panics() {
        let _ = Tensor::new(&[0.0f32; 5], [2, 3]);
    }

    #[test]
    #[should_panic(expected = "TensorMut::new: 0 elements")]
    fn an_overflowing_shape_panics() {
        let _ = TensorMut::<f32, 2>::new(&mut [], [usize::MAX, 2]);
    }

    #[test]
    fn empty_and_scalar_shapes() {
        assert_eq!(Tensor::<f32, 3>::new(&[], [usize::MAX, 2, 0]).as_slice().len(), 0);
        assert_eq!(Tensor::new(&[1u32], []).shape().len(), 0);
    }
}
