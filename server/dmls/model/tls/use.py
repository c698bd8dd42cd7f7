"""What a database's TLS block is used for, and whether it can be judged as it stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dmls.model import kind as kinds
from dmls.pattern import LazyPattern
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar

if TYPE_CHECKING:
    from dmls.model.config_file import ConfigFile, Entry
    from dmls.model.tls_block import TlsBlock

PHYSICAL = "physical"
_WITHOUT_LOAD = ("incremental", "dump")

CERTIFICATE = "CERTIFICATE"
PRIVATE_KEY = "PRIVATE KEY"
_PEM_BLOCK = LazyPattern(rb"(?:\A|\n)-----BEGIN ([^\n]*?)-----[ \t\r]*\n(.*?)\n-----END \1-----", re.S)


def is_readable(block: TlsBlock) -> bool:
    """Whether what is missing is missing: a misspelt key or a value of the wrong type may stand for it."""
    for child in (*block.holder.children, *block.holder.merged):
        if child.schema is None:
            return False
        if child.schema.type == "string" and not isinstance(child.node, Scalar):
            return False
    return block.holder.is_null or not isinstance(block.holder.node, Scalar)


def loads_data(config: ConfigFile) -> bool:
    """Whether the task runs a load unit; a `task-mode` that is missing or wrong is taken for one that does."""
    mode = config.get(k.TASK_MODE)
    return config.kind == kinds.TASK and (mode is None or mode.text not in _WITHOUT_LOAD)


def physical_import(config: ConfigFile) -> Entry | None:
    """The `import-mode` that makes an instance import physically, None where none does.

    An instance takes the loader it names before the one written in place (dm/config/task.go, adjust); DM compares the
    mode without regard to case.
    """
    if not loads_data(config):
        return None
    instances = config.get(k.MYSQL_INSTANCES)
    for instance in instances.items() if instances is not None else ():
        name = instance.get(k.LOADER_CONFIG_NAME)
        loader = config.get(k.LOADERS, name.text) if name is not None and name.text else instance.get(k.LOADER)
        mode = loader.get(k.IMPORT_MODE) if loader is not None else None
        if mode is not None and mode.text.lower() == PHYSICAL:
            return mode
    return None


def pem_types(data: bytes) -> tuple[str, ...]:
    """The types of the PEM blocks in `data`, in order; only whole blocks whose BEGIN starts a line count, as in Go."""
    return tuple(m.group(1).decode("latin-1") for m in _PEM_BLOCK.finditer(data))
