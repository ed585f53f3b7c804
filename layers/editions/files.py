"""The files of an edition (公开文件): written beside their place, put there whole, swept where left.

They lie in ``editions/ID-XXXXXXXX/`` below the home, X the first digits of the edition's hash. While the
edition is not committed the folder holds a mark that names its database. What a killed publication leaves has
the mark: the next publication of that database removes it, or the mark alone where the edition is there.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pyarrow as pa

from gis.editions.header import Edition
from gis.editions.metadata import Line
from layers.editions.formats import write_csv_en, write_csv_zh, write_geojson, write_lines
from layers.editions.geo_formats import write_geopackage, write_geoparquet
from layers.editions.workbook import write_workbook

Writer = Callable[[Path, pa.Table, Sequence[Line]], None]

WRITERS: Final[Mapping[str, Writer]] = MappingProxyType(
    {
        ".csv": write_csv_zh,
        ".en.csv": write_csv_en,
        ".xlsx": write_workbook,
        ".geojson": write_geojson,
        ".gpkg": write_geopackage,
        ".parquet": write_geoparquet,
        ".jsonl": write_lines,
    }
)
"""Ending of a file's name -> what writes it."""

HEADER_ENDING: Final = ".json"
SUMS: Final = "SHA256SUMS"

_FOLDER: Final = "editions"
_STAGING: Final = ".publishing"
_MARK: Final = ".unfinished"
_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class Staging:
    """Files of an edition that is not committed yet.

    Attributes
    ----------
    home
        Folder of generated files (``KAIMEN_HOME``).
    folder
        Where they lie meanwhile.
    """

    home: Path
    folder: Path

    def write(self, edition_id: str, published: pa.Table, lines: Sequence[Line]) -> list[dict[str, Any]]:
        """Write the files of the rows; return name, SHA-256 and size of each."""
        made = []
        for ending, writer in WRITERS.items():
            path = self.folder / f"{edition_id}{ending}"
            writer(path, published, lines)
            made.append({"name": path.name, "sha256": file_sha256(path), "bytes": path.stat().st_size})
        return made

    def place(self, edition: Edition) -> Path:
        """Add the header and the sums, and put the folder in its place."""
        header = self.folder / f"{edition.id}{HEADER_ENDING}"
        header.write_bytes(edition.canonical())
        (self.folder / SUMS).write_bytes(sums_of(edition))
        for path in (*self.folder.iterdir(), self.folder):
            _keep(path)
        target = folder_of(self.home, edition)
        self.folder.rename(target)
        _keep(target.parent)
        return target


@contextmanager
def staging(home: Path, owner: str, committed: Iterable[Edition]) -> Iterator[Staging]:
    """Give a folder for the files of a new edition; what is not placed and kept is removed.

    What killed publications of the same database left is swept first.

    Parameters
    ----------
    home
        Folder of generated files.
    owner
        Name of the database; only what is marked with it is swept.
    committed
        The editions that the database holds.
    """
    folder = home / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    sweep(home, owner, committed)
    made = folder / f"{_STAGING}-{owner}-{secrets.token_hex(4)}"
    made.mkdir()
    (made / _MARK).write_text(owner, encoding="ascii")
    try:
        yield Staging(home, made)
    finally:
        if made.exists():
            shutil.rmtree(made)


def finish(folder: Path) -> None:
    """Take the mark away: the edition is committed."""
    (folder / _MARK).unlink(missing_ok=True)


def sweep(home: Path, owner: str, committed: Iterable[Edition]) -> None:
    """Remove what killed publications of a database left; nobody else may publish to it meanwhile."""
    folder = home / _FOLDER
    whole = {folder_of(home, each).name for each in committed}
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name.startswith(f"{_STAGING}-{owner}-"):
            shutil.rmtree(path)
        elif _owner(path) == owner:
            if path.name in whole:
                finish(path)
            else:
                shutil.rmtree(path)


def _owner(folder: Path) -> str | None:
    try:
        return (folder / _MARK).read_text(encoding="ascii")
    except (FileNotFoundError, NotADirectoryError):
        return None


def folder_of(home: Path, edition: Edition) -> Path:
    """Return the folder of an edition's files."""
    return home / _FOLDER / f"{edition.id}-{edition.sha256[:_DIGITS]}"


def hashes_of(edition: Edition) -> dict[str, str]:
    """Return the SHA-256 of each file of an edition by its name, the header too."""
    made = {each["name"]: each["sha256"] for each in edition.facts["files"]}
    return made | {f"{edition.id}{HEADER_ENDING}": edition.sha256}


def sums_of(edition: Edition) -> bytes:
    """Return what ``sha256sum --check`` reads."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(hashes_of(edition).items())).encode()


def stored_files(home: Path, edition: Edition) -> list[Path]:
    """Return the files of an edition as they should lie there, the header and the sums too."""
    folder = folder_of(home, edition)
    return [folder / name for name in (*hashes_of(edition), SUMS)]


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _keep(path: Path) -> None:
    """Have the disk keep a file or a folder's list of names."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
