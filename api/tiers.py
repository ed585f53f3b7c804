"""Who asks (访问层级): the tier decides what may be seen."""

from __future__ import annotations

from enum import IntEnum


class Tier(IntEnum):
    """How far a request may look; a higher tier sees all that a lower one does."""

    PUBLIC = 0
    """Anyone: what is published, and nothing else (公众)."""
    PLANNER = 1
    """Grid and land-use planners: live figures and exact assets (规划)."""
    OPERATOR = 2
    """The owner of the data: also claims and operation (运营)."""
