"""A town of a dozen streets with every kind of parcel and feeder: what the laws of siting are tested on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Final

import shapely

from tests.gis.siting.towns import (
    OLD,
    READ,
    STATION_READINGS,
    Row,
    Town,
    along_one_street,
    box,
    line,
    reading,
    street,
)

USES: Final = ("R2", "B1", "M1", "0801", "W1", "G1", "E2", "1301")


def _roads() -> dict[str, Row]:
    """Return blocks of 130 to 220 m, each street with a slant of its own: of two ways one is shorter."""
    east, north = (0, 151, 313, 482, 690), (0, 163, 297, 460)
    roads = {}
    for at, slant in zip(east, (7, -6, 9, -4, 5), strict=True):
        wide: Row = {"class": "primary", "width_m": 24.0} if at == 313 else {"width_m": 10.0}
        roads[f"n{at}"] = street((at, -50), (at + slant, 510), city=True, **wide)
    for at, slant in zip(north, (6, -5, 8, -7), strict=True):
        wide = {"class": "secondary", "width_m": 16.0} if at == 297 else {"width_m": None}
        roads[f"e{at}"] = street((-40, at), (760, at + slant), city=at < 460, **wide)
    roads["far"] = street((9_000, 0), (9_700, 0))
    return roads


def _parcels() -> dict[str, Row]:
    parcels: dict[str, Row] = {}
    east, north = (0, 151, 313, 482, 690), (0, 163, 297, 460)
    number = 0
    for i, west in enumerate(east[:-1]):
        for j, south in enumerate(north[:-1]):
            width, height = east[i + 1] - west, north[j + 1] - south
            for k in range(2):
                low = west + 17 + k * (width - 34) / 2 + 1
                high = low + (width - 34) / 2 - 2
                number += 1
                stated: Row = {"land_use": USES[number % len(USES)], "far": 1.0 + number % 3}
                if number % 4 == 0:
                    stated = {"load_kva": 37.5 * number**2 + 11.0}
                stated["important"] = True if number == 9 else None
                area = box(low, south + 18, high, south + height - 18 - number % 5)
                parcels[f"P{number:02d}"] = {"geometry": area, **stated}
    parcels["nowhere"] = {"load_kva": 100.0}
    parcels["lost"] = {"geometry": box(3_000, 3_000, 3_050, 3_050), "load_kva": 400.0}
    parcels["island"] = {"geometry": box(9_100, 5, 9_160, 60), "load_kva": 400.0}
    parcels["abroad"] = {"geometry": box(712, 20, 752, 120), "load_kva": 700.0}
    parcels["unloaded"] = {"geometry": box(712, 180, 752, 280), "land_use": "E2"}
    return parcels


def _units() -> dict[str, Row]:
    def at(x: float, y: float, feeder: str, bays: float | None = 1.0, kind: str = "ring_main_unit") -> Row:
        return {"geometry": shapely.Point(x, y), "feeder_id": feeder, "spare_bays": bays, "kind": kind}

    return {
        "a1": at(-5, 61, "A"),
        "a2": at(329, 131, "A", 2),
        "b1": at(477, 222, "B", None),
        "c1": at(156, 391, "C", 0),
        "c2": at(685, 37, "C", 1),
        "d1": at(205, 158, "D"),
        "e1": at(591, 468, "E", None, "pole"),
        "g1": at(388, 289, "G"),
        "h1": at(146, 71, "H"),
    }


def _transformers() -> dict[str, Row]:
    spots = {"t1": (5, 97, "A"), "t2": (487, 401, "B"), "t3": (318, 43, "C"), "t4": (695, 351, None)}
    return {
        name: {"geometry": shapely.Point(x, y), "feeder_id": feeder, "rated_kva": 400.0}
        for name, (x, y, feeder) in spots.items()
    }


_CLAIMED: Final = {"asset_id": "A", "accepted_on": date(2026, 6, 1), "site": "P04", "kva": 300.0}


@cache
def drawn_town() -> Town:
    """Return the town without the parcel that has no place: what can be imported."""
    town = small_town()
    return replace(town, parcels={name: row for name, row in town.parcels.items() if "geometry" in row})


@cache
def small_town() -> Town:
    """Return the town; its eastern edge lies outside of any jurisdiction, two readings are old or missing."""
    feeders = {
        "A": line("T1", name="东一线"),
        "B": line("T3", name="西二线"),
        "C": line("T2"),
        "D": line("T1", dedicated=True),
        "E": line("T4"),
        "G": line("T3"),
        "H": line("T2"),
    }
    units = _units()
    for name, row in feeders.items():
        at = [each["geometry"] for each in units.values() if each["feeder_id"] == name]
        row["geometry"] = shapely.LineString([(0, 40), *at])
    return along_one_street(
        roads=_roads(),
        parcels=_parcels(),
        feeders=feeders,
        access_points=units,
        transformers=_transformers(),
        jurisdictions={"liangzihu": {"geometry": box(-300, -300, 705, 800)}},
        city_area={"town": {"geometry": box(-300, -300, 600, 800)}},
        green={"park": {"geometry": box(300, 60, 340, 90)}},
        capacity={
            **STATION_READINGS,
            "A": reading(2_600.0),
            "B": reading(5_100.0),
            "C": reading(1_900.0),
            "D": reading(9_000.0),
            "E": reading(7_300.0),
            "G": reading(9_900.0, data_date=OLD),
            "t1": {"peak_kva": 120.0, "data_date": READ},
            "t2": {"peak_kva": 290.0, "data_date": READ},
            "t3": {"peak_kva": 60.0, "data_date": OLD},
            "t4": {"peak_kva": 10.0, "data_date": READ},
        },
        claims={"c1": _CLAIMED},
    )
