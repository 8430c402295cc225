//! Sizes as Rust expressions and as text. Only what is made of constants and dims; subscripts are for the
//! bodies.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use super::keywords::KEYWORDS;
use super::signature::plain;
use crate::ir::{Atom, DimId, Graph, Int};
use crate::plan::Maximum;
use crate::program::{DimSource, Method};

/// The variables that hold a function's run-time sizes, by [`DimId`]: a `dim` argument itself, else the dims'
/// names in lower case.
pub fn locals(method: &Method) -> Vec<Ident> {
    let mut taken: Vec<String> =
        ["ws", "arena", "model", "grads", "cotangent", "optimiser", "out", "v"].map(String::from).to_vec();
    for argument in &method.arguments {
        let name = plain(&argument.name);
        taken.extend([format!("d_{name}"), format!("t_{name}"), format!("given_{name}"), name]);
    }
    let locals = method.graph.dims.iter().zip(&method.dims).map(|(dim, source)| {
        if let DimSource::Argument(argument) = source
            && let Some(argument) = method.arguments.get(*argument)
        {
            return argument.name.clone();
        }
        let mut name = snake_case(dim);
        // No keyword, and nothing else that methods have.
        while taken.contains(&name) || name.starts_with("cotangent_") || KEYWORDS.contains(&name.as_str()) {
            name.insert_str(0, "size_of_");
        }
        taken.push(name.clone());
        Ident::new(&name, Span::mixed_site())
    });
    locals.collect()
}

/// `Tokens` and `TOKENS` as `tokens`, `BatchSize` as `batch_size`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut after_lower = false;
    for character in name.trim_start_matches("r#").chars() {
        if character.is_uppercase() && after_lower {
            snake.push('_');
        }
        after_lower = character.is_lowercase();
        snake.extend(character.to_lowercase());
    }
    snake
}

/// The value as a `usize` expression. What can be negative on the way is computed in `isize`.
pub fn expression(size: &Int, dims: &[Ident]) -> TokenStream {
    unsigned(size, dims, &quote!(isize))
}

/// How often something is done as a `usize` expression: not at all where that is negative. `core` is the path of it.
pub fn count(extent: &Int, dims: &[Ident], core: &TokenStream) -> TokenStream {
    if !extent.can_be_negative() {
        return expression(extent, dims);
    }
    let value = signed(extent, dims);
    quote!(#core::cmp::Ord::max(#value, 0).cast_unsigned())
}

/// The value as a `u64` expression of dims that are `u64`.
pub fn wide(size: &Int, dims: &[Ident]) -> TokenStream {
    unsigned(size, dims, &quote!(i64))
}

/// The value in the type of the dims. What can be negative on the way is computed in their signed type.
fn unsigned(size: &Int, dims: &[Ident], signed: &TokenStream) -> TokenStream {
    if size.can_be_negative() {
        let value = terms(size, Some(signed), &|atom| dim(atom, dims, true));
        quote!((#value).cast_unsigned())
    } else {
        terms(size, None, &|atom| dim(atom, dims, false))
    }
}

/// The value as an `isize` expression.
pub fn signed(size: &Int, dims: &[Ident]) -> TokenStream {
    terms(size, Some(&quote!(isize)), &|atom| dim(atom, dims, true))
}

/// The largest of several `usize` expressions, by the function `larger` of two.
pub fn largest(sums: impl Iterator<Item = TokenStream>, larger: impl Fn() -> TokenStream) -> TokenStream {
    let all = sums.reduce(|left, right| {
        let larger = larger();
        quote!(#larger(#left, #right))
    });
    all.unwrap_or_else(|| quote!(0))
}

/// As a reader writes it: `2 * N + 1`, with the dims' own names.
pub fn text(size: &Int, names: &[String]) -> String {
    // Only the names matter, and a graph of nothing else is quick to name.
    let dims = Graph { dims: names.to_vec(), ..Graph::default() };
    crate::print::integer(&dims, size)
}

/// The largest of several sums as a reader writes it, each in backticks.
pub fn text_of_largest(largest: &Maximum, names: &[String]) -> String {
    let texts: Vec<String> = largest.sums().iter().map(|sum| format!("`{}`", text(sum, names))).collect();
    match texts.as_slice() {
        [] => "`0`".to_string(),
        [one] => one.clone(),
        several => format!("the largest of {}", several.join(", ")),
    }
}

/// The terms of a sum, those that are added before those that are subtracted, the constant last of each.
fn positive_first(size: &Int) -> Vec<(&[Atom], i64)> {
    let mut terms: Vec<_> = size.terms().collect();
    terms.sort_by_key(|(monomial, coefficient)| (*coefficient < 0, monomial.is_empty()));
    terms
}

/// The value as an expression, the atoms that are no quotients by `leaf`; in a signed type, or where nothing
/// is negative.
pub fn terms(size: &Int, signed: Option<&TokenStream>, leaf: &dyn Fn(&Atom) -> TokenStream) -> TokenStream {
    let mut sum = TokenStream::new();
    for (monomial, coefficient) in positive_first(size) {
        let operator = match (sum.is_empty(), coefficient < 0) {
            (true, false) => quote!(),
            (false, false) => quote!(+),
            (_, true) => quote!(-),
        };
        let number = Literal::u64_unsuffixed(coefficient.unsigned_abs());
        let mut factors: Vec<TokenStream> = monomial.iter().map(|atom| factor(atom, signed, leaf)).collect();
        if coefficient.unsigned_abs() != 1 || factors.is_empty() {
            factors.insert(0, quote!(#number));
        }
        let product = factors.into_iter().reduce(|product, factor| quote!(#product * #factor));
        sum = quote!(#sum #operator #product);
    }
    if sum.is_empty() { quote!(0) } else { sum }
}

fn factor(atom: &Atom, signed: Option<&TokenStream>, leaf: &dyn Fn(&Atom) -> TokenStream) -> TokenStream {
    match atom {
        Atom::Div(a, b) | Atom::Mod(a, b) => {
            let quotient = matches!(atom, Atom::Div(..));
            let (a, b) = (terms(a, signed, leaf), divisor(b, terms(b, signed, leaf), signed.is_some()));
            match (signed, quotient) {
                (Some(signed), true) => quote!(#signed::div_euclid(#a, #b)),
                (Some(signed), false) => quote!(#signed::rem_euclid(#a, #b)),
                (None, true) => quote!(((#a) / #b)),
                (None, false) => quote!(((#a) % #b)),
            }
        }
        Atom::Root(of) => {
            let of = terms(of, signed, leaf);
            match signed {
                None => {
                    let root = root(&of);
                    quote!((#root))
                }
                Some(_) => {
                    let root = root(&quote!((#of).cast_unsigned()));
                    quote!((#root).cast_signed())
                }
            }
        }
        Atom::Dim(_) | Atom::Index(_) | Atom::Loop(_) | Atom::Read(..) | Atom::Inside(_) => leaf(atom),
    }
}

/// What is divided by, an operand: where a size makes it zero, nothing is evaluated, but it may say how much of that there
/// is.
pub fn divisor(value: &Int, tokens: TokenStream, signed: bool) -> TokenStream {
    if value.as_constant().is_some() {
        return tokens;
    }
    let tokens = if tokens.clone().into_iter().count() == 1 { tokens } else { quote!((#tokens)) };
    match signed {
        true => quote!((#tokens.cast_unsigned().saturating_sub(1) + 1).cast_signed()),
        false => quote!((#tokens.saturating_sub(1) + 1)),
    }
}

/// ⌈√n⌉, at least 1.
pub fn root(of: &TokenStream) -> TokenStream {
    let is_name = of.clone().into_iter().count() == 1;
    let of = if is_name { of.clone() } else { quote!((#of)) };
    quote!(#of.saturating_sub(1).isqrt() + 1)
}

/// What sizes are made of.
fn dim(atom: &Atom, dims: &[Ident], signed: bool) -> TokenStream {
    let Atom::Dim(DimId(dim)) = atom else { unreachable!("a size is made of constants and dims") };
    let dim = &dims[*dim as usize];
    if signed { quote!(#dim.cast_signed()) } else { quote!(#dim) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_as_rust_and_as_text() {
        let dims = ["n", "t"].map(|name| Ident::new(name, Span::call_site()));
        let names = ["N", "T"].map(String::from);
        let (n, t) = (Int::dim(DimId(0)), Int::dim(DimId(1)));
        let check = |size: &Int, rust: &str, words: &str| {
            assert_eq!(expression(size, &dims).to_string().replace(' ', ""), rust.replace(' ', ""));
            assert_eq!(text(size, &names), words);
        };
        check(&Int::zero(), "0", "0");
        check(&n.mul(&t).scale(2).plus(3), "2 * n * t + 3", "2 * N * T + 3");
        check(&n.plus(-1), "(n.cast_signed() - 1).cast_unsigned()", "N - 1");
        check(&n.root().scale(3), "3 * (n.saturating_sub(1).isqrt() + 1)", "3 * ceil(sqrt(N))");
        check(&n.plus(1).div(&Int::constant(2)), "((n + 1) / 2)", "(N + 1) / 2");
        check(
            &n.plus(-3).div(&Int::constant(2)),
            "(isize::div_euclid(n.cast_signed() + 1, 2) - 2).cast_unsigned()",
            "(N + 1) / 2 - 2",
        );
        check(
            &n.sub(&t).div(&Int::constant(2)),
            "(isize::div_euclid(n.cast_signed() - t.cast_signed(), 2)).cast_unsigned()",
            "(N - T) / 2",
        );
        let of_words = wide(&n.plus(-3).div(&Int::constant(2)), &dims).to_string();
        assert_eq!(of_words.replace(' ', ""), "(i64::div_euclid(n.cast_signed()+1,2)-2).cast_unsigned()");
    }

    #[test]
    fn dims_are_lower_case() {
        assert_eq!(["N", "BatchSize", "TOKENS"].map(snake_case), ["n", "batch_size", "tokens"]);
    }
}
