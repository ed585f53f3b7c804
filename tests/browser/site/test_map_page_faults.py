"""The map page in a browser where names are hostile, questions refused, or the service away."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.site.asking import Open, answered, place_of
from tests.browser.site.conftest import PARCEL

HOSTILE = "<img src=x onerror=\"document.title='run'\"><b>屏</b>"


def hostile(value: Any) -> Any:
    """Return JSON whose names are markup."""
    if isinstance(value, dict):
        named = ("name", "asset_name", "parcel_name", "road_name", "words", "detail", "clause")
        return {
            key: HOSTILE if key in named and isinstance(each, str | None) else hostile(each)
            for key, each in value.items()
        }
    return [hostile(each) for each in value] if isinstance(value, list) else value


def test_names_are_only_ever_text(page: Page, opened: Open) -> None:
    def spoil(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json=hostile(answer.json()))

    page.route("**/api/v1/**", spoil)
    opened(f"/?parcel={PARCEL}&load_kva=1000&k=5")
    said = answered(page)
    page.get_by_role("button", name="并列比较").click()
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.fill("#search", "芦汀")
    expect(page.locator("#found button").first).to_contain_text("onerror")
    page.wait_for_timeout(300)
    assert "onerror" in said
    assert page.locator("img").count() == 0
    assert page.title() != "run"


@pytest.mark.parametrize(
    ("status", "told", "button"),
    [
        (503, {"title": "暂不可用", "detail": "数据库暂时连接不上", "repair": "请稍后重试"}, True),
        (429, {"title": "请求过多", "detail": "每分钟请求已达上限"}, True),
        (
            422,
            {"title": "输入有误", "detail": "负荷超出范围", "repair": "请改正", "faults": ["load_kva: 过大"]},
            False,
        ),
    ],
)
def test_a_refusal_is_told_with_its_repair(
    page: Page, opened: Open, forgive: Any, *, status: int, told: dict[str, Any], button: bool
) -> None:
    page.route(
        "**/connection?*",
        lambda route: route.fulfill(
            status=status,
            json=told | {"status": status, "request_id": "r-1"},
            headers={"Retry-After": "2", "Content-Type": "application/problem+json"},
        ),
    )
    opened(f"/?parcel={PARCEL}&load_kva=1000")
    box = page.locator(".problem")
    for each in (told["title"], told["detail"], told.get("repair", ""), *told.get("faults", ()), "r-1"):
        expect(box).to_contain_text(each, timeout=20_000)
    assert box.locator("button").count() == int(button)
    if button:
        expect(box.locator("button")).to_be_disabled()
        page.unroute("**/connection?*")
        box.get_by_role("button", name="重试").click(timeout=5_000)
        answered(page)
    forgive(str(status))


def test_a_network_that_is_away_is_told(page: Page, opened: Open, forgive: Any) -> None:
    opened("/?load_kva=1000")
    page.wait_for_load_state("networkidle")
    x, y = place_of(page, PARCEL)
    page.wait_for_load_state("networkidle")
    page.route("**/api/**", lambda route: route.abort("internetdisconnected"))
    page.mouse.click(x, y)
    expect(page.locator(".problem")).to_contain_text("网络不可用")
    page.unroute("**/api/**")
    page.get_by_role("button", name="重试").click()
    answered(page)
    forgive("ERR_INTERNET_DISCONNECTED")


def test_a_part_of_the_page_that_is_away_is_told(page: Page, opened: Open, forgive: Any) -> None:
    opened("/")
    page.wait_for_load_state("networkidle")
    page.route("**/page-export.js", lambda route: route.abort())
    page.click("#nav-zones")
    expect(page.locator("#counts")).to_contain_text("开门即接")
    expect(page.locator("#status")).to_contain_text("网络不可用")
    forgive("ERR_FAILED")


def test_tiles_that_are_away_are_told(page: Page, opened: Open, site: str, forgive: Any) -> None:
    page.route("**/tiles/feeders/**", lambda route: route.abort())
    opened("/")
    expect(page.locator("#status")).to_contain_text("部分地图数据没有取到")
    forgive("ERR_FAILED")
