# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A target's text behind ## is what `make help` shows. The work is done by the scripts in tests/tools.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.PHONY: help demo test bench simulator unit integration lint sanity contract molecule docs build clean .venv/ready

# The Harbor version that `make simulator` and `make integration` are about, and the simulator's port (0: a free one).
HARBOR ?= 2.15.2
PORT ?= 0
# The ansible-core that `make unit` runs, one of 2.16 to 2.21; `make sanity` has 2.19 alone.
CORE ?= 2.19

tool := .venv/bin/python -m tests.tools

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

demo: .venv/ready ## declare robots in a simulated Harbor, use their credentials, and see that a second run changes nothing
	@$(tool).demo

test: .venv/ready ## run every test and check (7 to 18 minutes on two cores, as fast as they are)
	@$(tool).check

simulator: .venv/ready ## run a simulated Harbor in the foreground: HARBOR=2.15.2 PORT=0
	@exec .venv/bin/python -m tests.simulator --harbor $(HARBOR) --port $(PORT)

bench: .venv/ready ## measure 1 to 5,000 robots beside a raw client and loops (10 to 30 minutes): ROBOTS=100 CORE=2.19 BENCH_JSON=FILE HOSTS=20
	@.venv/bin/python -m tests.bench

unit: .venv/ready ## run the unit tests: CORE=2.19
	@$(tool).check unit-$(CORE)

integration: .venv/ready ## run the integration tests against the simulator (HARBOR=2.15.2, 2.12.4 or 2.9.5), or against the server in HARBOR_URL
	@$(tool)$(if $(HARBOR_URL),.ansible_test integration server,.check integration-$(HARBOR))

lint: .venv/ready ## run ruff, mypy, yamllint, ansible-lint and the licence check
	@$(tool).check ruff mypy yamllint ansible-lint licences

sanity: .venv/ready ## run ansible-test sanity
	@$(tool).check sanity-$(CORE)

contract: .venv/ready ## hold the simulator to the recorded answers of real Harbor servers
	@$(tool).check contract

molecule: .venv/ready ## run the molecule scenarios
	@$(tool).check molecule

docs: .venv/ready ## check the documentation of the plugins
	@$(tool).check docs

build: .venv/ready ## build the archive that ansible-galaxy installs
	@.venv/bin/ansible-galaxy collection build --force .

clean: ## remove everything that these targets made
	@rm -rf .venv .cache .ansible .nox .mypy_cache .pytest_cache .ruff_cache tests/output harbormaster-robots-*.tar.gz
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/ready:
	@tests/tools/python3 -m tests.tools.venv
