//! What the library's parameters take, where an argument is known at compile time: a rate, a stride, a bound.
//!
//! All of it is in one table; a call is held against the lines of its parameters, whatever it is of.

use crate::check::call::Callee;
use crate::check::elaborate::{Elaborator, Place};
use crate::check::value::{Static, Value};
use crate::ir::Scalar;

/// A line of the table.
struct Line {
    /// The functions that it is for; none for all that have the parameter.
    functions: &'static [&'static str],
    parameter: &'static str,
    domain: Domain,
    help: &'static str,
}

/// The numbers that a parameter takes.
enum Domain {
    /// This one and larger ones.
    From(f64),
    /// Larger ones.
    Above(f64),
    /// All but this one.
    Except(f64),
    /// From one, below another.
    Below(f64, f64),
    /// Those that are not larger than another argument.
    UpTo(&'static str),
    /// Those that are not larger than half of another argument.
    UpToHalf(&'static str),
    /// Those below the larger of two other arguments.
    BelowEither(&'static str, &'static str),
}

use Domain::{Above, Below, BelowEither, Except, From, UpTo, UpToHalf};

const fn of(
    functions: &'static [&'static str],
    parameter: &'static str,
    domain: Domain,
    help: &'static str,
) -> Line {
    Line { functions, parameter, domain, help }
}

const POOLS: &[&str] = &["max_pool2d", "avg_pool2d"];

static LINES: &[Line] = &[
    of(&["dropout"], "p", Below(0.0, 1.0), "`p` is the share that is dropped: `dropout(x, 0.1, key)`"),
    of(POOLS, "size", From(1.0), "a window has places: `max_pool2d(x, 2)`"),
    of(&[], "stride", From(1.0), "a stride of 1 takes every place, 2 every second"),
    of(&[], "dilation", From(1.0), "with `dilation = 1` a kernel has no gaps"),
    of(&[], "groups", From(1.0), "with `groups = 1` all channels are one group"),
    of(&[], "padding", From(0.0), "what is left out at the edges is a range: `x[.., .., 1..-1, 1..-1]`"),
    of(&[], "output_padding", From(0.0), "with `output_padding = 0` nothing is added"),
    of(
        &[],
        "output_padding",
        BelowEither("stride", "dilation"),
        "it chooses among the images that a convolution makes this one of: `stride = 2, output_padding = 1`",
    ),
    of(POOLS, "padding", UpToHalf("size"), "a window that lies in the padding alone has no elements"),
    of(&[], "eps", From(0.0), "`eps` keeps a root away from 0: `eps = 1e-5`"),
    of(&["huber"], "delta", Above(0.0), "`delta` is where the square goes over into the line: `delta = 1`"),
    of(&["celu"], "alpha", Except(0.0), "`alpha` divides: without a negative part it is `relu(x)`"),
    of(&[], "ddof", From(0.0), "`ddof = 1` divides by one less than there are elements"),
    of(&["clamp", "hard_tanh"], "lo", UpTo("hi"), "the smaller bound comes first"),
];

impl Elaborator<'_> {
    /// Whether the arguments, by the name of their parameter, that are known at compile time are what it takes; says
    /// which is not.
    pub fn in_domain<'v>(
        &mut self,
        function: &str,
        callee: &Callee,
        argument: impl Fn(&str) -> Option<(&'v Value, &'v Place)>,
    ) -> bool {
        let constant = |name: &str| self.constant_number(argument(name)?.0);
        let mut wrong = None;
        for line in
            LINES.iter().filter(|line| line.functions.is_empty() || line.functions.contains(&function))
        {
            if let Some((Value::Static(Static::List(list)), place)) = argument(line.parameter) {
                self.say_list(callee, line.parameter, list, place);
                return false;
            }
            let Some(found) = constant(line.parameter) else { continue };
            let (right, takes) = match line.domain {
                From(least) => (found >= least, format!("a number from {least}")),
                Above(bound) => (found > bound, format!("a number above {bound}")),
                Except(one) => (found != one, format!("a number other than {one}")),
                Below(least, bound) => {
                    ((least..bound).contains(&found), format!("a number from {least} to below {bound}"))
                }
                UpTo(other) => match constant(other) {
                    Some(most) => (found <= most, format!("at most its `{other}`, {most},")),
                    None => continue,
                },
                UpToHalf(other) => match constant(other) {
                    Some(most) => (2.0 * found <= most, format!("at most half of its `{other}`, {most},")),
                    None => continue,
                },
                BelowEither(one, other) => match (constant(one), constant(other)) {
                    (Some(a), Some(b)) => {
                        (found < a.max(b), format!("a number below its `{one}`, {a}, or its `{other}`, {b},"))
                    }
                    _ => continue,
                },
            };
            if !right {
                wrong = Some((line, takes, found));
                break;
            }
        }
        let Some((line, takes, found)) = wrong else { return true };
        let (_, place) = argument(line.parameter).expect("its value was found");
        let message = format!("{} takes {takes} for `{}`, found {found}", callee.shown(), line.parameter);
        self.say(place, message, Some(line.help.to_string()));
        false
    }

    /// Says that a number is expected where a list of them was found.
    fn say_list(&mut self, callee: &Callee, parameter: &str, list: &[Static], place: &Place) {
        let found = self.describe(&Value::Static(Static::List(list.to_vec())));
        let message = format!("{} takes one number for `{parameter}`, found {found}", callee.shown());
        let help = match list {
            [Static::Integer(first), others @ ..] if others.iter().all(|other| *other == list[0]) => {
                format!("one number is for all axes: `{parameter} = {first}`")
            }
            _ => {
                "one number is for all axes; what differs between them is said in index notation".to_string()
            }
        };
        self.say(place, message, Some(help));
    }

    /// A single number that is known at compile time.
    pub fn constant_number(&self, value: &Value) -> Option<f64> {
        match value {
            Value::Static(Static::Integer(value)) => Some(*value as f64),
            Value::Static(Static::Number(value)) => Some(*value),
            Value::Static(Static::Size(size)) => size.as_constant().map(|size| size as f64),
            Value::Array(array) if array.shape.is_empty() => match &self.graph.scalars[array.element] {
                Scalar::Number(bits) => Some(bits.value()),
                Scalar::Integer(value) => value.as_constant().map(|value| value as f64),
                _ => None,
            },
            _ => None,
        }
    }
}
