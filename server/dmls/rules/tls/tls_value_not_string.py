"""A TLS path that is no text.

What: a list, a block, or in TOML a number or a boolean where `ssl-ca`, `ssl-cert`, `ssl-key` or a `-base64` key wants one text.

Why: each key holds one string (dm/config/security/security.go:25-36); several CAs go into one PEM file.  yaml.v2 refuses a list with
20003 `cannot unmarshal !!seq into string`; a plain number or boolean it takes as text, so that `ssl-ca: true` names a file called
`true`.  BurntSushi/toml refuses all but a string: 38013 / 40003 `incompatible types: TOML value has type []any; destination has
type string`.

Wrong: `ssl-ca = ["/etc/dm/ca.pem"]`

Right: `ssl-ca = "/etc/dm/ca.pem"`

Fix: unwrap a list of one; put quotes around a number or boolean. Of several paths one is kept; CA certificates are put into one file by a command,
and a person writes its path. Which file a number or boolean in YAML was meant to name nobody can tell.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import yaml_value
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm.decode import WRONG_TYPE, misfits
from dmls.model.dm_error import DECODE
from dmls.model.edits import edit
from dmls.model.tls_block import CA, PATHS
from dmls.rule import ENTRY, Applicability, Context, Edit, Finding, Fix, Rule, Severity, Span
from dmls.schema import semantics as s
from dmls.syntax.tree import Node, Scalar, Sequence, is_null

_MOST_OFFERED = 3
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
    if not isinstance(node, Sequence) or not items or not all(isinstance(item.raw, Scalar) and not item.is_null for item in items):
        return ()
    if len(items) == 1:
        bare = isinstance(items[0].raw, Scalar) and items[0].raw.style in _BARE
        edits = edit.unwrap_item(config, entry, '"' if bare else "")
        return (ctx.fix("unwrap-list", *edits),) if edits else ()
    fixes: tuple[Fix, ...] = ()
    if entry.key == PATHS[CA]:
        from dmls.model.tls import openssl

        fixes += ctx.command("run-bundle", openssl.bundle([item.text for item in items]), key=entry.key)
    if entry.key in PATHS.values() and node.form in ("flow", "array") and "#" not in Span(start, end).of(config.text):
        for item in items[:_MOST_OFFERED]:
            inner = config.value_span(item)
            keep = Edit(Span(start, inner.start), ""), Edit(Span(inner.end, end), "")
            fixes += (ctx.fix("keep-item", *keep, how=Applicability.UNSAFE, preferred=False, value=item.text),)
    return fixes


RULE = Rule("tls-value-not-string", "tls", Severity.ERROR, ENTRY, kinds.KINDS, check, (s.CA_FILE, s.CERT_FILE, s.KEY_FILE, s.BASE64_PEM), codes=(20003, 38013, 40003))
