PYTHON ?= python3
BIN := .venv/bin
RUN := runs/demo
# Each part of the tests is a process of its own, so that none comes to hold thousands of graphs;
# it takes seven seconds to import TensorFlow, so the small folders share two. tests/trainers is
# cut by the letters its files begin with. The longest parts go first, so that the last minutes
# are not one process alone.
LONG := figures nets style
FOLDERS := $(sort $(patsubst tests/%/,%,$(dir $(wildcard tests/*/test_*.py))))
SHORT := commands config framework losses metrics penalties report
HARD := properties torture
OTHERS := $(filter-out trainers $(LONG) $(SHORT) $(HARD),$(FOLDERS))
PARTS := trainers-a-g trainers-h-r trainers-s-z short nets others style hard files figures
# What pyright checks, in two processes too: the same folders as without an argument.
CHECKED = $(shell $(BIN)/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', \
	'rb'))['tool']['pyright']['include'])")
UPPER := main.py style figures report commands benchmarks
# Two processes with two threads each would only fight for two cores.
TEST := TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1 OMP_NUM_THREADS=1 \
	OPENBLAS_NUM_THREADS=1 TF_ENABLE_ONEDNN_OPTS=$${TF_ENABLE_ONEDNN_OPTS:-1} \
	$(BIN)/python -m pytest -m "not slow"

.PHONY: demo test test-browser test-slow test-workers test-processors torture torture-faults torture-properties \
	lint lint-upper lint-lower bench bench-torch clean

demo: .venv/ready
	$(BIN)/python main.py --preset demo --run $(RUN)
	$(BIN)/python main.py evaluate $(RUN)
	@echo "Look at $(RUN)/samples: each group of rows shows the same latents in every domain."

test: .venv/ready-dev
	$(MAKE) --jobs 2 --output-sync --keep-going $(PARTS:%=test-part-%)

test-part-trainers-%:
	$(TEST) tests/trainers/test_[$*]*.py

test-part-others:
	$(TEST) $(OTHERS:%=tests/%)

test-part-short:
	$(TEST) $(SHORT:%=tests/%)

test-part-hard:
	$(TEST) $(HARD:%=tests/%)

test-part-files:
	$(TEST) tests/test_*.py

test-part-%:
	$(TEST) tests/$*

# Two processes train one run and are killed in turn; minutes.
test-workers: .venv/ready-dev
	$(BIN)/python tests/trainers/two_workers.py

# A thousand faults over every kind of training, each run resumed to the end of an unbroken one,
# and ten thousand inputs that nobody means to give; an hour and ten minutes. FAULTS="--seed 1" are others.
torture: .venv/ready-dev
	$(MAKE) --keep-going torture-faults torture-properties

torture-faults:
	$(BIN)/python -m tests.torture $(FAULTS)

torture-properties:
	SCOGAN_PROPERTIES=torture $(TEST) tests/properties

# What computes, under settings in which a processor adds in another order; more than an hour.
test-processors: .venv/ready-dev
	$(BIN)/python -m tests.processors

# The page of a run in a browser: SCOGAN_CHROMIUM=/usr/bin/chromium make test-browser
test-browser: .venv/ready-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-browser.txt
	$(BIN)/python -m pytest tests/report/test_browser.py

test-slow: .venv/ready-dev
	$(BIN)/python -m pytest -m slow

lint: .venv/ready-dev
	$(BIN)/ruff check .
	$(MAKE) --jobs 2 --output-sync --keep-going lint-upper lint-lower

lint-upper:
	$(BIN)/pyright $(UPPER)

lint-lower:
	$(BIN)/pyright $(filter-out $(UPPER),$(CHECKED))

bench: .venv/ready
	$(BIN)/python -m benchmarks.speed

# The same beside PyTorch, which gets a virtual environment of its own: .venv-torch.
bench-torch: .venv/ready .venv-torch/ready
	SCOGAN_TORCH_PYTHON=.venv-torch/bin/python $(BIN)/python -m benchmarks.speed --ways compiled,torch

.venv-torch/ready: requirements-bench.txt
	test -x .venv-torch/bin/python || $(PYTHON) -m venv .venv-torch
	.venv-torch/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	@touch $@

.venv/ready: requirements.txt
	@echo "setting up .venv: the packages of requirements.txt, a minute or two where the network is fast"
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/ready-dev: requirements-dev.txt .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-export.txt \
		|| echo "the packages of requirements-export.txt cannot be had: their test is skipped"
	@touch $@

clean:
	rm -rf .venv .venv-torch runs .pytest_cache .ruff_cache
