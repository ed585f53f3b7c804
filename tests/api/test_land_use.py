"""Land use is told as people of the language say it: in answers and on the pages made from them."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.app import create_app
from api.service import Service

TOLD = {
    "P1": ("retail", "零售商业用地", "retail"),
    "P2": ("R2", "居住用地 R2", "residential R2"),
    "P3": ("salt_pond", "salt_pond", "salt_pond"),
}


@pytest.mark.parametrize(("language", "at"), [("zh", 1), ("en", 2)])
def test_answers_and_the_table_tell_the_land_use_in_the_language(
    stocked: Service, language: str, at: int
) -> None:
    with stocked.private.begin() as connection:
        ids = list(connection.scalars(text("select id from grid.parcels order by id limit 3")))
        for identity, (use, *_) in zip(ids, TOLD.values(), strict=True):
            change = text("update grid.parcels set land_use = :use where id = :id")
            connection.execute(change, {"use": use, "id": identity})
    with TestClient(create_app(stocked), headers={"Accept-Language": language}) as client:
        listed = {each["id"]: each for each in client.get("/api/v1/parcels").json()["parcels"]}
        table = client.get("/table?of=parcels").text
        for identity, words in zip(ids, TOLD.values(), strict=True):
            one = client.get(f"/api/v1/parcels/{identity}").json()
            assert (one["land_use"], one["land_use_words"]) == (words[0], words[at])
            assert listed[identity]["land_use_words"] == words[at]
            assert f">{words[at]}<" in table
        place = client.get("/api/v1/places", params={"lon": one["lon"], "lat": one["lat"]}).json()["parcel"]
        assert place["land_use_words"] == TOLD["P3"][at]
