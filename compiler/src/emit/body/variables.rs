//! The variables in tokens that have been made: which they are, and the same tokens with other names.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, Ident, Spacing, TokenStream, TokenTree};

/// The variables that tokens mention, in order.
pub(super) fn mentioned(tokens: &TokenStream, variables: &BTreeSet<String>) -> Vec<Ident> {
    let mut found = Vec::new();
    renamed(tokens.clone(), variables, &mut |ident| {
        found.push(ident.clone());
        ident.clone()
    });
    found
}

/// Tokens with other names for variables. What is a part of a path or of an attribute, a method, a function
/// that is called or a type is none, whatever its name.
pub(super) fn renamed(
    tokens: TokenStream,
    variables: &BTreeSet<String>,
    rename: &mut dyn FnMut(&Ident) -> Ident,
) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut all = Vec::new();
    for (position, token) in tokens.iter().enumerate() {
        all.push(match token {
            TokenTree::Ident(ident)
                if variables.contains(&ident.to_string()) && can_be_variable(&tokens, position) =>
            {
                TokenTree::Ident(rename(ident))
            }
            TokenTree::Group(group) if is_sign(&tokens, position.checked_sub(1), '#') => {
                TokenTree::Group(group.clone())
            }
            TokenTree::Group(group) => {
                TokenTree::Group(Group::new(group.delimiter(), renamed(group.stream(), variables, rename)))
            }
            other => other.clone(),
        });
    }
    all.into_iter().collect()
}

fn is_sign(tokens: &[TokenTree], position: Option<usize>, sign: char) -> bool {
    match position.and_then(|position| tokens.get(position)) {
        Some(TokenTree::Punct(punct)) => punct.as_char() == sign,
        _ => false,
    }
}

/// Whether an identifier stands where a variable can.
fn can_be_variable(tokens: &[TokenTree], position: usize) -> bool {
    let is = |position: Option<usize>, sign: char| is_sign(tokens, position, sign);
    let opens = |position: Option<usize>, sign: char| {
        let joint = match position.and_then(|position| tokens.get(position)) {
            Some(TokenTree::Punct(punct)) => punct.spacing() == Spacing::Joint,
            _ => false,
        };
        joint && is(position, sign)
    };
    let (before, second, after) = (position.checked_sub(1), position.checked_sub(2), Some(position + 1));
    let is_member = is(before, '.') && !opens(second, '.');
    let is_in_path = (is(before, ':') && opens(second, ':')) || opens(after, ':');
    let is_type =
        matches!(before.map(|before| &tokens[before]), Some(TokenTree::Ident(word)) if word == "as");
    let is_called = matches!(
        tokens.get(position + 1),
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis
    );
    !(is_member || is_in_path || is_type || is_called)
}

#[cfg(test)]
mod tests {
    use quote::format_ident;

    use super::*;

    #[test]
    fn only_variables_are_renamed() {
        let all = ["h", "n", "tanh", "f32", "always", "i"];
        let variables: BTreeSet<String> = all.map(String::from).into();
        let tokens: TokenStream =
            "#[inline(always)] |i| for i in 0..n { h[i] = math::tanh(tanh[i].tanh() as f32); h(i); }"
                .parse()
                .expect("tokens");
        let names: Vec<String> = mentioned(&tokens, &variables).iter().map(ToString::to_string).collect();
        assert_eq!(names.join(" "), "i i n h i tanh i i");
        let renamed = renamed(tokens, &variables, &mut |ident| format_ident!("{ident}_"));
        let expected: TokenStream =
            "#[inline(always)] |i_| for i_ in 0..n_ { h_[i_] = math::tanh(tanh_[i_].tanh() as f32); h(i_); }"
                .parse()
                .expect("tokens");
        assert_eq!(renamed.to_string(), expected.to_string());
    }
}
