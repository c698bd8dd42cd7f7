"""What dmls says about a place in a file.  A finding holds no sentence: ids and arguments become words at the edge."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Callable, Mapping, Sequence, overload

from dmls.named import NamedTuple
from dmls.text import Edit, Span


class Severity(IntEnum):
    """The numbers are those of the Language Server Protocol; a smaller number is graver."""

    ERROR = 1
    WARNING = 2
    INFORMATION = 3
    HINT = 4

    @property
    def word(self) -> str:
        return self.name.lower()

    @classmethod
    def from_word(cls, word: str) -> Severity:
        """Raises KeyError for any other word."""
        return cls[word.upper()]


class Applicability(IntEnum):
    """How sure a fix is.

    SAFE: what DM computes is the same before and after, or the file was rejected and this is the one reading that
    DM's own message allows.  UNSAFE: likely right, changes what DM does.  MANUAL: a person must complete it.
    """

    SAFE = 1
    UNSAFE = 2
    MANUAL = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class Related(NamedTuple):
    """Another place that explains the finding.  `message` is a message id."""

    file: str
    span: Span
    message: str
    args: Mapping[str, object] = {}


class FileEdit(NamedTuple):
    file: str
    edit: Edit


class Fix(NamedTuple):
    """Edits that repair a finding.  `title` is a message id.

    `command` is what a person has to run where no edit helps, one line for a POSIX shell; such a fix is MANUAL and has no edits.
    One that has neither says why there is none.
    `why` is the message id of why an unsafe one is not safe, "" where the page of the rule says all there is to say.
    """

    title: str
    args: Mapping[str, object]
    applicability: Applicability
    edits: tuple[FileEdit, ...]
    preferred: bool = False
    command: str = ""
    why: str = ""


class Later(Sequence[Fix]):
    """Fixes that `make` makes of `about` when somebody asks for them: a long file has hundreds of findings, and who types asks for few of their fixes.

    As all that rests on an `Entry`, they can be made while the file is the newest reading of its text; who keeps findings for longer asks before.
    """

    __slots__ = ("_about", "_made", "make")

    def __init__(self, make: Callable[[Any], Sequence[Fix]], about: object = None) -> None:
        self.make = make
        self._about = about
        self._made: tuple[Fix, ...] | None = None

    def of(self, about: object) -> Later:
        """The same of something else, not made yet."""
        return Later(self.make, about)

    def made(self) -> tuple[Fix, ...]:
        if self._made is None:
            self._made, self._about = tuple(self.make(self._about)), None
        return self._made

    def __len__(self) -> int:
        return len(self.made())

    @overload
    def __getitem__(self, index: int) -> Fix: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Fix]: ...

    def __getitem__(self, index: int | slice) -> Fix | Sequence[Fix]:
        return self.made()[index]

    def __eq__(self, other: object) -> bool:
        return self.made() == tuple(other) if isinstance(other, (tuple, Later)) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.made())

    def __repr__(self) -> str:
        return repr(self.made())


class Finding(NamedTuple):
    """One judgement about `span` of `file`.

    `message` is a message id of the words catalogue, `args` fill its placeholders; secrets never enter them.
    `dm_codes` are the numbers of the errors DM raises for it.  `dm_text` is what DM itself prints, where known,
    with ``…`` for what only the moment tells.
    `versions` names the checked DM versions that raise it; empty means all of those asked for.
    `tag` is "deprecated" or "unnecessary" where an editor may strike out or fade the text.
    """

    rule: str
    severity: Severity
    file: str
    span: Span
    message: str
    args: Mapping[str, object] = {}
    dm_codes: tuple[int, ...] = ()
    dm_text: str = ""
    related: tuple[Related, ...] = ()
    fixes: Sequence[Fix] = ()
    versions: tuple[str, ...] = ()
    tag: str = ""


NO_FIX = "no-fix"
"""Nobody knows an edit."""
MANUAL = "manual"
"""A person must complete the edit, or run a command."""
CHOICE = "choice"
"""There are several fixes, and only a person knows which."""
UNSAFE = "unsafe"
"""The fix may change what DM does, and such fixes were not asked for."""
ELSEWHERE = "elsewhere"
"""The fix edits a file that is not among those given."""
NO_GAIN = "no-gain"
"""The fix was tried and undone, since the file was no better after it."""
OVERLAPS = "overlaps"
"""The fix touches the same text as others, and the rounds came to an end; running again goes on."""
REASONS = (UNSAFE, CHOICE, MANUAL, NO_FIX, ELSEWHERE, OVERLAPS, NO_GAIN)


class Applied(NamedTuple):
    """A finding that was repaired.  `title` is a message id; `line` counts from 0 in the text as it was given; `files` are those edited."""

    rule: str
    severity: Severity
    title: str
    args: Mapping[str, object]
    applicability: Applicability
    line: int
    files: tuple[str, ...]


class Left(NamedTuple):
    """A finding that is still there, its places in the new text, and one of `REASONS`."""

    finding: Finding
    why: str


class Fixed(NamedTuple):
    """What became of one file by all the fixes that were applied."""

    text: str
    applied: tuple[Applied, ...]
    left: tuple[Left, ...]
