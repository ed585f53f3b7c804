"""What the claims register says: the claims of a day, and the history of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine

from api.operations.claims import unknown_claim
from gis.capacity.assets import read_assets
from gis.capacity.parameters import CapacityParameters
from gis.claims.rules import is_text
from gis.claims.standing import Standing, standing
from gis.errors import InputError
from layers.claims.ledger import Event, claims_as_known, history
from layers.claims.surroundings import roots_of, surroundings
from layers.database import driver, snapshot
from layers.queries.assets import find_asset
from layers.queries.grid import read_layer


@dataclass(frozen=True, slots=True)
class Register:
    """The register on a day.

    Attributes
    ----------
    on
        The day the claims are looked at.
    as_known
        The day at whose end the register is read; None for now.
    claims
        One row for each claim, ordered by id, as of the layer ``claims``.
    standing
        State and pending load of each.
    """

    on: date
    as_known: date | None
    claims: pd.DataFrame
    standing: Standing


def register(
    engine: Engine,
    on: date,
    parameters: CapacityParameters,
    *,
    asset: str | None = None,
    as_known: date | None = None,
) -> Register:
    """Return the claims of the register with what they are on a day.

    Parameters
    ----------
    engine
        The database.
    on
        The day asked.
    parameters
        Coefficients of the pending load.
    asset
        Only claims at this asset (id or name) and below it, as the grid stands now.
    as_known
        The register as it was at the end of this day in Asia/Shanghai.

    Raises
    ------
    InputError
        The asset is not known.
    """
    with snapshot(engine) as connection, driver(connection) as raw:
        frame = read_layer(raw, "claims") if as_known is None else claims_as_known(connection, as_known)
        below = None if asset is None else _at_or_below(connection, asset, on)
    told = standing(frame, on, parameters)
    if below is not None:
        rows = np.flatnonzero(frame["asset_id"].isin(below).to_numpy(dtype=bool))
        told = Standing(told.state[rows], told.pending_kva[rows], told.instead[rows])
        frame = frame.iloc[rows].reset_index(drop=True)
    return Register(on, as_known, frame, told)


def _at_or_below(connection: Connection, words: str, on: date) -> set[str]:
    found = find_asset(connection, words)
    if found.fault:
        raise InputError(found.fault, repair="name an asset by its id")
    tree = read_assets(surroundings(connection, roots_of(connection, [found.id]), on))
    return set(tree.ids[tree.below(int(tree.index[found.id]))].tolist())


def history_of(engine: Engine, claim_id: str) -> list[Event]:
    """Return what happened to a claim, in order.

    Raises
    ------
    InputError
        There never was a claim of this id.
    """
    with snapshot(engine) as connection:
        events = history(connection, claim_id) if is_text(claim_id) else []
        if not events:
            raise unknown_claim(connection, claim_id)
    return events
