"""One source into one layer's staging table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import psycopg
import shapely
from numpy.typing import NDArray

from gis.crs import SourceCrs, read_crs
from gis.crs_diagnosis import diagnose
from gis.datum_evidence import datav_finding, datav_signature
from gis.dictionary.headers import ColumnMapping, match_headers
from gis.dictionary.model import Layer
from gis.dictionary.values import convert
from gis.errors import CrsError, InputError, MappingError
from gis.findings import Finding, Severity, warning
from layers.intake.log import FindingLog
from layers.intake.request import ImportRequest, Progress
from layers.intake.rows import RowMaker
from layers.intake.staging import Staging
from layers.intake.survey import Survey, chosen, survey
from layers.intake.writer import Writer
from layers.sources.model import Chunk, Source
from layers.sources.place_columns import PLACE_FIELDS


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one source brought: rows read and left out, how it was read, and where its rows wait."""

    read: int
    rejected: int
    crs: SourceCrs | None
    mapping: ColumnMapping
    staging: Staging


def load(
    source: Source,
    layer: Layer,
    request: ImportRequest,
    staging: Staging,
    log: FindingLog,
    seen: dict[str, int],
    progress: Progress,
) -> Loaded:
    """Read a source twice, first to look and then to take, and stage its rows.

    Raises
    ------
    InputError
        Where nothing of the source can be used: no column fits, no coordinate system, no row left.
    """
    mapping = _mapping(source, layer, request, log)
    if layer.geometry == ("point",) and not source.has_geometry:
        source = _at_known_places(source, mapping, staging.connection)
    crs = _declared_crs(source, layer, request, log)
    looked = survey(source, mapping, request.where)
    unplaced = np.zeros(looked.rows, dtype=bool)
    if crs is not None:
        crs, unplaced = _diagnosed(crs, looked, layer, log)
    if looked.rows == 0:
        log.add(_no_rows(source, layer, request))
    maker = RowMaker(mapping, crs, looked, unplaced, log, seen, staging.homes() if looked.names else {})
    with Writer(staging) as writer:
        for chunk in source.chunks():
            writer.send(maker.make(chosen(chunk, request.where)))
            progress(len(chunk.rows), source.row_count)
    if looked.rows and maker.rejected == looked.rows:
        messages = dict.fromkeys(f.message for f in log.all() if f.severity is Severity.ERROR)
        raise InputError(
            f"{source.path.name}: none of its {looked.rows:,} rows can be taken",
            faults=tuple(messages)[:10],
            repair="mend the file as the faults say, or state columns and units by --map FIELD=COLUMN",
        )
    return Loaded(looked.rows, maker.rejected, crs, mapping, staging)


def _mapping(source: Source, layer: Layer, request: ImportRequest, log: FindingLog) -> ColumnMapping:
    """Match the headers; tell the columns nothing took and the fields nothing feeds."""
    stated = {field: column for field, column in request.stated.items() if field not in PLACE_FIELDS}
    mapping = match_headers(layer, source.columns, stated, encoding=source.encoding)
    absent = set(request.where) - set(source.columns)
    needed = [field for field in layer.fields if field.required and mapping.binding(field.name) is None]
    needed = [field for field in needed if field.name != "id" or layer.id_from == "id"]
    required = [field for field in layer.fields if field.required]
    shown = ", ".join(source.columns) or "none"
    if absent:
        raise MappingError(
            f"{source.path.name} has no column {', '.join(sorted(absent))}",
            repair=f"--where takes one of: {shown}",
        )
    figures = [field for field in layer.fields if field.unit]
    if (
        (required and not any(mapping.binding(field.name) for field in required))
        or (not layer.geometry and not any(mapping.binding(field.name) for field in figures))
        or (layer.id_from == "id" and mapping.binding("id") is None)
    ):
        raise MappingError(
            f"{source.path.name} does not look like {layer.name} ({layer.zh}): its columns are {shown}",
            faults=tuple(f"no column for {field.name} ({field.zh})" for field in needed),
            repair="choose another layer, or bind the columns: --map FIELD=COLUMN ...",
        )
    for field in needed:
        message = (
            f"{source.path.name} has no column for {field.name} ({field.zh}); it is unknown for all rows"
        )
        repair = f"Add the column, or bind it: --map {field.name}=COLUMN."
        severity = Severity.ERROR if layer.fails_without(field) else Severity.WARNING
        log.add(Finding("column_missing", severity, layer.name, None, message, repair))
    unmatched = [each for each in mapping.unmatched if each.column not in request.where]
    if unmatched:
        listed = ", ".join(
            each.column + (f" (perhaps {each.suggestion})" if each.suggestion else "") for each in unmatched
        )
        message = f"columns of {source.path.name} that nothing took: {listed}"
        log.add(
            warning(
                "columns_unmatched", layer.name, None, message, "Bind what is needed: --map FIELD=COLUMN."
            )
        )
    if layer.geometry and datav_signature(source.columns) and request.crs is None:
        log.add(datav_finding(layer.name))
    return mapping


def _declared_crs(source: Source, layer: Layer, request: ImportRequest, log: FindingLog) -> SourceCrs | None:
    if not layer.geometry:
        return None
    declared = request.crs or source.crs
    if declared is None:
        raise CrsError(
            f"{source.path.name} does not say which coordinate system it is in",
            repair="give it: --crs EPSG:4326 (GPS), EPSG:4490 or EPSG:4547 (CGCS2000), gcj02 or bd09",
        )
    crs = read_crs(declared)
    if request.crs is not None and source.crs is not None:
        own = read_crs(source.crs)
        if own.label != crs.label:
            message = f"{source.path.name} says {own.label}; it is read as {crs.label}, as asked"
            log.add(warning("crs_overridden", layer.name, None, message, "Nothing, where --crs is right."))
    return crs


def _diagnosed(
    crs: SourceCrs, looked: Survey, layer: Layer, log: FindingLog
) -> tuple[SourceCrs, NDArray[np.bool_]]:
    """Compare the coordinates with their system; return how to read them and which are no place."""
    placed: NDArray[np.bool_] = np.isfinite(looked.places.sum(axis=1))
    result = diagnose(crs, looked.places[placed, 0], looked.places[placed, 1], layer.name)
    errors = [finding for finding in result.findings if finding.severity is Severity.ERROR]
    if errors:
        raise CrsError(
            f"the coordinates do not agree with {crs.label}",
            faults=tuple(finding.message for finding in errors),
            repair=" ".join(dict.fromkeys(finding.repair for finding in errors)),
        )
    log.add(*(finding for finding in result.findings if finding.check != "coordinates_null"))
    unplaced: NDArray[np.bool_] = np.zeros(looked.rows, dtype=np.bool_)
    unplaced[np.flatnonzero(placed)[result.rejected]] = True
    return result.crs, unplaced


def _no_rows(source: Source, layer: Layer, request: ImportRequest) -> Finding:
    if request.replace:
        raise InputError(
            f"{source.path.name} has no rows, and --replace would empty {layer.name}",
            repair="check the file; to empty a layer on purpose, run kaimen db reset and import the rest",
        )
    return warning("source_empty", layer.name, None, f"{source.path.name} has no rows", "Check the file.")


def _at_known_places(source: Source, mapping: ColumnMapping, connection: psycopg.Connection) -> Source:
    """Give rows of a table without coordinates the place of the substation that has their id."""
    binding = mapping.binding("id")
    if binding is None:
        return source
    found = connection.execute(
        "select id, st_asbinary(st_pointonsurface(geom)) from grid.substations"
    ).fetchall()
    places = {str(thing): shapely.from_wkb(wkb) for thing, wkb in found}

    def chunks() -> Iterator[Chunk]:
        for chunk in source.chunks():
            ids = convert(binding, chunk.rows).column
            geometry = np.empty(len(ids), dtype=object)
            geometry[:] = [places.get(str(thing)) for thing in ids]
            yield Chunk(chunk.rows, geometry)

    return replace(source, chunks=chunks, has_geometry=True, crs="EPSG:4326")


def load_tagged(
    chunks: Iterator[Chunk],
    stagings: Mapping[str, Staging],
    definitions: Mapping[str, Layer],
    log: FindingLog,
    progress: Progress,
) -> dict[str, Loaded]:
    """Stage chunks that name their own layer and already have its columns (OpenStreetMap)."""
    makers: dict[str, RowMaker] = {}
    known: dict[str, set[str]] = defaultdict(set)
    read: dict[str, int] = {}
    crs = read_crs("EPSG:4326")
    for chunk in chunks:
        layer = definitions[chunk.layer]
        if chunk.layer not in makers:
            stagings[chunk.layer].open()
            mapping = match_headers(layer, [str(name) for name in chunk.rows.columns])
            makers[chunk.layer] = RowMaker(mapping, crs, Survey(), None, log, {})
        read[chunk.layer] = read.get(chunk.layer, 0) + len(chunk.rows)
        prepared = makers[chunk.layer].make(chunk)
        stagings[chunk.layer].write(prepared)
        known[chunk.layer] |= set(prepared.rows.columns[prepared.rows.notna().any()])
        progress(len(chunk.rows), None)
    for name, columns in known.items():
        stagings[name].fed = columns  # of what no object states, a row that comes again keeps its value
    return {
        name: Loaded(read[name], maker.rejected, crs, maker.mapping, stagings[name])
        for name, maker in makers.items()
    }
