//! The state of lowering one function: its graph, the names in scope, the comprehensions and loops
//! around the expression at hand; and how a delayed array becomes a tensor.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span};

use super::instances::Instances;
use super::items::{InstanceContent, Items};
use super::suggest::did_you_mean;
use super::value::{Array, Binding, Bound, Layer, Step, Value};
use crate::differentiate::Open;
use crate::ir::{
    Atom, Axis, Comprehension, Graph, Int, Kind, LoopId, Node, Reduction, Scalar, ScalarId, TensorId,
};
use crate::program::Float;
use crate::report::Report;

/// One function being lowered.
pub struct Elaborator<'a> {
    /// What the block declares.
    pub items: &'a Items<'a>,
    /// Struct instances.
    pub instances: &'a Instances,
    /// Where errors go.
    pub report: &'a mut Report,
    /// What is built; `graph.nodes` is the innermost open loop's body.
    pub graph: Graph,
    /// Fields as inputs, made when first read.
    pub fields: BTreeMap<(Vec<Step>, String), TensorId>,
    /// The loops around `graph.nodes`.
    pub open: Vec<Open>,
    /// How often each loop around it runs.
    pub counters: BTreeMap<LoopId, Int>,
    /// The indices of the notation in scope.
    pub ambient: Vec<Axis>,
    /// The conditions under which the expression at hand is evaluated.
    pub guards: Vec<Array>,
    /// The calls around it, innermost last.
    pub frames: Vec<Frame>,
    /// What a tensor without a name of its own is for.
    pub hint: String,
    /// The functions of Rust that it calls, as the graph numbers them, and where it does so first.
    pub externs: Vec<(Ident, Span)>,
    /// Whether nothing is made a tensor: in the derivative of a function of numbers.
    pub delays: bool,
}

/// One call.
pub struct Frame {
    /// Names, innermost scope last.
    pub scopes: Vec<Vec<Binding>>,
    /// What each dim is in this call.
    pub dims: BTreeMap<String, Int>,
    /// The axes that `..` stands for.
    pub rest: Option<Vec<Int>>,
    /// The layer whose function this is.
    pub layer: Option<Layer>,
    /// Its generics.
    pub generics: BTreeMap<String, i64>,
    /// For a function of the library: its name and the user's call, where its errors are reported.
    pub library: Option<(String, Span)>,
    /// The function's name, against recursion.
    pub function: String,
}

impl<'a> Elaborator<'a> {
    /// Before the first statement of a function, of a network or of none.
    pub fn new(
        items: &'a Items<'a>,
        instances: &'a Instances,
        report: &'a mut Report,
        layer: Option<Layer>,
        function: &str,
    ) -> Self {
        let frame = Frame {
            scopes: vec![Vec::new()],
            dims: BTreeMap::new(),
            rest: None,
            layer,
            generics: BTreeMap::new(),
            library: None,
            function: function.to_string(),
        };
        Self {
            items,
            instances,
            report,
            graph: Graph::default(),
            fields: BTreeMap::new(),
            open: Vec::new(),
            counters: BTreeMap::new(),
            ambient: Vec::new(),
            guards: Vec::new(),
            frames: vec![frame],
            hint: function.to_string(),
            externs: Vec::new(),
            delays: false,
        }
    }

    /// Reports an error: in the library's functions at the user's call.
    pub fn error(&mut self, span: Span, message: impl Into<String>) {
        match &self.frame().library {
            Some((name, call)) => {
                let (message, call) = (format!("in `{name}`: {}", message.into()), *call);
                self.report.error(call, message);
            }
            None => self.report.error(span, message),
        }
    }

    /// Reports an error with a way out.
    pub fn error_with_help(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        match &self.frame().library {
            Some(_) => self.error(span, message),
            None => self.report.error_with_help(span, message, help),
        }
    }

    /// Reports a warning; the library's own are nobody's business.
    pub fn warn(&mut self, span: Span, message: impl Into<String>) {
        if self.frame().library.is_none() {
            self.report.warn(span, message);
        }
    }

    /// The innermost call.
    pub fn frame(&self) -> &Frame {
        self.frames.last().expect("lowering happens inside a function")
    }

    /// The innermost call.
    pub fn frame_mut(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("lowering happens inside a function")
    }

    /// `f32` or `f64`.
    pub fn float_name(&self) -> &'static str {
        match self.items.float {
            Float::F32 => "f32",
            Float::F64 => "f64",
        }
    }

    /// How many indices of the notation are in scope.
    pub fn depth(&self) -> usize {
        self.ambient.len()
    }

    // ---- names

    /// Binds a name in the innermost scope.
    pub fn bind(&mut self, name: &Ident, value: Bound, mutable: bool) {
        let binding = Binding { name: name.to_string(), span: name.span(), value, mutable, used: false };
        self.frame_mut().scopes.last_mut().expect("a function has a scope").push(binding);
    }

    /// Opens a scope.
    pub fn enter(&mut self) {
        self.frame_mut().scopes.push(Vec::new());
    }

    /// Closes a scope; what nobody asked for is worth a warning.
    pub fn leave(&mut self) {
        for binding in self.frame_mut().scopes.pop().unwrap_or_default() {
            if !binding.used
                && !binding.name.starts_with('_')
                && !matches!(binding.value, Bound::Value(Value::Poison))
            {
                self.warn(binding.span, format!("unused variable `{}`", binding.name));
            }
        }
    }

    /// The binding of a name, nearest first.
    pub fn lookup(&mut self, name: &str) -> Option<&mut Binding> {
        let binding = self
            .frame_mut()
            .scopes
            .iter_mut()
            .rev()
            .flat_map(|scope| scope.iter_mut().rev())
            .find(|binding| binding.name == name)?;
        binding.used = true;
        Some(binding)
    }

    /// What a name stands for, if it is known: bindings, then fields, dims and constants.
    pub fn resolve(&mut self, name: &Ident) -> Option<Bound> {
        let text = name.to_string();
        if let Some(binding) = self.lookup(&text) {
            return Some(binding.value.clone());
        }
        if let Some(layer) = self.frame().layer.clone()
            && let Some(value) = self.field(&layer, &text)
        {
            return Some(Bound::Value(value));
        }
        if let Some(&value) = self.frame().generics.get(&text) {
            return Some(Bound::Integer(Int::constant(value)));
        }
        if let Some(size) = self.frame().dims.get(&text) {
            return Some(Bound::Integer(size.clone()));
        }
        if let Some(&value) = self.items.constants.get(&text) {
            return Some(Bound::Integer(Int::constant(value)));
        }
        match text.as_str() {
            "pi" => Some(Bound::Value(self.number(std::f64::consts::PI))),
            "inf" => Some(Bound::Value(self.number(f64::INFINITY))),
            _ => None,
        }
    }

    /// Says that a name is unknown.
    pub fn unknown(&mut self, name: &Ident) {
        let text = name.to_string();
        if self.items.dims.contains_key(&text) {
            let message = format!("no argument of `{}` fixes `{name}`", self.frame().function);
            self.error_with_help(
                name.span(),
                message,
                format!("give an argument an axis `{name}`, or add an argument `size: dim {name}`"),
            );
            return;
        }
        let mut names: Vec<String> =
            self.frame().scopes.iter().flatten().map(|binding| binding.name.clone()).collect();
        if let Some(layer) = &self.frame().layer {
            names.extend(
                self.instances.list[layer.instance].fields.iter().map(|field| field.name.to_string()),
            );
        }
        names.extend(
            self.frame()
                .dims
                .keys()
                .chain(self.frame().generics.keys())
                .chain(self.items.constants.keys())
                .cloned(),
        );
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let message = format!("there is no `{name}` here");
        match did_you_mean(&text, &names) {
            Some(near) => self.error_with_help(name.span(), message, format!("did you mean `{near}`?")),
            None if self.items.functions.contains_key(&text) || super::library::is_builtin(&text) => {
                self.error_with_help(
                    name.span(),
                    format!("`{name}` is a function, used here as a value"),
                    format!("call it: `{name}(…)`"),
                );
            }
            None => self.error(name.span(), message),
        }
    }

    /// The field of a layer as a value, made an input of the graph when it is first read.
    pub fn field(&mut self, layer: &Layer, name: &str) -> Option<Value> {
        let instances = self.instances;
        let field = instances.list[layer.instance].fields.iter().find(|field| field.name == name)?;
        match &field.content {
            InstanceContent::Poison => Some(Value::Poison),
            InstanceContent::Layer { instance, lengths } => {
                let mut path = layer.path.clone();
                path.push(Step { name: name.to_string(), lengths: lengths.clone() });
                Some(Value::Layer(Layer {
                    instance: *instance,
                    path,
                    indices: layer.indices.clone(),
                    lengths: lengths.clone(),
                }))
            }
            InstanceContent::Tensor { shape, .. } => {
                let own: Vec<Int> = shape.iter().map(|&size| Int::from(size)).collect();
                let key = (layer.path.clone(), name.to_string());
                let tensor = match self.fields.get(&key) {
                    Some(&tensor) => tensor,
                    None => {
                        let arrays =
                            layer.path.iter().flat_map(|step| &step.lengths).map(|&length| Int::from(length));
                        let full: Vec<Int> = arrays.chain(own.iter().cloned()).collect();
                        let tensor = self.graph.add_tensor(name, full, Kind::Float);
                        self.fields.insert(key, tensor);
                        tensor
                    }
                };
                let depth = self.depth();
                let at = layer
                    .indices
                    .iter()
                    .cloned()
                    .chain((0..own.len()).map(|axis| Int::index(depth + axis)))
                    .collect();
                let element = self.graph.scalars.read(tensor, at);
                Some(Value::Array(Array { shape: own, kind: Kind::Float, depth, element }))
            }
        }
    }

    // ---- delayed arrays

    /// A scalar constant.
    pub fn number(&mut self, value: f64) -> Value {
        let element = self.graph.scalars.number(value);
        Value::Array(self.scalar(Kind::Float, element))
    }

    /// A scalar of the indices in scope.
    pub fn scalar(&self, kind: Kind, element: ScalarId) -> Array {
        Array { shape: Vec::new(), kind, depth: self.depth(), element }
    }

    /// The array as seen from the indices now in scope: own axes renumbered.
    pub fn here(&mut self, array: &Array) -> Array {
        let depth = self.depth();
        if array.depth == depth {
            return array.clone();
        }
        let indices: Vec<Int> = (0..array.depth)
            .map(Int::index)
            .chain((0..array.shape.len()).map(|axis| Int::index(depth + axis)))
            .collect();
        let element = self.graph.scalars.with_indices(array.element, &indices);
        Array { shape: array.shape.clone(), kind: array.kind, depth, element }
    }

    /// The array whose own axes are read at these subscripts, over a new shape's axes.
    pub fn view(&mut self, array: &Array, shape: Vec<Int>, at: Vec<Int>) -> Array {
        let array = self.here(array);
        let indices: Vec<Int> = (0..array.depth).map(Int::index).chain(at).collect();
        let element = self.graph.scalars.with_indices(array.element, &indices);
        Array { shape, kind: array.kind, depth: array.depth, element }
    }

    /// The array stretched to a shape that it broadcasts to.
    pub fn stretch(&mut self, array: &Array, shape: &[Int]) -> Array {
        let depth = self.depth();
        let missing = shape.len() - array.shape.len();
        let at = array
            .shape
            .iter()
            .zip(&shape[missing..])
            .enumerate()
            .map(
                |(axis, (have, want))| {
                    if have == want { Int::index(depth + missing + axis) } else { Int::zero() }
                },
            )
            .collect();
        self.view(array, shape.to_vec(), at)
    }

    /// What the arrays broadcast to; the first two sizes that disagree otherwise, with their axes from the right.
    pub fn broadcast(&self, shapes: &[&[Int]]) -> Result<Vec<Int>, (Int, Int, usize)> {
        let rank = shapes.iter().map(|shape| shape.len()).max().unwrap_or(0);
        let mut result = vec![Int::constant(1); rank];
        for shape in shapes {
            for (from_right, size) in shape.iter().rev().enumerate() {
                let have = &mut result[rank - 1 - from_right];
                if have.is(1) {
                    *have = size.clone();
                } else if !size.is(1) && size != have {
                    return Err((have.clone(), size.clone(), from_right));
                }
            }
        }
        Ok(result)
    }

    /// Whether an element is only a place in a tensor or a constant: nothing is gained by storing it.
    pub fn is_view(&self, array: &Array) -> bool {
        matches!(
            self.graph.scalars[array.element],
            Scalar::Read(..) | Scalar::Number(_) | Scalar::Integer(_) | Scalar::Flag(_)
        )
    }

    /// The array as a tensor of its own, unless it is a view already. Every node that shares a value is
    /// made here.
    pub fn store(&mut self, array: &Array, name: &str) -> Array {
        let array = self.here(array);
        // A key is computed anew wherever it is used.
        if self.is_view(&array) || self.delays || array.kind == Kind::Key {
            return array;
        }
        self.make(&array, name, Reduction::Set, &[])
    }

    /// A node of the array's element, over the indices in scope that it depends on, its own axes, and
    /// `reduced` axes behind them, which are summed away.
    pub fn make(&mut self, array: &Array, name: &str, reduction: Reduction, reduced: &[Axis]) -> Array {
        let depth = self.depth();
        let own = array.shape.len();
        let value = self.guarded(array);
        let total = depth + own + reduced.len();
        let used: Vec<usize> = (0..depth).filter(|&position| self.mentions(value, position)).collect();

        let mut renumber = vec![Int::zero(); total];
        for (new, &old) in used.iter().enumerate() {
            renumber[old] = Int::index(new);
        }
        for (position, index) in renumber.iter_mut().enumerate().skip(depth) {
            *index = Int::index(used.len() + position - depth);
        }
        let value = self.graph.scalars.with_indices(value, &renumber);

        let mut domain: Vec<Axis> = used.iter().map(|&position| self.ambient[position].clone()).collect();
        let axes = Graph::axes(&array.shape);
        let taken: Vec<String> = domain.iter().map(|axis| axis.name.clone()).collect();
        domain.extend(axes.into_iter().map(|mut axis| {
            while taken.contains(&axis.name) {
                axis.name.push('_');
            }
            axis
        }));
        let shape: Vec<Int> = domain.iter().map(|axis| axis.extent.clone()).collect();
        domain.extend(reduced.iter().cloned());
        let out = self.graph.add_tensor(name, shape, array.kind);
        let at = Graph::identity(used.len() + own);
        self.graph.nodes.push(Node::Comprehension(Comprehension {
            out,
            base: None,
            domain,
            at,
            reduction,
            value,
        }));
        self.read_made(out, &used, &array.shape, array.kind)
    }

    /// A tensor of the ambient indices used and some own axes, as a delayed array.
    pub fn read_made(&mut self, tensor: TensorId, used: &[usize], shape: &[Int], kind: Kind) -> Array {
        let depth = self.depth();
        let at: Vec<Int> = used
            .iter()
            .map(|&position| Int::index(position))
            .chain((0..shape.len()).map(|axis| Int::index(depth + axis)))
            .collect();
        let element = self.element(tensor, at, kind);
        Array { shape: shape.to_vec(), kind, depth, element }
    }

    /// An element of a tensor of any kind.
    pub fn element(&mut self, tensor: TensorId, at: Vec<Int>, kind: Kind) -> ScalarId {
        match kind {
            Kind::Float | Kind::Mask => self.graph.scalars.read(tensor, at),
            Kind::Index | Kind::Key => self.graph.scalars.integer(Int::atom(Atom::Read(tensor, at))),
        }
    }

    /// Whether the expression at hand stands in a branch that is taken for some elements and not for others.
    pub fn in_elementwise_branch(&self) -> bool {
        self.guards.iter().any(|guard| !guard.shape.is_empty())
    }

    /// The element, zero where the conditions around it do not hold: what is not taken is not evaluated.
    /// The outermost condition is asked first. One that is asked for each element is not asked here: a sum
    /// inside the branch runs over all of them.
    pub fn guarded(&mut self, array: &Array) -> ScalarId {
        let mut value = array.element;
        for guard in self.guards.clone().into_iter().rev().filter(|guard| guard.shape.is_empty()) {
            let condition = self.here(&guard).element;
            let zero = match array.kind {
                Kind::Float => self.graph.scalars.number(0.0),
                Kind::Index | Kind::Key => self.graph.scalars.integer(Int::zero()),
                Kind::Mask => self.graph.scalars.flag(false),
            };
            value = self.graph.scalars.select(condition, value, zero);
        }
        value
    }

    /// Whether an expression depends on the index at a position.
    pub fn mentions(&self, value: ScalarId, position: usize) -> bool {
        self.graph.scalars.reachable(value).iter().any(|&id| match &self.graph.scalars[id] {
            Scalar::Read(_, at) => at.iter().any(|subscript| subscript.mentions_index(position)),
            Scalar::Integer(value) => value.mentions_index(position),
            Scalar::CompareInt(_, a, b) => a.mentions_index(position) || b.mentions_index(position),
            _ => false,
        })
    }

    /// The array as one whole tensor with every index in scope as leading axes, in order: what loops
    /// carry and derivatives are taken of.
    pub fn whole(&mut self, array: &Array, name: &str) -> TensorId {
        let array = self.here(array);
        let full = Graph::identity(self.depth() + array.shape.len());
        if let Scalar::Read(tensor, at) = &self.graph.scalars[array.element] {
            let extents: Vec<Int> = self
                .ambient
                .iter()
                .map(|axis| axis.extent.clone())
                .chain(array.shape.iter().cloned())
                .collect();
            if *at == full && self.graph.shape(*tensor) == extents {
                return *tensor;
            }
        }
        let domain: Vec<Axis> = self.ambient.iter().cloned().chain(Graph::axes(&array.shape)).collect();
        let shape: Vec<Int> = domain.iter().map(|axis| axis.extent.clone()).collect();
        let value = self.guarded(&array);
        let out = self.graph.add_tensor(name, shape, array.kind);
        self.graph.nodes.push(Node::Comprehension(Comprehension {
            out,
            base: None,
            domain,
            at: full,
            reduction: Reduction::Set,
            value,
        }));
        out
    }

    /// A whole tensor (see [`Self::whole`]) as a delayed array.
    pub fn of_whole(&mut self, tensor: TensorId) -> Array {
        let depth = self.depth();
        let (shape, kind) = (self.graph.shape(tensor)[depth..].to_vec(), self.graph.tensor(tensor).kind);
        let at = Graph::identity(depth + shape.len());
        let element = self.element(tensor, at, kind);
        Array { shape, kind, depth, element }
    }

    /// The integer, if the array is a scalar of the indices or an element of an index tensor.
    pub fn as_integer(&mut self, array: &Array) -> Option<Int> {
        let array = self.here(array);
        match &self.graph.scalars[array.element] {
            Scalar::Integer(value) if array.shape.is_empty() => Some(value.clone()),
            _ => None,
        }
    }

    // ---- words for people

    /// A size as the user would write it.
    pub fn show_size(&self, size: &Int) -> String {
        crate::print::integer(&self.graph, size)
    }

    /// `f32[N, 784]`
    pub fn show(&self, kind: Kind, shape: &[Int]) -> String {
        let name = match kind {
            Kind::Float => self.float_name(),
            Kind::Index => "u32",
            Kind::Key => "u64",
            Kind::Mask => "bool",
        };
        if shape.is_empty() {
            return name.to_string();
        }
        let sizes: Vec<String> = shape.iter().map(|size| self.show_size(size)).collect();
        format!("{name}[{}]", sizes.join(", "))
    }

    /// What a value is, in words.
    pub fn describe(&self, value: &Value) -> String {
        match value {
            Value::Array(array) => self.show(array.kind, &array.shape),
            Value::Tuple(parts) => {
                format!("({})", parts.iter().map(|part| self.describe(part)).collect::<Vec<_>>().join(", "))
            }
            Value::Layer(layer) => {
                let instance = &self.instances.list[layer.instance];
                if layer.lengths.is_empty() {
                    format!("a layer `{}`", instance.name)
                } else {
                    format!("an array of layers `{}`", instance.name)
                }
            }
            Value::Static(_) => "an option".to_string(),
            Value::Poison => "something wrong".to_string(),
        }
    }
}
