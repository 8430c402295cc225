"""The first steps of the example `char_lm` in PyTorch: costs, to `values/char_lm.json`.

The first parameters are the Rust program's (`--save-start FILE`); batches, cost, clipping and Adam are the same.
Run: `python char_lm_torch.py`.
"""

import pathlib
import subprocess
import tempfile

import torch
from safetensors.torch import load_file
from torch.nn import functional

import formulas
from digits_torch import SplitMix64

ROOT = pathlib.Path(__file__).parent.parent
TEXT = ROOT / "examples" / "data" / "coriolanus.txt"
CONTEXT, BATCH, WIDTH, HEADS, STEPS = 64, 16, 64, 4, 20


def start():
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "start.safetensors"
        command = ["cargo", "run", "--release", "--quiet", "--bin", "char_lm", "--", "--save-start", str(file)]
        subprocess.run(command, cwd=ROOT, check=True)
        return load_file(file)


def linear(p, name, x):
    return x @ p[f"{name}.weight"] + p[f"{name}.bias"]


def norm(p, name, x):
    return functional.layer_norm(x, (WIDTH,), p[f"{name}.weight"], p[f"{name}.bias"])


def attention(p, name, x):
    heads = lambda part: linear(p, f"{name}.{part}", x).unflatten(2, (HEADS, WIDTH // HEADS)).transpose(1, 2)
    mixed = functional.scaled_dot_product_attention(heads("query"), heads("key"), heads("value"), is_causal=True)
    return linear(p, f"{name}.out", mixed.transpose(1, 2).flatten(2))


def cost(p, text, following):
    x = 0.1 * p["symbol.weight"][text] + p["place"][: text.shape[1]]
    for block in ("blocks.0", "blocks.1"):
        x = x + attention(p, f"{block}.attention", norm(p, f"{block}.before", x))
        up = linear(p, f"{block}.up", norm(p, f"{block}.between", x))
        x = x + linear(p, f"{block}.down", functional.gelu(up, approximate="tanh"))
    logits = linear(p, "output", norm(p, "last", x))
    return functional.cross_entropy(logits.flatten(0, 1), following.flatten())


def main():
    torch.set_num_threads(1)
    letters = TEXT.read_text()
    symbols = {symbol: number for number, symbol in enumerate(sorted(set(letters)))}
    text = torch.tensor([symbols[letter] for letter in letters])[: len(letters) * 9 // 10]
    p = {name: value.clone().requires_grad_() for name, value in start().items()}
    adam, random, costs = torch.optim.Adam(p.values(), lr=2e-3), SplitMix64(1), []
    for _ in range(STEPS):
        places = [(random.next() * (len(text) - CONTEXT)) >> 64 for _ in range(BATCH)]
        piece = torch.stack([text[place : place + CONTEXT] for place in places])
        following = torch.stack([text[place + 1 : place + CONTEXT + 1] for place in places])
        value = cost(p, piece, following)
        adam.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(p.values(), 1.0)
        adam.step()
        costs.append(value.item())
    formulas.write("char_lm", {"name": "char_lm", "costs": costs})
    print(costs)


if __name__ == "__main__":
    main()
