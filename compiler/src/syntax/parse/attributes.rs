//! Attributes and visibility: our own are read, Rust's are handed on, others are errors.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use super::super::ast::{Budget, DerivativeKind, DerivativeRequest, Expr};
use super::{Failed, Parsed, Parser, hints};
use crate::spelling::did_you_mean;

/// An attribute as it was read.
enum Attribute {
    /// One of Rust's, handed on.
    Rust(Ident, TokenStream),
    Derivative(DerivativeRequest),
    Budget(Budget, Span),
    Frozen(Span),
    Checkpoint(Span),
}

/// Attributes in the order they were written.
pub(super) struct Attributes(Vec<Attribute>);

impl Attributes {
    /// Whether there is more than comments.
    pub(super) fn stand_alone(&self) -> bool {
        self.0.iter().any(|attribute| !matches!(attribute, Attribute::Rust(name, _) if name == "doc"))
    }
}

/// Attributes by kind, those that the place does not take reported and left out.
#[derive(Default)]
pub(super) struct Sorted {
    pub(super) rust: Vec<TokenStream>,
    /// Where one of these is `#[cfg]`.
    pub(super) condition: Option<Span>,
    pub(super) derivatives: Vec<DerivativeRequest>,
    pub(super) budget: Option<Budget>,
    pub(super) frozen: Option<Span>,
    pub(super) checkpoint: Option<Span>,
}

/// What an attribute stands in front of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Dims,
    Const,
    Struct,
    Field,
    Impl,
    Function,
    Extern,
    Argument,
    Statement,
    Loop,
}

impl Place {
    fn name(self) -> &'static str {
        match self {
            Place::Dims => "a `dim`",
            Place::Const => "a `const`",
            Place::Struct => "a struct",
            Place::Field => "a field",
            Place::Impl => "an `impl`",
            Place::Function => "a function",
            Place::Extern => "an `extern fn`",
            Place::Argument => "an argument",
            Place::Statement => "a statement",
            Place::Loop => "a loop",
        }
    }

    /// Whether Rust's attributes have something to be handed on to.
    fn is_emitted(self) -> bool {
        matches!(self, Place::Const | Place::Struct | Place::Field | Place::Impl | Place::Function)
    }
}

/// Rust's attributes that mean the same here.
const RUST: [&str; 9] =
    ["doc", "cfg", "allow", "derive", "expect", "must_use", "deprecated", "inline", "warn"];

const LISTED: &str = "what is differentiated by stands in parentheses: `#[grad(x)]`, `#[grad(self, x)]`";
const LIMITS: &str = "write `#[budget(workspace = 16_384, params = 40_000)]`, in bytes";

const OURS: [&str; 8] = ["grad", "jvp", "hvp", "jacobian", "hessian", "budget", "frozen", "checkpoint"];

/// What some are called elsewhere, for short.
const SHORT: [(&str, &str); 2] = [("hess", "hessian"), ("jac", "jacobian")];

impl Parser<'_> {
    /// All attributes that come next.
    pub(super) fn attributes(&mut self) -> Attributes {
        let mut all = Vec::new();
        while self.cursor.at_character('#') {
            let hash = self.bump_span();
            if self.at("!") {
                let span = self.bump_span();
                self.wrong(span, "inner attributes have no place here", "leave out the `!`");
            }
            match self.eat_group(Delimiter::Bracket) {
                Some(group) => {
                    let attribute = self.attribute(hash, &group);
                    // `#[] [grad]`
                    if attribute.is_err() && self.cursor.at_group(0, Delimiter::Bracket) {
                        self.cursor.bump();
                    }
                    all.extend(attribute);
                }
                None => {
                    let otherwise = "an attribute is `#[grad]`; a comment begins with `//`";
                    self.expected_or("`[` and an attribute", hints::ATTRIBUTE, otherwise);
                    let word = self
                        .cursor
                        .word()
                        .is_some_and(|word| OURS.iter().chain(&RUST).any(|one| word == one));
                    self.cursor.bump_if(word);
                }
            }
        }
        Attributes(all)
    }

    /// `#![allow(…)]` at the head of the block, as it stands on an item: of all items.
    pub(super) fn allowed_everywhere(&mut self) -> Vec<TokenStream> {
        let mut all = Vec::new();
        loop {
            let group = match (self.cursor.peek(0), self.cursor.operator_at(1), self.cursor.peek(2)) {
                (Some(TokenTree::Punct(hash)), Some("!"), Some(TokenTree::Group(group)))
                    if hash.as_char() == '#' && begins_with_allow(group) =>
                {
                    group.clone()
                }
                _ => return all,
            };
            (0..3).for_each(|_| drop(self.cursor.bump()));
            let mut attribute: TokenStream = TokenTree::Punct(hash_mark(group.span_open())).into();
            attribute.extend([TokenTree::Group(group)]);
            all.push(attribute);
        }
    }

    fn attribute(&mut self, hash: Span, group: &Group) -> Parsed<Attribute> {
        let span = super::join(hash, group.span_close(), group.span());
        self.within(group, |inner| {
            let name = inner.name("the name of an attribute")?;
            let name = inner.meant(name)?;
            // With a gap in its list it would mean something else.
            let attribute = inner.wholly(|inner| inner.known_attribute(name, group, span))?;
            if !inner.cursor.is_empty() {
                match attribute {
                    Attribute::Rust(..) => {}
                    Attribute::Frozen(_) => drop(inner.expected_or("`]`", &[], "write `#[frozen]`")),
                    Attribute::Checkpoint(_) => drop(inner.expected_or("`]`", &[], "write `#[checkpoint]`")),
                    _ => return Err(inner.expected_or("`]`", hints::ATTRIBUTE, LISTED)),
                }
            }
            Ok(attribute)
        })?
    }

    /// The name of an attribute; of one that is unknown, which is reported, the nearest derivative.
    fn meant(&mut self, name: Ident) -> Parsed<Ident> {
        let text = name.to_string();
        let known: Vec<&str> = OURS.iter().chain(&RUST).copied().collect();
        if known.contains(&text.as_str()) {
            return Ok(name);
        }
        let short = SHORT.iter().find(|(short, _)| *short == text).map(|(_, long)| *long);
        let near = short.or_else(|| did_you_mean(&text, &known));
        let help = match (hints::look_up(hints::ATTRIBUTES, &text), near) {
            (Some(help), _) => help.to_owned(),
            (None, Some(near)) => format!("did you mean `#[{near}]`?"),
            (None, None) => format!("the attributes here are {}", OURS.join(", ")),
        };
        let failed = self.wrong(name.span(), format!("unknown attribute `{text}`"), help);
        // A method that is made by it is missed nowhere else then; what the others mean is not guessed.
        let derivative = near.filter(|near| OURS[..=DerivativeKind::Hessian as usize].contains(near));
        derivative.map(|near| Ident::new(near, name.span())).ok_or(failed)
    }

    fn known_attribute(&mut self, name: Ident, group: &Group, span: Span) -> Parsed<Attribute> {
        let text = name.to_string();
        let kind = match text.as_str() {
            "grad" => DerivativeKind::Grad,
            "jvp" => DerivativeKind::Jvp,
            "hvp" => DerivativeKind::Hvp,
            "jacobian" => DerivativeKind::Jacobian,
            "hessian" => DerivativeKind::Hessian,
            "budget" => return Ok(Attribute::Budget(self.budget(&name)?, span)),
            "frozen" => return Ok(Attribute::Frozen(span)),
            "checkpoint" => return Ok(Attribute::Checkpoint(span)),
            known if RUST.contains(&known) => {
                let mut tokens: TokenStream = TokenTree::Punct(hash_mark(name.span())).into();
                tokens.extend([TokenTree::Group(group.clone())]);
                return Ok(Attribute::Rust(name, tokens));
            }
            // Names are known here.
            _ => return Err(Failed),
        };
        let listed = self.eat_group(Delimiter::Parenthesis);
        let with_respect_to = match listed {
            Some(list) => self.within(&list, |inner| {
                if inner.cursor.is_empty() {
                    inner.expected("`self` or the name of an argument", hints::NAME);
                }
                inner.list(hints::ATTRIBUTE, Self::listed, |_| None)
            })?,
            None => Vec::new(),
        };
        Ok(Attribute::Derivative(DerivativeRequest { kind, with_respect_to, span }))
    }

    /// `self` or the name of an argument.
    fn listed(&mut self) -> Parsed<Ident> {
        match self.cursor.word() {
            Some(word) if word == "self" => {
                let word = word.clone();
                self.cursor.bump();
                Ok(word)
            }
            Some(_) => self.name("`self` or the name of an argument"),
            None => Err(self.expected_or("`self` or the name of an argument", hints::NAME, LISTED)),
        }
    }

    /// `(workspace = 16_384, params = 40_000)`
    fn budget(&mut self, name: &Ident) -> Parsed<Budget> {
        let mut budget = Budget { workspace: None, params: None };
        let Some(group) = self.eat_group(Delimiter::Parenthesis) else {
            return Err(self.wrong(name.span(), "a budget needs its limits", LIMITS));
        };
        self.within(&group, |inner| {
            let limits = inner.list(hints::LIST, Self::limit, |_| None);
            if limits.is_empty() && inner.cursor.is_empty() && group.stream().is_empty() {
                inner.wrong(group.span(), "a budget needs its limits", LIMITS);
            }
            for (what, bytes) in limits {
                let slot = if what == "workspace" { &mut budget.workspace } else { &mut budget.params };
                if slot.replace(bytes).is_some() {
                    inner.wrong(
                        what.span(),
                        format!("`{what}` has a limit already"),
                        "leave one of them out",
                    );
                }
            }
        })?;
        Ok(budget)
    }

    fn limit(&mut self) -> Parsed<(Ident, Expr)> {
        if self.cursor.word().is_none() {
            return Err(self.expected_or("`workspace` or `params`", hints::ATTRIBUTE, LIMITS));
        }
        let name = self.name("`workspace` or `params`")?;
        if name != "workspace" && name != "params" {
            let help = did_you_mean(&name.to_string(), &["workspace", "params"])
                .map_or("the limits are `workspace` and `params`, in bytes".to_owned(), |near| {
                    format!("did you mean `{near}`?")
                });
            return Err(self.wrong(
                name.span(),
                format!("expected `workspace` or `params`, found `{name}`"),
                help,
            ));
        }
        if !self.eat("=") {
            return Err(self.expected("`=` and a number of bytes", hints::ATTRIBUTE));
        }
        match self.cursor.is_empty() || self.at(",") {
            true => Err(self.expected_or("a whole number of bytes", hints::ATTRIBUTE, LIMITS)),
            false => Ok((name, self.expression()?)),
        }
    }

    /// Attributes by kind; what has no effect in this place is an error.
    pub(super) fn sort(&mut self, attributes: Attributes, place: Place) -> Sorted {
        let mut sorted = Sorted::default();
        for attribute in attributes.0 {
            let (span, name, fits, belongs) = match &attribute {
                Attribute::Rust(name, _) if name == "derive" => {
                    (name.span(), name.to_string(), place == Place::Struct, "structs")
                }
                Attribute::Rust(name, _) => {
                    let fits = place.is_emitted() || name == "doc" || name == "allow" || name == "expect";
                    (name.span(), name.to_string(), fits, "what Rust sees too: structs, fields, functions")
                }
                Attribute::Derivative(request) => {
                    let name = OURS[request.kind as usize].to_owned();
                    (request.span, name, place == Place::Function, "functions")
                }
                Attribute::Budget(_, span) => {
                    let fits = place == Place::Function || place == Place::Struct;
                    (*span, "budget".to_owned(), fits, "functions and structs")
                }
                Attribute::Frozen(span) => (*span, "frozen".to_owned(), place == Place::Field, "fields"),
                Attribute::Checkpoint(span) => {
                    (*span, "checkpoint".to_owned(), place == Place::Loop, "`for` loops")
                }
            };
            if name == "cfg" && matches!(place, Place::Field | Place::Const) {
                self.refuse_condition(span, place);
                continue;
            }
            if !fits {
                let message = format!("`#[{name}]` has no effect on {}", place.name());
                self.wrong(span, message, format!("it stands on {belongs}"));
                continue;
            }
            let twice = match attribute {
                Attribute::Rust(_, tokens) => {
                    if name == "cfg" {
                        sorted.condition = Some(span);
                    }
                    sorted.rust.push(tokens);
                    false
                }
                Attribute::Derivative(request) => {
                    sorted.derivatives.push(request);
                    false
                }
                Attribute::Budget(budget, _) => sorted.budget.replace(budget).is_some(),
                Attribute::Frozen(span) => sorted.frozen.replace(span).is_some(),
                Attribute::Checkpoint(span) => sorted.checkpoint.replace(span).is_some(),
            };
            if twice {
                self.wrong(span, format!("`#[{name}]` stands here twice"), "leave one of them out");
            }
        }
        sorted
    }

    /// Reports that what others are made of has a condition: they are made before anybody knows whether it holds.
    fn refuse_condition(&mut self, span: Span, place: Place) {
        let message = format!(
            "whether {} is there cannot depend on `#[cfg]`: what is made of it is made before that is known",
            place.name()
        );
        let help = "`#[cfg]` stands on a `pub struct` and its `impl`, on a `pub fn`, or on the whole `net!`: one for each configuration";
        self.wrong(span, message, help);
    }

    /// The same of what is seen inside of the block alone.
    pub(super) fn refuse_conditions(&mut self, attributes: &Sorted, visibility: &TokenStream, place: Place) {
        if let Some(span) = attributes.condition.filter(|_| visibility.is_empty()) {
            self.refuse_condition(span, place);
        }
    }

    /// `pub`, `pub(crate)`, `pub(in some::module)` or nothing.
    pub(super) fn visibility(&mut self) -> TokenStream {
        let mut tokens = TokenStream::new();
        if self.cursor.at_word("pub") {
            tokens.extend(self.cursor.bump());
            if self.cursor.at_group(0, Delimiter::Parenthesis) {
                tokens.extend(self.cursor.bump());
            }
        }
        tokens
    }

    /// Reports a visibility where there is nothing to be seen.
    pub(super) fn refuse_visibility(&mut self, visibility: TokenStream, place: Place) {
        if let Some(first) = visibility.into_iter().next() {
            let message = format!("{} has no visibility", place.name());
            self.wrong(first.span(), message, "leave out the `pub`");
        }
    }
}

fn hash_mark(span: Span) -> proc_macro2::Punct {
    let mut hash = proc_macro2::Punct::new('#', proc_macro2::Spacing::Alone);
    hash.set_span(span);
    hash
}

fn begins_with_allow(group: &Group) -> bool {
    let is_allow = |token| matches!(token, TokenTree::Ident(word) if word == "allow");
    group.delimiter() == Delimiter::Bracket && group.stream().into_iter().next().is_some_and(is_allow)
}
