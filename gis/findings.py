"""A finding (核查问题): one named fault of the data, where it is and how to repair it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    """A figure that rests on it would be wrong; publishing is refused while one is open."""
    WARNING = "warning"
    """Worth a look; the answer says what was assumed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One named fault: what it is, where it is, how to repair it.

    Attributes
    ----------
    check
        The name of the check in snake_case, stable across versions.
    severity
        Whether publishing is refused while it is open.
    layer
        The layer that holds the thing.
    id
        The thing's id as the user gave it; None where the finding speaks of the whole layer.
    message
        One sentence that names the thing and the fault with its figures.
    repair
        One sentence that says how to mend it.
    lon, lat
        Where to look, degrees (EPSG:4326), or None.
    """

    check: str
    severity: Severity
    layer: str
    id: str | None
    message: str
    repair: str
    lon: float | None = None
    lat: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the finding as the interface prints it."""
        return asdict(self) | {"severity": self.severity.value}


def error(check: str, layer: str, thing: str | None, message: str, repair: str) -> Finding:
    """Return a finding of severity error without a place."""
    return Finding(check, Severity.ERROR, layer, thing, message, repair)


def warning(check: str, layer: str, thing: str | None, message: str, repair: str) -> Finding:
    """Return a finding of severity warning without a place."""
    return Finding(check, Severity.WARNING, layer, thing, message, repair)


def count(findings: Iterable[Finding]) -> dict[Severity, int]:
    """Return how many findings there are of each severity."""
    totals = dict.fromkeys(Severity, 0)
    for finding in findings:
        totals[finding.severity] += 1
    return totals


def in_order(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield errors before warnings, then by check, layer and id."""
    return iter(
        sorted(findings, key=lambda f: (f.severity.value, f.check, f.layer, f.id is None, f.id or ""))
    )
