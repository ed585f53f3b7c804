"""Accepted applications (在途申请): which bind on a day, and which of a site counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from gis.capacity.assets import Assets
from gis.capacity.parameters import CapacityParameters
from gis.names import normal_name
from gis.network.columns import Days, Flags, Floats, Objects, Rows, column, days, numbers, rows_of, texts


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims that bind on the day asked at assets that are known, ordered by id.

    Attributes
    ----------
    ids, site
        As given; the site in its normal form, None where none is stated, shape (c,).
    asset
        Row of the asset, shape (c,).
    kva, ramped_kva
        What was promised, NaN where it is missing, and what already shows in the peak, shape (c,).
    accepted, expires
        First and last day, NaT where it is missing, shape (c,).
    counted
        Whether it counts: for each site the largest does, the others are alternatives, shape (c,).
    pending_kva
        ``max(0, kVA k_d k_s - ramped)``; 0 for an alternative and where kVA is missing, shape (c,).
    batch
        Id of the import batch, None where the frame does not say, shape (c,).
    """

    ids: Objects
    site: Objects
    asset: Rows
    kva: Floats
    ramped_kva: Floats
    accepted: Days
    expires: Days
    counted: Flags
    pending_kva: Floats
    batch: Objects


def read_claims(frame: pd.DataFrame, assets: Assets, on: date, parameters: CapacityParameters) -> Claims:
    """Return the claims of the layer ``claims`` that bind on the day asked."""
    asset = rows_of(assets.index, texts(column(frame, "asset_id")))
    dates = {name: days(column(frame, f"{name}_on")) for name in ("accepted", "expires", "energised")}
    withdrawn = days(column(frame, "withdrawn_on"))
    live = live_on(on, dates["accepted"], dates["expires"], (dates["energised"], withdrawn))
    ids = texts(column(frame, "id"))
    rows = np.flatnonzero(live & (asset >= 0))
    rows = np.array(sorted(rows.tolist(), key=lambda row: (ids[row] is None, ids[row] or "")), dtype=np.int64)
    site = normal_sites(texts(column(frame, "site"))[rows])
    kva, ramped = numbers(column(frame, "kva"))[rows], numbers(column(frame, "ramped_kva"))[rows]
    ramped = np.where(np.isnan(ramped), 0.0, ramped)
    accepted = dates["accepted"][rows]
    counted = counted_of(site, kva, accepted, ids[rows])
    return Claims(
        ids=ids[rows],
        site=site,
        asset=asset[rows],
        kva=kva,
        ramped_kva=ramped,
        accepted=accepted,
        expires=dates["expires"][rows],
        counted=counted,
        pending_kva=np.where(counted, promised(kva, ramped, parameters), 0.0),
        batch=column(frame, "batch_id").to_numpy(dtype=object)[rows],
    )


def live_on(on: date, accepted: Days, expires: Days, ended: tuple[Days, ...]) -> Flags:
    """Return where a claim binds: accepted, unexpired, neither energised nor withdrawn.

    The days of acceptance and expiry are included; a claim that states no day of acceptance binds.
    """
    today = np.datetime64(on, "D")
    over = expires < today
    for day in ended:
        over = over | (day <= today)
    return np.asarray(~over & ~(accepted > today), dtype=bool)


def normal_sites(sites: Objects) -> Objects:
    """Return the normal form of each site: two spellings with one form are one site."""
    normal = {site: normal_name(site) for site in set(sites.tolist()) if site is not None}
    return np.array([normal.get(site) for site in sites.tolist()] or np.empty(0), dtype=object)


def counted_of(site: Objects, kva: Floats, accepted: Days, ids: Objects) -> Flags:
    """Return where a claim is the one of its site that counts.

    The largest counts; of equals the earliest accepted, then the least id. A claim without a site
    stands for itself; one without kVA is smaller than every other.
    """
    late = np.datetime64("9999-12-31", "D")
    table = pd.DataFrame(
        {
            "site": site,
            "kva": np.where(np.isnan(kva), -np.inf, kva),
            "accepted": np.where(np.isnat(accepted), late, accepted).astype(np.int64),
            "id": [each or "" for each in ids],
        }
    )
    best = table.sort_values(["kva", "accepted", "id"], ascending=[False, True, True], kind="stable")
    other = best["site"].notna() & best.duplicated("site")
    return np.asarray(~other.sort_index(), dtype=bool)


def promised(kva: Floats, ramped_kva: Floats, parameters: CapacityParameters) -> Floats:
    """Return what is still pending of each claim; 0 where its kVA is missing."""
    left = kva * parameters.k_d * parameters.k_s - ramped_kva
    return np.where(np.isnan(left), 0.0, np.maximum(0.0, left))
