"""What the TOML reader makes of each construct, whole and half typed."""

from __future__ import annotations

import sys

import pytest

from dmls.syntax import toml
from dmls.syntax.tree import Mapping, Node, Pair, Scalar, Sequence, Tree
from dmls.text import Span


def shape(node: Node | None) -> object:
    """A tree as nested lists: keys and values with their forms and styles."""
    if node is None:
        return None
    if isinstance(node, Scalar):
        return (node.style, node.value)
    if isinstance(node, Sequence):
        return (node.form, [shape(item) for item in node.items])
    assert isinstance(node, Mapping)
    return (node.form, [(pair.name, shape(pair.value)) for pair in node.pairs])


def pairs(text: str) -> list[tuple[str, object]]:
    """The shapes of the pairs at the root of `text`."""
    root = toml.parse(text).root
    assert isinstance(root, Mapping)
    assert root.form == "root"
    return [(pair.name, shape(pair.value)) for pair in root.pairs]


def problems(text: str) -> list[tuple[str, str]]:
    """What is reported, with the text it is reported on."""
    return [(problem.code, problem.span.of(text)) for problem in toml.parse(text).problems()]


def pair_at(tree: Tree, *path: str) -> Pair:
    node: Node | None = tree.root
    pair = None
    for name in path:
        assert isinstance(node, Mapping)
        pair = [p for p in node.pairs if p.name == name][-1]
        node = pair.value
    assert pair is not None
    return pair


@pytest.mark.parametrize(
    ("source", "style", "value"),
    [
        ('"a\\tb"', "basic", "a\tb"),
        ('"\\x41\\u4e2d\\U0001F600\\e"', "basic", "A中😀\x1b"),
        ('"C:\\Users"', "basic", "C:\\Users"),
        ('"\\ud800 \\UFFFFFFFF"', "basic", "\\ud800 \\UFFFFFFFF"),
        ('""', "basic", ""),
        ("'C:\\Users'", "literal", "C:\\Users"),
        ('"""\na\r\nb\\\n   c"""', "multi-basic", "a\nbc"),
        ('"""a""b"""""', "multi-basic", 'a""b""'),
        ("''''a''''", "multi-literal", "'a'"),
        ("'''\na\nb'''", "multi-literal", "a\nb"),
        ("10", "integer", "10"),
        ("-1_000", "integer", "-1_000"),
        ("0xBEEF", "integer", "0xBEEF"),
        ("0o17", "integer", "0o17"),
        ("0b11", "integer", "0b11"),
        ("10.0", "float", "10.0"),
        ("1e-3", "float", "1e-3"),
        ("-inf", "float", "-inf"),
        ("nan", "float", "nan"),
        ("true", "boolean", "true"),
        ("1979-05-27T07:32:00.5-07:00", "datetime", "1979-05-27T07:32:00.5-07:00"),
        ("1979-05-27 07:32", "datetime", "1979-05-27 07:32"),
        ("1979-05-27", "datetime", "1979-05-27"),
        ("07:32", "datetime", "07:32"),
    ],
)
def test_values(source: str, style: str, value: str) -> None:
    for text in (f"k = {source}\n", f"k={source}", f"\tk\t=\t{source}\t# c\r\nl = 1"):
        tree = toml.parse(text)
        pair = pair_at(tree, "k")
        assert shape(pair.value) == (style, value)
        assert pair.value is not None
        assert tree.source(pair.value) == source
        assert tree.source(pair.key) == "k"
        assert text[pair.separator] == "="
        assert list(tree.problems()) == []


@pytest.mark.parametrize(
    "source",
    [
        "10.",
        "yes",
        "True",
        "010",
        "0X1F",
        "1__0",
        "/etc/dm/ca.pem",
        "C:\\a b",
        "= info",
        "]",
        "a\u00a0b",
        "a#b",
        '1x"y"',
    ],
)
def test_what_is_no_value_is_junk(source: str) -> None:
    text = f"k = {source} # c\nl = 1\n"
    tree = toml.parse(text)
    pair = pair_at(tree, "k")
    assert isinstance(pair.value, Scalar)
    assert (pair.value.style, tree.source(pair.value)) == ("junk", source)
    assert problems(text) == [("junk", source)]
    assert [c.of(text) for c in tree.comments()] == ["# c"]
    assert shape(pair_at(tree, "l").value) == ("integer", "1")


def test_keys() -> None:
    assert pairs('a-b_1 = 1\n"c d\\u0041" = 2\n\'e"f\' = 3\n"" = 4\n3.14 = 5\n') == [
        ("a-b_1", ("integer", "1")),
        ("c dA", ("integer", "2")),
        ('e"f', ("integer", "3")),
        ("", ("integer", "4")),
        ("3", ("dotted", [("14", ("integer", "5"))])),
    ]


def test_dotted_keys_share_their_parents_and_keep_duplicates() -> None:
    text = "a.b = 1\na . 'c' = 2\na.b = 3\na.d.e = 4\n"
    assert pairs(text) == [
        (
            "a",
            (
                "dotted",
                [
                    ("b", ("integer", "1")),
                    ("c", ("integer", "2")),
                    ("b", ("integer", "3")),
                    ("d", ("dotted", [("e", ("integer", "4"))])),
                ],
            ),
        )
    ]
    tree = toml.parse(text)
    assert tree.source(pair_at(tree, "a", "c")) == "'c' = 2"
    assert tree.span(pair_at(tree, "a")) == Span(0, len(text) - 1)
    assert pairs("a = 1\na = 2\na.b = 3") == [
        ("a", ("integer", "1")),
        ("a", ("integer", "2")),
        ("a", ("dotted", [("b", ("integer", "3"))])),
    ]


def test_tables_nest_by_their_headers() -> None:
    text = "x = 1\n[a.b]\ny = 2\n[a]\nz = 3\n[a.b.c]\n[ a . 'd e' ] # c\n"
    assert pairs(text) == [
        ("x", ("integer", "1")),
        (
            "a",
            (
                "table",
                [
                    ("b", ("table", [("y", ("integer", "2")), ("c", ("table", []))])),
                    ("z", ("integer", "3")),
                    ("d e", ("table", [])),
                ],
            ),
        ),
    ]
    tree = toml.parse(text)
    assert tree.span(pair_at(tree, "a")).of(text).startswith("a.b]")
    assert tree.source(pair_at(tree, "a", "b", "c")) == "c]"
    assert tree.source(pair_at(tree, "a", "d e").key) == "'d e'"
    heads = [chunk.header for _, chunk in tree.chunks if isinstance(chunk, toml.TableChunk)]
    assert [[key.value for key in head] for head in heads] == [[], ["a", "b"], ["a"], ["a", "b", "c"], ["a", "d e"]]
    assert pairs("[a.b]\n[c]")[0] == ("a", ("implicit", [("b", ("table", []))]))


def test_arrays_of_tables() -> None:
    assert pairs("[[s]]\na = 1\n[s.t]\nb = 2\n[[s]]\n[[s.u]]\n") == [
        (
            "s",
            (
                "array-table",
                [
                    ("array-table", [("a", ("integer", "1")), ("t", ("table", [("b", ("integer", "2"))]))]),
                    ("array-table", [("u", ("array-table", [("array-table", [])]))]),
                ],
            ),
        )
    ]


def test_a_table_twice_is_two_pairs() -> None:
    assert pairs("[a]\nx = 1\n[a]\ny = 2\n[[a]]\n[a.b]\n") == [
        ("a", ("table", [("x", ("integer", "1"))])),
        ("a", ("table", [("y", ("integer", "2"))])),
        ("a", ("array-table", [("array-table", [("b", ("table", []))])])),
    ]
    assert pairs("a = {x = 1}\n[a.b]\n") == [
        ("a", ("inline", [("x", ("integer", "1"))])),
        ("a", ("implicit", [("b", ("table", []))])),
    ]
    assert pairs("a.b = 1\n[a]\n") == [("a", ("dotted", [("b", ("integer", "1"))])), ("a", ("table", []))]


def test_assembly_leaves_shared_chunks_alone() -> None:
    text = "a.x = 1\n[b]\nc.d = 1\n[[e]]\n"
    first = toml.parse(text)
    before = [shape(chunk.root) for _, chunk in first.chunks]
    longer = toml.parse(text + "[a.y]\n[b.f]\n[b.c.g]\n[e.h]\n", first)
    assert [chunk for _, chunk in longer.chunks[:3]] == [chunk for _, chunk in first.chunks]
    assert [shape(chunk.root) for _, chunk in first.chunks] == before
    assert shape(first.root) == shape(toml.parse(text).root)
    assert shape(pair_at(longer, "b").value) == (
        "table",
        [("c", ("dotted", [("d", ("integer", "1")), ("g", ("table", []))])), ("f", ("table", []))],
    )


def test_arrays() -> None:
    text = 'a = [1, "x", [2,],# c\n  [\n[3]\n],\n[4]\n,\n{b = 1}\n]\n[t]\n'
    assert pairs(text) == [
        (
            "a",
            (
                "array",
                [
                    ("integer", "1"),
                    ("basic", "x"),
                    ("array", [("integer", "2")]),
                    ("array", [("array", [("integer", "3")])]),
                    ("array", [("integer", "4")]),
                    ("inline", [("b", ("integer", "1"))]),
                ],
            ),
        ),
        ("t", ("table", [])),
    ]
    assert problems(text) == []
    tree = toml.parse(text)
    assert tree.source(pair_at(tree, "a")) == text[: text.index("\n[t]")]
    assert [c.of(text) for c in tree.comments()] == ["# c"]
    assert pairs('a = [ ]\nb = ["x" , "y",] # z\nc = [""]')[:2] == [
        ("a", ("array", [])),
        ("b", ("array", [("basic", "x"), ("basic", "y")])),
    ]


def test_brackets_and_headers_inside_strings_and_comments() -> None:
    text = 'a = """\n[x]\ny = 1\n"""\nb = [ # [\n"[", \'\'\'\n[z]\n\'\'\']\n# [c]\n[d] # e, f,\n["a,b"]\n'
    assert [(name, value) for name, value in pairs(text)] == [
        ("a", ("multi-basic", "[x]\ny = 1\n")),
        ("b", ("array", [("basic", "["), ("multi-literal", "[z]\n")])),
        ("d", ("table", [])),
        ("a,b", ("table", [])),
    ]
    assert problems(text) == []


def test_inline_tables_of_toml_1_1() -> None:
    text = "s = {\n  a.b = 1, # c\n  a.c = [2,\n  ],\n  'd' = {},\n}\nt = 1"
    assert pairs(text) == [
        (
            "s",
            (
                "inline",
                [
                    ("a", ("dotted", [("b", ("integer", "1")), ("c", ("array", [("integer", "2")]))])),
                    ("d", ("inline", [])),
                ],
            ),
        ),
        ("t", ("integer", "1")),
    ]
    assert problems(text) == []


@pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_line_ends_and_bom(eol: str, bom: str) -> None:
    text = bom + eol.join(["# c", "a = 1", "b = [", "[2]", "]", "[t]", "c = x", ""])
    assert pairs(text) == [
        ("a", ("integer", "1")),
        ("b", ("array", [("array", [("integer", "2")])])),
        ("t", ("table", [("c", ("junk", "x"))])),
    ]
    assert problems(text) == [("junk", "x")]
    assert pairs(f"{bom}[t]{eol}a = 1{eol}") == [("t", ("table", [("a", ("integer", "1"))]))]
    tree = toml.parse(text)
    assert tree.span(pair_at(tree, "t", "c").key) == Span(text.index("c = x"), text.index("c = x") + 1)


def test_other_separators_do_not_end_lines() -> None:
    text = "a = 'x\u2028y\x85z\x0cw' # \u2028\nb = 1\n"
    assert pairs(text) == [("a", ("literal", "x\u2028y\x85z\x0cw")), ("b", ("integer", "1"))]


def test_comments() -> None:
    text = "# a\nk = 1 # b\n[t] # c\n  # d\nl = [ # e\n] # f\nm = # g\nn # h\n] # i"
    assert [c.of(text) for c in toml.parse(text).comments()] == [f"# {letter}" for letter in "abcdefghi"]


def test_chunks_are_the_tables() -> None:
    assert [chunk.text for _, chunk in toml.parse("a = 1\n[t]\nb = 2\n[[u]]\n").chunks] == [
        "a = 1\n",
        "[t]\nb = 2\n",
        "[[u]]\n",
    ]
    assert [(base, chunk.text) for base, chunk in toml.parse("[t]\n").chunks] == [(0, ""), (0, "[t]\n")]
    assert [(base, chunk.text) for base, chunk in toml.parse("").chunks] == [(0, "")]


def test_an_edit_reuses_the_other_chunks() -> None:
    old = toml.parse("a = 1\n[t]\nb = 2\n[t]\nb = 2\n[u]\n")
    new = toml.parse("# more\na = 1\n[t]\nb = 2\n[t]\nb = 2\n[u]\n", old)
    assert [new.chunks[i][1] in [c for _, c in old.chunks] for i in range(4)] == [False, True, True, True]
    assert len({id(chunk) for _, chunk in new.chunks}) == 4


# Half typed


@pytest.mark.parametrize(
    ("text", "expected", "reported"),
    [
        ("ssl-", [("ssl-", None)], [("missing-equals", "ssl-")]),
        ("port 3306 # c", [("port", None)], [("missing-equals", "port")]),
        ("port: 3306", [("port", None)], [("missing-equals", "port")]),
        ("port：3306", [("port", None)], [("missing-equals", "port")]),
        ("a.", [("a", ("dotted", [("", None)]))], [("missing-equals", "a.")]),
        ("a. = 1", [("a", ("dotted", [("", ("integer", "1"))]))], []),
        ("k =  # c", [("k", ("empty", ""))], [("missing-value", "k =")]),
        ('k = "/path/', [("k", ("basic", "/path/"))], [("unterminated-string", '"/path/')]),
        ("k = '", [("k", ("literal", ""))], [("unterminated-string", "'")]),
        ('k = "a" b', [("k", ("basic", "a"))], [("trailing-text", "b")]),
        ('k = """', [("k", ("multi-basic", ""))], [("unterminated-string", '"""')]),
        ('k = ["a", ', [("k", ("array", [("basic", "a")]))], [("unterminated-flow", '["a",')]),
        (
            'k = ["a", "',
            [("k", ("array", [("basic", "a"), ("basic", "")]))],
            [("unterminated-string", '"'), ("unterminated-flow", '["a", "')],
        ),
        (
            "k = [dm, 1",
            [("k", ("array", [("junk", "dm"), ("integer", "1")]))],
            [("junk", "dm"), ("unterminated-flow", "[dm, 1")],
        ),
        (
            'k = {a = "x", b',
            [("k", ("inline", [("a", ("basic", "x")), ("b", None)]))],
            [("missing-equals", "b"), ("unterminated-flow", '{a = "x", b')],
        ),
        (
            "k = {a = ",
            [("k", ("inline", [("a", ("empty", ""))]))],
            [("missing-value", "a ="), ("unterminated-flow", "{a =")],
        ),
        ("k = {a = [1}", [("k", ("inline", [("a", ("array", [("integer", "1")]))]))], [("unterminated-flow", "[1")]),
        ("= info", [], [("junk", "= info")]),
        ("]", [], [("junk", "]")]),
        ('"dm",', [], [("junk", '"dm",')]),
        ('"ssl-', [("ssl-", None)], [("unterminated-string", '"ssl-')]),
        ("密码 = 1", [("密码", ("integer", "1"))], [("junk", "密码")]),
        ("\u200bk = 1", [("\u200bk", ("integer", "1"))], [("junk", "\u200bk")]),
        ("k = [1 2]", [("k", ("array", [("integer", "1"), ("integer", "2")]))], [("trailing-text", "2")]),
        ("k = [,]", [("k", ("array", []))], [("junk", ",")]),
    ],
)
def test_half_typed_lines(text: str, expected: list[tuple[str, object]], reported: list[tuple[str, str]]) -> None:
    assert pairs(text) == expected
    assert problems(text) == reported
    more = "\nl = 1 # c\n[t]\nm = 2\n"
    assert pairs(text + more) == [*expected, ("l", ("integer", "1")), ("t", ("table", [("m", ("integer", "2"))]))]
    assert problems(text + more) == reported
    # The same in a table, and before a table.
    assert pairs(f"[t]\n{text}\n[u]\nl = 1") == [
        ("t", ("table", expected)),
        ("u", ("table", [("l", ("integer", "1"))])),
    ]


def test_positions_of_half_typed_values() -> None:
    tree = toml.parse('k =   \nl = "ab  \nm = [1,  # c\n\nn = 1\n')
    empty, string, array = (pair_at(tree, name).value for name in "klm")
    assert empty is not None and string is not None and array is not None
    assert tree.span(empty) == Span(3, 3)
    assert isinstance(string, Scalar) and string.unterminated
    assert tree.source(string) == '"ab  '
    assert isinstance(array, Sequence) and array.unterminated
    assert tree.source(array) == "[1,"


@pytest.mark.parametrize(
    ("header", "names", "reported"),
    [
        ("[t", ["t"], [("unterminated-header", "[t")]),
        ("[[t]", ["t"], [("unterminated-header", "[[t]")]),
        ("[a.b # c", ["a", "b"], [("unterminated-header", "[a.b")]),
        ("[a.", ["a", ""], [("unterminated-header", "[a.")]),
        ("[a.]", ["a", ""], [("junk", "[a.]")]),
        ("[", [""], [("unterminated-header", "[")]),
        ("[]", [""], [("junk", "[]")]),
        ('["a', ["a"], [("unterminated-string", '"a')]),
        ("[a b]", ["a"], [("unterminated-header", "[a b]")]),
        ("[t] x", ["t"], [("trailing-text", "x")]),
        ("[t]]", ["t"], [("trailing-text", "]")]),
    ],
)
def test_half_typed_headers(header: str, names: list[str], reported: list[tuple[str, str]]) -> None:
    text = f"k = 1\n{header}\nx = 1\n[u]\ny = 2\n"
    tree = toml.parse(text)
    chunk = tree.chunks[1][1]
    assert isinstance(chunk, toml.TableChunk)
    assert [key.value for key in chunk.header] == names
    assert problems(text) == reported
    root = tree.root
    assert isinstance(root, Mapping)
    assert [pair.name for pair in root.pairs] == ["k", names[0], "u"]


def test_a_broken_array_over_many_lines() -> None:
    text = 'a = [\n  "x",\n  "y\n  "z",\n]\nb = 1\n'
    assert pairs(text) == [("a", ("array", [("basic", "x"), ("basic", "y"), ("basic", "z")])), ("b", ("integer", "1"))]
    assert problems(text)[0] == ("unterminated-string", '"y')
    assert pairs("a = [\n  1,\n\n# c\n[t]\nb = 2\n") == [
        ("a", ("array", [("integer", "1")])),
        ("t", ("table", [("b", ("integer", "2"))])),
    ]
    # The first line of an array of arrays is gone: its items are no headers.
    assert pairs('a =\n  ["x", 1],\n  ["y", 2],\n]\nb = 1\n') == [("a", ("empty", "")), ("b", ("integer", "1"))]


def test_a_broken_inline_table_over_many_lines() -> None:
    text = "s = {\n  a = [1,\n  b = 2,\n  c = \n  d = 3\n}\ne = 4\n"
    assert pairs(text) == [
        (
            "s",
            (
                "inline",
                [
                    ("a", ("array", [("integer", "1")])),
                    ("b", ("integer", "2")),
                    ("c", ("empty", "")),
                    ("d", ("integer", "3")),
                ],
            ),
        ),
        ("e", ("integer", "4")),
    ]
    assert pairs("  s = { a = 1,\n  b = 2\n")[1] == ("b", ("integer", "2"))


def test_an_open_multi_line_string_does_not_swallow_the_next_one() -> None:
    text = 'a = """\nb = """x\ny"""\nc = 1\n'
    names = [name for name, _ in pairs(text)]
    assert names == ["a", "b", "c"]
    assert pairs(text)[1] == ("b", ("multi-basic", "x\ny"))


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 20_000,
        "a = " + "[" * 20_000 + "]" * 20_000,
        "a = " + "{a=" * 10_000,
        "a = " + "{a.b.c.d=[" * 4_000,
        "[" * 20_000,
        "[" + "a." * 10_000 + "a]\nx = 1",
        "a." * 10_000 + "a = 1",
        "a." * 10_000,
        "".join(f"[{'a.' * n}a]\n" for n in range(70)),
    ],
    ids=lambda text: text[:20],
)
def test_deep_nesting_is_capped(text: str) -> None:
    tree = toml.parse(text)
    limit = 2 * toml.MAX_DEPTH + 8

    def deepest(node: Node | None) -> int:
        inner = node.items if isinstance(node, Sequence) else [p.value for p in node.pairs] if isinstance(node, Mapping) else []
        return 1 + max(map(deepest, inner), default=0)

    # As many frames as a caller that is itself deep may have left.
    assert limit < sys.getrecursionlimit() // 4
    assert deepest(tree.root) <= limit


def test_nesting_below_the_cap_is_read() -> None:
    assert problems("a = " + "[" * 60 + "1" + "]" * 60) == []
    assert problems(".".join("a" * 64) + " = 1\n[" + ".".join("b" * 64) + "]") == []


@pytest.mark.parametrize(
    "text",
    [
        "a = [" + " " * 40_000,
        "a = [" + '"x", ' * 8_000,
        "[t] # " + ", " * 20_000,
        "[" + ",x" * 20_000,
        'a = "' + "\\\\" * 20_000,
        'a = """' + '""\\"' * 10_000,
        "a = " + "#" * 40_000,
        "a" * 40_000,
        "a = [\n" * 4_000,
        "[t]\na = [\n" * 2_000,
        'a = """\n[t]\n' * 1_001,
        "a = '''\n[t]\nb = \"\"\"x\n" * 1_000,
        "".join(f"a{n}.b = 1\n" for n in range(4_000)),
        "".join(f"[a.t{n}]\n" for n in range(2_000)),
        "[[a]]\n[a.b]\n" * 1_000,
        "\r" * 40_000,
        " " * 40_000,
    ],
    ids=lambda text: text[:20],
)
def test_long_texts_take_linear_time(text: str) -> None:
    """Where reading was quadratic or worse, these took minutes."""
    tree = toml.parse(text)
    assert "".join(chunk.text for _, chunk in tree.chunks) == text
