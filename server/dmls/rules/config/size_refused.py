"""A size that DM refuses once the file is read.

What: a `chunk-filesize` that is neither a number of MiB nor a size; a `max-pending-row-size` that is no size; `rows`, `statement-size` or `disk-quota-physical` above 9223372036854775807.

Why: DM reads these texts when it checks the task: 20047 `invalid `chunk-filesize` …`, and `invalid size` without a number for validators.  Numbers above int64 are taken
by the decoder, and refused when the subtask is copied through TOML: 20002 (dm/config/subtask.go: Adjust, Clone).

Wrong: `chunk-filesize: F64`

Right: `chunk-filesize: 64`

Fix: write a number with a unit that DM knows (k, m, g …); where it is clear what was meant, the fix does.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import size, yaml_value
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm import task_error as e
from dmls.model.dm.amount import as_size
from dmls.model.edits import edit
from dmls.rule import ENTRY, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar
from dmls.version import parse_version_set

MOST = 2**63 - 1
DUMPS = (f"{k.MYDUMPERS}.<name>", f"{k.MYSQL_INSTANCES}[].{k.MYDUMPER}")
LOADS = (f"{k.LOADERS}.<name>", f"{k.MYSQL_INSTANCES}[].{k.LOADER}")
PLACES = (
    *(f"{place}.{key}" for place in DUMPS for key in (k.CHUNK_FILESIZE, k.ROWS, k.STATEMENT_SIZE)),
    *(f"{place}.{k.DISK_QUOTA_PHYSICAL}" for place in LOADS),
    f"{k.VALIDATORS}.<name>.{k.MAX_PENDING_ROW_SIZE}",
)
SINCE = parse_version_set("2.0.5..")


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    node, schema = entry.node, entry.schema
    if not isinstance(node, Scalar) or schema is None or not entry.text or ctx.version not in schema.versions:
        return
    at = ctx.config.value_span(entry)
    if entry.key == k.CHUNK_FILESIZE:
        if size.parse_file_size(entry.text)[0] is None and ctx.version in SINCE:
            yield ctx.finding(RULE, at, codes=(20047,), dm_text=e.text(e.CHUNK, text=entry.text), fixes=_meant(entry, ctx), key=entry.key, text=entry.text)
    elif entry.key == k.MAX_PENDING_ROW_SIZE:
        error = size.parse(entry.text)[1]
        if error is not None:
            yield ctx.finding(RULE, at, codes=(), dm_text=error, fixes=_meant(entry, ctx), key=entry.key, text=entry.text)
    else:
        number = yaml_value.value(node.value, node.style == "plain", node.tag, schema.go)
        if isinstance(number, (int, float)) and (number > MOST or (number < 0 and schema.type == "bytesize")):
            # A size is an int64 that overflows when it is read, so that what is copied is a negative one.
            said = e.text(e.FROM_TOML, f"toml: invalid size: '{number}'" if number < 0 else f"toml: {int(number)} is out of range for int64")
            yield ctx.finding(RULE, at, "number", codes=(20002,), dm_text=said, key=entry.key, most=MOST)


def _meant(entry: Entry, ctx: Context) -> tuple[Fix, ...]:
    amount = as_size(entry.text)
    change = edit.reword(ctx.config, entry, amount.text) if amount is not None else None
    if amount is None or change is None:
        return ()
    return (ctx.fix("replace-value", change, how=Applicability.UNSAFE, value=amount.text),)


RULE = Rule("size-refused", "config", Severity.ERROR, ENTRY, (kinds.TASK,), check, PLACES, codes=(20002, 20047))
