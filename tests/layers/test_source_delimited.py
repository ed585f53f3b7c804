"""Delimited text: encodings, delimiters, header rows, ragged rows and quotes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from gis.dictionary.model import layers
from gis.errors import InputError, SourceError, TextEncodingError
from gis.findings import Severity
from layers.sources import tabular
from layers.sources.model import Source
from layers.sources.open import open_source

CAPACITY = layers()["capacity"]
HEADER = "线路名称,限额电流(A),最大电流(A)"


def opened(tmp_path: Path, data: str | bytes, *, name: str = "t.csv", encoding: str | None = None) -> Source:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return open_source(path, layer=CAPACITY, encoding=encoding)


def rows(source: Source) -> pd.DataFrame:
    chunks = [chunk.rows for chunk in source.chunks()]
    found = pd.concat(chunks) if chunks else pd.DataFrame(columns=list(source.columns))
    assert source.row_count == len(found)
    assert tuple(found.columns) == source.columns
    return found


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("gbk", "GB18030"),
        ("gb18030", "GB18030"),
        ("utf-16", "UTF-16"),
    ],
)
def test_the_encoding_is_found(tmp_path: Path, codec: str, name: str) -> None:
    source = opened(tmp_path, f"{HEADER}\n10kV㙍北洋线,400,\n".encode(codec, errors="replace"))
    assert source.encoding == name
    assert source.columns == ("线路名称", "限额电流(A)", "最大电流(A)")
    first = rows(source).iloc[0]
    assert first["线路名称"].endswith("北洋线")
    assert first["限额电流(A)"] == "400"
    assert first["最大电流(A)"] is None


def test_four_byte_gb18030_is_read(tmp_path: Path) -> None:
    source = opened(tmp_path, f"{HEADER}\n𠮷村线,1,2\n".encode("gb18030"))
    assert rows(source)["线路名称"].tolist() == ["𠮷村线"]


def test_bytes_of_no_encoding_are_refused_with_their_line(tmp_path: Path) -> None:
    with pytest.raises(TextEncodingError, match="UTF-8: line 3 holds the bytes FF 2C") as caught:
        opened(tmp_path, HEADER.encode() + b"\na,1,2\n\xff,1,2\n")
    assert "--encoding" in caught.value.repair


def test_a_stated_encoding_must_fit(tmp_path: Path) -> None:
    with pytest.raises(TextEncodingError, match="not UTF-8 throughout: line 1") as caught:
        opened(tmp_path, f"{HEADER}\n北洋线,1,2\n".encode("gbk"), encoding="utf8")
    assert "gb18030" in caught.value.repair
    with pytest.raises(TextEncodingError, match="'klingon' is no encoding"):
        opened(tmp_path, HEADER, encoding="klingon")


def test_a_stated_encoding_wins_over_what_would_also_fit(tmp_path: Path) -> None:
    source = opened(tmp_path, "name,limit_a\nŻejtun,1\n".encode(), encoding="GBK")
    assert source.encoding == "GBK"
    assert rows(source)["name"].tolist() == ["呕ejtun"]


def test_nul_bytes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="NUL byte in line 2"):
        opened(tmp_path, HEADER.encode() + b"\na\0b,1,2\n")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", " "])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    lines = [("线路名称", "limit_a", "备注"), ("甲线", '"4,16"', '"x;y"'), ("乙线", '"4,8"', '"a,b|c\td"')]
    source = opened(tmp_path, "\r\n".join(delimiter.join(line) for line in lines))
    assert source.columns == ("线路名称", "limit_a", "备注")
    assert rows(source)["limit_a"].tolist() == ["4,16", "4,8"]


def test_excel_s_own_delimiter_line_is_obeyed(tmp_path: Path) -> None:
    source = opened(tmp_path, "sep=;\n线路名称;limit_a\n甲,线;400\n")
    assert rows(source).to_dict("index") == {3: {"线路名称": "甲,线", "limit_a": "400"}}


def test_one_column_is_a_table(tmp_path: Path) -> None:
    assert rows(opened(tmp_path, "线路名称\n甲线\n乙线\n"))["线路名称"].tolist() == ["甲线", "乙线"]


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    data = f'武汉配电网\n\n{HEADER}\n"甲\n线",1,2\n\n,,\n乙线,3,4\n'
    found = rows(opened(tmp_path, data))
    assert found.index.tolist() == [4, 7]
    assert found["线路名称"].tolist() == ["甲\n线", "乙线"]


def test_an_unknown_header_below_a_title_is_found(tmp_path: Path) -> None:
    source = opened(tmp_path, "Report 2025\nfoo,bar,baz\n1,2,3\n")
    assert source.columns == ("foo", "bar", "baz")


def test_stated_columns_find_their_header(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\nkey,amps\nF1,3\n")
    source = open_source(path, layer=CAPACITY, stated={"asset": "key", "peak_a": "amps"})
    assert source.columns == ("key", "amps")


def test_repeated_and_empty_headers_get_names(tmp_path: Path) -> None:
    found = rows(opened(tmp_path, ",name,name,,name_2,\n0,a,b,,c,\n1,d,e,,f,\n"))
    assert list(found.columns) == ["column_1", "name", "name_3", "name_2"]
    assert found.iloc[1].tolist() == ["1", "d", "e", "f"]


def test_ragged_rows_are_told(tmp_path: Path) -> None:
    source = opened(tmp_path, f"{HEADER}\n甲线,1,2\n乙线,3\n丙,线,5,6\n丁线,7,8,,\n")
    found = rows(source)
    assert found["线路名称"].tolist() == ["甲线", "乙线", "丁线"]
    assert found["最大电流(A)"].tolist() == ["2", None, "8"]
    by_severity = {finding.severity: finding for finding in source.findings}
    assert {finding.check for finding in source.findings} == {"row_ragged"}
    assert "rows 4" in by_severity[Severity.ERROR].message
    assert "rows 3" in by_severity[Severity.WARNING].message


def test_an_open_quotation_mark_does_not_swallow_the_rest(tmp_path: Path) -> None:
    lines = "\n".join(f"线{n},{n},{n}" for n in range(200))
    with pytest.raises(SourceError, match="row 3 "):
        opened(tmp_path, f'{HEADER}\n甲线,1,2\n"乙线,3,4\n{lines}\n"丙"线,5,6\n')
    with pytest.raises(SourceError, match="not closed"):
        opened(tmp_path, f'{HEADER}\n"乙线,3,4\n{lines}\n')


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    source = opened(tmp_path, f"{HEADER}\n")
    assert (source.row_count, list(source.chunks())) == (0, [])
    assert source.columns == tuple(HEADER.split(","))


@pytest.mark.parametrize("data", ["\n\n", ",,\n,,\n", "\ufeff\n"])
def test_a_table_without_a_filled_cell_is_refused(tmp_path: Path, data: str) -> None:
    with pytest.raises(SourceError, match="empty"):
        opened(tmp_path, data)


def test_texts_stay_as_they_are(tmp_path: Path) -> None:
    found = rows(opened(tmp_path, "id,limit_a,name\n007,1e5,NA\n1e3,NULL,nan\n"))
    assert found.to_numpy().tolist() == [["007", "1e5", "NA"], ["1e3", "NULL", "nan"]]
    assert set(found.dtypes) == {pd.Series([None], dtype=object).dtype}


def test_rows_come_in_chunks_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabular, "CHUNK_ROWS", 10)
    source = opened(tmp_path, HEADER + "\n" + "".join(f"线{n},{n},\n" for n in range(25)))
    assert [len(chunk.rows) for chunk in source.chunks()] == [10, 10, 5]
    assert [chunk.rows.index[0] for chunk in source.chunks()] == [2, 12, 22]


def test_a_layer_name_is_refused_unless_it_is_the_table_s(tmp_path: Path) -> None:
    path = tmp_path / "读数.csv"
    path.write_text(f"{HEADER}\n甲线,1,2\n", encoding="utf-8")
    assert open_source(path, layer=CAPACITY, layer_name="读数").row_count == 1
    with pytest.raises(InputError, match="no layer '别的'"):
        open_source(path, layer=CAPACITY, layer_name="别的")
