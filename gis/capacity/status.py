"""Margins up the tree, what is left, and the word for it (余量与状态)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gis.capacity.assets import Assets
from gis.capacity.parameters import CapacityParameters
from gis.capacity.words import LEVELS, Reason, Status
from gis.network.columns import Flags, Floats, Rows

STATUSES: Final = tuple(Status)
REASONS: Final = tuple(Reason)

_DECIMALS: Final = 6
"""Margins are kept to a thousandth of a VA, so that 0.8 of 400 A less 320 A is exactly 0."""


@dataclass(frozen=True, slots=True)
class Margins:
    """What is left at every asset.

    Attributes
    ----------
    own_before_kva, own_after_kva
        Limit less peak, and less pending; negative where overdrawn, NaN where unknown, shape (n,).
    margin_kva
        The least ``own_after_kva`` of the asset and all its ancestors with figures, shape (n,).
    effective_kva
        That, and 0 where it is negative: the open capacity, shape (n,).
    bottleneck
        Row that has the least; of equals the nearest; -1 where unknown, shape (n,).
    status, reason
        Positions in ``STATUSES`` and ``REASONS``, shape (n,).
    upper_bound
        Whether figures are missing that could only lower it, shape (n,).
    """

    own_before_kva: Floats
    own_after_kva: Floats
    margin_kva: Floats
    effective_kva: Floats
    bottleneck: Rows
    status: NDArray[np.int8]
    reason: NDArray[np.int8]
    upper_bound: Flags


def evaluate(
    assets: Assets,
    own_before_kva: Floats,
    pending_kva: Floats,
    unknown: NDArray[np.int8],
    gap: NDArray[np.int8],
    parameters: CapacityParameters,
) -> Margins:
    """Return margins, statuses and reasons.

    Parameters
    ----------
    assets
        The tree.
    own_before_kva
        Limit less peak, NaN where unknown, shape (n,).
    pending_kva
        What is pending at the asset and below it, shape (n,).
    unknown
        Position in ``REASONS`` of why an asset is unknown, shape (n,); looked at where it is.
    gap
        ``Gap`` of each asset, shape (n,).
    parameters
        The thresholds.
    """
    own_before_kva = np.round(own_before_kva, _DECIMALS) + 0.0
    own_after = np.round(own_before_kva - pending_kva, _DECIMALS) + 0.0
    known = np.isfinite(own_before_kva)
    threshold = _thresholds(parameters)[assets.level]
    walk = _down(assets, own_before_kva, own_after, threshold, (gap != 0) | ~known)
    margin = np.where(known, walk.margin, np.nan)
    codes = [STATUSES.index(each) for each in (Status.UNKNOWN, Status.RESTRICTED, Status.TIGHT)]
    status = np.select([~known, walk.restricted, walk.tight], codes, STATUSES.index(Status.OPEN))
    return Margins(
        own_before_kva=own_before_kva,
        own_after_kva=own_after,
        margin_kva=margin,
        effective_kva=np.where(known, np.maximum(0.0, margin), np.nan),
        bottleneck=np.where(known, walk.bottleneck, -1),
        status=status.astype(np.int8),
        reason=np.where(known, _reasons(walk, own_before_kva, own_after, threshold), unknown).astype(np.int8),
        upper_bound=known & ((gap != 0) | walk.bound_above),
    )


@dataclass(frozen=True, slots=True)
class _Walk:
    """What a walk from the top down finds out; every array has shape (n,).

    An asset without figures passes on what lies above it: what hangs below still hangs on that too.
    """

    margin: Floats
    bottleneck: Rows
    restricted: Flags
    tight: Flags
    tight_above: Flags
    bound_above: Flags


def _down(assets: Assets, own_before: Floats, own_after: Floats, threshold: Floats, bound: Flags) -> _Walk:
    """Carry margins, words and bounds from the top down."""
    known, size = np.isfinite(own_before), len(own_before)
    margin = np.where(known, own_after, np.inf)
    bottleneck = np.where(known, np.arange(size), -1)
    restricted, bound = known & (own_before <= 0), bound.copy()
    tight, tight_above, bound_above = (np.zeros(size, dtype=bool) for _ in range(3))
    for level in LEVELS:
        span = assets.rows(level)
        child = np.flatnonzero(assets.parent[span] >= 0) + span.start
        up = assets.parent[child]
        bottleneck[child] = np.where(margin[up] < margin[child], bottleneck[up], bottleneck[child])
        margin[child] = np.minimum(margin[child], margin[up])
        tight_above[child], bound_above[child] = tight[up], bound[up]
        restricted[child] |= restricted[up]
        bound[child] |= bound[up]
        left = np.maximum(0.0, margin[span])
        short = (own_after[span] <= 0) | (left < threshold[span])
        tight[span] = (known[span] & short) | tight_above[span]
    return _Walk(margin, bottleneck, restricted, tight, tight_above, bound_above)


def _reasons(walk: _Walk, own_before: Floats, own_after: Floats, threshold: Floats) -> NDArray[np.int8]:
    """Return why each asset with figures has its status: what would have to be relieved."""
    own = walk.bottleneck == np.arange(len(own_before))
    cases = (
        (Reason.PEAK, own_before <= 0),
        (Reason.ANCESTOR_RESTRICTED, walk.restricted),
        (Reason.PENDING, own & (own_after <= 0)),
        (Reason.BELOW_THRESHOLD, own & (own_after < threshold)),
        (Reason.ANCESTOR_TIGHT, walk.tight_above),
        (Reason.ANCESTOR_SHORT, walk.tight),
    )
    codes = [REASONS.index(reason) for reason, _ in cases]
    return np.select([where for _, where in cases], codes, REASONS.index(Reason.ROOM)).astype(np.int8)


def _thresholds(parameters: CapacityParameters) -> Floats:
    return np.array([-np.inf, -np.inf, parameters.tight_feeder_kva, parameters.tight_transformer_kva])
