"""Code actions through a real server: for clients that resolve, that take edits at once, and that only run commands."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator

import pytest

from support.core import analysis_of
from support.raw_client import REAL, RawClient, at

TEXT = """name = "m1"
master-addr = "10.0.0.1:8261"
ssl_ca = "/tls/ca.pem"
ssl-cert = "/tls/m.pem"
ssl-key = "/tls/m.key"
cert-allowed-cn = "dm"
"""
LITERALS = {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}, "isPreferredSupport": True, "disabledSupport": True}
RESOLVES = {**LITERALS, "dataSupport": True, "resolveSupport": {"properties": ["edit"]}}
EDITS = {"workspaceEdit": {"documentChanges": True}}


@pytest.fixture
def real(start) -> Iterator[RawClient]:
    yield start("--stdio", command=REAL)


class Place:
    """An open file with two faults that have safe fixes."""

    def __init__(self, client: RawClient, folder: Path, action: Any, text: str = TEXT, **options: Any) -> None:
        self.client = client
        self.uri = (folder / "dm-master.toml").as_uri()
        self.text = text
        client.initialize(
            {"textDocument": {"codeAction": action}, "workspace": EDITS},
            workspaceFolders=[{"uri": folder.as_uri(), "name": "w"}],
            initializationOptions={"tls": {"files": "off"}, **options},
        )
        client.open(self.uri, text)
        client.diagnostics(self.uri)

    def offers(self, line: int, only: list[str] | None = None, **context: Any) -> list[dict[str, Any]]:
        where = {"start": at(line, 2), "end": at(line, 2)}
        asked = {"diagnostics": [], **({"only": only} if only is not None else {}), **context}
        return self.client.ask("textDocument/codeAction", {"textDocument": {"uri": self.uri}, "range": where, "context": asked})["result"]

    def applied(self, edit: dict[str, Any]) -> str:
        """The text after a WorkspaceEdit."""
        (change,) = edit["documentChanges"]
        assert change["textDocument"] == {"uri": self.uri, "version": 1}
        lines = self.text.split("\n")
        text = self.text

        def offset(p: dict[str, int]) -> int:
            return sum(len(row) + 1 for row in lines[: p["line"]]) + p["character"]

        for e in sorted(change["edits"], key=lambda e: offset(e["range"]["start"]), reverse=True):
            text = text[: offset(e["range"]["start"])] + e["newText"] + text[offset(e["range"]["end"]) :]
        return text


def named(actions: list[dict[str, Any]], title: str) -> dict[str, Any]:
    return next(a for a in actions if title in a["title"])


def test_a_client_that_takes_edits_at_once(real: RawClient, tmp_path: Path) -> None:
    place = Place(real, tmp_path, LITERALS)
    offers = place.offers(2)
    fix = offers[0]
    assert fix["kind"] == "quickfix" and fix["isPreferred"] and "data" not in fix
    assert fix["diagnostics"][0]["code"] == "tls-unknown-key"
    assert place.applied(fix["edit"]) == TEXT.replace("ssl_ca", "ssl-ca")
    ignored = named(offers, "Ignore `tls-unknown-key` here")
    assert "# dmls: ignore[tls-unknown-key]" in place.applied(ignored["edit"])
    assert "isPreferred" not in ignored
    explained = named(offers, "Explain `tls-unknown-key`")
    assert explained["command"] == {"title": explained["title"], "command": "dmls.explain", "arguments": ["tls-unknown-key"]}


def test_a_client_that_resolves(real: RawClient, tmp_path: Path) -> None:
    place = Place(real, tmp_path, RESOLVES)
    fix = place.offers(5)[0]
    assert "edit" not in fix
    resolved = real.ask("codeAction/resolve", fix)["result"]
    assert place.applied(resolved["edit"]) == TEXT.replace('"dm"', '["dm"]')
    real.change(place.uri, 2, {"text": TEXT + "\n"})
    stale = real.ask("codeAction/resolve", fix)
    assert stale["error"]["code"] == -32801


def test_a_client_that_only_runs_commands(real: RawClient, tmp_path: Path) -> None:
    place = Place(real, tmp_path, {})
    command = place.offers(2)[0]
    assert command["command"] == "dmls.apply"
    real.ask("workspace/executeCommand", {"command": command["command"], "arguments": command["arguments"]})
    asked = next((m for m in real.seen if m.get("method") == "workspace/applyEdit"), None) or real.wait(lambda m: m.get("method") == "workspace/applyEdit")
    assert place.applied(asked["params"]["edit"]) == TEXT.replace("ssl_ca", "ssl-ca")


@pytest.mark.parametrize(("capabilities", "only"), [(LITERALS, ["source.fixAll"]), (RESOLVES, ["source.fixAll.dmls"]), (RESOLVES, None)])
def test_all_safe_fixes(real: RawClient, tmp_path: Path, capabilities: Any, only: list[str] | None) -> None:
    place = Place(real, tmp_path, capabilities)
    fix = named(place.offers(0, only), "all safe fixes")
    assert fix["kind"] == "source.fixAll.dmls"
    if "edit" not in fix:
        fix = real.ask("codeAction/resolve", fix)["result"]
    fixed = place.applied(fix["edit"])
    assert fixed == TEXT.replace("ssl_ca", "ssl-ca").replace('"dm"', '["dm"]')
    path = "/w/dm-master.toml"
    assert not [f for f in analysis_of({path: fixed}, {"tls": {"files": "off"}}).findings(path) if f.severity == 1]


def test_all_fixes_are_not_computed_while_the_cursor_moves(real: RawClient, tmp_path: Path) -> None:
    place = Place(real, tmp_path, LITERALS)
    assert not [a for a in place.offers(2, triggerKind=2) if a["kind"] == "source.fixAll.dmls"]
    assert [a for a in place.offers(2, triggerKind=1) if a["kind"] == "source.fixAll.dmls"]


def test_only_what_is_asked_for(real: RawClient, tmp_path: Path) -> None:
    place = Place(real, tmp_path, LITERALS)
    assert {a["kind"] for a in place.offers(2, ["quickfix"])} == {"quickfix"}
    assert all(a["kind"].startswith("refactor") for a in place.offers(2, ["refactor"]))
    assert place.offers(0, ["quickfix"]) == []


def test_explain_and_copy_speak_to_clients_that_show_nothing_themselves(real: RawClient, tmp_path: Path) -> None:
    Place(real, tmp_path, LITERALS, language="zh")
    page = real.ask("workspace/executeCommand", {"command": "dmls.explain", "arguments": ["tls-unknown-key"]})["result"]
    assert page["rule"] == "tls-unknown-key" and page["markdown"].startswith("# ") and "键" in page["markdown"]
    real.ask("workspace/executeCommand", {"command": "dmls.copy", "arguments": ["openssl version"]})
    said = [m["params"]["message"] for m in real.seen if m.get("method") == "window/showMessage"]
    assert said[-1] == "openssl version" and len(said) == 2


def test_clients_that_show_themselves_get_no_message(real: RawClient, tmp_path: Path) -> None:
    Place(real, tmp_path, LITERALS, presents=["copy", "explain"])
    assert real.ask("workspace/executeCommand", {"command": "dmls.copy", "arguments": ["x"]})["result"] == {"text": "x"}
    assert real.ask("workspace/executeCommand", {"command": "dmls.explain", "arguments": ["no-such-rule"]})["result"] is None
    assert not [m for m in real.seen if m.get("method") == "window/showMessage"]
    assert real.ask("workspace/executeCommand", {"command": "dmls.nothing", "arguments": []})["error"]["code"] == -32602


def test_keys_are_migrated_when_that_is_chosen(real: RawClient, tmp_path: Path) -> None:
    """Which takes many judgements, and is not done for an offer."""
    text = 'name = "m1"\nmaster-addr = "10.0.0.1:8261"\nlog-rotate = "day"\n'
    place = Place(real, tmp_path, RESOLVES, text)
    assert not [a for a in place.offers(0, triggerKind=2) if "Migrate the keys" in a["title"]]
    offer = named(place.offers(0), "Migrate the keys of this file to DM main")
    assert offer["kind"] == "refactor.rewrite" and "edit" not in offer
    assert place.applied(real.ask("codeAction/resolve", offer)["result"]["edit"]) == text.replace('log-rotate = "day"\n', "")
