# One target per thing a person wants; `make` alone lists them.
PYTHON ?= python3
V := .venv/bin
export PYTHONDONTWRITEBYTECODE ?= 1

.DEFAULT_GOAL := help
.PHONY: help lab reset test formulas numbers site serve chapters bench clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 12

lab: .venv/book  ## open the book in JupyterLab (your own copy, in my/)
	$(V)/python tools/lab/open.py

reset: .venv/book  ## CHAPTER=05_delta: put that chapter of my/ back as printed
	$(V)/python tools/lab/open.py --reset $(CHAPTER)

test: .venv/test  ## every guard: book rules, modules, notebooks, site, browser
	$(V)/python -m pytest --nbval

formulas: .venv/test  ## evaluate the displayed formulas as they are printed
	$(V)/python -m tools.formulas $(FILES)

numbers: .venv/test  ## hold the prose to what computes it (FILES=…, LIST=1)
	$(V)/python -m tools.claims $(if $(LIST),--list) $(FILES)

site: .venv/test  ## build the Jupyter Book site
	$(V)/python tools/website/build.py

serve: site  ## show the built site on this computer
	$(V)/python tools/website/build.py --serve

chapters: .venv/test  ## after an edit: pair, run what changed, tangle
	$(V)/python tools/chapters.py

bench: .venv/test  ## the timing tables
	$(V)/python benchmarks/run.py

clean:  ## remove what was built (not your copies in my/, not .venv)
	rm -rf _build build *.egg-info

.venv/bin/python:
	@echo "Making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv

.venv/book: pyproject.toml | .venv/bin/python
	@echo "Installing the book (a few minutes the first time)"
	$(V)/python -m pip install --quiet --progress-bar on -e '.[book]'
	@touch $@

.venv/test: pyproject.toml | .venv/bin/python
	@echo "Installing the book, its site and its tests (a few minutes the first time)"
	$(V)/python -m pip install --quiet --progress-bar on -e '.[book,site,test]'
	@touch $@ .venv/book
