"""Faults planted into good files, for the judges of quick fixes: every text that comes out is one that a person could have written.

All of it is deterministic: the same text and the same random numbers give the same faults.
"""

from __future__ import annotations

import json
import random
import re
from typing import Callable, Iterator, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.edits.edit import is_direct
from dmls.schema.load import load
from dmls.syntax import toml, yaml
from dmls.syntax.tree import Mapping, Scalar, Sequence, is_null
from dmls.text import Edit, Span, apply_edits


class Planted(NamedTuple):
    """`fault` says what was planted; `meant` is the text without it where that is certainly what a person wanted, else ""."""

    fault: str
    text: str
    meant: str = ""


def config_of(kind: str, text: str) -> ConfigFile:
    """A file of a known kind."""
    tree = (yaml if kind in kinds.YAML_KINDS else toml).parse(text)
    return ConfigFile(f"/w/{NAMES[kind]}", kind, tree, load(kind))


NAMES = {
    kinds.TASK: "dm-task.yaml",
    kinds.SOURCE: "dm-source.yaml",
    kinds.TOPOLOGY: "topology.yaml",
    kinds.MASTER: "dm-master.toml",
    kinds.WORKER: "dm-worker.toml",
    kinds.DMCTL: "dmctl.toml",
}
"""A name by which each kind is known for certain."""


# ------------------------------------------------------------------------------------------------------------ faults

Fault = Callable[[ConfigFile, Entry, random.Random], "Edit | None"]


def near_miss(config: ConfigFile, entry: Entry, rng: random.Random) -> Edit | None:
    """A slip of the finger in a key."""
    span = config.key_span(entry)
    key = span.of(config.text)
    if entry.pair is None or len(key) < 5 or not re.fullmatch(r"[a-z-]+", key):
        return None
    at = rng.randrange(1, len(key) - 1)
    slips = (key[:at] + key[at + 1 :], key[:at] + key[at] + key[at:], key[: at - 1] + key[at] + key[at - 1] + key[at + 1 :], key + "s")
    return Edit(span, rng.choice(slips))


def other_spelling(config: ConfigFile, entry: Entry, rng: random.Random) -> Edit | None:
    """Another way to write the words of a key."""
    span = config.key_span(entry)
    key = span.of(config.text)
    if entry.pair is None or not re.fullmatch(r"[A-Za-z_-]+", key):
        return None
    camel = re.sub(r"-(.)", lambda m: m.group(1).upper(), key)
    return Edit(span, rng.choice((key.replace("-", "_"), camel, key.upper(), key.capitalize(), key.replace("-", ""), key.title())))


def scalar_for_list(config: ConfigFile, entry: Entry, rng: random.Random) -> Edit | None:
    """The first item of a list in its place."""
    items = entry.strings()
    if entry.pair is None or entry.pair.separator < 0 or not isinstance(entry.raw, Sequence) or not items or not isinstance(items[0].raw, Scalar):
        return None
    after = config.tree.base(entry.pair.chunk) + entry.pair.separator + 1
    return Edit(Span(after, config.value_span(entry).end), " " + config.value_span(items[0]).of(config.text))


def list_for_scalar(config: ConfigFile, entry: Entry, rng: random.Random) -> Edit | None:
    """Brackets around a scalar, or, in YAML, a dash before it."""
    if entry.pair is None or not _is_written(entry):
        return None
    span = config.value_span(entry)
    return Edit(span, f"[{span.of(config.text)}]") if "," not in span.of(config.text) else None


def quoted_value(config: ConfigFile, entry: Entry, rng: random.Random) -> Edit | None:
    """Quotes around a number or a word."""
    if not isinstance(entry.raw, Scalar) or entry.raw.style not in ("plain", "integer", "float", "boolean") or entry.raw.tag or is_null(entry.raw):
        return None
    span = config.value_span(entry)
    mark = rng.choice("'\"")
    return Edit(span, mark + span.of(config.text) + mark)


def bare_value(config: ConfigFile, entry: Entry, rng: random.Random) -> Edit | None:
    """No quotes, or a number where a text is wanted."""
    if not isinstance(entry.raw, Scalar) or entry.raw.style not in ("single", "double", "basic", "literal") or entry.secret:
        return None
    span = config.value_span(entry)
    return Edit(span, rng.choice((entry.raw.value or "1", "8261", "true", "1.50")))


def odd_number(config: ConfigFile, entry: Entry, rng: random.Random) -> Edit | None:
    """Another form of a number."""
    span = config.value_span(entry)
    text = span.of(config.text)
    if not isinstance(entry.raw, Scalar) or not re.fullmatch(r"[1-9]\d*", text):
        return None
    number = int(text)
    forms = (f"{number}.0", f"+{number}", f"0{number}", f"{number:_}", f"0x{number:x}", f"0o{number:o}", f"{number}e0", f"-{number}", f"{number} ", f"{number}M", f"0b{number:b}")
    return Edit(span, rng.choice(forms))


def odd_bool(config: ConfigFile, entry: Entry, rng: random.Random) -> Edit | None:
    """Another word for true or false."""
    span = config.value_span(entry)
    text = span.of(config.text)
    if text not in ("true", "false"):
        return None
    yes = text == "true"
    return Edit(span, rng.choice(("yes", "on", "True", "TRUE", "1", "y", '"yes"') if yes else ("no", "off", "False", "FALSE", "0", "n", "'no'")))


def null_value(config: ConfigFile, entry: Entry, rng: random.Random) -> Edit | None:
    """A value that is taken away, or null."""
    if entry.pair is None or not _is_written(entry):
        return None
    span = config.value_span(entry)
    words = ("", "~", "null", "NULL", '""', "''") if config.language == "yaml" else ('""',)
    return Edit(span, rng.choice(words))


def other_word(config: ConfigFile, entry: Entry, rng: random.Random) -> Edit | None:
    """A slip in a value that is one of a few words."""
    if not _is_written(entry) or entry.schema is None or entry.schema.enum is None:
        return None
    assert isinstance(entry.raw, Scalar)
    value = rng.choice([*entry.schema.enum, entry.raw.value])
    mark = "" if config.language == "yaml" else '"'
    if len(value) < 3:
        return None
    at = rng.randrange(1, len(value) - 1)
    forms = (value.upper(), value.capitalize(), f"{value} ", value.replace("-", "_"), value[:at] + value[at + 1 :], value[:at] + value[at] + value[at:])
    text = rng.choice(forms)
    return Edit(config.value_span(entry), f'"{text}"' if text.endswith(" ") else mark + text + mark)


def invisible(config: ConfigFile, entry: Entry, rng: random.Random) -> Edit | None:
    """What an input method or a web page leaves behind."""
    key, value = config.key_span(entry), config.value_span(entry)
    if entry.pair is None or not _is_written(entry):
        return None
    kind = rng.randrange(6)
    if kind == 1 and config.text[key.end : value.start].strip(" :="):
        # An anchor or a tag stands between.
        return None
    sign = ":" if config.language == "yaml" else "="
    text = value.of(config.text)
    if kind == 0:
        return Edit(Span(key.start, key.start), rng.choice("\u200b\u00a0\ufeff\u3000"))
    if kind == 1:
        return Edit(Span(key.end, value.start), rng.choice(("：", "： ", f"{sign}\u00a0", f"{sign}\u3000", "＝", f"\u00a0{sign} ")))
    if kind == 2:
        return Edit(value, f"“{text.strip(_QUOTES)}”")
    if kind == 3:
        return Edit(Span(value.end, value.end), rng.choice(("\u00a0", "\u200b", "，", "\u3000")))
    if kind == 4:
        return Edit(value, f"‘{text.strip(_QUOTES)}’")
    at = rng.randrange(value.start, value.end + 1)
    return Edit(Span(at, at), rng.choice("\u200b\u00a0\u2060"))


_QUOTES = "'\""


def twice(config: ConfigFile, entry: Entry, rng: random.Random) -> Edit | None:
    """A line that stands there once more."""
    lines = config.tree.lines
    span = config.span(entry)
    number = lines.line_of(span.start)
    if entry.pair is None or lines.line_of(span.end) != number:
        return None
    line = lines.line_span(number)
    return Edit(Span(line.start, line.start), line.of(config.text) + _line_end(config))


def no_sign(config: ConfigFile, entry: Entry, rng: random.Random) -> Edit | None:
    """The sign between a key and its value is forgotten, doubled or that of the other language; or the blank behind it is."""
    key, value = config.key_span(entry), config.value_span(entry)
    if entry.pair is None or not _is_written(entry) or config.text[key.end : value.start].strip(" :="):
        return None
    return Edit(Span(key.end, value.start), rng.choice((" ", ":", " = ", "=", ": = ", ":: ", " == ", ":\t", ": ")))


_NAME_LISTS = (
    '"dm"',
    '"dm,dm2"',
    '["dm", "dm"]',
    '[" dm", "x "]',
    '[""]',
    '["dm", ""]',
    "[]",
    '["dm;x"]',
    '["CN=dm"]',
    '"CN=dm,O=x"',
    "[1]",
    '["*.dm"]',
    '["dm "]',
    "dm",
    '["dm" "x"]',
)


def names(config: ConfigFile, entry: Entry, rng: random.Random) -> Edit | None:
    """Faults of a list of allowed Common Names."""
    if entry.key != "cert-allowed-cn" or entry.pair is None or entry.pair.separator < 0:
        return None
    after = config.tree.base(entry.pair.chunk) + entry.pair.separator + 1
    return Edit(Span(after, config.value_span(entry).end), " " + rng.choice(_NAME_LISTS))


_URL = re.compile(r"(?:https?://)?([\w.-]+:\d+)")


def scheme(config: ConfigFile, entry: Entry, rng: random.Random) -> Edit | None:
    """Other schemes before addresses, and blanks between them."""
    if not _is_written(entry) or config.language != "toml" or not entry.key.endswith(("addr", "urls", "cluster", "join")):
        return None
    span = config.value_span(entry)
    text = span.of(config.text)
    forms = ("http://", "https://", "HTTPS://", "", "https:/", "tcp://", "http://", "https://")
    new = _URL.sub(lambda m: rng.choice(forms) + m.group(1), text)
    if rng.random() < 0.3:
        new = new.replace(",", rng.choice((", ", " ,", "\t,", ";", ",,", "，")))
    return Edit(span, new)


def long_text(config: ConfigFile, entry: Entry, rng: random.Random) -> Edit | None:
    """A text in another form: a block in YAML, several lines in TOML."""
    if entry.pair is None or not _is_written(entry) or entry.raw.style not in ("plain", "single", "double", "basic", "literal"):  # type: ignore[union-attr]
        return None
    value = entry.raw.value  # type: ignore[union-attr]
    span = config.value_span(entry)
    if config.language == "toml":
        return Edit(span, rng.choice((f'"""{value}"""', f"'''{value}'''", f"'''\n{value}'''"))) if "'" not in value and "\\" not in value else None
    start = config.key_span(entry).start
    indent = start - max(config.text.rfind("\n", 0, start), config.text.rfind("\r", 0, start)) - 1
    line = config.tree.lines.line_span(config.tree.lines.line_of(start))
    if not value or config.text[line.start : start].strip(" -") or config.text[span.end : line.end].strip():
        return None
    return Edit(span, f"{rng.choice(('|', '|-', '>', '>-', '|+'))}{_line_end(config)}{' ' * (indent + 2)}{value}")


_OLD: dict[str, tuple[tuple[str, str, str], ...]] = {
    kinds.TASK: (
        *(
            ("", "is-sharding", line)
            for line in ("is-sharding: true", "is-sharding: false", "is-sharding: true  # 分库分表", '"is-sharding": true', "is-sharding: yes", "is-sharding: ~")
        ),
        *(("", "online-ddl-scheme", line) for line in ('online-ddl-scheme: "gh-ost"', "online-ddl-scheme: pt", 'online-ddl-scheme: ""', "online-ddl-scheme: ghost")),
        ("", "online-ddl", "online-ddl: false"),
        ("", "shard-mode", 'shard-mode: ""'),
        ("", "black-white-list", "black-white-list: {}"),
        ("", "black-white-list", "black-white-list: {b: {do-dbs: [x]}}"),
        ("", "remove-meta", "remove-meta: true"),
        ("", "remove-meta", "remove-meta: false # 不再需要"),
        ("", "disable-heartbeat", "disable-heartbeat: true"),
        ("", "enable-heartbeat", "enable-heartbeat: true"),
        ("", "enable-heartbeat", "enable-heartbeat: false"),
        ("", "heartbeat-update-interval", "heartbeat-update-interval: 1"),
        ("", "heartbeat-report-interval", "heartbeat-report-interval: 20"),
        ("", "timezone", 'timezone: "Asia/Shanghai"'),
        ("", "ansi-quotes", "ansi-quotes: false"),
        ("", "column-mappings", "column-mappings: {}"),
        ("", "column-mappings", "column-mappings:"),
        ("", "tidb", 'tidb: {backend: ""}'),
        ("", "tidb", "tidb: {backend: local}"),
        ("target-database", "max-allowed-packet", "max-allowed-packet: 67108864"),
        ("target-database", "max-allowed-packet", "max-allowed-packet: 0 # x"),
        ("loaders.<name>", "on-duplicate", 'on-duplicate: "replace"'),
        ("loaders.<name>", "on-duplicate", "on-duplicate: error"),
        ("loaders.<name>", "on-duplicate", "on-duplicate: REPLACE"),
        *(("loaders.<name>", "import-mode", f"import-mode: {word}") for word in ("sql", "loader", '"sql"', "SQL", "logical", "physical", "Loader")),
        ("loaders.<name>", "sorting-dir-physical", 'sorting-dir-physical: "./s"'),
        ("mydumpers.<name>", "mydumper-path", 'mydumper-path: "./bin/mydumper"'),
        ("mydumpers.<name>", "mydumper-path", "mydumper-path:"),
        ("mydumpers.<name>", "skip-tz-utc", "skip-tz-utc: true"),
        ("mydumpers.<name>", "chunk-filesize", "chunk-filesize: 64"),
        *(
            ("mydumpers.<name>", "extra-args", f"extra-args: {word}")
            for word in ('"--no-locks"', '"-B a -T a.b"', "--rows 1000", '"--no-locks --where 1=1"', '""', "-F 64 -r 2000", "-t 8", "--skip-tz-utc", "'--consistency none'")
        ),
        ("syncers.<name>", "max-retry", "max-retry: 100"),
        ("syncers.<name>", "auto-fix-gtid", "auto-fix-gtid: true"),
        ("syncers.<name>", "meta-file", 'meta-file: ""'),
        ("syncers.<name>", "disable-detect", "disable-detect: true"),
        ("syncers.<name>", "disable-detect", "disable-detect: false"),
        ("syncers.<name>", "enable-gtid", "enable-gtid: true"),
        ("syncers.<name>", "enable-ansi-quotes", "enable-ansi-quotes: true"),
        ("syncers.<name>", "multipleRows", "multipleRows: true"),
        ("mysql-instances[]", "black-white-list", 'black-white-list: "b"'),
        ("mysql-instances[]", "black-white-list", 'black-white-list: ""'),
        ("mysql-instances[]", "continuous-validator-config-name", 'continuous-validator-config-name: "v"'),
        ("mysql-instances[]", "column-mapping-rules", "column-mapping-rules: []"),
    ),
    kinds.SOURCE: (
        ("", "relay-dir", 'relay-dir: "./relay"'),
        ("", "relay-dir", "relay-dir:"),
        ("", "auto-fix-gtid", "auto-fix-gtid: true"),
        ("", "auto-fix-gtid", "auto-fix-gtid: false"),
        ("", "meta-dir", 'meta-dir: ""'),
        ("", "meta-dir", "meta-dir: ./meta # 旧"),
        ("", "charset", 'charset: ""'),
        ("", "charset", "charset: utf8mb4"),
        ("", "tracer", "tracer: {}"),
        ("", "tracer", "tracer: {enable: false}"),
        ("", "enable-relay", "enable-relay: true"),
        ("", "server-id", "server-id: 0"),
        ("", "checker", "checker: {check-enable: true, backoff-min: 1s, check-interval: 5s}"),
        ("from", "max-allowed-packet", "max-allowed-packet: 67108864"),
        ("checker", "backoff-jitter", "backoff-jitter: true"),
        ("checker", "backoff-factor", "backoff-factor: 2"),
        ("checker", "check-interval", "check-interval: 5s"),
    ),
    kinds.MASTER: (
        ("", "debug", "debug = true"),
        ("", "debug", "debug = false # 调试"),
        ("", "log-rotate", 'log-rotate = "day"'),
        ("", "config-file", 'config-file = "x.toml"'),
        ("", "quota-backend-bytes", "quota-backend-bytes = 1024"),
        ("", "rpc-rate-limit", "rpc-rate-limit = 0.0"),
        ("", "rpc-rate-burst", "rpc-rate-burst = 0"),
        ("", "experimental", "experimental = { openapi = true }"),
        ("", "experimental", "experimental.openapi = true"),
        ("", "experimental", "experimental.openapi = false"),
        ("", "v1-sources-path", 'v1-sources-path = ""'),
        ("", "join", 'join = ""'),
        ("", "ssl-ca", 'ssl-ca = ""'),
        ("", "cert-allowed-cn", 'cert-allowed-cn = "dm"'),
    ),
    kinds.WORKER: (
        ("", "log-rotate", 'log-rotate = "day"'),
        ("", "config-file", 'config-file = "x.toml"'),
        ("", "debug", "debug = true"),
        ("", "enable-gtid", "enable-gtid = false"),
        ("", "relay-dir", 'relay-dir = "./relay"'),
        ("", "server-id", "server-id = 101"),
        ("", "cert-allowed-cn", 'cert-allowed-cn = "dm"'),
    ),
    kinds.DMCTL: (("", "rpc-timeout", 'rpc-timeout = "10m"'), ("", "ssl-ca", 'ssl-ca = "/x/ca.pem"')),
    kinds.TOPOLOGY: (),
}
"""Keys of old versions with the block they belong into and the line that people have."""


def old_key(config: ConfigFile, block: Entry, rng: random.Random) -> Edit | None:
    """A key that older versions of DM had, or that does nothing, above the first key of its block."""
    node = block.raw if block.parent is not None else block.node
    path = block.schema.path if block.schema is not None else None
    lines = [(name, line) for at, name, line in _OLD[config.kind] if at == path]
    if not isinstance(node, Mapping) or not node.pairs or not lines:
        return None
    name, line = rng.choice(lines)
    if block.get(name) is not None and rng.random() < 0.8:
        return None
    start = config.tree.span(node.pairs[0].key).start
    if node.form in ("flow", "inline"):
        return Edit(Span(start, start), re.sub(r"\s*#.*", "", line) + ", ")
    begin = max(config.text.rfind("\n", 0, start), config.text.rfind("\r", 0, start)) + 1
    indent = re.sub(r"[^ ]", " ", config.text[begin:start].lstrip("\ufeff"))
    return Edit(Span(start, start), line + _line_end(config) + indent)


FAULTS: tuple[Fault, ...] = (
    near_miss,
    other_spelling,
    scalar_for_list,
    list_for_scalar,
    quoted_value,
    bare_value,
    odd_number,
    odd_bool,
    null_value,
    other_word,
    invisible,
    twice,
    no_sign,
    names,
    scheme,
    long_text,
    old_key,
)


SLIPS = frozenset((near_miss, other_spelling, list_for_scalar, quoted_value, invisible, twice, no_sign))
"""Faults behind which one sees what was wanted."""


def _is_written(entry: Entry) -> bool:
    return isinstance(entry.raw, Scalar) and entry.raw.style != "empty" and not entry.raw.unterminated


def _line_end(config: ConfigFile) -> str:
    return "\r\n" if "\r\n" in config.text else "\n"


def plant(kind: str, text: str, rng: random.Random, fault: Fault) -> Planted | None:
    """One fault at a place where it can be; None where there is none."""
    config = config_of(kind, text)
    entries = [e for e in config.entries() if is_direct(e)] if fault is not old_key else [config.root, *(e for e in config.entries() if is_direct(e))]
    rng.shuffle(entries)
    for entry in entries:
        if entry.parent is None and fault is not old_key:
            continue
        edit = fault(config, entry, rng)
        if edit is not None and edit.span.of(text) != edit.new_text:
            return Planted(fault.__name__, apply_edits(text, [edit]))
    return None


# ------------------------------------------------------------------------------------------------------------- forms


def with_crlf(text: str, rng: random.Random) -> str:
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def with_bom(text: str, rng: random.Random) -> str:
    return "\ufeff" + text.removeprefix("\ufeff")


def without_last_line_end(text: str, rng: random.Random) -> str:
    return text.rstrip("\r\n")


def with_comments(text: str, rng: random.Random) -> str:
    """Comments in Chinese and with tabs behind simple lines and on lines of their own."""
    out = []
    for line in re.split(r"(?<=\n)", text):
        body = line.rstrip("\r\n")
        end = line[len(body) :]
        if re.fullmatch(r"\s*[\w-]+\s*[:=]\s*[\w./\"-]+", body) and rng.random() < 0.5:
            body += rng.choice(("  # 注释：不要修改，#1", "\t#\ttab\there", " #x", "    # 说明 “引号” 'x"))
        if re.fullmatch(r"[\w-]+\s*[:=].*", body) and rng.random() < 0.2:
            out.append(f"# 上面的说明\t(see: docs){end or chr(10)}")
        out.append(body + end)
    return "".join(out)


def with_wide_blanks(text: str, rng: random.Random) -> str:
    """Several blanks behind signs, so that values stand below each other."""
    return re.sub(r"(?m)^(\s*[\w-]+)\s*([:=]) (?=\S)", lambda m: f"{m.group(1)}{m.group(2)}{' ' * max(1, 30 - len(m.group(1)))}", text)


def with_quoted_keys(text: str, rng: random.Random) -> str:
    return re.sub(r"(?m)^(\s*)([a-z-]+)(\s*[:=] )", lambda m: f'{m.group(1)}"{m.group(2)}"{m.group(3)}' if rng.random() < 0.4 else m.group(0), text)


FORMS: tuple[Callable[[str, random.Random], str], ...] = (with_crlf, with_bom, without_last_line_end, with_comments, with_wide_blanks, with_quoted_keys)


def in_flow_style(text: str, rng: random.Random) -> str:
    """A YAML text as JSON, which is YAML too; unchanged where it cannot be read."""
    try:
        value = YAML(typ="safe").load(text.removeprefix("\ufeff"))
        return json.dumps(value, ensure_ascii=False, indent=rng.choice((None, 2))) + "\n"
    except (YAMLError, TypeError, ValueError):
        return text


def formed(kind: str, text: str, rng: random.Random, most: int = 2) -> tuple[str, str]:
    """The text in another form, and the names of what was done."""
    done = []
    if kind in kinds.YAML_KINDS and rng.random() < 0.1:
        text = in_flow_style(text, rng)
        done.append(in_flow_style.__name__)
    for form in rng.sample(FORMS, rng.randint(0, most)):
        text = form(text, rng)
        done.append(form.__name__)
    return text, " ".join(done)


# ------------------------------------------------------------------------------------------------------------- texts

BASES: tuple[tuple[str, str], ...] = (
    (
        kinds.TASK,
        """\
# 全量加增量
name: test
task-mode: all
meta-schema: dm_meta
target-database: &target
  host: "127.0.0.1"
  port: 4000
  user: "root"
  password: ""
  session: {sql_mode: "ANSI_QUOTES", time_zone: "+00:00"}
mysql-instances:
  - &first
    source-id: "mysql-replica-01"
    block-allow-list: "instance"
    route-rules: ["user", "store"]
    filter-rules: [f1]
    mydumper-config-name: global
    loader-config-name: "global"
    syncer-config-name: global
  - <<: *first
    source-id: "mysql-replica-02"
    mydumper-thread: 4   # 并发
routes:
  user: {schema-pattern: "user", target-schema: "user_north"}
  store:
    schema-pattern: store_*
    table-pattern: &pattern "sale_*"
    target-schema: store
    target-table: sale
filters:
  f1:
    schema-pattern: &db "log"
    events: [truncate table, "drop table"]
    action: Ignore
block-allow-list:
  instance:
    do-dbs: ["~^test.*", user]
    ignore-dbs:
    - mysql
    - INFORMATION_SCHEMA
    do-tables:
    - {db-name: *db, tbl-name: *pattern}
mydumpers:
  global: {threads: 4, chunk-filesize: 64, extra-args: "--no-locks"}
loaders:
  global:
    pool-size: 16
    dir: "./dumped_data"
    on-duplicate-logical: replace
syncers:
  global:
    worker-count: 16
    batch: 100
    safe-mode: false
    compact: true
""",
    ),
    (
        kinds.TASK,
        """\
---
x: &defaults
  threads: 4
name: "t"
task-mode: 'incremental'
shard-mode: optimistic
online-ddl: true
ignore-checking-items: [all]
target-database: {host: tidb, port: 4000, user: root, password: "", security: {ssl-ca: /x/ca.pem, ssl-cert: /x/c.pem, ssl-key: /x/k.pem, cert-allowed-cn: [dm]}}
mysql-instances:
- source-id: s1
  meta: {binlog-name: mysql-bin.000001, binlog-pos: 4}
  mydumper: {threads: 2}
  syncer:
    batch: 10
- source-id: s2
  meta:
    binlog-gtid: "3E11FA47-71CA-11E1-9E33-C80AA9429562:1-5"
expression-filter:
  e1:
    schema: a
    table: b
    insert-value-expr: >-
      id > 5
      and id < 9
validators:
  v: {mode: full, worker-count: 4}
""".replace("x: &defaults\n  threads: 4\n", ""),
    ),
    (
        kinds.SOURCE,
        """\
source-id: "mysql-replica-01"   # 唯一
enable-gtid: false
enable-relay: true
relay-binlog-name: ''
relay-binlog-gtid: ""
from:
  host: "127.0.0.1"
  port: 3306
  user: root
  password: ""
  security:
    ssl-ca: "/path/to/ca.pem"
    ssl-cert: "/path/to/cert.pem"
    ssl-key: "/path/to/key.pem"
    cert-allowed-cn: ["dm"]
purge: {interval: 3600, expires: 24, remain-space: 15}
checker:
  check-enable: true
  backoff-rollback: 5m0s
  backoff-max: 5m0s
case-sensitive: false
filters:
- schema-pattern: test_*
  events:
  - truncate table
  action: Ignore
""",
    ),
    (kinds.SOURCE, '{"source-id": "s1", "enable-gtid": true, "from": {"host": "h", "port": 3306, "user": "root", "password": ""},\n "checker": {"check-enable": false}}\n'),
    (
        kinds.MASTER,
        """\
# 主节点
name = "master1"
log-level = "info"
log-file = 'dm-master.log'
master-addr = ":8261"
advertise-addr = "127.0.0.1:8261"
peer-urls = "http://127.0.0.1:8291"
advertise-peer-urls = "http://127.0.0.1:8291"
initial-cluster = "master1=http://127.0.0.1:8291,master2=http://127.0.0.1:8292"
rpc-timeout = "30s"
rpc-rate-limit = 10.0
rpc-rate-burst = 40
auto-compaction-retention = "1h"
max-txn-ops = 2048
quota-backend-bytes = 2147483648
openapi = true
""",
    ),
    (
        kinds.MASTER,
        """\
name = "m1"
master-addr = "10.0.0.1:8261"
advertise-addr = "10.0.0.1:8261"
peer-urls = "https://10.0.0.1:8291"
initial-cluster = "m1=https://10.0.0.1:8291"
ssl-ca = "/x/ca.pem"
ssl-cert = "/x/m.pem"
ssl-key = "/x/m.key"
cert-allowed-cn = [
  "dm", # 名称
]
experimental = { }
""",
    ),
    (
        kinds.WORKER,
        """\
name = "worker1"
log-level = "info"
worker-addr = "0.0.0.0:8262"
advertise-addr = "127.0.0.1:8262"
join = "127.0.0.1:8261,127.0.0.1:8263"
keepalive-ttl = 60
relay-keepalive-ttl = 1800
ssl-ca = '/x/ca.pem'
ssl-cert = '/x/w.pem'
ssl-key = '/x/w.key'
cert-allowed-cn = ["dm", "tidb"]
""",
    ),
    (kinds.DMCTL, 'master-addr = "127.0.0.1:8261"\nrpc-timeout = "10m"\n'),
)
"""Files that DM takes, in forms that the corpus lacks: flow style, anchors, merges, block scalars, inline tables, keys in Chinese company."""


def planted(kind: str, text: str, rng: random.Random, count: int = 1) -> Iterator[Planted]:
    """`count` texts, each with one or two faults and in some form."""
    for _ in range(count):
        form_first = rng.random() < 0.7
        new, label = formed(kind, text, rng) if form_first else (text, "")
        good = new
        faults = []
        for fault in rng.sample(FAULTS, rng.choice((1, 1, 2))):
            done = plant(kind, new, rng, fault)
            if done is not None:
                new = done.text
                faults.append(fault)
        if faults:
            meant = good if len(faults) == 1 and faults[0] in SLIPS else ""
            yield Planted(" ".join([*(f.__name__ for f in faults), label]).strip(), new, meant)
