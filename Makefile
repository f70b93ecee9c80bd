# The two commands of a new user: `make demo` and `make test`. Everything else is in `make help`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
STAMP := .venv/.ready
DEMO := build/demo
PYTEST := $(BIN)/python -m pytest

# Where an environment forbids to keep what was compiled, each program that a test starts would compile all of it again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test coverage quick check lint format golden samples screenshots docs constraints fuzz soak soak-workers soak-inbox bench wheel clean

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

# The network is needed here and nowhere else.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "campaign-runner needs Python 3.11 or later. Call: make PYTHON=/path/to/python3.11 …")'
	@echo "Setting up .venv, about a minute …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

setup: $(STAMP)  ## Create .venv with the exact versions of constraints.txt

# The sample has rows that are wrong on purpose, so the command ends with 1; a second demo finds everything done.
demo: $(STAMP)  ## Run the main job on the sample workbook against the embedded simulator
	@mkdir -p $(DEMO) && cp samples/quarterly.xlsx samples/campaign.toml $(DEMO)/
	@cd $(DEMO) && code=0; ../../$(BIN)/campaign-runner run quarterly.xlsx || code=$$?; echo; \
	case $$code in \
	0) echo "Exit code 0: every row was sent and completed." ;; \
	1) echo "Exit code 1, as it should be: some rows of the sample are wrong on purpose, all others were sent." ;; \
	5) echo "Exit code 5: not everything is final yet; run make demo again to continue." ;; \
	*) echo "Exit code $$code: this is not how the demo should end."; exit $$code ;; \
	esac
	@echo "Everything is in $(DEMO); open $(DEMO)/reports/2026-q4-recognition/report.html or annotated.xlsx first."

# Accounts and campaigns stay in build/serve; the first start prints the link that makes the first administrator.
serve: $(STAMP)  ## Start the web application on this machine, with the embedded simulator (PORT=n for another port)
	@mkdir -p build/serve
	@cd build/serve && ../../$(BIN)/campaign-runner serve --state .campaign-runner --port $(or $(PORT),8080)

# Half of the time a test waits: for a program, a server, a disk. So there are two for each core.
JOBS ?= $(shell echo $$(( 2 * $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) )))

test: $(STAMP)  ## Run all tests
	$(PYTEST) -n $(JOBS) --dist worksteal

coverage: $(STAMP)  ## Run the tests that count with branch coverage, at least 90 %
	$(PYTEST) -n $(JOBS) --dist worksteal -m "not no_cover" --cov --cov-report=term --cov-fail-under=90

quick: lint  ## While you work: all but simulations, kills and mutated files, without coverage
	$(PYTEST) -n auto --dist worksteal -m "not no_cover and not slow" -k "not fuzz" --ignore tests/reliability --ignore tests/stories

check: lint test  ## Format, lint, types, import contracts, tests

lint: $(STAMP)  ## All of check but the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)  ## Reformat the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

golden: $(STAMP)  ## Write the golden files again; review the difference before committing
	$(PYTEST) -p no:xdist --golden

samples: $(STAMP)  ## Make the samples again
	$(BIN)/python samples/make_samples.py

screenshots: $(STAMP)  ## Take pictures of every page in build/screenshots, and of those that the docs show (needs Chromium)
	$(BIN)/python docs/make_screenshots.py
	@mkdir -p build/screenshots
	PICTURES=$(CURDIR)/build/screenshots $(PYTEST) tests/web/test_journey_chromium.py tests/web/test_upload_chromium.py
	cp build/screenshots/problems-1280.png build/screenshots/problems-320.png docs/screenshots/

docs: $(STAMP)  ## Build the manual as a site in build/site; nothing in it is loaded from elsewhere
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[docs]'
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

# Pins of before are kept where they still serve; `make constraints UPGRADE=--upgrade` takes the newest of each.
constraints:  ## Write constraints.txt again, from pyproject.toml (needs the network)
	@$(PYTHON) -m venv build/pip-tools && build/pip-tools/bin/python -m pip install --quiet pip-tools
	CUSTOM_COMPILE_COMMAND="make constraints" build/pip-tools/bin/pip-compile --quiet $(UPGRADE) --extra dev --extra docs \
	    --strip-extras --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	    --unsafe-package campaign-runner --output-file constraints.txt pyproject.toml

fuzz: $(STAMP)  ## Check 20,000 mutated files, and each property with 20 times as many examples (FUZZ=n EXAMPLES=n)
	FUZZ=$(or $(FUZZ),20000) EXAMPLES=$(or $(EXAMPLES),20) $(PYTEST) -n auto --dist worksteal -k "fuzz or hypothesis"

soak: $(STAMP)  ## Simulate 100,000 campaigns, write docs/reliability.md, run 50,000 stories (SEEDS=n STORIES=n for fewer)
	$(BIN)/python -m tests.reliability.soak --seeds $(or $(SEEDS),100000) --stories $(or $(STORIES),50000) --report

soak-workers: $(STAMP)  ## Kill workers and the database while campaigns are sent (CAMPAIGNS=n BATCHES=n STRIKES=n)
	$(BIN)/python -m tests.workers.soak --campaigns $(or $(CAMPAIGNS),20) --batches $(or $(BATCHES),500) --strikes $(or $(STRIKES),110)

soak-inbox: $(STAMP)  ## Kill the inbox while files arrive for a simulated hour (FILES=n KILLS=n PACE=requests a second)
	$(BIN)/python -m tests.inbox.soak --files $(or $(FILES),10000) --kills $(or $(KILLS),100) --pace $(or $(PACE),20)

bench: $(STAMP)  ## Measure, compared with common alternatives
	$(BIN)/python -m bench

wheel: $(STAMP)  ## Build the wheel
	$(BIN)/python -m build --wheel

clean:  ## Remove what the build made
	rm -rf .venv build dist
