"""Routes of pages for people: their frame, and problems told as pages (网页路由)."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from api.errors import PROBLEMS, problem_answer, record_fault, status_of
from api.middleware.csp import nonce_of
from api.operations.front import Front, disclaimer, front
from api.requests import language_of, service_of
from maps.page_frame import PageFrame
from maps.problem_page import problem_page_html

PAGE_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    "default": {
        "description": "A problem, as a page; before the page is reached, as JSON",
        "content": {"text/html": {"schema": {"type": "string"}}, **PROBLEMS["default"]["content"]},
    }
}
"""How every page describes what it refuses."""


def frame_of(request: Request, here: str, common: Front | None = None) -> PageFrame:
    """Return the frame of the page that a request asks for.

    Parameters
    ----------
    request
        The request.
    here
        Entry of the navigation.
    common
        What every page shows; asked of the database where it is None.
    """
    service, language = service_of(request), language_of(request)
    shown = common or front(service)
    other = "en" if language == "zh" else "zh"
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return PageFrame(
        language=language,
        nonce=nonce_of(request),
        here=here,
        other_href="?" + urlencode([*asked, ("lang", other)]),
        heading=shown.heading,
        disclaimer=shown.disclaimer,
        map_number=shown.map_number,
        attribution=shown.attribution,
    )


class PageRoute(APIRoute):
    """A route of a page: a problem is answered as a page with the status it has everywhere."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers."""
        answer = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await answer(request)
            except ClientDisconnect:
                raise
            except Exception as fault:  # noqa: BLE001  # a fault of ours is told as a page too, and recorded
                if status_of(fault) == HTTPStatus.INTERNAL_SERVER_ERROR:
                    record_fault(request.scope)
                found = problem_answer(request.scope, fault)
                # The database may be what is away: the frame goes without its heading.
                frame = frame_of(
                    request, "", Front(None, disclaimer(), service_of(request).settings.map_number)
                )
                page = problem_page_html(json.loads(bytes(found.body)), frame)
                kept = {name: found.headers[name] for name in ("retry-after",) if name in found.headers}
                return HTMLResponse(page, status_code=found.status_code, headers=kept)

        return told
