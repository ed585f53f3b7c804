"""``kaimen build``: what it tells, and when it builds anew."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
import shapely
from sqlalchemy import Engine

from api.operations.corridors import CORRIDORS, Built, Recipe, corridors, mapped
from gis.corridors.arrays import to_arrays
from gis.corridors.model import build_corridors
from gis.corridors.parameters import CorridorParameters
from layers.cluster import Cluster
from layers.queries.grid import read_grid
from tests.api.build.conftest import CROSS, SILENT, at, nothing_read, parcel, road, same

CONTRACT = {
    *("built", "key", "edges", "corners", "arcs", "pieces", "verge_km"),
    *("parcels", "parcels_without_frontage", "seconds", "bytes", "file"),
}


def test_the_answer_has_the_fields_of_the_contract(city: None, build: Any, file: Path) -> None:
    told = build()
    assert set(told) >= CONTRACT
    counted = {name: told[name] for name in ("roads", "edges", "corners", "pieces", "crossings", "parcels")}
    # Four corners in the middle and two at each end; the ends lie where the data ends, so they are crossed.
    assert counted == {"roads": 2, "edges": 4, "corners": 12, "pieces": 1, "crossings": 8, "parcels": 2}
    assert (told["built"], told["arcs"]) == (True, 8 + 8)
    assert told["parcels_without_frontage"] == 1
    assert told["verge_km"] == pytest.approx(8 * 0.495, rel=0.15)  # a degree of latitude is longer
    assert (len(told["key"]), told["seconds"] > 0) == (16, True)
    assert (told["file"], told["bytes"]) == (str(file), file.stat().st_size)


def test_what_is_mapped_is_what_is_built_in_ordinary_arrays(city: None, engine: Engine, home: Path) -> None:
    made = build_corridors(read_grid(engine, CORRIDORS.layers), CorridorParameters())
    first = mapped(CORRIDORS, engine, home, CorridorParameters(), SILENT)
    second = mapped(CORRIDORS, engine, home, CorridorParameters(), SILENT)
    assert (first.built, second.built) == (True, False)
    assert first.key == second.key
    for found in (first.value, second.value, corridors(engine, home, CorridorParameters(), SILENT)):
        assert same(found, made)
        assert found.graph.streets.zone == made.graph.streets.zone
        assert all(
            array.flags.writeable and array.flags.c_contiguous and type(array) is np.ndarray
            for name, array in to_arrays(found).items()
            if ":" not in name and array.ndim
        )


def test_a_second_build_is_up_to_date_and_reads_nothing(
    city: None, build: Any, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build()
    before = file.stat().st_ino
    with nothing_read(monkeypatch):
        second = build()
    assert (first["built"], second["built"]) == (True, False)
    unchanged = set(first) - {"built", "seconds"}
    assert {name: first[name] for name in unchanged} == {name: second[name] for name in unchanged}
    assert file.stat().st_ino == before
    third = build("--force")
    assert (third["built"], third["key"]) == (True, first["key"])
    assert file.stat().st_ino != before


def test_for_people_it_is_told_in_words(city: None, kaimen: Any) -> None:
    told = kaimen("build")
    assert (told.code, told.err) == (0, "")
    assert "The corridors were built in" in told.out
    assert "12 corners, 16 arcs, connected pieces: 1" in told.out
    assert "1 with frontage, 1 without" in told.out
    assert "The corridors are up to date" in kaimen("build").out


def test_what_it_is_made_from_builds_anew_and_nothing_else_does(
    city: None, bring: Any, build: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = build()["key"]
    bring(
        "feeders", ({"id": "F1", "name": "甲线", "voltage_kv": 10}, shapely.LineString([at(0, 0), at(9, 9)]))
    )
    bring("capacity", "asset,limit_a,peak_a,data_date", "F1,400,100,2026-09-30")
    bring("claims", "id,asset,site,kva,accepted_on", "C1,F1,near,100 kVA,2026-09-30")
    bring("roads", *CROSS)  # as they are
    with nothing_read(monkeypatch):
        assert build()["key"] == key
    keys = {key}
    for layer, row in (
        ("roads", road("北街", (-500, 300), (0, 300))),
        ("parcels", parcel("other", -100, 10)),
        ("green", parcel("park", -100, -100)),
        ("roads", road("北街", (-500, 300), (0, 300), width_m=12)),
    ):
        bring(layer, row)
        told = build()
        assert told["built"]
        keys.add(told["key"])
    assert len(keys) == 5
    assert (told["roads"], told["edges"], told["parcels"]) == (3, 6, 3)


def test_another_parameter_is_another_key(city: None, engine: Engine, home: Path) -> None:
    usual = CorridorParameters()
    wider = replace(usual, default_width_m=usual.default_width_m | {"local": 9.0})  # type: ignore[operator]  # both are read-only dicts
    keys = [
        mapped(recipe, engine, home, parameters, SILENT).key
        for recipe, parameters in (
            (CORRIDORS, usual),
            (CORRIDORS, replace(usual, reach_m=900.0)),
            (CORRIDORS, wider),
            (replace(CORRIDORS, format=CORRIDORS.format + 1), usual),
            (replace(CORRIDORS, upon="another"), usual),
        )
    ]
    assert len(set(keys)) == 5
    back = mapped(CORRIDORS, engine, home, usual, SILENT)
    assert (back.built, back.key) == (True, keys[0])


def test_no_roads_are_told_with_the_repair(kaimen: Any, bring: Any, home: Path) -> None:
    bring("parcels", parcel("near", 100, 10))
    told = kaimen("build", "--json")
    assert told.code == 1
    assert "holds no roads" in told.error["detail"]
    assert "kaimen import roads" in told.error["detail"]
    assert list((home / "corridors").iterdir()) == []


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda whole: whole[:-1], id="cut off"),
        pytest.param(lambda whole: whole[: len(whole) // 2], id="half"),
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda _: b"SQLite format 3\0" * 999, id="foreign"),
        pytest.param(lambda whole: whole[:100] + b"?" + whole[101:], id="header"),
        pytest.param(lambda whole: whole[:-4_000] + bytes([whole[-4_000] ^ 1]) + whole[-3_999:], id="data"),
    ],
)
def test_a_damaged_file_is_built_anew(
    city: None, build: Any, file: Path, damage: Callable[[bytes], bytes]
) -> None:
    build()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert build()["built"]
    assert file.read_bytes() == whole
    assert not build()["built"]


def test_two_databases_never_share_a_file(
    city: None,
    cluster: Cluster,
    engine: Engine,
    build: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = build()
    engine.dispose()
    copy = f"copy_{uuid.uuid4().hex}"
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f"create database {copy} template {engine.url.database}")
        try:
            with monkeypatch.context() as patch:
                patch.setenv("KAIMEN_DATABASE_URL", cluster.url(copy))
                second = build()
        finally:
            connection.execute(f"drop database {copy} with (force)")
    assert second["built"]
    assert second["key"] != first["key"]


@dataclass(frozen=True, slots=True)
class Counts:
    rows: np.ndarray
    reach_m: float


def test_another_kind_of_file_is_one_recipe(city: None, engine: Engine, home: Path, file: Path) -> None:
    below = mapped(CORRIDORS, engine, home, CorridorParameters(), SILENT)
    recipe = Recipe(
        "counts",
        1,
        (*CORRIDORS.layers, "feeders"),
        Counts,
        lambda grid, parameters, _: Counts(np.array([len(grid["roads"])]), parameters.reach_m),
        upon=below.key,
    )
    made: list[Built[Counts]] = [mapped(recipe, engine, home, CorridorParameters(), SILENT) for _ in "ab"]
    assert [each.built for each in made] == [True, False]
    assert made[1].value.rows.tolist() == [2]
    assert made[1].value.reach_m == 1_000.0
    assert not mapped(CORRIDORS, engine, home, CorridorParameters(), SILENT).built
