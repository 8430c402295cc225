//! How the pieces of an expression are written. An implementation is a table: it knows no graph.

use crate::ir::{Binary, Comparison, Unary};

/// How strongly a text holds together, from the loosest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Choice,
    Or,
    And,
    Comparison,
    Sum,
    Product,
    Power,
    Atom,
}

/// A text, and how strongly it holds together.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) level: Level,
}

/// Words and signs between operands.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sign {
    Plus,
    Minus,
    Times,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
    And,
    Or,
    Not,
}

/// A way of writing expressions.
pub(super) trait Notation {
    /// Whether every operation is shown as it stands. If not, sums and products are written as people
    /// do, whatever the order of their operations, and what occurs twice is named only where it is long.
    fn exact(&self) -> bool {
        false
    }

    /// A sign between its operands, or before its operand.
    fn sign(&self, sign: Sign) -> &'static str;

    /// The n-th tensor of a name, counted from 1.
    fn tensor(&self, name: &str, number: usize) -> String;

    /// The n-th derivative by a tensor of a name. As Rust calls it, unless `d_x` stands for something else.
    fn derivative(&self, by: &str, number: usize, stands_for_else: bool) -> String {
        self.tensor(&format!("{}{by}", if stands_for_else { "∂" } else { "d_" }), number)
    }

    /// The name of an index, a loop's counter or a run-time size.
    fn word(&self, name: &str) -> String;

    /// The n-th name for a part that occurs more than once, counted from 0.
    fn part(&self, number: usize) -> String;

    /// An element of a tensor as [`Notation::tensor`] wrote it; a scalar has no subscripts.
    fn element(&self, tensor: &str, at: &[String]) -> String;

    /// A number that is not negative, or a NaN.
    fn number(&self, value: f64) -> Piece;

    /// `true` or `false`.
    fn flag(&self, value: bool) -> &'static str {
        if value { "true" } else { "false" }
    }

    /// A product of integers; a coefficient of 1 is left out.
    fn monomial(&self, coefficient: i64, factors: &[(Piece, usize)]) -> Piece;

    /// A call of a function that has no notation of its own.
    fn call(&self, name: &str, arguments: &[Piece]) -> Piece {
        let arguments: Vec<&str> = arguments.iter().map(|argument| argument.text.as_str()).collect();
        Piece::atom(format!("{}({})", self.word(name), arguments.join(", ")))
    }

    /// ⌊a / b⌋
    fn floor_quotient(&self, a: Piece, b: Piece) -> Piece;

    /// a mod b
    fn remainder(&self, a: Piece, b: Piece) -> Piece;

    /// ⌈√a⌉
    fn root(&self, a: Piece) -> Piece;

    /// a / b
    fn quotient(&self, a: Piece, b: Piece) -> Piece;

    /// aⁿ for n ≥ 2
    fn power(&self, base: Piece, exponent: u32) -> Piece;

    /// A function that is no sum, product, quotient or power.
    fn unary(&self, function: Unary, a: Piece) -> Piece;

    /// A function that is no sum, product or quotient.
    fn binary(&self, function: Binary, a: Piece, b: Piece) -> Piece;

    /// a if c, else b
    fn choice(&self, condition: Piece, a: Piece, b: Piece) -> Piece;

    /// The text in parentheses.
    fn enclose(&self, text: &str) -> String {
        format!("({text})")
    }

    /// The text, in parentheses if it holds together more loosely than this.
    fn at_least(&self, level: Level, piece: &Piece) -> String {
        if piece.level < level { self.enclose(&piece.text) } else { piece.text.clone() }
    }
}

impl Piece {
    pub(super) fn new(text: impl Into<String>, level: Level) -> Self {
        Self { text: text.into(), level }
    }

    pub(super) fn atom(text: impl Into<String>) -> Self {
        Self::new(text, Level::Atom)
    }
}

impl From<Comparison> for Sign {
    fn from(comparison: Comparison) -> Self {
        match comparison {
            Comparison::Less => Self::Less,
            Comparison::LessEqual => Self::LessEqual,
            Comparison::Equal => Self::Equal,
            Comparison::NotEqual => Self::NotEqual,
        }
    }
}

impl Sign {
    /// The comparison with its sides exchanged.
    pub(super) fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessEqual => Self::GreaterEqual,
            Self::Greater => Self::Less,
            Self::GreaterEqual => Self::LessEqual,
            same => same,
        }
    }
}

/// The common name of a function, as Rust's standard library or the language has it.
pub(super) fn name(function: Unary) -> &'static str {
    match function {
        Unary::Neg => "neg",
        Unary::Recip => "recip",
        Unary::Exp => "exp",
        Unary::Ln => "ln",
        Unary::Ln1p => "ln_1p",
        Unary::ExpM1 => "exp_m1",
        Unary::Log2 => "log2",
        Unary::Log10 => "log10",
        Unary::Sqrt => "sqrt",
        Unary::Abs => "abs",
        Unary::Signum => "signum",
        Unary::Sin => "sin",
        Unary::Cos => "cos",
        Unary::Tan => "tan",
        Unary::Sinh => "sinh",
        Unary::Cosh => "cosh",
        Unary::Tanh => "tanh",
        Unary::Asin => "asin",
        Unary::Acos => "acos",
        Unary::Atan => "atan",
        Unary::Floor => "floor",
        Unary::Erf => "erf",
        Unary::NormalCdf => "Φ",
        Unary::NormalPdf => "φ",
        Unary::LnGamma => "ln_gamma",
        Unary::Polygamma(_) => "polygamma",
        Unary::Sigmoid => "sigmoid",
        Unary::Softplus => "softplus",
        Unary::HalfTanh => "half_tanh",
        Unary::Powi(_) => "powi",
        Unary::StopGradient => "stop_grad",
    }
}

/// The common name of a function.
pub(super) fn name_of_binary(function: Binary) -> &'static str {
    match function {
        Binary::Add => "add",
        Binary::Sub => "sub",
        Binary::Mul => "mul",
        Binary::Div => "div",
        Binary::Pow => "powf",
        Binary::Atan2 => "atan2",
        Binary::LogAddExp => "log_add_exp",
        Binary::Min => "min",
        Binary::Max => "max",
    }
}
