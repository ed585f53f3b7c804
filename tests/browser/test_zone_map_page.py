"""The standalone zone map in a browser: offline, searchable, by mouse and by keyboard, in two languages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import shapely.affinity
from playwright.sync_api import Page

from maps.style import CLASSES
from maps.zone_map import ZoneMap, zone_map_html
from tests.browser.conftest import Watch
from tests.maps.zones import HOSTILE, SOUTH, WEST, empty, heading, parcels, zone_map, zones

Open = Callable[..., str]


@pytest.fixture
def opened(page: Page, tmp_path: Path) -> Open:
    """Write a zone map, open it from the disk, and give its URL."""

    def show(content: ZoneMap, language: Any = "zh") -> str:
        path = tmp_path / "zones.html"
        path.write_text(zone_map_html(content, language), encoding="utf-8")
        page.goto(path.as_uri())
        page.wait_for_selector("canvas.leaflet-tile-loaded", state="attached")
        return path.as_uri()

    return show


def click_at(page: Page, lon: float, lat: float) -> None:
    """Click on a place of the map."""
    x, y = page.evaluate(
        "([lat, lon]) => { const p = map_zone.latLngToContainerPoint([lat, lon]),"
        " b = map_zone.getContainer().getBoundingClientRect(); return [p.x + b.x, p.y + b.y]; }",
        [lat, lon],
    )
    page.mouse.click(x, y)


def colours(page: Page) -> set[str]:
    """Return the colours of many pixels of the map's tiles, as #rrggbb."""
    found = page.evaluate(
        """() => { const seen = new Set();
        document.querySelectorAll('canvas.leaflet-tile').forEach((tile) => {
          const data = tile.getContext('2d').getImageData(0, 0, tile.width, tile.height).data;
          for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255)
            seen.add('#' + [0, 1, 2].map((k) => data[i + k].toString(16).padStart(2, '0')).join(''));
        }); return Array.from(seen); }"""
    )
    return set(found)


def test_it_opens_from_a_file_with_no_other_request_and_draws_every_class(
    page: Page, opened: Open, watch: Watch
) -> None:
    url = opened(zone_map())
    assert {look.fill for look in CLASSES.values()} <= colours(page)
    page.evaluate("map_zone.setZoom(17, { animate: false })")
    page.wait_for_timeout(200)
    assert watch.requests == [url]
    assert page.title() == "望汀区开门接电示范区图"


def test_the_legend_counts_every_class(page: Page, opened: Open) -> None:
    opened(zone_map())
    rows = page.locator("#legend tbody tr")
    assert rows.count() == len(CLASSES) + 1
    for number, (key, look) in enumerate(CLASSES.items()):
        cells = rows.nth(number).locator("td").all_inner_texts()
        own = parcels()["load_kva"][parcels()["class"] == key].sum()
        assert [each.strip() for each in cells] == [look.words.zh, "2", f"{own:,.0f}"]
    for said in (
        "示意信息。",
        "审图号：GS(2026)0001号",
        "数据日期 2026-11-15",
        "公开期次 2026Q3",
        "接入点 600 m 以内",
    ):
        assert page.get_by_text(said).first.is_visible(), said
    assert page.locator(".leaflet-control-scale-line").is_visible()


def test_a_click_tells_what_a_parcel_can_have(page: Page, opened: Open) -> None:
    opened(zone_map())
    click_at(page, WEST + 0.007, SOUTH + 0.001)  # P-2
    said = page.locator("#parcel").inner_text()
    for each in (
        "P-2",
        "备案可接",
        "线路长度（米）：不超过 200",
        "2,345.7 kVA",
        "123.4 m",
        "5 个工作日",
        "F2",
        "250 m",
    ):
        assert each in said, each
    assert "占用绿地" not in said  # nothing occupied, nothing said
    assert page.locator("path.chosen").count() == 1
    click_at(page, WEST + 0.001, SOUTH + 0.001)  # the hole of P-0
    assert "此处没有地块" in page.locator("#parcel").inner_text()
    click_at(page, WEST + 0.0046, SOUTH + 0.0016)  # the second piece of P-1
    assert "P-1" in page.locator("#parcel").inner_text()


def test_search_finds_by_id_and_by_name(page: Page, opened: Open) -> None:
    opened(zone_map("地块"))
    page.fill("#search", "p-7")
    page.keyboard.press("Enter")
    assert "可开放容量不足" in page.locator("#parcel").inner_text()
    lat, lon = page.evaluate("[map_zone.getCenter().lat, map_zone.getCenter().lng]")
    assert (lon, lat) == pytest.approx((WEST + 0.010, SOUTH + 0.004), abs=2e-4)
    page.fill("#search", "地块1")
    page.keyboard.press("Enter")
    assert page.locator("#results button").all_inner_texts() == [
        "P-1 · 地块1",
        "P-10 · 地块10",
        "P-11 · 地块11",
    ]
    page.locator("#results button").nth(1).click()
    assert "数据不足" in page.locator("#parcel").inner_text()
    page.fill("#search", "no such")
    page.keyboard.press("Enter")
    assert "没有找到" in page.locator("#results").inner_text()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1000, 1400), (390, 844)])
@pytest.mark.parametrize("shape", [(1, 1), (4, 1), (1, 4)])
def test_the_whole_map_lies_beside_the_legend(
    page: Page, opened: Open, width: int, height: int, shape: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    content = zone_map()
    stretched = shapely.affinity.scale
    frames = [content.parcels.copy(), content.zones.copy()]
    for each in frames:
        each["geometry"] = [
            None if shape_ is None else stretched(shape_, *shape, origin=(WEST, SOUTH))
            for shape_ in each.geometry
        ]
    opened(replace(content, parcels=frames[0], zones=frames[1], context={}))
    for _ in range(2):  # as it opens, and asked for with the legend open
        data, legend, stage = page.evaluate(
            """() => {
              const [west, south, east, north] = L.kaimen.zone.data().fit;
              const at = (lat, lon) => map_zone.latLngToContainerPoint([lat, lon]);
              const one = at(north, west), other = at(south, east);
              const box = map_zone.getContainer().getBoundingClientRect();
              const rect = ({ left, top, right, bottom }) =>
                [left - box.left, top - box.top, right - box.left, bottom - box.top];
              return [[one.x, one.y, other.x, other.y],
                rect(document.getElementById("legend").getBoundingClientRect()), rect(box)];
            }"""
        )
        assert data[0] >= 0
        assert data[1] >= 0
        assert data[2] <= stage[2]
        assert data[3] <= stage[3]
        beside = (data[2] <= legend[0], data[0] >= legend[2], data[3] <= legend[1], data[1] >= legend[3])
        assert any(beside), (data, legend)
        # One step nearer there would be no room.
        wide, high = data[2] - data[0], data[3] - data[1]
        rooms = [(legend[0], stage[3]), (stage[2] - legend[2], stage[3])]
        rooms += [(stage[2], legend[1]), (stage[2], stage[3] - legend[3])]
        at_most = page.evaluate("map_zone.getZoom() === map_zone.getMaxZoom()")
        assert at_most or not any(2 * wide < x - 24 and 2 * high < y - 24 for x, y in rooms)
        page.evaluate("document.getElementById('legend').open = true")
        page.evaluate("map_zone.setZoom(map_zone.getZoom() + 1, { animate: false })")
        page.locator("#whole").click()


def test_the_keyboard_alone_picks_a_parcel(page: Page, opened: Open) -> None:
    opened(zone_map())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.evaluate("document.getElementById('map_zone').focus()")
    page.evaluate(f"map_zone.setView([{SOUTH + 0.001}, {WEST + 0.007}], 16, {{ animate: false }})")
    page.wait_for_timeout(200)
    page.keyboard.press("Enter")
    assert "P-2" in page.locator("#parcel").inner_text()


def test_the_language_changes_inside_and_leaves_nothing_behind(page: Page, opened: Open) -> None:
    opened(zone_map("name"))
    click_at(page, WEST + 0.007, SOUTH + 0.001)
    page.click("#language")
    assert page.evaluate("document.documentElement.lang") == "en"
    said = (
        page.locator("body")
        .inner_text()
        .replace("GS(2026)0001号", "")
        .replace("中文", "")
        .replace("地块", "")
    )
    assert not [each for each in said if "\u4e00" <= each <= "\u9fff"]
    for each in (
        "Zone map: Wangting",
        "by filing",
        "length of the route in m: at most 200",
        "5 working days",
    ):
        assert each in said, each
    page.click("#language")
    assert "备案可接" in page.locator("#parcel").inner_text()


def test_layers_and_classes_are_switched_off_and_on(page: Page, opened: Open) -> None:
    opened(zone_map())
    filing = CLASSES["filing"].fill
    page.uncheck("input[data-layer='class.filing']")
    assert filing not in colours(page)
    click_at(page, WEST + 0.007, SOUTH + 0.001)
    assert "此处没有地块" in page.locator("#parcel").inner_text()
    page.check("input[data-layer='class.filing']")
    assert filing in colours(page)
    page.uncheck("input[data-layer='parcels']")
    assert not {look.fill for look in CLASSES.values()} & colours(page)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_hostile_names_are_only_ever_text(page: Page, opened: Open, language: str, watch: Watch) -> None:
    given = parcels(HOSTILE)
    given["parcel_id"] = [f"{HOSTILE}{i}" for i in range(len(given))]
    given["failed_test"] = HOSTILE
    given["procedure"] = HOSTILE
    url = opened(
        zone_map(HOSTILE, parcels=given, heading=heading(run_id=HOSTILE, attribution=HOSTILE)), language
    )
    click_at(page, WEST + 0.007, SOUTH + 0.001)
    page.click("#language")
    page.fill("#search", "img")
    page.keyboard.press("Enter")
    page.locator("#results button").first.click()
    page.evaluate("map_zone.setZoom(17, { animate: false })")
    page.wait_for_timeout(200)
    assert "onerror" in page.locator("#parcel").inner_text()
    assert page.locator("img, b").count() == 0
    assert page.title() != "run"
    assert watch.requests == [url]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (empty(), "There are no parcels"),
        (zone_map(context={}), "Click a parcel"),
        (zone_map(parcels=parcels().iloc[[3]], zones=zones().iloc[:0], context={}), "Click a parcel"),
    ],
    ids=["nothing", "no ground", "one parcel"],
)
def test_little_is_shown_too(page: Page, opened: Open, content: ZoneMap, told: str) -> None:
    opened(content, "en")
    assert told in page.locator("#parcel").inner_text()


def test_on_a_phone_the_legend_waits_behind_a_button(page: Page, opened: Open) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(zone_map())
    assert not page.locator("#legend table").is_visible()
    page.click("#legend summary")
    assert page.locator("#legend table").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click("#legend summary")
    click_at(page, WEST + 0.007, SOUTH + 0.001)
    assert page.locator("#close").is_visible()
    page.click("#close")
    assert "点击地块" in page.locator("#parcel").inner_text()
