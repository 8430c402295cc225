//! Parameters of layers by their paths: read, and differentiated by.

use super::Generator;
use super::array::filled;
use crate::tests::property::parameters;
use crate::tests::property::tree::{
    By, Expr, Int, Kind, LayerName, Parameter, Range, Size, Statement, Target, Type,
};

impl Generator<'_> {
    /// The parameters that the network's layers have so far, and their shapes.
    fn held(&mut self) -> Vec<(Parameter, Vec<Size>)> {
        if !self.scope.network {
            return Vec::new();
        }
        let layers: Vec<_> =
            self.fields.iter().flat_map(|field| parameters::of(&self.layers, field, &|_| 1)).collect();
        layers
            .into_iter()
            .map(|held| {
                let layers = held.layers.into_iter().map(|(name, length)| {
                    let at = length.map(|length| self.element(length));
                    (name, at)
                });
                let shape = held.shape.iter().map(|&size| Size::constant(size as i64)).collect();
                (Parameter { layers: layers.collect(), name: held.name }, shape)
            })
            .collect()
    }

    /// A parameter of this shape.
    pub fn parameter(&mut self, shape: &[Size]) -> Option<Expr> {
        let known: Vec<_> = self.held().into_iter().filter(|(_, own)| own == shape).collect();
        if known.is_empty() {
            return None;
        }
        let (parameter, _) = self.source.pick(&known);
        parameter.layers.iter().filter_map(|(_, at)| at.as_ref()).for_each(|at| self.note_index(at));
        Some(Expr::Parameter(parameter))
    }

    /// A parameter that a derivative may be taken by in the list of statements at hand.
    pub fn derivable_parameter(&mut self) -> Option<(Parameter, Vec<Size>)> {
        if self.scope.loops > 0 || !self.scope.indices.is_empty() {
            return None;
        }
        let mut known = self.held();
        known.retain(|(_, shape)| self.elements(shape) <= 9);
        if known.is_empty() { None } else { Some(self.source.pick(&known)) }
    }

    /// A loop over layers whose iterations take derivatives, each by a parameter of its own layer:
    /// `for block in blocks { m += grad(sin(block(x)), block.weight); }`
    pub fn trained(&mut self, statements: &mut Vec<Statement>) {
        let inputs = |each: &&super::Variable| each.ty.kind == Kind::Float && self.is_input(&each.name);
        let inputs: Vec<(String, Vec<Size>)> = self
            .scope
            .variables
            .iter()
            .filter(inputs)
            .map(|each| (each.name.clone(), each.ty.shape.clone()))
            .collect();
        let rows = |shape: &[Size]| {
            shape.len() <= 2 && shape.last().and_then(Size::as_constant).is_some_and(|width| width > 0)
        };
        let inputs: Vec<_> =
            inputs.into_iter().filter(|(_, shape)| rows(shape) && self.elements(shape) <= 9).collect();
        let (1.., true, false) = (self.scope.derivatives, self.scope.network, inputs.is_empty()) else {
            return self.binding(statements);
        };
        let Some(counter) = self.free_counter().filter(|_| self.scope.loops == 0) else {
            return self.binding(statements);
        };
        let (x, shape) = self.source.pick(&inputs);
        let width = shape.last().cloned().expect("an axis");
        let own: Vec<String> = self.layers.iter().map(|layer| layer.name.clone()).collect();
        let layer = match own.first() {
            Some(own) if self.source.chance(50) => own.clone(),
            _ => self.source.pick(&["Linear", "LayerNorm", "Linear"]).to_string(),
        };
        let generics = if layer == "Linear" { vec![width.clone(); 2] } else { vec![width] };
        let length = self.source.pick(&[2, 3, 1]);
        let layers = self.field_of(&layer, generics, Some(length));
        let field = self.fields.iter().find(|field| field.name == layers).expect("a field of the network");
        let mut held = parameters::of(&self.layers, field, &|_| 1);
        held.retain(|held| held.layers.len() == 1 && held.shape.iter().product::<usize>() <= 9);
        if held.is_empty() {
            return self.binding(statements);
        }
        self.scope.derivatives -= 1;
        self.scope.derived = true;
        let held = self.source.pick(&held);
        let shape: Vec<Size> = held.shape.iter().map(|&size| Size::constant(size as i64)).collect();
        let sum = self.fresh("m");
        let zeros = filled("zeros", &shape);
        statements.push(Statement::Let { name: sum.clone(), mutable: true, ty: None, value: zeros });
        let by_counter = self.source.chance(50);
        let (variable, at) = match by_counter {
            true => (counter.to_string(), Some(Int::name(counter))),
            false => (self.fresh("block"), None),
        };
        let name = if by_counter { layers.clone() } else { variable.clone() };
        let parameter = Parameter { layers: vec![(name.clone(), at.clone())], name: held.name };
        let applied = Expr::Layer(LayerName::call(&name, at), vec![Expr::name(&x)]);
        let of = Expr::call(self.source.pick(&["sin", "tanh", "sigmoid"]), vec![applied]);
        let of = match self.source.below(3) {
            0 => Expr::binary("*", of, Expr::name(&x)),
            1 => {
                let penalty = Expr::call("l2", vec![Expr::Parameter(parameter.clone())]);
                Expr::binary("+", of, penalty)
            }
            _ => of,
        };
        let slope = Expr::Grad { of: Box::new(of), by: vec![By::Parameter(parameter)] };
        let body =
            vec![Statement::Assign { target: Target::Name(sum.clone()), operator: "+=", value: slope }];
        statements.push(match by_counter {
            true => self.over(counter, Size::constant(length as i64), body),
            false => {
                let checkpoint = self.source.chance(30);
                Statement::For { checkpoint, variable, range: Range::Over(layers), condition: None, body }
            }
        });
        self.add(&sum, Type::float(shape), true);
    }
}
