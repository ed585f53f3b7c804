"""The map page in a browser with a token: what it opens, and how it is left."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from api.operations.tokens import create_token
from api.service import Service
from tests.browser.conftest import Watch
from tests.browser.site.asking import Open, answered
from tests.browser.site.conftest import PARCEL


def give(page: Page, token: str) -> None:
    """Type a token into the dialog, by keyboard."""
    page.locator("#more summary").focus()
    page.keyboard.press("Enter")
    page.locator("#planner").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#token")).to_be_focused()
    page.keyboard.type(token)
    page.keyboard.press("Enter")


def test_a_token_opens_assets_where_they_are_until_it_is_left(
    page: Page, opened: Open, site: str, site_service: Service, watch: Watch
) -> None:
    opened(f"/?parcel={PARCEL}&load_kva=1000")
    answered(page)
    assert "概化至 50 m" in page.locator("#option").inner_text() or page.locator("#cells").is_visible()
    expect(page.locator("#planner-band")).to_be_hidden()
    token = create_token(site_service.private, "planner", None, 1).whole
    with page.expect_response(lambda answer: "/tiles/substations/" in answer.url) as tile:
        give(page, token)
    assert tile.value.headers["cache-control"].startswith("private")
    assert "Authorization" in tile.value.headers["vary"]
    answered(page)
    expect(page.locator("#planner-band")).to_contain_text("非公开信息")
    expect(page.locator("#cells")).to_be_hidden()
    page.locator("#option details.block summary").first.click()
    assert "概化至 50 m" not in page.locator("#option").inner_text()
    with page.expect_download() as found:
        page.get_by_role("button", name="一次性告知书").click()
    assert found.value.suggested_filename == "notice.pdf"
    secret = token[len("kaimen_") :]
    assert secret not in page.url + page.evaluate("document.cookie + JSON.stringify(localStorage)")
    assert not [url for url in watch.requests if secret in url]
    asked: list[str] = []
    page.on("request", lambda each: asked.extend(value for value in each.headers.values() if secret in value))
    page.get_by_role("button", name="退出规划视图").click()
    page.locator("#planner-band").wait_for(state="hidden")
    answered(page)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("sessionStorage.length") == 0
    assert not asked
    assert page.locator("#cells").is_visible()


def test_a_wrong_token_is_told_in_the_dialog_and_not_kept(
    page: Page, opened: Open, watch: Watch, forgive: Any
) -> None:
    opened("/")
    give(page, "kaimen_wrong")
    expect(page.locator("#token-fault")).to_have_text("令牌有误、已过期或已撤销")
    assert sum("401" in each for each in watch.faults) == 1
    assert page.evaluate("sessionStorage.length") == 0
    page.keyboard.press("Escape")
    expect(page.locator("#token-box")).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == "planner"
    forgive("401")


def test_a_token_that_has_ended_is_told_and_forgotten(
    page: Page, opened: Open, watch: Watch, forgive: Any
) -> None:
    opened("/")
    page.evaluate("sessionStorage.setItem('kaimen-token', 'wrong')")
    page.reload()
    expect(page.locator(".problem")).to_be_visible()
    assert sum("401" in each for each in watch.faults) == 1  # more would shut the owner out
    assert page.evaluate("sessionStorage.getItem('kaimen-token')") is None
    page.get_by_role("button", name="回到公众视图").click()
    expect(page.locator("#answer .hint")).to_be_visible()
    forgive("401")
