//! Layers and functions of any leading axes: `f64[.., D]`.

use super::array::power;
use super::{Generator, Scope};
use crate::tests::property::tree::{
    Content, Expr, Field, Function, Int, Kind, LayerName, Returned, Setting, Size, Statement, Struct, Type,
};

impl Generator<'_> {
    /// A function of numbers of any shape.
    pub fn generic_function(&mut self) -> Function {
        self.scope = Scope { generic: true, fuel: 6, ..Scope::default() };
        let ty = Type { kind: Kind::Float, rest: true, shape: Vec::new() };
        let arguments: Vec<(String, Type)> =
            (0..1 + self.source.below(2)).map(|_| (self.fresh("x"), ty.clone())).collect();
        let names: Vec<String> = arguments.iter().map(|(name, _)| name.clone()).collect();
        let mut body = Vec::new();
        let value = self.row(&names, &[], 3);
        let name = self.fresh("y");
        body.push(Statement::Let { name: name.clone(), mutable: false, ty: Some(ty.clone()), value });
        let value = self.row(&[names, vec![name]].concat(), &[], 2);
        let name = self.fresh("g");
        Function { name, public: false, arguments, result: Returned::One(ty), body, value, least: Vec::new() }
    }

    /// A layer of one generic that keeps its width.
    pub fn layer(&mut self) -> Struct {
        let width = Size::dim('D');
        let ty = Type { kind: Kind::Float, rest: true, shape: vec![width.clone()] };
        let mut fields =
            vec![Field { name: "gain".to_string(), content: Content::Tensor(vec![width.clone()]) }];
        if self.source.chance(60) {
            fields.push(Field {
                name: "mix".to_string(),
                content: Content::Tensor(vec![width.clone(), width.clone()]),
            });
        }
        if self.source.chance(40) {
            let layer = self.source.pick(&["Linear", "LayerNorm", "RmsNorm"]);
            let generics = if layer == "Linear" { vec![width.clone(), width] } else { vec![width] };
            let length = self.source.chance(40).then_some(2);
            fields.push(Field {
                name: "inner".to_string(),
                content: Content::Layer { layer: layer.to_string(), generics, length },
            });
        }
        let argument = self.fresh("x");
        let first = self.row(&[argument.clone()], &fields, 3);
        let name = self.fresh("h");
        let mut body = vec![Statement::Let { name: name.clone(), mutable: false, ty: None, value: first }];
        let second = self.row(&[argument.clone(), name.clone()], &fields, 3);
        let last = self.fresh("h");
        body.push(Statement::Let { name: last.clone(), mutable: false, ty: None, value: second });
        let value =
            Expr::binary("+", Expr::Name(last), Expr::binary("*", Expr::Name(name), Expr::name("gain")));
        let call = Function {
            name: "call".to_string(),
            public: false,
            arguments: vec![(argument, ty.clone())],
            result: Returned::One(ty.clone()),
            body,
            value,
            least: Vec::new(),
        };
        let name = self.fresh("Layer");
        let other = self.other(&fields, ty);
        Struct { name, generics: vec!['D'], fields, functions: vec![call, other] }
    }

    /// A function of a layer besides `call`, which it may apply.
    fn other(&mut self, fields: &[Field], ty: Type) -> Function {
        let argument = self.fresh("x");
        let mut value = self.row(&[argument.clone()], fields, 2);
        if self.source.chance(60) {
            let applied = Expr::Apply("call".to_string(), vec![value]);
            value = Expr::binary("-", Expr::name("gain"), applied);
        }
        Function {
            name: "other".to_string(),
            public: false,
            arguments: vec![(argument, ty.clone())],
            result: Returned::One(ty),
            body: Vec::new(),
            value,
            least: Vec::new(),
        }
    }

    /// Something of the shape of the names.
    pub fn row(&mut self, names: &[String], fields: &[Field], depth: usize) -> Expr {
        let leaf = Expr::Name(self.source.pick(names));
        if depth == 0 {
            return leaf;
        }
        let depth = depth - 1;
        let has = |name: &str| fields.iter().find(|field| field.name == name).cloned();
        let choice = self.source.below(if fields.is_empty() { 8 } else { 13 });
        match choice {
            0 => leaf,
            1 => {
                let name =
                    self.source.pick(&["tanh", "relu", "sin", "gelu", "sigmoid", "silu", "abs", "elu"]);
                Expr::call(name, vec![self.row(names, fields, depth)])
            }
            2 | 3 => {
                let operator = self.source.pick(&["+", "*", "-"]);
                let left = self.row(names, fields, depth);
                Expr::binary(operator, left, self.row(names, fields, depth))
            }
            4 => {
                let number = Expr::Number(self.source.pick(&[0.5, 2.0, -1.0]));
                Expr::binary("*", number, self.row(names, fields, depth))
            }
            5 => {
                let condition = Expr::binary(">", self.row(names, fields, depth), Expr::Number(0.0));
                let then = self.row(names, fields, depth);
                Expr::If(Box::new(condition), Box::new(then), Box::new(self.row(names, fields, depth)))
            }
            6 => power(self.row(names, fields, depth), 2),
            7 => {
                let below = Expr::binary("+", power(self.row(names, fields, depth), 2), Expr::Number(0.5));
                Expr::binary("/", self.row(names, fields, depth), below)
            }
            8 => {
                let options = vec![("axis", Setting::Integer(-1)), ("keep", Setting::Flag(true))];
                let x = self.row(names, fields, depth);
                let mean = Expr::Call { name: "mean", arguments: vec![x], options, method: false };
                Expr::binary("-", self.row(names, fields, depth), mean)
            }
            9 => Expr::call("softmax", vec![self.row(names, fields, depth)]),
            10 => Expr::binary("*", self.row(names, fields, depth), Expr::name("gain")),
            11 if has("mix").is_some() => {
                let x = Expr::call("tanh", vec![self.row(names, fields, depth)]);
                Expr::binary("@", x, Expr::name("mix"))
            }
            _ => match has("inner").map(|field| field.content) {
                Some(Content::Layer { length, .. }) => {
                    let at = length.map(|_| Int::Constant(self.source.below(2) as i64));
                    let x = self.row(names, fields, depth);
                    Expr::Layer(LayerName::call("inner", at), vec![x])
                }
                _ => leaf,
            },
        }
    }
}
