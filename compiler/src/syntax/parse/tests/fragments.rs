//! Invisible groups: what users' own `macro_rules!` substitute.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::printer;

/// `«…»` in a source stands for an invisible group.
fn fragments(source: &str) -> TokenStream {
    let source = source.replace('«', "(__invisible ").replace('»', ")");
    invisible(source.parse().expect("tokens"))
}

fn invisible(tokens: TokenStream) -> TokenStream {
    let token = |token| match token {
        TokenTree::Group(group) => {
            let mut inner = group.stream().into_iter().peekable();
            let marked = matches!(inner.peek(), Some(TokenTree::Ident(word)) if word == "__invisible");
            let delimiter = if marked { Delimiter::None } else { group.delimiter() };
            TokenTree::Group(Group::new(delimiter, invisible(inner.skip(usize::from(marked)).collect())))
        }
        token => token,
    };
    tokens.into_iter().map(token).collect()
}

const CASES: &[(&str, &str)] = &[
    ("fn «f»() -> «f32» { «a + b» * 2 }", "(fn f () -> f32 (* (+ a b) 2))"),
    ("fn f() -> f32 { 2 * «««a» + b»» }", "(fn f () -> f32 (* 2 (+ a b)))"),
    ("fn f() -> f32 { -«a + b».abs() }", "(fn f () -> f32 (- (.abs (+ a b))))"),
    ("fn f() -> f32 { «-1» + «f»(«x», axis = «-1») }", "(fn f () -> f32 (+ (- 1) (call f x axis=(- 1))))"),
    ("fn f() -> f32 { «sum»[«j» in «0»..«n»](x[«j»]) }", "(fn f () -> f32 (sum[j in 0..n] x[j]))"),
    ("fn f() -> f32 { x[«0..3», «..», «i + 1», «-1»] }", "(fn f () -> f32 x[0..3, .., (+ i 1), (- 1)])"),
    ("fn f() -> f32 { x[«a + b»..«c»] }", "(fn f () -> f32 x[(+ a b)..c])"),
    ("fn f() -> f32 { «let x = 3»; «x = 4»; «x + 1» }", "(fn f () -> f32 (let x 3) (= x 4) (+ x 1))"),
    ("fn f() -> f32 { «let x = 3;» «x[1]» = 4; x }", "(fn f () -> f32 (let x 3) (= x[1] 4) x)"),
    ("fn f() -> f32 «{ x }»", "(fn f () -> f32 x)"),
    (
        "fn f() -> f32 { for t in «0..3» { } for t in «(0..T).rev()» while «a < b» { } x }",
        "(fn f () -> f32 (for t 0..3) (for t 0..T.rev (while (< a b))) x)",
    ),
    (
        "fn f() -> f32 { for t in («0..3»).rev() { } if «a < b» «{ x }» else «{ y }» }",
        "(fn f () -> f32 (for t 0..3.rev) (if (< a b) (do x) (do y)))",
    ),
    (
        "fn f() -> f32 { let «(a, b)»: «(f32, f32[3])» = x; a }",
        "(fn f () -> f32 (let (a, b): (f32, f32[3]) x) a)",
    ),
    (
        "«pub(crate)» struct «A» { «» w: «f32»[«3», «2 + 1»] = «zeros», a: «Linear<3, 4>», «#[frozen] b: f32» }",
        "(struct pub(crate) A (w f32[3, (+ 2 1)] = zeros) (a Linear<3, 4>) (b frozen f32))",
    ),
    ("«» «struct A;» #[«allow(unused)»] «pub» struct B;", "(struct A)\n(struct #[allow(unused)] pub B)"),
    ("const H: «usize» = «3»; dim «N»;", "(const H 3)\n(dim N)"),
    (
        "impl «A» { «» «#[grad(x)] fn f(«x»: f32) -> f32 { x }» }",
        "(impl A (fn (#grad x) f (x: f32) -> f32 x))",
    ),
    ("«struct A; «dim N;» fn f() -> f32 { 1 }»", "(struct A)\n(dim N)\n(fn f () -> f32 1)"),
];

#[test]
fn invisible_groups() {
    for (source, tree) in CASES {
        assert_eq!(printer::block(&super::read_tokens(fragments(source))), *tree, "{source}");
    }
}
