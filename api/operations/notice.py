"""The one-page notice (一次性告知书) of an assessment, with the map around its routes."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Engine

from api.operations.siting import Answered
from gis.editions.disclosure import default_settings
from gis.policy.notice import Notice
from gis.policy.notice import notice as policy_notice
from gis.siting.answer import assessment_as_json, public_line
from gis.siting.assess import Proposal
from gis.siting.words import words
from gis.words import Language, Words
from layers.queries.around import around
from maps.notice_page import NoticePage
from maps.route_view import RouteLine, RouteView

AROUND_DEG: Final = 0.002
"""How far around its routes the map of a notice shows the land."""


def notice_page(
    engine: Engine,
    answered: Answered,
    language: Language,
    *,
    requested_on: date,
    attribution: str,
    option: int = 0,
    edition: str | None = None,
    public: bool = False,
) -> NoticePage:
    """Return the notice of an assessment as a value, ready to be laid out.

    Parameters
    ----------
    engine
        Whose layers are drawn around the routes.
    answered
        What was found.
    language
        Of every word.
    requested_on
        Day on which it is issued.
    attribution
        Whose data its map shows.
    option
        Which option is told; 0 is the best.
    edition, public
        As for ``assessment_as_json``.
    """
    assessment = answered.assessment
    told = assessment_as_json(assessment, answered.desk, language, edition=edition, public=public)
    settings = default_settings()
    chosen = assessment.proposals[option] if assessment.proposals else None
    days = [each["data_date"] for each in told["options"] if each["data_date"]]
    return NoticePage(
        assessment=told,
        option=option,
        policy=None if chosen is None else _policy(answered, chosen, language),
        view=_view(engine, answered, option, public=public),
        site=str(told["parcel_name"] or told["parcel_id"] or words("site.drawn")[language]),
        requested_on=requested_on,
        valid=words("notice.valid"),
        contacts=(Words(f"热线 {settings.hotlines}", f"hotlines {settings.hotlines}"),),
        disclaimer=Words(settings.disclaimer_zh, settings.disclaimer_en),
        data_date=date.fromisoformat(max(days)) if days else None,
        attribution=attribution,
    )


def _policy(answered: Answered, chosen: Proposal, language: Language) -> Notice | None:
    if chosen.decision is None:
        return None
    policy = answered.assessment.question.policies[chosen.decision.jurisdiction]
    return policy_notice(policy, chosen.decision, chosen.bars, language)


def _view(engine: Engine, answered: Answered, option: int, *, public: bool) -> RouteView | None:
    site: BaseGeometry | None = answered.assessment.sites.geometry[0]
    if site is None or site.is_empty:
        return None
    proposals = answered.assessment.proposals
    lines = [(each, _line(each, answered, public=public)) for each in proposals]
    chosen = [line for number, (_, line) in enumerate(lines) if number == option]
    if proposals and (second := proposals[option].second) is not None:
        chosen.append(_line(second, answered, public=public))
    others = tuple(line for number, (_, line) in enumerate(lines) if number != option)
    shown = shapely.union_all(np.array([site, *(each.geometry for each in chosen)], dtype=object))
    return RouteView(
        parcel=site,
        chosen=tuple(chosen),
        others=others,
        frames=around(engine, shapely.box(*shown.buffer(AROUND_DEG).bounds), public=public),
    )


def _line(proposal: Proposal, answered: Answered, *, public: bool) -> RouteLine:
    served = answered.desk.network.levels[proposal.choice.level]
    name = str(served.names[proposal.choice.owner])
    if not public:
        return RouteLine.of(proposal.route, name)
    return RouteLine(geometry=public_line(proposal.route), name=name)
