"""The objectives of ADBench (arXiv 1807.10129) that the examples `gmm`, `bundle` and `lstm` compute, in JAX, float64.

Written from their definitions in ADBench and GradBench; `formulas.py` fills the inputs. Values and gradients go to
`values/<example>.json`. Run: `python adbench_jax.py [EXAMPLE…]`.
"""

import math
import sys

import jax
import jax.numpy as jnp
import numpy
from jax.scipy.special import gammaln, logsumexp

import formulas

jax.config.update("jax_enable_x64", True)


# Gaussian mixtures: (D, K, N, γ, m). ADBench's own have γ = 1 and m = 0.
GMM_SIZES = [
    (3, 4, 50, 1.25, 2),
    (2, 5, 1000, 1.0, 0),
    (10, 25, 1000, 1.0, 0),
    (20, 50, 1000, 1.0, 0),
    (64, 10, 1000, 1.0, 0),
    (10, 25, 10000, 1.0, 0),
]


def gmm_inputs(d, k, n):
    """Distributed as ADBench's generator says; one stream of random numbers for each argument."""
    return {
        "alphas": formulas.normal(1, (k,)),
        "means": formulas.uniform(2, (k, d)),
        "icf": formulas.normal(3, (k, d * (d + 1) // 2)),
        "x": formulas.normal(4, (n, d)),
    }


def gmm_objective(parameters, x, gamma, m):
    alphas, means, icf = (parameters[name] for name in ("alphas", "means", "icf"))
    n, d = x.shape
    k = len(alphas)
    # ADBench fills the strict lower triangle column by column.
    column, row = numpy.triu_indices(d, 1)
    diagonal = jnp.exp(icf[:, :d])
    lower = jnp.zeros((k, d, d)).at[:, row, column].set(icf[:, d:])
    logs = icf[:, :d].sum(1)

    def score(point):
        centred = point - means
        spread = diagonal * centred + jnp.einsum("kij,kj->ki", lower, centred)
        return logsumexp(alphas + logs - 0.5 * (spread**2).sum(1))

    likelihood = jax.lax.map(score, x, batch_size=100).sum()
    free = d + m + 1
    halves = jnp.arange(d) / 2
    log_gamma = d * (d - 1) / 4 * math.log(math.pi) + gammaln(free / 2 - halves).sum()
    prior = 0.5 * gamma**2 * ((diagonal**2).sum() + (icf[:, d:] ** 2).sum()) - m * logs.sum()
    constant = free * d * jnp.log(gamma / math.sqrt(2)) - log_gamma
    return likelihood - n * logsumexp(alphas) - n * d / 2 * math.log(2 * math.pi) + prior - k * constant


def gmm():
    sizes = []
    for d, k, n, gamma, m in GMM_SIZES:
        inputs = gmm_inputs(d, k, n)
        x = inputs.pop("x")
        value, gradient = jax.jit(jax.value_and_grad(gmm_objective))(inputs, x, gamma, m)
        gradient = {name: gradient[name] for name in inputs}
        size = {"d": d, "k": k, "n": n, "gamma": gamma, "m": m, "value": float(value)}
        size["gradient"] = formulas.fingerprint(gradient)
        if not sizes:
            size["elements"] = {name: formulas.numbers(part) for name, part in gradient.items()}
        sizes.append(size)
    return {"name": "gmm", "sizes": sizes}


# Bundle adjustment: (cameras, points, observations). The last two are ADBench's first ones.
BUNDLE_SIZES = [(3, 5, 12), (49, 7776, 31843), (21, 11315, 36455)]


def bundle_inputs(n, m, p):
    """Cameras some way off that look at points around the origin, the first one not turned."""

    def around(seed, shape, width, middle=0.0):
        return middle + width * (2 * formulas.uniform(seed, shape) - 1)

    rotation, centre, lens = around(1, (n, 3), 0.2), around(2, (n, 3), 0.5), around(3, (n, 5), 0.05)
    rotation[0] = 0
    centre[:, 2] -= 5
    lens[:, 0] = 500 * (1 + lens[:, 0])
    cameras = numpy.concatenate([rotation, centre, lens], axis=1)
    points, weights, seen = around(4, (m, 3), 1.0), around(5, (p,), 0.5, 1.0), around(6, (p, 2), 100.0)
    observations = numpy.arange(p)
    return cameras[observations % n], points[observations % m], weights, seen


def rotate(r, x):
    square = r @ r
    turned = square > 0
    angle = jnp.sqrt(jnp.where(turned, square, 1.0))
    axis = r / angle
    sin, cos = jnp.sin(angle), jnp.cos(angle)
    whole = x * cos + jnp.cross(axis, x) * sin + axis * (axis @ x) * (1 - cos)
    return jnp.where(turned, whole, x + jnp.cross(r, x))


def reprojection_error(unknown, seen):
    camera, point, weight = unknown[:11], unknown[11:14], unknown[14]
    local = rotate(camera[:3], point - camera[3:6])
    flat = local[:2] / local[2]
    square = flat @ flat
    distorted = flat * (1 + camera[9] * square + camera[10] * square**2)
    return weight * (distorted * camera[6] + camera[7:9] - seen)


def bundle():
    sizes = []
    for n, m, p in BUNDLE_SIZES:
        cameras, points, weights, seen = bundle_inputs(n, m, p)
        unknown = numpy.concatenate([cameras, points, weights[:, None]], axis=1)
        error = jax.jit(jax.vmap(reprojection_error))(unknown, seen)
        block = jax.jit(jax.vmap(jax.jacrev(reprojection_error)))(unknown, seen)
        size = {
            "n": n,
            "m": m,
            "p": p,
            "value": formulas.fingerprint({"error": error, "of_weight": 1 - weights**2}),
            "jacobian": formulas.fingerprint({"block": block, "by_weight": -2 * weights}),
        }
        if not sizes:
            size["elements"] = {"block": formulas.numbers(block)}
        sizes.append(size)
    return {"name": "bundle", "sizes": sizes}


# The recurrent network: (layers, characters, bits of each). All but the first are ADBench's.
LSTM_SIZES = [(3, 7, 5), (2, 1024, 14), (4, 1024, 14), (2, 4096, 14), (4, 4096, 14)]


def lstm_objective(parameters, state, sequence):
    main, extra = parameters["main"], parameters["extra"]

    def layer(x, inputs):
        (weight, bias), (hidden, cell) = inputs
        forget = jax.nn.sigmoid(x * weight[0] + bias[0])
        ingate = jax.nn.sigmoid(hidden * weight[1] + bias[1])
        outgate = jax.nn.sigmoid(x * weight[2] + bias[2])
        change = jnp.tanh(hidden * weight[3] + bias[3])
        cell = cell * forget + ingate * change
        hidden = outgate * jnp.tanh(cell)
        return hidden, jnp.stack([hidden, cell])

    def step(state, characters):
        given, expected = characters
        x, state = jax.lax.scan(layer, given * extra[0], (main, state))
        prediction = x * extra[1] + extra[2]
        # ADBench's logsumexp adds 2 to the sum, a slip in the first version that all later ones kept.
        normal = prediction - jnp.log(2 + jnp.exp(prediction).sum())
        return state, (expected * normal).sum()

    _, terms = jax.lax.scan(step, state, (sequence[:-1], sequence[1:]))
    return -terms.sum() / (terms.size * sequence.shape[1])


def lstm():
    sizes = []
    for l, t, b in LSTM_SIZES:
        parameters = {"main": formulas.uniform(1, (l, 2, 4, b)), "extra": formulas.uniform(2, (3, b))}
        state, sequence = formulas.uniform(3, (l, 2, b)), (formulas.uniform(4, (t, b)) < 0.5).astype(float)
        value, gradient = jax.jit(jax.value_and_grad(lstm_objective))(parameters, state, sequence)
        gradient = {name: gradient[name] for name in parameters}
        size = {"l": l, "t": t, "b": b, "value": float(value), "gradient": formulas.fingerprint(gradient)}
        if not sizes:
            size["elements"] = {name: formulas.numbers(part) for name, part in gradient.items()}
        sizes.append(size)
    return {"name": "lstm", "sizes": sizes}


EXAMPLES = [gmm, bundle, lstm]


def main():
    for example in EXAMPLES:
        if sys.argv[1:] and example.__name__ not in sys.argv[1:]:
            continue
        content = example()
        formulas.write(content["name"], content)
        for size in content["sizes"]:
            print(content["name"], {name: part for name, part in size.items() if isinstance(part, (int, float))})


if __name__ == "__main__":
    main()
