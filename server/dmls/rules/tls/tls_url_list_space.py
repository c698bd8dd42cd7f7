"""A blank in a list of addresses.

What: a blank beside a comma, at either end, or within an address of `peer-urls`, `advertise-peer-urls`, `initial-cluster` or `join`; or in
`master-addr`, `worker-addr` or `advertise-addr`.

Why: DM splits the list at commas and trims nothing. `"10.0.0.1:8261, 10.0.0.2:8261"` becomes
`http://10.0.0.1:8261,http:// 10.0.0.2:8261` (dm/pkg/utils/util.go:180-199). A DM-master stops with 38037 / 38039 `fail to parse URL`
or, for `initial-cluster`, looks for a member whose name begins with a blank (38038). A DM-worker skips the address it cannot dial
and fails with 40077 when no other is left.

Wrong: `join = "10.0.0.1:8261, 10.0.0.2:8261"`

Right: `join = "10.0.0.1:8261,10.0.0.2:8261"`

Fix: remove the blanks.
"""

from __future__ import annotations

import re
from typing import Iterator

from dmls.go import host_port
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.tls.endpoint import ADDRESSES, URL_LISTS, Endpoint, endpoints, uses_tls
from dmls.rule import CONFIG_FILE, Applicability, Context, Edit, Finding, Rule, Severity
from dmls.schema import keys as k

_BLANKS = " \t\r\n"
_BLANK = re.compile(f"[{_BLANKS}]")
_AROUND_EQUALS = re.compile(f"[{_BLANKS}]*=[{_BLANKS}]*")


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    tls = uses_tls(config)
    for key in (*URL_LISTS[config.kind], *ADDRESSES[config.kind]):
        every = endpoints(config, key)
        bad = [e for e in every if e.has_blank]
        if not bad or not bad[0].in_list and host_port.split(bad[0].raw)[0] is None:
            continue
        some_work = key == k.JOIN and len(bad) < len(every)
        cleaned = [_cleaned(e) for e in bad]
        fixes = ()
        # Where DM works without these addresses, it does something else with them.
        how = Applicability.UNSAFE if some_work else Applicability.SAFE
        if all(e.exact for e in bad) and not any(_BLANK.search(c) for c in cleaned):
            fixes = (ctx.fix("remove-blanks", *(Edit(e.span, c) for e, c in zip(bad, cleaned, strict=True)), how=how, key=key),)
        variant = "" if bad[0].in_list else "address"
        yield ctx.finding(
            RULE,
            bad[0].span,
            "some" if some_work else variant,
            severity=Severity.WARNING if some_work else Severity.ERROR,
            codes=_codes(config.kind, key, some_work),
            fixes=fixes,
            key=key,
            becomes=_visible(bad[0].rewritten(tls)),
        )


def _cleaned(endpoint: Endpoint) -> str:
    return _AROUND_EQUALS.sub("=", endpoint.raw.strip(_BLANKS))


def _visible(text: str) -> str:
    """The text on one line, as TOML would write it."""
    return text.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t")


def _codes(kind: str, key: str, some_work: bool) -> tuple[int, ...]:
    if some_work:
        return ()
    if key == k.JOIN:
        return (38040,) if kind == kinds.MASTER else (40077,)
    if kind == kinds.WORKER:
        return ()
    return (38038,) if key == k.INITIAL_CLUSTER else (38037, 38039)


RULE = Rule("tls-url-list-space", "tls", Severity.ERROR, CONFIG_FILE, kinds.COMPONENTS, check, codes=(38037, 38038, 38039, 38040, 40077))
