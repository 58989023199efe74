# Every command works on a fresh machine with Python 3.11 or newer (with venv), GNU make and git; `make` alone lists them.
# Tools are started as `python -m ...`, not through the scripts in .venv/bin, so that a moved or copied folder keeps working.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.SUFFIXES:

# The virtual environment, also for the scripts in .ci; `make test-newest` makes one of its own.
export VENV := .venv
PY := $(VENV)/bin/python
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check
# More arguments for pytest, for instance: make test ARGS="-k export"
ARGS ?=

.PHONY: help run test test-postgres test-newest chaos bench scan-bench fuzz lint validate-html format proofs screenshots requirements clean

help: ## List the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

run: .venv/installed ## Install, migrate, load the checklists and serve at http://127.0.0.1:8000 (HOST, PORT)
	@$(PY) manage.py prepare
	@exec $(PY) -m gunicorn checklist.wsgi:application

test: .venv/installed-dev ## Run all tests, on SQLite or on DATABASE_URL; ARGS go to pytest
	@.ci/test $(ARGS)

test-postgres: .venv/installed-dev ## Run the tests that need no browser and no worker on a PostgreSQL
	@.ci/with-postgres $(PY) -m pytest -n auto --maxprocesses 4 \
		-m "not browser and not content and not chaos and not topology" $(ARGS)

test-newest: .venv-newest/installed ## Run all tests on Python 3.13 (or PYTHON) with the newest Django
	@VENV=.venv-newest .ci/test $(ARGS)

chaos: .venv/installed-dev ## Kill real servers 50 times under load on both databases, and count what was lost
	@FSYNC=on PYTHONPATH=tests .ci/with-postgres $(PY) -m chaos.campaign $(ARGS)

bench: .venv/installed-dev ## Measure the site against its floors, as ratios; ARGS="--help" says what else can be asked
	@PATH="$$PATH:$$(dirname $$(.ci/provide wrk))" PYTHONPATH=tests $(PY) -m bench $(ARGS)

scan-bench: .venv/installed-dev ## Scan five public projects and count what was found of their tasks; ARGS="--rules" counts what the rules say
	@$(PY) -m bench.scan $(ARGS)

fuzz: .venv/installed-dev ## Send 20,000 requests that nobody would write by hand, and print how they were answered
	@FUZZ_REQUESTS=20000 $(PY) -m pytest -q tests/fuzz $(ARGS)

lint: .venv/installed-dev ## Check style, types, templates, settings and migrations
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m djlint --lint templates
	$(PY) -m mypy
	$(PY) manage.py check
	$(PY) manage.py makemigrations --check --dry-run

validate-html: .venv/installed-dev ## Validate the HTML of every page (needs npx)
	@.ci/validate-html

format: .venv/installed-dev ## Write Python in the house style
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

proofs: .venv/installed-dev ## Write the tables of proofs, content/*.proof.md, again
	PYTHONPATH=tests $(PY) -m content.table

screenshots: .venv/installed-dev ## Make the pictures of the README again
	@CHROMIUM=$$(.ci/provide browser) && export CHROMIUM && $(PY) docs/screenshots.py

requirements: .venv/bin/uv ## Compile requirements*.txt from pyproject.toml, for every platform
	$(PY) -m uv pip compile --quiet --universal --python-version 3.11 pyproject.toml -o requirements.txt
	$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --extra dev -c requirements.txt \
		pyproject.toml -o requirements-dev.txt
	$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --extra sentry -c requirements-dev.txt \
		pyproject.toml -o requirements-sentry.txt
	@# What stands in the file already is kept, so that nothing but Django differs from requirements-dev.txt.
	grep -v '^django==' requirements-dev.txt >requirements-newest.txt
	echo 'Django>=6' | $(PY) -m uv pip compile --quiet --universal --python-version 3.13 --extra dev --override - \
		--custom-compile-command 'make requirements' pyproject.toml -o requirements-newest.txt

clean: ## Remove what can be made again; var/ with the database and the secret key stays
	rm -rf .venv .venv-newest staticfiles test-results .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps say which requirements are installed, so that pip runs again only when they change. They mean nothing without
# a working interpreter: when the link in .venv leads nowhere (Python was upgraded), everything is made again.
$(shell [ -x .venv/bin/python ] || rm -f .venv/installed .venv/installed-dev)
$(shell [ -x .venv-newest/bin/python ] || rm -f .venv-newest/installed)

.venv/installed: requirements.txt | .venv/bin/python
	@echo "Installing requirements.txt ..."
	@$(PIP_INSTALL) -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	@echo "Installing requirements-dev.txt ..."
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@

.venv-newest/installed: requirements-newest.txt
	@VENV=.venv-newest PYTHON=$${PYTHON:-python3.13} .ci/venv
	@echo "Installing requirements-newest.txt ..."
	@.venv-newest/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-newest.txt
	@touch $@

.venv/bin/uv: | .venv/bin/python
	@$(PIP_INSTALL) uv

.venv/bin/python:
	@.ci/venv
