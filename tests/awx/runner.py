# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a job by ansible-runner as AWX does; a program for an environment that has it.

    runner.py CONTROL WORKER < PARAMETERS

CONTROL is the private data folder on the node of AWX that has the job, WORKER the empty one where the job runs: in a container it is
/runner, on another node it has another name. What AWX tells ansible-runner is a JSON object; what became of the job is another one.
"""

from __future__ import annotations

import json
import sys
import tempfile

import ansible_runner  # type: ignore[import-not-found]  # in an environment of its own


def main(control: str, worker: str) -> None:
    """Hand the job over, run it, and take back what came of it; AWX does the three in three processes."""
    parameters = json.load(sys.stdin)
    # Sockets in AWX; files that have no name as soon as they are there.
    with tempfile.TemporaryFile() as handed, tempfile.TemporaryFile() as returned:
        ansible_runner.run(streamer="transmit", _output=handed, private_data_dir=control, **parameters)
        handed.seek(0)
        ansible_runner.run(streamer="worker", _input=handed, _output=returned, private_data_dir=worker)
        returned.seek(0)
        done = ansible_runner.run(streamer="process", _input=returned, quiet=True, private_data_dir=control, ident=parameters["ident"])
    print(json.dumps({"status": done.status, "rc": done.rc}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
