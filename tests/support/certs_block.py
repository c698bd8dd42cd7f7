"""The `certs` block of scenarios: who has which certificate, and which files hold what.

The grammar is law 10 and following in `support/scenario.py`.
"""

from __future__ import annotations

import base64
import calendar
import json
import os
import re
import time
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Callable, NamedTuple

from support import certs
from support.cert_keys import Key, key, pem
from support.certs import DAY, NOW, TRANSFORMS, Identity, Spec, identity


class BlockError(ValueError):
    """The block breaks its grammar, or wishes for what cannot be made."""


class CannotHave(OSError):
    """This machine or this user cannot have such a file, for example an unreadable one as root."""


class File(NamedTuple):
    """A file to write.  `data` is None for a folder, a FIFO and a link.  `mode` None is 0600 with a private key in it, else 0644."""

    path: str
    data: bytes | None
    mode: int | None = None
    special: str = ""
    """folder, fifo or link"""
    target: str = ""


_DECLARATION = re.compile(r"([\w.-]+)\s*=\s*(.*)", re.DOTALL)
_FILE = re.compile(r'file\s+("(?:[^"\\]|\\.)*"|[^\s:]+)\s*:\s*(.*)', re.DOTALL)
_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[(),|]|[^\s(),|"]+)')
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_COMMENT = re.compile(rf"(?:^|\s)#.*$|{_QUOTED}")
_COMMA = re.compile(rf",|{_QUOTED}")
_WORD = re.compile(rf"(?:{_QUOTED}|[^\s\"])+")
_REPEATED = (*certs.ATTRIBUTES, "ext")
_SPECIALS = ("folder", "fifo", "symlink", "size", "mode")


class Material:
    """Identities and files of a block, made when asked for."""

    def __init__(self, text: str) -> None:
        self._wishes: dict[str, list[tuple[str, str]]] = {}
        self._made: dict[str, Identity] = {}
        self._pieces: dict[str, bytes] = {}
        self._numbers: dict[str, int] = {}
        self._bodies: dict[str, str] = {}
        for number, line in enumerate(text.splitlines(), 1):
            line = _COMMENT.sub(lambda m: m.group() if m.group().startswith('"') else "", line).strip()
            if not line:
                continue
            file, declaration = _FILE.fullmatch(line), _DECLARATION.fullmatch(line)
            if file:
                self._bodies[_plain(file.group(1))] = file.group(2)
            elif declaration:
                self._declare(declaration.group(1), declaration.group(2))
            else:
                raise BlockError(f"line {number} of the certs block is neither a file nor an identity: {line}")

    def __getitem__(self, name: str) -> Identity:
        """The identity with that name."""
        if name not in self._made:
            if name not in self._wishes:
                raise BlockError(f"no identity is called {name}; there are {', '.join(self._wishes) or 'none'}")
            try:
                self._made[name] = self._make(name, self._wishes[name])
            except BlockError:
                raise
            except (ValueError, TypeError, KeyError) as error:
                raise BlockError(f"{name}: {error}") from error
        return self._made[name]

    @property
    def names(self) -> list[str]:
        return list(self._wishes)

    def file_bytes(self, body: str) -> bytes:
        """The bytes that the body of a `file` line means."""
        return self._file("", body).data or b""

    def files(self) -> list[File]:
        """The files of the block, in its order."""
        return [self._file(path, body) for path, body in self._bodies.items()]

    def write(self, folder: Path) -> list[Path]:
        """Write the files below `folder`; raises `CannotHave`."""
        out = []
        for file in self.files():
            path = folder / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, file)
            out.append(path)
        return out

    def filled(self, text: str) -> str:
        """A configuration with ``{{…}}`` replaced: base64 of what is inside; ``{{list: …}}`` numbers of its bytes."""
        return re.sub(r"\{\{\s*(list:)?(.*?)\}\}", self._inline, text)

    def _inline(self, match: re.Match[str]) -> str:
        body = match.group(2).strip()
        if body not in self._pieces:
            self._pieces[body] = self.file_bytes(body)
        data = self._pieces[body]
        return ", ".join(map(str, data)) if match.group(1) else base64.b64encode(data).decode()

    # Identities

    def _declare(self, name: str, text: str) -> None:
        if name in TRANSFORMS or name in _SPECIALS or name in _FUNCTIONS:
            raise BlockError(f"{name} is a word of the grammar, not a name")
        if name in self._wishes:
            raise BlockError(f"two identities are called {name}")
        sort, *rest = _split(text)
        if sort not in ("ca", "leaf"):
            raise BlockError(f"{name} is neither ca nor leaf: {sort}")
        wishes = [("sort", sort)]
        for item in rest:
            word, colon, value = item.partition(":")
            word = word.strip().lower()
            if not colon or word not in _WISHES:
                raise BlockError(f"{name}: no wish {item!r}")
            if word not in _REPEATED and any(word == other for other, _ in wishes):
                raise BlockError(f"{name}: {word} twice")
            wishes.append((word, value.strip()))
        given = dict(wishes)
        if "cn" not in given and "again" not in given:
            wishes.append(("cn", "dm" if sort == "leaf" else "DM CA" if name == "ca" else name))
        for wish in ("issuer", "signer", "again"):
            if wish in given and given[wish] not in self._wishes:
                raise BlockError(f"{name}: {given[wish]} is not declared above")
        if "again" in given:
            new = {word for word, _ in wishes}
            wishes += [(word, value) for word, value in self._wishes[given["again"]] if word not in (*new, "again", "sort", "key", "serial")]
            if "key" not in new:
                of = next((value for word, value in self._wishes[given["again"]] if word == "key"), None)
                if of is not None:
                    wishes.append(("key", self._kind(of)))
        self._wishes[name] = wishes

    def _kind(self, text: str) -> str:
        """The kind of key, also of one that is ``of NAME``."""
        while text.startswith("of "):
            text = next((value for word, value in self._wishes[text[3:].strip()] if word == "key"), "p256")
        return text

    def _make(self, name: str, wishes: list[tuple[str, str]]) -> Identity:
        given = dict(wishes)
        spec = Spec(ca=given["sort"] == "ca")
        subject = tuple((word, _plain(value)) for word, value in wishes if word in certs.ATTRIBUTES and value != "none")
        spec = replace(spec, subject=subject)
        for word, value in wishes:
            change = _WISHES[word]
            if change is not None:
                spec = replace(spec, **change(value))
        if spec.serial is None:
            # Depends on the block alone, so that it is the same in every run.
            spec = replace(spec, serial=int.from_bytes(sha256(repr((name, wishes)).encode()).digest()[:15], "big") | 1)
        extra = tuple(_extra(value) for word, value in wishes if word == "ext")
        huge = int(given.get("huge", "0"))
        if huge:
            extra += ((certs.HUGE, False, bytes(huge)),)
        critical = set(spec.critical) | set(given.get("critical", "").split())
        critical -= set(given.get("uncritical", "").split())
        spec = replace(spec, extra=extra, critical=tuple(sorted(critical)))
        issuer = self[given["issuer"]] if "issuer" in given else None
        signer = self[given["signer"]] if "signer" in given else None
        return identity(spec, self._key(given.get("key", "p256")), issuer, signer)

    def _key(self, text: str) -> Key:
        if text.startswith("of "):
            return self[text[3:].strip()].key
        number = self._numbers.get(text, 0)
        self._numbers[text] = number + 1
        return key(text, number)

    # Files

    def _file(self, path: str, body: str) -> File:
        if path and (Path(path).is_absolute() or ".." in Path(path).parts):
            raise BlockError(f"{path} does not lie in the section's folder")
        tokens = [m.group(1) for m in _TOKEN.finditer(body)]
        if "".join(tokens) != re.sub(rf"({_QUOTED})|\s+", lambda m: m.group(1) or "", body):
            raise BlockError(f"{path}: cannot read {body!r}")
        try:
            return self._read_file(path, tokens)
        except BlockError:
            raise
        except (ValueError, TypeError, KeyError) as error:
            raise BlockError(f"{path}: {error}") from error

    def _read_file(self, path: str, tokens: list[str]) -> File:
        first = tokens[0] if tokens else ""
        if first in _SPECIALS:
            tokens = ["|", *tokens]
        cut = _index(tokens, "|")
        reader = _Reader(self, tokens[:cut])
        data = reader.pieces()
        reader.must_end()
        mode: int | None = 0o600 if b"PRIVATE KEY-----" in data else 0o644
        special, target = "", ""
        rest = [t for t in tokens[cut:] if t not in ("|", ",")]
        while rest:
            word = rest.pop(0)
            if word in TRANSFORMS:
                data = TRANSFORMS[word](data)
            elif word in ("folder", "fifo"):
                special = word
            elif word in ("mode", "size", "symlink") and rest:
                value = _plain(rest.pop(0))
                if word == "mode":
                    mode = int(value, 8)
                elif word == "size":
                    data += b"\n" * (_size(value) - len(data))
                else:
                    special, target = "link", value
            else:
                raise BlockError(f"{path}: no transform {word}")
        return File(path, None if special else data, mode, special, target)


def _index(items: list[str], item: str) -> int:
    return items.index(item) if item in items else len(items)


def _size(text: str) -> int:
    units = {"K": 1024, "M": 1024 * 1024}
    return int(text[:-1]) * units[text[-1].upper()] if text[-1].upper() in units else int(text)


def _write(path: Path, file: File) -> None:
    if file.special == "folder":
        path.mkdir(exist_ok=True)
    elif file.special == "fifo":
        if not hasattr(os, "mkfifo"):
            raise CannotHave("no FIFOs here")
        os.mkfifo(path)
    elif file.special == "link":
        try:
            path.symlink_to(file.target)
        except OSError as error:
            raise CannotHave(f"no links here: {error}") from error
    else:
        assert file.data is not None and file.mode is not None
        path.write_bytes(file.data)
        path.chmod(file.mode)
        if not file.mode & 0o400 and os.access(path, os.R_OK):
            raise CannotHave(f"this user can read {file.path} whatever its mode")


# --- wishes ---


def _plain(text: str) -> str:
    """The text itself, or what it holds between quotes (JSON's escapes)."""
    return str(json.loads(text, strict=False)) if text.startswith('"') else text


def _split(text: str) -> list[str]:
    """`text` at its commas, but not at those between quotes."""
    parts = _COMMA.sub(lambda m: "\0" if m.group() == "," else m.group(), text).split("\0")
    return [part.strip() for part in parts]


def _words(text: str) -> tuple[str, ...]:
    """The words of a value; none at all for ``none``."""
    if text == "none":
        return ()
    return tuple(re.sub(_QUOTED, lambda m: _plain(m.group()), word) for word in _WORD.findall(text))


def _moment(text: str) -> int:
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


def _days(text: str) -> dict[str, object]:
    numbers = [round(float(word) * DAY) + NOW for word in text.split()]
    return {"not_before": numbers[0], "not_after": numbers[1]} if len(numbers) == 2 else {"not_after": numbers[0]}


def _serial(text: str) -> dict[str, object]:
    return {"serial": bytes.fromhex(text[4:])} if text.startswith("raw ") else {"serial": int(text, 0)}


def _identifier(text: str) -> bytes | None:
    return b"" if text == "none" else None if text == "auto" else bytes.fromhex(text)


def _extra(text: str) -> tuple[str, bool, bytes]:
    oid, *rest = text.split()
    critical = "critical" in rest
    value = "".join(word for word in rest if word != "critical")
    return oid, critical, bytes.fromhex(value) if value else b"\x05\x00"


def _mappings(text: str) -> dict[str, object]:
    return {"mappings": tuple(tuple(pair.split("=", 1)) for pair in text.split())}


def _only(word: str, text: str, switch: str) -> dict[str, object]:
    if text != word:
        raise ValueError(f"{word} is the only value here, not {text}")
    return {switch: True}


_WISHES: dict[str, Callable[[str], dict[str, object]] | None] = {
    "sort": None,
    "issuer": None,
    "signer": None,
    "again": None,
    "key": None,
    "critical": None,
    "uncritical": None,
    "ext": None,
    "huge": None,
    **dict.fromkeys(certs.ATTRIBUTES),
    "strings": lambda text: {"strings": text},
    "san": lambda text: {"san": _words(text)},
    "eku": lambda text: {"eku": _words(text)},
    "usage": lambda text: {"usage": _words(text)},
    "basic": lambda text: {"basic": text},
    "pathlen": lambda text: {"pathlen": int(text)},
    "permit": lambda text: {"permit": _words(text)},
    "exclude": lambda text: {"exclude": _words(text)},
    "policies": lambda text: {"policies": _words(text)},
    "mappings": _mappings,
    "require-explicit": lambda text: {"require_explicit": int(text)},
    "inhibit-mapping": lambda text: {"inhibit_mapping": int(text)},
    "inhibit-any": lambda text: {"inhibit_any": int(text)},
    "ski": lambda text: {"ski": _identifier(text)},
    "aki": lambda text: {"aki": _identifier(text)},
    "days": _days,
    "from": lambda text: {"not_before": _moment(text)},
    "until": lambda text: {"not_after": _moment(text)},
    "time": lambda text: _only("general", text, "gentime"),
    "serial": _serial,
    "version": lambda text: {"version": int(text)},
    "sig": lambda text: {"signature": text},
    "inner": lambda text: {"inner": text},
    "signature": lambda text: _only("broken", text, "broken"),
    "extensions": lambda text: _only("none", text, "only_extra"),
}


# --- pieces ---


class _Reader:
    """Reads tokens from left to right and makes bytes of them."""

    def __init__(self, material: Material, tokens: list[str]) -> None:
        self._material = material
        self._tokens = tokens
        self._at = 0

    def pieces(self) -> bytes:
        out = b""
        while self._at < len(self._tokens) and self._tokens[self._at] not in (")", ","):
            out += self._piece()
        return out

    def must_end(self) -> None:
        if self._at < len(self._tokens):
            raise BlockError(f"{self._tokens[self._at]!r} is too much")

    def _take(self) -> str:
        if self._at >= len(self._tokens):
            raise BlockError("the line ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _need(self, token: str) -> None:
        got = self._take()
        if got != token:
            raise BlockError(f"{token} expected, not {got!r}")

    def _piece(self) -> bytes:
        name = self._take()
        if self._at >= len(self._tokens) or self._tokens[self._at] != "(":
            return pem("CERTIFICATE", self._material[name].der)
        self._need("(")
        if name in TRANSFORMS:
            inner = self.pieces()
            self._need(")")
            return TRANSFORMS[name](inner)
        if name == "label":
            label = _plain(self._take())
            self._need(",")
            inner = self.pieces()
            self._need(")")
            return certs.relabel(label, inner)
        make = _FUNCTIONS.get(name)
        if make is None:
            raise BlockError(f"no piece {name}(…)")
        arguments = []
        while (token := self._take()) != ")":
            if token != ",":
                arguments.append(token)
        return make(self._material, *arguments)


def _ca_of(material: Material, names: tuple[str, ...]) -> Identity:
    return material[names[0]] if names else identity(Spec(ca=True, subject=(("cn", "DM CA"),)), key("p256", 1000))


_FUNCTIONS: dict[str, Callable[..., bytes]] = {
    "key": lambda m, name, form="pkcs8": m[name].key.private_pem(form),
    "derkey": lambda m, name, form="pkcs8": m[name].key.private_der(form),
    "public": lambda m, name: pem("PUBLIC KEY", m[name].key.spki),
    "request": lambda m, name: pem("CERTIFICATE REQUEST", certs.request(m[name])),
    "derrequest": lambda m, name: certs.request(m[name]),
    "der": lambda m, name: m[name].der,
    "pkcs12": lambda m, name: certs.pkcs12_file(m[name]),
    "pkcs7": lambda m, *names: pem("PKCS7", certs.pkcs7([m[name] for name in names])),
    "trusted": lambda m, name: pem("TRUSTED CERTIFICATE", certs.trusted(m[name])),
    "headers": lambda m, name: pem("CERTIFICATE", m[name].der, (("X-Owner", "dm"),)),
    "crl": lambda m, *names: pem("X509 CRL", certs.revocations(_ca_of(m, names))),
    "params": lambda m, *names: pem("EC PARAMETERS", certs.parameters(m[names[0]] if names else None)),
    "text": lambda m, text: _plain(text).encode("utf-8"),
    "bytes": lambda m, *parts: bytes.fromhex("".join(parts)),
    "broken": lambda m: pem("CERTIFICATE", bytes.fromhex("3003020101")),
    "empty": lambda m: b"",
    "blank": lambda m: b" \n\n",
    "binary": lambda m: bytes(range(256)),
    "jks": lambda m: certs.jks(),
}
