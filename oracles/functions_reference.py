"""The functions of the library in mpmath, from their definitions, and where each is looked at.

A scalar function is `name: (call, function, points, options)`. Derivatives are mpmath's numerical ones at
some 400 digits, so what is written down is right to the last bit of a float, tails included.

`CONVENTIONS` holds what the language says by convention, where there is no derivative or where the limits
from both sides differ: written by hand, never computed.
"""

from mpmath import mp, mpf

import mpmath

ANY = [-50.0, -3.0, -0.7, -1e-8, 1e-8, 0.3, 1.0, 5.0, 40.0]
TAILS = [-700.0, -40.0, -3.0, -0.7, -1e-3, 1e-3, 0.3, 1.0, 5.0, 40.0, 700.0]
POSITIVE = [1e-100, 1e-8, 0.1, 0.5, 1.0, 1.5, 3.0, 100.0, 1e10]
UNIT = [-0.999999, -0.9, -0.5, -1e-8, 1e-8, 0.3, 0.7, 0.999999]

SELU_ALPHA = mpf("1.6732632423543772848170429916717")
SELU_SCALE = mpf("1.0507009873554804934193349852946")


def sigmoid(x):
    return 1 / (1 + mpmath.exp(-x))


def softplus(x):
    return mpmath.log1p(mpmath.exp(x))


def clamp(x, low, high):
    return min(max(x, low), high)


def sign(x):
    return mpf(0) if x == 0 else mpmath.sign(x)


def normal_below(x):
    return mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def gelu_tanh(x):
    return x / 2 * (1 + mpmath.tanh(mpmath.sqrt(2 / mpmath.pi) * (x + mpf("0.044715") * x**3)))


def elu(x, alpha):
    return x if x > 0 else alpha * mpmath.expm1(x)


def power(x, y):
    return mpf(1) if y == 0 else mpmath.power(x, y)


def ln_gamma(x):
    return mpmath.loggamma(x).real if x > 0 else mpmath.log(abs(mpmath.gamma(x)))


# name: (call in the language, function, points, whether every digit is promised)
# A point is a number or a tuple of numbers. "promised" is said of the functions that are accurate relative
# to the result for every input, tails included; the others are accurate relative to max(1, |result|).
SCALARS = {
    "exp": ("exp(x)", mpmath.exp, ANY, True),
    "ln": ("ln(x)", mpmath.log, POSITIVE, True),
    "ln_1p": ("ln_1p(x)", mpmath.log1p, [-0.999, -0.5, -1e-10, -1e-20, 1e-20, 1e-10, 0.3, 10.0, 1e10], True),
    "exp_m1": ("exp_m1(x)", mpmath.expm1, [-40.0, -1.0, -1e-10, -1e-20, 1e-20, 1e-10, 0.3, 10.0, 500.0], True),
    "log2": ("log2(x)", lambda x: mpmath.log(x) / mpmath.log(2), POSITIVE, True),
    "log10": ("log10(x)", lambda x: mpmath.log(x) / mpmath.log(10), POSITIVE, True),
    "sqrt": ("sqrt(x)", mpmath.sqrt, POSITIVE, True),
    "powi_0": ("powi(x, 0)", lambda x: power(x, 0), [-2.0, -1e-8, 0.0, 0.3, 5.0], True),
    "powi_1": ("powi(x, 1)", lambda x: x, [-2.0, -1e-8, 0.0, 0.3, 5.0], True),
    "powi_2": ("powi(x, 2)", lambda x: x**2, [-2.0, -1e-8, 0.0, 0.3, 5.0], True),
    "powi_3": ("powi(x, 3)", lambda x: x**3, [-2.0, -1e-8, 0.0, 0.3, 5.0], True),
    "powi_-1": ("powi(x, -1)", lambda x: 1 / x, [-2.0, -1e-8, 0.3, 5.0, 1e10], True),
    "powi_-3": ("powi(x, -3)", lambda x: x**-3, [-2.0, -1e-8, 0.3, 5.0, 1e10], True),
    "powf": (
        "powf(x, y)",
        power,
        [(1e-8, 0.5), (0.3, -2.5), (0.3, 2.5), (1.0, 3.0), (2.0, 0.0), (2.0, 1.0), (5.0, -1.0), (40.0, 3.3), (1e5, 0.1)],
        True,
    ),
    "abs": ("abs(x)", abs, ANY, True),
    "signum": ("signum(x)", sign, ANY, True),
    "sin": ("sin(x)", mpmath.sin, ANY, False),
    "cos": ("cos(x)", mpmath.cos, ANY, False),
    "tan": ("tan(x)", mpmath.tan, [-20.0, -1.5, -0.7, -1e-8, 1e-8, 0.3, 1.0, 1.5, 40.0], False),
    "tanh": ("tanh(x)", mpmath.tanh, [-300.0, *ANY, 300.0], True),
    "sinh": ("sinh(x)", mpmath.sinh, ANY, False),
    "cosh": ("cosh(x)", mpmath.cosh, ANY, False),
    "atan": ("atan(x)", mpmath.atan, ANY, False),
    "asin": ("asin(x)", mpmath.asin, UNIT, False),
    "acos": ("acos(x)", mpmath.acos, UNIT, False),
    "atan2": (
        "atan2(y, x)",
        mpmath.atan2,
        [(1.0, 2.0), (1.0, -2.0), (-1.0, -2.0), (-1.0, 2.0), (0.0, 3.0), (2.0, 0.0), (-2.0, 0.0), (1e-8, 1.0), (30.0, 1e-3)],
        False,
    ),
    "min": ("min(x, y)", min, [(1.0, 2.0), (2.0, 1.0), (-3.0, -4.0), (0.0, 1e-8), (-50.0, 40.0)], True),
    "max": ("max(x, y)", max, [(1.0, 2.0), (2.0, 1.0), (-3.0, -4.0), (0.0, 1e-8), (-50.0, 40.0)], True),
    "clamp": ("clamp(x, -1, 2)", lambda x: clamp(x, -1, 2), [-5.0, -1.001, -0.5, 0.0, 0.3, 1.999, 2.001, 40.0], True),
    "floor": ("floor(x)", mpmath.floor, [-2.5, -0.999, -0.3, 0.3, 0.999, 1.001, 2.7, 40.5], True),
    "recip": ("recip(x)", lambda x: 1 / x, [-50.0, -0.7, -1e-8, 1e-8, 0.3, 1.0, 5.0, 1e10], True),
    "erf": ("erf(x)", mpmath.erf, [-6.0, -3.0, -0.7, -1e-8, 1e-8, 0.3, 1.0, 2.5, 5.0], False),
    "ln_gamma": ("ln_gamma(x)", ln_gamma, [1e-8, 0.1, 0.5, 1.0, 1.5, 2.0, 3.7, 20.0, 1e5, -0.5, -2.3], False),
    "digamma": ("digamma(x)", mpmath.digamma, [1e-3, 0.1, 0.5, 1.0, 1.4616321449683623, 3.7, 20.0, 1e5, -0.5, -2.3], False),
    "sigmoid": ("sigmoid(x)", sigmoid, TAILS, True),
    "log_sigmoid": ("log_sigmoid(x)", lambda x: -softplus(-x), TAILS, True),
    "softplus": ("softplus(x)", softplus, TAILS, True),
    "relu": ("relu(x)", lambda x: max(x, mpf(0)), ANY, True),
    "relu6": ("relu6(x)", lambda x: clamp(x, 0, 6), [*ANY, 5.999, 6.001], True),
    "leaky_relu": ("leaky_relu(x)", lambda x: x if x > 0 else x * mpf(0.01), ANY, True),
    "elu": ("elu(x)", lambda x: elu(x, 1), ANY, True),
    "celu": ("celu(x)", lambda x: elu(x, 1), ANY, True),
    "selu": ("selu(x)", lambda x: SELU_SCALE * elu(x, SELU_ALPHA), ANY, True),
    "gelu": ("gelu(x)", lambda x: x * normal_below(x), [-8.0, -3.0, -0.7, -1e-8, 0.0, 1e-8, 0.3, 1.0, 5.0, 40.0], False),
    "gelu_tanh": ("gelu_tanh(x)", gelu_tanh, [-8.0, -3.0, -0.7, -1e-8, 0.0, 1e-8, 0.3, 1.0, 5.0, 40.0], False),
    "silu": ("silu(x)", lambda x: x * sigmoid(x), TAILS, False),
    "mish": ("mish(x)", lambda x: x * mpmath.tanh(softplus(x)), TAILS, False),
    "softsign": ("softsign(x)", lambda x: x / (1 + abs(x)), ANY, True),
    "hard_sigmoid": ("hard_sigmoid(x)", lambda x: clamp(x + 3, 0, 6) / 6, [-50.0, -3.001, -2.9, -1.0, 0.0, 1.0, 2.9, 3.001, 40.0], False),
    "hard_swish": ("hard_swish(x)", lambda x: x * clamp(x + 3, 0, 6) / 6, [-50.0, -3.001, -2.9, -1.0, 0.0, 1.0, 2.9, 3.001, 40.0], False),
    "hard_tanh": ("hard_tanh(x)", lambda x: clamp(x, -1, 1), [-50.0, -1.001, -0.9, -1e-8, 0.0, 0.3, 0.999, 1.001, 40.0], True),
}

# What LANGUAGE.md states where a derivative does not exist: (at, value, gradient, second derivatives).
# None stands where nothing is promised.
CONVENTIONS = {
    "abs": [((0.0,), 0.0, [0.0], [0.0])],  # derivative 0 at 0
    "signum": [((0.0,), 0.0, [0.0], [0.0])],  # signum(0) = 0, derivative 0 everywhere
    "floor": [((-1.0,), -1.0, [0.0], [0.0]), ((0.0,), 0.0, [0.0], [0.0]), ((1.0,), 1.0, [0.0], [0.0])],
    "relu": [((0.0,), 0.0, [0.0], [0.0])],
    "leaky_relu": [((0.0,), 0.0, [0.01], [0.0])],  # takes its slope at 0
    # clamp, and what is made of it, passes at both its ends
    "clamp": [((-1.0,), -1.0, [1.0], [0.0]), ((2.0,), 2.0, [1.0], [0.0])],
    "relu6": [((0.0,), 0.0, [1.0], [0.0]), ((6.0,), 6.0, [1.0], [0.0])],
    "hard_tanh": [((-1.0,), -1.0, [1.0], [0.0]), ((1.0,), 1.0, [1.0], [0.0])],
    "hard_sigmoid": [((-3.0,), 0.0, [1 / 6], [0.0]), ((3.0,), 1.0, [1 / 6], [0.0])],
    # x · hard_sigmoid(x), so hard_sigmoid(x) + x / 6 there
    "hard_swish": [((-3.0,), 0.0, [-0.5], [1 / 3]), ((3.0,), 3.0, [1.5], [1 / 3])],
    # smooth to first order at 0; the second derivative jumps
    "elu": [((0.0,), 0.0, [1.0], [None])],
    "celu": [((0.0,), 0.0, [1.0], [None])],
    "selu": [((0.0,), 0.0, [None], [None])],
    "softsign": [((0.0,), 0.0, [1.0], [None])],
    # elementwise max and min share a tie half and half
    "max": [((2.0, 2.0), 2.0, [0.5, 0.5], [None, None])],
    "min": [((2.0, 2.0), 2.0, [0.5, 0.5], [None, None])],
    # x⁰ has derivative 0 in x; xʸ by y is 0 at x = 0
    "powf": [((0.0, 2.0), 0.0, [0.0, 0.0], [None, None]), ((0.0, 0.0), 1.0, [0.0, 0.0], [None, None])],
    "powi_0": [((0.0,), 1.0, [0.0], [0.0])],
    # true limits that no float arithmetic may turn into NaN
    "sqrt": [((0.0,), 0.0, [float("inf")], [None])],
    "ln": [((0.0,), float("-inf"), [float("inf")], [None])],
    "ln_1p": [((-1.0,), float("-inf"), [float("inf")], [None])],
    "asin": [((1.0,), float(mp.pi / 2), [float("inf")], [None])],
    "acos": [((1.0,), 0.0, [float("-inf")], [None])],
}
