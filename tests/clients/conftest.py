# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A registry that takes the tokens of a simulated Harbor, a user with clients, and what logs that user in."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.simulator.launcher import Simulator
from tests.tools import harbor
from tests.tools.paths import BIN, COLLECTIONS, ROOT, link_collection
from tests.tools.programs import needed

HERE = Path(__file__).resolve().parent
START_SECONDS = 20.0
PATIENCE = 120.0
LISTENING = re.compile(r"listening on (127\.0\.0\.1:\d+)")


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    """The Harbor whose tokens count."""
    with Simulator.start(refusal_delay=0.1, password_cost=1.0) as running:
        yield running


@pytest.fixture(scope="session")
def registry(simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Host and port of a real registry, which asks that Harbor for tokens."""
    program = needed("docker-registry")
    folder = tmp_path_factory.mktemp("registry")
    (folder / "trusted.pem").write_text(simulator.certificate(), encoding="ascii")
    token = {
        "realm": f"{simulator.url}/service/token",
        "service": "harbor-registry",
        "issuer": "harbor-token-issuer",
        "rootcertbundle": str(folder / "trusted.pem"),
    }
    config = {
        "version": "0.1",
        "log": {"level": "info", "formatter": "text", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "storage")}},
        "http": {"addr": "127.0.0.1:0"},
        "auth": {"token": token},
    }
    (folder / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    log = folder / "log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [program, "serve", str(folder / "config.yml")],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            env={"PATH": "/usr/bin:/bin"},
        )
    try:
        yield _address(process, log)
    finally:
        process.terminate()
        process.wait(10)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        found = LISTENING.search(log.read_text(encoding="utf-8"))
        if found:
            return found.group(1)
        time.sleep(0.05)
    raise RuntimeError(f"docker-registry did not start: {log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image of one layer with one file, as a folder in the layout of OCI."""
    folder = tmp_path_factory.mktemp("image")
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def blob(content: bytes, kind: str) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        (blobs / digest).write_bytes(content)
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(content)}

    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as layer:
        text = b"made by hand\n"
        member = tarfile.TarInfo("hello.txt")
        member.size = len(text)
        layer.addfile(member, io.BytesIO(text))
    rootfs = {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(packed.getvalue()).hexdigest()}"]}
    config = {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": rootfs}
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": blob(json.dumps(config).encode(), "config.v1+json"),
        "layers": [blob(packed.getvalue(), "layer.v1.tar")],
    }
    described = blob(json.dumps(manifest).encode(), "manifest.v1+json")
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [described]}), encoding="utf-8")
    (folder / "oci-layout").write_text(json.dumps({"imageLayoutVersion": "1.0.0"}), encoding="utf-8")
    return folder


class Site:
    """A Harbor with its registry, and the home folder of somebody who has clients.

    :ivar docker: where docker looks
    :ivar containers: where the others do
    """

    def __init__(self, simulator: Simulator, registry: str, folder: Path) -> None:
        self.registry = registry
        self.url = simulator.url
        self.folder = folder
        self.home = folder / "home"
        self.docker = self.home / ".docker" / "config.json"
        self.containers = self.home / ".config" / "containers" / "auth.json"
        self.home.mkdir()
        (folder / "runtime").mkdir()
        simulator.reset()
        self.harbor("POST", "/projects", {"project_name": "shop", "public": False})

    def harbor(self, method: str, path: str, body: Any) -> Any:
        """One request of the administrator's; the answer."""
        basic = base64.b64encode(f"{harbor.USERNAME}:{harbor.PASSWORD}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/api/v2.0{path}", json.dumps(body).encode(), headers, method=method)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def robot(self, name: str, *actions: str) -> dict[str, Any]:
        """A robot of project shop: its id and what its client needs."""
        access = [{"resource": "repository", "action": action} for action in actions]
        body = {
            "name": name,
            "level": "project",
            "duration": -1,
            "permissions": [{"kind": "project", "namespace": "shop", "access": access}],
        }
        made = self.harbor("POST", "/robots", body)
        return {"id": made["id"], "username": made["name"], "password": made["secret"], "registry": self.registry}

    def refresh(self, robot: dict[str, Any]) -> dict[str, Any]:
        """The same robot with a new secret of Harbor's."""
        return {**robot, "password": self.harbor("PATCH", f"/robots/{robot['id']}", {})["secret"]}

    def environment(self) -> dict[str, str]:
        """The variables of the user: everything is found below the home folder alone."""
        return {
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(self.folder / "runtime"),
            "PATH": os.pathsep.join((str(self.folder / "bin"), "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")),
            "NO_PROXY": "*",
            "no_proxy": "*",
        }

    def client(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a client as that user does."""
        command = [needed(program), *arguments]
        environment, nothing = self.environment(), subprocess.DEVNULL
        return subprocess.run(
            command, env=environment, cwd=self.folder, stdin=nothing, capture_output=True, text=True, timeout=PATIENCE, check=False
        )

    def docker_reads(self, tag: str) -> bool:
        """Whether docker gets an image's manifest with what its file, or its helper, has; this needs no daemon."""
        return self.client("docker", "manifest", "inspect", "--insecure", f"{self.registry}/shop/app:{tag}").returncode == 0

    def docker_writes(self, tag: str) -> bool:
        """Whether docker may push: a list of one image, which needs no daemon either."""
        name = f"{self.registry}/shop/app:list-{tag}"
        made = self.client("docker", "manifest", "create", "--insecure", "--amend", name, f"{self.registry}/shop/app:{tag}")
        assert made.returncode == 0, made.stderr
        return self.client("docker", "manifest", "push", "--insecure", name).returncode == 0

    def push(self, image: Path, tag: str) -> subprocess.CompletedProcess[str]:
        """Copy the image in, by skopeo."""
        return self.client("skopeo", "copy", "--dest-tls-verify=false", f"oci:{image}", f"docker://{self.registry}/shop/app:{tag}")

    def pull(self, tag: str) -> subprocess.CompletedProcess[str]:
        """Copy the image out, by podman."""
        store = self.folder / "store"
        where = ["--root", str(store / "root"), "--runroot", str(store / "run"), "--storage-driver", "vfs"]
        return self.client("podman", *where, "pull", "--quiet", "--tls-verify=false", f"{self.registry}/shop/app:{tag}")

    def play(self, playbook: str, **variables: Any) -> dict[str, Any]:
        """Run a playbook of this folder: how many tasks changed something, failed, …; raises when it does not get to its end."""
        link_collection()
        given = {"docker_path": str(self.docker), "containers_path": str(self.containers), "registry": self.registry, **variables}
        file = self.folder / "variables.json"
        file.touch(0o600)
        file.write_text(json.dumps(given), encoding="utf-8")
        environment = {
            **self.environment(),
            "PATH": os.pathsep.join((str(BIN), self.environment()["PATH"])),
            "LANG": "C.UTF-8",
            # Nothing here is asked over TLS, and Ansible's client would read all authorities of the machine for each request.
            "SSL_CERT_FILE": os.devnull,
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
            "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default",
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
            "ANSIBLE_NOCOLOR": "1",
        }
        command = [str(Path(sys.executable).with_name("ansible-playbook")), "--diff", "-e", f"@{file}", str(HERE / "playbooks" / playbook)]
        done = subprocess.run(
            command, env=environment, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        file.unlink()
        counts = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", done.stdout.rpartition("PLAY RECAP")[2])}
        return {**counts, "code": done.returncode, "output": done.stdout + done.stderr}


@pytest.fixture
def site(simulator: Simulator, registry: str) -> Iterator[Site]:
    """All of it, as good as new, in a folder with a short path: podman wants one."""
    with tempfile.TemporaryDirectory(prefix="clients-") as folder:
        yield Site(simulator, registry, Path(folder))
