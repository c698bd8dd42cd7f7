"""Sizes in bytes: docker/go-units ``RAMInBytes`` (DM's ByteSize) and dumpling's ``ParseFileSize``."""

from __future__ import annotations

from dmls.go.number import UINT64_MAX, error_text, parse_float, parse_uint, truncate_int64, utf8

_FACTORS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40, "p": 1 << 50}


def parse(text: str) -> tuple[int | None, str | None]:
    """``units.RAMInBytes``: the number of bytes and None, or None and its error text (``invalid size: 'lots'``).

    Units are powers of 1024 in any case (``k``, ``kB``, ``KiB``); one blank may stand in front of the unit.
    """
    at = max(map(text.rfind, "0123456789. "))
    if at < 0:
        return None, f"invalid size: '{text}'"
    number_text = text[:at] if text[at] == " " else text[: at + 1]
    suffix = text[at + 1 :]
    number, error = parse_float(number_text)
    if error is not None:
        return None, error_text("ParseFloat", number_text, error)
    if number < 0:
        return None, f"invalid size: '{text}'"
    if not suffix:
        return truncate_int64(number), None
    if len(utf8(suffix)) > 3:
        return None, f"invalid suffix: '{suffix}'"
    suffix = suffix.lower()
    if suffix == "b":
        return truncate_int64(number), None
    factor = _FACTORS.get(suffix[0])
    if factor is None or suffix[1:] not in ("", "b", "ib"):
        return None, f"invalid suffix: '{suffix}'"
    return truncate_int64(number * factor), None


def parse_file_size(text: str) -> tuple[int | None, str | None]:
    """dumpling's ``ParseFileSize`` for `chunk-filesize`: an integer counts MiB, all else is read by `parse`.

    The empty text is DM's default 0.  DM does not print the error text, only 20047 with the value.
    """
    if not text:
        return 0, None
    mebibytes, error = parse_uint(text)
    if error is None:
        return (mebibytes << 20) & UINT64_MAX, None
    size, problem = parse(text)
    return (None, problem) if size is None else (size & UINT64_MAX, None)
