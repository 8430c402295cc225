//! Layers by their textbook formulas.

use super::super::tensor::Tensor;
use super::super::tree::Setting;
use super::{Options, call, sigmoid};

/// The names of a layer's fields.
pub fn fields(layer: &str) -> Option<&'static [&'static str]> {
    Some(match layer {
        "Linear" | "LayerNorm" | "GroupNorm" | "BatchNorm" | "Conv1d" | "Conv2d" | "ConvTranspose2d" => {
            &["weight", "bias"]
        }
        "RmsNorm" | "Embedding" => &["weight"],
        "Rnn" | "Gru" | "Lstm" => &["w_ih", "w_hh", "b_ih", "b_hh"],
        "MultiHeadAttention" => &[
            "query.weight",
            "query.bias",
            "key.weight",
            "key.bias",
            "value.weight",
            "value.bias",
            "out.weight",
            "out.bias",
        ],
        _ => return None,
    })
}

/// The shapes of a layer's fields in order; none where they hang on more than its sizes.
pub fn shapes(layer: &str, generics: &[usize]) -> Vec<Vec<usize>> {
    match (layer, generics) {
        ("Linear", &[inner, outer]) => vec![vec![inner, outer], vec![outer]],
        ("LayerNorm" | "BatchNorm", &[width]) | ("GroupNorm", &[_, width]) => vec![vec![width]; 2],
        ("RmsNorm", &[width]) => vec![vec![width]],
        ("Embedding", &[rows, width]) => vec![vec![rows, width]],
        ("Rnn" | "Gru" | "Lstm", &[inner, outer]) => {
            let gates = match layer {
                "Rnn" => 1,
                "Gru" => 3,
                _ => 4,
            };
            let width = gates * outer;
            vec![vec![inner, width], vec![outer, width], vec![width], vec![width]]
        }
        _ => Vec::new(),
    }
}

/// What a layer returns, by its fields in order.
pub fn layer(
    (name, generics): (&str, &[i64]),
    fields: &[Tensor],
    arguments: &[Tensor],
    options: &Options<'_>,
) -> Vec<Tensor> {
    let x = &arguments[0];
    let last = vec![x.shape.len().saturating_sub(1)];
    let one = match (name, fields) {
        ("Linear", [weight, bias]) => x.product(weight).add(bias),
        ("LayerNorm", [weight, bias]) => normal(x, &last).mul(weight).add(bias),
        ("RmsNorm", [weight]) => {
            let square = x.mul(x).folded("mean", &last, true);
            x.div(&root(&square)).mul(weight)
        }
        ("GroupNorm", [weight, bias]) => {
            let [groups, channels] = [generics[0] as usize, generics[1] as usize];
            let rows = [x.shape[0], groups, channels / groups * x.shape[2..].iter().product::<usize>()];
            let rows = Tensor { shape: rows.to_vec(), data: x.data.clone() };
            let normal = Tensor { shape: x.shape.clone(), data: normal(&rows, &[2]).data };
            normal.mul(&along_channels(weight, x)).add(&along_channels(bias, x))
        }
        ("BatchNorm", [weight, bias]) => {
            let axes: Vec<usize> = (0..x.shape.len()).filter(|axis| *axis != 1).collect();
            let statistics = match arguments {
                [_, mean, variance] => [mean.clone(), variance.clone()],
                _ => {
                    let mean = x.folded("mean", &axes, false);
                    let centred = x.sub(&along_channels(&mean, x));
                    [mean, centred.mul(&centred).folded("mean", &axes, false)]
                }
            };
            let [mean, variance] = statistics.each_ref().map(|each| along_channels(each, x));
            let centred = x.sub(&mean).div(&root(&variance));
            let y = centred.mul(&along_channels(weight, x)).add(&along_channels(bias, x));
            if arguments.len() == 1 {
                return [vec![y], statistics.to_vec()].concat();
            }
            y
        }
        ("Conv1d" | "Conv2d" | "ConvTranspose2d", [weight, bias]) => {
            let name = match name {
                "Conv1d" => "conv1d",
                "Conv2d" => "conv2d",
                _ => "conv_transpose2d",
            };
            call(name, &[x.clone(), weight.clone()], options).add(&along_channels(bias, x))
        }
        ("Embedding", [weight]) => {
            let width = weight.shape[1];
            Tensor::make(&[x.shape.as_slice(), &[width]].concat(), |at| {
                let (column, own) = at.split_last().expect("an axis of columns");
                weight.at(&[x.at(own).index() as usize, *column]).clone()
            })
        }
        ("MultiHeadAttention", fields) => attention(generics[1] as usize, fields, x, options.flag("causal")),
        ("Rnn" | "Gru" | "Lstm", fields) => return sequence(name, fields, arguments),
        _ => panic!("no layer `{name}`"),
    };
    vec![one]
}

fn root(variance: &Tensor) -> Tensor {
    variance.add(&Tensor::scalar(1e-5)).map(|x| x.unary("sqrt"))
}

fn normal(x: &Tensor, axes: &[usize]) -> Tensor {
    let centred = x.sub(&x.folded("mean", axes, true));
    centred.div(&root(&centred.mul(&centred).folded("mean", axes, true)))
}

/// One number for each channel, which is the second axis of `x`.
fn along_channels(each: &Tensor, x: &Tensor) -> Tensor {
    let mut shape = vec![1; x.shape.len() - 1];
    shape[0] = each.shape[0];
    Tensor { shape, data: each.data.clone() }
}

/// A part of an axis.
fn part(x: &Tensor, axis: usize, from: usize, count: usize) -> Tensor {
    let mut shape = x.shape.clone();
    shape[axis] = count;
    Tensor::make(&shape, |at| {
        let mut at = at.to_vec();
        at[axis] += from;
        x.at(&at).clone()
    })
}

fn joined(parts: &[Tensor], axis: i64) -> Tensor {
    call("concat", parts, &Options { given: &[("axis", Setting::Integer(axis))], size: &|_| 0 })
}

fn attention(heads: usize, fields: &[Tensor], x: &Tensor, causal: bool) -> Tensor {
    let [q, k, v] = [0, 2, 4].map(|place: usize| x.product(&fields[place]).add(&fields[place + 1]));
    let width = x.shape[2] / heads;
    let mixed: Vec<Tensor> = (0..heads)
        .map(|head| {
            let [q, k, v] = [&q, &k, &v].map(|each| part(each, 2, head * width, width));
            let mut scores = q.product(&k.permute(&[0, 2, 1])).div(&Tensor::scalar((width as f64).sqrt()));
            if causal {
                let shape = scores.shape.clone();
                scores = Tensor::make(&shape, |at| match at[2] <= at[1] {
                    true => scores.at(at).clone(),
                    false => f64::NEG_INFINITY.into(),
                });
            }
            super::softmax(&scores, &[2]).product(&v)
        })
        .collect();
    joined(&mixed, 2).product(&fields[6]).add(&fields[7])
}

fn sequence(name: &str, fields: &[Tensor], arguments: &[Tensor]) -> Vec<Tensor> {
    let [w_ih, w_hh, b_ih, b_hh] = fields else { panic!("four fields") };
    let (x, width) = (&arguments[0], w_hh.shape[0]);
    let mut state = arguments[1..].to_vec();
    let one = Tensor::scalar(1.0);
    let tanh = |x: &Tensor| x.map(|x| x.unary("tanh"));
    let mut rows = vec![Tensor { shape: [&[0], state[0].shape.as_slice()].concat(), data: Vec::new() }];
    for t in 0..x.shape[0] {
        let step = part(x, 0, t, 1);
        let step = Tensor { shape: x.shape[1..].to_vec(), data: step.data };
        let (a, b) = (step.product(w_ih).add(b_ih), state[0].product(w_hh).add(b_hh));
        let gate = |gates: &Tensor, which| part(gates, 1, which * width, width);
        let open = |which| gate(&a, which).add(&gate(&b, which)).map(sigmoid);
        state = match name {
            "Rnn" => vec![tanh(&a.add(&b))],
            "Gru" => {
                let new = tanh(&gate(&a, 2).add(&open(0).mul(&gate(&b, 2))));
                vec![one.sub(&open(1)).mul(&new).add(&open(1).mul(&state[0]))]
            }
            _ => {
                let cell = tanh(&gate(&a, 2).add(&gate(&b, 2)));
                let cell = open(1).mul(&state[1]).add(&open(0).mul(&cell));
                vec![open(3).mul(&tanh(&cell)), cell]
            }
        };
        rows.push(Tensor { shape: [&[1], state[0].shape.as_slice()].concat(), data: state[0].data.clone() });
    }
    [vec![joined(&rows, 0)], state].concat()
}
