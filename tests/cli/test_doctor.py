"""`dmls doctor`: what dmls is, which settings hold, what it sees."""

from __future__ import annotations

import json
from pathlib import Path

from .conftest import Run

SOURCE = """source-id: mysql-1
from:
  host: 127.0.0.1
  port: 3306
  user: root
  password: "not to be seen"
  security:
    ssl-ca: tls/ca.pem
    ssl-cert: tls/c.pem
    ssl-key: tls/c.key
"""


def test_it_tells_what_it_sees_and_no_secret(here: Path, dmls: Run) -> None:
    (here / ".dmls.toml").write_text('dm-version = "7.5.0"\n[tls]\nwarn-days = 7\n')
    (here / "source.yaml").write_text(SOURCE)
    (here / "tls").mkdir()
    (here / "tls" / "ca.pem").write_text("nothing")
    ran = dmls("doctor", "--format", "json")
    report = json.loads(ran.out)
    assert ran.status == 0
    assert report["dmls"]["libraries"]["pygls"]
    assert report["settings"]["files"] == [str(here / ".dmls.toml")]
    assert report["settings"]["values"]["warn-days"] == 7
    assert report["settings"]["values"]["dm-versions"] == ["7.5.0"]
    (source,) = [file for file in report["files"] if file["kind"] == "source"]
    assert [m["state"] for m in source["certificates"]] == ["pemcontent", "missing", "missing"]
    assert source["findings"]["error"] >= 2
    text = dmls("doctor")
    assert "source.yaml: source: " in text.out and "ssl-ca" in text.out and "not there" in text.out
    assert "not to be seen" not in ran.out + text.out


def test_in_chinese(here: Path, dmls: Run) -> None:
    ran = dmls("--lang", "zh", "doctor", ".")
    assert "没有找到 DM 的文件" in ran.out
