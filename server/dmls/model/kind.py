"""Of which kind a file is: certain, or none.

A finding on a file that is not DM's would be a false alarm, so the rule is: what the user says wins; then a name that
only DM uses; then decisive content; then a name that suggests a kind together with words of that kind in the text.
Source: `reference/dm-config-semantics.md` section 5.
"""

from __future__ import annotations

import re

from dmls.named import NamedTuple
from dmls.schema import keys as k
from dmls.schema.load import load

MASTER = "master"
WORKER = "worker"
DMCTL = "dmctl"
SOURCE = "source"
TASK = "task"
TOPOLOGY = "topology"
SETTINGS = "settings"
"""A `.dmls.toml`; no DM file, but checked with the same machinery."""

SCRIPT = "script"
"""A shell script or a unit of systemd that starts programs of DM; read as command lines (`model.command_line`)."""
SCRIPT_SUFFIXES = (".sh", ".bash", ".service")

CERTIFICATE = "certificate"
"""A file of certificates or keys: no DM file, but DM files name it."""
CERTIFICATE_SUFFIXES = (".pem", ".crt", ".cer", ".cert", ".key", ".csr")

KINDS = (MASTER, WORKER, DMCTL, SOURCE, TASK, TOPOLOGY)
COMPONENTS = (MASTER, WORKER)
DATABASES = (SOURCE, TASK)
YAML_KINDS = (SOURCE, TASK, TOPOLOGY)
SETTINGS_FILE = ".dmls.toml"

_MODELINE = r"^\ufeff?[ \t]*#[ \t]*dmls:[ \t]*kind[ \t]*=[ \t]*([a-z]+)[ \t]*\r?$"


class _Row(NamedTuple):
    """Patterns are kept as text and compiled when first needed: most runs need few of them."""

    kind: str
    certain_name: str | None
    likely_name: str | None
    decisive: tuple[str, ...]
    """Any one of these in the text decides."""
    hint: str | None
    """Enough beside a likely name."""


def _found(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.M) is not None


def _named(pattern: str | None, name: str) -> bool:
    return pattern is not None and re.match(pattern, name) is not None


def _key(*names: str, column: str = r"^\ufeff?|[{,][ \t]*") -> str:
    """A pattern for any of the keys at the top level, in block or flow style."""
    return rf"(?:{column})[\"']?(?:{'|'.join(map(re.escape, names))})[\"']?[ \t]*:"


def _toml(*names: str) -> str:
    return rf"(?i:^\ufeff?[ \t]*[\"']?(?:{'|'.join(map(re.escape, names))})[\"']?[ \t]*=)"


def _loose(*names: str) -> str:
    """The words at the left margin, with hyphen, underscore or nothing between, whatever follows."""
    words = "|".join(re.escape(n).replace(r"\-", "[-_]?") for n in names)
    return rf"(?i:^[\ufeff\u200b\u00a0\"'{{]*(?:{words})\b)"


_ROWS = {
    "yaml": (
        _Row(
            TOPOLOGY,
            None,
            r"(?:topolog|topo|scale).*\.ya?ml\Z|meta\.ya?ml\Z",
            (rf"^[ \t]*(?:{k.MASTER_SERVERS}|{k.WORKER_SERVERS})[ \t]*:[ \t]*(?:#.*|\[.*)?\r?$",),
            None,
        ),
        _Row(
            TASK,
            r"dm[-_]task.*\.ya?ml\Z",
            r".*task.*\.ya?ml\Z",
            (_key(k.TASK_MODE, k.MYSQL_INSTANCES, k.TARGET_DATABASE),),
            _loose(k.TASK_MODE, "mysql-instance", "target-db", k.TARGET_DATABASE, k.SHARD_MODE, k.IS_SHARDING, k.META_SCHEMA, k.BLOCK_ALLOW_LIST),
        ),
        _Row(
            SOURCE,
            r"dm[-_]source.*\.ya?ml\Z",
            r".*source.*\.ya?ml\Z|mysql-\d+\.ya?ml\Z",
            (_key(k.RELAY_BINLOG_NAME, k.RELAY_BINLOG_GTID, k.ENABLE_RELAY, k.ENABLE_GTID),),
            _loose(k.SOURCE_ID, k.ENABLE_GTID, k.ENABLE_RELAY, k.RELAY_DIR, k.SERVER_ID),
        ),
    ),
    "toml": (
        _Row(MASTER, r"dm[-_]master.*\.toml\Z", r".*master.*\.toml\Z", (), _toml(k.MASTER_ADDR, k.PEER_URLS, k.ADVERTISE_PEER_URLS, k.INITIAL_CLUSTER)),
        _Row(WORKER, r"dm[-_]worker.*\.toml\Z", r".*worker.*\.toml\Z", (), _toml(k.WORKER_ADDR, k.KEEPALIVE_TTL, k.JOIN)),
        _Row(DMCTL, r"dmctl.*\.toml\Z", None, (), None),
        _Row(MASTER, None, r".*\.toml\Z", (), rf"\A(?=(?s:.*){_toml(k.MASTER_ADDR)})(?=(?s:.*){_toml(k.PEER_URLS, k.INITIAL_CLUSTER, k.ADVERTISE_PEER_URLS)})"),
    ),
}
_SOURCE_PAIR = (_key(k.SOURCE_ID), _key(k.FROM))


def language_of(path: str) -> str | None:
    """ "yaml", "toml" or None, by the name alone."""
    lower = path.lower()
    if lower.endswith((".yaml", ".yml")):
        return "yaml"
    return "toml" if lower.endswith(".toml") else None


def recognise(path: str, text: str, override: str | None = None) -> str | None:
    """The kind of the file, `CERTIFICATE` for one of certificates or keys, None where nothing makes it certain.

    `override` is what a command line or `.dmls.toml` says; it wins even over the modeline ``# dmls: kind=task``.
    """
    name = path.replace("\\", "/").rpartition("/")[2]
    if name == SETTINGS_FILE:
        return SETTINGS
    if override in KINDS:
        return override
    head = text[:2000]
    if "dmls:" in head:
        said = re.search(_MODELINE, head, re.M)
        if said and said.group(1) in KINDS:
            return said.group(1)
    language = language_of(name)
    if language is None:
        if name.lower().endswith(CERTIFICATE_SUFFIXES) or text.startswith("-----BEGIN "):
            return CERTIFICATE
        return SCRIPT if _is_script(path, text) else None
    if len(text) > _HEAD:
        # Nearly every file says near its top what it is; a long one is read whole only where its top says nothing.
        found = _by_content(name.lower(), text[: text.rfind("\n", 0, _HEAD) + 1 or _HEAD], language)
        if found is not None:
            return found
    return _by_content(name.lower(), text, language)


_SHEBANG = r"#![ \t]*\S*/(?:env[ \t]+(?:-S[ \t]+)?)?(?:\S*/)?(?:ba|da|k|z|a)?sh\b"
_PROGRAMS = ("dm-master", "dm-worker", "dmctl")


def _is_script(path: str, text: str) -> bool:
    """Whether it is a script or unit that starts a program of DM.  Nearly all scripts do not, which a search for the names tells."""
    if not path.lower().endswith(SCRIPT_SUFFIXES) and not re.match(_SHEBANG, text):
        return False
    if not any(name in text for name in _PROGRAMS):
        return False
    from dmls.model.command_line import command_lines

    return bool(command_lines(path, text))


_HEAD = 16_000
"""How much of a long file is looked at first, in characters."""


def _by_content(lower: str, text: str, language: str) -> str | None:
    """The kind by name and content together."""
    rows = _ROWS[language]
    for row in rows:
        if _named(row.certain_name, lower):
            return row.kind
    likely = [row.kind for row in rows if row.hint and _named(row.likely_name, lower) and _found(row.hint, text)]
    for row in rows:
        if any(_found(pattern, text) for pattern in row.decisive):
            if likely and row.kind not in likely and _fits(text, likely[0]) > _fits(text, row.kind):
                return likely[0]
            return row.kind
    if language == "yaml" and all(_found(pattern, text) for pattern in _SOURCE_PAIR):
        return SOURCE
    return likely[0] if likely else None


_TOP_KEY = r"^\ufeff?([A-Za-z][\w-]*)[ \t]*:"


def _fits(text: str, kind: str) -> int:
    """How many of the keys at the top level a kind knows; asked only where name and content disagree."""
    known = load(kind).children
    return sum(name in known for name in set(re.findall(_TOP_KEY, text, re.M)))
