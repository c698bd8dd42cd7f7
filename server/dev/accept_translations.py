"""Note that the Chinese texts are right for the English ones of today: `python server/dev/accept_translations.py` (``--check`` only compares).

Run it after the Chinese sentence, page or schema description has been read again beside the English that changed.  Writes
`server/dmls/words/zh_cn/reviewed.json`: for each text the first digits of the SHA-256 of its English at the time.  With ids as arguments
only these are accepted.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
import json
import sys
from pathlib import Path
from typing import Any, Iterator

ROOT = Path(__file__).resolve().parents[2]
REVIEWED = ROOT / "server" / "dmls" / "words" / "zh_cn" / "reviewed.json"
SCHEMAS = ROOT / "schemas"
sys.path.insert(0, str(ROOT / "server"))

from dmls.rules.registry import ROWS  # noqa: E402
from dmls.words.catalogue import table  # noqa: E402


def docstring(module: str) -> str:
    return inspect.cleandoc(importlib.import_module(module).__doc__ or "")


def described(schema: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each part of a schema that has a description, with the way to it."""
    if isinstance(schema, dict):
        if isinstance(schema.get("description"), str):
            yield path, schema
        for key, child in schema.items():
            if key == "defaultSnippets":
                # Only editors that know no dmls show these, and none of them in Chinese.
                continue
            yield from described(child, f"{path}/{key}")
    elif isinstance(schema, list):
        for i, child in enumerate(schema):
            yield from described(child, f"{path}/{i}")


def schema_parts() -> Iterator[tuple[str, dict[str, Any]]]:
    """The parts of all schemas that need a Chinese description; the formats of our outputs are told in English only."""
    for file in sorted(SCHEMAS.glob("*.schema.json")):
        if file.name not in ("findings.schema.json", "map.schema.json", "change.schema.json", "show.schema.json"):
            yield from described(json.loads(file.read_text(encoding="utf-8")), file.name)


def english() -> dict[str, str]:
    """Every English text that has a Chinese one, by id: ``sentence:…``, ``page:…`` or ``schema:…``."""
    texts = {f"sentence:{name}": text for name, text in table("en").items()}
    texts.update((f"page:{row.name}", docstring(row.module)) for row in ROWS)
    for path, part in schema_parts():
        texts[f"schema:{path}"] = "\n".join(filter(None, [part["description"], part.get("deprecationMessage"), *part.get("enumDescriptions", ())]))
    return texts


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]


def stale() -> dict[str, list[str]]:
    """The ids that are not as they were accepted: changed, new, or gone."""
    kept: dict[str, str] = json.loads(REVIEWED.read_text(encoding="utf-8")) if REVIEWED.exists() else {}
    now = {name: digest(text) for name, text in english().items()}
    return {
        "changed": [n for n in now if n in kept and kept[n] != now[n]],
        "new": [n for n in now if n not in kept],
        "gone": [n for n in kept if n not in now],
    }


def main(argv: list[str]) -> int:
    if "--check" in argv:
        found = [f"{word}: {name}" for word, names in stale().items() for name in names]
        for line in found:
            print(line, file=sys.stderr)
        if found:
            print("read the Chinese again, then run python server/dev/accept_translations.py", file=sys.stderr)
        return 1 if found else 0
    now = {name: digest(text) for name, text in english().items()}
    if argv:
        kept = json.loads(REVIEWED.read_text(encoding="utf-8"))
        unknown = [name for name in argv if name not in now]
        if unknown:
            raise SystemExit(f"no such text: {', '.join(unknown)}")
        now = {**kept, **{name: now[name] for name in argv}}
    REVIEWED.write_text(json.dumps(dict(sorted(now.items())), indent=0) + "\n", encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
