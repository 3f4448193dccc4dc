# Every command of the project. `make` alone lists them. None of them reads standard input.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup run test test-long e2e journey pictures lint check bench format types migrate token lock

PYTHON ?= $(or $(shell command -v python3.11 2>/dev/null),$(shell command -v python3 2>/dev/null),python3)
PY := .venv/bin/python
CODE := $(wildcard app.py infra integrations tenants credentialing onboarding migrations)
TEST_PROCESSES ?= 2

define install
	@command -v $(PYTHON) >/dev/null 2>&1 && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "onpanel: Python 3.11 or newer is needed. Install python3.11 and run the command again."; exit 1; }
	@$(PYTHON) -m infra.dev.setup $(1) </dev/null
endef

help: ## list the commands
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /\1\t/' | expand -t 12

setup: ## install everything that running, testing and linting need
	$(call install,test)

run: ## start the whole product on this machine and stay in the foreground
	$(call install,run)
	@exec $(PY) -m infra.dev.up </dev/null

test: ## run the test suite, browser tests of the main job included
	$(call install,test)
	$(PY) -m pytest -n $(TEST_PROCESSES) --dist loadfile -m "not long" </dev/null

test-long: ## run the long suites: faults, the whole embedded run, the demo vendor in the browser, credentialing in the browser
	$(call install,test)
	$(PY) -m pytest -n $(TEST_PROCESSES) --dist loadfile -m long </dev/null

e2e: ## run the browser tests only
	$(call install,test)
	$(PY) -m pytest -n $(TEST_PROCESSES) --dist loadfile tests/e2e </dev/null

journey: ## take eight clinicians from roster to packets for three payers, through the pages (make test-long takes two)
	$(call install,test)
	ONPANEL_JOURNEY=full $(PY) -m pytest tests/e2e/test_credentialing_in_the_browser.py -p no:randomly --durations=1 </dev/null

pictures: ## take the pictures of README.md anew, by the browser tests
	$(call install,test)
	ONPANEL_PICTURES=1 $(PY) -m pytest tests/e2e -k "browser or pictures" -p no:randomly </dev/null

lint: ## check format, style, types, import directions and migration drift
	$(call install,lint)
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy $(CODE)
	.venv/bin/lint-imports
	$(PY) -m infra.db.drift </dev/null

check: lint test ## what CI runs: lint and test

bench: ## run the benchmarks; each prints its ratio to its reference
	$(call install,test)
	$(PY) -m tests.bench </dev/null

format: ## format the code and fix what can be fixed by itself
	$(call install,lint)
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

types: ## check types only
	$(call install,lint)
	$(PY) -m mypy $(CODE)

migrate: ## bring the database of the running stack to the newest schema
	@$(PY) -m infra.dev.env $(PY) -m infra.db.migrate </dev/null

token: ## print a new API token: make token EMAIL=admin@onpanel.test
	@test -n "$(EMAIL)" || { echo "onpanel: say whose token: make token EMAIL=admin@onpanel.test"; exit 2; }
	@$(PY) -m infra.dev.env .venv/bin/flask --app app token "$(EMAIL)" </dev/null

lock: ## renew the lock files (LOCK_ARGS=--upgrade takes the newest releases)
	@$(PYTHON) -m infra.dev.lock $(LOCK_ARGS) </dev/null
