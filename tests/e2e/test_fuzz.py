"""Thousands of messages that no client would send: the server lives on and answers every request exactly once."""

from __future__ import annotations

import json
import os
import random
from typing import Any

from lsprotocol import types as t

from support.raw_client import REAL, RawClient, at

URI = "file:///dm/fuzz/task.yaml"
TEXT = "name: t\ntask-mode: all\ntarget-database: {host: h, port: 4000, user: u}\nmysql-instances:\n  - source-id: a\n"
JUNK: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    2**31,
    1e300,
    "",
    "x" * 300,
    "\ud800",
    "file:///",
    "file:///%00",
    "untitled:1",
    [],
    [[]],
    {},
    {"uri": URI},
    {"line": -1, "character": 2**40},
)
METHODS = sorted(m for m, kinds in t.METHOD_TO_TYPES.items() if m not in ("initialize", "initialized", "shutdown", "exit"))


def good(method: str, rng: random.Random) -> dict[str, Any]:
    """Parameters that fit most methods."""
    where = {"start": at(rng.randrange(6), rng.randrange(20)), "end": at(rng.randrange(6), rng.randrange(20))}
    return {
        "textDocument": {"uri": URI, "version": rng.randrange(50), "languageId": "yaml", "text": TEXT},
        "position": at(rng.randrange(8), rng.randrange(40)),
        "range": where,
        "contentChanges": [{"range": where, "text": rng.choice(["", "x", "\n", "é🐉", ": [", "{"])}],
        "context": {"diagnostics": [], "includeDeclaration": True, "triggerKind": 1},
        "previousResultIds": [],
        "files": [{"oldUri": URI, "newUri": URI + "x"}],
        "changes": [{"uri": URI, "type": rng.choice([1, 2, 3])}],
        "event": {"added": [], "removed": []},
        "settings": {"dmls": {"tls": {"files": "off"}}},
        "command": rng.choice(["dmls.show", "dmls.apply", "dmls.copy", "dmls.explain", "none"]),
        "arguments": [rng.choice(JUNK[:8])],
        "title": "x",
        "data": {"uri": URI, "version": 1, "span": [0, 1], "kind": "quickfix", "title": "x"},
        "id": rng.randrange(100),
        "token": "x",
        "value": "off",
    }


def bent(value: Any, rng: random.Random) -> Any:
    """`value` with something in it replaced, dropped or added."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(sorted(value))
        what = rng.random()
        if what < 0.15:
            return {k: v for k, v in value.items() if k != key}
        if what < 0.25:
            return {**value, rng.choice(["extra", "uri", "range"]): rng.choice(JUNK)}
        return {**value, key: bent(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.8:
        at_ = rng.randrange(len(value))
        return [*value[:at_], bent(value[at_], rng), *value[at_ + 1 :]]
    return rng.choice(JUNK)


COUNT = 20_000 if os.environ.get("DMLS_FULL") == "1" else 3000


def test_every_request_is_answered_once(start) -> None:
    count = COUNT
    rng = random.Random(count)
    client: RawClient = start("--stdio", command=REAL)
    client.initialize({"textDocument": {"codeAction": {"codeActionLiteralSupport": {}}}})
    client.open(URI, TEXT)
    asked: set[int] = set()
    batch: list[Any] = []
    for number in range(1000, 1000 + count):
        method = rng.choice(METHODS) if rng.random() < 0.95 else rng.choice(["", "no/such", "$/odd", "textDocument/" + "x" * 50])
        params = good(method, rng)
        for _ in range(rng.choice([0, 1, 1, 2, 4])):
            params = bent(params, rng)
        message: Any = {"jsonrpc": "2.0", "method": method, "params": params}
        if rng.random() < 0.6:
            message["id"] = number
            asked.add(number)
        if rng.random() < 0.02:
            message = rng.choice([b"{", b"[]", b"null", b'"x"', b"\xff\xfe", json.dumps([message]).encode()])
            asked.discard(number)
        batch.append(message)
        if len(batch) == 50:
            client.send(*batch)
            batch = []
            # A round trip, so that the pipe never fills up on both sides.
            client.ask("textDocument/hover", {"textDocument": {"uri": URI}, "position": at(0, 0)})
    client.send(*batch)
    last = client.ask("textDocument/foldingRange", {"textDocument": {"uri": "file:///dm/none.yaml"}})
    assert "result" in last
    waited = [m["id"] for m in client.seen if "method" not in m and isinstance(m.get("id"), int) and m["id"] >= 1000]
    # Requests that wait for a pause in editing may be answered after later ones.
    while missing := asked.difference(waited):
        waited.append(client.wait(lambda m: "method" not in m and isinstance(m.get("id"), int) and m["id"] >= 1000, f"answers to {len(missing)} requests")["id"])
    assert len(waited) == len(set(waited)), "answered twice"
    assert client.exit() == 0
