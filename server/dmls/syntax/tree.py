"""One tree for YAML and TOML, with exact positions, for any text however broken.

A `Tree` is made of `Chunk`s: runs of whole lines whose syntax is a function of their own text alone.  Nodes hold
offsets relative to the start of their chunk, so an unchanged chunk is shared between two versions of a file even
when lines were added above it; `Tree.span` gives the place in the file.  Whatever is derived from one chunk alone may be
kept in `Chunk.memo`, and lives exactly as long as the chunk.

A block collection that spreads over several chunks (the top level; the rules below a long `routes:`) is assembled
anew for each tree from the pairs of its chunks; its own extent is that of its children.
"""

from __future__ import annotations

from typing import Iterator, Union

from dmls.named import NamedTuple
from dmls.text import LineIndex, Span


class Problem(NamedTuple):
    """A place where the scanner had to guess.  `code` is a message id of the rule `syntax`.

    Codes: missing-colon, missing-equals, missing-value, bad-indent, tab-indent, unterminated-string,
    unterminated-flow, unterminated-header, trailing-text, junk.
    """

    code: str
    span: Span


class Node:
    """Something with a value: base of Scalar, Mapping, Sequence and Alias."""

    __slots__ = ("anchor", "chunk", "end", "start", "tag")

    def __init__(self, chunk: Chunk, start: int, end: int) -> None:
        self.chunk = chunk
        self.start = start
        self.end = end
        self.anchor: str | None = None
        self.tag: str | None = None


class Scalar(Node):
    """`value` is the text after quoting and escapes are undone; of what type it is, DM's decoders decide.

    `style` in YAML: plain, single, double, literal (``|``), folded (``>``), empty (nothing written; zero width).
    In TOML: basic, literal, multi-basic, multi-literal, integer, float, boolean, datetime, bare (a key without quotes),
    empty, and junk (no TOML value).  A quoted scalar's span includes its quotes.
    """

    __slots__ = ("style", "unterminated", "value")

    def __init__(self, chunk: Chunk, start: int, end: int, value: str, style: str, unterminated: bool = False) -> None:
        # The fields of Node are set here once more, since most nodes are scalars and a call costs.
        self.chunk = chunk
        self.start = start
        self.end = end
        self.anchor = None
        self.tag = None
        self.value = value
        self.style = style
        self.unterminated = unterminated


class Mapping(Node):
    """`form`: block, flow (YAML); root, table, array-table, inline, dotted, implicit (TOML)."""

    __slots__ = ("form", "pairs", "unterminated")

    def __init__(self, chunk: Chunk, start: int, end: int, form: str, pairs: list[Pair] | None = None) -> None:
        Node.__init__(self, chunk, start, end)
        self.form = form
        self.pairs: list[Pair] = [] if pairs is None else pairs
        self.unterminated = False


class Sequence(Node):
    """`form`: block, flow (YAML); array, array-table (TOML: each ``[[x]]`` is one item)."""

    __slots__ = ("form", "items", "unterminated")

    def __init__(self, chunk: Chunk, start: int, end: int, form: str, items: list[Node] | None = None) -> None:
        Node.__init__(self, chunk, start, end)
        self.form = form
        self.items: list[Node] = [] if items is None else items
        self.unterminated = False


class Alias(Node):
    """``*name``.  `target` is the anchored node, None where no such anchor stands above it."""

    __slots__ = ("name", "target")

    def __init__(self, chunk: Chunk, start: int, end: int, name: str) -> None:
        Node.__init__(self, chunk, start, end)
        self.name = name
        self.target: Node | None = None


class Pair:
    """A key and its value.

    `value` is None only for a fragment: text that stands where a key is expected but has no colon or equals sign yet.
    A key with nothing after its separator has a `Scalar` of style "empty" as value.
    `separator` is the offset of the colon or equals sign, relative to the chunk, -1 where there is none.
    """

    __slots__ = ("chunk", "key", "separator", "value")

    def __init__(self, chunk: Chunk, key: Node, value: Node | None, separator: int = -1) -> None:
        self.chunk = chunk
        self.key = key
        self.value = value
        self.separator = separator

    @property
    def name(self) -> str:
        """The key as text; "" for a key that is no scalar."""
        return self.key.value if isinstance(self.key, Scalar) else ""


class Chunk:
    """A run of whole lines read by itself; everything in it is relative to its first code point."""

    __slots__ = ("comments", "memo", "problems", "root", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self.comments: list[Span] = []
        self.memo: dict[object, object] = {}


class Document(NamedTuple):
    """One YAML document (TOML files are one document).  DM reads only the first; `span` is absolute."""

    root: Node | None
    span: Span


Element = Union[Node, Pair]


class Tree:
    """The syntax of one text.  Never fails to exist.

    `limited` is True where the text uses constructs the scanner does not follow (complex keys, directives); then
    the nodes were built from the strict parser's events, or, if that refused too, may be incomplete.
    """

    __slots__ = ("_base", "_lines", "chunks", "documents", "language", "limited", "memo", "text")

    def __init__(
        self,
        text: str,
        language: str,
        chunks: list[tuple[int, Chunk]],
        documents: list[Document],
        limited: bool = False,
    ) -> None:
        self.text = text
        self.language = language
        self.chunks = chunks
        self.documents = documents
        self.limited = limited
        self._base = {id(chunk): base for base, chunk in chunks}
        self._lines: LineIndex | None = None
        self.memo: dict[object, object] = {}

    @property
    def root(self) -> Node | None:
        """The root of the first document, the only one DM reads."""
        return self.documents[0].root if self.documents else None

    @property
    def lines(self) -> LineIndex:
        if self._lines is None:
            self._lines = LineIndex(self.text)
        return self._lines

    def base(self, chunk: Chunk) -> int:
        """Where the chunk begins in the text."""
        return self._base[id(chunk)]

    def span(self, element: Element) -> Span:
        """The absolute extent of a node, or of a pair from its key to the end of its value."""
        if isinstance(element, Pair):
            key = self.span(element.key)
            return Span(key.start, max(key.end, self.span(element.value).end)) if element.value is not None else key
        if isinstance(element, Mapping) and element.form not in ("flow", "inline") and element.pairs:
            first, last = element.pairs[0], element.pairs[-1]
            end = self.span(last).end
            if first is not last:
                # In TOML a table's last key in the tree need not be the last in the text.
                end = max(end, self.span(first).end)
            return Span(self.span(first.key).start, end)
        if isinstance(element, Sequence) and element.form in ("block", "array-table") and element.items:
            return Span(self._base[id(element.chunk)] + element.start, self.span(element.items[-1]).end)
        base = self._base[id(element.chunk)]
        return Span(base + element.start, base + element.end)

    def source(self, element: Element) -> str:
        """The text of `element` as written."""
        return self.span(element).of(self.text)

    def problems(self) -> Iterator[Problem]:
        """What the scanner complains of, in order."""
        for base, chunk in self.chunks:
            for problem in chunk.problems:
                yield Problem(problem.code, problem.span.shifted(base))

    def comments(self) -> Iterator[Span]:
        """Every comment, from its ``#`` to the end of its line, in order."""
        for base, chunk in self.chunks:
            for span in chunk.comments:
                yield span.shifted(base)


_NULLS = ("~", "null", "Null", "NULL", "")
_NULL_TAGS = (None, "!!null", "!<tag:yaml.org,2002:null>")


def is_null(node: Node | None) -> bool:
    """Whether YAML reads the node as null: nothing, ``~``, ``null``, ``Null`` or ``NULL``, without quotes, with the tag ``!!null`` or none."""
    return node is None or (isinstance(node, Scalar) and (node.style == "empty" or (node.style == "plain" and node.value in _NULLS)) and node.tag in _NULL_TAGS)


def resolved(node: Node | None) -> Node | None:
    """The node itself, or what an alias stands for; None for an alias of nothing."""
    seen = 0
    while isinstance(node, Alias):
        node = node.target
        seen += 1
        if seen > 64:
            return None
    return node
