"""The checks of a grid (数据核查): named findings that say what, where and how to repair.

``CHECKS`` is the one table of all checks; each stands in a module of ``gis.network.checks``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from gis.findings import Finding, in_order
from gis.network.checks import (
    claims,
    extent,
    figures,
    frontage,
    parcels,
    pieces,
    placement,
    published,
    reading_dates,
    records,
    references,
    road_network,
    roads,
)
from gis.network.checks.model import Check
from gis.network.checks.parameters import CheckParameters
from gis.network.checks.subject import Subject
from gis.network.model import Grid

_MODULES = (
    records,
    references,
    figures,
    published,
    reading_dates,
    claims,
    extent,
    placement,
    pieces,
    roads,
    road_network,
    parcels,
    frontage,
)

CHECKS: Final[Mapping[str, Check]] = MappingProxyType(
    {each.name: each for module in _MODULES for each in module.CHECKS}
)
"""Every check by its name."""

DEFAULT_PARAMETERS: Final = CheckParameters()


def check(grid: Grid, on: date, parameters: CheckParameters = DEFAULT_PARAMETERS) -> list[Finding]:
    """Return every finding of every check, errors first, then by check, layer and id.

    Parameters
    ----------
    grid
        The grid as stored; it is not changed.
    on
        The day asked: readings and claims are judged as of then.
    parameters
        The thresholds.
    """
    subject = Subject(grid, on, parameters)
    found = [finding for each in CHECKS.values() for finding in each(subject)]
    return list(in_order(sorted(found, key=lambda finding: finding.message)))
