"""What real editors sent is sent again: every request gets an answer that the protocol allows, and that says something where it did."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from pathlib import Path
from typing import Any, Iterator

import pytest
from lsprotocol import types as t
from lsprotocol.converters import get_converter

from editors import sessions
from editors.place import ROOT, Deployment, read
from support.raw_client import REAL, RawClient

CONVERTER = get_converter()
REPLACED = "tls-eku-no-client"
MODIFIED = -32801
FROM_DISK = ("textDocument/inlayHint", "textDocument/codeLens", "textDocument/documentLink")
"""What they say depends on how far the server has come with reading certificates."""


class Replay:
    """One session against a fresh server."""

    def __init__(self, folder: Path, lines: list[dict[str, Any]], hasty: bool) -> None:
        self._hasty = hasty
        self.deployment = Deployment(folder / "work")
        self.deployment.write()
        self._lines = [json.loads(json.dumps(line).replace(sessions.WORK, str(self.deployment.folder)).replace(sessions.HOME, str(folder))) for line in lines[1:]]
        self.client = RawClient(REAL, "--stdio")
        self.methods: dict[Any, str] = {}
        self.answers: dict[Any, dict[str, Any]] = {}
        self.published: dict[str, list[str]] = {}
        self._refreshed = False
        messages = [line["message"] for line in self._lines if "message" in line]
        self._taken_back = {message["params"]["id"] for message in messages if message["method"] == "$/cancelRequest"}
        replies: dict[str, deque[dict[str, Any]]] = defaultdict(deque)
        for line in self._lines:
            if line.get("replies"):
                replies[line["replies"]].append(line)
        for method, given in replies.items():
            # Where the server asks more often than it did then, it gets the last reply again.
            self.client.answers[method] = lambda _, given=given: (given.popleft() if len(given) > 1 else given[0]).get("result")

    def run(self) -> None:
        for line in self._lines:
            if line["from"] == "test":
                self._event(line["does"])
            elif line["from"] == "server":
                if not self._hasty:
                    self._wait_for(line["answers"], line["with"])
            elif "message" in line:
                self._send(line["message"])
        for number in self.methods:
            self._wait_for(number)
        last = [line["message"] for line in self._lines if "message" in line]
        if not any(message["method"] == "exit" for message in last):
            # The editor went without a word; so must the server.
            assert self.client.process.stdin is not None
            self.client.process.stdin.close()
        # Who was not asked to shut down ends with 1; Kate 22.12 tells it, but does not ask.
        asked = any(message["method"] == "shutdown" and "id" in message for message in last)
        assert self.client.ended() == (0 if asked else 1), self.client.stderr

    def _send(self, message: dict[str, Any]) -> None:
        if message["method"] in ("shutdown", "exit"):
            # Who goes does not wait for answers; a test does.
            for number in list(self.methods):
                self._wait_for(number)
        params = message.get("params")
        if isinstance(params, dict) and "action" in params:
            asked, index = params["action"]
            self._wait_for(asked)
            message = {**message, "params": self.answers[asked]["result"][index]}
        if "id" in message:
            self.methods[message["id"]] = message["method"]
        self.client.send(message)

    def _take(self, message: dict[str, Any]) -> None:
        if "method" not in message:
            self.answers[message["id"]] = message
        elif message["method"] == "textDocument/publishDiagnostics":
            self.published[message["params"]["uri"]] = [d["code"] for d in message["params"]["diagnostics"]]
        elif message["method"] == "workspace/diagnostic/refresh":
            self._refreshed = True

    def _wait_for(self, number: Any, kind: str = "") -> None:
        """Take messages until the answer is there, and look whether it is a right one; `kind` is what it was in the record."""
        while number not in self.answers:
            self._take(self.client.wait(lambda _: True, f"the answer to {self.methods[number]}"))
        answer = self.answers[number]
        method = self.methods[number]
        if "error" in answer:
            # Whether a question is answered before it is taken back, or before the text changes, is chance.
            chance = number in self._taken_back or (self._hasty and answer["error"]["code"] == MODIFIED)
            assert kind == "error" or chance, (method, answer)
            return
        # Not every kind of value that the protocol allows is known to the library by its name, but none may be malformed.
        CONVERTER.structure(answer, t.METHOD_TO_TYPES[method][1])
        assert list(_backward(answer["result"])) == []
        if kind == "something" and method not in FROM_DISK:
            assert sessions.answer_kind(answer["result"]) == kind, (method, answer)

    def _event(self, what: str) -> None:
        assert what == "replace-certificate"
        self._refreshed = False
        self.deployment.replace_certificate()
        uri = self.deployment.master.as_uri()
        while REPLACED not in self.published.get(uri, ()) and not self._refreshed:
            self._take(self.client.wait(lambda _: True, f"{REPLACED}"))


def _backward(value: Any) -> Iterator[Any]:
    """The ranges below a value that end before they start."""
    if isinstance(value, dict):
        if {"start", "end"} <= value.keys() and isinstance(value["start"], dict):
            start, end = value["start"], value["end"]
            if (start["line"], start["character"]) > (end["line"], end["character"]):
                yield value
        for part in value.values():
            yield from _backward(part)
    elif isinstance(value, list):
        for part in value:
            yield from _backward(part)


@pytest.mark.parametrize("hasty", [False, True], ids=["as it was", "without waiting for answers"])
@pytest.mark.parametrize("path", sessions.stored(), ids=lambda p: p.stem)
def test_every_request_of_a_real_session_is_answered(path: Path, hasty: bool, tmp_path: Path) -> None:
    replay = Replay(tmp_path, list(read(path)), hasty)
    try:
        replay.run()
    finally:
        replay.client.close()


@pytest.mark.parametrize("path", sessions.stored(), ids=lambda p: p.stem)
def test_a_session_tells_nothing_of_the_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [word for word in ("/tmp/", "/root/", "/home/", "pytest", str(ROOT)) if word in text] == []
