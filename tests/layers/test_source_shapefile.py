"""Shapefiles: encodings of their text, cut names and texts, missing and damaged parts, archives."""

from __future__ import annotations

import os
import shutil
import struct
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path

import pandas as pd
import pytest

from gis.dictionary.model import layers
from gis.errors import InputError, SourceError, TextEncodingError
from layers.sources.model import Source
from layers.sources.open import open_source

ACCESS_POINTS = layers()["access_points"]

Fields = Sequence[tuple[bytes, str, int]]
NAME = ("名称".encode("gbk"), "C", 20)


def write_dbf(path: Path, fields: Fields, records: Iterable[Sequence[bytes]], *, language: int = 0) -> None:
    rows = list(records)
    body = b"".join(
        name.ljust(11, b"\0") + kind.encode() + bytes(4) + bytes([width, 0]) + bytes(14)
        for name, kind, width in fields
    )
    length = 1 + sum(width for _, _, width in fields)
    head = struct.pack("<BBBBIHH17xB2x", 3, 124, 1, 1, len(rows), 33 + len(body), length, language)
    data = b"".join(
        (b"*" if row[0] == b"DELETED" else b" ")
        + b"".join(value[:width].ljust(width) for value, (_, _, width) in zip(row, fields, strict=True))
        for row in rows
    )
    path.write_bytes(head + body + b"\r" + data + b"\x1a")


def write_points(path: Path, count: int) -> None:
    """Write .shp and .shx of points (0, 0), (1, 1), ..."""
    shapes = b"".join(
        struct.pack(">2i", n + 1, 10) + struct.pack("<i2d", 1, float(n), float(n)) for n in range(count)
    )
    index = b"".join(struct.pack(">2i", 50 + 14 * n, 10) for n in range(count))
    for suffix, content in ((".shp", shapes), (".shx", index)):
        length = (100 + len(content)) // 2
        box = (0.0, 0.0, float(count), float(count), 0.0, 0.0, 0.0, 0.0)
        head = struct.pack(">i20xi", 9994, length) + struct.pack("<2i8d", 1000, 1, *box)
        path.with_suffix(suffix).write_bytes(head + content)


def write(
    folder: Path, fields: Fields, records: Sequence[Sequence[bytes]], *, cpg: str = "", language: int = 0
) -> Path:
    path = folder / "设备.shp"
    write_points(path, len(records))
    write_dbf(path.with_suffix(".dbf"), fields, records, language=language)
    if cpg:
        path.with_suffix(".cpg").write_text(cpg)
    return path


def opened(path: Path, encoding: str | None = None) -> Source:
    return open_source(path, layer=ACCESS_POINTS, encoding=encoding)


def rows(source: Source) -> pd.DataFrame:
    found = pd.concat([chunk.rows for chunk in source.chunks()])
    assert source.row_count == len(found)
    assert tuple(found.columns) == source.columns
    return found


def checks(source: Source) -> list[str]:
    return [finding.check for finding in source.findings]


@pytest.mark.parametrize(
    ("cpg", "codec", "name"),
    [
        ("", "gbk", "GB18030"),
        ("", "utf-8", "UTF-8"),
        ("GBK", "gbk", "GBK"),
        (" gbk\r\n", "gbk", "GBK"),
        ("CP936", "gbk", "GBK"),
        ("936", "gbk", "GBK"),
        ("ANSI 936", "gbk", "GBK"),
        ("GB2312", "gbk", "GB2312"),
        ("GB18030", "gb18030", "GB18030"),
        ("UTF-8", "utf-8", "UTF-8"),
        ("utf8", "utf-8", "UTF-8"),
        ("65001", "utf-8", "UTF-8"),
        ("OEM", "gbk", "GB18030"),
        ("950", "big5", "CP950"),
        ("Big5", "big5", "BIG5"),
    ],
)
def test_the_cpg_file_is_obeyed_and_its_absence_made_up_for(
    tmp_path: Path, cpg: str, codec: str, name: str
) -> None:
    text = "北洋路" if codec == "big5" else "北洋线"
    path = write(tmp_path, [("名稱".encode(codec), "C", 20)], [[text.encode(codec)], [b""]], cpg=cpg)
    source = opened(path)
    assert (source.encoding, source.columns, source.crs) == (name, ("名稱",), None)
    assert rows(source)["名稱"].tolist() == [text, None]
    assert checks(source) == []


def test_every_byte_reaches_the_decoder(tmp_path: Path) -> None:
    trails = (0x40, 0x5C, 0x7E, 0x80, 0xA1, 0xFE)
    codes = [bytes([lead, trail]) for lead in range(0x81, 0xFF) for trail in trails]
    texts = [text for code in codes if len(text := code.decode("gb18030", errors="ignore")) == 1]
    assert len(texts) > 700
    path = write(tmp_path, [(b"name", "C", 4)], [[b"|" + text.encode("gb18030") + b"|"] for text in texts])
    assert rows(opened(path))["name"].tolist() == [f"|{text}|" for text in texts]


def test_a_stated_encoding_wins(tmp_path: Path) -> None:
    path = write(tmp_path, [NAME], [["北洋线".encode("gbk")]], cpg="UTF-8")
    source = opened(path, "gbk")
    assert (source.encoding, source.columns) == ("GBK", ("名称",))
    assert rows(source)["名称"].tolist() == ["北洋线"]


def test_a_wrong_cpg_file_is_refused_with_the_encoding_that_fits(tmp_path: Path) -> None:
    fields = [(b"name", "C", 20), (b"note", "C", 20)]
    records = [[b"a", b"b"], [b"DELETED", b"\xff\xff"], [b"a", "北洋".encode("gbk")]]
    with pytest.raises(TextEncodingError, match=r"record 3, column 'note' holds the bytes B1 B1") as caught:
        opened(write(tmp_path, fields, records, cpg="UTF-8"))
    assert "--encoding gb18030" in caught.value.repair
    with pytest.raises(TextEncodingError, match=r"\.cpg says: the column name 1"):
        opened(write(tmp_path, [NAME], [[b"x"]], cpg="UTF-8"))
    with pytest.raises(TextEncodingError, match="'EBCDIC-XX' is no encoding"):
        opened(write(tmp_path, [NAME], [[b"x"]], cpg="EBCDIC-XX"))


def test_bytes_of_no_encoding_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, [(b"name", "C", 20)], [[b"ok"], [b"\xff\xffx"]])
    with pytest.raises(TextEncodingError) as caught:
        opened(path)
    assert caught.value.faults == (
        "UTF-8: record 2, column 'name' holds the bytes FF FF 78",
        "GB18030: record 2, column 'name' holds the bytes FF FF 78",
    )


def test_latin_1_that_is_really_chinese_is_doubted(tmp_path: Path) -> None:
    source = opened(write(tmp_path, [(b"name", "C", 20)], [["线路名称".encode("gbk")]], cpg="ISO-8859-1"))
    assert source.encoding == "ISO8859-1"
    assert checks(source) == ["encoding_doubtful"]
    assert "gb18030" in source.findings[0].repair
    honest = opened(write(tmp_path, [(b"name", "C", 20)], [["Süd".encode("latin-1")]], cpg="ISO-8859-1"))
    assert rows(honest)["name"].tolist() == ["Süd"]
    assert checks(honest) == []


def test_the_language_byte_decides_what_both_encodings_fit(tmp_path: Path) -> None:
    both = "陋".encode("gbk")
    assert both.decode("utf-8") == "ª"
    assert rows(opened(write(tmp_path, [(b"name", "C", 9)], [[both]])))["name"].tolist() == ["ª"]
    path = write(tmp_path, [(b"name", "C", 9)], [[both]], language=0x4D)
    assert rows(opened(path))["name"].tolist() == ["陋"]
    path = write(tmp_path, [(b"name", "C", 9)], [["线路".encode()]], language=0x4D)
    assert rows(opened(path))["name"].tolist() == ["线路"]


@pytest.mark.parametrize("codec", ["utf-8", "gbk"])
def test_what_is_cut_by_its_width_loses_only_the_broken_character(tmp_path: Path, codec: str) -> None:
    long_name = "a线路总长度公里"
    fields = [(long_name.encode(codec)[:10], "C", 8), ("运行单位名称".encode(codec)[:10], "N", 5)]
    text = "a北洋线路".encode(codec)[:8]
    source = opened(write(tmp_path, fields, [["甲".encode(codec), b"1"], [text, b"2"]]))
    expected = text.decode(codec, errors="ignore")
    assert source.columns[0] == long_name.encode(codec)[:10].decode(codec, errors="ignore")
    assert rows(source).iloc[:, 0].tolist() == ["甲", expected]
    assert checks(source) == ["text_cut"]
    assert "2 texts" in source.findings[0].message


def test_a_broken_character_before_the_end_of_the_column_is_a_fault(tmp_path: Path) -> None:
    path = write(tmp_path, [(b"name", "C", 9)], [["北洋".encode()[:5]]])
    with pytest.raises(TextEncodingError):
        opened(path, "utf-8")


def test_names_that_are_cut_alike_stay_apart(tmp_path: Path) -> None:
    fields = [("最大负荷电流甲".encode("gbk")[:10], "C", 4), ("最大负荷电流乙".encode("gbk")[:10], "N", 4)]
    source = opened(write(tmp_path, fields, [[b"x", b"7"]]))
    assert rows(source).iloc[0].to_dict() == {"最大负荷电": "x", "最大负荷电_2": 7}


def test_all_types_nulls_and_deleted_records(tmp_path: Path) -> None:
    fields = [(b"text", "C", 6), (b"whole", "N", 9), (b"day", "D", 8), (b"flag", "L", 1), (b"big", "N", 18)]
    records = [
        [b" a", b"1", b"20240102", b"T", b"123456789012345678"],
        [b"DELETED", b"2", b"", b"", b""],
        [b"b\0junk", b"***", b"00000000", b"?", b""],
    ]
    source = opened(write(tmp_path, fields, records))
    found = rows(source)
    assert found.index.tolist() == [1, 3]
    assert found["text"].tolist() == ["a", "b"]
    assert found["whole"].fillna(-1).tolist() == [1, -1]
    assert found["day"].tolist() == ["2024-01-02", None]
    assert found["flag"].tolist() == [True, None]
    assert found["big"].fillna(-1).tolist() == [123456789012345678, -1]
    geometry = next(source.chunks()).geometry
    assert geometry is not None
    assert [point.x for point in geometry] == [0, 2]


def test_what_is_no_number_is_not_read_as_zero(tmp_path: Path) -> None:
    fields = [(b"a", "N", 9), (b"b", "F", 9), (b"c", "N", 9), (b"day", "D", 8)]
    records = [[b"1", b"1.5", b"3", b"20240230"], [b"--", b"2,5", b"12.", b"2024/1/2"]]
    found = rows(opened(write(tmp_path, fields, records)))
    assert found["a"].tolist() == ["1", "--"]
    assert found["b"].tolist() == ["1.5", "2,5"]
    assert found["c"].tolist() == [3, 12]
    assert found["day"].tolist() == ["2024-02-30", "2024/1/2"]


def test_no_records(tmp_path: Path) -> None:
    source = opened(write(tmp_path, [NAME], []))
    assert (source.row_count, list(source.chunks()), source.columns) == (0, [], ("名称",))


def test_a_missing_index_is_restored_elsewhere(tmp_path: Path) -> None:
    path = write(tmp_path, [NAME], [[b"a"], [b"b"]])
    path.with_suffix(".shx").unlink()
    assert rows(opened(path)).index.tolist() == [1, 2]
    path.with_suffix(".shx").write_bytes(b"")
    assert rows(opened(path)).index.tolist() == [1, 2]
    assert path.with_suffix(".shx").stat().st_size == 0


def test_suffixes_in_capitals(tmp_path: Path) -> None:
    path = write(tmp_path, [NAME], [["线".encode("gbk")]], cpg="GBK")
    for part in sorted(tmp_path.iterdir()):
        part.rename(part.with_suffix(part.suffix.upper()))
    source = opened(path.with_suffix(".SHP"))
    assert (source.encoding, rows(source)["名称"].tolist()) == ("GBK", ["线"])


def test_missing_and_damaged_parts(tmp_path: Path) -> None:
    path = write(tmp_path, [NAME], [[b"a"], [b"b"]])
    table = path.with_suffix(".dbf")
    whole = table.read_bytes()
    with pytest.raises(SourceError, match="part of a shapefile"):
        opened(table)
    table.write_bytes(whole[:-10])
    with pytest.raises(SourceError, match=r"设备.dbf is cut short: it holds 1 of 2 records"):
        opened(path)
    table.write_bytes(whole[:8] + b"\x41\x00\x05\x00" + whole[12:])
    with pytest.raises(SourceError, match="damaged"):
        opened(path)
    table.unlink()
    with pytest.raises(SourceError, match=r"no \.dbf file"):
        opened(path)
    path.write_bytes(b"junk" * 50)
    write_dbf(table, [NAME], [[b"a"]])
    with pytest.raises(SourceError, match=r"设备\.shp is damaged"):
        opened(path)


def test_fewer_shapes_than_records_are_told(tmp_path: Path) -> None:
    path = write(tmp_path, [NAME], [[b"a"], [b"b"], [b"c"]])
    write_points(path, 2)
    with pytest.raises(SourceError, match="damaged"):
        rows(opened(path))


@pytest.mark.parametrize("size", [None, 140])
def test_the_user_s_files_are_never_written(tmp_path: Path, size: int | None) -> None:
    path = write(tmp_path, [NAME], [[b"a"], [b"b"], [b"c"]])
    path.write_bytes(path.read_bytes()[:size])
    for part in tmp_path.iterdir():
        os.utime(part, (1, 1))
    before = {part: part.read_bytes() for part in tmp_path.iterdir()}
    with nullcontext() if size is None else pytest.raises(SourceError, match="damaged"):
        rows(opened(path))
    assert {part: part.read_bytes() for part in tmp_path.iterdir()} == before
    assert {part.stat().st_mtime for part in tmp_path.iterdir()} == {1}


def test_the_order_of_the_index_counts(tmp_path: Path) -> None:
    path = write(tmp_path, [NAME], [[b"a"], [b"b"], [b"c"]])
    index = path.with_suffix(".shx")
    head, entries = index.read_bytes()[:100], index.read_bytes()[100:]
    index.write_bytes(head + b"".join(entries[at : at + 8] for at in (16, 8, 0)))
    chunk = next(opened(path).chunks())
    assert chunk.geometry is not None
    assert [point.x for point in chunk.geometry] == [2, 1, 0]
    assert chunk.rows["名称"].tolist() == ["a", "b", "c"]


def test_the_prj_file(tmp_path: Path) -> None:
    path = write(tmp_path, [NAME], [[b"a"]])
    path.with_suffix(".prj").write_text(
        'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,'
        '298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
    )
    assert opened(path).crs == "EPSG:4326"
    path.with_suffix(".prj").write_text("2000国家大地坐标系", encoding="utf-8")
    source = opened(path)
    assert source.crs is None
    assert checks(source) == ["prj_unreadable"]


def archived(folder: Path, target: Path, *, under: str = "") -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for part in sorted(folder.iterdir()):
            archive.write(part, under + part.name)
    return target


def test_an_archive_with_one_shapefile(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    write(tmp_path / "in", [NAME], [["线".encode("gbk")]], cpg="GBK")
    source = opened(archived(tmp_path / "in", tmp_path / "a.zip", under="图层/"))
    shutil.rmtree(tmp_path / "in")
    assert (source.layer_name, source.encoding) == ("设备", "GBK")
    assert rows(source)["名称"].tolist() == ["线"]
    assert rows(source)["名称"].tolist() == ["线"]


def test_names_in_an_archive_written_on_chinese_windows(tmp_path: Path) -> None:
    write(tmp_path, [NAME], [[b"x"]])
    target = tmp_path / "b.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for suffix in (".shp", ".shx", ".dbf"):
            archive.write(tmp_path / f"设备{suffix}", "ABCD" + suffix)
    target.write_bytes(target.read_bytes().replace(b"ABCD.", "设备".encode("gbk") + b"."))
    assert opened(target).layer_name == "设备"


def test_an_archive_with_several_shapefiles(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write_points(folder / "杆.shp", 1)
    write_dbf(
        folder / "杆.dbf", [("类型".encode(), "C", 9), ("所属线路".encode()[:10], "C", 9)], [[b"a", b"b"]]
    )
    write_points(folder / "树.shp", 1)
    write_dbf(folder / "树.dbf", [(b"species", "C", 9)], [[b"a"]])
    path = archived(folder, tmp_path / "c.zip")
    assert opened(path).layer_name == "杆"
    assert open_source(path, layer=ACCESS_POINTS, layer_name="树").columns == ("species",)
    with pytest.raises(InputError) as caught:
        open_source(path, layer=ACCESS_POINTS, layer_name="井")
    assert caught.value.faults == ("杆 (point)", "树 (point)")


def test_archives_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "d.zip"
    path.write_bytes(b"PK\x03\x04 nonsense")
    with pytest.raises(SourceError, match="cannot be unpacked"):
        opened(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("读我.txt", "x")
    with pytest.raises(SourceError, match="no shapefile") as caught:
        opened(path)
    assert caught.value.faults == ("读我.txt",)


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stages = tmp_path / "tmp"
    stages.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(stages))
    source = opened(write(tmp_path, [NAME], [[b"x"]]))
    assert len(list(stages.iterdir())) == 1
    del source
    assert list(stages.iterdir()) == []
