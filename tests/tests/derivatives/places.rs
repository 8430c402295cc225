//! Branches that are asked of places that are computed: what an array of indices names, what a loop writes one by one,
//! what stands elsewhere in a longer array. Of what they do not take, nothing is seen in any derivative, even where
//! that of what comes before them is infinite.

use chainrule::{Workspace, net};

net! {
    dim M, N;

    /// Roots, which have no slope at 0. `q` is above 0 where something of `x` is taken.
    pub struct Computed { s: f64 = ones }

    impl Computed {
        /// Edges of a graph: the condition is one on each edge, what is infinite belongs to a node.
        #[grad(self, x)]
        #[jvp(x)]
        #[hvp]
        pub fn edges(x: f64[N], index: u32[M], taken: bool[M]) -> f64 {
            let root = sqrt(s * x);
            let ends[m] = root[index[m]] * root[index[index[m]]];
            sum[m](if taken[m] { ends[m] * s } else { 0 })
        }

        /// What the condition is asked of stands under the same index.
        #[grad(self, x)]
        #[jvp(x)]
        #[hvp]
        pub fn known(x: f64[N], q: f64[N], index: u32[M]) -> f64 {
            let root = sqrt(s * x);
            let is_there = q > 0;
            let some = root[index];
            sum(if is_there[index] { some * some * some } else { 0 }) + sum(if q[index] > 0 { sin(some) } else { 0 })
        }

        /// Rows, each with a condition for all that it holds.
        #[grad(self, x)]
        #[jvp(x)]
        #[hvp]
        pub fn rows(x: f64[N], index: u32[M], taken: bool[M]) -> f64 {
            let unit[n, k in 0..3] = (k + s * x[n]) / sqrt(x[n]);
            let some = unit[index];
            sum[m, k](if taken[m] { (k + 1) * some[m, k] * s } else { 0 })
        }

        /// An array that a loop fills where an index says, read in the same iteration.
        #[grad(self, x)]
        #[jvp(x)]
        #[hvp]
        pub fn filled(x: f64[N], q: f64[N], place: u32[N]) -> f64 {
            let mut kept = zeros([N]);
            let mut total = 0;
            for n in 0..N {
                kept[place[n]] = sqrt(s * x[n]);
                total += if q[n] > 0 { kept[place[n]] * s } else { 0 };
            }
            total
        }

        /// One place for all iterations.
        #[grad(self, x)]
        #[jvp(x)]
        #[hvp]
        pub fn reused(x: f64[N], q: f64[N]) -> f64 {
            let mut kept = zeros([2]);
            let mut total = 0;
            for n in 0..N {
                kept[1] = sqrt(s * x[n]);
                total += if q[n] > 0 { kept[1] * s } else { 0 };
            }
            total
        }

        /// Behind the loop that fills it, one by one.
        #[grad(self, x)]
        #[jvp(x)]
        #[hvp]
        pub fn behind(x: f64[N], q: f64[N], index: u32[M]) -> f64 {
            let mut kept = zeros([N]);
            for n in 0..N { kept[n] = sqrt(s * x[n]); }
            let mut total = 0;
            for m in 0..M { if q[index[m]] > 0 { total += kept[index[m]] * s; } }
            total
        }

        /// At another place of a longer array, and at every second place of this one.
        #[grad(self, x)]
        #[jvp(x)]
        #[hvp]
        pub fn elsewhere(x: f64[N], q: f64[N]) -> f64 {
            let root = sqrt(s * x);
            let joined = concat([root, root * s]);
            let wide = pad(root, [[1, 2]]);
            let (both, around) = (concat([q, q]), pad(q, [[1, 2]]));
            sum(if both > 0 { joined * joined } else { 0 }) + sum(if around > 0 { wide * s } else { 0 })
                + sum[n in 0..N / 2](if q[2 * n] > 0 { root[2 * n] * s } else { 0 })
        }

        /// The largest of a window.
        #[grad(self, x)]
        #[jvp(x)]
        #[hvp]
        pub fn pooled(x: f64[N], q: f64[N]) -> f64 {
            let root = sqrt(s * x);
            let largest[n in 0..N / 2] = max[k in 0..2](root[2 * n + k]);
            sum[n in 0..N / 2](if q[n] > 0 { largest[n] * s } else { 0 })
        }
    }
}

/// Every derivative of a function: by `s` and by `x`, along all ones, and that by `s` of that by `s`.
macro_rules! derivatives {
    ($function:ident, $jvp:ident, $hvp:ident, $x:expr $(, $rest:expr)*) => {{
        let (model, mut ws) = (Computed::init(0), Workspace::new());
        let (mut grads, mut by_s, mut d_x) = (Computed::zeros(), Computed::zeros(), [f64::NAN; 6]);
        model.$function(&mut ws, $x $(, $rest)*).backward(&mut grads, &mut d_x);
        let (value, along) = model.$jvp(&mut ws, $x $(, $rest)*, &[1.0; 6]);
        model.$hvp(&mut ws, $x $(, $rest)*, &Computed::init(0), &mut by_s);
        (d_x, value, grads.s, along, by_s.s)
    }};
}

#[test]
fn what_is_not_taken_is_not_seen() {
    let (q, place) = ([1.0, 0.0, 1.0, 0.0, 1.0, 0.0], [1, 2, 0, 1, 3, 2]);
    let (index, taken) = ([1, 0, 4, 2, 2, 3], [false, true, true, true, true, false]);
    macro_rules! check {
        ($($function:ident($jvp:ident, $hvp:ident) of ($($rest:expr),*);)*) => {$(
            // Elements 1, 3 and 5 are in no branch that is taken.
            let [found, expected] = [0.0, 1.0].map(|other| {
                derivatives!($function, $jvp, $hvp, &[4.0, other, 16.0, other, 25.0, other] $(, $rest)*)
            });
            assert_eq!(found, expected, stringify!($function));
            assert!([1, 3, 5].iter().all(|k| found.0[*k] == 0.0), stringify!($function));
            let sum: f64 = found.0.iter().sum();
            assert!(sum != 0.0 && (found.3 - sum).abs() < 1e-13 && found.4.is_finite(), stringify!($function));
        )*};
    }
    check! {
        edges(edges_jvp, edges_hvp) of (&[4, 0, 4, 2, 2, 3], &taken);
        known(known_jvp, known_hvp) of (&q, &index);
        rows(rows_jvp, rows_hvp) of (&index, &taken);
        filled(filled_jvp, filled_hvp) of (&q, &place);
        reused(reused_jvp, reused_hvp) of (&q);
        behind(behind_jvp, behind_hvp) of (&q, &index);
        elsewhere(elsewhere_jvp, elsewhere_hvp) of (&q);
        pooled(pooled_jvp, pooled_hvp) of (&q);
    }
}
