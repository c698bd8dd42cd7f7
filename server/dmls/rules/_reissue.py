"""Fixes for certificates that only a new certificate mends: the command that issues it, with the CA that the configuration trusts.

The paths are those of the configuration, since the command is for the host that it is for.  The CA's key is looked for beside the CA, and named as
people name it where it is not there: the fix's title tells that it is needed.
"""

from __future__ import annotations

from dmls.model import kind as kinds
from dmls.model.tls import openssl
from dmls.model.tls.allowed_cn import judged, trimmed
from dmls.model.tls.cert_use import CertUse, Source
from dmls.model.tls.host_check import own_hosts
from dmls.model.tls.openssl import Place, Signer, Wanted
from dmls.model.tls_block import CA, KEY
from dmls.named import NamedTuple
from dmls.pki.facts import CLIENT_AUTH, SERVER_AUTH, Certificate
from dmls.rule import Context, Fix
from dmls.rules import _found

_LOCAL = ("localhost", "127.0.0.1")
_USUAL_CN = "dm"
_MOST_BLOCKS = 100
"""A file with more has not been made by people, and to look at each of its certificates for each of them would take long."""


class _Paper(NamedTuple):
    """What a command needs beside the certificate: where that is, its key, who signs, what it has to say."""

    place: Place
    key: str
    signer: Signer
    wanted: Wanted
    keep_rest: bool


def reissue(ctx: Context, source: Source | None, certificate: Certificate | None, number: int = 0, by_trusted: bool = False) -> tuple[Fix, ...]:
    """Issue a certificate of `ssl-cert` again for the same key and subject, for all hosts and usages that DM needs.

    `number` counts the certificates of the file from 1, for one that cannot be read.  `by_trusted` wants a CA of `ssl-ca` as the issuer.
    """
    paper = _paper(ctx, source, certificate, number, by_trusted)
    if paper is None or not paper.key:
        return ()
    command = openssl.issued_again(paper.place, paper.key, paper.signer, paper.wanted, paper.keep_rest)
    return ctx.command("run-reissue", command, ca_key=paper.signer.key)


def reissue_for_new_key(ctx: Context, source: Source, certificate: Certificate | None) -> tuple[Fix, ...]:
    """Make a new key and have the certificate issued for that."""
    paper = _paper(ctx, source, certificate, 0 if certificate is not None else 1)
    key = _key_path(source)
    if paper is None or not key:
        return ()
    subject = openssl.subject_of(certificate.subject.raw) if certificate is not None else openssl.subject_of(b"", _allowed(source))
    command = openssl.issued_for_new_key(paper.place, key, subject, paper.signer, paper.wanted, paper.keep_rest)
    return ctx.command("run-new-key", command, ca_key=paper.signer.key)


def reissue_for_key(ctx: Context, source: Source, certificate: Certificate, named: bool = True) -> tuple[Fix, ...]:
    """Issue the certificate for the key in `ssl-key`, whatever key it was for; with a common name that is allowed if it is not `named`."""
    paper = _paper(ctx, source, certificate)
    key = _key_path(source)
    use = source.use
    if paper is None or not key or use is None or use.private_key is None or use.private_key.problem or use.private_key.public is None:
        return ()
    name = "" if named else _allowed(source)
    wanted = paper.wanted._replace(kind=use.private_key.public.kind)
    command = openssl.issued_for_key(paper.place, key, openssl.subject_of(certificate.subject.raw, name), paper.signer, wanted, paper.keep_rest)
    return ctx.command("run-reissue", command, ca_key=paper.signer.key)


def reissue_with_name(ctx: Context, source: Source, certificate: Certificate, name: str) -> tuple[Fix, ...]:
    """Issue the certificate again for the same key, with another common name."""
    paper = _paper(ctx, source, certificate)
    if paper is None or not paper.key:
        return ()
    subject = openssl.subject_of(certificate.subject.raw, name)
    command = openssl.issued_for_key(paper.place, paper.key, subject, paper.signer, paper.wanted, paper.keep_rest)
    return ctx.command("run-reissue-name", command, ca_key=paper.signer.key, name=name)


def sign_request(ctx: Context, source: Source, is_der: bool = False) -> tuple[Fix, ...]:
    """Sign the request in a file, with the hosts and usages that the configuration needs: a request's own wishes are not heard by old programs."""
    if source.is_inline:
        return ()
    signer = _signer(ctx, source, None)
    command = openssl.request_signed(_path(source), _found.goal(ctx, source, _path(source)), signer, _wanted(source, None), is_der)
    return ctx.command("run-sign", command, ca_key=signer.key)


def renew_ca(ctx: Context, source: Source | None, authority: Certificate | None) -> tuple[Fix, ...]:
    """Issue the certificate of a CA again with the same name and key, so that what it has signed stays good."""
    place = place_of(source, authority)
    if source is None or place is None or authority is None:
        return ()
    key = _key_of_authority(ctx, source, place, authority)
    days = openssl.days_of(authority, openssl.CA_DAYS)
    wanted = Wanted(is_ca=True, days=days, kind=authority.public_key.kind)
    signer = None if authority.is_self_issued else _signer(ctx, source, authority)
    command = openssl.issued_again(place, key, signer, wanted, True)
    if signer is None:
        return ctx.command("run-renew-ca", command, ca_key=key)
    return ctx.command("run-renew-intermediate", command, key=key, ca_key=signer.key)


def without(ctx: Context, source: Source, certificate: Certificate) -> tuple[Fix, ...]:
    """Take a certificate that nothing needs out of its file."""
    place = place_of(source, certificate)
    return ctx.command("run-without", openssl.without(place.path, [place.number]), file=place.path) if place is not None else ()


def _allowed(source: Source) -> str:
    """The name that a certificate of the component should have: the first that is allowed."""
    items = judged(source.use.block) if source.use is not None else []
    return next((trimmed(item.text) for item in items if trimmed(item.text)), _USUAL_CN)


def _paper(ctx: Context, source: Source | None, certificate: Certificate | None, number: int = 0, by_trusted: bool = False) -> _Paper | None:
    place = place_of(source, certificate, number)
    if source is None or place is None or source.pem is None or any(block.key is not None for block in source.pem.blocks):
        # A key in the same file would be lost.
        return None
    if source.owner in kinds.DATABASES and (certificate is None or not _same_issuer(source, certificate)):
        # Another CA may have issued it than the one that vouches for the database.
        return None
    signer = _signer(ctx, source, certificate, by_trusted)
    key = _key_for(ctx, source, certificate, place)
    # What stands behind the certificate still leads to the CA if that signs as before.
    keep = place.count > 1 and (place.number > 1 or (certificate is not None and not by_trusted and _same_issuer(source, certificate)))
    return _Paper(place, key, signer, _wanted(source, certificate), keep)


def place_of(source: Source | None, certificate: Certificate | None, number: int = 0) -> Place | None:
    """Where in its file a certificate is, as a command counts; None where that would not be sure."""
    if source is None or source.is_inline or source.pem is None or source.pem.damage or len(source.pem.blocks) > _MOST_BLOCKS:
        return None
    blocks = [block for block in source.pem.blocks if block.type == "CERTIFICATE"]
    if not number:
        number = next((i for i, block in enumerate(blocks, 1) if block.certificate is not None and block.certificate == certificate), 0)
    return Place(_path(source), number, len(blocks)) if number else None


def _path(source: Source) -> str:
    """How a command names the file: as the configuration does; a file by itself by its own name."""
    return source.path if source.entry is not None else source.path.rpartition("/")[2]


def _spelled(ctx: Context, source: Source, local: str) -> str:
    """Another file of the folder, as the command names it."""
    return ctx.path_for(source, local) if source.entry is not None else local.rpartition("/")[2]


def _wanted(source: Source, certificate: Certificate | None) -> Wanted:
    kind = certificate.public_key.kind if certificate is not None else ""
    use = source.use
    if certificate is not None and certificate.is_ca and (use is None or certificate != use.readable_leaf):
        return Wanted(is_ca=True, days=openssl.days_of(certificate, openssl.CA_DAYS), kind=kind)
    days = openssl.days_of(certificate)
    if use is None:
        return Wanted(openssl.names_for(certificate, ()), (SERVER_AUTH, CLIENT_AUTH), days=days, kind=kind)
    if use.owner in kinds.DATABASES:
        return Wanted(openssl.names_for(certificate, ()), (CLIENT_AUTH,), days=days, kind=kind)
    hosts = (*own_hosts(use.config), *_LOCAL)
    return Wanted(openssl.names_for(certificate, hosts), (SERVER_AUTH, CLIENT_AUTH), days=days, kind=kind)


def _key_path(source: Source) -> str:
    """The path in `ssl-key`, "" where the key is not in a file."""
    use = source.use
    return use.key.path if use is not None and use.key is not None and not use.key.is_inline else ""


def _key_for(ctx: Context, source: Source, certificate: Certificate | None, place: Place) -> str:
    """The file with the key of a certificate; "" where it is not in a file, or in one with another key."""
    use = source.use
    if certificate is not None and certificate.is_ca and (use is None or certificate != use.readable_leaf):
        return _key_of_authority(ctx, source, place, certificate)
    if use is None:
        found = _found.keys(ctx, source, certificate)
        return _spelled(ctx, source, found[0]) if found else openssl.key_beside(place.path)
    key = use.private_key
    if use.key is None or use.key.is_inline or (key is not None and (key.problem or key.public is None)):
        return ""
    fits = key is None or certificate is None or key.public is None or key.public.identity == certificate.public_key.identity
    return use.key.path if fits else ""


def _key_of_authority(ctx: Context, source: Source, place: Place, authority: Certificate) -> str:
    """The file with the key of a CA, by its usual name where it is not there."""
    found = _found.keys(ctx, source, authority)
    if found:
        return _spelled(ctx, source, found[0])
    if source.role != CA and source.use is not None:
        # In `ssl-cert` the usual name is that of the own key.
        return f"{_folder(place.path)}intermediate-key.pem"
    return openssl.key_beside(place.path, f"-{place.number}-key" if place.number > 1 else "-key")


def _same_issuer(source: Source, certificate: Certificate) -> bool:
    """Whether whoever signed the certificate is still there to sign."""
    use = source.use
    known = (*use.chain, *(use.pool.certificates if use.pool is not None else ())) if use is not None else ()
    return any(c != certificate and c.subject.raw == certificate.issuer.raw for c in known)


def _signer(ctx: Context, source: Source, certificate: Certificate | None, by_trusted: bool = False) -> Signer:
    """Who has to sign: the issuer of the old certificate where it is there, else the first CA in `ssl-ca`."""
    use = source.use
    at, authority = _authority(use, certificate, by_trusted) if use is not None else (None, None)
    place = place_of(at, authority)
    if at is not None and authority is not None and place is not None:
        return Signer(place, _key_of_authority(ctx, at, place, authority), authority.public_key.kind)
    if use is None:
        own = (certificate,) if certificate is not None and source.role != CA else ()
        found = _found.authorities(ctx, source, own) if source.role != KEY else []
        ca = _spelled(ctx, source, found[0]) if found else f"{_folder(_path(source))}ca.pem"
        return Signer(Place(ca), openssl.key_beside(ca))
    ca = use.ca.path if use.ca is not None and use.ca.path and use.ca is not source else f"{_folder(_path(source))}ca.pem"
    return Signer(Place(ca), openssl.key_beside(ca))


def _folder(path: str) -> str:
    head, slash, _ = path.rpartition("/")
    return f"{head}{slash}"


def _authority(use: CertUse, certificate: Certificate | None, by_trusted: bool) -> tuple[Source | None, Certificate | None]:
    """The CA that is to sign, and the file where it stands."""
    pool = use.pool.certificates if use.pool is not None else ()
    if certificate is not None:
        for source, known in ((use.ca, pool), (use.cert, use.chain)):
            for c in known if source is use.ca or not by_trusted else ():
                if c.subject.raw == certificate.issuer.raw and c != certificate:
                    return source, c
    first = next((c for c in pool if c != certificate and (c.is_ca or c.version < 3)), next((c for c in pool if c != certificate), None))
    return (use.ca, first) if first is not None else (None, None)
