//! A network's public function: its arguments as inputs, its dims fixed, its body lowered.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span};

use super::asked::derivatives;
use super::elaborate::Elaborator;
use super::external;
use super::instances::Instances;
use super::items::{InstanceContent, Items};
use super::suggest::did_you_mean;
use super::value::{Array, Bound, Layer, Step, Value};
use crate::ir::{ExternId, Graph, Int, Kind, TensorId};
use crate::program::{
    Argument, ArgumentContent, DimSource, FieldInput, Method, PathStep, Returned, ShapeCheck,
};
use crate::report::Report;
use crate::syntax::ast::{self, ExprKind as E};
use crate::{compile, differentiate};

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
) -> Option<Method> {
    let errors = report.errors.len();
    let network = Layer { instance, path: Vec::new(), indices: Vec::new(), lengths: Vec::new() };
    let name = function.name.to_string();
    let mut this = Elaborator::new(items, instances, report, Some(network), &name);
    let mut dims = Vec::new();
    this.fix_dims(function, &mut dims);
    let mut checks = Vec::new();
    let mut arguments = Vec::new();
    for (position, argument) in function.arguments.iter().enumerate() {
        if let Some(argument) = this.argument(function, position, argument, &mut checks) {
            arguments.push(argument);
        }
    }
    let value = this.body(&function.body);
    let result = function.result.as_ref().and_then(|result| {
        let at = function.body.result.as_ref().map_or(function.name.span(), |result| result.span);
        this.fit(result, value, &|| format!("the result of `{name}`"), at)
    });
    this.leave();
    let result = result.and_then(|result| this.returned(result, &name, function));
    let derivatives = derivatives(&mut this, function, &arguments);

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
    let (graph, externs) = (this.graph, this.externs);
    if report.errors.len() > errors {
        return None;
    }
    let method = Method {
        name: function.name.clone(),
        attributes: function.attributes.clone(),
        visibility: function.visibility.clone(),
        derivatives: derivatives?,
        budget: function.budget.unwrap_or_default(),
        arguments,
        result: result?,
        fields,
        dims,
        checks,
        externs: externs.iter().map(|(name, _)| name.clone()).collect(),
        graph,
        text: Vec::new(),
    };
    let are_differentiated = all_differentiated(items, &method, &externs, report);
    are_differentiated.then_some(method)
}

/// Whether every function of Rust that a derivative of the method needs the derivative of has one; says so if not.
fn all_differentiated(
    items: &Items<'_>,
    method: &Method,
    externs: &[(Ident, Span)],
    report: &mut Report,
) -> bool {
    if method.graph.scalars.externs.iter().all(|function| function.slopes.is_some()) {
        return true;
    }
    let missing: BTreeSet<ExternId> = method
        .derivatives
        .iter()
        .flat_map(|derivative| compile::undifferentiated(method, derivative))
        .collect();
    for function in &missing {
        let (name, span) = &externs[function.0 as usize];
        external::without_derivative(
            items.float,
            name,
            *span,
            &format!("a derivative of `{}`", method.name),
            report,
        );
    }
    missing.is_empty()
}

impl Elaborator<'_> {
    /// Gives every dim that an argument fixes its place in the graph, in order of first mention.
    fn fix_dims(&mut self, function: &ast::Function, sources: &mut Vec<DimSource>) {
        for (argument, each) in function.arguments.iter().enumerate() {
            match &each.ty {
                ast::Type::Dim(name) => {
                    if !self.items.dims.contains_key(&name.to_string()) {
                        self.unknown_dim(name);
                    }
                    self.add_dim(name, DimSource::Argument(argument), sources);
                }
                ast::Type::Tensor(ty) => {
                    for (axis, each) in ty.axes.iter().enumerate() {
                        if let ast::AxisType::Size(size) = each
                            && let E::Name(name) = &size.kind
                            && self.items.dims.contains_key(&name.to_string())
                        {
                            self.add_dim(name, DimSource::Axis { argument, axis }, sources);
                        }
                    }
                }
                ast::Type::Tuple(..) | ast::Type::Error(_) => {}
            }
        }
    }

    fn add_dim(&mut self, name: &Ident, source: DimSource, sources: &mut Vec<DimSource>) {
        let text = name.to_string();
        if self.frame().dims.contains_key(&text) {
            return;
        }
        let dim = crate::ir::DimId(self.graph.dims.len() as u32);
        self.graph.dims.push(text.clone());
        sources.push(source);
        self.frame_mut().dims.insert(text, Int::dim(dim));
    }

    fn unknown_dim(&mut self, name: &Ident) {
        let names: Vec<&str> = self.items.dims.keys().map(String::as_str).collect();
        let message = format!("there is no dim `{name}`");
        match did_you_mean(&name.to_string(), &names) {
            Some(near) => self.error_with_help(name.span(), message, format!("did you mean `{near}`?")),
            None => self.error_with_help(name.span(), message, format!("declare it: `dim {name};`")),
        }
    }

    fn argument(
        &mut self,
        function: &ast::Function,
        position: usize,
        argument: &ast::Argument,
        checks: &mut Vec<ShapeCheck>,
    ) -> Option<Argument> {
        let ast::Pattern::Name(name) = &argument.pattern else {
            self.error_with_help(
                function.arguments_span,
                "an argument of a public function has a name",
                "pass the parts one by one",
            );
            return None;
        };
        if let Some(default) = &argument.default {
            self.error(default.span, "an argument has no default here");
        }
        if function.arguments[..position]
            .iter()
            .any(|other| matches!(&other.pattern, ast::Pattern::Name(other) if other == name))
        {
            self.error(name.span(), format!("two arguments are named `{name}`"));
            return None;
        }
        match &argument.ty {
            ast::Type::Dim(dim) => {
                let size = self.frame().dims.get(&dim.to_string())?.clone();
                let fixed = size.as_atom().and_then(|atom| match atom {
                    crate::ir::Atom::Dim(dim) => Some(*dim),
                    _ => None,
                })?;
                self.bind(name, Bound::Integer(size), false);
                // It fixes a size, which is a use.
                self.lookup(&name.to_string());
                Some(Argument { name: name.clone(), content: ArgumentContent::Dim(fixed) })
            }
            ast::Type::Tuple(_, span) => {
                self.error_with_help(
                    *span,
                    "an argument of a public function is one tensor",
                    "pass the parts one by one",
                );
                self.bind(name, Bound::Value(Value::Poison), false);
                None
            }
            ast::Type::Error(_) => {
                self.bind(name, Bound::Value(Value::Poison), false);
                None
            }
            ast::Type::Tensor(ty) => {
                let kind = self.kind_of(&ty.scalar);
                let mut shape = Vec::new();
                for (axis, each) in ty.axes.iter().enumerate() {
                    match each {
                        ast::AxisType::Rest(span) => {
                            self.error_with_help(
                                *span,
                                "a public function has a size for each axis",
                                "declare a dim for each: `dim N;`",
                            );
                            self.bind(name, Bound::Value(Value::Poison), false);
                            return None;
                        }
                        ast::AxisType::Size(size) => {
                            let Some(value) = self.integer(size) else {
                                self.bind(name, Bound::Value(Value::Poison), false);
                                return None;
                            };
                            if value.as_constant().is_some_and(|value| value < 0) {
                                self.error(size.span, format!("a size cannot be {}", self.show_size(&value)));
                            }
                            let fixes = matches!(&size.kind, E::Name(dim) if self.is_fixed_by(&dim.to_string(), position, axis, function));
                            if !fixes {
                                checks.push(ShapeCheck { argument: position, axis, expected: value.clone() });
                            }
                            shape.push(value);
                        }
                    }
                }
                let Some(kind) = kind else {
                    self.bind(name, Bound::Value(Value::Poison), false);
                    return None;
                };
                let tensor = self.graph.add_tensor(name.to_string(), shape.clone(), kind);
                let element = self.element(tensor, Graph::identity(shape.len()), kind);
                self.bind(name, Bound::Value(Value::Array(Array { shape, kind, depth: 0, element })), false);
                Some(Argument { name: name.clone(), content: ArgumentContent::Tensor(tensor) })
            }
        }
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

    /// The results as tensors.
    fn returned(&mut self, value: Value, name: &str, function: &ast::Function) -> Option<Returned> {
        match value {
            Value::Array(array) if array.kind == Kind::Key => {
                self.error(function.name.span(), format!("`{name}` returns a key: keys are arguments only"));
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
                let array = self.to_array(value, function.name.span())?;
                self.returned(Value::Array(array), name, function)
            }
            Value::Layer(_) | Value::Poison => None,
        }
    }
}

/// The parameters that a function's result depends on in a way that a derivative follows.
pub fn reached(method: &Method) -> BTreeSet<TensorId> {
    let mut reached: BTreeSet<TensorId> = method.result.tensors().into_iter().collect();
    differentiate::spread_back(&method.graph, &method.graph.nodes, &mut reached);
    reached
}
