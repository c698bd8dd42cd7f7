"""`dmls migrate passwords`: passwords under the key that every DM before 8.0 had, encrypted anew with a key of one's own.

The old key is public, so that whoever can read a configuration can read its password; since 8.0 DM has no key but the one in the file that
`secret-key-path` of all masters names (dm/pkg/encrypt/encrypt.go, dm/pkg/utils/encrypt.go; migration.md B.5).  What the cluster has stored is under the old
key as well, so sources and tasks have to be given to it anew: the runbook tells in which order.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import host_port
from dmls.migrate.change import ADVICE, DONE, DUTY, PRIVATE, CannotDo, Change, Created, Edited, Note, Request, Step
from dmls.migrate.deployment import NAME_OF
from dmls.migrate.draft import Draft
from dmls.migrate.password_key import OWN_KEY, PasswordKey, is_readable
from dmls.model import kind as kinds
from dmls.model import shell
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.edits import edit
from dmls.model.legacy.old_cipher import has_form
from dmls.model.tls.endpoint import endpoints, uses_tls
from dmls.model.tls_block import DATABASE
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar

CONFIRM = "migrate.confirm-passwords"


def make(request: Request) -> Change:
    """New passwords in sources and tasks, the new key in the masters, and the order of doing that.  Raises CannotDo."""
    return _Passwords(request).change()


class _Passwords:
    def __init__(self, request: Request) -> None:
        self.request = request
        self.files = request.files
        self.plain_too = request.options.flag("encrypt-plaintext")
        self.edited: list[Edited] = []
        self.created: list[Created] = []
        self.notes: list[Note] = []
        self.names: dict[str, list[tuple[str, str]]] = {kinds.SOURCE: [], kinds.TASK: []}
        """The files whose passwords became others, each with the name of its source or task."""
        self.masters: list[ConfigFile] = []
        self.key_path = request.options.value("key-path") or request.path(request.options.value("new-key"))
        self.new = self._new_key()
        self.old = self._old_key()

    def _new_key(self) -> PasswordKey:
        keys = self.request.keys
        if keys is None:
            raise CannotDo("migrate.pw-terminal")
        if not self.request.options.value("new-key"):
            raise CannotDo("cli.option-missing", command="migrate passwords", option="--new-key FILE")
        path = self.request.path(self.request.options.value("new-key"))
        key = keys.secret(path)
        if key is None:
            if not self.request.options.flag("make-key"):
                raise CannotDo("migrate.pw-no-key", path=path)
            key = keys.new_secret(path)
            self.created.append(Created(path, key.file(), PRIVATE, True))
        if key.is_public:
            raise CannotDo("migrate.pw-public-key", path=path)
        return key

    def _old_key(self) -> PasswordKey:
        assert self.request.keys is not None
        if not self.request.options.flag("old-key"):
            return self.request.keys.fixed_secret()
        path = self.request.path(self.request.options.value("old-key"))
        key = self.request.keys.secret(path)
        if key is None:
            raise CannotDo("migrate.pw-no-old-key", path=path)
        return key

    def change(self) -> Change:
        for path in self.request.paths:
            kind = self.files.kind(path)
            if kind not in (*kinds.DATABASES, kinds.MASTER, kinds.TOPOLOGY):
                continue
            text = self.files.text(path)
            if text is None or not self.files.is_text(path):
                self.note(DUTY, "migrate.not-utf-8", path)
                continue
            draft = Draft(self.files, path, text)
            if draft.config is None:
                continue
            version = self.files.settings(path).dm_versions[-1]
            if version < OWN_KEY:
                raise CannotDo("migrate.pw-too-old", version=str(version))
            if kind == kinds.MASTER:
                self.masters.append(draft.config)
                self._master(draft)
            elif kind == kinds.TOPOLOGY:
                self.note(DUTY, "migrate.pw-topology", path, key=k.SECRET_KEY_PATH, path=self.key_path)
            else:
                self._password(draft, DATABASE[kind])
            if draft.text != text:
                self.edited.append(Edited(path, text, draft.text, CONFIRM))
        if not self.masters and any(self.names.values()) and not any(note.message == "migrate.pw-topology" for note in self.notes):
            self.note(DUTY, "migrate.pw-no-master", "", key=k.SECRET_KEY_PATH, path=self.key_path)
        if self.masters and self.edited and not all(uses_tls(master) for master in self.masters):
            self.note(ADVICE, "migrate.pw-no-tls", "")
        if not self.edited:
            # A key that nothing is under, nobody needs.
            self.created.clear()
        return Change(tuple(self.edited), tuple(self.created), tuple(self.notes), tuple(self._runbook()) if self.edited else ())

    def note(self, level: str, message: str, file: str, entry: Entry | None = None, config: ConfigFile | None = None, **args: object) -> None:
        span = config.key_span(entry) if entry is not None and config is not None else None
        self.notes.append(Note(level, message, args, file, span))

    def _password(self, draft: Draft, block: str) -> None:
        config = draft.config
        assert config is not None
        entry = config.get(block, k.PASSWORD)
        if entry is None or not entry.text or not isinstance(entry.node, Scalar):
            return
        text, path = entry.text, config.path
        if set(text) == {"*"} and len(text) >= 6:
            self.note(DUTY, "migrate.pw-masked", path, entry, config)
        elif not has_form(text):
            if self.plain_too:
                self._write(draft, entry, text.encode("utf-8"), "migrate.pw-encrypted")
            else:
                self.note(ADVICE, "migrate.pw-plain", path, entry, config)
        else:
            # Under a key that was made just now there is nothing, and of a short password its noise may look like one.
            secret, other = self.old.decrypt(text), None if self.created else self.new.decrypt(text)
            if is_readable(secret) and is_readable(other):
                self.note(DUTY, "migrate.pw-both", path, entry, config)
            elif secret is not None and is_readable(secret):
                self._write(draft, entry, secret, "migrate.pw-again")
            elif not is_readable(other):
                self.note(DUTY, "migrate.pw-other-key", path, entry, config)

    def _write(self, draft: Draft, entry: Entry, secret: bytes, message: str) -> None:
        config = draft.config
        assert config is not None
        named = config.get(NAME_OF[config.kind])
        if draft.apply([edit.set_text(config, entry, self.new.encrypt(secret))]):
            self.note(DONE, message, config.path, entry, config)
            self.names[config.kind].append((config.path, named.text if named is not None else ""))
        else:
            self.note(DUTY, "migrate.pw-not-sure", config.path, entry, config)

    def _master(self, draft: Draft) -> None:
        config = draft.config
        assert config is not None
        entry = config.get(k.SECRET_KEY_PATH)
        if entry is not None and entry.text == self.key_path:
            return
        args = {"key": k.SECRET_KEY_PATH, "path": self.key_path}
        if entry is None:
            done = draft.apply([edit.add_to_top_table(config, f"{k.SECRET_KEY_PATH} = {edit.quoted(self.key_path)}")])
            self.note(DONE if done else DUTY, "migrate.pw-key-path" if done else "migrate.pw-key-path-by-hand", config.path, **args)
        else:
            old = entry.text
            done = draft.apply([edit.set_text(config, entry, self.key_path)])
            message = ("migrate.pw-other-path" if old else "migrate.pw-key-path") if done else "migrate.pw-key-path-by-hand"
            self.note(DONE if done else DUTY, message, config.path, entry, config, **args, old=old)

    # The order

    def _runbook(self) -> Iterator[Step]:
        tasks, sources = self.names[kinds.TASK], self.names[kinds.SOURCE]
        local = self.request.path(self.request.options.value("new-key"))
        folder = self.key_path.rpartition("/")[0] or "/"
        hosts = dict.fromkeys(_host(address) for master in self.masters if (address := _address(master))) or {"MASTER": None}
        copy = [
            words
            for host in hosts
            for words in (("ssh", host, f"mkdir -p {_quiet(folder)}"), ("scp", "-p", local, shell.remote(host, self.key_path)), ("ssh", host, f"chmod 600 {_quiet(self.key_path)}"))
        ]
        yield Step("migrate.pw-step-copy", {"path": self.key_path}, shell.lines(*(shell.line(*words) for words in copy)))
        yield Step("migrate.pw-step-export", {}, shell.lines(self._dmctl("config", "export", "-d", "dm-export")))
        yield Step("migrate.pw-step-stop", {}, shell.lines(*(self._dmctl("stop-task", name or "TASK") for _, name in tasks or [("", "TASK")])))
        yield Step("migrate.pw-step-masters", {"count": max(1, len(self.masters))})
        yield Step("migrate.pw-step-workers")
        if sources:
            yield Step("migrate.pw-step-sources", {}, shell.lines(*(self._dmctl("operate-source", "update", self.request.near(path)) for path, _ in sources)))
        starts = [self._dmctl("start-task", self.request.near(path)) for path, _ in tasks] or [self._dmctl("start-task", "TASK.yaml")]
        yield Step("migrate.pw-step-tasks", {}, shell.lines(*starts, self._dmctl("query-status")))
        yield Step("migrate.pw-step-change")
        yield Step("migrate.pw-step-back")

    def _dmctl(self, *words: str) -> str:
        return shell.dmctl(next(filter(None, map(_address, self.masters)), shell.ANY_MASTER), {}, *words)


def _address(master: ConfigFile) -> str:
    """Where others reach a master; "" where its file does not tell."""
    for key in (k.ADVERTISE_ADDR, k.MASTER_ADDR):
        for end in endpoints(master, key):
            if end.host and end.port and end.host not in ("0.0.0.0", "::"):
                return host_port.join(end.host, end.port)
    return ""


def _host(address: str) -> str:
    parts, _ = host_port.split(address)
    return parts.host if parts is not None else address


def _quiet(path: str) -> str:
    """A path as a word for the shell of another host."""
    try:
        return shell.word(path)
    except shell.Unwritable:
        return "PATH"
