//! What is built in: functions that no text of the language can say, because they work on axes or are
//! the scalar functions themselves. All else of the library is in `prelude.net`, in the language.

use proc_macro2::{Ident, Span};

use super::call::Passed;
use super::elaborate::Elaborator;
use super::reduce::Reducer;
use super::value::{Array, Static, Value};
use crate::ir::{Axis, Binary, Comparison, Function, Int, Kind, Node, ScalarId, Unary};
use crate::syntax::ast::{self, CallArgument};

/// One built-in function: its name, its parameters (`*`: a list of them), what it does.
struct Builtin {
    name: &'static str,
    parameters: &'static [Parameter],
    make: fn(&mut Elaborator<'_>, &Call<'_>) -> Option<Value>,
}

/// A parameter.
enum Parameter {
    /// A tensor.
    Tensor(&'static str),
    /// An option without a default.
    Option(&'static str),
    /// An option that may be left out.
    Default(&'static str, Static),
    /// Anything; its expression matters.
    Expression(&'static str),
    /// A list of tensors.
    Tensors(&'static str),
}

use Parameter::{Default, Expression, Option as Needed, Tensor, Tensors};

impl Parameter {
    fn name(&self) -> &'static str {
        match self {
            Tensor(name) | Tensors(name) | Needed(name) | Default(name, _) | Expression(name) => name,
        }
    }
}

/// The arguments of a call by parameter.
struct Call<'e> {
    name: &'e Ident,
    span: Span,
    values: Vec<Option<Value>>,
    exprs: Vec<Option<&'e ast::Expr>>,
    spans: Vec<Span>,
}

const AXIS: Parameter = Default("axis", Static::List(Vec::new()));
const KEEP: Parameter = Default("keep", Static::Flag(false));

macro_rules! scalar_functions {
    ($($name:literal => $function:expr),* $(,)?) => {
        &[$(Builtin { name: $name, parameters: &[Tensor("x")], make: |this, call| {
            let x = call.float(this, 0)?;
            Some(Value::Array(this.unary($function, &x)))
        } }),*]
    };
}

/// The functions of one number.
static SCALAR: &[Builtin] = scalar_functions! {
    "exp" => Unary::Exp, "ln" => Unary::Ln, "ln_1p" => Unary::Ln1p, "exp_m1" => Unary::ExpM1, "log2" => Unary::Log2, "log10" => Unary::Log10,
    "sqrt" => Unary::Sqrt, "abs" => Unary::Abs, "signum" => Unary::Signum, "sin" => Unary::Sin, "cos" => Unary::Cos, "tan" => Unary::Tan,
    "tanh" => Unary::Tanh, "sinh" => Unary::Sinh, "cosh" => Unary::Cosh, "atan" => Unary::Atan, "asin" => Unary::Asin, "acos" => Unary::Acos,
    "floor" => Unary::Floor, "recip" => Unary::Recip, "erf" => Unary::Erf, "ln_gamma" => Unary::LnGamma, "digamma" => Unary::Polygamma(0),
    "sigmoid" => Unary::Sigmoid, "softplus" => Unary::Softplus, "stop_grad" => Unary::StopGradient,
};

static OTHER: &[Builtin] = &[
    Builtin { name: "powi", parameters: &[Tensor("x"), Needed("n")], make: powi },
    Builtin {
        name: "powf",
        parameters: &[Tensor("x"), Tensor("y")],
        make: |this, call| call.binary(this, Binary::Pow),
    },
    Builtin {
        name: "atan2",
        parameters: &[Tensor("y"), Tensor("x")],
        make: |this, call| call.binary(this, Binary::Atan2),
    },
    Builtin { name: "clamp", parameters: &[Tensor("x"), Tensor("lo"), Tensor("hi")], make: clamp },
    Builtin {
        name: "sum",
        parameters: &[Tensor("x"), AXIS, KEEP],
        make: |this, call| reduce(this, call, Reducer::Sum),
    },
    Builtin {
        name: "mean",
        parameters: &[Tensor("x"), AXIS, KEEP],
        make: |this, call| reduce(this, call, Reducer::Mean),
    },
    Builtin {
        name: "prod",
        parameters: &[Tensor("x"), AXIS, KEEP],
        make: |this, call| reduce(this, call, Reducer::Prod),
    },
    Builtin {
        name: "any",
        parameters: &[Tensor("x"), AXIS, KEEP],
        make: |this, call| reduce(this, call, Reducer::Any),
    },
    Builtin {
        name: "all",
        parameters: &[Tensor("x"), AXIS, KEEP],
        make: |this, call| reduce(this, call, Reducer::All),
    },
    Builtin {
        name: "argmax",
        parameters: &[Tensor("x"), AXIS, KEEP],
        make: |this, call| reduce(this, call, Reducer::Argmax),
    },
    Builtin {
        name: "argmin",
        parameters: &[Tensor("x"), AXIS, KEEP],
        make: |this, call| reduce(this, call, Reducer::Argmin),
    },
    Builtin { name: "t", parameters: &[Tensor("x")], make: transpose },
    Builtin { name: "permute", parameters: &[Tensor("x"), Needed("axes")], make: permute },
    Builtin { name: "reshape", parameters: &[Tensor("x"), Needed("shape")], make: reshape },
    Builtin {
        name: "flatten",
        parameters: &[Tensor("x"), Default("from", Static::Integer(0))],
        make: flatten,
    },
    Builtin { name: "broadcast_to", parameters: &[Tensor("x"), Needed("shape")], make: broadcast_to },
    Builtin {
        name: "concat",
        parameters: &[Tensors("tensors"), Default("axis", Static::Integer(0))],
        make: concat,
    },
    Builtin {
        name: "stack",
        parameters: &[Tensors("tensors"), Default("axis", Static::Integer(0))],
        make: stack,
    },
    Builtin { name: "pad", parameters: &[Tensor("x"), Needed("widths")], make: pad },
    Builtin { name: "one_hot", parameters: &[Tensor("index"), Needed("classes")], make: one_hot },
    Builtin { name: "zeros", parameters: &[Needed("shape")], make: |this, call| filled(this, call, 0.0) },
    Builtin { name: "ones", parameters: &[Needed("shape")], make: |this, call| filled(this, call, 1.0) },
    Builtin { name: "eye", parameters: &[Needed("n")], make: eye },
    Builtin { name: "arange", parameters: &[Needed("n")], make: arange },
    Builtin { name: "fold", parameters: &[Tensor("key"), Tensor("i")], make: fold },
    Builtin {
        name: "grad",
        parameters: &[Expression("u"), Expression("x")],
        make: |this, call| Some(this.grad(&call.pairs(), call.span)),
    },
    Builtin {
        name: "jvp",
        parameters: &[Expression("u"), Expression("x"), Expression("v")],
        make: |this, call| Some(this.jvp(&call.pairs(), call.span)),
    },
    Builtin {
        name: "jacobian",
        parameters: &[Expression("u"), Expression("x")],
        make: |this, call| Some(this.jacobian(&call.pairs(), call.span)),
    },
];

/// What the library's own text uses and a user does not see.
static INNER: &[Builtin] = &[
    Builtin { name: "count", parameters: &[Tensor("x"), AXIS], make: count },
    Builtin { name: "without", parameters: &[Tensor("x"), AXIS], make: without },
    Builtin { name: "pick", parameters: &[Tensor("x"), Tensor("index")], make: pick },
    Builtin { name: "is_label", parameters: &[Tensor("x"), Tensor("index")], make: is_label },
    Builtin {
        name: "to_front",
        parameters: &[Tensor("x"), Needed("axis")],
        make: |this, call| move_axis(this, call, true),
    },
    Builtin {
        name: "from_front",
        parameters: &[Tensor("x"), Needed("axis")],
        make: |this, call| move_axis(this, call, false),
    },
    Builtin { name: "reshape_like", parameters: &[Tensor("x"), Tensor("like")], make: reshape_like },
    Builtin { name: "band", parameters: &[Tensor("x"), Needed("diagonal")], make: band },
    Builtin { name: "uniform_like", parameters: &[Tensor("x"), Tensor("key")], make: uniform_like },
    Builtin { name: "is_index", parameters: &[Tensor("x")], make: is_index },
];

/// `max` and `min`: of two tensors elementwise, of one a reduction.
static EXTREMES: &[Builtin] = &[
    Builtin {
        name: "max",
        parameters: &[Tensor("x"), Tensor("y")],
        make: |this, call| call.binary(this, Binary::Max),
    },
    Builtin {
        name: "min",
        parameters: &[Tensor("x"), Tensor("y")],
        make: |this, call| call.binary(this, Binary::Min),
    },
];
static EXTREME_REDUCTIONS: &[Builtin] = &[
    Builtin {
        name: "max",
        parameters: &[Tensor("x"), AXIS, KEEP],
        make: |this, call| reduce(this, call, Reducer::Max),
    },
    Builtin {
        name: "min",
        parameters: &[Tensor("x"), AXIS, KEEP],
        make: |this, call| reduce(this, call, Reducer::Min),
    },
];

/// The names of what is built in.
pub fn builtins() -> impl Iterator<Item = &'static str> {
    SCALAR.iter().chain(OTHER).chain(EXTREMES).map(|builtin| builtin.name)
}

/// Whether a name is built in.
pub fn is_builtin(name: &str) -> bool {
    builtins().chain(INNER.iter().map(|builtin| builtin.name)).any(|builtin| builtin == name)
}

impl Elaborator<'_> {
    /// A call of something built in.
    pub fn builtin(
        &mut self,
        name: &Ident,
        receiver: Option<Passed<'_>>,
        arguments: &[CallArgument],
        span: Span,
    ) -> Value {
        let text = name.to_string();
        let positional = usize::from(receiver.is_some())
            + arguments.iter().filter(|argument| argument.name.is_none()).count();
        let extremes = if positional >= 2 { EXTREMES } else { EXTREME_REDUCTIONS };
        let inner = if self.frame().library.is_some() { INNER } else { &[] };
        let Some(builtin) =
            SCALAR.iter().chain(OTHER).chain(extremes).chain(inner).find(|builtin| builtin.name == text)
        else {
            return Value::Poison;
        };
        match self.gather(builtin, name, receiver, arguments, span) {
            Some(call) => (builtin.make)(self, &call).unwrap_or(Value::Poison),
            None => Value::Poison,
        }
    }

    fn gather<'e>(
        &mut self,
        builtin: &Builtin,
        name: &'e Ident,
        receiver: Option<Passed<'e>>,
        arguments: &'e [CallArgument],
        span: Span,
    ) -> Option<Call<'e>> {
        let count = builtin.parameters.len();
        let mut passed: Vec<Option<Passed<'e>>> = vec![None; count];
        let positional = receiver.into_iter().chain(
            arguments
                .iter()
                .filter(|argument| argument.name.is_none())
                .map(|argument| Passed::Expr(&argument.value)),
        );
        let mut right = true;
        for (position, each) in positional.enumerate() {
            if position == count {
                self.error(
                    each.span(),
                    format!(
                        "`{name}` takes {count} argument{}, found more",
                        if count == 1 { "" } else { "s" }
                    ),
                );
                right = false;
                break;
            }
            passed[position] = Some(each);
        }
        for argument in arguments {
            let Some(option) = &argument.name else { continue };
            match builtin.parameters.iter().position(|parameter| option == parameter.name()) {
                Some(position) if passed[position].is_none() => {
                    passed[position] = Some(Passed::Expr(&argument.value))
                }
                Some(_) => {
                    self.error(option.span(), format!("`{option}` is given twice"));
                    right = false;
                }
                None => {
                    let names: Vec<&str> = builtin.parameters.iter().map(Parameter::name).collect();
                    self.error_with_help(
                        option.span(),
                        format!("`{name}` has no option `{option}`"),
                        format!("it takes {}", names.join(", ")),
                    );
                    right = false;
                }
            }
        }
        let mut call = Call { name, span, values: Vec::new(), exprs: Vec::new(), spans: Vec::new() };
        for (parameter, passed) in builtin.parameters.iter().zip(passed) {
            call.spans.push(passed.as_ref().map_or(span, Passed::span));
            call.exprs.push(match &passed {
                Some(Passed::Expr(expr)) => Some(expr),
                _ => None,
            });
            let value = match (parameter, passed) {
                (Default(_, value), None) => Some(Value::Static(value.clone())),
                (_, None) => {
                    let names: Vec<&str> = builtin.parameters.iter().map(Parameter::name).collect();
                    self.error_with_help(
                        span,
                        format!("`{name}` needs its argument `{}`", parameter.name()),
                        format!("call it as `{name}({})`", names.join(", ")),
                    );
                    right = false;
                    None
                }
                (Tensor(_) | Expression(_), Some(Passed::Expr(expr))) => Some(self.expr(expr)),
                (Tensors(_), Some(Passed::Expr(expr))) => match &expr.kind {
                    ast::ExprKind::Array(parts) => {
                        Some(Value::Tuple(parts.iter().map(|part| self.expr(part)).collect()))
                    }
                    ast::ExprKind::Error => None,
                    _ => {
                        self.error_with_help(
                            expr.span,
                            format!("`{name}` takes a list of tensors"),
                            "write `[a, b]`",
                        );
                        right = false;
                        None
                    }
                },
                (Needed(_) | Default(..), Some(Passed::Expr(expr))) => {
                    let value = self.constant_value(expr);
                    right &= value.is_some();
                    value.map(Value::Static)
                }
                (_, Some(Passed::Value(value, _))) => Some(value),
            };
            call.values.push(value);
        }
        right.then_some(call)
    }
}

impl<'e> Call<'e> {
    fn array(&self, this: &mut Elaborator<'_>, position: usize) -> Option<Array> {
        let value = self.values[position].clone()?;
        this.to_array(value, self.spans[position])
    }

    fn float(&self, this: &mut Elaborator<'_>, position: usize) -> Option<Array> {
        let array = self.array(this, position)?;
        this.to_float(array, self.spans[position])
    }

    /// A random key.
    fn key(&self, this: &mut Elaborator<'_>, position: usize) -> Option<ScalarId> {
        let array = self.array(this, position)?;
        if array.kind == Kind::Key && array.shape.is_empty() {
            return Some(array.element);
        }
        let message =
            format!("`{}` takes a key, u64, found {}", self.name, this.show(array.kind, &array.shape));
        this.error_with_help(
            self.spans[position],
            message,
            "pass one in, an argument `key: u64`, and make others of it: `fold(key, 1)`",
        );
        None
    }

    /// A list of tensors of floats.
    fn floats(&self, this: &mut Elaborator<'_>, position: usize) -> Option<Vec<Array>> {
        let Some(Value::Tuple(parts)) = self.values[position].clone() else { return None };
        if parts.is_empty() {
            this.error(self.spans[position], "an empty list has no shape");
        }
        let mut arrays = Vec::new();
        for part in parts {
            let array = this.to_array(part, self.spans[position])?;
            arrays.push(this.to_float(array, self.spans[position])?);
        }
        Some(arrays)
    }

    /// A tensor and the index of each of its rows along the last axis.
    fn labelled(&self, this: &mut Elaborator<'_>) -> Option<(Array, Int)> {
        let (x, index) = (self.float(this, 0)?, self.array(this, 1)?);
        let rows = &x.shape[..x.shape.len() - 1];
        if index.kind != Kind::Index || index.shape != rows {
            let expected = this.show(Kind::Index, rows);
            let message = format!(
                "the labels of {} are {expected}, found {}",
                this.show(x.kind, &x.shape),
                this.show(index.kind, &index.shape)
            );
            this.error(self.span, message);
            return None;
        }
        let index = this.store_index(&index);
        let position = this.as_element_of(&index)?;
        Some((x, position))
    }

    fn option(&self, position: usize) -> Option<&Static> {
        match &self.values[position] {
            Some(Value::Static(value)) => Some(value),
            _ => None,
        }
    }

    fn pairs(&self) -> Vec<(Value, Option<&'e ast::Expr>)> {
        self.values
            .iter()
            .zip(&self.exprs)
            .map(|(value, expr)| (value.clone().unwrap_or(Value::Poison), *expr))
            .collect()
    }

    fn binary(&self, this: &mut Elaborator<'_>, function: Binary) -> Option<Value> {
        let (a, b) = (self.float(this, 0), self.float(this, 1));
        let what = format!("`{}`", self.name);
        let result = this.elementwise(&a?, &b?, self.span, &what, Kind::Float, |this, a, b| {
            this.graph.scalars.binary(function, a, b)
        });
        result.map(Value::Array)
    }

    /// A shape written as a list or as one size.
    fn shape(&self, this: &mut Elaborator<'_>, position: usize) -> Option<Vec<Int>> {
        let size = |this: &mut Elaborator<'_>, value: &Static| match value {
            Static::Integer(size) if *size >= 0 => Some(Int::constant(*size)),
            Static::Size(size) => Some(size.clone()),
            _ => {
                this.error(self.spans[position], "a shape is a list of sizes: `[T, 4]`");
                None
            }
        };
        match self.option(position)? {
            Static::List(sizes) => sizes.iter().map(|each| size(this, each)).collect(),
            one => Some(vec![size(this, one)?]),
        }
    }

    /// Axes written as a list or as one axis; none for all.
    fn axes(&self, this: &mut Elaborator<'_>, position: usize, rank: usize) -> Option<Vec<usize>> {
        let mut axes = Vec::new();
        let written = match self.option(position)? {
            Static::List(axes) if axes.is_empty() => return Some((0..rank).collect()),
            Static::List(axes) => axes.clone(),
            one => vec![one.clone()],
        };
        for axis in written {
            let place = match axis {
                Static::Integer(axis) if axis >= 0 => usize::try_from(axis).ok(),
                Static::Integer(axis) => usize::try_from(-axis).ok().and_then(|back| rank.checked_sub(back)),
                _ => None,
            };
            match place.filter(|axis| *axis < rank) {
                Some(axis) if !axes.contains(&axis) => axes.push(axis),
                Some(axis) => {
                    this.error(self.spans[position], format!("axis {axis} is named twice"));
                    return None;
                }
                None => {
                    let shown = match axis {
                        Static::Integer(axis) => axis.to_string(),
                        _ => "this".to_string(),
                    };
                    let message = format!(
                        "there is no axis {shown}: the tensor has {rank} ax{}",
                        if rank == 1 { "is" } else { "es" }
                    );
                    this.error(self.spans[position], message);
                    return None;
                }
            }
        }
        Some(axes)
    }
}

fn powi(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let x = call.float(this, 0)?;
    match call.option(1) {
        Some(Static::Integer(power)) if i32::try_from(*power).is_ok() => {
            Some(Value::Array(this.unary(Unary::Powi(*power as i32), &x)))
        }
        _ => {
            this.error_with_help(
                call.spans[1],
                "the power of `powi` is an integer known at compile time",
                "for others: `powf(x, y)`",
            );
            None
        }
    }
}

/// Passes at its ends: the derivative there is 1.
fn clamp(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let (x, low, high) = (call.float(this, 0), call.float(this, 1), call.float(this, 2));
    let limit = |s: &mut crate::ir::Scalars, x: ScalarId, bound: ScalarId, below: bool| {
        let outside =
            if below { s.compare(Comparison::Less, x, bound) } else { s.compare(Comparison::Less, bound, x) };
        s.select(outside, bound, x)
    };
    let raised = this.elementwise(&x?, &low?, call.span, "`clamp`", Kind::Float, |this, x, low| {
        limit(&mut this.graph.scalars, x, low, true)
    })?;
    this.elementwise(&raised, &high?, call.span, "`clamp`", Kind::Float, |this, x, high| {
        limit(&mut this.graph.scalars, x, high, false)
    })
    .map(Value::Array)
}

fn reduce(this: &mut Elaborator<'_>, call: &Call<'_>, reducer: Reducer) -> Option<Value> {
    let array = call.array(this, 0)?;
    let axes = call.axes(this, 1, array.shape.len())?;
    let keep = match call.option(2) {
        Some(Static::Flag(keep)) => *keep,
        _ => {
            this.error(call.spans[2], "`keep` is `true` or `false`");
            return None;
        }
    };
    let depth = this.depth();
    let kept: Vec<usize> = (0..array.shape.len()).filter(|axis| !axes.contains(axis)).collect();
    let mut at = vec![Int::zero(); array.shape.len()];
    for (new, &axis) in kept.iter().enumerate() {
        at[axis] = Int::index(depth + new);
    }
    for (new, &axis) in axes.iter().enumerate() {
        at[axis] = Int::index(depth + kept.len() + new);
    }
    const NAMES: [&str; 4] = ["k", "l", "m", "n"];
    let reduced: Vec<Axis> = axes
        .iter()
        .enumerate()
        .map(|(place, &axis)| Axis {
            name: NAMES[place % NAMES.len()].into(),
            extent: array.shape[axis].clone(),
        })
        .collect();
    let shape = kept.iter().map(|&axis| array.shape[axis].clone()).collect();
    let arranged = this.view(&array, shape, at);
    let mut result = this.fold(reducer, &arranged, &reduced, None, call.span)?;
    if keep {
        let shape: Vec<Int> = array
            .shape
            .iter()
            .enumerate()
            .map(|(axis, size)| if axes.contains(&axis) { Int::constant(1) } else { size.clone() })
            .collect();
        let at = kept.iter().map(|&axis| Int::index(depth + axis)).collect();
        result = this.view(&result, shape, at);
    }
    Some(Value::Array(result))
}

fn count(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let array = call.array(this, 0)?;
    let axes = call.axes(this, 1, array.shape.len())?;
    let count = Int::product(axes.iter().map(|&axis| &array.shape[axis]));
    let element = this.graph.scalars.integer(count);
    Some(Value::Array(this.scalar(Kind::Float, element)))
}

/// An axis moved to the front, or from there back to its place.
fn move_axis(this: &mut Elaborator<'_>, call: &Call<'_>, forth: bool) -> Option<Value> {
    let array = call.array(this, 0)?;
    let rank = array.shape.len();
    let [axis] = *call.axes(this, 1, rank)? else {
        this.error(call.spans[1], "one axis is meant here");
        return None;
    };
    let mut order: Vec<usize> = (0..rank).collect();
    if forth {
        order.remove(axis);
        order.insert(0, axis);
    } else {
        order.remove(0);
        order.insert(axis, 0);
    }
    Some(Value::Array(permuted(this, &array, &order)))
}

fn reshape_like(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let (array, like) = (call.array(this, 0)?, call.array(this, 1)?);
    reshaped(this, &array, like.shape, call.span).map(Value::Array)
}

/// Where the column is at most the row plus the diagonal's number.
fn band(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let array = call.array(this, 0)?;
    let Some(Static::Integer(diagonal)) = call.option(1).cloned() else {
        this.error(call.spans[1], "`diagonal` is an integer");
        return None;
    };
    let (depth, rank) = (this.depth(), array.shape.len());
    let (row, column) = (Int::index(depth + rank - 2), Int::index(depth + rank - 1));
    let element = this.graph.scalars.compare_int(Comparison::LessEqual, column, row.plus(diagonal));
    Some(Value::Array(Array { shape: array.shape, kind: Kind::Mask, depth, element }))
}

/// Without axes of size 1.
fn without(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let array = call.array(this, 0)?;
    let axes = call.axes(this, 1, array.shape.len())?;
    let depth = this.depth();
    let mut shape = Vec::new();
    let mut at = Vec::new();
    for (axis, size) in array.shape.iter().enumerate() {
        if axes.contains(&axis) {
            at.push(Int::zero());
        } else {
            at.push(Int::index(depth + shape.len()));
            shape.push(size.clone());
        }
    }
    Some(Value::Array(this.view(&array, shape, at)))
}

/// The element of each row (along the last axis) that its index says.
fn pick(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let (x, position) = call.labelled(this)?;
    let depth = this.depth();
    let shape = x.shape[..x.shape.len() - 1].to_vec();
    let at = (0..shape.len()).map(|axis| Int::index(depth + axis)).chain([position]).collect();
    Some(Value::Array(this.view(&x, shape, at)))
}

/// Where the element of a row is the one that its index says.
fn is_label(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let (x, position) = call.labelled(this)?;
    let depth = this.depth();
    let last = Int::index(depth + x.shape.len() - 1);
    let element = this.graph.scalars.compare_int(Comparison::Equal, last, position);
    Some(Value::Array(Array { shape: x.shape, kind: Kind::Mask, depth, element }))
}

fn is_index(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let array = call.array(this, 0)?;
    Some(Value::Static(Static::Flag(array.kind == Kind::Index)))
}

/// A new key for each integer.
fn fold(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let key = call.key(this, 0)?;
    let number = call.array(this, 1)?;
    let number = this.to_index(number);
    if number.kind != Kind::Index || !number.shape.is_empty() {
        let message =
            format!("a key is folded with an integer, found {}", this.show(number.kind, &number.shape));
        this.error(call.spans[1], message);
        return None;
    }
    let number = this.store_index(&number).element;
    let element = this.graph.scalars.call(Function::Fold, vec![key, number]);
    Some(Value::Array(this.scalar(Kind::Key, element)))
}

/// For each element of a tensor a number evenly distributed over 0..1, by its position.
fn uniform_like(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let (array, key) = (call.array(this, 0)?, call.key(this, 1)?);
    let depth = this.depth();
    let place =
        |position: Int, (axis, size): (usize, &Int)| position.mul(size).add(&Int::index(depth + axis));
    let position = array.shape.iter().enumerate().fold(Int::zero(), place);
    let position = this.graph.scalars.integer(position);
    let element = this.graph.scalars.call(Function::Uniform, vec![key, position]);
    Some(Value::Array(Array { kind: Kind::Float, element, ..array }))
}

fn transpose(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let array = call.array(this, 0)?;
    let rank = array.shape.len();
    if rank < 2 {
        let message =
            format!("`t` exchanges the last two axes, found {}", this.show(array.kind, &array.shape));
        this.error(call.span, message);
        return None;
    }
    let mut order: Vec<usize> = (0..rank).collect();
    order.swap(rank - 1, rank - 2);
    Some(Value::Array(permuted(this, &array, &order)))
}

fn permuted(this: &mut Elaborator<'_>, array: &Array, order: &[usize]) -> Array {
    let depth = this.depth();
    let mut at = vec![Int::zero(); order.len()];
    for (new, &old) in order.iter().enumerate() {
        at[old] = Int::index(depth + new);
    }
    let shape = order.iter().map(|&axis| array.shape[axis].clone()).collect();
    this.view(array, shape, at)
}

fn permute(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let array = call.array(this, 0)?;
    let rank = array.shape.len();
    let order = call.axes(this, 1, rank)?;
    if order.len() != rank {
        this.error(call.spans[1], format!("`permute` names every axis once: {rank} of them"));
        return None;
    }
    Some(Value::Array(permuted(this, &array, &order)))
}

fn reshape(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let array = call.array(this, 0)?;
    let shape = call.shape(this, 1)?;
    reshaped(this, &array, shape, call.spans[1]).map(Value::Array)
}

fn reshaped(this: &mut Elaborator<'_>, array: &Array, shape: Vec<Int>, span: Span) -> Option<Array> {
    let (have, want) = (Int::product(&array.shape), Int::product(&shape));
    if have != want {
        let message = format!(
            "{} has {} elements, the new shape {}",
            this.show(array.kind, &array.shape),
            this.show_size(&have),
            this.show_size(&want)
        );
        this.error(span, message);
        return None;
    }
    let name = this.name_for("flat");
    let from = this.whole(array, &name);
    let full: Vec<Int> = this.ambient.iter().map(|axis| axis.extent.clone()).chain(shape).collect();
    let out = this.graph.add_tensor(name, full, array.kind);
    this.graph.nodes.push(Node::Reshape { out, from });
    Some(this.of_whole(out))
}

fn flatten(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let array = call.array(this, 0)?;
    let rank = array.shape.len();
    let from = match call.option(1) {
        Some(Static::Integer(from)) if *from >= 0 && (*from as usize) <= rank => *from as usize,
        _ => {
            this.error(call.spans[1], format!("`from` is an axis of the tensor: 0 to {rank}"));
            return None;
        }
    };
    let mut shape = array.shape[..from].to_vec();
    shape.push(Int::product(&array.shape[from..]));
    reshaped(this, &array, shape, call.span).map(Value::Array)
}

fn broadcast_to(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let array = call.array(this, 0)?;
    let shape = call.shape(this, 1)?;
    if this.broadcast(&[&array.shape, &shape]).as_ref() != Ok(&shape) {
        let message = format!(
            "{} does not broadcast to {}",
            this.show(array.kind, &array.shape),
            this.show(array.kind, &shape)
        );
        this.error(call.span, message);
        return None;
    }
    Some(Value::Array(this.stretch(&array, &shape)))
}

fn concat(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let parts = call.floats(this, 0)?;
    let first = parts.first()?.clone();
    let [axis] = *call.axes(this, 1, first.shape.len())? else {
        this.error(call.spans[1], "`concat` is along one axis");
        return None;
    };
    let fits = |part: &Array| {
        part.shape.len() == first.shape.len()
            && part.shape.iter().zip(&first.shape).enumerate().all(|(place, (a, b))| place == axis || a == b)
    };
    if let Some(other) = parts.iter().find(|part| !fits(part)) {
        let message = format!(
            "`concat` along axis {axis} needs the other axes to agree: {} and {}",
            this.show(first.kind, &first.shape),
            this.show(other.kind, &other.shape)
        );
        this.error(call.span, message);
        return None;
    }
    let depth = this.depth();
    let mut shape = first.shape.clone();
    shape[axis] = parts.iter().fold(Int::zero(), |sum, part| sum.add(&part.shape[axis]));
    // Last part first: each goes in front of what is behind it, up to where it ends.
    let mut end = shape[axis].clone();
    let mut element = None;
    for part in parts.iter().rev() {
        let start = end.sub(&part.shape[axis]);
        let at = (0..shape.len())
            .map(|place| {
                if place == axis { Int::index(depth + place).sub(&start) } else { Int::index(depth + place) }
            })
            .collect();
        let here = this.view(part, shape.clone(), at).element;
        element = Some(match element {
            None => here,
            Some(behind) => {
                let before = this.graph.scalars.compare_int(Comparison::Less, Int::index(depth + axis), end);
                this.graph.scalars.select(before, here, behind)
            }
        });
        end = start;
    }
    Some(Value::Array(Array { shape, kind: Kind::Float, depth, element: element? }))
}

fn stack(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let parts = call.floats(this, 0)?;
    let rank = parts.first()?.shape.len();
    let [axis] = *call.axes(this, 1, rank + 1)? else {
        this.error(call.spans[1], "`stack` makes one axis");
        return None;
    };
    let stacked = this.stack(&parts, call.span)?;
    let mut order: Vec<usize> = (1..=rank).collect();
    order.insert(axis, 0);
    Some(Value::Array(permuted(this, &stacked, &order)))
}

/// Zeros around: `[[before, after], …]`, one pair for each axis.
fn pad(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let x = call.float(this, 0)?;
    let depth = this.depth();
    let widths: Option<Vec<(i64, i64)>> = match call.option(1)? {
        Static::List(pairs) => pairs
            .iter()
            .map(|pair| match pair {
                Static::List(pair) => match pair.as_slice() {
                    [Static::Integer(before), Static::Integer(after)] if *before >= 0 && *after >= 0 => {
                        Some((*before, *after))
                    }
                    _ => None,
                },
                _ => None,
            })
            .collect(),
        _ => None,
    };
    let Some(widths) = widths.filter(|widths| widths.len() == x.shape.len()) else {
        let message = format!("`pad` takes a pair of widths for each of the {} axes", x.shape.len());
        this.error_with_help(call.spans[1], message, "write `[[before, after], …]`");
        return None;
    };
    let mut inside = this.graph.scalars.flag(true);
    let (mut shape, mut at) = (Vec::new(), Vec::new());
    for (axis, (size, (before, after))) in x.shape.iter().zip(&widths).enumerate() {
        let place = Int::index(depth + axis).plus(-before);
        let s = &mut this.graph.scalars;
        if *before > 0 {
            let behind = s.compare_int(Comparison::LessEqual, Int::zero(), place.clone());
            inside = s.and(inside, behind);
        }
        if *after > 0 {
            let ahead = s.compare_int(Comparison::Less, place.clone(), size.clone());
            inside = s.and(inside, ahead);
        }
        shape.push(size.plus(before + after));
        at.push(place);
    }
    let inner = this.view(&x, shape.clone(), at).element;
    let zero = this.graph.scalars.number(0.0);
    let element = this.graph.scalars.select(inside, inner, zero);
    Some(Value::Array(Array { shape, kind: Kind::Float, depth, element }))
}

fn one_hot(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let array = call.array(this, 0)?;
    let classes = call.shape(this, 1)?;
    let ([classes], Kind::Index) = (classes.as_slice(), array.kind) else {
        let message = format!(
            "`one_hot` takes u32 indices and a number of classes, found {}",
            this.show(array.kind, &array.shape)
        );
        this.error(call.span, message);
        return None;
    };
    let depth = this.depth();
    let rank = array.shape.len();
    let shape: Vec<Int> = array.shape.iter().cloned().chain([classes.clone()]).collect();
    let spread = this.view(&array, shape.clone(), (0..rank).map(|axis| Int::index(depth + axis)).collect());
    let class = this.graph.scalars.integer(Int::index(depth + rank));
    let s = &mut this.graph.scalars;
    let hit = s.compare(Comparison::Equal, spread.element, class);
    let (one, zero) = (s.number(1.0), s.number(0.0));
    let element = s.select(hit, one, zero);
    Some(Value::Array(Array { shape, kind: Kind::Float, depth, element }))
}

fn filled(this: &mut Elaborator<'_>, call: &Call<'_>, value: f64) -> Option<Value> {
    let shape = call.shape(this, 0)?;
    let element = this.graph.scalars.number(value);
    Some(Value::Array(Array { shape, kind: Kind::Float, depth: this.depth(), element }))
}

fn eye(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let shape = call.shape(this, 0)?;
    let [n] = shape.as_slice() else {
        this.error(call.span, "`eye` takes one size");
        return None;
    };
    let depth = this.depth();
    let s = &mut this.graph.scalars;
    let on = s.compare_int(Comparison::Equal, Int::index(depth), Int::index(depth + 1));
    let (one, zero) = (s.number(1.0), s.number(0.0));
    let element = s.select(on, one, zero);
    Some(Value::Array(Array { shape: vec![n.clone(), n.clone()], kind: Kind::Float, depth, element }))
}

fn arange(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let shape = call.shape(this, 0)?;
    if shape.len() != 1 {
        this.error(call.span, "`arange` takes one size");
        return None;
    }
    let depth = this.depth();
    let element = this.graph.scalars.integer(Int::index(depth));
    Some(Value::Array(Array { shape, kind: Kind::Float, depth, element }))
}
