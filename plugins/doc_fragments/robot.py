# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # What names one robot.
    DOCUMENTATION = r"""
options:
  name:
    description:
      - Short name of the robot, as in V(ci); without prefix and project.
      - "Lower-case letters and digits, with single V(.), V(_) or V(-) between them."
      - Either O(name) or O(id) is required.
    type: str
  id:
    description:
      - Number of a robot that exists; selects it where no O(name) is given.
    type: int
  project:
    description:
      - Name of the project that the robot belongs to. Without it, O(name) is a system robot.
    type: str
"""

    # What a user may say of one robot besides.
    DECLARATION = r"""
options:
  access:
    description:
      - What a robot of a project may do there. The list is exact; when it is not given, a robot that exists keeps what it has.
      - Each entry is a pair such as V(repository:pull), a preset, or a wildcard.
      - "The presets are V(pull), V(push) (with pull), V(scan), V(ci), V(read), V(cleanup) and V(scanner) (what an external scanner needs)."
      - "Wildcards are V(repository:*), V(*:read) and V(*). They are expanded from the permissions that this Harbor has, because Harbor
        refuses them since 2.10. V(*) and V(*:read) leave out V(robot), V(member), V(user), V(user-group) and V(ldap-user), which have to be
        written out as in V(robot:*)."
      - An entry can also be a mapping with C(resource) and C(action), which is taken to the letter; return values use it for a V(*) that
        a robot has kept from before 2.10.
      - Needed when the robot does not exist yet. Goes with O(project); system robots have O(permissions).
    type: list
    elements: raw
  permissions:
    description:
      - What a system robot may do, entry by entry. The list is exact; when it is not given, a robot that exists keeps what it has.
      - Needed when the robot does not exist yet.
      - A robot of a project can have them, too, with entries for its own project only; that is for O(permissions[].effect).
    type: list
    elements: dict
    suboptions:
      project:
        description:
          - Name of a project, or V(*) for all projects, present and future.
          - Exactly one of O(permissions[].project), O(permissions[].projects) and O(permissions[].system) is required.
        type: str
      projects:
        description:
          - Names of several projects.
        type: list
        elements: str
      system:
        description:
          - Can only be V(true), and says that the pairs are those of the system, as in V(registry:list).
          - On Harbor before 2.10 a robot must not mix them with pairs of projects, because those are ignored there then.
        type: bool
      access:
        description:
          - Pairs, presets and wildcards, as for O(access).
        type: list
        elements: raw
        required: true
      effect:
        description:
          - With V(deny), the robot may not do this even where another entry allows it. V(allow) is what Harbor takes otherwise.
          - Wildcards that are denied leave nothing out.
        type: str
        choices:
          - allow
          - deny
  description:
    description:
      - A text of up to 1024 characters. When it is not given, a robot that exists keeps its own.
    type: str
  enabled:
    description:
      - Whether the robot may log in. A new robot may.
      - A robot that somebody disabled is left alone, with a warning, unless this is V(true).
    type: bool
  duration:
    description:
      - "Expiry, first form: for how many days the robot is valid, counted from its creation, or V(never). V(-1) is taken as V(never)."
      - A new robot with no expiry given is valid for 30 days. When none is given, a robot that exists keeps its own.
      - Left alone, with a warning, when the robot has expired; the other two forms extend it.
    type: str
  valid_for:
    description:
      - "Expiry, second form: for how many days from now the robot is to be valid. As soon as fewer than O(renew_within) days are left,
        or none, it is extended and keeps its secret. It is never shortened."
    type: int
  renew_within:
    description:
      - How many days before its end a robot with O(valid_for) is extended. The default is a third of O(valid_for).
    type: int
  expires_at:
    description:
      - "Expiry, third form: a date or time in ISO 8601, UTC unless it says otherwise, as in V(2027-02-18) or V(2027-02-18T06:00:00Z)."
      - Harbor counts in days from the creation, so the robot is valid until then and up to a day longer.
    type: str
  allow_expire:
    description:
      - Whether a working robot may be made to expire within the next 24 hours, or at once. Otherwise that is taken for a mistake and
        refused.
    type: bool
    default: false
  secret:
    description:
      - A secret of your own. It is tried with one log-in and set only when it does not work.
      - "8 to 128 characters, at least one upper-case letter, one lower-case letter and one digit."
      - Without it, Harbor makes the secret of a new robot, which is returned once, and a robot that exists keeps its own.
    type: str
  update_secret:
    description:
      - With V(always), O(secret) is made to work. With V(on_create), it is set only when the robot is made, and not tried.
    type: str
    choices:
      - always
      - on_create
    default: always
  state:
    description:
      - Whether the robot is there.
    type: str
    choices:
      - present
      - absent
    default: present
"""
