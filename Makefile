# `make run` makes the forecast, `make test` checks everything; both install what they need first, once.

SHELL := /bin/sh
PYTHON ?= python3
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export DVC_NO_ANALYTICS := 1

.PHONY: run test lint study plots readme clean

run: .venv/installed
	dvc repro
	@echo
	@forex forecast

test: .venv/installed lint
	pytest

lint: .venv/installed
	ruff check .
	ruff format --check .
	mypy

study: .venv/installed
	pytest -m study -n 2

# DVC's own page loads its scripts from a network; this one has them inside.
plots: .venv/installed
	python -m forex.plots_page .dvc/tmp/plots_page.html
	dvc config --local plots.html_template tmp/plots_page.html
	dvc plots show

readme: .venv/installed
	python -m forex.readme

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 2; }
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements.lock
	.venv/bin/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	touch $@

clean:
	rm -rf .venv
