//! Networks as plain structs of floats: the trait that `net!` implements, and the flat view.
//!
//! Generated code contains no `unsafe`, so [`Params`] is a safe trait; whatever the flat view
//! relies on is checked here against what the implementation shows, and stated where it cannot be.

mod path;
#[cfg(all(test, feature = "alloc"))]
pub(crate) mod tests;

use core::marker::PhantomData;
use core::slice;

#[cfg(feature = "alloc")]
use alloc::{boxed::Box, string::String, string::ToString as _, vec::Vec};
#[cfg(feature = "alloc")]
use core::{alloc::Layout, mem::MaybeUninit};

pub use path::Path;

use crate::kernels::LINE;
use crate::{Float, Rng};

/// What `net!` vouches for: `T` is a `#[repr(C)]` struct whose fields are all floats, arrays of
/// floats, or structs (or arrays of structs) with a witness of their own.
///
/// Creating one for any other type is a bug in the creator; the name is hidden and not public API.
/// What can be checked of it is checked when it is created, at compile time: the size and the
/// alignment that such a struct must have, and that it needs no drop.
#[doc(hidden)]
#[derive(Debug)]
pub struct Witness<T> {
    of: PhantomData<fn() -> T>,
    count: usize,
}

impl<T: Params> Witness<T> {
    /// The witness of a generated struct of so many floats, which may begin with a line of the cache.
    #[must_use]
    pub const fn new(count: usize) -> Self {
        let alignment = align_of::<T>();
        assert!(
            size_of::<T>() == (count * size_of::<T::Float>()).next_multiple_of(alignment),
            "a network has padding among its floats"
        );
        assert!(
            count == 0 || alignment == align_of::<T::Float>() || alignment == LINE,
            "a network is not aligned as its floats or as lines of the cache"
        );
        assert!(!core::mem::needs_drop::<T>(), "a network needs no drop");
        Self { of: PhantomData, count }
    }
}

/// What [`Params::__visit`] calls for each tensor: path, shape, elements.
#[doc(hidden)]
pub type Visitor<'v, 'a, F> = &'v mut dyn FnMut(Path<'_>, &'static [usize], &'a [F]);

/// The parameters of a network: a plain struct of arrays, `#[repr(C)]`, made by `net!`.
///
/// The same struct serves as parameters, as gradients and as anything else with one number for
/// each parameter. Its floats, in the order of the fields, are also one flat slice. A boxed
/// network is one, too. One of 64 parameters or more begins with a line of the cache (64 bytes),
/// so that vectors of its weights do, too.
///
/// Implemented by `net!` only.
///
/// ```
/// use chainrule::Params;
///
/// fn describe<P: Params<Float = f32>>(model: &P) {
///     let square: f32 = model.as_slice().iter().map(|w| w * w).sum();
///     println!("{} parameters, |w|² = {square}", P::count());
///     model.for_each_tensor(|path, shape, data| println!("{path}: {shape:?}, mean {}", mean(data)));
/// }
/// # fn mean(data: &[f32]) -> f32 { data.iter().sum::<f32>() / data.len() as f32 }
/// ```
pub trait Params: Sized + Send + Sync + 'static {
    /// The float type of every field.
    type Float: Float;

    #[doc(hidden)]
    const __WITNESS: Witness<Self>;

    /// Shows every tensor, in the order of the fields: where it stands, its shape, its elements.
    #[doc(hidden)]
    fn __visit<'a>(&'a self, path: Path<'_>, visitor: Visitor<'_, 'a, Self::Float>);

    /// Overwrites every field by its initialiser.
    #[doc(hidden)]
    fn __initialise(&mut self, rng: &mut Rng);

    /// Overwrites every field by its initialiser: the parameters that `init(seed)` makes, where the
    /// network stands. Needs no allocator.
    fn initialise(&mut self, seed: u64) {
        self.__initialise(&mut Rng::new(seed));
    }

    /// How many floats the network has.
    #[must_use]
    fn count() -> usize {
        Self::__WITNESS.count
    }

    /// All floats as one slice, in the order of the fields.
    #[must_use]
    fn as_slice(&self) -> &[Self::Float] {
        let count = verified_count(self);
        if count == 0 {
            // A struct without fields need not be aligned as a float.
            return &[];
        }
        // SAFETY: `verified_count` has seen live slices `&[Self::Float]` that start at `self`,
        // follow each other without a gap and are `count` floats in `self`. So each of these is
        // aligned, initialised and, for as long as `self` is borrowed, not written to (a shared slice
        // of floats forbids that, in whatever way it was made). The pointer comes from `&self` and may
        // therefore read all of `size_of::<Self>()` bytes. This holds for every implementation of this
        // trait, not only for generated ones.
        unsafe { slice::from_raw_parts(core::ptr::from_ref(self).cast::<Self::Float>(), count) }
    }

    /// All floats as one slice, in the order of the fields, to write to.
    #[must_use]
    fn as_mut_slice(&mut self) -> &mut [Self::Float] {
        let _: Witness<Self> = Self::__WITNESS;
        let count = verified_count(self);
        if count == 0 {
            return &mut [];
        }
        // SAFETY: as in `as_slice`, these are aligned, initialised floats in `self`, and `&mut self`
        // gives sole access to all of them. That any float may be *written* there
        // without breaking `Self` is what its witness says: it has no fields but floats, each of
        // whose bit patterns is valid.
        unsafe { slice::from_raw_parts_mut(core::ptr::from_mut(self).cast::<Self::Float>(), count) }
    }

    /// Calls `visitor` with the path, the shape and the row-major elements of every tensor, in the
    /// order of the fields. Allocates nothing.
    fn for_each_tensor<'a>(&'a self, mut visitor: impl FnMut(Path<'_>, &'static [usize], &'a [Self::Float])) {
        self.__visit(Path::ROOT, &mut visitor);
    }

    /// Every tensor with its name, nested as `blocks.0.weight`, in the order of the fields.
    #[cfg(feature = "alloc")]
    #[must_use]
    fn tensors(&self) -> Vec<TensorRef<'_, Self::Float>> {
        let mut tensors = Vec::new();
        self.for_each_tensor(|path, shape, data| {
            tensors.push(TensorRef { name: path.to_string(), shape, data });
        });
        tensors
    }

    /// A network of zeros, made on the heap and never on the stack.
    #[cfg(feature = "alloc")]
    #[must_use]
    fn zeros() -> Box<Self> {
        let _: Witness<Self> = Self::__WITNESS;
        let place = zeroed::<Self>();
        // SAFETY: all bytes are 0, and that is a value of `Self`: its witness says that it
        // consists of floats alone, whose zero is all zero bytes. No instance exists before this
        // one from which that could be checked; only code that forges the hidden witness of a
        // type that is not of this form could break it.
        let zeros = unsafe { place.assume_init() };
        let _ = verified_count(&*zeros);
        zeros
    }

    /// A network with every field initialised as the net says; the same bits for the same seed,
    /// on every platform.
    #[cfg(feature = "alloc")]
    #[must_use]
    fn init(seed: u64) -> Box<Self> {
        let mut network = Self::zeros();
        network.initialise(seed);
        network
    }
}

/// A boxed network is a network: what takes `&mut impl Params` also takes what `init` returns.
#[cfg(feature = "alloc")]
impl<P: Params> Params for Box<P> {
    type Float = P::Float;

    // Not a struct of floats: every method that would rely on this is replaced below.
    const __WITNESS: Witness<Self> = Witness { of: PhantomData, count: 0 };

    fn __visit<'a>(&'a self, path: Path<'_>, visitor: Visitor<'_, 'a, Self::Float>) {
        (**self).__visit(path, visitor);
    }

    fn __initialise(&mut self, rng: &mut Rng) {
        (**self).__initialise(rng);
    }

    fn count() -> usize {
        P::count()
    }

    fn as_slice(&self) -> &[Self::Float] {
        (**self).as_slice()
    }

    fn as_mut_slice(&mut self) -> &mut [Self::Float] {
        (**self).as_mut_slice()
    }

    fn zeros() -> Box<Self> {
        Box::new(P::zeros())
    }

    fn init(seed: u64) -> Box<Self> {
        Box::new(P::init(seed))
    }
}

/// Memory for a `T`, all bytes 0, asked for as such: large networks come as untouched pages.
#[cfg(feature = "alloc")]
fn zeroed<T>() -> Box<MaybeUninit<T>> {
    let layout = Layout::new::<T>();
    if layout.size() == 0 {
        return Box::new_uninit();
    }
    // SAFETY: the layout's size is not 0.
    let place = unsafe { alloc::alloc::alloc_zeroed(layout) }.cast::<MaybeUninit<T>>();
    if place.is_null() {
        alloc::alloc::handle_alloc_error(layout);
    }
    // SAFETY: the global allocator gave this memory for the layout of `T`, which is that of
    // `MaybeUninit<T>`, nothing else owns it, and any bytes are a `MaybeUninit<T>`.
    unsafe { Box::from_raw(place) }
}

/// The network whose floats, with what fills up its last line of the cache, are the first of `memory`.
///
/// # Panics
/// If they are too few, or do not begin where a network may.
pub(crate) fn placed<P: Params>(memory: &mut [P::Float]) -> &mut P {
    let _: Witness<P> = P::__WITNESS;
    let place = memory.as_mut_ptr().cast::<P>();
    assert!(size_of_val(memory) >= size_of::<P>() && place.is_aligned(), "a network does not fit its memory");
    // SAFETY: the memory is aligned, large enough, lent for as long as the network is, and floats, which are a value of
    // `P`: its witness says that it consists of floats alone, whatever they are.
    unsafe { &mut *place }
}

/// How many floats `params` has, after checking that the tensors it shows cover it exactly.
fn verified_count<P: Params>(params: &P) -> usize {
    let start = core::ptr::from_ref(params).addr();
    let mut end = start;
    let mut contiguous = true;
    params.__visit(Path::ROOT, &mut |_, _, data| {
        // An empty tensor covers nothing; its address says nothing.
        if !data.is_empty() {
            contiguous &= data.as_ptr().addr() == end;
            end += size_of_val(data);
        }
    });
    let (count, size) = ((end - start) / size_of::<P::Float>(), size_of::<P>());
    // Behind the last float there is nothing but what fills up the last line of the cache.
    assert!(
        contiguous && end - start <= size && size - (end - start) < align_of::<P>() && count == P::count(),
        "Params: the tensors of a network must cover it exactly, in order"
    );
    count
}

/// One tensor of a network, from [`Params::tensors`].
#[cfg(feature = "alloc")]
#[derive(Debug, Clone, PartialEq)]
pub struct TensorRef<'a, F> {
    /// The fields and positions that lead to it, as `blocks.0.weight`.
    pub name: String,
    /// The size of each axis; empty for a scalar.
    pub shape: &'static [usize],
    /// The elements, row by row.
    pub data: &'a [F],
}
