"""How configurations spell certificate files that are moved."""

from __future__ import annotations

import pytest

from dmls.model.references.respell import respelled
from dmls.settings import DEFAULTS

MAPPED = DEFAULTS._replace(path_map=(("/etc/dm", "/w/files"), ("/etc/dm/tls", "/w/tls")), working_dir="/w/run")
FOLDERS = ("/w",)


@pytest.mark.parametrize(
    ("text", "old", "new", "wanted"),
    [
        ("tls/ca.pem", "/w/conf/tls/ca.pem", "/w/conf/tls/root.pem", "tls/root.pem"),
        ("./tls/ca.pem", "/w/conf/tls/ca.pem", "/w/conf/ca.pem", "./ca.pem"),
        ("tls/ca.pem", "/w/conf/tls/ca.pem", "/w/certs/ca.pem", "../certs/ca.pem"),
        ("../tls/ca.pem", "/w/tls/ca.pem", "/w/tls/new/ca.pem", "../tls/new/ca.pem"),
        ("ca.pem", "/w/run/ca.pem", "/w/run/a/ca.pem", "a/ca.pem"),
        ("tls/ca.pem", "/w/tls/ca.pem", "/w/tls/b.pem", "tls/b.pem"),
        ("/abs/ca.pem", "/abs/ca.pem", "/abs/x/ca.pem", "/abs/x/ca.pem"),
        ("/etc/dm/tls/ca.pem", "/w/tls/ca.pem", "/w/tls/b.pem", "/etc/dm/tls/b.pem"),
        ("/etc/dm/tls/ca.pem", "/w/tls/ca.pem", "/w/files/b.pem", "/etc/dm/b.pem"),
        ("/etc/dm/tls/ca.pem", "/w/tls/ca.pem", "/home/me/b.pem", None),
        ("other.pem", "/w/tls/ca.pem", "/w/tls/b.pem", None),
        ("/abs/other.pem", "/abs/ca.pem", "/abs/b.pem", None),
    ],
)
def test_respelled(text: str, old: str, new: str, wanted: str | None) -> None:
    assert respelled(text, old, new, "/w/conf/dm-master.toml", MAPPED, FOLDERS) == wanted
