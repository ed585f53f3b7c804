"""Strong validators of what is published (缓存校验): an answer is named by the edition it was made from."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from functools import cache, partial
from importlib import metadata
from typing import Final

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.requests import service_of

REVALIDATED: Final = "public, no-cache"
"""The address means the newest edition: whoever keeps the answer asks each time whether it is still right."""

IMMUTABLE: Final = "public, max-age=31536000, immutable"
"""The address names an edition, which never changes."""

NOBODY: Final = "no-store"
"""Whoever passes the answer on keeps nothing of it."""

_DIGITS: Final = 32
_WORTH_PACKING: Final = 1_000
"""Bytes from which on a body is packed."""
_LEVEL: Final = 6


@cache
def _software() -> str:
    return metadata.version("kaimen")


def etag(*parts: object) -> str:
    """Return a strong entity tag of what an answer depends on, and of the version that wrote it."""
    told = "\0".join(map(str, (_software(), *parts)))
    return f'"{hashlib.sha256(told.encode(errors="surrogatepass")).hexdigest()[:_DIGITS]}"'


def asked(request: Request) -> str:
    """Return the address that was asked for, with its host: links in the answer have it too."""
    return str(request.url)


def validated(
    request: Request, tag: str, control: str, make: Callable[[], Response], vary: str = ""
) -> Response:
    """Return the answer, or 304 where the asker has it already.

    Parameters
    ----------
    request
        With ``If-None-Match`` or without.
    tag
        Entity tag of the answer.
    control
        ``REVALIDATED`` or ``IMMUTABLE``.
    make
        Makes the answer where it is needed.
    vary
        Header fields that chose among answers.
    """
    headers = {"etag": tag, "cache-control": control} | ({"vary": vary} if vary else {})
    if holds(request, tag):
        return Response(status_code=304, headers=headers)
    answer = make()
    answer.headers.update(headers)
    return answer


def holds(request: Request, tag: str) -> bool:
    """Whether the asker has the answer of an entity tag already."""
    header = request.headers.get("if-none-match", "")
    known = [each.strip().removeprefix("W/") for each in header.split(",")]
    return tag in known or "*" in known


def takes_packed(request: Request) -> bool:
    """Whether the asker unpacks what comes packed (gzip)."""
    return "gzip" in request.headers.get("accept-encoding", "")


async def packed(request: Request, tag: str, body: bytes) -> tuple[bytes, dict[str, str]]:
    """Return a body as its asker takes it, and what the header says of that: packed once for all.

    Parameters
    ----------
    request
        With ``Accept-Encoding`` or without; of the service whose memory keeps what is packed.
    tag
        Entity tag of the body.
    body
        Bytes that packing makes smaller.
    """
    if len(body) < _WORTH_PACKING or not takes_packed(request) or holds(request, tag):
        return body, {}
    kept, key = service_of(request).kept, ("packed", tag)
    pack = partial(gzip.compress, body, _LEVEL, mtime=0)
    known: bytes | None = kept.peek(key)
    small = await run_in_threadpool(kept.get, key, pack) if known is None else known
    return small, {"content-encoding": "gzip"}
