"""A Common Name that the first item of a master's `cert-allowed-cn` does not admit."""

from __future__ import annotations

from typing import Iterable, Iterator

from dmls.model.cert_use import printable, uses
from dmls.model.connection import Connection
from dmls.model.tls_outcome import refused_peer
from dmls.rule import Context, Finding, Rule
from dmls.rules._reissue import reissue_with_name
from dmls.rules.cluster._links import leaf_name, mine, named, others, place, pointers
from dmls.schema import keys as k


def second(connection: Connection, ctx: Context) -> bool:
    """Whether the refused name stands in the list, but not at its head."""
    return leaf_name(mine(connection, ctx), connection) in connection.other(ctx.config.path).end.allowed_cn[1:]


def _refuses_itself(connection: Connection, ctx: Context) -> bool:
    """Whether the other does not even admit its own name: its file has a finding about that, which explains this, too."""
    other = connection.other(ctx.config.path)
    own = leaf_name(other, connection)
    return bool(own) and own != other.end.allowed_cn[0]


def report(rule: Rule, refused: Iterable[Connection], ctx: Context) -> Iterator[Finding]:
    """The finding at the own certificate, which is the one that is refused."""
    found = [c for c in refused if not _refuses_itself(c, ctx)]
    if not found:
        return
    parties = others(found, ctx)
    outcome = refused_peer(ctx.config.kind)
    own, other = mine(found[0], ctx), found[0].other(ctx.config.path)
    wanted = other.end.allowed_cn[0]
    use = next(iter(uses(ctx.config, ctx.around, ctx.version)), None)
    fixes = reissue_with_name(ctx, use.cert, use.leaf, wanted) if use is not None and use.cert is not None and use.leaf is not None else ()
    yield ctx.finding(
        rule,
        place(ctx, k.SSL_CERT),
        codes=outcome.codes,
        dm_text="client certificate authentication failed",
        related=pointers(parties, "admits-only", k.CERT_ALLOWED_CN, wanted=printable(wanted)),
        fixes=fixes,
        name=printable(leaf_name(own, found[0])),
        wanted=printable(wanted),
        files=named(parties),
        count=len(parties),
        **outcome.args,
    )
