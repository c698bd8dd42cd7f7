"""Certificate files as an editor sees them: read, watched, replaced, renamed, expiring; with the real core and a real disk."""

from __future__ import annotations

import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any, Iterator

import pytest

from dmls.lsp.uris import path_of
from support.place import MASTER, Place, codes, ident, position, until, write, write_key
from support.raw_client import REAL, RawClient, at


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def real(start) -> Iterator[RawClient]:
    yield start("--stdio", command=REAL)


def test_the_first_findings_know_the_certificates(real: RawClient, place: Place) -> None:
    write(place.tls / "master.pem", ident(place.ca, eku=("server",)))
    assert "tls-eku-no-client" in place.begin(real)


@pytest.mark.parametrize("outside", [False, True], ids=["inside", "outside"])
def test_a_replaced_file_is_seen_without_any_message_of_the_client(real: RawClient, place: Place, tmp_path: Path, outside: bool) -> None:
    text = MASTER
    folder = place.tls
    if outside:
        folder = tmp_path / "elsewhere"
        os.rename(place.tls, folder)
        text = MASTER.replace('"tls/', f'"{folder}/')
    assert "tls-eku-no-client" not in place.begin(real, text=text)
    begun = time.monotonic()
    write(folder / "master.pem", ident(place.ca, eku=("server",)))
    until(real, place.uri, "tls-eku-no-client")
    said = [m for m in real.seen if m.get("method") == "window/showMessage"]
    assert "next handshake" in (said[0]["params"] if said else real.notified("window/showMessage"))["message"]
    # Generous, since test machines stall; the pause between two looks is 0.4 s.
    assert time.monotonic() - begun < 5
    write(folder / "master.pem", place.own)
    until(real, place.uri, "tls-eku-no-client", there=False)


def test_a_file_that_goes_and_comes(real: RawClient, place: Place) -> None:
    assert "tls-file-not-found" not in place.begin(real)
    kept = place.tls / "master.key.old"
    os.rename(place.tls / "master.key", kept)
    until(real, place.uri, "tls-file-not-found")
    os.rename(kept, place.tls / "master.key")
    until(real, place.uri, "tls-file-not-found", there=False)


def test_messages_can_be_turned_off(real: RawClient, place: Place) -> None:
    place.begin(real, editor={"replacedFiles": False})
    write(place.tls / "master.pem", ident(place.ca, eku=("server",)))
    until(real, place.uri, "tls-eku-no-client")
    real.ask("textDocument/hover", {"textDocument": {"uri": place.uri}, "position": at(0, 1)})
    assert not [m for m in real.seen if m.get("method") == "window/showMessage"]


def test_time_passes(real: RawClient, place: Place) -> None:
    """A certificate that expires a few seconds from now: the finding changes without an edit or a change of any file."""
    write(place.tls / "master.pem", ident(place.ca, days=4 / 86_400))
    assert "tls-cert-expires-soon" in place.begin(real)
    until(real, place.uri, "tls-cert-expired")


def test_an_open_certificate_shows_what_configurations_say_of_it(real: RawClient, place: Place) -> None:
    write(place.tls / "master.pem", ident(place.ca, eku=("server",)))
    place.begin(real, {"textDocument": {"publishDiagnostics": {"relatedInformation": True}}})
    uri = (place.tls / "master.pem").as_uri()
    real.open(uri, (place.tls / "master.pem").read_text())
    found = until(real, uri, "tls-eku-no-client")
    assert found[0]["range"]["start"] == at(0, 0)
    assert found[0]["relatedInformation"][0]["location"]["uri"] == place.uri
    places = real.ask("textDocument/references", {"textDocument": {"uri": uri}, "position": at(1, 3), "context": {"includeDeclaration": True}})["result"]
    assert {p["uri"] for p in places} == {place.uri}


def test_an_untrusted_workspace_is_not_left_through_a_link(real: RawClient, place: Place, tmp_path: Path) -> None:
    outside = tmp_path / "outside.pem"
    write(outside, ident(place.ca, eku=("server",)))
    (place.tls / "master.pem").unlink()
    (place.tls / "master.pem").symlink_to(outside)
    found = place.begin(real, workspaceTrusted=False)
    assert "tls-eku-no-client" not in found
    hover = json.dumps(real.ask("textDocument/hover", {"textDocument": {"uri": place.uri}, "position": position(MASTER, "tls/master.pem")})["result"])
    assert "serverAuth" not in hover


def test_no_private_byte_leaves_the_server(real: RawClient, place: Place) -> None:
    place.begin(real, {"window": {"showDocument": {"support": True}}})
    text = (place.tls / "master.key").read_text()
    uri = (place.tls / "master.key").as_uri()
    real.open(uri, text)
    real.diagnostics(uri)
    secret = [line for line in text.splitlines() if not line.startswith("-")]
    for line in range(4):
        for method in ("textDocument/hover", "textDocument/completion", "textDocument/definition"):
            real.ask(method, {"textDocument": {"uri": uri}, "position": at(line, 5)})
    for method in ("textDocument/codeLens", "textDocument/documentSymbol", "textDocument/foldingRange", "textDocument/documentLink"):
        real.ask(method, {"textDocument": {"uri": uri}})
    real.exit()
    said = json.dumps(real.seen) + real.stderr.decode(errors="replace")
    assert not [line for line in secret if line in said]


def test_the_uri_of_a_certificate_is_spelt_as_paths_are(place: Place) -> None:
    assert path_of((place.tls / "ca.pem").as_uri()) == str(place.tls / "ca.pem")


def test_links_and_definitions(real: RawClient, place: Place) -> None:
    place.begin(real)
    here = {"textDocument": {"uri": place.uri}}
    links = real.ask("textDocument/documentLink", here)["result"]
    assert [link["target"] for link in links] == [(place.tls / name).as_uri() for name in ("ca.pem", "master.pem", "master.key")]
    target = real.ask("textDocument/definition", {**here, "position": position(MASTER, "tls/master.key")})["result"]
    assert [t["uri"] for t in target] == [(place.tls / "master.key").as_uri()]


# --- help ---

CAN = {
    "window": {"showDocument": {"support": True}},
    "workspace": {
        "workspaceEdit": {"documentChanges": True},
        "inlayHint": {"refreshSupport": True},
        "codeLens": {"refreshSupport": True},
    },
    "textDocument": {"hover": {"contentFormat": ["markdown"]}, "completion": {"completionItem": {"documentationFormat": ["markdown"]}}},
}
WHOLE = {"start": at(0, 0), "end": at(99, 0)}


def hover(client: RawClient, uri: str, text: str, piece: str) -> str:
    found = client.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": position(text, piece)})["result"]
    return "" if found is None else str(found["contents"]["value"])


def offers(client: RawClient, uri: str, where: dict[str, int]) -> dict[str, dict[str, Any]]:
    found = client.ask("textDocument/completion", {"textDocument": {"uri": uri}, "position": where})["result"]
    return {item["label"]: item for item in found["items"]}


def test_hover_on_each_path(real: RawClient, place: Place) -> None:
    other = place.folder / "dm-worker.toml"
    other.write_text('name = "w1"\nworker-addr = "10.0.0.2:8262"\njoin = "10.0.0.1:8261"\nssl-ca = "tls/ca.pem"\nssl-cert = "tls/master.pem"\nssl-key = "tls/master.key"\n')
    place.begin(real, CAN)
    real.open(other.as_uri(), other.read_text())
    real.diagnostics(other.as_uri())
    cert = hover(real, place.uri, MASTER, "tls/master.pem")
    digest = hashlib.sha256(place.own.der).hexdigest().upper()
    for piece in ("`CN=DM CA`", "DNS:localhost", "IP:10.0.0.1", "clientAuth", "ECDSA P-256", "300 days left", "`dm` → `DM CA`", "dm-worker.toml", "next handshake"):
        assert piece in cert, piece
    assert ":".join(digest[i : i + 2] for i in range(0, 64, 2)) in cert
    assert "next restart" in hover(real, place.uri, MASTER, "tls/ca.pem")
    assert "It is the key of the first certificate." in hover(real, place.uri, MASTER, "tls/master.key")


def test_hover_on_a_name_and_its_offers(real: RawClient, place: Place) -> None:
    text = MASTER + 'cert-allowed-cn = ["dm", "other", ""]\n'
    place.begin(real, CAN, text)
    assert "master.pem" in hover(real, place.uri, text, 'dm", "other') and "etcd" in hover(real, place.uri, text, 'dm", "other')
    assert "No certificate that dmls knows" in hover(real, place.uri, text, "other")
    last = text.splitlines()[-1]
    found = offers(real, place.uri, at(6, last.index('""') + 1))
    assert "dm" not in found and "DM CA" not in found
    real.change(place.uri, 2, {"text": text.replace('"dm", ', "")})
    last = last.replace('"dm", ', "")
    found = offers(real, place.uri, at(6, last.index('""') + 1))
    assert found["dm"]["detail"] == "in master.pem" and found["dm"]["textEdit"]["newText"] == "dm"


def test_hints_and_lenses_and_the_command_behind_them(real: RawClient, place: Place) -> None:
    place.begin(real, CAN)
    here = {"textDocument": {"uri": place.uri}}
    hints = real.ask("textDocument/inlayHint", {**here, "range": WHOLE})["result"]
    assert [hint["label"] for hint in hints] == ["DM CA · 3000 d", "dm · 300 d", "P-256 · matches"]
    assert hints[0]["position"] == at(3, len('ssl-ca = "tls/ca.pem"'))
    lens = real.ask("textDocument/codeLens", here)["result"][0]
    assert lens["command"]["title"] == "dm · 300 d · signed by DM CA"
    asked = real.ask("workspace/executeCommand", {"command": lens["command"]["command"], "arguments": lens["command"]["arguments"]})
    assert asked["result"] is None
    shown = next((m for m in real.seen if m.get("method") == "window/showDocument"), None) or real.request("window/showDocument")
    assert shown["params"]["uri"] == (place.tls / "master.pem").as_uri()


def test_hints_and_lenses_can_be_turned_off(real: RawClient, place: Place) -> None:
    place.begin(real, CAN, editor={"inlayHints": False, "codeLenses": False})
    here = {"textDocument": {"uri": place.uri}}
    assert real.ask("textDocument/inlayHint", {**here, "range": WHOLE})["result"] == []
    assert real.ask("textDocument/codeLens", here)["result"] == []


def test_lenses_and_hover_of_a_certificate_file(real: RawClient, place: Place) -> None:
    place.begin(real, CAN)
    uri = (place.tls / "master.pem").as_uri()
    text = (place.tls / "master.pem").read_text()
    real.open(uri, text)
    real.diagnostics(uri)
    titles = [lens["command"]["title"] for lens in real.ask("textDocument/codeLens", {"textDocument": {"uri": uri}})["result"]]
    assert titles == ["ssl-cert of dm-master.toml", "dm · 300 d"]
    said = real.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": at(2, 3)})["result"]["contents"]["value"]
    assert "dm-master.toml" in said and "`CN=DM CA`" in said


def test_paths_are_offered_by_role(real: RawClient, place: Place) -> None:
    (place.tls / "sub").mkdir()
    write(place.tls / "other.pem", ident(place.ca, cn="other"))
    write_key(place.tls / "other.key", ident(place.ca, cn="other"))
    (place.tls / "notes.txt").write_text("nothing")
    text = MASTER.replace("tls/ca.pem", "tls/").replace("tls/master.pem", "").replace("tls/master.key", "tls/m")
    place.begin(real, CAN, text)
    ca = offers(real, place.uri, at(3, len('ssl-ca = "tls/')))
    assert ca["ca.pem"]["detail"] == "DM CA · 3000 d" and ca["ca.pem"]["textEdit"]["newText"] == "tls/ca.pem"
    assert "sub/" in ca and "notes.txt" not in ca and "other.key" not in ca
    assert sorted(ca, key=lambda label: ca[label]["sortText"])[0] == "ca.pem"
    assert {"tls/"} <= set(offers(real, place.uri, at(4, len('ssl-cert = "'))))
    keys = offers(real, place.uri, at(5, len('ssl-key = "tls/m')))
    assert set(keys) == {"master.key", "other.key", "sub/"} and keys["master.key"]["detail"] == "P-256"


@pytest.mark.parametrize("documents", [True, False])
def test_renaming_a_certificate_updates_who_names_it(real: RawClient, place: Place, documents: bool) -> None:
    place.begin(real, {**CAN, "workspace": {"workspaceEdit": {"documentChanges": documents}}})
    pair = {"oldUri": (place.tls / "master.pem").as_uri(), "newUri": (place.tls / "new" / "m1.pem").as_uri()}
    edit = real.ask("workspace/willRenameFiles", {"files": [pair]})["result"]
    edits = edit["documentChanges"][0]["edits"] if documents else edit["changes"][place.uri]
    assert [e["newText"] for e in edits] == ['"tls/new/m1.pem"']
    moved = {"oldUri": place.tls.as_uri(), "newUri": (place.folder / "certs").as_uri()}
    edit = real.ask("workspace/willRenameFiles", {"files": [moved]})["result"]
    edits = edit["documentChanges"][0]["edits"] if documents else edit["changes"][place.uri]
    assert [e["newText"] for e in edits] == ['"certs/ca.pem"', '"certs/master.pem"', '"certs/master.key"']
    # The whole workspace moves: what lies beside the configuration stays beside it.
    moved = {"oldUri": place.folder.as_uri(), "newUri": (place.folder.parent / "elsewhere").as_uri()}
    assert real.ask("workspace/willRenameFiles", {"files": [moved]})["result"] is None


def test_the_first_findings_are_the_last_ones(real: RawClient, place: Place) -> None:
    """An absent file raises a second question, whether its folder is there; the first diagnostics wait for that answer as well."""
    (place.tls / "ca.pem").unlink()
    text = MASTER.replace('"tls/', f'"{place.tls}/').replace("master.pem", "../nowhere/master.pem")
    first = place.begin(real, text=text)
    real.change(place.uri, 2, {"text": text + "\n"})
    assert codes(real.diagnostics(place.uri, 2)) == first
    assert "tls-file-not-found" in first
