"""How fixes write: in the file's own spelling, and not at all where an anchor, an alias or a merge key makes it unsure."""

from __future__ import annotations

from pathlib import Path

import pytest

from dmls.files import Content
from dmls.finding import Applicability, Fix
from dmls.model.edits.edit import insert_keys, split_item, unwrap_item
from dmls.text import apply_edits
from dmls.workspace import Workspace
from support.certs import NOW
from support.certs_block import Material
from support.core import analysis_of, analysis_on_disk

SOURCE = "source-id: s1\nfrom:\n  host: h\n  port: 3306\n  user: u\n  password: ''\n"


def fixes(text: str, rule: str, name: str = "dm-source.yaml") -> list[Fix]:
    return [fix for f in analysis_of({f"/w/{name}": text}).findings(f"/w/{name}") if f.rule == rule for fix in f.fixes]


def fixed(text: str, fix: Fix) -> str:
    return apply_edits(text, [e.edit for e in fix.edits])


@pytest.mark.parametrize(
    ("name", "text", "key", "above", "written"),
    [
        ("m.toml", 'ssl-ca = "a"', "ssl-ca", False, 'ssl-ca = "a"\nssl-key = "k"'),
        ("m.toml", "ssl-ca='a' # c\n", "ssl-ca", False, "ssl-ca='a' # c\nssl-key='k'\n"),
        ("m.toml", '"ssl-ca"  = "a"\n', "ssl-ca", True, '"ssl-key" = "k"\n"ssl-ca"  = "a"\n'),
        ("m.toml", "\tssl-ca = \"a\"\r\nname = 'x'\r\n", "ssl-ca", False, '\tssl-ca = "a"\r\n\tssl-key = "k"\r\nname = \'x\'\r\n'),
        ("m.toml", '\ufeffssl-ca = "a"\n', "ssl-ca", True, '\ufeffssl-key = "k"\nssl-ca = "a"\n'),
        ("m.toml", 'ssl-ca = """\na"""\n', "ssl-ca", False, 'ssl-ca = """\na"""\nssl-key = "k"\n'),
    ],
)
def test_a_new_key_is_spelt_like_its_neighbour(name: str, text: str, key: str, above: bool, written: str) -> None:
    config = analysis_of({"/w/dm-master.toml": text}).file("/w/dm-master.toml")
    assert config is not None
    entry = config.get(key)
    assert entry is not None
    edit = insert_keys(config, entry, [("ssl-key", "k")], above)
    assert edit is not None
    assert apply_edits(text, [edit]) == written


@pytest.mark.parametrize(
    ("block", "written"),
    [
        ("  security: {ssl-cert: c.pem}\n", "  security: {ssl-cert: c.pem, ssl-key: k.pem}\n"),
        ("  security:\n    ssl-cert: |\n      c.pem\n\n    # end\n", '  security:\n    ssl-cert: |\n      c.pem\n    ssl-key: "k.pem"\n\n    # end\n'),
        ("  security: {\n    ssl-cert: c.pem # c\n  }\n", "  security: {\n    ssl-cert: c.pem,\n    ssl-key: k.pem # c\n  }\n"),
        ("  security:\n    ssl-cert: &c c.pem\n", "  security:\n    ssl-cert: &c c.pem\n    ssl-key: k.pem\n"),
        ('  "security": {"ssl-cert":"c.pem"}\n', '  "security": {"ssl-cert":"c.pem", "ssl-key":"k.pem"}\n'),
        ("  security: &s\n    ssl-cert: c.pem\n", None),
    ],
)
def test_a_new_key_in_yaml(block: str, written: str | None) -> None:
    text = SOURCE + block
    config = analysis_of({"/w/dm-source.yaml": text}).file("/w/dm-source.yaml")
    assert config is not None
    entry = config.get("from", "security", "ssl-cert")
    assert entry is not None
    edit = insert_keys(config, entry, [("ssl-key", "k.pem")])
    assert (apply_edits(text, [edit]) if edit is not None else None) == (SOURCE + written if written is not None else None)


@pytest.mark.parametrize(
    "text", ["from: &f\n  security:\n    ssl_ca: a\n", "base: &b\n  ssl_ca: a\nfrom:\n  security:\n    <<: *b\n", "x: &x {ssl_ca: a}\nfrom:\n  security: *x\n"]
)
def test_what_an_alias_or_a_merge_brings_is_not_edited_there(text: str) -> None:
    """Only where it stands itself."""
    for fix in fixes("source-id: s\n" + text, "tls-unknown-key"):
        assert fixed("source-id: s\n" + text, fix) == "source-id: s\n" + text.replace("ssl_ca: a", "ssl-ca: a")


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("ssl-ca: [a.pem]", "ssl-ca: a.pem"),
        ("ssl-ca: [ 'a.pem' ]", "ssl-ca: 'a.pem'"),
        ("ssl-ca:\n    - a.pem", "ssl-ca: a.pem"),
        ("ssl-ca:\n      # c\n      - a.pem", None),
        ("ssl-ca: [a.pem, b.pem]", None),
        ("ssl-ca: [\n  a.pem # c\n  ]", None),
    ],
)
def test_the_only_item_is_taken_out(written: str, becomes: str | None) -> None:
    text = f"{SOURCE}  security:\n    {written}\n"
    config = analysis_of({"/w/dm-source.yaml": text}).file("/w/dm-source.yaml")
    assert config is not None
    entry = config.get("from", "security", "ssl-ca")
    assert entry is not None
    edits = unwrap_item(config, entry)
    assert (apply_edits(text, edits) if edits else None) == (f"{SOURCE}  security:\n    {becomes}\n" if becomes is not None else None)


def test_items_are_split_on_lines_of_their_own() -> None:
    text = 'cert-allowed-cn = [\n  "a,b", # both\n]\n'
    config = analysis_of({"/w/dm-master.toml": text}).file("/w/dm-master.toml")
    assert config is not None
    item = config.get("cert-allowed-cn", 0)
    assert item is not None
    edit = split_item(config, item, ["a", "b"])
    assert edit is not None and apply_edits(text, [edit]) == 'cert-allowed-cn = [\n  "a",\n  "b", # both\n]\n'


def test_edits_outside_of_a_chunk_move_with_what_is_written_between() -> None:
    """What was found in an unchanged part of a file is kept, but not a fix that reaches out of it."""
    before = 'name = "m"\nmaster-addr = "10.0.0.1:8261"\n\n[a]\nx = 1\n\n[security]\nssl-ca = "ca.pem"\n'
    after = before.replace("x = 1\n", "x = 1\ny = 'a longer line'\n")
    workspace = Workspace()
    workspace.set_cli_settings({"tls": {"files": "off"}})
    path = "/w/dm-master.toml"
    for text in (before, after):
        workspace.put(path, Content(text.encode()))
        found = [f for f in workspace.snapshot().findings(path) if f.rule == "tls-security-table-in-toml"]
        assert [fixed(text, fix) for f in found for fix in f.fixes] == [fixed(text, fix) for fix in fixes(text, "tls-security-table-in-toml", "dm-master.toml")]


def test_a_relative_path_that_is_found_becomes_absolute(tmp_path: Path) -> None:
    """By the hand of a person, who knows whether DM's host has it there too."""
    Material("ca = ca\nfile tls/ca.pem: ca\n").write(tmp_path)
    path = (tmp_path / "dm-source.yaml").as_posix()
    text = SOURCE + "  security:\n    ssl-ca: tls/ca.pem\n"
    (fix,) = (fix for f in analysis_on_disk({path: text}, NOW).findings(path) if f.rule == "tls-path-relative" for fix in f.fixes)
    assert fix.applicability is Applicability.MANUAL
    assert fixed(text, fix) == text.replace("tls/ca.pem", (tmp_path / "tls" / "ca.pem").as_posix())


def test_no_fix_holds_a_private_key() -> None:
    """Not even where only a character of it has to change."""
    secret = "c4n4ry" * 4
    for value in (f'"{secret}-_AA"', f'"{secret} AA"', f'"{secret}A"', '"-----BEGIN PRIVATE KEY-----c4n4ry"', f'"{secret}A="'):
        for key in ("ssl-key-base64", "ssl-key-bytes"):
            text = f"{SOURCE}  security:\n    ssl-ca: /ca.pem\n    ssl-cert: /c.pem\n    {key}: {value}\n"
            found = analysis_of({"/w/dm-source.yaml": text}).findings("/w/dm-source.yaml")
            for finding in found:
                if finding.rule.startswith("tls-"):
                    told = [(fix.args, fix.command, [e.edit.new_text for e in fix.edits]) for fix in finding.fixes]
                    assert "c4n4ry" not in repr(told), finding.rule
