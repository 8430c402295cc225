//! Arrays of `ndarray` as arguments and as places for gradients (feature `ndarray`).
//!
//! Nothing is copied: an array that is not row after row without gaps is refused.

use alloc::vec::Vec;
use core::fmt;

use ::ndarray::{ArrayBase, ArrayView, ArrayViewMut, Dim, Dimension, Ix, RawData};

use crate::{Tensor, TensorMut};

/// An array whose elements do not stand row after row without gaps: a transposed or sliced one.
///
/// `as_standard_layout()` makes a copy that does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRowMajor {
    strides: Vec<isize>,
    shape: Vec<usize>,
}

impl fmt::Display for NotRowMajor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { strides, shape } = self;
        write!(
            formatter,
            "an array of shape {shape:?} with strides {strides:?} is not row-major without gaps; \
             `as_standard_layout()` makes a copy that is"
        )
    }
}

impl core::error::Error for NotRowMajor {}

/// ```
/// use chainrule::Tensor;
/// use ndarray::array;
///
/// let x = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
/// let view = Tensor::try_from(x.view())?;
/// assert_eq!(view.shape(), [2, 3]);
/// assert!(Tensor::try_from(x.t()).is_err());
/// # Ok::<(), chainrule::NotRowMajor>(())
/// ```
impl<'a, T, const R: usize> TryFrom<ArrayView<'a, T, Dim<[Ix; R]>>> for Tensor<'a, T, R>
where
    Dim<[Ix; R]>: Dimension,
{
    type Error = NotRowMajor;

    fn try_from(view: ArrayView<'a, T, Dim<[Ix; R]>>) -> Result<Self, NotRowMajor> {
        let shape = row_major(&view)?;
        Ok(Self::new(view.to_slice().expect("what is row-major is a slice"), shape))
    }
}

/// ```
/// use chainrule::TensorMut;
/// use ndarray::Array3;
///
/// let mut gradient = Array3::<f32>::zeros([2, 3, 4]);
/// let mut place = TensorMut::try_from(gradient.view_mut())?;
/// place.as_mut_slice()[23] = 1.0;
/// assert_eq!(gradient[[1, 2, 3]], 1.0);
/// # Ok::<(), chainrule::NotRowMajor>(())
/// ```
impl<'a, T, const R: usize> TryFrom<ArrayViewMut<'a, T, Dim<[Ix; R]>>> for TensorMut<'a, T, R>
where
    Dim<[Ix; R]>: Dimension,
{
    type Error = NotRowMajor;

    fn try_from(view: ArrayViewMut<'a, T, Dim<[Ix; R]>>) -> Result<Self, NotRowMajor> {
        let shape = row_major(&view)?;
        Ok(Self::new(view.into_slice().expect("what is row-major is a slice"), shape))
    }
}

/// The shape of an array without gaps; only an error allocates.
fn row_major<S: RawData, const R: usize>(
    array: &ArrayBase<S, Dim<[Ix; R]>>,
) -> Result<[usize; R], NotRowMajor>
where
    Dim<[Ix; R]>: Dimension,
{
    if !array.is_standard_layout() {
        return Err(NotRowMajor { strides: array.strides().to_vec(), shape: array.shape().to_vec() });
    }
    Ok(array.shape().try_into().expect("an array has as many sizes as dimensions"))
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, TensorMut};
    use alloc::string::ToString as _;

    use ::ndarray::{Array2, ArrayView, s};

    #[test]
    fn a_view_is_the_array_itself() {
        let mut x = Array2::from_shape_fn([3, 4], |(i, j)| 10 * i + j);
        let view = Tensor::try_from(x.slice(s![1.., ..])).unwrap();
        assert_eq!((view.shape(), view.as_slice()[0]), ([2, 4], 10));
        TensorMut::try_from(x.slice_mut(s![1..2, ..])).unwrap().as_mut_slice()[3] = 99;
        assert_eq!(x[[1, 3]], 99);
        let empty: ArrayView<f32, _> = ArrayView::from_shape([0, 3], &[]).unwrap();
        assert_eq!(Tensor::try_from(empty).unwrap().shape(), [0, 3]);
    }

    #[test]
    fn what_has_gaps_is_refused() {
        let mut x = Array2::<f64>::zeros([3, 4]);
        let error = Tensor::try_from(x.slice(s![.., 1..])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "an array of shape [3, 3] with strides [4, 1] is not row-major without gaps; \
             `as_standard_layout()` makes a copy that is"
        );
        assert!(TensorMut::try_from(x.view_mut().reversed_axes()).is_err());
    }
}
