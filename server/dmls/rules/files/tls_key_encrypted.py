"""A private key with a passphrase, or in OpenSSH's form.

What: the key in the file of `ssl-key` is encrypted (`ENCRYPTED PRIVATE KEY`, `Proc-Type: 4,ENCRYPTED`), or it is an `OPENSSH PRIVATE KEY`.

Why: DM has no option for a passphrase, and Go knows neither form: `tls: failed to parse private key` (dm-tls.md §1.3, run with Go).

Wrong: `-----BEGIN ENCRYPTED PRIVATE KEY-----`

Right: `-----BEGIN PRIVATE KEY-----`, in a file that only DM's user may read

Fix: `openssl pkey` asks for the passphrase and writes the key without one, for OpenSSH's form `ssh-keygen -p -m PKCS8 -N ''`; the command is made for the file.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls import openssl
from dmls.model.tls.cert_use import Source
from dmls.model.tls_block import KEY
from dmls.rule import PEM, Context, Finding, Fix, Rule, Severity
from dmls.rules.files._judge import gravity, key_block, named, outcome_of, where

_VARIANTS = {"encrypted": "", "openssh": "openssh"}


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    block = key_block(source, ctx) if source.role == KEY else None
    if block is None or block.key is None or block.key.problem not in _VARIANTS:
        return
    outcome = outcome_of(source, ctx)
    yield ctx.finding(
        RULE,
        source.anchor(block),
        _VARIANTS[block.key.problem],
        severity=gravity(source),
        codes=outcome.codes,
        dm_text=outcome.text,
        related=ctx.in_file(source, block, "key"),
        fixes=_commands(source, block.key.problem, ctx),
        file=named(source),
        **outcome.args,
    )


def _commands(source: Source, problem: str, ctx: Context) -> tuple[Fix, ...]:
    """Not where something else is in the file, which would be lost."""
    path = where(source)
    if not path or source.pem is None or len(source.pem.blocks) > 1:
        return ()
    command = openssl.from_openssh(path) if problem == "openssh" else openssl.decrypted(path)
    return ctx.command("run-decrypt", command, file=path)


RULE = Rule("tls-key-encrypted", "files", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check)
