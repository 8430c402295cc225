"""The example `lenet` and PyTorch side by side: writes `values/lenet.json` and `docs/lenet.md`.

Network, first parameters (which the Rust program saves), batches, cost, optimiser and number of epochs are the same;
what differs is the order in which floats are added. Run: `python lenet_table.py`.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

import torch
from safetensors.torch import load_file

import formulas
from digits_torch import SplitMix64, read, DIGITS

ROOT = pathlib.Path(__file__).parent.parent
SEEDS = (1, 2, 3)
EPOCHS = 30
BATCH = 32
TEST = 360
ORDER = [f"{layer}.{part}" for layer in ("first", "second", "hidden", "output") for part in ("weight", "bias")]


def example(*arguments):
    command = ["cargo", "run", "--release", "--quiet", "--bin", "lenet", "--", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def start(seed):
    """The parameters that the Rust program starts from."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "start.safetensors"
        example("--seed", seed, "--epochs", 0, "--save", file)
        return load_file(file)


def logits(p, x):
    function = torch.nn.functional
    maps = x.reshape(-1, 1, 8, 8)
    for layer in ("first", "second"):
        maps = function.conv2d(maps, p[f"{layer}.weight"], p[f"{layer}.bias"], padding=1)
        maps = function.max_pool2d(torch.relu(maps), 2)
    hidden = torch.relu(maps.flatten(1) @ p["hidden.weight"] + p["hidden.bias"])
    return hidden @ p["output.weight"] + p["output.bias"]


def train(parameters, seed):
    """PyTorch's cost of each epoch, and how many test images it gets right."""
    x, label, test_x, test_label = read(DIGITS)
    parameters = {name: value.clone().requires_grad_() for name, value in parameters.items()}
    adam = torch.optim.Adam([parameters[name] for name in ORDER], lr=1e-3)
    order, random, costs = list(range(len(x))), SplitMix64(seed), []
    for _ in range(EPOCHS):
        random.shuffle(order)
        total = 0.0
        for first in range(0, len(order), BATCH):
            places = order[first : first + BATCH]
            cost = torch.nn.functional.cross_entropy(logits(parameters, x[places]), label[places])
            adam.zero_grad()
            cost.backward()
            adam.step()
            total += cost.item() * len(places)
        costs.append(total / len(x))
    with torch.no_grad():
        right = int((logits(parameters, test_x).argmax(1) == test_label).sum())
    return costs, right


def page(rows, ours, theirs):
    text = f"""# LeNet, side by side with PyTorch

`oracles/lenet_table.py` writes this page. Both programs have the same network (3 × 3 convolutions to 6 and 16 maps,
each with ReLU and a pool of 2 × 2 behind it, then 64-48-10), the same first parameters (saved by the Rust program),
the same batches of {BATCH} in the same order, cross-entropy, and Adam at 0.001, for {EPOCHS} epochs on the usual split
of the digits. What differs is the order in which floats are added, and what grows of it.

{subprocess.run(["rustc", "--version"], check=True, capture_output=True, text=True).stdout.strip()}; PyTorch {torch.__version__}, one thread.

Over all {len(rows)} runs the test accuracy is **{ours / (len(rows) * TEST):.2%}** with `net!` and **{theirs / (len(rows) * TEST):.2%}** with PyTorch.

| seed | cost, epoch 1 | PyTorch | cost, epoch {EPOCHS} | PyTorch | test right | PyTorch |
|---|---|---|---|---|---|---|
"""
    return text + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def main():
    torch.set_num_threads(1)
    runs = {seed: train(start(seed), seed) for seed in SEEDS}
    known = [{"seed": seed, "test_accuracy": right / TEST, "costs": costs} for seed, (costs, right) in runs.items()]
    formulas.write("lenet", {"name": "lenet", "runs": known})
    rows, ours = [], 0
    for seed, (torch_costs, torch_right) in runs.items():
        text = example("--seed", seed)
        costs = [float(cost) for cost in re.findall(r"^epoch +\d+: cost ([\d.]+)$", text, re.MULTILINE)]
        right = int(re.search(r"^test accuracy +[\d.]+ % \((\d+) of", text, re.MULTILINE)[1])
        assert len(costs) == EPOCHS, text
        ours += right
        rows.append([
            str(seed),
            f"{costs[0]:.6f}", f"{torch_costs[0]:.6f}", f"{costs[-1]:.6f}", f"{torch_costs[-1]:.6f}",
            f"{right} ({right / TEST:.2%})", f"{torch_right} ({torch_right / TEST:.2%})",
        ])
        print(" ".join(rows[-1]), flush=True)
    theirs = sum(right for _, right in runs.values())
    (ROOT / "docs" / "lenet.md").write_text(page(rows, ours, theirs))
    if max(abs(float(row[1]) / float(row[2]) - 1) for row in rows) > 1e-4:
        sys.exit("the costs of a first epoch differ: the two do not compute the same")


if __name__ == "__main__":
    main()
