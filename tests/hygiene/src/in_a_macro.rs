//! `net!` inside a macro of the user's own, with every kind of fragment that a net has a place for.

macro_rules! classifier {
    (
        $(#[$attribute:meta])*
        $visibility:vis $name:ident, $float:ty, $inputs:expr, $hidden:literal,
        $activation:ident, $rate:expr, $dim:ident,
        $(field $field:ident = $initialiser:expr;)*
        cost ($x:ident, $label:ident) { $($cost:tt)* }
    ) => {
        ::nets::net! {
            dim $dim;
            const INPUTS: usize = $inputs;

            $(#[$attribute])*
            $visibility struct $name {
                w: $float[INPUTS, $hidden] = normal($rate),
                $($field: $float[$hidden] = $initialiser,)*
            }

            impl $name {
                /// What it computes.
                #[grad]
                $visibility fn loss($x: $float[$dim, INPUTS], $label: u32[$dim]) -> $float {
                    let hidden = $activation($x @ w $(+ $field)*);
                    let scaled = hidden * $rate;
                    $($cost)*
                }
            }
        }
    };
}

classifier! {
    /// Of doubles.
    #[derive(Debug)]
    pub First, f64, 2 + 1, 4, tanh, 0.5, N,
    field shift = constant(1.0);
    field another = uniform(0.0, 1.0);
    cost (x, label) { cross_entropy(scaled, label) }
}

/// The same of floats, in a module of its own, since its constant has the same name.
pub mod second {
    classifier! {
        /// Of floats.
        pub Second, f32, 5, 3, relu, 2.0, M,
        cost (inputs, class) { cross_entropy(scaled, class) + l2(w) }
    }
}

/// A macro that makes a macro that makes a net.
macro_rules! outer {
    ($name:ident) => {
        macro_rules! inner {
            ($size:expr) => {
                ::nets::net! {
                    /// A net two macros deep.
                    #[derive(Debug)]
                    pub struct $name {
                        w: f64[$size],
                    }

                    impl $name {
                        /// The sum of squares.
                        #[grad]
                        pub fn loss() -> f64 {
                            l2(w)
                        }
                    }
                }
            };
        }
        inner!(1 + 2 * 3);
    };
}

outer!(Nested);
