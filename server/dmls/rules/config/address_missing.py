"""A component whose file does not say where it listens.

What: a `dm-master.toml` without `master-addr`, or a `dm-worker.toml` without `worker-addr`.

Why: neither key has a default.  Where the command line does not give `--master-addr` or `--worker-addr` either, DM does not start: 38035 or 40069
`host:port '' not valid, RawCause: missing port in address` (dm/master/config.go:247-252, dm/worker/config.go:186-191).  TiUP's start scripts give the
flag, so a file that TiUP has written needs no such key, nor does one beside a topology with such components or in a folder below it; nor does one that
a script or systemd unit of the workspace starts with that flag.

Wrong: a `dm-worker.toml` with `name` and `join` only

Right: `worker-addr = "10.0.0.21:8262"`

Fix: add the key, or give the flag; the fix adds the key with the usual port, and the host is for you to fill in.
"""

from __future__ import annotations

from typing import Iterator

from dmls.files import Content, Directory
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.dm.start_error import OWN, may_be_misspelt
from dmls.model.edits import edit
from dmls.model.tls_path import folder_of, is_inside
from dmls.rule import CONFIG_FILE, Applicability, Context, Finding, Fix, Rule, Severity, Span
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar

OWN_KEY = {kinds.MASTER: k.MASTER_ADDR, kinds.WORKER: k.WORKER_ADDR}
USUAL = {kinds.MASTER: ":8261", kinds.WORKER: ":8262"}
_SERVERS = {kinds.MASTER: k.MASTER_SERVERS, kinds.WORKER: k.WORKER_SERVERS}
_MOST_LOOKED_AT = 12
"""YAML files of a folder, those first that are called a topology."""
_BY_TIUP = "# WARNING: This file is auto-generated"
"""How a file begins that TiUP has written; the script that it writes beside it gives the addresses."""


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    found = list(judge(config, ctx, ctx.around.given))
    if found and not _tiup_gives(config, ctx):
        yield from found


def _tiup_gives(config: ConfigFile, ctx: Context) -> bool:
    """Whether a topology beside the file or in the folder above has such components, so that TiUP's script gives the flag."""
    if ctx.around.settings.files == "off":
        return False
    own = folder_of(config.path)
    places = [own, *(above for above in (folder_of(own),) if is_inside(above, ctx.around.folders))]
    listed = {place: ctx.around.lookup.list(place) for place in dict.fromkeys(places)}
    names = {place: [name for name in state.entries if kinds.language_of(name) == "yaml"] for place, state in listed.items() if isinstance(state, Directory)}
    paths = [f"{place.rstrip('/')}/{name}" for place, found in names.items() for name in sorted(found, key=lambda name: "topo" not in name.lower())[:_MOST_LOOKED_AT]]
    states = {path: ctx.around.lookup.text(path) for path in paths}
    return any(isinstance(state, Content) and _has_components(path, state.data.decode("utf-8", "replace"), config.kind) for path, state in states.items())


def _has_components(path: str, text: str, kind: str) -> bool:
    return kinds.recognise(path, text) == kinds.TOPOLOGY and _SERVERS[kind] in text


def judge(config: ConfigFile, ctx: Context, given: frozenset[str] = frozenset()) -> Iterator[Finding]:
    """`given` are the keys that a start of the program sets, or may set, with a flag."""
    own = OWN_KEY[config.kind]
    entry = config.get(own)
    if own in given or config.language != "toml" or config.text.lstrip("\ufeff").startswith(_BY_TIUP) or may_be_misspelt(config, own):
        return
    if entry is not None and (not isinstance(entry.node, Scalar) or entry.node.value or entry.node.style in ("empty", "junk", "bare")):
        return
    error = OWN[config.kind]
    first = config.root.children[0] if config.root.children else None
    span = config.span(entry) if entry is not None else config.key_span(first) if first is not None else Span(0, 0)
    fixes: tuple[Fix, ...] = ()
    if entry is None and first is not None:
        change = edit.insert_pairs(config, first, [f'{own} = "{USUAL[config.kind]}"'], above=True)
        if change is not None:
            fixes = (ctx.fix("add-keys", change, how=Applicability.MANUAL, preferred=False, keys=f"`{own}`"),)
    text = error.text("missing port in address", error.message.format(address=""))
    yield ctx.finding(RULE, span, codes=(error.code,), dm_text=text, fixes=fixes, key=own)


RULE = Rule("address-missing", "config", Severity.WARNING, CONFIG_FILE, kinds.COMPONENTS, check, codes=(38035, 40069))
