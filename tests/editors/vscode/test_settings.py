"""The VS Code extension knows every setting and is of the same version; its own tests, which need Node, look closer."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Iterator

import pytest

from dmls import __version__
from dmls.settings import parse

ROOT = Path(__file__).resolve().parents[3]
EXTENSION = ROOT / "editors" / "vscode"
STALE = "run `npm run generate` in editors/vscode"


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


MANIFEST = _read(EXTENSION / "package.json")
CONTRIBUTED: dict[str, dict[str, Any]] = {name: node for group in MANIFEST["contributes"]["configuration"] for name, node in group["properties"].items()}
TEXTS = {"en": _read(EXTENSION / "package.nls.json"), "zh": _read(EXTENSION / "package.nls.zh-cn.json")}


def _camel(name: str) -> str:
    return re.sub(r"-([a-z])", lambda m: m[1].upper(), name)


def _settings() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, node in _read(ROOT / "schemas" / "dmls.schema.json")["properties"].items():
        if "properties" in node:
            for inner, value in node["properties"].items():
                yield f"{_camel(name)}.{_camel(inner)}", value
        else:
            yield _camel(name), node


@pytest.mark.parametrize("name, node", list(_settings()), ids=lambda value: value if isinstance(value, str) else "")
def test_a_setting_is_contributed(name: str, node: dict[str, Any]) -> None:
    made = CONTRIBUTED.get(f"dmls.{name}")
    assert made is not None, STALE
    assert [choice for choice in made.get("enum", []) if choice != "auto" or "auto" in node.get("enum", [])] == node.get("enum", []), STALE
    if "default" in node:
        assert made["default"] == node["default"], STALE
    for texts in TEXTS.values():
        assert texts[made["markdownDescription"].strip("%")], STALE


def test_the_server_takes_the_defaults_of_the_extension() -> None:
    section: dict[str, Any] = {}
    for name, _ in _settings():
        *above, last = name.split(".")
        table = section
        for key in above:
            table = table.setdefault(key, {})
        table[last] = CONTRIBUTED[f"dmls.{name}"]["default"]
    # The extension puts the language of the editor in its place.
    assert section["language"] == "auto"
    section["language"] = "zh-cn"
    settings, problems = parse(section, editor=True)
    assert problems == ()
    assert settings.language == "zh"


def test_the_extension_has_the_version_of_the_server() -> None:
    assert MANIFEST["version"] == __version__
