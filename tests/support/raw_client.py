"""A client that speaks bytes: for what a well-behaved client library would never send."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Callable

TESTS = Path(__file__).parent.parent
FAKE = [sys.executable, str(TESTS / "support" / "fake_core.py"), "serve"]
REAL = [sys.executable, "-m", "dmls", "serve"]
PATIENCE = 20.0
"""Seconds after which a message that does not come is a failure."""


def environment() -> dict[str, str]:
    server = str(TESTS.parent / "server")
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (server, os.environ.get("PYTHONPATH"))))}


class RawClient:
    """One server process.  Everything it sends lands in `inbox`; requests of the server are answered by `answers`."""

    def __init__(self, command: list[str] = FAKE, *flags: str, env: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen([*command, *flags], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env or environment())
        self.inbox: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.seen: list[dict[str, Any]] = []
        self.answers: dict[str, Callable[[Any], Any]] = {}
        self.stderr = b""
        self._number = 0
        self._lock = threading.Lock()
        self._log = threading.Condition()
        self._readers = [threading.Thread(target=f, daemon=True) for f in (self._read, self._read_stderr)]
        for reader in self._readers:
            reader.start()

    # --- sending ---

    def bytes(self, data: bytes) -> None:
        assert self.process.stdin is not None
        with self._lock:
            self.process.stdin.write(data)
            self.process.stdin.flush()

    @staticmethod
    def framed(message: Any) -> bytes:
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        return b"Content-Length: %d\r\n\r\n" % len(body) + body

    def send(self, *messages: Any) -> None:
        """All `messages` in one write, so that the server finds them together."""
        self.bytes(b"".join(map(self.framed, messages)))

    def notify(self, method: str, params: Any = None) -> None:
        self.send(self.notification(method, params))

    @staticmethod
    def notification(method: str, params: Any = None) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "method": method, "params": params}

    def new_request(self, method: str, params: Any = None) -> dict[str, Any]:
        self._number += 1
        return {"jsonrpc": "2.0", "id": self._number, "method": method, "params": params}

    def ask(self, method: str, params: Any = None) -> dict[str, Any]:
        """The whole answer to a request."""
        request = self.new_request(method, params)
        self.send(request)
        return self.answer(request["id"])

    # --- receiving ---

    def wait(self, wanted: Callable[[dict[str, Any]], bool], what: str = "a message") -> dict[str, Any]:
        while True:
            try:
                message = self.inbox.get(timeout=PATIENCE)
            except queue.Empty:
                raise AssertionError(f"{what} did not come; stderr: {self.stderr.decode(errors='replace')}") from None
            if message is None:
                raise AssertionError(f"the server ended before {what}; stderr: {self.stderr.decode(errors='replace')}")
            self.seen.append(message)
            if wanted(message):
                return message

    def answer(self, msg_id: Any) -> dict[str, Any]:
        return self.wait(lambda m: "method" not in m and m.get("id") == msg_id, f"the answer to {msg_id}")

    def notified(self, method: str, **where: Any) -> Any:
        """The parameters of the next notification or request `method` that has these parameters."""
        return self.wait(lambda m: m.get("method") == method and all(m["params"].get(k) == v for k, v in where.items()), method).get("params")

    def _read(self) -> None:
        assert self.process.stdout is not None
        stream = self.process.stdout
        while True:
            header = stream.readline()
            if not header:
                self.inbox.put(None)
                return
            name, _, length = header.partition(b":")
            assert name == b"Content-Length", header
            assert stream.readline() == b"\r\n"
            message = json.loads(stream.read(int(length)).decode("utf-8"))
            if "method" in message and "id" in message:
                answer = self.answers.get(message["method"])
                reply: dict[str, Any] = {"jsonrpc": "2.0", "id": message["id"]}
                if answer is None:
                    reply["error"] = {"code": -32601, "message": "no"}
                else:
                    reply["result"] = answer(message.get("params"))
                try:
                    self.send(reply)
                except (OSError, ValueError):
                    pass
            self.inbox.put(message)

    def _read_stderr(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._log:
                self.stderr += line
                self._log.notify_all()

    def logged(self, text: str) -> str:
        """The first line on standard error that holds `text`, once it is there."""

        def line() -> str | None:
            return next((found for found in self.stderr.decode(errors="replace").splitlines() if text in found), None)

        with self._log:
            assert self._log.wait_for(lambda: line() is not None, PATIENCE), self.stderr
            return line() or ""

    # --- life ---

    def initialize(self, capabilities: Any = None, **more: Any) -> dict[str, Any]:
        answer = self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities or {}, **more})
        self.notify("initialized", {})
        return answer["result"]

    def open(self, uri: str, text: str, version: int = 1) -> None:
        self.notify(
            "textDocument/didOpen",
            {"textDocument": {"uri": uri, "languageId": "plaintext", "version": version, "text": text}},
        )

    def change(self, uri: str, version: int, *changes: Any) -> None:
        self.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": list(changes)})

    def diagnostics(self, uri: str, version: int | None = None) -> list[dict[str, Any]]:
        """What is pushed for `uri`, for `version` where one is given."""
        where = {"uri": uri} if version is None else {"uri": uri, "version": version}
        return self.notified("textDocument/publishDiagnostics", **where)["diagnostics"]

    def exit(self) -> int:
        """Shut down in good order; the exit code."""
        if self.process.poll() is None:
            self.ask("shutdown")
            self.notify("exit")
        return self.ended()

    def ended(self) -> int:
        code = self.process.wait(PATIENCE)
        for reader in self._readers:
            reader.join(PATIENCE)
        return code

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            try:
                stream.close()
            except OSError:
                pass


def at(line: int, character: int) -> dict[str, int]:
    return {"line": line, "character": character}


def edit(start: tuple[int, int], end: tuple[int, int], text: str) -> dict[str, Any]:
    return {"range": {"start": at(*start), "end": at(*end)}, "text": text}
