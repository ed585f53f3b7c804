"""Small OpenStreetMap files to write, and what reading them gives."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar
from xml.sax.saxutils import quoteattr

import pandas as pd
import pytest

from gis.errors import SourceError
from layers.sources.osm import OsmSource, open_osm

Node = tuple[float, float]
Way = tuple[list[int], Mapping[str, str]]
Member = tuple[int, str]
Relation = tuple[list[Member], Mapping[str, str]]
Layers = dict[str, pd.DataFrame]


def _tags(tags: Mapping[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


class OsmBench:
    """A square of four nodes with a hole of four, and the means to write, read and refuse files."""

    square: ClassVar[Mapping[int, Node]] = {
        1: (114.0, 30.0),
        2: (114.01, 30.0),
        3: (114.01, 30.01),
        4: (114.0, 30.01),
    }
    hole: ClassVar[Mapping[int, Node]] = {
        5: (114.004, 30.004),
        6: (114.006, 30.004),
        7: (114.006, 30.006),
        8: (114.004, 30.006),
    }
    ring: ClassVar[list[int]] = [1, 2, 3, 4, 1]
    inner: ClassVar[list[int]] = [5, 6, 7, 8, 5]

    @staticmethod
    def xml(
        nodes: Mapping[int, Node],
        ways: Mapping[int, Way] | None = None,
        relations: Mapping[int, Relation] | None = None,
        node_tags: Mapping[int, Mapping[str, str]] | None = None,
    ) -> str:
        """Return the text of a file; the members of relations are ways."""
        parts = ['<osm version="0.6">']
        for number, (lon, lat) in nodes.items():
            inside = _tags((node_tags or {}).get(number, {}))
            parts.append(f'<node id="{number}" version="1" lon="{lon}" lat="{lat}">{inside}</node>')
        for number, (refs, tags) in (ways or {}).items():
            inside = "".join(f'<nd ref="{ref}"/>' for ref in refs) + _tags(tags)
            parts.append(f'<way id="{number}" version="1">{inside}</way>')
        for number, (members, tags) in (relations or {}).items():
            inside = "".join(f'<member type="way" ref="{ref}" role="{role}"/>' for ref, role in members)
            parts.append(f'<relation id="{number}" version="1">{inside}{_tags(tags)}</relation>')
        return "\n".join([*parts, "</osm>"])

    @staticmethod
    def read(source: OsmSource) -> Layers:
        """Return all rows of each layer, indexed by id, with a column ``geometry``."""
        tables: dict[str, list[pd.DataFrame]] = {}
        for chunk in source.chunks():
            assert chunk.geometry is not None
            assert len(chunk.rows) == len(chunk.geometry) > 0
            tables.setdefault(chunk.layer, []).append(chunk.rows.assign(geometry=chunk.geometry))
        return {layer: pd.concat(parts).set_index("id") for layer, parts in tables.items()}

    def read_text(self, folder: Path, text: str) -> tuple[Layers, OsmSource]:
        """Write a file into a folder and read it."""
        path = folder / "district.osm"
        path.write_text(text, encoding="utf-8")
        source = open_osm(path)
        return self.read(source), source

    @staticmethod
    def checks(source: OsmSource) -> set[str]:
        """Return the checks that found something."""
        return {finding.check for finding in source.findings}

    @staticmethod
    def row(tables: Layers, layer: str, thing: str) -> dict[str, Any]:
        """Return the values of one row."""
        return {str(column): value for column, value in tables[layer].loc[thing].items()}

    def refusal(self, path: Path) -> SourceError:
        """Return the error of a file that has to be refused."""
        with pytest.raises(SourceError) as caught:
            self.read(open_osm(path))
        assert path.name in caught.value.detail
        assert caught.value.repair
        return caught.value


@pytest.fixture(scope="session")
def osm() -> OsmBench:
    """Give the bench, which keeps nothing between tests."""
    return OsmBench()
