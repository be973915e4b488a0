#!/bin/sh
# Makes .venv and installs clew into it, from the lock file, by hash. Each step is left out when it is in step already,
# so a second run does nothing. With the word `bench`, adds the peers that bench/ measures against; with `interop`, the
# readers of exports that are built against system libraries.
set -eu
cd "$(dirname "$0")/.."

say() { echo "clew: $*" >&2; }
stop() { say "$*"; exit 1; }

# An active environment or settings on where to install must not lead packages elsewhere. Indexes and certificates stay.
unset VIRTUAL_ENV PYTHONPATH PYTHONHOME PYTHONSTARTUP PIP_TARGET PIP_PREFIX PIP_ROOT PIP_USER PIP_PYTHON PIP_SRC \
    PIP_CONSTRAINT PIP_BUILD_CONSTRAINT PIP_REQUIREMENT PIP_EDITABLE PIP_NO_BINARY PIP_ONLY_BINARY PIP_NO_DEPS \
    PIP_REQUIRE_VIRTUALENV PIP_NO_BUILD_ISOLATION PIP_IGNORE_INSTALLED PIP_UPGRADE PIP_DRY_RUN PYTHONDONTWRITEBYTECODE || true

# One set-up at a time in a tree, where the system has flock.
if [ -z "${CLEW_SETUP_LOCKED:-}" ] && command -v flock >/dev/null 2>&1; then
    export CLEW_SETUP_LOCKED=1
    exec flock "$PWD/Makefile" sh scripts/setup.sh "$@"
fi

py=.venv/bin/python
marks=.venv/.clew

recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    for name in ${PYTHON:-} python3 python3.11 python3.12 python3.13; do
        if command -v "$name" >/dev/null 2>&1 && recent "$name"; then
            command -v "$name"
            return
        fi
    done
    stop "no Python 3.11 or newer on the PATH: install one, or name it with PYTHON=/its/path make"
}

make_environment() {
    say "making .venv with $("$1" -V 2>&1)"
    rm -rf .venv
    if ! "$1" -c 'import ensurepip, venv' 2>/dev/null; then
        # Debian keeps these in a package of their own.
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
            apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >&2
        else
            stop "this Python has no venv module; on Debian, as root: apt-get install python3-venv"
        fi
    fi
    "$1" -m venv .venv
    mkdir -p "$marks"
}

# in_step NAME FILE...: whether step NAME was last done with these files as they are, in this folder.
fingerprint() { { pwd; cat "$@"; } | cksum; }
in_step() { name=$1; shift; [ -f "$marks/$name" ] && [ "$(cat "$marks/$name")" = "$(fingerprint "$@")" ]; }
done_with() { name=$1; shift; fingerprint "$@" >"$marks/$name"; }

install_locked() { "$py" -m pip install -qq --disable-pip-version-check --no-input --no-deps --require-hashes -r "$1"; }

if ! { [ -x "$py" ] && recent "$py" && in_step place /dev/null; }; then
    found=$(find_python)
    make_environment "$found"
    done_with place /dev/null
fi

if ! in_step packages requirements.lock; then
    say "installing the locked packages (a few minutes the first time)"
    install_locked requirements.lock
    done_with packages requirements.lock
fi

if [ -n "${1:-}" ]; then
    if ! in_step "$1" "requirements-$1.lock"; then
        install_locked "requirements-$1.lock"
        done_with "$1" "requirements-$1.lock"
    fi
    exit 0
fi

# The editable install holds no code, only where the code lies, so it follows what builds it.
built_from="pyproject.toml hatch_build.py package-lock.json scripts/vendor_frontend.py scripts/gazetteer.py"
made="src/clew/web/static/vendor/.stamp src/clew/standards/_fetched/.stamp"
# shellcheck disable=SC2086
if ! { ls $made >/dev/null 2>&1 && in_step clew $built_from $made; }; then
    say "installing clew, with its front-end files and gazetteer"
    "$py" -m pip install -qq --disable-pip-version-check --no-input --no-deps --no-build-isolation -e .
    # shellcheck disable=SC2086
    done_with clew $built_from $made
fi

if ! in_step kernels requirements.lock src/clew/links/*.py src/clew/insight/population/fitting.py src/clew/publish/synthesis/*.py; then
    say "compiling the numeric kernels"
    "$py" -m clew.links.warm
    "$py" -m clew.publish.synthesis.warm
    "$py" -m clew.insight.population.warm
    done_with kernels requirements.lock src/clew/links/*.py src/clew/insight/population/fitting.py src/clew/publish/synthesis/*.py
fi
