# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.harbormaster.robots.plugins.plugin_utils._sealed import SealedAction


class ActionModule(SealedAction):
    """Keeps secrets out of what Ansible shows; see the base class."""
