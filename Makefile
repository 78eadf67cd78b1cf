# Two commands: `make run` sets everything up and runs the bot, `make test` sets up and passes the tests.
PYTHON ?= $(shell for p in python3.12 python3.13 python3.14 python3 python; do \
	if command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; \
	then echo $$p; break; fi; done)
unexport PYTHONDONTWRITEBYTECODE # what was compiled once need not be compiled by each process that is started
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

# A dot every few seconds, so that one sees it go on; it ends with the shell that waits for it.
going_on = (while sleep 3 && kill -0 $$$$ 2>/dev/null; do printf . >&2; done) & $(1); code=$$?; kill $$! 2>/dev/null; echo >&2; exit $$code

.PHONY: run demo chat check test lint audit bench chaos clean
.DEFAULT_GOAL := run

run: $(VENV)/run.ready
	@$(BIN)/python main.py run

demo: $(VENV)/run.ready
	@$(BIN)/python main.py demo

chat: $(VENV)/run.ready
	@$(BIN)/python main.py chat

check: $(VENV)/run.ready
	@$(BIN)/python main.py check

# Learning, once, so that no test need do it, keeps one core busy, and so does mypy: side by side.
test: $(VENV)/test.ready
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy & types=$$!; $(BIN)/python main.py learn; learnt=$$?; wait $$types && exit $$learnt
	@$(BIN)/python -m pytest

lint: $(VENV)/test.ready
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy

audit: $(VENV)/test.ready
	@$(PYTHON) -m venv $(VENV)/audit
	@$(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/audit/requirements.txt
	@for file in requirements.txt tests/requirements.txt tests/audit/requirements.txt; do $(VENV)/audit/bin/pip-audit --require-hashes --disable-pip -r $$file || exit 1; done

chaos: $(VENV)/test.ready
	@$(BIN)/python -m tests.chaos $(CHAOS)

bench: $(VENV)/test.ready
	@$(BIN)/python -m tests.bench

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Một Cửa needs Python 3.12 or newer; this machine has $$(python3 --version 2>&1 || echo no Python)." >&2; exit 1; }
	@echo "setting up with $$($(PYTHON) --version) …" >&2
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.ready: requirements.txt | $(BIN)/python
	@echo "installing what the bot needs, about a minute …" >&2
	@$(call going_on,$(PIP) install --quiet --progress-bar off --require-hashes -r requirements.txt)
	@touch $@

$(VENV)/test.ready: tests/requirements.txt $(VENV)/run.ready
	@echo "installing what the tests need, a minute or two …" >&2
	@$(call going_on,$(PIP) install --quiet --progress-bar off --require-hashes -r tests/requirements.txt)
	@touch $@

clean:
	rm -rf $(VENV) var/cache .pytest_cache .mypy_cache .ruff_cache
