# `make run` makes the forecast, `make test` checks everything; both install what they need first, once.

SHELL := /bin/sh
PYTHON ?= python3
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export DVC_NO_ANALYTICS := 1

.PHONY: run test test-extras lint study faults replay trade bench plots readme schema calendar clean

# DVC keeps what it knows of files in /var/tmp, which not every account may write to.
run: export DVC_SITE_CACHE_DIR ?= $(CURDIR)/.dvc/tmp/site
run: .venv/installed
	@forex doctor
	dvc repro
	@echo
	@forex forecast

test: .venv/installed lint
	pytest

# In an environment of its own, so that the locked one stays as it is.
test-extras: .venv-extras/installed
	.venv-extras/bin/python -m pytest -n 0 -s tests/extras

lint: .venv/installed
	ruff check .
	ruff format --check .
	mypy

study: .venv/installed
	pytest -m study -n 2

# Every service with every fault, as a table: what a fetch stores and says of it.
faults: .venv/installed
	pytest -n 0 -q -s tests/providers/test_fault_matrix.py

# Sixty days of live use against one backfill, about half an hour: reports/replay.md.
replay: .venv/installed
	pytest -m replay -n 0 -s tests/studies/test_replay.py

# What an online correction of the intervals would buy and cost: reports/online_correction.md.
trade: .venv/installed
	python -m studies.online_trade

# Speed beside others', about five minutes; exit code 1 where a limit of ours is missed.
bench: .venv/installed .venv-bench/installed
	dvc repro regimes
	@python -m studies.bench

# DVC's own page loads its scripts from a network; this one has them inside.
plots: .venv/installed
	python -m forex.commands.keep.plots_page .dvc/tmp/plots_page.html
	dvc config --local plots.html_template tmp/plots_page.html
	dvc plots show

readme: .venv/installed
	python -m forex.commands.keep.readme

# The committed holidays beside those of the holidays package; `make calendar KNOWN_FROM=2027-05-14` writes what is new.
calendar: .venv/installed
	@python -m forex.commands.keep.calendar_source $(if $(KNOWN_FROM),--known-from $(KNOWN_FROM))

# The JSON Schemas of the reports, from their models: reports/schema/.
schema: .venv/installed
	python -m forex.commands.keep.schema

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 2; }
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements.lock
	.venv/bin/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv-extras/installed: requirements.lock requirements-extras.txt pyproject.toml
	$(PYTHON) -m venv .venv-extras
	.venv-extras/bin/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements.lock
	.venv-extras/bin/python -m pip install --disable-pip-version-check --quiet -r requirements-extras.txt
	.venv-extras/bin/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv-bench/installed: requirements-bench.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --disable-pip-version-check --quiet -r requirements-bench.txt
	touch $@

clean:
	rm -rf .venv .venv-extras .venv-bench
