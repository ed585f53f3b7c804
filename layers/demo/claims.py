"""Accepted applications (在途申请) of the demo district, with the slips that such lists have."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.demo import plan
from layers.demo.devices import Transformer
from layers.demo.feeders import Feeder
from layers.demo.land import Land
from layers.demo.lots import Lot

Fate = Literal["binding", "expired", "energised", "withdrawn", "ramped", "second"]

FATES: Final[dict[Fate, int]] = {
    "binding": 38, "expired": 6, "energised": 7, "withdrawn": 5, "ramped": 2, "second": 2,
}  # fmt: skip
"""What became of an application, and how many there are of each."""

NOTES: Final[dict[Fate, str]] = {
    "binding": "", "expired": "已过有效期", "energised": "已送电",
    "withdrawn": "客户撤销", "ramped": "分期投运",
    "second": "同一地块第二方案",
}  # fmt: skip

LARGEST_KVA: Final = 2_500.0
LOW_VOLTAGE_KVA: Final = 200.0
BINDS: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Claim:
    """An accepted application; ``feeder`` is the line above it, ``fate`` what became of it."""

    id: str
    asset: str
    feeder: str
    site: str
    kva: float
    accepted: date
    expires: date
    fate: Fate
    energised: date | None = None
    withdrawn: date | None = None
    ramped_kva: float | None = None

    @property
    def note(self) -> str:
        """What the list remarks (备注)."""
        return NOTES[self.fate]


def _by_distance(lot: Lot, shapes: list[BaseGeometry]) -> list[int]:
    return [int(i) for i in np.argsort(shapely.distance(lot.shape, np.array(shapes)), kind="stable")]


def _with_fate(claim: Claim) -> Claim:
    """Return the claim with the dates and figures that its fate gives it."""
    day = claim.accepted
    match claim.fate:
        case "expired":
            day = day.replace(year=2025)
            return replace(
                claim, id=claim.id.replace("2026", "2025"), accepted=day, expires=day + timedelta(days=180)
            )
        case "energised":
            return replace(claim, energised=min(day + timedelta(days=75), date(2026, 10, 30)))
        case "withdrawn":
            return replace(claim, withdrawn=day + timedelta(days=30))
        case "ramped":
            return replace(claim, ramped_kva=float(round(claim.kva * 0.4, -1)))
        case _:
            return claim


def claims(
    feeders: tuple[Feeder, ...], transformers: tuple[Transformer, ...], land: Land
) -> tuple[Claim, ...]:
    """Return the applications, each at the public feeder or the transformer nearest to its site."""
    rng = plan.generator(9)
    public = [feeder for feeder in feeders if not feeder.dedicated]
    lines: list[BaseGeometry] = [feeder.shape for feeder in public]
    spots: list[BaseGeometry] = [shapely.Point(each.x, each.y) for each in transformers]
    lots = [lot for lot in land.lots if lot.load_kva is not None and not lot.special]
    chosen = iter([lots[i] for i in rng.permutation(len(lots))])
    made: list[Claim] = []
    sites: list[Lot] = []
    for fate in (fate for fate, count in FATES.items() for _ in range(count)):
        second = fate == "second"
        lot = sites[3 * len(made) % 38] if second else next(chosen)
        sites.append(lot)
        feeder = public[_by_distance(lot, lines)[1 if second else 0]].name
        kva = min(float(lot.load_kva or 0), LARGEST_KVA) * (0.8 if second else 1.0)
        low = kva <= LOW_VOLTAGE_KVA and not second
        day = date(2026, 1, 12) + timedelta(days=int(rng.integers(0, 270)))
        claim = Claim(
            id=f"YK2026-{len(made) + 1:04d}",
            asset=transformers[_by_distance(lot, spots)[0]].id if low else feeder,
            feeder=feeder,
            site=lot.id,
            kva=kva,
            accepted=day,
            expires=day + BINDS,
            fate=fate,
        )
        made.append(_with_fate(claim))
    return tuple(made)


def pending_kva(applications: tuple[Claim, ...]) -> dict[str, float]:
    """Return what is promised below each feeder (在途容量): one claim per site, less what already shows."""
    largest: dict[tuple[str, str], float] = defaultdict(float)
    for claim in applications:
        if claim.fate in {"binding", "ramped", "second"}:
            key = (claim.feeder, claim.site)
            largest[key] = max(largest[key], claim.kva - (claim.ramped_kva or 0))
    total: dict[str, float] = defaultdict(float)
    for (feeder, _), kva in largest.items():
        total[feeder] += kva
    return dict(total)
