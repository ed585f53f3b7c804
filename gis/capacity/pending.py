"""What is accepted and not yet energised at every asset (在途容量)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gis.capacity.assets import Assets
from gis.capacity.claims import Claims
from gis.capacity.words import LEVELS
from gis.network.columns import Flags, Floats


@dataclass(frozen=True, slots=True)
class Added:
    """A claim that is asked about and not yet accepted.

    Attributes
    ----------
    row
        Asset it is asked for.
    kva
        What it asks for.
    pending_kva
        What it adds: ``kVA k_d k_s``.
    site
        Normal form of its site, None where none is stated.
    """

    row: int
    kva: float
    pending_kva: float
    site: str | None


@dataclass(frozen=True, slots=True)
class Pending:
    """What is pending, and from what it adds up.

    Attributes
    ----------
    claims
        The claims that bind.
    claimed
        Whether a claim that binds, counted or not, stands at the asset or below it, shape (n,).
    aggregate_kva
        The aggregate its newest reading states, NaN for none, shape (n,).
    by_aggregate
        Whether the aggregate stands for the asset and all below it, shape (n,).
    without_kva
        Whether a claim at it or below it states no kVA, shape (n,).
    added
        Claims that are asked about, on top of all others.
    total_kva
        What is pending at the asset and below it, shape (n,).
    """

    claims: Claims
    claimed: Flags
    aggregate_kva: Floats
    by_aggregate: Flags
    without_kva: Flags
    added: tuple[Added, ...]
    total_kva: Floats

    def with_added(self, assets: Assets, asked: Added) -> Pending:
        """Return what is pending with one more claim; a larger one of its site makes room for it.

        The claim comes on top of an aggregate too, which cannot hold what is not yet accepted.
        """
        claims, total = self.claims, self.total_kva.copy()
        rivals = np.flatnonzero(claims.counted & (claims.site == asked.site))
        others = tuple(each for each in self.added if asked.site is None or each.site != asked.site)
        stated = claims.kva[rivals[np.isfinite(claims.kva[rivals])]].tolist()
        largest = max([*stated, *(each.kva for each in self.added if each not in others)], default=-np.inf)
        if asked.site is not None and largest >= asked.kva:
            return self
        for each in set(self.added) - set(others):
            total[assets.chain(each.row)] -= each.pending_kva
        if asked.site is not None:
            counted, left = claims.counted.copy(), claims.pending_kva.copy()
            for rival in rivals.tolist():
                total[assets.chain(int(claims.asset[rival]))] -= left[rival]
                counted[rival], left[rival] = False, 0.0
            claims = replace(claims, counted=counted, pending_kva=left)
        total[assets.chain(asked.row)] += asked.pending_kva
        return replace(self, claims=claims, added=(*others, asked), total_kva=np.maximum(total, 0.0))


def pending(assets: Assets, claims: Claims, aggregate_kva: Floats) -> Pending:
    """Add up what is pending from the bottom to the top.

    An asset has the claims at it and what is pending at its children. Where no claim binds at it or
    below it, the aggregate it states stands instead, if that is more than its children have.
    """
    count = len(assets.ids)
    total = np.bincount(claims.asset, weights=claims.pending_kva, minlength=count).astype(np.float64)
    claimed = np.bincount(claims.asset, minlength=count) > 0
    without = np.bincount(claims.asset, weights=np.isnan(claims.kva), minlength=count) > 0
    by_aggregate = np.zeros(count, dtype=bool)
    for level in reversed(LEVELS):
        span, parent = assets.rows(level), assets.parent[assets.rows(level)]
        more = ~claimed[span] & (aggregate_kva[span] > total[span])
        by_aggregate[span] = more
        total[span] = np.where(more, aggregate_kva[span], total[span])
        there = parent >= 0
        total += np.bincount(parent[there], weights=total[span][there], minlength=count)
        for flags in (claimed, without):
            flags[parent[there & flags[span]]] = True
    return Pending(claims, claimed, aggregate_kva, by_aggregate, without, (), total)
