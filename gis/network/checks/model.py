"""What a check is and what it hands back."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gis.findings import Finding, Severity
from gis.network.checks.subject import Subject


class Fault(NamedTuple):
    """A finding without the name and the severity of its check."""

    layer: str
    id: str | None
    message: str
    repair: str
    lon: float | None = None
    lat: float | None = None


Find = Callable[[Subject], Iterable[Fault]]


@dataclass(frozen=True, slots=True)
class Check:
    """A named check (核查项).

    Attributes
    ----------
    name
        snake_case, stable across versions: files, scripts and people refer to it.
    severity
        Severity of everything it finds.
    zh
        Chinese name.
    meaning
        What it finds, in a sentence.
    find
        The function that yields its faults.
    """

    name: str
    severity: Severity
    zh: str
    meaning: str
    find: Find

    def __call__(self, subject: Subject) -> list[Finding]:
        """Return what the check finds."""
        return [
            Finding(self.name, self.severity, layer, thing, message, repair, lon, lat)
            for layer, thing, message, repair, lon, lat in self.find(subject)
        ]


def check(severity: Severity, zh: str) -> Callable[[Find], Check]:
    """Make a check of a function: its name is the check's name, its docstring the check's meaning."""

    def made(find: Find) -> Check:
        words = " ".join((inspect.getdoc(find) or "").removeprefix("Find ").split())
        return Check(find.__name__, severity, zh, words[:1].upper() + words[1:], find)

    return made


def faults(
    subject: Subject,
    layer: str,
    rows: Sequence[int],
    messages: Iterable[str],
    repairs: str | Iterable[str],
) -> list[Fault]:
    """Return one fault for each row, with the row's id and a point on its geometry.

    Parameters
    ----------
    subject
        The grid under test.
    layer
        Layer of the rows.
    rows
        Row positions in the layer's frame.
    messages
        One sentence for each row, in the same order.
    repairs
        One sentence for all rows, or one for each.
    """
    if not rows:
        return []
    each = [repairs] * len(rows) if isinstance(repairs, str) else repairs
    lons, lats = subject.places(layer, rows)
    return [
        Fault(layer, thing, message, repair, lon, lat)
        for thing, message, repair, lon, lat in zip(
            subject.ids(layer)[rows], messages, each, lons, lats, strict=True
        )
    ]


def layer_fault(layer: str, message: str, repair: str) -> Fault:
    """Return a fault of the layer as a whole."""
    return Fault(layer, None, message, repair)
