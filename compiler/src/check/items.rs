//! The items of a block and of the prelude by name, and the structs as instances: sizes evaluated,
//! generics filled in.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span};

use super::suggest::did_you_mean;
use crate::program::{Float, Initialiser};
use crate::report::Report;
use crate::syntax::ast;

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
            externs: BTreeMap::new(),
        };
        let mut ignored = Report::default();
        items.add(prelude, true, &mut ignored);
        debug_assert!(!ignored.has_errors(), "the prelude declares everything once: {:?}", ignored.errors);
        items.add(block, false, report);
        items
    }

    fn add(&mut self, block: &'a ast::Block, library: bool, report: &mut Report) {
        let mut declared: BTreeMap<String, ()> = BTreeMap::new();
        let mut once = |name: &Ident, report: &mut Report| {
            if declared.insert(name.to_string(), ()).is_some() {
                report.error(name.span(), format!("`{name}` is declared twice in this block"));
            }
        };
        for item in &block.items {
            match item {
                ast::Item::Dims(names) => {
                    for name in names {
                        once(name, report);
                        self.dims.insert(name.to_string(), name.span());
                    }
                }
                ast::Item::Const(constant) => {
                    once(&constant.name, report);
                    if let Some(value) = self.constant(&constant.value, &BTreeMap::new(), report) {
                        self.constants.insert(constant.name.to_string(), value);
                    }
                }
                ast::Item::Struct(definition) => {
                    once(&definition.name, report);
                    self.structs.insert(definition.name.to_string(), definition);
                    self.methods.insert(definition.name.to_string(), Vec::new());
                }
                ast::Item::Function(function) => {
                    once(&function.name, report);
                    self.functions.insert(function.name.to_string(), Callable { function, library });
                }
                ast::Item::Extern(function) => {
                    once(&function.name, report);
                    self.externs.insert(function.name.to_string(), function);
                }
                ast::Item::Impl(_) => {}
            }
        }
        for item in &block.items {
            let ast::Item::Impl(implementation) = item else { continue };
            let name = implementation.name.to_string();
            if !self.structs.contains_key(&name) {
                let names: Vec<&str> = self.structs.keys().map(String::as_str).collect();
                let message = format!("there is no struct `{name}` in this block");
                match did_you_mean(&name, &names) {
                    Some(near) => report.error_with_help(
                        implementation.name.span(),
                        message,
                        format!("did you mean `{near}`?"),
                    ),
                    None => report.error(implementation.name.span(), message),
                }
                continue;
            }
            let methods = self.methods.entry(name.clone()).or_default();
            for function in &implementation.functions {
                if methods.iter().any(|known| known.function.name == function.name) {
                    report.error(
                        function.name.span(),
                        format!("`{name}` has two functions `{}`", function.name),
                    );
                }
                methods.push(Callable { function, library });
            }
        }
    }

    /// The value of integer arithmetic on literals, constants and generics.
    pub fn constant(
        &self,
        expr: &ast::Expr,
        generics: &BTreeMap<String, i64>,
        report: &mut Report,
    ) -> Option<i64> {
        use ast::{BinaryOperator as B, ExprKind as E, UnaryOperator as U};
        let overflow = |report: &mut Report| report.error(expr.span, "this size does not fit 64 bits");
        match &expr.kind {
            E::Number(ast::Number { integer: Some(value), .. }) => Some(*value),
            E::Number(ast::Number { value, .. }) => {
                report.error(expr.span, format!("a size is an integer, found {value:?}"));
                None
            }
            E::Name(name) => {
                let text = name.to_string();
                let value = generics.get(&text).or_else(|| self.constants.get(&text)).copied();
                if value.is_none() {
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
                        let names: Vec<&str> =
                            generics.keys().chain(self.constants.keys()).map(String::as_str).collect();
                        let message = format!("there is no constant `{name}`");
                        match did_you_mean(&text, &names) {
                            Some(near) => report.error_with_help(
                                name.span(),
                                message,
                                format!("did you mean `{near}`?"),
                            ),
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
            E::Unary(U::Negate, inner) => self.constant(inner, generics, report)?.checked_neg(),
            E::Binary(operator, span, left, right) => {
                let (a, b) = (self.constant(left, generics, report), self.constant(right, generics, report));
                let (a, b) = (a?, b?);
                let value = match operator {
                    B::Add => a.checked_add(b),
                    B::Subtract => a.checked_sub(b),
                    B::Multiply => a.checked_mul(b),
                    B::Divide | B::Remainder if b == 0 => {
                        report.error(*span, "division by zero in a size");
                        return None;
                    }
                    B::Divide => Some(a.div_euclid(b)),
                    B::Remainder => Some(a.rem_euclid(b)),
                    _ => {
                        report.error(*span, "a size is made of `+ - * / %`");
                        return None;
                    }
                };
                if value.is_none() {
                    overflow(report);
                }
                value
            }
            E::Error => None,
            _ => {
                report.error(expr.span, "a size is integer arithmetic on literals, constants and generics");
                None
            }
        }
    }
}

/// The float type that the block uses; both in one block are an error at the second.
fn float_of(block: &ast::Block, report: &mut Report) -> Float {
    let mut found: Option<(Float, &'static str)> = None;
    let mut see = |ty: &ast::TensorType, report: &mut Report| {
        let this = match ty.scalar.to_string().as_str() {
            "f32" => (Float::F32, "f32"),
            "f64" => (Float::F64, "f64"),
            _ => return,
        };
        match found {
            None => found = Some(this),
            Some(first) if first.0 != this.0 => report.error_with_help(
                ty.scalar.span(),
                format!("this block uses both {} and {}", first.1, this.1),
                "a block uses one float type; put networks of the other in a block of their own",
            ),
            Some(_) => {}
        }
    };
    fn field(ty: &ast::FieldType, see: &mut dyn FnMut(&ast::TensorType)) {
        match ty {
            ast::FieldType::Tensor(ty) => see(ty),
            ast::FieldType::Array(inner, _) => field(inner, see),
            ast::FieldType::Layer(..) | ast::FieldType::Error(_) => {}
        }
    }
    fn argument(ty: &ast::Type, see: &mut dyn FnMut(&ast::TensorType)) {
        match ty {
            ast::Type::Tensor(ty) => see(ty),
            ast::Type::Tuple(parts, _) => parts.iter().for_each(|part| argument(part, see)),
            ast::Type::Dim(_) | ast::Type::Error(_) => {}
        }
    }
    let function = |function: &ast::Function, see: &mut dyn FnMut(&ast::TensorType)| {
        for each in &function.arguments {
            argument(&each.ty, see);
        }
        if let Some(result) = &function.result {
            argument(result, see);
        }
    };
    for item in &block.items {
        let see = &mut |ty: &ast::TensorType| see(ty, report);
        match item {
            ast::Item::Struct(definition) => definition.fields.iter().for_each(|each| field(&each.ty, see)),
            ast::Item::Impl(implementation) => {
                implementation.functions.iter().for_each(|each| function(each, see))
            }
            ast::Item::Function(each) => function(each, see),
            ast::Item::Extern(each) => each
                .arguments
                .iter()
                .map(|argument| &argument.ty)
                .chain(&each.result)
                .for_each(|ty| argument(ty, see)),
            ast::Item::Dims(_) | ast::Item::Const(_) => {}
        }
    }
    found.map_or(Float::F32, |(float, _)| float)
}
