//! Tensors of dual numbers, indices and flags, with NumPy's rules; slow and obvious.

use super::number::Number;

/// An element.
#[derive(Clone, Debug)]
pub enum Element {
    Number(Number),
    Index(i64),
    Flag(bool),
    Key(u64),
}

/// A tensor, row by row.
#[derive(Clone, Debug)]
pub struct Tensor {
    pub shape: Vec<usize>,
    pub data: Vec<Element>,
}

impl Element {
    pub fn number(&self) -> Number {
        match self {
            Self::Number(number) => number.clone(),
            Self::Index(index) => Number::Real(*index as f64),
            Self::Flag(_) | Self::Key(_) => panic!("{self:?} is not a number"),
        }
    }

    pub fn index(&self) -> i64 {
        match self {
            Self::Index(index) => *index,
            other => panic!("{other:?} is not an index"),
        }
    }

    pub fn flag(&self) -> bool {
        match self {
            Self::Flag(flag) => *flag,
            other => panic!("{other:?} is not a flag"),
        }
    }

    pub fn key(&self) -> u64 {
        match self {
            Self::Key(key) => *key,
            other => panic!("{other:?} is not a key"),
        }
    }
}

impl From<f64> for Element {
    fn from(value: f64) -> Self {
        Self::Number(value.into())
    }
}

/// Where row `at` of a shape lies: its subscripts.
pub fn unravel(mut at: usize, shape: &[usize]) -> Vec<usize> {
    let mut subscripts = vec![0; shape.len()];
    for (subscript, size) in subscripts.iter_mut().zip(shape).rev() {
        (*subscript, at) = (at % size, at / size);
    }
    subscripts
}

/// Where the element at these subscripts lies.
pub fn ravel(at: &[usize], shape: &[usize]) -> usize {
    assert_eq!(at.len(), shape.len(), "a subscript for each axis");
    at.iter().zip(shape).fold(0, |place, (at, size)| {
        assert!(at < size, "{at} is outside an axis of {size}");
        place * size + at
    })
}

/// What shapes broadcast to.
pub fn broadcast(shapes: &[&[usize]]) -> Vec<usize> {
    let rank = shapes.iter().map(|shape| shape.len()).max().unwrap_or(0);
    let mut result = vec![1; rank];
    for shape in shapes {
        for (have, size) in result[rank - shape.len()..].iter_mut().zip(*shape) {
            assert!(*have == 1 || *size == 1 || have == size, "{shapes:?} do not broadcast");
            if *have == 1 {
                *have = *size;
            }
        }
    }
    result
}

impl Tensor {
    pub fn scalar(element: impl Into<Element>) -> Self {
        Self { shape: Vec::new(), data: vec![element.into()] }
    }

    /// A tensor by the element at each place.
    pub fn make(shape: &[usize], mut element: impl FnMut(&[usize]) -> Element) -> Self {
        let count = shape.iter().product();
        let data = (0..count).map(|at| element(&unravel(at, shape))).collect();
        Self { shape: shape.to_vec(), data }
    }

    pub fn at(&self, at: &[usize]) -> &Element {
        &self.data[ravel(at, &self.shape)]
    }

    pub fn only(&self) -> &Element {
        assert!(self.shape.is_empty(), "{:?} is not a scalar", self.shape);
        &self.data[0]
    }

    /// The element as seen from a shape that this broadcasts to.
    fn seen(&self, at: &[usize]) -> &Element {
        let own = &at[at.len() - self.shape.len()..];
        let at: Vec<usize> =
            own.iter().zip(&self.shape).map(|(at, size)| if *size == 1 { 0 } else { *at }).collect();
        self.at(&at)
    }

    pub fn stretch(&self, shape: &[usize]) -> Self {
        Self::make(shape, |at| self.seen(at).clone())
    }

    /// Elementwise over several with broadcasting.
    pub fn zip(tensors: &[&Self], mut function: impl FnMut(&[&Element]) -> Element) -> Self {
        let shapes: Vec<&[usize]> = tensors.iter().map(|tensor| tensor.shape.as_slice()).collect();
        Self::make(&broadcast(&shapes), |at| {
            let elements: Vec<&Element> = tensors.iter().map(|tensor| tensor.seen(at)).collect();
            function(&elements)
        })
    }

    pub fn map(&self, mut function: impl FnMut(&Number) -> Number) -> Self {
        let data = self.data.iter().map(|element| Element::Number(function(&element.number()))).collect();
        Self { shape: self.shape.clone(), data }
    }

    /// Elementwise over two of numbers.
    pub fn with(&self, other: &Self, mut function: impl FnMut(&Number, &Number) -> Number) -> Self {
        Self::zip(&[self, other], |both| Element::Number(function(&both[0].number(), &both[1].number())))
    }

    pub fn add(&self, other: &Self) -> Self {
        self.with(other, Number::add)
    }

    pub fn sub(&self, other: &Self) -> Self {
        self.with(other, Number::sub)
    }

    pub fn mul(&self, other: &Self) -> Self {
        self.with(other, Number::mul)
    }

    pub fn div(&self, other: &Self) -> Self {
        self.with(other, Number::div)
    }

    pub fn permute(&self, order: &[usize]) -> Self {
        let shape: Vec<usize> = order.iter().map(|&axis| self.shape[axis]).collect();
        Self::make(&shape, |at| {
            let mut from = vec![0; at.len()];
            order.iter().zip(at).for_each(|(&axis, &at)| from[axis] = at);
            self.at(&from).clone()
        })
    }

    /// Axes as they are written: negative ones count from the end, none are all.
    pub fn axes(&self, written: &[i64]) -> Vec<usize> {
        let rank = self.shape.len() as i64;
        if written.is_empty() {
            return (0..self.shape.len()).collect();
        }
        written.iter().map(|&axis| if axis < 0 { rank + axis } else { axis } as usize).collect()
    }

    /// What becomes of the elements along some axes, in the order of these axes.
    pub fn reduce(
        &self,
        axes: &[usize],
        keep: bool,
        mut function: impl FnMut(&[&Element]) -> Element,
    ) -> Self {
        let kept: Vec<usize> = (0..self.shape.len()).filter(|axis| !axes.contains(axis)).collect();
        let outer: Vec<usize> = kept.iter().map(|&axis| self.shape[axis]).collect();
        let inner: Vec<usize> = axes.iter().map(|&axis| self.shape[axis]).collect();
        let mut result = Self::make(&outer, |outer_at| {
            let count: usize = inner.iter().product();
            let lane: Vec<&Element> = (0..count)
                .map(|place| {
                    let mut at = vec![0; self.shape.len()];
                    kept.iter().zip(outer_at).for_each(|(&axis, &place)| at[axis] = place);
                    axes.iter().zip(unravel(place, &inner)).for_each(|(&axis, place)| at[axis] = place);
                    self.at(&at)
                })
                .collect();
            function(&lane)
        });
        if keep {
            let size = |axis| if axes.contains(&axis) { 1 } else { self.shape[axis] };
            result.shape = (0..self.shape.len()).map(size).collect();
        }
        result
    }

    /// A reduction of the language by its name.
    pub fn folded(&self, reducer: &str, axes: &[usize], keep: bool) -> Self {
        self.reduce(axes, keep, |lane| fold(reducer, lane))
    }

    /// NumPy's matmul.
    pub fn product(&self, other: &Self) -> Self {
        let (mut a, mut b) = (self.clone(), other.clone());
        let (vector_a, vector_b) = (a.shape.len() == 1, b.shape.len() == 1);
        if vector_a {
            a.shape.insert(0, 1);
        }
        if vector_b {
            b.shape.push(1);
        }
        let (ra, rb) = (a.shape.len() - 2, b.shape.len() - 2);
        let (rows, inner, columns) = (a.shape[ra], a.shape[ra + 1], b.shape[rb + 1]);
        assert_eq!(inner, b.shape[rb], "the inner sizes of @");
        let batch = broadcast(&[&a.shape[..ra], &b.shape[..rb]]);
        let stretch = |tensor: &Self, own: usize| {
            let matrix = &tensor.shape[own..];
            tensor.stretch(&[&batch, matrix].concat())
        };
        let (a, b) = (stretch(&a, ra), stretch(&b, rb));
        let mut result = Self::make(&[batch.as_slice(), &[rows, columns]].concat(), |at| {
            let (batch, [row, column]) = (&at[..at.len() - 2], [at[at.len() - 2], at[at.len() - 1]]);
            let sum = (0..inner).fold(Number::Real(0.0), |sum, k| {
                let (left, right) =
                    (a.at(&[batch, &[row, k]].concat()), b.at(&[batch, &[k, column]].concat()));
                sum.add(&left.number().mul(&right.number()))
            });
            Element::Number(sum)
        });
        let rank = result.shape.len();
        if vector_b {
            result.shape.remove(rank - 1);
        }
        if vector_a {
            result.shape.remove(rank - 2);
        }
        result
    }
}

/// Each element of the one or of the other.
pub fn choose(condition: &Tensor, one: &Tensor, other: &Tensor) -> Tensor {
    Tensor::zip(&[condition, one, other], |each| if each[0].flag() { each[1] } else { each[2] }.clone())
}

/// A reducer over some elements.
pub fn fold(reducer: &str, elements: &[&Element]) -> Element {
    let numbers = || elements.iter().map(|element| element.number());
    let sum = || numbers().fold(Number::Real(0.0), |sum, each| sum.add(&each));
    let best = |least: bool| {
        let mut best: Option<(usize, f64)> = None;
        for (place, each) in numbers().enumerate() {
            let value = if least { -each.real() } else { each.real() };
            if best.is_none_or(|(_, so_far)| value > so_far || value.is_nan() && !so_far.is_nan()) {
                best = Some((place, value));
            }
        }
        best.map(|(place, _)| place)
    };
    match reducer {
        "sum" => Element::Number(sum()),
        "mean" => Element::Number(sum().div(&(elements.len() as f64).into())),
        "prod" => Element::Number(numbers().fold(Number::Real(1.0), |product, each| product.mul(&each))),
        "max" => best(false).map_or((-f64::INFINITY).into(), |place| elements[place].clone()),
        "min" => best(true).map_or(f64::INFINITY.into(), |place| elements[place].clone()),
        "argmax" => Element::Index(best(false).unwrap_or(0) as i64),
        "argmin" => Element::Index(best(true).unwrap_or(0) as i64),
        "any" => Element::Flag(elements.iter().any(|element| element.flag())),
        "all" => Element::Flag(elements.iter().all(|element| element.flag())),
        _ => panic!("no reducer `{reducer}`"),
    }
}
