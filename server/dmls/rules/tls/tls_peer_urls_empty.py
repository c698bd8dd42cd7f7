"""`peer-urls` written empty on a DM-master with TLS.

What: `peer-urls = ""` in a file with `ssl-ca`.

Why: DM puts the default `http://127.0.0.1:8291` in and, unlike everything that is written, does not rewrite it to `https://`
(dm/master/config.go:303-304). The master listens for its peers in plaintext, and etcd only logs `scheme is HTTP while key and cert
files are present; ignoring key and cert files` (etcd server/embed/etcd.go:525). A written `initial-cluster` does become `https://`, no
longer matches, and etcd refuses to start (38038). A missing line is fine: the default is then rewritten.

Wrong: `peer-urls = ""`

Right: no such line, or `peer-urls = "https://10.0.0.1:8291"`

Fix: delete the line, after which the peers use TLS.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.edits import edit
from dmls.model.tls.endpoint import uses_tls
from dmls.rule import CONFIG_FILE, Applicability, Context, Finding, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    entry = config.get(k.PEER_URLS)
    if entry is None or not uses_tls(config) or not isinstance(entry.node, Scalar):
        return
    if entry.node.value or entry.node.style in ("empty", "junk") or entry.node.unterminated:
        return
    # A joining master gets its members from the cluster, and its own address may be advertised under another name.
    refused = _given(config, k.INITIAL_CLUSTER) and not _given(config, k.ADVERTISE_PEER_URLS) and not _given(config, k.JOIN)
    removal = edit.delete(config, entry)
    yield ctx.finding(
        RULE,
        config.key_span(entry),
        "refused" if refused else "",
        severity=Severity.ERROR if refused else Severity.WARNING,
        codes=(38038,) if refused else (),
        fixes=(ctx.fix("delete-line", removal, how=Applicability.UNSAFE),) if removal is not None else (),
    )


def _given(config: ConfigFile, key: str) -> bool:
    entry = config.get(key)
    return entry is not None and bool(entry.text)


RULE = Rule("tls-peer-urls-empty", "tls", Severity.ERROR, CONFIG_FILE, (kinds.MASTER,), check, codes=(38038,))
