"""TLS settings that TiUP writes itself.

What: `ssl-ca`, `ssl-cert` or `ssl-key` in the settings of masters or workers of a topology with `enable_tls: true`. It is a warning where
`cert-allowed-cn` there admits none of the names that TiUP gives.

Why: with `enable_tls` TiUP makes a CA and a certificate for each component and writes the three paths over whatever the topology says (tiup:
components/dm/spec/logic.go:188-222, 409-440). Its certificates have the name of the component as Common Name, `dm-master` and `dm-worker`. A master
admits one name only, but masters as well as workers call it; a worker needs `dm-master` in its list.

Wrong: `server_configs.master.ssl-ca` beside `global.enable_tls: true`

Right: either of the two

Fix: delete the setting. To use own certificates and a list, set `enable_tls` to false.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import edit
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.tls_block import PATHS
from dmls.rule import CONFIG_FILE, Applicability, Context, Finding, Rule, Severity
from dmls.schema import keys as k

_MASTERS_NAME = "dm-master"
"""The Common Name that TiUP gives to masters."""


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    switch = config.get(k.GLOBAL, k.ENABLE_TLS)
    if switch is None or switch.text.lower() not in ("true", "yes", "on", "y"):
        return
    for holder, kind in _settings(config):
        for key in PATHS.values():
            entry = holder.get(key)
            if entry is not None and entry.pair is not None and entry.text:
                yield _finding(entry, "", Severity.INFORMATION, ctx)
        listed = holder.get(k.CERT_ALLOWED_CN)
        names = [item.text.strip() for item in listed.strings()] if listed is not None else []
        if listed is not None and any(names) and (kind == kinds.MASTER or _MASTERS_NAME not in names):
            yield _finding(listed, f"{kind}-names", Severity.WARNING, ctx)


def _settings(config: ConfigFile) -> Iterator[tuple[Entry, str]]:
    """The maps that hold settings of masters or workers: those for all of a kind, and those of an instance."""
    shared = config.get(k.SERVER_CONFIGS)
    maps = list(shared.children) if shared is not None else []
    for key in (k.MASTER_SERVERS, k.WORKER_SERVERS):
        servers = config.get(key)
        for server in servers.items() if servers is not None else ():
            own = server.get(k.CONFIG)
            maps += [own] if own is not None else []
    for holder in maps:
        if holder.schema is not None and holder.schema.holds_kind in kinds.COMPONENTS:
            yield holder, str(holder.schema.holds_kind)


def _finding(entry: Entry, variant: str, severity: Severity, ctx: Context) -> Finding:
    removal = edit.delete(ctx.config, entry)
    fixes = (ctx.fix("delete-key", removal, how=Applicability.UNSAFE, key=entry.name),) if removal is not None else ()
    return ctx.finding(RULE, ctx.config.key_span(entry), variant, severity=severity, fixes=fixes, tag="" if variant else "unnecessary", key=entry.name)


RULE = Rule("tls-managed-by-deployer", "cluster", Severity.WARNING, CONFIG_FILE, (kinds.TOPOLOGY,), check)
