"""A worker whose port demands no client certificate.

What: a worker has TLS on and no `cert-allowed-cn`.

Why: only the list makes a worker ask its callers for a certificate (tidb: pkg/util/security.go sets ClientAuth nowhere else; dm/worker/server.go:135-150,
run with Go). Without it anybody who can reach the port and speaks TLS may call the worker as a master would: stop its tasks, or read their
settings. A master is different: `ssl-ca` alone makes it demand certificates.

Wrong: `ssl-ca`, `ssl-cert` and `ssl-key` alone in the worker's file

Right: `cert-allowed-cn = ["dm"]` with the Common Name of the masters' certificates beside them

Fix: add the list, where the certificates of the masters are known and would still be accepted with it: the worker then compares the hosts that it
dials with them, too. Restrict the port by a firewall until then.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.edits import edit
from dmls.model.tls.connection import Connection
from dmls.model.tls.link import MASTER, WORKER, End
from dmls.model.tls_block import TlsBlock
from dmls.model.unknown import has_tls_misfit
from dmls.rule import TLS_BLOCK, Applicability, Context, Edit, Finding, Fix, Rule, Severity
from dmls.rules.cluster._links import leaf_name, more_names
from dmls.schema import keys as k
from dmls.syntax.tree import Sequence


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    if not all(material.has_path for material in block.materials) or block.names or has_tls_misfit(block.holder, block.owner):
        # Without a whole pair the worker cannot even join.
        return
    entry = block.allowed_cn
    if entry is not None and not isinstance(entry.raw, Sequence):
        # A text in the place of the list is no TOML that DM reads.
        return
    at = entry if entry is not None else block.ca.path
    assert at is not None
    yield ctx.finding(RULE, ctx.config.key_span(at), fixes=_list(block, ctx))


def _list(block: TlsBlock, ctx: Context) -> tuple[Fix, ...]:
    """The list with the names of all masters, where each connection is known to succeed with it."""
    found = [c for c in ctx.around.connections(ctx.config, ctx.version) if c.pair in (MASTER, WORKER)]
    names = {leaf_name(c.other, c) for c in found if c.pair == WORKER}
    if not names or "" in names or not all(name.strip() == name and name.isprintable() for name in names):
        return ()
    wanted = tuple(sorted(names))
    if not all(_succeeds(c, wanted, ctx) for c in found):
        return ()
    change = _written(block, wanted, ctx)
    return (ctx.fix("allow-masters", change, how=Applicability.UNSAFE, names=", ".join(f"`{name}`" for name in wanted)),) if change is not None else ()


def _succeeds(connection: Connection, names: tuple[str, ...], ctx: Context) -> bool:
    from dmls.model.tls.handshake import judge

    def with_list(end: End) -> End:
        return end._replace(allowed_cn=names)

    link = connection.link
    own = link._replace(dialer=with_list(link.dialer)) if connection.pair == MASTER else link._replace(listener=with_list(link.listener))
    story = judge(own, ctx.now)
    return story.ok and story.known


def _written(block: TlsBlock, names: tuple[str, ...], ctx: Context) -> Edit | None:
    if ctx.config.language == edit.FLAGS:
        return more_names(ctx, names) if block.allowed_cn is None else None
    text = f"[{', '.join(edit.quoted(name) for name in names)}]"
    if block.allowed_cn is not None:
        return Edit(ctx.config.value_span(block.allowed_cn), text) if edit.is_direct(block.allowed_cn) else None
    return edit.insert_pairs(ctx.config, block.key.path, [f"{k.CERT_ALLOWED_CN} = {text}"]) if block.key.path is not None else None


RULE = Rule("tls-worker-open-port", "cluster", Severity.WARNING, TLS_BLOCK, (kinds.WORKER,), check)
