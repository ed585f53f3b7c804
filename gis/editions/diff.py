"""What differs between two editions, by asset and field, with the reason of each change (期次对比)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gis.editions.canonical import place_token
from gis.editions.causes import CAUSES, EVENTS, Bits, Cause, Causes, bit, causes_of, lowest_bit
from gis.editions.columns import PUBLISHED, Column
from gis.editions.header import Edition
from gis.editions.sides import Sides, positions
from gis.network.columns import Rows

FIELDS: Final = tuple(each for each in PUBLISHED if each.name not in {"asset_id", "edition_id"})
"""What is compared, in the order of the columns."""

_FIGURES: Final = frozenset({"open_capacity_kva", "status", "reason", "bottleneck_level"})
_BEFORE_AND_AFTER: Final = (("before", "a"), ("after", "b"))
_BY_SETTINGS: Final = {"open_capacity_kva": "bands_kva", "geometry": "grid_m"}


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one asset.

    Attributes
    ----------
    asset_id, name
        The asset.
    field
        Column of the published row.
    before, after
        A number, a text, or None; a place as GeoJSON.
    reason
        The cause that is told.
    also
        Other causes.
    """

    asset_id: str
    name: str | None
    field: str
    before: Any
    after: Any
    reason: Cause
    also: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """Two editions side by side.

    Attributes
    ----------
    one, other
        From and to.
    added, removed
        Ids that stand in the second alone, in the first alone.
    withheld, no_longer_withheld
        Those of ``removed`` and ``added`` that exist in both, and are withheld in one.
    rows
        One row for each change: ``asset_id``, ``name``, ``field`` (position in ``FIELDS``), ``before``,
        ``after`` (texts), ``bits`` and ``first`` (cause as its position in ``CAUSES``).
    """

    one: Edition
    other: Edition
    added: tuple[str, ...]
    removed: tuple[str, ...]
    withheld: tuple[str, ...]
    no_longer_withheld: tuple[str, ...]
    rows: pa.Table

    def __len__(self) -> int:
        return len(self.rows)

    def changes(self, at_most: int | None = None) -> Iterator[Change]:
        """Yield the changes by asset and column, all or the first few."""
        rows = self.rows.slice(0, at_most)
        columns = [rows[name].to_pylist() for name in ("asset_id", "name", "field", "before", "after")]
        told = [rows[name].to_pylist() for name in ("bits", "first")]
        known: dict[tuple[int, int], tuple[Cause, tuple[Cause, ...]]] = {}
        for thing, name, field, before, after, bits, first in zip(*columns, *told, strict=True):
            if (bits, first) not in known:
                every = [each for at, each in enumerate(CAUSES) if bits >> at & 1 and at != first]
                known[bits, first] = (CAUSES[first], tuple(every))
            column = FIELDS[field]
            yield Change(
                thing, name, column.name, value_of(column, before), value_of(column, after),
                *known[bits, first],
            )  # fmt: skip

    def by_reason(self) -> dict[Cause, int]:
        """Return the number of changes for each reason that is told, the most frequent first."""
        counted = Counter(self.rows["first"].to_pylist())
        return {CAUSES[at]: number for at, number in counted.most_common()}

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "from": self.one.id,
            "to": self.other.id,
            "added": list(self.added),
            "removed": list(self.removed),
            "withheld": list(self.withheld),
            "no_longer_withheld": list(self.no_longer_withheld),
            "changed": [
                {
                    "asset_id": each.asset_id,
                    "field": each.field,
                    "before": each.before,
                    "after": each.after,
                    "reason": str(each.reason),
                    "also": [str(cause) for cause in each.also],
                }
                for each in self.changes()
            ],
        }


def value_of(column: Column, text: str | None) -> Any:  # noqa: ANN401  # what the column holds
    """Return a stored text as a value."""
    if text is None:
        return None
    if column.kind == "number":
        return float(text)
    return place_token(text) if column.kind == "place" else text


def compare(
    one: Edition, other: Edition, published: Sides, inputs: Sides, claims: Sides, *, corrects: bool
) -> Diff:
    """Return what differs between two editions.

    Parameters
    ----------
    one, other
        The editions, from and to.
    published, inputs, claims
        Rows that differ, in any order.
    corrects
        Whether the second, or one between the two, corrects the first.
    """
    there_a, there_b = published.there("kept_a"), published.there("kept_b")
    ids = published["asset_id"]
    added, removed = (sorted(ids.filter(pa.array(only)).to_pylist()) for only in (~there_a, ~there_b))
    both = Sides(published.table.filter(pa.array(there_a & there_b)))
    why = causes_of(one, other, inputs, claims)
    return Diff(
        one=one,
        other=other,
        added=tuple(added),
        removed=tuple(removed),
        withheld=_in_both(removed, inputs, "withheld_b"),
        no_longer_withheld=_in_both(added, inputs, "withheld_a"),
        rows=_changes(one, other, both, why, corrects=corrects),
    )


def _in_both(ids: Sequence[str], inputs: Sides, reason: str) -> tuple[str, ...]:
    there = inputs.there("kept_a") & inputs.there("kept_b") & inputs.there(reason)
    known = set(inputs["asset_id"].filter(pa.array(there)).to_pylist())
    return tuple(each for each in ids if each in known)


def _changes(one: Edition, other: Edition, both: Sides, why: Causes, *, corrects: bool) -> pa.Table:
    at = positions(both["asset_id"], why.ids)
    found = []
    for number, column in enumerate(FIELDS):
        rows = np.flatnonzero(both.differs(column.name))
        bits = _bits(one, other, column.name, why, at[rows])
        first = _picked(why.first, at[rows], -1) if column.name in _FIGURES else np.full(len(rows), -1)
        told = (first >= 0) & ((bits >> np.maximum(first, 0)) & 1 == 1)
        first = np.where(told, first, lowest_bit(bits))
        if corrects:
            stays = (1 << first) & bit(*EVENTS) != 0
            bits = bits | bit(Cause.CORRECTION)
            first = np.where(stays, first, CAUSES.index(Cause.CORRECTION))
        chosen = pa.array(rows)
        texts = {name: both[f"{column.name}_{side}"].take(chosen) for name, side in _BEFORE_AND_AFTER}
        table = {"row": rows, "field": np.full(len(rows), number), "bits": bits, "first": first}
        found.append(pa.table(table | texts))
    made = pa.concat_tables(found)
    made = made.take(pa.array(np.argsort(_ranks(both["asset_id"])[made["row"]], kind="stable")))
    for name, source in (("asset_id", "asset_id"), ("name", "name_b")):
        made = made.append_column(name, both[source].take(made["row"]))
    return made.select(["asset_id", "name", "field", "before", "after", "bits", "first"])


def _ranks(ids: pa.ChunkedArray) -> Rows:
    """Return at which place each id stands in the order of their UTF-8 bytes."""
    made = np.empty(len(ids), dtype=np.int64)
    made[pc.sort_indices(ids)] = np.arange(len(ids))
    return made


def _bits(one: Edition, other: Edition, field: str, why: Causes, at: Rows) -> Bits:
    """Return the causes of a field's change."""
    if field in _FIGURES:
        bits = _picked(why.figures, at, 0)
    elif field in {"rated_kva", "limit_kva"}:
        bits = _picked(why.limit, at, 0)
    elif field == "data_date":
        bits = np.full(len(at), bit(Cause.NEW_READING))
    else:
        bits = np.zeros(len(at), dtype=np.int64)
    return np.where(bits != 0, bits, _otherwise(one, other, field)).astype(np.int64)


def _picked(values: Bits, at: Rows, otherwise: int) -> Bits:
    """Return the value at each row, another where the row is -1."""
    made = np.full(len(at), otherwise, dtype=np.int64)
    made[at >= 0] = values[at[at >= 0]]
    return made


def _otherwise(one: Edition, other: Edition, field: str) -> int:
    """Return the cause of a change that no input explains."""
    values: list[Mapping[str, Any]] = [each.facts["settings"]["values"] for each in (one, other)]
    key = _BY_SETTINGS.get(field)
    if key is not None and values[0][key] != values[1][key]:
        return bit(Cause.SETTINGS_CHANGED)
    if field in _FIGURES:
        if one.facts["parameters"]["values"] != other.facts["parameters"]["values"]:
            return bit(Cause.PARAMETERS_CHANGED)
        if one.facts["code_version"] != other.facts["code_version"]:
            return bit(Cause.CODE_CHANGED)
    return bit(Cause.DATA_CHANGED)
