"""Clear takes back all that was asked, in form, address and map; the way back brings it again."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.site.asking import Open, answered
from tests.browser.site.conftest import PARCEL


def test_clear_takes_back_all_that_was_asked_and_back_brings_it_again(page: Page, opened: Open) -> None:
    opened(f"/?parcel={PARCEL}&load_kw=950&pf=0.9&supplies=2&k=5&fact=important=true&lang=zh")
    answered(page)
    centre = page.evaluate("[map_grid.getCenter().lat, map_grid.getCenter().lng, map_grid.getZoom()]")
    page.fill("#search", PARCEL)
    page.locator("#clear").click()
    expect(page.locator("#load")).to_have_value("")
    expect(page.locator("#unit")).to_have_value("kva")
    for each in ("search", "pf", "supplies", "on", "jurisdiction", "fact-important"):
        expect(page.locator(f"#{each}")).to_have_value("")
    expect(page.locator("#more-count")).to_have_text("")
    expect(page.locator("#legend-title")).to_contain_text("未填写容量")
    expect(page.locator("#status")).to_have_text("已清除所有条件")
    expect(page.locator("#verdict")).to_have_count(0)
    query = page.evaluate("Object.fromEntries(new URLSearchParams(location.search))")
    assert set(query) == {"c", "lang"}
    assert page.evaluate("[map_grid.getCenter().lat, map_grid.getCenter().lng, map_grid.getZoom()]") == centre
    page.go_back()
    answered(page)
    expect(page.locator("#load")).to_have_value("950")
    expect(page.locator("#unit")).to_have_value("kw")
    expect(page.locator("#fact-important")).to_have_value("true")
    assert "k=5" in page.url


def test_clear_forgets_the_asset_and_the_drawing(page: Page, opened: Open) -> None:
    opened("/?lang=en")
    page.locator("#draw").click()
    expect(page.locator("#draw-bar")).to_be_visible()
    page.locator("#clear").click()
    expect(page.locator("#draw-bar")).to_be_hidden()
    asset = page.evaluate("fetch('/api/v1/capacity?level=feeder&limit=1').then((a) => a.json())")["items"][0]
    opened(f"/?asset={asset['asset_id']}&lang=en")
    expect(page.locator("#verdict")).to_be_visible()
    page.locator("#clear").click()
    expect(page.locator("#verdict")).to_have_count(0)
    assert "asset" not in page.url
    assert page.evaluate("L.kaimen.page.shown.chosen") is None
