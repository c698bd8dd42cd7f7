"""Applying fixes in rounds.  Most judges here are toys: they find words in a text, so that each case is as small as can be."""

from __future__ import annotations

import re
from typing import Callable, Mapping, Sequence

import pytest

from dmls import fixing, lint
from dmls.finding import Applicability, FileEdit, Finding, Fix, Severity
from dmls.fixing import Fixed, choose, fix_files, fix_text
from dmls.text import Edit, Span

SAFE, UNSAFE, MANUAL = Applicability

PATH = "/t/task.yaml"
Rewrite = Callable[["re.Match[str]"], "str | None"]


def fix(*edits: tuple[int, int, str], how: Applicability = SAFE, preferred: bool = True, path: str = PATH, title: str = "fix.unquote") -> Fix:
    return Fix(title, {}, how, tuple(FileEdit(path, Edit(Span(a, b), new)) for a, b, new in edits), preferred)


def finding(rule: str, start: int, end: int, *fixes: Fix, path: str = PATH, severity: Severity = Severity.ERROR, **args: object) -> Finding:
    return Finding(rule, severity, path, Span(start, end), rule, args, fixes=fixes)


def words(**rules: Rewrite) -> Callable[[str], list[Finding]]:
    """A judge that finds each rule's name in the text; its fix puts what the rule gives in its place, and is none for None."""

    def judge(text: str) -> list[Finding]:
        found = []
        for rule, new in rules.items():
            for match in re.finditer(rf"\b{rule}\b", text):
                written = new(match)
                fixes = (fix((*match.span(), written)),) if written is not None else ()
                found.append(finding(rule, *match.span(), *fixes))
        return lint.order(found)

    return judge


def told(done: Fixed) -> tuple[list[tuple[str, int]], list[tuple[str, str]]]:
    return [(a.rule, a.line) for a in done.applied], [(left.finding.rule, left.why) for left in done.left]


# --- which fix ---


@pytest.mark.parametrize(
    ("fixes", "safe", "unsafe"),
    [
        ([], "no-fix", "no-fix"),
        ([fix((0, 1, "x"))], 0, 0),
        ([fix((0, 1, "x"), preferred=False)], 0, 0),
        ([fix((0, 1, "x"), how=UNSAFE)], "unsafe", 0),
        ([fix((0, 1, "x"), how=MANUAL)], "manual", "manual"),
        ([Fix("fix.unquote", {}, SAFE, ())], "manual", "manual"),
        ([Fix("fix.unquote", {}, MANUAL, (), command="openssl x509")], "manual", "manual"),
        ([fix((0, 1, "x"), preferred=False), fix((0, 1, "y"))], 1, 1),
        ([fix((0, 1, "x"), preferred=False), fix((0, 1, "y"), preferred=False)], "choice", "choice"),
        # The safest kind counts, whatever is preferred.
        ([fix((0, 1, "x"), how=UNSAFE), fix((0, 1, "y"), preferred=False)], 1, 1),
        ([fix((0, 1, "x"), how=MANUAL), fix((0, 1, "y"), how=UNSAFE, preferred=False)], "unsafe", 1),
    ],
)
def test_the_one_sure_fix(fixes: list[Fix], safe: int | str, unsafe: int | str) -> None:
    given = finding("a", 0, 1, *fixes)
    for allowed, expected in ((False, safe), (True, unsafe)):
        assert choose(given, allowed) == ((None, expected) if isinstance(expected, str) else (fixes[expected], ""))


def test_what_only_some_versions_find_is_not_safe() -> None:
    given = finding("a", 0, 1, fix((0, 1, "x")))._replace(versions=("6.5.0",))
    assert choose(given, False) == (None, "unsafe")
    assert choose(given, True)[0] == given.fixes[0]


# --- rounds ---


def test_nothing_to_do() -> None:
    calls = []
    done = fix_text(PATH, "a b", lambda text: calls.append(text) or [])
    assert done == Fixed("a b", (), ())
    assert calls == ["a b"]


def test_all_at_once_and_then_what_comes_to_light() -> None:
    calls = []
    judge = words(foo=lambda m: "bar", bar=lambda m: "baz", baz=lambda m: None)
    done = fix_text(PATH, "foo\nx\nfoo\n", lambda text: calls.append(text) or judge(text))
    assert done.text == "baz\nx\nbaz\n"
    assert told(done) == ([("foo", 0), ("foo", 2), ("bar", 0), ("bar", 2)], [("baz", "no-fix"), ("baz", "no-fix")])
    assert calls == ["foo\nx\nfoo\n", "bar\nx\nbar\n", "baz\nx\nbaz\n"]


def test_lines_are_those_of_the_given_text() -> None:
    judge = words(one=lambda m: "1\n1\n1", two=lambda m: "three", three=lambda m: "3")
    done = fix_text(PATH, "one\ntwo\n", judge)
    assert done.text == "1\n1\n1\n3\n"
    assert told(done)[0] == [("one", 0), ("two", 1), ("three", 1)]
    # What a fix brought in stands for what it replaced.
    done = fix_text(PATH, "x\none\n", words(one=lambda m: "1\ntwo", two=lambda m: "2"))
    assert told(done)[0] == [("one", 1), ("two", 1)]


def test_what_overlaps_waits() -> None:
    def judge(text: str) -> list[Finding]:
        found = []
        if text.startswith("ab"):
            found.append(finding("outer", 0, 2, fix((0, 2, "AB"))))
        if "b" in text:
            found.append(finding("inner", 1, 2, fix((1, 2, "B"))))
        if text.endswith("c"):
            found.append(finding("other", 2, 3, fix((2, 3, "C"))))
        return found

    calls = []
    done = fix_text(PATH, "abc", lambda text: calls.append(text) or judge(text))
    # `inner` is gone with `outer`, and is not told of as repaired: its own fix was never made.
    assert (done.text, told(done)) == ("ABC", ([("outer", 0), ("other", 0)], []))
    assert calls == ["abc", "ABC"]


def test_two_that_write_at_one_place_wait_for_each_other() -> None:
    def judge(text: str) -> list[Finding]:
        return [finding(c, 0, 0, fix((0, 0, c))) for c in "xy" if c not in text]

    calls = []
    done = fix_text(PATH, "-", lambda text: calls.append(text) or judge(text))
    assert calls == ["-", "x-", "yx-"]
    assert told(done)[0] == [("x", 0), ("y", 0)]


def test_the_same_edits_are_made_once() -> None:
    def judge(text: str) -> list[Finding]:
        edits = ((0, 0, "{"), (2, 2, "}"))
        return [finding("a", 0, 1, fix(*edits)), finding("b", 1, 2, fix(*reversed(edits)))] if text == "ab" else []

    done = fix_text(PATH, "ab", judge)
    assert (done.text, told(done)) == ("{ab}", ([("a", 0), ("b", 0)], []))


def test_findings_below_the_least_are_left_out() -> None:
    def judge(text: str) -> list[Finding]:
        return [finding("a", 0, 1, fix((0, 1, "b")), severity=Severity.HINT)] if text == "a" else []

    assert fix_text(PATH, "a", judge, least=Severity.WARNING) == Fixed("a", (), ())
    assert fix_text(PATH, "a", judge).text == "b"


# --- the guard ---


def test_a_fix_that_does_not_help_is_undone_and_the_others_are_kept() -> None:
    # Ten findings, one of which is never content.
    judge = words(foo=lambda m: "bar", bad=lambda m: "(bad)")
    text = "foo foo foo bad foo foo foo foo foo foo"
    calls = []
    done = fix_text(PATH, text, lambda t: calls.append(t) or judge(t))
    assert done.text == text.replace("foo", "bar")
    assert told(done)[1] == [("bad", "no-gain")]
    assert len(done.applied) == 9
    assert len(calls) < 12


@pytest.mark.parametrize("bad", range(7))
def test_wherever_the_bad_one_stands(bad: int) -> None:
    parts = ["foo"] * 7
    parts[bad] = "bad"
    done = fix_text(PATH, " ".join(parts), words(foo=lambda m: "bar", bad=lambda m: "(bad)"))
    assert done.text == " ".join(parts).replace("foo", "bar")
    assert [left.why for left in done.left] == ["no-gain"]


def test_the_same_finding_elsewhere_is_tried_though_one_was_undone() -> None:
    # The second `bad` can be repaired, the first cannot.
    done = fix_text(PATH, "bad bad", words(bad=lambda m: "good" if m.start() else "(bad)"))
    assert done.text == "bad good"
    assert told(done) == ([("bad", 0)], [("bad", "no-gain")])


def test_a_refused_fix_is_not_tried_again_when_its_text_has_moved() -> None:
    judge = words(bad=lambda m: "(bad)", end=lambda m: "over")

    def more(text: str) -> list[Finding]:
        calls.append(text)
        head = [finding("head", 0, 0, fix((0, 0, "head ")))] if "over" in text and "head" not in text else []
        return head + judge(text)

    calls: list[str] = []
    done = fix_text(PATH, "bad end", more)
    assert done.text == "head bad over"
    assert calls == ["bad end", "(bad) over", "(bad) end", "bad over", "head bad over"]


def decoder(*rules: str) -> Callable[[str], list[Finding]]:
    """Finds `a`, whose fix writes `b`; `b` makes an error of each of `rules`."""

    def judge(text: str) -> list[Finding]:
        if text == "a":
            return [finding("unknown-key", 0, 1, fix((0, 1, "b")))]
        return [finding(rule, 0, 1) for rule in rules]

    return judge


@pytest.mark.parametrize(
    ("rules", "kept"),
    [
        (["wrong-type"], True),
        (["wrong-type", "duplicate-key"], False),
        ([lint.SYNTAX_ERROR], False),
        ([lint.INTERNAL_ERROR], False),
        # What the file now says may be wrong in other ways; it is read, which it was not before.
        (["tls-cert-expired", "tls-path-relative", "tls-chain-incomplete"], True),
    ],
)
def test_dm_must_not_refuse_more(rules: list[str], kept: bool) -> None:
    done = fix_text(PATH, "a", decoder(*rules))
    assert done.text == ("b" if kept else "a")
    assert [left.why for left in done.left] == (["no-fix"] * len(rules) if kept else ["no-gain"])


def test_what_a_syntax_error_hid_may_come_to_light() -> None:
    def judge(text: str) -> list[Finding]:
        if text == "a":
            return [finding(lint.SYNTAX_ERROR, 0, 1, fix((0, 1, "b")))]
        return [finding("wrong-type", 0, 1), finding("duplicate-key", 0, 1)]

    assert fix_text(PATH, "a", judge).text == "b"


def test_fixes_that_undo_each_other_end() -> None:
    done = fix_text(PATH, "foo", words(foo=lambda m: "bar", bar=lambda m: "foo"))
    assert done.text == "bar"
    assert told(done)[1] == [("bar", "no-gain")]


def test_a_fix_that_goes_on_for_ever_is_stopped() -> None:
    calls = []

    def judge(text: str) -> list[Finding]:
        calls.append(text)
        return [finding("a", 0, 1, fix((0, 0, "x")), count=len(text))]

    done = fix_text(PATH, "x", judge)
    assert len(calls) <= fixing.MOST_JUDGEMENTS + 1
    assert [left.why for left in done.left] == ["overlaps"]


@pytest.mark.parametrize(
    "edits",
    [
        [(0, 2, "x"), (1, 3, "y")],  # overlapping
        [(0, 1, "a")],  # no change
        [(0, 1, "\ud800")],  # half of a surrogate pair
    ],
)
def test_edits_that_cannot_be(edits: list[tuple[int, int, str]]) -> None:
    done = fix_text(PATH, "abc", lambda text: [finding("a", 0, 1, fix(*edits))])
    assert (done.text, [left.why for left in done.left]) == ("abc", ["no-gain"])


def test_a_file_that_would_be_of_another_kind_is_left() -> None:
    done = fix_text(PATH, "a", lambda text: [finding("a", 0, 1, fix((0, 1, "b")))] if text == "a" else None)
    assert (done.text, [left.why for left in done.left]) == ("a", ["no-gain"])


def test_a_full_list_of_findings_does_not_hide_the_gain() -> None:
    # As many as before are shown, since others take their place.
    judge = words(foo=lambda m: "bar")

    def capped(text: str) -> list[Finding]:
        found = judge(text)
        return [*found[:2], finding(lint.TOO_MANY, 0, 0, severity=Severity.INFORMATION)] if len(found) > 3 else found

    done = fix_text(PATH, "foo " * 9, capped)
    assert done.text == "bar " * 9


def test_many() -> None:
    judge = words(foo=lambda m: "bar")
    done = fix_text(PATH, "foo\n" * 2000, judge)
    assert done.text == "bar\n" * 2000
    assert [a.line for a in done.applied] == list(range(2000))


# --- several files ---

A, B = "/t/a.yaml", "/t/b.toml"


def pairs(texts: Mapping[str, str], bad: Sequence[str] = ()) -> dict[str, list[Finding]]:
    """`a` in the first file wants `b` there and `B` at the head of the second one."""
    out: dict[str, list[Finding]] = {path: [] for path in texts}
    if texts.get(A) == "a":
        edits = (FileEdit(A, Edit(Span(0, 1), "b")), FileEdit(B, Edit(Span(0, 0), "B")))
        out[A].append(finding("both", 0, 1, Fix("fix.unquote", {}, SAFE, edits), path=A))
    if texts.get(B) == "foo":
        out[B].append(finding("foo", 0, 3, fix((0, 3, "bar"), path=B), path=B))
    if texts.get(B) in bad:
        out[B].append(finding(lint.SYNTAX_ERROR, 0, 1, path=B))
    return out


def test_a_fix_in_two_files() -> None:
    done = fix_files({A: "a", B: "foo"}, pairs)
    assert (done[A].text, done[B].text) == ("b", "Bbar")
    assert [(a.rule, a.files) for a in done[A].applied] == [("both", (A, B))]
    assert [(a.rule, a.files) for a in done[B].applied] == [("foo", (B,))]


def test_a_fix_in_two_files_is_made_in_both_or_none() -> None:
    done = fix_files({A: "a", B: "foo"}, lambda texts: pairs(texts, bad=("Bbar",)))
    assert (done[A].text, done[B].text) == ("a", "bar")
    assert told(done[A]) == ([], [("both", "no-gain")])


def test_a_fix_in_a_file_that_was_not_given() -> None:
    done = fix_files({A: "a"}, pairs)
    assert (done[A].text, told(done[A])) == ("a", ([], [("both", "elsewhere")]))
    assert fix_text(A, "a", lambda text: pairs({A: text})[A]).text == "a"


# --- the real rules ---


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_all_else_stays_as_it_is_written(end: str, mark: str) -> None:
    from dmls.workspace import Workspace

    old = mark + end.join(
        ["# ein Kommentar: ä 😀", "name:   'orders'  # the name", "task-mode: \"all\"", "shard-mode: pesimistic\t# near", "target-database:",
         "  {host: h, port: \"4000\", user: root, password: ''}", "mysql-instances:", "- source-id: \"s\"", "  block-alow-list: x", ""]
    )  # fmt: skip

    def judge(text: str) -> Sequence[Finding]:
        workspace = Workspace()
        workspace.open(PATH, text)
        return workspace.snapshot().findings(PATH)

    done = fix_text(PATH, old, judge)
    assert done.text == old.replace("pesimistic", "pessimistic").replace('"4000"', "4000").replace("alow", "allow")
    assert [a.line for a in done.applied] == [3, 5, 8]
