"""A city screened (全域筛查): every parcel with its class, its options, and the one test that failed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
import pandas as pd

from gis.network.columns import Objects, Rows
from gis.policy.decide import Decision
from gis.policy.model import PROCEDURES
from gis.siting.assess import Desk
from gis.siting.classes import NO_SECOND, Classes, SiteClass, classify, verdicts
from gis.siting.columns import ROW_COLUMNS
from gis.siting.double import find_all_pairs, uncounted
from gis.siting.network import LEVELS
from gis.siting.options import NO_PROCEDURE, Options, find_options
from gis.siting.question import Plan, Question, planned
from gis.siting.seekers import AllParcels, Seeker
from gis.siting.sites import Sites
from gis.steps import Step, untold

_MEASURES: Final = ROW_COLUMNS[ROW_COLUMNS.index("length_m") : ROW_COLUMNS.index("procedure")]
_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

_SUMMED: Final = {"area_ha": 3, "load_kva": 1}
"""Figures of parcels that are summed, with the decimals of a sum."""

Table = dict[str, np.ndarray]
"""Columns of one length by name."""


@dataclass(frozen=True, slots=True)
class Screening:
    """What was found for every parcel.

    Attributes
    ----------
    rows
        ``ROW_COLUMNS``, one row for each parcel in the order of the sites.
    sites
        Who was asked about.
    """

    rows: pd.DataFrame
    sites: Sites

    def by_class(self) -> dict[str, int]:
        """Return the number of parcels of every class."""
        counts = self.rows["class"].value_counts()
        return {each.value: int(counts.get(each.value, 0)) for each in SiteClass}

    def sums_by_class(self) -> dict[str, dict[str, float]]:
        """Return area (ha) and load (kVA) of every class; a load that is not known counts as none."""
        sums = self._figures().groupby("class")[list(_SUMMED)].sum()
        return {
            name: {each.value: round(float(sums[name].get(each.value, 0.0)), decimals) for each in SiteClass}
            for name, decimals in _SUMMED.items()
        }

    def by_town(self) -> list[dict[str, Any]]:
        """Return ``town``, ``parcels``, ``area_ha``, ``load_kva`` and ``by_class`` of every town (乡镇街道).

        In the order of their names; parcels that state no town stand last, with ``town`` None.
        """
        groups = [(str(name), rows) for name, rows in self._figures().groupby("town")]
        groups.sort(key=lambda each: (not each[0], each[0]))
        return [_of_town(name or None, rows) for name, rows in groups]

    def _figures(self) -> pd.DataFrame:
        """Return class, town, area and load of every parcel; what is not known counts as none."""
        return pd.DataFrame(
            {
                "class": self.rows["class"],
                "town": ["" if each is None else each for each in self.sites.towns.tolist()],
                "area_ha": np.nan_to_num(self.sites.area_ha),
                "load_kva": self.rows["load_kva"].fillna(0.0),
            }
        )


def _of_town(name: str | None, rows: pd.DataFrame) -> dict[str, Any]:
    counts = rows["class"].value_counts()
    sums = {each: round(float(rows[each].sum()), decimals) for each, decimals in _SUMMED.items()}
    by_class = {each.value: int(counts.get(each.value, 0)) for each in SiteClass}
    return {"town": name, "parcels": len(rows), **sums, "by_class": by_class}


def screen(
    desk: Desk,
    sites: Sites,
    question: Question,
    *,
    alone: Callable[[int], Seeker],
    step: Callable[[Step], None] = untold,
    counted: Callable[[int, int], None] = uncounted,
) -> Screening:
    """Return the class and the options of every parcel.

    Parameters
    ----------
    desk
        What it is made from.
    sites
        The stored parcels, all of them.
    question
        What is asked of each.
    alone
        Gives the seeker of one parcel: second supplies are looked for one after the other.
    step
        Is told what comes next.
    counted
        Is told how many parcels of all are done, where they are looked at one after the other.
    """
    step(Step.LEVELS)
    plan = planned(sites, question, desk.table)
    seeker = AllParcels(desk.network)
    step(Step.SWEEP)
    options = find_options(desk.network, desk.offers, sites, plan, question, seeker)
    step(Step.REASONS)
    classes = classify(desk.network, desk.offers, sites, plan, question, options, seeker)
    if question.supplies > 1:
        step(Step.TWO_SUPPLIES)
        options = _doubled(desk, sites, plan, question, options, classes, alone, counted)
    step(Step.ROWS)
    return Screening(_rows(desk, sites, question, plan.policy, options, classes), sites)


def _rows(
    desk: Desk, sites: Sites, question: Question, policy: Objects, options: Options, classes: Classes
) -> pd.DataFrame:
    told = option_table(desk, options)
    best = np.flatnonzero(options.rank == 0)
    site = options.site[best]
    table = _bare(sites, question, policy, classes.name, classes.failed_test)
    for name in (*_MEASURES, *_OF_BEST):
        table[name] = _spread(told[name][best], site, len(sites))
    table["options"] = _options(told, options.site, len(sites))
    return _frame(table)[list(ROW_COLUMNS)]


_OF_BEST: Final = (
    *("asset_id", "asset_name", "level", "open_capacity_kva", "bottleneck_level"),
    *("procedure", "limit_working_days", "decision_kind", "upper_bound"),
)


def _bare(sites: Sites, question: Question, policy: Objects, name: Objects, failed_test: Objects) -> Table:
    return {
        "parcel_id": sites.ids,
        "class": name,
        "failed_test": failed_test,
        "load_kva": np.round(sites.load_kva, 3),
        "load_source": sites.load_source,
        "jurisdiction": policy,
        "on": np.full(len(sites), question.on.isoformat(), dtype=object),
    }


def _frame(columns: Table) -> pd.DataFrame:
    """Return columns as a frame that keeps None apart from NaN."""
    return pd.DataFrame(
        {
            name: pd.Series(values, dtype=object if values.dtype.kind == "O" else None)
            for name, values in columns.items()
        }
    )


def option_table(desk: Desk, options: Options) -> Table:
    """Return what is shown of each option as columns, in the order of the options."""
    parts: Table = {name: np.full(len(options), None, dtype=object) for name in _OF_BEST[:5]}
    parts["open_capacity_kva"] = np.full(len(options), np.nan)
    parts["upper_bound"] = np.zeros(len(options), dtype=bool)
    for position in np.unique(options.level).tolist():
        level = LEVELS[position]
        served, offer = desk.network.levels[level], desk.offers[level]
        own = np.flatnonzero(options.level == position)
        owner = options.owner[own]
        for name, values in (
            ("asset_id", served.ids),
            ("asset_name", served.names),
            ("open_capacity_kva", np.round(offer.open_kva, 1)),
            ("bottleneck_level", offer.bottleneck_level),
            ("upper_bound", offer.upper_bound),
        ):
            parts[name][own] = values[owner]
        parts["level"][own] = level
    names = np.array([*PROCEDURES, None], dtype=object)
    parts["procedure"] = names[np.minimum(options.procedure, NO_PROCEDURE)]
    limit, kind = _decided(options.decisions)
    parts["limit_working_days"], parts["decision_kind"] = limit[options.decision], kind[options.decision]
    parts |= {name: options.shown_m(name) for name in _MEASURES if name != "crossing_count"}
    parts["crossing_count"] = options.measures.crossing_count
    return parts


def _decided(decisions: tuple[Decision, ...]) -> tuple[Objects, Objects]:
    """Return limit and kind of each distinct decision; of none at the end, where -1 finds it."""
    approvals = [each.parts["approval"] for each in decisions]
    days = [each.fields.get("limit_working_days") for each in approvals]
    limits = [None if each is None else float(each) for each in days]  # one type, as it is stored
    kinds = [each.kind.value for each in approvals]
    return np.array([*limits, None], dtype=object), np.array([*kinds, "needs"], dtype=object)


def _spread(values: np.ndarray, site: Rows, count: int) -> np.ndarray:
    """Return a value for each site, None or NaN where it has no option."""
    if values.dtype.kind == "f":
        wide = np.full(count, np.nan)
        wide[site] = values
        return wide
    spread = np.full(count, None, dtype=object)
    spread[site] = values
    return spread


def _options(told: Table, site: Rows, count: int) -> Objects:
    """Return the options of each site as a JSON array, the best first."""
    names = ("asset_id", "asset_name", "level", *_MEASURES, *_OF_BEST[3:])
    lists: list[list[dict[str, Any]]] = [[] for _ in range(count)]
    columns = [told[name].tolist() for name in names]
    for number, *values in zip(site.tolist(), *columns, strict=True):
        lists[number].append(dict(zip(names, values, strict=True)))
    made = np.full(count, "[]", dtype=object)
    made[:] = [_JSON.encode(each) for each in lists]
    return made


def _doubled(
    desk: Desk,
    sites: Sites,
    plan: Plan,
    question: Question,
    options: Options,
    classes: Classes,
    alone: Callable[[int], Seeker],
    counted: Callable[[int, int], None],
) -> Options:
    """Return the supplies of the best pairs, two by two; the classes become those of double supplies."""
    asked = np.unique(options.site)
    every, pairs = find_all_pairs(
        desk.network, desk.offers, sites, plan, question, asked, alone=alone, counted=counted
    )
    classes.name[asked], classes.failed_test[asked] = NO_SECOND
    paired = np.array(list(pairs), dtype=np.int64)
    heavier = np.array([best[0].heavier.row for best in pairs.values()], dtype=np.int64)
    of_pairs = verdicts(every, heavier, question)
    classes.name[paired], classes.failed_test[paired] = of_pairs.name, of_pairs.failed_test
    rows = [each.row for best in pairs.values() for pair in best for each in (pair.first, pair.second)]
    return every.taken(np.array(rows, dtype=np.int64))


def one_of(sites: Sites, number: int) -> Sites:
    """Return one of the sites as the only one."""
    return Sites(**{each.name: getattr(sites, each.name)[number : number + 1] for each in fields(Sites)})
