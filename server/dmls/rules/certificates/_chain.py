"""Reports a fault of the chain: where it is pointed at and what every such finding says."""

from __future__ import annotations

from typing import Iterator

from dmls.model.tls.cert_use import CertUse, name_of, printable
from dmls.model.tls.chain_fault import Fault, chain_fault
from dmls.model.tls.outcome import refused_chain
from dmls.pki.facts import Certificate, Name, PemFile
from dmls.rule import Applicability, Context, Finding, Fix, Rule, Severity

MOST_NAMES = 5
"""Authorities that a sentence names."""


def fault_of(use: CertUse, ctx: Context, rule: str) -> Fault | None:
    """The fault that `rule` has to report, if there is one."""
    fault = chain_fault(use, lambda: beside(use, ctx))
    return fault if fault is not None and fault.rule == rule else None


def beside(use: CertUse, ctx: Context) -> Iterator[tuple[str, PemFile]]:
    """The other certificate files in the folders of `ssl-cert` and `ssl-ca`."""
    for source in (use.cert, use.ca):
        if source is not None:
            yield from ctx.siblings(source)


def report(
    rule: Rule,
    use: CertUse,
    ctx: Context,
    fault: Fault,
    message: str = "",
    severity: Severity | None = None,
    at: Certificate | None = None,
    fixes: tuple[Fix, ...] = (),
    **args: object,
) -> Iterator[Finding]:
    """The finding, at the certificate `at`, else at the one that is not accepted."""
    place = at or fault.certificate
    source = use.source_of(place)
    if source is None:
        return
    outcome = refused_chain(use.owner, fault.verdict.go_error or "")
    block = source.block_of(place)
    if fault.authority is not None:
        args["authority"] = name_of(fault.authority)
    yield ctx.finding(
        rule,
        source.anchor(block),
        message,
        severity=severity,
        codes=outcome.codes,
        dm_text=outcome.text,
        related=ctx.in_file(source, block),
        fixes=fixes,
        name=name_of(fault.certificate),
        **outcome.args,
        **args,
    )


def issuer_and_authorities(use: CertUse, wanted: Name) -> dict[str, str]:
    """The issuer that is wanted and the authorities in `ssl-ca`, in full where their common names do not tell them apart."""
    there = [c.subject for c in use.pool.certificates] if use.pool is not None else []
    issuer, names = _short(wanted), [_short(n) for n in there]
    if issuer in names:
        issuer, names = printable(wanted.text), [printable(n.text) for n in there]
    distinct = list(dict.fromkeys(names))
    shown = [f"`{name}`" for name in distinct[:MOST_NAMES]]
    return {"issuer": issuer, "authorities": ", ".join(shown) + (" …" if len(distinct) > MOST_NAMES else "")}


def _short(name: Name) -> str:
    return printable(name.common_name or name.text)


def fitting_ca(use: CertUse, ctx: Context) -> tuple[Fix, ...]:
    """Fixes that name another file beside `ssl-ca` with which the certificate verifies."""
    if use.ca is None or not use.chain:
        return ()
    from dmls.pki import chain, file

    fixes: list[Fix] = []
    for path, pem in ctx.siblings(use.ca):
        roots = file.pool(pem, use.go).certificates
        if use.chain[0] in roots:
            # A certificate verifies with itself, and a file with the own chain is no CA file.
            continue
        verdict = chain.verify(use.chain[0], use.chain[1:], roots, None, "any", use.go)
        if verdict.ok and verdict.chain[-1].is_self_issued:
            fixes += ctx.rewrite(use.ca, ctx.path_for(use.ca, path), "name-file", Applicability.UNSAFE)
    return tuple(fix._replace(preferred=len(fixes) == 1) for fix in fixes[:3])
