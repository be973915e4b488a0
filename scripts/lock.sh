#!/bin/sh
# Resolves requirements.lock and those of the groups bench and interop again. Only the package index is asked (no local folders, no
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
for group in bench interop; do
    { echo "-c $PWD/requirements.lock"; .venv/bin/python scripts/lock.py "$group"; } | compile --output-file "requirements-$group.lock"
done
