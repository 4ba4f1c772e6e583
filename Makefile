# `make demo` and `make test` are all a new machine needs: python3, make and a C++ compiler.
# Everything else comes from PyPI into .venv. Stamp files in .venv remember what is installed; each depends on
# every native source and on the directories (a file added or removed touches its directory) and carries the time
# at which its installation began, so that no stale module is ever run. The build tree in build/ is kept: only what
# changed is compiled again.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
WORKERS ?= 2
PICTURES ?=
export CMAKE_BUILD_PARALLEL_LEVEL ?= $(WORKERS)

SOURCES := pyproject.toml CMakeLists.txt $(wildcard CMakePresets.json) $(shell find native) \
           $(shell find src -type d -not -name __pycache__)
PEERS ?=
INSTALL = $(PIP) install --no-build-isolation --check-build-dependencies --editable

.PHONY: help demo test test-networks lint format sanitize bench bench-networks bench-learned bench-evaluation wheel clean

help:
	@echo "make demo      compress photographs, print a table, write demo/index.html (PICTURES=\"a.png b.png\" for your own)"
	@echo "make test      ruff, mypy, the tests of the core and pytest, in .venv (WORKERS=2)"
	@echo "make test-networks  the tests that need torch, with it: 5 GB, and 6 minutes"
	@echo "make lint      ruff and mypy alone"
	@echo "make format    let ruff format and fix"
	@echo "make sanitize  the core under AddressSanitizer and UBSan, fed with mutated picture files"
	@echo "make bench     the numbers of README and docs/jpeg.md, into benchmarks/results/; an hour (CONTRIBUTING.md)"
	@echo "make bench-networks  the same of docs/machine.md; an hour and torch"
	@echo "make bench-learned   the same of docs/learned.md; half an hour and torch"
	@echo "make bench-evaluation  every codec on Kodak, the presets, docs/evaluation.md; an hour and torch"
	@echo "make wheel     a wheel in dist/, built in isolation"
	@echo "make clean     remove what the above made"

$(VENV)/.tools:
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --upgrade pip scikit-build-core nanobind cmake ninja
	@touch $@

$(VENV)/.installed-%: $(VENV)/.tools $(SOURCES)
	@touch $@.begun
	$(INSTALL) '.[$*]'
	@mv $@.begun $@

demo: $(VENV)/.installed-demo
	cd examples && ../$(BIN)/python -m demo --output ../demo $(addprefix --picture ,$(abspath $(PICTURES)))

# The core alone, without Python, under a preset of CMakePresets.json: built, and its own tests run.
native-%: $(VENV)/.tools
	$(BIN)/cmake --preset $* -D CMAKE_MAKE_PROGRAM=$(abspath $(BIN)/ninja) --log-level=NOTICE
	$(BIN)/cmake --build --preset $*
	$(BIN)/ctest --preset $*

sanitize: native-sanitize $(VENV)/.installed-test
	$(BIN)/cmake --preset sanitize-python -D CMAKE_MAKE_PROGRAM=$(abspath $(BIN)/ninja) \
		-D Python_EXECUTABLE=$(abspath $(BIN)/python) --log-level=NOTICE
	$(BIN)/cmake --build --preset sanitize-python
	$(BIN)/python benchmarks/mutate.py

bench: $(VENV)/.installed-bench
	$(BIN)/python benchmarks/kodak.py $(PEERS) --output benchmarks/results
	$(BIN)/python benchmarks/speed.py $(PEERS) --output benchmarks/results
	@set -e; for name in ablation targets memory decoders; do \
	  echo "== $$name"; $(BIN)/python benchmarks/$$name.py --output benchmarks/results; done
	$(BIN)/python benchmarks/readme_tables.py

bench-networks: $(VENV)/.installed-bench,machine
	@set -e; for name in machine detection machine_cost; do \
	  echo "== $$name"; OMP_NUM_THREADS=1 $(BIN)/python benchmarks/$$name.py --output benchmarks/results; done
	$(BIN)/python benchmarks/readme_tables.py

bench-learned: $(VENV)/.installed-bench,learned
	@set -e; for name in learned learned_speed learned_exact learned_memory; do \
	  echo "== $$name"; OMP_NUM_THREADS=1 $(BIN)/python benchmarks/$$name.py --output benchmarks/results; done
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/mutate_learned.py
	$(BIN)/python benchmarks/readme_tables.py

bench-evaluation: $(VENV)/.installed-bench,machine,learned,evaluation
	$(BIN)/python benchmarks/evaluation.py --output benchmarks/results
	$(BIN)/python benchmarks/presets.py --output benchmarks/results
	$(BIN)/python benchmarks/readme_tables.py

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint native-core
	$(BIN)/python -m pytest -n $(WORKERS)

test-networks: $(VENV)/.installed-test,machine,learned
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) tests/observers tests/learned tests/training tests/evaluation tests/cli

format: $(VENV)/.installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

wheel: $(VENV)/.tools
	$(PIP) wheel . --no-deps --wheel-dir dist

clean:
	rm -rf $(VENV) build dist demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
