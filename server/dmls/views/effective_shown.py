"""What DM works with in one file, as a document: what `dmls show` prints, and what editors show beside the file."""

from __future__ import annotations

from typing import Callable, NamedTuple, Protocol

from dmls.finding import Finding, Severity
from dmls.ide import effective as e
from dmls.ide.values import Refusal
from dmls.model import kind as kinds
from dmls.model import topology
from dmls.model.config_file import ConfigFile
from dmls.schema import keys as k
from dmls.schema.key import TOML_KINDS
from dmls.schema.load import load
from dmls.settings import Settings
from dmls.syntax import toml
from dmls.text import LineIndex, Span
from dmls.version import Version
from dmls.words.catalogue import sentence

UNREADABLE = frozenset(("syntax-error", "not-utf-8"))
"""The rules that find that nothing can be read."""


class Asked(Protocol):
    """What is asked of `Analysis`."""

    def file(self, path: str) -> ConfigFile | None: ...
    def findings(self, path: str) -> tuple[Finding, ...]: ...
    def settings(self, path: str) -> Settings: ...


class Effective(NamedTuple):
    """The values of a file, those of one instance where one was asked for; `errors` counts the findings that let DM refuse it.

    `config` is the file that TiUP writes where `instance` is a component of a topology, "" for all others.  `known` are the instances of the file.
    """

    config: ConfigFile
    version: Version
    item: e.Item
    errors: int
    known: tuple[str, ...] = ()
    instance: str = ""

    @property
    def language(self) -> str:
        return "toml" if self.config.kind in TOML_KINDS else "yaml"

    def text(self, locale: str, name: str) -> str:
        """A document with comments, under the `name` that the reader knows the file by."""
        lines = self.config.tree.lines
        short = name.replace("\\", "/").rpartition("/")[2]
        teller = e.Teller(self.version, locale, lambda span: f"{short}:{lines.line_of(span.start) + 1}")
        head = [sentence("show.head", {"version": self.version, "file": name}, locale)]
        if self.instance:
            head.append(sentence("show.written-file", {"instance": self.instance, "file": name}, locale))
        if self.errors:
            head.append(sentence("show.refused", {"count": self.errors}, locale))
        return e.document(self.item, teller, self.language, head)

    def json(self, locale: str, name: str, range_of: Callable[[LineIndex, Span], e.Json]) -> dict[str, e.Json]:
        """What `schemas/show.schema.json` describes."""
        lines = self.config.tree.lines
        short = name.replace("\\", "/").rpartition("/")[2]
        teller = e.Teller(self.version, locale, lambda span: f"{short}:{lines.line_of(span.start) + 1}")
        return {
            "version": 1,
            "file": name,
            "kind": self.config.kind,
            "dm_version": str(self.version),
            "errors": self.errors,
            **e.as_json(self.item, teller, lambda span: range_of(lines, span)),
        }


def effective(analysis: Asked, path: str, instance: str = "", version: Version | None = None) -> Effective | Refusal:
    """Without a version for the newest of the file's settings; `instance` leaves out all others."""
    config = analysis.file(path)
    if config is None or config.kind not in kinds.KINDS:
        return Refusal("show.no-dm-file")
    findings = analysis.findings(path)
    if any(f.rule in UNREADABLE for f in findings) or next(config.tree.problems(), None) is not None:
        return Refusal("show.unreadable")
    errors = sum(f.severity == Severity.ERROR for f in findings)
    version = version or analysis.settings(path).dm_versions[-1]
    item = e.shown(config, version)
    known = tuple(e.instances(item, config.kind))
    if instance:
        if instance not in known:
            return Refusal("show.no-instance", {"instance": instance, "known": ", ".join(known)}) if known else Refusal("show.no-instances", {"instance": instance})
        made = _written(config, instance)
        if made is not None:
            file, flags = made
            return Effective(file, version, e.flagged(e.shown(file, version), flags), errors, known, instance)
        item = e.selected(item, config.kind, instance)
    return Effective(config, version, item, errors, known)


def _written(config: ConfigFile, address: str) -> tuple[ConfigFile, frozenset[str]] | None:
    """The file that TiUP writes for a master or worker of a topology, and the keys that flags give there; None for anything else."""
    if config.kind != kinds.TOPOLOGY:
        return None
    for instance in topology.instances(config):
        kind = next((kind for kind, servers in topology.COMPONENTS.items() if servers == instance.list), None)
        if kind is None or _address(instance) != address:
            continue
        own = instance.entry.get(k.CONFIG)
        flags = topology.flags_of(own, kind) if own is not None else topology.FLAGS[kind]
        for file in topology.written(config):
            if file.config.kind == kind and any(one.entry is instance.entry for one in file.instances):
                return file.config, flags
        return ConfigFile(config.path, kind, toml.parse(""), load(kind)), flags
    return None


def _address(instance: topology.Instance) -> str:
    port = instance.entry.get(k.PORT)
    schema = instance.entry.schema.child(k.PORT) if instance.entry.schema is not None else None
    default = schema.default if schema is not None else ""
    return f"{instance.host}:{port.text if port is not None and port.text else default}"
