"""No byte of a private key and no password reaches any output, log, cache or crash report."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

from dmls.commands.table import FORMATS
from dmls.settings import KINDS
from support.canary import PASSWORD, Canary, Secrets, bent, flat, pasted
from support.raw_client import PATIENCE, TESTS, RawClient, at, environment

SCRIPT = str(TESTS / "support" / "faulty.py")
FAULTY = [sys.executable, SCRIPT]
CAN = {
    "workspace": {"workspaceEdit": {"documentChanges": True}, "applyEdit": True, "configuration": False},
    "window": {"showDocument": {"support": True}, "workDoneProgress": True},
    "textDocument": {
        "hover": {"contentFormat": ["markdown"]},
        "completion": {"completionItem": {"documentationFormat": ["markdown"], "snippetSupport": True}},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "publishDiagnostics": {"relatedInformation": True, "codeDescriptionSupport": True, "dataSupport": True},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}, "disabledSupport": True},
    },
}
WHOLE = {"start": at(0, 0), "end": at(999, 0)}


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    return Secrets(tmp_path)


class World:
    """An environment in which all that is written lies below one folder, and is noted."""

    def __init__(self, folder: Path, faults: str = "") -> None:
        self.folder = folder
        for name in ("home", "cache", "tmp", "state"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.audit = folder / "audit"
        self.env = {
            **environment(),
            "HOME": str(folder / "home"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "XDG_STATE_HOME": str(folder / "state"),
            "XDG_CONFIG_HOME": str(folder / "home"),
            "TMPDIR": str(folder / "tmp"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "DMLS_AUDIT": str(self.audit),
            "DMLS_FAULTS": faults,
        }

    def written(self) -> set[Path]:
        """Every file that was opened for writing, and every file below the folder, but for the note of them."""
        noted = {Path(line) for line in self.audit.read_text().splitlines()} if self.audit.exists() else set()
        return {path for path in (*noted, *self.folder.rglob("*")) if path.is_file() and path != self.audit and path != Path(os.devnull)}

    def check(self, canary: Canary) -> None:
        for path in self.written():
            assert not canary.found(path.read_bytes()), path


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "world")


def serve(world: World, *flags: str) -> RawClient:
    return RawClient([*FAULTY, "serve"], "--stdio", "--log-level", "debug", *flags, env=world.env)


@pytest.fixture
def begin(world: World) -> Iterator[Callable[..., RawClient]]:
    clients: list[RawClient] = []

    def start(*flags: str, faults: str = "") -> RawClient:
        world.env["DMLS_FAULTS"] = faults
        clients.append(serve(world, *flags))
        return clients[-1]

    yield start
    for client in clients:
        client.close()


def edits_apart(message: dict[str, Any]) -> dict[str, Any]:
    """A message without the edits that the client asked for: to move a text within the client's own document is to repeat it."""

    def cut(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: cut(v) for k, v in value.items() if k not in ("edit", "changes", "documentChanges")}
        return [cut(v) for v in value] if isinstance(value, list) else value

    return cut(message)


def everything(client: RawClient, secrets: Secrets, uris: list[str]) -> None:
    """Ask each question of the protocol at every line."""
    for uri in uris:
        here = {"textDocument": {"uri": uri}}
        lines = Path(uri.removeprefix("file://")).read_text().split("\n")
        for method in ("documentSymbol", "foldingRange", "documentLink", "codeLens"):
            client.ask(f"textDocument/{method}", here)
        client.ask("textDocument/inlayHint", {**here, "range": WHOLE})
        for form in FORMATS:
            client.ask("workspace/executeCommand", {"command": "dmls.effective", "arguments": [{"uri": uri, "format": form}]})
        client.ask("textDocument/codeAction", {**here, "range": WHOLE, "context": {"diagnostics": []}})
        for number, line in enumerate(lines[:40]):
            for column in {1, len(line) // 2, max(0, len(line) - 1), len(line)}:
                for method in ("hover", "completion", "definition"):
                    client.ask(f"textDocument/{method}", {**here, "position": at(number, column)})
            where = {"start": at(number, 0), "end": at(number, len(line))}
            client.ask("textDocument/codeAction", {**here, "range": where, "context": {"diagnostics": []}})
        client.notify("textDocument/didSave", here)


def session(client: RawClient, secrets: Secrets) -> None:
    """Open all files with secrets in them, type in them, ask everything, and shut down."""
    client.initialize(CAN, workspaceFolders=[{"uri": secrets.folder.as_uri(), "name": "work"}])
    # Some keys are open in the editor, others are read from the disk.
    uris = [secrets.uri(name) for name in secrets.texts] + [(secrets.place.tls / name).as_uri() for name in ("master.key", "inline.key", "ca.pem")]
    for uri in uris:
        client.open(uri, Path(uri.removeprefix("file://")).read_text())
    everything(client, secrets, uris)
    for version, uri in enumerate(uris, 2):
        # Half a line of each, and a password that ends nowhere.
        client.change(uri, version, {"range": {"start": at(2, 9), "end": at(3, 0)}, "text": f'\npassword = "{PASSWORD}\n'})
    client.ask("textDocument/hover", {"textDocument": {"uri": uris[0]}, "position": at(3, 3)})
    # What no message should look like, but for the secrets in it.
    client.send({"jsonrpc": "2.0", "id": 7001, "method": "textDocument/hover", "params": {"textDocument": PASSWORD, "key": secrets.base64}})
    client.answer(7001)
    client.send({"jsonrpc": "2.0", "id": 7002, "method": "workspace/executeCommand", "params": {"command": "dmls.show", "arguments": [PASSWORD, secrets.text, 3]}})
    client.answer(7002)
    client.send({"jsonrpc": "2.0", "method": "workspace/didChangeConfiguration", "params": {"settings": {"dmls": {"language": PASSWORD, "tls": {"files": secrets.base64}}}}})
    client.bytes(RawClient.framed(f'{{"jsonrpc": "2.0", "id": 7003, "method": "{secrets.base64}'.encode()))
    client.answer(None)
    assert client.exit() == 0


def check_client(client: RawClient, canary: Canary) -> None:
    for message in client.seen:
        assert not canary.found(flat(edits_apart(message))), message
    assert not canary.found(client.stderr)


def test_a_canary_is_found(secrets: Secrets) -> None:
    """The search itself, in each form that a leak could have."""
    key = secrets.text.splitlines()[2][5:30]
    for said in (f"x{PASSWORD}", f"x{key}y", secrets.base64[150:190], secrets.bytes[500:560], PASSWORD.encode().hex(), repr(secrets.text.encode())):
        assert secrets.canary.found(said), said
    assert not secrets.canary.found((secrets.folder / "tls" / "ca.pem").read_bytes())


def test_a_server_that_works(begin: Callable[..., RawClient], secrets: Secrets, world: World) -> None:
    client = begin()
    session(client, secrets)
    check_client(client, secrets.canary)
    world.check(secrets.canary)
    assert b"Traceback" not in client.stderr


def test_a_log_file(begin: Callable[..., RawClient], secrets: Secrets, world: World) -> None:
    log = world.folder / "state" / "dmls.log"
    client = begin("--log-file", str(log), faults="answers,rules,loop")
    session(client, secrets)
    check_client(client, secrets.canary)
    assert "Traceback" in log.read_text()
    assert log in world.written()
    world.check(secrets.canary)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("answers", "textDocument/hover failed"),
        ("findings", "diagnostics failed"),
        ("rules", "failed on"),
        ("disk", "failed"),
        ("loop", "a callback failed"),
        ("messages", "handling a message failed"),
    ],
)
def test_a_server_with_faults(begin: Callable[..., RawClient], secrets: Secrets, world: World, fault: str, told: str) -> None:
    client = begin(faults=fault)
    session(client, secrets)
    check_client(client, secrets.canary)
    world.check(secrets.canary)
    log = client.stderr.decode()
    # It is a log that helps nevertheless: what failed, where, and of what type the fault is.
    assert told in log and "faulty.py" in log and "Boom" in log


# --- the command line ---


def dmls(world: World, *arguments: str, stdin: bytes = b"", status: tuple[int, ...] = (0, 1)) -> bytes:
    done = subprocess.run([*FAULTY, *arguments], env=world.env, capture_output=True, input=stdin, timeout=6 * PATIENCE, check=False)
    assert done.returncode in status, done.stderr.decode()[-2000:]
    return done.stdout + done.stderr


def wrong_files(secrets: Secrets) -> None:
    """A folder full of configurations with a fault beside each secret."""
    marks = (PASSWORD, secrets.base64[:40], secrets.bytes[:40])
    files = [(name, text) for name, whole in secrets.texts.items() for text in bent(whole, lambda line: any(mark in line for mark in marks))]
    for number, (name, text) in enumerate([*files, *pasted(secrets)]):
        folder = secrets.folder / "wrong" / str(number)
        folder.mkdir(parents=True)
        (folder / name).write_text(text)


@pytest.mark.parametrize(("form", "language"), [*product(FORMATS, ("en", "zh"))])
def test_check(secrets: Secrets, world: World, form: str, language: str) -> None:
    wrong_files(secrets)
    said = dmls(world, "check", "--format", form, "--lang", language, "--no-progress", str(secrets.folder))
    assert len(said) > 10_000
    for line in said.splitlines():
        assert not secrets.canary.found(line), line
    world.check(secrets.canary)


def test_show(secrets: Secrets, world: World) -> None:
    """Each file with secrets, whole and with a fault beside each; in one process, since there are many."""
    wrong_files(secrets)
    files = sorted(str(path) for path in secrets.folder.rglob("*") if path.suffix in (".yaml", ".toml"))
    code = (
        "import sys\n"
        "from dmls.cli.main import main as run\n"
        "for path in sys.argv[1:]:\n"
        "    for form in ('text', 'json'):\n"
        '        sys.stdout.write(f\'status {run(["show", "--format", form, path])}\\n\')\n'
    )
    done = subprocess.run([sys.executable, "-c", code, *files], env=world.env, capture_output=True, timeout=6 * PATIENCE, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert done.stdout.count(b"status 0") > len(secrets.texts)
    for line in (done.stdout + done.stderr).splitlines():
        assert not secrets.canary.found(line), line
    world.check(secrets.canary)


def test_check_of_each_file_and_of_standard_input(secrets: Secrets, world: World) -> None:
    names = [str(secrets.folder / name) for name in secrets.texts] + [str(path) for path in secrets.place.tls.iterdir()]
    said = [dmls(world, "check", "--format", form, "--dm-version", "6.0.0", "--dm-version", "8.5.0", *names) for form in FORMATS]
    said += [dmls(world, "check", "--kind", kind, *names) for kind in KINDS]
    for path in names:
        said.append(dmls(world, "check", "--kind", "task", "-", stdin=Path(path).read_bytes()))
    assert not secrets.canary.found(b"\n".join(said))


def test_repairs(secrets: Secrets, world: World) -> None:
    """Differences show lines around secrets; what is written instead of a file holds the same secrets as it did, and nothing else is left."""
    wrong_files(secrets)
    before = {path for path in secrets.folder.rglob("*") if path.is_file()}
    for arguments in (("--diff", "--unsafe-fixes"), ("--diff", "--format", "json"), ("--fix",)):
        assert not secrets.canary.found(dmls(world, "check", *arguments, str(secrets.folder / "wrong"))), arguments
    assert {path for path in secrets.folder.rglob("*") if path.is_file()} == before
    for path in world.written() - before:
        assert not path.exists() or not secrets.canary.found(path.read_bytes()), path


def test_check_in_several_processes(secrets: Secrets, world: World) -> None:
    wrong_files(secrets)
    assert not secrets.canary.found(dmls(world, "check", "--jobs", "2", str(secrets.folder / "wrong")))
    world.check(secrets.canary)


@pytest.mark.parametrize("form", ["text", "json"])
def test_certificates(secrets: Secrets, world: World, form: str) -> None:
    tls = secrets.place.tls
    files = [str(path) for path in sorted(tls.iterdir())]
    said = [
        dmls(world, "certs", "inspect", "--format", form, *files),
        *(dmls(world, "certs", "inspect", "--format", form, "--role", role, *files) for role in ("ca", "cert", "key")),
        *(dmls(world, "certs", "inspect", "--format", form, "--key", path, str(tls / "master.pem")) for path in files if path.endswith(".key")),
        *(dmls(world, "certs", "verify", "--format", form, "--roots", str(tls / "both.pem"), "--chain", path) for path in files),
        dmls(world, "certs", "list", "--format", form, str(secrets.folder)),
    ]
    assert not secrets.canary.found(b"\n".join(said))
    world.check(secrets.canary)


@pytest.mark.parametrize(
    ("fault", "arguments", "status"),
    [
        ("findings", ("check",), 2),
        ("findings", ("check", "--format", "json"), 2),
        ("rules", ("check",), 1),
        ("rules", ("check", "--jobs", "2"), 1),
        ("disk", ("check",), 2),
        ("disk", ("certs", "list"), 2),
        ("disk", ("certs", "inspect"), 2),
    ],
)
def test_a_command_line_with_faults(secrets: Secrets, world: World, fault: str, arguments: tuple[str, ...], status: int) -> None:
    world.env["DMLS_FAULTS"] = fault
    path = secrets.place.tls / "master.key" if "inspect" in arguments else secrets.folder
    said = dmls(world, *arguments, str(path), status=(status,))
    assert b"Traceback" in said and b"Boom" in said and b"faulty.py" in said
    assert not secrets.canary.found(said)
    world.check(secrets.canary)


def test_python_crashes_without_telling(secrets: Secrets, world: World) -> None:
    """Without a script that a traceback could quote: the text of the exception is all that could tell."""
    code = (
        "import sys\n"
        "from dmls.workspace import Workspace\n"
        "def snapshot(self):\n"
        "    text = self._text(self.paths[0])\n"
        "    {}[text]\n"
        "Workspace.snapshot = snapshot\n"
        "from dmls.__main__ import main\n"
        "sys.exit(main())\n"
    )
    for path in (secrets.folder / "dm-task.yaml", secrets.folder / "dm-source.yaml"):
        done = subprocess.run([sys.executable, "-c", code, "check", str(path)], env=world.env, capture_output=True, timeout=PATIENCE, check=False)
        said = done.stdout + done.stderr
        assert done.returncode == 2 and b"KeyError" in said and b"line 5, in snapshot" in said
        assert not secrets.canary.found(said)
