"""TLS on one side of a connection only."""

from __future__ import annotations

from typing import Callable, Iterator, Sequence

from dmls.model import edit
from dmls.model.connection import Connection, Party
from dmls.model.tls_outcome import Outcome
from dmls.rule import Applicability, Context, Finding, Fix, Rule
from dmls.rules.cluster._links import called_at, mismatched, named, others, place, pointers
from dmls.schema import keys as k


def judge(rule: Rule, connections: Sequence[Connection], ctx: Context, wanted: Callable[[Connection], bool], outcome: Outcome) -> Iterator[Finding]:
    """One finding, in the file that has no TLS, about all others that have."""
    found = [c for c in mismatched(connections, ctx) if wanted(c)]
    if not found:
        return
    parties = others(found)
    at = place(ctx, found[0].mine, *called_at(ctx.config.kind))
    if at is None:
        return
    yield ctx.finding(
        rule,
        at,
        codes=outcome.codes,
        dm_text=outcome.text,
        related=pointers(parties, "tls-here", k.SSL_CA),
        fixes=copied(parties[0], ctx, *called_at(ctx.config.kind)),
        files=named(parties),
        count=len(parties),
        **outcome.args,
    )


def copied(party: Party, ctx: Context, *beside: str) -> tuple[Fix, ...]:
    """The three keys of the other file, in a script as flags behind the first flag of `beside`; whether the files lie under the same paths here, only a person knows."""
    config = ctx.config
    given = ((k.SSL_CA, party.end.ca), (k.SSL_CERT, party.end.cert), (k.SSL_KEY, party.end.key))
    if any(config.get(key) is not None for key, _ in given):
        return ()
    pairs = [(key, material.path) for key, material in given if material is not None and material.path]
    if len(pairs) < len(given):
        return ()
    if config.language == edit.FLAGS:
        flag = next((entry for key in beside if (entry := config.get(key)) is not None), None)
        added = edit.insert_keys(config, flag, pairs) if flag is not None else None
    else:
        added = edit.add_to_top_table(config, edit.newline(config).join(f"{key} = {edit.quoted(path)}" for key, path in pairs))
    return (ctx.fix("copy-tls-keys", added, how=Applicability.UNSAFE),) if added is not None else ()
