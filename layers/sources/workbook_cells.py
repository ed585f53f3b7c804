"""Cells of a workbook that hold no value although they look as if they did."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from gis.findings import Finding, error

_SHEET = re.compile(rb"<sheet\b[^>]*>")
_ATTRIBUTE = re.compile(rb'\b(name|r:id|Id|Target)="([^"]*)"')
_RELATION = re.compile(rb"<Relationship\b[^>]*>")
_CELL = re.compile(rb'<c\b[^>]*?\br="([A-Z]+\d+)"([^>]*)>(.*?)</c>', re.DOTALL)
_VALUE = re.compile(rb"<v>[^<]+</v>|<is>")
_SHOWN = 5


def cell_findings(path: Path, sheet: str, layer: str) -> Iterator[Finding]:
    """Yield what a sheet's cells hide: formulas whose result was never stored, and error values.

    Programs that write workbooks store formulas without results; only a spreadsheet program fills them in.
    """
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as book:
        member = _member(book, sheet)
        content = book.read(member) if member else b""
    unstored, errors = [], []
    for place, attributes, inner in _CELL.findall(content):
        if b't="e"' in attributes:
            errors.append(place.decode())
        elif b"<f" in inner and not _VALUE.search(inner):
            unstored.append(place.decode())
    if unstored:
        message = f"{path.name}: {_listed(unstored)} hold formulas without a stored result; read as empty"
        repair = "Open the workbook in a spreadsheet program, save it, and import again."
        yield error("cell_formula_without_result", layer, None, message, repair)
    if errors:
        message = f"{path.name}: {_listed(errors)} hold an error such as #DIV/0!; read as empty"
        yield error("cell_error", layer, None, message, "Mend the formula in the workbook and import again.")


def _listed(cells: list[str]) -> str:
    more = f" and {len(cells) - _SHOWN:,} more cells" if len(cells) > _SHOWN else ""
    return ", ".join(cells[:_SHOWN]) + more


def _attributes(tag: bytes) -> dict[str, str]:
    return {key.decode(): unescape(value.decode()) for key, value in _ATTRIBUTE.findall(tag)}


def _member(book: zipfile.ZipFile, sheet: str) -> str | None:
    """Return the part of the archive that holds a sheet."""
    names = set(book.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return None
    sheets = [_attributes(tag) for tag in _SHEET.findall(book.read("xl/workbook.xml"))]
    relations = [_attributes(tag) for tag in _RELATION.findall(book.read("xl/_rels/workbook.xml.rels"))]
    relation = next((each.get("r:id") for each in sheets if each.get("name") == sheet), None)
    target = next((each.get("Target", "") for each in relations if each.get("Id") == relation), "")
    member = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return member if member in names else None
