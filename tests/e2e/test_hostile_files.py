"""Hostile files behind `ssl-ca`, `ssl-cert` and `ssl-key`: the server neither hangs nor falls, says what is wrong, and says the rest as well."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any, Iterator

import pytest

from support.certs import HUGE, pem
from support.hostile import EXTENSION, FILES, HOSTILE, NAMES, OTHER, ROLES, TEXT, Scribbler, put, restore
from support.place import Place, codes, ident, position, until, write
from support.raw_client import PATIENCE, REAL, RawClient, at

pytestmark = pytest.mark.skipif(os.name != "posix", reason="POSIX files")

CAN = {"textDocument": {"hover": {"contentFormat": ["markdown"]}}}
WHOLE = {"start": at(0, 0), "end": at(99, 0)}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, TEXT)


@pytest.fixture
def real(start) -> Iterator[RawClient]:
    yield start("--stdio", command=REAL)


def everything(client: RawClient, place: Place) -> None:
    """Ask all that a server can be asked about certificates; each request has an answer that is no fault."""
    here = {"textDocument": {"uri": place.uri}}
    for name in FILES.values():
        for method in ("textDocument/hover", "textDocument/definition", "textDocument/completion"):
            assert "error" not in client.ask(method, {**here, "position": position(TEXT, f"tls/{name}")}), method
    for method, more in (
        ("textDocument/documentLink", {}),
        ("textDocument/codeLens", {}),
        ("textDocument/inlayHint", {"range": WHOLE}),
        ("textDocument/codeAction", {"range": WHOLE, "context": {"diagnostics": []}}),
    ):
        answer = client.ask(method, {**here, **more})
        assert answer.get("error", {}).get("code") in (None, -32601), answer


def ends_well(client: RawClient) -> None:
    assert client.exit() == 0
    assert client.stderr == b""


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_file_in_each_place(real: RawClient, place: Place, name: str) -> None:
    """One after the other, each found while the server runs, and each put right again."""
    good = {role: (place.tls / FILES[role]).read_bytes() for role in ROLES}
    first = place.begin(real, CAN)
    assert OTHER in first
    for role in ROLES:
        rule = HOSTILE[name].rule(role)
        assert rule not in first
        path = put(place, role, name)
        found = until(real, place.uri, rule)
        assert OTHER in codes(found)
        everything(real, place)
        restore(path, good[role])
        assert OTHER in codes(until(real, place.uri, rule, there=False))
    ends_well(real)


@pytest.mark.parametrize("name", NAMES)
def test_hostile_files_that_are_there_from_the_start(real: RawClient, place: Place, name: str) -> None:
    """Opening the file and scanning the folder meet them in all three places at once."""
    for role in ROLES:
        put(place, role, name)
    first = place.begin(real, CAN)
    # With content it is a certificate in place of a key and the same certificate as its own CA; all else is said of each path.
    wanted = "tls-key-not-private" if HOSTILE[name].read else HOSTILE[name].rule("ca")
    while wanted not in first:
        first = codes(real.diagnostics(place.uri))
    assert OTHER in first
    assert HOSTILE[name].read or first.count(wanted) == 3
    everything(real, place)
    # The scan comes to its end: what it finds of another file is shown.
    other = place.folder / "dm-worker.toml"
    real.open(other.as_uri(), 'name = "w1"\njoin = "10.0.0.1:8261"\nlogg-level = "info"\n')
    assert OTHER in codes(real.diagnostics(other.as_uri()))
    ends_well(real)


def test_a_long_extension_hides_nothing(real: RawClient, place: Place) -> None:
    """The certificate is right but for its usages and a megabyte of something."""
    write(place.tls / "master.pem", ident(place.ca, eku=("server",), extra=((HUGE, False, bytes(EXTENSION)),)))
    first = place.begin(real, CAN)
    while "tls-eku-no-client" not in first:
        first = codes(real.diagnostics(place.uri))
    assert OTHER in first
    everything(real, place)
    ends_well(real)


HALF_READ = {"tls-pem-damaged", "tls-cert-key-swapped", "tls-eku-no-client", "tls-ca-file-empty", "tls-cert-unparsable", "tls-key-not-private"}


@pytest.mark.parametrize("role", ROLES)
def test_a_file_that_never_rests(real: RawClient, place: Place, role: str) -> None:
    """Truncated and rewritten all the time: whatever is read, the server lives, and its last word is about the last content."""
    path = place.tls / FILES[role]
    good = path.read_bytes()
    first = set(place.begin(real, CAN))
    with Scribbler(path, good, b"", good * 50, b"-----BEGIN CERTIFICATE-----\n") as scribbler:
        for round_ in range(30):
            everything(real, place)
            real.change(place.uri, round_ + 2, {"text": TEXT + "#" * round_})
            found: list[dict[str, Any]] = real.diagnostics(place.uri, round_ + 2)
            assert OTHER in codes(found)
            assert set(codes(found)) - first <= HALF_READ, role
    assert scribbler.rounds > 30
    path.write_bytes(good)
    patience = time.monotonic() + PATIENCE
    version = 100
    while set(codes(found)) != first:
        assert time.monotonic() < patience, codes(found)
        version += 1
        real.change(place.uri, version, {"text": TEXT + "#" * (version % 2)})
        found = real.diagnostics(place.uri, version)
    ends_well(real)


def test_a_file_that_is_replaced_again_and_again_is_spoken_of_once(real: RawClient, place: Place) -> None:
    place.begin(real, CAN)
    other = ident(place.ca, eku=("server",))
    for _ in range(4):
        write(place.tls / "master.pem", other)
        until(real, place.uri, "tls-eku-no-client")
        write(place.tls / "master.pem", place.own)
        until(real, place.uri, "tls-eku-no-client", there=False)
    everything(real, place)
    assert len([m for m in real.seen if m.get("method") == "window/showMessage"]) == 1
    ends_well(real)


def test_a_file_that_becomes_a_fifo_while_others_change(real: RawClient, place: Place) -> None:
    place.begin(real, CAN)
    key = place.tls / "master.key"
    good = key.read_bytes()
    key.unlink()
    os.mkfifo(key)
    assert OTHER in codes(until(real, place.uri, "tls-file-unreadable"))
    # Without a key that can be read nothing is said of what the certificate is good for.
    write(place.tls / "master.pem", ident(place.ca, eku=("server",)))
    new = key.with_name("new.key")
    new.write_bytes(good)
    new.replace(key)
    until(real, place.uri, "tls-eku-no-client")
    ends_well(real)


def test_a_hostile_file_that_an_editor_holds_open(real: RawClient, place: Place) -> None:
    """What is on the disk may be anything: the text in the editor counts."""
    path = put(place, "cert", "fifo")
    place.begin(real, CAN)
    uri = path.as_uri()
    real.open(uri, pem("CERTIFICATE", ident(place.ca, eku=("server",)).der).decode())
    until(real, place.uri, "tls-eku-no-client")
    for method in ("textDocument/codeLens", "textDocument/documentSymbol", "textDocument/foldingRange"):
        assert "error" not in real.ask(method, {"textDocument": {"uri": uri}})
    real.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
    real.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    until(real, place.uri, "tls-file-unreadable")
    ends_well(real)
