from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.capacity.parameters import read_parameters
from gis.editions.canonical import document_bytes, table_bytes, table_sha256
from gis.editions.columns import PUBLISHED, Column
from gis.editions.disclosure import read_settings
from gis.editions.frozen import number_texts, shown_kva
from tests.gis.editions.districts import Rows, frozen, put, rows

CONTRACT = [
    "asset_id",
    "level",
    "name",
    "substation",
    "voltage_kv",
    "rated_kva",
    "limit_kva",
    "open_capacity_kva",
    "status",
    "reason",
    "bottleneck_level",
    "data_date",
    "edition_id",
    "geometry",
]


def of(made: Rows, thing: str, **options: Any) -> dict[str, Any]:
    row: dict[str, Any]
    [row] = [each for each in frozen(made, **options).published.to_pylist() if each["asset_id"] == thing]
    return row


def test_the_public_columns_are_the_allow_list() -> None:
    assert [each.name for each in PUBLISHED] == CONTRACT
    assert frozen(rows()).published.column_names == CONTRACT


def test_a_published_row() -> None:
    row = of(rows(), "F1")
    del row["geometry"]
    assert row == {
        "asset_id": "F1", "level": "feeder", "name": "10kVF1线", "substation": "东湖变电站",
        "voltage_kv": "10.000", "rated_kva": "6928.2", "limit_kva": "5542.6", "open_capacity_kva": "3510.5",
        "status": "open", "reason": "room", "bottleneck_level": "feeder", "data_date": "2026-09-30",
        "edition_id": "2026-Q4-1",
    }  # fmt: skip


def test_the_rows_stand_in_the_order_of_the_bytes_of_their_ids() -> None:
    made = put(rows(), "transformers", "D1", id="丁1")
    made = put(made, "transformers", "D2", id="a")
    ids = frozen(put(put(made, "capacity", "D1", asset_id="丁1"), "capacity", "D2", asset_id="a")).inputs[
        "asset_id"
    ]
    found = ids.to_pylist()
    assert found == sorted(found, key=lambda each: each.encode())
    assert {"丁1", "a", "FD"} <= set(found)


def test_negative_is_published_as_0_and_unknown_as_nothing() -> None:
    over = of(put(rows(), "capacity", "F1", peak_a=390.0), "F1")
    assert (over["open_capacity_kva"], over["status"]) == ("0.0", "restricted")
    unknown = of(put(rows(), "capacity", "F1", peak_a=None), "F1")
    assert (unknown["open_capacity_kva"], unknown["status"]) == (None, "unknown")
    assert unknown["bottleneck_level"] is None


def test_withheld_assets_stand_in_the_inputs_alone_and_are_counted() -> None:
    made = frozen(rows())
    assert not {"FD", "FS", "FI", "D4"} & set(made.published["asset_id"].to_pylist())
    assert {"FD", "FS", "FI", "D4"} <= set(made.inputs["asset_id"].to_pylist())
    assert made.withheld == {"below_withheld": 1, "dedicated": 1, "important_user": 1, "single_customer": 1}
    assert len(made.published) + sum(made.withheld.values()) == len(made.inputs)


def test_the_utilitys_own_figure_is_disclosed_where_the_parameters_say_so() -> None:
    made = put(rows(), "capacity", "F1", published_kva=1234.56)
    assert of(made, "F1")["open_capacity_kva"] == "3510.5"
    own = read_parameters('disclosed = "published"', "own.toml")
    assert of(made, "F1", parameters=own)["open_capacity_kva"] == "1234.6"


@pytest.mark.parametrize(
    ("kva", "shown"),
    [(-5.0, 0.0), (0.0, 0.0), (499.9, 0.0), (500.0, 500.0), (1999.9, 500.0), (2000.0, 2000.0), (9e5, 2000.0)],
)
def test_a_band_shows_its_lower_bound(kva: float, shown: float) -> None:
    assert shown_kva(np.array([kva]), (0.0, 500.0, 2000.0)).tolist() == [shown]
    assert np.isnan(shown_kva(np.array([np.nan]), (0.0, 500.0, 2000.0)))[0]


def test_bands_hold_in_the_rows_and_not_in_the_inputs() -> None:
    banded = read_settings("bands_kva = [0, 1000, 3000]", "own.toml")
    assert of(rows(), "F1", settings=banded)["open_capacity_kva"] == "3000.0"
    made = frozen(rows(), settings=banded)
    assert {float(each or 0) for each in made.published["open_capacity_kva"].to_pylist()} <= {
        0.0,
        1000.0,
        3000.0,
    }
    assert made.inputs.equals(frozen(rows()).inputs)


TEXTS = st.lists(st.none() | st.text(st.characters(codec="utf-8"), max_size=8), min_size=1, max_size=6)


@given(TEXTS)
def test_the_canonical_lines_are_what_json_writes(texts: list[str | None]) -> None:
    columns = (Column("b", "", "text"), Column("a", "", "word"))
    table = pa.table({"b": pa.array(texts, pa.string()), "a": pa.array(texts[::-1], pa.string())})
    lines = b"".join(table_bytes(table, columns))
    wanted = [document_bytes({"a": a, "b": b}) for b, a in zip(texts, texts[::-1], strict=True)]
    assert lines == b"".join(wanted)


@given(st.lists(st.floats(-1e9, 1e9) | st.just(float("nan")), min_size=1))
def test_numbers_have_their_decimals_and_no_minus_nought(values: list[float]) -> None:
    made = number_texts(np.array(values), 1).to_pylist()
    for value, text in zip(values, made, strict=True):
        if np.isnan(value):
            assert text is None
            continue
        assert text == f"{float(np.round(value, 1)) + 0.0:.1f}"
        assert not text.startswith("-0.0")


def test_the_hash_is_that_of_the_lines() -> None:
    published = frozen(rows()).published
    lines = b"".join(table_bytes(published, PUBLISHED))
    assert table_sha256((published, PUBLISHED)) == sha256(lines).hexdigest()
    documents = [json.loads(line) for line in lines.splitlines()]
    assert [list(each) for each in documents] == [sorted(CONTRACT)] * len(published)
    assert documents[0]["geometry"]["type"] == "Polygon"


def test_many_stretches_give_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    published = frozen(rows()).published
    whole = b"".join(table_bytes(published, PUBLISHED))
    monkeypatch.setattr("gis.editions.canonical._ROWS_AT_ONCE", 3)
    assert b"".join(table_bytes(published, PUBLISHED)) == whole
