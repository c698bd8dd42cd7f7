"""A person repairs a broken deployment in a real editor: findings, hover, completion, quick fix, a replaced certificate, all fixes.

What the editor gets on the way, findings, fixes and their words, is what `dmls check` says of the same files.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

from editors import same, sessions
from editors.drivers import ALL
from editors.drivers.base import Editor, until
from editors.place import Place

pytestmark = pytest.mark.timeout(180)

RECORD = "DMLS_RECORD"
"""The environment variable that makes each session be kept for `test_replay.py`."""
SCRIPT = """\
#!/bin/bash
cd /deploy/dm-worker-8262 || exit 1
exec dm-worker --name=w1 --join=10.0.0.1:8261 --ssl-ca=/dm/ca.pem --ssl-cert=/dm/w1.pem
"""
"""Line 3 lacks the key of the certificate."""
ALL_FIXES = {"en": "Apply all safe fixes in this file", "zh": "应用"}
CANCELLED, MODIFIED = -32800, -32801
"""Answers with these errors are right: the client took its question back, or the text had changed."""


def chinese(text: str) -> bool:
    return any("\u4e00" <= c <= "\u9fff" for c in text)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("editor", ALL, ids=lambda e: e.name)
def test_repair_a_deployment(editor: type[Editor], language: str, begin, place: Place) -> None:
    master, task = place.deployment.master, place.deployment.task
    checked = same.checked(place, language)
    e = begin(editor, language)
    misspelt = {"en": "does not know the key `ssl_ca`", "zh": "不认识键 `ssl_ca`"}[language]
    until("the finding in line 4", lambda: e.shows(4, misspelt), seen=place.stderr)
    assert e.shows(7, "cert-allowed-cn")
    opened = master.read_text(encoding="utf-8")
    assert same.received(place, master, opened) == same.said(checked, master)

    told = e.hover(3, 3)
    assert "advertise-addr" in told and chinese(told) == (language == "zh")

    (fix,) = next(f["fixes"] for f in checked if f["file"] == master.name and f["range"]["start"]["line"] == 3)
    e.fix(4, fix["title"])
    assert 'ssl-ca = "tls/ca.pem"\n' in e.text()
    assert e.text() == same.edited(opened, fix)
    assert fix["title"] in same.offered(place)
    until("the end of the finding in line 4", lambda: not e.shows(4, "ssl_ca"))

    offered = e.complete("log-l", "log-level")
    assert "log-level" in offered

    replaced = {"en": "clientAuth", "zh": "clientAuth"}[language]
    assert not e.shows(5, replaced)
    place.replace_certificate()
    until("the finding of the replaced certificate", lambda: e.shows(5, replaced))

    repaired = same.fixed(place, master, e.text())
    e.fix_all(ALL_FIXES[language])
    until("the list of names", lambda: 'cert-allowed-cn = ["dm"]\n' in e.text(), seen=e.text)
    assert e.text() == repaired

    e.open(task)
    until("the finding in the task", lambda: e.shows(9, "no-such-key"))
    assert same.received(place, task, task.read_text(encoding="utf-8")) == same.said(checked, task)
    until("the last answer", lambda: not unanswered(place), seen=lambda: unanswered(place))
    e.stop()
    check(place)
    if os.environ.get(RECORD):
        sessions.keep(place, editor.name, language)


@pytest.mark.parametrize("editor", ALL, ids=lambda e: e.name)
def test_the_command_lines_of_a_script(editor: type[Editor], begin: Any, place: Place) -> None:
    script = place.deployment.folder / "run_dm-worker.sh"
    script.write_text(SCRIPT, encoding="utf-8")
    e = begin(editor, path=script)
    until("the finding", lambda: e.shows(3, "ssl-key"), seen=place.stderr)
    assert same.received(place, script, SCRIPT) == same.said(same.checked(place, "en"), script)
    assert "--join" in e.hover(3, SCRIPT.splitlines()[2].index("--join") + 4)
    # For ALE and Kate a word ends at a hyphen: there a flag is asked for before its first one.
    assert "--master-addr" in e.complete("dmctl " if editor.name in ("vim", "kate") else "dmctl --master-a", "--master-addr")
    check(place)


def unanswered(place: Place) -> list[str]:
    """The requests of the editor that have no answer yet."""
    asked: dict[Any, str] = {}
    for line in place.messages():
        message = line.get("message", {})
        if line["from"] == "client" and "method" in message and "id" in message:
            asked[message["id"]] = message["method"]
        elif line["from"] == "server" and "method" not in message:
            asked.pop(message["id"])
    return list(asked.values())


def check(place: Place) -> None:
    """No request of the editor was answered with a fault, and the server had nothing to complain of."""
    errors = [line["message"]["error"] for line in place.messages() if line["from"] == "server" and "error" in line["message"]]
    assert [error for error in errors if error["code"] not in (CANCELLED, MODIFIED)] == []
    # Kate 22.12 sends `shutdown` as a notification.
    faults = [line for line in place.stderr().splitlines() if " ERROR " in line and "that LSP does not allow" not in line or line.startswith("Traceback")]
    assert faults == []
