"""The map page in a browser: asked by mouse, by keyboard, by its address, and when things fail."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from api.operations.tokens import create_token
from api.service import Service
from tests.browser.conftest import Watch
from tests.browser.site.asking import Open, answered, colours, place_of
from tests.browser.site.conftest import PARCEL, SCREENED_KVA

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_a_click_on_a_parcel_is_answered(page: Page, opened: Open) -> None:
    opened("/?load_kva=1000")
    x, y = place_of(page, PARCEL)
    page.mouse.click(x, y)
    said = answered(page)
    for each in (
        PARCEL,
        "审批可接",
        "接入方案",
        "道路穿越",
        "并联审批",
        "可开放容量",
        "政策判定",
        "时间安排",
        "需提交材料",
        "投资界面",
    ):
        assert each in said, each
    assert page.locator("path.route").count() == 1
    assert page.locator(".disc.crossing").count() == int(page.locator(".tiles dd").nth(1).inner_text())
    assert f"parcel={PARCEL}" in page.url
    assert "load_kva=1000" in page.url


def test_a_typed_load_recolours_without_a_request(page: Page, opened: Open, watch: Watch) -> None:
    opened("/")
    page.wait_for_load_state("networkidle")
    before, asked = colours(page), len(watch.requests)
    expect(page.locator("#line-meets")).to_have_text("有可开放容量")
    expect(page.locator("#line-part")).to_be_hidden()
    page.fill("#load", "1000000")
    expect(page.locator("#line-meets")).to_have_text("可满足申请容量")
    expect(page.locator("#line-part")).to_be_visible()
    expect(page.locator("#legend-title")).to_have_text("线路可开放容量 · 1,000,000 kVA")
    page.wait_for_timeout(200)
    assert colours(page) != before
    page.fill("#load", "1000.5")
    assert page.evaluate("document.getElementById('load').checkValidity()")
    expect(page.locator("#legend-title")).to_contain_text("1,000.5 kVA")
    assert len(watch.requests) == asked


def test_the_keyboard_alone_asks_and_chooses(page: Page, opened: Open) -> None:
    opened("/?load_kva=1000&k=5")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    place_of(page, PARCEL)
    assert page.evaluate("document.activeElement.id") == "map_grid"
    page.keyboard.press("Enter")
    answered(page)
    expect(page.locator("#status")).to_contain_text("已得出结果")
    cards = page.locator("button.card")
    cards.nth(1).focus()
    page.keyboard.press("Enter")
    expect(cards.nth(1)).to_have_attribute("aria-pressed", "true")
    assert "option=2" in page.url


def test_the_keyboard_draws_a_parcel(page: Page, opened: Open) -> None:
    opened("/?load_kva=500")
    place_of(page, PARCEL)
    page.locator("#draw").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "map_grid"
    for step in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press("Enter")
        page.keyboard.press(step)
        page.wait_for_timeout(350)
    expect(page.locator("#draw-count")).to_have_text("已有 3 个顶点")
    page.locator("#draw-finish").click()
    answered(page)
    assert "shape=" in page.url
    page.reload()
    assert "500 kVA" in answered(page)


def test_an_address_restores_the_whole_state_and_back_leads_back(page: Page, opened: Open) -> None:
    opened(f"/?parcel={PARCEL}&load_kw=950&k=5&option=2&supplies=1&fact=built_by%3Dcustomer")
    said = answered(page)
    assert "1,000 kVA (950 kW)" in said
    assert page.locator("#load").input_value() == "950"
    assert page.locator("#unit").input_value() == "kw"
    assert page.locator("#fact-built_by").input_value() == "customer"
    expect(page.locator("button.card").nth(1)).to_have_attribute("aria-pressed", "true")
    page.fill("#load", "100")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict")).to_contain_text("(100 kW)", timeout=20_000)
    page.go_back()
    expect(page.locator(".verdict")).to_contain_text("(950 kW)", timeout=20_000)
    assert page.locator("#load").input_value() == "950"
    page.go_forward()
    expect(page.locator(".verdict")).to_contain_text("(100 kW)", timeout=20_000)


def test_search_finds_parcels_feeders_and_places(page: Page, opened: Open) -> None:
    opened("/")
    page.fill("#search", "芦汀61")
    expect(page.locator("#found button").first).to_be_visible()
    assert "线路" in page.locator("#found").inner_text()
    page.locator("#found button", has_text="LT-XL-611").click()
    expect(page.locator("#verdict")).to_contain_text("611")
    page.fill("#search", PARCEL)
    page.keyboard.press("Enter")
    expect(page.locator(".verdict")).to_contain_text(PARCEL, timeout=20_000)
    page.fill("#search", "no such thing")
    expect(page.locator("#status")).to_contain_text("没有找到")
    page.fill("#search", "芦汀61")
    expect(page.locator("#found button").first).to_be_visible()
    page.locator("#load").focus()
    expect(page.locator("#found button")).to_have_count(0)


def test_what_was_found_is_walked_by_arrows_and_the_focus_stays(page: Page, opened: Open) -> None:
    opened("/")
    search, found = page.locator("#search"), page.locator("#found button")
    search.focus()
    page.keyboard.type("LT-037")
    expect(found.nth(1)).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(found.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(search).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(search).to_be_focused()
    expect(found).to_have_count(0)
    page.keyboard.type("3")
    page.keyboard.press("ArrowDown")
    expect(found.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    answered(page)
    expect(search).to_be_focused()


def test_options_side_by_side_and_the_figure_explained(page: Page, opened: Open) -> None:
    opened(f"/?parcel={PARCEL}&load_kva=1000&k=5")
    answered(page)
    options = page.locator("button.card").count()
    assert options >= 2
    opener = page.get_by_role("button", name="并列比较")
    opener.click()
    assert page.locator("#compare thead th").count() == options
    page.get_by_role("button", name="关闭比较").click()
    expect(page.locator("#compare")).to_be_hidden()
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="关闭比较")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#compare")).to_be_hidden()
    expect(opener).to_be_focused()
    page.locator(".explain summary").click()
    expect(page.locator(".chain li").first).to_contain_text("可开放容量")
    page.locator(".part summary").first.click()
    assert "三(一)2" in page.locator(".part").first.inner_text()


def test_two_supplies_draw_two_routes(page: Page, opened: Open) -> None:
    opened("/?parcel=LT-0664&load_kva=800&supplies=2")
    assert "第二电源" in answered(page)


def test_classes_of_a_screening_by_a_slider(page: Page, opened: Open) -> None:
    opened("/?view=zones")
    expect(page.locator("#counts")).to_contain_text("各地块自身负荷")
    before = page.locator("#counts").inner_text()
    page.locator("#step").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#counts caption")).to_contain_text(f"{SCREENED_KVA:,.0f} kVA")
    assert page.locator("#counts").inner_text() != before
    assert "公用线路至 4,000 kVA" in page.locator("#thresholds").inner_text()
    for zoom, summed in ((12, True), (15, False)):
        page.evaluate("zoom => map_grid.setZoom(zoom, { animate: false })", zoom)
        expect(page.locator("#squares")).to_be_visible(visible=summed)
    assert "view=zones" in page.url


def test_files_of_a_screening_are_those_of_who_asks(page: Page, opened: Open, site_service: Service) -> None:
    def csv() -> str:
        with page.expect_download() as waiting:
            page.locator("#counts a", has_text="CSV").click()
        return waiting.value.path().read_text(encoding="utf-8-sig")

    opened("/?view=zones")
    links = page.locator("#counts tfoot a")
    expect(links).to_have_count(8)
    assert "open_capacity_kva" not in csv()
    page.locator("#step").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#counts tfoot")).to_contain_text("未公开")
    expect(links).to_have_count(0)
    token = create_token(site_service.private, "planner", None, 1).whole
    page.evaluate("(token) => sessionStorage.setItem('kaimen-token', token)", token)
    page.reload()
    expect(links).to_have_count(8)
    assert "open_capacity_kva" in csv()
    expect(page.locator("#status")).to_have_text("")


def test_both_languages_are_whole(page: Page, opened: Open) -> None:
    opened(f"/?parcel={PARCEL}&load_kva=1000")
    answered(page)
    page.click("#language")
    answered(page)
    assert page.evaluate("document.documentElement.lang") == "en"
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.wait_for_timeout(300)
    said = page.locator("header, #ask, #status, #legend, footer").all_inner_texts()
    assert not CHINESE.findall(" ".join(said).replace("中文", ""))
    headings = page.locator("#answer h3, #answer h4, #answer dt, #answer summary").all_inner_texts()
    assert not [each for each in headings if CHINESE.search(each) and "线" not in each]
    page.click("#language")
    answered(page)
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert f"parcel={PARCEL}" in page.url


def test_a_phone_has_a_sheet_and_its_legend_behind_a_button(page: Page, opened: Open) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(f"/?parcel={PARCEL}&load_kva=1000")
    answered(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator("#legend ul").first).to_be_hidden()
    page.click("#legend summary")
    expect(page.locator("#legend ul").first).to_be_visible()
    low = page.locator("#panel").bounding_box()
    page.click("#sheet")
    high = page.locator("#panel").bounding_box()
    assert low
    assert high
    assert high["height"] > 1.5 * low["height"]
    expect(page.locator("#sheet")).to_have_attribute("aria-expanded", "true")


@pytest.mark.parametrize(
    "place", ["at=120.6365,31.1452", "shape=120.636,31.145;120.637,31.145;120.637,31.146;120.636,31.146"]
)
def test_the_notice_of_a_drawn_place_is_printed(page: Page, opened: Open, place: str) -> None:
    opened(f"/?{place}&load_kva=500")
    answered(page)
    with page.expect_download() as found:
        page.get_by_role("button", name="一次性告知书").click()
    assert found.value.path().read_bytes().startswith(b"%PDF")
    expect(page.locator("#status")).to_have_text("告知书已下载")


def written(page: Page) -> dict[str, list[float]]:
    """Return the names of substations on the map and where on the earth each is written, with its pixels."""
    found: dict[str, list[float]] = page.evaluate(
        """() => { const names = {}, canvas = document.querySelector('.kaimen-labels');
        const context = canvas.getContext('2d'), old = context.fillText.bind(context);
        context.fillText = (text) => { const m = context.getTransform();
          names[text] = [m.e, m.f, context.measureText(text).width]; };
        const labels = canvas_layer_grid_0.options.labels;
        canvas_layer_grid_0.options.labels = labels.slice(0, 1);
        canvas_layer_grid_0._write();
        canvas_layer_grid_0.options.labels = labels;
        context.fillText = old;
        return names; }"""
    )
    return found


def test_names_of_substations_give_way_and_stay_as_the_map_moves(page: Page, opened: Open) -> None:
    opened("/")
    page.wait_for_load_state("networkidle")
    first = written(page)
    assert first
    boxes = [(x - width / 2, y - 6, x + width / 2, y + 6) for x, y, width in first.values()]
    for i, one in enumerate(boxes):
        for other in boxes[:i]:
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    page.evaluate("map_grid.panBy([90, -60], { animate: false })")
    page.wait_for_timeout(300)
    second = written(page)
    kept = {name for name, (x, y, width) in first.items() if 200 < x < 800 and 200 < y < 600}
    assert kept <= second.keys()
    for name in kept:
        assert second[name][0] == pytest.approx(first[name][0] - 90, abs=1)
        assert second[name][1] == pytest.approx(first[name][1] + 60, abs=1)


def test_the_map_zooms_within_bounds_and_shows_capacity_from_afar(page: Page, opened: Open) -> None:
    opened("/")
    assert page.evaluate("[map_grid.getMinZoom(), map_grid.getMaxZoom()]") == [7, 19]
    page.evaluate("map_grid.setZoom(10, { animate: false })")
    page.wait_for_load_state("networkidle")
    drawn = page.evaluate(
        "canvas_layer_grid_0._shown().flatMap((each) => each.data.layers.feeders"
        " ? each.data.layers.feeders.list.map((f) => each.data.layers.feeders.block.props[f]) : [])"
    )
    assert drawn
    assert all(each["cell"] and each["level"] == "feeder" for each in drawn)


def test_without_data_the_page_says_which_commands_bring_some(page: Page, empty_site: str) -> None:
    page.goto(empty_site + "/")
    page.wait_for_load_state("networkidle")
    assert "./dev demo" in page.locator(".empty").inner_text()
    assert page.locator("#ask").count() == 0


def test_the_page_is_small(page: Page, opened: Open, site: str) -> None:
    sizes: dict[str, int] = {}

    def measure(answer: Any) -> None:
        if "/tiles/" not in answer.url and "/api/" not in answer.url and answer.url.startswith(site):
            sizes[answer.url] = len(answer.body())

    page.on("response", measure)
    opened("/")
    page.wait_for_load_state("networkidle")
    assert sum(sizes.values()) <= 250_000, sizes


def test_the_page_asks_for_what_it_shows_and_for_all_modules_at_once(
    page: Page, opened: Open, watch: Watch
) -> None:
    opened("/")
    middle = page.evaluate("map_grid.getCenter()")
    watch.requests.clear()
    opened(f"/?c={middle['lat']},{middle['lng']},12")
    page.wait_for_load_state("networkidle")
    tiles = [urlsplit(url).path.split("/")[2:4] for url in watch.requests if "/tiles/" in url]
    assert {zoom for _, zoom in tiles} == {"11"}
    assert {layer for layer, _ in tiles} == {"base", "feeders"}
    preloaded = page.evaluate(
        "Array.from(document.querySelectorAll('link[rel=modulepreload]'), (each) => each.href)"
    )
    asked = [url for url in watch.requests if "/app/page-" in url and url.endswith(".js")]
    assert sorted(url for url in asked if not url.endswith("page-paint.js")) == sorted(preloaded)
    watch.requests.clear()
    page.locator("#nav-zones").click()
    page.wait_for_load_state("networkidle")
    assert any("/tiles/parcels/11/" in url for url in watch.requests)
