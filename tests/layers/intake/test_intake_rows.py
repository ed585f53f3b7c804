"""Awkward rows: ids, nulls, geometry, units, coordinates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely

from gis.datum import wgs84_to_gcj02
from gis.errors import CrsError, InputError, MappingError
from gis.findings import Severity

LINES = [shapely.LineString([(120 + n / 1000, 31), (120 + n / 1000, 31.001)]) for n in range(6)]
POINTS = [shapely.Point(120 + n / 1000, 31) for n in range(6)]


def test_without_an_id_the_name_is_the_id_and_the_substation_tells_twins_apart(
    bring: Any, ask: Any, write: Any
) -> None:
    path = write(
        "f.gpkg",
        {
            "线路名称": ["１０KV甲线", "10kV乙线", "10kV乙 线"],
            "变电站": ["东站", "东站", "西站"],
            "电压等级": ["10kV"] * 3,
        },
        LINES[:3],
    )
    bring("feeders", path)
    assert ask("select id, name, voltage_kv from grid.feeders order by 1") == [
        ("10kV甲", "１０KV甲线", 10.0),
        ("东站/10kV乙", "10kV乙线", 10.0),
        ("西站/10kV乙", "10kV乙 线", 10.0),
    ]


def test_a_row_without_id_and_name_has_an_id_of_its_content_wherever_it_stands(
    bring: Any, ask: Any, write: Any
) -> None:
    bring("roads", write("r.gpkg", {"class": ["primary", "local"]}, LINES[:2]))
    first = ask("select id, class from grid.roads order by 1")
    again = bring(
        "roads", write("q.gpkg", {"class": ["local", "primary"]}, [LINES[1], LINES[0]]), replace=True
    )
    assert ask("select id, class from grid.roads order by 1") == first
    assert again.total.unchanged == 2


def test_the_first_row_of_an_id_is_kept_and_the_rest_told(
    bring: Any, ask: Any, write: Any, checks: Any
) -> None:
    result = bring(
        "roads", write("r.gpkg", {"id": ["R", "R", "S"], "class": ["primary", "local", "local"]}, LINES[:3])
    )
    assert result.total.rejected == 1
    assert "row 2" in checks(result)["id_repeated"][0]
    assert "row 1" in checks(result)["id_repeated"][0]
    assert ask("select class from grid.roads where id = 'R'") == [("primary",)]


def test_an_id_stands_for_one_asset_over_all_levels(bring: Any, ask: Any, write: Any, checks: Any) -> None:
    bring("substations", write("s.gpkg", {"id": ["A"], "name": ["东站"], "voltage_kv": [110.0]}, POINTS[:1]))
    columns = {"id": ["A", "B"], "所属线路": ["x", "x"], "额定容量(kVA)": [400, 400]}
    result = bring("transformers", write("t.gpkg", columns, POINTS[:2]))
    assert result.total.rejected == 1
    assert "substation" in checks(result)["asset_id_clash"][0]
    assert ask("select id, level from grid.assets order by 1") == [("A", "substation"), ("B", "transformer")]


def test_a_null_in_a_required_column_is_told_and_the_row_stays(
    bring: Any, ask: Any, write: Any, checks: Any
) -> None:
    columns = {"id": ["T1", "T2"], "所属线路": ["x", None], "额定容量(kVA)": [None, 400.0]}
    result = bring("transformers", write("t.gpkg", columns, POINTS[:2]))
    assert result.total.written == 2
    told = [each for each in result.findings if each.check == "required_value_missing"]
    assert [(each.id, each.message.split()[2]) for each in told] == [("T1", "rated_kva"), ("T2", "feeder_id")]


def test_geometry_that_cannot_be_kept_is_told_row_by_row(bring: Any, write: Any, checks: Any) -> None:
    bow_tie = shapely.Polygon([(120, 31), (120.01, 31.01), (120.01, 31), (120, 31.01)])
    flat = shapely.Polygon([(120, 31), (120.1, 31), (120.2, 31)])
    path = write("p.gpkg", {"id": ["tie", "flat", "none"]}, [bow_tie, flat, None])
    result = bring("parcels", path)
    found = checks(result)
    assert (result.total.written, result.total.rejected) == (1, 2)
    assert "geometry_repaired" in found
    assert "geometry_collapsed" in found
    assert "geometry_missing" in found


def test_a_column_without_unit_is_refused_and_stating_the_field_settles_it(
    bring: Any, ask: Any, write: Any
) -> None:
    path = write(
        "t.csv", {"台区编号": ["T1"], "lon": [120], "lat": [31], "额定容量": [400], "所属线路": ["x"]}
    )
    with pytest.raises(InputError) as caught:
        bring("transformers", path, crs="EPSG:4326")
    assert any("额定容量" in fault and "no unit" in fault for fault in caught.value.faults)
    bring("transformers", path, crs="EPSG:4326", stated={"rated_mva": "额定容量"})
    assert ask("select rated_kva from grid.transformers") == [(400_000.0,)]


def test_rows_whose_unit_is_missing_are_left_out_and_the_others_stay(
    bring: Any, ask: Any, write: Any, checks: Any
) -> None:
    columns = {"台区编号": ["T1", "T2"], "lon": [120, 120], "lat": [31, 31.1], "额定容量": ["400kVA", "315"]}
    result = bring("transformers", write("t.csv", columns | {"所属线路": ["x", "x"]}), crs="EPSG:4326")
    assert result.total.rejected == 1
    [told] = [each for each in result.findings if each.check == "unit_unknown"]
    assert (told.id, told.message[:6]) == ("T2", "row 3:")
    assert ask("select id from grid.transformers") == [("T1",)]


def test_kwh_over_a_capacity_is_a_warning_that_names_the_assumption(
    bring: Any, ask: Any, write: Any, checks: Any
) -> None:
    path = write("c.csv", {"线路名称": ["10kV甲线"], "可开放容量(kWh)": [24.6]})
    assert "kVA" in checks(bring("capacity", path))["energy_unit_assumed_power"][0]
    assert ask("select published_kva from grid.capacity") == [(24.6,)]
    stated = bring("capacity", path, stated={"published_kva": "可开放容量(kWh)"})
    assert "energy_unit_assumed_power" not in checks(stated)


def test_without_a_coordinate_system_nothing_is_read(bring: Any, write: Any) -> None:
    path = write(
        "t.csv", {"台区编号": ["T1"], "经度": [120], "纬度": [31], "额定容量(kVA)": [400], "所属线路": ["x"]}
    )
    with pytest.raises(CrsError, match="does not say"):
        bring("transformers", path)


def test_gcj02_is_converted_on_the_way_in_and_recorded(bring: Any, ask: Any, write: Any) -> None:
    lon, lat = wgs84_to_gcj02(np.array([114.3]), np.array([30.6]))
    path = write(
        "a.csv",
        {
            "设备名称": ["一号柜"],
            "经度": [repr(float(lon[0]))],
            "纬度": [repr(float(lat[0]))],
            "所属线路": ["x"],
            "类型": ["环网柜"],
        },
    )
    bring("access_points", path, crs="gcj02")
    [(x, y)] = ask("select st_x(geom), st_y(geom) from grid.access_points")
    assert abs(x - 114.3) < 1e-8
    assert abs(y - 30.6) < 1e-8
    assert ask("select crs from grid.import_batches") == [("gcj02",)]


def test_gcj02_labelled_as_wgs84_is_suspected_with_the_figure(bring: Any, write: Any, checks: Any) -> None:
    streets = [shapely.LineString([(114 + n * 0.004, 30), (114 + n * 0.004, 30.2)]) for n in range(50)]
    bring("roads", write("r.gpkg", {"id": [f"R{n}" for n in range(50)], "class": ["local"] * 50}, streets))
    rng = np.random.default_rng(5)
    lon, lat = 114 + rng.integers(0, 50, 300) * 0.004 + 0.00002, 30 + rng.random(300) * 0.2
    wrong = wgs84_to_gcj02(lon, lat)
    columns = {"id": [f"T{n}" for n in range(300)], "所属线路": ["x"] * 300, "额定容量(kVA)": [400] * 300}
    right = bring("transformers", write("right.gpkg", columns, shapely.points(lon, lat)), dry_run=True)
    assert "undeclared_datum" not in checks(right)
    result = bring("transformers", write("wrong.gpkg", columns, shapely.points(*wrong)))
    [finding] = [each for each in result.findings if each.check == "undeclared_datum"]
    assert finding.severity is Severity.WARNING
    assert "gcj02" in finding.message
    assert " m)" in finding.message


def test_a_zone_number_in_front_of_the_easting_is_understood(
    bring: Any, ask: Any, write: Any, checks: Any
) -> None:
    plain = write(
        "plain.gpkg", {"id": ["a"]}, [shapely.box(500000, 3.4e6, 500100, 3.4001e6)], crs="EPSG:4547"
    )
    prefixed = write(
        "zone.gpkg", {"id": ["b"]}, [shapely.box(38500000, 3.4e6, 38500100, 3.4001e6)], crs="EPSG:4547"
    )
    bring("parcels", plain)
    assert "zone_prefix" in checks(bring("parcels", prefixed))
    [(same,)] = ask(
        "select st_hausdorffdistance(a.geom, b.geom) < 1e-9 from grid.parcels a, grid.parcels b"
        " where a.id = 'a' and b.id = 'b'"
    )
    assert same


def test_swapped_axes_are_put_right_and_told(bring: Any, ask: Any, write: Any, checks: Any) -> None:
    path = write(
        "s.gpkg", {"id": ["R"], "class": ["local"]}, [shapely.LineString([(31.1, 120.6), (31.2, 120.6)])]
    )
    assert "axes_swapped" in checks(bring("roads", path))
    assert ask("select st_x(st_startpoint(geom)) from grid.roads")[0][0] == pytest.approx(120.6)


def test_a_plane_that_says_degrees_is_refused(bring: Any, write: Any) -> None:
    path = write("p.gpkg", {"id": ["a"]}, [shapely.box(500000, 3.4e6, 500100, 3.4001e6)], crs="EPSG:4326")
    with pytest.raises(CrsError):
        bring("parcels", path)


def test_a_file_of_another_kind_is_refused_with_its_columns(bring: Any, write: Any) -> None:
    with pytest.raises(MappingError, match="does not look like feeders") as caught:
        bring("feeders", write("x.gpkg", {"foo": [1], "bar": [2]}, LINES[:1]))
    assert "foo" in str(caught.value)
    assert len(caught.value.faults) >= 3


def test_columns_nobody_took_are_listed_with_suggestions(bring: Any, write: Any, checks: Any) -> None:
    path = write("r.gpkg", {"id": ["R"], "class": ["local"], "路宽度": [9.0], "备注": ["x"]}, LINES[:1])
    [words] = checks(bring("roads", path))["columns_unmatched"]
    assert "路宽度 (perhaps width_m)" in words
    assert "备注" in words


def test_only_rows_that_agree_are_read(bring: Any, ask: Any, write: Any, checks: Any) -> None:
    roles = {"asset_id": ["a", "b"], "role": ["primary", "secondary"], "peak_a": [1, 2], "备注": ["x", "y"]}
    path = write("c.csv", roles)
    result = bring("capacity", path, where={"role": "primary"})
    [untaken] = checks(result)["columns_unmatched"]
    assert untaken.endswith("that nothing took: 备注")  # the column asked by is not among them
    assert result.total.read == 1
    assert ask("select asset_ref from grid.capacity") == [("a",)]
    with pytest.raises(MappingError, match="rolle"):
        bring("capacity", path, where={"rolle": "primary"})


def test_points_of_a_table_without_coordinates_stand_at_the_substation_of_their_id(
    bring: Any, ask: Any, write: Any, checks: Any
) -> None:
    bring("substations", write("s.gpkg", {"id": ["way/1"], "name": ["x"], "voltage_kv": [11.0]}, POINTS[:1]))
    columns = {
        "osm_type": ["way", "way"],
        "osm_id": [1, 2],
        "feeder_id": ["F", "F"],
        "kind": ["ring_main_unit"] * 2,
    }
    result = bring("access_points", write("a.csv", columns))
    assert ask("select id, st_x(geom) from grid.access_points") == [("way/1", 120.0)]
    assert len(checks(result)["geometry_missing"]) == 1


def test_many_faults_are_counted_and_not_all_told(bring: Any, write: Any) -> None:
    lines = [shapely.LineString([(120 + n / 1e4, 31), (120 + n / 1e4, 31.001)]) for n in range(150)]
    path = write("r.gpkg", {"id": [f"R{n}" for n in range(150)], "class": ["lane"] * 150}, lines)
    told = [each for each in bring("roads", path).findings if each.check == "choice_unknown"]
    assert len(told) == 101
    assert "50 more" in next(each for each in told if each.id is None).message


def test_a_finding_of_a_geometry_says_where(bring: Any, write: Any) -> None:
    tie = shapely.Polygon([(120.5, 31), (120.51, 31.01), (120.51, 31), (120.5, 31.01)])
    [told] = [f for f in bring("parcels", write("p.gpkg", {"id": ["tie"]}, [tie])).findings if f.lon]
    assert (told.check, told.id) == ("geometry_repaired", "tie")
    assert (told.lon, told.lat) == pytest.approx((120.5, 31))


def test_a_name_of_a_second_file_never_replaces_a_thing_of_another_home(
    bring: Any, ask: Any, write: Any
) -> None:
    columns = {"线路名称": ["10kV中山线"], "电压等级": [10]}
    bring("feeders", write("east.gpkg", columns | {"变电站": ["东站"]}, LINES[:1]))
    bring("feeders", write("west.gpkg", columns | {"变电站": ["西站"]}, LINES[1:2]))
    both = {"线路名称": ["10kV中山线"] * 2, "电压等级": [10, 10], "变电站": ["西站", "东 站"]}
    bring("feeders", write("both.gpkg", both, [LINES[1], LINES[0]]))
    assert ask("select id, substation_ref from grid.feeders order by 1") == [
        ("10kV中山", "东 站"),
        ("西站/10kV中山", "西站"),
    ]


def test_a_corrected_reading_of_the_same_day_takes_the_place_of_the_first(
    bring: Any, ask: Any, write: Any
) -> None:
    columns = {"线路名称": ["甲", "甲"], "更新日期": ["2026-09-30", "2026-06-30"]}
    bring("capacity", write("one.csv", columns | {"最大电流(A)": [100, 90]}))
    result = bring("capacity", write("two.csv", columns | {"最大电流(A)": [120, 90]}))
    assert (result.total.updated, result.total.unchanged) == (1, 1)
    assert ask("select peak_a from grid.capacity order by 1") == [(90.0,), (120.0,)]


def test_two_readings_of_one_day_are_both_kept(bring: Any, ask: Any, write: Any) -> None:
    columns = {"线路名称": ["甲", "甲"], "更新日期": ["2026-09-30"] * 2, "最大电流(A)": [100, 120]}
    bring("capacity", write("one.csv", columns))
    assert ask("select peak_a from grid.capacity order by 1") == [(100.0,), (120.0,)]


def test_a_file_without_a_column_keeps_what_is_stored_in_it(bring: Any, ask: Any, write: Any) -> None:
    box = [shapely.box(120, 31, 120.01, 31.01)]
    bring("parcels", write("full.gpkg", {"id": ["a"], "far": [2.5], "land_use": ["R2"]}, box))
    bring("parcels", write("part.gpkg", {"id": ["a"], "land_use": ["B1"]}, box))
    assert ask("select far, land_use from grid.parcels") == [(2.5, "B1")]
    bring("parcels", write("whole.gpkg", {"id": ["a"], "land_use": ["B1"]}, box), replace=True)
    assert ask("select far, land_use from grid.parcels") == [(None, "B1")]


def test_replacing_by_a_file_of_another_kind_is_refused(bring: Any, ask: Any, write: Any) -> None:
    columns = {"id": ["T1"], "feeder_id": ["x"]}
    bring("transformers", write("t.gpkg", columns | {"额定容量(kVA)": [400]}, POINTS[:1]))
    with pytest.raises(InputError, match="does not look like it"):
        bring("transformers", write("a.gpkg", {"id": ["A1"], "feeder_id": ["x"]}, POINTS[1:2]), replace=True)
    assert ask("select id from grid.transformers") == [("T1",)]


def test_words_for_nothing_are_no_ids(bring: Any, ask: Any, write: Any, checks: Any) -> None:
    columns = {"id": ["NULL", "-", "R3"], "class": ["local"] * 3}
    assert len(checks(bring("roads", write("r.gpkg", columns, LINES[:3])))["id_missing"]) == 2
    assert ask("select count(*) from grid.roads where id like 'roads~%'") == [(2,)]


def test_a_curve_in_a_table_is_told_and_the_other_rows_are_read(
    bring: Any, tmp_path: Any, checks: Any
) -> None:
    path = tmp_path / "w.csv"
    path.write_text(
        "id;class;wkt\nA;local;LINESTRING (120 31, 120 31.1)\nB;local;CIRCULARSTRING (0 0, 1 1, 2 0)\n"
    )
    result = bring("roads", path, crs="EPSG:4326")
    assert (result.total.written, result.total.rejected) == (1, 1)


def test_a_layer_far_from_everything_else_is_told(bring: Any, write: Any, checks: Any) -> None:
    bring("roads", write("r.gpkg", {"id": ["R"], "class": ["local"]}, LINES[:1]))
    near = write("near.gpkg", {"id": ["a"]}, [shapely.box(120, 31, 120.01, 31.01)])
    assert "far_from_the_rest" not in checks(bring("parcels", near, dry_run=True))
    far = write("far.gpkg", {"id": ["a"]}, [shapely.box(500000, 3.43e6, 500100, 3.4301e6)], crs="EPSG:4547")
    [words] = checks(bring("parcels", far))["far_from_the_rest"]
    assert "574 km" in words
