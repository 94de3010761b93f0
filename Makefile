# Two commands: `make demo` and `make test`. Everything they need is set up by them, once.
# Python 3.11 or newer, pip, git and make are expected; nothing else.

PYTHON ?= python3
export UV_PYTHON_DOWNLOADS := never
UV := $(shell command -v uv || echo .make/uv/bin/uv)
BIN := .venv/bin

.PHONY: demo test lint unit shots catalog clean
.DEFAULT_GOAL := demo

demo: .make/run .make/npm ## Make up the demo city and serve it
	@$(BIN)/fixedyet demo

test: lint unit ## Check style, types and layers, and run every test

lint: .make/dev
	$(BIN)/ruff check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports

unit: .make/dev .make/browser .make/npm
	$(BIN)/pytest -n auto --dist loadgroup -q

shots: .make/dev .make/browser .make/npm ## Take the pictures of the README
	$(BIN)/python -m tests.shots

catalog: .make/dev ## Collect the texts of the code for translators
	$(BIN)/python -m dashboard.i18n.extract

clean: ## Remove what was set up here, not the data
	rm -rf .venv .make node_modules

# pip may not install outside of a virtual environment on Debian, and venv may be missing there: a folder of our own needs neither
.make/uv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --target .make/uv uv

.make/run: pyproject.toml uv.lock | $(UV)
	@mkdir -p .make
	$(UV) sync --quiet --locked --no-dev --inexact --python $(PYTHON)
	@touch $@

.make/dev: pyproject.toml uv.lock | $(UV)
	@mkdir -p .make
	$(UV) sync --quiet --locked --python $(PYTHON)
	@touch .make/run $@

# the small bundle of the library of charts; without npm, or without its registry, the pages load the large one
.make/npm: package-lock.json
	@mkdir -p .make
	@if command -v npm >/dev/null && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error; then touch $@; \
	else echo "npm did not fetch the small bundle of Plotly; the pages work with the large one."; fi

.make/browser: tests/setup_browser.sh | .make/dev
	sh tests/setup_browser.sh
	@touch $@
