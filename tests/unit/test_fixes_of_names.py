"""What the fixes of rules about allowed names make of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from dmls.text import apply_edits
from support.certs import NOW
from support.certs_block import Material
from support.core import analysis_on_disk

CERTS = """
ca = ca
dm = leaf, issuer: ca, cn: dm-master
file ca.pem: ca
file dm.pem: dm
file dm-key.pem: key(dm)
"""
HEAD = 'ssl-ca = "ca.pem"\nssl-cert = "dm.pem"\nssl-key = "dm-key.pem"\n'


@pytest.mark.parametrize(
    ("written", "rule", "title", "fixed"),
    [
        ('["dm-worker"]', "tls-own-cn-not-first", "fix.put-first", '["dm-master", "dm-worker"]'),
        ("['dm-worker']", "tls-own-cn-not-first", "fix.put-first", "['dm-master', 'dm-worker']"),
        ('[\n  "dm-worker",\n]', "tls-own-cn-not-first", "fix.put-first", '[\n  "dm-master",\n  "dm-worker",\n]'),
        ('["a", "dm-master"]', "tls-own-cn-not-first", "fix.move-first", '["dm-master", "a"]'),
        ('["a", "dm-master", "b"]', "tls-own-cn-not-first", "fix.move-first", '["dm-master", "a", "b"]'),
        ('[\n  "a", # one\n  "dm-master", # two\n  "b",\n]', "tls-own-cn-not-first", "fix.move-first", '[\n  "dm-master",\n  "a", # one\n  "b",\n]'),
        ('["/CN=dm-master"]', "tls-own-cn-not-first", "fix.keep-common-name", '["dm-master"]'),
        ("['DM_Master', 'b']", "tls-cn-near-miss", "fix.keep-common-name", "['dm-master', 'b']"),
    ],
)
def test_a_fix_changes_the_list_alone(written: str, rule: str, title: str, fixed: str, tmp_path: Path) -> None:
    Material(CERTS).write(tmp_path)
    text = f"{HEAD}cert-allowed-cn = {written}\n"
    path = (tmp_path / "dm-master.toml").as_posix()
    found = next(f for f in analysis_on_disk({path: text}, NOW).findings(path) if f.rule == rule)
    (fix,) = found.fixes
    assert fix.title == title
    assert fix.preferred
    text = apply_edits(text, [e.edit for e in fix.edits])
    assert text == f"{HEAD}cert-allowed-cn = {fixed}\n"
    assert rule not in {f.rule for f in analysis_on_disk({path: text}, NOW).findings(path)}
