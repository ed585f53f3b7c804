"""The check of the utility's own open capacity against ours (公布值核查)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gis.capacity.open_capacity import OpenCapacity, open_capacity
from gis.dictionary.model import ASSET_LEVELS
from gis.figures import figure
from gis.findings import Severity
from gis.network.checks.model import Fault, check, faults
from gis.network.checks.readings import LEVEL_WORDS
from gis.network.checks.subject import Subject
from gis.network.columns import Flags


@check(Severity.WARNING, "公布的可开放容量与计算值不符")
def published_differs(subject: Subject) -> Iterator[Fault]:
    """Find assets whose open capacity as the utility publishes it differs from ours."""
    if subject.missing("capacity", "published_kva").all():
        return
    capacity = open_capacity(subject.grid, subject.on, subject.parameters.capacity)
    rows = np.flatnonzero(capacity.published_differs)
    readings = capacity.readings.newest["published_kva"][rows].tolist()
    alone = _agrees_alone(capacity)
    messages, repairs = [], []
    for row in rows.tolist():
        messages.append(_message(capacity, row))
        repairs.append(_ABOVE if alone[row] else _REPAIR)
    yield from faults(subject, "capacity", readings, messages, repairs)


_REPAIR = "Correct the reading, the limit or what is pending, or ask for a new published figure."

_LEVEL_WORDS = {level: LEVEL_WORDS[layer] for layer, level in ASSET_LEVELS.items()}

_ABOVE = (
    "Ask whether the published figure leaves out what lies above the asset; it agrees with the asset alone."
)


def _agrees_alone(capacity: OpenCapacity) -> Flags:
    """Return where the published figure is what the asset alone has left."""
    alone = np.maximum(0.0, capacity.own_after_kva)
    share = capacity.parameters.published_difference_share * np.fmax(alone, capacity.published_kva)
    difference = np.abs(capacity.published_kva - alone)
    return np.asarray(difference <= np.fmax(share, capacity.parameters.published_difference_kva))


def _message(capacity: OpenCapacity, row: int) -> str:
    thing, name = capacity.ids[row], capacity.assets.names[row]
    who = thing if name is None or name == thing else f"{thing} ({name})"
    least = capacity.bottleneck[row]
    where = "" if least == row else f", with {capacity.ids[least]} as the bottleneck"
    return (
        f"{_LEVEL_WORDS[capacity.level[row]]} {who} has {figure(capacity.effective_kva[row])} kVA open"
        f"{where}, but the utility publishes {figure(capacity.published_kva[row])} kVA."
    )


CHECKS = (published_differs,)
"""The check of published figures."""
