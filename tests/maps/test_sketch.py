"""The overview drawing of a grid: safe, true to scale, small, and readable without colour."""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from gis.errors import InputError
from gis.findings import Finding, Severity
from maps.sketch import sketch_svg
from maps.sketch_furniture import Footing
from maps.sketch_paths import Window, area_data, dot_data, line_data
from maps.style import LAND, OTHER_LAND

HOSTILE = "</text><script>alert(1)</script>&\"'\x00\x1b\u202e线"


def _layer(geometry: list[Any], **columns: list[Any]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=geometry, crs="EPSG:4326")


def _line(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([(120.6 + x, 31.1 + y) for x, y in points])


def _box(x: float, y: float, size: float) -> shapely.Polygon:
    return shapely.box(120.6 + x, 31.1 + y, 120.6 + x + size, 31.1 + y + size)


@pytest.fixture
def frames() -> dict[str, pd.DataFrame]:
    return {
        "roads": _layer(
            [_line((0, 0), (0.08, 0)), _line((0, 0.05), (0.08, 0.05)), _line((0.04, 0), (0.04, 0.05))],
            id=["r1", "r2", "r3"],
            name=["望汀路", HOSTILE, None],
            **{"class": ["primary", "secondary", "local"]},
            layer=[None, 0, 1],
        ),
        "feeders": _layer(
            [_line((0, 0.01), (0.08, 0.01)), _line((0, 0.02), (0.08, 0.02))],
            id=["f1", "f2"],
            name=["a", HOSTILE],
            substation_id=["s1", "s1"],
            construction=["cable", "overhead"],
            voltage_kv=[10.0, 20.0],
        ),
        "substations": _layer(
            [_box(0.01, 0.03, 0.001), shapely.Point(120.65, 31.13)],
            id=["s1", "s2"],
            name=[HOSTILE, "望汀变电站"],
            voltage_kv=[110.0, 220.0],
        ),
        "parcels": _layer([_box(0.05, 0.03, 0.01), None], id=["p1", "p2"], land_use=["R2", None]),
        "water": _layer([_box(0.06, 0.01, 0.008)], id=["w1"], name=[HOSTILE]),
        "access_points": _layer([shapely.Point(120.62, 31.11)], id=["a1"], kind=["ring_main_unit"]),
        "transformers": _layer([shapely.Point(120.63, 31.11)], id=["t1"]),
        "main_transformers": pd.DataFrame({"id": ["m1"], "rated_kva": [50_000]}),
    }


def _elements(svg: str) -> list[str]:
    found: list[str] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, _attributes: found.append(name)
    parser.Parse(svg, True)
    return found


def test_hostile_names_stay_words(frames: dict[str, pd.DataFrame]) -> None:
    finding = Finding("x", Severity.ERROR, "roads", HOSTILE, HOSTILE, "", 120.62, 31.12)
    svg = sketch_svg(
        frames, title=HOSTILE, subtitle=HOSTILE, data_date=HOSTILE,
        footing=Footing(HOSTILE, HOSTILE, HOSTILE), findings=[finding],
    )  # fmt: skip
    elements = _elements(svg)
    assert "script" not in elements
    assert "&lt;script&gt;" in svg
    assert not re.search("[\x00\x1b\u202e]", svg)
    assert "href" not in svg


def test_the_same_frames_give_the_same_drawing(frames: dict[str, pd.DataFrame]) -> None:
    assert sketch_svg(frames, title="t") == sketch_svg(frames, title="t")


def test_overhead_lines_are_dashed_and_cables_are_not(frames: dict[str, pd.DataFrame]) -> None:
    cable = sketch_svg({"feeders": frames["feeders"][:1]}, title="t")
    overhead = sketch_svg({"feeders": frames["feeders"][1:]}, title="t")
    pattern = r'<path d="[^"]+" fill="none" stroke="#00727a" stroke-width="\d+" stroke-dasharray="([^"]+)"'
    assert re.findall(pattern, cable) == ["none"]
    [dash] = re.findall(pattern, overhead)
    assert re.fullmatch(r"\d+ \d+", dash)


def test_substations_are_told_apart_by_their_mark(frames: dict[str, pd.DataFrame]) -> None:
    marks = re.findall(r'<rect class="station"([^>]*)/>', sketch_svg(frames, title="t"))
    assert [("rx" in mark) for mark in marks] == [False, True]


def test_missing_layers_columns_and_shapes_are_no_obstacle(frames: dict[str, pd.DataFrame]) -> None:
    bare = {name: frame[["geometry"]] for name, frame in frames.items() if "geometry" in frame}
    assert "path" in _elements(sketch_svg(bare, title="t"))
    empty = {"parcels": frames["parcels"][:0], "roads": frames["roads"]}
    assert "居住" not in sketch_svg(empty, title="t")


@pytest.mark.parametrize(
    ("use", "name"), [("R2", "居住"), ("retail", "商业商务"), ("1001", "工业"), ("greenfield", "其他")]
)
def test_a_parcel_has_the_colour_of_its_land_use_and_not_of_its_first_letter(use: str, name: str) -> None:
    parcels = _layer([_box(0.05, 0.03, 0.01)], id=["p1"], land_use=[use])
    svg = sketch_svg({"parcels": parcels}, title="t")
    names = [words for _, words in [*LAND.values(), OTHER_LAND]]
    assert [each.zh for each in names if f">{each.zh} {each.en}<" in svg] == [name]


def test_nothing_to_draw_is_refused(frames: dict[str, pd.DataFrame]) -> None:
    for nothing in (
        {},
        {"main_transformers": frames["main_transformers"]},
        {"parcels": frames["parcels"][1:]},
    ):
        with pytest.raises(InputError, match="nothing to draw"):
            sketch_svg(nothing, title="t")


def test_the_legend_names_what_is_drawn_and_nothing_else(frames: dict[str, pd.DataFrame]) -> None:
    svg = sketch_svg(frames, title="t")
    for word in ("居住", "主干路", "电缆", "架空", "20 kV", "220 kV", "水系", "台区"):
        assert word in svg
    for word in ("铁路", "工业", "混合", "杆 pole", "核查"):
        assert word not in svg


def test_findings_are_marked_where_they_are_and_counted(frames: dict[str, pd.DataFrame]) -> None:
    findings = [
        Finding("x", Severity.WARNING, "roads", "r1", "here", "", 120.62, 31.12),
        Finding("x", Severity.WARNING, "roads", "r1", "nowhere", ""),
        Finding("x", Severity.WARNING, "roads", "r1", "far away", "", 100.0, 20.0),
    ]
    svg = sketch_svg(frames, title="t", findings=findings)
    assert "warning：3" in svg
    assert "<title>here</title>" in svg
    assert "far away" not in svg


def test_a_pixel_is_as_many_metres_both_ways() -> None:
    window = Window.around((120.6, 31.1, 120.7, 31.2), 1_000, 0.4, 1.5)
    geod = Geod(ellps="GRS80")
    for end in ((120.7, 31.15), (120.65, 31.2)):
        start = np.array([[120.65, 31.15]])
        pixels = float(np.hypot(*(window.place(np.array([end])) - window.place(start))[0]))
        _, _, metres = geod.inv(120.65, 31.15, *end)
        assert pixels * window.metres_per_px == pytest.approx(metres, rel=1e-3)


def test_the_scale_bar_is_as_long_as_it_says(frames: dict[str, pd.DataFrame]) -> None:
    svg = sketch_svg(frames, title="t", width_px=1_600)
    [(pixels, words)] = re.findall(r'v6h([\d.]+)v-6"/><text[^>]*>([^<]+)</text>', svg)
    window = Window.around((120.6, 31.1, 120.68, 31.15), 1_600 - 232, 0.45, 1.3)
    assert words == "500 m"
    assert float(pixels) == pytest.approx(500 / window.metres_per_px, rel=1e-3)


def test_path_data_is_relative_tenths_of_a_pixel() -> None:
    line = np.array([shapely.LineString([(1, 2), (3, 1), (3.04, 1)])], object)
    assert line_data(line) == "M10 20l20-10"
    square = shapely.box(0, 0, 4, 4).difference(shapely.box(1, 1, 2, 2))
    assert area_data(np.array([square], object)).count("z") == 2
    assert dot_data(np.array([[1.0, 2.0]])) == "M10 20h0"


def test_a_hole_runs_against_its_outline() -> None:
    outline, hole = shapely.box(0, 0, 40, 40).exterior, shapely.box(10, 10, 20, 20).exterior
    turned = shapely.Polygon(outline.coords, [hole.coords])
    areas = []
    for run in area_data(np.array([turned], object)).split("z")[:2]:
        start, steps = (np.array(re.findall(r"-?\d+", part), int) for part in run[1:].split("l"))
        points = np.vstack([start, start + np.cumsum(steps.reshape(-1, 2), axis=0)])
        x, y = points.T
        areas.append(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))))
    assert areas[0] * areas[1] < 0


def test_a_city_of_thirty_thousand_roads_stays_small() -> None:
    rng = np.random.Generator(np.random.PCG64(7))
    start = rng.uniform((120.5, 31.0), (120.9, 31.3), (30_000, 2))
    steps = rng.normal(0, 0.0006, (30_000, 9, 2)).cumsum(axis=1)
    lines = [shapely.LineString(path) for path in start[:, None] + steps]
    classes = rng.choice(["primary", "secondary", "local"], len(lines)).tolist()
    roads = _layer(lines, name=["r"] * len(lines), **{"class": classes})
    assert len(sketch_svg({"roads": roads}, title="t").encode()) < 6_000_000
