"""What may be told of a fault of our own: where it happened and of what type it is.

Never the text of the exception, nor a value: Python quotes in it what it stumbled over, and that may be a password or a piece of a private key.
"""

from __future__ import annotations

MOST_FRAMES = 60


def told(error: BaseException) -> str:
    """The traceback of `error` and of what it came from, the first one first, with types in the place of texts."""
    import traceback

    parts: list[str] = []
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        stack = traceback.StackSummary.extract(traceback.walk_tb(at.__traceback__), limit=-MOST_FRAMES)
        parts.append("Traceback (most recent call last):\n" + "".join(stack.format()) + _name(at) + "\n")
        at = at.__cause__ if at.__cause__ is not None or at.__suppress_context__ else at.__context__
    return "\n".join(reversed(parts))


def _name(error: BaseException) -> str:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    # A broken installation is the likeliest fault, and the name of a module tells all about it.
    return f"{name} ({error.name})" if isinstance(error, ImportError) and error.name else name
