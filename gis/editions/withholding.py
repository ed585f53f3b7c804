"""What is withheld from the public, and why (不予公开): no single customer's load, no important user.

The rules look at the data alone and decide for withholding where it leaves a doubt.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from gis.capacity.claims import normal_sites
from gis.capacity.open_capacity import OpenCapacity
from gis.capacity.words import LEVELS, Word
from gis.network.columns import Flags, Objects, Rows, column, rows_of, texts, true
from gis.network.model import Grid


class Withheld(Word):
    """Why an asset is withheld (不予公开原因)."""

    DEDICATED = "dedicated", "专用线路", "a feeder dedicated to one customer"
    SINGLE_CUSTOMER = "single_customer", "疑为单一用户线路", "a feeder that may serve a single customer"
    IMPORTANT_USER = "important_user", "涉及重要电力用户", "an important user's supply could be told from it"
    BELOW_WITHHELD = "below_withheld", "上级设备不予公开", "it hangs on an asset that is withheld"
    ONLY_WITHHELD_BELOW = (
        "only_withheld_below",
        "下级线路均不予公开",
        "every feeder below it is withheld, so its figures are theirs",
    )


def withheld(grid: Grid, capacity: OpenCapacity) -> Objects:
    """Return why each asset is withheld, as ``Withheld``; None where it is published, shape (n,).

    Parameters
    ----------
    grid
        ``feeders``, ``claims`` and ``parcels`` are looked at.
    capacity
        What is open, of the same grid.
    """
    reason: Objects = np.full(len(capacity), None, dtype=object)
    for why, where in (
        (Withheld.DEDICATED, _dedicated(grid, capacity)),
        (Withheld.SINGLE_CUSTOMER, _single_customer(grid, capacity)),
        (Withheld.IMPORTANT_USER, _important(grid, capacity)),
    ):
        reason[where & pd.isna(reason)] = why
    reason[_only_withheld_below(capacity, reason) & pd.isna(reason)] = Withheld.ONLY_WITHHELD_BELOW
    _close_downwards(capacity, reason)
    return reason


def _dedicated(grid: Grid, capacity: OpenCapacity) -> Flags:
    """Return where a feeder is stated to serve a single customer."""
    return _of_feeders(capacity, true(column(grid["feeders"], "dedicated")))


def _single_customer(grid: Grid, capacity: OpenCapacity) -> Flags:
    """Return where a feeder without a public transformer may serve one customer alone.

    Its claims, whatever became of them, name one site; or they name none and nobody has stated that the
    feeder is not dedicated. Where the grid knows no public transformer at all, nothing can be told from that.
    """
    assets, claims, size = capacity.assets, grid["claims"], len(capacity)
    if not len(grid["transformers"]):
        return np.zeros(size, dtype=bool)
    public = np.bincount(_known(assets.parent[assets.rows("transformer")]), minlength=size) > 0
    asset = rows_of(assets.index, texts(column(claims, "asset_id")))
    site = normal_sites(texts(column(claims, "site"))).tolist()
    # A claim without a site is a site of its own.
    named = [each or f"\0{at}" for at, each in enumerate(site)]
    pairs = pd.DataFrame({"asset": asset, "site": named}).drop_duplicates()
    sites = np.bincount(_known(pairs["asset"].to_numpy(dtype=np.int64)), minlength=size)
    stated = _of_feeders(capacity, np.asarray(column(grid["feeders"], "dedicated").isin([False])))
    return np.asarray(assets.is_level("feeder") & ~public & ((sites == 1) | ((sites == 0) & ~stated)))


def _important(grid: Grid, capacity: OpenCapacity) -> Flags:
    """Return feeders and transformers at which, with all below, only claims of important parcels bind."""
    parcels, claims = grid["parcels"], capacity.pending.claims
    important = true(column(parcels, "important"))
    words = [*texts(column(parcels, "id"))[important], *texts(column(parcels, "name"))[important]]
    known = set(normal_sites(np.array([each for each in words if each], dtype=object)).tolist())
    theirs = np.array([each in known for each in claims.site.tolist()], dtype=bool)
    every = _at_or_below(capacity, np.bincount(claims.asset, minlength=len(capacity)))
    of_important = _at_or_below(capacity, np.bincount(claims.asset[theirs], minlength=len(capacity)))
    low = capacity.assets.level >= LEVELS.index("feeder")
    return np.asarray(low & (of_important > 0) & (of_important == every))


def _only_withheld_below(capacity: OpenCapacity, reason: Objects) -> Flags:
    """Return where an asset feeds feeders and all of them are withheld: its load is theirs."""
    feeder = capacity.assets.is_level("feeder")
    feeders = _at_or_below(capacity, feeder.astype(np.int64))
    hidden = _at_or_below(capacity, (feeder & ~pd.isna(reason)).astype(np.int64))
    above = capacity.assets.level < LEVELS.index("feeder")
    return np.asarray(above & (feeders > 0) & (feeders == hidden))


def _close_downwards(capacity: OpenCapacity, reason: Objects) -> None:
    """Withhold what hangs on withheld assets: what is open there may be what is open above."""
    for level in LEVELS[1:]:
        span = capacity.assets.rows(level)
        parent = capacity.parent[span]
        above = (parent >= 0) & ~pd.isna(reason)[parent]
        reason[span][above & pd.isna(reason[span])] = Withheld.BELOW_WITHHELD


def _at_or_below(capacity: OpenCapacity, values: Rows) -> Rows:
    """Return the sum of the values of each asset and all that hangs below it."""
    total = values.astype(np.int64)
    for level in reversed(LEVELS[1:]):
        span = capacity.assets.rows(level)
        parent = capacity.parent[span]
        np.add.at(total, parent[parent >= 0], total[span][parent >= 0])
    return total


def _of_feeders(capacity: OpenCapacity, flags: Flags) -> Flags:
    """Return flags of the frame of feeders as flags of all assets."""
    made = np.zeros(len(capacity), dtype=bool)
    span = capacity.assets.rows("feeder")
    made[span] = flags[capacity.assets.frame_row[span]]
    return made


def _known(rows: Rows) -> Rows:
    return rows[rows >= 0]
