"""Who asks, what a request costs, and how much a client may ask for in a minute."""

from __future__ import annotations

import ipaddress
import math
import re
import time
from dataclasses import dataclass
from typing import Final

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.datastructures import Headers
from starlette.types import Scope

TOKEN_FACTOR: Final = 10
"""How much more the holder of a token may ask for."""

WRONG_TOKENS_A_MINUTE: Final = 30
"""Tokens that are not valid, from one address, before it has to wait."""

WINDOW_S: Final = 60

COSTS: Final[tuple[tuple[re.Pattern[str], int], ...]] = tuple(
    (re.compile(pattern), cost)
    for pattern, cost in (
        (r"/healthz", 0),
        (r"/api/v1/parcels/[^/]+/connection/notice\.pdf", 60),
        (r"/api/v1/parcels/[^/]+/connection", 20),
        (r"/api/v1/connection", 20),
        (r"/api/v1/zones", 60),
        (r"/api/v1/editions/[^/]+/(download\.|diff/).*", 20),
        (r"/ogc/.*/items", 5),
    )
)
"""Path -> cost in units; everything else, a tile too, costs one."""


def cost_of(path: str) -> int:
    """Return what a request for a path costs."""
    return next((cost for pattern, cost in COSTS if pattern.fullmatch(path)), 1)


def client_of(scope: Scope, trusted_proxies: int) -> str:
    """Return the address that a request comes from; of IPv6 the network that one client has, /64.

    ``X-Forwarded-For`` is what a client likes to write, but for as many of its last addresses as there are
    proxies of ours in front.
    """
    peer = scope.get("client")
    found = peer[0] if peer else ""
    if trusted_proxies:
        named = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
        if len(named) >= trusted_proxies:
            found = named[-trusted_proxies].strip()
    try:
        address = ipaddress.ip_address(found)
    except ValueError:
        return peer[0] if peer else "local"
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((int(address), 64), strict=False))
    return str(address)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request may pass.

    Attributes
    ----------
    passed
        Whether it may.
    limit, left
        Units of cost that the client has in a minute, and has left now.
    retry_s
        After how many seconds the same request passes, if the client is still until then.
    """

    passed: bool
    limit: int
    left: int
    retry_s: int

    def headers(self) -> dict[str, str]:
        """Return the fields of draft-ietf-httpapi-ratelimit-headers, and when to come back."""
        told = {
            "RateLimit-Policy": f'"minute";q={self.limit};w={WINDOW_S}',
            "RateLimit": f'"minute";r={self.left};t={self.retry_s}',
        }
        return told if self.passed else told | {"Retry-After": str(self.retry_s)}


class Rates:
    """Counts what clients ask for, in the memory of this process."""

    def __init__(self) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def charge(self, client: str, cost: int, limit: int) -> Verdict:
        """Take the cost of a request from what the client has left, if it has so much."""
        item = RateLimitItemPerMinute(limit)
        cost = min(cost, limit)  # what costs more than a minute holds takes the whole minute
        passed = self._limiter.hit(item, client, cost=cost)
        return self._verdict(item, client, cost, passed)

    def look(self, client: str, limit: int) -> Verdict:
        """Say whether one more unit would pass, and take nothing."""
        item = RateLimitItemPerMinute(limit)
        return self._verdict(item, client, 1, self._limiter.test(item, client))

    def _verdict(self, item: RateLimitItemPerMinute, client: str, cost: int, passed: bool) -> Verdict:
        left = self._limiter.get_window_stats(item, client).remaining
        # When the window of the clock ends, what was spent in it fades evenly over the next one.
        retry_s = WINDOW_S - time.time() % WINDOW_S + WINDOW_S * cost / item.amount
        return Verdict(passed, item.amount, max(0, left), math.ceil(retry_s))
