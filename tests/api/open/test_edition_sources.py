"""Whose data an edition shows, and the number of its map (数据来源与审图号), in all of its files."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.operations.edition_pages import edition_pages
from api.operations.editions import verify_editions
from api.service import Service
from gis.editions.header import Edition
from gis.editions.metadata import metadata
from gis.editions.screened import freeze_screening
from gis.errors import InputError
from layers.editions.files import folder_of
from layers.sources.osm import SOURCE
from tests.api.open.conftest import publish_district
from tests.api.open.exports import asked, screened, texts_of
from tests.gis.editions.districts import edition as header_of
from tests.gis.editions.districts import fill, grid, rows
from tests.gis.editions.screenings import found

NUMBER = "GS(2026)1号"
NAMED = "© OpenStreetMap contributors"


def from_osm(engine: Engine, layer: str) -> None:
    """Let the rows of a layer be those of an import of OpenStreetMap."""
    with engine.begin() as connection:
        batch = connection.scalar(
            text(
                "insert into grid.import_batches (layer, files, format, mapping, options, findings,"
                " rows_read, rows_inserted, rows_updated, rows_unchanged, rows_deleted, rows_rejected)"
                " values ('osm', '[]', 'OpenStreetMap', '{}', '{}', '[]', 0, 0, 0, 0, 0, 0) returning id"
            )
        )
        connection.execute(text(f"update grid.{layer} set batch_id = :batch"), {"batch": batch})


def files_of(service: Service, edition: Edition) -> dict[str, str]:
    """Return what the files of an edition tell, those that are text or paper."""
    folder = folder_of(service.home, edition)
    told = {
        name: (folder / name).read_text(encoding="utf-8")
        for name in (
            "zone-map.html",
            "index.html",
            "parcels.geojson",
            "zones.geojson",
            f"{edition.id}.geojson",
        )
    }
    return told | {"zone-map.pdf": texts_of("pdf", (folder / "zone-map.pdf").read_bytes())}


def test_every_file_names_openstreetmap_and_the_number_of_the_map(
    engine: Engine, service: Service, client: TestClient
) -> None:
    fill(engine, rows())
    from_osm(engine, "parcels")
    screened(engine)
    edition = publish_district(service, map_number=f" {NUMBER} ")
    for name, told in files_of(service, edition).items():
        assert NAMED in told, name
        assert NUMBER in told, name
    document = client.get(f"/api/v1/editions/{edition.id}").json()
    assert document["map_number"] == NUMBER
    assert document["sources"] == [dict(SOURCE)]
    assert "ODbL" in document["sources"][0]["licence"]
    assert verify_editions(engine, service.home, None, lambda _: None).first_broken is None
    # One that is drawn anew, in English, names the source of the rows although the land around has none.
    with engine.begin() as connection:
        connection.execute(text("update grid.parcels set batch_id = 1"))
    assert NAMED in texts_of("svg", asked(client, "svg", "en"))


def test_without_number_and_source_the_slot_stays_and_nobody_is_named(
    engine: Engine, service: Service
) -> None:
    fill(engine, rows())
    screened(engine)
    edition = publish_district(service)
    assert (edition.facts["map_number"], edition.facts["sources"]) == (None, [])
    told = files_of(service, edition)
    assert not [name for name, words in told.items() if "OpenStreetMap contributors" in words]
    assert "审图号：＿＿＿＿" in told["zone-map.pdf"]
    assert "＿＿＿＿" in told["index.html"]
    assert json.loads(told["parcels.geojson"])["metadata"]["map_number"]["en"] == "none yet"


def test_an_edition_without_a_map_names_the_source_of_its_rows_alone(
    engine: Engine, service: Service
) -> None:
    fill(engine, rows())
    from_osm(engine, "parcels")
    facts = publish_district(service, map_number=NUMBER).facts
    assert facts["sources"] == []
    assert "map_number" not in facts
    from_osm(engine, "feeders")
    assert publish_district(service, map_number=NUMBER).facts["sources"] == [dict(SOURCE)]


@pytest.mark.parametrize("path", ["/", "/table"])
def test_the_live_pages_name_the_source_as_soon_as_they_show_it(
    engine: Engine, client: TestClient, path: str
) -> None:
    fill(engine, rows())
    assert NAMED not in client.get(path).text
    from_osm(engine, "parcels")
    with engine.begin() as connection:  # as every import does
        connection.execute(text("update grid.layer_versions set batch_id = 2 where layer = 'parcels'"))
    assert NAMED in client.get(path).text


def test_the_map_shows_both_and_the_same_facts_give_the_same_bytes() -> None:
    pages, frozen = edition_pages(), freeze_screening(found(), grid(rows())["parcels"], "2026-Q4-1")

    def drawn(**facts: Any) -> dict[str, bytes]:
        return dict(pages.maps(header_of(screening=frozen.facts(), **facts), frozen, {}))

    given: dict[str, Any] = {"map_number": NUMBER, "sources": [dict(SOURCE)]}
    once, bare = drawn(**given), drawn()
    assert once == drawn(**given)
    assert not [name for name in once if once[name] == bare[name]]
    assert bare == drawn(map_number=None, sources=[])  # as an edition of an earlier version


def test_the_metadata_of_an_earlier_edition_is_as_it_was() -> None:
    keys = [line.key for line in metadata(header_of())]
    assert not {"map_number", "sources"} & set(keys)


def test_a_number_that_is_not_one_line_is_refused(engine: Engine, service: Service) -> None:
    fill(engine, rows())
    with pytest.raises(InputError, match="KAIMEN_MAP_NUMBER"):
        publish_district(service, map_number="GS\n1")
