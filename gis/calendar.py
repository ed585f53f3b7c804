"""Working days (工作日) with the adjusted days (调休) of the State Council.

Days are those of Asia/Shanghai: `CHINA` is the one time zone in which a day begins and ends.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

import chinese_calendar

from gis.errors import CalendarError
from gis.words import Words

CHINA: Final = ZoneInfo("Asia/Shanghai")
"""Days are counted where the grid is."""

_SATURDAY: Final = 5
_HALF: Final = 0.5
_LAST_YEAR: Final = 9_990
_HEADER: Final = ("date", "kind")
_KINDS: Final = {
    "holiday": False,
    "节假日": False,
    "workday": True,
    "调休上班": True,
    "weekday_pattern": None,
    "按周": None,
}


@dataclass(frozen=True, slots=True)
class Due:
    """When a limit in working days ends (到期日).

    Attributes
    ----------
    day
        The last day of the limit.
    noon
        True where it ends at noon of that day: a half working day is a morning.
    provisional
        True where a year that the calendar does not know was counted through.
    """

    day: date
    noon: bool
    provisional: bool


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are worked.

    Attributes
    ----------
    own
        Year -> the days of that year that differ from Monday to Friday, True where worked. A year named
        here is settled by it alone.
    """

    own: Mapping[int, Mapping[date, bool]] = field(default_factory=lambda: MappingProxyType({}))

    def knows(self, year: int) -> bool:
        """Whether the holidays of a year are settled; else Monday to Friday are taken."""
        return year in self.own or year in _published_years()

    def is_working_day(self, day: date) -> bool:
        """Whether a day is worked."""
        if day.year in self.own:
            return self.own[day.year].get(day, day.weekday() < _SATURDAY)
        if day.year in _published_years():
            return _published_working_day(day)
        return day.weekday() < _SATURDAY

    def on_or_after(self, day: date) -> date:
        """Return the day itself where it is worked, else the next working day."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def due(self, start: date, working_days: float) -> Due:
        """Return when a limit ends that begins on a day.

        The day on which it begins is not counted (起算日不计入). A half working day ends at noon of the
        next one: 1.5 working days from a Monday end on Wednesday at noon.

        Parameters
        ----------
        start
            The day of the event; an event on a day of rest counts as one of the next working day.
        working_days
            At least 0, whole or half days.

        Raises
        ------
        CalendarError
            The limit is negative or no multiple of a half day, or ends beyond the last year of dates.
        """
        halves = working_days / _HALF
        if not math.isfinite(halves) or halves < 0 or halves != int(halves):
            raise CalendarError(
                Words(f"{working_days:g} 个工作日不能作时限", f"{working_days:g} working days are no limit"),
                repair=Words("请给出不小于 0 的整或半工作日数", "give whole or half working days from 0 on"),
            )
        if start.year + working_days / 200 > _LAST_YEAR:
            raise CalendarError(
                Words(f"{start} 太远，无法推算", f"{start} lies too far ahead to count from"),
                repair=Words("请给出较早的日期", "give an earlier day"),
            )
        day = first = self.on_or_after(start)
        for _ in range(math.ceil(working_days)):
            day = self.on_or_after(day + timedelta(days=1))
        years = range(min(start.year, first.year), day.year + 1)
        known = all(self.knows(year) for year in years)
        return Due(day, working_days != int(working_days), not known)

    def working_days_between(self, start: date, end: date) -> int:
        """Return how many working days lie after a day, up to and with another one."""
        days = (start + timedelta(days=ahead) for ahead in range(1, (end - start).days + 1))
        return sum(self.is_working_day(day) for day in days)


@cache
def _published_years() -> frozenset[int]:
    return frozenset(day.year for day in chinese_calendar.holidays)


@cache
def _published_working_day(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day))


def day_in_china(moment: datetime) -> date:
    """Return the day that a moment belongs to in Asia/Shanghai.

    Raises
    ------
    CalendarError
        The moment states no time zone.
    """
    if moment.tzinfo is None:
        raise CalendarError(
            Words(f"时刻 {moment} 没有时区", f"{moment} states no time zone"),
            repair=Words("请给出带时区的时刻", "give the moment with its time zone"),
        )
    return moment.astimezone(CHINA).date()


def read_calendar(name: str, text: str) -> WorkCalendar:
    """Read a calendar of one's own: a CSV with the columns ``date`` and ``kind``.

    A row is a day that differs from Monday to Friday: ``2027-01-01,holiday`` (or 节假日) or
    ``2027-02-07,workday`` (or 调休上班). Its years are settled by the file alone. A year without any
    such day is settled by one row of the kind ``weekday_pattern`` (按周) for any of its days.

    Parameters
    ----------
    name
        Of the file, for the words of a fault.
    text
        What stands in it.

    Raises
    ------
    CalendarError
        Every row that is not understood, with its line.
    """
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    faults: list[str] = []
    if not rows or tuple(cell.strip() for cell in rows[0]) != _HEADER:
        faults.append(f"{name}:1: the first line is not {','.join(_HEADER)}")
    own = _days(name, rows, faults)
    if faults:
        raise CalendarError(
            f"{name} is no calendar", repair="one day a line: 2027-01-01,holiday", faults=tuple(faults)
        )
    return WorkCalendar(MappingProxyType(own))


def _days(name: str, rows: list[list[str]], faults: list[str]) -> dict[int, Mapping[date, bool]]:
    found: dict[int, dict[date, bool]] = {}
    told: set[date] = set()
    for line, row in _numbered(rows):
        try:
            text, kind = (cell.strip() for cell in row)
            day = date.fromisoformat(text)
            worked = _KINDS[kind]
        except (ValueError, KeyError):
            faults.append(
                f"{name}:{line}: {','.join(row)!r} is not a day and holiday, workday or weekday_pattern"
            )
            continue
        if day in told:
            faults.append(f"{name}:{line}: {day} stands twice; keep one")
        told.add(day)
        year = found.setdefault(day.year, {})
        if worked is not None:
            year[day] = worked
    return {year: MappingProxyType(days) for year, days in found.items()}


def _numbered(rows: list[list[str]]) -> Iterable[tuple[int, list[str]]]:
    return ((line, row) for line, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row))
