"""Marks on the overview map: substations, important infrastructure, findings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely

from gis.findings import Finding, Severity
from gis.words import Words
from maps import style
from maps.sketch_drawing import Drawing
from maps.sketch_furniture import Entry, Mark
from maps.sketch_labels import words
from maps.sketch_paths import geometry_of, middles

_HIGH: Final = Words("220 kV 及以上变电站", "substation, 220 kV and more")
_LOW: Final = Words("220 kV 以下变电站", "substation, below 220 kV")


def infrastructure(drawing: Drawing) -> None:
    """Draw important infrastructure (重要基础设施) as triangles."""
    important = drawing.shapes("infrastructure")
    if not len(important):
        return
    for x, y in middles(important):
        drawing.svg.append(f'<path class="infra" d="M{x * 10:.0f} {y * 10 - 52:.0f}l48 84h-96z"/>')
    drawing.legend.append(Entry("triangle", "重要基础设施 infrastructure", "#8a4b00"))


def _station(drawing: Drawing, x: float, y: float, half: float, *, square: bool) -> None:
    left, top, size = (x - half) * 10, (y - half) * 10, half * 20
    corner = "" if square else f' rx="{half * 10:.0f}"'
    box = f'x="{left:.0f}" y="{top:.0f}" width="{size:.0f}" height="{size:.0f}"{corner}'
    drawing.svg.append(f'<rect class="station" {box}/>')
    drawing.labels.block(x, y, half)


def substations(drawing: Drawing) -> None:
    """Draw substations (变电站), squares from 200 kV on, circles below, the highest voltages named first."""
    shapes = geometry_of(drawing.frames.get("substations"))
    volts = drawing.numbers("substations", "voltage_kv")
    names = drawing.column("substations", "name").to_numpy()
    high = volts >= style.SQUARE_FROM_KV
    scale = 1.0 if len(shapes) <= style.FEW_STATIONS else 0.75
    places: list[tuple[float, float, float, str]] = []
    for i in np.argsort(-np.nan_to_num(volts), kind="stable"):
        placed = drawing.window.shapes(shapes[i : i + 1])
        if not len(placed):
            continue
        x, y = (float(value) for value in shapely.get_coordinates(shapely.centroid(placed))[0])
        half = (6.5 if high[i] else 5.5) * scale
        _station(drawing, x, y, half, square=bool(high[i]))
        places.append((x, y, half, f"{volts[i]:g}kV {names[i]}" if np.isfinite(volts[i]) else str(names[i])))
        if not names[i]:
            places.pop()
    for x, y, half, label in places:
        for below in (half + 10, -half - 10):
            if drawing.labels.put(label, x, y + below, "station-name", 12.5 if scale == 1 else 11):
                break
    if len(shapes) and high.any():
        drawing.legend.append(Entry("square", drawing.say(_HIGH), style.SHADE))
    if len(shapes) and not high.all():
        drawing.legend.append(Entry("circle", drawing.say(_LOW), style.SHADE))


def findings(drawing: Drawing, found: Sequence[Finding]) -> None:
    """Draw findings that have a place as rings, errors with a point inside; the legend counts all."""
    kinds: tuple[tuple[Severity, str, str, Mark], ...] = (
        (Severity.WARNING, "核查提示 warning", "#a86200", "finding"),
        (Severity.ERROR, "核查错误 error", "#7d0f2b", "error"),
    )
    for severity, name, colour, mark in kinds:
        own = [each for each in found if each.severity == severity]
        for each in own:
            if each.lon is None or each.lat is None:
                continue
            x, y = drawing.window.place(np.array([[each.lon, each.lat]]))[0]
            if not (0 <= x <= drawing.window.width and 0 <= y <= drawing.window.height):
                continue
            centre = f'cx="{x * 10:.0f}" cy="{y * 10:.0f}"'
            point = f'<circle {centre} r="22" fill="{colour}"/>' if mark == "error" else ""
            drawing.svg.append(
                f"<g><title>{words(each.message)}</title>{point}"
                f'<circle {centre} r="60" fill="none" stroke="{colour}" stroke-width="20"/></g>'
            )
        if own:
            drawing.legend.append(Entry(mark, f"{name}：{len(own)}", colour))
