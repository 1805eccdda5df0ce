# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Runs on Debian 12 as it is; anything else needs Python 3.11 for `check` and `unit`.

PYTHON ?= python3
# for the newest ansible-core, which takes no Python 3.11
NEWEST ?= python3.13
CHECKS := ruff mypy changelog docs ee lint sanity
# stages joined by + run side by side
STAGES := system venv ruff mypy changelog docs ee lint+sanity unit hands integration molecule+rollout down
# ansible-test and ansible-builder want the collection in a real folder of its own name
TREE = build/$@/ansible_collections/adops/offline_join

export PATH := $(CURDIR)/.venv/bin:$(PATH)
# what is compiled once is not compiled at every start
unexport PYTHONDONTWRITEBYTECODE
export MOLECULE_EPHEMERAL_DIRECTORY := $(CURDIR)/build/molecule
MAKEFLAGS += --no-print-directory

.PHONY: help system venv $(CHECKS) check unit hands integration thorough molecule rollout down
.PHONY: coverage mutation bench site newest release test clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

venv: .venv/ready ## Python environment with all tools, in .venv
	@:

.venv/ready: requirements.txt tests/requirements.txt
	@echo "==> venv"
	@tests/make/venv.sh $(PYTHON)

system: ## Debian packages of the lab, installed where missing
	@tests/make/system.sh tests/make/packages.txt tests/lab/packages.txt tests/sanity/packages.txt

rollout: system venv ## demonstration: a branch of twenty machines, from its CSV to accepted, with accidents
	@echo "==> $@"
	@python -m demo

down: ## stop and remove the domain of the lab
	@python3 -m tests.lab down

check: ## every check that needs no lab; each is a target too:
	@tests/make/stages.sh $(CHECKS)

ruff: venv ##   Python style
	@echo "==> $@"
	@ruff check --quiet

mypy: venv ##   Python types
	@echo "==> $@"
	@mypy --no-error-summary

changelog: venv ##   changelog fragments and CHANGELOG.md
	@echo "==> $@"
	@antsibull-changelog lint
	@antsibull-changelog lint-changelog-yaml --strict changelogs/changelog.yaml
	@mkdir -p build && antsibull-changelog generate --output build/CHANGELOG.md
	@cmp build/CHANGELOG.md CHANGELOG.md

docs: venv ##   documentation of plugins and roles
	@echo "==> $@"
	@antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs self --skip-rstcheck .

ee: venv ##   requirements of an execution environment
	@echo "==> $@"
	@tests/make/tree.sh $(TREE)
	@ansible-builder introspect build/$@ --sanitize >build/$@/requirements

lint: venv ##   ansible-lint, profile production
	@echo "==> $@"
	@ansible-lint -q

sanity: venv ##   ansible-test sanity
	@echo "==> $@"
	@tests/make/tree.sh $(TREE)
	@python tests/sanity/run.py $(TREE)

coverage: venv ## branches of the plugins that the unit tests take; COVERAGE=integration adds the tests against the lab
	@rm -rf build/coverage
	@COVERAGE_PROCESS_START=$(CURDIR)/pyproject.toml COVERAGE_FILE=$(CURDIR)/build/coverage/data \
		$(MAKE) --keep-going unit $(COVERAGE) || echo "a test failed: what follows may be too low"
	@echo "==> $@"
	@python -m tests.coverage $(if $(COVERAGE),95,85)

# with this seed no set of texts is in order by chance
mutation: venv ## small faults in the codec and in the rules that refuse, one at a time: does a test notice; MUTATION="_rollout/claims.py ..." for some files
	@echo "==> $@"
	@tests/make/tree.sh $(TREE)
	@PYTHONHASHSEED=2 nice -n 19 python -m tests.mutation $(TREE) $(MUTATION)

unit: venv ## tests without a lab
	@echo "==> $@"
	@pytest --quiet --numprocesses 2 tests/unit

hands: system venv ## PowerShell and C# of the Windows hands, without Windows
	@tests/make/system.sh tests/hands/packages.txt
	@echo "==> $@"
	@pytest --quiet tests/hands

# the newer line of ldap3, beside the one in the environment
.venv/kerberos/ready: .venv/ready tests/kerberos/requirements.txt
	@echo "==> kerberos"
	@tests/make/system.sh tests/kerberos/packages.txt
	@pip install -qq --disable-pip-version-check --upgrade --target .venv/kerberos -r tests/kerberos/requirements.txt
	@touch $@

integration: system venv .venv/kerberos/ready ## tests against the lab
	@tests/make/system.sh tests/integration/packages.txt
	@echo "==> $@"
	@tests/make/side_by_side.sh tests/integration

thorough: system venv .venv/kerberos/ready ## the same with every size and every kill point, in about half an hour
	@tests/make/system.sh tests/integration/packages.txt
	@echo "==> $@"
	@tests/make/side_by_side.sh --thorough tests/integration

# beside the demonstration, in a lab of its own, two scenarios at a time
molecule: system venv ## scenarios of the roles and playbooks, against the lab
	@echo "==> $@"
	@rm -rf $(MOLECULE_EPHEMERAL_DIRECTORY)
	@tests/make/alone.sh -m molecule test --all --workers 2

bench: system venv ## how fast, how big, how robust, in about ten minutes; BENCH=--quick for a first look, --road for 1,000 machines from CSV to accepted
	@echo "==> $@"
	@tests/make/system.sh tests/bench/packages.txt
	@python -m tests.bench $(BENCH)

# tools with libraries of their own; the last word is the directory in .venv and in tests
.venv/site/ready .venv/release/ready: .venv/%/ready: .venv/ready tests/%/requirements.txt
	@echo "==> tools of $*"
	@python -m venv --clear $(@D)
	@$(@D)/bin/pip install -qq --disable-pip-version-check --requirement tests/$*/requirements.txt
	@touch $@

.venv/newest/ready: .venv/ready tests/newest/requirements.txt
	@echo "==> newest ansible-core"
	@$(NEWEST) -m venv --clear $(@D)
	@$(@D)/bin/pip install -qq --disable-pip-version-check --requirement tests/newest/requirements.txt
	@home=$$($(@D)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/ansible_collections/adops; \
		mkdir -p $$home && ln -sfn $(CURDIR) $$home/offline_join
	@touch $@

site: venv .venv/site/ready ## documentation as a web site, in build/site/html; no network is asked
	@echo "==> $@"
	@python -m tests.site .venv/site/bin/sphinx-build

# the twin speaks what the oldest ansible-core sends, which the newest says otherwise; the site needs tools of its own
newest: private export PATH := $(CURDIR)/.venv/newest/bin:$(PATH)
newest: venv .venv/newest/ready ## sanity and unit tests with the newest ansible-core; NEWEST=/path/to/python3.13
	@echo "==> $@"
	@tests/make/tree.sh $(TREE)
	@python tests/sanity/run.py $(TREE)
	@pytest --quiet tests/unit --ignore tests/unit/twin --ignore tests/unit/site

release: venv .venv/release/ready ## tarball of the commit, judged, installed and tried, in build/release
	@echo "==> $@"
	@.venv/release/bin/python -m tests.release $$(python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')

test: ## all stages, with the time each took
	@tests/make/stages.sh $(STAGES)

clean: ## remove what make made
	@rm -rf .venv build changelogs/.plugin-cache.yaml .ansible .hypothesis .mypy_cache .pytest_cache .ruff_cache
