"""The example `digits` in PyTorch: the same start, batches, cost and optimiser, an epoch a line (JSON).

The start is a safetensors file that the example wrote (`--epochs 0 --save FILE`); the order of the samples is
the example's own, SplitMix64 driving a Fisher-Yates shuffle. Run: `python digits_torch.py --start FILE`.
"""

import argparse
import json
import pathlib

import numpy
import torch
from safetensors.torch import load_file

DIGITS = pathlib.Path(__file__).parent.parent / "examples" / "data" / "digits.csv"
LAYERS = {
    "small": [("w1", "b1"), ("w2", "b2")],
    "large": [(f"{layer}.weight", f"{layer}.bias") for layer in ("first", "second", "output")],
}
OPTIMISERS = {
    "sgd": lambda parameters, rate: torch.optim.SGD(parameters, lr=rate),
    "momentum": lambda parameters, rate: torch.optim.SGD(parameters, lr=rate, momentum=0.9),
    "adam": lambda parameters, rate: torch.optim.Adam(parameters, lr=rate),
    "adamw": lambda parameters, rate: torch.optim.AdamW(parameters, lr=rate, weight_decay=0.01),
}
MASK = (1 << 64) - 1


class SplitMix64:
    """Steele, Lea and Flood's generator."""

    def __init__(self, seed):
        self.state = seed & MASK

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        mixed = self.state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
        return mixed ^ (mixed >> 31)

    def shuffle(self, order):
        for last in range(len(order) - 1, 0, -1):
            other = (self.next() * (last + 1)) >> 64
            order[last], order[other] = order[other], order[last]


def read(path):
    """Grey values from 0 to 1 and digits, of the usual split."""
    table = numpy.loadtxt(path, delimiter=",", dtype=numpy.int64)
    x = torch.from_numpy((table[:, :-1] / 16).astype(numpy.float32))
    label = torch.from_numpy(table[:, -1])
    count = len(table) * 4 // 5
    return x[:count], label[:count], x[count:], label[count:]


def logits(parameters, network, x):
    *hidden, output = LAYERS[network]
    for weight, bias in hidden:
        x = torch.relu(x @ parameters[weight] + parameters[bias])
    weight, bias = output
    return x @ parameters[weight] + parameters[bias]


def train(start, network, optimiser, rate, batch, epochs, seed, data=DIGITS):
    """Yields, after each epoch, the mean cost of its batches and both accuracies."""
    x, label, test_x, test_label = read(data)
    parameters = {name: value.clone().requires_grad_() for name, value in start.items()}
    # In the order of the network, not of the file.
    ordered = [parameters[name] for layer in LAYERS[network] for name in layer]
    updater = OPTIMISERS[optimiser](ordered, rate)
    order, random = list(range(len(x))), SplitMix64(seed)
    for epoch in range(1, epochs + 1):
        random.shuffle(order)
        total = 0.0
        for first in range(0, len(order), batch):
            places = order[first : first + batch]
            cost = torch.nn.functional.cross_entropy(logits(parameters, network, x[places]), label[places])
            updater.zero_grad()
            cost.backward()
            updater.step()
            total += cost.item() * len(places)
        with torch.no_grad():
            test_logits = logits(parameters, network, test_x)
            yield {
                "epoch": epoch,
                "cost": total / len(x),
                "train_right": int((logits(parameters, network, x).argmax(1) == label).sum()),
                "test_cost": float(torch.nn.functional.cross_entropy(test_logits, test_label)),
                "test_right": int((test_logits.argmax(1) == test_label).sum()),
            }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--start", required=True)
    parser.add_argument("--network", choices=LAYERS, default="small")
    parser.add_argument("--optimiser", choices=OPTIMISERS, default="adam")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", default=DIGITS)
    options = vars(parser.parse_args())
    torch.set_num_threads(1)
    options["start"] = load_file(options["start"])
    for line in train(**options):
        print(json.dumps(line))


if __name__ == "__main__":
    main()
