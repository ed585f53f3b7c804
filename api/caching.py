"""Strong validators of what is published (缓存校验): an answer is named by the edition it was made from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from importlib import metadata
from typing import Final

from fastapi import Request, Response

REVALIDATED: Final = "public, no-cache"
"""The address means the newest edition: whoever keeps the answer asks each time whether it is still right."""

IMMUTABLE: Final = "public, max-age=31536000, immutable"
"""The address names an edition, which never changes."""

_DIGITS: Final = 32


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
    if _holds(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    answer = make()
    answer.headers.update(headers)
    return answer


def _holds(header: str, tag: str) -> bool:
    known = [each.strip().removeprefix("W/") for each in header.split(",")]
    return tag in known or "*" in known
