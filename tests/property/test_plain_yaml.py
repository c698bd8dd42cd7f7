"""Whatever is taken for valid YAML at first sight, libyaml takes too."""

from __future__ import annotations

import os
import random
from typing import Any

from dmls.syntax import strict, yaml
from dmls.syntax.plain_yaml import looks_valid
from support.shared import SHARED, json_lines, needs_shared

VECTORS: list[Any] = [v for v in json_lines("vectors/config-dev.jsonl") if v["text"] and v["kind"] in ("task", "source")]
PIECES = [
    "a",
    "key: 1",
    "key:",
    "- x",
    "- ",
    "-",
    "  ",
    "    ",
    " ",
    "\n",
    "\n\n",
    "# c",
    " # c",
    '"q"',
    "'s'",
    "[a, b]",
    "[]",
    "x y",
    "a:b",
    "--- ",
    "---",
    "...",
    "...\n",
    "-1",
    "- - a",
    "- a: 1",
    "?",
    "!",
    "*",
    "|",
    ">",
    "@",
    "%",
    "x: y: z",
    "\r",
    "\t",
    "中文",
    "é: 1",
    "0x1F",
    "~",
    "<<: 1",
    "=",
    "2001-01-01 00:00:00",
    "- [a]",
    "a b: c",
    '"k": 1',
]


def claims(text: str) -> bool:
    tree = yaml.parse(text)
    return not tree.limited and not tree.memo.get("yaml.whole") and not any(c.problems for _, c in tree.chunks) and looks_valid(text)


@needs_shared
def test_mutated_files() -> None:
    rng = random.Random(17)
    said = 0
    for _ in range(60_000 if os.environ.get("DMLS_FULL") else 4000):
        text = rng.choice(VECTORS)["text"]
        lines = text.split("\n")
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(lines))
            what = rng.randrange(7)
            if what == 0:
                del lines[at]
            elif what == 1:
                lines[at] = " " * rng.randint(0, 6) + lines[at].lstrip()
            elif what == 2:
                lines.insert(at, " " * rng.randint(0, 6) + rng.choice(PIECES))
            elif what == 3:
                cut = rng.randrange(len(lines[at]) + 1)
                lines[at] = lines[at][:cut] + rng.choice(PIECES) + lines[at][cut:]
            elif what == 4:
                lines.insert(at, rng.choice(lines))
            elif what == 5:
                lines[at] = lines[at][: rng.randrange(len(lines[at]) + 1)]
            else:
                lines[at] = lines[at] + rng.choice(PIECES)
            if not lines:
                lines = [""]
        mutant = "\n".join(lines)
        if claims(mutant):
            said += 1
            assert strict.judge(mutant, "yaml") is None, mutant

    assert said > 500, "the check must have something to check"


def test_random_pieces() -> None:
    rng = random.Random(19)
    said = 0
    for _ in range(200_000 if os.environ.get("DMLS_FULL") else 15_000):
        text = "".join(rng.choice(PIECES) + rng.choice(("", "", " ", "\n", "\n  ")) for _ in range(rng.randint(1, 9)))
        if claims(text):
            said += 1
            assert strict.judge(text, "yaml") is None, text

    assert said > 300


@needs_shared
def test_most_real_files_are_of_this_kind() -> None:
    texts = [p.read_text(encoding="utf-8") for p in sorted((SHARED / "corpus" / "dm").rglob("*.yaml"))]

    assert sum(map(claims, texts)) > 0.7 * len(texts)
