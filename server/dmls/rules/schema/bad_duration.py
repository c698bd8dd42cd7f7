"""A duration that Go cannot read.

What: text that is no Go duration where DM decodes one: a number without unit, a unit Go does not know (d), or a blank inside.

Why: DM reads these values with Go's time.ParseDuration while it decodes; the units are ns, us, ms, s, m and h.  20003 `time: missing unit in duration "10"`; it aborts decoding, so other mistakes of the file stay hidden.

Wrong: `row-error-delay: 1d`

Right: `row-error-delay: 24h`

Fix: write number and unit together and days as hours, as the fix does.  A number without unit was probably meant as seconds; that is for you to say.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm.amount import as_duration
from dmls.model.dm.decode import BAD_DURATION, Misfit
from dmls.model.dm_error import DECODE
from dmls.model.edits import edit
from dmls.rule import MISFIT, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.syntax.tree import Scalar


def check(misfit: Misfit, ctx: Context) -> Iterator[Finding]:
    error = DECODE.get(ctx.config.kind)
    entry = misfit.entry
    yield ctx.finding(
        RULE, ctx.config.value_span(entry), codes=(error.code,) if error else (), dm_text=ctx.decoder_text(misfit), fixes=_fixes(entry, ctx), key=entry.key, text=misfit.text
    )


def _fixes(entry: Entry, ctx: Context) -> tuple[Fix, ...]:
    amount = as_duration(entry.text)
    if amount is None or not isinstance(entry.raw, Scalar):
        return ()
    mark = {"single": "'", "double": '"'}.get(entry.raw.style, "")
    change = edit.set_value(ctx.config, entry, f"{mark}{amount.text}{mark}")
    how = Applicability.SAFE if amount.sure else Applicability.UNSAFE
    return (ctx.fix("replace-value", change, how=how, value=amount.text),) if change is not None else ()


RULE = Rule("bad-duration", "schema", Severity.ERROR, MISFIT, kinds.YAML_KINDS, check, (BAD_DURATION,))
