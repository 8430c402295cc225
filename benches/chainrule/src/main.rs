//! One more peer of the harness: every case in plain `net!`, timed by the peers' own protocol.

#![allow(missing_docs)]

mod models;

use chainrule::{Adam, Params, Sgd, Workspace};
use models::{Attn, DeepMlp, Lenet5, MnistMlp, Ng, Pinn, Tiny};
use peer_common::{Peer, load, lr};

enum Rule {
    Sgd(Sgd<f32>),
    Adam(Adam<f32>),
}

struct Case<P: Params<Float = f32>, X, Y> {
    model: Box<P>,
    workspace: Workspace<f32>,
    rule: Rule,
    x: Vec<X>,
    y: Vec<Y>,
}

impl<P: Params<Float = f32>, X, Y> Case<P, X, Y> {
    fn new(name: &str, optimiser: &str, x: Vec<X>, y: Vec<Y>) -> Self {
        let mut model = P::zeros();
        let start = load(name, "p");
        model.as_mut_slice().copy_from_slice(&start);
        let rule = match optimiser {
            "adam" => Rule::Adam(Adam::new(lr("adam"))),
            _ => Rule::Sgd(Sgd::new(lr("sgd"))),
        };
        Self { model, workspace: Workspace::new(), rule, x, y }
    }
}

fn rows<const I: usize>(name: &str, what: &str, batch: usize) -> Vec<[f32; I]> {
    load(name, what).as_chunks::<I>().0[..batch].to_vec()
}

fn labels(name: &str, batch: usize) -> Vec<u32> {
    load(name, "y")[..batch].iter().map(|label| *label as u32).collect()
}

macro_rules! peer {
    ($net:ty, $x:ty, $y:ty, |$case:ident, $optimiser:ident| $step:expr, $infer:expr) => {
        impl Peer for Case<$net, $x, $y> {
            fn train(&mut self, _want_loss: bool) -> f32 {
                let $case = self;
                match &mut $case.rule {
                    Rule::Sgd($optimiser) => $step,
                    Rule::Adam($optimiser) => $step,
                }
            }

            fn infer(&mut self) {
                let $case = self;
                std::hint::black_box($infer);
            }
        }
    };
}

peer!(
    Ng,
    [f32; 400],
    [f32; 10],
    |c, optimiser| c.model.loss_step(&mut c.workspace, optimiser, &c.x, &c.y),
    c.model.infer(&mut c.workspace, &c.x)
);
peer!(
    MnistMlp,
    [f32; 784],
    u32,
    |c, optimiser| c.model.loss_step(&mut c.workspace, optimiser, &c.x, &c.y),
    c.model.infer(&mut c.workspace, &c.x)
);
peer!(
    DeepMlp,
    [f32; 64],
    [f32; 1],
    |c, optimiser| c.model.loss_step(&mut c.workspace, optimiser, &c.x, &c.y),
    c.model.infer(&mut c.workspace, &c.x)
);
peer!(
    Tiny,
    [f32; 2],
    [f32; 1],
    |c, optimiser| c.model.loss_step(&mut c.workspace, optimiser, &c.x, &c.y),
    c.model.infer(&mut c.workspace, &c.x)
);
peer!(
    Pinn,
    [f32; 2],
    (),
    |c, optimiser| c.model.loss_step(&mut c.workspace, optimiser, &c.x),
    c.model.infer(&mut c.workspace, &c.x)
);
peer!(
    Lenet5,
    [[[f32; 28]; 28]; 1],
    u32,
    |c, optimiser| c.model.loss_step(&mut c.workspace, optimiser, &c.x, &c.y),
    c.model.infer(&mut c.workspace, &c.x)
);
peer!(
    Attn,
    [[f32; 64]; 32],
    [[f32; 64]; 32],
    |c, optimiser| c.model.loss_step(&mut c.workspace, optimiser, &c.x, &c.y),
    c.model.infer(&mut c.workspace, &c.x)
);

fn main() {
    peer_common::main(|model, batch, optimiser| {
        Some(match model {
            "ng" => {
                let y = labels(model, batch)
                    .iter()
                    .map(|&label| std::array::from_fn(|k| f32::from(k as u32 == label)))
                    .collect();
                Box::new(Case::<Ng, [f32; 400], [f32; 10]>::new(model, optimiser, rows(model, "x", batch), y))
            }
            "mnist_mlp" => Box::new(Case::<MnistMlp, _, _>::new(
                model,
                optimiser,
                rows::<784>(model, "x", batch),
                labels(model, batch),
            )),
            "deep_mlp" => Box::new(Case::<DeepMlp, _, _>::new(
                model,
                optimiser,
                rows::<64>(model, "x", batch),
                rows::<1>(model, "y", batch),
            )),
            "tiny" => Box::new(Case::<Tiny, _, _>::new(
                model,
                optimiser,
                rows::<2>(model, "x", batch),
                rows::<1>(model, "y", batch),
            )),
            "pinn" => {
                Box::new(Case::<Pinn, _, ()>::new(model, optimiser, rows::<2>(model, "x", batch), Vec::new()))
            }
            "lenet5" => {
                let x = load(model, "x").as_chunks::<28>().0.as_chunks::<28>().0.as_chunks::<1>().0[..batch]
                    .to_vec();
                Box::new(Case::<Lenet5, _, _>::new(model, optimiser, x, labels(model, batch)))
            }
            "attn" => {
                let read = |what| load(model, what).as_chunks::<64>().0.as_chunks::<32>().0[..batch].to_vec();
                Box::new(Case::<Attn, _, _>::new(model, optimiser, read("x"), read("y")))
            }
            _ => return None,
        })
    });
}
