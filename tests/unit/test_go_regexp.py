"""``regexp.Compile`` and ``NumSubexp``; the table holds what Go printed."""

from __future__ import annotations

import pytest

from dmls.go import regexp

# (pattern, error, number of groups where it compiles)
OBSERVED: list[tuple[str, str | None, int | None]] = [
    ("^_(.+)_gho$", None, 1),
    ("^_(.+_del$", "error parsing regexp: missing closing ): `^_(.+_del$`", None),
    ("[", "error parsing regexp: missing closing ]: `[`", None),
    ("(a", "error parsing regexp: missing closing ): `(a`", None),
    ("a)", "error parsing regexp: unexpected ): `a)`", None),
    ("a**", "error parsing regexp: invalid nested repetition operator: `**`", None),
    ("a*?", None, 0),
    ("a{1001}", "error parsing regexp: invalid repeat count: `{1001}`", None),
    ("a{2}{3}", "error parsing regexp: invalid nested repetition operator: `{2}{3}`", None),
    ("(a{100}){11}", "error parsing regexp: invalid repeat count: `{11}`", None),
    ("(a{100}){10}", None, 1),
    ("(?=a)", "error parsing regexp: invalid or unsupported Perl syntax: `(?=`", None),
    ("(?!a)", "error parsing regexp: invalid or unsupported Perl syntax: `(?!`", None),
    ("(?<=a)", "error parsing regexp: invalid named capture: `(?<=a)`", None),
    ("(?<n>a)", None, 1),
    ("(?P<n>a)", None, 1),
    ("(?P<n>a)(?P<n>b)", None, 2),
    ("(?P=n)", "error parsing regexp: invalid or unsupported Perl syntax: `(?P`", None),
    ("\\1", "error parsing regexp: invalid escape sequence: `\\1`", None),
    ("\\12", None, 0),
    ("\\Z", "error parsing regexp: invalid escape sequence: `\\Z`", None),
    ("\\z", None, 0),
    ("\\pN", None, 0),
    ("\\p{Greek}", None, 0),
    ("\\p{", "error parsing regexp: invalid character class range: `\\p{`", None),
    ("\\pX", "error parsing regexp: invalid character class range: `\\pX`", None),
    ("[\\pN]", None, 0),
    ("[[:alpha:]]", None, 0),
    ("[[:foo:]]", "error parsing regexp: invalid character class range: `[:foo:]`", None),
    ("[[:alpha:]", "error parsing regexp: missing closing ]: `[[:alpha:]`", None),
    ("[a-z", "error parsing regexp: missing closing ]: `[a-z`", None),
    ("[z-a]", "error parsing regexp: invalid character class range: `z-a`", None),
    ("[]a]", None, 0),
    ("[^]a]", None, 0),
    ("[]", "error parsing regexp: missing closing ]: `[]`", None),
    ("\\Qa.b\\E*", None, 0),
    ("\\Q", None, 0),
    ("\\x41", None, 0),
    ("\\x{41}", None, 0),
    ("\\x{110000}", "error parsing regexp: invalid escape sequence: `\\x{110000`", None),
    ("\\xg1", "error parsing regexp: invalid escape sequence: `\\xg1`", None),
    ("\\x", "error parsing regexp: invalid escape sequence: `\\x`", None),
    ("\\x{}", "error parsing regexp: invalid escape sequence: `\\x{}`", None),
    ("\\8", "error parsing regexp: invalid escape sequence: `\\8`", None),
    ("\\_", None, 0),
    ("\\y", "error parsing regexp: invalid escape sequence: `\\y`", None),
    ("\\C", "error parsing regexp: invalid escape sequence: `\\C`", None),
    ("(?i)abc", None, 0),
    ("(?i-s:a)", None, 0),
    ("(?-)", "error parsing regexp: invalid or unsupported Perl syntax: `(?-)`", None),
    ("(?i", "error parsing regexp: invalid or unsupported Perl syntax: `(?i`", None),
    ("(?ix)a", "error parsing regexp: invalid or unsupported Perl syntax: `(?ix`", None),
    ("*a", "error parsing regexp: missing argument to repetition operator: `*`", None),
    ("(*)", "error parsing regexp: missing argument to repetition operator: `*`", None),
    ("(|*)", "error parsing regexp: missing argument to repetition operator: `*`", None),
    ("|*", "error parsing regexp: missing argument to repetition operator: `*`", None),
    ("a|*", "error parsing regexp: missing argument to repetition operator: `*`", None),
    ("a||b", None, 0),
    ("{", None, 0),
    ("a{", None, 0),
    ("a{,5}", None, 0),
    ("a{2,1}", "error parsing regexp: invalid repeat count: `{2,1}`", None),
    ("a{2,}", None, 0),
    ("x{0}{2}", "error parsing regexp: invalid nested repetition operator: `{0}{2}`", None),
    ("\\d+\\s\\w\\b", None, 0),
    ("[\\d\\s-a]", None, 0),
    ("[a-\\d]", "error parsing regexp: invalid escape sequence: `\\d`", None),
    ("[\\x41-\\x{5A}]", None, 0),
    ("é{2}", None, 0),
    ("\\é", "error parsing regexp: invalid escape sequence: `\\é`", None),
    ("(?:a|b)+", None, 0),
    ("((((a))))", None, 4),
    ("a++", "error parsing regexp: invalid nested repetition operator: `++`", None),
    ("a?+", "error parsing regexp: invalid nested repetition operator: `?+`", None),
    ("^*", None, 0),
    ("$*", None, 0),
    (".*?*", "error parsing regexp: invalid nested repetition operator: `*?*`", None),
    ("\\b+", None, 0),
    ("(?i)*", "error parsing regexp: missing argument to repetition operator: `*`", None),
    ("a(?i)*", None, 0),
    ("\\Q\\E*", "error parsing regexp: missing argument to repetition operator: `*`", None),
    ("a\\", "error parsing regexp: trailing backslash at end of expression: ``", None),
    ("((a{10}){10}){11}", "error parsing regexp: invalid repeat count: `{11}`", None),
    ("(a{0}){1000}", None, 1),
    ("([a{2}]{999})", None, 1),
    ("(?P<n", "error parsing regexp: invalid named capture: `(?P<n`", None),
    ("(?<", "error parsing regexp: invalid or unsupported Perl syntax: `(?<`", None),
    ("(?P<é>a)", "error parsing regexp: invalid named capture: `(?P<é>`", None),
    ("(?P<>a)", "error parsing regexp: invalid named capture: `(?P<>`", None),
    ("a{99999999999}", "error parsing regexp: invalid repeat count: `{99999999999}`", None),
    ("a{01}", None, 0),
    ("[--a]", None, 0),
    ("[a-]", None, 0),
    ("[-]", None, 0),
    ("[[.]", None, 0),
]


@pytest.mark.parametrize(("pattern", "error", "groups"), OBSERVED)
def test_as_go(pattern: str, error: str | None, groups: int | None) -> None:
    assert regexp.check(pattern) == error
    if groups is not None:
        assert regexp.groups(pattern) == groups


@pytest.mark.parametrize("pattern", ["(" * 5000, "(" * 5000 + ")" * 5000, "[" * 5000, "\\x{" + "f" * 5000, "\ud800", "a{" * 999])
def test_total(pattern: str) -> None:
    regexp.parse(pattern)
