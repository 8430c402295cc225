//! The items of a block and of the prelude by name, and the structs as instances: sizes evaluated,
//! generics filled in.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span};

use super::float::float_of;
use crate::program::{Float, Initialiser};
use crate::report::Report;
use crate::spelling::did_you_mean;
use crate::syntax::ast;

/// No size is larger.
const LARGEST: u64 = 1 << 53;

/// Everything that has a name at the level of the block.
pub struct Items<'a> {
    /// Its float type.
    pub float: Float,
    /// Declared dims.
    pub dims: BTreeMap<String, Span>,
    /// Constants' values.
    pub constants: BTreeMap<String, i64>,
    /// Structs by name; the user's hide the library's.
    pub structs: BTreeMap<String, &'a ast::Struct>,
    /// Functions of each struct.
    pub methods: BTreeMap<String, Vec<Callable<'a>>>,
    /// Free functions, the user's hide the library's.
    pub functions: BTreeMap<String, Callable<'a>>,
    /// Free functions of the library, for each other.
    pub library: BTreeMap<String, Callable<'a>>,
    /// Structs of the library that the user has not hidden.
    pub library_structs: BTreeSet<String>,
    /// Names whose declarations are wrong: their uses are not.
    pub broken: BTreeSet<String>,
    /// Constants that are declared further on.
    ahead: BTreeSet<String>,
    /// Whether something is declared whose name could not be read: a function or struct that nothing declares
    /// may be it.
    pub nameless: bool,
    /// Functions of no struct: their `impl` is of one that nothing declares, or they have the name of another.
    pub stray: BTreeSet<String>,
    /// Structs some of whose functions could not be read.
    pub incomplete: BTreeSet<String>,
    /// `extern fn`s.
    pub externs: BTreeMap<String, &'a ast::Extern>,
}

/// A function and where it is from.
#[derive(Clone, Copy)]
pub struct Callable<'a> {
    /// The function.
    pub function: &'a ast::Function,
    /// Whether it is the library's: errors in it are the call's.
    pub library: bool,
}

/// A struct with its generics filled in.
#[derive(Debug)]
pub struct Instance {
    /// The struct.
    pub name: String,
    /// The generics' values.
    pub generics: Vec<i64>,
    /// The fields in order.
    pub fields: Vec<InstanceField>,
}

/// A field of an instance.
#[derive(Debug)]
pub struct InstanceField {
    /// Its name.
    pub name: Ident,
    /// `#[frozen]`
    pub frozen: bool,
    /// What it is.
    pub content: InstanceContent,
}

impl Instance {
    /// As it was written: `Mlp`, `Linear<64, 32>`.
    pub fn description(&self) -> String {
        let generics: Vec<String> = self.generics.iter().map(i64::to_string).collect();
        if generics.is_empty() {
            self.name.clone()
        } else {
            format!("{}<{}>", self.name, generics.join(", "))
        }
    }

    /// Whether something is wrong with a field.
    pub fn is_broken(&self) -> bool {
        self.fields.iter().any(|field| matches!(field.content, InstanceContent::Poison))
    }
}

impl InstanceField {
    /// The instance, if it is a layer or an array of layers.
    pub fn layer(&self) -> Option<usize> {
        match &self.content {
            InstanceContent::Layer { instance, .. } => Some(*instance),
            InstanceContent::Tensor { .. } | InstanceContent::Poison => None,
        }
    }
}

/// What a field of an instance is.
#[derive(Debug)]
pub enum InstanceContent {
    /// A tensor.
    Tensor {
        /// Its sizes.
        shape: Vec<usize>,
        /// How it starts.
        initialiser: Initialiser,
    },
    /// A layer or (nested) arrays of layers.
    Layer {
        /// Which instance.
        instance: usize,
        /// The arrays' lengths.
        lengths: Vec<usize>,
    },
    /// Its error has been reported.
    Poison,
}

impl<'a> Items<'a> {
    /// Gathers the items; reports names that are declared twice and constants that have no value.
    pub fn collect(block: &'a ast::Block, prelude: &'a ast::Block, report: &mut Report) -> Self {
        let float = float_of(block, report);
        let mut items = Items {
            float,
            dims: BTreeMap::new(),
            constants: BTreeMap::new(),
            structs: BTreeMap::new(),
            methods: BTreeMap::new(),
            functions: BTreeMap::new(),
            library: BTreeMap::new(),
            library_structs: BTreeSet::new(),
            broken: block.lost.names.iter().map(Ident::to_string).collect(),
            ahead: BTreeSet::new(),
            nameless: block.lost.nameless,
            stray: BTreeSet::new(),
            incomplete: BTreeSet::new(),
            externs: BTreeMap::new(),
        };
        let mut ignored = Report::default();
        items.add(prelude, true, &mut ignored);
        debug_assert!(!ignored.has_errors(), "the prelude declares everything once: {:?}", ignored.errors);
        items.library = items.functions.clone();
        items.library_structs = items.structs.keys().cloned().collect();
        // Of what could not be read, too, the user's hides the library's.
        for name in &items.broken {
            items.functions.remove(name);
            items.structs.remove(name);
            items.methods.remove(name);
            items.library_structs.remove(name);
        }
        items.add(block, false, report);
        items
    }

    /// Whether a struct or function that nothing declares may be one that could not be read.
    pub fn may_be_lost(&self, name: &str) -> bool {
        self.nameless || self.broken.contains(name)
    }

    /// Whether a struct may have a function that could not be read.
    pub fn may_have(&self, structure: &str, function: &str) -> bool {
        self.incomplete.contains(structure)
            || self.broken.contains(structure)
            || self.stray.contains(function)
            || self.may_be_lost(function)
    }

    /// Whether a struct is the library's.
    pub fn is_library(&self, name: &str) -> bool {
        self.library_structs.contains(name)
    }

    /// Whether a struct is the one that its name means: not declared a second time.
    pub fn is_declared(&self, definition: &ast::Struct) -> bool {
        self.structs.get(&definition.name.to_string()).is_some_and(|known| std::ptr::eq(*known, definition))
    }

    fn add(&mut self, block: &'a ast::Block, library: bool, report: &mut Report) {
        let mut declared: BTreeSet<String> = BTreeSet::new();
        let lost = self.broken.clone();
        let mut once = |name: &Ident, report: &mut Report| {
            let is_new = declared.insert(name.to_string());
            if !is_new && !lost.contains(&name.to_string()) {
                report.error_with_help(
                    name.span(),
                    format!("`{name}` is declared twice in this block"),
                    "give one of them another name",
                );
            }
            is_new
        };
        self.ahead.extend(block.items.iter().filter_map(|item| match item {
            ast::Item::Const(constant) => Some(constant.name.to_string()),
            _ => None,
        }));
        for item in &block.items {
            match item {
                ast::Item::Dims(names) => {
                    for name in names {
                        if once(name, report) {
                            self.dims.insert(name.to_string(), name.span());
                        } else if self.constants.contains_key(&name.to_string()) {
                            self.broken.insert(name.to_string());
                        }
                    }
                }
                ast::Item::Const(constant) => {
                    let name = constant.name.to_string();
                    self.ahead.remove(&name);
                    if !once(&constant.name, report) {
                        // Whether a size of that name is known now nobody knows.
                        if self.dims.contains_key(&name) {
                            self.broken.insert(name);
                        }
                        continue;
                    }
                    if name.chars().any(char::is_lowercase) && !self.broken.contains(&name) {
                        // Rust would take it for the pattern of a variable of that name.
                        report.error_with_help(
                            constant.name.span(),
                            format!("`{name}` is a constant, so its name stands in capitals"),
                            format!("write `{}`: lower case is for variables", name.to_uppercase()),
                        );
                    }
                    let value = self.constant(&constant.value, &BTreeMap::new(), report);
                    if let Some(value) = value.filter(|value| *value < 0) {
                        let message = format!("a constant is a size, an integer from 0, found {value}");
                        report.error_with_help(
                            constant.value.span,
                            message,
                            "other numbers stand where they are used",
                        );
                    }
                    match value.filter(|value| *value >= 0) {
                        Some(value) => drop(self.constants.insert(constant.name.to_string(), value)),
                        None => drop(self.broken.insert(constant.name.to_string())),
                    }
                }
                ast::Item::Struct(definition) => {
                    if !once(&definition.name, report) {
                        continue;
                    }
                    self.library_structs.remove(&definition.name.to_string());
                    self.structs.insert(definition.name.to_string(), definition);
                    self.methods.insert(definition.name.to_string(), Vec::new());
                    generics_once(definition, report);
                }
                ast::Item::Function(function) => {
                    if once(&function.name, report) {
                        self.functions.insert(function.name.to_string(), Callable { function, library });
                    }
                }
                ast::Item::Extern(function) => {
                    if once(&function.name, report) {
                        self.externs.insert(function.name.to_string(), function);
                    }
                }
                ast::Item::Impl(_) => {}
            }
        }
        for item in &block.items {
            let ast::Item::Impl(implementation) = item else { continue };
            let written = implementation.name.to_string();
            let definition = match self.structs.get(&written).copied() {
                Some(definition) if library || !self.is_library(&written) => Some(definition),
                found => {
                    self.no_struct(&implementation.name, found.is_some(), report);
                    // Of a misspelt name the functions are those of the struct that is meant.
                    let meant = block.struct_of(implementation).filter(|_| !self.may_be_lost(&written));
                    meant.filter(|_| found.is_none()).filter(|meant| self.is_declared(meant))
                }
            };
            let Some(definition) = definition else {
                let functions = implementation.functions.iter();
                self.stray.extend(functions.map(|function| function.name.to_string()));
                continue;
            };
            let name = definition.name.to_string();
            if !implementation.all_functions {
                self.incomplete.insert(name.clone());
            }
            let compared = implementation.all_generics && definition.all_generics;
            if compared && !repeats_generics(implementation, definition, report) {
                self.broken.extend(
                    implementation
                        .generics
                        .iter()
                        .map(Ident::to_string)
                        .filter(|name| definition.generics.iter().all(|generic| generic.name != *name)),
                );
            }
            let methods = self.methods.entry(name.clone()).or_default();
            for function in &implementation.functions {
                if methods.iter().any(|known| known.function.name == function.name) {
                    report.error_with_help(
                        function.name.span(),
                        format!("`{name}` has two functions `{}`", function.name),
                        "give one of them another name",
                    );
                    self.stray.insert(function.name.to_string());
                    continue;
                }
                methods.push(Callable { function, library });
            }
        }
    }

    fn no_struct(&self, name: &Ident, is_library: bool, report: &mut Report) {
        if self.may_be_lost(&name.to_string()) {
            return;
        }
        if is_library {
            let message = format!("`{name}` is a layer of the library: functions are not added to it");
            return report.error_with_help(
                name.span(),
                message,
                format!("write a struct with a field `inner: {name}<…>`, and its `impl`"),
            );
        }
        let names: Vec<&String> = self.structs.keys().filter(|known| !self.is_library(known)).collect();
        let help = match did_you_mean(&name.to_string(), &names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("declare it: `pub struct {name} {{ … }}`"),
        };
        report.error_with_help(name.span(), format!("there is no struct `{name}` in this block"), help);
    }

    /// The value of integer arithmetic on literals, constants and generics.
    pub fn constant(
        &self,
        expr: &ast::Expr,
        generics: &BTreeMap<String, i64>,
        report: &mut Report,
    ) -> Option<i64> {
        use ast::{BinaryOperator as B, ExprKind as E, UnaryOperator as U};
        match &expr.kind {
            E::Number(ast::Number { integer: Some(value), .. }) if value.unsigned_abs() <= LARGEST => {
                Some(*value)
            }
            E::Number(ast::Number { integer: Some(_), .. }) => {
                report.error_with_help(expr.span, "this size is too large", "sizes stay below 2⁵³");
                None
            }
            E::Number(ast::Number { value, .. }) => {
                let help = match value.fract() == 0.0 && value.abs() <= LARGEST as f64 {
                    true => format!("write `{value}`"),
                    false => "leave out the fraction".to_string(),
                };
                report.error_with_help(expr.span, format!("a size is an integer, found {value:?}"), help);
                None
            }
            E::Name(name) => {
                let text = name.to_string();
                let value = generics.get(&text).or_else(|| self.constants.get(&text)).copied();
                if value.is_none() && !self.broken.contains(&text) {
                    if self.dims.contains_key(&text) {
                        let message = format!(
                            "`{name}` is known only at run time; a size here is a compile-time constant"
                        );
                        report.error_with_help(
                            name.span(),
                            message,
                            "sizes of fields are literals, `const`s and const generics",
                        );
                    } else {
                        let names: Vec<&String> = generics.keys().chain(self.constants.keys()).collect();
                        let message = format!("there is no constant `{name}`");
                        match did_you_mean(&text, &names) {
                            Some(near) => report.error_with_help(
                                name.span(),
                                message,
                                format!("did you mean `{near}`?"),
                            ),
                            None if self.ahead.contains(&text) => report.error_with_help(
                                name.span(),
                                message,
                                format!("constants are made of earlier ones: move `const {name}` up"),
                            ),
                            // What lacks its declaration is one mistake.
                            None if report.errors.iter().any(|known| known.message == message) => {}
                            None => report.error_with_help(
                                name.span(),
                                message,
                                format!("declare it: `const {name}: usize = …;`"),
                            ),
                        }
                    }
                }
                value
            }
            E::Unary(U::Negate, inner) => Some(-self.constant(inner, generics, report)?),
            E::Binary(operator, span, left, right) => {
                let (a, b) = (self.constant(left, generics, report), self.constant(right, generics, report));
                let (a, b) = (a?, b?);
                let value = match operator {
                    B::Add => a.checked_add(b),
                    B::Subtract => a.checked_sub(b),
                    B::Multiply => a.checked_mul(b),
                    B::Divide | B::Remainder if b == 0 => {
                        report.error_with_help(
                            right.span,
                            "division by zero in a size",
                            "a divisor is an integer from 1",
                        );
                        return None;
                    }
                    B::Divide => Some(a.div_euclid(b)),
                    B::Remainder => Some(a.rem_euclid(b)),
                    _ => {
                        report.error_with_help(
                            *span,
                            "this is no operator of sizes",
                            "a size is made of `+ - * / %`",
                        );
                        return None;
                    }
                };
                let value = value.filter(|value| value.unsigned_abs() <= LARGEST);
                if value.is_none() {
                    report.error_with_help(*span, "this size is too large", "sizes stay below 2⁵³");
                }
                value
            }
            E::Error => None,
            E::Block(_) => {
                report.error_with_help(
                    expr.span,
                    "a size stands without braces",
                    "write `2 * D` where Rust has `{ 2 * D }`",
                );
                None
            }
            _ => {
                report.error_with_help(
                    expr.span,
                    "a size is an integer",
                    "it is made of literals, constants and generics with `+ - * / %`",
                );
                None
            }
        }
    }
}

fn generics_once(definition: &ast::Struct, report: &mut Report) {
    for (position, generic) in definition.generics.iter().enumerate() {
        if definition.generics[..position].iter().any(|other| other.name == generic.name) {
            let message = format!("`{}` has two generics `{}`", definition.name, generic.name);
            report.error_with_help(generic.name.span(), message, "give one of them another name");
        }
    }
}

/// An `impl` repeats the generics of its struct, in order, as Rust's do.
fn repeats_generics(implementation: &ast::Impl, definition: &ast::Struct, report: &mut Report) -> bool {
    let expected: Vec<String> = definition.generics.iter().map(|generic| generic.name.to_string()).collect();
    let found: Vec<String> = implementation.generics.iter().map(Ident::to_string).collect();
    if expected == found {
        return true;
    }
    let name = &definition.name;
    let wrong = implementation.generics.iter().zip(&expected).find(|(found, expected)| *found != *expected);
    let span = wrong
        .map(|(found, _)| found)
        .or_else(|| implementation.generics.get(expected.len()))
        .map_or_else(|| implementation.name.span(), Ident::span);
    let header = if expected.is_empty() {
        format!("impl {name}")
    } else {
        format!("impl {name}<{}>", expected.join(", "))
    };
    report.error_with_help(
        span,
        format!(
            "an `impl` repeats the generics of its struct: `{name}` has {}",
            if expected.is_empty() { "none".to_string() } else { expected.join(", ") }
        ),
        format!("write `{header} {{ … }}`"),
    );
    false
}
