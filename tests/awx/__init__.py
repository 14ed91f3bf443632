# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for AWX 24.6.1, and the tests that need it. It is no AWX: it knows what `playbooks/awx.yml` makes, and runs nothing.

It enforces what clients meet there: tokens, names that are taken, links to what is not there, the schemas of credential types and surveys,
secrets that nobody gets to see again, and playbooks that a project has to have. What a job gets from it (`jobs.py`) is run by the real
ansible-runner.
"""
