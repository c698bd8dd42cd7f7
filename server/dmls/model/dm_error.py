"""DM's error numbers and the frame of its messages.

Source: dm/pkg/terror and dm/_utils/terror_gen/errors_release.txt as given in `reference/dm-config-semantics.md` 1 and 3.
"""

from __future__ import annotations

from dmls.model import kind as kinds
from dmls.named import NamedTuple

LINE = "\0line\0"
"""Stands for a line number in a text that is kept while lines above it come and go; `lint` puts the number in."""


class DmError(NamedTuple):
    code: int
    error_class: str
    level: str
    message: str
    workaround: str = ""

    def text(self, cause: str = "", message: str | None = None) -> str:
        """The message as DM prints it; RawCause and Workaround are left out where empty."""
        out = f"[code={self.code}:class={self.error_class}:scope=internal:level={self.level}], Message: {self.message if message is None else message}"
        if cause:
            out += f", RawCause: {cause}"
        if self.workaround:
            out += f", Workaround: {self.workaround}"
        return out


_YAML = "Please check the configuration file has correct YAML format."
_TOML = "Please check the configuration file has correct TOML format."
DECODE = {
    kinds.TASK: DmError(20003, "config", "medium", "decode task config failed", _YAML),
    kinds.SOURCE: DmError(20003, "config", "medium", "decode source config", _YAML),
    kinds.MASTER: DmError(38013, "dm-master", "medium", "config toml transform", _TOML),
    kinds.WORKER: DmError(40003, "dm-worker", "medium", "toml decode file", _TOML),
}
"""What a file of the kind raises for bad syntax or a bad type; dmctl and TiUP have no numbers."""
UNKNOWN = {
    kinds.TASK: DECODE[kinds.TASK],
    kinds.SOURCE: DECODE[kinds.SOURCE],
    kinds.MASTER: DmError(38011, "dm-master", "medium", "master config contained unknown configuration options: %s"),
    kinds.WORKER: DmError(40004, "dm-worker", "medium", "worker config contains unknown configuration options: %s", "Please check configs in worker configurtion file."),
}


def decode_text(kind: str, cause: str, line: str | None = None, last_key: str = "") -> str:
    """DM's whole message for a decoder's complaint.

    `line` is one-based, None where the library names none; `last_key` is what BurntSushi calls the last key.
    """
    if kind in kinds.YAML_KINDS:
        cause = f"yaml: unmarshal errors:\n  line {line}: {cause}" if line is not None else cause
    elif line is not None:
        where = f' (last key "{last_key}")' if last_key else ""
        cause = f"toml: line {line}{where}: {cause}"
    error = DECODE.get(kind)
    if error is not None:
        return error.text(cause)
    if kind == kinds.DMCTL:
        return f"the current command parameter: --config is invalid or used incorrectly: {cause}"
    return cause


def unknown_text(kind: str, dotted: str, line: str, field: str) -> str:
    """DM's whole message for an unknown key; `dotted` is its path as BurntSushi prints it, `field` yaml.v2's sentence."""
    error = UNKNOWN.get(kind)
    if error is None:
        return ""
    if kind in kinds.YAML_KINDS:
        return decode_text(kind, field, line)
    return error.text(message=error.message % dotted)
