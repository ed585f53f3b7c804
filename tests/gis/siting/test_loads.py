"""The load of a parcel that states none: codes, densities, order of what counts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.errors import InputError
from gis.siting.loads import USES, default_table, planned_loads, read_table, use_of
from gis.siting.sites import Load
from gis.units import MOST_KVA
from tests.gis.siting.towns import Bench, along_one_street, plot

CODES = {
    "residential": ("R", "R1", "R2", "R21", "r3", "H11", "H14", "07", "0701", "070102", "residential"),
    "public": ("A", "A1", "A33", "A5", "08", "0801", "080403", "education", "institutional", "Public"),
    "commercial": ("B", "B1", "B29", "09", "0901", "commercial", "retail"),
    "industrial": ("M", "M1", "M3", "10", "1001", "industrial"),
    "logistics": ("W", "W1", "11", "1101", "logistics", "depot", "port"),
    "roads": ("S", "S1", "S42", "12", "1207", "railway", "garages"),
    "utilities": ("U", "U12", "13", "1302"),
    "green": ("G", "G1", "G22", "14", "1401", "recreation_ground"),
}
OPEN = (
    "",
    " ",
    "E2",
    "H2",
    "H",
    "D",
    "X9",
    "01",
    "0601",
    "1500",
    "meadow",
    "construction",
    "Ring",
    "Amt",
    None,
)


def test_codes_of_both_standards_and_the_words_of_openstreetmap() -> None:
    assert {use: {use_of(each) for each in codes} for use, codes in CODES.items()} == {
        use: {use} for use in USES
    }
    assert {use_of(each) for each in OPEN} == {None}


# Middle of the range, W per m2 of floor and kW per ha of land, as the design gives them.
FLOOR = {
    "residential": 50,
    "commercial": 95,
    "public": 95,
    "industrial": 80,
    "logistics": 32.5,
    "utilities": 35,
}
LAND = {
    "residential": 250,
    "commercial": 800,
    "public": 550,
    "industrial": 500,
    "logistics": 30,
    "roads": 22.5,
    "utilities": 200,
    "green": 20,
}


@pytest.mark.parametrize("use", USES)
def test_the_golden_load_of_each_use(use: str) -> None:
    made = planned_loads(
        np.full(3, np.nan),
        np.array([use] * 3, dtype=object),
        np.array([2.0, np.nan, 0.0]),
        np.array([1.5, 1.5, 1.5]),
        default_table(),
    )
    by_land = LAND[use] * 1.5 / 0.95
    by_floor = FLOOR[use] * 15_000 * 2.0 / 1_000 / 0.95 if use in FLOOR else by_land
    assert made.kva == pytest.approx([by_floor, by_land, by_land])
    assert made.source.tolist() == ["land_use"] * 3


def test_a_stated_load_wins_and_what_is_no_load_does_not_count() -> None:
    stated = np.array([500.0, 0.0, -5.0, np.inf, np.nan, 7.0])
    uses = np.array(["green", "green", "green", "green", None, None], dtype=object)
    made = planned_loads(stated, uses, np.full(6, np.nan), np.full(6, 1.0), default_table())
    by_use = 20 / 0.95
    assert made.kva == pytest.approx([500, by_use, by_use, by_use, math.nan, 7], nan_ok=True)
    assert made.source.tolist() == ["stated", *["land_use"] * 3, None, "stated"]


def test_a_stated_area_wins_over_the_measured_one() -> None:
    town = along_one_street(
        parcels={
            "measured": plot(0, 250, land_use="G1"),  # 250 m x 40 m = 1 ha
            "stated": plot(0, 250, land_use="G1", area_ha=3.0),
            "unplaced": {"land_use": "G1", "area_ha": 2.0},
            "unknown": {"land_use": "G1"},
            "absurd": plot(300, 400, load_kva=2 * MOST_KVA),
        }
    )
    sites = Bench(town).sites
    assert sites.area_ha == pytest.approx([1.0, 3.0, 2.0, math.nan, 0.4], rel=1e-4, nan_ok=True)
    expected = [20 / 0.95, 60 / 0.95, 40 / 0.95, math.nan, math.nan]
    assert sites.load_kva == pytest.approx(expected, rel=1e-4, nan_ok=True)
    assert sites.load_kw == pytest.approx([each * 0.95 for each in expected], rel=1e-4, nan_ok=True)
    assert sites.load_source.tolist() == ["land_use", "land_use", "land_use", None, None]


def test_an_own_file_changes_what_it_states_alone() -> None:
    table = read_table('version = "A"\ndemand_factor = 0.5\nland_green = [40.0, 60.0]\n', "own.toml")
    assert (table.demand_factor, table.density("land", "green")) == (0.5, 50.0)
    assert table.density("floor", "residential") == 50.0
    with pytest.raises(InputError) as caught:
        read_table('version = "A"\ndemand_factor = 2.0\nland_green = [60.0, 40.0]\nlawn = 1\n', "own.toml")
    told = str(caught.value)
    assert all(name in told for name in ("demand_factor", "land_green", "lawn"))


@pytest.mark.parametrize(
    ("given_load", "faults"),
    [
        ({"kva": 0.0, "power_factor": 0.9}, 1),
        ({"kva": -1.0, "power_factor": 0.9}, 1),
        ({"kva": math.nan, "power_factor": 0.9}, 1),
        ({"kva": math.inf, "power_factor": 0.9}, 1),
        ({"kva": MOST_KVA + 0.1, "power_factor": 0.9}, 1),
        ({"kw": MOST_KVA, "power_factor": 0.9}, 1),
        ({"kw": 0.0, "power_factor": 0.9}, 1),
        ({"power_factor": 0.9}, 1),
        ({"kva": 1.0, "kw": 1.0, "power_factor": 0.9}, 1),
        ({"kva": -1.0, "power_factor": 1.1}, 2),
        ({"kva": -1.0, "power_factor": math.nan}, 2),
        ({"kva": 5.0, "power_factor": 0.0}, 1),
    ],
)
def test_loads_that_cannot_be_asked_about(given_load: dict[str, float], faults: int) -> None:
    with pytest.raises(InputError) as caught:
        Load.of(**given_load)
    assert len(caught.value.faults) == faults


@settings(max_examples=60, deadline=None)
@given(kw=st.floats(0.001, 900_000.0), factor=st.floats(0.91, 1.0))
def test_kw_and_kva_agree(kw: float, factor: float) -> None:
    load = Load.of(kw=kw, power_factor=factor)
    assert load.kw == kw
    assert load.kva == pytest.approx(kw / factor)
    assert Load.of(kva=load.kva, power_factor=factor).kw == pytest.approx(kw)
