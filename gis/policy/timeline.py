"""The timeline (时间安排): stages on working days, on the clocks of utility, government and works."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from gis.calendar import WorkCalendar
from gis.policy.answer import citations
from gis.policy.decide import Decision
from gis.policy.model import Jurisdiction, Kind
from gis.policy.select import Answer
from gis.policy.words import words
from gis.words import Language, Words

Clock = Literal["utility", "government", "construction"]

_BEFORE_THE_WORKS: Final = ("accept", "accept_and_sign", "survey_and_scheme", "scheme_reply", "design_review")


@dataclass(frozen=True, slots=True)
class Bar:
    """One stage on the calendar.

    Attributes
    ----------
    stage
        Name in the vocabulary, ``stage.NAME``.
    clock
        Whose time runs.
    earliest
        The day from which its days count: the last day of what comes before, which takes all the days it
        may. What has no limit counts as no time, so that the stage cannot be counted from before this day.
    latest
        Last day of its limit; None where it, or what comes before it, is not timed.
    working_days
        Its limit; None where it is not timed.
    cite
        Clauses.
    noon
        Whether it ends at noon of the last day.
    provisional
        Whether a year was counted through whose holidays are not known.
    words
        What else is to be said.
    """

    stage: str
    clock: Clock
    earliest: date
    latest: date | None
    working_days: float | None
    cite: tuple[str, ...]
    noon: bool = False
    provisional: bool = False
    words: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class _Point:
    """How far counting has come; ``known`` until something is not timed."""

    day: date
    known: bool = True


@dataclass(frozen=True, slots=True)
class _Counting:
    calendar: WorkCalendar
    bars: list[Bar]

    def run(
        self, stage: str, clock: Clock, point: _Point, working_days: float | None, answer: Answer
    ) -> _Point:
        """Add a stage that begins at a point, and return where it ends."""
        if working_days is None:
            told = answer.words if answer.kind != Kind.DECIDED else ()
            provisional = not self.calendar.knows(point.day.year)
            named = (
                words("timeline.open"),
                *told,
                *((words("timeline.provisional"),) if provisional else ()),
            )
            self.bars.append(
                Bar(stage, clock, point.day, None, None, answer.cite, provisional=provisional, words=named)
            )
            return _Point(point.day, known=False)
        due = self.calendar.due(point.day, working_days)
        named = tuple(
            words(key)
            for key, said in (
                ("timeline.after_open", not point.known),
                ("timeline.noon", due.noon),
                ("timeline.provisional", due.provisional),
            )
            if said
        )
        latest = due.day if point.known else None
        noon = due.noon and point.known
        self.bars.append(
            Bar(stage, clock, point.day, latest, working_days, answer.cite, noon, due.provisional, named)
        )
        return _Point(due.day, point.known)


def timeline(decision: Decision, start: date, calendar: WorkCalendar) -> tuple[Bar, ...]:
    """Return the stages of a decision on the calendar, then what bounds them as a whole.

    The utility's stages before the works, the government's approval, the works, the utility's stages after
    them; each counts from the end of what comes before. An application handed in on a day of rest counts as
    one of the next working day.

    Parameters
    ----------
    decision
        What was decided.
    start
        Day on which the application is handed in.
    calendar
        Working days.
    """
    counting = _Counting(calendar, [])
    begin = point = _Point(calendar.on_or_after(start))
    stages, limits = decision.parts["stages"], decision.parts["time_limits"].figures
    ends: dict[str, _Point] = {}
    named = [each for each in stages.fields.get("stages") or () if each["id"] != "external_works"]
    for each in named:
        if each["id"] in _BEFORE_THE_WORKS:
            point = counting.run(each["id"], "utility", point, each["working_days"], stages)
            ends[each["id"]] = point
    approval, works = decision.parts["approval"], limits["construction"]
    approved = counting.run("approval", "government", point, approval.fields["limit_working_days"], approval)
    of_stages = "external_works" in {each["id"] for each in stages.fields.get("stages") or ()}
    days = works.fields["construction_working_days"]
    built = counting.run(
        "external_works" if of_stages and days is None else "construction",
        "construction",
        ends.get(works.fields.get("after", ""), approved),
        days,
        stages if of_stages and days is None else works,
    )
    point = _Point(max(approved.day, built.day), approved.known and built.known)
    for each in named:
        if each["id"] not in _BEFORE_THE_WORKS:
            point = counting.run(each["id"], "utility", point, each["working_days"], stages)
    for name in ("stages_total", "application_to_energised"):
        _bound(counting, name, begin, limits[name])
    return tuple(counting.bars)


def _bound(counting: _Counting, name: str, begin: _Point, answer: Answer) -> None:
    days = answer.fields[f"{name}_working_days"]
    if days is None:
        return
    counting.run(name, "utility", begin, days, answer)
    if answer.fields.get("basis") == "average":
        bar = counting.bars.pop()
        told = (*bar.words, words("timeline.average"))
        counting.bars.append(
            Bar(name, "utility", bar.earliest, None, days, bar.cite, provisional=bar.provisional, words=told)
        )


def bar_as_json(bar: Bar, jurisdiction: Jurisdiction, language: Language) -> dict[str, Any]:
    """Return a bar as the interface prints it."""
    cited = citations(bar.cite, jurisdiction, language)
    return {
        "stage": bar.stage,
        "clock": bar.clock,
        "earliest": bar.earliest.isoformat(),
        "latest": None if bar.latest is None else bar.latest.isoformat(),
        "working_days": bar.working_days,
        "citation": cited[0] if cited else None,
        "citations": cited,
        "open": bar.working_days is None,
        "noon": bar.noon,
        "provisional": bar.provisional,
        "name": words(f"stage.{bar.stage}")[language],
        "words": ("；" if language == "zh" else "; ").join(each[language] for each in bar.words),
    }
