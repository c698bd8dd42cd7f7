"""What DM-master makes of the file of its secret key."""

from __future__ import annotations

from pathlib import Path

import pytest

from dmls.disk import RealDisk
from dmls.files import ReadSecret
from dmls.model.secret_key import judged
from dmls.workspace import Workspace, answer

KEY = "9f" * 32


@pytest.mark.parametrize("data", [KEY, KEY.upper(), f"{KEY}\n", f"\r\n\t {KEY} \v\f\n", f"\u3000{KEY}\u2028"])
def test_64_digits_are_a_key(data: str) -> None:
    assert judged(data.encode()).cause == ""


@pytest.mark.parametrize(
    ("data", "trap", "cause"),
    [
        (f"{KEY}  -\n".encode(), "checksum", "encoding/hex: invalid byte: U+0020 ' '"),
        (f"{KEY} *secret.txt".encode(), "checksum", "encoding/hex: invalid byte: U+0020 ' '"),
        (f"\ufeff{KEY}".encode(), "marked", "encoding/hex: invalid byte: U+00EF 'ï'"),
        (f'"{KEY}"'.encode(), "quoted", "encoding/hex: invalid byte: U+0022 '\"'"),
        (f"0x{KEY}".encode(), "prefixed", "encoding/hex: invalid byte: U+0078 'x'"),
        (b"q" * 43 + b"=\n", "base64", "encoding/hex: invalid byte: U+0071 'q'"),
        (b"", "empty", "the secret key must be a hex AES-256 key of length 64"),
        (b"\n\n", "empty", "the secret key must be a hex AES-256 key of length 64"),
        (KEY[:32].encode(), "length", "the secret key must be a hex AES-256 key of length 64"),
        (KEY[:63].encode(), "length", "encoding/hex: odd length hex string"),
        (KEY.encode() + b"\xa0", "other", "encoding/hex: invalid byte: U+00A0"),
        (b"\x00" * 32, "other", "encoding/hex: invalid byte: U+0000"),
    ],
)
def test_what_else_it_may_hold(data: bytes, trap: str, cause: str) -> None:
    found = judged(data)
    assert (found.trap, found.cause) == (trap, cause)


def test_no_byte_of_the_key_enters_the_workspace(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    path.write_text(KEY, encoding="utf-8")
    path.chmod(0o600)
    want = ReadSecret(path.as_posix())
    workspace = Workspace()
    workspace.tell(want, answer(want, RealDisk()))
    found = workspace.answered(want)
    assert found == judged(KEY.encode(), 0o600)
    assert KEY[:6] not in repr(found)
