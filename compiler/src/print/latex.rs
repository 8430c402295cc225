//! Derivations in LaTeX, as KaTeX and amsmath read it.

use super::formula::{decimal, part};
use super::notation::{Level, Notation, Piece, Sign, name, name_of_binary};
use super::statement::{Layout, Line, Statements};
use crate::ir::{Binary, Graph, TensorId, Unary};

/// One `aligned` block: the formulas of a value, then those of its gradient, where `backward_from` is the
/// place of the first node of the backward stage. `gradients` are tensors and what they are gradients of.
pub fn latex(
    graph: &Graph,
    results: &[TensorId],
    gradients: &[(TensorId, String)],
    backward_from: usize,
) -> String {
    let kept: Vec<TensorId> =
        results.iter().copied().chain(gradients.iter().map(|(tensor, _)| *tensor)).collect();
    let statements = Statements::new(graph, &Latex, &kept);
    let (forward, backward) = graph.nodes.split_at(backward_from.min(graph.nodes.len()));
    let mut rows: Vec<String> = statements.lines(forward).iter().map(row).collect();
    if !gradients.is_empty() {
        let of = if let [one] = results { statements.names.of(*one) } else { "" };
        rows.extend(statements.lines(backward).iter().map(row));
        rows.extend(gradients.iter().map(|(gradient, target)| {
            let target = Latex.word(target);
            format!("\\frac{{\\partial {of}}}{{\\partial {target}}} &= {}", statements.names.of(*gradient))
        }));
    }
    format!("\\begin{{aligned}}\n{}\n\\end{{aligned}}\n", rows.join(" \\\\\n"))
}

/// What is indented is aligned at its left: the column before an alignment mark is flushed right.
fn row((depth, line): &Line) -> String {
    if *depth == 0 {
        line.clone()
    } else {
        format!("&{}{}", "\\quad ".repeat(*depth), line.replacen('&', "", 1))
    }
}

/// Formulas in LaTeX.
pub(super) struct Latex;

impl Notation for Latex {
    fn sign(&self, sign: Sign) -> &'static str {
        match sign {
            Sign::Plus => "+",
            Sign::Minus => "-",
            Sign::Times => "\\,",
            Sign::Less => "<",
            Sign::LessEqual => "\\le",
            Sign::Greater => ">",
            Sign::GreaterEqual => "\\ge",
            Sign::Equal => "=",
            Sign::NotEqual => "\\ne",
            Sign::And => "\\wedge",
            Sign::Or => "\\vee",
            Sign::Not => "\\neg ",
        }
    }

    fn tensor(&self, name: &str, number: usize) -> String {
        let name = self.word(name);
        if number == 1 { name } else { format!("{name}^{{({number})}}") }
    }

    fn derivative(&self, by: &str, number: usize, _stands_for_else: bool) -> String {
        format!("\\partial {}", self.tensor(by, number))
    }

    fn word(&self, name: &str) -> String {
        let mut characters = name.chars();
        let first = characters.next().unwrap_or('x');
        let rest: String = characters.collect();
        if rest.is_empty() {
            first.to_string()
        } else if first.is_ascii_alphabetic() && rest.bytes().all(|byte| byte.is_ascii_digit()) {
            format!("{first}_{{{rest}}}")
        } else if rest.bytes().all(|byte| byte == b'\'') {
            name.to_string()
        } else {
            format!("\\mathit{{{}}}", name.replace('_', "\\_"))
        }
    }

    fn part(&self, number: usize) -> String {
        part(number)
    }

    fn element(&self, tensor: &str, at: &[String]) -> String {
        match at {
            [] => tensor.to_string(),
            _ if tensor.contains(['_', '^']) => format!("{{{tensor}}}_{{{}}}", at.join(", ")),
            _ => format!("{tensor}_{{{}}}", at.join(", ")),
        }
    }

    fn number(&self, value: f64) -> Piece {
        use std::f64::consts::{PI, TAU};
        let text = match value {
            PI => "\\pi".to_string(),
            TAU => "2 \\pi".to_string(),
            f64::INFINITY => "\\infty".to_string(),
            _ => decimal(value),
        };
        match text.split_once('e') {
            Some(("1", exponent)) => Piece::new(format!("10^{{{exponent}}}"), Level::Power),
            Some((digits, exponent)) => {
                Piece::new(format!("{digits} \\cdot 10^{{{exponent}}}"), Level::Product)
            }
            None if value.is_nan() => Piece::atom("\\mathrm{NaN}"),
            None => Piece::atom(text),
        }
    }

    fn flag(&self, value: bool) -> &'static str {
        if value { "\\mathrm{true}" } else { "\\mathrm{false}" }
    }

    fn monomial(&self, coefficient: i64, factors: &[(Piece, usize)]) -> Piece {
        let mut parts = Vec::new();
        if coefficient != 1 || factors.is_empty() {
            parts.push(coefficient.to_string());
        }
        for (factor, count) in factors {
            let factor = self.at_least(Level::Power, factor);
            parts.push(if *count > 1 { raised(&factor, &count.to_string()) } else { factor });
        }
        let power = factors.iter().any(|(_, count)| *count > 1);
        let level = match parts.len() {
            1 if power => Level::Power,
            1 => Level::Atom,
            _ => Level::Product,
        };
        Piece::new(parts.join(" "), level)
    }

    fn floor_quotient(&self, a: Piece, b: Piece) -> Piece {
        Piece::atom(format!("\\lfloor {} \\rfloor", self.quotient(a, b).text))
    }

    fn root(&self, a: Piece) -> Piece {
        Piece::atom(format!("\\lceil \\sqrt{{{}}} \\rceil", a.text))
    }

    fn remainder(&self, a: Piece, b: Piece) -> Piece {
        let (a, b) = (self.at_least(Level::Power, &a), self.at_least(Level::Power, &b));
        Piece::new(format!("{a} \\bmod {b}"), Level::Sum)
    }

    fn quotient(&self, a: Piece, b: Piece) -> Piece {
        Piece::new(format!("\\frac{{{}}}{{{}}}", a.text, b.text), Level::Product)
    }

    fn power(&self, base: Piece, exponent: u32) -> Piece {
        Piece::new(raised(&self.at_least(Level::Atom, &base), &exponent.to_string()), Level::Power)
    }

    fn unary(&self, function: Unary, a: Piece) -> Piece {
        let function = match function {
            Unary::Exp => return Piece::new(format!("e^{{{}}}", a.text), Level::Power),
            Unary::Sqrt => return Piece::atom(format!("\\sqrt{{{}}}", a.text)),
            Unary::Abs => return Piece::atom(format!("\\left|{}\\right|", a.text)),
            Unary::Floor => return Piece::atom(format!("\\left\\lfloor {} \\right\\rfloor", a.text)),
            Unary::Ln | Unary::Sin | Unary::Cos | Unary::Tan | Unary::Sinh | Unary::Cosh | Unary::Tanh => {
                format!("\\{}", name(function))
            }
            Unary::Log2 => "\\log_2".to_string(),
            Unary::Log10 => "\\log_{10}".to_string(),
            Unary::Asin | Unary::Acos | Unary::Atan => format!("\\arc{}", &name(function)[1..]),
            Unary::LnGamma => "\\ln \\Gamma".to_string(),
            Unary::Polygamma(0) => "\\psi".to_string(),
            Unary::Polygamma(order) => format!("\\psi^{{({order})}}"),
            Unary::Sigmoid => "\\sigma".to_string(),
            Unary::NormalCdf => "\\Phi".to_string(),
            Unary::NormalPdf => "\\varphi".to_string(),
            Unary::Signum => "\\operatorname{sign}".to_string(),
            Unary::StopGradient => "\\operatorname{constant}".to_string(),
            Unary::HalfTanh => {
                let half = self.quotient(a, Piece::atom("2".to_string()));
                return Piece::atom(format!("\\tanh{}", self.enclose(&half.text)));
            }
            Unary::Erf | Unary::Softplus | Unary::Ln1p | Unary::ExpM1 => operator(name(function)),
            Unary::Neg | Unary::Recip | Unary::Powi(_) => operator(name(function)),
        };
        Piece::atom(format!("{function}{}", self.enclose(&a.text)))
    }

    fn binary(&self, function: Binary, a: Piece, b: Piece) -> Piece {
        match function {
            Binary::Pow => Piece::new(raised(&self.at_least(Level::Atom, &a), &b.text), Level::Power),
            Binary::Min | Binary::Max => Piece::atom(format!(
                "\\{}{}",
                name_of_binary(function),
                self.enclose(&format!("{}, {}", a.text, b.text))
            )),
            Binary::LogAddExp => {
                let sum = format!("e^{{{}}} + e^{{{}}}", a.text, b.text);
                Piece::atom(format!("\\ln{}", self.enclose(&sum)))
            }
            Binary::Atan2 | Binary::Add | Binary::Sub | Binary::Mul | Binary::Div => {
                let arguments = self.enclose(&format!("{}, {}", a.text, b.text));
                Piece::atom(format!("{}{arguments}", operator(name_of_binary(function))))
            }
        }
    }

    fn choice(&self, condition: Piece, a: Piece, b: Piece) -> Piece {
        let (a, b, condition) = (a.text, b.text, condition.text);
        let text = format!(
            "\\begin{{cases}} {a} & \\text{{if }} {condition} \\\\ {b} & \\text{{otherwise}} \\end{{cases}}"
        );
        Piece::new(text, Level::Power)
    }

    fn enclose(&self, text: &str) -> String {
        format!("\\left({text}\\right)")
    }
}

impl Layout for Latex {
    fn definition(&self, target: &str, value: &str) -> String {
        format!("{target} &= {value}")
    }

    fn increment(&self, target: &str, value: &str) -> String {
        format!("{target} &\\mathrel{{+}}= {value}")
    }

    fn assignment(&self, target: &str, value: &str) -> String {
        format!("{target} &\\leftarrow {value}")
    }

    fn change(&self, new: &str, old: &str, change: &str) -> String {
        format!("{new} &= {old} \\text{{ with }} {}", change.replacen('&', "", 1))
    }

    fn domain(&self, statement: &str, ranges: &[String]) -> String {
        format!("{statement} \\quad \\text{{for }} {}", ranges.join(",\\ "))
    }

    fn where_part(&self, name: &str, value: &str) -> String {
        format!("\\text{{where }} {name} &= {value}")
    }

    fn summation(&self, indices: &[String], condition: Option<&str>, body: &str) -> Piece {
        let condition = condition.map(|condition| format!(" :\\ {condition}")).unwrap_or_default();
        Piece::new(format!("\\sum_{{{}{condition}}} {body}", indices.join(", ")), Level::Product)
    }

    fn extremum(&self, least: bool, indices: &[String], body: &str) -> String {
        let which = if least { "min" } else { "max" };
        format!("\\operatorname*{{arg\\,{which}}}_{{{}}} {body}", indices.join(", "))
    }

    fn reshaped(&self, from: &str, shape: &[String]) -> String {
        let shape = if shape.is_empty() { "1".to_string() } else { shape.join(" \\times ") };
        format!("\\operatorname{{reshape}}_{{{shape}}}\\left({from}\\right)")
    }

    fn repetition(&self, counter: &str, first: &str, last: &str, condition: Option<&str>) -> String {
        let condition =
            condition.map(|condition| format!(" \\text{{ where }} {condition}")).unwrap_or_default();
        format!("&\\text{{for }} {counter} = {first}, \\dots, {last}{condition}:")
    }
}

/// A second superscript needs a group around the first.
fn raised(base: &str, exponent: &str) -> String {
    if base.contains('^') { format!("{{{base}}}^{{{exponent}}}") } else { format!("{base}^{{{exponent}}}") }
}

fn operator(name: &str) -> String {
    format!("\\operatorname{{{}}}", name.replace('_', "\\_"))
}
