# Everything that people and machines do with this project. `make` alone lists it.

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3.11)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
STAMP := .venv/installed
DEV_STAMP := .venv/installed-dev
PYTEST := $(BIN)/python -m pytest -n auto --maxschedchunk 4
SQLITE := env -u DATABASE_URL -u DATABASE_URL_FILE DJANGO_SETTINGS_MODULE=tests.settings
DEPLOYED := env -u DATABASE_URL -u DATABASE_URL_FILE -u SECRET_KEY_FILE -u DEBUG \
	DJANGO_SETTINGS_MODULE=contact_expert.settings ALLOWED_HOSTS=console.example HTTPS=true \
	SECRET_KEY=only-for-this-check-0123456789-abcdefghijklmnopqrstuvwxyz
SECTION = @printf '\n== %s ==\n'

.DEFAULT_GOAL := help
.PHONY: help run demo test types style simulate faults mutate screenshots format lock

help:  ## List what make can do.
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 14

run: $(STAMP)  ## Serve the console and watch the domains on this machine. PORT=8000 unless given.
	@$(BIN)/python -m scripts.run

demo: $(STAMP)  ## The same on throw-away data with three domains, and a failover before your eyes.
	@$(BIN)/python -m scripts.demo

test: $(DEV_STAMP)  ## The whole gate: format, lint, types, templates, checks, tests on SQLite and PostgreSQL.
	@$(MAKE) --no-print-directory --output-sync=target -j2 types style
	$(SECTION) "tests on SQLite"
	$(SQLITE) EXPECTED_DATABASE=sqlite $(PYTEST) --cov --cov-report= --cov-fail-under=0
	$(SECTION) "tests on PostgreSQL"
	$(SQLITE) $(BIN)/python -m tests.with_postgres $(PYTEST) -p tests.only_database
	$(SECTION) "coverage"
	$(BIN)/coverage report
	$(SECTION) "all good"

types: $(DEV_STAMP)
	$(SECTION) "types"
	$(BIN)/mypy .

style: $(DEV_STAMP)
	$(SECTION) "format"
	$(BIN)/ruff format --check .
	$(SECTION) "lint"
	$(BIN)/ruff check .
	$(SECTION) "templates"
	$(BIN)/djlint templates --lint --quiet
	$(SECTION) "settings as deployed"
	$(DEPLOYED) $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(SECTION) "migrations"
	$(SQLITE) $(BIN)/python manage.py makemigrations --check --dry-run

simulate: $(DEV_STAMP)  ## Play monitors, networks and faults by the thousand, and judge the switches. RUNS=1000 SEED=1 unless given.
	@$(SQLITE) $(BIN)/python -m tests.simulation --runs $(or $(RUNS),1000) --seed $(or $(SEED),1)

mutate: $(DEV_STAMP)  ## Remove each guard of a switch in turn, and see that its test notices.
	@$(SQLITE) $(BIN)/python -m tests.mutation

faults: $(DEV_STAMP)  ## Every fault of FAILOVER.md section 8 in real processes, and 100 schedules; as root, 20 minutes.
	@$(SQLITE) $(BIN)/python -W ignore -m tests.faults --row all --schedules 100 --seed $(or $(SEED),1)

screenshots: $(DEV_STAMP)  ## A picture of every page, light and dark, for docs/pictures; needs Chromium, 2 minutes.
	@$(BIN)/python -m tests.screenshots

format: $(DEV_STAMP)  ## Format the code and mend what the linter can mend.
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

lock: $(DEV_STAMP)  ## Renew requirements.txt and requirements-dev.txt from pyproject.toml.
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
		--custom-compile-command "make lock" \
		pyproject.toml --output-file requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
		--custom-compile-command "make lock" \
		--group dev --constraint requirements.txt --output-file requirements-dev.txt

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "Python 3.11 is needed. Install it, or name it: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

$(STAMP): requirements.txt | $(BIN)/python
	$(PIP) -r requirements.txt
	@touch $@

$(DEV_STAMP): requirements-dev.txt $(STAMP)
	$(PIP) -r requirements-dev.txt
	@touch $@
