"""The net below the routes: whatever is raised becomes an answer, and nothing of the inside gets out."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem_answer, record_fault, status_of


class Faults:
    """Answers what the routes and the inner walls raise."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            return  # nobody is there to be answered
        except Exception as fault:
            if begun or status_of(fault) == HTTPStatus.INTERNAL_SERVER_ERROR:
                record_fault(scope)
            if begun:  # the connection breaks off, so that nobody takes a part for the whole
                raise
            await problem_answer(scope, fault)(scope, receive, send)
