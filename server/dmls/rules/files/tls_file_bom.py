"""A byte order mark that hides a block.

What: a byte order mark stands directly before `-----BEGIN`, or the whole file is UTF-16. A mark on a line of its own does no harm.

Why: Go finds a block only where BEGIN starts a line, and takes the mark for a part of the line. The first block is lost: with one certificate
`failed to append ca certs` or `tls: failed to find any PEM data …`; a bundle silently loses its first CA (dm-tls.md §1.3, run with Go).

Wrong: a file that Windows PowerShell wrote with `Out-File` or `>`

Right: the same file in UTF-8 without a mark

Fix: take the mark away, or convert the file out of UTF-16 with `iconv`; the command is made for the file.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls import openssl
from dmls.model.tls.cert_use import Source
from dmls.model.tls.outcome import NONE
from dmls.model.tls.pem_fault import BOM, pem_fault
from dmls.model.tls_block import CA, KEY
from dmls.pki.facts import Damage
from dmls.rule import PEM, Context, Finding, Rule, Severity
from dmls.rules.files._judge import gravity, lost_outcome, named, where


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    fault = pem_fault(source, ctx.version)
    if fault is None or fault.rule != BOM or not isinstance(fault.piece, Damage):
        return
    path = where(source)
    outcome = lost_outcome(source, ctx) if fault.fatal else NONE
    part = "" if fault.fatal else "-ca" if source.role == CA else "-part"
    yield ctx.finding(
        RULE,
        source.anchor(fault.piece),
        "utf-16" if fault.piece.kind == "utf-16" else f"mark{part}",
        severity=gravity(source) if fault.fatal else Severity.WARNING,
        codes=outcome.codes,
        dm_text=outcome.text,
        related=ctx.in_file(source, fault.piece, "file"),
        fixes=ctx.command("run-repair", openssl.repaired(path, fault.piece.kind, source.role == KEY) if path else "", file=path),
        file=named(source),
        **outcome.args,
    )


RULE = Rule(BOM, "files", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check)
