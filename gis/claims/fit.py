"""Whether a claim fits into the open capacity, on every day it is to bind (容量校核).

All figures come from `gis.capacity`. What is asked for the days to come takes the readings of the day asked
and the claims that bind on each of them: those accepted for later, and the alternatives that step in when
the larger claim of their site ends.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from gis.capacity.open_capacity import OpenCapacity, margins, open_capacity, with_claim
from gis.capacity.parameters import CapacityParameters
from gis.capacity.words import LEVELS, Reason
from gis.claims.book import Book
from gis.claims.model import Claim
from gis.network.columns import Floats
from gis.network.model import Grid


@dataclass(frozen=True, slots=True)
class Margin:
    """What an asset of the chain has left before and after the claim, kVA; NaN where it has no figures."""

    asset_id: str
    name: str | None
    level: str
    before_kva: float
    after_kva: float


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether a claim fits, on the day that is the worst for it.

    Attributes
    ----------
    day
        That day.
    added_kva
        What the claim adds on it at its asset and at everything above.
    margin_kva
        The least that is left without that, negative where overdrawn; NaN where the asset is unknown.
    fits_kva
        Largest claim that would fit; 0 for none, NaN where the asset is unknown.
    bottleneck_id
        Asset that leaves the least; None where unknown.
    reason
        Why the asset has its status; says why it is unknown.
    upper_bound
        Whether an asset above has no figures, so that less may be open.
    chain
        The asset and everything above it, from the bottom up.
    superseded
        Of these, those whose aggregate stands as long as no claim does: it counts no more with the claim.
    """

    day: date
    added_kva: float
    margin_kva: float
    fits_kva: float
    bottleneck_id: str | None
    reason: Reason
    upper_bound: bool
    chain: tuple[Margin, ...]
    superseded: tuple[str, ...]

    @property
    def unknown(self) -> bool:
        """Whether the asset has no figures."""
        return math.isnan(self.margin_kva)

    @property
    def spare_kva(self) -> float:
        """What is left with the claim, negative where it goes beyond; NaN where the asset is unknown."""
        return self.margin_kva - self.added_kva

    @property
    def fits(self) -> bool:
        """Whether nothing on the chain goes beyond its limit."""
        return not self.unknown and all(not each.after_kva < 0 for each in self.chain)


def fit(
    grid: Grid, wanted: Claim, held: Claim | None, on: date, parameters: CapacityParameters
) -> Fit | None:
    """Return whether a claim fits, other claims of its site left aside; None where it adds nothing.

    Parameters
    ----------
    grid
        Assets, readings and claims around the asset of ``wanted``; the claims hold ``held``.
    wanted
        The claim as it is to be; its asset is one of the grid and its kVA stated.
    held
        The claim as it stands; None for a new one.
    on
        The day asked: its readings count, and days before it do not matter.
    parameters
        The coefficients.
    """
    book, first = Book(grid["claims"], wanted, on), max(on, wanted.accepted_on or on)

    def base_on(day: date) -> OpenCapacity:
        return open_capacity(Grid({**grid.frames, "claims": book.binding(day)}), on, parameters)

    base = base_on(first)
    row = base.row_of(str(wanted.asset_id))
    ahead = [first] if wanted.binds_on(first) else []
    if not math.isnan(base.own_before_kva[row]):
        ahead += book.later_days(base)
    added = np.array([_added(wanted, held, day, parameters) for day in ahead])
    looked_at = [day for day, more in zip(ahead, added.tolist(), strict=True) if more > 0]
    found = [
        _fit(base if day == first else base_on(day), wanted, held, _added(wanted, held, day, parameters), day)
        for day in _heaviest(book, base, looked_at, added[added > 0], base.assets.chain(row))
    ]
    return min(found, key=lambda each: each.spare_kva, default=None)


def _heaviest(
    book: Book, base: OpenCapacity, ahead: list[date], added: Floats, chain: list[int]
) -> list[date]:
    """Return for each asset of the chain the day on which most is pending there: no other day is worse."""
    if len(ahead) <= len(chain):
        return ahead
    most = (book.pending_on(base, ahead, chain) + added[:, None]).argmax(axis=0)
    return [ahead[at] for at in np.unique(most).tolist()]


def _added(wanted: Claim, held: Claim | None, day: date, parameters: CapacityParameters) -> float:
    """Return what the claim adds on a day on which it is to bind."""
    before = _pending(held, parameters) if held is not None and held.binds_on(day) else 0.0
    return _pending(wanted, parameters) - before


def _pending(claim: Claim, parameters: CapacityParameters) -> float:
    return max(0.0, (claim.kva or 0.0) * parameters.k_d * parameters.k_s - (claim.ramped_kva or 0.0))


def _fit(base: OpenCapacity, wanted: Claim, held: Claim | None, added: float, day: date) -> Fit:
    row = base.row_of(str(wanted.asset_id))
    scale = base.parameters.k_d * base.parameters.k_s
    after = dict(margins(with_claim(base, row, added / scale), row))
    margin, least = float(base.left.margin_kva[row]), int(base.bottleneck[row])
    fits_kva = math.nan
    if math.isfinite(margin):
        fits_kva = rounded_down((wanted.kva or 0.0) + (margin - added) / scale)
        fits_kva = fits_kva if fits_kva > (held.kva or 0.0 if held else 0.0) else 0.0
    return Fit(
        day=day,
        added_kva=added,
        margin_kva=margin,
        fits_kva=fits_kva,
        bottleneck_id=None if least < 0 else str(base.ids[least]),
        reason=base.reason[row],
        upper_bound=bool(base.upper_bound[row]),
        chain=tuple(
            Margin(
                asset_id=str(base.ids[each]),
                name=base.assets.names[each],
                level=LEVELS[base.assets.level[each]],
                before_kva=before,
                after_kva=after[each],
            )
            for each, before in margins(base, row)
        ),
        superseded=tuple(
            str(base.ids[each]) for each, _ in margins(base, row) if base.pending.by_aggregate[each]
        ),
    )


def rounded_down(kva: float) -> float:
    """Return a power to a tenth of a kVA, never more than it is."""
    return math.floor(kva * 10 + 1e-6) / 10
