//! Functions and `extern fn`s.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};

use super::super::ast::{Argument, Body, Expr, Extern, Function, Pattern, Type};
use super::attributes::{Place, Sorted};
use super::cursor::Cursor;
use super::items::ends_item;
use super::types::{SCALARS, begins_scalar, or_error, or_lost};
use super::{Failed, Parsed, Parser, hints, lost_expression, stray};

impl Parser<'_> {
    /// The functions of an `impl`, to its end, and whether they are all.
    pub(super) fn functions(&mut self) -> (Vec<Function>, bool) {
        let mut functions = Vec::new();
        let mut whole = true;
        let mut failures = self.failures;
        while !self.cursor.is_empty() {
            if self.eat(";") {
                continue;
            }
            let read = self.cursor.tokens_read();
            let broken = std::mem::replace(&mut failures, self.failures) < self.failures;
            if stray::continues_item(&self.cursor, hints::IN_IMPL) {
                if let Some(last) = functions.last_mut() {
                    stray::spoil_function(last);
                }
                if broken {
                    self.lose(read, begins_function);
                    continue;
                }
            }
            match self.method() {
                Ok(function) => functions.extend(function),
                Err(Failed) => {
                    whole = false;
                    self.lose(read, begins_function);
                }
            }
        }
        (functions, whole)
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
            return Err(self.expected("`fn`", hints::IN_IMPL));
        }
        self.refuse_conditions(&attributes, &visibility, Place::Function);
        self.function(attributes, visibility).map(Some)
    }

    /// `name(x: f32[N, 784]) -> f32[N, 10] { … }`, behind `fn`.
    pub(super) fn function(&mut self, attributes: Sorted, visibility: TokenStream) -> Parsed<Function> {
        let name = self.naming("the name of a function", &[Delimiter::Parenthesis])?;
        let Signature { arguments, all_arguments, span: arguments_span, mut result, fine } =
            self.signature(&name);
        if !self.cursor.at_group(0, Delimiter::Brace) {
            if fine {
                // What stands here may belong to the type.
                result = Type::Error(self.cursor.span());
                self.expected("`{` and a body", hints::FUNCTION_BODY);
            }
            self.lose_all(|cursor| cursor.at_group(0, Delimiter::Brace) || ends_item(cursor));
        }
        let lost =
            |span| Body { statements: Vec::new(), result: Some(Box::new(lost_expression(span))), span };
        let (failures, errors) = (self.failures, self.report.errors.len());
        // Behind a brace too few stand other functions in it.
        let alone =
            matches!(self.cursor.peek(0), Some(TokenTree::Group(group)) if !holds_function(group.stream()));
        let body = match self.cursor.at_group(0, Delimiter::Brace) {
            true => self.body().unwrap_or_else(|Failed| lost(name.span())),
            false => lost(name.span()),
        };
        if alone {
            self.errors_in_bodies += self.report.errors.len() - errors;
        }
        let Sorted { rust, derivatives, budget, .. } = attributes;
        Ok(Function {
            attributes: rust,
            derivatives,
            budget,
            visibility,
            name,
            arguments,
            all_arguments,
            result: Some(result),
            body,
            whole_body: failures == self.failures,
            arguments_span,
        })
    }

    /// `(x: f32[N, 784]) -> f32[N, 10]`, behind the name.
    fn signature(&mut self, name: &Ident) -> Signature {
        let start = self.cursor.span();
        match self.signature_arguments() {
            Ok((arguments, all_arguments, span)) => {
                // A second list may be the one of the arguments, or the result without its arrow.
                let all_arguments = all_arguments && !self.cursor.at_group(0, Delimiter::Parenthesis);
                let (result, fine) = self.result();
                Signature { arguments, all_arguments, span, result, fine }
            }
            Err(Failed) => {
                // It may be no function at all.
                self.lost.names.push(name.clone());
                let result = Type::Error(start);
                Signature { arguments: Vec::new(), all_arguments: false, span: start, result, fine: false }
            }
        }
    }

    /// `(x: f32[N, 784], axis: …)`, and whether they are all.
    fn signature_arguments(&mut self) -> Parsed<(Vec<Argument>, bool, Span)> {
        if self.cursor.at_character('<') {
            self.expected("`(` and the arguments", hints::ARGUMENTS);
            self.angles(|inner| {
                inner.lose_all(|cursor| cursor.at_character(',') || cursor.at_character('>'));
                Ok(())
            });
        }
        let Some(group) = self.eat_group(Delimiter::Parenthesis) else {
            return Err(self.expected("`(` and the arguments", hints::ARGUMENTS));
        };
        let (mut known, mut spoiled) = (0, Vec::new());
        let mut failures = self.failures;
        let read = |inner: &mut Self| {
            let broken = std::mem::replace(&mut failures, inner.failures) < inner.failures;
            if broken && stray::continues_argument(&inner.cursor) {
                spoiled.push(known);
                return Err(inner.silently());
            }
            let begins = inner.cursor.word().is_some() || !inner.cursor.at_group(0, Delimiter::Bracket);
            let argument = inner.signature_argument();
            match &argument {
                Ok(argument) => known += usize::from(argument.is_some()),
                // `x: f32, [3]`
                Err(Failed) if !begins => spoiled.push(known),
                Err(Failed) => {}
            }
            argument.map(Ok)
        };
        let arguments = self.within(&group, |inner| inner.list(hints::LIST, read, |_| Some(Err(Failed))))?;
        let whole = arguments.iter().all(Parsed::is_ok);
        let mut read: Vec<Argument> = arguments.into_iter().flatten().flatten().collect();
        for behind in spoiled {
            if let Some(argument) = behind.checked_sub(1).and_then(|position| read.get_mut(position)) {
                argument.ty = Type::Error(group.span());
            }
        }
        Ok((read, whole, group.span()))
    }

    /// `x: f32[N, 784]`, `(h, c): (f32[H], f32[H])`, `causal: bool = false`; none for a `self`, reported.
    fn signature_argument(&mut self) -> Parsed<Option<Argument>> {
        let attributes = self.attributes();
        self.sort(attributes, Place::Argument);
        if self.is_self() {
            self.skip_until(|cursor| cursor.at_word("self"));
            let span = self.bump_span();
            self.wrong(span, "functions take no `self`", "leave it out: fields are in scope by their names");
            if !self.cursor.is_empty() && !self.at(",") {
                return Err(Failed);
            }
            return Ok(None);
        }
        if let Some((name, ty)) = self.type_before_name("", "") {
            return Ok(Some(Argument { pattern: Pattern::Name(name), ty, default: None }));
        }
        let pattern = self.pattern()?;
        if SCALARS.iter().any(|scalar| matches!(&pattern, Pattern::Name(name) if name == scalar))
            && !self.at(":")
        {
            return Err(self.expected("`:` and a type", hints::ARGUMENT));
        }
        let start = self.cursor.span();
        let mut ty = match self.eat(":") {
            true => self.wholly(Self::ty),
            false => {
                let ends = matches!(pattern, Pattern::Name(_)) && (self.cursor.is_empty() || self.at(","));
                let failed = self.expected("`:` and a type", hints::ARGUMENT);
                if ends {
                    return Ok(Some(Argument { pattern, ty: Type::Error(start), default: None }));
                }
                if self.cursor.word().is_some() && self.cursor.operator_at(1) == Some(":") {
                    return Err(failed); // `x h: f64`: which of the two it is nobody knows.
                }
                Err(failed)
            }
        };
        if ty.is_err() {
            self.skip_until(|cursor| cursor.at_character('=') || cursor.at_character(','));
        }
        let span = self.cursor.span();
        let default = self.eat("=").then(|| self.wholly(Self::expression));
        if default.as_ref().is_some_and(Parsed::is_err) {
            ty = Err(Failed);
            self.skip_until(|cursor| cursor.at_character(','));
        }
        // Without a type nobody knows what the default is, but that there is one.
        let default = default.map(|default| match &ty {
            Ok(_) => or_lost(default, span),
            Err(Failed) => lost_expression(span),
        });
        // What follows a type may belong to it, unless it is another argument.
        let separated = self.cursor.at_character(';') && !stray::continues_behind(&self.cursor);
        let ended =
            separated || self.cursor.is_empty() || self.at(",") || self.cursor.operator_at(1) == Some(":");
        if !ended {
            ty = Err(Failed);
        }
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
        let ty = self.wholly(Self::arrow_and_type);
        let fine = ty.is_ok();
        (or_error(ty, start), fine)
    }

    fn arrow_and_type(&mut self) -> Parsed<Type> {
        if !self.eat("->") {
            self.expected("`->` and the type of the result", hints::RESULT);
            // `fn f(x: f32): f32 {` has it behind another sign, or behind none.
            let sign = self.eat(":") || self.eat("=>") || self.eat_character('-') && self.eat_character('>');
            if !sign && !begins_scalar(&self.cursor) {
                return Err(Failed);
            }
        }
        self.ty()
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
            let failed = self.expected("`fn`", hints::EXTERN);
            // `extern .. fn`
            let stray = |ahead: usize| matches!(self.cursor.peek(ahead), Some(TokenTree::Punct(_)));
            let behind = if stray(0) && stray(1) { 2 } else { 1 };
            if !matches!(self.cursor.peek(behind), Some(TokenTree::Ident(word)) if word == "fn") {
                return Err(failed);
            }
            (0..=behind).for_each(|_| drop(self.cursor.bump()));
        }
        let name = self.naming("the name of a Rust function in scope", &[Delimiter::Parenthesis])?;
        let Signature { arguments, all_arguments, mut result, fine, .. } = self.signature(&name);
        let lost = |span: Span| (Vec::new(), lost_expression(span));
        let mut derivative = None;
        if let Some(group) = self.eat_group(Delimiter::Brace) {
            if !fine && group.stream().is_empty() {
                let derivative = Some(lost(group.span()));
                return Ok(Extern { name, arguments, all_arguments, result: Some(result), derivative });
            }
            let read = self.wholly(|this| this.within(&group, Self::derivative)?);
            derivative = Some(read.unwrap_or_else(|Failed| lost(group.span())));
            self.eat(";");
        } else if !self.eat(";") {
            if fine {
                // What stands here may belong to the type.
                result = Type::Error(self.cursor.span());
                let otherwise = "without a derivative it ends in `;`: `extern fn f(x: f64) -> f64;`";
                self.expected_or("`;`, or `{` and the derivative", hints::EXTERN, otherwise);
            }
            derivative = Some(lost(name.span()));
            self.lose_all(ends_item);
            self.eat(";");
        }
        Ok(Extern { name, arguments, all_arguments, result: Some(result), derivative })
    }

    /// `derivative(dx, dy) = …`, with or without `;`.
    fn derivative(&mut self) -> Parsed<(Vec<Ident>, Expr)> {
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
        let value = self.expression()?;
        self.eat(";");
        if self.cursor.at_word("derivative") {
            let help = "add up the terms of all tangents: `derivative(dx, dy) = y * dx + x * dy`";
            return Err(self.wrong(self.cursor.span(), "there is one derivative, of all arguments", help));
        }
        self.finish();
        Ok((tangents, value))
    }
}

/// Whether `fn` stands anywhere in some tokens.
fn holds_function(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "fn",
        TokenTree::Group(group) => holds_function(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// What stands between the name of a function and its body.
struct Signature {
    arguments: Vec<Argument>,
    /// Whether they are all.
    all_arguments: bool,
    /// From parenthesis to parenthesis.
    span: Span,
    result: Type,
    /// Whether the type of the result was there and well, so that what follows it is worth an error.
    fine: bool,
}

/// Whether a function begins here, or what should be one and is worth an error of its own.
fn begins_function(cursor: &Cursor) -> bool {
    let words = ["fn", "pub", "const", "type", "dim", "struct", "impl", "extern"];
    cursor.at_character('#')
        || words.iter().any(|word| cursor.at_word(word)) && !cursor.behind(&['<', ',', ':', '('])
}
