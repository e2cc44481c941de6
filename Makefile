# Everything the portal needs: `make run` and `make test` install it below var/.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.NOTPARALLEL:

PYTHON ?= python3
VENV := var/venv
BIN := $(VENV)/bin
SOURCES := package.json $(wildcard static/src/*.* static/src/*/*.* static/src/*/*/*.* fixtures/*.geojson)

.PHONY: run test pytest check lint types architecture fix docs bench

run: var/.python var/.assets
	@exec $(BIN)/python -m jiaxing_pioneers.embedded run

test: check pytest

pytest: var/.python-dev var/.assets
	@$(BIN)/python -m jiaxing_pioneers.embedded with \
		sh -c '$(BIN)/python manage.py collectstatic --noinput --verbosity=0 && exec $(BIN)/pytest $(or $(ARGS),-n 2 --dist loadgroup)'

check: lint types architecture

lint: var/.python-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: export SECRET_KEY = types
types: export DATABASE_URL = postgres://app@localhost/types
types: export REDIS_URL = redis://localhost
types: var/.python-dev
	@$(BIN)/mypy apps jiaxing_pioneers

architecture: var/.python-dev
	@$(BIN)/lint-imports

fix: var/.python-dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

var/.venv:
	@$(PYTHON) -m venv $(VENV) || { echo "缺少 python3-venv，请先安装：apt-get install python3-venv"; exit 1; }
	@mkdir -p var && touch $@

var/.python: requirements.txt | var/.venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

var/.python-dev: requirements-dev.txt var/.python
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

var/.node: package-lock.json | var/.venv
	@npm ci --silent
	@touch $@

var/.assets: $(SOURCES) var/.node
	@npm run --silent build
	@touch $@
