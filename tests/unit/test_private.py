"""`private`: what a private key and a swallowed password look like, and what is none."""

from __future__ import annotations

import base64

import pytest

from dmls.private import MASK, sounds_secret, without_keys, without_secrets
from support.certs import key, pem

KINDS = [("p256", "pkcs8"), ("p256", "sec1"), ("rsa2048", "pkcs8"), ("rsa2048", "pkcs1"), ("ed25519", "pkcs8"), ("p256", "encrypted")]


@pytest.mark.parametrize(("kind", "form"), KINDS)
@pytest.mark.parametrize("dress", ["pem", "base64", "body", "numbers", "one-line", "cut"])
def test_a_private_key_in_any_dress(kind: str, form: str, dress: str) -> None:
    data = key(kind).private_pem(form)
    body = [line for line in data.decode().splitlines() if not line.startswith("-")]
    text = {
        "pem": data.decode(),
        "base64": base64.b64encode(data).decode(),
        "body": "\n".join(body),
        "numbers": ", ".join(map(str, data)),
        "one-line": data.decode().replace("\n", " "),
        "cut": data.decode()[:150],
    }[dress]
    if dress == "body" and form == "encrypted":
        # Nothing tells it from any other base64.
        return
    said = without_keys(f"`{text}` was not found")
    assert MASK in said
    assert not [line[:16] for line in body if line[:16] in said]


@pytest.mark.parametrize(
    "text",
    [
        "`/etc/dm/tls/a-very-long-name-of-a-folder/and-another/dm-master-private-key.pem` was not found",
        "`/data/deploy/tidb/dm/master/certificates/production/europe/frankfurt/key` is relative to the working directory",
        pem("CERTIFICATE", b"\x30\x82" * 20).decode(),
        "SHA-256 3A:7B:" + "0F:" * 30,
        "sha256 " + "0123456789abcdef" * 4,
        "the ports 45, 45, 46 and 47",
        "DM does not know the key `ssl-key-base64` here and refuses the file.",
    ],
)
def test_what_is_none(text: str) -> None:
    assert without_keys(text) == text
    assert without_secrets(text) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('password = "hunter2', f"password = {MASK}"),
        ("%  password: hunter2", f"%  password:  {MASK}"),
        ("line 3: field }  password: hunter2 not found in type x", f"line 3: field }}  password:  {MASK}"),
        ('ssl_key_bytes: "hunter2', f"ssl_key_bytes:  {MASK}"),
    ],
)
def test_a_name_that_swallowed_its_value(text: str, told: str) -> None:
    assert without_secrets(text) == told


@pytest.mark.parametrize("text", ["password", "open /dm/token: no such file or directory", "Access denied (using password: YES)", "secret-key-path", "a = b", "Warning: the token"])
def test_what_holds_no_secret(text: str) -> None:
    assert without_secrets(text) == text


@pytest.mark.parametrize("name", ["password", "Passwd", "relay-password", "PWD", "access_token", "ssl-key-bytes", "ssl_key_base64", "private.key", "clientSecret"])
def test_names_of_secrets(name: str) -> None:
    assert sounds_secret(name)


@pytest.mark.parametrize("name", ["ssl-key", "user", "name", "key", "ssl-ca-bytes", "passive"])
def test_other_names(name: str) -> None:
    assert not sounds_secret(name)
