//! The derivative that an `extern fn` declares: directional, linear in the tangents.

use std::collections::BTreeSet;

use proc_macro2::Ident;

use super::call::pattern_name;
use super::elaborate::{Elaborator, Frame};
use super::linear::Degrees;
use super::value::{Array, Bound, Mutability, Value};
use super::words::{counted, list};
use crate::ir::{
    Binary, Directional, ExternId, Function, Int, Kind, Name, Node, Rule, Scalar, ScalarId, TensorId, Unary,
};
use crate::syntax::ast;

impl<'a> Elaborator<'a> {
    /// The derivative that a declaration says, if it says one and that is right.
    pub fn directional(&mut self, function: &'a ast::Extern, id: ExternId) -> Option<Directional> {
        let (tangents, expr) = function.derivative.as_ref()?;
        if !function.all_arguments || matches!(expr.kind, ast::ExprKind::Error) {
            return None;
        }
        let takes = function.arguments.len();
        if tangents.len() != takes {
            let message = format!(
                "`{}` takes {}, its derivative has {}",
                function.name,
                counted(takes, "argument"),
                counted(tangents.len(), "tangent")
            );
            let names: Vec<String> = function
                .arguments
                .iter()
                .map(|argument| format!("d{}", pattern_name(&argument.pattern)))
                .collect();
            self.error_with_help(
                tangents.last().map_or(function.name.span(), Ident::span),
                message,
                format!("write `derivative({}) = …`", names.join(", ")),
            );
            return None;
        }
        if !self.tangents_have_names(function, tangents) {
            return None;
        }
        // It is read alone: nothing of where the function is called is in scope.
        let ambient = std::mem::take(&mut self.ambient);
        let guards = std::mem::take(&mut self.guards);
        let open = std::mem::take(&mut self.open);
        let nodes = std::mem::take(&mut self.graph.nodes);
        let of_numbers = self.graph.scalars.externs[id.0 as usize].is_of_numbers();
        let delays = std::mem::replace(&mut self.delays, of_numbers);
        let hint = std::mem::replace(&mut self.hint, function.name.to_string());
        let frame =
            Frame { scopes: vec![Vec::new()], function: function.name.to_string(), ..Frame::default() };
        self.frames.push(frame);
        let derivative = match of_numbers {
            true => self.slopes(function, tangents, expr).map(Directional::Slopes),
            false => self.rule(function, id, tangents, expr).map(Directional::Rule),
        };
        self.frames.pop();
        (self.ambient, self.guards, self.open) = (ambient, guards, open);
        (self.delays, self.hint, self.graph.nodes) = (delays, hint, nodes);
        derivative
    }

    /// Whether each tangent has a name that nothing else has; says which has not.
    fn tangents_have_names(&mut self, function: &ast::Extern, tangents: &[Ident]) -> bool {
        let is_argument = |name: &Ident| {
            let is_it = |argument: &ast::Argument| *name == pattern_name(&argument.pattern);
            function.arguments.iter().any(is_it)
        };
        let mut right = true;
        for (number, tangent) in tangents.iter().enumerate() {
            let what = match tangent {
                _ if is_argument(tangent) => "an argument",
                _ if tangent == "y" => "the result",
                _ if tangents[..number].contains(tangent) => "another tangent",
                _ => continue,
            };
            let message = format!("`{tangent}` is {what} already");
            let help = "a tangent has a name of its own: `derivative(dx) = …`";
            self.error_with_help(tangent.span(), message, help);
            right = false;
        }
        right
    }

    /// Binds what a derivative is said in terms of: the result, the arguments and their tangents.
    fn bind_parameters(
        &mut self,
        function: &ast::Extern,
        tangents: &[Ident],
        parameters: &mut dyn FnMut(&mut Self, usize) -> Array,
    ) {
        let takes = function.arguments.len();
        let mut value = |this: &mut Self, number| Bound::Value(Value::Array(parameters(this, number)));
        let result = value(self, takes);
        // An argument named `y` hides the result.
        if !function.arguments.iter().any(|argument| pattern_name(&argument.pattern) == "y") {
            self.bind(&Ident::new("y", function.name.span()), result, Mutability::Argument);
            self.lookup("y");
        }
        for (number, argument) in function.arguments.iter().enumerate() {
            if let ast::Pattern::Name(name) = &argument.pattern {
                let value = value(self, number);
                self.bind(name, value, Mutability::Argument);
                self.lookup(&name.to_string());
            }
        }
        for (number, tangent) in tangents.iter().enumerate() {
            let value = value(self, takes + 1 + number);
            self.bind(tangent, value, Mutability::Argument);
        }
    }

    /// Of a function of numbers: the derivative by each argument.
    fn slopes(
        &mut self,
        function: &ast::Extern,
        tangents: &[Ident],
        expr: &ast::Expr,
    ) -> Option<Vec<ScalarId>> {
        self.bind_parameters(function, tangents, &mut |this, number| {
            let element = this.graph.scalars.call(Function::Parameter(number as u32), Vec::new());
            this.scalar(Kind::Float, element)
        });
        let value = self.expr(expr);
        let place = self.place(expr);
        let value = self.to_array(value, &place).and_then(|array| self.to_float(array, &place));
        self.leave();
        let value = value?;
        if !value.shape.is_empty() || !self.graph.nodes.is_empty() {
            self.error_with_help(
                expr.span,
                "the derivative of a function of numbers is a number, made of numbers",
                "write a formula of the arguments, their tangents and the result `y`",
            );
            return None;
        }
        let takes = tangents.len();
        let first = takes as u32 + 1;
        let mut degrees = Degrees::new(&self.graph, first);
        if !degrees.of(value.element).is_linear() {
            self.not_linear(function, tangents, expr);
            return None;
        }
        Some((0..takes).map(|number| self.coefficient(value.element, first, first + number as u32)).collect())
    }

    /// Of a function of arrays: the nodes that compute it.
    fn rule(
        &mut self,
        function: &ast::Extern,
        id: ExternId,
        tangents: &[Ident],
        expr: &ast::Expr,
    ) -> Option<Rule> {
        let declared = self.graph.scalars.externs[id.0 as usize].clone();
        let mut tensor =
            |name: String, shape: &[Int]| self.graph.add_tensor(name, shape.to_vec(), Kind::Float);
        let shapes = &declared.parameters;
        let named = function.arguments.iter().map(|argument| pattern_name(&argument.pattern)).zip(shapes);
        let arguments: Vec<TensorId> = named.map(|(name, shape)| tensor(name, shape)).collect();
        let result = tensor("y".to_string(), &declared.result);
        let along = tangents.iter().zip(shapes);
        let along: Vec<TensorId> = along.map(|(name, shape)| tensor(name.to_string(), shape)).collect();
        let all: Vec<TensorId> = arguments.iter().chain([&result]).chain(&along).copied().collect();
        self.bind_parameters(function, tangents, &mut |this, number| this.of_whole(all[number]));

        let value = self.expr(expr);
        let place = self.place(expr);
        let value = self.to_array(value, &place).and_then(|array| self.to_float(array, &place));
        self.leave();
        let value = value?;
        let is_zero = self.graph.scalars.as_number(value.element) == Some(0.0);
        if value.shape != declared.result && !is_zero {
            let message = format!(
                "the derivative of `{}` is of the shape of its result, {}: found {}",
                function.name,
                self.show(Kind::Float, &declared.result),
                self.show(Kind::Float, &value.shape)
            );
            self.error_with_help(expr.span, message, "it is how much the result changes with the arguments");
            return None;
        }
        let derivative = Array { shape: declared.result, ..value };
        let derivative = self.whole(&derivative, Name::derivative(&function.name.to_string()));
        let nodes = std::mem::take(&mut self.graph.nodes);
        if nodes.iter().any(stops_early) {
            self.error_with_help(
                expr.span,
                "a loop that stops early cannot be mapped over indices, and a function is: each would stop at a time of its own",
                "let it run as often as may be needed",
            );
            return None;
        }
        let mut degrees = Degrees::new(&self.graph, u32::MAX);
        degrees.linear(&along);
        degrees.nodes(&nodes);
        if !degrees.of_tensor(derivative).is_linear() {
            self.not_linear(function, tangents, expr);
            return None;
        }
        Some(Rule { arguments, result, tangents: along, nodes, derivative })
    }

    fn not_linear(&mut self, function: &ast::Extern, tangents: &[Ident], expr: &ast::Expr) {
        let names: Vec<String> = tangents.iter().map(ToString::to_string).collect();
        let numbers =
            |argument: &ast::Argument| matches!(&argument.ty, ast::Type::Tensor(ty) if ty.axes.is_empty());
        let example = match function.arguments.first() {
            Some(argument) if !numbers(argument) => pattern_name(&argument.pattern),
            Some(argument) => format!("cos({})", pattern_name(&argument.pattern)),
            None => "cos(x)".to_string(),
        };
        let message = format!("the derivative of `{}` must be linear in {}", function.name, list(&names));
        let help = format!("each term has one tangent as a factor: `{example} * {}`", names[0]);
        self.error_with_help(expr.span, message, help);
    }

    /// The factor of one parameter in an expression that is linear in those from `first` on.
    fn coefficient(&mut self, id: ScalarId, first: u32, wanted: u32) -> ScalarId {
        let zero = self.graph.scalars.number(0.0);
        let has = |this: &Self, id: ScalarId| {
            let reached: BTreeSet<ScalarId> = this.graph.scalars.reachable(id).into_iter().collect();
            reached.into_iter().any(|part| matches!(this.graph.scalars[part], Scalar::Call(Function::Parameter(number), _) if number >= first))
        };
        if !has(self, id) {
            return zero;
        }
        match self.graph.scalars[id].clone() {
            Scalar::Call(Function::Parameter(number), _) => {
                self.graph.scalars.number(if number == wanted { 1.0 } else { 0.0 })
            }
            Scalar::Unary(Unary::Neg, a) => {
                let a = self.coefficient(a, first, wanted);
                self.graph.scalars.neg(a)
            }
            Scalar::Binary(function @ (Binary::Add | Binary::Sub), a, b) => {
                let (a, b) = (self.coefficient(a, first, wanted), self.coefficient(b, first, wanted));
                self.graph.scalars.binary(function, a, b)
            }
            Scalar::Binary(Binary::Mul, a, b) => {
                let (a, b) = if has(self, a) {
                    (self.coefficient(a, first, wanted), b)
                } else {
                    (a, self.coefficient(b, first, wanted))
                };
                self.graph.scalars.mul(a, b)
            }
            Scalar::Binary(Binary::Div, a, b) => {
                let a = self.coefficient(a, first, wanted);
                self.graph.scalars.div(a, b)
            }
            Scalar::Select(c, a, b) => {
                let (a, b) = (self.coefficient(a, first, wanted), self.coefficient(b, first, wanted));
                self.graph.scalars.select(c, a, b)
            }
            _ => zero,
        }
    }
}

/// Whether a node is a loop on a condition, or has one inside.
fn stops_early(node: &Node) -> bool {
    match node {
        Node::Loop(node) => node.condition.is_some() || node.body.iter().any(stops_early),
        Node::Comprehension(_) | Node::Apply(_) | Node::Reshape { .. } => false,
    }
}
