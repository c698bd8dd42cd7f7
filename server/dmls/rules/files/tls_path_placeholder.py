"""The path of an example that was never filled in.

What: `/path/to/…`, `<…>`, `dir-placeholer`, `xxx` and the like in `ssl-ca`, `ssl-cert` or `ssl-key`.

Why: DM looks for a file of just that name (dm-tls.md §7; the words come from DM's documentation and its test files).

Wrong: `ssl-ca = "/path/to/ca.pem"`

Right: `ssl-ca = "/etc/dm/tls/ca.pem"`

Fix: write the path of your file; which one that is only a person knows, so there is no fix.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import Source
from dmls.model.tls.outcome import absent
from dmls.model.tls_path import PLACEHOLDER
from dmls.rule import PATH, PEM, Context, Finding, Rule, Severity
from dmls.rules.files._judge import is_there


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    if source.trouble != PLACEHOLDER or source.entry is None or is_there(source):
        return
    outcome = absent(source.owner, source.role, source.path, ctx.version)
    yield ctx.finding(RULE, source.anchor(), codes=outcome.codes, dm_text=outcome.text, path=source.path, key=source.entry.key, **outcome.args)


RULE = Rule("tls-path-placeholder", "files", Severity.WARNING, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check, (PATH,))
