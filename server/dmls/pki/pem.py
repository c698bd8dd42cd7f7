"""PEM as Go's ``pem.Decode`` reads it (encoding/pem/pem.go), and the pieces of a file that look like PEM and that it does not find.

Go 1.24 changed the search: an END line now belongs to the last BEGIN line before it.  Both searches are here, in linear time.
"""

from __future__ import annotations

import re
from binascii import a2b_base64

from dmls.named import NamedTuple
from dmls.pki.facts import GO_1_24, LATEST_GO, Damage, GoVersion

_BEGIN, _END, _DASHES = b"-----BEGIN ", b"\n-----END ", b"-----"
_NO_BASE64 = b" \t\r\n"
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


class RawBlock(NamedTuple):
    """One block with its content, which may be private: nobody keeps it.  `start` is that of BEGIN, `end` is behind the dashes of END."""

    type: str
    headers: dict[str, str]
    data: bytes
    start: int
    end: int


class _Reader:
    """One walk over the data.  Bodies are decoded once for both searches."""

    __slots__ = ("bodies", "data", "end_found", "end_from")

    def __init__(self, data: bytes, bodies: dict[tuple[int, int], bytes | None]) -> None:
        self.data = data
        self.bodies = bodies
        self.end_found = self.end_from = -1

    def line(self, at: int) -> tuple[bytes, int]:
        """The line at `at` without blanks and line end behind it, and where the next one begins."""
        data = self.data
        stop = data.find(b"\n", at)
        if stop < 0:
            return data[at:].rstrip(b" \t"), len(data)
        end = stop - 1 if stop > at and data[stop - 1] == 0x0D else stop
        return data[at:end].rstrip(b" \t"), stop + 1

    def next_end(self, at: int) -> int:
        """Where the first END line behind `at` begins, at its line feed; -1 if there is none.  `at` never decreases."""
        if self.end_from < 0 or 0 <= self.end_found < at:
            self.end_found = self.data.find(_END, at)
            self.end_from = at
        return self.end_found

    def headers(self, at: int) -> tuple[list[bytes], int] | None:
        """The lines of headers at `at` and where the body begins; None at the end of the data."""
        found: list[bytes] = []
        while at < len(self.data):
            line, following = self.line(at)
            if b":" not in line:
                return found, at
            found.append(line)
            at = following
        return None

    def closes(self, kind: bytes, at: int) -> bool:
        """Whether behind ``-----END `` at `at` stand the type, five dashes and no other text."""
        data = self.data
        stop = at + len(kind)
        return data.startswith(kind, at) and data.startswith(_DASHES, stop) and not self.line(stop + 5)[0]

    def body(self, start: int, stop: int) -> bytes | None:
        """The content between two offsets; None if it is not base64."""
        if stop <= start:
            return b""
        # A second BEGIN line in the body would make long bodies of the same bytes again and again.
        if self.data.find(b"-", start, stop) >= 0:
            return None
        place = start, stop
        if place not in self.bodies:
            self.bodies[place] = decoded(self.data[start:stop])
        return self.bodies[place]

    def new(self, at: int) -> tuple[RawBlock, int] | None:
        """The next block from `at` on, and where to go on: Go 1.24 and later."""
        data = self.data
        trailer = rest = at
        while trailer >= rest:
            rest = trailer
            end = data.find(_END, rest)
            if end < 0:
                return None
            trailer = end + len(_END)
            begin = data.rfind(_BEGIN, rest, end)
            if begin < 0 or begin > rest and data[begin - 1] != 0x0A:
                continue
            kind, rest = self.line(begin + len(_BEGIN))
            if not kind.endswith(_DASHES):
                continue
            kind = kind[:-5]
            headers = self.headers(rest)
            if headers is None:
                return None
            found, rest = headers
            if found and end < rest or not self.closes(kind, trailer):
                continue
            body = self.body(rest, end)
            if body is None:
                continue
            return self._block(kind, found, body, begin, trailer), self.line(end + len(_END) - 1)[1]
        return None

    def old(self, at: int) -> tuple[RawBlock, int] | None:
        """The same for Go 1.23 and before."""
        data = self.data
        rest = at
        while True:
            if data.startswith(_BEGIN, rest):
                begin = rest
            else:
                begin = data.find(b"\n" + _BEGIN, rest) + 1
                if not begin:
                    return None
            kind, rest = self.line(begin + len(_BEGIN))
            if not kind.endswith(_DASHES):
                continue
            kind = kind[:-5]
            headers = self.headers(rest)
            if headers is None:
                return None
            found, rest = headers
            end = rest - 1 if not found and data.startswith(_END[1:], rest) else self.next_end(rest)
            if end < 0:
                continue
            trailer = end + len(_END)
            if not self.closes(kind, trailer):
                continue
            body = self.body(rest, end)
            if body is None:
                continue
            return self._block(kind, found, body, begin, trailer), self.line(end + len(_END) - 1)[1]

    def _block(self, kind: bytes, lines: list[bytes], body: bytes, begin: int, trailer: int) -> RawBlock:
        headers: dict[str, str] = {}
        for line in lines:
            name, _, value = line.decode("utf-8", "replace").partition(":")
            headers[name.strip()] = value.strip()
        return RawBlock(kind.decode("utf-8", "replace"), headers, body, begin, trailer + len(kind) + 5)


def blocks(data: bytes, go: GoVersion = LATEST_GO) -> list[RawBlock]:
    """The blocks that a loop over Go's ``pem.Decode`` finds."""
    return _walk(_Reader(data, {}), go < GO_1_24)


def both(data: bytes) -> tuple[list[RawBlock], list[RawBlock] | None]:
    """The blocks that Go 1.24 and later find; and what earlier versions find, None if it is the same."""
    bodies: dict[tuple[int, int], bytes | None] = {}
    new = _walk(_Reader(data, bodies), False)
    # Where each BEGIN and each END is part of a block, the first ones belong together in either search.
    if data.count(_BEGIN) == len(new) == data.count(_END):
        return new, None
    old = _walk(_Reader(data, bodies), True)
    return new, None if new == old else old


def _walk(reader: _Reader, old: bool) -> list[RawBlock]:
    found: list[RawBlock] = []
    at = 0
    step = reader.old if old else reader.new
    while (block := step(at)) is not None:
        found.append(block[0])
        at = block[1]
    return found


def decoded(text: bytes) -> bytes | None:
    """Standard base64 with any blanks and line ends in it; None if it is none.  Unused bits of the last digit may be set."""
    clean = text.translate(None, _NO_BASE64)
    digits = clean.rstrip(b"=")
    if len(clean) % 4 or len(clean) - len(digits) > 2 or digits.translate(None, _ALPHABET):
        return None
    return a2b_base64(clean)


def in_private_key(data: bytes, piece: Damage) -> bool:
    """Whether a piece of damage belongs to a block of a private key: by the label in its line, else by that of the last BEGIN before it.

    An END with another label is nothing to go by.
    """
    stop = data.find(b"\n", piece.end)
    line = data[piece.start : stop if stop >= 0 else len(data)]
    if b"BEGIN CERT" in line:
        # All of it stands in one line.
        return False
    found = None if piece.kind == "labels-differ" else _OWN_LABEL.search(line)
    if found is None:
        begin = max(data.rfind(word, 0, piece.start) for word in (b"BEGIN ", b"begin "))
        found = _OWN_LABEL.match(data, begin) if begin >= 0 else None
    return found is not None and b"PRIVATE KEY" in found[1].upper()


# -- damage -----------------------------------------------------------------------------------------------------------------------

_MOST, _MOST_MARKERS = 200, 5000
"""More pieces are not reported, and more lines are not looked at."""

_USUAL_LABELS = rb"(?:CERTIFICATE|KEY|REQUEST|CRL|PARAMETERS|PKCS ?#?7|CMS)"
_WORD = re.compile(
    rb"(?:(?<=[-\x80-\xbf])|(?<=[-\x80-\xbf][ \t]))(?:BEGIN|END)(?=[ \t])"
    rb"|(?:BEGIN|END)(?=[ \t]{1,8}(?:[A-Z0-9]{1,20} ){0,4}" + _USUAL_LABELS + rb"[ \t]{0,8}[-\xe2\xef])",
    re.IGNORECASE,
)
"""BEGIN or END behind a dash, or before a usual label and a dash."""
_OWN_LABEL = re.compile(rb"(?:BEGIN|END)[ \t]{1,8}([A-Z0-9 ]{1,80})", re.IGNORECASE)
_ANY_DASH = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_DASH_RUN = re.compile(rb"(?:-|\xe2\x80[\x90-\x95]|\xe2\x88\x92|\xef\xb9[\x98\xa3]|\xef\xbc\x8d)+")
_LABEL = re.compile(rb"[ \t]{1,8}([A-Za-z0-9][A-Za-z0-9 .+/#_]{0,80}?)[ \t]{0,8}(?=-|\xe2\x80[\x90-\x95]|\xe2\x88\x92|\xef\xb9[\x98\xa3]|\xef\xbc\x8d)")
_USUAL = re.compile(_USUAL_LABELS + rb"\Z", re.IGNORECASE)
_TWICE = re.compile(rb"LS0tLS1CRUdJTi[A-Za-z0-9+/]")
_BASE64_TEXT = re.compile(rb"[A-Za-z0-9+/=\s]*")
_ESCAPE = re.compile(rb"\\r?\\?n|\\r")
_BOM = b"\xef\xbb\xbf"
_WIDE_BEGIN = "-----BEGIN".encode("utf-16-le"), "-----BEGIN".encode("utf-16-be")


class _Marker(NamedTuple):
    """A BEGIN or END that is meant as one.  `start` and `end` enclose it with its dashes, `before` and `behind` are the ends of its line."""

    begin: bool
    label: bytes
    start: int
    end: int
    before: int
    behind: int
    leading: bytes
    trailing: bytes
    word: bytes


def is_wide(data: bytes) -> bool:
    """Whether the data is a text of 16-bit units."""
    return data[:2] in (b"\xff\xfe", b"\xfe\xff") or any(w in data[:65536] for w in _WIDE_BEGIN)


def damage(data: bytes, found: list[RawBlock]) -> tuple[Damage, ...]:
    """What looks like a block and is none, in the order of the file."""
    if not data:
        return ()
    if not found and is_wide(data):
        return (Damage("utf-16", 0, len(data)),)
    if not found and b"\0" in data[:1024]:
        # A binary file.
        return ()
    out: list[Damage] = []
    for block in found:
        if block.data.startswith(_DASHES):
            out.append(Damage("encoded-twice", block.start, block.end))
        if not block.type.isupper() and _USUAL.search(block.type.encode("utf-8")):
            out.append(Damage("lower-case", block.start, block.start + len(_BEGIN) + len(block.type.encode("utf-8")) + 5))
    gap = looked = 0
    for block in (*found, None):
        stop = block.start if block else len(data)
        if len(out) < _MOST and looked < _MOST_MARKERS:
            looked += _gap(data, gap, stop, out, _MOST_MARKERS - looked)
        gap = block.end if block else stop
    out.sort(key=lambda d: (d.start, d.end))
    return tuple(out[:_MOST])


def _gap(data: bytes, start: int, stop: int, out: list[Damage], most: int) -> int:
    """Damage between two blocks.  Looks at no more than `most` words, and returns at how many it did."""
    if not any(data.find(dash, start, stop) >= 0 for dash in (b"-", b"\xe2", b"\xef", b"LS0t")):
        return 0
    twice = _TWICE.search(data, start, stop)
    if twice:
        text = _BASE64_TEXT.match(data, twice.start(), stop)
        end = text.end() if text else twice.end()
        out.append(Damage("encoded-twice", twice.start(), twice.start() + len(data[twice.start() : end].rstrip())))
    opened: _Marker | None = None
    opened_told = False
    last: _Marker | None = None
    last_told = False
    position, looked = start, 0
    while len(out) < _MOST and looked < most and (word := _WORD.search(data, position, stop)):
        looked += 1
        position = word.end()
        marker = _marker(data, word, start, stop, last)
        if marker is None:
            continue
        position = marker.end
        same_line = last is not None and marker.before == last.before
        told = _form(data, marker, out) if not (same_line and last_told) else True
        if marker.begin:
            if opened and not opened_told:
                out.append(Damage("no-end", opened.start, opened.end))
            opened, opened_told = marker, told
        else:
            if opened is None:
                if not told:
                    out.append(Damage("no-begin", marker.start, marker.end))
            elif opened.label.upper() != marker.label.upper():
                out.append(Damage("labels-differ", marker.start, marker.end))
            elif not told and not opened_told:
                _body(data, opened.behind, marker.before, out)
            opened = None
        last, last_told = marker, told
    if opened and not opened_told:
        out.append(Damage("no-end", opened.start, opened.end))
    return looked


def _marker(data: bytes, word: re.Match[bytes], start: int, stop: int, last: _Marker | None) -> _Marker | None:
    """The marker around the word BEGIN or END; None if it is an ordinary word.  `last` is the marker before."""
    window = data[max(last.end if last else start, start, word.start() - 64) : word.start()].rstrip(b" \t")
    text = window.decode("utf-8", "ignore")
    leading = text[len(text.rstrip(_ANY_DASH)) :].encode("utf-8")
    if not window.endswith(leading):
        leading = b""
    label = _LABEL.match(data, word.end(), stop)
    trailing = b""
    end = word.end()
    if label:
        run = _DASH_RUN.match(data, label.end(), stop)
        trailing = run[0] if run else b""
        end = label.end() + len(trailing)
    else:
        # A marker that is cut off in its line: only its own five dashes show what it is.
        rest = data[word.end() : min(stop, word.end() + 90)].split(b"\n", 1)[0].strip(b" \t\r")
        if leading != _DASHES or not _USUAL.search(rest):
            return None
        end = data.index(rest, word.end()) + len(rest)
    name = label[1] if label else data[word.end() : end].strip(b" \t")
    if not leading and not trailing:
        return None
    exact = leading == _DASHES and trailing == _DASHES and word[0].isupper()
    if not exact and not _USUAL.search(name):
        return None
    marker_start = data.rfind(leading, start, word.start()) if leading else word.start()
    # END and BEGIN of two blocks in one line share a run of dashes.
    if len(trailing) > 5 and data[end : end + 5].upper() in (b"BEGIN", b"END C") and not trailing.strip(b"-"):
        end -= len(trailing) - 5
        trailing = _DASHES
    if last and marker_start < last.behind:
        before, behind = last.before, last.behind
    else:
        before = data.rfind(b"\n", start, marker_start) + 1 or start
        behind = data.find(b"\n", end, stop)
        if behind < 0:
            behind = stop
    return _Marker(word[0].upper() == b"BEGIN", name, marker_start, end, before, behind, leading, trailing, word[0])


def _form(data: bytes, marker: _Marker, out: list[Damage]) -> bool:
    """Tells what is wrong with the line of a marker, and whether something is."""
    before = data[marker.before : marker.start]
    behind = data[marker.end : marker.behind]
    count = len(out)
    # A line feed takes one carriage return with it; any other one is text.
    if b"\r" in before or behind.startswith(b"\r") and (len(behind) > 1 or marker.behind == len(data)):
        out.append(Damage("carriage-returns", marker.start, marker.behind))
    elif _ESCAPE.match(behind):
        out.append(Damage("escaped", marker.start, marker.behind))
    else:
        if before.endswith(_BOM):
            out.append(Damage("bom", marker.start - 3, marker.start))
        elif before and not before.strip(b" \t"):
            out.append(Damage("indented", marker.before, marker.start))
        elif before.strip():
            out.append(Damage("not-alone", marker.before, marker.start))
        if marker.leading != _DASHES:
            out.append(Damage("dashes", marker.start, marker.start + max(1, len(marker.leading))))
        elif marker.trailing != _DASHES and not (marker.begin and not marker.trailing and marker.end == len(data.rstrip())):
            # A file that ends within its BEGIN line is cut off.
            out.append(Damage("dashes", max(marker.start, marker.end - len(marker.trailing)) if marker.trailing else marker.start, marker.end))
        if not marker.word.isupper():
            out.append(Damage("lower-case", marker.start, marker.end))
        rest = behind.rstrip(b" \t\r")
        if rest:
            out.append(Damage("not-alone", marker.end + len(behind) - len(behind.lstrip()), marker.end + len(rest)))
    return len(out) > count


def _body(data: bytes, start: int, stop: int, out: list[Damage]) -> None:
    """What is wrong with the base64 between two good markers: the first byte that is none, or the line where it ends too early."""
    headers = _Reader(data, {}).headers(min(start + 1, stop))
    if headers and headers[1] <= stop:
        start = headers[1]
    body = data[start:stop]
    if decoded(body) is not None:
        return
    bad = re.search(rb"[^A-Za-z0-9+/=\s]", body)
    padding = re.search(rb"=[=\s]*[^=\s]", body)
    if bad is None or padding and padding.start() < bad.start():
        if padding:
            out.append(Damage("bad-base64", start + padding.start(), start + padding.start() + 1))
            return
        text = body.rstrip()
        line = text.rfind(b"\n") + 1
        out.append(Damage("bad-base64", start + line, start + max(len(text), line + 1)))
        return
    # Bytes of one character, or a run of strange ones, belong together.
    run = re.compile(rb"[^A-Za-z0-9+/=\s]{1,200}").match(body, bad.start())
    out.append(Damage("bad-base64", start + bad.start(), start + (run.end() if run else bad.end())))
