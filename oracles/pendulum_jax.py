"""The simulation of the example `pendulum` in JAX, float64: the cost of 200 steps and its gradient by every weight.

Weights are the formula of `formulas.parameter`; what is written goes to `values/pendulum.json`.
Run: `python pendulum_jax.py`.
"""

import jax
import jax.numpy as jnp

import formulas

jax.config.update("jax_enable_x64", True)

STEPS = 200
SHAPES = {
    "first.weight": (5, 32),
    "first.bias": (32,),
    "second.weight": (32, 32),
    "second.bias": (32,),
    "output.weight": (32, 1),
    "output.bias": (1,),
}


def force(p, state):
    place, speed, angle, turning = state.T
    seen = jnp.stack([place / 2, speed / 3, jnp.cos(angle), jnp.sin(angle), turning / 5], 1)
    hidden = jnp.tanh(seen @ p["first.weight"] + p["first.bias"])
    hidden = jnp.tanh(hidden @ p["second.weight"] + p["second.bias"])
    return 15 * jnp.tanh(hidden @ p["output.weight"] + p["output.bias"])[:, 0]


def following(state, force):
    """Florian's equations of the cart pole without friction, and one semi-implicit Euler step of them."""
    cart, pole, half, gravity, time = 1.0, 0.1, 0.5, 9.8, 0.02
    place, speed, angle, turning = state.T
    sin, cos = jnp.sin(angle), jnp.cos(angle)
    push = (force + pole * half * turning**2 * sin) / (cart + pole)
    turn = (gravity * sin - cos * push) / (half * (4 / 3 - pole * cos**2 / (cart + pole)))
    move = push - pole * half * turn * cos / (cart + pole)
    speed, turning = speed + time * move, turning + time * turn
    return jnp.stack([place + time * speed, speed, angle + time * turning, turning], 1)


def cost(p, start):
    def step(state, _):
        state = following(state, force(p, state))
        return state, jnp.mean(1 - jnp.cos(state[:, 2]) + 0.05 * state[:, 0] ** 2)

    return jnp.mean(jax.lax.scan(step, start, length=STEPS)[1])


def main():
    weights = {name: formulas.parameter(number, shape) for number, (name, shape) in enumerate(SHAPES.items())}
    start = (2 * formulas.uniform(5, (16, 4)) - 1) * jnp.array([1, 1, jnp.pi, 1])
    value, gradient = jax.jit(jax.value_and_grad(cost))(weights, start)
    gradient = {name: gradient[name] for name in SHAPES}
    formulas.write("pendulum", {"name": "pendulum", "value": float(value), "gradient": formulas.fingerprint(gradient)})
    print(value)


if __name__ == "__main__":
    main()
