"""Whole networks in JAX, float64: value, gradient and a Hessian-vector product of each, to `values/<name>.json`.

Each is written from the formula that stands in its file, in the words of `net!`; `formulas.py` fills
parameters, inputs and labels. Run: `python networks_jax.py` (`--check` compares with the files instead).
"""

import json
import sys

import jax
import jax.numpy as jnp
import numpy

import formulas

jax.config.update("jax_enable_x64", True)

NETWORKS = {}


def network(name, formula, parameters, inputs=None, labels=None, frozen=()):
    """Registers a function of (parameters, inputs, labels), three dictionaries of arrays, to a scalar.

    `inputs` gives shapes, `labels` a pair (count, classes), `frozen` names of parameters.
    """

    def register(function):
        NETWORKS[name] = (formula, parameters, inputs or {}, labels or {}, frozen, function)
        return function

    return register


# The building blocks, from their definitions.


def cross_entropy(logits, label):
    rows = jnp.arange(label.shape[0])
    return -jnp.mean(jax.nn.log_softmax(logits, axis=-1)[rows, label])


def bce_with_logits(score, target):
    return jnp.mean(jnp.logaddexp(0.0, score) - target * score)


def mse(prediction, target):
    return jnp.mean((prediction - target) ** 2)


def l2(weight):
    return jnp.sum(weight**2)


def layer_norm(x, weight, bias, epsilon=1e-5):
    mean = jnp.mean(x, axis=-1, keepdims=True)
    variance = jnp.mean((x - mean) ** 2, axis=-1, keepdims=True)
    return (x - mean) / jnp.sqrt(variance + epsilon) * weight + bias


ACTIVATIONS = {
    "elu": jax.nn.elu,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "gelu_tanh": lambda x: jax.nn.gelu(x, approximate=True),
    "hard_swish": jax.nn.hard_swish,
    "leaky_relu": lambda x: jax.nn.leaky_relu(x, 0.01),
    "log_sigmoid": jax.nn.log_sigmoid,
    "mish": jax.nn.mish,
    "relu": jax.nn.relu,
    "selu": jax.nn.selu,
    "sigmoid": jax.nn.sigmoid,
    "silu": jax.nn.silu,
    "softplus": jax.nn.softplus,
    "softsign": jax.nn.soft_sign,
    "tanh": jnp.tanh,
}

TWO_LAYERS = {"w1": (4, 6), "b1": (6,), "w2": (6, 3), "b2": (3,)}


def register_activation(activation, function):
    @network(
        f"mlp_{activation}",
        f"cross_entropy({activation}(x @ w1 + b1) @ w2 + b2, label)",
        TWO_LAYERS,
        {"x": (5, 4)},
        {"label": (5, 3)},
    )
    def loss(p, x, label):
        return cross_entropy(function(x["x"] @ p["w1"] + p["b1"]) @ p["w2"] + p["b2"], label["label"])


for activation_name, activation_function in ACTIVATIONS.items():
    register_activation(activation_name, activation_function)


@network(
    "linear_chain",
    "cross_entropy((x @ w1 + b1) @ w2 + b2, label)",
    TWO_LAYERS,
    {"x": (5, 4)},
    {"label": (5, 3)},
)
def linear_chain(p, x, label):
    return cross_entropy((x["x"] @ p["w1"] + p["b1"]) @ p["w2"] + p["b2"], label["label"])


@network(
    "sigmoid_binary",
    "bce_with_logits(sigmoid(x @ w1 + b1) @ w2 + b2, target as f64), target: u32[N] filled as labels of 2 classes; "
    "binary_cross_entropy(sigmoid(…), …) is the same number",
    {"w1": (3, 5), "b1": (5,), "w2": (5,), "b2": ()},
    {"x": (7, 3)},
    {"target": (7, 2)},
)
def sigmoid_binary(p, x, label):
    score = jax.nn.sigmoid(x["x"] @ p["w1"] + p["b1"]) @ p["w2"] + p["b2"]
    return bce_with_logits(score, label["target"].astype(jnp.float64))


@network(
    "tanh_regression",
    "mse(tanh(x @ w1 + b1) @ w2 + b2, y) + 0.01 * (l2(w1) + l2(w2))",
    {"w1": (3, 8), "b1": (8,), "w2": (8, 2), "b2": (2,)},
    {"x": (6, 3), "y": (6, 2)},
)
def tanh_regression(p, x, _):
    prediction = jnp.tanh(x["x"] @ p["w1"] + p["b1"]) @ p["w2"] + p["b2"]
    return mse(prediction, x["y"]) + 0.01 * (l2(p["w1"]) + l2(p["w2"]))


@network(
    "residual_loop",
    "let mut h = x @ inlet; for block in blocks { h = h + tanh(h @ block.weight + block.bias); } "
    "cross_entropy(h, label)",
    {
        "inlet": (3, 4),
        "blocks.0.weight": (4, 4),
        "blocks.0.bias": (4,),
        "blocks.1.weight": (4, 4),
        "blocks.1.bias": (4,),
        "blocks.2.weight": (4, 4),
        "blocks.2.bias": (4,),
    },
    {"x": (5, 3)},
    {"label": (5, 4)},
)
def residual_loop(p, x, label):
    h = x["x"] @ p["inlet"]
    for block in range(3):
        h = h + jnp.tanh(h @ p[f"blocks.{block}.weight"] + p[f"blocks.{block}.bias"])
    return cross_entropy(h, label["label"])


@network(
    "layer_norm",
    "let h = x @ w1; let d = h - mean(h, axis = -1, keep = true); "
    "let n = d / sqrt(mean(d * d, axis = -1, keep = true) + 1e-5) * scale + shift; cross_entropy(relu(n) @ w2, label)",
    {"w1": (4, 6), "scale": (6,), "shift": (6,), "w2": (6, 3)},
    {"x": (5, 4)},
    {"label": (5, 3)},
)
def layer_norm_network(p, x, label):
    h = layer_norm(x["x"] @ p["w1"], p["scale"], p["shift"])
    return cross_entropy(jax.nn.relu(h) @ p["w2"], label["label"])


@network(
    "causal_attention",
    "let q = x @ wq; let k = x @ wk; let v = x @ wv; "
    "let s[n, i, j] = if j <= i { sum[d](q[n, i, d] * k[n, j, d]) / sqrt(3) } else { -inf }; "
    "let a = softmax(s, axis = -1); let y[n, i, d] = sum[j](a[n, i, j] * v[n, j, d]); mse(x + y @ wo, target)",
    {"wq": (4, 3), "wk": (4, 3), "wv": (4, 3), "wo": (3, 4)},
    {"x": (2, 5, 4), "target": (2, 5, 4)},
)
def causal_attention(p, x, _):
    q, k, v = x["x"] @ p["wq"], x["x"] @ p["wk"], x["x"] @ p["wv"]
    score = jnp.einsum("nid,njd->nij", q, k) / jnp.sqrt(3.0)
    score = jnp.where(jnp.tril(jnp.ones((5, 5), dtype=bool)), score, -jnp.inf)
    attention = jax.nn.softmax(score, axis=-1)
    return mse(x["x"] + jnp.einsum("nij,njd->nid", attention, v) @ p["wo"], x["target"])


@network(
    "temperature",
    "let z = x @ w / exp(heat); kl_div(log_softmax(z, axis = -1), softmax(teacher / 2, axis = -1)), the mean over rows",
    {"w": (4, 3), "heat": ()},
    {"x": (5, 4), "teacher": (5, 3)},
)
def temperature(p, x, _):
    log_q = jax.nn.log_softmax(x["x"] @ p["w"] / jnp.exp(p["heat"]), axis=-1)
    probability = jax.nn.softmax(x["teacher"] / 2, axis=-1)
    return jnp.mean(jnp.sum(probability * (jnp.log(probability) - log_q), axis=-1))


def burgers_field(p, t, x):
    h = jnp.tanh(t * p["w1"][0] + x * p["w1"][1] + p["b1"])
    h = jnp.tanh(h @ p["w2"] + p["b2"])
    return h @ p["w3"] + p["b3"]


@network(
    "burgers",
    "fn u(t: f64[N], x: f64[N]) -> f64[N] { let h[n, j] = tanh(t[n] * w1[0, j] + x[n] * w1[1, j] + b1[j]); "
    "tanh(h @ w2 + b2) @ w3 + b3 } let v = u(t, x); let (v_t, v_x) = grad(v, (t, x)); let v_xx = grad(v_x, x); "
    "let r = v_t + v * v_x - 0.1 * v_xx; mean(r * r)",
    {"w1": (2, 8), "b1": (8,), "w2": (8, 8), "b2": (8,), "w3": (8,), "b3": ()},
    {"t": (6,), "x": (6,)},
)
def burgers(p, x, _):
    def residual(t, place):
        u = lambda t, place: burgers_field(p, t, place)
        u_x = jax.grad(u, 1)
        u_xx = jax.grad(u_x, 1)
        return jax.grad(u, 0)(t, place) + u(t, place) * u_x(t, place) - 0.1 * u_xx(t, place)

    return jnp.mean(jax.vmap(residual)(x["t"], x["x"]) ** 2)


@network(
    "gradient_penalty",
    "let u = tanh(x @ w1 + b1) @ w2; let g = grad(u, x); let excess = norm(g, axis = 1) - 1; "
    "mean(u) + 10 * mean(excess * excess)",
    {"w1": (3, 6), "b1": (6,), "w2": (6,)},
    {"x": (5, 3)},
)
def gradient_penalty(p, x, _):
    critic = lambda row: jnp.tanh(row @ p["w1"] + p["b1"]) @ p["w2"]
    slope = jax.vmap(jax.grad(critic))(x["x"])
    excess = jnp.sqrt(jnp.sum(slope**2, axis=1)) - 1
    return jnp.mean(jax.vmap(critic)(x["x"])) + 10 * jnp.mean(excess**2)


@network(
    "weight_gradient",
    "let cost = cross_entropy(tanh(x @ w1 + b1) @ w2 + b2, label); let (g1, g2) = grad(cost, (w1, w2)); "
    "cost + 0.5 * (l2(g1) + l2(g2))",
    TWO_LAYERS,
    {"x": (5, 4)},
    {"label": (5, 3)},
)
def weight_gradient(p, x, label):
    def cost(w1, w2):
        return cross_entropy(jnp.tanh(x["x"] @ w1 + p["b1"]) @ w2 + p["b2"], label["label"])

    g1, g2 = jax.grad(cost, (0, 1))(p["w1"], p["w2"])
    return cost(p["w1"], p["w2"]) + 0.5 * (l2(g1) + l2(g2))


@network(
    "directional",
    "let u = sin(x @ w1) @ w2; let slope = jvp(u, x, v); mean(slope * slope), u: [N]",
    {"w1": (3, 5), "w2": (5,)},
    {"x": (4, 3), "v": (4, 3)},
)
def directional(p, x, _):
    u = lambda place: jnp.sin(place @ p["w1"]) @ p["w2"]
    _, slope = jax.jvp(u, (x["x"],), (x["v"],))
    return jnp.mean(slope**2)


@network(
    "stop_gradient",
    "let next = tanh(y @ w1) @ w2; let now = tanh(x @ w1) @ w2; mse(now, 1 + 0.9 * stop_grad(next)), both [N]",
    {"w1": (3, 5), "w2": (5,)},
    {"x": (4, 3), "y": (4, 3)},
)
def stop_gradient(p, x, _):
    following = jnp.tanh(x["y"] @ p["w1"]) @ p["w2"]
    now = jnp.tanh(x["x"] @ p["w1"]) @ p["w2"]
    return mse(now, 1 + 0.9 * jax.lax.stop_gradient(following))


@network(
    "maximum_pool",
    "mean(max(x @ w1, axis = 1) * min(x @ w2, axis = 1))",
    {"w1": (4, 6), "w2": (4, 5)},
    {"x": (5, 4)},
)
def maximum_pool(p, x, _):
    return jnp.mean(jnp.max(x["x"] @ p["w1"], axis=1) * jnp.min(x["x"] @ p["w2"], axis=1))


@network(
    "broadcast",
    "let a = rows * columns + rows / (2 + columns * columns); mean(exp(a) * (a - shift)), rows: [4, 1], columns: [1, 3]",
    {"rows": (4, 1), "columns": (1, 3), "shift": (3,)},
)
def broadcast(p, _x, _):
    a = p["rows"] * p["columns"] + p["rows"] / (2 + p["columns"] ** 2)
    return jnp.mean(jnp.exp(a) * (a - p["shift"]))


@network(
    "frozen",
    "cross_entropy(tanh(x @ w1 + b1) @ w2 + b2, label), w1 and b1 #[frozen]",
    TWO_LAYERS,
    {"x": (5, 4)},
    {"label": (5, 3)},
    frozen=("w1", "b1"),
)
def frozen(p, x, label):
    return cross_entropy(jnp.tanh(x["x"] @ p["w1"] + p["b1"]) @ p["w2"] + p["b2"], label["label"])


@network(
    "standardised",
    "let z = x @ w; let s = (z - mean(z, axis = 0)) / (std(z, axis = 0) + 0.1); "
    "mean(s * s * s) + sum(var(z, axis = 0, ddof = 1)) + logsumexp(z)",
    {"w": (4, 3)},
    {"x": (6, 4)},
)
def standardised(p, x, _):
    z = x["x"] @ p["w"]
    s = (z - jnp.mean(z, axis=0)) / (jnp.std(z, axis=0) + 0.1)
    return jnp.mean(s**3) + jnp.sum(jnp.var(z, axis=0, ddof=1)) + jax.nn.logsumexp(z)


@network(
    "distances",
    "let d[i, j] = sum[k]((a[i, k] - b[j, k]) * (a[i, k] - b[j, k])); let near[i] = min[j](d[i, j]); "
    "let e[i, j] = if i < j { ln(1 + d[i, j]) } else { sqrt(d[i, j]) }; sum(e) + mean(near)",
    {"a": (4, 3), "b": (5, 3)},
)
def distances(p, _x, _):
    d = jnp.sum((p["a"][:, None, :] - p["b"][None, :, :]) ** 2, axis=-1)
    above = jnp.arange(4)[:, None] < jnp.arange(5)[None, :]
    return jnp.sum(jnp.where(above, jnp.log1p(d), jnp.sqrt(d))) + jnp.mean(jnp.min(d, axis=1))


@network(
    "guarded",
    "let z = x @ w + b; let y = if z > 0 { sqrt(z) } else { z * z }; mean(y * target)",
    {"w": (4, 3), "b": (3,)},
    {"x": (6, 4), "target": (6, 3)},
)
def guarded(p, x, _):
    z = x["x"] @ p["w"] + p["b"]
    y = jnp.where(z > 0, jnp.sqrt(jnp.where(z > 0, z, 1.0)), z**2)
    return jnp.mean(y * x["target"])


@network(
    "window_sum",
    "let y[n, o, i] = sum[c, u](x[n, c, i + u] * w[o, c, u]) + b[o]; mean(tanh(y) * tanh(y))",
    {"w": (3, 2, 3), "b": (3,)},
    {"x": (2, 2, 7)},
)
def window_sum(p, x, _):
    windows = jnp.stack([x["x"][:, :, i : i + 3] for i in range(5)], axis=2)
    y = jnp.einsum("nciu,ocu->noi", windows, p["w"]) + p["b"][None, :, None]
    return jnp.mean(jnp.tanh(y) ** 2)


@network(
    "recurrent",
    "let mut h = zeros([2, 4]); for t in 0..5 { h = tanh(x[t] @ w_in + h @ w_hidden + bias); } "
    "cross_entropy(h @ w_out, label)",
    {"w_in": (3, 4), "w_hidden": (4, 4), "bias": (4,), "w_out": (4, 3)},
    {"x": (5, 2, 3)},
    {"label": (2, 3)},
)
def recurrent(p, x, label):
    h = jnp.zeros((2, 4))
    for t in range(5):
        h = jnp.tanh(x["x"][t] @ p["w_in"] + h @ p["w_hidden"] + p["bias"])
    return cross_entropy(h @ p["w_out"], label["label"])


def evaluate(name):
    """The content of one file."""
    formula, parameter_shapes, input_shapes, label_shapes, frozen_names, function = NETWORKS[name]
    fill = lambda shapes, formula: {n: formula(k, s) for k, (n, s) in enumerate(shapes.items())}
    parameters = fill(parameter_shapes, formulas.parameter)
    inputs = fill(input_shapes, formulas.argument)
    directions = fill(parameter_shapes, formulas.direction)
    labels = {n: formulas.labels(*size) for n, size in label_shapes.items()}
    fixed = {n: parameters.pop(n) for n in frozen_names}
    for n in frozen_names:
        directions.pop(n)

    loss = lambda p, x: function({**p, **fixed}, x, labels)
    value, (gradient, input_gradient) = jax.value_and_grad(loss, (0, 1))(parameters, inputs)
    _, product = jax.jvp(lambda p: jax.grad(loss)(p, inputs), (parameters,), (directions,))

    def of_parameter(n, shape):
        zeros = numpy.zeros(shape)
        return {
            "name": n,
            "shape": list(shape),
            "gradient": formulas.numbers(gradient.get(n, zeros)),
            "hessian_vector": formulas.numbers(product.get(n, zeros)),
        }

    return {
        "name": name,
        "formula": formula,
        "value": float(value),
        "parameters": [of_parameter(n, shape) for n, shape in parameter_shapes.items()],
        "inputs": [
            {"name": n, "shape": list(shape), "gradient": formulas.numbers(input_gradient[n])}
            for n, shape in input_shapes.items()
        ],
        "labels": [
            {"name": n, "count": count, "classes": classes} for n, (count, classes) in label_shapes.items()
        ],
    }


def difference(old, new):
    """The largest |a - b| / max(1, |b|) over all numbers of two files, which must have one form."""
    if isinstance(new, dict):
        return max((difference(old[key], new[key]) for key in new), default=0.0)
    if isinstance(new, list):
        assert len(old) == len(new)
        return max((difference(a, b) for a, b in zip(old, new)), default=0.0)
    if isinstance(new, float):
        return abs(old - new) / max(1.0, abs(new))
    assert old == new, (old, new)
    return 0.0


def main():
    for name in NETWORKS:
        content = evaluate(name)
        if "--check" in sys.argv:
            old = json.loads((formulas.VALUES / f"{name}.json").read_text())
            apart = difference(old, content)
            print(f"{name:20} {apart:.1e}")
            if apart > 1e-12:
                sys.exit(f"{name}.json differs from what this JAX computes")
        else:
            formulas.write(name, content)
            print(f"{name:20} {content['value']!r}")


if __name__ == "__main__":
    main()
