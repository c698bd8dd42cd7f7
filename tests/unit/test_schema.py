"""The schemas: that they load, that they say what DM's own loader said, that what is derived from them is valid."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Iterator

import pytest

from dmls.go import yaml_value
from dmls.schema import keys as k
from dmls.schema import legacy, semantics
from dmls.schema.export import export, markdown
from dmls.schema.key import TOML_KINDS, TYPES, SchemaKey
from dmls.schema.load import KINDS, document, file_name, find, load
from dmls.version import parse_version

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "schemas"
SHARED = ROOT.parent / "shared"
VECTORS = SHARED / "vectors" / "config-dev.jsonl"
CORPUS = SHARED / "corpus"
needs_vectors = pytest.mark.skipif(not VECTORS.exists(), reason="the vectors are not here")
needs_corpus = pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not here")
STATUSES = {"ok", "deprecated", "mapped", "ignored", "ineffective", "internal", "error"}


def every_key() -> Iterator[SchemaKey]:
    for kind in KINDS:
        yield from load(kind).walk()


@cache
def vectors() -> list[dict[str, Any]]:
    return [json.loads(line) for line in VECTORS.read_text(encoding="utf-8").splitlines()] if VECTORS.exists() else []


def parts(path: str) -> list[str | int]:
    """``a.b[0].c`` as a path through a document."""
    out: list[str | int] = []
    for name, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path):
        out.append(int(index) if index else name)
    return out


def plain(value: Any) -> Any:
    """`value` as JSON knows it: names as text, dates as text."""
    if isinstance(value, dict):
        return {str(name): plain(v) for name, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, (date, datetime)) or not isinstance(value, (str, int, float, bool, type(None))):
        return str(value)
    return value


def parsed(kind: str, text: str) -> Any:
    text = text.removeprefix("\ufeff")
    if kind in TOML_KINDS:
        return plain(pytest.importorskip("tomli").loads(text))
    ruamel = pytest.importorskip("ruamel.yaml")

    class Lenient(ruamel.SafeConstructor):  # type: ignore[misc, name-defined]
        """yaml.v2 does not mind a tag it does not know."""

    Lenient.add_constructor(None, lambda constructor, node: node.value if isinstance(node.value, str) else None)
    yaml = ruamel.YAML(typ="safe")
    yaml.Constructor = Lenient
    yaml.allow_duplicate_keys = True
    return plain(next(iter(yaml.load_all(text)), None))


def unknown(key: SchemaKey | None, value: Any, at: str = "") -> Iterator[str]:
    """The paths of what the schema does not know."""
    if key is None:
        yield at
    elif isinstance(value, dict) and key.type in ("object", "map"):
        for name, inner in value.items():
            yield from unknown(key.child(name), inner, f"{at}.{name}")
    elif isinstance(value, list) and key.type == "list":
        for n, inner in enumerate(value):
            yield from unknown(key.item, inner, f"{at}[{n}]")


# ------------------------------------------------------------------------------------------------------------ structure


@pytest.mark.parametrize("kind", KINDS)
def test_each_key_says_all_it_should(kind: str) -> None:
    seen = set()
    for key in load(kind).walk():
        assert key.path not in seen
        seen.add(key.path)
        assert key.type in TYPES
        assert key.kind == kind
        assert key.status in STATUSES
        assert key.semantic == "" or key.semantic in vars(semantics).values()
        assert key.versions
        for change in key.history:
            assert change.what in ("default", "enum", "fallback", "status")
            assert change.versions
            assert change.what != "enum" or change.value in (key.enum or ())
            assert change.what != "status" or change.value in STATUSES
            assert change.what != "fallback" or (key.parent is not None and change.value in key.parent.children)
        if key.name not in ("", "[]", "<name>"):
            assert key.doc_en and key.doc_zh, key.path
            assert key.source
            assert not re.search(r"[\u4e00-\u9fff]", key.doc_en)
            assert key.name in vars(k).values()
            assert (key.type == "any") == (key.go == "interface {}"), key.path
            assert key.go
        if key.enum and not key.default_is_computed and isinstance(key.default, str):
            assert key.accepts(key.default), key.path
        assert len(set(key.enum or ())) == len(key.enum or ())
        if key.deprecated:
            assert key.deprecation_en and key.deprecation_zh


def test_a_replacement_is_a_key() -> None:
    for key in every_key():
        if key.replaced_by and not key.replaced_by.startswith("flag:"):
            other, _, path = key.replaced_by.rpartition(":")
            assert path in {new.path for new in load(other or key.kind).walk()}, key


def test_order_is_that_of_the_file() -> None:
    for key in every_key():
        if key.holds_kind is None:
            assert [child.order for child in key.children.values()] == list(range(len(key.children)))


def test_the_go_types_are_those_the_decoders_know() -> None:
    """A Go type that `dmls.go` takes for no scalar would make every value of the key an error."""
    samples = {"string": "text", "bool": "true", "int": "4", "float": "1.5"}
    for key in every_key():
        if key.type in samples and key.kind not in TOML_KINDS:
            assert yaml_value.decode(samples[key.type], True, None, key.go) is None, (key, key.go)


def test_the_readme_explains_each_meaning() -> None:
    text = (SCHEMAS / "README.md").read_text(encoding="utf-8").partition("## Meanings")[2]
    assert re.findall(r"^\| `([a-z0-9-]+)` \|", text, re.M) == [v for n, v in vars(semantics).items() if n.isupper()]


def test_the_readme_explains_each_keyword() -> None:
    text = (SCHEMAS / "README.md").read_text(encoding="utf-8")
    for path in SCHEMAS.glob("*.schema.json"):
        for word in set(re.findall(r'"(x-dmls-[a-z-]+)":', path.read_text(encoding="utf-8"))):
            assert f"`{word}`" in text, word


def test_unknown_kind() -> None:
    with pytest.raises(KeyError):
        load("drainer")


def test_paths() -> None:
    key = find("task", ("mysql-instances", 3, "meta", "binlog-pos"))
    assert key is not None
    assert (key.path, key.name, key.type, key.go) == ("mysql-instances[].meta.binlog-pos", k.BINLOG_POS, "int", "uint32")
    assert (key.minimum, key.maximum) == (0, 4294967295)
    assert key.parent is not None and key.parent.parent is not None and key.parent.parent.name == "[]"
    key = find("task", ("routes", "any name", "extract-table", "table-regexp"))
    assert key is not None
    assert (key.path, key.semantic) == ("routes.<name>.extract-table.table-regexp", semantics.REGEX)
    assert find("task", ("routes", "r", "no-such")) is None
    assert find("task", ("name", "x")) is None
    assert find("task", ("name", 0)) is None


def test_toml_names_fold() -> None:
    assert find("master", ("Log-Level",)) is load("master").children[k.LOG_LEVEL]
    assert find("master", ("log_level",)) is None
    assert find("task", ("Name",)) is None


def test_a_topology_holds_the_keys_of_the_components() -> None:
    key = find("topology", ("server_configs", "master", "experimental.openapi"))
    assert key is not None and (key.kind, key.path) == ("master", "experimental.openapi")
    key = find("topology", ("worker_servers", 0, "config", "keepalive-ttl"))
    assert key is not None and (key.kind, key.go) == ("worker", "int64")
    key = find("topology", ("worker_servers", 0, "config", "anything"))
    assert key is None or key.type == "any"


def test_history() -> None:
    key = load("task").children[k.ONLINE_DDL]
    assert key.default is True
    assert key.default_in(parse_set("5.4.0..")) is False
    assert key.default_in(parse_set("6.0.0..")) is True
    strict = load("task").children[k.STRICT_OPTIMISTIC_SHARD_MODE].versions
    for text, there in (("6.5.3", False), ("6.5.4", True), ("6.6.0", False), ("7.1.1", False), ("7.1.2", True), ("main", True)):
        assert (parse_version(text) in strict) is there, text


def parse_set(text: str) -> Any:
    from dmls.version import parse_version_set

    return parse_version_set(text)


def test_enums() -> None:
    level = load("master").children[k.LOG_LEVEL]
    assert level.enum_code == 0 and level.accepts("INFO") and level.accepts("warning") and not level.accepts("loud")
    mode = load("task").children[k.TASK_MODE]
    assert mode.enum_code == 20020 and mode.accepts("load&sync") and not mode.accepts("All")
    assert mode.enum_doc("full") and mode.enum_doc("full", "zh-cn") and mode.enum_doc("nothing") == ""


def test_secrets() -> None:
    secret = {key.name for key in every_key() if key.secret}
    assert {k.PASSWORD, k.SSL_KEY_BYTES, k.SSL_KEY_BASE64} <= secret


def test_shared_words_differ_by_place() -> None:
    assert load("master").children[k.SSL_CA].codes == (38051,)
    assert load("worker").children[k.SSL_CA].codes == (40076,)
    assert load("dmctl").children[k.SSL_CA].status == "ineffective"
    assert load("dmctl").children[k.SSL_CA].semantic == semantics.CA_FILE


# --------------------------------------------------------------------------------------------------------------- legacy


def test_legacy_targets_are_keys_and_legacy_keys_are_not() -> None:
    for kind in (*KINDS, "master-v1", "worker-v1", "subtask"):
        for (parent, name), old in legacy.keys(kind).items():
            if old.replaced_by:
                other, _, path = old.replaced_by.rpartition(":")
                assert path in {key.path for key in load(other or kind).walk()}, old
            if old.removed_in:
                parse_version(old.removed_in)
            if old.since:
                parse_version(old.since)
            if kind in KINDS:
                paths = {key.path: key for key in load(kind).walk()}
                assert parent in paths, old
                assert name not in paths[parent].children, old


def test_legacy_find() -> None:
    old = legacy.find("task", "mysql-instances[]", k.CONTINUOUS_VALIDATOR_CONFIG_NAME)
    assert old is not None and (old.why, old.removed_in) == (legacy.RENAMED, "6.2.0")
    assert legacy.find("task", "", k.NAME) is None
    old = legacy.find("worker", "", k.SOURCE_ID)
    assert old is not None and old.replaced_by == "source:source-id"


# -------------------------------------------------------------------------------------------------------------- vectors


@needs_vectors
def test_what_dm_calls_unknown_is_unknown() -> None:
    for vector in vectors():
        message = vector["message"] or ""
        if "not found in type" not in message and "unknown configuration options" not in message:
            continue
        named = {vector["key_path"]} if "not found in type" in message and message.count("not found") == 1 else set()
        options = re.search(r"unknown configuration options: (.*?)(?:, Workaround|$)", message)
        if options:
            named = set(options.group(1).split(","))
        for path in named:
            last = parts(path)[-1:] if path else []
            if options is None and last and f"field {last[0]} not found" not in message:
                continue  # the vector's main fault is another one
            if path.startswith('"'):
                assert find(vector["kind"], (path.strip('"'),)) is None, vector["id"]
            else:
                assert find(vector["kind"], parts(path)) is None or path == "", vector["id"]


@needs_vectors
def test_the_type_dm_names_is_the_one_of_the_block() -> None:
    for vector in vectors():
        found = re.search(r"field \S+ not found in type (struct \{.*?\}|[\w.]+)", vector["message"] or "")
        if found and vector["key_path"] and vector["message"].count("not found") == 1:
            path = parts(vector["key_path"])
            if f"field {path[-1]} not" in vector["message"]:
                block = find(vector["kind"], path[:-1])
                assert block is not None and block.go == found.group(1), vector["id"]


@needs_vectors
def test_the_type_dm_cannot_read_into() -> None:
    for vector in vectors():
        found = re.findall(r"cannot unmarshal !!\w+ (?:`[^`]*` )?into ([^\n,]+)", vector["message"] or "")
        if len(found) == 1 and vector["key_path"]:
            key = find(vector["kind"], parts(vector["key_path"]))
            assert key is not None, vector["id"]
            reachable = {key.go, key.item.go if key.item else ""}
            assert found[0] in reachable, (vector["id"], key.go, found)


@needs_vectors
def test_what_dm_accepts_is_known() -> None:
    for vector in vectors():
        if vector["accepted"] and vector["kind"] != "dmctl" and vector["text"] is not None:
            assert list(unknown(load(vector["kind"]), parsed(vector["kind"], vector["text"]))) == [], vector["id"]


@needs_corpus
def test_the_corpus_is_known() -> None:
    rows = [json.loads(line) for line in (CORPUS / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    seen = 0
    for row in rows:
        if row["accepted"] and row["kind"] in KINDS and row["kind"] != "dmctl":
            text = (CORPUS / "dm" / row["file"]).read_text(encoding="utf-8")
            assert list(unknown(load(row["kind"]), parsed(row["kind"], text))) == [], row["file"]
            seen += 1
    assert seen > 300
    topologies = sorted((CORPUS / "tiup").glob("*.yaml"))
    assert len(topologies) == 3
    for path in topologies:
        assert list(unknown(load("topology"), parsed("topology", path.read_text(encoding="utf-8")))) == [], path.name


# -------------------------------------------------------------------------------------------------------------- exports


@pytest.mark.parametrize("name", sorted(path.name for path in SCHEMAS.glob("*.schema.json")))
def test_schema_files_are_json_schema(name: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft7Validator.check_schema(document(name))


def test_the_catalog_names_each_schema() -> None:
    catalog = json.loads((SCHEMAS / "catalog.json").read_text(encoding="utf-8"))
    urls = {entry["url"].rpartition("/")[2] for entry in catalog["schemas"]}
    assert urls == {file_name(kind) for kind in KINDS}
    assert all(entry["fileMatch"] for entry in catalog["schemas"])


@pytest.mark.parametrize("locale", ("en", "zh-cn"))
@pytest.mark.parametrize("kind", KINDS)
def test_exports_are_clean(kind: str, locale: str) -> None:
    schema = export(kind, locale)
    text = json.dumps(schema, ensure_ascii=False)
    assert "x-dmls" not in text and "$ref" not in text
    assert ("x-taplo" in text) == ("x-tombi-toml-version" in text) == (kind in TOML_KINDS)
    if locale == "en":
        assert not re.search(r"[\u4e00-\u9fff]", text)
    pytest.importorskip("jsonschema").Draft7Validator.check_schema(schema)


@needs_vectors
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "topology"])
def test_exports_accept_what_dm_accepts(kind: str) -> None:
    validator = pytest.importorskip("jsonschema").Draft7Validator(export(kind))
    for vector in vectors():
        if vector["kind"] == kind and vector["accepted"] and "valid" in vector["tags"] and vector["text"] is not None:
            errors = [error.message for error in validator.iter_errors(parsed(kind, vector["text"]))]
            assert errors == [], vector["id"]


@needs_corpus
@pytest.mark.parametrize("kind", KINDS)
def test_exports_accept_the_corpus(kind: str) -> None:
    validator = pytest.importorskip("jsonschema").Draft7Validator(export(kind))
    rows = [json.loads(line) for line in (CORPUS / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    files = [CORPUS / "dm" / row["file"] for row in rows if row["kind"] == kind and row["accepted"]]
    if kind == "topology":
        files = sorted((CORPUS / "tiup").glob("*.yaml"))
    for path in files:
        errors = [error.message for error in validator.iter_errors(parsed(kind, path.read_text(encoding="utf-8")))]
        assert errors == [], path


@pytest.mark.parametrize(
    ("kind", "text"),
    (
        ("task", "name: t\nbogus: 1\n"),
        ("task", "name: t\ntask-mode: All\ntarget-database: {}\nmysql-instances: [{source-id: s}]\n"),
        ("task", "name: t\ntask-mode: all\ntarget-database: {port: '4000'}\nmysql-instances: [{source-id: s}]\n"),
        ("source", "source-id: s\nchecker: {backoff-max: 1d}\n"),
        ("source", "source-id: s\nserver-id: -1\n"),
        ("master", "rpc-timeout = 30\n"),
        ("worker", 'cert-allowed-cn = "dm"\n'),
    ),
)
def test_exports_refuse(kind: str, text: str) -> None:
    validator = pytest.importorskip("jsonschema").Draft7Validator(export(kind))
    assert list(validator.iter_errors(parsed(kind, text)))


def test_markdown() -> None:
    raw = load("task").children[k.ONLINE_DDL_SCHEME].raw
    assert raw["markdownDescription"] == markdown(raw)
    assert "20007" in markdown(raw) and "`online-ddl`" in markdown(raw) and "错误码 20007" in markdown(raw, "zh-cn")


def test_loading_reads_one_kind_only() -> None:
    """Starting a server for a TOML file must not parse the long schema of tasks."""
    code = (
        "import sys; from dmls.schema import load as m; m.load('master').children; "
        "print(m.document.cache_info().currsize, *sorted(set(sys.modules) & {'dataclasses', 'inspect', 'argparse'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT / "server", check=True)
    assert done.stdout.split() == ["2"]
