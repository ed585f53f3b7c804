"""Workbooks: the sheet, the header row, the cells, and files that only look like one."""

from __future__ import annotations

import base64
import datetime as dt
import zipfile
import zlib
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from gis.dictionary.model import layers
from gis.errors import InputError, SourceError
from layers.sources.model import Source
from layers.sources.open import open_source

TRANSFORMERS = layers()["transformers"]
CAPACITY = layers()["capacity"]

XLS = (
    "c-rk)O-NKx6#nj;r_KyIGukL<V1tmUDWnlapp#;`QnZQwj7oF*!O$4o)JDq&+5|<Ll3EBBv@zRM(hs$Zh$d<g1c6hyszrfOk"
    "k0FzGw;!81`d=k@xI4B_nvdlx#zt5`|f)g%byy(T@uFvG{Av`;X-zbOi^-Kj1N?A7+kb+Cndv1M#1Hzfy~ar{k-QnJcc~pac"
    "G#(pAZG!Q`(0UXzT9_2bK{{5<{2b80v{CTqTJI#S&G4&_hC32)!km4}@+J$$6pmq&ubdA{K0`+GNh+-CCK{dBE-76`QvrsYM"
    "~4@+=;_ppv>-Xp9`|I-X$_rFt&LKm*zm?h8kl_u@L-z#c+PYimt&^A!9v*kkx=1b`W9RX+~c^5vB)ko^06dCni?P8!68@=KZ"
    "y48b@kizJF%Y}C0%Q<I&si?e8_IRQy-s5-1e9X4QK|L4%=5Gx!#r$aGQH25v#g1UBjq?6?p=*3Pnq7qa;b9f>=9bR?B0qp3g"
    "b@MSG+lFu6wvi{xDVJyuyi(4WMdhQoXK#La)!N-2JRp)GIVzF|%4&`u22QgD8GEEgUV)Avph_&(3OysOu9R|#P(QsH<>l>#W"
    "?|c~=$w_>a`LlY@H)6ArCdSf=*NzGrO^+;N-B@H#83Ih-vmcdMh9FE+4D1uYE`X9t}rHpR<6v==bg~v-!>wr<}+hA%u~~gIb"
    "M2%e4&qo<KE%^VSTlTz7l<=NzUrcB&QMQFuiGuSZiX<z4%b#W$UJF-Z)=8(@d{yucg?rrbFy*c$xnA#9pV(SY%G2K`X!=Zk#"
    "sRUvR^Q4I4IW*sx*4MutGiXI=7BTQ@HX{4t+n{@0nKl(2u3{I}SSetHJzQn?j<lt*wft@%@gEM>K&mS|)BFJ$Z@?-9Cdc1s+"
    "+Y0qD}+^E#|S+b$;?=7Kp{U_3i^B?>F3E-9K&;"
)
"""A BIFF8 workbook, deflated: a merged title, then id, rated_kva and a date in Chinese headers, two rows."""


def sheet(book: Workbook, title: str, rows: list[list[object]]) -> Worksheet:
    made: Worksheet = book.create_sheet(title)
    for row in rows:
        made.append(row)
    return made


def saved(tmp_path: Path, book: Workbook, name: str = "t.xlsx") -> Path:
    if len(book.sheetnames) > 1:
        del book["Sheet"]
    path = tmp_path / name
    book.save(path)
    return path


def rows(source: Source) -> pd.DataFrame:
    found = pd.concat([chunk.rows for chunk in source.chunks()])
    assert source.row_count == len(found)
    assert tuple(found.columns) == source.columns
    return found


def test_typed_cells_below_a_merged_title(tmp_path: Path) -> None:
    book = Workbook()
    made = sheet(book, "台区", [[], [], [None, "台区编号", "额定容量(kVA)", "更新日期", "是否专线", None]])
    made["B1"] = "2025年台区容量表"
    made.merge_cells("B1:E1")
    made.append([None, " TQ1 ", 400.0, dt.date(2025, 3, 31), True, None])
    made.append([None, 1001, 315.5, dt.datetime.fromisoformat("2025-03-31T08:30"), False, None])
    made.append([])
    made.append([None, "TQ3", None, dt.time(8, 30), None, None])
    made["C8"] = "=1/0"
    made["B8"] = "TQ4"
    made["D8"] = "#N/A"
    made["D8"].data_type = "e"
    made["H40"].number_format = "0.00"
    source = open_source(saved(tmp_path, book), layer=TRANSFORMERS)
    found = rows(source)
    assert (source.format, source.layer_name, source.encoding) == ("XLSX", "台区", "UTF-8")
    assert source.columns == ("台区编号", "额定容量(kVA)", "更新日期", "是否专线")
    assert found.index.tolist() == [4, 5, 7, 8]
    assert found["台区编号"].tolist() == ["TQ1", 1001, "TQ3", "TQ4"]
    assert found["额定容量(kVA)"].dtype == float
    assert found["更新日期"].tolist() == ["2025-03-31", "2025-03-31 08:30:00", "08:30:00", None]
    assert found["是否专线"].tolist() == [True, False, None, None]


def test_whole_numbers_stay_whole(tmp_path: Path) -> None:
    book = Workbook()
    sheet(book, "a", [["线路名称", "limit_a"], [101, 400], [102, 410]])
    found = rows(open_source(saved(tmp_path, book), layer=CAPACITY))
    assert found.dtypes.astype(str).tolist() == ["int64", "int64"]


def test_a_row_of_zeros_is_a_row(tmp_path: Path) -> None:
    book = Workbook()
    sheet(book, "a", [["peak_a", "flagged"], [0, False], [None, None], [1, True]])
    assert rows(open_source(saved(tmp_path, book), layer=CAPACITY)).index.tolist() == [2, 4]


def test_cells_merged_over_rows_count_in_each(tmp_path: Path) -> None:
    book = Workbook()
    data: list[list[object]] = [
        ["变电站", "线路名称"],
        ["甲站", "一线"],
        [None, "二线"],
        [None, None],
        ["乙站", "三线"],
    ]
    made = sheet(book, "a", data)
    made.merge_cells("A2:A4")
    found = rows(open_source(saved(tmp_path, book), layer=CAPACITY))
    assert found["变电站"].tolist() == ["甲站", "甲站", "乙站"]


def test_the_sheet_that_fits_is_chosen(tmp_path: Path) -> None:
    book = Workbook()
    sheet(book, "说明", [["填表说明"], ["请填写"]])
    sheet(book, "读数", [["线路名称", "限额电流(A)", "最大电流(A)"], ["甲线", 400, 300]])
    sheet(book, "联系人", [["名称", "电话"], ["张三", "1"]])
    sheet(book, "空", [])
    sheet(book, "旧读数", [["线路名称", "限额电流(A)", "最大电流(A)"]]).sheet_state = "hidden"
    path = saved(tmp_path, book)
    assert open_source(path, layer=CAPACITY).layer_name == "读数"
    assert open_source(path, layer=CAPACITY, layer_name="旧读数").row_count == 0
    with pytest.raises(InputError, match="has no sheet '新'") as caught:
        open_source(path, layer=CAPACITY, layer_name="新")
    assert caught.value.faults == ("说明", "读数", "联系人")
    with pytest.raises(SourceError, match="sheet 空 is empty"):
        open_source(path, layer=CAPACITY, layer_name="空")


def test_sheets_that_fit_equally_well_are_asked_about(tmp_path: Path) -> None:
    book = Workbook()
    for month in ("一月", "二月"):
        sheet(book, month, [["线路名称", "限额电流(A)"], ["甲线", 400]])
    with pytest.raises(InputError) as caught:
        open_source(saved(tmp_path, book), layer=CAPACITY)
    assert caught.value.faults == ("一月", "二月")
    assert "--layer" in caught.value.repair


def test_coordinates_of_a_sheet(tmp_path: Path) -> None:
    book = Workbook()
    sheet(book, "a", [["台区编号", "经度", "纬度", "坐标系"], ["T1", 114.25, "30.5", "GCJ02"]])
    source = open_source(saved(tmp_path, book), layer=TRANSFORMERS)
    chunk = next(source.chunks())
    assert (source.columns, source.crs) == (("台区编号",), "gcj02")
    assert chunk.geometry is not None
    assert (chunk.geometry[0].x, chunk.geometry[0].y) == (114.25, 30.5)


def test_old_workbooks_are_read(tmp_path: Path) -> None:
    path = tmp_path / "t.xls"
    path.write_bytes(zlib.decompress(base64.b85decode(XLS)))
    source = open_source(path, layer=TRANSFORMERS)
    assert source.format == "XLS"
    assert rows(source).to_dict("index") == {
        3: {"台区编号": "TQ1", "额定容量(kVA)": 400.0, "更新日期": "2025-03-31"},
        4: {"台区编号": 1001, "额定容量(kVA)": 315.5, "更新日期": None},
    }


def test_content_counts_not_the_suffix(tmp_path: Path) -> None:
    book = Workbook()
    sheet(book, "a", [["线路名称", "limit_a"], ["甲线", 400]])
    assert open_source(saved(tmp_path, book, "t.xls"), layer=CAPACITY).format == "XLSX"


def _zip(tmp_path: Path) -> bytes:
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a.txt", "x")
    return (tmp_path / "other.zip").read_bytes()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<html><table><tr><td>1</td></tr></table></html>", "web page"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?><Workbook/>", "web page or XML"),
        (b"a,b\n1,2\n", "delimited text"),
        (b"\x00\x01garbage" * 50, "damaged or no workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000), "damaged or no workbook"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "locked by a password",
        ),
        (None, "damaged or no workbook"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, data: bytes | None, words: str) -> None:
    path = tmp_path / "t.xls"
    path.write_bytes(_zip(tmp_path) if data is None else data)
    with pytest.raises(SourceError, match=words):
        open_source(path, layer=CAPACITY)


def test_a_workbook_cut_short_is_refused(tmp_path: Path) -> None:
    book = Workbook()
    sheet(book, "a", [["线路名称", "limit_a"], ["甲线", 400]])
    path = saved(tmp_path, book)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(SourceError, match="damaged"):
        open_source(path, layer=CAPACITY)


def test_a_workbook_without_a_filled_cell_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="empty"):
        open_source(saved(tmp_path, Workbook()), layer=CAPACITY)


def test_formulas_without_result_and_error_cells_are_told(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "读数"
    for row in (["线路名称", "限额电流(A)", "最大电流(A)"], ["甲", "=100*4", "#DIV/0!"], ["乙", 400, 200]):
        sheet.append(row)
    path = tmp_path / "f.xlsx"
    book.save(path)
    source = open_source(path, layer=layers()["capacity"])
    found = {finding.check: finding.message for finding in source.findings}
    assert "B2 " in found["cell_formula_without_result"]
    assert "C2 " in found["cell_error"]
    assert "B3" not in str(found)
