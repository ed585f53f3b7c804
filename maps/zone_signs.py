"""The lines of a zone map's legend below its classes: reachable areas, and feeders by status where known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from maps import legend, style
from maps.zone_content import ZoneMap


@dataclass(frozen=True, slots=True)
class Sign:
    """A line of the legend: its swatch as SVG, the key of its words and the values in them."""

    swatch: str
    key: str
    values: tuple[str, ...] = ()


def signs(content: ZoneMap) -> Iterator[Sign]:
    """Yield a sign for each reach and each status that is on the map."""
    held = set(content.zones["class"])
    best = next((key for key in style.CLASSES if key in held), "plug_and_play")
    for number, reach in enumerate(content.reaches()):
        yield Sign(legend.reach_swatch(best, nearest=number == 0), "reach", (f"{reach:g}",))
    feeders = content.context.get("feeders")
    if feeders is None or feeders.empty:
        return
    known = [key for key in style.STATUSES if "status" in feeders and (feeders["status"] == key).any()]
    for key in known:
        yield Sign(legend.status_swatch(key), f"feeder.{key}")
    if not known:
        yield Sign(legend.feeder_swatch(), "feeder")
