"""OpenStreetMap files as wholes: extent, formats, reading again or in part, damaged files."""

from __future__ import annotations

import bz2
import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import osmium
import pytest

from gis.findings import Severity
from layers.sources.osm import ATTRIBUTION, open_osm

if TYPE_CHECKING:
    from tests.layers.osm.conftest import OsmBench, Way


def test_a_file_whose_nodes_reach_far_beyond_its_roads_is_told(osm: OsmBench, tmp_path: Path) -> None:
    nodes = {**osm.square, 9: (120.0, 36.0)}
    ways: dict[int, Way] = {10: ([1, 2, 3], {"highway": "road"}), 11: ([1, 9], {"route": "ferry"})}
    tables, source = osm.read_text(tmp_path, osm.xml(nodes, ways))
    assert tables["roads"].index.tolist() == ["way/10"]
    (finding,) = source.findings
    assert (finding.check, finding.severity, finding.layer) == (
        "osm_extent_hostile",
        Severity.WARNING,
        "roads",
    )
    assert "114.00 to 120.00" in finding.message
    assert "114.00 to 114.01" in finding.message
    assert finding.lon == pytest.approx(114.005)
    assert finding.lat == pytest.approx(30.005)


def test_a_park_a_few_kilometres_off_is_no_hostile_extent(osm: OsmBench, tmp_path: Path) -> None:
    nodes = {**osm.square, 9: (114.3, 30.2)}
    _, source = osm.read_text(tmp_path, osm.xml(nodes, {10: ([1, 2], {"highway": "road"})}))
    assert source.findings == ()


def test_a_file_without_anything_of_use_says_so(osm: OsmBench, tmp_path: Path) -> None:
    for text in (osm.xml({}), osm.xml(osm.square, {10: (osm.ring, {"building": "yes"})})):
        tables, source = osm.read_text(tmp_path, text)
        assert tables == {}
        assert osm.checks(source) == {"osm_nothing_found"}


def test_reading_again_starts_anew(osm: OsmBench, tmp_path: Path) -> None:
    ways: dict[int, Way] = {
        10: ([1, 2], {"highway": "road", "width": "x"}),
        11: (osm.ring, {"leisure": "park"}),
    }
    tables, source = osm.read_text(tmp_path, osm.xml(osm.square, ways))
    first = source.findings
    again = osm.read(source)
    assert source.findings == first
    assert {layer: len(rows) for layer, rows in again.items()} == {
        layer: len(rows) for layer, rows in tables.items()
    }


def test_reading_may_stop_early(osm: OsmBench, tmp_path: Path) -> None:
    path = tmp_path / "grid.osm"
    ways: dict[int, Way] = {number: ([1, 2], {"highway": "road"}) for number in range(10, 500)}
    path.write_text(osm.xml(osm.square, ways), encoding="utf-8")
    chunks = open_osm(path, chunk_rows=10).chunks()
    assert len(next(iter(chunks)).rows) == 10
    del chunks
    assert len(osm.read(open_osm(path))["roads"]) == 490


def test_progress_counts_the_objects(osm: OsmBench, tmp_path: Path) -> None:
    path = tmp_path / "grid.osm"
    ways: dict[int, Way] = {number: ([1, 2], {"highway": "road"}) for number in range(10, 20_020)}
    path.write_text(osm.xml(osm.square, ways), encoding="utf-8")
    told: list[int] = []
    osm.read(open_osm(path, progress=told.append))
    assert told == [10_000, 20_000, 20_010]


def _pbf(text: str, folder: Path) -> bytes:
    plain, packed = folder / "plain.osm", folder / "packed.osm.pbf"
    plain.write_text(text, encoding="utf-8")
    with osmium.SimpleWriter(str(packed), overwrite=True) as writer:
        for thing in osmium.FileProcessor(str(plain)):
            writer.add(thing)
    return packed.read_bytes()


@pytest.mark.parametrize("suffix", [".osm", ".osm.gz", ".osm.bz2", ".osm.pbf", ".pbf"])
def test_every_common_format_gives_the_same_rows(osm: OsmBench, tmp_path: Path, suffix: str) -> None:
    ways: dict[int, Way] = {
        10: ([1, 2], {"highway": "road", "name": "中山路"}),
        11: (osm.ring, {"leisure": "park"}),
    }
    text = osm.xml(osm.square, ways)
    packed = {
        ".osm": text.encode(),
        ".osm.gz": gzip.compress(text.encode()),
        ".osm.bz2": bz2.compress(text.encode()),
    }
    path = tmp_path / f"洪山区 路网{suffix}"
    path.write_bytes(packed[suffix] if suffix in packed else _pbf(text, tmp_path))
    tables = osm.read(open_osm(path))
    assert tables["roads"].loc["way/10", "name"] == "中山路"
    assert tables["green"].index.tolist() == ["way/11"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("text.osm.pbf", b"This is a letter, not a map.\n" * 20),
        ("short.osm.pbf", b"\x00\x00\x00"),
        ("page.osm", b"<html><body>404 Not Found</body></html>"),
        ("cut.osm", b'<osm version="0.6"><node id="1" lat="30" lon="114"/><way'),
        ("nonsense.osm.bz2", b"BZh91AYnonsense"),
        ("nonsense.osm.gz", b"\x1f\x8bnonsense"),
        ("number.osm", b'<osm version="0.6"><node id="x" version="1" lat="30" lon="114"/></osm>'),
        ("text.opl", b"zzz\n"),
    ],
)
def test_a_damaged_file_is_refused(osm: OsmBench, tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert "damaged" in osm.refusal(path).detail


def test_a_missing_an_empty_and_a_nameless_file_are_refused(osm: OsmBench, tmp_path: Path) -> None:
    assert "not a file" in osm.refusal(tmp_path / "missing.osm.pbf").detail
    assert "not a file" in osm.refusal(tmp_path).detail
    empty = tmp_path / "empty.osm.pbf"
    empty.touch()
    assert "empty" in osm.refusal(empty).detail
    nameless = tmp_path / "extract.dat"
    nameless.write_text("x", encoding="utf-8")
    assert ".osm.pbf" in osm.refusal(nameless).repair


@pytest.mark.parametrize("suffix", [".osh", ".osc"])
def test_a_history_or_change_file_is_refused(osm: OsmBench, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"district{suffix}"
    path.write_text(osm.xml(osm.square), encoding="utf-8")
    assert "several versions" in osm.refusal(path).detail


def test_a_name_that_is_no_utf8_is_refused(osm: OsmBench, tmp_path: Path) -> None:
    plain = tmp_path / "gbk.opl"
    plain.write_bytes(
        b"n1 v1 dV T x114.0 y30.0\nn2 v1 dV T x114.1 y30.0\nw1 v1 dV Thighway=road,name=\xd6\xd0 Nn1,n2\n"
    )
    assert "damaged" in osm.refusal(plain).detail


def test_a_truncated_file_yields_nothing(osm: OsmBench, tmp_path: Path) -> None:
    ways: dict[int, Way] = {number: ([1, 2], {"highway": "road"}) for number in range(10, 3000)}
    whole = _pbf(osm.xml(osm.square, ways), tmp_path)
    for size in (5, len(whole) // 2, len(whole) - 1):
        path = tmp_path / "cut.osm.pbf"
        path.write_bytes(whole[:size])
        assert "damaged" in osm.refusal(path).detail


def test_too_little_room_for_the_index_is_told_before_reading(
    osm: OsmBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        free = 1 << 20

    monkeypatch.setattr("layers.sources.osm.shutil.disk_usage", lambda _: Full)
    path = tmp_path / "district.osm"
    path.write_text(osm.xml(osm.square), encoding="utf-8")
    assert "TMPDIR" in osm.refusal(path).repair


def test_the_attribution_names_openstreetmap() -> None:
    assert ATTRIBUTION == "© OpenStreetMap contributors"
