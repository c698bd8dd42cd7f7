"""The command lines of DM's programs in a shell script or a systemd unit, each read into a file of flags.

The flags of a command line are read as the program would read them and put into a `ConfigFile` whose keys are those that the flags set, so that
TLS blocks, addresses and rules work on it as on a file.  What is not known is left out of account: a flag whose value the shell makes up
is in `CommandLine.unknown`, and where more flags may come from elsewhere the command line is `open`.

dm-master and dm-worker read with Go's package `flag`: one or two hyphens, a value behind ``=`` or in the next word, switches only with ``=``,
nothing behind the first word that is no flag, and of a flag that is given twice the last one (dm/master/config.go:60-98, dm/worker/config.go:55-84).
dmctl reads with pflag, which lets flags and words mix; of its own flags it also takes those with one hyphen (dm/ctl/common/config.go:52-84).
The table of flags is `schemas/flags.json`.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Iterable, Iterator, NamedTuple
from typing import Mapping as Map

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.pattern import LazyPattern
from dmls.schema import keys as k
from dmls.schema.load import document, load
from dmls.syntax import shell
from dmls.syntax.shell import Command, Script, Word
from dmls.syntax.tree import Chunk, Document, Mapping, Node, Pair, Scalar, Sequence, Tree
from dmls.text import LineIndex, Span

LANGUAGE = "flags"
WORD, DOUBLE, SINGLE, MIXED, UNKNOWN, BORROWED = "word", "double-part", "single-part", "mixed", "unknown", "borrowed"
"""Styles of a flag's value: words of their own, with whatever quotes; the inside of a word that is quoted as a whole; several quotes, which no edit
touches; not known; out of the file that the command line names."""
VALUE, SWITCH, LIST = "value", "switch", "list"
MENTION = LazyPattern(r"""(?<![\w.-])(?:dm-master|dm-worker|dmctl)(?![\w.-]*[\w/])""")
"""How a program of DM stands in a text that may start it."""


class FlagSpec(NamedTuple):
    """One flag of a program.  `key` is the key that it sets, "" for none; `short` its letter, "" for none.

    `takes` is `VALUE`, `SWITCH` or `LIST` (a value that may be given again).  `ends` tells whether the program only prints something.
    """

    name: str
    key: str
    takes: str
    short: str
    ends: bool
    is_config: bool
    doc_en: str
    doc_zh: str


@cache
def flags(kind: str) -> Map[str, FlagSpec]:
    """The flags of a program by name."""
    table = document("flags.json")[kind]
    rows = table["flags"] if isinstance(table, dict) else []
    out = {}
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict):
            name = str(row["flag"])
            out[name] = FlagSpec(
                name,
                str(row.get("key", "")),
                str(row["takes"]),
                str(row.get("short", "")),
                row.get("ends") is True,
                row.get("is") == "config",
                str(row.get("doc", "")),
                str(row.get("doc-zh", "")),
            )
    return out


@cache
def programs() -> Map[str, str]:
    """The kind of each program by its name."""
    tables = {kind: document("flags.json")[kind] for kind in (kinds.MASTER, kinds.WORKER, kinds.DMCTL)}
    return {str(table["program"]): kind for kind, table in tables.items() if isinstance(table, dict)}


@cache
def _names(kind: str, entry: str, key: str = "") -> frozenset[str]:
    """A list of names in the table, of one key where it has several lists."""
    table = document("flags.json")[kind]
    value = table.get(entry) if isinstance(table, dict) else None
    if isinstance(value, dict):
        value = value.get(key)
    return frozenset(map(str, value)) if isinstance(value, list) else frozenset()


class FlagValue(Scalar):
    """The value of a flag.  `word` holds it, from the character `at` of what the word stands for; `language` says who reads the word.

    `origin` is the file that it was taken from and `there` its place in it; "" for the command line itself.
    """

    __slots__ = ("at", "language", "origin", "there", "word")

    def __init__(self, chunk: Chunk, span: Span, value: str, style: str, word: Word, at: int, language: str, origin: str = "", there: Span = Span(0, 0)) -> None:  # noqa: B008
        super().__init__(chunk, span.start, span.end, value, style)
        self.word = word
        self.at = at
        self.language = language
        self.origin = origin
        self.there = there


class FlagUse(NamedTuple):
    """One flag as it is written.  `spec` is None for a flag that the program does not know; `name` is without hyphens.

    `span` covers the hyphens and the name; `value` is None where none is written.  `end` is where the flag ends with its value.
    """

    name: str
    spec: FlagSpec | None
    span: Span
    value: FlagValue | None
    end: int


class CommandLine(NamedTuple):
    """One call of a DM program.

    `config` holds the keys that the flags set, with values that are known or not; of a flag given twice only the last.  `unknown` are the
    keys whose value is not known.  `open` tells whether flags may be there that are not seen.
    `config_path` is the file named by the flag for it: None where none is named, or where `config_is_known` is False.
    `operands` are the words that are no flags: for dmctl its command and that command's words.
    `folder` is where the program runs: "" where the script says nothing, None where it says something that is not known.
    `elsewhere` tells whether it runs in a container, so that its paths are none of this machine.
    `ends` tells whether it only prints something, a version or help.  `top` is False in a function, a branch or a loop.
    """

    kind: str
    config: ConfigFile
    program: Span
    span: Span
    flags: tuple[FlagUse, ...]
    config_path: str | None
    config_is_known: bool
    operands: tuple[Word, ...]
    open: bool
    unknown: frozenset[str]
    folder: str | None
    elsewhere: bool
    ends: bool
    top: bool
    language: str

    @property
    def config_flag(self) -> FlagUse | None:
        """The flag that names the configuration file."""
        return next((f for f in reversed(self.flags) if f.spec is not None and f.spec.is_config), None)

    def is_known(self, *keys: str) -> bool:
        """Whether it is certain what the flags say of `keys`, also that they say nothing."""
        return not self.open and not self.unknown.intersection(keys)


@lru_cache(maxsize=64)
def command_lines(path: str, text: str) -> tuple[CommandLine, ...]:
    """The command lines of DM's programs in a script or a unit, in the order of the text."""
    if MENTION.search(text) is None:
        return ()
    script = shell.parse_unit(text) if is_unit(path) else shell.parse(text)
    known = set(programs())
    lines: LineIndex | None = None
    out = []
    for command in script.commands:
        if not any(_mentions(word, known) for word in command.words):
            continue
        resolved = script.resolved(command)
        found = _program(resolved.words)
        if found is None:
            continue
        lines = lines or LineIndex(text)
        out.append(_Reader(path, text, script, resolved, lines, *found).read())
    return tuple(out)


def is_unit(path: str) -> bool:
    return path.lower().endswith(".service")


def _mentions(word: Word, known: set[str]) -> bool:
    """Whether a word may name a program of DM; its name never stands in a variable that is not known."""
    end = word.suffix
    return any(name in end for name in known) or any(piece.variable for piece in word.pieces)


# Which program a command starts

_OPTIONS_WITH_VALUE = {
    "exec": "a",
    "nohup": "",
    "sudo": "ugUpCrtThDR",
    "doas": "uC",
    "env": "uCS",
    "nice": "n",
    "ionice": "cn",
    "chrt": "",
    "time": "fo",
    "setsid": "",
    "stdbuf": "ioe",
    "timeout": "ks",
    "command": "",
    "taskset": "",
    "numactl": "NmCip",
    "gosu": "",
    "su-exec": "",
    "tini": "p",
    "dumb-init": "r",
    "catchsegv": "",
}
"""Programs that start the one that follows, each with its letters that take a value."""
_OPERANDS = {"timeout": 1, "taskset": 1, "chrt": 1, "gosu": 1, "su-exec": 1}
"""How many words of their own stand before that one."""
_LONG_WITH_VALUE = frozenset(("--user", "--group", "--host", "--chdir", "--unset", "--adjustment", "--signal", "--kill-after", "--output", "--format", "--class", "--classdata"))
_PASSING = LazyPattern(r"\$\{?[A-Za-z_]*(?i:sudo|nohup|numactl|nice|wrapper)[A-Za-z_]*\}?\Z")
"""A variable that holds such a program."""
_CONTAINERS = ("docker", "podman", "nerdctl")
_IMAGE = LazyPattern(r"(?:\S+/)?pingcap/dm(?:[:@]\S+)?\Z")
_TIUP_WITH_VALUE = frozenset(("-T", "--tag", "--binpath", "--binary"))
_EXEC_WITH_VALUE = frozenset(("-e", "--env", "--env-file", "-u", "--user", "-w", "--workdir", "--detach-keys"))


def _program(words: tuple[Word, ...]) -> tuple[str, int, bool] | None:
    """The kind of DM program that a command starts, the place of its word, and whether that is in a container; None where it is none."""
    at = 0
    while at < len(words):
        name = _name(words[at])
        if name is None:
            if not at and _PASSING.match(_source(words[at])):
                at += 1
                continue
            return None
        if name in programs():
            return programs()[name], at, False
        if name == "tiup":
            return _of_tiup(words, at + 1)
        if name in _CONTAINERS:
            return _of_container(words, at + 1)
        if name == "kubectl":
            after = next((i for i, word in enumerate(words) if word.value == "--"), None)
            return _in_container(words, after + 1) if after is not None and any(w.value == "exec" for w in words[:after]) else None
        letters = _OPTIONS_WITH_VALUE.get(name)
        if letters is None:
            return None
        at = _behind_options(words, at + 1, name, letters)
    return None


def _source(word: Word) -> str:
    """A word that is one variable, as written; "" for any other."""
    pieces = word.pieces
    return f"${pieces[0].variable}" if len(pieces) == 1 and pieces[0].variable else ""


def _name(word: Word) -> str | None:
    """The name of the program that a word starts, without its folder, which need not be known."""
    if word.value is not None:
        return word.value.rpartition("/")[2]
    _, slash, name = word.suffix.rpartition("/")
    return name if slash and word.closed and not word.list else None


def _behind_options(words: tuple[Word, ...], at: int, name: str, letters: str) -> int:
    """Where the program stands that `name` starts."""
    while at < len(words):
        text = words[at].value
        if text is None:
            if words[at].prefix[:1] != "-":
                break
        elif text == "--":
            at += 1
            break
        elif text.startswith("--"):
            at += text in _LONG_WITH_VALUE
        elif text.startswith("-") and len(text) > 1:
            at += text[-1] in letters and (len(text) == 2 or text[1] not in letters)
        elif not (name in ("env", "sudo", "doas") and "=" in text and "/" not in text.partition("=")[0]):
            break
        at += 1
    return at + _OPERANDS.get(name, 0)


def _of_tiup(words: tuple[Word, ...], at: int) -> tuple[str, int, bool] | None:
    """TiUP's component dmctl; ``tiup dm`` is a program of its own, which takes none of these flags."""
    while at < len(words):
        text = words[at].value
        if text is None:
            return None
        if text.startswith("-"):
            at += 2 if text in _TIUP_WITH_VALUE else 1
        elif text == "run":
            at += 1
        else:
            kind = programs().get(text.partition(":")[0])
            return (kind, at, False) if kind == kinds.DMCTL else None
    return None


def _of_container(words: tuple[Word, ...], at: int) -> tuple[str, int, bool] | None:
    """A program that is started in a container of DM's image, or in one that runs."""
    verb = next((i for i in range(at, len(words)) if words[i].value in ("run", "exec", "create")), None)
    if verb is None:
        return None
    at = verb + 1
    if words[verb].value != "exec":
        image = next((i for i in range(at, len(words)) if _IMAGE.match(words[i].value or "")), None)
        return _in_container(words, image + 1) if image is not None else None
    while at < len(words):
        text = words[at].value
        if text is None or not text.startswith("-"):
            return _in_container(words, at + 1)
        at += 2 if text in _EXEC_WITH_VALUE else 1
    return None


def _in_container(words: tuple[Word, ...], at: int) -> tuple[str, int, bool] | None:
    kind = programs().get(_name(words[at]) or "") if at < len(words) else None
    return (kind, at, True) if kind is not None else None


# What its flags say


class _Reader:
    def __init__(self, path: str, text: str, script: Script, command: Command, lines: LineIndex, kind: str, at: int, elsewhere: bool) -> None:
        self.path = path
        self.text = text
        self.script = script
        self.command = command
        self.lines = lines
        self.kind = kind
        self.at = at
        self.elsewhere = elsewhere
        self.words = command.words[at + 1 :]
        self.chunk = Chunk(text)
        self.chunk.comments = list(script.comments)
        self.uses: list[FlagUse] = []
        self.operands: list[Word] = []
        self.open = False

    def read(self) -> CommandLine:
        if self.kind == kinds.DMCTL:
            self.pflag()
        else:
            self.go()
        config = self.file()
        unknown = frozenset(
            use.spec.key
            for use in self.uses
            if use.spec is not None and use.spec.key and use.value is not None and use.value.style == UNKNOWN and config.get(use.spec.key) is not None and self.counts(use)
        )
        named = [use for use in self.uses if use.spec is not None and use.spec.is_config and use.value is not None]
        value = named[-1].value if named else None
        known = value is None or value.style != UNKNOWN
        program = self.command.words[self.at]
        return CommandLine(
            self.kind,
            config,
            program.span,
            Span(program.span.start, self.command.span.end),
            tuple(self.uses),
            value.value or None if value is not None and known else None,
            known and not (self.open and value is None),
            tuple(self.operands),
            self.open,
            unknown,
            self.command.folder,
            self.elsewhere,
            any(use.spec is not None and use.spec.ends for use in self.uses),
            self.command.top,
            self.script.language,
        )

    def counts(self, use: FlagUse) -> bool:
        """Whether no later flag takes the place of this one."""
        if use.spec is None:
            return False
        if use.spec.takes == LIST:
            return True
        return next(u for u in reversed(self.uses) if u.spec is not None and u.spec.key == use.spec.key) is use

    # The two parsers

    def go(self) -> None:
        """Go's package `flag`."""
        known = flags(self.kind)
        at = 0
        while at < len(self.words):
            word = self.words[at]
            start = word.prefix
            if not start and word.value is None:
                self.open = True
                at += 1
                continue
            if len(start) < 2 and word.value is None or start == "-" and word.value is None:
                self.open = True
                at += 1
                continue
            if len(start) < 2 or start[0] != "-":
                break
            hyphens = 2 if start[1] == "-" else 1
            if start == "--" and word.value is not None:
                at += 1
                break
            name, equals, _ = start[hyphens:].partition("=")
            if not equals and word.value is None:
                # Which flag this is, the variable says.
                self.open = True
                at += 1
                continue
            if not name or name[0] == "-":
                break
            self.open = self.open or word.list
            at = self.take(known.get(name), name, hyphens, word, bool(equals), at, known.get(name) is None or known[name].takes == SWITCH)
        self.operands.extend(self.words[at:])

    def pflag(self) -> None:
        """pflag, with the hyphens that dmctl adds."""
        known = flags(self.kind)
        single = _names(self.kind, "single-dash")
        letters = {spec.short: spec for spec in known.values() if spec.short}
        at = 0
        while at < len(self.words):
            word = self.words[at]
            start = word.prefix
            if word.value is None and (len(start) < 2 or (start[0] == "-" and "=" not in start)):
                # It may be a flag or a word of the command; a path is one of its words, and behind that command a variable in quotes.
                operand = start[:1] != "-" and (bool(start) or "/" in word.suffix or (bool(self.operands) and not word.many))
                self.open = self.open or not operand
                if start[:1] != "-":
                    self.operands.append(word)
                at += 1
                continue
            self.open = self.open or word.list
            if len(start) < 2 or start[0] != "-":
                self.operands.append(word)
                at += 1
                continue
            if start == "--":
                at += 1
                break
            hyphens = 2 if start[1] == "-" else 1
            name, equals, _ = start[hyphens:].partition("=")
            if hyphens == 2 or name in single:
                spec = known.get(name)
                at = self.take(spec, name, hyphens, word, bool(equals), at, self.is_switch(spec, name))
                continue
            spec = letters.get(name[:1])
            if self.is_switch(spec, name[:1]):
                self.uses.append(FlagUse(name[:1], spec, Span(word.span.start, word.span.end), None, word.span.end))
                at += 1
                continue
            # A letter may have its value in the same word.
            inside = len(name) > 1 or bool(equals)
            at = self.take(spec, name[:1], 1, word, inside, at, False, 2 + (start[2:3] == "="))
        self.operands.extend(self.words[at:])

    def is_switch(self, spec: FlagSpec | None, name: str) -> bool:
        if spec is not None:
            return spec.takes == SWITCH
        command = next((w.value for w in self.operands if w.value is not None), "")
        return name in _names(self.kind, "command-switches", "*") or name in _names(self.kind, "command-switches", command or "")

    def take(self, spec: FlagSpec | None, name: str, hyphens: int, word: Word, inside: bool, at: int, switch: bool, skip: int = 0) -> int:
        """Note the flag in `word`; its value is behind the first `skip` characters, or in the next word.  Returns where to go on."""
        end = word.place(hyphens + len(name) - 1)[0] + 1 if word.pieces else word.span.end
        first = word.place(0)[0] if word.pieces else word.span.start
        span = Span(first, max(first, end))
        if inside:
            skip = skip or hyphens + len(name) + 1
            self.uses.append(FlagUse(name, spec, span, self.part(word, skip), word.span.end))
            return at + 1
        if switch or at + 1 >= len(self.words):
            self.uses.append(FlagUse(name, spec, span, None, word.span.end))
            return at + 1
        value = self.words[at + 1]
        self.open = self.open or value.list
        style = WORD if value.value is not None else UNKNOWN
        shown = value.value if value.value is not None else value.span.of(self.text)
        self.uses.append(FlagUse(name, spec, span, FlagValue(self.chunk, value.span, shown, style, value, 0, self.script.language), value.span.end))
        return at + 2

    def part(self, word: Word, at: int) -> FlagValue:
        """The value within a word, behind its equals sign at `at` - 1."""
        start, quote = word.place(at - 1)
        start += 1
        span = Span(min(start, word.span.end), word.span.end)
        if word.value is None:
            return FlagValue(self.chunk, span, span.of(self.text), UNKNOWN, word, at, self.script.language)
        style = WORD
        if quote:
            # The quote began before the value and goes on to the end of the word, or it ends within.
            style = DOUBLE if quote == '"' else SINGLE
            if all(piece.quote == quote for piece in word.pieces if piece.end > start or piece.start >= start) and self.text[word.span.end - 1] == quote:
                span = Span(span.start, max(span.start, word.span.end - 1))
            else:
                style = MIXED
        return FlagValue(self.chunk, span, word.value[at:], style, word, at, self.script.language)

    # The file of flags

    def file(self) -> ConfigFile:
        return ConfigFile(self.path, self.kind, _tree(self.text, self.chunk, self.lines, self.pairs(), self.command.words[self.at].span), load(self.kind))

    def pairs(self) -> list[Pair]:
        last: dict[str, int] = {}
        lists: dict[str, list[FlagUse]] = {}
        for number, use in enumerate(self.uses):
            if use.spec is not None and use.spec.key:
                if use.spec.takes == LIST:
                    lists.setdefault(use.spec.key, []).append(use)
                last[use.spec.key] = number
        out = []
        for key, number in last.items():
            use = self.uses[number]
            value: Node
            uses = lists.get(key)
            if uses is not None:
                use = uses[0]
                items: list[Node] = [u.value for u in uses if u.value is not None]
                value = Sequence(self.chunk, items[0].start if items else use.end, items[-1].end if items else use.end, LANGUAGE, items)
            elif use.value is not None:
                value = use.value
            elif use.spec is not None and use.spec.takes == SWITCH:
                value = Scalar(self.chunk, use.span.start, use.span.end, "true", WORD)
            else:
                value = Scalar(self.chunk, use.end, use.end, "", "empty")
            hyphens = 2 if self.text.startswith("--", use.span.start) else 1
            out.append(Pair(self.chunk, Scalar(self.chunk, min(use.span.start + hyphens, use.span.end), use.span.end, key, "bare"), value, use.span.end))
        return out


def _tree(text: str, chunk: Chunk, lines: LineIndex, pairs: list[Pair], program: Span) -> Tree:
    root = Mapping(chunk, program.start, program.end, LANGUAGE, pairs)
    chunk.root = root
    tree = Tree(text, LANGUAGE, [(0, chunk)], [Document(root, Span(0, len(text)))])
    # A script may have many command lines; they share one index of its lines.
    tree._lines = lines
    return tree


def joined(line: CommandLine, file: ConfigFile | None) -> ConfigFile:
    """What the program runs with: its flags, and behind them what the file says that they name.

    What comes out of the file stands where the command line names it, in the style `BORROWED`.  Items of a list are added to those of the file,
    which come first.  dmctl takes only `cert-allowed-cn` from its file (dm/ctl/common/config.go:136-155).
    """
    place = line.config_flag
    if file is None or place is None or place.value is None:
        return line.config
    root = line.config.tree.root
    assert isinstance(root, Mapping)
    chunk = root.chunk
    own = {pair.name: pair for pair in root.pairs}
    new = Chunk(chunk.text)
    new.comments = chunk.comments
    pairs = [_moved(pair, new) for pair in root.pairs]
    span = Span(place.value.start, place.value.end)

    def borrowed(entry: Entry) -> FlagValue:
        assert place is not None and place.value is not None
        return FlagValue(new, span, entry.text, BORROWED, place.value.word, 0, line.language, file.path, file.value_span(entry))

    lists = {spec.key for spec in flags(line.kind).values() if spec.takes == LIST and spec.key}
    lists.update(entry.key for entry in file.root.children if entry.schema is not None and entry.schema.type == LIST)
    for entry in file.root.children:
        if entry.schema is None or entry.pair is None or (line.kind == kinds.DMCTL and entry.key not in lists):
            continue
        if entry.key in lists:
            items: list[Node] = [borrowed(item) for item in entry.strings()]
            mine = next((pair for pair in pairs if pair.name == entry.key), None)
            if mine is not None and isinstance(mine.value, Sequence):
                mine.value.items[:0] = items
                continue
            pairs.append(Pair(new, Scalar(new, span.start, span.end, entry.key, "bare"), Sequence(new, span.start, span.end, LANGUAGE, items), span.end))
        elif entry.key not in own and isinstance(entry.node, Scalar):
            pairs.append(Pair(new, Scalar(new, span.start, span.end, entry.key, "bare"), borrowed(entry), span.end))
    return ConfigFile(line.config.path, line.kind, _tree(line.config.text, new, line.config.tree.lines, pairs, line.program), load(line.kind))


def _moved(pair: Pair, chunk: Chunk) -> Pair:
    """A copy of a pair in another chunk of the same text."""
    key = pair.key
    assert isinstance(key, Scalar)
    return Pair(chunk, Scalar(chunk, key.start, key.end, key.value, key.style), _copied(pair.value, chunk), pair.separator)


def _copied(node: Node | None, chunk: Chunk) -> Node | None:
    if isinstance(node, FlagValue):
        return FlagValue(chunk, Span(node.start, node.end), node.value, node.style, node.word, node.at, node.language, node.origin, node.there)
    if isinstance(node, Scalar):
        return Scalar(chunk, node.start, node.end, node.value, node.style)
    if isinstance(node, Sequence):
        return Sequence(chunk, node.start, node.end, node.form, [n for n in (_copied(item, chunk) for item in node.items) if n is not None])
    return node


def place_of(config: ConfigFile, entry: Entry) -> tuple[str, Span]:
    """The file in which a value really stands, and its place there; of a list the first item decides."""
    raw = entry.raw
    items = [item for item in raw.items if isinstance(item, FlagValue)] if isinstance(raw, Sequence) else [raw] if isinstance(raw, FlagValue) else []
    if items and items[0].style == BORROWED:
        theirs = [item for item in items if item.style == BORROWED]
        return items[0].origin, Span(items[0].there.start, theirs[-1].there.end)
    return config.path, config.value_span(entry)


def starts(line: CommandLine) -> bool:
    """Whether the program will run and call others from here, rather than print something or run where its paths and addresses mean other things."""
    command = line.operands[0].value if line.operands else None
    return not line.ends and not line.elsewhere and not (line.kind == kinds.DMCTL and command in _names(line.kind, "offline-commands"))


def given_keys(line: CommandLine) -> frozenset[str]:
    """The keys that the flags set, or may set."""
    if line.open:
        return frozenset(spec.key for spec in flags(line.kind).values() if spec.key)
    return frozenset(entry.key for entry in line.config.root.children)


def settings_of(line: CommandLine, config: ConfigFile) -> tuple[tuple[str, str], ...]:
    """All that a program runs with, as far as it is known, in a form that can be compared; `config` is the command line with its file."""
    found = [(entry.key, item.text) for entry in config.root.children for item in (entry.strings() or [entry])]
    unsure = "?" if line.open or not line.config_is_known or line.unknown else ""
    return (("", unsure), ("", line.folder or ""), ("", line.config_path or ""), *sorted(found))


def meaning(line: CommandLine, config: ConfigFile) -> tuple[object, ...]:
    """All that a judgement of a command line rests on but where its words stand, in a form that can be compared; `config` is it with its file."""
    values = tuple((entry.key, item.text, getattr(item.node, "style", "")) for entry in config.root.children for item in (entry.strings() or [entry]))
    known = line.open, line.unknown, line.config_is_known, line.config_path
    return (line.kind, starts(line), line.top, line.ends, line.elsewhere, line.folder, known, values)


def alternatives(line: CommandLine, lines: Iterable[CommandLine]) -> bool:
    """Whether a call that depends on a branch has another in its script that does the same with other TLS flags: which of them runs is not known."""
    if line.kind != kinds.DMCTL or line.top:
        return False
    address = line.config.get(k.MASTER_ADDR)
    for other in lines:
        there = other.config.get(k.MASTER_ADDR)
        if other is line or other.kind != line.kind or address is None or there is None or address.text != there.text:
            continue
        if any(_text(line, key) != _text(other, key) for key in (k.SSL_CA, k.SSL_CERT, k.SSL_KEY)):
            return True
    return False


def _text(line: CommandLine, key: str) -> str:
    entry = line.config.get(key)
    return entry.text if entry is not None else ""


def config_places(line: CommandLine, script: str, folders: Iterable[str] = ()) -> Iterator[str]:
    """Where the file that a command line names may lie on this machine, the likeliest first; nothing where it names none or runs elsewhere.

    A relative path counts from the folder that the script goes to, else from the script's own; a script of TiUP lies in a folder beside
    the one that it goes to.
    """
    from dmls.model import tls_path

    path = line.config_path
    if path is None or line.elsewhere:
        return
    if tls_path.is_absolute(path):
        yield tls_path.normal(path)
        return
    own = tls_path.folder_of(script)
    bases = [line.folder] if line.folder and tls_path.is_absolute(line.folder) else []
    bases += [own, tls_path.folder_of(own), *(f for f in folders if tls_path.is_inside(script, (f,)))]
    yield from dict.fromkeys(tls_path.normal(f"{base.rstrip('/')}/{path}") for base in bases)
