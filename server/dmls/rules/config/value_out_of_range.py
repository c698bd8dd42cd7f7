"""A number outside the range in which DM works.

What: a port above 65535, a negative number of threads, a negative lease time, a quota below etcd's least, and the like.

Why: DM checks none of these while it loads a file.  A port above 65535 fails when the connection is made.  TOML integers below zero wrap
around in unsigned fields without a message (`max-txn-ops = -1` becomes 18446744073709551615).  A rate limit that is not above zero is replaced by its default
with a log warning; a quota below 500 MiB is raised to it (`reference/dm-keys.json`).

Wrong: `port: 70000`

Right: `port: 3306`

Fix: write a number in the range the message names.  Where DM replaces the value, the fix writes what DM takes; where it does not, the fix deletes the key,
so that DM takes its default.  Which port was meant, only you know.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import duration
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.edits import edit
from dmls.rule import ENTRY, Context, Finding, Fix, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar

MAX_PORT = 65535
MIN_QUOTA = 500 * 1024 * 1024
"""The least storage quota of the embedded etcd in bytes; DM raises smaller ones (dm/master/config.go)."""
UNSIGNED = (k.MAX_TXN_OPS, k.MAX_REQUEST_BYTES)
RATES = (k.RPC_RATE_LIMIT, k.RPC_RATE_BURST)
POSITIVE = (k.KEEPALIVE_TTL, k.RELAY_KEEPALIVE_TTL)
COUNTS = (k.BATCH_QUERY_SIZE, k.MAX_PENDING_ROW_COUNT, k.BATCH, k.QUEUE_SIZE, k.CHECKPOINT_FLUSH_INTERVAL)


def _number(entry: Entry) -> float | None:
    node = entry.node
    if not isinstance(node, Scalar) or entry.is_null or node.style not in ("plain", "integer", "float"):
        return None
    text = node.value.replace("_", "")
    try:
        return float(int(text, 0)) if text.lstrip("+-")[:2].lower() in ("0x", "0o", "0b") else float(text)
    except ValueError:
        return None


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    schema = entry.schema
    if schema is None or ctx.config.kind in (kinds.DMCTL, kinds.TOPOLOGY) or schema.status in ("ignored", "ineffective"):
        return
    span = ctx.config.value_span(entry)
    key = entry.key
    if key == k.RPC_TIMEOUT:
        nanoseconds = duration.parse(entry.text)[0]
        if nanoseconds is not None and nanoseconds <= 0:
            yield ctx.finding(RULE, span, "timeout", severity=Severity.WARNING, fixes=ctx.deletion(entry), key=key)
        return
    value = _number(entry)
    if value is None or (schema.type == "int" and isinstance(entry.node, Scalar) and entry.node.style == "float"):
        return
    if schema.semantic == "port":
        if not 0 <= value <= MAX_PORT:
            yield ctx.finding(RULE, span, "port", key=key)
    elif key in UNSIGNED:
        if value < 0:
            yield ctx.finding(RULE, span, "wraps", severity=Severity.WARNING, fixes=ctx.deletion(entry), key=key)
    elif key == k.QUOTA_BACKEND_BYTES:
        if value < MIN_QUOTA:
            yield ctx.finding(RULE, span, "quota", severity=Severity.WARNING, fixes=_written(entry, str(MIN_QUOTA), ctx), key=key, least=MIN_QUOTA)
    elif key in RATES:
        if value != value or value == float("inf"):
            yield ctx.finding(RULE, span, "no-limit", severity=Severity.WARNING, fixes=ctx.deletion(entry), key=key)
        elif value <= 0:
            yield ctx.finding(RULE, span, "replaced", severity=Severity.WARNING, fixes=_written(entry, str(schema.default), ctx), key=key, default=schema.default)
    elif key in POSITIVE:
        if value <= 0:
            yield ctx.finding(RULE, span, "not-positive", severity=Severity.WARNING, fixes=ctx.deletion(entry), key=key)
    elif (schema.semantic == "thread-count" or key in COUNTS) and value < 0:
        yield ctx.finding(RULE, span, "negative", severity=Severity.WARNING, fixes=ctx.deletion(entry), key=key)


def _written(entry: Entry, value: str, ctx: Context) -> tuple[Fix, ...]:
    change = edit.set_value(ctx.config, entry, value)
    return (ctx.fix("write-value", change, value=value),) if change is not None else ()


RULE = Rule("value-out-of-range", "config", Severity.ERROR, ENTRY, (kinds.MASTER, kinds.WORKER, kinds.SOURCE, kinds.TASK), check, ("int", "float", k.RPC_TIMEOUT))
