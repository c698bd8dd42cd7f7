"""Every message of the server against the Language Server Protocol, for the capabilities of real editors.

lsprotocol's types are generated from the protocol's own metamodel.  A message that they cannot read, or that says something they do not
know, is not of the protocol.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator

import pytest
from lsprotocol import converters
from lsprotocol import types as t
from pytest_lsp import client_capabilities

from support.raw_client import REAL, RawClient, at

EDITORS = ("visual_studio_code", "neovim", "emacs")
CONVERTER = converters.get_converter()

MASTER = """# 主节点 🐉
name = "m1"
master-addr = "10.0.0.1:8261"
ssl_ca = "tls/ca.pem"
ssl-cert = "tls/m.pem"
ssl-key = "tls/m.key"
cert-allowed-cn = "dm"
"""
TASK = """name: test
task-mode: all
is-sharding: true
target-database: {host: 127.0.0.1, port: 4000, user: root, password: "🐉"}
mysql-instances:
  - source-id: mysql-1
    mydumper: {threads: 4}
    block-allow-list: x
block-allow-list:
  x: {do-dbs: [a]}
"""


class Session:
    def __init__(self, client: RawClient, folder: Path, editor: str) -> None:
        self.client = client
        self.folder = folder
        self.capabilities = CONVERTER.unstructure(client_capabilities(editor))
        for method in ("client/registerCapability", "window/workDoneProgress/create"):
            client.answers[method] = lambda _: None
        client.answers["workspace/configuration"] = lambda params: [None] * len(params["items"])
        self.server = client.initialize(self.capabilities, workspaceFolders=[{"uri": folder.as_uri(), "name": "w"}])["capabilities"]

    def open(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text, encoding="utf-8")
        uri = (self.folder / name).as_uri()
        self.client.open(uri, text)
        return uri

    def ask(self, method: str, params: Any, may_refuse: bool = False) -> Any:
        answer = self.client.ask(method, params)
        if may_refuse and "error" in answer:
            same(answer, t.ResponseErrorMessage, method)
            assert answer["error"]["code"] == t.LSPErrorCodes.RequestFailed
            return None
        assert "error" not in answer, answer
        if method == "textDocument/codeAction":
            # lsprotocol takes every action that has a command for one.
            for action in answer["result"]:
                same(action, t.Command if isinstance(action.get("command"), str) else t.CodeAction, method)
        else:
            same(answer, t.METHOD_TO_TYPES[method][1], method)
        return answer["result"]


def same(raw: Any, kind: Any, what: str) -> None:
    """`raw` is a message of this kind, and nothing but that."""
    again = CONVERTER.unstructure(CONVERTER.structure(raw, kind))
    lost = list(differences(without_nothing(raw), without_nothing(again), what))
    assert not lost, lost[:5]


def differences(one: Any, other: Any, where: str) -> Iterator[str]:
    """What of a message the types do not know."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in {*one, *other}:
            yield from differences(one.get(key), other.get(key), f"{where}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (a, b) in enumerate(zip(one, other, strict=True)):
            yield from differences(a, b, f"{where}[{number}]")
    elif one != other:
        yield f"{where}: {json.dumps(one, ensure_ascii=False)[:300]} is read as {json.dumps(other, ensure_ascii=False, default=str)[:300]}"


def without_nothing(value: Any) -> Any:
    """The same without what is null, which the types fill in and leave out as they like."""
    if isinstance(value, dict):
        return {k: without_nothing(v) for k, v in value.items() if v is not None}
    return [without_nothing(v) for v in value] if isinstance(value, (list, tuple)) else value


@pytest.fixture(params=EDITORS)
def session(start, tmp_path: Path, request) -> Iterator[Session]:
    yield Session(start("--stdio", command=REAL), tmp_path, request.param)


def test_every_answer_and_message(session: Session) -> None:
    master, task = session.open("dm-master.toml", MASTER), session.open("task.yaml", TASK)
    answered = set()

    def ask(method: str, params: Any) -> Any:
        answered.add(method)
        return session.ask(method, params)

    for uri, text in ((master, MASTER), (task, TASK)):
        here = {"textDocument": {"uri": uri}}
        lines = text.split("\n")
        whole = {"start": at(0, 0), "end": at(len(lines), 0)}
        if "diagnosticProvider" in session.server:
            ask("textDocument/diagnostic", here)
        for method in ("textDocument/documentSymbol", "textDocument/foldingRange", "textDocument/documentLink", "textDocument/codeLens"):
            ask(method, here)
        ask("textDocument/inlayHint", {**here, "range": whole})
        for number, line in enumerate(lines):
            for column in (0, len(line) // 2, len(line)):
                spot = {**here, "position": at(number, column)}
                for method in ("textDocument/hover", "textDocument/completion", "textDocument/definition", "textDocument/documentHighlight"):
                    ask(method, spot)
                ask("textDocument/references", {**spot, "context": {"includeDeclaration": True}})
                for refusable, more in (("textDocument/prepareRename", {}), ("textDocument/rename", {"newName": "other"})):
                    answered.add(refusable)
                    session.ask(refusable, {**spot, **more}, may_refuse=True)
                where = {"start": spot["position"], "end": spot["position"]}
                for action in ask("textDocument/codeAction", {**here, "range": where, "context": {"diagnostics": []}}):
                    if "data" in action and "edit" not in action and "arguments" not in action:
                        ask("codeAction/resolve", action)
        ask("textDocument/codeAction", {**here, "range": whole, "context": {"diagnostics": [], "only": ["source.fixAll"]}})
    if "diagnosticProvider" in session.server:
        ask("workspace/diagnostic", {"previousResultIds": []})
    ask("workspace/willRenameFiles", {"files": [{"oldUri": (session.folder / "tls").as_uri(), "newUri": (session.folder / "x").as_uri()}]})
    for query in ("", "x", "zz"):
        ask("workspace/symbol", {"query": query})
    ask("workspace/executeCommand", {"command": "dmls.explain", "arguments": ["unknown-key"]})
    assert {"textDocument/codeAction", "textDocument/completion", "textDocument/rename", "workspace/symbol", "workspace/willRenameFiles"} <= answered
    own = [m for m in session.client.seen if "method" in m]
    assert own
    for message in own:
        assert message["method"] in t.METHOD_TO_TYPES, message["method"]
        same(message, t.METHOD_TO_TYPES[message["method"]][0], message["method"])


def test_the_server_says_what_it_can_do(session: Session) -> None:
    same(session.server, t.ServerCapabilities, "initialize")
    assert ("diagnosticProvider" in session.server) == ("diagnostic" in session.capabilities.get("textDocument", {}))
