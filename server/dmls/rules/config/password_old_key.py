"""A password encrypted with the key that DM no longer has.

What: a `password` that can be read with the fixed key of DM before v8.0.0.

Why: until v7.6 every DM had the same key, which stands in its public source; such a text hides nothing.  Since v8.0.0 DM has no key of its own.  It takes the
text itself as the password, unless the master's `secret-key-path` names a file with the old key, and the database answers `Access denied`
(dm/pkg/encrypt/encrypt.go of v7.6.0 and v8.0.0; dm/pkg/utils/encrypt.go: DecryptOrPlaintext).

Wrong: `password: "/Q7B9DizNLLTTfiZHv9WoEAKamfpIUs="` for DM 8.5

Right: `password: "…"`, the password as it is or as `dmctl encrypt` writes it with the new key

Fix: there is no fix, since it would write your password in plain text. `dmls migrate passwords` encrypts it anew with a key of your own.  Change it in
the database as well, since anybody can read the old text.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.rule import ENTRY, Context, Finding, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar
from dmls.version import parse_version_set

NO_KEY = parse_version_set("8.0.0..")


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    if not isinstance(entry.node, Scalar) or not entry.text:
        return
    from dmls.model.legacy.old_cipher import is_of_old_key

    if is_of_old_key(entry.text):
        yield ctx.finding(RULE, ctx.config.value_span(entry), depends=NO_KEY)


RULE = Rule("password-old-key", "config", Severity.WARNING, ENTRY, kinds.DATABASES, check, (f"{k.FROM}.{k.PASSWORD}", f"{k.TARGET_DATABASE}.{k.PASSWORD}"), NO_KEY)
