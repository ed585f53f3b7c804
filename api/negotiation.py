"""Which form of an answer is wanted (内容协商): ``?f=`` before ``Accept``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from fastapi import Request

from gis.errors import InputError
from gis.words import Words

Form = Literal["json", "geojson", "html"]

MEDIA: Final[dict[Form, str]] = {
    "json": "application/json",
    "geojson": "application/geo+json",
    "html": "text/html",
}


def form_of(request: Request, offered: Sequence[Form]) -> Form:
    """Return the form that is wanted; the first one offered where no other is.

    Raises
    ------
    InputError
        ``?f=`` names another.
    """
    stated = request.query_params.get("f")
    for each in offered:
        if stated == each:
            return each
    if stated is not None:
        raise InputError(
            Words(f"此处不提供格式 f={stated!r}", f"f={stated!r} is not offered here"),
            repair=Words(f"可选：{'、'.join(offered)}", f"one of {', '.join(offered)}"),
        )
    return max(offered, key=lambda form: _quality(request.headers.get("accept", "*/*"), MEDIA[form]))


def _quality(header: str, media: str) -> float:
    """Return how much a media type is wanted, by the most exact range of ``Accept`` that names it."""
    best = (-1, 0.0)
    for part in header.lower().split(","):
        name, *parameters = [each.strip() for each in part.split(";")]
        exact = {media: 2, f"{media.partition('/')[0]}/*": 1, "*/*": 0}.get(name, -1)
        stated = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        try:
            best = max(best, (exact, float(stated) if exact >= 0 else 0.0), key=lambda each: each[0])
        except ValueError:
            continue  # RFC 9110: what cannot be read counts as not there
    return best[1]
