# Two commands for a newcomer: `make demo` and `make test`. `make help` lists the rest.
# Needs Python 3.11 or newer, Node 20 or newer with npm, and git; everything else is set up here, inside .venv.
.POSIX:

ADVERTS ?= 20000
SERVE ?= 1
OUT ?= demo-out
OSV ?=
SECONDS ?= 60
KILLS ?= 20
PY = .venv/bin/python
RUN = env -u PYTHONPATH -u PYTHONHOME -u PYTHONSTARTUP -u PYTHONDONTWRITEBYTECODE $(PY)
PYTEST = $(RUN) -m pytest -n auto --maxprocesses 4 --dist loadgroup --no-loadscope-reorder
APART = browser or postgres or spark

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## the environment in .venv: locked packages, front-end files, gazetteer, compiled kernels
	@sh scripts/setup.sh

demo: setup ## builds a synthetic world, walks it through the chain, serves the workbench (SERVE=0: stops before; ADVERTS=20000)
	@if [ "$(SERVE)" = 0 ]; then set -- --no-serve; else set --; fi; \
	exec $(RUN) -m clew demo --adverts $(ADVERTS) --out "$(OUT)" "$$@"

test: setup ## all tests; installs what they need (Chromium, Java) when run as root on Debian
	@sh scripts/setup_tests.sh
	@$(PYTEST)

test-core: setup ## the tests that need no browser, server or Java
	@$(PYTEST) -m "not ($(APART))"

check: setup ## style, types, and what must not be committed
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy
	@$(RUN) -m pip check
	@$(RUN) -m pytest -q tests/house

format: setup ## lets ruff rewrite the files
	@$(RUN) -m ruff check --fix .
	@$(RUN) -m ruff format .

bench: setup ## the benchmarks in bench/ at their default (small) sizes; each prints its ratio to a peer in the same run
	@sh scripts/setup.sh bench
	@for file in `grep -l "^if __name__" bench/*.py`; do echo "== $$file"; $(RUN) "$$file" || exit 1; done

audit: setup ## hashes, licences, secrets and known vulnerabilities (OSV=all.zip: an export of osv.dev; without one it says so)
	@$(RUN) scripts/audit.py $(OSV:%=--osv %)

fuzz: setup ## damaged and made-up files for every reader, for SECONDS=60; guided where atheris is installed
	@$(RUN) fuzz/readers.py --seconds $(SECONDS)

crashes: setup ## kills a working process KILLS=20 times at random moments; nothing acknowledged may be lost
	@CLEW_CRASHES=$(KILLS) $(RUN) -m pytest -q tests/safety/test_crash.py

lock: setup ## resolves the lock files again from pyproject.toml, from the package index alone
	@sh scripts/lock.sh

count: setup ## records how many tests there are, after adding some
	@$(RUN) -m pytest -q --collect-only --record-count

wheel: setup ## the wheel and the source distribution, in dist/
	@$(RUN) -m build --no-isolation --outdir dist .

clean: ## removes what was made, but for the demo's output
	rm -rf fuzz-out .venv dist build node_modules .pytest_cache .ruff_cache .mypy_cache .hypothesis
	rm -rf src/clew/web/static/vendor src/clew/standards/_fetched
	find src tests bench scripts -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help setup demo test test-core check format bench audit fuzz crashes lock count wheel clean
