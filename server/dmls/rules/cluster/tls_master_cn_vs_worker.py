"""A worker that does not admit its master.

What: no certificate of the master's chain has a Common Name that stands in the worker's `cert-allowed-cn`.

Why: a worker with a list checks the master's name when it calls the master and when the master calls it (tidb: pkg/util/security.go, run with Go):
`client certificate authentication failed. The Common Name from the client certificate […] was not found in the configuration
cluster-verify-cn`. The worker exits with 40077 `context deadline exceeded`.

Wrong: `cert-allowed-cn = ["dm-worker"]` in the worker's file, CN=dm-master in the master's certificate

Right: the master's Common Name in the worker's list

Fix: add the name to the list.
"""

from __future__ import annotations

from typing import Iterator, Sequence

from dmls.model import kind as kinds
from dmls.model.edits import edit
from dmls.model.tls.allowed_cn import is_near, trimmed
from dmls.model.tls.cert_use import printable
from dmls.model.tls.connection import Connection
from dmls.model.tls.outcome import refused_peer
from dmls.rule import LINKS, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.rules.cluster._links import leaf_name, more_names, named, others, place, pointers, refused
from dmls.schema import keys as k


def check(connections: Sequence[Connection], ctx: Context) -> Iterator[Finding]:
    found = [c for c in refused(connections, ctx, "refuses-names", by_me=True) if not _has_own_finding(leaf_name(c.other, c), ctx)]
    if not found:
        return
    parties = others(found)
    at = place(ctx, found[0].mine, k.CERT_ALLOWED_CN)
    if at is None:
        return
    name = leaf_name(found[0].other, found[0])
    outcome = refused_peer(ctx.config.kind)
    step = found[0].outcome
    yield ctx.finding(
        RULE,
        at,
        codes=outcome.codes,
        dm_text=(step.dialer_error if found[0].i_dial else step.listener_error) or "",
        related=pointers(parties, "shows-name", k.SSL_CERT, name=printable(name)),
        fixes=_added(ctx, name),
        name=printable(name),
        files=named(parties),
        **outcome.args,
    )


def _has_own_finding(name: str, ctx: Context) -> bool:
    """Whether the name is empty or nearly one of the list, which rules about names tell."""
    items = ctx.config.get(k.CERT_ALLOWED_CN)
    return not name or any(is_near(item.text, name) for item in (items.items() if items is not None else ()))


def _added(ctx: Context, name: str) -> tuple[Fix, ...]:
    entry = ctx.config.get(k.CERT_ALLOWED_CN)
    if entry is None or not name or trimmed(name) != name:
        # The check trims what is in the list, so a name with blanks around it cannot be admitted.
        return ()
    change = more_names(ctx, [name]) if ctx.config.language == edit.FLAGS else edit.append_items(ctx.config, entry, [name])
    return (ctx.fix("allow-name", change, how=Applicability.UNSAFE, name=printable(name)),) if change is not None else ()


RULE = Rule("tls-master-cn-vs-worker", "cluster", Severity.ERROR, LINKS, (kinds.WORKER,), check)
