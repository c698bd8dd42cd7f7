"""No text makes the reader of scripts raise, point outside of the text, or take more than linear time."""

from __future__ import annotations

import gc
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmls.model.command_line import command_lines
from dmls.syntax import shell
from dmls.syntax.tree import Scalar

PIECES = st.sampled_from(
    [
        "dm-worker",
        "dmctl ",
        "bin/dm-master ",
        "--ssl-ca",
        "-ssl-cert=",
        "--ssl-key ",
        "--config ",
        "--cert-allowed-cn ",
        "a",
        "/x/y.pem",
        " ",
        "\t",
        "\n",
        "\r\n",
        "\\\n",
        "\\",
        "'",
        '"',
        "`",
        "$",
        "$(",
        "${",
        "$((",
        "))",
        ")",
        "(",
        "{",
        "}",
        "[",
        "]",
        "*",
        "?",
        "~",
        "#",
        ";",
        ";;",
        "&&",
        "|",
        "&",
        "<",
        ">",
        "<<E\n",
        "<<-'E'\n",
        "E\n",
        "A=1 ",
        "A=$A ",
        "$A",
        '"$@"',
        "if ",
        "then ",
        "fi ",
        "case a in ",
        "esac ",
        "for i in ",
        "do ",
        "done ",
        "f() ",
        "function f ",
        "[[ ",
        "]] ",
        "((",
        "cd ",
        "eval ",
        "tiup ",
        "docker run pingcap/dm ",
        "sudo -u x ",
        "[Service]\n",
        "ExecStart=",
        "%i",
        "%%",
        "é",
        "\0",
        "\ufeff",
        "\u2028",
    ]
)
TEXTS = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=60)


@given(TEXTS, st.sampled_from(["/w/run.sh", "/w/dm.service"]))
def test_every_place_lies_within_the_text(text: str, path: str) -> None:
    script = shell.parse_unit(text) if path.endswith(".service") else shell.parse(text)
    end = len(text)
    for command in script.commands:
        assert 0 <= command.span.start <= command.span.end <= end
        for word in (*command.words, *script.resolved(command).words):
            assert command.span.start <= word.span.start <= word.span.end <= command.span.end
            for piece in word.pieces:
                assert word.span.start <= piece.start <= piece.end <= word.span.end
                assert not piece.verbatim or piece.text == text[piece.start : piece.end]
    for comment in script.comments:
        assert 0 <= comment.start <= comment.end <= end
    for line in command_lines(path, text):
        for entry in line.config.entries():
            for span in (line.config.key_span(entry), line.config.value_span(entry)):
                assert 0 <= span.start <= span.end <= end
            if isinstance(entry.raw, Scalar) and entry.pair is not None:
                assert line.span.start <= line.config.key_span(entry).start
        for use in line.flags:
            assert 0 <= use.span.start <= use.span.end <= end


@pytest.mark.parametrize(
    "piece",
    [
        '"$(',
        "${'",
        "{",
        "[",
        '"',
        "'",
        "`",
        "$((",
        "((",
        "[[ ",
        "case x in ",
        "<<E\n",
        "( ",
        "<(",
        "$($(",
        "a[",
        "if ",
        "\\\n",
        ",}{",
        "{,",
        '"$(\n',
        "'\n`\n",
        "f() { ",
        "<<A <<B\n",
        "A=$A$A\n",
        "cd $A\n",
        "dmctl --ssl-ca ",
        "dmctl\n",
    ],
)
def test_time_is_linear(piece: str) -> None:
    """Sixteen times the text may take sixteen times as long, and as much again for a machine that is busy; quadratic would be 256 times."""

    def cost(count: int) -> float:
        text = "dmctl x\n" + piece * count
        before = process_time()
        shell.parse(text)
        command_lines("/w/run.sh", text)
        shell.parse_unit("ExecStart=" + text)
        return process_time() - before

    # What other tests have left in memory is not to be tidied up at the expense of this one.
    gc.collect()
    gc.disable()
    try:
        small = min(cost(400 + i) for i in range(3))
        large = min(cost(6400 + i) for i in range(3))
    finally:
        gc.enable()
    assert large < 60 * max(small, 0.002)
