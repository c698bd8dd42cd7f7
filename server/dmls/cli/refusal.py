"""What to say of a path that holds no file to read."""

from __future__ import annotations

from dmls.files import Directory, FileState, NotRegular, TooLarge, Unreadable


def refusal(state: FileState, sort: str = "") -> tuple[str, dict[str, object]]:
    """The message id, and its arguments but for `path`.  `sort` is "pem-" for a certificate file."""
    if isinstance(state, Unreadable):
        return "cli.unreadable", {"reason": state.reason}
    if isinstance(state, TooLarge):
        return f"cli.{sort}too-large", {"size": _mebibytes(state.size), "limit": _mebibytes(state.limit)}
    if isinstance(state, NotRegular):
        return f"cli.{sort}not-regular", {"what": state.what}
    if isinstance(state, Directory):
        return "cli.is-folder", {}
    return "cli.missing", {}


def _mebibytes(size: int) -> str:
    return f"{size / (1 << 20):.4g}"
