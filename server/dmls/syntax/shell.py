"""The commands in a shell script or a systemd unit, and the words of each, for any text however broken.

A word is known only where every shell would give the program the same text: quotes, escapes and line continuations are undone, and a
variable is replaced where the script itself gives it one constant value before (`Script.resolved`).  Whatever else a shell expands (parameters,
substitutions, globs, braces, a home folder) makes the word unknown.  Nothing is executed, and no file is read.

The reader goes over the text once.  The first quote or substitution without an end stops it from looking further than the end of a
line for the next ones, so that no text takes more than linear time; from there on no variable is believed.
Sources: the Bash Reference Manual (chapter 3), POSIX.1-2017 XCU 2, systemd.service(5) and systemd.syntax(7).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Callable, NamedTuple

from dmls.pattern import LazyPattern
from dmls.text import Span

MAX_DEPTH = 30
"""How deep substitutions may nest; what lies deeper is not read."""
MAX_VALUE = 4096
"""Characters of a variable's value; a longer one is not followed, since values that hold each other grow without end."""
SHELL, UNIT = "shell", "unit"

_META = frozenset(" \t\n;&|()<>")
_PLAIN = LazyPattern(r"""[^\s;&|()<>"'\\$`*?\[{~#]+""")
_BLANKS = LazyPattern(r"(?:[ \t]|\\\n)+")
_LINE = LazyPattern(r"[^\n]*")
_NAME = LazyPattern(r"[A-Za-z_][A-Za-z0-9_]*")
_ASSIGNMENT = LazyPattern(r"([A-Za-z_][A-Za-z0-9_]*)(\[[^\]\s=]*\])?(\+?=)")
_REDIRECTION = LazyPattern(r"(?:[0-9]+|\{[A-Za-z_][A-Za-z0-9_]*\})?(?:<<<|<<-?|<>|<&|>>|>&|>\||<|>)|&>>?")
_IN_QUOTES = LazyPattern(r'[^"\\$`]+')
_PARAMETER = LazyPattern(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]")
_BRACED = LazyPattern(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_DEFAULT = LazyPattern(r"(?:[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]):?[-=+?]")
_MANY = frozenset("@*")
_REST_OF_WORD = LazyPattern(r"[^\s;&|()<>]*")
_FUNCTION_NAME = LazyPattern(r"[ \t]*[^\s;&|()<>]*[ \t]*(?:\([ \t]*\))?")
_NO_PARAMETERS = LazyPattern(r"\([ \t]*\)")
_ESAC = LazyPattern(r"esac(?![^\s;&|()<>])")
_SPLITS = re.compile(r"[\s*?\[\]]")
_IDENTIFIER = LazyPattern(r"[A-Za-z_][A-Za-z0-9_]*")

_OPENS = {"if": "if", "while": "do", "until": "do", "{": "{"}
_GOES_ON = frozenset(("then", "elif", "else", "do", "!", "time", "coproc"))
_CLOSES = {"fi": "if", "done": "do", "}": "{"}
_SETS = frozenset(("read", "unset", "mapfile", "readarray", "getopts", "printf", "let", "local", "declare", "typeset", "readonly", "export", "wait"))
"""Commands that give variables values, or take them away."""
_DECLARES = frozenset(("readonly", "export", "declare", "typeset"))
_RUNS_TEXT = frozenset((".", "source", "eval", "trap"))
"""Commands that run what is not in sight, in this very shell."""


class Piece(NamedTuple):
    """A run of a word.  `text` is what it stands for, None where that is unknown; `verbatim` tells whether it is the source itself.

    `quote` is the quote around it, "" for none.  `variable` is the name of the variable that stands there, "" for none.
    """

    start: int
    end: int
    text: str | None
    quote: str = ""
    verbatim: bool = False
    variable: str = ""


class Word(NamedTuple):
    """One word as written.  `value` is None where it is unknown.

    `many` tells whether it may become no word or several ones (an unquoted variable, whatever is in `list`); `list` whether it is made for that
    (``$@``, an array, a glob, braces).  `closed` is False where a quote has no end.
    """

    value: str | None
    span: Span
    pieces: tuple[Piece, ...]
    many: bool = False
    list: bool = False
    closed: bool = True

    @property
    def prefix(self) -> str:
        """What is known of its beginning."""
        if self.value is not None:
            return self.value
        out = []
        for piece in self.pieces:
            if piece.text is None:
                break
            out.append(piece.text)
        return "".join(out)

    @property
    def suffix(self) -> str:
        """What is known of its end."""
        if self.value is not None:
            return self.value
        out: list[str] = []
        for piece in reversed(self.pieces):
            if piece.text is None:
                break
            out.append(piece.text)
        return "".join(reversed(out))

    def place(self, at: int) -> tuple[int, str]:
        """Where the character `at` of the known beginning stands in the text, and in which quotes."""
        for piece in self.pieces:
            if piece.text is None:
                return piece.start, piece.quote
            if at < len(piece.text):
                return (piece.start + at if piece.verbatim else piece.start), piece.quote
            at -= len(piece.text)
        return self.span.end, ""


class Command(NamedTuple):
    """One simple command: its words without assignments, reserved words and redirections.

    `top` is False within a function, loop, branch, subshell or substitution.  `folder` is where the script has gone by ``cd``: None where that is
    unknown, "" where it has not moved.  `end` is the offset behind its last word.
    """

    words: tuple[Word, ...]
    span: Span
    top: bool
    folder: str | None = ""


class Script(NamedTuple):
    """`commands` in the order of the text.  `values` are what variables are known to be, with the offset from which on."""

    language: str
    commands: tuple[Command, ...]
    comments: tuple[Span, ...]
    variables: Variables

    def resolved(self, command: Command) -> Command:
        """The command with its variables replaced where they are certain."""
        return command._replace(words=tuple(self.variables.resolve(word) for word in command.words))


class Variables:
    """What the variables of a script are known to be.

    A value is believed where the script assigns the variable once, always (at the top level, not behind ``&&``) and before its use, and where
    nothing between the two may change it from out of sight (``source``, ``eval``).
    """

    def __init__(self) -> None:
        self.off = False
        self._assigned: dict[str, list[tuple[int, Word | None]]] = {}
        """By name: offset and word of every assignment, None for one whose value or moment is unknown."""
        self._barriers: list[int] = []
        self._poisoned: int | None = None
        self._known: dict[str, str | None] = {}
        self._active: set[str] = set()

    def assign(self, name: str, at: int, word: Word | None) -> None:
        self._assigned.setdefault(name, []).append((at, word))

    def barrier(self, at: int, compound: int | None) -> None:
        """Something unseen runs at `at`; `compound` is where the loop, branch or function around it begins."""
        if compound is None:
            self._barriers.append(at)
        elif self._poisoned is None or compound < self._poisoned:
            self._poisoned = compound

    def seal(self) -> None:
        self._barriers.sort()

    def value(self, name: str, at: int) -> str | None:
        """The value at an offset, None where it is not certain."""
        found = self._assigned.get(name, ())
        if self.off or len(found) != 1 or (self._poisoned is not None and at > self._poisoned):
            return None
        assigned, word = found[0]
        if word is None or assigned >= at:
            return None
        barrier = bisect_left(self._barriers, assigned)
        if barrier < len(self._barriers) and self._barriers[barrier] < at:
            return None
        if name not in self._known:
            if name in self._active or len(self._active) > MAX_DEPTH:
                return None
            self._active.add(name)
            self._known[name] = self.resolve(word, assigned=True).value
            self._active.discard(name)
        return self._known[name]

    def resolve(self, word: Word, assigned: bool = False) -> Word:
        """The word with its variables replaced; `assigned` where it is the value of an assignment, which no shell splits."""
        if word.value is not None or not word.closed or not any(piece.variable for piece in word.pieces):
            return word
        pieces = []
        unknown = False
        size = 0
        for piece in word.pieces:
            if piece.text is None:
                text = self.value(piece.variable, piece.start) if piece.variable else None
                if text is not None and not piece.quote and not assigned and (not text or _SPLITS.search(text) or "IFS" in self._assigned):
                    text = None
                if text is None:
                    unknown = True
                else:
                    piece = piece._replace(text=text)
            size += len(piece.text or "")
            pieces.append(piece)
        if size > MAX_VALUE:
            return word
        if unknown:
            return word._replace(pieces=tuple(pieces))
        return word._replace(value="".join(piece.text or "" for piece in pieces), pieces=tuple(pieces), many=False, list=False)


def parse(text: str) -> Script:
    """The commands of a shell script."""
    return _Reader(text).read()


class _Endless(Exception):
    """A quote or substitution has no end within reach."""


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.size = len(text)
        self.commands: list[Command] = []
        self.comments: list[Span] = []
        self.variables = Variables()
        self.moves: list[tuple[int, Word | None]] = []
        """Where the script changes its folder, and to what; None where that is unknown."""
        self.heredocs: list[tuple[str, bool]] = []
        self.sets: list[tuple[str, int, Word | None]] = []
        self.barriers: list[tuple[int, int | None]] = []
        self.broken = False

    def read(self) -> Script:
        self.list(1 if self.text.startswith("\ufeff") else 0, "", 0, None)
        variables = self.variables
        variables.off = self.broken
        for name, at, word in self.sets:
            variables.assign(name, at, word)
        for at, compound in self.barriers:
            variables.barrier(at, compound)
        variables.seal()
        commands = sorted(self.commands, key=lambda c: c.span)
        return Script(SHELL, tuple(self.placed(commands)), tuple(sorted(self.comments)), variables)

    def placed(self, commands: list[Command]) -> list[Command]:
        """The commands with the folder each runs in, as far as ``cd`` tells."""
        if not self.moves:
            return commands
        out = []
        folder: str | None = ""
        moves = sorted(self.moves, key=lambda m: m[0])
        at = 0
        for command in commands:
            while at < len(moves) and moves[at][0] < command.span.start:
                word = moves[at][1]
                folder = self.variables.resolve(word).value if word is not None else None
                at += 1
            out.append(command._replace(folder=folder))
        return out

    # Places

    def line_end(self, pos: int) -> int:
        m = _LINE.match(self.text, pos)
        return pos if m is None else m.end()

    def reach(self, pos: int) -> int:
        """How far to look for the end of what begins at `pos`."""
        return self.line_end(pos) if self.broken else self.size

    def comment(self, pos: int) -> int:
        """Behind the comment at `pos`."""
        end = self.line_end(pos)
        self.comments.append(Span(pos, end - 1 if self.text[end - 1] == "\r" else end))
        return end

    # Lists of commands

    def list(self, pos: int, closer: str, depth: int, compound: int | None) -> int:
        """Read commands up to `closer`, or the end of the text; returns where to go on.  `compound` is where what holds them begins."""
        text, size = self.text, self.size
        end = size if depth == 0 else self.reach(pos)
        stack: list[tuple[str, int]] = []
        words: list[Word] = []
        assigned: list[tuple[str, int, Word | None]] = []
        chained = False
        head = True
        """Whether a reserved word may stand here."""
        loop = False

        def held() -> int | None:
            return compound if compound is not None else (stack[0][1] if stack else None)

        def finish(operator: str) -> None:
            nonlocal chained, head, loop
            if loop:
                loop = False
            else:
                self.command(words, assigned, held(), not chained and operator not in ("|", "&", "|&"))
            words.clear()
            assigned.clear()
            head = True
            chained = operator in ("&&", "||", "|", "|&")

        while pos < end:
            char = text[pos]
            if char in " \t" or text.startswith("\\\n", pos):
                m = _BLANKS.match(text, pos)
                pos = m.end() if m is not None else pos + 1
                continue
            if char == "\n":
                was = chained
                if words or assigned:
                    finish("\n")
                else:
                    head, loop = True, False
                    chained = was
                pos = self.past_line(pos)
                if stack and stack[-1][0] == "case":
                    pos, words_in_pattern = self.pattern(pos, depth, stack)
                    if words_in_pattern:
                        continue
                continue
            if char == "#":
                pos = self.comment(pos)
                continue
            m = _REDIRECTION.match(text, pos)
            if m is not None and not (text[m.end() - 1] in "<>" and m.end() < size and text[m.end()] == "(" and len(m.group()) == 1):
                pos = self.redirection(m, depth, compound if compound is not None else pos)
                continue
            if char in ";&|":
                operator = next(o for o in (";;&", ";;", ";&", "&&", "||", "|&", ";", "&", "|") if text.startswith(o, pos))
                finish(operator)
                pos += len(operator)
                if operator in (";;", ";&", ";;&") and stack and stack[-1][0] in ("case", "arm"):
                    stack[-1] = ("case", stack[-1][1])
                    pos, _ = self.pattern(pos, depth, stack)
                continue
            if char == "(":
                if text.startswith("((", pos) and not words:
                    pos = self.guarded(lambda at=pos: self.arithmetic(at), pos)
                    continue
                m = _NO_PARAMETERS.match(text, pos) if len(words) == 1 else None
                if m is not None:
                    # The body of a function is a block, in which nothing is at the top level.
                    pos = m.end()
                    words.clear()
                    head = True
                    continue
                if words or assigned:
                    finish(";")
                stack.append(("(", pos))
                head = True
                pos += 1
                continue
            if char == ")":
                finish("\n")
                pos += 1
                if any(kind == "(" for kind, _ in stack):
                    while stack.pop()[0] != "(":
                        pass
                    head = False
                elif closer == ")":
                    return pos
                continue
            start = pos
            if not words:
                m = _ASSIGNMENT.match(text, pos)
                if m is not None:
                    pos, word = self.assignment(m, depth, held())
                    assigned.append((m.group(1), start, word if m.group(2) is None and m.group(3) == "=" else None))
                    head = False
                    continue
            pos, word_ = self.word(pos, depth, held())
            bare = word_.value if word_.span.end - word_.span.start == len(word_.value or "") else None
            if head and not assigned and bare is not None:
                if bare in _OPENS:
                    stack.append((_OPENS[bare], start))
                    continue
                if bare in _GOES_ON:
                    chained = False if bare not in ("!", "time", "coproc") else chained
                    continue
                if bare in _CLOSES:
                    if any(kind == _CLOSES[bare] for kind, _ in stack):
                        while stack.pop()[0] != _CLOSES[bare]:
                            pass
                    head = False
                    loop = True
                    continue
                if bare in ("for", "select"):
                    stack.append(("do", start))
                    pos = self.loop_head(pos, depth)
                    loop = True
                    head = False
                    continue
                if bare == "case":
                    stack.append(("case", start))
                    pos = self.case_head(pos, depth, held())
                    pos, _ = self.pattern(pos, depth, stack)
                    continue
                if bare == "esac":
                    while stack and stack.pop()[0] not in ("case", "arm"):
                        pass
                    head = False
                    loop = True
                    continue
                if bare == "function":
                    m = _FUNCTION_NAME.match(text, pos)
                    pos = m.end() if m is not None else pos
                    continue
                if bare == "[[":
                    pos = self.guarded(lambda at=pos: self.condition(at), start)
                    head = False
                    loop = True
                    continue
            head = False
            words.append(word_)
        finish("\n")
        if closer:
            raise _Endless
        return pos

    def past_line(self, pos: int) -> int:
        """Behind the line end at `pos`, and behind the here-documents that begin there."""
        text = self.text
        pos += 1
        if not self.heredocs:
            return pos
        waiting, self.heredocs = self.heredocs, []
        for delimiter, tabs in waiting:
            while pos < self.size:
                stop = self.line_end(pos)
                line = text[pos:stop]
                pos = stop + 1
                if (line.lstrip("\t") if tabs else line) == delimiter:
                    break
        return min(pos, self.size)

    def redirection(self, m: re.Match[str], depth: int, compound: int | None) -> int:
        """Behind a redirection and its word."""
        blanks = _BLANKS.match(self.text, m.end())
        pos = blanks.end() if blanks is not None else m.end()
        if pos >= self.size or self.text[pos] in "\n;&|()<>#":
            return pos
        operator = m.group().lstrip("0123456789")
        start = pos
        pos, word = self.word(pos, depth, compound)
        if operator in ("<<", "<<-"):
            delimiter = word.value if word.value is not None else self.text[start:pos]
            self.heredocs.append((delimiter, operator == "<<-"))
        return pos

    def loop_head(self, pos: int, depth: int) -> int:
        """Behind the variable of a ``for``, and behind the arithmetic of one."""
        m = _BLANKS.match(self.text, pos)
        pos = m.end() if m is not None else pos
        if self.text.startswith("((", pos):
            at = pos
            return self.guarded(lambda: self.arithmetic(at), pos)
        m = _NAME.match(self.text, pos)
        if m is not None:
            self.sets.append((m.group(), pos, None))
            pos = m.end()
        return pos

    def case_head(self, pos: int, depth: int, compound: int | None) -> int:
        """Behind ``case WORD in``."""
        for _ in range(2):
            pos = self.over_blank(pos)
            if pos < self.size and self.text[pos] not in _META:
                pos, _ = self.word(pos, depth, compound)
        return pos

    def over_blank(self, pos: int) -> int:
        """Behind blanks, line ends and comments."""
        text = self.text
        while pos < self.size:
            char = text[pos]
            if char in " \t" or text.startswith("\\\n", pos):
                m = _BLANKS.match(text, pos)
                pos = m.end() if m is not None else pos + 1
            elif char == "\n":
                pos = self.past_line(pos)
            elif char == "#":
                pos = self.comment(pos)
            else:
                break
        return pos

    def pattern(self, pos: int, depth: int, stack: list[tuple[str, int]]) -> tuple[int, bool]:
        """Read the pattern of a ``case`` arm, or its ``esac``; returns where to go on and whether there was one."""
        pos = self.over_blank(pos)
        text = self.text
        if _ESAC.match(text, pos):
            return pos, False
        if text.startswith("(", pos):
            pos += 1
        while pos < self.size:
            char = text[pos]
            if char == ")":
                stack[-1] = ("arm", stack[-1][1])
                return pos + 1, True
            if char == "\n":
                # No pattern goes over a line end; what stands here is something else.
                stack[-1] = ("arm", stack[-1][1])
                return pos, False
            if char in _META:
                pos += 1
                continue
            pos, _ = self.word(pos, depth, stack[0][1])
        return pos, False

    def condition(self, pos: int) -> int:
        """Behind the ``]]`` of a condition."""
        end = self.reach(pos)
        text = self.text
        while pos < end:
            char = text[pos]
            if char in "'\"":
                pos = self.quoted_end(pos, end)
            elif char == "\\":
                pos += 2
            elif text.startswith("]]", pos) and text[pos - 1] in " \t\n" and (pos + 2 >= self.size or text[pos + 2] in _META):
                return pos + 2
            else:
                pos += 1
        raise _Endless

    def quoted_end(self, pos: int, end: int) -> int:
        """Behind the closing quote of the string at `pos`, roughly."""
        quote = self.text[pos]
        pos += 1
        while pos < end:
            char = self.text[pos]
            if char == "\\" and quote == '"':
                pos += 2
            elif char == quote:
                return pos + 1
            else:
                pos += 1
        raise _Endless

    def arithmetic(self, pos: int) -> int:
        """Behind the ``((…))`` at `pos`; what it may assign is not known any more."""
        start, end = pos, self.reach(pos)
        text = self.text
        open_ = 0
        while pos < end:
            char = text[pos]
            if char == "(":
                open_ += 1
            elif char == ")":
                open_ -= 1
                if not open_:
                    body = text[start:pos]
                    if "=" in body or "++" in body or "--" in body:
                        self.sets.extend((m.group(), start, None) for m in _IDENTIFIER.finditer(body))
                    return pos + 1
            pos += 1
        raise _Endless

    def guarded(self, read: Callable[[], int], pos: int) -> int:
        """The answer of `read`; where it finds no end the text is broken, and reading goes on at the end of the line."""
        try:
            return read()
        except _Endless:
            self.broken = True
            return self.line_end(pos)

    # Commands

    def command(self, words: list[Word], assigned: list[tuple[str, int, Word | None]], compound: int | None, always: bool) -> None:
        """Take in one command; `always` tells whether it runs whenever the text around it does, in this very shell."""
        sure = compound is None and always
        if not words:
            self.sets.extend((name, at, word if sure else None) for name, at, word in assigned)
            return
        self.sets.extend((name, at, None) for name, at, _ in assigned)
        span = Span(words[0].span.start, words[-1].span.end)
        name = words[0].value
        if name in ("command", "builtin") and len(words) > 1:
            name = words[1].value
        if name in _RUNS_TEXT:
            self.barriers.append((span.start, compound))
        elif name in _SETS:
            self.declaration(name, words, sure)
        elif name in ("cd", "pushd", "popd"):
            self.moves.append((span.end, words[1] if len(words) == 2 and sure and name == "cd" else None))
        self.commands.append(Command(tuple(words), span, compound is None))

    def declaration(self, name: str, words: list[Word], sure: bool) -> None:
        for word in words[1:]:
            m = _ASSIGNMENT.match(word.prefix)
            if m is not None:
                constant = word.value is not None and sure and name in _DECLARES and m.group(2) is None and m.group(3) == "="
                rest = word.value[m.end() :] if word.value is not None else ""
                at = word.span.start
                self.sets.append((m.group(1), at, Word(rest, word.span, (Piece(at, word.span.end, rest),)) if constant else None))
            elif _NAME.match(word.prefix) and name not in ("export", "readonly"):
                self.sets.append((word.prefix, word.span.start, None))

    # Words

    def assignment(self, m: re.Match[str], depth: int, compound: int | None) -> tuple[int, Word | None]:
        """The value that is assigned at `m`, and where it ends."""
        pos = m.end()
        if pos < self.size and self.text[pos] == "(":
            at = pos
            return self.guarded(lambda: self.arithmetic(at), pos), None
        if pos >= self.size or self.text[pos] in _META:
            return pos, Word("", Span(pos, pos), ())
        return self.word(pos, depth, compound, True)

    def word(self, pos: int, depth: int, compound: int | None, assigned: bool = False) -> tuple[int, Word]:
        """The word at `pos` and where it ends; `assigned` where it is the value of an assignment."""
        if depth:
            return self.inner_word(pos, depth, compound, assigned)
        counts = len(self.commands), len(self.comments), len(self.sets), len(self.barriers), len(self.moves), len(self.heredocs)
        try:
            return self.inner_word(pos, depth, compound, assigned)
        except _Endless:
            self.broken = True
            for kept, count in zip((self.commands, self.comments, self.sets, self.barriers, self.moves, self.heredocs), counts):
                del kept[count:]  # type: ignore[attr-defined]
            end = self.line_end(pos)
            return end, Word(None, Span(pos, end), (), True, True, False)

    def inner_word(self, start: int, depth: int, compound: int | None, assigned: bool) -> tuple[int, Word]:
        text, size = self.text, self.size
        pieces: list[Piece] = []
        many = several = False
        ends: tuple[int, int, int] | None = None
        pos = start
        while pos < size:
            char = text[pos]
            if char in _META:
                if char in "<>" and text.startswith("(", pos + 1):
                    end = self.list(pos + 2, ")", self.deeper(depth), pos if compound is None else compound)
                    pieces.append(Piece(pos, end, None))
                    pos = end
                    continue
                break
            m = _PLAIN.match(text, pos)
            if m is not None:
                pieces.append(Piece(pos, m.end(), m.group(), "", True))
                pos = m.end()
            elif char == "\\":
                if text.startswith("\n", pos + 1):
                    pos += 2
                elif pos + 1 < size:
                    pieces.append(Piece(pos, pos + 2, text[pos + 1]))
                    pos += 2
                else:
                    pieces.append(Piece(pos, pos + 1, None))
                    pos += 1
            elif char == "'":
                end = text.find("'", pos + 1, self.reach(pos))
                if end < 0:
                    raise _Endless
                pieces.append(Piece(pos + 1, end, text[pos + 1 : end], "'", True))
                pos = end + 1
            elif char == '"':
                pos, inside = self.double_quoted(pos, depth, compound, pieces)
                several = several or inside
            elif char in "$`":
                if text.startswith(("$'", '$"'), pos):
                    end = self.quoted_end(pos + 1, self.reach(pos)) if text[pos + 1] == '"' else self.ansi_end(pos + 1)
                    body = text[pos + 2 : end - 1]
                    plain = text[pos + 1] == "'" and "\\" not in body
                    pieces.append(Piece(pos + 2, end - 1, body if plain else None, "'", plain))
                    pos = end
                    continue
                pos, piece, inside = self.expansion(pos, "", depth, compound)
                pieces.append(piece)
                several = several or inside
                many = many or (piece.text is None and not assigned)
            elif char in "*?":
                pieces.append(Piece(pos, pos + 1, char if assigned else None, "", assigned))
                several = several or not assigned
                pos += 1
            elif char in "[{":
                if ends is None:
                    ends = self.ends(pos)
                opens = not assigned and (pos < ends[0] if char == "[" else pos < ends[1] and pos < ends[2])
                pieces.append(Piece(pos, pos + 1, None if opens else char, "", not opens))
                several = several or opens
                pos += 1
            elif char == "~":
                first = pos == start or (assigned and text[pos - 1] == ":")
                # A home folder; elsewhere it stands for itself.
                pieces.append(Piece(pos, pos + 1, None if first else char, "", not first))
                pos += 1
            else:
                # A "#" within a word, or a blank that no shell takes for one.
                pieces.append(Piece(pos, pos + 1, char, "", True))
                pos += 1
        known = all(piece.text is not None for piece in pieces)
        value = "".join(piece.text or "" for piece in pieces) if known else None
        return pos, Word(value, Span(start, pos), tuple(pieces), (many or several) and not known, several and not known)

    def ends(self, pos: int) -> tuple[int, int, int]:
        """For the rest of the word at `pos`: where its last ``]`` and ``}`` stand, and the last comma or two dots before that brace; -1 for none."""
        m = _REST_OF_WORD.match(self.text, pos)
        stop = m.end() if m is not None else pos
        brace = self.text.rfind("}", pos, stop)
        parts = max(self.text.rfind(",", pos, brace), self.text.rfind("..", pos, brace)) if brace >= 0 else -1
        return self.text.rfind("]", pos, stop), brace, parts

    def double_quoted(self, pos: int, depth: int, compound: int | None, pieces: list[Piece]) -> tuple[int, bool]:
        """Read the string at `pos`; returns where it ends and whether it may become several words."""
        text = self.text
        start = pos
        end = self.reach(pos)
        many = False
        pos += 1
        empty = True
        while pos < end:
            char = text[pos]
            if char == '"':
                if empty:
                    pieces.append(Piece(pos, pos, "", '"', True))
                return pos + 1, many
            empty = False
            m = _IN_QUOTES.match(text, pos, end)
            if m is not None:
                pieces.append(Piece(pos, m.end(), m.group(), '"', True))
                pos = m.end()
            elif char == "\\":
                follows = text[pos + 1 : pos + 2]
                if follows == "\n":
                    pos += 2
                elif follows and follows in '$`"\\':
                    pieces.append(Piece(pos, pos + 2, follows, '"'))
                    pos += 2
                else:
                    pieces.append(Piece(pos, pos + 1, char, '"', True))
                    pos += 1
            else:
                pos, piece, several = self.expansion(pos, '"', depth, compound if compound is not None else start)
                pieces.append(piece)
                many = many or several
        raise _Endless

    def ansi_end(self, pos: int) -> int:
        """Behind the string with escapes whose opening quote is at `pos`."""
        end = self.reach(pos)
        pos += 1
        while pos < end:
            if self.text[pos] == "\\":
                pos += 2
            elif self.text[pos] == "'":
                return pos + 1
            else:
                pos += 1
        raise _Endless

    def deeper(self, depth: int) -> int:
        if depth >= MAX_DEPTH:
            raise _Endless
        return depth + 1

    def expansion(self, pos: int, quote: str, depth: int, compound: int | None) -> tuple[int, Piece, bool]:
        """What a dollar sign or backquote begins, where it ends, and whether even in quotes it may become several words."""
        text = self.text
        held = compound if compound is not None else pos
        if text[pos] == "`":
            end = self.backquote_end(pos)
            return end, Piece(pos, end, None, quote), False
        if text.startswith("$((", pos):
            end = self.arithmetic(pos + 1)
            return end, Piece(pos, end, None, quote), False
        if text.startswith("$(", pos):
            end = self.list(pos + 2, ")", self.deeper(depth), held)
            return end, Piece(pos, end, None, quote), False
        if text.startswith("${", pos):
            m = _BRACED.match(text, pos + 1)
            if m is not None:
                return m.end(), Piece(pos, m.end(), None, quote, False, m.group(1)), False
            end = self.parameter_end(pos + 2, quote, depth, held)
            body = text[pos + 2 : end - 1]
            name = _NAME.match(body)
            if name is not None and body[name.end() :].startswith(("=", ":=")):
                self.sets.append((name.group(), pos, None))
            return end, Piece(pos, end, None, quote), body[:1] in _MANY or "[@]" in body or "[*]" in body or body.startswith("!")
        m = _PARAMETER.match(text, pos + 1)
        if m is None:
            return pos + 1, Piece(pos, pos + 1, "$", quote, True), False
        name_ = m.group()
        variable = name_ if _NAME.match(name_) else ""
        return m.end(), Piece(pos, m.end(), None, quote, False, variable), name_ in _MANY

    def backquote_end(self, pos: int) -> int:
        end = self.reach(pos)
        pos += 1
        while pos < end:
            if self.text[pos] == "\\":
                pos += 2
            elif self.text[pos] == "`":
                return pos + 1
            else:
                pos += 1
        raise _Endless

    def parameter_end(self, pos: int, quote: str, depth: int, compound: int) -> int:
        """Behind the brace that closes the parameter expansion whose text begins at `pos`.

        Where it stands in double quotes, shells do not agree on what a single one in a default (``"${A:-'}"``) is.
        """
        text, end = self.text, self.reach(pos)
        depth = self.deeper(depth)
        unsure = bool(quote) and _DEFAULT.match(text, pos) is not None
        while pos < end:
            char = text[pos]
            if char == "}":
                return pos + 1
            if char == "\\":
                pos += 2
            elif char == "'":
                if unsure:
                    raise _Endless
                close = text.find("'", pos + 1, end)
                if close < 0:
                    raise _Endless
                pos = close + 1
            elif char == '"':
                pos, _ = self.double_quoted(pos, depth, compound, [])
            elif char in "$`":
                pos, _, _ = self.expansion(pos, "", depth, compound)
            else:
                pos += 1
        raise _Endless


# Units of systemd

_UNIT_LINE = LazyPattern(r"([^\r\n]*?)(\\?)(\r\n|[\r\n]|\Z)")
_EXEC = LazyPattern(r"[ \t]*(Exec(?:StartPre|StartPost|Start|Condition|Reload|StopPost|Stop))[ \t]*=")
_FOLDER = LazyPattern(r"[ \t]*WorkingDirectory[ \t]*=[ \t]*-?([^\r\n]*?)[ \t]*(?:\r?\n|\r|\Z)")
_UNIT_PLAIN = LazyPattern(r"""[^\s"'\\$%]+""")
_UNIT_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"', "'": "'", "s": " "}
_UNIT_VARIABLE = LazyPattern(r"\$(?:\{[A-Za-z_][A-Za-z0-9_]*\}|([A-Za-z_][A-Za-z0-9_]*))")
_PREFIXES = "-@:+!|"


def parse_unit(text: str) -> Script:
    """The commands that a unit of systemd starts.  Its variables come from elsewhere, so none is known."""
    commands: list[Command] = []
    comments: list[Span] = []
    folder: str | None = ""
    pos = 1 if text.startswith("\ufeff") else 0
    while pos < len(text):
        m = _UNIT_LINE.match(text, pos)
        if m is None:
            break
        line = m.group(1).lstrip(" \t")
        if line.startswith(("#", ";")):
            start = m.end(1) - len(line)
            comments.append(Span(start, m.end(2)))
            pos = m.end()
            continue
        begins = _EXEC.match(text, pos)
        where = _FOLDER.match(text, pos)
        if where is not None:
            value = where.group(1)
            folder = None if "%" in value or value.startswith("~") else value.strip("\"'")
        lines = [(m.start(), m.end(2) if not m.group(2) else m.start(2))]
        goes_on = bool(m.group(2))
        pos = m.end()
        while goes_on and pos < len(text):
            m = _UNIT_LINE.match(text, pos)
            if m is None:
                break
            line = m.group(1).lstrip(" \t")
            pos = m.end()
            if line.startswith(("#", ";")):
                # A comment does not end the line that goes on below it.
                comments.append(Span(m.end(1) - len(line), m.end(2)))
                continue
            lines.append((m.start(), m.end(1)))
            goes_on = bool(m.group(2))
        if begins is not None:
            lines[0] = (begins.end(), lines[0][1])
            commands.extend(_unit_commands(text, lines))
    return Script(UNIT, tuple(c._replace(folder=folder) for c in commands), tuple(comments), Variables())


def _unit_commands(text: str, lines: list[tuple[int, int]]) -> list[Command]:
    words: list[Word] = []
    out: list[Command] = []

    def finish() -> None:
        if words:
            out.append(Command(tuple(words), Span(words[0].span.start, words[-1].span.end), True))
        words.clear()

    argv0 = literal = False
    for start, end in lines:
        pos = start
        while pos < end:
            if text[pos].isspace():
                pos += 1
                continue
            if text[pos] == ";" and (pos + 1 == end or text[pos + 1].isspace()):
                finish()
                pos += 1
                continue
            if not words and not argv0:
                # What stands before the program says how to start it.
                prefix = pos
                while pos < end and text[pos] in _PREFIXES:
                    pos += 1
                argv0 = "@" in text[prefix:pos]
                literal = ":" in text[prefix:pos]
                if pos == end or text[pos].isspace():
                    continue
            pos, word = _unit_word(text, pos, end, literal)
            if argv0 and len(words) == 1:
                # This is what the program is told to be called.
                argv0 = False
                continue
            words.append(word)
    finish()
    return out


def _unit_word(text: str, start: int, end: int, literal: bool) -> tuple[int, Word]:
    """The word at `start`; a quote without an end goes to the end of the line.  `literal` is whether dollar signs mean nothing."""
    pieces: list[Piece] = []
    quote = ""
    many = False
    pos = start
    while pos < end:
        char = text[pos]
        if quote:
            if char == quote:
                quote = ""
                pos += 1
                continue
        elif char.isspace():
            break
        elif char in "\"'":
            quote = char
            if text[pos + 1 : pos + 2] == quote:
                pieces.append(Piece(pos + 1, pos + 1, "", quote, True))
            pos += 1
            continue
        m = _UNIT_PLAIN.match(text, pos, end)
        if m is not None:
            pieces.append(Piece(pos, m.end(), m.group(), quote, True))
            pos = m.end()
        elif char == "\\":
            follows = text[pos + 1 : pos + 2] if pos + 1 < end else ""
            known = _UNIT_ESCAPES.get(follows)
            if follows == ";" and not pieces:
                known = ";"
            stop = min(pos + 2, end)
            pieces.append(Piece(pos, stop, known, quote))
            pos = stop
        elif char == "%":
            stop = min(pos + 2, end)
            pieces.append(Piece(pos, stop, "%" if text[pos:stop] == "%%" else None, quote))
            pos = stop
        elif char == "$" and not literal:
            if text.startswith("$$", pos) and pos + 2 <= end:
                pieces.append(Piece(pos, pos + 2, "$", quote))
                pos += 2
                continue
            m = _UNIT_VARIABLE.match(text, pos, end)
            stop = m.end() if m is not None else pos + 1
            alone = m is not None and m.group(1) is not None
            if alone and (pieces or quote or (stop < end and not text[stop].isspace())):
                # Only as a word of its own does it stand for the variable; what an older systemd makes of it is not sure.
                alone = False
            pieces.append(Piece(pos, stop, None, quote))
            many = many or alone
            pos = stop
        else:
            pieces.append(Piece(pos, pos + 1, char, quote, True))
            pos += 1
    known_all = not quote and all(piece.text is not None for piece in pieces)
    value = "".join(piece.text or "" for piece in pieces) if known_all else None
    return pos, Word(value, Span(start, pos), tuple(pieces), many, many, not quote)
