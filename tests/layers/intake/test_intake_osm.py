"""OpenStreetMap extracts go through the same batches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import shapely

from gis.errors import InputError

EXTRACT = """<?xml version="1.0"?><osm version="0.6">
<node id="1" version="1" lon="14.50" lat="35.90"/><node id="2" version="1" lon="14.51" lat="35.90"/>
<node id="3" version="1" lon="14.51" lat="35.91"/><node id="4" version="1" lon="14.50" lat="35.91"/>
<way id="10" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/><tag k="name" v="A"/></way>
<way id="11" version="1"><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/></way>
<way id="12" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="4"/><nd ref="1"/>
<tag k="landuse" v="industrial"/></way></osm>"""


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    path = tmp_path / "place.osm"
    path.write_text(EXTRACT)
    return path


def test_several_layers_are_one_batch(bring: Any, ask: Any, extract: Path) -> None:
    result = bring("osm", extract)
    assert {name: counts.inserted for name, counts in result.counts.items()} == {"roads": 2, "parcels": 1}
    assert ask("select id, class, node_ids from grid.roads order by 1") == [
        ("way/10", "primary", [1, 2]),
        ("way/11", "local", [2, 3]),
    ]
    assert ask("select layer, noding from grid.import_batches") == [("osm", "nodes")]


def test_what_an_extract_does_not_state_keeps_its_value(
    bring: Any, ask: Any, extract: Path, write: Any
) -> None:
    bring("osm", extract)
    columns = {"id": ["way/12"], "land_use": ["M1"], "far": [1.5]}
    bring("parcels", write("p.gpkg", columns, [shapely.box(14.5, 35.9, 14.51, 35.91)]))
    bring("osm", extract)
    assert ask("select land_use, far from grid.parcels") == [("industrial", 1.5)]


def test_options_that_mean_nothing_are_refused(bring: Any, extract: Path) -> None:
    with pytest.raises(InputError, match="--crs, --where"):
        bring("osm", extract, crs="EPSG:4326", where={"a": "b"})
