"""Routes that are read (只读路由): HEAD is answered as GET without a body, as RFC 9110 has it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Message, Receive, Scope, Send

from gis.errors import InputError

HEAD_ASKED = "kaimen.head"
"""In the scope of a request whose body will not be sent."""


class ReadRoute(APIRoute):
    """A route that answers HEAD where it answers GET."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match HEAD as GET."""
        return super().matches(_as_get(scope))

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer HEAD as GET, and keep the body back."""
        if scope.get("method") != "HEAD":
            await super().handle(scope, receive, send)
            return

        async def bodiless(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await super().handle({**_as_get(scope), HEAD_ASKED: True}, receive, bodiless)


def _as_get(scope: Scope) -> Scope:
    return {**scope, "method": "GET"} if scope.get("method") == "HEAD" else scope


class OgcRoute(ReadRoute):
    """A route of OGC API: a query that is not in order is a bad request (400)."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers."""
        answer = super().get_route_handler()

        async def strict(request: Request) -> Response:
            try:
                return await answer(request)
            except RequestValidationError as fault:
                told = [f"{each['loc'][-1]}: {each['msg']}" for each in fault.errors()]
                raise HTTPException(400, "; ".join(told)) from fault
            except InputError as fault:
                raise HTTPException(400, "; ".join((fault.detail, *fault.faults, fault.repair))) from fault

        return strict
