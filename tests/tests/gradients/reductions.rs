//! Reductions along axes, and shapes that stretch.

use super::support::network;
use chainrule::net;

net! {
    dim N;

    /// The largest and the smallest of each row.
    pub struct MaximumPool {
        w1: f64[4, 6],
        w2: f64[4, 5],
    }

    impl MaximumPool {
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn loss(x: f64[N, 4]) -> f64 { mean(max(x @ w1, axis = 1) * min(x @ w2, axis = 1)) }
    }

    /// A column against a row.
    pub struct Broadcast {
        rows: f64[4, 1],
        columns: f64[1, 3],
        shift: f64[3],
    }

    impl Broadcast {
        #[grad]
        #[hvp]
        #[jvp(self)]
        pub fn loss() -> f64 {
            let a = rows * columns + rows / (2 + columns * columns);
            mean(exp(a) * (a - shift))
        }
    }

    /// Columns as they are after their mean is taken off and their deviation divided out.
    pub struct Standardised {
        w: f64[4, 3],
    }

    impl Standardised {
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn loss(x: f64[N, 4]) -> f64 {
            let z = x @ w;
            let s = (z - mean(z, axis = 0)) / (std(z, axis = 0) + 0.1);
            mean(s * s * s) + sum(var(z, axis = 0, ddof = 1)) + logsumexp(z)
        }

        /// In methods, and of a size known at compile time.
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn by_methods(x: f64[6, 4]) -> f64 {
            let z = x @ w;
            let s = (z - z.mean(axis = 0)) / (z.std(axis = 0) + 0.1);
            (s * s * s).mean() + z.var(axis = 0, ddof = 1).sum() + z.logsumexp()
        }
    }
}

network!(maximum_pool: MaximumPool, loss loss_value loss_hvp loss_jvp(x: [[f64; 4]; 5]));
network!(broadcast: Broadcast, loss loss_value loss_hvp loss_jvp());
network!(standardised: Standardised, loss loss_value loss_hvp loss_jvp(x: [[f64; 4]; 6]));

mod by_methods {
    use super::{Standardised, network};
    network!(standardised: Standardised, by_methods by_methods_value by_methods_hvp by_methods_jvp(x: [[f64; 4]; 6]));
}
