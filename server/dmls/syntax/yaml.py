"""YAML with exact positions, for any text however broken.

Two readings give one tree.  The tolerant one, written here, follows lines and indentation and goes on after every
mistake: it reads what people have in the editor while they type.  Where it meets nothing it had to guess at, its
reading is that of libyaml.  Where it did guess, or met a construct that it does not follow, libyaml is asked, and if
libyaml takes the text, the tree is built from libyaml's events instead, so that an accepted text always reads as DM reads
it.

The text is cut into chunks (see `tree`): a chunk begins at each line of the top level that starts a key, and in a long
top-level block at each of its children.  Where to cut depends on the text alone; the tree of an earlier version only lends
chunks of equal text.  Hence ``parse(text, previous)`` always equals ``parse(text)``.
"""

from __future__ import annotations

import gc
import re

from dmls.pattern import LazyPattern
from dmls.syntax import strict
from dmls.syntax.tree import Alias, Chunk, Document, Mapping, Node, Pair, Problem, Scalar, Sequence, Tree
from dmls.text import Span

# Deeper nesting than this is no configuration file; it is read as junk, so that no walk over a tree can overflow.
_MAX_DEPTH = 100
# A top-level block of more lines is cut at its children.
_LONG_BLOCK = 60
# A quoted scalar of more lines is taken for one whose closing quote is missing.
_MAX_QUOTED_LINES = 1000

_ROLE = "yaml.role"
_ANCHORS = "yaml.anchors"
_WHOLE = "yaml.whole"
_STRANGE = "yaml.strange"
_COMPLEX = "yaml.complex"

_LONE_CR = LazyPattern("\r(?!\n)")
# libyaml and yaml.v2 take the first three for line ends, the Language Server Protocol does not; and they pass over a byte
# order mark at the start of any line.
_ODD = LazyPattern("[\x85\u2028\u2029\ufeff]")
_MARKER = LazyPattern(r"\n(?:---|\.\.\.)(?=[ \t\r\n]|\Z)")
# Lines before the content of the first document: blank, comment, directive or an end marker.
_PREAMBLE = LazyPattern(r"(?:[ \t\r]*(?:#[^\n]*)?\n|%[^\n]*(?:\n|\Z)|\.\.\.[ \t\r]*(?:#[^\n]*)?(?:\n|\Z))*")
_TOP_KEY = LazyPattern(r"\n(?=[^ \t#\-\n\r\]}]|-[^ \t\r\n])")
_BARE_HEAD = LazyPattern(r"""(?:"[^"\\\n]*"|'[^'\n]*'|[A-Za-z0-9_][^\s:#]*)[ \t]*:[ \t\r]*(?:#[^\n]*)?\n""")
_TO_CONTENT = LazyPattern(r"(?:[ \t\r]*(?:#[^\n]*)?\n)*")
_DASH_CHILD = LazyPattern(r"-(?=[ \t\r\n]|\Z)")
_SPACES = LazyPattern(r" *")

# The common line: indentation, perhaps a dash, a key, perhaps a value of one line that needs no thought, a comment.
_LINE = LazyPattern(
    r"( *)(- +)?([A-Za-z0-9_][A-Za-z0-9_.\-/]*):"
    r"(?: +(?:([A-Za-z0-9_./~+=$^(;<\\][^\s:]*(?:(?::(?=\S)| +(?=[^\s#:]))[^\s:]*)*)"
    r"""|("[^"\\\n]*")|('[^'\n]*')))?[ \t\r]*(?:(?<=[ \t])(#[^\n]*))?(?:\n|\Z)"""
)
_INDENT = LazyPattern(r"[ \t]*")
_BLANKS = LazyPattern(r"[ \t\r]*")
_LINE_END = LazyPattern(r"\n|\Z")
# In order: the colon that ends a key, a comment, the end of the line.
_KEY_END = LazyPattern(r"(:)(?=[ \t\r\n]|\Z)|(?<=[ \t])#|\n")
_QUOTED_KEY = LazyPattern(r"""(?:"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"|'[^'\n]*(?:''[^'\n]*)*')(?=[ \t]*:(?:[ \t\r\n]|\Z))""")
_PLAIN_END = LazyPattern(r"(?<=[ \t])#|\n|\Z")
_PROPERTY = LazyPattern(r"[&!][^ \t\r\n]*")
# Properties that end where a blank follows, for libyaml as well.
_SIMPLE_PROPERTY = LazyPattern(r"&[A-Za-z0-9_\-]+|![A-Za-z0-9_\-.:/!]*")
_FLOW_PROPERTY = LazyPattern(r"[&!][^ \t\r\n,\[\]{}]*")
_ALIAS = LazyPattern(r"\*[^ \t\r\n]+")
_FLOW_ALIAS = LazyPattern(r"\*[^ \t\r\n,\[\]{}]+")
_DOUBLE = LazyPattern(r'"[^"\\]*(?:\\[\s\S][^"\\]*)*"')
_SINGLE = LazyPattern(r"'[^']*(?:''[^']*)*'")
_DOUBLE_LINE = LazyPattern(r'"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"')
_SINGLE_LINE = LazyPattern(r"'[^'\n]*(?:''[^'\n]*)*'")
_BLOCK_HEADER = LazyPattern(r"[|>](?:([+-])([1-9])?|([1-9])([+-])?)?(?=[ \t\r\n]|\Z)[ \t\r]*(#[^\n]*)?(?=\n|\Z)")
_FLOW_PLAIN = LazyPattern(r"(?:[^ \t\r\n,\[\]{}:#]|:(?![ \t\r\n]|\Z)|(?<![ \t])#|[ \t]+(?=[^ \t\r\n,\[\]{}#:]|:[^ \t\r\n]))+")
# A line that very likely starts a key or an item, whatever it stands in.
_STARTS_ENTRY = LazyPattern(r"""(?:-(?=[ \t\r\n]|\Z)|(?:"[^"\\\n]*"|'[^'\n]*'|[^\s#\[\]{},&*!|>'"%@`?:\-][^\s:]*|-[^\s:]+)[ \t]*:(?=[ \t\r\n]|\Z))""")
_ESCAPE = LazyPattern(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))")
_SIMPLE_ESCAPES = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    " ": " ",
    '"': '"',
    "'": "'",
    "/": "/",
    "\\": "\\",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}


def parse(text: str, previous: Tree | None = None) -> Tree:
    """The tree of `text`.  Never raises, whatever the text.

    `previous`, the tree of an earlier version of the file, makes it faster and changes nothing else.
    """
    enabled = gc.isenabled()
    # Thousands of nodes are made and kept: collections in between would find nothing.
    gc.disable()
    try:
        return _parse(text, previous)
    finally:
        if enabled:
            gc.enable()


def _parse(text: str, previous: Tree | None) -> Tree:
    # A lone CR ends a line; reading it as LF keeps all offsets.
    scanned = _LONE_CR.sub("\n", text) if "\r" in text else text
    frame = _first_document(scanned)
    pool: dict[tuple[str, int, str], list[Chunk]] = {}
    if previous is not None:
        for _, chunk in previous.chunks:
            role = chunk.memo.get(_ROLE)
            if isinstance(role, tuple):
                pool.setdefault((role[0], role[1], chunk.text), []).append(chunk)
    chunks: list[tuple[int, Chunk]] = []
    roles: list[str] = []
    strange = frame.strange
    is_complex = frame.directives
    linked = False
    suspect = -1
    # Where libyaml is asked from, and the key line that its block needs above that place.
    asked = 0
    asked_head = ""
    above = 0
    head = above_head = ""
    odd = not text.isascii() and _ODD.search(text, 1 if text.startswith("\ufeff") else 0, frame.end) is not None
    for role, indent, start, end in _cut(scanned, frame):
        part = text[start:end]
        lent = pool.get((role, indent, part)) if pool else None
        if lent:
            chunk = lent.pop()
        else:
            chunk = Chunk(part)
            chunk.memo[_ROLE] = (role, indent)
            _Scanner(chunk, part if scanned is text else scanned[start:end], role, indent).run()
        memo = chunk.memo
        if len(memo) > 1 or chunk.problems:
            if memo.get(_ANCHORS) is not None:
                linked = True
            if memo.get(_STRANGE):
                strange = True
                is_complex = is_complex or bool(memo.get(_COMPLEX))
            if suspect < 0 and (chunk.problems or memo.get(_STRANGE)):
                suspect = start
                asked = above
                asked_head = above_head
        if role == "head" or role == "first-head":
            head = part
        above = start
        above_head = head if role == "map" or role == "seq" else ""
        chunks.append((start, chunk))
        roles.append(role)
    if not chunks:
        chunks.append((0, Chunk("")))
        roles.append("top")
    if strange or odd or suspect >= 0:
        if strange or odd or linked:
            asked = 0
        exact = _exact(text, scanned, frame, asked, is_complex, asked_head)
        if exact is not None:
            return exact
    root = _assemble(chunks, roles)
    if linked:
        # An alias belongs to one tree, because what it stands for lies outside its chunk.
        _link([entry for _, chunk in chunks for entry in _entries(chunk)])
        for _, chunk in chunks:
            if any(isinstance(entry, Alias) for entry in _entries(chunk)):
                chunk.memo.pop(_ROLE, None)
    tree = Tree(text, "yaml", chunks, _documents(text, frame, root), is_complex)
    if strange or odd or linked:
        tree.memo[_WHOLE] = True
    return tree


# ------------------------------------------------------------------------------------------------------------- documents


class _Frame:
    """Where the first document lies: `start` is where its content begins, `end` where it ends."""

    __slots__ = ("directives", "end", "inline", "start", "strange")

    def __init__(self, start: int, end: int, inline: bool, directives: bool, strange: bool) -> None:
        self.start = start
        self.end = end
        self.inline = inline
        self.directives = directives
        self.strange = strange


def _is_opening(text: str, at: int) -> bool:
    return text.startswith("---", at) and text[at + 3 : at + 4] in ("", " ", "\t", "\r", "\n")


def _first_document(text: str) -> _Frame:
    at = 1 if text.startswith("\ufeff") else 0
    preamble = _PREAMBLE.match(text, at)
    after = preamble.end() if preamble is not None else at
    ahead = text[at:after]
    directives = ahead.startswith("%") or "\n%" in ahead
    strange = directives or ahead.startswith("...") or "\n..." in ahead
    inline = False
    start = after if strange else at
    ending = max(after - 1, 0)
    if _is_opening(text, after):
        ending = text.find("\n", after)
        if ending < 0:
            ending = len(text)
        rest = _blanks(text, after + 3)
        if rest < ending and text[rest] != "#":
            inline = True
            strange = strange or text[rest] not in "[{"
            start = after
        else:
            start = min(ending + 1, len(text))
    marker = _MARKER.search(text, ending)
    end = len(text) if marker is None else marker.start() + 1
    return _Frame(min(start, end), end, inline, directives, strange)


def _documents(text: str, frame: _Frame, root: Node | None) -> list[Document]:
    documents = [Document(root, Span(0, frame.end))]
    if frame.end >= len(text):
        return documents
    scanned = _LONE_CR.sub("\n", text) if "\r" in text else text
    begins = [frame.end]
    begins.extend(found.start() + 1 for found in _MARKER.finditer(scanned, frame.end))
    begins.append(len(text))
    for begin, end in zip(begins, begins[1:]):
        if text.startswith("...", begin):
            content = _TO_CONTENT.match(scanned, begin + 3, end)
            if content is None or not scanned[content.end() : end].strip(" \t\r\n") or scanned[content.end()] == "#":
                continue
        documents.append(Document(None, Span(begin, end)))
    return documents


# --------------------------------------------------------------------------------------------------------------- cutting


def _cut(text: str, frame: _Frame) -> list[tuple[str, int, int, int]]:
    """The chunks of the first document, in order: role, indentation, start, end.

    Roles: "first", "top" (a key of the top level with its value), "head" (the key line of a long block, or "first-head"
    where lines stand above it), "map" and "seq" (one child of a long block).
    """
    end = frame.end
    if end <= 0:
        return []
    start = frame.start
    content = _TO_CONTENT.match(text, start, end)
    at = content.end() if content is not None else start
    if frame.inline or (at < end and text[_blanks(text, at) : _blanks(text, at) + 1] in ("{", "[")):
        return [("first", 0, 0, end)]
    begins = [found.end() for found in _TOP_KEY.finditer(text, max(start - 1, 0), end)]
    if start < end and text[start] not in " \t#-\n\r]}" and (not begins or begins[0] != start):
        begins.insert(0, start)
    if not begins:
        return [("first", 0, 0, end)]
    blocks = [*begins, end]
    cuts: list[tuple[str, int, int, int]] = []
    before = True
    for begin, stop in zip(blocks, blocks[1:]):
        first = before
        before = False
        if stop - begin > 2 * _LONG_BLOCK and text.count("\n", begin, stop) > _LONG_BLOCK:
            # Above the first key only blank lines and comments may stand, else the whole is one chunk.
            if not first or at >= begin:
                children = _children(text, begin, stop)
                if children is not None:
                    role, indent, at_child = children
                    cuts.append(("first-head" if first else "head", 0, 0 if first else begin, at_child[0]))
                    at_child.append(stop)
                    cuts.extend((role, indent, a, b) for a, b in zip(at_child, at_child[1:]))
                    continue
        cuts.append(("first" if first else "top", 0, 0 if first else begin, stop))
    return cuts


def _children(text: str, begin: int, stop: int) -> tuple[str, int, list[int]] | None:
    """Where the children of the long block begin; None where it has no plain list of children."""
    head = _BARE_HEAD.match(text, begin, stop)
    if head is None:
        return None
    content = _TO_CONTENT.match(text, head.end(), stop)
    first = content.end() if content is not None else head.end()
    spaces = _SPACES.match(text, first, stop)
    indent = spaces.end() - first if spaces is not None else 0
    at = first + indent
    if at >= stop:
        return None
    is_list = _DASH_CHILD.match(text, at, stop) is not None
    if not is_list and (indent == 0 or text[at] in "\t\r\n[]{}\"'|>&*!?%@`#-"):
        return None
    if indent and re.compile(rf"\n {{0,{indent - 1}}}(?=[^ \t\r\n#\]}}])").search(text, first, stop) is not None:
        # Something stands further left than the first child: that is no plain list of children.
        return None
    if is_list:
        found = re.compile(rf"\n {{{indent}}}(?=-(?:[ \t\r\n]|\Z))").finditer(text, first - 1, stop)
    else:
        found = re.compile(rf"\n {{{indent}}}(?=[^ \t\r\n#\-\]}}]|-[^ \t\r\n])").finditer(text, first - 1, stop)
    return "seq" if is_list else "map", indent, [match.start() + 1 for match in found]


def _blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found is not None else at


# -------------------------------------------------------------------------------------------------------------- assembly


def _assemble(chunks: list[tuple[int, Chunk]], roles: list[str]) -> Node | None:
    """The root over all chunks.  What is shared between trees is left as it is; what spans chunks is made anew."""
    if len(chunks) == 1:
        return chunks[0][1].root
    root = Mapping(chunks[0][1], 0, 0, "block")
    pairs = root.pairs
    parent: Node = root
    for index, (_, chunk) in enumerate(chunks):
        role = roles[index]
        node = chunk.root
        if role == "map":
            if isinstance(node, Mapping) and isinstance(parent, Mapping):
                parent.pairs.extend(node.pairs)
            continue
        if role == "seq":
            if isinstance(node, Sequence) and isinstance(parent, Sequence):
                parent.items.extend(node.items)
            continue
        if isinstance(node, Mapping):
            if not pairs:
                root.chunk = chunk
                root.start = root.end = node.start
            pairs.extend(node.pairs)
        if role == "head" or role == "first-head":
            child = chunks[index + 1][1]
            start = child.root.start if child.root is not None else 0
            parent = Mapping(child, start, start, "block") if roles[index + 1] == "map" else Sequence(child, start, start, "block")
            if pairs:
                head = pairs[-1]
                pairs[-1] = Pair(chunk, head.key, parent, head.separator)
    return root


def _entries(chunk: Chunk) -> list[Node]:
    entries = chunk.memo.get(_ANCHORS)
    return entries if isinstance(entries, list) else []


def _link(entries: list[Node]) -> None:
    """Find for each alias the last node above it that bears its name, unless the alias stands inside that node."""
    known: dict[str, Node] = {}
    for entry in entries:
        if isinstance(entry, Alias):
            target = known.get(entry.name)
            entry.target = target if target is None or not _holds(target, entry) else None
        elif entry.anchor is not None:
            known[entry.anchor] = entry


def _holds(node: Node, wanted: Node) -> bool:
    todo: list[Node] = [node]
    while todo:
        at = todo.pop()
        if at is wanted:
            return True
        if isinstance(at, Sequence):
            todo.extend(at.items)
        elif isinstance(at, Mapping):
            for pair in at.pairs:
                todo.append(pair.key)
                if pair.value is not None:
                    todo.append(pair.value)
    return False


# --------------------------------------------------------------------------------------------------------------- scanner


class _Level:
    """An open block collection.  `open`: its last key or item has no value yet."""

    __slots__ = ("indent", "node", "open", "pairs", "seq", "usual")

    def __init__(self, indent: int, node: Mapping | Sequence) -> None:
        self.indent = indent
        # The indentation of its first entry; `indent` follows later entries that stand further left.
        self.usual = indent
        self.node = node
        self.open = False
        if isinstance(node, Mapping):
            self.seq = False
            self.pairs: list[Pair] = node.pairs
        else:
            self.seq = True
            self.pairs = []

    def last(self) -> Node | None:
        """The value of the last key, or the last item."""
        if isinstance(self.node, Sequence):
            return self.node.items[-1] if self.node.items else None
        return self.pairs[-1].value if self.pairs else None

    def attach(self, value: Node) -> None:
        """Make `value` that of the last key or item; properties written above it pass on to it."""
        before = self.last()
        if before is not None and isinstance(before, Scalar) and before.style == "empty":
            if value.anchor is None:
                value.anchor = before.anchor
            if value.tag is None:
                value.tag = before.tag
        if isinstance(self.node, Sequence):
            if self.node.items:
                self.node.items[-1] = value
            else:
                self.node.items.append(value)
        elif self.pairs:
            self.pairs[-1].value = value
        self.open = False


class _Scanner:
    """The tolerant reading of one chunk.  `text` is the chunk's text with lone CRs as LF."""

    __slots__ = ("at", "chunk", "comments", "lenient", "links", "problems", "root_value", "size", "stack", "text")

    def __init__(self, chunk: Chunk, text: str, role: str, indent: int) -> None:
        self.chunk = chunk
        self.text = text
        self.size = len(text)
        self.at = 0
        self.comments = chunk.comments
        self.problems = chunk.problems
        self.stack: list[_Level] = []
        self.links: list[Node] | None = None
        self.root_value = False
        # Whether this chunk is the one that decides what kind of collection the root is.
        self.lenient = role in ("first", "first-head")
        if role in ("map", "top", "head"):
            self._begin(indent, Mapping(chunk, indent, indent, "block"))
        elif role == "seq":
            self._begin(indent, Sequence(chunk, indent, indent, "block"))
        else:
            self._preamble()

    def _begin(self, indent: int, node: Mapping | Sequence) -> None:
        self.chunk.root = node
        self.stack.append(_Level(indent, node))

    def _preamble(self) -> None:
        """Pass over a byte order mark and everything up to the line that opens the document."""
        text = self.text
        self.at = at = 1 if text.startswith("\ufeff") else 0
        found = _PREAMBLE.match(text, at)
        after = found.end() if found is not None else at
        opened = _is_opening(text, after)
        ahead = text[at:after]
        if not opened and not ahead.startswith(("%", "...")) and "\n%" not in ahead and "\n..." not in ahead:
            return
        while at < after:
            end = self._line_end(at)
            sign = text.find("#", at, end)
            if sign >= 0 and text[at] != "%":
                self._comment(sign, end)
            at = end + 1
        self.at = min(after, self.size)
        if not opened:
            return
        end = self._line_end(after)
        rest = _blanks(text, after + 3)
        if text[rest : rest + 1] in ("{", "["):
            self._root_flow(rest)
            return
        if rest < end:
            if text[rest] == "#":
                self._comment(rest, end)
            else:
                self._complain("junk", rest, self._stripped(rest, end))
        self.at = min(end + 1, self.size)

    # -- small helpers

    def _line_end(self, at: int) -> int:
        end = self.text.find("\n", at)
        return self.size if end < 0 else end

    def _stripped(self, start: int, end: int) -> int:
        """The end of what is written between `start` and `end`."""
        text = self.text
        while end > start and text[end - 1] in " \t\r\n":
            end -= 1
        return end

    def _comment(self, start: int, end: int) -> None:
        if end > start and self.text[end - 1] == "\r":
            end -= 1
        self.comments.append(Span(start, end))

    def _complain(self, code: str, start: int, end: int) -> None:
        self.problems.append(Problem(code, Span(start, max(start, end))))

    def _empty(self, at: int) -> Scalar:
        return Scalar(self.chunk, at, at, "", "empty")

    def _strange(self, is_complex: bool) -> None:
        self.chunk.memo[_STRANGE] = True
        if is_complex:
            self.chunk.memo[_COMPLEX] = True

    def _linked(self, node: Node) -> None:
        if self.links is None:
            self.links = []
            self.chunk.memo[_ANCHORS] = self.links
        self.links.append(node)

    def _rest(self, at: int) -> None:
        """The rest of a line after a value that is complete: blanks and a comment, or a problem."""
        text = self.text
        end = self._line_end(at)
        blank = _blanks(text, at)
        if blank < end:
            if text[blank] == "#":
                self._comment(blank, end)
            else:
                found = _PLAIN_END.search(text, blank)
                stop = found.start() if found is not None else end
                self._complain("trailing-text", blank, self._stripped(blank, stop))
                if stop < end:
                    self._comment(stop, end)
        self.at = end + 1

    # -- lines

    def run(self) -> None:
        """Read the chunk."""
        text = self.text
        size = self.size
        stack = self.stack
        chunk = self.chunk
        match = _LINE.match
        comments = self.comments
        at = self.at
        while at < size:
            found = match(text, at)
            if found is None:
                self.at = at
                self._line(at)
                at = self.at
                continue
            _, start = found.span(1)
            indent = start - at
            key_start, key_end = found.span(3)
            if stack and found.start(2) < 0:
                level = stack[-1]
                if level.indent != indent or level.seq:
                    if indent > level.indent and level.open:
                        level = self._push(indent, Mapping(chunk, start, start, "block"), start)
                    else:
                        level = self._open(indent, False, start, at)
            else:
                if self.root_value or (found.start(2) >= 0 and not stack):
                    self.at = at
                    self._line(at)
                    at = self.at
                    continue
                if found.start(2) >= 0:
                    self._item(indent, start, at)
                    indent = key_start - at
                    level = self._push(indent, Mapping(chunk, key_start, key_start, "block"), key_start)
                else:
                    level = self._open(indent, False, start, at)
            last = found.lastindex
            if last == 7:
                comment_start, comment_end = found.span(7)
                self._comment(comment_start, comment_end)
                last = 4 if found.start(4) >= 0 else 5 if found.start(5) >= 0 else 6 if found.start(6) >= 0 else 3
            if last == 4:
                value_start, value_end = found.span(4)
                value = Scalar(chunk, value_start, value_end, text[value_start:value_end], "plain")
                level.open = False
            elif last == 3:
                value = Scalar(chunk, key_end + 1, key_end + 1, "", "empty")
                level.open = True
            else:
                value_start, value_end = found.span(last)
                value = Scalar(chunk, value_start, value_end, text[value_start + 1 : value_end - 1], "double" if last == 5 else "single")
                level.open = False
            level.pairs.append(Pair(chunk, Scalar(chunk, key_start, key_end, found.group(3), "plain"), value, key_end))
            at = found.end()
        self.at = at
        self._finish_links()
        if len(comments) > 1:
            comments.sort()
        if len(self.problems) > 1:
            self.problems.sort(key=_problem_start)

    def _line(self, begin: int) -> None:
        """Read the line at `begin`, and what belongs to it below, with care."""
        text = self.text
        indented = _INDENT.match(text, begin)
        at = indented.end() if indented is not None else begin
        if at >= self.size:
            self.at = self.size
            return
        first = text[at]
        if first == "\n":
            self.at = at + 1
            return
        if first == "#":
            end = self._line_end(at)
            self._comment(at, end)
            self.at = end + 1
            return
        if first == "\r":
            blank = _blanks(text, at)
            if blank >= self.size or text[blank] == "\n":
                self.at = blank + 1
                return
        indent = at - begin
        if "\t" in text[begin:at]:
            indent = sum(2 if ch == "\t" else 1 for ch in text[begin:at])
            self._complain("tab-indent", begin, at)
        if self.root_value:
            end = self._line_end(at)
            self._complain("junk", at, self._stripped(at, end))
            self.at = end + 1
            return
        if not self.stack and first in "[{":
            self._root_flow(at)
            return
        item_start = -1
        column = indent
        while text[at] == "-" and (at + 1 == self.size or text[at + 1] in " \t\r\n"):
            if len(self.stack) >= _MAX_DEPTH:
                end = self._line_end(at)
                self._complain("junk", at, self._stripped(at, end))
                self.at = end + 1
                return
            if item_start < 0:
                self._item(column, at, begin)
            else:
                level = self._push(column, Sequence(self.chunk, at, at, "block"), at)
                self._add_item(level, at)
            item_start = at
            after = _blanks(text, at + 1)
            if after >= self.size or text[after] == "\n":
                self.at = after + 1
                return
            if text[after] == "#":
                end = self._line_end(after)
                self._comment(after, end)
                self.at = end + 1
                return
            column += after - at
            at = after
        self._content(begin, at, indent, column, item_start)

    def _item(self, indent: int, start: int, begin: int) -> None:
        """A dash at `start`: a new, still empty item."""
        self._add_item(self._open(indent, True, start, begin), start)

    def _add_item(self, level: _Level, start: int) -> None:
        if isinstance(level.node, Sequence):
            level.node.items.append(self._empty(start + 1))
            level.open = True

    def _content(self, begin: int, at: int, indent: int, column: int, item_start: int) -> None:
        """What stands at `at`, after the indentation and the dashes of its line."""
        text = self.text
        anchor: str | None = None
        tag: str | None = None
        key_at = at
        while text[key_at : key_at + 1] in ("&", "!"):
            found = _PROPERTY.match(text, key_at)
            stop = found.end() if found is not None else key_at + 1
            if text[key_at] == "&":
                anchor = text[key_at + 1 : stop]
            else:
                tag = text[key_at:stop]
            if _SIMPLE_PROPERTY.fullmatch(text, key_at, stop) is None:
                self._strange(False)
            key_at = _blanks(text, stop)
        key_end = self._key_end(key_at)
        if key_end < 0:
            self._keyless(begin, at, indent, column, item_start)
            return
        colon = text.index(":", key_end)
        key = self._key(key_at, key_end)
        if anchor is not None or tag is not None:
            key.anchor = anchor
            key.tag = tag
            if anchor is not None:
                self._linked(key)
        level = self._mapping(begin, at, column, item_start)
        if level is None:
            self.at = self._line_end(at) + 1
            return
        value = self._empty(colon + 1)
        level.pairs.append(Pair(self.chunk, key, value, colon))
        level.open = True
        after = _blanks(text, colon + 1)
        self._value(level, value, after)

    def _mapping(self, begin: int, at: int, column: int, item_start: int) -> _Level | None:
        """The level of a key at `at`; None where the nesting is too deep."""
        if item_start < 0:
            return self._open(column, False, at, begin)
        if len(self.stack) >= _MAX_DEPTH:
            self._complain("junk", at, self._stripped(at, self._line_end(at)))
            return None
        return self._push(column, Mapping(self.chunk, at, at, "block"), at)

    def _key_end(self, at: int) -> int:
        """The end of the key at `at`, -1 where no key stands there."""
        text = self.text
        first = text[at : at + 1]
        if first in ('"', "'"):
            found = _QUOTED_KEY.match(text, at)
            return found.end() if found is not None else -1
        if first in ("", "\n", "\r", "#", "[", "]", "{", "}", ",", "|", ">", "%", "@", "`"):
            return -1
        if first in ("?", "-", ":") and text[at + 1 : at + 2] in ("", " ", "\t", "\r", "\n"):
            return -1
        ending = _KEY_END.search(text, at)
        if ending is None or ending.group(1) is None:
            return -1
        end = self._stripped(at, ending.start())
        if end == at:
            return -1
        if first == "*":
            self._strange(True)
        return end

    def _key(self, start: int, end: int) -> Scalar:
        text = self.text
        first = text[start]
        if first == '"':
            return Scalar(self.chunk, start, end, _unescape(text[start + 1 : end - 1]), "double")
        if first == "'":
            return Scalar(self.chunk, start, end, text[start + 1 : end - 1].replace("''", "'"), "single")
        return Scalar(self.chunk, start, end, text[start:end], "plain")

    def _value(self, level: _Level, empty: Scalar, at: int) -> None:
        """Read the value at `at` of the last key or item of `level`, whose place `empty` holds until then."""
        text = self.text
        props_end = -1
        while text[at : at + 1] in ("&", "!"):
            found = _PROPERTY.match(text, at)
            props_end = found.end() if found is not None else at + 1
            if text[at] == "&":
                if empty.anchor is not None:
                    self._complain("junk", at, props_end)
                empty.anchor = text[at + 1 : props_end]
            else:
                if empty.tag is not None:
                    self._complain("junk", at, props_end)
                empty.tag = text[at:props_end]
            if _SIMPLE_PROPERTY.fullmatch(text, at, props_end) is None:
                self._strange(False)
            at = _blanks(text, props_end)
        if props_end >= 0:
            empty.start = empty.end = props_end
        if at >= self.size or text[at] == "\n":
            if empty.anchor is not None:
                self._linked_later(level)
            self.at = at + 1
            return
        first = text[at]
        if first == "#" and (at == 0 or text[at - 1] in " \t\r"):
            if empty.anchor is not None:
                self._linked_later(level)
            end = self._line_end(at)
            self._comment(at, end)
            self.at = end + 1
            return
        if empty.anchor is not None:
            # Before the value is read, since anchors are known from where they are written.
            self._linked_later(level)
        value = self._node(at, level.indent)
        level.attach(value)

    def _linked_later(self, level: _Level) -> None:
        """Note an anchor whose node is not complete: the slot is looked up when the chunk has been read."""
        node = level.last()
        if node is not None:
            self._linked(_Slot(level, len(level.node.items) - 1 if isinstance(level.node, Sequence) else len(level.pairs) - 1))

    def _node(self, at: int, indent: int) -> Node:
        """The value at `at` inside a collection of indentation `indent`; leaves `self.at` at the line after it."""
        text = self.text
        first = text[at]
        if first == '"' or first == "'":
            scalar = self._quoted(at, indent)
            if scalar.unterminated:
                self.at = self._line_end(at) + 1
            else:
                self._rest(scalar.end)
            return scalar
        if first == "[" or first == "{":
            node = self._flow(at, indent)
            if node.unterminated:
                self.at = self._line_end(node.end) + 1
            else:
                self._rest(node.end)
            return node
        if first == "*":
            found = _ALIAS.match(text, at)
            if found is not None:
                alias = Alias(self.chunk, at, found.end(), text[at + 1 : found.end()])
                if not _is_anchor_name(alias.name):
                    self._strange(False)
                self._linked(alias)
                self._rest(found.end())
                return alias
        if first == "|" or first == ">":
            header = _BLOCK_HEADER.match(text, at)
            if header is not None:
                return self._block_scalar(at, header, indent)
        end = self._plain(at)
        return Scalar(self.chunk, at, end, text[at:end], "plain")

    def _plain(self, at: int) -> int:
        """The end of the plain scalar at `at` in its line; notes a comment after it and goes to the next line."""
        found = _PLAIN_END.search(self.text, at)
        stop = found.start() if found is not None else self.size
        end = self._stripped(at, stop)
        line_end = stop
        if stop < self.size and self.text[stop] == "#":
            line_end = self._line_end(stop)
            self._comment(stop, line_end)
        self.at = line_end + 1
        return end

    # -- text without a key

    def _keyless(self, begin: int, at: int, indent: int, column: int, item_start: int) -> None:
        text = self.text
        first = text[at]
        if first == "?" and text[at + 1 : at + 2] in ("", " ", "\t", "\r", "\n"):
            self._strange(True)
        found = _PLAIN_END.search(text, at)
        end = self._stripped(at, found.start() if found is not None else self.size)
        below, entry_below = self._below(begin)
        is_word = first not in "[{|>&*!"
        level = self.stack[-1] if self.stack else None
        if item_start >= 0:
            if level is None:
                self.at = self._line_end(at) + 1
                return
            if is_word and entry_below and below >= column:
                self._fragment(self._mapping(begin, at, column, item_start), at, end, below > column)
                return
            last = level.last()
            if isinstance(last, Scalar):
                self._value(level, last, at)
            return
        parent = entry_below and (below > column or (below == column and self._dash_below(begin)))
        if level is not None and indent > level.indent:
            last = level.last()
            if not level.open and not parent and isinstance(last, Scalar) and last.style == "plain" and not text[last.end : at].strip(" \t\r\n"):
                # A plain scalar goes on in the next lines as long as they stand further right than its key.
                last.end = end
                last.value = _fold_plain(text[last.start : end])
                self._plain(at)
                return
            if level.open and isinstance(last, Scalar) and (not is_word or not (entry_below and below >= column)):
                self._value(level, last, at)
                return
        if parent or level is None or (level.open and indent > level.indent):
            target = self._open(column, False, at, begin)
        else:
            target = self._place(column, at, begin)
        self._fragment(target, at, end, parent)

    def _fragment(self, level: _Level | None, at: int, end: int, parent: bool) -> None:
        """Text where a key belongs: the first half of one that is being typed, or one that lost its colon."""
        text = self.text
        if level is None:
            self.at = self._line_end(at) + 1
            return
        line_end = self._line_end(at)
        self._complain("missing-colon", at, end)
        stop = at
        if not parent:
            while stop < end and text[stop] not in " \t":
                stop += 1
        else:
            stop = end
        key = Scalar(self.chunk, at, max(stop, min(at + 1, end)), "", "plain")
        key.value = text[key.start : key.end]
        if text[at] in "\"'":
            key.unterminated = len(key.value) < 2 or key.value[-1] != text[at]
            key.value = key.value[1:] if key.unterminated else key.value[1:-1]
            key.style = "double" if text[at] == '"' else "single"
        level.pairs.append(Pair(self.chunk, key, None, -1))
        level.open = parent
        found = _PLAIN_END.search(text, end)
        if found is not None and found.group() == "#":
            self._comment(found.start(), line_end)
        self.at = line_end + 1

    def _place(self, indent: int, at: int, begin: int) -> _Level:
        """The mapping that a fragment at this indentation belongs to; open levels stay open."""
        stack = self.stack
        for index in range(len(stack) - 1, -1, -1):
            level = stack[index]
            if level.indent <= indent:
                if not level.seq:
                    return level
                if index and level.indent == indent == stack[index - 1].indent:
                    # Next to a list whose dashes stand under their key's own first letter.
                    return stack[index - 1]
                return self._of_item(level, at)
        return self._open(indent, False, at, begin)

    def _of_item(self, level: _Level, at: int) -> _Level:
        """The mapping in the last item of a sequence, for a key that stands where only a dash may stand."""
        last = level.last()
        index = self.stack.index(level)
        if isinstance(last, Mapping) and last.form == "block":
            if index + 1 < len(self.stack) and self.stack[index + 1].node is last:
                return self.stack[index + 1]
            mapping = last
        else:
            mapping = Mapping(self.chunk, at, at, "block")
            if isinstance(level.node, Sequence):
                if isinstance(last, Scalar) and last.style == "empty":
                    level.attach(mapping)
                else:
                    level.node.items.append(mapping)
        inner = _Level(level.indent, mapping)
        if index + 1 == len(self.stack) and index + 1 < _MAX_DEPTH:
            self.stack.append(inner)
        return inner

    def _below(self, begin: int) -> tuple[int, bool]:
        """The indentation of the next line with content, and whether that line starts a key or an item."""
        text = self.text
        at = self._next_content(begin)
        indented = _INDENT.match(text, at)
        stop = indented.end() if indented is not None else at
        if stop >= self.size:
            return -1, False
        indent = stop - at
        if "\t" in text[at:stop]:
            indent = sum(2 if ch == "\t" else 1 for ch in text[at:stop])
        if _STARTS_ENTRY.match(text, stop) is not None:
            return indent, True
        return indent, self._is_key(stop)

    def _is_key(self, at: int) -> bool:
        """Whether a key with spaces or signs in it stands at `at`."""
        ending = _KEY_END.search(self.text, at)
        return ending is not None and ending.group(1) is not None and self.text[at] not in "\"'[{&*!|>%@`#"

    def _next_content(self, begin: int) -> int:
        found = _TO_CONTENT.match(self.text, min(self._line_end(begin) + 1, self.size))
        return found.end() if found is not None else self.size

    def _dash_below(self, begin: int) -> bool:
        at = self._next_content(begin)
        indented = _INDENT.match(self.text, at)
        return _DASH_CHILD.match(self.text, indented.end() if indented is not None else at) is not None

    # -- block collections

    def _push(self, indent: int, node: Mapping | Sequence, start: int) -> _Level:
        stack = self.stack
        if len(stack) >= _MAX_DEPTH:
            top = stack[-1]
            self._complain("junk", start, self._stripped(start, self._line_end(start)))
            if top.seq == isinstance(node, Sequence):
                return top
            return _Level(indent, node)
        if stack:
            stack[-1].attach(node)
        else:
            self.chunk.root = node
        level = _Level(indent, node)
        stack.append(level)
        return level

    def _open(self, indent: int, seq: bool, start: int, begin: int) -> _Level:
        """Find or make the level for a key (`seq`: a dash) at `start`, in a line that begins at `begin`."""
        stack = self.stack
        popped: _Level | None = None
        while stack:
            top = stack[-1]
            if top.indent > indent:
                if len(stack) > 1:
                    popped = stack.pop()
                    continue
                # Further left than everything in the chunk.
                self._complain("bad-indent", begin, start)
                if top.seq == seq:
                    top.indent = indent
                    return top
                if top.seq:
                    return self._of_item(top, start)
                return self._push(indent, Sequence(self.chunk, start, start, "block"), start)
            if popped is not None and top.indent < indent and seq == popped.seq and not top.open:
                # A column between two open levels: the inner one is the better guess.
                self._complain("bad-indent", begin, start)
                popped.indent = indent
                stack.append(popped)
                return popped
            if top.indent == indent:
                if top.seq == seq:
                    return top
                if seq and len(stack) > 1 and stack[-2].seq and stack[-2].indent == indent:
                    # The mapping of an item whose keys have lost their indentation; here the next item begins.
                    popped = stack.pop()
                    continue
                if top.seq:
                    if len(stack) > 1 and stack[-2].indent == indent:
                        # A key after a list whose dashes stand under the key's own first letter.
                        popped = stack.pop()
                        continue
                    self._complain("bad-indent", begin, start)
                    if len(stack) == 1 and self.lenient and all(isinstance(item, Scalar) for item in top.node.items):
                        # A dash typed, or left of a document's first line, above the keys of the top level.
                        stack.clear()
                        break
                    return self._of_item(top, start)
                if not top.open:
                    self._complain("bad-indent", start, start + 1)
                    last = top.last()
                    if isinstance(last, Sequence) and last.form == "block":
                        level = _Level(popped.indent if popped is not None and popped.node is last else indent, last)
                        stack.append(level)
                        return level
                    self._orphan(top, start)
                break
            if not top.open:
                if not top.seq and not seq:
                    if indent == top.usual:
                        top.indent = indent
                    else:
                        self._complain("bad-indent", begin, start)
                    return top
                self._complain("bad-indent", begin, start)
                if top.seq and seq and not isinstance(top.last(), Scalar):
                    return top
                if seq and not top.seq:
                    self._orphan(top, start)
            break
        node: Mapping | Sequence = Sequence(self.chunk, start, start, "block") if seq else Mapping(self.chunk, start, start, "block")
        return self._push(indent, node, start)

    def _orphan(self, level: _Level, start: int) -> None:
        """Make room in a mapping for a list whose key is missing: a key of no width, without separator."""
        level.pairs.append(Pair(self.chunk, self._empty(start), None, -1))
        level.open = True

    # -- scalars

    def _quoted(self, at: int, indent: int) -> Scalar:
        text = self.text
        double = text[at] == '"'
        style = "double" if double else "single"
        found = (_DOUBLE_LINE if double else _SINGLE_LINE).match(text, at)
        if found is not None:
            end = found.end()
            inner = text[at + 1 : end - 1]
            if double:
                value = _unescape(inner) if "\\" in inner else inner
            else:
                value = inner.replace("''", "'") if "''" in inner else inner
            return Scalar(self.chunk, at, end, value, style)
        # It goes on in the next lines, unless they look like the next entries of the file.
        limit = line_end = self._line_end(at)
        lines = 0
        while limit < self.size:
            begin = limit + 1
            indented = _INDENT.match(text, begin)
            content = indented.end() if indented is not None else begin
            line_end = self._line_end(content)
            lines += 1
            if content < line_end and text[content] != "\r":
                if content - begin <= indent or lines > _MAX_QUOTED_LINES or _STARTS_ENTRY.match(text, content) is not None:
                    break
            limit = line_end
            if text.find(text[at], begin, line_end) >= 0:
                found = (_DOUBLE if double else _SINGLE).match(text, at, line_end)
                if found is not None:
                    inner = text[at + 1 : found.end() - 1]
                    return Scalar(self.chunk, at, found.end(), _fold_double(inner) if double else _fold_single(inner), style)
        end = self._stripped(at, self._line_end(at))
        self._complain("unterminated-string", at, end)
        inner = text[at + 1 : end]
        return Scalar(self.chunk, at, end, _unescape(inner) if double else inner.replace("''", "'"), style, True)

    def _block_scalar(self, at: int, header: re.Match[str], indent: int) -> Scalar:
        text = self.text
        comment = header.start(5)
        line_end = header.end()
        if comment >= 0:
            self._comment(comment, line_end)
            if text[comment - 1] not in " \t\r":
                self._complain("trailing-text", comment, self._stripped(comment, line_end))
        width = header.group(2) or header.group(3)
        parent = indent if self.stack else -1
        needed = max(parent, 0) + int(width) if width is not None else 0
        begin = line_end + 1
        lines: list[str] = []
        end = self._stripped(at, line_end if comment < 0 else comment)
        widest = 0
        while begin < self.size:
            spaces = _SPACES.match(text, begin)
            content = spaces.end() if spaces is not None else begin
            line_end = self._line_end(content)
            column = content - begin
            if content < line_end and not (text[content] == "\r" and content + 1 == line_end):
                if column <= parent:
                    break
                if not needed:
                    needed = max(column, widest, parent + 1, 1)
                    if text[content] == "\t":
                        # libyaml refuses a tab while it looks for the indentation.
                        self._complain("tab-indent", begin, content + 1)
                if column < needed:
                    self._complain("bad-indent", begin, content)
                end = self._stripped(at, line_end)
            else:
                widest = max(widest, column)
            lines.append(text[begin:line_end])
            begin = line_end + 1
        self.at = begin
        chomp = header.group(1) or header.group(4) or ""
        value = _block_value(lines, needed or max(widest, parent + 1, 1), text[at] == ">", chomp, begin <= self.size)
        return Scalar(self.chunk, at, end, value, "folded" if text[at] == ">" else "literal")

    # -- flow collections

    def _root_flow(self, at: int) -> None:
        node = self._flow(at, -1)
        self.chunk.root = node
        self.root_value = True
        if node.unterminated:
            self.at = self._line_end(node.end) + 1
        else:
            self._rest(node.end)

    def _flow(self, start: int, indent: int) -> Mapping | Sequence:
        """The flow collection at `start`, inside a block of indentation `indent`."""
        return _Flow(self, start, indent).run()

    def _finish_links(self) -> None:
        """Put the nodes themselves in place of the noted slots."""
        links = self.links
        if links is not None:
            for index, entry in enumerate(links):
                if isinstance(entry, _Slot):
                    links[index] = entry.node()


class _Slot(Node):
    """Stands for a node that bears an anchor and is not read yet."""

    __slots__ = ("index", "level")

    def __init__(self, level: _Level, index: int) -> None:
        Node.__init__(self, level.node.chunk, 0, 0)
        self.level = level
        self.index = index

    def node(self) -> Node:
        collection = self.level.node
        if isinstance(collection, Sequence):
            return collection.items[self.index]
        value = collection.pairs[self.index].value
        return value if value is not None else collection


class _Flow:
    """The reading of one flow collection, without recursion."""

    __slots__ = ("anchor", "at", "indent", "key", "open", "ready", "safe", "scanner", "separators", "start", "tag", "text")

    def __init__(self, scanner: _Scanner, start: int, indent: int) -> None:
        self.scanner = scanner
        self.text = scanner.text
        self.start = start
        self.indent = indent
        self.at = start
        self.open: list[Mapping | Sequence] = []
        # For each open collection: the key that waits for its value, and where its colon is (-1: not seen).
        self.key: list[Node | None] = []
        self.separators: list[int] = []
        # Whether a complete value stands since the last comma.
        self.ready: list[bool] = []
        self.anchor: str | None = None
        self.tag: str | None = None
        # Comments before this offset are known to belong to the collection.
        self.safe = -1

    def run(self) -> Mapping | Sequence:
        scanner = self.scanner
        text = self.text
        size = scanner.size
        root: Mapping | Sequence | None = None
        skipped = 0
        while True:
            self.at = at = _blanks(text, self.at)
            if at >= size or text[at] == "\n":
                if not self._next_line():
                    break
                continue
            first = text[at]
            if first == "[" or first == "{":
                if len(self.open) >= _MAX_DEPTH:
                    if not skipped:
                        scanner._complain("junk", at, at + 1)
                    skipped += 1
                    self.at = at + 1
                    continue
                node: Mapping | Sequence = Sequence(scanner.chunk, at, at + 1, "flow") if first == "[" else Mapping(scanner.chunk, at, at + 1, "flow")
                self._take_properties(node)
                if root is None:
                    root = node
                else:
                    self._add(node)
                self.open.append(node)
                self.key.append(None)
                self.separators.append(-1)
                self.ready.append(False)
                self.at = at + 1
            elif first == "]" or first == "}":
                if skipped:
                    skipped -= 1
                    self.at = at + 1
                    continue
                node = self.open[-1]
                if isinstance(node, Sequence) != (first == "]"):
                    scanner._complain("junk", at, at + 1)
                self._flush(at)
                node.end = at + 1
                self.at = at + 1
                self._pop()
                if not self.open:
                    return node
            elif first == ",":
                if not self.ready[-1] and self.key[-1] is None:
                    # Nothing between two commas; libyaml refuses that.
                    scanner._complain("junk", at, at + 1)
                self._flush(at)
                self.ready[-1] = False
                self.at = at + 1
            elif first == "#":
                end = scanner._line_end(at)
                scanner._comment(at, end)
                self.at = end
            elif first == ":" and (at + 1 >= size or text[at + 1] in " \t\r\n,[]{}" or self._after_quote(at)):
                self._colon(at)
                self.at = at + 1
            elif first == "&" or first == "!":
                found = _FLOW_PROPERTY.match(text, at)
                end = found.end() if found is not None else at + 1
                if first == "&":
                    self.anchor = text[at + 1 : end]
                else:
                    self.tag = text[at:end]
                if end < size and text[end] not in " \t\r\n":
                    scanner._strange(False)
                self.at = end
            elif first == "*":
                found = _FLOW_ALIAS.match(text, at)
                end = found.end() if found is not None else at + 1
                alias = Alias(scanner.chunk, at, end, text[at + 1 : end])
                if not _is_anchor_name(alias.name):
                    scanner._strange(False)
                scanner._linked(alias)
                self._add(alias)
                self.at = end
            elif first == '"' or first == "'":
                scalar = scanner._quoted(at, self.indent)
                self._take_properties(scalar)
                self._add(scalar)
                self.at = scalar.end
                if scalar.unterminated:
                    self.at = scanner._line_end(scalar.end)
            else:
                self._plain(at)
        # The end of the file, or a line that cannot be part of the collection.
        assert root is not None
        end = scanner._stripped(self.start, self.at)
        for node in reversed(self.open):
            self._flush(end)
            node.end = end
            node.unterminated = True
            self._pop()
        line_end = scanner._stripped(self.start, scanner._line_end(self.start))
        scanner._complain("unterminated-flow", self.start, min(end, line_end))
        return root

    def _pop(self) -> None:
        self.open.pop()
        self.key.pop()
        self.separators.pop()
        self.ready.pop()

    def _after_quote(self, at: int) -> bool:
        key = self.key[-1] if self.key else None
        if isinstance(key, (Mapping, Sequence)):
            return key.end == at
        return isinstance(key, Scalar) and key.style in ("double", "single") and key.end == at

    def _next_line(self) -> bool:
        """Go on in the next line with content; False where the collection cannot go on there."""
        scanner = self.scanner
        text = self.text
        begin = self.at
        while begin < scanner.size:
            begin += 1
            indented = _INDENT.match(text, begin)
            at = indented.end() if indented is not None else begin
            if at >= scanner.size:
                break
            if text[at] == "\r":
                at = _blanks(text, at)
            if at >= scanner.size:
                break
            if text[at] == "\n":
                begin = at
                continue
            if text[at] == "#":
                end = scanner._line_end(at)
                if at - begin <= self.indent and begin >= self.safe:
                    # Whether it belongs to the collection shows in the line after it.
                    ahead = _TO_CONTENT.match(text, begin)
                    stop = ahead.end() if ahead is not None else end
                    more = _INDENT.match(text, stop)
                    content = more.end() if more is not None else stop
                    if content >= scanner.size or (content - stop <= self.indent and text[content] not in "]}"):
                        return False
                    self.safe = stop
                scanner._comment(at, end)
                begin = end
                continue
            if at - begin <= self.indent and text[at] not in "]}":
                return False
            found = _STARTS_ENTRY.match(text, at)
            if found is not None and (isinstance(self.open[-1], Sequence) or text[at] == "-" and found.end() == at + 1):
                return False
            self.at = at
            return True
        return False

    def _take_properties(self, node: Node) -> None:
        if self.anchor is not None:
            node.anchor = self.anchor
            self.anchor = None
            self.scanner._linked(node)
        if self.tag is not None:
            node.tag = self.tag
            self.tag = None

    def _add(self, node: Node) -> None:
        """A complete value, or a key."""
        container = self.open[-1]
        if isinstance(container, Sequence):
            if self.ready[-1]:
                self.scanner._complain("junk", node.start, node.end)
            container.items.append(node)
            self.key[-1] = node
            self.ready[-1] = True
            return
        key = self.key[-1]
        if key is None:
            if self.ready[-1]:
                self.scanner._complain("junk", node.start, node.end)
            self.key[-1] = node
            if not isinstance(node, Scalar):
                self.scanner._strange(True)
        elif self.separators[-1] < 0:
            # Two keys without a comma between them.
            self.scanner._complain("junk", node.start, node.end)
            self._flush(node.start)
            self.key[-1] = node
        else:
            container.pairs.append(Pair(self.scanner.chunk, key, node, self.separators[-1]))
            self.key[-1] = None
            self.separators[-1] = -1
            self.ready[-1] = True

    def _colon(self, at: int) -> None:
        container = self.open[-1]
        key = self.key[-1]
        if isinstance(container, Sequence):
            # A pair among items stands for a mapping of its own.
            self.scanner._strange(False)
            if not container.items or not isinstance(key, Scalar) or container.items[-1] is not key:
                self.scanner._complain("junk", at, at + 1)
            else:
                self.ready[-1] = False
            return
        if key is None or self.separators[-1] >= 0:
            self.scanner._strange(key is None)
            self.scanner._complain("junk", at, at + 1)
            return
        self.separators[-1] = at

    def _flush(self, end: int) -> None:
        """A key that stays without value."""
        scanner = self.scanner
        container = self.open[-1]
        if self.anchor is not None or self.tag is not None:
            # Properties of nothing.
            scanner._strange(False)
            self.anchor = self.tag = None
        key = self.key[-1]
        if isinstance(container, Mapping) and key is not None:
            separator = self.separators[-1]
            at = key.end if separator < 0 else separator + 1
            container.pairs.append(Pair(scanner.chunk, key, scanner._empty(at), separator))
        self.key[-1] = None
        self.separators[-1] = -1

    def _plain(self, at: int) -> None:
        scanner = self.scanner
        text = self.text
        found = _FLOW_PLAIN.match(text, at)
        end = found.end() if found is not None else at + 1
        self.at = end
        start = at
        lines = False
        if "?" in text[start:end] or text[start] in "-?|>%@`":
            scanner._strange(text[start] == "?")
        while True:
            # A plain scalar may go on in the next line.
            after = _blanks(text, self.at)
            if after >= scanner.size or text[after] != "\n":
                break
            comments = len(scanner.comments)
            before = self.at
            self.at = after
            if not self._next_line():
                self.at = before
                break
            if len(scanner.comments) > comments:
                break
            found = _FLOW_PLAIN.match(text, self.at)
            if found is None:
                break
            end = self.at = found.end()
            lines = True
        scalar = Scalar(scanner.chunk, start, end, _fold_plain(text[start:end]) if lines else text[start:end], "plain")
        self._take_properties(scalar)
        self._add(scalar)


def _problem_start(problem: Problem) -> int:
    return problem.span.start


def _is_anchor_name(name: str) -> bool:
    """Whether libyaml reads all of `name` as the name of an anchor."""
    return name.isascii() and name.replace("-", "a").replace("_", "a").isalnum()


# ----------------------------------------------------------------------------------------------------------- scalar text


def _fold_plain(source: str) -> str:
    """The value of a plain scalar of several lines."""
    return _fold(source.split("\n"))


def _fold(lines: list[str]) -> str:
    """Lines joined as YAML folds them: one line end is a blank, more are one line end fewer."""
    parts = [lines[0].rstrip(" \t\r")]
    breaks = 0
    last = len(lines) - 1
    for index in range(1, last + 1):
        line = lines[index].lstrip(" \t") if index == last else lines[index].strip(" \t\r")
        breaks += 1
        if line == "" and index != last:
            continue
        parts.append(" " if breaks == 1 else "\n" * (breaks - 1))
        parts.append(line)
        breaks = 0
    return "".join(parts)


def _fold_single(inner: str) -> str:
    return _fold(inner.split("\n")).replace("''", "'")


def _fold_double(inner: str) -> str:
    """The value of a double-quoted scalar of several lines; a backslash at the end of a line joins it to the next."""
    parts: list[str] = []
    breaks = 0
    joined = False
    lines = inner.split("\n")
    last = len(lines) - 1
    for index, line in enumerate(lines):
        if line.endswith("\r") and index != last:
            line = line[:-1]
        if index:
            line = line.lstrip(" \t")
            breaks += 1
            if line == "" and index != last:
                continue
            if joined:
                parts.append("\n" * (breaks - 1))
            else:
                parts.append(" " if breaks == 1 else "\n" * (breaks - 1))
            breaks = 0
        joined = False
        if index != last:
            if _ends_in_backslash(line):
                joined = True
                line = line[:-1]
            else:
                bare = line.rstrip(" \t")
                if bare != line and _ends_in_backslash(bare):
                    # The blank after a backslash is content.
                    bare = line[: len(bare) + 1]
                line = bare
        parts.append(_unescape(line) if "\\" in line else line)
    return "".join(parts)


def _ends_in_backslash(line: str) -> bool:
    """Whether the line ends in a backslash that is not itself escaped."""
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _unescape(inner: str) -> str:
    return _ESCAPE.sub(_escaped, inner) if "\\" in inner else inner


def _escaped(found: re.Match[str]) -> str:
    simple = found.group(4)
    if simple is not None:
        return _SIMPLE_ESCAPES.get(simple, found.group())
    code = int(found.group(1) or found.group(2) or found.group(3), 16)
    return chr(code) if code <= 0x10FFFF else found.group()


def _block_value(lines: list[str], indent: int, folded: bool, chomp: str, ended: bool) -> str:
    """The value of a block scalar: its `lines`, of which the last has a line end only if `ended`.

    Follows libyaml's yaml_parser_scan_block_scalar step by step.
    """
    parts: list[str] = []
    leading_break = ""
    trailing: list[str] = []
    leading_blank = False
    last = len(lines) - 1
    for index, line in enumerate(lines):
        if line.endswith("\r"):
            line = line[:-1]
        stripped = line.lstrip(" ")
        column = len(line) - len(stripped)
        has_break = index != last or ended
        if not stripped and column <= indent:
            if has_break:
                trailing.append("\n")
            continue
        content = line[min(column, indent) :]
        blank = content[:1] in (" ", "\t")
        if folded and leading_break and not leading_blank and not blank:
            if not trailing:
                parts.append(" ")
        else:
            parts.append(leading_break)
        parts.extend(trailing)
        trailing.clear()
        leading_blank = blank
        parts.append(content)
        leading_break = "\n" if has_break else ""
    if chomp != "-":
        parts.append(leading_break)
    if chomp == "+":
        parts.extend(trailing)
    return "".join(parts)


# --------------------------------------------------------------------------------------------------------- exact reading

_BETWEEN = LazyPattern(r"(?:[ \t\r\n\ufeff\x85\u2028\u2029]|(?<![^ \t\r\n,\[\]{}\"'])#[^\n]*)*")
_SEPARATOR = LazyPattern(r"(?:[ \t\r\n]|(?<=[ \t\r\n])#[^\n]*)*:")
_COMMENT = LazyPattern("#[^\n\x85\u2028\u2029]*")


def _exact(text: str, scanned: str, frame: _Frame, begin: int, is_complex: bool, head: str = "") -> Tree | None:
    """The tree as libyaml reads the text, None where it refuses.

    `begin` is where the chunk begins that stands above the first in which the scanner had to guess (the one above, since
    libyaml may take text without a key for its value); `head` is the key line of the block that this chunk is a child of.
    All further above reads alike in both, so what libyaml says from there on decides; it usually refuses within a
    line or two.
    """
    if begin and strict.judge(head + text[begin : frame.end], "yaml") is not None:
        return None
    try:
        events = strict.events(text)
    except strict.Refused:
        return None
    chunk = Chunk(text[: frame.end])
    builder = _Builder(chunk, scanned[: frame.end], events)
    chunk.root = builder.build()
    limited = is_complex or builder.is_complex
    tree = Tree(text, "yaml", [(0, chunk)], _documents(text, frame, chunk.root), limited)
    tree.memo[_WHOLE] = True
    return tree


class _Builder:
    """Nodes from libyaml's events."""

    __slots__ = ("chunk", "events", "is_complex", "links", "scalars", "text")

    def __init__(self, chunk: Chunk, text: str, events: list[strict.Event]) -> None:
        self.chunk = chunk
        self.text = text
        self.events = events
        self.links: list[Node] = []
        self.scalars: list[Span] = []
        self.is_complex = False

    def build(self) -> Node | None:
        root: Node | None = None
        # Each open collection with the key that waits for its value.
        stack: list[Mapping | Sequence] = []
        keys: list[Node | None] = []
        skipped = 0
        for event in self.events:
            if event.kind == "end":
                if skipped:
                    skipped -= 1
                    continue
                closed = stack.pop()
                keys.pop()
                if closed.form == "flow":
                    closed.end = event.end
                elif isinstance(closed, Mapping) and closed.pairs:
                    closed.end = closed.start
                continue
            is_collection = event.kind == "map" or event.kind == "seq"
            if skipped:
                skipped += is_collection
                continue
            if is_collection and len(stack) >= _MAX_DEPTH:
                skipped = 1
                node: Node = Scalar(self.chunk, event.start, max(event.start, event.end), "", "plain")
                self.chunk.problems.append(Problem("junk", Span(node.start, node.end)))
            else:
                node = self._node(event)
            if not stack:
                root = node
            elif isinstance(stack[-1], Sequence):
                stack[-1].items.append(node)
            elif keys[-1] is None:
                keys[-1] = node
                if not isinstance(node, Scalar):
                    self.is_complex = True
            else:
                stack[-1].pairs.append(self._pair(keys[-1], node))
                keys[-1] = None
            if not skipped and isinstance(node, (Mapping, Sequence)):
                stack.append(node)
                keys.append(None)
        if isinstance(root, Scalar) and root.style == "empty" and root.anchor is None and root.tag is None:
            root = None
        _link(self.links)
        self._comments()
        return root

    def _node(self, event: strict.Event) -> Node:
        text = self.text
        start = min(event.start, len(text))
        end = max(start, min(event.end, len(text)))
        if event.kind == "alias":
            alias = Alias(self.chunk, start, end, event.value)
            self.links.append(alias)
            return alias
        anchor: str | None = None
        tag: str | None = None
        if event.anchor or event.has_tag:
            start, anchor, tag = self._properties(start, end if event.kind == "scalar" else len(text))
        node: Node
        if event.kind == "map":
            node = Mapping(self.chunk, start, max(start, end), "flow" if event.flow else "block")
        elif event.kind == "seq":
            node = Sequence(self.chunk, start, max(start, end), "flow" if event.flow else "block")
        else:
            style = _STYLES.get(event.style, "plain")
            if style in ("literal", "folded"):
                stop = text.find("\n", start)
                stop = len(text) if stop < 0 or stop > end else stop
                header = text.find("#", start, stop)
                while end > start and text[end - 1] in " \t\r\n":
                    end -= 1
                if header >= 0 and end <= stop:
                    end = header
                    while end > start and text[end - 1] in " \t\r":
                        end -= 1
                # A comment in the header is no part of the scalar's text.
                self.scalars.append(Span(start, header if header >= 0 else start))
                self.scalars.append(Span(stop, max(stop, end)))
            elif style == "plain" and not event.value:
                style = "empty"
                start = end
            else:
                self.scalars.append(Span(start, end))
            node = Scalar(self.chunk, start, end, event.value, style)
        node.anchor = anchor
        node.tag = tag
        if anchor is not None:
            self.links.append(node)
        return node

    def _properties(self, start: int, limit: int) -> tuple[int, str | None, str | None]:
        """Where the node itself begins that has properties at `start`, its anchor and its tag as written."""
        text = self.text
        anchor: str | None = None
        tag: str | None = None
        at = start
        after = start
        while at < limit and text[at] in "&!":
            found = (_PROPERTY if text[at] == "!" and text.startswith("!<", at) else _FLOW_PROPERTY).match(text, at)
            stop = found.end() if found is not None else at + 1
            if text[at] == "&":
                anchor = text[at + 1 : stop]
            else:
                tag = text[at:stop]
            after = stop
            between = _BETWEEN.match(text, stop)
            at = between.end() if between is not None else stop
        return (after if at >= limit else at), anchor, tag

    def _pair(self, key: Node, value: Node) -> Pair:
        found = _SEPARATOR.match(self.text, key.end)
        separator = found.end() - 1 if found is not None else -1
        if isinstance(value, Scalar) and value.style == "empty" and value.anchor is None and value.tag is None:
            value.start = value.end = separator + 1 if separator >= 0 else key.end
        return Pair(self.chunk, key, value, separator)

    def _comments(self) -> None:
        text = self.text
        at = 0
        scalars = sorted(self.scalars)
        scalars.append(Span(len(text), len(text)))
        for span in scalars:
            if span.start > at:
                for found in _COMMENT.finditer(text, at, span.start):
                    begin, end = found.span()
                    if end > begin and text[end - 1] == "\r":
                        end -= 1
                    self.chunk.comments.append(Span(begin, end))
            at = max(at, span.end)


_STYLES = {'"': "double", "'": "single", "|": "literal", ">": "folded"}
