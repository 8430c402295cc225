//! How fields start: the calls of the runtime's initialisers, with fans computed here.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::paths::Paths;
use crate::program::Initialiser;

/// Fills `values`, a flat slice of a tensor of this shape, from the generator `rng`.
pub fn call(
    initialiser: &Initialiser,
    shape: &[usize],
    values: &TokenStream,
    rng: &TokenStream,
    paths: &Paths,
) -> TokenStream {
    let private = &paths.private;
    let init = quote!(#private::init);
    let (fan_in, fan_out) = fans(shape);
    let (rows, columns) = (count(&shape[..shape.len().min(1)]), count(shape.get(1..).unwrap_or_default()));
    match initialiser {
        Initialiser::Zeros => quote!(#init::zeros(#values);),
        Initialiser::Ones => quote!(#init::ones(#values);),
        Initialiser::Constant(value) => {
            let value = number(*value, paths);
            quote!(#init::constant(#values, #value);)
        }
        Initialiser::Normal(deviation) => {
            let deviation = number(*deviation, paths);
            quote!(#init::normal(#values, #rng, #deviation);)
        }
        Initialiser::Uniform(low, high) => {
            let (low, high) = (number(*low, paths), number(*high, paths));
            quote!(#init::uniform(#values, #rng, #low, #high);)
        }
        Initialiser::GlorotUniform => quote!(#init::glorot_uniform(#values, #rng, #fan_in, #fan_out);),
        Initialiser::GlorotNormal => quote!(#init::glorot_normal(#values, #rng, #fan_in, #fan_out);),
        Initialiser::HeUniform => quote!(#init::he_uniform(#values, #rng, #fan_in);),
        Initialiser::HeNormal => quote!(#init::he_normal(#values, #rng, #fan_in);),
        Initialiser::LecunNormal => quote!(#init::lecun_normal(#values, #rng, #fan_in);),
        Initialiser::Orthogonal => quote!(#init::orthogonal(#values, #rng, #rows, #columns);),
        Initialiser::Eye => quote!(#init::eye(#values, #rows, #columns);),
        Initialiser::Literal(values_written) => {
            let numbers = values_written.iter().map(|value| number(*value, paths));
            quote!(#init::literal(#values, &[#(#numbers),*]);)
        }
    }
}

/// Whether the initialiser draws random numbers.
pub fn is_random(initialiser: &Initialiser) -> bool {
    match initialiser {
        Initialiser::Zeros | Initialiser::Ones | Initialiser::Constant(_) => false,
        Initialiser::Eye | Initialiser::Literal(_) => false,
        Initialiser::Normal(_) | Initialiser::Uniform(..) | Initialiser::Orthogonal => true,
        Initialiser::GlorotUniform | Initialiser::GlorotNormal => true,
        Initialiser::HeUniform | Initialiser::HeNormal | Initialiser::LecunNormal => true,
    }
}

/// For the docs, as the user writes it.
pub fn text(initialiser: &Initialiser) -> String {
    match initialiser {
        Initialiser::Zeros => "`zeros`".to_string(),
        Initialiser::Ones => "`ones`".to_string(),
        Initialiser::Constant(value) => format!("`constant({value})`"),
        Initialiser::Normal(deviation) => format!("`normal({deviation})`"),
        Initialiser::Uniform(low, high) => format!("`uniform({low}, {high})`"),
        Initialiser::GlorotUniform => "`glorot_uniform`".to_string(),
        Initialiser::GlorotNormal => "`glorot_normal`".to_string(),
        Initialiser::HeUniform => "`he_uniform`".to_string(),
        Initialiser::HeNormal => "`he_normal`".to_string(),
        Initialiser::LecunNormal => "`lecun_normal`".to_string(),
        Initialiser::Orthogonal => "`orthogonal`".to_string(),
        Initialiser::Eye => "`eye`".to_string(),
        Initialiser::Literal(_) => "the numbers written in the net".to_string(),
    }
}

/// Fan in and out: I and O of `[I, O]`, I·K… and O·K… of `[O, I, K…]`, the size itself of one axis.
fn fans(shape: &[usize]) -> (Literal, Literal) {
    match shape {
        [] => (count(&[]), count(&[])),
        [size] => (count(&[*size]), count(&[*size])),
        [rows, columns] => (count(&[*rows]), count(&[*columns])),
        [outputs, inputs, window @ ..] => {
            let all = |first: usize| count(&[&[first], window].concat());
            (all(*inputs), all(*outputs))
        }
    }
}

fn count(sizes: &[usize]) -> Literal {
    Literal::usize_unsuffixed(sizes.iter().fold(1, |product: usize, size| product.saturating_mul(*size)))
}

/// A number as an `f64` expression.
fn number(value: f64, paths: &Paths) -> TokenStream {
    let core = &paths.core;
    if value.is_nan() {
        return quote!(#core::f64::NAN);
    }
    let magnitude = if value.is_infinite() {
        quote!(#core::f64::INFINITY)
    } else {
        let literal = Literal::f64_unsuffixed(value.abs());
        quote!(#literal)
    };
    if value.is_sign_negative() { quote!(-#magnitude) } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::fans;

    #[test]
    fn fans_of_matrices_and_kernels() {
        let fans = |shape: &[usize]| {
            let (fan_in, fan_out) = fans(shape);
            (fan_in.to_string(), fan_out.to_string())
        };
        let expected = |fan_in: &str, fan_out: &str| (fan_in.to_string(), fan_out.to_string());
        assert_eq!(fans(&[784, 128]), expected("784", "128"));
        assert_eq!(fans(&[16, 3, 5, 5]), expected("75", "400"));
    }
}
