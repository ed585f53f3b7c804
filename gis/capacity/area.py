"""What a whole area can still take (区域可开放容量): siblings never add up beyond what they hang on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gis.capacity.numerals import kva
from gis.capacity.open_capacity import OpenCapacity
from gis.capacity.words import LEVELS, Language
from gis.network.columns import Flags, Floats


@dataclass(frozen=True, slots=True)
class AreaTotal:
    """The figure of an area.

    Attributes
    ----------
    total_kva
        What the assets can take together; NaN where none of them is known.
    sum_kva
        What their own figures add up to: never to be promised.
    bound_by
        Ids of the assets above that hold the total down, in the order of the rows.
    unknown
        Number of assets asked for whose figure is not known; they are left out.
    upper_bound
        Whether figures are missing that could only lower the total.
    """

    total_kva: float
    sum_kva: float
    bound_by: tuple[str, ...]
    unknown: int
    upper_bound: bool

    def text(self, language: Language) -> str:
        """Return the total in words, with the rule it goes by."""
        if np.isnan(self.total_kva):
            return "无数据" if language == "zh" else "No figure is known."
        total, plain = kva(self.total_kva), kva(self.sum_kva)
        names = ", ".join(self.bound_by)
        if language == "zh":
            parts = [f"合计 {total} kVA：取上级余量与下级之和中的较小者，下级之和为 {plain} kVA，不可相加"]
            parts += [f"受限于 {names}"] if names else []
            parts += [f"另有 {self.unknown} 个设备无数据，未计入"] if self.unknown else []
            parts += ["为上界"] if self.upper_bound else []
            return "；".join(parts) + "。"
        parts = [f"{total} kVA together: the lesser of parent and children, which sum up to {plain} kVA"]
        parts += [f"held down by {names}"] if names else []
        parts += [f"{self.unknown} without a figure left out"] if self.unknown else []
        parts += ["an upper bound"] if self.upper_bound else []
        return "; ".join(parts) + "."


def area_total(capacity: OpenCapacity, rows: Iterable[int]) -> AreaTotal:
    """Return what several assets can take together: ``min(parent, sum of children)`` up to the top.

    Parameters
    ----------
    capacity
        What is open.
    rows
        Assets of the area. One that hangs below another of them draws on the same margin and adds nothing.
    """
    asked = np.unique(np.fromiter(rows, dtype=np.int64))
    known = asked[np.isfinite(capacity.effective_kva[asked])]
    missing = len(asked) - len(known)
    chosen = np.zeros(len(capacity), dtype=bool)
    chosen[known] = True
    known = known[~_covered(capacity, chosen)[known]]
    flow = np.zeros(len(capacity))
    flow[known] = capacity.effective_kva[known]
    bound, total = [], 0.0
    for level in reversed(range(len(LEVELS))):
        for row in _reached(capacity, flow, level):
            own = capacity.own_after_kva[row]
            if own < flow[row]:
                flow[row] = max(0.0, own)
                bound.append(row)
            up = capacity.parent[row]
            if up < 0:
                total += flow[row]
            else:
                flow[up] += flow[row]
    ids = tuple(str(capacity.ids[row]) for row in sorted(bound))
    return AreaTotal(
        total_kva=float(total) if len(known) else float("nan"),
        sum_kva=float(capacity.effective_kva[known].sum()),
        bound_by=ids,
        unknown=missing,
        upper_bound=bool(capacity.upper_bound[known].any()),
    )


def _covered(capacity: OpenCapacity, chosen: Flags) -> Flags:
    """Return where an ancestor is chosen."""
    above = np.zeros(len(capacity), dtype=bool)
    for level in LEVELS[1:]:
        span = capacity.assets.rows(level)
        up = capacity.parent[span]
        above[span] = (up >= 0) & (above[up] | chosen[up])
    return above


def _reached(capacity: OpenCapacity, flow: Floats, level: int) -> list[int]:
    """Return the rows of a level that something flows into."""
    start, stop = capacity.assets.bounds[level], capacity.assets.bounds[level + 1]
    found: list[int] = (np.flatnonzero(flow[start:stop] > 0) + start).tolist()
    return found
