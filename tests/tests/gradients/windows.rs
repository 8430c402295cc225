//! The largest and the smallest of windows along rows of every kind of width, with steps of several sizes.

use chainrule::{Workspace, net};

/// The windows of rows of a width: so many, of a size, so many steps apart.
macro_rules! windows {
    ($name:ident, $width:tt, $count:tt, $size:tt, $step:tt) => {
        mod $name {
            use super::*;

            net! {
                dim N;

                pub struct Windows {}

                impl Windows {
                    /// The place of the first and of the last column is another one in each row.
                    #[grad(x)]
                    pub fn loss(x: f64[N, 2, $width], c: f64[N, 2, $count]) -> f64 {
                        let largest[n, k, i in 0..$count] = max[u in 0..$size](x[n, k, $step * i + u]);
                        let least[n, i in 0..$count] = min[k in 0..2, u in 0..$size](x[n, k, $step * i + u]);
                        sum(c * largest) + sum(c[.., 0] * least)
                    }

                    /// Of values that are computed, and without what they are wanted for.
                    pub fn largest(x: f64[N, 2, $width]) -> f64[N, $count] {
                        let y[n, i in 0..$count] = max[k in 0..2, u in 0..$size](2 * x[n, k, $step * i + u] - k);
                        y
                    }
                }
            }

            const WIDTH: usize = $width;
            const COUNT: usize = $count;

            /// Where the first of the best is; what is not a number is better than all numbers.
            fn best(places: impl Iterator<Item = (usize, usize)>, x: &[[f64; WIDTH]; 2], sign: f64) -> (usize, usize) {
                let better = |a: f64, b: f64| sign * a > sign * b || (a.is_nan() && !b.is_nan());
                places.reduce(|best, place| if better(x[place.0][place.1], x[best.0][best.1]) { place } else { best }).unwrap()
            }

            #[test]
            fn as_in_plain_loops() {
                // Of few values, so that many are equal.
                let value = |i: usize| ((i * 7919) % 5) as f64 - 2.0;
                let model = Windows::zeros();
                for (n, hole) in [(0, None), (1, None), (3, None), (3, Some((1, 1, WIDTH / 2)))] {
                    let mut x: Vec<[[f64; WIDTH]; 2]> = (0..n)
                        .map(|n| std::array::from_fn(|k| std::array::from_fn(|j| value(n + 3 * k + j))))
                        .collect();
                    if let Some((n, k, j)) = hole {
                        x[n][k][j] = f64::NAN;
                    }
                    let c: Vec<[[f64; COUNT]; 2]> = (0..n)
                        .map(|n| std::array::from_fn(|k| std::array::from_fn(|i| (n + 2 * k + i + 1) as f64)))
                        .collect();
                    let (mut expected, mut d_expected) = (0.0, vec![[[0.0; WIDTH]; 2]; n]);
                    let mut outputs = vec![[0.0; COUNT]; n];
                    for n in 0..n {
                        for i in 0..COUNT {
                            let window = |k: usize| ($step * i..$step * i + $size).map(move |j| (k, j));
                            for k in 0..2 {
                                let (k, j) = best(window(k), &x[n], 1.0);
                                expected += c[n][k][i] * x[n][k][j];
                                d_expected[n][k][j] += c[n][k][i];
                            }
                            let (k, j) = best(window(0).chain(window(1)), &x[n], -1.0);
                            expected += c[n][0][i] * x[n][k][j];
                            d_expected[n][k][j] += c[n][0][i];
                            let doubled: [[f64; WIDTH]; 2] =
                                std::array::from_fn(|k| x[n][k].map(|x| 2.0 * x - k as f64));
                            let (k, j) = best(window(0).chain(window(1)), &doubled, 1.0);
                            outputs[n][i] = doubled[k][j];
                        }
                    }
                    let mut workspace = Workspace::new();
                    let mut d_x = vec![[[f64::NAN; WIDTH]; 2]; n];
                    let pass = model.loss(&mut workspace, &x, &c);
                    let found = pass.value();
                    assert!(found == expected || (found.is_nan() && expected.is_nan()), "{found} {expected}");
                    pass.backward(&mut d_x);
                    assert_eq!(d_x, d_expected);
                    let found = model.largest(&mut workspace, &x);
                    for (found, expected) in found.as_flattened().iter().zip(outputs.as_flattened()) {
                        assert_eq!(found.to_bits(), expected.to_bits());
                    }
                }
            }
        }
    };
}

windows!(pairs_of_five, 5, 2, 2, 2);
windows!(pairs_of_ten, 10, 5, 2, 2);
windows!(pairs_of_twenty_eight, 28, 14, 2, 2);
windows!(pairs_that_overlap, 17, 16, 2, 1);
windows!(threes_that_overlap, 33, 16, 3, 2);
windows!(threes, 30, 10, 3, 3);
windows!(wide_steps, 70, 10, 4, 7);
windows!(many, 140, 70, 2, 2);
windows!(too_many_for_a_copy, 600, 300, 2, 2);
windows!(alone, 3, 1, 3, 1);
