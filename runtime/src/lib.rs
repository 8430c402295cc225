//! Write a network as mathematics; get its forward and backward Rust functions.
//!
//! [`net!`] turns a struct of arrays and some formulas into a plain Rust struct with methods that
//! compute values and gradients, differentiated symbolically at compile time. This crate is what
//! the generated code and its users need at run time: parameters as a flat slice ([`Params`]),
//! memory ([`Workspace`]), optimisers ([`Sgd`], [`Adam`], [`AdamW`]), a training loop ([`Train`]),
//! a gradient check ([`check_gradient`]) and dense kernels.
//!
//! # Features
//! - `std` (default): CPU features chosen at run time, files. Implies `alloc`.
//! - `alloc`: boxed parameters, growing workspaces. Without it the crate needs no allocator:
//!   [`Workspace::from_slice`], `Adam::from_slice`.
//! - `rayon`: loops over the rows of a batch, large products and updates by them are shared out among the threads of
//!   rayon's pool, or of that around a call (`ThreadPool::install`), with the same bits on any number of them. A thread
//!   that helps stays awake for a tenth of a millisecond: what takes 3 µs is then worth it, and what takes 20 µs is
//!   worth waking one, which costs one small allocation, the only one of a step.
//! - `safetensors`: saving and loading parameters.
//! - `serde`: parameters in any of its formats.
//! - `ndarray`: its views as [`Tensor`] and [`TensorMut`].

#![cfg_attr(not(any(feature = "std", test)), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "alloc")]
#[doc(hidden)]
pub extern crate alloc;

#[doc(hidden)]
pub mod carve;
#[cfg(feature = "alloc")]
mod check;
mod float;
#[doc(hidden)]
pub mod init;
#[doc(hidden)]
pub mod kernels;
pub mod math;
#[cfg(feature = "ndarray")]
mod ndarray;
mod optimiser;
#[doc(hidden)]
pub mod panics;
mod params;
#[doc(hidden)]
pub mod random;
mod rng;
#[cfg(feature = "safetensors")]
pub mod safetensors;
#[cfg(feature = "serde")]
pub mod serde;
mod tensor;
#[cfg(feature = "alloc")]
mod train;
mod workspace;

#[cfg(feature = "alloc")]
pub use check::{CheckOptions, CheckReport, Disagreement, GradientMismatch, check_gradient};
pub use float::Float;
#[cfg(feature = "ndarray")]
pub use ndarray::NotRowMajor;
pub use optimiser::{Adam, AdamW, Optimiser, Rule, Sgd, clip_global_norm};
#[cfg(feature = "alloc")]
pub use params::TensorRef;
pub use params::{Params, Path};
pub use random::fold;
pub use rng::Rng;
pub use tensor::{Tensor, TensorMut};
#[cfg(feature = "alloc")]
pub use train::{Reason, Stopped, Train};
pub use workspace::{Storage, Workspace};

/// Declares networks: structs of tensors and functions on them, with their derivatives.
#[macro_export]
macro_rules! net {
    ($($tokens:tt)*) => {
        $crate::__private::__expand! { $crate $($tokens)* }
    };
}

/// Expands to its items if this crate has an allocator, else to nothing. Not public API.
#[cfg(feature = "alloc")]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_alloc {
    ($($tokens:tt)*) => { $($tokens)* };
}

/// Expands to its items if this crate has an allocator, else to nothing. Not public API.
#[cfg(not(feature = "alloc"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_alloc {
    ($($tokens:tt)*) => {};
}

/// What generated code calls. Not public API: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use core;

    #[cfg(feature = "alloc")]
    pub use alloc;

    pub use chainrule_derive::__expand;

    pub use crate::carve::{as_bools, as_flags, as_flags_mut, as_u32, as_u32_mut, carve, larger};
    pub use crate::kernels::{self, vectorised, vectorised_rows};
    pub use crate::optimiser::{update_by_narrow_product, update_by_product, update_by_zeros};
    pub use crate::params::{Params, Path, Visitor, Witness};
    pub use crate::{
        Float, Optimiser, Rng, Storage, Tensor, TensorMut, Workspace, init, math, panics, random,
    };
}

/// The examples of the README compile and run.
#[cfg(all(doctest, feature = "std"))]
#[doc = include_str!("../../README.md")]
struct Readme;
