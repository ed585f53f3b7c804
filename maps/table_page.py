"""The table (表格页): what the map shows, as rows that a screen reader, a keyboard and a printer can take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import quote

from gis.capacity.words import LEVEL_WORDS, Status
from gis.figures import figure
from gis.words import Language
from maps.page_frame import PageFrame
from maps.page_words import say

Of = Literal["capacity", "parcels"]
PART: Final = 0.5
"""Share of a load from which on it is met in part, as on the map."""


@dataclass(frozen=True, slots=True)
class TableCell:
    """What stands in a cell: words, a link, a figure or a status."""

    words: str
    more: str = ""
    href: str = ""
    number: bool = False
    badge: str = ""


@dataclass(frozen=True, slots=True)
class TableHead:
    """A column."""

    words: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class TablePage:
    """A page of rows.

    Attributes
    ----------
    of
        What the rows are.
    asked
        What was filtered by, as it was written.
    heads, rows
        The table.
    onward, first
        Addresses of the next page and of the first one; "" where there is none.
    """

    of: Of
    asked: Mapping[str, str]
    heads: Sequence[TableHead]
    rows: Sequence[Sequence[TableCell]]
    onward: str = ""
    first: str = ""


def table_page_html(page: TablePage, frame: PageFrame) -> str:
    """Return the page."""
    language = frame.language
    return frame.render(
        "table_page.html.j2",
        title=say(language, "table.title" if page.of == "capacity" else "table.parcels"),
        of=page.of,
        asked=page.asked,
        heads=page.heads,
        rows=page.rows,
        onward=page.onward,
        first=page.first,
        levels=[(level, say(language, f"level.{level}")) for level in LEVEL_WORDS],
        statuses=[(str(status), say(language, f"status.{status}")) for status in Status],
    )


def capacity_heads(language: Language, load_kva: float | None) -> list[TableHead]:
    """Return the columns of published assets."""
    heads = [("asset", False), ("level", False), ("station", False), ("voltage", True), ("open", True)]
    heads += [("status", False), ("date", False)]
    told = [TableHead(say(language, f"table.{key}"), number) for key, number in heads]
    if load_kva is not None:
        told.insert(5, TableHead(f"{say(language, 'table.meets.heading')} {load_kva:,g} kVA"))
    return told


def capacity_rows(
    found: Iterable[Mapping[str, Any]], language: Language, load_kva: float | None
) -> list[list[TableCell]]:
    """Return published assets as rows; with a load, whether each meets it."""
    rows = []
    for each in found:
        open_kva, name = each["open_capacity_kva"], each["name"] or each["asset_id"]
        row = [
            TableCell(name, more="" if name == each["asset_id"] else each["asset_id"]),
            TableCell(each["words"]["level"] or ""),
            TableCell(each["substation"] or ""),
            TableCell(_figure(each["voltage_kv"]), number=True),
            TableCell(say(language, "legend.none") if open_kva is None else _figure(open_kva), number=True),
            TableCell(each["words"]["status"] or "", badge=f"status-{each['status']}"),
            TableCell(each["data_date"] or "—"),
        ]
        if load_kva is not None:
            row.insert(5, TableCell(say(language, f"legend.{met(open_kva, load_kva)}")))
        rows.append(row)
    return rows


def met(open_kva: float | None, load_kva: float) -> str:
    """Return how far an open capacity meets a load, as the map colours it.

    >>> met(600.0, 1000.0), met(None, 1000.0)
    ('part', 'none')
    """
    if open_kva is None:
        return "none"
    if open_kva >= load_kva:
        return "meets"
    return "part" if open_kva >= PART * load_kva else "not"


def parcel_heads(language: Language) -> list[TableHead]:
    """Return the columns of parcels."""
    heads = (("parcel", False), ("land_use", False), ("area", True), ("load", True), ("ask", False))
    return [TableHead(say(language, f"table.{key}"), number) for key, number in heads]


def parcel_rows(found: Iterable[Mapping[str, Any]], language: Language) -> list[list[TableCell]]:
    """Return parcels as rows, each with a link to what it can be connected to."""
    return [
        [
            TableCell(each["id"], more=each["name"] or ""),
            TableCell(each["land_use_words"] or ""),
            TableCell(_figure(each["area_ha"], 2), number=True),
            TableCell(_figure(each["load_kva"]), number=True),
            TableCell(
                say(language, "table.ask"), href=f"/parcel/{quote(each['id'], safe='')}?lang={language}"
            ),
        ]
        for each in found
    ]


def _figure(value: float | None, digits: int = 1) -> str:
    return "—" if value is None else figure(value, digits)
