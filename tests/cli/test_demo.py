"""`dmls demo`: a deployment with mistakes that dmls sees, and certificates that are good."""

from __future__ import annotations

import os
import re
import stat
import time
from pathlib import Path

import pytest

from dmls.cli.demo import COMPONENTS, FILES

from .conftest import Run

PLANTED = [
    ("dm-master1.toml", 7, "error[tls-unknown-key]"),
    ("dm-master2.toml", 10, "error[tls-allowed-cn-not-list]"),
    ("dm-worker1.toml", 6, "error[tls-cert-key-swapped]"),
    ("dm-worker2.toml", 5, "error[tls-security-table-in-toml]"),
    ("source.yaml", 5, "error[wrong-type]"),
    ("source.yaml", 12, "error[tls-source-allowed-cn]"),
    ("task.yaml", 3, "error[unknown-value]"),
    ("task.yaml", 10, "error[tls-key-outside-security]"),
    ("task.yaml", 16, "error[unknown-key]"),
]
UNSAFE = ["dm-master1.toml:10: tls-cn-near-miss", "source.yaml:12: tls-source-allowed-cn"]
"""What safe fixes leave; the first one shows when DM reads the file."""


def test_each_planted_mistake_is_found(dmls: Run, here: Path) -> None:
    ran = dmls("demo", "--keep", "demo")
    assert ran.status == 0
    assert ran.err == ""
    found = re.findall(r"/demo/([\w.-]+):(\d+):\d+: (\w+\[[\w-]+\])", ran.out)
    missing = [planted for planted in PLANTED if (planted[0], str(planted[1]), planted[2]) not in found]
    assert missing == []
    assert {name for name, _, _ in found} == set(FILES)
    assert "\n7 files checked: " in ran.out
    # `dmls check` says the same of the folder, which still has its mistakes.
    folder = str(here / "demo").replace("\\", "/")
    assert f"dmls check {folder}\n" in ran.out
    again = dmls("check", folder)
    assert again.status == 1
    assert again.out in ran.out


def test_it_ends_well(dmls: Run) -> None:
    started = time.process_time()
    ran = dmls("demo", "--keep", "demo")
    assert time.process_time() - started < 3
    broken, safe, unsafe = re.split(r"(?m)^Now a copy|^The rest has", ran.out)
    left = [f"{name}:{line}: {rule}" for name, line, rule in re.findall(r"(?m)^([\w.-]+):(\d+):\d+: \w+\[([\w-]+)\]", safe)]
    assert left == UNSAFE
    for part, names in ((safe, set(FILES)), (unsafe, {"dm-master1.toml", "source.yaml"})):
        assert set(re.findall(r"(?m)^--- (.*)$", part)) == names
    assert "\nThe repaired copy, checked once more:\n\n7 files checked, nothing found\n" in unsafe


def test_what_the_demo_does_can_be_done(dmls: Run, here: Path) -> None:
    shown = dmls("demo", "--keep", "demo").out
    folder = str(here / "demo").replace("\\", "/")
    assert f"dmls check --diff {folder}\n" in shown
    diff = dmls("check", "--diff", folder)
    assert diff.status == 1
    assert diff.out.replace(folder + "/", "") in shown.replace(folder + "/", "")
    assert dmls("check", "--fix", folder).status == 1
    assert dmls("check", "--unsafe-fixes", folder).status == 0
    assert dmls("check", folder) == (0, "7 files checked, nothing found\n", "")


def test_in_chinese(dmls: Run) -> None:
    ran = dmls("--lang", "zh", "demo", "--keep", "demo")
    assert ran.status == 0
    assert "接下来可以" in ran.out
    assert "再次检查修复后的副本：\n\n检查了 7 个文件，未发现问题\n" in ran.out
    told = re.sub(r"(?m)^(--- |\+\+\+ |@@ |[ +-]).*$|`[^`]*`", "", ran.out)
    assert not re.search(r"[a-z]+ [a-z]+ [a-z]+ [a-z]+ [a-z]+", re.sub(r"(?m)^.*(DM 报告|\|).*$", "", told))


def test_a_temporary_folder_stays_and_is_named(dmls: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(here))
    ran = dmls("demo")
    # The copy that was repaired is gone.
    folders = list(here.iterdir())
    assert len(folders) == 1
    assert folders[0].name in ran.out
    assert sorted(p.name for p in folders[0].iterdir()) == sorted([*FILES, "tls", ".dmls.toml"])


def test_the_certificates_are_good_and_the_keys_private(dmls: Run, here: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    dmls("demo", "--keep", "demo")
    tls = here / "demo" / "tls"
    ca = x509.load_pem_x509_certificate((tls / "ca.pem").read_bytes())
    assert ca.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    for name in COMPONENTS:
        certificate = x509.load_pem_x509_certificate((tls / f"{name}.pem").read_bytes())
        certificate.verify_directly_issued_by(ca)
        key = load_pem_private_key((tls / f"{name}-key.pem").read_bytes(), None)
        assert key.public_key() == certificate.public_key()
        if os.name == "posix":
            assert stat.S_IMODE((tls / f"{name}-key.pem").stat().st_mode) == 0o600
    assert not list(tls.glob("ca-key*"))


def test_a_folder_with_something_in_it_is_left_alone(dmls: Run, here: Path) -> None:
    (here / "x").write_text("")
    ran = dmls("demo", "--keep", ".")
    assert ran.status == 2
    assert ran.err == "dmls: .: not empty; name a new or an empty folder with --keep\n"
    assert [p.name for p in here.iterdir()] == ["x"]


def test_a_folder_that_cannot_be_made(dmls: Run, here: Path) -> None:
    (here / "x").write_text("")
    ran = dmls("demo", "--keep", "x/y")
    assert ran.status == 2
    assert ran.err.startswith("dmls: x/y: cannot write the demo there (")


def test_a_folder_with_quotes_in_its_name(dmls: Run, here: Path) -> None:
    if os.name != "posix":
        pytest.skip("such names exist on POSIX only")
    ran = dmls("demo", "--keep", 'a "b\\c')
    assert ran.status == 0
    # The certificates are found, wherever they are.
    assert "error[tls-cert-key-swapped]" in ran.out
    assert "7 files checked, nothing found" in ran.out
