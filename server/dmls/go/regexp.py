"""Regular expressions as Go's package regexp takes them (RE2 syntax; regexp/syntax/parse.go).

Only acceptance and error texts are followed, not matching.  Where Go would refuse an expression for its size or its
nesting, it is accepted here.  Names of Unicode classes are compared as Go 1.25 does, without regard to case, blanks,
hyphens and underscores.
"""

from __future__ import annotations

from dmls.named import NamedTuple

_CLASS_ESCAPES = frozenset("dDsSwW")
_POSIX_NAMES = frozenset("alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit".split())
_UNICODE_CLASSES = frozenset(
    (
        "adlam ahom anatolianhieroglyphs any arabic armenian ascii assigned avestan balinese bamum bassavah batak"
        " bengali bhaiksuki bopomofo brahmi braille buginese buhid c canadianaboriginal carian casedletter"
        " caucasianalbanian cc cf chakma cham cherokee chorasmian closepunctuation cn cntrl co combiningmark"
        " common connectorpunctuation control coptic cs cuneiform currencysymbol cypriot cyprominoan cyrillic"
        " dashpunctuation decimalnumber deseret devanagari digit divesakuru dogra duployan egyptianhieroglyphs"
        " elbasan elymaic enclosingmark ethiopic finalpunctuation format georgian glagolitic gothic grantha greek"
        " gujarati gunjalagondi gurmukhi han hangul hanifirohingya hanunoo hatran hebrew hiragana imperialaramaic"
        " inherited initialpunctuation inscriptionalpahlavi inscriptionalparthian javanese kaithi kannada katakana"
        " kawi kayahli kharoshthi khitansmallscript khmer khojki khudawadi l lao latin lc lepcha letter"
        " letternumber limbu lineara linearb lineseparator lisu ll lm lo lowercaseletter lt lu lycian lydian m"
        " mahajani makasar malayalam mandaic manichaean marchen mark masaramgondi mathsymbol mc me medefaidrin"
        " meeteimayek mendekikakui meroiticcursive meroitichieroglyphs miao mn modi modifierletter modifiersymbol"
        " mongolian mro multani myanmar n nabataean nagmundari nandinagari nd newa newtailue nko nl no"
        " nonspacingmark number nushu nyiakengpuachuehmong ogham olchiki oldhungarian olditalic oldnortharabian"
        " oldpermic oldpersian oldsogdian oldsoutharabian oldturkic olduyghur openpunctuation oriya osage osmanya"
        " other otherletter othernumber otherpunctuation othersymbol p pahawhhmong palmyrene paragraphseparator"
        " paucinhau pc pd pe pf phagspa phoenician pi po privateuse ps psalterpahlavi punct punctuation rejang"
        " runic s samaritan saurashtra sc separator sharada shavian siddham signwriting sinhala sk sm so sogdian"
        " sorasompeng soyombo spaceseparator spacingmark sundanese surrogate sylotinagri symbol syriac tagalog"
        " tagbanwa taile taitham taiviet takri tamil tangsa tangut telugu thaana thai tibetan tifinagh tirhuta"
        " titlecaseletter toto ugaritic unassigned uppercaseletter vai vithkuqi wancho warangciti yezidi yi z"
        " zanabazarsquare zl zp zs"
    ).split()
)
_NO_SEPARATORS = dict.fromkeys(map(ord, "_- "))
_HEX = "0123456789abcdef"
_CONTROL_ESCAPES = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
_MAX_REPEAT = 1000


class _Refused(Exception):
    """Holds Go's error code and the offending expression."""

    def __init__(self, code: str, expression: str) -> None:
        Exception.__init__(self, code)
        self.text = f"error parsing regexp: {code}: `{expression}`"


class _Level:
    """What is open at one depth of parentheses.

    `has_operand` tells whether a repetition may follow; `operand` is the greatest product of nested counts inside the
    last operand, `before` the greatest among the ones before it.
    """

    __slots__ = ("before", "has_operand", "operand")

    def __init__(self) -> None:
        self.before = 1
        self.has_operand = False
        self.operand = 1

    def push(self, product: int = 1) -> None:
        self.before = max(self.before, self.operand)
        self.operand = product
        self.has_operand = True

    def bar(self) -> None:
        self.push()
        self.has_operand = False

    @property
    def product(self) -> int:
        return max(self.before, self.operand)


class Parsed(NamedTuple):
    """`error` is None for an expression that Go compiles; `groups` counts the capturing groups seen."""

    error: str | None
    groups: int


def check(pattern: str) -> str | None:
    """None, or the text of ``regexp.Compile``, for example ``error parsing regexp: missing closing ): `(a` ``."""
    return parse(pattern).error


def groups(pattern: str) -> int:
    """``NumSubexp``: the number of capturing groups, named ones included; those before the error in a bad pattern."""
    return parse(pattern).groups


def parse(pattern: str) -> Parsed:
    """Both answers at once."""
    parser = _Parser(pattern)
    try:
        parser.run()
    except _Refused as refused:
        return Parsed(refused.text, parser.captures)
    return Parsed(None, parser.captures)


class _Parser:
    __slots__ = ("captures", "levels", "pattern")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.captures = 0
        self.levels = [_Level()]

    def run(self) -> None:
        pattern = self.pattern
        end = len(pattern)
        at = 0
        last_repeat = -1
        while at < end:
            repeat = -1
            c = pattern[at]
            level = self.levels[-1]
            if c == "(":
                if pattern.startswith("(?", at):
                    at = self._flags(at)
                else:
                    self.captures += 1
                    self.levels.append(_Level())
                    at += 1
            elif c == "|":
                level.bar()
                at += 1
            elif c == ")":
                if len(self.levels) == 1:
                    raise _Refused("unexpected )", pattern)
                self.levels.pop()
                self.levels[-1].push(level.product)
                at += 1
            elif c == "[":
                at = self._class(at)
                level.push()
            elif c in "*+?":
                repeat = at
                at = self._repeat(level, at, at + 1, last_repeat, None)
            elif c == "{":
                count = self._count(at)
                if count is None:
                    level.push()
                    at += 1
                else:
                    repeat = at
                    low, high, after = count
                    if low < 0 or low > _MAX_REPEAT or high > _MAX_REPEAT or 0 <= high < low:
                        raise _Refused("invalid repeat count", pattern[at:after])
                    at = self._repeat(level, at, after, last_repeat, (low, high))
            elif c == "\\":
                at = self._backslash(level, at)
            else:
                level.push()
                at += 1
            last_repeat = repeat
        if len(self.levels) > 1:
            raise _Refused("missing closing )", pattern)

    def _repeat(self, level: _Level, at: int, after: int, last: int, count: tuple[int, int] | None) -> int:
        pattern = self.pattern
        if pattern.startswith("?", after):
            after += 1
        if last >= 0:
            raise _Refused("invalid nested repetition operator", pattern[last:after])
        if not level.has_operand:
            raise _Refused("missing argument to repetition operator", pattern[at:after])
        if count is not None:
            low, high = count
            times = low if high < 0 else high
            product = 1 if high == 0 else level.operand * max(times, 1)
            if (low >= 2 or high >= 2) and product > _MAX_REPEAT:
                raise _Refused("invalid repeat count", pattern[at:after])
            level.operand = product
        return after

    def _count(self, at: int) -> tuple[int, int, int] | None:
        """``{2}``, ``{2,}`` or ``{2,5}``: the least, the most (-1: any), the end; None where the brace is a literal."""
        low, after = self._number(at + 1)
        if low is None:
            return None
        high: int | None = low
        if self.pattern.startswith(",", after):
            after += 1
            if self.pattern.startswith("}", after):
                high = -1
            else:
                high, after = self._number(after)
                if high is None:
                    return None
                if high < 0:
                    low = -1
        if not self.pattern.startswith("}", after):
            return None
        assert high is not None  # It was set to `low`, to -1, or returned above.
        return low, high, after + 1

    def _number(self, at: int) -> tuple[int | None, int]:
        """A decimal number without leading zeros, -1 for one beyond 10**8."""
        pattern = self.pattern
        end = at
        while end < len(pattern) and "0" <= pattern[end] <= "9":
            end += 1
        if end == at or (pattern[at] == "0" and end - at > 1):
            return None, at
        return (int(pattern[at:end]) if end - at <= 9 else -1), end

    def _flags(self, at: int) -> int:
        """``(?P<name>``, ``(?<name>``, ``(?i)`` and ``(?i:``."""
        pattern = self.pattern
        size = len(pattern) - at
        named = size > 3 and pattern[at + 2] == "<"
        if named or (size > 4 and pattern.startswith("P<", at + 2)):
            end = pattern.find(">", at)
            if end < 0:
                raise _Refused("invalid named capture", pattern[at:])
            name = pattern[at + (3 if named else 4) : end]
            if not name or not all(c == "_" or (c.isascii() and c.isalnum()) for c in name):
                raise _Refused("invalid named capture", pattern[at : end + 1])
            self.captures += 1
            self.levels.append(_Level())
            return end + 1
        negative = False
        saw_flag = False
        i = at + 2
        while i < len(pattern):
            c = pattern[i]
            i += 1
            if c in "imsU":
                saw_flag = True
            elif c == "-":
                if negative:
                    break
                negative = True
                saw_flag = False
            elif c in ":)":
                if negative and not saw_flag:
                    break
                if c == ":":
                    self.levels.append(_Level())
                return i
            else:
                break
        raise _Refused("invalid or unsupported Perl syntax", pattern[at:i])

    def _backslash(self, level: _Level, at: int) -> int:
        pattern = self.pattern
        c = pattern[at + 1 : at + 2]
        if c and c in "ABbz":
            level.push()
            return at + 2
        if c == "C":
            raise _Refused("invalid escape sequence", pattern[at : at + 2])
        if c == "Q":
            end = pattern.find("\\E", at + 2)
            literal = pattern[at + 2 : end if end >= 0 else len(pattern)]
            if literal:
                level.push()
            return end + 2 if end >= 0 else len(pattern)
        after = self._class_escape(at)
        if after < 0:
            _, after = self._escape(at)
        level.push()
        return after

    def _class_escape(self, at: int) -> int:
        r"""The end of ``\d`` or ``\p{Greek}`` at `at`, -1 where something else stands there."""
        pattern = self.pattern
        if pattern[at] != "\\":
            return -1
        c = pattern[at + 1 : at + 2]
        if c and c in _CLASS_ESCAPES:
            return at + 2
        if not c or c not in "pP":
            return -1
        letter = pattern[at + 2 : at + 3]
        if letter == "{":
            end = pattern.find("}", at)
            if end < 0:
                raise _Refused("invalid character class range", pattern[at:])
            name = pattern[at + 3 : end].removeprefix("^")
            if name.translate(_NO_SEPARATORS).lower() not in _UNICODE_CLASSES or not name.isascii():
                raise _Refused("invalid character class range", pattern[at : end + 1])
            return end + 1
        if not letter.isascii() or letter.lower() not in _UNICODE_CLASSES:
            raise _Refused("invalid character class range", pattern[at : at + 3])
        return at + 3

    def _escape(self, at: int) -> tuple[int, int]:
        """The code point of a single-character escape, and its end."""
        pattern = self.pattern
        i = at + 1
        if i == len(pattern):
            raise _Refused("trailing backslash at end of expression", "")
        c = pattern[i]
        i += 1
        if "0" <= c <= "7":
            # One digit other than 0 would be a back-reference, which RE2 does not have.
            if c == "0" or (i < len(pattern) and "0" <= pattern[i] <= "7"):
                code = ord(c) - 48
                end = min(i + 2, len(pattern))
                while i < end and "0" <= pattern[i] <= "7":
                    code = code * 8 + ord(pattern[i]) - 48
                    i += 1
                return code, i
        elif c == "x":
            code, i = self._hex(i)
            if code >= 0:
                return code, i
        elif c in _CONTROL_ESCAPES:
            return _CONTROL_ESCAPES[c], i
        elif c.isascii() and not c.isalnum():
            return ord(c), i
        raise _Refused("invalid escape sequence", pattern[at:i])

    def _hex(self, i: int) -> tuple[int, int]:
        r"""What follows ``\x``: its code point, -1 where it is malformed, and how far Go read."""
        pattern = self.pattern
        if i >= len(pattern):
            return -1, i
        if pattern[i] != "{":
            high = _HEX.find(pattern[i].lower())
            i += 1
            low = _HEX.find(pattern[i].lower()) if i < len(pattern) else -1
            i = min(i + 1, len(pattern))
            return (-1 if high < 0 or low < 0 else high * 16 + low), i
        i += 1
        code = digits = 0
        while i < len(pattern):
            c = pattern[i]
            i += 1
            if c == "}":
                return (code if digits else -1), i
            digit = _HEX.find(c.lower())
            if digit < 0:
                return -1, i
            code = code * 16 + digit
            if code > 0x10FFFF:
                return -1, i
            digits += 1
        return -1, i

    def _class(self, at: int) -> int:
        """The end of the character class that begins at `at`."""
        pattern = self.pattern
        end = len(pattern)
        i = at + 1
        if pattern.startswith("^", i):
            i += 1
        first = True
        while i >= end or pattern[i] != "]" or first:
            first = False
            if pattern.startswith("[:", i) and end - i > 2:
                close = pattern.find(":]", i + 2)
                if close >= 0:
                    if pattern[i + 2 : close].removeprefix("^") not in _POSIX_NAMES:
                        raise _Refused("invalid character class range", pattern[i : close + 2])
                    i = close + 2
                    continue
            after = self._class_escape(i) if i < end else -1
            if after >= 0:
                i = after
                continue
            start = i
            low, i = self._class_character(i, at)
            if end - i >= 2 and pattern[i] == "-" and pattern[i + 1] != "]":
                high, i = self._class_character(i + 1, at)
                if high < low:
                    raise _Refused("invalid character class range", pattern[start:i])
        return i + 1

    def _class_character(self, i: int, at: int) -> tuple[int, int]:
        if i >= len(self.pattern):
            raise _Refused("missing closing ]", self.pattern[at:])
        if self.pattern[i] == "\\":
            return self._escape(i)
        return ord(self.pattern[i]), i + 1
