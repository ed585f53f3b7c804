"""Facts as hypothesis draws them: at, beside and away from the boundaries."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

METRES = st.one_of(
    st.sampled_from(
        [0.0, 0.1, 29.9, 30.0, 30.1, 50.0, 99.9, 100.0, 100.1, 199.9, 200.0, 200.1, 599.9, 600.0, 600.1]
    ),
    st.floats(0, 2_000),
)
LOADS = st.one_of(
    st.sampled_from(
        [
            8.0,
            99.9,
            100.0,
            100.1,
            159.9,
            160.0,
            160.1,
            199.9,
            200.0,
            200.1,
            220.0,
            220.1,
            2_000.0,
            4_000.0,
            4_000.1,
        ]
    ),
    st.floats(0.1, 20_000),
)
ROUTE = (
    "length_m",
    "city_road_crossing_m",
    "excavation_m",
    "green_m",
    "along_main_road_m",
    "along_infrastructure_m",
)
DAYS = st.sampled_from(
    [
        date(year, month, day)
        for year, month, day in [
            (2020, 12, 30),
            (2020, 12, 31),
            (2021, 5, 10),
            (2021, 5, 11),
            (2021, 11, 25),
            (2021, 11, 26),
            (2021, 12, 30),
            (2021, 12, 31),
            (2022, 1, 25),
            (2022, 1, 26),
            (2022, 12, 30),
            (2022, 12, 31),
            (2023, 5, 9),
            (2023, 5, 10),
            (2026, 11, 21),
        ]
    ]
)
YES_NO = st.booleans()
ALWAYS = {
    "customer": st.sampled_from(["resident", "lv_small_business", "lv_other", "hv"]),
    "load_kva": LOADS,
    "supplies": st.sampled_from([1, 2]),
    "important": YES_NO,
    "area": st.sampled_from(["urban", "rural"]),
    "in_city_area": YES_NO,
    "in_plug_and_play_zone": YES_NO,
    "built_by": st.sampled_from(["utility", "customer"]),
    "dedicated_line": YES_NO,
    "disturbing_load": YES_NO,
    "ev_charging": YES_NO,
    "route": st.fixed_dictionaries(dict.fromkeys(ROUTE, METRES)),
}
COMPLETE = st.fixed_dictionaries(ALWAYS)
"""Every fact but those that follow from others."""

ANY: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        **{name: each for name, each in ALWAYS.items() if name != "route"},
        "three_zeros": YES_NO,
        "voltage_kv": st.sampled_from([10.0, 20.0, 35.0, 66.0]),
        "route": st.fixed_dictionaries({}, optional=dict.fromkeys(ROUTE, METRES)),
    },
)
"""Any of the facts."""
