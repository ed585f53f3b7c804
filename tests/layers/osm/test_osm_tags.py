"""Which tags mean which layer, and how tag values are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from gis.dictionary.model import choices
from layers.sources import osm_tags
from layers.sources.osm_tags import Fault


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("5", 5.0),
        ("5.5 m", 5.5),
        ("7,5", 7.5),
        ("6米", 6.0),
        ("１２", 12.0),
        ("600 cm", 6.0),
        ("12'", 3.658),
        ("12 ft", 3.658),
        ("12'6\"", 3.81),
        ("200", 200.0),
    ],
)
def test_a_width_is_read_in_metres(text: str, metres: float) -> None:
    assert osm_tags.width_m(text) == metres


@pytest.mark.parametrize("text", ["narrow", "", "3;4", "5-6", "~5", "0", "-3", "200.1", "12 km", "1e1"])
def test_a_width_that_is_no_single_length_is_none(text: str) -> None:
    assert osm_tags.width_m(text) is None


@pytest.mark.parametrize(("text", "level"), [("1", 1), ("-2", -2), ("+1", 1), (" 0 ", 0), ("10", 10)])
def test_a_level_is_a_whole_number(text: str, level: int) -> None:
    assert osm_tags.level_of(text) == level


@pytest.mark.parametrize("text", ["0;1", "0.5", "bridge", "", "11", "-11", "999"])
def test_other_levels_are_none(text: str) -> None:
    assert osm_tags.level_of(text) is None


@pytest.mark.parametrize(
    ("text", "kv"),
    [
        ("33000;11000", (33, 11)),
        ("33000/11000", (33, 11)),
        ("33000 ; 11000", (33, 11)),
        ("33000,11000", (33, 11)),
        ("33000-11000", (33, 11)),
        ("11,000", (11,)),
        ("110 000;20 000", (110, 20)),
        ("33 kV", (33,)),
        ("10.5kv", (10.5,)),
        ("10,5 kV", (10.5,)),
        ("11000 V", (11,)),
        ("11000 volts", (11,)),
        ("10千伏", (10,)),
        ("110/20 kV", (110, 20)),
        ("33000;11 kV", (33, 11)),
        ("400", (0.4,)),
        ("0.4 kV", (0.4,)),
        ("750", (0.75,)),
    ],
)
def test_voltages_are_read_in_kilovolts(text: str, kv: tuple[float, ...]) -> None:
    assert osm_tags.voltages(text) == (kv, True)


@pytest.mark.parametrize(
    ("text", "kv"),
    [
        ("33000;medium", (33,)),
        ("high", ()),
        ("", ()),
        (";", ()),
        ("33", ()),
        ("11", ()),
        ("0", ()),
        ("2000000000", ()),
        ("10000;", (10,)),
    ],
)
def test_a_voltage_without_a_plain_meaning_is_incomplete(text: str, kv: tuple[float, ...]) -> None:
    assert osm_tags.voltages(text) == (kv, False)


@pytest.mark.parametrize(
    ("highway", "road_class"),
    [
        ("motorway", "expressway"),
        ("trunk_link", "expressway"),
        ("primary", "primary"),
        ("secondary_link", "secondary"),
        ("tertiary", "tertiary"),
        ("pedestrian", "local"),
        ("service", "local"),
        ("track", "track"),
    ],
)
def test_roads_have_the_class_of_their_highway(highway: str, road_class: str) -> None:
    tags = {"highway": highway}
    assert osm_tags.line_layers(tags) == ("roads",)
    assert osm_tags.attributes("roads", tags)[0]["class"] == road_class


def test_every_road_class_is_one_of_the_dictionary() -> None:
    assert set(osm_tags.ROAD_CLASSES.values()) == set(choices("class").values())


@pytest.mark.parametrize("highway", sorted(osm_tags.NOT_ROADS))
def test_foot_and_cycle_ways_and_the_like_are_no_roads(highway: str) -> None:
    assert osm_tags.line_layers({"highway": highway}) == ()
    assert osm_tags.left_out({"highway": highway}) == ()


def test_a_road_area_is_no_centreline() -> None:
    assert osm_tags.line_layers({"highway": "service", "area": "yes"}) == ()
    assert osm_tags.line_layers({"highway": "service", "area": "no"}) == ("roads",)


def test_an_unknown_highway_value_is_reported() -> None:
    assert osm_tags.left_out({"highway": "raod"}) == (("roads", Fault("osm_class_unknown", "raod")),)


@pytest.mark.parametrize(
    ("tags", "bridge", "tunnel"),
    [
        ({}, False, False),
        ({"bridge": "no", "tunnel": "no"}, False, False),
        ({"bridge": "viaduct"}, True, False),
        ({"tunnel": "yes"}, False, True),
        ({"tunnel": "building_passage"}, False, False),
        ({"tunnel": "culvert"}, False, False),
    ],
)
def test_bridges_and_tunnels(tags: dict[str, str], bridge: bool, tunnel: bool) -> None:
    row, _ = osm_tags.attributes("roads", {"highway": "primary", **tags})
    assert (row["bridge"], row["tunnel"]) == (bridge, tunnel)


def test_an_unreadable_width_or_level_is_null_and_named() -> None:
    row, faults = osm_tags.attributes("roads", {"highway": "road", "width": "wide", "layer": "0;1"})
    assert (row["width_m"], row["layer"]) == (None, None)
    assert faults == (Fault("osm_width_unreadable", "wide"), Fault("osm_level_unreadable", "0;1"))


def test_absent_values_are_null_without_a_fault() -> None:
    row, faults = osm_tags.attributes("roads", {"highway": "road"})
    assert (row["name"], row["width_m"], row["layer"], faults) == (None, None, None, ())


@pytest.mark.parametrize("power", ["substation", "sub_station", "station"])
def test_old_and_new_substation_tags(power: str) -> None:
    assert osm_tags.area_layers({"power": power}) == ("substations",)
    assert osm_tags.point_layers({"power": power}) == ("substations",)


@pytest.mark.parametrize("power", ["plant", "transformer", "generator", "tower"])
def test_other_power_objects_are_no_substations(power: str) -> None:
    assert osm_tags.area_layers({"power": power}) == ()
    assert osm_tags.point_layers({"power": power}) == ()


def test_a_substation_has_its_highest_voltage() -> None:
    row, faults = osm_tags.attributes("substations", {"power": "substation", "voltage": "11000;33000"})
    assert (row["voltage_kv"], faults) == (33, ())
    row, faults = osm_tags.attributes("substations", {"power": "substation", "voltage": "hv"})
    assert (row["voltage_kv"], faults) == (None, (Fault("osm_voltage_unreadable", "hv"),))


@pytest.mark.parametrize(
    ("tags", "name"),
    [
        ({"name": "城东站", "name:zh": "b"}, "城东站"),
        ({"name": " ", "name:zh": "城东站", "name:en": "East"}, "城东站"),
        ({"name:en": "East", "designation": "DC"}, "East"),
        ({"designation": "DC", "ref": "7"}, "DC"),
        ({"ref": "7"}, "7"),
        ({}, None),
    ],
)
def test_the_name_is_the_first_that_is_tagged(tags: dict[str, str], name: str | None) -> None:
    assert osm_tags.name_of(tags) == name


@pytest.mark.parametrize(
    ("tags", "kv", "construction"),
    [
        ({"power": "line", "voltage": "10000"}, 10, "overhead"),
        ({"power": "minor_line", "voltage": "20 kV"}, 20, "overhead"),
        ({"power": "cable", "voltage": "11000"}, 11, "cable"),
        ({"power": "line", "voltage": "11000", "location": "underground"}, 11, "cable"),
        ({"power": "line", "voltage": "110000;20000"}, 20, "overhead"),
        ({"power": "cable", "voltage": "400;10000"}, 10, "cable"),
    ],
)
def test_feeders_are_medium_voltage_lines(tags: dict[str, str], kv: float, construction: str) -> None:
    assert osm_tags.line_layers(tags) == ("feeders",)
    row, faults = osm_tags.attributes("feeders", tags)
    assert (row["voltage_kv"], row["construction"], faults) == (kv, construction, ())


@pytest.mark.parametrize("voltage", ["400", "1000", "33000", "35000", "110000", "400;220000"])
def test_low_and_high_voltage_lines_are_no_feeders(voltage: str) -> None:
    tags = {"power": "line", "voltage": voltage}
    assert osm_tags.line_layers(tags) == ()
    assert osm_tags.left_out(tags) == ()


def test_a_power_line_whose_voltage_is_unknown_is_reported() -> None:
    assert osm_tags.left_out({"power": "cable"}) == (("feeders", Fault("osm_line_without_voltage", "")),)
    assert osm_tags.left_out({"power": "line", "voltage": "10"}) == (
        ("feeders", Fault("osm_voltage_unreadable", "10")),
    )


@pytest.mark.parametrize(
    ("tags", "layers"),
    [
        ({"landuse": "industrial"}, ("parcels",)),
        ({"landuse": "brownfield"}, ("parcels",)),
        ({"landuse": "residential"}, ()),
        ({"landuse": "farmland"}, ()),
        ({"landuse": "industrial", "power": "substation"}, ("substations", "parcels")),
        ({"leisure": "park", "landuse": "grass"}, ("green",)),
        ({"natural": "wood"}, ("green",)),
        ({"landuse": "meadow"}, ()),
        ({"leisure": "garden"}, ("green",)),
        ({"leisure": "garden", "access": "private"}, ()),
        ({"leisure": "garden", "garden:type": "residential"}, ()),
        ({"natural": "water"}, ("water",)),
        ({"landuse": "basin"}, ("water",)),
        ({"landuse": "reservoir", "location": "underground"}, ()),
        ({"waterway": "riverbank"}, ("water",)),
        ({"waterway": "canal", "area": "yes"}, ("water",)),
        ({"waterway": "canal"}, ()),
    ],
)
def test_areas_and_their_layers(tags: dict[str, str], layers: tuple[str, ...]) -> None:
    assert osm_tags.area_layers(tags) == layers


@pytest.mark.parametrize(
    ("tags", "layers"),
    [
        ({"waterway": "river"}, ("water",)),
        ({"waterway": "river", "tunnel": "culvert"}, ()),
        ({"waterway": "ditch"}, ()),
        ({"railway": "rail"}, ("railways",)),
        ({"railway": "rail", "bridge": "yes"}, ("railways",)),
        ({"railway": "subway", "tunnel": "yes"}, ()),
        ({"railway": "tram"}, ()),
        ({"railway": "disused"}, ()),
        ({"highway": "service", "railway": "narrow_gauge"}, ("roads", "railways")),
    ],
)
def test_lines_and_their_layers(tags: dict[str, str], layers: tuple[str, ...]) -> None:
    assert osm_tags.line_layers(tags) == layers


def test_the_tags_that_select_areas_cover_every_area_rule() -> None:
    for key, value in osm_tags.AREA_TAGS:
        assert osm_tags.area_layers({key: value, "area": "yes"}) != (), (key, value)


def test_a_parcel_keeps_the_land_use_as_tagged() -> None:
    assert osm_tags.attributes("parcels", {"landuse": "retail", "name": "Mall"}) == (
        {"name": "Mall", "land_use": "retail"},
        (),
    )


def test_the_used_keys_are_all_that_the_rules_ask_for() -> None:
    asked: set[str] = set()

    class Recording(Mapping[str, str]):
        def __init__(self, tags: Mapping[str, str]) -> None:
            self._tags = tags

        def __getitem__(self, key: str) -> str:
            asked.add(key)
            return self._tags[key]

        def __iter__(self) -> Iterator[str]:
            return iter(self._tags)

        def __len__(self) -> int:
            return len(self._tags)

    rules = (osm_tags.line_layers, osm_tags.area_layers, osm_tags.point_layers)
    samples = [*osm_tags.AREA_TAGS, *(("power", power) for power in osm_tags.LINE_CONSTRUCTION)]
    samples += [("highway", "road"), ("railway", "rail"), ("waterway", "river"), ("power", "substation")]
    for key, value in samples:
        for voltage in ({}, {"voltage": "10000"}):
            tags = Recording({key: value, **voltage})
            for layer in {layer for rule in rules for layer in rule(tags)}:
                osm_tags.attributes(layer, tags)
            osm_tags.left_out(tags)
    assert asked == set(osm_tags.USED_KEYS)
