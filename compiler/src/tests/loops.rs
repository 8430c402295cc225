//! Loops: that stop early, that run backwards, nested, over run-time sizes, writing at any subscript.
use super::{check_gradients, check_pairs};

#[test]
fn stops_early() {
    check_gradients(
        "
        dim S;
        pub struct Net { w: f64[3, 3], b: f64[3] }
        impl Net {
            pub fn halved(x: f64, s: dim S) -> f64 {
                let mut y = 8 * x + 9;
                for _ in 0..S while y > 1 { y = y * 0.5 + 0.01 * sin(y); }
                y
            }
            pub fn fixed_point(x: f64[3]) -> f64[3] {
                let mut z = 0 * x;
                let mut change = 1.0;
                for _ in 0..60 while change > 1e-9 {
                    let next = tanh(z @ w * 0.3 + x + b);
                    change = stop_grad(norm(next - z));
                    z = next;
                }
                z
            }
            pub fn counted(x: f64[6]) -> (f64, f64) {
                let mut sum = 0.0;
                let mut product = 1.0;
                for t in 0..6 while x[t] < 0.6 { sum += x[t] * x[t]; product *= sum + 1; }
                for t in (0..6).rev() while x[t] < 0.75 { sum += sin(x[t]); }
                (sum, product)
            }
            pub fn never(x: f64) -> f64 { let mut y = x; for t in 0..4 while y > 100 { y = y * y; } y }
            pub fn inner(x: f64[4, 5]) -> f64 {
                let mut total = 0.0;
                for i in 0..4 {
                    let mut part = 1.0;
                    for j in 0..5 while part < 1.9 { part = part * (1 + x[i, j] * x[i, j]); }
                    total += part * x[i, 0];
                }
                total
            }
        }",
        &[9],
        3,
    );
}

#[test]
fn computes_again_what_it_has_not_kept() {
    check_gradients(
        "
        dim T, S;
        pub struct Net { w: f64[3, 3], v: f64[3] }
        pub struct Deep { blocks: [Block; 5] }
        struct Block { w: f64[3, 3] }
        impl Block { fn call(x: f64[3]) -> f64[3] { x + tanh(x @ w) } }
        impl Deep {
            pub fn call(x: f64[3]) -> f64[3] {
                let mut h = x;
                #[checkpoint] for block in blocks { h = block(h); }
                h
            }
        }
        impl Net {
            pub fn fixed(x: f64[7, 3]) -> (f64[3], f64[7]) {
                let mut h = v;
                let mut ys = zeros([7]);
                #[checkpoint] for t in 0..7 { h = tanh(h @ w + x[t]); ys[t] = sum(h * h); }
                (h, ys)
            }
            pub fn square(x: f64[4, 3]) -> f64 {
                let mut h = v;
                #[checkpoint] for t in (0..4).rev() { h = sin(h @ w + x[t]) * (t + 1); }
                sum(h)
            }
            pub fn any(x: f64[T, 3]) -> f64 {
                let mut h = v;
                let mut last = 0.0;
                #[checkpoint] for t in (0..T).rev() { h = tanh(h @ w + x[t]); last = h[0] * last + x[t, 1]; }
                sum(h) * last
            }
            pub fn once(x: f64[1, 3]) -> f64 { let mut h = v; #[checkpoint] for t in 0..1 { h = h * h * x[t]; } sum(h) }
            pub fn two(x: f64[2, 3]) -> f64 { let mut h = v; #[checkpoint] for t in 0..2 { h = h * h * x[t]; } sum(h) }
            pub fn never(x: f64[3]) -> f64 { let mut h = v; #[checkpoint] for t in 0..0 { h = h * x; } sum(h) }
            pub fn early(x: f64, s: dim S) -> f64 {
                let mut y = 8 * x + 9;
                #[checkpoint] for _ in 0..s while y > 1 { y = y * 0.5 + 0.01 * sin(y); }
                #[checkpoint] for t in (0..6).rev() while y > 0.3 { y = y * cos(y * t * 0.1); }
                y
            }
            pub fn nested(x: f64[3, 5]) -> f64 {
                let mut total = 0.0;
                #[checkpoint] for i in 0..3 {
                    let mut part = v[i];
                    for j in 0..5 { part = part * (1 + x[i, j] * x[i, j]); }
                    #[checkpoint] for j in 0..5 { part = part * cos(x[i, j] * part); }
                    total += part * x[i, 0] * sin(total);
                }
                total
            }
            pub fn recurrence(x: f64[T]) -> f64[T] {
                let mut ys = zeros([T]);
                #[checkpoint] for t in 0..T { ys[t] = if t > 0 { 0.5 * ys[t - 1] * x[t] + x[t] } else { x[0] }; }
                ys
            }
            pub fn inside(x: f64[5]) -> f64[5] {
                let mut y = 1.0;
                #[checkpoint] for t in 0..5 { y = y * sin(x[t] * y); }
                grad(y, x) * x
            }
            pub fn indices(x: f64[5]) -> f64 {
                let mut at: u32 = 0;
                let mut total = 0.0;
                #[checkpoint] for t in 0..5 {
                    total = total + x[at] * x[t] * cos(total);
                    at = argmax(x * cos(at));
                }
                total
            }
        }",
        &[7, 9],
        4,
    );
}

#[test]
fn keeps_the_rows_that_are_read() {
    check_gradients(
        "
        dim T, L;
        pub struct Net { w: f64[3, 2], v: f64[2] }
        impl Net {
            pub fn layers(x: f64[4, 2]) -> f64 {
                let mut h = x[..3] * w;
                let mut total = 0.0;
                for t in 0..4 {
                    let mut y = x[t];
                    for l in 0..3 { y = tanh(h[l] * w[l] + y); h[l] = y; }
                    total += sum(y * y);
                }
                total
            }
            pub fn sized(x: f64[T, L]) -> f64 {
                let mut h = 0 * x[0] + 0.5;
                let mut total = 0.0;
                for t in 0..T {
                    let mut y = x[t, 0];
                    for l in (0..L).rev() { y = sin(h[l] * x[t, l] + y); h[l] = y * h[l]; }
                    total += y;
                }
                total
            }
            pub fn before(x: f64[5, 2]) -> f64 {
                let mut h = x * x;
                for t in 0..5 {
                    let back = if t > 0 { h[t - 1] * x[t] } else { v };
                    h[t] = sin(h[t] * back) + h[(t + 2) % 5];
                }
                sum(h * h)
            }
            pub fn wavefront(x: f64[T], y: f64[T]) -> f64 {
                let mut h = 0 * x;
                for t in 0..T while t < 3 {
                    let above = if t >= 2 { h[t - 2] } else { 1.5 };
                    for s in 0..T while s < t { h[t] += h[s] * above * y[s] * h[t]; }
                    h[t] += x[t] * above;
                }
                sum(h * h)
            }
            pub fn three_deep(x: f64[T, 2], y: f64[L, 2]) -> f64 {
                let mut a = v;
                let mut total = 0.0;
                for t in 0..T {
                    for l in (0..L).rev() {
                        let first = a;
                        for _ in 0..3 { a = sin(a * x[t] + y[l]); total += a[0] * a[1]; }
                        a = a * first;
                    }
                }
                total
            }
            pub fn again(x: f64[6]) -> f64 {
                let mut h = x;
                #[checkpoint]
                for t in 0..6 { h[t] = h[t] * sin(h[5 - t]) * v[0]; }
                sum(h * h)
            }
        }",
        &[4, 3],
        3,
    );
}

#[test]
fn assignments_at_any_subscript() {
    check_gradients("
        dim N, T, S;
        const D: usize = 3;
        pub struct Net { w: f64[3, 3], scale: f64 }
        impl Net {
            pub fn recurrence(x: f64[T]) -> f64[T] {
                let mut ys = zeros([T]);
                for t in 0..T { ys[t] = if t > 0 { 0.5 * ys[t - 1] * x[t] + x[t] } else { x[0] }; }
                ys
            }
            pub fn table(x: f64[T, N]) -> f64 {
                let mut m = zeros([T, N]);
                for i in 0..T { for j in 0..N {
                    let above = if i > 0 { m[i - 1, j] } else { 0 };
                    let left = if j > 0 { m[i, j - 1] } else { 1 };
                    m[i, j] = x[i, j] + tanh(above) * left;
                } }
                sum(m * m)
            }
            pub fn permuted(x: f64[4], perm: u32[4]) -> f64[2, 4] {
                let mut a = zeros([2, 4]) + x;
                for i in 0..2 { for j in 0..4 { a[i, j] = a[i, j] * x[perm[j]]; a[1 - i, perm[j]] += 0.1 * a[i, j]; } }
                a[0] -= x;
                a[.., 1..3] *= scale;
                a[1, -1] /= 2 + x[0] * x[0];
                a
            }
            pub fn backwards(x: f64[T], n: dim S) -> (f64[T], f64[S]) {
                let mut h = scale;
                let mut ys = x;
                let mut part = zeros([S]);
                for t in (0..T).rev() { h = sin(h + x[t]); ys[t] = h * ys[t]; }
                for s in 0..S { part[s] = h * x[0] * s; }
                (ys, part)
            }
            pub fn tuples(x: f64[3], a: f64) -> f64 {
                let mut state = (x, (a, 1.0));
                for t in 0..3 {
                    let (h, (c, p)) = state;
                    state = (tanh(h @ w) * c, (c + sum(h), p * c));
                }
                let (h, (c, p)) = state;
                sum(h) * p + c
            }
            pub fn indices(x: f64[5]) -> f64 {
                let mut at: u32 = 0;
                let mut total = 0.0;
                let mut found = false;
                for t in 0..5 {
                    if_found(x[at]);
                    total = total + x[at] * x[t];
                    at = argmax(x * cos(at)) ;
                    found = found || x[t] > 0.5;
                }
                at = 2;
                at += 1;
                if found { total * x[at] } else { total }
            }
            fn packed(l: f64[N, D * (D + 1) / 2]) -> f64[N, D, D] {
                let low[n, i in 0..D, j in 0..D] = if j <= i { l[n, i * (i + 1) / 2 + j] } else { 0 };
                low
            }
            pub fn quadratic(l: f64[N, 6], v: f64[D]) -> f64[N] { let m = packed(l); let y[n] = sum[i, j](v[i] * m[n, i, j] * m[n, i, j] * v[j]); y }
            fn grown(x: f64[N]) -> f64[N, N * (N + 1) / 2] { let y[n, k in 0..N * (N + 1) / 2] = x[n] * k; y }
            pub fn pairs(x: f64[T]) -> f64 { let y = grown(x); sum(y * y) }
            pub fn stays(x: f64[4]) -> f64 { let mut y = x; for t in 3..3 { y = y * t; } sum(y) }
        }".replace("if_found(x[at]);", "").as_str(), &[3, 4, 2], 4);
}

#[test]
fn under_conditions() {
    check_gradients(
        "
        dim T;
        pub struct Net { w: f64[3, 3], s: f64 }
        impl Net {
            pub fn carried(x: f64[3]) -> f64[3] {
                let mut h = x;
                for t in 0..4 { let a = sqrt(h); let b = ln(h * h); h = if h > 0.2 { a * s + b } else { 2 * h + x[t % 3] }; }
                h
            }
            pub fn after(x: f64[3]) -> f64 {
                let q = dot(x, x);
                let mut h = s * x;
                for _ in 0..3 { h = (h @ w + x) / sqrt(q); }
                if q > 0 { sum(h) } else { sum(x) }
            }
            pub fn some(x: f64[T, 3]) -> f64 {
                let mut h = x[0];
                let mut total = 0.0;
                let mut ys = 0 * x;
                for t in 0..T {
                    let mut part = exp(s * h);
                    for k in 0..3 { part = if x[t, k] > 0 { recip(part + 2) * x[t] } else { part }; }
                    let root = sqrt(part * part + 1);
                    h = if part > 0.3 { root } else { part };
                    ys[t] = ln(h * h + 0.1);
                    total += if t % 2 == 0 { sum(root / (1 + h * h)) } else { s };
                }
                sum(if ys > 0 { sqrt(ys) } else { ys }) + total
            }
            pub fn again(x: f64[6, 3]) -> f64 {
                let mut h = x[0];
                #[checkpoint]
                for t in 0..6 { let a = sqrt(h); h = if h > 0.2 { a * s } else { x[t] @ w }; }
                sum(if x[0] > 0 { h } else { 0 })
            }
            pub fn second(x: f64[3]) -> f64[3] {
                let mut h = x;
                for _ in 0..3 { let a = sqrt(h * h); h = if h > 0.1 { sin(a * s) } else { h * h - 0.3 }; }
                let y = sum(h * h);
                let g = grad(y, x);
                jvp(g, x, h)
            }
        }",
        &[4],
        3,
    );
}

#[test]
fn slices_at_guarded_places() {
    check_gradients(
        "
        dim T, K;
        pub struct Net { s: f64 }
        impl Net {
            pub fn rows(x: f64[4, 3], index: u32[3, 3]) -> f64[8] {
                let mut h = s * ones([8]);
                for t in 0..4 { let _ = if t > 0 { h[index[t - 1]] = x[t] * h[0]; 0 } else { 0 }; }
                h
            }
            pub fn otherwise(x: f64[T, K], index: u32[T, K]) -> f64[8] {
                let mut h = s * ones([8]);
                for t in 0..T + 1 { h[4] = if t < T { h[index[t]] = sin(x[t]); 2 } else { h[2..4] = x[T - 1, 0] * h[0..2]; 3 }; }
                h
            }
            pub fn wide(x: f64[4, 2, 3], index: u32[3, 2]) -> f64[8, 3] {
                let mut h = s * ones([8, 3]);
                for t in 0..4 { let _ = if t > 0 { h[index[t - 1]] = x[t]; h[1.., 2] *= 2; 0 } else { 0 }; }
                h
            }
            pub fn columns(x: f64[4, 2], index: u32[3, 2]) -> f64[3, 8] {
                let mut h = s * ones([3, 8]);
                for t in 0..4 { let _ = if t > 0 { h[1.., index[t - 1]] *= x[t]; h[t - 1, index[t - 1]] += x[t]; 0 } else { 0 }; }
                h
            }
            pub fn square(x: f64[4, 2, 3], index: u32[3, 2, 3]) -> f64[8] {
                let mut h = s * ones([8]);
                for t in 0..4 { let _ = if t > 0 { h[index[t - 1]] = x[t] * x[0]; 0 } else { 0 }; }
                h
            }
            pub fn of_indices(x: f64[6], index: u32[3, 2]) -> f64[8] {
                let mut at = index[0];
                let mut h = s * ones([8]);
                for t in 0..4 { at = if t > 0 { h[index[t - 1]] = x[t]; index[t - 1] } else { at }; h[at] = 2 * x[4] * h[at]; }
                h
            }
            pub fn mapped(x: f64[4, 3], index: u32[3, 3]) -> f64[4, 8] {
                let y[t] = placed(x[t], index, t);
                y
            }
            fn placed(x: f64[3], index: u32[3, 3], t: u32) -> f64[8] {
                let mut h = s * ones([8]);
                let _ = if t > 0 { h[index[t - 1]] = x; 0 } else { 0 };
                h
            }
        }",
        &[3, 2],
        8,
    );
}

#[test]
fn stencils_with_edges() {
    check_gradients(
        "
        dim N;
        const M: usize = 6;
        pub struct Net { k: f64[M], c: f64 }
        impl Net {
            pub fn heat(x: f64[M]) -> f64[M] {
                let mut u = x;
                for _ in 0..3 {
                    let new[i in 0..M] = if i == 0 || i == M - 1 { u[i] } else { u[i] + 0.1 * k[i] * (u[i + 1] - 2 * u[i] + u[i - 1]) };
                    u = new;
                }
                u
            }
            pub fn inside(u: f64[M]) -> f64[M] {
                let y[i in 0..M] = if i > 0 && i < M - 1 { sin(c * (u[i + 1] - u[i - 1]) * k[i]) } else { u[i] * u[i] };
                y
            }
            pub fn plane(u: f64[N, M]) -> f64[N, M] {
                let y[i in 0..N, j in 0..M] = if i == 0 || j == 0 || i == N - 1 { c * u[i, j] } else { exp(c * (u[i + 1, j] * u[i - 1, j] + u[i, j - 1])) };
                y
            }
            pub fn known(u: f64[M]) -> (f64[M], f64[M]) {
                let m[i in 0..M] = if i == 0 || i == M - 1 { 0 } else { exp(k[i]) * c };
                let e[i in 0..M] = if i == 0 || i == M - 1 { 0 } else { exp(k[i]) * c * u[i + 1] };
                (grad(sum(e), u), m)
            }
            pub fn known_positive(u: f64[M]) -> (f64[M], f64[M]) {
                let m[i in 0..M] = if u[i] > 0 && i < M - 1 { exp(k[i]) * c } else { 0 };
                let e[i in 0..M] = if u[i] > 0 && i < M - 1 { exp(k[i]) * c * k[i + 1] } else { 0 };
                (grad(sum(e), k), m)
            }
            pub fn either(u: f64[M]) -> f64[M] {
                let y[i in 0..M] = if i == 0 { 0 } else if i == M - 1 { 0 } else { tanh(c * u[i + 1] * u[i - 1]) * k[i] };
                y
            }
        }",
        &[4],
        3,
    );
}

#[test]
fn what_is_assigned_may_be_ignored() {
    let text = "
        dim T;
        pub struct Net { w: f64[2] }
        impl Net {
            fn cell(x: f64, h: f64[2]) -> (f64[2], (f64, f64[2])) { let y = tanh(x * w + h); (y, (sum(y), y * y)) }
            pub fn ignored(x: f64[T]) -> (f64[2], f64[2], f64, f64) {
                let mut h = w;
                let mut g = w;
                let mut s = 0;
                let mut z = 0;
                for t in 0..T {
                    (h, (_, _)) = cell(x[t], h);
                    (_, (s, _)) = cell(x[t], h + s);
                    let (next, _) = cell(x[t], g);
                    g = next;
                    let (_, (last, _)) = cell(x[t], g + z);
                    z = last;
                }
                (h, g, s, z)
            }
        }";
    check_gradients(text, &[3], 3);
    check_pairs(text, &[3]);
}

#[test]
fn what_a_loop_carries_may_not_depend_on_what_a_derivative_in_it_is_by() {
    check_pairs(
        "
        pub struct Net {}
        impl Net {
            pub fn sums(a: f64[2], b: f64[2]) -> (f64[2], f64[2], f64[2], f64[2], f64[2], f64[2]) {
                let mut k = b;
                let mut h = zeros([2]);
                let mut g = zeros([2]);
                let mut j = zeros([2]);
                for t in 0..3 {
                    let c = k;
                    h += grad(sum(a * a * c * c), a);
                    for s in 0..2 { g += jacobian(sum(a * k * c), a); }
                    j += jvp(a * a * c, a, b);
                    k = 2 * k;
                }
                (h, 2 * a * 21 * b * b, g, 2 * 21 * b * b, j, 2 * a * b * 7 * b)
            }
        }",
        &[],
    );
}

#[test]
fn what_an_index_expression_binds_may_be_assigned() {
    check_pairs(
        "
        dim N;
        pub struct Net {}
        impl Net {
            pub fn doubled(x: f64[N, 3]) -> (f64[N, 3], f64[N, 3], f64[3], f64[3]) {
                let mut y[n, c] = 2 * x[n, c];
                for n in 0..N { y[n, 1] += y[n, 0]; }
                let expected[n, c] = if c == 1 { 2 * x[n, 1] + 2 * x[n, 0] } else { 2 * x[n, c] };
                let mut last[n in 0..N]: u32 = n / 2;
                last[0] = N - 1;
                (y, expected, x[last[0]], x[-1])
            }
        }",
        &[4],
    );
}
