"""The whole server as three editors would see it, with their own capabilities."""

from __future__ import annotations

import asyncio
import sys

import pytest
import pytest_lsp
from lsprotocol import types as t
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

from support.raw_client import PATIENCE, environment

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.timeout(60),
    pytest.mark.filterwarnings("error::pytest_lsp.LspSpecificationWarning"),
]

MASTER = "file:///dm/conf/dm-master.toml"
TASK = "file:///dm/conf/task.yaml"
TASK_TEXT = """\
name: test
task-mode: all
target-database:
  host: 127.0.0.1
  port: 4000
  user: root
mysql-instances:
  - source-id: mysql-1
    no-such-key: 1
"""


class Editor:
    """An editor's client that remembers of which version the diagnostics are that it shows."""

    def __init__(self, client: LanguageClient, name: str) -> None:
        self.client = client
        self.name = name
        self.capabilities = client_capabilities(name)
        self._versions: dict[str, int | None] = {}
        self._news = asyncio.Condition()
        remember = client.protocol.fm.features[t.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS]

        async def publish(params: t.PublishDiagnosticsParams) -> None:
            remember(params)
            async with self._news:
                self._versions[params.uri] = params.version
                self._news.notify_all()

        client.protocol.fm.features[t.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS] = publish

        @client.feature(t.CLIENT_REGISTER_CAPABILITY)
        def register(params: t.RegistrationParams) -> None:
            """Agreed to."""

    async def shown(self, uri: str, version: int) -> list[str]:
        """The codes of the diagnostics of that version, pulled where this editor pulls."""
        if self.capabilities.text_document.diagnostic is not None:
            report = await self.client.text_document_diagnostic_async(t.DocumentDiagnosticParams(text_document=t.TextDocumentIdentifier(uri=uri)))
            return [d.code for d in report.items]
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(lambda: self._versions.get(uri) == version), PATIENCE)
        return [d.code for d in self.client.diagnostics[uri]]


@pytest_lsp.fixture(
    params=["visual_studio_code", "neovim", "emacs"],
    config=ClientServerConfig(server_command=[sys.executable, "-m", "dmls", "serve", "--stdio"], server_env=environment()),
)
async def lsp(lsp_client: LanguageClient, request):
    lsp_client.editor = Editor(lsp_client, request.param)
    await lsp_client.initialize_session(t.InitializeParams(capabilities=lsp_client.editor.capabilities, workspace_folders=None))
    yield
    await lsp_client.shutdown_session()


@pytest.fixture
def editor(lsp) -> Editor:
    return lsp.editor


def opened(uri: str, text: str) -> t.DidOpenTextDocumentParams:
    return t.DidOpenTextDocumentParams(t.TextDocumentItem(uri=uri, language_id="plaintext", version=1, text=text))


def typed(uri: str, version: int, line: int, start: int, end: int, text: str) -> t.DidChangeTextDocumentParams:
    where = t.Range(t.Position(line, start), t.Position(line, end))
    return t.DidChangeTextDocumentParams(
        t.VersionedTextDocumentIdentifier(uri=uri, version=version),
        [t.TextDocumentContentChangePartial(text=text, range=where)],
    )


async def test_find_and_mend_a_fault(editor: Editor) -> None:
    editor.client.text_document_did_open(opened(TASK, TASK_TEXT))
    assert "unknown-key" in await editor.shown(TASK, 1)
    editor.client.text_document_did_change(typed(TASK, 2, 8, 4, 18, "meta:"))
    assert "unknown-key" not in await editor.shown(TASK, 2)


async def test_hover(editor: Editor) -> None:
    editor.client.text_document_did_open(opened(TASK, TASK_TEXT))
    hover = await editor.client.text_document_hover_async(t.HoverParams(t.TextDocumentIdentifier(TASK), t.Position(1, 3)))
    assert hover is not None
    assert hover.range == t.Range(t.Position(1, 0), t.Position(1, 9))
    assert hover.contents.kind == t.MarkupKind.Markdown
    assert "task-mode" in hover.contents.value


async def test_completion(editor: Editor) -> None:
    editor.client.text_document_did_open(opened(TASK, TASK_TEXT + "    me"))
    answer = await editor.client.text_document_completion_async(t.CompletionParams(t.TextDocumentIdentifier(TASK), t.Position(9, 6)))
    items = {item.label: item for item in answer.items}
    assert "meta" in items
    assert items["meta"].text_edit.range == t.Range(t.Position(9, 4), t.Position(9, 6))
    snippets = [i for i in answer.items if i.insert_text_format == t.InsertTextFormat.Snippet]
    if editor.name == "emacs":
        assert not snippets
    assert not any("${" in i.text_edit.new_text for i in answer.items if i not in snippets)


async def test_outline_and_folding(editor: Editor) -> None:
    editor.client.text_document_did_open(opened(TASK, TASK_TEXT))
    symbols = await editor.client.text_document_document_symbol_async(t.DocumentSymbolParams(t.TextDocumentIdentifier(TASK)))
    assert [s.name for s in symbols][:2] == ["name", "task-mode"]
    folds = await editor.client.text_document_folding_range_async(t.FoldingRangeParams(t.TextDocumentIdentifier(TASK)))
    assert any((fold.start_line, fold.end_line) == (2, 5) for fold in folds)


async def test_toml_and_a_file_that_is_not_ours(editor: Editor) -> None:
    editor.client.text_document_did_open(opened(MASTER, 'name = "m1"\nno-such-key = 1\n'))
    assert "unknown-key" in await editor.shown(MASTER, 1)
    other = "file:///dm/docker-compose.yaml"
    editor.client.text_document_did_open(opened(other, "services:\n  db:\n    image: mysql\n"))
    assert await editor.shown(other, 1) == []
