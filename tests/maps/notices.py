"""Notices for the tests: assessments written by hand, decided by a real policy, on three roads."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from gis.calendar import WorkCalendar
from gis.policy.answer import decision_as_json
from gis.policy.decide import decide
from gis.policy.facts import read_facts
from gis.policy.load import jurisdictions
from gis.policy.notice import Notice, notice
from gis.policy.timeline import bar_as_json, timeline
from gis.words import Language, Words
from maps.notice_page import NoticePage
from maps.route_view import RouteLine, RoutePiece, RouteView

HOSTILE: Final = "</td></text><script>alert(1)</script><img src='http://example.invalid/x.png'>&\x00\u202e"
ON: Final = date(2026, 11, 21)
URL: Final = "https://kaimen.example/parcel/P-17"
MEASURES: Final[dict[str, float]] = {
    "length_m": 412.3,
    "crossing_m": 44.0,
    "crossing_count": 2,
    "city_road_crossing_m": 24.0,
    "excavation_m": 380.1,
    "green_m": 12.0,
    "along_main_road_m": 0.0,
    "along_infrastructure_m": 0.0,
}


def line(*points: tuple[float, float]) -> shapely.LineString:
    """Return a line of points in units of 0.001 degrees from a corner."""
    return shapely.LineString([(120.6 + x / 1_000, 31.1 + y / 1_000) for x, y in points])


def frames(name: str = "望汀路") -> dict[str, pd.DataFrame]:
    """Return three roads, a parcel, a park and a canal."""
    roads = [line((-6, 0), (9, 0)), line((2, -5), (2, 6)), line((-6, 4), (9, 4.2))]
    box = shapely.box(120.6025, 31.1005, 120.606, 31.1035)
    return {
        "roads": gpd.GeoDataFrame(
            {
                "name": [name, "芦花路", None],
                "class": ["primary", "local", "secondary"],
                "width_m": [20.0, None, 16.0],
                "layer": [None, 0, 1],
            },
            geometry=roads,
            crs="EPSG:4326",
        ),
        "parcels": gpd.GeoDataFrame({"id": ["P-18"]}, geometry=[box], crs="EPSG:4326"),
        "water": gpd.GeoDataFrame({"name": ["运河"]}, geometry=[line((-6, -3), (9, -3))], crs="EPSG:4326"),
    }


def route_line(name: str = "10kV望汀611线") -> RouteLine:
    """Return a route over two crossings, the first one over a median."""
    parts: list[tuple[str, str | None, float, shapely.LineString, int]] = [
        ("entry", "望汀路", 2.0, line((0.5, 0.3), (0.5, 0.1)), 0),
        ("crossing", "望汀路", 10.0, line((0.5, 0.1), (0.5, 0.03)), 1),
        ("crossing", "芦花路", 4.0, line((0.5, 0.03), (0.5, -0.03)), 1),
        ("crossing", "望汀路", 10.0, line((0.5, -0.03), (0.5, -0.1)), 1),
        ("verge", "望汀路", 364.3, line((0.5, -0.1), (4, -0.1)), 0),
        ("crossing", None, 20.0, line((4, -0.1), (4, 0.1)), 2),
        ("tap", None, 2.0, line((4, 0.1), (4.05, 0.1)), 0),
    ]
    pieces = tuple(RoutePiece(*part) for part in parts)
    whole = shapely.LineString([point for each in pieces for point in each.geometry.coords])
    return RouteLine(whole, pieces, shapely.get_point(whole, -1), name)


def view(*, chosen: int = 1, others: int = 1, name: str = "10kV望汀611线") -> RouteView:
    """Return a map with so many routes."""
    site = shapely.box(120.6 - 0.001, 31.1 + 0.0003, 120.6 + 0.001, 31.1 + 0.002)
    return RouteView(
        site,
        tuple(route_line(name) for _ in range(chosen)),
        tuple(RouteLine(line((0, 0.3), (-5, 0.2))) for _ in range(others)),
        frames(),
    )


def option(rank: int, jurisdiction: str, language: Language, **facts: Any) -> tuple[dict[str, Any], Notice]:
    """Return an option with its decision, and the policy part of its notice."""
    policy = jurisdictions()[jurisdiction]
    route = {name: value for name, value in MEASURES.items() if name not in {"crossing_m", "crossing_count"}}
    given = {"customer": "hv", "area": "urban", "load_kva": 1000, "built_by": "utility", "route": route}
    decision = decide(policy, ON, read_facts(given | facts))
    bars = timeline(decision, ON, WorkCalendar())
    pieces = [
        {"kind": each.kind, "road_name": each.road_name, "length_m": each.length_m, "crossing": each.crossing}
        for each in route_line().pieces
    ]
    made = {
        "rank": rank, "asset_id": f"F-61{rank}", "asset_name": f"10kV望汀61{rank}线", "level": "feeder",
        "voltage_kv": 10, "access_point": {"id": f"HW-{rank}", "kind": "ring_main_unit", "spare_bays": 2},
        "open_capacity_kva": 2345.6, "bottleneck": {"asset_id": "ZB-1", "level": "main_transformer"},
        "status": "open", "route": {"geometry": {}, **MEASURES, "pieces": pieces},
        "decision": decision_as_json(decision, policy, language),
        "timeline": [bar_as_json(bar, policy, language) for bar in bars],
    }  # fmt: skip
    return made, notice(policy, decision, bars, language, ("identity",))


def page(
    language: Language,
    *,
    options: int = 2,
    jurisdiction: str = "wujiang",
    assessed: str = "filing",
    **facts: Any,
) -> NoticePage:
    """Return a notice with so many options; without any it has no policy part."""
    made = [option(number + 1, jurisdiction, language, **facts) for number in range(options)]
    assessment = {
        "parcel_id": "P-17", "on": ON.isoformat(), "jurisdiction": jurisdiction, "edition": "2026Q3-1",
        "load_kva": 1000.0, "load_kw": 950.0, "power_factor": 0.95, "class": assessed,
        "options": [each for each, _ in made], "rejected": [],
        "warnings": ["width_assumed", "own words of a layer"],
    }  # fmt: skip
    return NoticePage(
        assessment=assessment,
        option=0,
        policy=made[0][1] if made else None,
        view=view(),
        site="望汀苑",
        requested_on=date(2026, 11, 23),
        valid=Words("三十日内有效", "valid for thirty days"),
        contacts=(
            Words("供电服务热线 95598", "utility 95598"),
            Words("能源监管热线 12398", "regulator 12398"),
        ),
        disclaimer=Words("示意信息，不构成供电承诺。", "Indicative, no promise of supply."),
        data_date=date(2026, 10, 31),
        url=URL,
    )
