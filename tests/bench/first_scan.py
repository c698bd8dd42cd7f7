"""Hover and completion while the server checks a workspace of 1,000 files for the first time, and when it is done."""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path
from threading import Event

import material
import peers

sys.path.insert(0, str(material.GENERATOR.parent))
from lspbench import LspClient, pick_position, pos

PAUSE = (0.12, 0.4)
"""Seconds between two requests: long enough for the server to go back to its work, as when a person moves about in a file."""
LONGEST = 90.0


class Client(LspClient):  # type: ignore[misc]
    """Also listens to the progress of the scan."""

    def __init__(self, root: Path) -> None:
        super().__init__([str(part) for part in (*peers.DMLS, "serve", "--stdio")], root, env=peers.ENVIRONMENT)
        self.scanned = Event()

    def _dispatch(self, t: float, msg: dict[str, object], raw: bytes) -> None:
        params = msg.get("params")
        if msg.get("method") == "$/progress" and isinstance(params, dict) and params["value"].get("kind") == "end":
            self.scanned.set()
        super()._dispatch(t, msg, raw)


def measure(root: Path, text: str, rounds: int, name: str = "task-0001.yaml", language: str = "yaml") -> dict[str, list[float]]:
    """Milliseconds by "hover busy", "hover idle", "completion busy", "completion idle"; "scan" is the seconds a scan took, "rss" the server's peak in MB."""
    samples: dict[str, list[float]] = {"scan": [], "rss": []}
    for number in range(rounds):
        _round(root / name, language, text, random.Random(number), samples)
    return samples


def _round(path: Path, language: str, text: str, chance: random.Random, samples: dict[str, list[float]]) -> None:
    root = path.parent
    uri = path.resolve().as_uri()
    line, indent, *_ = pick_position(text, language)
    params = {"textDocument": {"uri": uri}, "position": pos(line, len(indent) + 1)}
    client = Client(root)
    client.start()
    try:
        client.initialize()
        begun = client.notify("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": language, "version": 1, "text": text}})
        # What the first analysis loads is the price of a start and measured as such.
        client.wait_diag(uri, begun)
        count = 0
        while not client.scanned.is_set() and time.perf_counter() < begun + LONGEST:
            count += _ask(client, params, "busy", chance, samples)
        samples["scan"].append(time.perf_counter() - begun)
        # The first answers after the scan still share the loop with its end, so they count for neither state.
        _ask(client, params, "settling", chance, samples)
        for _ in range(max(count, 5)):
            _ask(client, params, "idle", chance, samples)
        samples["rss"].append(client.usage()[0])
    finally:
        client.stop()


def _ask(client: Client, params: dict[str, object], state: str, chance: random.Random, samples: dict[str, list[float]]) -> int:
    got = {}
    for name in ("hover", "completion"):
        time.sleep(chance.uniform(*PAUSE))
        got[name], _ = client.request(f"textDocument/{name}", params)
    if state == "busy" and client.scanned.is_set():
        return 0
    for name, milliseconds in got.items():
        samples.setdefault(f"{name} {state}", []).append(milliseconds)
    return 1
