"""What the rules about one file agree on: how grave a fault is, whether the path leads anywhere, which other files would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmls.files import Denied, Missing, Pending
from dmls.model import kind as kinds
from dmls.model.tls.cert_use import Source
from dmls.model.tls.outcome import Outcome, bad_file
from dmls.model.tls.pem_fault import go_error
from dmls.model.tls_block import CA, CERT
from dmls.rule import Context, Fix, Severity
from dmls.rules import _found
from dmls.version import go_of

if TYPE_CHECKING:
    from dmls.pki.facts import Certificate, PemBlock, PublicKey


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


def where(source: Source) -> str:
    """How a command names the file, "" where it is none: text in a configuration is out of its reach."""
    return "" if source.is_inline else named(source)


def outcome_of(source: Source, ctx: Context) -> Outcome:
    """What DM says of a file that does not hold what its role needs."""
    return bad_file(source.owner, source.role, go_error(source, ctx.version), ctx.version)


def certificates_for(source: Source, key: PublicKey | None, ctx: Context) -> tuple[Fix, ...]:
    """Fixes that let `source` name another file whose first certificate belongs to the key."""
    return _offer(source, _found.certificates(ctx, source, key), ctx)


def keys_for(source: Source, certificate: Certificate | None, ctx: Context) -> tuple[Fix, ...]:
    """Fixes that let `source` name another file with the private key of the certificate."""
    return _offer(source, _found.keys(ctx, source, certificate), ctx)


def authorities_for(source: Source, ctx: Context) -> tuple[Fix, ...]:
    """Fixes that let `source` name another CA file: one with which the own certificate verifies, where that is known."""
    use = source.use
    return _offer(source, _found.authorities(ctx, source, use.chain if use is not None and use.block.is_component else ()), ctx)


def others_for(source: Source, ctx: Context) -> tuple[Fix, ...]:
    """Fixes that let `source` name another file that serves its role, together with the other files of the block."""
    use = source.use
    if source.role == CA:
        return authorities_for(source, ctx)
    if use is None:
        return ()
    if source.role == CERT:
        return certificates_for(source, use.private_key.public if use.private_key is not None else None, ctx)
    return keys_for(source, use.readable_leaf, ctx)


def _offer(source: Source, paths: list[str], ctx: Context) -> tuple[Fix, ...]:
    fixes = [fix for path in paths[: _found.MOST_OFFERED] for fix in ctx.rewrite(source, ctx.path_for(source, path), "name-file")]
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
