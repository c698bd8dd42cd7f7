"""`dmls` with faults of its own: wherever one of them strikes, the exception's text, its cause's and the locals hold whatever secret was at hand.

Run as a script, with the arguments of `dmls`.  ``DMLS_FAULTS`` names the faults, ``DMLS_AUDIT`` the file in which the names of all files are
noted that are opened for writing.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import os
import sys
import threading
from typing import Any, Callable

SERVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "server")


def audit() -> None:
    path = os.environ.get("DMLS_AUDIT")
    if not path:
        return
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            os.write(log, os.fsencode(arguments[0] if isinstance(arguments[0], (str, bytes)) else str(arguments[0])) + b"\n")

    sys.addaudithook(hook)


class Boom(Exception):
    """A fault that says too much."""


def boom(secret: str) -> None:
    copy = secret  # noqa: F841  a local, as crash reporters love to show
    try:
        raise KeyError(secret)
    except KeyError as error:
        raise Boom(f"invalid literal: {secret!r}") from error


def in_answers() -> None:
    from dmls.analysis import Analysis

    def failing(name: str) -> Callable[..., Any]:
        def method(self: Any, path: str, *_: Any, **__: Any) -> None:
            boom(self.text(path) or name)

        return method

    for name in ("hover", "completions", "definitions", "references", "links", "hints", "lenses", "symbols", "folding", "actions", "highlights", "rename_span", "rename"):
        if hasattr(Analysis, name):
            setattr(Analysis, name, failing(name))


def in_findings() -> None:
    from dmls.analysis import Analysis

    def findings(self: Any, path: str) -> None:
        boom(self.text(path) or path)

    def steps(self: Any, path: str) -> Any:
        boom(self.text(path) or path)
        yield None

    Analysis.findings = findings  # type: ignore[method-assign,assignment]
    Analysis.steps = steps  # type: ignore[method-assign,assignment]


def in_rules() -> None:
    from dmls import lint

    original = lint.rule_of

    def rule_of(row: Any) -> Any:
        rule = original(row)

        def check(subject: Any, ctx: Any) -> Any:
            boom(ctx.config.text)
            yield None

        return rule._replace(check=check) if row.name.startswith(("tls-inline", "tls-path", "connection", "unknown")) else rule

    lint.rule_of = rule_of  # type: ignore[assignment]


def on_disk() -> None:
    from dmls.disk import RealDisk

    original = RealDisk.read

    def read(self: Any, path: str, limit: int) -> Any:
        state = original(self, path, limit)
        if path.endswith((".key", "both.pem")):
            boom(state.data.decode("latin-1"))
        return state

    RealDisk.read = read  # type: ignore[method-assign]


def in_the_loop() -> None:
    """At each save: a callback, a thread, a task and a future that fail, and nobody who waits for them."""
    from dmls.lsp.session import Session

    original = Session.save

    async def task(secret: str) -> None:
        boom(secret)

    def save(self: Any, uri: str) -> None:
        secret = self.documents.get(self.paths.of(uri)).text
        loop = self._loop
        loop.call_soon(functools.partial(boom, secret), *())
        loop.call_soon(boom, secret)
        thread = threading.Thread(target=boom, args=(secret,))
        thread.start()
        thread.join()
        loop.create_task(task(secret), name=secret[:40])
        future = loop.create_future()
        future.set_exception(Boom(secret))
        del future
        self._worker.submit(functools.partial(boom, secret))
        original(self, uri)
        loop.call_later(0.05, gc.collect)

    Session.save = save  # type: ignore[method-assign]


def in_messages() -> None:
    """While a message is still taken apart."""
    from dmls.lsp.protocol import Protocol

    original = Protocol.handle_message

    def handle_message(self: Any, message: Any) -> None:
        if getattr(message, "method", "") == "textDocument/didChange":
            boom(repr(message))
        original(self, message)

    Protocol.handle_message = handle_message  # type: ignore[method-assign]


FAULTS = {
    "answers": in_answers,
    "findings": in_findings,
    "rules": in_rules,
    "disk": on_disk,
    "loop": in_the_loop,
    "messages": in_messages,
}


if __name__ == "__main__":
    sys.path.insert(0, SERVER)
    audit()
    for fault in filter(None, os.environ.get("DMLS_FAULTS", "").split(",")):
        FAULTS[fault]()
    # Warnings of asyncio about what nobody waited for belong to what is tried here.
    asyncio.events  # noqa: B018
    from dmls.__main__ import main

    sys.exit(main())
