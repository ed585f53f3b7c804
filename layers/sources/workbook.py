"""Workbooks (XLSX, XLSM, XLS): the sheet that is meant, and its cells as values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from gis.dictionary.model import Layer
from gis.errors import SourceError
from layers.sources.choice import Candidate, choose
from layers.sources.model import Source
from layers.sources.tabular import Row, Table, empty, find_header, open_table
from layers.sources.workbook_cells import cell_findings

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_LOOKED_AT = 4096
_WHOLE_BELOW = 2.0**53


def open_workbook(path: Path, layer: Layer, layer_name: str | None, stated: Mapping[str, str]) -> Source:
    """Open the sheet of a workbook that is meant: the named, the only, or the best fitting one.

    Hidden and empty sheets are read only where they are named.

    Raises
    ------
    SourceError
        It is damaged, locked by a password, or no workbook at all.
    InputError
        Which sheet is meant cannot be told.
    """
    _require_workbook(path)
    repair = "Open it in a spreadsheet program and save it again as .xlsx."
    try:
        with path.open("rb") as file, CalamineWorkbook.from_filelike(file) as book:
            sheets = _sheets(book, layer_name)
    except PasswordError as fault:
        raise _locked(path) from fault
    except CalamineError as fault:
        raise SourceError(f"{path.name} is damaged or no workbook: {fault}.", repair=repair) from fault
    headers = {name: find_header(_rows(sheet), layer, stated) for name, sheet in sheets.items()}
    filled = {name: header for name, header in headers.items() if header is not None}
    if not filled or layer_name in sheets.keys() - filled.keys():
        raise empty(path, "workbook" if layer_name is None else f"sheet {layer_name}")
    candidates = [Candidate(name, "any", header.names) for name, header in filled.items()]
    name = choose(path, candidates, layer, layer_name, what="sheet").name

    def rows() -> Iterator[Row]:
        return _rows(sheets[name])

    kind = "XLS" if _begins(path, _OLE) else "XLSX"
    source = open_table(Table(path, kind, name, "UTF-8", rows), filled[name], layer, stated)
    return replace(source, findings=(*source.findings, *cell_findings(path, name, layer.name)))


def _sheets(book: CalamineWorkbook, layer_name: str | None) -> dict[str, CalamineSheet]:
    """Return the sheets that count: those people see, and the one they name."""
    names = [
        each.name
        for each in book.sheets_metadata
        if each.typ == SheetTypeEnum.WorkSheet
        and (each.visible == SheetVisibleEnum.Visible or each.name == layer_name)
    ]
    return {name: book.get_sheet_by_name(name) for name in names}


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    """Yield the used rows; a cell merged over several rows counts in each that holds something else."""
    if sheet.start is None:
        return
    first_row, first_column = sheet.start
    below: dict[int, list[tuple[int, int]]] = {}
    held: dict[tuple[int, int], Any] = {}
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        for row in range(top + 1, bottom + 1):
            held[top, left - first_column] = None
            below.setdefault(row, []).append((top, left - first_column))
    for row, cells in enumerate(sheet.iter_rows(), first_row):
        values = [_value(cell) for cell in cells]
        if held:
            held.update(
                {(row, column): value for column, value in enumerate(values) if (row, column) in held}
            )
        if any(value is not None for value in values):
            for top, column in below.get(row, ()):
                values[column] = held[top, column]
        yield row + 1, values


def _value(cell: object) -> object:
    """Return a cell as text, a number, a boolean or None; dates as ISO text, whole numbers whole."""
    if isinstance(cell, str):
        return cell.strip() or None
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < _WHOLE_BELOW else cell
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ") if cell.time() != time() else cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) else cell


def _begins(path: Path, signature: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(signature)) == signature


def _require_workbook(path: Path) -> None:
    """Refuse what only has a workbook's suffix, and what is locked."""
    if _begins(path, _ZIP):
        return
    data = path.read_bytes()
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise _locked(path)
        return
    start = data[:_LOOKED_AT].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")):
        detail = f"{path.name} is a web page or XML with the suffix of a workbook."
    elif b"\0" not in data[:_LOOKED_AT] and (b"," in start or b"\t" in start):
        detail = f"{path.name} is delimited text with the suffix of a workbook; name it .csv, or:"
    else:
        detail = f"{path.name} is damaged or no workbook."
    raise SourceError(detail, repair="Open it in a spreadsheet program and save it as .xlsx.")


def _locked(path: Path) -> SourceError:
    detail = f"{path.name} is locked by a password."
    return SourceError(detail, repair="Save it without a password.")
