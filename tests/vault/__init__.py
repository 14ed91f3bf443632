# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for the KV engine, version 2, of HashiCorp Vault and OpenBao, for tests. It is neither of them.

It enforces what clients meet there: tokens and log-ins by AppRole, policies by path and capability, check-and-set, versions that were
deleted or destroyed, a seal, and mounts that are not there or of version 1.
"""
