"""How soon the map page of 200,000 parcels can be used, how smoothly it moves, how soon it answers.

In Chromium without a GPU, over the loopback, `kaimen serve` with one worker in a process of its own. Side by
side in one run: the same page over a small town, the same map without what is drawn on it, the requests of a
click asked by plain HTTP. Nothing fails because it is slow; all fails where the page does not show or answer
what it should.

- interactive: from the start of the navigation until the tiles in view are drawn and the form answers, in a
  browser that has kept nothing. The first visit is told apart: for it the server makes the tiles.
- pan: frames a second while the mouse drags the map over land not seen before, several drags of a second.
- click: from the event to the frame after the one that has the answer in it.
- load: from the event of a load typed to the frame after the one with the tiles in their new colours.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from time import perf_counter
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import text

from api.operations.editions import Request, publish_edition
from layers.database import driver, open_engine
from layers.editions.publish import PublishWatch
from tests.api.tiles.conftest import ON
from tests.api.tiles.towns import SOUTH, STEP, WEST, fill_town
from tests.benchmarks.bench_serving import Client
from tests.benchmarks.servers import kaimen
from tests.browser.conftest import browser_type_launch_args as launched

COLUMNS, ROWS = 500, 400
SMALL = 20
"""Columns and rows of the town that is compared with."""

_GROWN = Path(__file__).with_name("grown_town.sql").read_text(encoding="utf-8")
VISITS = 5
DRAGS = 6
CLICKS = 16
LOADS = 10

browser_type_launch_args = launched

HELP = """() => {
  window.painted = (begin, done) => requestAnimationFrame(() => {
    const line = new MessageChannel();
    line.port1.onmessage = () => done(performance.now() - begin);
    line.port2.postMessage(0);  // comes once the frame is made
  });
}"""
READY = """() => window.canvas_layer_grid_0 && document.getElementById('answer').firstChild
  && !canvas_layer_grid_0.isLoading() && document.querySelector('canvas.leaflet-tile-loaded')
  && performance.now()"""
DRAG = """([dx, dy, frames]) => new Promise((done) => {
  const box = map_grid.getContainer(), edges = box.getBoundingClientRect(), times = [];
  let x = edges.x + edges.width / 2 - dx * frames / 2, y = edges.y + edges.height / 2 - dy * frames / 2;
  const send = (target, kind, buttons) => target.dispatchEvent(new MouseEvent(kind, {
    bubbles: true, cancelable: true, view: window, clientX: x, clientY: y, button: 0, buttons }));
  send(document.elementFromPoint(x, y), 'mousedown', 1);
  const step = (now) => {
    times.push(now);
    if (times.length > frames) { send(document, 'mouseup', 0); done(times); return; }
    x += dx; y += dy;
    send(document, 'mousemove', 1);
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})"""
WATCH = """() => { window.answered = new Promise((done) => {
  const answer = document.getElementById('answer');
  let begin = 0;
  addEventListener('click', (event) => { begin = event.timeStamp; }, { capture: true, once: true });
  answer.textContent = '';
  const watch = new MutationObserver(() => {
    if (!answer.querySelector('#verdict')) return;
    watch.disconnect();
    painted(begin, done);
  });
  watch.observe(answer, { childList: true, subtree: true });
}); }"""
TYPE = """kva => new Promise((done) => {
  const field = document.getElementById('load'), begin = performance.now();
  field.value = kva;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  painted(begin, done);
})"""
PICTURE = """() => Array.from(document.querySelectorAll('canvas.leaflet-tile-loaded'))
  .map((tile) => tile.toDataURL()).join()"""
PLACE = """at => {
  const point = map_grid.latLngToContainerPoint(at), edges = map_grid.getContainer().getBoundingClientRect();
  return [point.x + edges.x, point.y + edges.y];
}"""
BARE = "() => { map_grid.removeLayer(canvas_layer_grid_0); canvas_layer_grid_0.repaint = () => {}; }"


def middle(columns: int, rows: int) -> str:
    """Return latitude and longitude of the middle of a town, as addresses of the page hold them."""
    return f"{SOUTH + rows * STEP / 2:.5f},{WEST + columns * STEP / 2:.5f}"


@contextmanager
def town(
    fresh: Callable[[], AbstractContextManager[str]],
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    columns: int,
    rows: int,
) -> Iterator[Callable[[int, str], str]]:
    """Serve a town; give what makes the address of its page at a zoom."""
    with fresh() as url:
        engine = open_engine(url)
        fill_town(engine, columns, rows)
        with engine.begin() as connection, driver(connection) as raw:
            grown = _GROWN.replace(":columns", str(columns)).replace(":rows", str(rows))
            raw.execute(grown.encode())
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("analyze"))
        publish_edition(
            engine, folder / "published", Request(ON), ON, PublishWatch(lambda _: None, lambda: None)
        )
        engine.dispose()
        with kaimen(monkeypatch, folder / "served", url) as server:
            yield lambda zoom, more: f"{server.address}/?{more}&c={middle(columns, rows)},{zoom}"


def visit(browser: Browser, url: str) -> tuple[Page, float]:
    """Open a page in a browser that has kept nothing; return it and the milliseconds until it can be used."""
    context = browser.new_context(bypass_csp=True, viewport={"width": 1400, "height": 900}, locale="zh-CN")
    context.add_init_script(f"({HELP})()")
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(url)
    ready: float = page.wait_for_function(READY).json_value()
    assert page.locator("#answer .problem").count() == 0
    return page, ready


MAP, ZONES = "load_kva=500", "view=zones"
VIEWS = (
    ("whole town", 11, MAP),
    ("whole town, zones", 11, ZONES),
    ("zoom 13", 13, MAP),
    ("zoom 15", 15, MAP),
    ("zoom 15, zones", 15, ZONES),
    ("zoom 16", 16, MAP),
)


def test_pages(
    browser: Browser,
    fresh_database: Callable[[], AbstractContextManager[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def say(line: str) -> None:
        with capsys.disabled():
            print(f"\n{line}", end="")

    (tmp_path / "large").mkdir()
    (tmp_path / "small").mkdir()
    with ExitStack() as ended:
        large = ended.enter_context(town(fresh_database, monkeypatch, tmp_path / "large", COLUMNS, ROWS))
        small = ended.enter_context(town(fresh_database, monkeypatch, tmp_path / "small", SMALL, SMALL))
        say(f"{COLUMNS * ROWS:,} parcels, Chromium {browser.version} without a GPU")
        say(f"  asked as it starts, with corridors to build: answered after {first_s(large(15, MAP)):.0f} s")
        first_s(small(15, MAP))  # none lays its streets out while the other is measured
        for what, zoom, more in VIEWS:
            say(f"{what} (load average {os.getloadavg()[0]:.1f})")
            for line in measured(browser, large(zoom, more), small(zoom, more)):
                say(f"  {line}")
        say(f"zoom 15 (load average {os.getloadavg()[0]:.1f})")
        for line in clicks(browser, large(15, MAP)):
            say(f"  {line}")


def measured(browser: Browser, large: str, small: str) -> Iterator[str]:
    """Measure a view of the page."""
    taken = np.array([[opened_ms(browser, url) for url in (large, small)] for _ in range(VISITS + 1)])
    usual, other = np.median(taken[1:], axis=0)
    yield (
        f"interactive in {usual:.0f} ms (target 2,000), most {taken[1:, 0].max():.0f}, first visit"
        f" {taken[0, 0]:.0f}; {usual / other:.2f} times the small town"
    )
    page, _ = visit(browser, large)
    with closing(page.context):
        if MAP in large:
            yield typed(page)
        yield panned(page)


def first_s(url: str) -> float:
    """Return the seconds until a server that has just started answers a click on the middle of its town."""
    lat, lon = map(float, url.partition("&c=")[2].split(",")[:2])
    with closing(Client(url)) as client:
        return asked_ms(client, lat + 0.4 * STEP, lon + 0.4 * STEP) / 1_000


def opened_ms(browser: Browser, url: str) -> float:
    """Return the milliseconds until a page can be used."""
    page, ready = visit(browser, url)
    page.context.close()
    return ready


def typed(page: Page) -> str:
    """Return how soon tiles have the colours of a load that is typed."""
    loads = (100, 100_000)
    pictures = {(page.evaluate(TYPE, kva), page.evaluate(PICTURE))[1] for kva in loads}
    assert len(pictures) == len(loads)
    taken = [page.evaluate(TYPE, kva) for kva in loads * (LOADS // 2)]
    return f"load typed, tiles repainted in {np.median(taken):.0f} ms, most {max(taken):.0f}"


def panned(page: Page) -> str:
    """Return how smoothly a page moves, and how smoothly its bare map does."""
    step = ((7, 3), (-3, 7), (-7, -3), (3, -7), (7, 3), (-7, -3))

    def drags() -> tuple[float, float]:
        frames = np.concatenate([np.diff(page.evaluate(DRAG, [*step[n], 60])) for n in range(DRAGS)])
        return 1_000 / frames.mean(), float(np.percentile(frames, 99))

    rate, slow_ms = drags()
    page.evaluate(BARE)
    bare, bare_ms = drags()
    return (
        f"pan {rate:.0f} frames a second (target 40), 99 of 100 frames within {slow_ms:.0f} ms;"
        f" the bare map {bare:.0f}, {bare_ms:.0f} ms"
    )


def clicks(browser: Browser, url: str) -> Iterator[str]:
    """Measure clicks on parcels, in turns with the requests of clicks on their neighbours alone."""
    page, _ = visit(browser, url)
    taken, alone = [], []
    with closing(page.context), closing(Client(page.url)) as client:
        for n in range(CLICKS + 1):
            lat, lon = (
                SOUTH + (ROWS // 2 + 2 * (n % 5) - 5.6) * STEP,
                WEST + (COLUMNS // 2 + n - 8.6) * STEP,
            )
            page.evaluate(WATCH)
            page.mouse.click(*page.evaluate(PLACE, [lat, lon]))
            taken.append(page.evaluate("window.answered"))
            assert page.locator("button.card").count(), page.url
            alone.append(asked_ms(client, lat + STEP, lon))
    usual, plain = np.median(taken[1:]), np.median(alone[1:])
    yield f"click to answer {usual:.0f} ms (target 300), most {max(taken[1:]):.0f}"
    yield f"  its requests by plain HTTP {plain:.0f} ms: the page adds {usual - plain:.0f}"
    yield f"  the first click, for which the page loads how answers are shown, {taken[0]:.0f} ms"


def asked_ms(client: Client, lat: float, lon: float) -> float:
    """Return the milliseconds that the requests of a click take one after another."""
    begin = perf_counter()
    found = json.loads(client.get(f"/api/v1/places?lon={lon}&lat={lat}&lang=zh"))["parcel"]
    address = f"/api/v1/parcels/{quote(found['id'])}"
    told = json.loads(client.get(f"{address}/connection?load_kva=500&lang=zh"))
    client.get(f"{address}?lang=zh")
    taken = (perf_counter() - begin) * 1_000
    assert told["options"]
    return taken
