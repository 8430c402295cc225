"""python3 summary.py t1.json [peak GFLOP/s]: what to beat, with FLOP counts and fractions of peak (needs NumPy)."""
import json
import sys

import spec

d = json.load(open(sys.argv[1]))
peak = float(sys.argv[2]) if len(sys.argv) > 2 else 103.4
MINE = ("chainrule",)
HAND = ("c-blas", "c-fixed")


def us(x):
    return f"{x:.3f}" if x < 1 else f"{x:.2f}" if x < 10 else f"{x:.1f}" if x < 100 else f"{x:.0f}"


def pick(by, want):
    by = {n: v for n, v in by.items() if want(n)}
    if not by:
        return None, None
    n = min(by, key=lambda n: by[n][0])
    return n, by[n]


for mode in ("train", "infer"):
    print(f"\n| {mode} | MFLOP/step | chainrule: median (min) us | GFLOP/s | of peak | best framework: median (min) us | GFLOP/s | of peak | "
          "hand-written: median (min) us | GFLOP/s | of peak | floor at peak, us |\n|" + 12 * "---|")
    for key, by in d["us"].items():
        case, m = key.split()
        if m != mode:
            continue
        model, batch, opt = case.split("/")
        fl = spec.flops(model, int(batch[1:]), mode == "train", opt)
        row = [case, f"{fl / 1e6:.3g}"]
        for want in (lambda n: n in MINE, lambda n: n not in MINE + HAND, lambda n: n in HAND):
            n, v = pick(by, want)
            if n is None:
                row += ["", "", ""]
            else:
                g = fl / v[0] / 1e3
                row += [f"{n} {us(v[0])} ({us(v[1])})", f"{g:.1f}", f"{100 * g / peak:.0f}%"]
        print("| " + " | ".join(row + [us(fl / peak / 1e3)]) + " |")
