"""Configurations as the editors' own schemas want them, in step with the program; documents in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Iterator

import pytest
import tomli
from jsonschema import Draft7Validator

import dmls
from dmls.lsp import from_proto
from dmls.lsp.server import options
from editors import material
from editors.place import ROOT

FOLDER = ROOT / "editors"
OURS = ("neovim", "helix", "emacs", "vim", "kate", "sublime", "zed", "jetbrains")
TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
WORDS: dict[str, Any] = {"type": "array", "items": TEXT, "minItems": 1}


def closed(required: list[str], **properties: Any) -> dict[str, Any]:
    """A schema for an object with these keys and no others."""
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


ANY = {"type": "object"}

SUBLIME = closed(
    ["clients"],
    clients={
        "type": "object",
        "additionalProperties": closed(
            ["enabled", "command", "selector"], enabled={"type": "boolean"}, command=WORDS, selector=TEXT, settings=ANY, initializationOptions=ANY, env=ANY
        ),
    },
)
"""What the package LSP takes of a client."""

KATE = closed(
    ["servers"],
    servers={
        "type": "object",
        "additionalProperties": {
            "oneOf": [
                closed(["use"], use=TEXT, highlightingModeRegex=TEXT),
                closed(
                    ["command", "highlightingModeRegex"],
                    command=WORDS,
                    rootIndicationFileNames=WORDS,
                    highlightingModeRegex=TEXT,
                    initializationOptions=ANY,
                    settings=ANY,
                    url=TEXT,
                ),
            ]
        },
    },
)

ZED_EXTENSION = closed(
    ["id", "name", "version", "schema_version", "authors", "description", "repository", "language_servers"],
    id={"type": "string", "pattern": "^[a-z][a-z0-9-]*$"},
    name=TEXT,
    version={"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
    schema_version={"const": 1},
    authors=WORDS,
    description=TEXT,
    repository={"type": "string", "pattern": "^https://"},
    language_servers={
        "type": "object",
        "additionalProperties": closed(["name", "languages"], name=TEXT, languages=WORDS, language_ids={"type": "object", "additionalProperties": TEXT}),
    },
)

ZED_SETTINGS = closed(
    [],
    lsp={
        "type": "object",
        "additionalProperties": closed([], binary=closed(["path"], path=TEXT, arguments=WORDS, env=ANY), settings=ANY, initialization_options=ANY),
    },
    languages={"type": "object", "additionalProperties": closed([], language_servers=WORDS)},
)

LSP4IJ = closed(
    ["id", "name", "programArgs", "fileTypeMappings"],
    id=TEXT,
    name=TEXT,
    programArgs=closed(["default"], default=TEXT, windows=TEXT, mac=TEXT, unix=TEXT),
    expandConfiguration={"type": "boolean"},
    fileTypeMappings={
        "type": "array",
        "minItems": 1,
        "items": closed(["fileType", "languageId"], fileType=closed([], name=TEXT, patterns=WORDS), languageId=TEXT),
    },
    languageMappings={"type": "array", "items": closed(["language", "languageId"], language=TEXT, languageId=TEXT)},
)

HELIX = closed(
    ["language-server", "language"],
    **{
        "language-server": {
            "type": "object",
            "additionalProperties": closed(["command"], command=TEXT, args=WORDS, config=ANY, timeout={"type": "integer"}, environment=ANY),
        },
        "language": {"type": "array", "items": closed(["name", "language-servers"], name=TEXT, roots=WORDS, **{"language-servers": WORDS})},
    },
)


def relaxed(path: Path) -> Any:
    """JSON with comments and commas at the end, as these editors read it."""
    text = re.sub(r'("(?:[^"\\]|\\.)*")|//[^\n]*', lambda m: m[1] or "", path.read_text(encoding="utf-8"))
    return json.loads(re.sub(r",(?=\s*[}\]])", "", text))


def toml(path: Path) -> Any:
    return tomli.loads(path.read_text(encoding="utf-8"))


def plain(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


FILES = [
    ("sublime/LSP.sublime-settings", relaxed, SUBLIME),
    ("kate/settings.json", plain, KATE),
    ("zed/extension.toml", toml, ZED_EXTENSION),
    ("zed/settings.json", relaxed, ZED_SETTINGS),
    ("jetbrains/dmls/template.json", plain, LSP4IJ),
    ("jetbrains/dmls/settings.json", plain, closed(["dmls"], dmls=ANY)),
    ("jetbrains/dmls/initializationOptions.json", plain, ANY),
    ("jetbrains/dmls/clientSettings.json", plain, closed([], caseSensitive={"type": "boolean"})),
    ("helix/languages.toml", toml, HELIX),
]


@pytest.mark.parametrize(("name", "reader", "schema"), FILES, ids=[name for name, _, _ in FILES])
def test_a_configuration_is_what_its_editor_reads(name: str, reader: Any, schema: Any) -> None:
    assert [f"{list(e.path)}: {e.message}" for e in Draft7Validator(schema).iter_errors(reader(FOLDER / name))] == []


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every command line in the configurations."""
    yield "sublime", relaxed(FOLDER / "sublime" / "LSP.sublime-settings")["clients"]["dmls"]["command"]
    yield "kate", plain(FOLDER / "kate" / "settings.json")["servers"]["yaml"]["command"]
    yield "jetbrains", plain(FOLDER / "jetbrains" / "dmls" / "template.json")["programArgs"]["default"].split()
    server = toml(FOLDER / "helix" / "languages.toml")["language-server"]["dmls"]
    yield "helix", [server["command"], *server["args"]]
    neovim = re.search(r"cmd = \{ (.*) \}", (FOLDER / "neovim" / "lsp" / "dmls.lua").read_text(encoding="utf-8"))
    assert neovim is not None
    yield "neovim", re.findall(r"'([^']*)'", neovim[1])
    zed = re.search(r"vec!\[(.*)\]", (FOLDER / "zed" / "src" / "dmls.rs").read_text(encoding="utf-8"))
    assert zed is not None
    yield "zed", ["dmls", *re.findall(r'"([^"]*)"', zed[1])]


@pytest.mark.parametrize(("editor", "command"), list(commands()), ids=lambda v: v if isinstance(v, str) else "")
def test_every_command_line_is_understood(editor: str, command: list[str]) -> None:
    assert command[:2] == ["dmls", "serve"]
    assert options(command[2:]).unknown == ()


def test_helix_names_only_servers_for_languages_that_it_has() -> None:
    configuration = toml(FOLDER / "helix" / "languages.toml")
    assert all(language["language-servers"][0] == "dmls" for language in configuration["language"])
    assert {language["name"] for language in configuration["language"]} == {"yaml", "toml", "bash", "ini"}


def test_versions_are_those_of_the_program() -> None:
    zed = FOLDER / "zed"
    emacs = re.search(r"^;; Version: (.*)$", (FOLDER / "emacs" / "dmls.el").read_text(encoding="utf-8"), re.M)
    assert emacs is not None
    assert {toml(zed / "extension.toml")["version"], toml(zed / "Cargo.toml")["package"]["version"], emacs[1]} == {dmls.__version__}


def test_the_extension_for_zed_is_a_library_for_its_sandbox() -> None:
    cargo = toml(FOLDER / "zed" / "Cargo.toml")
    assert cargo["lib"]["crate-type"] == ["cdylib"]
    assert (FOLDER / "zed" / cargo["lib"]["path"]).exists()
    assert "register_extension!" in (FOLDER / "zed" / cargo["lib"]["path"]).read_text(encoding="utf-8")
    locked = {package["name"]: package["version"] for package in toml(FOLDER / "zed" / "Cargo.lock")["package"]}
    assert locked["zed_extension_api"] == cargo["dependencies"]["zed_extension_api"]
    assert locked[cargo["package"]["name"]] == dmls.__version__


@pytest.mark.parametrize(("name", "row"), [("README.md", "| `:Dmls {}"), ("README.zh-CN.md", "| `:Dmls {}"), ("doc/dmls.txt", "\n:Dmls {}"), ("doc/dmls.cnx", "\n:Dmls {}")])
def test_every_command_of_neovim_is_described(name: str, row: str) -> None:
    text = (FOLDER / "neovim" / name).read_text(encoding="utf-8")
    described = re.findall(re.escape(row).replace(r"\{\}", r"(\w+)"), text)
    assert sorted(set(described)) == material.words_of_neovim()


def known_settings() -> set[str]:
    return set(plain(ROOT / "schemas" / "dmls.schema.json")["properties"])


@pytest.mark.parametrize("editor", OURS)
def test_the_settings_in_examples_exist(editor: str) -> None:
    """In readmes and in comments of configurations."""
    text = "".join(p.read_text(encoding="utf-8") for p in sorted((FOLDER / editor).iterdir()) if p.is_file() and p.suffix in (".md", ".json", ".toml", ".sublime-settings"))
    named = set(re.findall(r"[\"'{ :.\[](dm-version|language|rules)[\"']?\]? ?[:= ]", text))
    assert "language" in named or "dm-version" in named
    assert named <= known_settings()
    assert from_proto.settings({"dmls": {"language": "zh"}}) == {"language": "zh"}


@pytest.mark.parametrize("folder", ["", *OURS])
def test_a_readme_exists_in_both_languages(folder: str) -> None:
    english = (FOLDER / folder / "README.md").read_text(encoding="utf-8")
    chinese = (FOLDER / folder / "README.zh-CN.md").read_text(encoding="utf-8")
    assert "(README.zh-CN.md)" in english and "(README.md)" in chinese
    assert re.findall(r"^(?:#+|\d+\.) ", english, re.M) == re.findall(r"^(?:#+|\d+\.) ", chinese, re.M)
    assert english.count("```") == chinese.count("```")
    # What one says in code, the other says too.
    code = re.compile(r"`(dmls-[a-z-]+|:Dmls \w+|Ctrl\+.|Alt\+\w+)")
    assert set(code.findall(english)) == set(code.findall(chinese))


@pytest.mark.parametrize("folder", ["", *OURS])
@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_links_lead_somewhere(folder: str, name: str) -> None:
    here = FOLDER / folder
    for target in re.findall(r"\]\(([^)]+)\)", (here / name).read_text(encoding="utf-8")):
        assert target.startswith("https://") or (here / target).exists(), target
