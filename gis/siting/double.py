"""Double supply (双电源): two options whose feeders hang on different substations, or else bus sections."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import pandas as pd

from gis.network.columns import Flags, Objects, Rows
from gis.routing.search import Search
from gis.siting.columns import MEASURES
from gis.siting.network import LEVELS, Level, Network, Served
from gis.siting.offers import Offers
from gis.siting.options import Options, decided, served_level
from gis.siting.question import Plan, Question
from gis.siting.seekers import Seeker
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


def find_pairs(
    network: Network, offers: Offers, sites: Sites, plan: Plan, question: Question, seeker: Seeker
) -> list[Pair]:
    """Return the best pairs for the first site, at most k: each supply carries the load alone.

    They are ranked by the heavier procedure, then by both lengths, over every two routes within the limit.
    Two feeders stand in one pair at most. Bus sections count only where no two substations reach the site.

    Parameters
    ----------
    network, offers, sites, plan, question, seeker
        As for ``find_options``; only site 0 is looked at.
    """
    if plan.level[0] < 0:
        return []
    name = served_level(network, int(plan.level[0]))
    served = network.levels[name]
    every = max(1, len(served.ids))
    found = seeker.connections(
        served.router, sites.load_kva[:1], offers[name].able_kva, Search(every, question.limit_m)
    )
    options = decided(network, sites, plan, replace(question, k=max(1, len(found.parcel))), {name: found})
    for independence in INDEPENDENCE:
        apart = _apart(served, options.owner, independence)
        if apart.any():
            return _best(options, apart, independence, question.k)
    return []


def _apart(served: Served, owner: Rows, independence: Independence) -> Flags:
    """Return which two options share no substation, or else no main transformer in one, shape (n, n)."""
    station = _codes(served.substation_ids)[owner]
    known = station >= 0
    same = station[:, None] == station[None, :]
    if independence == "substation":
        return np.asarray(~same & known[:, None] & known[None, :])
    section = _codes(served.main_transformer_ids)[owner]
    known &= section >= 0
    other = section[:, None] != section[None, :]
    return np.asarray(same & other & known[:, None] & known[None, :])


def _codes(ids: Objects) -> Rows:
    """Return a number for each id, -1 for none."""
    return np.asarray(pd.factorize(ids)[0], dtype=np.int64)


def _best(options: Options, apart: Flags, independence: Independence, count: int) -> list[Pair]:
    """Return the best pairs, one for each two owners."""
    one, other = np.nonzero(np.triu(apart))
    length_cm = options.measures.length_cm.astype(np.int64)
    heavier = np.maximum(options.procedure[one], options.procedure[other])
    order = np.lexsort((other, one, length_cm[one] + length_cm[other], heavier))
    best: dict[frozenset[int], Pair] = {}
    for place in order.tolist():
        # Options stand by procedure, then length: the first of two is the better one.
        pair = Pair(Choice(options, int(one[place])), Choice(options, int(other[place])), independence)
        best.setdefault(frozenset((pair.first.owner, pair.second.owner)), pair)
        if len(best) == count:
            break
    return list(best.values())
