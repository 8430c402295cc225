#!/usr/bin/env bash
# Times this project beside its peers, one thread, and prints one table.
#
#   benches/run.sh                    this project, C++ templates, C over OpenBLAS
#   benches/run.sh --all              the frameworks, too: 7 GB of packages, some 20 minutes of builds
#   benches/run.sh [--all] --cases ng,tiny --rounds 3        and every other option of peers/run.py
#
# Everything that it makes is in $CARGO_TARGET_DIR, or benches/target.
set -euo pipefail
cd "$(dirname "$0")"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
export PEERS_VENV=${PEERS_VENV:-$CARGO_TARGET_DIR/venv}
export PEERS_VENV_TORCH=${PEERS_VENV_TORCH:-$CARGO_TARGET_DIR/venv-torch}
mkdir -p "$CARGO_TARGET_DIR"

# Makes a virtual environment, once, with the packages named.
environment() {
    [ -x "$1/bin/python" ] || python3 -m venv "$1"
    "$1/bin/python" -m pip install --quiet "${@:2}"
}

peers=chainrule,c-fixed
if printf '#include <cblas.h>\n' | gcc -E - >/dev/null 2>&1; then
    peers=$peers,c-blas
fi
if [ "${1:-}" = --all ]; then
    shift
    peers=$peers,numpy,torch,torch-step,jax,jax-scan,burn-flex,burn-ndarray,candle,dfdx
    environment "$PEERS_VENV" numpy==2.4.6 jax==0.10.2
    environment "$PEERS_VENV_TORCH" numpy==2.4.6 torch==2.15.0
else
    environment "$PEERS_VENV" numpy==2.4.6
fi
exec python3 peers/run.py --peers "$peers" "$@"
