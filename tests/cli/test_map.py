"""`dmls map`: every format in both languages, and files whose names and certificates mean harm."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from itertools import combinations
from math import dist
from pathlib import Path
from typing import Any, Callable

import jsonschema
import pytest

from dmls.commands.table import MAP_FORMATS
from dmls.views.map_mermaid import MOST_LINKS, MOST_TEXT
from support.certs import AT
from support.deployment import certificate, deployment

from .conftest import Run

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "schemas" / "map.schema.json").read_text(encoding="utf-8"))
HOSTILE = "</script><svg onload=alert(1)>\"'`&\u202e" + "x" * 3000
VOID = {"meta", "br", "rect", "path", "circle"}


class Page(HTMLParser):
    """The elements of a page; raises where one is not closed as it should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.words.append(data)


def told(dmls: Run, *arguments: str) -> Any:
    return json.loads(dmls("map", "--format", "json", "--at", AT, *arguments).out)


def test_json(here: Path, dmls: Run) -> None:
    deployment(here)
    found = told(dmls)
    jsonschema.validate(found, SCHEMA)
    assert found["at"] == AT and found["dm_version"] == "main"
    assert found["summary"] == {"fails": 12, "plaintext": 2, "unknown": 0, "encrypted": 58}
    (one,) = found["deployments"]
    assert [n["name"] for n in one["nodes"] if n["role"] == "worker"] == [f"w{i}" for i in range(1, 11)]
    refused = next(c for c in one["connections"] if c["dialer"] == "dm-worker2.toml")
    assert refused["listener_error"] == "client certificate authentication failed"
    assert [(p["file"], p["key"], p["range"]["start"]["line"]) for p in refused["places"]][:2] == [
        ("dm-worker2.toml", "ssl-cert", 5),
        ("dm-master1.toml", "cert-allowed-cn", 9),
    ]
    assert [f["rule"] for f in refused["findings"]] == ["tls-worker-cn-vs-master"]
    assert refused["client_names"] == ["dm"]
    last = next(n for n in one["nodes"] if n["name"] == "w10")
    assert last["days_left"] == 12 and [f["rule"] for f in last["findings"]] == ["tls-cert-expires-soon"]


def test_what_a_picture_shows_as_one(here: Path, dmls: Run) -> None:
    deployment(here, sources=0, tasks=0, faults=False)
    (one,) = told(dmls)["deployments"]
    assert sorted(x["text"] for x in one["lines"]) == [
        "DM-masters with each other",
        "all 10 DM-workers → all 3 DM-masters",
        "all 3 DM-masters → all 10 DM-workers",
        "each DM-master with itself",
    ]
    assert sorted(i for x in one["lines"] for i in x["connections"]) == list(range(len(one["connections"])))


@pytest.mark.parametrize("form", [form for form in MAP_FORMATS if form != "json"])
def test_what_has_one_story_is_folded(here: Path, dmls: Run, form: str) -> None:
    deployment(here, 3, 10, 20, 30)
    text = dmls("map", "--format", form, "--at", AT).out
    assert "19 sources" in text and "30 tasks" in text and "19 databases" in text
    # What differs stands by itself, and the page has all of them behind one more click.
    assert "mysql-1" in text and "w10" in text
    assert ("task-17" in text) == (form == "html")


def test_the_json_is_whole(here: Path, dmls: Run) -> None:
    deployment(here, 1, 1, 20, 30)
    (one,) = told(dmls)["deployments"]
    assert sum(n["role"] == "task" for n in one["nodes"]) == 30 and sum(n["role"] == "source" for n in one["nodes"]) == 20


def test_more_stories_than_can_be_drawn(here: Path, dmls: Run) -> None:
    """Each task has a database of its own, and admits another name."""
    deployment(here, 3, 10, 2, 520)
    for i, path in enumerate(here.glob("dm-task*.yaml")):
        text = path.read_text(encoding="utf-8").replace("host: 10.0.3.1", f"host: 10.1.{i // 200}.{i % 200}")
        security = f"  security:\n    ssl-ca: {(here / 'ca.pem').as_posix()}\n    cert-allowed-cn: [dm-{i}]\n"
        path.write_text(text.replace("mysql-instances:", f"{security}mysql-instances:"), encoding="utf-8")
    chart = dmls("map", "--format", "mermaid", "--at", AT).out
    assert len(chart) <= MOST_TEXT and sum("|" in line for line in chart.splitlines()) <= MOST_LINKS
    assert "520 tasks" in chart and "520 databases" in chart
    picture = ET.fromstring(dmls("map", "--format", "svg", "--at", AT).out)
    assert sum(rect.get("class") == "card" for rect in picture.iter("{http://www.w3.org/2000/svg}rect")) <= 150
    page = dmls("map", "--format", "html", "--at", AT).out
    assert all(f"10.1.{i // 200}.{i % 200}:4000" in page for i in range(520))


def test_status(here: Path, dmls: Run) -> None:
    deployment(here, 1, 1, faults=False)
    assert dmls("map", "--at", AT).status == 0
    assert dmls("map", "--at", AT, "--dm-version", "8.1.0").status == 0
    assert dmls("map", "--at", "2040-01-01").status == 1
    assert dmls("map", "--dm-version", "x").status == 2
    (here / "empty").mkdir()
    assert dmls("map", "empty").status == 2


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", MAP_FORMATS)
def test_formats_and_languages(here: Path, dmls: Run, form: str, language: str) -> None:
    deployment(here)
    ran = dmls("--lang", language, "map", "--format", form, "--at", AT, "--output", f"map.{form}")
    assert (ran.status, ran.out, ran.err) == (1, "", "")
    text = (here / f"map.{form}").read_text(encoding="utf-8")
    assert dmls("--lang", language, "map", "--format", form, "--at", AT, ".").out.rstrip() == text.rstrip()
    assert re.search(r"[\u4e00-\u9fff]", text) is not None if language == "zh" else re.search(r"[\u4e00-\u9fff]", text) is None
    assert "w10" in text and ("失败" if language == "zh" else "fails") in text
    assert "Not2Show" not in text and "PRIVATE KEY" not in text


def test_text_has_colours_on_a_terminal_only(here: Path, dmls: Run) -> None:
    deployment(here)
    assert "\x1b" not in dmls("map", "--at", AT).out
    coloured = dmls("map", "--at", AT, terminal=True, env={"FORCE_COLOR": "1"}).out
    assert "\x1b[31m✗ fails\x1b[0m" in coloured
    dmls("map", "--at", AT, "--output", "file.txt", terminal=True, env={"FORCE_COLOR": "1"})
    assert "\x1b" not in (here / "file.txt").read_text(encoding="utf-8")


def test_a_file_that_cannot_be_written(here: Path, dmls: Run) -> None:
    deployment(here, 1, 1)
    ran = dmls("map", "--at", AT, "--output", "no/where.html")
    assert ran.status == 2 and "no/where.html" in ran.err


def hostile(here: Path) -> None:
    """A master and a worker whose names, Common Names and lists are `HOSTILE`; the worker's path is a private key."""
    lines = ['master-addr = "10.0.0.1:8261"', 'advertise-addr = "10.0.0.1:8261"']
    tls = [f'{key} = "{path}"' for key, path in certificate(here, "m", 1, HOSTILE[:60], "10.0.0.1").items()]
    name = json.dumps(HOSTILE)
    (here / "dm-master1.toml").write_text("\n".join([f"name = {name}", *lines, *tls, f"cert-allowed-cn = [{name}]"]) + "\n", encoding="utf-8")
    secret = "-----BEGIN PRIVATE KEY-----\\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg\\n-----END PRIVATE KEY-----"
    worker = [f"name = {name}", 'worker-addr = "10.0.1.1:8262"', 'join = "10.0.0.1:8261"', f'ssl-ca = "{secret}"', f'ssl-cert = "{secret}"', f'ssl-key = "{secret}"']
    (here / "dm-worker1.toml").write_text("\n".join(worker) + "\n", encoding="utf-8")


@pytest.mark.parametrize("form", MAP_FORMATS)
def test_hostile_names(here: Path, dmls: Run, form: str) -> None:
    hostile(here)
    ran = dmls("map", "--format", form, "--at", AT)
    assert ran.status in (0, 1) and "internal" not in ran.err
    assert "MIGHAgEAMBMG" not in ran.out
    if form != "json":
        assert "\u202e" not in ran.out and "x" * 1000 not in ran.out
        assert form == "text" or "<svg onload" not in ran.out
    if form == "html":
        page = Page(ran.out)
        assert sum(tag == "script" for tag, _ in page.elements) == 1
        assert not any(name.startswith("on") for _, attrs in page.elements for name in attrs)
        assert any("<svg onload=alert(1)>" in word for word in page.words)
    if form == "svg":
        ET.fromstring(ran.out)
    if form == "mermaid":
        assert not set("<>&`'") & set(re.sub(r"<br/>|-->|-\.->", "", ran.out))


def test_the_page_is_reachable_and_needs_nothing(here: Path, dmls: Run) -> None:
    deployment(here)
    text = dmls("map", "--format", "html", "--at", AT).out
    page = Page(text)
    assert not re.search(r"\s(?:src|href)=|url\(|@import|fetch|https?:", text), "something is loaded from elsewhere"
    policy = next(attrs["content"] for _, attrs in page.elements if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy and "unsafe" not in policy and "*" not in policy
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    for tag, attrs in page.elements:
        assert attrs.get("role") != "button" or attrs.get("aria-label"), tag
        assert "aria-labelledby" not in attrs or attrs["aria-labelledby"] in ids
    # Whatever can be chosen in the picture can be chosen in the table, and has a story.
    drawn = {attrs["data-line"] for tag, attrs in page.elements if tag == "g" and "data-line" in attrs}
    listed = {attrs["data-line"] for tag, attrs in page.elements if tag == "button"}
    assert drawn == listed == {i.removeprefix("story-") for i in ids if i and i.startswith("story-")}


@pytest.mark.parametrize("colours", ["LIGHT", "DARK"])
def test_contrast(colours: str) -> None:
    from dmls.views import map_svg

    value = dict(part.split(":") for part in getattr(map_svg, colours).replace("--", "").split(";"))

    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def contrast(a: str, b: str) -> float:
        high, low = sorted((light(value[a]), light(value[b])), reverse=True)
        return (high + 0.05) / (low + 0.05)

    for below in ("page", "card", "box"):
        assert all(contrast(text, below) >= 4.5 for text in ("text", "faint", "fails", "plaintext", "unknown", "encrypted", "focus"))
        assert contrast("rule", below) >= 3


def test_components_alone(here: Path, dmls: Run) -> None:
    deployment(here, 1, 0, 0, 0)
    (here / "dm-master1.toml").rename(here / "one.toml")
    text = (here / "one.toml").read_text(encoding="utf-8").replace("advertise-addr", "# advertise-addr").replace('10.0.0.1:8261"', '0.0.0.0:8261"')
    (here / "dm-master.toml").write_text(text, encoding="utf-8")
    (here / "one.toml").unlink()
    found = told(dmls)
    assert found["deployments"] == [] and [n["name"] for n in found["alone"]] == ["m1"]
    for form in MAP_FORMATS:
        ran = dmls("map", "--format", form, "--at", AT)
        assert ran.status == 0, ran.err


def test_files_of_another_machine_are_not_known(here: Path, dmls: Run) -> None:
    deployment(here, 1, 1, 0, 0, faults=False)
    for path in here.glob("*.toml"):
        path.write_text(path.read_text(encoding="utf-8").replace(here.as_posix(), "/etc/dm-of-another-machine/tls"), encoding="utf-8")
    found = told(dmls)
    assert found["summary"] == {"fails": 0, "plaintext": 0, "unknown": 3, "encrypted": 0}


def test_calls_of_dmctl_and_components_that_scripts_start(here: Path, dmls: Run) -> None:
    deployment(here, 2, 1, 0, 0, faults=False)
    keys = certificate(here, "ctl", 40, "dm", "10.0.0.99")
    flags = " ".join(f"--{key} {path}" for key, path in keys.items())
    calls = [f"dmctl --master-addr 10.0.0.1:8261 {flags} list-member", f"dmctl --master-addr 10.0.0.1:8261 {flags} query-status", "dmctl --master-addr 10.0.0.2:8261 query-status"]
    (here / "ops.sh").write_text("#!/bin/sh\n" + "\n".join([*calls, "dmctl --master-addr $M query-status", 'dm-worker "$@"']) + "\n", encoding="utf-8")
    worker = (here / "dm-worker1.toml").read_text(encoding="utf-8")
    (here / "dm-worker1.toml").write_text(worker.replace('name = "w1"\n', ""), encoding="utf-8")
    (here / "start.sh").write_text("exec bin/dm-worker --config dm-worker1.toml --name first\n", encoding="utf-8")
    found = told(dmls)
    assert found["alone"] == []
    (whole,) = found["deployments"]
    # Calls of one script that are alike are one; where no name is, the line tells.
    assert [(n["role"], n["name"], n["file"], n["tls"]) for n in whole["nodes"]] == [
        ("dmctl", "ops.sh:2", "ops.sh", True),
        ("dmctl", "ops.sh:4", "ops.sh", False),
        ("master", "m1", "dm-master1.toml", True),
        ("master", "m2", "dm-master2.toml", True),
        ("worker", "first", "dm-worker1.toml", True),
    ]
    edges = {(e["dialer"], e["listener"]): e for e in whole["connections"]}
    good, bad = edges["ops.sh#0", "dm-master1.toml"], edges["ops.sh#2", "dm-master2.toml"]
    assert (good["state"], bad["state"]) == ("encrypted", "fails")
    assert good["client_verified"] and good["client_names"] == ["dm"]
    assert [f["rule"] for f in bad["findings"]] == ["tls-dmctl-missing"]
    assert ("dm-master2.toml", "ssl-ca") in [(p["file"], p["key"]) for p in bad["places"]]
    assert ("ops.sh", "master-addr", 3) in [(p["file"], p["key"], p["range"]["start"]["line"]) for p in bad["places"]]
    assert edges["start.sh#0", "dm-master1.toml"]["state"] == "encrypted"
    for form in MAP_FORMATS:
        for language in ("en", "zh"):
            ran = dmls("--lang", language, "map", "--format", form, "--at", AT)
            assert ran.status == 1 and "ops.sh:4" in ran.out


def several_fail(folder: Path) -> None:
    deployment(folder, 3, 10, 40, 60)


def masters_differ(folder: Path) -> None:
    """No two masters admit the same names, so that every worker has a story with each of them."""
    deployment(folder, 3, 14, 2, 1)
    for path in folder.glob("dm-master*.toml"):
        path.write_text(path.read_text(encoding="utf-8").replace('["dm"]', f'["dm", "{path.stem}"]'), encoding="utf-8")


def dmctl_calls_some(folder: Path) -> None:
    deployment(folder, 3, 4, 2, 1, faults=False)
    (folder / "ops.sh").write_text("#!/bin/sh\ndmctl --master-addr 10.0.0.1:8261 list-member\ndmctl --master-addr 10.0.0.1:8261,10.0.0.3:8261 query-status\n", encoding="utf-8")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("make", [several_fail, masters_differ, dmctl_calls_some])
def test_the_picture_can_be_read(here: Path, dmls: Run, make: Callable[[Path], None], language: str) -> None:
    make(here)
    # Addresses as long as those of IPv4 can be.
    for path in [*here.glob("*.toml"), *here.glob("*.sh"), *here.glob("*.yaml")]:
        path.write_text(re.sub(r"\b10\.0\.(\d)\.(\d+)", lambda m: f"192.168.10{m[1]}.{100 + int(m[2])}", path.read_text(encoding="utf-8")), encoding="utf-8")
    root = ET.fromstring(dmls("--lang", language, "map", "--format", "svg", "--at", AT).out)
    svg = "{http://www.w3.org/2000/svg}"
    assert not [text.text for text in root.iter(f"{svg}text") if re.search(r"\S…$", text.text or "")]
    for half in root.findall(f"{svg}g"):
        marks = [(float(c.attrib["cx"]), float(c.attrib["cy"])) for c in half.iter(f"{svg}circle")]
        assert 0 < len(marks) <= 40
        assert all(dist(a, b) >= 18 for a, b in combinations(marks, 2))
        columns: dict[str, list[tuple[float, int]]] = {}
        for name in half.iter(f"{svg}text"):
            if name.get("class") == "name" and (number := re.fullmatch(r"[mw](\d+)", name.text or "")):
                columns.setdefault(name.attrib["x"], []).append((float(name.attrib["y"]), int(number[1])))
        assert all([number for _, number in sorted(column)] == sorted(number for _, number in column) for column in columns.values())
