# Two commands: `make demo` and `make test`. Both create their own environment.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=

.PHONY: demo test check lint programs bench clean

demo: $(VENV)/.installed
	$(BIN)/palovahti demo $(ARGS)

test: $(VENV)/.installed-test programs lint
	$(BIN)/pytest --cov --cov-report=term $(ARGS)

check: $(VENV)/.installed-test lint
	$(BIN)/pytest -m "not slow and not browser and not prometheus" $(ARGS)

lint: $(VENV)/.installed-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed-test
	$(BIN)/python tests/bench/bench_engine.py $(ARGS)

# Browser and Prometheus for the tests that need them; where they cannot be
# installed, those tests are skipped by name.
programs:
	sh deploy/test-programs.sh

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/.installed-test: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[test,lint]'
	touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) build *.egg-info .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis
