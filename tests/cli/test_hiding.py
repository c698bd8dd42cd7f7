"""`cli.hiding`: where in a text, broken or not, secrets stand."""

from __future__ import annotations

import pytest

from dmls.cli.hiding import repeats, spans
from dmls.text import Span


def shown(text: str, *known: Span) -> str:
    """The text with each secret place as stars."""
    out = list(text)
    for span in spans(text, known):
        out[span.start : span.end] = ["*" if c != "\n" else c for c in text[span.start : span.end]]
    return "".join(out)


@pytest.mark.parametrize(
    "text",
    [
        "password: hunter2",
        'password "hunter2"',
        "password\u3000hunter2",
        "password\n  hunter2",
        "password:\n\n  hunter2\nuser: a",
        "password: |\n  hunter2\n hunter2\nuser: a",
        "password: # here\nhunter2",
        "x:\n  password: hunter2\ny: hunter2",
        "user: root, password: hunter2",
        "relay_Password = 'hunter2'",
        "? password\n: hunter2",
    ],
)
def test_a_password(text: str) -> None:
    assert "hunter" not in shown(text)


@pytest.mark.parametrize(
    "text",
    ["user: root\nhost: example\n", "task-mode: all", "secret-key-path:\nuser: root\n", "password:\nuser: root\n", "password: ''\nuser: root\n"],
)
def test_what_is_none_stays(text: str) -> None:
    assert shown(text).partition("user")[2] == text.partition("user")[2]


def test_what_is_known_is_hidden_elsewhere_too() -> None:
    text = "a: hunter2\nb: hunter2\nc: abc\nd: abc\n"
    assert shown(text, Span(3, 10)) == "a: *******\nb: *******\nc: abc\nd: abc\n"
    # Too short to be told from chance.
    assert shown(text, Span(25, 28)).count("abc") == 1


def test_the_brackets_behind_a_known_secret_stay() -> None:
    text = "from: {user: a, password: hunter2}\nx: {y: [z]}\n"
    start = text.index("hunter2")
    assert shown(text, Span(start, start + 7)) == text.replace("hunter2", "*******")
    # Nobody knows whether all of this is the password.
    assert shown(text) == text.replace("hunter2}", "********")


def test_what_repeats_a_secret() -> None:
    text = "password: hunter2\n"
    assert repeats("  password: hunter2", text, spans(text))
    assert not repeats("  password: ", text, spans(text))


@pytest.mark.parametrize(
    ("piece", "count"),
    [("pwd", 300_000), ("password: x\n", 20_000), ("password: secret1\n", 20_000), ("password:\nx y z\n", 50_000), ("-", 500_000), ("token ", 100_000), ("aB3", 200_000)],
)
def test_a_large_text_takes_no_long_time(piece: str, count: int) -> None:
    """Quadratic time would take minutes; the limit is pytest's own."""
    assert isinstance(spans(piece * count), tuple)
