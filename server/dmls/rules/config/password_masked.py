"""Asterisks in the place of a password.

What: a `password` that is `******`, or nothing but six or more asterisks.

Why: `dmctl config` and `get-config` print these in the place of every password.  A file that was made from that output logs in with six
asterisks: DM takes them as the password, and the database answers `Access denied` (dm/config/task.go and source_config.go: String hides passwords).

Wrong: `password: "******"`

Right: `password: "the password"`

Fix: there is no fix, since only you know the password; `dmctl config export` writes files with passwords that can be read again.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.rule import ENTRY, Context, Finding, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar

LEAST = 6


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    if isinstance(entry.node, Scalar) and len(entry.text) >= LEAST and set(entry.text) == {"*"}:
        yield ctx.finding(RULE, ctx.config.value_span(entry))


RULE = Rule("password-masked", "config", Severity.WARNING, ENTRY, kinds.DATABASES, check, (f"{k.FROM}.{k.PASSWORD}", f"{k.TARGET_DATABASE}.{k.PASSWORD}"))
