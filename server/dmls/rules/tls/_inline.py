"""What the rules about certificates inside a configuration agree on: how the text looks, and edits that never copy a private key."""

from __future__ import annotations

import re
from binascii import b2a_base64
from typing import Callable, Iterator

from dmls.model.config_file import Entry
from dmls.model.tls_block import BASE64, BYTES, PATHS
from dmls.pattern import LazyPattern
from dmls.rule import Context, Edit, Span
from dmls.syntax.tree import Scalar

SINGLE_LINE = ("plain", "single", "double")
PATH_KEY = {names[role]: PATHS[role] for names in (BASE64, BYTES) for role in PATHS}
"""For each key that holds material the one that names a file."""
_PATH = LazyPattern(r"(?:~|\.{0,2}/|[A-Za-z]:\\).*|.*\.(?:pem|crt|cer|key|der|p12|pfx)\Z", re.I)
_BEGIN, _END = "-----BEGIN", "-----END"
_FOLDED = LazyPattern(r"(-----BEGIN [^-]*-----)([A-Za-z0-9+/=\s]*)(-----END [^-]*-----)")


def is_path(text: str) -> bool:
    """Whether the text is rather a path than anything encoded."""
    return len(text) < 300 and "\n" not in text and _PATH.match(text) is not None


def is_pem(text: str) -> bool:
    return text.startswith(_BEGIN)


def pem_as_base64(text: str) -> str:
    """PEM text in base64; line ends that YAML has folded into blanks are put back."""
    if "\n" not in text:
        text = _FOLDED.sub(lambda m: "\n".join((m.group(1), *m.group(2).split(), m.group(3), "")), text)
    return b2a_base64(f"{text.strip()}\n".encode(), newline=False).decode("ascii")


def is_secret(entry: Entry) -> bool:
    """Whether the value may be a private key, so that no edit may hold it: edits are shown in reports."""
    return entry.schema is not None and entry.schema.secret


def own_scalar(entry: Entry, styles: tuple[str, ...] = ()) -> Scalar | None:
    """The scalar, if it is written at this place, has neither anchor nor tag and is of one of the styles."""
    node = entry.raw
    if not isinstance(node, Scalar) or node.anchor is not None or node.tag is not None or (styles and node.style not in styles):
        return None
    return node


def replaced(ctx: Context, span: Span, pattern: re.Pattern[str] | LazyPattern, new: Callable[[str], str]) -> Iterator[Edit]:
    """Small edits for the places in `span` that match, so that what stands between them is in no edit."""
    for found in pattern.finditer(ctx.config.text, span.start, span.end):
        yield Edit(Span(found.start(), found.end()), new(found.group()))
