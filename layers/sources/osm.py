"""OpenStreetMap files: roads, substations, feeders, parcels, green, water and railways in one reading.

The file is read twice, first its relations, then everything: closed ways and multipolygon relations
become areas, ways become lines with the ids of their nodes (roads meet where they share a node). Places
of nodes are kept in a temporary file of 16 bytes a node, so that the memory stays bounded.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
import osmium
import shapely
from osmium.filter import EntityFilter, KeyFilter, TagFilter
from osmium.geom import WKBFactory
from osmium.osm import AREA, NODE, NOTHING, WAY, Area, Node, Relation, Way
from osmium.osm.types import OSMEntity

from gis.errors import SourceError
from gis.findings import Finding
from layers.sources import osm_tags
from layers.sources.model import CHUNK_ROWS, Chunk
from layers.sources.osm_findings import Extent, Tally, hostile_extent, nothing_found
from layers.sources.osm_rows import DEGREE, Lines, Shapes, on_globe

ATTRIBUTION = "© OpenStreetMap contributors"
"""What every map and file made from the data must show (ODbL 1.0)."""

SOURCE: Final[Mapping[str, str]] = MappingProxyType(
    {"name": ATTRIBUTION, "licence": "ODbL 1.0", "url": "https://www.openstreetmap.org/copyright"}
)
"""The same with the licence, for what keeps its sources as data."""

SUFFIXES = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2", ".o5m", ".opl")

_PROGRESS_EVERY = 10_000

_READING_ERRORS = (RuntimeError, ValueError, IndexError, OverflowError, OSError)
"""What osmium raises for a damaged file, text that is no UTF-8 included."""

_INDEX_ENTRY = np.dtype([("id", "<u8"), ("x", "<i4"), ("y", "<i4")])
"""One node in osmium's ``sparse_file_array``; id 0 is an empty place."""


_INDEX_BLOCK = 1 << 20

_INDEX_PER_BYTE = 4
_INDEX_LEAST = 64 << 20
"""Most room the index takes: a node has 4 bytes in the densest file and 16 in the index."""


@dataclass(slots=True)
class OsmSource:
    """One readable OpenStreetMap file.

    Attributes
    ----------
    path
        The file the user named.
    progress
        Called now and then with the number of objects looked at so far (those with a tag that matters).
    chunk_rows
        Rows a chunk holds at most.
    data_until
        Date and time up to which the data goes, as the file states it; "" where it does not.
    findings
        What was noticed; complete when the chunks are exhausted.
    rejected
        How many objects were left out because of a fault, by layer; complete likewise.
    """

    path: Path
    progress: Callable[[int], None] | None
    chunk_rows: int
    data_until: str
    findings: tuple[Finding, ...] = ()
    rejected: dict[str, int] = field(default_factory=dict)

    format = "OpenStreetMap"
    crs = "EPSG:4326"
    encoding = "UTF-8"

    def chunks(self) -> Iterator[Chunk]:
        """Yield the rows of all layers, each chunk of one layer, in canonical columns.

        Chunks of ``roads`` have one more column, ``node_ids``: for each row an int64 array with the ids
        of the line's nodes, one for each vertex.

        Raises
        ------
        SourceError
            The file is damaged; what was yielded before is then not to be kept.
        """
        self.findings, self.rejected = (), {}
        with tempfile.TemporaryDirectory(prefix="kaimen-osm-") as folder:
            _require_space(self.path, Path(folder))
            reading = _Reading(self, Path(folder) / "nodes")
            yield from reading.chunks()
            self.findings = reading.findings()
            self.rejected = reading.tally.rejected()


def open_osm(
    path: Path, *, progress: Callable[[int], None] | None = None, chunk_rows: int = CHUNK_ROWS
) -> OsmSource:
    """Open an OpenStreetMap file (PBF, XML, also compressed, O5M or OPL).

    Raises
    ------
    SourceError
        The file is missing, empty, damaged, of no known format, or holds several versions of objects.
    """
    if not path.is_file():
        detail = f"{path} is not a file."
        raise SourceError(detail, repair="Check the name and the folder.")
    if path.stat().st_size == 0:
        detail = f"{path.name} is empty (0 bytes)."
        raise SourceError(detail, repair="Download the file again.")
    try:
        file = osmium.io.File(_name(path))
        with osmium.io.Reader(file, NOTHING) as reader:
            header = reader.header()
    except _READING_ERRORS as error:
        raise _damaged(path, error) from error
    if file.has_multiple_object_versions or header.has_multiple_object_versions:
        detail = f"{path.name} is a history or change file: it holds several versions of an object."
        raise SourceError(detail, repair="Give a plain extract (.osm.pbf), as download servers offer it.")
    return OsmSource(path, progress, chunk_rows, header.get("osmosis_replication_timestamp", ""))


def _name(path: Path) -> str:
    # osmium takes "-" for standard input and "http:" for an address; an absolute path is neither.
    return str(path.absolute())


def _require_space(path: Path, folder: Path) -> None:
    # The index is a mapped file: a full disk would end the process, not raise.
    need = _INDEX_PER_BYTE * path.stat().st_size + _INDEX_LEAST
    free = shutil.disk_usage(folder).free
    if free < need:
        detail = f"{folder.parent} has {free >> 20} MB free; reading {path.name} may need {need >> 20} MB."
        raise SourceError(detail, repair="Free space there, or name another folder in TMPDIR.")


def _damaged(path: Path, error: Exception) -> SourceError:
    if "detect file format" in str(error):
        detail = f"{path.name} has no suffix of an OpenStreetMap file."
        return SourceError(detail, repair=f"Name it with its true suffix, one of {', '.join(SUFFIXES)}.")
    detail = f"{path.name} is damaged or no OpenStreetMap file of the kind its suffix says: {error}."
    return SourceError(detail, repair="Download the file again and compare its size or checksum.")


class _Held(NamedTuple):
    """A closed way that is also the outline of a relation of the same layer."""

    layer: str
    thing: str
    tags: dict[str, str]
    wkb: str
    relations: tuple[int, ...]


class _Relations:
    """What the first reading notes of the multipolygon relations (a filter: True leaves one out)."""

    def __init__(self) -> None:
        self.layers: dict[int, tuple[str, ...]] = {}
        self.of_way: dict[int, list[int]] = {}

    def relation(self, relation: Relation) -> bool:
        """Note a relation that belongs to a layer, and the ways of its outline."""
        layers = osm_tags.area_layers(dict(relation.tags))
        if not layers or relation.tags.get("type") not in {"multipolygon", "boundary"}:
            return True
        self.layers[relation.id] = layers
        for member in relation.members:
            if member.type == "w" and member.role != "inner":
                self.of_way.setdefault(member.ref, []).append(relation.id)
        return False

    def around(self, way: int, layer: str) -> tuple[int, ...]:
        """Return the relations of ``layer`` that ``way`` is an outline of."""
        return tuple(each for each in self.of_way.get(way, ()) if layer in self.layers[each])


class _Reading:
    """One reading of a file: objects in, chunks out."""

    def __init__(self, source: OsmSource, index: Path) -> None:
        self.tally = Tally()
        self._source = source
        self._index = index
        self._wkb = WKBFactory()
        self._relations = _Relations()
        self._lines: dict[str, Lines] = {}
        self._shapes: dict[str, Shapes] = {}
        self._expected: dict[str, list[str]] = {}
        self._built: set[int] = set()
        self._held: list[_Held] = []
        self._rows: Counter[str] = Counter()
        self._full = False
        self._nodes, self._roads, self._all = Extent(), Extent(), Extent()

    def chunks(self) -> Iterator[Chunk]:
        """Yield a chunk whenever one is full, and the rest at the end."""
        seen = 0
        for seen, (thing, tags) in enumerate(self._objects(), 1):
            self._take(thing, tags)
            if seen % _PROGRESS_EVERY == 0:
                self._tell(seen)
            if self._full:
                self._full = False
                yield from self._emit(self._source.chunk_rows)
        self._release_held()
        self._count_lost_areas()
        yield from self._emit(1)
        self._tell(seen)

    def findings(self) -> tuple[Finding, ...]:
        """Return what was noticed."""
        if not self._rows.total():
            return (*self.tally.findings(), nothing_found(self._source.path.name))
        if self._roads.box is not None:
            return (*self.tally.findings(), *hostile_extent(self._nodes, self._roads, "roads"))
        largest = self._rows.most_common(1)[0][0]
        return (*self.tally.findings(), *hostile_extent(self._nodes, self._all, largest))

    def _objects(self) -> Iterator[tuple[OSMEntity, dict[str, str]]]:
        """Yield nodes, ways and areas with a tag that matters; an object lives until the next one."""
        try:
            processor = (
                osmium.FileProcessor(_name(self._source.path))
                .with_locations(f"sparse_file_array,{self._index}")
                .with_areas(TagFilter(*osm_tags.AREA_TAGS), self._relations)
            )
            for each in _filters():
                processor.with_filter(each)
            for thing in processor:
                if not isinstance(thing, Node | Way | Area):
                    continue
                value_of = thing.tags.get
                yield thing, {key: text for key in osm_tags.USED_KEYS if (text := value_of(key)) is not None}
            # The map lives as long as the processor does; its file holds every node by now.
            self._measure_nodes()
        except _READING_ERRORS as error:
            raise _damaged(self._source.path, error) from error

    def _measure_nodes(self) -> None:
        if self._index.stat().st_size == 0:
            return
        nodes = np.memmap(self._index, dtype=_INDEX_ENTRY, mode="r")
        for start in range(0, len(nodes), _INDEX_BLOCK):
            block = nodes[start : start + _INDEX_BLOCK]
            block = block[(block["id"] != 0) & on_globe(block["x"], block["y"])]
            if len(block):
                x, y = block["x"], block["y"]
                self._nodes.add(np.array([x.min(), y.min(), x.max(), y.max()]) / DEGREE)

    def _take(self, thing: OSMEntity, tags: dict[str, str]) -> None:
        if isinstance(thing, Node):
            self._take_node(thing, tags)
        elif isinstance(thing, Way):
            self._take_way(thing, tags)
        elif isinstance(thing, Area):
            self._take_area(thing, tags)

    def _take_node(self, node: Node, tags: dict[str, str]) -> None:
        name = f"node/{node.id}"
        for layer in osm_tags.point_layers(tags):
            if node.location.valid():
                self._add_shape(layer, name, tags, self._wkb.create_point(node))
            else:
                self.tally.add("osm_point_unusable", layer, name)

    def _take_way(self, way: Way, tags: dict[str, str]) -> None:
        name = f"way/{way.id}"
        for layer in osm_tags.line_layers(tags):
            buffer = self._lines.setdefault(layer, Lines(layer, self.tally))
            buffer.add(name, self._attributes(layer, name, tags), way.nodes)
            self._full |= len(buffer) >= self._source.chunk_rows
        for layer, fault in osm_tags.left_out(tags):
            self.tally.add(fault.check, layer, name, fault.value)
        for layer in osm_tags.area_layers(tags):
            # An open way may be a piece of a relation's outline: then the relation answers for it.
            if way.is_closed() or not self._relations.around(way.id, layer):
                self._expected.setdefault(name, []).append(layer)

    def _take_area(self, area: Area, tags: dict[str, str]) -> None:
        layers = osm_tags.area_layers(tags)
        if not layers:
            return
        try:
            wkb = self._wkb.create_multipolygon(area)
        except RuntimeError:
            return  # an area without rings: it stays expected and is counted at the end
        number = area.orig_id()
        if not area.from_way():
            self._built.add(number)
            for layer in layers:
                self._add_shape(layer, f"relation/{number}", tags, wkb)
            return
        name = f"way/{number}"
        self._expected.pop(name, None)
        for layer in layers:
            if around := self._relations.around(number, layer):
                self._held.append(_Held(layer, name, tags, wkb, around))
            else:
                self._add_shape(layer, name, tags, wkb)

    def _release_held(self) -> None:
        for held in self._held:
            if self._built.isdisjoint(held.relations):
                self._add_shape(held.layer, held.thing, held.tags, held.wkb)
        self._held.clear()

    def _count_lost_areas(self) -> None:
        lost: dict[str, Iterable[str]] = dict(self._expected)
        for relation, layers in self._relations.layers.items():
            if relation not in self._built:
                lost[f"relation/{relation}"] = layers
        for thing, layers_lost in lost.items():
            for layer in layers_lost:
                self.tally.add("osm_area_unusable", layer, thing)

    def _attributes(self, layer: str, thing: str, tags: dict[str, str]) -> dict[str, object]:
        row, faults = osm_tags.attributes(layer, tags)
        for fault in faults:
            self.tally.add(fault.check, layer, thing, fault.value)
        return row

    def _add_shape(self, layer: str, thing: str, tags: dict[str, str], wkb: str) -> None:
        buffer = self._shapes.setdefault(layer, Shapes(layer))
        buffer.add(thing, self._attributes(layer, thing, tags), wkb)
        self._full |= len(buffer) >= self._source.chunk_rows

    def _emit(self, full: int) -> Iterator[Chunk]:
        buffers: tuple[tuple[str, Lines | Shapes], ...] = (*self._lines.items(), *self._shapes.items())
        for layer, buffer in buffers:
            if len(buffer) < full:
                continue
            chunk = buffer.take(self._rows[layer] + 1)
            if not len(chunk.rows):
                continue
            self._rows[layer] += len(chunk.rows)
            bounds = shapely.total_bounds(chunk.geometry)
            (self._roads if layer == "roads" else self._all).add(bounds)
            yield chunk

    def _tell(self, seen: int) -> None:
        if self._source.progress is not None:
            self._source.progress(seen)


def _filters() -> Iterator[EntityFilter | KeyFilter | TagFilter]:
    """Yield the filters that spare Python the objects without a tag that matters."""
    yield EntityFilter(NODE | WAY | AREA)
    nodes = TagFilter(*(("power", value) for value in osm_tags.SUBSTATION_POWER))
    nodes.enable_for(NODE)
    yield nodes
    ways = KeyFilter(*osm_tags.LINE_KEYS, *(key for key, _ in osm_tags.AREA_TAGS))
    ways.enable_for(WAY)
    yield ways
    areas = TagFilter(*osm_tags.AREA_TAGS)
    areas.enable_for(AREA)
    yield areas
