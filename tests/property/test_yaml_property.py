"""Properties of the YAML reader over generated texts."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from dmls.syntax import strict, yaml
from dmls.syntax.tree import Mapping, Node, Scalar, Sequence, Tree

TOKENS = [
    "a", "key", "b c", "1", ":", ": ", "- ", "\n", "\n  ", "\n    ", "\n- ", "\n  - ", "  ", " ", "\t", "#", " # c", "'", '"', "\\", "[", "]",
    "{", "}", ",", ", ", "&a ", "*a", "!t ", "|", ">", "|-\n", "? ", "%", "---\n", "...\n", "\r", "\r\n", "\ufeff", "\u2028", "\x85", "\u4e2d",
    "\x00", "key: v\n", "  k: v\n", "k:\n", "<<: ",
]  # fmt: skip
texts = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(TOKENS), max_size=40).map("".join))


def shape(tree: Tree, node: Node | None) -> object:
    if isinstance(node, Mapping):
        return [(tree.span(pair.key), pair.name, shape(tree, pair.value)) for pair in node.pairs]
    if isinstance(node, Sequence):
        return [shape(tree, item) for item in node.items]
    if isinstance(node, Scalar):
        return (node.style, node.value, tree.span(node), node.anchor, node.tag)
    return None if node is None else tree.span(node)


def whole(tree: Tree) -> object:
    return shape(tree, tree.root), list(tree.problems()), list(tree.comments()), tree.limited


@settings(max_examples=400, deadline=None)
@given(texts)
def test_any_text_has_a_tree(text: str) -> None:
    tree = yaml.parse(text)
    whole(tree)
    for problem in tree.problems():
        assert 0 <= problem.span.start <= problem.span.end <= len(text)
    for span in tree.comments():
        assert text[span.start] == "#"
    assert "".join(chunk.text for _, chunk in tree.chunks) == text[: tree.documents[0].span.end]


@settings(max_examples=300, deadline=None)
@given(texts, texts, texts)
def test_an_earlier_version_changes_nothing(before: str, middle: str, after: str) -> None:
    old = yaml.parse(before + middle + after)
    text = before + after
    assert whole(yaml.parse(text, old)) == whole(yaml.parse(text))


@settings(max_examples=400, deadline=None)
@given(texts)
def test_the_verdict_does_not_depend_on_chunks(text: str) -> None:
    tree = yaml.parse(text)
    assert (strict.judge_chunks(tree) is None) == (strict.judge(text, "yaml") is None)


@settings(max_examples=300, deadline=None)
@given(texts)
def test_toml_never_raises(text: str) -> None:
    problem = strict.judge(text, "toml")
    assert problem is None or 0 <= problem.offset <= len(text)
