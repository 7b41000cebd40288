# One target per thing a person wants; `make` alone lists them.
PYTHON ?= python3
V := .venv/bin
MINE = $(if $(MY),"--my=$(MY)")
export PYTHONDONTWRITEBYTECODE ?= 1

.DEFAULT_GOAL := help
.PHONY: help lab reset test check formulas numbers site serve pdf epub slides release picture chapters bench clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 12

lab: .venv/book  ## open the book in JupyterLab (your own copy, in my/ or MY=…; ARGS=…)
	$(V)/python tools/lab/open.py $(MINE) $(ARGS)

reset: .venv/book  ## CHAPTER=07_delta: put that chapter of my/ back as printed
	$(V)/python tools/lab/open.py $(MINE) --reset "$(CHAPTER)"

test: .venv/test  ## every guard: book rules, modules, notebooks, site, browser
	$(V)/python -m pytest --nbval --by-guard -n auto

check: .venv/test  ## CHAPTER=07_delta: what it lacks, and every guard it can break
	$(V)/python tools/check.py "$(CHAPTER)"

formulas: .venv/test  ## evaluate the displayed formulas as they are printed
	$(V)/python -m tools.formulas $(FILES)

numbers: .venv/test  ## hold the prose to what computes it (FILES=…, LIST=1)
	$(V)/python -m tools.claims $(if $(LIST),--list) $(FILES)

site: .venv/test  ## build the Jupyter Book site
	$(V)/python tools/website/build.py

serve: site  ## show the built site on this computer
	$(V)/python tools/website/build.py --serve

pdf: .venv/test  ## the book as a PDF
	$(V)/python tools/edition/make.py pdf

epub: .venv/test  ## the book as an ePub
	$(V)/python tools/edition/make.py epub

slides: .venv/test  ## slides of each chapter
	$(V)/python tools/edition/make.py slides

release: .venv/test  ## all that an edition consists of, in dist/
	$(V)/python tools/edition/release.py

picture: site  ## take the README's pictures from the built site
	$(V)/python tools/website/picture.py

chapters: .venv/test  ## after an edit: pair, run what changed, tangle
	$(V)/python tools/chapters.py

bench: .venv/test  ## the timing tables
	$(V)/python benchmarks/run.py

clean:  ## remove what was built (not your copies in my/, not .venv)
	rm -rf _build build *.egg-info

# What is needed is looked at each time, and mended or made anew.
.venv/book .venv/test: FORCE
	@command -v "$(PYTHON)" >/dev/null || { echo "$(PYTHON) is not there: \
	make PYTHON=…, which has to be 3.11 or later"; exit 1; }
	@"$(PYTHON)" tools/install.py $(@F)

FORCE:
