//! Random programs, well typed by construction: what is wanted is a type, and each choice yields one way
//! to make it. Choice 0 is always a way to end.

mod array;
mod assigned;
mod body;
mod integers;
mod layers;
mod library;
mod named;
mod notation;
mod parameters;
mod random;
mod views;
mod windows;

use super::source::Source;
use super::tree::{Content, Expr, Field, Function, Int, Kind, Program, Returned, Size, Struct, Type};

/// A program of the choices.
pub fn program(source: &mut Source) -> Program {
    let mut dims = vec![('N', 3), ('M', 2)];
    for (_, value) in &mut dims {
        *value = source.pick(&[*value, 2, 3, 4, 1, 2, 3, 0]);
    }
    let mut this = Generator {
        source,
        dims,
        count: 0,
        functions: Vec::new(),
        layers: Vec::new(),
        fields: Vec::new(),
        scope: Scope::default(),
    };
    for _ in 0..this.source.pick(&[0, 1, 0, 2, 3]) {
        let function = this.inner_function();
        this.functions.push(function);
    }
    for _ in 0..this.source.pick(&[0, 1, 0]) {
        let layer = this.layer();
        this.layers.push(layer);
    }
    let function = this.public_function();
    let float = if this.source.chance(20) { "f32" } else { "f64" };
    let network = Struct {
        name: "Net".to_string(),
        generics: Vec::new(),
        fields: this.fields,
        functions: vec![function],
    };
    Program { float, dims: this.dims, layers: this.layers, functions: this.functions, network }
}

/// Where a program comes into being.
struct Generator<'s> {
    source: &'s mut Source,
    /// Run-time sizes, with the values that they will have.
    dims: Vec<(char, usize)>,
    /// Names given so far.
    count: usize,
    /// Finished functions.
    functions: Vec<Function>,
    layers: Vec<Struct>,
    /// The network's fields.
    fields: Vec<Field>,
    scope: Scope,
}

/// What the function being written can see.
#[derive(Debug, Default)]
struct Scope {
    variables: Vec<Variable>,
    indices: Vec<Index>,
    arguments: Vec<(String, Type)>,
    /// Whether the network's fields are in scope.
    network: bool,
    /// How many inputs may still be declared.
    inputs: usize,
    /// How many expressions may still be made.
    fuel: usize,
    /// How many loops stand around.
    loops: usize,
    /// How many derivatives may still be taken.
    derivatives: usize,
    /// Whether one has been taken.
    derived: bool,
    least: Vec<(Size, i64)>,
    /// The dims that something has used.
    dims: Vec<char>,
    /// Reads of axes, for the ranges of indices.
    reads: Vec<Read>,
    /// How many guards stand around.
    guards: usize,
    /// Whether the arrays' leading axes are any.
    generic: bool,
}

/// A tensor in scope.
#[derive(Clone, Debug)]
struct Variable {
    name: String,
    ty: Type,
    mutable: bool,
    /// Whether a derivative by it may be taken in the list of statements at hand.
    derivable: bool,
}

/// An integer in scope that runs over `0..size`.
#[derive(Clone, Debug)]
struct Index {
    value: Int,
    size: Size,
}

/// A subscript of an axis.
#[derive(Clone, Debug)]
struct Read {
    at: Int,
    size: Size,
    guarded: bool,
}

impl Generator<'_> {
    fn fresh(&mut self, prefix: &str) -> String {
        self.count += 1;
        format!("{prefix}{}", self.count)
    }

    /// A size at the dims' values.
    fn value(&self, size: &Size) -> i64 {
        size.value(&|dim| {
            self.dims.iter().find(|(name, _)| *name == dim).map_or(2, |(_, value)| *value as i64)
        })
    }

    fn elements(&self, shape: &[Size]) -> i64 {
        shape.iter().map(|size| self.value(size)).product()
    }

    fn size(&mut self) -> Size {
        let size = match self.source.below(8) {
            0 => Size::constant(2),
            1 | 2 => Size::constant(3),
            3 | 4 => Size::dim('N'),
            5 => Size::dim('M'),
            6 => Size::constant(1),
            _ => Size::constant(5),
        };
        if let Some(dim) = size.as_dim() {
            self.uses(dim);
        }
        size
    }

    fn uses(&mut self, dim: char) {
        if !self.scope.dims.contains(&dim) {
            self.scope.dims.push(dim);
        }
    }

    /// A shape, of few elements; often that of something in scope.
    fn shape(&mut self, most: usize) -> Vec<Size> {
        let floats: Vec<Vec<Size>> = self
            .scope
            .variables
            .iter()
            .filter(|each| each.ty.kind == Kind::Float)
            .map(|each| each.ty.shape.clone())
            .collect();
        if !floats.is_empty() && self.source.chance(40) {
            let shape = self.source.pick(&floats);
            if shape.len() <= most {
                return shape;
            }
        }
        let rank = self.source.pick(&[1, 2, 0, 1, 2, 3, 2]).min(most);
        let mut shape: Vec<Size> = Vec::new();
        for _ in 0..rank {
            let size = self.size();
            if self.elements(&shape) * self.value(&size) <= 30 {
                shape.push(size);
            }
        }
        shape
    }

    /// Something must not be smaller for the program to make sense.
    fn at_least(&mut self, size: &Size, least: i64) {
        if size.as_constant().is_none() && !self.scope.least.contains(&(size.clone(), least)) {
            self.scope.least.push((size.clone(), least));
        }
    }

    /// Whether a size has so many.
    fn has(&self, size: &Size, least: i64) -> bool {
        self.value(size) >= least
    }

    /// A new input of a type, if another may be declared: a parameter or an argument.
    fn declare(&mut self, ty: Type) -> Option<String> {
        // What has no elements for certain is no input.
        if self.scope.inputs == 0 || self.scope.generic || ty.shape.iter().any(|size| size.is(0)) {
            return None;
        }
        self.scope.inputs -= 1;
        for size in &ty.shape {
            for dim in size.dims.clone().chars() {
                self.uses(dim);
            }
        }
        let constant = ty.shape.iter().all(|size| size.as_constant().is_some_and(|size| size > 0));
        let derivable = self.scope.loops == 0;
        let variable =
            |name: &str| Variable { name: name.to_string(), ty: ty.clone(), mutable: false, derivable };
        if self.scope.network && ty.kind == Kind::Float && constant && self.source.chance(50) {
            let name = self.fresh("w");
            self.fields.push(Field { name: name.clone(), content: Content::Tensor(ty.shape.clone()) });
            self.scope.variables.insert(0, variable(&name));
            return Some(name);
        }
        let prefix = match ty.kind {
            Kind::Index(_) => "index",
            Kind::Mask => "mask",
            Kind::Key => "key",
            _ => "x",
        };
        let name = self.fresh(prefix);
        self.scope.variables.insert(0, variable(&name));
        self.scope.arguments.push((name.clone(), ty));
        Some(name)
    }

    /// Whether a name is one of the inputs declared so far.
    fn is_input(&self, name: &str) -> bool {
        self.scope.arguments.iter().any(|(known, _)| known == name)
            || self.fields.iter().any(|field| field.name == name)
    }

    /// A function that is not public.
    fn inner_function(&mut self) -> Function {
        if self.source.chance(30) {
            return self.generic_function();
        }
        let derivatives = usize::from(self.source.chance(30));
        self.scope = Scope { inputs: 3, fuel: 12, derivatives, ..Scope::default() };
        let result = self.shape(2);
        let body = self.statements(1);
        let value = self.float(&result, 3);
        if self.source.chance(25) {
            let other = self.shape(2);
            let value = Expr::Tuple(vec![value, self.float(&other, 2)]);
            return self.finish(
                "f",
                body,
                value,
                Returned::Several([result, other].map(Type::float).to_vec()),
            );
        }
        self.finish("f", body, value, Returned::One(Type::float(result)))
    }

    fn public_function(&mut self) -> Function {
        let fuel = self.source.pick(&[12, 25, 40]);
        self.scope = Scope { inputs: 6, fuel, derivatives: 2, network: true, ..Scope::default() };
        let count = 1 + self.source.below(5);
        let body = self.statements(count);
        let (value, result) = self.result();
        let mut function = self.finish("run", body, value, result);
        function.name = "run".to_string();
        function.public = true;
        function
    }

    fn finish(
        &mut self,
        prefix: &str,
        body: Vec<super::tree::Statement>,
        value: Expr,
        result: Returned,
    ) -> Function {
        let scope = std::mem::take(&mut self.scope);
        let mut arguments = scope.arguments;
        for dim in scope.dims {
            let fixed =
                arguments.iter().any(|(_, ty)| ty.shape.iter().any(|size| size.as_dim() == Some(dim)));
            if !fixed {
                let name = self.fresh("s");
                arguments.push((name, Type { kind: Kind::Dim(dim), rest: false, shape: Vec::new() }));
            }
        }
        let name = self.fresh(prefix);
        Function { name, public: false, arguments, result, body, value, least: scope.least }
    }
}
