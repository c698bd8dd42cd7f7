"""What `dmls show` prints, read back: the values that DM works with, for every file that DM was seen to take."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

import pytest
from ruamel.yaml import YAML

from dmls.go import duration
from dmls.ide import effective as e
from dmls.model.config_file import ConfigFile
from dmls.model.dm.decoded import Secret
from dmls.model.dm.effective import Unknown, effective
from dmls.model.dm.origin import WAYS
from dmls.private import MASK, without_secrets
from dmls.schema.key import TOML_KINDS
from dmls.schema.load import load
from dmls.syntax import toml, yaml
from dmls.version import MAIN, Version, parse_version
from support.shared import json_lines, needs_shared

try:
    import tomllib
except ModuleNotFoundError:
    import tomli as tomllib

ACCEPTED: list[Any] = [v for v in json_lines("vectors/config-dev.jsonl") if v["accepted"]]


def config_of(vector: Any) -> ConfigFile:
    text = vector["text"] if vector["text"] is not None else base64.b64decode(vector["text_b64"]).decode("utf-8", "replace")
    tree = (toml if vector["kind"] in TOML_KINDS else yaml).parse(text)
    return ConfigFile(f"/x/{vector['kind']}", vector["kind"], tree, load(vector["kind"]))


def same(shown: Any, value: object) -> bool:
    """Whether what was printed is the value: durations as Go prints them, secrets masked, nothing for what only a running DM knows."""
    if isinstance(value, dict):
        # TOML has no null.
        return isinstance(shown, dict) and all(same(shown.get(str(name)), below) for name, below in value.items()) and shown.keys() <= value.keys()
    if isinstance(value, list):
        return isinstance(shown, list) and len(shown) == len(value) and all(map(same, shown, value))
    if isinstance(value, Secret):
        return bool(shown == (MASK if value else ""))
    if isinstance(value, Unknown):
        return shown is None
    if isinstance(value, bytes):
        return bool(shown == f"({len(value)} bytes)")
    if isinstance(value, float) and math.isnan(value):
        return shown == ".nan" or (isinstance(shown, float) and math.isnan(shown))
    if isinstance(value, float) and math.isinf(value):
        return shown in (value, ".inf" if value > 0 else "-.inf")
    if isinstance(value, str):
        return isinstance(shown, str) and shown in (value, MASK, without_secrets(value), value.encode("utf-8", "replace").decode())
    if isinstance(value, int) and isinstance(shown, str) and not isinstance(value, bool):
        return duration.parse(shown)[0] == value
    return type(shown) is type(value) and shown == value


def values_of(told: Any) -> Any:
    """The JSON without origins."""
    value = told["value"]
    if isinstance(value, dict):
        return {name: values_of(below) for name, below in value.items()}
    return [values_of(below) for below in value] if isinstance(value, list) else value


def check(config: ConfigFile, version: Version) -> None:
    item = e.shown(config, version)
    values = effective(config, version).plain
    teller = e.Teller(version, "en", lambda span: f"file:{config.tree.lines.line_of(span.start) + 1}")
    language = "toml" if config.kind in TOML_KINDS else "yaml"
    text = e.document(item, teller, language, ["a", "b"])
    read = tomllib.loads(text) if language == "toml" else YAML(typ="safe").load(text)
    assert same(read if read is not None else {}, values), text
    # Our own scanner has nothing to guess in it.
    assert next((toml if language == "toml" else yaml).parse(text).problems(), None) is None
    told = json.loads(json.dumps(e.as_json(item, teller, lambda span: None), allow_nan=False))
    assert same(values_of(told), values)
    ways(told)


def ways(told: Any) -> None:
    """Each value says where it comes from."""
    assert told["origin"]["way"] in (*WAYS, e.DEFAULT, e.UNSET)
    below = told["value"].values() if isinstance(told["value"], dict) else told["value"] if isinstance(told["value"], list) else ()
    for one in below:
        assert one["origin"]["text"]
        ways(one)


@needs_shared
@pytest.mark.parametrize("vector", ACCEPTED, ids=lambda v: v["id"])
def test_what_is_shown_is_what_dm_works_with(vector: Any) -> None:
    for version in (MAIN, parse_version("5.4.0"), parse_version("2.0.1")):
        check(config_of(vector), version)
