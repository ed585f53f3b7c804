"""The canvas layer on vector tiles of an own server: drawn, picked, recoloured, under a CSP with nonces."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import folium
import mapbox_vector_tile
import pytest
from playwright.sync_api import Page

import maps
from maps.canvas_layer import CanvasLayer
from maps.folium_page import fragments
from tests.browser.conftest import Watch

STATIC = Path(maps.__file__).parent / "static"
KINDS = {".js": "text/javascript", ".css": "text/css"}
NONCE = "n0nce"
CSP = f"default-src 'none'; script-src 'nonce-{NONCE}'; style-src 'nonce-{NONCE}'; connect-src 'self'"

LOOK = """
window.first = { fill: "#010203" };
window.second = { fill: "#040506" };
window.colour = () => window.first;
window.look = () => ({
  paint: [{ layer: "land", style: (props) => (props.name === "hidden" ? null : window.colour(props)) }],
  labels: [{ layer: "land", size: 12, colour: "#000", text: (props) => props.name }],
});
"""


def tile() -> bytes:
    """Return a tile whose west half is a polygon with a hole, and that names run through."""
    land = (
        "POLYGON ((0 0, 2048 0, 2048 4096, 0 4096, 0 0), (500 500, 500 1500, 1500 1500, 1500 500, 500 500))"
    )
    hidden = "POLYGON ((3000 3000, 3500 3000, 3500 3500, 3000 3500, 3000 3000))"
    layer = {
        "name": "land",
        "features": [
            {"geometry": land, "properties": {"name": "<img src=x onerror=alert(1)>"}},
            {"geometry": hidden, "properties": {"name": "hidden"}},
        ],
    }
    return bytes(mapbox_vector_tile.encode([layer], default_options={"y_coord_down": True}))


def page_text() -> str:
    chart = folium.Map(location=[0.2, 0.2], zoom_start=9, tiles=None, attribution_control=False)
    chart.add_child(CanvasLayer("look", tiles="/tiles/{z}/{x}/{y}"))
    made = fragments(chart, name="grid", nonce=NONCE, linked="/static/")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>tiles</title>{made.head}'
        f'<script nonce="{NONCE}">{LOOK}</script></head><body>{made.html}{made.script}</body></html>'
    )


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = self.path
        if path.startswith("/tiles/"):
            # Land lies about the middle of the world; the rest is sea, and has no content.
            z, x, y = map(int, path.split("/")[2:])
            inside = x >= 2 ** (z - 1) and y < 2 ** (z - 1)
            self.reply(
                200 if inside else 204, "application/vnd.mapbox-vector-tile", tile() if inside else b""
            )
        elif path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            self.reply(200, KINDS[file.suffix], file.read_bytes())
        elif path == "/":
            self.reply(200, "text/html; charset=utf-8", page_text().encode())
        else:
            self.reply(204, "image/x-icon", b"")

    def reply(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Security-Policy", CSP)
        if status != 204:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name is http.server's
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}/"
    made.shutdown()
    thread.join()
    made.server_close()


def pixel(page: Page, lat: float, lon: float) -> list[int]:
    """Return the colour of a place, read from the tile that shows it."""
    found: list[int] = page.evaluate(
        """([lat, lon]) => {
          const point = map_grid.project([lat, lon]), layer = canvas_layer_grid_0;
          const tile = layer._shown().find((each) => each.coords.x === Math.floor(point.x / 512) &&
            each.coords.y === Math.floor(point.y / 512));
          const x = point.x - tile.coords.x * 512, y = point.y - tile.coords.y * 512, r = layer._ratio;
          return Array.from(tile.getContext('2d').getImageData(x * r, y * r, 1, 1).data);
        }""",
        [lat, lon],
    )
    return found


def test_tiles_are_drawn_picked_and_recoloured_without_a_request(
    page: Page, server: str, watch: Watch
) -> None:
    page.goto(server)
    page.wait_for_load_state("networkidle")
    side = 360 / 2**8  # a 512 px tile at zoom 9 of the map is tile zoom 8
    west_half = (side * 0.9, side * 0.05)
    assert pixel(page, *west_half) == [1, 2, 3, 255]
    assert pixel(page, side * 0.75, side * 0.25)[3] == 0  # the hole
    assert pixel(page, side * 0.2, side * 0.8)[3] == 0  # a feature without a style
    assert pixel(page, -side * 0.5, side * 0.5)[3] == 0  # 204, no content
    pick = "([lat, lon]) => (canvas_layer_grid_0.pick('land', [lat, lon]) || {}).name"
    assert page.evaluate(pick, west_half) == "<img src=x onerror=alert(1)>"
    assert page.evaluate(pick, (side * 0.75, side * 0.25)) is None
    assert page.evaluate(pick, (side * 0.2, side * 0.8)) == "hidden"

    asked = len(watch.requests)
    assert sum("/tiles/" in url for url in watch.requests) >= 4
    page.evaluate("window.colour = () => window.second; canvas_layer_grid_0.repaint()")
    assert pixel(page, *west_half) == [4, 5, 6, 255]
    assert len(watch.requests) == asked
    assert page.locator("img[src='x']").count() == 0
