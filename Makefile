# Every target's one line after ## is what `make help` prints. A fresh machine needs make and Python 3.11-3.13.
.DEFAULT_GOAL := help
.PHONY: help install demo up test check fmt bench lock messages clean

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PORT ?= 8000
DATA ?= var/demo
# the suite starts a database for each process; more than the cores only makes them wait for each other
TEST_PROCESSES ?= logical
TESTS ?=

help:  ## List the targets.
	@sed -n 's/^\([a-z]*\):[^#]*## /  \1\t/p' Makefile | expand -t 14

install: $(VENV)/.installed  ## Make .venv with everything; seconds when nothing changed.
	@$(BIN)/python hatch_build.py
	@$(BIN)/python -m compileall -q core plugins  # or each process compiles all, where PYTHONDONTWRITEBYTECODE is set

# Pinned and hashed, then the project itself without build isolation: its build tools are in the same lock.
$(VENV)/.installed: requirements-dev.lock pyproject.toml Makefile
	@python="$$(for name in python3.13 python3.12 python3.11 python3 python; do \
	  path="$$(command -v $$name)" && "$$path" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  2>/dev/null && echo "$$path" && break; done)"; \
	if [ -z "$$python" ]; then \
	  echo "No Python 3.11, 3.12 or 3.13 with its venv module was found (Debian: apt-get install python3-venv)." >&2; exit 2; fi; \
	$(BIN)/python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	  || { echo "making $(VENV) with $$python"; rm -rf $(VENV) && "$$python" -m venv $(VENV); }
	@echo "installing what requirements-dev.lock pins (a minute or two the first time)"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

demo: install  ## Run the demo in the foreground: make demo PORT=8000 DATA=var/demo
	@exec $(BIN)/anxin demo --port $(PORT) --data "$(DATA)"

up: DATA := $(if $(filter file,$(origin DATA)),var/data,$(DATA))
up: install  ## Run the platform on real data: make up PORT=8000 DATA=var/data
	@exec $(BIN)/anxin up --port $(PORT) --data "$(DATA)"

test: install  ## Run the whole suite; TESTS=path runs a part.
	@$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadgroup $(TESTS)

check: install  ## What CI runs: lint, types, translations, suite.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/pyright
	@$(BIN)/python -m anxin.kernel.i18n check
	@$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadgroup

fmt: install  ## Format the code and sort its imports.
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

bench: install  ## Measure the budgets; writes var/measured/bench.json.
	@$(BIN)/python -m tests.bench

lock: install  ## Pin the newest allowed versions, with hashes, into both locks.
	@$(BIN)/python -m venv var/lock-tool && var/lock-tool/bin/pip install --quiet --disable-pip-version-check uv
	@for kind in "requirements:" "requirements-dev:--group dev"; do \
	  file="$${kind%%:*}.lock"; \
	  var/lock-tool/bin/uv pip compile pyproject.toml $${kind#*:} --universal --python-version 3.11 --upgrade \
	    --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet --output-file var/$$file && \
	  { echo "# Made by \`make lock\` from pyproject.toml; do not edit."; cat var/$$file; } > $$file; done

messages: install  ## Bring new strings into the catalogues and list what lacks Chinese.
	@$(BIN)/python -m anxin.kernel.i18n update --all
	@$(BIN)/python -m anxin.kernel.i18n check

clean:  ## Remove what was built; var/ with its data stays.
	@rm -rf $(VENV) node_modules dist build core/anxin/web/static/dist .pytest_cache .ruff_cache .hypothesis
	@find core plugins tests -name __pycache__ -type d -prune -exec rm -rf {} +
