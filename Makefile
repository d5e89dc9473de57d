# Everything here sets up what it needs, in .venvs/ and runs/. Python 3.11 is the only thing that has to be there.
PYTHON ?= python3.11
SEED ?= 0
RUN := runs/demo$(if $(filter-out 0,$(SEED)),-seed$(SEED))
SETUP := $(PYTHON) recipes/cpu/environments.py
GRPO := .venvs/grpo/bin/python
TEST := .venvs/test/bin/python
# Python 3.10 is what EasyR1's images have; without one, these tests are left out and said so.
PYTHON310 ?= $(firstword $(wildcard $(HOME)/.pyenv/versions/3.10*/bin/python) $(shell command -v python3.10))
LOWEST := .venvs/lowest/bin/python
UNIT := "not host and not easyr1 and not slow"
TRAIN := tests/hosts/test_verl.py tests/recipes/test_demo_small.py
WIRE := tests/cli tests/endpoints tests/rewards/judge

# Where it is set, each of the many processes of a run would compile what it imports of torch, transformers and verl anew: 13 s of CPU instead of 6 (measured).
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo demo-controls test test-unit test-wire test-core test-lowest test-hosts test-hosts-train test-hosts-short host-environments test-easyr1 test-slow docs-doctor typecheck release clean-demo

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## warm start, GRPO with the hybrid reward, report (SEED=0; goes on where it was interrupted)
	@$(SETUP) sft grpo
	@$(GRPO) recipes/cpu/demo.py --seed $(SEED)

demo-controls: demo ## the same start with other rewards: noise, permuted answers, format, rules, judge only
	@$(GRPO) recipes/cpu/controls.py --run $(RUN)

test: ## unit and contract tests, types, then short runs in the real verl, TRL and LLaMA-Factory
	@$(SETUP) test
	@$(MAKE) -j3 test-wire test-core typecheck host-environments test-hosts-train test-lowest test-hosts-short
	@echo "test-easyr1: left out, it needs a clone of EasyR1: make test-easyr1 EASYR1_HOME=DIR"

test-unit: ## the tests that need no host
	@$(SETUP) test
	@$(TEST) -m pytest -m $(UNIT)

# The same in two halves, for two cores: the one mostly waits, for servers and for commands that start.
test-wire:
	@$(TEST) -m pytest -q -p no:cacheprovider -m $(UNIT) $(WIRE)

test-core:
	@$(TEST) -m pytest -q -p no:cacheprovider -m $(UNIT) $(WIRE:%=--ignore=%)

test-lowest: ## the core on Python 3.10 with the lowest versions of its dependencies
ifeq ($(PYTHON310),)
	@echo "test-lowest: left out, there is no python3.10 here (set PYTHON310)"
else
	@$(PYTHON310) -m venv .venvs/lowest
	@$(LOWEST) -m pip install -q --disable-pip-version-check -r tests/lowest.txt 2>&1 | grep -v "^WARNING: Location" || true
	@$(LOWEST) -m pip install -q --disable-pip-version-check --no-deps -e . 2>&1 | grep -v "^WARNING: Location" || true
	@$(LOWEST) -m pytest -q -m $(UNIT) --ignore tests/recipes
endif

test-hosts: ## short runs in the real hosts, and the whole demo in small
	@$(SETUP) test
	@$(MAKE) -j2 test-hosts-train test-hosts-short

# In two halves as well: the one trains in verl, the other mostly imports.
test-hosts-train: host-environments
	@WETHINK_REQUIRE_HOSTS=1 $(TEST) -m pytest -q -p no:cacheprovider --durations 9 -m "host and not slow" $(TRAIN)

test-hosts-short: host-environments
	@WETHINK_REQUIRE_HOSTS=1 $(TEST) -m pytest -q -p no:cacheprovider --durations 9 -m "host and not slow" tests/hosts $(TRAIN:%=--ignore=%)

host-environments:
	@$(SETUP) sft grpo

test-easyr1: ## inside EasyR1's own code, three versions of it (EASYR1_HOME: a clone with its tags)
ifeq ($(EASYR1_HOME),)
	@echo "test-easyr1: EASYR1_HOME is not set. git clone https://github.com/hiyouga/EasyR1 and give its folder:" >&2
	@echo "  make test-easyr1 EASYR1_HOME=DIR" >&2
	@exit 2
else
	@$(SETUP) test easyr1
	@WETHINK_REQUIRE_HOSTS=1 EASYR1_HOME="$(abspath $(EASYR1_HOME))" PYTHON310="$(PYTHON310)" $(TEST) -m pytest -m easyr1
endif

typecheck: ## mypy --strict over the package; 15 s of CPU, less when little has changed
	@$(SETUP) test
	@$(TEST) -m mypy

test-slow: ## load and faults at length, further runs in the hosts, a real vLLM server; many minutes, 3 GB more
	@$(SETUP) test sft grpo vllm verifiers
	@WETHINK_REQUIRE_HOSTS=1 $(TEST) -m pytest -m slow

docs-doctor: ## write docs/doctor.md again, from the faults that the tests plant (EASYR1_HOME: those of EasyR1's own code too)
	@$(SETUP) test sft grpo
	@WETHINK_WRITE_DOCS=1 $(TEST) -m pytest -q tests/doctor tests/hosts/test_doctor.py
ifneq ($(EASYR1_HOME),)
	@$(SETUP) easyr1
	@WETHINK_WRITE_DOCS=1 EASYR1_HOME="$(abspath $(EASYR1_HOME))" $(TEST) -m pytest -q tests/easyr1/test_doctor.py
endif
	@WETHINK_WRITE_DOCS=1 $(TEST) -m pytest -q tests/doctor -k test_the_page

# What is in build/release was checked before it becomes dist/.
release: ## wheel and sdist of what is committed, checked, in dist/
	@$(SETUP) test release
	@rm -rf build/release
	@.venvs/release/bin/python -m build --no-isolation --outdir build/release .
	@.venvs/release/bin/python -m twine check --strict build/release/*
	@WETHINK_DIST="$(CURDIR)/build/release" $(TEST) -m pytest -q -p no:cacheprovider tests/release
	@rm -rf dist && mv build/release dist
	@ls -l dist

clean-demo: ## remove the runs of the demo; environments stay
	rm -rf runs/demo runs/demo-seed* runs/demo-small
