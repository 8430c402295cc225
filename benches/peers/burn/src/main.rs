//! Burn, as its book writes it: modules, `loss.backward()`, an optimizer. PEERS_BURN picks the backend.
use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig, MseLoss, Reduction};
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer, SgdConfig};
use burn::tensor::activation::{gelu_approximate, relu, sigmoid, softmax, softplus, tanh};
use burn::tensor::{Bool, Device, Int, Tensor, TensorData};
use peer_common::{load, lr, mlp_dims, Params, Peer};

#[derive(Module, Debug)]
struct Net {
    linears: Vec<Linear>,
    convs: Vec<Conv2d>,
    norms: Vec<LayerNorm>,
    pool: MaxPool2d,
}

fn tensor<const D: usize>(v: Vec<f32>, shape: [usize; D], dev: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(v, shape), dev)
}

fn linear(p: &mut Params, i: usize, o: usize, dev: &Device) -> Linear {
    let mut l = LinearConfig::new(i, o).init(dev);
    l.weight = Param::from_tensor(tensor(p.take(i * o), [i, o], dev));
    l.bias = Some(Param::from_tensor(tensor(p.take(o), [o], dev)));
    l
}

fn conv(p: &mut Params, i: usize, o: usize, pad: usize, dev: &Device) -> Conv2d {
    let mut c = Conv2dConfig::new([i, o], [5, 5]).with_padding(PaddingConfig2d::Explicit(pad, pad, pad, pad)).init(dev);
    c.weight = Param::from_tensor(tensor(p.take(i * o * 25), [o, i, 5, 5], dev));
    c.bias = Some(Param::from_tensor(tensor(p.take(o), [o], dev)));
    c
}

fn norm(p: &mut Params, dev: &Device) -> LayerNorm {
    let mut n = LayerNormConfig::new(64).init(dev);
    n.gamma = Param::from_tensor(tensor(p.take(64), [64], dev));
    n.beta = Some(Param::from_tensor(tensor(p.take(64), [64], dev)));
    n
}

impl Net {
    fn new(model: &str, dev: &Device) -> Net {
        let p = &mut Params::new(model);
        let (mut linears, mut convs, mut norms) = (vec![], vec![], vec![]);
        if model == "lenet5" {
            convs = vec![conv(p, 1, 6, 2, dev), conv(p, 6, 16, 0, dev)];
        }
        if model == "attn" {
            norms.push(norm(p, dev));
            linears.push(linear(p, 64, 192, dev));
            linears.push(linear(p, 64, 64, dev));
            norms.push(norm(p, dev));
            linears.push(linear(p, 64, 256, dev));
            linears.push(linear(p, 256, 64, dev));
        }
        linears.extend(mlp_dims(model).windows(2).map(|w| linear(p, w[0], w[1], dev)));
        Net { linears, convs, norms, pool: MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init() }
    }

    fn mlp(&self, mut x: Tensor<2>, act: fn(Tensor<2>) -> Tensor<2>) -> Tensor<2> {
        let n = self.linears.len();
        for (i, l) in self.linears.iter().enumerate() {
            x = l.forward(x);
            if i + 1 < n {
                x = act(x);
            }
        }
        x
    }

    fn lenet(&self, x: Tensor<4>) -> Tensor<2> {
        let x = self.pool.forward(relu(self.convs[0].forward(x)));
        let x = self.pool.forward(relu(self.convs[1].forward(x)));
        self.mlp(x.flatten(1, 3), relu)
    }

    fn block(&self, x: Tensor<3>, mask: &Tensor<4, Bool>) -> Tensor<3> {
        let b = x.dims()[0];
        let h = self.linears[0].forward(self.norms[0].forward(x.clone()));
        let part = |i: usize| h.clone().narrow(2, i * 64, 64).reshape([b, 32, 4, 16]).swap_dims(1, 2);
        let s = part(0).matmul(part(1).swap_dims(2, 3)) * 0.25;
        let a = softmax(s.mask_fill(mask.clone(), f32::NEG_INFINITY), 3);
        let o = a.matmul(part(2)).swap_dims(1, 2).reshape([b, 32, 64]);
        let x = x + self.linears[1].forward(o);
        let h = gelu_approximate(self.linears[2].forward(self.norms[1].forward(x.clone())));
        x + self.linears[3].forward(h)
    }
}

struct Run {
    model: &'static str,
    net: Option<Net>,
    frozen: Net,
    opt: ModuleOptimizer,
    lr: f64,
    ce: CrossEntropyLoss,
    flat: Tensor<2>,
    image: Option<Tensor<4>>,
    seq: Option<(Tensor<3>, Tensor<3>)>,
    y: Tensor<2>,
    labels: Tensor<1, Int>,
    mask: Tensor<4, Bool>,
    dev: Device,
}

impl Run {
    fn forward(&self, net: &Net) -> Tensor<2> {
        match self.model {
            "lenet5" => net.lenet(self.image.clone().unwrap()),
            "ng" => net.mlp(self.flat.clone(), sigmoid),
            "mnist_mlp" => net.mlp(self.flat.clone(), relu),
            _ => net.mlp(self.flat.clone(), tanh),
        }
    }
}

impl Peer for Run {
    fn train(&mut self, want_loss: bool) -> f32 {
        let net = self.net.take().unwrap();
        let loss = match self.model {
            "attn" => {
                let (x, y) = self.seq.clone().unwrap();
                MseLoss::new().forward(net.block(x, &self.mask), y, Reduction::Mean)
            }
            "ng" => {
                let z = self.forward(&net);
                let n = z.dims()[0] as f32;
                (softplus(z.clone(), 1.0) - self.y.clone() * z).sum() / n
            }
            "mnist_mlp" | "lenet5" => self.ce.forward(self.forward(&net), self.labels.clone()),
            _ => MseLoss::new().forward(self.forward(&net), self.y.clone(), Reduction::Mean),
        };
        let l = if want_loss { loss.clone().into_scalar::<f32>() } else { 0.0 };
        let grads = GradientsParams::from_grads(loss.backward(), &net);
        self.net = Some(self.opt.step(self.lr, net, grads));
        l
    }

    fn infer(&mut self) {
        if self.model == "attn" {
            self.frozen.block(self.seq.clone().unwrap().0.inner(), &self.mask);
            return;
        }
        let z = match self.model {
            "lenet5" => self.frozen.lenet(self.image.clone().unwrap().inner()),
            "ng" => sigmoid(self.frozen.mlp(self.flat.clone().inner(), sigmoid)),
            "mnist_mlp" => self.frozen.mlp(self.flat.clone().inner(), relu),
            _ => self.frozen.mlp(self.flat.clone().inner(), tanh),
        };
        drop(z);
        let _ = self.dev.sync();
    }
}

fn device() -> Device {
    match std::env::var("PEERS_BURN").as_deref() {
        #[cfg(feature = "ndarray")]
        #[allow(deprecated)]
        Ok("ndarray") => Device::ndarray(),
        #[cfg(feature = "cpu")]
        Ok("cpu") => Device::cpu(),
        #[cfg(feature = "flex")]
        _ => Device::flex(),
        #[allow(unreachable_patterns)]
        _ => panic!("PEERS_BURN names a backend that was not compiled in"),
    }
}

fn build(model: &'static str, batch: usize, opt: &'static str) -> Option<Box<dyn Peer>> {
    if model == "pinn" {
        return None;
    }
    let plain = device();
    let dev = plain.clone().autodiff();
    let net = Net::new(model, &dev);
    let mut x = load(model, "x");
    let width = x.len() / match model { "ng" => 100, "mnist_mlp" => 512, "lenet5" => 128, "attn" => 8, _ => 64 };
    x.truncate(batch * width);
    let y = load(model, "y");
    let seq = (model == "attn").then(|| (tensor(x.clone(), [batch, 32, 64], &dev), tensor(y.clone(), [batch, 32, 64], &dev)));
    let image = (model == "lenet5").then(|| tensor(x.clone(), [batch, 1, 28, 28], &dev));
    let labels: Vec<i32> = y[..batch].iter().map(|&v| v as i32).collect();
    let y = if model == "ng" {
        let mut v = vec![0.0; batch * 10];
        labels.iter().enumerate().for_each(|(i, &l)| v[i * 10 + l as usize] = 1.0);
        tensor(v, [batch, 10], &dev)
    } else {
        tensor(y[..batch].to_vec(), [batch, 1], &dev)
    };
    Some(Box::new(Run {
        model,
        frozen: Net::new(model, &plain),
        net: Some(net),
        opt: if opt == "sgd" { SgdConfig::new().init() } else { AdamConfig::new().with_epsilon(1e-8).init() },
        lr: lr(opt),
        ce: CrossEntropyLossConfig::new().init(&dev),
        flat: tensor(x, [batch, width], &dev),
        image,
        seq,
        y,
        labels: Tensor::from_data(TensorData::new(labels, [batch]), &dev),
        mask: Tensor::<2, Bool>::tril_mask([32, 32], 0, &dev).reshape([1, 1, 32, 32]),
        dev,
    }))
}

fn main() {
    peer_common::main(build);
}
