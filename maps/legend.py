"""Legends (图例): the swatches of classes, zones and lines as SVG, and the hatches they refer to."""

from __future__ import annotations

from typing import Final

from maps.style import CLASSES, FAR_ALPHA, FAR_DASH, HATCH_PX, NEAR_ALPHA, SHADE, STATUSES

_SIZE: Final = (26, 16)


def pattern_id(key: str, scale: int = 1) -> str:
    """Return the id of a class's hatch in an SVG document; see :func:`hatch_patterns`."""
    return f"hatch-{key}-{scale}"


def hatch_patterns(scale: int = 1) -> str:
    """Return the hatches of all classes as SVG patterns.

    Parameters
    ----------
    scale
        Units of the drawing per pixel.
    """
    return "".join(
        f'<pattern id="{pattern_id(key, scale)}" width="{HATCH_PX * scale}" height="{HATCH_PX * scale}" '
        f'patternUnits="userSpaceOnUse"><path d="{look.hatch}" transform="scale({scale})" fill="none" '
        f'stroke="{look.ink}" stroke-width="{look.hatch_px:g}"/></pattern>'
        for key, look in CLASSES.items()
        if look.hatch
    )


def class_swatch(key: str, x: float = 0.0, y: float = 0.0) -> str:
    """Return the swatch of a class, 26 x 16 px, from a corner on."""
    look = CLASSES[key]
    width, height = _SIZE
    box = f'x="{x + 0.75:g}" y="{y + 0.75:g}" width="{width - 1.5:g}" height="{height - 1.5:g}"'
    hatched = f'<rect {box} fill="url(#{pattern_id(key)})"/>' if look.hatch else ""
    edge = f'<rect {box} fill="none" stroke="{look.ink}" stroke-width="1.2"{_dashed(look.dash)}/>'
    return f'<rect {box} fill="{look.fill}"/>{hatched}{edge}'


def reach_swatch(key: str, x: float = 0.0, y: float = 0.0, *, nearest: bool) -> str:
    """Return the swatch of a reachable area in the colour of a class."""
    look = CLASSES[key]
    width, height = _SIZE
    alpha, dash = (NEAR_ALPHA, "") if nearest else (FAR_ALPHA, FAR_DASH)
    return (
        f'<rect x="{x + 0.75:g}" y="{y + 0.75:g}" width="{width - 1.5:g}" height="{height - 1.5:g}" rx="5" '
        f'fill="{look.colour}" fill-opacity="{alpha:g}" stroke="{look.ink}" '
        f'stroke-width="1.2"{_dashed(dash)}/>'
    )


def status_swatch(key: str, x: float = 0.0, y: float = 0.0) -> str:
    """Return the swatch of a feeder with a status."""
    look = STATUSES[key]
    return _line(look.ink, look.dash, x, y)


def feeder_swatch(x: float = 0.0, y: float = 0.0) -> str:
    """Return the swatch of a feeder whose status the map does not tell."""
    return _line(SHADE, "", x, y)


def _line(ink: str, dash: str, x: float, y: float) -> str:
    middle = y + _SIZE[1] / 2
    return (
        f'<path d="M{x:g} {middle:g}h{_SIZE[0]}" fill="none" stroke="{ink}" '
        f'stroke-width="2.4"{_dashed(dash)}/>'
    )


def standalone(swatch: str) -> str:
    """Return a swatch as an SVG element of its own, for a page that holds the patterns once."""
    width, height = _SIZE
    return (
        f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}" aria-hidden="true" '
        f'focusable="false">{swatch}</svg>'
    )


def _dashed(dash: str) -> str:
    return f' stroke-dasharray="{dash}"' if dash else ""
