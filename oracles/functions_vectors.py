"""The functions of whole tensors in mpmath: reductions, softmaxes, losses, and where each is looked at.

A case is `(call, function, arguments, options)`. Arguments are nested lists; `function` takes them with
every number an mpf and returns a number or a (nested) list. Labels and other integers are options.
"""

import mpmath
from mpmath import mpf

from functions_reference import sigmoid, softplus


def total(values):
    return mpmath.fsum(values)


def mean(values):
    return total(values) / len(values)


def variance(values, ddof=0):
    middle = mean(values)
    return total((v - middle) ** 2 for v in values) / (len(values) - ddof)


def norm(values):
    return mpmath.sqrt(total(v**2 for v in values))


def logsumexp(values):
    top = max(values)
    return top + mpmath.log(total(mpmath.exp(v - top) for v in values))


def log_softmax(values):
    """x_i − ln Σ eˣ, without cancelling where x_i is far the largest."""
    return [-logsumexp([v - value for v in values]) if value < max(values) else top_log_softmax(values, k)
            for k, value in enumerate(values)]


def top_log_softmax(values, k):
    return -mpmath.log1p(total(mpmath.exp(v - values[k]) for j, v in enumerate(values) if j != k))


def softmax(values):
    return [mpmath.exp(v) for v in log_softmax(values)]


def product(values):
    return mpmath.fprod(values)


def running_sum(values):
    return [total(values[: k + 1]) for k in range(len(values))]


def diagonal(k):
    """The k-th diagonal of a matrix, or the matrix with a vector on it, as NumPy's and PyTorch's `diag`."""

    def of(x):
        down, right = max(-k, 0), max(k, 0)
        if isinstance(x[0], list):
            return [x[i + down][i + right] for i in range(min(len(x) - down, len(x[0]) - right))]
        sides = range(len(x) + abs(k))
        return [[x[min(i, j)] if j - i == k else mpf(0) for j in sides] for i in sides]

    return of


def flat(x):
    return [v for row in x for v in row]


def over_pairs(function):
    """The mean of function(a, b) over two lists."""
    return lambda a, b: mean([function(u, v) for u, v in zip(a, b)])


def huber(delta):
    def each(a, b):
        d = abs(a - b)
        return d * d / 2 if d <= delta else delta * (d - mpf(delta) / 2)

    return each


def cross_entropy_labels(label):
    return lambda logits: mean([-log_softmax(row)[k] for row, k in zip(logits, label)])


def cross_entropy_probabilities(logits, p):
    rows = zip([log_softmax(row) for row in logits], p)
    return mean([-total(u * v for u, v in zip(q, t)) for q, t in rows])


def kl_divergence(log_q, p):
    rows = zip(log_q, p)
    return mean([total(u * (mpmath.log(u) - v) for v, u in zip(q, t)) for q, t in rows])


def cosine_similarity(a, b):
    return total(u * v for u, v in zip(a, b)) / (norm(a) * norm(b))


A = [0.3, -1.2, 2.0, 0.7]
B = [1.1, 0.4, -0.6, 0.7]
FAR = [1000.0, 0.0, -1000.0]
TABLE = [[0.3, -1.2, 2.0], [1.5, 0.4, -0.6]]
CONFIDENT = [[200.0, -300.0, 100.0], [-50.0, 0.0, 1000.0]]
PROBABILITY = [[0.2, 0.3, 0.5], [0.1, 0.7, 0.2]]
SCORES = [-800.0, -30.0, -0.7, 0.3, 35.0, 900.0]
TARGETS = [0.0, 1.0, 1.0, 0.0, 1.0, 0.0]
SIGNS = [1.0, -1.0, 1.0, -1.0]

# name: (call, function, {argument: value}, {option: value}, whether every digit is promised)
VECTORS = {
    "sum": ("sum(x)", total, {"x": A}, {}, False),
    "mean": ("mean(x)", mean, {"x": A}, {}, False),
    "prod": ("prod(x)", product, {"x": A}, {}, False),
    "prod_one_zero": ("prod(x)", product, {"x": [2.0, 0.0, 3.0]}, {}, False),
    "prod_two_zeros": ("prod(x)", product, {"x": [0.0, 2.0, 0.0]}, {}, False),
    "max": ("max(x)", max, {"x": A}, {}, False),
    "min": ("min(x)", min, {"x": A}, {}, False),
    "var": ("var(x)", variance, {"x": A}, {}, False),
    "var_sample": ("var(x, ddof = 1)", lambda x: variance(x, 1), {"x": A}, {}, False),
    "std": ("std(x)", lambda x: mpmath.sqrt(variance(x)), {"x": A}, {}, False),
    "norm": ("norm(x)", norm, {"x": A}, {}, False),
    "norm_large": ("norm(x)", norm, {"x": [3e200, -4e200]}, {}, True),
    "norm_small": ("norm(x)", norm, {"x": [3e-200, -4e-200]}, {}, True),
    "norm_written_out": ("sqrt(sum(x * x))", norm, {"x": [3e200, -4e200]}, {}, True),
    "logsumexp": ("logsumexp(x)", logsumexp, {"x": A}, {}, True),
    "logsumexp_large": ("logsumexp(x)", logsumexp, {"x": FAR}, {}, True),
    "logsumexp_written_out": ("ln(sum(exp(x)))", logsumexp, {"x": [-1000.0, -1001.0, -1002.5]}, {}, True),
    "cumsum": ("cumsum(x)", running_sum, {"x": A}, {}, False),
    "diag": ("diag(x)", diagonal(0), {"x": A[:3]}, {}, False),
    "diag_above": ("diag(x, diagonal = 1)", diagonal(1), {"x": A[:3]}, {}, False),
    "diag_below": ("diag(x, diagonal = -2)", diagonal(-2), {"x": A[:2]}, {}, False),
    "diag_of_matrix": ("diag(x)", diagonal(0), {"x": TABLE}, {}, False),
    "diag_of_matrix_above": ("diag(x, diagonal = 1)", diagonal(1), {"x": TABLE}, {}, False),
    "diag_of_matrix_below": ("diag(x, diagonal = -1)", diagonal(-1), {"x": TABLE}, {}, False),
    "softmax": ("softmax(x)", softmax, {"x": A}, {}, True),
    "softmax_far": ("softmax(x)", softmax, {"x": [600.0, 0.0, -10.0]}, {}, True),
    "softmax_written_out": ("exp(x) / sum(exp(x))", softmax, {"x": [900.0, 890.0, 300.0]}, {}, True),
    "log_softmax": ("log_softmax(x)", log_softmax, {"x": A}, {}, True),
    "log_softmax_far": ("log_softmax(x)", log_softmax, {"x": FAR}, {}, True),
    "log_softmax_written_out": ("ln(softmax(x))", log_softmax, {"x": [50.0, 0.0, -800.0]}, {}, True),
    "mse": ("mse(x, y)", over_pairs(lambda a, b: (a - b) ** 2), {"x": A, "y": B}, {}, False),
    "mae": ("mae(x, y)", over_pairs(lambda a, b: abs(a - b)), {"x": A[:3], "y": B[:3]}, {}, False),
    "huber": ("huber(x, y)", over_pairs(huber(1)), {"x": A, "y": B}, {}, False),
    "huber_2": ("huber(x, y, delta = 2)", over_pairs(huber(2)), {"x": A, "y": B}, {}, False),
    "binary_cross_entropy": (
        "binary_cross_entropy(p, t)",
        over_pairs(lambda p, t: -t * mpmath.log(p) - (1 - t) * mpmath.log1p(-p)),
        {"p": [1e-12, 0.3, 0.5, 0.999999], "t": [0.0, 1.0, 0.25, 1.0]},
        {},
        False,
    ),
    "bce_with_logits": (
        "bce_with_logits(z, t)",
        over_pairs(lambda z, t: t * softplus(-z) + (1 - t) * softplus(z)),
        {"z": SCORES, "t": TARGETS},
        {},
        False,
    ),
    "bce_with_logits_tail": (
        "bce_with_logits(z, t)",
        over_pairs(lambda z, t: t * softplus(-z) + (1 - t) * softplus(z)),
        {"z": [-500.0, 600.0], "t": [0.0, 1.0]},
        {},
        True,
    ),
    "sigmoid_cross_entropy_written_out": (
        "binary_cross_entropy(sigmoid(z), t)",
        over_pairs(lambda z, t: t * softplus(-z) + (1 - t) * softplus(z)),
        {"z": SCORES, "t": TARGETS},
        {},
        False,
    ),
    "cross_entropy": ("cross_entropy(x, label)", cross_entropy_labels([2, 0]), {"x": TABLE}, {"label": [2, 0]}, False),
    "cross_entropy_confident": (
        "cross_entropy(x, label)", cross_entropy_labels([0, 2]), {"x": CONFIDENT}, {"label": [0, 2]}, True,
    ),
    "cross_entropy_wrong": (
        "cross_entropy(x, label)", cross_entropy_labels([1, 0]), {"x": CONFIDENT}, {"label": [1, 0]}, True,
    ),
    "cross_entropy_probabilities": (
        "cross_entropy(x, p)", cross_entropy_probabilities, {"x": TABLE, "p": PROBABILITY}, {}, False,
    ),
    "nll": (
        "nll(log_q, label)",
        lambda log_q: mean([-row[k] for row, k in zip(log_q, [2, 0])]),
        {"log_q": TABLE},
        {"label": [2, 0]},
        False,
    ),
    "kl_div": ("kl_div(log_q, p)", kl_divergence, {"log_q": [[-1.0, -2.0, -0.7], [-0.3, -3.0, -2.0]], "p": PROBABILITY}, {}, False),
    "hinge": ("hinge(score, sign)", over_pairs(lambda s, t: max(mpf(0), 1 - s * t)), {"score": A, "sign": SIGNS}, {}, False),
    "cosine_similarity": ("cosine_similarity(a, b)", cosine_similarity, {"a": A, "b": B}, {}, False),
    "l1": ("l1(w)", lambda w: total(abs(v) for v in flat(w)), {"w": TABLE}, {}, False),
    "l2": ("l2(w)", lambda w: total(v * v for v in flat(w)), {"w": TABLE}, {}, False),
    "ln_one_minus_sigmoid": ("ln(1 - sigmoid(x))", lambda x: [-softplus(v) for v in x], {"x": SCORES}, {}, True),
    "ln_sigmoid": ("ln(sigmoid(x))", lambda x: [-softplus(-v) for v in x], {"x": SCORES}, {}, True),
    "one_minus_sigmoid": ("1 - sigmoid(x)", lambda x: [sigmoid(-v) for v in x], {"x": [-600.0, -3.0, 3.0, 40.0, 600.0]}, {}, True),
    "one_minus_tanh_squared": (
        "1 - tanh(x) * tanh(x)",
        lambda x: [mpmath.sech(v) ** 2 for v in x],
        {"x": [-300.0, -20.0, -0.5, 1e-8, 3.0, 40.0, 300.0]},
        {},
        True,
    ),
    "ln_one_plus_exp": ("ln(1 + exp(x))", lambda x: [softplus(v) for v in x], {"x": SCORES}, {}, True),
    "exp_minus_one": ("exp(x) - 1", lambda x: [mpmath.expm1(v) for v in x], {"x": [-40.0, -1e-12, 1e-18, 0.5, 300.0]}, {}, True),
    "ln_one_plus": ("ln(1 + x)", lambda x: [mpmath.log1p(v) for v in x], {"x": [-0.9, -1e-12, 1e-18, 0.5, 1e10]}, {}, True),
    "ln_one_minus": ("ln(1 - x)", lambda x: [mpmath.log1p(-v) for v in x], {"x": [0.9, 1e-12, -1e-18, -0.5, -1e10]}, {}, True),
    "weighted_logsumexp": (
        "ln(sum(c * exp(x)))",
        lambda c, x: mpmath.log(total(u * mpmath.exp(v) for u, v in zip(c, x))),
        {"c": [0.2, 3.0, 1.5], "x": [1000.0, 999.0, -500.0]},
        {},
        True,
    ),
    "ln_of_difference": (
        "ln(exp(a) - exp(b))",
        lambda a, b: [u + mpmath.log(-mpmath.expm1(v - u)) for u, v in zip(a, b)],
        {"a": [1000.0, 1.0, -900.0, 3.0], "b": [999.0, 1.0 - 1e-9, -901.0, -800.0]},
        {},
        True,
    ),
}

# name: (call, arguments, options, value, {argument: gradient}): the stated conventions, by hand.
CONVENTIONS = {
    "max_tie": ("max(x)", {"x": [1.0, 3.0, 3.0]}, {}, 3.0, {"x": [0.0, 1.0, 0.0]}),  # the first takes it
    "min_tie": ("min(x)", {"x": [2.0, 1.0, 1.0]}, {}, 1.0, {"x": [0.0, 1.0, 0.0]}),
    "norm_zero": ("norm(x)", {"x": [0.0, 0.0]}, {}, 0.0, {"x": [0.0, 0.0]}),
    "sqrt_of_squares_zero": ("sqrt(sum(x * x))", {"x": [0.0, 0.0]}, {}, 0.0, {"x": [0.0, 0.0]}),
    "std_constant": ("std(x)", {"x": [2.0, 2.0, 2.0]}, {}, 0.0, {"x": [0.0, 0.0, 0.0]}),
    "l1_zero": ("l1(w)", {"w": [[0.0, -2.0]]}, {}, 2.0, {"w": [0.0, -1.0]}),
    "mae_tie": ("mae(x, y)", {"x": [1.0, 2.0], "y": [1.0, 0.0]}, {}, 1.0, {"x": [0.0, 0.5], "y": [0.0, -0.5]}),
}
