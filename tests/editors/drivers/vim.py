"""Vim with ALE, in a terminal in memory and asked through a channel of Vim's."""

from __future__ import annotations

import importlib.util
import json
import re
import socket
from pathlib import Path
from typing import Any

from editors.drivers.base import EDITORS, PATIENCE, Editor, unpacked, until
from editors.place import ROOT, Place

_SHARE = EDITORS / "vim" / "root" / "usr" / "share"
_RC = """
set nocompatible encoding=utf-8 nomore noswapfile completeopt=menuone,noinsert shortmess+=I
set runtimepath^={plugin},{ale}
let g:dmls_settings = {{'language': '{language}'}}
let g:ale_linters = {{'toml': ['dmls'], 'yaml': ['dmls']}}
let g:ale_hover_to_preview = 1
filetype plugin on
set omnifunc=ale#completion#OmniFunc
let g:test_channel = ch_open('{address}')
"""


class Vim(Editor):
    name = "vim"

    @staticmethod
    def absent() -> str | None:
        if unpacked("vim", "vim.basic") is None:
            return "Vim with ALE is not installed"
        if importlib.util.find_spec("pyte") is None:
            return "pyte, a terminal in memory, is not installed"
        return None

    def __init__(self, place: Place, language: str) -> None:
        super().__init__(place, language)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._asked = 0

    @staticmethod
    def command() -> tuple[list[str], dict[str, str]]:
        """How to start Vim, and what it must find in its environment."""
        command = unpacked("vim", "vim.basic")
        assert command is not None
        return command, {"VIM": str(_SHARE / "vim"), "VIMRUNTIME": str(next((_SHARE / "vim").glob("vim[0-9]*")))}

    def start(self, path: Path) -> None:
        from editors.drivers.terminal import Terminal

        host, port = self._listener.getsockname()[:2]
        rc = self.place.folder / "vimrc"
        rc.write_text(_RC.format(plugin=ROOT / "editors" / "vim", ale=_SHARE / "vim-ale", language=self.language, address=f"{host}:{port}"), encoding="utf-8")
        command, more = self.command()
        self._terminal = Terminal([*command, "-u", str(rc), "-i", "NONE", str(path)], self.place.environment(**more), path.parent)
        self._listener.settimeout(0.1)

        def connected() -> bool:
            self._terminal.settle()
            try:
                self._channel = self._listener.accept()[0]
            except TimeoutError:
                return False
            return True

        until("the channel of Vim", connected, seen=self._terminal.text)
        self._channel.settimeout(0.1)
        self._buffer = b""

    def expr(self, expression: str) -> Any:
        """The value of an expression."""
        self._asked -= 1
        self._channel.sendall(json.dumps(["expr", expression, self._asked]).encode())
        decoder = json.JSONDecoder()

        def answered() -> list[Any]:
            # It draws on the terminal meanwhile, and waits where nobody looks.
            self._terminal.settle(0.01)
            try:
                self._buffer += self._channel.recv(1 << 16)
            except TimeoutError:
                pass
            text = self._buffer.decode("utf-8", "ignore")
            try:
                answer, end = decoder.raw_decode(text.lstrip())
            except json.JSONDecodeError:
                return []
            self._buffer = text.lstrip()[end:].encode()
            return [answer]

        (number, value) = until(f"the value of {expression}", answered, seen=self._terminal.text)[0]
        assert number == self._asked, expression
        return value

    def ex(self, command: str) -> None:
        """Run a command."""
        self._channel.sendall(json.dumps(["ex", command]).encode())
        self.expr("1")

    def open(self, path: Path) -> None:
        self.ex("set hidden")
        self.ex(f"edit {path}")

    def shows(self, line: int, text: str) -> bool:
        found = self.expr("map(getloclist(0), 'v:val.lnum . \":\" . v:val.text')")
        return any(str(f).startswith(f"{line}:") and text in f for f in found)

    def hover(self, line: int, column: int) -> str:
        self.ex(f"call cursor({line}, {column})")
        self.ex("ALEHover")
        preview = 'map(filter(getwininfo(), \'getwinvar(v:val.winid, "&previewwindow")\'), \'join(getbufline(v:val.bufnr, 1, "$"), "\\n")\')'
        told = until("the hover", lambda: self.expr(preview), seen=self._terminal.text)
        self.ex("pclose")
        return str(told[0])

    def complete(self, typed: str, wanted: str) -> list[str]:
        self._terminal.keys("escape", "G", "o", typed, "\x18\x0f")
        offered: list[str] = []

        def there() -> bool:
            # ALE shows what it will insert, the sign behind the key included.
            offered[:] = [str(word).rstrip(" =:") for word in self.expr("map(copy(complete_info(['items']).items), 'v:val.word')")]
            return wanted in offered

        until(f"the completion {wanted}", there, seen=self._terminal.text)
        self._terminal.keys(*["\x0e"] * offered.index(wanted), "\x19", "escape")
        return list(offered)

    def fix(self, line: int, title: str) -> None:
        self.ex(f"call cursor({line}, 1)")
        self._terminal.keys(":ALECodeAction", "enter")
        # ALE numbers the actions and asks for one.
        pattern = re.compile(rf"^(\d+)\) .*{re.escape(title)}")
        rows = self._terminal.until(lambda rows: any(row.startswith("Type number") for row in rows), "the list of actions", PATIENCE)
        number = next((m[1] for m in map(pattern.match, rows) if m), None)
        assert number, f"{title} is not offered: {rows}"
        self._terminal.keys(number, "enter")
        self._terminal.settle()

    def fix_all(self, title: str) -> None:
        self.fix(7, title)

    def text(self) -> str:
        return "".join(f"{row}\n" for row in self.expr("getline(1, '$')"))

    def stop(self) -> None:
        terminal = getattr(self, "_terminal", None)
        if terminal is not None:
            terminal.keys("escape", ":qall!", "enter")
            terminal.close()
            self._channel.close()
            del self._terminal
        self._listener.close()
