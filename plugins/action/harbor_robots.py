# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleAction, AnsibleConnectionFailure

from ansible_collections.harbormaster.robots.plugins.plugin_utils._sealed import SealedAction


class ActionModule(SealedAction):
    """Keeps secrets out of what Ansible shows; with a store, keeps them there between runs, too."""

    def work(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """Run the module, around it the store where there is one."""
        arguments = dict(self._task.args)
        return self._with_store(arguments, task_vars) if arguments.get("store") else super().work(task_vars)

    def _with_store(self, arguments: dict[str, t.Any], task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        # Only here, because Ansible compiles what a collection's plugin imports anew for each task.
        from ansible_collections.harbormaster.robots.plugins.plugin_utils._store import StoreError
        from ansible_collections.harbormaster.robots.plugins.plugin_utils._storekeeper import Storekeeper
        from ansible_collections.harbormaster.robots.plugins.plugin_utils._stores import store_of

        try:
            store = store_of(arguments["store"], self._loader, self._templar, task_vars)
        except StoreError as exc:
            return {"failed": True, "changed": False, "msg": "Wrong input, nothing was changed: %s" % exc}

        def ask(changed: dict[str, t.Any], check_mode: t.Optional[bool]) -> dict[str, t.Any]:
            return self.module(task_vars, changed, check_mode)

        try:
            result = Storekeeper(store, arguments, ask, bool(self._task.check_mode)).run()
        except (AnsibleAction, AnsibleConnectionFailure):
            raise  # what Ansible itself has to tell
        except Exception as exc:  # a fault of this collection; its words are not shown, as they may hold what should not be seen
            return {"failed": True, "msg": "A fault of harbormaster.robots itself, please report it: %s" % type(exc).__name__}
        self.secret_inside = self.secret_inside or bool(result.get("credentials"))
        return result
