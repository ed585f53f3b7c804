"""A folium map in a page of ours: vendored assets, a stable variable, nonces, nothing from elsewhere."""

from __future__ import annotations

import re
from typing import Any

import folium
import pytest
from branca.element import JavascriptLink
from folium.plugins import Fullscreen

from maps.canvas_layer import SCRIPTS, CanvasLayer
from maps.folium_page import ASSETS, DROPPED, fragments, static_text


def chart(**more: Any) -> folium.Map:
    made = folium.Map(tiles=None)
    made.add_child(CanvasLayer("a.look", **(more or {"data": "a.data"})))
    return made


def test_the_same_map_gives_the_same_page_with_stable_names() -> None:
    one, other = (fragments(chart(), name="grid") for _ in range(2))
    assert one == other
    assert 'id="map_grid"' in one.html
    assert "var map_grid = L.map(" in one.script
    assert "var canvas_layer_grid_0 = L.kaimen.canvas(" in one.script
    assert "L.kaimen.inline(a.data()), a.look());" in one.script


def test_assets_are_ours_inlined_or_linked_and_nothing_else_is_loaded() -> None:
    inline = fragments(chart(), name="grid")
    assert static_text("vendor/leaflet.js") in inline.head
    assert not re.search(r"<script[^>]+src|<link", inline.head)
    linked = fragments(chart(tiles="/tiles/zones/{z}/{x}/{y}"), name="grid", linked="/static/").head
    loaded = re.findall(r"(?:src|href)=\"([^\"]+)\"", linked)
    assert sorted(loaded) == sorted("/static/" + path for path in ASSETS.values())
    assert "vector-tile.js" not in fragments(chart(), name="grid", linked="/static/").head


def test_fingers_may_zoom() -> None:
    made = fragments(chart(), name="grid")
    assert "user-scalable" not in made.head
    assert 'name="viewport"' not in made.head


def test_every_script_and_style_carries_the_nonce() -> None:
    made = fragments(chart(), name="grid", nonce="n0nce", linked="/static/")
    tags = re.findall(r"<(?:script|style|link)\b[^>]*>", made.head + made.script)
    assert len(tags) > 8
    assert all('nonce="n0nce"' in tag for tag in tags)


def test_an_asset_that_is_not_ours_is_an_error() -> None:
    made = chart()
    plugin: Any = Fullscreen
    plugin().add_to(made)
    with pytest.raises(LookupError, match="Fullscreen"):
        fragments(made, name="grid")
    other = chart()
    figure: Any = other.get_root()
    figure.header.add_child(JavascriptLink("https://example.org/x.js"), name="x")
    with pytest.raises(LookupError, match="'x'"):
        fragments(other, name="grid")


def test_a_popup_is_refused_because_it_runs_names_and_needs_jquery() -> None:
    made = chart()
    folium.Marker([0, 0], popup="<b>name</b>", icon=None).add_to(made)
    with pytest.raises(ValueError, match="jQuery"):
        fragments(made, name="grid")


def test_a_part_of_leaflet_that_is_not_vendored_is_an_error() -> None:
    made = chart()
    folium.TileLayer("/base/{z}/{x}/{y}.png", attr="own").add_to(made)
    with pytest.raises(LookupError, match=r"L\.tileLayer"):
        fragments(made, name="grid")


def test_one_map_does_not_change_the_next() -> None:
    before = list(folium.Map.default_js)
    fragments(chart(tiles="/tiles/{z}/{x}/{y}"), name="one")
    assert folium.Map.default_js == before
    assert [name for name, _ in CanvasLayer("a.look", data="a.data").default_js] == [
        name for name, _ in SCRIPTS
    ]
    assert {name for name, _ in before} <= ASSETS.keys() | DROPPED


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"data": "a", "tiles": "/t"},
        {"data": "a();alert(1)"},
        {"tiles": "https://elsewhere/{z}"},
        {"tiles": "//elsewhere/{z}"},
    ],
)
def test_a_layer_with_an_unsafe_source_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"either data or tiles|name of a function|own server"):
        CanvasLayer("a.look", **given)


def test_the_url_of_tiles_is_no_script() -> None:
    made = fragments(chart(tiles='/t/{z}/"</script><b>'), name="grid")
    assert made.script.count("</script>") == 1
    assert "<b>" not in made.script
