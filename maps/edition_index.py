"""The page of an edition's folder (公开期次首页): what it is, its zone map, and a link to every file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gis.editions.header import Edition
from gis.editions.metadata import metadata
from maps.pages import environment

_TOLD: Final = (
    *("publisher", "as_of", "created_at", "data_dates", "next_due", "note", "corrects"),
    *("rows", "withheld", "screening", "screening_load", "screening_length", "parcels", "parcels_withheld"),
    *("map_number", "sources", "contact", "hotlines"),
)
_PROOF: Final = ("rows_sha256", "previous", "previous_sha256")
_WHAT: Final[Mapping[str, tuple[str, str]]] = {
    "zone-map.html": (
        "开门接电示范区图，离线网页，中英文",
        "zone map: a page that works offline, Chinese and English",
    ),
    "zone-map.pdf": ("开门接电示范区图，A3 图纸", "zone map on paper, A3"),
    "zone-map.png": ("开门接电示范区图，图片", "zone map as a picture"),
    "parcels.csv": ("地块分类", "parcels with their class"),
    "parcels.geojson": ("地块分类与红线", "parcels with class and red line"),
    "parcels.parquet": ("地块分类与红线（GeoParquet）", "parcels with class and red line (GeoParquet)"),
    "zones.geojson": ("可达分区范围", "zones that a load can be connected in"),
    "ID.csv": ("可开放容量，中文表头", "open capacity, Chinese headers"),
    "ID.en.csv": ("可开放容量，英文表头", "open capacity, English headers"),
    "ID.xlsx": ("可开放容量与元数据，工作簿", "open capacity and metadata, workbook"),
    "ID.geojson": ("可开放容量，概化位置", "open capacity, generalised places"),
    "ID.gpkg": ("可开放容量（GeoPackage）", "open capacity (GeoPackage)"),
    "ID.parquet": ("可开放容量（GeoParquet）", "open capacity (GeoParquet)"),
    "ID.jsonl": ("数据行的规范字节", "canonical bytes of the rows"),
    "ID.json": ("期次头：参数、哈希与全部文件", "header of the edition: parameters, hashes, all files"),
    "SHA256SUMS": ("校验：sha256sum --check SHA256SUMS", "to be proved by: sha256sum --check SHA256SUMS"),
}
"""Name of a file, ID for the id of its edition -> what it is, Chinese and English."""

_KILO: Final = 1000


@dataclass(frozen=True, slots=True)
class Listed:
    """A file in the list; size and hash are "" where they follow from the page's own."""

    name: str
    zh: str
    en: str
    size: str
    sha256: str


def edition_index(edition: Edition) -> str:
    """Return the page of an edition's folder: it stands beside the files and loads none but the picture.

    Parameters
    ----------
    edition
        With all its files but this page.
    """
    lines = {line.key: line for line in metadata(edition)}
    names = {each["name"] for each in edition.facts["files"]}
    page: str = (
        environment()
        .get_template("edition_index.html.j2")
        .render(
            edition=edition,
            told=[line for key in _TOLD if (line := lines.get(key)) and line.value_zh],
            proof=[line for key in _PROOF if (line := lines[key]).value_zh],
            reliability=[line for key, line in lines.items() if key.startswith("reliability_")],
            disclaimer=lines["disclaimer"],
            files=_listed(edition),
            zone_map="zone-map.html" if "zone-map.html" in names else None,
            picture="zone-map.png" if "zone-map.png" in names else None,
        )
    )
    return page.encode("utf-8", "replace").decode("utf-8")


def _listed(edition: Edition) -> list[Listed]:
    order = list(_WHAT)
    made = [
        (_key(edition, each["name"]), each["name"], _size(each), each["sha256"])
        for each in edition.facts["files"]
    ]
    made += [("ID.json", f"{edition.id}.json", "", ""), ("SHA256SUMS", "SHA256SUMS", "", "")]
    made.sort(key=lambda each: order.index(each[0]))
    return [Listed(name, *_WHAT[key], size, digest) for key, name, size, digest in made]


def _key(edition: Edition, name: str) -> str:
    return re.sub(f"^{re.escape(edition.id)}(?=\\.)", "ID", name)


def _size(file: Mapping[str, Any]) -> str:
    size = float(file["bytes"])
    for unit in ("B", "kB", "MB"):
        if size < _KILO:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= _KILO
    return f"{size:.1f} GB"
