//! Items: `dim`, `const`, `struct`, `impl`, `fn`, `extern fn`.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

use super::super::ast::{Const, Expr, Field, FieldType, Generic, Impl, Item, Struct, Type};
use super::attributes::{Place, Sorted};
use super::cursor::Cursor;
use super::types::or_lost;
use super::{Failed, Parsed, Parser, hints, stray};
use crate::spelling::did_you_mean;

pub(super) const KEYWORDS: [&str; 7] = ["const", "struct", "impl", "fn", "extern", "pub", "dim"];
/// Integers of Rust and of other languages.
pub(super) const INTEGERS: [&str; 10] =
    ["usize", "isize", "i8", "i16", "i32", "i64", "i128", "u8", "u16", "u128"];
pub(super) const FOREIGN: [&str; 10] =
    ["enum", "trait", "use", "mod", "type", "static", "async", "unsafe", "class", "macro_rules"];

impl Parser<'_> {
    /// All items; what is `allowed` everywhere is so on each.
    pub(super) fn items(&mut self, allowed: &[TokenStream]) -> Vec<Item> {
        let mut items = Vec::new();
        let mut failures = self.failures;
        while !self.cursor.is_empty() {
            if self.eat(";") {
                continue;
            }
            let read = self.cursor.tokens_read();
            let broken = std::mem::replace(&mut failures, self.failures) < self.failures;
            // What begins no item belongs to the one before: `struct A; { … }`.
            let rest = broken && stray::continues_item(&self.cursor, hints::ITEM);
            if let Some(last) = items.last_mut().filter(|_| rest || !self.at_word_or_attribute()) {
                stray::spoil(last);
            }
            if rest {
                self.lose(read, |cursor| begins_item(cursor) || begins_foreign_item(cursor));
                continue;
            }
            match self.item(allowed) {
                Ok(item) => items.extend(item),
                Err(Failed) => self.lose(read, |cursor| begins_item(cursor) || begins_foreign_item(cursor)),
            }
        }
        items
    }

    fn at_word_or_attribute(&self) -> bool {
        let attribute =
            self.cursor.at_group(1, Delimiter::Bracket) || self.cursor.operator_at(1) == Some("!");
        self.cursor.word().is_some() || self.cursor.at_character('#') && attribute
    }

    /// One item; none behind a last comment.
    fn item(&mut self, allowed: &[TokenStream]) -> Parsed<Option<Item>> {
        let attributes = self.attributes();
        let visibility = self.visibility();
        let mut place = self.place();
        if self.cursor.is_empty() && visibility.is_empty() && !attributes.stand_alone() {
            return Ok(None);
        }
        if place.is_none() {
            let found = self.cursor.found();
            let word = self.cursor.word().map(Ident::to_string).unwrap_or_default();
            let help = match (hints::look_up(hints::ITEM, &found), did_you_mean(&word, &KEYWORDS)) {
                (Some(help), _) => help.to_owned(),
                (None, Some(near)) => format!("did you mean `{near}`?"),
                (None, None) => hints::ANY_ITEM.to_owned(),
            };
            let failed = match self.cursor.blame() {
                true => self.wrong(self.cursor.span(), format!("expected an item, found {found}"), help),
                false => self.silently(),
            };
            // Between `pub` and an item nothing declares anything.
            let word = self.cursor.word().is_some();
            let item = |ahead: usize| matches!(self.cursor.peek(ahead), Some(TokenTree::Ident(word)) if is_item_keyword(word));
            if visibility.is_empty() || word && !item(1) {
                return Err(failed);
            }
            self.cursor.bump();
            self.skip_until(begins_item);
            place = self.place();
            if place.is_none() {
                return Err(failed);
            }
        }
        let Some(place) = place else { return Err(Failed) };
        let mut attributes = self.sort(attributes, place);
        attributes.rust.extend_from_slice(allowed);
        if matches!(place, Place::Dims | Place::Impl | Place::Extern) {
            self.refuse_visibility(visibility.clone(), place);
        }
        if matches!(place, Place::Struct | Place::Function) {
            self.refuse_conditions(&attributes, &visibility, place);
        }
        self.cursor.bump();
        Ok(Some(match place {
            Place::Dims => Item::Dims(self.dims()),
            Place::Const => Item::Const(self.constant(attributes, visibility)?),
            Place::Struct => Item::Struct(self.structure(attributes, visibility)?),
            Place::Impl => Item::Impl(self.implementation(attributes)?),
            Place::Extern => Item::Extern(self.extern_function()?),
            _ => Item::Function(self.function(attributes, visibility)?),
        }))
    }

    /// Which item comes next.
    fn place(&self) -> Option<Place> {
        Some(match self.cursor.word()?.to_string().as_str() {
            "dim" => Place::Dims,
            "const" => Place::Const,
            "struct" => Place::Struct,
            "impl" => Place::Impl,
            "extern" => Place::Extern,
            "fn" => Place::Function,
            _ => return None,
        })
    }

    /// `N, T;`
    fn dims(&mut self) -> Vec<Ident> {
        let mut names = Vec::new();
        loop {
            match self.declared_name("the name of a size") {
                Ok(name) => names.push(name),
                Err(Failed) if self.sizes_go_on() => continue,
                Err(Failed) => {
                    self.lose_all(|cursor| cursor.at_character(',') || ends_item(cursor));
                }
            }
            if self.eat(";") {
                return names;
            }
            if self.eat(",") {
                if self.eat(";") {
                    return names;
                }
                continue;
            }
            if !names.is_empty() || !self.cursor.is_empty() {
                self.expected_or("`,` or `;`", hints::DIMS, "sizes end in `;`: `dim N, T;`");
            }
            // With a value it would be a constant.
            if self.at("=") {
                self.lost.names.extend(names.pop());
            }
            self.lose_all(|cursor| cursor.at_character(',') || ends_item(cursor));
            if !self.eat(",") {
                self.eat(";");
                return names;
            }
        }
    }

    /// `H: usize = 128;`
    fn constant(&mut self, attributes: Sorted, visibility: TokenStream) -> Parsed<Const> {
        if self.cursor.at_word("fn") {
            let help = "every function is evaluated where it is called: leave out the `const`";
            return Err(self.wrong(self.cursor.span(), "expected the name of a constant, found `fn`", help));
        }
        let name = self.declared_name("the name of a constant")?;
        let span = self.cursor.span();
        let mut value = self.constant_value();
        if value.is_err() {
            self.lost.names.push(name.clone());
        }
        if !self.eat(";") {
            if value.is_ok() {
                let otherwise = "a constant ends in `;`: `const H: usize = 128;`";
                value = Err(self.expected_or("`;`", hints::OPERATOR, otherwise));
            }
            self.lose_all(ends_item);
            self.eat(";");
        }
        Ok(Const { attributes: attributes.rust, visibility, name, value: or_lost(value, span) })
    }

    /// `: usize = 128`
    fn constant_value(&mut self) -> Parsed<Expr> {
        if !self.eat(":") {
            return Err(self.expected("`: usize`", hints::CONST));
        }
        let ty = self.usize_type(
            "a constant is a compile-time size: write `usize`; other numbers stand where they are used",
        );
        if !self.eat("=") {
            return Err(if ty.is_ok() { self.expected("`=` and a value", hints::CONST) } else { Failed });
        }
        let value = self.wholly(Self::expression)?;
        ty.map(|()| value)
    }

    /// `usize`, the type of sizes; another type is reported and read over. Of another kind of integers the
    /// value is a size all the same.
    fn usize_type(&mut self, help: &str) -> Parsed<()> {
        if self.eat_word("usize").is_some() {
            return Ok(());
        }
        let found = self.cursor.found();
        self.cursor.blame();
        let failed = self.wrong(self.cursor.span(), format!("expected `usize`, found {found}"), help);
        let word = self.cursor.word().map(Ident::to_string).unwrap_or_default();
        if !word.is_empty() {
            self.cursor.bump();
            self.eat_group(Delimiter::Bracket);
        }
        let of_integers = INTEGERS.contains(&word.as_str()) || word == "u32" || word == "u64";
        if of_integers { Ok(()) } else { Err(failed) }
    }

    /// `Dense<const I: usize, const O: usize = I> { … }`
    fn structure(&mut self, attributes: Sorted, visibility: TokenStream) -> Parsed<Struct> {
        let name = self.naming("the name of a struct", &[Delimiter::Brace])?;
        let failures = self.failures;
        let (mut generics, mut all_generics) = match self.cursor.at_character('<') {
            true => self.angles(Self::generic),
            false => (Vec::new(), true),
        };
        if !all_generics {
            self.lost.names.extend(generics.drain(..).map(|generic| generic.name));
        }
        let (mut fields, mut all_fields) = (Vec::new(), true);
        if !all_generics || !self.eat(";") {
            if !self.cursor.at_group(0, Delimiter::Brace) {
                if failures == self.failures {
                    self.expected("`{` and the fields", hints::FIELDS);
                }
                self.lose_all(|cursor| {
                    all_generics &= !cursor.at_character('<');
                    cursor.at_group(0, Delimiter::Brace) || ends_item(cursor)
                });
            }
            match self.eat_group(Delimiter::Brace) {
                Some(group) => (fields, all_fields) = self.fields(&group)?,
                None => {
                    // It may be no struct at all.
                    self.lost.names.push(name.clone());
                    all_fields = false;
                    self.eat(";");
                }
            }
        }
        let Sorted { rust, budget, .. } = attributes;
        Ok(Struct { attributes: rust, budget, visibility, name, generics, all_generics, fields, all_fields })
    }

    /// `const O: usize = I`
    fn generic(&mut self) -> Parsed<Generic> {
        if self.at("'") {
            return Err(self.wrong(self.cursor.span(), "structs have no lifetimes", "leave it out"));
        }
        let rest = self.cursor.is_blamed();
        let constant = self.eat_word("const").is_some();
        let name = self.name("`const` and the name of a size")?;
        if !constant {
            let help = format!("generics are sizes: write `const {name}: usize`");
            match rest {
                true => self.silently(),
                false => self.wrong(name.span(), format!("expected `const`, found `{name}`"), help),
            };
            let is_size =
                self.at(":") && matches!(self.cursor.peek(1), Some(TokenTree::Ident(ty)) if ty == "usize");
            self.skip_until(|cursor| {
                cursor.at_character(',') || cursor.at_character('>') || ends_item(cursor)
            });
            if is_size {
                return Ok(Generic { name, default: None });
            }
            // Of a type or a number of another kind.
            self.lost.names.push(name);
            return Err(Failed);
        }
        let ty = match self.eat(":") {
            true => self.usize_type("generics are sizes: write `usize`"),
            false => Err(self.expected("`: usize`", hints::CONST)),
        };
        if ty.is_err() && self.cursor.word().is_some() {
            // Which of the two names it is nobody knows.
            self.lost.names.push(name);
            return Err(Failed);
        }
        let span = self.cursor.span();
        let default = self.eat("=").then(|| self.generic_argument());
        if ty.is_err() || default.as_ref().is_some_and(Parsed::is_err) {
            self.skip_until(|cursor| {
                cursor.at_character(',') || cursor.at_character('>') || ends_item(cursor)
            });
        }
        Ok(Generic { name, default: default.map(|default| or_lost(default, span)) })
    }

    /// The fields of a struct, and whether they are all.
    fn fields(&mut self, group: &Group) -> Parsed<(Vec<Field>, bool)> {
        self.within(group, |inner| {
            let (mut fields, mut all): (Vec<Field>, bool) = (Vec::new(), true);
            let mut known = inner.failures;
            while !inner.cursor.is_empty() {
                let failures = inner.failures;
                let begins = begins_field(&inner.cursor);
                if std::mem::replace(&mut known, failures) < failures && stray::continues_field(&inner.cursor)
                {
                    if let Some(last) = fields.pop() {
                        fields.push(Field { ty: last.ty.uncertain(), ..last });
                    }
                    inner.lose_all(|cursor| cursor.at_character(',') || begins_field(cursor));
                    inner.eat(",");
                    all = false;
                    continue;
                }
                let read = inner.field();
                let whole = read.is_ok();
                all &= whole;
                // What begins no field may belong to the one before: `w: f32, [3]`.
                if let Some(last) = fields.pop_if(|_| !whole && !begins) {
                    fields.push(Field { ty: last.ty.uncertain(), ..last });
                }
                fields.extend(read.ok().flatten());
                if inner.cursor.is_empty() || whole && inner.eat(",") {
                    continue;
                }
                let fine = whole && failures == inner.failures;
                if fine {
                    let otherwise = "fields are separated by `,`: `w: f32[3, 4], b: f32[4]`";
                    inner.expected_or("`,` or `}`", hints::NEXT_FIELD, otherwise);
                    inner.eat(";");
                }
                let names = inner.lost.names.len();
                let skipped = inner.lose_all(begins_field);
                // What follows a type may belong to it, or be another field.
                if let Some(last) = fields.pop_if(|_| fine && skipped) {
                    fields.push(Field { ty: last.ty.uncertain(), ..last });
                }
                all &= names == inner.lost.names.len();
            }
            (fields, all)
        })
    }

    /// One field; none behind a last comment. It reads at least one token.
    fn field(&mut self) -> Parsed<Option<Field>> {
        let attributes = self.attributes();
        if self.cursor.is_empty() && !attributes.stand_alone() {
            return Ok(None);
        }
        let Sorted { rust, frozen, .. } = self.sort(attributes, Place::Field);
        let visibility = self.visibility();
        if let Some((name, ty)) = self.type_before_name("", "") {
            let ty = match ty {
                Type::Tensor(ty) => FieldType::Tensor(ty),
                Type::Dim(_) | Type::Tuple(..) | Type::Error(_) => FieldType::Error(None),
            };
            return Ok(Some(Field { attributes: rust, frozen, visibility, name, ty, initialiser: None }));
        }
        let name = match self.declared_name("the name of a field") {
            Ok(name) => name,
            Err(failed) => {
                if !self.at(",") || self.cursor.bump().is_none() {
                    self.cursor.bump();
                }
                return Err(failed);
            }
        };
        let failures = self.failures;
        let ty = match self.eat(":") {
            true => self.field_type(),
            false => Err(self.expected("`:` and a type", hints::FIELD)),
        };
        let mut whole = failures == self.failures;
        if !whole {
            self.skip_until(|cursor| {
                cursor.at_character('=') || cursor.at_character(',') || begins_field(cursor)
            });
        }
        let span = self.cursor.span();
        let blamed = !whole && self.cursor.is_blamed();
        let initialiser = match self.eat("=") {
            true if blamed => Some(Err(Failed)),
            true => Some(self.wholly(Self::expression)),
            false => None,
        };
        if let Some(Err(Failed)) = initialiser {
            // What stands behind `=` may belong to the type.
            whole = false;
            self.skip_until(|cursor| cursor.at_character(',') || begins_field(cursor));
        }
        let initialiser = initialiser.map(|value| or_lost(value, span));
        let ty = ty.unwrap_or(FieldType::Error(None));
        let ty = if whole { ty } else { ty.uncertain() };
        Ok(Some(Field { attributes: rust, frozen, visibility, name, ty, initialiser }))
    }

    /// The name of a size behind the name of a struct, which Rust does not declare there either.
    fn repeated_generic(&mut self) -> Parsed<Ident> {
        let what = "the name of a size as the struct declares it";
        match self.cursor.at_word("const") {
            true => Err(self.expected(what, hints::REPEATED)),
            false => self.name(what),
        }
    }

    /// `Dense<I, O> { … }`, `<const I: usize, const O: usize> Dense<I, O> { … }`
    fn implementation(&mut self, attributes: Sorted) -> Parsed<Impl> {
        let failures = self.failures;
        let declared = match self.cursor.at_character('<') {
            true => Some(self.angles(Self::generic).0),
            false => None,
        };
        let mut name = self.naming("the name of a struct", &[Delimiter::Brace])?;
        let (mut generics, _) = match self.cursor.at_character('<') {
            true => self.angles(|inner| inner.repeated_generic()),
            false => (Vec::new(), true),
        };
        // A broken list is not compared.
        let mut all_generics = failures == self.failures;
        if !all_generics {
            let names = declared.iter().flatten().map(|generic| generic.name.clone());
            self.lost.names.extend(names.chain(generics.drain(..)));
        }
        let declared = declared.filter(|_| all_generics);
        for generic in declared.iter().flatten() {
            if !generics.contains(&generic.name) {
                let help = format!("write `{name}<{}>`", generic.name);
                self.wrong(
                    generic.name.span(),
                    format!("`{}` is not repeated behind `{name}`", generic.name),
                    help,
                );
            }
        }
        for generic in generics.iter().filter(|_| declared.is_some()) {
            if !declared.iter().flatten().any(|known| known.name == *generic) {
                let help = format!("write `impl<const {generic}: usize>`, or no list behind `impl` at all");
                self.wrong(generic.span(), format!("`{generic}` is not declared behind `impl`"), help);
            }
        }
        if !self.cursor.at_group(0, Delimiter::Brace) {
            self.expected("`{` and functions", hints::IMPL);
            // The struct of `impl Module for Mlp` is the second.
            let second = self.eat_word("for").is_some();
            if let Some(TokenTree::Ident(of)) = self.cursor.bump_if(self.cursor.word().is_some()) {
                self.lost.names.extend([name.clone(), of.clone()]);
                name = if second { of } else { name };
            }
            self.lose_all(|cursor| {
                all_generics &= !cursor.at_character('<');
                cursor.at_group(0, Delimiter::Brace) || ends_item(cursor)
            });
        }
        let (mut functions, mut all_functions) = (Vec::new(), false);
        if let Some(group) = self.eat_group(Delimiter::Brace) {
            (functions, all_functions) = self.within(&group, Self::functions)?;
        }
        // What is said about the `impl` holds for each of its functions.
        for function in &mut functions {
            let outer = attributes.rust.iter().filter(|tokens| !is_doc(tokens)).cloned();
            function.attributes.splice(0..0, outer);
        }
        Ok(Impl { name, generics, all_generics, functions, all_functions })
    }
}

fn is_doc(attribute: &TokenStream) -> bool {
    attribute.clone().into_iter().any(|token| match token {
        TokenTree::Group(group) => {
            matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(word)) if word == "doc")
        }
        _ => false,
    })
}

/// Whether a word begins an item.
pub(super) fn is_item_keyword(word: &Ident) -> bool {
    KEYWORDS.iter().any(|known| word == known)
}

/// Whether an item begins here, as far as a broken one in front of it lets one tell.
fn begins_item(cursor: &Cursor) -> bool {
    let word = cursor.word().is_some_and(is_item_keyword);
    let named = matches!(cursor.peek(1), Some(TokenTree::Ident(_)));
    let generic = cursor.at_word("impl") && cursor.operator_at(1) == Some("<");
    let in_generics = cursor.at_word("const") && cursor.behind(&['<', ',']);
    word && named && !in_generics || cursor.at_character('#') || generic
}

/// Whether an item of Rust or of another language begins here, which is worth an error of its own.
fn begins_foreign_item(cursor: &Cursor) -> bool {
    FOREIGN.iter().any(|keyword| cursor.at_word(keyword)) && !cursor.behind(&['<', ',', '.', ':'])
}

/// Whether a broken item ends here.
pub(super) fn ends_item(cursor: &Cursor) -> bool {
    cursor.at_character(';') || begins_item(cursor)
}

/// Whether a field begins here.
fn begins_field(cursor: &Cursor) -> bool {
    let named = cursor.word().is_some() && cursor.operator_at(1) == Some(":");
    named || cursor.at_word("pub") || cursor.at_character('#')
}
