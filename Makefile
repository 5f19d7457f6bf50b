# make demo        set up, render a small synthetic competition, run nine solutions, explain the leaderboards
# make demo-all    set up, render the synthetic competition, run every solution, print the leaderboards
# make test        set up, run all tests
# make test-numpy  run the tests of compiled code with its NumPy fallbacks
# make check       style, types, layers of imports
# make torture     attacks for MINUTES=60: kills, fuzzing, hostile solutions, full disks, damaged files
# make bench       speed and memory, as ratios to the alternatives

FITS = -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null
PYTHON := $(shell for name in python3 python3.13 python3.12 python3.11 python; do \
	$$name $(FITS) && echo $$name && break; done)
VENV := .venv
BIN := $(VENV)/bin
DEMO := build/demo
EXTRAS := jax,kaggle,onnxruntime,parquet,plots,serving,teams,tensorflow,trackers,tuning
MINUTES := 60
COMPILED := tests/metrics tests/harness/data $(addprefix tests/solutions/,hashing local neighbours reranking)

.PHONY: demo demo-all test test-numpy check torture torture-short bench clean

demo: $(VENV)/installed
	$(BIN)/landmark demo $(DEMO)/small --workspace $(DEMO)/workspace

demo-all: $(VENV)/installed
	$(BIN)/landmark data make $(DEMO)/competition
	$(BIN)/landmark run --on $(DEMO)/competition --workspace $(DEMO)/workspace
	$(BIN)/landmark leaderboard --every --on $(DEMO)/competition --workspace $(DEMO)/workspace

test: $(VENV)/dev
	$(BIN)/pytest -q -n auto --dist worksteal

test-numpy: $(VENV)/dev
	LANDMARK_KERNELS=numpy $(BIN)/pytest -q -n auto --dist worksteal $(COMPILED)

check: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

torture: $(VENV)/dev
	$(BIN)/python -m tests.torture --minutes $(MINUTES)

torture-short: $(VENV)/dev
	$(BIN)/python -m tests.torture --minutes 0.5 --short

bench: $(VENV)/bench
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) build

$(VENV)/pip:
	@test -n "$(PYTHON)" && $(PYTHON) $(FITS) || \
		{ echo "landmark needs Python 3.11, 3.12 or 3.13; name one: make PYTHON=/path/to/python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	@touch $@

$(VENV)/installed: $(VENV)/pip pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/dev: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --editable '.[$(EXTRAS)]' --group dev
	@touch $@

$(VENV)/bench: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --editable '.[$(EXTRAS)]' --group bench
	@touch $@
