"""What every peer must compute: models, parameter shapes, inputs, cases.

All peers read the same raw little-endian f32 files from DATA (written by run.py):
  <model>.p.f32  parameters, concatenated in the order of PARAMS, C order;
                 dense weights are [in, out] (y = x @ w + b), conv weights OIHW
  <model>.x.f32  inputs for the largest batch (a batch of B uses the first B rows)
  <model>.y.f32  targets likewise (class labels are stored as floats)

and print one JSON object per line:
  {"case": "mnist_mlp/b32/sgd", "mode": "train"|"infer", "us": [median, min, max], "n": samples,
   "loss": [the first 5 losses from the initial parameters]}     (loss: train only)
"""
import os
import tempfile
import numpy as np

DATA = os.environ.get("PEERS_DATA", os.path.join(tempfile.gettempdir(), "peers-data"))  # run.py sets it


def mlp(*dims):
    out = []
    for i, (a, b) in enumerate(zip(dims, dims[1:]), 1):
        out += [(f"w{i}", (a, b)), (f"b{i}", (b,))]
    return out


PARAMS = {
    "ng": mlp(400, 25, 10),
    "mnist_mlp": mlp(784, 128, 10),
    "deep_mlp": mlp(64, 256, 256, 256, 256, 1),
    "lenet5": [("k1", (6, 1, 5, 5)), ("kb1", (6,)), ("k2", (16, 6, 5, 5)), ("kb2", (16,))]
    + mlp(400, 120, 84, 10),
    "tiny": mlp(2, 16, 16, 1),
    "pinn": mlp(2, 20, 20, 20, 20, 1),
    "attn": [("g1", (64,)), ("h1", (64,)), ("wqkv", (64, 192)), ("bqkv", (192,)),
             ("wo", (64, 64)), ("bo", (64,)), ("g2", (64,)), ("h2", (64,)),
             ("wf", (64, 256)), ("bf", (256,)), ("wp", (256, 64)), ("bp", (64,))],
}
XSHAPE = {"ng": (400,), "mnist_mlp": (784,), "deep_mlp": (64,), "lenet5": (1, 28, 28), "tiny": (2,),
          "pinn": (2,), "attn": (32, 64)}
# (model, batch, optimiser)
CASES = [
    ("ng", 1, "sgd"), ("ng", 32, "sgd"), ("ng", 100, "sgd"),
    ("mnist_mlp", 1, "sgd"), ("mnist_mlp", 32, "sgd"), ("mnist_mlp", 32, "adam"),
    ("mnist_mlp", 128, "sgd"), ("mnist_mlp", 512, "sgd"),
    ("deep_mlp", 64, "sgd"),
    ("lenet5", 32, "sgd"), ("lenet5", 128, "sgd"),
    ("tiny", 1, "sgd"), ("tiny", 64, "sgd"),
    ("pinn", 256, "sgd"),
    ("attn", 8, "sgd"),
]
MAXB = {}
for _m, _b, _ in CASES:
    MAXB[_m] = max(_b, MAXB.get(_m, 0))
LR = {"sgd": 0.01, "adam": 0.001}


def flops(model, batch, train=True, opt="sgd"):
    """Multiply-adds counted as 2; matrix products and convolutions only, plus 2 per parameter for SGD
    (about 12 for Adam). Activations, losses and softmax are left out."""
    if model == "attn":
        b, t, d = batch, 32, 64
        dense = 2 * b * t * (d * 192 + d * d + 2 * d * 256)
        att = 2 * (2 * b * 4 * t * t * 16)
        fwd, first = dense + att, 0  # dx of the first product is needed (LayerNorm's gain and bias)
        total = 3 * fwd if train else fwd
    elif model == "lenet5":
        c1 = 2 * batch * 28 * 28 * 6 * 25
        c2 = 2 * batch * 10 * 10 * 16 * 150
        fc = 2 * batch * (400 * 120 + 120 * 84 + 84 * 10)
        total = 3 * (c1 + c2 + fc) - c1 if train else c1 + c2 + fc
    else:
        ws = [s for n, s in PARAMS[model] if len(s) == 2]
        per = [2 * batch * a * b for a, b in ws]
        if model == "pinn":  # u, u_x, u_t, u_xx carried together: 4 products forward, 2x that backward
            per = [4 * p for p in per]
            per[0] //= 4  # the first layer's tangents are rows of w1
        total = 3 * sum(per) - per[0] if train else (sum(per) if model != "pinn" else sum(per) // 4)
    if train:
        total += (2 if opt == "sgd" else 12) * sum(int(np.prod(s)) for _, s in PARAMS[model])
    return total


def write_data():
    os.makedirs(DATA, exist_ok=True)
    for model, shapes in PARAMS.items():
        rng = np.random.default_rng(sum(map(ord, model)))
        parts = []
        for name, s in shapes:
            if name in ("g1", "g2"):
                p = 1 + 0.1 * rng.standard_normal(s)
            elif len(s) == 1:
                p = 0.1 * rng.standard_normal(s)
            else:
                fan = (s[0] + s[1]) if len(s) == 2 else (s[0] + s[1]) * s[2] * s[3]
                lim = (6 / fan) ** 0.5
                p = rng.uniform(-lim, lim, s)
            parts.append(p.astype("<f4").ravel())
        np.concatenate(parts).tofile(f"{DATA}/{model}.p.f32")
        n = MAXB[model]
        shape = (n,) + XSHAPE[model]
        if model in ("ng", "mnist_mlp", "lenet5"):
            x, y = rng.uniform(0, 1, shape), rng.integers(0, 10, n)
        elif model == "pinn":
            x, y = np.stack([rng.uniform(-1, 1, n), rng.uniform(0, 1, n)], 1), np.zeros(n)
        elif model == "attn":
            x, y = rng.standard_normal(shape), rng.standard_normal(shape)
        elif model == "tiny":
            x = rng.uniform(-1, 1, shape)
            y = np.sin(3 * x[:, 0]) * x[:, 1]
        else:
            x, y = rng.standard_normal(shape), rng.standard_normal(n)
        x.astype("<f4").tofile(f"{DATA}/{model}.x.f32")
        y.astype("<f4").tofile(f"{DATA}/{model}.y.f32")


def load(model, batch):
    """params (dict name -> array), x, y"""
    flat = np.fromfile(f"{DATA}/{model}.p.f32", "<f4")
    params, i = {}, 0
    for name, s in PARAMS[model]:
        n = int(np.prod(s))
        params[name] = flat[i:i + n].reshape(s).copy()
        i += n
    x = np.fromfile(f"{DATA}/{model}.x.f32", "<f4").reshape((-1,) + XSHAPE[model])[:batch].copy()
    y = np.fromfile(f"{DATA}/{model}.y.f32", "<f4")
    y = y.reshape((-1, 32, 64)) if model == "attn" else y
    return params, x, y[:batch].copy()


def layers(p):
    return sum(k.startswith("w") and k[1:].isdigit() for k in p)
