"""What tests of the map page share: where a parcel lies, what is answered, which colours are drawn."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

Open = Callable[..., None]


def place_of(page: Page, parcel: str) -> tuple[float, float]:
    """Return the middle of a parcel in pixels of the window, after bringing it into view."""
    told = page.evaluate("id => fetch('/api/v1/parcels/' + id).then((answer) => answer.json())", parcel)
    page.evaluate(
        "([lat, lon]) => map_grid.setView([lat, lon], 16, { animate: false })", [told["lat"], told["lon"]]
    )
    found = page.evaluate(
        "([lat, lon]) => { const p = map_grid.latLngToContainerPoint([lat, lon]),"
        " b = map_grid.getContainer().getBoundingClientRect(); return [p.x + b.x, p.y + b.y]; }",
        [told["lat"], told["lon"]],
    )
    return found[0], found[1]


def answered(page: Page) -> str:
    """Return what the answer says once it is there."""
    expect(page.locator("#verdict")).to_be_visible(timeout=20_000)
    return page.locator("#answer").inner_text()


def colours(page: Page) -> dict[str, int]:
    """Return how many pixels of the tiles have each colour, of the opaque ones."""
    found: dict[str, int] = page.evaluate(
        """() => { const seen = {};
        document.querySelectorAll('canvas.leaflet-tile').forEach((tile) => {
          const data = tile.getContext('2d').getImageData(0, 0, tile.width, tile.height).data;
          for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) {
            const key = '#' + [0, 1, 2].map((k) => data[i + k].toString(16).padStart(2, '0')).join('');
            seen[key] = (seen[key] || 0) + 1;
          }
        }); return seen; }"""
    )
    return found
