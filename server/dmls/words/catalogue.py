"""Sentences in the reader's language.

A message id is a rule's name, a rule's name with a variant (`tls-unknown-key.dmctl`), or a name of the shells (`cli.…`,
`lsp.…`, `fix.…`).  The sentences lie in `words/en/*.toml` and `words/zh_cn/*.toml`: a table per rule, `message` for the
usual sentence, another key per variant, `title` for what the rule finds in a few words.
"""

from __future__ import annotations

from functools import lru_cache
from json import loads
from typing import Mapping, NamedTuple

from dmls.private import without_keys
from dmls.resources import read

FILES = (
    "syntax",
    "schema",
    "config",
    "task",
    "components",
    "tls",
    "tls_connections",
    "files",
    "certificates",
    "names",
    "cluster",
    "fix",
    "ide",
    "ide_certificates",
    "actions",
    "cli",
    "certs",
    "doctor",
    "link",
    "map",
    "change",
    "migrate",
    "issuing",
    "tls_change",
    "show",
    "v1",
    "init",
    "lsp",
)
LOCALES = {"en": "en", "zh": "zh_cn"}
DEFAULT = "en"
IN_VERSIONS = "in_versions"
"""The argument that names the DM versions a finding holds for, where not every release raises it; told behind the sentence."""
HIDDEN = "hidden"
"""The argument that names the component whose own messages do not tell the cause; a second sentence then says where it is told."""


def locale_of(tag: str | None) -> str:
    """The language we speak for a language tag such as ``zh-CN``, ``zh_TW.UTF-8`` or ``de``: "en" or "zh"."""
    return "zh" if (tag or "").lower().startswith("zh") else "en"


_LIKELY = {
    "cli": ("cli",),
    "action": ("actions",),
    "certs": ("certs",),
    "certs-new": ("issuing",),
    "certs-renew": ("issuing",),
    "certs-steps": ("issuing",),
    "keyring": ("issuing",),
    "verify": ("certs",),
    "doctor": ("doctor",),
    "link": ("link",),
    "map": ("map",),
    "change": ("change",),
    "migrate": ("migrate",),
    "show": ("show",),
    "v1": ("v1",),
    "page": ("v1",),
    "init": ("init",),
    "lsp": ("lsp",),
    "ide": ("ide", "ide_certificates"),
    "fix": ("fix", "tls_connections", "files", "certificates", "names", "cluster"),
    "tls-change": ("tls_change",),
    "tls-book": ("tls_change",),
    "tls": ("tls", "tls_connections", "files", "certificates", "names", "cluster"),
    "related": ("certificates", "cluster"),
    "hidden": ("certificates",),
}
"""Which files to look into first, by what an id begins with: one run needs few of them."""


@lru_cache(maxsize=64)
def _data(locale: str, name: str) -> bytes:
    """The text of one file, with a line end before its first line; empty where the language lacks the file."""
    try:
        return b"\n" + read(f"words/{LOCALES[locale]}/{name}.toml")
    except FileNotFoundError:
        return b""


@lru_cache(maxsize=64)
def _file(locale: str, name: str) -> Mapping[str, str]:
    """The sentences of one file by message id.

    Each stands on one line, between double quotes that mean in JSON what they mean in TOML: to import a parser of TOML takes longer than to check a file.
    """
    out: dict[str, str] = {}
    owner = ""
    for line in _data(locale, name).decode("utf-8").split("\n"):
        key, equals, text = line.partition(" = ")
        if line.startswith("["):
            owner = line[1:-1]
        elif equals and not line.startswith("#"):
            variant = key.strip('"')
            out[owner if variant == "message" else f"{owner}.{variant}"] = loads(text)
    return out


@lru_cache(maxsize=4)
def table(locale: str) -> Mapping[str, str]:
    """All sentences of a language by message id."""
    out: dict[str, str] = {}
    for name in FILES:
        out.update(_file(locale, name))
    return out


@lru_cache(maxsize=1024)
def _find(message: str, locale: str) -> str | None:
    """The sentence of an id; files are taken apart only where they hold a table of its owner."""
    head = f"\n[{message.partition('.')[0]}]".encode()
    likely = _LIKELY.get(message.partition(".")[0], ()) or _LIKELY.get(message.partition("-")[0], ())
    for name in dict.fromkeys((*likely, *FILES)):
        if head in _data(locale, name):
            text = _file(locale, name).get(message)
            if text is not None:
                return text
    return None


class Words(NamedTuple):
    """A sentence that fills a placeholder of another one, and comes into the reader's language with it."""

    message: str
    args: Mapping[str, object] = {}


def sentence(message: str, args: Mapping[str, object] | None = None, locale: str = DEFAULT) -> str:
    """The sentence for a message id, its placeholders filled; English where the language lacks it.

    Raises KeyError for an id that English lacks: that is a fault of the program.
    """
    text = _find(message, locale)
    if text is None:
        text = table(DEFAULT)[message]
    if args and IN_VERSIONS in args:
        text += "（DM {in_versions}）" if locale == "zh" else " (DM {in_versions})"
    if args and HIDDEN in args:
        text += ("" if locale == "zh" else " ") + (_find(f"hidden.{args[HIDDEN]}", locale) or "")
    if not args:
        return text.replace("{{", "{").replace("}}", "}") if "{{" in text else text
    if any(isinstance(value, Words) for value in args.values()):
        args = {name: sentence(value.message, value.args, locale) if isinstance(value, Words) else value for name, value in args.items()}
    return without_keys(text.format_map(args))


def has(message: str) -> bool:
    return message in table(DEFAULT)


@lru_cache(maxsize=256)
def page(rule: str) -> str | None:
    """The Chinese page of a rule as Markdown, None where there is none."""
    try:
        return read(f"words/zh_cn/pages/{rule}.md").decode("utf-8")
    except FileNotFoundError:
        return None
