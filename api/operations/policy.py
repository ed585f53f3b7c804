"""What can be asked of the policies: which there are, what one says, what it decides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from gis.calendar import WorkCalendar, read_calendar
from gis.errors import FactsError, PolicyError, SourceError
from gis.policy.decide import Decision, decide
from gis.policy.facts import Facts, read_facts
from gis.policy.load import jurisdictions, one_jurisdiction
from gis.policy.model import Jurisdiction
from gis.policy.timeline import Bar, timeline
from gis.words import Words


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, the jurisdiction it was made under, and its timeline."""

    jurisdiction: Jurisdiction
    decision: Decision
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What a policy is asked.

    Attributes
    ----------
    jurisdiction
        Id; there is one.
    on
        Day whose policy counts.
    facts
        What it is asked about.
    start
        Day of the application; None where no timeline is wanted.
    """

    jurisdiction: str
    on: date
    facts: Facts
    start: date | None


_ONE_OBJECT: Final = Words("请给出一个 JSON 对象", "give one JSON object")
_PARTS: Final = frozenset({"jurisdiction", "on", "facts", "start"})
_CALENDAR: Final = range(1900, 2201)
"""Years in which a timeline may begin."""

_DIGITS: Final = 300
"""Digits of a whole number; a longer one is read as what it is near, which is refused as too large."""


def every_jurisdiction() -> tuple[Jurisdiction, ...]:
    """Return every jurisdiction, in alphabetical order of its id.

    Raises
    ------
    PolicyError
        A policy file is not in order.
    """
    return tuple(jurisdictions().values())


def facts_from_text(text: str) -> Facts:
    """Return facts from JSON text.

    Raises
    ------
    FactsError
        The text is no JSON, states a fact twice, or its facts are not in order.
    """
    return read_facts(_json(text))


def question_from_text(text: str) -> Question:
    """Return a question from JSON text.

    Raises
    ------
    FactsError
        The text is no JSON object, or with every fault of the question and of its facts.
    """
    given = _json(text)
    if not isinstance(given, Mapping):
        raise FactsError(
            Words("请求不是 JSON 对象", "the question is no JSON object"),
            repair=Words("请给出 jurisdiction、on 和 facts", "give jurisdiction, on and facts"),
        )
    faults = [
        Words(f"{name}：没有此项", f"{name}: there is no such part") for name in given if name not in _PARTS
    ]
    identity = given.get("jurisdiction")
    try:
        one_jurisdiction(identity)
    except PolicyError as fault:
        faults.append(fault.sentence())
    on = _day("on", given.get("on"), faults)
    start = None if given.get("start") is None else _day("start", given["start"], faults)
    if start is not None and start.year not in _CALENDAR:
        faults.append(
            Words(
                f"start：{start} 不在 {_CALENDAR[0]} 年至 {_CALENDAR[-1]} 年之间",
                f"start: {start} is not from {_CALENDAR[0]} to {_CALENDAR[-1]}",
            )
        )
    facts = None
    try:
        facts = read_facts(given.get("facts", {}))
    except FactsError as fault:
        faults += fault.said.faults
    if faults or on is None or facts is None:
        raise FactsError(
            Words("请求不符合要求", "the question is not in order"),
            repair=Words("更正所列各项", "correct what is listed"),
            faults=faults,
        )
    return Question(str(identity), on, facts, start)


def _day(name: str, value: object, faults: list[Words]) -> date | None:
    if isinstance(value, str):
        with suppress(ValueError):
            day = date.fromisoformat(value)
            if day.isoformat() == value:
                return day
    faults.append(
        Words(f"{name}：{value!r} 不是形如 2026-11-21 的日期", f"{name}: {value!r} is no day as 2026-11-21")
    )
    return None


def decide_question(question: Question) -> Decided:
    """Return what a jurisdiction decides; with a timeline where a day of the application is stated."""
    jurisdiction = one_jurisdiction(question.jurisdiction)
    decision = decide(jurisdiction, question.on, question.facts)
    bars = () if question.start is None else timeline(decision, question.start, WorkCalendar())
    return Decided(jurisdiction, decision, bars)


def _json(text: str) -> object:
    """Return what a JSON text says, each name of an object once.

    Raises
    ------
    FactsError
        It is none, or holds half a letter, which no answer could repeat.
    """
    try:
        given: object = json.loads(text, object_pairs_hook=_once, parse_int=_whole)
        json.dumps(given, ensure_ascii=False).encode()
    except json.JSONDecodeError as fault:
        raise FactsError(
            Words(
                f"事实不是有效的 JSON：第 {fault.lineno} 行",
                f"the facts are no JSON: line {fault.lineno}: {fault.msg}",
            ),
            repair=_ONE_OBJECT,
        ) from fault
    except (UnicodeEncodeError, RecursionError) as fault:
        raise FactsError(
            Words("事实不是可读取的 JSON", "the facts are no JSON that can be read"), repair=_ONE_OBJECT
        ) from fault
    return given


def _whole(digits: str) -> float:
    return int(digits) if len(digits) <= _DIGITS else float(digits)


def own_calendar(path: Path | None) -> WorkCalendar:
    """Return the calendar of the State Council, or with years of a file of one's own.

    Raises
    ------
    CalendarError
        The file is no calendar.
    SourceError
        It is not UTF-8.
    """
    if path is None:
        return WorkCalendar()
    try:
        return read_calendar(path.name, path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as fault:
        raise SourceError(f"{path.name} is not UTF-8", repair="save it as UTF-8") from fault


def decide_on(identity: str, on: date, facts: Facts, start: date, calendar: WorkCalendar) -> Decided:
    """Return what a jurisdiction decides, with its timeline.

    Parameters
    ----------
    identity
        Of the jurisdiction.
    on
        Day whose policy counts.
    facts
        What it is asked about.
    start
        Day on which the application is handed in.
    calendar
        Working days.

    Raises
    ------
    PolicyError
        There is no such jurisdiction.
    """
    jurisdiction = one_jurisdiction(identity)
    decision = decide(jurisdiction, on, facts)
    return Decided(jurisdiction, decision, timeline(decision, start, calendar))


def _once(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
    found: dict[str, object] = {}
    twice = sorted({name for name, _ in pairs if [each for each, _ in pairs].count(name) > 1})
    if twice:
        raise FactsError(
            Words(f"重复给出：{'、'.join(twice)}", f"stated twice: {', '.join(twice)}"),
            repair=Words("每项只留一个", "keep one of each"),
        )
    found.update(pairs)
    return found
