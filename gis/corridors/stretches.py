"""Stretches of segments before they are grouped by owner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis.corridors.attachments import Attachments
from gis.corridors.streets import Flags, Floats, Ints, Longs
from gis.corridors.surroundings import Surroundings


class Stretches(NamedTuple):
    """Attachments in any order, arrays of one length; see ``Attachments`` for what they mean."""

    owner: Longs
    segment: Longs
    side: Longs
    low_m: Floats
    high_m: Floats
    low_depth_m: Floats
    high_depth_m: Floats
    low_x: Floats
    low_y: Floats
    high_x: Floats
    high_y: Floats
    either_side: Flags

    def taken(self, rows: Longs | Flags) -> Stretches:
        """Return some of them."""
        return Stretches._make(column[rows] for column in self)

    def of(self, owner: Longs) -> Stretches:
        """Return them with other owners."""
        return self._replace(owner=owner)

    @classmethod
    def joined(cls, some: Sequence[Stretches]) -> Stretches:
        """Return all of them, one after the other."""
        return cls._make(np.concatenate(columns) for columns in zip(*some, strict=True))


def attached(around: Surroundings, access: NDArray[np.int8], stretches: Stretches) -> Attachments:
    """Return the attachments of the owners, by owner, segment, side and station.

    Parameters
    ----------
    around
        The streets.
    access
        ``Access`` of each owner, shape (owners,).
    stretches
        Of all owners.
    """
    order = np.lexsort([stretches.low_m, stretches.side, stretches.segment, stretches.owner])
    rows = stretches.taken(order)
    start = np.searchsorted(rows.owner, np.arange(len(access) + 1))
    return Attachments(
        start=start.astype(np.int32),
        access=access,
        edge=around.edge[rows.segment],
        segment=_ints(rows.segment),
        side=rows.side.astype(np.int8),
        low_m=rows.low_m,
        high_m=rows.high_m,
        low_depth_m=rows.low_depth_m,
        high_depth_m=rows.high_depth_m,
        low_x=rows.low_x,
        low_y=rows.low_y,
        high_x=rows.high_x,
        high_y=rows.high_y,
        either_side=rows.either_side,
    )


def _ints(values: Longs) -> Ints:
    return values.astype(np.int32)
