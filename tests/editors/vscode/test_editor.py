"""The extension's own tests: those that need no editor, and its suites in the extension host of a real VS Code."""

from __future__ import annotations

import os
import re

import pytest

from editors.conftest import ALL
from editors.drivers.vscode import FOLDER, VSCode, node

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(VSCode.absent() is not None, reason=f"{VSCode.absent()}; `python3 server/dev/run.py editors vscode` installs it"),
    pytest.mark.skipif(not os.environ.get(ALL), reason="VS Code is slow; `python3 server/dev/run.py editors vscode` runs it"),
]
SUITES = ("main", "chinese", "neighbours", "untrusted", "package", "install", "offline")


@pytest.fixture(scope="module")
def built() -> None:
    node("scripts/build.mjs")


def test_types() -> None:
    for project in (".", "test"):
        node("node_modules/typescript/bin/tsc", "--noEmit", "-p", project)


def test_without_an_editor() -> None:
    node("scripts/test.mjs")


def test_what_is_generated_is_fresh() -> None:
    node("scripts/contributes.mjs", "--check")


@pytest.mark.parametrize("suite", SUITES)
def test_suite(built: None, suite: str) -> None:
    said = node("scripts/editor.mjs", suite)
    assert re.search(r"^# +(\d+) of \1 passed", said, re.M), said


def test_no_suite_is_forgotten() -> None:
    text = (FOLDER / "scripts" / "editor.mjs").read_text(encoding="utf-8")
    suites = text.partition("const SUITES = {")[2].partition("\n};")[0]
    assert tuple(re.findall(r"^    (\w+): \{", suites, re.M)) == SUITES
