"""Sessions of real editors: what is kept of a record, and how it is played again.

A session is a file of JSON lines.  The first names the editor.  Then, in the order of the record:

``{"from": "client", "message": …}``    a request or notification as the editor sent it, `WORK` in place of the folder of the deployment;
``{"from": "client", "replies": METHOD, "result" or "error": …}``    its reply to the next request METHOD of the server;
``{"from": "server", "answers": ID, "with": "something", "nothing" or "error"}``    until here the answer had come;
``{"from": "test", "does": WHAT}``    what happened on disk.

What the server said is not kept: it is what is tested.  An action that is sent back for its edits stands as ``{"action": [ID, NUMBER]}``, the
NUMBER-th of the answer to ID, so that a session does not know the server's words.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator

from editors.place import Place, read

FOLDER = Path(__file__).parent / "sessions"
WORK = "${work}"
HOME = "${home}"
MACHINE = ("processId", "workDoneToken", "clientProcessId")
"""What differs from run to run and says nothing."""


def keep(place: Place, editor: str, language: str) -> Path:
    """Write the session of a finished test."""
    path = FOLDER / f"{editor}-{language}.jsonl"
    FOLDER.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for line in _trimmed(list(read(place.record)), editor):
            text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
            for what, name in ((place.deployment.folder, WORK), (place.home, HOME), (place.folder, HOME)):
                text = text.replace(str(what), name)
            file.write(text + "\n")
    return path


def _trimmed(record: list[dict[str, Any]], editor: str) -> Iterator[dict[str, Any]]:
    asked_by_server: dict[Any, str] = {}
    asked_by_client: dict[Any, str] = {}
    actions: dict[Any, list[Any]] = {}
    started = next(line["message"] for line in record if line.get("message", {}).get("method") == "initialize")
    yield {"editor": editor, "client": started["params"].get("clientInfo")}
    for line in record:
        if line["from"] == "test":
            yield line
            continue
        message = line["message"]
        method, number = message.get("method"), message.get("id")
        if line["from"] == "server":
            if method is None:
                result = message.get("result")
                if asked_by_client.get(number) == "textDocument/codeAction":
                    actions[number] = result or []
                yield {"from": "server", "answers": number, "with": "error" if "error" in message else answer_kind(result)}
            elif number is not None:
                asked_by_server[number] = method
        elif method is None:
            reply = {key: message[key] for key in ("result", "error") if key in message}
            yield {"from": "client", "replies": asked_by_server.get(number), **reply}
        elif method == "exit":
            yield {"from": "client", "message": message}
            # What comes later, comes by chance.
            return
        else:
            if number is not None:
                asked_by_client[number] = method
            params = {"params": _params(method, message["params"], actions)} if "params" in message else {}
            yield {"from": "client", "message": {**message, **params}}


def answer_kind(result: object) -> str:
    """Whether an answer says anything: a client shows the same for null and for an empty list."""
    return "something" if result not in (None, [], {"isIncomplete": False, "items": []}) else "nothing"


def _params(method: str, params: Any, actions: dict[Any, list[Any]]) -> Any:
    if method == "codeAction/resolve":
        for asked, offered in reversed(actions.items()):
            for index, action in enumerate(offered):
                if action["title"] == params["title"]:
                    return {"action": [asked, index]}
    if method == "initialize":
        return {key: None if key in MACHINE else value for key, value in params.items()}
    return params


def stored() -> list[Path]:
    """All sessions."""
    return sorted(FOLDER.glob("*.jsonl"))
