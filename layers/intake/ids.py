"""Ids for rows whose source gives none: stable, whatever the order of the rows."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.names import normal_name

HOMES = ("substation_ref", "feeder_ref")
"""What a thing belongs to; the first there is tells things of one name apart."""

_HASH_GRID = 1e8
"""Coordinates are hashed on a grid of 1e-8 degree (1 mm), so that a last digit does not make a new id."""


def content_hashes(rows: pd.DataFrame, geometry: NDArray[np.object_] | None) -> list[str]:
    """Return a short hash of each row's values and geometry, the same wherever the row stands."""
    columns = [rows[name].tolist() for name in rows.columns if name != "id"]
    texts = ["\x1f".join(map(str, row)) for row in zip(*columns, strict=True)] or [""] * len(rows)
    if geometry is None:
        return [_hash(text.encode()) for text in texts]
    coordinates, owner = shapely.get_coordinates(geometry, return_index=True)
    grid = np.round(coordinates * _HASH_GRID).astype(np.int64)
    ends = np.searchsorted(owner, np.arange(len(geometry)), side="right")
    starts = np.concatenate([[0], ends[:-1]])
    return [
        _hash(text.encode() + grid[start:end].tobytes())
        for text, start, end in zip(texts, starts.tolist(), ends.tolist(), strict=True)
    ]


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:10]


def reading_ids(rows: pd.DataFrame, hashes: list[str], seen: Collection[str]) -> list[str]:
    """Return ids of readings: what is read, and when; of two for one asset and day the second adds a hash.

    A corrected file therefore updates the reading of its day.
    """
    told_by = ("substation_ref", "level", "asset_ref", "data_date", "flagged")
    parts = [name for name in told_by if name in rows]
    taken = set()
    ids = []
    for words, content in zip(rows[parts].itertuples(index=False), hashes, strict=True):
        key = "|".join(str(word) for word in words if not pd.isna(word)) or content
        ids.append(f"{key}~{content}" if key in taken or key in seen else key)
        taken.add(key)
    return ids


def name_ids(
    rows: pd.DataFrame, hashes: list[str], names: Counter[str], stored_homes: Mapping[str, str | None]
) -> list[str]:
    """Return ids made of names: the normal form, its home before it where the name repeats.

    Parameters
    ----------
    rows
        With ``name`` and, where the layer has one, its home.
    hashes
        Content of each row, for what name and home do not tell apart.
    names
        How often each normal form occurs in the source.
    stored_homes
        Id -> home of the rows in the database: a name that stands for a thing of another home there
        counts as repeated.
    """
    home = next((name for name in HOMES if name in rows), None)
    homes = rows[home].tolist() if home else [None] * len(rows)
    ids = []
    for name, place, content in zip(rows["name"].tolist(), homes, hashes, strict=True):
        if name is None:
            ids.append(f"~{content}")
            continue
        normal = normal_name(name)
        stored = stored_homes.get(normal)
        known = bool(stored and place)
        here = known and normal_name(stored or "") == normal_name(place)
        if here or (names[normal] <= 1 and not known):
            ids.append(normal)
        else:
            ids.append(f"{normal_name(place)}/{normal}" if place else f"{normal}~{content}")
    return ids
