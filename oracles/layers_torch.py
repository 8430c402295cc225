"""Layers and functions of the library in PyTorch, float64, over their options, to `values/layers.json`.

Each case is a function of parameters, inputs and labels to a tensor y; what is differentiated is Σ y · c, with
`c` one more input, so that the gradient by `c` is y itself. PyTorch's own modules and functions compute y;
where a layer keeps its parameters otherwise, they are rearranged first. `formulas.py` fills parameters, inputs
and labels. Run: `python layers_torch.py` (`--check` compares with the file instead).
"""

import json
import sys

import torch
import torch.nn.functional as F
from torch import nn
from torch.func import functional_call

import formulas
from networks_jax import difference

torch.set_default_dtype(torch.float64)

CASES = {}


def case(name, call, parameters, inputs, function, label=None):
    """`parameters` and `inputs` give shapes, `label` a pair (shape, classes); `function` takes the tensors in order."""
    assert name not in CASES, name
    CASES[name] = (call, parameters, inputs, label, function)


def layer(name, call, parameters, inputs, function, label=None):
    """A case whose parameters are those of one field, `layer`."""
    case(name, call, {f"layer.{n}": shape for n, shape in parameters.items()}, inputs, function, label)


def flat(*tensors):
    return torch.cat([t.reshape(-1) for t in tensors])


# ---- layers

layer("LinearOf", "layer(x)", {"weight": (3, 2), "bias": (2,)}, {"x": (4, 3)}, lambda w, b, x: F.linear(x, w.T, b))
layer("LinearOfOne", "layer(x)", {"weight": (1, 1), "bias": (1,)}, {"x": (2, 3, 1)}, lambda w, b, x: F.linear(x, w.T, b))
layer("LinearOfVector", "layer(x)", {"weight": (3, 2), "bias": (2,)}, {"x": (3,)}, lambda w, b, x: F.linear(x, w.T, b))
layer(
    "EmbeddingOf", "layer(label)", {"weight": (4, 3)}, {}, lambda w, index: F.embedding(index, w), ((6,), 4),
)
layer(
    "EmbeddingOfTable", "layer(reshape(label, [2, 3]))", {"weight": (2, 3)}, {},
    lambda w, index: F.embedding(index.reshape(2, 3), w), ((6,), 2),
)
layer("EmbeddingOfOne", "layer(label)", {"weight": (1, 1)}, {}, lambda w, index: F.embedding(index, w), ((3,), 1))


def convolutions(name, kind, function, transposed=False):
    """(suffix, I, O, kernel, groups, size of x, options)"""
    for suffix, i, o, k, g, size, options in kind:
        dimensions = len(size) - 2
        channels = (i, o // g) if transposed else (o, i // g)
        kernel = (k,) * dimensions
        call = "layer(x" + "".join(f", {option} = {value}" for option, value in options.items()) + ")"
        layer(
            f"{name}{suffix}", call, {"weight": (*channels, *kernel), "bias": (o,)}, {"x": size},
            lambda w, b, x, options=options, g=g: function(x, w, b, groups=g, **options),
        )


convolutions(
    "Conv1d",
    [
        ("Plain", 2, 3, 3, 1, (2, 2, 7), {}),
        ("Strided", 2, 3, 3, 1, (2, 2, 7), {"stride": 2, "padding": 1}),
        ("Dilated", 2, 3, 3, 1, (2, 2, 7), {"dilation": 2}),
        ("Grouped", 4, 6, 3, 2, (2, 4, 5), {}),
        ("OfChannels", 4, 4, 3, 4, (2, 4, 5), {"padding": 1}),
        ("OfAll", 2, 3, 7, 1, (2, 2, 7), {}),
        ("OfOne", 3, 2, 1, 1, (1, 3, 1), {}),
        ("WithAll", 4, 6, 2, 2, (2, 4, 7), {"stride": 2, "padding": 1, "dilation": 3}),
        ("Sparse", 2, 2, 1, 1, (2, 2, 7), {"stride": 3}),
        ("WidelyPadded", 2, 3, 2, 1, (1, 2, 3), {"padding": 3, "stride": 2}),
        ("OfOneOutput", 3, 1, 3, 1, (2, 3, 4), {"padding": 1}),
    ],
    F.conv1d,
)
convolutions(
    "Conv2d",
    [
        ("Plain", 2, 3, 3, 1, (2, 2, 5, 4), {}),
        ("Strided", 2, 3, 3, 1, (2, 2, 5, 4), {"stride": 2, "padding": 1}),
        ("Dilated", 2, 3, 3, 1, (2, 2, 5, 4), {"padding": 2, "dilation": 2}),
        ("Grouped", 4, 6, 3, 2, (2, 4, 4, 3), {}),
        ("OfChannels", 3, 3, 3, 3, (2, 3, 5, 4), {"stride": 2, "padding": 1}),
        ("OfAll", 2, 3, 4, 1, (2, 2, 4, 4), {}),
        ("OfOne", 3, 2, 1, 1, (1, 3, 1, 2), {}),
        ("WithAll", 4, 4, 2, 2, (2, 4, 5, 4), {"stride": 2, "padding": 1, "dilation": 2}),
        ("Sparse", 2, 2, 2, 1, (2, 2, 7, 6), {"stride": 3}),
        ("WidelyPadded", 2, 3, 2, 1, (1, 2, 3, 2), {"padding": 3, "stride": 2}),
        ("OfAllPadded", 1, 2, 5, 1, (2, 1, 3, 4), {"padding": 1}),
        ("OfOneRow", 2, 3, 1, 1, (2, 2, 1, 6), {"stride": 2}),
        ("OfChannelsWithAll", 2, 6, 3, 2, (2, 2, 7, 6), {"stride": 2, "padding": 2, "dilation": 2}),
    ],
    F.conv2d,
)
convolutions(
    "ConvTranspose2d",
    [
        ("Plain", 2, 3, 3, 1, (2, 2, 3, 2), {}),
        ("Strided", 2, 3, 3, 1, (2, 2, 3, 2), {"stride": 2, "padding": 1, "output_padding": 1}),
        ("Dilated", 2, 3, 3, 1, (2, 2, 3, 2), {"dilation": 2}),
        ("Grouped", 4, 6, 3, 2, (2, 4, 3, 2), {}),
        ("OfChannels", 3, 3, 2, 3, (2, 3, 3, 2), {"stride": 2}),
        ("OfOne", 2, 3, 1, 1, (1, 2, 1, 1), {}),
        ("WithAll", 4, 6, 3, 2, (2, 4, 3, 2), {"stride": 3, "padding": 2, "output_padding": 2, "dilation": 2}),
        ("Sparse", 2, 3, 2, 1, (2, 2, 2, 3), {"stride": 3, "output_padding": 1}),
        ("Cropped", 2, 1, 3, 1, (2, 2, 3, 4), {"padding": 2}),
        ("OutOfOne", 2, 3, 3, 1, (2, 2, 1, 1), {"stride": 2, "output_padding": 1}),
    ],
    F.conv_transpose2d,
    transposed=True,
)

for suffix, size, epsilon in [
    ("Of", (2, 3, 4), None), ("OfOne", (3, 1), None), ("Wide", (3, 4), 0.1), ("OfVector", (5,), None),
]:
    options = {} if epsilon is None else {"eps": epsilon}
    call = "layer(x)" if epsilon is None else f"layer(x, eps = {epsilon})"
    width = size[-1:]
    layer(
        f"LayerNorm{suffix}", call, {"weight": width, "bias": width}, {"x": size},
        lambda w, b, x, width=width, options=options: F.layer_norm(x, width, w, b, **options),
    )
    options = {"eps": 1e-5, **options}
    layer(
        f"RmsNorm{suffix}", call, {"weight": width}, {"x": size},
        lambda w, x, width=width, options=options: F.rms_norm(x, width, w, **options),
    )
for suffix, groups, size, options in [
    ("Of", 2, (2, 4, 3), {}),
    ("OfOne", 1, (2, 4, 3), {}),
    ("OfChannels", 4, (2, 4, 3, 2), {}),
    ("OfImages", 2, (1, 4, 3, 2), {}),
    ("OfRows", 2, (3, 4), {}),
    ("Wide", 2, (2, 4, 2), {"eps": 0.1}),
]:
    call = "layer(x" + "".join(f", {option} = {value}" for option, value in options.items()) + ")"
    layer(
        f"GroupNorm{suffix}", call, {"weight": (4,), "bias": (4,)}, {"x": size},
        lambda w, b, x, groups=groups, options=options: F.group_norm(x, groups, w, b, **options),
    )


def batch_norm(w, b, x, **options):
    over = [axis for axis in range(x.dim()) if axis != 1]
    return flat(F.batch_norm(x, None, None, w, b, training=True, **options), x.mean(over), x.var(over, correction=0))


for suffix, size, options in [
    ("Of", (3, 2, 4), {}),
    ("OfRows", (5, 2), {}),
    ("OfImages", (2, 2, 3, 2), {}),
    ("OfOneImage", (1, 2, 1, 3), {}),
    ("Wide", (3, 2, 2), {"eps": 0.1}),
]:
    layer(
        f"BatchNorm{suffix}", "let (y, mean, var) = layer(x); …", {"weight": (2,), "bias": (2,)}, {"x": size},
        lambda w, b, x, options=options: batch_norm(w, b, x, **options),
    )
# Written out: PyTorch's does not differentiate by the statistics.
layer(
    "BatchNormInferred", "layer.infer(x, m, 1 + v * v)", {"weight": (2,), "bias": (2,)},
    {"x": (3, 2, 4), "m": (2,), "v": (2,)},
    lambda w, b, x, m, v: ((x.mT - m) / torch.sqrt(1 + v * v + 1e-5) * w + b).mT,
)
layer(
    "BatchNormInferredOfRows", "layer.infer(x, m, v * v, eps = 0.1)", {"weight": (2,), "bias": (2,)},
    {"x": (3, 2), "m": (2,), "v": (2,)},
    lambda w, b, x, m, v: (x - m) / torch.sqrt(v * v + 0.1) * w + b,
)


def recurrent(module, gates):
    def function(w_ih, w_hh, b_ih, b_hh, x, *state):
        own = module(x.shape[2], state[0].shape[1])
        parameters = {"weight_ih_l0": w_ih.T, "weight_hh_l0": w_hh.T, "bias_ih_l0": b_ih, "bias_hh_l0": b_hh}
        first = tuple(each[None] for each in state)
        ys, last = functional_call(own, parameters, (x, first if len(first) == 2 else first[0]))
        return flat(ys, *(last if len(first) == 2 else [last]))

    def shapes(i, h):
        return {"w_ih": (i, gates * h), "w_hh": (h, gates * h), "b_ih": (gates * h,), "b_hh": (gates * h,)}

    return function, shapes


for name, module, gates in [("Rnn", nn.RNN, 1), ("Gru", nn.GRU, 3), ("Lstm", nn.LSTM, 4)]:
    function, shapes = recurrent(module, gates)
    state = {"h": (2, 3)} | ({"c0": (2, 3)} if name == "Lstm" else {})
    for suffix, steps in [("Of", 4), ("OfOneStep", 1)]:
        call = "layer(x, (h, c0))" if name == "Lstm" else "layer(x, h)"
        layer(f"{name}{suffix}", call, shapes(2, 3), {"x": (steps, 2, 2), **state}, function)
    state = {n: (1, 1) for n in state}
    layer(f"{name}OfOne", call, shapes(1, 1), {"x": (3, 1, 1), **state}, function)


def attention(heads, causal):
    def function(wq, bq, wk, bk, wv, bv, wo, bo, x):
        own = nn.MultiheadAttention(x.shape[2], heads, batch_first=True)
        parameters = {
            "in_proj_weight": torch.cat([wq.T, wk.T, wv.T]),
            "in_proj_bias": torch.cat([bq, bk, bv]),
            "out_proj.weight": wo.T,
            "out_proj.bias": bo,
        }
        mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1]) if causal else None
        return functional_call(own, parameters, (x, x, x), {"attn_mask": mask, "need_weights": False})[0]

    return function


ATTENTION = {f"{part}.{n}": s for part in ["query", "key", "value", "out"] for n, s in [("weight", (4, 4)), ("bias", (4,))]}
for suffix, heads, causal, size in [
    ("Of", 2, False, (2, 3, 4)),
    ("Causal", 2, True, (2, 3, 4)),
    ("OfOneHead", 1, False, (2, 3, 4)),
    ("OfSingleChannels", 4, True, (1, 3, 4)),
    ("OfOneStep", 2, True, (2, 1, 4)),
    ("OfOneHeadCausal", 1, True, (2, 4, 4)),
]:
    call = "layer(x, causal = true)" if causal else "layer(x)"
    layer(f"Attention{suffix}", call, ATTENTION, {"x": size}, attention(heads, causal))

# ---- functions


def function(name, call, inputs, compute, label=None):
    case(name, call, {}, inputs, compute, label)


for axis in [0, 1, -1]:
    suffix = f"_{axis}".replace("-", "minus_")
    for name, compute in [("softmax", F.softmax), ("log_softmax", F.log_softmax)]:
        function(name + suffix, f"{name}(x, axis = {axis})", {"x": (2, 3, 2)}, lambda x, f=compute, a=axis: f(x, a))
    function("cumsum" + suffix, f"cumsum(x, axis = {axis})", {"x": (2, 3, 2)}, lambda x, a=axis: torch.cumsum(x, a))
for axis in [0, 1]:
    suffix = f"_{axis}"
    for name, compute in [
        ("logsumexp", torch.logsumexp),
        ("sum", torch.sum),
        ("mean", torch.mean),
        ("max", torch.amax),
        ("min", torch.amin),
        ("prod", torch.prod),
        ("norm", lambda x, a: torch.linalg.vector_norm(x, dim=a)),
        ("std", lambda x, a: torch.std(x, a, correction=0)),
    ]:
        function(name + suffix, f"{name}(x, axis = {axis})", {"x": (2, 3, 2)}, lambda x, f=compute, a=axis: f(x, a))
    function(
        "var" + suffix, f"var(x, axis = {axis}, ddof = 1, keep = true)", {"x": (2, 3, 2)},
        lambda x, a=axis: torch.var(x, a, correction=1, keepdim=True),
    )
    function(
        "cosine_similarity" + suffix, f"cosine_similarity(a, b, axis = {axis})", {"a": (2, 3, 2), "b": (2, 3, 2)},
        lambda a, b, axis=axis: F.cosine_similarity(a, b, dim=axis),
    )
KEPT = [
    ("logsumexp", torch.logsumexp),
    ("sum", torch.sum),
    ("mean", torch.mean),
    ("max", torch.amax),
    ("min", torch.amin),
    ("norm", lambda x, axes, keepdim: torch.linalg.vector_norm(x, dim=axes, keepdim=keepdim)),
    ("std", lambda x, axes, keepdim: torch.std(x, axes, correction=0, keepdim=keepdim)),
    ("var", lambda x, axes, keepdim: torch.var(x, axes, correction=0, keepdim=keepdim)),
]
for name, compute in KEPT:
    function(
        f"{name}_over_two", f"x.{name}(axis = [-1, 0])", {"x": (2, 3, 2)},
        lambda x, f=compute: f(x, (-1, 0), keepdim=False),
    )
    function(
        f"{name}_kept", f"{name}(x, axis = -1, keep = true)", {"x": (2, 3)},
        lambda x, f=compute: f(x, (-1,), keepdim=True),
    )
    function(
        f"{name}_of_all", f"{name}(x, keep = true)", {"x": (2, 3)},
        lambda x, f=compute: f(x, (0, 1), keepdim=True),
    )
    # Of one number there is no deviation, and PyTorch's derivative of its root is NaN.
    if name != "std":
        function(
            f"{name}_along_one", f"{name}(x, axis = 1)", {"x": (2, 1, 3)},
            lambda x, f=compute: f(x, (1,), keepdim=False),
        )
function("prod_over_two", "x.prod(axis = [-1, 0])", {"x": (2, 3, 2)}, lambda x: x.prod(0).prod(1))
function("prod_kept", "prod(x, axis = -1, keep = true)", {"x": (2, 3)}, lambda x: x.prod(-1, keepdim=True))
function("prod_along_one", "prod(x, axis = 1)", {"x": (2, 1, 3)}, lambda x: x.prod(1))
function("std_sample", "std(x, axis = [0, 2], ddof = 1)", {"x": (2, 3, 2)}, lambda x: torch.std(x, (0, 2), correction=1))
function("std_two", "std(x, ddof = 2, keep = true)", {"x": (2, 3)}, lambda x: torch.std(x, (0, 1), correction=2, keepdim=True))
function("var_two", "var(x, ddof = 2)", {"x": (5,)}, lambda x: torch.var(x, correction=2))
function("cumsum_of_one", "cumsum(x, axis = 1)", {"x": (2, 1, 3)}, lambda x: torch.cumsum(x, 1))
function("log_softmax_of_one", "log_softmax(x, axis = 1)", {"x": (2, 1)}, lambda x: F.log_softmax(x, 1))
function("argmax_along", "let best = argmax(x, axis = 0); …", {"x": (3, 2)}, lambda x: x[x.argmax(0), torch.arange(2)])
function("argmin_kept", "let best = argmin(x, axis = -1, keep = true); …", {"x": (3, 2)}, lambda x: torch.gather(x, 1, x.argmin(-1, keepdim=True)))
function("cosine_similarity_last", "a.cosine_similarity(b)", {"a": (2, 3), "b": (2, 3)}, lambda a, b: F.cosine_similarity(a, b, dim=-1))

function("leaky_relu_of", "leaky_relu(x, slope = 0.2)", {"x": (7,)}, lambda x: F.leaky_relu(x, 0.2))
function("elu_of", "x.elu(alpha = 0.5)", {"x": (7,)}, lambda x: F.elu(x, 0.5))
function("celu_of", "celu(x, alpha = 0.5)", {"x": (7,)}, lambda x: F.celu(x, 0.5))
function("hard_tanh_of", "hard_tanh(x, lo = -0.75, hi = 0.25)", {"x": (7,)}, lambda x: F.hardtanh(x, -0.75, 0.25))

function("softmax_of_one", "softmax(x, axis = 1)", {"x": (2, 1)}, lambda x: F.softmax(x, 1))
function("mean_of_two", "mean(x, axis = [0, 2], keep = true)", {"x": (2, 3, 2)}, lambda x: x.mean((0, 2), keepdim=True))

for suffix, size, k, options in [
    ("plain", (2, 2, 4, 4), 2, {}),
    ("strided", (2, 2, 5, 4), 2, {"stride": 1}),
    ("padded", (2, 2, 5, 4), 2, {"stride": 2, "padding": 1}),
    ("of_all", (2, 2, 2, 2), 2, {}),
    ("of_one", (2, 2, 3, 2), 1, {}),
    ("sparse", (1, 2, 7, 6), 2, {"stride": 3}),
    ("odd", (1, 2, 8, 7), 3, {}),
    ("with_all", (2, 1, 7, 5), 3, {"stride": 2, "padding": 1}),
    ("padded_alone", (2, 1, 4, 5), 3, {"padding": 1}),
]:
    call = f"(x, {k}" + "".join(f", {option} = {value}" for option, value in options.items()) + ")"
    function(f"max_pool2d_{suffix}", "max_pool2d" + call, {"x": size}, lambda x, k=k, o=options: F.max_pool2d(x, k, **o))
    function(f"avg_pool2d_{suffix}", "avg_pool2d" + call, {"x": size}, lambda x, k=k, o=options: F.avg_pool2d(x, k, **o))
function("global_avg_pool_of", "global_avg_pool(x)", {"x": (2, 3, 4, 3)}, lambda x: F.adaptive_avg_pool2d(x, 1)[:, :, 0, 0])
function("conv1d_of", "conv1d(x, w, stride = 2)", {"x": (2, 2, 7), "w": (3, 2, 2)}, lambda x, w: F.conv1d(x, w, stride=2))
function(
    "conv2d_of", "conv2d(x, w, padding = 1)", {"x": (2, 2, 4, 5), "w": (3, 2, 2, 3)},
    lambda x, w: F.conv2d(x, w, padding=1),
)
function(
    "conv_transpose2d_of", "conv_transpose2d(x, w, stride = 2)", {"x": (2, 2, 2, 3), "w": (2, 3, 3, 2)},
    lambda x, w: F.conv_transpose2d(x, w, stride=2),
)
for suffix, size, kernel, options in [
    ("with_all", (2, 4, 9), (6, 2, 3), {"stride": 2, "padding": 2, "dilation": 2, "groups": 2}),
    ("of_channels", (2, 3, 5), (3, 1, 5), {"groups": 3}),
]:
    call = "conv1d(x, w" + "".join(f", {option} = {value}" for option, value in options.items()) + ")"
    function(f"conv1d_{suffix}", call, {"x": size, "w": kernel}, lambda x, w, o=options: F.conv1d(x, w, **o))
for suffix, size, kernel, options in [
    ("with_all", (2, 4, 7, 6), (6, 2, 3, 2), {"stride": 2, "padding": 1, "dilation": 2, "groups": 2}),
    ("of_channels", (2, 3, 4, 3), (6, 1, 4, 3), {"groups": 3}),
    ("of_rows", (2, 2, 1, 7), (3, 2, 1, 3), {"stride": 2}),
    ("of_columns", (2, 2, 7, 1), (3, 2, 3, 1), {"dilation": 3}),
]:
    call = "x.conv2d(w" + "".join(f", {option} = {value}" for option, value in options.items()) + ")"
    function(f"conv2d_{suffix}", call, {"x": size, "w": kernel}, lambda x, w, o=options: F.conv2d(x, w, **o))
for suffix, size, kernel, options in [
    ("with_all", (2, 4, 3, 2), (4, 3, 2, 3), {"stride": 3, "padding": 1, "dilation": 2, "groups": 2, "output_padding": 2}),
    ("of_channels", (2, 3, 2, 2), (3, 2, 2, 1), {"groups": 3}),
    ("padded", (1, 2, 4, 3), (2, 3, 3, 3), {"padding": 2}),
    ("into_gaps", (1, 2, 3, 2), (2, 3, 2, 3), {"dilation": 2, "output_padding": 1}),
]:
    call = "conv_transpose2d(x, w" + "".join(f", {option} = {value}" for option, value in options.items()) + ")"
    function(
        f"conv_transpose2d_{suffix}", call, {"x": size, "w": kernel},
        lambda x, w, o=options: F.conv_transpose2d(x, w, **o),
    )

PAIR = {"x": (4, 3), "y": (4, 3)}
function("mse_of", "mse(x, y)", PAIR, F.mse_loss)
function("mae_of", "mae(x, y)", PAIR, F.l1_loss)
function("huber_of", "huber(x, y, delta = 0.5)", PAIR, lambda x, y: F.huber_loss(x, y, delta=0.5))
function(
    "binary_cross_entropy_of", "binary_cross_entropy(sigmoid(x), sigmoid(y))", PAIR,
    lambda x, y: F.binary_cross_entropy(torch.sigmoid(x), torch.sigmoid(y)),
)
function(
    "bce_with_logits_of", "bce_with_logits(x, sigmoid(y))", PAIR,
    lambda x, y: F.binary_cross_entropy_with_logits(x, torch.sigmoid(y)),
)
function("kl_div_of", "kl_div(log_softmax(x), softmax(y))", PAIR,
         lambda x, y: F.kl_div(F.log_softmax(x, -1), F.softmax(y, -1), reduction="batchmean"))
function("hinge_of", "hinge(x, y)", PAIR, lambda x, y: torch.relu(1 - x * y).mean())
function("cross_entropy_of", "cross_entropy(x, label)", {"x": (4, 3)}, F.cross_entropy, ((4,), 3))
function("cross_entropy_probabilities_of", "cross_entropy(x, softmax(y))", PAIR, lambda x, y: F.cross_entropy(x, F.softmax(y, -1)))
function("nll_of", "nll(log_softmax(x), label)", {"x": (4, 3)}, lambda x, label: F.nll_loss(F.log_softmax(x, -1), label), ((4,), 3))

function("huber_of_one", "x.huber(y)", PAIR, F.huber_loss)
function("huber_of_two", "huber(2 * x, y, delta = 2)", PAIR, lambda x, y: F.huber_loss(2 * x, y, delta=2.0))
function("l1_of", "l1(x)", {"x": (2, 3)}, lambda x: x.abs().sum())
function("l2_of", "x.l2()", {"x": (2, 3)}, lambda x: (x * x).sum())
function("cross_entropy_of_one", "cross_entropy(x, label)", {"x": (3, 1)}, F.cross_entropy, ((3,), 1))
function("cross_entropy_of_row", "cross_entropy(x, label[0])", {"x": (3,)}, lambda x, label: F.cross_entropy(x, label[0]), ((1,), 3))
function(
    "cross_entropy_of_steps", "cross_entropy(x, label.reshape([2, 3]))", {"x": (2, 3, 4)},
    lambda x, label: F.cross_entropy(x.reshape(6, 4), label), ((6,), 4),
)
function(
    "nll_of_steps", "nll(log_softmax(x), label.reshape([2, 3]))", {"x": (2, 3, 4)},
    lambda x, label: F.nll_loss(F.log_softmax(x.reshape(6, 4), -1), label), ((6,), 4),
)
function(
    "cross_entropy_probabilities_of_steps", "cross_entropy(x, softmax(y))", {"x": (2, 3, 4), "y": (2, 3, 4)},
    lambda x, y: F.cross_entropy(x.reshape(6, 4), F.softmax(y, -1).reshape(6, 4)),
)
function("cross_entropy_probabilities_of_row", "cross_entropy(x, softmax(y))", {"x": (3,), "y": (3,)},
         lambda x, y: F.cross_entropy(x, F.softmax(y, -1)))
function("kl_div_of_row", "kl_div(log_softmax(x), softmax(y))", {"x": (3,), "y": (3,)},
         lambda x, y: F.kl_div(F.log_softmax(x, -1), F.softmax(y, -1), reduction="sum"))

function("gather_of", "x[label]", {"x": (4, 3)}, lambda x, index: x[index], ((6,), 4))
function("slice_of", "x[1.., ..-1]", {"x": (3, 4)}, lambda x: x[1:, :-1])
function("one_hot_of", "one_hot(label, 4) @ x", {"x": (4, 3)}, lambda x, index: F.one_hot(index, 4).double() @ x, ((5,), 4))
function("matmul_of", "x @ y", {"x": (2, 3, 4), "y": (4, 2)}, torch.matmul)
function("matmul_of_batches", "x @ y", {"x": (2, 1, 3, 4), "y": (5, 4, 2)}, torch.matmul)
function("matmul_of_vectors", "x @ y", {"x": (3,), "y": (3,)}, torch.matmul)
function("permute_of", "permute(x, [2, 0, 1])", {"x": (2, 3, 4)}, lambda x: x.permute(2, 0, 1))
function("transpose_of", "x.t()", {"x": (2, 3)}, lambda x: x.T)
function("reshape_of", "reshape(x, [3, 4])", {"x": (2, 3, 2)}, lambda x: x.reshape(3, 4))
function("reshape_to_number", "reshape(x, [])", {"x": (1, 1)}, lambda x: x.reshape(()))
function("reshape_of_number", "reshape(sum(x), [1, 1])", {"x": (3,)}, lambda x: x.sum().reshape(1, 1))
function("flatten_of_all", "x.flatten()", {"x": (2, 1, 3)}, lambda x: x.flatten())
function("flatten_last", "flatten(x, from = 2)", {"x": (2, 3, 2)}, lambda x: x.flatten(2))
function("flatten_from_behind", "flatten(x, from = -2)", {"x": (2, 3, 2)}, lambda x: x.flatten(-2))
function("transpose_of_batches", "t(x)", {"x": (2, 3, 1)}, lambda x: x.mT)
function("permute_from_behind", "x.permute([-1, 0, -2])", {"x": (2, 1, 3)}, lambda x: x.permute(-1, 0, -2))
function("flatten_of", "flatten(x, from = 1)", {"x": (2, 3, 2)}, lambda x: x.flatten(1))
function("concat_of", "concat([x, y], axis = 1)", {"x": (2, 3), "y": (2, 1)}, lambda x, y: torch.cat([x, y], 1))
function("stack_of", "stack([x, y], axis = 1)", {"x": (2, 3), "y": (2, 3)}, lambda x, y: torch.stack([x, y], 1))
function("concat_of_three", "concat([x, y, x], axis = -1)", {"x": (2, 3), "y": (2, 1)}, lambda x, y: torch.cat([x, y, x], -1))
function("concat_of_one", "concat([x], axis = 0)", {"x": (2, 3)}, lambda x: torch.cat([x], 0))
function("stack_behind", "stack([x, y, x], axis = -1)", {"x": (2, 3), "y": (2, 3)}, lambda x, y: torch.stack([x, y, x], -1))
function("stack_of_numbers", "stack([sum(x), prod(x)], axis = 0)", {"x": (3,)}, lambda x: torch.stack([x.sum(), x.prod()]))
function("pad_of_nothing", "x.pad([[0, 0], [1, 0], [0, 2]])", {"x": (2, 1, 3)}, lambda x: F.pad(x, (0, 2, 1, 0)))
function("pad_of", "pad(x, [[1, 2], [0, 3]])", {"x": (2, 3)}, lambda x: F.pad(x, (0, 3, 1, 2)))
function("broadcast_to_of", "broadcast_to(x, [4, 2, 3])", {"x": (2, 1)}, lambda x: x.expand(4, 2, 3))
function("broadcast_to_itself", "x.broadcast_to([2, 1, 3])", {"x": (2, 1, 3)}, lambda x: x)
function("tril_far", "tril(x, diagonal = -2)", {"x": (3, 4)}, lambda x: torch.tril(x, -2))
function("triu_far", "x.triu(diagonal = 2)", {"x": (2, 3, 4)}, lambda x: torch.triu(x, 2))
function("tril_plain", "x.tril()", {"x": (3, 3)}, torch.tril)
function("triu_plain", "triu(x)", {"x": (4, 2)}, torch.triu)
function("tril_of_one", "tril(x) + triu(x, diagonal = 5)", {"x": (1, 1)}, torch.tril)
function("tril_of", "tril(x, diagonal = 1)", {"x": (2, 3, 4)}, lambda x: torch.tril(x, 1))
function("triu_of", "triu(x, diagonal = -1)", {"x": (4, 3)}, lambda x: torch.triu(x, -1))
function("diag_of", "diag(x)", {"x": (3,)}, torch.diag)

function("diag_of_one", "x.diag()", {"x": (1,)}, torch.diag)

function("zeros_of", "concat([x, zeros([2, 3])], axis = 0)", {"x": (1, 3)}, lambda x: torch.cat([x, torch.zeros(2, 3)]))
function("ones_of", "x * ones([2, 3])", {"x": (3,)}, lambda x: x * torch.ones(2, 3))
function("eye_of", "x @ eye(3)", {"x": (2, 3)}, lambda x: x @ torch.eye(3))
function("arange_of", "x * arange(3)", {"x": (2, 3)}, lambda x: x * torch.arange(3))
function(
    "one_hot_of_table", "one_hot(label.reshape([2, 3]), 4) @ x", {"x": (4, 2)},
    lambda x, index: F.one_hot(index.reshape(2, 3), 4).double() @ x, ((6,), 4),
)
function("one_hot_of_number", "one_hot(label[0], 4) * x", {"x": (4,)}, lambda x, index: F.one_hot(index[0], 4) * x, ((1,), 4))
function("argmax_of", "x[argmax(x)]", {"x": (4,)}, lambda x: x[x.argmax()])
function("argmin_of", "x[argmin(x)]", {"x": (4,)}, lambda x: x[x.argmin()])

SQUARE = {"x": (4, 4)}
function("dot_of", "dot(x, y)", {"x": (3,), "y": (3,)}, torch.dot)
function("outer_of", "outer(x, y)", {"x": (3,), "y": (2,)}, torch.outer)
function("trace_of", "trace(x)", SQUARE, torch.trace)
function("det_of", "det(x)", SQUARE, torch.linalg.det)
function("inv_of", "inv(x + 3 * eye(4))", SQUARE, lambda x: torch.linalg.inv(x + 3 * torch.eye(4)))
function("solve_of", "solve(x + 3 * eye(4), y)", {**SQUARE, "y": (4, 2)}, lambda x, y: torch.linalg.solve(x + 3 * torch.eye(4), y))
function("cholesky_of", "cholesky(x @ x.t() + eye(4))", SQUARE, lambda x: torch.linalg.cholesky(x @ x.T + torch.eye(4)))
for n in [1, 2, 3, 5]:
    own = {"x": (n, n), "y": (n,)}
    function(f"det_{n}", "det(x)", {"x": (n, n)}, torch.linalg.det)
    function(f"inv_{n}", f"inv(x + 2 * eye({n}))", {"x": (n, n)}, lambda x, n=n: torch.linalg.inv(x + 2 * torch.eye(n)))
    function(f"solve_{n}", f"solve(x + 2 * eye({n}), y)", own, lambda x, y, n=n: torch.linalg.solve(x + 2 * torch.eye(n), y))
    # Of what is above the diagonal nothing is read; PyTorch's gradient is symmetric.
    function(
        f"cholesky_{n}", f"cholesky(tril(x) + 4 * eye({n}))", {"x": (n, n)},
        lambda x, n=n: torch.linalg.cholesky(torch.tril(x) + torch.tril(x, -1).T + 4 * torch.eye(n)),
    )
function("det_of_singular", "det(outer(x, y))", {"x": (4,), "y": (4,)}, lambda x, y: 0 * x.sum() * y.sum())
function("trace_of_one", "x.trace()", {"x": (1, 1)}, torch.trace)


def evaluate(name):
    """The content of one case."""
    call, parameter_shapes, input_shapes, label, compute = CASES[name]
    tensor = lambda array: torch.tensor(array, requires_grad=True)
    parameters = {n: tensor(formulas.parameter(k, s)) for k, (n, s) in enumerate(parameter_shapes.items())}
    inputs = {n: tensor(formulas.argument(k, s)) for k, (n, s) in enumerate(input_shapes.items())}
    labels = []
    if label is not None:
        shape, classes = label
        count = torch.Size(shape).numel()
        labels = [torch.tensor(formulas.labels(count, classes), dtype=torch.int64).reshape(shape)]
    y = torch.atleast_1d(compute(*parameters.values(), *inputs.values(), *labels))
    inputs["c"] = tensor(formulas.argument(len(inputs), y.shape))
    value = (y * inputs["c"]).sum()
    value.backward()

    def gradients(tensors):
        return [
            {"name": n, "shape": list(t.shape), "gradient": formulas.numbers(t.grad.numpy())} for n, t in tensors.items()
        ]

    return {
        "name": name,
        "formula": call,
        "value": value.item(),
        "parameters": gradients(parameters),
        "inputs": gradients(inputs),
        "labels": [] if label is None else [{"name": "label", "count": count, "classes": classes}],
    }


def main():
    content = [evaluate(name) for name in CASES]
    if "--check" in sys.argv:
        old = json.loads((formulas.VALUES / "layers.json").read_text())
        apart = difference(old, content)
        print(f"{len(content)} cases, {apart:.1e} apart")
        if apart > 1e-12:
            sys.exit("layers.json differs from what this PyTorch computes")
    else:
        formulas.write("layers", content)
        print(f"{len(content)} cases")


if __name__ == "__main__":
    main()
