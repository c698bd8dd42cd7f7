"""TLS keys below `[security]` in a component's file.

What: a table `[security]`, `[tls]` or a dotted key `security.ssl-ca` in the TOML file of a master, a worker or dmctl.

Why: TiDB, PD and TiKV have such a table, DM has not: the security struct is embedded flat into the configuration of each component
(dm/master/config.go, dm/worker/config.go), so its keys stand at the top level.  A master stops with 38011, a worker with 40004
`… unknown configuration options: security,security.ssl-ca`.  dmctl ignores the table without a word.

Wrong: `[security]` above `ssl-ca = "/etc/dm/ca.pem"`

Right: `ssl-ca = "/etc/dm/ca.pem"` above the first table header

Fix: take the header away where it is the first one; otherwise move the keys above the first header. Names that TiDB, PD and other tools have for
the keys are moved as they are and then have rules of their own. For dmctl there is the command line that says the same.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model import shell
from dmls.model.config_file import Entry
from dmls.model.dm.decode import UNKNOWN_KEY, Misfit
from dmls.model.dm_error import LINE, UNKNOWN, unknown_text
from dmls.model.edits import edit
from dmls.model.edits.layout import first_line, line_start
from dmls.model.tls_block import KEYS, PATHS
from dmls.model.unknown import TLS_TABLE, explain, tls_key_meant
from dmls.rule import MISFIT, Applicability, Context, Edit, Finding, Fix, Rule, Severity, Span
from dmls.schema import keys as k
from dmls.syntax.tree import Mapping


def check(misfit: Misfit, ctx: Context) -> Iterator[Finding]:
    entry = misfit.entry
    kind = ctx.config.kind
    why = explain(entry, kind)
    if why.owner != TLS_TABLE:
        return
    error = UNKNOWN.get(kind)
    yield ctx.finding(
        RULE,
        ctx.config.key_span(entry),
        "ignored" if kind == kinds.DMCTL else "",
        severity=Severity.WARNING if kind == kinds.DMCTL else Severity.ERROR,
        codes=(error.code,) if error else (),
        dm_text=unknown_text(kind, ",".join(_undecoded(entry)), LINE, ""),
        fixes=_fixes(entry, ctx) if kind != kinds.DMCTL else _command(entry, ctx),
        **why.args,
    )


def _undecoded(entry: Entry) -> list[str]:
    """The keys that BurntSushi/toml reports: the table itself unless dotted keys made it, and all below it."""
    dotted = isinstance(entry.node, Mapping) and entry.node.form == "dotted"
    return [".".join(map(str, e.path)) for e in entry.walk() if not (e is entry and dotted)]


def _fixes(entry: Entry, ctx: Context) -> tuple[Fix, ...]:
    config = ctx.config
    node = entry.node
    root = entry.parent
    known = [c for c in entry.children if c.name in KEYS or tls_key_meant(c.name) is not None]
    if not isinstance(node, Mapping) or not known or len(known) != len(entry.children) or root is None or any(_stands(root, c) for c in known):
        return ()
    how = Applicability.SAFE if all(c.name in KEYS for c in known) else Applicability.UNSAFE
    if node.form == "inline":
        # Each key gets a line of its own, in the place of the one that they share.
        between = config.text[config.key_span(entry).start : config.span(entry).end]
        if edit.own_lines(config, entry) is None or "#" in between or any(c in between for c in "\r\n"):
            return ()
        indent = edit.indent_of(config, config.key_span(entry).start) or ""
        lines_of = (edit.newline(config) + indent).join(config.span(c).of(config.text) for c in known)
        return (ctx.fix("move-to-top", Edit(config.span(entry), lines_of), how=how, key=entry.name),)
    if node.form == "dotted":
        edits = []
        for child in known:
            start = config.span(child).start
            head = edit.indent_of(config, start)
            begin = config.tree.lines.line_span(config.tree.lines.line_of(start)).start
            if head is None and not config.text[begin:start].strip(" \t\ufeff").endswith("."):
                return ()
            edits.append(Edit(Span(begin + (config.text[begin:start].startswith("\ufeff")), start), ""))
        return (ctx.fix("move-to-top", *edits, how=how, key=entry.name),)
    if node.form != "table":
        return ()
    start = config.key_span(entry).start
    lines = config.tree.lines
    header = lines.line_of(start)
    header_start = lines.line_span(header).start
    body_start = lines.line_span(header + 1).start if header + 1 < len(lines) else len(config.text)
    bases = [base for base, _ in config.tree.chunks]
    first = next((base for base in bases if config.text[base:].lstrip("\ufeff \t").startswith("[")), header_start)
    if first >= header_start:
        return (ctx.fix("move-to-top", Edit(Span(header_start, body_start), ""), how=how, key=entry.name),)
    # Comments directly above a header are about its table.
    top = line_start(config, first_line(config, lines.line_of(first), 0))
    end = next((base for base in bases if base > header_start), len(config.text))
    if end < len(config.text):
        end = line_start(config, first_line(config, lines.line_of(end), 0))
    body = config.text[body_start:end].rstrip(" \t\r\n") + edit.newline(config)
    moved = Edit(Span(top, top), body + edit.newline(config)), Edit(Span(header_start, end), "")
    return (ctx.fix("move-to-top", *moved, how=how, key=entry.name),)


def _stands(root: Entry, entry: Entry) -> bool:
    """Whether the key, or the one that it means, stands at the top level already."""
    return root.get(entry.name) is not None or root.get(tls_key_meant(entry.name) or "") is not None


def _command(entry: Entry, ctx: Context) -> tuple[Fix, ...]:
    root = entry.parent
    master = root.get(k.MASTER_ADDR) if root is not None else None
    flags = {c.name: c.text for c in entry.children if c.name in PATHS.values() and c.text}
    return ctx.command("run-dmctl", shell.dmctl(master.text if master is not None else "", flags)) if flags else ()


RULE = Rule(TLS_TABLE, "tls", Severity.ERROR, MISFIT, (*kinds.COMPONENTS, kinds.DMCTL), check, (UNKNOWN_KEY,), codes=(38011, 40004))
