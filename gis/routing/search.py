"""What is looked for (查找条件), by one parcel and by all of them alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gis.corridors.streets import Flags

_CM: Final = 100


@dataclass(frozen=True, slots=True)
class Search:
    """How many feeders are looked for, how far, and among which.

    Attributes
    ----------
    k
        Number of feeders for each parcel and criterion.
    limit_m
        Longest route; a criterion that weighs metres counts its weighted ones.
    allowed
        Feeders that may be found, shape (feeders,); all where None.
    """

    k: int
    limit_m: float
    allowed: Flags | None = None

    @property
    def limit(self) -> int:
        """The highest cost of a route, weighted centimetres."""
        return round(self.limit_m * _CM)
