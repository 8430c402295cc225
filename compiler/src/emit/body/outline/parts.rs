//! Functions of loops whose rows threads may share out: what stands around their statements. Which loops they are, and
//! what their iterations share, is said by the plan.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::emit::size;
use crate::plan::{For, Item, Parts, Root, Step};

use super::super::Body;
use super::super::step::mentions;
use super::{Parameter, Role};

/// How many arrays of each sort there are at most: the tuples that `in_parts` of the runtime takes.
const ARRAYS: usize = 12;
/// How many bytes a part may have for itself: they are on the stack, for three parts of parts, and set to zero.
const BYTES: u64 = 1 << 16;

/// A loop that is done in parts.
pub(super) struct Divided<'a> {
    /// How many rows a part has.
    pub rows: Ident,
    parts: &'a Parts,
    count: TokenStream,
    work: TokenStream,
}

impl Divided<'_> {
    /// What is said of sizes around the statements.
    pub fn sizes(&self) -> TokenStream {
        let Self { count, work, .. } = self;
        quote!(#count #work)
    }

    /// All rows are one part.
    pub fn all(&self) -> TokenStream {
        let Self { rows, count, .. } = self;
        quote!(let #rows = #count;)
    }
}

/// How the loop of a step is done in parts, if it can be.
pub(super) fn of(step: &Step) -> Option<(&For, &Parts)> {
    let Step::Nest(items) = step else { return None };
    let Some(Item::For(around)) = items.last() else { return None };
    Some((around, around.parts.as_ref()?))
}

impl Body<'_> {
    pub(super) fn divided<'a>(&self, rows: Ident, (around, parts): (&For, &'a Parts)) -> Divided<'a> {
        let count = self.size(&around.axis.extent);
        let dims = parts.work.dims();
        self.uses.borrow_mut().dims.extend(&dims);
        let wide = size::wide(&parts.work, self.cx.dims);
        let dims = dims.iter().map(|dim| &self.cx.dims[dim.0 as usize]);
        let work = match parts.work.as_constant() {
            Some(_) => wide,
            None => quote!({ #(let #dims = #dims as u64;)* #wide }),
        };
        Divided { rows, parts, count, work }
    }

    /// What a function does: its statements, for each part; none if it cannot be given what it wants.
    pub(super) fn in_parts(
        &self,
        divided: &Divided,
        parameters: &[Parameter],
        returned: usize,
        statements: &TokenStream,
    ) -> Option<TokenStream> {
        let Divided { rows, parts, count, work } = divided;
        let buffer = |parameter: &Parameter| match parameter.root {
            Some(Root::Buffer(buffer)) if parameter.role == Role::Written => Some(buffer),
            _ => None,
        };
        let is_own = |parameter: &&Parameter| buffer(parameter).is_some_and(|own| parts.own.contains(&own));
        let is_sum = |parameter: &&Parameter| buffer(parameter).is_some_and(|sum| parts.sums.contains(&sum));
        let is_row = |parameter: &&Parameter| parameter.root.is_some_and(|root| parts.rows.contains(&root));
        let names = |is: &dyn Fn(&&Parameter) -> bool| -> Vec<TokenStream> {
            let those = parameters.iter().filter(is).map(|parameter| &parameter.name);
            those.map(|name| quote!(#name)).collect()
        };
        let (own, sums, lent) = (names(&is_own), names(&is_sum), names(&is_row));
        let whole =
            parameters.iter().filter(is_row).filter_map(|row| Some(row.start(&self.length(&row.shape)?)));
        let whole: Vec<TokenStream> = whole.collect();
        let is_written = |parameter: &&Parameter| parameter.role == Role::Written;
        let is_said = |parameter: &Parameter| {
            let parameter = &parameter;
            is_own(parameter) || is_sum(parameter) || is_row(parameter)
        };
        let cuts = parameters.iter().filter_map(|parameter| match is_row(&parameter) {
            true => {
                let (name, start) =
                    (&parameter.name, parameter.start(&self.length_of(rows, &parameter.shape)));
                Some(quote!(let #name = #start;))
            }
            false => parameter.cut.clone(),
        });
        let most = [own.len(), sums.len(), lent.len(), returned].into_iter().max();
        let bytes = u64::try_from(parts.elements).ok()?.saturating_mul(self.cx.float.bytes());
        let fits = most <= Some(ARRAYS) && bytes <= BYTES;
        if !(fits && whole.len() == lent.len() && parameters.iter().filter(is_written).all(is_said)) {
            return None;
        }
        let statements = quote!(#(#cuts)* #statements);
        let cpu = self.cpu_where_used(&statements);
        let is_counted = mentions(&statements, rows);
        let rows = if is_counted { quote!(#rows) } else { quote!(_) };
        Some(quote! {
            kernels::in_parts(
                #count,
                #work,
                (#(#whole,)*),
                (#(#own,)*),
                (#(#sums,)*),
                #[inline(always)]
                move |#cpu, #rows, (#(#lent,)*), (#(#own,)*), (#(#sums,)*)| { #statements },
            )
        })
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn rows_that_share_nothing_are_done_in_parts() {
        let of = |sums: usize| {
            let values: Vec<String> = (1..=sums).map(|k| format!("sum(max(h, {k}))")).collect();
            let (types, values) = (vec!["f32"; sums].join(", "), values.join(", "));
            let program = format!(
                "chainrule dim N; pub struct Net {{}} impl Net {{ pub fn f(x: f32[N, 3]) -> ({types}) {{
                     let h[n] = sum[k](x[n, k] * x[n, k]); ({values})
                 }} }}"
            );
            let tokens = crate::expand(program.parse().expect("tokens"));
            tokens.to_string().replace(char::is_whitespace, "")
        };
        let divided =
            "(&x[..n],), (), (), #[inline(always)] move |_, rows, (x,), (), ()| { let x = &x[..rows];";
        assert!(of(12).contains(&divided.replace(' ', "")));
        // More than the runtime takes.
        assert!(of(13).contains("move|_|{letx=&x[..n];letrows=n;"));
        assert!(!of(13).contains("kernels"));
    }
}
