"""`dmls tls enable`, `disable` and `plan`: on and off again for deployments of every style and size, and what the runbook says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from support.certs import AT
from support.deployment import certificate
from support.plain_deployment import STYLES, now, plain

from .conftest import Ran, Run

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "schemas" / "change.schema.json").read_text(encoding="utf-8"))
SIZES = (1, 3, 5)


def told(ran: Ran) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ran.out)
    jsonschema.validate(found, SCHEMA)
    return found


def commands(found: dict[str, Any]) -> list[str]:
    return [line for step in found["runbook"] for line in step["commands"]]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("masters", SIZES)
def test_on_is_clean_and_off_gives_every_byte_back(dmls: Run, here: Path, masters: int, style: str) -> None:
    before = plain(here, masters, style)
    assert dmls("tls", "enable", ".").status == 0
    on = now(here)
    assert {name for name in before if on[name] != before[name]} >= {n for n in before if n.endswith(".toml")}
    checked = dmls("check", "--files", "strict", "--min-severity", "warning", ".")
    assert checked.status == 0, checked.out
    again = told(dmls("tls", "enable", "--format", "json", "."))
    assert (again["files"], again["runbook"], now(here)) == ([], [], on)
    assert dmls("tls", "disable", ".").status == 0
    assert now(here) == before
    assert told(dmls("tls", "disable", "--format", "json", "."))["files"] == []


@pytest.mark.parametrize("masters", SIZES)
def test_databases_too(dmls: Run, here: Path, masters: int) -> None:
    before = plain(here, masters, "full")
    assert dmls("tls", "enable", "--databases", ".").status == 0
    assert b"security:" in (here / "source.yaml").read_bytes() and b"security:" in (here / "task.yaml").read_bytes()
    checked = dmls("check", "--files", "strict", "--min-severity", "warning", ".")
    assert checked.status == 0, checked.out
    stays = dmls("tls", "disable", "--diff", ".")
    assert "security" not in "".join(line for line in stays.out.splitlines() if line.startswith("-"))
    dmls("tls", "disable", "--databases", ".")
    assert now(here) == before


def test_own_authorities_of_databases(dmls: Run, here: Path) -> None:
    plain(here, 1, "bare")
    ran = dmls("tls", "enable", "--upstream-ca", "/etc/dm/mysql-ca.pem", "--downstream-ca", "/etc/dm/tidb-ca.pem", "--downstream-cert", "/c.pem", "--downstream-key", "/k.pem", ".")
    assert ran.status == 0
    assert 'security:\n    ssl-ca: "/etc/dm/mysql-ca.pem"\n' in (here / "source.yaml").read_text()
    assert 'ssl-cert: "/c.pem"\n    ssl-key: "/k.pem"\n' in (here / "task.yaml").read_text()
    assert "REQUIRE X509" in ran.out
    assert dmls("tls", "enable", "--upstream-cert", "/c.pem", ".").status == 2


@pytest.mark.parametrize("style", ("full", "bare", "flags"))
@pytest.mark.parametrize("masters", (2, 3, 5))
@pytest.mark.parametrize("action", ("enable", "disable"))
def test_no_master_restarts_before_etcd_knows_its_new_address(dmls: Run, here: Path, action: str, masters: int, style: str) -> None:
    """Experiments E1, E4, E6 and E9: for each master the update, then its own restart, and only then the next; the leader last."""
    plain(here, masters, style)
    if action == "disable":
        dmls("tls", "enable", ".")
    found = told(dmls("tls", action, "--leader", "m1", "--format", "json", "--diff", "."))
    scheme = "https" if action == "enable" else "http"
    order = []
    for line in commands(found):
        updated = re.search(rf"member update .* --peer-urls={scheme}://10\.0\.0\.(\d):8291", line)
        restarted = re.match(r"# (?:re)?start dm-master m(\d)", line)
        order += [("update", updated[1])] if updated else [("restart", restarted[1])] if restarted else []
    last = [*map(str, range(2, masters + 1)), "1"]
    assert order == [(what, number) for number in last for what in ("update", "restart")]
    starts = [i for i, line in enumerate(commands(found)) if "restart dm-worker" in line]
    assert starts and min(starts) > max(i for i, line in enumerate(commands(found)) if "restart dm-master" in line)
    # Each update goes through a member that speaks the scheme of the command at that time.
    for step in found["runbook"]:
        for line in step["commands"]:
            if "member update" in line and action == "enable":
                assert ("--cacert" in line) == ("--endpoints=https" in line)


@pytest.mark.parametrize("action", ("enable", "disable"))
def test_a_single_master_is_told_too(dmls: Run, here: Path, action: str) -> None:
    """Experiments E7 and E8: without the update the first one that joins takes the cluster down."""
    plain(here, 1, "full")
    if action == "disable":
        dmls("tls", "enable", ".")
    lines = commands(told(dmls("tls", action, "--format", "json", "--diff", ".")))
    kinds = [next((word for word in ("# stop dm-worker", "# stop dm-master", "# start dm-master", "member update", "# start dm-worker") if word in line), "") for line in lines]
    assert [word for word in kinds if word] == ["# stop dm-worker"] * 2 + ["# stop dm-master", "# start dm-master", "member update"] + ["# start dm-worker"] * 2


@pytest.mark.parametrize("language", ("en", "zh"))
def test_a_plan_writes_nothing_and_a_runbook_can_be_kept(dmls: Run, here: Path, language: str) -> None:
    before = plain(here, 3, "full")
    ran = dmls("tls", "plan", "--runbook", "book.md", "--lang", language, ".")
    assert ran.status == 0 and not (here / "tls").exists()
    book = (here / "book.md").read_text(encoding="utf-8")
    assert ran.out.endswith(book) and book.count("member update") == 4
    (here / "book.md").unlink()
    assert now(here) == before


def test_certificates_that_are_there(dmls: Run, here: Path) -> None:
    """The pair that names the hosts of a component; one name for all becomes the list."""
    plain(here, 3, "full")
    certs = here / "given"
    certs.mkdir()
    for number, (name, host) in enumerate((("a", "10.0.0.1"), ("b", "10.0.0.2"), ("c", "10.0.0.3"), ("d", "10.0.1.1"), ("e", "10.0.1.2"), ("dmctl", "10.0.9.9"))):
        certificate(certs, name, number, "cluster", host)
    ran = dmls("tls", "enable", "--certs", "given", "--tls-dir", "/etc/dm/tls", "--at", AT, ".")
    assert ran.status == 0, ran.err
    master = (here / "dm-master2.toml").read_text()
    assert 'ssl-ca = "/etc/dm/tls/ca.pem"\nssl-cert = "/etc/dm/tls/b.pem"\nssl-key = "/etc/dm/tls/b-key.pem"\ncert-allowed-cn = ["cluster"]\n' in master
    assert 'ssl-cert = "/etc/dm/tls/e.pem"' in (here / "dm-worker2.toml").read_text()
    assert "--ssl-cert=/etc/dm/tls/dmctl.pem" in (here / "status.sh").read_text()
    assert not (here / "tls").exists()
    (here / ".dmls.toml").write_text(f'[tls.path-map]\n"/etc/dm/tls" = "{certs.as_posix()}"\n')
    checked = dmls("check", "--files", "strict", "--min-severity", "warning", "--at", AT, ".")
    assert checked.status == 0, checked.out + checked.err


def test_certificates_of_other_hosts(dmls: Run, here: Path) -> None:
    """No list of names then, since with one every connection checks host names."""
    plain(here, 1, "bare")
    (here / "given").mkdir()
    certificate(here / "given", "one", 0, "dm", "10.9.9.9")
    ran = dmls("tls", "enable", "--certs", "given", "--at", AT, ".")
    assert ran.status == 0
    assert "no certificate of m1 names 10.0.0.1" in ran.out
    assert "cert-allowed-cn" not in (here / "dm-master1.toml").read_text()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: None, "holds no CA certificate"),
        (lambda folder: certificate(folder, "one", 0, "dm", "10.0.0.1", days=-400), "has issued and that is valid now"),
    ],
)
def test_folders_without_what_is_needed(dmls: Run, here: Path, make: Any, message: str) -> None:
    before = plain(here, 1, "bare")
    (here / "given").mkdir()
    make(here / "given")
    ran = dmls("tls", "enable", "--certs", "given", "--at", AT, ".")
    assert (ran.status, message in ran.err) == (2, True), ran.err
    assert now(here) == before
    assert "not a folder" in dmls("tls", "enable", "--certs", "nowhere", ".").err


def test_what_is_on_or_half_on_stays(dmls: Run, here: Path) -> None:
    plain(here, 1, "full")
    (here / "dm-worker1.toml").write_text('name = "w1"\nworker-addr = "10.0.1.1:8262"\njoin = "10.0.0.1:8261"\nssl-ca = "/x/ca.pem"\n')
    ran = dmls("tls", "enable", ".")
    assert ran.status == 1 and "w1 has a part of" in ran.out
    assert "ssl-cert" not in (here / "dm-worker1.toml").read_text()


def test_scripts_with_flags_from_elsewhere_are_left_to_the_person(dmls: Run, here: Path) -> None:
    plain(here, 1, "bare")
    (here / "call.sh").write_text('#!/bin/sh\ndmctl --master-addr=10.0.0.1:8261 "$@"\n')
    ran = dmls("tls", "enable", ".")
    assert "call.sh:2: to do: more flags may come" in ran.out and "--ssl-ca=" in ran.out
    assert "ssl" not in (here / "call.sh").read_text()


def test_what_cannot_be_given_back_is_said(dmls: Run, here: Path) -> None:
    plain(here, 1, "bare")
    (here / "dm-worker1.toml").write_text('name = "w1"\nworker-addr = "10.0.1.1:8262"\njoin = "https://10.0.0.1:8261"\nssl-ca = ""\n')
    ran = dmls("tls", "enable", ".")
    assert "dm-worker1.toml: note: this file holds `https://` or empty TLS keys already" in ran.out
    assert dmls("check", "--files", "strict", "--min-severity", "warning", ".").status == 0


TOPOLOGY = "global:\n  user: tidb\n{switch}master_servers:\n  - host: 10.0.0.1\nworker_servers:\n  - host: 10.0.0.2\n"


@pytest.mark.parametrize("switch", ("", "  enable_tls: false\n", "  enable_tls: no # later\n"))
def test_a_topology(dmls: Run, here: Path, switch: str) -> None:
    text = TOPOLOGY.format(switch=switch)
    (here / "topology.yaml").write_text(text)
    ran = dmls("tls", "enable", ".")
    assert ran.status == 0 and "tiup dm edit-config" in ran.out and "member update" not in ran.out
    assert "enable_tls: true" in (here / "topology.yaml").read_text()
    assert dmls("check", ".").status == 0
    assert dmls("tls", "enable", "--format", "json", ".").status == 0
    dmls("tls", "disable", ".")
    assert (here / "topology.yaml").read_text() == text.replace(": no #", ": false #")


def test_a_topology_that_comes_before_the_files_it_became(dmls: Run, here: Path) -> None:
    """The certificate is made for what both speak of, and each file names it."""
    plain(here, 1, "full")
    (here / "a-topology.yaml").write_text("global:\n  user: tidb\nmaster_servers:\n  - host: 10.0.0.1\nworker_servers:\n  - host: 10.0.1.1\n  - host: 10.0.1.2\n")
    assert dmls("tls", "enable", ".").status == 0
    for name, stem in (("dm-master1", "dm-master-10.0.0.1-8261"), ("dm-worker1", "dm-worker-10.0.1.1-8262"), ("dm-worker2", "dm-worker-10.0.1.2-8262")):
        text = (here / f"{name}.toml").read_text()
        assert f'/tls/{stem}.pem"\n' in text and f'/tls/{stem}-key.pem"\n' in text
    assert len(list((here / "tls").iterdir())) == 2 * 5


def test_alternatives_of_a_file_are_one_component(dmls: Run, here: Path) -> None:
    """Both name the one certificate, and the runbook is that of a single master."""
    plain(here, 1, "full")
    (here / "dm-master1-new.toml").write_bytes((here / "dm-master1.toml").read_bytes())
    found = told(dmls("tls", "enable", "--format", "json", "."))
    assert sum("member update" in line for line in commands(found)) == 1
    assert [line for line in commands(found) if line.startswith("# stop dm-master")] == ["# stop dm-master m1 on 10.0.0.1"]
    assert (here / "dm-master1-new.toml").read_text() == (here / "dm-master1.toml").read_text()


def test_components_of_one_script_have_certificates_of_their_own(dmls: Run, here: Path) -> None:
    """Without names, they are told apart by their addresses; a call without any flag is left to the person."""
    lines = [f"bin/dm-worker --worker-addr=10.0.1.{i}:8262 --join=10.0.0.1:8261 &" for i in (1, 2)]
    (here / "start.sh").write_text("\n".join(["#!/bin/sh", *lines, "bin/dm-master\n"]))
    ran = dmls("tls", "enable", ".")
    text = (here / "start.sh").read_text()
    assert all(f"--ssl-cert={here.as_posix()}/tls/dm-worker-10.0.1.{i}-8262.pem" in text for i in (1, 2))
    assert text.endswith("\nbin/dm-master\n") and "start.sh:4: to do: more flags may come to this command from elsewhere; it needs --ssl-ca=" in ran.out


def test_what_a_script_names(dmls: Run, here: Path) -> None:
    """A file beside it belongs to the deployment, though nobody named it; one that is not here is told of."""
    before = plain(here, 1, "full")
    (here / "start.sh").write_text("#!/bin/sh\nbin/dm-master --config dm-master1.toml\nbin/dm-worker --config /etc/dm/away.toml\n")
    ran = dmls("tls", "enable", "start.sh")
    assert ran.status == 1 and "start.sh:3: not carried over: this command starts a component with /etc/dm/away.toml, which is not here" in ran.out
    assert "ssl-cert" in (here / "dm-master1.toml").read_text()
    assert dmls("tls", "disable", "start.sh").status == 1
    assert (here / "dm-master1.toml").read_bytes() == before["dm-master1.toml"]
    (here / "only.sh").write_text("#!/bin/sh\nbin/dm-worker --config /etc/dm/away.toml\n")
    alone = dmls("tls", "disable", "only.sh")
    assert (alone.status, alone.err) == (1, "") and "/etc/dm/away.toml, which is not here" in alone.out


def test_hosts_of_six_are_written_as_each_program_takes_them(dmls: Run, here: Path) -> None:
    (here / "dm-master.toml").write_text('name = "m1"\nmaster-addr = "[2001:db8::1]:8261"\n')
    found = commands(told(dmls("tls", "plan", "--tls-dir", "/etc/dm my/tls", "--format", "json", ".")))
    assert """ssh 2001:db8::1 'mkdir -p '"'"'/etc/dm my/tls'"'"''""" in found
    assert f"scp -p {here.as_posix()}/tls/ca.pem '[2001:db8::1]:/etc/dm my/tls/'" in found
    assert any(line.startswith("dmctl --master-addr='[2001:db8::1]:8261' ") for line in found)


@pytest.mark.parametrize("action", ("enable", "disable"))
def test_files_that_are_no_utf_8_stay(dmls: Run, here: Path, action: str) -> None:
    plain(here, 1, "full")
    if action == "disable":
        dmls("tls", "enable", ".")
    for name in ("dm-master1.toml", "status.sh"):
        (here / name).write_bytes((here / name).read_text().encode("utf-16"))
    before = now(here)
    ran = dmls("tls", action, ".")
    assert ran.status == 1 and "dm-master1.toml: not carried over: the file is not UTF-8" in ran.out
    assert {name for name, data in now(here).items() if data != before[name]} == {"dm-worker1.toml", "dm-worker2.toml"}


def test_sources_in_utf_16_stay_in_it(dmls: Run, here: Path) -> None:
    plain(here, 1, "full")
    (here / "source.yaml").write_bytes((here / "source.yaml").read_text().encode("utf-16"))
    assert dmls("tls", "enable", "--databases", ".").status == 0
    assert "security:" in (here / "source.yaml").read_bytes().decode("utf-16")


def test_components_that_encrypt_already_have_a_ca_of_their_own(dmls: Run, here: Path) -> None:
    plain(here, 1, "full")
    with (here / "dm-worker1.toml").open("a") as file:
        file.write('ssl-ca = "/e/ca.pem"\nssl-cert = "/e/w1.pem"\nssl-key = "/e/w1.key"\ncert-allowed-cn = ["prod"]\n')
    ran = dmls("tls", "plan", ".")
    assert "dm-worker1.toml: to do: w1 has certificates already, which another CA has signed than the new ones" in ran.out
    assert 'cert-allowed-cn = ["prod"]' in ran.out and "dm-worker2.toml: to do" not in ran.out


def test_addresses_that_nobody_tells_and_containers(dmls: Run, here: Path) -> None:
    (here / "dm-master.toml").write_text('name = "m1"\nmaster-addr = ":8261"\n')
    (here / "run.sh").write_text("#!/bin/sh\ndocker run pingcap/dm /dm-worker --name=w1 --worker-addr=:8262 --advertise-addr=dm-worker1:8262 --join=m1:8261\n")
    ran = dmls("tls", "plan", ".")
    assert "dm-master.toml: to do: no file says under which address others call m1" in ran.out
    assert f"run.sh:2: to do: w1 runs in a container: mount {here.as_posix()}/tls into it" in ran.out


@pytest.mark.parametrize("name", ("", " dm", "a" * 65, "a\nb"))
def test_names_that_no_certificate_can_have(dmls: Run, here: Path, name: str) -> None:
    plain(here, 1, "bare")
    ran = dmls("tls", "plan", "--cn", name, ".")
    assert ran.status == 2 and "cannot be the common name of a certificate" in ran.err


def test_databases_alone_have_nobody_whose_certificates_they_could_use(dmls: Run, here: Path) -> None:
    (here / "source.yaml").write_text("source-id: s\nfrom:\n  host: 10.0.2.1\n  port: 3306\n  user: root\n")
    ran = dmls("tls", "enable", "--databases", ".")
    assert ran.status == 2 and "no dm-master and no dm-worker was found" in ran.err


def test_names_of_files_cannot_leave_a_comment_or_a_command(dmls: Run, here: Path) -> None:
    plain(here, 3, "full")
    (here / "dm-master2.toml").write_text((here / "dm-master2.toml").read_text().replace('name = "m2"', 'name = "m2\\nrm -rf /;$(id)"'))
    found = told(dmls("tls", "plan", "--format", "json", "."))
    assert not any(line.startswith("rm") or "\n" in line for line in commands(found))
    assert any("name='" in line or "name=NAME" in line for line in commands(found))


def test_nothing_of_a_deployment(dmls: Run, here: Path) -> None:
    (here / "other.yaml").write_text("a: 1\n")
    assert dmls("tls", "enable", ".").status == 2
    plain(here, 3, "full")
    assert "no master is called m9; there are: m1, m2, m3" in dmls("tls", "plan", "--leader", "m9", ".").err
