//! Functions that nothing calls, lowered by themselves for their errors alone.
//!
//! Nothing tells what such a function is called with, so only what is wrong in every call is said: `..` is
//! tried as any number of axes, generics that nothing gives are tried as several values, and sizes that may
//! agree at some call are taken to agree.

use super::elaborate::{Elaborator, Frame};
use super::instances::Instances;
use super::items::{Callable, Items};
use super::seen::Seen;
use super::value::{Array, Bound, Layer, Mutability, Value};
use crate::ir::{DimId, Graph, Int};
use crate::report::{Diagnostic, Report};
use crate::syntax::ast::{self, ExprKind as E};

/// How many axes `..` is tried to stand for.
const RANKS: [usize; 4] = [1, 2, 0, 3];

/// What the first, second, … of a struct's generics are tried as where nothing says: alike, and each a part of
/// the one before or behind it.
const SIZES: [[i64; 4]; 5] = [[64, 64, 64, 64], [1, 1, 1, 1], [6, 6, 6, 6], [64, 32, 16, 8], [8, 16, 32, 64]];

/// Reports what is wrong in the functions of the block whose bodies nothing has lowered.
pub fn check(items: &Items<'_>, instances: &mut Instances, report: &mut Report, seen: &mut Seen) {
    let functions = items.functions.values().filter(|callable| !callable.library);
    for callable in functions {
        if !seen.functions.contains(&(String::new(), callable.function.name.to_string())) {
            function(items, instances, callable.function, &[None], report, seen);
        }
    }
    for (name, methods) in &items.methods {
        let definition = items.structs[name];
        let uncalled: Vec<&Callable<'_>> = methods
            .iter()
            .filter(|callable| {
                !callable.library
                    && !seen.functions.contains(&(name.clone(), callable.function.name.to_string()))
            })
            .collect();
        let held: Vec<usize> =
            (0..instances.list.len()).filter(|&instance| instances.list[instance].name == *name).collect();
        if items.is_library(name) || uncalled.is_empty() && !held.is_empty() {
            continue;
        }
        let tried =
            if held.is_empty() { guesses(items, instances, definition, report) } else { vec![held[0]] };
        let tried: Vec<Option<usize>> = tried.into_iter().map(Some).collect();
        for callable in uncalled {
            function(items, instances, callable.function, &tried, report, seen);
        }
    }
}

/// Instances of a struct that nothing holds. What is wrong in all of them is reported.
fn guesses(
    items: &Items<'_>,
    instances: &mut Instances,
    definition: &ast::Struct,
    report: &mut Report,
) -> Vec<usize> {
    let needed = definition.generics.iter().take_while(|generic| generic.default.is_none()).count();
    let sizes = if needed == 0 { &SIZES[..1] } else { &SIZES[..] };
    let mut found = Vec::new();
    let mut attempts = Vec::new();
    for size in sizes {
        let mut attempt = Report::default();
        found.extend(instances.guess(
            items,
            definition,
            |position| size[position % size.len()],
            &mut attempt,
        ));
        attempts.push(attempt.errors);
    }
    common(attempts, true, report);
    found
}

/// Reports what is wrong in a function however it is called.
fn function(
    items: &Items<'_>,
    instances: &Instances,
    function: &ast::Function,
    layers: &[Option<usize>],
    report: &mut Report,
    seen: &mut Seen,
) {
    let has_rest = function.arguments.iter().any(|argument| mentions_rest(&argument.ty));
    let ranks = if has_rest { &RANKS[..] } else { &RANKS[..1] };
    let known = (seen.undeclared.clone(), seen.endless.clone());
    let mut attempts = Vec::new();
    let mut warnings = Vec::new();
    for layer in layers {
        for rank in ranks {
            (seen.undeclared, seen.endless) = known.clone();
            let mut attempt = Report::default();
            lower(items, instances, function, *layer, *rank, &mut attempt, seen);
            if attempt.errors.is_empty() {
                warnings.extend(attempt.warnings);
            }
            attempts.push(attempt.errors);
        }
    }
    common(attempts, layers.len() > 1, report);
    for warning in warnings {
        report.warn(warning.span, warning.message);
    }
}

/// Reports the errors of the first attempt that every other has too.
fn common(attempts: Vec<Vec<Diagnostic>>, same_words: bool, report: &mut Report) {
    let at = |error: &Diagnostic| format!("{:?}", error.span);
    let Some((first, others)) = attempts.split_first() else { return };
    for error in first {
        let everywhere = others.iter().all(|other| {
            other
                .iter()
                .any(|known| at(known) == at(error) && (!same_words || known.message == error.message))
        });
        if everywhere && !report.errors.iter().any(|known| at(known) == at(error)) {
            report.errors.push(error.clone());
        }
    }
}

fn lower(
    items: &Items<'_>,
    instances: &Instances,
    function: &ast::Function,
    instance: Option<usize>,
    rank: usize,
    report: &mut Report,
    seen: &mut Seen,
) {
    let layer = instance.map(|instance| Layer {
        instance,
        path: Vec::new(),
        indices: Vec::new(),
        lengths: Vec::new(),
    });
    let lost = !function.all_arguments;
    let frame = Frame {
        scopes: vec![Vec::new()],
        layer: layer.clone(),
        function: function.name.to_string(),
        unfixed: lost,
        lost,
        ..Frame::default()
    };
    let mut this = Elaborator::new(items, instances, report, seen, frame);
    if let Some(layer) = &layer {
        let generics = this.generics_of(layer);
        this.frame_mut().generics = generics;
    }
    this.lenient = true;
    for argument in &function.arguments {
        this.name_dims(&argument.ty, &super::call::pattern_name(&argument.pattern));
    }
    for argument in &function.arguments {
        let value = this.any_value(&argument.ty, rank, &super::call::pattern_name(&argument.pattern));
        if let Some(default) = &argument.default {
            this.expr(default);
        }
        match (&argument.pattern, &argument.ty) {
            (ast::Pattern::Name(name), ast::Type::Dim(dim)) => {
                let size = this.frame().dims.get(&dim.to_string()).map(|fixed| fixed.size.clone());
                this.bind(
                    name,
                    size.map_or(Bound::Value(Value::Poison), Bound::Integer),
                    Mutability::Argument,
                );
                this.lookup(&name.to_string());
            }
            (pattern, _) => this.bind_pattern_in(pattern, value, Mutability::Argument, &function.body),
        }
    }
    this.lowered(function, false);
    this.leave();
}

impl Elaborator<'_> {
    /// Makes a size of every dim that the type of an argument bears alone.
    fn name_dims(&mut self, ty: &ast::Type, by: &str) {
        match ty {
            ast::Type::Tensor(ty) => {
                for axis in &ty.axes {
                    if let ast::AxisType::Size(ast::Expr { kind: E::Name(name), .. }) = axis {
                        self.name_dim(name, by);
                    }
                }
            }
            ast::Type::Dim(name) => {
                if !self.items.dims.contains_key(&name.to_string()) {
                    self.unknown_size(name);
                }
                self.name_dim(name, by);
            }
            ast::Type::Tuple(parts, _) => parts.iter().for_each(|part| self.name_dims(part, by)),
            ast::Type::Error(_) => {}
        }
    }

    fn name_dim(&mut self, name: &proc_macro2::Ident, by: &str) {
        let text = name.to_string();
        let is_dim = self.items.dims.contains_key(&text) && !self.frame().generics.contains_key(&text);
        if is_dim && !self.frame().dims.contains_key(&text) {
            let size = self.fresh(&text);
            self.fix_dim(&text, size, by);
        }
    }

    fn fresh(&mut self, name: &str) -> Int {
        let dim = DimId(self.graph.dims.len() as u32);
        self.graph.dims.push(name.to_string());
        Int::dim(dim)
    }

    /// A value of a type, `..` being so many axes.
    fn any_value(&mut self, ty: &ast::Type, rank: usize, name: &str) -> Value {
        match ty {
            ast::Type::Tuple(parts, _) => {
                Value::Tuple(parts.iter().map(|part| self.any_value(part, rank, name)).collect())
            }
            ast::Type::Error(_) => Value::Poison,
            ast::Type::Dim(_) => Value::Poison,
            ast::Type::Tensor(ty) => {
                let kind = self.kind_of(&ty.scalar);
                let mut shape = Some(Vec::new());
                for axis in &ty.axes {
                    let sizes = match axis {
                        ast::AxisType::Rest(_) => Some(self.rest(rank)),
                        ast::AxisType::Size(size) => self.size(size).map(|size| vec![size]),
                    };
                    shape = shape.zip(sizes).map(|(shape, sizes)| [shape, sizes].concat());
                }
                let (Some(kind), Some(shape)) = (kind, shape) else { return Value::Poison };
                let tensor = self.graph.add_tensor(name, shape.clone(), kind);
                let element = self.element(tensor, Graph::identity(shape.len()), kind);
                Value::Array(Array { shape, kind, depth: 0, element })
            }
        }
    }

    fn rest(&mut self, rank: usize) -> Vec<Int> {
        if let Some((known, _)) = &self.frame().rest {
            return known.clone();
        }
        let axes: Vec<Int> = (0..rank).map(|_| self.fresh("..")).collect();
        self.frame_mut().rest = Some((axes.clone(), String::new()));
        axes
    }
}

fn mentions_rest(ty: &ast::Type) -> bool {
    match ty {
        ast::Type::Tensor(ty) => ty.axes.iter().any(|axis| matches!(axis, ast::AxisType::Rest(_))),
        ast::Type::Tuple(parts, _) => parts.iter().any(mentions_rest),
        ast::Type::Dim(_) | ast::Type::Error(_) => false,
    }
}
