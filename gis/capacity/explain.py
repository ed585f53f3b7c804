"""Why an asset has its figure, in words and numbers, from the very data it was worked out from (计算说明)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from gis.capacity.breakdown import Breakdown, Sources, breakdown
from gis.capacity.explain_text import in_words
from gis.capacity.formulas import (
    Input,
    effective_formula,
    inputs,
    limit_formula,
    peak_formula,
    pending_formula,
)
from gis.capacity.numerals import day_of, kva
from gis.capacity.open_capacity import OpenCapacity
from gis.capacity.words import GAP_WORDS, LEVELS, Gap, Label, Language, LimitKind, Loading, Reason, Status


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the calculation.

    Attributes
    ----------
    what
        ``limit``, ``peak``, ``own_before``, ``pending``, ``own_after`` or ``effective``.
    formula
        Its right side with the numbers in it; a dash where it is unknown.
    value_kva
        What comes out, NaN where it is unknown.
    """

    what: str
    formula: str
    value_kva: float


@dataclass(frozen=True, slots=True)
class Ancestor:
    """An asset above, with its margin; NaN where it has no figures.

    Attributes
    ----------
    asset_id, name, level
        Which it is.
    own_after_kva
        Its margin, negative where overdrawn.
    status, reason
        Its status and why.
    """

    asset_id: str | None
    name: str | None
    level: str
    own_after_kva: float
    status: Status
    reason: Reason


@dataclass(frozen=True, slots=True)
class Missing:
    """What would have to be known for the figure to be more than an upper bound.

    Attributes
    ----------
    asset_id
        Where it is missing.
    what
        A gap, or the reason why an ancestor is unknown.
    """

    asset_id: str | None
    what: Gap | Reason


@dataclass(frozen=True, slots=True)
class Published:
    """The utility's own figure beside ours.

    Attributes
    ----------
    kva
        What it says.
    stated_on
        Day of its reading.
    difference_kva
        It less ours, NaN where ours is not known.
    differs
        Whether that is more than the parameters allow.
    disclosed
        Whether it is the figure that goes to the public.
    """

    kva: float
    stated_on: date | None
    difference_kva: float
    differs: bool
    disclosed: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an asset has its figure.

    Attributes
    ----------
    language
        Language of ``text``.
    on, parameters
        The day asked, and name and version of the coefficients.
    asset_id, name, level
        Which asset.
    status, reason, upper_bound
        Its status, why, and whether the figure is an upper bound.
    effective_kva
        Open capacity, NaN where unknown.
    bottleneck_id
        Asset with the least margin; None where unknown.
    limit_kind, peak_label
        How limit and peak were got.
    data_date, stale
        Day of the reading, and whether it is too old.
    loading, loading_share
        Word and share.
    steps
        The calculation in order.
    pending
        The claims counted, the aggregates that stand for assets without claims, the alternatives.
    ancestors
        Every asset above, from the bottom up.
    missing
        What makes the figure an upper bound.
    inputs
        What went in, with date, label and source.
    published
        The utility's own figure, None where it states none.
    """

    language: Language
    on: date
    parameters: str
    asset_id: str | None
    name: str | None
    level: str
    status: Status
    reason: Reason
    upper_bound: bool
    effective_kva: float
    bottleneck_id: str | None
    limit_kind: LimitKind
    peak_label: Label
    data_date: date | None
    stale: bool
    loading: Loading
    loading_share: float
    steps: tuple[Step, ...]
    pending: Breakdown
    ancestors: tuple[Ancestor, ...]
    missing: tuple[Missing, ...]
    inputs: tuple[Input, ...]
    published: Published | None

    def as_json(self) -> dict[str, Any]:
        """Return plain values: words for codes, days in ISO 8601, None for what is unknown."""
        made: dict[str, Any] = _plain(asdict(self))
        made["text"] = self.text()
        return made

    def text(self) -> str:
        """Return all of it in words, one fact a line."""
        return in_words(self)


def explain(
    capacity: OpenCapacity, asset_id: str, language: Language, sources: Sources | None = None
) -> Explanation:
    """Explain the figure of an asset.

    Parameters
    ----------
    capacity
        What is open, as worked out.
    asset_id
        The asset; KeyError where there is none.
    language
        Language of the words; the numbers are the same in both.
    sources
        Id of an import batch -> words for where it came from, for frames that carry ``batch_id``.
    """
    row = capacity.row_of(asset_id)
    known: Sources = {} if sources is None else sources
    least = int(capacity.bottleneck[row])
    parts = breakdown(capacity, row, known)
    return Explanation(
        language=language,
        on=capacity.on,
        parameters=str(capacity.parameters),
        asset_id=capacity.ids[row],
        name=capacity.assets.names[row],
        level=LEVELS[capacity.assets.level[row]],
        status=capacity.status[row],
        reason=capacity.reason[row],
        upper_bound=bool(capacity.upper_bound[row]),
        effective_kva=float(capacity.effective_kva[row]),
        bottleneck_id=None if least < 0 else capacity.ids[least],
        limit_kind=capacity.limit_kind[row],
        peak_label=capacity.peak_label[row],
        data_date=day_of(capacity.data_date[row]),
        stale=bool(capacity.stale[row]),
        loading=capacity.loading[row],
        loading_share=float(capacity.loading_share[row]),
        steps=_steps(capacity, row, parts),
        pending=parts,
        ancestors=tuple(_ancestor(capacity, each) for each in capacity.assets.chain(row)[1:]),
        missing=_missing(capacity, row),
        inputs=inputs(capacity, row, known),
        published=_published(capacity, row),
    )


def _steps(capacity: OpenCapacity, row: int, parts: Breakdown) -> tuple[Step, ...]:
    limit, peak = float(capacity.limit_kva[row]), float(capacity.peak_kva[row])
    before, after = float(capacity.own_before_kva[row]), float(capacity.own_after_kva[row])
    promised = float(capacity.pending_kva[row])
    return (
        Step("limit", limit_formula(capacity, row), limit),
        Step("peak", peak_formula(capacity, row), peak),
        Step("own_before", _less(limit, peak, before), before),
        Step("pending", pending_formula(parts), promised),
        Step("own_after", _less(before, promised, after), after),
        Step("effective", effective_formula(capacity, row), float(capacity.effective_kva[row])),
    )


def _less(one: float, other: float, left: float) -> str:
    return "—" if np.isnan(left) else f"{kva(one)} − {kva(other)}"


def _ancestor(capacity: OpenCapacity, row: int) -> Ancestor:
    return Ancestor(
        asset_id=capacity.ids[row],
        name=capacity.assets.names[row],
        level=LEVELS[capacity.assets.level[row]],
        own_after_kva=float(capacity.own_after_kva[row]),
        status=capacity.status[row],
        reason=capacity.reason[row],
    )


def _missing(capacity: OpenCapacity, row: int) -> tuple[Missing, ...]:
    """Return what is missing at the asset and above it."""
    made: list[Missing] = []
    for each in capacity.assets.chain(row):
        thing = capacity.ids[each]
        made += [Missing(thing, flag) for flag in GAP_WORDS if int(capacity.gap[each]) & flag]
        if each != row and np.isnan(capacity.own_after_kva[each]):
            made.append(Missing(thing, capacity.reason[each]))
    return tuple(made)


def _published(capacity: OpenCapacity, row: int) -> Published | None:
    figure = float(capacity.published_kva[row])
    if np.isnan(figure):
        return None
    return Published(
        kva=figure,
        stated_on=day_of(capacity.readings.day_of("published_kva")[row]),
        difference_kva=float(capacity.published_difference_kva[row]),
        differs=bool(capacity.published_differs[row]),
        disclosed=capacity.disclosed_label[row] is Label.PUBLISHED,
    )


def _plain(value: Any) -> Any:  # noqa: ANN401  # a tree of whatever the dataclasses hold
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Gap):
        return str(value.name).lower()
    if isinstance(value, str):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return None if isinstance(value, float) and np.isnan(value) else value
