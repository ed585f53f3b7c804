"""The page of screenings: a planner asks, follows, reloads, cancels, and is led to the zones."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from api.operations.demo import DEMO_DAY
from api.operations.tokens import create_token
from api.runner import running_jobs
from api.service import Service
from tests.browser.site.test_other_pages import AXE

PATIENCE_MS = 60_000
HOLD = "select pg_advisory_xact_lock(hashtext('kaimen screening'))"


@pytest.fixture
def token(site_service: Service) -> str:
    return create_token(site_service.private, "planner", None, 1).whole


def enter(page: Page, token: str) -> None:
    page.locator("#token").fill(token)
    page.locator("#token").press("Enter")
    expect(page.locator("#ask-screening")).to_be_visible()


def ask(page: Page, load_kva: str) -> None:
    page.select_option("#of", "one")
    page.fill("#load", load_kva)
    page.fill("#on", DEMO_DAY.isoformat())
    page.locator("#ask-screening button").press("Enter")


def violations(page: Page) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [f"{each['id']}: {[node['target'] for node in each['nodes']]}" for each in found]


def test_a_screening_is_asked_found_again_cancelled_and_answered(
    page: Page, site: str, site_service: Service, token: str
) -> None:
    page.goto(f"{site}/screen?lang=zh")
    enter(page, token)
    expect(page.locator("#now")).to_have_text("没有")
    with running_jobs(site_service.settings, site_service.private):
        with site_service.private.connect() as holding:
            holding.execute(text(HOLD))
            ask(page, "700")
            card = page.locator("#now .job")
            expect(card).to_contain_text("保存筛查 · 第 8 步，共 8 步", timeout=PATIENCE_MS)
            expect(card).to_contain_text("700 kVA")
            assert card.locator("progress").evaluate("bar => bar.value / bar.max") == 7 / 8
            assert not violations(page)
            page.reload()
            expect(card).to_contain_text("保存筛查")
            card.get_by_role("button", name="取消").press("Enter")
            expect(page.locator("#latest .job").first).to_contain_text("已取消")
            expect(page.locator("#now-title")).to_be_focused()
        ask(page, "1710")
        done = page.locator("#latest .job").first
        expect(done).to_contain_text("1,710 kVA", timeout=PATIENCE_MS)
        run = done.locator("p", has_text="筛查编号").inner_text().removeprefix("筛查编号").strip()
        page.fill("#k", "4")  # another question of the same load
        ask(page, "1710")
        expect(done).to_contain_text("4 个方案", timeout=PATIENCE_MS)
        done = page.locator("#latest .job").nth(1)
    expect(page.locator("#status")).to_have_text("筛查已完成")
    expect(done).to_contain_text("开门即接")
    assert not violations(page)
    with page.expect_download() as waiting:
        done.get_by_role("link", name="CSV").click()
    assert run in waiting.value.path().read_text(encoding="utf-8-sig")
    done.get_by_role("link", name="示范区图").click()
    expect(page.locator("#counts caption")).to_contain_text("1,710 kVA")
    of_this_one = re.compile(f"run={run}&")
    expect(page.locator("#counts tfoot a").first).to_have_attribute("href", of_this_one)
    # The newest one of another load, and back to the one that is named.
    page.fill("#load", "1000")
    expect(page.locator("#counts caption")).to_contain_text("1,000 kVA")
    page.fill("#load", "1710")
    expect(page.locator("#counts tfoot a").first).to_have_attribute("href", of_this_one)


def test_a_wrong_token_is_told_and_not_kept(page: Page, site: str, forgive: Callable[[str], None]) -> None:
    page.goto(f"{site}/screen?lang=en")
    enter_ = page.locator("#token")
    enter_.fill("kaimen_wrong")
    enter_.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The token is not valid")
    expect(enter_).to_be_focused()
    assert page.evaluate("window.sessionStorage.length") == 0
    forgive("401")


def test_a_question_that_is_refused_says_why(
    page: Page, site: str, token: str, forgive: Callable[[str], None]
) -> None:
    page.goto(f"{site}/screen?lang=en")
    enter(page, token)
    page.evaluate("document.querySelector('#load').max = ''")
    ask(page, "2000000")
    expect(page.get_by_role("alert")).to_contain_text("load_kva: has to be at most 1000000")
    expect(page.locator("#now")).to_have_text("None")
    forgive("422")
