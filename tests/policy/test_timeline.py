"""Stages on the calendar: two clocks and the works, open stages open, half days and unknown years told."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.calendar import WorkCalendar, read_calendar
from gis.errors import FactsError
from gis.policy.decide import Decision, decide
from gis.policy.documents import papers
from gis.policy.facts import read_facts
from gis.policy.load import jurisdictions
from gis.policy.notice import notice
from gis.policy.timeline import Bar, bar_as_json, timeline
from gis.words import Language
from tests.policy.asked import ANY, DAYS

CALENDAR = WorkCalendar()
ON = date(2026, 3, 2)
ROUTE = {
    "length_m": 350,
    "city_road_crossing_m": 20,
    "excavation_m": 80,
    "green_m": 0,
    "along_main_road_m": 0,
    "along_infrastructure_m": 0,
}
BASE: dict[str, Any] = {
    "customer": "hv",
    "load_kva": 500,
    "area": "urban",
    "in_city_area": False,
    "in_plug_and_play_zone": False,
    "built_by": "utility",
    "route": ROUTE,
}


def decided(name: str, **stated: Any) -> Decision:
    return decide(jurisdictions()[name], ON, read_facts({**BASE, **stated}))


def bars(name: str, start: date = ON, calendar: WorkCalendar = CALENDAR, **stated: Any) -> dict[str, Bar]:
    return {bar.stage: bar for bar in timeline(decided(name, **stated), start, calendar)}


def test_the_stages_of_suzhou_follow_each_other_on_working_days() -> None:
    shown = bars("suzhou-anhui", important=True, route={**ROUTE, "length_m": 350})
    assert list(shown) == [
        "accept",
        "scheme_reply",
        "design_review",
        "approval",
        "construction",
        "mid_inspection",
        "inspect_and_energise",
        "stages_total",
    ]
    dates = [
        (shown[name].earliest, shown[name].latest) for name in ("accept", "scheme_reply", "design_review")
    ]
    assert dates == [
        (date(2026, 3, 2), date(2026, 3, 3)),
        (date(2026, 3, 3), date(2026, 3, 12)),
        (date(2026, 3, 12), date(2026, 3, 17)),
    ]
    assert shown["approval"].clock == "government"
    assert (shown["approval"].earliest, shown["approval"].latest) == (date(2026, 3, 17), date(2026, 3, 20))
    assert shown["stages_total"].latest == CALENDAR.due(ON, 19).day


def test_what_is_not_timed_is_open_and_so_is_what_follows() -> None:
    shown = bars("suzhou-anhui", important=True)
    works, after = shown["construction"], shown["mid_inspection"]
    assert (works.clock, works.working_days, works.latest) == ("construction", None, None)
    assert (after.working_days, after.latest) == (2, None)
    assert after.earliest == works.earliest
    assert any("not timed" in each.en for each in after.words)


def test_a_day_and_a_half_ends_at_noon_and_says_so() -> None:
    bar = bars("suzhou-anhui", customer="lv_small_business", load_kva=100)["approval"]
    assert (bar.working_days, bar.earliest, bar.latest, bar.noon) == (
        1.5,
        date(2026, 3, 3),
        date(2026, 3, 5),
        True,
    )
    assert any("noon" in each.en for each in bar.words)


def test_the_works_of_wujiang_count_from_the_scheme() -> None:
    shown = bars("wujiang")
    assert shown["construction"].working_days == 30
    assert shown["construction"].cite == ("三(一)3",)
    assert shown["construction"].latest is None  # the scheme itself is not timed
    assert shown["stages_total"].latest == CALENDAR.due(ON, 12).day


def test_a_filing_that_starts_at_once_takes_no_day() -> None:
    bar = bars("wujiang")["approval"]
    assert (bar.working_days, bar.clock) == (0, "government")


def test_an_average_bounds_no_single_case() -> None:
    bar = bars("wanzhou")["application_to_energised"]
    assert (bar.working_days, bar.latest) == (28, None)
    assert any("average" in each.en for each in bar.words)


def test_external_works_stand_among_the_stages_once() -> None:
    shown = [bar.stage for bar in timeline(decided("jilin-local-power"), ON, CALENDAR)]
    assert shown == [
        "accept",
        "survey_and_scheme",
        "approval",
        "external_works",
        "inspect_and_energise",
        "stages_total",
    ]


def test_a_holiday_lies_between() -> None:
    # Seven days from 8 October: 9, 10 (a Saturday, worked), 12 to 16.
    bar = bars("suzhou-anhui", date(2026, 9, 30))["scheme_reply"]
    assert (bar.earliest, bar.latest) == (date(2026, 10, 8), date(2026, 10, 16))


def test_a_year_that_is_not_known_is_provisional_until_ones_own_calendar_settles_it() -> None:
    start = date(2026, 12, 28)
    bar = bars("suzhou-anhui", start)["scheme_reply"]
    assert bar.provisional
    assert any("provisional" in each.en for each in bar.words)
    own = read_calendar("own.csv", "date,kind\n2027-01-01,holiday\n")
    assert not bars("suzhou-anhui", start, own)["scheme_reply"].provisional


@given(
    name=st.sampled_from(list(jurisdictions())),
    on=DAYS,
    facts=ANY,
    start=st.dates(date(2021, 1, 1), date(2027, 12, 31)),
)
@settings(deadline=None, max_examples=200)
def test_every_bar_is_in_order(name: str, on: date, facts: dict[str, Any], start: date) -> None:
    jurisdiction = jurisdictions()[name]
    try:
        decision = decide(jurisdiction, on, read_facts(facts))
    except FactsError:
        return
    shown = timeline(decision, start, CALENDAR)
    assert {bar.clock for bar in shown} >= {"government", "construction"}
    for bar in shown:
        assert bar.earliest >= start
        assert CALENDAR.is_working_day(bar.earliest)
        if bar.latest is not None:
            assert bar.working_days is not None
            assert CALENDAR.is_working_day(bar.latest)
            assert CALENDAR.working_days_between(bar.earliest, bar.latest) >= bar.working_days
        if bar.working_days is not None:
            assert bar.cite
        assert bar_as_json(bar, jurisdiction, "en")["open"] is (bar.working_days is None)


@given(
    name=st.sampled_from(list(jurisdictions())), on=DAYS, facts=ANY, language=st.sampled_from(["zh", "en"])
)
@settings(deadline=None, max_examples=200)
def test_every_decision_has_a_notice(name: str, on: date, facts: dict[str, Any], language: Language) -> None:
    jurisdiction = jurisdictions()[name]
    try:
        decision = decide(jurisdiction, on, read_facts(facts))
    except FactsError:
        return
    told = notice(jurisdiction, decision, timeline(decision, on, CALENDAR), language)
    assert len(told.sections) >= 9
    lines = [line for section in told.sections for line in section.lines]
    cited = {clause for part in decision.parts.values() for clause in part.cite}
    assert cited <= {line.label for line in lines}
    assert all(line.label or line.value for line in lines)
    if language == "en":
        number = jurisdiction.document.number
        words = [line.label + line.value.replace(number or "\n", "") for line in lines]
        words = [re.sub(r"[一二三](\([一二三四五六七九]\))?\d*|\(一般\)", "", each) for each in words]
        assert not [each for each in words if re.search(r"[\u4e00-\u9fff]", each)]


def test_what_is_shared_already_is_not_asked_again_where_the_document_says_so() -> None:
    wujiang = papers(decided("wujiang").parts["documents"], ["identity", "completion_report"])
    assert [(each.stage, each.bring, each.not_asked) for each in wujiang] == [
        ("acceptance", ("title", "equipment_list", "project_approval"), ("identity",)),
        ("completion", (), ("completion_report",)),
    ]
    suzhou = papers(decided("suzhou-anhui").parts["documents"], ["identity"])
    assert suzhou[0].not_asked == ()
    assert suzhou[0].first == ("identity",)


def test_papers_that_are_not_known_are_refused() -> None:
    with pytest.raises(FactsError, match="no such papers: passport"):
        papers(decided("wujiang").parts["documents"], ["passport"])
