//! Subscripts that only a run can tell inside their axis: where an argument alone says so, a mistake panics before
//! anything is written, and where a branch is not taken nothing is read.

use crate::{message_of, refused};
use chainrule::{Tensor, TensorMut, Workspace, net};
use std::cell::Cell;
use std::panic;

net! {
    dim N, M;

    /// Whatever can be subscripted wrongly.
    pub struct Subscripts {
        table: f64[5, 2] = ones,
    }

    impl Subscripts {
        #[grad]
        pub fn gather(index: u32[N]) -> f64 { sum(table[index]) }

        /// Two uses of one index.
        #[grad(self, x)]
        pub fn pick(x: f64[M], index: u32[N], which: u32) -> f64 { sum(x[index]) * table[which, 1] }

        /// Codes of one label and of a computed one.
        #[grad(x)]
        pub fn coded(x: f64[N, M], label: u32[N]) -> f64 {
            sum(one_hot(label, 4)) + sum(one_hot(argmax(x, axis = 1), 2) * x[.., 0..2])
        }

        /// One index beyond the last one.
        #[grad(x)]
        pub fn after(x: f64[M], index: u32[N]) -> f64[N] {
            let y[i] = x[index[i] + 1];
            y
        }

        /// The same in the second axis: what lies behind the end of a row is the next row.
        #[grad(x)]
        pub fn after_in_row(x: f64[N, M], index: u32[N]) -> f64[N] {
            let y[n] = x[n, index[n] + 1];
            y
        }

        #[grad(x)]
        pub fn behind_the_first(x: f64[N, M]) -> f64[N] {
            let y[n] = if n == 0 { x[n, n + 3] } else { 0 };
            y
        }

        /// Read only where it is inside.
        #[grad(x)]
        pub fn after_if_there(x: f64[N, M], index: u32[N]) -> f64[N] {
            let y[n] = if index[n] + 1 < M { x[n, index[n] + 1] } else { 0 };
            y
        }

        /// Read only where an argument says so.
        #[grad(x)]
        pub fn after_where(x: f64[N, M], index: u32[N], there: bool[N]) -> f64[N] {
            let y[n] = if there[n] { x[n, index[n] + 1] } else { 0 };
            y
        }

        /// Its neighbour is there only where an argument says so.
        #[grad(x)]
        pub fn next_where(x: f64[N], there: bool[N]) -> f64[N] {
            let y[n in 0..N] = if there[n] { x[n + 1] } else { 0 };
            y
        }

        /// Its neighbour is there only where what is computed says so.
        #[grad(x)]
        pub fn next_positive(x: f64[N]) -> f64[N] {
            let y[n in 0..N] = if x[n] > 0 { x[n + 1] } else { 0 };
            y
        }

        /// The first iteration alone reads, at a place that the second one would count below 0.
        #[grad(x)]
        pub fn early(x: f64[3, N, 1], start: f64[N, N]) -> f64 {
            let mut m = start;
            for t in 1..3 {
                m = sigmoid(m - (if t + 1 < 3 { x[2 - (t + 1)] + zeros([N, N]) } else { zeros([N, N]) }));
            }
            sum(m)
        }

        /// What is computed says where.
        #[grad(x)]
        pub fn after_largest(x: f64[N, M]) -> f64[N] {
            let best = argmax(x, axis = 1);
            let y[n] = x[n, best[n] + 1];
            y
        }

        /// Read only where what is computed says so.
        #[grad(x)]
        pub fn after_positive(x: f64[N, M], index: u32[N]) -> f64[N] {
            let y[n] = if x[n, 0] > 0 { x[n, index[n] + 1] } else { 0 };
            y
        }

        /// Written one behind the index.
        #[grad(x)]
        pub fn spread(x: f64[N], index: u32[N], m: dim M) -> f64[N, M] {
            let mut y = zeros([N, M]);
            for n in 0..N { y[n, index[n] + 1] += x[n]; }
            y
        }

        /// A slice.
        #[grad(x)]
        pub fn first_three(x: f64[N, M]) -> f64[N] { sum(x[.., 0..3], axis = 1) }

        /// Needs four.
        #[grad(x)]
        pub fn front(x: f64[N]) -> f64[4] {
            let y[i in 0..4] = x[i] * x[i];
            y
        }

        /// Whatever places are listed, what is read of them is what was there before.
        pub fn twice_as_much(x: f64[4], index: u32[3]) -> f64[4] {
            let mut h = x * 1;
            for t in 0..2 { h[index] = h[index] * 2 + t; }
            h
        }
    }
}

#[test]
fn indices_out_of_range() {
    let model = Subscripts::init(0);
    let message =
        refused(0.5, |ws, gradient: &mut Subscripts| model.gather(ws, &[4, 0, 5, 6]).backward(gradient));
    assert_eq!(message, "Subscripts::gather: `index[2]` is 5, expected less than 5");
    let message = refused(0.5, |ws, gradient: &mut Subscripts| {
        model.pick(ws, &[1.0; 3], &[0, 3], 0).backward(gradient, &mut [0.0; 3]);
    });
    assert_eq!(message, "Subscripts::pick: `index[1]` is 3, expected less than 3");
    let message = refused(0.5, |ws, gradient: &mut Subscripts| {
        model.pick(ws, &[1.0; 3], &[0, 2], 5).backward(gradient, &mut [0.0; 3]);
    });
    assert_eq!(message, "Subscripts::pick: `which` is 5, expected less than 5");
}

#[test]
fn codes_out_of_range() {
    let model = Subscripts::init(0);
    let x = Tensor::new(&[1.0, 2.0, 0.0, 4.0, 3.0, 0.0], [2, 3]);
    let mut d_x = [0.5; 6];
    let message = refused(0.5, |ws, _: &mut Subscripts| {
        model.coded(ws, x, &[0, 4]).backward(&mut TensorMut::new(&mut d_x, [2, 3]));
    });
    assert_eq!(message, "Subscripts::coded: `label[1]` is 4, expected less than 4");
    let mut workspace = Workspace::new();
    let far = Tensor::new(&[1.0, 2.0, 3.0], [1, 3]);
    let message = message_of(|| model.coded_value(&mut workspace, far, &[0]));
    assert_eq!(message, "Subscripts::coded: subscript 2 of axis 1 of `one_hot` is outside 0..2");
    let pass = model.coded(&mut workspace, x, &[0, 3]);
    assert_eq!(pass.value(), 8.0);
    pass.backward(&mut TensorMut::new(&mut d_x, [2, 3]));
    assert_eq!(d_x, [0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
}

#[test]
fn computed_subscripts_out_of_range() {
    let model = Subscripts::init(0);
    let mut d_x = [0.5; 3];
    let mut workspace = Workspace::new();
    let message =
        message_of(|| model.after(&mut workspace, &[1.0; 3], &[0, 2]).backward(&[1.0; 2], &mut d_x));
    assert_eq!(message, "Subscripts::after: subscript 3 of axis 0 of `x` is outside 0..3");
    assert_eq!(d_x, [0.5; 3]);
}

/// The memory of rows is one piece, so that only a check of its own sees that a subscript leaves its row.
#[test]
fn subscripts_stay_in_their_row() {
    let model = Subscripts::init(0);
    let x = Tensor::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [2, 3]);
    let mut workspace = Workspace::new();
    let message = message_of(|| model.after_in_row_value(&mut workspace, x, &[2, 0]).to_vec());
    assert_eq!(message, "Subscripts::after_in_row: subscript 3 of axis 1 of `x` is outside 0..3");
    let message = message_of(|| model.after_in_row(&mut workspace, x, &[2, 0]).value().to_vec());
    assert_eq!(message, "Subscripts::after_in_row: subscript 3 of axis 1 of `x` is outside 0..3");
    let message = message_of(|| model.behind_the_first(&mut workspace, x).value().to_vec());
    assert_eq!(message, "Subscripts::behind_the_first: subscript 3 of axis 1 of `x` is outside 0..3");
    let mut d_x = [0.5; 6];
    let pass = model.after_in_row(&mut workspace, x, &[1, 0]);
    assert_eq!(pass.value(), [3.0, 5.0]);
    pass.backward(&[1.0, 10.0], &mut TensorMut::new(&mut d_x, [2, 3]));
    assert_eq!(d_x, [0.0, 0.0, 1.0, 0.0, 10.0, 0.0]);
}

#[test]
fn sizes_that_subscripts_need() {
    let model = Subscripts::init(0);
    let mut d_x = [0.5; 3];
    let message = refused(0.5, |ws, _: &mut Subscripts| {
        model.front(ws, &[1.0; 3]).backward(&[1.0; 4], &mut d_x);
    });
    assert_eq!(message, "Subscripts::front: subscript 3 of axis 0 of `x` is outside 0..3");
    assert_eq!(d_x, [0.5; 3]);
    let mut d_x = [0.5; 4];
    let mut workspace = Workspace::new();
    model.front(&mut workspace, &[1.0; 4]).backward(&[1.0; 4], &mut d_x);
    assert_eq!(d_x, [2.0; 4]);
}

#[test]
fn guarded_subscripts_are_checked_where_they_are_read() {
    let model = Subscripts::init(0);
    let x = Tensor::new(&[1.0, 2.0, 3.0, -4.0, 5.0, 6.0], [2, 3]);
    let mut workspace = Workspace::new();
    let mut d_x = [0.5; 6];
    let pass = model.after_if_there(&mut workspace, x, &[2, 1]);
    assert_eq!(pass.value(), [0.0, 6.0]);
    pass.backward(&[1.0, 10.0], &mut TensorMut::new(&mut d_x, [2, 3]));
    assert_eq!(d_x, [0.0, 0.0, 0.0, 0.0, 0.0, 10.0]);
    let pass = model.after_where(&mut workspace, x, &[2, 1], &[false, true]);
    assert_eq!(pass.value(), [0.0, 6.0]);
    pass.backward(&[1.0, 10.0], &mut TensorMut::new(&mut d_x, [2, 3]));
    assert_eq!(d_x, [0.0, 0.0, 0.0, 0.0, 0.0, 10.0]);
    let message =
        message_of(|| model.after_where(&mut workspace, x, &[2, 1], &[true, true]).value().to_vec());
    assert_eq!(message, "Subscripts::after_where: subscript 3 of axis 1 of `x` is outside 0..3");
    let pass = model.after_positive(&mut workspace, x, &[1, 2]);
    assert_eq!(pass.value(), [3.0, 0.0]);
    let message = message_of(|| model.after_positive(&mut workspace, x, &[2, 1]).value().to_vec());
    assert_eq!(message, "Subscripts::after_positive: subscript 3 of axis 1 of `x` is outside 0..3");
}

#[test]
fn what_a_value_leaves_out_is_not_read() {
    let model = Subscripts::init(0);
    let mut workspace = Workspace::new();
    let mut d_x = [0.5; 3];
    let pass = model.next_where(&mut workspace, &[1.0, 2.0, 3.0], &[true, true, false]);
    assert_eq!(pass.value(), [2.0, 3.0, 0.0]);
    pass.backward(&[1.0, 10.0, 100.0], &mut d_x);
    assert_eq!(d_x, [0.0, 1.0, 10.0]);
    let pass = model.next_positive(&mut workspace, &[1.0, 2.0, -3.0]);
    assert_eq!(pass.value(), [2.0, -3.0, 0.0]);
    pass.backward(&[1.0, 10.0, 100.0], &mut d_x);
    assert_eq!(d_x, [0.0, 1.0, 10.0]);
    let message = message_of(|| model.next_where(&mut workspace, &[1.0], &[true]).value().to_vec());
    assert_eq!(message, "Subscripts::next_where: subscript 1 of axis 0 of `x` is outside 0..1");
    let message = message_of(|| model.next_positive(&mut workspace, &[1.0]).value().to_vec());
    assert_eq!(message, "Subscripts::next_positive: subscript 1 of axis 0 of `x` is outside 0..1");
}

#[test]
fn what_an_index_leaves_out_adds_nothing() {
    let (model, mut workspace) = (Subscripts::init(0), Workspace::new());
    let start = [0.1, -0.2, 0.3, 0.4];
    let mut d_x = [0.5; 6];
    let x = [0.3, -0.1, 7.0, 7.0, 7.0, 7.0];
    let pass = model.early(&mut workspace, Tensor::new(&x, [3, 2, 1]), Tensor::new(&start, [2, 2]));
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let slope = |y: f64| y * (1.0 - y);
    let (mut value, mut expected) = (0.0, [0.0; 6]);
    for (place, start) in start.iter().enumerate() {
        let first = sigmoid(start - x[place / 2]);
        value += sigmoid(first);
        expected[place / 2] -= slope(sigmoid(first)) * slope(first);
    }
    assert!((pass.value() - value).abs() < 1e-12);
    pass.backward(&mut TensorMut::new(&mut d_x, [3, 2, 1]));
    for (found, expected) in d_x.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-12, "{d_x:?}");
    }
}

#[test]
fn computed_subscripts_are_checked() {
    let model = Subscripts::init(0);
    let mut workspace = Workspace::new();
    let mut d_x = [0.5; 6];
    let x = Tensor::new(&[1.0, 9.0, 3.0, 7.0, 5.0, 6.0], [2, 3]);
    let pass = model.after_largest(&mut workspace, x);
    assert_eq!(pass.value(), [3.0, 5.0]);
    pass.backward(&[1.0, 10.0], &mut TensorMut::new(&mut d_x, [2, 3]));
    assert_eq!(d_x, [0.0, 0.0, 1.0, 0.0, 10.0, 0.0]);
    let x = Tensor::new(&[1.0, 2.0, 3.0, 7.0, 5.0, 6.0], [2, 3]);
    let message = message_of(|| model.after_largest(&mut workspace, x).value().to_vec());
    assert_eq!(message, "Subscripts::after_largest: subscript 3 of axis 1 of `x` is outside 0..3");
}

#[test]
fn written_subscripts_and_slices_stay_in_their_row() {
    let model = Subscripts::init(0);
    let mut workspace = Workspace::new();
    let mut d_x = [0.5; 2];
    let message =
        message_of(|| model.spread(&mut workspace, &[1.0, 2.0], &[2, 0], 3).value().as_slice().to_vec());
    assert_eq!(message, "Subscripts::spread: subscript 3 of axis 1 of `y` is outside 0..3");
    let pass = model.spread(&mut workspace, &[1.0, 2.0], &[1, 0], 3);
    assert_eq!(pass.value().as_slice(), [0.0, 0.0, 1.0, 0.0, 2.0, 0.0]);
    pass.backward(Tensor::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [2, 3]), &mut d_x);
    assert_eq!(d_x, [3.0, 5.0]);
    let narrow = Tensor::new(&[1.0, 2.0, 3.0, 4.0], [2, 2]);
    let message = message_of(|| model.first_three(&mut workspace, narrow).value().to_vec());
    assert_eq!(message, "Subscripts::first_three: subscript 2 of axis 1 of `x` is outside 0..2");
}

#[test]
fn a_place_that_is_listed_twice_is_written_once() {
    let (model, mut workspace) = (Subscripts::init(0), Workspace::new());
    let mut of = |index| *model.twice_as_much(&mut workspace, &[1.0, 2.0, 3.0, 4.0], &index);
    assert_eq!(of([3, 1, 2]), [1.0, 9.0, 13.0, 17.0]);
    assert_eq!(of([1, 1, 2]), [1.0, 9.0, 13.0, 4.0]);
}

thread_local! {
    static LINE: Cell<u32> = const { Cell::new(0) };
}

/// What an argument tells is the caller's mistake; what is computed is found in the function that the net declares.
#[test]
fn panics_have_a_place() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        LINE.set(info.location().map_or(0, panic::Location::line));
        before(info);
    }));
    let model = Subscripts::init(0);
    let mut workspace = Workspace::new();
    let x = Tensor::new(&[1.0, 2.0, 3.0, 4.0, 6.0, 5.0], [2, 3]);
    let declared = |name: &str| {
        let text = format!("pub fn {name}(");
        let line = include_str!("subscripts.rs").lines().position(|line| line.contains(&text));
        line.map_or(0, |line| line as u32 + 1)
    };
    message_of(|| model.after_largest_value(&mut workspace, x).to_vec());
    assert_eq!(LINE.get(), declared("after_largest"));
    message_of(|| model.after_positive(&mut workspace, x, &[0, 2]).value().to_vec());
    assert_eq!(LINE.get(), declared("after_positive"));
    message_of(|| model.gather_value(&mut workspace, &[5]));
    assert_eq!(LINE.get(), line!() - 1);
}
