//! A network written by hand as generated code would be, for the tests of every module.

use super::{Params, Path, Visitor, Witness};
use crate::{Rng, init};

/// A layer with sizes that are generic.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Linear<const I: usize, const O: usize> {
    pub weight: [[f64; O]; I],
    pub bias: [f64; O],
}

impl<const I: usize, const O: usize> Params for Linear<I, O> {
    type Float = f64;
    const __WITNESS: Witness<Self> = Witness::new(I * O + O);
    fn __visit<'a>(&'a self, path: Path<'_>, visitor: Visitor<'_, 'a, f64>) {
        visitor(path.field("weight"), const { &[I, O] }, self.weight.as_flattened());
        visitor(path.field("bias"), const { &[O] }, &self.bias);
    }
    fn __initialise(&mut self, rng: &mut Rng) {
        init::glorot_uniform(self.weight.as_flattened_mut(), rng, I, O);
        init::zeros(&mut self.bias);
    }
}

/// A network with a layer, an array of layers, a frozen tensor and a scalar.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Net {
    pub first: Linear<3, 2>,
    pub blocks: [Linear<2, 2>; 2],
    pub fixed: [f64; 2],
    pub empty: [[f64; 3]; 0],
    pub scale: f64,
}

impl Params for Net {
    type Float = f64;
    const __WITNESS: Witness<Self> = Witness::new(23);
    fn __visit<'a>(&'a self, path: Path<'_>, visitor: Visitor<'_, 'a, f64>) {
        self.first.__visit(path.field("first"), visitor);
        for (position, part) in self.blocks.iter().enumerate() {
            part.__visit(path.field("blocks").index(position), visitor);
        }
        visitor(path.field("fixed").frozen(), &[2], &self.fixed);
        visitor(path.field("empty"), &[0, 3], self.empty.as_flattened());
        visitor(path.field("scale"), &[], core::slice::from_ref(&self.scale));
    }
    fn __initialise(&mut self, rng: &mut Rng) {
        self.first.__initialise(rng);
        for part in &mut self.blocks {
            part.__initialise(rng);
        }
        init::constant(&mut self.fixed, 5.0);
        init::literal(core::slice::from_mut(&mut self.scale), &[1.5]);
    }
}

/// One vector of parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Vector<F, const K: usize> {
    pub x: [F; K],
}

impl<F: crate::Float, const K: usize> Params for Vector<F, K> {
    type Float = F;
    const __WITNESS: Witness<Self> = Witness::new(K);
    fn __visit<'a>(&'a self, path: Path<'_>, visitor: Visitor<'_, 'a, F>) {
        visitor(path.field("x"), const { &[K] }, &self.x);
    }
    fn __initialise(&mut self, rng: &mut Rng) {
        init::normal(&mut self.x, rng, 1.0);
    }
}

/// A network without parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq)]
struct Nothing {}

impl Params for Nothing {
    type Float = f32;
    const __WITNESS: Witness<Self> = Witness::new(0);
    fn __visit<'a>(&'a self, _path: Path<'_>, _visitor: Visitor<'_, 'a, f32>) {}
    fn __initialise(&mut self, _rng: &mut Rng) {}
}

/// Shows its tensors in the wrong order.
#[repr(C)]
struct Reversed {
    a: f32,
    b: f32,
}

impl Params for Reversed {
    type Float = f32;
    const __WITNESS: Witness<Self> = Witness::new(2);
    fn __visit<'a>(&'a self, path: Path<'_>, visitor: Visitor<'_, 'a, f32>) {
        visitor(path.field("b"), &[], core::slice::from_ref(&self.b));
        visitor(path.field("a"), &[], core::slice::from_ref(&self.a));
    }
    fn __initialise(&mut self, _rng: &mut Rng) {}
}

#[test]
fn names_shapes_and_data() {
    let net = Net::init(1);
    let tensors = net.tensors();
    let names: Vec<&str> = tensors.iter().map(|tensor| tensor.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "first.weight",
            "first.bias",
            "blocks.0.weight",
            "blocks.0.bias",
            "blocks.1.weight",
            "blocks.1.bias",
            "fixed",
            "empty",
            "scale"
        ]
    );
    assert_eq!((tensors[0].shape, tensors[8].shape), (&[3, 2][..], &[][..]));
    assert_eq!((tensors[6].data, tensors[8].data), (&[5.0, 5.0][..], &[1.5][..]));
    let mut frozen = Vec::new();
    net.for_each_tensor(|path, _, _| frozen.push(path.is_frozen()));
    assert_eq!(frozen.iter().position(|&frozen| frozen), Some(6));
}

#[test]
fn the_flat_view_is_the_struct() {
    let mut net = Net::init(1);
    assert_eq!(Net::count(), 8 + 12 + 2 + 1);
    let flat: Vec<f64> = net.tensors().iter().flat_map(|tensor| tensor.data).copied().collect();
    assert_eq!(net.as_slice(), flat);
    net.as_mut_slice()[22] = -3.0;
    net.as_mut_slice()[6] = 4.0;
    assert_eq!((net.scale, net.first.bias[0]), (-3.0, 4.0));
    let mut boxed = Box::new(*net);
    assert_eq!(Params::as_slice(&boxed), net.as_slice());
    assert_eq!(Params::as_mut_slice(&mut boxed).len(), Box::<Net>::count());
    assert_eq!(**Box::<Net>::init(1), *Net::init(1));
}

#[test]
fn seeds() {
    assert_eq!(Net::init(1), Net::init(1));
    assert_ne!(Net::init(1).first, Net::init(2).first);
    assert!(Net::zeros().as_slice().iter().all(|&value| value == 0.0));
}

#[test]
fn a_large_network_is_never_on_the_stack() {
    let net = Vector::<f32, 30_000_000>::zeros();
    assert_eq!(net.as_slice().len(), 30_000_000);
}

#[test]
fn a_network_without_parameters() {
    let mut net = Nothing::init(0);
    assert!(net.as_slice().is_empty() && net.as_mut_slice().is_empty());
    assert_eq!((Nothing::count(), net.tensors().len()), (0, 0));
}

#[test]
#[should_panic(expected = "must cover it exactly, in order")]
fn a_wrong_visit_is_found() {
    let reversed = Reversed { a: 0.0, b: 1.0 };
    let _ = reversed.as_slice();
}

/// A network that begins with a line of the cache, which its floats do not fill.
#[repr(C, align(64))]
#[derive(Debug, Clone, Copy, PartialEq)]
struct Aligned {
    x: [f32; 20],
    scale: f32,
}

impl Params for Aligned {
    type Float = f32;
    const __WITNESS: Witness<Self> = Witness::new(21);
    fn __visit<'a>(&'a self, path: Path<'_>, visitor: Visitor<'_, 'a, f32>) {
        visitor(path.field("x"), &[20], &self.x);
        visitor(path.field("scale"), &[], core::slice::from_ref(&self.scale));
    }
    fn __initialise(&mut self, rng: &mut Rng) {
        init::normal(&mut self.x, rng, 1.0);
        init::constant(core::slice::from_mut(&mut self.scale), 2.0);
    }
}

#[test]
fn what_fills_up_a_line_is_no_parameter() {
    let mut net = Aligned::init(3);
    assert_eq!((size_of::<Aligned>(), Aligned::count()), (128, 21));
    assert!(net.as_slice().as_ptr().addr().is_multiple_of(64));
    assert_eq!((net.as_slice().len(), net.as_slice()[20]), (21, 2.0));
    net.as_mut_slice().fill(1.5);
    assert_eq!(*net, Aligned { x: [1.5; 20], scale: 1.5 });
    assert!(Aligned::zeros().as_slice().iter().all(|&value| value == 0.0));
}
