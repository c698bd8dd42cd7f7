"""An editor that sends every script gets nothing for those that do not start DM, and no work is done for it."""

from __future__ import annotations

import pytest

from support.raw_client import REAL, RawClient, at

OTHERS = {
    "build.sh": "#!/bin/bash\nset -e\n" + "".join(f'run_{n}() {{\n  make -C "$ROOT/{n}" --jobs=2 | tee "$LOG" # no dmctl here\n}}\n' for n in range(400)),
    "nginx.service": "[Unit]\nDescription=web\n; dm-master is elsewhere\n[Service]\nExecStart=/usr/sbin/nginx -g 'daemon off;'\n",
    "deploy": "#!/usr/bin/env bash\necho 'stop dm-worker first'\n",
}
REQUESTS = {
    "hover": {"position": at(1, 2)},
    "completion": {"position": at(1, 2)},
    "definition": {"position": at(1, 2)},
    "references": {"position": at(1, 2), "context": {"includeDeclaration": True}},
    "documentHighlight": {"position": at(1, 2)},
    "documentSymbol": {},
    "foldingRange": {},
    "documentLink": {},
    "codeLens": {},
    "inlayHint": {"range": {"start": at(0, 0), "end": at(5, 0)}},
    "codeAction": {"range": {"start": at(1, 0), "end": at(1, 4)}, "context": {"diagnostics": []}},
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_script_of_others_is_left_alone(start, name: str) -> None:
    client: RawClient = start("--stdio", command=REAL)
    client.initialize()
    uri = f"file:///w/{name}"
    client.open(uri, OTHERS[name])
    assert client.diagnostics(uri, 1) == []
    answers = {what: client.ask(f"textDocument/{what}", {"textDocument": {"uri": uri}, **params}) for what, params in REQUESTS.items()}
    assert {what: answer["result"] for what, answer in answers.items() if not _is_nothing(answer["result"])} == {}


def _is_nothing(result: object) -> bool:
    return not (result.get("items") if isinstance(result, dict) else result)
