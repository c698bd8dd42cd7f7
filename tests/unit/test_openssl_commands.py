"""The commands that fixes give are run with the real programs, and the file is then judged again: the finding must be gone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from dmls.disk import now as real_now
from dmls.finding import Finding, Fix
from dmls.model import shell
from dmls.model.tls import openssl
from dmls.words.catalogue import sentence
from support import certs_block
from support.certs_block import Material
from support.core import analysis_on_disk

MISSING = [program for program in ("bash", "openssl", "awk", "sed") if shutil.which(program) is None]
needs_openssl = pytest.mark.skipif(bool(MISSING), reason=f"there is no {', '.join(MISSING)} here")

HEADS = {
    "master": ("dm-master.toml", 'name = "m"\nmaster-addr = "10.0.0.1:8261"\nadvertise-addr = "10.0.0.1:8261"\npeer-urls = "https://10.0.0.1:8291"\n'),
    "worker": ("dm-worker.toml", 'name = "w"\nworker-addr = "10.0.0.2:8262"\njoin = "10.0.0.1:8261"\n'),
}
SOURCE = "source-id: s\nfrom:\n  host: h\n  port: 3306\n  user: u\n  password: ''\n  security:\n    ssl-ca: {ca}\n    ssl-cert: {cert}\n    ssl-key: {key}\n"
QUIET = ("tls-path-relative", "tls-san-master-self", "tls-worker-open-port", "unused-ignore")
CA = "ca = ca\nfile ca.pem: ca\nfile ca-key.pem: key(ca)\n"
OWN = CA + "dm = leaf, issuer: ca, san: 10.0.0.1 localhost 127.0.0.1\n"
PAIR = OWN + "file dm.pem: dm\nfile dm-key.pem: key(dm)\n"


@pytest.fixture(autouse=True)
def _real_present(monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs look at the clock, so the certificates must be made for today."""
    monkeypatch.setattr(certs_block, "NOW", int(real_now()))


def dated(text: str) -> str:
    """The block with dates that count from today, where it names none."""
    lines = []
    for line in text.splitlines():
        if re.match(r"[\w.-]+ = (?:ca|leaf)\b", line) and "days:" not in line:
            line += ", days: -30 900" if " = leaf" in line else ", days: -30 3000"
        lines.append(line)
    return "\n".join(lines) + "\n"


class Place:
    """A folder with certificates and a configuration that names them."""

    def __init__(self, folder: Path, certs: str, ca: str = "ca.pem", cert: str = "dm.pem", key: str = "dm-key.pem", kind: str = "master", more: str = "") -> None:
        self.folder = folder
        Material(dated(certs)).write(folder)
        if kind == "source":
            self.name, self.text = "dm-source.yaml", SOURCE.format(ca=ca, cert=cert, key=key)
        else:
            self.name, head = HEADS[kind]
            self.text = f'{head}ssl-ca = "{ca}"\nssl-cert = "{cert}"\nssl-key = "{key}"\n{more}'

    def findings(self) -> list[Finding]:
        path = (self.folder / self.name).as_posix()
        return [f for f in analysis_on_disk({path: self.text}, real_now()).findings(path) if f.rule not in QUIET]

    def fix(self, rule: str) -> Fix:
        """The command for the rule's finding."""
        found = [fix for finding in self.findings() if finding.rule == rule for fix in finding.fixes if fix.command]
        assert found, [(f.rule, f.message) for f in self.findings()]
        return found[0]

    def run(self, fix: Fix, answers: str = "") -> None:
        assert "\n" not in fix.command
        done = subprocess.run(["bash", "-c", fix.command], cwd=self.folder, input=answers, capture_output=True, text=True, check=False, timeout=60, start_new_session=True)
        assert done.returncode == 0, (fix.command, done.stderr)


def on_a_terminal(command: str, folder: Path, answer: str) -> str:
    """Run a command that asks questions, each of which gets the same answer; what it said."""
    pty = pytest.importorskip("pty")
    child, end = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execvp("bash", ["bash", "-c", command])
    said = b""
    try:
        while data := os.read(end, 4096):
            said += data
            if re.search(rb"assword[^\n]*:\s*\Z", said):
                said += b"\n"
                os.write(end, answer.encode() + b"\n")
    except OSError:
        # Linux says so when the other end is gone.
        os.waitpid(child, 0)
    finally:
        os.close(end)
    return said.decode(errors="replace")


CASES = {
    # tls-cert-…
    "an expired certificate": ("tls-cert-expired", OWN.replace("127.0.0.1\n", "127.0.0.1, days: -300 -1\n") + "file dm.pem: dm\nfile dm-key.pem: key(dm)\n", {}),
    "an expired certificate of a worker": (
        "tls-cert-expired",
        CA + "dm = leaf, issuer: ca, days: -300 -1, key: rsa2048\nfile dm.pem: dm\nfile dm-key.pem: key(dm, pkcs1)\n",
        {"kind": "worker"},
    ),
    "an expired client certificate": (
        "tls-cert-expired",
        CA + "dm = leaf, issuer: ca, days: -300 -1, eku: client\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\n",
        {"kind": "source"},
    ),
    "keys of Ed25519": (
        "tls-cert-expired",
        CA.replace("= ca\n", "= ca, key: ed25519\n", 1) + "dm = leaf, issuer: ca, days: -300 -1, key: ed25519\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\n",
        {},
    ),
    "a chain whose leaf has expired": (
        "tls-cert-expired",
        "ca = ca\nmid = ca, issuer: ca, cn: Middle\ndm = leaf, issuer: mid, days: -300 -1\n"
        "file ca.pem: ca\nfile dm.pem: dm mid\nfile dm-key.pem: key(dm)\nfile mid-key.pem: key(mid)\n",
        {},
    ),
    "an intermediate that has expired": (
        "tls-cert-expired",
        CA + "mid = ca, issuer: ca, cn: Middle, days: -300 -1\ndm = leaf, issuer: mid\nfile dm.pem: dm mid\nfile dm-key.pem: key(dm)\nfile mid-key.pem: key(mid)\n",
        {},
    ),
    "an intermediate that nobody needs": (
        "tls-cert-expired",
        OWN + "old = ca, issuer: ca, cn: Old, days: -300 -1\nfile dm.pem: dm old\nfile dm-key.pem: key(dm)\n",
        {},
    ),
    "a CA behind another one": (
        "tls-cert-expired",
        "x = ca, cn: Other\nca = ca\ndm = leaf, issuer: ca, days: -300 -1\nfile ca.pem: x ca\nfile ca-key.pem: key(ca)\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\n",
        {},
    ),
    "soon": ("tls-cert-expires-soon", CA + "dm = leaf, issuer: ca, days: -300 10\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\n", {}),
    "not yet": ("tls-cert-not-yet-valid", CA + "dm = leaf, issuer: ca, days: 10 300\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\n", {}),
    "a CA of tomorrow": ("tls-cert-not-yet-valid", "ca = ca, days: 10 3000\n" + PAIR.partition("\n")[2], {}),
    # tls-ca-…
    "an expired CA": ("tls-ca-expired", "ca = ca, days: -900 -1\n" + PAIR.partition("\n")[2], {}),
    "an expired CA among others": (
        "tls-ca-expired",
        "x = ca, cn: Other\nca = ca, days: -900 -1\n" + PAIR.partition("\n")[2].replace("file ca.pem: ca", "file ca.pem: x ca x"),
        {},
    ),
    "a CA that is none": ("tls-ca-not-ca", "ca = ca, basic: end, usage: digitalSignature\n" + PAIR.partition("\n")[2], {}),
    "a CA that may not sign": ("tls-ca-keyusage", "ca = ca, usage: digitalSignature\n" + PAIR.partition("\n")[2], {}),
    "a CA of low depth": (
        "tls-ca-keyusage",
        "ca = ca, pathlen: 0\nmid = ca, issuer: ca, cn: Middle\ndm = leaf, issuer: mid\nfile ca.pem: ca\nfile ca-key.pem: key(ca)\nfile dm.pem: dm mid\nfile dm-key.pem: key(dm)\n",
        {},
    ),
    "a CA for servers only": ("tls-ca-eku", "ca = ca, eku: server\n" + PAIR.partition("\n")[2], {}),
    "an intermediate for servers only": (
        "tls-ca-eku",
        CA + "mid = ca, issuer: ca, cn: Middle, eku: server\ndm = leaf, issuer: mid\nfile dm.pem: dm mid\nfile dm-key.pem: key(dm)\nfile mid-key.pem: key(mid)\n",
        {},
    ),
    # chains
    "another CA": ("tls-cert-ca-mismatch", "o = ca, cn: Other\n" + CA + "dm = leaf, issuer: o\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\n", {}),
    "a certificate that signed itself": ("tls-cert-ca-mismatch", CA + "dm = leaf\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\n", {}),
    "a CA made again": ("tls-ca-recreated", "o = ca, cn: DM CA\n" + CA + "dm = leaf, issuer: o\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\n", {}),
    "a missing intermediate": (
        "tls-chain-incomplete",
        CA + "mid = ca, issuer: ca, cn: Beta\ndm = leaf, issuer: mid\nfile dm.pem: dm | no-newline\nfile dm-key.pem: key(dm)\nfile mid.pem: mid\n",
        {},
    ),
    "a missing intermediate beside its key": (
        "tls-chain-incomplete",
        CA + "mid = ca, issuer: ca, cn: Beta\ndm = leaf, issuer: mid\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\nfile mid.pem: key(mid) mid\n",
        {},
    ),
    "the own certificate behind the CA": ("tls-chain-order", OWN + "file dm.pem: ca dm\nfile dm-key.pem: key(dm)\n", {}),
    # what it says
    "no client": ("tls-eku-no-client", CA + "dm = leaf, issuer: ca, eku: server\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\n", {}),
    "no server": ("tls-eku-no-server", CA + "dm = leaf, issuer: ca, eku: client\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\n", {}),
    "no client of a database": ("tls-db-client-eku", CA + "dm = leaf, issuer: ca, eku: server\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\n", {"kind": "source"}),
    "no names": ("tls-san-missing", CA + "dm = leaf, issuer: ca, san: none\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\n", {}),
    "an address as a name": ("tls-san-ip-as-dns", CA + "dm = leaf, issuer: ca, san: dns:10.0.0.1 localhost\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\n", {}),
    "a wildcard": (
        "tls-san-wildcard-peer",
        CA + "dm = leaf, issuer: ca, san: *.dm.example\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\n",
        {"more": 'initial-cluster = "m=https://10.0.0.1:8291,n=https://10.0.0.3:8291"\n'},
    ),
    "SHA-1": ("tls-sig-weak", CA + "dm = leaf, issuer: ca, sig: sha1\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\n", {}),
    "a small key": ("tls-rsa-small", CA + "dm = leaf, issuer: ca, key: rsa1024, o: Example & Sons, c: CN\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\n", {}),
    "a negative serial": ("tls-cert-unparsable", CA + "dm = leaf, issuer: ca, serial: -5\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\n", {}),
    "a CA with a negative serial": ("tls-cert-unparsable", "ca = ca, serial: -5\n" + PAIR.partition("\n")[2], {}),
    "no common name": ("tls-cn-empty", CA + "dm = leaf, issuer: ca, cn: none, o: dm\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\n", {"more": 'cert-allowed-cn = ["dm/1"]\n'}),
    # files
    "a request": ("tls-cert-is-csr", OWN + "file dm.pem: request(dm)\nfile dm-key.pem: key(dm)\n", {}),
    "a binary request": ("tls-file-binary", OWN + "file dm.pem: derrequest(dm)\nfile dm-key.pem: key(dm)\n", {}),
    "a binary CA": ("tls-file-binary", PAIR.replace("file ca.pem: ca", "file ca.pem: der(ca)"), {}),
    "a binary certificate": ("tls-file-binary", PAIR.replace("file dm.pem: dm", "file dm.pem: der(dm)"), {}),
    "a binary key": ("tls-file-binary", PAIR.replace("key.pem: key(dm)", "key.pem: derkey(dm)"), {}),
    "a mark": ("tls-file-bom", PAIR.replace("file ca.pem: ca", "file ca.pem: ca | bom"), {}),
    "UTF-16": ("tls-file-bom", PAIR.replace("file dm.pem: dm", "file dm.pem: dm | utf16"), {}),
    "a label of OpenSSL": ("tls-trusted-certificate", PAIR.replace("file ca.pem: ca", "file ca.pem: trusted(ca)"), {}),
    "labels of OpenSSL": ("tls-trusted-certificate", "x = ca, cn: Other\n" + PAIR.replace("file ca.pem: ca", "file ca.pem: ca trusted(x)"), {}),
    "a chain with labels": ("tls-trusted-certificate", PAIR.replace("file dm.pem: dm", "file dm.pem: trusted(dm) ca"), {}),
    "an old label": ("tls-trusted-certificate", PAIR.replace("file ca.pem: ca", 'file ca.pem: label("X509 CERTIFICATE", ca)'), {}),
    "headers": ("tls-trusted-certificate", "x = ca, cn: Other\n" + PAIR.replace("file ca.pem: ca", "file ca.pem: headers(ca) x"), {}),
    "a key in the CA file": ("tls-ca-foreign-block", PAIR.replace("file ca.pem: ca", "file ca.pem: key(ca) ca"), {}),
    "a list in the CA file": ("tls-ca-foreign-block", PAIR.replace("file ca.pem: ca", "file ca.pem: ca crl(ca)"), {}),
    "a broken certificate": ("tls-ca-bundle-bad-cert", "x = ca, cn: Other\n" + PAIR.replace("file ca.pem: ca", "file ca.pem: x broken() ca broken()"), {}),
    "an open key": ("tls-key-exposed", PAIR.replace("key.pem: key(dm)", "key.pem: key(dm) | mode 0644"), {}),
    "a key of another certificate": ("tls-key-mismatch", PAIR.replace("dm-key.pem: key(dm)", "dm-key.pem: key(o)").replace("file", "o = leaf, issuer: ca\nfile", 1), {}),
    "a kind of key that Go does not know": ("tls-key-type-unsupported", CA + "dm = leaf, issuer: ca, key: secp256k1\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\n", {}),
    "a curve that TLS does not know": ("tls-key-type-unsupported", CA + "dm = leaf, issuer: ca, key: p224\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\n", {}),
    **{
        f"damage: {transform}": ("tls-pem-damaged", PAIR.replace("file dm.pem: dm", f"file dm.pem: dm | {transform}"), {})
        for transform in ("indent", "indent-begin", "cr", "dashes", "dashes6", "lower", "text-before", "text-after", "text-after-end", "escape", "twice")
    },
    "damage: joined": ("tls-pem-damaged", "x = ca, cn: Other\n" + PAIR.replace("file ca.pem: ca", "file ca.pem: ca x | joined"), {}),
    "damage: one line": ("tls-pem-damaged", PAIR.replace("file dm.pem: dm", "file dm.pem: dm | one-line text-after text-after-end"), {}),
    "damage of a key": ("tls-pem-damaged", PAIR.replace("key.pem: key(dm)", "key.pem: key(dm) | indent"), {}),
}


@needs_openssl
@pytest.mark.parametrize("case", CASES)
def test_the_command_mends_the_file(case: str, tmp_path: Path) -> None:
    rule, certs, more = CASES[case]
    place = Place(tmp_path, certs, **more)
    before = {path.name: path.stat().st_mode for path in tmp_path.iterdir()}
    fix = place.fix(rule)
    assert re.search(r"[A-Za-z0-9+/]{40}", fix.command) is None, "nothing out of a file may be in it"
    place.run(fix)
    left = place.findings()
    # A hint about the rights of a key has nothing to do with what the key is.
    assert [(f.rule, f.message, f.dm_text) for f in left if f.rule != "tls-key-exposed"] == [], fix.command
    after = {path.name: path.stat().st_mode for path in tmp_path.iterdir()}
    assert not [name for name in after if name.endswith((".new", ".csr", ".all", ".2"))]
    if rule != "tls-key-exposed":
        assert {name: after.get(name) for name in before} == before


@needs_openssl
@pytest.mark.parametrize("form", ["encrypted", "encrypted-pkcs1", "encrypted-sec1"])
def test_a_passphrase_is_asked_for(form: str, tmp_path: Path) -> None:
    kind = ", key: rsa2048" if form.endswith("pkcs1") else ""
    place = Place(tmp_path, PAIR.replace("127.0.0.1\n", f"127.0.0.1{kind}\n", 1).replace("key.pem: key(dm)", f"key.pem: key(dm, {form})"))
    fix = place.fix("tls-key-encrypted")
    place.run(fix, "test\n")
    assert place.findings() == []
    assert (tmp_path / "dm-key.pem").stat().st_mode & 0o077 == 0


@needs_openssl
@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="there is no ssh-keygen here")
def test_a_key_of_openssh(tmp_path: Path) -> None:
    place = Place(tmp_path, PAIR.replace("key.pem: key(dm)", "key.pem: key(dm, openssh)"))
    place.run(place.fix("tls-key-encrypted"))
    assert place.findings() == []


@needs_openssl
@pytest.mark.parametrize("role", ["cert", "key"])
def test_a_file_that_is_called_binary_gets_a_neighbour(role: str, tmp_path: Path) -> None:
    place = Place(tmp_path, PAIR + "file both.p12: pkcs12(dm)\n", **{role: "both.p12"})
    fix = place.fix("tls-file-binary")
    place.run(fix, "test\n")
    assert (tmp_path / "both.p12").exists()
    new = "both.pem" if role == "cert" else "both-key.pem"
    offered = [f for finding in place.findings() if finding.rule == "tls-file-binary" for f in finding.fixes if f.args.get("path") == new]
    assert offered, "the next look offers the new file"
    place.text = place.text.replace("both.p12", new)
    assert place.findings() == []


@needs_openssl
@pytest.mark.skipif(shutil.which("keytool") is None, reason="there is no keytool here")
@pytest.mark.parametrize("role", ["cert", "key"])
def test_a_java_key_store(role: str, tmp_path: Path) -> None:
    place = Place(tmp_path, PAIR + "file both.p12: pkcs12(dm)\n", **{role: "dm.jks"})
    store = ["keytool", "-importkeystore", "-srckeystore", "both.p12", "-srcstoretype", "pkcs12", "-srcstorepass", "test", "-srcalias", "dm", "-srckeypass", "test"]
    store += ["-destkeystore", "dm.jks", "-deststoretype", "jks", "-deststorepass", "testtest", "-destkeypass", "testtest"]
    done = subprocess.run(store, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode:
        pytest.skip(f"keytool made no key store: {done.stdout}")
    (tmp_path / "both.p12").unlink()
    # A file that is there already is not overwritten.
    new = "dm-new.pem" if role == "cert" else "dm-key-new.pem"
    said = on_a_terminal(place.fix("tls-file-binary").command, tmp_path, "testtest")
    assert (tmp_path / new).exists(), said
    place.text = place.text.replace("dm.jks", new)
    assert place.findings() == []


@needs_openssl
def test_a_list_of_authorities_becomes_one_file(tmp_path: Path) -> None:
    place = Place(tmp_path, "x = ca, cn: Other\n" + PAIR + "file x.pem: x | no-newline\n", ca="x.pem, ca.pem")
    place.run(place.fix("tls-path-stray-chars"))
    place.text = place.text.replace("x.pem, ca.pem", "ca-bundle.pem")
    assert place.findings() == []


def test_the_title_names_the_key_of_the_authority(tmp_path: Path) -> None:
    """It is named as people name it, where it is not there."""
    certs = PAIR.replace("127.0.0.1\n", "127.0.0.1, days: -300 -1\n").replace("file ca-key.pem: key(ca)\n", "")
    (tmp_path / "tls").mkdir()
    place = Place(tmp_path, re.sub(r"file ", "file tls/", certs), ca="tls/ca.pem", cert="tls/dm.pem", key="tls/dm-key.pem")
    fix = place.fix("tls-cert-expired")
    assert "`tls/ca-key.pem`" in sentence(fix.title, fix.args)
    assert "-CA tls/ca.pem -CAkey tls/ca-key.pem" in fix.command
    assert fix.edits == () and not fix.preferred


def test_an_own_name_for_the_key_of_the_authority_is_found(tmp_path: Path) -> None:
    certs = PAIR.replace("127.0.0.1\n", "127.0.0.1, days: -300 -1\n").replace("file ca-key.pem:", "file secret.key:")
    assert "-CAkey secret.key" in Place(tmp_path, certs).fix("tls-cert-expired").command


HOSTILE = ["$(touch owned)", "`touch owned`", "'; touch owned; '", '"; touch owned; "', "a/CN=root", "a+O=b", "a\\", "-config", "$ENV::HOME", "x,DNS:evil"]


@needs_openssl
@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_a_certificate_are_words(name: str, tmp_path: Path) -> None:
    """Also those that go into the command, where a new key is made."""
    import json

    certs = CA + f"dm = leaf, issuer: ca, key: rsa1024, cn: {json.dumps(name)}\nfile dm.pem: dm\nfile dm-key.pem: key(dm)\n"
    place = Place(tmp_path, certs)
    place.run(place.fix("tls-rsa-small"))
    assert [f.rule for f in place.findings()] == []
    assert not (tmp_path / "owned").exists()
    shown = subprocess.run(["openssl", "x509", "-in", "dm.pem", "-noout", "-subject", "-nameopt", "multiline,-esc_msb"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[1].split("= ", 1)[1].replace("\\\\", "\\") == name


def test_names_for_hosts_are_plain() -> None:
    hosts = ["a.example", "*.a.example", "10.0.0.1", "::1", "a,DNS:evil", "$ENV::HOME", "@x", "a b", "a\nb", "", "#", "-x", "a..b", "é.example"]
    assert openssl.names_for(None, hosts) == ("DNS:a.example", "DNS:*.a.example", "IP:10.0.0.1", "IP:::1")


@pytest.mark.parametrize("path", ["a\nb", "a\x1b[2J", "a\u2028b", "a\x00"])
def test_a_path_that_a_terminal_would_act_on_gives_no_command(path: str) -> None:
    assert openssl.owner_only(path) == ""
    assert openssl.repaired(path, "bom", False) == ""
    assert shell.dmctl(path, {}) == ""


@pytest.mark.parametrize("path", ["a b.pem", "-rf", "a=b.pem", "$(touch owned).pem", "it's.pem", "*.pem", "~/x"])
@needs_openssl
def test_any_path_is_one_word(path: str, tmp_path: Path) -> None:
    target = tmp_path / path
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(b"  -----BEGIN X-----\n")
    subprocess.run(["bash", "-c", openssl.repaired(path, "indented", False)], cwd=tmp_path, check=True)
    assert target.read_bytes() == b"-----BEGIN X-----\n"
    subprocess.run(["bash", "-c", openssl.repaired(path, "lower-case", True)], cwd=tmp_path, check=True)
    assert sorted(p.name for p in target.parent.iterdir()) == [target.name]
