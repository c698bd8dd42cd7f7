"""A path that depends on where a process was started.

What: `ssl-ca`, `ssl-cert` or `ssl-key` is not absolute. In the file of a master or worker nothing is said once `working-dir` in `.dmls.toml`
tells where it runs.

Why: DM opens the path below the working directory of the process that reads it, not beside the configuration: TiUP starts a component in its
deploy directory, systemd in `/`. What a source or task names is opened by dmctl, then by the leading master, and by every worker that dumps or
loads (dm-tls.md §7).

Wrong: `ssl-ca = "tls/ca.pem"`

Right: `ssl-ca = "/data/dm/tls/ca.pem"`

Fix: write the absolute path, which is offered where the file is found here; whether it has the same path on DM's host a person must tell.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.allowed_cn import NO_TEXT
from dmls.model.tls.cert_use import PemContent, Source
from dmls.model.tls_path import is_absolute
from dmls.rule import PATH, PEM, Applicability, Context, Finding, Rule, Severity
from dmls.syntax.tree import Scalar

_NO_PATHS = frozenset("true false yes no on off y n null ~".split())


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    entry = source.entry
    if entry is None or source.is_inline or source.trouble or is_absolute(source.path):
        return
    database = source.owner in kinds.DATABASES
    if ctx.around.settings.working_dir is not None and not database:
        return
    if isinstance(entry.raw, Scalar) and entry.raw.style in NO_TEXT:
        return
    if isinstance(entry.raw, Scalar) and entry.raw.style == "plain" and (source.path.lower() in _NO_PATHS or not any(c.isalpha() for c in source.path)):
        # A boolean or a number: another rule tells that it is no text.
        return
    found = source.local if isinstance(source.state, PemContent) and source.local.startswith("/") else ""
    yield ctx.finding(
        RULE,
        source.anchor(),
        "database" if database else "",
        fixes=ctx.rewrite(source, found, "name-file", Applicability.MANUAL) if found else (),
        path=source.path,
    )


RULE = Rule("tls-path-relative", "files", Severity.WARNING, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check, (PATH,))
