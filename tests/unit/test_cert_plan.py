"""The plan of certificates by itself: always the same, names that do not meet, and keys only through the port."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Callable

import pytest

from dmls.cli.console import Console
from dmls.cli.session import Request as SessionRequest
from dmls.cli.session import Session
from dmls.keyring import Keyring
from dmls.migrate import cert_plan, certs_new, certs_renew
from dmls.migrate.cert_plan import KeySpec, Wanted
from dmls.migrate.change import CannotDo, Change, Options, Request
from dmls.pki.facts import ECDSA, ED25519, RSA
from support.certs import NOW
from support.plain_deployment import plain


def ask(folder: Path, make: Callable[[Request], Change], keys: Keyring | None = None, **options: str) -> Change:
    """Make a change of the files in a folder, as a shell does."""
    session = Session(SessionRequest(paths=(str(folder),), settings={}, progress=False, at=NOW), Console(io.StringIO(), io.StringIO(), io.BytesIO(), {}))
    sources, _ = session.load()
    for _ in range(6):
        change = make(Request(session.workspace.snapshot(), tuple(s.path for s in sources), Options({k: [v] for k, v in options.items()}), folder.as_posix(), NOW, keys))
        if not session.answer_wishes():
            break
    return change


@pytest.mark.parametrize(
    ("paths", "ends"),
    [
        (["/etc/dm/ca.pem"], ["ca.pem"]),
        (["/etc/a/tls.crt", "/etc/b/tls.crt"], ["a/tls.crt", "b/tls.crt"]),
        (["/etc/a/tls.crt", "/opt/a/tls.crt"], ["etc/a/tls.crt", "opt/a/tls.crt"]),
        (["/tls.crt", "/a/tls.crt"], ["tls.crt", "a/tls.crt"]),
        ([], []),
    ],
)
def test_files_are_told_apart_by_as_little_as_possible(paths: list[str], ends: list[str]) -> None:
    assert cert_plan.shortest(paths) == dict(zip(paths, ends, strict=True))


def test_the_plan_is_always_the_same_and_no_file_has_two_uses(tmp_path: Path) -> None:
    plain(tmp_path, 3, "full")
    plans = []

    def note(request: Request) -> Change:
        plans.append(cert_plan.plan(request, f"{request.folder}/tls", Wanted(databases=True, prometheus=True)))
        return Change()

    ask(tmp_path, note)
    ask(tmp_path, note)
    assert plans[0] == plans[-1] and plans[0][0].role == cert_plan.AUTHORITY
    files = [path for wish in plans[0] for place in wish.places for path in place if path]
    assert len(files) == len(set(files)) and len({wish.label for wish in plans[0]}) == len(plans[0])


@pytest.mark.parametrize("make", [certs_new.make, certs_renew.make])
def test_without_the_port_nothing_is_made(tmp_path: Path, make: Callable[[Request], Change]) -> None:
    plain(tmp_path, 1, "full")
    if make is certs_renew.make:
        for created in ask(tmp_path, certs_new.make, Keyring()).created:
            Path(created.path).parent.mkdir(exist_ok=True)
            Path(created.path).write_bytes(created.data)
        for name in ("dm-master1.toml", "dm-worker1.toml"):
            stem = "m1" if "master" in name else "w1"
            text = (tmp_path / name).read_text(encoding="utf-8")
            (tmp_path / name).write_text(text + f'ssl-ca = "tls/ca.pem"\nssl-cert = "tls/{stem}.pem"\nssl-key = "tls/{stem}-key.pem"\n', encoding="utf-8")
    with pytest.raises(CannotDo) as refused:
        ask(tmp_path, make)
    assert refused.value.message == "certs-new.no-keyring"
    assert ask(tmp_path, make, Keyring()).created


def test_what_is_secret_is_marked_and_only_that(tmp_path: Path) -> None:
    plain(tmp_path, 1, "full")
    change = ask(tmp_path, certs_new.make, Keyring())
    for created in change.created:
        assert created.secret == (b"PRIVATE KEY" in created.data) == (created.mode == 0o600)
    assert not any("PRIVATE KEY" in line for step in change.runbook for line in step.commands)


@pytest.mark.parametrize("spec", [KeySpec(), KeySpec(ECDSA, 384), KeySpec(ECDSA, 521), KeySpec(RSA, 2048), KeySpec(ED25519, 256)])
def test_a_key_tells_nothing_of_itself(tmp_path: Path, spec: KeySpec) -> None:
    key = Keyring().make(spec)
    path = tmp_path / "key.pem"
    path.write_bytes(b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + key.pem())
    assert Keyring().load(path.as_posix()).spki == key.spki
    body = key.pem().splitlines()[1].decode()
    assert body not in repr(key) and body not in repr(Keyring())
