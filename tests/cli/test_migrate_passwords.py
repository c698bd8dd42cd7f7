"""`dmls migrate passwords`: from the key that everybody has to one's own."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Callable

import pytest

from dmls.model.legacy import old_cipher

from .conftest import Run

Files = Callable[..., None]
OLD = "VjX8cEeTX+qcvZ3bPaO4h0C80pe/1aU="
"""`123456` under the fixed key, as DM's own documents have it."""
PLAIN = "hunter2canary"
SOURCE = "source-id: mysql-1  # the first\nfrom:\n  host: 10.0.0.5\n  port: 3306\n  user: dm\n  password: {password}  # old\n"
TASK = "name: orders\ntask-mode: all\ntarget-database: {{host: 10.0.0.9, port: 4000, user: dm, password: {password}}}\nmysql-instances:\n- source-id: mysql-1\n"
MASTER = '# The first master.\nname = "m1"\nmaster-addr = "10.0.0.1:8261"\n'
TABLE = "\n[experimental]\nopenapi = true\n"


def key_of(here: Path, name: str = "dm.key") -> bytes:
    return bytes.fromhex((here / name).read_text().strip())


def password(path: Path) -> str:
    found = re.search(r"password: [\"']?([A-Za-z0-9+/=]+)", path.read_text())
    assert found is not None
    return found[1]


def test_everything_is_under_the_new_key(dmls: Run, files: Files, here: Path) -> None:
    again = old_cipher.encrypted("Pässword".encode(), old_cipher.KEY, bytes(range(16)))
    files(
        {
            "source.yaml": SOURCE.format(password=OLD).replace("\n", "\r\n"),
            "task.yaml": TASK.format(password=f"'{again}'"),
            "m1.toml": MASTER,
            "m2.toml": MASTER.replace("m1", "m2").replace(".1:", ".2:") + TABLE,
        }
    )
    (here / "m1.toml").rename(here / "dm-master1.toml")
    (here / "m2.toml").rename(here / "dm-master2.toml")
    ran = dmls("migrate", "passwords", ".", "--new-key", "dm.key", "--make-key", "--runbook", "book.md")
    assert ran.status == 0, ran
    key = key_of(here)
    assert len(key) == 32 and key != old_cipher.KEY
    if os.name == "posix":
        assert stat.S_IMODE((here / "dm.key").stat().st_mode) == 0o600
    assert old_cipher.decrypted(password(here / "source.yaml"), key) == b"123456"
    assert old_cipher.decrypted(password(here / "task.yaml"), key) == "Pässword".encode()
    source = (here / "source.yaml").read_bytes().decode()
    assert source == SOURCE.format(password=f'"{password(here / "source.yaml")}"').replace("\n", "\r\n"), "only the password is another one"
    assert (here / "task.yaml").read_text() == TASK.format(password=f"'{password(here / 'task.yaml')}'")
    line = f'secret-key-path = "{here.as_posix()}/dm.key"\n'
    assert (here / "dm-master1.toml").read_text() == MASTER + line
    assert (here / "dm-master2.toml").read_text() == MASTER.replace("m1", "m2").replace(".1:", ".2:") + line + TABLE
    for text in (ran.out, ran.err, (here / "book.md").read_text()):
        assert "123456" not in text and "Pässword" not in text and key.hex() not in text and OLD not in text and password(here / "source.yaml") not in text
    steps = (here / "book.md").read_text()
    assert f"scp -p {here.as_posix()}/dm.key 10.0.0.1:{here.as_posix()}/dm.key\n" in steps and "10.0.0.2:" in steps and "MASTER:8261" not in steps
    assert "dmctl --master-addr 10.0.0.1:8261 operate-source update source.yaml" in steps
    places = [
        steps.index(word)
        for word in ("scp -p", "config export", "stop-task orders", "Restart every master", "restart the workers", "operate-source update source.yaml", "start-task task.yaml")
    ]
    assert places == sorted(places)
    before = {path.name: path.read_bytes() for path in here.iterdir()}
    second = dmls("migrate", "passwords", ".", "--new-key", "dm.key")
    assert second.out == "Nothing to change.\n" and second.status == 0
    assert {path.name: path.read_bytes() for path in here.iterdir()} == before


def test_nothing_is_written_for_a_look(dmls: Run, files: Files, here: Path) -> None:
    files({"source.yaml": SOURCE.format(password=OLD)})
    ran = dmls("migrate", "passwords", "--diff", "source.yaml", "--new-key", "dm.key", "--make-key")
    assert "would edit source.yaml" in ran.out and "would create dm.key" in ran.out
    assert OLD not in ran.out and not (here / "dm.key").exists()
    assert "to do: no dm-master.toml is among the files" in ran.out


def test_plain_text_is_encrypted_on_demand(dmls: Run, files: Files, here: Path) -> None:
    files({"source.yaml": SOURCE.format(password=PLAIN), "dm.key": "ab" * 32 + "\n"})
    ran = dmls("migrate", "passwords", "source.yaml", "--new-key", "dm.key")
    assert "stands in plain text, which DM takes" in ran.out and (here / "source.yaml").read_text() == SOURCE.format(password=PLAIN)
    ran = dmls("migrate", "passwords", "source.yaml", "--new-key", "dm.key", "--encrypt-plaintext")
    assert old_cipher.decrypted(password(here / "source.yaml"), key_of(here)) == PLAIN.encode()
    assert PLAIN not in ran.out + ran.err


@pytest.mark.parametrize("written", ['"******"', "'********'"])
def test_asterisks_are_told(dmls: Run, files: Files, written: str) -> None:
    files({"source.yaml": SOURCE.format(password=written), "dm.key": "ab" * 32})
    ran = dmls("migrate", "passwords", "source.yaml", "--new-key", "dm.key", "--encrypt-plaintext")
    assert "source.yaml:6: to do: asterisks stand in the place of the password" in ran.out and "edited" not in ran.out


def test_another_old_key(dmls: Run, files: Files, here: Path) -> None:
    before, start = bytes.fromhex("cd" * 32), bytes(range(16))
    files(
        {
            "source.yaml": SOURCE.format(password=f'"{old_cipher.encrypted(PLAIN.encode(), before, start)}"'),
            "old.key": "CD" * 32,
            "new.key": "ab" * 32,
            "dm-master.toml": MASTER + 'secret-key-path = "/etc/dm/old.key"\n',
        }
    )
    ran = dmls("migrate", "passwords", ".", "--new-key", "new.key")
    assert "under neither the old nor the new key" in ran.out
    ran = dmls("migrate", "passwords", ".", "--new-key", "new.key", "--old-key", "old.key", "--key-path", "/etc/dm/new.key")
    assert old_cipher.decrypted(password(here / "source.yaml"), key_of(here, "new.key")) == PLAIN.encode()
    assert 'secret-key-path = "/etc/dm/new.key"\n' in (here / "dm-master.toml").read_text()
    assert PLAIN not in ran.out


def test_a_password_that_both_keys_read_is_left(dmls: Run, files: Files, here: Path) -> None:
    """Noise of one character reads as a password every third time."""
    new = bytes.fromhex("ab" * 32)
    texts = [old_cipher.encrypted(b"x", old_cipher.KEY, bytes([n] * 16)) for n in range(256)]
    text = next(text for text in texts if (old_cipher.decrypted(text, new) or b"").isalnum())
    files({"source.yaml": SOURCE.format(password=f'"{text}"'), "dm.key": new.hex()})
    ran = dmls("migrate", "passwords", "source.yaml", "--new-key", "dm.key")
    assert "can be read with the old key and with the new one" in ran.out and "edited" not in ran.out


@pytest.mark.parametrize("content", [b"", b"zz" * 32, b"ab" * 31, b"ab" * 32 + b"  -\n", b"\xef\xbb\xbf" + b"ab" * 32, bytes(range(64))])
def test_a_file_that_is_no_key(dmls: Run, files: Files, here: Path, content: bytes) -> None:
    files({"source.yaml": SOURCE.format(password=OLD), "dm.key": content})
    ran = dmls("migrate", "passwords", "source.yaml", "--new-key", "dm.key", "--make-key")
    assert ran.status == 2 and "dm.key holds no key" in ran.err
    assert (here / "source.yaml").read_text() == SOURCE.format(password=OLD) and (here / "dm.key").read_bytes() == content


def test_refusals(dmls: Run, files: Files) -> None:
    files(
        {
            "source.yaml": SOURCE.format(password=OLD),
            "public.key": old_cipher.KEY.hex(),
            "dm.key": "ab" * 32,
            "old/.dmls.toml": 'dm-version = "7.5.0"\n',
            "old/source.yaml": SOURCE.format(password=OLD),
        }
    )
    assert "give --make-key" in dmls("migrate", "passwords", "source.yaml", "--new-key", "absent.key").err
    assert "that anybody can read" in dmls("migrate", "passwords", "source.yaml", "--new-key", "public.key").err
    assert "the old key, is not there" in dmls("migrate", "passwords", "source.yaml", "--new-key", "dm.key", "--old-key", "absent.key").err
    assert "has no `secret-key-path`" in dmls("migrate", "passwords", "old", "--new-key", "dm.key").err
    assert dmls("migrate", "passwords", "source.yaml").status == 2


def test_an_alias_is_left_to_a_person(dmls: Run, files: Files, here: Path) -> None:
    text = f"source-id: &p {OLD}\nfrom: {{host: a, port: 3306, user: u, password: *p}}\n"
    files({"source.yaml": text, "dm.key": "ab" * 32})
    ran = dmls("migrate", "passwords", "source.yaml", "--new-key", "dm.key")
    assert "to do: the password stands where it cannot be changed by itself" in ran.out
    assert (here / "source.yaml").read_text() == text
