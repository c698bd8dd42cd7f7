"""The runbooks of `dmls tls`, carried out command by command on members of a real etcd, which is what a DM-master is inside.

Their configurations are those of the masters; only where the runbook has a master restarted, started or stopped does the test do so itself.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Iterator

import pytest
import tomli

from .conftest import Run

pytestmark = [
    pytest.mark.skipif(not (shutil.which("etcd") and shutil.which("etcdctl")), reason="etcd and etcdctl are not installed (Debian: etcd-server, etcd-client)"),
    pytest.mark.timeout(240),
]
PATIENCE = 60.0
STUB = "#!/bin/sh\nexit 0\n"
"""In the place of dmctl, ssh and scp: the components are none of this test, and all hosts are this one."""


def ports(count: int) -> list[int]:
    """Free ports of this machine."""
    found = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    numbers: list[int] = [s.getsockname()[1] for s in found]
    for one in found:
        one.close()
    return numbers


class Members:
    """The etcd of each master, run by what its configuration says now."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder = folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.started: dict[str, dict[str, object]] = {}
        """What each was started with last; its file may say something else by now."""
        free = ports(2 * count)
        self.clients = {f"m{i}": free[i] for i in range(count)}
        ring = ",".join(f"m{i}=http://127.0.0.1:{free[count + i]}" for i in range(count))
        for i in range(count):
            address, peer = f"127.0.0.1:{free[i]}", f"http://127.0.0.1:{free[count + i]}"
            text = f'name = "m{i}"\nmaster-addr = "{address}"\nadvertise-addr = "{address}"\npeer-urls = "{peer}"\nadvertise-peer-urls = "{peer}"\ninitial-cluster = "{ring}"\n'
            (folder / f"dm-master{i}.toml").write_text(text)
        stubs = folder / "stubs"
        stubs.mkdir()
        for name in ("dmctl", "ssh", "scp"):
            (stubs / name).write_text(STUB)
            (stubs / name).chmod(0o755)
        self.env = {**os.environ, "PATH": f"{stubs}{os.pathsep}{os.environ['PATH']}"}

    def config(self, name: str) -> dict[str, object]:
        return tomli.loads((self.folder / f"dm-master{name[1:]}.toml").read_text())

    def start(self, name: str) -> None:
        """As dm-master sets its etcd up: one scheme by `ssl-ca`, certificates demanded on both ports, peers by the first of the list."""
        found = self.started[name] = self.config(name)
        tls = "ssl-ca" in found
        scheme = "https" if tls else "http"
        client = f"{scheme}://{found['advertise-addr']}"

        def urls(key: str) -> str:
            return str(found[key]).replace("http://", f"{scheme}://").replace("https://", f"{scheme}://")

        command = ["etcd", "--name", name, "--data-dir", str(self.folder / f"data-{name}"), "--listen-client-urls", client, "--advertise-client-urls", client]
        command += ["--listen-peer-urls", urls("peer-urls"), "--initial-advertise-peer-urls", urls("advertise-peer-urls"), "--initial-cluster", urls("initial-cluster")]
        command += ["--heartbeat-interval", "50", "--election-timeout", "500"]
        if tls:
            for prefix in ("", "peer-"):
                command += [f"--{prefix}trusted-ca-file", str(found["ssl-ca"]), f"--{prefix}cert-file", str(found["ssl-cert"])]
                command += [f"--{prefix}key-file", str(found["ssl-key"]), f"--{prefix}client-cert-auth"]
            names = found.get("cert-allowed-cn")
            if isinstance(names, list):
                command += ["--peer-cert-allowed-cn", str(names[0])]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(command, stdout=log, stderr=log)

    def stop(self, name: str) -> None:
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def stop_all(self) -> None:
        for name in list(self.running):
            self.stop(name)

    def sh(self, script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["sh", "-e", "-c", script], env=self.env, capture_output=True, text=True, timeout=PATIENCE)

    def carries_writes(self, name: str) -> bool:
        """Whether a write through this member reaches the majority."""
        found = self.started[name]
        tls = "ssl-ca" in found
        flags = f"--cacert={found['ssl-ca']} --cert={found['ssl-cert']} --key={found['ssl-key']}" if tls else ""
        endpoint = f"{'https' if tls else 'http'}://127.0.0.1:{self.clients[name]}"
        return self.sh(f"ETCDCTL_API=3 etcdctl --command-timeout=2s --endpoints={endpoint} {flags} put key {name}").returncode == 0

    def all_carry_writes(self, patience: float = PATIENCE) -> bool:
        end = time.monotonic() + patience
        waiting = list(self.clients)
        while waiting and time.monotonic() < end:
            waiting = [name for name in waiting if not self.carries_writes(name)]
        return not waiting

    def follow(self, steps: list[dict[str, list[str]]]) -> None:
        """Do what the runbook says; after each step the cluster must take writes through every member."""
        for step in steps:
            script: list[str] = []
            for line in step["commands"]:
                if not line.startswith("#"):
                    script.append(line)
                    continue
                self.run(script)
                script = []
                what, program, name = line.removeprefix("# ").split(" ")[:3]
                if program == "dm-master":
                    if what in ("stop", "restart"):
                        self.stop(name)
                    if what in ("start", "restart"):
                        self.start(name)
            self.run([line for line in script if not line.startswith("dmls ")])
            if len(self.running) == len(self.clients):
                assert self.all_carry_writes(), step

    def run(self, script: list[str]) -> None:
        """The lines together, since one sets a variable for the next; again and again while a member comes up."""
        end = time.monotonic() + PATIENCE
        while script:
            done = self.sh("\n".join(script))
            if done.returncode == 0:
                return
            assert time.monotonic() < end, (script, done.stderr, *((self.folder / f"{name}.log").read_text()[-2000:] for name in self.clients))

    def peer_urls(self) -> set[str]:
        name = next(iter(self.clients))
        found = self.started[name]
        flags = f"--cacert={found['ssl-ca']} --cert={found['ssl-cert']} --key={found['ssl-key']}" if "ssl-ca" in found else ""
        scheme = "https" if "ssl-ca" in found else "http"
        done = self.sh(f"ETCDCTL_API=3 etcdctl --endpoints={scheme}://127.0.0.1:{self.clients[name]} {flags} member list -w json")
        return {url.partition(":")[0] for member in json.loads(done.stdout)["members"] for url in member["peerURLs"]}


@pytest.fixture(params=(1, 2, 3, 5))
def members(request: pytest.FixtureRequest, here: Path) -> Iterator[Members]:
    found = Members(here, request.param)
    try:
        for name in found.clients:
            found.start(name)
        assert found.all_carry_writes()
        yield found
    finally:
        found.stop_all()


def book(dmls: Run, action: str) -> list[dict[str, list[str]]]:
    """Edit the files; the answer is what to do then."""
    ran = dmls("tls", action, "--format", "json", *(("--databases",) if action == "disable" else ()), ".")
    assert ran.status == 0, ran.err
    steps: list[dict[str, list[str]]] = json.loads(ran.out)["runbook"]
    return steps


def test_on_and_off_without_losing_the_quorum(members: Members, dmls: Run) -> None:
    """Experiments E4 and E8, E9."""
    members.follow(book(dmls, "enable"))
    assert members.peer_urls() == {"https"}
    # As after a power cut: what is stored must do without the other scheme.
    members.stop_all()
    for name in members.clients:
        members.start(name)
    assert members.all_carry_writes()
    members.follow(book(dmls, "disable"))
    assert members.peer_urls() == {"http"}


def test_what_the_runbook_keeps_from(members: Members, dmls: Run) -> None:
    """Experiment E1: all masters restarted at once with the new files.  A single one goes on, but keeps its old address (E7)."""
    book(dmls, "enable")
    members.stop_all()
    for name in members.clients:
        members.start(name)
    alone = len(members.clients) == 1
    assert members.all_carry_writes(PATIENCE if alone else 10) is alone
    if alone:
        assert members.peer_urls() == {"http"}
