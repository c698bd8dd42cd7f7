"""A duration that Go cannot read.

What: text that is no Go duration where DM decodes one: a number without unit, a unit Go does not know (d), or a blank inside.

Why: DM reads these values with Go's time.ParseDuration while it decodes; the units are ns, us, ms, s, m and h.  20003 `time: missing unit in duration "10"`; it aborts decoding, so other mistakes of the file stay hidden.

Wrong: `row-error-delay: 1d`

Right: `row-error-delay: 24h`

Fix: write number and unit together, days as hours.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.decode import BAD_DURATION, Misfit
from dmls.model.dm_error import DECODE
from dmls.rule import MISFIT, Context, Finding, Rule, Severity


def check(misfit: Misfit, ctx: Context) -> Iterator[Finding]:
    error = DECODE.get(ctx.config.kind)
    entry = misfit.entry
    yield ctx.finding(RULE, ctx.config.value_span(entry), codes=(error.code,) if error else (), dm_text=ctx.decoder_text(misfit), key=entry.key, text=misfit.text)


RULE = Rule("bad-duration", "schema", Severity.ERROR, MISFIT, kinds.YAML_KINDS, check, (BAD_DURATION,))
