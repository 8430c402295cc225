//! The methods of a network that compute a value: the signature, the checks, the body between them, and what
//! is known of the function as constants. Without a compiled function, the signatures alone.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Literal, TokenStream, TokenTree};
use quote::{format_ident, quote};

use super::blocks::Blocks;
use super::body::{self, Access, Context};
use super::checks::{self, Checks};
use super::signature::{Signature, local, plain};
use super::{Compiled, CompiledBlocks, CompiledMethod, attributes, derivatives, docs, memory, size};
use crate::ir::{Int, TensorId};
use crate::plan::Maximum;
use crate::program::Program;
use crate::routine::Target;
use crate::syntax::ast::DerivativeKind;

/// Everything of one function that stands in the network's `impl`.
pub fn emit(program: &Program, signature: &Signature<'_>, compiled: Option<&CompiledMethod>) -> TokenStream {
    let derived = derivatives::methods(program, signature, compiled);
    let has_pass =
        signature.method.derivatives.iter().any(|derivative| derivative.kind == DerivativeKind::Grad);
    let value = value(signature, compiled, if has_pass { "_value" } else { "" });
    let workspace = workspace(signature, compiled);
    let operations = operations(signature, compiled);
    let constants = constants(signature, compiled);
    quote!(#derived #value #workspace #operations #constants)
}

/// The method that computes the value alone.
fn value(signature: &Signature<'_>, compiled: Option<&CompiledMethod>, suffix: &str) -> TokenStream {
    let Signature { paths, method, results, .. } = signature;
    let function = signature.function();
    let checks = compiled.map(|_| checks::of_arguments(signature, &function)).unwrap_or_default();
    let derivation = compiled.map_or("", |compiled| compiled.derivation.as_str());
    let compiled = compiled.map(|compiled| &compiled.value);
    let docs = docs::of_value(signature, compiled, derivation, &checks, suffix);
    let body = match compiled {
        Some(compiled) => value_body(signature, compiled, &function, &checks),
        None => unreachable(signature, &signature.names()),
    };
    let name = match suffix {
        "" => method.name.clone(),
        suffix => format_ident!("{}{suffix}", plain(&method.name), span = method.name.span()),
    };
    let attributes = decorated(signature, !suffix.is_empty(), &docs);
    let visibility = &method.visibility;
    let (krate, float) = (&paths.krate, &paths.float);
    let (ws, storage) = (local("ws"), signature.type_parameter("S"));
    let lifetime = if results.all_scalar() { TokenStream::new() } else { quote!('w) };
    let generics = if results.all_scalar() { TokenStream::new() } else { quote!('w,) };
    let parameters = signature.parameters(&TokenStream::new());
    let result_type = results.ty(&lifetime, paths);
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

fn value_body(
    signature: &Signature<'_>,
    compiled: &Compiled,
    function: &str,
    checks: &Checks,
) -> TokenStream {
    let results = &signature.results;
    let context = context(signature, compiled, &quote!(self), &[]);
    let stage = body::forward(&compiled.plan, &context);
    let values = results.flat().into_iter().zip(&stage.results);
    let returned = values.map(|(boundary, value)| boundary.returned(value, signature.paths, &signature.dims));
    let returned = results.tuple(&returned.collect::<Vec<_>>());
    let start = start(signature, compiled, function, checks, &stage, &returned);
    let statements = &stage.statements;
    let body = quote!(#start #statements #returned);
    let found = mentioned(&body);
    // Whether an argument should be used is for `check` to say.
    let unused = signature.names().into_iter().filter(|name| !found.contains(&name.to_string()));
    quote!(#(let _ = #unused;)* #body)
}

/// What a method does before the statements of its forward stage: sizes, checks, views, memory. `after` is
/// what follows those statements.
pub fn start(
    signature: &Signature<'_>,
    compiled: &Compiled,
    function: &str,
    checks: &Checks,
    stage: &body::Stage,
    after: &TokenStream,
) -> TokenStream {
    let mentioned = mentioned(after);
    let length = compiled.plan.workspace();
    let arena_is_used = stage.uses.arena || mentioned.contains("arena");
    let free = memory::free_sums(signature, compiled);
    let asked = memory::dims(&free);
    let dims = signature.bind_dims(|dim| {
        checks.dims.contains(&dim)
            || asked.contains(&dim)
            || stage.uses.dims.contains(&dim)
            || (arena_is_used && length.sums().iter().flat_map(Int::dims).any(|other| other == dim))
            || mentioned.contains(&signature.dims[dim.0 as usize].to_string())
    });
    let views = signature.bind_views(|tensor| stage.uses.inputs.contains(&tensor));
    let verified = &checks.statements;
    let ws = local("ws");
    let memory = if arena_is_used {
        let arena = local("arena");
        let length = arena_length(signature, length);
        quote!(let #arena = #ws.request(#length, #function);)
    } else {
        quote!(let _ = #ws;)
    };
    let asked = memory::asked(signature, &free, function);
    quote!(#dims #asked #verified #views #memory)
}

/// The body of what could not be compiled, with its parameters; an error elsewhere says why.
pub fn unreachable(signature: &Signature<'_>, parameters: &[Ident]) -> TokenStream {
    let core = &signature.paths.core;
    quote!(#(let _ = #parameters;)* #core::unreachable!())
}

/// What the bodies of a routine find: fields through `receiver`, arguments under their names.
pub fn context<'a>(
    signature: &'a Signature<'_>,
    compiled: &'a Compiled,
    receiver: &TokenStream,
    cotangents: &[(TensorId, Ident)],
) -> Context<'a> {
    let method = signature.method;
    let fields =
        method.fields.iter().map(|field| (field.tensor, Access::Field { receiver: receiver.clone(), field }));
    let arguments = signature
        .arguments
        .iter()
        .filter_map(|argument| Some((argument.tensor.as_ref()?.0, Access::Variable(argument.name.clone()))));
    let seeds = cotangents.iter().map(|(tensor, name)| (*tensor, Access::Variable(name.clone())));
    let targets = compiled.plan.gradients.iter().map(|gradient| match gradient.target {
        Target::Field(position) => {
            let grads = local("grads");
            Access::Field { receiver: quote!(#grads), field: &method.fields[position] }
        }
        Target::Argument(position) => Access::Variable(gradient_name(signature, position)),
    });
    // A parameter of a method's may be named as the network is.
    let owner = match receiver.to_string().as_str() {
        "self" => quote!(Self),
        _ => {
            let name = &signature.owner.name;
            quote!(#name)
        }
    };
    Context {
        krate: &signature.paths.krate,
        function: signature.function(),
        place: method.name.span(),
        float: signature.paths.kind,
        dims: &signature.dims,
        inputs: fields.chain(arguments).chain(seeds).collect(),
        targets: targets.collect(),
        externs: &method.externs,
        owner,
        loops: signature.loops,
    }
}

/// `d_x`, where the gradient of `x` goes.
pub fn gradient_name(signature: &Signature<'_>, argument: usize) -> Ident {
    local(&format!("d_{}", plain(&signature.arguments[argument].name)))
}

/// Generated docs with the user's attributes of a function: their own docs on the method of its name, the rest
/// on its siblings too.
pub fn decorated(signature: &Signature<'_>, is_sibling: bool, docs: &TokenStream) -> TokenStream {
    let attributes = &signature.method.attributes;
    let written = if is_sibling { Vec::new() } else { attributes::docs(attributes) };
    let others = attributes::all_but_docs(attributes);
    quote!(#(#written)* #docs #(#others)*)
}

/// Every identifier in some tokens.
pub fn mentioned(tokens: &TokenStream) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut stack = vec![tokens.clone()];
    while let Some(tokens) = stack.pop() {
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    found.insert(ident.to_string());
                }
                TokenTree::Group(group) => stack.push(group.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }
    found
}

/// `Mlp::loss_workspace(n)`: how many floats every method of this function is content with.
fn workspace(signature: &Signature<'_>, compiled: Option<&CompiledMethod>) -> TokenStream {
    let method = signature.method;
    let name = format_ident!("{}_workspace", plain(&method.name));
    let all = compiled.into_iter().flat_map(CompiledMethod::all);
    // What is asked for before any check must hold where a quotient is negative, too.
    let at_most = |small: &Int, large: &Int| !large.sub(small).can_be_negative();
    let largest = all
        .fold(Maximum::default(), |largest, compiled| largest.or_unless(compiled.plan.workspace(), at_most));
    let dims = &signature.dims;
    let whole = arena_length(signature, &largest);
    let private = &signature.paths.private;
    let blocks: Vec<&CompiledBlocks> = compiled.into_iter().flat_map(CompiledMethod::blocks).collect();
    let most = blocks.iter().map(|blocks| blocks.most).max();
    let length = blocks.into_iter().fold(whole, |length, blocks| {
        let blocks = Blocks::new(signature, blocks).length();
        quote!(#private::larger(#length, #blocks))
    });
    let found = mentioned(&length);
    let unused = dims.iter().filter(|dim| !found.contains(&dim.to_string()));
    let function = format!("{}_workspace", signature.function());
    let sums = memory::of_sizes(largest.sums());
    let asked = memory::asked(signature, &sums, &function);
    let docs = docs::of_workspace(signature, &largest, most, !sums.is_empty());
    let attributes = decorated(signature, true, &docs);
    let visibility = &method.visibility;
    quote! {
        #attributes
        #[must_use]
        #[track_caller]
        #visibility const fn #name(#(#dims: usize),*) -> usize {
            #(let _ = #unused;)*
            #asked
            #length
        }
    }
}

/// `Mlp::loss_operations(n)`: how many operations the value takes, and the value with each derivative.
fn operations(signature: &Signature<'_>, compiled: Option<&CompiledMethod>) -> TokenStream {
    let method = signature.method;
    let name = format_ident!("{}_operations", plain(&method.name));
    let counts = compiled.map(|compiled| {
        let derived = compiled.derivatives.iter().map(|derivative| &derivative.of);
        let counts = std::iter::once(&compiled.value).chain(derived).map(|of| of.operations.clone());
        counts.collect::<Vec<_>>()
    });
    let counts = counts.unwrap_or_else(|| vec![Int::zero(); 1 + method.derivatives.len()]);
    let dims = &signature.dims;
    let values: Vec<TokenStream> = counts.iter().map(|count| size::wide(count, dims)).collect();
    let number = Literal::usize_unsuffixed(counts.len());
    let found = mentioned(&quote!(#(#values)*));
    let (used, unused): (Vec<&Ident>, Vec<&Ident>) =
        dims.iter().partition(|dim| found.contains(&dim.to_string()));
    let function = format!("{}_operations", signature.function());
    let sums = memory::of_sizes(&counts);
    let counted = memory::counted(signature, &sums, &function);
    let docs = docs::of_operations(signature, &counts, !sums.is_empty());
    let attributes = decorated(signature, true, &docs);
    let visibility = &method.visibility;
    quote! {
        #attributes
        #[must_use]
        #[track_caller]
        #visibility const fn #name(#(#dims: usize),*) -> [u64; #number] {
            #(let _ = #unused;)*
            #counted
            #(let #used = #used as u64;)*
            [#(#values),*]
        }
    }
}

/// The length of an arena.
pub fn arena_length(signature: &Signature<'_>, length: &Maximum) -> TokenStream {
    let sums = length.sums().iter().map(|sum| size::expression(sum, &signature.dims));
    let krate = &signature.paths.krate;
    size::largest(sums, || quote!(#krate::__private::larger))
}

/// `Mlp::LOSS_DERIVATION`, `LOSS_LATEX`, `LOSS_DOT`.
fn constants(signature: &Signature<'_>, compiled: Option<&CompiledMethod>) -> TokenStream {
    let method = signature.method;
    let visibility = &method.visibility;
    let upper = plain(&method.name).to_uppercase();
    let text = |text: fn(&CompiledMethod) -> &String| compiled.map_or("", |compiled| text(compiled));
    let texts = [
        ("DERIVATION", text(|compiled| &compiled.derivation), "as text: its value, then its gradients"),
        ("LATEX", text(|compiled| &compiled.latex), "as LaTeX"),
        ("DOT", text(|compiled| &compiled.dot), "as a graph in the DOT language, forward and backward"),
    ];
    let items = texts.iter().map(|(suffix, text, what)| {
        let name = format_ident!("{upper}_{suffix}");
        let docs = docs::lines(&[format!("How `{}` is computed, {what}.", signature.function())]);
        let attributes = attributes::of_constants(&method.attributes);
        let text = Literal::string(text);
        quote! {
            #docs
            #(#attributes)*
            #visibility const #name: &'static str = #text;
        }
    });
    quote!(#(#items)*)
}
