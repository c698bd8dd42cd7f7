"""Certificates of a database that several hosts have to read.

What: the `security` block of a source or task names files. It is a warning where one of them lies in somebody's home folder; a relative path has a
rule of its own.

Why: dmctl reads the files when a source or task is created and sends their content; where it cannot, the leading master reads them. Relay and
sync need no file after that. But a worker that loads opens `ssl-ca` by its path again, and one that dumps takes a path before the content
(dm/loader/lightning.go:383-397; dm-tls.md §7). So for modes `full` and `all` the files have to be there on every worker, under the same path, readable for
DM's user. Of a task with `task-mode: incremental` nothing is said.

Wrong: `ssl-ca: /home/alice/ca.pem` in a task that loads data

Right: `ssl-ca: /data/dm/tls/ca.pem`, which lies on the host of dmctl and on every worker

Fix: there is no fix, because only people can copy the files to the other hosts.
"""

from __future__ import annotations

import re
from typing import Iterator

from dmls.files import Missing, Pending
from dmls.model import kind as kinds
from dmls.model.tls.cert_use import Source, printable
from dmls.model.tls.use import loads_data
from dmls.model.tls_path import is_absolute
from dmls.rule import PATH, PEM, Context, Finding, Rule, Severity

_HOME = re.compile(r"/(?:root|(?:home|Users)/(?!tidb/)[^/]+)/")
"""Home folders; that of `tidb` is where TiUP deploys to on every host."""


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    use = source.use
    if use is None or (source.owner == kinds.TASK and not loads_data(ctx.config)):
        return
    at_home = [s for s in use.files if _is_named(s) and _HOME.match(s.path)]
    # What is not found on this machine is told by a rule of its own, in the same words.
    told = at_home or [s for s in use.files if _is_named(s) and not isinstance(s.state, (Missing, Pending))]
    if not told or told[0] is not source:
        return
    severity = Severity.WARNING if at_home else Severity.INFORMATION
    yield ctx.finding(RULE, source.anchor(), f"{source.owner}-home" if at_home else source.owner, severity=severity, path=printable(source.path))


def _is_named(source: Source) -> bool:
    """Whether it is a path that can be meant as it stands."""
    return bool(source.path) and not source.trouble and source.used and is_absolute(source.path)


RULE = Rule("tls-source-path-scope", "cluster", Severity.WARNING, PEM, kinds.DATABASES, check, (PATH,))
