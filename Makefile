# The one way in: `make pdf epub` on a fresh checkout is enough. Works with GNU make 3.81 and newer.
#
#   make pdf REPORT=content/demo      one report; without REPORT, every report in content/
#   make test PYTEST_ARGS="-k notes"  some of the tests

REPORT      ?=
PYTEST_ARGS ?=
# Given to `make lock`: LOCK_ARGS=--upgrade takes the newest versions that pyproject.toml allows.
LOCK_ARGS   ?=

VENV := .venv
# A stamp is as new as the last set-up, so a second make spends nothing on it.
BUILD_READY := $(VENV)/.ready-build
TEST_READY  := $(VENV)/.ready-test
READER_READY := tests/reader/node_modules/.ready

PYTHON_BIN := $(VENV)/bin/python
ifeq ($(shell uname -s),Darwin)
# Homebrew's Pango is not where a Python from elsewhere looks. The variable is set on the command itself, because
# macOS takes it away from whatever the system's own shell was started with.
PYTHON_BIN := DYLD_FALLBACK_LIBRARY_PATH=/opt/homebrew/lib:/usr/local/lib:/usr/lib $(VENV)/bin/python
endif
PRESS     := $(PYTHON_BIN) -m pipeline
PREFLIGHT := $(PYTHON_BIN) tools/preflight.py

.DEFAULT_GOAL := help
# Two targets write into the same build/; they take turns, so that their messages stay in order too.
.NOTPARALLEL:
.SUFFIXES:
.PHONY: help setup pdf epub watch check dist test fast reader ace lint schema lock wheel clean distclean

help: ## Show this list
	@echo "Proofpress. Usage: make TARGET [REPORT=content/NAME]"
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

setup: $(BUILD_READY) ## Make .venv from the committed lock file (the other targets do it by themselves)
	@echo "$(VENV) is ready."

pdf: $(BUILD_READY) ## Make the PDF of REPORT, or of every report
	@$(PREFLIGHT)
	@$(PRESS) build $(REPORT) --to pdf

epub: $(BUILD_READY) ## Make the EPUB of REPORT, or of every report
	@$(PREFLIGHT)
	@$(PRESS) build $(REPORT) --to epub

watch: $(BUILD_READY) ## Make the PDF of REPORT, or of every report, again whenever a file is saved, until Ctrl-C
	@$(PREFLIGHT)
	@$(PRESS) watch $(REPORT)

check: $(BUILD_READY) ## Check the sources of REPORT, or of every report, and build nothing
	@$(PRESS) check $(REPORT)

dist: $(BUILD_READY) ## Make the folder to hand on, of REPORT or of every report: editions, data, manifest, checksums
	@$(PREFLIGHT)
	@$(PRESS) dist $(REPORT)

test: $(TEST_READY) ## Run all the tests
	@$(PREFLIGHT)
	@$(PYTHON_BIN) -m pytest -n auto $(PYTEST_ARGS)

fast: $(TEST_READY) ## Run the tests that make no file and start no program: the quick loop
	@$(PYTHON_BIN) -m pytest -n auto -m "not artefact and not process" $(PYTEST_ARGS)

reader: $(READER_READY) ## Install what tests read EPUBs with, a reading system and DAISY Ace (npm, into tests/reader/)
	@echo "tests/reader/node_modules is ready."

ace: $(BUILD_READY) ## Check the EPUBs in build/ with DAISY Ace; not run without Node 20 and Chromium
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(READER_READY); fi
	@$(PYTHON_BIN) tools/ace.py

lint: $(TEST_READY) ## Check the code: ruff, formatting, mypy, the import contract
	@failed=0; \
	$(VENV)/bin/ruff check . || failed=1; \
	$(VENV)/bin/ruff format --check . || failed=1; \
	$(PYTHON_BIN) -m mypy || failed=1; \
	$(VENV)/bin/lint-imports --no-logo || failed=1; \
	exit $$failed

schema: $(BUILD_READY) ## Write the JSON Schemas that editors use for the YAML files
	@$(PRESS) schema

lock: ## Renew requirements/*.txt from pyproject.toml (needs uv)
	@tools/lock.sh $(LOCK_ARGS)

wheel: $(TEST_READY) ## Make the press itself into a wheel and a source archive, in dist/
	@$(PYTHON_BIN) -m build --no-isolation --outdir dist

clean: ## Remove what was built, and the caches
	@find build -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
	@rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -path ./$(VENV) -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## Remove .venv, dist/ and what npm installed as well
	@rm -rf $(VENV) dist tests/reader/node_modules

# No file when the Python that .venv was made with has been removed: then the stamps are worth nothing.
$(VENV)/bin/python: ;

$(BUILD_READY): requirements/build.txt pyproject.toml tools/setup.sh $(VENV)/bin/python
	@tools/setup.sh build

$(TEST_READY): requirements/test.txt pyproject.toml tools/setup.sh $(VENV)/bin/python
	@tools/setup.sh test

# Scripts of packages are not run and no browser is downloaded: tests/reader/.npmrc.
$(READER_READY): tests/reader/package.json tests/reader/package-lock.json tests/reader/.npmrc
	@cd tests/reader && npm ci --no-progress --loglevel=error
	@touch $@
