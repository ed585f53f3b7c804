"""The gate: which tier a request is of, and whether its client may ask for more.

A token is looked up at every request, so a revoked one is refused from the next request on. One that is not
valid is refused and never counts as none.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.middleware.rates import TOKEN_FACTOR, WRONG_TOKENS_A_MINUTE, Rates, Verdict, client_of, cost_of
from api.operations.tokens import tier_by_token
from api.service import Service
from api.tiers import Tier
from layers.tokens import id_in

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="kaimen", error="invalid_token"'}


class Gate:
    """Sets ``scope["kaimen.tier"]`` and, with a token, ``scope["kaimen.token"]``, its id; and counts."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self.app = app
        self._service = service
        self._rates = Rates()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on.

        Raises
        ------
        HTTPException
            401, 429.
        """
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        settings = self._service.settings
        client = client_of(scope, settings.trusted_proxies)
        _believe_scheme(scope, settings.trusted_proxies)
        shown = Headers(scope=scope).getlist("authorization")
        tier, payer = Tier.PUBLIC, client
        if shown:
            tier, token = await self._tier(shown, client)
            scope["kaimen.token"], payer = token, f"token {token}"
        scope["kaimen.tier"] = tier
        cost = cost_of(scope["path"])
        if not settings.rate_limit or not cost:
            await self.app(scope, receive, send)
            return
        limit = settings.rate_limit * (1 if tier is Tier.PUBLIC else TOKEN_FACTOR)
        verdict = self._rates.charge(payer, cost, limit)
        _require(verdict)

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(verdict.headers())
            await send(message)

        await self.app(scope, receive, counted)

    async def _tier(self, shown: list[str], client: str) -> tuple[Tier, str]:
        """Return the tier of what was shown, and the id of the token, who pays for the request."""
        guesses = f"wrong {client}"
        _require(self._rates.look(guesses, WRONG_TOKENS_A_MINUTE))
        scheme, _, token = shown[0].partition(" ")
        tier = None
        if len(shown) == 1 and scheme.lower() == "bearer":
            tier = await run_in_threadpool(tier_by_token, self._service.private, token.strip())
        if tier is None:
            self._rates.charge(guesses, 1, WRONG_TOKENS_A_MINUTE)
            raise HTTPException(401, headers=CHALLENGE)
        return tier, id_in(token.strip())


def _require(verdict: Verdict) -> None:
    if not verdict.passed:
        raise HTTPException(429, headers=verdict.headers())


def _believe_scheme(scope: Scope, trusted_proxies: int) -> None:
    """Take from our own proxy that the client came by TLS, for the addresses that answers contain."""
    if trusted_proxies:
        named = Headers(scope=scope).get("x-forwarded-proto", "").rpartition(",")[2].strip()
        if named in {"http", "https"}:
            scope["scheme"] = named
