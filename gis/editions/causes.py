"""Why a figure differs between two editions (变化原因), told from the inputs that both have frozen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gis.capacity.words import Word
from gis.editions.header import Edition
from gis.editions.sides import Sides, positions
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
    ENTERED_LATER = "entered_later", "前一期之后补录", "entered after the earlier edition, for a day of it"


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


EVENTS: Final = (
    Cause.CLAIM_ENERGISED,
    Cause.CLAIM_EXPIRED,
    Cause.CLAIM_WITHDRAWN,
    Cause.NEW_CLAIM,
    Cause.READING_STALE,
    Cause.ANCESTOR_CHANGED,
)
"""What happened or passed by, here or above: it is the reason in an edition that corrects too. All else is
told there as a correction: data that the earlier edition had were changed."""


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

    ids: pa.ChunkedArray
    limit: Bits
    peak: Bits
    own: Bits
    figures: Bits
    first: Rows


def causes_of(one: Edition, other: Edition, inputs: Sides, claims: Sides) -> Causes:
    """Return why the assets of ``inputs`` differ.

    Parameters
    ----------
    one, other
        The editions, from and to.
    inputs
        Assets whose inputs differ: of the columns ``INPUTS`` those that causes are told from.
    claims
        Claims that differ: the columns ``CLAIMS``.
    """
    ids = inputs["asset_id"]
    retuned = one.facts["parameters"]["values"] != other.facts["parameters"]["values"]
    parameters = np.where(np.full(len(ids), retuned), bit(Cause.PARAMETERS_CHANGED), 0)
    rating = inputs.differs("rated_kva") | inputs.differs("limit_kind")
    limit = np.where(
        rating, bit(Cause.RATING_CHANGED), np.where(retuned, parameters, bit(Cause.RATING_CHANGED))
    )
    limit = np.where(inputs.differs("limit_kva") | rating, limit, 0)
    read = inputs.differs("peak_date") | inputs.differs("peak_label")
    peak = np.where(read, bit(Cause.NEW_READING), np.where(retuned, parameters, bit(Cause.NEW_READING)))
    peak = np.where(inputs.differs("peak_kva") | read, peak, 0)
    stale = inputs.says("reason_b", Cause.READING_STALE) & inputs.differs("reason")
    peak = np.where(stale, bit(Cause.READING_STALE), peak)
    told = _claim_bits(one, other, inputs, claims, ids)
    told = np.where(told != 0, told, np.where(retuned, parameters, bit(Cause.NEW_READING)))
    pending = np.where(inputs.differs("pending_kva"), told, 0)
    own = np.where(inputs.differs("own_after_kva"), limit | peak | pending, 0)
    return Causes(
        ids=ids,
        limit=limit,
        peak=peak,
        own=own,
        figures=_figures(inputs, ids, own),
        first=_first(inputs, [limit, peak, pending]),
    )


def _figures(inputs: Sides, ids: pa.ChunkedArray, own: Bits) -> Bits:
    """Return the causes of what is open: its own where it was or is the bottleneck, and those above."""
    margin = inputs.differs("own_after_kva")
    above = np.zeros(len(ids), dtype=bool)
    itself = np.zeros(len(ids), dtype=bool)
    for side in ("a", "b"):
        least = f"bottleneck_id_{side}"
        at = positions(inputs[least], ids)
        here = np.arange(len(ids)) == at
        itself |= here | ~inputs.there(least)
        above |= (at >= 0) & ~here & margin[at]
        worded = pc.starts_with(inputs[f"reason_{side}"], "ancestor_")
        above |= pc.fill_null(worded, fill_value=False).to_numpy() & ~margin
    moved = inputs.differs("parent_id")
    published = inputs.differs("published_kva") & (
        inputs.says("disclosed_label_a", "published") | inputs.says("disclosed_label_b", "published")
    )
    made = np.where(itself | ~above, own, 0)
    for cause, where in (
        (Cause.ANCESTOR_CHANGED, above & ~moved),
        (Cause.PARENT_CHANGED, moved),
        (Cause.PUBLISHED_FIGURE, published),
    ):
        made = made | np.where(where, bit(cause), 0)
    return np.asarray(made, dtype=np.int64)


def _first(inputs: Sides, parts: Sequence[Bits]) -> Rows:
    """Return the cause behind the largest of the three movements: of limit, peak and pending."""
    moved = np.stack([_movement(inputs, name) for name in ("limit_kva", "peak_kva", "pending_kva")])
    largest = np.argmax(moved, axis=0)
    bits = np.stack(parts)[largest, np.arange(moved.shape[1])]
    return lowest_bit(np.where(moved.max(axis=0) > 0, bits, 0))


def lowest_bit(bits: Bits) -> Rows:
    """Return the position of the lowest bit, -1 where there is none."""
    low = bits & -bits
    return np.where(bits != 0, np.log2(np.maximum(low, 1)).astype(np.int64), -1)


def _movement(inputs: Sides, name: str) -> Floats:
    one, other = (inputs.numbers(f"{name}_{side}") for side in ("a", "b"))
    gone = np.isnan(one) != np.isnan(other)
    return np.where(gone, np.inf, np.nan_to_num(np.abs(other - one)))


def _claim_bits(one: Edition, other: Edition, inputs: Sides, claims: Sides, ids: pa.ChunkedArray) -> Bits:
    """Return what happened to the claims at each asset and below it."""
    made = np.zeros(len(ids), dtype=np.int64)
    if not len(claims):
        return made
    before, after = (np.nan_to_num(claims.numbers(f"pending_kva_{side}")) for side in ("a", "b"))
    there_a, there_b = (claims.there(f"kept_{side}") for side in ("a", "b"))
    then, now = one.as_of.isoformat(), other.as_of.isoformat()
    over = {name: claims.until(f"{name}_b", now) for name in ("energised_on", "withdrawn_on")}
    known = {name: claims.until(f"{name}_b", then) for name in ("accepted_on", *over)}
    expired = claims.until("expires_on_b", now) & ~claims.says("expires_on_b", now)
    later = claims.there("accepted_on_b") & ~known["accepted_on"]
    less, more = after < before, after > before
    moved = claims.differs("asset_id") & (after == before)
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
            _happened(Cause.CLAIM_ENERGISED, known["energised_on"]),
            _happened(Cause.CLAIM_WITHDRAWN, known["withdrawn_on"]),
            bit(Cause.CLAIM_EXPIRED),
            _happened(Cause.NEW_CLAIM, known["accepted_on"]),
            bit(Cause.CLAIM_CHANGED),
        ],
        0,
    )
    for side in ("a", "b"):
        at = positions(claims[f"asset_id_{side}"], ids)
        np.bitwise_or.at(made, at[at >= 0], bits[at >= 0])
    _carry_up(made, inputs, ids)
    return made


def _happened(what: Cause, known: Flags) -> Bits:
    """Return a cause, with the word that it was entered later where the earlier edition should have known."""
    return np.where(known, bit(what, Cause.ENTERED_LATER), bit(what))


def _carry_up(made: Bits, inputs: Sides, ids: pa.ChunkedArray) -> None:
    """Add what happened below to each asset, from level to level."""
    up = [positions(inputs[f"parent_id_{side}"], ids) for side in ("a", "b")]
    for _ in range(3):  # from a transformer to its substation
        for parent in up:
            there = parent >= 0
            np.bitwise_or.at(made, parent[there], made[there])
