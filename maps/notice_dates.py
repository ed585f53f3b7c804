"""The dates of a notice as small bars (时间安排): one row a stage, its clock told by word and colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from gis.policy.words import words as policy_words
from maps.notice_page import Teller

_COLOURS: Final = {"utility": "#00727a", "government": "#7d0f2b", "construction": "#9a5b00"}
_BOUNDS: Final = frozenset({"stages_total", "application_to_energised"})
_WIDTH: Final = 170
_HEIGHT: Final = 11
_LEAST_ROWS: Final = 9


@dataclass(frozen=True, slots=True)
class DateRow:
    """A stage on the calendar: whose clock, which stage, its bar as SVG, its dates."""

    clock: str
    clock_words: str
    stage: str
    bar: str
    dates: str


@dataclass(frozen=True, slots=True)
class Dates:
    """All stages, the days between which the bars are drawn, and how many were left out."""

    rows: tuple[DateRow, ...]
    extent: str
    more: str


def dates_of(timeline: Sequence[Mapping[str, Any]], teller: Teller, *, average: bool) -> Dates | None:
    """Return the timeline of an option, None where it has none.

    Parameters
    ----------
    timeline
        Bars as the interface prints them.
    teller
        The language and the fit.
    average
        Whether the days from application to energised are an average.
    """
    if not timeline:
        return None
    days = [date.fromisoformat(each["earliest"]) for each in timeline]
    days += [date.fromisoformat(each["latest"]) for each in timeline if each["latest"]]
    first, last = min(days), max(days)
    most = len(timeline) if teller.fit.items is None else max(teller.fit.items, _LEAST_ROWS)
    rows = tuple(_row(each, (first, last), teller, average=average) for each in timeline[:most])
    left = len(timeline) - len(rows)
    extent = " — ".join(dict.fromkeys((first.isoformat(), last.isoformat())))
    return Dates(rows, extent, teller.more(left) if left else "")


def _row(bar: Mapping[str, Any], extent: tuple[date, date], teller: Teller, *, average: bool) -> DateRow:
    language, clock = teller.language, str(bar["clock"])
    days, start, end = bar["working_days"], bar["earliest"], bar["latest"]
    told = teller.say("label.untimed") if days is None else teller.days(days)
    if end is None:
        when = teller.say("label.date_open", **{"from": start})
    else:
        when = teller.say("label.date_range", **{"from": start, "to": end})
    flags = [teller.say(f"label.{flag}") for flag in ("noon", "provisional") if bar.get(flag)]
    if average and bar["stage"] == "application_to_energised":
        flags.append(teller.say("label.average"))
    return DateRow(
        clock,
        policy_words(f"clock.{clock}")[language],
        policy_words(f"stage.{bar['stage']}")[language],
        _svg(bar, *extent),
        teller.join([told, when, *flags]),
    )


def _svg(bar: Mapping[str, Any], first: date, last: date) -> str:
    """Return the bar: filled where timed, an open dashed box to the end where not, thin for a bound."""
    span = max((last - first).days, 1)
    inner = _WIDTH - 4
    start = date.fromisoformat(bar["earliest"])
    x = 2 + inner * (start - first).days / span
    end = date.fromisoformat(bar["latest"]) if bar["latest"] else last
    wide = max(inner * (end - start).days / span, 5.0)
    x = min(x, _WIDTH - 2 - wide)
    colour = _COLOURS.get(str(bar["clock"]), "#5c5a55")
    if bar["latest"] is None:
        drawn = (
            f'<rect x="{x:.1f}" y="2" width="{_WIDTH - 2 - x:.1f}" height="7" fill="none" '
            f'stroke="{colour}" stroke-width="1" stroke-dasharray="3 2"/>'
        )
    elif bar["stage"] in _BOUNDS:
        drawn = (
            f'<path d="M{x:.1f} 2v7m0-3.5h{wide:.1f}m0-3.5v7" fill="none" stroke="{colour}" '
            f'stroke-width="1.6"/>'
        )
    else:
        drawn = f'<rect x="{x:.1f}" y="1.5" width="{wide:.1f}" height="8" rx="1" fill="{colour}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-hidden="true">'
        f'<path d="M.5 0v{_HEIGHT}M{_WIDTH - 0.5} 0v{_HEIGHT}" stroke="#d3cdbf"/>{drawn}</svg>'
    )
