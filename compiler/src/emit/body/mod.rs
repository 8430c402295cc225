//! The bodies of generated functions: a plan as Rust statements.
//!
//! What stands around a body (signatures, checks, pass types) is not here. Nothing here decides what is
//! computed where: that is the plan's.

mod apply;
mod integer;
mod names;
mod nest;
mod outline;
mod product;
mod reduce;
mod rows;
mod scalar;
mod step;
mod sum;
mod variables;
mod view;
mod whole;

pub use integer::operator;
pub use outline::Loops;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::emit::paths::element;
use crate::ir::{DimId, Int, Kind, LoopId, ScalarId, TensorId};
use crate::plan::{BufferId, Plan, Step};
use crate::program::{FieldInput, Float};
use crate::simplify::Places;

use names::Names;

/// What surrounds a body.
pub struct Context<'a> {
    /// The path of the runtime crate.
    pub krate: &'a TokenStream,
    /// How messages name the function.
    pub function: String,
    /// Where the block declares it: the place of what panics while it is computed.
    pub place: Span,
    /// The float type.
    pub float: Float,
    /// By dim: a `usize` in scope.
    pub dims: &'a [Ident],
    /// Every input of the graph that the body may read.
    pub inputs: BTreeMap<TensorId, Access<'a>>,
    /// By gradient: where it goes.
    pub targets: Vec<Access<'a>>,
    /// The functions of Rust that it may call.
    pub externs: &'a [Ident],
    /// The network, as it is named where the body stands.
    pub owner: TokenStream,
    /// The functions of its loops.
    pub loops: &'a Loops,
}

/// How an input or the memory for a gradient is reached.
#[derive(Clone)]
pub enum Access<'a> {
    /// A variable: a scalar by value (`&mut` as a target), a tensor as a view.
    Variable(Ident),
    /// A field: `self.blocks[b].weight`.
    Field {
        /// `self`, `model`, `grads`
        receiver: TokenStream,
        /// Its path.
        field: &'a FieldInput,
    },
}

/// The forward body.
pub struct Stage {
    /// To be placed in the function's block.
    pub statements: TokenStream,
    /// The results: scalars by value, tensors as views borrowed from `arena`.
    pub results: Vec<TokenStream>,
    /// What it mentions.
    pub uses: Uses,
}

/// What the statements of a body mention.
#[derive(Clone, Debug, Default)]
pub struct Uses {
    /// Dims.
    pub dims: BTreeSet<DimId>,
    /// Inputs.
    pub inputs: BTreeSet<TensorId>,
    /// Whether they mention `arena`.
    pub arena: bool,
}

/// The forward body.
pub fn forward(plan: &Plan, cx: &Context) -> Stage {
    let mut body = Body::new(plan, cx, &plan.forward);
    let statements = body.steps(&plan.forward);
    let by_value: Vec<usize> = (0..plan.results.len()).filter(|&k| body.is_scalar(plan.results[k])).collect();
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for &k in &by_value {
        values.push(body.scalar_result(plan.results[k]));
        names.push(match values.len() {
            1 if by_value.len() == 1 => Ident::new("value", Span::mixed_site()),
            count => Ident::new(&format!("value_{}", count - 1), Span::mixed_site()),
        });
    }
    let (pattern, value) = match names.as_slice() {
        [] => (None, quote!()),
        [name] => (Some(quote!(let #name =)), quote!(#(#values)*)),
        names => (Some(quote!(let (#(#names),*) =)), quote!((#(#values),*))),
    };
    let block = body.wrap(statements, &value);
    let statements = if block.is_empty() { quote!() } else { quote!(#pattern #block;) };
    let mut names = names.into_iter();
    let results = (0..plan.results.len()).map(|k| match by_value.contains(&k) {
        true => names.next().map(|name| quote!(#name)).unwrap_or_default(),
        false => result_view(plan, cx, k),
    });
    let results = results.collect();
    Stage { statements, results, uses: body.uses.into_inner() }
}

/// The backward body; with `accumulate` it adds to the gradients that are there.
pub fn backward(plan: &Plan, cx: &Context, accumulate: bool) -> (TokenStream, Uses) {
    let mut body = Body::new(plan, cx, &plan.backward);
    body.accumulate = accumulate;
    let statements = body.steps(&plan.backward);
    let block = body.wrap(statements, &quote!());
    let statement = if block.is_empty() { block } else { quote!(#block;) };
    (statement, body.uses.into_inner())
}

/// Where an update takes the gradient from.
pub enum Source {
    /// A slice of its elements.
    Memory(TokenStream),
    /// A product of matrices: the function that updates by it, and its sizes, operands and strides as arguments.
    Product { function: TokenStream, operands: TokenStream },
}

/// What makes the statement that applies the gradient of a number.
type Update<'a> = dyn FnMut(usize, Source) -> TokenStream + 'a;

/// The backward body of a plan for a step of training.
pub fn step(plan: &Plan, cx: &Context, update: &mut Update) -> (TokenStream, Uses) {
    let mut body = Body::new(plan, cx, &plan.backward);
    body.update = Some(update);
    let statements = body.steps(&plan.backward);
    let block = body.wrap(statements, &quote!());
    let statement = if block.is_empty() { block } else { quote!(#block;) };
    (statement, body.uses.into_inner())
}

/// Result k, a tensor, as an expression over `arena` (`&[F]`).
pub fn result_view(plan: &Plan, cx: &Context, k: usize) -> TokenStream {
    Body::new(plan, cx, &[]).result_view(plan.results[k])
}

/// A body in the making.
struct Body<'a> {
    plan: &'a Plan,
    cx: &'a Context<'a>,
    names: Names,
    /// Variables of reshaped tensors.
    views: BTreeMap<TensorId, Ident>,
    /// Counters of the loops around.
    counters: BTreeMap<LoopId, Ident>,
    /// Indices of the nest around, by depth.
    indices: Vec<Ident>,
    /// How far they run.
    extents: Vec<Int>,
    /// How far the counters run.
    counted: BTreeMap<LoopId, Int>,
    /// How many values the elements of what looks for the largest take, once that was asked.
    places: OnceCell<Places>,
    /// Rows that are arrays of whole vectors now.
    rows: Vec<rows::Row>,
    /// The loop over the elements of rows around.
    lane: Option<rows::Lane>,
    /// The loops around, but for those over the elements of rows.
    around: Vec<rows::Around>,
    /// Whether there are such loops in what has been made of the loop in hand.
    holds_rows: bool,
    /// A value that the statement before has left in a variable.
    known: Option<(ScalarId, Ident)>,
    /// What the statement in hand leaves.
    found: Option<(ScalarId, Ident)>,
    /// Local buffers that have been declared.
    declared: BTreeSet<BufferId>,
    /// How often each buffer is touched in all of the stage, and how often written.
    touches: BTreeMap<BufferId, (usize, usize)>,
    /// Whether the value in hand is an integer.
    integers: Cell<bool>,
    /// The depth of a loop over lanes, and its index as a number that rustc does not know.
    number: Option<(usize, Ident)>,
    /// Whether indices in hand are compared.
    compares: Cell<bool>,
    /// The function that is being made of the step in hand.
    outline: Option<outline::Outline>,
    /// How many rows the outermost loop of the step in hand runs over, instead of all of them, where that is one part of
    /// several.
    part: Option<(Ident, Int)>,
    /// Whether the step in hand stands where it is compiled for more than one processor.
    is_compiled_for_each: bool,
    /// Whether all of the body is.
    is_whole: bool,
    accumulate: bool,
    update: Option<&'a mut Update<'a>>,
    uses: RefCell<Uses>,
    /// The roots that its loops run to, those of roots last.
    roots: Vec<integer::Rooted>,
    imports: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Body<'a> {
    fn new(plan: &'a Plan, cx: &'a Context<'a>, steps: &'a [Step]) -> Self {
        let mut body = Self {
            plan,
            cx,
            names: Names::new(plan, cx),
            views: BTreeMap::new(),
            counters: BTreeMap::new(),
            indices: Vec::new(),
            extents: Vec::new(),
            counted: BTreeMap::new(),
            places: OnceCell::new(),
            rows: Vec::new(),
            lane: None,
            around: Vec::new(),
            holds_rows: false,
            known: None,
            found: None,
            declared: BTreeSet::new(),
            touches: BTreeMap::new(),
            integers: Cell::new(false),
            number: None,
            compares: Cell::new(false),
            outline: None,
            part: None,
            is_compiled_for_each: false,
            is_whole: false,
            accumulate: false,
            update: None,
            uses: RefCell::default(),
            roots: Vec::new(),
            imports: RefCell::default(),
        };
        body.name_roots(steps);
        let mut touches = BTreeMap::new();
        body.count_touches(steps, &mut touches);
        for &tensor in plan.results.iter().chain(plan.gradients.iter().map(|gradient| &gradient.tensor)) {
            if let Some(buffer) = body.buffer(tensor) {
                touches.entry(buffer).or_default().0 += 1;
            }
        }
        body.touches = touches;
        body.is_whole = body.is_worth_whole(steps);
        body
    }

    /// The name of something of the runtime, imported at the top of the body.
    fn import(&self, name: &'static str) -> Ident {
        self.imports.borrow_mut().insert(name);
        Ident::new(name, Span::call_site())
    }

    /// The float type.
    fn float(&self) -> Ident {
        element(self.cx.float, Kind::Float)
    }

    /// A block of the statements with what they import.
    fn wrap(&self, statements: TokenStream, value: &TokenStream) -> TokenStream {
        if statements.is_empty() && value.is_empty() {
            return quote!();
        }
        let (imports, roots) = (self.imported(&self.imports.borrow()), self.bind_roots());
        match self.is_whole {
            true => self.compiled_as_a_whole(&imports, &quote!(#roots #statements), value),
            false => quote!({ #imports #roots #statements #value }),
        }
    }

    /// `use …;`
    fn imported(&self, names: &BTreeSet<&'static str>) -> TokenStream {
        let krate = self.cx.krate;
        let float = self.float();
        let imports: Vec<TokenStream> = names
            .iter()
            .map(|&name| {
                let ident = Ident::new(name, Span::call_site());
                match name {
                    "math" => quote!(math::#float as math),
                    "cmp" => quote!(core::cmp),
                    _ => quote!(#ident),
                }
            })
            .collect();
        match imports.as_slice() {
            [] => quote!(),
            [one] => quote!(use #krate::__private::#one;),
            several => quote!(use #krate::__private::{#(#several),*};),
        }
    }

    fn is_scalar(&self, tensor: TensorId) -> bool {
        self.plan.graph.shape(tensor).is_empty()
    }

    fn kind(&self, tensor: TensorId) -> Kind {
        self.plan.graph.tensor(tensor).kind
    }

    fn local(&self, name: &str) -> Ident {
        Ident::new(name, Span::mixed_site())
    }
}
