"""What became of old keys and values, and the edits that bring a file up to date for one version of DM.

The successor of a key is what `schemas/` says of it; the table here says when the one may take the other's place, and how sure that is.  A key that
a version decodes and never looks at needs no row: it may go.
"""

from __future__ import annotations

from typing import Callable, Iterator

from dmls.finding import Applicability
from dmls.go import yaml_value
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.edits import edit
from dmls.model.edits.layout import is_free
from dmls.model.successor import FILE, FLAG, TOP, successor
from dmls.named import NamedTuple
from dmls.schema import keys as k
from dmls.schema import legacy
from dmls.schema.history import is_fallback, lives
from dmls.schema.load import load
from dmls.syntax.tree import Mapping, Scalar
from dmls.text import Edit
from dmls.version import Version, VersionSet, parse_version_set

SAFE, UNSAFE, MANUAL = Applicability


class Move(NamedTuple):
    """One way to bring a key up to date.  `title` and `why` are message ids below ``fix.``; the second tells why an unsafe one is not safe."""

    title: str
    args: dict[str, object]
    how: Applicability
    edits: tuple[Edit, ...]
    preferred: bool = True
    why: str = ""


class Place(NamedTuple):
    """An old key and its successor as they stand in a file; `new` is None where that is not written, `meant` is its name."""

    config: ConfigFile
    old: Entry
    meant: str
    new: Entry | None
    version: Version


Test = Callable[["Entry | None"], bool]
Change = Callable[[Place], "Move | None"]


class Row(NamedTuple):
    """`value` and `other` are what the old key and its successor must hold; of the rows of a path the first that fits counts.

    `changes` are the ways to go on; several mean that only a person knows which.  `fallback` restricts a row to versions in which the old key
    counts where its successor is empty.  `why` is the message id, below ``fix.``, of what makes an unsafe row unsafe.
    """

    kind: str
    path: str
    versions: VersionSet
    value: Test
    other: Test
    how: Applicability
    changes: tuple[Change, ...]
    fallback: bool = False
    why: str = ""


# ----------------------------------------------------------------------------------------------------------------- tests


def anything(entry: Entry | None) -> bool:
    return True


def absent(entry: Entry | None) -> bool:
    return entry is None


def filled(entry: Entry | None) -> bool:
    """Written, and not empty."""
    return entry is not None and not _is_refused(entry) and bool(entry.children or entry.merged or entry.text)


def _is_refused(entry: Entry) -> bool:
    """Whether a list or block stands in the place of a text: neither something nor nothing."""
    holds = entry.schema is None or entry.schema.type in ("object", "map", "list", "any")
    return not holds and bool(entry.children or entry.merged)


def empty(entry: Entry | None) -> bool:
    """Written, with nothing in it."""
    return entry is not None and not_filled(entry)


def not_filled(entry: Entry | None) -> bool:
    return entry is None or not (filled(entry) or _is_refused(entry))


def _bool(entry: Entry | None) -> object:
    node = entry.node if entry is not None else None
    if not isinstance(node, Scalar):
        return None
    if node.style == "plain":
        return yaml_value.resolve(node.value, node.tag)[1]
    return node.value == "true" if node.style == "boolean" else None


def yes(entry: Entry | None) -> bool:
    return _bool(entry) is True


def no(entry: Entry | None) -> bool:
    return _bool(entry) is False


def no_or_null(entry: Entry | None) -> bool:
    return no(entry) or (entry is not None and entry.is_null)


def among(*words: str) -> Test:
    """One of these words, in any case."""

    def test(entry: Entry | None) -> bool:
        return entry is not None and isinstance(entry.node, Scalar) and entry.text.lower() in words

    return test


def of_backend(*words: str) -> Test:
    """A block `tidb` of DM 5.3 whose backend is one of these, "" for none."""

    def test(entry: Entry | None) -> bool:
        if entry is None or (not entry.is_null and not isinstance(entry.node, Mapping)):
            return False
        backend = entry.get(_BACKEND)
        return (backend.text if backend is not None else "") in words

    return test


_BACKEND = "backend"

# --------------------------------------------------------------------------------------------------------------- changes


def delete_old(at: Place) -> Move | None:
    return _deleted(at, at.old)


def delete_new(at: Place) -> Move | None:
    return _deleted(at, at.new) if at.new is not None else None


def _deleted(at: Place, entry: Entry) -> Move | None:
    if edit.is_used(at.config, entry) and entry.schema is not None and lives(entry.schema, at.version):
        # The same text may stand beside other keys elsewhere, where it counts.
        return None
    taken = edit.delete(at.config, entry)
    return Move("delete-key", {"key": entry.name}, SAFE, (taken,)) if taken is not None else None


def rename(at: Place) -> Move | None:
    """The value stays; an empty successor makes room."""
    changed = edit.rename_key(at.config, at.old, at.meant) if not edit.is_used(at.config, at.old) else None
    if changed is None:
        return None
    edits: tuple[Edit, ...] = (changed,)
    if at.new is not None:
        gone = edit.delete(at.config, at.new)
        if gone is None or gone.span.start <= changed.span.start < gone.span.end:
            return None
        edits += (gone,)
    return Move("rename-key", {"key": at.old.name, "meant": at.meant}, SAFE, edits)


def write(text: str, plain: bool = False) -> Change:
    """The successor with this value, in the place of the old key, or in its own where it is written already."""

    def change(at: Place) -> Move | None:
        if edit.is_used(at.config, at.old):
            return None
        args = {"key": at.old.name, "pair": f"{at.meant}: {text}"}
        if at.new is not None:
            gone = edit.delete(at.config, at.old)
            if gone is None or not edit.stands_directly(at.new):
                return None
            if at.new.text == text:
                return Move("delete-key", {"key": at.old.name}, SAFE, (gone,))
            written = edit.set_value(at.config, at.new, text if plain else edit.quoted(text))
            return Move("replace-pair", args, SAFE, (gone, written)) if written is not None and not _cross(gone, written) else None
        edits = edit.set_pair(at.config, at.old, at.meant, text if plain else edit.quoted(text))
        return Move("replace-pair", args, SAFE, edits) if edits else None

    return change


def _cross(one: Edit, other: Edit) -> bool:
    return one.span.start < other.span.end and other.span.start < one.span.end


def say(text: str) -> Change:
    """Another word for the value."""

    def change(at: Place) -> Move | None:
        written = edit.reword(at.config, at.old, text)
        return Move("replace-value", {"value": text}, SAFE, (written,)) if written is not None else None

    return change


def to_top_level(at: Place) -> Move | None:
    """`openapi` out of `experimental`, which goes where nothing else is in it."""
    block, inner = (at.old, at.old.get(k.OPENAPI)) if at.old.key == k.EXPERIMENTAL else (at.old.parent, at.old)
    if block is None or not isinstance(block.raw, Mapping) or len(block.children) > 1 or block.parent is not at.config.root:
        return None
    new = at.config.get(k.OPENAPI)
    if _bool(inner) is None if inner is not None else bool(block.children):
        # DM refuses what stands there, so nobody knows what was wanted.
        return None
    if inner is None or no(inner):
        taken = edit.delete(at.config, block)
        return Move("delete-key", {"key": block.name}, SAFE, (taken,)) if taken is not None else None
    args = {"key": inner.name, "meant": k.OPENAPI}
    pair = f"{k.OPENAPI} = true"
    if new is None and block.raw.form in ("dotted", "inline"):
        return Move("move-key-to-top", args, SAFE, (Edit(at.config.span(block), pair),))
    taken = edit.delete(at.config, block)
    if taken is None:
        return None
    if new is not None:
        there = edit.set_value(at.config, new, "true") if not yes(new) else None
        return Move("move-key-to-top", args, SAFE, (taken,) if there is None else (there, taken))
    end = at.config.span(inner).end
    line = edit.free_end(at.config, end)
    place = edit.add_to_top_table(at.config, pair + (at.config.text[end:line].rstrip() if line is not None else ""))
    return Move("move-key-to-top", args, SAFE, (place, taken)) if place is not None else None


def physical(at: Place) -> Move | None:
    """The backend of DM 5.3 that imported into TiKV is today a mode of each loader."""
    loaders = at.config.get(k.LOADERS)
    gone = edit.delete(at.config, at.old)
    if loaders is None or gone is None or not loaders.children or not is_free(loaders):
        return None
    address = at.old.get(k.PD_ADDR)
    added = [(k.IMPORT_MODE, "physical")]
    known = load(kinds.TASK).children[k.LOADERS].item
    if address is not None and address.text and known is not None and at.version in known.children[k.PD_ADDR].versions:
        added.append((k.PD_ADDR, address.text))
    edits = [gone]
    for loader in loaders.children:
        if not isinstance(loader.raw, Mapping) or not loader.children or any(loader.get(name) is not None for name, _ in added):
            return None
        there = edit.insert_keys(at.config, loader.children[-1], added)
        if there is None:
            return None
        edits.append(there)
    return Move("replace-pair", {"key": at.old.name, "pair": f"{k.IMPORT_MODE}: physical"}, SAFE, tuple(edits))


def own_keys(at: Place) -> Move | None:
    """Words of `extra-args` that have a key of their own go there, and a word that dumpling has renamed gets its new name.

    What dumpling does is the same: the words win over the keys.  The threads stay where a source sets `mydumper-thread`, which stands between
    the two in DM's order; a text with a word that DM cannot read stays as it is, since what follows that word has no effect today.
    """
    from dmls.model.dm import dumpling_args

    block = at.old.parent
    new = dumpling_args.modern(at.old.text, keep_threads=_sets_threads(at.config))
    if new is None or block is None or edit.is_used(at.config, at.old) or not is_free(block):
        return None
    present = {name: block.get(name) for name in new.own}
    edits: list[Edit | None] = []
    missing = [f"{name}: {value}" for name, value in new.own.items() if present[name] is None]
    for name, value in new.own.items():
        there = present[name]
        if there is not None:
            edits.append(edit.set_value(at.config, there, value))
    if new.rest:
        edits.append(edit.reword(at.config, at.old, new.rest))
    elif missing:
        name, _, value = missing.pop(0).partition(": ")
        edits += edit.set_pair(at.config, at.old, name, value) or (None,)
    else:
        edits.append(edit.delete(at.config, at.old))
    if missing:
        edits.append(edit.insert_pairs(at.config, at.old, missing))
    sure = [e for e in edits if e is not None]
    if len(sure) < len(edits) or any(_cross(a, b) for i, a in enumerate(sure) for b in sure[i + 1 :]):
        return None
    return Move("use-own-keys", {"key": at.old.name, "words": new.changed}, SAFE, tuple(sure))


def _text_of(entry: Entry | None) -> str:
    return entry.text if entry is not None else ""


def _sets_threads(config: ConfigFile) -> bool:
    instances = config.get(k.MYSQL_INSTANCES)
    return instances is not None and any(_text_of(item.get(k.MYDUMPER_THREAD)) not in ("", "0") for item in instances.items())


# ----------------------------------------------------------------------------------------------------------------- table

_SINCE_2 = parse_version_set("2.0.0..")
_SINCE_2_0_5 = parse_version_set("2.0.5..")
_SINCE_5_4 = parse_version_set("5.4.0..")
_SINCE_6 = parse_version_set("6.0.0..")
_BEFORE_6_5 = parse_version_set("6.0.0..6.5.0")
_SINCE_6_2 = parse_version_set("6.2.0..")
_SINCE_6_5 = parse_version_set("6.5.0..")
_SINCE_6_6 = parse_version_set("6.6.0..")


def _lists(path: str) -> tuple[Row, ...]:
    """The old list counts where the new one is empty (dm/config/task.go:197 and :838)."""
    return (
        Row(kinds.TASK, path, _SINCE_2, empty, anything, SAFE, (delete_old,)),
        Row(kinds.TASK, path, _SINCE_2, filled, not_filled, SAFE, (rename,)),
        Row(kinds.TASK, path, _SINCE_2, filled, filled, SAFE, (delete_old,)),
    )


def _on_duplicate(path: str) -> tuple[Row, ...]:
    """A value other than the default of today got lost; to write it under the new name brings it back."""
    return (
        Row(kinds.TASK, path, _SINCE_6_5, filled, empty, SAFE, (rename,), fallback=True),
        Row(kinds.TASK, path, _SINCE_6_5, filled, filled, SAFE, (delete_old,)),
        Row(kinds.TASK, path, _SINCE_6_5, among("error", "ignore"), not_filled, UNSAFE, (rename,), why="why-lost-intent"),
        Row(kinds.TASK, path, _SINCE_6_5, anything, anything, SAFE, (delete_old,)),
    )


def _import_mode(path: str) -> tuple[Row, ...]:
    """Two old words (dm/config/task.go: LoaderConfig.adjust); the engine behind the second one went in 6.6.  Before 6.5 the first is the name."""
    return (
        Row(kinds.TASK, path, _BEFORE_6_5, among("logical"), anything, SAFE, (say("sql"),)),
        Row(kinds.TASK, path, _SINCE_6_5, among("sql"), anything, SAFE, (say("logical"),)),
        Row(kinds.TASK, path, _SINCE_6_6, among("loader"), anything, SAFE, (say("logical"),)),
        Row(kinds.TASK, path, _SINCE_6_5, among("loader"), anything, UNSAFE, (say("logical"),), why="why-other-engine"),
    )


_INSTANCE = f"{k.MYSQL_INSTANCES}[]"

ROWS: tuple[Row, ...] = (
    *_lists(k.BLACK_WHITE_LIST),
    *_lists(f"{_INSTANCE}.{k.BLACK_WHITE_LIST}"),
    Row(kinds.TASK, k.IS_SHARDING, _SINCE_2, yes, absent, SAFE, (write("pessimistic"),)),
    Row(kinds.TASK, k.IS_SHARDING, _SINCE_2, yes, filled, SAFE, (delete_old,)),
    # dmctl refuses these two as conflicting (dm/ctl/master/start_task.go:82-89).
    Row(kinds.TASK, k.IS_SHARDING, _SINCE_2, yes, empty, MANUAL, (write("pessimistic"), delete_old)),
    Row(kinds.TASK, k.IS_SHARDING, _SINCE_2, no_or_null, filled, MANUAL, (delete_old, delete_new)),
    Row(kinds.TASK, k.IS_SHARDING, _SINCE_2, no_or_null, not_filled, SAFE, (delete_old,)),
    # A scheme switches online-ddl on, even against a written false (dm/config/task.go:739-741).
    Row(kinds.TASK, k.ONLINE_DDL_SCHEME, _SINCE_2_0_5, empty, anything, SAFE, (delete_old,)),
    Row(kinds.TASK, k.ONLINE_DDL_SCHEME, _SINCE_2_0_5, among("gh-ost", "pt"), yes, SAFE, (delete_old,)),
    Row(kinds.TASK, k.ONLINE_DDL_SCHEME, _SINCE_2_0_5, among("gh-ost", "pt"), anything, SAFE, (write("true", plain=True),)),
    *_on_duplicate(f"{k.LOADERS}.<name>.{k.ON_DUPLICATE}"),
    *_on_duplicate(f"{_INSTANCE}.{k.LOADER}.{k.ON_DUPLICATE}"),
    *_import_mode(f"{k.LOADERS}.<name>.{k.IMPORT_MODE}"),
    *_import_mode(f"{_INSTANCE}.{k.LOADER}.{k.IMPORT_MODE}"),
    Row(kinds.TASK, f"{k.MYDUMPERS}.<name>.{k.EXTRA_ARGS}", _SINCE_2, filled, anything, SAFE, (own_keys,)),
    Row(kinds.TASK, f"{_INSTANCE}.{k.MYDUMPER}.{k.EXTRA_ARGS}", _SINCE_2, filled, anything, SAFE, (own_keys,)),
    # An empty map is taken; any other is refused with 20064.
    Row(kinds.TASK, k.COLUMN_MAPPINGS, _SINCE_6_6, empty, anything, SAFE, (delete_old,)),
    Row(kinds.TASK, f"{_INSTANCE}.{k.COLUMN_MAPPING_RULES}", _SINCE_6_6, empty, anything, SAFE, (delete_old,)),
    # The connection of the relay still uses it (dm/relay/relay.go:1168).
    Row(kinds.SOURCE, k.CHARSET, _SINCE_2, empty, anything, SAFE, (delete_old,)),
    Row(kinds.SOURCE, k.CHARSET, _SINCE_2, anything, anything, UNSAFE, (delete_old,), why="why-relay-charset"),
    Row(kinds.MASTER, k.EXPERIMENTAL, _SINCE_5_4, anything, anything, SAFE, (to_top_level,)),
    Row(kinds.MASTER, f"{k.EXPERIMENTAL}.{k.OPENAPI}", _SINCE_5_4, anything, anything, SAFE, (to_top_level,)),
    # Keys that today's decoders refuse (schemas/legacy.json).
    Row(kinds.TASK, f"{_INSTANCE}.{k.CONTINUOUS_VALIDATOR_CONFIG_NAME}", _SINCE_6_2, anything, absent, SAFE, (rename,)),
    Row(kinds.TASK, f"{_INSTANCE}.{k.CONTINUOUS_VALIDATOR_CONFIG_NAME}", _SINCE_6_2, filled, empty, SAFE, (rename,)),
    Row(kinds.TASK, f"{_INSTANCE}.{k.CONTINUOUS_VALIDATOR_CONFIG_NAME}", _SINCE_6_2, empty, anything, SAFE, (delete_old,)),
    Row(kinds.TASK, f"{_INSTANCE}.{k.CONTINUOUS_VALIDATOR_CONFIG_NAME}", _SINCE_6_2, filled, filled, UNSAFE, (delete_old,), why="why-two-values"),
    Row(kinds.TASK, k.DISABLE_HEARTBEAT, _SINCE_2, anything, anything, SAFE, (delete_old,)),
    Row(kinds.TASK, "tidb", _SINCE_6, of_backend(""), anything, SAFE, (delete_old,)),
    # What imported through SQL is what a loader does unless it is told otherwise.
    Row(kinds.TASK, "tidb", _SINCE_6, of_backend("tidb"), anything, UNSAFE, (delete_old,), why="why-old-backend"),
    Row(kinds.TASK, "tidb", _SINCE_6_5, of_backend("local"), anything, UNSAFE, (physical,), why="why-old-backend"),
    Row(kinds.MASTER, "debug", parse_version_set("2.0.1.."), anything, anything, SAFE, (delete_old,)),
    # Which worker had which source is now told to the cluster; in the file it would be lost.
    Row(kinds.MASTER, "deploy", _SINCE_2, anything, anything, UNSAFE, (delete_old,), why="why-deploy"),
    Row(kinds.WORKER, k.AUTO_FIX_GTID, _SINCE_2, anything, anything, SAFE, (delete_old,)),
    Row(kinds.WORKER, k.META_DIR, _SINCE_2, anything, anything, SAFE, (delete_old,)),
    Row(kinds.WORKER, k.TRACER, _SINCE_2, anything, anything, SAFE, (delete_old,)),
    Row(kinds.WORKER, k.CHARSET, _SINCE_2, anything, anything, UNSAFE, (delete_old,), why="why-relay-charset"),
)


_IN_TABLE = frozenset((row.kind, row.path) for row in ROWS)


def path_of(entry: Entry) -> str:
    """The path of a key as the schema writes it, whether the schema knows the key or not."""
    if entry.schema is not None:
        return entry.schema.path
    above = entry.parent.schema.path if entry.parent is not None and entry.parent.schema is not None else ""
    return f"{above}.{entry.name}" if above else entry.name


def rows_of(config: ConfigFile, entry: Entry, version: Version) -> list[Row]:
    """The rows of the table about the key, whatever it holds."""
    path = path_of(entry)
    rows = [row for row in ROWS if row.path == path and row.kind == config.kind and version in row.versions]
    return [row for row in rows if not row.fallback or (entry.schema is not None and is_fallback(entry.schema, version))]


def is_concerned(config: ConfigFile, entry: Entry, version: Version) -> bool:
    """Whether `moves` may have something for the key: it is in the table, or does nothing."""
    if (config.kind, path_of(entry)) in _IN_TABLE:
        return True
    return entry.schema is not None and version in entry.schema.versions and not lives(entry.schema, version)


def row_of(config: ConfigFile, entry: Entry, version: Version) -> Row | None:
    """The row of the table that fits what stands in the file."""
    rows = rows_of(config, entry, version)
    new = _successor_of(config, entry)[1] if rows else None
    return next((row for row in rows if row.value(entry) and row.other(new)), None)


def moves(config: ConfigFile, entry: Entry, version: Version) -> Iterator[Move]:
    """The ways to bring an old key up to date, none where that needs more than this file, or a choice between two that stand there."""
    row = row_of(config, entry, version)
    meant, new = _successor_of(config, entry)
    if _stands_twice(entry) or (new is not None and _stands_twice(new)):
        return
    place = Place(config, entry, meant, new, version)
    if row is not None:
        for change in row.changes:
            move = change(place)
            if move is not None:
                yield move._replace(how=row.how, preferred=row.how is not MANUAL, why=row.why)
    elif entry.schema is not None and not rows_of(config, entry, version) and version in entry.schema.versions and not lives(entry.schema, version):
        move = delete_old(place)
        if move is not None:
            yield move


def _stands_twice(entry: Entry) -> bool:
    """Whether DM refuses the block because it holds the key more than once."""
    return entry.parent is not None and sum(other.key == entry.key for other in entry.parent.children) > 1


def _successor_of(config: ConfigFile, entry: Entry) -> tuple[str, Entry | None]:
    """The name of the successor, and where it stands already; "" where there is none in this file."""
    parent = entry.parent
    block = parent.schema.path if parent is not None and parent.schema is not None else ""
    replaced_by: str | None = None
    if entry.schema is not None:
        replaced_by = entry.schema.replaced_by
    else:
        old = legacy.find(config.kind, block, entry.name)
        replaced_by = old.replaced_by if old is not None else None
    if replaced_by is None or parent is None:
        return "", None
    new = successor(replaced_by, block)
    if new.form in (FILE, FLAG) or "." in new.meant:
        return "", None
    return new.meant, (config.root if new.form == TOP else parent).get(new.meant)


__all__ = ["Move", "Place", "Row", "ROWS", "moves", "path_of", "row_of", "rows_of"]
