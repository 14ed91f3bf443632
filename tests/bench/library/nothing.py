# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Takes a list and does nothing: what Ansible itself costs."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    """Read the options and end."""
    module = AnsibleModule(argument_spec={"robots": {"type": "list", "elements": "dict"}})
    module.exit_json(changed=False)


if __name__ == "__main__":
    main()
