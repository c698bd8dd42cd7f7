"""For people: a line per finding that editors and terminals can click, the source with carets, what DM itself says, a summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmls.cli import hiding
from dmls.cli.console import Console, harmless
from dmls.cli.result import Examined, Result
from dmls.finding import Finding, Severity
from dmls.named import NamedTuple
from dmls.private import MASK
from dmls.text import LineIndex, Span
from dmls.width import width
from dmls.words.catalogue import sentence

if TYPE_CHECKING:
    from dmls.cli.fixes import Outcome

TAB = 4
"""Columns; tabs are shown as blanks so that carets stand where they should."""
LONG = 120
"""Columns of source shown at most."""

_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFORMATION: "36", Severity.HINT: "34"}


def write(result: Result, console: Console, outcome: Outcome | None = None) -> None:
    """`outcome` is what was repaired, where that was asked for."""
    out = []
    for file in result.files:
        for finding in file.findings:
            out.append("\n".join(_finding(finding, file, result, console)) + "\n")
    if out:
        out.append("\n")
    out.append(summary(result, console) + "\n")
    if outcome is not None:
        out += (line + "\n" for line in repaired(result, console, outcome))
    console.write("".join(out))


def repaired(result: Result, console: Console, outcome: Outcome) -> list[str]:
    """What was repaired, rule by rule, and what was not and why."""
    comma = console.say("cli.comma")
    count = len(outcome.applied)
    if count:
        message = "cli.would-fix" if outcome.pending else "cli.fixed"
        files = console.say("cli.count-file" if len(outcome.changes) == 1 else "cli.count-files", count=len(outcome.changes))
        findings = console.say("cli.count-finding" if count == 1 else "cli.count-findings", count=count)
        rules = comma.join(f"{rule} {n}" if n > 1 else rule for rule, n in sorted(outcome.by_rule.items(), key=lambda pair: (-pair[1], pair[0])))
        lines = [console.paint("32", console.say(message, findings=findings, files=files, rules=rules))]
    else:
        lines = [console.say("cli.would-fix-nothing" if outcome.pending else "cli.fixed-nothing")]
    left = outcome.left(result)
    if left:
        from dmls.cli.fixes import REASONS

        why = comma.join(console.say(f"cli.left-{reason}", count=left[reason]) for reason in REASONS if left[reason])
        lines.append(console.say("cli.left", why=why))
    return lines


def summary(result: Result, console: Console) -> str:
    """One line: how many files, how many findings of each severity."""
    found = [console.say(f"cli.count-{s.word}" + ("" if n == 1 else "s"), count=n) for s, n in result.counts.items() if n]
    files = console.say("cli.count-file" if result.checked == 1 else "cli.count-files", count=result.checked)
    comma = console.say("cli.comma")
    if not found:
        return console.paint("32", console.say("cli.summary-clean", files=files))
    worst = result.worst()
    assert worst is not None
    return console.paint(_COLOURS[worst], console.say("cli.summary", files=files, found=comma.join(found)))


def _finding(finding: Finding, file: Examined, result: Result, console: Console) -> list[str]:
    lines = result.lines(file, finding.file)
    message = one_line(sentence(finding.message, finding.args, console.language))
    label = console.paint("1;" + _COLOURS[finding.severity], f"{finding.severity.word}[{finding.rule}]")
    out = [f"{_place(result, lines, finding.file, finding.span)}: {label} {message}"]
    excerpt = source(lines, finding.span, file.secrets.get(finding.file, ()))
    if excerpt is not None:
        number = str(excerpt.line + 1)
        bar = " " * max(5, len(number) + 1)
        out.append(console.paint("2", f"{number:>{len(bar)}} | ") + excerpt.text)
        out.append(console.paint("2", f"{bar} | ") + " " * excerpt.column + console.paint(_COLOURS[finding.severity], "^" * excerpt.length))
    indent = " " * 8
    dm = dm_words(finding)
    if dm:
        out.append(indent + console.say("cli.dm-says", text=one_line(dm)))
    if finding.versions and result.several_versions:
        out.append(indent + console.say("cli.in-versions", versions=", ".join(finding.versions)))
    for related in finding.related:
        place = _place(result, result.lines(file, related.file), related.file, related.span)
        out.append(f"{indent}{place}: {one_line(sentence(related.message, related.args, console.language))}")
    for fix in finding.fixes:
        out.append(indent + console.say("cli.fix", title=one_line(sentence(fix.title, fix.args, console.language))))
        if fix.command:
            out.append(f"{indent}  $ {one_line(fix.command)}")
    return out


def dm_words(finding: Finding) -> str:
    """DM's own message, headed by its code as DM heads it; "" where neither is known."""
    codes = " ".join(f"[code={code}]" for code in finding.dm_codes)
    if finding.dm_text.startswith("[code=") or not codes:
        return finding.dm_text
    return f"{codes} {finding.dm_text}".rstrip()


def _place(result: Result, lines: LineIndex, path: str, span: Span) -> str:
    at = lines.position(span.start)
    return f"{one_line(result.name(path))}:{at.line + 1}:{at.column + 1}"


def one_line(text: str) -> str:
    return harmless(" ".join(text.splitlines()))


class Excerpt(NamedTuple):
    """`line` counts from 0; `column` and `length` say, in columns of the terminal, where the carets stand below `text`."""

    line: int
    text: str
    column: int
    length: int


def source(lines: LineIndex, span: Span, secrets: tuple[Span, ...] = ()) -> Excerpt | None:
    """The line where `span` begins, ready to be shown; None for a text without anything to see."""
    line = lines.line_of(span.start)
    whole = lines.line_span(line)
    text = whole.of(lines.text)
    if not text.strip():
        return None
    start = min(max(span.start, whole.start), whole.end) - whole.start
    end = max(start, min(span.end, whole.end) - whole.start)
    masks = hidden(text, whole, secrets)
    if not masks and len(text) <= LONG and text.isascii() and text.isprintable():
        return Excerpt(line, text.rstrip(), start, max(1, end - start))
    cells = _cells(text, masks)
    before = sum(size for size, _ in cells[:start])
    length = max(1, sum(size for size, _ in cells[start:end]))
    # Of a long line the part around the place is shown.
    total = sum(size for size, _ in cells)
    if total <= LONG:
        return Excerpt(line, "".join(shown for _, shown in cells).rstrip(), before, length)
    first = start
    room = LONG // 3
    while first > 0 and room > 0:
        first -= 1
        room -= cells[first][0]
    last = first
    room = LONG
    while last < len(cells) and room > 0:
        room -= cells[last][0]
        last += 1
    head = "…" if first else ""
    column = before - sum(size for size, _ in cells[:first]) + len(head)
    shown = "".join(shown for _, shown in cells[first:last]).rstrip()
    return Excerpt(line, head + shown + ("…" if last < len(cells) else ""), column, max(1, min(length, width(head + shown) - column)))


def hidden(text: str, whole: Span, secrets: tuple[Span, ...]) -> list[Span]:
    """Where in a line passwords and private keys stand."""
    found = [Span(max(s.start, whole.start) - whole.start, min(s.end, whole.end) - whole.start) for s in secrets if s.start < whole.end and s.end > whole.start]
    found += hiding.spans(text, found)
    return [s for s in found if s.start < s.end]


def _cells(text: str, masks: list[Span]) -> list[tuple[int, str]]:
    """For each code point its columns and what is shown; a masked stretch is eight stars however long it is."""
    cells: list[tuple[int, str]] = []
    column = 0
    covered_before = False
    for i, ch in enumerate(text):
        covered = any(m.start <= i < m.end for m in masks)
        if covered:
            shown = "" if covered_before else MASK
            size = len(shown)
        elif ch == "\t":
            size = TAB - column % TAB
            shown = " " * size
        else:
            shown = harmless(ch)
            size = width(shown)
        covered_before = covered
        cells.append((size, shown))
        column += size
    return cells
