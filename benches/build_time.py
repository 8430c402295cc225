#!/usr/bin/env python3
"""How long a release build takes for each network of chainrule/src/models.rs: a program with this network alone
that infers, differentiates and trains, its dependencies already built. Prints the median of three, expansion and linking
included: seconds passed, and seconds of CPU.

  benches/build_time.py [network …]
"""
import os
import re
import resource
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.abspath(os.environ.get("CARGO_TARGET_DIR", f"{HERE}/target"))
CRATE = f"{TARGET}/build-time"


def networks():
    """Name and text of each: a struct with its docs, and its functions."""
    text = open(f"{HERE}/chainrule/src/models.rs").read()
    body = text[text.index("dim N;") + len("dim N;"):text.rindex("}")]
    parts = re.split(r"\n\n(?=    /// [^\n]*\n    pub struct )", body)
    return {re.search(r"pub struct (\w+)", part)[1]: part for part in parts if "pub struct" in part}


def uses(name, text):
    """Calls what is generic, so that it is compiled, for sizes that are not known."""
    count = lambda function: len(re.findall(r": (?:f32|u32)\[", re.search(rf"pub fn {function}\((.*?)\) ->", text)[1]))
    data = lambda function: ", std::hint::black_box(&[] as &[_])" * count(function)
    return f"""
type Memory = chainrule::Workspace<f32>;

#[inline(never)]
fn infer(model: &{name}, memory: &mut Memory) {{
    std::hint::black_box(model.infer(memory{data("infer")}));
}}

#[inline(never)]
fn pass(model: &{name}, memory: &mut Memory, gradient: &mut {name}) {{
    model.loss(memory{data("loss")}).backward(gradient);
}}

#[inline(never)]
fn step(model: &mut {name}, memory: &mut Memory) {{
    std::hint::black_box(model.loss_step(memory, &mut chainrule::Sgd::new(0.01){data("loss")}));
}}

fn main() {{
    let mut memory = Memory::new();
    let (mut model, mut gradient) = ({name}::zeros(), {name}::zeros());
    infer(&model, &mut memory);
    pass(&model, &mut memory, &mut gradient);
    step(&mut model, &mut memory);
}}
"""


def build():
    command = ["cargo", "build", "--release", "--quiet", "--manifest-path", f"{CRATE}/Cargo.toml"]
    used = lambda: sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    start, before = time.perf_counter(), used()
    subprocess.run(command, check=True, env={**os.environ, "CARGO_TARGET_DIR": TARGET})
    return time.perf_counter() - start, used() - before


def crate(text):
    os.makedirs(f"{CRATE}/src", exist_ok=True)
    with open(f"{CRATE}/Cargo.toml", "w") as file:
        file.write('[package]\nname = "build-time"\nedition = "2024"\n\n[dependencies]\n'
                   f'chainrule = {{ path = "{HERE}/../runtime" }}\n\n[workspace]\n')
    with open(f"{CRATE}/src/main.rs", "w") as file:
        file.write(text)


# The dependencies, and what cargo itself takes.
crate("fn main() {}")
build()
wanted = sys.argv[1:]
for name, text in networks().items():
    if wanted and name not in wanted:
        continue
    seconds = []
    for attempt in range(3):
        crate(f"//! Attempt {attempt}.\nchainrule::net! {{\n    dim N;\n{text}\n}}\n{uses(name, text)}")
        seconds.append(build())
    passed, used = map(statistics.median, zip(*seconds))
    print(f"{name}: {passed:.1f} s, {used:.1f} s of CPU", flush=True)
