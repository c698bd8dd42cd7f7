"""`rules`, `explain`, `schema` and `completion`."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from shutil import which

import pytest

from dmls.commands.table import COMMANDS, SCHEMAS
from dmls.rules.registry import ROWS

from .conftest import Run


def test_rules(dmls: Run) -> None:
    ran = dmls("rules")
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert sorted(line.split()[1] for line in lines) == sorted(row.name for row in ROWS)
    assert "unknown-key" in ran.out


def test_rules_as_json(dmls: Run) -> None:
    document = json.loads(dmls("rules", "--format", "json").out)
    assert document["version"] == 1
    for rule in document["rules"]:
        assert set(rule) == {"name", "family", "severity", "kinds", "title"}
        assert rule["severity"] in ("error", "warning", "information", "hint")
        assert rule["title"], rule
    chinese = json.loads(dmls("--lang", "zh", "rules", "--format", "json").out)
    assert [r["name"] for r in chinese["rules"]] == [r["name"] for r in document["rules"]]
    assert all(a["title"] != b["title"] for a, b in zip(chinese["rules"], document["rules"], strict=True))


def test_every_rule_is_explained(dmls: Run) -> None:
    for row in ROWS:
        ran = dmls("explain", row.name)
        assert (ran.status, ran.err) == (0, "")
        assert row.name in ran.out
        assert len(ran.out.splitlines()) > 5, row.name


def test_an_unknown_rule_is_guessed(dmls: Run) -> None:
    ran = dmls("explain", "unknown-kye")
    assert ran.status == 2
    assert "did you mean `unknown-key`?" in ran.err


@pytest.mark.parametrize("kind", SCHEMAS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_schema_is_printed(dmls: Run, kind: str, lang: str) -> None:
    ran = dmls("--lang", lang, "schema", kind)
    assert ran.status == 0
    assert json.loads(ran.out)["$schema"] == "http://json-schema.org/draft-07/schema#"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_completion_scripts_name_everything(dmls: Run, shell: str, lang: str) -> None:
    ran = dmls("--lang", lang, "completion", shell)
    assert ran.status == 0
    for command in COMMANDS:
        for word in command.name.split():
            assert word in ran.out
        for option in command.options:
            assert option.name.lstrip("-") in ran.out
            for choice in option.choices:
                assert choice in ran.out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_understands_its_script(dmls: Run, here: Path, shell: str) -> None:
    if which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = here / "script"
    script.write_text(dmls("completion", shell).out, encoding="utf-8")
    checked = subprocess.run([shell, "-n", str(script)], capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.skipif(which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["dmls", "ch"], ["check"]),
        (["dmls", "--ver"], ["--version"]),
        (["dmls", "check", "--form"], ["--format"]),
        (["dmls", "check", "--format", "j"], ["json"]),
        (["dmls", "check", "--kind", "m"], ["master"]),
        (["dmls", "schema", "ta"], ["task"]),
        (["dmls", "check", "dm-w"], ["dm-worker1.toml"]),
        (["dmls", "--lang", "zh", "comp"], ["completion"]),
        (["dmls", "explain", "unknown-k"], ["unknown-key"]),
        (["dmls", "cert"], ["certs"]),
        (["dmls", "certs", ""], ["inspect", "verify", "new", "renew", "list"]),
        (["dmls", "certs", "--lang", "zh", "ins"], ["inspect"]),
        (["dmls", "certs", "verify", "--ro"], ["--roots"]),
        (["dmls", "certs", "verify", "--roots", "dm-w"], ["dm-worker1.toml"]),
        (["dmls", "certs", "inspect", "--role", "c"], ["ca", "cert"]),
        (["dmls", "certs", "inspect", "dm-w"], ["dm-worker1.toml"]),
        (["dmls", "check", "certs", "dm-w"], ["dm-worker1.toml"]),
    ],
)
def test_bash_completes(dmls: Run, here: Path, words: list[str], offered: list[str]) -> None:
    (here / "dm-worker1.toml").write_text("")
    script = dmls("completion", "bash").out
    listing = dmls("rules").out
    quoted = " ".join(f'"{word}"' for word in words)
    asked = subprocess.run(
        ["bash", "--norc", "-s"],
        input=f"dmls() {{ cat <<'END'\n{listing}END\n}}\n{script}\nCOMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _dmls; printf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=here,
    )
    assert asked.stderr == ""
    assert asked.stdout.split() == offered
