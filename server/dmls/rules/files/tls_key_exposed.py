"""A private key that others may read.

What: the file of `ssl-key` may be read by its group or by everybody. Nothing is said where the system has no such rights.

Why: whoever reads the key can pose as this component or as this client of the database. DM checks no rights.

Wrong: `-rw-r--r-- key.pem`

Right: `-rw------- key.pem`, owned by DM's user

Fix: `chmod 600 key.pem`
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls import openssl
from dmls.model.tls.cert_use import Source
from dmls.model.tls_block import KEY
from dmls.rule import PEM, Context, Finding, Rule, Severity
from dmls.rules.files._judge import named, where

GROUP, OTHERS = 0o040, 0o004


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    if source.role != KEY or source.pem is None or source.is_inline or not source.mode & (GROUP | OTHERS):
        return
    if not any(block.key is not None for block in source.pem.blocks):
        return
    variant = "" if source.mode & OTHERS else "group"
    yield ctx.finding(
        RULE, source.anchor(), variant, fixes=ctx.command("run-chmod", openssl.owner_only(where(source)), file=named(source)), mode=f"{source.mode:04o}", file=named(source)
    )


RULE = Rule("tls-key-exposed", "files", Severity.HINT, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check)
