"""A secret key file that does not exist.

What: `secret-key-path` of a master names a file that is not there. An error if the file ought to be on this machine: the path is relative and leads into
the workspace, `path-map` maps it, its folder exists here, or `files = "strict"`. Else an information, since configurations are often written on
another machine than DM's.

Why: DM-master reads the file when it starts and stops where it cannot: 20067 `invalid secret key path or content: open …: no such file or directory`.
The file holds an AES-256 key in 64 hexadecimal digits (dm/master/config.go: adjustSecretKeyPath; since v8.0.0).

Wrong: `secret-key-path = "secret.key"`, where no such file exists

Right: `secret-key-path = "/etc/dm/secret.key"`

Fix: there is no fix, since a new key would not read the passwords that were encrypted with the old one; `openssl rand -hex 32` makes a first one.
"""

from __future__ import annotations

from typing import Iterator

from dmls.files import Directory, Missing
from dmls.model import kind as kinds
from dmls.model import tls_path
from dmls.model.config_file import ConfigFile
from dmls.model.start_error import SECRET_KEY
from dmls.rule import CONFIG_FILE, Context, Finding, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    entry = config.get(k.SECRET_KEY_PATH)
    settings = ctx.around.settings
    if entry is None or not isinstance(entry.node, Scalar) or not entry.text or settings.files == "off":
        return
    path = entry.text
    places = tls_path.candidates(path, config.path, settings, ctx.around.folders)
    if not places or any(not isinstance(ctx.around.lookup.stat(place), Missing) for place in places):
        return
    if settings.files == "strict" or settings.local_path(path) is not None:
        here = True
    elif not tls_path.is_absolute(path):
        here = tls_path.is_inside(places[0], ctx.around.folders)
    else:
        here = isinstance(ctx.around.lookup.stat(tls_path.folder_of(places[0])), Directory)
    text = SECRET_KEY.text(message=SECRET_KEY.message.format(cause=f"open {path}: no such file or directory"))
    severity = Severity.ERROR if here else Severity.INFORMATION
    yield ctx.finding(RULE, config.value_span(entry), "" if here else "elsewhere", severity=severity, codes=(SECRET_KEY.code,), dm_text=text, path=path)


RULE = Rule("secret-key-file", "config", Severity.ERROR, CONFIG_FILE, (kinds.MASTER,), check, codes=(20067,))
