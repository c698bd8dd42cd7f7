"""`dmls doctor [PATH…]`: what dmls is here, which settings hold, and what it sees of the files; for people who ask why and for bug reports.

No content of any file is shown, only paths, names of settings, kinds and counts.
"""

from __future__ import annotations

import platform
import sys
from importlib import metadata
from typing import TYPE_CHECKING, Mapping

from dmls import __version__
from dmls.cli.console import Console, harmless
from dmls.cli.main import CLEAN, FAULT
from dmls.cli.session import Request, Session
from dmls.commands.options import Parsed
from dmls.finding import Severity
from dmls.model import kind as kinds
from dmls.settings import DEFAULTS, Settings

if TYPE_CHECKING:
    from dmls.analysis import Analysis

LIBRARIES = ("pygls", "lsprotocol", "ruamel.yaml", "ruamel.yaml.clib", "tomli", "tomlkit", "cryptography", "grandalf")
STRONG, FAINT, BAD = "1", "2", "31"
_HIDDEN_SETTINGS = ("given", "workspace_trusted")


def run(parsed: Parsed, console: Console) -> int:
    session = Session(Request(paths=tuple(parsed.operands) or (".",), settings={}, progress=False), console)
    sources, implied = session.load()
    paths = [source.path for source in sources]
    session.settle(paths)
    report = {
        "version": 1,
        "dmls": versions(),
        "settings": settings_of(session, implied, paths),
        "files": [file_of(session.workspace.snapshot(), path) for path in paths],
    }
    if parsed.value("--format", "text") == "json":
        import json

        console.write_json(json.dumps(report, ensure_ascii=False))
    else:
        _write(report, console)
    return FAULT if session.failed else CLEAN


def versions() -> dict[str, object]:
    """What runs: dmls, its Python, its libraries; a library that is absent is None."""
    found: dict[str, str | None] = {}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = None
    return {
        "version": __version__,
        "python": platform.python_version(),
        "executable": sys.executable,
        "platform": platform.platform(),
        "encoding": sys.getfilesystemencoding(),
        "libraries": found,
    }


def settings_of(session: Session, implied: list[str], paths: list[str]) -> dict[str, object]:
    """The `.dmls.toml` files in force and what differs from the defaults in them."""
    first = paths[0] if paths else ""
    files = list(dict.fromkeys([*implied, *(path for path in paths if path.endswith(kinds.SETTINGS_FILE))]))
    return {"files": files, "values": plain(session.workspace.settings_for(first)) if first else {}}


def plain(settings: Settings) -> dict[str, object]:
    """The settings that are not the defaults, as JSON values."""
    found: dict[str, object] = {}
    for name in settings._fields:
        value = getattr(settings, name)
        if name not in _HIDDEN_SETTINGS and value != getattr(DEFAULTS, name):
            found[name.replace("_", "-")] = _plain(value)
    return found


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, frozenset)) and not hasattr(value, "_fields"):
        return [_plain(item) for item in value]
    return value if isinstance(value, (bool, int, float, type(None))) else str(value)


def file_of(analysis: Analysis, path: str) -> dict[str, object]:
    """What one file is taken for, its findings by severity, and the certificate files that it names."""
    counts = dict.fromkeys((severity.word for severity in Severity), 0)
    for finding in analysis.findings(path):
        counts[finding.severity.word] += 1
    materials = [
        {"key": source.entry.name, "path": source.path, "local": source.local, "state": type(source.state).__name__.lower()}
        for use in analysis.uses(path)
        for source in use.files
        if source.entry is not None and source.path
    ]
    return {"path": path, "kind": analysis.kind(path), "findings": counts, "certificates": materials}


def _write(report: dict[str, object], console: Console) -> None:
    own = report["dmls"]
    settings = report["settings"]
    files = report["files"]
    assert isinstance(own, dict) and isinstance(settings, dict) and isinstance(files, list)
    libraries = console.say("cli.comma").join(f"{name} {version or console.say('doctor.absent')}" for name, version in own["libraries"].items())
    _rows(
        console,
        "doctor.program",
        [
            ("dmls", own["version"]),
            ("Python", f"{own['python']} ({own['executable']})"),
            (console.say("doctor.platform"), f"{own['platform']}, {own['encoding']}"),
            (console.say("doctor.libraries"), libraries),
        ],
    )
    rows = [(kinds.SETTINGS_FILE, path) for path in settings["files"]] or [(kinds.SETTINGS_FILE, console.say("doctor.no-settings"))]
    rows += [(name, str(value)) for name, value in settings["values"].items()]
    _rows(console, "doctor.settings", rows)
    rows = []
    for file in files:
        counts = console.say("cli.comma").join(f"{count} {word}" for word, count in file["findings"].items() if count) or console.say("doctor.clean")
        rows.append((file["path"], f"{file['kind'] or console.say('doctor.no-kind')}: {counts}"))
        rows += [(f"  {m['key']}", f"{m['path']} → {m['local']}: {console.say('doctor.state-' + m['state'])}") for m in file["certificates"]]
    _rows(console, "doctor.files", rows or [("", console.say("doctor.no-files"))])


def _rows(console: Console, title: str, rows: list[tuple[str, str]]) -> None:
    console.write(console.paint(STRONG, console.say(title)) + "\n")
    for name, text in rows:
        console.write(harmless(f"  {name}: {text}" if name else f"  {text}") + "\n")
