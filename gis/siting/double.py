"""Double supply (双电源): two options whose feeders hang on different substations, or else bus sections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from gis.network.columns import Flags
from gis.siting.network import LEVELS, Level, Network, Served
from gis.siting.offers import Offers
from gis.siting.options import MEASURES, Options, decided, served_level
from gis.siting.question import Plan, Question
from gis.siting.seekers import Search, Seeker
from gis.siting.sites import Sites

Independence = Literal["substation", "bus_section"]

INDEPENDENCE: Final[tuple[Independence, ...]] = ("substation", "bus_section")
"""What two supplies do not share: the substation, or at least main transformer and bus section (母线段)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One option among some."""

    options: Options
    row: int

    @property
    def owner(self) -> int:
        """Number of what it is connected to."""
        return int(self.options.owner[self.row])

    @property
    def procedure(self) -> int:
        """Its procedure, as in ``Options``."""
        return int(self.options.procedure[self.row])

    @property
    def length_m(self) -> float:
        """Length of its route."""
        return float(self.options.length_m[self.row])

    @property
    def level(self) -> Level:
        """Name of its level."""
        return LEVELS[int(self.options.level[self.row])]

    def measures(self) -> dict[str, float | int]:
        """Return what its route measures as it is shown."""
        options = self.options
        shown = {name: float(options.shown_m(name)[self.row]) for name in MEASURES}
        return shown | {"crossing_count": int(options.measures.crossing_count[self.row])}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two supplies of a site; the first is the one with the lighter procedure, then the shorter route.

    Attributes
    ----------
    first, second
        The two.
    independence
        What they do not share.
    """

    first: Choice
    second: Choice
    independence: Independence

    @property
    def procedure(self) -> int:
        """The heavier of both procedures."""
        return max(self.first.procedure, self.second.procedure)

    @property
    def length_m(self) -> float:
        """Both routes together."""
        return self.first.length_m + self.second.length_m


def find_pairs(
    network: Network, offers: Offers, sites: Sites, plan: Plan, question: Question, seeker: Seeker
) -> list[Pair]:
    """Return the best pairs for the first site, at most k: each supply carries the load alone.

    They are ranked by the heavier procedure, then by both lengths. A feeder stands in one pair with another.

    Parameters
    ----------
    network, offers, sites, plan, question, seeker
        As for ``find_options``; only site 0 is looked at.
    """
    if plan.level[0] < 0:
        return []
    name = served_level(network, int(plan.level[0]))
    served = network.levels[name]

    def options(allowed: Flags) -> list[Choice]:
        search = Search(question.k, question.limit_m, allowed)
        found = seeker.connections(served.router, sites.load_kva[:1], offers[name].able_kva, search)
        made = decided(network, sites, plan, question, {name: found})
        return _best_of_each(made)

    first = options(np.ones(len(served.ids), dtype=bool))
    for independence in INDEPENDENCE:
        others = {each.owner: options(_apart(served, each.owner, independence)) for each in first}
        pairs = {
            frozenset((one.owner, other.owner)): _pair(one, other, independence)
            for one in first
            for other in others[one.owner]
        }
        if pairs:
            ranked = sorted(pairs.values(), key=_rank)
            return ranked[: question.k]
    return []


def _best_of_each(options: Options) -> list[Choice]:
    """Return the best route to each owner, the best first."""
    best: dict[int, Choice] = {}
    for row in range(len(options)):
        best.setdefault(int(options.owner[row]), Choice(options, row))
    return list(best.values())


def _apart(served: Served, owner: int, independence: Independence) -> Flags:
    """Return which owners share neither substation nor, within it, main transformer with one."""
    known = ~pd.isna(served.substation_ids)
    own = served.substation_ids[owner]
    if own is None:
        return np.zeros(len(served.ids), dtype=bool)
    same = np.array([each == own for each in served.substation_ids.tolist()], dtype=bool)
    if independence == "substation":
        return np.asarray(known & ~same)
    main = served.main_transformer_ids
    if main[owner] is None:
        return np.zeros(len(served.ids), dtype=bool)
    other = np.array([each is not None and each != main[owner] for each in main.tolist()], dtype=bool)
    return np.asarray(same & other)


def _pair(one: Choice, other: Choice, independence: Independence) -> Pair:
    first, second = sorted((one, other), key=lambda each: (each.procedure, each.length_m, each.owner))
    return Pair(first, second, independence)


def _rank(pair: Pair) -> tuple[int, float, int, int]:
    return pair.procedure, pair.length_m, pair.first.owner, pair.second.owner
