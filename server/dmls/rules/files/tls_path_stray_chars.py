"""Characters that got into a path by accident.

What: a blank, a quote or a line end at the edge of a path, a line end within it, or several paths with commas or semicolons between them; said
only where no file has just this name.

Why: DM trims and splits nothing: it opens the text as it stands (os.ReadFile; dm-tls.md §7).

Wrong: `ssl-ca = "/etc/dm/ca.pem "`, `ssl-ca = "/etc/dm/ca1.pem,/etc/dm/ca2.pem"`

Right: `ssl-ca = "/etc/dm/ca.pem"`

Fix: take the characters out. Several CAs go into one file: `cat ca1.pem ca2.pem > ca.pem`.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.cert_use import Source
from dmls.model.tls_block import CA
from dmls.model.tls_outcome import absent
from dmls.model.tls_path import STRAY, is_list, trimmed, trouble
from dmls.rule import PATH, PEM, Context, Finding, Rule, Severity
from dmls.rules.files._judge import gravity, is_there


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    if source.trouble != STRAY or source.entry is None or is_there(source):
        return
    clean = trimmed(source.path)
    several = is_list(clean)
    outcome = absent(source.owner, source.role, source.path, ctx.version)
    yield ctx.finding(
        RULE,
        source.anchor(),
        ("list-ca" if source.role == CA else "list") if several else "",
        severity=gravity(source, opened=True),
        codes=outcome.codes,
        dm_text=outcome.text,
        fixes=ctx.rewrite(source, clean, "name-file") if clean and not trouble(clean) else (),
        key=source.entry.key,
        **outcome.args,
    )


RULE = Rule("tls-path-stray-chars", "files", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check, (PATH,))
