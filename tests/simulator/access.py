# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call under way, and the checks that handlers make before they do anything."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .errors import bad_request, forbidden, internal, not_found, unauthorized
from .identity import Identity
from .messages import JSON, Request
from .query import Query
from .state import Project, State
from .versions import Version


@dataclass
class Call:
    """What a handler knows: the caller, the request with its arguments, the database, and the server's own address (`endpoint`)."""

    state: State
    identity: Identity
    request: Request
    arguments: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    accepts: str = JSON
    endpoint: str = ""

    @property
    def version(self) -> Version:
        return self.state.version

    def query(self) -> Query:
        """The list parameters; raises HarborError (400) for a malformed `q`."""
        q, sort, page, page_size = (self.arguments.get(name) for name in ("q", "sort", "page", "page_size"))
        return Query.build(q, sort if self.version.sorts_lists else None, page, page_size)

    def require_authenticated(self, message: str = "unauthorized") -> None:
        if not self.identity.authenticated:
            raise unauthorized(message)

    def require_in_system(self, resource: str, action: str) -> None:
        """Raises 401 for nobody, and 403 with the caller's own name as its message."""
        self.require_authenticated()
        if not self.identity.may_in_system(resource, action):
            raise forbidden(self.identity.name)

    def may_in_project(self, wanted: int | str, resource: str, action: str) -> bool:
        """`wanted` is an id or a name. A name may raise 400; up to 2.6 the name of no project is refused to everybody."""
        if isinstance(wanted, int):
            project = self.state.projects.get(wanted)
        else:
            if " " in wanted:
                if self.version.access_reports_bad_project_names:
                    raise bad_request(f"invalid project name: '{wanted}'")
                return False
            project = self.state.project_named(wanted)
            if project is None and wanted and not self.version.absent_project_is_404:
                return False
        return self.identity.may_in_project(self.state, project, resource, action)

    def require_in_project(self, wanted: int | str, resource: str, action: str) -> None:
        """Raises 401 for nobody, 403 `forbidden` for the others."""
        if not self.may_in_project(wanted, resource, action):
            raise forbidden() if self.identity.authenticated else unauthorized()

    def project(self, wanted: int | str) -> Project:
        """A project by id or name; raises 404, 400 for a name that can't be one, and 500 for an id beyond 32 bits."""
        if isinstance(wanted, int) and not -2 ** 31 <= wanted < 2 ** 31:
            raise internal()
        if isinstance(wanted, str) and " " in wanted and self.version.space_in_project_name_is_400:
            raise bad_request(f"invalid project name: '{wanted}'")
        project = self.state.projects.get(wanted) if isinstance(wanted, int) else self.state.project_named(wanted)
        if project is None:
            raise not_found(f"project {wanted} not found")
        return project

    def project_in_path(self, name: str = "project_name_or_id") -> int | str:
        """The project that the path names: digits are an id unless the caller says otherwise."""
        text = str(self.arguments[name])
        if text.isascii() and text.isdigit() and not self.arguments.get("X-Is-Resource-Name"):
            return int(text)
        return text
