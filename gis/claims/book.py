"""The claims beside the one that is looked at, day by day (在途逐日)."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import numpy as np
import pandas as pd

from gis.capacity.claims import Claims, counted_of, live_on, normal_sites, promised, read_claims
from gis.capacity.open_capacity import OpenCapacity
from gis.capacity.pending import pending
from gis.claims.model import Claim
from gis.network.columns import Days, Flags, Floats, column, days, index_of, rows_of, texts

_ENDS = ("energised_on", "withdrawn_on")
_ONE_DAY = np.timedelta64(1, "D")


class Book:
    """All claims of a frame but the other ones of the site of one claim.

    Parameters
    ----------
    frame
        The layer ``claims``.
    wanted
        The claim that is looked at; its row in the frame is the claim as it stands.
    on
        The day asked.
    """

    def __init__(self, frame: pd.DataFrame, wanted: Claim, on: date) -> None:
        site = normal_sites(np.array([wanted.site], dtype=object))[0] if wanted.site else None
        sites = normal_sites(texts(column(frame, "site")))
        own = texts(column(frame, "id")) == wanted.id
        rival = np.asarray(sites == site, dtype=bool) & ~own & (site is not None)
        self._frame = frame[~rival].reset_index(drop=True)
        self._own = np.asarray(own[~rival], dtype=bool)
        self._shared = np.asarray(pd.Series(sites[~rival]).duplicated(keep=False)) & ~pd.isna(sites[~rival])
        self._accepted = days(column(self._frame, "accepted_on"))
        self._expires = days(column(self._frame, "expires_on"))
        self._ended: tuple[Days, ...] = tuple(days(column(self._frame, name)) for name in _ENDS)
        self._wanted, self._on = wanted, on

    def binding(self, day: date) -> pd.DataFrame:
        """Return the claims that bind on a day, dated so that they bind on the day asked."""
        return self._dated(self._live(day))

    def later_days(self, base: OpenCapacity) -> list[date]:
        """Return the days to come on which more may be pending than on the day before.

        A claim begins; the larger claim of a site ends and an alternative steps in; or the claims of an
        asset end and the aggregate it states stands again.
        """
        first = max(self._on, self._wanted.accepted_on or self._on)
        ends = np.stack([self._expires + _ONE_DAY, *self._ended])
        ending = self._shared | self._own
        if np.isfinite(_aggregates(base)).any():
            ending = np.ones(len(self._frame), dtype=bool)
        steps = np.concatenate([self._accepted, ends[:, ending].ravel()])
        later = [day for day in np.unique(steps[~np.isnat(steps)]).tolist() if day > first]
        return [day for day in later if self._wanted.binds_on(day)]

    def pending_on(self, base: OpenCapacity, ahead: list[date], chain: list[int]) -> Floats:
        """Return what is pending at the assets of a chain on days to come, shape (days, assets)."""
        everything = np.ones(len(self._frame), dtype=bool)
        claims = read_claims(self._dated(everything), base.assets, self._on, base.parameters)
        rows = rows_of(index_of(texts(column(self._frame, "id"))), claims.ids)
        found = np.empty((len(ahead), len(chain)))
        for number, day in enumerate(ahead):
            live = self._live(day)[rows]
            part = _counted(claims, live, self._shared[rows], base)
            found[number] = pending(base.assets, part, _aggregates(base)).total_kva[chain]
        return found

    def _live(self, day: date) -> Flags:
        return live_on(day, self._accepted, self._expires, self._ended)

    def _dated(self, rows: Flags) -> pd.DataFrame:
        frame: pd.DataFrame = self._frame[rows].reset_index(drop=True)
        frame["accepted_on"] = [
            None if pd.isna(each) else min(each, self._on) for each in frame["accepted_on"]
        ]
        frame[["expires_on", *_ENDS]] = None
        return frame


def _aggregates(base: OpenCapacity) -> Floats:
    return base.pending.aggregate_kva


def _counted(claims: Claims, live: Flags, shared: Flags, base: OpenCapacity) -> Claims:
    """Return the claims that bind on a day, with those that count for their sites on it."""
    part = replace(claims, **{each.name: getattr(claims, each.name)[live] for each in fields(claims)})
    several = np.flatnonzero(shared[live])
    counted = np.ones(len(part.ids), dtype=bool)
    if len(several):
        site, ids = part.site[several], part.ids[several]
        counted[several] = counted_of(site, part.kva[several], part.accepted[several], ids)
    left = promised(part.kva, part.ramped_kva, base.parameters)
    return replace(part, counted=counted, pending_kva=np.where(counted, left, 0.0))
