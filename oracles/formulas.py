"""The fixed formulas that fill parameters, inputs, labels and directions, and the JSON writer.

Both sides of a comparison compute these numbers for themselves, so no file has to carry them.
`number` is the place of the tensor among its kind, from 0, in the order of declaration;
`i` runs over its elements, from 0, row by row (the last axis fastest).
"""

import json
import math
import pathlib

import numpy

VALUES = pathlib.Path(__file__).parent / "values"


def fill(shape, formula):
    """An array of `shape` whose i-th element is `formula(i)`."""
    count = math.prod(shape)
    return numpy.array([formula(i) for i in range(count)], dtype=numpy.float64).reshape(shape)


def parameter(number, shape):
    """0.3 sin(1.7 i + 0.5 number)"""
    return fill(shape, lambda i: 0.3 * math.sin(1.7 * i + 0.5 * number))


def argument(number, shape):
    """cos(1.3 i + 0.7 number)"""
    return fill(shape, lambda i: math.cos(1.3 * i + 0.7 * number))


def direction(number, shape):
    """sin(0.9 i + 0.3 number): the vector of a Hessian-vector product"""
    return fill(shape, lambda i: math.sin(0.9 * i + 0.3 * number))


def labels(count, classes):
    """(7 i + 3) mod classes"""
    return numpy.array([(7 * i + 3) % classes for i in range(count)], dtype=numpy.int32)


MASK = (1 << 64) - 1


def uniform(seed, shape):
    """Numbers from 0 to 1: the upper 53 bits of SplitMix64's, which starts at `seed`"""
    count = math.prod(shape)
    with numpy.errstate(over="ignore"):
        state = numpy.uint64(seed & MASK) + numpy.arange(1, count + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
        state = (state ^ (state >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        state = state ^ (state >> numpy.uint64(31))
    return ((state >> numpy.uint64(11)) * 2.0**-53).reshape(shape)


def normal(seed, shape):
    """Nearly normal numbers, the same bits on any machine: the sum of twelve uniform ones, less 6"""
    twelve = uniform(seed, (*shape, 12))
    total = numpy.zeros(shape)
    for place in range(12):
        total = total + twelve[..., place]
    return total - 6.0


def fingerprint(gradients):
    """Of each gradient its length, and its part along `direction`: what two large tensors are compared by"""

    def of(number, gradient):
        gradient = numpy.asarray(gradient, dtype=numpy.float64)
        flat = direction(number, gradient.shape).reshape(-1) @ gradient.reshape(-1)
        return {"norm": float(numpy.linalg.norm(gradient)), "along": float(flat)}

    return {name: of(number, gradient) for number, (name, gradient) in enumerate(gradients.items())}


def numbers(array):
    """A flat list of Python floats, row by row."""
    return [float(value) for value in numpy.asarray(array).reshape(-1)]


def write(name, content):
    """Writes `values/<name>.json`: one line for each list of numbers, every float to its last digit."""
    text = json.dumps(content, indent=1, allow_nan=False)
    VALUES.mkdir(exist_ok=True)
    (VALUES / f"{name}.json").write_text(join_number_lists(text) + "\n")


def join_number_lists(text):
    """Puts lists that hold nothing but numbers, strings and null on one line."""
    lines, flat = [], None
    for line in text.split("\n"):
        opens = line.rstrip().endswith("[")
        closes = line.strip() in ("]", "],")
        if flat is not None and (opens or "{" in line):
            lines.extend(flat)
            flat = None
        if opens:
            flat = [line]
        elif flat is not None and closes:
            items = " ".join(item.strip() for item in flat[1:])
            lines.append(flat[0] + items + line.strip())
            flat = None
        elif flat is not None:
            flat.append(line)
        else:
            lines.append(line)
    return "\n".join(lines)
