//! The one list of lints that generated code does not heed, each because of what a net is, not of how the
//! code was made.

use proc_macro2::TokenStream;
use quote::quote;

use super::attributes;
use crate::program::StructType;

/// `#[allow(…)]` for a struct of parameters: a matrix may be named in capitals.
pub fn of_parameters(of: &StructType) -> TokenStream {
    let capitals = of.fields.iter().any(|field| field.name.to_string().chars().any(char::is_uppercase));
    if capitals { quote!(#[allow(non_snake_case)]) } else { TokenStream::new() }
}

/// `#[allow(…)]` for what visits all fields: one that its user deprecates is still a parameter.
pub fn of_visits(of: &StructType) -> TokenStream {
    let is_deprecated = of.fields.iter().any(|field| attributes::are_deprecated(&field.attributes));
    if is_deprecated { quote!(#[allow(deprecated)]) } else { TokenStream::new() }
}

/// `#[allow(…)]` for a generated `impl` or struct.
///
/// * `dead_code`: a net has more methods than a program calls.
/// * `deprecated`: a function that its user deprecates is still a part of its own step.
/// * `missing_debug_implementations`: a pass has nothing to show.
/// * `non_snake_case`, `many_single_char_names`, `similar_names`, `duplicate_underscore_argument`: mathematics
///   names things as it does.
/// * `unreachable_pub`: what is made of a `pub fn` is `pub`, however visible its network is.
/// * `assign_op_pattern`: an element is written as the formula that it is, also where it overwrites one of its operands.
/// * `approx_constant`: a constant of a derivative, as 2/√π, is written out.
/// * `int_plus_one`, `manual_div_ceil`: sizes and conditions on them are the polynomials that they are.
/// * `manual_range_contains`: a condition on indices is written as the inequalities that it is.
/// * `needless_borrow`: a part of the arena is borrowed whatever is done with it next.
/// * `too_many_arguments`, `type_complexity`: a function has the arguments and results that the net gives it.
/// * `unnecessary_box_returns`: whether parameters are small enough for the stack must not change a type.
pub fn allowed() -> TokenStream {
    quote! {
        #[allow(
            dead_code,
            deprecated,
            missing_debug_implementations,
            non_snake_case,
            unreachable_pub,
            clippy::approx_constant,
            clippy::assign_op_pattern,
            clippy::duplicate_underscore_argument,
            clippy::int_plus_one,
            clippy::manual_div_ceil,
            clippy::manual_range_contains,
            clippy::many_single_char_names,
            clippy::needless_borrow,
            clippy::similar_names,
            clippy::too_many_arguments,
            clippy::type_complexity,
            clippy::unnecessary_box_returns,
        )]
    }
}
