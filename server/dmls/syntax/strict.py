"""The strict parsers as judges: is this text YAML, or TOML, at all?

YAML is judged by libyaml (through ruamel.yaml's C parser), of which the parser in DM, gopkg.in/yaml.v2, is a port; TOML
by tomli, which takes TOML 1.1 as DM's BurntSushi/toml does.  Only the verdict and its place are used from here on;
positions of keys and values come from the tolerant readers.

What DM's own loader does differently from the bare parsers is added here:

* only the first document counts; whatever follows its end is never looked at (yaml.v2 decodes one document);
* a ``%YAML`` directive of another version than 1.1 is refused, as by libyaml before 0.2.5;
* a byte order mark at the start of a later line is a character like any other, not passed over as by libyaml;
* a colon inside brackets is part of plain text unless a blank follows, where libyaml before 0.2.2 wants quotes: ``[a:b]``;
* ``\\/`` is no escape in double quotes, and ``\\'`` is one;
* an alias without an anchor above it, and an alias inside the very node it names, are errors (yaml.v2: "unknown
  anchor", "value contains itself");
* a byte order mark is skipped.

A document that is a single scalar is no configuration; there, text after the scalar is refused, too.

The libraries are imported at the first verdict, since importing ruamel.yaml takes longer than reading a file.
"""

from __future__ import annotations

import gc
import re
from typing import TYPE_CHECKING, Any, Callable

from dmls.named import NamedTuple
from dmls.pattern import LazyPattern
from dmls.syntax.plain_yaml import looks_valid
from dmls.text import LineIndex

if TYPE_CHECKING:
    from dmls.syntax.tree import Tree

_BOM = "\ufeff"

# YAML 1.1 production c-printable, as libyaml and yaml.v2 both check it.
# Written as what is left out, in classes of one range each: the pattern of what is let in takes ten milliseconds to compile.
_UNPRINTABLE = LazyPattern("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]|[\ud800-\udfff]|[\ufeff\ufffe\uffff]")
# An asterisk where an alias could begin; those inside patterns such as "test_*" stand behind something else.
_ALIAS = LazyPattern(r"(?:\A|[\s,\[{:])\*\S")
_LONE_SURROGATE = LazyPattern("[\ud800-\udfff]")
_INNER_BOM = LazyPattern("[\r\n\x85\u2028\u2029]\ufeff+")
# What libyaml says of a colon in plain text inside brackets, and nearly all such colons.
_COLON_REFUSED = "found unexpected ':'"
_INNER_COLON = LazyPattern(r"""(?<![^\s,\[\]{}])[A-Za-z0-9][^\s,\[\]{}:"']*(?::[^\s,\[\]{}:"']+)+""")
_ESCAPE_REFUSED = "found unknown escape character"
_MOST_MASKS = 50
# A text of fewer lines is judged at once: the bookkeeping of chunks would cost more than it saves.
_MANY_LINES = 150
_VERDICT = "strict.verdict"


class StrictProblem(NamedTuple):
    """The first thing a strict parser refuses; `offset` and `context_offset` are code points of the judged text.

    `message` is in the parser's own words, on one line.  `context_offset` is where the construct began that could
    not be finished, None where the parser names no such place.
    """

    message: str
    offset: int
    context_offset: int | None = None


class Refused(Exception):
    """A text that the strict YAML parser does not take; `problem` says why."""

    def __init__(self, problem: StrictProblem) -> None:
        Exception.__init__(self, problem.message)
        self.problem = problem


def judge(text: str, language: str) -> StrictProblem | None:
    """What the strict parser of `language` ("yaml" or "toml") refuses first, None where it takes the text.

    Never raises for any `text`.
    """
    return _judge_toml(text) if language == "toml" else _judge_yaml(text)


def judge_chunks(tree: Tree) -> StrictProblem | None:
    """The verdict on the whole text of `tree`, found chunk by chunk and remembered in the chunks.

    Judging the chunks one by one gives the verdict on the whole because a chunk ends where the next line starts a
    key (or an item) of the collection that both stand in: there the parser's state is "the next entry of that collection"
    whatever came before, and nothing else (no anchor, no directive, no open quote or bracket) crosses the cut: an open
    one would be a problem of the scanner.  The first refusal in the order of the text is the one the whole would give.
    With problems, anchors, directives or a reading that is not the scanner's own, or few lines, the whole text is judged.
    """
    text = tree.text
    if tree.language != "yaml":
        return _judge_toml(text)
    if tree.limited or tree.memo.get("yaml.whole") or any(chunk.problems for _, chunk in tree.chunks):
        return _judge_yaml(text)
    if len(tree.chunks) < 2 or text.count("\n") <= _MANY_LINES:
        return None if looks_valid(text) else _judge_yaml(text)
    for base, chunk in tree.chunks:
        verdict = chunk.memo.get(_VERDICT, False)
        if verdict is False:
            verdict = chunk.memo[_VERDICT] = None if looks_valid(chunk.text) else _judge_yaml(chunk.text)
        if isinstance(verdict, StrictProblem):
            context = verdict.context_offset
            return StrictProblem(verdict.message, verdict.offset + base, None if context is None else context + base)
    return None


# ---------------------------------------------------------------------------------------------------------------- YAML


class Event(NamedTuple):
    """One event of libyaml.  `kind`: scalar, alias, map, seq, end.  Offsets are code points of the judged text."""

    kind: str
    start: int
    end: int
    value: str = ""
    style: str = ""
    anchor: str = ""
    has_tag: bool = False
    flow: bool = False


def events(text: str) -> list[Event]:
    """The events of the first document, without those of the stream and the document.

    Raises Refused, also where libyaml takes the text to end before it does: a line further left than the first key ends
    the document without any marker, and DM then ignores all that follows, which no tree should.
    """
    found: list[Event] = []
    _run(text, found)
    return found


def _judge_yaml(text: str) -> StrictProblem | None:
    try:
        _run(text, None)
    except Refused as refused:
        return refused.problem
    return None


_yaml: tuple[Callable[[str], Any], Any] | None = None


def _yaml_parser() -> tuple[Callable[[str], Any], Any]:
    """A function from a text to an object with `get_event`, and the base class of the parser's exceptions."""
    global _yaml
    if _yaml is None:
        from ruamel.yaml.error import YAMLError

        try:
            from _ruamel_yaml import CParser

            _yaml = CParser, YAMLError
        except ImportError:
            from ruamel.yaml import YAML

            def pure(text: str) -> Any:
                yaml = YAML(typ="safe", pure=True)
                yaml.version = (1, 1)
                _, parser = yaml.get_constructor_parser(text)
                return parser

            _yaml = pure, YAMLError
    return _yaml


def _run(text: str, found: list[Event] | None) -> None:
    """Read the first document of `text`; add its events to `found`.  Raises Refused."""
    start = 1 if text.startswith(_BOM) else 0
    body = text[1:] if start else text
    if not body.isascii():
        # The C parser takes UTF-8, which has no lone surrogates; text from a file never holds any.
        lone = _LONE_SURROGATE.search(body)
        if lone is not None:
            raise Refused(StrictProblem("surrogates are not allowed", lone.start() + start))
        if _BOM in body and _INNER_BOM.search(body) is not None:
            bom = _stand_in(body)
            _run_body(_INNER_BOM.sub(lambda m: m.group().replace(_BOM, bom), body), start, found, (bom, _BOM))
            return
    _run_body(body, start, found)


def _run_body(body: str, start: int, found: list[Event] | None, *written: tuple[str, str]) -> None:
    """Parse `body` with what libyaml must not see masked; `written` are the masks in it already: the stand-in and what it stands for."""
    if "\\/" in body:
        # Where it is an escape, another unknown one will be refused; elsewhere this changes nothing but text.
        _parse(body.replace("\\/", "\\q"), start, None, written)
    for left in range(_MOST_MASKS, -1, -1):
        if found is not None:
            found.clear()
        try:
            _parse(body, start, found, written)
            return
        except Refused as refused:
            words = refused.problem.message
            at = refused.problem.offset - start
            if left and words.startswith(_COLON_REFUSED) and body[at : at + 1] == ":":
                colon = next((c for c, what in written if what == ":"), "")
                if not colon:
                    colon = _stand_in(body)
                    written += ((colon, ":"),)
                    body = _colons_masked(body, colon)
                body = body[:at] + colon + body[at + 1 :]
            elif left and words.startswith(_ESCAPE_REFUSED) and body[at : at + 2] == "\\'":
                backslash = next((c for c, what in written if not what), "") or _stand_in(body)
                written += ((backslash, ""),)
                body = body[:at] + backslash + body[at + 1 :]
            else:
                raise


def _colons_masked(body: str, colon: str) -> str:
    return _INNER_COLON.sub(lambda m: m.group().replace(":", colon), body)


def _stand_in(body: str) -> str:
    """A character for private use that is not in `body`."""
    return next((c for c in map(chr, range(0xE000, 0xF900)) if c not in body), "?")


def _parse(body: str, start: int, found: list[Event] | None, written: tuple[tuple[str, str], ...]) -> None:
    make, error = _yaml_parser()
    enabled = gc.isenabled()
    gc.disable()
    try:
        parser = make(body)
        if found is None and "%YAML" not in body and _ALIAS.search(body) is None:
            get = parser.get_event
            count = 0
            while True:
                event = get()
                if event is None:
                    return
                if type(event).__name__ == "DocumentEndEvent":
                    # After the starts of stream and document only a scalar: nothing may follow it.
                    if count == 3 and not event.explicit:
                        get()
                    return
                count += 1
        _follow(parser, body, start, found)
        if found is not None:
            for stand_in, what in written:
                found[:] = [e._replace(value=e.value.replace(stand_in, what)) if stand_in in e.value else e for e in found]
    except error as refusal:
        problem = _located(refusal, body, start)
        raise Refused(problem._replace(message=_restored(problem.message, written))) from None
    finally:
        if enabled:
            gc.enable()


def _restored(words: str, written: tuple[tuple[str, str], ...]) -> str:
    for stand_in, what in written:
        words = words.replace(stand_in, what)
    return words


def _follow(parser: Any, body: str, start: int, found: list[Event] | None) -> None:
    known: set[str] = set()
    open_anchors: list[str] = []
    root_scalar = True
    while True:
        event = parser.get_event()
        if event is None:
            return
        name = type(event).__name__
        if name == "DocumentEndEvent":
            if not event.explicit and (found is not None or root_scalar):
                parser.get_event()
            return
        if name == "DocumentStartEvent":
            if event.version is not None and "%YAML" in body and tuple(event.version) != (1, 1):
                raise Refused(StrictProblem("found incompatible YAML document", body.find("%YAML") + start))
            continue
        if name == "StreamStartEvent" or name == "StreamEndEvent":
            continue
        at = event.start_mark.index + start
        anchor = getattr(event, "anchor", None) or ""
        if name == "AliasEvent":
            if anchor not in known:
                raise Refused(StrictProblem(f"unknown anchor '{anchor}' referenced", at))
            if anchor in open_anchors:
                raise Refused(StrictProblem(f"anchor '{anchor}' value contains itself", at))
        elif name == "MappingEndEvent" or name == "SequenceEndEvent":
            open_anchors.pop()
        else:
            if anchor:
                known.add(anchor)
            if name != "ScalarEvent":
                root_scalar = False
                open_anchors.append(anchor)
        if found is None:
            continue
        end = event.end_mark.index + start
        tagged = getattr(event, "tag", None) is not None
        if name == "ScalarEvent":
            found.append(Event("scalar", at, end, event.value, event.style or "", anchor, tagged))
        elif name == "AliasEvent":
            found.append(Event("alias", at, end, anchor))
        elif name == "MappingStartEvent":
            found.append(Event("map", at, end, "", "", anchor, tagged, bool(event.flow_style)))
        elif name == "SequenceStartEvent":
            found.append(Event("seq", at, end, "", "", anchor, tagged, bool(event.flow_style)))
        else:
            found.append(Event("end", at, end))


def _located(refusal: Any, body: str, start: int) -> StrictProblem:
    problem = getattr(refusal, "problem", None)
    if problem is None:
        # A reader error: some character is none that YAML allows.
        bad = _UNPRINTABLE.search(body)
        words = getattr(refusal, "reason", None) or "control characters are not allowed"
        return StrictProblem(_one_line(str(words)), (bad.start() if bad else 0) + start)
    mark = getattr(refusal, "problem_mark", None)
    context_mark = getattr(refusal, "context_mark", None)
    context = getattr(refusal, "context", None)
    message = _one_line(f"{problem}, {context}" if context else str(problem))
    context_offset = None if context_mark is None else _index(context_mark, body) + start
    if mark is None:
        return StrictProblem(message, context_offset or start, context_offset)
    return StrictProblem(message, _index(mark, body) + start, context_offset)


def _index(mark: Any, body: str) -> int:
    """The code point of a mark.

    libyaml leaves `index` at zero in some marks that have a line; these are found by line and column, counting lines as
    libyaml does, that is with U+0085, U+2028 and U+2029.
    """
    index = int(mark.index)
    if index == 0 and (mark.line or mark.column):
        lines = re.finditer("\r\n|[\n\r\x85\u2028\u2029]", body)
        begin = 0
        for _ in range(mark.line):
            found = next(lines, None)
            if found is None:
                break
            begin = found.end()
        index = begin + int(mark.column)
    return max(0, min(index, len(body)))


def _one_line(words: str) -> str:
    return " ".join(words.split())


# ---------------------------------------------------------------------------------------------------------------- TOML

# What may not stand in TOML anywhere: control characters but tab and line ends.  A lone CR is no line end.
_TOML_CONTROL = LazyPattern("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)")


def _judge_toml(text: str) -> StrictProblem | None:
    start = 1 if text.startswith(_BOM) else 0
    body = text[1:] if start else text
    import tomli

    try:
        tomli.loads(body)
    except tomli.TOMLDecodeError as refusal:
        message, at = _toml_place(refusal, body)
        bad = _TOML_CONTROL.search(body)
        if bad is not None and bad.start() <= at:
            return _toml_control(bad, start)
        return StrictProblem(message, at + start)
    except RecursionError:
        return StrictProblem("TOML values are nested too deeply", start)
    except (ValueError, OverflowError) as refusal:
        # Python refuses to convert integers of thousands of digits, which are out of DM's range as well.
        return StrictProblem(_one_line(str(refusal)), start)
    bad = _TOML_CONTROL.search(body)
    if bad is not None:
        return _toml_control(bad, start)
    lone = None if body.isascii() else _LONE_SURROGATE.search(body)
    if lone is not None:
        return StrictProblem("surrogates are not allowed", lone.start() + start)
    return None


def _toml_control(bad: re.Match[str], start: int) -> StrictProblem:
    """BurntSushi/toml's words for a character that TOML does not allow."""
    return StrictProblem(f"TOML files cannot contain control characters: 0x{ord(bad.group()[0]):02x}", bad.start() + start)


def _toml_place(refusal: Any, body: str) -> tuple[str, int]:
    message = getattr(refusal, "msg", None)
    at = getattr(refusal, "pos", None)
    if message is None or at is None:
        words = str(refusal)
        found = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", words)
        if found is None:
            return _one_line(words), 0
        message = words[: found.start()]
        if found.group(1) is None:
            return _one_line(message), len(body)
        line, column = int(found.group(1)) - 1, int(found.group(2)) - 1
        return _one_line(message), LineIndex(body.replace("\r\n", "\n")).offset(line, column)
    # tomli turns CRLF into LF before it counts.
    if "\r\n" in body:
        plain = 0
        begin = 0
        while True:
            cut = body.find("\r\n", begin)
            if cut < 0 or plain + (cut - begin) >= at:
                break
            plain += cut - begin + 1
            begin = cut + 2
        at = begin + (at - plain)
    return _one_line(str(message)), min(int(at), len(body))
