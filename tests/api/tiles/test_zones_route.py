"""``/api/v1/zones``: zones and classes of a stored screening, in a box."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pandas as pd
import pytest
import shapely
from sqlalchemy import Engine, text

from api.operations import zones
from gis.siting.columns import ROW_COLUMNS
from layers.screenings import Run, rows_sha256, store
from tests.api.tiles.conftest import COLUMNS, ROWS, Town
from tests.api.tiles.towns import RUN, RUN_1000, SOUTH, WEST

BOX = f"{WEST + 0.02},{SOUTH + 0.02},{WEST + 0.04},{SOUTH + 0.03}"


def asked(town: Town, query: str = "", who: str = "public") -> Any:
    answer = town.client(who).get(f"/api/v1/zones{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


@pytest.mark.parametrize(
    ("who", "may_know", "test"),
    [
        ("planner", "true", "failed_test"),
        ("public", "important is not true", "nullif(failed_test, 'important is false')"),
    ],
)
def test_the_newest_screening_is_told_with_all_its_parcels(
    town: Town, who: str, may_know: str, test: str
) -> None:
    told = asked(town, who=who)
    assert (told["run_id"], told["on"], told["load_kva"], told["more"]) == (RUN, "2026-11-02", None, False)
    with town.service.private.connect() as connection:
        rows = connection.execute(
            text(
                f"select parcel_id, class, {test} from siting.run_rows"
                f" join grid.parcels on id = parcel_id where run_id = :run and {may_know}"
            ),
            {"run": RUN},
        ).all()
    assert [(each["id"], each["class"], each["failed_test"]) for each in told["parcels"]] == sorted(
        map(tuple, rows)
    )
    assert len(rows) < COLUMNS * ROWS
    assert all(0 <= each["area_ha"] < 1 for each in told["parcels"])
    assert [each["properties"]["reach_m"] for each in told["zones"]["features"]] == [200, 400]
    for each in told["zones"]["features"]:
        assert shapely.from_geojson(json.dumps(each["geometry"])).is_valid


def test_a_box_narrows_parcels_and_zones(town: Town) -> None:
    told = asked(town, f"?bbox={BOX}")
    with town.service.private.connect() as connection:
        wanted = connection.scalars(
            text(
                "select id from grid.parcels p join siting.run_rows r on r.parcel_id = p.id"
                f" where r.run_id = '{RUN}' and st_intersects(p.geom, st_makeenvelope({BOX}, 4326))"
                " and important is not true order by id"
            )
        ).all()
    assert [each["id"] for each in told["parcels"]] == list(wanted)
    assert 100 < len(wanted) < 1000
    far = asked(town, "?bbox=10,10,11,11")
    assert (far["parcels"], far["zones"]["features"]) == ([], [])
    # Round the world the other way, and once more through the 180th meridian.
    assert asked(town, f"?bbox=170,-80,{WEST + 0.04},80")["parcels"]


def test_a_load_names_the_newest_screening_of_it(town: Town) -> None:
    told = asked(town, "?load_kva=1000")
    assert (told["run_id"], told["load_kva"]) == (RUN_1000, 1000)
    assert {each["class"] for each in told["parcels"]} == {"restricted"}
    assert asked(town, f"?run={RUN_1000}&load_kva=1000")["run_id"] == RUN_1000


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?load_kva=999", "kaimen screen --load-kva 999"),
        ("?run=x", "no screening 'x'"),
        (f"?run={RUN}&load_kva=1000", "kaimen screen --load-kva 1000"),
    ],
)
def test_a_screening_that_is_not_stored_is_not_found(town: Town, query: str, words: str) -> None:
    answer = town.public.get(f"/api/v1/zones{query}", headers={"accept-language": "en"})
    assert answer.status_code == 404
    assert words in answer.json()["detail"]
    assert "筛查" in town.public.get(f"/api/v1/zones{query}&lang=zh").json()["detail"]


@pytest.mark.parametrize(
    "query", ["?load_kva=0", "?load_kva=-1", "?load_kva=nan", "?load_kva=1e9", "?bbox=1,2,3", "?bbox=a"]
)
def test_what_is_not_in_order_is_refused(town: Town, query: str) -> None:
    assert town.public.get(f"/api/v1/zones{query}").status_code == 422


def test_an_answer_is_bounded_and_says_so(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zones, "PARCELS_MOST", 50)
    told = asked(town, f"?bbox={BOX}")
    assert (len(told["parcels"]), told["more"]) == (50, True)


def test_an_answer_is_known_again(town: Town) -> None:
    path = f"/api/v1/zones?bbox={BOX}"
    first = town.public.get(path)
    tag = first.headers["etag"]
    assert town.public.get(path, headers={"if-none-match": tag}).status_code == 304
    assert town.planner.get(path, headers={"if-none-match": tag}).status_code == 200
    assert town.public.get("/api/v1/zones?load_kva=1000", headers={"if-none-match": tag}).status_code == 200
    assert town.planner.get(path).headers["cache-control"] == "private, no-cache"


def test_a_stored_run_has_each_part_of_its_zones(engine: Engine) -> None:
    """A polygon, several, and none at all, as a run without an open access point has."""
    here, there = shapely.box(120, 31, 120.1, 31.1), shapely.box(121, 31, 121.1, 31.1)
    shapes = (here, shapely.union(here, there), shapely.Polygon(), None)
    features = [
        {
            "type": "Feature",
            "properties": {"reach_m": 100.0 * at, "class": "filing", "load_kva": 160.0},
            "geometry": None if shape is None else json.loads(shapely.to_geojson(shape)),
        }
        for at, shape in enumerate(shapes)
    ]
    rows = pd.DataFrame([dict.fromkeys(ROW_COLUMNS) | {"parcel_id": "P1"}])
    collection = {"type": "FeatureCollection", "features": features}
    made = Run("r", {"load": None}, {}, date(2026, 11, 21), 1, {}, collection, rows_sha256(rows))
    for _ in range(2):  # the second time it is there already
        with engine.begin() as connection:
            store(connection, made, rows)
    question = (
        "select reach_m, count(*), bool_and(st_isvalid(geom)) from siting.zone_parts group by 1 order by 1"
    )
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(question))]
    assert found == [(0.0, 1, True), (100.0, 2, True)]
