"""PEM that Go does not read.

What: a BEGIN line is indented or shares its line with other text, has not five dashes or small letters; END is missing or has another
label; the base64 between them is broken or its content is cut off; line ends are missing or written as `\\n`; the text is base64 of PEM.
Also a file in which `ssl-cert` finds no block at all.

Why: Go skips what is no whole block without a word. If nothing is left: `failed to append ca certs`, `tls: failed to find any PEM data in certificate
input`, `tls: failed to parse private key`; a content that is cut off gives `x509: malformed certificate` (dm-tls.md §1.3, run with Go). If other
blocks are left, only the broken one is missing; that is a warning. A private key that is broken is missed neither in a CA file, by etcd neither
(run with Go), nor in `ssl-cert`.

Wrong: a certificate that was copied out of an indented YAML block, with its blanks

Right: BEGIN at the start of its line, END on a line of its own

Fix: a command takes blanks away, puts BEGIN and END on lines of their own with five dashes and in capitals, mends line ends and decodes base64. Where
a line is missing, or the base64 is broken, nobody knows what stood there: copy the file again.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls import openssl
from dmls.model.tls.cert_use import Source
from dmls.model.tls.outcome import NONE
from dmls.model.tls.pem_fault import DAMAGED, Fault, is_example, is_lost_key, pem_fault
from dmls.model.tls_block import KEY
from dmls.pki.facts import Damage, PemFile
from dmls.rule import PEM, Context, Finding, Rule, Severity
from dmls.rules.files._judge import gravity, key_block, lost_outcome, named, where

_UNUSABLE = ("damaged", "inconsistent")
_PART_KEY = "part-key"


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    pem = source.pem
    fault = pem_fault(source, ctx.version) or _broken_key(source, ctx)
    if pem is None or fault is None or fault.rule != DAMAGED:
        return
    variant = _variant(source, fault)
    path = where(source)
    command = openssl.repaired(path, fault.piece.kind, source.role == KEY) if path and isinstance(fault.piece, Damage) and variant != _PART_KEY else ""
    outcome = lost_outcome(source, ctx) if fault.fatal else NONE
    # A key inside a configuration that is shown around may have been made unreadable on purpose.
    blackened = source.is_inline and variant == "key"
    yield ctx.finding(
        RULE,
        source.anchor(fault.piece),
        variant,
        severity=Severity.HINT if variant == _PART_KEY else gravity(source) if fault.fatal and not blackened else Severity.WARNING,
        codes=outcome.codes,
        dm_text=outcome.text,
        related=ctx.in_file(source, fault.piece, "file"),
        fixes=ctx.command("run-repair", command, file=path),
        file=named(source),
        line=_line(pem, fault),
        types=", ".join(dict.fromkeys(block.type for block in pem.blocks)),
        **outcome.args,
    )


def _broken_key(source: Source, ctx: Context) -> Fault | None:
    """The block of a private key whose content is none."""
    block = key_block(source, ctx) if source.role == KEY and not is_example(source) else None
    return Fault(DAMAGED, block, True) if block is not None and block.key is not None and block.key.problem in _UNUSABLE else None


def _variant(source: Source, fault: Fault) -> str:
    if isinstance(fault.piece, Damage):
        if fault.fatal:
            return fault.piece.kind
        return _PART_KEY if source.pem is not None and is_lost_key(source.pem, fault.piece) else "part"
    if fault.piece is None:
        return "nothing"
    if fault.piece.key is not None and fault.piece.key.problem in _UNUSABLE and source.role == KEY:
        return "key"
    return "content" if fault.piece.type == "CERTIFICATE" else "no-certificate"


def _line(pem: PemFile, fault: Fault) -> int:
    """The one-based line in the file."""
    from bisect import bisect_right

    return bisect_right(pem.line_starts, fault.piece.start) if fault.piece is not None else 1


RULE = Rule(DAMAGED, "files", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check)
