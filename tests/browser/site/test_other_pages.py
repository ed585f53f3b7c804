"""The pages that the server writes, with and without JavaScript; no page breaks a rule of accessibility."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from api.operations.tokens import create_token
from api.service import Service
from tests.browser.conftest import Watch
from tests.browser.site.conftest import PARCEL

AXE = (Path(__file__).parents[1] / "assets" / "axe.min.js").read_text(encoding="utf-8")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def plain(browser: Browser, watch: Watch) -> Iterator[Page]:
    """A page of a browser that runs no script."""
    context = browser.new_context(
        java_script_enabled=False, locale="zh-CN", viewport={"width": 1400, "height": 900}
    )
    made = context.new_page()
    watch.over(made)
    yield made
    context.close()


def test_a_parcel_is_told_without_a_script(plain: Page, site: str) -> None:
    plain.goto(f"{site}/parcel/{PARCEL}?load_kva=1000")
    said = plain.locator("main").inner_text()
    for each in (
        PARCEL,
        "审批可接",
        "推荐接入方案",
        "接入路径",
        "并联审批",
        "三(一)2",
        "1,000 kVA",
        "时间安排",
        "申请资料",
    ):
        assert each in said, each
    assert plain.locator("svg.route-map").is_visible()
    assert plain.locator("svg.route-map path").count() > 20
    plain.get_by_role("link", name="在地图上查看").click()
    assert f"parcel={PARCEL}" in plain.url
    assert "load_kva=1000" in plain.url


def test_a_parcel_that_is_not_there_is_told_as_a_page(
    page: Page, site: str, forgive: Callable[[str], None]
) -> None:
    page.goto(f"{site}/parcel/%3Cb%3Ex")
    expect(page.locator("h1")).to_have_text("没有找到")
    assert "<b>x" in page.locator(".problem").inner_text()
    forgive("404")


def test_the_table_is_filtered_and_paged(plain: Page, site: str) -> None:
    plain.goto(f"{site}/table")
    assert plain.locator("tbody tr").count() == 100
    first = plain.locator("tbody tr").first.inner_text()
    plain.get_by_role("link", name="下一页").click()
    assert plain.locator("tbody tr").first.inner_text() != first
    plain.goto(f"{site}/table")
    plain.select_option("#by-level", "feeder")
    plain.fill("#by-load", "2000")
    plain.get_by_role("button", name="筛选").click()
    said = plain.locator("table").inner_text()
    for each in ("申请容量 2,000 kVA", "可满足申请容量", "不足", "无数据", "不受限"):
        assert each in said, each
    assert plain.locator("tbody tr").count() == 37
    plain.get_by_role("link", name="地块表").click()
    plain.fill("#by-q", PARCEL)
    plain.get_by_role("button", name="筛选").click()
    assert plain.locator("tbody tr").count() == 1
    plain.get_by_role("link", name="接入方案").click()
    assert f"/parcel/{PARCEL}" in plain.url


def test_all_parcels_are_paged_without_a_script(plain: Page, site: str) -> None:
    plain.goto(f"{site}/table?of=parcels&lang=en")
    seen: list[str] = []
    while True:
        seen += plain.locator("tbody th").all_inner_texts()
        onward = plain.get_by_role("link", name="Next page")
        if not onward.count():
            break
        onward.click()
    assert len(seen) == len(set(seen)) > 1_000
    plain.get_by_role("link", name="First page").click()
    assert plain.locator("tbody th").first.inner_text() == seen[0]
    told: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        more = f"&cursor={cursor}" if cursor else ""
        answer = plain.request.get(f"{site}/api/v1/parcels?limit=1000{more}").json()
        told += [each["id"] for each in answer["parcels"]]
        assert answer["more"] is (answer["cursor"] is not None)
        cursor = answer["cursor"]
    assert told == sorted(told) == [each.split()[0] for each in seen]


def test_editions_are_listed_verified_and_their_files_are_there(plain: Page, site: str) -> None:
    plain.goto(f"{site}/editions?lang=en")
    said = plain.locator("main").inner_text()
    for each in ("2026-Q4-1", "the chain of 1 edition is whole", "SHA-256", "902"):
        assert each in said, each
    files = plain.locator("td a[href*=download]")
    assert {"csv", "en.csv", "xlsx", "geojson", "gpkg", "parquet"} <= set(files.all_inner_texts())
    answer = plain.request.get(site + str(files.first.get_attribute("href")))
    assert answer.status == 200
    assert "可开放容量" in answer.text()


def violations(page: Page) -> list[str]:
    """Return the rules of accessibility that a page breaks, each with where."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{each['id']}: {each['help']} {[node['target'] for node in each['nodes']][:4]}"
        for each in found["violations"]
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_planners_dialog_and_band_and_the_empty_page_break_no_rule(
    page: Page, site: str, empty_site: str, site_service: Service, language: str
) -> None:
    page.goto(f"{empty_site}/?lang={language}")
    assert not violations(page)
    page.goto(f"{site}/?lang={language}")
    page.locator("#more summary").click()
    page.locator("#planner").click()
    assert not violations(page)
    page.fill("#token", create_token(site_service.private, "planner", None, 1).whole)
    page.keyboard.press("Enter")
    page.locator("#planner-band").wait_for()
    assert not violations(page)


@pytest.mark.parametrize(
    "path",
    [
        "/", "/?view=zones", f"/?parcel={PARCEL}&load_kva=1000&k=5", "/?parcel=LT-0009",
        "/table", "/table?of=parcels&q=LT-00", "/editions", "/screen", "/docs",
        f"/parcel/{PARCEL}?load_kva=1000", "/parcel/none",
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_rule_of_accessibility_is_broken(
    page: Page, site: str, watch: Watch, path: str, language: str
) -> None:
    page.goto(f"{site}{path}{'&' if '?' in path else '?'}lang={language}")
    if "parcel=" in path:
        page.locator("#verdict").wait_for(timeout=20_000)
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        if "k=5" in path:
            page.locator(".actions button").last.click()
    if path == "/docs":
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        for width in (1400, 800, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.wait_for_load_state("networkidle")
    assert not violations(page)
    if language == "zh":  # what a phone changes is where things stand
        page.set_viewport_size({"width": 390, "height": 844})
        assert not violations(page)
    if "none" in path:
        watch.faults[:] = [each for each in watch.faults if "404" not in each]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["/", "/table", "/docs"])
def test_every_page_is_in_reach_on_a_phone(page: Page, site: str, path: str, language: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{site}{path}?lang={language}")
    for width in (390, 360):
        page.set_viewport_size({"width": width, "height": 844})
        boxes = page.locator("header nav a").evaluate_all(
            "all => all.map((each) => each.getBoundingClientRect()).map((r) => [r.left, r.right, r.top])"
        )
        assert len(boxes) == 6
        for left, right, _ in boxes:
            assert left >= 0
            assert right <= width
        assert max(top for *_, top in boxes) - min(top for *_, top in boxes) < 20  # one line
    page.get_by_role("link", name="接口" if language == "zh" else "Interface", exact=True).click()
    expect(page.locator("h1")).to_have_text("开放接口" if language == "zh" else "The interface")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_fault_of_ours_is_told_as_a_page(
    page: Page, site: str, language: str, monkeypatch: pytest.MonkeyPatch, forgive: Callable[[str], None]
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("the inside")

    monkeypatch.setattr("api.routes.pages.shelf", fail)
    answer = page.goto(f"{site}/editions?lang={language}")
    assert answer
    assert answer.status == 500
    expect(page.locator("h1")).to_have_text("内部错误" if language == "zh" else "Something went wrong inside")
    expect(page.locator(".problem")).to_contain_text(answer.headers["x-request-id"])
    expect(page.locator(".problem")).not_to_contain_text("the inside")
    assert not violations(page)
    page.get_by_role("link", name="回到地图" if language == "zh" else "Back to the map").click()
    assert page.url.startswith(f"{site}/?lang={language}")
    forgive("500")


def test_pages_in_english_have_no_chinese_of_their_own(plain: Page, site: str) -> None:
    for path in ("/table?load_kva=100", "/editions", "/docs"):
        plain.goto(f"{site}{path}{'&' if '?' in path else '?'}lang=en")
        said = plain.locator("h1, h2, p, label, thead, caption, option, button, header").all_inner_texts()
        assert not CHINESE.search(" ".join(said).replace("中文", "")), path


def test_no_page_asks_another_host(page: Page, site: str, watch: Watch) -> None:
    for path in ("/", "/table", "/editions", f"/parcel/{PARCEL}", "/docs"):
        answer = page.goto(site + path)
        assert answer
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy, json.dumps(policy)
    page.wait_for_load_state("networkidle")
    assert {url.split("/")[2] for url in watch.requests if url.startswith("http")} == {site.split("/")[2]}
