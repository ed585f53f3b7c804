"""Working days with adjusted days, half days, years that are not known, a calendar of one's own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.calendar import WorkCalendar, day_in_china, read_calendar
from gis.errors import CalendarError

CALENDAR = WorkCalendar()
DAYS = st.dates(date(2005, 1, 1), date(2026, 6, 30))


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 10, 1), False),  # National Day, a Thursday
        (date(2026, 10, 10), True),  # a Saturday worked in its stead
        (date(2026, 2, 17), False),  # the first day of spring, a Tuesday
        (date(2026, 2, 14), True),  # a Saturday worked in its stead
        (date(2026, 2, 28), True),
        (date(2026, 11, 21), False),  # an ordinary Saturday
        (date(2026, 11, 23), True),
    ],
)
def test_adjusted_days_count(day: date, worked: bool) -> None:
    assert CALENDAR.is_working_day(day) is worked


def test_a_limit_runs_over_a_holiday_and_its_adjusted_days() -> None:
    # 30 September is day 0; 1 to 7 October rest; 8, 9, 10 (a Saturday, worked), 12, 13.
    assert CALENDAR.due(date(2026, 9, 30), 5).day == date(2026, 10, 13)


def test_an_event_on_a_day_of_rest_counts_as_one_of_the_next_working_day() -> None:
    assert CALENDAR.due(date(2026, 11, 21), 1).day == date(2026, 11, 24)
    assert CALENDAR.due(date(2026, 11, 23), 1).day == date(2026, 11, 24)


def test_a_limit_of_no_days_ends_where_it_begins() -> None:
    assert CALENDAR.due(date(2026, 11, 23), 0).day == date(2026, 11, 23)


def test_a_day_and_a_half_ends_at_noon_of_the_second_day() -> None:
    due = CALENDAR.due(date(2026, 11, 23), 1.5)
    assert (due.day, due.noon, due.provisional) == (date(2026, 11, 25), True, False)
    assert not CALENDAR.due(date(2026, 11, 23), 2).noon


@pytest.mark.parametrize("days", [-1, 0.3, float("nan"), float("inf")])
def test_what_is_no_limit_is_refused(days: float) -> None:
    with pytest.raises(CalendarError, match="are no limit"):
        CALENDAR.due(date(2026, 11, 23), days)


def test_the_end_of_dates_is_refused() -> None:
    with pytest.raises(CalendarError, match="too far ahead"):
        CALENDAR.due(date(9999, 12, 30), 3)


def test_a_year_that_is_not_known_makes_the_answer_provisional() -> None:
    assert CALENDAR.due(date(2026, 12, 30), 1).provisional is False
    crossing = CALENDAR.due(date(2026, 12, 30), 3)
    assert (crossing.day, crossing.provisional) == (date(2027, 1, 4), True)


def test_a_calendar_of_ones_own_settles_its_years() -> None:
    own = read_calendar(
        "own.csv", "\ufeffdate,kind\n2027-01-01,holiday\n2027-01-04,节假日\n2027-01-09,调休上班\n"
    )
    due = own.due(date(2026, 12, 30), 2)
    assert (due.day, due.provisional) == (date(2027, 1, 5), False)
    assert own.is_working_day(date(2027, 1, 9))
    assert not own.knows(2028)


def test_a_year_of_ones_own_replaces_the_published_one() -> None:
    own = read_calendar("own.csv", "date,kind\n2026-03-02,holiday\n")
    assert not own.is_working_day(date(2026, 3, 2))
    assert own.is_working_day(date(2026, 10, 1))


def test_a_year_without_any_adjusted_day_is_settled_by_its_pattern() -> None:
    own = read_calendar("own.csv", "date,kind\n2030-01-01,weekday_pattern\n")
    assert own.knows(2030)
    assert own.is_working_day(date(2030, 1, 1))


def test_every_fault_of_a_calendar_is_told_with_its_line() -> None:
    with pytest.raises(CalendarError) as caught:
        read_calendar(
            "own.csv",
            "day,kind\n2027-02-30,holiday\n2027-01-01,feast\n2027-01-02,workday,x\n2027-01-03,holiday\n2027-01-03,workday\n",
        )
    told = caught.value.faults
    assert [each.split(":")[1] for each in told] == ["1", "2", "3", "4", "6"]
    assert "stands twice" in told[-1]


def test_a_day_begins_at_midnight_in_china() -> None:
    assert day_in_china(datetime(2026, 11, 20, 16, 0, tzinfo=UTC)) == date(2026, 11, 21)
    assert day_in_china(datetime(2026, 11, 20, 15, 59, tzinfo=UTC)) == date(2026, 11, 20)
    with pytest.raises(CalendarError, match="no time zone"):
        day_in_china(datetime(2026, 11, 20, 16, 0))  # noqa: DTZ001  # that is what is refused


@given(start=DAYS, days=st.integers(0, 40))
@settings(deadline=None, max_examples=200)
def test_as_many_working_days_lie_between_as_the_limit_has(start: date, days: int) -> None:
    due = CALENDAR.due(start, days)
    received = CALENDAR.on_or_after(start)
    assert CALENDAR.is_working_day(due.day)
    assert CALENDAR.working_days_between(received, due.day) == days
    assert due.day <= CALENDAR.due(start, days + 1).day - timedelta(days=1)


@given(start=DAYS, one=st.integers(0, 15), two=st.integers(0, 15))
@settings(deadline=None, max_examples=200)
def test_limits_one_after_another_end_as_their_sum(start: date, one: int, two: int) -> None:
    assert CALENDAR.due(CALENDAR.due(start, one).day, two).day == CALENDAR.due(start, one + two).day
