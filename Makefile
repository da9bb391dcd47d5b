# Hai lệnh là đủ: `make run` (chạy bot) và `make test` (kiểm tra tất cả).
# Every target builds what it needs; nothing has to be installed by hand beyond Python 3.11+ and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_FLAGS := --quiet --disable-pip-version-check --no-input --require-hashes

.PHONY: run setup test faults unit lint types check fix bench locks audit clean

run: $(VENV)/.run
	$(BIN)/python main.py serve

setup: $(VENV)/.dev

test: $(VENV)/.dev lint types check
	.ci/tools
	$(BIN)/python -m pytest --ignore=tests/faults

# Breaks networks, platforms, disks, databases and clocks under the real program: ten minutes, on a calm machine.
faults: $(VENV)/.dev
	.ci/tools
	$(BIN)/python -m pytest tests/faults

# The ordinary run while working: without the real browser and without killing the real program.
unit: $(VENV)/.dev
	$(BIN)/python -m pytest -m "not browser and not process"

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy

check: $(VENV)/.run
	$(BIN)/python main.py check

fix: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev
	$(BIN)/python -m tests.bench

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Cần Python 3.11 trở lên: đặt PYTHON=/đường/dẫn/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# A virtual environment is replaced when a lock changes: two marker files say which lock is installed.
$(VENV)/.run: requirements.lock | $(VENV)/bin/python
	$(BIN)/pip install $(PIP_FLAGS) -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(VENV)/bin/python
	$(BIN)/pip install $(PIP_FLAGS) -r requirements-dev.lock
	@touch $(VENV)/.run $@

locks:
	uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -c requirements.lock pyproject.toml --group dev -o requirements-dev.lock

# Known holes in what is locked. Not part of `make test`: it asks an advisory service over the network.
audit:
	@command -v pip-audit >/dev/null || { echo "Cần pip-audit (pipx install pip-audit) và mạng ra ngoài; chưa kiểm tra được gì."; exit 1; }
	pip-audit --disable-pip --require-hashes -r requirements.lock -r requirements-dev.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
