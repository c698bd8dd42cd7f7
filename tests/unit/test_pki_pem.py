"""``pem.Decode`` of Go, old and new, and the damage that it does not find; the first table holds what Go 1.25.5 and 1.23.12 printed."""

from __future__ import annotations

import pytest

from dmls.pki import pem
from dmls.pki.facts import GO_1_18, GO_1_23, GO_1_24, GO_1_25

Blocks = list[tuple[str, bool, bytes]]

# (data, the blocks, those of Go 1.23 and before where they differ)
OBSERVED: list[tuple[bytes, Blocks, Blocks | None]] = [
    (b"-----BEGIN X-----\nQUJD\n-----END X-----\n", [("X", False, b"ABC")], None),
    (b"-----BEGIN X-----\nQUJD\n-----END X-----", [("X", False, b"ABC")], None),
    (b"-----BEGIN X-----\n-----END X-----\n", [("X", False, b"")], None),
    (b"-----BEGIN X-----\n\n-----END X-----\n", [("X", False, b"")], None),
    (b"text-----BEGIN X-----\nQUJD\n-----END X-----\n", [], None),
    (b"text\n-----BEGIN X-----\nQUJD\n-----END X-----\nmore", [("X", False, b"ABC")], None),
    (b"\xef\xbb\xbf-----BEGIN X-----\nQUJD\n-----END X-----\n", [], None),
    (b"-----BEGIN X-----\r\nQUJD\r\n-----END X-----\r\n", [("X", False, b"ABC")], None),
    (b"-----BEGIN X-----\rQUJD\r-----END X-----\r", [], None),
    (b"-----BEGIN X-----\r\r\nQUJD\r\r\n-----END X-----\r\r\n", [], None),
    (b"-----BEGIN X----- \t\nQU JD\t\n-----END X----- \n", [("X", False, b"ABC")], None),
    (b"-----BEGIN X-----\nQUJD\n-----END X-----\r", [], None),
    (b"-----BEGIN X-----\nQUJD\n -----END X-----\n", [], None),
    (b" -----BEGIN X-----\nQUJD\n-----END X-----\n", [], None),
    (b"-----BEGIN X-----\n  QUJD\n-----END X-----\n", [("X", False, b"ABC")], None),
    (b"-----BEGIN X-----\nQUJD-----END X-----\n", [], None),
    (b"-----BEGIN X-----\nQUJ\n-----END X-----\n", [], None),
    (b"-----BEGIN X-----\nQQ==\n-----END X-----\n", [("X", False, b"A")], None),
    (b"-----BEGIN X-----\nQR==\n-----END X-----\n", [("X", False, b"A")], None),
    (b"-----BEGIN X-----\nQQ=\n=\n-----END X-----\n", [("X", False, b"A")], None),
    (b"-----BEGIN X-----\nQQ==QQ==\n-----END X-----\n", [], None),
    (b"-----BEGIN X-----\nQU-D\n-----END X-----\n", [], None),
    (b"-----BEGIN X-----\nQUJD\n\nQUJD\n-----END X-----\n", [("X", False, b"ABCABC")], None),
    (b"-----BEGIN X-----\nQUJD\n-----END Y-----\n", [], None),
    (b"-----BEGIN X-----\nQUJD\n-----END Y-----\n-----BEGIN X-----\nQUJE\n-----END X-----\n", [("X", False, b"ABD")], None),
    (b"-----BEGIN X-----\n-----BEGIN X-----\nQUJD\n-----END X-----\n", [("X", False, b"ABC")], None),
    (b"-----BEGIN X-----\nQUJD\n-----BEGIN X-----\nQUJE\n-----END X-----\n", [("X", False, b"ABD")], None),
    (b"-----END X-----\n-----BEGIN X-----\nQUJD\n-----END X-----\n", [("X", False, b"ABC")], None),
    (b"-----BEGIN X-----\nQUJD\n-----END X----------BEGIN X-----\nQUJE\n-----END X-----\n", [], None),
    (b"-----BEGIN X-----\nk: v\n\nQUJD\n-----END X-----\n", [("X", True, b"ABC")], None),
    (b"-----BEGIN X-----\nk: v\nQUJD\n-----END X-----\n", [("X", True, b"ABC")], None),
    (b"-----BEGIN X-----\nk: v\nk: w\n-----END X-----\n", [], None),
    (b"-----BEGIN X-----\nk: v\n\n-----END X-----\n", [("X", True, b"")], None),
    (b"-----BEGIN k: v-----\nQUJD\n-----END k: v-----\n", [("k: v", False, b"ABC")], None),
    (b"-----BEGIN -----\nQUJD\n-----END -----\n", [("", False, b"ABC")], None),
    (b"-----BEGIN-----\nQUJD\n-----END-----\n", [], None),
    (b"----BEGIN X-----\nQUJD\n-----END X-----\n", [], None),
    (b"------BEGIN X-----\nQUJD\n-----END X-----\n", [], None),
    (b"-----BEGIN X----\nQUJD\n-----END X-----\n", [], None),
    (b"-----BEGIN X------\nQUJD\n-----END X------\n", [("X-", False, b"ABC")], None),
    (b"-----BEGIN X-----\nQUJD\n-----END X----\n", [], None),
    (b"-----BEGIN X-----\nQUJD\n-----END X-----y\n", [], None),
    (b"-----begin X-----\nQUJD\n-----end X-----\n", [], None),
    (b"-----BEGIN X-----\nQUJD\n-----END \n-----END X-----\n", [], None),
    (b"\n-----END -----BEGIN X-----\nQUJD\n-----END X-----\n", [("X", False, b"ABC")], []),
    (b"-----BEGIN X-----\nk: v\n-----END X-----\n-----END X-----\n", [], None),
    (b"-----BEGIN X-----\na: b\na: b\n", [], None),
    (b"-----BEGIN X-----\n:\nQUJD\n-----END X-----\n-----BEGIN X-----\nQUJE\n-----END X-----\n", [("X", True, b"ABC"), ("X", False, b"ABD")], None),
    (b"-----BEGIN Y-----\n-----BEGIN X-----\nQUJD\n-----END X-----\n-----END Y-----\n", [("X", False, b"ABC")], None),
    (b"-----BEGIN X-----\n-----END X-----\n-----END X-----\n", [("X", False, b"")], None),
    (b"-----BEGIN X-----\n-----BEGIN X-----\n-----END X-----\n", [("X", False, b"")], None),
    (b"-----BEGIN X-----\na: b\n-----END X-----\n-----BEGIN X-----\nQUJD\n-----END X-----\n", [("X", False, b"ABC")], None),
    (b"\n-----END Q-----\n-----BEGIN X-----\nQUJD\n-----END X-----\n-----END X-----:\n-----BEGIN X-----\n", [("X", False, b"ABC")], None),
    (b"\n-----END -----BEGIN X-----\n-----END X-----", [("X", False, b"")], []),
    (b"-----BEGIN X-----\n\n-----END -----BEGIN X-----\n\n\n-----END X-----\n", [("X", False, b"")], []),
    (b"\n-----END -----BEGIN X-----\nQUJD\n-----END X-----\n-----BEGIN X-----\nQUJD\n", [("X", False, b"ABC")], []),
    (b":\n\n-----BEGIN X-----\n:-----BEGIN X-----\nQUJD\n-----END X-----\n-----BEGIN X-----\n", [], [("X", True, b"ABC")]),
    (b"-----BEGIN X-----\n\n-----END -----BEGIN X-----\nQUJD\n-----END X-----\n-----BEGIN X-----\n", [("X", False, b"ABC")], []),
    (b"QUJD\n\n-----END -----BEGIN X-----\nQUJD\n-----END X-----\n:-----BEGIN X-----\n\n-----BEGIN X-----\n", [("X", False, b"ABC")], []),
    (b"\n-----END X-----\n\n-----END -----BEGIN X-----\nQUJD\n-----END X-----\n-----BEGIN \n-----BEGIN X-----\nQUJD\n", [("X", False, b"ABC")], []),
    (
        b"QUJD\n\n-----END \n-----END \n-----END -----BEGIN X-----\nQUJD\n-----END X-----\n-----BEGIN X-----\nQUJD\n-----END X-----\n",
        [("X", False, b"ABC"), ("X", False, b"ABC")],
        [("X", False, b"ABC")],
    ),
]


@pytest.mark.parametrize(("data", "new", "old"), OBSERVED)
def test_as_go(data: bytes, new: Blocks, old: Blocks | None) -> None:
    def seen(blocks: list[pem.RawBlock]) -> Blocks:
        return [(block.type, bool(block.headers), block.data) for block in blocks]

    for go in (GO_1_24, GO_1_25):
        assert seen(pem.blocks(data, go)) == new
    for go in (GO_1_18, GO_1_23):
        assert seen(pem.blocks(data, go)) == (new if old is None else old)
    together, before = pem.both(data)
    assert seen(together) == new
    assert (before is None) == (old is None)


def test_where_blocks_are() -> None:
    data = b"text\n-----BEGIN X-----\r\nk : v\r\n\r\nQUJD\r\n-----END X-----  \r\nmore"
    (block,) = pem.blocks(data)
    assert data[block.start : block.end] == data[6 - 1 : data.index(b"  \r")]
    assert block.headers == {"k": "v"}


def damage(data: bytes) -> list[tuple[str, bytes]]:
    return [(d.kind, data[d.start : d.end]) for d in pem.damage(data, pem.blocks(data))]


BEGIN, END, BODY = b"-----BEGIN CERTIFICATE-----\n", b"-----END CERTIFICATE-----\n", b"QUJD\n" * 3
GOOD = BEGIN + BODY + END

DAMAGED: list[tuple[bytes, list[tuple[str, bytes]]]] = [
    (GOOD, []),
    (b"Some words.\n" + GOOD + b"# -- more BEGIN and END --\n" + GOOD, []),
    (GOOD.replace(b"\n", b"\r\n"), []),
    (b"", []),
    (b"-" * 1000, []),
    (b"\xef\xbb\xbf" + GOOD, [("bom", b"\xef\xbb\xbf")]),
    (b"\xef\xbb\xbf\n" + GOOD, []),
    (b"\xef\xbb\xbf" + GOOD + GOOD, [("bom", b"\xef\xbb\xbf")]),
    (b"  " + GOOD, [("indented", b"  ")]),
    (BEGIN + BODY + b"\t" + END, [("indented", b"\t")]),
    (b"\n".join(b"  " + line for line in GOOD.splitlines()), [("indented", b"  "), ("indented", b"  ")]),
    (BEGIN + BODY, [("no-end", BEGIN.rstrip())]),
    (BEGIN + BODY + GOOD, [("no-end", BEGIN.rstrip())]),
    (GOOD + BEGIN + BODY, [("no-end", BEGIN.rstrip())]),
    (GOOD + b"-----BEGIN CERTIFICATE", [("no-end", b"-----BEGIN CERTIFICATE")]),
    (BODY + END, [("no-begin", END.rstrip())]),
    (BEGIN + BODY + END.replace(b"CERTIFICATE", b"CERT"), [("labels-differ", b"-----END CERT-----")]),
    (BEGIN + b"QU*JD\n" + END, [("bad-base64", b"*")]),
    (BEGIN + BODY + b"QUJDR\n" + END, [("bad-base64", b"QUJDR")]),
    (BEGIN + b"QQ==\n" + BODY + END, [("bad-base64", b"=")]),
    (BEGIN + b"k: v\n\nQU\xc3\xa4D\n" + END, [("bad-base64", b"\xc3\xa4")]),
    (b"ca: " + GOOD, [("not-alone", b"ca: ")]),
    (BEGIN.rstrip() + b" # dm\n" + BODY + END, [("not-alone", b"# dm")]),
    (BEGIN + BODY + END.rstrip() + b"; \n", [("not-alone", b";")]),
    (GOOD.rstrip() + GOOD, [("not-alone", BEGIN.rstrip())]),
    (GOOD.replace(b"\n", b" "), [("not-alone", b"QUJD QUJD QUJD -----END CERTIFICATE-----")]),
    (GOOD.replace(b"-----", b"----"), [("dashes", b"----"), ("dashes", b"----")]),
    (BEGIN.replace(b"E-----", b"E----") + BODY + END, [("dashes", b"----")]),
    (GOOD.replace(b"-----", b"------"), [("dashes", b"------"), ("dashes", b"------")]),
    (GOOD.replace(b"-----", b"\xe2\x80\x94" * 2), [("dashes", b"\xe2\x80\x94" * 2)] * 2),
    (GOOD.lower().replace(BODY.lower(), BODY), [("lower-case", BEGIN.rstrip().lower()), ("lower-case", END.rstrip().lower())]),
    (GOOD.replace(b"CERTIFICATE", b"certificate"), [("lower-case", b"-----BEGIN certificate-----")]),
    (GOOD.replace(b"\n", b"\r"), [("carriage-returns", GOOD.replace(b"\n", b"\r"))]),
    (GOOD.replace(b"\n", b"\\n"), [("escaped", GOOD.replace(b"\n", b"\\n"))]),
    (GOOD.decode().encode("utf-16"), [("utf-16", GOOD.decode().encode("utf-16"))]),
    (GOOD.decode().encode("utf-16-be"), [("utf-16", GOOD.decode().encode("utf-16-be"))]),
    (b"LS0tLS1CRUdJTiBYLS0tLS0K\nUVVKRA==\n", [("encoded-twice", b"LS0tLS1CRUdJTiBYLS0tLS0K\nUVVKRA==")]),
    (b"-----BEGIN X-----\nLS0tLS1C\n-----END X-----\n", [("encoded-twice", b"-----BEGIN X-----\nLS0tLS1C\n-----END X-----")]),
]


@pytest.mark.parametrize(("data", "wanted"), DAMAGED)
def test_damage(data: bytes, wanted: list[tuple[str, bytes]]) -> None:
    assert damage(data) == wanted


def test_no_more_than_a_hundred_pieces_or_two() -> None:
    assert 100 < len(damage(BEGIN * 5000)) < 300
