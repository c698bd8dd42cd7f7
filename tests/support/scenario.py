"""Scenarios: most tests of dmls are Markdown files that hold configurations and say, in the configurations' own comments, what must be found.

The laws of the format:

1. ``# error: [rule] at "text"`` at the end of a line, or alone on the line before it.  `at` is the text that the finding covers (of a
   finding over several lines, its first line); it ends at the last quote, so it may hold quotes itself.  Severities: error, warning, information (or info), hint.  A line may hold several markers.
2. Markers and findings match one to one: an unmarked finding fails, an unfulfilled marker fails.
3. The comments stay in the text that is checked, so every file is what a user might have.
4. A file is a fenced block after a line with its name in backquotes: `` `dm-task.yaml`: ``.  Several files of one section lie in one folder.
   `` `dm-task.yaml` (gbk): `` is saved in that encoding, any other in UTF-8.
5. A ``settings`` block is the folder's `.dmls.toml`.
6. A ``zh`` block holds texts that must occur in the Chinese sentences of the section's findings, one a line; an ``en`` block likewise.
7. ``$0`` in a file is the cursor, taken out before the check; a ``completions`` block holds labels that must be offered there, one a line,
   ``-label`` for one that must not be; a ``hover`` block holds texts that must occur in the hover, ``-text`` one that must not.
   An ``actions`` block holds titles of code actions that must be offered at the cursor, one a line, ``-title`` for one that must not be; an
   ``applied`` block is the file after the first of these.
   A ``definition``, ``references`` or ``highlight`` block holds the places that are answered at the cursor, all of them in any order, one a
   line: ``file:line: text``, lines counted from 1; of a certificate file the text is left out.  A ``highlight`` line has no file, and ends with
   `` (definition)`` where the thing is defined.  A ``rename`` block holds the new name in its first line and then, file by file, what the edits
   take away and bring, as in a diff: ``= file``, ``- line``, ``+ line``; or ``refused:`` and the English sentence that says why.
8. A ``limit`` block holds how many findings of a file are shown.
9. Every section is a test of its own and is run through `Analysis` and through the command line's JSON; without a ``certs`` block nothing
   but the section's files is looked at (``--files off``).
10. A ``certs`` block makes certificates and keys and writes them beside the configurations, so relative paths find them.  The section is
    then judged with files on (or what its ``settings`` block says about them) at the moment `certs.NOW`, 2026-09-01T12:00:00Z.  Only
    findings in the configurations are compared.  A ``certs`` block before the first ``##`` holds for every section of the file; several
    blocks are read as one.  Keys are new in every process, so nothing may depend on a fingerprint.
11. Its lines: ``#`` (at the start or after a blank) begins a comment.  Texts in double quotes have JSON's escapes; they may hold commas and
    ``#``.  ``NAME = ca`` or ``NAME = leaf``, then ``, WISH: VALUE`` any number of times, declares an identity: a key and its certificate.
    Whom it names (issuer …) is declared above it.  Usual: P-256; ``ca`` has CN "DM CA" if it is called ca, else its own name, CA:TRUE,
    keyCertSign cRLSign, 3620 days left; ``leaf`` has CN "dm", CA:FALSE, digitalSignature keyEncipherment, serverAuth clientAuth, SAN
    localhost 127.0.0.1, 335 days left.  Both began 30 days ago, have SKI and AKI and are signed with SHA-256 (P-384: SHA-384, P-521:
    SHA-512).  The wishes:

    - ``issuer: NAME`` (absent: self-signed); ``signer: NAME`` signs instead of the issuer that is named; ``again: NAME`` takes over the wishes
      of NAME that are not given anew, with another key of the same kind and another serial (add ``key: of NAME`` to keep the key)
    - ``cn: TEXT`` (again for several, in order; ``cn: none``: no CN), also ``o ou c l st sn dc emailaddress``;
      ``strings: utf8|printable|teletex|bmp|ia5`` for the subject
    - ``key: rsa512|rsa768|rsa1024|rsa2048|rsa3072|rsa4096|p224|p256|p384|p521|secp256k1|brainpoolP256r1|sm2|ed25519|ed448|x25519|x448|dsa|rsa-pss``,
      or ``key: of NAME`` for the same key
    - ``san:``, ``permit:``, ``exclude:`` (name constraints): words, each ``dns:…``, ``ip:…``, ``uri:…``, ``email:…``, ``ipbytes:HEX`` or without a
      prefix whatever it looks like; addresses of constraints with ``/bits``.  ``san: none``: no extension
    - ``eku: server client any code email timestamp ocsp OID …`` or ``none``; ``usage: digitalSignature certSign crlSign …`` or ``none``
    - ``basic: ca|end|none``, ``pathlen: N``; ``ski:`` and ``aki:`` ``HEX|none``
    - ``days: FROM TO`` or ``days: TO``, days from now, with fractions; ``from:`` and ``until:`` as 2026-09-01T12:00:00Z; ``time: general``
    - ``serial: N`` (also 0, negative, 0x…) or ``serial: raw HEX``; ``version: 1|2|3|…`` (below 3: no extension that is not asked for)
    - ``sig: sha1|sha224|sha256|sha384|sha512|md5|pss|pss384|pss512|ed25519|ed448`` with which the issuer's key signs; ``inner: …`` another
      algorithm that the signed part names; ``signature: broken``
    - ``ext: OID [critical] [HEX]`` any further extension (known OIDs too, also a second time; value NULL without HEX); ``huge: N`` one of N
      bytes; ``extensions: none`` only those asked for; ``critical:`` and ``uncritical:`` words of ``basic usage eku ski aki san constraints
      policies mappings policy-constraints inhibit-any``
    - ``policies: OID any …``, ``mappings: OID=OID …``, ``require-explicit: N``, ``inhibit-mapping: N``, ``inhibit-any: N``
12. ``file PATH: PIECES | TRANSFORM | TRANSFORM …`` writes a file; its mode is 0600 if it holds a private key, else 0644.  Transforms may also
    be separated by commas.  Pieces, separated by blanks: ``NAME`` (its certificate), ``key(NAME)`` or
    ``key(NAME, pkcs8|pkcs1|sec1|traditional|encrypted|encrypted-pkcs1|encrypted-sec1|openssh|inconsistent)`` (the password is "test"),
    ``public(NAME)``, ``request(NAME)``, ``trusted(NAME)``, ``headers(NAME)``, ``pkcs7(NAME, …)``, ``crl()``, ``crl(NAME)``, ``params()``,
    ``params(NAME)``, ``broken()`` (a CERTIFICATE block around something else); ``label("TEXT", PIECES)`` other labels;
    ``text("…")``, ``bytes(HEX)``, ``blank()``, ``empty()``, ``binary()``; and without PEM: ``der(NAME)``, ``derkey(NAME[, FORM])``,
    ``derrequest(NAME)``, ``pkcs12(NAME)``, ``jks()``.
    Transforms: ``bom utf16 utf16be indent indent-begin indent-end crlf cr no-end no-begin no-newline bad-base64 cut one-line blank-lines
    dashes dashes6 lower labels text-before text-after text-after-end joined escape twice`` (see `certs.TRANSFORMS`); each is also a
    function around pieces: ``file ca.pem: ca no-end(int)``.  Also in their place: ``mode 0640``, ``size 3M`` (at least so many bytes, filled up
    with line feeds).  Instead of pieces: ``symlink PATH``, ``folder``, ``fifo``.
13. ``{{PIECES | TRANSFORMS}}`` in a configuration of such a section is base64 of what is inside, in one line; ``{{list: PIECES}}`` the numbers of
    its bytes with commas between.  The same text means the same bytes throughout a section, in markers too.
14. A section whose files this machine or user cannot have (FIFOs, an unreadable file as root) is skipped.
15. A ``fixes`` block lists fixes: of each rule that it names all fixes of all findings of the section, in the order of the findings, each
    as a line ``[rule] safe: title`` (safe, unsafe or manual; the English sentence) and the lines that the edits take away and bring, as in a
    diff: ``- line``, ``+ line``, markers left out; or ``$ command``; ``{{…}}`` as in law 13.  ``[rule] none`` says that no finding of the rule has one.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Iterator, NamedTuple

from support.certs_block import Material

_NAME = re.compile(r"^`([^`]+)`(?: \(([\w-]+)\))?:?\s*$")
_FENCE = re.compile(r"^(`{3,})\s*([\w-]*)\s*$")
_MARKER = re.compile(r'#\s*(error|warning|information|info|hint):\s*\[([\w-]+)\](?:\s+at\s+"(.*?)"(?=\s*(?:#\s*(?:error|warning|information|info|hint):|$)))?')
CURSOR = "$0"
_FIX = re.compile(r"\[([\w-]+)\] (?:none|(safe|unsafe|manual): (.*))")


class Expected(NamedTuple):
    """One marker: the zero-based line it speaks of, and what must be found there."""

    file: str
    line: int
    severity: str
    rule: str
    at: str | None


class ExpectedFix(NamedTuple):
    """One entry of a ``fixes`` block; `applicability` is "" where there is no fix."""

    rule: str
    applicability: str
    title: str
    body: tuple[str, ...]


class Scenario(NamedTuple):
    name: str
    files: dict[str, str]
    cursor: tuple[str, int] | None
    blocks: dict[str, str]
    encodings: dict[str, str]

    def data(self, file: str) -> bytes:
        """The bytes of a file on disk."""
        return self.files[file].encode(self.encodings.get(file, "utf-8"))

    def material(self) -> Material | None:
        """The certificates of the section, none made yet; None without a `certs` block."""
        return Material(self.blocks["certs"]) if "certs" in self.blocks else None

    def filled(self, material: Material) -> Scenario:
        """This section with what `material` makes in the place of ``{{…}}``."""
        cursor = self.cursor
        if cursor is not None:
            cursor = (cursor[0], len(material.filled(self.files[cursor[0]][: cursor[1]])))
        blocks = {name: material.filled(text) if name == "fixes" else text for name, text in self.blocks.items()}
        return self._replace(files={name: material.filled(text) for name, text in self.files.items()}, cursor=cursor, blocks=blocks)

    def expected(self) -> list[Expected]:
        """The markers of all files."""
        out = []
        for file, text in self.files.items():
            for number, line in enumerate(text.split("\n")):
                markers = list(_MARKER.finditer(line))
                if not markers:
                    continue
                alone = not line[: markers[0].start()].strip(" \t\ufeff#")
                for m in markers:
                    severity = "information" if m.group(1) == "info" else m.group(1)
                    at = m.group(3)
                    out.append(Expected(file, number + 1 if alone else number, severity, m.group(2), at))
        return out

    def expected_fixes(self) -> list[ExpectedFix]:
        """The entries of the ``fixes`` block."""
        out: list[ExpectedFix] = []
        for line in self.blocks.get("fixes", "").splitlines():
            head = _FIX.fullmatch(line)
            if head is not None:
                out.append(ExpectedFix(head.group(1), head.group(2) or "", head.group(3) or "", ()))
            elif line.strip():
                if not out or line[0] not in "-+$":
                    raise ValueError(f"{self.name}: no line of a fixes block: {line}")
                out[-1] = out[-1]._replace(body=(*out[-1].body, line.rstrip()))
        return out


def without_markers(text: str) -> list[str]:
    """The lines of a text without markers and the blanks before them."""
    return [_MARKER.sub("", line).rstrip() for line in text.split("\n")]


def read(path: Path) -> Iterator[Scenario]:
    """The sections of a scenario file."""
    name = path.stem
    files: dict[str, str] = {}
    blocks: dict[str, str] = {}
    cursor: tuple[str, int] | None = None
    pending: str | None = None
    encodings: dict[str, str] = {}
    shared: dict[str, str] = {}
    lines = iter(path.read_text(encoding="utf-8").split("\n"))
    for line in lines:
        if line.startswith("## "):
            if files:
                yield Scenario(name, files, cursor, blocks, encodings)
            elif name == path.stem and "certs" in blocks:
                shared = {"certs": blocks["certs"]}
            name, files, blocks, cursor, pending, encodings = f"{path.stem}: {line[3:].strip()}", {}, dict(shared), None, None, {}
            continue
        named = _NAME.match(line)
        if named:
            pending = named.group(1)
            if named.group(2):
                encodings[pending] = named.group(2)
            continue
        fence = _FENCE.match(line)
        if fence is None:
            continue
        body: list[str] = []
        for inner in lines:
            if inner.startswith(fence.group(1)) and not inner.strip("` "):
                break
            body.append(inner)
        text = "\n".join(body) + "\n"
        if pending is not None:
            at = text.find(CURSOR)
            if at >= 0:
                cursor = (pending, at)
                text = text[:at] + text[at + len(CURSOR) :]
            files[pending] = text
            pending = None
        elif fence.group(2) == "certs":
            blocks["certs"] = blocks.get("certs", "") + text
        else:
            blocks[fence.group(2)] = text
    if files:
        yield Scenario(name, files, cursor, blocks, encodings)
