"""`dmls explain --link DIALER LISTENER [PATH]`: one connection of DM, step by step, as it will happen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmls.cli.console import Console, harmless
from dmls.cli.main import CLEAN, FAULT, FINDINGS
from dmls.cli.moment import at_of
from dmls.cli.options import Parsed, UsageError, read_version
from dmls.cli.session import Request, Session
from dmls.disk import absolute
from dmls.model.connection import Party, Unclear, connect, party_of
from dmls.model.handshake import judge
from dmls.model.kind import COMPONENTS, DMCTL
from dmls.model.link import DIALER, PLAINTEXT
from dmls.schema.keys import NAME

if TYPE_CHECKING:
    from dmls.analysis import Analysis

STRONG, GOOD, BAD, FAINT = "1", "32", "31", "2"
MARKS = {True: "✓", False: "✗"}


def run(parsed: Parsed, console: Console) -> int:
    """0 where the connection comes about, 1 where it fails, 2 where nothing can be said."""
    names = parsed.operands[:2]
    if len(names) < 2 or len(parsed.operands) > 3:
        raise UsageError("cli.link-operands")
    path = parsed.operands[2] if len(parsed.operands) > 2 else "."
    settings: dict[str, object] = {}
    if parsed.flag("--dm-version"):
        read_version(parsed.value("--dm-version"))
        settings["dm-version"] = parsed.value("--dm-version")
    at = at_of(parsed)
    session = Session(Request(paths=(path,), settings=settings, progress=False, at=at), console)
    sources, _ = session.load()
    paths = [source.path for source in sources]
    session.settle(paths)
    analysis = session.workspace.snapshot()
    found = []
    for name in names:
        candidates = _named(analysis, paths, name)
        if len(candidates) != 1:
            console.note("link.two-parties" if candidates else "link.no-party", name=name, path=path)
            return FAULT
        found.append(candidates[0])
    dialer, listener = (_party(analysis, one) for one in found)
    version = session.workspace.settings_for(found[0]).dm_versions[-1]
    link = connect(dialer, listener, version)
    if isinstance(link, Unclear):
        console.note(f"link.{link.why}", dialer=names[0], listener=names[1], file=link.about)
        return FAULT
    outcome = judge(link, at)
    steps = [{"side": s.side, "what": s.what, "ok": s.ok, "text": console.say(f"link.{s.what}", **s.args)} for s in outcome.steps]
    if parsed.value("--format", "text") == "json":
        import json

        report = {
            "version": 1,
            "dialer": names[0],
            "listener": names[1],
            "ok": outcome.ok,
            "stage": outcome.stage,
            "dialer_error": outcome.dialer_error,
            "listener_error": outcome.listener_error,
            "steps": steps,
        }
        console.write_json(json.dumps(report, ensure_ascii=False))
        return CLEAN if outcome.ok else FINDINGS
    title = console.say("link.title", dialer=names[0], listener=names[1], host=link.host, version=str(version))
    console.write(console.paint(STRONG, harmless(title)) + "\n")
    for step in steps:
        name = names[0] if step["side"] == DIALER else names[1]
        mark = console.paint(GOOD if step["ok"] else BAD, MARKS[bool(step["ok"])])
        console.write(f"  {mark} {console.paint(FAINT, harmless(name))}  {harmless(str(step['text']))}\n")
    last = "link.failed" if not outcome.ok else "link.ok-plaintext" if outcome.stage == PLAINTEXT else "link.ok"
    console.write(console.paint(GOOD if outcome.ok else BAD, console.say(last)) + "\n")
    for said, name, text in (("dialer-says", names[0], outcome.dialer_error), ("listener-says", names[1], outcome.listener_error)):
        if text:
            console.write("  " + harmless(console.say(f"link.{said}", name=name, text=text)) + "\n")
    return CLEAN if outcome.ok else FINDINGS


def _named(analysis: Analysis, paths: list[str], name: str) -> list[str]:
    """The files that `name` means: the file of that path, else the components of that name."""
    full = absolute(name)
    if full in paths:
        return [full]
    found = []
    for path in paths:
        config = analysis.file(path)
        if config is not None and config.kind in (*COMPONENTS, DMCTL):
            entry = config.get(NAME)
            if (entry is not None and entry.text == name) or (entry is None and path.rpartition("/")[2] == name):
                found.append(path)
    return found


def _party(analysis: Analysis, path: str) -> Party:
    config = analysis.file(path)
    assert config is not None
    return party_of(config, next(iter(analysis.uses(path)), None), False)
