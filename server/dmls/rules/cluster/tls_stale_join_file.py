"""Data of a cluster that was made without TLS, or with it.

What: the `data-dir` of a master lies on this machine and tells that the cluster was made otherwise than the file wants it now: its file `join` names
`http://` addresses while `ssl-ca` is set, or the reverse. Where only the data of etcd are there, nobody can see how they were made; that is
information.

Why: DM rewrites the addresses of its configuration according to `ssl-ca`, but takes what is in `join` as it stands (dm/master/etcd.go:107-122), and
etcd keeps the peer addresses of all members in its data. Other masters go on to call the old addresses: `tls: first record does not look like a TLS
handshake` (etcd#11786). A single master recovers, since it calls itself at what its configuration says.

Wrong: `ssl-ca` in all masters of a running cluster whose members still have `http://` addresses

Right: `etcdctl member update` with the `https://` addresses for each member, then `ssl-ca` everywhere

Fix: there is no fix, because which addresses the members have now only etcd can tell. Update the members as above; of a master that has never
started, delete its `join` file and let it join again.
"""

from __future__ import annotations

import re
from typing import Iterator

from dmls.files import Content, Directory
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.tls.cert_use import printable
from dmls.model.tls.endpoint import HTTP, HTTPS, endpoints, tls_is_readable
from dmls.model.tls_path import candidates, trouble
from dmls.rule import CONFIG_FILE, Context, Finding, Rule, Severity
from dmls.schema import keys as k

_JOIN_FILE, _DATA = "join", "member/"
"""What DM and etcd call their things inside `data-dir`."""
_ADDRESS = re.compile(r"[^\s,=]+=(https?)://[^\s,]+\Z")


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    entry = config.get(k.DATA_DIR)
    settings = ctx.around.settings
    if entry is None or not entry.text or settings.files == "off" or trouble(entry.text) or not tls_is_readable(config):
        return
    place, names = _found(entry.text, ctx)
    if not names:
        return
    ca = config.get(k.SSL_CA)
    on = ca is not None and bool(ca.text)
    scheme = _scheme(f"{place}/{_JOIN_FILE}", ctx) if _JOIN_FILE in names else ""
    joins = bool(endpoints(config, k.JOIN))
    severity = Severity.WARNING
    if scheme == (HTTP if on else HTTPS):
        if _DATA in names:
            variant = "joined" if on else "joined-with-tls"
        elif joins:
            variant = "" if on else "with-tls"
        else:
            # Without `join` in the configuration nobody reads the file.
            return
    elif _DATA in names and not scheme and on and _has_others(config):
        variant, severity = "unknown", Severity.INFORMATION
    else:
        return
    yield ctx.finding(RULE, config.value_span(entry), variant, severity=severity, file=printable(f"{entry.text.rstrip('/')}/{_JOIN_FILE}"))


def _found(path: str, ctx: Context) -> tuple[str, tuple[str, ...]]:
    """The folder on this machine and the names in it; none where it is not here or nobody has looked."""
    for place in candidates(path, ctx.config.path, ctx.around.settings, ctx.around.folders):
        state = ctx.around.lookup.list(place)
        if isinstance(state, Directory):
            return place, state.entries
    return "", ()


def _scheme(path: str, ctx: Context) -> str:
    """The scheme of all addresses in a `join` file; "" where they differ, or it is none of DM's."""
    state = ctx.around.lookup.text(path)
    if not isinstance(state, Content):
        return ""
    found = [_ADDRESS.match(item) for item in state.data.decode("utf-8", "replace").strip().split(",")]
    schemes = {m.group(1) if m is not None else "" for m in found}
    return schemes.pop() if len(schemes) == 1 else ""


def _has_others(config: ConfigFile) -> bool:
    """Whether there are other masters, by this file: etcd of a single one does not call peers."""
    return bool(endpoints(config, k.JOIN)) or len({e.name for e in endpoints(config, k.INITIAL_CLUSTER)}) > 1


RULE = Rule("tls-stale-join-file", "cluster", Severity.WARNING, CONFIG_FILE, (kinds.MASTER,), check)
