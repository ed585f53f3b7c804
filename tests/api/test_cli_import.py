"""``kaimen import``: what goes in, what is answered, what is kept."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
import shapely

CONTRACT = {
    "layer",
    "rows_read",
    "rows_written",
    "rows_rejected",
    "crs",
    "encoding",
    "batch_id",
    "findings",
}
FINDING = {"check", "severity", "layer", "id", "message", "repair", "lon", "lat"}
HEADER = "台区编号,lon,lat,额定容量(kVA),所属线路"
LINE = shapely.LineString([(120, 31), (120.01, 31)])


@pytest.fixture
def transformers(table: Any) -> Any:
    """Write transformers by their ids: ``transformers("a.csv", "T1", "T2")``."""

    def write(name: str, *ids: str, kva: int = 400) -> Path:
        path: Path = table(name, HEADER, *(f"{each},120.0{n},31,{kva},x" for n, each in enumerate(ids)))
        return path

    return write


@pytest.fixture
def bring(kaimen: Any) -> Any:
    """Import transformers and give the answer's JSON."""

    def run(*arguments: object) -> Any:
        answer = kaimen("import", "transformers", *arguments, "--crs", "EPSG:4326", "--json")
        assert (answer.code, answer.err.strip()) == (0, "")
        return answer.json

    return run


def feeder(name: str, **properties: Any) -> tuple[dict[str, Any], shapely.Geometry]:
    return {"线路名称": name, "变电站": "东站", "电压等级": "10kV"} | properties, LINE


def test_the_answer_has_the_fields_of_the_contract(bring: Any, transformers: Any) -> None:
    told = bring(transformers("a.csv", "T1", "T1", "T2"))
    assert set(told) >= CONTRACT
    counts = (told["layer"], told["rows_read"], told["rows_written"], told["rows_rejected"])
    assert counts == ("transformers", 3, 2, 1)
    assert (told["crs"], told["encoding"]) == ("EPSG:4326", "UTF-8")
    assert isinstance(told["batch_id"], int)
    assert {"id_repeated", "referred_layer_empty"} <= {each["check"] for each in told["findings"]}
    for finding in told["findings"]:
        assert set(finding) == FINDING
        assert finding["severity"] in {"error", "warning"}
        assert finding["message"]
        assert finding["repair"]


def test_a_dry_run_does_everything_and_keeps_nothing(bring: Any, transformers: Any) -> None:
    path = transformers("a.csv", "T1", "T2")
    tried = bring(path, "--dry-run")
    assert tried["batch_id"] is None
    assert tried["rows_inserted"] == 2
    done = bring(path)
    assert done["rows_inserted"] == 2
    assert done["findings"] == tried["findings"]


def test_replace_deletes_what_is_gone(bring: Any, transformers: Any) -> None:
    bring(transformers("a.csv", "T1", "T2", "T3"))
    kept = bring(transformers("b.csv", "T1"))
    assert (kept["rows_unchanged"], kept["rows_deleted"]) == (1, 0)
    replaced = bring(transformers("c.csv", "T1", kva=500), "--replace")
    assert (replaced["rows_updated"], replaced["rows_deleted"]) == (1, 2)


def test_roads_imported_again_as_the_check_suggests_are_built_anew(kaimen: Any, drawn: Any) -> None:
    ways = {
        "东街": [(0, 0), (0, 4)],
        "北街": [(0, 4), (4, 4)],
        "西街": [(4, 4), (4, 0)],
        "南街": [(4, 0), (0, 0)],
        "高架路": [(2, -3), (2, 7)],
    }
    lines = {
        name: shapely.LineString([(120 + x / 1e3, 31 + y / 1e3) for x, y in ways[name]]) for name in ways
    }
    file = drawn("r.geojson", *(({"id": name, "class": "local"}, line) for name, line in lines.items()))
    told = []
    for options in ((), ("--noding", "shared", "--replace"), ("--noding", "shared", "--replace")):
        rows = kaimen("import", "roads", file, *options, "--json").json
        built = kaimen("build", "--json").json
        checks = {each["check"] for each in kaimen("check", "--json").json["findings"]}
        suggested = "roads_shared_noding_suggested" in checks
        told.append((rows["rows_updated"], rows["rows_unchanged"], built["built"], built["edges"], suggested))
    # The elevated road meets the two streets that it crosses; then it does not.
    assert told == [(0, 0, True, 9, True), (5, 0, True, 5, False), (0, 5, False, 5, False)]


def test_several_files_are_one_batch_and_all_missing_ones_are_named(
    kaimen: Any, bring: Any, transformers: Any
) -> None:
    one, two = transformers("a.csv", "T1"), transformers("b.csv", "T2")
    assert bring(one, two)["rows_written"] == 2
    told = kaimen("import", "transformers", one, "no.csv", "nor.csv", "--json")
    assert told.error["faults"] == ["no.csv does not exist", "nor.csv does not exist"]


@pytest.mark.parametrize(
    "options",
    [
        ("FILE", "--map", "id=a", "rated_kva=b", "lon=x", "lat=y", "feeder_id==甲线"),
        ("FILE", "--map", "id=a", "--map", "rated_kva=b", "--map", "lon=x", "lat=y", "feeder_id==甲线"),
        ("--map", "id=a", "rated_kva=b", "lon=x", "lat=y", "feeder_id==甲线", "FILE"),
        ("FILE", "--map=id=a", "rated_kva=b", "lon=x", "lat=y", "feeder_id==甲线"),
    ],
)
def test_columns_are_bound_in_any_order_of_the_options(
    bring: Any, table: Any, options: tuple[str, ...]
) -> None:
    path = table("t.csv", "a,b,x,y", "T1,400,120,31")
    told = bring(*(path if option == "FILE" else option for option in options))
    assert told["rows_written"] == 1
    assert {"id": "a", "rated_kva": "b"}.items() <= told["mapping"].items()


def test_a_stated_unit_and_joined_columns(bring: Any, table: Any) -> None:
    path = table("t.csv", "u,v,b,lon,lat,所属线路", "way,7,0.4,120,31,x")
    assert bring(path, "--map", "id=u+v", "rated_mva=b")["mapping"]["id"] == "u+v"


def test_only_the_rows_asked_for(bring: Any, table: Any) -> None:
    rows = [f"T{n},120,31,400,{'甲' if n < 2 else '乙'}" for n in range(5)]
    path = table("t.csv", HEADER, *rows)
    assert bring(path, "--where", "所属线路=甲", "台区编号=T1", "--dry-run")["rows_read"] == 1
    assert bring(path, "--where", "所属线路=乙")["rows_read"] == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("header", [(), ("别名,正名",), ("spelling,meaning",)])
def test_reviewed_spellings_settle_names(
    kaimen: Any, table: Any, drawn: Any, encoding: str, header: tuple[str, ...]
) -> None:
    kaimen("import", "feeders", drawn("f.geojson", feeder("10kV甲线"), feeder("10kV乙线")))
    path = table("c.csv", "线路名称,最大电流(A),限额电流(A)", "甲一回旧称,10,20", "10kV乙线,10,20")
    before = kaimen("import", "capacity", path, "--json").json
    [unknown] = [each for each in before["findings"] if each["check"] == "reference_unknown"]
    assert "甲一回旧称" in unknown["message"]
    aliases = table("aliases.csv", *header, "甲一回旧称,10kV甲线", "", encoding=encoding)
    after = kaimen("import", "capacity", path, "--aliases", aliases, "--json").json
    assert "reference_unknown" not in {each["check"] for each in after["findings"]}
    again = kaimen("import", "capacity", path, "--json").json
    assert "reference_unknown" not in {each["check"] for each in again["findings"]}


def test_an_alias_file_tells_all_its_faults_at_once(kaimen: Any, table: Any) -> None:
    aliases = table("aliases.csv", "甲,A", "乙", "丙,", "甲线,B", "丁\0,C", "甲,A")
    told = kaimen("import", "capacity", aliases, "--aliases", aliases, "--json")
    assert told.code == 1
    assert [fault.split(":")[0] for fault in told.error["faults"]] == ["line 2", "line 3", "line 4", "line 5"]
    assert "'甲线' means 'A' already" in told.error["faults"][2]


def test_an_alias_file_whose_quote_never_ends(kaimen: Any, table: Any) -> None:
    aliases = table("aliases.csv", '"' + "x" * 200_000)
    usual = csv.field_size_limit(131_072)
    try:
        told = kaimen("import", "capacity", aliases, "--aliases", aliases, "--json")
    finally:
        csv.field_size_limit(usual)
    assert told.code == 1
    assert "is no CSV file" in told.error["detail"]


def test_for_people_it_is_told_in_words(kaimen: Any, transformers: Any) -> None:
    told = kaimen("import", "transformers", transformers("a.csv", "T1", "T1"), "--crs", "gcj02")
    assert told.code == 0
    assert "2 rows read, 1 written as batch" in told.out
    assert "id_repeated" in told.out
    assert "2 errors, 0 warnings" in told.err
    dry = kaimen("import", "transformers", transformers("a.csv", "T1"), "--crs", "gcj02", "--dry-run")
    assert "would be written (dry run)" in dry.out


def test_many_findings_are_counted_and_the_first_are_shown(kaimen: Any, table: Any) -> None:
    path = table("t.csv", HEADER, *(f"T{n},120,31,lots,x" for n in range(9)), "T9,120,31,1,x")
    told = kaimen("import", "transformers", path, "--crs", "EPSG:4326")
    assert told.out.count("value_unreadable") == 3
    assert "and 6 more of value_unreadable" in told.err


@pytest.mark.parametrize("hostile", ["[/red]", "\\[/b]", "[bold]x", "[link=file:///etc]y[/link]", "%s {0}"])
def test_marks_in_the_data_are_words_and_no_markup(kaimen: Any, table: Any, hostile: str) -> None:
    path = table("t.csv", HEADER, f"{hostile},120,31,400,x", f"{hostile},120,31,400,x")
    told = kaimen("import", "transformers", path, "--crs", "EPSG:4326")
    assert told.code == 0
    assert hostile in told.out


def test_the_columns_of_a_layer_are_shown_without_a_database(
    run_kaimen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAIMEN_DATABASE_URL", "nonsense")
    shown = run_kaimen("import", "--columns", "feeders")
    assert shown.code == 0
    assert "* voltage_kv" in shown.out
    assert "线路名称" in shown.out
