//! Functions and `extern fn`s.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use super::super::ast::{Argument, Body, Expr, Extern, Function, Type};
use super::attributes::{Place, Sorted};
use super::cursor::Cursor;
use super::items::ends_item;
use super::types::{SCALARS, or_error};
use super::{Failed, Parsed, Parser, hints, lost_expression};

impl Parser<'_> {
    /// The functions of an `impl`, to its end.
    pub(super) fn functions(&mut self) -> Vec<Function> {
        let mut functions = Vec::new();
        while !self.cursor.is_empty() {
            if self.eat(";") {
                continue;
            }
            let errors = self.unmarked();
            functions.extend(self.method().ok().flatten());
            // What follows a broken function up to the next is part of what broke it.
            if errors < self.unmarked() {
                self.skip_until(begins_function);
            }
        }
        functions
    }

    /// One function of an `impl`; none behind a last comment. It reads at least one token.
    fn method(&mut self) -> Parsed<Option<Function>> {
        let attributes = self.attributes();
        if self.cursor.is_empty() && !attributes.stand_alone() {
            return Ok(None);
        }
        let attributes = self.sort(attributes, Place::Function);
        let visibility = self.visibility();
        if self.eat_word("fn").is_none() {
            self.expected("`fn`", hints::IN_IMPL);
            self.cursor.bump();
            return Err(Failed);
        }
        self.function(attributes, visibility).map(Some)
    }

    /// `name(x: f32[N, 784]) -> f32[N, 10] { … }`, behind `fn`.
    pub(super) fn function(&mut self, attributes: Sorted, visibility: TokenStream) -> Parsed<Function> {
        let name = self.name("the name of a function")?;
        let (arguments, arguments_span) = self.signature_arguments()?;
        let (result, fine) = self.result();
        if !self.cursor.at_group(0, Delimiter::Brace) {
            if fine {
                self.expected("`{` and a body", hints::FUNCTION_BODY);
            }
            self.skip_until(|cursor| cursor.at_group(0, Delimiter::Brace) || ends_item(cursor));
        }
        let lost =
            |span| Body { statements: Vec::new(), result: Some(Box::new(lost_expression(span))), span };
        let body = match self.cursor.at_group(0, Delimiter::Brace) {
            // Of a body with a gap nothing is kept: its names may be those that were lost.
            true => self.marking(|this| this.wholly(Self::body)).unwrap_or_else(|Failed| lost(name.span())),
            false => lost(name.span()),
        };
        let Sorted { rust, derivatives, budget, .. } = attributes;
        Ok(Function {
            attributes: rust,
            derivatives,
            budget,
            visibility,
            name,
            arguments,
            result: Some(result),
            body,
            arguments_span,
        })
    }

    /// `(x: f32[N, 784], axis: …)`
    fn signature_arguments(&mut self) -> Parsed<(Vec<Argument>, Span)> {
        if self.cursor.at_character('<') {
            self.expected("`(` and the arguments", hints::ARGUMENTS);
            self.angles(|inner| {
                inner.skip_until(|cursor| cursor.at_character(',') || cursor.at_character('>'));
                Ok(())
            });
        }
        let Some(group) = self.eat_group(Delimiter::Parenthesis) else {
            return Err(self.expected("`(` and the arguments", hints::ARGUMENTS));
        };
        let arguments =
            self.within(&group, |inner| inner.list(hints::LIST, Self::signature_argument, |_| None))?;
        Ok((arguments.into_iter().flatten().collect(), group.span()))
    }

    /// `x: f32[N, 784]`, `(h, c): (f32[H], f32[H])`, `causal: bool = false`; none for a `self`, reported.
    fn signature_argument(&mut self) -> Parsed<Option<Argument>> {
        let attributes = self.attributes();
        self.sort(attributes, Place::Argument);
        if self.is_self() {
            self.skip_until(|cursor| cursor.at_word("self"));
            let span = self.bump_span();
            self.aside(span, "functions take no `self`", "leave it out: fields are in scope by their names");
            self.skip_until(|cursor| cursor.at_character(','));
            return Ok(None);
        }
        let pattern = self.pattern()?;
        let start = self.cursor.span();
        let ty = match self.eat(":") {
            true => self.marking(|this| this.wholly(Self::ty)),
            false => self.marking(|this| Err(this.expected("`:` and a type", hints::ARGUMENT))),
        };
        if ty.is_err() {
            self.skip_until(|cursor| cursor.at_character('=') || cursor.at_character(','));
        }
        let default = match self.eat("=") {
            true => Some(self.expression()?),
            false => None,
        };
        Ok(Some(Argument { pattern, ty: or_error(ty, start), default }))
    }

    /// `self`, `&self`, `&mut self`, `mut self`
    fn is_self(&self) -> bool {
        let at = usize::from(self.cursor.at_character('&'));
        let word = |at: usize, text: &str| matches!(self.cursor.peek(at), Some(TokenTree::Ident(word)) if word == text);
        let at = at + usize::from(word(at, "mut"));
        word(at, "self")
    }

    /// `-> f32[N, 10]`, and whether it was there and well.
    fn result(&mut self) -> (Type, bool) {
        let start = self.cursor.span();
        let mut fine = true;
        let ty = self.marking(|this| {
            this.wholly(|this| {
                let (ty, well) = this.arrow_and_type();
                fine = well;
                Ok(ty)
            })
        });
        (or_error(ty, start), fine)
    }

    fn arrow_and_type(&mut self) -> (Type, bool) {
        let start = self.cursor.span();
        let mut fine = self.eat("->");
        if !fine {
            self.expected("`->` and the type of the result", hints::RESULT);
            // `fn f(x: f32): f32 {` has it behind another sign, or behind none.
            let sign = self.eat(":") || self.eat("=>") || self.eat_character('-') && self.eat_character('>');
            if !sign && !SCALARS.iter().any(|scalar| self.cursor.at_word(scalar)) {
                return (Type::Error(start), false);
            }
        }
        let ty = self.ty();
        fine = fine && ty.is_ok();
        (or_error(ty, start), fine)
    }

    /// `fn name(x: f64) -> f64 { derivative(dx) = … }`, behind `extern`.
    pub(super) fn extern_function(&mut self) -> Parsed<Extern> {
        if let Some(TokenTree::Literal(abi)) = self.cursor.peek(0) {
            let message = format!("expected `fn`, found {abi}");
            let help =
                "an `extern fn` is a Rust function in scope, whatever it calls itself: leave out the ABI";
            let span = abi.span();
            self.cursor.bump();
            self.wrong(span, message, help);
        }
        if self.eat_word("fn").is_none() {
            return Err(self.expected("`fn`", hints::EXTERN));
        }
        let name = self.name("the name of a Rust function in scope")?;
        let (arguments, _) = self.signature_arguments()?;
        let (result, fine) = self.result();
        let mut derivative = None;
        if let Some(group) = self.eat_group(Delimiter::Brace) {
            derivative = self.within(&group, |inner| inner.derivative(&group))?.ok();
            self.eat(";");
        } else if !self.eat(";") {
            if fine {
                self.expected("`;`, or `{` and the derivative", hints::EXTERN);
            }
            self.skip_until(ends_item);
            self.eat(";");
        }
        Ok(Extern { name, arguments, result: Some(result), derivative })
    }

    /// `derivative(dx, dy) = …`, with or without `;`.
    fn derivative(&mut self, group: &Group) -> Parsed<(Vec<Ident>, Expr)> {
        const EXAMPLE: &str =
            "write `{ derivative(dx) = cos(x) * dx }`, in the arguments, their tangents and the result `y`";
        if self.eat_word("derivative").is_none() {
            let found = self.cursor.found();
            return Err(self.wrong(
                self.cursor.span(),
                format!("expected `derivative`, found {found}"),
                EXAMPLE,
            ));
        }
        let Some(list) = self.eat_group(Delimiter::Parenthesis) else {
            let found = self.cursor.found();
            return Err(self.wrong(
                self.cursor.span(),
                format!("expected `(` and the tangents, found {found}"),
                EXAMPLE,
            ));
        };
        let tangents = self.within(&list, |inner| {
            inner.list(hints::LIST, |inner| inner.name("the name of a tangent"), |_| None)
        })?;
        if !self.eat("=") {
            let found = self.cursor.found();
            let message = format!("expected `=` and the directional derivative, found {found}");
            return Err(self.wrong(self.cursor.span(), message, EXAMPLE));
        }
        let value = self.marking(|this| {
            this.wholly(|this| {
                let value = this.expression()?;
                this.eat(";");
                this.finish();
                Ok(value)
            })
        });
        Ok((tangents, value.unwrap_or_else(|Failed| lost_expression(group.span()))))
    }
}

/// Whether a function begins here, or what should be one and is worth an error of its own.
fn begins_function(cursor: &Cursor) -> bool {
    let words = ["fn", "pub", "const", "type", "dim", "struct", "impl", "extern"];
    cursor.at_character('#')
        || words.iter().any(|word| cursor.at_word(word)) && !cursor.behind(&['<', ',', ':', '('])
}
