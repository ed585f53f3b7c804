"""The zone map on paper: everything drawn once, names as text, one page, a picture that is not blank."""

from __future__ import annotations

import io
import re
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pypdfium2
import pytest
import shapely
from PIL import Image

from maps import style
from maps.style import CLASSES
from maps.zone_furniture import wrapped
from maps.zone_map import ZoneMap, zone_map_pdf, zone_map_png, zone_map_svg
from tests.maps.zones import HOSTILE, context, empty, heading, parcels, zone_map, zones

SVG = "{http://www.w3.org/2000/svg}"


def paths(content: ZoneMap, **attributes: str) -> list[str]:
    """Return the path data with these attributes, the wash of the zones left out."""
    root = ET.fromstring(zone_map_svg(content, "zh"))  # noqa: S314  # our own drawing
    return [
        each.get("d", "")
        for each in root.iter(f"{SVG}path")
        if "fill-opacity" not in each.attrib
        and all(each.get(key) == value for key, value in attributes.items())
    ]


def test_each_class_is_drawn_with_all_its_rings() -> None:
    given = parcels()
    for key, look in CLASSES.items():
        own = given[given["class"] == key].geometry
        rings = sum(len(shapely.get_rings(shapely.get_parts(shape))) for shape in own)
        (data,) = paths(zone_map(), fill=look.fill, stroke=look.ink)
        assert data.count("M") == data.count("z") == rings, key
        hatched = [each for each in paths(zone_map()) if each == data]
        assert len(hatched) == (2 if look.hatch else 1)


def test_zones_feeders_and_substations_are_drawn() -> None:
    drawn = zone_map_svg(zone_map(), "zh")
    assert drawn.count(f'fill-opacity="{style.NEAR_ALPHA}"') == 1 + 1  # map and legend
    assert drawn.count(f'fill-opacity="{style.FAR_ALPHA}"') == 1 + 1
    assert drawn.count('class="station"') == 2
    bare = zone_map_svg(zone_map(context={}), "zh")
    assert 'class="station"' not in bare
    assert "线路受限" not in bare
    assert "中压线路" not in bare


def test_feeders_without_a_status_have_a_line_in_the_legend() -> None:
    ground = context()
    ground["feeders"] = ground["feeders"].drop(columns="status")
    drawn = zone_map_svg(zone_map(context=ground), "zh")
    assert "中压线路" in drawn
    assert f'stroke="{style.SHADE}" stroke-width="2.4"' in drawn
    assert "中压线路" not in zone_map_svg(zone_map(), "zh")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_everything_that_must_stand_on_the_map_does(language: Any) -> None:
    drawn = zone_map_svg(zone_map(), language)
    for said in heading().words().values():
        assert said[language] in drawn
    for look in CLASSES.values():
        assert look.words[language] in drawn
    for figure in ("2,001", "2,005", "10,045", ">12<"):
        assert figure in drawn
    assert "200 m" in drawn
    assert 'class="scale"' in drawn
    chinese = re.sub(r"<[^>]+>|名称\d*|站|GS\(2026\)0001号", "", drawn)
    if language == "en":
        assert not re.search(r"[\u4e00-\u9fff]", chinese)


def test_names_are_text_and_never_markup() -> None:
    drawn = zone_map_svg(zone_map(HOSTILE, heading=heading(attribution=HOSTILE, edition=HOSTILE)), "zh")
    root = ET.fromstring(drawn)  # noqa: S314  # our own drawing
    kinds = {each.tag.removeprefix(SVG) for each in root.iter()}
    assert not kinds & {"script", "img", "b", "image", "foreignObject"}
    assert not any(name.startswith("on") for each in root.iter() for name in each.attrib)


@pytest.mark.parametrize(
    "content",
    [
        empty(),
        zone_map(context={}),
        zone_map(parcels=parcels().iloc[[3]], zones=zones().iloc[:0], context={}),
        zone_map(parcels=parcels().iloc[:0]),
    ],
    ids=["nothing", "no ground", "one parcel", "no parcels"],
)
def test_little_is_drawn_too(content: ZoneMap) -> None:
    root = ET.fromstring(zone_map_svg(content, "en"))  # noqa: S314  # our own drawing
    assert root.get("viewBox") == "0 0 1600 1131.43"


def test_the_pdf_is_one_page_of_a3_across_with_real_text() -> None:
    document = pypdfium2.PdfDocument(zone_map_pdf(zone_map(), "zh"))
    try:
        assert len(document) == 1
        page = document[0]
        assert (page.get_width(), page.get_height()) == pytest.approx(
            (420 / 25.4 * 72, 297 / 25.4 * 72), abs=1
        )
        text = page.get_textpage().get_text_range()
    finally:
        document.close()
    for said in ("望汀区开门接电示范区图", "数据日期 2026-11-15", "示意信息", "审图号", "容量受限"):
        assert said in text


def test_a_hostile_name_makes_no_second_page_and_no_request() -> None:
    made = zone_map_pdf(zone_map(HOSTILE, heading=heading(attribution=HOSTILE * 20, run_id=HOSTILE)), "en")
    document = pypdfium2.PdfDocument(made)
    assert len(document) == 1
    document.close()


def test_the_picture_shows_every_class_and_is_not_blank() -> None:
    image = Image.open(io.BytesIO(zone_map_png(zone_map(), "zh", width_px=1600)))
    assert image.size[0] == 1600
    pixels = np.asarray(image.convert("RGB")).reshape(-1, 3).astype(int)
    for look in CLASSES.values():
        wanted = [int(look.fill[i : i + 2], 16) for i in (1, 3, 5)]
        assert (np.abs(pixels - wanted).max(axis=1) <= 3).sum() > 500, look.words.en
    assert (pixels.min(axis=1) < 80).mean() > 0.001


def test_lines_are_broken_where_people_break_them() -> None:
    assert wrapped("", 100, 12) == [""]
    assert wrapped("容量充足，办理方式最简，电网已建至红线附近", 120, 10) == [
        "容量充足，办理方式最简，", "电网已建至红线附近"]  # fmt: skip
    assert " ".join(wrapped("a route, but no open capacity", 60, 10)) == "a route, but no open capacity"
