"""The page of the TLS map in a real browser: by keyboard and mouse, light and dark, and without a network."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from dmls.text import LineIndex
from dmls.views.map_html import page
from dmls.views.map_shown import shown
from editors.drivers.vscode import VSCode, node
from support.certs import NOW
from support.core import analysis_on_disk
from support.deployment import deployment

pytestmark = pytest.mark.timeout(120)
SCRIPT = Path(__file__).with_name("map_page.mjs")


def made(folder: Path, locale: str) -> Path:
    """The page of a deployment as an editor gets it, its name one that means harm."""
    files = {path.as_posix(): path.read_bytes() for path in folder.iterdir() if path.suffix in (".toml", ".yaml")}
    first = (folder / "dm-worker1.toml").as_posix()
    files[first] = files[first].replace(b'"w1"', b'"</script><img src=x onerror=alert(1)>"')
    analysis = analysis_on_disk(files, NOW)

    def range_of(path: str, span: Any) -> Any:
        lines = analysis.lines(path) or LineIndex("")
        start, end = (lines.position(at, "utf-16") for at in span)
        return {"start": {"line": start.line, "character": start.column}, "end": {"line": end.line, "character": end.column}}

    told = shown(analysis.tls_map(files), locale, lambda p: p.rpartition("/")[2], range_of, lambda p: Path(p).as_uri())
    out = folder / "map.html"
    out.write_text(page(told, locale), encoding="utf-8")
    return out


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_in_a_browser(tmp_path: Path, locale: str) -> None:
    why = VSCode.absent()
    if why is not None:
        pytest.skip(why)
    deployment(tmp_path)
    html = made(tmp_path, locale)
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))))
    found = json.loads(node(str(SCRIPT), str(html), chromium, str(tmp_path / "map.png")).strip().splitlines()[-1])
    assert set(found["requests"]) == {html.as_uri()} and found["complaints"] == []
    assert found["before"] == [] and found["byKey"] == [f"story-{found['focused']}"] and found["pressed"] == [found["focused"]]
    assert len(found["byTable"]) == 1 and found["byTable"] != found["byKey"]
    assert found["overflow"] <= 0 and found["outside"] == []
    assert found["backgrounds"] == ["rgb(255, 255, 255)", "rgb(13, 17, 23)"]
    (posted,) = found["posted"]
    assert posted["type"] == "open" and posted["uri"].startswith(tmp_path.as_uri()) and isinstance(posted["line"], int)
    assert (tmp_path / "map.png").stat().st_size > 10_000
