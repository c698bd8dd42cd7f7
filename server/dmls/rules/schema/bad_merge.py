"""A merge key whose value is no mapping.

What: `<<:` followed by a number, text, or a list that holds something else than mappings.

Why: yaml.v2 stops decoding: 20003 `map merge requires map or sequence of maps as the value`.

Wrong: `<<: 4`

Right: `<<: *defaults`

Fix: name an anchor that stands on a mapping.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.decode import BAD_MERGE, Misfit
from dmls.model.dm_error import DECODE
from dmls.rule import MISFIT, Context, Finding, Rule, Severity


def check(misfit: Misfit, ctx: Context) -> Iterator[Finding]:
    error = DECODE.get(ctx.config.kind)
    yield ctx.finding(RULE, ctx.config.span(misfit.entry), codes=(error.code,) if error else (), dm_text=ctx.decoder_text(misfit))


RULE = Rule("bad-merge", "schema", Severity.ERROR, MISFIT, kinds.YAML_KINDS, check, (BAD_MERGE,))
