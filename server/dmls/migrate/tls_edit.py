"""The edits that turn TLS on or off in one file, each the inverse of the other.

A component's block is written below its last top-level key, under a comment that tells `off` what it may take away again: keys that stood
there before stay.  A `security` block of a database is taken away whole, since none was there before.

Sources of what each key means: dm-tls.md facts 1 and 9; migration.md A.1 to A.3 (the four keys go together: a certificate without a CA is a
broken start from 8.2 on).
"""

from __future__ import annotations

from typing import Iterator, NamedTuple

from dmls.go import yaml_value
from dmls.model import kind as kinds
from dmls.model.command_line import CommandLine
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.edits import edit as edits
from dmls.model.edits import flag_edit, layout
from dmls.model.edits.edit import newline, quoted
from dmls.model.edits.refactor import insert_security
from dmls.model.tls.endpoint import ADDRESSES, HTTP, HTTPS, URL_LISTS, Endpoint, endpoints
from dmls.model.tls_block import CA, CERT, DATABASE, KEY, KEYS, PATHS, SECURITY_PATH, TlsBlock
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar
from dmls.text import Edit, Span

MARK = "# Added by `dmls tls enable`; `dmls tls disable` takes it away again."
"""The line above the keys of a component.  It is told in one language, so that it is found again whatever the reader's is."""
ADDED = "  # added by `dmls tls enable`"
"""Behind `enable_tls` of a topology that had none."""


class Triple(NamedTuple):
    """The paths that a configuration names, as DM opens them."""

    ca: str
    cert: str
    key: str

    def items(self) -> list[tuple[str, str]]:
        """Keys and values in the order of the documentation, without those that are not given."""
        given = {CA: self.ca, CERT: self.cert, KEY: self.key}
        return [(PATHS[role], path) for role, path in given.items() if path]


class NotSure(Exception):
    """The text around does not allow the edit to be sure."""


# Schemes


def schemes(config: ConfigFile, old: str, new: str) -> Iterator[Edit]:
    """Another scheme wherever `old` is written in an address of the component.

    DM itself writes or cuts off the scheme, so that only people, and the etcd client in dmctl, see it (migration.md finding 1, A7).
    """
    for endpoint in addresses(config):
        if endpoint.scheme.lower() == old and endpoint.exact:
            start = endpoint.scheme_span.start
            yield Edit(Span(start, start + len(old)), new)


def addresses(config: ConfigFile) -> tuple[Endpoint, ...]:
    """The addresses in which a scheme may stand that tells whether the component encrypts."""
    wanted = (*URL_LISTS.get(config.kind, ()), *ADDRESSES.get(config.kind, ()))
    if config.kind == kinds.DMCTL:
        wanted = (k.MASTER_ADDR,)
    return tuple(e for e in endpoints(config, *wanted) if e.exact)


# A component's file


def on(config: ConfigFile, triple: Triple, names: list[str]) -> tuple[Edit, ...]:
    """Turn TLS on in a component's TOML file that has none.  Raises NotSure.

    `names` becomes `cert-allowed-cn`; where it is empty, or the file has the same list already, that key is left as it is.
    """
    _must_be_whole(config)
    made: list[Edit] = []
    new = []
    for key, path in triple.items():
        entry = config.get(key)
        if entry is None:
            new.append(f"{key} = {quoted(path)}")
        else:
            made.append(_sure(edits.fill(config, entry, path)))
    listed = config.get(k.CERT_ALLOWED_CN)
    if names and listed is None:
        new.append(f"{k.CERT_ALLOWED_CN} = [{', '.join(map(quoted, names))}]")
    elif names and listed is not None and [e.text for e in listed.strings()] != names:
        made.append(Edit(config.value_span(listed), f"[{', '.join(map(quoted, names))}]"))
    if new:
        made.append(_block(config, [MARK, *new]))
    return (*made, *schemes(config, HTTP, HTTPS))


def _must_be_whole(config: ConfigFile) -> None:
    """In a text with something open, like a bracket, what is written behind it would belong to that.  Raises NotSure."""
    if next(config.tree.problems(), None) is not None:
        raise NotSure


def _sure(found: Edit | None) -> Edit:
    if found is None:
        raise NotSure
    return found


def _block(config: ConfigFile, new: list[str]) -> Edit:
    """New lines below the last key of the top table, else above the first header, else at the end."""
    end = newline(config)
    _, chunk = config.tree.chunks[0]
    own = [c for c in config.root.children if c.pair is not None and c.pair.chunk is chunk]
    if own:
        at = edits.free_end(config, max(config.span(c).end for c in own))
        if at is None:
            raise NotSure
        return Edit(Span(at, at), "".join(end + line for line in new))
    headers = [config.key_span(c).start for c in config.root.children if c.pair is not None]
    text = config.text
    if headers:
        line = config.tree.lines.line_of(min(headers))
        at = layout.line_start(config, layout.first_line(config, line, 0))
    else:
        at = len(text)
        if text.strip("\ufeff") and not text.endswith(("\n", "\r")):
            return Edit(Span(at, at), "".join(end + line for line in new))
    return Edit(Span(at, at), "".join(line + end for line in new))


def off(config: ConfigFile) -> tuple[Edit, ...]:
    """Turn TLS off in a component's TOML file.  Raises NotSure.

    All four keys go; where our mark shows which ones were added, a `cert-allowed-cn` outside is left, which is without effect then.
    """
    _must_be_whole(config)
    block = _marked(config)
    made: list[Edit] = []
    left = [entry for name in KEYS for entry in [config.get(name)] if entry is not None]
    if block is not None:
        made.append(Edit(_whole(config, block), ""))
        left = [e for e in left if not block.start <= config.span(e).start < block.end and e.key != k.CERT_ALLOWED_CN]
    for entry in left:
        made.append(_sure(_line_gone(config, entry)))
    return (*made, *schemes(config, HTTPS, HTTP))


def _line_gone(config: ConfigFile, entry: Entry) -> Edit | None:
    lines = edits.own_lines(config, entry)
    return Edit(_whole(config, lines), "") if lines is not None else edits.delete(config, entry)


def _whole(config: ConfigFile, lines: Span) -> Span:
    """Whole lines, with the line end before them where they are the last ones and have none."""
    text = config.text
    if lines.end < len(text) or text.endswith(("\n", "\r")) or lines.start == 0:
        return lines
    return Span(lines.start - (2 if text[lines.start - 2 : lines.start] == "\r\n" else 1), lines.end)


def _marked(config: ConfigFile) -> Span | None:
    """The lines that `on` has added, from the mark to the last TLS key directly below; None where there is no mark."""
    lines = config.tree.lines
    comments = layout.comments(config)
    for number in comments:
        if lines.line_span(number).of(config.text).strip() != MARK:
            continue
        last = number
        ours = {}
        for name in KEYS:
            entry = config.get(name)
            if entry is not None:
                span = config.span(entry)
                ours[lines.line_of(span.start)] = lines.line_of(span.end)
        while last + 1 in ours:
            last = ours[last + 1]
        return Span(layout.line_start(config, number), layout.line_start(config, last + 1))
    return None


# A database


def secured(config: ConfigFile, triple: Triple) -> tuple[Edit, ...]:
    """A `security` block for the database of a source or task that has none.  Raises NotSure."""
    database = config.get(DATABASE[config.kind])
    if database is None:
        raise NotSure
    found = insert_security(config, database, triple.items())
    if found is None:
        raise NotSure
    return found


def unsecured(config: ConfigFile) -> tuple[Edit, ...]:
    """Take the `security` block away.  Raises NotSure."""
    security = config.get(*SECURITY_PATH[config.kind])
    if security is None:
        return ()
    lines = edits.own_lines(config, security)
    return (Edit(_whole(config, lines), "") if lines is not None else _sure(edits.delete(config, security)),)


# A command line


def flags_on(config: ConfigFile, triple: Triple, names: list[str]) -> tuple[Edit, ...]:
    """The flags behind the address of a command line, and ``https`` where ``http`` is written.  Raises NotSure.

    `names` is told by a flag each, where the line has none yet (dm/master/config.go:93, dm/worker/config.go:78).
    """
    made: list[Edit] = []
    new = []
    for key, path in triple.items():
        entry = config.get(key)
        if entry is None:
            new.append((key, path))
        else:
            made.append(_sure(edits.fill(config, entry, path)))
    if config.get(k.CERT_ALLOWED_CN) is None:
        new += [(k.CERT_ALLOWED_CN, name) for name in names]
    if new:
        # Beside the address, which every call has that goes anywhere: what stands last may be a word of a command of dmctl.
        beside = next((e for key in (k.MASTER_ADDR, k.WORKER_ADDR, k.ADVERTISE_ADDR, k.JOIN, k.NAME) for e in [config.get(key)] if e is not None), None)
        beside = beside or next(iter(config.root.children), None)
        if beside is None:
            raise NotSure
        made.append(_sure(edits.insert_keys(config, beside, new)))
    return (*made, *schemes(config, HTTP, HTTPS))


def flags_off(line: CommandLine) -> tuple[Edit, ...]:
    """Take the TLS flags away.  Raises NotSure."""
    found = [use for use in line.flags if use.spec is not None and use.spec.key in KEYS]
    gone = (_sure(flag_edit.delete_use(line.config.text, use)) for use in found)
    return (*gone, *schemes(line.config, HTTPS, HTTP))


# A topology


def topology_on(config: ConfigFile) -> tuple[Edit, ...]:
    """``enable_tls: true``, and no list of names: the certificates that TiUP makes have differing CNs, so that no list is right
    (migration.md finding 6, A.5).  Raises NotSure."""
    _must_be_whole(config)
    made: list[Edit] = []
    switch = config.get(k.GLOBAL, k.ENABLE_TLS)
    if switch is not None:
        if not is_true(switch):
            made.append(_sure(edits.set_value(config, switch, "true")))
    else:
        block = config.get(k.GLOBAL)
        last = block.children[-1] if block is not None and block.children else None
        if last is not None:
            made.append(_sure(_beside(config, last, f"{k.ENABLE_TLS}: true{ADDED}")))
        elif block is None:
            made.append(_first(config, [f"{k.GLOBAL}:{ADDED}", f"  {k.ENABLE_TLS}: true"]))
        else:
            raise NotSure
    return tuple(made)


def _beside(config: ConfigFile, entry: Entry, pair: str) -> Edit | None:
    return edits.insert_pairs(config, entry, [pair])


def _first(config: ConfigFile, new: list[str]) -> Edit:
    """New lines above the first key."""
    starts = [config.key_span(c).start for c in config.root.children if c.pair is not None]
    if not starts:
        raise NotSure
    at = layout.line_start(config, layout.first_line(config, config.tree.lines.line_of(min(starts)), 0))
    return Edit(Span(at, at), "".join(line + newline(config) for line in new))


def topology_off(config: ConfigFile) -> tuple[Edit, ...]:
    """``enable_tls`` taken away where we have added it, else ``false``.  Raises NotSure."""
    switch = config.get(k.GLOBAL, k.ENABLE_TLS)
    if switch is None or not is_true(switch):
        return ()
    block = config.get(k.GLOBAL)
    for entry in (block, switch):
        if entry is None:
            continue
        line = config.tree.lines.line_span(config.tree.lines.line_of(config.key_span(entry).start)).of(config.text)
        if line.endswith(ADDED.strip()):
            return (_sure(_line_gone(config, entry)),)
    return (_sure(edits.set_value(config, switch, "false")),)


def is_true(entry: Entry) -> bool:
    """Whether yaml.v2 reads true, as from ``yes`` and ``on`` too."""
    node = entry.node
    return isinstance(node, Scalar) and yaml_value.value(node.value, node.style == "plain", node.tag, "bool") is True


def is_off(block: TlsBlock | None) -> bool:
    """Whether no TLS material is set."""
    return block is None or not any(m.given for m in block.materials)


def is_whole(block: TlsBlock | None) -> bool:
    """Whether all three are set."""
    return block is not None and all(m.given for m in block.materials)
