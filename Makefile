# make demo    one real run, from nothing: about 20 minutes on two cores after the first download of the model
# make test    the tests            make check   formatting, lints, types, import layers
# make bench   the benchmarks       make wheel   the wheel, built and checked
# make bench-search   strategies on simulated landscapes; goes on where it was stopped

VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LOCAL := $(VENV)/.local

.PHONY: demo check test bench bench-search wheel clean
.DEFAULT_GOAL := test

$(READY): pyproject.toml constraints.txt .ci/setup
	@bash .ci/setup $(VENV) dev
	@touch $@

$(LOCAL): $(READY)
	@bash .ci/setup $(VENV) local
	@touch $@

demo: $(LOCAL)
	@$(BIN)/dgm model pull
	@$(BIN)/dgm run demo.toml

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy

test: $(READY)
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadgroup --durations 10

bench: $(READY)
	@for file in benchmarks/[a-z]*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

bench-search: $(READY)
	$(BIN)/python -m benchmarks.search

wheel: $(READY)
	rm -rf dist
	$(BIN)/python -m build --wheel --outdir dist .
	$(BIN)/check-wheel-contents dist

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
