"""Writing the demo district's files so that the same rows give the same bytes."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pyogrio
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from layers.demo.sheets import Sheet
from layers.gdal_writing import written_by_gdal

DAY: Final = "2026-10-31"
"""The day every file says it was written on."""

_STAMP: Final = (2026, 10, 31, 0, 0, 0)
_CORE: Final = (
    '<?xml version="1.0" encoding="UTF-8"?><cp:coreProperties '
    'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Kaimen demo</dc:creator></cp:coreProperties>'
)


@contextmanager
def _fixed_time() -> Iterator[None]:
    """Let GDAL write one fixed time into the files that hold one."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{DAY}T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _write(frame: gpd.GeoDataFrame, path: Path, **options: Any) -> None:  # noqa: ANN401  # as pyogrio has them
    path.unlink(missing_ok=True)
    with written_by_gdal(path):
        pyogrio.write_dataframe(frame, path, **options)


def shapefile(frame: gpd.GeoDataFrame, path: Path, *, code_page: bool) -> tuple[Path, ...]:
    """Write a shapefile in GBK, with or without the .cpg that says so."""
    options = {"DBF_DATE_LAST_UPDATE": DAY}
    _write(frame, path, driver="ESRI Shapefile", encoding="GBK", layer_options=options)
    if not code_page:
        path.with_suffix(".cpg").unlink(missing_ok=True)
    return (path,)


def geopackage(frame: gpd.GeoDataFrame, path: Path, layer: str) -> tuple[Path, ...]:
    """Write a GeoPackage with one layer."""
    with _fixed_time():
        _write(frame, path, driver="GPKG", layer=layer)
    return (path,)


def geojson(frame: gpd.GeoDataFrame, path: Path) -> tuple[Path, ...]:
    """Write a GeoJSON file."""
    options = {"COORDINATE_PRECISION": "8"}
    _write(frame, path, driver="GeoJSON", layer_options=options)
    return (path,)


def dxf(frame: gpd.GeoDataFrame, path: Path) -> tuple[Path, ...]:
    """Write a drawing (DXF): it holds neither attributes nor a CRS."""
    _write(frame, path, driver="DXF")
    return (path,)


def csv_table(sheet: Sheet, path: Path, encoding: str) -> tuple[Path, ...]:
    """Write a CSV file with Windows line ends."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(sheet.header)
        writer.writerows(sheet.rows)
    return (path,)


def _fill(book: Workbook, sheet: Sheet) -> None:
    page = book.create_sheet(sheet.name)
    if sheet.title:
        page.append([sheet.title])
        page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(sheet.header))
        page["A1"].font = Font(bold=True, size=14)
        page["A1"].alignment = Alignment(horizontal="center")
    page.append(list(sheet.header))
    for cell in page[page.max_row]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E4EAEE")
    for row in sheet.rows:
        page.append(list(row))
    for number, words in enumerate(sheet.header, start=1):
        longest = max([len(words) * 2, *(len(str(row[number - 1] or "")) for row in sheet.rows)])
        page.column_dimensions[get_column_letter(number)].width = min(longest + 3, 34)
    for cells in page.iter_rows():
        for cell in cells:
            if isinstance(cell.value, date):
                cell.number_format = "yyyy-mm-dd"
    page.freeze_panes = f"A{3 if sheet.title else 2}"


def workbook(sheets: Sequence[Sheet], path: Path) -> tuple[Path, ...]:
    """Write an XLSX file; the archive's times and the author are fixed."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        _fill(book, sheet)
    raw = io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            body = _CORE.encode() if name == "docProps/core.xml" else source.read(name)
            info = zipfile.ZipInfo(name, _STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, body)
    return (path,)
