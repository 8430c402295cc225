//! A network's public function: its arguments as inputs, its dims fixed, its body lowered.

use proc_macro2::Ident;

use super::asked::{all_differentiated, requests};
use super::elaborate::{Elaborator, Frame};
use super::instances::Instances;
use super::items::{InstanceContent, Items};
use super::seen::Seen;
use super::value::{Array, Bound, Layer, Mutability, Step, Value};
use super::{natural, required};
use crate::ir::{Graph, Int, Kind};
use crate::program::{
    Argument, ArgumentContent, DimSource, FieldInput, Method, PathStep, Returned, ShapeCheck,
};
use crate::report::Report;
use crate::syntax::ast::{self, ExprKind as E};

/// A leaf of a network: a parameter tensor and how it is reached.
pub struct Leaf {
    /// The structs on the way.
    pub path: Vec<PathStep>,
    /// Its own name.
    pub name: Ident,
    /// Its own sizes.
    pub shape: Vec<usize>,
    /// Whether it or a struct around it is frozen.
    pub frozen: bool,
}

/// The parameters of an instance, in order.
pub fn leaves(instances: &Instances, instance: usize) -> Vec<Leaf> {
    let mut found = Vec::new();
    walk(instances, instance, &[], false, &mut found);
    found
}

fn walk(instances: &Instances, instance: usize, path: &[PathStep], frozen: bool, found: &mut Vec<Leaf>) {
    for field in &instances.list[instance].fields {
        let frozen = frozen || field.frozen;
        match &field.content {
            InstanceContent::Tensor { shape, .. } => {
                found.push(Leaf {
                    path: path.to_vec(),
                    name: field.name.clone(),
                    shape: shape.clone(),
                    frozen,
                });
            }
            InstanceContent::Layer { instance, lengths } => {
                let step = PathStep { name: field.name.clone(), lengths: lengths.clone() };
                walk(instances, *instance, &[path, &[step]].concat(), frozen, found);
            }
            InstanceContent::Poison => {}
        }
    }
}

/// Lowers one function of a network. `None` if it has errors; they have been reported.
pub fn lower(
    items: &Items<'_>,
    instances: &Instances,
    instance: usize,
    function: &ast::Function,
    report: &mut Report,
    seen: &mut Seen,
) -> Option<Method> {
    let errors = report.errors.len();
    let network = Layer { instance, path: Vec::new(), indices: Vec::new(), lengths: Vec::new() };
    let name = function.name.to_string();
    let lost = !function.all_arguments;
    let frame = Frame {
        scopes: vec![Vec::new()],
        layer: Some(network),
        function: name.clone(),
        unfixed: lost,
        lost,
        ..Frame::default()
    };
    let mut this = Elaborator::new(items, instances, report, seen, frame);
    let mut dims = Vec::new();
    this.fix_sources(function, &mut dims);
    let mut checks = Vec::new();
    let mut arguments = Vec::new();
    for (position, argument) in function.arguments.iter().enumerate() {
        if let Some(argument) = this.argument(function, position, argument, &mut checks) {
            arguments.push(argument);
        }
    }
    let value = this.evaluated(function, false);
    // Of a body that is wrong nobody knows what it returns; what it should is known.
    let promised = match (&value, &function.result) {
        (value, Some(result)) if value.is_poison() => Some(this.declared(result)),
        _ => None,
    };
    // Of a result whose type could not be read the body tells what it is.
    let value = match &function.result {
        Some(ast::Type::Error(_)) => value,
        _ => this.fitted(function, value),
    };
    this.leave();
    this.refuse_empty(&value, function);
    let derivatives = requests(&mut this, function, &arguments, promised.as_ref().unwrap_or(&value));
    let result = this.returned(value, &name, function);

    let mut fields = Vec::new();
    for leaf in leaves(instances, instance) {
        let steps: Vec<Step> = leaf
            .path
            .iter()
            .map(|step| Step { name: step.name.to_string(), lengths: step.lengths.clone() })
            .collect();
        if let Some(&tensor) = this.fields.get(&(steps, leaf.name.to_string())) {
            let own = PathStep { name: leaf.name, lengths: Vec::new() };
            fields.push(FieldInput {
                tensor,
                path: leaf.path.into_iter().chain([own]).collect(),
                frozen: leaf.frozen,
            });
        }
    }
    let (mut graph, externs, uses_wrong) = (this.graph, this.externs, this.uses_wrong);
    if uses_wrong || report.errors.len() > errors || arguments.len() < function.arguments.len() {
        return None;
    }
    let tensors = arguments.iter().filter_map(Argument::tensor);
    let requirements = required::settle(&mut graph, &tensors.collect());
    natural::settle(&mut graph);
    let method = Method {
        name: function.name.clone(),
        attributes: function.attributes.clone(),
        visibility: function.visibility.clone(),
        derivatives: derivatives?,
        limit: items.workspace_limit(function.budget.as_ref()),
        arguments,
        result: result?,
        fields,
        dims,
        checks,
        requirements,
        externs: externs.iter().map(|(name, _)| name.clone()).collect(),
        graph,
        text: Vec::new(),
    };
    let are_differentiated = all_differentiated(items, &method, &externs, report);
    are_differentiated.then_some(method)
}

impl Elaborator<'_> {
    /// Gives every dim that an argument fixes its place in the graph, in order of first mention.
    fn fix_sources(&mut self, function: &ast::Function, sources: &mut Vec<DimSource>) {
        for (argument, each) in function.arguments.iter().enumerate() {
            let by = super::call::pattern_name(&each.pattern);
            match &each.ty {
                ast::Type::Dim(name) if self.items.dims.contains_key(&name.to_string()) => {
                    self.add_dim(name, &by, DimSource::Argument(argument), sources);
                }
                ast::Type::Dim(name) => self.unknown_size(name),
                ast::Type::Tensor(ty) => {
                    for (axis, each) in ty.axes.iter().enumerate() {
                        if let ast::AxisType::Size(ast::Expr { kind: E::Name(name), .. }) = each
                            && self.items.dims.contains_key(&name.to_string())
                        {
                            self.add_dim(name, &by, DimSource::Axis { argument, axis }, sources);
                        }
                    }
                }
                ast::Type::Tuple(..) | ast::Type::Error(_) => self.frame_mut().unfixed = true,
            }
        }
    }

    fn add_dim(&mut self, name: &Ident, by: &str, source: DimSource, sources: &mut Vec<DimSource>) {
        let text = name.to_string();
        if self.frame().dims.contains_key(&text) {
            return;
        }
        let dim = crate::ir::DimId(self.graph.dims.len() as u32);
        self.graph.dims.push(text.clone());
        sources.push(source);
        self.fix_dim(&text, Int::dim(dim), by);
    }

    fn argument(
        &mut self,
        function: &ast::Function,
        position: usize,
        argument: &ast::Argument,
        checks: &mut Vec<ShapeCheck>,
    ) -> Option<Argument> {
        if let Some(default) = argument.default.as_ref().filter(|default| !matches!(default.kind, E::Error)) {
            self.error_with_help(
                default.span,
                "an argument of a public function has no default",
                "Rust's functions have none: every call passes it",
            );
        }
        let ast::Pattern::Name(name) = &argument.pattern else {
            let span = match &argument.pattern {
                ast::Pattern::Name(name) => name.span(),
                ast::Pattern::Ignored(span) | ast::Pattern::Tuple(_, span) => *span,
            };
            self.error_with_help(
                span,
                "an argument of a public function has a name",
                "pass the parts one by one: `h: f32[N], c: f32[N]`",
            );
            self.bind_pattern_in(&argument.pattern, Value::Poison, Mutability::Argument, &function.body);
            return None;
        };
        let content = self.content(name, position, argument, function, checks);
        match content {
            Some((content, bound)) => {
                self.bind(name, bound, Mutability::Argument);
                if let ArgumentContent::Dim(_) = content {
                    // It fixes a size, which is a use.
                    self.lookup(&name.to_string());
                }
                Some(Argument { name: name.clone(), content })
            }
            None => {
                self.bind(name, Bound::Value(Value::Poison), Mutability::Argument);
                None
            }
        }
    }

    /// What an argument is, and what its name stands for.
    fn content(
        &mut self,
        name: &Ident,
        position: usize,
        argument: &ast::Argument,
        function: &ast::Function,
        checks: &mut Vec<ShapeCheck>,
    ) -> Option<(ArgumentContent, Bound)> {
        match &argument.ty {
            ast::Type::Dim(dim) => {
                let size = self.frame().dims.get(&dim.to_string())?.size.clone();
                match size.as_atom() {
                    Some(crate::ir::Atom::Dim(fixed)) => {
                        Some((ArgumentContent::Dim(*fixed), Bound::Integer(size)))
                    }
                    _ => None,
                }
            }
            ast::Type::Tuple(_, span) => {
                self.error_with_help(
                    *span,
                    "an argument of a public function is one tensor",
                    "pass the parts one by one: `h: f32[N], c: f32[N]`",
                );
                None
            }
            ast::Type::Error(_) => None,
            ast::Type::Tensor(ty) => {
                let kind = self.kind_of(&ty.scalar);
                let mut shape = Vec::new();
                for (axis, each) in ty.axes.iter().enumerate() {
                    let value = match each {
                        ast::AxisType::Rest(span) => {
                            self.error_with_help(
                                *span,
                                "an argument of a public function has a size for each axis",
                                "name them: `dim N;` and `f32[N, 3]`",
                            );
                            None
                        }
                        ast::AxisType::Size(size) => {
                            self.argument_size(size, position, axis, function, checks)
                        }
                    };
                    shape.push(value);
                }
                let (shape, kind) = (shape.into_iter().collect::<Option<Vec<Int>>>()?, kind?);
                if has_empty_rows(&shape) {
                    let message = format!("{} has rows without elements", self.show(kind, &shape));
                    self.error_with_help(
                        ty.span,
                        message,
                        "a size that may be zero is known at run time: `dim M;`",
                    );
                    return None;
                }
                if !self.is_affordable(&shape, &self.place_of(ty.span)) {
                    return None;
                }
                let tensor = self.graph.add_tensor(name.to_string(), shape.clone(), kind);
                let element = self.element(tensor, Graph::identity(shape.len()), kind);
                let array = Array { shape, kind, depth: 0, element };
                Some((ArgumentContent::Tensor(tensor), Bound::Value(Value::Array(array))))
            }
        }
    }

    fn argument_size(
        &mut self,
        size: &ast::Expr,
        position: usize,
        axis: usize,
        function: &ast::Function,
        checks: &mut Vec<ShapeCheck>,
    ) -> Option<Int> {
        let value = self.size(size)?;
        if let Some(constant) = value.as_constant().filter(|constant| *constant < 0) {
            self.error_with_help(
                size.span,
                format!("a size is an integer from 0, found {constant}"),
                "sizes are made of dims and constants",
            );
            return None;
        }
        let fixes = matches!(&size.kind, E::Name(dim) if self.is_fixed_by(&dim.to_string(), position, axis, function));
        if !fixes {
            checks.push(ShapeCheck { argument: position, axis, expected: value.clone() });
        }
        Some(value)
    }

    /// Whether this axis is the one that fixes a dim: the first that bears its name.
    fn is_fixed_by(&self, dim: &str, argument: usize, axis: usize, function: &ast::Function) -> bool {
        for (position, each) in function.arguments.iter().enumerate() {
            match &each.ty {
                ast::Type::Dim(name) if name == dim => return false,
                ast::Type::Tensor(ty) => {
                    for (place, size) in ty.axes.iter().enumerate() {
                        if let ast::AxisType::Size(ast::Expr { kind: E::Name(name), .. }) = size
                            && name == dim
                            && self.items.dims.contains_key(dim)
                        {
                            return (position, place) == (argument, axis);
                        }
                    }
                }
                _ => {}
            }
        }
        false
    }

    /// A result whose rows have no elements at compile time is a mistake.
    fn refuse_empty(&mut self, value: &Value, function: &ast::Function) {
        match value {
            Value::Array(array) if has_empty_rows(&array.shape) => {
                let message = format!(
                    "the result of `{}` is {}, which has rows without elements",
                    function.name,
                    self.show(array.kind, &array.shape)
                );
                let span = function.body.result.as_ref().map_or(function.name.span(), |result| result.span);
                self.error_with_help(span, message, "a size that may be zero is known at run time: `dim M;`");
            }
            Value::Tuple(parts) => parts.iter().for_each(|part| self.refuse_empty(part, function)),
            Value::Array(_) | Value::Static(_) | Value::Layer(_) | Value::Poison => {}
        }
    }

    /// The results as tensors.
    fn returned(&mut self, value: Value, name: &str, function: &ast::Function) -> Option<Returned> {
        match value {
            Value::Array(array) if array.kind == Kind::Key => {
                self.error_with_help(
                    function.name.span(),
                    format!("`{name}` returns a key"),
                    "keys are arguments alone: make others of them with `fold(key, 1)`",
                );
                None
            }
            Value::Array(array) => Some(Returned::Tensor(self.whole(&array, name))),
            Value::Tuple(parts) => {
                let parts: Vec<Returned> = parts
                    .into_iter()
                    .map(|part| self.returned(part, name, function))
                    .collect::<Option<_>>()?;
                Some(Returned::Tuple(parts))
            }
            Value::Static(_) => {
                let array = self.to_array(value, &self.place_of(function.name.span()))?;
                self.returned(Value::Array(array), name, function)
            }
            Value::Layer(_) | Value::Poison => None,
        }
    }
}

/// Whether a tensor of so many rows has nothing in them at compile time: its rows would have no length to divide by.
fn has_empty_rows(shape: &[Int]) -> bool {
    let behind = shape.iter().rposition(|size| size.as_constant().is_none()).map(|last| &shape[last + 1..]);
    behind.is_some_and(|row| row.iter().any(|size| size.is(0)))
}
