"""Every sentence, page and description exists in both languages, and the Chinese was read again after its English changed."""

from __future__ import annotations

import importlib.util
import string
from pathlib import Path
from types import ModuleType

import pytest
import tomli

from dmls import lint
from dmls.rules.registry import ROWS
from dmls.words.catalogue import FILES, page, table
from support.certs import NOW
from support.certs_block import CannotHave
from support.core import analysis_of, analysis_on_disk
from support.scenario import read

ROOT = Path(__file__).resolve().parents[2]
WORDS = ROOT / "server" / "dmls" / "words"
NAMES = [row.name for row in ROWS]
SHELLS = {
    "v1",
    "page",
    "init",
    "certs-new",
    "certs-renew",
    "certs-steps",
    "keyring",
    "doctor",
    "link",
    "map",
    "show",
    "change",
    "migrate",
    "tls-change",
    "tls-book",
    "action",
    "cli",
    "certs",
    "verify",
    "lsp",
    "ide",
    "fix",
    "editor",
    "related",
    "hidden",
}
"""The owners of sentences that are no rules."""
ENGLISH = ("What:", "Why:", "Wrong:", "Right:", "Fix:")
CHINESE = ("是什么：", "为什么：", "错误：", "正确：", "修复：")
UNREACHED = {
    "secret-key-file.unreadable": "root may read everything",
    "tls-file-unreadable": "no disk of a test fails to read",
    "tls-file-unreadable.rights": "root may read everything",
    "tls-file-unreadable.name": "the limit differs between file systems",
    "tls-file-unreadable.socket": "a scenario cannot hold a socket",
    "deprecated-key": "every deprecated key of today has a successor",
    "key-not-in-version.gone": "no key of today's schemas has an end",
}
"""Sentences that no file can raise now, and why they stay."""


def load_script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "server" / "dev" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


accept = load_script("accept_translations")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_files() -> None:
    assert {p.stem for p in (WORDS / "en").glob("*.toml")} == {p.stem for p in (WORDS / "zh_cn").glob("*.toml")} == set(FILES)


@pytest.mark.parametrize("folder", ["en", "zh_cn"])
def test_sentences_are_read_as_toml_reads_them(folder: str) -> None:
    """The catalogue has no parser of TOML."""
    locale = "zh" if folder == "zh_cn" else folder
    said: dict[str, str] = {}
    for file in FILES:
        for owner, sentences in tomli.loads((WORDS / folder / f"{file}.toml").read_text(encoding="utf-8")).items():
            said.update((owner if variant == "message" else f"{owner}.{variant}", text) for variant, text in sentences.items())
    assert table(locale) == said


@pytest.mark.parametrize("file", FILES)
def test_both_languages_have_the_same_ids_in_each_file(file: str) -> None:
    english, chinese = (tomli.loads((WORDS / folder / f"{file}.toml").read_text(encoding="utf-8")) for folder in ("en", "zh_cn"))
    assert {o: set(s) for o, s in english.items()} == {o: set(s) for o, s in chinese.items()}


def test_placeholders_are_the_same() -> None:
    english, chinese = table("en"), table("zh")
    assert [(name, text, chinese[name]) for name, text in english.items() if placeholders(text) != placeholders(chinese[name])] == []


def test_every_id_belongs_to_a_rule_or_a_shell() -> None:
    owners = {name.partition(".")[0] for name in table("en")}
    assert owners - set(NAMES) - SHELLS - {lint.INTERNAL_ERROR} == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_has_a_title_and_a_sentence(name: str) -> None:
    ids = {i for i in table("en") if i == name or i.startswith(f"{name}.")}
    assert f"{name}.title" in ids
    assert ids - {f"{name}.title"}


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_a_rule_has_a_page_in_both_languages(row: object) -> None:
    english = accept.docstring(row.module)  # type: ignore[attr-defined]
    chinese = page(row.name)  # type: ignore[attr-defined]
    assert chinese is not None, "no Chinese page"
    assert headings(english, ENGLISH) == list(ENGLISH)
    assert headings(chinese, CHINESE) == list(CHINESE)
    summary = english.partition("\n")[0]
    assert summary.endswith("."), "a page begins with one sentence on one line"


def headings(text: str, words: tuple[str, ...]) -> list[str]:
    """The headings in the order in which paragraphs begin with them."""
    return [word for part in text.split("\n\n") for word in words if part.startswith(word)]


def test_no_page_is_left_over() -> None:
    assert {p.stem for p in (WORDS / "zh_cn" / "pages").glob("*.md")} - set(NAMES) == set()


def test_schemas_are_described_in_chinese() -> None:
    lacking = []
    for path, part in accept.schema_parts():
        if not part.get("x-dmls-doc-zh"):
            lacking.append(path)
        if len(part.get("x-dmls-enum-doc-zh", ())) != len(part.get("enumDescriptions", ())):
            lacking.append(f"{path}: enumDescriptions")
        if "deprecationMessage" in part and not part.get("x-dmls-deprecation-zh"):
            lacking.append(f"{path}: deprecationMessage")
    assert lacking == []


def test_chinese_was_read_again_after_its_english_changed() -> None:
    stale = accept.stale()
    assert not any(stale.values()), f"read the Chinese again, then run server/dev/accept_translations.py: {stale}"


def test_every_sentence_is_raised_by_a_scenario(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    raised: set[str] = set()
    for number, scenario in enumerate(s for p in sorted((ROOT / "tests" / "scenarios").rglob("*.md")) for s in read(p)):
        monkeypatch.setattr(lint, "MAX_FINDINGS", int(scenario.blocks.get("limit", 1000)))
        material = scenario.material()
        folder = "/w"
        if material is not None:
            scenario = scenario.filled(material)
            home = tmp_path / str(number)
            home.mkdir()
            folder = home.as_posix()
            try:
                material.write(home)
            except CannotHave:
                continue
        files: dict[str, str | bytes] = {f"{folder}/{name}": scenario.data(name) for name in scenario.files}
        if "settings" in scenario.blocks:
            files[f"{folder}/.dmls.toml"] = scenario.blocks["settings"]
        analysis = analysis_of(files, {"tls": {"files": "off"}}) if material is None else analysis_on_disk(files, NOW)
        for file in files:
            for finding in analysis.findings(file):
                raised.add(finding.message)
                raised.update(related.message for related in finding.related)
    wanted = {i for i in table("en") if i.partition(".")[0] in NAMES and not i.endswith(".title")}
    assert wanted - raised - set(UNREACHED) == set()
    assert raised & set(UNREACHED) == set()
