"""What every claim of the register is on a day (申请状态)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from gis.capacity.claims import counted_of, live_on, normal_sites, promised
from gis.capacity.parameters import CapacityParameters
from gis.claims.words import State
from gis.network.columns import Floats, Objects, column, days, numbers, texts

STATES: Final = tuple(State)
"""States; a claim's code is the position here."""


@dataclass(frozen=True, slots=True)
class Standing:
    """State and pending load of each claim of a frame, row for row.

    Attributes
    ----------
    state
        ``State``, shape (c,).
    pending_kva
        What counts of it, 0 where it does not count, shape (c,).
    instead
        Id of the claim that counts for the site of an alternative, else None, shape (c,).
    """

    state: Objects
    pending_kva: Floats
    instead: Objects


def standing(frame: pd.DataFrame, on: date, parameters: CapacityParameters) -> Standing:
    """Return what the claims of the layer ``claims`` are on a day, by the rules of the open capacity."""
    accepted, expires, energised, withdrawn = (
        days(column(frame, f"{name}_on")) for name in ("accepted", "expires", "energised", "withdrawn")
    )
    today = np.datetime64(on, "D")
    ids, kva = texts(column(frame, "id")), numbers(column(frame, "kva"))
    ramped = np.nan_to_num(numbers(column(frame, "ramped_kva")))
    placed = ~pd.isna(texts(column(frame, "asset_id")))
    live = live_on(on, accepted, expires, (energised, withdrawn))
    sites = normal_sites(texts(column(frame, "site")))
    rows = np.flatnonzero(live & placed)
    counted = np.zeros(len(frame), dtype=bool)
    counted[rows] = counted_of(sites[rows], kva[rows], accepted[rows], ids[rows])
    instead = np.full(len(frame), None, dtype=object)
    for row in rows[~counted[rows]].tolist():
        instead[row] = str(ids[counted & (sites == sites[row])][0])
    cases = (
        (State.COUNTS, counted),
        (State.ALTERNATIVE, live & placed),
        (State.UNPLACED, live),
        (State.ENERGISED, energised <= today),
        (State.EXPIRED, (expires < today) & ~(withdrawn <= expires)),
        (State.WITHDRAWN, (withdrawn <= today) | (withdrawn <= accepted)),
    )
    codes = np.select(
        [where for _, where in cases], [STATES.index(word) for word, _ in cases], STATES.index(State.FUTURE)
    )
    state = np.array(STATES, dtype=object)[codes.astype(np.int64)]
    return Standing(state, np.where(counted, promised(kva, ramped, parameters), 0.0), instead)
