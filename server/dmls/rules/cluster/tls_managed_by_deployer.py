"""TLS settings that TiUP writes itself.

What: `ssl-ca`, `ssl-cert` or `ssl-key` in the settings of masters or workers of a topology with `enable_tls: true`. It is an error where
`cert-allowed-cn` there shuts out components that have to connect.

Why: with `enable_tls` TiUP makes a CA and a certificate for each component and writes the three paths over whatever the topology says (tiup:
components/dm/spec/logic.go:188-222, 409-440). Its certificates have the name of the component as Common Name, `dm-master` and `dm-worker`. A master
admits one name only, but masters as well as workers call it; a worker needs `dm-master` in its list.

Wrong: `server_configs.master.ssl-ca` beside `global.enable_tls: true`

Right: either of the two

Fix: delete the setting. To use own certificates and a list, set `enable_tls` to false.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.tls_block import PATHS
from dmls.model.topology import makes_tls, settings_maps
from dmls.rule import CONFIG_FILE, Context, Finding, Rule, Severity
from dmls.schema import keys as k

_MASTERS_NAME = "dm-master"
"""The Common Name that TiUP gives to masters."""


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    if not makes_tls(config):
        return
    for holder, kind in settings_maps(config):
        if kind not in kinds.COMPONENTS:
            continue
        for key in PATHS.values():
            entry = holder.get(key)
            if entry is not None and entry.pair is not None and entry.text:
                yield _finding(entry, "", Severity.INFORMATION, ctx)
        listed = holder.get(k.CERT_ALLOWED_CN)
        names = [item.text.strip() for item in listed.strings()] if listed is not None else []
        if listed is None or not any(names):
            continue
        # Where the first name is empty, etcd checks none, and what DM itself makes of the others is another matter.
        severity = Severity.ERROR if names[0] else Severity.WARNING
        if kind == kinds.MASTER or _MASTERS_NAME not in names:
            yield _finding(listed, f"{kind}-names", severity, ctx)


def _finding(entry: Entry, variant: str, severity: Severity, ctx: Context) -> Finding:
    return ctx.finding(RULE, ctx.config.key_span(entry), variant, severity=severity, fixes=ctx.deletion(entry), tag="" if variant else "unnecessary", key=entry.name)


RULE = Rule("tls-managed-by-deployer", "cluster", Severity.ERROR, CONFIG_FILE, (kinds.TOPOLOGY,), check)
