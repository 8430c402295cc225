"""Runs the example `digits` and PyTorch side by side and writes `docs/digits.md`.

Network, start, batches, cost, optimiser and number of epochs are the same; what differs is the order in which
floats are added. Fails if the first epoch differs by more than that, or PyTorch gets clearly more right.
Run: `python digits_table.py`.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

import torch
from safetensors.torch import load_file

import digits_torch

ROOT = pathlib.Path(__file__).parent.parent
SETTINGS = [
    ("small", "adam", 1e-3),
    ("small", "sgd", 0.1),
    ("small", "momentum", 0.05),
    ("large", "adam", 1e-3),
    ("large", "adamw", 1e-3),
]
SEEDS = (1, 2, 3)
EPOCHS = 30
BATCH = 32
TRAIN, TEST = 1437, 360
# Rounding alone sets two runs apart by less than this in the first epoch.
FIRST_EPOCH = 1e-4
# Of all images of all runs together; single runs differ by a few images either way.
TEST_SHARE = 0.01

EPOCH_LINE = re.compile(r"^ *(\d+) +([\d.]+) +([\d.]+) +[\d.]+ % +[\d.]+ %$", re.MULTILINE)
ACCURACY_LINE = re.compile(r"^(train|test) accuracy +[\d.]+ % \((\d+) of (\d+)\)$", re.MULTILINE)


def example(*arguments):
    """What the Rust program prints."""
    command = ["cargo", "run", "--release", "--quiet", "--bin", "digits", "--", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def run_example(network, optimiser, rate, seed):
    """The cost of each epoch, and how many images are right at the end."""
    chosen = ["--network", network, "--optimiser", optimiser, "--rate", rate, "--seed", seed]
    text = example(*chosen, "--epochs", EPOCHS, "--batch", BATCH)
    costs = [float(line[1]) for line in EPOCH_LINE.findall(text)]
    right = {name: int(count) for name, count, _ in ACCURACY_LINE.findall(text)}
    assert len(costs) == EPOCHS and len(right) == 2, text
    return costs, right["train"], right["test"]


def run_torch(network, optimiser, rate, seed):
    """The same by PyTorch, from the parameters that the Rust program starts from."""
    with tempfile.TemporaryDirectory() as folder:
        start = pathlib.Path(folder) / "start.safetensors"
        example("--network", network, "--seed", seed, "--epochs", 0, "--save", start)
        parameters = load_file(start)
    epochs = list(digits_torch.train(parameters, network, optimiser, rate, BATCH, EPOCHS, seed))
    return [line["cost"] for line in epochs], epochs[-1]["train_right"], epochs[-1]["test_right"]


def version(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def page(rows, ours, theirs):
    """The text of `docs/digits.md`."""
    runs = len(rows)
    head = f"""# Digits, side by side with PyTorch

`oracles/digits_table.py` writes this page. Both programs have the same networks (small: 64-32-10, large:
64-128-64-10, ReLU), the same first parameters (saved by the Rust program), the same batches of {BATCH} in the same
order, cross-entropy, and the same optimiser, for {EPOCHS} epochs on the usual split: the first {TRAIN} images train,
the last {TEST}, by other writers, test. What differs is the order in which floats are added, and what grows of it.

{version("rustc", "--version")}; PyTorch {torch.__version__}, one thread.

Over all {runs} runs the test accuracy is **{ours / (runs * TEST):.2%}** with `net!` and **{theirs / (runs * TEST):.2%}** with PyTorch.

| network | optimiser | rate | seed | cost, epoch 1 | PyTorch | cost, epoch {EPOCHS} | PyTorch | train right | PyTorch | test right | PyTorch |
|---|---|---|---|---|---|---|---|---|---|---|---|
"""
    return head + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def main():
    torch.set_num_threads(1)
    rows, ours, theirs, apart = [], 0, 0, 0.0
    for network, optimiser, rate in SETTINGS:
        for seed in SEEDS:
            costs, train, test = run_example(network, optimiser, rate, seed)
            torch_costs, torch_train, torch_test = run_torch(network, optimiser, rate, seed)
            apart = max(apart, abs(costs[0] - torch_costs[0]) / torch_costs[0])
            ours, theirs = ours + test, theirs + torch_test
            rows.append([
                network, optimiser, str(rate), str(seed),
                f"{costs[0]:.6f}", f"{torch_costs[0]:.6f}", f"{costs[-1]:.6f}", f"{torch_costs[-1]:.6f}",
                str(train), str(torch_train), f"{test} ({test / TEST:.2%})", f"{torch_test} ({torch_test / TEST:.2%})",
            ])
            print(" ".join(rows[-1]), flush=True)
    (ROOT / "docs").mkdir(exist_ok=True)
    (ROOT / "docs" / "digits.md").write_text(page(rows, ours, theirs))
    if apart > FIRST_EPOCH:
        sys.exit(f"the costs of a first epoch are {apart:.1e} apart: the two do not compute the same")
    if theirs - ours > TEST_SHARE * len(rows) * TEST:
        sys.exit(f"PyTorch gets {theirs - ours} more images right in {len(rows)} runs")


if __name__ == "__main__":
    main()
