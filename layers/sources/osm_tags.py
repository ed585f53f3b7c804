"""Which OpenStreetMap tags mean which layer, and how their values are read.

Pure rules over the tags of one object. A rule puts an object into a layer at most once; an object that
two rules speak of (a substation on land tagged industrial) is in both layers.

What is left out on purpose: foot and cycle ways, road areas (an outline is no centreline), trams (they
run within a street's width), anything in a tunnel or underground for water and railways, farmland and
private gardens (no urban green, 绿地), residential land (built up), ``power=plant`` and
``power=transformer`` (without a rating and a feeder they are no 台区).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import NamedTuple

Tags = Mapping[str, str]

ROAD_CLASSES: dict[str, str] = {
    "motorway": "expressway",
    "motorway_link": "expressway",
    "trunk": "expressway",
    "trunk_link": "expressway",
    "primary": "primary",
    "primary_link": "primary",
    "secondary": "secondary",
    "secondary_link": "secondary",
    "tertiary": "tertiary",
    "tertiary_link": "tertiary",
    "unclassified": "local",
    "residential": "local",
    "living_street": "local",
    "service": "local",
    "pedestrian": "local",
    "road": "local",
    "busway": "local",
    "bus_guideway": "local",
    "track": "track",
}
"""``highway`` of a way whose verge a cable can follow -> road class (道路等级)."""

NOT_ROADS = frozenset(
    {
        "footway",
        "cycleway",
        "steps",
        "path",
        "bridleway",
        "corridor",
        "construction",
        "proposed",
        "planned",
        "platform",
        "raceway",
        "elevator",
        "escape",
        "rest_area",
        "services",
        "via_ferrata",
        "abandoned",
        "razed",
        "disused",
        "no",
        "emergency_bay",
        "ladder",
        "bus_stop",
    }
)
"""``highway`` values of ways that are known and are no road."""

SUBSTATION_POWER = ("substation", "sub_station", "station")
"""``power`` of a substation (变电站); the last two are retired tags that old data still has."""

LINE_CONSTRUCTION = {"line": "overhead", "minor_line": "overhead", "cable": "cable"}
"""``power`` of a line -> construction (敷设方式)."""

FEEDER_OVER_KV, FEEDER_BELOW_KV = 1.0, 33.0
"""A feeder (中压线路) is above 1 kV and below 33 kV: 33 and 35 kV lines supply primary substations."""

DEVELOPMENT_LAND = ("industrial", "commercial", "retail", "construction", "greenfield", "brownfield")
"""``landuse`` of land that is, or will be, built for a new customer."""

GREEN = (
    ("leisure", "park"),
    ("leisure", "garden"),
    ("leisure", "common"),
    ("landuse", "grass"),
    ("landuse", "forest"),
    ("landuse", "village_green"),
    ("landuse", "recreation_ground"),
    ("landuse", "flowerbed"),
    ("natural", "wood"),
)

WATER_AREAS = (
    ("natural", "water"),
    ("waterway", "riverbank"),
    ("waterway", "dock"),
    ("landuse", "reservoir"),
    ("landuse", "basin"),
)

WATER_LINES = ("river", "canal")

RAILWAYS = ("rail", "light_rail", "subway", "narrow_gauge")

LINE_KEYS = ("highway", "power", "railway", "waterway")

_AREA_LAYERS: dict[tuple[str, str], str] = {
    **{("power", value): "substations" for value in SUBSTATION_POWER},
    **{("landuse", value): "parcels" for value in DEVELOPMENT_LAND},
    **dict.fromkeys(GREEN, "green"),
    **dict.fromkeys(WATER_AREAS, "water"),
    **{("waterway", value): "water" for value in WATER_LINES},
}

AREA_TAGS = tuple(_AREA_LAYERS)
"""Every tag that can put an area into a layer."""

_AREA_KEYS = tuple(dict.fromkeys(key for key, _ in AREA_TAGS))

NAME_KEYS = ("name", "name:zh", "name:en", "designation", "ref")

USED_KEYS = (
    *dict.fromkeys((*LINE_KEYS, *_AREA_KEYS, *NAME_KEYS)),
    *("area", "width", "layer", "bridge", "tunnel", "location", "access", "garden:type"),
    *("voltage", "voltage:primary"),
)
"""Every key that a rule asks for; a reader need not copy others."""

_NO = frozenset({"no", "false", "0"})
_AT_GRADE = _NO | {"building_passage", "culvert", "avalanche_protector"}
"""``tunnel`` of a road that stays at ground level: roofed, or with water led below it."""

_FOOT_M = 0.3048
_WIDEST_M = 200.0
_HIGHEST_KV = 1200.0
_LEAST_BARE_V = 100.0
"""A bare number is volts by OSM's convention; below this it is no supply voltage but a slip of unit."""
_VOLTS_PER_KV = 1000

_LENGTH = re.compile(r"(\d+(?:[.,]\d+)?)\s*(m|metres?|meters?|米|cm|ft|feet|foot|')?")
_FEET_AND_INCHES = re.compile(r"(\d+)\s*(?:'|ft|feet)\s*(\d+(?:\.\d+)?)\s*(?:\"|''|in|inches)")
_VOLTAGE = re.compile(r"(\d+(?:\.\d+|,\d)?)\s*(kv|千伏|v|volts?|伏)?")
_THOUSANDS = re.compile(r"\d{1,3}(?:[ ,]\d{3})+")
_LEVEL = re.compile(r"[+-]?\d{1,2}")
_DEEPEST, _HIGHEST = -10, 10


class Fault(NamedTuple):
    """A value that could not be used.

    Attributes
    ----------
    check
        Name of the check.
    value
        The text of the tag; "" where there is none.
    """

    check: str
    value: str


class Voltages(NamedTuple):
    """What a ``voltage`` tag says: the kV values that could be read, and whether all could."""

    kv: tuple[float, ...]
    complete: bool


Attributes = tuple[dict[str, object], tuple[Fault, ...]]


def name_of(tags: Tags) -> str | None:
    """Return the name: as tagged, else in Chinese, in English, the designation or the reference."""
    return next((text for key in NAME_KEYS if (text := tags.get(key, "").strip())), None)


def width_m(text: str) -> float | None:
    """Return a ``width`` in metres: bare numbers are metres; feet, inches and cm are converted.

    None where it cannot be read (several values, words) or lies outside (0, 200].
    """
    folded = _folded(text)
    if both := _FEET_AND_INCHES.fullmatch(folded):
        metres = (float(both[1]) + float(both[2]) / 12) * _FOOT_M
    elif one := _LENGTH.fullmatch(folded):
        scale = {"cm": 0.01, "ft": _FOOT_M, "feet": _FOOT_M, "foot": _FOOT_M, "'": _FOOT_M}
        metres = float(one[1].replace(",", ".")) * scale.get(one[2] or "m", 1.0)
    else:
        return None
    return round(metres, 3) if 0 < metres <= _WIDEST_M else None


def level_of(text: str) -> int | None:
    """Return a ``layer`` as a whole number from -10 to 10; None where it is anything else."""
    if not _LEVEL.fullmatch(text.strip()):
        return None
    level = int(text)
    return level if _DEEPEST <= level <= _HIGHEST else None


def voltages(text: str) -> Voltages:
    """Return the voltages of a ``voltage`` tag in kV, in the order written.

    Bare numbers are volts (OSM's convention), unless a later value of the same tag states a unit
    ("110/20 kV"). ``;``, ``/`` and ``|`` separate values; so do ``,`` and ``-`` where they are neither a
    thousands separator nor a decimal comma.
    """
    parts = [part for piece in re.split(r"[;/|]", _folded(text)) for part in _parts(piece.strip())]
    read: list[float] = []
    unit = ""
    for part in reversed(parts):
        digits = part.replace(",", "").replace(" ", "") if _THOUSANDS.fullmatch(part) else part
        match = _VOLTAGE.fullmatch(digits)
        if match is None:
            continue
        unit = match[2] or unit
        value = _kilovolts(float(match[1].replace(",", ".")), match[2] or "", unit)
        if value is not None:
            read.append(value)
    return Voltages(tuple(reversed(read)), bool(parts) and len(read) == len(parts))


def line_layers(tags: Tags) -> tuple[str, ...]:
    """Return the layers a way belongs to as a line."""
    if tags.get("area") == "yes":
        return ()
    found = []
    if tags.get("highway") in ROAD_CLASSES:
        found.append("roads")
    if feeder_kv(tags) is not None:
        found.append("feeders")
    if tags.get("waterway") in WATER_LINES and not _underground(tags):
        found.append("water")
    if tags.get("railway") in RAILWAYS and not _underground(tags):
        found.append("railways")
    return tuple(found)


def area_layers(tags: Tags) -> tuple[str, ...]:
    """Return the layers an object belongs to as an area (closed way or multipolygon relation)."""
    found: dict[str, None] = {}
    for key in _AREA_KEYS:
        value = tags.get(key, "")
        layer = _AREA_LAYERS.get((key, value))
        if layer is not None and _is_such_area(layer, value, tags):
            found[layer] = None
    return tuple(found)


def point_layers(tags: Tags) -> tuple[str, ...]:
    """Return the layers a node belongs to."""
    return ("substations",) if tags.get("power") in SUBSTATION_POWER else ()


def left_out(tags: Tags) -> tuple[tuple[str, Fault], ...]:
    """Return (layer, fault) of each layer a way would be in, did its tags say enough."""
    found = []
    highway = tags.get("highway")
    if highway is not None and highway not in ROAD_CLASSES and highway not in NOT_ROADS:
        found.append(("roads", Fault("osm_class_unknown", highway)))
    if tags.get("power") in LINE_CONSTRUCTION:
        text = tags.get("voltage", "")
        if not text:
            found.append(("feeders", Fault("osm_line_without_voltage", "")))
        elif not voltages(text).kv:
            found.append(("feeders", Fault("osm_voltage_unreadable", text)))
    return tuple(found)


def feeder_kv(tags: Tags) -> float | None:
    """Return the highest medium voltage of a power line in kV; None where it is no feeder.

    A line that carries 110 and 20 kV circuits is a 20 kV feeder here.
    """
    if tags.get("power") not in LINE_CONSTRUCTION:
        return None
    kv = voltages(tags.get("voltage", "")).kv
    return max((each for each in kv if FEEDER_OVER_KV < each < FEEDER_BELOW_KV), default=None)


def attributes(layer: str, tags: Tags) -> Attributes:
    """Return the canonical columns of a row that the tags state, and the values that could not be read."""
    stated, faults = _ATTRIBUTES.get(layer, _nothing_more)(tags)
    return {"name": name_of(tags), **stated}, faults


def _road(tags: Tags) -> Attributes:
    width, level = tags.get("width"), tags.get("layer")
    row: dict[str, object] = {
        "class": ROAD_CLASSES[tags["highway"]],
        "width_m": None if width is None else width_m(width),
        "layer": None if level is None else level_of(level),
        "bridge": tags.get("bridge", "no") not in _NO,
        "tunnel": tags.get("tunnel", "no") not in _AT_GRADE,
    }
    faults = []
    if width is not None and row["width_m"] is None:
        faults.append(Fault("osm_width_unreadable", width))
    if level is not None and row["layer"] is None:
        faults.append(Fault("osm_level_unreadable", level))
    return row, tuple(faults)


def _substation(tags: Tags) -> Attributes:
    text = tags.get("voltage") or tags.get("voltage:primary")
    if text is None:
        return {"voltage_kv": None}, ()
    kv, complete = voltages(text)
    faults = () if complete else (Fault("osm_voltage_unreadable", text),)
    return {"voltage_kv": max(kv, default=None)}, faults


def _feeder(tags: Tags) -> Attributes:
    buried = tags.get("location") in {"underground", "underwater"}
    construction = "cable" if buried else LINE_CONSTRUCTION[tags["power"]]
    complete = voltages(tags["voltage"]).complete
    faults = () if complete else (Fault("osm_voltage_unreadable", tags["voltage"]),)
    return {"voltage_kv": feeder_kv(tags), "construction": construction}, faults


def _parcel(tags: Tags) -> Attributes:
    return {"land_use": tags["landuse"]}, ()


def _nothing_more(_: Tags) -> Attributes:
    return {}, ()


_ATTRIBUTES: dict[str, Callable[[Tags], Attributes]] = {
    "roads": _road,
    "substations": _substation,
    "feeders": _feeder,
    "parcels": _parcel,
}


def _is_such_area(layer: str, value: str, tags: Tags) -> bool:
    if layer == "water":
        return (value not in WATER_LINES or tags.get("area") == "yes") and not _underground(tags)
    private = tags.get("access") == "private" or tags.get("garden:type") == "residential"
    return not (value == "garden" and private)


def _underground(tags: Tags) -> bool:
    return tags.get("tunnel", "no") not in _NO or tags.get("location") == "underground"


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lower()


def _parts(piece: str) -> list[str]:
    if _THOUSANDS.fullmatch(piece) or _VOLTAGE.fullmatch(piece):
        return [piece]
    return [part.strip() for part in re.split(r"[,-]", piece)]


def _kilovolts(number: float, own_unit: str, later_unit: str) -> float | None:
    kilo = later_unit in {"kv", "千伏"} and (bool(own_unit) or number < _VOLTS_PER_KV)
    kv = number if kilo else number / _VOLTS_PER_KV
    if not own_unit and not kilo and number < _LEAST_BARE_V:
        return None
    return kv if 0 < kv <= _HIGHEST_KV else None
