//! Whole programs: those of the language's description, and every item.

use super::printer;

/// Programs that are read without an error; mutations of them are read without a panic.
pub(super) const PROGRAMS: &[&str] = &[
    "dim N;
    /// Two-layer digit classifier.
    pub struct Mlp {
        w1: f32[784, 128] = he_normal,
        b1: f32[128],
        w2: f32[128, 10] = glorot_uniform,
        b2: f32[10],
    }
    impl Mlp {
        pub fn logits(x: f32[N, 784]) -> f32[N, 10] {
            let h = relu(x @ w1 + b1);
            h @ w2 + b2
        }

        #[grad]
        pub fn loss(x: f32[N, 784], label: u32[N]) -> f32 {
            cross_entropy(logits(x), label)
        }
    }",
    "const H: usize = 128; dim N, T; dim S,;
    pub(crate) const D: usize = H / 2 - 3 % 2;
    struct Dense<const I: usize, const O: usize = I,> { #[frozen] weight: f32[I, O] = [[1.0, 2.0], [3, -4]], }
    impl Dense<I, O> { fn call(x: f32[.., I]) -> f32[.., O] { x @ weight } }
    struct Block<const C: usize, const K: usize = C * (C + 1) / 2> { a: Dense<C>, b: Dense<C, K - 1> = zeros }
    impl<const C: usize, const K: usize> Block<C, K> {
        fn call(x: f32[.., C]) -> f32[.., C] { a(x) }
        fn hidden(x: f32) -> f32 { x }
    }
    #[derive(Clone)] #[budget(workspace = 16_384, params = 40_000)]
    pub struct Net { blocks: [Block<64>; 12], pub head: Linear<{ H + 1 }, 10>, nested: [[Block<2>; 3]; N], }
    pub struct Empty {}
    pub(super) struct Unit;
    impl Net {
        #[grad(self, x)] #[jvp(x)] #[hvp] #[jacobian(x)] #[hessian(x)] #[budget(workspace = 4)]
        #[allow(unused)]
        pub(in crate::nets) fn loss(x: f32[N, 64], s: dim S, (h, c): (f32[N, H], f32[N]), causal: bool = false)
            -> (f32, f64[K, D * (D + 1) / 2], f64[N + M, 3])
        {
            let mut x = x;
            for block in blocks { x = block(x); }
            #[checkpoint]
            for t in 0..T { (h, c) = cell(x[t], h, c); ys[t] = h; }
            for t in (0..T).rev() { a[i, perm[j]] += 1 }
            for t in 0..S while c > 0 { for u in 0..T { } }
            (mean(x), blocks[2](x), enc.hidden(x))
        }
    }
    fn free(x: f32) -> f32 { x.sum(axis = 1) }",
    "extern fn j0(x: f64) -> f64 { derivative(dx) = -j1(x) * dx }
    extern fn inv(a: f64[K, K]) -> f64[K, K] { derivative(da) = -(y @ da @ y); };
    extern fn hypot(x: f64, y: f64) -> f64 { derivative(dx, dy) = (x * dx + y * dy) / y }
    extern fn slope(x: f64) -> f64;",
    "fn f() -> f32 {
        let s[b, h, i, j] = if j <= i { sum[d](q[b, h, i, d] * k[b, h, j, d]) / sqrt(D) } else { -inf };
        let y[n, o, i, j] = sum[c, u, v](x[n, c, i + u, j + v] * w[o, c, u, v]) + b[o];
        let low[k, i in 0..D, j in 0..D] = if j < i { l[k, j * D - j * (j + 1) / 2 + i - j - 1] } else { 0 };
        let r[p] = project(cams[cam[p]], points[pt[p]]);
        let (a, (b, _)) = grad(u, (x, t));
        pad(concat([a, b], axis = 1), [[1, 2], [0, 3]]).permute([1, 0, 2])[.., 1.., ..-1] + 1 / 4
    }",
];

/// Items, and their trees.
const ITEMS: &[(&str, &str)] = &[
    ("dim N;", "(dim N)"),
    ("dim N, T,;", "(dim N T)"),
    ("const H: usize = 2 * 64;", "(const H (* 2 64))"),
    ("#[allow(dead_code)] pub(crate) const H: usize = 1;", "(const #[allow(dead_code)] pub(crate) H 1)"),
    ("pub struct E;", "(struct pub E)"),
    ("pub struct E { }", "(struct pub E)"),
    (
        "struct Dense<const I: usize, const O: usize = I> { w: f32[I, O], b: f32[O] = zeros }",
        "(struct Dense <I> <O I> (w f32[I, O]) (b f32[O] = zeros))",
    ),
    (
        "pub struct Net { fc: Linear<3, 4>= zeros, x: f32, blocks: [Block<64>; 12], odd: Odd, t: f23[3], }",
        "(struct pub Net (fc Linear<3, 4> = zeros) (x f32) (blocks [Block<64>; 12]) (odd Odd) (t f23[3]))",
    ),
    (
        "#[budget(params = 4_000)] pub struct Net { #[frozen] #[allow(a)] pub w: f64[3] = constant(0.5) }",
        "(struct pub Net (#budget params 4000) (#[allow(a)] pub w frozen f64[3] = (call constant 0.5)))",
    ),
    ("impl Net { }", "(impl Net)"),
    ("impl Dense<I, O,> { }", "(impl Dense <I> <O>)"),
    ("impl<const I: usize, const O: usize = 3> Dense<I, O> { }", "(impl Dense <I> <O>)"),
    (
        "#[cfg(a)] impl Net { /// Doc.\n pub fn f() -> f32 { 1 } }",
        "(impl Net (fn #[cfg(a)] #[doc=\"Doc.\"] pub f () -> f32 1))",
    ),
    (
        "impl Net { #[grad(self, x)] #[hvp] #[budget(workspace = 16_384)] fn f(x: f32[N, 3]) -> (f32, u32[N]) { x } }",
        "(impl Net (fn (#grad self x) (#hvp) (#budget workspace 16384) f (x: f32[N, 3]) -> (f32, u32[N]) x))",
    ),
    (
        "fn f(s: dim S, (h, c): (f32[.., H], f32), causal: bool = false,) -> f32 { h }",
        "(fn f (s: dim S, (h, c): (f32[.., H], f32), causal: bool = false) -> f32 h)",
    ),
    ("fn f(x: (f32)) -> (f32[2]) { x }", "(fn f (x: f32) -> f32[2] x)"),
    (
        "extern fn j0(x: f64) -> f64 { derivative(dx) = -j1(x) * dx }",
        "(extern j0 (x: f64) -> f64 (derivative dx (* (- (call j1 x)) dx)))",
    ),
    ("extern fn slope(x: f64) -> f64;", "(extern slope (x: f64) -> f64)"),
    ("/// The last words.", ""),
];

#[test]
fn items() {
    for (source, tree) in ITEMS {
        assert_eq!(printer::block(&super::read(source)), *tree, "{source}");
    }
}

#[test]
fn whole_programs() {
    for source in PROGRAMS {
        assert!(!super::read(source).items.is_empty());
    }
}

#[test]
fn digit_classifier() {
    let expected = "\
(dim N)
(struct #[doc=\"Two-layerdigitclassifier.\"] pub Mlp (w1 f32[784, 128] = he_normal) (b1 f32[128]) \
(w2 f32[128, 10] = glorot_uniform) (b2 f32[10]))
(impl Mlp \
(fn pub logits (x: f32[N, 784]) -> f32[N, 10] (let h (call relu (+ (@ x w1) b1))) (+ (@ h w2) b2)) \
(fn (#grad) pub loss (x: f32[N, 784], label: u32[N]) -> f32 (call cross_entropy (call logits x) label)))";
    assert_eq!(printer::block(&super::read(PROGRAMS[0])), expected);
}
