"""The TLS settings of one owner: a component, the upstream of a source, or the target of a task.

`ssl-ca` is what turns TLS on for a component; for a database connection any non-empty material does
(`reference/dm-tls.md` facts 1 and 9).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmls.model import kind as kinds
from dmls.schema import keys as k

if TYPE_CHECKING:
    from dmls.model.config_file import ConfigFile, Entry

CA, CERT, KEY = "ca", "cert", "key"
ROLES = (CA, CERT, KEY)
PATHS = {CA: k.SSL_CA, CERT: k.SSL_CERT, KEY: k.SSL_KEY}
BASE64 = {CA: k.SSL_CA_BASE64, CERT: k.SSL_CERT_BASE64, KEY: k.SSL_KEY_BASE64}
BYTES = {CA: k.SSL_CA_BYTES, CERT: k.SSL_CERT_BYTES, KEY: k.SSL_KEY_BYTES}
KEYS = (*PATHS.values(), *BYTES.values(), *BASE64.values(), k.CERT_ALLOWED_CN)
"""The ten keys of DM's security.Security, in the order of the struct."""

DATABASE = {kinds.SOURCE: k.FROM, kinds.TASK: k.TARGET_DATABASE}
"""The block of the connection to a database, by the kind of the file."""
SECURITY_PATH = {kind: (block, k.SECURITY) for kind, block in DATABASE.items()}


def _filled(entry: Entry | None) -> bool:
    if entry is None:
        return False
    return bool(entry.text) or bool(entry.children)


class Material:
    """What one role (CA, certificate or key) is given by: a path, base64 text, a list of bytes, or nothing."""

    __slots__ = ("base64", "bytes", "path", "role")

    def __init__(self, role: str, path: Entry | None, base64: Entry | None, bytes_: Entry | None) -> None:
        self.role = role
        self.path = path
        self.base64 = base64
        self.bytes = bytes_

    @property
    def given(self) -> bool:
        """Whether any form holds something."""
        return _filled(self.path) or self.inline is not None

    @property
    def has_path(self) -> bool:
        return _filled(self.path)

    @property
    def inline(self) -> Entry | None:
        """The inline form that DM's SQL connections use: bytes before base64."""
        if _filled(self.bytes):
            return self.bytes
        return self.base64 if _filled(self.base64) else None

    @property
    def entry(self) -> Entry | None:
        """The entry to point at: the one that is filled, else the one that is written."""
        if _filled(self.path):
            return self.path
        return self.inline or self.path or self.base64 or self.bytes


class TlsBlock:
    """`owner` is the file's kind.  `holder` is the entry whose children the keys are: the root, or the `security` block."""

    __slots__ = ("allowed_cn", "ca", "cert", "holder", "key", "owner")

    def __init__(self, owner: str, holder: Entry) -> None:
        self.owner = owner
        self.holder = holder
        self.ca, self.cert, self.key = (Material(r, holder.get(PATHS[r]), holder.get(BASE64[r]), holder.get(BYTES[r])) for r in ROLES)
        self.allowed_cn = holder.get(k.CERT_ALLOWED_CN)

    @property
    def is_component(self) -> bool:
        return self.owner not in kinds.DATABASES

    @property
    def materials(self) -> tuple[Material, Material, Material]:
        return self.ca, self.cert, self.key

    @property
    def on(self) -> bool:
        """Whether DM turns TLS on: by `ssl-ca` in a component, by any material for a database."""
        if self.is_component:
            return self.ca.has_path
        return any(m.given for m in self.materials)

    @property
    def names(self) -> list[Entry]:
        """The items of cert-allowed-cn."""
        return self.allowed_cn.strings() if self.allowed_cn is not None else []

    @property
    def is_empty(self) -> bool:
        """Whether no key holds anything."""
        return not any(m.given for m in self.materials) and not self.names


def tls_blocks(config: ConfigFile) -> tuple[TlsBlock, ...]:
    """The TLS blocks of a file: at most one; none where no TLS key and no `security` is written."""
    if config.kind in (kinds.MASTER, kinds.WORKER, kinds.DMCTL):
        block = TlsBlock(config.kind, config.root)
        return (block,) if any(config.root.get(name) for name in KEYS) else ()
    steps = SECURITY_PATH.get(config.kind)
    holder = config.get(*steps) if steps else None
    return (TlsBlock(config.kind, holder),) if holder is not None else ()
