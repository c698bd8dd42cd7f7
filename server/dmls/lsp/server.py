"""`dmls serve`: the language server on standard input and output, or on one TCP connection for debugging."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
import threading
from importlib import import_module
from typing import Any, Iterator, NamedTuple

from lsprotocol import types as t
from pygls.lsp.server import LanguageServer

from dmls.disk import Found, RealDisk, certificate_files, config_files
from dmls.files import Disk
from dmls.lsp import faults, handlers
from dmls.lsp.from_proto import Client
from dmls.lsp.protocol import Framer, Protocol, converter
from dmls.lsp.scheduler import Pass
from dmls.lsp.session import Finders, Session
from dmls.rules.registry import ROWS
from dmls.schema.load import KINDS, load

log = logging.getLogger("dmls.lsp")

_HERE = {"textDocument": {"uri": "", "version": 0}, "position": {"line": 0, "character": 0}}
_START = {"start": _HERE["position"], "end": _HERE["position"]}
_WARM: tuple[tuple[str, object], ...] = (
    (t.TEXT_DOCUMENT_DID_CHANGE, {**_HERE, "contentChanges": [{"range": _START, "text": ""}, {"text": ""}]}),
    (t.TEXT_DOCUMENT_HOVER, _HERE),
    (t.TEXT_DOCUMENT_COMPLETION, {**_HERE, "context": {"triggerKind": 1}}),
    (t.TEXT_DOCUMENT_DIAGNOSTIC, _HERE),
    (t.WORKSPACE_DIAGNOSTIC, {"previousResultIds": [{"uri": "", "value": ""}]}),
    (t.TEXT_DOCUMENT_DOCUMENT_SYMBOL, _HERE),
    (t.TEXT_DOCUMENT_FOLDING_RANGE, _HERE),
    (t.TEXT_DOCUMENT_DOCUMENT_LINK, _HERE),
    (t.TEXT_DOCUMENT_DEFINITION, _HERE),
    (t.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT, _HERE),
    (t.TEXT_DOCUMENT_CODE_ACTION, {**_HERE, "range": _START, "context": {"diagnostics": []}}),
    (t.TEXT_DOCUMENT_INLAY_HINT, {**_HERE, "range": _START}),
    (t.TEXT_DOCUMENT_CODE_LENS, _HERE),
    (t.TEXT_DOCUMENT_DID_SAVE, _HERE),
    (t.TEXT_DOCUMENT_DID_CLOSE, _HERE),
    (t.CANCEL_REQUEST, {"id": 0}),
    (t.WORKSPACE_DID_CHANGE_WATCHED_FILES, {"changes": [{"uri": "", "type": 1}]}),
)
"""Messages whose readers are made before the first of them comes; making one takes 2 to 6 ms."""
_WARM_MODULES = ("dmls.ide.hover", "dmls.ide.completion", "dmls.ide.symbols", "dmls.ide.folding", "dmls.ide.tls_hover", "dmls.ide.tls_hints", "dmls.ide.navigation")


class Server(LanguageServer):
    """pygls' server with a `Session` in place of its workspace."""

    protocol: Protocol

    def __init__(self, disk: Disk | None = None) -> None:
        super().__init__("dmls", "", protocol_cls=Protocol, converter_factory=converter)
        self.session_or_none: Session | None = None
        self._disk = disk if disk is not None else RealDisk()
        for method, handler in handlers.HANDLERS.items():
            self.protocol.fm.feature(method)(handlers.guarded(method, handler))

    @property
    def session(self) -> Session:
        """Raises RuntimeError before `initialize`; the protocol lets no message through then."""
        if self.session_or_none is None:
            raise RuntimeError("not initialized")
        return self.session_or_none

    def begin(self, client: Client) -> None:
        self.session_or_none = Session(client, self.protocol, asyncio.get_running_loop(), self.protocol.busy, self._disk, _FINDERS)

    def warm_up(self) -> None:
        """Do in idle moments what the first hover or completion would otherwise wait for."""
        self.session.scheduler.background("warm up", self._warm_up())

    def _warm_up(self) -> Pass:
        for method, params in _WARM:
            self.protocol.structure_message({"jsonrpc": "2.0", "id": 0, "method": method, "params": params})
            yield None
        for name in _WARM_MODULES:
            import_module(name)
            yield None
        for kind in KINDS:
            load(kind)
            yield None
        for row in ROWS:
            import_module(row.module)
            yield None
        # What lives now lives for ever; the collector need not look at it again.
        gc.freeze()
        # A parse makes tens of thousands of objects that live; looking at them after every 700 is wasted.
        gc.set_threshold(20_000, 10, 20)
        gc.enable()

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Faults go to the log, never into the editor's face (7)."""
        if isinstance(error, handlers.RequestFailed):
            return
        log.error("%s", type(error).__name__)


def _configurations(folders: list[str]) -> Iterator[str]:
    return (found.path for found in config_files(folders) if isinstance(found, Found))


_FINDERS = Finders(_configurations, certificate_files)


# --- connections ---


class _FdWriter:
    """Writes whole messages to a file descriptor."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._fd, view) :]

    def close(self) -> None:
        """The descriptor lives as long as the process."""


def _take_standard_streams() -> tuple[int, int]:
    """The descriptors to read from and to write to; whatever else prints, prints to standard error from now on (10)."""
    sys.stdout.flush()
    incoming, outgoing = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(incoming, os.O_BINARY)
        msvcrt.setmode(outgoing, os.O_BINARY)
    return incoming, outgoing


async def _serve(server: Server, incoming: int, outgoing: int) -> int:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(faults.in_loop)
    stop: asyncio.Future[int] = loop.create_future()
    protocol = server.protocol
    protocol.set_writer(_FdWriter(outgoing))
    protocol.stopped = lambda code: None if stop.done() else stop.set_result(code)

    def ended() -> None:
        # The client is gone without a word; its end of the pipe closed.
        protocol.work()
        protocol.stopped(0 if protocol._shutdown else 1)

    def read() -> None:
        framer = Framer()
        try:
            while data := os.read(incoming, 1 << 16):
                bodies = framer.feed(data)
                for body in bodies:
                    protocol.put(body)
                if bodies:
                    loop.call_soon_threadsafe(protocol.work)
        except OSError:
            pass
        finally:
            try:
                loop.call_soon_threadsafe(ended)
            except RuntimeError:
                pass  # the loop ended first

    threading.Thread(target=read, name="dmls-stdin", daemon=True).start()
    return await stop


async def _serve_tcp(server: Server, host: str, port: int) -> int:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(faults.in_loop)
    stop: asyncio.Future[int] = loop.create_future()
    protocol = server.protocol
    protocol.stopped = lambda code: None if stop.done() else stop.set_result(code)
    taken = False

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal taken
        if taken:
            # One process serves one client: a second one must not take over the first one's answers.
            writer.close()
            return
        taken = True
        protocol.set_writer(writer)
        framer = Framer()
        try:
            while data := await reader.read(1 << 16):
                for body in framer.feed(data):
                    protocol.put(body)
                protocol.work()
        except ConnectionError:
            pass
        protocol.stopped(0 if protocol._shutdown else 1)

    listener = await asyncio.start_server(connected, host, port)
    for socket in listener.sockets:
        address, port = socket.getsockname()[:2]
        print(f"dmls: listening on {address}:{port}", file=sys.stderr, flush=True)
    async with listener:
        return await stop


# --- command line ---


class Options(NamedTuple):
    tcp: tuple[str, int] | None = None
    log_file: str | None = None
    log_level: str = "warning"
    unknown: tuple[str, ...] = ()


_LEVELS = ("debug", "info", "warning", "error")


def options(argv: list[str]) -> Options:
    """Read the flags of `dmls serve`.

    Clients add flags of their own (``--stdio``, ``--clientProcessId=N``, ``--node-ipc``); refusing one would look like a crash to the
    user, so what is not known is kept in `unknown` and otherwise ignored (11).
    """
    tcp: tuple[str, int] | None = None
    log_file: str | None = None
    log_level = "warning"
    unknown = []
    rest = iter(argv)
    for argument in rest:
        name, equals, value = argument.partition("=")
        if name in ("--tcp", "--log-file", "--log-level", "--clientProcessId") and not equals:
            value = next(rest, "")
        if name == "--tcp":
            host, colon, port = value.rpartition(":")
            if port.isascii() and port.isdigit() and int(port) < 65536:
                tcp = (host.strip("[]") if colon and host else "127.0.0.1", int(port))
            else:
                unknown.append(argument)
        elif name == "--log-file" and value:
            log_file = value
        elif name == "--log-level" and value.lower() in _LEVELS:
            log_level = value.lower()
        elif name not in ("--stdio", "--clientProcessId"):
            unknown.append(argument)
    return Options(tcp, log_file, log_level, tuple(unknown))


def _set_up_logging(chosen: Options) -> None:
    trouble = None
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    if chosen.log_file is not None:
        try:
            handler = logging.FileHandler(chosen.log_file, encoding="utf-8")
        except OSError as error:
            trouble = error.strerror
    handler.setFormatter(faults.Formatter())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("dmls").setLevel(chosen.log_level.upper())
    # pygls logs whole payloads, passwords included, below this level; no flag reaches it.
    logging.getLogger("pygls").setLevel(logging.WARNING)
    # What `guarded` has logged already.
    logging.getLogger("pygls.protocol.json_rpc").addFilter(lambda record: not (record.exc_info and isinstance(record.exc_info[1], handlers.RequestFailed)))
    # Its warnings show the arguments of callbacks; faults go to `faults.in_loop`.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    threading.excepthook = faults.in_thread
    if trouble is not None:
        log.error("the log file cannot be opened (%s); logging here", trouble)
    for argument in chosen.unknown:
        log.warning("flag %s is not known and was ignored", argument.partition("=")[0])


def main(argv: list[str]) -> int:
    """Serve one client; the exit code is that of LSP: 0 after `shutdown` and `exit`, else 1."""
    chosen = options(argv)
    # Nothing made while starting is garbage; `_warm_up` turns the collector on again.
    gc.disable()
    # The default of 5 ms would let the thread that reads files hold up a key press for as long.
    sys.setswitchinterval(0.0005)
    _set_up_logging(chosen)
    server = Server()
    try:
        if chosen.tcp is not None:
            return asyncio.run(_serve_tcp(server, *chosen.tcp))
        return asyncio.run(_serve(server, *_take_standard_streams()))
    except KeyboardInterrupt:
        return 1
    except OSError as error:
        print(f"dmls: cannot serve: {error.strerror}", file=sys.stderr)
        return 2
