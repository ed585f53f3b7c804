"""What the pages for people are made from: the newest edition, where it lies, which policies hold there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from api.operations.editions import verify_editions
from api.operations.policy import Question, decide_question, every_jurisdiction
from api.operations.published import extent_of, heading_as_json, heading_of, newest
from api.operations.screening_files import DRAWN
from api.operations.sources import kept_attribution
from api.operations.tilejson import capacity_address, working_address
from api.operations.tiles import TIMEOUT_MS, Wanted
from api.service import Service
from api.tiers import Tier
from gis.editions.disclosure import default_settings
from gis.policy.facts import read_facts
from gis.words import Language, Words
from layers.queries.collections import CAPACITY
from layers.queries.land import read_jurisdictions
from layers.queries.published import published_runs
from layers.queries.reading import reading_together
from layers.queries.runs import runs_by_load

_ASKED: Final = {"load_kva": 500.0, "customer": "lv_other"}
"""Any load between the limits: the limits themselves do not depend on it."""


@dataclass(frozen=True, slots=True)
class Front:
    """What every page shows.

    Attributes
    ----------
    heading
        The newest edition as the interface prints it; None while there is none.
    disclaimer
        What its figures are not.
    map_number
        Number of the map's review (审图号).
    attribution
        Whose data the maps show; "" where nobody is to be named.
    """

    heading: Mapping[str, Any] | None
    disclaimer: Words
    map_number: str | None
    attribution: str = ""


def front(service: Service) -> Front:
    """Return what every page shows."""
    edition = newest(service)
    told = None if edition is None else heading_as_json(heading_of(service, edition.id))
    named = kept_attribution(service.kept, service.public, DRAWN)
    return Front(told, disclaimer(), service.settings.map_number, named)


def disclaimer() -> Words:
    """Return what the figures are not."""
    settings = default_settings()
    return Words(settings.disclaimer_zh, settings.disclaimer_en)


def bounds(service: Service) -> tuple[float, float, float, float] | None:
    """Return west, south, east and north of what is published, degrees; None where nothing is."""
    box = extent_of(service, CAPACITY).box
    return None if box is None else (box.west, box.south, box.east, box.north)


def policies(language: Language) -> list[tuple[str, str]]:
    """Return id and name of every policy."""
    return [(each.id, each.name[language]) for each in every_jurisdiction()]


def thresholds(service: Service, on: date, language: Language) -> list[dict[str, Any]]:
    """Return the limits of supply of each policy whose area is in the database.

    A limit that the document does not state is left out.
    """
    held = read_jurisdictions(service.public)
    told = []
    for each in every_jurisdiction():
        if each.id not in held:
            continue
        supply = decide_question(Question(each.id, on, read_facts(_ASKED), None)).decision.parts["supply"]
        limits = {
            name: supply.fields[name]
            for name in ("lv_limit_kw", "public_line_limit_kva")
            if supply.fields.get(name) is not None
        }
        told.append({"id": each.id, "name": each.name[language], "limits": limits})
    return told


def screenings(service: Service, run: str | None) -> list[dict[str, Any]] | None:
    """Return the newest screening of the parcels' own loads and of each load for all, with its counts.

    ``published`` tells whether an edition holds it, so that the public may download it.

    Parameters
    ----------
    service
        Who is asked.
    run
        Id of the screening that is told in place of the newest one of its load; None where there is no such.
    """
    public = published_runs(service.public)
    with reading_together(service.public, TIMEOUT_MS) as connection:
        found = runs_by_load(connection, run)
    if run is not None and run not in {head.id for head, _ in found}:
        return None
    return [
        {
            "run": head.id,
            "load_kva": head.load_kva,
            "on": head.on.isoformat(),
            "parcels": counts.parcels,
            "area_ha": counts.area_ha,
            "published": head.id in public,
        }
        for head, counts in found
    ]


def tiles_of(service: Service, tier: Tier, layer: str, run: str | None = None) -> tuple[str, int] | None:
    """Return the address of a layer's tiles in their present state, and the least zoom that shows anything.

    None where the tier may not see the layer, or there is no such screening.
    """
    wanted = Wanted(layer, tier, run)
    if wanted.shown is None:
        return None
    address = working_address(service, wanted, wanted.shown)
    return None if address is None else (address, wanted.shown.first_zoom)


def published_tiles_of(service: Service) -> str:
    """Return the address of the tiles of the newest edition."""
    return capacity_address(service)


def first_broken(service: Service, newest_sha256: str, on: date) -> tuple[str, str] | None:
    """Return id and fault of the first edition that is not as it was published; None where all are.

    Every hash is taken anew once a day and after each publication.
    """

    def make() -> tuple[tuple[str, str] | None]:
        found = verify_editions(service.private, service.home, None, lambda _: None).first_broken
        return (None if found is None else (found.edition_id, found.what),)

    [broken] = service.kept.get(("verified", newest_sha256, on), make)
    return broken
