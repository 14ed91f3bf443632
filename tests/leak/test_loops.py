# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a task ends without a result, a loop shows more than its item, or what lies between repeats or cuts what it gets."""

from __future__ import annotations

import pytest

from tests.leak.conftest import Harbors
from tests.leak.runs import Way
from tests.leak.test_leak import NO_ASYNC, check, results, times

# Both run the command, which is the last argument, as a host would, and keep what it wrote from Ansible until they have changed it.
SSH = """#!/bin/sh
for command in "$@"; do :; done
case "$command" in ControlPersist*) exit 0 ;; esac
output=$(/bin/sh -c "$command")
code=$?
%s
exit $code
"""
CUTS = 'case "$output" in *sealed*) printf %s "${output%??????????????????}" ;; *) printf %s "$output" ;; esac'
TALKS = 'case "$output" in *sealed*) printf "[hello]\\n%s\\nlog out }\\n" "$output" ;; *) printf %s "$output" ;; esac'


@pytest.mark.parametrize("way", [Way(), Way("ssh", "minimal", pipelining=True)], ids=str)
def test_loops(harbors: Harbors, echo_url: str, way: Way) -> None:
    harbors.variables |= {"echo_url": echo_url, "logins": str(harbors.folder / "logins")}
    for name, what in (("cutting_ssh", CUTS), ("talking_ssh", TALKS)):
        path = harbors.folder / name
        path.write_text(SSH % what, encoding="utf-8")
        path.chmod(0o755)
        harbors.variables[name] = str(path)
    done = harbors.run("loops.yml", way)
    # The messages in which a secret was masked, and with it the words around stay.
    echoed, own_echoed = done.told["echoed"].pop("msg"), results(done, "own_echoed")[0].pop("msg")
    done.told["echoed"].pop("error"), results(done, "own_echoed")[0].pop("error")
    check(harbors, done)

    # What went wrong is in sight.
    assert times(done, "(?i)failed to create temporary directory") >= 2
    assert times(done, "/proc/seen-folder") >= 1
    assert times(done, "(?i)timed out after 1 second|ended after its timeout of 1 second") >= 1
    assert times(done, NO_ASYNC) >= 2
    assert times(done, "store secret/seen-store/shop\\+nobody: ") >= 1
    for name in ("without", "with", "position-without", "position-with"):
        assert times(done, rf"\+description: seen-extended-{name}\b") == 1, name
    assert times(done, r"item=seen-label-b\)") >= 1 or way.callback == "minimal"
    assert times(done, "unseen-") == 0
    assert results(done, "silent")[0]["changed"]

    # What was cut off is nowhere, and what to do about it is said; words around a result do no harm.
    cut = done.told["cut"]
    assert cut["failed"]
    assert "could not be read" in cut["msg"]
    assert "state=refreshed" in cut["msg"]
    assert not {"module_stdout", "module_stderr", "secret"} & set(cut)
    assert harbors.logs_in(done.told["wrapped"]["username"], done.told["wrapped"]["secret"])

    # The secret that was repeated works, is in the result, and nowhere else.
    assert harbors.logs_in(done.told["echoed"]["username"], done.told["echoed"]["secret"]) is False, "the next task replaced it"
    assert harbors.logs_in(done.told["created"]["username"], harbors.secrets["own7"])
    for message, name in ((echoed, "id-echo"), (own_echoed, "id-own-echo")):
        assert '502 GATEWAY: it got {"secret":"********"} (request id ' + name in message
        assert times(done, rf"it got {{.*request id {name}-") >= 1
