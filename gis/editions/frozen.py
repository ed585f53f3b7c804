"""What an edition freezes: the public rows, and what the reasons of later changes will rest on (期次数据)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from gis.capacity.open_capacity import OpenCapacity
from gis.capacity.words import LEVELS
from gis.editions.columns import CLAIMS, INPUTS, NUMBER_DIGITS, PUBLISHED, Column
from gis.editions.disclosure import DisclosureSettings
from gis.editions.places import cells
from gis.editions.withholding import withheld
from gis.network.columns import Days, Flags, Floats, Objects, Rows, column, days, numbers, rows_of, texts
from gis.network.model import Grid


@dataclass(frozen=True, slots=True)
class Frozen:
    """The tables of an edition, every value a text in its canonical form, null where it is missing.

    Attributes
    ----------
    published
        The columns ``PUBLISHED``: what leaves, in the order of the ids by their bytes.
    inputs
        The columns ``INPUTS``: every asset, withheld ones too, in that order.
    claims
        The columns ``CLAIMS``, in the order of their ids by their bytes.
    withheld
        Reason -> number of assets that are withheld for it.
    data_dates
        First and last day of the readings behind published figures; None where there are none.
    """

    published: pa.Table
    inputs: pa.Table
    claims: pa.Table
    withheld: Mapping[str, int]
    data_dates: tuple[str | None, str | None]


def freeze(grid: Grid, capacity: OpenCapacity, settings: DisclosureSettings, edition_id: str) -> Frozen:
    """Return what an edition freezes of a grid.

    Parameters
    ----------
    grid
        The grid.
    capacity
        What is open in it on the edition's day.
    settings
        How it is disclosed.
    edition_id
        The edition.
    """
    why = withheld(grid, capacity)
    order = by_bytes(capacity.ids)
    shown = order[pd.isna(why[order])]
    dates = pc.min_max(_days(capacity.data_date[shown]))
    return Frozen(
        published=_published(grid, capacity, settings, edition_id, shown),
        inputs=_inputs(capacity, why, order),
        claims=_claims(grid, capacity),
        withheld=dict(sorted(Counter(str(each) for each in why[order] if each is not None).items())),
        data_dates=(dates["min"].as_py(), dates["max"].as_py()),
    )


def _published(
    grid: Grid, capacity: OpenCapacity, settings: DisclosureSettings, edition_id: str, rows: Rows
) -> pa.Table:
    assets = capacity.assets
    least = capacity.bottleneck[rows]
    values = {
        "asset_id": as_texts(capacity.ids[rows]),
        "level": _level(assets.level[rows]),
        "name": as_texts(assets.names[rows]),
        "substation": as_texts(_substations(capacity)[rows]),
        "voltage_kv": assets.voltage_kv[rows],
        "rated_kva": capacity.rated_kva[rows],
        "limit_kva": capacity.limit_kva[rows],
        "open_capacity_kva": shown_kva(capacity.disclosed_kva[rows], settings.bands_kva),
        "status": as_texts(capacity.status[rows]),
        "reason": as_texts(capacity.reason[rows]),
        "bottleneck_level": _level(np.where(least >= 0, assets.level[least], -1)),
        "data_date": _days(capacity.data_date[rows]),
        "edition_id": pa.array(np.full(len(rows), edition_id, dtype=object), pa.string()),
        "geometry": cells(assets, grid, settings.grid_m).take(pa.array(rows)),
    }
    return text_table(PUBLISHED, values)


def shown_kva(kva: Floats, bands_kva: Sequence[float]) -> Floats:
    """Return open capacity as the public sees it: never below 0, unknown stays NaN.

    Where there are bands, a figure is the lower bound of its band: at least that much is open.
    """
    shown = np.maximum(0.0, kva)
    if not bands_kva:
        return shown
    bounds = np.asarray(bands_kva)
    at = np.searchsorted(bounds, np.nan_to_num(shown), side="right") - 1
    return np.where(np.isnan(shown), np.nan, bounds[at])


def _inputs(capacity: OpenCapacity, why: Objects, rows: Rows) -> pa.Table:
    up, least = capacity.parent[rows], capacity.bottleneck[rows]
    values: dict[str, Any] = {
        "asset_id": as_texts(capacity.ids[rows]),
        "level": _level(capacity.assets.level[rows]),
        "withheld": as_texts(why[rows]),
        "parent_id": as_texts(_where(up >= 0, capacity.ids[up])),
        "limit_kind": as_texts(capacity.limit_kind[rows]),
        "peak_label": as_texts(capacity.peak_label[rows]),
        "peak_date": _days(capacity.data_date[rows]),
        "disclosed_label": as_texts(capacity.disclosed_label[rows]),
        "bottleneck_id": as_texts(_where(least >= 0, capacity.ids[least])),
        "status": as_texts(capacity.status[rows]),
        "reason": as_texts(capacity.reason[rows]),
        "upper_bound": _flags(capacity.upper_bound[rows]),
    }
    for each in INPUTS:
        if each.kind == "number":
            values[each.name] = getattr(capacity, each.name)[rows]
    return text_table(INPUTS, values)


def _claims(grid: Grid, capacity: OpenCapacity) -> pa.Table:
    frame = grid["claims"]
    ids = texts(column(frame, "id"))
    rows = by_bytes(ids)
    binding = capacity.pending.claims
    index = pd.Series(np.arange(len(binding.ids)), index=pd.Index(binding.ids, dtype=object))
    at = rows_of(index[~index.index.duplicated()], ids[rows])
    pending = np.full(len(rows), np.nan)
    pending[at >= 0] = binding.pending_kva[at[at >= 0]]
    values: dict[str, Any] = {
        "claim_id": as_texts(ids[rows]),
        "asset_id": as_texts(texts(column(frame, "asset_id"))[rows]),
        "site": as_texts(texts(column(frame, "site"))[rows]),
        "kva": numbers(column(frame, "kva"))[rows],
        "pending_kva": pending,
    }
    for each in CLAIMS:
        if each.kind == "day":
            values[each.name] = _days(days(column(frame, each.name))[rows])
    return text_table(CLAIMS, values)


def _substations(capacity: OpenCapacity) -> Objects:
    """Return the name of the substation that each asset hangs on in the end, its id where it has none."""
    assets = capacity.assets
    top = np.arange(len(capacity))
    for level in LEVELS[1:]:
        span = assets.rows(level)
        parent = assets.parent[span]
        top[span] = np.where(parent >= 0, top[parent], top[span])
    named = np.asarray(np.where(pd.isna(assets.names), capacity.ids, assets.names), dtype=object)
    return _where(np.asarray(assets.level[top] == 0), named[top])


def _where(there: Flags, values: Objects) -> Objects:
    """Return the values where they are there, None elsewhere."""
    made: Objects = np.full(len(values), None, dtype=object)
    made[there] = values[there]
    return made


def by_bytes(ids: Objects) -> Rows:
    """Return the rows that have an id, ordered by its UTF-8 bytes."""
    rows = np.flatnonzero(~pd.isna(ids))
    if not len(rows):
        return rows
    order = pc.array_sort_indices(pa.array(ids[rows], pa.string()))
    return rows[np.asarray(order, dtype=np.int64)]


def text_table(columns: Sequence[Column], values: Mapping[str, Any]) -> pa.Table:
    """Return a table of texts: numbers with the decimals of their column, all else as given."""
    made = {
        each.name: number_texts(values[each.name], each.decimals)
        if each.kind == "number"
        else values[each.name]
        for each in columns
    }
    return pa.table(made, schema=pa.schema([(each.name, pa.string()) for each in columns]))


def number_texts(values: Floats, decimals: int) -> pa.Array:
    """Return numbers with their decimals, null for NaN; never ``-0``."""
    rounded = np.round(values, decimals) + 0.0
    kept = pa.array(rounded, pa.float64(), from_pandas=True)
    return pc.cast(pc.cast(kept, pa.decimal128(NUMBER_DIGITS, decimals)), pa.string())


def as_texts(values: Objects) -> pa.Array:
    """Return values as texts, null for None."""
    return pa.array([None if each is None else str(each) for each in values.tolist()], pa.string())


def _level(codes: Any) -> pa.Array:  # noqa: ANN401  # codes of any integer type
    words = pa.array([*LEVELS, None], pa.string())
    at = np.asarray(codes, dtype=np.int64)
    return words.take(pa.array(np.where(at >= 0, at, len(LEVELS))))


def _days(values: Days) -> pa.Array:
    stored = pa.array(np.asarray(values, dtype="datetime64[D]"), pa.date32(), from_pandas=True)
    return pc.cast(stored, pa.string())


def _flags(values: Flags) -> pa.Array:
    return pc.cast(pa.array(values), pa.string())
