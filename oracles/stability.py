"""Formulas as one writes them first, where floats lose their digits, to `values/stability.json`.

Each is a function of one number at ±1e-8, ±1, ±20, ±100, ±700, or where its tails are, and its first and second derivative, by mpmath at
more than a thousand digits; for f32 at the nearest f32. What has no real value, or none that the float type holds as a normal number,
is `null`. Run: `python stability.py`.
"""

import mpmath
import numpy
from mpmath import mp, mpf

import formulas

mp.dps = 1300
POINTS = [sign * size for size in [1e-8, 1.0, 20.0, 100.0, 700.0] for sign in [-1, 1]]
# Tails, and none near a zero of what is compared.
TAILS = [-37.3, -20.1, -9.7, -5.3, -3.6, -0.3, 1e-8, 0.3, 3.6, 17.9]
# The ends of −1..1.
ENDS = [sign * size for size in [1e-8, 0.3, 0.7, 0.99, 0.9999999] for sign in [-1, 1]]


def sigmoid(x):
    return 1 / (1 + mpmath.exp(-x))


def below(x):
    """Φ"""
    return mpmath.erfc(-x / mpmath.sqrt(2)) / 2


# name: (in the words of the language, function, where not at POINTS); `rows` is [x, 0.5] for each x.
FORMULAS = {
    "softplus": ("ln(1 + exp(x))", lambda x: mpmath.log(1 + mpmath.exp(x))),
    "softplus_named": ("let a = exp(x); ln(a + 1)", lambda x: mpmath.log(1 + mpmath.exp(x))),
    "ln_sigmoid": ("ln(sigmoid(x))", lambda x: mpmath.log(sigmoid(x))),
    "ln_sigmoid_written_out": ("ln(1 / (1 + exp(-x)))", lambda x: mpmath.log(sigmoid(x))),
    "ln_one_minus_sigmoid": ("ln(1 - sigmoid(x))", lambda x: mpmath.log(1 - sigmoid(x))),
    "ln_one_minus_sigmoid_turned": ("let p = sigmoid(x); ln(-p + 1)", lambda x: mpmath.log(1 - sigmoid(x))),
    "one_minus_sigmoid_turned": ("-sigmoid(x) + 1", lambda x: 1 - sigmoid(x)),
    "one_minus_sigmoid": ("1 - sigmoid(x)", lambda x: 1 - sigmoid(x)),
    "one_minus_tanh_squared": ("1 - tanh(x) * tanh(x)", lambda x: 1 - mpmath.tanh(x) ** 2),
    "one_minus_tanh_powi": ("1 - powi(tanh(x), 2)", lambda x: 1 - mpmath.tanh(x) ** 2),
    "tanh_powi_minus_one": ("powi(tanh(x), 2) - 1", lambda x: mpmath.tanh(x) ** 2 - 1),
    "exp_minus_one_turned": ("-1 + exp(x)", lambda x: mpmath.exp(x) - 1),
    "exp_minus_one": ("exp(x) - 1", lambda x: mpmath.exp(x) - 1),
    "one_minus_exp": ("1 - exp(x)", lambda x: 1 - mpmath.exp(x)),
    "ln_one_plus": ("ln(1 + x)", lambda x: mpmath.log(1 + x)),
    "ln_one_minus": ("ln(1 - x)", lambda x: mpmath.log(1 - x)),
    "ln_one_minus_turned": ("ln(-x + 1)", lambda x: mpmath.log(1 - x)),
    "log_sum_exp_named": (
        "let e = exp(rows); let s = sum(e, axis = 1); ln(s)", lambda x: mpmath.log(mpmath.exp(x) + mpmath.exp(0.5)),
    ),
    "log_sum_exp": ("ln(sum(exp(rows), axis = 1))", lambda x: mpmath.log(mpmath.exp(x) + mpmath.exp(0.5))),
    "log_weighted_sum_exp": (
        "ln(sum([0.25, 2] * exp(rows), axis = 1))", lambda x: mpmath.log(mpmath.exp(x) / 4 + 2 * mpmath.exp(0.5)),
    ),
    "share": (
        "(exp(rows) / sum(exp(rows), axis = 1, keep = true))[.., 0]", lambda x: sigmoid(x - mpf(0.5)),
    ),
    "other_share": ("softmax(rows)[.., 1]", lambda x: sigmoid(mpf(0.5) - x)),
    "squared_shares": (
        "let p = softmax(rows); sum(p * p, axis = 1)", lambda x: sigmoid(x - mpf(0.5)) ** 2 + sigmoid(mpf(0.5) - x) ** 2,
    ),
    "ln_share": ("ln(softmax(rows))[.., 0]", lambda x: mpmath.log(sigmoid(x - mpf(0.5)))),
    "ln_other_share": ("ln(softmax(rows)[.., 1])", lambda x: mpmath.log(sigmoid(mpf(0.5) - x))),
    "less_log_sum_exp": (
        "x - ln(sum(exp(rows), axis = 1))", lambda x: mpmath.log(sigmoid(x - mpf(0.5))),
    ),
    "less_log_of_two": ("x - ln(exp(x) + exp(0.5))", lambda x: mpmath.log(sigmoid(x - mpf(0.5)))),
    "ln_difference": ("ln(exp(x) - exp(x - 1))", lambda x: x + mpmath.log(1 - mpmath.exp(-1))),
    # Constant odds, and more terms than two.
    "ln_exp_plus_constant": ("ln(exp(x) + 3)", lambda x: mpmath.log(mpmath.exp(x) + 3)),
    "ln_weighted_terms": (
        "ln(2 * exp(x) + 3 * exp(-x))", lambda x: mpmath.log(2 * mpmath.exp(x) + 3 * mpmath.exp(-x)),
    ),
    "softplus_of_odds": ("ln(1 + 2 * exp(3 * x))", lambda x: mpmath.log(1 + 2 * mpmath.exp(3 * x))),
    "softplus_of_quotient": ("let e = exp(x) / 3; ln(e + 1)", lambda x: mpmath.log(1 + mpmath.exp(x) / 3)),
    "sigmoid_of_odds": ("1 / (1 + 3 * exp(-x))", lambda x: 1 / (1 + 3 * mpmath.exp(-x))),
    "share_of_constant_odds": ("2 * exp(x) / (3 + 2 * exp(x))", lambda x: 1 / (1 + mpf(3) / 2 * mpmath.exp(-x))),
    "sigmoid_of_odds_less_its_square": (
        "let p = exp(x) / (exp(x) + 3); p - powi(p, 2)",
        lambda x: 3 * mpmath.exp(x) / (mpmath.exp(x) + 3) ** 2,
    ),
    "ln_three_terms": (
        "ln(exp(x) + exp(2 * x) + exp(0.5))", lambda x: mpmath.log(mpmath.exp(x) + mpmath.exp(2 * x) + mpmath.exp(0.5)),
    ),
    "share_of_three": (
        "let a = exp(x); a / (exp(-x) + a + 5)", lambda x: 1 / (mpmath.exp(-2 * x) + 1 + 5 * mpmath.exp(-x)),
    ),
    "sigmoid_cross_entropy": (
        "-(0.125 * ln(sigmoid(x)) + 0.875 * ln(1 - sigmoid(x)))",
        lambda x: -(mpmath.log(sigmoid(x)) + 7 * mpmath.log(1 - sigmoid(x))) / 8,
    ),
    "softmax_cross_entropy": ("-ln(softmax(rows)[.., 0])", lambda x: -mpmath.log(sigmoid(x - mpf(0.5)))),
    "length": ("sqrt(x * x + 9 * x * x)", lambda x: mpmath.sqrt(10) * abs(x)),
    "softsign": ("x / (1 + abs(x))", lambda x: x / (1 + abs(x))),
    "part_of_one_and_square": ("x * x / (1 + x * x)", lambda x: x * x / (1 + x * x)),
    "log_of_opposites": ("ln(exp(x) + exp(-x))", lambda x: mpmath.log(2 * mpmath.cosh(x))),
    "log_of_opposites_named": (
        "let a = exp(-x); let b = exp(x); let c = 3 * (a + b) / 2; ln(c)", lambda x: mpmath.log(3 * mpmath.cosh(x)),
    ),
    "ln_difference_of_opposites": ("ln(exp(x) - exp(-x))", lambda x: mpmath.log(2 * mpmath.sinh(x))),
    "ln_multiple_of_difference": (
        "ln((2 * exp(x) - 2 * exp(x - 1)) / 3)", lambda x: x + mpmath.log(2 * (1 - mpmath.exp(-1)) / 3),
    ),
    "multiple_of_exp_minus_itself": ("3 * exp(x) - 3", lambda x: 3 * (mpmath.exp(x) - 1)),
    "exp_squared_minus_one": ("exp(x) * exp(x) - 1", lambda x: mpmath.exp(2 * x) - 1),
    "reciprocal_minus_one": ("1 / exp(x) - 1", lambda x: mpmath.exp(-x) - 1),
    "sigmoid_less_its_square": ("let p = sigmoid(x); p - powi(p, 2)", lambda x: sigmoid(x) * sigmoid(-x)),
    "two_sigmoids_minus_one": ("2 / (1 + exp(-x)) - 1", lambda x: mpmath.tanh(x / 2)),
    "one_minus_tanh_of_half": ("1 - powi(tanh(x / 2), 2)", lambda x: 1 - mpmath.tanh(x / 2) ** 2),
    # Accurate as they stand: nothing may make them worse.
    "exp_minus_two": ("exp(x) - 2", lambda x: mpmath.exp(x) - 2),
    "ln_two_plus_square": ("ln(2 + x * x)", lambda x: mpmath.log(2 + x * x)),
    "ln_one_plus_square": ("ln(1 + x * x)", lambda x: mpmath.log(1 + x * x)),
    "two_minus_tanh": ("2 - tanh(x)", lambda x: 2 - mpmath.tanh(x)),
    "sigmoid_itself": ("sigmoid(x)", sigmoid),
    "sigmoid_written_out": ("1 / (1 + exp(-x))", sigmoid),
    "exp_itself": ("exp(x)", mpmath.exp),
    "gaussian": ("exp(-x * x / 2)", lambda x: mpmath.exp(-x * x / 2)),
    "gelu_itself": ("gelu(x)", lambda x: x * below(x), TAILS),
    "gelu_written_out": ("0.5 * x * (1 + erf(x / sqrt(2)))", lambda x: x * below(x), TAILS),
    "gelu_turned": ("let p = erf(-x * sqrt(0.5)); x * (1 - p) / 2", lambda x: x * below(x), TAILS),
    "silu_itself": ("silu(x)", lambda x: x * sigmoid(x), TAILS),
    "mish_itself": ("mish(x)", lambda x: x * mpmath.tanh(mpmath.log(1 + mpmath.exp(x))), TAILS),
    "elu_itself": ("elu(x)", lambda x: x if x > 0 else mpmath.exp(x) - 1, TAILS),
    "celu_itself": ("celu(x, alpha = 2)", lambda x: x if x > 0 else 2 * mpmath.exp(x / 2) - 2, TAILS),
    "power": ("powf(x, 2.5)", lambda x: x ** mpf(2.5), TAILS),
    "power_by_exponent": ("powf(2.5, x)", lambda x: mpf(2.5) ** x, TAILS),
    "asin_itself": ("asin(x)", mpmath.asin, ENDS),
    "acos_itself": ("acos(x)", mpmath.acos, ENDS),
    "angle": ("atan2(x, 1.5)", lambda x: mpmath.atan2(x, mpf(1.5)), TAILS),
}

LIMITS = {"f64": (2.3e-308, 1.7e308), "f32": (1.2e-38, 3.4e38)}


def promised(x, kind):
    """The nearest f64, if the value is real and one that the type holds."""
    least, most = LIMITS[kind]
    if isinstance(x, mpmath.mpc) or not mpmath.isfinite(x):
        return None
    return float(x) if x == 0 or least <= abs(x) <= most else None


def slope(function, x):
    """The derivative, and `None` where one of the sides has no real value."""
    step = mpf(10) ** -200
    high, low = function(x + step), function(x - step)
    if isinstance(high, mpmath.mpc) or isinstance(low, mpmath.mpc):
        return mpmath.nan
    return (high - low) / (2 * step)


def second(function, x):
    """The second derivative, and `None` where one of the sides has no real value."""
    step = mpf(10) ** -250
    high, here, low = function(x + step), function(x), function(x - step)
    if isinstance(high, mpmath.mpc) or isinstance(low, mpmath.mpc):
        return mpmath.nan
    curve = (high - 2 * here + low) / step**2
    # Zero but for the digits of the reference.
    return curve if abs(curve) > mpf(10) ** -600 else mpf(0)


def column(function, kind, points=POINTS):
    at = [float(numpy.float32(x)) if kind == "f32" else x for x in points]
    value = [promised(function(mpf(x)), kind) for x in at]
    gradient = [promised(slope(function, mpf(x)), kind) for x in at]
    curve = [promised(second(function, mpf(x)), kind) for x in at]
    return {"at": at, "value": value, "gradient": gradient, "second": curve}


def main():
    content = [
        {"name": name, "call": call, **{kind: column(function, kind, *points) for kind in LIMITS}}
        for name, (call, function, *points) in FORMULAS.items()
    ]
    formulas.write("stability", content)
    print(f"{len(content)} formulas")


if __name__ == "__main__":
    main()
