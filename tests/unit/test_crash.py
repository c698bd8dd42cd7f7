"""`crash`: a fault is told with its places and types, and never with a value."""

from __future__ import annotations

import logging
import sys

import pytest

from dmls.crash import MOST_FRAMES, told
from dmls.lsp import faults


def fail(secret: str) -> None:
    local = secret * 2
    try:
        {}[local]
    except KeyError as error:
        raise ValueError(f"bad value {secret}") from error


def caught() -> BaseException:
    # Put together at run time, since a traceback quotes the lines of the source.
    with pytest.raises(ValueError) as found:
        fail("".join(("hun", "ter2")))
    return found.value


def test_places_and_types() -> None:
    said = told(caught())
    assert "KeyError\n" in said and said.endswith("ValueError\n") and "in fail" in said
    assert said.index("KeyError") < said.index("ValueError")
    assert "hunter" not in said


def test_a_missing_module_is_named() -> None:
    with pytest.raises(ImportError) as found:
        import dmls.no_such_module  # noqa: F401
    assert told(found.value).endswith("ModuleNotFoundError (dmls.no_such_module)\n")


def test_endless_recursion_and_rings_of_causes_end() -> None:
    def again(n: int) -> int:
        return other(n + 1) + 1

    def other(n: int) -> int:
        return again(n + 1) + 1

    with pytest.raises(RecursionError) as found:
        again(0)
    assert told(found.value).count("\n") < 4 * MOST_FRAMES
    one, two = ValueError(), TypeError()
    one.__cause__, two.__cause__ = two, one
    assert told(one).count("Traceback") == 2


def test_a_cause_that_was_hidden_stays_hidden() -> None:
    try:
        try:
            raise KeyError
        except KeyError:
            raise ValueError from None
    except ValueError as error:
        assert "KeyError" not in told(error)


def test_the_log_of_any_library() -> None:
    error = caught()
    record = logging.LogRecord("pygls", logging.ERROR, "", 0, "failed", (), (type(error), error, error.__traceback__))
    said = faults.Formatter().format(record)
    assert "ValueError" in said and "hunter" not in said


def test_the_event_loop_and_threads(caplog: pytest.LogCaptureFixture) -> None:
    error = caught()
    faults.in_loop(None, {"message": "Exception in callback f('hunter2')", "exception": error, "handle": "hunter2"})  # type: ignore[arg-type]
    faults.in_loop(None, {"message": "hunter2"})  # type: ignore[arg-type]
    hook = type("Arguments", (), {"exc_type": ValueError, "exc_value": error, "exc_traceback": None, "thread": None})
    faults.in_thread(hook())  # type: ignore[arg-type]
    faults.in_thread(type("Arguments", (), {"exc_value": SystemExit()})())  # type: ignore[arg-type]
    assert [r.getMessage().partition("\n")[0] for r in caplog.records] == [
        "a callback failed; the same fault is not logged again",
        "the event loop is in trouble",
        "a thread failed; the same fault is not logged again",
    ]
    assert "hunter" not in caplog.text
    assert sys.excepthook is sys.__excepthook__
