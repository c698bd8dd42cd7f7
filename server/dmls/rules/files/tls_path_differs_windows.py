"""A path of Windows.

What: a drive letter or a backslash in `ssl-ca`, `ssl-cert` or `ssl-key`.  Nothing is said of a file that bears just this name on a machine like DM's.

Why: DM runs on Linux, where a backslash is a character of the name like any other and `C:` a folder below the working directory (dm-tls.md §7).
Between double quotes `\\c` is no valid escape in YAML and TOML, so such a file is not even read.

Wrong: `ssl-ca = 'C:\\dm\\ca.pem'`

Right: `ssl-ca = "/etc/dm/ca.pem"`

Fix: write the path that the file has on DM's host; without a drive letter slashes are offered. Behind a drive letter nobody can tell which path that is.
"""

from __future__ import annotations

import re
from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import Source
from dmls.model.tls.outcome import absent
from dmls.model.tls_path import WINDOWS, has_drive, trouble
from dmls.rule import PATH, PEM, Context, Finding, Rule, Severity
from dmls.rules.files._judge import is_there


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    if source.trouble != WINDOWS or source.entry is None:
        return
    if is_there(source) and not has_drive(source.local):
        # A drive in the place where it was found means that this machine, unlike DM's, runs Windows.
        return
    path = source.path
    outcome = absent(source.owner, source.role, path, ctx.version)
    slashes = "" if re.match(r"[A-Za-z]:|\\\\", path) else path.replace("\\", "/")
    yield ctx.finding(
        RULE,
        source.anchor(),
        codes=outcome.codes,
        dm_text=outcome.text,
        fixes=ctx.rewrite(source, slashes, "name-file") if slashes and not trouble(slashes) else (),
        path=path,
        **outcome.args,
    )


RULE = Rule("tls-path-differs-windows", "files", Severity.WARNING, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check, (PATH,))
