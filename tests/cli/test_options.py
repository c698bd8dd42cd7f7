"""The command line itself: what is understood, what is refused, and the help."""

from __future__ import annotations

import pytest

from dmls.commands.options import UsageError, parse
from dmls.commands.table import COMMANDS, EVERYWHERE, VERSION
from dmls.width import width
from dmls.words.catalogue import table

from .conftest import Run


def test_values_in_all_their_forms() -> None:
    parsed = parse(["check", "a", "--select=x,y", "--select", " z ,", "--watch", "-", "--", "--b"])
    assert parsed.operands == ["a", "-", "--b"]
    assert parsed.values("--select") == ["x", "y", "z"]
    assert parsed.flag("--watch")
    assert not parsed.flag("--no-progress")
    assert parsed.value("--format", "text") == "text"


def test_the_last_of_several_values_counts() -> None:
    assert parse(["check", "--format", "json", "--format=text"]).value("--format") == "text"


def test_options_that_hold_everywhere_may_stand_before_the_command() -> None:
    assert parse(["--lang", "zh", "check"]).value("--lang") == "zh"
    assert parse(["certs", "--lang", "zh", "list", "x"]).value("--lang") == "zh"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chek"], "cli.unknown-command"),
        (["task.yaml"], "cli.unknown-command"),
        (["check", "--formt", "json"], "cli.unknown-option"),
        (["--format", "json", "check"], "cli.unknown-option"),
        (["check", "--format"], "cli.option-needs-value"),
        (["check", "--watch=1"], "cli.option-takes-no-value"),
        (["check", "--format", "xml"], "cli.bad-choice"),
        (["explain"], "cli.operand-missing"),
        (["schema", "task", "source"], "cli.operand-extra"),
        (["schema", "tidb"], "cli.bad-choice"),
        (["rules", "x"], "cli.operand-extra"),
        (["certs", "inspct"], "cli.unknown-member"),
        (["certs", "--format", "json", "list"], "cli.unknown-option"),
        (["certs", "inspect"], "cli.operand-missing"),
        (["certs", "verify", "--roots", "ca.pem"], "cli.option-missing"),
    ],
)
def test_what_is_not_understood(arguments: list[str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(arguments)
    assert caught.value.message == message


@pytest.mark.parametrize(
    "arguments",
    [
        ["chek"],
        ["check", "--dm-version", "latest"],
        ["check", "--jobs", "0"],
        ["check", "--jobs", "many"],
        ["check", "--watch", "-"],
        ["check", "--stdin-filename", "a.toml"],
        ["check", "--at", "tomorrow"],
        ["check", "--at", "2026-02-30"],
        ["check", "--within", "a month"],
        ["check", "--within", "36501"],
        ["certs", "verfy"],
        ["certs", "verify", "--roots", "a", "--chain", "b", "--dm-version", "8.5.7", "--go-version", "1.25"],
        ["check", "--select", "no-such-rule"],
        ["check", "--ignore", "unknown-keys"],
        ["explain", "no-such-rule"],
    ],
)
def test_a_usage_fault_is_two_lines_and_status_2(dmls: Run, arguments: list[str]) -> None:
    for lang in ("en", "zh"):
        ran = dmls("--lang", lang, *arguments)
        assert ran.status == 2
        assert ran.out == ""
        assert [line[:6] for line in ran.err.splitlines()] == ["dmls: ", "dmls: "]


def test_a_near_miss_gets_the_right_name(dmls: Run) -> None:
    assert dmls("chek").err.endswith("dmls: did you mean `check`?\n")
    assert dmls("check", "--formt", "json").err.endswith("dmls: did you mean `--format`?\n")
    assert dmls("check", "--select", "unknown-keys").err.endswith("dmls: did you mean `unknown-key`?\n")
    assert dmls("certs", "verfy").err == "dmls: there is no command `certs verfy`; `dmls certs` lists them\ndmls: did you mean `certs verify`?\n"
    assert dmls("--lang=zh", "chek").err == "dmls: 没有命令 `chek`；检查文件请用 `dmls check FILE`\ndmls: 您是否想用 `check`？\n"


def test_version(dmls: Run) -> None:
    from dmls import __version__

    assert dmls("--version") == (0, f"dmls {__version__}\n", "")
    assert dmls("check", "-V").out == f"dmls {__version__}\n"


def test_help_for_everything_in_both_languages(dmls: Run) -> None:
    for lang in ("en", "zh"):
        overview = dmls("--lang", lang, "--help")
        assert overview.status == 0
        for command in COMMANDS:
            assert f"  {command.name}" in overview.out
            ran = dmls("--lang", lang, *command.name.split(), "--help")
            assert ran.status == 0
            for option in (*command.options, *EVERYWHERE):
                assert option.name in ran.out
            for line in (ran.out + overview.out).splitlines():
                assert width(line) <= 100, line


def test_no_command_shows_the_help_and_fails(dmls: Run) -> None:
    ran = dmls()
    assert ran.status == 2
    assert ran.out == dmls("--help").out


def test_a_group_alone_lists_its_members_and_fails(dmls: Run) -> None:
    ran = dmls("certs")
    assert ran.status == 2
    assert ran == dmls("certs", "--help")._replace(status=2)
    for name in ("certs inspect FILE…", "certs verify", "certs list PATH…"):
        assert name in ran.out
    assert "dmls certs verify --roots FILE --chain FILE [OPTION…]\n" in dmls("certs", "verify", "--help").out


def test_every_help_sentence_exists() -> None:
    for locale in ("en", "zh"):
        ids = table(locale)
        for command in COMMANDS:
            assert command.help in ids
            for option in (*command.options, *EVERYWHERE, VERSION):
                assert option.help in ids


def test_both_languages_say_the_same_things() -> None:
    import string

    def own(locale: str) -> dict[str, str]:
        return {k: v for k, v in table(locale).items() if k.startswith("cli.")}

    english, chinese = own("en"), own("zh")
    assert english.keys() == chinese.keys()
    for key, text in english.items():
        fields = [{f for _, f, _, _ in string.Formatter().parse(t) if f} for t in (text, chinese[key])]
        assert fields[0] == fields[1], key


@pytest.mark.parametrize(
    ("env", "chinese"),
    [
        ({}, False),
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, False),
        ({"LANG": "en_US", "LC_MESSAGES": "zh_TW"}, True),
        ({"LC_ALL": "zh_CN", "DMLS_LANG": "en"}, False),
        ({"DMLS_LANG": "zh"}, True),
        ({"LANG": "zh_CN", "DMLS_LANG": "fr"}, False),
        ({"LANG": "zh_CN", "LC_ALL": ""}, True),
    ],
)
def test_the_language_of_the_reader(dmls: Run, env: dict[str, str], chinese: bool) -> None:
    assert ("用法" in dmls("--help", env=env).out) is chinese
    assert "Usage" in dmls("--lang", "en", "--help", env=env).out


def test_an_own_fault_is_status_2(dmls: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from dmls.cli import session

    def broken(*_: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(session.Session, "check", broken)
    ran = dmls("check")
    assert ran.status == 2
    assert "broken on purpose" in ran.err
    assert ran.err.splitlines()[-1].startswith("dmls: internal error")


def test_an_interrupt_is_no_fault(dmls: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from dmls.cli import session

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(session.Session, "check", interrupted)
    assert dmls("check") == (130, "", "")


def test_serve_gets_what_follows_it() -> None:
    from dmls.cli.main import main

    seen: list[object] = []

    def serve(arguments: object) -> int:
        seen.append(arguments)
        return 7

    assert main(["--lang", "zh", "serve", "--stdio"], serve=serve) == 7
    assert seen == [["--stdio"]]
    # Editors add flags of their own, and the server knows some that no other command does.
    for flags in (["--clientProcessId=3", "--node-ipc"], ["--clientProcessId", "3"], ["--log-level", "debug", "--log-file=x", "--stdio"], ["--nonsense", "x"]):
        assert main(["serve", *flags], serve=serve) == 7
        assert seen.pop() == flags
