"""Header fields of every answer: security, and who may keep it."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.caching import NOBODY
from api.middleware.csp import is_page, policy_of
from api.tiers import Tier

_SECURITY: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"permissions-policy", b"camera=(), microphone=(), payment=(), usb=(), geolocation=(self)"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"cross-origin"),
)
_VARY: Final = ("Authorization", "Accept-Language", "Accept-Encoding")
_FIRST_ERROR: Final = 400


class Headed:
    """Sets the header fields that every answer has."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                fields = message.setdefault("headers", [])
                there = {name.lower() for name, _ in fields}
                fields += [each for each in _SECURITY if each[0] not in there]
                headers = MutableHeaders(raw=fields)
                headers.setdefault("Content-Security-Policy", policy_of(scope))
                headers["Vary"] = _varied(headers.get("Vary", ""))
                _keep(headers, scope, message["status"])
            await send(message)

        await self.app(scope, receive, headed)


@lru_cache(maxsize=64)
def _varied(given: str) -> str:
    """Return a ``Vary`` field with what every answer varies by, each name once."""
    named = {each.strip(): None for each in given.split(",") if each.strip()}
    return ", ".join(named | dict.fromkeys(_VARY))


def _keep(headers: MutableHeaders, scope: Scope, status: int) -> None:
    """Say who may keep the answer: what a token has opened is of nobody else."""
    shown = any(name == b"authorization" for name, _ in scope["headers"])
    if status >= _FIRST_ERROR or is_page(scope) or headers.get("Cache-Control") == NOBODY:
        headers["Cache-Control"] = NOBODY
    elif shown or scope.get("kaimen.tier", Tier.PUBLIC) is not Tier.PUBLIC:
        headers["Cache-Control"] = "private, no-cache"
    else:
        headers.setdefault("Cache-Control", "no-cache")
