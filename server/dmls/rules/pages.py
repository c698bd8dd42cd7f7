"""The page of a rule: the docstring of its module, or its translation."""

from __future__ import annotations

import inspect
from importlib import import_module

from dmls.rules.registry import ROWS
from dmls.words.catalogue import page


def page_of(name: str, language: str) -> str | None:
    """The page as Markdown with its heading, in Chinese where `language` is "zh" and there is a translation; None for no rule."""
    row = next((row for row in ROWS if row.name == name), None)
    if row is None:
        return None
    text = page(name) if language == "zh" else None
    if text is None:
        text = inspect.cleandoc(import_module(row.module).__doc__ or "")
    return (text if text.startswith("# ") else f"# {name}\n\n{text}").rstrip() + "\n"
