"""The solution of Burgers' equation that the example `burgers` is held against, by Cole and Hopf's formula.

u_t + u u_x = ν u_xx, ν = 0.01/π, u = −sin πx at t = 0, is −∫ sin π(x−η) f(x−η) g(η) dη / ∫ f(x−η) g(η) dη with
f(y) = exp(−cos πy / (2πν)) and g(η) = exp(−η² / (4νt)): two integrals, by Gauss and Hermite's quadrature of two
orders, which must agree. Run: `python burgers_reference.py`.
"""

import numpy

import formulas

VISCOSITY = 0.01 / numpy.pi


def solution(t, x, order):
    nodes, weights = numpy.polynomial.hermite.hermgauss(order)
    away = x[None, :, None] - numpy.sqrt(4 * VISCOSITY * t)[:, None, None] * nodes
    density = weights * numpy.exp(-(numpy.cos(numpy.pi * away) - 1) / (2 * numpy.pi * VISCOSITY) - 100)
    return -(numpy.sin(numpy.pi * away) * density).sum(2) / density.sum(2)


def main():
    t, x = numpy.arange(1, 21) / 20, numpy.arange(-100, 101) / 100
    u = solution(t, x, 160)
    apart = numpy.abs(u - solution(t, x, 200)).max()
    assert apart < 1e-9, apart
    # Seven digits are a thousand times more than the example is asked for.
    values = {"t": t.tolist(), "x": x.tolist(), "u": [float(f"{value:.7f}") for value in u.reshape(-1)]}
    formulas.write("burgers_reference", {"name": "burgers_reference", **values})
    print(f"{u.size} values, the two orders {apart:.1e} apart")


if __name__ == "__main__":
    main()
