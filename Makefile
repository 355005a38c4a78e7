# `make run` and `make test` do all the set-up they need from a bare clone: system libraries where the user may install
# them, a virtual environment, the packages. Set PYTHON to choose another Python 3.11.

VENV ?= .venv
BIN := $(VENV)/bin
OUT ?= runs/friday_evening-$(shell date +%Y%m%d-%H%M%S)
ARGS ?=

.PHONY: run test check check-slow format lint types layers bench setup clean

run: setup  ## the main job: the flagship evening in the default city, footage and report included
	$(BIN)/twin run friday_evening --out $(OUT) $(ARGS)

test: setup  ## the tests, 10 minutes at most on 2 cores
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow" $(ARGS)

check: setup format lint types layers test  ## all that a change must pass

check-slow: check  ## and what takes longer
	$(BIN)/python -m pytest -m slow $(ARGS)

format: setup
	$(BIN)/ruff format --check .

lint: setup
	$(BIN)/ruff check .

types: setup
	$(BIN)/mypy

layers: setup
	$(BIN)/lint-imports

bench: setup  ## every figure beside its peer, as a table
	$(BIN)/python -m tests.benchmarks $(ARGS)

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.txt setup.sh
	VENV=$(VENV) sh setup.sh
	touch $@

clean:
	rm -rf $(VENV) build *.egg-info
