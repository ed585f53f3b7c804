"""What differs between two editions, and the reason that is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from gis.capacity.parameters import default_parameters, read_parameters
from gis.editions.diff import Diff
from gis.editions.disclosure import default_settings, read_settings
from layers.editions.compare import compare_editions
from layers.editions.publish import PublishWatch, Wish, publish
from layers.editions.store import read_editions
from maps.edition_page import diff_page, sentence
from tests.gis.editions.districts import fill, rows

WISH = Wish(
    date(2026, 11, 21), datetime(2026, 11, 21, tzinfo=UTC), None, None, default_parameters(),
    default_settings(), {}, "0.1.0",
)  # fmt: skip

Later = Callable[..., Diff]


@pytest.fixture
def later(engine: Engine, tmp_path: Path) -> Later:
    """Publish, change the data, publish again, and compare: ``later("update ...", as_of=...)``."""
    fill(engine, rows())

    def run(*statements: str, **wish: Any) -> Diff:
        silent = PublishWatch(lambda _: None, lambda: None)
        publish(engine, tmp_path, WISH, silent)
        with engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        publish(engine, tmp_path, replace(WISH, **wish), silent)
        with engine.connect() as connection:
            known = [each.edition for each in read_editions(connection)]
        return compare_editions(engine, known[0], known[1], known)

    return run


def reasons(diff: Diff, field: str = "open_capacity_kva") -> dict[str, str]:
    return {each.asset_id: str(each.reason) for each in diff.changes() if each.field == field}


def test_nothing_differs_where_nothing_was_changed(later: Later) -> None:
    diff = later()
    assert diff.as_json() == {
        "from": "2026-Q4-1", "to": "2026-Q4-2", "added": [], "removed": [], "withheld": [],
        "no_longer_withheld": [], "changed": [],
    }  # fmt: skip


CASES: dict[str, tuple[str, dict[str, Any], dict[str, str]]] = {
    "a new reading": (
        "update grid.capacity set peak_a = 150, data_date = '2026-10-31' where asset_id = 'F1'",
        {},
        {"F1": "new_reading"},
    ),
    "a rating": (
        "update grid.capacity set limit_a = 500 where asset_id = 'F1'", {}, {"F1": "rating_changed"},
    ),
    "a new claim": (
        "insert into grid.claims (id, asset_id, site, kva, accepted_on, batch_id)"
        " values ('C9', 'F1', 'P8', 400, '2026-11-22', 1)",
        {"as_of": date(2026, 11, 30)},
        {"F1": "new_claim"},
    ),
    "a claim energised": (
        "update grid.claims set energised_on = '2026-11-25' where id = 'C1'",
        {"as_of": date(2026, 11, 30)},
        {"F1": "claim_energised"},
    ),
    "a claim withdrawn": (
        "update grid.claims set withdrawn_on = '2026-11-25' where id = 'C2'",
        {"as_of": date(2026, 11, 30)},
        {"F1": "claim_withdrawn"},
    ),
    "claims expired": (
        "select 1", {"as_of": date(2027, 6, 2)}, {"F1": "claim_expired", "F2": "claim_expired"},
    ),
    "a claim changed": ("update grid.claims set kva = 150 where id = 'C1'", {}, {"F1": "claim_changed"}),
    "a claim removed": ("delete from grid.claims where id = 'C1'", {}, {"F1": "claim_removed"}),
    "a claim below": (
        "insert into grid.claims (id, asset_id, site, kva, accepted_on, batch_id)"
        " values ('C9', 'D1', 'P8', 50, '2026-11-22', 1)",
        {"as_of": date(2026, 11, 30)},
        {"F1": "new_claim", "D1": "new_claim"},
    ),
    "an ancestor": (
        "update grid.capacity set peak_kva = 39900, data_date = '2026-10-31' where asset_id = 'M1'",
        {},
        {"M1": "new_reading", "F1": "ancestor_changed", "D1": "ancestor_changed", "D2": "ancestor_changed"},
    ),
    "parameters": (
        "select 1",
        {"parameters": read_parameters("derate_feeder = 0.7", "own.toml")},
        {"F1": "parameters_changed", "F2": "parameters_changed", "G1": "parameters_changed"},
    ),
    "bands": (
        "update grid.capacity set rated_kva = null where false",
        {"settings": read_settings("bands_kva = [0, 100000]", "own.toml")},
        dict.fromkeys(("S1", "S2", "M1", "M2", "M3", "M4", "F1", "F2", "G1", "D1", "D2", "D3", "D5"),
                      "settings_changed"),
    ),
    "a stale reading": (
        "update grid.capacity set data_date = '2025-08-25' where asset_id = 'F1'",
        {"as_of": date(2026, 11, 30)},
        {"F1": "reading_stale"},
    ),
    "a correction": (
        "update grid.capacity set peak_a = 150, data_date = '2026-10-31' where asset_id = 'F1'",
        {"corrects": "2026-Q4-1"},
        {"F1": "correction"},
    ),
    "a claim entered later in a correction": (
        "insert into grid.claims (id, asset_id, site, kva, accepted_on, batch_id)"
        " values ('C9', 'F1', 'P8', 400, '2026-10-01', 1)",
        {"corrects": "2026-Q4-1"},
        {"F1": "new_claim"},
    ),
    "an ancestor in a correction": (
        "update grid.capacity set peak_kva = 39900, data_date = '2026-10-31' where asset_id = 'M1'",
        {"corrects": "2026-Q4-1"},
        {"M1": "correction", "F1": "ancestor_changed", "D1": "ancestor_changed", "D2": "ancestor_changed"},
    ),
    "the larger of two": (
        "update grid.capacity set peak_a = 150, data_date = '2026-10-31' where asset_id = 'F1';"
        " update grid.claims set kva = 101 where id = 'C1'",
        {},
        {"F1": "new_reading"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", list(CASES))
def test_the_reason_of_a_change_of_the_open_capacity(later: Later, case: str) -> None:
    statement, wish, wanted = CASES[case]
    diff = later(statement, **wish)
    found = reasons(diff)
    assert {thing: found.get(thing) for thing in wanted} == wanted
    if case != "claims expired":
        upwards = {"S1", "M1", "M2", "S2", "M3"}  # their pending moves with that of what hangs on them
        assert set(found) - upwards <= set(wanted)


BACKDATED = (
    "insert into grid.claims (id, asset_id, site, kva, accepted_on, batch_id)"
    " values ('C9', 'F1', 'P8', 400, '{}', 1)"
)
ENERGISED = "update grid.claims set energised_on = '{}' where id = 'C1'"


@pytest.mark.parametrize(
    ("change", "day", "also"),
    [
        (BACKDATED, "2026-10-01", ("entered_later",)),
        (BACKDATED, "2026-11-21", ("entered_later",)),  # the day of the earlier edition is one of its days
        (BACKDATED, "2026-11-22", ()),
        (ENERGISED, "2026-11-21", ("entered_later",)),
        (ENERGISED, "2026-11-22", ()),
    ],
)
def test_what_was_entered_after_its_day_keeps_its_reason_and_says_so(
    later: Later, change: str, day: str, also: tuple[str, ...]
) -> None:
    diff = later(change.format(day), as_of=date(2026, 11, 30))
    [told] = [each for each in diff.changes() if (each.asset_id, each.field) == ("F1", "open_capacity_kva")]
    assert told.reason == ("new_claim" if change == BACKDATED else "claim_energised")
    assert told.also == also
    assert ("前一期之后补录" in sentence(told, "zh")) is bool(also)


def test_an_edition_that_corrects_is_told_beside_a_claim_entered_later(later: Later) -> None:
    diff = later(BACKDATED.format("2026-10-01"), corrects="2026-Q4-1")
    [told] = [each for each in diff.changes() if (each.asset_id, each.field) == ("F1", "open_capacity_kva")]
    assert (told.reason, told.also) == ("new_claim", ("correction", "entered_later"))


def test_other_fields_and_other_causes_are_told(later: Later) -> None:
    diff = later(
        "update grid.feeders set name = '10kV新名线' where id = 'F1'",
        "update grid.transformers set geom = st_translate(geom, 0.05, 0), rated_kva = 630 where id = 'D5'",
        "update grid.capacity set peak_a = 150, data_date = '2026-10-31' where asset_id = 'F2'",
        "update grid.claims set kva = 310 where id = 'C3'",
    )
    told = {(each.asset_id, each.field): each for each in diff.changes()}
    assert [asset_id for asset_id, _ in told] == sorted(asset_id for asset_id, _ in told)
    assert told["F1", "name"].after == "10kV新名线"
    assert told["F1", "name"].reason == "data_changed"
    assert told["D5", "geometry"].reason == "data_changed"
    assert told["D5", "rated_kva"].reason == told["D5", "limit_kva"].reason == "rating_changed"
    assert (told["D5", "rated_kva"].before, told["D5", "rated_kva"].after) == (400.0, 630.0)
    assert told["F2", "data_date"].reason == "new_reading"
    both = told["F2", "open_capacity_kva"]
    assert (both.reason, both.also) == ("new_reading", ("claim_changed",))


def test_withheld_and_no_longer_withheld_are_told_apart_from_new_and_gone(later: Later) -> None:
    diff = later(
        "update grid.feeders set dedicated = true where id = 'F2'",
        "update grid.feeders set dedicated = false where id = 'FD'",
        "delete from grid.capacity where asset_id = 'D2'",
        "delete from grid.assets where id = 'D2'",
        "insert into grid.assets values ('D9', 'transformer')",
        "insert into grid.transformers (id, name, feeder_id, rated_kva, geom, batch_id)"
        " select 'D9', 'x', 'F1', 400, geom, 1 from grid.transformers where id = 'D1'",
    )
    assert diff.removed == ("D2", "D3", "F2", "M2")
    assert diff.withheld == ("D3", "F2", "M2")  # M2 feeds withheld ones alone
    assert diff.added == ("D9", "FD")
    assert diff.no_longer_withheld == ("FD",)


def test_the_page_says_every_change_in_both_languages_and_asks_nobody(later: Later) -> None:
    diff = later(
        "update grid.feeders set name = '<script>alert(1)</script>' where id = 'G1'",
        "update grid.capacity set peak_a = 150, data_date = '2026-10-31' where asset_id = 'F1'",
        "delete from grid.claims where id = 'C6'",
        note="说明 & words",
    )
    zh, en = diff_page(diff, "zh"), diff_page(diff, "en")
    assert "可开放容量(kVA)由 3,510.5 变为 2,644.5，原因：负荷读数更新" in zh
    assert "open capacity (kVA) from 3,510.5 to 2,644.5, because of a new reading" in en
    assert "FI（恢复公开）" in zh
    assert "FI (no longer withheld)" in en
    for page in (zh, en):
        assert "<script>" not in page
        assert "&lt;script&gt;" in page
        assert "说明 &amp; words" in page
        assert "http" not in page.replace("http-equiv", "")
        assert diff.other.sha256 in page
        assert all(sentence(each, "zh") for each in diff.changes())
