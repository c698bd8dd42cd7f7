"""Text that DM's YAML or TOML library cannot read.

What: the file is no valid YAML (for tasks, sources and topologies) or TOML (for DM-master, DM-worker and dmctl).

Why: yaml.v2 v2.4.0, a port of libyaml, reads tasks and sources; DM answers 20003 `decode task config failed` or `decode source
config` with the library's message.  BurntSushi/toml v1.6.0, which takes TOML 1.1, reads component files; DM-master answers 38013,
DM-worker 40003, dmctl has no number.  DM's line number is often that of a later line; dmls marks the place where the text goes wrong.

Wrong: `task-mode：all` with a full-width colon

Right: `task-mode: all`

Fix: mend the text at the marked place.  The fix writes what is missing (a colon and a blank, an equals sign, a quote, a bracket), quotes around a value
that needs them, blanks for tabs, or the indentation of the neighbours, and is offered only if the text is then refused less.  Where two readings are
possible, or a person must see what was meant, there is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterator

from dmls.model import kind as kinds
from dmls.model.dm.decode import MASK
from dmls.model.dm_error import DECODE, LINE, decode_text
from dmls.rule import STRICT, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.syntax import strict
from dmls.text import token_at, visible

if TYPE_CHECKING:
    from dmls.model.edits.mend import Mended

MOST_MENDED = 5
"""Problems of one text for which a fix is looked for: each is tried by reading the text once more."""


def judge(ctx: Context) -> Iterator[Finding]:
    """What the strict parser refuses, at the scanner's place where the scanner saw it too."""
    config = ctx.config
    tree = config.tree
    verdict = strict.judge_chunks(tree)
    if verdict is None:
        return
    # Most files have no such error, and need not wait for the module.
    from dmls.model.edits.mend import mend, mend_refused

    error = DECODE.get(config.kind)
    codes = (error.code,) if error else ()
    lines = tree.lines
    problems = list(tree.problems())
    offset = verdict.offset
    if verdict.message.startswith("Unescaped"):
        # tomli names the place behind the escape; the backslash is what a person must look at.
        backslash = config.text.rfind("\\", 0, offset)
        offset = backslash if backslash >= 0 else offset
    strict_line = lines.line_of(offset)
    library = _without_secret(ctx, verdict.offset, verdict.message)
    # libyaml adds what it was doing; yaml.v2 prints the problem alone.
    printed = library.partition(", while ")[0]
    for i, problem in enumerate(problems):
        text = decode_text(config.kind, f"yaml: line {LINE}: {printed}" if config.language == "yaml" else f"toml: line {LINE}: {printed}") if i == 0 else ""
        ways = _fixes(ctx, mend(config, problem.code, problem.span)) if i < MOST_MENDED else ()
        yield ctx.finding(RULE, visible(config.text, problem.span), problem.code, codes=codes, dm_text=text, fixes=ways)
    if not problems or strict_line < min(lines.line_of(p.span.start) for p in problems):
        span = token_at(config.text, offset)
        variant = "no-alias" if library.startswith("unknown anchor") else ""
        numbered = printed if variant else f"line {LINE}: {printed}"
        text = decode_text(config.kind, f"{config.language}: {numbered}")
        ways = _fixes(ctx, mend_refused(config, verdict, offset))
        yield ctx.finding(RULE, span, variant, codes=codes, dm_text=text, fixes=ways, text=library)


def _fixes(ctx: Context, found: Mended | None) -> tuple[Fix, ...]:
    if found is None:
        return ()
    return (ctx.fix(found.title, *found.edits, how=found.how, preferred=found.how is not Applicability.MANUAL, **found.args),)


def _without_secret(ctx: Context, offset: int, message: str) -> str:
    """The library's message; what it quotes of a secret value is masked (``password: *abc`` is an alias to YAML)."""
    entry = ctx.config.entry_at(offset)
    if entry is None or not entry.secret or "'" not in message:
        return message
    before, _, rest = message.partition("'")
    return f"{before}'{MASK}'{rest.rpartition(chr(39))[2]}"


RULE = Rule("syntax-error", "syntax", Severity.ERROR, STRICT, kinds.KINDS, judge)
