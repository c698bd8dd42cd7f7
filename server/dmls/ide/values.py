"""What the editor features answer with: plain values, spans in code points, documentation as Markdown."""

from __future__ import annotations

from typing import Mapping, NamedTuple

from dmls.finding import Applicability, FileEdit, Finding
from dmls.text import Span


class Hover(NamedTuple):
    """`markdown` explains the text of `span`."""

    span: Span
    markdown: str


class Completion(NamedTuple):
    """One offer.  `kind` is key, value, snippet or file.  `span` is what `insert_text` replaces.

    A snippet is written in the snippet syntax of the Language Server Protocol; its later lines are indented relative to the line it
    is put in, and the client adds that line's indentation.
    """

    label: str
    kind: str
    detail: str
    documentation: str
    insert_text: str
    span: Span
    is_snippet: bool = False
    sort_text: str = ""
    filter_text: str = ""
    deprecated: bool = False


class Symbol(NamedTuple):
    """A key in the outline.  `kind` is object, array, string, number, boolean or null."""

    name: str
    detail: str
    kind: str
    span: Span
    selection_span: Span
    children: tuple[Symbol, ...] = ()


class Fold(NamedTuple):
    """Zero-based first and last line of what can be folded; `kind` is region or comment."""

    start_line: int
    end_line: int
    kind: str


class Place(NamedTuple):
    """A piece of a file, which need not be open.  In a certificate file on disk each byte counts as one character, as in `Analysis.text`."""

    path: str
    span: Span


class Highlight(NamedTuple):
    """A place that speaks of what the cursor is on."""

    span: Span
    is_definition: bool


class NameSpan(NamedTuple):
    """What is replaced when a thing gets another name, and the name that it has."""

    span: Span
    name: str


class Refusal(NamedTuple):
    """Why something cannot be done; `message` is a message id."""

    message: str
    args: Mapping[str, object] = {}


class NamedThing(NamedTuple):
    """Something that has a name anywhere in the workspace.  `kind` is component, source, task or block; `container` tells where it lies."""

    name: str
    kind: str
    container: str
    path: str
    span: Span


class Link(NamedTuple):
    """The text of `span` names the file at the path `target`."""

    span: Span
    target: str


class Hint(NamedTuple):
    """A few words shown behind the text at `offset`; `tooltip` is Markdown."""

    offset: int
    label: str
    tooltip: str = ""


class Lens(NamedTuple):
    """A line shown above `span`; a press leads to `target`, None where it leads nowhere."""

    span: Span
    title: str
    target: Place | None = None


class Action(NamedTuple):
    """Something an editor offers to do.  `title` is a message id, `kind` a CodeActionKind of the Language Server Protocol.

    `finding` is what it answers, None for what is always possible.  `applicability` is that of the fix behind it, None where it comes from no
    fix; an editor must ask before it applies an UNSAFE one.  `command` is a command of the server with its arguments, run instead of edits.
    `disabled` is a message id that says why it cannot be done; there are no edits then.
    """

    title: str
    args: Mapping[str, object]
    kind: str
    edits: tuple[FileEdit, ...] = ()
    preferred: bool = False
    finding: Finding | None = None
    applicability: Applicability | None = None
    command: tuple[str, tuple[str, ...]] | None = None
    disabled: str = ""
