"""What scenarios do not compare of the rules about files: fixes, DM's words, and states of a path that no scenario can make."""

from __future__ import annotations

from pathlib import Path

import pytest

from dmls.files import NotRegular, Unreadable
from dmls.finding import Applicability, Finding, Severity
from dmls.text import apply_edits
from dmls.workspace import Workspace
from support.certs import NOW
from support.certs_block import Material
from support.core import analysis_on_disk

HEAD = {
    "master": 'name = "m"\nmaster-addr = "127.0.0.1:8261"\n',
    "worker": 'name = "w"\nworker-addr = "127.0.0.1:8262"\njoin = "127.0.0.1:8261"\n',
}
PAIR = "ca = ca\ndm = leaf, issuer: ca\nfile ca.pem: ca\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\n"
OTHER = PAIR + "o = leaf, issuer: ca, cn: other\nfile o-key.pem: key(o)\nfile o.pem: o\n"
QUIET = ("tls-path-relative", "tls-worker-open-port", "unused-ignore")


def judge(folder: Path, certs: str, ca: str = "ca.pem", cert: str = "dm.pem", key: str = "dm-key.pem", kind: str = "master") -> tuple[str, list[Finding]]:
    """The text of a configuration and what is said of its certificates."""
    Material(certs).write(folder)
    text = HEAD[kind] + f'ssl-ca = "{ca}"\nssl-cert = "{cert}"\nssl-key = "{key}"\n'
    path = (folder / f"dm-{kind}.toml").as_posix()
    return text, [f for f in analysis_on_disk({path: text}, NOW).findings(path) if f.rule not in QUIET]


@pytest.mark.parametrize(
    ("certs", "written", "rule", "offered"),
    [
        (PAIR, {"ca": "ca.crt"}, "tls-file-not-found", ["ca.pem"]),
        (PAIR, {"cert": "dm-kye.pem"}, "tls-file-not-found", ["dm.pem"]),
        (OTHER, {"key": "node.pem"}, "tls-file-not-found", ["dm-key.pem"]),
        (PAIR + "file tls/x.pem: ca", {"ca": "tls"}, "tls-path-is-directory", ["tls/x.pem"]),
        (PAIR, {"ca": " ca.pem"}, "tls-path-stray-chars", ["ca.pem"]),
        (PAIR, {"ca": "file:///etc/dm%20x/ca.pem"}, "tls-path-not-expanded", ["/etc/dm x/ca.pem"]),
        (PAIR, {"ca": "file://elsewhere/ca.pem"}, "tls-path-not-expanded", []),
        (PAIR + "file dm.csr: request(dm)", {"cert": "dm.csr"}, "tls-cert-is-csr", ["dm.pem"]),
        (OTHER, {"cert": "dm-key.pem"}, "tls-cert-key-swapped", ["dm.pem"]),
        (OTHER, {"key": "dm.pem"}, "tls-key-not-private", ["dm-key.pem"]),
        (OTHER, {"ca": "dm-key.pem"}, "tls-ca-not-certificate", ["ca.pem"]),
        (PAIR + "b = ca, cn: B\nfile b.pem: b\nfile e.pem: empty()", {"ca": "e.pem"}, "tls-ca-file-empty", ["ca.pem"]),
        (OTHER, {"key": "o-key.pem"}, "tls-key-mismatch", ["dm-key.pem", "o.pem"]),
    ],
)
def test_a_better_file_is_offered(certs: str, written: dict[str, str], rule: str, offered: list[str], tmp_path: Path) -> None:
    _, found = judge(tmp_path, certs, **written)
    (finding,) = [f for f in found if f.rule == rule]
    fixes = [fix for fix in finding.fixes if fix.edits]
    assert [fix.args["path"] for fix in fixes] == offered
    assert [fix.preferred for fix in fixes] == [i == 0 for i in range(len(offered))]
    assert all(fix.applicability == Applicability.UNSAFE for fix in fixes)


def test_swapped_values_are_swapped_back(tmp_path: Path) -> None:
    text, (finding,) = judge(tmp_path, PAIR, cert="dm-key.pem", key="dm.pem")
    (fix,) = finding.fixes
    assert (finding.rule, fix.applicability) == ("tls-cert-key-swapped", Applicability.SAFE)
    text = apply_edits(text, [e.edit for e in fix.edits])
    assert text.endswith('ssl-cert = "dm.pem"\nssl-key = "dm-key.pem"\n')
    path = (tmp_path / "dm-master.toml").as_posix()
    assert {f.rule for f in analysis_on_disk({path: text}, NOW).findings(path)} <= set(QUIET)


def test_swapped_files_that_do_not_fit_are_no_safe_fix(tmp_path: Path) -> None:
    _, (finding,) = judge(tmp_path, OTHER, cert="o-key.pem", key="dm.pem")
    assert [fix.applicability for fix in finding.fixes] == [Applicability.UNSAFE]


@pytest.mark.parametrize(
    ("certs", "written", "kind", "codes", "text"),
    [
        (PAIR, {"ca": "absent.pem"}, "master", (38051,), "could not read ca certificate: open absent.pem: no such file or directory"),
        (PAIR, {"ca": "absent.pem"}, "worker", (40076,), "could not read ca certificate: open absent.pem: no such file or directory"),
        (PAIR, {"key": "absent.pem"}, "master", (38038,), "open absent.pem: no such file or directory"),
        (PAIR, {"key": "absent.pem"}, "worker", (40077,), "context deadline exceeded"),
        (PAIR + "file c.pem: der(ca)", {"ca": "c.pem"}, "master", (38051,), "failed to append ca certs"),
        (PAIR + "file c.pem: der(dm)", {"cert": "c.pem"}, "master", (38038,), "tls: failed to find any PEM data in certificate input"),
        (PAIR + "file k.pem: derkey(dm)", {"key": "k.pem"}, "master", (38038,), "tls: failed to find any PEM data in key input"),
        (PAIR, {"key": "dm.pem"}, "master", (38038,), "tls: found a certificate rather than a key in the PEM for the private key"),
        (PAIR + "file k.pem: key(dm, encrypted)", {"key": "k.pem"}, "master", (38038,), "tls: failed to parse private key"),
        (OTHER, {"key": "o-key.pem"}, "master", (38038,), "tls: private key does not match public key"),
        (OTHER, {"key": "o-key.pem"}, "worker", (40077,), "context deadline exceeded"),
        (PAIR + "file c.pem: ca key(ca)", {"ca": "c.pem"}, "master", (38038,), "x509: malformed tbs certificate"),
        (PAIR + "file c.pem: empty()", {"ca": "c.pem"}, "master", (11107,), "x509: certificate signed by unknown authority"),
    ],
)
def test_the_words_are_those_of_dm(certs: str, written: dict[str, str], kind: str, codes: tuple[int, ...], text: str, tmp_path: Path) -> None:
    _, (finding,) = judge(tmp_path, certs, kind=kind, **written)
    assert finding.dm_codes == codes
    assert text in finding.dm_text


@pytest.mark.parametrize(
    ("state", "message", "severity", "codes"),
    [
        (Unreadable("Permission denied"), "tls-file-unreadable.rights", Severity.WARNING, (38051,)),
        (Unreadable("File name too long"), "tls-file-unreadable.name", Severity.ERROR, (38051,)),
        (Unreadable("Input/output error"), "tls-file-unreadable", Severity.WARNING, (38051,)),
        (NotRegular("socket"), "tls-file-unreadable.socket", Severity.ERROR, (38051,)),
        (NotRegular("FIFO"), "tls-file-unreadable.fifo", Severity.ERROR, ()),
    ],
)
def test_what_cannot_be_read(state: Unreadable | NotRegular, message: str, severity: Severity, codes: tuple[int, ...]) -> None:
    (finding,) = _told(state, {})
    assert (finding.message, finding.severity, finding.dm_codes) == (message, severity, codes)


def test_rights_are_an_error_where_all_files_must_be_here() -> None:
    (finding,) = _told(Unreadable("Permission denied"), {"tls": {"files": "strict"}})
    assert finding.severity == Severity.ERROR
    assert "open /tls/ca.pem: permission denied" in finding.dm_text


def _told(state: Unreadable | NotRegular, settings: dict[str, object]) -> list[Finding]:
    """What is said of a CA file in that state."""
    from dmls.files import Content, Missing

    workspace = Workspace()
    workspace.set_cli_settings(settings)
    path = "/w/dm-master.toml"
    workspace.put(path, Content((HEAD["master"] + 'ssl-ca = "/tls/ca.pem"\n').encode()))
    for _ in range(4):
        workspace.snapshot().findings(path)
        for want in workspace.wanted():
            workspace.tell(want, state if want.path == "/tls/ca.pem" else Missing())
    return [f for f in workspace.snapshot().findings(path) if f.rule == "tls-file-unreadable"]


def test_a_damaged_block_is_shown_at_its_place(tmp_path: Path) -> None:
    _, found = judge(tmp_path, PAIR + "o = ca, cn: O\nfile two.pem: ca indent(o)", ca="two.pem")
    (finding,) = found
    (related,) = finding.related
    data = (tmp_path / "two.pem").read_bytes()
    assert (finding.rule, finding.message) == ("tls-pem-damaged", "tls-pem-damaged.part")
    assert data[related.span.start : related.span.end] == b"  "
    assert data[related.span.end :].startswith(b"-----BEGIN")
