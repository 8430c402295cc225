//! Errors and warnings, gathered: a phase says all it has to say before the next begins.
//!
//! Nothing here knows the language. A [`Report`] that holds errors must be read.

use proc_macro2::Span;

/// One message at one place.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// Where, the narrowest token that is wrong.
    pub span: Span,
    /// What was found and what was expected.
    pub message: String,
    /// A way out, shown as `help: …`.
    pub help: Option<String>,
}

impl Diagnostic {
    /// The message with its help, as the user reads it.
    pub fn text(&self) -> String {
        match &self.help {
            Some(help) => format!("{}\n\nhelp: {help}", self.message),
            None => self.message.clone(),
        }
    }
}

/// What the phases found wrong.
#[derive(Debug, Default)]
pub struct Report {
    /// Errors, in the order found.
    pub errors: Vec<Diagnostic>,
    /// Warnings, in the order found.
    pub warnings: Vec<Diagnostic>,
}

impl Report {
    /// Adds an error.
    pub fn error(&mut self, span: Span, message: impl Into<String>) {
        self.push(Diagnostic { span, message: message.into(), help: None });
    }

    /// Adds an error with a way out.
    pub fn error_with_help(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.push(Diagnostic { span, message: message.into(), help: Some(help.into()) });
    }

    /// Adds a warning.
    pub fn warn(&mut self, span: Span, message: impl Into<String>) {
        let warning = Diagnostic { span, message: message.into(), help: None };
        if !self.warnings.iter().any(|known| same(known, &warning)) {
            self.warnings.push(warning);
        }
    }

    /// Whether anything stands in the way of an expansion.
    pub fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Puts errors and warnings in the order of the source, which rustc then keeps.
    pub fn sort(&mut self) {
        let place = |one: &Diagnostic| {
            let start = one.span.start();
            (start.line, start.column)
        };
        self.errors.sort_by_key(place);
        self.warnings.sort_by_key(place);
    }

    /// A function that is instantiated twice reports its error once.
    fn push(&mut self, error: Diagnostic) {
        if !self.errors.iter().any(|known| same(known, &error)) {
            self.errors.push(error);
        }
    }
}

/// Spans compare by their printed form: `proc_macro2::Span` has no equality.
fn same(a: &Diagnostic, b: &Diagnostic) -> bool {
    a.message == b.message && format!("{:?}", a.span) == format!("{:?}", b.span)
}
