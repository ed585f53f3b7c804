"""What each asset offers (可开放容量): live figures, or those of a published edition, in one shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from gis.capacity.open_capacity import OpenCapacity
from gis.capacity.words import Status
from gis.network.columns import Days, Flags, Floats, Objects, Rows, days, index_of, numbers, rows_of, texts
from gis.siting.network import Level, Network, Served

WITHHELD: Final = "withheld"
UNKNOWN: Final = "unknown_capacity"
STALE: Final = "stale"


@dataclass(frozen=True, slots=True)
class Offer:
    """What the owners of one level offer, shape (owners,) each.

    Attributes
    ----------
    open_kva
        Open capacity, NaN where not known.
    refused
        Why nothing is offered whatever the load: withheld, unknown_capacity, stale; None where it is offered.
    status
        open, tight, restricted or unknown.
    bottleneck_id, bottleneck_level
        What leaves the least; None where not known.
    upper_bound
        Whether figures are missing that could only lower it.
    data_date
        Day of the reading.
    """

    open_kva: Floats
    refused: Objects
    status: Objects
    bottleneck_id: Objects
    bottleneck_level: Objects
    upper_bound: Flags
    data_date: Days

    @property
    def offered(self) -> Flags:
        """Whether a load may ask for it."""
        return np.array([each is None for each in self.refused.tolist()], dtype=bool)

    @property
    def able_kva(self) -> Floats:
        """Open capacity of what offers any, NaN elsewhere: what a search asks for."""
        return np.where(self.offered, self.open_kva, np.nan)


Offers = Mapping[Level, Offer]


def live_offers(network: Network, capacity: OpenCapacity) -> Offers:
    """Return what is open by the newest readings and claims.

    A dedicated line finds the figure of its substation, through the main transformer with most left.

    Parameters
    ----------
    network
        Whose owners are asked about.
    capacity
        Of the same grid.
    """
    return {level: _live(served, capacity) for level, served in network.levels.items()}


def _live(served: Served, capacity: OpenCapacity) -> Offer:
    row = rows_of(capacity.assets.index, served.ids)
    row = np.where(np.append(capacity.assets.is_level(served.level), False)[row], row, -1)
    open_kva = np.append(capacity.effective_kva, np.nan)[row]
    bottleneck = np.append(capacity.bottleneck, -1)[row]
    upper_bound = np.append(capacity.upper_bound, False)[row]
    if served.level == "substation":
        through = _best_transformer(capacity)[row]
        less = np.append(capacity.effective_kva, np.inf)[through] < open_kva
        # Without a transformer of known figures the station's own figure is an upper bound.
        upper_bound |= (through < 0) & ~np.isnan(open_kva)
        open_kva = np.where(less, np.append(capacity.effective_kva, np.nan)[through], open_kva)
        bottleneck = np.where(less, np.append(capacity.bottleneck, -1)[through], bottleneck)
    unknown = np.isnan(open_kva)
    refused = np.full(len(row), None, dtype=object)
    refused[unknown] = UNKNOWN
    refused[unknown & np.append(capacity.stale, False)[row]] = STALE
    refused[served.dedicated] = WITHHELD
    status = _texts(capacity.status, Status.UNKNOWN.value)[row]
    status[unknown] = Status.UNKNOWN.value
    return Offer(
        open_kva=open_kva,
        refused=refused,
        status=status,
        bottleneck_id=_texts(capacity.ids, None)[bottleneck],
        bottleneck_level=_texts(capacity.level, None)[bottleneck],
        upper_bound=upper_bound,
        data_date=np.append(capacity.data_date, np.datetime64("NaT", "D"))[row],
    )


def _best_transformer(capacity: OpenCapacity) -> Rows:
    """Return the main transformer with most left of each asset, -1 for none, shape (n + 1,)."""
    rows = np.flatnonzero(capacity.assets.is_level("main_transformer") & ~np.isnan(capacity.effective_kva))
    rows = rows[np.argsort(capacity.effective_kva[rows], kind="stable")]
    best = np.full(len(capacity) + 1, -1, dtype=np.int64)
    best[capacity.parent[rows]] = rows  # the one with most is written last
    best[-1] = -1
    return best


def published_offers(network: Network, published: pd.DataFrame) -> Offers:
    """Return what an edition publishes; what it does not tell is withheld.

    Parameters
    ----------
    network
        Whose owners are asked about.
    published
        Rows of the edition: ``asset_id``, ``open_capacity_kva``, ``status``, ``bottleneck_level``,
        ``data_date``.
    """
    return {level: _published(served, published) for level, served in network.levels.items()}


def _published(served: Served, published: pd.DataFrame) -> Offer:
    row = rows_of(index_of(texts(published["asset_id"])), served.ids)
    open_kva = np.append(numbers(published["open_capacity_kva"]), np.nan)[row]
    refused = np.full(len(row), None, dtype=object)
    refused[np.isnan(open_kva)] = UNKNOWN
    refused[(row < 0) | served.dedicated] = WITHHELD
    return Offer(
        open_kva=open_kva,
        refused=refused,
        status=_texts(published["status"].to_numpy(dtype=object), Status.UNKNOWN.value)[row],
        bottleneck_id=np.full(len(row), None, dtype=object),
        bottleneck_level=_texts(published["bottleneck_level"].to_numpy(dtype=object), None)[row],
        upper_bound=np.zeros(len(row), dtype=bool),
        data_date=np.append(days(published["data_date"]), np.datetime64("NaT", "D"))[row],
    )


def _texts(values: Objects, nothing: str | None) -> Objects:
    """Return words as plain texts, and ``nothing`` at the end, where row -1 finds it."""
    plain = [None if each is None else str(each) for each in values.tolist()]
    return np.array([*plain, nothing], dtype=object)
