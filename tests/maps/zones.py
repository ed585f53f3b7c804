"""Small zone maps with known contents."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from gis.words import Words
from maps.style import CLASSES
from maps.zone_content import MapHeading, ZoneMap

HOSTILE: Final = "</script><img src=x onerror=\"document.title='run'\"><b>{{7*7}}</b>&'\x00\x1b\u202e$&线"
WEST, SOUTH = 120.6, 31.1
TESTS: Final = {
    "plug_and_play": None,
    "filing": "route.length_m at_most 200",
    "approval": "route.city_road_crossing_m at_most 20",
    "restricted": "insufficient_capacity",
    "unreachable": "no_route",
    "unknown": "unknown_load",
}


def frame(geometry: list[Any], **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=geometry, crs="EPSG:4326")


def line(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([(WEST + x, SOUTH + y) for x, y in points])


def box(x: float, y: float, size: float = 0.002) -> shapely.Polygon:
    return shapely.box(WEST + x, SOUTH + y, WEST + x + size, SOUTH + y + size)


def heading(**changes: Any) -> MapHeading:
    given: dict[str, Any] = {
        "jurisdiction": Words("望汀区", "Wangting"),
        "on": date(2026, 11, 21),
        "data_date": date(2026, 11, 15),
        "edition": "2026Q3",
        "load_kva": 1000.0,
        "run_id": "run-7",
        "disclaimer": Words("示意信息。", "For information only."),
        "map_number": "GS(2026)0001号",
        "attribution": "© someone",
    }
    return MapHeading(**(given | changes))


def option(name: str, length_m: float) -> dict[str, Any]:
    return {
        "asset_id": f"F-{name}",
        "asset_name": name,
        "open_capacity_kva": 1470.0,
        "route": {"length_m": length_m, "crossing_count": 1},
        "decision": {"approval": {"procedure": "filing", "limit_working_days": 5.0}},
    }


def parcels(name: str = "地块") -> gpd.GeoDataFrame:
    """Return twelve parcels, two of each class; one has a hole, one is two pieces."""
    kinds = [key for key in CLASSES for _ in range(2)]
    shapes: list[Any] = [box(0.003 * (i % 4), 0.003 * (i // 4)) for i in range(len(kinds))]
    shapes[0] = shapely.Polygon(shapes[0].exterior, [box(0.0005, 0.0005, 0.001).exterior.coords])
    shapes[1] = shapely.MultiPolygon([box(0.003, 0, 0.0008), box(0.0042, 0.0012, 0.0008)])
    served = [kind in {"plug_and_play", "filing", "approval"} for kind in kinds]
    count = len(kinds)
    return frame(
        shapes,
        parcel_id=[f"P-{i}" for i in range(count)],
        name=[f"{name}{i}" for i in range(count)],
        **{"class": kinds},
        failed_test=[TESTS[kind] for kind in kinds],
        load_kva=[1000.0 + i for i in range(count - 2)] + [None, None],
        load_source=["stated"] * count,
        asset_id=["F-1" if each else None for each in served],
        asset_name=[name if each else None for each in served],
        level=["feeder" if each else None for each in served],
        open_capacity_kva=[2345.67 if each else None for each in served],
        length_m=[123.44 if each else None for each in served],
        crossing_count=[1 if each else None for each in served],
        green_m=[0.0 if each else None for each in served],
        procedure=["filing" if each else None for each in served],
        limit_working_days=[5.0 if each else None for each in served],
        options=[json.dumps([option(name, 123.4), option("F2", 250.0)]) if each else "[]" for each in served],
        upper_bound=[False] * count,
        run_id=["run-7"] * count,
    )


def zones() -> gpd.GeoDataFrame:
    return frame(
        [box(-0.001, -0.001, 0.006), box(-0.003, -0.003, 0.012)],
        reach_m=[200.0, 600.0],
        **{"class": ["plug_and_play", "filing"]},
        load_kva=[1000.0, 1000.0],
    )


def context(name: str = "名称") -> dict[str, pd.DataFrame]:
    return {
        "roads": frame(
            [line((-0.001, 0.0025), (0.012, 0.0025)), line((0.0025, -0.001), (0.0025, 0.01)),
             line((0.012, 0.0025), (0.02, 0.0025))],
            name=[name, None, name], **{"class": ["primary", "local", "primary"]}, layer=[0, None, 0],
        ),
        "water": frame([box(-0.006, 0.004, 0.003)], name=[name]),
        "green": frame([box(-0.006, 0.0, 0.003)], name=[name]),
        "railways": frame([line((-0.006, -0.002), (0.02, -0.002))], name=[name]),
        "substations": frame([box(0.013, 0.004, 0.0005), shapely.Point(WEST, SOUTH)], name=[name, "站"],
                             voltage_kv=[220.0, 110.0]),
        "feeders": frame([line((0, 0), (0.012, 0.009)), line((0, 0), (0.0, 0.009))], name=[name, name],
                         status=["open", "restricted"], voltage_kv=[10.0, 20.0]),
    }  # fmt: skip


def zone_map(name: str = "名称", **changes: Any) -> ZoneMap:
    given = {"parcels": parcels(name), "zones": zones(), "context": context(name), "heading": heading()}
    return ZoneMap(**(given | changes))


def empty() -> ZoneMap:
    """Return a map of nothing."""
    return ZoneMap(parcels().iloc[:0], zones().iloc[:0], {}, heading(jurisdiction=None, edition=None))
