"""Who asks, what a request costs, and how much a client may ask for in a minute."""

from __future__ import annotations

import ipaddress
import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

TOKEN_FACTOR: Final = 10
"""How much more the holder of a token may ask for."""

WRONG_TOKENS_A_MINUTE: Final = 30
"""Tokens that are not valid, from one address, before it has to wait."""

WINDOW_S: Final = 60

COSTS: Final = (
    (r"/healthz", 0),
    (r"/api/v1/parcels/[^/]+/connection/notice\.pdf", 60),
    (r"/api/v1/parcels/[^/]+/connection", 20),
    (r"/api/v1/connection", 20),
    (r"/api/v1/zones(/export)?", 60),
    (r"/api/v1/screenings", 60),
    (r"/api/v1/editions/[^/]+/(download\.|files/|diff/).*", 20),
    (r"/ogc/.*/items", 5),
)
"""Path -> cost in units; everything else, a tile too, costs one."""

_COSTLY: Final = re.compile("|".join(f"(?P<at{at}>{pattern})" for at, (pattern, _) in enumerate(COSTS)))
_ADDRESSES: Final = 4_096


def cost_of(path: str) -> int:
    """Return what a request for a path costs."""
    found = _COSTLY.fullmatch(path)
    # The last group to end is the one around a pattern, whatever groups are within it.
    return COSTS[int(found.lastgroup.removeprefix("at"))][1] if found and found.lastgroup else 1


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
    return _network(found) or (peer[0] if peer else "local")


@lru_cache(maxsize=_ADDRESSES)
def _network(found: str) -> str | None:
    """Return the address or network that counts as one client; None where it is no address."""
    try:
        address = ipaddress.ip_address(found)
    except ValueError:
        return None
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
    """Counts what clients ask for in a sliding minute, in the memory of this process.

    What was spent in the minute of the clock before this one counts with the share of it that the last 60
    seconds still cover. Of the two tables the older one is dropped as a whole: no key has to be swept.

    Parameters
    ----------
    clock
        Seconds since any moment.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._window = -1
        self._spent: dict[str, float] = {}
        self._before: dict[str, float] = {}

    def charge(self, client: str, cost: int, limit: int) -> Verdict:
        """Take the cost of a request from what the client has left, if it has so much."""
        cost = min(cost, limit)  # what costs more than a minute holds takes the whole minute
        share = self._turn()
        used = self._used(client, share)
        passed = used + cost <= limit
        if passed:
            self._spent[client] = self._spent.get(client, 0.0) + cost
            used += cost
        return _verdict(passed, limit, used, share, cost)

    def look(self, client: str, limit: int) -> Verdict:
        """Say whether one more unit would pass, and take nothing."""
        share = self._turn()
        used = self._used(client, share)
        return _verdict(used + 1 <= limit, limit, used, share, 1)

    def _turn(self) -> float:
        """Begin a new minute where it is time, and return the share of this one that has gone by."""
        whole, share = divmod(self._clock() / WINDOW_S, 1.0)
        if whole != self._window:
            self._before = self._spent if whole == self._window + 1 else {}
            self._spent = {}
            self._window = int(whole)
        return share

    def _used(self, client: str, share: float) -> float:
        return self._before.get(client, 0.0) * (1.0 - share) + self._spent.get(client, 0.0)


def _verdict(passed: bool, limit: int, used: float, share: float, cost: int) -> Verdict:
    # When this minute of the clock ends, what was spent in it fades evenly over the next one.
    retry_s = WINDOW_S * (1.0 - share + cost / limit)
    return Verdict(passed, limit, max(0, math.floor(limit - used)), math.ceil(retry_s))
