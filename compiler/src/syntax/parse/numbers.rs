//! Numbers as written: `1_000`, `0x10`, `1e-3`, `1.`, and Rust's suffixes.

use proc_macro2::{Ident, Literal};

use super::super::ast::{Expr, ExprKind, Number, UnaryOperator};
use super::{Failed, Parsed, Parser, hints, lost_expression};

/// Suffixes that a number may have; what it is its place makes of it.
const SUFFIXES: [&str; 6] = ["", "f32", "f64", "u32", "u64", "usize"];

impl Parser<'_> {
    /// A literal, which must be a number.
    pub(super) fn number(&mut self, literal: &Literal) -> Parsed<Expr> {
        let span = literal.span();
        let text = literal.to_string();
        // Other macros can make negative literals.
        if let Some(positive) = text.strip_prefix('-') {
            let kind = ExprKind::Number(self.magnitude(positive, literal)?);
            return Ok(Expr {
                kind: ExprKind::Unary(UnaryOperator::Negate, Box::new(Expr { kind, span })),
                span,
            });
        }
        if !text.starts_with(|first: char| first.is_ascii_digit()) {
            let help =
                hints::look_up(hints::STRINGS, text.trim_matches('"')).unwrap_or(match text.contains("->") {
                    true => hints::EINSUM,
                    false => hints::STRING,
                });
            return Err(self.wrong(span, format!("expected a number, found {text}"), help));
        }
        Ok(match self.magnitude(&text, literal) {
            Ok(number) => Expr { kind: ExprKind::Number(number), span },
            Err(Failed) => lost_expression(span),
        })
    }

    fn magnitude(&mut self, text: &str, literal: &Literal) -> Parsed<Number> {
        let span = literal.span();
        let (digits, suffix) = split(text);
        if !SUFFIXES.contains(&suffix) {
            let message = format!("`{suffix}` cannot stand behind a number");
            let of_type =
                suffix.starts_with(['i', 'u', 'f']) && suffix.ends_with(|last: char| last.is_ascii_digit());
            let help = match of_type {
                true => format!("a number is what its place makes of it: write `{digits}`"),
                false => format!("write the product, `{digits} * {suffix}`"),
            };
            let failed = self.wrong(span, message, help);
            if !of_type {
                return Err(failed);
            }
        }
        if matches!(suffix, "f32" | "f64") {
            self.suffixes.push(Ident::new(suffix, span));
        }
        match value(digits, suffix) {
            Some(number) if number.integer.is_some() || number.value.is_finite() => Ok(number),
            _ => {
                let message = format!("`{digits}` is too large");
                let help = "integers end at 9_223_372_036_854_775_807, others at 1.797e308";
                Err::<Number, Failed>(self.wrong(span, message, help))
            }
        }
    }
}

/// The digits and the suffix.
fn split(text: &str) -> (&str, &str) {
    if let Some(digits) = text.strip_prefix("0x") {
        let end = digits.find(|c: char| !c.is_ascii_hexdigit() && c != '_');
        return text.split_at(end.map_or(text.len(), |end| end + 2));
    }
    if let Some(digits) = text.strip_prefix("0b").or_else(|| text.strip_prefix("0o")) {
        let end = digits.find(|c: char| !c.is_ascii_digit() && c != '_');
        return text.split_at(end.map_or(text.len(), |end| end + 2));
    }
    let bytes = text.as_bytes();
    let digits = |mut at: usize| {
        while at < bytes.len() && (bytes[at].is_ascii_digit() || bytes[at] == b'_') {
            at += 1;
        }
        at
    };
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if bytes[end + 1 + sign..exponent].iter().any(u8::is_ascii_digit) {
            end = exponent;
        }
    }
    text.split_at(end)
}

/// The value, exact where the number was written as an integer; none if it is too large for that.
fn value(digits: &str, suffix: &str) -> Option<Number> {
    let plain: String = digits.chars().filter(|c| *c != '_').collect();
    let radix = match plain.get(..2) {
        Some("0x") => 16,
        Some("0o") => 8,
        Some("0b") => 2,
        _ if suffix.starts_with('f') || plain.contains(['.', 'e', 'E']) => {
            return Some(Number { value: plain.parse().ok()?, integer: None });
        }
        _ => 10,
    };
    let integer = i64::from_str_radix(if radix == 10 { &plain } else { &plain[2..] }, radix).ok()?;
    Some(Number { value: integer as f64, integer: Some(integer) })
}
