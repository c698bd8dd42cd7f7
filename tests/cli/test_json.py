"""The JSON contract: the schema holds it, the check keeps it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Callable

from dmls.cli.console import Console
from dmls.cli.formats import json as json_format
from dmls.cli.result import Examined, Result
from dmls.finding import Applicability, FileEdit, Finding, Fix, Related, Severity
from dmls.resources import read
from dmls.text import Edit, Span

from .conftest import BAD_WORKER, Run, Stream


def fits(value: object, schema: dict[str, object], root: dict[str, object], path: str = "$") -> None:
    """Assert that `value` fits; knows the words of JSON Schema that our schema uses, and no key that it does not name."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return fits(value, root["definitions"][name], root, path)  # type: ignore[index]
    known = {"type", "required", "properties", "items", "enum", "const", "minimum", "description", "markdownDescription", "$schema", "$id", "title", "definitions"}
    assert set(schema) <= known, path
    if "const" in schema:
        assert value == schema["const"], path
    if "enum" in schema:
        assert value in schema["enum"], path  # type: ignore[operator]
    kind = {"object": dict, "array": list, "string": str, "integer": int}.get(str(schema.get("type")))
    if kind is not None:
        assert isinstance(value, kind) and not isinstance(value, bool), path
    if isinstance(value, int) and "minimum" in schema:
        assert value >= schema["minimum"], path  # type: ignore[operator]
    if isinstance(value, dict) and "properties" in schema:
        properties = schema["properties"]
        assert isinstance(properties, dict)
        assert set(value) <= set(properties), path
        assert set(schema.get("required", ())) <= set(value), path  # type: ignore[call-overload]
        for name, item in value.items():
            fits(item, properties[name], root, f"{path}.{name}")
    if isinstance(value, list):
        for i, item in enumerate(value):
            fits(item, schema["items"], root, f"{path}[{i}]")  # type: ignore[arg-type]
    return None


def contract(document: object) -> None:
    schema = json.loads(read("schemas/findings.schema.json"))
    fits(document, schema, schema)


def written(examined: Examined, several: bool = False) -> dict[str, object]:
    out = Stream()
    json_format.write(Result([examined], {examined.path: "w.toml"}, several), Console(out, Stream(), env={}))
    document = json.loads(out.getvalue())
    contract(document)
    assert isinstance(document, dict)
    return document


def test_every_field() -> None:
    edit = FileEdit("/w/a", Edit(Span(3, 4), "x"))
    one = Finding(
        "r",
        Severity.INFORMATION,
        "/w/a",
        Span(2, 3),
        "cli.missing",
        {"path": "X", "n": 1, "where": Path("a")},
        (20003,),
        "text",
        (Related("/w/b", Span(0, 1), "cli.missing", {"path": "Y"}),),
        (Fix("cli.missing", {"path": "Z"}, Applicability.UNSAFE, (edit,)),),
        ("8.5.7",),
    )
    document = written(Examined("/w/a", True, (one,), {"/w/a": "\U0001f511\nab", "/w/b": "q"}, {}), several=True)

    def place(line: int, start: int, end: int) -> dict[str, object]:
        return {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}

    assert document == {
        "version": 1,
        "findings": [
            {
                "rule": "r",
                "severity": "information",
                "file": "w.toml",
                "range": place(1, 0, 1),
                "message": "X: there is no such file or folder; check the path",
                "args": {"path": "X", "n": 1, "where": "a"},
                "dm_codes": [20003],
                "related": [{"file": "/w/b", "range": place(0, 0, 1), "message": "Y: there is no such file or folder; check the path"}],
                "fixes": [
                    {
                        "title": "Z: there is no such file or folder; check the path",
                        "applicability": "unsafe",
                        "edits": [{"file": "w.toml", "range": place(1, 1, 2), "new_text": "x"}],
                    }
                ],
                "versions": ["8.5.7"],
            }
        ],
        "summary": {"files": 1, "error": 0, "warning": 0, "information": 1, "hint": 0},
    }


def test_columns_are_utf_16() -> None:
    one = Finding("r", Severity.ERROR, "/w/a", Span(1, 3), "cli.missing", {"path": ""})
    document = written(Examined("/w/a", True, (one,), {"/w/a": "\U0001f511\U0001f511x"}, {}))
    assert document["findings"][0]["range"]["start"] == {"line": 0, "character": 2}  # type: ignore[index]
    assert document["findings"][0]["range"]["end"] == {"line": 0, "character": 5}  # type: ignore[index]
    assert "versions" not in document["findings"][0]  # type: ignore[index]


def test_half_a_surrogate_pair_can_be_written() -> None:
    one = Finding("r", Severity.ERROR, "/w/\udcff", Span(0, 0), "cli.missing", {"path": "\ud800"})
    assert written(Examined("/w/\udcff", True, (one,), {}, {}))["findings"][0]["args"] == {"path": "?"}  # type: ignore[index]


def test_a_real_check(dmls: Run, files: Callable[..., None]) -> None:
    files({"a/dm-worker1.toml": BAD_WORKER})
    ran = dmls("check", "--format", "json", "a")
    document = json.loads(ran.out)
    contract(document)
    assert ran.status == 1
    assert [(f["rule"], f["severity"], f["file"], f["range"]["start"]) for f in document["findings"]] == [
        ("unknown-key", "error", "a/dm-worker1.toml", {"line": 2, "character": 0})
    ]
    assert document["summary"] == {"files": 1, "error": 1, "warning": 0, "information": 0, "hint": 0}


def test_nothing_at_all_is_valid_too(dmls: Run) -> None:
    ran = dmls("check", "--format", "json")
    contract(json.loads(ran.out))
    assert ran.status == 0


def test_no_key_is_promised_that_the_contract_does_not_describe() -> None:
    schema = read("schemas/findings.schema.json").decode()
    assert not re.search(r"additionalProperties", schema)
