"""How a configuration has to spell a certificate file that is moved."""

from __future__ import annotations

from dmls.model.tls_path import bases, is_absolute, normal
from dmls.settings import Settings


def respelled(text: str, old: str, new: str, config: str, settings: Settings, folders: tuple[str, ...]) -> str | None:
    """The path for the place `new` where `text`, in the file at `config`, names the file at `old`; None where none can be told.

    Both places are paths of this machine.  A path of the servers stays one: what ``path-map`` puts below a local folder is named by
    the longest prefix that reaches `new`.  A relative path stays relative to the folder that it counted from.
    """
    mapped = settings.local_path(text)
    if mapped is not None and normal(mapped) == old:
        return _mapped(new, settings)
    if is_absolute(text):
        return new if normal(text) == old else None
    for base in bases(config, settings, folders):
        if normal(f"{base.rstrip('/')}/{text}") == old:
            return ("./" if text.startswith("./") else "") + _relative(new, base)
    return None


def _mapped(new: str, settings: Settings) -> str | None:
    found = []
    for prefix, folder in settings.path_map:
        local = normal(folder)
        if new.startswith(local.rstrip("/") + "/"):
            found.append((len(local), prefix.rstrip("/") + new[len(local.rstrip("/")) :]))
    return max(found)[1] if found else None


def _relative(path: str, base: str) -> str:
    here = [part for part in base.split("/") if part]
    there = [part for part in path.split("/") if part]
    shared = 0
    while shared < min(len(here), len(there) - 1) and here[shared] == there[shared]:
        shared += 1
    return "/".join([".."] * (len(here) - shared) + there[shared:])
