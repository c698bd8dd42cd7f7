"""A path in a topology that must be absolute.

What: a `config_file`, `rule_dir` or `dashboard_dir` that does not begin with a slash.

Why: these lie on the machine that TiUP runs on, and TiUP refuses a relative one: `relative path is not allowed for field config_file: ./alertmanager.yml`
(tiup: pkg/cluster/spec/validate.go, RelativePathDetect).

Wrong: `config_file: ./alertmanager.yml`

Right: `config_file: /home/tidb/alertmanager.yml`

Fix: there is no fix, since only you know from which folder the path was meant.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.rule import ENTRY, Context, Finding, Rule, Severity
from dmls.schema.semantics import ABSOLUTE_PATH
from dmls.syntax.tree import Scalar


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    if isinstance(entry.node, Scalar) and entry.text and not entry.text.startswith("/"):
        yield ctx.finding(RULE, ctx.config.value_span(entry), dm_text=f"relative path is not allowed for field {entry.key}: {entry.text}", key=entry.key, path=entry.text)


RULE = Rule("topology-path-relative", "config", Severity.ERROR, ENTRY, (kinds.TOPOLOGY,), check, (ABSOLUTE_PATH,))
