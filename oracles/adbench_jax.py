"""The objectives of ADBench (arXiv 1807.10129) that the examples `gmm`, `bundle` and `lstm` compute, in JAX, float64.

Written from their definitions in ADBench and GradBench; `formulas.py` fills the inputs. Values and gradients go to
`values/<example>.json`. Run: `python adbench_jax.py`.
"""

import math

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


EXAMPLES = [gmm]


def main():
    for example in EXAMPLES:
        content = example()
        formulas.write(content["name"], content)
        for size in content["sizes"]:
            print(content["name"], {name: part for name, part in size.items() if isinstance(part, (int, float))})


if __name__ == "__main__":
    main()
