"""Zones and classes of a stored screening (接电分区), for the map."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.service import Service
from api.tiers import Tier
from gis.bbox import Box
from gis.claims.rules import is_text
from layers.queries.reading import reading_together
from layers.queries.runs import RunHead, find_run, parcel_classes, zone_features
from layers.queries.versions import DataVersion, version_in

PARCELS_MOST: Final = 20_000
"""Parcels of one answer."""

TIMEOUT_MS: Final = 10_000
"""How long one statement may take."""


@dataclass(frozen=True, slots=True)
class Meant:
    """Which screening is meant, and the version of the parcels that its classes are shown on."""

    run: RunHead
    parcels: DataVersion


def meant(service: Service, run: str | None, load_kva: float | None) -> Meant | None:
    """Return the screening of an id or of a load for all parcels, the newest; None where there is none."""
    if run is not None and not is_text(run):
        return None
    with reading_together(service.public, TIMEOUT_MS) as connection:
        found = find_run(connection, run, load_kva)
        return None if found is None else Meant(found, version_in(connection, ("parcels",)))


def zones_as_json(service: Service, tier: Tier, run: RunHead, boxes: Sequence[Box]) -> str:
    """Return zones of a screening, and classes of the parcels a tier may know of, where boxes touch them."""
    with reading_together(service.engine(tier), TIMEOUT_MS) as connection:
        features = zone_features(connection, run.id, boxes)
        parcels = parcel_classes(connection, run.id, boxes, PARCELS_MOST + 1, public=tier is Tier.PUBLIC)
    head = {"run_id": run.id, "on": run.on.isoformat(), "load_kva": run.load_kva}
    more = {"more": len(parcels) > PARCELS_MOST}
    return (
        f'{json.dumps(head)[:-1]},"zones":{{"type":"FeatureCollection","features":[{",".join(features)}]}},'
        f'"parcels":[{",".join(parcels[:PARCELS_MOST])}],{json.dumps(more)[1:]}'
    )
