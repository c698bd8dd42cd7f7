"""What dmls says about a place in a file.  A finding holds no sentence: ids and arguments become words at the edge."""

from __future__ import annotations

from enum import IntEnum
from typing import Mapping, NamedTuple

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
    """

    title: str
    args: Mapping[str, object]
    applicability: Applicability
    edits: tuple[FileEdit, ...]
    preferred: bool = False
    command: str = ""


class Finding(NamedTuple):
    """One judgement about `span` of `file`.

    `message` is a message id of the words catalogue, `args` fill its placeholders; secrets never enter them.
    `dm_codes` are the numbers of the errors DM raises for it.  `dm_text` is what DM itself prints, where known.
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
    fixes: tuple[Fix, ...] = ()
    versions: tuple[str, ...] = ()
    tag: str = ""
