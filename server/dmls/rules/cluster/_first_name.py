"""A Common Name that the first item of a master's `cert-allowed-cn` does not admit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterable, Iterator

from dmls.finding import FileEdit
from dmls.model.edits import edit
from dmls.model.tls.allowed_cn import trimmed
from dmls.model.tls.cert_use import printable, uses
from dmls.model.tls.connection import Connection
from dmls.model.tls.outcome import refused_peer
from dmls.rule import Applicability, Context, Edit, Finding, Fix, Rule
from dmls.rules._reissue import reissue_with_name
from dmls.rules.cluster._links import dialled, leaf_name, named, others, place, pointers
from dmls.schema import keys as k

if TYPE_CHECKING:
    from dmls.model.config_file import ConfigFile, Entry


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
        fixes=(*fixes, *_admitted(found, ctx)),
        name=printable(leaf_name(own, found[0])),
        wanted=printable(wanted),
        files=named(parties),
        count=len(parties),
        **outcome.args,
    )


def _admitted(found: list[Connection], ctx: Context) -> tuple[Fix, ...]:
    """The name at the head of the lists of all that refuse it; none where one of them would then refuse itself, or each other.

    Where the name stands in the lists already, it was meant to be admitted; else whether it should be only a person knows.
    """
    name = leaf_name(found[0].mine, found[0])
    if not name or trimmed(name) != name or any(leaf_name(c.other, c) for c in found):
        return ()
    edits = []
    for party in others(found):
        spot = party.place(k.CERT_ALLOWED_CN)
        config = ctx.around.file(spot.file) if spot is not None and spot.file != ctx.config.path else None
        entry = config.get(k.CERT_ALLOWED_CN) if config is not None else None
        change = _put_first(config, entry, name) if config is not None and entry is not None else ()
        if not change:
            return ()
        edits += [FileEdit(spot.file, e) for e in change] if spot is not None else []
    how = Applicability.UNSAFE if all(map(second, found)) else Applicability.MANUAL
    return (ctx.fix("admit-first", *edits, how=how, preferred=False, name=printable(name), files=named(others(found))),)


def _put_first(config: ConfigFile, entry: Entry, name: str) -> tuple[Edit, ...]:
    """The name at the head of a list; one that is in it changes places with the first."""
    items = entry.items()
    at = next((item for item in items if item.text == name), None)
    if at is None:
        change = edit.put_first(config, entry, name)
        return (change,) if change is not None else ()
    changes = (edit.set_text(config, items[0], name), edit.set_text(config, at, items[0].text))
    return tuple(e for e in changes if e is not None) if None not in changes else ()
