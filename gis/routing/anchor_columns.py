"""Where owners come to the verges, laid out for the loops that measure routes."""

from __future__ import annotations

from typing import NamedTuple

from gis.corridors.attachments import Places
from gis.corridors.coverage_places import PlaceMeasures
from gis.corridors.streets import Flags, Ints
from gis.routing.field import Positions


class AnchorColumns(NamedTuple):
    """What ``Anchors`` knows of each place: columns of its places, measures and positions."""

    verge: Ints
    low_cm: Ints
    high_cm: Ints
    low_stub_cm: Ints
    high_stub_cm: Ints
    crossing_cm: Ints
    stub_green_cm: Ints
    crossing_green_cm: Ints
    city: Flags
    low: Ints
    high: Ints
    low_cost: Ints
    high_cost: Ints


def anchor_columns(places: Places, ways: PlaceMeasures, positions: Positions) -> AnchorColumns:
    """Return the columns; nothing is copied."""
    return AnchorColumns(
        verge=places.verge,
        low_cm=places.low_cm,
        high_cm=places.high_cm,
        low_stub_cm=places.low_stub_cm,
        high_stub_cm=places.high_stub_cm,
        crossing_cm=places.crossing_cm,
        stub_green_cm=ways.stub_green_cm,
        crossing_green_cm=ways.crossing_green_cm,
        city=ways.city,
        low=positions.low,
        high=positions.high,
        low_cost=positions.low_cost,
        high_cost=positions.high_cost,
    )
