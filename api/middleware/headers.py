"""Header fields of every answer: security, and who may keep it."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.middleware.csp import is_page, policy_of
from api.tiers import Tier

_SECURITY: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), payment=(), usb=(), geolocation=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
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
                headers = MutableHeaders(scope=message)
                for name, value in _SECURITY.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", policy_of(scope))
                named = {each.strip(): None for each in headers.get("Vary", "").split(",") if each.strip()}
                headers["Vary"] = ", ".join(named | dict.fromkeys(_VARY))
                _keep(headers, scope, message["status"])
            await send(message)

        await self.app(scope, receive, headed)


def _keep(headers: MutableHeaders, scope: Scope, status: int) -> None:
    """Say who may keep the answer: what a token has opened is of nobody else."""
    if status >= _FIRST_ERROR or is_page(scope):
        headers["Cache-Control"] = "no-store"
    elif scope.get("kaimen.tier", Tier.PUBLIC) is not Tier.PUBLIC or "authorization" in _names(scope):
        headers["Cache-Control"] = "private, no-cache"
    else:
        headers.setdefault("Cache-Control", "no-cache")


def _names(scope: Scope) -> set[str]:
    return {name.decode("latin-1") for name, _ in scope["headers"]}
