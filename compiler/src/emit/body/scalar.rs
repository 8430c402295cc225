//! Scalar expressions as Rust expressions. What is used more than once becomes a variable, but only where
//! it is evaluated in any case: a branch not taken is not evaluated.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Literal, TokenStream, TokenTree};
use quote::quote;

use crate::ir::{Atom, Binary, Function, Half, Int, Scalar, ScalarId, Unary};
use crate::program::Float;

use super::Body;
use super::integer::operator;
use crate::plan::Extents;

/// How tightly an expression binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binding {
    /// `if`
    Open,
    Or,
    And,
    Comparison,
    Sum,
    Product,
    Cast,
    Sign,
    Closed,
}

/// An expression.
pub(super) struct Expression {
    pub tokens: TokenStream,
    binding: Binding,
}

/// Whether the last thing in an expression is `… as f32`.
fn ends_in_cast(tokens: &TokenStream) -> bool {
    let last: Vec<String> = tokens.clone().into_iter().map(|token| token.to_string()).collect();
    last.len() > 1 && last[last.len() - 2] == "as"
}

impl Expression {
    pub(super) fn closed(tokens: TokenStream) -> Self {
        Self { tokens, binding: Binding::Closed }
    }

    /// The tokens where something that binds like this is expected.
    fn within(self, binding: Binding) -> TokenStream {
        let tokens = self.tokens;
        if self.binding < binding { quote!((#tokens)) } else { tokens }
    }
}

/// Variables that hold expressions.
pub(super) type Bound = BTreeMap<ScalarId, Ident>;

impl Body<'_> {
    /// An expression, after the variables that it needs. Their names are added to `temporaries`.
    pub(super) fn value(
        &mut self,
        root: ScalarId,
        temporaries: &mut Vec<Ident>,
    ) -> (TokenStream, TokenStream) {
        let known: Bound = self.known.iter().cloned().collect();
        let (lets, expression) = self.scope(root, &known, temporaries);
        (lets, expression.tokens)
    }

    fn scope(
        &mut self,
        root: ScalarId,
        outer: &Bound,
        temporaries: &mut Vec<Ident>,
    ) -> (TokenStream, Expression) {
        let mut bound = outer.clone();
        let mut lets = TokenStream::new();
        let integers = self.integers.get();
        for id in self.shared(root, outer) {
            self.integers.set(integers && self.is_chosen(root, id));
            let expression = self.expression(id, &bound, temporaries);
            self.integers.set(integers);
            let wish = name(&self.plan.graph.scalars[id]);
            let variable = self.names.take(wish);
            temporaries.push(variable.clone());
            let tokens = expression.tokens;
            lets = quote!(#lets let #variable = #tokens;);
            bound.insert(id, variable);
        }
        (lets, self.expression(root, &bound, temporaries))
    }

    /// Whether a value is what a choice, or one in it, may come to.
    fn is_chosen(&self, root: ScalarId, id: ScalarId) -> bool {
        let scalars = &self.plan.graph.scalars;
        let (mut seen, mut stack) = (BTreeSet::new(), vec![root]);
        while let Some(next) = stack.pop() {
            if let (Scalar::Select(_, a, b), true) = (&scalars[next], seen.insert(next)) {
                stack.extend([*a, *b]);
            }
        }
        seen.contains(&id)
    }

    /// What is evaluated in any case and used more than once, operands first; and what is merely read where
    /// another value decides and it is there whatever that says, which then needs no branch. (Where an index
    /// decides, most of it is not needed.)
    fn shared(&self, root: ScalarId, bound: &Bound) -> Vec<ScalarId> {
        let scalars = &self.plan.graph.scalars;
        let mut certain = BTreeSet::new();
        let mut read = BTreeSet::new();
        let extents = Extents::new(&self.extents, &self.counted);
        let is_read = |id: &ScalarId| match &scalars[*id] {
            Scalar::Read(tensor, at) => {
                !at.is_empty() && extents.are_within(at, self.plan.graph.shape(*tensor))
            }
            _ => false,
        };
        let mut stack = vec![root];
        while let Some(id) = stack.pop() {
            if !bound.contains_key(&id) && certain.insert(id) {
                stack.extend(match scalars[id] {
                    Scalar::Select(condition, a, b) => {
                        let decided = scalars.reachable(condition);
                        if !decided.iter().any(|&id| matches!(scalars[id], Scalar::CompareInt(..))) {
                            read.extend([a, b].into_iter().filter(is_read));
                        }
                        vec![condition]
                    }
                    Scalar::And(a, _) | Scalar::Or(a, _) => vec![a],
                    _ => scalars.evaluated_operands(id),
                });
            }
        }
        let mut reached = BTreeSet::new();
        let mut uses: BTreeMap<ScalarId, usize> = BTreeMap::new();
        let mut stack = vec![root];
        while let Some(id) = stack.pop() {
            if !bound.contains_key(&id) && reached.insert(id) {
                for operand in scalars.evaluated_operands(id) {
                    *uses.entry(operand).or_default() += 1;
                    stack.push(operand);
                }
            }
        }
        let worth = |id: &ScalarId| match &scalars[*id] {
            Scalar::Number(_) | Scalar::Flag(_) | Scalar::CompareInt(..) | Scalar::Integer(_) => false,
            Scalar::Read(_, at) => at.iter().any(Int::reads),
            Scalar::Unary(Unary::Neg | Unary::StopGradient, _) => false,
            _ => scalars.as_ln_of_constant(*id).is_none(),
        };
        read.retain(|id| !bound.contains_key(id));
        let repeated = |id: &ScalarId| uses.get(id).is_some_and(|&uses| uses > 1) && worth(id);
        certain.retain(|id| *id != root && repeated(id));
        certain.union(&read).copied().collect()
    }

    pub(super) fn expression(
        &mut self,
        id: ScalarId,
        bound: &Bound,
        temporaries: &mut Vec<Ident>,
    ) -> Expression {
        if let Some(variable) = bound.get(&id) {
            return Expression::closed(quote!(#variable));
        }
        match self.plan.graph.scalars[id].clone() {
            Scalar::Number(bits) => self.literal(bits.value()),
            Scalar::Integer(value) => self.integer_value(&value),
            Scalar::Flag(value) => Expression::closed(quote!(#value)),
            Scalar::Read(tensor, at) => {
                let binding = if self.is_stored_flag(tensor) { Binding::Comparison } else { Binding::Closed };
                Expression { tokens: self.element(tensor, &at), binding }
            }
            Scalar::Unary(function, a) => {
                let scalars = &self.plan.graph.scalars;
                if let Some(value) = scalars.as_ln_of_constant(id) {
                    return self.literal(value);
                }
                if let Some(argument) = scalars.argument_in_parts(id) {
                    return self.of_sum(function, &argument, bound, temporaries);
                }
                let a = self.expression(a, bound, temporaries);
                self.unary(function, a)
            }
            Scalar::Binary(function, a, b) => {
                let (a, b) = (self.expression(a, bound, temporaries), self.expression(b, bound, temporaries));
                self.binary(function, a, b)
            }
            Scalar::Call(function, arguments) => self.call(function, &arguments, bound, temporaries),
            Scalar::Compare(comparison, a, b) => {
                // Of numbers, whatever is chosen by it.
                let integers = self.integers.replace(false);
                let a = self.expression(a, bound, temporaries);
                let b = self.expression(b, bound, temporaries);
                self.integers.set(integers);
                // A cast before `<` would begin generic arguments.
                let side = |side: Expression| match ends_in_cast(&side.tokens) {
                    true => side.within(Binding::Closed),
                    false => side.within(Binding::Sum),
                };
                let (a, b, operator) = (side(a), side(b), operator(comparison));
                Expression { tokens: quote!(#a #operator #b), binding: Binding::Comparison }
            }
            Scalar::CompareInt(comparison, a, b) => {
                Expression { tokens: self.compare_integers(comparison, &a, &b), binding: Binding::Comparison }
            }
            Scalar::Not(a) => {
                let a = self.expression(a, bound, temporaries).within(Binding::Sign);
                Expression { tokens: quote!(!#a), binding: Binding::Sign }
            }
            Scalar::And(a, b) => {
                let a = self.expression(a, bound, temporaries).within(Binding::And);
                let b = self.branch(b, bound, temporaries).within(Binding::Comparison);
                Expression { tokens: quote!(#a && #b), binding: Binding::And }
            }
            Scalar::Or(a, b) => {
                let a = self.expression(a, bound, temporaries).within(Binding::And);
                let b = self.branch(b, bound, temporaries).within(Binding::And);
                Expression { tokens: quote!(#a || #b), binding: Binding::Or }
            }
            Scalar::Select(condition, a, b) => {
                let condition = self.expression(condition, bound, temporaries).tokens;
                let a = self.scope(a, bound, temporaries);
                let b = self.scope(b, bound, temporaries);
                let ((a_lets, a), (b_lets, b)) = (a, b);
                let (a, b) = (a.tokens, b.tokens);
                let tokens = quote!(if #condition { #a_lets #a } else { #b_lets #b });
                Expression { tokens, binding: Binding::Open }
            }
        }
    }

    /// What is evaluated only sometimes, as one expression.
    fn branch(&mut self, id: ScalarId, bound: &Bound, temporaries: &mut Vec<Ident>) -> Expression {
        let (lets, expression) = self.scope(id, bound, temporaries);
        if lets.is_empty() {
            return expression;
        }
        let tokens = expression.tokens;
        Expression { tokens: quote!({ #lets #tokens }), binding: Binding::Open }
    }

    pub(super) fn unary(&mut self, function: Unary, a: Expression) -> Expression {
        let plain = match function {
            Unary::StopGradient => return a,
            Unary::Neg => {
                let a = a.within(Binding::Closed);
                return Expression { tokens: quote!(-#a), binding: Binding::Sign };
            }
            Unary::HalfTanh => {
                let a = a.within(Binding::Cast);
                let half = Expression { tokens: quote!(0.5 * #a), binding: Binding::Product };
                return self.of_cpu("tanh", &[half]);
            }
            Unary::Recip => {
                let a = a.within(Binding::Cast);
                return Expression { tokens: quote!(1.0 / #a), binding: Binding::Product };
            }
            Unary::Powi(exponent) => {
                let sign = if exponent < 0 { quote!(-) } else { quote!() };
                let exponent = Literal::u32_unsuffixed(exponent.unsigned_abs());
                let (math, a, exponent) = (self.import("math"), a.tokens, quote!(#sign #exponent));
                return Expression::closed(quote!(#math::powi(#a, #exponent)));
            }
            Unary::Polygamma(order) if order > 0 => {
                let (math, a, order) = (self.import("math"), a.tokens, Literal::u32_unsuffixed(order));
                return Expression::closed(quote!(#math::polygamma(#order, #a)));
            }
            Unary::Exp => "exp",
            Unary::Ln => "ln",
            Unary::Ln1p => "ln_1p",
            Unary::ExpM1 => "exp_m1",
            Unary::Log2 => "log2",
            Unary::Log10 => "log10",
            Unary::Sqrt => "sqrt",
            Unary::Abs => "abs",
            Unary::Signum => "signum",
            Unary::Sin => "sin",
            Unary::Cos => "cos",
            Unary::Tan => "tan",
            Unary::Sinh => "sinh",
            Unary::Cosh => "cosh",
            Unary::Tanh => "tanh",
            Unary::Asin => "asin",
            Unary::Acos => "acos",
            Unary::Atan => "atan",
            Unary::Floor => "floor",
            Unary::Erf => "erf",
            Unary::NormalCdf => "normal_cdf",
            Unary::NormalPdf => "normal_pdf",
            Unary::LnGamma => "ln_gamma",
            Unary::Polygamma(_) => "digamma",
            Unary::Sigmoid => "sigmoid",
            Unary::Softplus => "softplus",
        };
        match function {
            Unary::Log2 | Unary::Log10 | Unary::Sqrt | Unary::Abs | Unary::Signum | Unary::Floor => {}
            Unary::LnGamma | Unary::Polygamma(_) => {}
            _ => return self.of_cpu(plain, &[a]),
        }
        let (math, function, a) = (self.import("math"), quote::format_ident!("{plain}"), a.tokens);
        Expression::closed(quote!(#math::#function(#a)))
    }

    /// The call of a function that multiplies and adds in one instruction, where the CPU that the code around it is
    /// compiled for has it.
    fn of_cpu(&mut self, function: &str, arguments: &[Expression]) -> Expression {
        let cpu = self.cpu();
        let (math, function) = (self.import("math"), quote::format_ident!("{function}"));
        let arguments = arguments.iter().map(|argument| &argument.tokens);
        Expression::closed(quote!(#math::#function(#cpu, #(#arguments),*)))
    }

    fn binary(&mut self, function: Binary, a: Expression, b: Expression) -> Expression {
        let (operator, binding, right) = match function {
            Binary::Add => (quote!(+), Binding::Sum, Binding::Product),
            Binary::Sub => (quote!(-), Binding::Sum, Binding::Product),
            Binary::Mul => (quote!(*), Binding::Product, Binding::Cast),
            Binary::Div => (quote!(/), Binding::Product, Binding::Cast),
            Binary::Pow => return self.of_cpu("powf", &[a, b]),
            Binary::LogAddExp => return self.of_cpu("log_add_exp", &[a, b]),
            Binary::Atan2 | Binary::Min | Binary::Max => {
                let name = match function {
                    Binary::Atan2 => "atan2",
                    Binary::Min => "min",
                    _ => "max",
                };
                let (math, name) = (self.import("math"), quote::format_ident!("{name}"));
                let (a, b) = (a.tokens, b.tokens);
                return Expression::closed(quote!(#math::#name(#a, #b)));
            }
        };
        let (a, b) = (a.within(binding), b.within(right));
        Expression { tokens: quote!(#a #operator #b), binding }
    }

    fn call(
        &mut self,
        function: Function,
        arguments: &[ScalarId],
        bound: &Bound,
        temporaries: &mut Vec<Ident>,
    ) -> Expression {
        let called = match function {
            Function::Extern(function) => {
                let name = &self.cx.externs[function.0 as usize];
                let arguments =
                    arguments.iter().map(|&argument| self.expression(argument, bound, temporaries).tokens);
                quote!(#name(#(#arguments),*))
            }
            Function::Word(half) => {
                let key = self.key(arguments[0], bound, temporaries);
                let krate = self.cx.krate;
                let place = Literal::usize_unsuffixed(usize::from(half == Half::High));
                // As every value of an index.
                let tokens = quote!(#krate::__private::random::words(#key)[#place] as usize);
                return Expression { tokens, binding: Binding::Cast };
            }
            Function::Key => {
                let krate = self.cx.krate;
                let (low, high) = (self.word(arguments[0]), self.word(arguments[1]));
                quote!(#krate::__private::random::key(#low, #high))
            }
            Function::Uniform | Function::Fold => {
                let key = self.key(arguments[0], bound, temporaries);
                let krate = self.cx.krate;
                let Scalar::Integer(number) = self.plan.graph.scalars[arguments[1]].clone() else {
                    unreachable!("a position is an integer")
                };
                if function == Function::Fold {
                    let number = self.wrapping(&number);
                    quote!(#krate::__private::random::fold(#key, #number as u64))
                } else {
                    let (uniform, position) =
                        (quote::format_ident!("uniform_{}", self.float()), self.subscript(&number));
                    quote!(#krate::__private::random::#uniform(#key, #position))
                }
            }
            Function::Parameter(_) => unreachable!("parameters stand in derivatives only"),
        };
        Expression::closed(called)
    }

    /// A random key, a `u64`.
    fn key(&mut self, id: ScalarId, bound: &Bound, temporaries: &mut Vec<Ident>) -> TokenStream {
        match &self.plan.graph.scalars[id] {
            _ if bound.contains_key(&id) => self.expression(id, bound, temporaries).tokens,
            Scalar::Integer(key) => match key.as_atom() {
                Some(Atom::Read(tensor, at)) => self.element(*tensor, at),
                _ => unreachable!("a key is an element of an input, or made of one"),
            },
            &Scalar::Select(condition, a, b) => {
                let condition = self.expression(condition, bound, temporaries).tokens;
                let (a, b) = (self.key(a, bound, temporaries), self.key(b, bound, temporaries));
                quote!((if #condition { #a } else { #b }))
            }
            _ => self.expression(id, bound, temporaries).tokens,
        }
    }

    /// A word of a key, a `u32`.
    fn word(&self, id: ScalarId) -> TokenStream {
        let Scalar::Integer(word) = &self.plan.graph.scalars[id] else {
            unreachable!("a word is an element of an index tensor")
        };
        match word.as_atom() {
            Some(Atom::Read(tensor, at)) if !self.is_usize(*tensor) => self.element(*tensor, at),
            _ => {
                let word = self.subscript(word);
                quote!((#word) as u32)
            }
        }
    }

    /// A float constant, exactly.
    pub(super) fn literal(&self, value: f64) -> Expression {
        let (text, finite) = match self.cx.float {
            Float::F32 => (format!("{:?}", (value as f32).abs()), (value as f32).is_finite()),
            Float::F64 => (format!("{:?}", value.abs()), value.is_finite()),
        };
        let tokens = if finite {
            let literal: TokenTree = text.parse::<Literal>().expect("a float prints as a literal").into();
            quote!(#literal)
        } else {
            let (krate, float) = (self.cx.krate, self.float());
            let name = quote::format_ident!("{}", if value.is_nan() { "NAN" } else { "INFINITY" });
            quote!(#krate::__private::core::primitive::#float::#name)
        };
        match value.is_sign_negative() && !value.is_nan() {
            true => Expression { tokens: quote!(-#tokens), binding: Binding::Sign },
            false => Expression::closed(tokens),
        }
    }

    /// An integer as a number.
    fn integer_value(&self, value: &Int) -> Expression {
        if self.integers.get() {
            return Expression { tokens: self.subscript(value), binding: Binding::Sum };
        }
        if let Some(constant) = value.as_constant() {
            return self.literal(constant as f64);
        }
        Expression { tokens: self.number(value), binding: Binding::Cast }
    }
}

/// What a variable for an expression is called.
fn name(scalar: &Scalar) -> &'static str {
    match scalar {
        Scalar::Number(_) | Scalar::Integer(_) => "number",
        Scalar::Flag(_) | Scalar::Compare(..) | Scalar::CompareInt(..) => "condition",
        Scalar::Not(_) | Scalar::And(..) | Scalar::Or(..) => "condition",
        Scalar::Read(..) => "element",
        Scalar::Select(..) => "choice",
        Scalar::Call(Function::Uniform, _) => "uniform",
        Scalar::Call(Function::Fold | Function::Key, _) => "key",
        Scalar::Call(Function::Word(_), _) => "word",
        Scalar::Call(..) => "value",
        Scalar::Unary(function, _) => match function {
            Unary::Exp | Unary::ExpM1 => "exponential",
            Unary::Ln | Unary::Ln1p | Unary::Log2 | Unary::Log10 => "logarithm",
            Unary::Sqrt => "root",
            Unary::Sigmoid => "sigmoid",
            Unary::Softplus => "softplus",
            Unary::Tanh | Unary::HalfTanh => "tanh",
            Unary::Sin => "sine",
            Unary::Cos => "cosine",
            Unary::Powi(_) => "power",
            Unary::Neg
            | Unary::Recip
            | Unary::Abs
            | Unary::Signum
            | Unary::Tan
            | Unary::Sinh
            | Unary::Cosh => "value",
            Unary::Asin | Unary::Acos | Unary::Atan | Unary::Floor | Unary::Erf | Unary::LnGamma => "value",
            Unary::NormalCdf => "below",
            Unary::NormalPdf => "density",
            Unary::Polygamma(_) | Unary::StopGradient => "value",
        },
        Scalar::Binary(function, ..) => match function {
            Binary::Add => "total",
            Binary::Sub => "difference",
            Binary::Mul => "product",
            Binary::Div => "ratio",
            Binary::Pow => "power",
            Binary::Atan2 => "angle",
            Binary::LogAddExp => "logarithm",
            Binary::Min => "lesser",
            Binary::Max => "greater",
        },
    }
}
