"""The Emacs package: it compiles without a warning, and its cheap look misses no file of DM."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from editors import material
from editors.drivers.base import until
from editors.drivers.emacs import Eglot, Emacs
from editors.place import ROOT, Place

FOLDER = ROOT / "editors" / "emacs"
pytestmark = [pytest.mark.timeout(120), pytest.mark.skipif(Emacs.absent() is not None, reason=f"{Emacs.absent()}")]


def batch(*arguments: str) -> str:
    """What Emacs prints."""
    command, more = Emacs.command()
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, encoding="utf-8", env={**os.environ, **more}, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_it_compiles_without_a_warning(tmp_path: Path) -> None:
    for path in FOLDER.glob("*.el"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    said = batch("-L", str(tmp_path), "--eval", "(setq byte-compile-warnings t)", "-f", "batch-byte-compile", *map(str, sorted(tmp_path.glob("*.el"))))
    assert [line for line in said.splitlines() if "arning" in line and "dmls" in line] == []
    assert sorted(p.name for p in tmp_path.glob("*.elc")) == ["dmls-eglot.elc", "dmls-lsp.elc", "dmls.elc"]


def look(tmp_path: Path, files: list[tuple[str, str]]) -> list[bool]:
    paths = tmp_path / "paths.json"
    paths.write_text(json.dumps([str(p) for p in material.write(tmp_path / "files", files)]), encoding="utf-8")
    form = f"""(progn (require 'dmls) (require 'json)
      (princ (concat "=> " (json-encode (vconcat (mapcar (lambda (file)
        (with-temp-buffer (insert-file-contents file) (setq buffer-file-name file) (if (dmls-file-p) t :json-false)))
        (json-read-file {json.dumps(str(paths))})))))))"""
    said = re.search(r"=> (.*)", batch("--eval", form))
    assert said is not None
    found: list[bool] = json.loads(said[1])
    return found


def test_no_file_of_dm_is_missed(tmp_path: Path) -> None:
    files = material.of_dm()
    assert [f for f, found in zip(files, look(tmp_path, files)) if not found] == []


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    assert look(tmp_path, material.OTHERS) == [False] * len(material.OTHERS)


def test_other_buffers_get_no_server(begin: Any, place: Place) -> None:
    e: Eglot = begin(Eglot, path=place.deployment.other)
    assert e.eval("(featurep 'dmls-eglot)") is None
    assert not place.record.exists()


def test_the_action_explain_opens_the_page_here(begin: Any, place: Place) -> None:
    e: Eglot = begin(Eglot)
    until("the finding", lambda: e.shows(4, "ssl_ca"))
    e.fix(4, "Explain")
    assert str(e.eval('(with-current-buffer "*dmls tls-unknown-key*" (buffer-string))')).startswith("# tls-unknown-key")
    assert not [m for m in place.messages() if m.get("message", {}).get("method") == "window/showMessage"]


def test_commands(begin: Any) -> None:
    e: Eglot = begin(Eglot)
    e.eval('(progn (dmls-explain "tls-unknown-key") t)')
    assert "tls-unknown-key" in e.eval('(with-current-buffer "*dmls tls-unknown-key*" (buffer-string))')
    assert "tls-unknown-key" in e.eval("(dmls--rules)")
    e.eval("(progn (dmls-doctor) t)")
    assert "dm-master.toml" in e.eval('(with-current-buffer "*dmls doctor*" (buffer-string))')
