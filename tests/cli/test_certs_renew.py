"""`dmls certs renew`: the same facts with new dates, and the way from the old files to the new ones."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from cli.conftest import Run
from cli.test_certs_new import DEPLOYMENT, named, own_ca, pair, told, write
from dmls.pki import file
from support.issued import Pair, certificate, handshake, links, openssl

DAY = 86_400
LATER = "2026-09-01T12:00:00Z"
MAP = {".dmls.toml": '[tls.path-map]\n"/etc/dm/tls" = "tls"\n'}
FACTS = (
    "version",
    "dns_names",
    "ip_addresses",
    "email_addresses",
    "uris",
    "extended_key_usages",
    "key_usage",
    "is_ca",
    "max_path_len",
    "basic_constraints",
    "name_constraints",
    "policies",
)
NAMES = ("dm-master1", "dm-master2", "dm-master3", "dm-worker1", "dm-worker2")


def made(dmls: Run, folder: Path, *options: str) -> Path:
    """A deployment whose certificates are a year old nearly; the folder that renewed ones go into."""
    write(folder, {**named(DEPLOYMENT), **MAP})
    assert dmls("certs", "new", "--at", "2025-10-01T12:00:00Z", *options).status == 0
    return folder / "tls" / "renewed-2026-09-01"


def same_facts(old: Path, new: Path) -> None:
    a, b = certificate(old), certificate(new)
    assert a.subject.raw == b.subject.raw
    for fact in FACTS:
        assert getattr(a, fact) == getattr(b, fact), fact
    assert (a.public_key.kind, a.public_key.bits, a.public_key.curve) == (b.public_key.kind, b.public_key.bits, b.public_key.curve)
    assert set(a.extensions) - {"2.5.29.14", "2.5.29.35"} == set(b.extensions) - {"2.5.29.14", "2.5.29.35"}
    assert a.serial != b.serial and b.not_after > a.not_after


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_the_facts_are_the_same_and_the_dates_are_new(dmls: Run, here: Path, kind: str) -> None:
    new = made(dmls, here, "--databases", "--key-type", kind)
    tls = here / "tls"
    before = {p.name: p.read_bytes() for p in tls.iterdir()}
    ran = dmls("certs", "renew", ".", "tls/dmctl.pem", "tls/db-db.example.pem", "--at", LATER)
    assert (ran.status, ran.err) == (0, "")
    wanted = (*NAMES, "client", "dmctl", "db-db.example")
    assert {p.name for p in new.iterdir()} == {f"{name}{end}.pem" for name in wanted for end in ("", "-key")}
    for name in wanted:
        same_facts(tls / f"{name}.pem", new / f"{name}.pem")
        assert certificate(tls / f"{name}.pem").public_key.identity != certificate(new / f"{name}.pem").public_key.identity
        key = file.private_key(file.read((new / f"{name}-key.pem").read_bytes()))
        assert key is not None and key.public is not None and key.public.identity == certificate(new / f"{name}.pem").public_key.identity
        openssl("verify", "-x509_strict", "-attime", "1788264000", "-CAfile", tls / "ca.pem", new / f"{name}.pem")
    assert {p.name: p.read_bytes() for p in tls.iterdir() if p.is_file()} == before
    leaf = certificate(new / "dm-master1.pem")
    assert leaf.not_after == 1788264000 + 365 * DAY - 1, "as long as the old one"
    again = dmls("certs", "renew", ".", "tls/dmctl.pem", "tls/db-db.example.pem", "--at", LATER, "--format", "json")
    assert again.status == 0 and told(again.out)["files"] == []


def test_keys_may_stay(dmls: Run, here: Path) -> None:
    new = made(dmls, here)
    assert dmls("certs", "renew", "--keep-key", "--days", "90", "--at", LATER, "dm-master1.toml").status == 0
    assert [p.name for p in new.iterdir()] == ["dm-master1.pem"]
    same_facts(here / "tls" / "dm-master1.pem", new / "dm-master1.pem")
    assert certificate(here / "tls" / "dm-master1.pem").public_key.identity == certificate(new / "dm-master1.pem").public_key.identity
    assert certificate(new / "dm-master1.pem").not_after == 1788264000 + 90 * DAY - 1


def test_the_renewed_ones_shake_hands_with_the_old_ones(dmls: Run, here: Path) -> None:
    write(here, {**named(DEPLOYMENT), **MAP})
    assert dmls("certs", "new").status == 0
    assert dmls("certs", "renew", "dm-master1.toml", "dm-worker1.toml", "--output", "new").status == 0
    tls, new = here / "tls", here / "new"
    handshake(tls / "ca.pem", pair(new, "dm-worker1"), pair(tls, "dm-master2"), "10.0.0.2")
    handshake(tls / "ca.pem", pair(tls, "dm-worker2"), pair(new, "dm-master1"), "10.0.0.1")
    handshake(tls / "ca.pem", pair(new, "dm-worker1"), pair(new, "dm-master1"), "10.0.0.1")


@pytest.mark.parametrize(
    ("version", "said", "unsaid"),
    [
        ("8.5.7", ("m1, m2, m3, w1, w2: nothing to restart",), ("Restart the masters",)),
        ("8.1.0", ("Restart the masters m1, m2, m3, one at a time, the leader last", "Restart the workers w1, w2"), ("nothing to restart",)),
    ],
)
def test_the_runbook_tells_when_dm_takes_the_files(dmls: Run, here: Path, version: str, said: tuple[str, ...], unsaid: tuple[str, ...]) -> None:
    made(dmls, here, "--databases")
    ran = dmls("certs", "renew", ".", "--at", LATER, "--dm-version", version, "--diff")
    assert ran.status == 0
    for text in (*said, "`operate-source create`", "`stop-task`, then `start-task`", "dmls certs verify --roots tls/ca.pem --chain tls/renewed-2026-09-01/dm-master1.pem"):
        assert text in ran.out
    for text in unsaid:
        assert text not in ran.out
    assert "scp -p tls/renewed-2026-09-01/dm-master1-key.pem 10.0.0.1:/etc/dm/tls/dm-master1-key.pem.new" in ran.out


def test_the_commands_that_swap_files_do_so(dmls: Run, here: Path) -> None:
    tls = (here / "tls").as_posix()
    text = f'name = "m1"\nmaster-addr = "127.0.0.1:8261"\nssl-ca = "{tls}/ca.pem"\nssl-cert = "{tls}/m.pem"\nssl-key = "{tls}/m-key.pem"\n'
    write(here, {"dm-master.toml": text})
    assert dmls("certs", "new").status == 0
    before = {name: (here / "tls" / name).read_bytes() for name in ("m.pem", "m-key.pem")}
    shown = dmls("certs", "renew", ".", "--at", "+60d", "--output", "new", "--format", "json")
    steps = told(shown.out)["runbook"]
    assert isinstance(steps, list)
    swap = next(step for step in steps if "m-key.pem" in "".join(step["commands"]))
    subprocess.run(["sh", "-e"], input="\n".join(swap["commands"]), text=True, cwd=here, check=True)
    for name, old in before.items():
        assert (here / "tls" / f"{name}.old").read_bytes() == old
        assert (here / "tls" / name).read_bytes() == (here / "new" / name).read_bytes() != old
    assert (here / "tls" / "m-key.pem").stat().st_mode & 0o077 == 0
    assert dmls("check", "--files", "strict", "--at", "+61d").status == 0


# A new CA


def test_a_new_ca_comes_with_a_bundle_in_the_right_order(dmls: Run, here: Path) -> None:
    write(here, {**named({n: t for n, t in DEPLOYMENT.items() if n.endswith(".toml")}), **MAP})
    assert dmls("certs", "new").status == 0
    ran = dmls("certs", "renew", ".", "--new-ca", "--output", "new", "--format", "json")
    assert (ran.status, ran.err) == (0, "")
    tls, new = here / "tls", here / "new"
    assert {p.relative_to(new).as_posix() for p in new.rglob("*.pem")} == {"ca.pem", "ca-key.pem", "bundle/ca.pem", *(f"{n}{end}.pem" for n in NAMES for end in ("", "-key"))}
    both = [b.certificate for b in file.read((new / "bundle" / "ca.pem").read_bytes()).blocks]
    assert both == [certificate(tls / "ca.pem"), certificate(new / "ca.pem")]
    for name in NAMES:
        same_facts_but_dates(tls / f"{name}.pem", new / f"{name}.pem")
    # With the bundle everybody gets on with everybody; each half of the way is safe.
    bundle = new / "bundle" / "ca.pem"
    names = dict(zip(("m1", "m2", "m3", "w1", "w2"), NAMES, strict=True))
    for _, dialer, listener, host in links(here):
        for ca, first, second in ((tls / "ca.pem", tls, tls), (bundle, tls, new), (bundle, new, tls), (bundle, new, new), (new / "ca.pem", new, new)):
            handshake(ca, pair(first, names[dialer]), pair(second, names[listener]), host)
    book = told(ran.out)["runbook"]
    assert isinstance(book, list)
    texts = [step["text"] for step in book]
    order = [next(i for i, text in enumerate(texts) if start in text) for start in ("let everybody trust both", "take the place of the old", "Last, when nobody")]
    restarts = [i for i, text in enumerate(texts) if text.startswith("Restart the masters")]
    assert order[0] < restarts[0] < order[1] < order[2] < restarts[1] and len(restarts) == 2
    commands = "\n".join(line for step in book for line in step["commands"])
    assert commands.index("new/bundle/ca.pem") < commands.index("new/dm-master1.pem 10.0.0.1:") < commands.index("new/ca.pem 10.0.0.1:")


def test_a_new_ca_leaves_the_databases_own_alone(dmls: Run, here: Path) -> None:
    files = {name: text.replace("/etc/dm/tls/ca.pem", "/etc/dm/tls/db-ca.pem") if name == "source.yaml" else text for name, text in named(DEPLOYMENT).items()}
    write(here, {name: text.replace("/client", "/client-of-db") if name == "source.yaml" else text for name, text in files.items()} | MAP)
    own_ca(here)
    (here / "tls").mkdir()
    (here / "my-ca.pem").rename(here / "tls" / "db-ca.pem")
    openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", here / "tls" / "client-of-db-key.pem", "-subj", "/CN=repl", "-out", here / "c.csr")
    openssl(
        "x509",
        "-req",
        "-in",
        here / "c.csr",
        "-CA",
        here / "tls" / "db-ca.pem",
        "-CAkey",
        here / "my-ca.key",
        "-CAcreateserial",
        "-days",
        "90",
        "-out",
        here / "tls" / "client-of-db.pem",
    )
    assert dmls("certs", "new", "--databases", "task.yaml", *(n for n in files if n.endswith(".toml"))).status == 0
    ran = dmls("certs", "renew", ".", "--new-ca", "--output", "new")
    assert ran.status == 1 and "tls/client-of-db.pem: not carried over: another CA has signed" in ran.out
    assert "Database servers that check the certificates of DM need both CAs" in ran.out
    assert {p.name for p in (here / "new" / "bundle").iterdir()} == {"ca.pem"} and (here / "new" / "client.pem").exists()


def same_facts_but_dates(old: Path, new: Path) -> None:
    a, b = certificate(old), certificate(new)
    assert a.subject.raw == b.subject.raw and a.issuer.raw != b.issuer.raw
    for fact in FACTS:
        assert getattr(a, fact) == getattr(b, fact), fact


def test_our_own_rules_find_nothing_after_each_step(dmls: Run, here: Path) -> None:
    write(here, {**named({n: t for n, t in DEPLOYMENT.items() if n.endswith(".toml")}), **MAP})
    assert dmls("certs", "new").status == 0
    assert dmls("certs", "renew", ".", "--new-ca", "--output", "new").status == 0
    for step in ("new/bundle/ca.pem", *(f"new/{n}{end}.pem" for n in NAMES for end in ("", "-key")), "new/ca.pem"):
        goal = here / "tls" / Path(step).name
        goal.write_bytes((here / step).read_bytes())
        if step.endswith("-key.pem") or "ca.pem" in step:
            checked = dmls("check", "--files", "strict", "--format", "json")
            assert [f["rule"] for f in json.loads(checked.out)["findings"] if f["severity"] in ("error", "warning")] == [], step


# Certificate files by themselves, and what people have


def test_a_file_by_itself(dmls: Run, here: Path) -> None:
    write(here, DEPLOYMENT)
    assert dmls("certs", "new").status == 0
    ran = dmls("certs", "renew", "tls/m1.pem", "tls/m1-key.pem", "--at", "+90d", "--output", "new")
    assert (ran.status, ran.err) == (0, "")
    assert {p.name for p in (here / "new").iterdir()} == {"m1.pem", "m1-key.pem"}
    same_facts(here / "tls" / "m1.pem", here / "new" / "m1.pem")


def test_a_ca_by_itself_keeps_its_key_so_that_what_it_signed_stays_good(dmls: Run, here: Path) -> None:
    write(here, DEPLOYMENT)
    assert dmls("certs", "new", "--ca-days", "400").status == 0
    ran = dmls("certs", "renew", "tls/ca.pem", "--at", "+30d", "--output", "new")
    assert (ran.status, ran.err) == (0, "") and [p.name for p in (here / "new").iterdir()] == ["ca.pem"]
    same_facts(here / "tls" / "ca.pem", here / "new" / "ca.pem")
    openssl("verify", "-CAfile", here / "new" / "ca.pem", "-attime", str(certificate(here / "new" / "ca.pem").not_before + 7200), here / "tls" / "m1.pem")


def test_what_openssl_made_by_the_documentation(dmls: Run, here: Path) -> None:
    """The procedure of DM's documentation: RSA, an OpenSSL section for the SANs, a dmctl certificate of version 1."""
    own_ca(here)
    ca = ("-CA", here / "my-ca.pem", "-CAkey", here / "my-ca.key", "-CAcreateserial")
    write(
        here,
        {
            "san.cnf": "[v3_req]\nbasicConstraints = CA:FALSE\nkeyUsage = nonRepudiation, digitalSignature, keyEncipherment\nsubjectAltName = @n\n[n]\nIP.1 = 10.0.0.1\nDNS.1 = dm.example\nURI.1 = spiffe://dm/master\nemail.1 = dm@example.com\n"
        },
    )
    for name, more in (("master", ("-extensions", "v3_req", "-extfile", here / "san.cnf")), ("ctl", ())):
        openssl("genrsa", "-out", here / f"{name}-key.pem", "2048")
        openssl("req", "-new", "-utf8", "-key", here / f"{name}-key.pem", "-subj", "/C=CN/O=例子/OU=DM/CN=dm", "-out", here / f"{name}.csr")
        openssl("x509", "-req", "-days", "30", *ca, "-in", here / f"{name}.csr", "-out", here / f"{name}.pem", *more)
    ran = dmls("certs", "renew", "master.pem", "ctl.pem", "--ca", "my-ca.pem", "--days", "200", "--output", "new")
    assert (ran.status, ran.err) == (0, "")
    same_facts(here / "master.pem", here / "new" / "master.pem")
    assert certificate(here / "new" / "ctl.pem").subject.raw == certificate(here / "ctl.pem").subject.raw
    for name in ("master", "ctl"):
        openssl("verify", "-CAfile", here / "my-ca.pem", here / "new" / f"{name}.pem")
        assert dmls("certs", "verify", "--roots", "my-ca.pem", "--chain", f"new/{name}.pem").status == 0


def test_intermediates_and_a_key_in_the_same_file_stay_there(dmls: Run, here: Path) -> None:
    own_ca(here)
    write(here, {"ca.cnf": "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\nsubjectKeyIdentifier=hash\n"})
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", here / "between-key.pem", "-subj", "/CN=between", "-out", here / "b.csr")
    openssl(
        "x509",
        "-req",
        "-in",
        here / "b.csr",
        "-CA",
        here / "my-ca.pem",
        "-CAkey",
        here / "my-ca.key",
        "-CAcreateserial",
        "-days",
        "600",
        "-extfile",
        here / "ca.cnf",
        "-out",
        here / "between.pem",
    )
    openssl("req", "-new", "-newkey", "ed25519", "-nodes", "-keyout", here / "leaf-key.pem", "-subj", "/CN=dm", "-out", here / "l.csr")
    openssl("x509", "-req", "-in", here / "l.csr", "-CA", here / "between.pem", "-CAkey", here / "between-key.pem", "-CAcreateserial", "-days", "20", "-out", here / "leaf.pem")
    (here / "all.pem").write_bytes(b"".join((here / name).read_bytes() for name in ("leaf.pem", "between.pem", "leaf-key.pem")))
    for options, is_same in (((), False), (("--keep-key",), True)):
        out = f"new{len(options)}"
        ran = dmls("certs", "renew", "all.pem", "--ca", "between.pem", "--days", "200", "--output", out, *options)
        assert (ran.status, ran.err) == (0, "")
        made_file = here / out / "all.pem"
        assert made_file.stat().st_mode & 0o077 == 0
        blocks = file.read(made_file.read_bytes()).blocks
        assert [b.type for b in blocks] == ["CERTIFICATE", "CERTIFICATE", "PRIVATE KEY"] and blocks[1].certificate == certificate(here / "between.pem")
        assert (certificate(made_file).public_key.identity == certificate(here / "leaf.pem").public_key.identity) is is_same
        assert blocks[2].key is not None and blocks[2].key.public is not None and blocks[2].key.public.identity == certificate(made_file).public_key.identity
        openssl("verify", "-CAfile", here / "my-ca.pem", "-untrusted", made_file, made_file)
        assert "PRIVATE KEY" not in ran.out


def test_what_cannot_be_renewed_is_told_and_the_rest_is_done(dmls: Run, here: Path) -> None:
    made(dmls, here)
    (here / "tls" / "dm-master2.pem").unlink()
    own_ca(here)
    openssl(
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        here / "tls" / "client-key.pem",
        "-out",
        here / "tls" / "client.pem",
        "-subj",
        "/CN=db",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
    )
    ran = dmls("certs", "renew", ".", "--at", LATER)
    assert ran.status == 1 and ran.err == ""
    assert "tls/dm-master2.pem: not carried over: this file is not on this machine" in ran.out
    assert "tls/client.pem: not carried over: the CA that signed this certificate was not found" in ran.out
    assert (here / "tls" / "renewed-2026-09-01" / "dm-master1.pem").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("source.yaml",), "no certificate to renew"),
        (("tls/m1.pem",), "no certificate can be renewed; tls/m1.pem: the private key of its CA, tls/ca.pem, was not found; name it with --ca-key"),
        (("empty",), "no certificate to renew"),
        (("tls/m1-key.pem",), "no certificate to renew"),
        (("tls/m1.pem", "--ca", "tls/absent.pem"), "the CA that signed this certificate was not found"),
        (("tls/m1.pem", "--days", "x"), "--days cannot be"),
        (("tls/m1.pem", "--ca", "my-ca.pem", "--ca-key", "hidden.pem"), "is not that of the CA"),
    ],
)
def test_what_cannot_be_is_said(dmls: Run, here: Path, arguments: tuple[str, ...], said: str) -> None:
    write(here, DEPLOYMENT)
    own_ca(here)
    (here / "empty").mkdir()
    assert dmls("certs", "new").status == 0
    (here / "tls" / "ca-key.pem").rename(here / "hidden.pem")
    more = () if "--ca" in arguments or "x" not in arguments else ("--ca-key", "hidden.pem")
    ran = dmls("certs", "renew", *arguments, *more)
    assert ran.status == 2 and said in ran.err, ran
    assert not list((here / "tls").glob("renewed*"))


def test_the_key_of_a_pair_is_the_one_of_the_pair(dmls: Run, here: Path) -> None:
    write(here, DEPLOYMENT)
    assert dmls("certs", "new", "--shared").status == 0
    assert dmls("certs", "renew", "tls/dm.pem", "--output", "new").status == 0
    both = Pair(here / "new" / "dm.pem", here / "new" / "dm-key.pem")
    handshake(here / "tls" / "ca.pem", both, both, "10.0.0.1")
