"""The demo district as files: what a utility and a planning bureau would hand over."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from layers.demo import formats, frames, plan, readme, sheets
from layers.demo.district import District, district

_STEPS: Final = "steps.json"
"""Written last: the imports in order, for programs."""

_ZONE: Final = {"crs": plan.CRS}


@dataclass(frozen=True, slots=True)
class DemoFile:
    """One import of the demo district.

    Attributes
    ----------
    layer
        The layer it is imported into.
    files
        The files to name in the import; the parts of a shapefile lie beside it.
    options
        Options of the import: ``crs``, ``encoding``, ``layer_name``, ``noding``.
    words
        What it is, in Chinese and English.
    """

    layer: str
    files: tuple[Path, ...]
    options: Mapping[str, str] = field(default_factory=dict)
    words: str = ""


def _quiet(message: str) -> None:
    del message


def _land_files(place: District, folder: Path) -> list[DemoFile]:
    return [
        DemoFile(
            "jurisdictions",
            formats.geopackage(frames.jurisdictions(place), folder / "政策辖区.gpkg", "政策辖区"),
            words="政策辖区，GeoPackage，EPSG:4549 / where the policy of wujiang holds",
        ),
        DemoFile(
            "city_area",
            formats.geojson(frames.city_area(place), folder / "城市建成区.geojson"),
            words="城市建成区，GeoJSON，经纬度 / the built-up area",
        ),
        DemoFile(
            "water",
            formats.geopackage(frames.water(place), folder / "水系.gpkg", "水系"),
            words="河流、湖泊、河道，GeoPackage，EPSG:4549 / river, lake and canals",
        ),
        DemoFile(
            "railways",
            formats.geojson(frames.railways(place), folder / "铁路.geojson"),
            words="铁路，GeoJSON，经纬度 / railway",
        ),
        DemoFile(
            "green",
            formats.geopackage(frames.green(place), folder / "绿地.gpkg", "绿地"),
            words="公园与绿带，GeoPackage，EPSG:4549 / parks and green belts",
        ),
        DemoFile(
            "infrastructure",
            formats.geojson(frames.infrastructure(place), folder / "重要基础设施.geojson"),
            words="燃气门站、加油加气站、水厂，GeoJSON，经纬度 / gas stations and works",
        ),
        DemoFile(
            "roads",
            formats.shapefile(frames.roads(place), folder / "道路.shp", code_page=False),
            {"encoding": "gbk", "noding": "crossings"},
            "道路中心线，Shapefile，EPSG:4549，GBK 编码且无 .cpg / road centrelines, GBK without .cpg",
        ),
        DemoFile(
            "ducts",
            formats.dxf(frames.ducts(place), folder / "电力管沟.dxf"),
            _ZONE,
            "既有电力管沟，DXF，图中无坐标系 / cable ducts, a drawing without a CRS",
        ),
    ]


def _grid_files(place: District, folder: Path) -> list[DemoFile]:
    return [
        DemoFile(
            "substations",
            formats.geojson(frames.substations(place), folder / "变电站.geojson"),
            words="变电站围墙，GeoJSON，经纬度 / substations",
        ),
        DemoFile(
            "main_transformers",
            formats.workbook([sheets.main_transformer_list()], folder / "主变压器.xlsx"),
            words="主变压器台账，XLSX，容量以 MVA 计 / main transformers, rated in MVA",
        ),
        DemoFile(
            "feeders",
            formats.shapefile(frames.feeders(place), folder / "中压线路.shp", code_page=True),
            words="10(20)千伏线路，Shapefile，EPSG:4549，GBK / feeders, GBK with .cpg",
        ),
        DemoFile(
            "access_points",
            formats.csv_table(sheets.access_points(place), folder / "接入点.csv", "gb18030"),
            {"crs": "gcj02", "encoding": "gb18030"},
            "环网柜、分支箱、开闭所、杆，CSV，GB18030，GCJ-02 坐标 / access points in GCJ-02",
        ),
        DemoFile(
            "transformers",
            formats.csv_table(sheets.transformers(place), folder / "台区.csv", "utf-8-sig"),
            {"crs": frames.DEGREES},
            "公用配电变压器，CSV，UTF-8（带 BOM），WGS84 / distribution transformers",
        ),
        DemoFile(
            "parcels",
            formats.geopackage(frames.parcels(place), folder / "规划地块.gpkg", "规划地块"),
            {"layer_name": "规划地块"},
            "控规地块，GeoPackage，EPSG:4549 / planned parcels",
        ),
    ]


def _record_files(place: District, folder: Path) -> list[DemoFile]:
    pages = [
        sheets.feeder_capacity(place),
        sheets.main_transformer_capacity(place),
        sheets.substation_capacity(place),
    ]
    book = formats.workbook(pages, folder / "可开放容量.xlsx")
    words = (
        "线路可开放容量，XLSX，表头上方有标题行 / open capacities of the feeders, a title above the header",
        "主变负荷，同一工作簿 / main transformers, same workbook",
        "变电站负荷，同一工作簿 / substations, same workbook",
    )
    return [
        *(
            DemoFile("capacity", book, {"layer_name": page.name}, text)
            for page, text in zip(pages, words, strict=True)
        ),
        DemoFile(
            "capacity",
            formats.csv_table(sheets.transformer_readings(place), folder / "台区负荷.csv", "utf-8-sig"),
            words="台区负荷，CSV，UTF-8（带 BOM） / readings of the distribution transformers",
        ),
        DemoFile(
            "claims",
            formats.workbook([sheets.claims(place)], folder / "在途申请.xlsx"),
            words="已受理的用电申请，XLSX / accepted applications",
        ),
    ]


def write_demo(folder: Path, *, progress: Callable[[str], None] | None = None) -> tuple[DemoFile, ...]:
    """Write the files of the demo district.

    Parameters
    ----------
    folder
        Where to write; it is made where it is missing, files of the same names are replaced.
    progress
        Called with a few words before each step.

    Returns
    -------
    tuple of DemoFile
        The imports in order.
    """
    tell = progress or _quiet
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _STEPS).unlink(missing_ok=True)
    place = district(tell)
    tell(f"writing the files into {folder}")
    files = (*_land_files(place, folder), *_grid_files(place, folder), *_record_files(place, folder))
    (folder / "README.txt").write_text(readme.text(files), encoding="utf-8")
    steps = [
        {"layer": each.layer, "files": [path.name for path in each.files], "options": dict(each.options)}
        for each in files
    ]
    (folder / _STEPS).write_text(json.dumps(steps, ensure_ascii=False, indent=1), encoding="utf-8")
    return files


def read_demo(folder: Path) -> tuple[DemoFile, ...]:
    """Return the imports of a district written before; empty where it was not written to the end."""
    steps = folder / _STEPS
    if not steps.is_file():
        return ()
    return tuple(
        DemoFile(each["layer"], tuple(folder / name for name in each["files"]), each["options"])
        for each in json.loads(steps.read_text(encoding="utf-8"))
    )
