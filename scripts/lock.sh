#!/bin/sh
# Resolves requirements.lock and requirements-bench.lock again. Only the package index is asked (no local folders, no
# extra indexes), so every hash is of a file that anyone can get; no index or path is written into the lock.
set -eu
cd "$(dirname "$0")/.."
export PIP_CONFIG_FILE=/dev/null
unset PIP_FIND_LINKS PIP_EXTRA_INDEX_URL PIP_CONSTRAINT || true

compile() {
    .venv/bin/python -m piptools compile -q --generate-hashes --allow-unsafe --strip-extras --no-annotate --no-header \
        --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options "$@" -
}
.venv/bin/python scripts/lock.py | compile --output-file requirements.lock
{ echo "-c $PWD/requirements.lock"; .venv/bin/python scripts/lock.py bench; } | compile --output-file requirements-bench.lock
