"""`disk`: nothing raises or blocks, walks follow `.gitignore` as git does, writing is all or nothing."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
from pathlib import Path
from shutil import which

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from dmls import disk
from dmls.disk import Changed, Found, NotWritten, RealDisk, Refused, Written, config_files, write_atomic
from dmls.files import Content, Directory, Missing, NotRegular, TooLarge, Unreadable

posix = pytest.mark.skipif(os.name != "posix", reason="POSIX files")
not_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")


def read(path: Path, limit: int = 1000) -> object:
    return RealDisk().read(str(path), limit)


# --- reading ---


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x\0y")
    path.chmod(0o640)
    assert read(path) == Content(b"x\0y", 0o640 if os.name == "posix" else stat.S_IMODE(path.stat().st_mode))
    assert RealDisk().stat(str(path)) == Content(b"", stat.S_IMODE(path.stat().st_mode))
    assert RealDisk().list(str(path)) == RealDisk().stat(str(path))


def test_the_limit_is_the_last_size_that_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 10)
    assert read(path, 10) == Content(b"x" * 10, stat.S_IMODE(path.stat().st_mode))
    assert read(path, 9) == TooLarge(10, 9)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    assert read(path) == TooLarge(1 << 40, 1000)


def test_absence_and_folders(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"")
    assert read(tmp_path / "no") == Missing()
    assert read(tmp_path / "f" / "below-a-file") == Missing()
    assert read(tmp_path) == Directory()
    assert RealDisk().list(str(tmp_path)) == Directory(("f",))
    assert RealDisk().list(str(tmp_path / "no")) == Missing()


@pytest.mark.parametrize("path", ["a\0b", "\ud800"])
def test_a_path_that_no_system_can_hold(path: str) -> None:
    for ask in (RealDisk().list, RealDisk().stat, lambda p: RealDisk().read(p, 1)):
        assert ask(path) == Missing()


@posix
def test_a_path_that_is_too_long() -> None:
    assert isinstance(RealDisk().read("/" + "a" * 5000, 1), Unreadable)


@posix
def test_what_could_block_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert read(tmp_path / "fifo") == NotRegular("FIFO")
    assert read(Path("/dev/zero")) == NotRegular("device")
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(tmp_path)
        server.bind("socket")
        assert read(tmp_path / "socket") == NotRegular("socket")


@posix
def test_a_fifo_that_takes_the_place_of_a_file_does_not_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x")
    regular = os.stat(path)
    path.unlink()
    os.mkfifo(path)
    monkeypatch.setattr(disk.os, "stat", lambda _: regular)
    assert read(path) == NotRegular("FIFO")


@posix
def test_a_ring_of_links(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert isinstance(read(tmp_path / "a"), Unreadable)


@posix
@not_root
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x")
    path.chmod(0)
    assert read(path) == Unreadable("Permission denied")


# --- reading what changes meanwhile ---


class Writer:
    """Somebody who writes into the file at `path` just before it is read for the n-th time, as `what[n]` says."""

    def __init__(self, path: Path, what: dict[int, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
        self.reads = 0
        real = os.read

        def read(fd: int, size: int) -> bytes:
            self.reads += 1
            if self.reads in what:
                # In place, as careless people do, with a time of change that differs however fast this runs.
                path.write_bytes(what[self.reads])
                os.utime(path, ns=(self.reads, self.reads))
            return real(fd, size)

        monkeypatch.setattr(disk.os, "read", read)


OLD, NEW = b"a" * 10, b"b" * 20


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ({1: NEW}, NEW),
        ({1: b"short"}, b"short"),
        ({1: b""}, b""),
        ({2: NEW}, NEW),
        ({2: b"", 3: OLD}, OLD),
        ({1: b"", 2: NEW, 4: NEW}, NEW),
    ],
    ids=["grows", "shrinks", "emptied", "grows-at-the-end", "emptied-then-written", "twice"],
)
def test_a_file_that_changes_while_it_is_read_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: dict[int, bytes], expected: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(OLD)
    monkeypatch.setattr(disk, "_BLOCK", 8)
    Writer(path, what, monkeypatch)
    found = read(path)
    assert isinstance(found, Content) and found.data == expected


def test_no_piece_of_the_old_stands_beside_a_piece_of_the_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"a" * 10)
    monkeypatch.setattr(disk, "_BLOCK", 4)
    Writer(path, {2: b"b" * 10}, monkeypatch)
    assert read(path) == Content(b"b" * 10, stat.S_IMODE(path.stat().st_mode))


def test_a_file_that_outgrows_the_limit_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(OLD)
    Writer(path, {1: b"c" * 5000}, monkeypatch)
    assert read(path) == TooLarge(5000, 1000)


def test_a_file_that_never_rests_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(OLD)
    writer = Writer(path, {n: b"%d" % (n % 10) * 10 for n in range(1, 100)}, monkeypatch)
    assert isinstance(read(path), Content)
    assert writer.reads == 2 * disk._TRIES


def test_a_file_that_goes_while_it_is_read_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(OLD)
    real = os.read

    def read_and_lose(fd: int, size: int) -> bytes:
        data = real(fd, size)
        path.unlink(missing_ok=True)
        return data

    if os.name == "posix":
        monkeypatch.setattr(disk.os, "read", read_and_lose)
        found = read(path)
        assert isinstance(found, Content) and found.data == OLD


def test_a_file_that_goes_between_two_looks_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(OLD)
    real = os.open

    def late(name: str, flags: int) -> int:
        path.unlink()
        return real(name, flags)

    monkeypatch.setattr(disk.os, "open", late)
    assert read(path) == Missing()


@posix
def test_a_disk_that_fails_in_the_middle_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(OLD)

    def fail(fd: int, size: int) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(disk.os, "read", fail)
    assert read(path) == Unreadable("Input/output error")


# --- walking ---


def tree(root: Path, *paths: str, **contents: str) -> None:
    for path in paths:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("")
    for path, content in contents.items():
        (root / path).write_text(content)


def names(*paths: Path | str) -> list[str]:
    return [item.given for item in config_files(str(p) for p in paths)]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_folder_means_its_candidates_in_order(here: Path) -> None:
    tree(here, "b.yml", "a/z.toml", "a/b/c.yaml", "c.json", ".hidden.toml", ".git/x.toml", "node_modules/x.yaml", ".dmls.toml", "a.toml")
    assert names(".") == [".dmls.toml", "a/b/c.yaml", "a/z.toml", "a.toml", "b.yml"]
    assert names("a") == ["a/b/c.yaml", "a/z.toml"]
    assert names("./a/") == ["./a/b/c.yaml", "./a/z.toml"]
    assert names("a/../a") == ["a/../a/b/c.yaml", "a/../a/z.toml"]


def test_what_is_named_is_meant(here: Path) -> None:
    tree(here, ".h/a.toml", "x.json", "node_modules/n.yaml", **{".gitignore": "*\n"})
    tree(here, ".git/HEAD")
    assert names(".h/a.toml", "x.json", "node_modules/n.yaml") == [".h/a.toml", "x.json", "node_modules/n.yaml"]
    assert names(".") == []


def test_a_file_is_found_once(here: Path) -> None:
    tree(here, "a/b.toml")
    assert names("a/b.toml", "a", ".", str(here)) == ["a/b.toml"]


def test_what_is_not_there_is_said(here: Path) -> None:
    tree(here, "a.toml")
    assert list(config_files(["no", "a.toml"])) == [
        Refused(disk.absolute("no"), "no", Missing(), True),
        Found(disk.absolute("a.toml"), "a.toml", True),
    ]


@posix
def test_links_to_folders_are_not_followed_and_rings_end(here: Path) -> None:
    tree(here, "real/a.toml")
    (here / "real/ring").symlink_to("..")
    (here / "link").symlink_to("real")
    (here / "b.toml").symlink_to("real/a.toml")
    (here / "broken.toml").symlink_to("nowhere")
    assert names(".") == ["b.toml", "real/a.toml"]
    assert names("link") == ["link/a.toml"]


@posix
def test_a_fifo_in_a_folder_is_no_file(here: Path) -> None:
    os.mkfifo(here / "a.toml")
    assert names(".") == []
    assert list(config_files(["a.toml"])) == [Refused(disk.absolute("a.toml"), "a.toml", NotRegular("FIFO"), True)]


def test_a_folder_named_like_a_file_is_a_folder(here: Path) -> None:
    tree(here, "x.yaml/a.toml")
    assert names(".") == ["x.yaml/a.toml"]


@posix
@not_root
def test_a_folder_without_permission_does_not_end_the_walk(here: Path) -> None:
    tree(here, "a/x.toml", "b/x.toml", "c/x.toml")
    (here / "b").chmod(0)
    try:
        assert [(i.given, type(i).__name__) for i in config_files(["."])] == [("a/x.toml", "Found"), ("b/", "Refused"), ("c/x.toml", "Found")]
    finally:
        (here / "b").chmod(0o700)


def test_a_folder_that_cannot_be_listed_does_not_end_the_walk(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(here, "a/x.toml", "b/x.toml", "c/x.toml")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("/b"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(disk.os, "scandir", refuse)
    found = list(config_files(["."]))
    assert [i.given for i in found] == ["a/x.toml", "b/", "c/x.toml"]
    assert found[1] == Refused(disk.absolute("b"), "b/", Unreadable("Permission denied"), False)


def test_outside_of_a_repository_only_the_files_below_count(here: Path) -> None:
    tree(here, "a/x.toml", **{".gitignore": "*.toml"})
    assert names("a") == ["a/x.toml"]
    tree(here, ".git/HEAD")
    assert names("a") == []


IGNORES = [
    "*.toml\n!keep.toml\n",
    "/a.toml\n",
    "sub/\n",
    "sub\n!sub/b.toml\n",
    "sub/*\n!sub/b.toml\n",
    "**/deep/\n",
    "sub/**/c.yaml\n",
    "a.toml  \n\\#x.toml\n# a comment\nkeep.tom[lx]\n",
    "sub/deep/*.yaml\n",
    "*\n!*/\n!*.yaml\n",
    "[!a]*.toml\r\n",
    "\\!x.toml\nspace\\ \n",
    "//\n/\n",
    "*a*o*l\n",
    "a.toml\\ \n",
    "foo[\n[ab]*.toml\nb.yam[!k]\n",
]
PATHS = ["a.toml", "b.yaml", "keep.toml", "#x.toml", "!x.toml", "sub/a.toml", "sub/b.toml", "sub/deep/c.yaml", "sub/deep/er/c.yaml", "deep/a.toml"]


@pytest.mark.skipif(which("git") is None, reason="git is the oracle")
@pytest.mark.parametrize("ignore", IGNORES)
@pytest.mark.parametrize("nested", ["!a.toml\n", "*.toml\n/deep\n"])
def test_git_agrees(here: Path, ignore: str, nested: str) -> None:
    tree(here, *PATHS)
    (here / ".gitignore").write_text(ignore, newline="")
    (here / "sub/.gitignore").write_text(nested)
    subprocess.run(["git", "init", "-q", "."], check=True, capture_output=True)
    (here / ".git/info").mkdir(exist_ok=True)
    (here / ".git/info/exclude").write_text("b.yaml\n")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "XDG_CONFIG_HOME": str(here)},
    )
    expected = sorted(p for p in listed.stdout.split("\0") if p in PATHS)
    assert sorted(names(".")) == expected
    if ignore not in ("sub/\n", "sub\n!sub/b.toml\n"):
        # A folder that is named is looked into even where it is ignored.
        assert sorted(names("sub")) == [p for p in expected if p.startswith("sub/")]


@budget(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.binary(max_size=60))
def test_any_ignore_file_is_read(here: Path, data: bytes) -> None:
    tree(here, "a.toml")
    (here / ".gitignore").write_bytes(data)
    names(".")


def test_the_nearest_settings_file(here: Path) -> None:
    tree(here, "a/.dmls.toml", "a/b/c/x.toml", "d/x.toml")
    known: dict[str, str | None] = {}
    a = disk.absolute("a")
    assert disk.nearest_settings(a + "/b/c", known) == a + "/.dmls.toml"
    assert known[a + "/b"] == a + "/.dmls.toml"
    (here / "a/.dmls.toml").unlink()
    assert disk.nearest_settings(a + "/b", known) == a + "/.dmls.toml"


# --- writing ---


def test_a_new_content(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(0o600)
    assert write_atomic(str(path), b"new", b"old") == Written()
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 or os.name != "posix"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("now", [b"older", b"ol", b"OLD", b""])
def test_a_file_that_changed_is_left_alone(tmp_path: Path, now: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(now)
    assert write_atomic(str(path), b"new", b"old") == Changed()
    assert path.read_bytes() == now
    assert write_atomic(str(tmp_path / "no"), b"new", b"old") == Changed()


def test_a_file_that_changes_meanwhile_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    sync = os.fsync

    def slow_sync(fd: int) -> None:
        path.write_bytes(b"saved by an editor")
        sync(fd)

    monkeypatch.setattr(disk.os, "fsync", slow_sync)
    assert write_atomic(str(path), b"new", b"old") == Changed()
    assert path.read_bytes() == b"saved by an editor"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


@posix
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    target = tmp_path / "f" / "a"
    target.write_bytes(b"old")
    (tmp_path / "link").symlink_to("f/a")
    assert write_atomic(str(tmp_path / "link"), b"new", b"old") == Written()
    assert (tmp_path / "link").is_symlink()
    assert target.read_bytes() == b"new"


def test_a_full_disk_leaves_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def full(fd: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk.os, "write", full)
    assert write_atomic(str(path), b"new", b"old") == NotWritten("No space left on device")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
