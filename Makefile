# Everything one does with this repository. It needs make and Python 3.11 or newer, nothing else:
# `make up` in a fresh clone installs what is missing and starts the platform.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV    := .venv
BIN     := $(VENV)/bin
PY      := $(BIN)/python
UV      := $(BIN)/uv
MEMBERS := libs/common tools $(sort $(patsubst %/,%,$(dir $(wildcard services/*/pyproject.toml))))
PORT_BASE ?= 8100

# Bytecode is kept, whatever the caller's shell says: processes start sooner, and tests are read once.
unexport PYTHONDONTWRITEBYTECODE

# The first Python on the path that is new enough; name another with `make setup PYTHON=/path/to/python`.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$name -c '$(NEW_ENOUGH)' 2>/dev/null && { echo $$name; break; }; done)

.PHONY: help setup up reset status test test-unit test-node check dependencies migrations-check format lock snapshots clients soak bench

help: ## Show this list.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1@\2/p' $(MAKEFILE_LIST) | awk -F@ '{ printf "%-24s %s\n", $$1, $$2 }'

# ------------------------------------------------------------------ the environment
setup: $(VENV)/.set-up ## Install everything into .venv; nothing to do while the locks are unchanged.

$(VENV)/.set-up: requirements/tools.lock requirements/dev.lock $(MEMBERS:%=%/pyproject.toml) | $(UV)
	@echo "Installing what requirements/dev.lock names…"
	@$(UV) pip sync --quiet --python $(PY) --require-hashes --compile-bytecode requirements/dev.lock
	@$(UV) pip install --quiet --python $(PY) --no-deps --no-build-isolation $(MEMBERS:%=-e ./%)
	@$(PY) -m compileall -q $(MEMBERS)  # processes start sooner
	@touch $@

$(UV): requirements/tools.lock
	@$(if $(PYTHON),$(PYTHON) -c '$(NEW_ENOUGH)',false) || { \
		echo "The platform needs Python 3.11 or newer; $(or $(PYTHON),python3) here is: $$($(or $(PYTHON),python3) --version 2>&1)"; \
		echo "Install one, or name it: make $(or $(MAKECMDGOALS),setup) PYTHON=/path/to/python3.11"; exit 1; }
	@$(PY) -c '$(NEW_ENOUGH)' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.lock
	@touch $@

# ------------------------------------------------------------------ running
up: setup ## Start the whole platform here, with sample data; Ctrl-C stops it.
	@$(BIN)/cdp up --port-base $(PORT_BASE)

status: setup ## Show which services are ready.
	@$(BIN)/cdp status

reset: setup ## Forget the local platform's data, keys and logs.
	@$(BIN)/cdp reset

# ------------------------------------------------------------------ checking
test: setup ## Run every test, in parallel.
	$(BIN)/pytest -n auto --dist loadgroup tests/unit tests/contract tests/integration tests/e2e tests/soak

test-unit: setup ## Run the tests that need no server.
	$(BIN)/pytest -n auto tests/unit

# Programs of others that some tests hold ours against; without them those tests skip and say so.
NODE_PARTS := tests/node clients/typescript
NODE_TESTS := tests/integration/gateway/test_audit.py tests/integration/gateway/test_clients_of_others.py \
	tests/contract/test_typescript_client.py

test-node: setup ## Run the tests that need Node's programs, installing those first; says so where there is no Node.
	@if ! command -v npm >/dev/null; then \
		echo "skipped: there is no npm on this machine, and so no audit of GraphQL over HTTP, no clients of others and no TypeScript client"; \
	else \
		for part in $(NODE_PARTS); do npm ci --silent --no-audit --no-fund --prefix "$$part" || exit 1; done; \
		$(BIN)/pytest -n 0 $(NODE_TESTS); \
	fi

check: setup ## Run every check that is not a test: form, types, rooms, dependencies, migrations, contracts.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(MAKE) dependencies migrations-check
	$(PY) -m cdp_tools.checks.snapshots

dependencies: setup ## Check that each member declares what it imports, and imports what it declares.
	@bad=0; for member in $(MEMBERS); do \
		$(BIN)/deptry "$$member/src" --config "$$member/pyproject.toml" --no-ansi || { echo "in $$member"; bad=1; }; \
	done; exit $$bad

migrations-check: setup ## Check that migrations and tables agree, up and down.
	$(PY) -m cdp_tools.checks.migrations

soak: setup ## Run the long versions: kills, volume, hostile requests; an hour or so on two cores.
	CDP_SOAK=1 $(BIN)/pytest -n auto --dist loadgroup tests/soak

bench: setup ## Measure: bulk valuation and single requests beside other engines; figures are ratios of one run.
	$(BIN)/pytest -p no:randomly tests/performance

# ------------------------------------------------------------------ changing
format: setup ## Put the code into its form.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

snapshots: setup ## Write the API descriptions again after a wanted change.
	$(PY) -m cdp_tools.checks.snapshots --write

# The generator wants an older graphql-core than ours, so it runs in an environment of its own.
clients: | $(UV) ## Generate the typed Python client again after a change of the guide's queries.
	cd clients/python && ../../$(UV) tool run --quiet --python ../../$(PY) --from ariadne-codegen==0.19.0 ariadne-codegen

# The versions already locked stay unless a member asks otherwise: `make lock UPGRADE=--upgrade` takes newer ones.
# The locks name no index: they follow the one that the machine is configured for.
COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	--python $(PY) --python-version 3.11 $(UPGRADE) $(foreach member,$(MEMBERS),--no-emit-package cdp-$(notdir $(member)))

lock: | $(UV) ## Write the locks again after a change of dependencies.
	@$(COMPILE) --group dev --group embedded $(MEMBERS:%=%/pyproject.toml) -o requirements/dev.lock
	@$(COMPILE) -c requirements/dev.lock $(MEMBERS:%=%/pyproject.toml) -o requirements/runtime.lock
	@echo 'uv>=0.13,<0.14' | $(COMPILE) -o requirements/tools.lock -
