"""What gopkg.in/yaml.v3 reads a plain scalar of a free map as (resolve.go), in the words of the TOML that TiUP writes from it.

TiUP decodes its topology with yaml.v3 into ``any`` and writes the settings of a component with BurntSushi/toml, so a scalar's own look decides
its type: ``yes`` and ``on`` are text there, since only fields of Go type bool take them for truth.
"""

from __future__ import annotations

from dmls.go.number import parse_float, parse_int
from dmls.pattern import LazyPattern

_NULL = ("", "~", "null", "Null", "NULL")
_TRUTH = {"true": "true", "True": "true", "TRUE": "true", "false": "false", "False": "false", "FALSE": "false"}
_SPECIAL = LazyPattern(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")
_FLOAT = LazyPattern(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_DATE = LazyPattern(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:\Z|[Tt ])")


def toml_style(text: str) -> tuple[str, str] | None:
    """The style and the text of the TOML value for a plain scalar; None for null, which TiUP leaves out, and for what is not sure."""
    if text in _NULL or _DATE.match(text):
        return None
    if text in _TRUTH:
        return "boolean", _TRUTH[text]
    if text[0].isdigit() or text[0] in "+-.":
        if _SPECIAL.match(text):
            return "float", text.lower().replace(".", "")
        bare = text.replace("_", "")
        number, error = parse_int(bare, 0, 64) if bare else (0, "empty")
        if error is None:
            return "integer", str(number)
        if _FLOAT.match(bare):
            value, error = parse_float(bare)
            return ("float", repr(value)) if error is None else None
        return None if text[0].isdigit() and text[:2].lower() in ("0b", "0o", "0x") else ("basic", text)
    return "basic", text
