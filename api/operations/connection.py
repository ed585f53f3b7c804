"""Connections asked for on the web: the question of a request, answered from what its tier may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import numpy as np
import shapely

from api.clock import today
from api.cursors import Cursor
from api.operations.published import newest
from api.operations.siting import Answered, Asked, Ground, Place, assess_place
from api.service import Service
from api.tiers import Tier
from gis.bbox import Box
from gis.editions.columns import PUBLISHED
from gis.errors import ConflictError, Faults
from gis.names import normal_name
from gis.network.columns import Flags, Floats
from gis.siting.answer import assessment_as_json, geometry_as_json
from gis.siting.assess import Desk
from gis.siting.land_use import land_use_words
from gis.siting.question import Question
from gis.siting.sites import Load
from gis.words import Language, Words
from layers.database import snapshot
from layers.editions.store import read_rows
from layers.tables.editions import published

_STATED: Final = "stated"


@dataclass(frozen=True, slots=True)
class Connection:
    """A question as a request asks it.

    Attributes
    ----------
    place
        Where.
    load_kva, load_kw
        At most one of them; none asks for the parcel's own load.
    power_factor
        None for that of the load table.
    on
        None for today.
    k, limit_m, supplies, facts
        As of ``Question``.
    jurisdiction
        None for the one whose polygon covers the place.
    """

    place: Place
    load_kva: float | None
    load_kw: float | None
    power_factor: float | None
    on: date | None
    k: int
    limit_m: float
    supplies: int | None
    jurisdiction: str | None
    facts: dict[str, Any]

    def at(self, place: Place) -> Connection:
        """Return the same question about a place."""
        return replace(self, place=place)


@dataclass(frozen=True, slots=True)
class Replied:
    """An answer with the state of the data that it was made from.

    Attributes
    ----------
    answered
        The assessment.
    edition
        Whose figures were taken; None for live ones.
    ground
        The data.
    public
        Whether exact assets stay out.
    """

    answered: Answered
    edition: str | None
    ground: Ground
    public: bool

    def as_json(self, language: Language) -> dict[str, Any]:
        """Return the assessment as the interface prints it."""
        answered = self.answered
        return assessment_as_json(
            answered.assessment, answered.desk, language, edition=self.edition, public=self.public
        )


def reply(service: Service, tier: Tier, asked: Connection) -> Replied:
    """Return the answer to a question, from the figures that its tier may see.

    Raises
    ------
    InputError
        The question is not in order, or the parcel does not exist to the tier.
    ConflictError
        The public asks, and nothing is published yet.
    """
    ground = service.office.ground()
    on = asked.on or today()
    faults = Faults()
    with faults:
        question = Question.of(
            on, k=asked.k, limit_m=asked.limit_m, supplies=asked.supplies, facts=asked.facts
        )
    with faults:
        load = _load(ground, asked)
    faults.refuse()
    edition, desk = _desk(service, tier, ground, on)
    wanted = Asked(asked.place, load, asked.jurisdiction, question)
    public = tier is Tier.PUBLIC
    return Replied(assess_place(ground, desk, wanted, public=public), edition, ground, public)


def _load(ground: Ground, asked: Connection) -> Load | None:
    if asked.load_kva is None and asked.load_kw is None:
        return None
    factor = ground.table.power_factor if asked.power_factor is None else asked.power_factor
    return Load.of(kva=asked.load_kva, kw=asked.load_kw, power_factor=factor)


def _desk(service: Service, tier: Tier, ground: Ground, on: date) -> tuple[str | None, Desk]:
    if tier is not Tier.PUBLIC:
        return None, service.office.desk(ground, on)
    edition = newest(service)
    if edition is None:
        raise ConflictError(
            Words(
                "尚未发布任何期次，无法向公众公开可开放容量",
                "nothing is published yet, so the public cannot be told what is open",
            ),
            repair=Words(
                "先发布一期：kaimen publish；或以规划令牌查询",
                "publish an edition: kaimen publish; or ask with a token of a planner",
            ),
        )

    def make() -> Desk:
        with snapshot(service.public) as connection, connection.begin():
            rows = read_rows(connection, published, PUBLISHED, edition.id)
        return ground.published(rows.to_pandas())

    return edition.id, service.office.edition_desk(ground, edition.id, make)


def parcel_as_json(
    ground: Ground, number: int, language: Language, *, public: bool, geometry: bool = False
) -> dict[str, Any]:
    """Return a parcel as the interface prints it; the public is not told the load that a customer states."""
    sites = ground.parcels
    shape = sites.geometry[number]
    land_use = ground.network.grid["parcels"]["land_use"].iloc[number]
    called = land_use_words(land_use)
    load = float(sites.load_kva[number])
    hidden = public and sites.load_source[number] == _STATED
    place = None if shape is None or shape.is_empty else shapely.point_on_surface(shape)
    told: dict[str, Any] = {
        "id": sites.ids[number],
        "name": sites.names[number],
        "land_use": land_use or None,
        "land_use_words": called[language] if called else None,
        "area_ha": round(float(sites.area_ha[number]), 4),
        "load_kva": None if hidden or np.isnan(load) else round(load, 1),
        "load_source": None if hidden else sites.load_source[number],
        "jurisdiction": sites.jurisdiction[number],
        "lon": None if place is None else round(place.x, 7),
        "lat": None if place is None else round(place.y, 7),
        "bbox": None if place is None else [round(each, 7) for each in shape.bounds],
    }
    if geometry:
        told["geometry"] = None if place is None else geometry_as_json(shape)
    return told


def parcel_numbers(
    ground: Ground, words: str | None, boxes: Sequence[Box], limit: int, after: str = "", *, public: bool
) -> list[int]:
    """Return the parcels whose id or name holds some words and that touch a box, by id, at most a limit.

    ``after`` is an id: only parcels after it. The public finds none that is withheld.
    """
    sites = ground.parcels
    found = ground.shown(public=public).copy()
    if boxes:
        bounds = ground.parcel_bounds
        inside = [_touching(bounds, box) for box in boxes]
        found &= np.any(inside, axis=0)
    numbers = np.flatnonzero(found)
    if words:
        wanted = normal_name(words)
        texts = ground.parcel_texts
        numbers = np.array([each for each in numbers.tolist() if wanted in texts[each]], dtype=np.int64)
    named = sorted((text, each) for each in numbers.tolist() if (text := str(sites.ids[each])) > after)
    return [each for _, each in named[:limit]]


@dataclass(frozen=True, slots=True)
class ParcelPage:
    """Parcels and where the next page begins; ``cursor`` is None on the last page."""

    numbers: Sequence[int]
    cursor: str | None


def parcel_page(
    ground: Ground,
    words: str | None,
    boxes: Sequence[Box],
    limit: int,
    begin: Cursor | None,
    *,
    public: bool,
) -> ParcelPage:
    """Return a page of ``parcel_numbers``."""
    found = parcel_numbers(ground, words, boxes, limit + 1, begin.after if begin else "", public=public)
    if len(found) <= limit:
        return ParcelPage(found, None)
    last = str(ground.parcels.ids[found[limit - 1]])
    return ParcelPage(found[:limit], Cursor("", last).written())


def _touching(bounds: Floats, box: Box) -> Flags:
    low_x, low_y, high_x, high_y = bounds.T
    touching = (low_x <= box.east) & (high_x >= box.west) & (low_y <= box.north) & (high_y >= box.south)
    return np.asarray(touching, dtype=bool)


def parcel_at(ground: Ground, lon: float, lat: float, *, public: bool) -> int | None:
    """Return the smallest parcel that covers a place, of those that are shown; None where none does."""
    hits = ground.parcel_tree.query(shapely.Point(lon, lat), predicate="covered_by")
    hits = hits[ground.shown(public=public)[hits]]
    if not len(hits):
        return None
    area = ground.parcels.area_ha[hits]
    return int(hits[np.lexsort((hits, area))[0]])
