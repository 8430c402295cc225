//! A small classifier of so many classes that the largest is looked for by vectors: inside of a pass that is compiled
//! for the CPU as a whole, and in loops that are.

use chainrule::{Params, Workspace, net};

net! {
    dim N;

    /// Small products alone.
    pub struct Classes { enter: Linear<2, 16>, leave: Linear<16, 20>, scale: f32[20] = ones }

    impl Classes {
        pub fn logits(x: f32[N, 2]) -> f32[N, 20] { leave(tanh(enter(x))) * scale }

        pub fn choose(x: f32[N, 2]) -> u32[N] { argmax(logits(x), axis = 1) }

        pub fn shares(x: f32[N, 2]) -> f32[N, 20] { softmax(logits(x)) }

        /// Of classes up to each: lanes are compared with an index.
        pub fn up_to(x: f32[N, 2]) -> f32[N, 20] {
            let y = logits(x);
            let sums[n, i in 0..20] = sum[j in 0..20](if j <= i { y[n, j] } else { 0 });
            sums
        }

        #[grad]
        pub fn loss(x: f32[N, 2], label: u32[N]) -> f32 { cross_entropy(logits(x), label) }
    }
}

fn rows(n: usize) -> Vec<[f32; 2]> {
    (0..n).map(|i| [(0.7 * i as f32).sin(), (1.3 * i as f32).cos()]).collect()
}

#[test]
fn the_first_largest_and_what_is_no_number() {
    let mut ws = Workspace::new();
    for n in [0, 1, 3, 17] {
        let mut model = Classes::init(5);
        // Two classes are always alike, and none of the last is a number.
        model.leave.weight.iter_mut().for_each(|row| row[7] = row[3]);
        for no_number in [false, true] {
            if no_number {
                model.scale[18..].fill(f32::NAN);
            }
            let logits = model.logits(&mut ws, &rows(n)).to_vec();
            let found = model.choose(&mut ws, &rows(n)).to_vec();
            let expected: Vec<u32> = logits
                .iter()
                .map(|row| {
                    let nan = row.iter().position(|x| x.is_nan());
                    let largest = || (1..20).fold(0, |best, i| if row[i] > row[best] { i } else { best });
                    nan.unwrap_or_else(largest) as u32
                })
                .collect();
            assert_eq!(found, expected);
        }
    }
}

#[test]
fn shares_and_sums() {
    let (model, mut ws) = (Classes::init(5), Workspace::new());
    let logits = model.logits(&mut ws, &rows(17)).to_vec();
    let shares = model.shares(&mut ws, &rows(17)).to_vec();
    let sums = model.up_to(&mut ws, &rows(17)).to_vec();
    for ((logits, shares), sums) in logits.iter().zip(shares).zip(sums) {
        let all: f64 = logits.iter().map(|&x| f64::from(x).exp()).sum();
        let mut sum = 0.0;
        for i in 0..20 {
            let share = f64::from(logits[i]).exp() / all;
            assert!((f64::from(shares[i]) - share).abs() < 1e-6 * share, "{} instead of {share}", shares[i]);
            sum += f64::from(logits[i]);
            assert!((f64::from(sums[i]) - sum).abs() < 1e-5, "{} instead of {sum}", sums[i]);
        }
    }
}

#[test]
fn the_gradient_is_that_of_differences() {
    let (model, mut ws, x) = (Classes::init(5), Workspace::new(), rows(3));
    let label = [3, 19, 0];
    let mut gradient = Classes::zeros();
    model.loss(&mut ws, &x, &label).backward(&mut gradient);
    for (i, &found) in gradient.as_slice().iter().enumerate() {
        let mut at = |step: f32| {
            let mut moved = model.clone();
            moved.as_mut_slice()[i] += step;
            f64::from(moved.loss_value(&mut ws, &x, &label))
        };
        let expected = (at(0.01) - at(-0.01)) / 0.02;
        assert!((f64::from(found) - expected).abs() < 1e-4, "{i}: {found} instead of {expected}");
    }
}
