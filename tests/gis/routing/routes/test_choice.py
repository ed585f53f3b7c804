"""Which routes stay, against the definition spelled out."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.routing.choice import chosen, ranked, unbeaten
from gis.routing.measure import MEASURE_NAMES, Measures
from gis.routing.paths import TAP_POSITION

Row = tuple[int, int, int, int, int, int]
ROWS = st.lists(
    st.tuples(*(st.integers(0, 2) for _ in range(2)), *(st.integers(0, 3) for _ in range(4))), max_size=14
)


def measured(rows: list[Row]) -> tuple[Measures, np.ndarray, np.ndarray]:
    table = np.array(rows, dtype=np.int32).reshape(-1, 6)
    other = np.arange(len(rows), dtype=np.int32)
    columns = {
        "length_cm": table[:, 2],
        "crossing_cm": table[:, 3],
        "crossing_count": other,
        "city_road_crossing_cm": other[::-1],
        "excavation_cm": table[:, 4],
        "green_cm": other,
        "along_main_road_cm": table[:, 5],
        "along_infrastructure_cm": other[::-1],
    }
    made = Measures(np.stack([columns[name] for name in MEASURE_NAMES]))
    return made, table[:, 0], table[:, 1]


@settings(deadline=None, max_examples=300)
@given(ROWS)
def test_what_is_dropped_is_beaten_and_what_stays_is_not(rows: list[Row]) -> None:
    made, parcel, feeder = measured(rows)
    kept = unbeaten(made, parcel, feeder)
    for one, row in enumerate(rows):
        rivals = [
            other
            for other, rival in enumerate(rows)
            if rival[:2] == row[:2]
            and all(mine >= its for mine, its in zip(row[2:], rival[2:], strict=True))
            and (rival[2:] != row[2:] or other < one)
        ]
        assert kept[one] == (not rivals)
    assert {row[:2] for row in rows} == {row[:2] for row, stays in zip(rows, kept, strict=True) if stays}


@settings(deadline=None, max_examples=200)
@given(ROWS)
def test_ranks_are_by_parcel_length_and_feeder(rows: list[Row]) -> None:
    made, parcel, feeder = measured(rows)
    order = ranked(made, parcel, feeder).tolist()
    assert order == sorted(range(len(rows)), key=lambda at: (rows[at][0], rows[at][2], rows[at][1], at))


@settings(deadline=None, max_examples=200)
@given(ROWS, st.integers(1, 12))
def test_few_rows_are_chosen_as_many_are(rows: list[Row], times: int) -> None:
    """Copies of the rows for other parcels make them many, and change nothing among themselves."""
    many: list[Row] = [(row[0] + 10 * copy, *row[1:]) for copy in range(times) for row in rows]
    made, parcel, feeder = measured(many)
    order = ranked(made, parcel, feeder)
    order = order[unbeaten(made, parcel, feeder)[order]]
    columns = np.zeros((10, len(many)), np.int32)
    columns[0], columns[2], columns[TAP_POSITION] = parcel, feeder, np.arange(len(many))
    tap_of, first = np.arange(len(many), dtype=np.int32)[::-1].copy(), np.array([0, len(many) // 3])
    head, kept = chosen(columns, made.rows, tap_of, first)
    criterion = (order >= first[1]).astype(np.int64)
    expected = [parcel[order], feeder[order], tap_of[order], criterion, order - first[criterion]]
    assert head.tolist() == [each.tolist() for each in expected]
    assert kept.tolist() == made.rows[:, order].tolist()


def test_a_trade_stays_and_a_worse_way_does_not() -> None:
    short_but_crossing = (0, 0, 400, 24, 300, 0)
    longer_without = (0, 0, 440, 0, 340, 0)
    worse = (0, 0, 441, 0, 340, 0)
    of_another_feeder = (0, 1, 900, 50, 900, 90)
    made, parcel, feeder = measured([short_but_crossing, worse, longer_without, of_another_feeder])
    assert unbeaten(made, parcel, feeder).tolist() == [True, False, True, True]
    assert ranked(made, parcel, feeder).tolist() == [0, 2, 1, 3]
