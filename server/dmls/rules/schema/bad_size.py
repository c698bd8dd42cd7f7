"""A size that DM cannot read.

What: text that is no byte size where DM decodes one.

Why: DM reads these values with docker/go-units (RAMInBytes): a number, then B, K, M, G, T or P with optional iB.  20003 `invalid suffix: 'Gigs'` or `invalid size: 'lots'`; it aborts decoding.

Wrong: `disk-quota-physical: 10Gigs`

Right: `disk-quota-physical: 10GiB`

Fix: write a number and one of the units, as the fix does for words such as `Gigs` and `gigabytes`.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm.amount import as_size
from dmls.model.dm.decode import BAD_SIZE, Misfit
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
    amount = as_size(entry.text)
    if amount is None or not isinstance(entry.raw, Scalar):
        return ()
    mark = {"single": "'", "double": '"'}.get(entry.raw.style, "")
    change = edit.set_value(ctx.config, entry, f"{mark}{amount.text}{mark}")
    how = Applicability.SAFE if amount.sure else Applicability.UNSAFE
    return (ctx.fix("replace-value", change, how=how, value=amount.text),) if change is not None else ()


RULE = Rule("bad-size", "schema", Severity.ERROR, MISFIT, kinds.YAML_KINDS, check, (BAD_SIZE,))
