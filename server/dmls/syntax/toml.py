"""TOML 1.1 to a `Tree`, for any text however broken.

A file is cut into chunks at its table headers, and each chunk is read by itself, so that an edit costs the reading of
one table.  Valid TOML is read as DM's decoder reads it (BurntSushi/toml v1.6.0); whether a text is valid TOML, the
strict parser says.  Here every text has a meaning, and a guess is confined to the line that needs it: a string without
its closing quote ends with its line, an array or inline table without its bracket ends before the next line that looks
like ``key =`` or like a header.

A bracket on a line of its own may be a table header or the item of an array above it.  Brackets that match by the
grammar win; only where they do not, the looks of a line decide.
"""

from __future__ import annotations

import re

from dmls.pattern import LazyPattern
from dmls.syntax.tree import Chunk, Document, Mapping, Node, Pair, Problem, Scalar, Sequence, Tree
from dmls.text import Span

MAX_DEPTH = 64
"""How deep the parts of a header, and the dotted keys and brackets below one, may nest.  Deeper is junk.

Users of a tree recurse over it; this bounds them.
"""

_BOM = "\ufeff"
_EOL = r"(?:\r\n|[\r\n]|\Z)"
_BASIC_BODY = r'[^"\\\r\n]*(?:\\[^\r\n][^"\\\r\n]*)*'
# A word that TOML does not allow as a key without quotes, yet must have been meant as one (a letter outside of ASCII,
# a zero width space).  Colons and their full-width forms end it: they were meant as the equals sign.
_WORD = r"""[^\s=.\[\]{},"'#:＝：]"""
_PART = LazyPattern(rf"""([A-Za-z0-9_-]+)(?!{_WORD})|"({_BASIC_BODY})"|'([^'\r\n]*)'|({_WORD}+)""")
_ANY_PART = rf"""(?:"{_BASIC_BODY}"|'[^'\r\n]*'|{_WORD}+)"""
_ANY_KEY = rf"{_ANY_PART}(?:[ \t]*\.[ \t]*{_ANY_PART})*"

_BLANK = LazyPattern(r"[ \t]*")
_REST = LazyPattern(r"[^\r\n]*")
_COMMENT = LazyPattern(r"#[^\r\n]*")
# Most lines of most files: nothing, a comment, or a bare key with a value that needs no second look.
_PLAIN_LINE = LazyPattern(
    r"""[ \t]*(?:([A-Za-z0-9_-]+)[ \t]*(=)[ \t]*"""
    r"""(?:"([^"\\\r\n]*)"|'([^'\r\n]*)'|(true|false|[+-]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?)"""
    r"""|(\[(?:[ \t]*"[^"\\\r\n]*"[ \t]*,)*[ \t]*(?:"[^"\\\r\n]*"[ \t]*)?\]))[ \t]*)?"""
    rf"""(\#[^\r\n]*)?{_EOL}"""
)
_PLAIN_ITEM = LazyPattern(r'"([^"]*)"')
_PLAIN_HEADER = LazyPattern(rf"[ \t]*(\[\[?)([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){{0,9}})(\]\]?)[ \t]*(\#[^\r\n]*)?{_EOL}")
# No header ends in a comma: such a line was an item of an array whose beginning is broken.
_HEADER = rf"""[ \t]*\[(?!(?:[^\r\n#"']|"{_BASIC_BODY}"|'[^'\r\n]*')*,[ \t]*(?:#|{_EOL}))"""
_HEADER_HERE = LazyPattern(_HEADER)
_HEADER_NEXT = LazyPattern(rf"[\r\n]{_HEADER}")
_KEY_LINE = LazyPattern(rf"([ \t]*){_ANY_KEY}[ \t]*=")
_HEADER_LINE = LazyPattern(rf"([ \t]*)\[\[?[ \t]*({_ANY_KEY})[ \t]*\]\]?[ \t]*(?:#[^\r\n]*)?{_EOL}")

_BASIC = LazyPattern(rf'"({_BASIC_BODY})"')
_LITERAL = LazyPattern(r"'([^'\r\n]*)'")
# Up to two quotes may stand directly before the closing three.
_MULTI_BASIC = LazyPattern(r'"""([^"\\]*(?:(?:\\.|"{1,2}(?!"))[^"\\]*)*)("{3,5})', re.S)
_MULTI_LITERAL = LazyPattern(r"'''([^']*(?:'{1,2}(?!')[^']*)*)('{3,5})")
_AFTER_VALUE = LazyPattern(r"[ \t]*(?:[\r\n,\]}#]|\Z)")
_DIGITS = r"[0-9](?:_?[0-9])*"
_WHOLE = r"[+-]?(?:0|[1-9](?:_?[0-9])*)"
_CLOCK = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
_ATOM = LazyPattern(
    r"(?:(true|false)"
    rf"|([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:[Tt ]{_CLOCK}(?:[Zz]|[+-][0-9]{{2}}:[0-9]{{2}})?)?|{_CLOCK})"
    rf"|({_WHOLE}(?:\.{_DIGITS}(?:[eE][+-]?{_DIGITS})?|[eE][+-]?{_DIGITS})|[+-]?(?:inf|nan))"
    rf"|({_WHOLE}|0x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*))"
    r"(?=[ \t\r\n,\]}#]|\Z)"
)
_ATOM_STYLES = ("", "boolean", "datetime", "float", "integer")
# What was meant as a value without quotes: the rest of the line up to a comment, or inside brackets one word.
_JUNK_LINE = LazyPattern(r"(?:[^\r\n#]|(?<![ \t])#)*")
_JUNK_WORD = LazyPattern(r"""[^\s,\[\]{}#"'=]+""")

_ESCAPE = LazyPattern(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{2})|([btnfre\"\\])|([ \t]*(?:\r\n|[\r\n])[ \t\r\n]*))")
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b", '"': '"', "\\": "\\"}


class TableChunk(Chunk):
    """The lines of one table, from its header to the next one; or those before the first header.

    `root` is a Mapping of form root, table or array-table with the pairs of these lines alone.
    `header` holds the keys of the header, outermost first, none before the first header.  A header without a name, or
    with a dot at its end, has a key of style "empty" there.
    `open` tells that the reading depended on where the text ends: something was still waiting for its end.
    """

    __slots__ = ("header", "open")

    root: Mapping

    def __init__(self, text: str) -> None:
        Chunk.__init__(self, text)
        self.root = Mapping(self, 0, 0, "root")
        self.header: tuple[Scalar, ...] = ()
        self.open = False


def parse(text: str, previous: Tree | None = None) -> Tree:
    """The tree of `text`.  Never raises.

    `previous` may be the tree of an earlier version of the text: its chunks are taken over where their text is equal.
    The result is the same as without.
    """
    pool: dict[str, list[TableChunk]] = {}
    if previous is not None:
        for _, old in previous.chunks:
            if isinstance(old, TableChunk):
                pool.setdefault(old.text, []).append(old)

    def read(source: str) -> TableChunk:
        lent = pool.get(source)
        return lent.pop() if lent else _Scanner(source).chunk

    length = len(text)
    chunks: list[tuple[int, Chunk]] = []
    tables: list[TableChunk] = []
    base = 0
    if _HEADER_HERE.match(text, text.startswith(_BOM)):
        # The keys of the root table always have a chunk, here an empty one.
        tables.append(read(""))
        chunks.append((0, tables[0]))
    while base < length or not chunks:
        found = _HEADER_NEXT.search(text, base)
        end = length if found is None else found.start() + 1
        chunk = read(text[base:end])
        if chunk.open and end < length:
            # The bracket or the quotes that are missing may follow, beyond what looked like a header.
            true_end = base + _Scanner(text[base:]).end
            if true_end != end:
                end = true_end
                chunk = read(text[base:end])
        chunks.append((base, chunk))
        tables.append(chunk)
        base = end
    return Tree(text, "toml", chunks, [Document(_assemble(tables), Span(0, length))])


def _assemble(tables: list[TableChunk]) -> Mapping:
    """Nest the tables by their headers.

    Nodes of chunks are shared between trees and never changed; a Mapping that another table reaches into is copied.
    """
    first = tables[0].root
    if len(tables) == 1:
        return first
    root = Mapping(first.chunk, first.start, first.end, "root", list(first.pairs))
    # The mappings made for this tree, by id, each with the position of the last pair of every name.
    places: dict[int, dict[str, int]] = {id(root): _places(root)}

    def own(mapping: Mapping) -> Mapping:
        if id(mapping) in places:
            return mapping
        copy = Mapping(mapping.chunk, mapping.start, mapping.end, mapping.form, list(mapping.pairs))
        places[id(copy)] = _places(copy)
        return copy

    for table in tables:
        if not table.header:
            continue
        here = root
        for part in table.header[:-1]:
            names = places[id(here)]
            at = names.get(part.value)
            pair = None if at is None else here.pairs[at]
            value = None if pair is None else pair.value
            if isinstance(value, Sequence) and value.form == "array-table":
                item = value.items[-1]
                assert isinstance(item, Mapping)
                here = value.items[-1] = own(item)
            elif at is not None and pair is not None and isinstance(value, Mapping) and value.form != "inline":
                owned = own(value)
                if owned is not value:
                    here.pairs[at] = Pair(pair.chunk, pair.key, owned, pair.separator)
                here = owned
            else:
                implicit = Mapping(table, part.start, part.end, "implicit")
                places[id(implicit)] = {}
                names[part.value] = len(here.pairs)
                here.pairs.append(Pair(table, part, implicit))
                here = implicit
        key = table.header[-1]
        names = places[id(here)]
        at = names.get(key.value)
        value = None if at is None else here.pairs[at].value
        if table.root.form == "array-table":
            if isinstance(value, Sequence) and value.form == "array-table":
                value.items.append(table.root)
                continue
            new: Node = Sequence(table, table.root.start, table.root.end, "array-table", [table.root])
        elif at is not None and isinstance(value, Mapping) and value.form == "implicit":
            # [a.b] came before [a]: the same table.  The pair keeps the key of the first header that names it, so
            # that its extent still runs forwards.
            merged = Mapping(table, table.root.start, table.root.end, "table", value.pairs + table.root.pairs)
            places[id(merged)] = _places(merged)
            here.pairs[at] = Pair(here.pairs[at].chunk, here.pairs[at].key, merged)
            continue
        else:
            new = table.root
        names[key.value] = len(here.pairs)
        here.pairs.append(Pair(table, key, new))
    return root


def _places(mapping: Mapping) -> dict[str, int]:
    return {pair.name: i for i, pair in enumerate(mapping.pairs)}


class _Frame:
    """A bracket that is being read."""

    __slots__ = ("after_item", "depth", "dotted", "node")

    def __init__(self, node: Mapping | Sequence, depth: int) -> None:
        self.node = node
        self.depth = depth
        self.after_item = False
        self.dotted: dict[tuple[str, ...], Mapping] = {}


class _Scanner:
    """Reads the first table of `text` into `chunk`; `end` is where the next one begins.

    The lines up to `end`, read alone, give the same chunk: what the scanner decides by looking further, it decides
    alike when the text ends there.
    """

    __slots__ = ("chunk", "comments", "end", "problems", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.chunk = TableChunk(text)
        self.comments = self.chunk.comments
        self.problems = self.chunk.problems
        start = 1 if text.startswith(_BOM) else 0
        if _HEADER_HERE.match(text, start):
            start = self._header(start)
        self.end = self._statements(start)

    # Lines

    def _statements(self, pos: int) -> int:
        text, chunk, comments = self.text, self.chunk, self.comments
        pairs = chunk.root.pairs
        dotted: dict[tuple[str, ...], Mapping] = {}
        plain, length = _PLAIN_LINE.match, len(text)
        while pos < length:
            m = plain(text, pos)
            if m is None:
                if _HEADER_HERE.match(text, pos):
                    return pos
                pos = self._statement(pos, pairs, dotted)
                continue
            name, _, basic, literal, atom, array, comment = m.groups()
            if name is not None:
                value: Node
                if basic is not None:
                    value = Scalar(chunk, m.start(3) - 1, m.end(3) + 1, basic, "basic")
                elif atom is not None:
                    style = "boolean" if atom[0] in "tf" else "float" if "." in atom else "integer"
                    value = Scalar(chunk, m.start(5), m.end(5), atom, style)
                elif array is not None:
                    value = Sequence(chunk, m.start(6), m.end(6), "array")
                    for item in _PLAIN_ITEM.finditer(text, value.start, value.end):
                        value.items.append(Scalar(chunk, item.start(), item.end(), item.group(1), "basic"))
                else:
                    value = Scalar(chunk, m.start(4) - 1, m.end(4) + 1, literal, "literal")
                pairs.append(Pair(chunk, Scalar(chunk, m.start(1), m.end(1), name, "bare"), value, m.start(2)))
            if comment is not None:
                comments.append(Span(m.start(7), m.end(7)))
            pos = m.end()
        return pos

    def _statement(self, pos: int, pairs: list[Pair], dotted: dict[tuple[str, ...], Mapping]) -> int:
        """One line, and the further lines of its value.  Returns where the next line begins."""
        start = self._skip(pos)
        indent = start - pos
        key = self._key(start)
        if key is None:
            return self._rest(start, "junk")
        parts, end = key
        if parts[-1].unterminated:
            self._put(pairs, dotted, parts, None, -1)
            return self._rest(end, "trailing-text")
        equals = self._skip(end)
        after = self.text[equals : equals + 1]
        if after != "=":
            if after and after in ",]}" or len(parts) > MAX_DEPTH:
                return self._rest(start, "junk")
            self._put(pairs, dotted, parts, None, -1)
            self._problem("missing-equals", start, end)
            # The rest of the line belongs to the same mistake.
            return self._rest(equals, "")
        if len(parts) > MAX_DEPTH:
            return self._rest(start, "junk")
        pos = self._skip(equals + 1)
        if pos == len(self.text) or self.text[pos] in "\r\n#":
            self._problem("missing-value", start, equals + 1)
            self._put(pairs, dotted, parts, Scalar(self.chunk, equals + 1, equals + 1, "", "empty"), equals)
            return self._rest(pos, "")
        if self.text[pos] in "[{":
            node, pos = self._brackets(pos, indent, len(parts))
            self._put(pairs, dotted, parts, node, equals)
            if node.unterminated:
                return pos
        else:
            value = self._scalar(pos, False)
            self._put(pairs, dotted, parts, value, equals)
            pos = value.end
        return self._rest(self._skip(pos), "trailing-text")

    def _rest(self, pos: int, code: str) -> int:
        """Report what is left of a line before its comment as `code`.  Returns where the next line begins."""
        text = self.text
        if pos < len(text) and text[pos] not in "#\r\n":
            m = _JUNK_LINE.match(text, pos)
            end = m.end() if m is not None else pos
            if code:
                self._problem(code, pos, pos + len(text[pos:end].rstrip()))
            pos = end
        if text.startswith("#", pos):
            pos = self._comment(pos)
        return self._next_line(pos)

    def _header(self, pos: int) -> int:
        """The header line at `pos`.  Returns where the next line begins."""
        text, chunk = self.text, self.chunk
        m = _PLAIN_HEADER.match(text, pos)
        if m is not None and len(m.group(1)) == len(m.group(3)):
            chunk.root.form = "table" if len(m.group(1)) == 1 else "array-table"
            chunk.root.start, chunk.root.end = m.start(1), m.end(3)
            parts: list[Scalar] = []
            at = m.start(2)
            for name in m.group(2).split("."):
                parts.append(Scalar(chunk, at, at + len(name), name, "bare"))
                at += len(name) + 1
            chunk.header = tuple(parts)
            if m.group(4) is not None:
                self.comments.append(Span(m.start(4), m.end(4)))
            return m.end()
        start = self._skip(pos)
        brackets = 2 if text.startswith("[[", start) else 1
        chunk.root.form = "array-table" if brackets == 2 else "table"
        pos = self._skip(start + brackets)
        key = self._key(pos)
        bad = key is None
        if key is not None:
            parts, pos = key
            bad = len(parts) > MAX_DEPTH or parts[-1].style == "empty"
            chunk.header = tuple(parts[:MAX_DEPTH])
        else:
            chunk.header = (Scalar(chunk, pos, pos, "", "empty"),)
        close = self._skip(pos)
        chunk.root.start = start
        if text.startswith("]" * brackets, close):
            pos = chunk.root.end = close + brackets
            if bad:
                self._problem("junk", start, pos)
            return self._rest(self._skip(pos), "trailing-text")
        chunk.root.end = pos
        line_end = self._line_end(pos)
        if not chunk.header[-1].unterminated:
            self._problem("unterminated-header", start, start + len(text[start:line_end].split("#", 1)[0].rstrip()))
        return self._rest(close, "")

    # Keys

    def _key(self, pos: int) -> tuple[list[Scalar], int] | None:
        """The parts of the key at `pos` and where it ends, or None where there is none.

        A key that ends in a dot has a last part of style "empty"; one without its closing quote runs to its line end.
        """
        text, chunk = self.text, self.chunk
        parts: list[Scalar] = []
        while True:
            m = _PART.match(text, pos)
            if m is None:
                if text[pos : pos + 1] in ('"', "'"):
                    end = self._line_end(pos)
                    raw = text[pos + 1 : end]
                    value = raw if text[pos] == "'" else _unescaped(raw)
                    style = "literal" if text[pos] == "'" else "basic"
                    parts.append(Scalar(chunk, pos, end, value, style, True))
                    self._problem("unterminated-string", pos, end)
                    return parts, end
                if not parts:
                    return None
                parts.append(Scalar(chunk, pos, pos, "", "empty"))
                return parts, pos
            which, end = m.lastindex, m.end()
            if which == 1:
                parts.append(Scalar(chunk, pos, end, m.group(), "bare"))
            elif which == 2:
                parts.append(Scalar(chunk, pos, end, _unescaped(m.group(2)), "basic"))
            elif which == 3:
                parts.append(Scalar(chunk, pos, end, m.group(3), "literal"))
            else:
                parts.append(Scalar(chunk, pos, end, m.group(), "bare"))
                self._problem("junk", pos, end)
            dot = self._skip(end)
            if not text.startswith(".", dot):
                return parts, end
            pos = self._skip(dot + 1)
            if pos == len(text) or text[pos] in "\r\n#":
                # Keep the empty part next to its dot, not behind blanks.
                parts.append(Scalar(chunk, dot + 1, dot + 1, "", "empty"))
                return parts, dot + 1

    def _put(
        self,
        pairs: list[Pair],
        dotted: dict[tuple[str, ...], Mapping],
        parts: list[Scalar],
        value: Node | None,
        separator: int,
    ) -> None:
        """Add a pair.  Dotted keys that begin alike share their mappings, which `dotted` knows by their names."""
        chunk = self.chunk
        if len(parts) > 1:
            end = parts[-1].end if value is None else value.end
            names: tuple[str, ...] = ()
            for i in range(len(parts) - 1):
                names += (parts[i].value,)
                inner = dotted.get(names)
                if inner is None:
                    inner = dotted[names] = Mapping(chunk, parts[i + 1].start, end, "dotted")
                    pairs.append(Pair(chunk, parts[i], inner))
                inner.end = max(inner.end, end)
                pairs = inner.pairs
        pairs.append(Pair(chunk, parts[-1], value, separator))

    # Values

    def _scalar(self, pos: int, bracketed: bool) -> Scalar:
        """The value at `pos`, which is no bracket, line end or comment."""
        text, chunk = self.text, self.chunk
        quote = text[pos]
        if quote in "\"'":
            basic = quote == '"'
            if text.startswith(quote * 3, pos):
                m = (_MULTI_BASIC if basic else _MULTI_LITERAL).match(text, pos)
                style = "multi-basic" if basic else "multi-literal"
                if m is None:
                    chunk.open = True
                # Quotes that are closed by the opening quotes of a later value have text behind them.
                elif _AFTER_VALUE.match(text, m.end()) or not _has_line_end(m.group()):
                    body = _without_first_line_end(m.group(1) + quote * (len(m.group(2)) - 3))
                    return Scalar(chunk, pos, m.end(), _unescaped(body) if basic else body, style)
                skip = 3
            else:
                m = (_BASIC if basic else _LITERAL).match(text, pos)
                style = "basic" if basic else "literal"
                if m is not None:
                    return Scalar(chunk, pos, m.end(), _unescaped(m.group(1)) if basic else m.group(1), style)
                skip = 1
            end = self._line_end(pos)
            self._problem("unterminated-string", pos, end)
            raw = text[pos + skip : end]
            return Scalar(chunk, pos, end, _unescaped(raw) if basic else raw, style, True)
        m = _ATOM.match(text, pos)
        if m is not None:
            return Scalar(chunk, pos, m.end(), m.group(), _ATOM_STYLES[m.lastindex or 0])
        m = (_JUNK_WORD if bracketed else _JUNK_LINE).match(text, pos)
        end = pos + max(1, len(m.group().rstrip()) if m is not None else 1)
        self._problem("junk", pos, end)
        return Scalar(chunk, pos, end, text[pos:end], "junk")

    def _brackets(self, pos: int, indent: int, depth: int) -> tuple[Mapping | Sequence, int]:
        """The array or inline table at `pos`, in a line indented by `indent`.

        Returns it and where to go on: behind it, or at the beginning of a line if it is unterminated.
        """
        problems, comments = len(self.problems), len(self.comments)
        done = self._nest(pos, indent, depth, True)
        if done is None:
            del self.problems[problems:], self.comments[comments:]
            done = self._nest(pos, indent, depth, False)
        assert done is not None
        return done

    def _nest(self, pos: int, indent: int, depth: int, strict: bool) -> tuple[Mapping | Sequence, int] | None:
        """As `_brackets`.  With `strict`, None where the brackets do not match or anything else is wrong."""
        text, length = self.text, len(self.text)
        outer = self._open(pos)
        stack = [_Frame(outer, depth + 1)]
        pos += 1
        last = pos
        while stack:
            pos = self._skip(pos)
            if pos >= length:
                self.chunk.open = True
                if strict:
                    return None
                break
            char = text[pos]
            if char == "#":
                pos = self._comment(pos)
                continue
            if char in "\r\n":
                pos = self._next_line(pos)
                if not strict and self._line_ends_brackets(pos, indent, stack, last):
                    break
                continue
            frame = stack[-1]
            node = frame.node
            if char == ",":
                if not frame.after_item:
                    if strict:
                        return None
                    self._problem("junk", pos, pos + 1)
                frame.after_item = False
                pos = last = pos + 1
                continue
            if char in "]}":
                wanted = Sequence if char == "]" else Mapping
                if not isinstance(node, wanted):
                    if strict:
                        return None
                    if not any(isinstance(f.node, wanted) for f in stack):
                        self._problem("junk", pos, pos + 1)
                        pos += 1
                        continue
                    while not isinstance(stack[-1].node, wanted):
                        self._unterminated(stack.pop().node, last)
                pos = last = stack.pop().node.end = pos + 1
                continue
            if frame.after_item:
                if strict:
                    return None
                self._problem("trailing-text", pos, pos + 1)
            frame.after_item = True
            before = len(self.problems)
            parts: list[Scalar] = []
            equals = -1
            if isinstance(node, Mapping):
                key = self._key(pos)
                if key is None:
                    if strict:
                        return None
                    word = _JUNK_WORD.match(text, pos)
                    last = word.end() if word is not None else pos + 1
                    self._problem("junk", pos, last)
                    pos = last
                    continue
                start = pos
                parts, pos = key
                last = pos
                if frame.depth + len(parts) > MAX_DEPTH:
                    if strict:
                        return None
                    self._problem("junk", start, pos)
                    continue
                equals = self._skip(pos)
                if not text.startswith("=", equals) or parts[-1].unterminated:
                    if strict:
                        return None
                    self._put(node.pairs, frame.dotted, parts, None, -1)
                    if not parts[-1].unterminated:
                        self._problem("missing-equals", start, pos)
                    continue
                pos = self._skip(equals + 1)
                if pos == length or text[pos] in "\r\n#,}":
                    if strict:
                        return None
                    last = equals + 1
                    self._problem("missing-value", start, last)
                    self._put(node.pairs, frame.dotted, parts, Scalar(self.chunk, last, last, "", "empty"), equals)
                    continue
            value: Node
            inner: _Frame | None = None
            if text[pos] in "[{" and frame.depth + len(parts) < MAX_DEPTH:
                collection = self._open(pos)
                inner = _Frame(collection, frame.depth + len(parts) + 1)
                value = collection
                pos = last = pos + 1
            else:
                # A bracket too deep takes its line with it.
                value = self._scalar(pos, text[pos] not in "[{")
                pos = last = value.end
            if strict and len(self.problems) > before:
                return None
            if isinstance(node, Mapping):
                self._put(node.pairs, frame.dotted, parts, value, equals)
            else:
                node.items.append(value)
            if inner is not None:
                stack.append(inner)
        while stack:
            self._unterminated(stack.pop().node, last, report=not stack)
        return outer, pos

    def _open(self, pos: int) -> Mapping | Sequence:
        if self.text[pos] == "[":
            return Sequence(self.chunk, pos, pos + 1, "array")
        return Mapping(self.chunk, pos, pos + 1, "inline")

    def _line_ends_brackets(self, pos: int, indent: int, stack: list[_Frame], last: int) -> bool:
        """Whether the line at `pos` cannot belong to the open brackets, which a line indented by `indent` began."""
        m = _KEY_LINE.match(self.text, pos)
        if m is not None:
            if len(m.group(1)) > indent and any(isinstance(f.node, Mapping) for f in stack):
                # A further key of a multi-line inline table, whose last array has lost its bracket.
                while not isinstance(stack[-1].node, Mapping):
                    self._unterminated(stack.pop().node, last)
                stack[-1].after_item = False
                return False
            return True
        m = _HEADER_LINE.match(self.text, pos)
        if m is None or not _HEADER_HERE.match(self.text, pos):
            return False
        name = m.group(2)
        return len(m.group(1)) <= indent or name[0].isalpha() or name[0] == "_"

    def _unterminated(self, node: Mapping | Sequence, end: int, report: bool = True) -> None:
        node.end = end
        node.unterminated = True
        if report:
            self._problem("unterminated-flow", node.start, min(end, self._line_end(node.start)))

    # Places

    def _skip(self, pos: int) -> int:
        m = _BLANK.match(self.text, pos)
        return pos if m is None else m.end()

    def _line_end(self, pos: int) -> int:
        m = _REST.match(self.text, pos)
        return pos if m is None else m.end()

    def _next_line(self, pos: int) -> int:
        """Behind the line end at `pos`."""
        if self.text.startswith("\r\n", pos):
            return pos + 2
        return min(pos + 1, len(self.text))

    def _comment(self, pos: int) -> int:
        end = self._line_end(pos)
        self.comments.append(Span(pos, end))
        return end

    def _problem(self, code: str, start: int, end: int) -> None:
        self.problems.append(Problem(code, Span(start, end)))


def _has_line_end(text: str) -> bool:
    return "\n" in text or "\r" in text


def _without_first_line_end(body: str) -> str:
    """The text between triple quotes, with line feeds for line ends; one directly behind the quotes does not count."""
    body = body.replace("\r\n", "\n")
    return body[1:] if body.startswith("\n") else body


def _unescaped(raw: str) -> str:
    """The text that `raw` stands for; escapes that TOML does not know stay as they are."""
    return _ESCAPE.sub(_unescape, raw) if "\\" in raw else raw


def _unescape(m: re.Match[str]) -> str:
    which = m.lastindex or 0
    if which == 4:
        return _ESCAPES[m.group(4)]
    if which == 5:
        return ""
    code = int(m.group(which), 16)
    return m.group() if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF else chr(code)
