//! The one float type of a block.

use proc_macro2::Ident;

use crate::program::Float;
use crate::report::Report;
use crate::syntax::ast;

/// The float type that the block uses; both in one block are an error, said once at each.
pub fn float_of(block: &ast::Block, report: &mut Report) -> Float {
    let scalars = block.scalars();
    let mut floats = scalars.iter().filter(|scalar| ["f32", "f64"].contains(&scalar.to_string().as_str()));
    let Some(first) = floats.next() else { return Float::F32 };
    match floats.find(|other| *other != first) {
        Some(other) => {
            let message = |number: usize, own: &Ident| {
                format!("a block uses one float type, and this one both: {own} here ({number}/2)")
            };
            report.error_with_help(
                first.span(),
                message(1, first),
                "networks of another type go into a `net!` of their own",
            );
            report.error_with_help(other.span(), message(2, other), format!("write {first}, or move it out"));
        }
        None => {
            for suffix in block.suffixes.iter().filter(|suffix| suffix != first) {
                let message = format!("this block's numbers are {first}, found one of {suffix}");
                let help = format!("a number is what its place makes of it: leave out the `{suffix}`");
                report.error_with_help(suffix.span(), message, help);
            }
        }
    }
    if *first == "f32" { Float::F32 } else { Float::F64 }
}
