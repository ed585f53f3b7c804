"""The files of an edition (公开文件): written beside their place, put there whole, swept where left.

They lie in ``editions/ID-XXXXXXXX/`` below the home, X the first digits of the edition's hash. While the
edition is not committed the folder holds a mark that names its database, and the publication holds a lock on
the mark. What a killed publication leaves has the mark, unlocked: the next publication of that database
removes it, or the mark alone where the edition is there. A copied cluster has the same names: the lock tells
its publications apart.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pyarrow as pa

from gis.editions.columns import PARCELS, ZONES
from gis.editions.header import Edition
from gis.editions.metadata import Line
from gis.editions.screened import Screened
from gis.errors import ConflictError
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

SCREENED_WRITERS: Final[Mapping[str, tuple[str, Writer]]] = MappingProxyType(
    {
        "parcels.csv": ("parcels", partial(write_csv_en, columns=PARCELS)),
        "parcels.geojson": ("parcels", partial(write_geojson, columns=PARCELS)),
        "parcels.parquet": ("parcels", partial(write_geoparquet, columns=PARCELS)),
        "zones.geojson": ("zones", partial(write_geojson, columns=ZONES)),
    }
)
"""Name of a file of an edition that has a screening -> its table, and what writes it."""

ZONE_MAPS: Final = ("zone-map.html", "zone-map.pdf", "zone-map.png")
"""Names of the files that draw the screening."""

INDEX: Final = "index.html"
"""Name of the page that leads to all files."""

HEADER_ENDING: Final = ".json"
SUMS: Final = "SHA256SUMS"

FOLDER: Final = "editions"
"""Name of the folder of all editions in the home."""

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
            made.append(_told(path))
        return made

    def write_screened(self, screened: Screened, lines: Sequence[Line]) -> list[dict[str, Any]]:
        """Write the files of a screening's rows; as ``write``."""
        made = []
        for name, (table, writer) in SCREENED_WRITERS.items():
            path = self.folder / name
            writer(path, getattr(screened, table), lines)
            made.append(_told(path))
        return made

    def put(self, name: str, data: bytes) -> dict[str, Any]:
        """Write a file that was made elsewhere; return its name, SHA-256 and size."""
        path = self.folder / name
        path.write_bytes(data)
        return _told(path)

    def place(self, edition: Edition) -> Path:
        """Add the header and the sums, and put the folder in its place.

        Raises
        ------
        ConflictError
            The place is taken: a copy of the database has published the same edition there.
        """
        header = self.folder / f"{edition.id}{HEADER_ENDING}"
        header.write_bytes(edition.canonical())
        (self.folder / SUMS).write_bytes(sums_of(edition))
        for path in (*self.folder.iterdir(), self.folder):
            _keep(path)
        target = folder_of(self.home, edition)
        try:
            self.folder.rename(target)
        except OSError as fault:
            if fault.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
                raise
            raise ConflictError(
                f"{target} is there already: a copy of this database has published the same edition",
                repair="give each database a KAIMEN_HOME of its own, and publish again",
            ) from fault
        _keep(target.parent)
        return target


@contextmanager
def staging(home: Path, owner: str, committed: Iterable[Edition]) -> Iterator[Staging]:
    """Give a folder for the files of a new edition, until that is committed; what is not placed is removed.

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
    folder = home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    sweep(home, owner, committed)
    made = folder / f"{_STAGING}-{owner}-{secrets.token_hex(4)}"
    made.mkdir()
    with (made / _MARK).open("x", encoding="ascii") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        mark.write(owner)
        mark.flush()
        try:
            yield Staging(home, made)
        finally:
            if made.exists():
                shutil.rmtree(made)


def finish(folder: Path) -> None:
    """Take the mark away: the edition is committed."""
    (folder / _MARK).unlink(missing_ok=True)


def sweep(home: Path, owner: str, committed: Iterable[Edition]) -> None:
    """Remove what killed publications of a database left, not what one of a copy of it is writing."""
    folder = home / FOLDER
    whole = {folder_of(home, each).name for each in committed}
    for path in folder.iterdir() if folder.is_dir() else ():
        marked = _owner(path) == owner or path.name.startswith(f"{_STAGING}-{owner}-")
        if not marked or _held(path):
            continue
        if path.name in whole:
            finish(path)
        else:
            shutil.rmtree(path)


def _owner(folder: Path) -> str | None:
    try:
        return (folder / _MARK).read_text(encoding="ascii")
    except (FileNotFoundError, NotADirectoryError):
        return None


def _held(folder: Path) -> bool:
    """Return whether a publication that is still running holds the mark of a folder."""
    try:
        with (folder / _MARK).open("rb") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def folder_of(home: Path, edition: Edition) -> Path:
    """Return the folder of an edition's files."""
    return home / FOLDER / f"{edition.id}-{edition.sha256[:_DIGITS]}"


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


def _told(path: Path) -> dict[str, Any]:
    return {"name": path.name, "sha256": file_sha256(path), "bytes": path.stat().st_size}


def _keep(path: Path) -> None:
    """Have the disk keep a file or a folder's list of names."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
