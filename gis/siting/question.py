"""What is asked (接入咨询), and the facts that no layer gives, each assumed openly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np

from gis.errors import FactsError, Faults, InputError
from gis.network.columns import Flags, Objects, Rows
from gis.policy.facts import ROUTE, read_facts
from gis.policy.load import jurisdictions, one_jurisdiction
from gis.policy.many import ways_of_supply
from gis.policy.model import Jurisdiction, Scalar
from gis.siting.loads import LoadTable
from gis.siting.network import LEVELS
from gis.siting.sites import Sites
from gis.words import Words

DEFAULT_K: Final = 3
DEFAULT_LIMIT_M: Final = 2_000.0
MOST_K: Final = 20
MOST_LIMIT_M: Final = 20_000.0

_MEASURED: Final = ("load_kw", "load_kva", "power_factor")
"""Facts that the question itself states."""

_SMALL_BUSINESS: Final = frozenset({"commercial", "industrial", "logistics"})
_WAYS: Final = {"low_voltage": 0, "public_line": 1, "dedicated_or_higher": 2}
"""Way of supply -> position in ``LEVELS``."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of every site.

    Attributes
    ----------
    on
        The day: it selects the policy, the readings and the claims.
    k
        Number of options.
    limit_m
        Longest route.
    supplies
        1, or 2 for a double supply (双电源).
    facts
        Facts that the caller states, in place of what is assumed; by name.
    policies
        Jurisdictions by id.
    """

    on: date
    k: int
    limit_m: float
    supplies: int
    facts: Mapping[str, Scalar]
    policies: Mapping[str, Jurisdiction]

    @classmethod
    def of(
        cls,
        on: date,
        *,
        k: int = DEFAULT_K,
        limit_m: float = DEFAULT_LIMIT_M,
        supplies: int | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> Question:
        """Return a question that is in order.

        Parameters
        ----------
        on, k, limit_m
            See the attributes.
        supplies
            None for what ``facts`` say, else 1.
        facts
            As JSON gives them, without what is measured: load and route.

        Raises
        ------
        FactsError
            The facts are not in order, or state what is measured.
        InputError
            A number is out of range; all faults at once.
        """
        faults = Faults()
        with faults:
            _in_range(k, limit_m, supplies)
        with faults:
            stated = _stated(facts or {}, supplies)
        faults.refuse()
        return cls(on, k, limit_m, int(stated.get("supplies", 1.0)), stated, jurisdictions())


def _in_range(k: int, limit_m: float, supplies: int | None) -> None:
    faults = []
    if not 1 <= k <= MOST_K:
        faults.append(Words(f"k {k}：方案数须为 1 至 {MOST_K}", f"k {k}: give 1 to {MOST_K} options"))
    if not 0.0 < limit_m <= MOST_LIMIT_M:
        faults.append(
            Words(
                f"limit {limit_m:g} m：长度须大于 0 且不超过 {MOST_LIMIT_M:,.0f} m",
                f"limit {limit_m:g} m: give a length above 0 and at most {MOST_LIMIT_M:,.0f} m",
            )
        )
    if supplies not in (None, 1, 2):
        faults.append(Words(f"supplies {supplies}：须为 1 或 2", f"supplies {supplies}: give 1 or 2"))
    if faults:
        raise InputError(
            Words("请求超出范围", "the question is out of range"),
            repair=Words("请更正", "correct it"),
            faults=faults,
        )


def require_policy(jurisdiction: str | None) -> None:
    """Refuse a jurisdiction that there is none of; None asks for none.

    Raises
    ------
    PolicyError
        There is none of that id.
    """
    if jurisdiction is not None:
        one_jurisdiction(jurisdiction)


def _stated(facts: Mapping[str, Any], supplies: int | None) -> Mapping[str, Scalar]:
    stated = dict(read_facts(facts).values)
    measured = [name for name in stated if name in _MEASURED or name.startswith(ROUTE)]
    if measured:
        raise FactsError(
            Words(
                f"{'、'.join(measured)}：此项由测算或提问给出，不能作为事实",
                f"{', '.join(measured)}: this is measured or asked, and cannot be stated as a fact",
            ),
            repair=Words("请去掉；负荷另有参数", "leave it out; the load has options of its own"),
        )
    if supplies is not None and stated.setdefault("supplies", float(supplies)) != supplies:
        raise FactsError(
            Words(
                f"supplies：事实为 {stated['supplies']:g}，而所问为 {supplies}",
                f"supplies: {stated['supplies']:g} is stated as a fact, and {supplies} is asked for",
            ),
            repair=Words("两者只留其一", "leave one of them out"),
        )
    return MappingProxyType(stated)


class Plan(NamedTuple):
    """On which level each site is served, and as which customer.

    Attributes
    ----------
    level
        Position in ``LEVELS``; -1 where the load is not known, shape (n,).
    customer
        Class of customer (客户类别), shape (n,).
    policy
        Id of the policy that decides; None where none does, shape (n,).
    lv_limit_assumed
        Whether no policy says up to which load supply is at low voltage, shape (n,).
    """

    level: Rows
    customer: Objects
    policy: Objects
    lv_limit_assumed: Flags


def planned(sites: Sites, question: Question, table: LoadTable) -> Plan:
    """Return the level of each site, by its load and the limits of its policy.

    Parameters
    ----------
    sites, question
        Who asks what.
    table
        Says the limit of low voltage where no policy does.
    """
    count = len(sites)
    known = [each if each in question.policies else None for each in sites.jurisdiction.tolist()]
    policy = np.array(known, dtype=object)
    small = _small_customers(sites, question)
    level = np.where(np.isnan(sites.load_kw), -1, np.where(sites.load_kw <= table.lv_limit_kw, 0, 1))
    if question.facts.get("customer") == "hv":
        level = np.maximum(level, np.where(level < 0, -1, 1))
    assumed = np.ones(count, dtype=bool)
    for name in dict.fromkeys(each for each in known if each is not None):
        rows = np.flatnonzero((policy == name) & ~np.isnan(sites.load_kw))
        if not len(rows):
            continue
        ways = ways_of_supply(
            question.policies[name], question.on, fact_columns(sites, question, rows, small[rows])
        )
        told = np.array([-1 if way is None else _WAYS[way] for way in ways])
        level[rows] = np.where(told >= 0, told, level[rows])
        assumed[rows] = told < 0
    customer = np.where(level == 0, small, "hv")
    if "customer" in question.facts:
        customer = small
    return Plan(level.astype(np.int64), customer, policy, assumed)


def _small_customers(sites: Sites, question: Question) -> Objects:
    """Return the class of each customer at low voltage; of an unknown use the one with the fewest rights."""
    stated = question.facts.get("customer")
    return np.array(
        [
            stated or {"residential": "resident"}.get(use, _business(use))
            for use in (each or "" for each in sites.uses.tolist())
        ],
        dtype=object,
    )


def _business(use: str) -> str:
    return "lv_small_business" if use in _SMALL_BUSINESS else "lv_other"


def fact_columns(
    sites: Sites, question: Question, rows: Rows, customer: Objects, urban: Objects | None = None
) -> dict[str, Any]:
    """Return the facts of sites, but those of a route, as columns.

    Parameters
    ----------
    sites, question
        Who asks what.
    rows
        Sites, one for each row of the columns, shape (n,).
    customer
        Class of customer, shape (n,).
    urban
        urban, rural or None by what serves the site, shape (n,); by the nearest substation by default.
    """
    area = sites.urban[rows] if urban is None else urban
    city = sites.in_city_area[rows]
    columns: dict[str, Any] = {
        "customer": customer,
        "area": np.array([each or "urban" for each in area.tolist()], dtype=object),
        "in_city_area": np.array([each is not False for each in city.tolist()], dtype=object),
        "in_plug_and_play_zone": False,
        "important": sites.important[rows],
        "supplies": float(question.supplies),
        "built_by": "utility",
        "load_kva": sites.load_kva[rows],
        "load_kw": sites.load_kw[rows],
    }
    return columns | dict(question.facts)


def assumed_facts(sites: Sites, question: Question, row: int, urban: str | None) -> tuple[str, ...]:
    """Return which facts of a site nobody has stated, so that they are assumed."""
    candidates = {
        "customer": True,
        "area": urban is None,
        "in_city_area": sites.in_city_area[row] is None,
        "in_plug_and_play_zone": True,
        "built_by": True,
    }
    return tuple(name for name, open_ in candidates.items() if open_ and name not in question.facts)


def level_name(position: int) -> str:
    """Return the name of a level by its position."""
    return LEVELS[position]
