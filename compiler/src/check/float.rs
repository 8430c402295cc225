//! The one float type of a block.

use proc_macro2::Span;

use crate::program::Float;
use crate::report::Report;
use crate::syntax::ast;

/// The float type that the block uses; both in one block are an error, said once at each.
pub fn float_of(block: &ast::Block, report: &mut Report) -> Float {
    let mut found: Option<(Float, &'static str, Span)> = None;
    let mut said = false;
    let mut see = |ty: &ast::TensorType, report: &mut Report| {
        let this = match ty.scalar.to_string().as_str() {
            "f32" => (Float::F32, "f32", ty.scalar.span()),
            "f64" => (Float::F64, "f64", ty.scalar.span()),
            _ => return,
        };
        match found {
            None => found = Some(this),
            Some(first) if first.0 != this.0 && !said => {
                said = true;
                let message = |number: usize, own: &str| {
                    format!("a block uses one float type, and this one both: {own} here ({number}/2)")
                };
                report.error_with_help(
                    first.2,
                    message(1, first.1),
                    "networks of another type go into a `net!` of their own",
                );
                report.error_with_help(
                    this.2,
                    message(2, this.1),
                    format!("write {}, or move it out", first.1),
                );
            }
            Some(_) => {}
        }
    };
    fn field(ty: &ast::FieldType, see: &mut dyn FnMut(&ast::TensorType)) {
        match ty {
            ast::FieldType::Tensor(ty) => see(ty),
            ast::FieldType::Array(inner, _) => field(inner, see),
            ast::FieldType::Layer(..) | ast::FieldType::Error(_) => {}
        }
    }
    fn argument(ty: &ast::Type, see: &mut dyn FnMut(&ast::TensorType)) {
        match ty {
            ast::Type::Tensor(ty) => see(ty),
            ast::Type::Tuple(parts, _) => parts.iter().for_each(|part| argument(part, see)),
            ast::Type::Dim(_) | ast::Type::Error(_) => {}
        }
    }
    let function = |function: &ast::Function, see: &mut dyn FnMut(&ast::TensorType)| {
        for each in &function.arguments {
            argument(&each.ty, see);
        }
        if let Some(result) = &function.result {
            argument(result, see);
        }
    };
    for item in &block.items {
        let see = &mut |ty: &ast::TensorType| see(ty, report);
        match item {
            ast::Item::Struct(definition) => definition.fields.iter().for_each(|each| field(&each.ty, see)),
            ast::Item::Impl(implementation) => {
                implementation.functions.iter().for_each(|each| function(each, see))
            }
            ast::Item::Function(each) => function(each, see),
            ast::Item::Extern(each) => each
                .arguments
                .iter()
                .map(|argument| &argument.ty)
                .chain(&each.result)
                .for_each(|ty| argument(ty, see)),
            ast::Item::Dims(_) | ast::Item::Const(_) => {}
        }
    }
    let Some((float, name, _)) = found else { return Float::F32 };
    for suffix in block.suffixes.iter().filter(|suffix| !said && *suffix != name) {
        let message = format!("this block's numbers are {name}, found one of {suffix}");
        let help = format!("a number is what its place makes of it: leave out the `{suffix}`");
        report.error_with_help(suffix.span(), message, help);
    }
    float
}
