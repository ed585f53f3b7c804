"""A claim that does not fit, in words (不予受理说明)."""

from __future__ import annotations

import math

from gis.capacity.numerals import kva
from gis.capacity.words import LEVEL_WORDS
from gis.claims.fit import Fit, Margin, rounded_down
from gis.claims.model import Claim
from gis.errors import CapacityError


def refusal(wanted: Claim, found: Fit) -> CapacityError:
    """Return the error for a claim that does not fit: the bottleneck, its margin and what would fit."""
    asset = found.chain[0]
    who = f"{kva(wanted.kva or math.nan)} kVA at {_asset(asset)}"
    if found.unknown:
        return CapacityError(
            f"{who}: its open capacity is not known, because {found.reason.en}",
            repair="import what is missing, or record the claim as an override with its reason",
        )
    bottleneck = next(each for each in found.chain if each.asset_id == found.bottleneck_id)
    left = f"{_asset(bottleneck)} has {_left(bottleneck)} kVA left on {found.day}"
    fitting = (
        f"ask for at most {kva(found.fits_kva)} kVA, choose another asset"
        if found.fits_kva > 0
        else "nothing more fits here: choose another asset"
    )
    return CapacityError(
        f"{who} goes beyond the open capacity: {left}",
        repair=f"{fitting}, or record it as an override with its reason",
        faults=tuple(
            f"{_asset(each)} has {_left(each)} kVA left, {kva(-rounded_down(each.after_kva))} kVA too little"
            for each in found.chain
            if each.after_kva < 0
        ),
        bottleneck_id=found.bottleneck_id,
        margin_kva=found.margin_kva,
        fits_kva=found.fits_kva,
    )


def _left(margin: Margin) -> str:
    return kva(rounded_down(margin.before_kva))


def _asset(margin: Margin) -> str:
    name = "" if margin.name in {None, margin.asset_id} else f" {margin.name}"
    return f"{LEVEL_WORDS[margin.level][1]} {margin.asset_id}{name}"
