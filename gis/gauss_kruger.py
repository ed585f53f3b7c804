"""The numbered Gauss-Kruger zones of CGCS2000 (高斯-克吕格分带) and their EPSG codes.

China numbers its 6-degree zones 13-23 and its 3-degree zones 25-45, so a number tells the width as well. A
zone has two codes: in one the easting carries the number in front (38,500,000 m), in the other it does not
(500,000 m).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

CHINA_BOUNDS: Final = (73.0, 3.0, 136.0, 54.0)
"""West, south, east, north of China with its seas, degrees."""

PREFIX_M: Final = 1e6
"""What one unit of the zone's number adds to the easting, metres."""

SIX_DEGREE: Final = range(13, 24)
THREE_DEGREE: Final = range(25, 46)
# First EPSG code of each series, whether its easting is prefixed, and the zones it counts through.
_SERIES: Final = (
    (4491, True, SIX_DEGREE),
    (4502, False, SIX_DEGREE),
    (4513, True, THREE_DEGREE),
    (4534, False, THREE_DEGREE),
)


@dataclass(frozen=True, slots=True)
class GaussKrugerZone:
    """One numbered zone of CGCS2000.

    Attributes
    ----------
    number
        13-23 for a 6-degree zone, 25-45 for a 3-degree zone (带号).
    prefixed
        Whether the easting carries the number.
    """

    number: int
    prefixed: bool

    @property
    def width_deg(self) -> int:
        """Degrees of longitude the zone is wide, 3 or 6."""
        return 6 if self.number in SIX_DEGREE else 3

    @property
    def central_meridian_deg(self) -> int:
        """The central meridian (中央子午线) in degrees east."""
        return 6 * self.number - 3 if self.number in SIX_DEGREE else 3 * self.number

    @property
    def epsg(self) -> int:
        """The EPSG code, 4491-4554."""
        return next(
            first + numbers.index(self.number)
            for first, prefixed, numbers in _SERIES
            if prefixed is self.prefixed and self.number in numbers
        )


def zone_of_epsg(epsg: int) -> GaussKrugerZone | None:
    """Return the zone that an EPSG code means, None for any other code."""
    for first, prefixed, numbers in _SERIES:
        if 0 <= epsg - first < len(numbers):
            return GaussKrugerZone(numbers[epsg - first], prefixed)
    return None


def prefix_of(easting_m: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the zone number in front of each easting, shape (n,).

    0 where there is none (0 to 1,000,000 m), -1 where the number is no zone's or the easting is not finite.
    """
    finite = np.where(np.isfinite(easting_m), easting_m, -1.0)
    number = np.floor(np.clip(finite, -PREFIX_M, 99 * PREFIX_M) / PREFIX_M).astype(np.int64)
    return np.where(np.isin(number, [0, *SIX_DEGREE, *THREE_DEGREE]), number, -1)
