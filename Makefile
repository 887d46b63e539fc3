# The everyday commands. A fresh machine needs Python 3.11 or newer (with venv) and make.
#
#   make demo              a running Xunpin with a sample world      PORT=8000
#   make test              checks, then the whole test suite         PYTEST_ARGS="-k tours"
#   make test-faults       the slow tests of races, crashes and bad networks
#   make lint              style, types and architecture only
#   make pins              compile requirements*.txt and package-lock.json anew
#   make clean             remove everything made here, except local data in var/
#
# Each step leaves a stamp, so only what changed is done again.

PYTHON ?= python3
PORT ?= 8000
# Browsers and servers that are waited for leave room for two more on two cores; who is done first
# takes tests from the others.
PYTEST_ARGS ?= -n 4 --dist worksteal
FAULTS_REPORT ?= test-results/faults.jsonl

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
INSTALL := $(PIP) install --quiet --no-compile --require-hashes
UV := uv==0.13.9
COMPILE := $(VENV)/pins/bin/uv pip compile --quiet --universal --generate-hashes --no-strip-extras --no-header \
	--no-emit-index-url --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help demo test test-faults lint format environment environment-dev assets assets-dev \
	catalogues pins clean

help:
	@sed -n '3,9s/^# *//p' Makefile

# --------------------------------------------------------------------------- commands

# Packages and front-end files come from different places: fetch both at once.
demo: $(VENV)/.made
	@$(MAKE) --no-print-directory -j2 environment assets
	@$(MAKE) --no-print-directory catalogues
	@$(BIN)/python -m app.demo.run --port $(PORT)

test: lint assets-dev catalogues
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

test-faults: environment-dev assets-dev catalogues
	@rm -f $(FAULTS_REPORT)
	@XUNPIN_FAULTS_REPORT=$(FAULTS_REPORT) $(BIN)/python -m pytest tests/faults tests/checkins -m slow \
		$(PYTEST_ARGS); status=$$?; \
		$(BIN)/python -m tests.faults.results $(FAULTS_REPORT); exit $$status

lint: environment-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: environment-dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# --------------------------------------------------------------------------- environment

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Xunpin needs Python 3.11 or newer; say make PYTHON=... to choose one." >&2; exit 1; }
	@echo "environment: making $(VENV)"
	@$(PYTHON) -m venv $(VENV) \
		|| { echo "Python cannot make environments here (Debian: install python3-venv)." >&2; exit 1; }
	@touch $@

$(VENV)/.runtime: requirements.txt | $(VENV)/.made
	@echo "environment: installing packages"
	@$(INSTALL) -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements.txt requirements-postgres.txt requirements-dev.txt | $(VENV)/.made
	@echo "environment: installing packages, database driver and checking tools"
	@$(INSTALL) -r requirements.txt -r requirements-postgres.txt -r requirements-dev.txt
	@touch $(VENV)/.runtime $@

environment: $(VENV)/.runtime

environment-dev: $(VENV)/.dev

# The scripts keep their own stamps.
assets: | $(VENV)/.made
	@$(BIN)/python tools/assets.py

assets-dev: | $(VENV)/.made
	@$(BIN)/python tools/assets.py --dev

catalogues: | $(VENV)/.runtime
	@$(BIN)/python -m tools.catalogues build

# --------------------------------------------------------------------------- upkeep

# Names and hashes only: no registry's address may end up in a file.
pins: | $(VENV)/.made
	@$(PYTHON) -m venv $(VENV)/pins
	@$(VENV)/pins/bin/python -m pip install --quiet $(UV)
	@for name in requirements requirements-postgres requirements-oidc requirements-dev; do \
		$(COMPILE) $(PINS_ARGS) $$name.in -o $$name.txt || exit 1; done
	@rm -rf $(VENV)/pins
	@npm install --package-lock-only --ignore-scripts
	@$(PYTHON) tools/assets.py --tidy-lock

clean:
	rm -rf $(VENV) app/static/vendor node_modules .pytest_cache .mypy_cache .ruff_cache \
		.import_linter_cache .hypothesis .coverage htmlcov test-results
	find app tests tools migrations benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
	find app/translations -name '*.mo' -delete 2>/dev/null || true
