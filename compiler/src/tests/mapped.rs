//! Functions mapped over indices: applied to slices, what they return stacked.
use super::check_gradients;

#[test]
fn functions_of_slices() {
    check_gradients("
        dim N, P, T;
        const D: usize = 3;
        pub struct Net { w: f64[3, 3], fc: Linear<3, 2>, cell: Gru<2, 2> }
        impl Net {
            fn rotate(r: f64[3], v: f64[3]) -> f64[3] {
                let angle = sqrt(sum(r * r) + 0.1);
                let axis = r / angle;
                let c = [axis[1] * v[2] - axis[2] * v[1], axis[2] * v[0] - axis[0] * v[2], axis[0] * v[1] - axis[1] * v[0]];
                cos(angle) * v + sin(angle) * c + (1 - cos(angle)) * dot(axis, v) * axis
            }
            fn project(camera: f64[6], point: f64[3]) -> f64[2] {
                let p = rotate(camera[0..3], point) + camera[3..6];
                -p[0..2] / (p[2] + 5)
            }
            pub fn bundle(cams: f64[N, 6], points: f64[P, 3], cam: u32[T], pt: u32[T]) -> f64[T, 2] {
                let r[t] = project(cams[cam[t]], points[pt[t]]);
                r
            }
            fn looped(x: f64[D]) -> (f64, f64[D]) {
                let mut h = x;
                let mut total = 0.0;
                for k in 0..3 { h = tanh(h @ w + x * k); total += h[k]; }
                (total, h)
            }
            pub fn tuples(x: f64[N, D]) -> (f64[N], f64[N, D]) {
                let a[n] = looped(x[n])
                ;
                let (t, h) = a;
                (t * t, sin(h))
            }
            pub fn sums(x: f64[N, D]) -> f64[N] { let y[n] = sum(softmax(x[n] @ w) * x[n]) + max(x[n]) + norm(x[n]); y }
            fn potential(q: f64[D], k: f64) -> f64 { let d = q @ w; k * sum(d * d * q) + prod(q) }
            fn force(q: f64[D], k: f64) -> f64[D] { let u = potential(q, k); grad(u, q) }
            pub fn forces(q: f64[N, D], k: f64[P]) -> f64[N, P, D] { let f[n, p] = -force(q[n], k[p]); f }
            fn stiffness(q: f64[D], k: f64, v: f64[D]) -> f64[D] { let g = force(q, k); jvp(g, q, v) }
            pub fn curved(q: f64[N, D], v: f64[D]) -> f64[N, D] { let f[n] = stiffness(q[n], 0.5, v); f }
            fn stepped(q: f64[D]) -> f64[D] { let mut x = q; for t in 0..3 { let u = potential(x, 0.1 * t); x = x - 0.1 * grad(u, x); } x }
            pub fn flow(q: f64[N, D]) -> f64[N, D] { let f[n] = stepped(q[n]); f }
            pub fn layer(x: f64[N, T, D]) -> f64[T, N, 2] { let y[t, n] = fc(x[n, t]); y }
            fn scalar(a: f64, b: f64) -> f64 { if a > b { a * b } else { sin(a) - b } }
            pub fn scalars(x: f64[N], y: f64[P]) -> f64 { sum[n, p](scalar(x[n], y[p]) * scalar(y[p], x[n])) }
            pub fn shifted(x: f64[N, D]) -> f64[N, D] { let y[n] = if n > 0 { rotate(x[n - 1], x[n]) } else { x[0] }; y }
            pub fn pairs(x: f64[N, D]) -> f64[N] { let y[i] = sum[j](if i == j { 0 } else { dot(rotate(x[i], x[j]), x[j]) }); y }
            pub fn nested(x: f64[N, P, D]) -> f64[N] { let y[n] = { let z[p] = rotate(x[n, p], x[n, 0]); sum(z * z * z) }; y }
        }", &[3, 4, 2], 3);
}

const STOPPING: &str = "
        dim N, T;
        pub struct Net { w: f64, blocks: [Linear<2, 2>; 3] }
        impl Net {
            fn root(a: f64) -> f64 { let mut x = 1 + a * w; for _ in 0..20 while abs(x * x - a) > 0.001 { x = 0.5 * (x + a / x); } x }
            pub fn roots(x: f64[N]) -> (f64[N], f64, f64) { let r[n] = root(2 + x[n]); (r, root(2 + x[0]), root(2 + x[2])) }
            fn backwards(x: f64[T]) -> f64[T] { let mut s = x; for t in (0..T).rev() while s[t] < 0.5 { s[t] += 1; if t > 0 { s[t - 1] *= s[t]; } } s }
            pub fn rows(x: f64[N, T]) -> (f64[N, T], f64[T], f64[T]) { let r[n] = backwards(x[n]); (r, backwards(x[0]), backwards(x[2])) }
            fn deep(x: f64[2]) -> (f64[2], f64) { let mut h = x; let mut s = 0; for block in blocks while dot(h, h) > 0.2 { h = tanh(block(h)); s += h[0]; } (h, s) }
            pub fn layers(x: f64[N, 2]) -> (f64[N, 2], f64[2], f64[2]) { let r[n] = { let (h, s) = deep(x[n]); h * s }; let (h, s) = deep(x[0]); let (k, t) = deep(x[2]); (r, h * s, k * t) }
            pub fn triangle(x: f64[N]) -> (f64[N], f64, f64) {
                let r[n] = { let mut s = 0; #[checkpoint] for k in 0..N while k < n { s += x[k] * w * s + x[n]; } s };
                (r, 0, x[2] + x[1] * w * x[2] + x[2])
            }
        }";

#[test]
fn loops_that_stop_at_a_time_of_their_own() {
    check_gradients(STOPPING, &[3, 4], 3);
    let program = super::checked(STOPPING).unwrap();
    let network = program.structs.iter().find(|each| each.is_network).unwrap();
    for method in &network.methods {
        let dims = &[3, 4][..method.graph.dims.len()];
        let arguments = method.arguments.iter().filter_map(|argument| match argument.content {
            crate::program::ArgumentContent::Tensor(tensor) => Some(tensor),
            crate::program::ArgumentContent::Dim(_) => None,
        });
        let tensors = method.fields.iter().map(|field| field.tensor).chain(arguments);
        let inputs = tensors.enumerate().map(|(seed, tensor)| {
            let shape = crate::eval::shape(&method.graph, dims, tensor).unwrap();
            (tensor, crate::eval::Data::Float(super::input(&shape, seed)))
        });
        let found = super::values(method, dims, &inputs.collect::<Vec<_>>());
        let [mapped, first, last] = [0, 1, 2].map(|result| match &found[result] {
            crate::eval::Data::Float(numbers) => numbers.clone(),
            _ => panic!("{} returns numbers", method.name),
        });
        let ends = mapped[..first.len()].iter().chain(&mapped[mapped.len() - last.len()..]);
        for (found, expected) in ends.zip(first.iter().chain(&last)) {
            assert!((found - expected).abs() < 1e-14, "{}: {found} is not {expected}", method.name);
        }
    }
}

#[test]
fn subscripts_under_guards() {
    let read = |body: &str| {
        super::checked(&format!("dim N; pub struct Net {{}} impl Net {{ pub fn f(x: f64[6], m: bool[6], k: u32[6]) -> f64[6] {{ {body} }} }}")).map(|_| ())
    };
    for right in [
        "let y[i in 0..6] = if i > 0 && i < 5 { x[i - 1] + x[i + 1] } else { 0 }; y",
        "let y[i in 0..6] = if i % 2 == 0 { x[i + 1] } else { x[i - 1] }; y",
        "let y[i in 0..6] = if i >= 3 { x[i - 3] } else { if i < 1 { x[i] } else { x[i - 1] } }; y",
        "let y[i in 0..6] = sum[j in 0..i](x[i - 1 - j]); y",
        "let y[i in 0..6] = x[(i + 3) % 6] + x[i / 2 * 2 + 1]; y",
        "let y[i in 0..6] = if m[i] { x[i + 1] } else { 0 }; y",
        "let y[i in 0..6] = if !(i == 0 || m[i]) { x[i - 1] } else { 0 }; y",
    ] {
        assert_eq!(read(right), Ok(()), "{right}");
    }
    for wrong in [
        "let y[i in 0..6] = if i > 0 { x[i + 1] } else { 0 }; y",
        "let y[i in 0..6] = if i != 3 { x[i + 1] } else { 0 }; y",
        "let y[i in 0..6] = if i > 0 { 0 } else { x[i - 1] }; y",
        "let y[i in 0..6] = sum[j in 0..i](x[i - 2 - j]); y",
        "let y[i in 0..6] = x[i / 2 * 2 + 2]; y",
        "let mut y = x; for t in 0..6 { y[t + 1] = x[t]; } y",
    ] {
        assert!(read(wrong).is_err_and(|message| message.contains("outside an axis of size 6")), "{wrong}");
    }
}
