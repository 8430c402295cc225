"""Every function of the library at chosen points, to `values/functions.json`.

The numbers are mpmath's (`functions_reference.py`, `functions_vectors.py`), right to the last bit; JAX in
float64 computes them as well, and the script writes nothing where the two differ by more than 1e-9 (but at
the conventions and far out in the tails of what is written out naively). Run: `python functions_jax.py`.
"""

import math
import sys

import jax
import jax.numpy as jnp
import mpmath
from mpmath import mp, mpf

import formulas
import functions_reference as reference
import functions_vectors as vectors

jax.config.update("jax_enable_x64", True)

# Binary digits to work with: e^-700 beside 1 must not be lost, and derivatives are differences.
PRECISION = 1400
SLOW_PRECISION = 300
SLOW = {"ln_gamma", "digamma"}

JAX_SCALARS = {
    "exp": jnp.exp,
    "ln": jnp.log,
    "ln_1p": jnp.log1p,
    "exp_m1": jnp.expm1,
    "log2": jnp.log2,
    "log10": jnp.log10,
    "sqrt": jnp.sqrt,
    "powi_0": lambda x: x**0,
    "powi_1": lambda x: x**1,
    "powi_2": lambda x: x**2,
    "powi_3": lambda x: x**3,
    "powi_-1": lambda x: x**-1,
    "powi_-3": lambda x: x**-3,
    "powf": jnp.power,
    "abs": jnp.abs,
    "signum": jnp.sign,
    "sin": jnp.sin,
    "cos": jnp.cos,
    "tan": jnp.tan,
    "tanh": jnp.tanh,
    "sinh": jnp.sinh,
    "cosh": jnp.cosh,
    "atan": jnp.arctan,
    "asin": jnp.arcsin,
    "acos": jnp.arccos,
    "atan2": jnp.arctan2,
    "min": jnp.minimum,
    "max": jnp.maximum,
    "clamp": lambda x: jnp.clip(x, -1, 2),
    "floor": jnp.floor,
    "recip": jnp.reciprocal,
    "erf": jax.scipy.special.erf,
    "ln_gamma": jax.scipy.special.gammaln,
    "digamma": jax.scipy.special.digamma,
    "sigmoid": jax.nn.sigmoid,
    "log_sigmoid": jax.nn.log_sigmoid,
    "softplus": jax.nn.softplus,
    "relu": jax.nn.relu,
    "relu6": jax.nn.relu6,
    "leaky_relu": lambda x: jax.nn.leaky_relu(x, 0.01),
    "elu": jax.nn.elu,
    "celu": jax.nn.celu,
    "selu": jax.nn.selu,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "gelu_tanh": lambda x: jax.nn.gelu(x, approximate=True),
    "silu": jax.nn.silu,
    "mish": jax.nn.mish,
    "softsign": jax.nn.soft_sign,
    "hard_sigmoid": jax.nn.hard_sigmoid,
    "hard_swish": jax.nn.hard_swish,
    "hard_tanh": jax.nn.hard_tanh,
}

JAX_VECTORS = {
    "sum": jnp.sum,
    "mean": jnp.mean,
    "prod": jnp.prod,
    "prod_one_zero": jnp.prod,
    "prod_two_zeros": jnp.prod,
    "max": jnp.max,
    "min": jnp.min,
    "var": jnp.var,
    "var_sample": lambda x: jnp.var(x, ddof=1),
    "std": jnp.std,
    "norm": jnp.linalg.norm,
    "logsumexp": jax.nn.logsumexp,
    "logsumexp_large": jax.nn.logsumexp,
    "cumsum": jnp.cumsum,
    "diag": jnp.diag,
    "diag_above": lambda x: jnp.diag(x, 1),
    "diag_below": lambda x: jnp.diag(x, -2),
    "diag_of_matrix": jnp.diag,
    "diag_of_matrix_above": lambda x: jnp.diag(x, 1),
    "diag_of_matrix_below": lambda x: jnp.diag(x, -1),
    "softmax": jax.nn.softmax,
    "softmax_far": jax.nn.softmax,
    "log_softmax": jax.nn.log_softmax,
    "log_softmax_far": jax.nn.log_softmax,
    "mse": lambda x, y: jnp.mean((x - y) ** 2),
    "mae": lambda x, y: jnp.mean(jnp.abs(x - y)),
    "huber": lambda x, y: jnp.mean(huber(x - y, 1.0)),
    "huber_2": lambda x, y: jnp.mean(huber(x - y, 2.0)),
    "binary_cross_entropy": lambda p, t: -jnp.mean(t * jnp.log(p) + (1 - t) * jnp.log1p(-p)),
    "bce_with_logits": lambda z, t: jnp.mean(jnp.logaddexp(0.0, z) - z * t),
    "cross_entropy": lambda x, label: cross_entropy(x, jax.nn.one_hot(label, 3)),
    "cross_entropy_confident": lambda x, label: cross_entropy(x, jax.nn.one_hot(label, 3)),
    "cross_entropy_wrong": lambda x, label: cross_entropy(x, jax.nn.one_hot(label, 3)),
    "cross_entropy_probabilities": lambda x, p: cross_entropy(x, p),
    "nll": lambda log_q, label: -jnp.mean(jnp.sum(log_q * jax.nn.one_hot(label, 3), axis=-1)),
    "kl_div": lambda log_q, p: jnp.mean(jnp.sum(jax.scipy.special.rel_entr(p, jnp.exp(log_q)), axis=-1)),
    "hinge": lambda score, sign: jnp.mean(jax.nn.relu(1 - score * sign)),
    "cosine_similarity": lambda a, b: a @ b / jnp.linalg.norm(a) / jnp.linalg.norm(b),
    "l1": lambda w: jnp.sum(jnp.abs(w)),
    "l2": lambda w: jnp.sum(w**2),
}


def huber(difference, delta):
    size = jnp.abs(difference)
    return jnp.where(size <= delta, size**2 / 2, delta * (size - delta / 2))


def cross_entropy(x, probability):
    return -jnp.mean(jnp.sum(probability * jax.nn.log_softmax(x, axis=-1), axis=-1))


def number(value):
    """A float for JSON; infinities, which JSON lacks, as text."""
    value = None if value is None else float(value)
    if value is not None and math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return value


def derivative(function, at, orders):
    """A partial derivative, as a plain float."""
    return float(mpmath.re(mpmath.diff(function, tuple(map(mpf, at)), orders)))


def scalar_points(function, points):
    for point in points:
        at = point if isinstance(point, tuple) else (point,)
        each = range(len(at))
        orders = lambda k, order: tuple(order if j == k else 0 for j in each)
        yield {
            "at": list(at),
            "value": float(function(*map(mpf, at))),
            "gradient": [derivative(function, at, orders(k, 1)) for k in each],
            "second": [derivative(function, at, orders(k, 2)) for k in each],
        }


def agrees(a, b):
    return abs(a - b) <= 1e-9 * max(1.0, abs(b))


def check_with_jax(name, point):
    """The parts of a point in which JAX gives something else."""
    function, at = JAX_SCALARS[name], point["at"]
    each = range(len(at))
    first = [jax.grad(function, k) for k in each]
    found = {
        "value": [float(function(*at))],
        "gradient": [float(first[k](*at)) for k in each],
        "second": [float(jax.grad(first[k], k)(*at)) for k in each],
    }
    expected = {**point, "value": [point["value"]]}
    return [part for part in found if not all(map(agrees, found[part], expected[part]))]


def scalars(differences):
    functions = []
    for name, (call, function, points, promised) in reference.SCALARS.items():
        with mp.workprec(SLOW_PRECISION if name in SLOW else PRECISION):
            computed = list(scalar_points(function, points))
        for point in computed:
            parts = check_with_jax(name, point)
            if parts:
                differences.append((name, tuple(point["at"]), parts))
        for at, value, gradient, second in reference.CONVENTIONS.get(name, []):
            computed.append({"at": at, "value": value, "gradient": gradient, "second": second})
        functions.append({
            "name": name,
            "call": call,
            "relative": promised,
            "points": [
                {
                    "at": list(point["at"]),
                    "value": number(point["value"]),
                    "gradient": [number(v) for v in point["gradient"]],
                    "second": [number(v) for v in point["second"]],
                }
                for point in computed
            ],
        })
    return functions


def flatten(value):
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in flatten(item)]
    return [value]


def shape(value):
    return [len(value), *shape(value[0])] if isinstance(value, list) else []


def rebuild(values, sizes):
    """Nested lists of the given sizes from a flat list."""
    if not sizes:
        return values[0]
    step = len(values) // sizes[0]
    return [rebuild(values[k * step : (k + 1) * step], sizes[1:]) for k in range(sizes[0])]


def vector_case(name, call, function, arguments, options, promised):
    """One case: the gradient is that of the sum of the results times the cotangent."""
    sizes = [shape(value) for value in arguments.values()]
    flats = [flatten(value) for value in arguments.values()]

    def results(*numbers):
        parts, start = [], 0
        for values, size in zip(flats, sizes):
            parts.append(rebuild(list(numbers[start : start + len(values)]), size))
            start += len(values)
        return flatten(function(*parts))

    everything = [mpf(v) for values in flats for v in values]
    values = results(*everything)
    cotangent = [1.0] if len(values) == 1 else [math.cos(1.3 * i) for i in range(len(values))]
    weighted = lambda *numbers: mpmath.fdot(zip(map(mpf, cotangent), results(*numbers)))
    gradient, start = {}, 0
    for argument, row in zip(arguments, flats):
        places = range(start, start + len(row))
        orders = lambda k: tuple(int(j == k) for j in range(len(everything)))
        gradient[argument] = [number(derivative(weighted, everything, orders(k))) for k in places]
        start += len(row)
    return {
        "name": name,
        "call": call,
        "relative": promised,
        "arguments": [
            {"name": argument, "shape": size, "at": row, "gradient": gradient[argument]}
            for argument, size, row in zip(arguments, sizes, flats)
        ],
        "options": options,
        "value": [number(v) for v in values],
        "cotangent": cotangent,
    }


def check_case_with_jax(case):
    """Whether JAX finds the same value and the same gradients."""
    name = case["name"]
    arguments = [jnp.reshape(jnp.array(a["at"]), a["shape"]) for a in case["arguments"]]
    options = {key: jnp.array(v) for key, v in case["options"].items()}
    value, pull = jax.vjp(lambda *a: JAX_VECTORS[name](*a, **options), *arguments)
    gradients = pull(jnp.reshape(jnp.array(case["cotangent"]), value.shape))
    found = [value, *gradients]
    expected = [case["value"], *(a["gradient"] for a in case["arguments"])]
    return all(all(map(agrees, formulas.numbers(f), e)) for f, e in zip(found, expected))


def convention_case(name, call, arguments, options, value, gradient):
    return {
        "name": name,
        "call": call,
        "relative": False,
        "arguments": [
            {"name": argument, "shape": shape(at), "at": flatten(at), "gradient": gradient[argument]}
            for argument, at in arguments.items()
        ],
        "options": options,
        "value": [value],
        "cotangent": [1.0],
    }


def main():
    differences = []
    functions = scalars(differences)
    with mp.workprec(3 * PRECISION):
        cases = [vector_case(name, *case) for name, case in vectors.VECTORS.items()]
    differences += [case["name"] for case in cases if case["name"] in JAX_VECTORS and not check_case_with_jax(case)]
    if differences:
        sys.exit("JAX finds other numbers:\n" + "\n".join(map(str, differences)))
    cases += [convention_case(name, *case) for name, case in vectors.CONVENTIONS.items()]
    formulas.write("functions", {"scalars": functions, "vectors": cases})
    points = sum(len(function["points"]) for function in functions)
    print(f"{len(functions)} scalar functions at {points} points, {len(cases)} cases of tensors, {len(JAX_VECTORS)} of them also in JAX")


if __name__ == "__main__":
    main()
