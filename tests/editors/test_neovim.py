"""What Neovim's configuration does besides what every client does: where it attaches, `:Dmls`, `:checkhealth dmls`, `:help dmls`."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import tomli
from ruamel.yaml import YAML

import dmls
from editors import material
from editors.drivers.base import until
from editors.drivers.neovim import Neovim
from editors.place import ROOT, Place
from support import changes

pytestmark = pytest.mark.timeout(120)
FOLDER = ROOT / "editors" / "neovim"


@pytest.fixture
def neovim(begin: Any) -> Neovim:
    e: Neovim = begin(Neovim)
    until("the client", e.attached)
    return e


def lines_of(text: str) -> list[str]:
    """Lines as Neovim has them in a buffer."""
    return text.removesuffix("\n").split("\n")


def is_dm(e: Neovim, files: list[tuple[str, str]]) -> list[bool]:
    """What the cheap look says of each file."""
    data = e.place.folder / "files.json"
    data.write_text(json.dumps([[name, lines_of(text)] for name, text in files]), encoding="utf-8")
    found: list[bool] = e.lua(
        f"""local files = vim.json.decode(table.concat(vim.fn.readfile({json.dumps(str(data))}), '\\n'))
        return vim.tbl_map(function(f) return (require('dmls.files').is_dm(f[1], f[2])) end, files)"""
    )
    return found


def test_no_file_of_dm_is_missed(neovim: Neovim) -> None:
    files = material.of_dm()
    assert len(files) > 400
    assert [f for f, found in zip(files, is_dm(neovim, files)) if not found] == []


def test_other_files_are_left_alone(neovim: Neovim) -> None:
    assert is_dm(neovim, material.OTHERS) == [False] * len(material.OTHERS)


def test_it_attaches_to_files_of_dm_only(neovim: Neovim, place: Place) -> None:
    folder = place.deployment.folder
    neovim.open(place.deployment.other)
    assert not neovim.attached()
    neovim.open(place.deployment.task)
    until("the client in the task", neovim.attached)
    neovim.open(folder / "tls" / "ca.pem")
    until("the client in a certificate of the deployment", neovim.attached)
    assert neovim.lua("return #vim.lsp.get_clients()") == 1
    # What becomes a file of DM is taken when it is written.
    (folder / "new.yaml").write_text("a: 1\n", encoding="utf-8")
    neovim.open(folder / "new.yaml")
    assert not neovim.attached()
    neovim.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, { '# dmls: kind=task', 'name: t' }) vim.cmd.write()")
    until("the client in the new task", neovim.attached)
    # A script or a unit is DM's where it starts one of its programs.
    for name, text, wanted in (("build.sh", "# no dmctl\nmake\n", False), ("run.sh", "exec dm-worker\n", True), ("w1.service", "[Service]\nExecStart=/dm/dm-worker\n", True)):
        (folder / name).write_text(text, encoding="utf-8")
        neovim.open(folder / name)
        if wanted:
            until(f"the client in {name}", neovim.attached)
        else:
            assert not neovim.attached()
    # A settings file may say so, too.
    (folder / ".dmls.toml").write_text('[kinds]\n"plain.yaml" = "source"\n', encoding="utf-8")
    (folder / "plain.yaml").write_text("a: 1\n", encoding="utf-8")
    neovim.open(folder / "plain.yaml")
    until("the client in a file that a setting names", neovim.attached)


def test_check(neovim: Neovim, place: Place) -> None:
    neovim.lua("vim.cmd.Dmls('check')")
    quickfix = "return vim.tbl_map(function(i) return { vim.fs.basename(vim.api.nvim_buf_get_name(i.bufnr)), i.lnum, i.col, i.type, i.text } end, vim.fn.getqflist())"
    found = until("the quickfix list", lambda: neovim.lua(quickfix))
    assert ["dm-master.toml", 4, 1, "E"] in [f[:4] for f in found]
    assert any(f[0] == "orders.yaml" and f[4].endswith("[unknown-key]") for f in found)
    assert f"{len(found)} findings" in neovim.notified()[-1]


@pytest.mark.parametrize("argument", ["", "tls-unknown-key"], ids=["of this line", "by name"])
def test_explain(neovim: Neovim, place: Place, argument: str) -> None:
    until("the finding", lambda: neovim.shows(4, "tls-unknown-key"))
    neovim.lua(f"vim.api.nvim_win_set_cursor(0, {{ 4, 0 }}) vim.cmd('Dmls explain {argument}')")
    name = until("the page", lambda: (n := neovim.lua("return vim.api.nvim_buf_get_name(0)")) != str(place.deployment.master) and n)
    assert name == "dmls://tls-unknown-key"
    assert neovim.text().startswith("# ") and neovim.lua("return vim.bo.filetype") == "markdown"


def test_the_action_explain_opens_the_page_here(neovim: Neovim, place: Place) -> None:
    until("the finding", lambda: neovim.shows(4, "tls-unknown-key"))
    neovim.lua("vim.api.nvim_win_set_cursor(0, { 4, 0 }) vim.lsp.buf.code_action({ apply = true, filter = function(a) return a.title:find('^Explain') ~= nil end })")
    until("the page", lambda: neovim.lua("return vim.api.nvim_buf_get_name(0)") == "dmls://tls-unknown-key")
    assert not [m for m in place.messages() if m.get("message", {}).get("method") == "window/showMessage"]


def test_copy_fills_the_register(neovim: Neovim) -> None:
    neovim.lua("require('dmls.client').of():exec_cmd({ title = '', command = 'dmls.copy', arguments = { 'openssl version' } })")
    until("the register", lambda: neovim.lua("return vim.fn.getreg('\"')") == "openssl version")
    assert "openssl version" in neovim.notified()[-1]


def test_doctor(neovim: Neovim) -> None:
    neovim.lua("vim.cmd.Dmls('doctor')")
    until("the report", lambda: neovim.lua("return vim.api.nvim_buf_get_name(0)") == "dmls://doctor")
    assert dmls.__version__ in neovim.text() and "dm-master.toml" in neovim.text()


def test_what_dm_works_with(neovim: Neovim, place: Place) -> None:
    neovim.lua("vim.cmd.Dmls('show')")
    name = f"dmls://effective/{place.deployment.master.name}"
    text = f"local b = vim.fn.bufnr('^{name}$') return b ~= -1 and table.concat(vim.api.nvim_buf_get_lines(b, 0, -1, false), '\\n') or ''"
    told = until("the values", lambda: neovim.lua(text))
    assert told.startswith("# What DM main makes of dm-master.toml") and 'rpc-timeout = "30s"  # default' in told
    assert neovim.lua(f"local b = vim.fn.bufnr('^{name}$') return {{ vim.bo[b].filetype, vim.bo[b].modifiable, #vim.fn.win_findbuf(b) }}") == ["toml", False, 1]
    # The file stays where one was; what is typed there shows beside it.
    assert neovim.lua("return vim.api.nvim_buf_get_name(0)") == str(place.deployment.master)
    neovim.lua("vim.api.nvim_buf_set_lines(0, 0, 0, false, { 'rpc-timeout = \"77s\"' }) vim.api.nvim_exec_autocmds('TextChanged', { buffer = 0 })")
    until("what was typed", lambda: 'rpc-timeout = "1m17s"  # dm-master.toml:1 (written `"77s"`)' in neovim.lua(text))
    neovim.lua("vim.cmd.Dmls('show nobody')")
    until("the refusal", lambda: "nobody" in neovim.notified()[-1])


def test_map(neovim: Neovim, place: Place) -> None:
    neovim.lua("vim.cmd.DmlsMap()")
    until("the map", lambda: neovim.lua("return vim.api.nvim_buf_get_name(0)") == "dmls://map")
    text = neovim.text()
    assert "dm-master.toml" in text or "DM-master" in text
    number = next(i for i, line in enumerate(text.split("\n"), 1) if "DM-master" in line)
    neovim.lua(f"vim.api.nvim_win_set_cursor(0, {{ {number}, 0 }}) vim.api.nvim_feedkeys(vim.keycode('<CR>'), 'x', false)")
    until("the file", lambda: neovim.lua("return vim.api.nvim_buf_get_name(0)") == str(place.deployment.master))
    # A line that is about nothing says so and stays.
    neovim.lua("vim.cmd.Dmls('map')")
    until("the map", lambda: neovim.lua("return vim.api.nvim_buf_get_name(0)") == "dmls://map")
    neovim.lua("vim.api.nvim_win_set_cursor(0, { 1, 0 }) vim.api.nvim_feedkeys(vim.keycode('<CR>'), 'x', false)")
    assert neovim.lua("return vim.api.nvim_buf_get_name(0)") == "dmls://map"
    assert "no place" in neovim.notified()[-1]


def test_log(neovim: Neovim) -> None:
    neovim.lua("vim.lsp.log.set_level('info') vim.lsp.log.error('x') vim.cmd.Dmls('log')")
    assert neovim.lua("return vim.fs.basename(vim.api.nvim_buf_get_name(0))") == "lsp.log"


def test_restart(neovim: Neovim) -> None:
    number = "return (vim.lsp.get_clients({ bufnr = 0, name = 'dmls' })[1] or {}).id"
    before = neovim.lua(number)
    neovim.lua("vim.cmd.Dmls('restart')")
    until("another client", lambda: neovim.attached() and neovim.lua(number) != before)
    until("its findings", lambda: neovim.shows(4, "tls-unknown-key"))


def test_commands_are_completed(neovim: Neovim) -> None:
    complete = "return vim.fn.getcompletion('{}', 'cmdline')"
    assert neovim.lua(complete.format("Dmls ")) == material.words_of_neovim()
    assert neovim.lua(complete.format("Dmls re")) == ["restart"]
    assert "tls-unknown-key" in neovim.lua(complete.format("Dmls explain tls-un"))
    neovim.lua("vim.cmd.Dmls('nonsense')")
    assert "nonsense" in neovim.notified()[-1]


def test_without_a_client_the_commands_say_so(neovim: Neovim, place: Place) -> None:
    neovim.open(place.deployment.other)
    for command in ("fix", "explain"):
        neovim.lua(f"vim.cmd.Dmls('{command}')")
        assert "checkhealth" in neovim.notified()[-1]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_health(begin: Any, language: str) -> None:
    e: Neovim = begin(Neovim, language)
    until("the client", e.attached)
    e.lua("vim.cmd.checkhealth('dmls')")
    report = e.text()
    assert "ERROR" not in report and "WARNING" not in report
    assert dmls.__version__ in report and "dm-master.toml" in report
    assert ("已附加" if language == "zh" else "attached to this buffer") in report


def test_health_without_a_server(begin: Any, place: Place) -> None:
    (place.folder / "bin" / "dmls").unlink()
    e: Neovim = begin(Neovim)
    e.lua("vim.lsp.config('dmls', { cmd = { 'no-such-program' } }) vim.cmd.checkhealth('dmls')")
    assert "`no-such-program` is not found" in e.text()


@pytest.mark.parametrize(("topic", "word"), [("dmls", "TiDB"), (":Dmls", "explain"), ("dmls-attach", "kind=task"), ("dmls@cn", "配置")])
def test_help(neovim: Neovim, topic: str, word: str, tmp_path: Path) -> None:
    # The tags are made elsewhere, for they are no part of the project.
    copy = tmp_path / "plugin"
    neovim.lua(f"vim.fn.mkdir('{copy}/doc', 'p') for _, f in ipairs({{ 'dmls.txt', 'dmls.cnx' }}) do vim.uv.fs_copyfile('{FOLDER}/doc/' .. f, '{copy}/doc/' .. f) end")
    neovim.lua(f"vim.cmd.helptags('{copy}/doc') vim.opt.runtimepath:append('{copy}') vim.cmd.help('{topic}')")
    assert word in neovim.text()


def test_every_command_is_in_the_help() -> None:
    commands = re.findall(r"^function COMMANDS\.(\w+)", (FOLDER / "lua" / "dmls" / "commands.lua").read_text(encoding="utf-8"), re.M)
    for name in ("dmls.txt", "dmls.cnx"):
        text = (FOLDER / "doc" / name).read_text(encoding="utf-8")
        assert [c for c in commands if f":Dmls {c}" not in text] == []
        assert [line for line in text.splitlines() if len(line) > 78] == []


def test_both_languages_of_the_plugin_say_the_same() -> None:
    text = (FOLDER / "lua" / "dmls" / "words.lua").read_text(encoding="utf-8")
    english, chinese = (dict(re.findall(r"^  \['([\w-]+)'\] = (.*),$", part, re.M)) for part in text.split("local ZH")[:2])
    assert list(english) == list(chinese) == sorted(english)
    assert {name: re.findall("%.", english[name]) for name in english} == {name: re.findall("%.", chinese[name]) for name in chinese}


def test_the_package_for_mason() -> None:
    package = YAML(typ="safe").load((FOLDER / "mason" / "package.yaml").read_text(encoding="utf-8"))
    project = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert package["source"]["id"] == f"pkg:pypi/{project['name']}@{dmls.__version__}"
    assert package["bin"] == dict.fromkeys(project["scripts"], f"pypi:{project['name']}")
    assert package["neovim"] == {"lspconfig": "dmls"}
    assert package["licenses"] == [project["license"]]
    # What mason's schema asks for.
    assert {"name", "description", "homepage", "licenses", "languages", "categories", "source"} <= package.keys()
    assert set(package["categories"]) <= {"Compiler", "DAP", "Formatter", "Linter", "LSP", "Runtime"}


def test_the_lua_can_be_read() -> None:
    if Neovim.absent():
        pytest.skip(str(Neovim.absent()))
    nvim = Neovim.binary()
    for path in FOLDER.rglob("*.lua"):
        done = subprocess.run([nvim, "--clean", "--headless", "-c", f"lua assert(loadfile([[{path}]]))", "-c", "qa"], capture_output=True, text=True, check=False)
        assert done.stderr == "", (path, done.stderr)


def choose(neovim: Neovim, number: int) -> None:
    """The user takes this answer to the next question, which is kept."""
    neovim.lua(f"vim.ui.select = function(items, options, done) vim.g.asked = options.prompt; done(items[{number}], {number}) end")


def test_tls_is_turned_on_and_off_again(neovim: Neovim, place: Place) -> None:
    worker = place.deployment.folder / "plain" / "dm-worker.toml"
    worker.parent.mkdir()
    old = 'name = "w9"\nworker-addr = "10.0.0.1:8262"\njoin = "10.0.0.1:8261"\n'
    worker.write_text(old)
    text = "return table.concat(vim.api.nvim_buf_get_lines(vim.fn.bufnr(vim.g.worker), 0, -1, false), '\\n') .. '\\n'"
    page = "return vim.api.nvim_buf_get_name(0)"
    neovim.lua(f"vim.g.worker = {str(worker)!r} vim.cmd.edit(vim.g.worker)")
    neovim.lua("vim.cmd('Dmls tls')")
    assert "enable" in neovim.notified()[-1]
    enable = f"vim.cmd('Dmls tls enable --certs={place.deployment.folder / 'tls'} {worker}')"
    choose(neovim, 2)
    neovim.lua(enable)
    until("the page", lambda: neovim.lua(page) == "dmls://change")
    assert until("the question", lambda: neovim.lua("return vim.g.asked")) and "tls enable" in neovim.text()
    assert neovim.lua(text) == old
    neovim.lua("vim.cmd.close()")
    choose(neovim, 1)
    neovim.lua(enable)
    until("the edit", lambda: 'ssl-ca = "' in neovim.lua(text))
    until("the page of what was done", lambda: "* edited" in neovim.text() and "dm-worker w9" in neovim.text())
    neovim.lua("vim.cmd.close()")
    neovim.lua(f"vim.cmd('Dmls tls disable {worker}')")
    until("the text as it was", lambda: neovim.lua(text) == old, seen=lambda: (neovim.lua(text), neovim.lua(page), neovim.text(), neovim.notified()))


@pytest.mark.parametrize("name", changes.NAMES)
def test_every_action_on_a_deployment(begin: Any, place: Place, name: str) -> None:
    language = "zh" if changes.NAMES.index(name) % 2 else "en"
    e: Neovim = begin(Neovim, language)
    until("the client", e.attached)
    elsewhere = place.folder / "elsewhere"
    case = changes.cases(elsewhere)[name]
    folder = elsewhere / name.replace(" ", "-")
    case.lay(folder)
    choose(e, 1)

    def act(action: str, options: changes.Options, done: Any) -> None:
        words = [f"--{key}" if value is True else f"--{key}={value if isinstance(value, str) else ','.join(value)}" for key, value in options.items()]  # type: ignore[arg-type]
        e.lua(f"vim.cmd({json.dumps(' '.join(['Dmls', action, *words, str(folder)]))})")
        until(f"the effect of {action}", done, seen=lambda: (case.missing(folder), e.text(), e.notified()))

    made = ("已创建 ", "已修改 ") if language == "zh" else ("* created ", "* edited ")
    if case.before:
        act(case.before["action"], case.before["options"], lambda: any(word in e.text() for word in made))
        # The page has no client.
        e.lua("vim.cmd.close()")
    # Neovim edits buffers and leaves it to the user to write them.
    act(name, case.options, lambda: e.lua("vim.cmd('silent! wall')") or not case.missing(folder))
    until("the page of what was done", lambda: all(word in e.text() for word in case.said) and any(word in e.text() for word in made))
