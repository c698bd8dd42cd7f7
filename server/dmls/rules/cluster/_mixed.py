"""TLS on one side of a connection only."""

from __future__ import annotations

from typing import Callable, Iterator, Sequence

from dmls.model.edits import edit
from dmls.model.tls.connection import Connection, Party
from dmls.model.tls.outcome import Outcome
from dmls.rule import Applicability, Context, Finding, Fix, Rule
from dmls.rules.cluster._links import called_at, mismatched, named, others, place, pointers
from dmls.schema import keys as k


def judge(rule: Rule, connections: Sequence[Connection], ctx: Context, wanted: Callable[[Connection], bool], outcome: Outcome) -> Iterator[Finding]:
    """One finding, in the file that has no TLS, about all others that have."""
    found = [c for c in mismatched(connections, ctx) if wanted(c)]
    if found:
        yield from in_plaintext(rule, found, ctx, outcome, called_at(ctx.config.kind))


def in_plaintext(rule: Rule, found: Sequence[Connection], ctx: Context, outcome: Outcome, here: Sequence[str], variant: str = "") -> Iterator[Finding]:
    """A finding at the first key of `here` that counts, about the others of these connections, which have TLS where this side has none."""
    yield from told(rule, found, ctx, outcome, here, ("tls-here", k.SSL_CA), lambda other: copied(other, ctx, *here), variant)


def told(
    rule: Rule,
    found: Sequence[Connection],
    ctx: Context,
    outcome: Outcome,
    here: Sequence[str],
    there: Sequence[str],
    fixes: Callable[[Party], Sequence[Fix]],
    variant: str = "",
) -> Iterator[Finding]:
    """A finding at the first key of `here` that counts, about the others of these connections; `there` is what is said of them, and the keys to point at."""
    parties = others(found)
    at = place(ctx, found[0].mine, *here)
    if at is None:
        return
    yield ctx.finding(
        rule,
        at,
        variant,
        codes=outcome.codes,
        dm_text=outcome.text,
        related=pointers(parties, *there),
        fixes=fixes(parties[0]),
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
