"""What every route asks of a request: the service behind it, its tier, its language."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from api.service import Service
from api.tiers import Tier

Language = Literal["zh", "en"]

_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="kaimen"'}


def service_of(request: Request) -> Service:
    """Return the service that the application was made over."""
    service: Service = request.app.state.service
    return service


def tier_of(request: Request) -> Tier:
    """Return the tier that the request's token raised it to; the public one without a token."""
    return Tier(request.scope.get("kaimen.tier", Tier.PUBLIC))


def token_of(request: Request) -> str:
    """Return the id of the request's token: whose something is.

    Raises
    ------
    HTTPException
        401 where it has none.
    """
    found = request.scope.get("kaimen.token")
    if not isinstance(found, str):
        raise HTTPException(401, headers=_CHALLENGE)
    return found


def at_least(needed: Tier) -> Any:  # noqa: ANN401  # a parameter of FastAPI, which names no type
    """Return what a route depends on that is open from a tier on: ``dependencies=[at_least(Tier.PLANNER)]``.

    A request without a token is asked for one (401), a lesser one is refused (403).
    """

    def require(request: Request) -> None:
        found = tier_of(request)
        if found is Tier.PUBLIC and found < needed:
            raise HTTPException(401, headers=_CHALLENGE)
        if found < needed:
            raise HTTPException(403)

    return Depends(require)


def language_of(request: Request) -> Language:
    """Return the language of words: ``?lang=`` if it is given, else as ``Accept-Language`` has it."""
    asked = request.query_params.get("lang") if request.scope["query_string"] else None
    if asked in ("zh", "en"):
        return "zh" if asked == "zh" else "en"
    return preferred(request.headers.get("accept-language", ""))


def preferred(header: str) -> Language:
    """Return the language that an ``Accept-Language`` header prefers; English where it names neither."""
    best: tuple[float, Language] = (0.0, "en")
    for part in header.split(","):
        name, _, weight = part.strip().partition(";")
        primary = name.strip().lower().partition("-")[0]
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue  # RFC 9110: what cannot be read counts as not there
        if primary == "zh" and quality > best[0]:
            best = (quality, "zh")
        elif primary == "en" and quality > best[0]:
            best = (quality, "en")
    return best[1]


ServiceOf = Annotated[Service, Depends(service_of)]
TierOf = Annotated[Tier, Depends(tier_of)]
TokenOf = Annotated[str, Depends(token_of)]
LanguageOf = Annotated[Language, Depends(language_of)]
