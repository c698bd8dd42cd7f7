"""`dmls certs new`: what is made, for whom, and that nobody refuses it: OpenSSL, Python's ssl, Go's rules, our own rules."""

from __future__ import annotations

import json
import os
import shlex
import ssl
import subprocess
from itertools import count
from pathlib import Path

import jsonschema
import pytest

from cli.conftest import Run
from dmls.pki.facts import CLIENT_AUTH, SERVER_AUTH
from support.issued import Pair, certificate, common_name, handshake, links, names_of, openssl
from support.plain_deployment import STYLES, plain

ROOT = Path(__file__).resolve().parents[2]
DAY = 86_400
RING = "m1=http://10.0.0.1:8291,m2=http://10.0.0.2:8291,m3=http://dm-3.example:8291"
JOIN = "10.0.0.1:8261,10.0.0.2:8261,dm-3.example:8261"
DEPLOYMENT = {
    "dm-master1.toml": f'name = "m1"\nmaster-addr = "10.0.0.1:8261"\npeer-urls = "http://10.0.0.1:8291"\ninitial-cluster = "{RING}"\n',
    "dm-master2.toml": f'name = "m2"\nmaster-addr = ":8261"\nadvertise-addr = "10.0.0.2:8261"\npeer-urls = "http://10.0.0.2:8291"\ninitial-cluster = "{RING}"\n',
    "dm-master3.toml": 'name = "m3"\nmaster-addr = "10.0.0.3:8261"\nadvertise-addr = "dm-3.example:8261"\npeer-urls = "http://10.0.0.3:8291"\n'
    f'advertise-peer-urls = "http://dm-3.example:8291"\ninitial-cluster = "{RING}"\n',
    "dm-worker1.toml": f'name = "w1"\nworker-addr = "10.0.1.1:8262"\njoin = "{JOIN}"\n',
    "dm-worker2.toml": f'name = "w2"\nworker-addr = "0.0.0.0:8262"\nadvertise-addr = "[fd00::2]:8262"\njoin = "{JOIN}"\n',
    "source.yaml": 'source-id: s1\nfrom:\n  host: 10.0.2.1\n  port: 3306\n  user: root\n  password: ""\n',
    "task.yaml": 'name: t1\ntask-mode: all\ntarget-database:\n  host: db.example\n  port: 4000\n  user: root\n  password: ""\nmysql-instances:\n  - source-id: s1\n    block-allow-list: b\nblock-allow-list:\n  b:\n    do-dbs: [app]\n',
}
COMPONENTS = ("m1", "m2", "m3", "w1", "w2")
LOCAL = {"localhost", "127.0.0.1"}
HOSTS = {"m1": {"10.0.0.1"}, "m2": {"10.0.0.2"}, "m3": {"10.0.0.3", "dm-3.example"}, "w1": {"10.0.1.1"}, "w2": {"fd00::2"}}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def named(files: dict[str, str], folder: str = "/etc/dm/tls") -> dict[str, str]:
    """The configurations with the paths of their certificates and the list of names."""
    out = {}
    for name, text in files.items():
        stem = name.rpartition(".")[0]
        if name.endswith(".toml"):
            text = (
                text.replace("http://", "https://")
                + f'ssl-ca = "{folder}/ca.pem"\nssl-cert = "{folder}/{stem}.pem"\nssl-key = "{folder}/{stem}-key.pem"\ncert-allowed-cn = ["dm"]\n'
            )
        else:
            block = f"  security:\n    ssl-ca: {folder}/ca.pem\n    ssl-cert: {folder}/client.pem\n    ssl-key: {folder}/client-key.pem\n"
            text = text.replace('  password: ""\n', '  password: ""\n' + block)
        out[name] = text
    return out


def hosts_of(path: Path) -> set[str]:
    import ipaddress

    found = certificate(path)
    return {*found.dns_names, *(str(ipaddress.ip_address(a)) for a in found.ip_addresses)}


def pair(folder: Path, name: str) -> Pair:
    return Pair(folder / f"{name}.pem", folder / f"{name}-key.pem")


def told(out: str) -> dict[str, object]:
    """The JSON of a change, which has to be as its schema says."""
    found = json.loads(out)
    jsonschema.validate(found, json.loads((ROOT / "schemas" / "change.schema.json").read_text(encoding="utf-8")))
    return dict(found)


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_every_component_gets_a_certificate_for_its_addresses(dmls: Run, here: Path, kind: str) -> None:
    write(here, DEPLOYMENT)
    ran = dmls("certs", "new", "--key-type", kind)
    assert (ran.status, ran.err) == (0, "")
    tls = here / "tls"
    assert {p.name for p in tls.iterdir()} == {f"{n}{end}.pem" for n in (*COMPONENTS, "ca", "dmctl") for end in ("", "-key")}
    ca = certificate(tls / "ca.pem")
    assert ca.is_ca and ca.is_self_issued and ca.subject_key_id and ca.key_usage == 0x60
    serials = set()
    for name in (*COMPONENTS, "dmctl"):
        leaf = certificate(tls / f"{name}.pem")
        assert leaf.subject.common_name == "dm"
        assert hosts_of(tls / f"{name}.pem") == (HOSTS[name] | LOCAL if name in HOSTS else set())
        assert set(leaf.extended_key_usages) == {SERVER_AUTH, CLIENT_AUTH}
        assert leaf.authority_key_id == ca.subject_key_id and leaf.subject_key_id and not leaf.is_ca and leaf.basic_constraints
        assert 0 < leaf.serial < 1 << 159
        assert leaf.public_key.kind == {"ec": "ECDSA", "rsa": "RSA"}[kind]
        serials.add(leaf.serial)
        assert (tls / f"{name}-key.pem").read_text().startswith("-----BEGIN PRIVATE KEY-----")
        openssl("verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", tls / "ca.pem", tls / f"{name}.pem")
        openssl("verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", tls / "ca.pem", tls / f"{name}.pem")
        for host in hosts_of(tls / f"{name}.pem"):
            check = "-checkip" if host[0].isdigit() or ":" in host else "-checkhost"
            assert "does match" in openssl("x509", "-in", tls / f"{name}.pem", "-noout", check, host)
        for usage in ("server", "client"):
            for version in ("6.0.0", "8.1.0", "8.5.7", "main"):
                assert dmls("certs", "verify", "--roots", "tls/ca.pem", "--chain", f"tls/{name}.pem", "--usage", usage, "--dm-version", version).status == 0
    assert len(serials) == len(COMPONENTS) + 1
    if os.name != "nt":
        assert {p.name for p in tls.iterdir() if p.stat().st_mode & 0o077} == {f"{n}.pem" for n in (*COMPONENTS, "ca", "dmctl")}


@pytest.mark.parametrize("options", [(), ("--key-type", "rsa"), ("--shared",), ("--key-size", "384")])
def test_every_link_of_the_cluster_shakes_hands(dmls: Run, here: Path, options: tuple[str, ...]) -> None:
    write(here, DEPLOYMENT)
    assert dmls("certs", "new", *options).status == 0
    tls = here / "tls"
    shared = "--shared" in options

    def own(name: str) -> Pair:
        return pair(tls, "dm" if shared else name)

    found = list(links(here))
    kinds: dict[str, int] = {}
    for kind, dialer, listener, host in found:
        kinds[kind] = kinds.get(kind, 0) + 1
        seen, shown = handshake(tls / "ca.pem", own(dialer), own(listener), host)
        assert common_name(seen) == common_name(shown) == "dm"
        if kind == "peer":
            # The etcd of a master also looks for the caller's address among the names that the caller shows.
            assert names_of(seen) & HOSTS[dialer]
    # Each master calls itself and the two others; two workers call three masters and are called by them.
    assert kinds == {"master": 3 + 6, "peer": 6, "worker": 6}
    for master in ("m1", "m2", "m3"):
        for host in (*HOSTS[master], *LOCAL):
            handshake(tls / "ca.pem", own("dmctl"), own(master), host)
    with pytest.raises(ssl.SSLError):
        handshake(tls / "ca.pem", None, own("m1"), "10.0.0.1")
    with pytest.raises(ssl.SSLError):
        handshake(tls / "ca.pem", own("w1"), own("m1"), "10.9.9.9")


def test_our_own_rules_find_nothing(dmls: Run, here: Path) -> None:
    write(here, {**named(DEPLOYMENT), ".dmls.toml": '[tls.path-map]\n"/etc/dm/tls" = "tls"\n'})
    ran = dmls("certs", "new", "--databases")
    assert (ran.status, ran.err) == (0, "")
    assert {p.name for p in (here / "tls").iterdir() if not p.name.endswith("-key.pem")} == {
        *(f"dm-{n}.pem" for n in ("master1", "master2", "master3", "worker1", "worker2")),
        *("ca.pem", "client.pem", "db-10.0.2.1.pem", "db-db.example.pem", "dmctl.pem"),
    }
    for version in ("8.1.0", "8.5.7", "main"):
        checked = dmls("check", "--files", "strict", "--dm-version", version, "--ignore", "tls-source-path-scope", "--format", "json")
        assert [f["rule"] for f in json.loads(checked.out)["findings"]] == []
    assert certificate(here / "tls" / "client.pem").extended_key_usages == (CLIENT_AUTH,)
    assert certificate(here / "tls" / "db-db.example.pem").extended_key_usages == (SERVER_AUTH,)
    assert hosts_of(here / "tls" / "db-db.example.pem") == {"db.example"}


def test_relative_paths_lie_where_a_check_looks(dmls: Run, here: Path) -> None:
    files = {f"{name.rpartition('.')[0]}/{name}": text for name, text in named(DEPLOYMENT, "tls").items()}
    write(here, files)
    assert dmls("certs", "new").status == 0
    assert (here / "dm-master1" / "tls" / "dm-master1.pem").exists() and (here / "dm-worker2" / "tls" / "ca.pem").exists()
    assert not list((here / "dm-worker2" / "tls").glob("ca-key*")), "the CA's key lies in one place only"
    components = [name for name in files if name.endswith(".toml")]
    checked = dmls("check", "--files", "strict", "--format", "json", *components)
    assert {f["rule"] for f in json.loads(checked.out)["findings"]} == {"tls-path-relative"}


def test_a_second_run_changes_nothing_and_a_new_component_gets_its_own(dmls: Run, here: Path) -> None:
    write(here, DEPLOYMENT)
    assert dmls("certs", "new").status == 0
    before = {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in (here / "tls").iterdir()}
    again = dmls("certs", "new", "--format", "json")
    assert (again.status, again.err) == (0, "")
    assert told(again.out)["files"] == [] and "already" in again.out
    write(here, {"dm-worker3.toml": f'name = "w3"\nworker-addr = "10.0.1.3:8262"\njoin = "{JOIN}"\n'})
    assert dmls("certs", "new").status == 0
    after = {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in (here / "tls").iterdir()}
    assert after.keys() - before.keys() == {"w3.pem", "w3-key.pem"}
    assert {name: after[name] for name in before} == before
    handshake(here / "tls" / "ca.pem", pair(here / "tls", "w3"), pair(here / "tls", "m1"), "10.0.0.1")


def test_an_address_that_came_later_is_told(dmls: Run, here: Path) -> None:
    write(here, DEPLOYMENT)
    assert dmls("certs", "new").status == 0
    write(here, {"dm-worker1.toml": f'name = "w1"\nworker-addr = "10.0.1.99:8262"\njoin = "{JOIN}"\n'})
    ran = dmls("certs", "new")
    assert ran.status == 0 and "tls/w1.pem: to do: this certificate does not name IP:10.0.1.99" in ran.out


def test_nothing_is_overwritten(dmls: Run, here: Path) -> None:
    write(here, {**DEPLOYMENT, "tls/w1.pem": "mine"})
    for options in ((), ("--shared", "--host", "w1=x")):
        if options:
            write(here, {"tls/dm-key.pem": "mine"})
        ran = dmls("certs", "new", *options)
        assert ran.status == 2 and "nothing is overwritten" in ran.err
        assert {p.name for p in (here / "tls").iterdir()} <= {"w1.pem", "dm-key.pem"}


def test_diff_writes_nothing_and_shows_no_key(dmls: Run, here: Path) -> None:
    write(here, DEPLOYMENT)
    ran = dmls("certs", "new", "--diff")
    assert ran.status == 0 and "would create tls/m1-key.pem" in ran.out and "PRIVATE KEY" not in ran.out
    assert "PRIVATE KEY" not in dmls("certs", "new", "--diff", "--format", "json").out
    assert not (here / "tls").exists()


def test_options_decide(dmls: Run, here: Path) -> None:
    write(here, DEPLOYMENT)
    at = "2026-09-01T12:00:00Z"
    ran = dmls(
        "certs",
        "new",
        "--cn",
        "dm-cluster",
        "--days",
        "30d",
        "--ca-days",
        "60",
        "--host",
        "m1=vip.example,w1=10.7.7.7",
        "--host",
        "all.example",
        "--prometheus",
        "--output",
        "out/x",
        "--at",
        at,
    )
    assert (ran.status, ran.err) == (0, "")
    out = here / "out" / "x"
    leaf = certificate(out / "m1.pem")
    assert leaf.subject.common_name == "dm-cluster" == certificate(out / "prometheus.pem").subject.common_name
    assert hosts_of(out / "m1.pem") == HOSTS["m1"] | LOCAL | {"vip.example", "all.example"}
    assert hosts_of(out / "w1.pem") == HOSTS["w1"] | LOCAL | {"10.7.7.7", "all.example"}
    now = 1788264000
    assert leaf.not_before == certificate(out / "ca.pem").not_before == now - 3600, "clocks may be a little behind"
    assert leaf.not_after == now + 30 * DAY - 1 and certificate(out / "ca.pem").not_after == now + 60 * DAY - 1
    assert certificate(out / "ca.pem").subject.common_name == "DM CA 2026-09-01T12:00:00Z"


def test_no_certificate_outlives_its_ca(dmls: Run, here: Path) -> None:
    write(here, DEPLOYMENT)
    ran = dmls("certs", "new", "--days", "900", "--ca-days", "400")
    assert ran.status == 0 and "no certificate outlives its CA" in ran.out
    assert certificate(here / "tls" / "m1.pem").not_after == certificate(here / "tls" / "ca.pem").not_after


def test_the_list_of_names_decides_the_common_name(dmls: Run, here: Path) -> None:
    files = {
        name: text + ('cert-allowed-cn = [" dm-tls ", "other"]\n' if "master" in name else 'cert-allowed-cn = ["other"]\n' if name.endswith("toml") else "")
        for name, text in DEPLOYMENT.items()
    }
    write(here, files)
    ran = dmls("certs", "new")
    assert certificate(here / "tls" / "w1.pem").subject.common_name == "dm-tls"
    # The etcd of a master compares with the blanks, and the workers' lists lack the name.
    assert ran.out.count("lets no certificate with the common name dm-tls in") == 5


def test_components_that_name_one_file_share_it(dmls: Run, here: Path) -> None:
    one = 'ssl-ca = "/etc/dm/ca.pem"\nssl-cert = "/etc/dm/master.pem"\nssl-key = "/etc/dm/master.key"\n'
    write(here, {name: text + (one if "master" in name else "") for name, text in DEPLOYMENT.items()})
    ran = dmls("certs", "new")
    assert ran.status == 0 and "m1, m2, m3 name the same file /etc/dm/master.pem" in ran.out and "[tls.path-map]" in ran.out
    assert hosts_of(here / "tls" / "master.pem") == HOSTS["m1"] | HOSTS["m2"] | HOSTS["m3"] | LOCAL
    assert (here / "tls" / "master.key").exists()
    assert "scp -p tls/master.key dm-3.example:/etc/dm/master.key" in ran.out


def test_files_of_one_name_from_several_folders_do_not_meet(dmls: Run, here: Path) -> None:
    write(
        here,
        {
            name: text + f'ssl-ca = "/etc/dm/ca.pem"\nssl-cert = "/etc/{name[3:-5]}/tls.crt"\nssl-key = "/etc/{name[3:-5]}/tls.key"\n'
            for name, text in DEPLOYMENT.items()
            if name.endswith(".toml")
        },
    )
    assert dmls("certs", "new").status == 0
    assert {p.relative_to(here / "tls").as_posix() for p in (here / "tls").rglob("*.crt")} == {f"{n}/tls.crt" for n in ("master1", "master2", "master3", "worker1", "worker2")}
    assert {p.parent.name for p in (here / "tls").rglob("tls.key")} == {"master1", "master2", "master3", "worker1", "worker2"}


def test_a_topology_is_enough(dmls: Run, here: Path) -> None:
    write(
        here,
        {
            "topology.yaml": "global:\n  user: tidb\nmaster_servers:\n  - host: 10.0.0.1\n    name: m1\n  - host: 10.0.0.2\n    port: 8361\nworker_servers:\n  - host: 10.0.1.1\nmonitoring_servers:\n  - host: 10.0.9.9\n"
        },
    )
    ran = dmls("certs", "new")
    assert ran.status == 0
    assert {p.name for p in (here / "tls").iterdir() if not p.name.endswith("-key.pem")} == {
        "ca.pem",
        "m1.pem",
        "dm-master-10.0.0.2-8361.pem",
        "dm-worker-10.0.1.1-8262.pem",
        "dmctl.pem",
        "prometheus.pem",
    }
    assert hosts_of(here / "tls" / "dm-master-10.0.0.2-8361.pem") == {"10.0.0.2"} | LOCAL
    assert "scp -p tls/prometheus-key.pem 10.0.9.9:/etc/dm/tls/prometheus-key.pem" in ran.out


def test_tiup_makes_its_own(dmls: Run, here: Path) -> None:
    write(here, {"topology.yaml": "global:\n  enable_tls: true\nmaster_servers:\n  - host: 10.0.0.1\nworker_servers:\n  - host: 10.0.1.1\n"})
    ran = dmls("certs", "new")
    assert ran.status == 2 and "TiUP makes the CA and all certificates itself" in ran.err


def test_a_script_tells_the_same(dmls: Run, here: Path) -> None:
    start = "#!/bin/sh\ncd /opt/dm\ndm-master --config=/opt/dm/conf/dm-master.toml --name=m1 --master-addr=10.0.0.1:8261 --peer-urls=http://10.0.0.1:8291\n"
    write(
        here,
        {
            "start.sh": start,
            "worker.sh": "#!/bin/sh\ndm-worker --name=w1 --worker-addr=10.0.1.1:8262 --join=10.0.0.1:8261\ndmctl --master-addr 10.0.0.1:8261 --ssl-ca /c/ca.pem --ssl-cert /c/ctl.pem --ssl-key /c/ctl.key list-member\n",
        },
    )
    ran = dmls("certs", "new", "start.sh", "worker.sh")
    assert (ran.status, ran.err) == (0, "")
    assert hosts_of(here / "tls" / "m1.pem") == {"10.0.0.1"} | LOCAL and (here / "tls" / "ctl.key").exists() and not (here / "tls" / "dmctl.pem").exists()


def test_where_nobody_says_the_address_it_is_asked_for(dmls: Run, here: Path) -> None:
    write(here, {"dm-master.toml": 'name = "m1"\nmaster-addr = ":8261"\n'})
    ran = dmls("certs", "new")
    assert ran.status == 0 and "give --host m1=HOST" in ran.out
    assert hosts_of(here / "tls" / "m1.pem") == LOCAL


def test_deployments_that_do_not_know_each_other_are_told_apart(dmls: Run, here: Path) -> None:
    write(here, {f"{folder}/dm-master.toml": f'name = "m1"\nmaster-addr = "10.0.{i}.1:8261"\n' for i, folder in enumerate(("dev", "prod"))})
    ran = dmls("certs", "new")
    assert ran.status == 0 and "2 deployments that know nothing of each other" in ran.out
    assert hosts_of(here / "tls" / "m1.pem") == {"10.0.0.1"} | LOCAL and hosts_of(here / "tls" / "m1-2.pem") == {"10.0.1.1"} | LOCAL
    assert "deployments" not in dmls("certs", "new", "dev").out


HOSTILE = (
    'name = "../../m1"\nmaster-addr = "10.0.0.1:8261"\n',
    'name = "ca"\nmaster-addr = "10.0.0.1:8261"\n',
    'name = "\\u001b[2J$(touch x)`touch y`"\nmaster-addr = "10.0.0.1:8261"\n',
    f'name = "{"n" * 5000}"\nmaster-addr = "10.0.0.1:8261"\n',
    'name = ""\nmaster-addr = "-oProxyCommand=touch${IFS}x:8261"\n',
    'name = "m1"\nmaster-addr = "$(touch x):8261"\nadvertise-addr = "例子.example:8261"\n',
    'name = "m1"\nmaster-addr = "10.0.0.1:8261"\nssl-ca = "a\\u0000b"\nssl-cert = "c\\nd"\nssl-key = "~/key.pem"\n',
    'name = "m1"\nmaster-addr = "10.0.0.1:8261"\nssl-ca = "/c/x.pem"\nssl-cert = "/c/x.pem"\nssl-key = "/c/x.pem"\n',
    'name = "m1"\nmaster-addr = "10.0.0.1:8261"\nssl-cert = "/c/a\'b $(touch x).pem"\n',
    'name = "m1"\nmaster-addr = "10.0.0.1:8261"\nssl-ca = 3\nssl-cert = []\n[ssl-key]\n',
    'name = "m1"\nmaster-addr = "10.0.0.1:8261\n',
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_in_a_file_leads_astray(dmls: Run, here: Path, text: str) -> None:
    """Files are made in the folder only, whatever names say; commands hold no text that a shell would carry out."""
    write(here, {"conf/dm-master.toml": text})
    ran = dmls("certs", "new")
    assert "internal error" not in ran.err and ran.status in (0, 2)
    assert {p.name for p in here.iterdir()} == {"conf"} and {p.name for p in (here / "conf").iterdir()} <= {"dm-master.toml", "tls"}
    assert "\x1b[2J" not in ran.out
    if ran.status == 0:
        book = told(dmls("certs", "new", "--output", "other", "--openssl", "--format", "json").out)["runbook"]
        assert isinstance(book, list) and book
        stubs = "".join(f"{name}() {{ :; }}\n" for name in ("ssh", "scp", "dmls", "dmctl", "openssl", "mkdir", "rm", "cp", "install", "chmod", "cat"))
        for step in book:
            sh = subprocess.run(["sh", "-e"], input=stubs + "\n".join(step["commands"]) + "\n", text=True, cwd=here / "conf", capture_output=True)
            assert "Syntax error" not in sh.stderr
        assert {p.name for p in (here / "conf").iterdir()} <= {"dm-master.toml", "tls"}
    assert not (here / "x").exists() and not (here / "y").exists()


@pytest.mark.parametrize("name", ["dm/a+b=c", 'O\'Neil "x"', "例子", "a,b", "$(touch x)", "-x", "x" * 64])
def test_any_common_name_is_the_same_by_openssl(dmls: Run, here: Path, name: str) -> None:
    write(here, DEPLOYMENT)
    shown = dmls("certs", "new", "--openssl", "--output", "o", "--format", "json", "--cn", name)
    script = "set -e\n" + "\n".join(told(shown.out)["runbook"][0]["commands"]) + "\n"  # type: ignore[index]
    ran = subprocess.run(["sh"], input=script, cwd=here, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert dmls("certs", "new", "--cn", name).status == 0
    assert certificate(here / "o" / "w1.pem").subject.common_name == certificate(here / "tls" / "w1.pem").subject.common_name == name
    assert not (here / "x").exists()


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("masters", [1, 3])
def test_the_next_step_of_the_runbook_leads_to_a_clean_deployment(dmls: Run, here: Path, style: str, masters: int) -> None:
    plain(here, masters, style)
    book = told(dmls("certs", "new", "--format", "json").out)["runbook"]
    assert isinstance(book, list)
    (command,) = (line for step in book for line in step["commands"] if line.startswith("dmls tls enable"))
    enabled = dmls(*shlex.split(command)[1:])
    assert (enabled.status, enabled.err) == (0, "")
    write(here, {".dmls.toml": '[tls.path-map]\n"/etc/dm/tls" = "tls"\n'})
    checked = dmls("check", "--files", "strict", "--format", "json")
    assert [f["rule"] for f in json.loads(checked.out)["findings"] if f["severity"] in ("error", "warning")] == []
    assert told(dmls("certs", "new", "--format", "json").out)["files"] == []


# A CA that is there


def own_ca(folder: Path, *more: str) -> None:
    openssl(
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        *(more or ("-nodes",)),
        "-keyout",
        folder / "my-ca.key",
        "-out",
        folder / "my-ca.pem",
        "-days",
        "700",
        "-subj",
        "/O=Example/CN=Example CA",
    )


def test_a_ca_of_the_company_signs(dmls: Run, here: Path) -> None:
    write(here, named(DEPLOYMENT))
    own_ca(here)
    ran = dmls("certs", "new", "--ca", "my-ca.pem", "--ca-key", "my-ca.key")
    assert (ran.status, ran.err) == (0, "")
    assert (here / "tls" / "ca.pem").exists() and not (here / "tls" / "ca-key.pem").exists()
    assert certificate(here / "tls" / "ca.pem") == certificate(here / "my-ca.pem")
    openssl("verify", "-CAfile", here / "my-ca.pem", here / "tls" / "dm-worker1.pem")
    assert dmls("certs", "new", "--ca", "my-ca.pem").out.startswith("all certificates are in tls already")


def test_the_ca_of_a_database_stays(dmls: Run, here: Path) -> None:
    files = {name: text.replace("tls/ca.pem", "db/ca.pem") if name == "source.yaml" else text for name, text in named(DEPLOYMENT).items()}
    write(here, {**files, ".dmls.toml": '[tls.path-map]\n"/etc/dm" = "local"\n'})
    own_ca(here)
    (here / "local" / "db").mkdir(parents=True)
    (here / "my-ca.pem").rename(here / "local" / "db" / "ca.pem")
    before = (here / "local" / "db" / "ca.pem").read_bytes()
    ran = dmls("certs", "new", "--databases")
    assert (ran.status, ran.err) == (0, "") and "local/db/ca.pem: note: another CA is in this file" in ran.out
    assert (here / "local" / "db" / "ca.pem").read_bytes() == before and certificate(here / "local" / "tls" / "ca.pem").subject.common_name.startswith("DM CA")
    again = dmls("certs", "new", "--databases")
    assert again.status == 0 and again.out.startswith("all certificates are in")


def test_sources_alone_may_name_the_ca(dmls: Run, here: Path) -> None:
    write(here, {name: named(DEPLOYMENT)[name] if name.endswith("yaml") else text for name, text in DEPLOYMENT.items()})
    assert dmls("certs", "new", "--databases").status == 0
    assert {p.name for p in (here / "tls").iterdir() if p.name.startswith("c") and not p.name.endswith("-key.pem")} == {"ca.pem", "client.pem"}


def test_an_encrypted_key_is_opened_with_a_file(dmls: Run, here: Path) -> None:
    write(here, {**DEPLOYMENT, "phrase": "Correct horse\n", "wrong": "battery\n"})
    own_ca(here, "-passout", "pass:Correct horse")
    asked = dmls("certs", "new", "--ca", "my-ca.pem")
    assert asked.status == 2 and "--ca-key-pass-file" in asked.err
    wrong = dmls("certs", "new", "--ca", "my-ca.pem", "--ca-key-pass-file", "wrong")
    assert wrong.status == 2 and "does not open" in wrong.err and "battery" not in wrong.err
    ran = dmls("certs", "new", "--ca", "my-ca.pem", "--ca-key-pass-file", "phrase")
    assert ran.status == 0 and "horse" not in ran.out
    openssl("verify", "-CAfile", here / "my-ca.pem", here / "tls" / "m1.pem")


@pytest.mark.skipif(os.name == "nt", reason="a terminal of Unix")
def test_an_encrypted_key_is_opened_at_the_terminal(here: Path) -> None:
    import pty
    import sys

    write(here, DEPLOYMENT)
    own_ca(here, "-passout", "pass:Correct horse")
    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover - another process
        os.execv(sys.executable, [sys.executable, "-m", "dmls", "--lang", "en", "certs", "new", "--ca", "my-ca.pem"])
    shown = b""
    while b"Pass phrase of" not in shown:
        shown += os.read(terminal, 4096)
    os.write(terminal, b"Correct horse\n")
    try:
        while True:
            part = os.read(terminal, 4096)
            if not part:
                break
            shown += part
    except OSError:
        pass
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    os.close(terminal)
    assert b"horse" not in shown
    openssl("verify", "-CAfile", here / "my-ca.pem", here / "tls" / "m1.pem")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--ca", "absent.pem"), "there is no CA certificate"),
        (("--ca-key", "my-ca.key"), "--ca-key needs --ca"),
        (("--ca", "my-ca.pem", "--ca-key", "absent.key"), "there is no such file"),
        (("--ca", "my-ca.pem", "--ca-key", "other.key"), "is not that of the CA"),
        (("--ca", "my-ca.pem", "--ca-key", "my-ca.pem"), "no private key"),
        (("--ca", "my-ca.pem", "--ca-key", "dm-master1.toml"), "no private key"),
        (("--ca", "my-ca.pem", "--ca-key", "broken.key"), "cannot be used"),
        (("--ca", "leaf.pem", "--ca-key", "my-ca.key"), "no certificate that may sign"),
        (("--ca", "my-ca.pem", "--at", "2031-01-01"), "ended on"),
        (("--days", "0"), "--days cannot be `0`"),
        (("--days", "1000000"), "--days cannot be"),
        (("--ca-days", "soon"), "--ca-days cannot be"),
        (("--cn", ""), "cannot be the common name"),
        (("--cn", "x" * 65), "cannot be the common name"),
        (("--cn", " dm"), "cannot be the common name"),
        (("--key-size", "2048"), "256, 384, 521"),
        (("--key-type", "rsa", "--key-size", "1024"), "2048, 3072, 4096"),
        (("--key-type", "dsa"), "ec, rsa"),
        (("--host", "m1=a b"), "--host cannot be `a b`"),
    ],
)
def test_what_cannot_be_is_said(dmls: Run, here: Path, arguments: tuple[str, ...], said: str) -> None:
    write(here, {**DEPLOYMENT, "broken.key": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"})
    own_ca(here)
    openssl("genrsa", "-out", here / "other.key", "2048")
    openssl(
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        here / "leaf.key",
        "-out",
        here / "leaf.pem",
        "-subj",
        "/CN=leaf",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
    )
    ran = dmls("certs", "new", *arguments)
    assert ran.status == 2 and said in ran.err, ran
    assert not (here / "tls").exists()


def test_without_components_there_is_nothing_to_make(dmls: Run, here: Path) -> None:
    write(here, {"source.yaml": DEPLOYMENT["source.yaml"]})
    ran = dmls("certs", "new")
    assert ran.status == 2 and "no dm-master and no dm-worker" in ran.err


# By OpenSSL


@pytest.mark.parametrize("options", [(), ("--key-type", "rsa"), ("--shared", "--databases"), ("--ca", "my-ca.pem", "--databases")])
def test_the_commands_of_openssl_make_the_same(dmls: Run, here: Path, options: tuple[str, ...]) -> None:
    write(here, named(DEPLOYMENT))
    own_ca(here)
    at = ("--at", "2026-09-01T12:00:00Z")
    shown = dmls("certs", "new", "--openssl", "--output", "by openssl", "--format", "json", *at, *options)
    assert (shown.status, shown.err) == (0, "") and not (here / "by openssl").exists()
    book = told(shown.out)["runbook"]
    assert isinstance(book, list)
    script = "set -e\n" + "\n".join(book[0]["commands"]) + "\n"
    ran = subprocess.run(["sh"], input=script, cwd=here, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert dmls("certs", "new", "--output", "own", *at, *options).status == 0
    names = {p.name for p in (here / "own").iterdir()}
    assert {p.name for p in (here / "by openssl").iterdir()} == names
    for name in names:
        own, other = here / "own" / name, here / "by openssl" / name
        if os.name != "nt":
            assert own.stat().st_mode & 0o077 == other.stat().st_mode & 0o077
        if name.endswith("-key.pem"):
            continue
        a, b = certificate(own), certificate(other)
        for fact in (
            "version",
            "subject",
            "issuer",
            "dns_names",
            "ip_addresses",
            "extended_key_usages",
            "key_usage",
            "is_ca",
            "max_path_len",
            "basic_constraints",
            "signature_algorithm",
        ):
            assert getattr(a, fact) == getattr(b, fact), (name, fact)
        assert set(a.extensions) == set(b.extensions) and (a.public_key.kind, a.public_key.bits) == (b.public_key.kind, b.public_key.bits)
        # OpenSSL cannot let a certificate begin earlier; what it makes begins now.
        assert b.serial > 0 and (a == b or a.not_after - a.not_before - 3600 + 1 == b.not_after - b.not_before)
    again = subprocess.run(["sh"], input=script, cwd=here, capture_output=True, text=True)
    assert again.returncode != 0, "nothing is overwritten"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_runbook_is_told_in_both_languages(dmls: Run, here: Path, lang: str) -> None:
    write(here, named(DEPLOYMENT))
    ran = dmls("--lang", lang, "certs", "new", "--databases", "--prometheus", "--runbook", "book.md")
    assert ran.status == 0
    book = (here / "book.md").read_text(encoding="utf-8")
    numbers = count(1)
    steps = [line for line in book.splitlines() if line[:1].isdigit()]
    assert all(line.startswith(f"{next(numbers)}. ") for line in steps)
    for wanted in (
        "scp -p tls/dm-master1-key.pem 10.0.0.1:/etc/dm/tls/dm-master1-key.pem",
        "scp -p tls/client.pem '[fd00::2]:/etc/dm/tls/client.pem'",
        "dmls check --files strict .",
        "require_secure_transport",
        "REQUIRE X509",
    ):
        assert wanted in book
    assert "PRIVATE KEY" not in book + ran.out
