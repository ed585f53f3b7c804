"""The files of the pages as they are served (静态文件): an allow-list, under an address that changes with them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

_MEDIA: Final = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_FOLDERS: Final = ("app", "vendor")


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file that pages load."""

    body: bytes
    media_type: str


@cache
def static_files() -> Mapping[str, StaticFile]:
    """Return every file that pages load by its path below ``maps/static``."""
    root = resources.files("maps").joinpath("static")
    found = {}
    for folder in _FOLDERS:
        for each in root.joinpath(folder).iterdir():
            media = _MEDIA.get(each.name[each.name.rfind(".") :])
            if media and each.is_file():
                found[f"{folder}/{each.name}"] = StaticFile(each.read_bytes(), media)
    return MappingProxyType(found)


@cache
def static_version() -> str:
    """Return what changes with any of the files."""
    taken = hashlib.sha256()
    for path, file in sorted(static_files().items()):
        taken.update(path.encode() + b"\0" + hashlib.sha256(file.body).digest())
    return taken.hexdigest()[:12]


def static_prefix() -> str:
    """Return what the addresses of the files begin with."""
    return f"/static/{static_version()}/"
