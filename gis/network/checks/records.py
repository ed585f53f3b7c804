"""Checks of rows as such: what is missing, repeated, empty or assumed (完整性核查)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd

from gis.dictionary.model import ASSET_LEVELS, layers
from gis.findings import Severity
from gis.network.checks.model import Fault, check, faults, layer_fault
from gis.network.checks.subject import Subject, present, rows_where

_ELSEWHERE: Final = frozenset({("roads", "class")})
"""Required columns that a check of their own looks at; references have theirs too."""

_NEEDED: Final[Mapping[str, str]] = {
    "substations": "no feeder can be told its source",
    "feeders": "there is nothing to connect to",
    "roads": "there is no corridor for a route",
    "parcels": "there is nothing to screen",
    "capacity": "the status of every asset is unknown",
}
"""Layer -> what follows from its being empty."""


def _missing(subject: Subject, *, figures: bool) -> Iterator[Fault]:
    for layer, definition in layers().items():
        for field in definition.fields:
            key = (layer, field.name)
            if not field.required or field.type == "reference" or key in _ELSEWHERE:
                continue
            if definition.fails_without(field) is figures:
                yield from _nulls(subject, layer, field.name)


def _nulls(subject: Subject, layer: str, column: str) -> Iterator[Fault]:
    rows = rows_where(subject.missing(layer, column))
    messages = [f"Row {label} of {layer} has no {column}." for label in subject.labels(layer, rows)]
    yield from faults(subject, layer, rows, messages, f"Fill in {column} and import again.")


@check(Severity.ERROR, "缺少必填数值")
def required_value_missing(subject: Subject) -> Iterator[Fault]:
    """Find rows without a required value that open capacity is worked out from."""
    return _missing(subject, figures=True)


@check(Severity.WARNING, "缺少必填信息")
def required_detail_missing(subject: Subject) -> Iterator[Fault]:
    """Find rows without another required value: a name, a kind, a substation's voltage."""
    return _missing(subject, figures=False)


@check(Severity.ERROR, "编号重复")
def id_repeated(subject: Subject) -> Iterator[Fault]:
    """Find ids that stand twice in a layer, or for assets of two levels."""
    for layer in layers():
        if layer not in ASSET_LEVELS:
            yield from _repeated(subject, (layer,))
    yield from _repeated(subject, tuple(ASSET_LEVELS))


def _repeated(subject: Subject, names: tuple[str, ...]) -> Iterator[Fault]:
    ids = np.concatenate([subject.ids(layer) for layer in names])
    where = np.repeat(names, [subject.size(layer) for layer in names])
    table = pd.DataFrame({"id": ids, "layer": where})[present(ids)]
    for thing, group in table[table.duplicated("id", keep=False)].groupby("id"):
        places = group["layer"].value_counts(sort=False).sort_index()
        words = " and ".join(f"{count} rows of {layer}" for layer, count in places.items())
        first = str(places.index[0])
        row = int(subject.rows_of(first, np.array([thing], dtype=object))[0])
        message = f"The id {thing} stands for {words}."
        yield from faults(subject, first, [row], [message], "Give each thing an id of its own.")


@check(Severity.WARNING, "图层为空")
def layer_empty(subject: Subject) -> Iterator[Fault]:
    """Find layers that a screening needs and that are empty."""
    for layer, consequence in _NEEDED.items():
        if not subject.size(layer):
            yield layer_fault(
                layer, f"Layer {layer} is empty: {consequence}.", f"Run kaimen import {layer} FILE."
            )


@check(Severity.WARNING, "未提供接入点")
def access_points_assumed(subject: Subject) -> Iterator[Fault]:
    """Find grids without access points: cables are then tapped at assumed ones."""
    if subject.size("feeders") and not subject.size("access_points"):
        yield layer_fault(
            "access_points",
            "There are no access points: a cable's ends and its points within 20 m of a substation or a "
            "transformer are taken for them, an overhead line may be tapped anywhere.",
            "Import the ring-main units, switching stations, branch boxes and poles.",
        )


@check(Severity.WARNING, "未提供城市道路范围")
def city_roads_assumed(subject: Subject) -> Iterator[Fault]:
    """Find grids that do not tell city roads: every road above a track then counts as one."""
    silent = subject.missing("roads", "city") & (subject.texts("roads", "class") != "track")
    if silent.any() and not subject.size("city_area"):
        yield layer_fault(
            "city_area",
            f"There is no city area: {silent.sum():,} roads above a track count as city roads.",
            "Import layer city_area, or column city of the roads.",
        )


@check(Severity.WARNING, "未提供路宽")
def road_width_assumed(subject: Subject) -> Iterator[Fault]:
    """Find roads without a width: the default width of their class is taken."""
    silent = subject.missing("roads", "width_m")
    if silent.any():
        yield layer_fault(
            "roads",
            f"{silent.sum():,} of {len(silent):,} roads state no width: the width of their class is taken.",
            "Fill in width_m where it is known; routes say where it is assumed.",
        )


@check(Severity.WARNING, "未提供政策辖区")
def jurisdictions_assumed(subject: Subject) -> Iterator[Fault]:
    """Find grids without jurisdictions: the caller has to name one."""
    if subject.size("parcels") and not subject.size("jurisdictions"):
        yield layer_fault(
            "jurisdictions",
            "There are no jurisdictions: no procedure can be decided.",
            "Import layer jurisdictions.",
        )


CHECKS = (
    required_value_missing,
    required_detail_missing,
    id_repeated,
    layer_empty,
    access_points_assumed,
    city_roads_assumed,
    road_width_assumed,
    jurisdictions_assumed,
)
"""Checks of rows as such."""
