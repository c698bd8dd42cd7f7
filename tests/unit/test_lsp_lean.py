"""lsprotocol imported lean is lsprotocol."""

from __future__ import annotations

import subprocess
import sys

from support.raw_client import environment

_SHOW = """
import attrs, json
from lsprotocol import converters, types as t
import cattrs
for name, kind in sorted(t.ALL_TYPES_MAP.items()):
    if isinstance(kind, type) and attrs.has(kind):
        attrs.resolve_types(kind, vars(t), {})
        print(name, [(f.name, str(f.type), f.default is attrs.NOTHING, f.validator is None) for f in attrs.fields(kind)])
made = converters.get_converter()
for method, (message, *_ ) in sorted(t.METHOD_TO_TYPES.items()):
    made.get_structure_hook(message)
    made.get_unstructure_hook(message)
change = {"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {"textDocument": {"uri": "u", "version": 3},
    "contentChanges": [{"text": "x", "range": {"start": {"line": 1, "character": 2}, "end": {"line": 3, "character": 4}}}, {"text": "y"}]}}
structured = made.structure(change, t.DidChangeTextDocumentNotification)
print(structured.params.content_changes[0].range.end.character, made.unstructure(structured))
assert t.Position(1, 2) == t.Position(1, 2) < t.Position(1, 3)
try:
    t.Position(-1, 0)
except ValueError as error:
    print(error)
"""


def _shown(first: str) -> str:
    done = subprocess.run([sys.executable, "-c", first + _SHOW], env=environment(), capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def test_the_same_classes() -> None:
    lean = _shown("import dmls.lsp.lean\n")
    assert lean.count("\n") > 500
    assert lean == _shown("")


def test_classes_are_made_when_they_are_needed() -> None:
    script = """
import dmls.lsp.server
from lsprotocol import types as t
made = [n for n, c in t.ALL_TYPES_MAP.items() if isinstance(c, type) and isinstance(vars(c).get("__attrs_attrs__"), tuple)]
print(len(made))
"""
    done = subprocess.run([sys.executable, "-c", script], env=environment(), capture_output=True, text=True, timeout=60, check=True)
    assert int(done.stdout) < 20


def test_what_the_start_does_not_load() -> None:
    script = "import dmls.lsp.server, sys; print([m for m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], env=environment(), capture_output=True, text=True, timeout=60, check=True)
    heavy = ("cryptography", "tomlkit", "ruamel", "argparse", "rich", "pathspec")
    assert not [m for m in eval(done.stdout) if m.startswith(heavy)]
