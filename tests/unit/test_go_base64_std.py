"""``base64.StdEncoding.DecodeString``; the table holds what Go printed."""

from __future__ import annotations

import pytest

from dmls.go import base64_std

# (text, bytes, error)
OBSERVED: list[tuple[str, bytes | None, str | None]] = [
    ("LS0tLQ==", b"----", None),
    ("LS0tLS0=", b"-----", None),
    ("LS0tLS0t", b"------", None),
    ("LS0t\nLS0t\r\n", b"------", None),
    ("", b"", None),
    ("=", None, "illegal base64 data at input byte 0"),
    ("==", None, "illegal base64 data at input byte 0"),
    ("A", None, "illegal base64 data at input byte 0"),
    ("AA", None, "illegal base64 data at input byte 0"),
    ("AAA", None, "illegal base64 data at input byte 0"),
    ("AA=", None, "illegal base64 data at input byte 3"),
    ("AA=\n=", b"\x00", None),
    ("AAA=\n", b"\x00\x00", None),
    ("AAA==", None, "illegal base64 data at input byte 4"),
    ("AAAA=", None, "illegal base64 data at input byte 4"),
    ("AA==A", None, "illegal base64 data at input byte 4"),
    ("AA==\n\n", b"\x00", None),
    ("A===", None, "illegal base64 data at input byte 1"),
    ("AAA=AAAA", None, "illegal base64 data at input byte 4"),
    ("A\nA\n=\n=\n", b"\x00", None),
    ("LS0-", None, "illegal base64 data at input byte 3"),
    ("LS0_", None, "illegal base64 data at input byte 3"),
    ("LS 0", None, "illegal base64 data at input byte 2"),
    ("é", None, "illegal base64 data at input byte 0"),
    ("AAAAé", None, "illegal base64 data at input byte 4"),
    ("-----BEGIN", None, "illegal base64 data at input byte 0"),
]


@pytest.mark.parametrize(("text", "data", "error"), OBSERVED)
def test_as_go(text: str, data: bytes | None, error: str | None) -> None:
    assert base64_std.decode(text) == (data, error)


def test_bytes_are_taken_too() -> None:
    assert base64_std.decode(b"LS0t") == (b"---", None)
    assert base64_std.decode("\ud800")[0] is None
