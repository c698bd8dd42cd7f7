"""`settings`: every mapping is read, layers are merged, globs match as a `.gitignore` would."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from dmls import settings
from dmls.resources import read
from dmls.settings import ClusterSetting, SettingProblem, Settings, merge, parse
from dmls.version import MAIN, parse_version
from dmls.words.catalogue import sentence


def test_all_settings_are_read() -> None:
    found, problems = parse(
        {
            "dm-version": ["v8.5.7", "7.5.2", "8.5.7"],
            "language": "zh",
            "working-dir": "deploy/",
            "rules": {"unknown-key": "off"},
            "per-file": {"old/*.toml": {"wrong-type": "hint"}},
            "kinds": {"conf/*.yaml": "task"},
            "tls": {"files": "strict", "warn-days": 7, "path-map": {"/data/tls": "certs", "/": "/srv"}},
            "cluster": [{"name": "prod", "files": ["prod/", "*.toml"]}],
        },
        "/w",
    )
    assert problems == ()
    assert found == Settings(
        rules={"unknown-key": "off"},
        per_file=(("/w/old/*.toml", {"wrong-type": "hint"}),),
        kinds=(("/w/conf/*.yaml", "task"),),
        dm_versions=(parse_version("7.5.2"), parse_version("8.5.7")),
        language="zh",
        files="strict",
        path_map=(("/data/tls", "/w/certs"), ("/", "/srv")),
        warn_days=7,
        working_dir="/w/deploy",
        clusters=(ClusterSetting("prod", ("/w/**/prod/**", "/w/**/*.toml")),),
        given=frozenset({"rules", "per_file", "kinds", "dm_versions", "language", "files", "path_map", "warn_days", "working_dir", "clusters"}),
    )


def test_nothing_said_means_the_defaults() -> None:
    assert parse({}) == (settings.DEFAULTS, ())
    assert settings.DEFAULTS.dm_versions == (MAIN,)
    assert settings.DEFAULTS.files == "auto"


@pytest.mark.parametrize(
    ("mapping", "path", "message"),
    [
        ({"rule": {}}, ("rule",), "settings-file.unknown-key"),
        ({"rules": []}, ("rules",), "settings-file.not-table"),
        ({"rules": {"x": "fatal"}}, ("rules", "x"), "settings-file.bad-choice"),
        ({"rules": {"x": False}}, ("rules", "x"), "settings-file.not-string"),
        ({"per-file": {"a": {"x": 1}}}, ("per-file", "a", "x"), "settings-file.not-string"),
        ({"per-file": {"[z-a]": {}}}, ("per-file", "[z-a]"), "settings-file.bad-glob"),
        ({"per-file": {"../a": {}}}, ("per-file", "../a"), "settings-file.bad-glob"),
        ({"kinds": {"a": "tidb"}}, ("kinds", "a"), "settings-file.bad-choice"),
        ({"dm-version": "latest"}, ("dm-version",), "settings-file.bad-version"),
        ({"dm-version": ["8.5", 8]}, ("dm-version", 1), "settings-file.not-list"),
        ({"dm-version": 8.5}, ("dm-version",), "settings-file.not-list"),
        ({"language": "fr"}, ("language",), "settings-file.bad-choice"),
        ({"tls": {"file": "off"}}, ("tls", "file"), "settings-file.unknown-key"),
        ({"tls": {"files": "on"}}, ("tls", "files"), "settings-file.bad-choice"),
        ({"tls": {"warn-days": True}}, ("tls", "warn-days"), "settings-file.not-days"),
        ({"tls": {"warn-days": -1}}, ("tls", "warn-days"), "settings-file.not-days"),
        ({"tls": {"path-map": {"/a": 1}}}, ("tls", "path-map", "/a"), "settings-file.not-string"),
        ({"working-dir": 1}, ("working-dir",), "settings-file.not-string"),
        ({"cluster": {}}, ("cluster",), "settings-file.not-tables"),
        ({"cluster": [1]}, ("cluster", 0), "settings-file.not-tables"),
        ({"cluster": [{"name": "a"}]}, ("cluster", 0), "settings-file.missing-key"),
        ({"cluster": [{"name": "a", "files": ["b"], "c": 1}]}, ("cluster", 0, "c"), "settings-file.unknown-key"),
    ],
)
def test_a_wrong_setting_is_a_problem_with_its_place(mapping: dict[str, object], path: tuple[object, ...], message: str) -> None:
    _, problems = parse(mapping)
    assert [(p.path, p.message) for p in problems] == [(path, message)]
    for locale in ("en", "zh"):
        assert sentence(message, problems[0].args, locale)


def test_a_wrong_setting_leaves_the_others() -> None:
    found, problems = parse({"rules": {"a": "offf", "b": "off"}, "dm-version": ["x", "8.5.7"]})
    assert len(problems) == 2
    assert found.rules == {"b": "off"}
    assert found.dm_versions == (parse_version("8.5.7"),)


def test_rule_names_are_checked_where_they_are_known() -> None:
    found, problems = parse({"rules": {"a": "off", "b": "off"}}, rule_names={"a"})
    assert problems == (SettingProblem(("rules", "b"), "settings-file.unknown-rule", {"name": "b"}),)
    assert found.rules == {"a": "off"}


def test_an_editor_may_write_camel_case() -> None:
    found, problems = parse({"dmVersion": "8.5.7", "language": "zh-CN", "tls": {"warnDays": 3, "pathMap": {}}}, editor=True)
    assert problems == ()
    assert (found.dm_versions, found.warn_days, found.language) == ((parse_version("8.5.7"),), 3, "zh")
    assert parse({"dmVersion": "8.5.7"})[1][0].message == "settings-file.unknown-key"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(settings.LEVELS + settings.KINDS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.sampled_from(settings.KEYS), inner, max_size=4),
    max_leaves=20,
)


@budget(deadline=None)
@given(st.dictionaries(st.sampled_from((*settings.KEYS, "other")), JSON), st.sampled_from(["", "/", "/w", "C:/w"]), st.booleans())
def test_reading_is_total(mapping: dict[str, object], folder: str, editor: bool) -> None:
    found, problems = parse(mapping, folder, editor=editor)
    assert isinstance(found, Settings)
    for problem in problems:
        assert problem.path[0] in mapping
    found.level("x", "/w/a.toml")
    found.kind_of("/w/a.toml")
    found.local_path("/a/b")
    assert merge(found) == merge(found, settings.DEFAULTS)


@budget(deadline=None)
@given(JSON)
def test_reading_anything_at_all_is_total(value: object) -> None:
    parse(value)  # type: ignore[arg-type]


def test_the_strongest_layer_decides() -> None:
    strong = parse({"rules": {"a": "error"}, "tls": {"files": "off"}})[0]
    middle = parse({"rules": {"a": "off", "b": "hint"}, "language": "zh", "tls": {"files": "strict"}})[0]
    weak = parse({"rules": {"b": "error", "c": "off"}, "dm-version": "8.5.7", "language": "en"})[0]
    found = merge(strong, middle, weak)
    assert found.rules == {"a": "error", "b": "hint", "c": "off"}
    assert (found.files, found.language, found.dm_versions) == ("off", "zh", (parse_version("8.5.7"),))


def test_a_default_that_is_given_beats_what_a_weaker_layer_gives() -> None:
    assert merge(parse({"tls": {"files": "auto"}})[0], parse({"tls": {"files": "off"}})[0]).files == "auto"


def test_levels_for_some_files() -> None:
    project = parse({"rules": {"a": "off"}, "per-file": {"*.toml": {"a": "hint"}, "old/": {"a": "error", "b": "off"}}}, "/w")[0]
    assert project.level("a", "/w/x.yaml") == "off"
    assert project.level("a", "/w/x.toml") == "hint"
    assert project.level("a", "/w/old/x.toml") == "error"
    assert project.level("b", "/w/x.toml") is None
    command_line = parse({"rules": {"a": "default"}})[0]
    merged = merge(command_line, project)
    assert merged.level("a", "/w/old/x.toml") is None
    assert merged.level("b", "/w/old/x.toml") == "off"


def test_the_longest_prefix_maps_a_path() -> None:
    found = parse({"tls": {"path-map": {"/a": "one", "/a/b": "two", "/c/": "three"}}}, "/w")[0]
    assert found.local_path("/a/x.pem") == "/w/one/x.pem"
    assert found.local_path("/a/b/x.pem") == "/w/two/x.pem"
    assert found.local_path("/a/bc") == "/w/one/bc"
    assert found.local_path("/a/b") == "/w/two"
    assert found.local_path("/c/x") == "/w/three/x"
    assert found.local_path("/ax") is None


def test_an_untrusted_project_cannot_point_elsewhere() -> None:
    found = settings.untrusted(parse({"working-dir": "/etc", "tls": {"path-map": {"/": "/"}}, "language": "zh"}, "/w")[0])
    assert (found.path_map, found.working_dir, found.workspace_trusted, found.language) == ((), None, False, "zh")


@pytest.mark.parametrize(
    ("glob", "yes", "no"),
    [
        ("*.yaml", ["/w/a.yaml", "/w/x/y/a.yaml", "/w/.yaml"], ["/w/a.yml", "/v/a.yaml"]),
        ("conf/*.yaml", ["/w/conf/a.yaml"], ["/w/a.yaml", "/w/conf/x/a.yaml", "/w/x/conf/a.yaml"]),
        ("/a.toml", ["/w/a.toml"], ["/w/x/a.toml"]),
        ("./conf/a", ["/w/conf/a"], ["/w/x/conf/a"]),
        ("**/conf/*", ["/w/conf/a", "/w/x/y/conf/a"], ["/w/conf/x/a"]),
        ("a/**/b", ["/w/a/b", "/w/a/x/y/b"], ["/w/ab"]),
        ("a/**", ["/w/a/x", "/w/a/x/y"], ["/w/a"]),
        ("a/", ["/w/a/x", "/w/z/a/x/y"], ["/w/a"]),
        ("a?.toml", ["/w/ab.toml"], ["/w/a.toml", "/w/a/.toml"]),
        ("[ab]c", ["/w/ac", "/w/bc"], ["/w/cc"]),
        ("[!ab]c", ["/w/cc"], ["/w/ac", "/w/x/ac"]),
        ("[]x]", ["/w/]", "/w/x"], ["/w/y"]),
        ("a[", ["/w/a["], ["/w/a"]),
        ("a\\*", ["/w/a*"], ["/w/ab"]),
        ("a*b*c", ["/w/abc", "/w/axbxc", "/w/abbcc"], ["/w/ab", "/w/a/bc"]),
        ("a**c", ["/w/ac", "/w/abc"], ["/w/a/c"]),
    ],
)
def test_globs(glob: str, yes: list[str], no: list[str]) -> None:
    absolute = settings.anchored(glob, "/w")
    assert [p for p in yes if not settings.matches(absolute, p)] == []
    assert [p for p in no if settings.matches(absolute, p)] == []


def test_the_folder_of_a_glob_is_taken_literally() -> None:
    glob = settings.anchored("*.toml", "/w[1]*")
    assert settings.matches(glob, "/w[1]*/a.toml")
    assert not settings.matches(glob, "/w1x/a.toml")


@budget(deadline=None)
@given(st.text("ab*?[]!-^\\/.", max_size=12), st.text("ab/.", max_size=12))
def test_matching_is_total(glob: str, path: str) -> None:
    settings.matches(settings.anchored(glob, "/w"), "/w/" + path)
    settings.is_glob(glob)


def test_a_hostile_glob_takes_no_time() -> None:
    glob = settings.anchored("*a" * 60 + "b", "/w")
    started = time.process_time()
    assert not settings.matches(glob, "/w/" + "a" * 200)
    assert time.process_time() - started < 1


def test_the_schema_of_the_file_names_the_same_settings() -> None:
    schema = json.loads(read("schemas/dmls.schema.json"))
    properties = schema["properties"]
    assert set(properties) == set(settings.KEYS)
    assert properties["language"]["enum"] == list(settings.LANGUAGES)
    assert properties["tls"]["properties"]["files"]["enum"] == list(settings.FILES)
    assert schema["definitions"]["level"]["enum"] == list(settings.LEVELS)
    assert schema["definitions"]["kind"]["enum"] == list(settings.KINDS)
    for name in properties["tls"]["properties"]:
        assert parse({"tls": {name: None}})[1][0].message != "settings-file.unknown-key"


def test_every_setting_is_described_in_both_languages() -> None:
    def described(node: object) -> None:
        if isinstance(node, dict):
            if "type" in node or "oneOf" in node:
                assert node["description"] and node["x-dmls-doc-zh"], node
            if "enum" in node:
                assert len(node["enumDescriptions"]) == len(node["x-dmls-enum-doc-zh"]) == len(node["enum"])
            for name, value in node.items():
                if name != "oneOf":
                    described(value)
        elif isinstance(node, list):
            for value in node:
                described(value)

    described(json.loads(read("schemas/dmls.schema.json")))


@budget(max_examples=50)
@given(st.sampled_from(["zh", "zh_CN.UTF-8", "zh-Hant", "ZH_tw@x"]))
def test_chinese_by_any_locale_name(tag: str) -> None:
    assert settings.language_of(tag) == "zh"


def test_other_locales_are_not_ours() -> None:
    assert settings.language_of("de_DE") is None
    assert settings.language_of("C") is None
    assert settings.language_of(None) is None
    assert settings.language_of("en_GB.UTF-8") == "en"
