"""Names of binlog files, as DM's ``binlog.ParseFilename`` reads them (dm/pkg/binlog/filename.go)."""

from __future__ import annotations

from dmls.go.number import parse_int


def is_valid(name: str) -> bool:
    """Whether DM takes `relay-binlog-name`: one dot, a positive int64 behind it (else 40007).

    The base name is not looked at: ``.7`` is accepted, and so is a plus sign.
    """
    return sequence(name) is not None


def sequence(name: str) -> int | None:
    """The number of the binlog file ``<base>.<number>``; None where DM refuses the name."""
    parts = name.split(".")
    if len(parts) != 2:
        return None
    number, error = parse_int(parts[1])
    return number if error is None and number > 0 else None
