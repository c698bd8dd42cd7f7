"""A file of DM 1.0.

What: a `dm-worker.toml` or `dm-master.toml` all of whose keys are known to DM 1.0, and some of them to no later version: the database and the relay log of a worker,
the `[[deploy]]` of a master. What else could be said of its keys is left unsaid, since the whole file has to be converted.

Why: since 2.0 these settings live in a source file or were removed, and the decoders refuse keys that they do not know: 40004 `worker config contains unknown
configuration options: source-id,from,from.host…` and 38011 (dm/worker/config.go:222-236, dm/master/config.go: configFromFile).

Wrong: a `dm-worker.toml` with `source-id` and `[from]`

Right: a `source.yaml` with `source-id` and `from`, and a `dm-worker.toml` with `name`, `worker-addr` and `join`

Fix: `dmls migrate v1` on the folder with the files of DM 1.0 writes the files of today beside them.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model import shell
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.dm_error import UNKNOWN
from dmls.model.legacy.dm_v1 import only_of_1
from dmls.rule import STRICT, Context, Finding, Rule, Severity

MOST_NAMED = 4
"""Keys that the sentence names."""


def judge(config: ConfigFile, ctx: Context) -> Finding | None:
    """The one finding about a file of DM 1.0; None where it is none."""
    old = only_of_1(config)
    if not old:
        return None
    error = UNKNOWN[config.kind]
    text = error.text(message=error.message % ",".join(_unknown(old, "")))
    names = ", ".join(f"`{name}`" for name in dict.fromkeys(entry.name for entry in old[:MOST_NAMED]))
    variant = "" if len(old) <= MOST_NAMED else "more"
    return ctx.finding(
        RULE, config.key_span(old[0]), variant, codes=(error.code,), dm_text=text, fixes=ctx.command("run-migrate", _command(config.path)), kind=f"dm-{config.kind}", keys=names
    )


def _unknown(entries: list[Entry], above: str) -> Iterator[str]:
    """The paths of all keys, as BurntSushi lists what was not decoded; a table of a list stands there as often as it is written."""
    for entry in entries:
        path = f"{above}{entry.name}"
        for item in entry.items() or [entry]:
            yield path
            yield from _unknown([child for child in item.children if child.pair is not None], f"{path}.")


def _command(path: str) -> str:
    try:
        return f"dmls migrate v1 {shell.file(path.rpartition('/')[0] or '/')}"
    except shell.Unwritable:
        return ""


def _no_check(subject: object, ctx: Context) -> Iterator[Finding]:
    """The engine asks only where keys are unknown, and then about the whole file."""
    return iter(())


RULE = Rule("dm-1-file", "schema", Severity.ERROR, STRICT, kinds.COMPONENTS, _no_check, codes=(38011, 40004))
