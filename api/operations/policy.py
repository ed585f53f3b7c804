"""What can be asked of the policies: which there are, what one says, what it decides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from gis.calendar import WorkCalendar, read_calendar
from gis.errors import FactsError, PolicyError, SourceError
from gis.policy.decide import Decision, decide
from gis.policy.facts import Facts, read_facts
from gis.policy.load import jurisdictions
from gis.policy.model import Jurisdiction
from gis.policy.timeline import Bar, timeline


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, the jurisdiction it was made under, and its timeline."""

    jurisdiction: Jurisdiction
    decision: Decision
    bars: tuple[Bar, ...]


def every_jurisdiction() -> tuple[Jurisdiction, ...]:
    """Return every jurisdiction, in alphabetical order of its id.

    Raises
    ------
    PolicyError
        A policy file is not in order.
    """
    return tuple(jurisdictions().values())


def one_jurisdiction(identity: str) -> Jurisdiction:
    """Return a jurisdiction.

    Raises
    ------
    PolicyError
        There is none of that id; the nearest one is named.
    """
    known = jurisdictions()
    if identity not in known:
        near = get_close_matches(identity, known, 1)
        meant = f"is {near[0]} meant? " if near else ""
        raise PolicyError(
            f"there is no jurisdiction {identity!r}", repair=f"{meant}there are {', '.join(known)}"
        )
    return known[identity]


def facts_from_text(text: str) -> Facts:
    """Return facts from JSON text.

    Raises
    ------
    FactsError
        The text is no JSON, states a fact twice, or its facts are not in order.
    """
    try:
        given = json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as fault:
        raise FactsError(
            f"the facts are no JSON: line {fault.lineno}: {fault.msg}", repair="give one JSON object"
        ) from fault
    return read_facts(given)


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
        raise FactsError(f"stated twice: {', '.join(twice)}", repair="keep one of each")
    found.update(pairs)
    return found
