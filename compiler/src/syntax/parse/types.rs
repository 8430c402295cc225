//! Types: tensors, tuples of them, layers; and Rust's types, which are answered with the right one.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenTree};

use super::super::ast::{AxisType, Expr, FieldType, TensorType, Type};
use super::cursor::Cursor;
use super::{Parsed, Parser, ends_in_comma, hints, is_keyword, join, lost_expression};

pub(super) const SCALARS: [&str; 5] = ["f32", "f64", "u32", "u64", "bool"];

const CONTAINERS: [&str; 12] =
    ["Vec", "Box", "Option", "Arc", "Rc", "Array", "Array1", "Array2", "Array3", "Tensor", "HashMap", "List"];

/// Whether the name of a scalar comes next.
pub(super) fn begins_scalar(cursor: &Cursor) -> bool {
    SCALARS.iter().any(|scalar| cursor.at_word(scalar))
}

impl Parser<'_> {
    /// The type of an argument, a result or a `let`.
    pub(super) fn ty(&mut self) -> Parsed<Type> {
        self.skip_reference();
        match self.cursor.peek(0) {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => self.tuple_type(),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => {
                let group = self.group(Delimiter::Bracket)?;
                Ok(Type::Error(self.rust_array(&group)))
            }
            Some(TokenTree::Ident(word)) if word == "dim" && !self.cursor.at_group(1, Delimiter::Bracket) => {
                self.cursor.bump();
                Ok(Type::Dim(self.name("the name of the size")?))
            }
            _ => {
                let name = self.type_name()?;
                if self.cursor.at_character('<') {
                    return Ok(Type::Error(self.rust_generic(&name)));
                }
                Ok(match self.tensor_or_not(name)? {
                    Ok(tensor) => Type::Tensor(tensor),
                    Err(tensor) => Type::Error(tensor.span),
                })
            }
        }
    }

    /// `f32[N] x`, as other languages declare: reported, then read as `x: f32[N]`. What stands before and behind
    /// it is for the way out.
    pub(super) fn type_before_name(&mut self, before: &str, behind: &str) -> Option<(Ident, Type)> {
        let scalar = self.cursor.word().filter(|word| SCALARS.iter().any(|known| *word == known))?.clone();
        let sizes = usize::from(self.cursor.at_group(1, Delimiter::Bracket));
        let Some(TokenTree::Ident(name)) = self.cursor.peek(1 + sizes).cloned() else { return None };
        if is_keyword(&name) {
            return None;
        }
        let sizes = match self.cursor.peek(1) {
            Some(sizes @ TokenTree::Group(_)) => sizes.to_string().replace(" ,", ","),
            _ => String::new(),
        };
        let ty = or_error(self.wholly(Self::ty), scalar.span());
        self.cursor.bump();
        let message = format!("expected a name, found the type `{scalar}`");
        self.wrong(
            scalar.span(),
            message,
            format!("the name comes first: `{before}{name}: {scalar}{sizes}{behind}`"),
        );
        Some((name, ty))
    }

    /// The type of a field, which may be a layer.
    pub(super) fn field_type(&mut self) -> Parsed<FieldType> {
        self.skip_reference();
        if let Some(group) = self.eat_group(Delimiter::Bracket) {
            return self.layers(&group);
        }
        let name = self.type_name()?;
        let known = |list: &[&str]| list.iter().any(|known| name == known);
        if self.cursor.at_character('<') {
            if known(&CONTAINERS) || known(&SCALARS) {
                self.rust_generic(&name);
                return Ok(FieldType::Error(None));
            }
            let (declared, read) = (self.cursor.declared(), self.cursor.tokens_read());
            let (arguments, whole) = self.angles(Self::generic_argument);
            if !whole {
                // Without its `>` it has read the fields behind it.
                let read = self.cursor.tokens_read() - read;
                let inside = declared.into_iter().filter(|(place, _)| *place < read);
                self.lost.names.extend(inside.map(|(_, name)| name));
            }
            return Ok(FieldType::Layer(name, arguments));
        }
        if self.cursor.at_group(0, Delimiter::Bracket)
            || known(&SCALARS)
            || hints::look_up(hints::RUST_TYPES, &name.to_string()).is_some()
        {
            if name == "usize" {
                let help =
                    "the sizes of a struct are compile-time: `const H: usize = 128;`, or generics of a layer";
                return Err(self.wrong(name.span(), "expected a tensor or a layer, found `usize`", help));
            }
            return Ok(match self.tensor_or_not(name)? {
                Ok(tensor) => FieldType::Tensor(tensor),
                Err(tensor) => FieldType::Tensor(tensor).uncertain(),
            });
        }
        Ok(FieldType::Layer(name, Vec::new()))
    }

    /// `[Block<64>; 12]`
    fn layers(&mut self, group: &Group) -> Parsed<FieldType> {
        if let Some(help) = tensor_for(group) {
            self.not_an_array(group, help);
            return Ok(FieldType::Error(None));
        }
        self.within(group, |inner| {
            let element = inner.field_type()?;
            if !inner.eat(";") {
                return Err(inner.expected("`;` and how many", hints::LENGTH));
            }
            Ok(FieldType::Array(Box::new(element), inner.only_expression()))
        })?
    }

    fn type_name(&mut self) -> Parsed<Ident> {
        let word = self.cursor.word().is_some_and(|word| word != "_" && !is_keyword(word));
        match self.cursor.bump_if(word) {
            Some(TokenTree::Ident(name)) if self.at("::") => self.path(name),
            Some(TokenTree::Ident(name)) => Ok(name),
            _ => Err(self.expected("a type", hints::TYPE)),
        }
    }

    /// `&'a mut` in front of a type: reported once for the whole type.
    fn skip_reference(&mut self) {
        let Some(text @ ("&" | "&&")) = self.cursor.operator() else { return };
        let span = self.cursor.bump_operator(text);
        if self.eat_character('\'') {
            self.cursor.bump();
        }
        self.eat_word("mut");
        // A Rust array says in its own words what to write, `str` and `self` too.
        let rust = self.cursor.at_group(0, Delimiter::Bracket)
            || self
                .cursor
                .word()
                .is_some_and(|word| hints::look_up(hints::RUST_TYPES, &word.to_string()).is_some());
        if !rust {
            self.wrong(
                span,
                "expected a type, found a reference",
                "there are no references: write `f32[N, 3]`",
            );
        }
    }

    /// What follows a scalar's name: axes or nothing. `Err` is a type of Rust, reported, as far as it is like one.
    fn tensor_or_not(&mut self, scalar: Ident) -> Parsed<Result<TensorType, TensorType>> {
        let failures = self.failures;
        let mut span = scalar.span();
        let mut axes = Vec::new();
        let refused = hints::look_up(hints::RUST_TYPES, &scalar.to_string());
        if let Some(group) = self.eat_group(Delimiter::Bracket) {
            axes = self.within(&group, |inner| {
                if inner.cursor.is_empty() && refused.is_none() {
                    let help = format!("a single number is `{scalar}`, without brackets");
                    inner.wrong(group.span_open(), "expected the sizes of the axes, found none", help);
                }
                inner.list(hints::SIZES, Self::axis, |span| Some(AxisType::Size(lost_expression(span))))
            })?;
            span = join(span, group.span_close(), span);
        }
        if let Some(help) = refused {
            self.wrong(scalar.span(), format!("expected f32, f64, u32, u64 or bool, found `{scalar}`"), help);
            return Ok(Err(TensorType { scalar, axes, span }));
        }
        if self.cursor.at_group(0, Delimiter::Bracket) || self.cursor.at_group(0, Delimiter::Parenthesis) {
            let help = format!("all axes stand in one pair of brackets: `{scalar}[N, 3]`");
            let found = self.cursor.found();
            match failures < self.failures {
                true => self.silently(),
                false => self.wrong(self.cursor.span(), format!("found {found} behind a type"), help),
            };
            self.cursor.bump();
            return Ok(Err(TensorType { scalar, axes, span }));
        }
        Ok(Ok(TensorType { scalar, axes, span }))
    }

    fn axis(&mut self) -> Parsed<AxisType> {
        if self.at_range() {
            return Ok(AxisType::Rest(self.dots()));
        }
        match self.cursor.at_word("_") || self.at("?") {
            true => {
                let help = "a size known only at run time has a name: `dim N;` outside, `f32[N, 3]` here";
                let found = self.cursor.found();
                Err(self.wrong(self.cursor.span(), format!("expected a size, found {found}"), help))
            }
            false => Ok(AxisType::Size(self.expression()?)),
        }
    }

    /// `(A, (B, C))`; in parentheses, a single type is that type.
    fn tuple_type(&mut self) -> Parsed<Type> {
        let group = self.group(Delimiter::Parenthesis)?;
        let mut types = self.within(&group, |inner| {
            if inner.cursor.is_empty() {
                let help = "a function is there for its result: `-> f32[N, 3]`";
                inner.wrong(group.span(), "expected a type, found `()`", help);
                return vec![Type::Error(group.span())];
            }
            inner.list(hints::LIST, Self::ty, |span| Some(Type::Error(span)))
        })?;
        match types.pop() {
            Some(single) if types.is_empty() && !ends_in_comma(&group) => Ok(single),
            last => {
                types.extend(last);
                Ok(Type::Tuple(types, group.span()))
            }
        }
    }

    /// Elements between `<` and `>`, and whether they are all.
    pub(super) fn angles<T>(&mut self, mut element: impl FnMut(&mut Self) -> Parsed<T>) -> (Vec<T>, bool) {
        let mut all = Vec::new();
        let mut whole = true;
        self.eat_character('<');
        while !self.eat_character('>') {
            if let Ok(one) = element(self) {
                all.push(one);
                if self.cursor.at_character('>') || self.eat(",") {
                    continue;
                }
                self.expected("`,` or `>`", hints::GENERICS);
                if self.cursor.at_word("const") {
                    continue;
                }
            }
            whole = false;
            self.lose_all(|cursor| {
                let end = cursor.at_character(';') || cursor.at_group(0, Delimiter::Brace);
                end || cursor.at_character(',') || cursor.at_character('>')
            });
            let stray = !self.cursor.at_character(',') && !self.cursor.at_character('>');
            if stray && self.generics_go_on() {
                self.cursor.bump();
            } else if !self.eat(",") {
                self.eat_character('>');
                break;
            }
        }
        (all, whole)
    }

    /// `Vec<f32>`
    fn rust_generic(&mut self, name: &Ident) -> Span {
        // `Vec<Vec<f32>>`: what the innermost holds.
        let mut inner = 1;
        let word = |at: usize, words: &[&str]| match self.cursor.peek(at) {
            Some(TokenTree::Ident(word)) => words.iter().any(|one| word == one),
            _ => false,
        };
        while word(inner, &CONTAINERS) {
            inner += 2;
        }
        let help = match self.cursor.peek(inner) {
            Some(TokenTree::Ident(scalar)) if word(inner, &SCALARS) => {
                format!("a tensor is written with its sizes: `{scalar}[N, 3]`")
            }
            Some(TokenTree::Ident(layer)) if name == "Vec" && !is_keyword(layer) => {
                format!("layers of one kind are an array of fixed length: `[{layer}<…>; 12]`")
            }
            _ => "a tensor is written with its sizes: `f32[N, 3]`".to_owned(),
        };
        self.skip_angles();
        self.wrong(name.span(), format!("expected a type, found `{name}<…>`"), help);
        name.span()
    }

    fn skip_angles(&mut self) {
        let mut open = 0;
        loop {
            open += i32::from(self.cursor.at_character('<'));
            open -= i32::from(self.cursor.at_character('>'));
            if self.cursor.bump().is_none() || open <= 0 {
                return;
            }
        }
    }

    /// `[f32; 3]`, `[f32]` where a tensor is expected.
    fn rust_array(&mut self, group: &Group) -> Span {
        let help =
            tensor_for(group).unwrap_or_else(|| "a tensor is written with its sizes: `f32[N, 3]`".to_owned());
        self.not_an_array(group, help)
    }

    fn not_an_array(&mut self, group: &Group, help: String) -> Span {
        self.wrong(group.span_open(), "expected a type, found a Rust array", help);
        group.span()
    }
}

/// What to write for Rust's `[[f32; 784]; 10]`: `f32[10, 784]`. None if it is not an array of numbers.
fn tensor_for(group: &Group) -> Option<String> {
    let mut sizes: Vec<String> = Vec::new();
    let mut group = group.clone();
    loop {
        let mut tokens = group.stream().into_iter().peekable();
        let element = tokens.next()?;
        sizes.push(match tokens.next() {
            Some(TokenTree::Punct(punct)) if punct.as_char() == ';' => {
                tokens.map(|token| token.to_string()).collect()
            }
            None => "N".to_owned(),
            Some(_) => return None,
        });
        match element {
            TokenTree::Group(inner) if inner.delimiter() == Delimiter::Bracket => group = inner,
            TokenTree::Ident(scalar) if SCALARS.iter().any(|known| scalar == known) => {
                return Some(format!("write `{scalar}[{}]`", sizes.join(", ")));
            }
            _ => return None,
        }
    }
}

/// For signatures: a type that stands for what could not be read.
pub(super) fn or_error(ty: Parsed<Type>, span: Span) -> Type {
    ty.unwrap_or(Type::Error(span))
}

/// For sizes: an expression that stands for what could not be read.
pub(super) fn or_lost(value: Parsed<Expr>, span: Span) -> Expr {
    value.unwrap_or(lost_expression(span))
}
