"""A certificate file that does not exist.

What: `ssl-ca`, `ssl-cert` or `ssl-key` names a file that is not there. An error if the file ought to be on this machine: the path is relative
and leads into the workspace, `path-map` maps it, its folder exists here, or `files = "strict"`. Else an information, since configurations are
often written on another machine than DM's.

Why: for the CA DM stops with 38051 (master) or 40076 (worker), `could not read ca certificate: open …: no such file or directory`. For certificate
and key a master stops with 38038; a worker only reports `context deadline exceeded` (40077). A source or task fails with 48003 `can not
load tls config` (dm-tls.md §1.3, §1.4): dmctl reads the file, the leading master if dmctl cannot, and every worker again to dump and load.

Wrong: `ssl-ca = "/etc/dm/tls/ca.crt"`, where only `/etc/dm/tls/ca.pem` exists

Right: `ssl-ca = "/etc/dm/tls/ca.pem"`

Fix: name an existing file; those in the folder are offered whose name is similar, or that fit to the other files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterator

from dmls.files import Directory, Missing
from dmls.model import kind as kinds
from dmls.model.tls.cert_use import Source
from dmls.model.tls.outcome import absent
from dmls.model.tls.pem_fault import has_certificate, has_key
from dmls.model.tls_block import CERT, KEY
from dmls.model.tls_path import folder_of
from dmls.rule import PATH, PEM, PEM_SUFFIXES, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.rules._found import MOST_OFFERED
from dmls.rules.files._judge import gravity, others_for

if TYPE_CHECKING:
    from dmls.pki.facts import PemFile


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    if not isinstance(source.state, Missing) or source.trouble or source.entry is None or source.is_inline:
        return
    host = "database" if source.owner in kinds.DATABASES else source.owner
    here = source.expected
    outcome = absent(source.owner, source.role, source.path, ctx.version)
    yield ctx.finding(
        RULE,
        source.anchor(),
        host if here else f"{host}-elsewhere",
        severity=gravity(source, opened=True) if here else Severity.INFORMATION,
        codes=outcome.codes,
        dm_text=outcome.text,
        fixes=_fixes(source, ctx),
        path=source.path,
        local=source.local or source.path,
        key=source.entry.key,
        **outcome.args,
    )


def _fixes(source: Source, ctx: Context) -> tuple[Fix, ...]:
    """Files of the folder whose name is nearly the one that is written, those first that fit to certificate, key or CA; then others that do."""
    use = source.use
    fitting = {fix.args["path"]: fix for fix in others_for(source, ctx)}
    similar = {fix.args["path"]: fix for path in _similar(source, ctx) for fix in ctx.rewrite(source, path, "name-file", Applicability.UNSAFE)}
    best = {path: fix for path, fix in similar.items() if path in fitting}
    # Where the other half of the pair is known, what does not fit it is wrong whatever its name.
    known = use is not None and ((source.role == KEY and use.readable_leaf is not None) or (source.role == CERT and use.private_key is not None))
    offered = {**best, **fitting} if known else {**best, **similar, **fitting}
    fixes = [*offered.values()][:MOST_OFFERED]
    return tuple(fix._replace(preferred=i == 0 and (bool(similar) or len(fixes) == 1)) for i, fix in enumerate(fixes))


def _similar(source: Source, ctx: Context) -> list[str]:
    """Paths with a name like the one that is written, the likeliest first; none of a file that is known to hold something else."""
    listed = ctx.around.lookup.list(folder_of(source.local)) if source.local else None
    if not isinstance(listed, Directory):
        return []
    from difflib import SequenceMatcher

    wanted = source.local.rpartition("/")[2].lower()
    other = {path.rpartition("/")[2] for path, pem in ctx.siblings(source) if not _serves(pem, source.role)}
    rated = []
    for name in listed.entries:
        if not name.lower().endswith(PEM_SUFFIXES) or name in other:
            continue
        same_stem = name.lower().rpartition(".")[0] == wanted.rpartition(".")[0] or name.lower().rpartition(".")[0] == wanted
        ratio = 1.0 if same_stem else SequenceMatcher(None, wanted, name.lower()).ratio()
        if ratio >= 0.7:
            rated.append((-ratio, name))
    return [ctx.path_for(source, name) for _, name in sorted(rated)[:MOST_OFFERED]]


def _serves(pem: PemFile, role: str) -> bool:
    return has_key(pem) if role == KEY else has_certificate(pem)


RULE = Rule("tls-file-not-found", "files", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check, (PATH,))
