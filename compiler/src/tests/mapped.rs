//! Functions mapped over indices: applied to slices, what they return stacked.
use super::{check_gradients, check_pairs};

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

#[test]
fn loops_that_stop_at_a_time_of_their_own() {
    let text = "
        dim N, T;
        pub struct Net { w: f64, blocks: [Linear<2, 2>; 3] }
        impl Net {
            fn root(a: f64) -> f64 { let mut x = 1 + a * w; for _ in 0..20 while abs(x * x - a) > 0.001 { x = 0.5 * (x + a / x); } x }
            pub fn roots(x: f64[N]) -> (f64, f64, f64, f64) { let r[n] = root(2 + x[n]); (r[0], root(2 + x[0]), r[2], root(2 + x[2])) }
            fn backwards(x: f64[T]) -> f64[T] { let mut s = x; for t in (0..T).rev() while s[t] < 0.5 { s[t] += 1; if t > 0 { s[t - 1] *= s[t]; } } s }
            pub fn rows(x: f64[N, T]) -> (f64[T], f64[T], f64[T], f64[T]) { let r[n] = backwards(x[n]); (r[0], backwards(x[0]), r[2], backwards(x[2])) }
            fn deep(x: f64[2]) -> f64[2] { let mut h = x; let mut s = 0; for block in blocks while dot(h, h) > 0.2 { h = tanh(block(h)); s += h[0]; } h * s }
            pub fn layers(x: f64[N, 2]) -> (f64[2], f64[2], f64[2], f64[2]) { let r[n] = deep(x[n]); (r[0], deep(x[0]), r[2], deep(x[2])) }
            pub fn triangle(x: f64[N]) -> (f64, f64) {
                let r[n] = { let mut s = 0; #[checkpoint] for k in 0..N while k < n { s += x[k] * w * s + x[n]; } s };
                (r[2], x[2] + x[1] * w * x[2] + x[2])
            }
        }";
    check_gradients(text, &[3, 4], 3);
    check_pairs(text, &[3, 4]);
}

#[test]
fn derivatives_by_what_all_share() {
    let text = "
        dim N;
        pub struct Net { w: f64[3], fc: Linear<3, 2>, blocks: [Linear<2, 2>; 2] }
        impl Net {
            fn cost(x: f64[3], y: f64) -> f64 { let mut h = fc(x); for block in blocks { h = tanh(block(h)); } powi(sum(h) + dot(x, w) - y, 2) }
            fn each(x: f64[3], y: f64) -> (f64[3], f64[3, 2], f64[2, 2]) {
                let u = cost(x * w, y);
                let (a, b) = grad(u, (w, fc.weight));
                (a, b, grad(u, blocks[1].weight))
            }
            pub fn gradients(x: f64[N, 3], y: f64[N]) -> (f64[3], f64[3], f64[3, 2], f64[3, 2], f64[2, 2], f64[2, 2]) {
                let all[n] = each(x[n], y[n]);
                let (a, b, c) = all;
                let u[n] = cost(x[n] * w, y[n]);
                let (a_all, b_all) = grad(u, (w, fc.weight));
                (sum(a, axis = 0), a_all, sum(b, axis = 0), b_all, sum(c, axis = 0), grad(u, blocks[1].weight))
            }
            pub fn squares(x: f64[N, 3], y: f64[N]) -> f64 { let all[n] = each(x[n], y[n]); let (a, b, _) = all; sum(a * a) + sum(b * b * b) }
            fn whole(x: f64[3]) -> f64[2, 3] { let h = fc(sin(x * w)); jacobian(h, w) }
            pub fn jacobians(x: f64[N, 3]) -> (f64[N, 2, 3], f64[N, 2, 3]) {
                let h[n] = fc(sin(x[n] * w));
                let j[n] = whole(x[n]);
                (j, jacobian(h, w))
            }
            fn moved(x: f64[3], y: f64) -> (f64, f64) {
                let u = cost(x * w, y);
                (jvp(u, w, sin(x)) + jvp(u, blocks[1].weight, [[x[0], x[1]], [x[2], y]]), dot(grad(u, w), sin(x)) + sum(grad(u, blocks[1].weight) * [[x[0], x[1]], [x[2], y]]))
            }
            pub fn directions(x: f64[N, 3], y: f64[N]) -> (f64[N], f64[N]) { let all[n] = moved(x[n], y[n]); all }
            fn turned(x: f64[3]) -> (f64[2], f64[2]) { let h = fc(sin(x * w)); (jvp(h, w, x), whole(x) @ x) }
            pub fn rows(x: f64[N, 3]) -> (f64[N, 2], f64[N, 2]) { let all[n] = turned(x[n]); all }
            fn twice(x: f64[3], y: f64) -> f64 {
                let u = cost(x * w, y);
                let d = jvp(u, w, x);
                let (a, b) = grad(u, (w, fc.weight));
                d * jvp(d, fc.weight, b) + sum(a * a)
            }
            pub fn nested(x: f64[N, 3], y: f64[N]) -> f64[N] {
                let all[n] = twice(x[n], y[n]);
                let more[n] = { let u = cost(x[n], y[n]); sum(grad(u, w) * x[n]) };
                all + more
            }
            pub fn one_by_one(x: f64[N, 3], y: f64[N]) -> f64 {
                let jv[n] = { let z = x[n]; let l = cost(z * w, y[n]); let d = jvp(l, w, z); d * jvp(d, fc.weight, outer(z, w[1..])) };
                let g[n] = { let l = cost(x[n], y[n]); let (a, b) = grad(l, (w, fc.weight)); sum(a * a) + sum(b * b) };
                sum(jv) + sum(g)
            }
            pub fn both(x: f64[N, 3]) -> (f64[N], f64[N]) {
                let found[n] = { let z = x[n]; let u = dot(z * z, w) * w[0]; let (a, b) = grad(u, (z, w)); dot(a, b) };
                let y[n] = dot(2 * x[n] * w * w[0], x[n] * x[n] * w[0]) + 2 * x[n, 0] * w[0] * w[0] * dot(x[n] * x[n], w);
                (found, y)
            }
        }";
    check_gradients(text, &[3], 3);
    check_pairs(text, &[3]);
}

#[test]
fn what_is_looked_at_for_ranges_leaves_no_trace() {
    // A derivative in the body writes what is naive before it in other ways, and puts nodes between the others.
    check_gradients("
        dim N;
        pub struct Net { w: f64[3], c: f64[2], blocks: [Linear<2, 2>; 2] }
        impl Net {
            fn cost(x: f64[3], y: f64) -> f64 { let mut h = x[1..]; for block in blocks { h = tanh(block(h)); } powi(sum(h * c) + dot(x, w) - y, 2) }
            pub fn loss(x: f64[N, 3], y: f64[N]) -> f64 {
                let e = exp(x * w);
                let s = sum(e, axis = 1);
                let q = e[.., 0] / s;
                let r = ln(s);
                let t = sum(q * r);
                let all[n] = { let z = x[n]; let u = cost(z, y[n]) * t; let g = grad(u, z); sum(g * g) };
                sum(all) + t + sum(r)
            }
            pub fn in_a_loop(x: f64[N, 3], y: f64[N]) -> f64 {
                let mut t = 0;
                for k in 0..3 {
                    let e = exp(x * w + t);
                    let r = ln(sum(e, axis = 1));
                    let all[n] = { let z = x[n]; let u = cost(z, y[n]) * r[n]; let g = grad(u, z); sum(g * g) * (k + 1) };
                    t = 0.1 * sum(all);
                }
                t
            }
        }", &[3], 3);
}

#[test]
fn a_variable_is_no_other_name() {
    let text = "
        dim N;
        pub struct Net { w: f64[3] }
        impl Net {
            fn of_first(a: f64[3], b: f64[3]) -> f64[3] { grad(dot(a * a, b), a) }
            pub fn arguments(x: f64[3]) -> (f64[3], f64[3]) { (of_first(x, x), 2 * x * x) }
            pub fn fields(x: f64[3]) -> (f64[3], f64[3]) { (x * of_first(w, w), 2 * x * w * w) }
            pub fn lets(x: f64[3]) -> (f64[3], f64[3]) { let a = x; let b = x; (grad(dot(a * a, b), a), 2 * x * x) }
            pub fn later(x: f64[3]) -> (f64[3], f64[3]) { let u = dot(x * x, x); let x = x; (grad(u + dot(x, x), x), 2 * x) }
            pub fn computed(x: f64[3]) -> (f64[3], f64[3]) { let a = x; let b = a; (grad(dot(a * a, b), a), 3 * x * x) }
            pub fn mapped(x: f64[N, 3]) -> (f64[N, 3], f64[N, 3]) { let s[n] = of_first(x[n], x[0]); let t[n] = 2 * x[n] * x[0]; (s, t) }
            pub fn carried(x: f64[3]) -> (f64[3], f64[3]) {
                let mut h = x;
                for _ in 0..2 { let k = h; h = 0.1 * jvp(k * k * h, k, [1, 1, 1]); }
                (h, 0.2 * powi(0.2 * x * x, 2))
            }
            pub fn assigned(x: f64[3], y: f64[3]) -> (f64[3], f64[3]) {
                let mut h = y;
                let u = dot(x, x);
                h = x;
                (grad(u + dot(h, h) * h[0], h), [2 * h[0] * h[0] + dot(h, h), 2 * h[1] * h[0], 2 * h[2] * h[0]])
            }
            fn by_both(a: f64[3], b: f64[3]) -> f64[3] { let g = grad(dot(a * a, b * b), a); grad(g, b) }
            pub fn one_after_the_other(x: f64[3]) -> (f64[3], f64[3]) { let a = x; let b = x; let g = grad(dot(a * a, b * b), a); (grad(g, b), 4 * x * x) }
            pub fn along_the_other(x: f64[3]) -> (f64[3], f64[3]) { let a[i] = x[i]; let b[i] = x[i]; let g = jvp(a * a * b * b, a, x); (grad(g, b), 4 * x * x * x) }
            pub fn of_rows(x: f64[N, 3]) -> (f64[N, 3], f64[N, 3]) { let s[n] = by_both(x[n], x[n]); (s, 4 * x * x) }
            pub fn around_a_function(x: f64[3]) -> (f64[3], f64[3]) { let a = x; let b = x; let g = of_first(a, a * b); (grad(g, b), 2 * x * x) }
            pub fn in_a_loop(x: f64[3]) -> (f64[3], f64[3]) {
                let mut h = x;
                let mut s = zeros([3]);
                for _ in 0..2 { let a = h; let b = h; let g = grad(dot(a * a, b * b), a); s += grad(g, b); h *= 2; }
                (s, 20 * x * x)
            }
            pub fn between(x: f64) -> (f64, f64, f64, f64) {
                let a = 800 + x;
                let p = sigmoid(a);
                let c = x;
                let u = ln(1 - p) * c;
                (grad(u, a), -x, grad(p * p, p), 2)
            }
            pub fn place(x: f64[3]) -> (f64[3], f64[3]) {
                let a = x;
                let mut s = x[argmax(grad(sum(a + 10 * x * x), a))] * x;
                s[argmax(grad(sum(a - 10 * x * x * x), a))] = 1;
                (s, [1, x[0] * x[1], x[0] * x[2]])
            }
        }";
    check_gradients(text, &[3], 3);
    check_pairs(text, &[3]);
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
        "let y[i in 0..6] = if m[i] && i < 5 { x[i + 1] } else { 0 }; y",
        "let y[i in 0..6] = if !(i == 0 || m[i]) { x[i - 1] } else { 0 }; y",
        "let y[i in 0..6] = if m[i] { x[k[i] + 1] } else { 0 }; y",
    ] {
        assert_eq!(read(right), Ok(()), "{right}");
    }
    for wrong in [
        "let y[i in 0..6] = if i > 0 { x[i + 1] } else { 0 }; y",
        "let y[i in 0..6] = if i != 3 { x[i + 1] } else { 0 }; y",
        "let y[i in 0..6] = if i > 0 { 0 } else { x[i - 1] }; y",
        "let y[i in 0..6] = sum[j in 0..i](x[i - 2 - j]); y",
        "let y[i in 0..6] = x[i / 2 * 2 + 2]; y",
        "let y[i in 0..6] = if m[i] { x[i + 1] } else { 0 }; y",
        "let mut y = x; for t in 0..6 { y[t + 1] = x[t]; } y",
    ] {
        assert!(read(wrong).is_err_and(|message| message.contains("outside an axis of size 6")), "{wrong}");
    }
}
