"""Hostile files on the command line: `dmls check` and `dmls certs` neither hang nor fall, say what is wrong, and say the rest as well."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from support.certs import HUGE, pem
from support.hostile import EXTENSION, FILES, HOSTILE, NAMES, OTHER, ROLES, TEXT, Scribbler, put
from support.place import Place, ident, write
from support.raw_client import PATIENCE, environment

LIGHT = [name for name in NAMES if name.values[0] not in ("10000-certificates", "large-bundle", "ring-of-two")]
"""Without those that take long, and those that are like others here."""
pytestmark = pytest.mark.skipif(os.name != "posix", reason="POSIX files")


class Ran(NamedTuple):
    status: int
    out: str
    err: str


def dmls(*arguments: str, timeout: float = 6 * PATIENCE) -> Ran:
    """A process of its own, since a hang must end the test and not hang with it."""
    done = subprocess.run([sys.executable, "-m", "dmls", *arguments], env=environment(), capture_output=True, timeout=timeout, check=False)
    ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in ran.out + ran.err, ran
    return ran


def rules(place: Place) -> list[str]:
    ran = dmls("check", "--format", "json", str(place.config))
    assert ran.status == 1 and ran.err == "", ran
    return [finding["rule"] for finding in json.loads(ran.out)["findings"]]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, TEXT)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("role", ROLES)
def test_check(place: Place, name: str, role: str) -> None:
    rule = HOSTILE[name].rule(role)
    put(place, role, name)
    found = rules(place)
    assert rule in found and OTHER in found


@pytest.mark.parametrize("name", NAMES)
def test_check_of_the_whole_folder(place: Place, name: str) -> None:
    """Three hostile files; none is a configuration, and the walk passes them by."""
    for role in ROLES:
        put(place, role, name)
    ran = dmls("check", str(place.folder))
    assert ran.status == 1 and OTHER in ran.out
    assert HOSTILE[name].read or ran.out.count(f"[{HOSTILE[name].rule('ca')}]") == 3


@pytest.mark.parametrize("name", LIGHT)
def test_check_of_the_file_itself(place: Place, name: str) -> None:
    ran = dmls("check", str(put(place, "cert", name)))
    assert ran.status in (0, 1, 2)
    assert ran.out + ran.err


@pytest.mark.parametrize("name", NAMES)
def test_inspect(place: Place, name: str) -> None:
    """What cannot be read is told on standard error, with the status of a fault; the next file is shown nevertheless."""
    path = put(place, "cert", name)
    ran = dmls("certs", "inspect", "--format", "json", str(path), str(place.tls / "ca.pem"))
    found = [json.loads(line) for line in ran.out.splitlines()]
    assert found[-1]["certificates"][0]["common_name"] == "DM CA"
    if HOSTILE[name].read:
        assert len(found) == 2 and ran.err == ""
    else:
        assert len(found) == 1 and ran.status == 2
        assert ran.err.startswith(f"dmls: {path}: ") and ran.err.count("\n") == 1 and "standard input" not in ran.err


def test_inspect_for_people(place: Place) -> None:
    ran = dmls("certs", "inspect", str(put(place, "ca", "long-extension")))
    assert ran.status == 0 and ran.out.count("SHA-256") == 1
    # Whatever an extension holds, the screen does not.
    assert max(map(len, ran.out.splitlines())) <= 130


@pytest.mark.parametrize("name", LIGHT)
def test_a_hostile_key_of_inspect(place: Place, name: str) -> None:
    ran = dmls("certs", "inspect", "--key", str(put(place, "key", name)), str(place.tls / "master.pem"))
    assert ran.status == (1 if HOSTILE[name].read else 2)


@pytest.mark.parametrize("name", LIGHT)
@pytest.mark.parametrize("hostile", ["--roots", "--chain"])
def test_verify(place: Place, name: str, hostile: str) -> None:
    path = str(put(place, "cert", name))
    other = "--chain" if hostile == "--roots" else "--roots"
    ran = dmls("certs", "verify", hostile, path, other, str(place.tls / "ca.pem"))
    assert ran.status == (1 if HOSTILE[name].read else 2)


@pytest.mark.parametrize("name", LIGHT)
def test_list(place: Place, name: str) -> None:
    put(place, "ca", name)
    ran = dmls("certs", "list", "--format", "json", str(place.config))
    assert ran.status == 0
    assert "dm" in [c["common_name"] for c in json.loads(ran.out)["certificates"]]


def test_a_long_extension_hides_nothing(place: Place) -> None:
    write(place.tls / "master.pem", ident(place.ca, eku=("server",), extra=((HUGE, False, bytes(EXTENSION)),)))
    found = rules(place)
    assert "tls-eku-no-client" in found and OTHER in found


def test_ten_thousand_that_are_out_of_date(place: Place) -> None:
    """More findings than anybody reads are counted instead of shown, and it does not take a minute."""
    first = rules(place)
    old = ident(cn="old-00000", ca=True, days=-0.5).der
    many = b"".join(pem("CERTIFICATE", old.replace(b"old-00000", b"old-%05d" % n)) for n in range(6000))
    (place.tls / "ca.pem").write_bytes(pem("CERTIFICATE", place.ca.der) + many)
    ran = dmls("check", "--format", "json", str(place.config))
    found = json.loads(ran.out)["findings"]
    assert len(found) == 1000
    assert [f["args"]["more"] for f in found if f["rule"] == "too-many-findings"] == [6000 + len(first) - 999]


HALF_READ = {"tls-ca-not-certificate", "tls-pem-damaged", "tls-cert-key-swapped", "tls-ca-file-empty", "tls-cert-unparsable", "tls-key-not-private"}


@pytest.mark.parametrize("role", ROLES)
def test_a_file_that_never_rests(place: Place, role: str) -> None:
    """Truncated and rewritten all the time: each run judges some content, and all else as ever."""
    path = place.tls / FILES[role]
    good = path.read_bytes()
    first = set(rules(place))
    with Scribbler(path, good, b"", good * 50, b"-----BEGIN CERTIFICATE-----\n") as scribbler:
        for _ in range(5):
            found = set(rules(place))
            assert OTHER in found and found - first <= HALF_READ
            assert dmls("certs", "inspect", str(path)).status in (0, 1)
    assert scribbler.rounds > 5
    path.write_bytes(good)
    assert set(rules(place)) == first
