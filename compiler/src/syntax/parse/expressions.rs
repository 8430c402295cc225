//! Operators, by precedence climbing; their operands are next door.

use proc_macro2::Span;

use super::super::ast::{BinaryOperator, Expr, ExprKind, UnaryOperator};
use super::items::INTEGERS;
use super::{Parsed, Parser, branches, hints, is_keyword, join};

/// An expression of more operators than this in one row is an error: the passes walk the tree by recursion.
pub(super) const LONGEST: usize = 1024;

/// How tightly an infix operator binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Precedence {
    Or,
    And,
    Comparison,
    Sum,
    Product,
    Prefix,
}

impl Precedence {
    /// The precedence of what stands on the right of an operator with this one: all are left-associative.
    fn tighter(self) -> Self {
        match self {
            Precedence::Or => Precedence::And,
            Precedence::And => Precedence::Comparison,
            Precedence::Comparison => Precedence::Sum,
            Precedence::Sum => Precedence::Product,
            Precedence::Product | Precedence::Prefix => Precedence::Prefix,
        }
    }
}

fn infix(operator: &str) -> Option<(BinaryOperator, Precedence)> {
    Some(match operator {
        "||" => (BinaryOperator::Or, Precedence::Or),
        "&&" => (BinaryOperator::And, Precedence::And),
        "<" => (BinaryOperator::Less, Precedence::Comparison),
        "<=" => (BinaryOperator::LessEqual, Precedence::Comparison),
        ">" => (BinaryOperator::Greater, Precedence::Comparison),
        ">=" => (BinaryOperator::GreaterEqual, Precedence::Comparison),
        "==" => (BinaryOperator::Equal, Precedence::Comparison),
        "!=" => (BinaryOperator::NotEqual, Precedence::Comparison),
        "+" => (BinaryOperator::Add, Precedence::Sum),
        "-" => (BinaryOperator::Subtract, Precedence::Sum),
        "*" => (BinaryOperator::Multiply, Precedence::Product),
        "/" => (BinaryOperator::Divide, Precedence::Product),
        "%" => (BinaryOperator::Remainder, Precedence::Product),
        "@" => (BinaryOperator::MatMul, Precedence::Product),
        _ => return None,
    })
}

/// Words join comparisons, as what is meant by them does; other operators of other languages bind their neighbours.
fn foreign_precedence(operator: &str) -> Precedence {
    match operator {
        "and" => Precedence::And,
        "or" | "xor" => Precedence::Or,
        _ => Precedence::Prefix,
    }
}

impl Parser<'_> {
    /// A whole expression.
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.climb(Precedence::Or)
    }

    /// An expression that ends before a comparison: a generic argument, which `>` follows.
    pub(super) fn generic_argument(&mut self) -> Parsed<Expr> {
        self.climb(Precedence::Sum)
    }

    fn climb(&mut self, loosest: Precedence) -> Parsed<Expr> {
        let mut left = self.prefix()?;
        let mut compared: Option<&'static str> = None;
        let mut length = 0;
        loop {
            length += 1;
            if length > LONGEST {
                let message = format!("this expression has more than {LONGEST} operators in one row");
                return Err(self.wrong(self.cursor.span(), message, "give parts of it names with `let`"));
            }
            // What only assigns is no operand: a statement may follow it that begins with a sign.
            if self.cursor.at_fragment() || branches::only_assigns(&left) {
                return Ok(left);
            }
            if self.cursor.at_word("as") {
                left = self.cast(left)?;
                continue;
            }
            let Some(text) = self.cursor.operator().or_else(|| self.infix_word()) else { return Ok(left) };
            if let Some(help) = hints::look_up(hints::INFIX, text) {
                if loosest == Precedence::Sum && text == ">>" {
                    return Ok(left); // The ends of two lists of generic arguments.
                }
                let precedence = foreign_precedence(text);
                if precedence < loosest {
                    return Ok(left);
                }
                left = self.foreign(left, (text, precedence), help)?;
                compared = compared.filter(|_| precedence >= Precedence::Comparison);
                continue;
            }
            let Some((operator, precedence)) = infix(text) else { return Ok(left) };
            if precedence < loosest {
                return Ok(left);
            }
            let span = self.cursor.bump_operator(text);
            let right = self.climb(precedence.tighter())?;
            let whole = join(left.span, right.span, span);
            let mut kind = ExprKind::Binary(operator, span, Box::new(left), Box::new(right));
            if precedence == Precedence::Comparison
                && let Some(first) = compared.replace(text)
            {
                let help = format!("write `a {first} b && b {text} c`");
                self.wrong(span, "comparisons do not chain", help);
                kind = ExprKind::Error;
            }
            left = Expr { kind, span: whole };
        }
    }

    /// `and` and its like, which other languages write between operands.
    fn infix_word(&self) -> Option<&'static str> {
        let word = self.cursor.word()?.to_string();
        hints::INFIX.iter().map(|(known, _)| *known).find(|known| *known == word)
    }

    /// An operator of another language: reported, then read over.
    fn foreign(&mut self, left: Expr, (text, precedence): (&str, Precedence), help: &str) -> Parsed<Expr> {
        let span = match self.cursor.word() {
            Some(_) => self.bump_span(),
            None => self.cursor.bump_operator(text),
        };
        self.wrong(span, format!("`{text}` is not an operator"), help);
        let right = match precedence {
            Precedence::Prefix => self.prefix()?,
            _ => self.climb(precedence.tighter())?,
        };
        Ok(Expr { kind: ExprKind::Error, span: join(left.span, right.span, span) })
    }

    /// `-x`, `!m`, and the prefixes of Rust that mean nothing here.
    fn prefix(&mut self) -> Parsed<Expr> {
        let operator = match self.cursor.operator() {
            _ if self.cursor.at_fragment() => return self.postfix(),
            Some("-") => UnaryOperator::Negate,
            Some("!") => UnaryOperator::Not,
            Some("!=") | Some("-=") | Some("->") | None => return self.postfix(),
            Some(text @ ("&" | "&&")) => {
                let span = self.cursor.bump_operator(text);
                self.eat_word("mut");
                let help = "there are no references: everything is a value, written by its name alone";
                self.wrong(span, "expected an expression, found a reference", help);
                return self.deeper(span, Self::prefix)?;
            }
            Some(_) => return self.postfix(),
        };
        let span = self.bump_span();
        let operand = self.deeper(span, Self::prefix)??;
        let whole = join(span, operand.span, span);
        Ok(Expr { kind: ExprKind::Unary(operator, Box::new(operand)), span: whole })
    }

    /// `mask as f32`
    fn cast(&mut self, value: Expr) -> Parsed<Expr> {
        self.cursor.bump();
        let target = match self.cursor.word() {
            Some(word) if !is_keyword(word) => word.clone(),
            _ => return Err(self.expected("the type of a number", hints::CAST)),
        };
        self.cursor.bump();
        let span: Span = join(value.span, target.span(), target.span());
        let refused = hints::look_up(hints::RUST_TYPES, &target.to_string());
        let help = match INTEGERS.iter().any(|integer| target == integer) {
            true => Some("an index is `u32` as it is, and no number becomes one: leave the cast out"),
            false => refused,
        };
        if let Some(help) = help {
            self.wrong(target.span(), format!("`{target}` is not a type of numbers here"), help);
            return Ok(Expr { kind: ExprKind::Error, span });
        }
        Ok(Expr { kind: ExprKind::Cast(Box::new(value), target), span })
    }
}
