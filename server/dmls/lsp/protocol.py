"""pygls' protocol, hardened; `tests/e2e/test_protocol_holes.py` has the bytes for which pygls itself fails.

Messages are cut out of the byte stream here (`Framer`), turned into objects one by one, and every request gets an answer, whatever
its shape.  Texts of documents are not kept by pygls.  A fault never pops up in the editor and never carries a traceback or a path to
it.  What is sent is never logged.
"""

from __future__ import annotations

import asyncio
import enum
import json
import logging
import re
from collections import deque
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any, Callable

import cattrs
from lsprotocol import converters
from lsprotocol import types as t
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcParseError,
    JsonRpcRequestCancelled,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import JsonRPCNotification, JsonRPCRequestMessage, LanguageServerProtocol, lsp_method

from dmls import __version__
from dmls.lsp import faults, from_proto, handlers
from dmls.lsp.session import REFUSED

if TYPE_CHECKING:
    from dmls.lsp.server import Server

log = logging.getLogger("dmls.lsp")

_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*(\d{1,10})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_DOCUMENTS = (
    t.TEXT_DOCUMENT_DID_OPEN,
    t.TEXT_DOCUMENT_DID_CHANGE,
    t.TEXT_DOCUMENT_DID_CLOSE,
    t.NOTEBOOK_DOCUMENT_DID_OPEN,
    t.NOTEBOOK_DOCUMENT_DID_CHANGE,
    t.NOTEBOOK_DOCUMENT_DID_CLOSE,
    t.INITIALIZED,
    t.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS,
)
"""Messages that pygls would handle itself, before us, keeping every text a second time."""
_TYPED = (t.TEXT_DOCUMENT_DID_CHANGE, t.CANCEL_REQUEST)
"""What comes between a request for completions and its answer where somebody types on."""


class Framer:
    """Cuts a byte stream into message bodies.  Header names in any case, lines ending in LF alone, unknown headers: all fine."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._length: int | None = None

    def feed(self, data: bytes) -> list[bytes]:
        """The bodies that `data` completes."""
        self._buffer += data
        bodies = []
        while True:
            if self._length is None:
                end = _HEADER_END.search(self._buffer)
                if end is None:
                    return bodies
                length = _LENGTH.search(bytes(self._buffer[: end.end()]))
                del self._buffer[: end.end()]
                if length is None:
                    continue
                self._length = int(length[1])
            if len(self._buffer) < self._length:
                return bodies
            bodies.append(bytes(self._buffer[: self._length]))
            del self._buffer[: self._length]
            self._length = None


def converter() -> cattrs.Converter:
    """lsprotocol's converter; an enumeration value that LSP does not know stays what it is instead of failing the message (1)."""
    made = converters.get_converter(cattrs.Converter(detailed_validation=False))
    for kind in vars(t).values():
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            made.register_structure_hook(kind, _lenient(kind))
    return made


def _lenient(kind: type[enum.Enum]) -> Callable[[object, object], object]:
    members = kind._value2member_map_

    def structure(value: object, _: object) -> object:
        try:
            return members.get(value, value)
        except TypeError:
            return value

    return structure


class Protocol(LanguageServerProtocol):
    """The server's end of the connection."""

    _server: Server

    def __init__(self, server: Server, made: cattrs.Converter) -> None:
        super().__init__(server, made)
        for method in _DOCUMENTS:
            self.fm.builtin_features.pop(method, None)
        self.client: from_proto.Client | None = None
        self.stopped: Callable[[int], None] = lambda code: None
        self._inbox: deque[bytes] = deque()
        self._cancelled: set[object] = set()
        self._number = 0

    # --- in ---

    def put(self, body: bytes) -> None:
        """Take a message in; `work` handles it.  May be called from any thread."""
        self._inbox.append(body)

    def busy(self) -> bool:
        """Whether a message waits."""
        return bool(self._inbox)

    def work(self) -> None:
        """Handle all messages that have arrived, in order; requests among them that a later one cancels are not worked on.

        Completion is for the newest text: what was typed behind the request is heard first, but no other request.
        """
        messages = []
        while self._inbox:
            message = self._parsed(self._inbox.popleft())
            if message is None:
                continue
            if message.get("method") == t.CANCEL_REQUEST and isinstance(message.get("params"), dict):
                self._cancelled.add(_key(message["params"].get("id")))
            messages.append(message)
        held: list[dict[str, Any]] = []
        for message in messages:
            method = message.get("method")
            if method == t.TEXT_DOCUMENT_COMPLETION:
                held.append(message)
                continue
            if method not in _TYPED:
                self._handle_all(held)
                held = []
            self._handle_all([message])
        self._handle_all(held)
        self._cancelled.clear()

    def _handle_all(self, messages: list[dict[str, Any]]) -> None:
        for message in messages:
            try:
                self._handle(message)
            except Exception as error:  # the messages behind it must not be lost with it
                faults.report("handling a message", error)

    def _parsed(self, body: bytes) -> dict[str, Any] | None:
        try:
            message = json.loads(body)
        except (ValueError, RecursionError):
            log.error("a message of %d bytes is no JSON", len(body))
            self._refuse(None, JsonRpcParseError())
            return None
        if not isinstance(message, dict):
            self._refuse(None, JsonRpcInvalidRequest("Invalid Request: a message must be an object"))
            return None
        return message

    def _handle(self, data: dict[str, Any]) -> None:
        method = data.get("method")
        request = "id" in data and isinstance(method, str)
        if data.get("jsonrpc") != self.VERSION:
            if request:
                self._refuse(data["id"], JsonRpcInvalidRequest('Invalid Request: "jsonrpc" must be "2.0"'))
            return
        if not isinstance(method, str):
            if "id" not in data or ("result" not in data and "error" not in data):
                self._refuse(data.get("id"), JsonRpcInvalidRequest())
                return
            self._answered(data)
            return
        session = self._server.session_or_none
        if session is not None:
            session.scheduler.message()
        if self._shutdown and method != t.EXIT:
            if request:
                self._refuse(data["id"], JsonRpcInvalidRequest("Invalid Request: the server is shut down"))
            return
        if session is None and method not in (t.INITIALIZE, t.EXIT):
            if request:
                self._refuse(data["id"], JsonRpcServerNotInitialized("the server is not initialized"))
            return
        if request and _key(data["id"]) in self._cancelled:
            self._refuse(data["id"], JsonRpcRequestCancelled(f'Request with id "{data["id"]}" is canceled'))
            return
        if not request and method not in t.METHOD_TO_TYPES:
            return
        if request and method in t.METHOD_TO_TYPES and t.METHOD_TO_TYPES[method][1] is None:
            # pygls would take it for the notification that it is not, and whoever asked would wait for ever.
            self._refuse(data["id"], JsonRpcInvalidRequest(f"Invalid Request: {method} is a notification"))
            return
        try:
            message = self.structure_message(data)
        except JsonRpcException as error:
            if request:
                self._refuse(data["id"], error)
            return
        self.handle_message(message)

    def structure_message(self, data: dict[str, Any]) -> Any:
        """The message as an object; raises JsonRpcInvalidParams for one that LSP does not allow (2)."""
        method = data["method"]
        if method == t.INITIALIZE:
            return JsonRPCRequestMessage(data["id"], method, self.VERSION, data.get("params"))
        kind = self.get_message_type(method)
        try:
            if kind is not None:
                return self._converter.structure(data, kind)
            if "id" in data:
                return JsonRPCRequestMessage(data["id"], method, self.VERSION, data.get("params"))
            return JsonRPCNotification(method, self.VERSION, data.get("params"))
        except Exception as error:  # whatever the converter makes of nonsense
            # Its text is not logged: it quotes the message, which may hold a password.
            log.error("%s has parameters that LSP does not allow (%s)", method, type(error).__name__)
            raise JsonRpcInvalidParams(f"Invalid Params: {method}") from None

    def _answered(self, data: dict[str, Any]) -> None:
        future: Future[Any] | None = self._request_futures.pop(data["id"], None)
        self._result_types.pop(data["id"], None)
        if future is not None and not future.done():
            future.set_result(REFUSED if "error" in data else data.get("result"))

    @lsp_method(t.INITIALIZE)
    def lsp_initialize(self, params: object) -> dict[str, Any]:
        """Begin the session.  Whatever the client writes into its parameters, it gets an answer (1)."""
        if self.client is not None:
            raise JsonRpcInvalidRequest("Invalid Request: initialize may come only once")
        self.client = from_proto.client(params)
        self._server.begin(self.client)
        return {
            "capabilities": handlers.capabilities(self.client),
            "serverInfo": {"name": "dmls", "version": __version__},
        }

    @lsp_method(t.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(self, params: t.ExecuteCommandParams) -> Any:
        """Commands get their arguments as they come; pygls would look for types in the signature of each."""
        return await _execute(self._server, params)

    @lsp_method(t.SHUTDOWN)
    def lsp_shutdown(self, *args: object) -> None:
        """Stop working; only `exit` is expected now."""
        current = self.msg_id
        for msg_id, future in list(self._request_futures.items()):
            if msg_id != current:
                future.cancel()
        self._server.session.end()
        self._shutdown = True

    @lsp_method(t.EXIT)
    def lsp_exit(self, *args: object) -> None:
        """End the process: 0 after `shutdown`, else 1."""
        self.stopped(0 if self._shutdown else 1)

    # --- out ---

    def tell(self, method: str, params: object) -> None:
        """Send a notification made of plain JSON."""
        self._send_data({"jsonrpc": self.VERSION, "method": method, "params": params})

    def ask(self, method: str, params: object, answered: Callable[[object], None]) -> None:
        """Send a request made of plain JSON; `answered` gets the result, or `REFUSED`."""
        self._number += 1
        msg_id = f"dmls-{self._number}"
        future: Future[Any] = Future()
        future.add_done_callback(lambda done: None if done.cancelled() else answered(done.result()))
        self._request_futures[msg_id] = future
        message = {"jsonrpc": self.VERSION, "id": msg_id, "method": method}
        self._send_data(message if params is None else {**message, "params": params})

    def _send_handler_result(self, future: Any, *, msg_id: Any) -> None:
        """Send what a handler has answered, or will have once the coroutine that it returned has ended."""
        if not future.cancelled() and future.exception() is None and asyncio.iscoroutine(future.result()):
            self._request_futures[msg_id] = future = asyncio.ensure_future(future.result())
            future.add_done_callback(partial(super()._send_handler_result, msg_id=msg_id))
        else:
            super()._send_handler_result(future, msg_id=msg_id)

    def _send_response(self, msg_id: Any, result: Any = None, error: t.ResponseError | None = None) -> None:
        if error is None:
            self._result_types.pop(msg_id, None)
            self._send_data({"jsonrpc": self.VERSION, "id": msg_id, "result": result})
            return
        # pygls puts the text of the exception and the traceback in, which hold paths (7).
        message = handlers.RequestFailed.MESSAGE if error.code == handlers.RequestFailed.CODE else error.message
        self._send_data({"jsonrpc": self.VERSION, "id": msg_id, "error": {"code": error.code, "message": message}})

    def _refuse(self, msg_id: object, error: JsonRpcException) -> None:
        self._send_response(msg_id, error=error.to_response_error())

    def _send_data(self, data: Any) -> None:
        if self.writer is None:
            return
        # Half of a surrogate pair, which a client's text may hold, has no UTF-8; a question mark stands for it.
        body = json.dumps(data, default=self._serialize_message, ensure_ascii=False, separators=(",", ":"))
        encoded = body.encode("utf-8", "replace")
        try:
            self.writer.write(b"Content-Length: %d\r\n\r\n" % len(encoded) + encoded)
        except (BrokenPipeError, ConnectionError, ValueError, OSError):
            # The client is gone.
            self.writer = None
            self.stopped(1)


_execute = handlers.guarded(t.WORKSPACE_EXECUTE_COMMAND, handlers.execute_command)


def _key(msg_id: object) -> object:
    return (type(msg_id), msg_id) if isinstance(msg_id, (int, str)) else None
