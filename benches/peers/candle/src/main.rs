//! Candle: Var parameters, candle_nn layers and optimisers (SGD and AdamW with no decay).
use candle_core::{DType, Device, Result, Tensor, Var, D};
use candle_nn::{loss, ops, AdamW, Conv2d, Conv2dConfig, LayerNorm, Linear, Module, Optimizer, ParamsAdamW, SGD};
use peer_common::{load, lr, mlp_dims, Params, Peer};

struct Net {
    linears: Vec<Linear>,
    convs: Vec<Conv2d>,
    norms: Vec<LayerNorm>,
    vars: Vec<Var>,
    model: &'static str,
    mask: Tensor,
    train: bool,
}

impl Net {
    fn var(&mut self, v: Vec<f32>, shape: &[usize], transpose: bool) -> Result<Tensor> {
        let t = Tensor::from_vec(v, shape, &Device::Cpu)?;
        let t = if transpose { t.t()?.contiguous()? } else { t };
        let v = Var::from_tensor(&t)?;
        let t = v.as_tensor().clone();
        self.vars.push(v);
        Ok(t)
    }

    fn linear(&mut self, p: &mut Params, i: usize, o: usize) -> Result<()> {
        let w = self.var(p.take(i * o), &[i, o], true)?;
        let b = self.var(p.take(o), &[o], false)?;
        self.linears.push(Linear::new(w, Some(b)));
        Ok(())
    }

    fn new(model: &'static str) -> Result<Net> {
        let p = &mut Params::new(model);
        let mask: Vec<f32> = (0..32 * 32).map(|i: i32| if i % 32 > i / 32 { f32::NEG_INFINITY } else { 0.0 }).collect();
        let mask = Tensor::from_vec(mask, (1, 1, 32, 32), &Device::Cpu)?;
        let mut n = Net { linears: vec![], convs: vec![], norms: vec![], vars: vec![], model, mask, train: true };
        if model == "lenet5" {
            for (i, o, pad) in [(1, 6, 2), (6, 16, 0)] {
                let w = n.var(p.take(i * o * 25), &[o, i, 5, 5], false)?;
                let b = n.var(p.take(o), &[o], false)?;
                n.convs.push(Conv2d::new(w, Some(b), Conv2dConfig { padding: pad, ..Default::default() }));
            }
        }
        if model == "attn" {
            for (i, o, j, q) in [(64, 192, 64, 64), (64, 256, 256, 64)] {
                let g = n.var(p.take(64), &[64], false)?;
                let b = n.var(p.take(64), &[64], false)?;
                n.norms.push(LayerNorm::new(g, b, 1e-5));
                n.linear(p, i, o)?;
                n.linear(p, j, q)?;
            }
        }
        for w in mlp_dims(model).windows(2) {
            n.linear(p, w[0], w[1])?;
        }
        Ok(n)
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if self.model == "attn" {
            return self.block(x);
        }
        let act: fn(&Tensor) -> Result<Tensor> = match self.model {
            "ng" => ops::sigmoid,
            "mnist_mlp" | "lenet5" => Tensor::relu,
            _ => Tensor::tanh,
        };
        let mut h = x.clone();
        if self.model == "lenet5" {
            for c in &self.convs {
                h = c.forward(&h)?.relu()?.max_pool2d(2)?;
            }
            h = h.flatten_from(1)?;
        }
        for (i, l) in self.linears.iter().enumerate() {
            h = l.forward(&h)?;
            if i + 1 < self.linears.len() {
                h = act(&h)?;
            }
        }
        Ok(h)
    }

    /// candle's fused layer norm and softmax have no backward pass
    fn norm(&self, i: usize, x: &Tensor) -> Result<Tensor> {
        let n = &self.norms[i];
        if !self.train {
            return n.forward(x);
        }
        let x = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
        let v = x.sqr()?.mean_keepdim(D::Minus1)?;
        x.broadcast_div(&(v + 1e-5)?.sqrt()?)?.broadcast_mul(n.weight())?.broadcast_add(n.bias().unwrap())
    }

    fn block(&self, x: &Tensor) -> Result<Tensor> {
        let b = x.dim(0)?;
        let h = self.linears[0].forward(&self.norm(0, x)?)?;
        let part = |i: usize| h.narrow(2, i * 64, 64)?.reshape((b, 32, 4, 16))?.transpose(1, 2)?.contiguous();
        let s = (part(0)?.matmul(&part(1)?.t()?.contiguous()?)? * 0.25)?.broadcast_add(&self.mask)?;
        let a = if self.train { ops::softmax(&s, D::Minus1)? } else { ops::softmax_last_dim(&s)? };
        let o = a.matmul(&part(2)?)?.transpose(1, 2)?.reshape((b, 32, 64))?;
        let x = (x + self.linears[1].forward(&o)?)?;
        let h = self.linears[2].forward(&self.norm(1, &x)?)?.gelu()?;
        x + self.linears[3].forward(&h)?
    }
}

enum Opt {
    Sgd(SGD),
    Adam(AdamW),
}

struct Run {
    net: Net,
    frozen: Net,
    opt: Opt,
    x: Tensor,
    y: Tensor,
}

impl Run {
    fn step(&mut self, want_loss: bool) -> Result<f32> {
        let z = self.net.forward(&self.x)?;
        let l = match self.net.model {
            // candle_nn's own binary cross entropy averages over the outputs too: scale it back
            "ng" => (loss::binary_cross_entropy_with_logit(&z, &self.y)? * 10.0)?,
            "mnist_mlp" | "lenet5" => loss::cross_entropy(&z, &self.y)?,
            _ => loss::mse(&z, &self.y)?,
        };
        match &mut self.opt {
            Opt::Sgd(o) => o.backward_step(&l)?,
            Opt::Adam(o) => o.backward_step(&l)?,
        }
        if want_loss { l.to_scalar::<f32>() } else { Ok(0.0) }
    }
}

impl Peer for Run {
    fn train(&mut self, want_loss: bool) -> f32 {
        self.step(want_loss).unwrap()
    }
    fn infer(&mut self) {
        let z = self.frozen.forward(&self.x).unwrap();
        if self.net.model == "ng" {
            ops::sigmoid(&z).unwrap();
        }
    }
}

/// Inference needs no graph: the same layers over detached tensors.
fn freeze(mut n: Net) -> Net {
    n.train = false;
    n.linears = n.linears.iter().map(|l| Linear::new(l.weight().detach(), l.bias().map(|b| b.detach()))).collect();
    n.convs = n.convs.iter().map(|c| Conv2d::new(c.weight().detach(), c.bias().map(|b| b.detach()), *c.config())).collect();
    n.norms = n.norms.iter().map(|l| LayerNorm::new(l.weight().detach(), l.bias().unwrap().detach(), 1e-5)).collect();
    n
}

fn build(model: &'static str, batch: usize, opt: &'static str) -> Result<Run> {
    let net = Net::new(model)?;
    let mut x = load(model, "x");
    let shape: Vec<usize> = match model {
        "lenet5" => vec![batch, 1, 28, 28],
        "attn" => vec![batch, 32, 64],
        m => vec![batch, mlp_dims(m)[0]],
    };
    x.truncate(shape.iter().product());
    let x = Tensor::from_vec(x, shape, &Device::Cpu)?;
    let y = load(model, "y");
    let y = match model {
        "attn" => Tensor::from_vec(y, (batch, 32, 64), &Device::Cpu)?,
        "ng" => {
            let mut v = vec![0f32; batch * 10];
            (0..batch).for_each(|i| v[i * 10 + y[i] as usize] = 1.0);
            Tensor::from_vec(v, (batch, 10), &Device::Cpu)?
        }
        "mnist_mlp" | "lenet5" => Tensor::from_vec(y[..batch].to_vec(), batch, &Device::Cpu)?.to_dtype(DType::U32)?,
        _ => Tensor::from_vec(y[..batch].to_vec(), (batch, 1), &Device::Cpu)?,
    };
    let vars = net.vars.clone();
    let opt = if opt == "sgd" {
        Opt::Sgd(SGD::new(vars, lr(opt))?)
    } else {
        Opt::Adam(AdamW::new(vars, ParamsAdamW { lr: lr(opt), weight_decay: 0.0, ..Default::default() })?)
    };
    Ok(Run { net, frozen: freeze(Net::new(model)?), opt, x, y })
}

fn main() {
    peer_common::main(|m, b, o| (m != "pinn").then(|| Box::new(build(m, b, o).unwrap()) as Box<dyn Peer>));
}
