# All that is needed is Python 3.11 or later, with venv, and make. Everything goes into .venv.
#
#   make demo        translate a phantom's T1 into a T2 and show the picture
#   make test        the tests (make test-slow: also those that take minutes)
#   make faults      every row of the table of faults (Testing/faults), and what was counted;
#                    ROWS="28 37" runs these alone, COUNT=5 fewer kills and cycles than 100
#   make lint        ruff
#   make bench       the benchmarks, one after the other
#   make cmake-lists write the file lists and addresses of the Slicer extension
#
# PYTHON=python3.12 chooses the interpreter. PIP_ARGS is handed to pip.

PYTHON ?= python3
PIP_ARGS ?=
WORKERS ?= 2
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --disable-pip-version-check --quiet -c constraints.txt $(PIP_ARGS)
READY := $(VENV)/.ready
READY_TO_TEST := $(VENV)/.ready-to-test

.PHONY: setup demo test test-slow faults lint bench cmake-lists clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; name it as in: make PYTHON=python3.11")'
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (a few minutes, once)"
	@$(PIP) torch
	@$(PIP) --editable '.[baselines]'
	@touch $@

$(READY_TO_TEST): $(READY)
	@echo "Installing what the tests need"
	@$(PIP) --editable '.[test]'
	@touch $@

demo: $(READY)
	@$(PY) Resources/demo.py

test: $(READY_TO_TEST)
	$(PY) -m pytest -n $(WORKERS) --dist loadfile -m "not slow"

test-slow: $(READY_TO_TEST)
	$(PY) -m pytest -n $(WORKERS) --dist loadfile

faults: $(READY_TO_TEST)
	$(PY) Testing/faults/fault_table.py $(if $(ROWS),--rows $(ROWS)) $(if $(COUNT),--count $(COUNT)) \
		-n $(WORKERS) --dist loadfile

lint: $(READY_TO_TEST)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

bench: $(READY_TO_TEST)
	@for script in Testing/benchmarks/*.py; do \
		echo "== $$script"; $(PY) $$script || exit 1; \
	done

cmake-lists:
	$(PYTHON) Testing/packaging/cmake_lists.py

clean:
	rm -rf $(VENV) demo build *.egg-info .pytest_cache .ruff_cache .hypothesis
