"""A way of importing that does not fit the task.

What: `import-mode: import-into` with several sources, with sharding or with a local folder; `import-mode: loader` with a folder on S3; instances that end
up with different import modes.

Why: DM refuses import-into for shards with 20068 and without shared storage with 20069 (since 26.3), the old mode `loader` on S3 with 20059 (dm/config/task.go:
adjust; dm/config/subtask.go: Adjust).  Two import modes are refused by start-task alone: 20053 `found two import-mode` (dm/master/server.go), so that
is a warning.

Wrong: `import-mode: import-into` without `dir`

Right: `import-mode: import-into` with `dir: "s3://bucket/path"`

Fix: give shared storage, or take `logical` or `physical`.  The fix writes `logical`, DM's default.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go.host_port import parse_url
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.dm import task_error as e
from dmls.model.dm.task_parts import LOAD, instances, is_sharded, settings, source_of
from dmls.model.edits import edit
from dmls.rule import CONFIG_FILE, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.schema import keys as k
from dmls.version import parse_version_set

INTO, LOADER, LOGICAL, DEFAULT_DIR = "import-into", "loader", "logical", "./dumped_data"
HAS_INTO = parse_version_set("26.3.0..")
SAME_MODE = parse_version_set("6.5.0..")
OLD = ("sql", LOADER, "")


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    every = instances(config)
    first_mode = ""
    said: set[tuple[int, str]] = set()
    shards = config.get(k.SHARD_MODE) or config.get(k.IS_SHARDING)
    task_mode = config.get(k.TASK_MODE)
    for instance in every:
        block = settings(config, instance, LOAD)
        mode = block.get(k.IMPORT_MODE) if block is not None else None
        text = mode.text if mode is not None else ""
        folder = block.get(k.DIR) if block is not None else None
        place = DEFAULT_DIR if folder is None else folder.text
        source = source_of(instance)
        found: list[tuple[Entry, str, Finding]] = []
        if mode is not None and text.lower() == INTO and ctx.version in HAS_INTO:
            if len(every) > 1:
                found.append((mode, "sources", _told(ctx, mode, "sources", e.text(e.INTO_SHARDS), 20068, _logical(mode, ctx))))
            if shards is not None and is_sharded(config):
                found.append((shards, "shards", _told(ctx, shards, "shards", e.text(e.INTO_SHARDS), 20068, ())))
            if _is_local(place):
                local = e.text(e.INTO_LOCAL, source=source, dir=place)
                found.append((mode, "local", _told(ctx, mode, "local", local, 20069, _logical(mode, ctx))))
                if folder is not None:
                    found.append((folder, "folder", _told(ctx, folder, "folder", local, 20069, ())))
        if mode is not None and text == LOADER and folder is not None and place.lower().startswith("s3:") and task_mode is not None and task_mode.text in ("all", "full"):
            found.append((folder, "s3", _told(ctx, folder, "s3", e.text(e.S3_LOADER, source=source, dir=place), 20059, _logical(mode, ctx))))
        for entry, variant, finding in found:
            if (id(entry), variant) not in said:
                said.add((id(entry), variant))
                yield finding
        meant = LOGICAL if text.lower() in OLD else text.lower()
        if first_mode and meant != first_mode and ctx.version in SAME_MODE and (id(mode or instance), "two") not in said:
            said.add((id(mode or instance), "two"))
            two = e.text(e.TWO_MODES, first=first_mode, second=meant)
            at = config.span(mode) if mode is not None else config.value_span(instance)
            yield ctx.finding(RULE, at, "two", severity=Severity.WARNING, codes=(20053,), dm_text=two, first=first_mode, second=meant)
        first_mode = first_mode or meant


def _told(ctx: Context, at: Entry, variant: str, text: str, code: int, fixes: tuple[Fix, ...]) -> Finding:
    return ctx.finding(RULE, ctx.config.span(at), variant, codes=(code,), dm_text=text, fixes=fixes)


def _is_local(place: str) -> bool:
    """``IsLocalDiskPath``, and the folder that is empty; what is no URL at all is another mistake."""
    if not place.strip():
        return True
    url, error = parse_url(place.replace("+", "%2B"))
    return error is None and url is not None and url.scheme in ("", "file")


def _logical(mode: Entry, ctx: Context) -> tuple[Fix, ...]:
    change = edit.reword(ctx.config, mode, LOGICAL)
    return (ctx.fix("replace-value", change, how=Applicability.UNSAFE, value=LOGICAL),) if change is not None else ()


RULE = Rule("import-mode-conflict", "config", Severity.ERROR, CONFIG_FILE, (kinds.TASK,), check, versions=parse_version_set("6.0.0.."), codes=(20053, 20059, 20068, 20069))
