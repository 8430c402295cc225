//! Rows of every kind of width: below a vector, whole vectors, with elements left over, in pieces, too long for
//! a copy.

use chainrule::{CheckOptions, Params, Workspace, check_gradient, net};

/// A network of this width beside the same in plain loops.
macro_rules! width {
    ($name:ident, $width:tt) => {
        mod $name {
            use super::*;

            net! {
                dim N;

                pub struct Row {
                    scale: f64[$width],
                    bias: f64[$width],
                    basis: f64[3, $width],
                    column: f64[$width, 1],
                }

                impl Row {
                    /// A row's elements, sums over a row and over a column, a product with one column, elements that
                    /// know their place.
                    #[grad]
                    pub fn loss(x: f64[N, $width], p: f64[N, 3]) -> f64 {
                        let h = tanh(x * scale + bias + p @ basis);
                        let sums = sum(exp(h), axis = 1);
                        let shares = softmax(h * scale);
                        let columns = sum(x * h, axis = 0);
                        let product = h @ column / $width;
                        let placed[i, j in 0..$width] = if j >= 2 * i { tanh(h[i, j] * j / $width) } else { x[i, j] };
                        mean(placed * placed) + mean(ln(sums)) + mean(product * product) + mean(columns) + sum(shares * x) / N
                    }
                }
            }

            const W: usize = $width;

            fn plain(row: &Row, x: &[[f64; W]], p: &[[f64; 3]]) -> f64 {
                let (n, mut loss) = (x.len() as f64, 0.0);
                for (i, (x, p)) in x.iter().zip(p).enumerate() {
                    let h: [f64; W] = std::array::from_fn(|j| {
                        let product: f64 = (0..3).map(|k| p[k] * row.basis[k][j]).sum();
                        (x[j] * row.scale[j] + row.bias[j] + product).tanh()
                    });
                    let product: f64 = (0..W).map(|j| h[j] * row.column[j][0] / W as f64).sum();
                    let exps: f64 = (0..W).map(|j| (h[j] * row.scale[j]).exp()).sum();
                    loss += h.iter().map(|h| h.exp()).sum::<f64>().ln() / n + product * product / n;
                    for j in 0..W {
                        let placed = if j >= 2 * i { (h[j] * j as f64 / W as f64).tanh() } else { x[j] };
                        loss += placed * placed / (n * W as f64);
                        loss += x[j] * h[j] / W as f64;
                        loss += (h[j] * row.scale[j]).exp() / exps * x[j] / n;
                    }
                }
                loss
            }

            #[test]
            fn as_in_plain_loops() {
                let (mut row, mut grads) = (Row::zeros(), Row::zeros());
                let wave = |i: usize, by: f64| (i as f64 * by).sin();
                row.as_mut_slice().iter_mut().enumerate().for_each(|(i, x)| *x = wave(i, 0.7));
                for n in [1, 2, 5] {
                    let x: Vec<[f64; W]> =
                        (0..n).map(|i| std::array::from_fn(|j| wave(i * W + j, 1.3))).collect();
                    let p: Vec<[f64; 3]> =
                        (0..n).map(|i| std::array::from_fn(|j| wave(i + j, 2.1))).collect();
                    let mut workspace = Workspace::new();
                    let pass = row.loss(&mut workspace, &x, &p);
                    let (value, expected) = (pass.value(), plain(&row, &x, &p));
                    assert!((value - expected).abs() <= 1e-12 * expected.abs(), "{n}: {value} {expected}");
                    pass.backward(&mut grads);
                    check_gradient(&*row, &*grads, |row| plain(row, &x, &p), CheckOptions::default())
                        .unwrap();
                }
            }
        }
    };
}

width!(two, 2);
width!(three, 3);
width!(five, 5);
width!(eight, 8);
width!(ten, 10);
width!(sixteen, 16);
width!(seventeen, 17);
width!(twenty_five, 25);
width!(sixty_four, 64);
width!(sixty_five, 65);
width!(eighty, 80);
width!(ninety_six, 96);
width!(one_hundred_and_forty_four, 144);
width!(two_hundred_and_fifty_six, 256);
width!(two_hundred_and_fifty_seven, 257);
width!(three_hundred_and_twenty, 320);

net! {
    dim N;

    /// Elements beside each other, under guards: a row that begins one before them lies outside.
    pub struct Neighbours {
        mix: f64[6, 6] = normal(1),
        turn: f64[6] = normal(1),
    }

    impl Neighbours {
        #[grad]
        pub fn pairs(x: f64[N, 6]) -> f64 {
            let h = x @ mix;
            let y[n, d] = if d % 2 == 0 { h[n, d] - h[n, d + 1] * sin(turn[d]) } else { h[n, d] + h[n, d - 1] * sin(turn[d]) };
            sum(y * y)
        }

        #[grad]
        pub fn before(x: f64[N, 6]) -> f64 {
            let h = x @ mix;
            let y[n, d] = h[n, d] + (if d > 0 { h[n, d - 1] * sin(turn[d]) } else { 0 }) + (if d < 5 { h[n, d + 1] * cos(turn[d]) } else { 0 });
            sum(y * y)
        }
    }
}

#[test]
fn neighbours_under_guards() {
    let (model, mut grads, mut workspace) = (Neighbours::init(4), Neighbours::zeros(), Workspace::new());
    for n in [1, 2, 5] {
        let x: Vec<[f64; 6]> =
            (0..n).map(|i| std::array::from_fn(|j| ((i * 6 + j) as f64 * 1.3).sin())).collect();
        model.pairs(&mut workspace, &x).backward(&mut grads);
        let value = |model: &Neighbours| model.pairs_value(&mut Workspace::new(), &x);
        check_gradient(&*model, &*grads, value, CheckOptions::default()).unwrap();
        model.before(&mut workspace, &x).backward(&mut grads);
        let value = |model: &Neighbours| model.before_value(&mut Workspace::new(), &x);
        check_gradient(&*model, &*grads, value, CheckOptions::default()).unwrap();
    }
}
