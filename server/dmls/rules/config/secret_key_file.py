"""A secret key file that DM cannot use.

What: `secret-key-path` of a master names a file that is not there, that DM may not read, or that holds something else than a key. A missing file is an error
if it ought to be on this machine: the path is relative and leads into the workspace, `path-map` maps it, its folder exists here, or `files =
"strict"`. Else it is an information, since configurations are often written on another machine than DM's. A key that others may read is a hint.

Why: DM-master reads the file when it starts and stops where it cannot: 20067 `invalid secret key path or content: open …: no such file or directory`.
The file holds an AES-256 key in 64 hexadecimal digits; white space around them is cut off, and anything else refused: `encoding/hex: invalid byte: U+0020 ' '`
for the whole output of `sha256sum`, digits and file name (dm/config/common.go: Adjust; since v8.0.0).

Wrong: `secret-key-path = "secret.key"`, where no such file exists, or where it holds `3b1f…9c  -`

Right: `secret-key-path = "/etc/dm/secret.key"`, made with `openssl rand -hex 32`

Fix: there is none, since a new key would not read the passwords that were encrypted with the old one; only the rights of the file can be set, with `chmod 600`.
"""

from __future__ import annotations

from typing import Iterator

from dmls.files import Content, Directory, Missing, NotRegular, SecretKey, TooLarge, Unreadable
from dmls.model import kind as kinds
from dmls.model import tls_path
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.dm.start_error import SECRET_KEY
from dmls.model.secret_key import DIGITS
from dmls.model.tls import openssl
from dmls.rule import CONFIG_FILE, Context, Finding, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar

GROUP, OTHERS = 0o040, 0o004


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    entry = config.get(k.SECRET_KEY_PATH)
    settings = ctx.around.settings
    if entry is None or not isinstance(entry.node, Scalar) or not entry.text or settings.files == "off":
        return
    path = entry.text
    places = tls_path.candidates(path, config.path, settings, ctx.around.folders)
    for place in places:
        state = ctx.around.lookup.stat(place)
        if not isinstance(state, Missing):
            if isinstance(state, Content):
                state = ctx.around.lookup.secret_key(place)  # type: ignore[assignment]
            yield from _of_state(entry, place, state, ctx)
            return
    if not places:
        return
    if settings.files == "strict" or settings.local_path(path) is not None:
        here = True
    elif not tls_path.is_absolute(path):
        here = tls_path.is_inside(places[0], ctx.around.folders)
    else:
        here = isinstance(ctx.around.lookup.stat(tls_path.folder_of(places[0])), Directory)
    yield _finding(entry, ctx, "" if here else "elsewhere", f"open {path}: no such file or directory", Severity.ERROR if here else Severity.INFORMATION)


def _of_state(entry: Entry, place: str, state: object, ctx: Context) -> Iterator[Finding]:
    path = entry.text
    if isinstance(state, Directory):
        yield _finding(entry, ctx, "folder", f"read {path}: is a directory")
    elif isinstance(state, NotRegular):
        # DM may well read a pipe that somebody fills.
        return
    elif isinstance(state, TooLarge):
        yield _finding(entry, ctx, "other", "")
    elif isinstance(state, Unreadable):
        # Another user than DM's may be the one who looks.
        yield _finding(entry, ctx, "unreadable", f"open {path}: {state.reason}", Severity.INFORMATION)
    elif isinstance(state, SecretKey):
        if state.cause:
            yield _finding(entry, ctx, state.trap, state.cause, digits=state.digits, want=DIGITS)
        elif state.mode & (GROUP | OTHERS):
            fixes = ctx.command("run-chmod", openssl.owner_only(path), file=path)
            yield ctx.finding(RULE, ctx.config.value_span(entry), "exposed", severity=Severity.HINT, codes=(), fixes=fixes, path=path, mode=f"{state.mode:04o}")


def _finding(entry: Entry, ctx: Context, variant: str, cause: str, severity: Severity = Severity.ERROR, **args: object) -> Finding:
    text = SECRET_KEY.text(message=SECRET_KEY.message.format(cause=cause)) if cause else ""
    return ctx.finding(RULE, ctx.config.value_span(entry), variant, severity=severity, codes=(SECRET_KEY.code,), dm_text=text, path=entry.text, **args)


RULE = Rule("secret-key-file", "config", Severity.ERROR, CONFIG_FILE, (kinds.MASTER,), check, codes=(20067,))
