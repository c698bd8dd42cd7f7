"""The command that changes a deployment, for editors: the actions of `dmls tls`, `certs`, `migrate` and `init` on what is in the workspace.

Asked without `apply` it tells what would be done.  With it, the new files are written, since edits may name them: they are none of the documents
that the client knows, and keys need their permission bits.  Then the client is asked to apply the edits, each of which it may let the user look
at; where it applies none, the new files are taken back.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Callable, Mapping, Sequence, cast

from dmls.commands.options import UsageError, read_version, taken
from dmls.disk import Found, config_files, now
from dmls.finding import FileEdit
from dmls.ide.actions import line_edits
from dmls.keyring import Keyring
from dmls.lsp import to_proto
from dmls.migrate.change import ACTIONS, ALSO, FOR_VERSION, CannotDo, Change, Files, Options, Request, action
from dmls.text import LineIndex, Span
from dmls.views.change_shown import markdown, shown
from dmls.words.catalogue import sentence
from dmls.workspace import List, ReadPem, ReadSecret, ReadText, Stat
from dmls.writing import Writing

if TYPE_CHECKING:
    from dmls.analysis import Analysis
    from dmls.lsp.session import Session
    from dmls.model.tls.cert_use import PemState
    from dmls.settings import Settings
    from dmls.version import Version
    from dmls.workspace import Want

ROUNDS = 12
"""How often a change is made anew because a certificate or a folder had to be read first."""

UNTIL_TOLD = 2.0
"""Seconds without news of a text after which a client that says it has edited is believed to have left the rest out."""


async def change(session: Session, arguments: Sequence[Any]) -> to_proto.Json:
    """``{"change": …, "markdown": page, "applied": bool}``, or ``{"error": sentence}``.

    The first argument holds `action`, the words of a command; `options`, its options by their names without dashes, with text, lists of texts or
    true as values; `paths`, URIs of files and folders, without which the whole workspace is meant; and `apply`.
    """
    asked = arguments[0] if arguments and isinstance(arguments[0], dict) else {}
    name = asked.get("action")
    locale = session.locale
    if name not in ACTIONS:
        return {"error": sentence("change.no-action", {"name": str(name)}, locale)}
    await session.scanned()
    given = [session.paths.of(uri) for uri in asked.get("paths") or () if isinstance(uri, str)]
    folders = [session.paths.of(uri).rstrip("/") for uri in session.client.folders]
    if not given and not folders:
        return {"error": sentence("change.no-folder", {}, locale)}
    known = frozenset(session.workspace.paths)
    try:
        return await _answer(session, name, asked, given, folders)
    except (CannotDo, UsageError) as error:
        return {"error": sentence(error.message, error.details, locale)}
    finally:
        _forget_guests(session, known, ALSO.get(name, ()))


async def _answer(session: Session, name: str, asked: Mapping[str, Any], given: Sequence[str], folders: Sequence[str]) -> to_proto.Json:
    """Raises CannotDo and UsageError."""
    locale = session.locale
    made = await _made(session, name, _options(name, asked.get("options"), given or folders), given, folders)
    applies = asked.get("apply") is True and not made.is_empty
    if applies and not session.client.trusted:
        return {"error": sentence("change.untrusted", {}, locale)}
    failure = await _apply(session, made, locale) if applies else ""
    told = _told(session, made, name, applies and not failure)
    answer = {"change": told, "markdown": markdown(told, locale), "applied": applies and not failure}
    return {**answer, "error": failure} if failure else answer


def _forget_guests(session: Session, known: frozenset[str], also: tuple[str, ...]) -> None:
    """Forget the files that were read for this action only, so that no other file is judged by them: outside the workspace, or such as no scan takes."""
    own = set(session.files())
    for path in session.workspace.paths:
        if path not in known and (path not in own or path.endswith(also) and path not in session.documents):
            session.workspace.forget(path)


def _options(name: str, given: object, operands: Sequence[str]) -> Options:
    """What an editor gives, read as the command line of the action `name` would be.  Raises UsageError."""
    pairs: list[tuple[str, str | None]] = []
    for key, value in given.items() if isinstance(given, Mapping) else ():
        pairs += [(str(key), None if one is True or one == "" else str(one)) for one in (value if isinstance(value, list) else [value])]
    return Options(taken(name, pairs, operands).options)


def _version(options: Options) -> Version | None:
    """The DM version that an option asks for.  Raises UsageError."""
    given = next((options.value(name) for name in reversed(FOR_VERSION) if options.flag(name)), None)
    return read_version(given) if given is not None else None


async def _made(session: Session, name: str, options: Options, given: Sequence[str], folders: Sequence[str]) -> Change:
    """The change, made anew until all that it asks about is known.  Raises CannotDo and UsageError."""
    make = action(name)
    operands = given or folders
    keys = Keyring(phrase_file=options.value("ca-key-pass-file"))
    moment = now()
    made = Change()
    version = _version(options)
    # What a scan of the workspace passes over is looked for.
    paths = await asyncio.to_thread(_found, operands, ALSO.get(name, ())) if given or name in ALSO else tuple(session.files())
    await session.read_again(paths)
    look = _Look(session.inputs.peek)
    for _ in range(ROUNDS):
        folder = next(iter(folders), "") or next(iter(operands), "/").rpartition("/")[0]
        made = make(Request(cast(Files, _Fresh(session.analysis(), look, version)), paths, options, folder, moment, keys, tuple(operands), session.locale))
        if not session.inputs.open_wishes():
            break
        async for _ in session.looked_up():
            pass
        # Others wait for their answers meanwhile.
        await asyncio.sleep(0)
    return made


class _Look:
    """Certificates and folders as they are on the disk now, each looked at once."""

    def __init__(self, peek: Callable[[Want], PemState]) -> None:
        self._peek = peek
        self._known: dict[Want, PemState] = {}

    def _ask(self, want: Want) -> PemState:
        if want not in self._known:
            self._known[want] = self._peek(want)
        return self._known[want]

    def pem(self, path: str) -> PemState:
        return self._ask(ReadPem(path))

    def list(self, path: str) -> PemState:
        return self._ask(List(path))

    def stat(self, path: str) -> PemState:
        return self._ask(Stat(path))

    def text(self, path: str) -> PemState:
        return self._ask(ReadText(path))

    def secret_key(self, path: str) -> PemState:
        return self._ask(ReadSecret(path))


class _Fresh:
    """The analysis, but for what it knows of certificates: whoever writes must not rely on what was seen a while ago.

    `version` is the DM version that an option asks for; None where the settings of each file tell it.
    """

    def __init__(self, analysis: Analysis, look: _Look, version: Version | None) -> None:
        self._analysis = analysis
        self._look = look
        self._version = version

    def __getattr__(self, name: str) -> object:
        return getattr(self._analysis, name)

    def lookup(self, user: str) -> _Look:
        return self._look

    def settings(self, path: str) -> Settings:
        found = self._analysis.settings(path)
        return found if self._version is None else found._replace(dm_versions=(self._version,), given=found.given | {"dm_versions"})


def _found(operands: Sequence[str], also: tuple[str, ...]) -> tuple[str, ...]:
    """The files that the operands mean, on the disk."""
    return tuple(item.path for item in config_files(operands, also) if isinstance(item, Found))


async def _apply(session: Session, made: Change, locale: str) -> str:
    """Write the new files, then have the client apply the edits; why not all came about, "" where it did."""
    analysis = session.analysis()
    edits = []
    for edited in made.edited:
        if analysis.text(edited.path) != edited.old:
            return sentence("cli.fix-changed", {"path": edited.path}, locale)
        edits += [FileEdit(edited.path, edit) for edit in line_edits(edited.old, edited.new)]
    told: list[str] = []
    writing = Writing(lambda message, args: told.append(sentence(message, args, locale)), str)
    if not writing.create(made.created):
        return "; ".join(told)
    confirm = next((e.confirm for e in made.edited if e.confirm), "")
    asks = {e.path for e in made.edited if e.confirm}
    places = session.publisher.places(analysis)
    question = to_proto.Confirm(sentence(confirm, {}, locale)) if confirm else None
    edit = to_proto.workspace_edit(edits, places, session.version, session.client, question, lambda path: path in asks)
    if edit is None:
        return ""
    applied = await session.applied(edit)
    if applied and not session.client.annotations:
        # Such a client has nothing to choose from, and may keep what it edited where we do not see it.
        return ""
    left = await _left(session, made)
    for _ in range(2 * len(made.edited)):
        # The client may say that it has edited before it says what: it opens each document, and changes it.
        if not left or not applied or not await session.told_of_text(UNTIL_TOLD):
            break
        left = await _left(session, made)
    if not left:
        return ""
    changed = [edited.path for edited in made.edited if edited.path not in left]
    if applied or changed:
        # What was edited, now or in a moment, names the new files, so they stay.
        message = "change.half-applied" if changed else "change.left-out"
        return sentence(message, {"changed": ", ".join(changed), "left": ", ".join(left)}, locale)
    return "; ".join([sentence("change.not-applied", {}, locale), *([] if writing.take_back() else told)])


async def _left(session: Session, made: Change) -> list[str]:
    """The files to edit that are as they were, as far as the client and the disk tell."""
    await session.read_again(edited.path for edited in made.edited)
    analysis = session.analysis()
    return [edited.path for edited in made.edited if analysis.text(edited.path) == edited.old]


def _told(session: Session, made: Change, name: str, written: bool) -> to_proto.Json:
    analysis = session.analysis()
    olds = {edited.path: edited.old for edited in made.edited}
    lines: dict[str, LineIndex] = {}
    folders = [session.paths.of(uri).rstrip("/") + "/" for uri in session.client.folders]

    def range_of(path: str, span: Span) -> to_proto.Json:
        if path not in lines:
            lines[path] = LineIndex(olds.get(path) or analysis.text(path) or "")
        return to_proto.range_of(lines[path], span, session.client.encoding)

    def short(path: str) -> str:
        return next((path[len(folder) :] for folder in folders if path.startswith(folder)), path)

    return shown(made, name, session.locale, short, range_of, {}, written)
