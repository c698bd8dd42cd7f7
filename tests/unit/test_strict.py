"""The strict parsers: DM's verdict on the syntax, and its place."""

from __future__ import annotations

import gc
import json
from pathlib import Path

import pytest

from dmls.syntax import strict, yaml

SHARED = Path(__file__).parents[2].parent / "shared"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared vectors are not here")


def place(text: str, language: str) -> tuple[str, str]:
    problem = strict.judge(text, language)
    assert problem is not None
    assert "\n" not in problem.message
    return problem.message, text[problem.offset :]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: 1\n",
        "\ufeffa: 1\n",
        "a:\t1\n",
        "a: 1\n...\n[",
        "a: 1\n---\nb: [\n",
        "a: !abc\n",
        "a: &x 1\nb: *x\n",
        "a: \u2028\n",
        "a: 1\r\nb: 2\r\n",
    ],
)
def test_yaml_that_dm_takes(text: str) -> None:
    assert strict.judge(text, "yaml") is None


@pytest.mark.parametrize(
    ("text", "words", "rest"),
    [
        ("a: b: c\n", "mapping values are not allowed", ": c\n"),
        ("\ufeffa: b: c\n", "mapping values are not allowed", ": c\n"),
        ("# \u4e2d\U0001f600\r\na: @b\n", "cannot start any token", "@b\n"),
        ("# x\u2028\na: @b\n", "cannot start any token", "@b\n"),
        ("a: *x\n", "unknown anchor 'x'", "*x\n"),
        ("a: *x\nb: &x 1\n", "unknown anchor 'x'", "*x\nb: &x 1\n"),
        ("a: &x\n  b: *x\n", "contains itself", "*x\n"),
        ("a: \x01b\n", "control characters", "\x01b\n"),
        ("\u4e2d: \x7f\n", "control characters", "\x7f\n"),
        ("a: \ud800\n", "surrogates", "\ud800\n"),
        ("a:\n\tb: 1\n", "cannot start any token", "\tb: 1\n"),
        ("a\n# c\nb: 1\n", "", "b: 1\n"),
    ],
)
def test_yaml_that_dm_refuses(text: str, words: str, rest: str) -> None:
    message, found = place(text, "yaml")
    assert words in message
    assert found == rest


def test_context() -> None:
    problem = strict.judge('a: 1\nb: "x\nc: 2\n', "yaml")
    assert problem is not None and problem.context_offset == 8


def test_the_collector_is_left_as_it_was() -> None:
    assert gc.isenabled()
    strict.judge("a: [", "yaml")
    assert gc.isenabled()
    gc.disable()
    try:
        strict.judge("a: 1", "yaml")
        yaml.parse("a: 1")
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_without_the_c_library(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setattr(strict, "_yaml", None)
    monkeypatch.setitem(sys.modules, "_ruamel_yaml", None)
    assert strict.judge("a: [1, {b: c}]\nd: |\n  x\n", "yaml") is None
    problem = strict.judge("a: b: c\n", "yaml")
    assert problem is not None and problem.offset == 4
    assert strict.judge("a: \x01\n", "yaml") is not None
    assert [event.kind for event in strict.events("a: *b\n".replace("*b", "&b 1"))] == ["map", "scalar", "scalar", "end"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a = 1\n",
        "\ufeffa = 1\n",
        "a = 1\r\nb = 2",
        "a = {\n  b = 1,\n}\n",
        'a = "\\x41\\e"\n',
        "a = 07:32\n",
        "a = 'x\ty'\n",
        "a = '''x\r\ny'''\n",
    ],
)
def test_toml_that_dm_takes(text: str) -> None:
    assert strict.judge(text, "toml") is None


@pytest.mark.parametrize(
    ("text", "words", "rest"),
    [
        ("a = yes\n", "Invalid value", "yes\n"),
        ("\ufeff\na = yes\n", "Invalid value", "yes\n"),
        ("# c\r\n\r\na = yes\r\n", "Invalid value", "yes\r\n"),
        ("a = 1\rb = 2\n", "control characters: 0x0d", "\rb = 2\n"),
        ("a = 'x\x00y'\n", "control characters: 0x00", "\x00y'\n"),
        ("# \x0b\n", "control characters: 0x0b", "\x0b\n"),
        ("a = '\x7f'\n", "control characters: 0x7f", "\x7f'\n"),
        ("a = 1\na = 2\n", "", ""),
        ("a = '\ud800'\n", "surrogates", "\ud800'\n"),
    ],
)
def test_toml_that_dm_refuses(text: str, words: str, rest: str) -> None:
    message, found = place(text, "toml")
    assert words in message
    if rest:
        assert found == rest


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = " + "9" * 5000, "a = {b = " * 3000, "[" * 3000, "\x00", "=" * 100])
def test_toml_never_raises(text: str) -> None:
    assert strict.judge(text, "toml") is not None


@needs_shared
def test_accepted_vectors_are_taken() -> None:
    refused: list[str] = []
    missed: list[str] = []
    with (SHARED / "vectors" / "config-dev.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            vector = json.loads(line)
            if vector["text"] is None:
                continue
            language = "yaml" if vector["kind"] in ("task", "source") else "toml"
            problem = strict.judge(vector["text"], language)
            if vector["accepted"] and problem is not None:
                refused.append(vector["id"])
            # Of what type a value is, and what may be merged with "<<", is a matter of decoding, not of syntax.
            decoding = any(words in str(vector["message"]) for words in ("unmarshal", "cannot decode", "map merge"))
            if not vector["accepted"] and "syntax" in vector["tags"] and problem is None and not decoding:
                missed.append(f"{vector['id']}: {vector['message']}")
    assert not refused
    assert not missed
