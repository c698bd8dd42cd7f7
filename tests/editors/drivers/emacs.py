"""Emacs 30 in batch mode, with its own Eglot or with lsp-mode, fed with forms."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from pathlib import Path
from typing import Any

from editors.drivers.base import EDITORS, PATIENCE, Editor, unpacked
from editors.place import ROOT, Place

_ROOT = EDITORS / "emacs" / "root"
_PACKAGES = _ROOT / "usr" / "share" / "emacs" / "site-lisp" / "elpa-src"


_NO_COMPILER = "(setq native-comp-enable-subr-trampolines nil native-comp-jit-compilation nil)"
"""The compiler is not among what was unpacked."""


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


class Emacs(Editor):
    """What both clients have in common."""

    client: str

    @staticmethod
    def absent() -> str | None:
        return None if unpacked("emacs", "emacs-nox") else "Emacs 30 is not installed"

    def __init__(self, place: Place, language: str) -> None:
        super().__init__(place, language)
        self._process: subprocess.Popen[str] | None = None

    @staticmethod
    def command() -> tuple[list[str], dict[str, str]]:
        """How to start Emacs with the packages and ours on its path, and what it must find in its environment."""
        command = unpacked("emacs", "emacs-nox")
        assert command is not None
        version = next((_ROOT / "usr" / "share" / "emacs").glob("[0-9]*"))
        lisp = version / "lisp"
        folders = [lisp, *(p for p in sorted(lisp.rglob("*")) if p.is_dir() and p.name != "obsolete")]
        environment = {
            "EMACSLOADPATH": ":".join(map(str, folders)),
            "EMACSDATA": str(version / "etc"),
            "EMACSDOC": str(version / "etc"),
            "EMACSPATH": str(next((_ROOT / "usr" / "libexec" / "emacs").rglob("hexl")).parent),
        }
        dump = next(_ROOT.rglob("*.pdmp"))
        load = [option for folder in (*sorted(_PACKAGES.iterdir()), ROOT / "editors" / "emacs") for option in ("-L", str(folder))]
        return [*command, f"--dump-file={dump}", "-Q", "--batch", "--eval", _NO_COMPILER, *load], environment

    def start(self, path: Path) -> None:
        command, more = self.command()
        self._process = subprocess.Popen(
            [*command, "-l", str(Path(__file__).with_name("repl.el"))],
            cwd=path.parent,
            env=self.place.environment(**more),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(self.place.folder / "emacs.stderr").open("w"),
            text=True,
            encoding="utf-8",
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, args=(self._process,), daemon=True).start()
        self.eval("(progn (require 'yaml-mode) (add-to-list 'auto-mode-alist '(\"\\\\.ya?ml\\\\'\" . yaml-mode)))")
        self.eval(self.set_up())
        self.eval(f"(progn (require 'dmls) (setq dmls-client '{self.client} dmls-settings '(:language {_quoted(self.language)})) (dmls-global-mode))")
        self.open(path)

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def eval(self, form: str) -> Any:
        """The value of a form, as JSON has it."""
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(" ".join(form.split("\n")) + "\n")
        self._process.stdin.flush()
        while True:
            line = self._lines.get(timeout=60)
            if line is None:
                raise AssertionError(f"Emacs ended: {(self.place.folder / 'emacs.stderr').read_text()}")
            if line.startswith("!! "):
                raise AssertionError(f"{form}: {line[3:]}")
            if line.startswith("=> "):
                return json.loads(line[3:])

    def wait(self, look: str, what: str) -> Any:
        """The first non-nil value of a form, while the server may speak."""
        found = self.eval(f"(repl-until {PATIENCE} (lambda () {look}))")
        assert found, f"{what} did not happen; {self.text()}"
        return found

    def set_up(self) -> str:
        """A form for the beginning."""
        return "nil"

    def open(self, path: Path) -> None:
        self.eval(f"(progn (find-file {_quoted(str(path))}) (run-window-configuration-change-hook) (repl-until 0.1 #'ignore) (buffer-name))")

    def shows(self, line: int, text: str) -> bool:
        found = f"""(seq-some (lambda (d) (and (= {line} (line-number-at-pos (flymake-diagnostic-beg d)))
                    (string-search {_quoted(text)} (flymake-diagnostic-text d)))) (flymake-diagnostics))"""
        self.eval("(repl-until 0.1 #'ignore)")
        return self.eval(f"(and {found} t)") is True

    def _go(self, line: int, column: int = 1) -> str:
        return f"(progn (goto-char (point-min)) (forward-line {line - 1}) (forward-char {column - 1}))"

    def text(self) -> str:
        found = self.eval("(buffer-substring-no-properties (point-min) (point-max))")
        assert isinstance(found, str)
        return found

    def stop(self) -> None:
        process = self._process
        if process is None or process.stdin is None:
            return
        if process.poll() is None:
            try:
                self.eval(self.shut_down())
                process.stdin.close()
                process.wait(10)
            except (AssertionError, OSError, subprocess.TimeoutExpired, queue.Empty):
                process.kill()
        process.wait()

    def shut_down(self) -> str:
        raise NotImplementedError

    def complete(self, typed: str, wanted: str) -> list[str]:
        self.eval(f"(progn (goto-char (point-max)) (insert {_quoted(typed)}))")
        function = self.completion()
        word = "(buffer-substring-no-properties (nth 0 capf) (nth 1 capf))"
        offered: list[str] = self.wait(
            f"(let ((capf (funcall #'{function}))) (mapcar #'substring-no-properties (all-completions {word} (nth 2 capf) (plist-get (nthcdr 3 capf) :predicate))))",
            "the completion",
        )
        self.eval(
            f"""(let* ((capf (funcall #'{function})) (cand (car (member {_quoted(wanted)} (all-completions {word} (nth 2 capf))))))
            (delete-region (nth 0 capf) (nth 1 capf)) (insert cand)
            (funcall (plist-get (nthcdr 3 capf) :exit-function) cand 'finished)
            (unless (bolp) (insert "\\n")))"""
        )
        return offered

    def completion(self) -> str:
        """The name of the function that completes."""
        raise NotImplementedError

    def fix_all(self, title: str) -> None:
        self.eval("(dmls-fix-all)")


class Eglot(Emacs):
    name = "emacs-eglot"
    client = "eglot"

    def hover(self, line: int, column: int) -> str:
        self.eval(self._go(line, column))
        told: str = self.wait(
            "(let (said) (eglot-hover-eldoc-function (lambda (s &rest _) (setq said (and s (substring-no-properties s))))) (repl-until 5 (lambda () said)))", "the hover"
        )
        return told

    def completion(self) -> str:
        return "eglot-completion-at-point"

    def fix(self, line: int, title: str) -> None:
        self.eval(
            f"""(progn {self._go(line)}
            (let ((action (seq-find (lambda (a) (string-search {_quoted(title)} (plist-get a :title))) (eglot-code-actions (point) (point) nil nil))))
              (eglot-execute (eglot-current-server) action)) t)"""
        )

    def shut_down(self) -> str:
        return "(progn (dolist (b (buffer-list)) (with-current-buffer b (set-buffer-modified-p nil))) (eglot-shutdown-all) t)"


class LspMode(Emacs):
    name = "emacs-lsp"
    client = "lsp-mode"

    def set_up(self) -> str:
        return """(progn (load "lsp-mode-autoloads" nil t) (require 'lsp-mode) (setq lsp-enable-snippet nil lsp-auto-guess-root t lsp-diagnostics-provider :flymake lsp-enable-suggest-server-download nil
                  lsp-warn-no-matched-clients nil lsp-restart 'ignore lsp-enable-file-watchers nil lsp-client-packages nil) t)"""

    def open(self, path: Path) -> None:
        super().open(path)
        self.wait("(seq-some (lambda (w) (eq 'initialized (lsp--workspace-status w))) (lsp-workspaces))", "the start of the server")

    def hover(self, line: int, column: int) -> str:
        self.eval(self._go(line, column))
        told: str = self.wait(
            '(let ((h (lsp-request "textDocument/hover" (lsp--text-document-position-params)))) (and h (substring-no-properties (lsp--render-on-hover-content (gethash "contents" h) t))))',
            "the hover",
        )
        return told

    def completion(self) -> str:
        return "lsp-completion-at-point"

    def fix(self, line: int, title: str) -> None:
        self.eval(
            f"""(progn {self._go(line)}
            (let ((action (seq-find (lambda (a) (string-search {_quoted(title)} (gethash "title" a))) (lsp-code-actions-at-point))))
              (lsp-execute-code-action action)) t)"""
        )

    def shut_down(self) -> str:
        return "(progn (dolist (b (buffer-list)) (with-current-buffer b (set-buffer-modified-p nil))) (mapc #'lsp--shutdown-workspace (lsp--session-workspaces (lsp-session))) t)"
