"""Names become keys, in whatever order the files come."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
import shapely

from gis.names import normal_name


@pytest.fixture
def files(write: Any) -> dict[str, Any]:
    """Write a small grid in which every name is spelt in two ways."""
    point, line = shapely.Point(120, 31), shapely.LineString([(120, 31), (120.01, 31)])
    return {
        "substations": write(
            "s.gpkg", {"变电站名称": ["东站", "西站"], "电压等级(kV)": [110, 110]}, [point, point]
        ),
        "feeders": write(
            "f.gpkg",
            {
                "线路名称": ["10kV甲线", "10kV甲线", "10kV乙线"],
                "变电站": ["东 站", "西站", "西站"],
                "电压等级": [10, 10, 10],
            },
            [line] * 3,
        ),
        "capacity": write(
            "c.csv",
            {
                "变电站": ["东站", "西站", "西站"],
                "线路名称": ["１０ＫＶ甲", "10kV甲线", "10kV丙线"],
                "最大电流(A)": [1, 2, 3],
            },
        ),
    }


READINGS = "select peak_a, asset_id, substation_id from grid.capacity order by 1"


@pytest.mark.parametrize("order", list(permutations(["substations", "feeders", "capacity"])), ids="-".join)
def test_the_order_of_imports_does_not_matter(
    bring: Any, ask: Any, files: Any, order: tuple[str, ...]
) -> None:
    for layer in order:
        bring(layer, files[layer])
    assert ask("select id, substation_id from grid.feeders order by 1") == [
        ("10kV乙", "西站"),
        ("东站/10kV甲", "东站"),
        ("西站/10kV甲", "西站"),
    ]
    assert ask(READINGS) == [(1.0, "东站/10kV甲", "东站"), (2.0, "西站/10kV甲", "西站"), (3.0, None, "西站")]


def test_what_does_not_join_is_told_with_the_nearest_names(bring: Any, checks: Any, files: Any) -> None:
    bring("substations", files["substations"])
    bring("feeders", files["feeders"])
    found = checks(bring("capacity", files["capacity"]))
    [unknown] = found["reference_unknown"]
    assert "10kV丙线" in unknown
    assert "10kV乙线" in unknown
    assert any("１０ＫＶ甲" in words and "10kV甲线" in words for words in found["name_spelling"])


def test_a_name_of_two_things_is_not_guessed(
    bring: Any, checks: Any, ask: Any, files: Any, write: Any
) -> None:
    bring("substations", files["substations"])
    bring("feeders", files["feeders"])
    result = bring("capacity", write("bare.csv", {"线路名称": ["10kV甲线"], "最大电流(A)": [7]}))
    assert "东站/10kV甲" in checks(result)["reference_ambiguous"][0]
    assert ask(READINGS) == [(7.0, None, None)]


def test_an_alias_settles_a_name_for_good(bring: Any, ask: Any, files: Any) -> None:
    for layer in ("substations", "feeders"):
        bring(layer, files[layer])
    bring("capacity", files["capacity"], aliases={normal_name("10kV丙线"): ("10kV丙线", "10kV乙线")})
    assert ask(READINGS)[2] == (3.0, "10kV乙", "西站")
    bring("substations", files["substations"])
    assert ask(READINGS)[2] == (3.0, "10kV乙", "西站")
    assert ask("select given, meaning from grid.aliases") == [(["10kV丙线"], "10kV乙线")]


def test_a_thing_that_goes_and_comes_back_is_joined_again(
    bring: Any, ask: Any, files: Any, write: Any
) -> None:
    for layer in ("substations", "feeders", "capacity"):
        bring(layer, files[layer])
    other = write("o.gpkg", {"变电站名称": ["北站"], "电压等级(kV)": [110]}, [shapely.Point(120, 31)])
    bring("substations", other, replace=True)
    assert ask("select count(*) from grid.feeders where substation_id is not null") == [(0,)]
    assert ask("select count(*) from grid.feeders where substation_ref is not null") == [(3,)]
    bring("substations", files["substations"])
    assert ask("select count(*) from grid.feeders where substation_id is not null") == [(3,)]


def test_a_name_known_at_another_substation_is_told_as_that(
    bring: Any, checks: Any, files: Any, write: Any
) -> None:
    bring("substations", files["substations"])
    bring("feeders", files["feeders"])
    result = bring(
        "capacity", write("c2.csv", {"变电站": ["东站"], "线路名称": ["10kV乙线"], "最大电流(A)": [5]})
    )
    assert "not at 东站" in checks(result)["reference_unknown"][0]
