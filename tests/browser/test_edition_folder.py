"""The folder of an edition in a browser, from the disk and from a plain web server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from api.operations.edition_pages import edition_pages
from gis.editions.screened import freeze_screening
from layers.editions.files import INDEX
from tests.browser.conftest import Watch
from tests.gis.editions.districts import edition, grid, rows
from tests.gis.editions.screenings import found


class Quiet(SimpleHTTPRequestHandler):
    """Sends files, and writes no log."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the pages of an edition."""
    made = tmp_path_factory.mktemp("edition")
    pages, screened = edition_pages(), freeze_screening(found(), grid(rows())["parcels"], "2026-Q4-1")
    header = edition(screening=screened.facts())
    files = []
    for name, data in pages.maps(header, screened, {}):
        (made / name).write_bytes(data)
        files.append({"name": name, "sha256": "0" * 64, "bytes": len(data)})
    (made / INDEX).write_bytes(pages.index(edition(screening=screened.facts(), files=files)))
    return made


@pytest.fixture(params=["disk", "server"])
def base(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """Give the address of the folder."""
    if request.param == "disk":
        yield folder.as_uri()
        return
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_page_shows_the_picture_and_leads_to_the_map(page: Page, base: str, watch: Watch) -> None:
    page.goto(f"{base}/{INDEX}")
    assert page.evaluate("[...document.images].map((each) => each.naturalWidth)") == [3200]
    page.click("a.open")
    page.wait_for_selector("canvas.leaflet-tile-loaded", state="attached")
    assert page.url == f"{base}/zone-map.html"
    assert all(each.startswith((base, "data:", "blob:")) for each in watch.requests)


def test_the_public_map_tells_a_parcel_without_options(page: Page, base: str, watch: Watch) -> None:
    page.goto(f"{base}/zone-map.html")
    page.fill("#search", "P1")
    page.press("#search", "Enter")
    told = page.inner_text("#parcel")
    assert "P1" in told
    assert "800 kVA" in told
    assert "150 m" in told
    assert "全部方案" not in told
    page.fill("#search", "P2")
    page.press("#search", "Enter")
    told = page.inner_text("#parcel")
    assert "900" not in told
    page.click("#language")
    assert "Zone map" in page.title()
    assert not watch.faults
