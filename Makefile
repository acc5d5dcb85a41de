# `make demo` and `make test` need nothing but Python 3.11 or newer, and pip's access to packages.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_STUDY := $(firstword $(wildcard studies/m1_*.toml))
ONLY ?=

.PHONY: help demo test lint test-slow bench robustness docs clean

help:
	@echo "make demo        install into .venv, run one study from the flask to the array, print its report"
	@echo "make test        install, then lint, types and all tests but the slow ones"
	@echo "make test-slow   the slow tests"
	@echo "make bench       benchmarks into benchmarks/latest.json; ONLY=charge runs one group"
	@echo "make robustness  random stacks through the charge engine; N=200 SEED=7"
	@echo "make docs        compute the generated pages of docs/ (some minutes)"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "halodot needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1)."; \
	    echo "Try: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.stamp-install: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.stamp-test: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@ $(VENV)/.stamp-install

demo: $(VENV)/.stamp-install
	@mkdir -p runs
	$(BIN)/halodot run $(DEMO_STUDY) -o runs/demo

lint: $(VENV)/.stamp-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint
	$(BIN)/python -m pytest -q -n 2 -m 'not slow'

test-slow: $(VENV)/.stamp-test
	$(BIN)/python -m pytest -q -n 2 -m slow

bench: $(VENV)/.stamp-install
	$(BIN)/python -m benchmarks $(ONLY)

robustness: $(VENV)/.stamp-install
	@$(BIN)/python -m halodot.device.charge.robustness $(or $(N),200) $(or $(SEED),7)

docs: $(VENV)/.stamp-install
	$(BIN)/python docs/generate.py

clean:
	rm -rf runs build dist .mypy_cache .ruff_cache
