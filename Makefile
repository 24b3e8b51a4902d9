# Every verb of the project, one line each; `make help` lists them.
SHELL   := /bin/bash
VENV    := .venv
PYTHON  := $(VENV)/bin/python
# The interpreter that makes $(VENV): any python3 from 3.11.
PYTHON3 ?= python3
JOBS    ?= 2

INSTALLED := $(VENV)/installed
BROWSER   := $(VENV)/installed-browser
PEERS     := _build/peers/installed
SCALE     := _build/scale/installed
BARE      := _build/bare/lowest _build/bare/newest
# A processor that OPENBLAS_CORETYPE names would not be the machine's own.
AS_IT_IS   = PYTHONPATH=. env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE
BENCH      = $(AS_IT_IS) $(PEERS:installed=bin/python) tests/bench/run.py
ASSETS    := docs/_assets/node_modules/.package-lock.json
PAGES     := _build/pyodide/pyodide-lock.json
SITE      := _build/html
SPHINX     = $(PYTHON) -m sphinx -c . -d _build/doctrees -W --keep-going -j $(JOBS)
# One thread for each process: several workers that all use every core wait for each other.
PYTEST     = OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(PYTHON) -m pytest
# One version of each package for every Python, so that all machines build the same pages; no address of a registry.
RESOLVE    = uv pip compile --quiet --upgrade --universal --python-version 3.11 --fork-strategy fewest \
             --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header
CHAPTERS   = $(if $(CHAPTER),$(or $(wildcard docs/$(CHAPTER).md docs/*/$(CHAPTER).md),$(error There is no chapter docs/*/$(CHAPTER).md)))
PIP        = $(PYTHON) -m pip --disable-pip-version-check install --require-hashes

.DEFAULT_GOAL := help
.PHONY: help html test test-bare doctest test-snippets test-live test-faults guards-diff lint format serve check-site test-browser test-firefox test-peers test-scale mutation bench bench-methods bench-steps bench-quick calibrate lock clean

help: ## list the verbs
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 16

html: $(INSTALLED) $(ASSETS) $(PAGES) ## build the site into _build/html (the first time, set up first)
	@$(SPHINX) -b html docs $(SITE)
	@echo "The site is in $(SITE): open $(SITE)/index.html, or run 'make serve'."

test: $(INSTALLED) $(ASSETS) ## run every test, docstring example and guard
	@$(PYTEST) -n $(JOBS) --dist loadfile tests docs convbook

test-bare: $(BARE:=/installed) $(INSTALLED) ## test the installed library with what it needs alone, the lowest and the newest versions
	@rm -rf _build/bare/source _build/bare/*.whl && mkdir _build/bare/source && cp -r convbook pyproject.toml README.md LICENSE _build/bare/source
	@$(PYTHON) -m pip --disable-pip-version-check wheel --quiet --no-deps --no-build-isolation --wheel-dir _build/bare _build/bare/source
	@$(MAKE) --no-print-directory --jobs $(JOBS) --output-sync $(BARE:=/tested)

.PHONY: $(BARE:=/tested)
$(BARE:=/tested): %/tested:
	@$*/bin/python -m pip --disable-pip-version-check install --quiet --no-deps --no-index --force-reinstall _build/bare/*.whl
	@PYTHONSAFEPATH=1 OPENBLAS_NUM_THREADS=2 $*/bin/python tests/library_tests.py $*.lock

doctest: $(INSTALLED) ## check docstring examples and guards (CHAPTER=padding: one chapter)
	@$(PYTEST) $(or $(CHAPTERS),docs convbook)

test-snippets: $(INSTALLED) ## run the snippet of every cell by itself, and the library as one file (CHAPTER=padding)
	@OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(PYTHON) tests/snippets/run_snippets.py --jobs $(JOBS) $(CHAPTER)
	@$(if $(CHAPTER),,$(PYTEST) tests/snippets/one_file.py)

test-live: html ## run every cell of the book as its page does, in Python for browsers (CHAPTER=padding)
	@$(PYTHON) tests/live/run_cells.py --jobs $(JOBS) $(CHAPTER)

test-faults: $(INSTALLED) ## plant each mistake in the library for each chapter that uses it: a guard must fail
	@$(PYTEST) -n $(JOBS) -m every_chapter tests/test_faults.py

guards-diff: $(INSTALLED) ## show where results and guards differ, and change nothing (CHAPTER=padding)
	@PYTHONPATH=docs/_ext $(PYTHON) -m book.execution.guards_diff $(or $(CHAPTERS),docs)

lint: $(INSTALLED) ## check style and types
	@$(PYTHON) -m ruff check . && $(PYTHON) -m ruff format --check . && $(PYTHON) -m mypy

format: $(INSTALLED) ## let ruff fix what it can
	@$(PYTHON) -m ruff check --fix . ; $(PYTHON) -m ruff format .

mutation: $(INSTALLED) ## try whether tests notice planted mistakes (MODULE=shapes SAMPLE=200 SEED=0)
	@nice $(PYTHON) tests/mutation/run.py $(MODULE) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED))

serve: ## serve the built site to this machine only (PORT=8000)
	@test -f $(SITE)/index.html || { echo "There is no site yet: run 'make html' first." >&2; exit 2; }
	@$(PYTHON) -m http.server --bind 127.0.0.1 --directory $(SITE) $(or $(PORT),8000)

check-site: html ## check links, hosts, weights and descriptions of the built site
	@$(PYTEST) --ignore tests/site/test_copied_code.py tests/site
	@$(PYTEST) -n $(JOBS) --dist worksteal tests/site/test_copied_code.py

test-browser: html $(BROWSER) ## look at every page of the built site in Chromium
	@command -v chromium >/dev/null || { echo "make test-browser needs Chromium: apt-get install chromium" >&2; exit 2; }
	@$(PYTEST) -n $(JOBS) --dist loadgroup --ignore tests/browser/test_in_firefox.py tests/browser

test-firefox: html $(BROWSER) ## use every explorer, a prediction and an answer in Firefox, too
	@command -v firefox-esr >/dev/null || { echo "make test-firefox needs Firefox: apt-get install firefox-esr" >&2; exit 2; }
	@$(PYTEST) tests/browser/test_in_firefox.py

test-peers: $(PEERS) ## compare with PyTorch and SciPy, live (CONFIGURATIONS=20000, SEED)
	@PYTHONPATH=. $(PEERS:installed=bin/python) tests/peers/live.py --configurations $(or $(CONFIGURATIONS),20000) $(if $(SEED),--seed $(SEED))

test-scale: $(SCALE) ## convolve a picture larger than memory in several processes, and kill one (minutes)
	@DASK_LOGGING__DISTRIBUTED=critical OPENBLAS_NUM_THREADS=1 $(SCALE:installed=bin/python) tests/scale/larger_than_memory.py --out docs/_data/scale.json

bench: $(PEERS) ## measure against PyTorch, SciPy and OpenCV (half an hour), into docs/_data/bench.json
	@$(BENCH) --out docs/_data/bench.json

bench-methods: $(INSTALLED) ## hold the planner's estimates against a clock (five minutes), into the same record
	@$(AS_IT_IS) $(PYTHON) tests/bench/methods.py --out docs/_data/bench.json

bench-steps: $(INSTALLED) ## time the programs that the chapters on speed print (five minutes), into docs/_data/steps.json
	@$(AS_IT_IS) PYTHONPATH=.:docs/_ext $(PYTHON) tests/bench/steps.py --out docs/_data/steps.json

calibrate: $(INSTALLED) ## find the planner's costs for this machine (three minutes), into costs.json
	@$(AS_IT_IS) $(PYTHON) tests/bench/calibrate.py --out costs.json
	@echo "A program uses them with CONVBOOK_COSTS=costs.json in its environment."

bench-quick: $(PEERS) ## the same in two minutes: some cases, one thread, a table only
	@$(BENCH) --quick

lock: ## resolve the lock files anew (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 2; }
	@$(RESOLVE) pyproject.toml --extra docs --extra test -o requirements.lock
	@grep -oE '^(pytest|hypothesis)==[0-9.]+' requirements.lock | $(RESOLVE) --resolution lowest-direct pyproject.toml - -o requirements-lowest.lock
	@$(RESOLVE) --group browser -o requirements-browser.lock
	@$(RESOLVE) --group node -o requirements-node.lock
	@cd docs/_assets && npm update --package-lock-only

clean: ## remove everything that was built (the environment stays; 'rm -r .venv' removes that)
	rm -rf _build docs/_assets/node_modules .pytest_cache .mypy_cache .ruff_cache

# Set-up: each step is done once, and again when its lock changes. ---------------------------------------------
$(INSTALLED): requirements.lock pyproject.toml
	@command -v $(PYTHON3) >/dev/null || { echo "convbook needs Python 3.11 or newer: apt-get install python3 python3-venv" >&2; exit 2; }
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "convbook needs Python 3.11 or newer, and $(PYTHON3) is $$($(PYTHON3) -V 2>&1); try make PYTHON3=python3.11" >&2; exit 2; }
	@$(PYTHON3) -c 'import ensurepip, venv' 2>/dev/null || { echo "convbook needs Python's venv module: apt-get install python3-venv" >&2; exit 2; }
	@echo "Setting up $(VENV) from requirements.lock (once; a minute or two) ..."
	@test -x $(PYTHON) || $(PYTHON3) -m venv $(VENV)
	@$(PIP) -r requirements.lock | grep --line-buffered -E '^(Collecting|Installing|Successfully)' | cut -c1-100; exit $${PIPESTATUS[0]}
	@$(PYTHON) -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# npm is the machine's, or comes from PyPI.
$(ASSETS): docs/_assets/package-lock.json $(INSTALLED)
	@command -v npm >/dev/null || test -x $(VENV)/bin/npm || { echo "No npm here: taking Node.js from requirements-node.lock ..."; $(PIP) --quiet -r requirements-node.lock; }
	@echo "Fetching KaTeX and the fonts from package-lock.json ..."
	@cd docs/_assets && PATH="$$PATH:$(CURDIR)/$(VENV)/bin" npm ci --no-progress --loglevel=error
	@touch $@

# Python as pages run it. Without it, too, there is a site, in which no cell can be run.
$(PAGES): requirements-pyodide.lock docs/_ext/book/live/supply.py $(ASSETS)
	@echo "Fetching Python for cells that run in the page (once; a minute) ..."
	@PYTHONPATH=docs/_ext $(PYTHON) -m book.live.supply $(@D)

$(BROWSER): requirements-browser.lock $(INSTALLED)
	@$(PIP) --quiet -r requirements-browser.lock
	@touch $@

# What the library needs, and what runs its tests: the lowest versions, and the same packages as everywhere else.
$(BARE:=/installed): %/installed: %.lock
	@echo "Setting up $* with what the library needs alone (once) ..."
	@$(PYTHON3) -m venv --clear $*
	@$*/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r $<
	@touch $@

_build/bare/lowest.lock: requirements-lowest.lock
	@mkdir -p $(@D) && cp $< $@

_build/bare/newest.lock: requirements.lock requirements-lowest.lock
	@mkdir -p $(@D) && awk '/^[a-z]/ { split($$0, part, "=="); kept = FILENAME == ARGV[2] && part[1] in names; names[part[1]] } kept' requirements-lowest.lock requirements.lock > $@

# PyTorch is large, so it gets an environment of its own, which no verb makes but those that compare with it.
$(PEERS): pyproject.toml
	@echo "Setting up _build/peers with PyTorch and OpenCV, for comparisons alone (it may fetch gigabytes) ..."
	@$(PYTHON3) -m venv _build/peers
	@_build/peers/bin/python -m pip --disable-pip-version-check install --quiet -e '.[bench]' $$(grep -oE '^(numpy|scipy)==[0-9.]+' requirements.lock)
	@touch $@

# So do processes that share a picture; they find the library where it lies.
$(SCALE): requirements.lock
	@echo "Setting up _build/scale with Dask's processes and Zarr (once) ..."
	@$(PYTHON3) -m venv _build/scale
	@_build/scale/bin/python -m pip --disable-pip-version-check install --quiet 'dask[array,distributed]' zarr $$(grep -oE '^(numpy|scipy|dask)==[0-9.]+' requirements.lock)
	@touch $@
