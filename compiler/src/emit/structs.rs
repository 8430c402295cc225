//! Structs and what every struct of parameters has: `init`, `zeros`, `Params`. No function of the user's.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote};

use super::paths::Paths;
use super::{attributes, docs, initialise, lints, types};
use crate::program::{Constant, Content, FieldType, Program, StructType};

/// A struct with its parameters' implementations.
pub fn emit(paths: &Paths, program: &Program, of: &StructType) -> TokenStream {
    let declaration = declaration(paths, program, of);
    let constructors = constructors(paths, of);
    let parameters = parameters(paths, of);
    quote!(#declaration #constructors #parameters)
}

/// `#[repr(C)] pub struct Mlp { pub w1: [[f32; 128]; 784], … }`
fn declaration(paths: &Paths, program: &Program, of: &StructType) -> TokenStream {
    let StructType { name, attributes, visibility, .. } = of;
    let derives = attributes::derives(attributes, &attributes_around(program, of), paths);
    let docs = docs::of_struct(paths, of);
    let fields = of.fields.iter().map(|field| {
        let FieldType { name, attributes, content, .. } = field;
        let docs = docs::of_field(paths, program, field);
        let ty = field_type(paths, program, content);
        let (written, others) = (attributes::docs(attributes), attributes::all_but_docs(attributes));
        quote!(#(#written)* #docs #(#others)* pub #name: #ty)
    });
    let (written, others) = (attributes::docs(attributes), attributes::all_but_docs(attributes));
    let lints = lints::of_parameters(of);
    // Vectors of a network's weights then cross no line of the cache.
    let is_held = holders(program, of).next().is_some();
    let alignment = (!is_held && of.is_aligned()).then(|| quote!(, align(64)));
    quote! {
        #(#written)*
        #docs
        #(#others)*
        #derives
        #lints
        #[repr(C #alignment)]
        #visibility struct #name { #(#fields),* }
    }
}

/// What has a struct as a field.
fn holders<'a>(program: &'a Program, of: &StructType) -> impl Iterator<Item = &'a StructType> {
    program.structs.iter().filter(|holder| {
        holder.fields.iter().any(|field| match field.content {
            Content::Struct { index, .. } => program.structs[index].name == of.name,
            Content::Tensor { .. } => false,
        })
    })
}

/// The attributes of everything that holds a struct, however deep.
fn attributes_around(program: &Program, of: &StructType) -> Vec<TokenStream> {
    let around = holders(program, of).map(|holder| {
        let own = holder.attributes.iter().cloned();
        own.chain(attributes_around(program, holder)).collect::<Vec<_>>()
    });
    around.flatten().collect()
}

fn field_type(paths: &Paths, program: &Program, content: &Content) -> TokenStream {
    match content {
        Content::Tensor { shape, .. } => types::nested(&paths.float, shape),
        Content::Struct { index, lengths } => types::nested(&program.structs[*index].name, lengths),
    }
}

/// `Mlp::init(42)`, `Mlp::zeros()`: inherent, so that users need not import the trait.
fn constructors(paths: &Paths, of: &StructType) -> TokenStream {
    let Paths { krate, private, .. } = paths;
    if !of.is_network {
        return TokenStream::new();
    }
    let from_seed = docs::lines(&[
        "Parameters as the net initialises them, boxed and never built on the stack; the same bits for the same `seed`."
            .to_string(),
    ]);
    let empty = docs::lines(&["Zeros, boxed and never built on the stack: where gradients go.".to_string()]);
    let functions = quote! {
        #from_seed
        #[must_use]
        pub fn init(seed: u64) -> #private::alloc::boxed::Box<Self> {
            <Self as #krate::Params>::init(seed)
        }
        #empty
        #[must_use]
        pub fn zeros() -> #private::alloc::boxed::Box<Self> {
            <Self as #krate::Params>::zeros()
        }
    };
    let implementation = implementation(of, &functions);
    quote!(#krate::__with_alloc! { #implementation })
}

/// An inherent `impl` with these items; nothing without any.
pub fn implementation(of: &StructType, items: &TokenStream) -> TokenStream {
    if items.is_empty() {
        return TokenStream::new();
    }
    let name = &of.name;
    let conditions = attributes::conditions(&of.attributes);
    let lints = lints::allowed();
    quote! {
        #(#conditions)*
        #lints
        impl #name { #items }
    }
}

/// `const H: usize = 128;`
pub fn constant(constant: &Constant) -> TokenStream {
    let Constant { attributes, visibility, name, value } = constant;
    let docs = if attributes::has_docs(attributes) {
        TokenStream::new()
    } else {
        docs::lines(&["A size of the net.".to_string()])
    };
    let value = Literal::u64_unsuffixed(*value);
    quote! {
        #(#attributes)*
        #docs
        #[allow(dead_code)]
        #visibility const #name: usize = #value;
    }
}

/// `impl Params for Mlp`
fn parameters(paths: &Paths, of: &StructType) -> TokenStream {
    let Paths { krate, private, core, float, .. } = paths;
    let name = &of.name;
    let conditions = attributes::conditions(&of.attributes);
    let local = |name: &str| Ident::new(name, Span::mixed_site());
    let (path, visitor, rng) = (local("path"), local("visitor"), local("rng"));
    let count = Literal::u64_unsuffixed(of.parameters);
    let visits = of.fields.iter().map(|field| visit(paths, field, &path, &visitor));
    let initialised = of.fields.iter().map(|field| start(paths, field, &rng));
    let (path, visitor) = if of.fields.is_empty() {
        (local("_path"), local("_visitor"))
    } else {
        (path.clone(), visitor.clone())
    };
    let drawn = of.fields.iter().any(|field| match &field.content {
        Content::Tensor { initialiser, .. } => initialise::is_random(initialiser),
        Content::Struct { .. } => true,
    });
    let rng = if drawn { rng.clone() } else { local("_rng") };
    let lints = lints::of_visits(of);
    // That the tensors cover the struct is then known when it is compiled.
    let inline = if of.is_small() { quote!(#[inline(always)]) } else { TokenStream::new() };
    quote! {
        #(#conditions)*
        #[automatically_derived]
        #lints
        impl #krate::Params for #name {
            type Float = #float;
            const __WITNESS: #private::Witness<Self> = #private::Witness::new(#count);

            #inline
            fn __visit<'a>(
                &'a self,
                #path: #private::Path<'_>,
                #visitor: &mut dyn #core::ops::FnMut(#private::Path<'_>, &'static [usize], &'a [#float]),
            ) {
                #(#visits)*
            }

            fn __initialise(&mut self, #rng: &mut #private::Rng) {
                #(#initialised)*
            }
        }
    }
}

/// One field shown to a visitor.
fn visit(paths: &Paths, field: &FieldType, path: &Ident, visitor: &Ident) -> TokenStream {
    let Paths { krate, core, .. } = paths;
    let name = &field.name;
    let conditions = attributes::conditions(&field.attributes);
    let key = name.to_string();
    let key = key.trim_start_matches("r#");
    let mut path = quote!(#path.field(#key));
    if field.frozen {
        path = quote!(#path.frozen());
    }
    match &field.content {
        Content::Tensor { shape, .. } => {
            let values = flat(&quote!(self.#name), shape.len(), paths);
            let shape = shape.iter().map(|size| Literal::usize_unsuffixed(*size));
            quote!(#(#conditions)* #visitor(#path, &[#(#shape),*], #values);)
        }
        Content::Struct { lengths, .. } if lengths.is_empty() => {
            quote!(#(#conditions)* #krate::Params::__visit(&self.#name, #path, #visitor);)
        }
        Content::Struct { lengths, .. } => {
            let part = Ident::new("part", Span::mixed_site());
            let positions: Vec<Ident> = positions(lengths.len());
            let indexed = quote!(#path #(.index(#positions))*);
            let innermost = quote!(#krate::Params::__visit(#part, #indexed, #visitor););
            let loops = positions.iter().enumerate().rev().fold(innermost, |body, (depth, position)| {
                let array = if depth == 0 { quote!(self.#name) } else { quote!(#part) };
                quote!(for (#position, #part) in #core::iter::Iterator::enumerate(#array.iter()) { #body })
            });
            quote!(#(#conditions)* #loops)
        }
    }
}

/// One field as it starts.
fn start(paths: &Paths, field: &FieldType, rng: &Ident) -> TokenStream {
    let krate = &paths.krate;
    let name = &field.name;
    let conditions = attributes::conditions(&field.attributes);
    let rng = quote!(#rng);
    match &field.content {
        Content::Tensor { shape, initialiser, .. } => {
            let values = flat_mut(&quote!(self.#name), shape.len(), paths);
            let call = initialise::call(initialiser, shape, &values, &rng, paths);
            quote!(#(#conditions)* #call)
        }
        Content::Struct { lengths, .. } if lengths.is_empty() => {
            quote!(#(#conditions)* #krate::Params::__initialise(&mut self.#name, #rng);)
        }
        Content::Struct { lengths, .. } => {
            let part = Ident::new("part", Span::mixed_site());
            let innermost = quote!(#krate::Params::__initialise(#part, #rng););
            let loops = (0..lengths.len()).rev().fold(innermost, |body, depth| {
                let array = if depth == 0 { quote!(&mut self.#name) } else { quote!(#part) };
                quote!(for #part in #array { #body })
            });
            quote!(#(#conditions)* #loops)
        }
    }
}

/// `i`, `j`, … for nested arrays.
fn positions(count: usize) -> Vec<Ident> {
    const NAMES: [&str; 4] = ["i", "j", "k", "l"];
    (0..count)
        .map(|depth| match NAMES.get(depth) {
            Some(name) => Ident::new(name, Span::mixed_site()),
            None => format_ident!("i{depth}", span = Span::mixed_site()),
        })
        .collect()
}

/// A field's array as a flat slice.
pub fn flat(field: &TokenStream, rank: usize, paths: &Paths) -> TokenStream {
    let core = &paths.core;
    match rank {
        0 => quote!(#core::slice::from_ref(&#field)),
        1 => quote!(&#field),
        _ => (1..rank).fold(field.clone(), |flat, _| quote!(#flat.as_flattened())),
    }
}

/// A field's array as a flat slice that may be written.
pub fn flat_mut(field: &TokenStream, rank: usize, paths: &Paths) -> TokenStream {
    let core = &paths.core;
    match rank {
        0 => quote!(#core::slice::from_mut(&mut #field)),
        1 => quote!(&mut #field),
        _ => (1..rank).fold(field.clone(), |flat, _| quote!(#flat.as_flattened_mut())),
    }
}
