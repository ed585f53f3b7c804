"""The small map of a notice: what is on it, true to its words, safe, and whole in its frame."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import shapely
from pyproj import Geod

from gis.metric_zone import metric_zone, project
from gis.routing.route import Piece, PieceKind, Route
from gis.words import Language
from maps.route_map import route_map_svg
from maps.route_view import RouteLine, RouteView, crossings
from tests.maps.notices import HOSTILE, frames, line, route_line, view

SVG = "{http://www.w3.org/2000/svg}"


def drawn(shown: RouteView, language: Language = "zh", width: int = 352, height: int = 300) -> ET.Element:
    return ET.fromstring(route_map_svg(shown, language, width_px=width, height_px=height))  # noqa: S314  # our own


def texts(svg: ET.Element, style: str) -> list[str]:
    return [each.text or "" for each in svg.iter(f"{SVG}text") if style in (each.get("class") or "").split()]


def test_the_chosen_route_lies_on_a_white_casing() -> None:
    paths = [each.attrib for each in drawn(view()).iter(f"{SVG}path") if each.get("d", "").startswith("M")]
    [at] = [
        number for number, each in enumerate(paths) if each.get("stroke") == "#c2006b" and "fill" in each
    ][:1]
    casing = paths[at - 1]
    assert casing["stroke"] == "#ffffff"
    assert casing["d"] == paths[at]["d"]
    assert float(casing["stroke-width"]) > float(paths[at]["stroke-width"])


def test_every_crossing_has_its_number_and_the_legend_shows_one() -> None:
    assert texts(drawn(view()), "number") == ["1", "2", "1"]


def test_pieces_are_grouped_by_the_crossing_they_were_counted_in() -> None:
    assert crossings([0, 1, None, 2, 2, 2, 3]) == [[1], [3, 4, 5], [6]]
    assert crossings([None, 0]) == []


def test_marks_do_not_cover_one_another() -> None:
    svg = drawn(view())
    places = [
        (float(c.get("cx", "")), float(c.get("cy", "")))
        for c in svg.iter(f"{SVG}circle")
        if c.get("r") == "6.8"
    ]
    assert len(places) == 2
    (x, y), (other_x, other_y) = places
    assert abs(x - other_x) + abs(y - other_y) > 13


def test_the_whole_site_and_route_are_in_the_window() -> None:
    svg = drawn(view())
    clip = next(svg.iter(f"{SVG}clipPath"))
    wide, tall = (float(each) for each in re.findall(r"[hv]([\d.]+)", clip[0].get("d", ""))[:2])
    for stroke in ("#c2006b", "#d0021b"):
        path = next(
            each
            for each in svg.iter(f"{SVG}path")
            if each.get("stroke") == stroke and each.get("d", "")[1] != " "
        )
        start, steps = path.get("d", "").rstrip("z")[1:].split("l")
        x, y = (int(each) / 10 for each in re.findall(r"-?\d+", start))
        moves = [int(each) / 10 for each in re.findall(r"-?\d+", steps)]
        for right, down in [(0.0, 0.0), *zip(moves[::2], moves[1::2], strict=True)]:
            x, y = x + right, y + down
            assert 0 < x < wide
            assert 0 < y < tall


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    shown = replace(view(chosen=0, others=0), parcel=shapely.Point(120.6, 31.1))
    svg = route_map_svg(shown, "en", width_px=352, height_px=300)
    [(pixels, metres)] = re.findall(r'v6h([\d.]+)v-6"/><text[^>]*>(\d+) m<', svg)
    wide_m = 160 * 1.02  # the least extent, with the window's margin
    assert float(pixels) * wide_m / 352 == pytest.approx(float(metres), rel=0.02)


def test_a_point_is_drawn_where_there_is_no_red_line() -> None:
    svg = drawn(replace(view(), parcel=shapely.Point(120.6, 31.1003)))
    assert "用地红线" not in texts(svg, "legend")
    assert "用电地点" in texts(svg, "legend")
    assert any(each.get("fill") == "#d0021b" for each in svg.iter(f"{SVG}circle"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_legend_tells_what_is_there_and_stays_inside(language: Language) -> None:
    both = drawn(view(chosen=2), language)
    assert len(texts(both, "legend")) == 6
    assert len(texts(drawn(view(others=0), language), "legend")) == 4
    for group in both.iter(f"{SVG}g"):
        place = re.match(r"translate\(([\d.]+) ([\d.]+)\)", group.get("transform", ""))
        if place:
            [word] = [each.text or "" for each in group.iter(f"{SVG}text") if each.get("class") == "legend"]
            wide = sum(10 if ord(letter) > 0x2E7F else 5 for letter in word)
            assert float(place[1]) + 20 + wide < 352
            assert float(place[2]) < 300


@pytest.mark.parametrize(
    ("way", "found"),
    [
        ([(4, 3), (4, -3)], (False, True)),  # left of the map's middle, at its bottom: nothing lies there
        ([(0, 3), (4, 0), (-4, -3)], (True, True)),
        ([(0, 3), (4, -3), (-4, -3)], (False, False)),
    ],
)
def test_the_scale_bar_stands_where_no_route_does(
    way: list[tuple[float, float]], found: tuple[bool, bool]
) -> None:
    route = RouteLine(shapely.LineString([(120.6 + 0.001 * x, 31.1 + 0.001 * y) for x, y in way]))
    site = shapely.Point(120.6 - 0.004, 31.1 + 0.003) if found[1] else shapely.Point(120.604, 31.103)
    svg = drawn(RouteView(site, (route,), (), {}))
    [bar] = list(svg.iter(f"{SVG}rect"))
    x, y = float(bar.get("x", "")), float(bar.get("y", ""))
    assert (x > 352 / 2, y > 300 / 2) == found


def test_the_scale_bar_hides_a_site_before_a_short_route() -> None:
    site = shapely.Polygon([(120.5925, 31.104), (120.6075, 31.104), (120.6075, 31.0945), (120.5925, 31.0943)])
    route = shapely.LineString([(120.605, 31.0945), (120.605, 31.094)])
    for tap in (None, shapely.get_point(route, -1)):
        svg = drawn(RouteView(site, (RouteLine(route, access_point=tap),), (), {}))
        [bar] = list(svg.iter(f"{SVG}rect"))
        assert float(bar.get("x", "")) < 352 / 2 < 300 / 2 + float(bar.get("y", ""))


def test_names_stay_words() -> None:
    shown = RouteView(view().parcel, (route_line(HOSTILE),), (), frames(HOSTILE))
    svg = drawn(shown)
    assert {each.tag for each in svg.iter()} == {
        f"{SVG}{tag}" for tag in ("svg", "title", "style", "clipPath", "path", "g", "circle", "text", "rect")
    }
    assert not any("href" in key for each in svg.iter() for key in each.attrib)


def test_a_route_without_pieces_has_no_numbers() -> None:
    bare = RouteLine(line((0.5, 0.3), (3, 0.3)))
    svg = drawn(RouteView(view().parcel, (bare,), (), {}))
    assert not texts(svg, "number")
    assert not texts(svg, "tap")


def test_metres_are_the_same_both_ways() -> None:
    square = Geod(ellps="GRS80")
    east, _, _ = square.fwd(120.6, 31.1, 90, 400)
    _, north, _ = square.fwd(120.6, 31.1, 0, 400)
    svg = drawn(replace(view(chosen=0, others=0), parcel=shapely.box(120.6, 31.1, east, north)))
    path = next(each for each in svg.iter(f"{SVG}path") if each.get("stroke") == "#d0021b")
    moves = [abs(int(each)) for each in re.findall(r"-?\d+", path.get("d", "").split("l")[1])]
    assert moves[0] + moves[2] == pytest.approx(moves[1] + moves[3], rel=0.01)


def test_a_route_that_was_found_becomes_a_line_with_its_pieces() -> None:
    zone, given = metric_zone(120.6, 31.1), route_line()
    shapes = [*(each.geometry for each in given.pieces), given.geometry]
    planes = project(np.array(shapes, dtype=object), zone)
    pieces = tuple(
        Piece(PieceKind(each.kind), "r", each.road_name, "primary", each.length_m, each.crossing, plane)
        for each, plane in zip(given.pieces, planes[:-1], strict=True)
    )
    found = Route(
        parcel=0, feeder=0, entry_attachment=0, tap_attachment=0, zone=zone, geometry=planes[-1],
        length_m=412.3, crossing_m=44.0, crossing_count=2, city_road_crossing_m=0.0, excavation_m=0.0,
        green_m=0.0, along_main_road_m=0.0, along_infrastructure_m=0.0,
        width_assumed=False, side_assumed=False, beyond_frontage=False, pieces=pieces,
    )  # fmt: skip
    made = RouteLine.of(found, given.name)
    assert [(each.kind, each.road_name, each.length_m, each.crossing) for each in made.pieces] == [
        (each.kind, each.road_name, each.length_m, each.crossing) for each in given.pieces
    ]
    assert shapely.equals_exact(made.geometry, given.geometry, 1e-9)
    assert made.access_point is not None
    assert made.access_point.equals_exact(shapely.Point(given.geometry.coords[-1]), 1e-9)
    assert made.name == given.name


def test_the_legend_shows_no_mark_that_the_map_has_not() -> None:
    public = RouteView(view().parcel, (RouteLine(route_line().geometry, name="F"),), (), {})
    assert texts(drawn(public), "legend") == ["用地红线", "推荐路径"]
