"""A city screened with decisions and all measures, beside straight lines that know no capacity."""

from __future__ import annotations

import resource
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Final

import geopandas as gpd
import numpy as np

from gis.calendar import WorkCalendar
from gis.routing.local import Searcher
from gis.routing.router import Router
from gis.siting.assess import Desk, assess
from gis.siting.loads import default_table
from gis.siting.network import Network, Served
from gis.siting.offers import Offer
from gis.siting.question import Question
from gis.siting.screen import one_of, screen
from gis.siting.seekers import OneSite, one_parcel
from gis.siting.sites import Sites, parcel_sites
from tests.benchmarks.cities import PARAMETERS, City
from tests.benchmarks.figures import Board, cpu_second, wall_ms
from tests.benchmarks.peers import straight_lines

_SAMPLE: Final = 200
_POWER_FACTOR: Final = 0.95
_KIB_PER_GIB: Final = 1 << 20


def _offer(served: Served, city: City) -> Offer:
    """Return the city's capacities; nothing is known of transformers and substations."""
    count = len(served.ids)
    open_kva = city.capacity_kva if served.level == "feeder" else np.full(count, np.nan)
    refused = np.full(count, None, dtype=object)
    refused[np.isnan(open_kva)] = "unknown_capacity"
    words = np.full(count, "open", dtype=object)
    nothing = np.full(count, None, dtype=object)
    return Offer(
        open_kva=open_kva,
        refused=refused,
        status=words,
        bottleneck_id=nothing,
        bottleneck_level=nothing,
        upper_bound=np.zeros(count, dtype=bool),
        data_date=np.full(count, np.datetime64("NaT", "D")),
    )


def _ready(city: City) -> tuple[Desk, Sites]:
    network = Network(city.corridors, PARAMETERS, city.grid)
    offers = {level: _offer(served, city) for level, served in network.levels.items()}
    table = default_table()
    sites = parcel_sites(city.grid, city.streets.zone, table)
    source = np.full(len(sites), "stated", dtype=object)
    loaded = replace(sites, load_kva=city.load_kva, load_kw=city.load_kva * _POWER_FACTOR, load_source=source)
    return Desk(network, offers, table, WorkCalendar()), loaded.under("liangzihu")


def test_screening(city: City, board: Board) -> None:
    desk, sites = _ready(city)
    question = Question.of(date(2026, 11, 21))
    known: dict[int, tuple[Searcher, ...]] = {}

    def searchers(router: Router) -> tuple[Searcher, ...]:
        if id(router) not in known:
            known[id(router)] = router.searchers()
        return known[id(router)]

    def alone(number: int) -> OneSite:
        return one_parcel(desk.network, number, searchers)

    screen(desk, sites, question, alone=alone)  # routers are made once
    taken, found = cpu_second(lambda: screen(desk, sites, question, alone=alone))
    peak = f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB_PER_GIB:.1f} GiB"
    parcels, taps = straight_lines(city)
    line, _ = cpu_second(lambda: gpd.sjoin_nearest(parcels, taps))
    asked = "screening: three criteria, k = 3, measures, decisions, reasons, rows"
    board.at_most(city.name, asked, taken, 30.0, "s CPU", f"{taken / line:.1f} times sjoin_nearest")
    board.add(city.name, "resident memory of the process at its peak, the city's building included", peak)
    rng = np.random.default_rng(1)
    some = rng.choice(len(sites), min(_SAMPLE, len(sites)), replace=False).tolist()
    jobs = [partial(assess, desk, one_of(sites, number), question, alone(number)) for number in some]
    times, made = wall_ms(jobs, 2)
    names = [each.name for each in made]
    assert names == [found.rows["class"].iloc[number] for number in some]
    figure = f"{np.median(times):.1f} / {np.quantile(times, 0.95):.1f} ms"
    board.add(city.name, "assessment of one parcel, p50 / p95", figure)
