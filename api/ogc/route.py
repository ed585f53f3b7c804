"""Routes of OGC API (开放地理信息接口): a query that is not in order is a bad request, as it has to be."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api.errors import faults_told
from api.requests import language_of
from gis.errors import InputError


class OgcRoute(APIRoute):
    """A route that refuses a query that is not in order with 400."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers."""
        answer = super().get_route_handler()

        async def strict(request: Request) -> Response:
            try:
                return await answer(request)
            except RequestValidationError as fault:
                language = language_of(request)
                between = "；" if language == "zh" else "; "
                raise HTTPException(400, between.join(faults_told(fault, language))) from fault
            except InputError as fault:
                raise HTTPException(400, fault.sentence()[language_of(request)]) from fault

        return strict
