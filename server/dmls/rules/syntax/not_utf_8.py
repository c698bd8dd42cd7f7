"""A file that is not UTF-8.

What: bytes that are no UTF-8 text, such as a password or a comment saved as GBK or Latin-1, or a TOML file in UTF-16.

Why: yaml.v2 answers 20003 `yaml: invalid leading UTF-8 octet` or `invalid trailing UTF-8 octet`; BurntSushi/toml answers 38013 or
40003 `invalid UTF-8 byte: 0x…`, and for UTF-16 `files cannot contain NULL bytes; probably using UTF-16`.  Comments count too.

Wrong: a file saved by an editor set to GBK

Right: the same file saved as UTF-8

Fix: convert the file: `iconv -f GBK -t UTF-8 old.yaml > new.yaml`.  Which encoding it was saved in, the bytes do not tell, so the command has to be
looked at by a person, and no edit of text can do it.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model import shell
from dmls.model.config_file import ConfigFile
from dmls.model.dm_error import DECODE
from dmls.rule import STRICT, Context, Finding, Rule, Severity
from dmls.text import Span


def finding(config: ConfigFile, variant: str, offset: int) -> Finding:
    """`variant` is "" or "utf-16"; `offset` is that of the first character that could not be read."""
    error = DECODE.get(config.kind)
    ctx = Context(config)
    encoding = "UTF-16" if variant else "GBK"
    return ctx.finding(
        RULE, Span(offset, offset + 1), variant, codes=(error.code,) if error else (), fixes=ctx.command("convert", _command(config.path, encoding), encoding=encoding)
    )


def _command(path: str, encoding: str) -> str:
    try:
        old, new = shell.file(path), shell.file(f"{path}.utf8")
    except shell.Unwritable:
        return ""
    return f"iconv -f {encoding} -t UTF-8 {old} > {new} && mv {new} {old}"


def _no_check(subject: object, ctx: Context) -> Iterator[Finding]:
    """The bytes are judged where they are decoded; there is nothing to see in the text."""
    return iter(())


RULE = Rule("not-utf-8", "syntax", Severity.ERROR, STRICT, kinds.KINDS, _no_check)
