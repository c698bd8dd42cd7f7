"""`dmls certs new`: a CA and certificates for a deployment, made from what its configurations say.

What is there already stays: a CA whose key lies beside it signs what is missing, so that a component that joins a deployment later gets its
certificate in the same way.
"""

from __future__ import annotations

import re
from typing import Iterator, NamedTuple, Sequence

from dmls.go import host_port
from dmls.migrate import cert_plan
from dmls.migrate.cert_plan import (
    CLIENT,
    DAY,
    LOCAL,
    PROMETHEUS,
    SERVER,
    CertPlan,
    CertWish,
    Keys,
    KeySpec,
    Signer,
    Target,
    Wanted,
)
from dmls.migrate.cert_steps import USUAL_FOLDER, Disk, authorities, copies_for, copy_steps, key_of_authority, machines, pem_of
from dmls.migrate.change import ADVICE, DONE, DUTY, CannotDo, Change, Created, Note, Request, Step
from dmls.model import kind as kinds
from dmls.model import shell
from dmls.model.tls import openssl
from dmls.model.tls.allowed_cn import trimmed
from dmls.model.tls.cert_use import day_of, printable
from dmls.model.tls.host_check import is_loopback
from dmls.model.tls_path import common_folder, folder_of
from dmls.pki.facts import ECDSA, RSA, Certificate
from dmls.schema import keys as k

_EC_SIZES, _RSA_SIZES = (256, 384, 521), (2048, 3072, 4096)
_MOST_DAYS = 36_500
_NUMBER = re.compile(r"([1-9][0-9]{0,5})d?\Z")


class Authority(NamedTuple):
    """A CA that is there.  `key` is the file with its key, "" where nothing has to be signed."""

    path: str
    certificates: tuple[Certificate, ...]
    key: str


def make(request: Request) -> Change:
    """Raises `CannotDo`."""
    options = request.options
    wanted = _wanted(request)
    folder = request.path(options.value("output")) if options.value("output") else f"{common_folder(request.paths)}/tls"
    wishes = cert_plan.plan(request, folder, wanted)
    if not any(wish.role == cert_plan.COMPONENT for wish in wishes):
        raise cert_plan.nobody(request)
    disk = Disk(request)
    authority, kept = _without_there(wishes[0], disk)
    wishes = (authority, *wishes[1:])
    missing = tuple(wish for wish in wishes[1:] if not _is_there(wish, disk))
    given = _authority(request, authority, missing, disk)
    copies = tuple(p.cert for p in authority.places if given is not None and p.cert != given.path and not disk.exists(p.cert))
    if disk.pending:
        return Change()
    notes = (*_notes(request, disk, wishes, missing, given), *_on_kept(kept, given, disk))
    if disk.pending:
        return Change()
    if given is not None and not missing and not copies:
        return Change(notes=(Note(DONE, "certs-new.all-there", {"folder": request.near(folder)}), *notes))
    steps = tuple(_runbook(request, wishes, given))
    if options.flag("openssl"):
        commands = _by_openssl(request, authority, missing, given, copies)
        return Change(notes=notes, runbook=(Step("certs-new.openssl", {}, commands), *steps))
    keys = request.private_keys()
    signer = signer_of(given, keys, request.now) if given is not None and missing else None
    made = cert_plan.issue(missing if given is not None else wishes, keys, request.now, signer)
    public = pem_of(c.der for c in given.certificates) if given is not None else b""
    return Change(created=(*(Created(path, public) for path in copies), *made), notes=notes, runbook=steps)


# What is asked for


def _wanted(request: Request) -> Wanted:
    options = request.options
    hosts = []
    for text in options.values("host"):
        label, _, host = text.rpartition("=")
        if not openssl.names_for(None, (host,)):
            raise CannotDo("certs-new.no-host", text=host)
        hosts.append((label, host))
    return Wanted(
        options.flag("shared"),
        options.flag("databases"),
        options.flag("prometheus"),
        key_spec(request),
        days(request, "days", openssl.DAYS),
        days(request, "ca-days", openssl.CA_DAYS),
        tuple(hosts),
        options.flag("output"),
    )


def key_spec(request: Request) -> KeySpec:
    """The kind of key that was asked for.  Raises `CannotDo`."""
    kind = RSA if request.options.choice("key-type", ("ec", "rsa"), "ec") == "rsa" else ECDSA
    sizes = _RSA_SIZES if kind == RSA else _EC_SIZES
    text = request.options.value("key-size") or str(sizes[0])
    if text not in map(str, sizes):
        raise CannotDo("certs-new.key-size", size=text, sizes=", ".join(map(str, sizes)))
    return KeySpec(kind, int(text))


def days(request: Request, name: str, usual: int) -> int:
    """A number of days that was given as ``365`` or ``365d``.  Raises `CannotDo`."""
    text = request.options.value(name) or str(usual)
    m = _NUMBER.match(text)
    if m is None or int(m.group(1)) > _MOST_DAYS:
        raise CannotDo("certs-new.days", option=f"--{name}", text=text, most=_MOST_DAYS)
    return int(m.group(1))


# What is there


def _is_there(wish: CertWish, disk: Disk) -> bool:
    """Whether a certificate is there with its key, at each of its places.  Raises `CannotDo` for half of it."""
    found = {path: disk.exists(path) for place in wish.places for path in place}
    if disk.pending or not any(found.values()):
        return False
    lacking = next((path for path, exists in found.items() if not exists), "")
    if lacking:
        raise CannotDo("certs-new.half", path=next(path for path, exists in found.items() if exists), other=lacking)
    return True


def _without_there(wish: CertWish, disk: Disk) -> tuple[CertWish, tuple[str, ...]]:
    """The CA without the other places where a file is already, and these."""
    there = tuple(place.cert for place in wish.places[1:] if disk.exists(place.cert))
    return wish._replace(places=tuple(place for place in wish.places if place.cert not in there)), there


def _on_kept(kept: Sequence[str], given: Authority | None, disk: Disk) -> Iterator[Note]:
    """Files that hold another CA where configurations name one."""
    own = set(given.certificates) if given is not None else set()
    for path in kept:
        pem = disk.pem(path)
        if pem is not None and own.isdisjoint(authorities(pem)):
            yield Note(ADVICE, "certs-new.other-ca", {}, path)


def _authority(request: Request, wish: CertWish, missing: CertPlan, disk: Disk) -> Authority | None:
    """The CA that is there or was named; None where one has to be made."""
    options = request.options
    path = request.path(options.value("ca")) if options.flag("ca") else wish.cert
    pem = disk.pem(path)
    if disk.pending:
        return None
    if pem is None:
        if options.flag("ca"):
            raise CannotDo("certs-new.no-ca", path=path)
        if options.flag("ca-key"):
            raise CannotDo("certs-new.key-without-ca", option="--ca-key")
        if disk.exists(wish.key_path) and not disk.pending:
            raise CannotDo("certs-new.half", path=wish.key_path, other=path)
        return None
    found = tuple(authorities(pem))
    if not found:
        raise CannotDo("certs-new.no-ca-in", path=path)
    if options.flag("ca-key"):
        key = request.path(options.value("ca-key"))
    else:
        key = key_of_authority(disk, path)
        if missing and not key and not disk.pending:
            raise CannotDo("certs-new.no-ca-key", path=path)
    return Authority(path, found, key)


def signer_of(authority: Authority, keys: Keys, now: float, ended: bool = False) -> Signer:
    """The CA with its key.  Raises `CannotDo` where they do not belong together, or the CA has ended, unless it may have `ended`."""
    key = keys.load(authority.key)
    own = next((c for c in authority.certificates if c.public_key.spki == key.spki), None)
    if own is None:
        raise CannotDo("certs-new.other-ca-key", path=authority.path, other=authority.key)
    if own.not_after <= now and not ended:
        raise CannotDo("certs-new.ca-ended", path=authority.path, day=day_of(own.not_after))
    return Signer(pem_of((own.der,)), own.der, key, own.not_after)


# The report


def _notes(request: Request, disk: Disk, wishes: CertPlan, missing: CertPlan, given: Authority | None) -> Iterator[Note]:
    if given is not None:
        yield Note(DONE, "certs-new.ca-there", {}, given.path)
    for wish in wishes[1:]:
        yield from _on_certificate(disk, wish, wish in missing)
    yield from _on_hosts(wishes)
    yield from _on_deployments(request)
    yield from _on_names(request, wishes)
    if not request.options.flag("shared"):
        yield from _on_one_path(wishes)
    yield from _on_end(request, wishes[0], missing, given)
    if not request.options.flag("openssl") and given is None:
        yield Note(DUTY, "certs-new.keep-key", {}, wishes[0].key_path)
    if cert_plan.left_to_tiup(request):
        yield Note(ADVICE, "certs-new.by-tiup")
    yield from _on_places(request, wishes)


def _on_certificate(disk: Disk, wish: CertWish, is_new: bool) -> Iterator[Note]:
    """Whom it is for; what one that is there already lacks."""
    names = cert_plan.sans(wish)
    if is_new:
        args = {"labels": ", ".join(dict.fromkeys(t.label for t in wish.targets)), "cn": wish.common_name, "names": ", ".join(name.partition(":")[2] for name in names)}
        yield Note(DONE, f"certs-new.for-{wish.role}", args, wish.cert)
        return
    yield Note(DONE, "certs-new.there", {}, wish.cert)
    pem = disk.pem(wish.cert)
    leaf = next((b.certificate for b in pem.blocks if b.certificate is not None), None) if pem is not None else None
    for name in names if leaf is not None else ():
        if name not in openssl.names_for(leaf, ()):
            yield Note(DUTY, "certs-new.lacks", {"name": name}, wish.cert)


def _on_one_path(wishes: CertPlan) -> Iterator[Note]:
    """Components that share a certificate, since their configurations name one file."""
    for wish in wishes[1:]:
        users = [t for t in wish.targets if t.kind in kinds.COMPONENTS]
        if len(users) > 1 and wish.role == cert_plan.COMPONENT:
            yield Note(ADVICE, "certs-new.one-path", {"labels": ", ".join(t.label for t in users), "path": users[0].cert})


def _on_end(request: Request, authority: CertWish, missing: CertPlan, given: Authority | None) -> Iterator[Note]:
    """Certificates that were to last longer than their CA."""

    def end(days: int) -> int:
        return int(request.now) + days * DAY - 1

    last = min((c.not_after for c in given.certificates), default=None) if given is not None else end(authority.days)
    if last is not None and any(end(wish.days) > last for wish in missing):
        yield Note(ADVICE, "certs-new.ends-with-ca", {"day": day_of(last)})


def _on_places(request: Request, wishes: CertPlan) -> Iterator[Note]:
    """How a check finds files that lie elsewhere here than on the servers, where no setting tells that."""
    users = [(target, wish) for wish in wishes[1:] for target in wish.targets if target.cert]
    folders = sorted({(folder_of(target.cert), folder_of(wish.cert)) for target, wish in users if target.cert.startswith("/") and target.cert != wish.cert})
    if folders and all(request.files.settings(target.path).local_path(target.cert) is None for target, _ in users):
        there, here = folders[0]
        yield Note(ADVICE, "certs-new.path-map", {"there": there, "here": request.near(here)})


def _on_hosts(wishes: CertPlan) -> Iterator[Note]:
    """Addresses that no certificate can name, and components of which nobody says where they are."""
    for wish in wishes:
        for name in wish.names:
            if not openssl.names_for(None, (name,)):
                yield Note(DUTY, "certs-new.no-name", {"name": printable(name)}, wish.cert)
        if wish.role == cert_plan.COMPONENT and set(wish.names) <= set(LOCAL):
            for target in wish.targets:
                if target.kind in kinds.COMPONENTS and not is_loopback(target.host):
                    yield Note(DUTY, "certs-new.no-address", {"label": target.label}, target.path)


def _on_deployments(request: Request) -> Iterator[Note]:
    """Masters that know nothing of each other."""
    clusters = {c.members for path in request.paths for c in request.files.clusters(path) if c.of_kind(kinds.MASTER)}
    if len(clusters) > 1:
        yield Note(ADVICE, "certs-new.several", {"count": len(clusters)})


def _on_names(request: Request, wishes: CertPlan) -> Iterator[Note]:
    """Lists of allowed names that turn these certificates away."""
    cn = wishes[1].common_name
    for path in request.paths:
        config = request.files.file(path)
        if config is None or config.kind not in kinds.COMPONENTS:
            continue
        entry = config.get(k.CERT_ALLOWED_CN)
        names = [item.text for item in entry.strings()] if entry is not None else []
        counted = names[:1] if config.kind == kinds.MASTER else [trimmed(name) for name in names]
        if entry is not None and names and cn not in counted:
            yield Note(DUTY, "certs-new.not-allowed", {"cn": cn}, path, config.value_span(entry))


# The runbook


def _runbook(request: Request, wishes: CertPlan, given: Authority | None) -> Iterator[Step]:
    ca = wishes[0].cert if given is None else given.path
    if given is None:
        yield Step("certs-new.step-key", {"path": request.near(wishes[0].key_path)})
    users = [(t, w) for w in wishes[1:] for t in w.targets if t.kind in kinds.COMPONENTS]
    hosts = {t.host: t for t, _ in users}
    # Whoever carries out a part of a task opens the files that sources and tasks name (dm-tls.md §7).
    users += [(t._replace(host=host.host, label=host.label), w) for w in wishes if w.role == CLIENT for t in w.targets for host in hosts.values()]
    yield from copy_steps(request, machines(users, ca))
    tools = [(t, w) for w in wishes[1:] for t in w.targets if t.kind in (kinds.DMCTL, PROMETHEUS)]
    yield from copy_steps(request, machines(tools, ca))
    for wish in wishes:
        if wish.role == SERVER:
            target = wish.targets[0]._replace(label=wish.label)
            names = dict(zip(("ca", "cert", "key"), _goals(target, wish, ca), strict=True))
            commands = [line for step in copy_steps(request, machines([(target, wish)], ca)) for line in step.commands]
            yield Step("certs-new.step-server", {"host": target.host, **names}, tuple(commands))
    if any(w.role == CLIENT for w in wishes):
        yield Step("certs-new.step-client")
    named = all(t.ca and t.cert and t.key for w in wishes[1:] for t in w.targets if t.kind in kinds.COMPONENTS)
    yield Step("certs-new.step-restart" if named else "certs-new.step-enable", {}, _next_command(request, named, folder_of(wishes[1].cert)))
    for target, wish in tools:
        paths = _goals(target, wish, ca)
        if target.kind == PROMETHEUS:
            yield Step("certs-new.step-prometheus", dict(zip(("ca", "cert", "key"), paths, strict=True)))
        else:
            flags = dict(zip((k.SSL_CA, k.SSL_CERT, k.SSL_KEY), paths, strict=True))
            yield Step("certs-new.step-dmctl", {}, shell.lines(shell.dmctl(_master(request), flags, "list-member")))


def _next_command(request: Request, named: bool, folder: str) -> tuple[str, ...]:
    try:
        operands = " ".join(shell.file(request.near(path)) for path in _operands(request))
        return (f"dmls check --files strict {operands}" if named else f"dmls tls enable --certs {shell.file(request.near(folder))} --tls-dir {USUAL_FOLDER} {operands}",)
    except shell.Unwritable:
        return ()


def _goals(target: Target, wish: CertWish, ca: str) -> tuple[str, str, str]:
    """The paths of CA, certificate and key where the user of a certificate has them."""
    goals = {copy.local: copy.goal for copy in copies_for(target, wish, ca)}
    return goals.get(ca, ca), goals.get(wish.cert, wish.cert), goals.get(wish.key_path, wish.key_path)


def _master(request: Request) -> str:
    for path in request.paths:
        for cluster in request.files.clusters(path):
            for card in cluster.of_kind(kinds.MASTER):
                for address in card.listens:
                    return host_port.join(*address)
    return ""


def _operands(request: Request) -> tuple[str, ...]:
    """The folder of the configurations, where there are several."""
    return request.paths if len(request.paths) < 4 else (common_folder(request.paths),)


# By OpenSSL


def _by_openssl(request: Request, authority: CertWish, missing: CertPlan, given: Authority | None, copies: tuple[str, ...]) -> tuple[str, ...]:
    """The commands that make the same.  Raises `CannotDo` where a path cannot stand in one."""
    try:
        return tuple(_openssl_lines(request, authority, missing, given, copies))
    except shell.Unwritable:
        raise CannotDo("certs-new.unwritable") from None


def _openssl_lines(request: Request, authority: CertWish, missing: CertPlan, given: Authority | None, copies: tuple[str, ...]) -> Iterator[str]:
    paths = [path for wish in (*missing, *((authority,) if given is None else ())) for place in wish.places for path in place if path] + list(copies)
    yield f"mkdir -p {' '.join(shell.file(request.near(f)) for f in dict.fromkeys(map(folder_of, paths)))}"
    ca, key = (request.near(given.path), request.near(given.key)) if given is not None else (request.near(authority.cert), request.near(authority.key_path))
    kind = authority.key.kind
    if given is None:
        from dmls.pki.facts import rfc_3339

        subject = openssl.subject_of(b"", f"DM CA {rfc_3339(request.now)}")
        yield from openssl.new_authority(ca, key, subject, authority.key, authority.days)
        copies = tuple(place.cert for place in authority.places[1:])
    else:
        kind = given.certificates[0].public_key.kind
    for path in copies:
        yield f"cp {shell.file(ca)} {shell.file(request.near(path))}"
    for wish in missing:
        subject = f"/OU={wish.label}{openssl.subject_of(b'', wish.common_name)}"
        wanted = openssl.Wanted(cert_plan.sans(wish), wish.usages, False, wish.days, wish.key.kind)
        signer = openssl.Signer(openssl.Place(ca), key, kind)
        places = [tuple(request.near(path) for path in place) for place in wish.places]
        yield from openssl.new_certificate(*places[0], subject, wish.key, signer, wanted)
        for cert, own in places[1:]:
            yield f"cp {shell.file(places[0][0])} {shell.file(cert)}"
            yield f"cp -p {shell.file(places[0][1])} {shell.file(own)}"
