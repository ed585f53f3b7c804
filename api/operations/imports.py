"""Import files into the database."""

from __future__ import annotations

import csv
from pathlib import Path

from sqlalchemy import Engine

from gis.dictionary.model import layers
from gis.errors import InputError
from gis.names import normal_name
from layers.intake.request import OSM, ImportRequest, ImportResult, Watch
from layers.intake.run import run_import
from layers.sources.encoding import detect_file, open_text

IMPORTABLE = (*layers(), OSM)
"""Words that ``kaimen import`` takes."""

_SPELLING_HEADERS = {"别名", "原名", "spelling", "alias", "given"}
_ALIAS_REPAIR = "--aliases takes a CSV file of two columns: spelling, and the id or name that is meant"


def read_aliases(path: Path) -> dict[str, tuple[str, str]]:
    """Read an alias file: two columns, a spelling and the id or name that is meant.

    Returns
    -------
    dict
        Normal form of the spelling -> (spelling, meaning).

    Raises
    ------
    InputError
        Where the file is missing, a row has not two columns, or one spelling means two things.
    """
    if not path.is_file():
        raise InputError(f"{path} is no file", repair=_ALIAS_REPAIR)
    found: dict[str, tuple[str, str]] = {}
    faults: list[str] = []
    with open_text(path, detect_file(path, None)) as stream:
        try:
            rows = list(csv.reader(stream))
        except csv.Error as fault:
            raise InputError(f"{path} is no CSV file: {fault}", repair=_ALIAS_REPAIR) from fault
    for number, row in enumerate(rows, start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and cells[0].lower() in _SPELLING_HEADERS):
            continue
        if len(cells) < 2 or not all(cells[:2]) or "\0" in "".join(cells[:2]):  # noqa: PLR2004  # the two
            faults.append(f"line {number}: two columns are wanted, spelling and meaning")
            continue
        key = normal_name(cells[0])
        if found.setdefault(key, (cells[0], cells[1]))[1] != cells[1]:
            faults.append(f"line {number}: {cells[0]!r} means {found[key][1]!r} already")
    if faults:
        raise InputError(f"{path} cannot be used as alias file", faults=tuple(faults), repair=_ALIAS_REPAIR)
    return found


def import_files(engine: Engine, request: ImportRequest, watch: Watch) -> ImportResult:
    """Import files into a layer, as one batch in one transaction."""
    if request.layer not in IMPORTABLE:
        raise InputError(f"{request.layer!r} is no layer", repair=f"choose one of: {', '.join(IMPORTABLE)}")
    faults = [f"{path} does not exist" for path in request.files if not path.exists()]
    faults += [f"the name of {path} is not UTF-8" for path in request.files if not _nameable(path)]
    if faults:
        raise InputError(
            "files are missing or cannot be named",
            faults=tuple(faults),
            repair="check the path; rename what is not UTF-8",
        )
    return run_import(engine, request, watch)


def _nameable(path: Path) -> bool:
    """Return whether the batch and the findings can name the file: PostgreSQL keeps nothing but UTF-8."""
    return not any("\ud800" <= letter <= "\udfff" for letter in path.name)
