"""What scenarios do not compare: DM's words, the places pointed at, the fixes, and a certificate file that nothing uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from dmls.finding import Finding, Severity
from support.certs import DAY, NOW
from support.certs_block import Material
from support.core import analysis_on_disk

MASTER = 'name = "master-1"\nmaster-addr = "127.0.0.1:8261"\nssl-ca = "ca.pem"\nssl-cert = "dm.pem"\nssl-key = "dm-key.pem"\n'
WORKER = MASTER.replace('name = "master-1"\nmaster-addr = "127.0.0.1:8261"', 'name = "worker-1"\nworker-addr = "127.0.0.1:8262"\njoin = "127.0.0.1:8261"')
PAIR = "file ca.pem: ca\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\n"
MISMATCH = "ca = ca, cn: Old CA\nnew = ca, cn: New CA\ndm = leaf, issuer: ca\nfile ca.pem: new\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\n"


def judge(folder: Path, certs: str, text: str = MASTER, name: str = "dm-master.toml", now: float = NOW) -> list[Finding]:
    """The findings of one configuration about its certificates."""
    Material(certs).write(folder)
    path = (folder / name).as_posix()
    analysis = analysis_on_disk({path: text}, now)
    return [f for f in analysis.findings(path) if f.rule not in ("tls-path-relative", "tls-worker-open-port", "unused-ignore")]


def test_an_expired_certificate_names_its_place_and_no_moment(tmp_path: Path) -> None:
    (finding,) = judge(tmp_path, "ca = ca\ndm = leaf, issuer: ca, days: -300 -1\n" + PAIR)
    assert (finding.rule, finding.dm_codes) == ("tls-cert-expired", (11107,))
    assert finding.dm_text == "x509: certificate has expired or is not yet valid"
    (related,) = finding.related
    assert related.file == (tmp_path / "dm.pem").as_posix()
    assert related.span.start == 0 and related.span.end > 100


def test_a_worker_has_the_code_of_the_timeout_and_the_words_of_go(tmp_path: Path) -> None:
    (finding,) = judge(tmp_path, MISMATCH, WORKER, "dm-worker.toml")
    assert (finding.rule, finding.severity, finding.dm_codes) == ("tls-cert-ca-mismatch", Severity.WARNING, (40077,))
    assert finding.dm_text == "x509: certificate signed by unknown authority"


def test_the_ca_that_verifies_is_offered(tmp_path: Path) -> None:
    """Neither another CA, nor a file with the own certificate, nor a key."""
    (finding,) = judge(tmp_path, MISMATCH + "third = ca\nfile old-ca.pem: ca third\nfile third.pem: third\nfile chain.pem: dm ca\nfile ca-key.pem: key(ca)")
    (fix,) = [fix for fix in finding.fixes if fix.edits]
    (edit,) = fix.edits
    assert edit.edit.new_text == '"old-ca.pem"'


def test_the_ca_of_before_is_offered(tmp_path: Path) -> None:
    again = "ca = ca\nnew = ca, again: ca, cn: DM CA\ndm = leaf, issuer: ca\nfile ca.pem: new\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\nfile ca.old.pem: ca"
    (finding,) = judge(tmp_path, again)
    assert finding.rule == "tls-ca-recreated"
    assert 'possibly because of "x509: ECDSA verification failure"' in finding.dm_text
    assert [fix.args["path"] for fix in finding.fixes if fix.edits] == ["ca.old.pem"]


def test_a_missing_intermediate_is_named_with_its_file(tmp_path: Path) -> None:
    certs = "ca = ca\nmiddle = ca, issuer: ca, cn: Beta\ndm = leaf, issuer: middle\n" + PAIR + "file all.pem: ca middle"
    (finding,) = judge(tmp_path, certs)
    assert (finding.message, finding.args["file"], finding.args["chain"]) == ("tls-chain-incomplete.found", "all.pem", "dm.pem")
    (fix,) = finding.fixes
    assert fix.edits == () and fix.command.startswith("awk 1 dm.pem all.pem > dm.pem.new")


def test_a_ca_that_signs_for_a_database_carries_the_code_of_the_driver(tmp_path: Path) -> None:
    text = "source-id: s1\nfrom:\n  host: db.example\n  port: 3306\n  user: dm\n  password: x\n  security:\n    ssl-ca: ca.pem\n    ssl-cert: dm.pem\n    ssl-key: dm-key.pem\n"
    (finding,) = judge(tmp_path, "ca = ca, eku: client\ndm = leaf, issuer: ca\n" + PAIR, text, "dm-source.yaml")
    assert (finding.rule, finding.dm_codes) == ("tls-ca-eku", (10001,))
    assert finding.dm_text.endswith("maybe different CA is used: x509: certificate specifies an incompatible key usage")


@pytest.mark.parametrize(
    ("certs", "expected"),
    [
        ("ca = ca, days: -900 -1\nfile x.pem: ca", ("tls-ca-expired", "tls-ca-expired.spare")),
        ("ca = ca, days: 80\nfile x.pem: ca", ("tls-ca-expired", "tls-ca-expired.soon")),
        ("ca = ca, days: 1 900\nfile x.pem: ca", ("tls-cert-not-yet-valid", "tls-cert-not-yet-valid.ca")),
        ("dm = leaf, days: -300 -1\nfile x.pem: dm", ("tls-cert-expired", "tls-cert-expired")),
        ("dm = leaf, days: 1 300\nfile x.pem: dm", ("tls-cert-not-yet-valid", "tls-cert-not-yet-valid")),
        ("dm = leaf, days: 10\nfile x.pem: dm", ("tls-cert-expires-soon", "tls-cert-expires-soon")),
    ],
)
def test_a_file_that_nothing_uses_is_judged_by_its_dates(tmp_path: Path, certs: str, expected: tuple[str, str]) -> None:
    Material(certs).write(tmp_path)
    path = (tmp_path / "x.pem").as_posix()
    analysis = analysis_on_disk({path: (tmp_path / "x.pem").read_bytes()}, NOW)
    (finding,) = (f for f in analysis.findings(path) if f.rule in {expected[0], "tls-cert-expired", "tls-ca-expired"})
    assert (finding.rule, finding.message) == expected
    assert finding.severity == Severity.WARNING
    assert finding.span.start == 0 and finding.span.end > 100


def test_no_clock_no_dates(tmp_path: Path) -> None:
    Material("ca = ca, days: -900 -1\ndm = leaf, issuer: ca, days: -300 -1\n" + PAIR).write(tmp_path)
    path = (tmp_path / "dm-master.toml").as_posix()
    analysis = analysis_on_disk({path: MASTER}, None)  # type: ignore[arg-type]
    assert [f.rule for f in analysis.findings(path) if f.rule != "tls-path-relative"] == []


def test_days_that_are_left_go_down_by_themselves(tmp_path: Path) -> None:
    certs = "ca = ca\ndm = leaf, issuer: ca, days: 10\n" + PAIR
    left = [judge(tmp_path, certs, now=NOW + n * DAY)[0].args["days"] for n in (0, 1, 2)]
    assert left == [10, 9, 8]


def test_names_cannot_write_to_a_terminal(tmp_path: Path) -> None:
    (finding,) = judge(tmp_path, 'ca = ca\ndm = leaf, issuer: ca, days: -300 -1, cn: "\\u001b[31mdm\\n"\n' + PAIR)
    assert finding.args["name"] == "\ufffd[31mdm\ufffd"
