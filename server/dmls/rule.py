"""What a rule is, and what it is told beside its subject."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Callable, Iterator, Mapping, Sequence

from dmls.files import Directory
from dmls.finding import Applicability, FileEdit, Finding, Fix, Later, Related, Severity
from dmls.model.dm.decode import BAD_DURATION, BAD_MERGE, BAD_SIZE, UNKNOWN_KEY
from dmls.model.dm_error import LINE, decode_text, frame_text, unknown_text
from dmls.model.edits.edit import delete, is_needed, set_text
from dmls.model.tls.cert_use import PemContent, Surroundings
from dmls.model.tls_path import folder_of
from dmls.named import NamedTuple
from dmls.private import without_secrets
from dmls.text import Edit, Span
from dmls.version import ALWAYS, MAIN, Version, VersionSet
from dmls.words.catalogue import IN_VERSIONS

if TYPE_CHECKING:
    from dmls.model.config_file import ConfigFile, Entry
    from dmls.model.dm.decode import Misfit
    from dmls.model.tls.cert_use import Source
    from dmls.pki.facts import Damage, PemBlock, PemFile

PEM_SUFFIXES = (".pem", ".crt", ".cer", ".cert", ".key")
MOST_SIBLINGS = 64
"""Files of one folder that are looked at in search of a better one."""

__all__ = ["Applicability", "Context", "Edit", "Finding", "Fix", "Rule", "Severity", "Span"]

ENTRY = "entry"
"""Fed every entry whose semantic type or path is in `select`; looks at nothing outside the entry."""
MISFIT = "misfit"
"""Fed every fact of `model.decode` whose code is in `select`."""
TLS_BLOCK = "tls-block"
CONFIG_FILE = "file"
PEM = "pem"
"""Fed every `model.cert_use.Source` that was found: one material of a TLS block with what it holds, also a certificate file by itself."""
PATH = "path"
"""What a PEM rule selects that also speaks of a path behind which nothing was found."""
CERT_USE = "cert-use"
"""Fed every `model.cert_use.CertUse` of whose materials one was found: those of one TLS block together."""
LINKS = "links"
"""Fed the list of all `model.connection.Connection` that a component takes part in, where there is any."""
STRICT = "strict"
"""Fed by the engine itself: syntax, suppression and size."""


NULL, SPELLING, OTHER_VERSION, OTHER_VALUE, ODD_NUMBER, ODD_TEXT = "null", "spelling", "other-version", "enum", "odd-number", "odd-text"
"""States of an entry that a rule may select besides its meaning, place, type and status: nothing is written; the key is in other letters; the
DM version does not know the key; the scalar is none of the values of the enum; an integer field (the rule looks at its form); the scalar has a tag,
holds more than ASCII, or is a secret."""


class Rule(NamedTuple):
    """The metadata of a rule; `check` yields findings for one subject.

    `name` reads "allow <name>".  `severity` is the gravest it gives.  `select` says which subjects the engine feeds it.
    `versions` are the DM versions it speaks of.  The module's docstring is the rule's page: What, Why, Wrong, Right, Fix.
    """

    name: str
    family: str
    severity: Severity
    subject: str
    kinds: tuple[str, ...]
    check: Callable[..., Iterator[Finding]]
    select: tuple[str, ...] = ()
    versions: VersionSet = ALWAYS
    codes: tuple[int, ...] = ()


class Context:
    """What a rule may know beside its subject: the file it lies in, the DM version, the moment, the disk as far as it was looked at.

    `now` is in seconds since 1970, UTC, and None where no rule may look at the clock.  Where a certificate file is looked at by itself
    `config` only names that file.
    """

    __slots__ = ("around", "config", "looked_beyond", "now", "version")

    def __init__(self, config: ConfigFile, version: Version = MAIN, around: Surroundings = Surroundings()) -> None:  # noqa: B008
        self.config = config
        self.version = version
        self.around = around
        self.now = around.now
        self.looked_beyond = False
        """Set by `beyond`; the engine then keeps no finding of the chunk."""

    def beyond(self) -> ConfigFile:
        """The file, for a rule about an entry whose finding depends on what stands elsewhere in it; for a fix that does there is `later`."""
        self.looked_beyond = True
        return self.config

    def finding(
        self,
        rule: Rule,
        span: Span,
        message: str = "",
        severity: Severity | None = None,
        codes: tuple[int, ...] | None = None,
        dm_text: str = "",
        related: tuple[Related, ...] = (),
        fixes: Sequence[Fix] = (),
        tag: str = "",
        depends: VersionSet | None = None,
        **args: object,
    ) -> Finding:
        """A finding of `rule` in this file; `message` names a variant of the rule's sentence, "" the only or usual one.

        `depends` are the DM versions between which and the others this finding differs; its sentence then names those it holds for.
        """
        if depends is not None:
            args[IN_VERSIONS] = (depends if self.version in depends else depends.others()).shown()
        if severity is None:
            severity = rule.severity
        if codes is None:
            codes = rule.codes
        if not dm_text and len(codes) == 1 and severity <= Severity.WARNING:
            dm_text = frame_text(codes[0], self.config.kind)
        return Finding(
            rule.name,
            severity,
            self.config.path,
            span,
            f"{rule.name}.{message}" if message else rule.name,
            _told(args),
            codes,
            without_secrets(dm_text),
            related,
            fixes,
            (),
            tag,
        )

    def decoder_text(self, misfit: Misfit) -> str:
        """The whole message DM's decoder prints for a misfit; the engine puts the line number in for `LINE`."""
        kind = self.config.kind
        entry = misfit.entry
        path = ".".join(str(step) for step in entry.path if isinstance(step, str))
        if misfit.code == UNKNOWN_KEY:
            return unknown_text(kind, path, LINE, misfit.text)
        unnumbered = misfit.code in (BAD_DURATION, BAD_SIZE, BAD_MERGE)
        return decode_text(kind, misfit.text, None if unnumbered else LINE, path)

    def related(self, entry: Entry, message: str, **args: object) -> Related:
        """A pointer to another entry of the same file."""
        return Related(self.config.path, self.config.key_span(entry), message, _told(args))

    def in_file(self, source: Source, block: PemBlock | Damage | None = None, message: str = "certificate", **args: object) -> tuple[Related, ...]:
        """A pointer to the place in the certificate file that a finding speaks of; none where it is no file or is pointed at already.

        An editor that has that file open shows the finding there as well.
        """
        if source.is_alone or not source.local or source.pem is None:
            return ()
        span = Span(block.start, block.end) if block is not None else Span(0, 0)
        return (Related(source.local, span, f"related.{message}", {"file": source.local.rpartition("/")[2], **args}),)

    def siblings(self, source: Source) -> tuple[tuple[str, PemFile], ...]:
        """The other certificate and key files in the folder of `source`, by name; none while nobody has looked.

        To ask is to have them read, so a rule asks only once it has something to say.
        """
        if not source.local:
            return ()
        folder = folder_of(source.local)
        listed = self.around.lookup.list(folder)
        if not isinstance(listed, Directory):
            return ()
        found = []
        for name in [n for n in listed.entries if n.lower().endswith(PEM_SUFFIXES)][:MOST_SIBLINGS]:
            path = f"{folder.rstrip('/')}/{name}"
            state = self.around.lookup.pem(path) if path != source.local else None
            if isinstance(state, PemContent):
                found.append((path, state.pem))
        return tuple(found)

    def path_for(self, source: Source, local: str) -> str:
        """How the configuration has to spell the file `local`, which lies in the same folder as the one `source` names."""
        head, slash, _ = source.path.rpartition("/")
        return f"{head}{slash}{local.rpartition('/')[2]}"

    def rewrite(self, source: Source, path: str, title: str, how: Applicability = Applicability.UNSAFE, **args: object) -> tuple[Fix, ...]:
        """A fix that makes `source` name another path, in the quotes that stand there."""
        if source.entry is None or source.is_inline:
            return ()
        edit = set_text(self.config, source.entry, path)
        return (self.fix(title, edit, how=how, path=path, **args),) if edit is not None else ()

    def fix(self, title: str, *edits: Edit | FileEdit, how: Applicability = Applicability.SAFE, preferred: bool = True, why: str = "", **args: object) -> Fix:
        """A fix; a plain edit is one of this file.  `title` is a message id below ``fix.``, and so is `why`, the reason for which it is not safe."""
        made = tuple(e if isinstance(e, FileEdit) else FileEdit(self.config.path, e) for e in edits)
        return Fix(f"fix.{title}", _told(args), how, made, preferred, why=f"fix.{why}" if why else "")

    def deletion(self, entry: Entry, how: Applicability = Applicability.UNSAFE, preferred: bool = True, why: str = "") -> Sequence[Fix]:
        """A fix, made later, that takes a key with its value out, or an item of a list; none where the text around does not allow it."""
        return self.later(_deletion, entry, how, preferred, why)

    def later(self, make: Callable[..., Sequence[Fix]], *args: object) -> Later:
        """What `make` makes of `args` and this context, when somebody asks for it; `make` may look at the whole file, as it is then."""
        return Later(partial(_made, make, args), self)

    def command(self, title: str, command: str, **args: object) -> tuple[Fix, ...]:
        """A fix that a person carries out with `command`, one line for a POSIX shell; none where that is "", because nothing sure can be written."""
        return (Fix(f"fix.{title}", args, Applicability.MANUAL, (), False, command),) if command else ()

    def line(self, span: Span) -> int:
        """The one-based line where `span` begins, as DM counts."""
        return self.config.tree.lines.line_of(span.start) + 1


def _made(make: Callable[..., Sequence[Fix]], args: Sequence[object], ctx: Context) -> Sequence[Fix]:
    # A finding for which this is asked while its chunk is judged depends on it.
    ctx.looked_beyond = True
    return make(*args, ctx)


def _deletion(entry: Entry, how: Applicability, preferred: bool, why: str, ctx: Context) -> tuple[Fix, ...]:
    edit = delete(ctx.config, entry)
    if edit is None:
        # Who asks for the fix is told why there is none.
        return (Fix("fix.delete-anchored", {}, Applicability.MANUAL, (), False),) if is_needed(ctx.config, entry.raw) else ()
    if entry.pair is None:
        return (ctx.fix("delete-item", edit, how=how, preferred=preferred, why=why),)
    return (ctx.fix("delete-key", edit, how=how, preferred=preferred, why=why, key=entry.name),)


def _told(args: Mapping[str, object]) -> dict[str, object]:
    """Arguments of sentences without the secrets that pieces of a broken file may hold."""
    return {name: without_secrets(value) if isinstance(value, str) else value for name, value in args.items()}
