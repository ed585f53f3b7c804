"""Figures of the service, as Prometheus reads them."""

from __future__ import annotations

import ipaddress
from typing import Final

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.exceptions import HTTPException

from api.middleware.observed import registry
from api.requests import ServiceOf, TierOf
from api.service import Service
from api.tiers import Tier

router = APIRouter(tags=["operation"])

_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


@router.get(
    "/metrics",
    summary="Requests answered and their times, in the format of Prometheus",
    response_class=Response,
    responses={200: {"content": {CONTENT_TYPE_LATEST: {"schema": {"type": "string"}}}}},
)
def metrics(request: Request, service: ServiceOf, tier: TierOf) -> Response:
    """Return the figures of all processes that serve."""
    if tier is not Tier.OPERATOR and not _open(request, service):
        if tier is Tier.PUBLIC:
            raise HTTPException(401, headers={"WWW-Authenticate": 'Bearer realm="kaimen"'})
        raise HTTPException(403)
    source = registry
    if service.figures is not None:
        source = CollectorRegistry()
        MultiProcessCollector(source, path=str(service.figures))  # type: ignore[no-untyped-call]
    return Response(generate_latest(source), media_type=CONTENT_TYPE_LATEST)


def _open(request: Request, service: Service) -> bool:
    """Whether whoever asks needs no token: by the setting, from this machine and through no proxy."""
    if service.settings.metrics != "loopback":
        return service.settings.metrics == "everyone"
    if service.settings.trusted_proxies or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
