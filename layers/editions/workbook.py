"""Published rows as an Excel workbook (XLSX), written as XML: a library of cells takes a minute for it.

Two header rows, Chinese and English, above the data; a second sheet says what the edition says of itself.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.compute as pc

from gis.editions.canonical import by_distinct, joined, stretches
from gis.editions.columns import PUBLISHED, Column
from gis.editions.metadata import Line
from layers.editions.formats import as_wkt

ROWS_PER_SHEET: Final = 1_000_000
"""A sheet holds 1,048,576."""

_STAMP: Final = (1980, 1, 1, 0, 0, 0)
_EPOCH: Final = date(1899, 12, 30)
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_BOLD, _DAY = 1, 2
_WIDTHS: Final = {"asset_id": 18, "name": 28, "substation": 20, "geometry": 24}
_CONTROL: Final = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]"
"""What XML 1.0 cannot say."""

_STYLES: Final = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts><fonts count="2">'
    '<font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def write_workbook(path: Path, published: pa.Table, lines: Sequence[Line]) -> None:
    """Write the workbook; the same rows give the same bytes.

    Parameters
    ----------
    path
        The file.
    published
        The columns ``PUBLISHED`` as texts.
    lines
        What the edition says of itself.
    """
    starts = range(0, max(1, len(published)), ROWS_PER_SHEET)
    names = ["可开放容量" if not at else f"可开放容量{at + 1}" for at in range(len(starts))]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as book:
        _put(book, "[Content_Types].xml", [_content_types(len(starts) + 1)])
        _put(book, "_rels/.rels", [_relations([("officeDocument", "xl/workbook.xml")])])
        _put(book, "xl/workbook.xml", [_workbook([*names, "元数据 Metadata"])])
        sheets = [("worksheet", f"worksheets/sheet{at + 1}.xml") for at in range(len(starts) + 1)]
        _put(book, "xl/_rels/workbook.xml.rels", [_relations([*sheets, ("styles", "styles.xml")])])
        _put(book, "xl/styles.xml", [_STYLES.encode()])
        for at, start in enumerate(starts):
            _put(
                book, f"xl/worksheets/sheet{at + 1}.xml", _data_sheet(published.slice(start, ROWS_PER_SHEET))
            )
        _put(book, f"xl/worksheets/sheet{len(starts) + 1}.xml", _metadata_sheet(lines))


def _put(book: zipfile.ZipFile, name: str, parts: Sequence[bytes] | Iterator[bytes]) -> None:
    entry = zipfile.ZipInfo(name, _STAMP)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    with book.open(entry, "w") as stream:
        for part in parts:
            stream.write(part)


def _content_types(sheets: int) -> bytes:
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{at + 1}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for at in range(sheets)
    )
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{parts}</Types>'
    ).encode()


def _relations(targets: Sequence[tuple[str, str]]) -> bytes:
    parts = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets, start=1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{parts}</Relationships>'.encode()


def _workbook(names: Sequence[str]) -> bytes:
    parts = "".join(
        f'<sheet name="{escape(name)}" sheetId="{at}" r:id="rId{at}"/>'
        for at, name in enumerate(names, start=1)
    )
    sheets = f"<sheets>{parts}</sheets>"
    return f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{sheets}</workbook>'.encode()


def _data_sheet(published: pa.Table) -> Iterator[bytes]:
    widths = "".join(
        f'<col min="{at}" max="{at}" width="{_WIDTHS.get(each.name, 15)}" customWidth="1"/>'
        for at, each in enumerate(PUBLISHED, start=1)
    )
    frozen = '<pane xSplit="1" ySplit="2" topLeftCell="B3" activePane="bottomRight" state="frozen"/>'
    yield (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">{frozen}'
        f"</sheetView></sheetViews><cols>{widths}</cols><sheetData>"
    ).encode()
    for heads in ([each.zh for each in PUBLISHED], [each.name for each in PUBLISHED]):
        yield f"<row>{''.join(_text(head, _BOLD) for head in heads)}</row>".encode()
    for chunk in stretches(published):
        cells: list[Any] = [_cells(chunk[each.name].combine_chunks(), each) for each in PUBLISHED]
        yield joined(["<row>", *cells, "</row>\n"])
    yield b"</sheetData></worksheet>"


def _cells(values: pa.Array, column: Column) -> pa.Array:
    if column.kind == "number":
        made = pc.binary_join_element_wise("<c><v>", values, "</v></c>", "")
    elif column.kind == "day":
        serial = by_distinct(values, lambda each: str((date.fromisoformat(each) - _EPOCH).days))
        made = pc.binary_join_element_wise(f'<c s="{_DAY}"><v>', serial, "</v></c>", "")
    elif column.kind in {"place", "word"}:
        made = by_distinct(values, lambda each: _text(as_wkt(each) if column.kind == "place" else each))
    else:
        safe = pc.replace_substring_regex(values, _CONTROL, "\ufffd")
        for sign, said in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;")):
            safe = pc.replace_substring(safe, sign, said)
        made = pc.binary_join_element_wise(_OPEN, safe, _CLOSE, "")
    return pc.fill_null(made, "<c/>")


_OPEN: Final = '<c t="inlineStr"><is><t xml:space="preserve">'
_CLOSE: Final = "</t></is></c>"


def _text(text: str, style: int = 0) -> str:
    opened = _OPEN.replace("<c ", f'<c s="{style}" ') if style else _OPEN
    return f"{opened}{escape(text)}{_CLOSE}"


def _metadata_sheet(lines: Sequence[Line]) -> Iterator[bytes]:
    widths = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>'
        for at, width in enumerate((26, 30, 34, 70, 70), start=1)
    )
    yield f'{_HEAD}<worksheet xmlns="{_MAIN}"><cols>{widths}</cols><sheetData>'.encode()
    for at, row in enumerate(_metadata_rows(lines)):
        yield f"<row>{''.join(_text(each, 0 if at else _BOLD) for each in row)}</row>\n".encode()
    yield b"</sheetData></worksheet>"


def _metadata_rows(lines: Sequence[Line]) -> Iterator[tuple[str, ...]]:
    yield "key", "项目", "Item", "内容", "Content"
    for line in lines:
        yield line.key, line.zh, line.en, line.value_zh, line.value_en
