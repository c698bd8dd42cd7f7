"""Run the rules over a file and gather what they say: guard, suppress, sort.

Findings of entries are kept with the entry that begins a chunk of syntax, and moved when the chunk has moved, so that a keystroke judges
only what it touched; their fixes are made anew for the text as it is when somebody asks.  The other subjects (the file, its TLS block, the certificates that this names) are few and are judged anew each time;
what is costly about certificates is remembered in `pki`.
"""

from __future__ import annotations

import importlib
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Callable, Iterable, Iterator, Sequence, TypeVar

from dmls import rule as subjects
from dmls.finding import Applicability, FileEdit, Finding, Fix, Later, Related, Severity
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.dm.decode import DUPLICATE_KEY, fits_plainly, misfits
from dmls.model.dm_error import LINE
from dmls.model.edits.ignore import Ignore, read_ignores, without
from dmls.model.tls.cert_use import NO_PEERS, CertUse, Peers, Source, Surroundings, uses
from dmls.named import NamedTuple
from dmls.rule import Context, Rule
from dmls.rules.registry import ROWS, Row
from dmls.schema import keys as k
from dmls.schema.key import SchemaKey
from dmls.syntax.tree import Alias, Chunk, Scalar, is_null
from dmls.text import Edit, Span
from dmls.version import Version, parse_version_set

if TYPE_CHECKING:
    from dmls.model.command_line import CommandLine
    from dmls.model.tls.connection import Connection

T = TypeVar("T")

MAX_FINDINGS = 1000
SYNTAX_ERROR = "syntax-error"
SECOND_DOCUMENT = "second-document"
INTERNAL_ERROR = "internal-error"
UNUSED_IGNORE = "unused-ignore"
UNKNOWN_RULE = "unknown-rule"
TOO_MANY = "too-many-findings"
BETWEEN = "cluster"
"""The family of the rules about what lies between files."""

NO_SURROUNDINGS = Surroundings()

raise_on_fault = False
"""Tests set it: a rule that crashes then fails the test instead of becoming a finding."""


class _Plan(NamedTuple):
    """The rules for entries of one key: `always`, those that only a scalar value outside `enum` concerns, and two facts of the schema."""

    always: tuple[Row, ...]
    by_value: tuple[Row, ...]
    enum: frozenset[str] | None
    known: bool
    """Whether the DM version knows the key."""
    secret: bool


class _Index(NamedTuple):
    misfit: dict[str, list[Row]]
    entry: dict[str, list[Row]]
    tls_block: list[Row]
    config_file: list[Row]
    pem: list[Row]
    cert_use: list[Row]
    links: list[Row]
    plans: dict[SchemaKey, _Plan]


@lru_cache(maxsize=16)
def _index(kind: str, version: Version) -> _Index:
    index = _Index({}, {}, [], [], [], [], [], {})
    for row in ROWS:
        if kind not in row.kinds or version not in parse_version_set(row.versions):
            continue
        if row.subject == subjects.TLS_BLOCK:
            index.tls_block.append(row)
        elif row.subject == subjects.CONFIG_FILE:
            index.config_file.append(row)
        elif row.subject == subjects.PEM:
            index.pem.append(row)
        elif row.subject == subjects.CERT_USE:
            index.cert_use.append(row)
        elif row.subject == subjects.LINKS:
            index.links.append(row)
        elif row.subject in (subjects.MISFIT, subjects.ENTRY):
            table = index.misfit if row.subject == subjects.MISFIT else index.entry
            for word in row.select:
                table.setdefault(word, []).append(row)
    return index


@lru_cache(maxsize=512)
def rule_of(row: Row) -> Rule:
    """Import the module of a rule."""
    rule = importlib.import_module(row.module).RULE
    assert isinstance(rule, Rule)
    return rule


def _run(row: Row, subject: object, ctx: Context) -> Iterable[Finding]:
    """What one rule says of one subject."""
    found = _survived(row, ctx, lambda: list(rule_of(row).check(subject, ctx)))
    if found is None:
        return (Finding(INTERNAL_ERROR, Severity.INFORMATION, ctx.config.path, Span(0, 0), INTERNAL_ERROR, {"rule": row.name}),)
    for finding in found:
        if isinstance(finding.fixes, Later):
            finding.fixes.make = partial(_fixes, row, finding.fixes.make)
    return found


def _fixes(row: Row, make: Callable[[Context], Sequence[Fix]], ctx: Context) -> Sequence[Fix]:
    return _survived(row, ctx, partial(make, ctx)) or ()


def _survived(row: Row, ctx: Context, work: Callable[[], T]) -> T | None:
    """What a rule makes; the only place that survives its crash, and answers None then."""
    try:
        return work()
    except Exception as error:
        if raise_on_fault:
            raise
        import logging

        from dmls.crash import told

        logging.getLogger("dmls.lint").error("rule %s failed on %s\n%s", row.name, ctx.config.path, told(error).rstrip())
        return None


_NONE: tuple[int, list[Finding]] = (0, [])
"""What is kept of an entry without findings, wherever it begins."""


class _Local:
    """Judges entries one by one, remembering the result with their chunk."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.config = ctx.config
        self.tree = ctx.config.tree
        self.index = _index(ctx.config.kind, ctx.version)
        self.slot = (ctx.config.kind, ctx.version)
        self.borrowed: list[Finding] = []
        self.yaml = ctx.config.language == "yaml"

    def judge(self, entry: Entry, out: list[Finding]) -> None:
        """The findings of `entry` and of all below it."""
        self.own(entry, out)
        if isinstance(entry.raw, Alias):
            self.borrow(entry.children, self.config.value_span(entry))
        else:
            chunk = entry.node.chunk if entry.node is not None else entry.chunk
            for child in entry.children:
                if child.chunk is chunk:
                    self.judge(child, out)
                else:
                    out.extend(self.unit(child, child.chunk))
        if entry.merged:
            merge = next((c for c in entry.children if c.pair is not None and c.name == "<<"), None)
            self.borrow(entry.merged, self.config.span(merge) if merge is not None else self.config.span(entry))

    def unit(self, entry: Entry, chunk: Chunk) -> Sequence[Finding]:
        """The findings of an entry that begins a chunk; made once for as long as the chunk lives."""
        memo = entry.kept
        if memo is None:
            memo = entry.kept = {}
        kept = memo.get(self.slot)
        if kept is _NONE:
            return ()
        base = self.tree.base(chunk)
        if kept is None:
            made: list[Finding] = []
            borrowed, self.borrowed = self.borrowed, []
            looked, self.ctx.looked_beyond = self.ctx.looked_beyond, False
            self.judge(entry, made)
            leaves_chunk = bool(self.borrowed) or self.ctx.looked_beyond or _edits_outside(made, base, base + len(chunk.text))
            self.borrowed = borrowed + self.borrowed
            self.ctx.looked_beyond = looked or self.ctx.looked_beyond
            if leaves_chunk:
                # An alias points out of the chunk, or a finding rests on what lies outside, or a fix edits it, so the result is not a function of the chunk alone.
                return made
            kept = memo[self.slot] = (base, [_of(f, None) for f in made]) if made else _NONE
        assert isinstance(kept, tuple)
        was, findings = kept
        if was != base:
            findings = [shifted(f, base - was) for f in findings]
            memo[self.slot] = (base, findings)
        return [_of(f, self.ctx) for f in findings]

    def own(self, entry: Entry, out: list[Finding]) -> None:
        schema = entry.schema
        if schema is None and (entry.parent is None or entry.parent.schema is None or entry.parent.schema.type not in ("object", "map")):
            return
        raw = entry.raw
        if self.index.misfit and (schema is None or not isinstance(raw, Scalar) or not self.yaml or not fits_plainly(raw, schema)):
            for misfit in misfits(entry, self.config.language):
                for row in self.index.misfit.get(misfit.code, ()):
                    out.extend(_run(row, misfit, self.ctx))
        if schema is None:
            return
        plan = self.index.plans.get(schema)
        if plan is None:
            plan = self.index.plans[schema] = self.plan(schema)
        for row in plan.always:
            out.extend(_run(row, entry, self.ctx))
        if isinstance(raw, Scalar):
            value = raw.value
            if plan.by_value and (plan.enum is None or value not in plan.enum):
                for row in plan.by_value:
                    out.extend(_run(row, entry, self.ctx))
            if raw.tag is not None or not value.isascii() or plan.secret:
                self.state(subjects.ODD_TEXT, entry, out)
        elif plan.by_value and isinstance(entry.node, Scalar) and (plan.enum is None or entry.node.value not in plan.enum):
            # What an alias stands for means something else here than at home.
            for row in plan.by_value:
                out.extend(_run(row, entry, self.ctx))
        if entry.pair is not None:
            if self.yaml:
                if is_null(entry.node):
                    self.state(subjects.NULL, entry, out)
            elif entry.name != entry.key:
                self.state(subjects.SPELLING, entry, out)
            if not plan.known:
                self.state(subjects.OTHER_VERSION, entry, out)

    def state(self, word: str, entry: Entry, out: list[Finding]) -> None:
        for row in self.index.entry.get(word, ()):
            out.extend(_run(row, entry, self.ctx))

    def plan(self, schema: SchemaKey) -> _Plan:
        """What is to be asked about every entry of a key: found once, since a file has thousands of entries and few keys."""
        table = self.index.entry
        always: list[Row] = []
        for word in (schema.path, schema.type, schema.semantic, schema.status):
            always.extend(row for row in table.get(word, ()) if row not in always)
        enum = frozenset(v for v in schema.enum if self.ctx.version in schema.versions_of(v)) if schema.enum is not None else None
        by_value = tuple(table.get(subjects.OTHER_VALUE, ())) if enum is not None else ()
        if schema.type == "int":
            by_value += tuple(table.get(subjects.ODD_NUMBER, ()))
        return _Plan(tuple(always), by_value, enum, self.ctx.version in schema.versions, schema.secret)

    def borrow(self, entries: list[Entry], span: Span) -> None:
        """What is wrong with anchored text when it is read at this place: reported here, unless it is said at home too."""
        made: list[Finding] = []
        for entry in entries:
            self.judge(entry, made)
        self.borrowed.extend(f._replace(span=span, fixes=(), related=()) for f in made)


def _of(finding: Finding, ctx: Context | None) -> Finding:
    """The finding with fixes that are made of this reading of the file, of none where it is kept."""
    return finding._replace(fixes=finding.fixes.of(ctx)) if isinstance(finding.fixes, Later) else finding


def _edits_outside(findings: list[Finding], start: int, end: int) -> bool:
    """Whether a fix of one of the findings that is made already edits text before `start` or behind `end`."""
    return any(e.edit.span.start < start or e.edit.span.end > end for f in findings if not isinstance(f.fixes, Later) for fix in f.fixes for e in fix.edits)


def shifted(finding: Finding, by: int) -> Finding:
    """The finding with all places of its own file moved by `by` code points; fixes that are not made yet need not be moved."""
    if not by:
        return finding
    related = tuple(r._replace(span=r.span.shifted(by)) if r.file == finding.file else r for r in finding.related)
    fixes = finding.fixes
    if not isinstance(fixes, Later):
        moved = ((fix, (e._replace(edit=e.edit._replace(span=e.edit.span.shifted(by))) if e.file == finding.file else e for e in fix.edits)) for fix in fixes)
        fixes = tuple(fix._replace(edits=tuple(edits)) for fix, edits in moved)
    return finding._replace(span=finding.span.shifted(by), related=related, fixes=fixes)


def check(config: ConfigFile, version: Version, around: Surroundings = NO_SURROUNDINGS) -> list[Finding]:
    """All findings of one file for one DM version, not yet suppressed or sorted."""
    from dmls.rules.syntax import syntax_error

    ctx = Context(config, version, around)
    out: list[Finding] = list(syntax_error.judge(ctx))
    if not out and next(config.tree.problems(), None) is not None:
        read = _read_part(config)
        if read is not None:
            rest = [row for row in _index(config.kind, version).config_file if row.name == SECOND_DOCUMENT]
            return [*check(read, version, around), *(f for row in rest for f in _run(row, config, ctx))]
    local = _Local(ctx)
    local.judge(config.root, out)
    index = _index(config.kind, version) if not around.given else _without_moot(_index(config.kind, version), around.given)
    whole: list[Finding] = []
    for block in config.tls_blocks:
        for row in index.tls_block:
            whole.extend(_run(row, block, ctx))
    for row in index.config_file:
        whole.extend(_run(row, config, ctx))
    connections = around.connections(config, version) if config.kind in kinds.COMPONENTS else ()
    if config.tls_blocks:
        whole.extend(_certificates(index, ctx, connections))
    if around.given:
        # What a flag overrules counts for nothing, and only how it is decoded matters.
        moot = [config.span(entry) for entry in config.root.children if entry.key in around.given and entry.key != k.CERT_ALLOWED_CN]
        whole = [f for f in whole if not any(span.contains(f.span.start) for span in moot)]
    out.extend(whole)
    if config.kind == kinds.TOPOLOGY:
        out.extend(_of_written_files(config, version, around))
    if connections:
        for row in local.index.links:
            out.extend(_run(row, connections, ctx))
    said = {(f.rule, f.message, repr(f.args)) for f in out}
    for finding in local.borrowed:
        if (finding.rule, finding.message, repr(finding.args)) not in said:
            out.append(finding)
    if config.language == "toml":
        out = list(_without_echo(out, config))
    if config.kind in _BY_OTHERS:
        out = _by_origin(out, config, ctx)
    problem = None if any(f.rule == SYNTAX_ERROR for f in out) else next(config.tree.problems(), None)
    if problem is not None:
        # Our tree is a guess from here on, and DM's library has no complaint.
        out = [f for f in out if f.span.start < problem.span.start or f.rule == SECOND_DOCUMENT]
    lines = None
    for i, finding in enumerate(out):
        if LINE in finding.dm_text:
            lines = lines or config.tree.lines
            out[i] = finding._replace(dm_text=finding.dm_text.replace(LINE, str(lines.line_of(finding.span.start) + 1)))
    return out


_BY_OTHERS = {
    **dict.fromkeys(kinds.COMPONENTS, frozenset(("unknown-key", "removed-key", "misplaced-key"))),
    **dict.fromkeys(kinds.DATABASES, frozenset(("deprecated-key", "ignored-key"))),
}
"""The rules whose findings raise the question whether another version or another program has written a file."""


def _by_origin(found: list[Finding], config: ConfigFile, ctx: Context) -> list[Finding]:
    """The findings of a file that DM 1.0 or dmctl has written: in its light many are one, or matter little."""
    if not any(f.rule in _BY_OTHERS[config.kind] for f in found):
        return found
    if config.kind in kinds.DATABASES:
        from dmls.rules.schema import exported_config

        return exported_config.judge(config, ctx, found)
    from dmls.rules.schema import dm_1_file

    story = dm_1_file.judge(config, ctx)
    return found if story is None else [*(f for f in found if f.rule == SYNTAX_ERROR), story]


_TLS = frozenset((k.SSL_CA, k.SSL_CERT, k.SSL_KEY, k.CERT_ALLOWED_CN))
_ADDRESSES = frozenset((k.NAME, k.MASTER_ADDR, k.WORKER_ADDR, k.ADVERTISE_ADDR, k.PEER_URLS, k.ADVERTISE_PEER_URLS, k.INITIAL_CLUSTER, k.JOIN))
_RESTS_ON = {
    "initial-cluster-mismatch": _ADDRESSES,
    "secret-key-without-tls": _TLS,
    "tls-worker-open-port": frozenset((k.CERT_ALLOWED_CN,)),
    "tls-stale-join-file": frozenset((*_TLS, k.JOIN, k.INITIAL_CLUSTER, k.DATA_DIR)),
}
"""The keys that rules about a whole file rest on, whatever they point at."""


def _without_moot(index: _Index, given: frozenset[str]) -> _Index:
    """The rules that still hold of a file when the script that starts its component gives, or may give, some of its keys as flags.

    What file and flags together come to is judged with the script.
    """
    tls = bool(given & _TLS)

    def counts(row: Row) -> bool:
        if tls and (row.family == "tls" or row.subject == subjects.CERT_USE):
            return False
        if row.subject == subjects.CERT_USE and row.family == BETWEEN and given & _ADDRESSES:
            return False
        return not given & _RESTS_ON.get(row.name, frozenset())

    tls_block, config_file, cert_use = ([row for row in rows if counts(row)] for rows in (index.tls_block, index.config_file, index.cert_use))
    return index._replace(tls_block=tls_block, config_file=config_file, cert_use=cert_use)


def _certificates(index: _Index, ctx: Context, connections: Sequence[Connection]) -> Iterator[Finding]:
    """What is wrong with the files that the TLS blocks name, one by one and together."""
    memo = ctx.config.tree.memo
    for number, use in enumerate(uses(ctx.config, ctx.around, ctx.version, _peers(connections))):
        slot, held = ("sound", ctx.config.kind, ctx.version, number), _held(use, ctx)
        if held is None or memo.get(slot) != held:
            made = [f for source in use.files for row in index.pem if source.found or subjects.PATH in row.select for f in _run(row, source, ctx)]
            yield from made
            memo[slot] = held if not made else None
        if any(source.found for source in use.files):
            for row in index.cert_use:
                yield from _run(row, use, ctx)


def _held(use: CertUse, ctx: Context) -> object | None:
    """All that rules about single files rest on beside the text that names these; None where one is not there.

    Where nothing was found, nothing is found again: who is connected with the component matters only to how grave a fault is.
    """
    if not all(source.found for source in use.files):
        return None
    files = tuple((s.local, s.mode, s.pem.digest if s.pem is not None else b"") for s in use.files)
    return ctx.around.settings, ctx.around.folders, ctx.now, files


def _peers(connections: Sequence[Connection]) -> Peers:
    if not connections:
        return NO_PEERS
    from dmls.model.tls.connection import peers_of

    return peers_of(connections)


def _of_written_files(topology: ConfigFile, version: Version, around: Surroundings) -> Iterator[Finding]:
    """What is wrong with the files that TiUP will write for the components, each pointing at the setting in the topology.

    An edit that is meant for a TOML file is none for a topology, so it is left out.
    """
    from dmls.model.topology import FLAGS, makes_tls, written
    from dmls.schema.keys import HOST

    tls_is_made = makes_tls(topology)
    for file in written(topology):
        config = file.config
        ctx = Context(config, version, around._replace(given=FLAGS[config.kind]))
        index = _for_written(config.kind, version)
        local = _Local(ctx)
        local.index = index
        found: list[Finding] = []
        local.judge(config.root, found)
        for row in index.config_file:
            found.extend(_run(row, config, ctx))
        if config.tls_blocks and not tls_is_made:
            # What TiUP makes itself is right, and lies on the servers.
            for block in config.tls_blocks:
                for row in index.tls_block:
                    found.extend(_run(row, block, ctx))
            found.extend(_certificates(index, ctx, ()))
        user = None if file.for_all else next((i.entry for i in file.instances), None)
        host = user.get(HOST) if user is not None else None
        related = () if user is None or host is None else (Related(topology.path, topology.value_span(host), "related.written-for", {"host": host.text}),)
        for finding in found:
            is_own = user is not None and topology.span(user).contains(finding.span.start)
            yield finding._replace(fixes=Later(_commands, finding.fixes), related=finding.related if is_own else (*finding.related, *related))


def _commands(fixes: Sequence[Fix]) -> Sequence[Fix]:
    return [fix for fix in fixes if not fix.edits]


@lru_cache(maxsize=8)
def _for_written(kind: str, version: Version) -> _Index:
    """The rules for a file that TiUP writes which do not judge the settings in the topology itself."""
    index = _index(kind, version)

    def others(rows: list[Row]) -> list[Row]:
        return [row for row in rows if kinds.TOPOLOGY not in row.kinds]

    return index._replace(
        misfit={},
        entry={word: others(rows) for word, rows in index.entry.items()},
        tls_block=others(index.tls_block),
        config_file=others(index.config_file),
        pem=others(index.pem),
        cert_use=others(index.cert_use),
        links=[],
        plans={},
    )


def check_command_line(line: CommandLine, config: ConfigFile, complete: bool, version: Version, around: Surroundings) -> list[Finding]:
    """What is wrong with the TLS flags of one command line, together with the file that it names.

    `config` joins the two; `complete` tells whether all that the program is given is known, so that something may be missed.  What the file says
    by itself is its own affair, and a fault of it that no flag has a part in is told there.
    """
    from dmls.model.command_line import BORROWED, UNKNOWN
    from dmls.model.tls_block import PATHS

    if line.ends or k.CERT_ALLOWED_CN in line.unknown:
        return []
    ctx = Context(config, version, around)
    index = _index(config.kind, version)
    connections = around.connections(config, version)
    out: list[Finding] = []
    if connections:
        for row in index.links:
            out.extend(_run(row, connections, ctx))
    is_sure = complete and not line.unknown.intersection(PATHS.values())
    if config.kind == kinds.DMCTL and is_sure:
        for row in index.config_file:
            out.extend(_run(row, config, ctx))
    if not line.config.tls_blocks:
        if is_sure and around.settings.files != "off":
            # What the file says of TLS it says by itself, but the hosts that others call may come from flags.
            for use in uses(config, around, version, _peers(connections)):
                for row in index.cert_use:
                    if row.family == BETWEEN and any(source.found for source in use.files):
                        out.extend(_run(row, use, ctx))
        return out
    # A file of dmctl names no certificates; its flags do, and they are files like those of a worker.
    files = _index(kinds.WORKER, version) if config.kind == kinds.DMCTL else index
    if is_sure:
        for block in config.tls_blocks:
            for row in index.tls_block:
                out.extend(_run(row, block, ctx))
    for use in uses(config, around, version, _peers(connections)):
        own = [source for source in use.files if source.entry is not None and isinstance(source.entry.node, Scalar) and source.entry.node.style not in (BORROWED, UNKNOWN)]
        for source in own:
            for row in files.pem:
                if source.found or subjects.PATH in row.select:
                    out.extend(_run(row, source, ctx))
        if any(source.found for source in own):
            for row in files.cert_use:
                if config.kind != kinds.DMCTL or row.name in _OF_CLIENTS:
                    out.extend(_run(row, use, ctx))
    return out


_OF_CLIENTS = ("tls-key-mismatch", "tls-chain-order", "tls-eku-no-client")
"""The rules about certificate and key together that hold for a program which is only ever a client, as dmctl."""


def check_alone(document: ConfigFile, source: Source, version: Version, around: Surroundings) -> list[Finding]:
    """What is wrong with a certificate file whatever uses it; `document` only names it."""
    ctx = Context(document, version, around)
    rows = [row for row in ROWS if row.subject == subjects.PEM and version in parse_version_set(row.versions)]
    return [f for row in rows for f in _run(row, source, ctx)]


def _read_part(config: ConfigFile) -> ConfigFile | None:
    """What DM reads of a file whose document ends, without a marker, above a line further left than its first key."""
    from dmls.schema.load import load
    from dmls.syntax import strict, yaml

    try:
        strict.events(config.text)
    except strict.Refused as refused:
        end = refused.problem.offset
        if 0 < end < len(config.text):
            return ConfigFile(config.path, config.kind, yaml.parse(config.text[:end]), load(config.kind))
    return None


_TWICE = ("Cannot overwrite", "Cannot declare", "Duplicate inline", "Cannot mutate")
"""How tomli begins to speak of a key or table that is written twice."""


def _without_echo(findings: list[Finding], config: ConfigFile) -> Iterator[Finding]:
    """Leave out what the strict parser says of a key written twice, where `duplicate-key` says it better."""
    line = config.tree.lines.line_of
    twice = {line(f.span.start) for f in findings if f.rule == DUPLICATE_KEY}
    for finding in findings:
        if finding.rule == SYNTAX_ERROR and str(finding.args.get("text", "")).startswith(_TWICE) and line(finding.span.start) in twice:
            continue
        yield finding


def check_versions(config: ConfigFile, versions: tuple[Version, ...], around: Surroundings = NO_SURROUNDINGS) -> list[Finding]:
    """The findings for several versions, each once; `Finding.versions` names those that raise it where not all do."""
    return merged(versions, lambda version: check(config, version, around))


def merged(versions: tuple[Version, ...], judge: Callable[[Version], list[Finding]]) -> list[Finding]:
    """What `judge` finds for several versions, each once; `Finding.versions` names those that raise it where not all do."""
    if len(versions) == 1:
        return judge(versions[0])
    raised: dict[tuple[object, ...], tuple[list[Finding], list[str]]] = {}
    for version in versions:
        for finding in judge(version):
            key = (finding.rule, finding.severity, finding.span, finding.message, repr(finding.args))
            same, names = raised.setdefault(key, ([], []))
            same.append(finding)
            names.append(str(version))
    return [found[0]._replace(fixes=Later(_shared, found), versions=() if len(names) == len(versions) else tuple(names)) for found, names in raised.values()]


def _shared(findings: list[Finding]) -> Sequence[Fix]:
    """The fixes that every version offers, each only as sure as the version with the most doubt."""
    fixes = findings[0].fixes
    for other in findings[1:]:
        if other.fixes == fixes:
            continue
        theirs = {(fix.title, fix.edits, fix.command): fix for fix in other.fixes}
        both = ((fix, theirs.get((fix.title, fix.edits, fix.command))) for fix in fixes)
        fixes = tuple(fix._replace(applicability=max(fix.applicability, same.applicability), preferred=fix.preferred and same.preferred) for fix, same in both if same is not None)
    return fixes


def suppress(config: ConfigFile, findings: list[Finding], begins: Callable[[int], int] = int) -> list[Finding]:
    """Drop what the file's own comments ignore, and say which of these comments ignore nothing.

    `begins` gives the offset at which the command that holds an offset begins: no comment can stand within one that goes over several lines.
    """
    ignores = read_ignores(config.tree)
    if not ignores:
        return findings
    known = {row.name for row in ROWS}
    lines = config.tree.lines
    used: set[int] = set()
    kept = []
    for finding in findings:
        where = (None, lines.line_of(finding.span.start), lines.line_of(begins(finding.span.start)))
        hits = [i for i, ignore in enumerate(ignores) if ignore.rule == finding.rule and ignore.line in where]
        if hits:
            used.update(hits)
        else:
            kept.append(finding)
    # Names of no rule come first, since a comment that ignores these findings is of use.
    for i, ignore in sorted(enumerate(ignores), key=lambda pair: pair[1].rule in known):
        if i in used:
            continue
        rule = UNUSED_IGNORE if ignore.rule in known else UNKNOWN_RULE
        line = lines.line_of(ignore.span.start)
        hits = [j for j, other in enumerate(ignores) if other.rule == rule and other.line in (None, line)]
        if hits:
            used.update(hits)
            continue
        fixes = _of_comment(config, ignore, known)
        kept.append(Finding(rule, Severity.WARNING, config.path, ignore.span, rule, {"rule": ignore.rule}, fixes=fixes, tag="unnecessary" if rule == UNUSED_IGNORE else ""))
    return kept


def _of_comment(config: ConfigFile, ignore: Ignore, known: set[str]) -> tuple[Fix, ...]:
    """The fixes of an ignore comment: the name of a rule that is near, else without the name.

    What a rule about certificates finds depends on files that need not have been looked at.
    """
    from dmls.model.unknown import nearest

    how = Applicability.UNSAFE if ignore.rule not in known or _needs_files(ignore.rule) else Applicability.SAFE
    near = nearest(ignore.rule, tuple(sorted(known))) if ignore.rule and ignore.rule not in known else None
    fixes = []
    if near is not None:
        fixes.append(Fix("fix.replace-value", {"value": near}, how, (FileEdit(config.path, Edit(ignore.span, near)),), True))
    fixes.append(Fix("fix.remove-ignore", {"rule": ignore.rule}, how, (FileEdit(config.path, without(config, ignore)),), near is None))
    return tuple(fixes)


def _needs_files(rule: str) -> bool:
    return any(row.name == rule and row.subject in (subjects.PEM, subjects.CERT_USE) for row in ROWS)


def order(findings: list[Finding]) -> list[Finding]:
    """By place, then gravity, then name; what says the same twice is said once."""
    seen: set[tuple[object, ...]] = set()
    out = []
    for finding in sorted(findings, key=lambda f: (f.span, f.severity, f.rule)):
        key = (finding.rule, finding.span, finding.message, repr(finding.args), finding.versions)
        if key not in seen:
            seen.add(key)
            out.append(finding)
    return out


def capped(findings: list[Finding], path: str) -> list[Finding]:
    """At most `MAX_FINDINGS`, the last of which then says how many more there are."""
    if len(findings) <= MAX_FINDINGS:
        return findings
    last = findings[MAX_FINDINGS - 1].span
    more = len(findings) - MAX_FINDINGS + 1
    return [*findings[: MAX_FINDINGS - 1], Finding(TOO_MANY, Severity.INFORMATION, path, last, TOO_MANY, {"more": more})]


__all__ = ["capped", "check", "check_versions", "kinds", "order", "rule_of", "suppress"]
