"""Carrying out a change: wholly, or taken back with a word on everything that could not be."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any, Mapping

import pytest

from dmls import disk
from dmls.migrate.change import Change, Created, Edited
from dmls.writing import carry_out


class Told(list[tuple[str, dict[str, object]]]):
    def __call__(self, message: str, args: Mapping[str, object]) -> None:
        self.append((message, dict(args)))

    @property
    def messages(self) -> list[str]:
        return [message for message, _ in self]


def name(path: str) -> str:
    return path.rpartition("/")[2]


def change_of(folder: Path) -> Change:
    """Two new files, one of them a secret in a folder of its own, and two edits."""
    for old in ("a", "b"):
        (folder / old).write_text(f"old {old}\n")
    edited = tuple(Edited(str(folder / old), f"old {old}\n", f"new {old}\n") for old in ("a", "b"))
    return Change(edited, (Created(str(folder / "n"), b"n"), Created(str(folder / "keys" / "deep" / "k"), b"secret", 0o600, True)))


def test_all(tmp_path: Path) -> None:
    told = Told()
    assert carry_out(change_of(tmp_path), told, name)
    assert told == []
    assert (tmp_path / "a").read_text() == "new a\n" and (tmp_path / "n").read_bytes() == b"n"
    assert (tmp_path / "keys/deep/k").stat().st_mode & 0o777 == 0o600 and (tmp_path / "keys/deep").stat().st_mode & 0o777 == 0o700
    assert sorted(p.name for p in tmp_path.rglob("*") if p.name.startswith(".")) == []


@pytest.mark.parametrize("mark", (b"\xff\xfe", b"\xfe\xff"))
def test_a_file_stays_in_its_encoding(tmp_path: Path, mark: bytes) -> None:
    """DM reads YAML in UTF-16, too."""
    codec = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
    file = tmp_path / "a.yaml"
    file.write_bytes(mark + "old 一\n".encode(codec))
    blocked = Change((Edited(str(file), "old 一\n", "new 二\n"), Edited(str(tmp_path / "absent"), "a", "b")))
    told = Told()
    assert not carry_out(blocked, told, name) and file.read_bytes() == mark + "old 一\n".encode(codec) and "change.taken-back" in told.messages
    assert carry_out(blocked._replace(edited=blocked.edited[:1]), Told(), name)
    assert file.read_bytes() == mark + "new 二\n".encode(codec)


def test_the_same_new_file_again_is_no_fault(tmp_path: Path) -> None:
    change = Change(created=(Created(str(tmp_path / "n"), b"n"),))
    assert carry_out(change, Told(), name) and carry_out(change, Told(), name)


@pytest.mark.parametrize("blocked", ("n", "keys/deep/k", "keys"))
def test_nothing_is_overwritten(tmp_path: Path, blocked: str) -> None:
    change = change_of(tmp_path)
    (tmp_path / blocked).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / blocked).write_text("mine")
    told = Told()
    assert not carry_out(change, told, name)
    assert (tmp_path / blocked).read_text() == "mine"
    assert (tmp_path / "a").read_text() == "old a\n" and (blocked == "n" or not (tmp_path / "n").exists())
    assert told.messages[0] == ("change.not-written" if blocked == "keys" else "change.exists")


@pytest.mark.parametrize("target", ("gone", "there"))
def test_a_link_in_the_place_of_a_new_file(tmp_path: Path, target: str) -> None:
    (tmp_path / "there").write_text("mine")
    (tmp_path / "n").symlink_to(tmp_path / target)
    assert not carry_out(Change(created=(Created(str(tmp_path / "n"), b"n"),)), Told(), name)
    assert (tmp_path / "there").read_text() == "mine" and not (tmp_path / "gone").exists()


def test_a_file_that_changed_meanwhile_takes_all_back(tmp_path: Path) -> None:
    change = change_of(tmp_path)
    (tmp_path / "b").write_text("somebody else\n")
    told = Told()
    assert not carry_out(change, told, name)
    assert told == [
        ("change.changed", {"path": "b"}),
        ("change.taken-back", {"path": "a"}),
        ("change.taken-back", {"path": "k"}),
        ("change.taken-back", {"path": "n"}),
    ]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"] and (tmp_path / "a").read_text() == "old a\n"


def test_what_cannot_be_taken_back_is_told_with_the_way_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change = change_of(tmp_path)
    real = os.replace
    moved: list[str] = []

    def replace(source: Any, target: Any) -> None:
        # The disk fails after the first file: neither the second nor the way back can be written in place.
        moved.append(str(target))
        if len(moved) > 1:
            raise OSError(errno.EIO, "Input/output error")
        real(source, target)

    monkeypatch.setattr(disk.os, "replace", replace)
    told = Told()
    assert not carry_out(change, told, name)
    messages = dict(told)
    assert told.messages[:2] == ["change.not-written", "change.not-taken-back"]
    command = str(messages["change.not-taken-back"]["command"])
    assert command == f"mv {tmp_path}/a.before-dmls {tmp_path}/a" and (tmp_path / "a.before-dmls").read_text() == "old a\n"
    monkeypatch.undo()
    os.system(command)
    assert (tmp_path / "a").read_text() == "old a\n"


def test_a_file_that_was_written_again_is_told_to_be_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change = change_of(tmp_path)
    (tmp_path / "b").write_text("somebody else\n")
    (tmp_path / "a.before-dmls").write_text("in the way")
    monkeypatch.setattr("dmls.writing.write_atomic", lambda path, new, old: disk.NotWritten("no"))
    told = Told()
    assert not carry_out(change, told, name)
    assert ("change.lost-old", {"path": "a"}) in told


def test_the_way_back_has_the_encoding_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.yaml"
    before = b"\xff\xfe" + "old 一\n".encode("utf-16-le")
    file.write_bytes(before)
    monkeypatch.setattr("dmls.writing.write_atomic", lambda path, new, old: disk.NotWritten("no"))
    told = Told()
    assert not carry_out(Change((Edited(str(file), "old 一\n", "new 二\n"), Edited(str(tmp_path / "absent"), "a", "b"))), told, name)
    assert "change.not-taken-back" in told.messages and (tmp_path / "a.yaml.before-dmls").read_bytes() == before


def test_an_interruption_takes_all_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change = change_of(tmp_path)
    real = disk.write_text

    def write(path: str, new: str, old: str) -> Any:
        if path.endswith("b") and new.startswith("new"):
            raise KeyboardInterrupt
        return real(path, new, old)

    monkeypatch.setattr("dmls.writing.write_text", write)
    told = Told()
    with pytest.raises(KeyboardInterrupt):
        carry_out(change, told, name)
    assert told.messages[0] == "change.interrupted" and sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]
    assert (tmp_path / "a").read_text() == "old a\n"
