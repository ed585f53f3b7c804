"""From what the pending load of one asset adds up (在途明细)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from gis.capacity.numerals import day_of
from gis.capacity.open_capacity import OpenCapacity
from gis.capacity.words import LEVELS
from gis.network.columns import Flags

Sources = Mapping[Any, str]
"""Id of an import batch -> words for where it came from."""


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One claim at an asset or below it.

    Attributes
    ----------
    id
        Its id; None for a claim that is only asked about.
    asset_id, site
        Where it was promised and what for; the site in its normal form.
    kva, ramped_kva
        Promised, NaN where missing, and already in the peak.
    pending_kva
        What counts of it.
    accepted_on, expires_on
        First and last day.
    instead
        Id of the claim that counts for the site, for an alternative; else None.
    source
        Words for where it came from, None where not known.
    """

    id: str | None
    asset_id: str | None
    site: str | None
    kva: float
    ramped_kva: float
    pending_kva: float
    accepted_on: date | None
    expires_on: date | None
    instead: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class AggregateLine:
    """An aggregate that stands for an asset without claims and all below it.

    Attributes
    ----------
    asset_id
        The asset.
    kva
        What its newest reading that states one says.
    stated_on
        Day of that reading.
    source
        Words for where it came from, None where not known.
    """

    asset_id: str | None
    kva: float
    stated_on: date | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """What the pending load of an asset adds up from: counted and aggregates; alternatives do not count."""

    counted: tuple[ClaimLine, ...]
    aggregates: tuple[AggregateLine, ...]
    alternatives: tuple[ClaimLine, ...]


def breakdown(capacity: OpenCapacity, row: int, sources: Sources) -> Breakdown:
    """Return the claims and aggregates at an asset and below it."""
    pending, assets = capacity.pending, capacity.assets
    claims, below = pending.claims, assets.below(row)
    here = below[claims.asset]
    counting = [_claim(capacity, each, sources) for each in np.flatnonzero(here & claims.counted).tolist()]
    asked = [
        ClaimLine(
            None, assets.ids[each.row], each.site, each.kva, 0.0, each.pending_kva, None, None, None, None
        )
        for each in pending.added
        if below[each.row]
    ]
    return Breakdown(
        counted=(*counting, *asked),
        aggregates=tuple(_aggregate(capacity, each, sources) for each in _standing(capacity, below)),
        alternatives=tuple(
            _claim(capacity, each, sources) for each in np.flatnonzero(here & ~claims.counted).tolist()
        ),
    )


def _standing(capacity: OpenCapacity, below: Flags) -> list[int]:
    """Return the rows of a subtree whose aggregate stands, none below another."""
    assets, stands = capacity.assets, capacity.pending.by_aggregate & below
    covered = np.zeros(len(below), dtype=bool)
    for level in LEVELS[1:]:
        span = assets.rows(level)
        up = assets.parent[span]
        covered[span] = (up >= 0) & (covered[up] | stands[up])
    rows: list[int] = np.flatnonzero(stands & ~covered).tolist()
    return rows


def _claim(capacity: OpenCapacity, at: int, sources: Sources) -> ClaimLine:
    claims = capacity.pending.claims
    instead = None
    if not claims.counted[at]:
        winners = claims.ids[claims.counted & (claims.site == claims.site[at])]
        instead = str(winners[0]) if len(winners) else ""
    return ClaimLine(
        id=claims.ids[at],
        asset_id=capacity.ids[claims.asset[at]],
        site=claims.site[at],
        kva=float(claims.kva[at]),
        ramped_kva=float(claims.ramped_kva[at]),
        pending_kva=float(claims.pending_kva[at]),
        accepted_on=day_of(claims.accepted[at]),
        expires_on=day_of(claims.expires[at]),
        instead=instead,
        source=sources.get(claims.batch[at]),
    )


def _aggregate(capacity: OpenCapacity, row: int, sources: Sources) -> AggregateLine:
    readings = capacity.readings
    reading = readings.newest["pending_kva"][row]
    return AggregateLine(
        asset_id=capacity.ids[row],
        kva=float(capacity.pending.aggregate_kva[row]),
        stated_on=day_of(readings.day[reading]),
        source=sources.get(readings.batch[reading]),
    )
