//! How the arguments of a call meet the parameters of what is called.

use proc_macro2::Span;

use super::call::{Callee, is_option, pattern_name};
use super::elaborate::{Elaborator, Place};
use super::elsewhere::option_elsewhere;
use super::value::Value;
use super::words::{counted, list};
use crate::spelling::did_you_mean;
use crate::syntax::ast::{self, CallArgument};

/// An argument as it is passed: evaluated, or an expression still.
#[derive(Clone)]
pub enum Passed<'e> {
    /// The receiver of a method call, evaluated already.
    Value(Value, Place),
    /// An expression.
    Expr(&'e ast::Expr),
}

impl Passed<'_> {
    /// Where an error in it is said.
    pub fn place(&self, this: &Elaborator<'_>) -> Place {
        match self {
            Passed::Value(_, place) => place.clone(),
            Passed::Expr(expr) => this.place(expr),
        }
    }
}

/// A parameter, as far as calls see it.
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Whether it may be left out.
    pub optional: bool,
    /// Whether it is given by its name alone, as a rule.
    pub option: bool,
    /// Whether a list of tensors is taken.
    pub list: bool,
}

impl Parameter {
    /// The parameter that an argument of a function declares.
    pub fn of(argument: &ast::Argument) -> Self {
        let optional = argument.default.is_some();
        let option = optional || is_option(&argument.ty);
        Self { name: pattern_name(&argument.pattern), optional, option, list: false }
    }
}

/// The names of the arguments that have no default.
pub fn needed<'b>(arguments: impl Iterator<Item = &'b ast::Argument>) -> Vec<String> {
    let needed = arguments.filter(|argument| argument.default.is_none());
    needed.map(|argument| pattern_name(&argument.pattern)).collect()
}

impl Elaborator<'_> {
    /// Which argument is for which parameter; `None` for those left to their defaults.
    pub fn match_arguments<'e>(
        &mut self,
        callee: &Callee,
        parameters: &[Parameter],
        receiver: Option<Passed<'e>>,
        arguments: &'e [CallArgument],
    ) -> Option<Vec<Option<Passed<'e>>>> {
        let mut passed: Vec<Option<Passed<'e>>> = vec![None; parameters.len()];
        let positional = arguments
            .iter()
            .filter(|argument| argument.name.is_none())
            .map(|argument| Passed::Expr(&argument.value));
        let positional: Vec<Passed<'e>> = receiver.into_iter().chain(positional).collect();
        let mut right = true;
        // Tensors one by one where a list is taken: the call says so, and counts none of them.
        let is_listed =
            matches!(positional.first(), Some(Passed::Expr(ast::Expr { kind: ast::ExprKind::Array(_), .. })));
        let unlisted = !is_listed && parameters.first().is_some_and(|parameter| parameter.list);
        if let Some(first) = positional.get(parameters.len()).filter(|_| !unlisted) {
            let place = first.place(self);
            let takes = counted(parameters.len(), "argument");
            let message = format!("`{}` takes {takes}, found {}", callee.name, positional.len());
            self.say(&place, message, Some(format!("call it as `{}`", signature(callee, parameters))));
            right = false;
        }
        for (place, each) in passed.iter_mut().zip(positional) {
            *place = Some(each);
        }
        for argument in arguments {
            let Some(option) = &argument.name else { continue };
            match parameters.iter().position(|parameter| option == &parameter.name) {
                Some(position) if passed[position].is_none() => {
                    passed[position] = Some(Passed::Expr(&argument.value))
                }
                Some(_) if unlisted => {}
                Some(position) => {
                    let help = if parameters[position].option {
                        "leave one out"
                    } else {
                        "it has been given without its name already"
                    };
                    self.error_with_help(option.span(), format!("`{option}` is given twice"), help);
                    right = false;
                }
                None => {
                    self.no_option(callee, &option.to_string(), option.span(), parameters);
                    right = false;
                }
            }
        }
        if !right {
            return None;
        }
        if let Some((missing, _)) =
            parameters.iter().zip(&passed).find(|(parameter, passed)| passed.is_none() && !parameter.optional)
        {
            let message = format!("`{}` needs its argument `{}`", callee.name, missing.name);
            self.error_with_help(
                callee.span,
                message,
                format!("call it as `{}`", signature(callee, parameters)),
            );
            return None;
        }
        Some(passed)
    }

    fn no_option(&mut self, callee: &Callee, option: &str, span: Span, parameters: &[Parameter]) {
        let names: Vec<&str> = parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        let options: Vec<&str> = parameters
            .iter()
            .filter(|parameter| parameter.option)
            .map(|parameter| parameter.name.as_str())
            .collect();
        let elsewhere = option_elsewhere(option).filter(|known| names.contains(known));
        let help = match elsewhere.or_else(|| did_you_mean(option, &names)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if options.is_empty() => format!("call it as `{}`", signature(callee, parameters)),
            None => format!("it has {}", list(&options)),
        };
        self.error_with_help(span, format!("`{}` has no option `{option}`", callee.name), help);
    }
}

/// `sum(x, axis = …)`
pub fn signature(callee: &Callee, parameters: &[Parameter]) -> String {
    let needed = |parameter: &&Parameter| !parameter.optional;
    let shown = parameters.iter().filter(needed).map(|parameter| match parameter.name.as_str() {
        name if parameter.option => format!("{name} = …"),
        // Lists, which other libraries take apart.
        "shape" | "axes" => "[…]".to_string(),
        name => name.to_string(),
    });
    format!("{}({})", callee.name, shown.collect::<Vec<_>>().join(", "))
}
