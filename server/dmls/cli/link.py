"""`dmls explain --link DIALER LISTENER [PATH]`: one connection of DM, step by step, as it will happen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmls.cli.console import Console, harmless
from dmls.cli.main import CLEAN, FAULT, FINDINGS
from dmls.cli.moment import at_of
from dmls.cli.session import Request, Session
from dmls.commands.options import Parsed, UsageError, read_version
from dmls.disk import absolute
from dmls.model.kind import COMPONENTS, DMCTL
from dmls.model.tls.connection import Unclear, between
from dmls.model.tls.handshake import judge
from dmls.model.tls.link import DIALER, PLAINTEXT

if TYPE_CHECKING:
    from dmls.analysis import Analysis
    from dmls.model.tls.cluster import Card

STRONG, GOOD, BAD, FAINT = "1", "32", "31", "2"
_ENDS = (*COMPONENTS, DMCTL)
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
    ends = []
    for name in names:
        ends.append(_named(analysis, name, path))
        if not ends[-1]:
            console.note("link.no-party", name=name, path=path)
            return FAULT
    dialer, listener = _chosen(analysis, *ends)
    if dialer is None or listener is None:
        console.note("link.two-parties", name=names[0] if dialer is None else names[1], path=path)
        return FAULT
    version = session.workspace.settings_for(dialer.config).dm_versions[-1]
    parties = [analysis.party(card, guess=False) for card in (dialer, listener)]
    assert parties[0] is not None and parties[1] is not None
    cluster = analysis.cluster_of(dialer)
    link = between(parties[0], parties[1], cluster.edges if cluster is not None else (), version)
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


def _named(analysis: Analysis, name: str, path: str) -> list[Card]:
    """The components and calls of dmctl that `name` means.

    Those of the file of that path, from here or from `path`, or of a line in it (``run.sh:12``); else those of that name; else, for ``dmctl``,
    all its calls.
    """
    for file in (absolute(name), absolute(f"{path}/{name}")):
        found = analysis.members_of(file)
        if found:
            return [card for card in found if card.kind in _ENDS]
        file, _, number = file.rpartition(":")
        lines = analysis.lines(file) if number.isdecimal() else None
        if lines is not None and 0 < int(number) <= len(lines):
            card = analysis.member_on(file, lines.line_span(int(number) - 1))
            return [card] if card is not None else []
    known = [card for card in analysis.members() if card.kind in _ENDS]
    found = [card for card in known if name in (card.name, "" if card.name else card.config.rpartition("/")[2])]
    return found or [card for card in known if card.kind == DMCTL == name]


def _chosen(analysis: Analysis, dialers: list[Card], listeners: list[Card]) -> tuple[Card | None, Card | None]:
    """The one dialer and the one listener that are meant; None for an end that several are meant by.

    Of several those count that have a connection, and of calls that all call the same in the same way the first.
    """
    if len(dialers) > 1 or len(listeners) > 1:
        known = [(a, b) for a in dialers for b in listeners if (c := analysis.cluster_of(a)) is not None and any((e.dialer, e.listener) == (a.id, b.id) for e in c.edges)]
        if known:
            dialers, listeners = (list(dict.fromkeys(pair[i] for pair in known)) for i in (0, 1))
    return dialers[0] if len(dialers) == 1 else None, listeners[0] if len(listeners) == 1 else None
