//! What stands in for an expansion where the block has errors: its types and signatures, as far as the text
//! tells them, so that the rest of the user's file reports nothing false. Reports nothing itself; what it
//! cannot tell of a size, an argument or a result, it makes up so that most uses are right.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::items;
use super::messages::errors;
use crate::check::layer_elsewhere;
use crate::ir::{DimId, Graph, Int, Kind, TensorId};
use crate::program::{
    Argument, ArgumentContent, CONSTRUCTORS, Constant, Content, Derivative, DimSource, FieldType, Float,
    Initialiser, Method, Program, Returned, Sound, StructType, floats, generated_methods, generated_pass,
};
use crate::report::Report;
use crate::spelling::did_you_mean;
use crate::syntax::ast::{self, AxisType, BinaryOperator, Block, Expr, ExprKind, Item, UnaryOperator};

/// What stands for a size that cannot be told: few programs subscript beyond it by a constant, which rustc
/// would refuse.
const SOME_SIZE: i64 = 64;

/// How deep layers may stand in layers.
const DEEPEST: usize = 32;

/// The types and signatures of a block, and its errors. `library` is where layers are looked up that the
/// block does not declare; `sound` are the functions of which all is known.
pub fn skeleton(
    krate: &TokenStream,
    block: &Block,
    library: Option<&Block>,
    sound: Vec<Sound>,
    report: &Report,
) -> TokenStream {
    let items = items(krate, &sketch(block, library, sound), None);
    let errors = errors(krate, report);
    quote!(#items #errors)
}

/// The program as far as the text tells it: no fields as inputs, no sources of sizes, no nodes.
fn sketch(block: &Block, library: Option<&Block>, sound: Vec<Sound>) -> Program {
    let mut sketch = Sketch {
        block,
        library,
        sound,
        program: Program { float: float_of(block), constants: Vec::new(), structs: Vec::new() },
        sizes: Sizes::default(),
        layers: BTreeMap::new(),
        depth: 0,
    };
    sketch.constants();
    let structs: Vec<&ast::Struct> = block
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Struct(of) if !of.visibility.is_empty() => Some(of),
            _ => None,
        })
        .collect();
    let passes: Vec<String> = structs
        .iter()
        .flat_map(|of| public(block, of).filter_map(|function| generated_pass(&of.name, function)))
        .collect();
    for of in structs {
        let known = sketch.program.structs.iter().any(|known| known.name == of.name);
        if !known && !passes.iter().any(|pass| of.name == pass) {
            sketch.network(of);
        }
    }
    sketch.program
}

/// The public functions of a network.
fn public<'block>(block: &'block Block, of: &ast::Struct) -> impl Iterator<Item = &'block ast::Function> {
    let implementations = block.items.iter().filter_map(move |item| match item {
        Item::Impl(implementation) => {
            let meant = block.struct_of(implementation)?;
            (meant.name == of.name).then_some(implementation)
        }
        _ => None,
    });
    implementations
        .flat_map(|each| &each.functions)
        .filter(|function| !function.visibility.is_empty() && function.all_arguments)
}

/// A program as far as it can be told.
struct Sketch<'block> {
    block: &'block Block,
    library: Option<&'block Block>,
    /// Functions of which all is known.
    sound: Vec<Sound>,
    program: Program,
    /// The constants that have a value.
    sizes: Sizes,
    /// The layers made so far, by network, name and generic arguments.
    layers: BTreeMap<(String, String, Vec<i64>), usize>,
    /// How many layers are being made, each inside the one before.
    depth: usize,
}

impl<'block> Sketch<'block> {
    fn constants(&mut self) {
        for item in &self.block.items {
            if let Item::Dims(names) = item {
                self.sizes.dims.extend(names.iter().map(Ident::to_string));
            }
        }
        for item in &self.block.items {
            let Item::Const(constant) = item else { continue };
            let value = known_or_some(&constant.value, &self.sizes);
            let unsigned = value.unsigned_abs();
            if self.sizes.values.insert(constant.name.to_string(), value).is_none() {
                self.program.constants.push(Constant {
                    attributes: constant.attributes.clone(),
                    visibility: constant.visibility.clone(),
                    name: constant.name.clone(),
                    value: unsigned,
                });
            }
        }
    }

    fn network(&mut self, of: &'block ast::Struct) {
        let sizes = self.sizes.clone();
        let fields = self.fields(of, &of.name, &sizes);
        let mut methods: Vec<Method> = Vec::new();
        let mut taken: Vec<String> = public(self.block, of).flat_map(generated_methods).collect();
        taken.extend(CONSTRUCTORS.map(str::to_owned));
        for function in public(self.block, of) {
            let known = methods.iter().any(|method| method.name == function.name);
            if !known && !taken.iter().any(|taken| function.name == taken) {
                let is_it = |sound: &Sound| sound.network == of.name && sound.method.name == function.name;
                let sound = self.sound.iter().position(is_it);
                let sound = sound.map(|position| self.sound.swap_remove(position).method);
                methods.push(sound.unwrap_or_else(|| self.method(function)));
            }
        }
        self.program.structs.push(StructType {
            name: of.name.clone(),
            description: of.name.to_string(),
            attributes: of.attributes.clone(),
            visibility: of.visibility.clone(),
            is_network: true,
            parameters: floats(&self.program.structs, &fields),
            fields,
            methods,
            limit: None,
        });
    }

    fn fields(&mut self, of: &'block ast::Struct, network: &Ident, sizes: &Sizes) -> Vec<FieldType> {
        let mut fields: Vec<FieldType> = Vec::new();
        for field in &of.fields {
            let content = self.content(&field.ty, network, &of.visibility, sizes);
            if let Some(content) = content.filter(|_| !fields.iter().any(|known| known.name == field.name)) {
                fields.push(FieldType {
                    name: field.name.clone(),
                    attributes: field.attributes.clone(),
                    frozen: field.frozen.is_some(),
                    content,
                });
            }
        }
        fields
    }

    fn content(
        &mut self,
        ty: &'block ast::FieldType,
        network: &Ident,
        visibility: &TokenStream,
        sizes: &Sizes,
    ) -> Option<Content> {
        match ty {
            ast::FieldType::Tensor(tensor) => {
                let shape = tensor.axes.iter().map(|axis| match axis {
                    // As often as not it is one.
                    AxisType::Rest(_) => SOME_SIZE as usize,
                    AxisType::Size(size) => known_or_some(size, sizes) as usize,
                });
                Some(Content::Tensor { shape: shape.collect(), initialiser: Initialiser::Zeros })
            }
            // No layer is called like that: a scalar of another language.
            ast::FieldType::Layer(name, _) if name.to_string().starts_with(char::is_lowercase) => {
                Some(Content::Tensor { shape: Vec::new(), initialiser: Initialiser::Zeros })
            }
            ast::FieldType::Layer(name, generics) => {
                let generics = generics.iter().map(|size| known_or_some(size, sizes)).collect();
                let index = self.layer(name, generics, network, visibility)?;
                Some(Content::Struct { index, lengths: Vec::new() })
            }
            ast::FieldType::Array(inner, length) => {
                let length = known_or_some(length, sizes) as usize;
                let mut content = self.content(inner, network, visibility, sizes)?;
                let (Content::Struct { lengths, .. } | Content::Tensor { shape: lengths, .. }) = &mut content;
                lengths.insert(0, length);
                Some(content)
            }
            ast::FieldType::Error(Some(read)) => self.content(read, network, visibility, sizes),
            // As often as not a row of numbers.
            ast::FieldType::Error(None) => {
                Some(Content::Tensor { shape: vec![SOME_SIZE as usize], initialiser: Initialiser::Zeros })
            }
        }
    }

    /// The instance of a layer, made where it is new; with the fields of most layers where nothing declares it.
    fn layer(
        &mut self,
        name: &Ident,
        generics: Vec<i64>,
        network: &Ident,
        visibility: &TokenStream,
    ) -> Option<usize> {
        let items = [Some(self.block), self.library].into_iter().flatten().flat_map(|block| &block.items);
        let structs: Vec<&ast::Struct> = items
            .filter_map(|item| match item {
                Item::Struct(of) => Some(of),
                _ => None,
            })
            .collect();
        let written = || name.to_string();
        let elsewhere = || layer_elsewhere(&written()).map(str::to_string);
        let nearest = named_or_nearest(name, structs.iter().map(|of| &of.name));
        let name = nearest.or_else(elsewhere).unwrap_or_else(written);
        let of = structs.into_iter().find(|of| of.name == name);
        let mut sizes = self.sizes.clone();
        let mut values = Vec::new();
        for (position, generic) in of.iter().flat_map(|of| &of.generics).enumerate() {
            let default = || generic.default.as_ref().map(|default| known_or_some(default, &sizes));
            let value = generics.get(position).copied().or_else(default).unwrap_or(SOME_SIZE);
            sizes.values.insert(generic.name.to_string(), value);
            values.push(value);
        }
        let key = (network.to_string(), name.to_string(), values.clone());
        if let Some(known) = self.layers.get(&key) {
            return (*known < self.program.structs.len()).then_some(*known);
        }
        // A layer that holds itself finds this, or gets too deep, and is left out.
        self.layers.insert(key.clone(), usize::MAX);
        if self.depth == DEEPEST {
            return None;
        }
        self.depth += 1;
        let fields = of.map_or_else(|| some_fields(network), |of| self.fields(of, network, &sizes));
        self.depth -= 1;
        let shape: Vec<String> = values.iter().map(ToString::to_string).collect();
        self.program.structs.push(StructType {
            name: format_ident!("{network}{name}{}", shape.join("x"), span = network.span()),
            description: name.to_string(),
            attributes: Vec::new(),
            visibility: visibility.clone(),
            is_network: false,
            parameters: floats(&self.program.structs, &fields),
            fields,
            methods: Vec::new(),
            limit: None,
        });
        let index = self.program.structs.len() - 1;
        self.layers.insert(key, index);
        Some(index)
    }

    /// A method's signature, as far as its types can be told.
    fn method(&self, function: &ast::Function) -> Method {
        let mut graph = Graph::default();
        let mut arguments: Vec<Argument> = Vec::new();
        for (position, argument) in function.arguments.iter().enumerate() {
            let name = match &argument.pattern {
                ast::Pattern::Name(name) if !arguments.iter().any(|known| known.name == *name) => {
                    name.clone()
                }
                _ => format_ident!("argument_{position}"),
            };
            let content = match &argument.ty {
                ast::Type::Tensor(tensor) => ArgumentContent::Tensor(self.tensor(tensor, &mut graph)),
                ast::Type::Dim(dim) => {
                    let dim = dimension(&dim.to_string(), &mut graph);
                    ArgumentContent::Dim(dim)
                }
                ast::Type::Tuple(..) | ast::Type::Error(_) => {
                    ArgumentContent::Unknown(graph.add_tensor("", Vec::new(), Kind::Float))
                }
            };
            arguments.push(Argument { name, content });
        }
        let result = match &function.result {
            Some(result) => self.result(result, &mut graph),
            None => some_result(&mut graph),
        };
        let derivatives = function.derivatives.iter().map(|request| {
            let listed = &request.with_respect_to;
            let position = |(place, name): (usize, &Ident)| {
                if name == "self" || listed[..place].contains(name) {
                    return None;
                }
                let named = named_or_nearest(name, arguments.iter().map(|argument| &argument.name));
                let is_named =
                    |argument: &Argument| named.as_ref().is_some_and(|name| argument.name == *name);
                // Of one that there is not the first that may have been meant.
                let may_be = |argument: &Argument| match argument.content {
                    ArgumentContent::Tensor(tensor) | ArgumentContent::Unknown(tensor) => {
                        graph.tensor(tensor).kind == Kind::Float && !listed.contains(&argument.name)
                    }
                    ArgumentContent::Dim(_) => false,
                };
                arguments.iter().position(is_named).or_else(|| arguments.iter().position(may_be))
            };
            Derivative {
                kind: request.kind,
                model: request.with_respect_to.is_empty()
                    || request.with_respect_to.iter().any(|name| name == "self"),
                arguments: listed.iter().enumerate().filter_map(position).collect(),
            }
        });
        let mut kinds = Vec::new();
        let derivatives = derivatives.filter(|derivative: &Derivative| {
            let new = !kinds.contains(&derivative.kind);
            kinds.push(derivative.kind);
            new
        });
        let derivatives = derivatives.collect();
        Method {
            name: function.name.clone(),
            attributes: function.attributes.clone(),
            visibility: function.visibility.clone(),
            derivatives,
            limit: None,
            arguments,
            result,
            fields: Vec::new(),
            // No body asks where a size comes from.
            dims: graph.dims.iter().map(|_| DimSource::Argument(usize::MAX)).collect(),
            checks: Vec::new(),
            requirements: Vec::new(),
            externs: Vec::new(),
            graph,
            text: Vec::new(),
        }
    }

    fn result(&self, ty: &ast::Type, graph: &mut Graph) -> Returned {
        match ty {
            ast::Type::Tensor(tensor) => Returned::Tensor(self.tensor(tensor, graph)),
            ast::Type::Tuple(parts, _) => {
                Returned::Tuple(parts.iter().map(|part| self.result(part, graph)).collect())
            }
            ast::Type::Dim(_) | ast::Type::Error(_) => some_result(graph),
        }
    }

    fn tensor(&self, ty: &ast::TensorType, graph: &mut Graph) -> TensorId {
        let mut shape = Vec::new();
        for axis in &ty.axes {
            shape.push(match axis {
                // As often as not it is one.
                AxisType::Rest(_) => Int::dim(dimension("rest", graph)),
                AxisType::Size(size) => match evaluate(size, &self.sizes) {
                    Some(size) => Int::constant(size),
                    None => Int::dim(dimension(named(size).as_deref().unwrap_or("size"), graph)),
                },
            });
        }
        let kind = match ty.scalar.to_string().as_str() {
            "u32" => Kind::Index,
            "u64" => Kind::Key,
            "bool" => Kind::Mask,
            _ => Kind::Float,
        };
        graph.add_tensor("", shape, kind)
    }
}

/// The fields of a layer that nobody knows: those of most layers.
fn some_fields(network: &Ident) -> Vec<FieldType> {
    let field = |name: &str, rank: usize| FieldType {
        name: format_ident!("{name}", span = network.span()),
        attributes: Vec::new(),
        frozen: false,
        content: Content::Tensor { shape: vec![SOME_SIZE as usize; rank], initialiser: Initialiser::Zeros },
    };
    vec![field("weight", 2), field("bias", 1)]
}

/// The result of a function that does not say which: as often as not a loss.
fn some_result(graph: &mut Graph) -> Returned {
    Returned::Tensor(graph.add_tensor("", Vec::new(), Kind::Float))
}

/// The dim of this name, made where it is new.
fn dimension(name: &str, graph: &mut Graph) -> DimId {
    let position = graph.dims.iter().position(|known| known == name).unwrap_or_else(|| {
        graph.dims.push(name.to_string());
        graph.dims.len() - 1
    });
    DimId(u32::try_from(position).unwrap_or(u32::MAX))
}

/// A name that a size is made of.
fn named(size: &Expr) -> Option<String> {
    match &size.kind {
        ExprKind::Name(name) => Some(name.to_string()),
        ExprKind::Unary(_, inner) => named(inner),
        ExprKind::Binary(_, _, left, right) => named(left).or_else(|| named(right)),
        _ => None,
    }
}

/// Of some names the one that is written, or else the nearest, which is what the error asks for.
fn named_or_nearest<'n>(written: &Ident, names: impl Iterator<Item = &'n Ident>) -> Option<String> {
    let names: Vec<String> = names.map(Ident::to_string).collect();
    let written = written.to_string();
    match names.contains(&written) {
        true => Some(written),
        false => did_you_mean(&written, &names).map(str::to_string),
    }
}

/// The sizes that have a value: constants and generics.
#[derive(Clone, Default)]
struct Sizes {
    values: BTreeMap<String, i64>,
    /// Those that have none before a run.
    dims: BTreeSet<String>,
}

impl Sizes {
    /// The value of a name, or else of the nearest.
    fn get(&self, name: &str) -> Option<i64> {
        let names: Vec<&String> = self.values.keys().chain(&self.dims).collect();
        let nearest = || did_you_mean(name, &names).filter(|_| !self.dims.contains(name));
        self.values.get(name).or_else(|| self.values.get(nearest()?)).copied()
    }
}

/// A size, or some where nobody knows it.
fn known_or_some(size: &Expr, sizes: &Sizes) -> i64 {
    evaluate(size, sizes).filter(|size| *size >= 0).unwrap_or(SOME_SIZE)
}

/// Integer arithmetic on literals and known names.
fn evaluate(size: &Expr, sizes: &Sizes) -> Option<i64> {
    match &size.kind {
        ExprKind::Number(number) => number.integer,
        ExprKind::Name(name) => sizes.get(&name.to_string()),
        ExprKind::Unary(UnaryOperator::Negate, inner) => evaluate(inner, sizes)?.checked_neg(),
        ExprKind::Binary(operator, _, left, right) => {
            let (left, right) = (evaluate(left, sizes)?, evaluate(right, sizes)?);
            match operator {
                BinaryOperator::Add => left.checked_add(right),
                BinaryOperator::Subtract => left.checked_sub(right),
                BinaryOperator::Multiply => left.checked_mul(right),
                BinaryOperator::Divide if right > 0 => Some(left.div_euclid(right)),
                BinaryOperator::Remainder if right > 0 => Some(left.rem_euclid(right)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The float type of most declarations, whichever of the two is the mistake.
fn float_of(block: &Block) -> Float {
    let scalars = block.scalars();
    let count = |name: &str| scalars.iter().filter(|scalar| **scalar == name).count();
    if count("f64") > count("f32") { Float::F64 } else { Float::F32 }
}
