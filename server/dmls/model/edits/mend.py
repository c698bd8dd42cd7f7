"""Edits that mend a text which DM's YAML or TOML library refuses.

Every one is tried: it counts only if the text, read again, is refused less than before.
"""

from __future__ import annotations

import re
from typing import Iterator, NamedTuple

from dmls.finding import Applicability
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.edits.edit import delete, line_end, quoted
from dmls.model.edits.layout import is_blank, line_start
from dmls.model.edits.reading import read_again
from dmls.pattern import LazyPattern
from dmls.schema.key import SchemaKey
from dmls.syntax import strict
from dmls.syntax.tree import Alias, Mapping, Scalar, Sequence
from dmls.text import Edit, Span

SAFE, UNSAFE, MANUAL = Applicability

_SIGNS = {"yaml": (":", "\uff1a=\uff1d"), "toml": ("=", ":\uff1a\uff1d")}
"""For each language the sign between key and value, and those that are written for it."""
_KEY = LazyPattern(r"([\w.\"'-]+?)([ \t]*)([:=\uff1a\uff1d](?:[ \t]*[:=\uff1a\uff1d])*|(?=[ \t]))[ \t\u00a0\u00ad\u3000\u200b-\u200d\u2060\ufeff]*(.*)\Z")
"""One sign takes the place of several, and of blanks that web pages and input methods leave behind it."""
_PLAIN_IN_BLOCK = LazyPattern(r"(?:[^\r\n#]|(?<![ \t])#)*")
_PLAIN_IN_FLOW = LazyPattern(r"(?:[^\r\n#,\[\]{}]|(?<![ \t])#)*")
_NO_COMMENT = ("//", "--", ";")
"""How comments begin in other languages."""
_ESCAPES = {"yaml": '0abtnvfre "/\\N_LPxuU\t', "toml": 'btnfre"\\xuU'}
"""What may stand behind a backslash."""
_CLOSING = {"[": "]", "{": "}"}


class Mended(NamedTuple):
    """`title` is a message id below ``fix.``."""

    title: str
    args: dict[str, object]
    how: Applicability
    edits: tuple[Edit, ...]


def mend(config: ConfigFile, code: str, span: Span) -> Mended | None:
    """The way to mend a problem of the scanner, None where there is none or where it does not help."""
    ways = _WAYS.get(code)
    for found in ways(config, span) if ways is not None else ():
        if _helps(config, found.edits):
            return found
    return None


def mend_refused(config: ConfigFile, verdict: strict.StrictProblem, offset: int) -> Mended | None:
    """The way to mend what only the strict parser refuses; `offset` is the place that a person has to look at."""
    for found in _refused(config, verdict, offset):
        if _helps(config, found.edits):
            return found
    return None


def _helps(config: ConfigFile, edits: tuple[Edit, ...]) -> bool:
    """Whether the text is refused at fewer places, or further down."""
    try:
        tree = read_again(config, edits)
    except ValueError:
        return False
    problems = sum(1 for _ in tree.problems())
    before = sum(1 for _ in config.tree.problems())
    if problems:
        return problems < before
    verdict = strict.judge_chunks(tree)
    if verdict is None:
        return True
    was = strict.judge_chunks(config.tree)
    longer = sum(len(e.new_text) - (e.span.end - e.span.start) for e in edits)
    at = verdict.offset - longer
    return was is not None and (problems < before or at > was.offset) and at > max(e.span.end for e in edits)


# ----------------------------------------------------------------------------------------------------------- the scanner


def _schema_at(entry: Entry | None, name: str) -> SchemaKey | None:
    """What `name` would be beside `entry`."""
    parent = entry.parent if entry is not None else None
    return parent.schema.child(name) if parent is not None and parent.schema is not None else None


def _sign(config: ConfigFile, span: Span) -> Iterator[Mended]:
    """The colon or equals sign between a key and its value."""
    end = line_end(config, span.start)
    line = config.text[span.start : end]
    found = _KEY.match(line.rstrip())
    if found is None:
        return
    right, wrong = _SIGNS[config.language]
    name, _, written, rest = found.groups()
    if not set(written) <= {right, *wrong, " ", "\t"} or (not rest and not written):
        return
    schema = _schema_at(config.entry_at(span.start), name.strip("\"'"))
    between = Span(span.start + len(name), span.start + found.start(4))
    new = (": " if rest else ":") if config.language == "yaml" else " = "
    # Two words without any sign may be anything.
    sure = schema is not None and (bool(written) or (config.language == "toml" and rest[:1] in "\"'[{"))
    how = SAFE if sure else UNSAFE
    yield Mended("write-sign", {"sign": right}, how, (Edit(between, new),))
    if config.language == "toml" and schema is not None and schema.type == "string":
        rest = re.split(r"[ \t]+#", rest, maxsplit=1)[0]
        edits = _around(Span(between.end, between.end + len(rest)), rest)
        if edits and rest:
            yield Mended("write-sign", {"sign": right}, how, (Edit(between, f"{new}{edits[0].new_text}"), edits[1]))


def _no_value(config: ConfigFile, span: Span) -> Iterator[Mended]:
    """A TOML key that is left empty."""
    entry = config.entry_at(span.start)
    if entry is None:
        return
    if entry.schema is not None and entry.schema.type == "string":
        end = span.start + len(span.of(config.text).rstrip())
        yield Mended("write-value", {"value": '""'}, UNSAFE, (Edit(Span(end, end), ' ""'),))
    removal = delete(config, entry)
    if removal is not None:
        yield Mended("delete-key", {"key": entry.name}, UNSAFE, (removal,))


def _indent(config: ConfigFile, span: Span) -> Iterator[Mended]:
    """The indentation of the lines around; nothing where both would do."""
    line = config.tree.lines.line_of(span.start)
    ways = []
    for near in (_line_near(config, line, -1), _line_near(config, line, 1)):
        blanks = _blanks(config, near) if near is not None else None
        if blanks is not None and "\t" not in blanks and blanks not in [w[0] for w in ways]:
            start = line_start(config, line)
            edit = Edit(Span(start, start + len(_blanks(config, line))), blanks)
            found = Mended("indent", {}, UNSAFE, (edit,))
            if _helps(config, found.edits):
                ways.append((blanks, found))
    if len(ways) == 1:
        yield ways[0][1]


def _line_near(config: ConfigFile, line: int, by: int) -> int | None:
    lines = config.tree.lines
    line += by
    while 0 <= line < len(lines):
        if not is_blank(config, line) and not lines.line_span(line).of(config.text).lstrip().startswith("#"):
            return line
        line += by
    return None


def _blanks(config: ConfigFile, line: int) -> str:
    text = config.text[line_start(config, line) : config.tree.lines.line_span(line).end]
    return text[: len(text) - len(text.lstrip(" \t"))]


def _tabs(config: ConfigFile, span: Span) -> Iterator[Mended]:
    """Blanks for all tabs that indent; where all lines are indented by tabs alone, that says the same."""
    edits = []
    alone = True
    indented = [len(blanks) for n in range(len(config.tree.lines)) if (blanks := _blanks(config, n)) and "\t" not in blanks and not is_blank(config, n)]
    width = min(indented, default=2)
    for line in range(len(config.tree.lines)):
        blanks = _blanks(config, line)
        if "\t" in blanks:
            start = line_start(config, line)
            edits.append(Edit(Span(start, start + len(blanks)), blanks.replace("\t", " " * width)))
        alone = alone and (" " not in blanks or is_blank(config, line))
    if edits:
        yield Mended("tabs-to-blanks", {}, SAFE if alone else UNSAFE, tuple(edits))


def _quote_end(config: ConfigFile, span: Span) -> Iterator[Mended]:
    """The quote that is missing at the end of the line, in front of what looks like a comment."""
    mark = config.text[span.start]
    line = config.text[span.start : line_end(config, span.start)]
    for text in (re.split(r"[ \t]+#", line, maxsplit=1)[0], line):
        end = span.start + len(text.rstrip(" \t,"))
        if end > span.start:
            yield Mended("close-quote", {}, UNSAFE, (Edit(Span(end, end), mark),))


def _bracket_end(config: ConfigFile, span: Span) -> Iterator[Mended]:
    """The brackets that are missing at the end of the line."""
    end = line_end(config, span.start)
    text = re.split(r"[ \t]+#", config.text[span.start : end], maxsplit=1)[0].rstrip(" \t")
    opened: list[str] = []
    for c in re.sub(r"\"[^\"]*\"|'[^']*'", "", text):
        if c in _CLOSING:
            opened.append(_CLOSING[c])
        elif opened and c == opened[-1]:
            opened.pop()
    bare = text.rstrip(" \t,")
    if opened and bare:
        yield Mended("close-bracket", {}, UNSAFE, (Edit(Span(span.start + len(bare), span.start + len(text)), "".join(reversed(opened))),))


def _header_end(config: ConfigFile, span: Span) -> Iterator[Mended]:
    text = span.of(config.text)
    bare = re.split(r"[ \t]*#", text, maxsplit=1)[0].rstrip()
    end = span.start + len(bare)
    count = 2 if bare.startswith("[[") else 1
    name = bare.lstrip("[").rstrip("]").strip()
    schema = config.root.schema.child(name) if config.root.schema is not None else None
    missing = count - (len(bare) - len(bare.rstrip("]")))
    if name and missing > 0:
        yield Mended("close-bracket", {}, SAFE if schema is not None else UNSAFE, (Edit(Span(end, end), "]" * missing),))


def _comment(config: ConfigFile, span: Span) -> Iterator[Mended]:
    """Text behind a value, which was probably meant as a comment; what cannot be seen was not meant at all."""
    text = span.of(config.text)
    rest = text.lstrip(_BLANKS)
    if not rest or (rest != text and rest.startswith("#")):
        yield Mended("remove-invisible", {}, SAFE, (Edit(Span(span.start, span.end - len(rest)), " " if rest else ""),))
        return
    how = UNSAFE if text.startswith(_NO_COMMENT) else MANUAL
    gap = "" if config.text[span.start - 1 : span.start] in (" ", "\t") else " "
    yield Mended("make-comment", {}, how, (Edit(Span(span.start, span.start), f"{gap}# "),))


def _junk(config: ConfigFile, span: Span) -> Iterator[Mended]:
    """A TOML value without quotes, a boolean in other letters, or a bracket too many."""
    entry = config.entry_at(span.start)
    text = span.of(config.text)
    if entry is None or not isinstance(entry.raw, Scalar) or entry.raw.style != "junk":
        if text.strip() in ("]", "}", ")", ","):
            yield Mended("remove-text", {"text": text.strip()}, UNSAFE, (Edit(span, ""),))
        return
    schema = entry.schema
    kind = schema.type if schema is not None else ""
    value = text.strip()
    bare = text.lstrip(_STRAY)
    if not bare:
        return
    if bare != text:
        # One sign too many, and what web pages and input methods leave behind it, is no part of the value.
        stray = text[: len(text) - len(bare)].rstrip(" \t")
        gap = "" if config.text[span.start - 1] in " \t" or text[len(stray)] in " \t" else " "
        title, args = ("remove-invisible", {}) if stray.isspace() or not stray.isprintable() else ("remove-text", {"text": stray.strip()})
        yield Mended(title, args, SAFE, (Edit(Span(span.start, span.start + len(stray)), gap),))
        return
    if kind == "bool" and value.lower() in _BOOLS:
        yield Mended("replace-value", {"value": _BOOLS[value.lower()]}, SAFE, (Edit(span, _BOOLS[value.lower()]),))
    elif kind in ("string", "duration", "bytesize"):
        bare = value[1:-1] if len(value) > 1 and value[0] in "\u201c\u201d\u2018\u2019\u300c" and value[-1] in "\u201c\u201d\u2018\u2019\u300d" else value
        if bare is value:
            body = text.rstrip(_BLANKS)
            end = span.start + len(body)
            edits = _around(Span(span.start, end), body)
            behind = config.text[end : line_end(config, end)]
            blanks = behind[: len(behind) - len(behind.lstrip(_BLANKS))].rstrip(" \t")
            if edits and blanks:
                # What cannot be seen behind the value is nothing that may stand there.
                edits = (edits[0], Edit(Span(end, end + len(blanks)), edits[1].new_text))
        else:
            edits = (Edit(span, quoted(bare)),)
        if edits:
            yield Mended("quote", {}, SAFE, edits)


_BLANKS = " \t\u00a0\u00ad\u3000\u200b\u200c\u200d\u2060\ufeff"
_STRAY = f"=:\uff1a\uff1d{_BLANKS}"
_BOOLS = {"true": "true", "false": "false", "yes": "true", "no": "false", "on": "true", "off": "false"}


def _around(span: Span, text: str) -> tuple[Edit, ...]:
    """Quotes around a text; none of it is said again, since it may be a secret."""
    mark = '"' if '"' not in text and "\\" not in text else "'" if "'" not in text else ""
    return (Edit(Span(span.start, span.start), mark), Edit(Span(span.end, span.end), mark)) if mark else ()


_WAYS = {
    "missing-colon": _sign,
    "missing-equals": _sign,
    "missing-value": _no_value,
    "bad-indent": _indent,
    "tab-indent": _tabs,
    "unterminated-string": _quote_end,
    "unterminated-flow": _bracket_end,
    "unterminated-header": _header_end,
    "trailing-text": _comment,
    "junk": _junk,
}

# ----------------------------------------------------------------------------------------------------- the strict parsers


def _refused(config: ConfigFile, verdict: strict.StrictProblem, offset: int) -> Iterator[Mended]:
    entry = config.entry_at(offset)
    if entry is None:
        return
    node = entry.raw
    message = verdict.message
    if isinstance(node, Scalar) and node.style in ("double", "basic") and message.startswith(("found unknown escape", "Unescaped")):
        # Between single quotes a backslash is a backslash.
        span = config.value_span(entry)
        if "'" not in span.of(config.text) and "\n" not in span.of(config.text):
            ends = (Edit(Span(span.start, span.start + 1), "'"), Edit(Span(span.end - 1, span.end), "'"))
            # Of `"D:\\relay\\w1"` the library took a part already, as a line end.
            sure = not any(c in _ESCAPES[config.language] for c in re.findall(r"\\(.)", span.of(config.text)))
            yield Mended("single-quotes", {}, SAFE if sure else UNSAFE, ends)
        return
    in_flow = entry.parent is not None and isinstance(entry.parent.raw, (Mapping, Sequence)) and entry.parent.raw.form == "flow"
    if not isinstance(node, (Scalar, Alias)) or config.language != "yaml" or (isinstance(node, Scalar) and node.style != "plain"):
        return
    start = config.value_span(entry).start
    end = line_end(config, start)
    pattern = _PLAIN_IN_FLOW if in_flow else _PLAIN_IN_BLOCK
    found = pattern.match(config.text, start, end)
    if found is None:
        return
    value = found.group().rstrip()
    edits = _around(Span(start, start + len(value)), value) if value else ()
    if edits:
        # `a: b: c` may also have been two keys.
        sure = message.startswith(("unknown anchor", "found character that cannot start"))
        yield Mended("quote", {}, SAFE if sure else UNSAFE, edits)
