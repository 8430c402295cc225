#!/usr/bin/env python3
"""Build and time every peer, interleaved, and print one table.

  run.py                            one thread, all peers, 5 rounds
  run.py --threads 2                two threads
  run.py --peers chainrule,jax --cases ng,tiny --rounds 3 --seconds 0.3
  run.py --markdown out.md --json out.json --no-build

../run.sh makes the environments that this needs, then calls it.

Each round starts every peer once (so slow drift of the machine meets all of them); a process reports the
median, min and max of many samples per case. The table holds the median over rounds of those medians, the
smallest sample and the largest median. A process is pinned to as many cores as it may use threads.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.abspath(os.environ.get("CARGO_TARGET_DIR", f"{HERE}/../target"))
VENV = os.environ.get("PEERS_VENV", f"{TARGET}/venv")                    # numpy jax
VENV_TORCH = os.environ.get("PEERS_VENV_TORCH", f"{TARGET}/venv-torch")  # numpy torch
os.environ.setdefault("PEERS_DATA", f"{TARGET}/data")

PY, PYT = f"{VENV}/bin/python", f"{VENV_TORCH}/bin/python"
PEERS = {  # name: (command, extra environment)
    "chainrule": ([f"{TARGET}/release/peer-chainrule"], {}),
    "c-blas": ([f"{TARGET}/c/blas"], {}),
    "c-fixed": ([f"{TARGET}/c/fixed"], {}),
    "numpy": ([PY, f"{HERE}/peer_numpy.py"], {}),
    "torch": ([PYT, f"{HERE}/peer_torch.py"], {}),
    "torch-compile": ([PYT, f"{HERE}/peer_torch.py"], {"PEERS_TORCH": "compile"}),
    "torch-step": ([PYT, f"{HERE}/peer_torch.py"], {"PEERS_TORCH": "step"}),
    "jax": ([PY, f"{HERE}/peer_jax.py"], {}),
    "jax-scan": ([PY, f"{HERE}/peer_jax.py"], {"PEERS_JAX": "scan"}),
    "burn-flex": ([f"{TARGET}/release/peer-burn"], {"PEERS_BURN": "flex"}),
    "burn-ndarray": ([f"{TARGET}/release/peer-burn"], {"PEERS_BURN": "ndarray"}),
    "candle": ([f"{TARGET}/release/peer-candle"], {}),
    "dfdx": ([f"{TARGET}/release/peer-dfdx"], {}),
}
# variants timed the same way but left out of the default list
EXTRA = {
    "chainrule-rayon": ([f"{TARGET}/rayon/release/peer-chainrule"], {}),
    "candle-native": ([f"{TARGET}/native/release/peer-candle"], {}),
    "dfdx-native": ([f"{TARGET}/native/release/peer-dfdx"], {}),
    "burn-flex-native": ([f"{TARGET}/native/release/peer-burn"], {"PEERS_BURN": "flex"}),
    "burn-cpu": ([f"{TARGET}/cpu/release/peer-burn"], {"PEERS_BURN": "cpu"}),
}


def build(names):
    os.makedirs(f"{TARGET}/c", exist_ok=True)
    cc = ["gcc", "-O3", "-march=native", "-ffast-math", "-Wall"]
    if "c-blas" in names:
        subprocess.run(cc + ["-o", f"{TARGET}/c/blas", f"{HERE}/c/blas.c", "-lopenblas", "-lm"], check=True)
    if "c-fixed" in names:
        subprocess.run(["g++", "-std=c++20"] + cc[1:] + ["-o", f"{TARGET}/c/fixed", f"{HERE}/c/fixed.cpp", "-lm"], check=True)
    for name, folder, features in (("chainrule", "", []), ("chainrule-rayon", "/rayon", ["--features", "rayon"])):
        if name in names:
            # As a user builds it: no flags.
            env = {**os.environ, "CARGO_TARGET_DIR": TARGET + folder}
            subprocess.run(["cargo", "build", "--release", "-q"] + features, cwd=f"{HERE}/../chainrule", env=env, check=True)
    for crate, features in (("burn", ["--features", "ndarray,flex"]), ("candle", []), ("dfdx", [])):
        for native in ("", "-native"):
            if any(n.startswith(crate) and n.endswith("-native") == bool(native) and n != "burn-cpu" for n in names):
                env = {**os.environ, "CARGO_TARGET_DIR": TARGET + ("/native" if native else "")}
                if native:
                    env["RUSTFLAGS"] = "-C target-cpu=native"
                subprocess.run(["cargo", "build", "--release", "-q"] + features, cwd=f"{HERE}/{crate}", env=env, check=True)
    if "burn-cpu" in names:
        env = {**os.environ, "CARGO_TARGET_DIR": TARGET + "/cpu"}
        subprocess.run(["cargo", "build", "--release", "-q", "--features", "cpu"], cwd=f"{HERE}/burn", env=env, check=True)


def environment(threads, seconds):
    t = str(threads)
    env = {**os.environ, "PEERS_SECONDS": str(seconds), "OMP_NUM_THREADS": t, "OPENBLAS_NUM_THREADS": t,
           "MKL_NUM_THREADS": t, "RAYON_NUM_THREADS": t, "NUM_THREADS": t, "JAX_PLATFORMS": "cpu",
           "TORCHINDUCTOR_CACHE_DIR": f"{TARGET}/inductor", "PYTHONDONTWRITEBYTECODE": "1"}
    env["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=" + ("true" if threads > 1 else "false")
    return env


def jiffies():
    """(busy, total) of all cores: user, nice, system, irq, softirq and steal count as busy"""
    v = [int(x) for x in open("/proc/stat").readline().split()[1:9]]
    return sum(v) - v[3] - v[4], sum(v)


def fmt(us):
    return f"{us:.2f}" if us < 10 else f"{us:.1f}" if us < 100 else f"{us:.0f}"


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--threads", type=int, default=1)
    a.add_argument("--rounds", type=int, default=5)
    a.add_argument("--seconds", type=float, default=0.3)
    a.add_argument("--peers", default=",".join(PEERS))
    a.add_argument("--cases", default="")
    a.add_argument("--markdown")
    a.add_argument("--json")
    a.add_argument("--no-build", action="store_true")
    o = a.parse_args()
    every = {**PEERS, **EXTRA}
    names = o.peers.split(",")
    # the data come from NumPy, which only the virtual environment is sure to have
    subprocess.run([PY, "-c", "import spec; spec.write_data()"], cwd=HERE, check=True,
                   env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    if not o.no_build:
        build(names)
    env = environment(o.threads, o.seconds)
    cores = f"{(os.cpu_count() or 1) - o.threads}-{(os.cpu_count() or 1) - 1}"
    cases = o.cases.split(",") if o.cases else []
    got, losses, errors, foreign = {}, {}, {}, []
    for r in range(o.rounds):
        order = names if r % 2 == 0 else names[::-1]
        for name in order:
            cmd, extra = every[name]
            print(f"round {r + 1}/{o.rounds} {name}", file=sys.stderr, flush=True)
            (b0, t0), u0 = jiffies(), os.times()
            p = subprocess.run(["taskset", "-c", cores] + cmd + cases, env={**env, **extra}, cwd=HERE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            (b1, t1), u1 = jiffies(), os.times()
            mine = (u1[2] + u1[3] - u0[2] - u0[3]) * os.sysconf("SC_CLK_TCK")
            foreign.append(max(0.0, (b1 - b0 - mine) / max(1, t1 - t0)))
            for line in p.stdout.splitlines():
                if not line.startswith("{"):
                    continue
                d = json.loads(line)
                if "error" in d:
                    errors[name, d["case"]] = d["error"]
                    continue
                got.setdefault((d["case"], d["mode"]), {}).setdefault(name, []).append(d["us"])
                if "loss" in d:
                    losses.setdefault(d["case"], {})[name] = d["loss"]
            if p.returncode:
                errors[name, "exit"] = f"status {p.returncode}: " + p.stderr.strip()[-300:]
    out = []
    table = {}
    for mode in ("train", "infer"):
        out += [f"\n### {mode}, {o.threads} thread(s): median microseconds per step\n",
                "| case | " + " | ".join(names) + " | best |", "|" + "---|" * (len(names) + 2)]
        for (case, m), by in got.items():
            if m != mode:
                continue
            med = {n: statistics.median(u[0] for u in us) for n, us in by.items()}
            best = min(med, key=med.get)
            for n, us in by.items():
                table.setdefault(f"{case} {mode}", {})[n] = [med[n], min(u[1] for u in us), max(u[0] for u in us)]
            row = [f"**{fmt(med[n])}**" if n == best else fmt(med[n]) if n in med else "" for n in names]
            out.append(f"| {case} | " + " | ".join(row) + f" | {best} |")
    out += [f"\n### detail, {o.threads} thread(s): median [min, largest round median] us, steps/s\n"]
    for key, by in table.items():
        for n, (md, lo, hi) in sorted(by.items(), key=lambda kv: kv[1][0]):
            out.append(f"    {key:26} {n:14} {md:12.3f} [{lo:12.3f}, {hi:12.3f}]  {1e6 / md:12.1f}/s")
    out += ["\n### losses after 0..4 steps: largest relative difference from the median peer\n"]
    for case, by in losses.items():
        ref = [statistics.median(v[i] for v in by.values()) for i in range(5)]
        dev = {n: max(abs(v[i] - ref[i]) / abs(ref[i]) for i in range(5)) for n, v in by.items()}
        bad = {n: d for n, d in dev.items() if d > 1e-4}
        out.append(f"    {case:20} {max(dev.values()):.1e} over {len(by)} peers" + (f"  DISAGREE {bad}" if bad else ""))
    out.append(f"    other processes and steal took {100 * statistics.mean(foreign):.0f}% of the machine "
               f"(at worst {100 * max(foreign):.0f}% during one peer)")
    for k, v in errors.items():
        out.append(f"    ERROR {k}: {v}")
    text = "\n".join(out)
    print(text)
    if o.markdown:
        open(o.markdown, "w").write(text + "\n")
    if o.json:
        json.dump({"threads": o.threads, "us": table, "loss": losses}, open(o.json, "w"), indent=1)


if __name__ == "__main__":
    main()
