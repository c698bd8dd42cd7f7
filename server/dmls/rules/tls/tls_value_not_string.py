"""A TLS path that is no text.

What: a list, a block, or in TOML a number or a boolean where `ssl-ca`, `ssl-cert`, `ssl-key` or a `-base64` key wants one text.

Why: each key holds one string (dm/config/security/security.go:25-36); several CAs go into one PEM file.  yaml.v2 refuses a list with
20003 `cannot unmarshal !!seq into string`; a plain number or boolean it takes as text, so that `ssl-ca: true` names a file called
`true`.  BurntSushi/toml refuses all but a string: 38013 / 40003 `incompatible types: TOML value has type []any; destination has
type string`.

Wrong: `ssl-ca = ["/etc/dm/ca.pem"]`

Right: `ssl-ca = "/etc/dm/ca.pem"`

Fix: unwrap a list of one; put quotes around a number or boolean.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import yaml_value
from dmls.model import edit
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.decode import WRONG_TYPE, misfits
from dmls.model.dm_error import DECODE
from dmls.model.tls_block import CA, PATHS
from dmls.rule import ENTRY, Context, Edit, Finding, Fix, Rule, Severity, Span
from dmls.schema import semantics as s
from dmls.syntax.tree import Node, Scalar, Sequence, is_null

_BARE = ("integer", "float", "boolean", "datetime")
"""Styles of TOML values that are written without quotes."""


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    language = ctx.config.language
    error = DECODE.get(ctx.config.kind)
    for misfit in misfits(entry, language):
        if misfit.code == WRONG_TYPE:
            yield ctx.finding(
                RULE,
                ctx.config.value_span(entry),
                _variant(entry),
                codes=(error.code,) if error else (),
                dm_text=ctx.decoder_text(misfit),
                fixes=_fixes(entry, ctx),
                key=entry.key,
            )
            return
    if language == "yaml" and entry.key in PATHS.values() and _is_no_text(entry.raw):
        yield ctx.finding(RULE, ctx.config.value_span(entry), "taken-as-text", severity=Severity.WARNING, codes=(), key=entry.key)


def _variant(entry: Entry) -> str:
    if not isinstance(entry.node, Sequence):
        return ""
    return "ca-list" if entry.key == PATHS[CA] else "list"


def _is_no_text(node: Node | None) -> bool:
    """Whether YAML resolves the scalar to a number or a boolean, which yaml.v2 then stores as written."""
    if not isinstance(node, Scalar) or node.style != "plain" or node.tag is not None or is_null(node):
        return False
    return any(yaml_value.decode(node.value, True, None, go) is None for go in ("bool", "float64"))


def _fixes(entry: Entry, ctx: Context) -> tuple[Fix, ...]:
    """The value itself is left alone: it may be a private key."""
    config = ctx.config
    node = entry.node
    if not edit.is_direct(entry):
        return ()
    start, end = config.value_span(entry)
    if isinstance(node, Scalar):
        if config.language == "yaml":
            return ()
        return (ctx.fix("quote", Edit(Span(start, start), '"'), Edit(Span(end, end), '"')),)
    items = entry.items()
    if not isinstance(node, Sequence) or node.form not in ("flow", "array") or len(items) != 1 or not isinstance(items[0].raw, Scalar):
        return ()
    inner = config.value_span(items[0])
    mark = '"' if items[0].raw.style in _BARE else ""
    return (ctx.fix("unwrap-list", Edit(Span(start, inner.start), mark), Edit(Span(inner.end, end), mark)),)


RULE = Rule("tls-value-not-string", "tls", Severity.ERROR, ENTRY, kinds.KINDS, check, (s.CA_FILE, s.CERT_FILE, s.KEY_FILE, s.BASE64_PEM), codes=(20003, 38013, 40003))
