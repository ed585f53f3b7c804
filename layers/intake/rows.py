"""The second pass: a chunk of source rows becomes rows of the layer, each fault told."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.crs import SourceCrs
from gis.dictionary.converted import as_text, where
from gis.dictionary.headers import ColumnMapping
from gis.dictionary.model import Field
from gis.dictionary.values import convert, source_text
from gis.findings import Severity, warning
from gis.geometry import clean, first_coordinates
from gis.names import tidy_name
from layers.intake.ids import content_hashes, name_ids, reading_ids
from layers.intake.log import FindingLog, RowFault
from layers.intake.survey import Survey
from layers.sources.model import Chunk


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows ready for the database: columns as stored, and geometry in EPSG:4326 (None for a table)."""

    rows: pd.DataFrame
    geometry: NDArray[np.object_] | None


@dataclass(slots=True)
class RowMaker:
    """Makes rows of one layer from the chunks of one source.

    Parameters
    ----------
    mapping
        Which column feeds which field.
    crs
        How the coordinates are to be read; None for a table without geometry.
    survey
        What the whole source says.
    unplaced
        shape (rows,), rows whose coordinates are no place; None where all are.
    log
        Takes the findings.
    seen
        Ids of earlier rows -> row number; shared by all files of a batch.
    stored_homes
        Id -> what it belongs to, for the rows in the database.
    """

    mapping: ColumnMapping
    crs: SourceCrs | None
    survey: Survey
    unplaced: NDArray[np.bool_] | None
    log: FindingLog
    seen: dict[str, int]
    stored_homes: Mapping[str, str | None] = field(default_factory=dict)
    rejected: int = 0
    _done: int = 0
    _rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    _made: NDArray[np.object_] | None = None

    def make(self, chunk: Chunk) -> Prepared:
        """Return the rows of a chunk that can be kept."""
        layer = self.mapping.layer
        count = len(chunk.rows)
        self._rows, self._made = chunk.rows, None
        frame, rejected = self._fields(chunk.rows)
        geometry = None
        if layer.geometry:
            geometry, refused = self._geometry(chunk, rejected)
            rejected |= refused
        self._made = self._ids(frame, geometry)
        frame["id"] = self._made
        rejected |= self._repeated(frame["id"], chunk.rows.index, rejected)
        self._nulls(frame, rejected)
        self._done += count
        self.rejected += int(rejected.sum())
        kept = ~rejected
        return Prepared(frame[kept], None if geometry is None else geometry[kept])

    def _fields(self, rows: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
        """Convert every bound field; return the columns as stored and the rows to leave out."""
        rejected = np.zeros(len(rows), dtype=bool)
        columns: dict[str, pd.Series] = {}
        power_factor = None
        for binding in sorted(self.mapping.bindings, key=lambda each: each.field.name != "power_factor"):
            name = binding.field.name
            result = convert(binding, rows, commas=self.survey.commas.get(name), power_factor=power_factor)
            if name == "power_factor":
                power_factor = np.asarray(result.column, dtype=np.float64)
            self._assume(result.assumptions)
            self._tell_commas(name, rows)
            self._tell_irregular(binding.field, result.column)
            for check, severity in {(fault.check, fault.severity) for fault in result.faults}:
                told = [(fault.position, fault.message) for fault in result.faults if fault.check == check]
                self._tell(check, severity, told)
            rejected[[fault.position for fault in result.faults if fault.rejects_row]] = True
            columns[binding.field.stored_as[0]] = pd.Series(
                result.column, index=rows.index, dtype=result.column.dtype
            )
        if "node_ids" in rows:
            columns["node_ids"] = rows["node_ids"]
        return pd.DataFrame(columns, index=rows.index), rejected

    def _assume(self, assumptions: dict[str, str]) -> None:
        repairs = {
            "energy_unit_assumed_power": "Correct the header, or state the unit: --map FIELD=COLUMN.",
            "power_factor_assumed": "Give a power factor column, or the figure in kVA.",
        }
        for check, message in assumptions.items():
            self.log.add(warning(check, self.mapping.layer.name, None, message, repairs[check]))

    def _tell_commas(self, field: str, rows: pd.DataFrame) -> None:
        """Tell once that a column writes its decimals with a comma."""
        binding, commas = self.mapping.binding(field), self.survey.commas.get(field)
        if binding is None or commas is None or not commas.decimal or not len(rows):
            return
        message = (
            f"{where(binding)} writes decimals with a comma ({commas.decimal:,} values such as"
            f" {commas.example!r}); they are read so"
        )
        repair = "Nothing, where it is right; else write decimals with a point."
        self.log.add(warning("decimal_comma", self.mapping.layer.name, None, message, repair))

    def _tell_irregular(self, field: Field, values: NDArray[Any]) -> None:
        """Tell names that are not written as names are: full width, blanks, KV."""
        if field.type != "reference" and field.name != "name":
            return
        odd = [(at, text) for at, text in enumerate(values) if text is not None and tidy_name(text) != text]
        told = [
            (at, f"{field.name} {text!r} is written irregularly; usual: {tidy_name(text)!r}")
            for at, text in odd
        ]
        self._tell("name_irregular", Severity.WARNING, told)

    def _geometry(
        self, chunk: Chunk, rejected: NDArray[np.bool_]
    ) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
        layer = self.mapping.layer
        given = np.full(len(chunk.rows), None) if chunk.geometry is None else chunk.geometry
        unplaced = np.zeros(len(given), dtype=bool)
        if self.unplaced is not None:
            unplaced = self.unplaced[self._done : self._done + len(given)] & ~shapely.is_missing(given)
        usable = given.copy()
        usable[unplaced] = None
        placed = usable if self.crs is None else self.crs.geometries_to_wgs84(usable)
        cleaned = clean(placed, layer.geometry)
        refused = (cleaned.refused != "") & ~unplaced
        wanted = " or ".join(layer.geometry)
        notes: list[tuple[str, Severity, NDArray[np.bool_], str]] = [
            (check, Severity.ERROR, cleaned.refused == check, f"the row is left out; a {wanted} is wanted")
            for check in sorted(set(cleaned.refused[refused].tolist()))
        ]
        nowhere = "the coordinates are missing or no place on Earth; the row is left out"
        notes += [
            ("coordinates_null", Severity.ERROR, unplaced, nowhere),
            ("geometry_repaired", Severity.WARNING, cleaned.repaired, "it crosses itself and was made valid"),
            (
                "geometry_closed_line",
                Severity.WARNING,
                cleaned.closed_line,
                "a closed line was taken as polygon",
            ),
            (
                "geometry_parts_lost",
                Severity.WARNING,
                cleaned.lost_parts,
                "parts of another kind were left out",
            ),
        ]
        places = first_coordinates(placed)
        for check, severity, mask, words in notes:
            at = np.flatnonzero(mask & ~rejected & (refused | (cleaned.refused == "") | unplaced))
            self._tell(check, severity, [(int(position), words) for position in at], places)
        return cleaned.geometry, refused | unplaced

    def _ids(self, frame: pd.DataFrame, geometry: NDArray[np.object_] | None) -> NDArray[np.object_]:
        """Return the id of every row: as given, else made from name, reading or content."""
        rule = self.mapping.layer.id_from
        given = frame["id"].to_numpy(dtype=object) if "id" in frame else np.full(len(frame), None)
        ids = np.array([None if value is None else str(value) for value in given], dtype=object)
        missing = np.flatnonzero([value is None for value in ids])
        if "id" in frame and len(missing):
            told = [(int(position), "the row has no id; one was made for it") for position in missing]
            self._tell("id_missing", Severity.ERROR, told)
        if not len(missing):
            return ids
        rest = frame.iloc[missing]
        shapes = None if geometry is None else geometry[missing]
        hashes = content_hashes(rest, shapes)
        if rule == "reading":
            ids[missing] = reading_ids(rest, hashes, self.seen)
        elif rule == "name" and "name" in frame:
            ids[missing] = name_ids(rest, hashes, self.survey.names, self.stored_homes)
        else:
            ids[missing] = [f"{self.mapping.layer.name}~{text}" for text in hashes]
        return ids

    def _repeated(self, ids: pd.Series, numbers: pd.Index, rejected: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Keep the first row of an id; return the others."""
        kept = np.flatnonzero(~rejected)
        things = ids.to_numpy()[kept].tolist()
        rows = numbers.to_numpy()[kept].tolist()
        repeated = np.zeros(len(ids), dtype=bool)
        told = []
        for position, thing, number in zip(kept.tolist(), things, rows, strict=True):
            first = self.seen.setdefault(thing, number)
            if first != number:
                repeated[position] = True
                words = f"row {number}: id {thing!r} stands in row {first} already; left out"
                told.append(RowFault(thing, words))
        self.log.rows("id_repeated", Severity.ERROR, self.mapping.layer.name, told, len(told))
        return repeated

    def _nulls(self, frame: pd.DataFrame, rejected: NDArray[np.bool_]) -> None:
        """Tell every null in a required column; the row stays."""
        for binding in self.mapping.bindings:
            if not binding.field.required or binding.field.name == "id":
                continue
            values = frame[binding.field.stored_as[0]]
            at = np.flatnonzero(values.isna().to_numpy() & ~rejected)
            words = f"{binding.field.name} ({binding.field.zh}) is empty"
            told = [(int(position), words) for position in at]
            if self.mapping.layer.fails_without(binding.field):
                self._tell("required_value_missing", Severity.ERROR, told)
            else:
                self._tell("required_detail_missing", Severity.WARNING, told)

    def _tell(
        self,
        check: str,
        severity: Severity,
        told: Sequence[tuple[int, str]],
        places: NDArray[np.float64] | None = None,
    ) -> None:
        """Log faults of rows of the running chunk, each given by its position."""
        faults = (self._fault(position, words, places) for position, words in told)
        self.log.rows(check, severity, self.mapping.layer.name, faults, len(told))

    def _fault(self, position: int, words: str, places: NDArray[np.float64] | None) -> RowFault:
        number = f"row {self._rows.index[position]}"
        lon, lat = (float("nan"), float("nan")) if places is None else places[position].tolist()
        thing = self._thing(position) or number
        if math.isnan(lon):
            return RowFault(thing, f"{number}: {words}")
        return RowFault(thing, f"{number}: {words}", lon, lat)

    def _thing(self, position: int) -> str | None:
        """Return the id of a row: the one it was given, or, once that is known, the one made for it."""
        if self._made is not None:
            return str(self._made[position])
        binding = self.mapping.binding("id")
        if binding is None:
            return None
        return as_text(source_text(binding, self._rows.iloc[[position]]))[0]
