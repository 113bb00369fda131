PYTHON ?= python3
BIN := .venv/bin
RUN := runs/demo
PARTS := $(sort $(patsubst tests/%,%,$(patsubst %/,%,$(dir $(wildcard tests/*/test_*.py)))) \
	$(notdir $(wildcard tests/test_*.py)))

.PHONY: demo test test-slow test-workers lint bench clean

demo: .venv/ready
	$(BIN)/python main.py --preset demo --run $(RUN)
	$(BIN)/python main.py evaluate $(RUN)
	@echo "Look at $(RUN)/samples: rows of the first domain above the matching rows of the second."

# Each part in a process of its own, two at a time: no process comes to hold thousands of graphs.
test: .venv/ready-dev
	$(MAKE) --jobs 2 --output-sync --keep-going $(PARTS:%=test-part-%)

test-part-%:
	$(BIN)/python -m pytest -m "not slow" tests/$*

# Two processes train one run and are killed in turn; minutes.
test-workers: .venv/ready-dev
	$(BIN)/python tests/trainers/two_workers.py

test-slow: .venv/ready-dev
	$(BIN)/python -m pytest -m slow

lint: .venv/ready-dev
	$(BIN)/ruff check .

bench: .venv/ready
	$(BIN)/python -m benchmarks.speed

.venv/ready: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/ready-dev: requirements-dev.txt .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

clean:
	rm -rf .venv runs .pytest_cache .ruff_cache
