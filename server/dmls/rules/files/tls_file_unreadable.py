"""A path under which no ordinary, readable file lies.

What: `ssl-ca`, `ssl-cert` or `ssl-key` names a file that this user may not read, a ring of links, a FIFO, a socket or a device, or a file
so large that it is not looked into.

Why: DM needs to read the file as its own user: `open …: permission denied` (dm-tls.md §1.3). Whether that user may is not known here, so this
is a warning unless `files = "strict"`. A ring of links and a socket can be opened by nobody. A FIFO lets DM wait, without any message,
until another program writes into it (os.ReadFile). A device may be empty or without end.

Wrong: `ssl-key = "/root/dm/key.pem"`, mode 0600, owner root, while DM runs as user tidb

Right: a file that DM's user owns, mode 0600

Fix: give DM's user the right to read the file and to enter its folders. Who that user is, and which of the folders is closed, is not known here, so
there is no fix.
"""

from __future__ import annotations

from typing import Iterator

from dmls.files import NotRegular, TooLarge, Unreadable
from dmls.model import kind as kinds
from dmls.model.tls.cert_use import Source
from dmls.model.tls.outcome import NONE, unreadable
from dmls.rule import PATH, PEM, Context, Finding, Rule, Severity
from dmls.rules.files._judge import gravity

_FOR_EVERYBODY = {"too many levels of symbolic links": "links", "file name too long": "name"}
"""What no rights mend, in lower case."""


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    state = source.state
    if source.entry is None:
        return
    cause, size, severity = "", 0, gravity(source, opened=True)
    if isinstance(state, Unreadable):
        reason = state.reason.lower()
        cause = f"open {source.path}: {reason}"
        variant = _FOR_EVERYBODY.get(reason, "rights" if reason == "permission denied" else "")
        if variant not in _FOR_EVERYBODY.values() and ctx.around.settings.files != "strict":
            severity = Severity.WARNING
    elif isinstance(state, NotRegular):
        variant, reason = {"FIFO": "fifo", "socket": "socket"}.get(state.what, "device"), ""
        if variant == "socket":
            cause = f"open {source.path}: no such device or address"
        elif variant == "device":
            severity = Severity.WARNING
    elif isinstance(state, TooLarge):
        variant, reason, size, severity = "large", "", max(1, state.size // (1024 * 1024)), Severity.WARNING
    else:
        return
    outcome = unreadable(source.owner, source.role, cause, ctx.version) if cause else NONE
    yield ctx.finding(
        RULE,
        source.anchor(),
        variant,
        severity=severity,
        codes=outcome.codes,
        dm_text=outcome.text,
        path=source.path,
        key=source.entry.key,
        reason=reason,
        size=size,
        **outcome.args,
    )


RULE = Rule("tls-file-unreadable", "files", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check, (PATH,))
