//! The chain rule at work: a composite of five functions, its graph, each local derivative, their product.
//!
//! y = atan(exp(sin(√(x² + 1)))). Every stage is a function with a derivative of its own, so that the factors
//! can be looked at; `composite` is differentiated as a whole. The formulas are those that `net!` derived, the
//! numbers are those that the generated code computes, and all of them are held against ones written by hand.

use std::process::ExitCode;

use chainrule::{Workspace, net};
use chainrule_examples::checks::Checks;
use chainrule_examples::timing::Operations;

net! {
    /// Five functions, and one made of them.
    pub struct Chain {}

    impl Chain {
        /// The innermost.
        #[grad(x)]
        pub fn parabola(x: f64) -> f64 {
            x * x + 1
        }

        /// Of the parabola.
        #[grad(a)]
        pub fn root(a: f64) -> f64 {
            sqrt(a)
        }

        /// Of the root.
        #[grad(b)]
        pub fn wave(b: f64) -> f64 {
            sin(b)
        }

        /// Of the wave.
        #[grad(c)]
        pub fn growth(c: f64) -> f64 {
            exp(c)
        }

        /// The outermost.
        #[grad(d)]
        pub fn angle(d: f64) -> f64 {
            atan(d)
        }

        /// All of them, one inside the other.
        #[grad(x)]
        pub fn composite(x: f64) -> f64 {
            angle(growth(wave(root(parabola(x)))))
        }
    }
}

/// The value and the derivative of a function at a point, by the generated code.
type Generated = fn(&Chain, &mut Workspace<f64>, f64) -> (f64, f64);

/// A stage: its name, the names of what goes in and out, and what `net!` wrote about it.
struct Stage {
    name: &'static str,
    input: &'static str,
    output: &'static str,
    derivation: &'static str,
    generated: Generated,
    /// The same as `generated`, by hand.
    by_hand: fn(f64) -> (f64, f64),
}

/// The [`Generated`] of a method.
macro_rules! generated {
    ($function:ident) => {
        |chain, workspace, at| {
            let pass = chain.$function(workspace, at);
            let value = pass.value();
            let mut derivative = 0.0;
            pass.backward(&mut derivative);
            (value, derivative)
        }
    };
}

const STAGES: [Stage; 5] = [
    Stage {
        name: "parabola",
        input: "x",
        output: "a",
        derivation: Chain::PARABOLA_DERIVATION,
        generated: generated!(parabola),
        by_hand: |x| (x * x + 1.0, 2.0 * x),
    },
    Stage {
        name: "root",
        input: "a",
        output: "b",
        derivation: Chain::ROOT_DERIVATION,
        generated: generated!(root),
        by_hand: |a| (a.sqrt(), 0.5 / a.sqrt()),
    },
    Stage {
        name: "wave",
        input: "b",
        output: "c",
        derivation: Chain::WAVE_DERIVATION,
        generated: generated!(wave),
        by_hand: |b| (b.sin(), b.cos()),
    },
    Stage {
        name: "growth",
        input: "c",
        output: "d",
        derivation: Chain::GROWTH_DERIVATION,
        generated: generated!(growth),
        by_hand: |c| (c.exp(), c.exp()),
    },
    Stage {
        name: "angle",
        input: "d",
        output: "y",
        derivation: Chain::ANGLE_DERIVATION,
        generated: generated!(angle),
        by_hand: |d| (d.atan(), 1.0 / (1.0 + d * d)),
    },
];

const COMPOSITE: Generated = generated!(composite);
/// Half the width of a difference quotient.
const STEP: f64 = 1e-5;

fn main() -> ExitCode {
    let mut checks = Checks::default();
    let mut workspace = Workspace::new();
    let chain = Chain {};

    println!("The formulas, stage by stage:\n");
    for stage in &STAGES {
        println!("{} = {}({}):", stage.output, stage.name, stage.input);
        println!("{}\n", indented(stage.derivation));
    }
    println!("dy/dx = {}", factors().join(" · "));
    println!("\nThe composite as a whole:\n\n{}\n", indented(Chain::COMPOSITE_DERIVATION));
    println!("{}\n", Operations(Chain::composite_operations()));
    println!("Its graph, forward and backward (for `dot -Tsvg`):\n\n{}\n", Chain::COMPOSITE_DOT);

    for x in [-2.0, 0.0, 0.5, 1.0, 3.0] {
        println!("At x = {x}:");
        println!("  {:<22} {:>22}   {:<6} {:>22}", "stage", "value", "", "local derivative");
        let (mut value, mut product) = (x, 1.0);
        for stage in &STAGES {
            let (input, output) = (stage.input, stage.output);
            let (next, local) = (stage.generated)(&chain, &mut workspace, value);
            let (next_by_hand, local_by_hand) = (stage.by_hand)(value);
            checks.close(format_args!("{output} at x = {x}"), next, next_by_hand, 1e-14);
            checks.close(format_args!("d{output}/d{input} at x = {x}"), local, local_by_hand, 1e-14);
            let call = format!("{output} = {}({input})", stage.name);
            println!("  {call:<22} {next:>22.15}   d{output}/d{input}: {local:>22.15}");
            value = next;
            product *= local;
        }
        let (whole, derivative) = COMPOSITE(&chain, &mut workspace, x);
        println!("  {:<22} {:>22}   dy/dx: {product:>22.15}", "product of all", "");
        println!("  {:<22} {whole:>22.15}   dy/dx: {derivative:>22.15}\n", "composite(x)");
        checks.close(format_args!("composite({x})"), whole, value, 1e-14);
        checks.close(format_args!("dy/dx at {x}"), derivative, product, 1e-14);

        let mut value_at = |place| COMPOSITE(&chain, &mut workspace, place).0;
        let quotient = (value_at(x + STEP) - value_at(x - STEP)) / (2.0 * STEP);
        checks.close(format_args!("the difference quotient at {x}"), quotient, derivative, 1e-9);
    }
    checks.finish()
}

/// `dy/dd`, `dd/dc`, …, as the chain rule multiplies them.
fn factors() -> Vec<String> {
    STAGES.iter().rev().map(|stage| format!("d{}/d{}", stage.output, stage.input)).collect()
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
