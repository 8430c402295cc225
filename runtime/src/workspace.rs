//! The memory in which every buffer of every call lives.
//!
//! A workspace hands out one run of floats a call and remembers nothing else. It must not shrink,
//! and with a slice as its storage it must not allocate.

use core::marker::PhantomData;

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

use crate::Float;
#[cfg(feature = "alloc")]
use crate::kernels::LINE;

mod sealed {
    pub trait Sealed {}
}

/// Where a [`Workspace`] keeps its floats: a vector that grows, or a slice of a fixed length.
///
/// Sealed. A method of a network takes any storage: `ws: &mut Workspace<f32, impl Storage<f32>>`.
pub trait Storage<T>: sealed::Sealed {
    /// The first `len` elements, whatever they hold.
    ///
    /// # Panics
    /// If the storage is a slice of fewer than `len` elements; the message names `function`.
    #[track_caller]
    fn request(&mut self, len: usize, function: &'static str) -> &mut [T];

    /// How many elements can be handed out without growing.
    fn len(&self) -> usize;

    /// Whether [`len`](Storage::len) is 0.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(feature = "alloc")]
impl<T> sealed::Sealed for Vec<T> {}

#[cfg(feature = "alloc")]
impl<T: Float> Storage<T> for Vec<T> {
    #[inline]
    fn request(&mut self, len: usize, _function: &'static str) -> &mut [T] {
        if self.len() < len + skipped::<T>() {
            grow(self, len + skipped::<T>());
        }
        let start = self.as_ptr().align_offset(LINE).min(skipped::<T>());
        &mut self[start..start + len]
    }

    fn len(&self) -> usize {
        self.len().saturating_sub(skipped::<T>())
    }
}

/// How many elements there are before the first line of the cache, at most: buffers begin with one, so that no vector of
/// a row of whole vectors lies in two.
#[cfg(feature = "alloc")]
const fn skipped<T>() -> usize {
    LINE / size_of::<T>() - 1
}

#[cfg(feature = "alloc")]
#[cold]
fn grow<T: Float>(storage: &mut Vec<T>, len: usize) {
    storage.reserve_exact(len - storage.len());
    storage.resize(len, T::ZERO);
}

impl<T> sealed::Sealed for &mut [T] {}

impl<T: Float> Storage<T> for &mut [T] {
    #[inline]
    fn request(&mut self, len: usize, function: &'static str) -> &mut [T] {
        if <[T]>::len(self) < len {
            crate::panics::workspace(function, <[T]>::len(self), len);
        }
        &mut self[..len]
    }

    fn len(&self) -> usize {
        <[T]>::len(self)
    }
}

/// The memory for all intermediate values of a network's methods, reused by every call.
///
/// `Workspace::new()` allocates on first use, grows when a call needs more than any before it, and
/// never shrinks: repeating a call allocates nothing. One workspace serves any number of networks,
/// one call at a time. [`Workspace::from_slice`] needs no allocator.
///
/// ```
/// use chainrule::Workspace;
///
/// let mut memory = [0.0f32; 64];
/// let on_the_stack = Workspace::from_slice(&mut memory);
/// assert_eq!(on_the_stack.len(), 64);
/// # #[cfg(feature = "alloc")] {
/// let growing: Workspace<f32> = Workspace::new();
/// assert_eq!(growing.len(), 0);
/// # }
/// ```
#[cfg(feature = "alloc")]
#[derive(Debug, Clone)]
pub struct Workspace<T, S = Vec<T>> {
    storage: S,
    element: PhantomData<T>,
}

/// The memory for all intermediate values of a network's methods, reused by every call.
///
/// ```
/// use chainrule::Workspace;
///
/// let mut memory = [0.0f32; 64];
/// let on_the_stack = Workspace::from_slice(&mut memory);
/// assert_eq!(on_the_stack.len(), 64);
/// ```
#[cfg(not(feature = "alloc"))]
#[derive(Debug, Clone)]
pub struct Workspace<T, S> {
    storage: S,
    element: PhantomData<T>,
}

#[cfg(feature = "alloc")]
impl<T: Float> Workspace<T> {
    /// An empty workspace; it allocates when first used.
    #[must_use]
    pub const fn new() -> Self {
        Self { storage: Vec::new(), element: PhantomData }
    }
}

#[cfg(feature = "alloc")]
impl<T: Float> Default for Workspace<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a, T: Float> Workspace<T, &'a mut [T]> {
    /// A workspace in memory of the caller's; it never allocates.
    ///
    /// A method that needs more panics. How much a method needs, the network's `…_workspace`
    /// functions say, in elements.
    #[must_use]
    pub const fn from_slice(memory: &'a mut [T]) -> Self {
        Self { storage: memory, element: PhantomData }
    }
}

impl<T, S: Storage<T>> Workspace<T, S> {
    /// How many elements can be used without growing.
    #[must_use]
    pub fn len(&self) -> usize {
        self.storage.len()
    }

    /// Whether nothing can be used without growing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.storage.is_empty()
    }

    /// The first `len` elements, with whatever the call before left there.
    ///
    /// # Panics
    /// If the workspace is a slice of fewer than `len` elements; the message names `function`.
    #[inline]
    #[track_caller]
    pub fn request(&mut self, len: usize, function: &'static str) -> &mut [T] {
        self.storage.request(len, function)
    }
}

#[cfg(test)]
mod tests {
    use super::Workspace;

    #[test]
    #[cfg(feature = "alloc")]
    fn a_vector_grows_and_never_shrinks() {
        let mut workspace = Workspace::new();
        workspace.request(10, "f")[9] = 1.0f32;
        let before = workspace.request(10, "f").as_ptr();
        assert_eq!(workspace.request(4, "f").len(), 4);
        assert_eq!(workspace.len(), 10);
        assert_eq!(workspace.request(10, "f").as_ptr(), before);
        assert_eq!(workspace.request(20, "f").len(), 20);
        assert!(Workspace::<f64>::default().is_empty());
    }

    #[test]
    fn a_slice_gives_its_front() {
        let mut memory = [1.0f64, 2.0, 3.0];
        let mut workspace = Workspace::from_slice(&mut memory);
        assert_eq!(workspace.request(2, "f"), [1.0, 2.0]);
        assert_eq!(workspace.len(), 3);
    }

    #[test]
    #[should_panic(expected = "Mlp::loss: the workspace has 3 elements, expected at least 4")]
    fn a_short_slice_panics() {
        let mut memory = [0.0f32; 3];
        let _ = Workspace::from_slice(&mut memory).request(4, "Mlp::loss");
    }
}
