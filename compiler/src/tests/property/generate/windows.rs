//! Convolutions and pools, matrices, functions of Rust; and what is infinite where a condition does not hold.

use super::Generator;
use super::array::power;
use crate::tests::property::tree::{
    Expr, Int, LayerName, Pattern, Setting, Size, Statement, Subscript, Type,
};

/// A call with options.
fn with(name: &'static str, arguments: Vec<Expr>, options: Vec<(&'static str, i64)>) -> Expr {
    Expr::Call { name, arguments, options: settings(options), method: false }
}

fn settings(options: Vec<(&'static str, i64)>) -> Vec<(&'static str, Setting)> {
    options.into_iter().map(|(option, value)| (option, Setting::Integer(value))).collect()
}

/// The options that are not what they are anyway.
fn unusual(options: &[(&'static str, i64, i64)]) -> Vec<(&'static str, i64)> {
    options
        .iter()
        .filter(|(_, value, usual)| value != usual)
        .map(|(name, value, _)| (*name, *value))
        .collect()
}

/// The options of a convolution, and what they are where nothing is said.
fn steps([stride, padding, dilation]: [i64; 3], groups: i64) -> [(&'static str, i64, i64); 4] {
    [("stride", stride, 1), ("padding", padding, 0), ("dilation", dilation, 1), ("groups", groups, 1)]
}

impl Generator<'_> {
    /// A convolution or a pool, summed up to this shape.
    pub fn windows(&mut self, shape: &[Size], depth: usize) -> Option<Expr> {
        if shape.len() >= 2 && self.source.chance(40) {
            return self.library_layer(shape, depth);
        }
        let rank = if shape.len() <= 3 && self.source.chance(30) { 3 } else { 4 };
        let mut whole = shape.to_vec();
        while whole.len() < rank {
            whole.push(Size::constant(self.source.pick(&[2, 1, 3])));
        }
        if whole.len() > rank || self.elements(&whole) > 40 {
            return None;
        }
        let made = match (rank, self.source.below(6)) {
            (4, 0) => self.transposed(&whole, depth)?,
            (4, 1 | 2) => self.pool(&whole, depth)?,
            _ => self.convolution(&whole, depth)?,
        };
        let axes: Vec<i64> = (shape.len()..rank).map(|axis| axis as i64).collect();
        if axes.is_empty() {
            return Some(made);
        }
        if shape.len() == 2 && rank == 4 && self.source.chance(50) {
            return Some(Expr::call("global_avg_pool", vec![made]));
        }
        let name = self.source.pick(&["sum", "mean", "norm"]);
        let options = vec![("axis", Setting::List(axes))];
        Some(Expr::Call { name, arguments: vec![made], options, method: false })
    }

    /// A size if it has something in it.
    fn some(&mut self, size: Size) -> Option<Size> {
        if !self.has(&size, 1) {
            return None;
        }
        self.at_least(&size, 1);
        Some(size)
    }

    /// How long an axis is along which so many windows fit.
    fn seen(&mut self, count: &Size, kernel: i64, [stride, padding, dilation]: [i64; 3]) -> Option<Size> {
        let more = self.source.below(stride as usize) as i64;
        let size = count.times(&Size::constant(stride))?;
        self.some(size.plus(1 - stride + dilation * (kernel - 1) - 2 * padding + more))
    }

    /// Into how many groups so many channels go.
    fn groups(&mut self, channels: &Size) -> i64 {
        let count = channels.as_constant().unwrap_or(1);
        let divisors: Vec<i64> = (1..=count.max(1)).filter(|divisor| count % divisor == 0).collect();
        self.source.pick(&divisors)
    }

    fn convolution(&mut self, shape: &[Size], depth: usize) -> Option<Expr> {
        let [stride, padding, dilation] =
            [self.source.pick(&[1, 2, 1, 3]), self.source.pick(&[0, 1, 2]), self.source.pick(&[1, 1, 2])];
        let groups = self.groups(&shape[1]);
        let inputs = Size::constant(self.source.pick(&[1, 2]));
        let mut x = vec![shape[0].clone(), inputs.times(&Size::constant(groups))?];
        let mut w = vec![shape[1].clone(), inputs];
        for count in &shape[2..] {
            let kernel = self.source.pick(&[2, 1, 3]);
            x.push(self.seen(count, kernel, [stride, padding, dilation])?);
            w.push(Size::constant(kernel));
        }
        if self.elements(&x) > 60 || self.elements(&w) > 40 {
            return None;
        }
        let name = if shape.len() == 3 { "conv1d" } else { "conv2d" };
        let arguments = vec![self.float(&x, depth), self.float(&w, depth)];
        let options = steps([stride, padding, dilation], groups);
        Some(with(name, arguments, unusual(&options)))
    }

    /// A layer of the library that looks at images or at sequences, of exactly this shape.
    pub fn library_layer(&mut self, shape: &[Size], depth: usize) -> Option<Expr> {
        let constants: Vec<Option<i64>> =
            shape.iter().map(|size| size.as_constant().filter(|size| *size > 0)).collect();
        if !self.scope.network || self.scope.inputs == 0 || self.elements(shape) > 30 {
            return None;
        }
        let fixed = |value| Size::constant(value);
        let several = |this: &mut Self, layer: &str, generics, x, options: Vec<(&'static str, Setting)>| {
            let name = this.field_of(layer, generics, None);
            Some(Expr::Layer(LayerName { options, ..LayerName::call(&name, None) }, vec![x]))
        };
        match (constants.as_slice(), self.source.below(6)) {
            ([_, Some(channels), ..], 0) => {
                let groups = self.groups(&shape[1]);
                let x = self.float(shape, depth);
                several(self, "GroupNorm", vec![fixed(groups), fixed(*channels)], x, Vec::new())
            }
            ([_, Some(channels), ..], 1) => {
                let own = [fixed(*channels)];
                let arguments =
                    vec![self.float(shape, depth), self.float(&own, depth), self.positive(&own, depth)];
                let name = self.field_of("BatchNorm", own.to_vec(), None);
                let layer = LayerName { function: "infer", ..LayerName::call(&name, None) };
                Some(Expr::Layer(layer, arguments))
            }
            ([_, Some(channels), _] | [_, Some(channels), _, _], choice @ 2..) => {
                let is_image = shape.len() == 4;
                let (kernel, inputs) = (self.source.pick(&[2, 1, 3]), self.source.pick(&[2, 1]));
                let step =
                    [self.source.pick(&[1, 2]), self.source.pick(&[0, 1]), self.source.pick(&[1, 1, 2])];
                let more = self.source.below(step[0] as usize) as i64;
                let is_transposed = is_image && choice > 3;
                let mut seen = vec![shape[0].clone(), fixed(inputs)];
                for count in &shape[2..] {
                    seen.push(match is_transposed {
                        true => self.spread(count, kernel, step, more)?,
                        false => self.seen(count, kernel, step)?,
                    });
                }
                if self.elements(&seen) > 40 {
                    return None;
                }
                let x = self.float(&seen, depth);
                let layer = match (is_image, is_transposed) {
                    (_, true) => "ConvTranspose2d",
                    (true, false) => "Conv2d",
                    (false, false) => "Conv1d",
                };
                let more = [("output_padding", more * i64::from(is_transposed), 0)];
                let options = settings(unusual(&[&steps(step, 1)[..], &more].concat()));
                several(self, layer, vec![fixed(inputs), fixed(*channels), fixed(kernel)], x, options)
            }
            ([_, _, Some(width)], 3..) => {
                let heads = self.groups(&shape[2]);
                let x = self.float(shape, depth);
                let causal = self.source.chance(50).then_some(("causal", Setting::Flag(true)));
                let options = causal.into_iter().collect();
                several(self, "MultiHeadAttention", vec![fixed(*width), fixed(heads)], x, options)
            }
            _ => None,
        }
    }

    /// A recurrent layer over the rows of something, its last state under a name of its own.
    pub fn sequence(&mut self, statements: &mut Vec<Statement>) {
        if !self.scope.network || self.scope.inputs == 0 || self.scope.loops > 0 {
            return self.binding(statements);
        }
        let (length, rows) = (self.size(), self.size());
        let [inputs, width] = [0, 1].map(|_| Size::constant(self.source.pick(&[2, 1])));
        let x = self.float(&[length.clone(), rows.clone(), inputs.clone()], 2);
        let own = vec![rows.clone(), width.clone()];
        let layer = self.source.pick(&["Rnn", "Gru", "Lstm"]);
        let field = self.field_of(layer, vec![inputs, width.clone()], None);
        let names = ["a", "a", "a"].map(|prefix| self.fresh(prefix));
        let parts: Vec<Pattern> = names.iter().cloned().map(Pattern::Name).collect();
        let mut state = vec![self.float(&own, 1)];
        let mut pattern = parts[..2].to_vec();
        if layer == "Lstm" {
            state = vec![Expr::Tuple(vec![state.remove(0), self.float(&own, 1)])];
            pattern = vec![parts[0].clone(), Pattern::Tuple(parts[1..].to_vec())];
        }
        let value = Expr::Layer(LayerName::call(&field, None), [vec![x], state].concat());
        statements.push(Statement::LetTuple { pattern: Pattern::Tuple(pattern), value });
        for (name, shape) in names.iter().zip([vec![length, rows, width], own.clone(), own]) {
            if layer == "Lstm" || *name != names[2] {
                self.add(name, Type::float(shape), false);
            }
        }
    }

    /// A layer that normalises a batch, with the statistics that it returns.
    pub fn statistics(&mut self, statements: &mut Vec<Statement>) {
        if !self.scope.network || self.scope.inputs == 0 || self.scope.loops > 0 {
            return self.binding(statements);
        }
        let rows = self.size();
        let rows = self.some(rows).unwrap_or_else(|| Size::constant(3));
        let channels = Size::constant(self.source.pick(&[2, 1, 3]));
        let mut shape = vec![rows, channels.clone()];
        shape.extend(self.source.chance(40).then_some(Size::constant(2)));
        let x = self.float(&shape, 2);
        let field = self.field_of("BatchNorm", vec![channels.clone()], None);
        let names = ["a", "a", "a"].map(|prefix| self.fresh(prefix));
        let pattern = Pattern::Tuple(names.iter().cloned().map(Pattern::Name).collect());
        let value = Expr::Layer(LayerName::call(&field, None), vec![x]);
        statements.push(Statement::LetTuple { pattern, value });
        for (name, shape) in names.iter().zip([shape, vec![channels.clone()], vec![channels]]) {
            self.add(name, Type::float(shape), false);
        }
    }

    fn transposed(&mut self, shape: &[Size], depth: usize) -> Option<Expr> {
        let [stride, padding, dilation] =
            [self.source.pick(&[1, 2]), self.source.pick(&[0, 1]), self.source.pick(&[1, 1, 2])];
        let more = self.source.below(stride as usize) as i64;
        let groups = self.groups(&shape[1]);
        let outputs = Size { ..shape[1].clone() };
        let outputs = match outputs.as_constant() {
            Some(count) => Size::constant(count / groups),
            None => outputs,
        };
        let inputs = Size::constant(groups * self.source.pick(&[1, 2]));
        let (mut x, mut w) = (vec![shape[0].clone(), inputs.clone()], vec![inputs, outputs]);
        for whole in &shape[2..] {
            let kernel = self.source.pick(&[2, 1, 3]);
            x.push(self.spread(whole, kernel, [stride, padding, dilation], more)?);
            w.push(Size::constant(kernel));
        }
        if self.elements(&x) > 40 || self.elements(&w) > 40 {
            return None;
        }
        let arguments = vec![self.float(&x, depth), self.float(&w, depth)];
        let options =
            [&steps([stride, padding, dilation], groups)[..], &[("output_padding", more, 0)]].concat();
        Some(with("conv_transpose2d", arguments, unusual(&options)))
    }

    /// How long an axis is that a transposed convolution spreads to this.
    fn spread(
        &mut self,
        whole: &Size,
        kernel: i64,
        [stride, padding, dilation]: [i64; 3],
        more: i64,
    ) -> Option<Size> {
        let steps = whole.plus(2 * padding - dilation * (kernel - 1) - more - 1);
        if steps.factor % stride != 0 || steps.plus % stride != 0 {
            return None;
        }
        let steps = Size { factor: steps.factor / stride, plus: steps.plus / stride, ..steps };
        self.some(steps.plus(1))
    }

    fn pool(&mut self, shape: &[Size], depth: usize) -> Option<Expr> {
        let size = self.source.pick(&[2, 3, 1]);
        let stride = self.source.pick(&[size, 1, 2]);
        let padding = self.source.below(size as usize / 2 + 1) as i64;
        let mut x = shape[..2].to_vec();
        for count in &shape[2..] {
            x.push(self.seen(count, size, [stride, padding, 1])?);
        }
        if self.elements(&x) > 60 {
            return None;
        }
        let name = self.source.pick(&["avg_pool2d", "max_pool2d"]);
        let mut options = vec![("size", size)];
        options.extend(unusual(&[("stride", stride, size), ("padding", padding, 0)]));
        Some(with(name, vec![self.float(&x, depth)], options))
    }

    /// A matrix far from a singular one.
    fn regular(&mut self, size: &Size, depth: usize) -> Expr {
        let x = Expr::call("tanh", vec![self.float(&[size.clone(), size.clone()], depth)]);
        let options = vec![("n", Setting::Sizes(vec![size.clone()]))];
        let eye = Expr::Call { name: "eye", arguments: Vec::new(), options, method: false };
        let times = |factor, x| Expr::binary("*", Expr::Number(factor), x);
        Expr::binary("+", times(0.25, x), times(1.5, eye))
    }

    /// What matrices and vectors make of this shape.
    pub fn matrix(&mut self, shape: &[Size], depth: usize) -> Option<Expr> {
        let call = |name, arguments| Some(Expr::call(name, arguments));
        let has_constant = shape.first().is_some_and(|size| size.as_constant().is_some_and(|size| size > 0));
        match shape {
            [] => {
                let size = Size::constant(self.source.pick(&[2, 1, 3, 4]));
                match self.source.below(5) {
                    0 => {
                        let any = self.size();
                        call("dot", vec![self.float(&[any.clone()], depth), self.float(&[any], depth)])
                    }
                    1 => {
                        let any = self.size();
                        call("trace", vec![self.float(&[any.clone(), any], depth)])
                    }
                    2 => call("det", vec![self.regular(&size, depth)]),
                    _ => call("det", vec![self.float(&[size.clone(), size], depth)]),
                }
            }
            [rows, columns] if !has_constant || self.source.chance(30) => {
                call("outer", vec![self.float(&[rows.clone()], depth), self.float(&[columns.clone()], depth)])
            }
            [rows, columns] if rows == columns && self.source.chance(60) => {
                let name = self.source.pick(&["inv", "cholesky"]);
                call(name, vec![self.regular(rows, depth)])
            }
            [rows] | [rows, _] if has_constant => {
                let a = self.regular(rows, depth);
                call("solve", vec![a, self.float(shape, depth)])
            }
            _ => None,
        }
    }

    /// A function of Rust.
    pub fn external(&mut self, shape: &[Size], depth: usize) -> Option<Expr> {
        let apply = |name: &str, arguments| Some(Expr::Apply(name.to_string(), arguments));
        let constants: Option<Vec<i64>> = shape.iter().map(Size::as_constant).collect();
        match constants?.as_slice() {
            [] => match self.source.below(7) {
                0 | 1 => apply("cube", vec![self.float(&[], depth)]),
                2 => {
                    let a = self.float(&[], depth);
                    apply("ratio", vec![a, self.positive(&[], depth)])
                }
                3 => apply("root", vec![self.positive(&[], depth)]),
                4 => {
                    let x = self.float(&[], depth);
                    let condition = Expr::binary(">", x.clone(), Expr::Number(0.125));
                    let number = self.number();
                    let (root, slope) = (apply("root", vec![x])?, apply("slope", vec![number])?);
                    Some(Expr::If(Box::new(condition), Box::new(root), Box::new(slope)))
                }
                5 => apply("determinant", vec![self.regular(&Size::constant(2), depth)]),
                _ => {
                    let powers = apply("powers", vec![self.float(&[], depth)])?;
                    let at = Int::Constant(self.source.pick(&[0, 1, -1]));
                    Some(Expr::Subscript(Box::new(powers), vec![Subscript::At(at)]))
                }
            },
            [3] if self.source.chance(50) => apply("powers", vec![self.float(&[], depth)]),
            [3] => apply("scaled", vec![self.float(shape, depth), self.float(&[], depth)]),
            [2, 2] => apply("inverse", vec![self.regular(&shape[0], depth)]),
            _ => None,
        }
    }

    /// What is infinite or no number where a condition does not hold, which is asked before or after.
    pub fn hazard(&mut self, shape: &[Size], depth: usize) -> Expr {
        let x = self.float(shape, depth);
        let name = self.fresh("b");
        let own = Expr::name(&name);
        let zero = || Expr::Number(0.0);
        let (above, below) = (">", "<");
        let (condition, value) = match self.source.below(7) {
            0 => (Expr::binary(above, own.clone(), zero()), Expr::call("ln", vec![own])),
            1 => (Expr::binary(above, own.clone(), zero()), Expr::call("sqrt", vec![own])),
            2 => (Expr::binary("!=", own.clone(), zero()), Expr::call("recip", vec![own])),
            3 => {
                let root = Expr::call("powf", vec![own.clone(), Expr::Number(0.5)]);
                (Expr::binary(above, own, zero()), root)
            }
            4 => {
                let double = Expr::binary("*", Expr::Number(2.0), own);
                let inside = Expr::binary(below, Expr::call("abs", vec![double.clone()]), Expr::Number(0.75));
                (inside, Expr::call("asin", vec![double]))
            }
            5 => {
                let relu = Expr::call("relu", vec![own.clone()]);
                (Expr::binary(above, own, zero()), power(relu, -2))
            }
            _ => {
                let floor = Expr::call("floor", vec![own.clone()]);
                (Expr::binary(below, own.clone(), zero()), Expr::binary("/", own, floor))
            }
        };
        let mut lines = vec![Statement::Let { name, mutable: false, ty: None, value: x }];
        let value = if self.source.chance(50) {
            let name = self.fresh("b");
            lines.push(Statement::Let { name: name.clone(), mutable: false, ty: None, value });
            Expr::Name(name)
        } else {
            value
        };
        let otherwise = match self.source.chance(50) {
            true => zero(),
            false => self.float(shape, depth.saturating_sub(1)),
        };
        let chosen = Expr::If(Box::new(condition), Box::new(value), Box::new(otherwise));
        Expr::Block(lines, Box::new(chosen))
    }
}
