"""What is no readable file: missing, empty, of another kind, or junk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gis.dictionary.model import layers
from gis.errors import InputError, SourceError
from layers.sources.open import open_source

ROADS = layers()["roads"]


def test_paths_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "empty.gpkg").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "no.gdb").mkdir()
    (tmp_path / "file.gdb").write_text("x")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    for name, words in (
        ("missing.gpkg", "There is no file"),
        ("missing.gdb", "There is no file|no folder"),
        ("empty.gpkg", "empty"),
        ("folder", "folder|format"),
        ("no.gdb", "no FileGDB"),
        ("file.gdb", "no folder of a FileGDB"),
        ("loop.csv", "cannot be opened"),
        ("plan.dwg", "DWG"),
        ("old.mdb", "format that is not read"),
        ("map.tab", "format that is not read"),
    ):
        with pytest.raises(SourceError, match=words) as caught:
            open_source(tmp_path / name, layer=ROADS)
        assert caught.value.repair


@pytest.mark.parametrize(
    "name", ["t.gpkg", "t.fgb", "t.kml", "t.dxf", "t.parquet", "t.geojson", "t.zip", "t.xlsx"]
)
def test_junk_is_refused_quietly(tmp_path: Path, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / name
    for junk in (b"SQLite format 3\0" + os.urandom(3000), b"junk, and more junk\n" * 40):
        path.write_bytes(junk)
        with pytest.raises(InputError):
            open_source(path, layer=ROADS)
    assert capfd.readouterr() == ("", "")
