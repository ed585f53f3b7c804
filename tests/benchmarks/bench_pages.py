"""How soon the map page of 200,000 parcels can be used, how smoothly it moves, how soon a click is answered.

In headless Chromium without a GPU, over loopback, one worker of uvicorn. Nothing fails because it is slow.

- interactive: from the start of the navigation until the map's tiles are drawn and the form answers;
  the browser has nothing kept, the server has made the tiles before.
- pan: frames a second while the map is moved 8 pixels a frame, parcels and their borders in view.
- click: from the click on a parcel until its answer is on the screen, after one click that reads the streets.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from api.operations.editions import Request, publish_edition
from api.service import Service
from api.settings import Settings
from layers.editions.publish import PublishWatch
from tests.api.open.conftest import address as served
from tests.api.tiles.conftest import ON
from tests.api.tiles.towns import SOUTH, STEP, WEST, fill_town
from tests.browser.conftest import browser_type_launch_args as launched

COLUMNS, ROWS = 500, 400
VISITS = 5
CLICKS = 12
FRAMES = 180
ZOOM = 15

READY = """() => window.canvas_layer_grid_0 && document.getElementById('answer').firstChild
  && !canvas_layer_grid_0.isLoading()"""
PAN = """frames => new Promise((done) => {
  const begin = performance.now();
  let left = frames;
  const step = () => {
    if (!left) { done(1000 * frames / (performance.now() - begin)); return; }
    left -= 1;
    map_grid.panBy([left % 120 < 60 ? 8 : -8, 3], { animate: false });
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})"""
CLICK = """([x, y]) => new Promise((done) => {
  const box = map_grid.getContainer(), answer = document.getElementById('answer'), begin = performance.now();
  const watch = new MutationObserver(() => {
    if (!answer.querySelector('#verdict')) return;
    watch.disconnect();
    requestAnimationFrame(() => done(performance.now() - begin));
  });
  answer.textContent = '';
  watch.observe(answer, { childList: true, subtree: true });
  document.elementFromPoint(x, y).dispatchEvent(
    new MouseEvent('click', { bubbles: true, clientX: x, clientY: y, view: window }));
})"""

address = served
browser_type_launch_args = launched


@pytest.fixture
def service(engine: Engine, tmp_path: Path) -> Service:
    fill_town(engine, COLUMNS, ROWS)
    publish_edition(engine, tmp_path, Request(ON), ON, PublishWatch(lambda _: None, lambda: None))
    return Service(Settings(home=tmp_path, database_url=None, rate_limit=0), private=engine, public=engine)


def pages(browser: Browser, url: str, count: int) -> Iterator[Page]:
    """Give pages that a browser with nothing kept has opened and that are ready."""
    for _ in range(count):
        context = browser.new_context(bypass_csp=True, viewport={"width": 1400, "height": 900})
        page = context.new_page()
        page.set_default_timeout(300_000)
        page.goto(url)
        page.wait_for_function(READY)
        yield page
        context.close()


def test_pages(browser: Browser, address: str, capsys: pytest.CaptureFixture[str]) -> None:
    middle = f"{SOUTH + ROWS * STEP / 2},{WEST + COLUMNS * STEP / 2}"
    lines = [f"{COLUMNS * ROWS:,} parcels, Chromium without a GPU"]
    for name, query in (("the whole", ""), (f"zoom {ZOOM}", f"c={middle},{ZOOM}")):
        taken = [
            page.evaluate("performance.now()")
            for page in pages(browser, f"{address}/?load_kva=500&{query}", VISITS + 1)
        ][1:]
        lines.append(f"  interactive, {name}: median {np.median(taken):.0f} ms, most {max(taken):.0f} ms")
    for page in pages(browser, f"{address}/?load_kva=500&c={middle},{ZOOM}", 1):
        moved = [page.evaluate(PAN, FRAMES) for _ in range(3)]
        lines.append(f"  pan, zoom {ZOOM}: {np.median(moved):.0f} frames a second, least {min(moved):.0f}")
        page.wait_for_function(READY)
        first, *clicked = [page.evaluate(CLICK, [600 + 37 * i, 300 + 23 * i]) for i in range(CLICKS + 1)]
        lines.append(
            f"  click to answer: median {np.median(clicked[1:]):.0f} ms, most {max(clicked[1:]):.0f} ms"
        )
        lines.append(f"  the first, which reads the streets: {first:.0f} ms")
    with capsys.disabled():
        print("\n" + "\n".join(lines))
