"""Zones (可达分区): where a load of a given size reaches an open access point within a length, as areas."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from gis.metric_zone import unproject
from gis.policy.facts import ROUTE
from gis.policy.model import PLUG_AND_PLAY_M, Jurisdiction
from gis.routing.reach import reach_area, reach_lines, reached_verges
from gis.siting.assess import Desk
from gis.siting.classes import SiteClass
from gis.siting.options import served_level
from gis.siting.question import Question, planned
from gis.siting.sites import Load, Sites

_LENGTH: Final = f"{ROUTE}length_m"
_SIMPLE_M: Final = 1.0


def reaches_m(policy: Jurisdiction | None, question: Question) -> tuple[float, ...]:
    """Return the lengths of route at which a policy changes its answer, from the plug-and-play length on.

    Parameters
    ----------
    policy
        None where none decides: then the default plug-and-play length alone.
    question
        Its day counts, and no length beyond its limit.
    """
    if policy is None:
        return (PLUG_AND_PLAY_M,)
    first = policy.plug_and_play.length_m
    limits = {
        float(test.limit)
        for rule in policy.tables["approval"]
        if rule.on(question.on) is not None
        for test in rule.when.walk()
        if test.fact == _LENGTH and isinstance(test.limit, float | int)
    }
    return (first, *sorted(each for each in limits if first < each <= question.limit_m))


def zones(desk: Desk, question: Question, jurisdiction: str | None, load: Load) -> gpd.GeoDataFrame:
    """Return the land beside verges from which a load reaches an open access point within each length.

    Parameters
    ----------
    desk
        What it is made from.
    question
        Day and limit count.
    jurisdiction
        Whose lengths, and whose levels of supply.
    load
        Of one size for all the land.

    Returns
    -------
    Rows by ``reach_m``, each without the land of the one before: ``reach_m``, ``class``, ``load_kva`` and
    ``geometry`` in EPSG:4326. Length alone is asked for: crossings and other tests are those of each route.
    """
    network = desk.network
    graph = network.corridors.graph
    bare = Sites.bare(np.array([None], dtype=object), np.array([None], dtype=object))
    asked = replace(bare.with_load(load), jurisdiction=np.array([jurisdiction], dtype=object))
    plan = planned(asked, question, desk.table)
    level = served_level(network, int(plan.level[0]))
    able = desk.offers[level].able_kva >= load.kva
    inner: shapely.Geometry = shapely.Polygon()
    rows = []
    policy = question.policies[jurisdiction] if plan.policy[0] is not None and jurisdiction else None
    for number, reach_m in enumerate(reaches_m(policy, question)):
        lines = reach_lines(graph, reached_verges(network.levels[level].router, able, reach_m))
        area = shapely.simplify(reach_area(lines), _SIMPLE_M)
        name = SiteClass.PLUG_AND_PLAY if number == 0 else SiteClass.FILING
        rows.append((reach_m, name.value, load.kva, shapely.difference(area, inner)))
        inner = area
    shapes = unproject(np.array([each[3] for each in rows], dtype=object), graph.streets.zone)
    return gpd.GeoDataFrame(
        {
            "reach_m": [each[0] for each in rows],
            "class": [each[1] for each in rows],
            "load_kva": [each[2] for each in rows],
        },
        geometry=list(shapes),
        crs="EPSG:4326",
    )
