"""A task that names a source which no source file has.

What: a `source-id` in `mysql-instances` that none of the source files has which a task there can mean: those of its deployment by `[[cluster]]`, else all up
to the workspace folder or the nearest `.dmls.toml`. Where there is no source file at all, or one whose id is not known, nothing is said.

Why: DM-master looks the id up among the sources that `operate-source create` gave it, letter by letter, and refuses the task: 20031 `source mysql-1 in
deployment configuration not found` (dm/master/server.go, generateSubTask). It is a warning only, because a source can be created from a file that is
not here.

Wrong: `- source-id: mysql-1`, where the only source file has `source-id: mysql-01`

Right: `- source-id: mysql-01`

Fix: write the id of a source file; where one is near, the fix does. If the source is missing, create it first.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.dm import task_error as e
from dmls.model.dm.task_parts import instances
from dmls.model.edits import edit
from dmls.model.unknown import nearest
from dmls.rule import CONFIG_FILE, Applicability, Context, Finding, Fix, Related, Rule, Severity
from dmls.schema import keys as k

MOST_SHOWN = 5
"""Source files that are pointed at."""
_PLACEHOLDER = frozenset("${}<>%")
"""Signs that stand in no id and in most names which a program has still to fill in."""


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    named = [entry for instance in instances(config) if (entry := instance.get(k.SOURCE_ID)) is not None and entry.text]
    if not named:
        return
    known = ctx.around.sources(config, frozenset(entry.text for entry in named))
    strange = [entry for entry in named if entry.text not in known.ids and not _PLACEHOLDER & set(entry.text)]
    if not strange or not _are_certain(known.ids):
        return
    for entry in strange:
        near = _near(entry.text, known.ids)
        found = known.files(near or "", MOST_SHOWN)
        yield ctx.finding(
            RULE,
            config.value_span(entry),
            dm_text=e.text(e.NO_SUCH_SOURCE, source=entry.text),
            related=tuple(Related(source.path, source.span, "source-id-unknown.source", {"source": source.id}) for source in found),
            fixes=_fixes(entry, near, ctx),
            source=entry.text,
            ids=", ".join(f"`{one}`" for one in dict.fromkeys(source.id for source in found)),
        )


@lru_cache(maxsize=64)
def _are_certain(ids: frozenset[str]) -> bool:
    """Whether there are ids, and none that a program has still to fill in."""
    return bool(ids) and all(one and not _PLACEHOLDER & set(one) for one in ids)


@lru_cache(maxsize=64)
def _near(name: str, ids: frozenset[str]) -> str | None:
    """The id that is probably meant; kept, since a workspace may have thousands of them, and each key press asks again."""
    return nearest(name, tuple(sorted(ids)))


def _fixes(entry: Entry, near: str | None, ctx: Context) -> tuple[Fix, ...]:
    change = edit.reword(ctx.config, entry, near) if near is not None else None
    return (ctx.fix("replace-value", change, how=Applicability.UNSAFE, value=near),) if change is not None else ()


RULE = Rule("source-id-unknown", "cluster", Severity.WARNING, CONFIG_FILE, (kinds.TASK,), check, codes=(20031,))
