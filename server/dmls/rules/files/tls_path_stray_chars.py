"""Characters that got into a path by accident.

What: a blank, a quote or a line end at the edge of a path, a line end within it, or several paths with commas or semicolons between them; said
only where no file has just this name.

Why: DM trims and splits nothing: it opens the text as it stands (os.ReadFile; dm-tls.md §7).

Wrong: `ssl-ca = "/etc/dm/ca.pem "`, `ssl-ca = "/etc/dm/ca1.pem,/etc/dm/ca2.pem"`

Right: `ssl-ca = "/etc/dm/ca.pem"`

Fix: take the characters out. Of several paths one is kept; several CAs go into one file, whose path a
person then writes.
"""

from __future__ import annotations

import re
from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import Source
from dmls.model.tls.outcome import absent
from dmls.model.tls_block import CA
from dmls.model.tls_path import STRAY, is_list, trimmed, trouble
from dmls.rule import PATH, PEM, Context, Finding, Fix, Rule, Severity
from dmls.rules._found import MOST_OFFERED
from dmls.rules.files._judge import gravity, is_there

_SEPARATOR = re.compile("[,;]")


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
        fixes=_several(source, clean, ctx) if several else ctx.rewrite(source, clean, "name-file") if clean and not trouble(clean) else (),
        key=source.entry.key,
        **outcome.args,
    )


def _several(source: Source, clean: str, ctx: Context) -> tuple[Fix, ...]:
    """Keep one of several paths; CAs may also be put into one file, whose path a person then writes."""
    paths = [trimmed(part) for part in _SEPARATOR.split(clean)]
    paths = [path for path in paths if path]
    fixes = tuple(fix._replace(preferred=False) for path in paths[:MOST_OFFERED] if not trouble(path) for fix in ctx.rewrite(source, path, "name-file"))
    if source.role != CA or len(paths) < 2 or source.entry is None:
        return fixes
    from dmls.model.tls import openssl

    return (*ctx.command("run-bundle", openssl.bundle(paths), key=source.entry.key), *fixes)


RULE = Rule("tls-path-stray-chars", "files", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check, (PATH,))
