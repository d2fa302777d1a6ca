# `make` alone lists what there is.
PYTHON ?= python3
# A company's own certificates are in the system's store.
export UV_SYSTEM_CERTS = 1
BIN := .venv/bin
STAMP := .venv/.ready

.PHONY: help setup demo test test-slow test-postgres check format lock bench

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(STAMP)  ## make .venv with everything pinned in requirements.lock

$(STAMP): requirements.lock pyproject.toml hatch_build.py frontend/package.json frontend/package-lock.json frontend/icons.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(sed -n 's/^\(uv==[0-9.]*\).*/\1/p' requirements.lock)"
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $@

demo: setup  ## the demo company on http://127.0.0.1:8000, with a stream that plays
	$(BIN)/guanlan demo

test: setup  ## every test but the longer proofs
	./.ci/browser-packages
	$(BIN)/pytest -n 2 -m "not slow"

test-slow: setup  ## the longer proofs
	$(BIN)/pytest -m slow -n 0

test-postgres: setup  ## models, actions and jobs on a PostgreSQL of its own
	$(BIN)/python tests/with_postgres.py $(BIN)/pytest -n 2 tests -m "not slow and not browser"

bench: setup  ## speed against known libraries, which are installed for it; about twenty minutes
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-bench.lock
	$(BIN)/guanlan bench

check: setup  ## format, lint, types, the order of the house, migrations, translations
	$(BIN)/ruff format --check src tests
	$(BIN)/ruff check src tests
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/guanlan manage makemigrations --check --dry-run
	$(BIN)/pytest -q tests/structure

format: setup  ## put the code in the house's format
	$(BIN)/ruff format src tests
	$(BIN)/ruff check --fix src tests

lock:  ## resolve the dependencies anew
	$(BIN)/uv pip compile --upgrade --universal --generate-hashes --no-emit-index-url --python-version 3.11 pyproject.toml --extra dev --extra postgres -o requirements.lock
	$(BIN)/uv pip compile --upgrade --universal --generate-hashes --no-emit-index-url --python-version 3.11 pyproject.toml --extra bench -c requirements.lock -o requirements-bench.lock
