//! One more peer of the harness: every case in plain `net!`, timed by the peers' own protocol.

use peer_common::load;

fn main() {
    let source = |model: &str, what: &str, count: usize| load(model, what)[..count].to_vec();
    let run = || {
        peer_common::main(|model, batch, optimiser| peer_chainrule::build(&source, model, batch, optimiser))
    };
    // `RAYON_NUM_THREADS` says how many threads there are.
    #[cfg(feature = "rayon")]
    rayon::ThreadPoolBuilder::new().build().expect("threads").install(run);
    #[cfg(not(feature = "rayon"))]
    run();
}
