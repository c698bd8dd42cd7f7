"""What the rules about one file agree on: how grave a fault is, whether the path leads anywhere, how to name files in a command."""

from __future__ import annotations

from dmls.files import Denied, Missing, Pending
from dmls.model import kind as kinds
from dmls.model.cert_use import Source
from dmls.model.pem_fault import go_error
from dmls.model.tls_block import CA
from dmls.model.tls_outcome import Outcome, bad_file
from dmls.pki.facts import Certificate, PemBlock, PublicKey
from dmls.rule import Context, Fix, Severity
from dmls.version import go_of

MOST_OFFERED = 3
"""Files that are offered in the place of a wrong one."""

_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+=:,@%")


def gravity(source: Source, opened: bool = False) -> Severity:
    """An error only where DM fails for certain.

    `opened` asks about opening the file rather than about what it holds: a source or task fails on a file it cannot open even where it
    would not look into it.
    """
    if source.is_alone or not source.effective:
        return Severity.WARNING
    return Severity.ERROR if source.used or (opened and source.owner in kinds.DATABASES) else Severity.WARNING


def is_there(source: Source) -> bool:
    """Whether something is known to lie under the path, taken literally."""
    return not isinstance(source.state, (Missing, Pending, Denied))


def named(source: Source) -> str:
    """How a sentence names the file: as the configuration does, by its key where the text stands in the configuration."""
    if source.entry is not None:
        return source.path or source.entry.key
    return source.path.rpartition("/")[2]


def in_shell(path: str) -> str:
    """The path as a shell takes it."""
    return path if path and set(path) <= _SAFE else "'" + path.replace("'", "'\\''") + "'"


def command_files(source: Source) -> dict[str, str]:
    """`old` and `new` for a command that makes a usable file of this one; never the same."""
    old = f"{source.role}.old" if source.is_inline else named(source)
    stem, dot, suffix = old.rpartition(".")
    if not dot or "/" in suffix:
        stem, suffix = old, ""
    new = f"{stem}.pem" if suffix.lower() != "pem" else f"{stem}-new.pem"
    return {"old": in_shell(old), "new": in_shell(new)}


def outcome_of(source: Source, ctx: Context) -> Outcome:
    """What DM says of a file that does not hold what its role needs."""
    return bad_file(source.owner, source.role, go_error(source, ctx.version), ctx.version)


def certificates_for(source: Source, key: PublicKey | None, ctx: Context) -> tuple[Fix, ...]:
    """Fixes that let `source` name another file whose first certificate belongs to the key."""
    if key is None:
        return ()
    from dmls.pki import file

    found = []
    for path, pem in ctx.siblings(source):
        chain = file.key_pair(pem, None, go_of(ctx.version)).chain
        if chain and chain[0].public_key.identity == key.identity:
            found.append(path)
    return _offer(source, found, ctx)


def keys_for(source: Source, certificate: Certificate | None, ctx: Context) -> tuple[Fix, ...]:
    """Fixes that let `source` name another file with the private key of the certificate."""
    if certificate is None:
        return ()
    from dmls.pki import file

    found = []
    for path, pem in ctx.siblings(source):
        key = file.private_key(pem, go_of(ctx.version))
        if key is not None and not key.problem and key.public is not None and key.public.identity == certificate.public_key.identity:
            found.append(path)
    return _offer(source, found, ctx)


def authorities_for(source: Source, ctx: Context) -> tuple[Fix, ...]:
    """Fixes that let `source` name another CA file: one with which the own certificate verifies, where that is known."""
    from dmls.pki import chain, file

    use, go = source.use, go_of(ctx.version)
    own = use.chain if use is not None and use.block.is_component else ()
    found = []
    for path, pem in ctx.siblings(source):
        roots = file.pool(pem, go).certificates
        if not roots or file.guess_role(pem) != CA:
            continue
        if not own or chain.verify(own[0], own[1:], roots, None, "any", go).ok:
            found.append(path)
    return _offer(source, found, ctx)


def _offer(source: Source, paths: list[str], ctx: Context) -> tuple[Fix, ...]:
    fixes = [fix for path in paths[:MOST_OFFERED] for fix in ctx.rewrite(source, ctx.path_for(source, path), "name-file")]
    return tuple(fix._replace(preferred=i == 0) for i, fix in enumerate(fixes))


def lost_outcome(source: Source, ctx: Context) -> Outcome:
    """What DM says where a block that it needs is lost: Go's text for the file, or for a pair that does not fit any more."""
    use = source.use
    text = go_error(source, ctx.version) or (use.pair.error if use is not None and use.pair is not None else "") or ""
    return bad_file(source.owner, source.role, text, ctx.version)


def key_block(source: Source, ctx: Context) -> PemBlock | None:
    """The block that Go takes for the private key."""
    from dmls.pki import file

    return next((b for b in file.blocks(source.pem, go_of(ctx.version)) if b.key is not None), None) if source.pem is not None else None
