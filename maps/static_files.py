"""The files of the pages as they are served (静态文件): allow-listed, their address changing with them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

_MEDIA: Final = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_FOLDERS: Final = ("app", "vendor")
_OPENING: Final = re.compile(r"\A/\*.*?\*/", re.DOTALL)
"""The comment that a file of ours begins with."""
_IMPORTED: Final = re.compile(r'^import .* from "\./([\w-]+\.js)";$', re.MULTILINE)


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
                body = each.read_bytes()
                found[f"{folder}/{each.name}"] = StaticFile(_lean(body) if folder == "app" else body, media)
    return MappingProxyType(found)


def _lean(body: bytes) -> bytes:
    """Return a file of ours without its indentation, empty lines and lines that are comments alone."""
    lines = (line.strip() for line in _OPENING.sub("", body.decode()).splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("// ")).encode()


@cache
def modules(path: str) -> tuple[str, ...]:
    """Return the paths of a module and of all that it imports, so that a page can ask for them at once."""
    found = [path]
    for each in found:
        names = _IMPORTED.findall(static_files()[each].body.decode())
        found.extend(sorted({f"app/{name}" for name in names} - set(found)))
    return tuple(found)


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
