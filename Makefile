# Every verb of the project. `make` alone lists them.
SHELL  := /bin/bash
VENV   := .venv
PYTHON := $(VENV)/bin/python
SPHINX  = $(PYTHON) -m sphinx -c . -d _build/doctrees -n -W --keep-going -j 2
html:
	$(SPHINX) -b html docs _build/html
