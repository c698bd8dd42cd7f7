"""Two instances of a topology that take the same port or folder.

What: two instances on one host with the same port, the same absolute `deploy_dir` or `data_dir`, or with different `os` or `arch`; also an exporter of
`monitored` on the port of an instance.

Why: TiUP checks this before it does anything, defaults included, and refuses the topology: `port conflict for '8262' between
'worker_servers:10.0.0.1.port' and 'worker_servers:10.0.0.1.port'` (tiup: components/dm/spec/topology_dm.go, portConflictsDetect,
dirConflictsDetect, platformConflictsDetect).  Instances without a port take 8261 and 8291, 8262, 9090, 3000, 9093 and 9094.

Wrong: two `worker_servers` with the host 10.0.0.1 and no port

Right: one of them with `port: 8263`

Fix: give the second instance a port of its own, as the fix does with the next one that is free in the file. Which folder is meant, only you know.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.edits import edit
from dmls.model.topology import Instance, instances
from dmls.rule import CONFIG_FILE, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar

PORTS = (k.PORT, k.PEER_PORT, k.WEB_PORT, k.CLUSTER_PORT)
FOLDERS = (k.TIUP_DATA_DIR, k.DEPLOY_DIR)
EXPORTERS = (k.NODE_EXPORTER_PORT, k.BLACKBOX_EXPORTER_PORT)
_SAME = {"x86_64": "amd64", "aarch64": "arm64"}


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    every = [i for i in instances(config) if i.host]
    yield from _ports(config, ctx, every)
    yield from _folders(config, ctx, every)
    platforms: dict[str, tuple[Instance, tuple[str, str]]] = {}
    for instance in every:
        here = (_word(instance, k.OS), _word(instance, k.ARCH))
        before = platforms.get(instance.host)
        platforms[instance.host] = (instance, here)
        if before is not None and before[1] != here:
            yield _finding(ctx, instance.entry, before[0].entry, "platform", "/".join(here), instance.host)


def _word(instance: Instance, key: str) -> str:
    entry = instance.entry.get(key)
    text = entry.text.lower() if entry is not None else ""
    return _SAME.get(text, text)


def _number(block: Entry, key: str) -> int | None:
    """The port, its default where none or zero is written; None where it cannot be told."""
    schema = block.schema.child(key) if block.schema is not None else None
    if schema is None:
        return None
    entry = block.get(key)
    default = schema.default if isinstance(schema.default, int) else None
    if entry is None or entry.is_null:
        return default
    if not isinstance(entry.node, Scalar) or not entry.text.isdecimal() or entry.text.startswith("0"):
        return default if entry.text == "0" else None
    return int(entry.text)


def _ports(config: ConfigFile, ctx: Context, every: list[Instance]) -> Iterator[Finding]:
    taken: dict[tuple[str, int], Entry] = {}
    seen = [(i.host, port, i.entry, key) for i in every for key in PORTS if (port := _number(i.entry, key)) is not None]
    used = {(host, port) for host, port, _, _ in seen}
    for host, port, block, key in seen:
        first = taken.get((host, port))
        if first is None:
            taken[host, port] = block
        else:
            yield _finding(ctx, block.get(key) or block, first, "port", str(port), host, _next_port(config, ctx, block, key, host, port, used), key)
    monitored = config.get(k.MONITORED)
    if monitored is None or monitored.is_null:
        return
    hosts = dict.fromkeys(i.host for i in every)
    for key in EXPORTERS:
        port = _number(monitored, key)
        clash = next((h for h in hosts if port is not None and (h, port) in taken), None)
        if clash is not None and port is not None:
            yield _finding(ctx, monitored.get(key) or monitored, taken[clash, port], "port", str(port), clash, key=key)


def _next_port(config: ConfigFile, ctx: Context, block: Entry, key: str, host: str, port: int, used: set[tuple[str, int]]) -> tuple[Fix, ...]:
    free = next(p for p in range(port + 1, port + 1000) if (host, p) not in used)
    entry = block.get(key)
    if entry is not None:
        change = edit.set_value(config, entry, str(free))
        return (ctx.fix("replace-value", change, how=Applicability.UNSAFE, value=str(free)),) if change is not None else ()
    beside = block.get(k.HOST)
    change = edit.insert_pairs(config, beside, [f"{key}: {free}"]) if beside is not None and beside in block.children else None
    return (ctx.fix("add-keys", change, how=Applicability.UNSAFE, keys=f"`{key}: {free}`"),) if change is not None else ()


def _folders(config: ConfigFile, ctx: Context, every: list[Instance]) -> Iterator[Finding]:
    taken: dict[tuple[str, str], Entry] = {}
    for instance in every:
        for key in FOLDERS:
            entry = instance.entry.get(key)
            if entry is None or not entry.text.startswith("/"):
                continue
            first = taken.setdefault((instance.host, entry.text), entry)
            if first is not entry:
                yield _finding(ctx, entry, first, "folder", entry.text, instance.host, key=key)


def _finding(ctx: Context, at: Entry, first: Entry, variant: str, value: str, host: str, fixes: tuple[Fix, ...] = (), key: str = "") -> Finding:
    where = at.get(k.HOST) if at.pair is None else at
    span = ctx.config.value_span(where) if where is not None else ctx.config.value_span(at)
    other = first.get(k.HOST) if first.pair is None else first
    related = (ctx.related(other, "topology-collision.first"),) if other is not None and other is not where else ()
    return ctx.finding(RULE, span, variant, related=related, fixes=fixes, value=value, host=host, key=key)


RULE = Rule("topology-collision", "config", Severity.ERROR, CONFIG_FILE, (kinds.TOPOLOGY,), check)
