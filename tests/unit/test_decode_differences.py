"""Whole files that DM's decoders take or refuse where that is easily got wrong; verdicts are those of yaml.v2 and BurntSushi/toml.

Found by comparing many thousands of mutated files with the Go libraries themselves.
"""

from __future__ import annotations

import pytest

from dmls import lint
from dmls.finding import Finding, Severity
from dmls.syntax import yaml
from dmls.syntax.tree import Mapping, Scalar
from support.core import analysis_of

CODES = {"task": {20003}, "source": {20003}, "master": {38011, 38013}, "worker": {40003, 40004}}


@pytest.fixture(autouse=True)
def _faults_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint, "raise_on_fault", True)


def findings(kind: str, text: str | bytes) -> list[Finding]:
    path = "/w/file.yaml" if kind in ("task", "source") else "/w/file.toml"
    return list(analysis_of({path: text}, {"kinds": {"*": kind}}).findings(path))


def refusals(kind: str, text: str) -> list[tuple[int, str]]:
    """Line and rule of every finding that says that DM's decoder refuses the file."""
    return [(text.count("\n", 0, f.span.start) + 1, f.rule) for f in findings(kind, text) if f.severity == Severity.ERROR and CODES[kind] & set(f.dm_codes)]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        # A merge key below a map of names is a merge key, too.
        ("task", "routes:\n  <<: x\n", (2, "bad-merge")),
        ("task", "routes:\n  r:\n    schema-pattern: a\n  <<:\n", (4, "bad-merge")),
        ("source", "tracer:\n  <<:\n", (2, "bad-merge")),
        # In a map, unlike in a struct, a merged name cannot be given again.
        ("task", "target-database:\n  session:\n    <<: {a: b}\n    a: c\n", (4, "duplicate-key")),
        ("task", "target-database:\n  session:\n    a: c\n    <<: {a: b}\n", (3, "duplicate-key")),
        ("task", "target-database:\n  session:\n    <<: [{a: b}, {a: c}]\n", (3, "duplicate-key")),
        # A template that nobody has filled in is a key that is a mapping.
        ("task", "filters:\n  {{ name }}:\n    action: Ignore\n", (2, "unknown-key")),
        ("task", "routes:\n  ? [a]\n  : schema-pattern: a\n", (2, "unknown-key")),
        # Names of the user's own are no TLS keys, whatever they are called.
        ("task", "syncers:\n  ssl-key: 'y'\n", (2, "wrong-type")),
        # Only the list on the first line is read, and the file is no list.
        ("task", " - name: x\ntask-mode: all\n", (1, "wrong-type")),
        ("task", " name_: x\ntask_mode: all\n", (1, "unknown-key")),
        # A null in quotes is a text like any other.
        ("source", "checker:\n  backoff-max: 'null'\n", (2, "bad-duration")),
        ("source", 'checker:\n  backoff-max: "~"\n', (2, "bad-duration")),
        # As text inside brackets the colon belongs to the key.
        ("source", "{source-id:, flavor: mysql}\n", (1, "unknown-key")),
        ("source", 'from:\n  password: "a\\/b"\n', (2, "syntax-error")),
        # Digits of full width, as an input method for Chinese writes them, are no digits.
        ("source", "from:\n  port: ３３０６\n", (2, "wrong-type")),
        ("task", "mysql-instances:\n- mydumper-thread: ２\n", (2, "wrong-type")),
        # BurntSushi reads every number, also that of a key which it does not know.
        ("master", "debug = 9223372036854775808\n", (1, "wrong-type")),
        ("worker", "[x]\ny = [1, {a = 99999999999999999999}]\n", (2, "wrong-type")),
        # yaml.v2 knows YAML 1.1 alone.
        ("task", "%YAML 1.2\n---\nname: x\n", (1, "syntax-error")),
        # Files put together with `cat`: yaml.v2 passes over the first byte order mark only.
        ("task", "# a\n\ufeffname: x\n", (2, "unknown-key")),
        ("task", "name: x\n\ufefftask-mode: all\nmeta-schema: m\n", (2, "unknown-key")),
        ("source", "---\n\ufeff# b\nsource-id: x\n", (2, "syntax-error")),
    ],
)
def test_dm_refuses(kind: str, text: str, expected: tuple[int, str]) -> None:
    assert expected in refusals(kind, text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        # The document ends where a line stands left of its first key; nothing that follows is read.
        ("task", " name: x\ntask_mode: all\n"),
        ("task", " name: x\nname: x\n"),
        ("task", " task-mode: all\n- a\n"),
        ("source", " source-id: x\nsecurity:\n"),
        # A duration is a struct with one field.
        ("task", "validators: {v: {validate-interval: {}}}\n"),
        # The fields of a struct may be given beside a merge.
        ("task", "target-database:\n  <<: {host: a}\n  host: b\n"),
        ("task", "target-database:\n  session:\n    <<: [{a: b}, {c: d}]\n    e: f\n"),
        ("task", "%YAML 1.1\n---\nname: x\n"),
        # A colon inside brackets needs no quotes, unless a blank follows.
        ("source", "{source-id: a:b, relay-dir: http://a:1/x}\n"),
        ("source", "from: {host: 127.0.0.1:3306, user: \u00e9:%, password: a:}\n"),
        ("task", "block-allow-list: {a: {do-dbs: [a:b, ~^x:*, b::]}}\n"),
        # A backslash before a single quote is an escape in double quotes.
        ("source", 'from:\n  password: "it\\\'s"\n'),
        ("source", 'from:\n  password: "a\\\\/b"\n  user: a\\/b\n'),
        ("task", "\ufeffname: x\n"),
        # A null never reaches the type of durations, which reads texts only, however it is written.
        ("task", "validators: {v: {validate-interval: NULL, check-interval: Null, row-error-delay: ~}}\n"),
    ],
)
def test_dm_takes(kind: str, text: str) -> None:
    assert refusals(kind, text) == []


@pytest.mark.parametrize(
    ("block", "rules"),
    [
        # yaml.v2 makes no block of these …
        ("target-database: null", {"task-incomplete"}),
        ("target-database: ~", {"task-incomplete"}),
        # … and an empty one of these, since it asks for their value after it has made the block.
        ("target-database: NULL", {"connection-incomplete"}),
        ("target-database: Null", {"connection-incomplete"}),
    ],
)
def test_null_in_large_letters_is_an_empty_block(block: str, rules: set[str]) -> None:
    text = f"name: x\ntask-mode: all\nmysql-instances: [{{source-id: s}}]\n{block}\n"
    assert {f.rule for f in findings("task", text)} == rules


def test_an_alias_means_something_else_than_its_anchor() -> None:
    text = "name: x\ntask-mode: &m incremental\nshard-mode: *m\ntarget-database: {}\nmysql-instances: [{source-id: s}]\n"
    assert [f.dm_codes for f in findings("task", text) if f.rule == "unknown-value"] == [(20033,)]


@pytest.mark.parametrize(("second", "same"), [("source-id: t\n  <<: *i", True), ("<<: *i\n  source-id: t", False)])
def test_a_merge_overrules_what_stands_above_it(second: str, same: bool) -> None:
    text = f"name: x\ntask-mode: all\ntarget-database: {{host: h, user: u, port: 4000}}\nmysql-instances:\n- &i {{source-id: s}}\n- {second}\n"
    assert [f.rule for f in findings("task", text)] == ["repeated-reference"] * same


def test_an_ended_document_is_still_spoken_of() -> None:
    assert "second-document" in [f.rule for f in findings("task", " name: x\ntask_mode: all\n")]


@pytest.mark.parametrize("text", ["mysql-instances:\n- syncer-thread: -.inf\n", "mysql-instances:\n- syncer-thread: -.INF\n"])
def test_infinity_is_a_strange_number(text: str) -> None:
    assert "number-form" in [f.rule for f in findings("task", text)]


def test_a_key_that_is_no_text_is_shown_as_written() -> None:
    (finding,) = (f for f in findings("task", "filters:\n  {{ name }}:\n    action: Ignore\n") if f.rule == "unknown-key")
    assert finding.args["key"] == "{{ name }}"
    assert "cannot unmarshal !!map into string" in finding.dm_text


def test_utf_16_that_breaks_off() -> None:
    whole = "name: \u4e2d\n".encode("utf-16")
    assert "not-utf-8" not in [f.rule for f in findings("task", whole)]
    assert "not-utf-8" in [f.rule for f in findings("task", whole[:-1])]
    assert "not-utf-8" in [f.rule for f in findings("task", "name: a".encode("utf-16") + b"\x00\xd8")]


def test_masked_text_is_read_as_written() -> None:
    tree = yaml.parse('? x\n: {a: "it\\\'s", b: h:1, c: \u00e9:%}\n')
    assert isinstance(tree.root, Mapping)
    inner = tree.root.pairs[0].value
    assert isinstance(inner, Mapping)
    assert [pair.value.value for pair in inner.pairs if isinstance(pair.value, Scalar)] == ["it's", "h:1", "\u00e9:%"]
