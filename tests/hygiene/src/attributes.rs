//! Attributes, visibilities and docs that pass through; functions that are named as what every network has.

/// Neither this nor that is a size of the nets below.
pub const A: usize = 1;

::nets::net! {
    dim N;
    const K: usize = 3;

    /// Not there.
    #[cfg(any())]
    pub struct Absent {
        w: f64[3],
    }

    impl Absent {
        /// Not there either.
        #[grad]
        pub fn loss(x: f64[N, 3]) -> f64 { sum(x * w) }
    }

    /// "Quotes", \backslashes\, `ticks`, [links], <html> & an emoji ∂.
    #[cfg(all())]
    #[derive(Debug, PartialEq)]
    pub struct Present {
        /// Of [`A`].
        #[allow(dead_code)]
        w: f64[K],
        layer: Linear<3, 2>,
    }

    impl Present {
        /// Not there.
        #[cfg(any())]
        #[grad]
        pub fn absent(x: f64[N, 3]) -> f64 { sum(x * w) }

        /// There, in capitals.
        #[cfg(all())]
        #[allow(clippy::all)]
        #[inline]
        #[grad(self, X)]
        pub fn loss(X: f64[N, K]) -> f64 {
            let A = X * w;
            let K = layer(A);
            sum(K)
        }

        /// For this crate.
        pub(crate) fn for_the_crate(x: f64[N, 3]) -> f64 { sum(x * w) }

        #[grad]
        pub(in crate::attributes) fn for_the_module(x: f64[N, 3]) -> f64 { sum(x * w) }
    }

    /// Functions under the names of the trait's.
    pub struct Names {
        as_slice: f64[3],
        W: f64[2],
    }

    impl Names {
        /// A sum.
        pub fn as_slice(x: f64[3]) -> f64 { sum(x) }
        /// A sum.
        pub fn count(x: f64[3]) -> f64 { sum(x) }
        /// A tensor.
        pub fn tensors(x: f64[3]) -> f64[3] { x + x }
        /// A tensor.
        pub fn clone(x: f64[3]) -> f64[3] { x + x }
        /// A tensor.
        pub fn drop(x: f64[3]) -> f64[3] { x + x }
        /// A sum.
        pub fn for_each_tensor(x: f64[3]) -> f64 { sum(x) }
        /// A value.
        #[grad]
        pub fn value(x: f64[3]) -> f64 { sum(x * as_slice) + l2(W) }
    }

    /// A network under the name of a type parameter.
    pub struct S {
        w: f64[2],
    }

    impl S {
        /// A square.
        #[grad]
        #[hvp]
        pub fn loss(x: f64[2]) -> f64 { sum(x * w * w) }
    }

    /// A network under the name of another.
    pub struct O {
        w: f64[2],
    }

    impl O {
        /// A square.
        #[grad]
        #[hvp]
        pub fn loss(x: f64[2]) -> f64 { sum(x * w * w) }
    }
}

/// What only this module and this crate see, at 1 everywhere.
#[must_use]
pub fn inside() -> (f64, f64) {
    let mut model = Present::zeros();
    model.w = [1.0, 2.0, 3.0];
    let mut workspace = ::nets::Workspace::new();
    let whole = model.for_the_crate(&mut workspace, &[[1.0; 3]; 2]);
    let mut gradient = Present::zeros();
    model.for_the_module(&mut workspace, &[[1.0; 3]; 2]).backward(&mut gradient);
    (whole, gradient.w[0])
}
