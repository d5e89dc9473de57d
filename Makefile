# Everything here sets up what it needs, in .venvs/ and runs/. Python 3.11 is the only thing that has to be there.
PYTHON ?= python3.11
SEED ?= 0
RUN := runs/demo$(if $(filter-out 0,$(SEED)),-seed$(SEED))
SETUP := $(PYTHON) recipes/cpu/environments.py
GRPO := .venvs/grpo/bin/python
TEST := .venvs/test/bin/python
DOCS := .venvs/docs/bin/python
# Python 3.10 is what EasyR1's images have; without one, these tests are left out and said so.
PYTHON310 ?= $(firstword $(wildcard $(HOME)/.pyenv/versions/3.10*/bin/python) $(shell command -v python3.10))
LOWEST := .venvs/lowest/bin/python
# What versions of our dependencies can't break is left out of test-lowest: kills, signals, ceilings, waits and signs, our recipes'
# scripts, the wheel and the docs (3.11 has them), what takes long, and four of five cases of plain Python. make test-slow has all of that but recipes, docs and release.
LOWEST_LEAVES ?= tests/recipes tests/endpoints/test_limits.py tests/rewards/judge/test_online.py tests/test_wheel.py tests/test_import_graph.py tests/watch/test_signs.py tests/synthesis/test_failing_servers.py tests/synthesis/test_moved.py tests/synthesis/test_steering.py tests/synthesis/test_report_scripted.py tests/synthesis/test_estimate_run.py tests/inference tests/doctor/test_faults.py tests/cli/test_dead_judge.py tests/cli/test_redteam.py tests/adapters/test_shadow_exit.py tests/rewards/rules/test_hostile.py tests/cli/test_killed.py tests/cli/test_data_killed.py tests/datasets/fetch/test_killed.py tests/synthesis/test_resume.py tests/synthesis/test_stopping.py tests/synthesis/test_budget.py tests/docs tests/release
SAMPLE ?= 5
UNIT := "not host and not easyr1 and not slow"
TRAIN := tests/hosts/test_verl.py tests/recipes/test_demo_small.py
RAY := tests/synthesis/test_ray.py tests/endpoints/test_ray.py
WIRE := tests/cli tests/endpoints tests/rewards/judge
SYNTHESIS := tests/synthesis tests/service

# Where it is set, each of the many processes of a run would compile what it imports of torch, transformers and verl anew: 13 s of CPU instead of 6 (measured).
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo demo-controls test test-unit test-wire test-core test-synthesis test-docs test-lowest test-hosts test-hosts-train test-hosts-short host-environments test-easyr1 test-slow slow-hosts slow-unit slow-ray slow-lowest docs docs-check docs-doctor typecheck release pictures clean-demo

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## warm start, GRPO with the hybrid reward, report (SEED=0; goes on where it was interrupted)
	@$(SETUP) sft grpo
	@$(GRPO) recipes/cpu/demo.py --seed $(SEED)

demo-controls: demo ## the same start with other rewards: noise, permuted answers, format, rules, judge only
	@$(GRPO) recipes/cpu/controls.py --run $(RUN)

# In the order in which they start, four at a time: two cores, and half of a tier is waiting. The longest first; the first sets up the hosts.
TIERS := test-hosts-train test-synthesis test-hosts-short test-lowest test-core test-wire test-docs docs-check typecheck

test: ## unit and contract tests, types, then short runs in the real verl, TRL and LLaMA-Factory
	@$(SETUP) test
	@$(PYTHON) tests/tiers.py --lanes 4 $(TIERS) \
	  --left-out "test-easyr1: it needs a clone of EasyR1 (make test-easyr1 EASYR1_HOME=DIR)" \
	  --left-out "test-slow: load and faults at length, a real vLLM server (make test-slow)"

test-unit: ## the tests that need no host
	@$(SETUP) test
	@$(TEST) -m pytest -m $(UNIT)

# The same in four parts, for two cores: the first two mostly wait, for servers and for commands that start.
test-wire:
	@$(TEST) -m pytest -q -p no:cacheprovider -m $(UNIT) $(WIRE)

test-synthesis:
	@$(TEST) -m pytest -q -p no:cacheprovider -m $(UNIT) $(SYNTHESIS)

test-core:
	@$(TEST) -m pytest -q -p no:cacheprovider -m $(UNIT) $(WIRE:%=--ignore=%) $(SYNTHESIS:%=--ignore=%) --ignore=tests/docs

# Commands and examples of the pages, as they stand there.
test-docs:
	@$(TEST) -m pytest -q -p no:cacheprovider -m $(UNIT) tests/docs

test-lowest: ## the core on Python 3.10 with the lowest versions of its dependencies
ifeq ($(PYTHON310),)
	@echo "test-lowest: left out, there is no python3.10 here (set PYTHON310)"
else
	@$(PYTHON310) -m venv .venvs/lowest
	@$(LOWEST) -m pip install -q --disable-pip-version-check --no-compile -r tests/lowest.txt 2>&1 | grep -v "^WARNING: Location" || true
	@$(LOWEST) -m pip install -q --disable-pip-version-check --no-deps -e . 2>&1 | grep -v "^WARNING: Location" || true
	@$(LOWEST) -m pytest -q -p no:cacheprovider -m $(UNIT) --sample $(SAMPLE) $(LOWEST_LEAVES:%=--ignore=%)
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
	@$(PYTHON) tests/tiers.py --lanes 2 slow-hosts slow-unit slow-ray slow-lowest

slow-hosts:
	@WETHINK_REQUIRE_HOSTS=1 $(TEST) -m pytest -q -p no:cacheprovider --durations 20 -m "slow and host"

slow-unit:
	@$(TEST) -m pytest -q -p no:cacheprovider --durations 20 -m "slow and not host" $(RAY:%=--ignore=%)

# Where Ray is: the environment of verl.
slow-ray:
	@$(GRPO) -m pytest -q -p no:cacheprovider --durations 6 -m slow $(RAY)

slow-lowest:
	@$(MAKE) test-lowest SAMPLE=1 LOWEST_LEAVES="tests/recipes tests/docs tests/release"

# Without --quiet: with it, mkdocs counts no warnings and --strict means nothing.
docs: ## the documentation as a site in build/site, which opens from the disk; a warning ends it
	@$(SETUP) docs
	@rm -rf build/.site && NO_MKDOCS_2_WARNING=1 $(DOCS) -m mkdocs build --strict --site-dir build/.site
	@rm -rf build/site && mv build/.site build/site && echo "build/site/index.html"

docs-check: docs ## links, anchors and pictures of that site, and that it loads nothing from the web
	@$(SETUP) test
	@WETHINK_SITE=build/site $(TEST) -m pytest -q -p no:cacheprovider tests/docs/test_site.py

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
	@test -z "$$(git status --porcelain 2>&1)" || { git status --short >&2; echo "release: commit or remove these first: it is built of what is committed" >&2; exit 2; }
	@$(SETUP) test release
	@rm -rf build/release
	@.venvs/release/bin/python -m build --no-isolation --outdir build/release .
	@.venvs/release/bin/python -m twine check --strict build/release/*
	@WETHINK_DIST="$(CURDIR)/build/release" $(TEST) -m pytest -q -p no:cacheprovider -m "not slow" tests/release
	@rm -rf dist && mv build/release dist
	@ls -l dist

pictures: ## the pictures of docs/images again, from finished runs (NAMES="watch audit": only these; needs Chromium)
	@$(SETUP) test
	@$(TEST) docs/making/pictures $(NAMES)

clean-demo: ## remove the runs of the demo; environments stay
	rm -rf runs/demo runs/demo-seed* runs/demo-small
