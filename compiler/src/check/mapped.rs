//! Arguments with more axes than a function takes: it maps over them by index notation.
//!
//! It is asked after errors alone, and says one instead of them.

use super::arguments::Passed;
use super::call::{Callee, pattern_name};
use super::elaborate::{Elaborator, Frame};
use super::value::{Array, Value};
use super::words::{joined, spelled};
use crate::ir::Int;
use crate::syntax::ast::{self, ExprKind as E};

/// The indices over which a function is mapped.
const INDICES: [&str; 4] = ["n", "m", "k", "l"];

/// The name of what is passed, where it is one: what stands before `[n]`.
pub fn named(passed: &Passed<'_>) -> Option<String> {
    match passed {
        Passed::Expr(ast::Expr { kind: E::Name(name), .. }) => Some(name.to_string()),
        _ => None,
    }
}

/// How a function is applied to each of many that are passed for one of its parameters.
pub fn over_one_index(callee: &Callee, parameter: &str, passed: &str) -> String {
    let bound = if passed == "y" { "z" } else { "y" };
    // What the others are, and whether they have an axis for it, is not known here.
    let written = |name: &String| if name == parameter { format!("{passed}[n]") } else { "…".to_string() };
    let mut arguments: Vec<String> = callee.needs.iter().map(written).collect();
    if !callee.needs.iter().any(|name| name == parameter) {
        arguments = vec![format!("{passed}[n]")];
    }
    format!("a function maps over indices: `let {bound}[n] = {}({});`", callee.name, arguments.join(", "))
}

impl Elaborator<'_> {
    /// Whether the arguments of a function fit without axes in front that they share; says so instead of what
    /// has been said since there were so many `errors`.
    pub fn are_to_be_mapped(
        &mut self,
        parameters: &[ast::Argument],
        passed: &[Option<Passed<'_>>],
        callee: &Callee,
        frame: &dyn Fn() -> Frame,
        errors: usize,
    ) -> bool {
        if !self.may_say_otherwise(errors) {
            return false;
        }
        self.quiet += 1;
        let leads = self.leads(parameters, passed, callee, frame);
        self.quiet -= 1;
        let Some(leads) = leads else { return false };
        let deepest = leads.iter().map(|(lead, _)| *lead).max().unwrap_or_default();
        if deepest == 0 || deepest > INDICES.len() {
            return false;
        }
        let (mut written, mut wanted, mut found) = (Vec::new(), Vec::new(), Vec::new());
        let mut first = None;
        for ((parameter, passed), (lead, array)) in parameters.iter().zip(passed).zip(&leads) {
            let Some(passed) = passed else { continue };
            let name = pattern_name(&parameter.pattern);
            let argument = match passed {
                Passed::Expr(expr) if *lead == 0 => spelled(expr),
                passed => named(passed),
            };
            let argument = argument.unwrap_or_else(|| name.clone());
            match array {
                Some(array) if *lead > 0 => {
                    written.push(format!("{argument}[{}]", INDICES[..*lead].join(", ")));
                    // A single index is a number where one is taken.
                    let kind = match &parameter.ty {
                        ast::Type::Tensor(ty) => self.kind_of(&ty.scalar).unwrap_or(array.kind),
                        _ => array.kind,
                    };
                    wanted.push(format!("{} for `{name}`", self.show(kind, &array.shape[*lead..])));
                    found.push(self.show(array.kind, &array.shape));
                    first.get_or_insert(passed);
                }
                _ => written.push(argument),
            }
        }
        let indices = INDICES[..deepest].join(", ");
        let bound = if written.iter().any(|argument| argument.starts_with("y[")) { "z" } else { "y" };
        let (wanted, found) = (joined(&wanted), joined(&found));
        let message = format!("{} takes {wanted}, found {found}", callee.shown());
        let help = format!(
            "a function maps over indices: `let {bound}[{indices}] = {}({});`",
            callee.name,
            written.join(", ")
        );
        let place = first.expect("one has axes in front").place(self);
        self.report.errors.truncate(errors);
        self.say(&place, message, Some(help));
        true
    }

    /// How many axes in front of each argument are too many, and the argument, if all fit without them.
    fn leads(
        &mut self,
        parameters: &[ast::Argument],
        passed: &[Option<Passed<'_>>],
        callee: &Callee,
        frame: &dyn Fn() -> Frame,
    ) -> Option<Vec<(usize, Option<Array>)>> {
        let (mut leads, mut of_any_rank) = (Vec::new(), Vec::new());
        for (position, (parameter, passed)) in parameters.iter().zip(passed).enumerate() {
            let Some(passed) = passed else {
                leads.push((0, None, None));
                continue;
            };
            let value = self.taken(&parameter.ty, passed)?;
            leads.push(match (&parameter.ty, value) {
                (ast::Type::Tensor(ty), Value::Array(array)) => {
                    let has_rest = ty.axes.iter().any(|axis| matches!(axis, ast::AxisType::Rest(_)));
                    let lead = match has_rest {
                        true => 0,
                        false => array.shape.len().checked_sub(ty.axes.len())?,
                    };
                    of_any_rank.extend(has_rest.then_some(position));
                    (lead, Some(array.clone()), Some(Value::Array(without(lead, array))))
                }
                (_, value) => (0, None, Some(value)),
            });
        }
        let in_front = |(lead, array, _): &(usize, Option<Array>, Option<Value>)| -> Vec<Int> {
            array.as_ref().map_or_else(Vec::new, |array| array.shape[..*lead].to_vec())
        };
        let longest = leads.iter().map(in_front).max_by_key(Vec::len)?;
        for lead in leads.iter().map(in_front) {
            if !self.shapes_agree(&lead, &longest[..lead.len()]) {
                return None;
            }
        }
        for position in of_any_rank {
            let (lead, Some(array), value) = &mut leads[position] else { continue };
            let begins = array.shape.get(..longest.len());
            if begins.is_some_and(|begins| self.shapes_agree(begins, &longest)) {
                // Constants may agree by chance: whether it is mapped as well nobody knows.
                if longest.iter().any(|size| size.as_constant().is_some()) {
                    return None;
                }
                *lead = longest.len();
                *value = Some(Value::Array(without(*lead, array.clone())));
            }
        }
        let (leads, values) = leads.into_iter().map(|(lead, array, value)| ((lead, array), value)).unzip();
        self.do_fit(parameters, values, callee, frame).then_some(leads)
    }
}

/// An array without some of its axes in front.
fn without(lead: usize, array: Array) -> Array {
    Array { shape: array.shape[lead..].to_vec(), ..array }
}
