"""Why Go cannot read a certificate: the bytes are damaged, or it is whole and Go does not like what it says.  One rule tells of each."""

from __future__ import annotations

_DAMAGED = ("x509: malformed certificate", "x509: malformed tbs certificate", "x509: trailing data")


def is_damaged(text: str) -> bool:
    """Whether Go's text speaks of bytes that are no certificate, so that no other program reads them either."""
    return text.startswith(_DAMAGED)
