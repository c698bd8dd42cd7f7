"""Values that are offered: those of the versions of DM that count, whole words with blanks, one word of several, versions of DM themselves."""

from __future__ import annotations

from typing import Any

import pytest

from dmls.ide.docs import signature
from dmls.ide.value_offers import SESSION, enum_in
from dmls.schema.load import load
from dmls.version import MAIN, RELEASES, parse_version
from support.core import analysis_of

TASK = "name: o\ntask-mode: all\ntarget-database: {host: h}\nmysql-instances: [{source-id: a}]\n"


def offered(name: str, text: str, settings: dict[str, object] | None = None) -> dict[str, Any]:
    """The offers at ``|``, by label, each with the text that it replaces."""
    at = text.index("|")
    text = text[:at] + text[at + 1 :]
    analysis = analysis_of({f"/w/{name}": text}, settings or {})
    found = analysis.completions(f"/w/{name}", at)
    assert len({c.label for c in found}) == len(found)
    return {c.label: (c.insert_text, c.span.of(text)) for c in found}


@pytest.mark.parametrize(
    ("version", "known"),
    [("6.5.3", False), ("7.5.0", True), ("main", True)],
)
def test_events_of_a_version(version: str, known: bool) -> None:
    found = offered("task.yaml", TASK + "filters:\n  f: {schema-pattern: a, events: [|]}\n", {"dm-version": version})
    assert ("modify column" in found) is known and "drop table" in found


def test_events_of_several_versions_are_those_that_all_know() -> None:
    found = offered("task.yaml", TASK + "filters:\n  f: {schema-pattern: a, events: [|]}\n", {"dm-version": ["6.5.3", "8.5.7"]})
    assert "modify column" not in found and "drop table" in found


def test_words_with_blanks_are_replaced_whole() -> None:
    for quote in ("", '"', "'"):
        found = offered("task.yaml", TASK + f"filters:\n  f:\n    events: [{quote}drop ta|{quote}]\n")
        assert found["drop table"] == ("drop table", "drop ta"), quote
    assert offered("task.yaml", TASK + "filters:\n  f:\n    events:\n    - all\n    - drop ta|\n")["drop table"] == ("drop table", "drop ta")


def test_a_list_is_offered_where_one_is_wanted() -> None:
    assert offered("task.yaml", TASK + "ignore-checking-items: |\n")["version"] == ("[version]", "")
    assert offered("task.yaml", TASK.replace("a}]", "a, route-rules: |}]") + "routes:\n  we st: {schema-pattern: x}\n")["we st"] == ('["we st"]', "")


def test_one_of_the_words_between_commas() -> None:
    text = 'name: o\ntask-mode: all\ntarget-database:\n  host: h\n  session:\n    SQL_MODE: "ANSI,NO_ZE|"\n'
    found = offered("task.yaml", text)
    assert found["NO_ZERO_DATE"] == ("NO_ZERO_DATE", "NO_ZE") and "ANSI" not in found


def test_session_variables() -> None:
    found = offered("task.yaml", "name: o\ntask-mode: all\ntarget-database:\n  host: h\n  session:\n    time_zone: x\n    |\n")
    assert set(SESSION) - found.keys() == {"time_zone"}


@pytest.mark.parametrize(
    ("text", "inserted"), [('dm-version = "|"', "8.5.7"), ("dm-version = |", '"8.5.7"'), ('dm-version = ["7.5.3", |]', '"8.5.7"'), ('dm-version = ["|"]', "8.5.7")]
)
def test_versions_of_dm(text: str, inserted: str) -> None:
    found = offered(".dmls.toml", text + "\n")
    assert found["8.5.7"][0] == inserted and "main" in found


def test_releases_are_in_order_and_the_schemas_have_no_newer_one() -> None:
    assert list(RELEASES) == sorted(RELEASES) and RELEASES[-1] < MAIN
    starts = {low for kind in ("task", "source", "master", "worker") for key in load(kind).walk() for low, _ in key.versions.intervals}
    assert max(v for v in starts if v != MAIN) <= RELEASES[-1]


def test_enums_keep_their_order() -> None:
    items = load("task").child("ignore-checking-items")
    assert items is not None and items.item is not None
    assert enum_in(items.item, (MAIN,)) == tuple(v for v in items.item.enum or () if v)
    assert "primary_key" not in enum_in(items.item, (MAIN, parse_version("8.5.7")))


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize("kind", ["task", "source", "topology", "master", "worker", "dmctl"])
def test_each_key_has_an_example(kind: str, locale: str) -> None:
    language = "toml" if kind in ("master", "worker", "dmctl") else "yaml"
    for key in load(kind).walk():
        text = signature(key, language, locale)
        if key.name in ("[]", "<name>", ""):
            assert text == ""
        else:
            assert text.startswith(f"```{language}\n") and key.name in text and text.endswith("```\n\n"), key
            assert all(word not in text for word in ("<string>", "<integer>", "<block>", "<any value>")) if locale == "zh" else "字符串" not in text, text


def test_examples_stand_in_the_documentation() -> None:
    analysis = analysis_of({"/w/task.yaml": TASK + "\n"})
    found = {c.label: c for c in analysis.completions("/w/task.yaml", len(TASK))}
    assert found["routes"].documentation.startswith("```yaml\nroutes:\n  <name>:\n    schema-pattern: shard_*\n    target-schema: <string>\n```")
    assert "meta-schema: dm_meta" in found["meta-schema"].documentation
