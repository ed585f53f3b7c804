"""An assessment as the interface prints it; to the public without exact assets (对外口径)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.corridors.feeder_taps import TapKind
from gis.figures import fixed, rounded
from gis.metric_zone import unproject
from gis.policy.answer import decision_as_json, no_jurisdiction_as_json, plain
from gis.policy.timeline import bar_as_json
from gis.routing.route import PieceKind, Route
from gis.siting.assess import Assessment, Desk, Proposal, Rejection
from gis.siting.network import Served
from gis.siting.offers import WITHHELD
from gis.siting.words import public_test, words, words_of_test
from gis.words import Language

PUBLIC_GRID_M: Final = 50.0
"""The end of a public route is drawn at the nearest point of a grid this wide."""


_DIGITS: Final = 7
"""Of degrees: a centimetre."""

_ALONG: Final = frozenset({PieceKind.VERGE.value, PieceKind.DUCT.value})


def assessment_as_json(
    assessment: Assessment,
    desk: Desk,
    language: Language,
    *,
    edition: str | None = None,
    public: bool = False,
) -> dict[str, Any]:
    """Return an assessment as JSON knows it.

    Parameters
    ----------
    assessment, desk
        What was found, and what it was made from.
    language
        Of the words in it.
    edition
        The edition whose figures were taken; None for live ones.
    public
        Whether exact assets have to stay out: the route then ends at the verge, near a coarse grid, without
        the access point; what is withheld is not named, nor that a user is important.
    """
    sites, plan = assessment.sites, assessment.plan
    failed = _failed_test(assessment, public=public)
    kva, kw = float(sites.load_kva[0]), float(sites.load_kw[0])
    return {
        "parcel_id": sites.ids[0],
        "parcel_name": sites.names[0],
        "on": assessment.question.on.isoformat(),
        "jurisdiction": plan.policy[0],
        "edition": edition,
        "load_kva": _power(kva),
        "load_kw": _power(kw),
        "power_factor": None if np.isnan(kva) else round(kw / kva, 4),
        "load_source": sites.load_source[0],
        "supplies": assessment.question.supplies,
        "class": assessment.name,
        "failed_test": failed,
        "options": [
            {"rank": number, **_proposal(each, assessment, desk, language, public=public)}
            for number, each in enumerate(assessment.proposals, 1)
        ],
        "rejected": [
            _rejection(each, desk, assessment, language, public=public) for each in assessment.rejected
        ],
        "warnings": list(assessment.warnings),
        "words": _words(assessment, failed, language),
    }


def _failed_test(assessment: Assessment, *, public: bool) -> str | None:
    """Return the one test that failed; whoever asks with a fact of their own is told what it comes to."""
    if public and "important" not in assessment.question.facts:
        return public_test(assessment.failed_test)
    return assessment.failed_test


def _words(assessment: Assessment, failed: str | None, language: Language) -> dict[str, str]:
    """Return what the codes of an assessment mean: class, failed test and every warning."""
    keys = dict.fromkeys(assessment.warnings)
    for proposal in assessment.proposals:
        for each in (proposal, proposal.second):
            keys |= dict.fromkeys(() if each is None else each.warnings)
    told = {key: words(f"warning.{key}")[language] for key in keys}
    told[assessment.name] = words(f"class.{assessment.name}")[language]
    if failed is not None:
        told[failed] = words_of_test(failed)[language]
    return told


def _power(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 3)


def _proposal(
    proposal: Proposal, assessment: Assessment, desk: Desk, language: Language, *, public: bool
) -> dict[str, Any]:
    choice = proposal.choice
    served, owner = desk.network.levels[choice.level], choice.owner
    offer = desk.offers[choice.level]
    voltage = float(served.voltage_kv[owner])
    day = offer.data_date[owner]
    shown: dict[str, Any] = {
        "asset_id": served.ids[owner],
        "asset_name": served.names[owner],
        "level": choice.level,
        "voltage_kv": None if np.isnan(voltage) else plain(voltage),
        "substation_id": served.substation_ids[owner],
        "access_point": None if public else _access_point(served, int(choice.options.tap[choice.row])),
        "open_capacity_kva": rounded(float(offer.open_kva[owner])),
        "upper_bound": bool(offer.upper_bound[owner]),
        "bottleneck": _bottleneck(offer.bottleneck_id[owner], offer.bottleneck_level[owner]),
        "status": offer.status[owner],
        "data_date": None if np.isnat(day) else str(day),
        "route": route_as_json(proposal.route, choice.measures(), public=public),
        "decision": no_jurisdiction_as_json(assessment.question.on),
        "timeline": [],
        "assumed": list(proposal.assumed),
        "warnings": list(proposal.warnings),
    }
    if proposal.decision is not None:
        policy = assessment.question.policies[proposal.decision.jurisdiction]
        shown["decision"] = decision_as_json(proposal.decision, policy, language)
        shown["timeline"] = [bar_as_json(bar, policy, language) for bar in proposal.bars]
    if proposal.second is not None:
        shown["independence"] = proposal.independence
        shown["second"] = _proposal(proposal.second, assessment, desk, language, public=public)
    return shown


def _bottleneck(asset_id: str | None, level: str | None) -> dict[str, Any] | None:
    return None if level is None else {"asset_id": asset_id, "level": level}


def _access_point(served: Served, tap: int) -> dict[str, Any]:
    taps = served.taps
    kind, spare = taps.access_point_kinds[tap], float(taps.spare_bays[tap])
    if taps.kind[tap] == TapKind.LINE:
        kind = "pole"
    elif served.level == "substation":
        kind = "substation_bay"
    return {
        "id": None if served.level == "substation" else taps.access_point_ids[tap],
        "kind": kind,
        "spare_bays": None if np.isnan(spare) else int(spare),
    }


def route_as_json(route: Route, measures: Mapping[str, float | int], *, public: bool) -> dict[str, Any]:
    """Return a route as the interface prints it, lengths to 0.1 m.

    Parameters
    ----------
    route, measures
        To print.
    public
        Whether it ends at the verge, its end snapped to a coarse grid.
    """
    pieces = [each for each in route.pieces if not (public and each.kind is PieceKind.TAP)]
    line = _public_plane(route) if public else route.geometry
    lines = unproject(np.array([line, *(each.geometry for each in pieces)], dtype=object), route.zone)
    shown: list[dict[str, Any]] = [
        {
            "kind": each.kind.value,
            "road_id": each.road_id,
            "road_name": each.road_name,
            "road_class": each.road_class,
            "length_m": rounded(each.length_m),
            "crossing": each.crossing or None,
        }
        for each in pieces
    ]
    if not public:
        for piece, place in zip(shown, lines[1:].tolist(), strict=True):
            piece["geometry"] = geometry_as_json(place)
    else:  # how far the last stretch along a road runs would tell the access point
        along = [each for each in shown if each["kind"] in _ALONG]
        for piece in along[-1:]:
            piece["length_m"] = round(piece["length_m"] / PUBLIC_GRID_M) * PUBLIC_GRID_M
    return {
        "geometry": geometry_as_json(lines[0]),
        **measures,
        "pieces": shown,
    }


def public_line(route: Route) -> shapely.LineString:
    """Return the route as the public may see it, EPSG:4326."""
    line: shapely.LineString = unproject(np.array([_public_plane(route)], dtype=object), route.zone)[0]
    return line


def _public_plane(route: Route) -> shapely.LineString:
    """Return the route up to the verge in front of the access point, its end on the coarse grid."""
    kept = [each.geometry for each in route.pieces if each.kind is not PieceKind.TAP]
    places = shapely.get_coordinates(kept)
    if not len(places):
        places = shapely.get_coordinates(route.geometry)[:1]
    end = np.round(places[-1] / PUBLIC_GRID_M) * PUBLIC_GRID_M
    # What lies nearer to the true end than to the drawn one would tell it.
    far = np.hypot(*(places - places[-1]).T) > PUBLIC_GRID_M
    last = int(np.flatnonzero(far)[-1]) + 1 if far.any() else 1
    return shapely.LineString(np.concatenate([places[:last], end[None]]))


def geometry_as_json(shape: BaseGeometry) -> dict[str, Any]:
    """Return a line, point or polygon (EPSG:4326) as GeoJSON, to a centimetre."""
    made = shapely.geometry.mapping(shapely.transform(shape, lambda places: np.round(places, _DIGITS)))
    return {"type": made["type"], "coordinates": made["coordinates"]}


_STOPS: Final[Mapping[Language, tuple[str, str]]] = {"zh": ("：", "；"), "en": (": ", "; ")}


def _rejection(
    rejection: Rejection, desk: Desk, assessment: Assessment, language: Language, *, public: bool
) -> dict[str, Any]:
    served = desk.network.levels[rejection.level]
    offer, owner = desk.offers[rejection.level], rejection.owner
    open_kva, load_kva = float(offer.open_kva[owner]), float(assessment.sites.load_kva[0])
    # What is withheld stays so where another reason comes first, no route to it for one.
    hidden = public and offer.refused[owner] == WITHHELD
    reason = WITHHELD if hidden else rejection.reason
    away_m = _shown_away_m(rejection, public=public)
    colon, stop = _STOPS[language]
    way = words("way.route" if rejection.by_route else "way.straight")[language]
    parts = [] if hidden else [words("rejected.away")[language].format(way=way, length=fixed(away_m, 0))]
    if reason == "insufficient_capacity":
        short = words("rejected.short")[language]
        parts.insert(0, short.format(open=fixed(open_kva), load=fixed(load_kva)))
    return {
        "asset_id": None if hidden else served.ids[owner],
        "asset_name": None if hidden else served.names[owner],
        "level": rejection.level,
        "reason": reason,
        "detail": colon.join(filter(None, (words(f"reason.{reason}")[language], stop.join(parts)))),
        "length_m": away_m if rejection.by_route and not hidden else None,
        "straight_m": None if rejection.by_route or hidden else away_m,
        "open_capacity_kva": None if hidden or np.isnan(open_kva) else rounded(open_kva),
    }


def _shown_away_m(rejection: Rejection, *, public: bool) -> float:
    """Return how far away it is; to the public coarsely, for three exact lengths would tell the place."""
    if public:
        return round(rejection.away_m / PUBLIC_GRID_M) * PUBLIC_GRID_M
    return rounded(rejection.away_m)
