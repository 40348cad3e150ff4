# With Python 3.11 or newer, make and a Python package index, `make demo` and `make test` work from a clean checkout.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# Where real data files may lie for the tests and the speed figures; both do without.
DATA   ?= ../shared/data

.DEFAULT_GOAL := help
.PHONY: help demo install test test-slow lint speed lock clean

help:            ## Shows the targets.
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "hitscout needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

install: $(VENV)/.installed  ## Makes .venv with hitscout in it.

demo: install    ## Does the main job on public data: fetch, replay, propose, write a shortlist.
	$(BIN)/hitscout demo

test: $(VENV)/.installed-dev  ## Passes the tests (minutes).
	$(BIN)/python -m pytest -m "not slow" -n 2 --dist loadfile

test-slow: $(VENV)/.installed-dev  ## Passes the slow tests too.
	$(BIN)/python -m pytest

lint: $(VENV)/.installed-dev  ## Style, types and layers.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

speed: $(VENV)/.installed-dev  ## Prints how long the main jobs take on this machine (run it alone); BASELINE=checkout compares.
	$(BIN)/python tests/speed/measure.py --mirror $(DATA) $(if $(BASELINE),--baseline $(BASELINE))

lock: $(VENV)/.installed-dev  ## Pins the newest versions that fit, with hashes.
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --upgrade --extra build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --upgrade --extra build --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:           ## Removes what make made.
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
