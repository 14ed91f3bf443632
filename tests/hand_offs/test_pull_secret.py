# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role pull_secret, run by ansible-playbook through kubernetes.core against a stand-in for a Kubernetes API server."""

from __future__ import annotations

import base64
import contextlib
import functools
import json
import re
import tempfile
import typing as t
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hand_offs.runs import NEWEST, OLDEST, Run, installed, run
from tests.kubernetes.app import Cluster
from tests.tools import warm
from tests.tools.hand_offs import KUBERNETES

# Up to ansible-core 2.18 results are converted, censored and told in other ways than since.
BOTH = pytest.mark.parametrize("core", sorted({OLDEST, NEWEST}))
OTHERS, BINARIES = installed()

CHECK = "--check"
# With what goes wrong where somebody quotes, templates or encodes once too often.
CI = {"username": "robot$shop+ci", "password": 'Aa1$HOME+/{x}"ü%<&', "registry": "harbor.example.com"}
DEPLOYER = {"username": "robot$shop+deployer", "secret": "Bb2$$x+y=zZ-0123456789", "registry": "harbor.example.org:8443"}
AGAIN = dict(CI, password="Cc3+new$one/0123456789")

# The connection is set once for all tasks of other collections; a linter would have to know those to read this.
PLAYBOOK = """
- name: A cluster can pull
  hosts: localhost
  connection: local
  gather_facts: false
  module_defaults:
    group/kubernetes.core.k8s:
      host: "{{ cluster.url }}"
      api_key: "{{ cluster.token }}"
  tasks:
    - name: The pull secret is there
      ansible.builtin.include_role:
        name: harbormaster.robots.pull_secret
    - name: Tell where it was changed
      ansible.builtin.debug:
        msg: "changed in: {{ pull_secret_changed | join(' ') }}."
"""

WITHOUT_DEFAULTS = """
- name: A cluster can pull, with a connection from the environment
  hosts: localhost
  connection: local
  gather_facts: false
  roles:
    - role: harbormaster.robots.pull_secret
"""


class Stage:
    """A cluster, and a folder in which playbooks run against it."""

    def __init__(self, folder: Path, cluster: Cluster, core: str, python: Path) -> None:
        self.folder, self.cluster, self.core = folder, cluster, core
        self.variables: dict[str, t.Any] = {
            "ansible_python_interpreter": str(python),
            "cluster": {"url": cluster.url, "token": cluster.token},
        }
        self.secrets = {"ci": CI["password"], "deployer": DEPLOYER["secret"], "again": AGAIN["password"], "token": cluster.token}
        # Plain letters, so that they are found in every form of what has them in it.
        self.secrets |= {f"auth of {one['username']}": auth(one)["auth"] for one in (CI, DEPLOYER, AGAIN)}

    def run(self, *options: str, **variables: t.Any) -> Run:
        """Run the playbook; the variables are those of the role without their prefix. Nothing secret may be in what it wrote."""
        variables = {"name": "harbor", "namespaces": ["shop", "web"], **variables}
        given = {**self.variables, **{f"pull_secret_{name}": value for name, value in variables.items()}}
        done = run(self.folder, BINARIES[self.core], PLAYBOOK, given, [OTHERS], *options)
        assert done.hits(self.secrets) == []
        return done

    def changed(self, *options: str, **variables: t.Any) -> list[str]:
        """Where a run that has to succeed changed something."""
        done = self.run(*options, **variables)
        assert done.code == 0, done.output
        told = re.search(r"changed in: ([\w ]*)\.", done.output)
        assert told and done.count("changed") == int(bool(told.group(1)))
        return told.group(1).split()

    def holds(self, namespace: str, name: str = "harbor") -> t.Any:
        """The configuration in a secret."""
        secret = self.cluster.store.get(namespace, name)
        assert secret["type"] == "kubernetes.io/dockerconfigjson"
        return json.loads(base64.b64decode(secret["data"][".dockerconfigjson"]))


@pytest.fixture
def core() -> str:
    """The ansible-core that is used where a test does not say: the quicker one."""
    return OLDEST


@pytest.fixture(scope="module")
def interpreters() -> Iterator[Callable[[str], Path]]:
    """Where the modules of an ansible-core run."""
    with contextlib.ExitStack() as stack:

        @functools.cache
        def interpreter(core: str) -> Path:
            return stack.enter_context(warm.interpreter(BINARIES[core] / "python", libraries=KUBERNETES))

        yield interpreter


@pytest.fixture
def stage(core: str, interpreters: Callable[[str], Path]) -> Iterator[Stage]:
    """A fresh cluster with the namespaces shop and web, and a folder with a short path, because Ansible makes sockets in it."""
    cluster = Cluster("shop", "web")
    with cluster.serving(), tempfile.TemporaryDirectory(prefix="hand-") as folder:
        yield Stage(Path(folder), cluster, core, interpreters(core))


def auth(credential: dict[str, str]) -> dict[str, str]:
    """What a configuration has for one registry."""
    password = credential.get("password") or credential["secret"]
    coded = base64.b64encode(f"{credential['username']}:{password}".encode()).decode()
    return {"username": credential["username"], "password": password, "auth": coded}


def test_only_what_differs_is_changed(stage: Stage) -> None:
    """Check mode predicts each step; a second run changes nothing; a new password is brought to every namespace."""
    cluster = stage.cluster
    assert stage.changed(CHECK, credentials=CI) == ["shop", "web"]
    assert not cluster.store.secrets and not cluster.writes()

    assert stage.changed(credentials=CI) == ["shop", "web"]
    assert stage.holds("shop") == stage.holds("web") == {"auths": {"harbor.example.com": auth(CI)}}

    before = {place: secret["metadata"]["resourceVersion"] for place, secret in cluster.store.secrets.items()}
    assert stage.changed(CHECK, credentials=CI) == stage.changed(credentials=CI) == []
    assert before == {place: secret["metadata"]["resourceVersion"] for place, secret in cluster.store.secrets.items()}

    assert stage.changed(CHECK, credentials=AGAIN) == ["shop", "web"]
    assert stage.holds("shop") == {"auths": {"harbor.example.com": auth(CI)}}
    assert stage.changed(credentials=AGAIN) == ["shop", "web"]
    assert stage.holds("shop") == stage.holds("web") == {"auths": {"harbor.example.com": auth(AGAIN)}}


def test_what_others_put_there_stays(stage: Stage) -> None:
    """Labels, annotations and keys; and what is as it has to be, whoever made it, is not written again."""
    made = '{"auths":{"harbor.example.org:8443":{"username":"robot$shop+deployer","password":"%s","auth":"%s"}}}'
    text = made % (DEPLOYER["secret"], auth(DEPLOYER)["auth"])
    by_kubectl = {"metadata": {"name": "harbor"}, "type": "kubernetes.io/dockerconfigjson", "stringData": {".dockerconfigjson": text}}
    stage.cluster.store.create("web", by_kubectl, False)
    theirs: dict[str, t.Any] = {
        "metadata": {"name": "harbor", "labels": {"team": "a"}, "annotations": {"why": "b"}},
        "type": "kubernetes.io/dockerconfigjson",
        "stringData": {".dockerconfigjson": "{}", "more": "c"},
    }
    stage.cluster.store.create("shop", theirs, False)
    fleet = {"shop+ci": CI, "shop+deployer": DEPLOYER}
    stage.variables["robots_credentials"] = fleet
    assert stage.changed(keys=["shop+deployer"]) == ["shop"]
    secret = stage.cluster.store.get("shop", "harbor")
    assert (secret["metadata"]["labels"], secret["metadata"]["annotations"]) == ({"team": "a"}, {"why": "b"})
    assert base64.b64decode(secret["data"]["more"]) == b"c"
    assert stage.holds("shop") == stage.holds("web") == {"auths": {"harbor.example.org:8443": auth(DEPLOYER)}}

    assert stage.changed(keys=["shop+deployer"], labels={"by": "us"}) == ["shop", "web"]
    assert stage.cluster.store.get("shop", "harbor")["metadata"]["labels"] == {"team": "a", "by": "us"}


@BOTH
def test_failures_are_told_and_stop_nothing_else(stage: Stage) -> None:
    """A namespace that is not there, one that is closed, and one where the name is taken; the last one is done."""
    stage.cluster.forbidden.add("closed")
    stage.cluster.store.namespaces.add("taken")
    stage.cluster.store.create("taken", {"metadata": {"name": "harbor"}, "type": "Opaque", "stringData": {"x": "y"}}, False)
    done = stage.run(credentials=[CI, DEPLOYER], namespaces=["nowhere", "closed", "taken", "shop"])
    assert done.code != 0
    assert done.count("failed") == 1
    assert "Secret harbor in namespace nowhere: " in done.output and 'namespaces \\\\\\"nowhere\\\\\\" not found' in done.output
    assert "Secret harbor in namespace closed: " in done.output and "secrets is forbidden" in done.output
    assert "Secret harbor in namespace taken: " in done.output and "field is immutable" in done.output
    assert "Secret harbor in namespace shop: " not in done.output
    assert stage.cluster.store.get("taken", "harbor")["type"] == "Opaque"
    assert set(stage.holds("shop")["auths"]) == {CI["registry"], DEPLOYER["registry"]}


def test_a_reason_that_repeats_the_request(stage: Stage) -> None:
    """As a proxy in between may do: the namespace is told, the reason is not."""
    stage.cluster.repeats = True
    done = stage.run(credentials=CI, namespaces=["nowhere"])
    assert done.code != 0
    assert "Secret harbor in namespace nowhere: the reason has credentials in it and is not shown" in done.output


@pytest.mark.parametrize(
    ("credentials", "said"),
    [
        ({"shop+ci": dict(CI, password="")}, "credentials[shop+ci]: it has no password or secret"),
        ({"a": CI, "b": AGAIN}, "credentials[a] and credentials[b]: different credentials for the registry harbor.example.com"),
        ({}, "there are no credentials"),
    ],
)
def test_nothing_is_written_over_a_good_secret(stage: Stage, credentials: t.Any, said: str) -> None:
    """Incomplete credentials are refused with a reason, before anything is asked."""
    done = stage.run(credentials=credentials)
    assert done.code != 0 and said in done.output
    assert not stage.cluster.log


def test_absent(stage: Stage) -> None:
    """Removed where it is, without credentials at hand."""
    stage.cluster.store.create("web", {"metadata": {"name": "harbor"}, "stringData": {"x": "y"}}, False)
    assert stage.changed(CHECK, state="absent") == ["web"]
    assert stage.cluster.store.secrets
    assert stage.changed(state="absent") == ["web"]
    assert not stage.cluster.store.secrets
    assert stage.changed(state="absent") == []
    stage.cluster.forbidden.add("shop")
    done = stage.run(state="absent", namespaces=["shop"])
    assert done.code != 0 and "Secret harbor in namespace shop: " in done.output and "secrets is forbidden" in done.output


@BOTH
def test_kubernetes_core_is_missing(tmp_path: Path, core: str) -> None:
    """The role says what to install."""
    variables = {"pull_secret_name": "x", "pull_secret_namespaces": ["y"], "pull_secret_credentials": CI}
    done = run(tmp_path, BINARIES[core], WITHOUT_DEFAULTS, variables)
    assert done.code != 0
    assert "ansible-galaxy collection install kubernetes.core" in done.output
    assert done.hits({"ci": CI["password"]}) == []
