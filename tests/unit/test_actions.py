"""Code actions: which are offered, and that none of them changes what it must not."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Iterator, Sequence

import pytest
import ruamel.yaml
import tomlkit

from dmls.finding import Applicability, FileEdit, Finding, Fix, Severity
from dmls.ide.actions import COPY, EXPLAIN, FIX_ALL, KINDS, QUICK_FIX, actions, line_edits
from dmls.ide.values import Action
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.dm.effective import differences, effective
from dmls.model.edits.ignore import ignore_here, ignore_in_file, is_modeline, read_ignores
from dmls.model.edits.key_order import in_order
from dmls.model.edits.reading import reading
from dmls.model.edits.refactor import EXTRACT, INLINE, REWRITE, Refactoring, refactorings
from dmls.schema.load import load
from dmls.syntax import strict, toml, yaml
from dmls.text import Edit, Span, apply_edits
from dmls.version import MAIN, parse_version
from dmls.words.catalogue import sentence
from support.core import analysis_of
from support.scenario import read

FOLDER = Path(__file__).resolve().parents[1] / "scenarios"
VERSIONS = (MAIN, parse_version("5.4.0"), parse_version("8.5.0"))
TASK = "/w/task.yaml"
MASTER = "/w/dm-master.toml"
HEAD = "name: a\ntask-mode: all\ntarget-database: {host: h, port: 4000, user: u, password: ''}\n"


def config_of(text: str, kind: str = kinds.TASK, path: str = TASK) -> ConfigFile:
    return ConfigFile(path, kind, (yaml if kind in kinds.YAML_KINDS else toml).parse(text), load(kind))


def at(text: str) -> tuple[str, Span]:
    """The text without its marks, and the place of the mark ``$``, or the place between two."""
    parts = text.split("$")
    start = len(parts[0])
    return "".join(parts), Span(start, start + (len(parts[1]) if len(parts) > 2 else 0))


def offered(text: str, path: str = TASK, only: Sequence[str] | None = None) -> tuple[str, list[Action]]:
    text, span = at(text)
    return text, analysis_of({path: text}).actions(path, span, only)


def applied(text: str, action: Action) -> str:
    return apply_edits(text, [e.edit for e in action.edits])


def refactored(text: str, kind: str = kinds.TASK) -> tuple[str, dict[str, Refactoring]]:
    text, span = at(text)
    return text, {r.name: r for r in refactorings(config_of(text, kind), span)}


# What is offered


def finding(span: Span, *fixes: Fix, rule: str = "unknown-key", versions: tuple[str, ...] = ()) -> Finding:
    return Finding(rule, Severity.ERROR, TASK, span, rule, {"key": "x", "block": ""}, fixes=fixes, versions=versions)


def fix(how: Applicability, new: str, span: Span = Span(0, 4), preferred: bool = True, command: str = "") -> Fix:  # noqa: B008
    edits = () if command else (FileEdit(TASK, Edit(span, new)),)
    return Fix("fix.replace-value", {"value": new}, how, edits, preferred, command)


def test_safe_fixes_come_first_and_only_they_are_preferred() -> None:
    safe, unsafe, by_hand = (fix(how, how.word) for how in Applicability)
    other = fix(Applicability.SAFE, "other", preferred=False)
    found = actions(config_of("name: a\n"), [finding(Span(0, 4), by_hand, unsafe, other, safe)], Span(2, 2))
    fixes = [a for a in found if a.applicability is not None]
    assert [(a.args["value"], a.preferred) for a in fixes] == [("safe", True), ("other", False), ("unsafe", False), ("manual", False)]
    assert all(a.kind == QUICK_FIX and a.finding is not None for a in fixes)


def test_a_fix_for_some_versions_only_is_not_safe() -> None:
    (only,) = [a for a in actions(None, [finding(Span(0, 4), fix(Applicability.SAFE, "x"), versions=("5.4",))], Span(0, 0)) if a.edits]
    assert only.applicability is Applicability.UNSAFE
    assert not only.preferred


def test_equal_edits_are_offered_once() -> None:
    one = fix(Applicability.UNSAFE, "new")
    two = fix(Applicability.SAFE, "new")
    found = actions(None, [finding(Span(0, 4), one), finding(Span(2, 6), two, rule="wrong-type")], Span(3, 3))
    (only,) = [a for a in found if a.edits]
    assert only.applicability is Applicability.SAFE
    assert only.finding is not None and only.finding.rule == "wrong-type"


def test_a_command_is_copied() -> None:
    line = "openssl req -new"
    (only,) = [a for a in actions(None, [finding(Span(0, 4), fix(Applicability.MANUAL, "", command=line))], Span(0, 0)) if a.applicability]
    assert only.command == (COPY, (line,))
    assert not only.edits


def test_a_rule_is_explained() -> None:
    found = actions(None, [finding(Span(0, 4)), finding(Span(0, 4), rule="internal-error")], Span(0, 0))
    assert [a.command for a in found] == [(EXPLAIN, ("unknown-key",))], "nothing else can be done in a file of certificates"


def test_fixes_elsewhere_are_not_offered() -> None:
    assert actions(None, [finding(Span(0, 4), fix(Applicability.SAFE, "x"))], Span(6, 9)) == []


def test_all_of_a_rule_leaves_out_what_collides() -> None:
    findings = [
        finding(Span(0, 4), fix(Applicability.SAFE, "a", Span(0, 4))),
        finding(Span(2, 6), fix(Applicability.SAFE, "b", Span(2, 6))),
        finding(Span(8, 9), fix(Applicability.SAFE, "c", Span(8, 8))),
        finding(Span(8, 9), fix(Applicability.SAFE, "d", Span(8, 8))),
        finding(Span(10, 12), fix(Applicability.UNSAFE, "e", Span(10, 12))),
        finding(Span(10, 12), fix(Applicability.SAFE, "f", Span(10, 12)), rule="wrong-type"),
    ]
    (only,) = [a for a in actions(None, findings, Span(0, 1)) if a.title == "action.fix-rule"]
    assert only.args == {"rule": "unknown-key", "count": 2}
    assert [e.edit.new_text for e in only.edits] == ["a", "c"]


@pytest.mark.parametrize(
    ("only", "kinds_found"),
    [
        (None, {QUICK_FIX, EXTRACT, REWRITE, FIX_ALL}),
        (["quickfix"], {QUICK_FIX}),
        (["refactor"], {EXTRACT, REWRITE}),
        (["refactor.extract", "source"], {EXTRACT, FIX_ALL}),
        (["refactor.extract.function"], set()),
        (["source.fixAll"], {FIX_ALL}),
        (["source.fixAll.dmls"], {FIX_ALL}),
        (["source.fixAll.eslint", "source.organizeImports", "refactor.inline"], set()),
        ([""], {QUICK_FIX, EXTRACT, REWRITE, FIX_ALL}),
    ],
)
def test_only_the_wanted_kinds(only: list[str] | None, kinds_found: set[str]) -> None:
    text = HEAD + "mysql-instances:\n- $mydumper: {threads: 4}\n  sourceid: b\n  meta: {}$\n"
    text, span = at(text)
    analysis = analysis_of({TASK: text})
    config = analysis.file(TASK)
    found = actions(config, analysis.findings(TASK), span, only, lambda: text.replace("sourceid", "source-id"))
    assert {a.kind for a in found if not a.disabled} == kinds_found
    assert kinds_found <= set(KINDS)


def test_all_fixes_are_asked_for_only_where_one_is_safe() -> None:
    def never() -> str:
        raise AssertionError

    config = config_of("name: a\n")
    assert actions(config, [finding(Span(0, 4), fix(Applicability.UNSAFE, "x"))], Span(0, 0), ["source"], never) == []
    safe = [finding(Span(0, 4), fix(Applicability.SAFE, "x"))]
    assert actions(config, safe, Span(0, 0), ["source"], lambda: None) == []
    assert actions(config, safe, Span(0, 0), ["source"], lambda: "name: a\n") == []
    (only,) = actions(config, safe, Span(0, 0), ["source"], lambda: "x: a\n")
    assert applied("name: a\n", only) == "x: a\n"


@pytest.mark.parametrize(
    ("old", "new", "count"),
    [
        ("a\nb\nc\n", "a\nB\nc\n", 1),
        ("a\nb\nc\nd\n", "A\nb\nc\nD\ne\n", 2),
        ("a\r\nb\r\n", "a\r\nx\r\nb\r\n", 1),
        ("a\r\nb", "a\r\nb\r\n", 1),
        ("a\u2028b\n", "a\u2028c\n", 1),
        ("", "a\n", 1),
        ("a\n", "", 1),
        ("a\n", "a\n", 0),
    ],
)
def test_new_text_becomes_few_edits(old: str, new: str, count: int) -> None:
    edits = line_edits(old, new)
    assert apply_edits(old, edits) == new
    assert len(edits) == count


def test_what_cannot_be_done_is_told_to_who_asks() -> None:
    text = HEAD + "mysql-instances:\n- source-id: b\n  myd$umper: &d {threads: 4}\n- {source-id: c, mydumper: *d}\n"
    _, unasked = offered(text)
    assert not any(a.disabled for a in unasked)
    _, asked = offered(text, only=["refactor.extract"])
    assert [(a.title, a.disabled, a.edits) for a in asked] == [("action.extract-block", "action.refused-linked", ())]


# Comments

IGNORED = [
    ("x: 1\n", 0, "x: 1  # dmls: ignore[r]\n"),
    ("x: 1", 0, "x: 1  # dmls: ignore[r]"),
    ("x: 1   \r\ny: 2\r\n", 0, "x: 1  # dmls: ignore[r]\r\ny: 2\r\n"),
    ("\ufeffx: 1\n", 0, "\ufeffx: 1  # dmls: ignore[r]\n"),
    ("x: 1 # 原因\n", 0, "x: 1 # 原因  # dmls: ignore[r]\n"),
    ("x: 1 # dmls: ignore[a] why\n", 0, "x: 1 # dmls: ignore[a, r] why\n"),
    ("x: 1 # dmls: ignore[a, ]\n", 0, "x: 1 # dmls: ignore[a, r]\n"),
    ("x: 1 # dmls: ignore[]\n", 0, "x: 1 # dmls: ignore[r]\n"),
    ("# dmls: ignore[a]\n\n# why\nx: 1\n", 3, "# dmls: ignore[a, r]\n\n# why\nx: 1\n"),
    ("x: 1 # dmls: ignore[r]\n", 0, None),
    ("# only\n", 0, None),
    ("\n", 0, None),
    ("a: |\n  text\n  more\n", 0, "a: |  # dmls: ignore[r]\n  text\n  more\n"),
    ("a: |\n  text\n  more\n", 1, None),
    ("a:\n  b: 'one\n    two'\n", 1, "a:\n  # dmls: ignore[r]\n  b: 'one\n    two'\n"),
    ("a: one\n  two\n", 0, "# dmls: ignore[r]\na: one\n  two\n"),
    ("- a: 1\n  b: [1,\n    2]\n", 1, "- a: 1\n  b: [1,  # dmls: ignore[r]\n    2]\n"),
    ("a: {b: 1,\n  c: 2}\n", 1, "a: {b: 1,\n  c: 2}  # dmls: ignore[r]\n"),
    ("  - a: " + "x" * 90 + "\n", 0, "  # dmls: ignore[r]\n  - a: " + "x" * 90 + "\n"),
    ("\ufeffa: " + "x" * 90 + "\n", 0, "\ufeff# dmls: ignore[r]\na: " + "x" * 90 + "\n"),
]


@pytest.mark.parametrize(("text", "line", "expected"), IGNORED)
def test_a_rule_is_ignored_on_a_line_of_yaml(text: str, line: int, expected: str | None) -> None:
    edit = ignore_here(config_of(text), "r", line)
    assert (apply_edits(text, [edit]) if edit is not None else None) == expected


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("x = 1\r\n", 0, "x = 1  # dmls: ignore[r]\r\n"),
        ("x = [\n  1,\n]\n", 1, "x = [\n  1,  # dmls: ignore[r]\n]\n"),
        ('x = """a\nb"""\n', 0, '# dmls: ignore[r]\nx = """a\nb"""\n'),
        ('x = """a\nb"""\n', 1, 'x = """a\nb"""  # dmls: ignore[r]\n'),
        ('x = """a\nb\nc"""\n', 1, None),
        ('x = "# dmls: ignore[a]"\n', 0, 'x = "# dmls: ignore[a]"  # dmls: ignore[r]\n'),
        ("[t] # dmls: ignore[a]\n", 0, "[t] # dmls: ignore[a, r]\n"),
    ],
)
def test_a_rule_is_ignored_on_a_line_of_toml(text: str, line: int, expected: str | None) -> None:
    edit = ignore_here(config_of(text, kinds.MASTER, MASTER), "r", line)
    assert (apply_edits(text, [edit]) if edit is not None else None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x: 1\n", "# dmls: ignore-file[r]\nx: 1\n"),
        ("\ufeffx: 1\r\n", "\ufeff# dmls: ignore-file[r]\r\nx: 1\r\n"),
        ("# about x\nx: 1\n", "# dmls: ignore-file[r]\n# about x\nx: 1\n"),
        ("# about the file\n\nx: 1\n", "# about the file\n# dmls: ignore-file[r]\n\nx: 1\n"),
        ("# dmls: kind=task\n# about x\nx: 1\n", "# dmls: kind=task\n# dmls: ignore-file[r]\n# about x\nx: 1\n"),
        ("# yaml-language-server: $schema=x\n# dmls: ignore[a]\nx: 1\n", "# yaml-language-server: $schema=x\n# dmls: ignore-file[r]\n# dmls: ignore[a]\nx: 1\n"),
        ("x: 1\n# dmls: ignore-file[a] why\n", "x: 1\n# dmls: ignore-file[a, r] why\n"),
        ("%YAML 1.1\n---\nx: 1\n", "# dmls: ignore-file[r]\n%YAML 1.1\n---\nx: 1\n"),
        ("# dmls: ignore-file[r]\nx: 1\n", None),
        ("# only", "# only\n# dmls: ignore-file[r]\n"),
    ],
)
def test_a_rule_is_ignored_in_the_file(text: str, expected: str | None) -> None:
    edit = ignore_in_file(config_of(text), "r")
    assert (apply_edits(text, [edit]) if edit is not None else None) == expected


def test_modelines_are_known() -> None:
    assert is_modeline("\ufeff# dmls: kind=task\r\n")
    assert is_modeline("#:schema x.json")
    assert not is_modeline("# dmls: ignore[unknown-key]"), "it speaks of the next line and moves with it"


@pytest.mark.parametrize("title", ["action.ignore-here", "action.ignore-in-file"])
@pytest.mark.parametrize(
    ("path", "text"),
    [
        (TASK, HEAD + "taskmode$: all\nmysql-instances:\n- source-id: b\n"),
        (TASK, (HEAD + "# why\ntaskmode$: all  # so\nmysql-instances:\n- source-id: b\n").replace("\n", "\r\n")),
        (TASK, "\ufeff{name: a, task-mode: all, target-database: {host: h, port: 1, user: u, password: ''},\n mysql-instances: [{source-id: b, zz$: 1}]}\n"),
        (MASTER, 'name = "m"\nmaster-addr = ":8261"\n[tls$x]\na = 1\n'),
    ],
)
def test_what_is_ignored_is_found_no_more(path: str, text: str, title: str) -> None:
    text, found = offered(text, path)
    action = next(a for a in found if a.title == title)
    rule = action.args["rule"]
    before = [f.rule for f in analysis_of({path: text}).findings(path)]
    after = [f.rule for f in analysis_of({path: applied(text, action)}).findings(path)]
    assert Counter(after) == Counter(r for r in before if r != rule)


def test_what_a_comment_cannot_silence_is_not_offered() -> None:
    text, found = offered(HEAD + "mysql-instances:\n- source-id: b  # dmls: ignore[unknown-key$]\n")
    assert not [a for a in found if a.title.startswith("action.ignore")]
    assert [f.rule for f in analysis_of({TASK: text}).findings(TASK)] == ["unused-ignore"]


# Refactorings: refused


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        ("mysql-instances:\n- mydumper-config-name: x\n  myd$umper: {threads: 1}\n", "extract-block", "both"),
        ("mysql-instances:\n- myd$umper: &a {threads: 1}\n", "extract-block", "linked"),
        ("mysql-instances:\n- &a\n  myd$umper: {threads: 1}\n- *a\n", "extract-block", "linked"),
        ("x: &x {mydumper-config-name: y}\nmysql-instances:\n- <<: *x\n  myd$umper: {threads: 1}\n", "extract-block", "linked"),
        ("mysql-instances:\n- myd$umper:\n    threads: 1\nmydumpers: &m\n  x: {threads: 2}\n", "extract-block", "linked"),
        ("mysql-instances:\n- myd$umper:\n    threads: 1\nmydumpers: {x: {threads: 2}}\n", "extract-block", "flow"),
        ("{mysql-instances: [{myd$umper: {threads: 1}}]}\n", "extract-block", "flow"),
        ("mysql-instances:\n- myd$umper: {\n\tthreads: 1}\n", "extract-block", "tabs"),
        ("mysql-instances:\n- loader-config-$name: x\n  loader: {}\nloaders:\n  x: {}\n", "inline-block", "both"),
        ("mysql-instances:\n- loader-config-$name: x\nloaders:\n  x: &x {}\n", "inline-block", "linked"),
        ("x: &x {pool-size: 1}\nmysql-instances:\n- loader-config-$name: x\nloaders:\n  x: {<<: *x}\n", "inline-block", "linked"),
        ("mysql-instances:\n- {loader-config-$name: x}\nloaders:\n  x:\n    pool-size: 1\n", "inline-block", "flow"),
        ("tar$get-database:\n  ssl-ca: a\n  security:\n    ssl-ca: b\n", "wrap-security", "both"),
        ("tar$get-database:\n  ssl-ca: a\n  security: {ssl-key: b}\n", "wrap-security", "flow"),
        ("tar$get-database: {ssl-ca: a, port: 1, ssl-key: b}\n", "wrap-security", "flow"),
        ("tar$get-database: &d\n  ssl-ca: a\n", "wrap-security", "linked"),
        ("tar$get-database: &d\n  host: a\n", "add-security", "linked"),
        ("tar$get-database:\n  <<: *x\n  host: a\n", "add-security", "linked"),
        ("tar$get-database:\n  port: *h\n  host: &h a\n", "sort-keys", "linked"),
        ("tar$get-database:\n  port: 1\n  user: |+\n    a\n\n  host: a\n", "sort-keys", "unsure"),
    ],
)
def test_what_is_not_sure_is_refused(text: str, name: str, why: str) -> None:
    _, found = refactored(text)
    assert found[name].refused == why
    assert not found[name].edits
    assert sentence(f"action.refused-{why}")


@pytest.mark.parametrize(
    "text",
    [
        "mysql-instances:\n- myd$umper:\n",
        "mysql-instances:\n- myd$umper: ~\n",
        "mysql-instances:\n- mydumper-config-n$ame: x\n",
        "mysql-instances:\n- mydumper-config-n$ame: x\nmydumpers:\n  x:\n",
        "mydumpers:\n  x$: {threads: 1}\n",
        "mysql-instances: *x\nmydumpers: {a$: {}}\n",
        "mydum$per: {threads: 1}\n",
        "na$me: 'a\n",
        "tar$get-database:\n  host: a\n  host: b\n",
        "target-database: h$\n",
        "routes:\n  b$: {schema-pattern: a, target-schema: b}\n  a: {schema-pattern: a, target-schema: b}\n",
        "",
        "$",
        "# only$",
    ],
)
def test_nothing_is_offered(text: str) -> None:
    _, found = refactored(text)
    assert {name: r for name, r in found.items() if name not in ("add-security",)} == {}


# Refactorings: the text afterwards


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        (
            "from$:\n  ssl-key: k\n  host: h\n  security:\n    # 已有\n    ssl-ca: a\n    # tail\n  # cert\n  ssl-cert: c\n  port: 1\n",
            "wrap-security",
            "from:\n  host: h\n  security:\n    # 已有\n    ssl-ca: a\n    # tail\n    ssl-key: k\n    # cert\n    ssl-cert: c\n  port: 1\n",
        ),
        ("from$:\n  security:\n  ssl-ca: a\n  ssl-key: b\n  host: h\n", "wrap-security", "from:\n  security:\n    ssl-ca: a\n    ssl-key: b\n  host: h\n"),
        ("from$:\n  host: h\n  ssl-ca: a # ca\n  port: 1\n  ssl-key: k", "wrap-security", "from:\n  host: h\n  security:\n    ssl-ca: a # ca\n    ssl-key: k\n  port: 1"),
        ("from$: {host: h, ssl-ca: a, ssl-key: k}\n", "wrap-security", "from: {host: h, security: {ssl-ca: a, ssl-key: k}}\n"),
        (
            "from$:\r\n    ssl-ca-base64: |\r\n      YQ==\r\n    host: h\r\n",
            "wrap-security",
            "from:\r\n    security:\r\n        ssl-ca-base64: |\r\n          YQ==\r\n    host: h\r\n",
        ),
        ("from$: {host: h}\n", "add-security", 'from: {host: h, security: {ssl-ca: "", ssl-cert: "", ssl-key: ""}}\n'),
        ("from$:\n    host: h", "add-security", 'from:\n    host: h\n    security:\n        ssl-ca: ""\n        ssl-cert: ""\n        ssl-key: ""'),
        ("from:\n  security:\n    cert-allowed-cn$: dm # 名称\n", "name-to-list", 'from:\n  security:\n    cert-allowed-cn: ["dm"] # 名称\n'),
        ("from:\n  security: {cert-allowed-cn$: 'd m'}\n", "name-to-list", "from:\n  security: {cert-allowed-cn: ['d m']}\n"),
    ],
)
def test_tls_of_a_source(text: str, name: str, expected: str) -> None:
    text, found = refactored(text, kinds.SOURCE)
    assert apply_edits(text, found[name].edits) == expected
    strict.events(expected)


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        (
            "mysql-instances:\n- load$er:\n    dir: /d\nloaders:\n",
            "extract-block",
            'mysql-instances:\n- loader-config-name: "global"\nloaders:\n  global:\n    dir: /d\n',
        ),
        (
            "mysql-instances:\n- {source-id: a b, load$er: {dir: /d}} # x\nloaders: {} # none\n",
            "extract-block",
            'mysql-instances:\n- {source-id: a b, loader-config-name: "global"} # x\nloaders: # none\n  global: {dir: /d}\n',
        ),
        (
            "mysql-instances:\n- source-id: a\n  load$er: {dir: /d}\nloaders: {a: {dir: /e}}\n",
            "extract-block",
            'mysql-instances:\n- source-id: a\n  loader-config-name: "a-2"\nloaders: {a: {dir: /e}, a-2: {dir: /d}}\n',
        ),
        (
            "name: a\n\nmysql-instances:\n- 'load$er': {\n    dir: /d,   # 目录\n  }\n",
            "extract-block",
            'name: a\n\nloaders:\n  global: {\n    dir: /d,   # 目录\n  }\n\nmysql-instances:\n- loader-config-name: "global"\n',
        ),
        (
            'mysql-instances:\n- loader-config-name: "x$" # why\nloaders:\n  x: # head\n    dir: /d',
            "inline-block",
            "mysql-instances:\n- loader: # head  # why\n    dir: /d",
        ),
        (
            "loaders:\n  # the only one\n\n  x$:\n    dir: |\n      /d\n  # old:\n  #   dir: /e\n\nmysql-instances:\n- loader-config-name: x\n",
            "inline-block",
            "mysql-instances:\n# the only one\n# old:\n#   dir: /e\n- loader:\n    dir: |\n      /d\n",
        ),
        (
            "mysql-instances: [{loader-config-name: x$}, {loader-config-name: x}]\nloaders: {x: {dir: /d}, y: {}}\n",
            "inline-block-everywhere",
            "mysql-instances: [{loader: {dir: /d}}, {loader: {dir: /d}}]\nloaders: {y: {}}\n",
        ),
    ],
)
def test_blocks_of_a_task(text: str, name: str, expected: str) -> None:
    text, found = refactored(text)
    assert apply_edits(text, found[name].edits) == expected
    strict.events(expected)
    same_to_dm(config_of(text), config_of(expected))


def unsorted(text: str) -> int:
    """How many blocks are not in order."""
    config = config_of(text)
    return sum(bool(in_order(config, entry)) for entry in config.entries())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("task-mode$: all\nname: a", "name: a\ntask-mode: all"),
        ("\ufeffzz: 1\r\ntask-mode$: all\r\nname: a\r\n", "\ufeffname: a\r\ntask-mode: all\r\nzz: 1\r\n"),
        ("timezone$: a\n# parts the file\n\ntask-mode: b\nname: c\n", "timezone: a\n# parts the file\n\nname: c\ntask-mode: b\n"),
        ("x: &x {}\ntask-mode$: b\nname: c\n<<: *x\ntimezone: d\nmeta-schema: e\n", "name: c\ntask-mode: b\nx: &x {}\n<<: *x\nmeta-schema: e\ntimezone: d\n"),
        (
            "target-database:$\n  # x\n  user: u\n  port: 1 # p\n    # of the port\n  host: h\n  # end\nname: a\n",
            "target-database:\n  host: h\n  port: 1 # p\n    # of the port\n  # x\n  user: u\n  # end\nname: a\n",
        ),
        ("target-database:$\n  user: u\n\n\n  host: h\n\n  port: 1\n", "target-database:\n  host: h\n\n  port: 1\n\n\n  user: u\n"),
        (
            "filters:\n  x$:\n      action: Do\n      events: [\n   all]\n      schema-pattern: |\n        a\n\n",
            "filters:\n  x:\n      schema-pattern: |\n        a\n      events: [\n   all]\n      action: Do\n\n",
        ),
        ("mysql-instances:\n-   # c\n    met$a: {}\n    source-id: a\n", "mysql-instances:\n-   # c\n    source-id: a\n    meta: {}\n"),
    ],
)
def test_keys_of_yaml_are_sorted(text: str, expected: str) -> None:
    text, found = refactored(text)
    (title,) = [name for name in found if name.startswith("sort")]
    assert apply_edits(text, found[title].edits) == expected
    assert unsorted(expected) == unsorted(text) - 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('# the file\n\nmaster-addr$ = ":1"\n  # it\n  name = "a"\n', '# the file\n\n  # it\n  name = "a"\nmaster-addr = ":1"\n'),
        ('master-addr$ = ":1"\r\nname = """a\r\nb"""\r\n[experimental]\r\nopenapi = true\r\n', 'name = """a\r\nb"""\r\nmaster-addr = ":1"\r\n[experimental]\r\nopenapi = true\r\n'),
        ("ssl-ca$ = 'a'\nexperimental.openapi = true\nname = 'a'\n", None),
        ("experimental = {openapi = true}\n\nNAME$ = 'a'", "NAME = 'a'\n\nexperimental = {openapi = true}"),
        ("[t]\nb$ = 1\na = 2\n", None),
    ],
)
def test_keys_of_toml_are_sorted(text: str, expected: str | None) -> None:
    text, found = refactored(text, kinds.MASTER)
    assert [apply_edits(text, r.edits) for r in found.values()] == ([expected] if expected is not None else [])
    if expected is not None:
        assert tomlkit.parse(expected).unwrap() == tomlkit.parse(text).unwrap()


# Refactorings: the meaning afterwards


def same_to_dm(before: ConfigFile, after: ConfigFile) -> None:
    for version in VERSIONS:
        assert differences(effective(before, version), effective(after, version)) == ()


def files() -> Iterator[tuple[str, str, str]]:
    """Every configuration of the scenarios that reads without guessing, by kind."""
    for path in sorted(FOLDER.rglob("*.md")):
        for number, scenario in enumerate(read(path)):
            for name, text in scenario.files.items():
                kind = kinds.recognise(f"/w/{name}", text)
                if kind in kinds.KINDS and "{{" not in text:
                    yield f"{path.stem}-{number}-{name}", kind, text


FILES = list(files())
MANY = 9
"""Each so many-th file is tried in each way; which, does not matter, since scenarios stand in no order."""


def decorated(text: str) -> str:
    """The text as another editor writes it, with more comments."""
    return "\ufeff" + text.lstrip("\ufeff").replace(":\n", ": # 注释\n").replace("\n- ", "\n# 列表项\n- ").replace("\n", "\r\n")


def accepted(text: str, kind: str) -> bool:
    try:
        if kind in kinds.YAML_KINDS:
            strict.events(text)
        else:
            tomlkit.parse(text)
    except (strict.Refused, tomlkit.exceptions.ParseError):
        return False
    return True


def loaded(text: str, kind: str) -> str:
    """What another parser reads, keys in order."""
    if kind not in kinds.YAML_KINDS:
        value = tomlkit.parse(text.lstrip("\ufeff")).unwrap()
    else:
        loader = ruamel.yaml.YAML(typ="base", pure=True)
        loader.allow_duplicate_keys = True
        value = next(iter(loader.load_all(text)), None)
    return json.dumps(value, sort_keys=True, default=str)


@pytest.mark.parametrize("plain", [True, False])
def test_refactorings_keep_the_meaning_and_every_comment(plain: bool) -> None:
    """At each key, each refactoring gives a text that strict parsers take, and that is the same to DM."""
    met: Counter[str] = Counter()
    for name, kind, text in FILES[plain::MANY]:
        if not plain:
            text = decorated(text)
        if not accepted(text, kind):
            continue
        config = config_of(text, kind)
        met.update(_refactor_everywhere(name, kind, config))
    assert met["sort-top-level"] and met["add-security"]


def _refactor_everywhere(name: str, kind: str, config: ConfigFile) -> set[str]:
    text = config.text
    seen: dict[tuple[Edit, ...], str] = {}
    before = loaded(text, kind)
    values = effective(config, MAIN)
    for entry in list(config.entries()):
        start = config.key_span(entry).start
        for found in refactorings(config, Span(start, start)):
            if found.refused or found.edits in seen:
                continue
            seen[found.edits] = found.name
            new = apply_edits(text, found.edits)
            told = (name, found.name, new)
            after = config_of(new, kind)
            assert accepted(new, kind), told
            assert _words(config) - _words(after) == Counter(), told
            assert new.count("\r\n") == (new.count("\n") if "\r\n" in text else 0), told
            if found.name.startswith("sort"):
                assert loaded(new, kind) == before, told
            if found.kind != REWRITE or found.name.startswith("sort"):
                assert differences(values, effective(after, MAIN)) == (), told
            if found.kind == EXTRACT:
                _goes_back(config, after, found, kind)
    return set(seen.values())


def _words(config: ConfigFile) -> Counter[str]:
    """The words of all comments."""
    return Counter(word for span in config.tree.comments() for word in span.of(config.text).split())


def _goes_back(config: ConfigFile, after: ConfigFile, found: Refactoring, kind: str) -> None:
    """What was given a name can be inlined again, and the text is what it was."""
    holder = after.get(str(found.args["block"]), str(found.args["name"]))
    assert holder is not None
    start = after.key_span(holder).start
    (back,) = refactorings(after, Span(start, start), (INLINE,))
    new = config_of(apply_edits(after.text, back.edits), kind)
    assert reading(new.tree) == reading(config.tree)


def test_ignore_comments_change_nothing_else() -> None:
    for _, kind, text in FILES[::MANY]:
        config = config_of(text, kind)
        for line in range(0, len(config.tree.lines), 3):
            edit = ignore_here(config, "unknown-key", line)
            if edit is not None:
                after = config_of(apply_edits(text, [edit]), kind)
                assert reading(after.tree) == reading(config.tree)
                assert any(i.rule == "unknown-key" for i in read_ignores(after.tree))


def test_every_action_has_its_words() -> None:
    titles = set()
    for _, kind, text in FILES[2::MANY]:
        path = {kinds.MASTER: MASTER, kinds.WORKER: "/w/dm-worker.toml", kinds.DMCTL: "/w/dmctl.toml", kinds.SOURCE: "/w/dm-source.yaml"}.get(kind, TASK)
        analysis = analysis_of({path: text})
        for action in analysis.actions(path, Span(0, len(text)), ["quickfix", "refactor", "source"], True):
            titles.add(action.title)
            for locale in ("en", "zh"):
                assert sentence(action.title, action.args, locale)
    assert {"action.ignore-here", "action.explain"} <= titles
