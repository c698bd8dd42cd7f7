"""A Common Name that the first item of a master's `cert-allowed-cn` does not admit."""

from __future__ import annotations

from typing import Iterable, Iterator

from dmls.model.cert_use import printable, uses
from dmls.model.connection import Connection
from dmls.model.tls_outcome import refused_peer
from dmls.rule import Context, Finding, Rule
from dmls.rules._reissue import reissue_with_name
from dmls.rules.cluster._links import dialled, leaf_name, named, others, place, pointers
from dmls.schema import keys as k


def second(connection: Connection) -> bool:
    """Whether the refused name stands in the list, but not at its head."""
    return leaf_name(connection.mine, connection) in connection.other.end.allowed_cn[1:]


def _refuses_itself(connection: Connection) -> bool:
    """Whether the other does not even admit its own name: its file has a finding about that, which explains this, too."""
    other = connection.other
    own = leaf_name(other, connection)
    return bool(own) and own != other.end.allowed_cn[0]


def report(rule: Rule, refused: Iterable[Connection], ctx: Context, message: str = "") -> Iterator[Finding]:
    """The finding at the own certificate, which is the one that is refused."""
    found = [c for c in refused if not _refuses_itself(c)]
    if not found:
        return
    parties = others(found)
    own, other = found[0].mine, found[0].other
    at = place(ctx, own, k.SSL_CERT)
    if at is None:
        return
    outcome = refused_peer(ctx.config.kind, dialled(ctx))
    wanted = other.end.allowed_cn[0]
    use = next(iter(uses(ctx.config, ctx.around, ctx.version)), None)
    fixes = reissue_with_name(ctx, use.cert, use.leaf, wanted) if use is not None and use.cert is not None and use.leaf is not None else ()
    yield ctx.finding(
        rule,
        at,
        message,
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
