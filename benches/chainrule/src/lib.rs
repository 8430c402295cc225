//! The peers' cases over the networks of [`models`]: what is trained, from what start and on what data.

#![allow(missing_docs)]

pub mod models;

use chainrule::{Adam, Params, Sgd, Workspace};
use models::{Attn, DeepMlp, Lenet5, MnistMlp, Ng, Pinn, Tiny};
use peer_common::{Peer, lr};

/// Where numbers come from: `p`, `x` or `y` of a model, and how many.
pub type Source<'a> = &'a dyn Fn(&str, &str, usize) -> Vec<f32>;

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
    fn new(source: Source, name: &str, optimiser: &str, x: Vec<X>, y: Vec<Y>) -> Self {
        let mut model = P::zeros();
        let start = model.as_mut_slice();
        start.copy_from_slice(&source(name, "p", start.len()));
        let rule = match optimiser {
            "adam" => Rule::Adam(Adam::new(lr("adam"))),
            _ => Rule::Sgd(Sgd::new(lr("sgd"))),
        };
        Self { model, workspace: Workspace::new(), rule, x, y }
    }
}

fn rows<const I: usize>(source: Source, name: &str, what: &str, batch: usize) -> Vec<[f32; I]> {
    source(name, what, batch * I).as_chunks::<I>().0.to_vec()
}

fn labels(source: Source, name: &str, batch: usize) -> Vec<u32> {
    source(name, "y", batch).iter().map(|label| *label as u32).collect()
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

/// A model ready to run one case; none if it is not among the models.
pub fn build(source: Source, model: &str, batch: usize, optimiser: &str) -> Option<Box<dyn Peer>> {
    Some(match model {
        "ng" => {
            let y = labels(source, model, batch)
                .iter()
                .map(|&label| std::array::from_fn(|k| f32::from(k as u32 == label)))
                .collect();
            let x = rows::<400>(source, model, "x", batch);
            Box::new(Case::<Ng, _, [f32; 10]>::new(source, model, optimiser, x, y))
        }
        "mnist_mlp" => {
            let x = rows::<784>(source, model, "x", batch);
            Box::new(Case::<MnistMlp, _, _>::new(source, model, optimiser, x, labels(source, model, batch)))
        }
        "deep_mlp" => {
            let x = rows::<64>(source, model, "x", batch);
            let y = rows::<1>(source, model, "y", batch);
            Box::new(Case::<DeepMlp, _, _>::new(source, model, optimiser, x, y))
        }
        "tiny" => {
            let x = rows::<2>(source, model, "x", batch);
            let y = rows::<1>(source, model, "y", batch);
            Box::new(Case::<Tiny, _, _>::new(source, model, optimiser, x, y))
        }
        "pinn" => {
            let x = rows::<2>(source, model, "x", batch);
            Box::new(Case::<Pinn, _, ()>::new(source, model, optimiser, x, Vec::new()))
        }
        "lenet5" => {
            let x = source(model, "x", batch * 28 * 28);
            let x = x.as_chunks::<28>().0.as_chunks::<28>().0.as_chunks::<1>().0.to_vec();
            Box::new(Case::<Lenet5, _, _>::new(source, model, optimiser, x, labels(source, model, batch)))
        }
        "attn" => {
            let read =
                |what| source(model, what, batch * 32 * 64).as_chunks::<64>().0.as_chunks::<32>().0.to_vec();
            Box::new(Case::<Attn, _, _>::new(source, model, optimiser, read("x"), read("y")))
        }
        _ => return None,
    })
}
