"""TLS keys below `[security]` in a component's file.

What: a table `[security]`, `[tls]` or a dotted key `security.ssl-ca` in the TOML file of a master, a worker or dmctl.

Why: TiDB, PD and TiKV have such a table, DM has not: the security struct is embedded flat into the configuration of each component
(dm/master/config.go, dm/worker/config.go), so its keys stand at the top level.  A master stops with 38011, a worker with 40004
`… unknown configuration options: security,security.ssl-ca`.  dmctl ignores the table without a word.

Wrong: `[security]` above `ssl-ca = "/etc/dm/ca.pem"`

Right: `ssl-ca = "/etc/dm/ca.pem"` above the first table header

Fix: take the header away where it is the first one; otherwise move the keys above the first header.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import edit
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.decode import UNKNOWN_KEY, Misfit
from dmls.model.dm_error import LINE, UNKNOWN, unknown_text
from dmls.model.tls_block import KEYS
from dmls.model.unknown import TLS_TABLE, explain
from dmls.rule import MISFIT, Context, Edit, Finding, Fix, Rule, Severity, Span
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
        fixes=_fixes(entry, ctx) if kind != kinds.DMCTL else (),
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
    known = [c for c in entry.children if c.name in KEYS]
    if not isinstance(node, Mapping) or len(known) != len(entry.children) or root is None or any(root.get(c.name) for c in known):
        return ()
    if node.form == "dotted":
        edits = []
        for child in known:
            start = config.span(child).start
            head = edit.indent_of(config, start)
            line_start = config.tree.lines.line_span(config.tree.lines.line_of(start)).start
            if head is None and not config.text[line_start:start].strip(" \t").endswith("."):
                return ()
            edits.append(Edit(Span(line_start, start), ""))
        return (ctx.fix("move-to-top", *edits, key=entry.name),)
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
        return (ctx.fix("move-to-top", Edit(Span(header_start, body_start), ""), key=entry.name),)
    end = next((base for base in bases if base > header_start), len(config.text))
    body = config.text[body_start:end].rstrip(" \t\r\n") + edit.newline(config)
    return (ctx.fix("move-to-top", Edit(Span(first, first), body + edit.newline(config)), Edit(Span(header_start, end), ""), key=entry.name),)


RULE = Rule(TLS_TABLE, "tls", Severity.ERROR, MISFIT, (*kinds.COMPONENTS, kinds.DMCTL), check, (UNKNOWN_KEY,), codes=(38011, 40004))
