"""Where the command line reads and writes: streams, environment, language, colour.  Tests bring their own."""

from __future__ import annotations

import os
import sys
from typing import BinaryIO, Mapping, TextIO

from dmls.pattern import LazyPattern
from dmls.settings import language_of
from dmls.words.catalogue import sentence

_UNSAFE = LazyPattern("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_LONGEST_ANSWER = 64 * 1024
"""Bytes of a line that a person types."""


def harmless(text: str) -> str:
    """The text without what could steer a terminal or turn the order of its letters; line feeds stay."""
    return _UNSAFE.sub("\ufffd", text)


class Console:
    """Two streams and the manners of the reader in front of them."""

    __slots__ = ("colour", "env", "err", "language", "language_chosen", "lost", "out", "stdin")

    def __init__(
        self,
        out: TextIO | None = None,
        err: TextIO | None = None,
        stdin: BinaryIO | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.out = sys.stdout if out is None else out
        self.err = sys.stderr if err is None else err
        self.stdin = stdin
        self.env = os.environ if env is None else env
        self.language = self._language()
        self.language_chosen = bool(self.env.get("DMLS_LANG"))
        """Whether the user asked dmls for it, so that a `.dmls.toml` does not decide."""
        self.colour = self._colour()
        self.lost = False
        """Whether the reader of the output went away."""

    def _language(self) -> str:
        for name in ("DMLS_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
            value = self.env.get(name)
            if value:
                return language_of(value) or "en"
        return "en"

    def speak(self, language: str) -> None:
        """Use the language the command line asks for; "" changes nothing."""
        if language:
            self.language = language
            self.language_chosen = True

    def _colour(self) -> bool:
        # https://no-color.org and https://force-color.org: set and not empty.
        if self.env.get("NO_COLOR"):
            return False
        if self.env.get("FORCE_COLOR"):
            return self.env["FORCE_COLOR"] != "0"
        return self.env.get("TERM") != "dumb" and self.out.isatty()

    def paint(self, colour: str, text: str) -> str:
        """The text in a colour of ECMA-48, such as ``1;31``, where the reader sees colours."""
        return f"\x1b[{colour}m{text}\x1b[0m" if self.colour and text else text

    def read_stdin(self, limit: int) -> bytes:
        """Standard input to its end, at most one byte more than `limit`."""
        return (sys.stdin.buffer if self.stdin is None else self.stdin).read(limit + 1)

    @property
    def can_ask(self) -> bool:
        """Whether a person can be asked: who reads what is noted, and types, sits at a terminal."""
        stdin = sys.stdin if self.stdin is None else self.stdin
        return stdin is not None and stdin.isatty() and self.err.isatty()

    def ask(self, question: str) -> str | None:
        """What a person types in answer, without its line end; None where the input ends."""
        self.raw_note(harmless(question))
        line = (sys.stdin.buffer if self.stdin is None else self.stdin).readline(_LONGEST_ANSWER)
        return line.decode("utf-8", "replace").rstrip("\r\n") if line else None

    def write(self, text: str) -> None:
        """To standard output.  A reader that went away (``| head``) does not change what the check found, so it is no error."""
        if self.lost:
            return
        try:
            self.out.write(text)
        except UnicodeEncodeError:
            encoding = self.out.encoding or "ascii"
            self.out.write(text.encode(encoding, "replace").decode(encoding))
        except BrokenPipeError:
            self._lose()

    def write_json(self, text: str) -> None:
        """To standard output, in UTF-8 whatever the locale says, since JSON is."""
        reconfigure = getattr(self.out, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8")
        # A file name that is no text, and half a surrogate pair in a file, cannot be written as UTF-8.
        self.write(text.encode("utf-8", "replace").decode("utf-8") + "\n")

    def write_bytes(self, data: bytes) -> None:
        """To standard output, as they are."""
        buffer = getattr(self.out, "buffer", None)
        if buffer is None:
            self.write(data.decode("utf-8", "replace"))
            return
        self.flush()
        if self.lost:
            return
        try:
            buffer.write(data)
        except BrokenPipeError:
            self._lose()

    def aside(self) -> Console:
        """A console whose output goes to standard error, for where standard output holds something else."""
        other = Console(self.err, self.err, self.stdin, self.env)
        other.language, other.language_chosen = self.language, self.language_chosen
        return other

    def flush(self) -> None:
        if self.lost:
            return
        try:
            self.out.flush()
        except BrokenPipeError:
            self._lose()

    def _lose(self) -> None:
        self.lost = True
        if self.out is sys.stdout:
            # Python flushes once more when it ends and would complain then.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.out.fileno())

    def note(self, message: str, **args: object) -> None:
        """A sentence for people, to standard error."""
        self.raw_note("dmls: " + harmless(self.say(message, **args)) + "\n")

    def raw_note(self, text: str) -> None:
        try:
            self.err.write(text)
            self.err.flush()
        except UnicodeEncodeError:
            encoding = self.err.encoding or "ascii"
            self.err.write(text.encode(encoding, "replace").decode(encoding))
        except BrokenPipeError:
            pass

    def say(self, message: str, **args: object) -> str:
        """The sentence in the reader's language."""
        return sentence(message, args, self.language)
