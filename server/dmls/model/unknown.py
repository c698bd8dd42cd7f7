"""Why a key is unknown: which of the rules about unknown keys has the best explanation.

One unknown key gives one finding.  The order is: TLS (a key of the security struct misspelt, misplaced, or an option DM does not
have), then keys that older versions had, then a key of this file in the wrong place, then a near miss, then nothing to add.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Mapping

from dmls.model import kind as kinds
from dmls.model.config_file import MERGE_KEY, Entry
from dmls.model.successor import successor
from dmls.model.tls_block import BASE64, BYTES, PATHS
from dmls.model.tls_block import KEYS as TLS_KEYS
from dmls.named import NamedTuple
from dmls.schema import keys as k
from dmls.schema import legacy
from dmls.schema.key import SchemaKey
from dmls.schema.load import load
from dmls.syntax.tree import Mapping as Block

UNKNOWN = "unknown-key"
MISPLACED = "misplaced-key"
REMOVED = "removed-key"
TLS_UNKNOWN = "tls-unknown-key"
TLS_NO_OPTION = "tls-no-such-option"
TLS_TABLE = "tls-security-table-in-toml"
TLS_OUTSIDE = "tls-key-outside-security"
TLS_LOADER = "tls-security-under-loader"


class Why(NamedTuple):
    """`owner` is the rule that speaks; `variant` its sentence; `args` fill it."""

    owner: str
    variant: str
    args: Mapping[str, object]


_NO_OPTION = {
    "switch": "ssl-mode sslmode ssl tls use-tls use-ssl enable-tls enable-ssl tls-enabled ssl-enabled require-ssl require-secure-transport",
    "version": "tls-version tls-versions min-tls-version tls-min-version max-tls-version ssl-cipher ssl-ciphers cipher-suites cipher-suite tls-cipher tls-ciphers tls-ciphersuites",
    "passphrase": "ssl-key-password ssl-key-passphrase ssl-password ssl-passphrase key-password key-passphrase tls-password tls-key-password",
    "verify": "skip-verify skip-ca-verification tls-skip-verify ssl-skip-verify insecure insecure-skip-verify verify-server "
    "verify-server-cert ssl-verify-server-cert ssl-verify ssl-verify-mode verify-ca verify-hostname verify-identity check-hostname "
    "ssl-check-hostname server-name ssl-server-name tls-server-name",
    "revocation": "ssl-crl ssl-crlpath ssl-capath tls-crl crl crl-file",
}
"""Options of MySQL, TiDB and other tools that DM's security struct does not have (dm/config/security/security.go), by what they are for."""

_ALIASES = {
    name: key
    for key, names in {
        k.SSL_CA: "ca cafile capath cacert sslcacert sslcafile sslcapath clustersslca rootca sslrootcert tlsca trustedcafile sslcapem",
        k.SSL_CERT: "cert certfile certpath sslcertfile sslcertpath clustersslcert tlscert sslcertificate clientcert",
        k.SSL_KEY: "key keyfile keypath sslkeyfile sslkeypath clustersslkey tlskey sslprivatekey clientkey privatekey",
        k.SSL_CA_BASE64: "sslcacontent sslcadata cabase64 sslcab64",
        k.SSL_CERT_BASE64: "sslcertcontent sslcertdata certbase64 sslcertb64",
        k.SSL_KEY_BASE64: "sslkeycontent sslkeydata keybase64 sslkeyb64",
        k.CERT_ALLOWED_CN: "allowedcn allowedcns certallowedcns clusterverifycn certcn verifycn certallowed certallowcn",
    }.items()
    for name in names.split()
}
"""Names of other tools and of older documents, without separators, for the key DM has."""


def _squeezed(name: str) -> str:
    return name.strip("\u200b\ufeff\xa0 \t").lower().replace("-", "").replace("_", "").replace(".", "")


def is_spelling_of(name: str, key: str) -> bool:
    """Whether a name differs from a key only in case, hyphens and the like."""
    return _squeezed(name) == _squeezed(key)


_SQUEEZED_TLS = {_squeezed(name): name for name in TLS_KEYS}
_SQUEEZED_NO_OPTION = {_squeezed(name): purpose for purpose, names in _NO_OPTION.items() for name in names.split()}
_BLOCK_NAMES = frozenset(("tls", "ssl", "tlsconfig", "sslconfig", "tlsoptions", "ssloptions", "securityconfig", "securityoptions", "secure"))
"""Names, without separators, that people give to a block of TLS settings."""
TLS_OWNERS = frozenset((TLS_UNKNOWN, TLS_NO_OPTION, TLS_TABLE, TLS_OUTSIDE, TLS_LOADER))
"""The rules that explain an unknown key as a TLS setting."""


def tls_key_meant(name: str) -> str | None:
    """The TLS key that a misspelt name stands for, None where it is not one."""
    squeezed = _squeezed(name)
    exact = _SQUEEZED_TLS.get(squeezed) or _ALIASES.get(squeezed)
    if exact is not None or len(squeezed) < 5:
        return exact
    return nearest(squeezed, tuple(_SQUEEZED_TLS), _SQUEEZED_TLS, limit=1 if len(squeezed) < 10 else 2)


@lru_cache(maxsize=4096)
def distance(a: str, b: str, limit: int) -> int:
    """Edits (insert, delete, replace, swap of neighbours) from `a` to `b`, `limit` + 1 where there are more."""
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return row[-1]


def is_slip_of(name: str, key: str) -> bool:
    """Whether a name is a key but for case and hyphens and a letter, of a long one two: a slip of the finger, and hardly another word."""
    most = 1 if len(name) < 8 else 2
    return distance(_squeezed(name), _squeezed(key), most) <= most


def nearest(name: str, candidates: tuple[str, ...], meaning: Mapping[str, str] | None = None, limit: int | None = None) -> str | None:
    """The one candidate that is nearest to `name`; None where none is near or two are equally near."""
    limit = max(1, min(3, len(name) // 3)) if limit is None else limit
    best = limit + 1
    found: set[str] = set()
    for candidate in candidates:
        d = distance(name, candidate, limit)
        meant = meaning[candidate] if meaning else candidate
        if d < best:
            best, found = d, {meant}
        elif d == best and d <= limit:
            found.add(meant)
    return found.pop() if len(found) == 1 and best <= limit else None


def near_key(name: str, parent: SchemaKey) -> str | None:
    """The key of `parent` that was probably meant: equal without separators and case, else nearest."""
    squeezed = _squeezed(name)
    plain = {_squeezed(n): n for n in parent.children}
    found = plain.get(squeezed)
    if found is not None:
        return found
    for tail in ("s", "es"):
        found = plain.get(squeezed + tail) or (plain.get(squeezed[: -len(tail)]) if squeezed.endswith(tail) else None)
        if found is not None:
            return found
    return nearest(squeezed, tuple(plain), plain)


@lru_cache(maxsize=8)
def _places(kind: str) -> Mapping[str, tuple[str, ...]]:
    """Where each key name of a kind belongs, as dotted paths of its parents ("" for the top level), those of old blocks last."""
    out: dict[str, set[tuple[bool, int, str]]] = {}
    stack = [(load(kind), False)]
    while stack:
        key, old = stack.pop()
        old = old or key.status != "ok"
        for name, child in key.children.items():
            out.setdefault(name, set()).add((old, key.path.count("."), key.path))
            stack.append((child, old))
        if key.item is not None:
            stack.append((key.item, old))
    return {name: tuple(path for _, _, path in sorted(found)) for name, found in out.items()}


def places(kind: str, name: str) -> tuple[str, ...]:
    """The paths of the blocks of a `kind` file that have a key of this name, "" for the top level."""
    return _places(kind).get(name, ())


def _holds_tls_keys(entry: Entry) -> bool:
    """Whether the unknown key is a block of TLS settings, well spelt or not."""
    return any(tls_key_meant(child.name) is not None for child in entry.children if child.pair is not None)


def _explain_tls(entry: Entry, kind: str) -> Why | None:
    """The explanation of an unknown key as a TLS setting, None where it is none."""
    name = entry.name
    parent = entry.parent
    if parent is not None and parent.parent is not None and parent.schema is None:
        # A table below an unknown table is unknown for the same reason; only its name is longer.
        above = explain(parent, kind)
        return Why(UNKNOWN, "", {"key": f"{above.args.get('key', parent.name)}.{name}"})
    assert parent is not None and parent.schema is not None
    args: dict[str, object] = {"key": name}
    lower = name.lower()
    squeezed = _squeezed(name)
    top = parent.parent is None
    a_block = lower == k.SECURITY or (squeezed in _BLOCK_NAMES and _holds_tls_keys(entry))
    purpose = _SQUEEZED_NO_OPTION.get(squeezed)
    if kind not in kinds.DATABASES:
        if not top:
            return None
        if a_block:
            return Why(TLS_TABLE, "", args)
        if purpose is not None:
            return Why(TLS_NO_OPTION, purpose, args)
        meant = tls_key_meant(name)
        return Why(TLS_UNKNOWN, "", {**args, "meant": meant}) if meant in parent.schema.children else None
    if parent.key == k.SECURITY:
        if purpose is not None:
            return Why(TLS_NO_OPTION, purpose, args)
        meant = tls_key_meant(name)
        return Why(TLS_UNKNOWN, "", {**args, "meant": meant}) if meant in parent.schema.children else None
    database = parent.key in (k.FROM, k.TARGET_DATABASE)
    home = f"{k.FROM if kind == kinds.SOURCE else k.TARGET_DATABASE}.{k.SECURITY}"
    if database:
        if a_block:
            return Why(TLS_UNKNOWN, "block", {**args, "meant": k.SECURITY})
        if purpose is not None:
            return Why(TLS_NO_OPTION, purpose, args)
    meant = _SQUEEZED_TLS.get(squeezed) or (tls_key_meant(name) if database else None)
    section = _unit_section(parent) if kind == kinds.TASK else None
    if section is not None and (a_block or meant is not None):
        return Why(TLS_LOADER, "" if a_block else "key", {**args, "section": section, "home": home})
    instance = kind == kinds.TASK and parent.parent is not None and parent.parent.key == k.MYSQL_INSTANCES
    if instance and (a_block or meant is not None):
        return Why(TLS_OUTSIDE, "instance", {**args, "home": f"{k.FROM}.{k.SECURITY}"})
    if a_block and top:
        return Why(TLS_OUTSIDE, "elsewhere", {**args, "meant": k.SECURITY, "home": home.partition(".")[0]})
    if meant is not None:
        return Why(TLS_OUTSIDE, "" if database else "elsewhere", {**args, "meant": meant, "home": home})
    return None


def _unit_section(entry: Entry) -> str | None:
    """The key under which `entry` is the settings of one unit (dump, load, sync, validator); None where it is no such block."""
    if entry.key in (k.MYDUMPER, k.LOADER, k.SYNCER) and entry.pair is not None and entry.parent is not None and entry.parent.pair is None:
        return entry.key
    above = entry.parent
    return above.key if above is not None and above.key in (k.MYDUMPERS, k.LOADERS, k.SYNCERS, k.VALIDATORS) else None


def has_tls_misfit(holder: Entry, kind: str) -> bool:
    """Whether a key in `holder` is a TLS setting that DM does not know by this name or at this place.

    What the other keys lack is then unknown: the missing one may be the misspelt one.
    """
    if holder.schema is None:
        return False
    unknown = (c for c in holder.children if c.schema is None and c.pair is not None and c.pair.value is not None and c.name != MERGE_KEY)
    return any(explain(child, kind).owner in TLS_OWNERS for child in unknown)


_TYPE_OWNERS = {
    **dict.fromkeys((*PATHS.values(), *BASE64.values()), "tls-value-not-string"),
    **dict.fromkeys(BYTES.values(), "tls-bytes-wrong-type"),
    k.CERT_ALLOWED_CN: "tls-allowed-cn-not-list",
}


def tls_type_owner(entry: Entry) -> str | None:
    """The TLS rule that speaks where the decoder refuses the type of `entry`, a TLS key or an item of its list; None for other entries."""
    key = entry if entry.pair is not None else entry.parent
    if key is None or key.schema is None or key.schema.name != key.key:
        # A name of the user's own, as in `loaders: {ssl-ca: …}`, is no TLS key.
        return None
    return _TYPE_OWNERS.get(key.key)


def explain(entry: Entry, kind: str) -> Why:
    """Why `entry`, whose key the schema does not know at its place, is unknown.

    Several rules ask the same question of the same entry, so the answer stays with the entry.
    """
    why = entry.why
    if not isinstance(why, Why):
        why = entry.why = _explain(entry, kind)
    return why


def _explain_legacy(old: legacy.LegacyKey, entry: Entry, block: SchemaKey) -> Why | None:
    """What the table of old and misspelt keys says of `entry`; None where it has nothing to add."""
    args: dict[str, object] = {"key": entry.name, "block": block.path}
    new = successor(old.replaced_by, block.path) if old.replaced_by else None
    was_there = old.since is not None
    if old.why in (legacy.REMOVED, legacy.RENAMED) or (old.why == legacy.MOVED and was_there):
        return Why(REMOVED, new.form if new is not None else "", {**args, "meant": new.meant if new else "", "kind": new.kind if new else ""})
    if new is None or old.why not in (legacy.MOVED, legacy.MISSPELT):
        return None
    if new.meant in block.children:
        # A block does not become a scalar by another name.
        return None if isinstance(entry.node, Block) and block.children[new.meant].type not in ("object", "map") else Why(UNKNOWN, "near", {**args, "meant": new.meant})
    if old.why == legacy.MISSPELT:
        return None
    if new.kind:
        return Why(MISPLACED, "other-file", {**args, "kind": new.kind})
    home = new.meant.rpartition(".")[0]
    return Why(MISPLACED, "" if home else "top", {**args, "home": home})


def _explain(entry: Entry, kind: str) -> Why:
    """Why `entry`, whose key the schema does not know at its place, is unknown."""
    name = entry.name
    parent = entry.parent
    if parent is not None and parent.parent is not None and parent.schema is None:
        # A table below an unknown table is unknown for the same reason; only its name is longer.
        above = explain(parent, kind)
        return Why(UNKNOWN, "", {"key": f"{above.args.get('key', parent.name)}.{name}"})
    assert parent is not None and parent.schema is not None
    args: dict[str, object] = {"key": name, "block": parent.schema.path}
    tls = _explain_tls(entry, kind) if kind != kinds.TOPOLOGY else None
    if tls is not None:
        return tls
    old = legacy.find(kind, parent.schema.path, name)
    known = _explain_legacy(old, entry, parent.schema) if old is not None else None
    if known is not None:
        return known
    near = near_key(name, parent.schema)
    if near is not None and _squeezed(near) == _squeezed(name):
        return Why(UNKNOWN, "near", {**args, "meant": near})
    homes = tuple(p for p in places(kind, name) if p != parent.schema.path)
    if homes:
        return Why(MISPLACED, "top" if homes[0] == "" else "", {**args, "home": homes[0]})
    other = next((o for o in kinds.KINDS if o not in (kind, kinds.TOPOLOGY) and "" in places(o, name)), None) if parent.parent is None or near is None else None
    if near is not None and (other is None or len(name) > 4):
        return Why(UNKNOWN, "near", {**args, "meant": near})
    if other is not None:
        return Why(MISPLACED, "other-file", {**args, "kind": other})
    return Why(UNKNOWN, "", args)
