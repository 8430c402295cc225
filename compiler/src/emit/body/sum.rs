//! Sums that are held in two parts, under the functions that depend on their last digits.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use super::Body;
use super::scalar::{Bound, Expression};
use crate::ir::{Binary, Scalar, Sum, Unary};
use crate::program::Float;

impl Body<'_> {
    /// A function of a sum that is held in two parts.
    pub(super) fn of_sum(
        &mut self,
        function: Unary,
        argument: &Sum,
        bound: &Bound,
        temporaries: &mut Vec<Ident>,
    ) -> Expression {
        let (sum, cpu) = (self.exact_sum(argument, bound, temporaries), self.cpu());
        match function {
            Unary::Sigmoid => Expression::closed(quote!(#sum.sigmoid(#cpu))),
            Unary::Softplus => Expression::closed(quote!(#sum.softplus(#cpu))),
            _ => self.unary(function, Expression::closed(quote!(#sum.value()))),
        }
    }

    /// A sum in two parts, also where it has a name besides: what stands under that is rounded.
    fn exact_sum(&mut self, sum: &Sum, bound: &Bound, temporaries: &mut Vec<Ident>) -> TokenStream {
        let (math, cpu) = (self.import("math"), self.cpu());
        let operands: Vec<TokenStream> =
            sum.operands.iter().map(|operand| self.exact_sum(operand, bound, temporaries)).collect();
        let scalars = &self.plan.graph.scalars;
        match (&scalars[sum.id], operands.as_slice()) {
            (Scalar::Unary(Unary::Neg, _), [a]) => quote!(#a.negative()),
            (Scalar::Unary(Unary::Softplus, _), [a]) => quote!(#math::Sum::of(0.0).log_add_exp(#cpu, #a)),
            (Scalar::Binary(Binary::Add, ..), [a, b]) => quote!(#a.plus(#b)),
            (Scalar::Binary(Binary::Sub, ..), [a, b]) => quote!(#a.minus(#b)),
            (Scalar::Binary(Binary::LogAddExp, ..), [a, b]) => quote!(#a.log_add_exp(#cpu, #b)),
            _ => match scalars.as_ln_of_constant(sum.id) {
                Some(constant) => {
                    let rounded = match self.cx.float {
                        Float::F32 => f64::from(constant as f32),
                        Float::F64 => constant,
                    };
                    let (high, low) = (self.literal(rounded).tokens, self.literal(constant - rounded).tokens);
                    quote!(#math::Sum::of_parts(#high, #low))
                }
                None => {
                    let x = self.expression(sum.id, bound, temporaries).tokens;
                    quote!(#math::Sum::of(#x))
                }
            },
        }
    }

    /// The CPU that the code around a function is compiled for.
    pub(super) fn cpu(&mut self) -> TokenStream {
        match self.is_compiled_for_each || self.is_whole {
            true => self.local("cpu").into_token_stream(),
            false => {
                let kernels = self.import("kernels");
                quote!(#kernels::Cpu::PLAIN)
            }
        }
    }
}
