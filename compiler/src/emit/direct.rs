//! Derivatives that are one method each, without a pass: `#[jvp]`, `#[hvp]`, `#[jacobian]`, `#[hessian]`.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::body::{self, Access, Context};
use super::checks::{self, Checks};
use super::method::{context, decorated, mentioned, start, unreachable};
use super::signature::{Results, Signature, local, plain};
use super::types::{Boundary, Layout, rows_of_view};
use super::{Compiled, CompiledDerivative, docs, zero};
use crate::compile;
use crate::ir::{Graph, Int, Kind, TensorId};
use crate::program::{Derivative, Program};
use crate::routine::Target;

/// A derivative as a method of its own.
pub struct Direct<'a> {
    signature: &'a Signature<'a>,
    derivative: &'a Derivative,
    /// None where there are signatures only.
    compiled: Option<&'a CompiledDerivative>,
    /// What follows the function's name.
    suffix: &'static str,
    /// Whether directions are given, one for each of the listed.
    directed: bool,
    /// Whether the derivative goes to `out`.
    delivered: bool,
    /// What it returns.
    results: Results,
    /// What it computes, in words.
    what: String,
}

impl<'a> Direct<'a> {
    /// `f_jvp`
    pub fn tangent(
        signature: &'a Signature<'a>,
        derivative: &'a Derivative,
        compiled: Option<&'a CompiledDerivative>,
    ) -> Self {
        let Signature { method, paths, results, .. } = signature;
        let tangents = Results::of(&method.result, &mut |tensor| {
            Some(Boundary::of(&method.graph, tensor, paths)).filter(|boundary| boundary.kind == Kind::Float)
        });
        let results = Results::Tuple(std::iter::once(results.clone()).chain(tangents).collect());
        let what = format!(
            "The value of `{}` and its derivative along a direction of {}: J·v, forward.",
            plain(&method.name),
            docs::targets(signature, derivative).join(", "),
        );
        Self {
            signature,
            derivative,
            compiled,
            suffix: "_jvp",
            directed: true,
            delivered: false,
            results,
            what,
        }
    }

    /// `f_hvp`
    pub fn hessian_vector(
        signature: &'a Signature<'a>,
        derivative: &'a Derivative,
        compiled: Option<&'a CompiledDerivative>,
    ) -> Self {
        let what = format!(
            "The value of `{}`; writes the derivative of its gradient along `v` to `out`: H·v, forward over reverse.",
            plain(&signature.method.name),
        );
        let results = signature.results.clone();
        Self {
            signature,
            derivative,
            compiled,
            suffix: "_hvp",
            directed: true,
            delivered: true,
            results,
            what,
        }
    }

    /// `f_jacobian`
    pub fn jacobian(
        signature: &'a Signature<'a>,
        derivative: &'a Derivative,
        compiled: Option<&'a CompiledDerivative>,
    ) -> Self {
        let what = format!(
            "The derivative of each element of `{}` by each element of {}: axes of the result, then those of the argument; where rows do not mix, within each row.",
            plain(&signature.method.name),
            docs::targets(signature, derivative).join(", "),
        );
        let graph = &signature.method.graph;
        let outputs = signature
            .method
            .result
            .tensors()
            .into_iter()
            .filter(|tensor| graph.tensor(*tensor).kind == Kind::Float);
        let pairs =
            outputs.map(|output| arguments(signature, derivative).map(|by| (output, by)).collect::<Vec<_>>());
        // What is compiled tells it itself.
        let shared = |output, by| match compiled {
            Some(_) => 0,
            None => compile::shared_axes(signature.method, output, by),
        };
        let shapes = pairs.map(|row| {
            let shape = |(output, by)| [graph.shape(output), &graph.shape(by)[shared(output, by)..]].concat();
            row.into_iter().map(shape).collect()
        });
        let results = blocks(signature, compiled, shapes.collect());
        Self {
            signature,
            derivative,
            compiled,
            suffix: "_jacobian",
            directed: false,
            delivered: false,
            results,
            what,
        }
    }

    /// `f_hessian`
    pub fn hessian(
        signature: &'a Signature<'a>,
        derivative: &'a Derivative,
        compiled: Option<&'a CompiledDerivative>,
    ) -> Self {
        let what = format!(
            "The second derivatives of `{}` by each pair of elements of {}.",
            plain(&signature.method.name),
            docs::targets(signature, derivative).join(", "),
        );
        let graph = &signature.method.graph;
        let shapes = arguments(signature, derivative).map(|row| {
            arguments(signature, derivative)
                .map(|column| [graph.shape(row), graph.shape(column)].concat())
                .collect()
        });
        let results = blocks(signature, compiled, shapes.collect());
        Self {
            signature,
            derivative,
            compiled,
            suffix: "_hessian",
            directed: false,
            delivered: false,
            results,
            what,
        }
    }

    /// `fn f_jvp(&self, ws, …) -> …`
    pub fn method(&self, program: &Program) -> TokenStream {
        let Signature { paths, method, owner, .. } = self.signature;
        let function = self.signature.function();
        let checks = self.compiled.map(|_| self.checks(&function)).unwrap_or_default();
        let docs = docs::of_direct(
            self.signature,
            &self.what,
            &self.extra_docs(),
            &self.results,
            self.compiled,
            &checks,
        );
        let directions = self.directions();
        let out = local("out");
        let body = match self.compiled {
            Some(compiled) => self.body(program, compiled, &function, &checks),
            None => {
                let names = directions
                    .iter()
                    .map(|(name, _)| name.clone())
                    .chain(self.delivered.then(|| out.clone()));
                unreachable(
                    self.signature,
                    &self.signature.names().into_iter().chain(names).collect::<Vec<_>>(),
                )
            }
        };
        let attributes = decorated(self.signature, true, &docs);
        let name = format_ident!("{}{}", plain(&method.name), self.suffix, span = method.name.span());
        let (krate, float) = (&paths.krate, &paths.float);
        let (ws, storage) = (local("ws"), self.signature.type_parameter("S"));
        let visibility = &method.visibility;
        let (lifetime, generics) = if self.results.all_scalar() {
            (TokenStream::new(), TokenStream::new())
        } else {
            (quote!('w), quote!('w,))
        };
        let parameters = self.signature.parameters(&TokenStream::new());
        let directions = directions.iter().map(|(name, target)| {
            let ty = match target {
                Target::Field(_) => {
                    let network = &owner.name;
                    quote!(&#network)
                }
                Target::Argument(position) => self.boundary(*position).shared(&TokenStream::new(), paths),
            };
            quote!(#name: #ty)
        });
        let network = &owner.name;
        let delivered = self.delivered.then(|| quote!(#out: &mut #network));
        let parameters: Vec<TokenStream> =
            parameters.into_iter().chain(directions).chain(delivered).collect();
        let result_type = self.results.ty(&lifetime, paths);
        quote! {
            #attributes
            #[track_caller]
            #visibility fn #name<#generics #storage: #krate::Storage<#float>>(
                &self,
                #ws: &#lifetime mut #krate::Workspace<#float, #storage>,
                #(#parameters),*
            ) -> #result_type {
                #body
            }
        }
    }

    /// The directions: `v` for the parameters, `t_x` for `x`.
    fn directions(&self) -> Vec<(Ident, Target)> {
        if !self.directed {
            return Vec::new();
        }
        let model = self.derivative.model.then(|| (local("v"), Target::Field(0)));
        let arguments = self.derivative.arguments.iter().map(|&position| {
            let name = local(&format!("t_{}", plain(&self.signature.arguments[position].name)));
            (name, Target::Argument(position))
        });
        model.into_iter().chain(arguments).collect()
    }

    fn boundary(&self, argument: usize) -> &'a Boundary {
        match &self.signature.arguments[argument].tensor {
            Some((_, boundary)) => boundary,
            None => unreachable!("what is listed is a tensor"),
        }
    }

    fn extra_docs(&self) -> Vec<String> {
        let network = plain(&self.signature.owner.name);
        let directions = self.directions().into_iter().map(|(name, target)| match target {
            Target::Field(_) => format!("* `{name}: &{network}`, the direction of the parameters"),
            Target::Argument(position) => {
                format!("* `{name}`, the direction of `{}`", plain(&self.signature.arguments[position].name))
            }
        });
        let delivered = self.delivered.then(|| {
            format!(
                "* `out: &mut {network}`, overwritten, with zeros where nothing depends on it or it is frozen"
            )
        });
        directions.chain(delivered).collect()
    }

    /// Those of the function, and the sizes of the directions.
    fn checks(&self, function: &str) -> Checks {
        let mut checks = checks::of_arguments(self.signature, function);
        for (name, target) in self.directions() {
            let Target::Argument(position) = target else { continue };
            let boundary = self.boundary(position);
            for axis in 0..boundary.shape.len() {
                checks.axis(self.signature, function, &name, boundary, axis);
            }
        }
        checks
    }

    /// What the body finds: the directions too, and `out`.
    fn context(&self, compiled: &'a CompiledDerivative) -> Context<'a> {
        let mut context = context(self.signature, &compiled.of, &quote!(self), &[]);
        let fields = &self.signature.method.fields;
        for (target, tensor) in &compiled.directions {
            let access = match *target {
                Target::Field(field) => {
                    let v = local("v");
                    Access::Field { receiver: quote!(#v), field: &fields[field] }
                }
                Target::Argument(position) => {
                    let name = plain(&self.signature.arguments[position].name);
                    Access::Variable(local(&format!("t_{name}")))
                }
            };
            context.inputs.insert(*tensor, access);
        }
        for (target, gradient) in context.targets.iter_mut().zip(&compiled.of.plan.gradients) {
            if let Target::Field(field) = gradient.target {
                let out = local("out");
                *target = Access::Field { receiver: quote!(#out), field: &fields[field] };
            }
        }
        context
    }

    fn body(
        &self,
        program: &Program,
        compiled: &'a CompiledDerivative,
        function: &str,
        checks: &Checks,
    ) -> TokenStream {
        let signature = self.signature;
        let plan = &compiled.of.plan;
        let context = self.context(compiled);
        let mut stage = body::forward(plan, &context);
        let out = local("out");
        if self.delivered {
            let zeros = zero::undelivered(signature, program, plan, &quote!(#out));
            let (backward, uses) = body::backward(plan, &context, false);
            stage.statements.extend(quote!(#zeros #backward));
            stage.uses.dims.extend(uses.dims);
            stage.uses.inputs.extend(uses.inputs);
            stage.uses.arena |= uses.arena;
        }
        let values = self.results.flat().into_iter().zip(&stage.results);
        let returned =
            values.map(|(boundary, value)| boundary.returned(value, signature.paths, &signature.dims));
        let returned = self.results.tuple(&returned.collect::<Vec<_>>());
        let start = start(signature, &compiled.of, function, checks, &stage, &returned);
        let views = compiled.directions.iter().filter_map(|(target, tensor)| {
            let Target::Argument(position) = *target else { return None };
            let boundary = self.boundary(position);
            if !stage.uses.inputs.contains(tensor) || !matches!(boundary.layout, Layout::View(_)) {
                return None;
            }
            let name = local(&format!("t_{}", plain(&signature.arguments[position].name)));
            let rows = rows_of_view(&quote!(#name.as_slice()), &boundary.shape);
            Some(quote!(let #name = #rows;))
        });
        let views: TokenStream = views.collect();
        let statements = &stage.statements;
        let body = quote!(#start #views #statements #returned);
        let found = mentioned(&body);
        let directions = self.directions().into_iter().map(|(name, _)| name);
        let names = signature.names().into_iter().chain(directions).chain(self.delivered.then_some(out));
        let unused = names.filter(|name| !found.contains(&name.to_string()));
        quote!(#(let _ = #unused;)* #body)
    }
}

/// The arguments listed.
fn arguments<'a>(
    signature: &'a Signature<'_>,
    derivative: &'a Derivative,
) -> impl Iterator<Item = TensorId> + 'a {
    let tensor = |position: &usize| signature.arguments[*position].tensor.as_ref().map(|(tensor, _)| *tensor);
    derivative.arguments.iter().filter_map(tensor)
}

/// A block for each pair, in tuples of rows where there are several; of the shapes that were planned, or
/// where nothing is, of those that may be expected.
fn blocks(
    signature: &Signature<'_>,
    compiled: Option<&CompiledDerivative>,
    expected: Vec<Vec<Vec<Int>>>,
) -> Results {
    let planned = |Compiled { plan, .. }: &Compiled| {
        plan.results.iter().map(|result| plan.graph.shape(*result).to_vec()).collect::<Vec<_>>()
    };
    let mut planned = compiled.map(|compiled| planned(&compiled.of).into_iter());
    let mut block = |expected: Vec<Int>| {
        let shape = planned.as_mut().and_then(Iterator::next).unwrap_or(expected);
        let mut graph = Graph::default();
        let tensor = graph.add_tensor("", shape, Kind::Float);
        Results::One(Boundary::of(&graph, tensor, signature.paths))
    };
    let rows = expected.into_iter().map(|row| tuple(row.into_iter().map(&mut block).collect()));
    tuple(rows.collect())
}

/// One as it is, several as a tuple.
fn tuple(mut parts: Vec<Results>) -> Results {
    match (parts.len(), parts.pop()) {
        (1, Some(one)) => one,
        (_, last) => Results::Tuple(parts.into_iter().chain(last).collect()),
    }
}
