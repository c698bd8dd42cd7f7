"""`dmls certs renew`: certificates with the same facts and new dates, signed by the same CA, or by a new one.

The new files go into a folder of their own under their old names.  When DM takes them is told by `model.reload`: a CA is read at the start only,
so that a new one comes first as a bundle with the old one, and the old one goes when nobody shows a certificate of it any more (dm-tls.md §5).
"""

from __future__ import annotations

from typing import Callable, Iterator, NamedTuple, Sequence

from dmls.migrate import cert_plan
from dmls.migrate.cert_plan import DAY, EARLY, Found, KeySpec, Signer, Target
from dmls.migrate.cert_steps import HERE, Copy, Disk, Machine, authorities, by_machine, key_of_authority, pem_of, swap_steps
from dmls.migrate.certs_new import Authority, days, signer_of
from dmls.migrate.change import ADVICE, DONE, DUTY, LOST, PRIVATE, PUBLIC, CannotDo, Change, Created, Note, Request, Step
from dmls.model import kind as kinds
from dmls.model import shell
from dmls.model.tls import openssl
from dmls.model.tls.cert_use import day_of
from dmls.model.tls.reload import AGAIN, HANDSHAKE, RESTART, reload_story
from dmls.model.tls_block import CA, CERT, KEY
from dmls.model.tls_path import common_folder
from dmls.pki.facts import ECDSA, ED25519, RSA, Certificate
from dmls.words.catalogue import Words

_SIZES = {RSA: (2048, 3072, 4096), ECDSA: (256, 384, 521), ED25519: (256,)}


class User(NamedTuple):
    """Who uses a certificate; `ca` is the file with its CA on this machine, "" unknown."""

    target: Target
    ca: str


class Old(NamedTuple):
    """A certificate that is renewed.  `key` is the file with its key, and `rest` are the other certificates of its file."""

    path: str
    key: str
    leaf: Certificate
    rest: tuple[Certificate, ...]
    users: tuple[User, ...]

    @property
    def is_authority(self) -> bool:
        return self.leaf.is_ca and self.leaf.is_self_issued


def make(request: Request) -> Change:
    """Raises `CannotDo`."""
    disk = Disk(request)
    notes: list[Note] = []
    found = _old_ones(request, disk, notes)
    issuers = {old.path: issuer for old in found if (issuer := _issuer_of(request, old, disk, notes)) is not None}
    if request.options.flag("new-ca"):
        kept = _of_one_authority(found, issuers, notes)
    else:
        kept = [old for old in found if old.path in issuers and _has_key(request, old, issuers, disk, notes)]
    if disk.pending:
        return Change()
    if not kept:
        first = next((n for n in notes if n.level == LOST), None)
        raise CannotDo("certs-renew.none", path=first.file, what=Words(first.message, first.args)) if first is not None else CannotDo("certs-renew.nothing")
    return _Renewal(request, disk, kept, issuers, notes).change()


# Which certificates


def _old_ones(request: Request, disk: Disk, notes: list[Note]) -> list[Old]:
    found: dict[str, tuple[str, list[User]]] = {}
    for user in cert_plan.targets(request):
        if not user.target.cert:
            continue
        cert = cert_plan.place_of(request, user.target.cert, user)[0]
        key = cert_plan.place_of(request, user.target.key, user)[0] if user.target.key else openssl.key_beside(cert)
        found.setdefault(cert, (key, []))[1].append(User(user.target, _place_of_ca(request, user)))
    for path in request.paths:
        if request.files.kind(path) == kinds.CERTIFICATE:
            found.setdefault(path, ("", []))
    out = []
    for path, (key, users) in found.items():
        pem = disk.pem(path)
        certificates = [b.certificate for b in pem.blocks if b.type == "CERTIFICATE" and b.certificate is not None] if pem is not None else []
        if certificates:
            combined = pem is not None and any(b.key is not None for b in pem.blocks)
            own = path if combined else key or key_of_authority(disk, path) or openssl.key_beside(path)
            out.append(Old(path, own, certificates[0], tuple(certificates[1:]), tuple(users)))
        elif users and not disk.pending:
            notes.append(Note(LOST, "certs-renew.not-here" if pem is None else "certs-renew.no-certificate", {}, path))
    return out


def _place_of_ca(request: Request, user: Found) -> str:
    return cert_plan.place_of(request, user.target.ca, user)[0] if user.target.ca else ""


def _issuer_of(request: Request, old: Old, disk: Disk, notes: list[Note]) -> Authority | None:
    """The CA that has signed a certificate, or with `--ca` is to sign it, without its key; None where it is not here, which a note tells."""
    options = request.options
    if old.is_authority:
        return Authority(old.path, (old.leaf,), "")
    if options.flag("ca"):
        places = [request.path(options.value("ca"))]
    else:
        head, slash, _ = old.path.rpartition("/")
        places = [*(user.ca for user in old.users if user.ca), *(f"{head}{slash}{name}" for name in ("ca.pem", "ca.crt"))]
    for place in dict.fromkeys(places):
        pem = disk.pem(place)
        known = tuple(c for c in authorities(pem) if options.flag("ca") or c.subject.raw == old.leaf.issuer.raw) if pem is not None else ()
        if known:
            return Authority(place, known, "")
    if not disk.pending:
        notes.append(Note(LOST, "certs-renew.no-ca", {}, old.path))
    return None


def _has_key(request: Request, old: Old, issuers: dict[str, Authority], disk: Disk, notes: list[Note]) -> bool:
    """Find the key of a certificate's CA; where it is not here, a note tells that."""
    authority = issuers[old.path]
    given = request.options.flag("ca-key")
    key = request.path(request.options.value("ca-key")) if given else key_of_authority(disk, authority.path)
    issuers[old.path] = authority._replace(key=key)
    if not key and not disk.pending:
        notes.append(Note(LOST, "certs-renew.no-ca-key", {"ca": request.near(authority.path)}, old.path))
    return bool(key)


def _of_one_authority(found: Sequence[Old], issuers: dict[str, Authority], notes: list[Note]) -> list[Old]:
    """The certificates that the CA of the components has issued, which a new CA takes over; notes tell of the others."""
    known = [old for old in found if old.path in issuers and not old.is_authority]
    leading = [old for old in known if any(user.target.kind not in kinds.DATABASES for user in old.users)] or known
    subjects = {old.leaf.issuer.raw for old in leading}
    notes += (Note(LOST, "certs-renew.other-ca", {}, old.path) for old in known if old.leaf.issuer.raw not in subjects)
    return [old for old in known if old.leaf.issuer.raw in subjects]


# The new ones


class _Renewal:
    def __init__(self, request: Request, disk: Disk, found: Sequence[Old], issuers: dict[str, Authority], notes: list[Note]) -> None:
        self.request = request
        self.disk = disk
        self.found = found
        self.issuers = issuers
        self.notes = notes
        self.new_ca = request.options.flag("new-ca")
        self.keep = request.options.flag("keep-key")
        self.version = request.files.settings(request.paths[0]).dm_versions[-1]
        self.authorities = self._replaced() if self.new_ca else []
        self.folder = self._folder()
        names = {path for old in found for path in (old.path, old.key)} | set(self.authorities)
        self.short = cert_plan.shortest(names)

    def _folder(self) -> str:
        if self.request.options.value("output"):
            return self.request.path(self.request.options.value("output"))
        base = common_folder([old.path for old in self.found])
        return f"{base}/renewed-{day_of(int(self.request.now))}"

    def _replaced(self) -> list[str]:
        """The files that hold the CA which a new one replaces."""
        subjects = {old.leaf.issuer.raw for old in self.found}
        places = dict.fromkeys((*(user.ca for old in self.found for user in old.users if user.ca), *(self.issuers[old.path].path for old in self.found)))
        pems = ((place, self.disk.pem(place)) for place in places)
        return [place for place, pem in pems if pem is not None and any(c.subject.raw in subjects for c in authorities(pem))]

    def new(self, path: str) -> str:
        return f"{self.folder}/{self.short[path]}"

    def bundle(self, path: str) -> str:
        return f"{self.folder}/bundle/{self.short[path]}"

    def change(self) -> Change:
        wanted = [self.new(old.path) for old in self.found]
        wanted += [self.new(old.key) for old in self.found if self._has_new_key(old)]
        wanted += [place for path in self.authorities for place in (self.new(path), self.bundle(path))]
        there = [path for path in wanted if self.disk.exists(path)]
        olds = [self.disk.pem(path) for path in self.authorities]
        if self.disk.pending:
            return Change()
        if there:
            lacking = next((path for path in wanted if path not in there), "")
            if lacking:
                raise CannotDo("certs-new.half", path=there[0], other=lacking)
            return Change(notes=(Note(DONE, "certs-new.all-there", {"folder": self.request.near(self.folder)}),), runbook=tuple(self.runbook()))
        created: list[Created] = []
        signer = None
        if self.new_ca:
            taken = {old.leaf.issuer.common_name for old in self.found}
            wish = cert_plan.authority_wish(_spec(self.found[0].leaf), days(self.request, "ca-days", openssl.CA_DAYS))
            signer = cert_plan.new_authority(wish, self.request.private_keys(), self.request.now, taken)
            for path, pem in zip(self.authorities, olds, strict=True):
                before = [b.certificate.der for b in pem.blocks if b.certificate is not None] if pem is not None else []
                created += [Created(self.bundle(path), pem_of((*before, signer.der))), Created(self.new(path), signer.pem)]
            key = f"{self.folder}/{openssl.key_beside(self.short[self.authorities[0]])}"
            created.append(Created(key, signer.key.pem(), PRIVATE, True))
            self.notes.append(Note(DUTY, "certs-new.keep-key", {}, key))
        for old in self.found:
            created += self.renewed(old, signer)
        return Change(created=tuple(created), notes=tuple(self.notes), runbook=tuple(self.runbook()))

    def _has_new_key(self, old: Old) -> bool:
        return not self.keep and not old.is_authority and old.key != old.path

    def renewed(self, old: Old, signer: Signer | None) -> Iterator[Created]:
        request, keys = self.request, self.request.private_keys()
        if signer is None:
            signer = signer_of(self.issuers[old.path], keys, request.now, ended=old.is_authority)
        length = days(request, "days", openssl.days_of(old.leaf, openssl.CA_DAYS if old.is_authority else openssl.DAYS))
        begin, end = int(request.now) - EARLY, int(request.now) + length * DAY - 1
        if end > signer.not_after and not old.is_authority:
            end = signer.not_after
            self.notes.append(Note(ADVICE, "certs-new.ends-with-ca", {"day": day_of(end)}, old.path))
        key = signer.key if old.is_authority else None if self.keep else keys.make(_spec(old.leaf))
        spki = key.spki if key is not None else old.leaf.public_key.spki
        try:
            pem = keys.sign_again(old.leaf.der, spki, begin, end, b"" if old.is_authority else signer.der, signer.key)
        except ValueError:
            raise CannotDo("certs-renew.refused", path=old.path) from None
        if not self.new_ca:
            pem += pem_of(c.der for c in old.rest)
        self.notes.append(Note(DONE, "certs-renew.renewed", {"before": day_of(old.leaf.not_after), "day": day_of(end)}, old.path))
        if old.key == old.path and not old.is_authority:
            own = key if key is not None else keys.load(old.path)
            yield Created(self.new(old.path), pem + own.pem(), PRIVATE, True)
            return
        yield Created(self.new(old.path), pem, PUBLIC)
        if key is not None and self._has_new_key(old):
            yield Created(self.new(old.key), key.pem(), PRIVATE, True)

    # What a person does

    def runbook(self) -> Iterator[Step]:
        if self.new_ca:
            yield Step("certs-renew.step-bundle")
            yield from swap_steps(self.request, self.machines(CA, self.bundle))
            if any(user.target.kind in kinds.DATABASES for old in self.found for user in old.users):
                yield Step("certs-renew.step-database-ca")
            yield from self.restarts((CA,))
        yield from self._look()
        if self.new_ca:
            yield Step("certs-renew.step-certificates")
        yield from swap_steps(self.request, self.machines(CERT, self.new))
        yield from self.restarts((CA,) if any(old.is_authority for old in self.found) else (CERT, KEY))
        if self.new_ca:
            yield Step("certs-renew.step-new-ca")
            yield from swap_steps(self.request, self.machines(CA, self.new))
            yield from self.restarts((CA,))

    def _look(self) -> Iterator[Step]:
        lines = []
        for old in self.found:
            ca = self.new(old.path) if old.is_authority else self.new(self.authorities[0]) if self.new_ca else self.issuers[old.path].path
            try:
                lines.append(f"dmls certs verify --roots {shell.file(self.request.near(ca))} --chain {shell.file(self.request.near(self.new(old.path)))}")
            except shell.Unwritable:
                pass
        yield Step("certs-renew.step-look", {}, tuple(lines))

    def machines(self, role: str, place: Callable[[str], str]) -> list[Machine]:
        """The files of a role, CERT with its key, for each machine; `place` tells where the new file for an old one is."""

        def copies(old: Old, user: User) -> Iterator[Copy]:
            target = user.target
            if role == CA:
                if user.ca in self.authorities:
                    yield Copy(place(user.ca), target.ca, PUBLIC)
                return
            yield Copy(place(old.path), target.cert, PUBLIC)
            if self._has_new_key(old):
                yield Copy(place(old.key), target.key or openssl.key_beside(target.cert), PRIVATE)

        users = [(old, user) for old in self.found for user in old.users or (_whoever(old),)]
        return by_machine((user.target, copies(old, user)) for old, user in users)

    def restarts(self, roles: tuple[str, ...]) -> Iterator[Step]:
        """When DM takes the files: one sentence for each way."""
        ways: dict[str, dict[str, dict[str, None]]] = {}
        for old in self.found:
            for user in old.users:
                if user.target.kind in (*kinds.COMPONENTS, *kinds.DATABASES):
                    way = reload_story(user.target.kind, roles, self.version)
                    ways.setdefault(way, {}).setdefault(user.target.kind, {})[user.target.label] = None
        if HANDSHAKE in ways:
            yield Step("certs-renew.step-handshake", {"labels": ", ".join(label for labels in ways[HANDSHAKE].values() for label in labels)})
        for way in (RESTART, AGAIN):
            for kind, labels in ways.get(way, {}).items():
                yield Step(f"certs-renew.step-{way}-{kind}", {"labels": ", ".join(labels)})


def _whoever(old: Old) -> User:
    """Stands for those who use a certificate of which no configuration speaks: it goes back to where it is."""
    return User(Target("", "", old.path.rpartition("/")[2], HERE, "", old.path, old.key), "")


def _spec(certificate: Certificate) -> KeySpec:
    """The kind of key that a certificate is for, never a weaker one than is made today."""
    public = certificate.public_key
    if public.kind not in _SIZES:
        return KeySpec()
    return KeySpec(public.kind, next((size for size in _SIZES[public.kind] if size >= public.bits), _SIZES[public.kind][-1]))
