"""A size that DM cannot read.

What: text that is no byte size where DM decodes one.

Why: DM reads these values with docker/go-units (RAMInBytes): a number, then B, K, M, G, T or P with optional iB.  20003 `invalid suffix: 'Gigs'` or `invalid size: 'lots'`; it aborts decoding.

Wrong: `disk-quota-physical: 10Gigs`

Right: `disk-quota-physical: 10GiB`

Fix: write a number and one of the units.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.decode import BAD_SIZE, Misfit
from dmls.model.dm_error import DECODE
from dmls.rule import MISFIT, Context, Finding, Rule, Severity


def check(misfit: Misfit, ctx: Context) -> Iterator[Finding]:
    error = DECODE.get(ctx.config.kind)
    entry = misfit.entry
    yield ctx.finding(RULE, ctx.config.value_span(entry), codes=(error.code,) if error else (), dm_text=ctx.decoder_text(misfit), key=entry.key, text=misfit.text)


RULE = Rule("bad-size", "schema", Severity.ERROR, MISFIT, kinds.YAML_KINDS, check, (BAD_SIZE,))
