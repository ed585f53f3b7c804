"""Findings of an import, gathered row by row without drowning the reader."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from gis.findings import Finding, Severity, in_order

SHOWN = 100
"""Findings of one check that are told one by one; the rest is counted in one more."""

REPAIRS = {
    "asset_id_clash": "Give the two assets different ids: an id stands for one asset over all four levels.",
    "choice_unknown": "Write one of the known words, or --map the field to another column.",
    "coordinates_null": "Give the row its coordinates in the source and import again.",
    "geometry_collapsed": "Draw the outline again in the source: it encloses no area.",
    "geometry_empty": "Draw the geometry in the source and import again.",
    "geometry_closed_line": "Nothing, where the outline is meant; else draw a polygon in the source.",
    "geometry_missing": "Give the row a geometry in the source, or leave it out of the file.",
    "geometry_not_finite": "Mend the coordinates in the source.",
    "geometry_parts_lost": "Look at the place; draw the rest as rows of their own where it matters.",
    "geometry_repaired": "Look at the place and draw the outline without self-intersection in the source.",
    "geometry_wrong_kind": "Export the layer with the kind of geometry it wants.",
    "geometry_zero_length": "Delete the line in the source, or draw it.",
    "id_missing": "Give the row an id in the source.",
    "id_repeated": "Give each row an id of its own; the first row of an id is kept.",
    "name_irregular": "Nothing; names are joined by their normal form. Tidy it in the source if you like.",
    "name_spelling": "Nothing; write the name the same way in both files if you like.",
    "required_detail_missing": "Fill the value in the source and import again.",
    "required_value_missing": "Fill the value in the source and import again.",
    "text_broken": "Export the file again from its source, in UTF-8.",
    "unit_unknown": "Put the unit into the header, as in 额定容量(kVA), or state it by --map FIELD=COLUMN,"
    " with the field that the column feeds: its name says the unit.",
    "unit_wrong": "Check the unit in the header, or state it by --map.",
    "value_out_of_range": "Correct the value in the source; it is stored as unknown.",
    "value_unreadable": "Correct the value in the source; it is stored as unknown.",
}


@dataclass(frozen=True, slots=True)
class RowFault:
    """A fault of one row: its id, what is wrong, and where it lies (degrees) if it has a place."""

    id: str
    message: str
    lon: float | None = None
    lat: float | None = None


class FindingLog:
    """Collects findings; of a check with many rows the first hundred and a count."""

    def __init__(self) -> None:
        self._kept: dict[Finding, None] = {}  # in the order of arrival, each once
        self._repairs = dict(REPAIRS)
        self._seen: dict[tuple[str, Severity, str], int] = defaultdict(int)

    def add(self, *findings: Finding) -> None:
        """Keep findings that stand alone."""
        self._kept.update(dict.fromkeys(findings))

    def rows(
        self, check: str, severity: Severity, layer: str, faults: Iterable[RowFault], number: int
    ) -> None:
        """Keep findings of single rows; of ``number`` faults only those that are shown are looked at."""
        key = (check, severity, layer)
        for fault in islice(faults, max(0, SHOWN - self._seen[key])):
            place = fault.lon, fault.lat
            self.add(Finding(check, severity, layer, fault.id, fault.message, REPAIRS[check], *place))
        self._seen[key] += number

    def capped(self, findings: Iterable[Finding]) -> None:
        """Keep findings, of each check the first hundred."""
        for finding in findings:
            key = (finding.check, finding.severity, finding.layer)
            self._repairs[finding.check] = finding.repair
            if self._seen[key] < SHOWN:
                self.add(finding)
            self._seen[key] += 1

    def asset_clashes(self, layer: str, clashes: Sequence[tuple[str, str]]) -> None:
        """Keep the ids that another level has already, given as (id, level)."""
        told = [RowFault(thing, f"id {thing!r} is a {level} already; left out") for thing, level in clashes]
        self.rows("asset_id_clash", Severity.ERROR, layer, told, len(told))

    def all(self) -> tuple[Finding, ...]:
        """Return the findings in order, with the count of those not told one by one."""
        more = [
            Finding(check, severity, layer, None, f"… and {seen - SHOWN:,} more.", self._repairs[check])
            for (check, severity, layer), seen in self._seen.items()
            if seen > SHOWN
        ]
        return tuple(in_order([*self._kept, *more]))
