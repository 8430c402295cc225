//! One more peer of the harness: every case in plain `net!`, timed by the peers' own protocol.

use peer_common::load;

fn main() {
    let source = |model: &str, what: &str, count: usize| load(model, what)[..count].to_vec();
    peer_common::main(|model, batch, optimiser| peer_chainrule::build(&source, model, batch, optimiser));
}
