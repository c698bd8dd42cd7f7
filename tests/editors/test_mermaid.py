"""The chart of the TLS map in Mermaid itself: of a small deployment, of one with names that mean harm, and of ever larger ones."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, Callable

import pytest

from dmls.text import LineIndex
from dmls.views.map_mermaid import MOST_LINKS, MOST_TEXT, mermaid
from dmls.views.map_shown import shown
from editors.drivers.vscode import FOLDER, VSCode, node
from support.certs import NOW
from support.core import analysis_on_disk
from support.deployment import deployment

pytestmark = pytest.mark.timeout(180)
SCRIPT = Path(__file__).with_name("mermaid.mjs")
HOSTILE = 'end]"`#quot;#40;|a| --> b\n%%{init: {}}%% </script><img src=x onerror=alert(1)> click n0_0 href ;&\u202e{{' + "\u8868\U0001f600" * 30


def charts_of(folder: Path) -> dict[str, str]:
    """The chart of the files in a folder, by language."""
    files = {path.as_posix(): path.read_bytes() for path in folder.iterdir() if path.suffix in (".toml", ".yaml")}
    analysis = analysis_on_disk(files, NOW)
    found = analysis.tls_map(files)

    def range_of(path: str, span: Any) -> Any:
        start = (analysis.lines(path) or LineIndex("")).position(span.start, "utf-16")
        return {"start": {"line": start.line, "character": start.column}}

    return {locale: mermaid(shown(found, locale, lambda p: p.rpartition("/")[2], range_of), locale) for locale in ("en", "zh")}


def small(folder: Path) -> None:
    deployment(folder)


def hostile(folder: Path) -> None:
    """Every name of a component, a source, a task and a host is one that means harm."""
    deployment(folder, 2, 2, 2, 1, faults=False)
    for path in [*folder.glob("dm-*.toml"), *folder.glob("dm-*.yaml")]:
        lines = path.read_text(encoding="utf-8").split("\n")
        for i, line in enumerate(lines):
            if line.startswith("name = "):
                lines[i] = f"name = {json.dumps(HOSTILE)}"
            elif line.startswith(("name: ", "source-id: ", "  host: ")):
                lines[i] = f"{line.partition(':')[0]}: {json.dumps(HOSTILE)}"
        path.write_text("\n".join(lines), encoding="utf-8")


def large(folder: Path) -> None:
    deployment(folder, 3, 10, 40, 200)


def all_different(folder: Path) -> None:
    """Hundreds of tasks with databases of their own, no two of which admit the same name: more arrows than Mermaid draws."""
    deployment(folder, 3, 60, 2, 520)
    for i, path in enumerate(sorted(folder.glob("dm-task*.yaml"))):
        security = f"  security:\n    ssl-ca: {(folder / 'ca.pem').as_posix()}\n    cert-allowed-cn: [dm-{i}-with-a-name-that-takes-room]\n"
        path.write_text(
            path.read_text(encoding="utf-8").replace("host: 10.0.3.1\n", f"host: 10.0.{4 + i // 200}.{i % 200}\n").replace("mysql-instances:", security + "mysql-instances:"),
            encoding="utf-8",
        )


MADE: dict[str, Callable[[Path], None]] = {"small": small, "hostile": hostile, "large": large, "all-different": all_different}


@pytest.fixture(scope="module")
def charts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """All charts, by name and language; made once, since the large ones take seconds."""
    found = {}
    for name, make in MADE.items():
        folder = tmp_path_factory.mktemp(name)
        make(folder)
        found |= {f"{name}.{locale}": text for locale, text in charts_of(folder).items()}
    return found


def test_stays_within_limits(charts: dict[str, str]) -> None:
    assert len(charts) == 2 * len(MADE)
    for name, text in charts.items():
        assert len(text.encode("utf-16-le")) // 2 <= MOST_TEXT and sum("|" in line for line in text.splitlines()) <= MOST_LINKS, name
        assert len(text.splitlines()) > 10, name


def test_mermaid_takes_every_chart(tmp_path: Path, charts: dict[str, str]) -> None:
    why = VSCode.absent()
    if why is None and not (FOLDER / "node_modules" / "mermaid" / "dist" / "mermaid.min.js").exists():
        why = "Mermaid is not installed (npm ci in editors/vscode)"
    if why is not None:
        pytest.skip(why)
    paths = [tmp_path / f"{name}.mmd" for name in charts]
    for path, text in zip(paths, charts.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))))
    found = json.loads(node(str(SCRIPT), chromium, str(tmp_path / "charts.png"), *map(str, paths)).strip().splitlines()[-1])
    assert found["complaints"] == [] and found["requests"] == []
    told = dict(zip(charts, found["charts"], strict=True))
    for name, text in charts.items():
        assert told[name]["error"] is None, f"{name}: {told[name]['error']}"
        assert told[name]["kind"] == "flowchart-v2" and told[name]["foreign"] == []
        # Of arrows from a node to itself Mermaid draws one.
        assert told[name]["edges"] >= len({line for line in text.splitlines() if "|" in line}), name
        assert any("m1" in words or "onerror" in words for words in told[name]["texts"]), name
    words = " ".join(told["hostile.en"]["texts"])
    assert "<img src=x onerror=alert(1)>" in words and '"`#quot;#40;|a| -->' in words
    assert any("200 tasks" in words for words in told["large.en"]["texts"])
