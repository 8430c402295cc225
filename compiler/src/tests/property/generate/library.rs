//! Expressions that the library, a layer, or a promised rewrite is asked for.

use super::array::power;
use super::{Generator, Variable};
use crate::tests::property::tree::{Content, Expr, Field, Int, LayerName, Setting, Size, Statement, Type};

impl Generator<'_> {
    /// An activation.
    pub fn activation(&mut self, shape: &[Size], depth: usize) -> Expr {
        let names = [
            "relu",
            "sigmoid",
            "silu",
            "gelu",
            "softplus",
            "leaky_relu",
            "elu",
            "mish",
            "log_sigmoid",
            "selu",
            "celu",
            "gelu_tanh",
            "softsign",
            "relu6",
            "hard_sigmoid",
            "hard_swish",
            "hard_tanh",
        ];
        let name = self.source.pick(&names);
        let x = self.float(shape, depth);
        let option = match name {
            "leaky_relu" => Some("slope"),
            "elu" | "celu" => Some("alpha"),
            _ => None,
        };
        let given = option.filter(|_| self.source.chance(40)).map(|option| (option, Setting::Number(0.7)));
        Expr::Call {
            name,
            arguments: vec![x],
            options: given.into_iter().collect(),
            method: self.source.chance(30),
        }
    }

    /// A number that says how wrong something is.
    pub fn loss(&mut self, depth: usize) -> Expr {
        let mut shape = self.shape(2);
        if shape.is_empty() {
            shape.push(Size::constant(3));
        }
        for size in &mut shape {
            if !self.has(size, 1) {
                *size = Size::constant(2);
            }
        }
        let x = self.float(&shape, depth);
        let of = |name, x| Expr::call(name, vec![x]);
        match self.source.below(12) {
            0 => of("l2", x),
            1 => of("l1", x),
            2 => of("logsumexp", x),
            3 => {
                let y = self.float(&shape, depth);
                let name = self.source.pick(&["mse", "mae", "huber", "hinge", "bce_with_logits"]);
                Expr::call(name, vec![x, y])
            }
            4 => {
                let y = of("sigmoid", self.float(&shape, depth));
                Expr::call("binary_cross_entropy", vec![of("sigmoid", x), y])
            }
            5 | 6 => {
                let y = of("softmax", self.float(&shape, depth));
                Expr::call("cross_entropy", vec![x, y])
            }
            7 | 8 => {
                let (classes, rows) = shape.split_last().expect("an axis");
                if !self.has(classes, 1) {
                    return of("l2", x);
                }
                self.at_least(classes, 1);
                match self.indices_of(rows, classes) {
                    Some(label) if self.source.chance(30) => {
                        Expr::call("nll", vec![of("log_softmax", x), Expr::Name(label)])
                    }
                    Some(label) => Expr::call("cross_entropy", vec![x, Expr::Name(label)]),
                    None => of("l2", x),
                }
            }
            9 => {
                let y = of("softmax", self.float(&shape, depth));
                Expr::call("kl_div", vec![of("log_softmax", x), y])
            }
            10 if shape.len() == 1 => {
                let y = self.positive(&shape, depth);
                let x = Expr::binary("+", x, Expr::Number(0.125));
                Expr::call("cosine_similarity", vec![x, y])
            }
            _ => of("norm", x),
        }
    }

    /// Something that looks along an axis, or a layer.
    pub fn normalised(&mut self, shape: &[Size], depth: usize) -> Option<Expr> {
        if self.source.chance(50) {
            return self.apply_layer(shape, depth);
        }
        let name = self.source.pick(&["softmax", "log_softmax"]);
        let axis = self.source.below(shape.len()) as i64;
        let options = match self.source.below(3) {
            0 => Vec::new(),
            1 => vec![("axis", Setting::Integer(axis))],
            _ => vec![("axis", Setting::Integer(axis - shape.len() as i64))],
        };
        let x = self.float(shape, depth);
        Some(Expr::Call { name, arguments: vec![x], options, method: self.source.chance(30) })
    }

    /// What is promised to be computed accurately, written naively; and what only looks like it.
    pub fn pattern(&mut self, shape: &[Size], depth: usize) -> Expr {
        let x = self.float(shape, depth);
        let call = |name, x| Expr::call(name, vec![x]);
        let one = || Expr::Number(1.0);
        let add =
            |a, b| if depth.is_multiple_of(2) { Expr::binary("+", a, b) } else { Expr::binary("+", b, a) };
        match self.source.below(14) {
            0 => call("ln", add(one(), call("exp", x))),
            1 => call("ln", call("sigmoid", x)),
            2 => call("ln", Expr::binary("-", one(), call("sigmoid", x))),
            3 => Expr::binary("-", one(), call("sigmoid", x)),
            4 => Expr::binary("-", one(), power(call("tanh", x), 2)),
            5 => Expr::binary("-", call("exp", x), one()),
            6 => call("ln", add(one(), power(x, 2))),
            7 => {
                let y = self.positive(shape, depth);
                let above = add(x.clone(), y);
                call("ln", Expr::binary("-", call("exp", above), call("exp", x)))
            }
            8 => Expr::binary("/", one(), add(one(), call("exp", Expr::Negate(Box::new(x))))),
            9 => call("ln", Expr::binary("-", one(), call("sin", x))),
            _ if shape.is_empty() => {
                let size = self.size();
                let size = if self.has(&size, 1) { size } else { Size::constant(2) };
                self.at_least(&size, 1);
                let x = self.float(&[size.clone()], depth);
                match self.source.below(3) {
                    0 => call("ln", call("sum", call("exp", x))),
                    1 => call("sqrt", call("sum", power(x, 2))),
                    _ => {
                        let weights = self.positive(&[size], depth);
                        call("ln", call("sum", Expr::binary("*", weights, call("exp", x))))
                    }
                }
            }
            10 => call("ln", call("softmax", x)),
            11 => {
                let sum = total(call("exp", x.clone()));
                Expr::binary("/", call("exp", x), sum)
            }
            12 => Expr::binary("-", x.clone(), call("ln", total(call("exp", x)))),
            _ => {
                let length = call("sqrt", Expr::binary("+", total(power(x.clone(), 2)), Expr::Number(0.25)));
                Expr::binary("/", x, length)
            }
        }
    }

    /// `{ let a = …; … }`
    pub fn block(&mut self, shape: &[Size], depth: usize) -> Expr {
        let known = self.scope.variables.len();
        let own = self.shape(2);
        let value = self.float(&own, depth);
        let name = self.fresh("b");
        let before = self.scope.variables.len();
        self.scope.variables.push(Variable {
            name: name.clone(),
            ty: Type::float(own),
            mutable: false,
            derivable: false,
        });
        let result = self.float(shape, depth);
        // Inputs declared on the way stand in front and stay.
        debug_assert!(before >= known, "variables are only added");
        self.scope.variables.retain(|each| each.name != name);
        let binding = Statement::Let { name, mutable: false, ty: None, value };
        Expr::Block(vec![binding], Box::new(result))
    }

    /// A layer of the network applied to something.
    pub fn apply_layer(&mut self, shape: &[Size], depth: usize) -> Option<Expr> {
        let (last, rows) = shape.split_last()?;
        let width = last.as_constant().filter(|width| *width > 0)?;
        if !self.scope.network || self.scope.inputs == 0 {
            return None;
        }
        let own: Vec<String> = self.layers.iter().map(|layer| layer.name.clone()).collect();
        let kinds = ["Linear", "LayerNorm", "RmsNorm", "Embedding", "Linear"];
        let layer = if !own.is_empty() && self.source.chance(50) {
            own[0].clone()
        } else {
            self.source.pick(&kinds).to_string()
        };
        let is_own = own.contains(&layer);
        let (generics, input) = match layer.as_str() {
            "Linear" => {
                let inner = self.source.pick(&[2, 3, 1]);
                (vec![Size::constant(inner), last.clone()], [rows, &[Size::constant(inner)]].concat())
            }
            "Embedding" => {
                let index = self.indices_of(rows, &Size::constant(4))?;
                let name = self.field_of("Embedding", vec![Size::constant(4), last.clone()], None);
                return Some(Expr::Layer(LayerName::call(&name, None), vec![Expr::Name(index)]));
            }
            _ => (vec![Size::constant(width)], shape.to_vec()),
        };
        if self.elements(&input) > 40 {
            return None;
        }
        let length = self.source.chance(30).then_some(2);
        let name = self.field_of(&layer, generics, length);
        let at = length.map(|length| self.element(length));
        let x = self.float(&input, depth);
        let mut layer = LayerName::call(&name, at);
        if is_own && self.source.chance(40) {
            layer.function = "other";
        }
        Some(Expr::Layer(layer, vec![x]))
    }

    /// Which of an array: one for certain, or by an integer in scope.
    pub fn element(&mut self, length: usize) -> Int {
        let indices = self.scope.indices.iter().filter(|index| index.size.is(length as i64));
        let known: Vec<Int> = indices.map(|index| index.value.clone()).collect();
        match known.is_empty() || self.source.chance(30) {
            true => Int::Constant(self.source.below(length) as i64),
            false => self.source.pick(&known),
        }
    }

    /// A field that is a layer; one that there is already, or a new one.
    pub fn field_of(&mut self, layer: &str, generics: Vec<Size>, length: Option<usize>) -> String {
        let known = self.fields.iter().find(|field| match &field.content {
            Content::Layer { layer: known, generics: own, length: long } => {
                known == layer && *own == generics && *long == length
            }
            Content::Tensor(_) => false,
        });
        if let Some(known) = known {
            return known.name.clone();
        }
        let name = self.fresh("layer");
        self.fields.push(Field {
            name: name.clone(),
            content: Content::Layer { layer: layer.to_string(), generics, length },
        });
        name
    }

    /// The network's arrays of layers that keep a width.
    pub fn repeated(&self, width: &Size) -> Vec<(String, usize)> {
        self.fields
            .iter()
            .filter_map(|field| match &field.content {
                Content::Layer { generics, length: Some(length), .. }
                    if generics.iter().all(|own| own == width) =>
                {
                    Some((field.name.clone(), *length))
                }
                _ => None,
            })
            .collect()
    }
}

/// The sum over the last axis, kept.
fn total(x: Expr) -> Expr {
    let options = vec![("axis", Setting::Integer(-1)), ("keep", Setting::Flag(true))];
    Expr::Call { name: "sum", arguments: vec![x], options, method: false }
}
