//! Convolutions and pools, each place of a window by itself.

use super::super::number::Number;
use super::super::tensor::{Element, Tensor, fold, ravel, unravel};
use super::Options;

/// What a window looks like along each axis.
struct Window {
    stride: usize,
    padding: i64,
    dilation: usize,
    groups: usize,
}

impl Window {
    fn of(options: &Options<'_>, stride: f64) -> Self {
        let option = |name, otherwise| options.number(name, otherwise) as usize;
        Self {
            stride: option("stride", stride),
            padding: option("padding", 0.0) as i64,
            dilation: option("dilation", 1.0),
            groups: option("groups", 1.0),
        }
    }

    /// Where the window at `at` sees with its part `part`.
    fn seen(&self, at: usize, part: usize) -> i64 {
        (self.stride * at + self.dilation * part) as i64 - self.padding
    }

    /// All places at which the window at `at` sees with `part`; none if one is outside.
    fn inside(&self, at: &[usize], part: &[usize], sizes: &[usize]) -> Option<Vec<usize>> {
        at.iter()
            .zip(part)
            .zip(sizes)
            .map(|((at, part), size)| usize::try_from(self.seen(*at, *part)).ok().filter(|at| at < size))
            .collect()
    }

    /// How many windows fit.
    fn count(&self, size: usize, kernel: usize) -> usize {
        let last = size as i64 + 2 * self.padding - (self.dilation * (kernel - 1)) as i64 - 1;
        (last.div_euclid(self.stride as i64) + 1) as usize
    }
}

/// All places of a kernel.
fn parts(kernel: &[usize]) -> impl Iterator<Item = Vec<usize>> + '_ {
    (0..kernel.iter().product()).map(move |part| unravel(part, kernel))
}

/// A function of windows; none if it is none.
pub fn call(name: &str, arguments: &[Tensor], options: &Options<'_>) -> Option<Tensor> {
    let size = options.number("size", 1.0);
    Some(match (name, arguments) {
        ("conv1d" | "conv2d", [x, w]) => convolution(x, w, &Window::of(options, 1.0)),
        ("conv_transpose2d", [x, w]) => {
            transposed(x, w, &Window::of(options, 1.0), options.number("output_padding", 0.0) as usize)
        }
        ("max_pool2d" | "avg_pool2d", [x]) => pool(x, size as usize, &Window::of(options, size), name),
        ("global_avg_pool", [x]) => x.folded("mean", &[2, 3], false),
        _ => return None,
    })
}

fn convolution(x: &Tensor, w: &Tensor, window: &Window) -> Tensor {
    let (kernel, sizes) = (&w.shape[2..], &x.shape[2..]);
    let counts: Vec<usize> =
        sizes.iter().zip(kernel).map(|(size, kernel)| window.count(*size, *kernel)).collect();
    let (outputs, inputs) = (w.shape[0] / window.groups, w.shape[1]);
    Tensor::make(&[&[x.shape[0], w.shape[0]], counts.as_slice()].concat(), |at| {
        let mut sum = Number::Real(0.0);
        for part in parts(kernel) {
            let Some(seen) = window.inside(&at[2..], &part, sizes) else { continue };
            for channel in 0..inputs {
                let from = [&[at[0], at[1] / outputs * inputs + channel], seen.as_slice()].concat();
                let weight = w.at(&[&[at[1], channel], part.as_slice()].concat()).number();
                sum = sum.add(&x.at(&from).number().mul(&weight));
            }
        }
        Element::Number(sum)
    })
}

fn transposed(x: &Tensor, w: &Tensor, window: &Window, more: usize) -> Tensor {
    let (kernel, sizes) = (&w.shape[2..], &x.shape[2..]);
    let outputs = w.shape[1];
    let inputs = x.shape[1] / window.groups;
    let mut shape = vec![x.shape[0], outputs * window.groups];
    for (size, kernel) in sizes.iter().zip(kernel) {
        let whole = (size - 1) * window.stride + window.dilation * (kernel - 1) + more + 1;
        shape.push(whole - 2 * window.padding as usize);
    }
    let mut result = Tensor::make(&shape, |_| 0.0.into());
    for place in 0..x.data.len() {
        let at = unravel(place, &x.shape);
        for part in parts(kernel) {
            let Some(seen) = window.inside(&at[2..], &part, &shape[2..]) else { continue };
            for output in 0..outputs {
                let to = [&[at[0], at[1] / inputs * outputs + output], seen.as_slice()].concat();
                let weight = w.at(&[&[at[1], output], part.as_slice()].concat()).number();
                let place = ravel(&to, &shape);
                let term = x.at(&at).number().mul(&weight);
                result.data[place] = Element::Number(result.data[place].number().add(&term));
            }
        }
    }
    result
}

fn pool(x: &Tensor, size: usize, window: &Window, name: &str) -> Tensor {
    let counts = x.shape[2..].iter().map(|own| window.count(*own, size));
    let shape: Vec<usize> = x.shape[..2].iter().copied().chain(counts).collect();
    Tensor::make(&shape, |at| {
        let kernel = [size, size];
        let seen = parts(&kernel).filter_map(|part| window.inside(&at[2..], &part, &x.shape[2..]));
        let elements: Vec<&Element> = seen.map(|seen| x.at(&[&at[..2], &seen].concat())).collect();
        match name {
            "max_pool2d" => fold("max", &elements),
            _ => {
                let sum = fold("sum", &elements).number();
                Element::Number(sum.div(&((size * size) as f64).into()))
            }
        }
    })
}
