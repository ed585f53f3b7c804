"""Lines drawn many times over: they are compared once, and make the streets that one of them makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.corridors import noding_crossings
from gis.corridors.ducts import with_ducts
from gis.corridors.lines import NO_ID, Lines, Noding, Ways
from gis.corridors.noding_crossings import crossed
from gis.corridors.noding_grid import SegmentGrid, segment_grid
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import Kind
from tests.gis.corridors.test_noding_laws import bent, drawn, lattice, noded, steady, wkb

PARAMETERS = CorridorParameters()
MANY = 20_000
BEND = [(0.0, 0.0), (100.0, 0.0), (200.0, 50.0)]

Path = list[tuple[float, float]]


def lines_of(paths: list[Path]) -> Lines:
    points = np.concatenate([np.array(path) for path in paths])
    start = np.cumsum([0, *map(len, paths)])
    way = np.arange(len(paths), dtype=np.int32)
    return Lines(points[:, 0].copy(), points[:, 1].copy(), np.full(len(points), NO_ID), start, way)


def ways_of(count: int, **columns: Any) -> Ways:
    given = {
        "kind": Kind.STREET,
        "road_class": 0,
        "width_m": 8.0,
        "width_assumed": False,
        "city": 0,
        "raised": False,
        "level": 0,
        "noding": Noding.CROSSINGS,
        "ids": None,
        "names": None,
    }
    return Ways(**{name: np.full(count, value) for name, value in (given | columns).items()})


def vertices(lines: Lines, line: int) -> Path:
    rows = slice(lines.start[line], lines.start[line + 1])
    return list(zip(lines.x[rows].tolist(), lines.y[rows].tolist(), strict=True))


@pytest.fixture
def pairs(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Give how many pairs of segments were compared."""
    grids: list[SegmentGrid] = []

    def kept(*given: Any) -> SegmentGrid:
        grids.append(segment_grid(*given))
        return grids[-1]

    monkeypatch.setattr(noding_crossings, "segment_grid", kept)

    def compared() -> int:
        counts = np.concatenate([np.unique(grid.key, return_counts=True)[1] for grid in grids])
        return int(np.sum(counts * (counts - 1) // 2))

    return compared


def test_exact_repetitions_are_compared_once(pairs: Callable[[], int]) -> None:
    across = [(50.0, -40.0), (50.0, 40.0)]
    found = crossed(lines_of([*[BEND] * MANY, across]), ways_of(MANY + 1), PARAMETERS.coincident_m)
    assert pairs() < 100
    for line in (0, 1, MANY - 1):
        assert vertices(found, line) == [(0, 0), (50, 0), (100, 0), (200, 50)]
    assert vertices(found, MANY) == [(50, -40), (50, 0), (50, 40)]


def test_lines_that_share_a_stretch_are_compared_once_there(pairs: Callable[[], int]) -> None:
    ends = [[(-10.0, 20.0 * at), (0.0, 0.0), *BEND[1:]] for at in range(1, 50)]
    found = crossed(lines_of(ends * 100), ways_of(len(ends) * 100), PARAMETERS.coincident_m)
    assert pairs() < 10_000
    assert found.count == 4_900
    assert len(found.x) == 4 * found.count


def test_repetitions_of_other_levels_or_noding_meet_what_they_did() -> None:
    across = [(50.0, -40.0), (50.0, 40.0)]
    noding = np.array([Noding.SHARED, Noding.CROSSINGS, Noding.SHARED, Noding.CROSSINGS])
    lines = lines_of([BEND, BEND, across, BEND])
    found = crossed(lines, ways_of(4, noding=noding, level=np.array([0, 0, 0, 1])), PARAMETERS.coincident_m)
    cut = [(0, 0), (50, 0), (100, 0), (200, 50)]
    assert [vertices(found, line) for line in range(4)] == [BEND, cut, [(50, -40), (50, 0), (50, 40)], BEND]


@steady
@given(bent, st.data())
def test_lines_drawn_again_either_way_change_nothing(
    paths: list[list[tuple[int, int]]], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.tuples(st.sampled_from(paths), st.booleans()), max_size=6))
    more = [path[::-1] if back else path for path, back in again]
    assert wkb(drawn(noded(lattice(paths + more)))) == wkb(drawn(noded(lattice(paths))))


def test_repeated_ducts_are_led_to_no_street_as_two_are(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    tree = shapely.STRtree

    def counted(geometry: Any) -> shapely.STRtree:
        sizes.append(len(geometry))
        return tree(geometry)

    road, duct = [(0.0, -20.0), (200.0, -20.0)], [(20.0, 5.0), (120.0, 40.0)]
    for copies, led in ((1, True), (2, False), (3_000, False)):
        kinds = np.array([Kind.STREET] + [Kind.DUCT] * copies)
        monkeypatch.setattr(shapely, "STRtree", counted)
        found = with_ducts(
            lines_of([road]), _ducts(duct, copies), ways_of(copies + 1, kind=kinds), PARAMETERS
        )
        monkeypatch.undo()
        assert (found.count, len(found.x)) == (1 + copies, 2 + 2 * copies + 2 * led)
    assert max(sizes) == 1


def _ducts(path: Path, copies: int) -> Lines:
    lines = lines_of([path] * copies)
    return Lines(lines.x, lines.y, lines.node_id, lines.start, lines.way + np.int32(1))
