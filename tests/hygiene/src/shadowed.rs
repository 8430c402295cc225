//! Modules, types, macros and traits of the user's own, under the names of what generated code needs.

pub mod core {
    //! Not the `core` one thinks of.
}
pub mod std {
    //! Not the `std` one thinks of.
}
pub mod alloc {
    //! Not the `alloc` one thinks of.
}
pub mod chainrule {
    //! Not the `chainrule` one thinks of.
}
pub mod nets {
    //! Not the `nets` one thinks of.
}

/// Not that workspace.
#[derive(Debug)]
pub struct Workspace;
/// Not that parameters.
#[derive(Debug)]
pub struct Params;
/// Not that box.
#[derive(Debug)]
pub struct Box;
/// Not that option, nor what is in it.
#[derive(Debug)]
pub enum Option {
    /// As good as any.
    Some,
    /// As good as none.
    None,
}
/// Not that tensor.
#[derive(Debug)]
pub struct Tensor;
/// Not that vector.
#[derive(Debug)]
pub struct Vec;
/// Not that iterator.
pub trait Iterator {
    /// Not that `map`.
    fn map(&self) {}
}
/// Not that optimiser.
pub trait Optimiser {}
/// Not that storage.
pub trait Storage {}

#[allow(unused_macros)]
macro_rules! assert {
    ($($tokens:tt)*) => {
        compile_error!("this is the user's own `assert!`")
    };
}
#[allow(unused_macros)]
macro_rules! assert_eq {
    ($($tokens:tt)*) => {
        compile_error!("this is the user's own `assert_eq!`")
    };
}
#[allow(unused_macros)]
macro_rules! panic {
    ($($tokens:tt)*) => {
        compile_error!("this is the user's own `panic!`")
    };
}

::nets::net! {
    dim N, T;
    const H: usize = 2;

    struct Layer<const I: usize, const O: usize = I> {
        zeros: f64[I, O],
        shift: f64[O],
    }

    impl<const I: usize, const O: usize> Layer<I, O> {
        fn call(x: f64[.., I]) -> f64[.., O] { x @ zeros + shift }
    }

    /// Fields, arguments and functions that are named as what is generated.
    pub struct Awkward {
        init: f64[3, H] = he_normal,
        zeros: f64[2],
        rng: f64 = constant(0.5),
        path: f64[2],
        visitor: Layer<2>,
        part: [Layer<2>; 3],
        #[frozen]
        count: f64[2] = ones,
        as_slice: Linear<2, 2>,
        r#type: f64[2] = uniform(-1, 1),
    }

    impl Awkward {
        /// Arguments under the names of locals.
        #[grad(self, ws, d_ws)]
        pub fn loss(
            ws: f64[N, 3],
            model: f64[N, 2],
            grads: u32[N],
            arena: f64[T, N, 2],
            n: f64,
            d_ws: f64[N, 2],
            cotangent: f64[2],
        ) -> f64 {
            let mut h = ws @ init + zeros * rng + path + r#type;
            h = visitor(h) * count;
            for part in part {
                h = h + tanh(part(h));
            }
            for t in 0..T {
                h = h * arena[t];
            }
            let self_ = as_slice(h) * model + d_ws * cotangent * n;
            let n1[i, j] = self_[i, j] / (1 + self_[i, j] * self_[i, j]);
            cross_entropy(n1, grads)
        }

        /// Results under the names of locals, of a function under the name of a method.
        #[grad(value)]
        pub fn accumulate(value: f64[N, H], backward: f64) -> (f64, f64[N], f64) {
            let arena = value * value;
            let model = sum(arena, axis = 1);
            (sum(model), model * backward, mean(value))
        }

        /// A function that is named as a constructor's argument.
        pub fn seed(seed: f64[H]) -> f64[H] { seed + path }
    }

    /// A network under the name of a type parameter.
    pub struct S {
        w: f64[2],
    }

    impl S {
        /// Its loss.
        #[grad(self, s)]
        pub fn loss(s: f64[N, 2]) -> f64 { mean(s * w) }
        /// Of known size.
        #[grad(s)]
        pub fn each(s: f64[2]) -> f64[2] { s * w * w }
    }

    /// A network that only its crate sees, and part of which nobody calls.
    pub(crate) struct Hidden {
        w: f64[2],
    }

    impl Hidden {
        #[grad]
        pub(crate) fn loss(x: f64[N, 2]) -> f64 { mean(x * w) }
        #[grad]
        pub(crate) fn unused(x: f64[N, 2]) -> f64 { sum(x * w) }
    }

    /// A network without parameters.
    pub struct Nothing {}

    impl Nothing {
        /// Twice a number.
        #[grad(x)]
        pub fn twice(x: f64) -> f64 { 2 * x }
    }
}

/// The sum of a network that nobody else sees.
#[must_use]
pub fn hidden() -> f64 {
    let mut model = Hidden::zeros();
    model.w = [1.0, 3.0];
    let mut gradient = Hidden::zeros();
    let mut workspace = ::nets::Workspace::new();
    let pass = model.loss(&mut workspace, &[[1.0, 1.0], [2.0, 0.0]]);
    let value = pass.value();
    pass.backward(&mut gradient);
    value + gradient.w[0]
}
