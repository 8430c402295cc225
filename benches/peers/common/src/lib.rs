//! Loading, timing and reporting shared by the Rust peers (the protocol is described in spec.py).
use std::time::Instant;

pub fn load(model: &str, what: &str) -> Vec<f32> {
    let dir = std::env::var("PEERS_DATA").unwrap_or_else(|_| std::env::temp_dir().join("peers-data").display().to_string());
    let bytes = std::fs::read(format!("{dir}/{model}.{what}.f32")).expect("run run.py first: it writes the data");
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
}

/// Takes consecutive pieces of the parameter file.
pub struct Params(std::vec::IntoIter<f32>);
impl Params {
    pub fn new(model: &str) -> Self {
        Params(load(model, "p").into_iter())
    }
    pub fn take(&mut self, n: usize) -> Vec<f32> {
        let v: Vec<f32> = self.0.by_ref().take(n).collect();
        assert_eq!(v.len(), n);
        v
    }
}

pub fn mlp_dims(model: &str) -> &'static [usize] {
    match model {
        "ng" => &[400, 25, 10],
        "mnist_mlp" => &[784, 128, 10],
        "deep_mlp" => &[64, 256, 256, 256, 256, 1],
        "lenet5" => &[400, 120, 84, 10],
        "tiny" => &[2, 16, 16, 1],
        "pinn" => &[2, 20, 20, 20, 20, 1],
        _ => &[],
    }
}

pub const CASES: &[(&str, usize, &str)] = &[
    ("ng", 1, "sgd"), ("ng", 32, "sgd"), ("ng", 100, "sgd"),
    ("mnist_mlp", 1, "sgd"), ("mnist_mlp", 32, "sgd"), ("mnist_mlp", 32, "adam"),
    ("mnist_mlp", 128, "sgd"), ("mnist_mlp", 512, "sgd"),
    ("deep_mlp", 64, "sgd"),
    ("lenet5", 32, "sgd"), ("lenet5", 128, "sgd"),
    ("tiny", 1, "sgd"), ("tiny", 64, "sgd"),
    ("pinn", 256, "sgd"),
    ("attn", 8, "sgd"),
];

pub fn lr(opt: &str) -> f64 {
    if opt == "adam" { 0.001 } else { 0.01 }
}

fn timed(f: &mut dyn FnMut()) -> ([f64; 3], usize) {
    let budget: f64 = std::env::var("PEERS_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(0.3);
    let (t0, mut n) = (Instant::now(), 0);
    while n < 3 || t0.elapsed().as_secs_f64() < budget / 4.0 {
        f();
        n += 1;
    }
    let one = t0.elapsed().as_secs_f64() / n as f64;
    let inner = (5e-4 / one).max(1.0) as usize;
    let (mut t, end) = (vec![], Instant::now());
    while t.len() < 5 || end.elapsed().as_secs_f64() < budget {
        let t0 = Instant::now();
        for _ in 0..inner {
            f();
        }
        t.push(t0.elapsed().as_secs_f64() / inner as f64 * 1e6);
    }
    t.sort_by(f64::total_cmp);
    ([t[t.len() / 2], t[0], t[t.len() - 1]], t.len())
}

/// A model ready to run one case.
pub trait Peer {
    /// One training step; the loss only when asked for.
    fn train(&mut self, want_loss: bool) -> f32;
    fn infer(&mut self);
}

/// `build` returns None for a model this peer does not do.
pub fn main(build: impl Fn(&'static str, usize, &'static str) -> Option<Box<dyn Peer>>) {
    let want: Vec<String> = std::env::args().skip(1).collect();
    for &(model, batch, opt) in CASES {
        let case = format!("{model}/b{batch}/{opt}");
        if !want.is_empty() && !want.iter().any(|w| case.starts_with(w.as_str())) {
            continue;
        }
        let Some(mut m) = build(model, batch, opt) else { continue };
        let loss: Vec<f32> = (0..5).map(|_| m.train(true)).collect();
        let (us, n) = timed(&mut || {
            m.train(false);
        });
        println!(r#"{{"case": "{case}", "mode": "train", "us": {us:?}, "n": {n}, "loss": {loss:?}}}"#);
        if opt == "sgd" {
            let (us, n) = timed(&mut || m.infer());
            println!(r#"{{"case": "{case}", "mode": "infer", "us": {us:?}, "n": {n}}}"#);
        }
    }
}
