//! Loops stay loops, and nothing swells: expansions grow with the text of a net, not with its sizes.

use super::blocks::expansion;
use proc_macro2::{TokenStream, TokenTree};

fn size(tokens: TokenStream) -> usize {
    let count = |token| match token {
        TokenTree::Group(group) => 1 + size(group.stream()),
        TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => 1,
    };
    tokens.into_iter().map(count).sum()
}

fn size_of(net: &str) -> usize {
    let expansion = expansion(net.parse().expect("tokens"));
    let text = expansion.to_string();
    if let Some(error) = text.find("compile_error") {
        panic!("{}", text[error..].chars().take(300).collect::<String>());
    }
    size(expansion)
}

/// Whether two expansions are of one length, but for what is chosen by size: a factor of 1, a kernel or a loop.
fn as_long(first: usize, second: usize) -> bool {
    first.abs_diff(second) * 20 <= first
}

fn residual(width: usize, blocks: usize) -> usize {
    size_of(&format!(
        "dim N;
        struct Block<const D: usize> {{ norm: LayerNorm<D>, fc: Linear<D, D> }}
        impl<const D: usize> Block<D> {{ fn call(x: f32[.., D]) -> f32[.., D] {{ x + gelu(fc(norm(x))) }} }}
        pub struct Net {{ blocks: [Block<{width}>; {blocks}] }}
        impl Net {{
            #[grad]
            pub fn loss(x: f32[N, {width}], y: f32[N, {width}]) -> f32 {{
                let mut h = x;
                for block in blocks {{ h = block(h); }}
                mse(h, y)
            }}
        }}"
    ))
}

#[test]
fn repeats_cost_nothing() {
    assert!(as_long(residual(32, 4), residual(32, 400)));
}

#[test]
fn widths_cost_nothing() {
    // Loops over short rows work on copies, which takes more text than those over long ones.
    assert!(as_long(residual(16, 4), residual(64, 4)));
    assert!(as_long(residual(128, 4), residual(4096, 4)));
}

#[test]
fn layers_that_are_alike_share_their_loops() {
    let functions = |layers: usize| {
        let fields: String = (0..layers).map(|layer| format!("fc{layer}: Linear<16, 16>,")).collect();
        let value = (0..layers).fold("x".to_string(), |value, layer| format!("tanh(fc{layer}({value}))"));
        let net = format!(
            "dim N;
            pub struct Net {{ {fields} }}
            impl Net {{
                pub fn infer(x: f32[N, 16]) -> f32[N, 16] {{ {value} }}
                #[grad] pub fn loss(x: f32[N, 16], y: f32[N, 16]) -> f32 {{ mse(infer(x), y) }}
            }}"
        );
        expansion(net.parse().expect("tokens")).to_string().matches("fn __compute_").count()
    };
    // A layer forward and backward, the first and the last step backward, and the loss.
    assert!(functions(2) <= 6, "{}", functions(2));
    assert_eq!(functions(3), functions(9));
}

#[test]
fn steps_cost_nothing() {
    let recurrent = |steps: usize| {
        size_of(&format!(
            "pub struct Net {{ w: f64[4, 4], b: f64[4] }}
            impl Net {{
                #[grad]
                pub fn loss(x: f64[{steps}, 2, 4]) -> f64 {{
                    let mut h = zeros([2, 4]);
                    for t in 0..{steps} {{ h = tanh(x[t] + h @ w + b); }}
                    sum(h)
                }}
            }}"
        ))
    };
    assert!(as_long(recurrent(10), recurrent(1000)));
}

/// What a family of nets costs at three depths, each twice the one before: the size of the expansion grows by the
/// same for each level more, and value and gradient together take less than five times the operations of the value.
fn grows_linearly(depth: usize, net: impl Fn(usize) -> String) {
    let nets = [depth, 2 * depth, 4 * depth].map(net);
    let sizes = nets.each_ref().map(|net| size_of(net));
    let (first, second) = (sizes[1] - sizes[0], sizes[2] - sizes[1]);
    assert!(second * 10 <= first * 2 * 13, "{sizes:?}");
    for net in &nets {
        let (both, value) = operations(net);
        assert!(value > 0 && both < 5 * value, "{both} operations against {value} of the value alone");
    }
}

/// The operations of the first function of a net, as its docs say: with its gradient, and of the value alone.
fn operations(net: &str) -> (u64, u64) {
    let text = expansion(net.parse().expect("tokens")).to_string();
    let counts: Vec<(u64, bool)> = text
        .split("Operations: `")
        .skip(1)
        .map(|rest| {
            let (count, rest) = rest.split_once('`').expect("the end of a count");
            (
                count.replace(',', "").parse().expect("a number"),
                rest.starts_with(", forward and backward together"),
            )
        })
        .collect();
    let find = |gradient| counts.iter().find(|(_, both)| *both == gradient).expect("a count").0;
    (find(true), find(false))
}

fn of_body(body: &str) -> String {
    format!(
        "pub struct Net {{ w: f64 }} impl Net {{ #[grad(self, x)] pub fn f(x: f64) -> f64 {{ {body} }} }}"
    )
}

#[test]
fn chains() {
    grows_linearly(8, |depth| {
        let steps: String = (0..depth).map(|_| "let x = sin(x) * exp(w * x);").collect();
        of_body(&format!("{steps} x"))
    });
}

#[test]
fn nested_compositions() {
    grows_linearly(5, |depth| {
        let body = (0..depth).fold("x".to_string(), |inner, _| format!("tanh(w * ({inner}) + 1)"));
        of_body(&body)
    });
}

/// Written out, this is a tree of 2^depth leaves.
#[test]
fn shared_values() {
    grows_linearly(8, |depth| {
        let steps: String = (0..depth).map(|_| "let x = (x + w) * x;").collect();
        of_body(&format!("{steps} x"))
    });
}

#[test]
fn quotients() {
    grows_linearly(4, |depth| {
        let steps: String = (0..depth).map(|_| "let x = w * x / (1 + x * x);").collect();
        of_body(&format!("{steps} x"))
    });
}

/// A product of all leaves of a tree, whose gradients share what lies between.
#[test]
fn trees() {
    fn tree(leaves: usize, first: usize) -> String {
        match leaves {
            1 => format!("sin(w * x + {first})"),
            _ => format!("({} * {})", tree(leaves / 2, first), tree(leaves - leaves / 2, first + leaves / 2)),
        }
    }
    grows_linearly(8, |leaves| of_body(&tree(leaves, 0)));
}

/// Each share is held against all terms before it.
#[test]
fn sums_of_exponentials() {
    grows_linearly(6, |terms| {
        let term = |place: usize| format!("{} * exp(w * x * {place})", place + 2);
        let terms: Vec<String> = (0..terms).map(term).collect();
        of_body(&format!("ln({})", terms.join(" + ")))
    });
}

#[test]
fn networks() {
    grows_linearly(8, |depth| {
        let fields: String = (0..depth).map(|k| format!("w{k}: f32[16, 16], b{k}: f32[16],")).collect();
        let steps: String = (0..depth).map(|k| format!("let h = relu(h @ w{k} + b{k});")).collect();
        format!(
            "pub struct Net {{ {fields} }}
            impl Net {{
                #[grad]
                pub fn loss(x: f32[4, 16], label: u32[4]) -> f32 {{ let h = x; {steps} cross_entropy(h, label) }}
            }}"
        )
    });
}

#[test]
fn loops() {
    grows_linearly(2, |depth| {
        let steps = "h = h + tanh(h * w); h = h / sqrt(1 + sum(h * h));".repeat(depth);
        format!(
            "pub struct Net {{ w: f64[4] }}
            impl Net {{
                #[grad]
                pub fn loss(x: f64[4]) -> f64 {{ let mut h = x; for t in 0..9 {{ {steps} }} sum(h) }}
            }}"
        )
    });
}

/// A loop that writes a row of an array in each step is differentiated by one that reads a row in each: nothing of
/// the length of the array is copied within.
#[test]
fn rows_written_one_by_one() {
    let text = expansion(
        "dim T;
        pub struct Net { w: f64[4] }
        impl Net {
            #[grad]
            pub fn loss(x: f64[T, 4]) -> f64 {
                let mut h = zeros([4]);
                let mut ys = x * w;
                for t in 0..T { h = tanh(x[t] + w * h); ys[t] = h; }
                let z = ys * x;
                sum(z * z)
            }
        }"
        .parse()
        .expect("tokens"),
    )
    .to_string();
    assert!(text.contains("d_ys [t_2]") && !text.contains("scratch"), "{text}");
}
