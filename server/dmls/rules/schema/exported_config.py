"""A task as `dmctl config export` has written it.

What: a task or source with all the old keys that dmctl writes for older clusters, most of them with nothing in them. Such keys are told of as hints only. Of a
task one information says what the export has left out.

Why: an export does not hold all that the cluster had (dm/config/task.go:1179-1336): `online-ddl` is always left out, so that a task with `online-ddl: false` comes back
with `true` on 6.0 and later; of `loaders` only `pool-size` and `dir` are left, so that `import-mode: physical` comes back as `logical`; `collation_compatible`,
`validators` and `experimental` are gone. `multipleRows` stands there for `multiple-rows`, and `start-task` refuses that name (20003).

Wrong: an exported task that is started again as it is

Right: the same with what was left out, as the original has it

Fix: there is no fix here, since only the original tells what was left out; `dmls migrate export` takes it from there. All safe fixes at once (`dmls check --fix`) rename
`multipleRows` and delete the old keys.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.legacy.exported import is_exported, says_nothing
from dmls.rule import STRICT, Context, Finding, Rule, Severity
from dmls.schema import keys as k

OLD_KEYS = ("deprecated-key", "ignored-key")
"""The rules whose findings matter little in an export."""


def judge(config: ConfigFile, ctx: Context, found: list[Finding]) -> list[Finding]:
    """The findings of a file in the light of its origin."""
    if not is_exported(config):
        return found
    out = [finding._replace(severity=max(finding.severity, Severity.HINT)) if _matters_little(finding, config, ctx) else finding for finding in found]
    entry = config.get(k.NAME) if config.kind == kinds.TASK else None
    if entry is not None:
        out.append(ctx.finding(RULE, config.key_span(entry)))
    return out


def _matters_little(finding: Finding, config: ConfigFile, ctx: Context) -> bool:
    if finding.rule not in OLD_KEYS or finding.severity <= Severity.ERROR:
        return False
    entry = config.entry_at(finding.span.start)
    return entry is not None and says_nothing(entry, ctx.version)


def _no_check(subject: object, ctx: Context) -> Iterator[Finding]:
    """The engine asks only where there are old keys, and then about all findings of the file."""
    return iter(())


RULE = Rule("exported-config", "schema", Severity.INFORMATION, STRICT, kinds.DATABASES, _no_check)
