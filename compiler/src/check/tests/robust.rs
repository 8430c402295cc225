//! Whatever the tokens of a body are, checking ends and blames nothing else for them.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::report::{Diagnostic, Report};
use crate::syntax::ast;

/// A right program. What is put into a body spoils that body alone.
const PROGRAM: &str = "
dim N, T;
const H: usize = 3;
struct Cell<const I: usize> { w: f64[I, H], b: f64[H] }
extern fn j0(x: f64) -> f64 { derivative(dx) = -x * dx }
fn helper(x: f64[.., H]) -> f64[.., H] { let y = tanh(x); y * y }
impl Cell<I> {
    fn call(x: f64[N, I], h: f64[N, H]) -> f64[N, H] { helper(x @ w + b) * h }
    fn start(x: f64[N, I]) -> f64[N, H] { zeros([N, H]) }
}
pub struct Net { cell: Cell<4>, #[frozen] k: f64[H] = [1.0, 2.0, 3.0], v: f64[H] }
impl Net {
    fn last(x: f64[T, N, 4]) -> f64[N, H] {
        let mut h = cell.start(x[0]);
        for t in 0..T { h = cell(x[t], h); }
        h
    }
    #[grad] #[hvp] pub fn loss(x: f64[T, N, 4]) -> f64 { let (a, b) = (last(x), k); mean(a * b + v) }
    #[grad(x)] pub fn slope(x: f64[N]) -> f64[N] { let y[i] = if x[i] > 0 { j0(x[i]) } else { 0 }; y }
    #[jacobian(x)] pub fn field(x: f64[H]) -> f64[H] { grad(sum(helper(x) * v), x) }
}
";

/// Items with an error of their own, which none of another item hides.
const WRONG: &str = "
pub struct Last { u: f64[2] }
impl Last { #[grad] pub fn f(x: f64[2]) -> f64 { sum(u * x) + gone } }
";

/// What is put where it does not belong.
const STRANGE: [&str; 20] = [
    ",", ";", "..", "=", "-", "!", "#", "@", ":", "( )", "[ ]", "{ }", "1", "x", "self", "fn", "let", "for",
    "if", "struct",
];

/// The tokens with others put in front of each token of each body, once each; and that body.
fn spoiled(tokens: &[TokenTree], strange: &TokenStream, each: &mut dyn FnMut(Vec<TokenTree>, &Group)) {
    let mut in_struct = false;
    for (place, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else {
            in_struct |= matches!(token, TokenTree::Ident(word) if word == "struct");
            continue;
        };
        if group.delimiter() != Delimiter::Brace || std::mem::take(&mut in_struct) {
            continue;
        }
        let with = |inner: Vec<TokenTree>| {
            let mut whole = tokens.to_vec();
            let mut changed = Group::new(Delimiter::Brace, inner.into_iter().collect());
            changed.set_span(group.span());
            whole[place] = TokenTree::Group(changed);
            whole
        };
        let inner: Vec<TokenTree> = group.stream().into_iter().collect();
        let is_impl = inner.iter().any(|token| matches!(token, TokenTree::Ident(word) if word == "fn"));
        if is_impl {
            spoiled(&inner, strange, &mut |inner, body| each(with(inner), body));
            continue;
        }
        for position in 0..=inner.len() {
            let mut inner = inner.clone();
            inner.splice(position..position, strange.clone());
            each(with(inner), group);
        }
    }
}

/// The tokens with others put in front of each token that stands in no body, once each; with the number of the
/// item at the level of the tokens at which that is.
fn spoiled_items(tokens: &[TokenTree], strange: &TokenStream, each: &mut dyn FnMut(Vec<TokenTree>, usize)) {
    let mut item = 0;
    let mut kind = String::new();
    for (place, token) in tokens.iter().enumerate() {
        if let TokenTree::Ident(word) = token
            && ["struct", "impl", "fn", "extern", "dim"].iter().any(|known| word == known)
        {
            kind = if kind == "extern" { kind } else { word.to_string() };
        }
        let mut with = tokens.to_vec();
        with.splice(place..place, strange.clone());
        each(with, item);
        if let TokenTree::Group(group) = token
            && (kind != "fn" || group.delimiter() != Delimiter::Brace)
        {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            spoiled_items(&inner, strange, &mut |inner, _| {
                let mut whole = tokens.to_vec();
                let mut changed = Group::new(group.delimiter(), inner.into_iter().collect());
                changed.set_span(group.span());
                whole[place] = TokenTree::Group(changed);
                each(whole, item);
            });
        }
        if ends_item(token) {
            item += 1;
            kind.clear();
        }
    }
}

fn ends_item(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    }
}

fn check(tokens: TokenStream, library: &ast::Block) -> Report {
    let mut report = Report::default();
    let block = crate::syntax::parse(tokens, &mut report);
    let _ = super::super::check(&block, library, &mut report);
    report
}

/// Where each item ends.
fn ends(tokens: &[TokenTree]) -> Vec<(usize, usize)> {
    let end = tokens.iter().filter(|token| ends_item(token)).map(|token| token.span().end());
    end.map(|end| (end.line, end.column)).collect()
}

#[test]
fn strange_tokens_in_an_item_spoil_that_item_alone() {
    let library = super::super::library();
    let tokens: Vec<TokenTree> =
        format!("{PROGRAM}{WRONG}").parse::<TokenStream>().expect("tokens").into_iter().collect();
    let ends = ends(&tokens);
    let mut checked = 0;
    for text in [",", ";", "=", "( )", "x", "self", "fn"] {
        spoiled_items(&tokens, &text.parse().expect("tokens"), &mut |tokens, item| {
            let whole: TokenStream = tokens.into_iter().collect();
            let mut report = Report::default();
            crate::syntax::parse(whole.clone(), &mut report);
            if item + 2 >= ends.len() || !report.has_errors() {
                return; // It is a program, and may mean something else.
            }
            let errors = check(whole.clone(), &library).errors;
            let (wrong, others): (Vec<&Diagnostic>, Vec<&Diagnostic>) =
                errors.iter().partition(|error| error.message == "there is no `gone` here");
            assert_eq!(wrong.len(), 1, "an error is hidden by `{text}` in\n{whole}");
            // What begins the next item may end this one.
            let from = if item == 0 { (0, 0) } else { ends[item - 1] };
            let outside = others.into_iter().find(|error| {
                let start = error.span.start();
                start.line != 1 && !(from..=ends[item + 1]).contains(&(start.line, start.column))
            });
            if let Some(error) = outside {
                let place = error.span.start();
                panic!("`{text}` at {place:?} is blamed with {}\n{whole}", error.message);
            }
            checked += 1;
        });
    }
    assert!(checked > 1000, "{checked}");
}

/// The tokens with others in place of one of them, at any depth, once each.
fn replaced(tokens: &[TokenTree], one: &str, others: &TokenStream, each: &mut dyn FnMut(Vec<TokenTree>)) {
    for (place, token) in tokens.iter().enumerate() {
        let mut whole = tokens.to_vec();
        if let TokenTree::Group(group) = token {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            replaced(&inner, one, others, &mut |inner| {
                let mut changed = Group::new(group.delimiter(), inner.into_iter().collect());
                changed.set_span(group.span());
                whole[place] = TokenTree::Group(changed);
                each(whole.clone());
            });
        } else if token.to_string() == one {
            whole.splice(place..=place, others.clone());
            each(whole);
        }
    }
}

/// What is said of tokens, those of them that the parser says first: nothing where it takes them, since they are a
/// program then, and may mean something else.
fn said(tokens: Vec<TokenTree>, library: &ast::Block) -> (usize, Vec<String>, TokenStream) {
    let tokens: TokenStream = tokens.into_iter().collect();
    let mut parsed = Report::default();
    crate::syntax::parse(tokens.clone(), &mut parsed);
    if !parsed.has_errors() {
        return (0, Vec::new(), tokens);
    }
    let all = check(tokens.clone(), library).errors;
    let text = |error: &Diagnostic| format!("{:?} {}", error.span.start(), error.message);
    (parsed.errors.len(), all.iter().map(text).collect(), tokens)
}

#[test]
fn a_strange_token_is_one_error() {
    let library = super::super::library();
    let tokens: Vec<TokenTree> = PROGRAM.parse::<TokenStream>().expect("tokens").into_iter().collect();
    let mut checked = 0;
    // What begins something of its own may be more than one for the parser.
    let words = ["fn", "for", "!", "1"];
    for text in [",", ";", "..", "=", "-", "@", "( )", "[ ]", "{ }", "self"].iter().chain(&words) {
        let mut see = |tokens: Vec<TokenTree>| {
            let (parser, said, whole) = said(tokens, &library);
            let most = if words.contains(text) { parser } else { 1 };
            assert!(said.len() <= most, "of `{text}` is said {said:#?} in\n{whole}");
            checked += 1;
        };
        let strange = text.parse().expect("tokens");
        spoiled(&tokens, &strange, &mut |tokens, _| see(tokens));
        spoiled_items(&tokens, &strange, &mut |tokens, _| see(tokens));
    }
    let slips = [
        (",", ";"),
        (";", ","),
        (":", "="),
        ("=", ":"),
        (":", ";"),
        (",", "="),
        (",", ""),
        (";", ""),
        (":", ""),
        ("=", ""),
        ("fn", ""),
        ("struct", ""),
        ("impl", ""),
    ];
    for (one, other) in slips {
        replaced(&tokens, one, &other.parse().expect("tokens"), &mut |tokens| {
            let (_, said, whole) = said(tokens, &library);
            assert!(said.len() <= 1, "of `{other}` for `{one}` is said {said:#?} in\n{whole}");
            checked += 1;
        });
    }
    assert!(checked > 4000, "{checked}");
}

#[test]
fn strange_tokens_in_a_body_spoil_that_body_alone() {
    let library = super::super::library();
    let program: Vec<TokenTree> = PROGRAM.parse::<TokenStream>().expect("tokens").into_iter().collect();
    let check = |tokens: TokenStream| check(tokens, &library);
    assert!(check(program.iter().cloned().collect()).errors.is_empty());
    let mut checked = 0;
    for text in STRANGE {
        spoiled(&program, &text.parse().expect("tokens"), &mut |tokens, body| {
            let whole: TokenStream = tokens.into_iter().collect();
            // What is put in bears places of its own text, which begins on the first line.
            let strange = |line: usize| line == 1;
            let body_is = body.span_open().start()..body.span_close().end();
            let outside = check(whole.clone()).errors.into_iter().find(|error| {
                let start = error.span.start();
                !strange(start.line) && !(body_is.start..=body_is.end).contains(&start)
            });
            if let Some(error) = outside {
                let place = error.span.start();
                panic!("`{text}` at {place:?} is blamed with {}\n{whole}", error.message);
            }
            checked += 1;
        });
    }
    assert!(checked > 1000, "{checked}");
}
