"""Somebody types fast in a task of 10,000 lines: what is shown is always right for the text it is shown in, and comes once for each pause.

Judged by what passed between the editor and the server, for there nothing is lost; the texts are put together from the edits that were sent.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dmls.lsp.scheduler import SHORTEST_PAUSE
from editors import same
from editors.drivers.base import until
from editors.drivers.neovim import Neovim
from editors.drivers.vscode import VSCode
from editors.place import TASK, Place

pytestmark = pytest.mark.timeout(240)

LINES = 10_000
TYPED = ["ignore-checking-items: []", "clean-dump-file: flase", "meta-schema: dm_meta"]
"""On the way to each of these lines there are unknown keys, keys without a value and broken lists; the second stays wrong."""


class State(NamedTuple):
    """A text that the editor has told the server."""

    index: int
    at: float
    version: int
    text: str


class Shown(NamedTuple):
    """Findings that the editor has shown."""

    index: int
    at: float
    version: int | None
    """Of which version they are, where the server says it."""
    diagnostics: list[dict[str, Any]]


def long_task() -> str:
    routes = LINES - TASK.count("\n") - 2
    return TASK + "routes:\n" + "".join(f"  r{n}: {{schema-pattern: s{n}, target-schema: t{n}}}\n" for n in range(routes)) + "timezone: UTC\n"


def states(place: Place, path: Path) -> list[State]:
    """All texts of a file, in order."""
    encoding, size = same.UNITS[same.encoding_of(place)]
    found: list[State] = []
    for index, line in enumerate(place.messages()):
        message = line.get("message", {})
        params = message.get("params")
        if line["from"] != "client" or message.get("method") not in ("textDocument/didOpen", "textDocument/didChange") or params["textDocument"]["uri"] != path.as_uri():
            continue
        document = params["textDocument"]
        text = document["text"] if "text" in document else found[-1].text
        for change in params.get("contentChanges", ()):
            text = _changed(text, change, encoding, size) if "range" in change else change["text"]
        found.append(State(index, line["at"], document["version"], text))
    return found


def _changed(text: str, change: dict[str, Any], encoding: str, size: int) -> str:
    lines = text.splitlines(keepends=True)

    def offset(position: dict[str, int]) -> int:
        line = lines[position["line"]] if position["line"] < len(lines) else ""
        return sum(map(len, lines[: position["line"]])) + len(line.encode(encoding)[: position["character"] * size].decode(encoding))

    start, end = offset(change["range"]["start"]), offset(change["range"]["end"])
    return text[:start] + str(change["text"]) + text[end:]


def shown(place: Place, path: Path) -> list[Shown]:
    """What the editor has shown of a file: what was pushed, and the answers to questions that it did not take back."""
    messages = place.messages()
    taken_back = {line["message"]["params"]["id"] for line in messages if line.get("message", {}).get("method") == "$/cancelRequest"}
    asked: set[Any] = set()
    found = []
    for index, line in enumerate(messages):
        message = line.get("message", {})
        if line["from"] == "client" and message.get("method") == "textDocument/diagnostic" and message["params"]["textDocument"]["uri"] == path.as_uri():
            asked.add(message["id"])
        elif line["from"] == "server" and message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == path.as_uri():
            found.append(Shown(index, line["at"], message["params"]["version"], message["params"]["diagnostics"]))
        elif line["from"] == "server" and message.get("id") in asked - taken_back and "items" in (message.get("result") or {}):
            found.append(Shown(index, line["at"], None, message["result"]["items"]))
    return found


@pytest.mark.parametrize("editor", [Neovim, VSCode], ids=lambda e: e.name)
def test_what_is_shown_is_right_for_the_text(editor: type[Neovim] | type[VSCode], begin: Any, place: Place, record_property: Any) -> None:
    task = place.deployment.task
    task.write_text(long_task(), encoding="utf-8")
    e: Neovim | VSCode = begin(editor, path=task)
    until("the first findings", lambda: e.shows(9, "no-such-key"))
    opened = len(place.messages())
    for text in TYPED:
        e.type_below(2, text)

    def settled() -> bool:
        text = states(place, task)[-1].text
        return all(line in text.splitlines() for line in TYPED) and same.received(place, task, text) == same.said(same.checked_text(place, task, text), task)

    until("the findings of the last text", settled, 60, seen=lambda: (states(place, task)[-1].text[:300], same.received(place, task, task.read_text(encoding="utf-8"))))
    texts = states(place, task)
    findings = [s for s in shown(place, task) if s.index > opened]
    assert findings
    right: dict[str, list[same.Finding]] = {}
    for one in findings:
        before = [s for s in texts if s.index < one.index]
        # What the editor sent while the findings were on their way, the server could not know yet; they say which text they are of.
        state = before[-1] if one.version is None else next(s for s in before if s.version == one.version)
        if state.text not in right:
            right[state.text] = same.said(same.checked_text(place, task, state.text), task)
        assert same.findings(place, one.diagnostics, state.text) == right[state.text], "findings that are not those of the text"
        # They came after a pause, and not for each key.
        assert one.at - state.at >= SHORTEST_PAUSE
    versions = [next(s.version for s in reversed(texts) if s.index < one.index and one.version in (None, s.version)) for one in findings]
    assert len(set(versions)) == len(versions), "the findings of a text were shown twice"
    assert len(versions) <= pauses(texts[1:]), "findings without a pause"
    record_property("edits", len(texts) - 1)
    record_property("shown", len(findings))


def pauses(texts: list[State]) -> int:
    """After how many of the texts nothing was typed for as long as the server waits at least; the end is one, too."""
    return 1 + sum(after.at - before.at >= SHORTEST_PAUSE for before, after in zip(texts, texts[1:]))


@pytest.mark.parametrize("editor", [Neovim, VSCode], ids=lambda e: e.name)
def test_completion_does_not_wait_for_findings(editor: type[Neovim] | type[VSCode], begin: Any, place: Place, record_property: Any) -> None:
    """Before the answer to somebody who types comes at most the analysis that was under way when it was asked."""
    task = place.deployment.task
    task.write_text(long_task(), encoding="utf-8")
    e: Neovim | VSCode = begin(editor, path=task)
    until("the first findings", lambda: e.shows(9, "no-such-key"))
    offered = e.complete("clean-d", "clean-dump-file")
    assert "clean-dump-file" in offered
    messages = place.messages()
    texts = states(place, task)
    waited = []
    for index, line in enumerate(messages):
        message = line.get("message", {})
        if line["from"] == "client" and message.get("method") == "textDocument/completion":
            text = [s for s in texts if s.index < index][-1]
            answer = next((i for i, m in enumerate(messages) if m["from"] == "server" and m["message"].get("id") == message["id"] and "method" not in m["message"]), None)
            if answer is None or messages[answer]["message"].get("result") is None:
                # Taken back, since the next key was pressed.
                continue
            between = [s for s in shown(place, task) if index < s.index < answer and s.version in (None, text.version)]
            assert len(between) <= 1, "findings came before what was asked for"
            waited.append(messages[answer]["at"] - line["at"])
    assert waited
    record_property("milliseconds", [round(1000 * w, 1) for w in waited])
