"""Exports as they are made in the process that draws (导出生成): it reads what they show, and writes them."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path
from typing import Final

from api.beside import Engines
from api.operations.edition_exports import EditionExport
from api.operations.editions import export_edition
from api.operations.run_exports import RunExport
from gis.errors import InputError, KaimenError
from layers.disk import roomy
from layers.queries.reading import reading_together

TIMEOUT_MS: Final = 60_000
"""How long one statement may take: a city is read whole."""

Source = RunExport | EditionExport


_LEVEL: Final = 6
"""Of packing."""


def export_file(engines: Engines, source: Source, folder: Path) -> tuple[tuple[object, ...], Path]:
    """Write a file into a folder; return the state of the data it is made from, as ``Source.state``, and it.

    Raises
    ------
    StorageError
        There is no room for it.
    """
    if isinstance(source, RunExport):
        with reading_together(engines.private, TIMEOUT_MS) as connection:
            state, make = source.state(connection), source.content(connection)
    else:
        with reading_together(engines.public, TIMEOUT_MS) as connection:
            state, make = source.state(connection), source.content(connection, engines.public)
    path = folder / f"export{source.ending}"
    with roomy(folder):
        make(path)
        return state, _packed(path) if source.packed else path


def _packed(path: Path) -> Path:
    """Pack a file, and leave the packed one alone; the same bytes give the same."""
    small = path.with_name(f"{path.name}.gz")
    with (
        path.open("rb") as plain,
        small.open("wb") as file,
        gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as packing,
    ):
        shutil.copyfileobj(plain, packing)
    path.unlink()
    return small


def write_anew(engines: Engines, home: Path, edition_id: str, path: Path) -> None:
    """Write a file of an edition anew from its rows, which are read over the public's login.

    Raises
    ------
    DatabaseError
        The rows are not those that were published, or it cannot be made.
    StorageError
        There is no room for it.
    KaimenError
        It cannot be written.
    """
    try:
        with roomy(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
        export_edition(engines.public, home, edition_id, path)
    except (InputError, OSError) as fault:  # it is not the asker's input
        raise KaimenError(
            f"the file {path.name} cannot be made: {fault}",
            repair="see that the folder of generated files can be written to",
        ) from fault
