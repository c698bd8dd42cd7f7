"""`dmls init`: whatever is asked for, dmls finds nothing in what it writes; questions at a terminal, and what is refused."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from dmls.cli.console import Console
from dmls.cli.main import main
from support.certs import AT

from .conftest import Ran, Run, Stream

NEEDED = ["--masters", "10.0.0.1", "--workers", "10.0.0.4", "--source", "mysql-01=10.0.9.1:3306", "--target", "10.0.9.9:4000"]


class Keyboard(io.BytesIO):
    """What a person types."""

    def isatty(self) -> bool:
        return True


def talk(typed: str, *arguments: str, terminal: bool = True) -> Ran:
    out, err = Stream(terminal), Stream(terminal)
    status = main(["init", *arguments], Console(out, err, Keyboard(typed.encode()), {"NO_COLOR": "1"}))
    return Ran(status, out.getvalue(), err.getvalue())


def found(dmls: Run, *arguments: str) -> list[str]:
    ran = dmls("check", "--format", "json", "--at", AT, *arguments)
    return [line for line in ran.out.splitlines() if '"rule"' in line]


@pytest.mark.parametrize(
    "masters",
    [
        "10.0.0.1",
        "10.0.0.1,10.0.0.2,10.0.0.3",
        "a.example,b.example:8361,[fd00::3]",
        "127.0.0.1:8261,127.0.0.1:8271,127.0.0.1:8361",
        "10.0.0.1,10.0.0.2,10.0.0.3,10.0.0.4,10.0.0.5",
    ],
)
@pytest.mark.parametrize("more", [[], ["--no-tls"], ["--tls-dir", "/opt/dm tls", "--cn", "数据 迁移"], ["--style", "tiup"], ["--style", "tiup", "--no-tls"]])
def test_nothing_is_found_in_what_is_written(here: Path, dmls: Run, masters: str, more: list[str]) -> None:
    ran = dmls(
        "init",
        "new",
        "--at",
        AT,
        "--masters",
        masters,
        "--workers",
        "10.1.0.1,w2.example:8299",
        "--source",
        "a=10.0.9.1:3306",
        "--source",
        "b c=[fd00::9]:3306",
        "--target",
        "tidb:4000",
        *more,
    )
    assert ran.status == 0, ran.err
    assert found(dmls, "--files", "strict", "new") == []
    names = {path.relative_to(here / "new").as_posix() for path in (here / "new").rglob("*") if path.is_file()}
    assert {"source-a.yaml", "source-b-c.yaml", "task-task1.yaml"} <= names
    assert ("topology.yaml" in names) is ("tiup" in more)
    assert ("tls/ca.pem" in names) is (not {"tiup", "--no-tls"} & set(more))
    keys = list((here / "new").rglob("*-key.pem"))
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in keys)


def test_certificates_later(here: Path, dmls: Run) -> None:
    assert dmls("init", ".", "--at", AT, "--no-certs", *NEEDED).status == 0
    assert not (here / "tls").exists()
    assert dmls("certs", "new", ".", "--at", AT, "--cn", "dm").status == 0
    assert found(dmls, "--files", "strict", ".") == []


def test_certs_new_has_nothing_to_add(here: Path, dmls: Run) -> None:
    assert dmls("init", ".", "--at", AT, *NEEDED).status == 0
    before = {path.name for path in (here / "tls").iterdir()}
    ran = dmls("certs", "new", ".", "--at", AT, "--cn", "dm")
    assert ran.status == 0 and {path.name for path in (here / "tls").iterdir()} == before


def test_with_the_folder_of_the_hosts_here_no_settings_are_needed(here: Path, dmls: Run) -> None:
    assert dmls("init", ".", "--at", AT, "--tls-dir", f"{here}/tls", *NEEDED).status == 0
    assert not (here / ".dmls.toml").exists()
    assert found(dmls, "--files", "strict", ".") == []


def test_the_runbook_calls_what_was_written(here: Path, dmls: Run) -> None:
    ran = dmls("init", "new", "--at", AT, *NEEDED)
    for line in (
        "dmls check --files strict new",
        "dm-master --config dm-master1.toml",
        "dm-worker --config dm-worker1.toml",
        "--ssl-ca new/tls/ca.pem --ssl-cert new/tls/dmctl.pem --ssl-key new/tls/dmctl-key.pem operate-source create new/source-mysql-01.yaml",
        "start-task new/task-task1.yaml",
        "scp -p new/tls/worker1-key.pem 10.0.0.4:/etc/dm/tls/worker1-key.pem",
    ):
        assert line in ran.out
    tiup = dmls("init", "t", "--style", "tiup", *NEEDED).out
    assert 'tiup dm deploy dm-cluster "$DM_VERSION" t/topology.yaml --user tidb' in tiup and "--ssl-ca" in tiup
    assert "enable_tls: true" in (here / "t" / "topology.yaml").read_text()
    assert "cert-allowed-cn" not in (here / "t" / "topology.yaml").read_text()


def test_what_a_person_should_know(here: Path, dmls: Run) -> None:
    ran = dmls("init", "--no-tls", *NEEDED[2:], "--masters", "a,b", "--source", "two=h:1", "--diff")
    assert "1 workers for 2 sources" in ran.out and "with 2 masters" in ran.out and "nothing is encrypted" in ran.out
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("there", ["dm-worker1.toml", ".dmls.toml", "tls/dmctl-key.pem"])
def test_nothing_is_overwritten(here: Path, dmls: Run, there: str) -> None:
    (here / there).parent.mkdir(exist_ok=True)
    (here / there).write_text("mine\n")
    ran = dmls("init", "--at", AT, *NEEDED)
    assert ran.status == 2 and f"{there} exists already" in ran.err.replace(f"{here}/", "")
    assert [path.relative_to(here).as_posix() for path in here.rglob("*") if path.is_file()] == [there]


def test_json_and_no_key_in_any_output(here: Path, dmls: Run) -> None:
    ran = dmls("init", "--at", AT, "--format", "json", *NEEDED)
    told = json.loads(ran.out)
    assert told["action"] == "init" and told["written"]
    assert "PRIVATE" not in ran.out and "PRIVATE" not in dmls("init", "other", "--diff", *NEEDED).out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "not enough to begin with: --masters, --workers, --source, --target"),
        (NEEDED[:4], "not enough to begin with: --source, --target"),
        ([*NEEDED, "--masters", "a b"], "--masters a b: not HOST or HOST:PORT"),
        ([*NEEDED, "--masters", "http://a"], "not HOST or HOST:PORT"),
        ([*NEEDED, "--workers", "a:0"], "--workers a:0: not HOST or HOST:PORT"),
        ([*NEEDED, "--workers", "10.0.0.1:8261"], "10.0.0.1:8261 is named twice"),
        ([*NEEDED, "--target", "tidb"], "--target tidb: not HOST:PORT"),
        ([*NEEDED, "--source", "x"], "--source x: not ID=HOST:PORT"),
        ([*NEEDED, "--source", "x=h"], "--source h: not HOST:PORT"),
        ([*NEEDED, "--source", "mysql-01=h:1"], "mysql-01 is named twice"),
        ([*NEEDED, "--source", "x" * 33 + "=h:1"], "longer than 32 bytes"),
        ([*NEEDED, "--task", "\t"], "a name of letters"),
        ([*NEEDED, "--tls-dir", "tls"], "--tls-dir tls: an absolute path is needed"),
        ([*NEEDED, "--cn", " dm"], "cannot be the common name"),
    ],
)
def test_what_is_refused(here: Path, dmls: Run, arguments: list[str], words: str) -> None:
    ran = dmls("init", *arguments)
    assert ran.status == 2 and words in ran.err
    assert list(here.iterdir()) == []


def test_names_do_not_leave_the_folder(here: Path, dmls: Run) -> None:
    ran = dmls("init", "new", "--at", AT, *NEEDED, "--source", "../../$(reboot)=h:1", "--task", "../$(reboot)")
    assert ran.status == 0
    assert {path.parent for path in here.rglob("*") if path.is_file()} == {here / "new", here / "new" / "tls"}
    assert found(dmls, "new") == []


def test_questions_at_a_terminal(here: Path, dmls: Run) -> None:
    typed = "10.0.0.1,10.0.0.2,10.0.0.3\nno port:x\n10.0.0.4\n\nnowhere\ntidb:4000\nmine\nkubernetes\n\nperhaps\n\n"
    ran = talk(typed, "--at", AT)
    assert ran.status == 0, ran.err
    assert ran.err.count("[127.0.0.1]") == 3 and "--workers no port:x: not HOST or HOST:PORT" in ran.err and "--target nowhere" in ran.err
    assert "kubernetes" in ran.err and "yes or no" in ran.err
    assert (here / "task-mine.yaml").exists() and (here / "dm-master3.toml").exists() and (here / "tls" / "ca.pem").exists()
    assert 'host: "127.0.0.1"' in (here / "source-mysql-01.yaml").read_text()
    assert found(dmls, "--files", "strict", ".") == []


def test_only_what_is_missing_is_asked(here: Path) -> None:
    ran = talk("\nn\n", *NEEDED[:6], "--style", "files", "--task", "t")
    assert ran.status == 0 and ran.err.count(" [") == 2
    assert not (here / "tls").exists() and "port: 4000" in (here / "task-t.yaml").read_text()


def test_all_answers_by_return_make_a_deployment_on_one_machine(here: Path, dmls: Run) -> None:
    assert talk("\n" * 7, "--at", AT).status == 0
    assert found(dmls, "--files", "strict", ".") == []


def test_answers_that_end(here: Path) -> None:
    ran = talk("10.0.0.1\n")
    assert ran.status == 2 and "the answers ended; nothing was written" in ran.err
    assert list(here.iterdir()) == []


def test_nobody_is_asked_where_nobody_sits(here: Path) -> None:
    ran = talk("", terminal=False)
    assert ran.status == 2 and "not enough to begin with" in ran.err


def test_in_chinese(here: Path) -> None:
    ran = talk("\n" * 6 + "否\n", "--lang", "zh")
    assert ran.status == 0 and "各 master" in ran.err
    assert "# 上游数据库" in (here / "source-mysql-01.yaml").read_text(encoding="utf-8")
    assert not (here / "tls").exists()
