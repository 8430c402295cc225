//! `…_step` block by block: where rows do not mix, a batch of any size is what `backward` and the optimiser's `step`
//! make of it, in memory that does not grow with it.

use crate::fused::{apart, numbers};
use crate::networks::labels;
use chainrule::{Adam, AdamW, Optimiser, Params, Sgd, Tensor, Workspace, net};

net! {
    dim N, M, T;

    /// The residual of a differential equation at some points, values at others, and a decay of weights.
    pub struct Heat {
        enter: Linear<2, 24>,
        deep: Linear<24, 24>,
        #[frozen]
        scale: f32[24] = ones,
        leave: Linear<24, 1>,
    }

    impl Heat {
        pub fn u(x: f32[N], t: f32[N]) -> f32[N] {
            leave(tanh(deep(scale * tanh(enter(stack([x, t], axis = 1))))))[.., 0]
        }

        #[grad]
        pub fn loss(inside: f32[N, 2], edge: f32[M, 2], value: f32[M]) -> f32 {
            let x = inside[.., 0];
            let t = inside[.., 1];
            let v = u(x, t);
            let residual = grad(v, t) - grad(grad(v, x), x);
            let missed = u(edge[.., 0], edge[.., 1]) - value;
            mean(residual * residual) + mean(missed * missed) + 1e-3 * sum(deep.weight * deep.weight)
        }
    }

    /// Over run-time T, with labels.
    pub struct Cells {
        cell: Gru<3, 5>,
        out: Linear<5, 4>,
    }

    impl Cells {
        #[grad]
        pub fn loss(x: f32[N, T, 3], label: u32[N]) -> f32 {
            let (_, h) = cell(permute(x, [1, 0, 2]), zeros([N, 5]));
            cross_entropy(out(h), label)
        }
    }
}

net! {
    dim N;

    /// The same weights at every place, in other numbers.
    pub struct Places {
        conv: Conv2d<1, 3, 3>,
        deep: Conv2d<3, 3, 3>,
        out: Linear<108, 2>,
    }

    impl Places {
        #[grad]
        pub fn loss(x: f64[N, 1, 10, 10], y: f64[N, 2]) -> f64 {
            mse(out(flatten(relu(deep(relu(conv(x)))), from = 1)), y)
        }
    }
}

/// Some steps of a network both ways, in a workspace of exactly the size that is asked for.
macro_rules! assert_alike {
    ($net:ident, $optimiser:expr, $size:expr, $near:expr, $($argument:expr),+) => {{
        let (mut stepped, mut model, mut gradient) = ($net::init(1), $net::init(1), $net::zeros());
        let (mut one, mut other) = ($optimiser, $optimiser);
        let mut memory = vec![0.0; $size];
        let mut workspace = Workspace::new();
        for _ in 0..4 {
            let value = stepped.loss_step(&mut Workspace::from_slice(&mut memory), &mut one, $($argument),+);
            let pass = model.loss(&mut workspace, $($argument),+);
            assert!((pass.value() - value).abs() <= $near, "the value before the step: {value}, {}", pass.value());
            pass.backward(&mut gradient);
            Optimiser::step(&mut other, &mut *model, &*gradient);
        }
        let near: f64 = $near.into();
        let found = apart(&*stepped, &*model, near);
        assert!(found <= 1.0, "{found} times too far: {}", stringify!($optimiser $(, $argument)+));
        assert!(apart(&*stepped, &*$net::init(1), near) > 10.0, "{} learns", stringify!($net));
    }};
}

#[test]
fn points_of_two_kinds() {
    for (n, m) in [(1, 1), (257, 64), (700, 1), (40, 500)] {
        let inside: Vec<f32> = numbers(2 * n).map(|x| x as f32).collect();
        let edge: Vec<f32> = numbers(2 * m).map(|x| -x as f32).collect();
        let value: Vec<f32> = numbers(m).map(|x| x as f32).collect();
        let (inside, edge) = (inside.as_chunks().0, edge.as_chunks().0);
        let size = Heat::loss_workspace(n, m);
        assert_alike!(Heat, Sgd::new(0.01).momentum(0.9), size, 2e-5_f32, inside, edge, &value);
        assert_alike!(Heat, AdamW::new(1e-3), size, 2e-4_f32, inside, edge, &value);
    }
}

#[test]
fn sequences_of_any_length() {
    for (n, t) in [(1, 4), (33, 1), (600, 5)] {
        let x: Vec<f32> = numbers(3 * n * t).map(|x| x as f32).collect();
        let (x, label) = (Tensor::new(&x, [n, t, 3]), labels(n, 4));
        let size = Cells::loss_workspace(n, t);
        assert_alike!(Cells, Sgd::new(0.05), size, 2e-5_f32, x, &label);
    }
}

#[test]
fn pictures() {
    for n in [1, 31, 100] {
        let (x, y): (Vec<f64>, Vec<f64>) = (numbers(100 * n).collect(), numbers(2 * n).collect());
        let x: &[[[[f64; 10]; 10]; 1]] = x.as_chunks().0.as_chunks().0.as_chunks().0;
        let size = Places::loss_workspace(n);
        assert_alike!(Places, Adam::new(1e-3), size, 1e-11_f64, x, y.as_chunks().0);
    }
}

/// Without rows there is nothing to learn from but the weights themselves; what is frozen stays.
#[test]
fn no_rows() {
    let mut heat = Heat::init(1);
    let start = Heat::init(1);
    heat.loss_step(&mut Workspace::new(), &mut AdamW::new(0.1), &[[0.5; 2]; 900], &[], &[]);
    assert_eq!(heat.scale, start.scale);
    assert_ne!(heat.deep.weight, start.deep.weight);
    let (mut cells, start) = (Cells::init(1), Cells::init(1));
    let mut x = [[0.5; 3]; 2000];
    x[7][1] = -2.0;
    let x = Tensor::new(x.as_flattened(), [1000, 2, 3]);
    cells.loss_step(&mut Workspace::new(), &mut Sgd::new(0.1), x, &labels(1000, 4));
    assert_ne!(cells.out.bias, start.out.bias);
}

/// The memory of a step is that of a block.
#[test]
fn memory_stays() {
    let taken = |rows: usize| {
        let mut workspace = Workspace::new();
        let points: Vec<[f32; 2]> = (0..rows).map(|i| [i as f32 / rows as f32, 0.5]).collect();
        Heat::init(1).loss_step(&mut workspace, &mut Sgd::new(0.1), &points, &[[0.5; 2]], &[1.0]);
        workspace.len()
    };
    assert!(taken(100_000) <= 2 * taken(1000), "{} and {}", taken(100_000), taken(1000));
    assert!(Heat::loss_workspace(100_000, 1) > 10 * taken(100_000));
}

/// A label that is out of range is found before anything changes, in whatever block it is.
#[test]
fn a_wrong_label_changes_nothing() {
    for wrong in [0, 999] {
        let (mut cells, start) = (Cells::init(1), Cells::init(1));
        let (mut adam, mut label) = (Adam::new(0.1), labels(1000, 4));
        label[wrong] = 4;
        let x = vec![0.25; 3000];
        let step = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let x = Tensor::new(&x, [1000, 1, 3]);
            cells.loss_step(&mut Workspace::new(), &mut adam, x, &label);
        }));
        assert!(step.is_err());
        assert_eq!(cells.as_slice(), start.as_slice());
    }
}
