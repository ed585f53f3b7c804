"""Which system a text names, what is refused, and the way to WGS 84."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from numpy.testing import assert_allclose
from pyproj import CRS, Transformer

from gis.crs import read_crs
from gis.datum import bd09_to_wgs84, gcj02_to_wgs84
from gis.errors import CrsError
from gis.gauss_kruger import GaussKrugerZone, prefix_of, zone_of_epsg

PRJ = Path(__file__).parents[2].parent / "shared/data/cases/wuhan/feeders.prj"
CGCS2000 = (
    'GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,'
    '298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
XIAN_1980 = (
    'GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",SPHEROID["Xian_1980",6378140.0,298.257]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
BEIJING_1954 = (
    'GEOGCS["GCS_Beijing_1954",DATUM["D_Beijing_1954",SPHEROID["Krasovsky_1940",6378245.0,298.3]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
NEW_BEIJING = BEIJING_1954.replace("Beijing_1954", "New_Beijing")
NAMELESS_KRASOVSKY = BEIJING_1954.replace("Beijing_1954", "City")


def plane(
    name: str, geographic: str, easting_m: float, meridian_deg: float, method: str = "Gauss_Kruger"
) -> str:
    """Return a plane as ESRI's files write it."""
    return (
        f'PROJCS["{name}",{geographic},PROJECTION["{method}"],PARAMETER["False_Easting",{easting_m}],'
        f'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",{meridian_deg}],'
        'PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (4547, "EPSG:4547"),
        ("4547", "EPSG:4547"),
        (" epsg:4547 ", "EPSG:4547"),
        ("urn:ogc:def:crs:EPSG::4547", "EPSG:4547"),
        ("EPSG:4547+5773", "EPSG:4547"),
        ("EPSG:4979", "EPSG:4326"),
        ("WGS84", "EPSG:4326"),
        ("CGCS2000", "EPSG:4490"),
        ("2000国家大地坐标系", "EPSG:4490"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "OGC:CRS84"),
        (CGCS2000, "EPSG:4490"),
        (plane("CGCS2000_3_Degree_GK_CM_114E", CGCS2000, 500000.0, 114.0), "EPSG:4547"),
        (plane("CGCS2000_3_Degree_GK_Zone_38", CGCS2000, 38500000.0, 114.0), "EPSG:4526"),
        (plane("CGCS2000_GK_CM_117E", CGCS2000, 500000.0, 117.0), "EPSG:4509"),
        (plane("CGCS2000_GK_Zone_20", CGCS2000, 20500000.0, 117.0), "EPSG:4498"),
        (plane("a city's own name", CGCS2000, 500000.0, 114.0), "EPSG:4547"),
        (CRS(4547).to_wkt("WKT1_GDAL"), "EPSG:4547"),
        (CRS(4526).to_wkt("WKT1_GDAL"), "EPSG:4526"),
        (CRS(4547).to_wkt("WKT1_ESRI"), "EPSG:4547"),
        (CRS(4547).to_wkt(), "EPSG:4547"),
        (json.dumps(CRS(4547).to_json_dict()), "EPSG:4547"),
        ("EPSG:32650", "EPSG:32650"),
        ("EPSG:27700", "EPSG:27700"),
    ],
)
def test_identifies_what_files_and_users_say(text: str | int, code: str) -> None:
    assert read_crs(text).authority_code == code


def test_identifies_the_shapefile_of_the_city_case() -> None:
    if not PRJ.exists():
        pytest.skip("the city case is not beside the checkout")
    source = read_crs(PRJ.read_text())
    assert source.authority_code == "EPSG:4547"
    assert source.zone == GaussKrugerZone(38, prefixed=False)


@pytest.mark.parametrize(
    ("text", "shift"),
    [
        ("gcj02", "gcj02"),
        ("GCJ-02", "gcj02"),
        ("GCJ02", "gcj02"),
        ("火星坐标系", "gcj02"),
        ("国测局坐标", "gcj02"),
        ("bd09", "bd09"),
        ("BD-09", "bd09"),
        ("百度坐标", "bd09"),
        (CGCS2000.replace("GCS_China_Geodetic_Coordinate_System_2000", "GCJ-02"), "gcj02"),
    ],
)
def test_knows_the_shifted_datums_by_their_names(text: str, shift: str) -> None:
    source = read_crs(text)
    assert (source.datum_shift, source.kind, source.label) == (shift, "geographic", shift)


@pytest.mark.parametrize(
    "text",
    [
        "EPSG:4610",
        "EPSG:2362",
        "EPSG:4214",
        "EPSG:2431",
        "EPSG:4555",
        "西安80",
        "北京54坐标系",
        XIAN_1980,
        BEIJING_1954,
        NEW_BEIJING,
        plane("Xian_1980_3_Degree_GK_Zone_38", XIAN_1980, 38500000.0, 114.0),
        plane("a city's own name", BEIJING_1954, 0.0, 114.3),
        plane("a city's own name", NAMELESS_KRASOVSKY, 0.0, 114.3),
        "+proj=tmerc +lon_0=114 +x_0=500000 +ellps=IAU76",
        "+proj=tmerc +lon_0=114 +x_0=500000 +ellps=IAU76 +towgs84=0,0,0",
    ],
)
def test_refuses_what_proj_would_shift_by_nothing(text: str) -> None:
    with pytest.raises(CrsError, match="shift it by nothing") as caught:
        read_crs(text)
    assert "+towgs84" in caught.value.repair
    assert "surveying office" in caught.value.repair


@pytest.mark.parametrize(
    "text",
    [
        "+proj=tmerc +lon_0=114 +k=1 +x_0=500000 +ellps=IAU76 +units=m +towgs84=24,-123,-94,0.1,0.2,0.3,1.1",
        plane(
            "Xian 80 with parameters",
            XIAN_1980.replace("298.257]", "298.257],TOWGS84[24,-123,-94,0.1,0.2,0.3,1.1]"),
            500000.0,
            114.0,
            "Transverse_Mercator",
        ),
    ],
)
def test_takes_an_old_datum_with_its_parameters_and_applies_them(text: str) -> None:
    source = read_crs(text)
    lon, lat = source.to_wgs84([500_000.0], [3_390_000.0])
    bare_lon, bare_lat = Transformer.from_crs(4547, 4326, always_xy=True).transform(500_000.0, 3_390_000.0)
    shift_m = np.hypot((lon[0] - bare_lon) * np.cos(np.radians(bare_lat)), lat[0] - bare_lat) * 111_320
    assert 20 < shift_m < 200
    assert source.authority_code is None
    assert source.kind == "projected"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "No coordinate reference system"),
        ("nonsense", "'nonsense' is no"),
        ("EPSG:999999", "is no coordinate"),
        ("PROJCS[", "is no coordinate"),
        ("EPSG:4479", "no longitude and latitude"),
        ("EPSG:5773", "no longitude and latitude"),
        ('LOCAL_CS["site",UNIT["metre",1]]', "no longitude and latitude"),
        (
            'ENGCRS["x",EDATUM["d"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT["metre",1]]',
            "no longitude and latitude",
        ),
    ],
)
def test_refuses_what_is_no_place_on_earth(text: str, words: str) -> None:
    with pytest.raises(CrsError, match=words) as caught:
        read_crs(text)
    assert "--crs" in caught.value.repair


def test_takes_no_guess_for_the_authority_of_a_city_grid() -> None:
    source = read_crs(plane("Wuhan_2000", CGCS2000, 800000.0, 114.3333333))
    assert source.authority_code is None
    assert source.label == "Wuhan_2000"
    assert source.area is not None
    assert_allclose(source.area[::2], [112.8333333, 115.8333333])
    assert read_crs("+proj=utm +zone=50 +ellps=GRS80").authority_code is None


def test_cgcs2000_comes_to_wgs84_unchanged() -> None:
    lon, lat = read_crs("EPSG:4490").to_wgs84([114.3], [30.5])
    assert (lon[0], lat[0]) == (114.3, 30.5)


def test_easting_and_longitude_come_first_whatever_the_authority_says() -> None:
    lon, lat = read_crs("EPSG:4547").to_wgs84([528_000.0], [3_390_000.0])
    assert_allclose([lon[0], lat[0]], [114.2915, 30.6294], atol=1e-3)
    assert_allclose(np.ravel(read_crs("EPSG:4326").to_wgs84([114.3], [30.5])), [114.3, 30.5])


def test_shifted_datums_are_converted() -> None:
    for text, convert in (("gcj02", gcj02_to_wgs84), ("bd09", bd09_to_wgs84)):
        assert_allclose(read_crs(text).to_wgs84([114.3], [30.5]), convert([114.3], [30.5]), atol=0)


def test_what_is_no_place_comes_back_as_nan_beside_what_is() -> None:
    lon, lat = read_crs("EPSG:4326").to_wgs84([114.3, 30.5, np.nan, 500_000.0], [30.5, 114.3, 30.5, 3e6])
    assert_allclose(lon, [114.3, np.nan, np.nan, np.nan])
    assert_allclose(lat, [30.5, np.nan, np.nan, np.nan])
    lon, _ = read_crs("EPSG:4547").to_wgs84([500_000.0, np.inf, 1e300], [3.39e6, 3.39e6, 3.39e6])
    assert_allclose(lon, [114.0, np.nan, np.nan])


def test_geometries_move_with_all_their_coordinates_and_without_heights() -> None:
    line = shapely.LineString([(528_000.0, 3_390_000.0, 20.0), (529_000.0, 3_391_000.0, 21.0)])
    moved = read_crs("EPSG:4547").geometries_to_wgs84(np.array([line, None], dtype=object))
    assert moved[1] is None
    assert not shapely.has_z(moved[0])
    assert_allclose(shapely.get_coordinates(moved[0])[0], [114.2915, 30.6294], atol=1e-3)


def test_zone_codes_agree_with_the_registry() -> None:
    codes = range(4491, 4555)
    for code in codes:
        zone = zone_of_epsg(code)
        assert zone is not None
        assert zone.epsg == code
        operation = CRS.from_epsg(code).coordinate_operation
        assert operation is not None
        values = {parameter.name: float(parameter.value) for parameter in operation.params}
        assert values["Longitude of natural origin"] == zone.central_meridian_deg
        assert values["False easting"] == 500_000 + (zone.number * 1e6 if zone.prefixed else 0)
        assert ("3-degree" in CRS.from_epsg(code).name) is (zone.width_deg == 3)
    assert zone_of_epsg(4490) is None
    assert zone_of_epsg(4555) is None


def test_prefix_is_the_number_of_a_zone_or_none() -> None:
    eastings = np.array(
        [500_000.0, 38_500_000.0, 19_400_000.0, 3_390_000.0, 24_500_000.0, -5.0, np.nan, 1e12]
    )
    assert prefix_of(eastings).tolist() == [0, 38, 19, -1, -1, -1, -1, -1]
