//! The library, by its textbook formulas.

pub mod layers;
mod linear;
mod random;
mod window;

use super::number::Number;
use super::tensor::{Element, Tensor};
use super::tree::Setting;

/// The options of a call, with their values.
pub struct Options<'o> {
    pub given: &'o [(&'static str, Setting)],
    /// Sizes at hand.
    pub size: &'o dyn Fn(&super::tree::Size) -> usize,
}

impl Options<'_> {
    fn find(&self, name: &str) -> Option<&Setting> {
        self.given.iter().find(|(option, _)| *option == name).map(|(_, setting)| setting)
    }

    fn list(&self, name: &str) -> Vec<i64> {
        match self.find(name) {
            Some(Setting::Integer(value)) => vec![*value],
            Some(Setting::List(values)) => values.clone(),
            _ => Vec::new(),
        }
    }

    fn flag(&self, name: &str) -> bool {
        matches!(self.find(name), Some(Setting::Flag(true)))
    }

    fn number(&self, name: &str, otherwise: f64) -> f64 {
        match self.find(name) {
            Some(Setting::Number(value)) => *value,
            Some(Setting::Integer(value)) => *value as f64,
            _ => otherwise,
        }
    }

    fn pairs(&self, name: &str) -> Vec<[i64; 2]> {
        match self.find(name) {
            Some(Setting::Pairs(pairs)) => pairs.clone(),
            _ => panic!("no pairs `{name}`"),
        }
    }

    fn sizes(&self, name: &str) -> Vec<usize> {
        match self.find(name) {
            Some(Setting::Sizes(sizes)) => sizes.iter().map(self.size).collect(),
            _ => panic!("no sizes `{name}`"),
        }
    }
}

const PLAIN: [&str; 25] = [
    "exp",
    "ln",
    "ln_1p",
    "exp_m1",
    "log2",
    "log10",
    "sqrt",
    "abs",
    "signum",
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "tanh",
    "asin",
    "acos",
    "atan",
    "floor",
    "recip",
    "erf",
    "ln_gamma",
    "digamma",
    "trigamma",
    "tetragamma",
];

fn real(value: f64) -> Number {
    Number::Real(value)
}

pub fn sigmoid(x: &Number) -> Number {
    real(1.0).div(&real(1.0).add(&x.neg().unary("exp")))
}

fn softplus(x: &Number) -> Number {
    real(1.0).add(&x.unary("exp")).unary("ln")
}

/// Inside the limits itself, at them too; outside the limit.
fn clamp(x: &Number, low: f64, high: f64) -> Number {
    if x.real() < low {
        real(low)
    } else if x.real() > high {
        real(high)
    } else {
        x.clone()
    }
}

/// A function of one number, elementwise; none if it is no such function.
fn activation(name: &str, x: &Number, options: &Options<'_>) -> Option<Number> {
    let times = |factor: f64, x: &Number| x.mul(&real(factor));
    let positive = x.real() > 0.0;
    let exponential = |alpha: f64| if positive { x.clone() } else { times(alpha, &x.unary("exp_m1")) };
    Some(match name {
        _ if PLAIN.contains(&name) => x.unary(name),
        "stop_grad" => real(x.real()),
        "sigmoid" => sigmoid(x),
        "softplus" => softplus(x),
        "log_sigmoid" => softplus(&x.neg()).neg(),
        "relu" => {
            if positive {
                x.clone()
            } else {
                real(0.0)
            }
        }
        "relu6" => clamp(x, 0.0, 6.0),
        "leaky_relu" => {
            if positive {
                x.clone()
            } else {
                times(options.number("slope", 0.01), x)
            }
        }
        "elu" => exponential(options.number("alpha", 1.0)),
        "selu" => times(1.0507009873554805, &exponential(1.6732632423543772)),
        "celu" => {
            let alpha = options.number("alpha", 1.0);
            if positive { x.clone() } else { times(alpha, &times(1.0 / alpha, x).unary("exp_m1")) }
        }
        "gelu" => times(0.5, x).mul(&real(1.0).add(&times(std::f64::consts::FRAC_1_SQRT_2, x).unary("erf"))),
        "gelu_tanh" => {
            let inner = x.add(&times(0.044715, &x.power(3)));
            let inner = times((2.0 / std::f64::consts::PI).sqrt(), &inner);
            times(0.5, x).mul(&real(1.0).add(&inner.unary("tanh")))
        }
        "silu" => x.mul(&sigmoid(x)),
        "mish" => x.mul(&softplus(x).unary("tanh")),
        "softsign" => x.div(&real(1.0).add(&x.unary("abs"))),
        "hard_sigmoid" => times(1.0 / 6.0, &clamp(&x.add(&real(3.0)), 0.0, 6.0)),
        "hard_swish" => x.mul(&times(1.0 / 6.0, &clamp(&x.add(&real(3.0)), 0.0, 6.0))),
        "hard_tanh" => clamp(x, options.number("lo", -1.0), options.number("hi", 1.0)),
        "powi" => x.power(options.number("n", 1.0) as i32),
        _ => return None,
    })
}

/// A call.
pub fn call(name: &str, arguments: &[Tensor], options: &Options<'_>) -> Tensor {
    if let [x] = arguments
        && !matches!(x.data.first(), Some(Element::Index(_) | Element::Flag(_)))
        && activation(name, &real(0.5), options).is_some()
    {
        return x.map(|x| activation(name, x, options).expect("an activation of one number is one of all"));
    }
    match (name, arguments) {
        ("powf", [x, y]) => x.with(y, Number::powf),
        ("atan2", [y, x]) => y.with(x, Number::atan2),
        ("max", [a, b]) => a.with(b, Number::greater),
        ("min", [a, b]) => a.with(b, Number::lesser),
        ("clamp", [x, low, high]) => x
            .with(low, |x, low| if x.real() < low.real() { low.clone() } else { x.clone() })
            .with(high, |x, high| if x.real() > high.real() { high.clone() } else { x.clone() }),
        ("softmax", [x]) => softmax(x, &x.axes(&axis_or_last(options))),
        ("log_softmax", [x]) => log_softmax(x, &x.axes(&axis_or_last(options))),
        ("logsumexp", [x]) => logsumexp(x, &x.axes(&options.list("axis")), options.flag("keep")),
        ("var", [x]) => variance(x, options),
        ("std", [x]) => variance(x, options).map(Number::root),
        ("norm", [x]) => norm(x, &x.axes(&options.list("axis")), options.flag("keep")),
        ("t", [x]) => {
            let mut order: Vec<usize> = (0..x.shape.len()).collect();
            order.swap(x.shape.len() - 2, x.shape.len() - 1);
            x.permute(&order)
        }
        ("permute", [x]) => x.permute(&x.axes(&options.list("axes"))),
        ("reshape", [x]) => Tensor { shape: options.sizes("shape"), data: x.data.clone() },
        ("flatten", [x]) => {
            let from = options.number("from", 0.0) as usize;
            let rest = x.shape[from..].iter().product();
            Tensor { shape: [&x.shape[..from], &[rest]].concat(), data: x.data.clone() }
        }
        ("broadcast_to", [x]) => x.stretch(&options.sizes("shape")),
        ("one_hot", [index]) => {
            let classes = options.sizes("classes")[0];
            Tensor::make(&[index.shape.as_slice(), &[classes]].concat(), |at| {
                let (class, own) = at.split_last().expect("an axis of classes");
                f64::from(u8::from(index.at(own).index() == *class as i64)).into()
            })
        }
        ("concat", parts) => concat(parts, parts[0].axes(&options.list("axis"))[0]),
        ("stack", parts) => {
            let axis = options.number("axis", 0.0) as usize;
            let one = |part: &Tensor| {
                let shape = [&part.shape[..axis], &[1], &part.shape[axis..]].concat();
                Tensor { shape, data: part.data.clone() }
            };
            concat(&parts.iter().map(one).collect::<Vec<_>>(), axis)
        }
        ("pad", [x]) => {
            let widths = options.pairs("widths");
            let shape: Vec<usize> = x
                .shape
                .iter()
                .zip(&widths)
                .map(|(size, [before, after])| size + (before + after) as usize)
                .collect();
            Tensor::make(&shape, |at| {
                let inner = at.iter().zip(&widths).map(|(at, [before, _])| at.checked_sub(*before as usize));
                match inner.collect::<Option<Vec<usize>>>() {
                    Some(inner) if inner.iter().zip(&x.shape).all(|(at, size)| at < size) => {
                        x.at(&inner).clone()
                    }
                    _ => 0.0.into(),
                }
            })
        }
        ("cumsum", [x]) => {
            let axis = x.axes(&axis_or_last(options))[0];
            Tensor::make(&x.shape, |at| {
                let term = |place: usize| {
                    let mut from = at.to_vec();
                    from[axis] = place;
                    x.at(&from).number()
                };
                Element::Number((0..=at[axis]).fold(real(0.0), |sum, place| sum.add(&term(place))))
            })
        }
        ("tril" | "triu", [x]) => {
            let diagonal = options.number("diagonal", 0.0) as i64;
            Tensor::make(&x.shape, |at| {
                let above = at[at.len() - 1] as i64 - at[at.len() - 2] as i64 - diagonal;
                let stays = if name == "tril" { above <= 0 } else { above >= 0 };
                if stays { x.at(at).clone() } else { 0.0.into() }
            })
        }
        ("diag", [x]) => {
            let diagonal = options.number("diagonal", 0.0) as i64;
            let far = diagonal.unsigned_abs() as usize;
            let (down, right) = if diagonal < 0 { (far, 0) } else { (0, far) };
            match x.shape[..] {
                [size] => Tensor::make(&[size + far; 2], |at| match at[0] + right == at[1] + down {
                    true => x.at(&[at[0].min(at[1])]).clone(),
                    false => 0.0.into(),
                }),
                [rows, columns] => {
                    let size = (rows - down).min(columns - right);
                    Tensor::make(&[size], |at| x.at(&[at[0] + down, at[0] + right]).clone())
                }
                _ => panic!("a diagonal of {:?}", x.shape),
            }
        }
        ("zeros", []) => Tensor::make(&options.sizes("shape"), |_| 0.0.into()),
        ("ones", []) => Tensor::make(&options.sizes("shape"), |_| 1.0.into()),
        ("arange", []) => Tensor::make(&options.sizes("n"), |at| (at[0] as f64).into()),
        ("eye", []) => {
            let size = options.sizes("n")[0];
            Tensor::make(&[size, size], |at| f64::from(u8::from(at[0] == at[1])).into())
        }
        (_, [x])
            if matches!(
                name,
                "sum" | "mean" | "prod" | "max" | "min" | "any" | "all" | "argmax" | "argmin"
            ) =>
        {
            x.folded(name, &x.axes(&options.list("axis")), options.flag("keep"))
        }
        _ => window::call(name, arguments, options)
            .or_else(|| linear::call(name, arguments))
            .or_else(|| random::call(name, arguments))
            .unwrap_or_else(|| loss(name, arguments, options)),
    }
}

fn concat(parts: &[Tensor], axis: usize) -> Tensor {
    let mut shape = parts[0].shape.clone();
    shape[axis] = parts.iter().map(|part| part.shape[axis]).sum();
    Tensor::make(&shape, |at| {
        let mut at = at.to_vec();
        let mut holds = |part: &&Tensor| {
            let is_inside = at[axis] < part.shape[axis];
            at[axis] -= if is_inside { 0 } else { part.shape[axis] };
            is_inside
        };
        let part = parts.iter().find(&mut holds).expect("a part for each place");
        part.at(&at).clone()
    })
}

fn axis_or_last(options: &Options<'_>) -> Vec<i64> {
    let axis = options.list("axis");
    if axis.is_empty() { vec![-1] } else { axis }
}

fn mean(x: &Tensor) -> Tensor {
    x.folded("mean", &x.axes(&[]), false)
}

fn loss(name: &str, arguments: &[Tensor], options: &Options<'_>) -> Tensor {
    let last = |x: &Tensor| vec![x.shape.len() - 1];
    let one = Tensor::scalar(1.0);
    let negative = |x: &Tensor| x.map(Number::neg);
    match (name, arguments) {
        ("mse", [a, b]) => mean(&a.sub(b).map(|error| error.mul(error))),
        ("mae", [a, b]) => mean(&a.sub(b).map(|error| error.unary("abs"))),
        ("huber", [a, b]) => {
            let delta = options.number("delta", 1.0);
            mean(&a.sub(b).map(|error| {
                let size = error.unary("abs");
                if size.real() <= delta {
                    size.mul(&size).mul(&real(0.5))
                } else {
                    size.sub(&real(0.5 * delta)).mul(&real(delta))
                }
            }))
        }
        ("binary_cross_entropy", [p, y]) => {
            let logarithm = |x: &Number| if x.real() < -100.0 { real(-100.0) } else { x.clone() };
            let hit = p.map(|p| logarithm(&p.unary("ln")));
            let miss = p.map(|p| logarithm(&real(1.0).sub(p).unary("ln")));
            negative(&mean(&y.mul(&hit).add(&one.sub(y).mul(&miss))))
        }
        ("bce_with_logits", [x, y]) => {
            let hit = x.map(|x| sigmoid(x).unary("ln"));
            let miss = x.map(|x| sigmoid(&x.neg()).unary("ln"));
            negative(&mean(&y.mul(&hit).add(&one.sub(y).mul(&miss))))
        }
        ("cross_entropy", [x, y]) if matches!(y.data.first(), Some(Element::Index(_))) => {
            negative(&mean(&pick(&log_softmax(x, &last(x)), y)))
        }
        ("cross_entropy", [x, y]) => {
            let each = y.mul(&log_softmax(x, &last(x)));
            negative(&mean(&each.folded("sum", &last(&each), false)))
        }
        ("nll", [x, y]) => negative(&mean(&pick(x, y))),
        ("kl_div", [q, p]) => {
            let each = p.with(q, |p, q| p.mul(&p.unary("ln").sub(q)));
            mean(&each.folded("sum", &last(&each), false))
        }
        ("hinge", [score, y]) => {
            let margin = one.sub(&y.mul(score));
            mean(&margin.map(|margin| if margin.real() > 0.0 { margin.clone() } else { real(0.0) }))
        }
        ("cosine_similarity", [a, b]) => {
            let product = a.mul(b);
            let axes = product.axes(&axis_or_last(options));
            let length = |x: &Tensor| norm(x, &x.axes(&axis_or_last(options)), false);
            product.folded("sum", &axes, false).div(&length(a).mul(&length(b)))
        }
        ("l1", [x]) => x.map(|x| x.unary("abs")).folded("sum", &x.axes(&[]), false),
        ("l2", [x]) => x.map(|x| x.mul(x)).folded("sum", &x.axes(&[]), false),
        _ => panic!("no function `{name}` of {} arguments", arguments.len()),
    }
}

fn pick(x: &Tensor, label: &Tensor) -> Tensor {
    Tensor::make(&label.shape, |at| x.at(&[at, &[label.at(at).index() as usize]].concat()).clone())
}

fn softmax(x: &Tensor, axes: &[usize]) -> Tensor {
    let power = x.map(|x| x.unary("exp"));
    power.div(&power.folded("sum", axes, true))
}

fn log_softmax(x: &Tensor, axes: &[usize]) -> Tensor {
    x.sub(&logsumexp(x, axes, true))
}

fn logsumexp(x: &Tensor, axes: &[usize], keep: bool) -> Tensor {
    x.map(|x| x.unary("exp")).folded("sum", axes, keep).map(|sum| sum.unary("ln"))
}

fn variance(x: &Tensor, options: &Options<'_>) -> Tensor {
    let axes = x.axes(&options.list("axis"));
    let count: usize = axes.iter().map(|&axis| x.shape[axis]).product();
    let divisor = count as f64 - options.number("ddof", 0.0);
    let centred = x.sub(&x.folded("mean", &axes, true));
    let square = centred.mul(&centred).folded("sum", &axes, options.flag("keep"));
    square.div(&Tensor::scalar(divisor))
}

fn norm(x: &Tensor, axes: &[usize], keep: bool) -> Tensor {
    x.mul(x).folded("sum", axes, keep).map(Number::root)
}
