# Seatrial on a machine with nothing but Python 3.11 or newer. `make help` lists the targets.

SHELL := /bin/bash
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
INSTALL_LOCK := requirements/install.lock
RUNTIME_LOCK := requirements/runtime.lock
EXTRAS_LOCK := requirements/extras.lock
DEV_LOCK := requirements/dev.lock
JOBS ?= 2
# A machine that forbids to keep bytecode compiles every module at every start; what is below .venv and src is ours to keep.
unexport PYTHONDONTWRITEBYTECODE
PAGE := src/seatrial/page/index.html
PAGE_SOURCES := $(shell find dashboard -name node_modules -prune -o -type f -print)

# The first interpreter that really runs and is new enough; PYTHON=... chooses another.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)

# uv is fast, pip is everywhere: both check every hash against the lock.
define install_lock
	@echo "installing $(1)"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1) \
		|| $(BIN)/python -m pip install --quiet --require-hashes --no-deps -r $(1)
endef

.PHONY: help install install-dev extras page page-types page-or-not up down logs staging-schema-init test lint types compiled pytest bench prove lock clean \
	staging-stack-up staging-stack-down deploy-staging strategy-sync strategy-list-dynamo strategy-list

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: $(VENV)/.runtime-installed page-or-not ## set up .venv from the hash-pinned lock; instant when nothing changed

install-dev: $(VENV)/.dev-installed ## the same, with what the tests need

extras: $(VENV)/.extras-installed ## what --search optuna, --ray and ccxt:NAME need, beside it

$(VENV)/.tools-installed: $(INSTALL_LOCK)
	@test -n "$(PYTHON)" || { echo "Seatrial needs Python 3.11 or newer; none of python3, python3.11 ... is. Set PYTHON=/path/to/python"; exit 1; }
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV) \
		|| { echo "$(PYTHON) cannot make a virtual environment; on Debian: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(INSTALL_LOCK)
	@touch $@

$(VENV)/.runtime-installed: $(VENV)/.tools-installed $(RUNTIME_LOCK) pyproject.toml
	$(call install_lock,$(RUNTIME_LOCK))
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.extras-installed: $(VENV)/.runtime-installed $(EXTRAS_LOCK)
	$(call install_lock,$(EXTRAS_LOCK))
	@touch $@

$(VENV)/.dev-installed: $(VENV)/.runtime-installed $(DEV_LOCK)
	$(call install_lock,$(DEV_LOCK))
	@touch $@

page: $(PAGE) ## build the dashboard's page; nothing to do when no source changed

page-types: install-dev ## write the page's types of the doors anew, after a door has changed
	@$(BIN)/python scripts/build_page.py --types

page-or-not: $(VENV)/.runtime-installed
	@$(MAKE) -s --no-print-directory $(PAGE) 2>/dev/null || true

$(PAGE): $(PAGE_SOURCES) scripts/build_page.py | $(VENV)/.runtime-installed
	@$(BIN)/python scripts/build_page.py
	@touch $@

up: install ## start everything and trade: make up DATA=../shared/data SPEED=60
	@exec $(BIN)/seatrial up $(if $(DATA),--data "$(DATA)") $(if $(SPEED),--speed "$(SPEED)") $(if $(SEED),--seed "$(SEED)") $(ARGS)

down: ## stop everything in order, from any terminal
	@$(BIN)/seatrial down

logs: install ## newest records of all roles: make logs stage=staging id=RUN
	@$(BIN)/seatrial logs $(if $(stage),--stage "$(stage)") $(if $(id),--id "$(id)") $(ARGS)

test: install-dev ## every check and every test
	@$(MAKE) --no-print-directory --jobs $(JOBS) lint types compiled
	@$(MAKE) --no-print-directory pytest

compiled: install-dev # once, before the tests' processes would each compile the same
	@$(BIN)/python -m seatrial.bootstrap.compiling runs

lint: install-dev lint-page
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

lint-page: install-dev
	@$(BIN)/python scripts/build_page.py --check

types: install-dev
	$(BIN)/mypy

pytest: install-dev page
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

bench: install-dev page-or-not ## W1 to W7 of the performance targets, ours and the limit in turn
	$(BIN)/python -m benchmarks $(ARGS)

prove: install-dev page ## the full counts of the proof, written to docs/reference/proof.md; three quarters of an hour
	$(BIN)/python -m pytest -m prove tests/prove/test_costs.py
	$(BIN)/python -m pytest -n $(JOBS) --dist load -m "" --deselect tests/prove/test_costs.py \
		tests/prove tests/mutants $(ARGS)
	$(BIN)/python -m pytest -n $(JOBS) --dist load -m prove --ignore tests/prove tests
	$(BIN)/python -m tests.venues.contract.matrix

lock: install-dev ## compile the locks again from pyproject.toml and requirements/install.in
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 requirements/install.in -o $(INSTALL_LOCK)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 pyproject.toml --group dev -o $(DEV_LOCK)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 pyproject.toml -c $(DEV_LOCK) -o $(RUNTIME_LOCK)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 pyproject.toml --extra research --extra ray --extra ccxt -c $(DEV_LOCK) -o $(EXTRAS_LOCK)

staging-schema-init: install ## the database of .env.staging reaches the newest schema; DRY_RUN=1 only connects
	@test -f .env.staging || { echo "Missing .env.staging: copy .env.staging.example and fill it in"; exit 1; }
	@$(BIN)/python -m dotenv --file .env.staging run -- \
		$(BIN)/seatrial db upgrade --stage staging $(if $(filter 1 true yes,$(DRY_RUN)),--check)

# What the runbooks name and no room answers yet; docs/reference/conformance.md is the list, and it only shrinks.
staging-stack-up staging-stack-down:
	@echo "$@: not available yet: the container stack is a later room; make up runs the same roles as processes"; exit 69

deploy-staging:
	@echo "$@: not available yet: the deployment workflows are a later room; seatrial promote staging moves a release"; exit 69

strategy-sync strategy-list-dynamo strategy-list:
	@echo "$@: not available yet: the AWS target is a later room"; exit 69

clean: ## remove what can be made again; never data
	rm -rf $(VENV) build dashboard/node_modules src/seatrial/page .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache src/*.egg-info
