//! Whatever the tokens are, the parser ends, and where it reports nothing the tree is whole.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::super::super::parse;
use super::printer;
use super::programs::PROGRAMS;
use crate::report::Report;

/// What is put where it does not belong.
const STRANGE: &[&str] = &[
    ",",
    ";",
    "..",
    "..=",
    "=",
    "<",
    ">",
    "-",
    "!",
    "&",
    "|",
    ".",
    ":",
    "::",
    "#",
    "?",
    "'a",
    "->",
    "@",
    "( )",
    "[ ]",
    "{ }",
    "(1..2)",
    "[..,]",
    "{ ; }",
    "{ x = }",
    "1",
    "0.5",
    "\"s\"",
    "x",
    "_",
    "self",
    "fn",
    "let",
    "for",
    "in",
    "while",
    "if",
    "else",
    "as",
    "mut",
    "pub",
    "dim",
    "struct",
    "impl",
    "const",
    "extern",
    "match",
    "f32",
    "sum",
    "vec!",
    "#[grad]",
    "#[frozen]",
    "#![a]",
    "# [ ]",
];

#[test]
fn mutated_programs() {
    let strange: Vec<TokenStream> = STRANGE.iter().map(|source| source.parse().expect("tokens")).collect();
    let mut count = 0;
    for program in PROGRAMS {
        let program: TokenStream = program.parse().expect("tokens");
        mutate(program, &strange, &mut count, &mut |mutant| check(mutant));
    }
    assert!(count > 500);
}

/// Hands on every program that differs at one place, in any group.
fn mutate(
    tokens: TokenStream,
    strange: &[TokenStream],
    count: &mut usize,
    hand_on: &mut dyn FnMut(TokenStream),
) {
    let all: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in all.iter().enumerate() {
        let (before, after) = (&all[..at], &all[at + 1..]);
        let put = |middle: TokenStream| -> TokenStream {
            before.iter().cloned().chain(middle).chain(after.iter().cloned()).collect()
        };
        let one = TokenStream::from(token.clone());
        *count += 1;
        // Cut off, left out, doubled, moved, replaced, pushed aside, hidden.
        hand_on(before.iter().cloned().collect());
        hand_on(put(TokenStream::new()));
        hand_on(put([one.clone(), one.clone()].into_iter().collect()));
        if let Some((next, rest)) = after.split_first() {
            let swapped = [next.clone(), token.clone()];
            hand_on(before.iter().cloned().chain(swapped).chain(rest.iter().cloned()).collect());
        }
        hand_on(put(strange[*count % strange.len()].clone()));
        hand_on(put([strange[*count * 7 % strange.len()].clone(), one.clone()].into_iter().collect()));
        hand_on(put(hidden(all[at..].iter().take(2 + *count % 3).cloned().collect())));
        if let TokenTree::Group(group) = token {
            let delimiters = [Delimiter::Parenthesis, Delimiter::Bracket, Delimiter::Brace, Delimiter::None];
            for delimiter in delimiters {
                hand_on(put(TokenTree::Group(Group::new(delimiter, group.stream())).into()));
            }
            mutate(group.stream(), strange, count, &mut |inner| {
                hand_on(put(TokenTree::Group(Group::new(group.delimiter(), inner)).into()));
            });
        }
    }
}

fn hidden(tokens: TokenStream) -> TokenStream {
    TokenTree::Group(Group::new(Delimiter::None, tokens)).into()
}

fn check(tokens: TokenStream) {
    let mut report = Report::default();
    let block = parse(tokens.clone(), &mut report);
    if !report.has_errors() {
        let tree = printer::block(&block);
        assert!(!tree.contains("ERROR"), "{tokens}\n{tree}");
    }
}

#[test]
fn strange_tokens_alone() {
    let all: Vec<TokenStream> = STRANGE.iter().map(|source| source.parse().expect("tokens")).collect();
    for a in &all {
        for b in &all {
            let two: TokenStream = [a.clone(), b.clone()].into_iter().collect();
            check(two.clone());
            let mut function: TokenStream = "fn f() -> f32".parse().expect("tokens");
            function.extend([TokenTree::Group(Group::new(Delimiter::Brace, two))]);
            check(function);
        }
    }
}

#[test]
fn deep_and_long() {
    let nest = |open: &str, close: &str| {
        format!("fn f() -> f32 {{ {}x{} }}", open.repeat(2_000), close.repeat(2_000))
    };
    let sources = [
        nest("(", ")"),
        nest("[", "]"),
        nest("-", ""),
        nest("{", "}"),
        nest("&", ""),
        nest("f(", ")"),
        nest("x[", "]"),
        nest("1 +", ""),
        nest("x.", ""),
        nest("x = ", ""),
        nest("if c { a } else ", ""),
        nest("for t in 0..2 {", "}"),
        format!("fn f(x: {}f32{}) -> f32 {{ x }}", "(".repeat(2_000), ")".repeat(2_000)),
        format!("fn f({}x{}: f32) -> f32 {{ x }}", "(".repeat(2_000), ")".repeat(2_000)),
        format!("struct A {{ x: {}B{} }}", "[".repeat(2_000), "; 2]".repeat(2_000)),
    ];
    for source in sources {
        let mut report = Report::default();
        parse(source.parse().expect("tokens"), &mut report);
        assert!(report.has_errors(), "{}", &source[..40]);
    }
    // As deep, out of sight.
    let mut tokens: TokenStream = "a + b".parse().expect("tokens");
    for _ in 0..2_000 {
        tokens = [hidden(tokens), "* c".parse::<TokenStream>().expect("tokens")].into_iter().collect();
    }
    parse(tokens, &mut Report::default());
}
