"""No value of a key that holds a secret leaves the core, whatever is wrong with it."""

from __future__ import annotations

import pytest

from dmls.schema.key import SchemaKey
from dmls.schema.load import load
from dmls.words.catalogue import sentence
from support.core import analysis_of

CANARY = "c4n4ry"
YAML_FORMS = ("{v}", '"{v}"', "'{v}", '"{v}', "[{v}]", "{{{v}: 1}}", "!{v}", "!!int {v}", "{v} #{v}", "*{v}", "\\{v}", "@{v}", "|\n      {v}", "\u200b{v}", "“{v}”", "{v}: {v}")
TOML_FORMS = ('"{v}"', "'{v}'", "{v}", '"{v}', '["{v}"]', '{{ a = "{v}" }}', '"\\{v}"', '""', '"""{v}', '"{v}" {v}')
NAMES = {"master": "dm-master.toml", "worker": "dm-worker.toml", "dmctl": "dmctl.toml", "source": "dm-source.yaml", "task": "dm-task.yaml"}


def secrets(kind: str) -> list[SchemaKey]:
    """The secret keys that can be written with plain names all the way down."""
    return [k for k in load(kind).walk() if k.secret and "<" not in k.path and "[]" not in k.path]


def written(key: SchemaKey, value: str, toml: bool) -> str:
    if toml:
        return f"{key.path} = {value}\n"
    lines = []
    parts = key.path.split(".")
    for depth, part in enumerate(parts):
        lines.append("  " * depth + part + ":" + (f" {value}" if depth == len(parts) - 1 else ""))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("kind", NAMES)
def test_no_secret_is_told(kind: str) -> None:
    toml = NAMES[kind].endswith(".toml")
    path = f"/w/{NAMES[kind]}"
    keys = secrets(kind)

    assert keys, "each kind has secrets: at least the inline private key"
    for key in keys:
        for form in TOML_FORMS if toml else YAML_FORMS:
            # Twice, so that the duplicate speaks too.
            line = written(key, form.format(v=CANARY), toml)
            text = line + line
            analysis = analysis_of({path: text})
            told = []
            for finding in analysis.findings(path):
                told += [finding.dm_text, repr(finding.args), repr([(f.title, f.args) for f in finding.fixes]), repr([r.args for r in finding.related])]
                told += [sentence(finding.message, finding.args, locale) for locale in ("en", "zh")]
            for offset in range(0, len(text), 3):
                for locale in ("en", "zh"):
                    hover = analysis.hover(path, offset, locale)
                    told.append(hover.markdown if hover else "")
            told.append(repr(analysis.symbols(path)))

            assert not [t for t in told if CANARY in t.lower()], (key.path, form)
