"""Certificate files that lie beside those a configuration names and would do in the place of one that is wrong or missing.

To ask for them is to have the folder read, so a rule asks only once it has something to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmls.files import Directory
from dmls.model.tls.cert_use import CertUse, Source, uses
from dmls.model.tls_block import CA, KEY, TlsBlock
from dmls.model.tls_path import folder_of
from dmls.rule import Context
from dmls.version import go_of

if TYPE_CHECKING:
    from dmls.pki.facts import Certificate, PemFile, PublicKey

MOST_OFFERED = 3
"""Files that are offered in the place of a wrong one."""


def use_of(block: TlsBlock, ctx: Context) -> CertUse | None:
    """The files behind a TLS block, as far as they were looked at."""
    return next((use for use in uses(ctx.config, ctx.around, ctx.version) if use.block.holder is block.holder), None)


def neighbour(use: CertUse | None) -> Source | None:
    """A file of the block in whose folder others may be looked for."""
    return next((source for source in use.files if source.path and source.local), None) if use is not None else None


def goal(ctx: Context, source: Source, path: str) -> str:
    """The file that a conversion of `source`, which a command calls `path`, is written to; none that is there already."""
    from dmls.model.tls import openssl

    listed = ctx.around.lookup.list(folder_of(source.local)) if source.local else None
    return openssl.target(path, source.role == KEY, listed.entries if isinstance(listed, Directory) else ())


def certificates(ctx: Context, source: Source, key: PublicKey | None) -> list[str]:
    """Files whose first certificate belongs to `key`."""
    beside = ctx.siblings(source) if key is not None else ()
    if not beside:
        return []
    from dmls.pki import file

    found = []
    for path, pem in beside:
        chain = file.key_pair(pem, None, go_of(ctx.version)).chain
        if chain and key is not None and chain[0].public_key.identity == key.identity:
            found.append(path)
    return found


def keys(ctx: Context, source: Source, certificate: Certificate | None) -> list[str]:
    """Files with the private key of the certificate."""
    return [path for path, pem in ctx.siblings(source) if _holds_key(ctx, pem, certificate)] if certificate is not None else []


def _holds_key(ctx: Context, pem: PemFile, certificate: Certificate) -> bool:
    from dmls.pki import file

    key = file.private_key(pem, go_of(ctx.version))
    return key is not None and not key.problem and key.public is not None and key.public.identity == certificate.public_key.identity


def authorities(ctx: Context, source: Source, own: tuple[Certificate, ...]) -> list[str]:
    """Files of CAs with which the chain `own`, the leaf first, verifies; all files of CAs where it is empty."""
    beside = ctx.siblings(source)
    if not beside:
        return []
    from dmls.pki import chain, file

    go = go_of(ctx.version)
    found = []
    for path, pem in beside:
        roots = file.pool(pem, go).certificates
        if not roots or file.guess_role(pem) != CA:
            continue
        if not own or chain.verify(own[0], own[1:], roots, None, "any", go).ok:
            found.append(path)
    return found


def pairs(ctx: Context, source: Source, use: CertUse) -> list[tuple[str, str]]:
    """Files with a certificate, and with its key; for a component only such as verify with its CA, where that is known."""
    beside = ctx.siblings(source)
    if not beside:
        return []
    from dmls.pki import chain, file

    go = go_of(ctx.version)
    roots = use.pool.certificates if use.pool is not None and use.block.is_component else ()
    found = []
    for path, pem in beside:
        own = file.key_pair(pem, None, go).chain
        if not own or file.guess_role(pem) == CA or (roots and not chain.verify(own[0], own[1:], roots, None, "any", go).ok):
            continue
        key = path if _holds_key(ctx, pem, own[0]) else next(iter(keys(ctx, source, own[0])), "")
        if key:
            found.append((path, key))
    return found
