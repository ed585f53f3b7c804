"""CAD drawings: encodings, kinds of entities, drawing layers, and files that are cut short."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from gis.dictionary.model import layers
from gis.errors import InputError, SourceError
from layers.sources.model import Source
from layers.sources.open import open_source


def line(layer: str, handle: str) -> str:
    return f"0\nLINE\n5\n{handle}\n8\n{layer}\n10\n0\n20\n0\n11\n10\n21\n5\n"


def outline(layer: str, handle: str, *, closed: bool) -> str:
    corners = "".join(f"10\n{x}\n20\n{y}\n" for x, y in ((0, 0), (10, 0), (10, 10), (0, 10)))
    head = f"0\nLWPOLYLINE\n5\n{handle}\n100\nAcDbEntity\n8\n{layer}\n100\nAcDbPolyline\n90\n4\n70\n"
    return f"{head}{int(closed)}\n{corners}"


def text(layer: str, handle: str, words: str) -> str:
    head = f"0\nTEXT\n5\n{handle}\n100\nAcDbEntity\n8\n{layer}\n100\nAcDbText\n"
    return f"{head}10\n5\n20\n6\n40\n1\n1\n{words}\n"


def insert(layer: str, handle: str) -> str:
    return f"0\nINSERT\n5\n{handle}\n8\n{layer}\n2\nHWG\n10\n7\n20\n8\n"


def arc(layer: str, handle: str) -> str:
    return f"0\nARC\n5\n{handle}\n8\n{layer}\n10\n0\n20\n0\n40\n5\n50\n0\n51\n90\n"


def drawing(*entities: str, version: str = "AC1015", code_page: str = "ANSI_936") -> str:
    header = f"0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\n{version}\n9\n$DWGCODEPAGE\n3\n{code_page}\n0\nENDSEC\n"
    circle = "0\nCIRCLE\n8\n0\n10\n0\n20\n0\n40\n1\n"
    block = f"0\nBLOCK\n8\n0\n2\nHWG\n70\n0\n10\n0\n20\n0\n30\n0\n{circle}0\nENDBLK\n"
    blocks = f"0\nSECTION\n2\nBLOCKS\n{block}0\nENDSEC\n"
    return f"{header}{blocks}0\nSECTION\n2\nENTITIES\n{''.join(entities)}0\nENDSEC\n0\nEOF\n"


CITY = (
    line("道路", "A1"),
    arc("道路", "A2"),
    outline("红线", "B1", closed=True),
    outline("管线", "B2", closed=False),
    text("注记", "C1", "中山路"),
    insert("环网柜", "D1"),
)


def opened(path: Path, layer: str, layer_name: str | None = None) -> Source:
    return open_source(path, layer=layers()[layer], layer_name=layer_name)


def written(tmp_path: Path, content: str, codec: str = "gbk") -> Path:
    path = tmp_path / "图.dxf"
    path.write_bytes(content.encode(codec))
    return path


@pytest.mark.parametrize(
    ("version", "code_page", "codec", "name"),
    [
        ("AC1015", "ANSI_936", "gbk", "GBK"),
        ("AC1021", "ANSI_936", "utf-8", "UTF-8"),
        ("AC1032", "ANSI_1252", "utf-8", "UTF-8"),
        ("AC1015", "ANSI_950", "big5", "CP950"),
        ("AC1015", "ANSI_9999", "gbk", "GB18030"),
    ],
)
def test_encodings(tmp_path: Path, version: str, code_page: str, codec: str, name: str) -> None:
    content = drawing(text("注記", "C1", "中山路"), version=version, code_page=code_page)
    source = opened(written(tmp_path, content, codec), "access_points")
    rows = next(source.chunks()).rows
    assert (source.encoding, source.crs, source.format) == (name, None, "DXF")
    assert rows.to_dict("records")[0] | {"BlockName": None} == {
        "Layer": "注記",
        "EntityHandle": "C1",
        "Text": "中山路",
        "BlockName": None,
    }


def test_lines_of_all_drawing_layers_with_a_finding(tmp_path: Path) -> None:
    source = opened(written(tmp_path, drawing(*CITY)), "roads")
    chunk = next(source.chunks())
    assert source.row_count == len(chunk.rows) == 5
    assert chunk.rows.index.tolist() == [1, 2, 3, 4, 6]
    assert source.columns == ("Layer", "EntityHandle", "Text")
    assert [finding.check for finding in source.findings] == ["dxf_layers_merged"]
    assert "道路 (2)" in source.findings[0].message


def test_one_drawing_layer(tmp_path: Path) -> None:
    path = written(tmp_path, drawing(*CITY))
    source = opened(path, "roads", "道路")
    chunk = next(source.chunks())
    assert chunk.geometry is not None
    assert (source.row_count, source.layer_name, source.findings) == (2, "道路", ())
    assert chunk.rows["EntityHandle"].tolist() == ["A1", "A2"]
    assert shapely.length(chunk.geometry[1]) == pytest.approx(7.854, rel=1e-3)
    with pytest.raises(InputError) as caught:
        opened(path, "roads", "铁路")
    assert "管线 (1)" in caught.value.faults


def test_closed_outlines_are_parcels(tmp_path: Path) -> None:
    source = opened(written(tmp_path, drawing(*CITY)), "parcels")
    chunk = next(source.chunks())
    assert chunk.geometry is not None
    assert chunk.rows["Layer"].tolist() == ["红线"]
    assert shapely.area(chunk.geometry[0]) == 100
    [left_out] = source.findings
    assert left_out.check == "dxf_lines_left_out"
    assert "1 polylines" in left_out.message


def test_an_outline_closed_by_its_ends_is_read(tmp_path: Path) -> None:
    whole = outline("红线", "B1", closed=False).replace("90\n4\n", "90\n5\n") + "10\n0\n20\n0\n"
    source = opened(written(tmp_path, drawing(whole)), "parcels")
    [chunk] = source.chunks()
    assert chunk.geometry is not None
    assert shapely.is_closed(chunk.geometry).all()
    assert source.findings == ()


def test_inserted_blocks_are_points_and_texts_beside_them_are_not(tmp_path: Path) -> None:
    source = opened(written(tmp_path, drawing(*CITY)), "access_points")
    chunk = next(source.chunks())
    assert chunk.geometry is not None
    assert chunk.rows["BlockName"].tolist() == ["HWG"]
    assert (chunk.geometry[0].x, chunk.geometry[0].y) == (7, 8)
    assert [finding.check for finding in source.findings] == ["dxf_texts_left_out"]


def test_texts_are_points_where_there_is_nothing_else(tmp_path: Path) -> None:
    content = drawing(text("注记", "C1", "甲杆"), text("注记", "C2", "乙杆"), line("道路", "A1"))
    source = opened(written(tmp_path, content), "access_points")
    assert next(source.chunks()).rows["Text"].tolist() == ["甲杆", "乙杆"]
    assert source.findings == ()


def test_nothing_fits(tmp_path: Path) -> None:
    source = opened(written(tmp_path, drawing(line("道路", "A1"))), "parcels")
    assert (source.row_count, list(source.chunks())) == (0, [])


def test_drawings_that_cannot_be_read(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, drawing(*CITY)[:-60])
    with pytest.raises(SourceError, match="cut short"):
        opened(path, "roads")
    path.write_bytes(b"AutoCAD Binary DXF\r\n\x1a\0" + bytes(99))
    with pytest.raises(SourceError, match="binary DXF"):
        opened(path, "roads")
    path.write_text("nonsense\nEOF\n")
    with pytest.raises(SourceError, match="damaged"):
        opened(path, "roads")
    assert capfd.readouterr() == ("", "")
