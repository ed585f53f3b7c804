"""The coordinate reference system (坐标系) that a file or the user names, and the way from it to WGS 84.

Geometry is kept in EPSG:4326. CGCS2000 goes there unchanged, as EPSG has it; GCJ-02 and BD-09 are converted;
the old Chinese datums are refused without transformation parameters, because PROJ would shift them by nothing
and say nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from gis.coordinates import Pair, each_coordinate, transform
from gis.crs_zone import Bounds, area_of, zone_by_parameters
from gis.datum import bd09_to_wgs84, gcj02_to_wgs84
from gis.errors import CrsError
from gis.gauss_kruger import PREFIX_M, GaussKrugerZone, prefix_of, zone_of_epsg

DatumShift: TypeAlias = Literal["none", "gcj02", "bd09"]

_REPAIR: Final = "Give the system with --crs: EPSG:n, gcj02, bd09, or a PROJ string or WKT with parameters."
_REPAIR_OLD: Final = (
    'Give a system with its parameters, as --crs "+proj=tmerc +lon_0=114 +x_0=500000 +ellps=... '
    '+towgs84=...", or a file that the surveying office has re-projected to CGCS2000.'
)
_SHIFTED: Final[dict[str, DatumShift]] = {
    "gcj02": "gcj02",
    "gcj": "gcj02",
    "火星": "gcj02",
    "国测局": "gcj02",
    "bd09": "bd09",
    "bd09ll": "bd09",
    "百度": "bd09",
}
_PLAIN: Final = {
    "wgs84": "EPSG:4326",
    "cgcs2000": "EPSG:4490",
    "国家2000": "EPSG:4490",
    "2000国家大地": "EPSG:4490",
    "xian80": "EPSG:4610",
    "西安80": "EPSG:4610",
    "西安1980": "EPSG:4610",
    "beijing54": "EPSG:4214",
    "北京54": "EPSG:4214",
    "北京1954": "EPSG:4214",
}
_OLD_DATUM: Final = re.compile(r"xi'?an[ _]?(19)?80|(new[ _]?beijing|beijing[ _]?(19)?54)", re.IGNORECASE)
_EQUIVALENT: Final = 70
"""pyproj's confidence that two systems are the same but for names; below it its codes are guesses."""
_EARTH_DEG: Final = (180.0, 90.0)
_PLANE_AXES: Final = 2
_GEOCENTRIC_FIGURE: Final = (6_378_137.0, 298.257222101)
"""Semi-major axis in metres and inverse flattening of GRS 80."""


@dataclass(frozen=True, slots=True)
class SourceCrs:
    """Where the coordinates of a data set are, and how they come to WGS 84.

    Attributes
    ----------
    name
        As an authority or the file names it.
    authority_code
        As ``"EPSG:4547"``; None where no authority knows the system.
    kind
        Degrees or a plane.
    datum_shift
        The conversion beyond PROJ that the degrees need.
    definition
        What pyproj reads: the code, or well-known text.
    area
        West, south, east, north where the system is meant to be used, degrees; None for the whole Earth.
    zone
        The CGCS2000 Gauss-Kruger zone, where it is one.
    by_prefix
        Each easting names its own zone by its prefix; one without prefix is in ``zone``.
    axes_swapped
        The first coordinate is the northing or the latitude.
    """

    name: str
    authority_code: str | None
    kind: Literal["geographic", "projected"]
    datum_shift: DatumShift
    definition: str
    area: Bounds | None = None
    zone: GaussKrugerZone | None = None
    by_prefix: bool = False
    axes_swapped: bool = False

    @property
    def label(self) -> str:
        """The shortest name that says which system it is: ``gcj02``, ``EPSG:4547`` or the file's own name."""
        return self.authority_code or self.name

    def east_north(self, x: ArrayLike, y: ArrayLike) -> Pair:
        """Return the coordinates with the easting or longitude first, shape (n,)."""
        first, second = (y, x) if self.axes_swapped else (x, y)
        return np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)

    def to_wgs84(self, x: ArrayLike, y: ArrayLike) -> Pair:
        """Return longitude and latitude (EPSG:4326, degrees) of coordinates as the file has them.

        Parameters
        ----------
        x, y
            First and second coordinate, shape (n,).

        Returns
        -------
        Longitudes and latitudes, shape (n,), NaN in both for what is no place on Earth.
        """
        east, north = self.east_north(x, y)
        if self.datum_shift == "gcj02":
            lon, lat = gcj02_to_wgs84(east, north)
        elif self.datum_shift == "bd09":
            lon, lat = bd09_to_wgs84(east, north)
        elif self.by_prefix and self.zone is not None:
            lon, lat = _by_prefix(east, north, self.zone)
        else:
            lon, lat = transform(self.definition, "EPSG:4326", east, north)
        good = (np.abs(lon) <= _EARTH_DEG[0]) & (np.abs(lat) <= _EARTH_DEG[1])
        return np.where(good, lon, np.nan), np.where(good, lat, np.nan)

    def geometries_to_wgs84(self, geometries: ArrayLike) -> NDArray[np.object_]:
        """Return geometries, shape (n,), in degrees (EPSG:4326) without heights; None stays None."""
        return each_coordinate(geometries, self.to_wgs84)


def read_crs(text_or_code: str | int) -> SourceCrs:
    """Identify the system that a file or the user names.

    Parameters
    ----------
    text_or_code
        ``4547``, ``"EPSG:4547"``, ``"gcj02"``, ``"GCJ-02"``, ``"bd09"``, a PROJ string, PROJJSON, or
        well-known text of any kind, ESRI's too. Of a compound system the horizontal part counts.

    Raises
    ------
    CrsError
        The text is no system; the system has no place on Earth; its datum has no known way to WGS 84.
    """
    text = str(text_or_code).strip()
    alias = re.sub(r"[\s_-]|坐标系?|系$", "", text.casefold())
    if alias in _SHIFTED:
        return _shifted(_SHIFTED[alias])
    text = _PLAIN.get(alias, text)
    if not text:
        raise CrsError("No coordinate reference system is named.", repair=_REPAIR)
    try:
        crs = _horizontal(CRS.from_user_input(f"EPSG:{text}" if text.isdigit() else text))
    except ProjError as fault:
        raise CrsError(f"{_shown(text)} is no coordinate reference system.", repair=_REPAIR) from fault
    if not (crs.is_geographic or crs.is_projected):
        raise CrsError(
            f"{_shown(crs.name)} ({crs.type_name}) gives no longitude and latitude.", repair=_REPAIR
        )
    own_name = re.sub(r"[\s_-]", "", crs.name.casefold())
    if crs.is_geographic and own_name in _SHIFTED:
        return _shifted(_SHIFTED[own_name])
    _refuse_silent_shift(crs)
    return _described(crs)


def _shifted(shift: DatumShift) -> SourceCrs:
    return SourceCrs(
        name=shift, authority_code=None, kind="geographic", datum_shift=shift, definition="EPSG:4326"
    )


def _shown(text: str) -> str:
    """Return the text short enough for a message."""
    longest = 60
    return repr(text if len(text) <= longest else f"{text[:longest]}...")


def _horizontal(crs: CRS) -> CRS:
    """Return the system without its heights."""
    if crs.is_compound:
        return _horizontal(crs.sub_crs_list[0])
    # Only where it has heights: to_2d() loses the identity of systems that ESRI names.
    has_heights = (crs.is_geographic or crs.is_projected) and len(crs.axis_info) > _PLANE_AXES
    return crs.to_2d() if has_heights else crs


def _refuse_silent_shift(crs: CRS) -> None:
    """Refuse a datum that PROJ would take to WGS 84 by shifting nothing."""
    parameters = crs.coordinate_operation.towgs84 if crs.is_bound and crs.coordinate_operation else []
    if any(parameters):
        return
    base = crs.source_crs if crs.is_bound and crs.source_crs is not None else crs
    geodetic = base.geodetic_crs
    names = [crs.name] if geodetic is None else [geodetic.name, geodetic.datum.name if geodetic.datum else ""]
    is_old = any(_OLD_DATUM.search(name) for name in names)
    if is_old or not (_is_geocentric(base) or _is_known(base)):
        raise CrsError(
            f"{_shown(crs.name)} lies on the datum {names[-1]!r} and has no transformation parameters: "
            "PROJ would shift it by nothing, in silence, tens to hundreds of metres wrong.",
            repair=_REPAIR_OLD,
        )


def _is_geocentric(crs: CRS) -> bool:
    """Return whether the ellipsoid is that of WGS 84 or CGCS2000, as of the datums within a metre of them."""
    ellipsoid = crs.ellipsoid
    if ellipsoid is None:
        return False
    figure = [ellipsoid.semi_major_metre, ellipsoid.inverse_flattening]
    return bool(np.allclose(figure, _GEOCENTRIC_FIGURE, rtol=1e-7, atol=0.0))


def _is_known(crs: CRS) -> bool:
    """Return whether PROJ knows a transformation to WGS 84 that is no guess."""
    try:
        Transformer.from_crs(crs, "EPSG:4326", allow_ballpark=False)
    except ProjError:
        return False
    return True


def _described(crs: CRS) -> SourceCrs:
    """Return the description, after the authority's own definition where it knows the system."""
    code = _authority_code(crs)
    zone = _zone_by_code(code) if code is not None else zone_by_parameters(crs)
    if zone is not None:
        code = f"EPSG:{zone.epsg}"
    known = crs if code is None else CRS.from_user_input(code)
    return SourceCrs(
        name=known.name,
        authority_code=code,
        kind="projected" if crs.is_projected else "geographic",
        datum_shift="none",
        definition=code or crs.to_wkt(),
        area=area_of(known, zone),
        zone=zone,
    )


def _authority_code(crs: CRS) -> str | None:
    """Return the code of an equivalent system as ``"EPSG:4547"``, none where the datum has no name."""
    if crs.is_bound or crs.datum is None or crs.datum.name.casefold().startswith("unknown"):
        return None
    epsg = crs.to_epsg(_EQUIVALENT)
    authority = crs.to_authority(min_confidence=_EQUIVALENT)
    return f"EPSG:{epsg}" if epsg is not None else ":".join(authority) if authority else None


def _zone_by_code(code: str) -> GaussKrugerZone | None:
    authority, _, number = code.partition(":")
    return zone_of_epsg(int(number)) if authority == "EPSG" else None


def _by_prefix(east: NDArray[np.float64], north: NDArray[np.float64], declared: GaussKrugerZone) -> Pair:
    """Return longitude and latitude of each coordinate by the zone in front of its easting, NaN by none."""
    lon, lat = np.full(east.shape, np.nan), np.full(east.shape, np.nan)
    prefix = prefix_of(east)
    for number in np.unique(prefix[prefix >= 0]).tolist():
        rows = prefix == number
        zone = GaussKrugerZone(number or declared.number, prefixed=False)
        bare = east[rows] - number * PREFIX_M
        lon[rows], lat[rows] = transform(f"EPSG:{zone.epsg}", "EPSG:4326", bare, north[rows])
    return lon, lat
