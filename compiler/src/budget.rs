//! `#[budget]`: limits on what a function's workspace and a network's parameters take. How much a workspace is
//! stands in the plan; so this is the one error of a user's that is not found before.

use proc_macro2::Ident;

use crate::emit::{Compiled, CompiledMethod};
use crate::program::{Float, Limit, Method, Program, Sound};
use crate::report::Report;
use crate::syntax::ast::DerivativeKind;
use crate::{compile, print};

/// How many buffers a message names.
const NAMED: usize = 8;

/// Reports every workspace that exceeds its limit: `methods[k]` are those of `program.structs[k]`.
pub fn check(program: &Program, methods: &[Vec<CompiledMethod>], report: &mut Report) {
    for (network, methods) in program.structs.iter().zip(methods) {
        for (method, compiled) in network.methods.iter().zip(methods) {
            if let Some(limit) = method.limit.or(network.limit) {
                workspace(method, compiled, limit, bytes(program.float), report);
            }
        }
    }
}

/// The same of what is right beside errors.
pub fn check_sound(sound: &[Sound], report: &mut Report) {
    for Sound { method, limit, float, parameters, .. } in sound {
        if let Some(limit) = limit {
            let compiled = compile::method(method, *parameters);
            workspace(method, &compiled, *limit, bytes(*float), report);
        }
    }
}

/// Reports parameters that exceed a limit: the fields of `name`, and how many floats each is.
pub fn parameters(
    name: &Ident,
    fields: &[(String, u64)],
    float: Float,
    (limit, span): Limit,
    report: &mut Report,
) {
    let bytes = bytes(float);
    let fields: Vec<(String, u64)> =
        fields.iter().map(|(name, count)| (name.clone(), count.saturating_mul(bytes))).collect();
    let found = fields.iter().fold(0u64, |total, (_, bytes)| total.saturating_add(*bytes));
    if found > limit {
        let message = format!(
            "the parameters of `{name}` take {} bytes; the budget is {}",
            print::grouped(found),
            print::grouped(limit)
        );
        report.error_with_help(span, message, listed("they are", fields));
    }
}

/// What a float takes.
fn bytes(float: Float) -> u64 {
    match float {
        Float::F32 => 4,
        Float::F64 => 8,
    }
}

fn workspace(
    method: &Method,
    compiled: &CompiledMethod,
    (limit, span): Limit,
    bytes: u64,
    report: &mut Report,
) {
    let variants = variants(method, compiled);
    if let Some((name, variant)) =
        variants.iter().find(|(_, variant)| variant.plan.constant_workspace().is_none())
    {
        let length = variant.plan.workspace().scale(i64::try_from(bytes).unwrap_or(8));
        let sums = length.sums().iter().map(|sum| print::integer(&method.graph, sum));
        let size = sums.collect::<Vec<_>>().join(" or ");
        let message = format!(
            "the workspace of `{name}` has no limit: it takes {size} bytes, which are known at run time"
        );
        report.error_with_help(
            span,
            message,
            "a budget needs constant sizes: write a `const` in place of the `dim`",
        );
        return;
    }
    let taken = |variant: &Compiled| {
        u64::try_from(variant.plan.constant_workspace().unwrap_or(0)).unwrap_or(0).saturating_mul(bytes)
    };
    let Some((name, variant)) = variants.iter().rev().max_by_key(|(_, variant)| taken(variant)) else {
        return;
    };
    let found = taken(variant);
    if found > limit {
        let peak =
            variant.plan.peak().into_iter().map(|(name, size)| {
                (name.to_string(), u64::try_from(size).unwrap_or(0).saturating_mul(bytes))
            });
        let message = format!(
            "the workspace of `{name}` takes {} bytes; the budget is {}",
            print::grouped(found),
            print::grouped(limit)
        );
        report.error_with_help(span, message, listed("live at the peak are", peak.collect()));
    }
}

/// Every method that is made of a function, by its name.
fn variants<'a>(method: &Method, compiled: &'a CompiledMethod) -> Vec<(String, &'a Compiled)> {
    let has_pass = method.derivatives.iter().any(|derivative| derivative.kind == DerivativeKind::Grad);
    let named = |suffix: &str| format!("{}{suffix}", method.name);
    let mut variants = vec![(named(if has_pass { "_value" } else { "" }), &compiled.value)];
    for (derivative, compiled) in method.derivatives.iter().zip(&compiled.derivatives) {
        let suffix = match derivative.kind {
            DerivativeKind::Grad => "",
            DerivativeKind::Jvp => "_jvp",
            DerivativeKind::Hvp => "_hvp",
            DerivativeKind::Jacobian => "_jacobian",
            DerivativeKind::Hessian => "_hessian",
        };
        variants.push((named(suffix), &compiled.of));
        variants.extend(compiled.fused().map(|step| (named("_step"), step)));
    }
    variants
}

/// `live at the peak are h (8,192 bytes), x (96)`
fn listed(what: &str, mut parts: Vec<(String, u64)>) -> String {
    parts.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    let rest = parts.split_off(parts.len().min(NAMED));
    let names: Vec<String> =
        parts.iter().map(|(name, bytes)| format!("`{name}` ({})", print::grouped(*bytes))).collect();
    let others = match rest.len() {
        0 => String::new(),
        count => {
            format!(" and {count} others ({})", print::grouped(rest.iter().map(|(_, bytes)| bytes).sum()))
        }
    };
    format!("{what} {}{others}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use crate::compile::compile;
    use crate::report::Report;
    use crate::tests::checked;

    /// The messages on a network whose first layer has 8 × 4 weights.
    fn messages(attribute: &str, rows: &str, on_struct: &str) -> Vec<String> {
        let text = format!(
            "dim N;
             {on_struct}
             pub struct Net {{ w: f32[8, 4], b: f32[4], rest: [Linear<4, 4>; 2] }}
             impl Net {{
                 {attribute}
                 pub fn loss(x: f32[{rows}, 8]) -> f32 {{ let mut h = tanh(x @ w + b); for each in rest {{ h = sin(each(h)); }} sum(h * h) }}
             }}"
        );
        let program = match checked(&text) {
            Ok(program) => program,
            Err(messages) => return vec![messages],
        };
        let mut report = Report::default();
        super::check(&program, &compile(&program), &mut report);
        report.errors.iter().map(|error| error.text()).collect()
    }

    #[test]
    fn what_fits_is_silent() {
        assert!(messages("#[grad] #[budget(workspace = 1_000_000, params = 304)]", "64", "").is_empty());
        assert!(messages("", "64", "#[budget(workspace = 1_000_000, params = 304)]").is_empty());
        assert!(messages("", "N", "#[budget(params = 304)]").is_empty());
    }

    #[test]
    fn parameters_are_listed() {
        let found = messages("", "N", "#[budget(params = 303)]");
        assert_eq!(
            found,
            [
                "the parameters of `Net` take 304 bytes; the budget is 303\n\nhelp: they are `rest` (160), `w` (128), `b` (16)"
            ]
        );
    }

    #[test]
    fn buffers_at_the_peak_are_listed() {
        let found = messages("#[grad] #[hvp] #[budget(workspace = 1_000)]", "64", "");
        let [message] = found.as_slice() else { panic!("{found:?}") };
        assert!(message.starts_with("the workspace of `loss_hvp` takes "), "{message}");
        assert!(message.contains("bytes; the budget is 1,000\n\nhelp: live at the peak are `"), "{message}");
        // That of the function goes before that of the struct.
        assert!(messages("#[budget(workspace = 1_000_000)]", "64", "#[budget(workspace = 1)]").is_empty());
    }

    #[test]
    fn sizes_must_be_constants() {
        let found = messages("#[budget(workspace = 1_000)]", "N", "");
        let [message] = found.as_slice() else { panic!("{found:?}") };
        assert!(message.starts_with("the workspace of `loss` has no limit: it takes "), "{message}");
        assert!(message.contains("* N bytes, which are known at run time"), "{message}");
    }

    #[test]
    fn limits_are_held_beside_errors() {
        let text = "chainrule dim N;
             #[budget(params = 3)]
             pub struct Net { w: f32[8, 4] }
             impl Net {
                 #[grad] #[budget(workspace = 7)] pub fn loss(x: f32[64, 8]) -> f32 { sum(tanh(x @ w)) }
                 pub fn wrong(x: f32[N]) -> f32 { sum(y) }
             }";
        let expansion = crate::expand(text.parse().expect("tokens")).to_string();
        for message in [
            "the parameters of `Net` take 128 bytes; the budget is 3",
            "bytes; the budget is 7",
            "there is no `y` here",
        ] {
            assert!(expansion.contains(message), "{message}");
        }
    }
}
