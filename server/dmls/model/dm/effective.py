"""What DM computes from one file: plain values that can be compared.

Two texts with equal values are the same file for that version of DM.  That is what makes an edit safe, and what shows how two
versions of DM read one file.

`dmls.model.dm.decoded` gives what DM's decoders find.  From there `STEPS` lead to what DM works with: each names a block, the
versions it holds for, what DM does there and where DM's code says so (`tiflow` at c7b2588ef6, where nothing else is said).  They
run from top to bottom, in DM's own order.  Keys without effect are gone, names of rules too: each item of `mysql-instances` holds the
blocks that its names stand for.

With a `Trace` it is also known where each value comes from (`dmls.model.dm.origin`): every step says what it made of what.

What only a database, a clock or a random number tells is `Unknown`, with the schema's words.  Whether DM takes the file at all is
not asked here; of a file that it refuses, the values are the best reading.
"""

from __future__ import annotations

from functools import cache
from typing import Callable, Container, Iterator, Mapping, NamedTuple
from urllib.parse import quote

from dmls.go import base64_std, duration, host_port, size
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.dm import dumpling_args
from dmls.model.dm import origin as o
from dmls.model.dm.decoded import Block, Secret, decoded, fresh
from dmls.model.tls import allowed_cn
from dmls.model.tls_block import BASE64, BYTES, ROLES
from dmls.schema import keys as k
from dmls.schema.history import default_in, is_fallback
from dmls.schema.key import SchemaKey
from dmls.schema.load import load
from dmls.version import ALWAYS, Version, VersionSet, parse_version_set

EACH = "*"
"""In the place of a step: every item of a list, every value of a map."""


class Unknown(NamedTuple):
    """A value that DM learns only when it runs; the words are the schema's."""

    words: str


class Effective(Mapping[str, object]):
    """The values by key.  Two are equal where DM of their versions works with the same values."""

    __slots__ = ("kind", "plain", "version")

    def __init__(self, kind: str, version: Version, values: Block) -> None:
        self.kind = kind
        self.version = version
        self.plain = values

    def __getitem__(self, key: str) -> object:
        return self.plain[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.plain)

    def __len__(self) -> int:
        return len(self.plain)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Effective) and self.kind == other.kind and not differences(self, other)

    def __repr__(self) -> str:
        """Shows no secret."""
        return f"Effective({self.kind}, DM {self.version}, {self.plain!r})"

    def at(self, *steps: str | int) -> object:
        """The value at a path; None where there is nothing."""
        found: object = self.plain
        for step in steps:
            if isinstance(step, int):
                if not isinstance(found, list) or not -len(found) <= step < len(found):
                    return None
                found = found[step]
            else:
                if not isinstance(found, dict):
                    return None
                found = found.get(step)
        return found


class Difference(NamedTuple):
    """A place where two readings differ; `ABSENT` stands for no such key."""

    path: tuple[str | int, ...]
    left: object
    right: object


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()


def differences(left: Effective, right: Effective) -> tuple[Difference, ...]:
    """Every place where two readings differ, none where they are equal."""
    return tuple(_differences((), left.plain, right.plain))


def _differences(path: tuple[str | int, ...], left: object, right: object) -> Iterator[Difference]:
    if isinstance(left, dict) and isinstance(right, dict):
        for key in {**left, **right}:
            yield from _differences((*path, key), left.get(key, ABSENT), right.get(key, ABSENT))
    elif isinstance(left, list) and isinstance(right, list):
        for i in range(max(len(left), len(right))):
            yield from _differences((*path, i), left[i] if i < len(left) else ABSENT, right[i] if i < len(right) else ABSENT)
    elif type(left) is not type(right) or (left is not right and left != right):
        yield Difference(path, left, right)


def effective(config: ConfigFile, version: Version, trace: o.Trace | None = None, only: Container[int] | None = None) -> Effective:
    """What DM `version` makes of the file; `trace` is told where it comes from.  Never fails, however broken the text is.

    With `only` the instances of a task with other numbers are left out, which saves much time where there are hundreds.
    """
    values = decoded(config, version, trace, only)
    for step in _steps(config.kind):
        if version in step.versions:
            _walk(values, config.root.schema, step.at, step, At(values, config.root.schema, values, version, trace))
    return Effective(config.kind, version, values)


# -------------------------------------------------------------------------------------------------------------- machinery


class At(NamedTuple):
    """Where a step works: the struct, its schema and the root struct; and the origins, where somebody asks for them."""

    block: Block
    schema: SchemaKey
    root: Block
    version: Version
    trace: o.Trace | None = None

    def put(self, name: str, value: object, way: str, *inputs: tuple[Block, str], block: Block | None = None) -> None:
        """Set a key of the struct, or of `block`; `way` is one of `dmls.model.dm.origin`, `inputs` are the keys that the value is made of."""
        block = self.block if block is None else block
        if self.trace is not None:
            self.trace.changed(block, name, value, way, inputs)
        block[name] = value

    def copy(self, block: Block) -> Block:
        new = dict(block)
        if self.trace is not None:
            self.trace.copied(block, new)
        return new

    def defaults(self, schema: SchemaKey) -> Block:
        """A struct of which nothing was written."""
        new = fresh(schema, self.version)
        if self.trace is not None:
            self.trace.settle(new, o.Home(schema))
        return new

    def default(self, name: str) -> object:
        """The default of a key, as the decoder would set it."""
        return fresh(self.schema, self.version).get(name)


class Step(NamedTuple):
    """`why` is what DM does, and where."""

    kind: str
    at: tuple[str, ...]
    change: Callable[[At], None]
    why: str
    versions: VersionSet = ALWAYS


@cache
def _steps(kind: str) -> tuple[Step, ...]:
    return tuple(step for step in STEPS if step.kind == kind)


def _walk(block: object, schema: SchemaKey | None, rest: tuple[str, ...], step: Step, top: At) -> None:
    if not rest:
        if isinstance(block, dict) and schema is not None:
            step.change(top._replace(block=block, schema=schema))
        return
    name, rest = rest[0], rest[1:]
    if name == EACH:
        below = block.values() if isinstance(block, dict) else block if isinstance(block, list) else ()
        for item in list(below):
            _walk(item, schema.item if schema is not None else None, rest, step, top)
    elif isinstance(block, dict):
        _walk(block.get(name), schema.child(name) if schema is not None else None, rest, step, top)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def empty_is_default(*names: str) -> Callable[[At], None]:
    """Zero, the empty text and null become the default."""

    def change(at: At) -> None:
        for name in names:
            if name in at.block and not at.block[name]:
                at.put(name, at.default(name), o.FOR_EMPTY)

    return change


def not_positive_is_default(*names: str) -> Callable[[At], None]:
    """Zero and less becomes the default."""

    def change(at: At) -> None:
        for name in names:
            value = at.block.get(name)
            if isinstance(value, (int, float)) and value <= 0:
                at.put(name, at.default(name), o.FOR_LOW)

    return change


def at_least(name: str, minimum: int) -> Callable[[At], None]:
    def change(at: At) -> None:
        value = at.block.get(name)
        if isinstance(value, int) and value < minimum:
            at.put(name, minimum, o.RAISED)

    return change


def any_case(*names: str) -> Callable[[At], None]:
    """Capital letters do not count."""

    def change(at: At) -> None:
        for name in names:
            if isinstance(value := at.block.get(name), str):
                at.put(name, value.lower(), o.CONVERTED)

    return change


def same_words(name: str, meaning: str, *words: str) -> Callable[[At], None]:
    """Other words for one value."""

    def change(at: At) -> None:
        if name in at.block and _text(at.block[name]).lower() in words:
            at.put(name, meaning, o.CONVERTED)

    return change


def falls_back(name: str, other: str) -> Callable[[At], None]:
    """Where `name` is empty, `other` counts."""

    def change(at: At) -> None:
        if not at.block.get(name) and other in at.block:
            at.put(name, at.block[other], o.TAKEN, (at.block, other))

    return change


def found_out(*names: str) -> Callable[[At], None]:
    """Where nothing is given, DM finds the value out when it runs."""

    def change(at: At) -> None:
        for name in names:
            schema = at.schema.child(name)
            if schema is not None and name in at.block and not at.block[name]:
                at.put(name, Unknown(str(default_in(schema, at.version))), o.RUNTIME)

    return change


def gone(*names: str) -> Callable[[At], None]:
    """What has been used up on the way."""

    def change(at: At) -> None:
        for name in names:
            at.block.pop(name, None)

    return change


def parsed(name: str, parse: Callable[[str], tuple[int | None, str | None]]) -> Callable[[At], None]:
    """A text that DM reads later; what it cannot read stays text."""

    def change(at: At) -> None:
        if isinstance(value := at.block.get(name), str):
            number = parse(value)[0]
            at.put(name, value if number is None else number, o.CONVERTED)

    return change


# ------------------------------------------------------------------------------------------------------------ components


def without_scheme(name: str) -> Callable[[At], None]:
    def change(at: At) -> None:
        if isinstance(value := at.block.get(name), str):
            at.put(name, host_port.unwrap_scheme(value), o.COMPLETED)

    return change


def with_scheme(name: str, wrap: Callable[[str, bool], str] = host_port.wrap_schemes) -> Callable[[At], None]:
    """https where `ssl-ca` is set, http else, whatever is written."""

    def change(at: At) -> None:
        if value := _text(at.block.get(name)):
            at.put(name, wrap(value, bool(at.block.get(k.SSL_CA))), o.COMPLETED)

    return change


def name_of_host(at: At) -> None:
    if not at.block.get(k.NAME):
        schema = at.schema.child(k.NAME)
        at.put(k.NAME, Unknown(str(schema.default) if schema is not None else ""), o.RUNTIME)


def folder_of_name(at: At) -> None:
    if not at.block.get(k.DATA_DIR):
        name = at.block.get(k.NAME)
        if isinstance(name, Unknown):
            at.put(k.DATA_DIR, Unknown(f"default.{name.words}"), o.RUNTIME)
        else:
            at.put(k.DATA_DIR, f"default.{name}", o.COMPUTED, (at.block, k.NAME))


def cluster_of_one(at: At) -> None:
    if not at.block.get(k.INITIAL_CLUSTER):
        name = at.block.get(k.NAME)
        shown = name.words if isinstance(name, Unknown) else name
        cluster = ",".join(f"{shown}={url}" for url in _text(at.block.get(k.ADVERTISE_PEER_URLS)).split(","))
        if isinstance(name, Unknown):
            at.put(k.INITIAL_CLUSTER, Unknown(cluster), o.RUNTIME)
        else:
            at.put(k.INITIAL_CLUSTER, cluster, o.COMPUTED, (at.block, k.NAME), (at.block, k.ADVERTISE_PEER_URLS))


def openapi_of_experiment(at: At) -> None:
    experiment = at.block.pop(k.EXPERIMENTAL, None)
    if isinstance(experiment, dict) and experiment.get(k.OPENAPI):
        at.put(k.OPENAPI, True, o.OVERWRITTEN, (experiment, k.OPENAPI))


def trimmed_names(first: int) -> Callable[[At], None]:
    """The items from `first` on lose the blanks around them."""

    def change(at: At) -> None:
        names = at.block.get(k.CERT_ALLOWED_CN)
        if isinstance(names, list):
            trimmed = names[:first] + [allowed_cn.trimmed(_text(name)) for name in names[first:]]
            if trimmed != names:
                at.put(k.CERT_ALLOWED_CN, trimmed, o.CONVERTED)

    return change


# ------------------------------------------------------------------------------------------------------------- databases


_FOREIGN_KEYS = "foreign_key_checks"
_TIME_ZONE = "time_zone"


def bytes_before_base64(at: At) -> None:
    for role in ROLES:
        if at.block.get(BYTES[role]) and BASE64[role] in at.block:
            at.put(BASE64[role], at.default(BASE64[role]), o.DROPPED, (at.block, BYTES[role]))


def nothing_in_base64(at: At) -> None:
    for name in BASE64.values():
        value = at.block.get(name)
        text = value.reveal() if isinstance(value, Secret) else value
        if isinstance(text, str) and text and base64_std.decode(text)[0] == b"":
            at.put(name, at.default(name), o.DROPPED)


def no_empty_tls(at: At) -> None:
    block = at.block.get(k.SECURITY)
    if isinstance(block, dict) and not any(block.values()):
        at.put(k.SECURITY, None, o.DROPPED)


def no_foreign_keys(at: At) -> None:
    session = at.block.get(k.SESSION)
    if isinstance(session, dict) and not any(name.lower() == _FOREIGN_KEYS for name in session):
        at.put(_FOREIGN_KEYS, "0", o.COMPUTED, block=session)


def names_in_small_letters(at: At) -> None:
    session = at.block.get(k.SESSION)
    if isinstance(session, dict):
        small = {name.lower(): value for name, value in session.items()}
        if len(small) == len(session):
            if at.trace is not None:
                for name in session:
                    at.trace.moved(session, name, small, name.lower())
            at.put(k.SESSION, small, o.CONVERTED)


# --------------------------------------------------------------------------------------------------------- binlog filters

_SCHEMA_EVENT = " schema"


def events(at: At) -> None:
    written = at.block.get(k.EVENTS)
    if isinstance(written, list):
        small = [_text(event).lower() for event in written]
        meant = [f"{e.removesuffix(_SCHEMA_EVENT)} database" if e.endswith(_SCHEMA_EVENT) else e for e in small]
        if meant != written:
            at.put(k.EVENTS, meant, o.CONVERTED)


# ----------------------------------------------------------------------------------------------------------------- tasks


def shard_mode(at: At) -> None:
    if at.block.pop(k.IS_SHARDING, False) and at.block.get(k.SHARD_MODE) == "":
        at.put(k.SHARD_MODE, "pessimistic", o.TAKEN, (at.block, k.IS_SHARDING))


def online_ddl(at: At) -> None:
    if at.block.pop(k.ONLINE_DDL_SCHEME, "") in ("pt", "gh-ost"):
        at.put(k.ONLINE_DDL, True, o.OVERWRITTEN, (at.block, k.ONLINE_DDL_SCHEME))


def time_zone_of_session(at: At) -> None:
    zone = _text(at.root.get(k.TIMEZONE))
    session = at.block.get(k.SESSION)
    if zone and isinstance(session, dict):
        name = next((name for name in session if name.lower() == _TIME_ZONE), _TIME_ZONE)
        at.put(name, zone, o.OVERWRITTEN, (at.root, k.TIMEZONE), block=session)


def whole_names(*names: str) -> Callable[[At], None]:
    def change(at: At) -> None:
        for name in names:
            rules = at.block.get(name)
            if isinstance(rules, list):
                whole = [("" if _text(r).startswith("^") else "^") + _text(r) + ("" if _text(r).endswith("$") else "$") for r in rules]
                if whole != rules:
                    at.put(name, whole, o.COMPLETED)

    return change


def older_list(at: At) -> None:
    old = at.block.pop(k.BLACK_WHITE_LIST, None)
    if old and not at.block.get(k.BLOCK_ALLOW_LIST):
        at.put(k.BLOCK_ALLOW_LIST, old, o.TAKEN, (at.block, k.BLACK_WHITE_LIST))


def allowed_before_ignored(at: At) -> None:
    for allowed, ignored in ((k.DO_DBS, k.IGNORE_DBS), (k.DO_TABLES, k.IGNORE_TABLES)):
        if at.block.get(allowed):
            at.put(ignored, [], o.DROPPED, (at.block, allowed))


def safe_mode_duration(at: At) -> None:
    if at.block.get(k.SAFE_MODE_DURATION) == "":
        interval = at.block.get(k.CHECKPOINT_FLUSH_INTERVAL)
        at.put(k.SAFE_MODE_DURATION, f"{2 * interval if isinstance(interval, int) else 0}s", o.COMPUTED, (at.block, k.CHECKPOINT_FLUSH_INTERVAL))


def fallbacks(at: At) -> None:
    """Old keys that count where the new one is empty, and are no more than that."""
    for name, schema in at.schema.children.items():
        if name in at.block and is_fallback(schema, at.version):
            old = at.block.pop(name)
            new = next(str(c.value) for c in schema.history if c.what == "fallback")
            if old and at.block.get(new) == "":
                at.put(new, old, o.TAKEN, (at.block, name))


def dump_arguments(at: At) -> None:
    written = dumpling_args.read(_text(at.block.get(k.EXTRA_ARGS)))
    for name, value in written.own.items():
        at.put(name, value, o.OVERWRITTEN, (at.block, k.EXTRA_ARGS))
    at.put(k.EXTRA_ARGS, written.rest, o.CONVERTED)


def rows_of_a_file(at: At) -> None:
    if at.block.get(k.ROWS) == 0:
        at.put(k.ROWS, 200000, o.COMPUTED)


def _scheme(path: str) -> str | None:
    """The scheme of a storage address, "" for a folder, None where it cannot be read (tidb pkg/objstore: ParseRawURL)."""
    url = host_port.parse_url(path.replace("+", "%2B"))[0] if path else None
    return url.scheme if url is not None else None


def folder_of_task(at: At) -> None:
    loader = at.block.get(k.LOADER)
    if not isinstance(loader, dict) or at.root.get(k.TASK_MODE) not in ("all", "full"):
        return
    path = _text(loader.get(k.DIR))
    scheme = _scheme(path)
    if scheme is None:
        return
    suffix = f"/{at.root.get(k.NAME)}.{at.block.get(k.SOURCE_ID)}" if scheme == "s3" else f".{at.root.get(k.NAME)}"
    folder, mark, query = path.partition("?") if scheme else (path, "", "")
    folder = folder.rstrip("/")
    if not folder.endswith(suffix):
        bucket_only = scheme and "/" not in folder.partition("://")[2] and not suffix.startswith("/")
        at.put(k.DIR, folder + ("/" if bucket_only else "") + suffix + mark + query, o.COMPLETED, block=loader)


def folder_with_name(at: At) -> None:
    loader = at.block.get(k.LOADER)
    suffix = f".{at.root.get(k.NAME)}"
    if isinstance(loader, dict) and not _text(loader.get(k.DIR)).endswith(suffix):
        at.put(k.DIR, _text(loader.get(k.DIR)) + suffix, o.COMPLETED, block=loader)


def sorting_folder(at: At) -> None:
    if at.root.get(k.TASK_MODE) in ("all", "full", "load", "load&sync") and not at.block.get(k.SORTING_DIR_PHYSICAL):
        path = _text(at.block.get(k.DIR))
        local = _scheme(path) in ("", "file")
        folder = f"{path}.sorting" if local else "./sorting." + quote(_text(at.root.get(k.NAME)), safe="$&+=:@~")
        at.put(k.SORTING_DIR_PHYSICAL, folder, o.COMPUTED, (at.block, k.DIR) if local else (at.root, k.NAME))


def rules_by_name(names: str, rules: str) -> Callable[[At], None]:
    """A list of names becomes the list of the rules with these names; None for one that does not exist."""

    def change(at: At) -> None:
        found = at.root.get(rules)
        if isinstance(written := at.block.get(names), list) and isinstance(found, dict):
            at.put(names, [found.get(name) for name in written], o.NAMED)

    return change


def list_by_name(key: str) -> Callable[[At], None]:
    """A name that is not given is the empty name: an entry with that name then counts."""

    def change(at: At) -> None:
        found = at.root.get(key)
        rules = found.get(_text(at.block.get(key))) if isinstance(found, dict) else None
        at.put(key, rules if isinstance(rules, dict) and any(rules.values()) else None, o.NAMED)

    return change


def meta_of_increment(at: At) -> None:
    if at.root.get(k.TASK_MODE) in ("all", "full", "dump", "load"):
        at.put(k.META, None, o.DROPPED, (at.root, k.TASK_MODE))


def settings_by_name(name: str, settings: str, inline: str, threads: str, count: str) -> Callable[[At], None]:
    """The named settings, else those written inline, else the defaults; the instance's own number of threads wins."""

    def change(at: At) -> None:
        below = at.root.get(settings)
        if not isinstance(below, dict):
            return
        named = below.get(_text(at.block.pop(name, "")))
        unit = named or at.block.get(inline)
        whole = load(kinds.TASK).child(settings)
        if not isinstance(unit, dict):
            assert whole is not None and whole.item is not None
            unit = at.defaults(whole.item)
        unit = at.copy(unit)
        if own := at.block.pop(threads, 0):
            at.put(count, own, o.OVERWRITTEN, (at.block, threads), block=unit)
        if named:
            at.put(inline, unit, o.NAMED, (at.block, name))
        else:
            at.block[inline] = unit

    return change


def validator_by_name(at: At) -> None:
    below = at.root.get(k.VALIDATORS)
    schema = load(kinds.TASK).child(k.VALIDATORS)
    if isinstance(below, dict) and schema is not None and schema.item is not None:
        found = below.get(_text(at.block.pop(k.VALIDATOR_CONFIG_NAME, "")))
        block = at.copy(found) if isinstance(found, dict) else at.defaults(schema.item)
        parsed(k.MAX_PENDING_ROW_SIZE, size.parse)(at._replace(block=block))
        if isinstance(found, dict):
            at.put(k.VALIDATORS, block, o.NAMED, (at.block, k.VALIDATOR_CONFIG_NAME))
        else:
            at.block[k.VALIDATORS] = block


_INSTANCE = (k.MYSQL_INSTANCES, EACH)
_MYDUMPER, _LOADER, _SYNCER = (*_INSTANCE, k.MYDUMPER), (*_INSTANCE, k.LOADER), (*_INSTANCE, k.SYNCER)
_SINCE_2 = parse_version_set("2.0.0..")

# ----------------------------------------------------------------------------------------------------------------- table

_COMPONENTS = (
    *(Step(kind, (), any_case(k.LOG_LEVEL), "cmd/dm-*/main.go: strings.ToLower(cfg.LogLevel)") for kind in kinds.COMPONENTS),
    *(Step(kind, (), empty_is_default(k.LOG_LEVEL), "dm/pkg/log/log.go: Config.Adjust") for kind in kinds.COMPONENTS),
    *(Step(kind, (), same_words(k.LOG_LEVEL, "warn", "warning"), "dm/pkg/log/log.go: Config.Adjust") for kind in kinds.COMPONENTS),
    *(
        Step(kind, (), without_scheme(name), "dm/master/config.go:247,260 and dm/worker/config.go: utils.UnwrapScheme", _SINCE_2)
        for kind, name in (
            (kinds.MASTER, k.MASTER_ADDR),
            (kinds.MASTER, k.ADVERTISE_ADDR),
            (kinds.WORKER, k.WORKER_ADDR),
            (kinds.WORKER, k.ADVERTISE_ADDR),
        )
    ),
    Step(kinds.MASTER, (), falls_back(k.ADVERTISE_ADDR, k.MASTER_ADDR), "dm/master/config.go: adjust", _SINCE_2),
    Step(kinds.WORKER, (), falls_back(k.ADVERTISE_ADDR, k.WORKER_ADDR), "dm/worker/config.go: adjust", _SINCE_2),
    Step(kinds.WORKER, (), falls_back(k.NAME, k.ADVERTISE_ADDR), "dm/worker/config.go: adjust", _SINCE_2),
    Step(kinds.WORKER, (), with_scheme(k.JOIN), "dm/worker/config.go: utils.WrapSchemes", _SINCE_2),
    Step(kinds.MASTER, (), empty_is_default(k.RPC_TIMEOUT), "dm/master/config.go: adjust"),
    Step(kinds.MASTER, (), parsed(k.RPC_TIMEOUT, duration.parse), "dm/master/config.go: time.ParseDuration"),
    Step(kinds.MASTER, (), not_positive_is_default(k.RPC_RATE_LIMIT, k.RPC_RATE_BURST), "dm/master/config.go: adjust, with a warning"),
    Step(kinds.MASTER, (), name_of_host, "dm/master/config.go: adjust", _SINCE_2),
    Step(kinds.MASTER, (), folder_of_name, "dm/master/config.go: adjust", _SINCE_2),
    Step(kinds.MASTER, (), with_scheme(k.PEER_URLS), "dm/master/config.go: utils.WrapSchemes", _SINCE_2),
    Step(kinds.MASTER, (), empty_is_default(k.PEER_URLS), "dm/master/config.go: adjust; the default keeps its http", _SINCE_2),
    Step(kinds.MASTER, (), with_scheme(k.ADVERTISE_PEER_URLS), "dm/master/config.go: utils.WrapSchemes", _SINCE_2),
    Step(kinds.MASTER, (), falls_back(k.ADVERTISE_PEER_URLS, k.PEER_URLS), "dm/master/config.go: adjust", _SINCE_2),
    Step(kinds.MASTER, (), with_scheme(k.INITIAL_CLUSTER, host_port.wrap_schemes_of_cluster), "dm/master/config.go: adjust", _SINCE_2),
    Step(kinds.MASTER, (), cluster_of_one, "dm/master/config.go: adjust", _SINCE_2),
    Step(kinds.MASTER, (), empty_is_default(k.INITIAL_CLUSTER_STATE), "dm/master/config.go: adjust", _SINCE_2),
    Step(kinds.MASTER, (), with_scheme(k.JOIN), "dm/master/config.go: utils.WrapSchemes", _SINCE_2),
    Step(kinds.MASTER, (), at_least(k.QUOTA_BACKEND_BYTES, 500 << 20), "dm/master/config.go: quotaBackendBytesLowerBound"),
    Step(kinds.MASTER, (), openapi_of_experiment, "dm/master/config.go: adjust, with a warning", parse_version_set("5.4.0..")),
    Step(kinds.MASTER, (), trimmed_names(1), "the etcd in a master takes the first item as it is (model/tls/allowed_cn.py)"),
    *(Step(kind, (), trimmed_names(0), "tidb pkg/util/security.go (model/tls/allowed_cn.py)") for kind in (kinds.WORKER, kinds.DMCTL)),
)

_DATABASES = tuple(
    Step(kind, (*at, *below), change, why, versions)
    for kind, at in ((kinds.SOURCE, (k.FROM,)), (kinds.TASK, (k.TARGET_DATABASE,)))
    for below, change, why, versions in (
        ((k.SECURITY,), nothing_in_base64, "dm/config/security/security.go: LoadTLSContent goes on to the path where no byte came", ALWAYS),
        ((k.SECURITY,), bytes_before_base64, "dm/config/security/security.go: LoadTLSContent", ALWAYS),
        ((k.SECURITY,), trimmed_names(0), "tidb pkg/util/security.go (model/tls/allowed_cn.py)", ALWAYS),
        ((), no_empty_tls, "dm/pkg/conn/basedb.go: no TLS without any material", ALWAYS),
        ((), no_foreign_keys, "dm/pkg/conn/basedb.go: every connection adds it", parse_version_set("6.6.0..")),
    )
)

_FILTERS = tuple(Step(kind, (k.FILTERS, EACH), events, "pkg/binlog-filter/filter.go: small letters, and a schema is a database") for kind in (kinds.SOURCE, kinds.TASK))

_SOURCE = (
    Step(kinds.SOURCE, (), empty_is_default(k.RELAY_DIR), "dm/config/source_config.go: Adjust"),
    Step(kinds.SOURCE, (), found_out(k.FLAVOR, k.SERVER_ID), "dm/config/source_config.go: AdjustFlavor, AdjustServerID"),
)

_TASK = (
    Step(kinds.TASK, (), empty_is_default(k.META_SCHEMA), "dm/config/task.go: adjust"),
    Step(kinds.TASK, (), shard_mode, "dm/config/task.go: adjust; the old key counts where the new one is empty", _SINCE_2),
    Step(kinds.TASK, (), empty_is_default(k.COLLATION_COMPATIBLE), "dm/config/task.go: adjust"),
    Step(kinds.TASK, (), online_ddl, "dm/config/task.go:739: the scheme switches online-ddl on, even against a written false", parse_version_set("2.0.5..")),
    Step(kinds.TASK, (), whole_names(k.SHADOW_TABLE_RULES, k.TRASH_TABLE_RULES), "dm/config/subtask.go: adjustOnlineTableRules"),
    Step(kinds.TASK, (), empty_is_default(k.SHADOW_TABLE_RULES, k.TRASH_TABLE_RULES), "dm/config/subtask.go: Adjust"),
    Step(kinds.TASK, (k.TARGET_DATABASE,), time_zone_of_session, "dm/config/dbconfig/config.go: AdjustDBTimeZone", parse_version_set("5.3.0..")),
    Step(kinds.TASK, (k.TARGET_DATABASE,), names_in_small_letters, "dm/config/task.go: AdjustTargetDBSessionCfg"),
    Step(kinds.TASK, (), found_out(k.TIMEZONE), "dm/config/subtask.go: FetchTimeZoneSetting"),
    Step(kinds.TASK, (), older_list, "dm/config/task.go:838: the old list counts where the new one is empty", _SINCE_2),
    Step(kinds.TASK, (k.BLOCK_ALLOW_LIST, EACH), allowed_before_ignored, "tidb pkg/util/filter: ignored names are asked only where no names are allowed"),
    Step(kinds.TASK, (k.VALIDATORS, EACH), not_positive_is_default(k.WORKER_COUNT), "dm/config/task.go: ValidatorConfig.Adjust"),
    Step(
        kinds.TASK,
        (k.VALIDATORS, EACH),
        empty_is_default(
            k.MODE,
            k.VALIDATE_INTERVAL,
            k.CHECK_INTERVAL,
            k.ROW_ERROR_DELAY,
            k.META_FLUSH_INTERVAL,
            k.BATCH_QUERY_SIZE,
            k.MAX_PENDING_ROW_SIZE,
            k.MAX_PENDING_ROW_COUNT,
        ),
        "dm/config/task.go: ValidatorConfig.Adjust",
    ),
    Step(kinds.TASK, (k.VALIDATORS, EACH), parsed(k.MAX_PENDING_ROW_SIZE, size.parse), "dm/config/task.go: units.RAMInBytes"),
    Step(kinds.TASK, _INSTANCE, falls_back(k.BLOCK_ALLOW_LIST, k.BLACK_WHITE_LIST), "dm/config/task.go:197: MySQLInstance.VerifyAndAdjust", _SINCE_2),
    Step(kinds.TASK, _INSTANCE, gone(k.BLACK_WHITE_LIST), "dm/config/task.go:197", _SINCE_2),
    Step(kinds.TASK, _INSTANCE, rules_by_name(k.ROUTE_RULES, k.ROUTES), "dm/config/task_converters.go: TaskConfigToSubTaskConfigs"),
    Step(kinds.TASK, _INSTANCE, rules_by_name(k.FILTER_RULES, k.FILTERS), "dm/config/task_converters.go: TaskConfigToSubTaskConfigs"),
    Step(kinds.TASK, _INSTANCE, rules_by_name(k.COLUMN_MAPPING_RULES, k.COLUMN_MAPPINGS), "dm/config/task_converters.go: TaskConfigToSubTaskConfigs"),
    Step(kinds.TASK, _INSTANCE, rules_by_name(k.EXPRESSION_FILTERS, k.EXPRESSION_FILTER), "dm/config/task_converters.go: TaskConfigToSubTaskConfigs"),
    Step(kinds.TASK, _INSTANCE, list_by_name(k.BLOCK_ALLOW_LIST), "dm/config/task_converters.go: c.BAList[inst.BAListName]; no rules forbid nothing", _SINCE_2),
    Step(kinds.TASK, _INSTANCE, list_by_name(k.BLACK_WHITE_LIST), "the same under its old name", parse_version_set("..2.0.0")),
    Step(kinds.TASK, _INSTANCE, meta_of_increment, "dm/config/task.go: adjust warns that it is not used in these modes"),
    *(
        Step(kinds.TASK, _INSTANCE, settings_by_name(*names), "dm/config/task.go: adjust")
        for names in (
            (k.MYDUMPER_CONFIG_NAME, k.MYDUMPERS, k.MYDUMPER, k.MYDUMPER_THREAD, k.THREADS),
            (k.LOADER_CONFIG_NAME, k.LOADERS, k.LOADER, k.LOADER_THREAD, k.POOL_SIZE),
            (k.SYNCER_CONFIG_NAME, k.SYNCERS, k.SYNCER, k.SYNCER_THREAD, k.WORKER_COUNT),
        )
    ),
    Step(kinds.TASK, _INSTANCE, validator_by_name, "dm/config/task.go: adjust"),
    Step(kinds.TASK, _MYDUMPER, empty_is_default(k.CHUNK_FILESIZE), "dm/config/task.go: adjust"),
    Step(kinds.TASK, _MYDUMPER, parsed(k.CHUNK_FILESIZE, size.parse_file_size), "dm/pkg/utils/file.go: ParseFileSize"),
    Step(kinds.TASK, _MYDUMPER, not_positive_is_default(k.THREADS), "dm/dumpling/dumpling.go: constructArgs keeps dumpling's own number", _SINCE_2),
    Step(kinds.TASK, _MYDUMPER, dump_arguments, "dm/dumpling/dumpling.go: constructArgs, ParseExtraArgs", _SINCE_2),
    Step(kinds.TASK, _MYDUMPER, rows_of_a_file, "dm/dumpling/dumpling.go: constructArgs", _SINCE_2),
    Step(kinds.TASK, _INSTANCE, folder_of_task, "dm/config/subtask.go: Adjust, storage.AdjustPath", parse_version_set("6.0.0..")),
    Step(kinds.TASK, _INSTANCE, folder_with_name, "dm/dm/config/subtask.go of v5.4: Adjust", parse_version_set("..6.0.0")),
    Step(kinds.TASK, _LOADER, sorting_folder, "dm/config/subtask.go: Adjust; v6.6 writes over what is given", parse_version_set("6.6.0..")),
    Step(kinds.TASK, _LOADER, fallbacks, "dm/config/task.go of v6.5.0 to v7.5.7: on-duplicate counts only where the new key is written empty"),
    Step(kinds.TASK, _LOADER, same_words(k.ON_DUPLICATE, "replace", ""), "dm/dm/config/task.go of v6.0-v6.4: LoaderConfig.adjust"),
    Step(kinds.TASK, _LOADER, empty_is_default(k.IMPORT_MODE), "dm/config/task.go: LoaderConfig.adjust"),
    Step(kinds.TASK, _LOADER, any_case(k.IMPORT_MODE, k.ON_DUPLICATE), "dm/config/task.go: LoaderConfig.adjust"),
    Step(kinds.TASK, _LOADER, same_words(k.IMPORT_MODE, "logical", "sql"), "dm/config/task.go: LoaderConfig.adjust", parse_version_set("6.5.0..")),
    Step(kinds.TASK, _LOADER, same_words(k.IMPORT_MODE, "logical", "loader"), "dm/config/task.go: LoaderConfig.adjust", parse_version_set("6.6.0..")),
    Step(
        kinds.TASK,
        _LOADER,
        empty_is_default(k.POOL_SIZE, k.ON_DUPLICATE_LOGICAL, k.ON_DUPLICATE_PHYSICAL, k.CHECKSUM_PHYSICAL, k.ANALYZE),
        "dm/config/task.go: LoaderConfig.adjust",
        parse_version_set("6.5.0.."),
    ),
    Step(
        kinds.TASK,
        _LOADER,
        any_case(k.ON_DUPLICATE_LOGICAL, k.ON_DUPLICATE_PHYSICAL, k.CHECKSUM_PHYSICAL, k.ANALYZE),
        "dm/config/task.go: LoaderConfig.adjust",
    ),
    Step(kinds.TASK, _SYNCER, empty_is_default(k.QUEUE_SIZE, k.CHECKPOINT_FLUSH_INTERVAL), "dm/config/subtask.go: Adjust"),
    Step(kinds.TASK, _SYNCER, safe_mode_duration, "dm/config/task.go: adjust"),
    Step(kinds.TASK, _SYNCER, parsed(k.SAFE_MODE_DURATION, duration.parse), "dm/config/task.go: time.ParseDuration"),
    Step(
        kinds.TASK,
        (),
        gone(k.ROUTES, k.FILTERS, k.COLUMN_MAPPINGS, k.EXPRESSION_FILTER, k.BLACK_WHITE_LIST, k.BLOCK_ALLOW_LIST, k.MYDUMPERS, k.LOADERS, k.SYNCERS, k.VALIDATORS),
        "each subtask gets the blocks themselves; names are forgotten (dm/config/task_converters.go)",
    ),
)

STEPS: tuple[Step, ...] = (*_COMPONENTS, *_DATABASES, *_FILTERS, *_SOURCE, *_TASK)
