//! `extern fn`: functions of Rust, as they are declared and called.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span};

use super::arguments::{Parameter, Passed};
use super::call::{Callee, pattern_name};
use super::elaborate::{Elaborator, Frame};
use super::fit::Expected;
use super::items::Items;
use super::mapped;
use super::value::{Array, Value};
use crate::ir::{Apply, ArrayFunction, Extern, ExternId, Function, Graph, Int, Kind, Node};
use crate::report::Report;
use crate::syntax::ast::{self, CallArgument, ExprKind};

impl<'a> Elaborator<'a> {
    /// A call of a function of Rust.
    pub fn call_external(
        &mut self,
        function: &'a ast::Extern,
        receiver: Option<Passed<'_>>,
        arguments: &[CallArgument],
        span: Span,
    ) -> Value {
        if !function.all_arguments {
            self.evaluate_all(arguments);
            return Value::Poison;
        }
        let name = function.name.to_string();
        let callee = Callee {
            name: name.clone(),
            layer: None,
            span,
            needs: super::arguments::needed(function.arguments.iter()),
        };
        let parameters: Vec<Parameter> = function.arguments.iter().map(Parameter::of).collect();
        let Some(passed) = self.match_arguments(&callee, &parameters, receiver, arguments) else {
            self.evaluate_all(arguments);
            return Value::Poison;
        };
        let Some(id) = self.external(function, span) else {
            self.evaluate_all(arguments);
            return Value::Poison;
        };
        let hint = std::mem::take(&mut self.hint);
        let errors = self.report.errors.len();
        let mut arrays = Vec::new();
        for (each, argument) in passed.iter().flatten().zip(&function.arguments) {
            arrays.push(self.argument_of_rust(&callee, argument, each));
        }
        self.hint = hint;
        if let Some(arrays) = arrays.into_iter().collect::<Option<Vec<_>>>() {
            return Value::Array(self.applied(id, arrays));
        }
        let is_exchanged =
            self.are_exchanged_of(&parameters, &passed, &callee, errors, |this, parameter, passed| {
                this.argument_of_rust(&callee, &function.arguments[parameter], passed).is_some()
            });
        if !is_exchanged {
            let frame = || Frame { function: name.clone(), ..Frame::default() };
            self.are_to_be_mapped(&function.arguments, &passed, &callee, &frame, errors);
        }
        Value::Poison
    }

    /// An argument, if it is what the declaration says.
    fn argument_of_rust(
        &mut self,
        callee: &Callee,
        argument: &'a ast::Argument,
        passed: &Passed<'_>,
    ) -> Option<Array> {
        let place = &passed.place(self);
        let value = match passed {
            Passed::Expr(expr) => self.expr(expr),
            Passed::Value(value, _) => value.clone(),
        };
        let array = self.to_array(value, place).and_then(|array| self.to_float(array, place))?;
        let ast::Type::Tensor(ty) = &argument.ty else { return None };
        if ty.axes.is_empty() && !array.shape.is_empty() {
            let name = &callee.name;
            let message = format!("`{name}` takes numbers, found {}", self.show(array.kind, &array.shape));
            let passed = mapped::named(passed).unwrap_or_else(|| pattern_name(&argument.pattern));
            self.say(
                place,
                message,
                Some(mapped::over_one_index(callee, &pattern_name(&argument.pattern), &passed)),
            );
            return None;
        }
        let expected = Expected::argument(callee, argument, Some(passed));
        // Its sizes mean what they mean where it is declared.
        self.frames.push(Frame { function: callee.name.clone(), ..Frame::default() });
        let value = self.fit(&argument.ty, Value::Array(array), &expected, place);
        self.frames.pop();
        match value {
            Some(Value::Array(array)) => Some(array),
            _ => None,
        }
    }

    /// A call: of numbers an operation like any other, of arrays a node.
    fn applied(&mut self, id: ExternId, arrays: Vec<Array>) -> Array {
        let function = self.graph.scalars.externs[id.0 as usize].clone();
        if function.is_of_numbers() {
            let elements = arrays.into_iter().map(|array| array.element).collect();
            let element = self.graph.scalars.call(Function::Extern(id), elements);
            return self.scalar(Kind::Float, element);
        }
        let (mut inner, mut elements) = (Vec::new(), Vec::new());
        for array in arrays {
            let name = self.name_for("argument");
            let array = self.store(&array, &name);
            let at =
                (0..array.shape.len()).map(|axis| Int::index(self.depth() + inner.len() + axis)).collect();
            inner.extend(Graph::axes(&array.shape));
            elements.push(self.view(&array, Vec::new(), at).element);
        }
        let element = self.graph.scalars.call(Function::Extern(id), elements);
        let call = self.scalar(Kind::Float, element);
        let (used, value, outer) = self.domain_of(&call, inner.len());
        let shape = outer.iter().map(|axis| axis.extent.clone()).chain(function.result.iter().cloned());
        let name = self.name_for(&function.name);
        let out = self.graph.add_tensor(name, shape.collect(), Kind::Float);
        self.graph.nodes.push(Node::Apply(Apply {
            out,
            outer,
            inner,
            function: ArrayFunction::Extern,
            value,
        }));
        self.read_made(out, &used, &function.result, Kind::Float)
    }

    /// The function's place in the graph; its first call declares it there.
    fn external(&mut self, function: &'a ast::Extern, span: Span) -> Option<ExternId> {
        if let Some(known) = self.externs.iter().position(|(name, _)| *name == function.name) {
            return Some(ExternId(known as u32));
        }
        // What is wrong with it has been said where it is declared.
        self.quiet += 1;
        let id = self.declare_external(function, span);
        self.quiet -= 1;
        let right = id.filter(|id| {
            function.derivative.is_none() || self.graph.scalars.externs[id.0 as usize].derivative.is_some()
        });
        self.uses_wrong |= right.is_none();
        right
    }

    /// Declares a function of Rust in the graph.
    pub fn declare_external(&mut self, function: &'a ast::Extern, span: Span) -> Option<ExternId> {
        self.frames.push(Frame { function: function.name.to_string(), ..Frame::default() });
        let sizes = self.sizes_of_rust(function);
        self.frames.pop();
        let (parameters, result) = sizes?;
        let id = ExternId(self.externs.len() as u32);
        self.externs.push((function.name.clone(), span));
        let name = function.name.to_string();
        self.graph.scalars.externs.push(Extern { name, parameters, result, derivative: None });
        // Declared before its derivative is read: that may call it again.
        let errors = self.report.errors.len();
        let derivative = self.directional(function, id);
        self.graph.scalars.externs[id.0 as usize].derivative = derivative;
        (self.report.errors.len() == errors).then_some(id)
    }

    /// The sizes of what it takes and of what it returns.
    fn sizes_of_rust(&mut self, function: &ast::Extern) -> Option<(Vec<Vec<Int>>, Vec<Int>)> {
        let parameters: Vec<_> =
            function.arguments.iter().map(|argument| self.fixed_sizes(&argument.ty)).collect();
        let result = match &function.result {
            Some(ty) => self.fixed_sizes(ty),
            None => {
                let help = format!("write `-> {}`", self.float_name());
                let message = format!("`{}` has no result", function.name);
                self.error_with_help(function.name.span(), message, help);
                None
            }
        };
        Some((parameters.into_iter().collect::<Option<_>>()?, result?))
    }

    /// The sizes of a type that Rust's functions can have.
    fn fixed_sizes(&mut self, ty: &ast::Type) -> Option<Vec<Int>> {
        let span = match ty {
            ast::Type::Error(_) => return None,
            ast::Type::Tensor(ty) => match self.kind_of(&ty.scalar)? {
                Kind::Float => return ty.axes.iter().map(|axis| self.fixed_size(axis)).collect(),
                _ => ty.span,
            },
            ast::Type::Dim(name) => name.span(),
            ast::Type::Tuple(_, span) => *span,
        };
        let float = self.float_name();
        self.error_with_help(
            span,
            "an `extern fn` takes and returns numbers, or arrays of them",
            format!("write `fn(x: {float}, …) -> {float}`, or `fn(a: {float}[3, 3], …) -> {float}[3]`"),
        );
        None
    }

    fn fixed_size(&mut self, axis: &ast::AxisType) -> Option<Int> {
        let (span, size) = match axis {
            ast::AxisType::Rest(span) => (*span, None),
            ast::AxisType::Size(size) if self.run_time_size(size) => (size.span, None),
            ast::AxisType::Size(size) => (size.span, Some(self.size(size)?)),
        };
        let help = match size.as_ref().map(Int::as_constant) {
            Some(Some(1..)) => return size,
            Some(Some(_)) => "write a number from 1 on",
            _ => "write a number or a `const`; over what is known at run time, map it: `let y[n] = f(x[n]);`",
        };
        self.error_with_help(span, "the sizes of an `extern fn` are known at compile time", help);
        None
    }

    /// Whether a size mentions a dim.
    fn run_time_size(&self, size: &ast::Expr) -> bool {
        match &size.kind {
            ExprKind::Name(name) => self.items.dims.contains_key(&name.to_string()),
            ExprKind::Unary(_, inner) => self.run_time_size(inner),
            ExprKind::Binary(_, _, left, right) => self.run_time_size(left) || self.run_time_size(right),
            _ => false,
        }
    }

    /// Reports the functions of Rust that a derivative was needed of and that have none. Whether there are any.
    pub fn undifferentiated(&mut self, missing: &BTreeSet<ExternId>, what: &str) -> bool {
        for function in missing {
            let (name, span) = self.externs[function.0 as usize].clone();
            without_derivative(self.items, &name, span, what, self.report);
        }
        !missing.is_empty()
    }
}

/// Says that a function of Rust has no derivative where one is needed.
pub fn without_derivative(items: &Items<'_>, name: &Ident, span: Span, what: &str, report: &mut Report) {
    let message = format!("{what} goes through `{name}`, which has none");
    let arguments = &items.externs[&name.to_string()].arguments;
    let tangents: Vec<String> =
        arguments.iter().map(|argument| format!("d{}", pattern_name(&argument.pattern))).collect();
    let help = format!(
        "declare it: `extern fn {name}(…) -> … {{ derivative({}) = … }}`, or cut it off: `stop_grad(…)`",
        tangents.join(", ")
    );
    report.error_with_help(span, message, help);
}
