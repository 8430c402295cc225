//! Keys that a loop carries are those that are written out.
use chainrule::{Workspace, fold, net};

net! {
    dim N;

    pub struct Keys { w: f32[4, 4] }

    impl Keys {
        #[grad(x)]
        pub fn carried(x: f32[N, 4], key: u64) -> f32[N, 4] {
            let mut h = x;
            let mut k = key;
            for t in 0..3 {
                h = dropout(tanh(h @ stop_grad(w)), 0.3, k);
                k = fold(k, t);
            }
            h
        }

        #[grad(x)]
        pub fn written_out(x: f32[N, 4], a: u64, b: u64, c: u64) -> f32[N, 4] {
            let v = stop_grad(w);
            dropout(tanh(dropout(tanh(dropout(tanh(x @ v), 0.3, a) @ v), 0.3, b) @ v), 0.3, c)
        }

        /// A key is a parameter of the functions of inner loops.
        #[jvp(x)]
        pub fn in_loops(x: f32[N, 4], key: u64) -> f32[N, 4] {
            let mut h = x;
            let mut k = key;
            for t in 0..3 {
                k = fold(k, t);
                let d = dropout(h, 0.3, k);
                for s in 0..2 {
                    h = sin(d @ w + h);
                    if s > 0 { k = fold(k, 9); }
                }
            }
            h
        }

        pub fn out_of_loops(x: f32[N, 4], keys: u64[3]) -> f32[N, 4] {
            let mut h = x;
            for t in 0..3 {
                let d = dropout(h, 0.3, keys[t]);
                for _ in 0..2 { h = sin(d @ w + h); }
            }
            h
        }

        /// A key that is chosen, used twice in one formula.
        pub fn chosen(x: f32[N, 4], key: u64, c: bool) -> f32[N, 4] {
            let k = if c { fold(key, 3) } else { key };
            sin(dropout(x, 0.5, k) + x * dropout(x, 0.25, k))
        }

        pub fn of_one(x: f32[N, 4], key: u64) -> f32[N, 4] {
            sin(dropout(x, 0.5, key) + x * dropout(x, 0.25, key))
        }

        pub fn assigned(x: f32[N, 4], keys: u64[N]) -> f32[N, 4] {
            let mut ks = keys;
            ks[0] = fold(keys[1], 5);
            for n in 1..N { ks[n] = fold(ks[n - 1], n); }
            let y[n] = dropout(x[n], 0.5, ks[n]);
            y
        }

        pub fn of_each(x: f32[N, 4], keys: u64[N]) -> f32[N, 4] {
            let y[n] = dropout(x[n], 0.5, keys[n]);
            y
        }
    }
}

/// Sums are taken in other orders.
fn near(a: &[[f32; 4]], b: &[[f32; 4]]) -> bool {
    a.iter().flatten().zip(b.iter().flatten()).all(|(a, b)| (a - b).abs() < 1e-6)
}

#[test]
fn keys_of_a_loop() {
    let net = Keys::init(1);
    let x: Vec<[f32; 4]> = (0..5).map(|i| [0.3, -0.7, 1.1, 0.5].map(|v: f32| v * (1.0 + i as f32))).collect();
    let seeds = vec![[1.0, 0.5, -0.25, 2.0]; 5];
    let (mut a, mut b) = (vec![[0.0; 4]; 5], vec![[0.0; 4]; 5]);
    let (mut one, mut other) = (Workspace::new(), Workspace::new());
    for key in [0, 42, u64::MAX, 0x7ff8_0000_dead_beef] {
        let pass = net.carried(&mut one, &x, key);
        let keys = [key, fold(key, 0), fold(fold(key, 0), 1)];
        let reference = net.written_out(&mut other, &x, keys[0], keys[1], keys[2]);
        assert!(near(pass.value(), reference.value()));
        pass.backward(&seeds, &mut a);
        reference.backward(&seeds, &mut b);
        assert!(near(&a, &b));
        assert!(a.iter().flatten().any(|&slope| slope != 0.0));
    }
}

#[test]
fn keys_of_loops_in_loops() {
    let net = Keys::init(1);
    let x = [[0.3, -0.7, 1.1, 0.5]; 3];
    let mut keys = [0; 3];
    let mut key = 5;
    for (t, of) in keys.iter_mut().enumerate() {
        *of = fold(key, t as u64);
        key = fold(*of, 9);
    }
    let (mut one, mut other) = (Workspace::new(), Workspace::new());
    let value = net.out_of_loops(&mut other, &x, &keys).to_vec();
    assert!(near(net.in_loops(&mut one, &x, 5), &value));
    let (again, tangent) = net.in_loops_jvp(&mut one, &x, 5, &[[1.0; 4]; 3]);
    assert!(near(again, &value) && tangent.iter().flatten().all(|slope| slope.is_finite()));
}

#[test]
fn keys_of_a_choice() {
    let net = Keys::init(1);
    let x = [[0.3, -0.7, 1.1, 0.5]; 3];
    let (mut one, mut other) = (Workspace::new(), Workspace::new());
    for (c, key) in [(true, fold(9, 3)), (false, 9)] {
        assert_eq!(net.chosen(&mut one, &x, 9, c), net.of_one(&mut other, &x, key));
    }
}

#[test]
fn keys_one_by_one() {
    let net = Keys::init(1);
    let x = [[0.3, -0.7, 1.1, 0.5]; 4];
    let keys = [u64::MAX, 1 << 63, 5, 6];
    let mut folded = [fold(keys[1], 5); 4];
    for n in 1..4 {
        folded[n] = fold(folded[n - 1], n as u64);
    }
    let (mut one, mut other) = (Workspace::new(), Workspace::new());
    assert_eq!(net.assigned(&mut one, &x, &keys), net.of_each(&mut other, &x, &folded));
}
