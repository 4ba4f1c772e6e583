# `make demo` and `make test` need python3 (3.11 or later), make and a C++20 compiler. Everything else comes from
# PyPI into .venv. A stamp file in .venv records each set of extras that is installed. It depends on every native
# source and on the directories (adding or removing a file touches its directory), and its time is that at which the
# installation began, so an outdated module is never run. The build tree in build/ is kept: only what changed is
# compiled again.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH := $(BIN)/python -m benchmarks
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Dependencies come as wheels. Where one has none for your platform, `make test WHEELS=` lets pip build it.
WHEELS ?= --only-binary=:all:
WORKERS ?= 2
PICTURES ?=
# Folder that benchmarks/training_data wrote, for the measurements by class of pictures.
TRAINING_DATA ?= ../train-data
# Networks that look at what the observer dial makes, beside those at hand: NAME=FILE, separated by blanks.
NETWORKS ?=
export CMAKE_BUILD_PARALLEL_LEVEL ?= $(WORKERS)

SOURCES := pyproject.toml CMakeLists.txt $(wildcard CMakePresets.json weights/*.* weights/*/*.*) $(shell find native) \
           $(shell find src -type d -not -name __pycache__)
# The package alone is built without isolation, with the tools of .venv, so that its build tree can be kept. Its
# version pins the second call to what the first one installed.
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)

.PHONY: help demo test test-networks lint format sanitize wheel clean \
        bench bench-jpeg bench-networks bench-learned bench-evaluation bench-classes bench-dial

help:
	@echo "make demo              compress photographs, print a table, write demo/index.html (your own: PICTURES=\"a.png b.png\")"
	@echo "make test              ruff, mypy, the tests of the core, and pytest without torch (WORKERS=2)"
	@echo "make test-networks     mypy and pytest for all that needs torch; installs torch (5 GB)"
	@echo "make lint              ruff and mypy alone"
	@echo "make format            apply ruff's formatting and fixes"
	@echo "make sanitize          run the core on mutated picture files under AddressSanitizer and UBSan"
	@echo "make bench             all measurements of README and docs/, into benchmarks/results/; four hours, needs torch"
	@echo "make bench-jpeg        those of README and docs/jpeg.md alone; one hour"
	@echo "make bench-networks    those of docs/machine.md; one hour, needs torch"
	@echo "make bench-learned     those of docs/learned.md; half an hour, needs torch"
	@echo "make bench-evaluation  those of docs/evaluation.md: all codecs on Kodak; one hour, needs torch"
	@echo "make bench-classes     the learned codec by class of pictures, of TRAINING_DATA=../train-data; one hour, needs torch"
	@echo "make bench-dial        its observer dial (a network more: NETWORKS=mobilenet=FILE.tflite); three hours, needs torch"
	@echo "make wheel             build wheels of the package and of the weights into dist/, in isolation"
	@echo "make clean             remove all of the above"

$(VENV)/.tools:
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --upgrade $(WHEELS) pip scikit-build-core nanobind cmake ninja
	@touch $@

$(VENV)/.installed-%: $(VENV)/.tools $(SOURCES)
	@touch $@.begun
	$(PIP) install --no-build-isolation --check-build-dependencies --no-deps --editable .
	$(PIP) install $(WHEELS) 'beholder[$*]==$(VERSION)'
	@mv $@.begun $@

demo: $(VENV)/.installed-demo
	PYTHONPATH=examples $(BIN)/python -m demo --output demo $(addprefix --picture ,$(PICTURES))

# The core alone, without Python, under a preset of CMakePresets.json: built, and its own tests run.
native-%: $(VENV)/.tools
	$(BIN)/cmake --preset $* -D CMAKE_MAKE_PROGRAM="$(abspath $(BIN)/ninja)" --log-level=NOTICE
	$(BIN)/cmake --build --preset $*
	$(BIN)/ctest --preset $*

sanitize: native-sanitize $(VENV)/.installed-test
	$(BIN)/cmake --preset sanitize-python -D CMAKE_MAKE_PROGRAM="$(abspath $(BIN)/ninja)" \
		-D Python_EXECUTABLE="$(abspath $(BIN)/python)" --log-level=NOTICE
	$(BIN)/cmake --build --preset sanitize-python
	$(BENCH).robustness.mutate

bench: bench-jpeg bench-networks bench-learned bench-evaluation

# Each script writes its results into benchmarks/results/, from which readme_tables.py fills README.md and docs/.
# Programs to compare with are named by variables: make bench BEHOLDER_CJPEG=... BEHOLDER_CJPEGLI=... BEHOLDER_SJPEG=...
# (mozjpeg, jpegli, sjpeg); `beholder evaluate --list` tells the others.
bench-jpeg: $(VENV)/.installed-bench
	@set -e; for name in kodak speed ablation targets memory decoders; do \
	  echo "== $$name"; $(BENCH).jpeg.$$name --output benchmarks/results; done
	$(BENCH).readme_tables

bench-networks: $(VENV)/.installed-bench,machine
	@set -e; for name in machine detection machine_cost; do \
	  echo "== $$name"; OMP_NUM_THREADS=1 $(BENCH).networks.$$name --output benchmarks/results; done
	$(BENCH).readme_tables

bench-learned: $(VENV)/.installed-bench,learned
	@set -e; for name in rate speed exact memory; do \
	  echo "== $$name"; OMP_NUM_THREADS=1 $(BENCH).learned.$$name --output benchmarks/results; done
	OMP_NUM_THREADS=1 $(BENCH).robustness.mutate_learned
	$(BENCH).readme_tables

bench-evaluation: $(VENV)/.installed-bench,machine,learned,evaluation
	$(BENCH).evaluation.every_codec --output benchmarks/results
	$(BENCH).evaluation.presets --output benchmarks/results
	$(BENCH).readme_tables

# These need pictures that benchmarks/training_data makes, and hours, and are no part of `make bench`.
bench-classes: $(VENV)/.installed-bench,learned
	OMP_NUM_THREADS=1 $(BENCH).learned.classes --validation $(TRAINING_DATA)/validation --output benchmarks/results

bench-dial: $(VENV)/.installed-bench,machine,learned,evaluation
	OMP_NUM_THREADS=1 $(BENCH).learned.dial $(if $(NETWORKS),--networks $(NETWORKS)) --output benchmarks/results

# Without torch its decorators and results have no types to check.
lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --allow-untyped-decorators --no-warn-return-any
	$(BENCH).readme_tables --check

test: lint native-core
	$(BIN)/python -m pytest -n $(WORKERS)

# Where torch is installed, mypy reads its types and is as strict as pyproject.toml says.
test-networks: $(VENV)/.installed-test-networks
	$(BIN)/mypy
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS)

format: $(VENV)/.installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

wheel: $(VENV)/.tools
	BEHOLDER_RELEASE=1 $(PIP) wheel . ./weights --no-deps --wheel-dir dist

clean:
	rm -rf $(VENV) build dist demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
