from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.capacity.area import area_total
from tests.gis.capacity.grids import Rows, golden, put, random_rows, work_out


def relaxed() -> Rows:
    """Return a grid where a main transformer has less left than its two feeders together."""
    rows = put(golden(), "capacity", "F", peak_a=0.0)
    return put(rows, "capacity", "T1", peak_kva=32_000.0)


def test_siblings_do_not_add_up_beyond_what_they_hang_on() -> None:
    capacity = work_out(relaxed())
    rows = [capacity.row_of(thing) for thing in "FG"]
    total = area_total(capacity, rows)
    assert round(total.sum_kva, 1) == round(4_282.6 + 1_570.5, 1)
    assert total.total_kva == 4_500.0
    assert total.bound_by == ("T1",)
    assert total.unknown == 0
    for language, words in (("zh", "不可相加"), ("en", "the lesser of parent and children")):
        told = total.text(language)  # type: ignore[arg-type]  # the two words of the type
        assert words in told
        assert "4,500" in told
        assert "5,853" in told
        assert "T1" in told


def test_what_hangs_below_another_asset_adds_nothing() -> None:
    capacity = work_out(relaxed())
    feeder = area_total(capacity, [capacity.row_of("F")])
    both = area_total(capacity, [capacity.row_of("F"), capacity.row_of("D"), capacity.row_of("F")])
    assert both.total_kva == feeder.total_kva == capacity.effective_kva[capacity.row_of("F")]


def test_the_unknown_is_left_out_and_counted() -> None:
    capacity = work_out(put(relaxed(), "capacity", "G", peak_a=None))
    rows = [capacity.row_of(thing) for thing in "FG"]
    assert area_total(capacity, rows).unknown == 1
    assert round(area_total(capacity, rows).total_kva, 1) == 4_282.6
    only = area_total(capacity, rows[1:])
    assert math.isnan(only.total_kva)
    assert only.text("zh") == "无数据"
    nothing = area_total(capacity, [])
    assert math.isnan(nothing.total_kva)


def test_an_unknown_feeder_does_not_hide_its_transformers() -> None:
    capacity = work_out(put(relaxed(), "capacity", "F", peak_a=None))
    rows = [capacity.row_of(thing) for thing in "FD"]
    assert area_total(capacity, rows).total_kva == 70.0
    assert area_total(capacity, rows).upper_bound


@settings(max_examples=60, deadline=None)
@given(random_rows(), st.lists(st.integers(0, 12), max_size=8))
def test_a_total_is_at_most_the_sum_and_at_most_each_parent(rows: Rows, chosen: list[int]) -> None:
    capacity = work_out(rows)
    asked = [each for each in chosen if each < len(capacity)]
    total = area_total(capacity, asked)
    known = [each for each in asked if not np.isnan(capacity.effective_kva[each])]
    assert math.isnan(total.total_kva) == (not known)
    if known:
        assert total.total_kva <= total.sum_kva + 1e-6
        assert total.total_kva >= max(capacity.effective_kva[each] for each in known) - 1e-6
        tops = {capacity.assets.chain(each)[-1] for each in known}
        for top in tops:
            left = capacity.own_after_kva[top]
            if len(tops) == 1 and not np.isnan(left):
                assert total.total_kva <= max(0.0, left) + 1e-6
