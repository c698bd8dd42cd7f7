"""`dmls certs list`: the certificates in use and their ends; `dmls check` at another moment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Callable, NamedTuple

import pytest

from dmls.cli.check_command import request_of
from dmls.cli.console import Console
from dmls.cli.session import Request, Session
from dmls.commands.options import parse
from support.certs import AT, DAY, NOW, Identity, Spec, identity, key, pem

from .conftest import Run, Stream

Files = Callable[..., None]

CA = identity(Spec(ca=True, subject=(("cn", "dm CA"),), not_after=NOW + 400 * DAY), key())


def leaf(name: str, days: int) -> Identity:
    return identity(Spec(subject=(("cn", name),), not_after=NOW + days * DAY), key("p256", 1), CA)


def worker(number: int) -> str:
    return f"""\
name = "w{number}"
worker-addr = "127.0.0.1:826{number}"
join = "127.0.0.1:8261"
ssl-ca = "tls/ca.pem"
ssl-cert = "tls/w{number}.pem"
ssl-key = "tls/w{number}-key.pem"
"""


@pytest.fixture
def deployment(here: Path, files: Files) -> Callable[..., None]:
    """Workers with certificates that end after so many days."""

    def make(*days: int) -> None:
        contents: dict[str, str | bytes] = {"conf/tls/ca.pem": pem("CERTIFICATE", CA.der)}
        for number, left in enumerate(days, 1):
            contents[f"conf/dm-worker{number}.toml"] = worker(number).replace("tls/", f"{here.as_posix()}/conf/tls/")
            contents[f"conf/tls/w{number}.pem"] = pem("CERTIFICATE", leaf(f"w{number}", left).der)
            contents[f"conf/tls/w{number}-key.pem"] = key("p256", 1).private_pem()
        files(contents)

    return make


def test_every_certificate_with_its_users(dmls: Run, deployment: Callable[..., None]) -> None:
    deployment(200, 40)
    ran = dmls("certs", "list", "conf", "--at", AT, "--format", "json")
    assert (ran.status, ran.err) == (0, "")
    document = json.loads(ran.out)
    assert (document["version"], document["at"], document["within_days"]) == (1, AT, 30)
    users = ["conf/dm-worker1.toml", "conf/dm-worker2.toml"]
    assert [(c["file"], c["roles"], c["users"], c["days_left"], c["state"]) for c in document["certificates"]] == [
        ("conf/tls/w2.pem", ["cert"], users[1:], 40, "ok"),
        ("conf/tls/w1.pem", ["cert"], users[:1], 200, "ok"),
        ("conf/tls/ca.pem", ["ca"], users, 400, "ok"),
    ]
    assert [c["common_name"] for c in document["certificates"]] == ["w2", "w1", "dm CA"]


@pytest.mark.parametrize(
    ("days", "arguments", "status"),
    [(31, (), 0), (30, (), 1), (-1, (), 1), (31, ("--within", "31d"), 1), (30, ("--within", "29"), 0), (0, ("--within", "0"), 1), (31, ("--at", "2026-09-03"), 1)],
)
def test_the_status_tells_whether_one_ends_soon(dmls: Run, deployment: Callable[..., None], days: int, arguments: tuple[str, ...], status: int) -> None:
    deployment(days)
    at = () if "--at" in arguments else ("--at", AT)
    assert dmls("certs", "list", "conf", *at, *arguments).status == status


@pytest.mark.parametrize("seconds", [-1, 0, 1, DAY - 1])
@pytest.mark.parametrize("within", [0, 1, 30])
def test_the_check_draws_the_line_where_the_list_does(dmls: Run, files: Files, here: Path, within: int, seconds: int) -> None:
    """Exactly so many days are within so many days, to the second."""
    own = identity(Spec(subject=(("cn", "w1"),), not_after=NOW + within * DAY + seconds), key("p256", 1), CA)
    if own.spec.not_after is not None and own.spec.not_after < NOW:
        return
    files({"ca.pem": pem("CERTIFICATE", CA.der), "w1.pem": pem("CERTIFICATE", own.der), "w1-key.pem": key("p256", 1).private_pem()})
    files({"dm-worker1.toml": worker(1).replace("tls/", f"{here.as_posix()}/")})
    listed = json.loads(dmls("certs", "list", ".", "--at", AT, "--within", str(within), "--format", "json").out)["certificates"][0]
    checked = json.loads(dmls("check", ".", "--at", AT, "--within", str(within), "--format", "json").out)["findings"]
    found = [f["args"]["days"] for f in checked if f["rule"] == "tls-cert-expires-soon"]
    assert listed["state"] == ("soon" if seconds <= 0 else "ok")
    assert found == ([listed["days_left"]] if seconds <= 0 else [])


def test_text(dmls: Run, deployment: Callable[..., None]) -> None:
    deployment(-3, 20)
    assert (
        dmls("certs", "list", "conf", "--at", AT).out
        == """\
2026-08-29  expired 3 days ago  w1     conf/tls/w1.pem
            certificate of conf/dm-worker1.toml
2026-09-21  20 days left        w2     conf/tls/w2.pem
            certificate of conf/dm-worker2.toml
2027-10-06  400 days left       dm CA  conf/tls/ca.pem
            CA of conf/dm-worker1.toml, conf/dm-worker2.toml

3 certificates, 2 of them ended or ending within 30 days
"""
    )
    assert "3 个证书，其中 2 个已过期或在 30 天内到期\n" in dmls("--lang", "zh", "certs", "list", "conf", "--at", AT).out


def test_nothing_in_use(dmls: Run, files: Files) -> None:
    files({"dm-worker1.toml": 'worker-addr = "127.0.0.1:8262"\njoin = "127.0.0.1:8261"\n'})
    assert dmls("certs", "list", ".") == (0, "no certificates in use\n", "")
    assert json.loads(dmls("certs", "list", ".", "--format", "json").out)["certificates"] == []
    assert dmls("certs", "list", "no").status == 2


# --- dmls check ---


class Told(NamedTuple):
    warn_days: int
    ca_warn_days: int
    files: str


def settings(*arguments: str) -> Told:
    session = Session(request_of(parse(["check", *arguments])), None)  # type: ignore[arg-type]
    found = session.workspace.settings_for("/w/a.toml")
    return Told(found.warn_days, found.ca_warn_days, found.files)


def test_within_becomes_settings() -> None:
    assert settings() == (30, 90, "auto")
    assert settings("--within", "60d") == (60, 60, "auto")
    assert settings("--within", "7", "--files", "strict") == (7, 7, "strict")


def test_at_becomes_the_moment_of_the_workspace(dmls: Run, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    from dmls.cli import session
    from dmls.workspace import Workspace

    files({"dm-worker1.toml": 'worker-addr = "127.0.0.1:8262"\njoin = "127.0.0.1:8261"\n'})
    told: list[float | None] = []
    original = Workspace.set_now

    def set_now(self: Workspace, moment: float | None) -> None:
        told.append(moment)
        original(self, moment)

    monkeypatch.setattr(Workspace, "set_now", set_now)
    monkeypatch.setattr(session, "now", lambda: 5.0)
    assert dmls("check", "--at", AT).status == 0
    assert dmls("check").status == 0
    assert told == [float(NOW), 5.0]


def test_a_check_reads_the_certificates_behind_the_paths(dmls: Run, deployment: Callable[..., None]) -> None:
    deployment(20)
    assert [
        f["rule"] for f in json.loads(dmls("check", "conf", "--at", AT, "--within", "5", "--ignore", "tls-key-exposed,tls-worker-open-port", "--format", "json").out)["findings"]
    ] == []
    for jobs in ("1", "2"):
        ran = dmls("check", "conf", "--at", AT, "--jobs", jobs, "--format", "json")
        assert "tls-cert-expires-soon" in [f["rule"] for f in json.loads(ran.out)["findings"]]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_new_certificate_is_noticed(here: Path, deployment: Callable[..., None], monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    from dmls.cli import session as module

    monkeypatch.setattr(module, "CHUNK", 1)
    deployment(20, 40)
    session = Session(Request(("conf",), {}, jobs=jobs, at=float(NOW)), Console(Stream(), Stream(), env={}))

    def ends() -> list[int]:
        session.check()
        session.settle(sorted(session.workspace.paths))
        return [(u.certificate.not_after - NOW) // DAY for u in session.workspace.snapshot().certificates()]

    assert ends() == [20, 40, 400]
    assert not session.changed()
    (here / "conf/tls/w1.pem").write_bytes(pem("CERTIFICATE", leaf("w1 with a longer name", 300).der))
    assert session.changed()
    assert ends() == [40, 300, 400]
    assert not session.changed()
    (here / "conf/tls/w2.pem").unlink()
    assert session.changed()
    assert ends() == [300, 400]


@pytest.mark.parametrize("name", ["key.pem", "conf/tls/w1-key.pem", "key"])
def test_no_byte_of_a_key_is_shown(dmls: Run, files: Files, name: str) -> None:
    data = key("p256", 1).private_pem().decode()
    files({name: data + "-----BEGIN CERTIFICATE-----\nbroken\n"})
    for form in ("text", "json"):
        ran = dmls("check", name, "--format", form)
        assert not [line for line in data.splitlines()[1:-1] if line in ran.out + ran.err]
