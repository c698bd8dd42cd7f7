"""What pygls 2.1.1 by itself does not survive or answer, each with the bytes that show it."""

from __future__ import annotations

import json

import pytest

from support.raw_client import PATIENCE, RawClient, at, edit

URI = "file:///dm/task.yaml"

UNKNOWN_ENUMS = {
    "workspace": {
        "symbol": {"symbolKind": {"valueSet": [1, 777]}},
        "workspaceEdit": {"failureHandling": "x", "resourceOperations": ["zap"]},
    },
    "textDocument": {
        "publishDiagnostics": {"tagSupport": {"valueSet": [1, 2, 9]}},
        "hover": {"contentFormat": ["html", "markdown"]},
        "completion": {"completionItem": {"insertTextModeSupport": {"valueSet": [3]}}},
        "codeAction": {"tagSupport": {"valueSet": [5]}},
        "semanticTokens": {"formats": ["abs"], "requests": {}, "tokenTypes": [], "tokenModifiers": []},
    },
}


@pytest.mark.parametrize(
    "params",
    [
        {"processId": None, "rootUri": None, "capabilities": UNKNOWN_ENUMS},
        {"capabilities": {"textDocument": 5, "general": {"positionEncodings": "utf-8"}}, "workspaceFolders": {}},
        None,
    ],
)
def test_1_any_initialize_is_answered(start, params) -> None:
    client = start("--stdio")
    answer = client.ask("initialize", params)
    assert answer["result"]["serverInfo"]["name"] == "dmls"


def test_1_unknown_enum_values_in_later_messages(shared: RawClient, uri: str) -> None:
    shared.open(uri, "ERR")
    shared.diagnostics(uri)
    answer = shared.ask(
        "textDocument/completion",
        {"textDocument": {"uri": uri}, "position": at(0, 1), "context": {"triggerKind": 99}},
    )
    assert answer["result"]["items"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"id": 700, "method": "textDocument/hover", "params": {"textDocument": 5}}, -32602),
        ({"id": 700, "method": "textDocument/hover", "params": []}, -32602),
        ({"id": 700, "method": "textDocument/hover"}, -32602),
        ({"id": "a", "method": "no/such", "params": {}}, -32601),
        ({"id": 700, "method": "textDocument/hover", "params": {}, "jsonrpc": "1.0"}, -32600),
        ({"id": 700}, -32600),
    ],
)
def test_2_bad_requests_are_answered(shared: RawClient, uri: str, message, code) -> None:
    shared.send({"jsonrpc": "2.0", **message})
    assert shared.answer(message["id"])["error"]["code"] == code
    assert shared.ask("textDocument/foldingRange", {"textDocument": {"uri": uri}})["result"] == []


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 100_000, b"[]", b"5", b"null", b'{"jsonrpc":"2.0"}'])
def test_2_bodies_that_are_no_message(shared: RawClient, uri: str, body: bytes) -> None:
    shared.send(body)
    assert shared.answer(None)["error"]["code"] in (-32700, -32600)
    assert shared.ask("textDocument/foldingRange", {"textDocument": {"uri": uri}})["result"] == []


@pytest.mark.parametrize("body", [{"method": "textDocument/didOpen", "params": {}}, {"method": "$/unheard", "params": 5}])
def test_2_bad_notifications_are_survived(shared: RawClient, uri: str, body) -> None:
    shared.send({"jsonrpc": "2.0", **body})
    assert shared.ask("textDocument/foldingRange", {"textDocument": {"uri": uri}})["result"] == []


def test_2_headers_in_any_dress(shared: RawClient, uri: str) -> None:
    request = shared.new_request("textDocument/foldingRange", {"textDocument": {"uri": uri}})
    body = json.dumps(request).encode()
    shared.bytes(b"X-Other: 1\ncontent-LENGTH:%d \n\n" % len(body) + body)
    assert shared.answer(request["id"])["result"] == []


def test_3_before_initialize_and_after_shutdown(start) -> None:
    client = start("--stdio")
    assert client.ask("textDocument/hover", {})["error"] == {"code": -32002, "message": "the server is not initialized"}
    client.notify("textDocument/didOpen", {})
    client.initialize()
    assert client.ask("initialize", {})["error"]["code"] == -32600
    assert client.ask("shutdown")["result"] is None
    assert client.ask("textDocument/hover", {})["error"]["code"] == -32600
    client.notify("exit")
    assert client.ended() == 0


def test_3_exit_without_shutdown_is_a_failure(client: RawClient) -> None:
    client.notify("exit")
    assert client.ended() == 1


def test_3_exit_before_initialize(start) -> None:
    client = start("--stdio")
    client.notify("exit")
    assert client.ended() == 1


def test_3_the_server_dies_with_its_client(client: RawClient) -> None:
    assert client.process.stdin is not None
    client.process.stdin.close()
    assert client.ended() == 1


@pytest.mark.parametrize("odd", ["\u2028", "\u0085", "\x0c", "\x0b", "\x1c"])
def test_4_only_lsp_line_ends_end_a_line(shared: RawClient, uri: str, odd: str) -> None:
    shared.open(uri, f"a{odd}b\nxxx\n")
    shared.change(uri, 2, edit((1, 0), (1, 3), "ERR"))
    assert shared.diagnostics(uri, 2)[0]["range"] == {"start": at(1, 0), "end": at(1, 3)}


def test_5_a_position_past_the_end_of_the_last_line(shared: RawClient, uri: str) -> None:
    shared.open(uri, "abc ERR")
    shared.change(uri, 2, edit((0, 50), (0, 50), " WARN"))
    assert [d["range"]["start"]["character"] for d in shared.diagnostics(uri, 2)] == [4, 8]


def test_6_positions_at_the_end_and_in_an_empty_document(shared: RawClient, uri: str) -> None:
    shared.open(uri, "")
    assert shared.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": at(0, 0)})["result"] is None
    assert shared.ask("textDocument/completion", {"textDocument": {"uri": uri}, "position": at(9, 9)})["result"]["items"]
    shared.change(uri, 2, edit((0, 0), (0, 0), "ERR"))
    assert shared.diagnostics(uri, 2)[0]["range"]["end"] == at(0, 3)


def test_7_faults_neither_pop_up_nor_leak(client: RawClient) -> None:
    client.open(URI, "BOOM")
    answer = client.ask("textDocument/hover", {"textDocument": {"uri": URI}, "position": at(0, 1)})
    assert set(answer["error"]) == {"code", "message"}
    assert "private" not in json.dumps(answer) and "Traceback" not in json.dumps(answer)
    for version in range(2, 6):
        client.change(URI, version, edit((0, 4), (0, 4), " "))
        client.ask("textDocument/hover", {"textDocument": {"uri": URI}, "position": at(0, 1)})
    client.open("file:///dm/other.yaml", "ERR")
    assert len(client.diagnostics("file:///dm/other.yaml")) == 1
    client.change(URI, 9, {"text": "ERR"})
    assert len(client.diagnostics(URI, 9)) == 1
    assert not any(m.get("method", "").startswith("window/") for m in client.seen)
    assert client.exit() == 0
    # Each place that failed is in the log once: the hover and the diagnostics.
    assert client.stderr.count(b"Traceback") == client.stderr.count(b"is not logged again") == 2


def test_8_no_payload_is_logged(start) -> None:
    client = start("--stdio", "--log-level=debug")
    client.initialize()
    client.open(URI, "password: hunter2 ERR")
    client.diagnostics(URI)
    client.ask("textDocument/hover", {"textDocument": {"uri": URI}, "position": at(0, 12)})
    client.send({"jsonrpc": "2.0", "id": 70, "method": "textDocument/hover", "params": {"hunter2": "hunter2"}})
    client.answer(70)
    assert client.exit() == 0
    assert b"hunter2" not in client.stderr


def test_9_documents_that_are_not_open(shared: RawClient, uri: str) -> None:
    here = {"textDocument": {"uri": "file:///nowhere/task.yaml"}, "position": at(0, 0)}
    assert shared.ask("textDocument/hover", here)["result"] is None
    assert shared.ask("textDocument/completion", here)["result"] is None
    assert shared.ask("textDocument/documentSymbol", here)["result"] == []
    shared.change("file:///nowhere/task.yaml", 3, {"text": "x"})
    shared.notify("textDocument/didClose", {"textDocument": {"uri": "file:///nowhere/task.yaml"}})
    shared.open(uri, "ERR")
    assert shared.diagnostics(uri)


def test_10_printing_does_not_corrupt_the_stream(start, tmp_path) -> None:
    import sys

    from support.raw_client import TESTS

    script = tmp_path / "noisy.py"
    script.write_text(
        "import os, sys, runpy\n"
        "from dmls.lsp import handlers\n"
        "original = handlers.hover\n"
        "def hover(ls, params):\n"
        "    print('noise'); os.write(1, b'more noise'); return original(ls, params)\n"
        "handlers.HANDLERS['textDocument/hover'] = hover\n"
        f"sys.argv = ['x', 'serve', '--stdio']\nrunpy.run_path({str(TESTS / 'support' / 'fake_core.py')!r}, run_name='__main__')\n"
    )
    client = start(command=[sys.executable, str(script)])
    client.initialize()
    client.open(URI, "word")
    assert client.ask("textDocument/hover", {"textDocument": {"uri": URI}, "position": at(0, 1)})["result"]
    assert client.exit() == 0
    assert b"noise" in client.stderr and b"more noise" in client.stderr


@pytest.mark.parametrize("flags", [("--stdio", "--clientProcessId=5"), ("--node-ipc", "surplus", "--log-level=loud")])
def test_11_flags_of_clients_are_tolerated(start, flags) -> None:
    client = start(*flags)
    client.initialize()
    assert client.exit() == 0


def test_cancelled_before_it_began(shared: RawClient, uri: str) -> None:
    request = shared.new_request("textDocument/hover", {"textDocument": {"uri": uri}, "position": at(0, 0)})
    shared.send(request, shared.notification("$/cancelRequest", {"id": request["id"]}))
    assert shared.answer(request["id"])["error"]["code"] == -32800
    shared.notify("$/cancelRequest", {"id": "never heard of"})
    shared.notify("$/cancelRequest", {"id": [1]})
    assert shared.ask("textDocument/foldingRange", {"textDocument": {"uri": uri}})["result"] == []


def test_half_a_surrogate_pair_goes_in_and_out(shared: RawClient, uri: str) -> None:
    shared.open(uri, "a\ud800b ERR")
    assert shared.diagnostics(uri)[0]["range"]["start"] == at(0, 4)
    items = shared.ask("textDocument/completion", {"textDocument": {"uri": uri}, "position": at(0, 5)})
    assert items["result"]["items"]


def test_tcp_serves_one_client(start) -> None:
    import socket

    client = start("--tcp", "127.0.0.1:0")
    port = int(client.logged("listening on").rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as first:
        first.sendall(RawClient.framed({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}))
        assert b"serverInfo" in first.recv(1 << 16)
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as second:
            assert second.recv(1) == b""
        first.sendall(RawClient.framed({"jsonrpc": "2.0", "id": 2, "method": "shutdown"}))
        assert b'"id":2' in first.recv(1 << 16)
        first.sendall(RawClient.framed({"jsonrpc": "2.0", "method": "exit"}))
    assert client.ended() == 0
