"""What requests ask for in their query (查询参数), checked where it is read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Final

from fastapi import Query
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from api.cursors import read_cursor
from gis.bbox import read_bbox
from gis.calendar import CHINA
from gis.errors import InputError
from gis.siting.question import require_policy
from gis.words import Words

MOST_WORDS: Final = 200
"""Letters of a search."""

_INSTANT: Final = "T"


def checked(read: Callable[[str], object]) -> AfterValidator:
    """Return what refuses a text as its reader does, beside the other faults of the request."""

    def check(text: str) -> str:
        try:
            read(text)
        except InputError as fault:
            told = fault.sentence()
            raise PydanticCustomError("cannot_be_used", "{en}", {"zh": told.zh, "en": told.en}) from fault
        return text

    return AfterValidator(check)


SearchWords = Annotated[
    str | None,
    Query(max_length=MOST_WORDS, description="Words in the id, the name or the substation, in any width."),
]
BBox = Annotated[
    Annotated[str, checked(read_bbox)] | None,
    Query(max_length=MOST_WORDS, description="west,south,east,north in degrees (CRS84)."),
]
CursorWord = Annotated[
    Annotated[str, checked(read_cursor)] | None,
    Query(max_length=2_000, description="As an answer gave it: where the page begins."),
]
Jurisdiction = Annotated[
    Annotated[str, Field(max_length=100), checked(require_policy)] | None,
    Field(description="Whose policy; else the one that covers the place."),
]


def _parameter(name: str, words: tuple[str, ...], about: str) -> dict[str, Any]:
    schema = {"type": "string", "enum": list(words)}
    return {"name": name, "in": "query", "required": False, "description": about, "schema": schema}


def forms(*words: str) -> dict[str, Any]:
    """Return ``f`` as OpenAPI describes it; it is read from the request, as ``Accept`` is."""
    return _parameter("f", words, "The form of the answer; else as Accept has it.")


LANGUAGE: Final = _parameter("lang", ("zh", "en"), "The language of words; else as Accept-Language has it.")
"""``lang`` as OpenAPI describes it; it is read from the request, as ``Accept-Language`` is."""


def read_days(text: str) -> tuple[date | None, date | None]:
    """Return first and last day of an instant or an interval (RFC 3339), None where it is open.

    An instant counts as its day in Asia/Shanghai, as all days do.

    Raises
    ------
    InputError
        It is neither.

    Examples
    --------
    >>> read_days("2026-09-30/..")
    (datetime.date(2026, 9, 30), None)
    """
    ends = text.split("/")
    try:
        if len(ends) == 1:
            day = _day(ends[0])
            return day, day
        first, last = (None if each in {"", ".."} else _day(each) for each in ends)
    except ValueError as fault:
        raise InputError(
            Words(
                f"datetime {text!r} 既不是日期也不是时间区间",
                f"datetime {text!r} is neither a day nor an interval",
            ),
            repair=Words("请写作 2026-09-30 或 2026-01-01/..", "write 2026-09-30 or 2026-01-01/.."),
        ) from fault
    if (first is None and last is None) or (first and last and first > last):
        raise InputError(
            Words(f"datetime {text!r} 不是时间区间", f"datetime {text!r} is no interval"),
            repair=Words("请先写较早的日期", "write the earlier day first"),
        )
    return first, last


def _day(text: str) -> date:
    try:
        if _INSTANT in text.upper():
            moment = datetime.fromisoformat(text.upper())
            if moment.tzinfo is None:
                raise ValueError("an instant needs its zone")
            return moment.astimezone(CHINA).date()
        day = date.fromisoformat(text)
    except OverflowError as fault:
        raise ValueError("beyond the calendar") from fault
    if day.isoformat() != text:
        raise ValueError("days are written 2026-09-30")
    return day
