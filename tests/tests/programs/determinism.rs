//! The same bits every time, on every machine.

use chainrule::{Params, net};

net! {
    /// Every initialiser.
    pub struct Singles {
        by_default: f32[5, 7],
        zeros: f32[3] = zeros,
        ones: f32[3] = ones,
        constant: f32[2, 2] = constant(-0.3),
        normal: f32[9] = normal(0.5),
        uniform: f32[9] = uniform(-2, 0.5),
        glorot_uniform: f32[4, 6] = glorot_uniform,
        glorot_normal: f32[4, 6] = glorot_normal,
        he_uniform: f32[4, 6] = he_uniform,
        he_normal: f32[4, 6] = he_normal,
        lecun_normal: f32[4, 6] = lecun_normal,
        orthogonal: f32[6, 4] = orthogonal,
        eye: f32[3, 4] = eye,
        literal: f32[2, 2] = [[1.0, 2.5], [-3.0, 0.1]],
        kernel: f32[4, 3, 2, 2] = he_uniform,
        layers: [Linear<3, 3>; 2],
        one: f32 = normal(1),
    }

    impl Singles {
        pub fn nothing(x: f32) -> f32 { x }
    }
}

net! {
    /// Every initialiser.
    pub struct Doubles {
        by_default: f64[5, 7],
        normal: f64[9] = normal(0.5),
        uniform: f64[9] = uniform(-2, 0.5),
        glorot_uniform: f64[4, 6] = glorot_uniform,
        glorot_normal: f64[4, 6] = glorot_normal,
        he_uniform: f64[4, 6] = he_uniform,
        he_normal: f64[4, 6] = he_normal,
        lecun_normal: f64[4, 6] = lecun_normal,
        orthogonal: f64[6, 4] = orthogonal,
        embedding: Embedding<5, 3>,
    }

    impl Doubles {
        pub fn nothing(x: f64) -> f64 { x }
    }
}

net! {
    /// Kernels, whose rows are one axis by the rest.
    pub struct Kernels {
        wide: f32[4, 3, 2, 2] = orthogonal,
        tall: f32[6, 2, 2] = orthogonal,
    }

    impl Kernels {
        pub fn nothing(x: f32) -> f32 { x }
    }
}

/// FNV-1a over the bytes of some numbers.
fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn hash_of_singles(seed: u64) -> u64 {
    hash(Singles::init(seed).as_slice().iter().flat_map(|number| number.to_le_bytes()))
}

fn hash_of_doubles(seed: u64) -> u64 {
    hash(Doubles::init(seed).as_slice().iter().flat_map(|number| number.to_le_bytes()))
}

const PROMISED: [u64; 4] =
    [0xeacf_8d16_42c8_2796, 0xdedc_0221_71f9_f8b8, 0x1e51_56dc_03b9_12ce, 0x9f1c_5013_4b55_dece];

/// A change here changes what every network of a user starts from.
#[test]
fn the_start_of_a_network_is_a_promise() {
    let found = [hash_of_singles(0), hash_of_singles(42), hash_of_doubles(0), hash_of_doubles(42)];
    assert_eq!(found, PROMISED, "{found:#018x?}");
}

#[test]
fn initialisers_do_what_they_are_called() {
    let model = Singles::init(7);
    assert_eq!(model.zeros, [0.0; 3]);
    assert_eq!(model.ones, [1.0; 3]);
    assert_eq!(model.constant, [[-0.3; 2]; 2]);
    assert_eq!(model.literal, [[1.0, 2.5], [-3.0, 0.1]]);
    assert_eq!(model.eye, [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]);
    assert_eq!(model.layers[1].bias, [0.0; 3]);
    assert!(model.uniform.iter().all(|number| (-2.0..0.5).contains(number)));
    let bound = (6.0_f32 / 12.0).sqrt();
    assert!(model.by_default.as_flattened().iter().all(|number| number.abs() <= bound));
    // Fan in 3 · 2 · 2; 48 numbers come near the bound.
    let bound = (6.0_f32 / 12.0).sqrt();
    let largest =
        model.kernel.as_flattened().as_flattened().as_flattened().iter().fold(0.0_f32, |a, b| a.max(b.abs()));
    assert!(largest <= bound && largest > 0.8 * bound, "{largest} of {bound}");
    for a in 0..4 {
        for b in 0..4 {
            let dot: f32 = model.orthogonal.iter().map(|row| row[a] * row[b]).sum();
            assert!((dot - f32::from(u8::from(a == b))).abs() < 1e-6);
        }
    }
}

#[test]
fn orthogonal_kernels() {
    let model = Kernels::init(5);
    let near = |dot: f32, a: usize, b: usize| assert!((dot - f32::from(u8::from(a == b))).abs() < 1e-6);
    for a in 0..4 {
        for b in 0..4 {
            let row = |row: usize| model.wide[row].as_flattened().as_flattened();
            near(row(a).iter().zip(row(b)).map(|(x, y)| x * y).sum(), a, b);
            near(model.tall.iter().map(|row| row.as_flattened()[a] * row.as_flattened()[b]).sum(), a, b);
        }
    }
}

#[test]
fn names_and_shapes() {
    let model = Singles::zeros();
    let tensors = model.tensors();
    let found: Vec<String> =
        tensors.iter().map(|tensor| format!("{} {:?}", tensor.name, tensor.shape)).collect();
    assert_eq!(found[0], "by_default [5, 7]");
    assert_eq!(
        &found[14..],
        [
            "kernel [4, 3, 2, 2]",
            "layers.0.weight [3, 3]",
            "layers.0.bias [3]",
            "layers.1.weight [3, 3]",
            "layers.1.bias [3]",
            "one []",
        ]
    );
    assert_eq!(tensors.iter().map(|tensor| tensor.data.len()).sum::<usize>(), Singles::count());
    // It fills whole lines of the cache.
    assert_eq!(size_of::<Singles>(), (4 * Singles::count()).next_multiple_of(64));
}
