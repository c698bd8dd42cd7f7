"""Every row of the tables of old keys: what `dmls migrate keys` makes of it for a version, and what it says.

The rows are those of the reference's part C (C.1 tasks, C.2 sources, C.3 components), each with the fragment of a file that it speaks of.
"""

from __future__ import annotations

import re
from typing import Iterator, NamedTuple

import pytest

from dmls.finding import Severity
from dmls.migrate import keys
from dmls.migrate.change import ADVICE, DONE, DUTY, LOST, CannotDo, Change, Options, Request
from dmls.migrate.up_to_date import default_shown
from dmls.model.dm.decoded import default_in
from dmls.model.dm.effective import differences, effective
from dmls.schema.key import SchemaKey
from dmls.schema.load import load
from dmls.version import parse_version
from dmls.words.catalogue import Words, sentence
from support.core import analysis_of

TASK = "name: orders\ntask-mode: all\ntarget-database: {host: 10.0.0.9, port: 4000, user: dm, password: ''}\n"
INSTANCES = "mysql-instances:\n- source-id: mysql-1\n"
SOURCE = "source-id: mysql-1\nfrom: {host: 10.0.0.5, port: 3306, user: dm, password: ''}\n"
MASTER = 'name = "m1"\nmaster-addr = "10.0.0.1:8261"\n'
WORKER = 'name = "w1"\nworker-addr = "10.0.0.2:8262"\njoin = "10.0.0.1:8261"\n'
HEADS = {
    "task.yaml": TASK + INSTANCES,
    "source.yaml": SOURCE,
    "dm-master.toml": MASTER,
    "dm-worker.toml": WORKER,
}
"""What comes before the fragment of a row; that of an instance's key, and of a named block, follows on it."""


def loader(text: str) -> str:
    return f"  loader-config-name: l\nloaders:\n  l:\n    pool-size: 8\n    {text}\n"


def dump(text: str) -> str:
    return f"  mydumper-config-name: d\nmydumpers:\n  d:\n    threads: 4\n    {text}\n"


def sync(text: str) -> str:
    return f"  syncer-config-name: s\nsyncers:\n  s:\n    worker-count: 8\n    {text}\n"


class Row(NamedTuple):
    """`old` and `new` are the fragments before and after, with None for no edit; `notes` are pieces of the report, each with its level."""

    name: str
    old: str
    new: str | None
    notes: tuple[tuple[str, str], ...] = ()
    to: str = ""
    came_from: str = ""
    unsafe: bool = False
    file: str = "task.yaml"


def gone(name: str, old: str, key: str, kept: str = "", **more: object) -> Row:
    """A key that goes without a trace."""
    return Row(name, old, kept, ((DONE, f"Delete `{key}`"),), **more)  # type: ignore[arg-type]


LIST = "block-allow-list:\n  r: {do-dbs: [a]}\n"
ROWS = (
    # C.1, tasks
    Row(
        "both levels of black-white-list",
        "  black-white-list: r\nblack-white-list:\n  r: {do-dbs: [a]}\n",
        "  block-allow-list: r\n" + LIST,
        ((DONE, "Change `black-white-list` to `block-allow-list`"),) * 2,
    ),
    gone("a dead black-white-list", "  block-allow-list: r\n" + LIST + "black-white-list:\n  q: {do-dbs: [b]}\n", "black-white-list", "  block-allow-list: r\n" + LIST),
    gone("a dead black-white-list of an instance", "  block-allow-list: r\n  black-white-list: q\n" + LIST, "black-white-list", "  block-allow-list: r\n" + LIST),
    Row("is-sharding alone", "is-sharding: true\n", 'shard-mode: "pessimistic"\n', ((DONE, "Replace `is-sharding` with `shard-mode: pessimistic`"),)),
    gone("is-sharding beside a mode", "is-sharding: true\nshard-mode: optimistic\n", "is-sharding", "shard-mode: optimistic\n"),
    gone("is-sharding off", "is-sharding: false\n", "is-sharding"),
    Row("is-sharding against the mode", "is-sharding: false\nshard-mode: optimistic\n", None, ((DUTY, "is-sharding"),)),
    Row("is-sharding against an empty mode", "is-sharding: true\nshard-mode: ''\n", None, ((DUTY, "is-sharding"),)),
    Row("a scheme", "online-ddl-scheme: gh-ost\n", "online-ddl: true\n", ((DONE, "online-ddl: true"),)),
    Row("a scheme beside false", "online-ddl: false\nonline-ddl-scheme: pt\n", "online-ddl: true\n", ((DONE, "online-ddl"),)),
    gone("an empty scheme", "online-ddl-scheme: ''\n", "online-ddl-scheme"),
    Row("a scheme for DM 2.0.4", "online-ddl-scheme: gh-ost\n", None, (), "2.0.4"),
    Row("a scheme with a slip", "online-ddl-scheme: ghost\n", "online-ddl: true\n", ((DONE, "gh-ost"),)),
    Row("a scheme that is none", "online-ddl-scheme: percona\n", None, ((DUTY, "`percona` is no value"), (DUTY, "write `online-ddl: true`"))),
    Row("online DDL from 5.4", "", None, ((DUTY, "Write `online-ddl: false`"),), "8.5.0", "5.4.0"),
    Row("online DDL written", "", "", ((DONE, "`online-ddl: false` is written"),), "8.5.0", "5.4.0", True),
    Row("online DDL from 6.0", "", None, (), "8.5.0", "6.0.0"),
    Row("remove-meta", "remove-meta: true\n", "", ((DONE, "Delete `remove-meta`"), (ADVICE, "start-task --remove-meta"))),
    gone("remove-meta off", "remove-meta: false\n", "remove-meta"),
    gone("disable-heartbeat", "disable-heartbeat: true\n", "disable-heartbeat"),
    gone("enable-heartbeat", "enable-heartbeat: true\n", "enable-heartbeat"),
    *(gone(f"heartbeat-{what}-interval", f"heartbeat-{what}-interval: 1\n", f"heartbeat-{what}-interval") for what in ("update", "report")),
    Row("heartbeat for DM 2.0.1", "enable-heartbeat: true\n", None, (), "2.0.1"),
    Row("timezone awakes", "timezone: Asia/Tokyo\n", None, ((DUTY, "`timezone` had no effect in DM 2.0.5"),), "8.5.0", "2.0.5"),
    Row("the default of timezone", "online-ddl: false\n", None, ((ADVICE, "`timezone` is not written"),), "8.5.0", "2.0.5"),
    gone("ansi-quotes", "ansi-quotes: true\n", "ansi-quotes"),
    gone("enable-ansi-quotes", sync("enable-ansi-quotes: true"), "enable-ansi-quotes", sync("").replace("    \n", "")),
    gone("empty column mappings", "column-mappings: {}\n", "column-mappings"),
    Row("column mappings", "column-mappings:\n  m: {schema-pattern: a}\n", None, ((DUTY, "column-mappings"), (DUTY, "extract-table"))),
    gone("tidb without a backend", 'tidb: {backend: ""}\n', "tidb"),
    Row("tidb through SQL", "tidb:\n  backend: tidb\n", None, ((DUTY, "With --unsafe: Delete `tidb`"),)),
    Row("tidb through SQL, unsafe", "tidb:\n  backend: tidb\n", "", ((LOST, "Delete `tidb`"),), unsafe=True),
    Row(
        "tidb into TiKV",
        loader("dir: ./d") + "tidb:\n  backend: local\n",
        loader('dir: ./d\n    import-mode: "physical"').replace('"', ""),
        ((DONE, "import-mode: physical"),),
        unsafe=True,
    ),
    Row("import-mode sql", loader("import-mode: sql"), loader("import-mode: logical"), ((DONE, "logical"),)),
    Row("import-mode loader", loader("import-mode: loader"), loader("import-mode: logical"), ((DONE, "logical"),), "6.6.0"),
    Row("import-mode loader in 6.5", loader("import-mode: loader"), None, ((DUTY, "the old engine still works"),), "6.5.0"),
    Row("import-mode loader in 6.5, unsafe", loader("import-mode: loader"), loader("import-mode: logical"), ((DONE, "logical"),), "6.5.0", unsafe=True),
    Row("import-mode for 6.4", loader("import-mode: logical"), loader("import-mode: sql"), ((DONE, "sql"),), "6.4.0", "8.5.0"),
    Row("import-mode physical for 6.4", loader("import-mode: physical"), None, ((DUTY, "needs 6.5.0"),), "6.4.0"),
    gone("on-duplicate replace", loader("on-duplicate: replace"), "on-duplicate", loader("").replace("    \n", "")),
    Row("on-duplicate error", loader("on-duplicate: error"), None, ((DUTY, "would do again what the key says"),)),
    Row("on-duplicate error, unsafe", loader("on-duplicate: error"), loader("on-duplicate-logical: error"), ((DONE, "on-duplicate-logical"),), unsafe=True),
    Row("on-duplicate for 6.4", loader("on-duplicate: error"), None, (), "6.4.0"),
    Row("on-duplicate-logical for 6.4", loader("on-duplicate-logical: error"), loader("on-duplicate: error"), ((DONE, "on-duplicate"),), "6.4.0"),
    gone("mydumper-path", dump("mydumper-path: ./bin/mydumper"), "mydumper-path", dump("").replace("    \n", "")),
    gone("an empty mydumper-path", dump('mydumper-path: ""'), "mydumper-path", dump("").replace("    \n", "")),
    gone("skip-tz-utc", dump("skip-tz-utc: true"), "skip-tz-utc", dump("").replace("    \n", "")),
    Row("a number for chunk-filesize", dump("chunk-filesize: 64"), None),
    Row("--no-locks", dump('extra-args: "--no-locks"'), dump('extra-args: "--consistency none"'), ((DONE, "--no-locks"),)),
    Row("words with keys", dump('extra-args: "-r 1000 -F 64"'), dump('rows: 1000\n    chunk-filesize: "64"'), ((DONE, "-r 1000 -F 64"),)),
    Row("a word that stays", dump('extra-args: "-B a --rows=7"'), dump('extra-args: "-B a"\n    rows: 7'), ((DONE, "--rows=7"),)),
    Row("a key that is there", dump('rows: 1\n    extra-args: "-r 9"'), dump("rows: 9"), ((DONE, "-r 9"),)),
    Row("threads beside mydumper-thread", "  mydumper-thread: 2\n" + dump('extra-args: "-t 8"'), None),
    Row("words that DM cannot read", dump('extra-args: "-r 9 --skip-tz-utc"'), None, ((DUTY, "DM cannot read all of `extra-args`"),)),
    Row("a condition with blanks", dump("extra-args: \"--where 'a > 1'\""), None, ((DUTY, "`where`"),)),
    *(gone(key, sync(f"{key}: {value}"), key, sync("").replace("    \n", "")) for key, value in (("max-retry", "1"), ("auto-fix-gtid", "true"), ("meta-file", "''"))),
    gone("disable-detect", sync("disable-detect: true"), "disable-detect", sync("").replace("    \n", "")),
    Row("enable-gtid of a syncer", sync("enable-gtid: true"), sync("").replace("    \n", ""), ((DONE, "Delete `enable-gtid`"), (ADVICE, "of the source file"))),
    Row("multipleRows", sync("multipleRows: true"), sync("multiple-rows: true"), ((DONE, "multiple-rows"),)),
    Row(
        "the validator's name in 6.0",
        "  continuous-validator-config-name: v\nvalidators:\n  v: {mode: full}\n",
        "  validator-config-name: v\nvalidators:\n  v: {mode: full}\n",
        ((DONE, "validator-config-name"),),
    ),
    Row("an unused block", "routes:\n  r: {schema-pattern: a, target-schema: b}\n", None, ((DUTY, "it may have been meant to be used"),)),
    Row(
        "an event that is none",
        "  filter-rules: [f]\nfilters:\n  f: {schema-pattern: a, events: [truncate], action: Ignore}\n",
        None,
        ((DUTY, "With --unsafe: Change to `truncate table`"),),
    ),
    Row("a check of later versions", "ignore-checking-items: [free_space]\n", None, ((DUTY, "needs 6.6.0"),), "6.5.0"),
    Row("another import mode of later versions", loader("import-mode: import-into"), None, ((DUTY, "needs 26.3.0"),), "8.5.0"),
    Row("a masked password", "", None, ((DUTY, "asterisks"),), file="masked.yaml"),
    Row("a key of later versions", "strict-optimistic-shard-mode: true\n", None, ((DUTY, "needs 7.1.2"),), "7.1.0"),
    Row("a key of later versions, unsafe", "strict-optimistic-shard-mode: true\n", "", ((LOST, "Delete `strict-optimistic-shard-mode`"),), "7.1.0", unsafe=True),
    Row("a new name in an old version", "  block-allow-list: r\n" + LIST, None, (), "2.0.0"),
    # C.2, sources
    Row("relay-dir", "relay-dir: /data/relay\n", None, ((DUTY, "relay-dir"), (DUTY, "dm-worker.toml of each worker")), file="source.yaml"),
    Row("enable-relay awakes", "enable-relay: true\n", None, ((DUTY, "`enable-relay` had no effect in DM 5.3.0"),), "8.5.0", "5.3.0", file="source.yaml"),
    *(gone(f"{key} of a source", f"{key}: {value}\n", key, file="source.yaml") for key, value in (("auto-fix-gtid", "true"), ("meta-dir", "./meta"), ("tracer", "{enable: true}"))),
    gone("an empty charset", "charset: ''\n", "charset", file="source.yaml"),
    Row("charset", "charset: utf8\n", None, ((DUTY, "relay logs may need it"),), file="source.yaml"),
    Row("charset, unsafe", "charset: utf8\n", "", ((LOST, "Delete `charset`"),), unsafe=True, file="source.yaml"),
    gone("intervals of the checker", "checker:\n  check-enable: true\n  check-interval: 5s\n", "check-interval", "checker:\n  check-enable: true\n", file="source.yaml"),
    Row("case-sensitive for DM 2.0.1", "case-sensitive: true\n", None, ((DUTY, "needs 2.0.2"),), "2.0.1", file="source.yaml"),
    # C.3, components
    Row("deploy", '[[deploy]]\nsource-id = "a"\ndm-worker = "10.0.0.2:8262"\n', None, ((DUTY, "which worker has which source"),), file="dm-master.toml"),
    Row("deploy, unsafe", '[[deploy]]\nsource-id = "a"\ndm-worker = "10.0.0.2:8262"\n', "", ((LOST, "Delete `deploy`"),), unsafe=True, file="dm-master.toml"),
    gone("debug", "debug = true\n", "debug", file="dm-master.toml"),
    Row("openapi of 5.3", "[experimental]\nopenapi = true\n", "openapi = true\n", ((DONE, "Move `openapi` to the top level"),), file="dm-master.toml"),
    Row("openapi for 5.3", "[experimental]\nopenapi = true\n", None, (), "5.3.0", file="dm-master.toml"),
    Row("a quota below the least", "quota-backend-bytes = 1024\n", "quota-backend-bytes = 524288000\n", ((DONE, "524288000"),), file="dm-master.toml"),
    *(gone(f"{key} of a master", f'{key} = "x"\n', key, file="dm-master.toml") for key in ("log-rotate", "config-file")),
    Row("secret-key-path for 7.5", 'secret-key-path = "/k"\n', None, ((DUTY, "needs 8.0.0"),), "7.5.0", file="dm-master.toml"),
    Row("v1-sources-path", 'v1-sources-path = "/v1"\n', None, ((DUTY, "is for the upgrade from DM 1.0"),), file="dm-master.toml"),
    Row("a rate that DM replaces", "rpc-rate-limit = 0\n", "rpc-rate-limit = 10.0\n", ((DONE, "Write `10.0`"),), file="dm-master.toml"),
    gone("log-rotate of a worker", 'log-rotate = "day"\n', "log-rotate", file="dm-worker.toml"),
    Row("keys of a worker of DM 1.0", "enable-gtid = true\n", None, ((DUTY, "enable-gtid"),), file="dm-worker.toml"),
    Row(
        "the default of keepalive-ttl", "", None, ((ADVICE, "`keepalive-ttl` is not written; its default is 60 in DM 8.5.0, and was 10"),), "8.5.0", "2.0.1", file="dm-worker.toml"
    ),
    Row("inline certificates of a worker", 'ssl-ca-base64 = "QQ=="\n', None, ((DUTY, "ssl-ca-base64"),), file="dm-worker.toml"),
    Row("a scheme where none counts", 'advertise-addr = "https://10.0.0.2:8262"\n', 'advertise-addr = "10.0.0.2:8262"\n', ((DONE, ""),), file="dm-worker.toml"),
    Row("ssl keys of dmctl", 'ssl-ca = "ca.pem"\n', None, ((DUTY, "ssl-ca"),), file="dmctl.toml"),
)


def text_of(row: Row, fragment: str) -> str:
    if row.file == "masked.yaml":
        return SOURCE.replace("password: ''", 'password: "******"') + fragment
    if row.file == "dmctl.toml":
        return 'master-addr = "10.0.0.1:8261"\n' + fragment
    return HEADS[row.file] + fragment


def migrated(file: str, text: str, row: Row) -> tuple[Change, str]:
    path = f"/w/{'source.yaml' if file == 'masked.yaml' else file}"
    options = {name: [value] for name, value in (("to", row.to), ("from", row.came_from)) if value}
    if row.unsafe:
        options["unsafe"] = [""]
    analysis = analysis_of({path: text})
    change = keys.make(Request(analysis, (path,), Options(options), "/w", 0.0))
    return change, change.edited[0].new if change.edited else text


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_row(row: Row, end: str) -> None:
    old = text_of(row, row.old)
    change, new = migrated(row.file, old.replace("\n", end), row)
    expected = text_of(row, row.old if row.new is None else row.new)
    if row.name == "online DDL written":
        expected = expected.replace("task-mode: all\n", "task-mode: all\nonline-ddl: false\n")
    assert new == expected.replace("\n", end)
    report = [(note.level, sentence(note.message, note.args, "en")) for note in change.notes]
    for level, piece in row.notes:
        assert any(level == got and piece in text for got, text in report), report
    if not row.notes:
        assert report == []
    for note in change.notes:
        assert sentence(note.message, note.args, "zh")
    # The second run finds nothing to do, and no key is gone without a line, unless its whole block is.
    again, same = migrated(row.file, new, row)
    assert same == new and not again.edited
    for line in row.old.splitlines():
        key = re.match(r"[a-zA-Z-]+(?=:| =)", line)
        if key is not None and key[0] not in new:
            assert any(f"`{key[0]}`" in text for _, text in report) or "[" in row.old, key[0]


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_dm_refuses_no_more_than_before(row: Row) -> None:
    """An edit never adds an error of DM's decoders."""
    version = {"dm-version": row.to or "main"}
    path = f"/w/{'source.yaml' if row.file == 'masked.yaml' else row.file}"
    old = text_of(row, row.old)
    _, new = migrated(row.file, old, row)
    before, after = (sum(f.severity is Severity.ERROR for f in analysis_of({path: text}, version).findings(path)) for text in (old, new))
    assert after <= before


@pytest.mark.parametrize("row", [row for row in ROWS if not row.unsafe], ids=lambda row: row.name)
def test_dm_computes_the_same(row: Row) -> None:
    """What is done without a question changes nothing for DM, where it took the file before."""
    version = parse_version(row.to or "main")
    path = f"/w/{'source.yaml' if row.file == 'masked.yaml' else row.file}"
    old = text_of(row, row.old)
    _, new = migrated(row.file, old, row)
    analysis = analysis_of({path: old}, {"dm-version": str(version)})
    files = [analysis.supposed(path, text) for text in (old, new)]
    assert files[0] is not None and files[1] is not None
    if not any(finding.severity is Severity.ERROR for finding in analysis.findings(path)):
        assert differences(effective(files[0], version), effective(files[1], version)) == ()


def test_a_version_that_is_none_or_too_old() -> None:
    analysis = analysis_of({"/w/task.yaml": TASK})
    for given in ("x", "1.0.6"):
        with pytest.raises(CannotDo) as raised:
            keys.make(Request(analysis, ("/w/task.yaml",), Options({"to": [given]}), "/w", 0.0))
        assert raised.value.details == {"value": given}


STYLES = """\
# A task with everything in its way.
name: orders  # the name
is-sharding: true  # one shard
remove-meta: false
task-mode: all
defaults: &defaults
target-database: {host: 10.0.0.9, port: 4000, user: dm, password: "", max-allowed-packet: 67108864}
mysql-instances:
  - {source-id: mysql-1, black-white-list: r, syncer-config-name: s}
  - source-id: mysql-2
    syncer: &sync {max-retry: 3, worker-count: 8}  # shared
  - source-id: mysql-3
    syncer: *sync
black-white-list: {r: {do-dbs: [a]}}
syncers: {s: {max-retry: 1, worker-count: 8}}
"""


def test_comments_flow_style_and_anchors_stay() -> None:
    row = Row("", "", None)
    text = STYLES.replace("defaults: &defaults\n", "")
    change, new = migrated("task.yaml", text, row)
    assert new == (
        text.replace("is-sharding: true  # one shard\nremove-meta: false\n", 'shard-mode: "pessimistic"  # one shard\n')
        .replace(", max-allowed-packet: 67108864", "")
        .replace("black-white-list", "block-allow-list")
        .replace("{max-retry: 1, worker-count", "{worker-count")
        .replace("{max-retry: 3, worker-count", "{worker-count")
    )
    assert not migrated("task.yaml", new, row)[0].edited


def test_every_key_that_some_version_lacks_is_told_for_it() -> None:
    """The introduced-in table: a key that came with a version is told where the target is older."""
    told = 0
    for name, key in load("task").children.items():
        first = key.versions.first
        if first is None or first <= parse_version("2.0.0") or key.type not in ("bool", "string"):
            continue
        value = {"bool": "true", "string": "x"}[key.type]
        old = f"{first.major}.{first.minor - 1}.0" if first.minor else "2.0.0" if first.major == 2 else "5.4.0"
        change, _ = migrated("task.yaml", TASK + INSTANCES + f"{name}: {value}\n", Row("", "", None, to=old))
        told += 1
        assert any(name in sentence(note.message, note.args, "en") for note in change.notes), name
    assert told


FROM = "source-id: a\nfrom:\n  host: 10.0.0.9\n  port: 3306\n  user: dm\n  password: ''\n"
TARGET = "name: orders\ntask-mode: all\ntarget-database:\n  host: 10.0.0.9\n  port: 4000\n  user: dm\n  password: ''\n"


def test_keys_of_connections_to_databases() -> None:
    packet = "  max-allowed-packet: 67108864\n"
    for file, text, rest in (("source.yaml", FROM, ""), ("task.yaml", TARGET, INSTANCES)):
        change, new = migrated(file, text + packet + rest, Row("", "", None))
        assert new == text + rest
        assert [(note.level, sentence(note.message, note.args, "en")) for note in change.notes] == [(DONE, "Delete `max-allowed-packet`")]


def test_rows_that_one_session_cannot_write_at_once() -> None:
    text = TARGET + "  session: {foreign_key_checks: 1}\n" + INSTANCES + sync("compact: true")
    change, new = migrated("task.yaml", text, Row("", "", None))
    assert new == text and [note.level for note in change.notes] == [DUTY]
    _, new = migrated("task.yaml", text, Row("", "", None, unsafe=True))
    assert new == text.replace("compact: true", "compact: false")


def test_defaults_in_words_are_told_in_the_readers_language() -> None:
    change, _ = migrated("task.yaml", TASK + INSTANCES + "online-ddl: false\n", Row("", "", None, to="8.5.0", came_from="2.0.3"))
    (note,) = change.notes
    assert (
        sentence(note.message, note.args, "en")
        == "`timezone` is not written; its default is the time zone of the downstream in DM 8.5.0, and was the time zone of the DM-worker's machine in 2.0.3"
    )
    assert sentence(note.message, note.args, "zh") == "未设置 `timezone`：其默认值在 DM 8.5.0 中为 下游数据库的时区，在 2.0.3 中为 DM-worker 所在机器的时区"
    described = {word for kind in ("task.yaml", "source.yaml") for key in load(kind.partition(".")[0]).walk() for word in told_defaults(key)}
    assert all(isinstance(default_shown(word), Words) for word in described) and len(described) == 2


def told_defaults(key: SchemaKey) -> Iterator[str]:
    """The defaults that stand in a note, where they are a few words of English."""
    values = {version: default_in(key, parse_version(version)) for version in ("1.0.7", "2.0.3", "2.0.5", "5.4.0", "8.5.0")}
    yield from (value for value in values.values() if len(set(map(str, values.values()))) > 1 and isinstance(value, str) and " " in value)
