//! Derivations as plain text with mathematical signs, for documentation.

use super::notation::{Level, Notation, Piece, Sign, name, name_of_binary};
use super::statement::{Layout, Line, Statements, inputs};
use crate::ir::{Binary, Graph, TensorId, Unary};

/// The formulas of a value, then those of its gradient: `backward_from` is the place of the first node of
/// the backward stage. `gradients` are tensors and what they are gradients of.
pub fn derivation(
    graph: &Graph,
    results: &[TensorId],
    gradients: &[(TensorId, String)],
    backward_from: usize,
) -> String {
    let kept: Vec<TensorId> =
        results.iter().copied().chain(gradients.iter().map(|(tensor, _)| *tensor)).collect();
    let statements = Statements::new(graph, &Formula, &kept);
    let (forward, backward) = graph.nodes.split_at(backward_from.min(graph.nodes.len()));
    let mut text = String::new();
    let given = inputs(graph, forward, results);
    write_given(&statements, &given, &mut text);
    write_lines("Value", &statements.lines(forward), &mut text);
    write_results(&statements, results, &mut text);
    if gradients.is_empty() {
        return text;
    }
    text.push('\n');
    let mut cotangents = inputs(graph, backward, &[]);
    cotangents.retain(|tensor| !given.contains(tensor));
    write_given(&statements, &cotangents, &mut text);
    write_lines("Gradient", &statements.lines(backward), &mut text);
    let of = if let [one] = results { statements.names.of(*one) } else { "" };
    for (gradient, target) in gradients {
        text += &format!("    → ∂{of}/∂{target} = {}\n", statements.names.of(*gradient));
    }
    text
}

/// The formulas of a derivative that is a result itself.
pub fn derivative(graph: &Graph, results: &[TensorId]) -> String {
    let statements = Statements::new(graph, &Formula, results);
    let mut text = String::new();
    write_given(&statements, &inputs(graph, &graph.nodes, results), &mut text);
    write_lines("Derivative", &statements.lines(&graph.nodes), &mut text);
    write_results(&statements, results, &mut text);
    text
}

fn write_results(statements: &Statements<'_>, results: &[TensorId], text: &mut String) {
    let names: Vec<&str> = results.iter().map(|result| statements.names.of(*result)).collect();
    match names.as_slice() {
        [] => {}
        [one] => *text += &format!("    → {one}\n"),
        several => *text += &format!("    → ({})\n", several.join(", ")),
    }
}

fn write_given(statements: &Statements<'_>, given: &[TensorId], text: &mut String) {
    let given: Vec<String> = given.iter().map(|tensor| statements.declaration(*tensor)).collect();
    if !given.is_empty() {
        *text += &format!("Given {}\n\n", given.join(", "));
    }
}

fn write_lines(title: &str, lines: &[Line], text: &mut String) {
    *text += &format!("{title}\n");
    for (depth, line) in lines {
        *text += &format!("{}{line}\n", "    ".repeat(depth + 1));
    }
}

/// Formulas in Unicode.
pub(super) struct Formula;

impl Notation for Formula {
    fn sign(&self, sign: Sign) -> &'static str {
        match sign {
            Sign::Plus => "+",
            Sign::Minus => "−",
            Sign::Times => "·",
            Sign::Less => "<",
            Sign::LessEqual => "≤",
            Sign::Greater => ">",
            Sign::GreaterEqual => "≥",
            Sign::Equal => "=",
            Sign::NotEqual => "≠",
            Sign::And => "and",
            Sign::Or => "or",
            Sign::Not => "not ",
        }
    }

    fn tensor(&self, name: &str, number: usize) -> String {
        if number == 1 {
            name.to_string()
        } else {
            format!("{name}{}", digits(number, "₀₁₂₃₄₅₆₇₈₉"))
        }
    }

    fn word(&self, name: &str) -> String {
        name.to_string()
    }

    fn part(&self, number: usize) -> String {
        part(number)
    }

    fn element(&self, tensor: &str, at: &[String]) -> String {
        if at.is_empty() { tensor.to_string() } else { format!("{tensor}[{}]", at.join(", ")) }
    }

    fn number(&self, value: f64) -> Piece {
        use std::f64::consts::{PI, TAU};
        Piece::atom(match value {
            PI => "π".to_string(),
            TAU => "2π".to_string(),
            f64::INFINITY => "∞".to_string(),
            _ => decimal(value),
        })
    }

    fn monomial(&self, coefficient: i64, factors: &[(Piece, usize)]) -> Piece {
        let mut text =
            if coefficient == 1 && !factors.is_empty() { String::new() } else { coefficient.to_string() };
        let mut level = if text.is_empty() && factors.len() == 1 { Level::Atom } else { Level::Product };
        if factors.is_empty() {
            level = Level::Atom;
        }
        for (factor, count) in factors {
            let factor = self.at_least(Level::Power, factor);
            let starts_with_letter = factor.starts_with(char::is_alphabetic);
            let coefficient_before = text.ends_with(|last: char| last.is_ascii_digit());
            if !(text.is_empty() || starts_with_letter && coefficient_before) {
                text.push('·');
            }
            text += &factor;
            if *count > 1 {
                text += &digits(*count, "⁰¹²³⁴⁵⁶⁷⁸⁹");
                level = level.min(Level::Power);
            }
        }
        Piece::new(text, level)
    }

    fn floor_quotient(&self, a: Piece, b: Piece) -> Piece {
        Piece::atom(format!("⌊{}⌋", self.quotient(a, b).text))
    }

    fn root(&self, a: Piece) -> Piece {
        Piece::atom(format!("⌈√{}⌉", self.at_least(Level::Power, &a)))
    }

    fn remainder(&self, a: Piece, b: Piece) -> Piece {
        let (a, b) = (self.at_least(Level::Power, &a), self.at_least(Level::Power, &b));
        Piece::new(format!("{a} mod {b}"), Level::Product)
    }

    fn quotient(&self, a: Piece, b: Piece) -> Piece {
        let (a, b) = (self.at_least(Level::Product, &a), self.at_least(Level::Power, &b));
        Piece::new(format!("{a} / {b}"), Level::Product)
    }

    fn power(&self, base: Piece, exponent: u32) -> Piece {
        let exponent = digits(exponent as usize, "⁰¹²³⁴⁵⁶⁷⁸⁹");
        Piece::new(format!("{}{exponent}", self.at_least(Level::Atom, &base)), Level::Power)
    }

    fn unary(&self, function: Unary, a: Piece) -> Piece {
        match function {
            Unary::Abs => return Piece::atom(format!("|{}|", a.text)),
            Unary::Floor => return Piece::atom(format!("⌊{}⌋", a.text)),
            Unary::Sqrt => return Piece::new(format!("√{}", self.at_least(Level::Atom, &a)), Level::Power),
            Unary::HalfTanh => {
                let half = self.quotient(a, Piece::atom("2".to_string()));
                return Piece::atom(format!("tanh({})", half.text));
            }
            _ => {}
        }
        let function = match function {
            Unary::Log2 => "log₂".to_string(),
            Unary::Log10 => "log₁₀".to_string(),
            Unary::Signum => "sign".to_string(),
            Unary::Asin | Unary::Acos | Unary::Atan => format!("arc{}", &name(function)[1..]),
            Unary::LnGamma => "ln Γ".to_string(),
            Unary::Polygamma(0) => "ψ".to_string(),
            Unary::Polygamma(order) => format!("ψ⁽{}⁾", digits(order as usize, "⁰¹²³⁴⁵⁶⁷⁸⁹")),
            Unary::Sigmoid => "σ".to_string(),
            Unary::StopGradient => "constant".to_string(),
            _ => name(function).to_string(),
        };
        Piece::atom(format!("{function}({})", a.text))
    }

    fn binary(&self, function: Binary, a: Piece, b: Piece) -> Piece {
        match function {
            Binary::Pow => {
                let (a, b) = (self.at_least(Level::Atom, &a), self.at_least(Level::Atom, &b));
                Piece::new(format!("{a}^{b}"), Level::Power)
            }
            Binary::LogAddExp => Piece::atom(format!("ln(exp({}) + exp({}))", a.text, b.text)),
            _ => Piece::atom(format!("{}({}, {})", name_of_binary(function), a.text, b.text)),
        }
    }

    fn choice(&self, condition: Piece, a: Piece, b: Piece) -> Piece {
        let a = self.at_least(Level::Sum, &a);
        Piece::new(format!("{a} if {} else {}", self.at_least(Level::Or, &condition), b.text), Level::Choice)
    }
}

impl Layout for Formula {
    fn definition(&self, target: &str, value: &str) -> String {
        format!("{target} = {value}")
    }

    fn increment(&self, target: &str, value: &str) -> String {
        format!("{target} += {value}")
    }

    fn assignment(&self, target: &str, value: &str) -> String {
        format!("{target} ← {value}")
    }

    fn change(&self, new: &str, old: &str, change: &str) -> String {
        format!("{new} = {old} with {change}")
    }

    fn domain(&self, statement: &str, ranges: &[String]) -> String {
        format!("{statement}   for {}", ranges.join(", "))
    }

    fn where_part(&self, name: &str, value: &str) -> String {
        format!("where {name} = {value}")
    }

    fn summation(&self, indices: &[String], condition: Option<&str>, body: &str) -> Piece {
        let under = match condition {
            Some(condition) => format!("{{{} : {condition}}}", indices.join(",")),
            None => subscript(indices),
        };
        Piece::new(format!("Σ_{under} {body}"), Level::Product)
    }

    fn extremum(&self, least: bool, indices: &[String], body: &str) -> String {
        format!("{}_{} {body}", if least { "argmin" } else { "argmax" }, subscript(indices))
    }

    fn reshaped(&self, from: &str, shape: &[String]) -> String {
        format!("reshape({from}, [{}])", shape.join(", "))
    }

    fn repetition(&self, counter: &str, first: &str, last: &str, condition: Option<&str>) -> String {
        let condition = condition.map(|condition| format!(" where {condition}")).unwrap_or_default();
        format!("for {counter} = {first}, …, {last}{condition}:")
    }
}

fn subscript(indices: &[String]) -> String {
    match indices {
        [one] => one.clone(),
        several => format!("{{{}}}", several.join(",")),
    }
}

/// A number in decimals, with an exponent where it is very small or large.
pub(super) fn decimal(value: f64) -> String {
    let plain = value == 0.0 || (1e-4..1e16).contains(&value.abs()) || !value.is_finite();
    if plain { value.to_string() } else { format!("{value:e}") }
}

/// a, b, c, …, z, a1, b1, …
pub(super) fn part(number: usize) -> String {
    let letter = char::from(b"abcdefghijklmnopqrstuvwxyz"[number % 26]);
    if number < 26 { letter.to_string() } else { format!("{letter}{}", number / 26) }
}

fn digits(number: usize, alphabet: &str) -> String {
    number.to_string().bytes().filter_map(|digit| alphabet.chars().nth(usize::from(digit - b'0'))).collect()
}
