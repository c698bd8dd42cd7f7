"""`dmls migrate keys` as a command: what it writes, shows and answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Callable

import jsonschema
import pytest

from .conftest import Run

Files = Callable[..., None]
ROOT = Path(__file__).resolve().parents[2]
TASK = """\
name: orders  # of the shop
task-mode: all
is-sharding: true
remove-meta: false
charset: utf8
target-database:
  host: 10.0.0.9
  port: 4000
  user: dm
  password: "hunter2canary"
mysql-instances:
  - source-id: mysql-1
    loader-config-name: l
loaders:
  l:
    on-duplicate: error
""".replace("charset: utf8\n", "")
NEW = TASK.replace("is-sharding: true\nremove-meta: false\n", 'shard-mode: "pessimistic"\n')
SOURCE = "source-id: mysql-1\ncharset: utf8\nfrom: {host: 10.0.0.5, port: 3306, user: dm, password: hunter2canary}\n"


def test_writes_tells_and_is_done(dmls: Run, files: Files, here: Path) -> None:
    files({"task.yaml": TASK, "source.yaml": SOURCE, "notes.txt": "no config"})
    ran = dmls("migrate", "keys", ".")
    assert ran.status == 0 and ran.err == ""
    assert (here / "task.yaml").read_text() == NEW
    assert (here / "source.yaml").read_text() == SOURCE
    assert ran.out.splitlines()[0] == "edited task.yaml"
    assert "task.yaml:3: Replace `is-sharding` with `shard-mode: pessimistic`" in ran.out
    assert "task.yaml:4: Delete `remove-meta`" in ran.out
    assert "source.yaml:2: to do: `charset` is deprecated" in ran.out and "With --unsafe: Delete `charset`." in ran.out
    again = dmls("migrate", "keys", ".")
    assert "edited" not in again.out and (here / "task.yaml").read_text() == NEW


def test_diff_writes_nothing_and_hides_secrets(dmls: Run, files: Files, here: Path) -> None:
    files({"task.yaml": TASK})
    ran = dmls("migrate", "keys", "--diff", "task.yaml")
    assert '-is-sharding: true\n-remove-meta: false\n+shard-mode: "pessimistic"\n' in ran.out and "would edit task.yaml" in ran.out
    assert "hunter2canary" not in ran.out + ran.err
    assert (here / "task.yaml").read_text() == TASK


def test_unsafe_edits_and_what_is_lost(dmls: Run, files: Files, here: Path) -> None:
    files({"task.yaml": TASK, "source.yaml": SOURCE})
    ran = dmls("migrate", "keys", "--unsafe", ".")
    assert ran.status == 1, "a value is gone"
    assert "source.yaml:2: not carried over: Delete `charset`" in ran.out
    assert (here / "source.yaml").read_text() == SOURCE.replace("charset: utf8\n", "")
    assert "on-duplicate-logical: error" in (here / "task.yaml").read_text()


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_json_keeps_its_contract(dmls: Run, files: Files, here: Path, locale: str) -> None:
    files({"task.yaml": TASK})
    ran = dmls("migrate", "keys", "--format", "json", "--from", "5.4.0", "--to", "8.5.0", "--lang", locale, "task.yaml")
    told = json.loads(ran.out)
    jsonschema.validate(told, json.loads((ROOT / "schemas" / "change.schema.json").read_text(encoding="utf-8")))
    assert told["action"] == "migrate keys" and told["written"] is True
    assert {note["level"] for note in told["report"]} == {"done", "duty"}
    assert any("online-ddl: false" in note["message"] for note in told["report"])
    assert "hunter2canary" not in ran.out


def test_settings_say_the_version(dmls: Run, files: Files, here: Path) -> None:
    files({"task.yaml": TASK, ".dmls.toml": 'dm-version = "6.1.0"\n\n[rules]\ndeprecated-key = "off"\n'})
    ran = dmls("migrate", "keys", "task.yaml")
    assert "is-sharding" in ran.out, "the level of a rule does not count here"
    assert "on-duplicate" not in ran.out, "DM 6.1 has the key"


def test_refusals(dmls: Run, files: Files) -> None:
    files({"task.yaml": TASK, "latin.yaml": TASK.encode() + "# é\n".encode("latin-1")})
    assert dmls("migrate", "keys", "--to", "1.0.6", "task.yaml").status == 2
    assert dmls("migrate", "keys", "--to", "x", "task.yaml").status == 2
    assert dmls("migrate", "keys", "--from", "x", "task.yaml").status == 2
    assert dmls("migrate", "keys").status == 2
    assert dmls("migrate", "keys", "absent.yaml").status == 2
    assert "the file is not UTF-8" in dmls("migrate", "keys", "latin.yaml").out


@pytest.mark.parametrize(
    "text", ["", "a: [", "name: x\ntask-mode: {\n", "name: t\ntask-mode: all\nmysql-instances: [\nremove-meta: true\n", "\ufeffname: t\ntask-mode: all\nremove-meta: true\n"]
)
def test_half_typed_files_are_left_or_mended(dmls: Run, files: Files, here: Path, text: str) -> None:
    files({"dm-task.yaml": text})
    ran = dmls("migrate", "keys", "dm-task.yaml")
    assert ran.status in (0, 2)
    assert (here / "dm-task.yaml").read_text(encoding="utf-8") in (text, text.replace("remove-meta: true\n", ""))
