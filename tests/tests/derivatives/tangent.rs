//! `#[jvp]`: J·v against backward's Jᵀ·w, ⟨w, J·v⟩ = ⟨Jᵀ·w, v⟩, and against central differences.

use chainrule::{Params as _, Tensor, TensorMut, Workspace, net};
use chainrule_tests::{Array as _, assert_near};

net! {
    dim N, T;

    /// Layers of several kinds.
    pub struct Mixed {
        fc: Linear<3, 4>,
        attention: MultiHeadAttention<4, 2>,
        #[frozen]
        shift: f64[4] = ones,
    }

    impl Mixed {
        /// A batch of rows.
        #[grad(self, x)]
        #[jvp(self, x)]
        pub fn rows(x: f64[N, 3]) -> f64[N, 4] { softmax(gelu(fc(x)) * x[.., 0..1] + shift, axis = 1) }

        /// By the parameters alone.
        #[grad]
        #[jvp]
        pub fn attended(x: f64[N, T, 4]) -> f64 { sum(attention(x) * x) }
    }

    /// Others.
    pub struct Others {
        cell: Lstm<4, 3>,
        conv: Conv2d<2, 3, 3>,
    }

    impl Others {
        /// A loop; several results, one of them no float.
        #[grad(x, h)]
        #[jvp(x, h)]
        pub fn recurrent(x: f64[T, N, 4], h: f64[N, 3]) -> (f64[T, N, 3], u32[N], f64) {
            let (ys, (last, _)) = cell(x, (h, tanh(h)));
            (ys, argmax(last, axis = 1), mean(last * last))
        }

        /// All sizes known.
        #[grad(x)]
        #[jvp(x)]
        pub fn image(x: f64[1, 2, 5, 4]) -> f64[1, 3] { global_avg_pool(max_pool2d(sin(conv(x, padding = 1)), 2)) }

        /// One number by one number.
        #[jvp(x)]
        pub fn number(x: f64) -> f64 { exp(sin(x)) * x }
    }
}

fn data(count: usize, seed: f64) -> Vec<f64> {
    (0..count).map(|i| (0.9 * i as f64 + seed).sin()).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn direction(seed: f64) -> Box<Mixed> {
    let mut direction = Mixed::zeros();
    let count = direction.as_slice().len();
    direction.as_mut_slice().copy_from_slice(&data(count, seed));
    direction
}

#[test]
fn rows() {
    let model = Mixed::init(5);
    let (x, t_x) = (<[[f64; 3]; 5]>::of(&data(15, 0.1)), <[[f64; 3]; 5]>::of(&data(15, 2.0)));
    let v = direction(0.4);
    let cotangent = <[[f64; 4]; 5]>::of(&data(20, 1.0));
    let mut ws = Workspace::new();
    let (value, tangent) = model.rows_jvp(&mut ws, &x, &v, &t_x);
    let (value, tangent) = (value.to_vec(), tangent.to_vec());
    assert_near("the value", value.as_flattened(), model.rows_value(&mut ws, &x).as_flattened(), 1e-14);
    let mut gradient = Mixed::zeros();
    let mut d_x = [[0.0; 3]; 5];
    model.rows(&mut ws, &x).backward(&cotangent, &mut gradient, &mut d_x);
    let forward = dot(&cotangent.flat(), tangent.as_flattened());
    let backward = dot(gradient.as_slice(), v.as_slice()) + dot(&d_x.flat(), &t_x.flat());
    assert_near("⟨w, J·v⟩", &[forward], &[backward], 1e-13);

    let step = 1e-6;
    let mut at = |by: f64| {
        let mut moved = model.clone();
        for (parameter, direction) in moved.as_mut_slice().iter_mut().zip(v.as_slice()) {
            *parameter += by * direction;
        }
        // A frozen parameter has no direction.
        moved.shift = model.shift;
        let x: Vec<f64> = x.flat().iter().zip(t_x.flat()).map(|(x, t)| x + by * t).collect();
        moved.rows_value(&mut ws, &<[[f64; 3]; 5]>::of(&x)).as_flattened().to_vec()
    };
    let (above, below) = (at(step), at(-step));
    let differences: Vec<f64> =
        above.iter().zip(below).map(|(above, below)| (above - below) / (2.0 * step)).collect();
    assert_near("J·v", tangent.as_flattened(), &differences, 1e-8);
}

#[test]
fn loops_and_several_results() {
    let model = Others::init(5);
    let (x, t_x, h, t_h) = (data(24, 0.1), data(24, 2.0), data(6, 0.5), data(6, 3.0));
    let [x, t_x] = [&x, &t_x].map(|data| Tensor::new(data, [3, 2, 4]));
    let [h, t_h] = [&h, &t_h].map(|data| <[[f64; 3]; 2]>::of(data));
    let mut ws = Workspace::new();
    let ((ys, best, value), (t_ys, t_value)) = model.recurrent_jvp(&mut ws, x, &h, t_x, &t_h);
    assert_eq!(ys.shape(), [3, 2, 3]);
    assert_eq!(t_ys.shape(), [3, 2, 3]);
    assert!(best.iter().all(|best| *best < 3) && value > 0.0);
    let t_ys = t_ys.as_slice().to_vec();
    let w = data(18, 1.5);
    let (mut d_x, mut d_h) = (vec![0.0; 24], [[0.0; 3]; 2]);
    model.recurrent(&mut ws, x, &h).backward(
        (Tensor::new(&w, [3, 2, 3]), 0.3),
        &mut TensorMut::new(&mut d_x, [3, 2, 4]),
        &mut d_h,
    );
    let forward = dot(&w, &t_ys) + 0.3 * t_value;
    let backward = dot(&d_x, t_x.as_slice()) + dot(&d_h.flat(), &t_h.flat());
    assert_near("⟨w, J·v⟩", &[forward], &[backward], 1e-13);
}

#[test]
fn known_sizes() {
    let model = Others::init(5);
    let [x, t_x] = [0.1, 2.0].map(|seed| <[[[[f64; 4]; 5]; 2]; 1]>::of(&data(40, seed)));
    let mut ws = Workspace::new();
    let (_, tangent) = model.image_jvp(&mut ws, &x, &t_x);
    let tangent = tangent.flat();
    let w = [[0.5, -1.0, 2.0]];
    let mut d_x = x;
    model.image(&mut ws, &x).backward(&w, &mut d_x);
    assert_near("⟨w, J·v⟩", &[dot(&w.flat(), &tangent)], &[dot(&d_x.flat(), &t_x.flat())], 1e-13);
}

#[test]
fn one_number() {
    let (value, slope) = Others::zeros().number_jvp(&mut Workspace::new(), 0.7, 2.0);
    let expected = 0.7_f64.sin().exp() * 0.7;
    assert_near("the value", &[value], &[expected], 1e-15);
    assert_near("the slope", &[slope], &[2.0 * (0.7_f64.sin().exp() * (1.0 + 0.7 * 0.7_f64.cos()))], 1e-15);
}

#[test]
fn by_the_parameters() {
    let model = Mixed::init(5);
    let x = data(24, 0.2);
    let x = Tensor::new(&x, [2, 3, 4]);
    let v = direction(1.0);
    let mut ws = Workspace::new();
    let (value, slope) = model.attended_jvp(&mut ws, x, &v);
    let mut gradient = Mixed::zeros();
    let pass = model.attended(&mut ws, x);
    assert_near("the value", &[value], &[pass.value()], 1e-14);
    pass.backward(&mut gradient);
    assert_near("the slope", &[slope], &[dot(gradient.as_slice(), v.as_slice())], 1e-13);
}

#[test]
#[should_panic(expected = "Mixed::rows: `t_x` has 2 rows, but N = 1 (from `x`)")]
fn directions_have_the_shape_of_what_they_are_for() {
    Mixed::zeros().rows_jvp(&mut Workspace::new(), &[[0.0; 3]], &Mixed::zeros(), &[[0.0; 3]; 2]);
}
