# Each target makes the environment that it needs: a fresh clone wants Python 3.11+ and make, nothing else.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
FUZZ_SECONDS ?= 60
SOAK_REQUESTS ?= 10000
READY  := $(VENV)/.ready

.PHONY: demo test lint types check docs bench soak fuzz clean

demo: $(READY)
	$(BIN)/doorstep demo

test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadgroup

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

check: lint types test

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "doorstep needs Python 3.11 or newer; set PYTHON=... (found: $$($(PYTHON) --version))" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

docs: $(READY)
	$(BIN)/python docs/generate.py

bench: $(READY)
	$(BIN)/python -m benchmarks

soak: $(READY)
	DOORSTEP_SOAK=$(SOAK_REQUESTS) $(BIN)/python -m pytest -s tests/processes/test_soak.py

fuzz: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[fuzz]'
	@for target in gbcs payload json zigbee capture radio duis hub; do $(BIN)/python -m fuzz $$target --seconds $(FUZZ_SECONDS) || exit 1; done

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
