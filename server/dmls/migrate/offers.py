"""What an editor may offer of `dmls migrate` for the one file that is open: edits that leave what DM does as it is."""

from __future__ import annotations

from typing import Callable, Mapping, NamedTuple, Sequence

from dmls.finding import Finding
from dmls.migrate.change import Files, Options, Request
from dmls.migrate.up_to_date import OLD_KEYS, bring
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.schema import keys as k

_OF_EXPORTS = (k.HEARTBEAT_UPDATE_INTERVAL, k.HEARTBEAT_REPORT_INTERVAL, k.IS_SHARDING, k.REMOVE_META)
"""Keys that an export writes into every task, and hardly anybody writes all of them."""


class Offer(NamedTuple):
    """`title` is a message id; `text` computes the new text of the file, which means judging it several times."""

    title: str
    args: Mapping[str, object]
    text: Callable[[], str]


def offers(files: Files, path: str, findings: Sequence[Finding]) -> list[Offer]:
    """One offer where the file has old keys; for an exported task it is another one."""
    config = files.file(path)
    text = files.text(path)
    if config is None or config.kind not in kinds.KINDS or text is None or not files.is_text(path):
        return []
    if is_exported(config):
        return [Offer("action.repair-export", {}, lambda: _repaired(files, path, text))]
    if any(finding.rule in OLD_KEYS and finding.fixes for finding in findings):
        version = files.settings(path).dm_versions[-1]
        return [Offer("action.migrate-keys", {"version": str(version)}, lambda: bring(files, path, text, version).text)]
    return []


def is_exported(config: ConfigFile) -> bool:
    """Whether `dmctl config export` has written the task (dm/config/task.go: TaskConfigForDowngrade)."""
    return config.kind == kinds.TASK and config.get(k.ONLINE_DDL) is None and all(config.get(key) is not None for key in _OF_EXPORTS)


def _repaired(files: Files, path: str, text: str) -> str:
    from dmls.migrate.export import make

    change = make(Request(files, (path,), Options({}), path.rpartition("/")[0], 0.0, operands=(path,)))
    return change.edited[0].new if change.edited else text
