"""The tolerant YAML reader: constructs, fragments, agreement with libyaml, states of typing, sharing between versions."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Iterator

import pytest

from dmls.syntax import strict, yaml
from dmls.syntax.tree import Alias, Mapping, Node, Pair, Scalar, Sequence, Tree, is_null, resolved

SHARED = Path(__file__).parents[2].parent / "shared"
FULL = os.environ.get("DMLS_FULL") == "1"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared vectors and corpus are not here")


def value(tree: Tree, *path: str | int) -> Node | None:
    """The node at `path`; the last of several pairs of a name."""
    node = tree.root
    for step in path:
        node = resolved(node)
        if isinstance(node, Mapping):
            found = [pair for pair in node.pairs if pair.name == step]
            assert found, f"no {step!r} among {[pair.name for pair in node.pairs]}"
            node = found[-1].value
        else:
            assert isinstance(node, Sequence) and isinstance(step, int)
            node = node.items[step]
    return node


def scalar(tree: Tree, *path: str | int) -> Scalar:
    node = value(tree, *path)
    assert isinstance(node, Scalar), node
    return node


def codes(tree: Tree) -> list[str]:
    return [problem.code for problem in tree.problems()]


def elements(node: Node | None) -> Iterator[Node | Pair]:
    if node is None:
        return
    yield node
    if isinstance(node, Mapping):
        for pair in node.pairs:
            yield pair
            yield from elements(pair.key)
            yield from elements(pair.value)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from elements(item)


def flat(tree: Tree) -> list[tuple[object, ...]]:
    """All of a tree that a reader of it may rely on."""
    out: list[tuple[object, ...]] = []

    def visit(node: Node | None, path: tuple[object, ...]) -> None:
        if isinstance(node, Mapping):
            out.append((path, "mapping", node.form, node.anchor, node.tag))
            for pair in node.pairs:
                out.append((path, "key", pair.name, tree.span(pair.key), tree.source(pair.key), pair.separator >= 0))
                visit(pair.value, (*path, pair.name))
        elif isinstance(node, Sequence):
            out.append((path, "sequence", node.form, node.anchor, node.tag))
            for index, item in enumerate(node.items):
                visit(item, (*path, index))
        elif isinstance(node, Alias):
            out.append((path, "alias", node.name, tree.span(node), node.target is not None))
        elif isinstance(node, Scalar):
            out.append((path, node.style, node.value, tree.span(node), node.anchor, node.tag))

    visit(tree.root, ())
    return out


def everything(tree: Tree) -> tuple[object, ...]:
    return (
        flat(tree),
        list(tree.problems()),
        list(tree.comments()),
        [(base, chunk.text) for base, chunk in tree.chunks],
        [document.span for document in tree.documents],
        [tree.span(element) for element in elements(tree.root)],
        tree.limited,
    )


# ------------------------------------------------------------------------------------------------------------ constructs


@pytest.mark.parametrize(
    ("text", "expected", "style"),
    [
        ("k: v", "v", "plain"),
        ("k: a b  # c", "a b", "plain"),
        ("k: a#b", "a#b", "plain"),
        ("k: a:b", "a:b", "plain"),
        ("k:\tv", "v", "plain"),
        ("k: -1", "-1", "plain"),
        ("k: a\u3000b", "a\u3000b", "plain"),
        ("k: a\n  b\n\n  c\n", "a b\nc", "plain"),
        ("k:\n  a\n  b\n", "a b", "plain"),
        ('k: "a\\tb\\x41\\u0042\\U00000043\\""', 'a\tbABC"', "double"),
        ('k: "a\n  b\n\n  c\\\n  d"', "a b\ncd", "double"),
        ("k: 'it''s'", "it's", "single"),
        ("k: 'a\n  b'", "a b", "single"),
        ("k: |\n  a\n   b\n\n  c\n", "a\n b\n\nc\n", "literal"),
        ("k: |-\n  a\n", "a", "literal"),
        ("k: |+\n  a\n\nl: 1\n", "a\n\n", "literal"),
        ("k: |2\n   a\n", " a\n", "literal"),
        ("k: | # why\n  a # no comment\n", "a # no comment\n", "literal"),
        ("k: |\r\n  a\r\n  b\r\n", "a\nb\n", "literal"),
        ("k: |\n  a", "a", "literal"),
        ("k: >\n  a\n  b\n\n  c\n    d\n  e\n", "a b\nc\n  d\ne\n", "folded"),
        ("k: >-\n  a\n  b\n", "a b", "folded"),
        ("k:", "", "empty"),
        ("k: # c", "", "empty"),
        ("k: !!str", "", "empty"),
        ("k : v", "v", "plain"),
        ('"k": v', "v", "plain"),
        ("'k': v", "v", "plain"),
        ("---\nk: v", "v", "plain"),
        ("--- # c\nk: v", "v", "plain"),
        ("\ufeffk: v", "v", "plain"),
        ("# c\n\n  k: v\n", "v", "plain"),
        ("k: v\r\nl: w", "v", "plain"),
        ("k: v\rl: w", "v", "plain"),
        ("{k: v}", "v", "plain"),
        ('{"k":"v"}', "v", "double"),
        ("--- {k: v}\n", "v", "plain"),
        ("? k\n: v\n", "v", "plain"),
        ("%YAML 1.1\n---\nk: v\n", "v", "plain"),
    ],
)
def test_scalar(text: str, expected: str, style: str) -> None:
    tree = yaml.parse(text)
    found = scalar(tree, "k")
    assert (found.value, found.style) == (expected, style)
    assert not codes(tree)
    assert strict.judge(text, "yaml") is None


def test_spans() -> None:
    text = '# c\nfrom: # d\n  "host" : "h"\n  port: 3306  \n  empty:  \nlist:\n- a\n- b: {c: [1, "2"]}\n'
    tree = yaml.parse(text)
    root = tree.root
    assert isinstance(root, Mapping)
    assert tree.source(root.pairs[0]) == 'from: # d\n  "host" : "h"\n  port: 3306  \n  empty:'
    inner = value(tree, "from")
    assert isinstance(inner, Mapping)
    assert [tree.source(pair.key) for pair in inner.pairs] == ['"host"', "port", "empty"]
    assert [tree.source(pair.value) for pair in inner.pairs if pair.value] == ['"h"', "3306", ""]
    assert [text[tree.base(pair.chunk) + pair.separator] for pair in inner.pairs] == [":"] * 3
    assert tree.span(scalar(tree, "from", "empty")).start == text.index("empty:") + len("empty:")
    items = value(tree, "list")
    assert items is not None and tree.source(items) == '- a\n- b: {c: [1, "2"]}'
    assert tree.source(scalar(tree, "list", 1, "b", "c", 1)) == '"2"'
    assert [span.of(text) for span in tree.comments()] == ["# c", "# d"]


def test_comments_are_not_in_scalars() -> None:
    text = "a: 'x # y' # 1\nb: |  # 2\n  # text\n# 3\nc: [a, # 4\n  '#']\n#5"
    assert [span.of(text) for span in yaml.parse(text).comments()] == ["# 1", "# 2", "# 3", "# 4", "#5"]


def test_sequences_at_the_indentation_of_their_key() -> None:
    tree = yaml.parse("a:\n- x: 1\n  y:\n  - 2\n  z: 3\n-\n  w: 4\n- - 5\n  - 6\nb: 7\n")
    assert not codes(tree)
    assert scalar(tree, "a", 0, "y", 0).value == "2"
    assert scalar(tree, "a", 0, "z").value == "3"
    assert scalar(tree, "a", 1, "w").value == "4"
    assert scalar(tree, "a", 2, 1).value == "6"
    assert scalar(tree, "b").value == "7"


def test_flow_collections() -> None:
    tree = yaml.parse("a: [1, 'x, y', {b: c, d: , e}, [], \n  two words\n  more,\n]\nf: {}\n")
    assert not codes(tree)
    items = value(tree, "a")
    assert isinstance(items, Sequence) and items.form == "flow" and len(items.items) == 5
    assert scalar(tree, "a", 1).value == "x, y"
    assert scalar(tree, "a", 2, "b").value == "c"
    assert scalar(tree, "a", 2, "d").style == "empty"
    assert scalar(tree, "a", 2, "e").style == "empty"
    assert scalar(tree, "a", 4).value == "two words more"


def test_pair_as_an_item_of_a_flow_sequence() -> None:
    assert scalar(yaml.parse("a: [b: c]\n"), "a", 0, "b").value == "c"


def test_anchors_and_aliases() -> None:
    tree = yaml.parse("x: &base\n  host: h\ny: &s v\nz:\n  <<: *base\n  s: *s\nw: [&i 1, *i]\nu: *nowhere\n")
    assert not tree.limited and not codes(tree)
    base = value(tree, "x")
    assert base is not None and base.anchor == "base"
    merge = value(tree, "z", "<<")
    assert isinstance(merge, Alias) and merge.target is base
    assert scalar(tree, "y").anchor == "s"
    assert resolved(value(tree, "z", "s")) is value(tree, "y")
    assert resolved(value(tree, "w", 1)) is value(tree, "w", 0)
    unknown = value(tree, "u")
    assert isinstance(unknown, Alias) and unknown.target is None


def test_last_anchor_above_counts() -> None:
    tree = yaml.parse("a: &x 1\nb: *x\nc: &x 2\nd: *x\n")
    assert resolved(value(tree, "b")) is value(tree, "a")
    assert resolved(value(tree, "d")) is value(tree, "c")


def test_alias_inside_its_own_anchor() -> None:
    tree = yaml.parse("a: &x\n  b: *x\n")
    inner = value(tree, "a", "b")
    assert isinstance(inner, Alias) and inner.target is None
    assert list(elements(tree.root))


def test_tags() -> None:
    tree = yaml.parse("a: !!str 1\nb: !x\n  c: 1\nd: !y [1]\ne: !!null ''\n")
    assert [node.tag for node in (value(tree, "a"), value(tree, "b"), value(tree, "d")) if node] == ["!!str", "!x", "!y"]
    assert is_null(scalar(yaml.parse("a: ~"), "a")) and not is_null(scalar(yaml.parse("a: !!str"), "a"))


@pytest.mark.parametrize(
    ("text", "limited"),
    [("? a\n: b\n", False), ("? [a]\n: b\n", True), ("a: &x 1\n*x : 2\n", True), ("%YAML 1.1\n---\na: 1\n", True), ("[a]: b\n", True)],
)
def test_limited(text: str, limited: bool) -> None:
    tree = yaml.parse(text)
    assert tree.limited or not limited
    assert isinstance(tree.root, Mapping)
    assert strict.judge(text, "yaml") is None


def test_roots_that_are_no_mappings() -> None:
    assert isinstance(yaml.parse("- a\n- b\n").root, Sequence)
    assert isinstance(yaml.parse("[a]").root, Sequence)
    root = yaml.parse("--- |\n a\n b\n").root
    assert isinstance(root, Scalar) and root.value == "a\nb\n"
    for text in ("", "\n", "# only\n", "---\n", "\ufeff", "---\n---\na: 1\n"):
        assert yaml.parse(text).root is None


def test_documents() -> None:
    text = "a: 1\n---\nb: [\n...\n# c\n...\nx\n---\nc: 2\n"
    tree = yaml.parse(text)
    assert flat(tree) == flat(yaml.parse("a: 1\n"))
    assert [document.span.of(text) for document in tree.documents] == ["a: 1\n", "---\nb: [\n", "...\nx\n", "---\nc: 2\n"]
    assert "".join(chunk.text for _, chunk in tree.chunks) == "a: 1\n"


# ----------------------------------------------------------------------------------------------------------- broken texts


@pytest.mark.parametrize(
    ("text", "path", "code"),
    [
        ("from:\n  host: h\n  po\n  user: u\n", ("from", "user"), "missing-colon"),
        ("from:\n  po\n  user: u\n", ("from", "user"), "missing-colon"),
        ("from\n  user: u\n", ("from", "user"), "missing-colon"),
        ("list\n- user: u\n", ("list", 0, "user"), "missing-colon"),
        ("list:\n  - a\n    user: u\n", ("list", 0, "user"), "missing-colon"),
        ("list:\n  - a: 1\n  b\n  - user: u\n", ("list", 1, "user"), "missing-colon"),
        ("name：x\nuser: u\n", ("user",), "missing-colon"),
        ("port:3306\nuser: u\n", ("user",), "missing-colon"),
        ('a: "/path\nuser: u\n', ("user",), "unterminated-string"),
        ("x:\n  a: '\n  user: 'u'\n", ("x", "user"), "unterminated-string"),
        ('a: ["dm", \nuser: u\n', ("user",), "unterminated-flow"),
        ('x:\n  a: ["dm", "\n  user: u\n', ("x", "user"), "unterminated-flow"),
        ("x:\n  a: {b: [\n  user: u\n", ("x", "user"), "unterminated-flow"),
        ('a: "x" y\nuser: u\n', ("user",), "trailing-text"),
        ("x:\n\ta: 1\n\tuser: u\n", ("x", "user"), "tab-indent"),
        ("x:\n  a: 1\n   b: 2\n  user: u\n", ("x", "user"), "bad-indent"),
        ("x:\n  a: 1\n b: 2\n  user: u\n", ("x", "user"), "bad-indent"),
        (" a: 1\nuser: u\n", ("user",), "bad-indent"),
        ("a: [}\nuser: u\n", ("user",), "junk"),
        ('x:\n  "\n  "user": u\n', ("x", "user"), "missing-colon"),
        ('x:\n  - a\n  "b\n  - user: u\n', ("x", 1, "user"), "missing-colon"),
    ],
)
def test_broken(text: str, path: tuple[str | int, ...], code: str) -> None:
    tree = yaml.parse(text)
    assert code in codes(tree)
    if path != ("x", 1, "user"):
        assert scalar(tree, *path).value == "u"


def test_fragment() -> None:
    tree = yaml.parse("a: 1\nhalf typed\nb: 2\n")
    assert isinstance(tree.root, Mapping)
    pair = tree.root.pairs[1]
    assert (pair.name, pair.value, pair.separator) == ("half", None, -1)
    assert tree.source(pair) == "half"
    problem = next(tree.problems())
    assert problem.code == "missing-colon" and problem.span.of(tree.text) == "half typed"


def test_list_without_its_key_hides_nothing() -> None:
    tree = yaml.parse("t:\n  session:\n    a: 1\n  - source-id: x\n")
    assert "bad-indent" in codes(tree)
    assert scalar(tree, "t", "session", "a").value == "1"
    assert scalar(tree, "t", "", 0, "source-id").value == "x"


def test_text_that_libyaml_ends_early_is_read_to_its_end() -> None:
    tree = yaml.parse("  a: 1\nb: 2\n")
    assert scalar(tree, "b").value == "2" and codes(tree) == ["bad-indent"]


def test_accepted_oddities_read_as_libyaml_reads_them() -> None:
    assert scalar(yaml.parse('a: "x\ny: z"\nb: 1\n'), "a").value == "x y: z"
    assert scalar(yaml.parse("a: [x,\ny]\nb: 1\n"), "a", 1).value == "y"
    assert scalar(yaml.parse("a: x\n  - y\n"), "a").value == "x - y"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 2000,
        "a: " + "[" * 2000 + "]" * 2000,
        "a: " + "{a: " * 2000,
        "- " * 2000 + "x",
        "\n".join(" " * i + "a:" for i in range(500)),
        "\ud800: \udfff\n",
        "a: \x00\n\x00",
        "\ufeff\ufeffa: 1",
        "a: 1\r\r\nb: 2\r",
        "a: \u2028b: 1\u2029\x85c: 2",
        "a: " + "x " * 100_000,
        "a: " + " " * 200_000,
        "a: " + " " * 200_000 + "b",
        'a: "' + "\\" * 100_001,
        "'" * 100_001,
        "a: [" + "'" * 100_001,
        ":" * 100_000,
        "#" * 100_000 + "\n" + "#\n" * 20_000,
        "a: [\n" + "# c\n" * 20_000,
        "a: >\n" + "\n" * 50_000,
        "&" * 50_000,
        "a: " + "&a " * 20_000,
        "? " * 2000,
        "- ? " * 500,
        "--- --- ---",
        "...",
        "%",
        "a: *",
        "a: &",
        "a: !",
        "*",
        "|",
        "- |",
        ",",
        "a: {,}",
        "a: [,]",
        "{{ x }}: {{ y }}",
    ],
)
def test_never_raises(text: str) -> None:
    tree = yaml.parse(text)
    assert list(tree.problems()) is not None
    for element in elements(tree.root):
        if isinstance(element, (Scalar, Alias)):
            span = tree.span(element)
            assert 0 <= span.start <= span.end <= len(text)


# ----------------------------------------------------------------------------------------------------------- with libyaml


def shared_texts() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if not SHARED.is_dir():
        return found
    with (SHARED / "vectors" / "config-dev.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            vector = json.loads(line)
            if vector["kind"] in ("task", "source") and vector["text"] is not None:
                found.append((vector["id"], vector["text"]))
    for path in sorted((SHARED / "corpus").rglob("*.y*ml")):
        found.append((str(path.relative_to(SHARED)), path.read_bytes().decode("utf-8", "replace")))
    return found


STYLES = {"": "plain", '"': "double", "'": "single", "|": "literal", ">": "folded"}


def by_libyaml(text: str) -> list[tuple[object, ...]]:
    """Path, place, value and style of every key and scalar, straight from libyaml's events."""
    out: list[tuple[object, ...]] = []
    stack: list[list[object]] = []  # path, number of items (-1 for a mapping), key that waits

    def path_of_next() -> tuple[object, ...]:
        if not stack:
            return ()
        path, count, key = stack[-1]
        assert isinstance(path, tuple)
        return (*path, count if count != -1 else key)

    for event in strict.events(text):
        if event.kind == "end":
            stack.pop()
        elif stack and stack[-1][1] == -1 and stack[-1][2] is None:
            stack[-1][2] = event.value
            out.append(((*stack[-1][0], event.value), "key", event.start, STYLES[event.style]))  # type: ignore[misc]
            continue
        else:
            path = path_of_next()
            if event.kind == "scalar" and not event.anchor and not event.has_tag:
                empty = event.start == event.end
                out.append((path, "value", event.start, event.value, "empty" if empty else STYLES[event.style]))
            elif event.kind == "alias":
                out.append((path, "alias", event.start, event.value, "alias"))
            if event.kind in ("map", "seq"):
                stack.append([path, -1 if event.kind == "map" else 0, None])
                continue
        if stack:
            if stack[-1][1] == -1:
                stack[-1][2] = None
            else:
                stack[-1][1] += 1  # type: ignore[operator]
    return out


def by_tree(tree: Tree) -> list[tuple[object, ...]]:
    out: list[tuple[object, ...]] = []

    def visit(node: Node | None, path: tuple[object, ...]) -> None:
        if isinstance(node, Mapping):
            for pair in node.pairs:
                assert isinstance(pair.key, Scalar)
                out.append(((*path, pair.name), "key", tree.span(pair.key).start, pair.key.style))
                visit(pair.value, (*path, pair.name))
        elif isinstance(node, Sequence):
            for index, item in enumerate(node.items):
                visit(item, (*path, index))
        elif isinstance(node, Alias):
            out.append((path, "alias", tree.span(node).start, node.name, "alias"))
        elif isinstance(node, Scalar) and not node.anchor and not node.tag:
            out.append((path, "value", tree.span(node).start, node.value, node.style))

    visit(tree.root, ())
    return out


@needs_shared
def test_accepted_texts_read_as_libyaml_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0
    wrong: list[str] = []
    for name, text in shared_texts():
        if strict.judge(text, "yaml") is not None:
            continue
        compared += 1
        expected = by_libyaml(text)
        tree = yaml.parse(text)
        if by_tree(tree) != expected:
            wrong.append(name)
        # And by the tolerant reading alone, wherever it is sure of itself.
        with monkeypatch.context() as patch:
            patch.setattr(yaml, "_exact", lambda *_: None)
            alone = yaml.parse(text)
        if not codes(alone) and by_tree(alone) != expected and not alone.limited:
            wrong.append(f"{name} (tolerant)")
    assert not wrong
    assert compared > 700


@needs_shared
def test_judging_chunks_is_judging_the_whole() -> None:
    texts = shared_texts()
    for name, text in texts:
        tree = yaml.parse(text)
        assert strict.judge_chunks(tree) == strict.judge(text, "yaml"), name


def test_judging_chunks_of_a_long_text() -> None:
    good = "".join(f"k{i}:\n  a: 1\n" for i in range(100)) + "routes:\n" + "".join(f"  r{i}:\n    x: 1\n" for i in range(100))
    assert strict.judge_chunks(yaml.parse(good)) is None
    for bad in ("\n  x: @y\n", '\n  x: "\\q"\n', "\n  x: a: b\n", "\n  x: \x01\n", "\n  x: - y\n"):
        text = good.replace("\n  a: 1\n", bad, 50).replace(bad, "\n  a: 1\n", 49)
        problem = strict.judge_chunks(yaml.parse(text))
        assert problem is not None and problem == strict.judge(text, "yaml")
        tail = good + bad.lstrip("\n")
        assert strict.judge_chunks(yaml.parse(tail)) == strict.judge(tail, "yaml") != None  # noqa: E711


# ------------------------------------------------------------------------------------------------------- states of typing

Key = tuple[tuple[object, ...], int, int]


def keys_with_ancestors(tree: Tree) -> list[tuple[Key, list[tuple[int, bool]]]]:
    """Each key's path and extent, and where the keys and items that its path leads through begin (and whether items)."""
    out: list[tuple[Key, list[tuple[int, bool]]]] = []

    def visit(node: Node | None, path: tuple[object, ...], above: list[tuple[int, bool]]) -> None:
        if isinstance(node, Mapping):
            for pair in node.pairs:
                span = tree.span(pair.key)
                inner = (*path, pair.name)
                out.append(((inner, span.start, span.end), above))
                if pair.value is not None:
                    visit(pair.value, inner, [*above, (span.start, False)])
        elif isinstance(node, Sequence):
            # The number of an item depends on the items before it.
            before: list[tuple[int, bool]] = []
            for index, item in enumerate(node.items):
                if node.form == "block":
                    before = [*before, (tree.span(item).start, True)]
                visit(item, (*path, index), above + before)

    visit(tree.root, (), [])
    return out


def typing_states(text: str, step: int) -> tuple[int, int]:
    """(keys that must survive, keys that do) over the states in which the rest of one line is not typed yet."""
    keys = keys_with_ancestors(yaml.parse(text))
    wanted = kept = 0
    begin = 0
    state = 0
    for line in text.split("\n"):
        end = begin + len(line.rstrip("\r"))
        for cut in range(begin, end):
            state += 1
            if state % step:
                continue
            gone = end - cut
            found = {key for key, _ in keys_with_ancestors(yaml.parse(text[:cut] + text[end:]))}
            for (path, start, stop), above in keys:
                if begin <= start <= end or any(begin <= at <= end and (not item or cut <= at) for at, item in above):
                    continue
                wanted += 1
                kept += ((path, start, stop) if stop <= cut else (path, start - gone, stop - gone)) in found
        begin += len(line) + 1
    return wanted, kept


@needs_shared
def test_other_keys_survive_while_a_line_is_typed() -> None:
    texts = [text for _, text in shared_texts() if len(text) < 2500 and strict.judge(text, "yaml") is None]
    random.Random(7).shuffle(texts)
    wanted = kept = 0
    for text in texts if FULL else texts[:60]:
        some, good = typing_states(text, 1 if FULL else 23)
        wanted += some
        kept += good
    assert wanted > 10_000
    assert kept / wanted >= 0.999


# ------------------------------------------------------------------------------------------------------- earlier versions

LONG = (
    "# task\nname: t\ntask-mode: all\nmysql-instances:\n"
    + "".join(f"- source-id: s{i}\n  meta:\n    binlog-pos: {i}\n  route-rules: ['r{i}']\n" for i in range(30))
    + "routes:\n  # first\n"
    + "".join(f"  r{i}:\n    schema-pattern: 'a{i}'\n    target: |\n      x\n      y\n" for i in range(30))
    + "filters:\n"
    + "".join(f"  f{i}: {{events: [a, b]}}\n" for i in range(20))
    + "last: 1\n"
)
PIECES = [
    "\n", " ", "  ", "\t", ":", ": ", "- ", "\n- ", "#", " # c", "'", '"', "[", "]", "{", "}", ",", "&a ", "*a", "|\n", ">-\n", "? ", "!t ",
    "\r", "\r\n", "\ufeff", "\u2028", "\x00", "---\n", "\n---\n", "\n...\n", "a: b\n", "\nkey:\n", "  x:\n    y: 1\n", "0", "<<: *a",
]  # fmt: skip


def edited(text: str, rnd: random.Random) -> str:
    at = rnd.randrange(len(text) + 1)
    choice = rnd.random()
    if choice < 0.45:
        return text[:at] + rnd.choice(PIECES) + text[at:]
    if choice < 0.75:
        return text[:at] + text[at + rnd.randrange(1, 40) :]
    if choice < 0.85:
        begin = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at) + 1 or len(text)
        return text[:begin] + text[begin:end] + text[begin:]
    start = rnd.randrange(len(text) + 1)
    return text[:at] + text[start : start + rnd.randrange(300)] + text[at:]


def test_long_blocks_are_cut_at_their_children() -> None:
    tree = yaml.parse(LONG)
    assert not codes(tree)
    assert len(tree.chunks) > 60
    assert "".join(chunk.text for _, chunk in tree.chunks) == LONG
    assert scalar(tree, "mysql-instances", 29, "meta", "binlog-pos").value == "29"
    assert scalar(tree, "routes", "r29", "target").value == "x\ny\n"
    assert by_tree(tree) == by_libyaml(LONG)


def test_chunks_are_shared() -> None:
    old = yaml.parse(LONG)
    before = everything(old)
    new = yaml.parse(LONG.replace("r7:", "r7x:").replace("# task", "# task\n# more"), old)
    known = {id(chunk) for _, chunk in old.chunks}
    assert sum(id(chunk) not in known for _, chunk in new.chunks) <= 3
    assert everything(old) == before


def test_equal_texts_get_chunks_of_their_own() -> None:
    old = yaml.parse("a: 1\na: 1\n")
    new = yaml.parse("a: 1\na: 1\na: 1\n", old)
    assert len({id(chunk) for _, chunk in new.chunks}) == 3


def test_aliases_of_an_earlier_version_keep_their_targets() -> None:
    old = yaml.parse("a: &x 1\nb: *x\n")
    new = yaml.parse("a: &x 2\nb: *x\n", old)
    assert resolved(value(old, "b")) is value(old, "a")
    assert resolved(value(new, "b")) is value(new, "a")


def test_edits_give_the_tree_of_the_whole_text() -> None:
    rnd = random.Random(2024)
    text = LONG
    tree = yaml.parse(text)
    for step in range(400_000 if FULL else 8_000):
        if step % 20 == 0:
            lines = LONG.split("\n")
            start = rnd.randrange(len(lines) // 2) if rnd.random() < 0.7 else 0
            text = "\n".join(lines[start : start + rnd.randrange(10, 130 if step % 200 == 0 else 50)])
            tree = yaml.parse(text)
        text = edited(text, rnd)
        tree = yaml.parse(text, tree)
        assert everything(tree) == everything(yaml.parse(text)), (step, text)
        assert len({id(chunk) for _, chunk in tree.chunks}) == len(tree.chunks)


def test_prefixes_never_raise() -> None:
    text = LONG[:700] + '\nx: &a [1, {b: *a}]\ny: "\\u00e9\n  z"\nw: >+\n\n  k\n'
    for end in range(len(text)):
        yaml.parse(text[:end])
        yaml.parse(text[end:])
