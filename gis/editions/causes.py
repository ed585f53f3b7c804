"""Why a figure differs between two editions (变化原因), told from the inputs that both have frozen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.capacity.words import Word
from gis.editions.header import Edition
from gis.network.columns import Flags, Floats, Rows


class Cause(Word):
    """Why something differs (变化原因), from what is told first to what is told last."""

    CORRECTION = "correction", "更正", "a correction"
    CLAIM_ENERGISED = "claim_energised", "在途申请已送电", "a claim was energised"
    CLAIM_EXPIRED = "claim_expired", "在途申请已到期", "a claim expired"
    CLAIM_WITHDRAWN = "claim_withdrawn", "在途申请已撤销", "a claim was withdrawn"
    CLAIM_REMOVED = "claim_removed", "在途申请已删除", "a claim is no longer in the register"
    NEW_CLAIM = "new_claim", "新增在途申请", "a new claim"
    CLAIM_CHANGED = "claim_changed", "在途申请已变更", "a claim was changed"
    RATING_CHANGED = "rating_changed", "额定值或限额变化", "its rating or limit was changed"
    NEW_READING = "new_reading", "负荷读数更新", "a new reading"
    READING_STALE = "reading_stale", "读数过期", "its reading has become too old"
    PUBLISHED_FIGURE = "published_figure", "供电企业公布值变化", "the utility's own figure was changed"
    PARAMETERS_CHANGED = "parameters_changed", "计算参数变化", "the parameters were changed"
    SETTINGS_CHANGED = "settings_changed", "公开设置变化", "the settings of the disclosure were changed"
    PARENT_CHANGED = "parent_changed", "上级设备调整", "it hangs on another asset"
    ANCESTOR_CHANGED = "ancestor_changed", "上级设备变化", "a change at an asset above it"
    DATA_CHANGED = "data_changed", "台账变化", "its own data were changed"
    CODE_CHANGED = "code_changed", "软件版本变化", "another version of the software"


CAUSES: Final = tuple(Cause)

CAUSES_FROM: Final = frozenset(
    {
        *(
            "withheld",
            "parent_id",
            "rated_kva",
            "limit_kva",
            "limit_kind",
            "peak_kva",
            "peak_label",
            "peak_date",
        ),
        *("pending_kva", "own_after_kva", "published_kva", "disclosed_label", "bottleneck_id", "reason"),
    }
)
"""Columns of the inputs that causes are told from."""

Bits = NDArray[np.int64]

_CLAIMS: Final = (
    Cause.CLAIM_ENERGISED,
    Cause.CLAIM_EXPIRED,
    Cause.CLAIM_WITHDRAWN,
    Cause.CLAIM_REMOVED,
    Cause.NEW_CLAIM,
    Cause.CLAIM_CHANGED,
)


def bit(*causes: Cause) -> int:
    """Return causes as one number with a bit for each."""
    return sum(1 << CAUSES.index(each) for each in causes)


@dataclass(frozen=True, slots=True)
class Causes:
    """Causes of each asset whose inputs differ, as bits, row for row as those, shape (n,).

    Attributes
    ----------
    ids
        The assets.
    limit, peak, own
        Why its limit, its peak, and what it has left of its own differ.
    figures
        Why its open capacity and its status differ: its own causes, an ancestor's, or both.
    first
        The one that moved most of what it has left, as its position in ``CAUSES``; -1 for none.
    """

    ids: pd.Index
    limit: Bits
    peak: Bits
    own: Bits
    figures: Bits
    first: Rows


def causes_of(one: Edition, other: Edition, inputs: pd.DataFrame, claims: pd.DataFrame) -> Causes:
    """Return why the assets of ``inputs`` differ.

    Parameters
    ----------
    one, other
        The editions, from and to.
    inputs
        Assets whose inputs differ: the columns ``INPUTS`` twice, with ``_a`` and ``_b``, ``asset_id``
        once.
    claims
        Claims that differ, in the same way.
    """
    ids = pd.Index(inputs["asset_id"], dtype=object)
    retuned = one.facts["parameters"]["values"] != other.facts["parameters"]["values"]
    parameters = np.where(np.full(len(ids), retuned), bit(Cause.PARAMETERS_CHANGED), 0)
    rating = _differs(inputs, "rated_kva") | _differs(inputs, "limit_kind")
    limit = np.where(
        rating, bit(Cause.RATING_CHANGED), np.where(retuned, parameters, bit(Cause.RATING_CHANGED))
    )
    limit = np.where(_differs(inputs, "limit_kva") | rating, limit, 0)
    read = _differs(inputs, "peak_date") | _differs(inputs, "peak_label")
    peak = np.where(read, bit(Cause.NEW_READING), np.where(retuned, parameters, bit(Cause.NEW_READING)))
    peak = np.where(_differs(inputs, "peak_kva") | read, peak, 0)
    stale = inputs["reason_b"].eq(str(Cause.READING_STALE)) & _differs(inputs, "reason")
    peak = np.where(stale, bit(Cause.READING_STALE), peak)
    told = _claim_bits(one, other, inputs, claims, ids)
    told = np.where(told != 0, told, np.where(retuned, parameters, bit(Cause.NEW_READING)))
    pending = np.where(_differs(inputs, "pending_kva"), told, 0)
    own = np.where(_differs(inputs, "own_after_kva"), limit | peak | pending, 0)
    return Causes(
        ids=ids,
        limit=limit,
        peak=peak,
        own=own,
        figures=_figures(inputs, ids, own),
        first=_first(inputs, [limit, peak, pending]),
    )


def _figures(inputs: pd.DataFrame, ids: pd.Index, own: Bits) -> Bits:
    """Return the causes of what is open: its own where it was or is the bottleneck, and those above."""
    margin = _differs(inputs, "own_after_kva")
    above = np.zeros(len(ids), dtype=bool)
    itself = np.zeros(len(ids), dtype=bool)
    for side in ("a", "b"):
        least = inputs[f"bottleneck_id_{side}"]
        at = ids.get_indexer(pd.Index(least, dtype=object))
        here = np.arange(len(ids)) == at
        itself |= here | least.isna().to_numpy()
        above |= (at >= 0) & ~here & margin[at]
        worded = inputs[f"reason_{side}"].fillna("").str.startswith("ancestor_").to_numpy(dtype=bool)
        above |= worded & ~margin
    moved = _differs(inputs, "parent_id")
    published = _differs(inputs, "published_kva") & (
        inputs["disclosed_label_a"].eq("published") | inputs["disclosed_label_b"].eq("published")
    )
    made = np.where(itself | ~above, own, 0)
    for cause, where in (
        (Cause.ANCESTOR_CHANGED, above & ~moved),
        (Cause.PARENT_CHANGED, moved),
        (Cause.PUBLISHED_FIGURE, np.asarray(published, dtype=bool)),
    ):
        made = made | np.where(where, bit(cause), 0)
    return np.asarray(made, dtype=np.int64)


def _first(inputs: pd.DataFrame, parts: Sequence[Bits]) -> Rows:
    """Return the cause behind the largest of the three movements: of limit, peak and pending."""
    moved = np.stack([_movement(inputs, name) for name in ("limit_kva", "peak_kva", "pending_kva")])
    largest = np.argmax(moved, axis=0)
    bits = np.stack(parts)[largest, np.arange(moved.shape[1])]
    return lowest_bit(np.where(moved.max(axis=0) > 0, bits, 0))


def lowest_bit(bits: Bits) -> Rows:
    """Return the position of the lowest bit, -1 where there is none."""
    low = bits & -bits
    return np.where(bits != 0, np.log2(np.maximum(low, 1)).astype(np.int64), -1)


def _movement(inputs: pd.DataFrame, name: str) -> Floats:
    one, other = (numbers_of(inputs[f"{name}_{side}"]) for side in ("a", "b"))
    gone = np.isnan(one) != np.isnan(other)
    return np.where(gone, np.inf, np.nan_to_num(np.abs(other - one)))


def numbers_of(values: pd.Series[Any]) -> Floats:
    """Return texts of numbers as numbers, NaN where they are missing."""
    return np.asarray(pd.to_numeric(values, errors="coerce"), dtype=np.float64)


def _differs(frame: pd.DataFrame, name: str) -> Flags:
    """Return where the two sides differ; missing is a value like any other."""
    one, other = (frame[f"{name}_{side}"] for side in ("a", "b"))
    same = one.eq(other) | (one.isna() & other.isna())
    return ~same.fillna(value=False).to_numpy(dtype=bool)


def _claim_bits(
    one: Edition, other: Edition, inputs: pd.DataFrame, claims: pd.DataFrame, ids: pd.Index
) -> Bits:
    """Return what happened to the claims at each asset and below it."""
    made = np.zeros(len(ids), dtype=np.int64)
    if not len(claims):
        return made
    before, after = (np.nan_to_num(numbers_of(claims[f"pending_kva_{side}"])) for side in ("a", "b"))
    there_a, there_b = (claims[f"kept_{side}"].notna().to_numpy() for side in ("a", "b"))
    then, now = one.as_of.isoformat(), other.as_of.isoformat()
    over = {name: _until(claims[f"{name}_b"], now) for name in ("energised_on", "withdrawn_on")}
    expired = (claims["expires_on_b"].fillna("9999") < now).to_numpy(dtype=bool)
    later = (claims["accepted_on_b"].fillna("") > then).to_numpy(dtype=bool)
    less, more = after < before, after > before
    moved = _differs(claims, "asset_id") & (after == before)
    bits = np.select(
        [
            less & ~there_b,
            less & over["energised_on"],
            less & over["withdrawn_on"],
            less & expired,
            more & (~there_a | later),
            less | more | moved,
        ],
        [
            bit(Cause.CLAIM_REMOVED),
            bit(Cause.CLAIM_ENERGISED),
            bit(Cause.CLAIM_WITHDRAWN),
            bit(Cause.CLAIM_EXPIRED),
            bit(Cause.NEW_CLAIM),
            bit(Cause.CLAIM_CHANGED),
        ],
        0,
    )
    for side in ("a", "b"):
        at = ids.get_indexer(pd.Index(claims[f"asset_id_{side}"], dtype=object))
        np.bitwise_or.at(made, at[at >= 0], bits[at >= 0])
    _carry_up(made, inputs, ids)
    return made


def _until(days: pd.Series[Any], now: str) -> Flags:
    return (days.fillna("9999") <= now).to_numpy(dtype=bool)


def _carry_up(made: Bits, inputs: pd.DataFrame, ids: pd.Index) -> None:
    """Add what happened below to each asset, from level to level."""
    up = [ids.get_indexer(pd.Index(inputs[f"parent_id_{side}"], dtype=object)) for side in ("a", "b")]
    for _ in range(3):  # from a transformer to its substation
        for parent in up:
            there = parent >= 0
            np.bitwise_or.at(made, parent[there], made[there])
