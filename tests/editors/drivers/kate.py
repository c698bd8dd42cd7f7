"""Kate in a virtual screen, with keys from xdotool.

What it shows cannot be read as text.  So a finding counts as shown when the server sent it and as many lines are marked on the screen as
have findings; what a hover or a completion says is read from the record.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

from editors.drivers.base import Editor, until
from editors.place import ROOT, Place

_PROGRAMS = ("kate", "Xvfb", "openbox", "xdotool")
_LINE = 17
"""The height of a line of text in pixels, with the font that Kate takes where nothing is configured."""
_COLUMN = 900
"""Where the screen is looked at: right of all text, left of the scroll bar."""
_TOP, _BOTTOM = 262, 733
"""Between which rows the text stands."""
_KATERC = """\
[General]
Startup Session=new

[Kate Plugins]
lspclientplugin=true

[lspclient]
AllowedServerCommandLines={command}
"""


class Kate(Editor):
    name = "kate"
    quick = False

    @staticmethod
    def absent() -> str | None:
        missing = [name for name in _PROGRAMS if shutil.which(name) is None]
        return f"{', '.join(missing)} not installed" if missing else None

    def __init__(self, place: Place, language: str) -> None:
        super().__init__(place, language)
        place.home.chmod(0o700)
        folder = place.home / ".config" / "kate" / "lspclient"
        folder.mkdir(parents=True)
        settings = json.loads((ROOT / "editors" / "kate" / "settings.json").read_text(encoding="utf-8"))
        settings["servers"]["yaml"]["initializationOptions"] = {"language": language}
        (folder / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
        command = f"{place.folder / 'bin' / 'dmls'} serve --stdio"
        (place.home / ".config" / "katerc").write_text(_KATERC.format(command=command), encoding="utf-8")
        self._processes: list[subprocess.Popen[bytes]] = []

    def _run(self, *command: str, folder: Path | None = None, **more: Any) -> subprocess.Popen[bytes]:
        log = (self.place.folder / f"{command[0]}.log").open("wb")
        self._processes.append(subprocess.Popen(command, cwd=folder, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **more))
        return self._processes[-1]

    def start(self, path: Path) -> None:
        reader, writer = os.pipe()
        self._environment = self.place.environment()
        screen = self.place.folder / "screen"
        screen.mkdir()
        self._run("Xvfb", "-displayfd", str(writer), "-screen", "0", "1400x900x24", "-fbdir", str(screen), pass_fds=[writer])
        os.close(writer)
        with os.fdopen(reader) as numbers:
            self._environment["DISPLAY"] = f":{numbers.readline().strip()}"
        self._screen = screen / "Xvfb_screen0"
        self._run("openbox")
        self._run("kate", "-n", str(path), folder=path.parent)
        self._path = path
        until("the window of Kate", lambda: self._xdotool("search", "--onlyvisible", "--class", "kate", check=False), 60)
        self._xdotool("search", "--onlyvisible", "--class", "kate", "windowactivate", "--sync")
        until("the first findings", lambda: self._published() is not None)

    def _xdotool(self, *words: str, check: bool = True) -> str:
        done = subprocess.run(["xdotool", *words], env=self._environment, capture_output=True, text=True, check=check, timeout=30)
        return done.stdout

    def _keys(self, *keys: str) -> None:
        for key in keys:
            self._xdotool("key", "--clearmodifiers", key)

    def _type(self, text: str) -> None:
        self._xdotool("type", "--clearmodifiers", "--delay", "30", text)

    # --- what was said ---

    def _published(self) -> list[dict[str, Any]] | None:
        """The findings of the file in view that the server sent last."""
        uri = self._path.as_uri()
        said = [m["message"]["params"] for m in self.place.messages() if m.get("message", {}).get("method") == "textDocument/publishDiagnostics"]
        return next((params["diagnostics"] for params in reversed(said) if params["uri"] == uri), None)

    def _answer(self, method: str, after: int) -> Any:
        """The answer to the last request of a method behind the first `after` messages, None while there is none."""
        messages = [m.get("message", {}) for m in self.place.messages()[after:]]
        asked = [m["id"] for m in messages if m.get("method") == method]
        return next((m for m in messages if asked and "method" not in m and m.get("id") == asked[-1] and "result" in m), None)

    def _result(self, method: str, after: int) -> Any:
        return until(f"the answer to {method}", lambda: self._answer(method, after))["result"]

    # --- what is seen ---

    def _marked(self) -> int:
        """How many lines are coloured for their findings."""
        data = self._screen.read_bytes()
        header = struct.unpack(">25I", data[:100])
        start, height, row, colours = header[0], header[5], header[12], header[19]
        start += colours * 12
        count = 0
        for y in range(_TOP, min(_BOTTOM, height)):
            at = start + y * row + _COLUMN * 4
            colour = data[at : at + 3]
            # Pale red, green, or both mixed; all else there is grey or white.
            count += max(colour) - min(colour) > 6
        return round(count / _LINE)

    def shows(self, line: int, text: str) -> bool:
        found = self._published() or []
        lines = {f["range"]["start"]["line"] for f in found}
        there = any(f["range"]["start"]["line"] == line - 1 and text in f"{f['code']} {f['message']}" for f in found)
        return there and self._marked() == len(lines)

    # --- what is done ---

    def open(self, path: Path) -> None:
        self._path = path
        self._keys("ctrl+o")
        until("the dialog", lambda: self._xdotool("search", "--onlyvisible", "--name", "Open", check=False))
        self._type(str(path))
        self._keys("Return")

    def _go(self, line: int, column: int = 1) -> None:
        self._keys("ctrl+g")
        self._type(str(line))
        self._keys("Return", "Escape", "Home", *["Right"] * (column - 1))

    def hover(self, line: int, column: int) -> str:
        before = len(self.place.messages())
        self._go(line, column)
        # LSP Client, Symbol Info
        self._keys("alt+l", "y")
        told: str = self._result("textDocument/hover", before)["contents"]["value"]
        self._keys("Escape")
        return told

    def complete(self, typed: str, wanted: str) -> list[str]:
        before = len(self.place.messages())
        self._keys("ctrl+End")
        # Kate 22.12 puts a completion in place of the word at the cursor, and a hyphen ends a word.
        self._type(typed.partition("-")[0])
        self._keys("ctrl+space")
        offered = [item["label"] for item in self._result("textDocument/completion", before)["items"]]
        # Kate shows in its order what begins as the text does; nothing of the text stands there yet where `typed` ends with a blank.
        self._keys(*["Down"] * (offered.index(wanted) if typed.endswith(" ") else 0), "Return")
        until("the completed line", lambda: wanted in self.text().splitlines()[-1], seen=self.text)
        return offered

    def fix(self, line: int, title: str) -> None:
        before = len(self.place.messages())
        old = self.text()
        self._go(line)
        self._keys("alt+Return")
        offered = [action["title"] for action in self._result("textDocument/codeAction", before)]
        number = next(i for i, action in enumerate(offered) if title in action)
        self._keys(*["Down"] * (number + 1), "Return")
        until(f"the fix {title}", lambda: self.text() != old, seen=lambda: offered)

    def fix_all(self, title: str) -> None:
        self.fix(7, title)

    def text(self) -> str:
        self._keys("ctrl+s")
        return self._path.read_text(encoding="utf-8")

    def stop(self) -> None:
        if self._processes and self._processes[-1].poll() is None:
            self._keys("ctrl+s", "ctrl+q")
            try:
                self._processes[-1].wait(5)
            except subprocess.TimeoutExpired:
                pass
        for process in reversed(self._processes):
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()
