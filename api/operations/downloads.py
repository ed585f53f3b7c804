"""Files of editions to be sent (公开文件下载): the bytes that were published, or made anew from the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from api.operations.export_files import write_anew
from api.service import Service
from gis.editions.header import Edition
from gis.errors import KaimenError
from layers.editions.files import file_sha256, folder_of, hashes_of

MEDIA: Final[Mapping[str, str]] = MappingProxyType(
    {
        ".csv": "text/csv",
        ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".geojson": "application/geo+json",
        ".gpkg": "application/geopackage+sqlite3",
        ".parquet": "application/vnd.apache.parquet",
        ".jsonl": "application/jsonl",
        ".json": "application/json",
        ".html": "text/html",
        ".pdf": "application/pdf",
        ".png": "image/png",
    }
)
"""Suffix -> media type; that of every file of an edition stands here."""

_MADE: Final = "downloads"

_MAKING: Final = Lock()
"""One file is made at a time."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file to be sent.

    Attributes
    ----------
    path
        Where it lies.
    name
        What it is called for people: 可开放容量 and the edition.
    media_type
        Of its bytes.
    sha256
        Of its bytes, hexadecimal.
    """

    path: Path
    name: str
    media_type: str
    sha256: str


def download(service: Service, edition: Edition, name: str) -> Download | None:
    """Return a file of an edition, made anew where the stored one is missing or damaged.

    Parameters
    ----------
    service
        Where it lies; what was found right before and was not touched since is not read again.
    edition
        Of which.
    name
        Of the file.

    Returns
    -------
    None where the edition has no such file.

    Raises
    ------
    DatabaseError
        It has to be made anew, and the rows are not those that were published, or it cannot be.
    StorageError
        It has to be made anew and there is no room for it.
    KaimenError
        It has to be made anew and cannot be written.
    """
    if name not in hashes_of(edition):
        return None
    stored = stored_file(service, edition, name)
    if stored is not None:
        return stored
    path = _made_anew(service, edition, name)
    found = _hash(service, path)
    if found is None:
        raise KaimenError(f"the file {name} was removed while it was asked for", repair="ask again")
    return _download(path, edition, found)


def file_address(edition: Edition, name: str) -> str:
    """Return where a file is below the address of its edition."""
    ending = name.removeprefix(f"{edition.id}.")
    return f"files/{quote(name)}" if ending == name else f"download.{ending}"


def stored_file(service: Service, edition: Edition, name: str) -> Download | None:
    """Return a file of an edition as it was published; None where it is missing or damaged."""
    path = folder_of(service.home, edition) / name
    wanted, found = hashes_of(edition).get(name), _hash(service, path)
    return None if found is None or found != wanted else _download(path, edition, found)


def _download(path: Path, edition: Edition, sha256: str) -> Download:
    name = path.name if path.name.startswith(f"{edition.id}.") else f"{edition.id}-{path.name}"
    return Download(path, f"可开放容量-{name}", MEDIA[path.suffix], sha256)


def _hash(service: Service, path: Path) -> str | None:
    """Return the hash of a file, taken anew when the file was touched; None where there is none."""
    try:
        state = path.stat()
        key = ("file", path, state.st_ino, state.st_mtime_ns, state.st_size)
        return service.kept.get(key, lambda: file_sha256(path))
    except (FileNotFoundError, NotADirectoryError):
        return None


def _made_anew(service: Service, edition: Edition, name: str) -> Path:
    """Return a file made from the rows; it stays for the next one who asks."""
    folder = service.home / _MADE / folder_of(service.home, edition).name
    path = folder / name
    with _MAKING:
        if not path.is_file():
            service.beside(write_anew, service.home, edition.id, path)
    return path
