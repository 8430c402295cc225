//! The scalar types that the declarations of a block are written with.

use proc_macro2::Ident;

use super::{Argument, Block, FieldType, Function, Item, Type};

impl Block {
    /// Every scalar type in fields, arguments and results, in the order in which they are written.
    pub fn scalars(&self) -> Vec<&Ident> {
        let mut found = Vec::new();
        for item in &self.items {
            match item {
                Item::Struct(of) => of.fields.iter().for_each(|each| in_field(&each.ty, &mut found)),
                Item::Impl(of) => of.functions.iter().for_each(|each| in_function(each, &mut found)),
                Item::Function(of) => in_function(of, &mut found),
                Item::Extern(of) => in_signature(&of.arguments, of.result.as_ref(), &mut found),
                Item::Dims(_) | Item::Const(_) => {}
            }
        }
        found
    }
}

fn in_field<'a>(ty: &'a FieldType, found: &mut Vec<&'a Ident>) {
    match ty {
        FieldType::Tensor(ty) => found.push(&ty.scalar),
        FieldType::Array(inner, _) => in_field(inner, found),
        FieldType::Layer(..) | FieldType::Error(_) => {}
    }
}

fn in_function<'a>(function: &'a Function, found: &mut Vec<&'a Ident>) {
    in_signature(&function.arguments, function.result.as_ref(), found);
}

fn in_signature<'a>(arguments: &'a [Argument], result: Option<&'a Type>, found: &mut Vec<&'a Ident>) {
    arguments.iter().map(|argument| &argument.ty).chain(result).for_each(|ty| in_type(ty, found));
}

fn in_type<'a>(ty: &'a Type, found: &mut Vec<&'a Ident>) {
    match ty {
        Type::Tensor(ty) => found.push(&ty.scalar),
        Type::Tuple(parts, _) => parts.iter().for_each(|part| in_type(part, found)),
        Type::Dim(_) | Type::Error(_) => {}
    }
}
