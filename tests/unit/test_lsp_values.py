"""The pure parts of the LSP shell."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmls.finding import Finding, Related, Severity
from dmls.ide.values import Completion
from dmls.lsp import from_proto, to_proto
from dmls.lsp.documents import Change, Document
from dmls.lsp.from_proto import Client, client
from dmls.lsp.protocol import Framer, converter
from dmls.lsp.server import options
from dmls.lsp.to_proto import plain, without_placeholders
from dmls.lsp.uris import Paths, identity, path_of, uri_of
from dmls.text import LineIndex, Span

# --- paths ---


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///c%3A/dm/x.toml", "C:/dm/x.toml"),
        ("file:///C:/dm/x.toml", "C:/dm/x.toml"),
        ("file:///c:/a%20b/%E4%BD%A0.yaml", "C:/a b/你.yaml"),
        ("file:///c:/a%5Cb.toml", "C:/a/b.toml"),
        ("FILE:///c:/x", "C:/x"),
        ("file://server/share/x.toml", "//server/share/x.toml"),
        ("file:////server/share/x.toml", "//server/share/x.toml"),
        ("file://localhost/c:/x", "C:/x"),
        ("untitled:Untitled-1", "untitled:Untitled-1"),
        ("untitled:c:/x/task.yaml", "untitled:c:/x/task.yaml"),
    ],
)
def test_path_of_windows(uri: str, path: str) -> None:
    assert path_of(uri, windows=True) == path


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///dm/x.toml", "/dm/x.toml"),
        ("file:/dm/x.toml", "/dm/x.toml"),
        ("file://localhost/dm/x.toml", "/dm/x.toml"),
        ("file:///a%23b%3Fc%25.toml", "/a#b?c%.toml"),
        ("file:///a#b?c.toml", "/a#b?c.toml"),
        ("file:///c%3A/x", "/c:/x"),
        ("file:///a%5Cb", "/a\\b"),
        ("file:///%FF.toml", "/\udcff.toml"),
        ("file:///e%CC%81.yaml", "/e\u0301.yaml"),
        ("file://host/x", "//host/x"),
        ("file://", "/"),
        ("vscode-vfs://github/o/r/dm-master.toml", "vscode-vfs://github/o/r/dm-master.toml"),
        ("git:/x/t.yaml?%7B%7D", "git:/x/t.yaml?%7B%7D"),
        ("nonsense", "nonsense"),
        ("", ""),
    ],
)
def test_path_of_elsewhere(uri: str, path: str) -> None:
    assert path_of(uri, windows=False) == path


_NAMES = st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs"]) | st.just("\udcff"), min_size=1).filter(lambda s: not s.startswith("/"))


@given(st.lists(_NAMES, min_size=1))
def test_a_path_survives_its_uri(names: list[str]) -> None:
    path = "/" + "/".join(names)
    assert path_of(uri_of(path, windows=False), windows=False) == path
    assert uri_of(path, windows=False).isascii()


@given(st.lists(_NAMES.map(lambda s: s.replace("\\", "_")), min_size=1), st.sampled_from("CD"))
def test_a_windows_path_survives_its_uri(names: list[str], drive: str) -> None:
    for path in (f"{drive}:/" + "/".join(names), "//server/share/" + "/".join(names)):
        assert path_of(uri_of(path, windows=True), windows=True) == path


def test_uri_of_is_total() -> None:
    assert uri_of("/a\ud800", windows=False) == "file:///a%ED%A0%80"


def test_identity() -> None:
    nfc, nfd = unicodedata.normalize("NFC", "/Conf/é.toml"), unicodedata.normalize("NFD", "/conf/É.toml")
    assert identity(nfc, "darwin") == identity(nfd, "darwin")
    assert identity("C:/Conf/X.toml", "win32") == identity("c:/conf/x.TOML", "win32")
    assert identity(nfc, "linux") != identity(nfd, "linux")


def test_one_spelling_per_file() -> None:
    windows = Paths("win32")
    assert windows.canonical("C:/Conf/X.toml") == "C:/Conf/X.toml"
    assert windows.of("file:///c%3A/conf/x.toml") == "C:/Conf/X.toml"
    assert windows.of("untitled:A") == "untitled:A" != windows.of("untitled:a")
    assert Paths("linux").of("file:///A") != Paths("linux").of("file:///a")


# --- documents ---


def test_apply_in_every_encoding() -> None:
    for encoding, column in (("utf-8", 4), ("utf-16", 2), ("utf-32", 1)):
        document = Document("u", "p", "\U0001f600x\ny", 1)
        document.apply([Change((0, column), (0, column + 1), "z"), Change((1, 0), (9, 9), "")], 2, encoding)
        assert (document.text, document.version) == ("\U0001f600z\n", 2)


def test_a_range_written_backwards() -> None:
    document = Document("u", "p", "abcdef", 1)
    document.apply([Change((0, 4), (0, 1), "-")], 2, "utf-16")
    assert document.text == "a-ef"


_TEXT = st.text(st.sampled_from("ab\n\r\u2028\x0c\U0001f600é"), max_size=12)


@given(_TEXT, st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), _TEXT), max_size=5), st.sampled_from(from_proto.ENCODINGS))
def test_edits_by_position_are_edits_by_offset(text: str, edits: list[tuple[int, int, str]], encoding: str) -> None:
    document = Document("u", "p", text, 0)
    for start, end, new in edits:
        start, end = sorted((min(start, len(text)), min(end, len(text))))
        lines = LineIndex(text)
        at, to = lines.position(start, encoding), lines.position(end, encoding)
        # No position points between CR and LF, so such an offset names the end of its line.
        start, end = lines.offset(*at, encoding), lines.offset(*to, encoding)
        text = text[:start] + new + text[end:]
        document.apply([Change(tuple(at), tuple(to), new)], 1, encoding)
        assert document.text == text


# --- to the client ---


def test_a_related_place_whose_text_is_unknown_is_left_out() -> None:
    finding = Finding("r", Severity.ERROR, "/a", Span(0, 1), "m", related=(Related("/b", Span(0, 1), "m"),))
    lines = LineIndex("x")
    rich = Client(related_information=True)
    [diagnostic] = to_proto.diagnostics([finding], lines, rich, lambda m, a: m, lambda path: None)
    assert "relatedInformation" not in diagnostic
    [diagnostic] = to_proto.diagnostics([finding], lines, rich, lambda m, a: m, lambda path: ("file:///b", lines))
    assert diagnostic["relatedInformation"][0]["message"] == "m"


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("# Title\n\n**bold** and `code`", "Title\n\nbold and code"),
        ("see [docs](https://x.y)", "see docs (https://x.y)"),
        ("```yaml\na: 1\n```\nend", "a: 1\nend"),
        ("a\\_b \\* c", "a_b * c"),
        ("snake_case_name 2 ** 3", "snake_case_name 2 ** 3"),
    ],
)
def test_plain(markdown: str, text: str) -> None:
    assert plain(markdown) == text


def test_markup_in_the_best_format_of_the_client() -> None:
    assert to_proto.markup("`a`", frozenset(("plaintext", "markdown"))) == {"kind": "markdown", "value": "`a`"}
    assert to_proto.markup("`a`", frozenset(("plaintext",))) == {"kind": "plaintext", "value": "a"}
    assert to_proto.markup("`a`", frozenset()) == "a"


@pytest.mark.parametrize(
    ("snippet", "text"),
    [
        ("a: ${1:x}$0", "a: x"),
        ("${1|all,none|}: $2", "all: "),
        (r"\$x \} \\", "$x } \\"),
        ("plain", "plain"),
        (r"${1:a\}b}", "a}b"),
    ],
)
def test_without_placeholders(snippet: str, text: str) -> None:
    assert without_placeholders(snippet) == text


_BLOCK = Completion("b", "snippet", "", "", "b:\n  ${1:x}", Span(8, 8), is_snippet=True)


@pytest.mark.parametrize(
    ("client", "text", "mode"),
    [
        (Client(snippets=True, text_modes=frozenset((1, 2))), "b:\n  ${1:x}", 2),
        (Client(snippets=True, text_modes=frozenset((1,))), "b:\n    ${1:x}", 1),
        (Client(snippets=True), "b:\n  ${1:x}", None),
        (Client(snippets=True, text_mode=1), "b:\n    ${1:x}", None),
        (Client(), "b:\n    x", None),
        (Client(text_mode=2), "b:\n  x", None),
    ],
)
def test_a_block_is_indented_by_the_client_or_for_it(client: Client, text: str, mode: int | None) -> None:
    [item] = to_proto.completion([_BLOCK], LineIndex("a:\n  - x\n"), client)["items"]
    assert item["textEdit"]["newText"] == text
    assert item.get("insertTextMode") == mode


# --- from the client ---

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "capabilities",
                    "textDocument",
                    "workspace",
                    "general",
                    "positionEncodings",
                    "completion",
                    "completionItem",
                    "valueSet",
                    "tagSupport",
                    "foldingRange",
                    "foldingRangeKind",
                    "workspaceFolders",
                    "uri",
                    "rootUri",
                    "rootPath",
                    "initializationOptions",
                    "dmls",
                    "locale",
                    "hover",
                    "contentFormat",
                    "diagnostic",
                    "rangeLimit",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(_JSON)
def test_client_is_total(params: object) -> None:
    read = client(params)
    assert read.encoding in from_proto.ENCODINGS
    assert all(isinstance(uri, str) for uri in read.folders)


def test_settings() -> None:
    assert from_proto.settings({"dmls": {"a": 1}, "other": {}}) == {"a": 1}
    assert from_proto.settings({"a": 1, "workspaceTrusted": False}) == {"a": 1}
    assert from_proto.settings(None) is None
    assert not client({"initializationOptions": {"workspaceTrusted": False}}).trusted


def test_root_path_of_old_clients() -> None:
    assert client({"rootPath": "/a b"}).folders == ("file:///a%20b",)
    assert client({"rootUri": "file:///r", "rootPath": "/p"}).folders == ("file:///r",)
    assert client({"workspaceFolders": [{"uri": "file:///w", "name": "w"}, 5], "rootUri": "file:///r"}).folders == ("file:///w",)


def test_unknown_enum_values_stay_what_they_are() -> None:
    from lsprotocol import types as t

    made = converter()
    assert made.structure(777, t.SymbolKind) == 777
    assert made.structure([], t.SymbolKind) == []
    assert made.structure(5, t.SymbolKind) is t.SymbolKind.Class


# --- the wire ---


@given(st.lists(st.binary(max_size=40), max_size=5), st.lists(st.integers(1, 30), max_size=20))
def test_framer_does_not_care_how_the_bytes_arrive(bodies: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(b"Content-Length: %d\r\n\r\n" % len(body) + body for body in bodies)
    framer, got = Framer(), []
    for cut in cuts:
        got += framer.feed(stream[:cut])
        stream = stream[cut:]
    got += framer.feed(stream)
    assert got == bodies


def test_framer_reads_odd_headers() -> None:
    assert Framer().feed(b"content-length:2\nContent-Type: x\n\n{}") == [b"{}"]
    assert Framer().feed(b"X: 1\r\n\r\nContent-Length: 2\r\n\r\n{}") == [b"{}"]


# --- the command line ---


def test_options() -> None:
    assert options(["--stdio"]) == options([]) == options(["--clientProcessId=7"]) == options(["--clientProcessId", "7"])
    assert options(["--tcp", "0.0.0.0:99"]).tcp == ("0.0.0.0", 99)
    assert options(["--tcp=[::1]:99"]).tcp == ("::1", 99)
    assert options(["--tcp=99"]).tcp == ("127.0.0.1", 99)
    assert options(["--tcp=x"]).unknown == ("--tcp=x",)
    assert options(["--log-level=DEBUG"]).log_level == "debug"
    assert options(["--log-level=loud", "--node-ipc", "x"]).unknown == ("--log-level=loud", "--node-ipc", "x")
    assert options(["--log-file=/x/y"]).log_file == "/x/y"


def test_what_is_warmed_up_can_be_read() -> None:
    from dmls.lsp.server import _WARM, Server

    protocol = Server().protocol
    for method, params in _WARM:
        assert protocol.structure_message({"jsonrpc": "2.0", "id": 0, "method": method, "params": params}).method == method
