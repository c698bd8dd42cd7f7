"""The Vim plugin: its cheap look misses no file of DM, vim-lsp is told of the server, the commands work."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from editors import material
from editors.drivers.base import until
from editors.drivers.vim import Vim
from editors.place import ROOT, Place

FOLDER = ROOT / "editors" / "vim"
pytestmark = [pytest.mark.timeout(120), pytest.mark.skipif(Vim.absent() is not None, reason=f"{Vim.absent()}")]


def script(tmp_path: Path, text: str) -> Any:
    """What a script leaves in `Result`."""
    out = tmp_path / "out.json"
    file = tmp_path / "script.vim"
    file.write_text(
        f"set nocompatible encoding=utf-8 noswapfile hidden\nset runtimepath^={FOLDER}\nruntime plugin/dmls.vim\n{text}\ncall writefile([json_encode(Result)], '{out}')\nqall!\n",
        encoding="utf-8",
    )
    command, more = Vim.command()
    environment = {**os.environ, **more, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    done = subprocess.run([*command, "-u", "NONE", "-i", "NONE", "-es", "-S", str(file)], capture_output=True, text=True, env=environment, check=False, timeout=100)
    assert out.exists(), done.stdout + done.stderr
    return json.loads(out.read_text(encoding="utf-8"))


def look(tmp_path: Path, files: list[tuple[str, str]]) -> list[int]:
    paths = json.dumps([str(p) for p in material.write(tmp_path / "files", files)])
    found: list[int] = script(
        tmp_path, f"let Result = []\nfor file in json_decode('{paths}')\n  execute 'edit' fnameescape(file)\n  call add(Result, dmls#is_dm(bufnr('%')))\nendfor"
    )
    return found


def test_no_file_of_dm_is_missed(tmp_path: Path) -> None:
    files = material.of_dm()
    assert [f for f, found in zip(files, look(tmp_path, files)) if not found] == []


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    assert look(tmp_path, material.OTHERS) == [0] * len(material.OTHERS)


def test_vim_lsp_is_told_of_the_server(tmp_path: Path) -> None:
    """With a stand-in for the two functions of vim-lsp that are used."""
    stub = tmp_path / "stub" / "autoload"
    (stub / "lsp").mkdir(parents=True)
    (stub / "lsp.vim").write_text("function! lsp#register_server(info) abort\n  let g:told = a:info\nendfunction\n", encoding="utf-8")
    (stub / "lsp" / "utils.vim").write_text("function! lsp#utils#path_to_uri(path) abort\n  return 'file://' . a:path\nendfunction\n", encoding="utf-8")
    (master, other) = material.write(tmp_path / "files", [("dm-master.toml", ""), material.OTHERS[0]])
    result = script(
        tmp_path,
        f"""set runtimepath^={stub.parent}
let g:dmls_settings = {{'language': 'zh'}}
doautocmd User lsp_setup
let Result = {{'name': g:told.name, 'allowlist': g:told.allowlist, 'options': g:told.initialization_options, 'config': g:told.workspace_config}}
edit {master}
let Result.of_dm = g:told.cmd({{}})
let Result.root = g:told.root_uri({{}})
edit {other}
let Result.of_others = g:told.cmd({{}})""",
    )
    settings = {"language": "zh"}
    assert result == {
        "name": "dmls",
        "allowlist": ["bash", "sh", "systemd", "toml", "yaml"],
        "options": settings,
        "config": {"dmls": settings},
        "of_dm": ["dmls", "serve", "--stdio"],
        "root": f"file://{master.parent}",
        "of_others": [],
    }


def test_commands(begin: Any, place: Place) -> None:
    e: Vim = begin(Vim)
    until("the finding", lambda: e.shows(4, "ssl_ca"))
    e.ex("DmlsCheck")
    found = e.expr("map(getqflist(), '[fnamemodify(bufname(v:val.bufnr), \":t\"), v:val.lnum, v:val.type, v:val.text]')")
    assert any(f[:3] == ["dm-master.toml", 4, "e"] and f[3].startswith("tls-unknown-key]") for f in found), found
    e.ex("DmlsExplain tls-unknown-key")
    assert "tls-unknown-key" in e.text() and e.expr("&filetype") == "markdown"
    assert "tls-unknown-key" in e.expr("getcompletion('DmlsExplain tls-un', 'cmdline')")


def test_other_buffers_get_no_server(begin: Any, place: Place) -> None:
    e: Vim = begin(Vim, path=place.deployment.other)
    e.ex("ALELint")
    e.open(place.deployment.task)
    until("the finding in the task", lambda: e.shows(9, "no-such-key"))
    opened = [m["message"]["params"]["textDocument"]["uri"] for m in place.messages() if m.get("message", {}).get("method") == "textDocument/didOpen"]
    assert opened == [place.deployment.task.as_uri()]
