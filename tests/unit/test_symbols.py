"""The outline of a file that is too long for one."""

from __future__ import annotations

import pytest

from dmls.ide.values import Symbol
from dmls.workspace import Workspace

PATH = "/d/dm-task.yaml"


def outline(text: str) -> dict[str, Symbol]:
    workspace = Workspace()
    workspace.open(PATH, text, 1)
    return {symbol.name: symbol for symbol in workspace.snapshot().symbols(PATH)}


@pytest.mark.parametrize(("routes", "shown"), [(1_000, 3_000), (2_000, 2_000), (6_000, 0)])
def test_blocks_that_do_not_fit_are_shown_without_what_is_in_them(routes: int, shown: int) -> None:
    text = "name: a\nroutes:\n" + "".join(f"  r{n}: {{schema-pattern: s, target-schema: t}}\n" for n in range(routes)) + "target-database:\n  host: h\n  port: 1\n"
    symbols = outline(text)
    children = symbols["routes"].children
    assert len(children) == (routes if shown else 0)
    assert shown <= sum(1 + len(child.children) for child in children) <= 5_000
    assert [child.name for child in symbols["target-database"].children] == ["host", "port"]
