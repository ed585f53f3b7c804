"""The written pages by keyboard alone: every stop is seen, focus is never lost, what happens is announced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from api.operations.demo import DEMO_DAY
from api.operations.tokens import create_token
from api.runner import running_jobs
from api.service import Service
from tests.browser.site.conftest import PARCEL
from tests.browser.site.test_screen_page import HOLD, PATIENCE_MS

FOCUS = """() => {
  const node = document.activeElement;
  if (!node || node === document.body) return null;
  const box = node.getBoundingClientRect(), look = getComputedStyle(node);
  const top = document.elementFromPoint(
    Math.max(0, box.x) + Math.min(box.width, 16) / 2, Math.max(0, box.y) + Math.min(box.height, 16) / 2);
  return {
    what: node.tagName + (node.id ? "#" + node.id : "") + " " + (node.innerText || "").slice(0, 30),
    href: node.getAttribute("href"), id: node.id, type: node.type || "",
    seen: box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight && box.right > 0
      && box.left < innerWidth,
    over: Boolean(top) && (node.contains(top) || top.contains(node)),
    ring: look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2,
  };
}"""


def stops(page: Page, most: int = 400) -> Iterator[dict[str, Any]]:
    """Press Tab through the page, and give each stop; the parts of a date are one."""
    before = None
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop is None:
            return
        if not (stop["type"] == "date" and stop["id"] == before):
            yield stop
        before = stop["id"]
    raise AssertionError("the page does not end")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("what => document.activeElement.matches(what)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
@pytest.mark.parametrize(
    "path",
    [
        "/screen", "/editions", f"/parcel/{PARCEL}?load_kva=1000", "/table?load_kva=1000",
        "/table?of=parcels&q=LT-003", "/docs",
    ],
)  # fmt: skip
def test_every_stop_of_a_page_is_seen_and_has_its_ring(
    page: Page, site: str, path: str, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(site + path)
    page.wait_for_load_state("networkidle")
    found = list(stops(page))
    wrong = [each for each in found if not (each["seen"] and each["over"] and each["ring"])]
    assert not wrong, wrong
    names = [each["id"] for each in found]
    assert {"nav-map", "nav-zones", "nav-table", "nav-editions", "nav-docs", "language"} <= set(names)
    links = page.locator("main a[href], main button, main summary, main select, main input").evaluate_all(
        "all => all.filter((each) => each.checkVisibility()).length"
    )
    inside = [each for each in found[1:] if not each["id"].startswith(("nav-", "language"))]
    assert len(inside) >= links + 1  # the brand is one more


def test_the_skip_link_leads_to_the_content(page: Page, site: str) -> None:
    page.goto(f"{site}/docs?lang=en")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "/api/v1/openapi.json"


def test_an_operation_is_opened_and_closed_by_keys(page: Page, site: str) -> None:
    page.goto(f"{site}/docs?lang=en")
    tab_to(page, "#get-api-v1-editions summary")
    page.keyboard.press("Enter")
    expect(page.locator("#get-api-v1-editions table").first).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')").startswith("/api/v1/editions")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    expect(page.locator("#get-api-v1-editions table").first).to_be_hidden()


def test_a_screening_is_asked_cancelled_and_found_again_by_keys_alone(
    page: Page, site: str, site_service: Service
) -> None:
    keys, status = page.keyboard, page.locator("#status")
    page.goto(f"{site}/screen?lang=en")
    assert status.get_attribute("aria-live") == "polite"
    token = create_token(site_service.private, "planner", None, 1).whole
    tab_to(page, "#token")
    keys.type(token)
    keys.press("Enter")
    expect(page.locator("#of")).to_be_focused()
    with running_jobs(site_service.settings, site_service.private):
        _asked_by_keys(page, "820")
        expect(page.locator("#latest .job")).to_have_count(1, timeout=PATIENCE_MS)
        expect(status).to_have_text("The screening is done")
        with site_service.private.connect() as holding:
            holding.execute(text(HOLD))
            keys.press("Shift+Tab")
            _asked_by_keys(page, "830")
            card = page.locator("#now .job")
            expect(card).to_contain_text("step 8 of 8", timeout=PATIENCE_MS)
            # What was found earlier keeps the focus while the lists go on.
            tab_to(page, "#latest a")
            kept = page.evaluate("document.activeElement.textContent")
            asked = page.request.post(
                f"{site}/api/v1/screenings",
                data={"load_kva": 840, "on": DEMO_DAY.isoformat()},
                headers={"Authorization": f"Bearer {token}"},
            )
            assert asked.status == 202
            expect(card).to_have_count(2)
            assert page.evaluate("document.activeElement.textContent") == kept
            removed = page.request.delete(
                f"{site}{asked.headers['location']}", headers={"Authorization": f"Bearer {token}"}
            )
            assert removed.ok
            expect(card).to_have_count(1)
            expect(page.locator("#latest .job")).to_have_count(2)
            assert page.evaluate("document.activeElement.textContent") == kept
            page.reload()
            expect(card).to_contain_text("830 kVA")
            tab_to(page, "#now .job button")
            keys.press("Enter")
            expect(status).to_have_text("Cancelling …")
            expect(page.locator("#now-title")).to_be_focused()
            holding.rollback()
        expect(page.locator("#latest .job").first).to_contain_text("cancelled", timeout=PATIENCE_MS)
        expect(page.locator("#now-title")).to_be_focused()
    tab_to(page, "#leave")
    keys.press("Enter")
    expect(page.locator("#token")).to_be_focused()
    expect(status).to_have_text("The token is removed")


def _asked_by_keys(page: Page, load_kva: str) -> None:
    """Ask for a screening of one load from the first field of the form on."""
    page.locator("#of").press("End")
    expect(page.locator("#of")).to_have_value("one")
    tab_to(page, "#load")
    page.keyboard.press("Control+A")
    page.keyboard.type(load_kva)
    tab_to(page, "#on")
    page.keyboard.type(DEMO_DAY.strftime("%m%d%Y"))
    tab_to(page, "#ask-screening button")
    page.keyboard.press("Enter")
    expect(page.locator("#now .job")).to_contain_text(f"{load_kva} kVA", timeout=PATIENCE_MS)
    expect(page.locator("#ask-screening button")).to_be_focused()
