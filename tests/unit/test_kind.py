"""Of which kind a file is."""

from __future__ import annotations

import pytest

from dmls.model.kind import recognise


@pytest.mark.parametrize("head", ["# dmls: kind=task\n", "\ufeff# dmls: kind=task\n", "\ufeff  #dmls:kind = task\r\n", "---\n# dmls: kind=task\n", "# about\n# dmls: kind=task"])
def test_a_modeline_says_the_kind(head: str) -> None:
    assert recognise("/w/any.yaml", head) == "task"


@pytest.mark.parametrize("head", ["# dmls: kind=job\n", "name: x # dmls: kind=task\n", "## dmls: kind=task\n", "a\ufeff# dmls: kind=task\n"])
def test_what_looks_like_a_modeline_is_none(head: str) -> None:
    assert recognise("/w/any.yaml", head) is None
