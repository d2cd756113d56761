# Two commands: `make demo` and `make test`. Both create their own environment.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=

.PHONY: demo test check lint programs bench bench-faults bench-peers bench-kafka kafka kafka-stop clean

demo: $(VENV)/.installed
	$(BIN)/palovahti demo $(ARGS)

test: $(VENV)/.installed-test programs lint
	$(BIN)/pytest -n 3 --dist loadgroup --cov --cov-report=term $(ARGS)

check: $(VENV)/.installed-test lint
	$(BIN)/pytest -m "not slow and not browser and not prometheus and not kafka and not postgres" $(ARGS)

lint: $(VENV)/.installed-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed-test
	$(BIN)/python tests/bench/bench_engine.py $(ARGS)

# Workers and brokers are killed, stopped and starved while mentions flow: ARGS="--rounds 5".
bench-faults: $(VENV)/.installed-test programs
	$(BIN)/python tests/bench/bench_faults.py $(ARGS)

# Counting on Kafka beside other Python stream processors.
bench-peers: $(VENV)/.installed-test programs
	$(BIN)/python tests/bench/bench_kafka_peers.py $(ARGS)

# Everything measured on a broker, into docs/benchmarks/throughput.md: ARGS="--minutes 18 --only latency".
bench-kafka: $(VENV)/.installed-test programs
	$(BIN)/python tests/bench/kafka_tables.py $(ARGS)

# A real Apache Kafka on 127.0.0.1:9092, or where ARGS says: ARGS="--brokers 3 --port 9192".
kafka:
	$(PYTHON) deploy/kafka-local/broker.py start $(ARGS)

kafka-stop:
	$(PYTHON) deploy/kafka-local/broker.py stop $(ARGS)

# Minutes; where the public data are not at hand (ARGS="--data DIR"), a small set
# is made up and nothing of the page is renewed. ARGS="--data DIR --out docs/benchmarks" renews it.
bench-detection: $(VENV)/.installed-test
	$(BIN)/palovahti bench detection $(ARGS)

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
