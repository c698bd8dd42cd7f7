"""A password and private keys whose every piece is known, and a search for these pieces in whatever a program says or writes."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Callable, Iterator

from support.certs import pem
from support.place import Place, ident, write_key

PASSWORD = "cAnAry-9f3b71d2c84e5a60-Pw"
"""A plain password of a source, of a target, of a dmctl."""
WIDTH = 16
"""Characters of a form of a secret that must nowhere stand side by side."""

_HEAD, _TAIL = 36, 0
"""Bytes of PKCS#8 of a P-256 key before the private number; all such keys begin alike."""


def _windows(form: str) -> Iterator[str]:
    for start in range(max(1, len(form) - WIDTH + 1)):
        yield form[start : start + WIDTH]


def _forms_of_bytes(data: bytes) -> Iterator[str]:
    """How bytes may be written: hexadecimal in any dress, lists of numbers, octal and hexadecimal escapes."""
    digits = data.hex()
    pairs = [digits[i : i + 2] for i in range(0, len(digits), 2)]
    for joined in (digits, ":".join(pairs), " ".join(pairs), "\\x".join(pairs)):
        yield joined
        yield joined.upper()
    numbers = [str(byte) for byte in data]
    for comma in (", ", ",", "\n", " "):
        yield comma.join(numbers)


class Canary:
    """What to look for.  `found` says what of it stands in a text."""

    def __init__(self) -> None:
        self._pieces: dict[str, str] = {}

    def _add(self, what: str, form: str) -> None:
        for window in _windows(form):
            self._pieces.setdefault(window, what)

    def password(self, text: str) -> None:
        self._add("password", text)
        self._add("password in base64", base64.b64encode(text.encode()).decode())
        for form in _forms_of_bytes(text.encode()):
            self._add("password as bytes", form)

    def key(self, der: bytes) -> None:
        """A private key in PKCS#8: its base64, as in PEM; the base64 of that PEM, as in `ssl-key-base64`; and all of these as bytes."""
        # The first digits tell only what sort of key it is.
        body = base64.b64encode(der).decode()[48:]
        self._add("key in base64", body)
        self._add("key in URL base64", body.replace("+", "-").replace("/", "_"))
        text = pem("PRIVATE KEY", der)
        encoded = base64.b64encode(text).decode()
        self._add("base64 of PEM", encoded[104:-36])
        secret = der[_HEAD:68]
        for form in _forms_of_bytes(secret):
            self._add("private number", form)
        for form in _forms_of_bytes(text[80:-30]):
            self._add("PEM as bytes", form)
        self._add("private number as integer", str(int.from_bytes(secret, "big")))
        for shift in range(3):
            # Wherever the number begins within the groups of base64.
            self._add("private number in base64", base64.b64encode(bytes(shift) + secret).decode()[4:-4])

    def found(self, said: str | bytes) -> list[str]:
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        hits = {what for at in range(len(text) - WIDTH + 1) if (what := self._pieces.get(text[at : at + WIDTH]))}
        return sorted(hits)


def flat(message: object) -> str:
    """A message as one text, without escapes of JSON in it."""
    return json.dumps(message, ensure_ascii=False)


class Secrets:
    """A workspace in which every sort of secret stands: in files of keys and in the configurations of each kind."""

    def __init__(self, folder: Path) -> None:
        self.place = Place(folder)
        self.folder = self.place.folder
        self.canary = Canary()
        self.canary.password(PASSWORD)
        # No two secrets are the same, so that it shows which one got out.
        inline = [ident(self.place.ca, cn="c" * (20 + n)) for n in range(3)]
        for identity in (self.place.own, *inline):
            self.canary.key(identity.key.pkcs8())
        pems = [pem("PRIVATE KEY", identity.key.pkcs8()) for identity in inline]
        certificate = base64.b64encode(pem("CERTIFICATE", inline[0].der)).decode()
        self.base64, self.bytes, self.text = base64.b64encode(pems[0]).decode(), ", ".join(map(str, pems[1])), pems[2].decode()
        write_key(self.place.tls / "inline.key", inline[2])
        (self.place.tls / "broken.key").write_bytes(pem("PRIVATE KEY", inline[1].key.pkcs8()).replace(b"\n", b"\n  "))
        (self.place.tls / "both.pem").write_bytes((self.place.tls / "ca.pem").read_bytes() + pems[0])
        self.texts = {
            "dm-master.toml": self.place.text,
            "dm-task.yaml": TASK.format(password=PASSWORD, certificate=certificate, key=self.base64),
            "dm-source.yaml": SOURCE.format(password=PASSWORD, key=self.bytes),
            "dm-worker.toml": WORKER.format(key=self.base64, password=PASSWORD),
            "dmctl.toml": f'master-addr = "10.0.0.1:8261"\nssl-key = "tls/both.pem"\npassword = "{PASSWORD}"\n',
        }
        for name, text in self.texts.items():
            (self.folder / name).write_text(text)

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()


TASK = """name: task
task-mode: all
target-database:
  host: 10.0.0.9
  port: 4000
  user: root
  password: "{password}"
  security:
    ssl-ca: tls/ca.pem
    ssl-cert-base64: {certificate}
    ssl-key-base64: "{key}"
mysql-instances:
- source-id: mysql-1
"""
SOURCE = """source-id: mysql-1
from:
  host: 10.0.0.8
  port: 3306
  user: root
  password: {password}
  security:
    ssl-ca: tls/both.pem
    ssl-cert: tls/master.pem
    ssl-key: tls/broken.key
    ssl-key-bytes: [{key}]
"""
WORKER = """name = "w1"
join = "10.0.0.1:8261"
ssl-ca = "tls/ca.pem"
ssl-cert = "tls/master.pem"
ssl-key = "tls/broken.key"
ssl-key-base64 = "{key}"
relay-password = "{password}"
"""


def bent(text: str, about: Callable[[str], bool]) -> Iterator[str]:
    """The text with each line that is `about` a secret damaged in many ways, one at a time: what people leave behind while they type.

    Not with a password in the place of a key: nothing then tells what it is.
    """
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if not about(line):
            continue
        indent = line[: len(line) - len(line.lstrip())]
        key, colon, value = line.partition(":" if ":" in line else "=")
        bare = value.strip()
        changes = [
            line.replace('"', "", 1),
            line[: len(line) * 2 // 3],
            line.rstrip('"') + "\n" + line.lstrip(),
            line + "\n" + line,
            "\t" + line,
            " " + line,
            line.lstrip(),
            indent + "[" + line.lstrip(),
            key + value,
            key + colon + "\n" + bare,
            key + colon + " |\n" + indent + "  " + bare + "\n " + bare,
            key + colon + " '" + value,
            key + colon + " *" + bare,
            key + colon + " !!int" + value,
            key + colon + " [" + value + ", {" + value,
            line + " # " + value,
            "x" + line.lstrip(),
            line.replace("-", "_"),
            line.upper(),
            line.replace(" ", "\u3000", 1),
            line.replace(" ", "\u00a0", 1) + "\x07",
            key + colon + ' "\\' + bare.strip('"') + '"',
            key + colon + ' """' + value,
            "%" + line,
            "---\n" + line,
            "}" + line,
        ]
        if PASSWORD not in line:
            changes += [value + colon + key, f"{indent}? {bare}\n{indent}: x"]
        for change in changes:
            yield "\n".join([*lines[:number], change, *lines[number + 1 :]])


def pasted(secret: Secrets) -> Iterator[tuple[str, str]]:
    """Keys and the files of which they make a part: private keys where something else belongs."""
    master = secret.texts["dm-master.toml"].rpartition("ssl-key")[0]
    text, inline = secret.text, secret.base64
    escaped = text.replace("\n", "\\n")
    for value in (f'"{inline}"', f'"""{text}"""', f"'''\n{text}'''", f'"{escaped}"', f'"{inline[104:]}"', f'"/etc/{inline}"'):
        yield "dm-master.toml", f"{master}ssl-key = {value}\n"
        yield "dm-master.toml", f"{master}ssl-private-key = {value}\n"
    yield "dm-master.toml", master + text
    yield "dm-task.yaml", text
    task = secret.texts["dm-task.yaml"]
    block = text.replace("\n", "\n      ")
    for piece in (
        f"ssl-key: |\n      {block}",
        f"ssl-key: {inline}",
        f"ssl-key: /etc/{text}".replace("\n", ""),
        f"ssl-key-bytes: |\n{text}",
        f"ssl-key-bytes:\n{text}",
        f"ssl-key-base64:\n{inline}",
        f'ssl-key-base64: "{inline}',
        f"ssl-private: {inline}",
        f"ssl-private-key: |\n      {block}",
        f'cert-allowed-cn: ["{inline}"]',
        f"ssl-ca-base64: {inline}",
        f"ssl-key: [{secret.bytes}]",
        f"ssl-key: tls/master.key # {inline}",
        f"{inline}: x",
    ):
        yield "dm-task.yaml", task.replace("    ssl-ca: tls/ca.pem\n", f"    ssl-ca: tls/ca.pem\n    {piece}\n")
    for name in ("source-id: ", "port: ", "task-mode: ", "name: "):
        yield "dm-task.yaml", task.replace(name, f"{name}{inline} ", 1)
