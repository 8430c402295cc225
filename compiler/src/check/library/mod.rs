//! What is built in: functions that no text of the language can say, because they work on axes or are
//! the scalar functions themselves. All else of the library is in `prelude.net`, in the language.

mod axes;
mod call;
mod domain;
mod keys;
mod shapes;

use proc_macro2::Ident;

use self::axes::{
    band, count, diag, is_index, is_label, move_axis, permute, pick, probabilities, reduce, row_axis,
    transpose, with_channels, without,
};
use self::call::Call;
use self::keys::{fold, uniform_like};
use self::shapes::{
    arange, broadcast_to, concat, eye, filled, flatten, one_hot, pad, reshape, reshape_like, stack,
    zeros_like,
};
use super::arguments::{self, Passed};
use super::call::Callee;
use super::elaborate::Elaborator;
use super::expression::Wanted;
use super::reduce::Reducer;
use super::value::{Static, Value};
use crate::ir::{Binary, Comparison, Kind, ScalarId, Unary};
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
    /// Indices: arithmetic on integers is exact, as in a subscript.
    Index(&'static str),
    /// A random key.
    Key(&'static str),
    /// An option without a default.
    Option(&'static str),
    /// An option that may be left out.
    Default(&'static str, Static),
    /// Anything; its expression matters.
    Expression(&'static str),
    /// A list of tensors.
    Tensors(&'static str),
}

use Parameter::{Default, Expression, Index, Key, Option as Needed, Tensor, Tensors};

impl Parameter {
    fn name(&self) -> &'static str {
        match self {
            Tensor(name)
            | Index(name)
            | Key(name)
            | Tensors(name)
            | Needed(name)
            | Default(name, _)
            | Expression(name) => name,
        }
    }

    fn seen(&self) -> arguments::Parameter {
        let optional = matches!(self, Default(..));
        let list = matches!(self, Tensors(_));
        arguments::Parameter { name: self.name().to_string(), optional, option: optional, list }
    }
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
    Builtin { name: "diag", parameters: &[Tensor("x"), Default("diagonal", Static::Integer(0))], make: diag },
    Builtin { name: "one_hot", parameters: &[Index("index"), Needed("classes")], make: one_hot },
    Builtin { name: "zeros", parameters: &[Needed("shape")], make: |this, call| filled(this, call, 0.0) },
    Builtin { name: "ones", parameters: &[Needed("shape")], make: |this, call| filled(this, call, 1.0) },
    Builtin { name: "eye", parameters: &[Needed("n")], make: eye },
    Builtin { name: "arange", parameters: &[Needed("n")], make: arange },
    Builtin { name: "fold", parameters: &[Key("key"), Index("i")], make: fold },
    Builtin {
        name: "grad",
        parameters: &[Expression("u"), Expression("x")],
        make: |this, call| Some(this.grad(&call.pairs(), &call.place)),
    },
    Builtin {
        name: "jvp",
        parameters: &[Expression("u"), Expression("x"), Expression("v")],
        make: |this, call| Some(this.jvp(&call.pairs(), &call.place)),
    },
    Builtin {
        name: "jacobian",
        parameters: &[Expression("u"), Expression("x")],
        make: |this, call| Some(this.jacobian(&call.pairs(), &call.place)),
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
    Builtin { name: "zeros_like", parameters: &[Tensor("x")], make: zeros_like },
    Builtin { name: "uniform_like", parameters: &[Tensor("x"), Key("key")], make: uniform_like },
    Builtin { name: "probabilities", parameters: &[Tensor("target"), Tensor("logits")], make: probabilities },
    Builtin {
        name: "with_channels",
        parameters: &[Tensor("x"), Tensor("w"), Needed("groups")],
        make: with_channels,
    },
    Builtin { name: "row_axis", parameters: &[Tensor("a"), Tensor("b")], make: row_axis },
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

impl Elaborator<'_> {
    /// What is built in and seen by the library's own text alone; nothing in a user's.
    fn inner_builtins(&self) -> &'static [Builtin] {
        if self.frame().library.is_some() { INNER } else { &[] }
    }

    /// Whether a name is built in, for the text at hand.
    pub fn is_builtin(&self, name: &str) -> bool {
        builtins()
            .chain(self.inner_builtins().iter().map(|builtin| builtin.name))
            .any(|builtin| builtin == name)
    }

    /// A call of something built in.
    pub fn builtin(
        &mut self,
        name: &Ident,
        receiver: Option<Passed<'_>>,
        arguments: &[CallArgument],
    ) -> Value {
        let text = name.to_string();
        let positional = usize::from(receiver.is_some())
            + arguments.iter().filter(|argument| argument.name.is_none()).count();
        let extremes = if positional >= 2 { EXTREMES } else { EXTREME_REDUCTIONS };
        let mut known = SCALAR.iter().chain(OTHER).chain(extremes).chain(self.inner_builtins());
        let builtin = known.find(|builtin| builtin.name == text);
        builtin.and_then(|builtin| self.built_in(builtin, name, receiver, arguments)).unwrap_or(Value::Poison)
    }

    fn built_in(
        &mut self,
        builtin: &Builtin,
        name: &Ident,
        receiver: Option<Passed<'_>>,
        arguments: &[CallArgument],
    ) -> Option<Value> {
        let callee = Callee { name: name.to_string(), layer: None, span: name.span(), needs: Vec::new() };
        let parameters: Vec<arguments::Parameter> = builtin.parameters.iter().map(Parameter::seen).collect();
        let Some(passed) = self.match_arguments(&callee, &parameters, receiver, arguments) else {
            self.evaluate_all(arguments);
            return None;
        };
        let errors = self.report.errors.len();
        let call = self.gather(builtin, &callee, name, passed.clone());
        let value = call.and_then(|call| (builtin.make)(self, &call));
        let takes =
            |this: &mut Self, parameter: usize, passed: &Passed<'_>| match &builtin.parameters[parameter] {
                Tensor(_) => this.is_tensor(passed, None),
                Index(_) => this.is_tensor(passed, Some(Kind::Index)),
                Key(_) => this.is_tensor(passed, Some(Kind::Key)),
                Needed(_) | Default(..) => this.constant_of(passed).is_some(),
                Tensors(_) => {
                    matches!(passed, Passed::Expr(expr) if matches!(expr.kind, ast::ExprKind::Array(_)))
                }
                Expression(_) => true,
            };
        let exchanged = self.are_exchanged_of(&parameters, &passed, &callee, errors, takes);
        value.filter(|_| !exchanged)
    }

    /// The arguments of a call by parameter.
    fn gather<'e>(
        &mut self,
        builtin: &Builtin,
        callee: &Callee,
        name: &'e Ident,
        passed: Vec<Option<Passed<'e>>>,
    ) -> Option<Call<'e>> {
        let place = self.place_of(name.span());
        let mut call =
            Call { name, place: place.clone(), values: Vec::new(), exprs: Vec::new(), places: Vec::new() };
        let (mut right, mut is_list) = (true, true);
        for (parameter, passed) in builtin.parameters.iter().zip(passed) {
            call.places.push(passed.as_ref().map_or_else(|| place.clone(), |passed| passed.place(self)));
            call.exprs.push(match &passed {
                Some(Passed::Expr(expr)) => Some(expr),
                _ => None,
            });
            call.values.push(match (parameter, passed) {
                (_, None) => match parameter {
                    Default(_, value) => Some(Value::Static(value.clone())),
                    _ => None,
                },
                // `x.concat(…)`
                (Tensors(_), Some(Passed::Value(value, place))) if !value.is_poison() => {
                    let message = format!("`{name}` takes a list of tensors");
                    self.say(&place, message, Some(format!("write `{name}([a, b])`")));
                    (right, is_list) = (false, false);
                    None
                }
                // `x.ones()`
                (Needed(_) | Default(..), Some(Passed::Value(value, place)))
                    if !matches!(value, Value::Static(_) | Value::Poison) =>
                {
                    self.say_not_static(&value, &place);
                    right = false;
                    None
                }
                (_, Some(Passed::Value(value, _))) => Some(value),
                (Tensor(_) | Key(_) | Expression(_), Some(Passed::Expr(expr))) => Some(self.expr(expr)),
                (Index(_), Some(Passed::Expr(expr))) => Some(self.expr_of(expr, &Wanted::Index)),
                (Tensors(_), Some(Passed::Expr(expr))) => match &expr.kind {
                    ast::ExprKind::Array(parts) => {
                        Some(Value::Tuple(parts.iter().map(|part| self.expr(part)).collect()))
                    }
                    ast::ExprKind::Error => None,
                    _ => {
                        self.expr(expr);
                        self.error_with_help(
                            expr.span,
                            format!("`{name}` takes a list of tensors"),
                            format!("write `{name}([a, b])`"),
                        );
                        (right, is_list) = (false, false);
                        None
                    }
                },
                // Of what stood in no list, the second is no option.
                (Needed(_) | Default(..), Some(Passed::Expr(expr))) if !is_list => {
                    self.expr(expr);
                    None
                }
                (Needed(_) | Default(..), Some(Passed::Expr(expr))) => {
                    let value = self.constant_value(expr);
                    right &= value.is_some();
                    value.map(Value::Static)
                }
            });
        }
        let argument = |name: &str| {
            let at = builtin.parameters.iter().position(|parameter| parameter.name() == name)?;
            Some((call.values[at].as_ref()?, &call.places[at]))
        };
        (right && self.in_domain(builtin.name, callee, argument)).then_some(call)
    }
}

fn powi(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let x = call.float(this, 0);
    let power = match call.option(1) {
        Some(Static::Integer(power)) => i32::try_from(*power).ok(),
        _ => None,
    };
    if power.is_none() {
        this.say(
            &call.places[1],
            "the power of `powi` is an integer known at compile time".into(),
            Some("for others: `powf(x, y)`".into()),
        );
    }
    Some(Value::Array(this.unary(Unary::Powi(power?), &x?)))
}

/// Passes at its ends: the derivative there is 1.
fn clamp(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let (x, low, high) = (call.float(this, 0), call.float(this, 1), call.float(this, 2));
    let limit = |s: &mut crate::ir::Scalars, x: ScalarId, bound: ScalarId, below: bool| {
        let outside =
            if below { s.compare(Comparison::Less, x, bound) } else { s.compare(Comparison::Less, bound, x) };
        s.select(outside, bound, x)
    };
    let raised = this.elementwise(&x?, &low?, &call.place, "`clamp`", Kind::Float, |this, x, low| {
        limit(&mut this.graph.scalars, x, low, true)
    })?;
    this.elementwise(&raised, &high?, &call.place, "`clamp`", Kind::Float, |this, x, high| {
        limit(&mut this.graph.scalars, x, high, false)
    })
    .map(Value::Array)
}
