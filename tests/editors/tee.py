"""Stands between an editor and its language server and writes down what they say.

`python tee.py RECORD COMMAND…` starts COMMAND and hands bytes through in both directions.  RECORD grows by one JSON line a message,
``{"from": "client", "at": SECONDS, "message": …}``, in the order of their passing; tests add lines of their own (``{"from": "test", …}``).  What the
server says on standard error goes to RECORD.stderr.  Only the standard library, so that it starts quickly.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import BinaryIO


class Record:
    """A file that several processes append whole lines to."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def add(self, whose: str, body: bytes) -> None:
        line = json.dumps({"from": whose, "at": time.monotonic(), "message": json.loads(body.decode("utf-8"))}, ensure_ascii=False)
        os.write(self._file, line.encode("utf-8", "surrogatepass") + b"\n")


def _messages(stream: BinaryIO, record: Record, whose: str, to: BinaryIO) -> None:
    """Hand through whole messages until the stream ends; each is written down before it is handed on, so that an answer never stands before its question."""
    while True:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = stream.readline()
            if not line:
                return
            head += line
        length = next(int(line.split(b":")[1]) for line in head.splitlines() if line.lower().startswith(b"content-length"))
        body = b""
        while len(body) < length:
            piece = stream.read(length - len(body))
            if not piece:
                return
            body += piece
        record.add(whose, body)
        to.write(head + body)
        to.flush()


def main(path: str, *command: str) -> int:
    record = Record(path)
    with Path(f"{path}.stderr").open("ab") as stderr:
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr)
    assert server.stdin is not None and server.stdout is not None

    def there() -> None:
        try:
            _messages(sys.stdin.buffer, record, "client", server.stdin)
        except OSError:
            pass
        try:
            server.stdin.close()
        except OSError:
            pass

    threading.Thread(target=there, daemon=True).start()
    try:
        _messages(server.stdout, record, "server", sys.stdout.buffer)
    except OSError:
        # The editor is gone.  The server learns it from the end of its input, which it reads only once what it still has to say is taken.
        while server.stdout.read1(65536):
            pass
    return server.wait()


if __name__ == "__main__":
    code = main(*sys.argv[1:])
    sys.stdout.flush()
    # The thread that waits for the editor must not keep the process.
    os._exit(code)
