"""Classes and statuses are told apart: by colour-blind people, in grey, and on paper."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Final

import numpy as np
import pytest
from numpy.typing import NDArray

from maps import legend, style
from maps.style import CLASSES, STATUSES

Colour = NDArray[np.float64]

# Machado, Oliveira, Fernandes 2009, severity 1.0, on linear RGB.
SIMULATIONS: Final = {
    "normal": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                            [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                              [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                            [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip
TO_XYZ: Final = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
CAT02: Final = np.array([[0.7328, 0.4296, -0.1624], [-0.7036, 1.6975, 0.0061], [0.0030, 0.0136, 0.9834]])
HPE: Final = np.array([[0.38971, 0.68898, -0.07868], [-0.22981, 1.18340, 0.04641], [0.0, 0.0, 1.0]])
WHITE: Final = np.array([95.047, 100.0, 108.883])


def linear(colour: str) -> Colour:
    part = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    low, high = sorted(float(linear(each) @ TO_XYZ[1]) for each in (one, other))
    return (high + 0.05) / (low + 0.05)


def cam02_ucs(rgb: Colour) -> Colour:
    """J'a'b' of CAM02-UCS under average surround, La 4 cd/m2 x 5, Yb 20 (CIE 159:2004; Luo 2006)."""
    adapting = 64 / np.pi / 5
    degree = 1 - np.exp(-(adapting + 42) / 92) / 3.6
    k = 1 / (5 * adapting + 1)
    level = 0.2 * k**4 * 5 * adapting + 0.1 * (1 - k**4) ** 2 * np.cbrt(5 * adapting)
    n = 0.2
    induction, exponent = 0.725 * (1 / n) ** 0.2, 1.48 + np.sqrt(n)
    scale = degree * 100 / (CAT02 @ WHITE) + 1 - degree

    def compressed(xyz: Colour) -> Colour:
        cone = HPE @ np.linalg.inv(CAT02) @ (scale * (CAT02 @ xyz))
        power = (level * np.abs(cone) / 100) ** 0.42
        return np.asarray(np.sign(cone) * 400 * power / (27.13 + power) + 0.1)

    def achromatic(cone: Colour) -> float:
        return float((cone @ [2, 1, 0.05] - 0.305) * induction)

    red, green, blue = cone = compressed(TO_XYZ @ rgb * 100)
    a, b = red - 12 * green / 11 + blue / 11, (red + green - 2 * blue) / 9
    hue = np.arctan2(b, a)
    lightness = 100 * (achromatic(cone) / achromatic(compressed(WHITE))) ** (0.69 * exponent)
    eccentric = (np.cos(hue + 2) + 3.8) / 4
    t = 50000 / 13 * induction * eccentric * np.hypot(a, b) / (red + green + 1.05 * blue)
    colourful = t**0.9 * np.sqrt(lightness / 100) * (1.64 - 0.29**n) ** 0.73 * level**0.25
    reach = np.log(1 + 0.0228 * colourful) / 0.0228
    return np.array(
        [1.7 * lightness / (1 + 0.007 * lightness), reach * np.cos(hue), reach * np.sin(hue)], float
    )


def distance(one: str, other: str, simulation: str = "normal") -> float:
    seen = [np.clip(SIMULATIONS[simulation] @ linear(each), 0, 1) for each in (one, other)]
    return float(np.linalg.norm(cam02_ucs(seen[0]) - cam02_ucs(seen[1])))


def test_the_formula_knows_black_white_and_grey() -> None:
    assert cam02_ucs(linear("#ffffff")) == pytest.approx([100, 0, 0], abs=2.5)
    assert distance("#000000", "#ffffff") == pytest.approx(100, abs=1)
    assert distance("#808080", "#808080") == 0


@pytest.mark.parametrize("simulation", SIMULATIONS)
def test_the_base_colours_are_told_apart_by_everyone(simulation: str) -> None:
    for one, other in combinations((style.MEETS, style.PART, style.NOT), 2):
        assert distance(one, other, simulation) >= 31, (one, other)
    assert distance("#1a9850", "#d73027", "deuteranopia") < 31  # what the test is for: green and red fail


@pytest.mark.parametrize("simulation", SIMULATIONS)
def test_classes_differ_in_colour_or_else_in_hatch(simulation: str) -> None:
    for (one, first), (other, second) in combinations(CLASSES.items(), 2):
        if distance(first.colour, second.colour, simulation) < 31:
            assert first.hatch != second.hatch, (one, other)
            assert distance(first.fill, second.fill, simulation) >= 4, (one, other)


def test_each_class_has_a_hatch_of_its_own_so_that_grey_suffices() -> None:
    assert len({look.hatch for look in CLASSES.values()}) == len(CLASSES)
    assert len({look.dash for look in STATUSES.values()}) == len(STATUSES)


@pytest.mark.parametrize("look", [*CLASSES.values(), *STATUSES.values()], ids=lambda look: look.words.en)
def test_edges_hatches_and_badges_have_contrast(look: style.Look) -> None:
    assert contrast(look.ink, style.PAPER) >= 3
    assert contrast(look.badge, "#ffffff") >= 4.5
    if look.hatch:
        assert contrast(look.ink, look.fill) >= 3
    for name in (style.WATER, style.GREEN):
        assert contrast(look.ink, name) >= 3


def test_the_route_stands_out() -> None:
    assert contrast(style.ROUTE, style.PAPER) >= 4.5
    for look in CLASSES.values():
        assert distance(style.ROUTE, look.fill) >= 25


def test_the_browser_gets_the_same_table() -> None:
    table = json.loads(style.style_json())
    assert table["classes"].keys() == CLASSES.keys()
    assert table["classes"]["filing"]["hatch"] == CLASSES["filing"].hatch
    assert table["statuses"]["tight"]["dash"] == STATUSES["tight"].dash
    assert table["roads"]["local"]["words"] == {"zh": "支路", "en": "local"}
    css = style.style_css()
    assert "--class-plug-and-play-fill:#008a94;" in css
    assert "--water:#c3dbe6;" in css


def test_a_swatch_is_drawn_with_the_class_s_own_hatch() -> None:
    patterns = legend.hatch_patterns()
    for key, look in CLASSES.items():
        swatch = legend.class_swatch(key)
        assert look.fill in swatch
        assert (f"url(#{legend.pattern_id(key)})" in swatch) == bool(look.hatch)
        assert (f'id="{legend.pattern_id(key)}"' in patterns) == bool(look.hatch)
