"""What an OpenStreetMap file lacks, told once per kind of fault with a count and examples."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis.findings import Finding, Severity, warning

_EXAMPLES = 5

_FAR_LARGER = 10.0
_FAR_DEG = 0.5
"""A box is far larger than what was read from ten times its side, and by half a degree (50 km), on."""


class _Words(NamedTuple):
    message: str
    repair: str
    rejects: bool


_WORDS: dict[str, _Words] = {
    "osm_line_unusable": _Words(
        "A line has fewer than two nodes at different places in the file and is left out",
        "Cut the extract so that ways are complete (osmium extract --strategy=complete_ways).",
        rejects=True,
    ),
    "osm_nodes_missing": _Words(
        "A line names nodes that are not in the file and is drawn without them",
        "Cut the extract so that ways are complete (osmium extract --strategy=complete_ways).",
        rejects=False,
    ),
    "osm_point_unusable": _Words(
        "A node has no place on the globe and is left out",
        "Give the node its longitude and latitude in OpenStreetMap.",
        rejects=True,
    ),
    "osm_area_unusable": _Words(
        "An outline forms no area (open, crossing itself or members missing) and is left out",
        "Close or mend the outline in OpenStreetMap, or cut the extract so that relations are complete.",
        rejects=True,
    ),
    "osm_class_unknown": _Words(
        "A highway value is no known road class; the way is left out",
        "Correct the highway tag if it is a road.",
        rejects=True,
    ),
    "osm_line_without_voltage": _Words(
        "A power line has no voltage and is left out",
        "Add the voltage tag in volts, or import the feeders from the utility's own data.",
        rejects=True,
    ),
    "osm_voltage_unreadable": _Words(
        "A voltage cannot be read in full; what can be read is taken",
        "Write the voltage in volts, several values separated by ';'.",
        rejects=False,
    ),
    "osm_width_unreadable": _Words(
        "A width is no single length up to 200 m and is taken as unknown",
        "Write the width in metres.",
        rejects=False,
    ),
    "osm_level_unreadable": _Words(
        "A layer is no single whole number from -10 to 10 and is taken as unknown",
        "Write one whole number in the layer tag.",
        rejects=False,
    ),
}


@dataclass(slots=True)
class _Count:
    number: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """Counts faults by check and layer and keeps the first few of each as examples."""

    counts: dict[tuple[str, str], _Count] = field(default_factory=dict)

    def add(self, check: str, layer: str, thing: str, value: str = "") -> None:
        """Count one fault of ``thing``; ``value`` is the text at fault."""
        count = self.counts.setdefault((check, layer), _Count())
        count.number += 1
        if len(count.examples) < _EXAMPLES:
            count.examples.append(f"{thing} {value!r}" if value else thing)

    def rejected(self) -> dict[str, int]:
        """Return how many objects were left out because of a fault, by layer."""
        totals: dict[str, int] = {}
        for (check, layer), count in self.counts.items():
            if _WORDS[check].rejects:
                totals[layer] = totals.get(layer, 0) + count.number
        return totals

    def findings(self) -> tuple[Finding, ...]:
        """Return one warning for each kind of fault and layer."""
        return tuple(
            warning(check, layer, None, _sentence(count, _WORDS[check].message), _WORDS[check].repair)
            for (check, layer), count in self.counts.items()
        )


@dataclass(slots=True)
class Extent:
    """The smallest box around all that was added, in degrees: west, south, east, north."""

    box: tuple[float, float, float, float] | None = None

    def add(self, bounds: NDArray[np.float64]) -> None:
        """Widen the box by ``bounds``, shape (4,): west, south, east, north; NaN counts as nothing."""
        if np.isnan(bounds).any():
            return
        west, south, east, north = (float(each) for each in bounds)
        if self.box is not None:
            west, south = min(west, self.box[0]), min(south, self.box[1])
            east, north = max(east, self.box[2]), max(north, self.box[3])
        self.box = (west, south, east, north)


def hostile_extent(nodes: Extent, read: Extent, layer: str) -> tuple[Finding, ...]:
    """Return a warning where the file's nodes reach far beyond what was read of ``layer``, else nothing."""
    if nodes.box is None or read.box is None:
        return ()
    sides = [(nodes.box[2 + i] - nodes.box[i], read.box[2 + i] - read.box[i]) for i in (0, 1)]
    if not any(file > _FAR_LARGER * kept and file - kept > _FAR_DEG for file, kept in sides):
        return ()
    return (
        Finding(
            check="osm_extent_hostile",
            severity=Severity.WARNING,
            layer=layer,
            id=None,
            message=f"The nodes of the file span {_span(nodes.box)}, its {layer} only {_span(read.box)}: "
            "ferries, boundaries or the like are kept whole.",
            repair="Nothing here relies on the file's box; cut the extract if objects far away are unwanted.",
            lon=(read.box[0] + read.box[2]) / 2,
            lat=(read.box[1] + read.box[3]) / 2,
        ),
    )


def nothing_found(name: str) -> Finding:
    """Return the warning that a file holds nothing of any layer."""
    return warning(
        "osm_nothing_found",
        "roads",
        None,
        f"{name} holds no road, substation, power line, development land, green, water or railway.",
        "Check that the extract covers the district and was not filtered by tags.",
    )


def _sentence(count: _Count, message: str) -> str:
    objects = "1 object" if count.number == 1 else f"{count.number} objects"
    more = ", …" if count.number > len(count.examples) else ""
    return f"{message}; {objects}: {', '.join(count.examples)}{more}."


def _span(box: tuple[float, float, float, float]) -> str:
    west, south, east, north = box
    return f"{west:.2f} to {east:.2f} degrees of longitude and {south:.2f} to {north:.2f} of latitude"
