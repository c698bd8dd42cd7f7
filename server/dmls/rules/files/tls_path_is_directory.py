"""A folder where a certificate file is needed.

What: `ssl-ca`, `ssl-cert` or `ssl-key` names a folder.

Why: DM reads the path as a file: `read /etc/dm/tls: is a directory` (dm-tls.md §1.3, run with Go).  For a CA the process ends with 38051 or 40076;
for the pair a master's etcd with 38038.

Wrong: `ssl-ca = "/etc/dm/tls"`

Right: `ssl-ca = "/etc/dm/tls/ca.pem"`

Fix: name the file; the certificate files in the folder are offered.
"""

from __future__ import annotations

from typing import Iterator

from dmls.files import Directory
from dmls.model import kind as kinds
from dmls.model.cert_use import Source
from dmls.model.tls_outcome import unreadable
from dmls.rule import PATH, PEM, PEM_SUFFIXES, Applicability, Context, Finding, Rule, Severity
from dmls.rules.files._judge import gravity


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    if not isinstance(source.state, Directory) or source.entry is None:
        return
    outcome = unreadable(source.owner, source.role, f"read {source.path}: is a directory", ctx.version)
    listed = ctx.around.lookup.list(source.local)
    names = [n for n in listed.entries if n.lower().endswith(PEM_SUFFIXES)] if isinstance(listed, Directory) else []
    paths = [f"{source.path.rstrip('/')}/{name}" for name in names[:8]]
    yield ctx.finding(
        RULE,
        source.anchor(),
        severity=gravity(source, opened=True),
        codes=outcome.codes,
        dm_text=outcome.text,
        fixes=tuple(fix for path in paths for fix in ctx.rewrite(source, path, "name-file", Applicability.UNSAFE)),
        path=source.path,
        key=source.entry.key,
        **outcome.args,
    )


RULE = Rule("tls-path-is-directory", "files", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check, (PATH,))
