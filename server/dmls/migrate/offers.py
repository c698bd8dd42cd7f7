"""What an editor may offer of `dmls migrate` for the one file that is open: edits that leave what DM does as it is."""

from __future__ import annotations

from typing import Callable, Mapping, NamedTuple, Sequence

from dmls.finding import Finding
from dmls.migrate.change import Files, Options, Request
from dmls.migrate.up_to_date import OLD_KEYS, bring
from dmls.model import kind as kinds
from dmls.model.legacy.exported import is_exported


class Offer(NamedTuple):
    """`title` is a message id; `text` computes the new text of the file, which means judging it several times."""

    title: str
    args: Mapping[str, object]
    text: Callable[[], str]


def offers(files: Files, path: str, findings: Sequence[Finding]) -> list[Offer]:
    """One offer where the file has old keys; for an exported file it is another one."""
    config = files.file(path)
    text = files.text(path)
    if config is None or config.kind not in kinds.KINDS or text is None or not files.is_text(path):
        return []
    if config.kind in kinds.DATABASES and is_exported(config):
        return [Offer("action.repair-export", {}, lambda: _repaired(files, path, text))]
    if any(finding.rule in OLD_KEYS and finding.fixes for finding in findings):
        version = files.settings(path).dm_versions[-1]
        return [Offer("action.migrate-keys", {"version": str(version)}, lambda: bring(files, path, text, version).text)]
    return []


def _repaired(files: Files, path: str, text: str) -> str:
    from dmls.migrate.export import make

    change = make(Request(files, (path,), Options({}), path.rpartition("/")[0], 0.0, operands=(path,)))
    return change.edited[0].new if change.edited else text
