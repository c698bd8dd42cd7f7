"""A private key with a passphrase, or in OpenSSH's form.

What: the key in the file of `ssl-key` is encrypted (`ENCRYPTED PRIVATE KEY`, `Proc-Type: 4,ENCRYPTED`), or it is an `OPENSSH PRIVATE KEY`.

Why: DM has no option for a passphrase, and Go knows neither form: `tls: failed to parse private key` (dm-tls.md §1.3, run with Go).

Wrong: `-----BEGIN ENCRYPTED PRIVATE KEY-----`

Right: `-----BEGIN PRIVATE KEY-----`, in a file that only DM's user may read

Fix: `openssl pkey -in old.pem -out new.pem` asks for the passphrase and writes the key without one. For OpenSSH's form, on a copy:
`ssh-keygen -p -m PKCS8 -N "" -f new.pem`.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.cert_use import Source
from dmls.model.tls_block import KEY
from dmls.rule import PEM, Context, Finding, Rule, Severity
from dmls.rules.files._judge import command_files, gravity, key_block, named, outcome_of

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
        file=named(source),
        **command_files(source),
        **outcome.args,
    )


RULE = Rule("tls-key-encrypted", "files", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check)
