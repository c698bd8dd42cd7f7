"""A byte order mark that hides a block.

What: a byte order mark stands directly before `-----BEGIN`, or the whole file is UTF-16. A mark on a line of its own does no harm.

Why: Go finds a block only where BEGIN starts a line, and takes the mark for a part of the line. The first block is lost: with one certificate
`failed to append ca certs` or `tls: failed to find any PEM data …`; a bundle silently loses its first CA (dm-tls.md §1.3, run with Go).

Wrong: a file that Windows PowerShell wrote with `Out-File` or `>`

Right: the same file in UTF-8 without a mark

Fix: `sed -i 's/^\\xEF\\xBB\\xBF//' ca.pem`; out of UTF-16 `iconv -f utf-16 -t utf-8 ca.pem > new.pem`
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.cert_use import Source
from dmls.model.pem_fault import BOM, pem_fault
from dmls.model.tls_block import CA
from dmls.model.tls_outcome import NONE
from dmls.pki.facts import Damage
from dmls.rule import PEM, Context, Finding, Rule, Severity
from dmls.rules.files._judge import command_files, gravity, lost_outcome, named


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    fault = pem_fault(source, ctx.version)
    if fault is None or fault.rule != BOM or not isinstance(fault.piece, Damage):
        return
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
        file=named(source),
        **command_files(source),
        **outcome.args,
    )


RULE = Rule(BOM, "files", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check)
