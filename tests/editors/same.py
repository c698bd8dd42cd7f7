"""What an editor got from the server, in the form in which the command line says the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Iterator, Sequence

from editors.place import ROOT, Place

SEVERITIES = {1: "error", 2: "warning", 3: "information", 4: "hint"}
UNITS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
Finding = tuple[str, str, str, tuple[int, int], tuple[int, int]]
"""Rule, severity, message, start and end in lines and UTF-16 units, as `dmls check` counts."""


def command(place: Place, *arguments: str, text: str | None = None) -> str:
    """What `dmls` prints in the folder of the deployment."""
    done = subprocess.run(
        [sys.executable, "-m", "dmls", *arguments],
        cwd=place.deployment.folder,
        env=place.environment(PYTHONPATH=str(ROOT / "server")),
        input=text,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def checked(place: Place, language: str) -> list[dict[str, Any]]:
    """The findings of `dmls check` in the deployment, as its JSON has them."""
    found: list[dict[str, Any]] = json.loads(command(place, "check", "--format", "json", "--lang", language))["findings"]
    return found


def checked_text(place: Place, path: Path, text: str) -> list[dict[str, Any]]:
    """The findings of `dmls check` in a text that is not saved."""
    found: list[dict[str, Any]] = json.loads(command(place, "check", "-", "--stdin-filename", path.name, "--format", "json", "--lang", "en", text=text))["findings"]
    return found


def fixed(place: Place, path: Path, text: str) -> str:
    """What `dmls check --fix` makes of a text."""
    return command(place, "check", "--fix", "-", "--stdin-filename", str(path), text=text)


def said(findings: Sequence[dict[str, Any]], path: Path) -> list[Finding]:
    """Those of a file, as `received` gives them."""
    return sorted((f["rule"], f["severity"], f["message"], _pair(f["range"]["start"]), _pair(f["range"]["end"])) for f in findings if f["file"] == path.name)


def edited(text: str, fix: dict[str, Any]) -> str:
    """The text after a fix of the command line."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line.encode("utf-16-le")))
    data = text.encode("utf-16-le")
    for edit in sorted(fix["edits"], key=lambda e: _pair(e["range"]["start"]), reverse=True):
        start, end = (starts[line] + 2 * character for line, character in map(_pair, (edit["range"]["start"], edit["range"]["end"])))
        data = data[:start] + str(edit["new_text"]).encode("utf-16-le") + data[end:]
    return data.decode("utf-16-le")


def received(place: Place, path: Path, text: str) -> list[Finding] | None:
    """The findings of a file that the server told the editor last, pushed or pulled; None where it told nothing."""
    last: list[dict[str, Any]] | None = None
    for uri, diagnostics in _told(place):
        if uri == path.as_uri():
            last = diagnostics
    return None if last is None else findings(place, last, text)


def findings(place: Place, diagnostics: Sequence[dict[str, Any]], text: str) -> list[Finding]:
    """Diagnostics of the protocol in the form of `said`."""
    encoding, size = UNITS[encoding_of(place)]
    lines = text.splitlines()

    def place_of(position: dict[str, int]) -> tuple[int, int]:
        line = lines[position["line"]] if position["line"] < len(lines) else ""
        before = line.encode(encoding)[: position["character"] * size].decode(encoding)
        return position["line"], len(before.encode("utf-16-le")) // 2

    return sorted((str(d["code"]), SEVERITIES[d["severity"]], d["message"], place_of(d["range"]["start"]), place_of(d["range"]["end"])) for d in diagnostics)


def offered(place: Place) -> list[str]:
    """The titles of all quick fixes that the editor was offered."""
    asked: set[Any] = set()
    titles = []
    for line in place.messages():
        message = line.get("message", {})
        if line["from"] == "client" and message.get("method") == "textDocument/codeAction":
            asked.add(message["id"])
        elif line["from"] == "server" and "method" not in message and message["id"] in asked:
            titles += [action["title"] for action in message.get("result") or []]
    return titles


def _told(place: Place) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    asked: dict[Any, str] = {}
    for line in place.messages():
        message = line.get("message", {})
        if line["from"] == "client":
            if message.get("method") == "textDocument/diagnostic":
                asked[message["id"]] = message["params"]["textDocument"]["uri"]
        elif message.get("method") == "textDocument/publishDiagnostics":
            yield message["params"]["uri"], message["params"]["diagnostics"]
        elif message.get("id") in asked and "items" in (message.get("result") or {}):
            yield asked[message["id"]], message["result"]["items"]


def encoding_of(place: Place) -> str:
    """How editor and server count characters."""
    answer = next(line["message"]["result"] for line in place.messages() if "capabilities" in (line.get("message", {}).get("result") or {}))
    return str(answer["capabilities"].get("positionEncoding", "utf-16"))


def _pair(position: dict[str, int]) -> tuple[int, int]:
    return position["line"], position["character"]
