//! How many bytes a training step needs beside parameters, gradients and data; `peers/memory_jax.py` prints
//! the same of JAX.

use peer_chainrule::models::{Attn, Lenet5};

fn main() {
    let cases = [
        ("lenet5, 32", Lenet5::loss_workspace(32)),
        ("lenet5, 128", Lenet5::loss_workspace(128)),
        ("attn, 8", Attn::loss_workspace(8)),
    ];
    for (case, floats) in cases {
        println!("{case}: {}", floats * size_of::<f32>());
    }
}
