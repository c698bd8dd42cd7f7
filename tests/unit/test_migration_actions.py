"""What editors offer of the migrations for one file: without edits until they are asked for, and clean afterwards."""

from __future__ import annotations

import pytest

from dmls.finding import Applicability
from dmls.ide.values import Action
from dmls.model.edits.refactor import REWRITE
from dmls.text import Span, apply_edits
from support.core import analysis_of

PATH = "/w/task.yaml"
HEAD = "name: orders\ntask-mode: all\ntarget-database: {host: h, port: 4000, user: u, password: ''}\nmysql-instances:\n- source-id: s\n  syncer-config-name: s\n"
OLD = HEAD + "syncers: {s: {max-retry: 1, meta-file: ''}}\nremove-meta: false\n"
EXPORTED = (
    HEAD + "is-sharding: false\nblack-white-list: {}\ncolumn-mappings: {}\nansi-quotes: false\nremove-meta: false\nsyncers:\n  s:\n    meta-file: ''\n    multipleRows: true\n"
)


def asked(text: str, only: list[str]) -> list[Action]:
    found = analysis_of({PATH: text}).actions(PATH, Span(0, 0), only)
    return [action for action in found if action.title in ("action.migrate-keys", "action.repair-export")]


@pytest.mark.parametrize(
    ("text", "title", "new"),
    [(OLD, "action.migrate-keys", HEAD + "syncers: {s: {}}\n"), (EXPORTED, "action.repair-export", HEAD + "syncers:\n  s:\n    multiple-rows: true\n")],
)
def test_edits_come_when_rewrites_are_asked_for(text: str, title: str, new: str) -> None:
    for only in ([REWRITE], ["refactor"]):
        (action,) = asked(text, only)
        assert (action.title, action.kind, action.applicability) == (title, REWRITE, Applicability.SAFE)
        assert apply_edits(text, [e.edit for e in action.edits]) == new
    assert asked(text, ["quickfix"]) == [] and asked(new, [REWRITE]) == []
    (offer,) = analysis_of({PATH: text}).migration_offers(PATH)
    assert offer.title == title and offer.edits == ()
    assert analysis_of({PATH: new}).migration_offers(PATH) == []


def test_the_title_tells_the_version() -> None:
    analysis = analysis_of({PATH: OLD}, {"dm-version": "8.5.0"})
    assert [offer.args for offer in analysis.migration_offers(PATH)] == [{"version": "8.5.0"}]


@pytest.mark.parametrize("text", ["", "a: [", "\0", HEAD])
def test_nothing_where_nothing_is_old(text: str) -> None:
    assert analysis_of({PATH: text}).migration_offers(PATH) == [] and asked(text, [REWRITE]) == []
