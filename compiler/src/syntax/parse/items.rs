//! Items: `dim`, `const`, `struct`, `impl`, `fn`, `extern fn`.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

use super::super::ast::{Const, Field, FieldType, Generic, Impl, Item, Struct};
use super::attributes::{Place, Sorted};
use super::cursor::Cursor;
use super::types::or_lost;
use super::{Failed, Parsed, Parser, hints};

const KEYWORDS: [&str; 7] = ["const", "struct", "impl", "fn", "extern", "pub", "dim"];
const FOREIGN: [&str; 10] =
    ["enum", "trait", "use", "mod", "type", "static", "async", "unsafe", "class", "macro_rules"];

impl Parser<'_> {
    pub(super) fn items(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        while !self.cursor.is_empty() {
            if self.eat(";") {
                continue;
            }
            let (read, errors) = (self.cursor.tokens_read(), self.unmarked());
            items.extend(self.item().ok().flatten());
            if read == self.cursor.tokens_read() {
                self.cursor.bump();
            }
            // What follows a broken item up to the next is part of what broke it.
            if errors < self.unmarked() {
                self.skip_until(|cursor| begins_item(cursor) || begins_foreign_item(cursor));
            }
        }
        items
    }

    /// One item; none behind a last comment.
    fn item(&mut self) -> Parsed<Option<Item>> {
        let attributes = self.attributes();
        let visibility = self.visibility();
        let place = self.place();
        if self.cursor.is_empty() && visibility.is_empty() && !attributes.stand_alone() {
            return Ok(None);
        }
        let Some(place) = place else {
            let found = self.cursor.found();
            let help = hints::look_up(hints::ITEM, &found).unwrap_or(hints::ANY_ITEM);
            return Err(self.wrong(self.cursor.span(), format!("expected an item, found {found}"), help));
        };
        let attributes = self.sort(attributes, place);
        if matches!(place, Place::Dims | Place::Impl | Place::Extern) {
            self.refuse_visibility(visibility.clone(), place);
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
            match self.name("the name of a size") {
                Ok(name) => names.push(name),
                Err(Failed) => self.skip_until(|cursor| cursor.at_character(',') || ends_item(cursor)),
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
                self.expected("`,` or `;`", hints::DIMS);
            }
            self.skip_until(|cursor| cursor.at_character(',') || ends_item(cursor));
            if !self.eat(",") {
                self.eat(";");
                return names;
            }
        }
    }

    /// `H: usize = 128;`
    fn constant(&mut self, attributes: Sorted, visibility: TokenStream) -> Parsed<Const> {
        let name = self.name("the name of a constant")?;
        if !self.eat(":") {
            return Err(self.expected("`: usize`", hints::CONST));
        }
        self.usize_type(
            "a constant is a compile-time size: write `usize`; other numbers stand where they are used",
        )?;
        if !self.eat("=") {
            return Err(self.expected("`=` and a value", hints::CONST));
        }
        let span = self.cursor.span();
        let value = self.expression();
        match &value {
            Ok(_) if !self.eat(";") => drop(self.expected("`;`", hints::OPERATOR)),
            Ok(_) => {}
            Err(Failed) => {
                self.skip_until(ends_item);
                self.eat(";");
            }
        }
        Ok(Const { attributes: attributes.rust, visibility, name, value: or_lost(value, span) })
    }

    /// `usize`, the type of sizes; another type is reported and read over.
    fn usize_type(&mut self, help: &str) -> Parsed<()> {
        if self.eat_word("usize").is_some() {
            return Ok(());
        }
        let message = format!("expected `usize`, found {}", self.cursor.found());
        let failed = self.wrong(self.cursor.span(), message, help);
        match self.cursor.word().is_some() {
            true => {
                self.cursor.bump();
                self.eat_group(Delimiter::Bracket);
                Ok(())
            }
            false => Err(failed),
        }
    }

    /// `Dense<const I: usize, const O: usize = I> { … }`
    fn structure(&mut self, attributes: Sorted, visibility: TokenStream) -> Parsed<Struct> {
        let name = self.name("the name of a struct")?;
        let errors = self.report.errors.len();
        let generics = if self.cursor.at_character('<') { self.angles(Self::generic) } else { Vec::new() };
        let mut fields = Vec::new();
        if !self.eat(";") {
            if !self.cursor.at_group(0, Delimiter::Brace) {
                if errors == self.report.errors.len() {
                    self.expected("`{` and the fields", hints::FIELDS);
                }
                self.skip_until(|cursor| cursor.at_group(0, Delimiter::Brace) || ends_item(cursor));
            }
            match self.eat_group(Delimiter::Brace) {
                Some(group) => fields = self.fields(&group)?,
                None => drop(self.eat(";")),
            }
        }
        let Sorted { rust, budget, .. } = attributes;
        Ok(Struct { attributes: rust, budget, visibility, name, generics, fields })
    }

    /// `const O: usize = I`
    fn generic(&mut self) -> Parsed<Generic> {
        if self.at("'") {
            return Err(self.wrong(self.cursor.span(), "structs have no lifetimes", "leave it out"));
        }
        let constant = self.eat_word("const").is_some();
        let name = self.name("`const` and the name of a size")?;
        if !constant {
            let help = format!("generics are sizes: write `const {name}: usize`");
            self.wrong(name.span(), format!("expected `const`, found `{name}`"), help);
            self.skip_until(|cursor| {
                cursor.at_character(',') || cursor.at_character('>') || ends_item(cursor)
            });
            return Ok(Generic { name, default: None });
        }
        if !self.eat(":") {
            return Err(self.expected("`: usize`", hints::CONST));
        }
        self.usize_type("generics are sizes: write `usize`")?;
        let default = match self.eat("=") {
            true => Some(self.generic_argument()?),
            false => None,
        };
        Ok(Generic { name, default })
    }

    fn fields(&mut self, group: &Group) -> Parsed<Vec<Field>> {
        self.within(group, |inner| {
            let mut fields = Vec::new();
            while !inner.cursor.is_empty() {
                let errors = inner.report.errors.len();
                let read = inner.field();
                let whole = read.is_ok();
                fields.extend(read.ok().flatten());
                if inner.cursor.is_empty() || whole && inner.eat(",") {
                    continue;
                }
                if whole && errors == inner.report.errors.len() {
                    inner.expected("`,` or `}`", hints::NEXT_FIELD);
                    inner.eat(";");
                }
                while !inner.cursor.is_empty() && !begins_field(&inner.cursor) {
                    inner.cursor.bump();
                }
            }
            fields
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
        let name = match self.name("the name of a field") {
            Ok(name) => name,
            Err(failed) => {
                if !self.at(",") || self.cursor.bump().is_none() {
                    self.cursor.bump();
                }
                return Err(failed);
            }
        };
        let start = self.cursor.span();
        let ty = match self.eat(":") {
            true => self.marking(|this| this.wholly(Self::field_type)),
            false => self.marking(|this| Err(this.expected("`:` and a type", hints::FIELD))),
        };
        if ty.is_err() {
            self.skip_until(|cursor| {
                cursor.at_character('=') || cursor.at_character(',') || begins_field(cursor)
            });
        }
        let span = self.cursor.span();
        let initialiser = match self.eat("=") {
            true => Some(self.marking(|this| this.wholly(Self::expression))),
            false => None,
        };
        if let Some(Err(Failed)) = initialiser {
            self.skip_until(|cursor| cursor.at_character(',') || begins_field(cursor));
        }
        let initialiser = initialiser.map(|value| or_lost(value, span));
        let ty = ty.unwrap_or(FieldType::Error(start));
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
        let errors = self.report.errors.len();
        let declared = match self.cursor.at_character('<') {
            true => Some(self.angles(Self::generic)),
            false => None,
        };
        let name = self.name("the name of a struct")?;
        let generics = match self.cursor.at_character('<') {
            true => self.angles(|inner| inner.repeated_generic()),
            false => Vec::new(),
        };
        // A broken list is not compared.
        let declared = declared.filter(|_| errors == self.report.errors.len());
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
            self.skip_until(|cursor| cursor.at_group(0, Delimiter::Brace) || ends_item(cursor));
        }
        let mut functions = Vec::new();
        if let Some(group) = self.eat_group(Delimiter::Brace) {
            functions = self.within(&group, Self::functions)?;
        }
        // What is said about the `impl` holds for each of its functions.
        for function in &mut functions {
            let outer = attributes.rust.iter().filter(|tokens| !is_doc(tokens)).cloned();
            function.attributes.splice(0..0, outer);
        }
        Ok(Impl { name, generics, functions })
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

/// Whether an item begins here, as far as a broken one in front of it lets one tell.
fn begins_item(cursor: &Cursor) -> bool {
    let word = KEYWORDS.iter().any(|keyword| cursor.at_word(keyword));
    let named = matches!(cursor.peek(1), Some(TokenTree::Ident(_)));
    let generic = cursor.at_word("impl") && cursor.operator_at(1) == Some("<");
    // `const` stands in generics, too.
    word && named && !cursor.behind(&['<', ',', '(']) || cursor.at_character('#') || generic
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
