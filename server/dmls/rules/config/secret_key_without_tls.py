"""A secret key that travels in plain text.

What: a master with `secret-key-path` and without `ssl-ca`.

Why: each DM-worker gets the key from the master when it registers, over a connection that is not encrypted where `ssl-ca` is empty
(dm/master/server.go:351-354, dm/worker/join.go:107).  Whoever listens can then read all encrypted passwords.

Wrong: `secret-key-path = "/etc/dm/secret.key"` without `ssl-ca`

Right: the same with `ssl-ca`, `ssl-cert` and `ssl-key`

Fix: there is no fix here, since TLS needs certificates, and all components have to change together; `dmls certs` makes them.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.tls.endpoint import tls_is_readable, uses_tls
from dmls.rule import CONFIG_FILE, Context, Finding, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar
from dmls.version import parse_version_set

SINCE = parse_version_set("8.0.0..")


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    entry = config.get(k.SECRET_KEY_PATH)
    if entry is None or not isinstance(entry.node, Scalar) or not entry.text or uses_tls(config) or not tls_is_readable(config):
        return
    yield ctx.finding(RULE, config.key_span(entry))


RULE = Rule("secret-key-without-tls", "config", Severity.WARNING, CONFIG_FILE, (kinds.MASTER,), check, versions=SINCE)
