"""The TOML reader against tomli, against half-typed files and against itself."""

from __future__ import annotations

import base64
import datetime
import json
import math
import os
import random
from functools import lru_cache
from pathlib import Path
from typing import Iterator

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from dmls.syntax import toml
from dmls.syntax.tree import Mapping, Node, Pair, Scalar, Sequence, Tree
from dmls.text import LineIndex, Span

SHARED = Path(__file__).parents[2].parent / "shared"
FULL = os.environ.get("DMLS_FULL") == "1"

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="needs the corpus and the vectors, which are not part of this repository")

# Constructs that the corpus lacks or hardly has.
HARD = (
    "a = \"\"\"\n[x]\ny = 1\n\"\"\"\nb = [\n[1],\n[2]\n]\n[c]\nd = {x = [\n  1,\n], y = {z = 2}}\n[[e]]\nf.g = 1\nf.h = '''\n'''\n[[e]]\n[e.i.j]\nk = 07:32\n",
    "a.b.c = 1\na.b.d = '''x'''\n[a.b.e]\nf = 1\n[g.h]\n[g]\ni = 1\n[[j.k]]\n[[j.k]]\nl = [{m = 1}, {m = 2}]\n[j.k.n]\no = 1e3\n",
    '\ufeff[x."y z"]\r\na = "\\x41\\e"\r\n  [x.w] # c\r\n  b = [ "[n]" , # ]\r\n  ]\r\n  c = {\r\n    d = 1, # }\r\n    e.f = 2,\r\n  }\r\n',
)


@lru_cache(maxsize=1)
def corpus() -> tuple[str, ...]:
    """Every TOML text at hand, valid or not."""
    texts = list(HARD)
    if SHARED.is_dir():
        for path in sorted((SHARED / "corpus").rglob("*.toml")):
            texts.append(path.read_bytes().decode("utf-8", "replace"))
        for line in (SHARED / "vectors" / "config-dev.jsonl").read_text("utf-8").splitlines():
            vector = json.loads(line)
            if vector["kind"] in ("master", "worker", "dmctl"):
                raw = base64.b64decode(vector["text_b64"]) if vector.get("text_b64") else vector["text"].encode("utf-8")
                texts.append(raw.decode("utf-8", "replace"))
    return tuple(dict.fromkeys(texts))


def strictly(text: str) -> dict[str, object] | None:
    """What tomli reads, None where it refuses.  BurntSushi/toml skips a byte order mark, tomli does not."""
    try:
        return tomli.loads(text.removeprefix("\ufeff"))
    except tomli.TOMLDecodeError:
        return None


def plain(node: Node | None) -> object:
    """The data of a valid tree.  Raises AssertionError for a name twice."""
    if isinstance(node, Mapping):
        assert not node.unterminated
        data = {pair.name: plain(pair.value) for pair in node.pairs}
        assert len(data) == len(node.pairs)
        return data
    if isinstance(node, Sequence):
        assert not node.unterminated
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    assert not node.unterminated
    if node.style in ("basic", "literal", "multi-basic", "multi-literal"):
        return node.value
    if node.style == "integer":
        return int(node.value.replace("_", ""), 0)
    if node.style == "float":
        return float(node.value.replace("_", ""))
    if node.style == "boolean":
        return {"true": True, "false": False}[node.value]
    assert node.style == "datetime", node.style
    return ("datetime", node.value)


def same(ours: object, theirs: object) -> bool:
    if isinstance(theirs, dict):
        return isinstance(ours, dict) and ours.keys() == theirs.keys() and all(same(ours[k], theirs[k]) for k in theirs)
    if isinstance(theirs, list):
        return isinstance(ours, list) and len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(theirs, (datetime.datetime, datetime.date, datetime.time)):
        return isinstance(ours, tuple) and tomli.loads(f"x = {ours[1]}")["x"] == theirs
    if isinstance(theirs, float) and math.isnan(theirs):
        return isinstance(ours, float) and math.isnan(ours)
    return type(ours) is type(theirs) and ours == theirs


def walk(node: Node | None, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Pair]]:
    """Every pair with its path, outermost first."""
    if isinstance(node, Mapping):
        for pair in node.pairs:
            yield (*path, pair.name), pair
            yield from walk(pair.value, (*path, pair.name))
    elif isinstance(node, Sequence):
        for i, item in enumerate(node.items):
            yield from walk(item, (*path, i))


def dump(tree: Tree) -> object:
    """All that a tree says, in absolute positions."""

    def node(n: Node | None) -> object:
        if n is None:
            return None
        base = tree.base(n.chunk)
        place = (base + n.start, base + n.end)
        if isinstance(n, Scalar):
            return (place, n.style, n.value, n.unterminated)
        if isinstance(n, Sequence):
            return (place, n.form, n.unterminated, [node(i) for i in n.items])
        assert isinstance(n, Mapping)
        return (
            place,
            n.form,
            n.unterminated,
            [(node(p.key), tree.base(p.chunk) + p.separator, node(p.value)) for p in n.pairs],
        )

    headers = [[node(key) for key in chunk.header] for _, chunk in tree.chunks if isinstance(chunk, toml.TableChunk)]
    return node(tree.root), list(tree.problems()), list(tree.comments()), [(b, c.text) for b, c in tree.chunks], headers


def check(text: str, tree: Tree) -> None:
    """What holds for every tree of every text."""
    at = 0
    for base, chunk in tree.chunks:
        assert base == at
        at += len(chunk.text)
        assert text.startswith(chunk.text, base)
        assert at == len(text) or not chunk.text or chunk.text[-1] in "\r\n"
        # Reading a chunk alone reads all of it.
        assert toml._Scanner(chunk.text).end == len(chunk.text)
        assert all(0 <= p.span.start <= p.span.end <= len(chunk.text) for p in chunk.problems)
        assert all(0 <= c.start < c.end <= len(chunk.text) and chunk.text[c.start] == "#" for c in chunk.comments)
        assert chunk.comments == sorted(set(chunk.comments))
    assert at == len(text)
    for _, pair in walk(tree.root):
        assert pair.separator == -1 or text[tree.base(pair.chunk) + pair.separator] == "="
        for element in (pair.key, pair.value, pair):
            if element is not None:
                span = tree.span(element)
                assert 0 <= span.start <= span.end <= len(text)
        key = tree.source(pair.key)
        assert "\n" not in key
        assert isinstance(pair.key, Scalar)
        if pair.key.style == "bare":
            assert key == pair.name
    strict = strictly(text)
    if strict is not None:
        assert list(tree.problems()) == []
        assert same(plain(tree.root), strict)


@needs_shared
def test_valid_files_mean_what_tomli_reads() -> None:
    valid = 0
    for text in corpus():
        tree = toml.parse(text)
        check(text, tree)
        if strictly(text) is None:
            continue
        valid += 1
        for _, pair in walk(tree.root):
            assert tomli.loads(f"{tree.source(pair.key)} = 1") == {pair.name: 1}
            if isinstance(pair.value, Scalar):
                assert tomli.loads(f"x = {tree.source(pair.value)}")
    assert valid > 200


def test_hard_constructs_mean_what_tomli_reads() -> None:
    for text in HARD:
        assert strictly(text) is not None
        check(text, toml.parse(text))


def landmarks(text: str) -> tuple[list[tuple[tuple[str | int, ...], Span, Span | None]], Tree]:
    tree = toml.parse(text)
    found = []
    for path, pair in walk(tree.root):
        own = pair.value is not None and (not isinstance(pair.value, Mapping) or pair.value.form == "inline")
        own = own and not (isinstance(pair.value, Sequence) and pair.value.form == "array-table")
        found.append((path, tree.span(pair.key), tree.span(pair.value) if own and pair.value is not None else None))
    return found, tree


@needs_shared
def test_half_typed_lines_leave_the_other_keys_alone() -> None:
    """Every line is cut at every column, as if it were being typed; a sample of these states by default."""
    chance = random.Random(20240501)
    texts = [text for text in corpus() if strictly(text) is not None and len(text) < 20_000]
    states: list[tuple[str, int, int]] = []
    for text in texts:
        index = LineIndex(text)
        for line in range(len(index)):
            span = index.line_span(line)
            states.extend((text, line, column) for column in range(span.end - span.start))
    if not FULL:
        states = chance.sample(states, min(6000, len(states)))
    states.sort()
    kept = total = perfect = 0
    before = ""
    marks: list[tuple[tuple[str | int, ...], Span, Span | None]] = []
    lines = LineIndex("")
    for text, line, column in states:
        if text != before:
            before, lines = text, LineIndex(text)
            marks = landmarks(text)[0]
        span = lines.line_span(line)
        cut = span.start + column
        shift = cut - span.end
        header = text[span.start : span.end].lstrip("\ufeff \t").startswith("[")
        there = landmarks(text[:cut] + text[span.end :])[0]
        # Whose header is half typed has another path; the names and places stay.
        found = {(path[-1:] if header else path, key, value) for path, key, value in there}
        expected = set()
        for path, key, value in marks:
            if key.end > span.start and key.start <= span.end:
                continue
            if value is not None and value.end > span.start and value.start <= span.end:
                # A value over several lines, of which one is cut.
                continue
            moved = [s if s is None or s.end <= span.start else s.shifted(shift) for s in (key, value)]
            assert moved[0] is not None
            expected.add((path[-1:] if header else path, moved[0], moved[1]))
        missing = expected - found
        kept += len(expected) - len(missing)
        total += len(expected)
        perfect += not missing
    assert len(states) > 500
    assert kept >= 0.999 * total, f"{kept} of {total} keys kept"
    assert perfect >= 0.999 * len(states), f"{perfect} of {len(states)} states without a loss"


PIECES = (
    "[t]\n",
    "\n[[u]]\n",
    "\n",
    "\r\n",
    "\r",
    "a = 1\n",
    "b.c = ",
    '"',
    "'",
    '"""',
    "'''",
    "[",
    "]",
    "{",
    "}",
    ",",
    "=",
    "#",
    ".",
    "\\",
    " ",
    "\t",
    "\n[a.b.c]\nk = [\n[1],\n[2]\n]\n",
    'x = ["y", "z"] # c\n',
    "{p = 1, q = [2]}",
    "é",
    "\u200b",
    "\u2028",
    "\ufeff",
    "1",
    "true",
    "key",
    "\n[",
)


def edited(text: str, chance: random.Random) -> str:
    """One random edit: a piece put in, a stretch taken out or repeated."""
    at = chance.randint(0, len(text))
    what = chance.random()
    if what < 0.5:
        return text[:at] + chance.choice(PIECES) + text[at:]
    to = min(len(text), at + chance.choice((1, 1, 2, 10, 100)))
    if what < 0.85:
        return text[:at] + text[to:]
    return text[:to] + text[at:to] + text[to:]


@needs_shared
def test_an_edited_tree_equals_a_new_one() -> None:
    chance = random.Random(7)
    steps = 600_000 if FULL else 12_000
    short = [text for text in corpus() if len(text) < 3000]
    text, tree = "", toml.parse("")
    for step in range(steps):
        if step % 40 == 0 or len(text) > 6000:
            text = chance.choice(HARD if chance.random() < 0.4 else short)
            tree = toml.parse(text)
        # The chunks that are lent must come out of it unchanged.
        lender, before = tree, dump(tree) if step % 10 == 0 else None
        text = edited(text, chance)
        tree = toml.parse(text, lender)
        assert dump(tree) == dump(toml.parse(text)), text
        if before is not None:
            assert dump(lender) == before
        check(text, tree)


def test_every_prefix_has_a_tree() -> None:
    chance = random.Random(3)
    texts = corpus() if FULL else (*HARD, *chance.sample(corpus()[len(HARD) :], min(8, len(corpus()) - len(HARD))))
    for text in texts:
        for end in range(0, len(text) + 1, 1 if len(text) < 1000 or FULL else 13):
            check(text[:end], toml.parse(text[:end]))


@settings(max_examples=5000 if FULL else 300, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=40).map("".join))
def test_any_pieces_have_a_tree(text: str) -> None:
    check(text, toml.parse(text))


@settings(max_examples=5000 if FULL else 200, deadline=None, derandomize=True)
@given(st.text())
def test_any_text_has_a_tree(text: str) -> None:
    check(text, toml.parse(text))


@settings(max_examples=2000 if FULL else 150, deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join),
)
def test_any_previous_tree_makes_no_difference(text: str, old: str) -> None:
    assert dump(toml.parse(text, toml.parse(old))) == dump(toml.parse(text))
    assert dump(toml.parse(old + text, toml.parse(text + old))) == dump(toml.parse(old + text))
