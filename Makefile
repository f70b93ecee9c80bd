# The two commands of a new user: `make demo` and `make test`. Everything else is in `make help`.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format golden bench samples wheel clean

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "campaign-runner needs Python 3.11 or later; call: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

setup: $(STAMP)  ## Create .venv with the exact versions of constraints.txt

demo: $(STAMP)  ## Run the main job on the sample workbook against the embedded simulator
	$(BIN)/campaign-runner run samples/quarterly.xlsx --state build/demo/state --reports build/demo/reports || test $$? -eq 1

test: $(STAMP)  ## Run all tests with branch coverage
	$(BIN)/python -m pytest -n auto --cov --cov-report=term --cov-fail-under=90

check: $(STAMP)  ## Format, lint, types, import contracts, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

format: $(STAMP)  ## Reformat the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

golden: $(STAMP)  ## Write the golden files anew (look at the difference before committing)
	$(BIN)/python -m pytest -p no:xdist --golden

samples: $(STAMP)  ## Make the samples anew
	$(BIN)/python samples/make_samples.py

bench: $(STAMP)  ## Measure against what one would otherwise write or take
	$(BIN)/python -m bench

wheel: $(STAMP)  ## Build the wheel
	$(BIN)/python -m build --wheel

clean:  ## Remove what the build made
	rm -rf .venv build dist
