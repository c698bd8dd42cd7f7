"""A path that only a shell or a browser would understand.

What: `~/`, `$VAR`, `${VAR}`, `%VAR%` or `file://` in `ssl-ca`, `ssl-cert` or `ssl-key`.

Why: DM opens the text as it stands (os.ReadFile): it knows neither home folders nor variables nor URLs, and looks for a folder named `~`
below its working directory (dm-tls.md §7).

Wrong: `ssl-ca = "~/tls/ca.pem"`

Right: `ssl-ca = "/home/tidb/tls/ca.pem"`

Fix: `file://` is taken away. What `~` or a variable stands for is known on DM's host only: write the whole path.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import Source
from dmls.model.tls.outcome import absent
from dmls.model.tls_path import EXPANSION, is_absolute, is_in_home, is_url, trimmed
from dmls.rule import PATH, PEM, Context, Finding, Fix, Rule, Severity
from dmls.rules.files._judge import gravity, is_there


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    if source.trouble != EXPANSION or source.entry is None or is_there(source):
        return
    variant = "url" if is_url(source.path) else "home" if is_in_home(source.path) else ""
    outcome = absent(source.owner, source.role, source.path, ctx.version)
    yield ctx.finding(
        RULE,
        source.anchor(),
        variant,
        severity=gravity(source, opened=True),
        codes=outcome.codes,
        dm_text=outcome.text,
        fixes=_without_scheme(source, ctx) if variant == "url" else (),
        path=source.path,
        **outcome.args,
    )


def _without_scheme(source: Source, ctx: Context) -> tuple[Fix, ...]:
    from urllib.parse import unquote

    rest = trimmed(source.path)[len("file:") :]
    if rest.startswith("//"):
        # A URL may name this very host before the path.
        host, slash, below = rest[2:].partition("/")
        rest = f"/{below}" if slash and host in ("", "localhost") else ""
    path = unquote(rest)
    return ctx.rewrite(source, path, "name-file") if is_absolute(path) else ()


RULE = Rule("tls-path-not-expanded", "files", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check, (PATH,))
