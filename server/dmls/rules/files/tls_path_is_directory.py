"""A folder where a certificate file is needed.

What: `ssl-ca`, `ssl-cert` or `ssl-key` names a folder.

Why: DM reads the path as a file: `read /etc/dm/tls: is a directory` (dm-tls.md §1.3, run with Go).  For a CA the process ends with 38051 or 40076;
for the pair a master's etcd with 38038.

Wrong: `ssl-ca = "/etc/dm/tls"`

Right: `ssl-ca = "/etc/dm/tls/ca.pem"`

Fix: name the file; those in the folder that hold what is needed are offered.
"""

from __future__ import annotations

from typing import Iterator

from dmls.files import Directory
from dmls.model import kind as kinds
from dmls.model.tls.cert_use import PemContent, Source
from dmls.model.tls.outcome import unreadable
from dmls.rule import MOST_SIBLINGS, PATH, PEM, PEM_SUFFIXES, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.rules.files._judge import gravity

_MOST_OFFERED = 8


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    if not isinstance(source.state, Directory) or source.entry is None:
        return
    outcome = unreadable(source.owner, source.role, f"read {source.path}: is a directory", ctx.version)
    yield ctx.finding(
        RULE,
        source.anchor(),
        severity=gravity(source, opened=True),
        codes=outcome.codes,
        dm_text=outcome.text,
        fixes=_inside(source, ctx),
        path=source.path,
        key=source.entry.key,
        **outcome.args,
    )


def _inside(source: Source, ctx: Context) -> tuple[Fix, ...]:
    """The files of the folder that serve the role; all that look like certificate files where none is known to."""
    from dmls.pki import file

    listed = ctx.around.lookup.list(source.local)
    names = [n for n in listed.entries if n.lower().endswith(PEM_SUFFIXES)][:MOST_SIBLINGS] if isinstance(listed, Directory) else []
    states = [(name, ctx.around.lookup.pem(f"{source.local.rstrip('/')}/{name}")) for name in names]
    fitting = [name for name, state in states if isinstance(state, PemContent) and file.guess_role(state.pem) == source.role] or names
    folder = source.path.rstrip("/")
    fixes = [fix for name in fitting[:_MOST_OFFERED] for fix in ctx.rewrite(source, f"{folder}/{name}", "name-file", Applicability.UNSAFE)]
    return tuple(fix._replace(preferred=len(fixes) == 1) for fix in fixes)


RULE = Rule("tls-path-is-directory", "files", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check, (PATH,))
