//! A network that is trained without the standard library and without an allocator: its memory is an array whose
//! length the compiler knows. `cargo build -p chainrule-tests-no-std` builds it so; `tests/programs` runs it.

#![no_std]
#![forbid(unsafe_code)]

use chainrule::{Adam, Params, Workspace, net};

net! {
    dim N;

    /// Exclusive or.
    #[derive(Debug)]
    pub struct Gate {
        w1: f32[2, 4],
        b1: f32[4],
        w2: f32[4, 2],
        b2: f32[2],
    }

    impl Gate {
        fn logits(x: f32[N, 2]) -> f32[N, 2] { tanh(x @ w1 + b1) @ w2 + b2 }

        /// What comes out of the gate.
        pub fn output(x: f32[N, 2]) -> u32[N] { argmax(logits(x), axis = -1) }

        /// How wrong it is.
        #[grad]
        pub fn loss(x: f32[N, 2], label: u32[N]) -> f32 { cross_entropy(logits(x), label) }
    }
}

/// All inputs, and what should come out.
pub const INPUTS: [[f32; 2]; 4] = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// What should come out.
pub const OUTPUTS: [u32; 4] = [0, 1, 1, 0];
/// The numbers of a workspace for all inputs at once.
pub const LENGTH: usize = Gate::loss_workspace(4);

const START: Gate = Gate {
    w1: [[0.9, -0.8, 0.3, 1.1], [0.7, -1.0, -0.4, 0.2]],
    b1: [-0.1, 0.4, 0.2, -0.6],
    w2: [[0.5, -0.3], [-0.9, 0.8], [0.1, 0.6], [-0.2, 0.4]],
    b2: [0.0, 0.1],
};

/// Learns exclusive or in some steps, all of its memory on the stack; the last loss, and what then comes out.
#[must_use]
pub fn learn(steps: usize) -> (f32, [u32; 4]) {
    const FLOATS: usize = size_of::<Gate>() / size_of::<f32>();
    let mut memory = [f32::NAN; LENGTH];
    let mut workspace = Workspace::from_slice(&mut memory);
    let mut state = [0.0; 2 * FLOATS];
    let mut adam = Adam::from_slice(0.05, &mut state);
    let mut model = START;
    let mut gradient = filled(0.0);
    let mut loss = f32::NAN;
    for _ in 0..steps {
        let pass = model.loss(&mut workspace, &INPUTS, &OUTPUTS);
        loss = pass.value();
        pass.backward(&mut gradient);
        adam.step(&mut model, &gradient);
    }
    let mut memory = [f32::NAN; Gate::output_workspace(4)];
    let mut workspace = Workspace::from_slice(&mut memory);
    let mut outputs = [0; 4];
    outputs.copy_from_slice(model.output(&mut workspace, &INPUTS));
    (loss, outputs)
}

/// The loss of the start and its gradient, in a workspace of the caller's.
///
/// # Panics
/// If `memory` is shorter than [`LENGTH`].
pub fn start(memory: &mut [f32], gradient: &mut Gate) -> f32 {
    let mut workspace = Workspace::from_slice(memory);
    let pass = START.loss(&mut workspace, &INPUTS, &OUTPUTS);
    let value = pass.value();
    pass.backward(gradient);
    value
}

/// A gate as the net initialises it, on the stack.
#[must_use]
pub fn initialised(seed: u64) -> Gate {
    let mut gate = filled(f32::NAN);
    gate.initialise(seed);
    gate
}

/// A gate of these numbers only.
#[must_use]
pub const fn filled(number: f32) -> Gate {
    Gate { w1: [[number; 4]; 2], b1: [number; 4], w2: [[number; 2]; 4], b2: [number; 2] }
}
