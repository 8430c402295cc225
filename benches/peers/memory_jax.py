"""How many bytes JAX's compiled training steps need for temporaries, as XLA says; chainrule's memory.rs prints
the same of this project.

  PEERS_DATA=… python memory_jax.py      (run.py writes the data; jax==0.10.2 made docs/performance.md)
"""
import os

os.environ["JAX_PLATFORMS"] = "cpu"

import peer_jax


def compiled(model, batch):
    """The step that is timed, compiled for its arguments: peer_jax keeps them in a closure."""
    loss = peer_jax.build(model, batch, "sgd")["loss"]
    cells = dict(zip(loss.__code__.co_freevars, (cell.cell_contents for cell in loss.__closure__)))
    return cells["step"].lower(cells["cell"][0], cells["x"], cells["y"]).compile()


for model, batch in (("lenet5", 32), ("lenet5", 128), ("attn", 8)):
    print(f"{model}, {batch}: {compiled(model, batch).memory_analysis().temp_size_in_bytes}")
