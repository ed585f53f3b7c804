"""The second pass: a chunk of source rows becomes rows of the layer, each fault told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.crs import SourceCrs
from gis.dictionary.converted import where
from gis.dictionary.headers import ColumnMapping
from gis.dictionary.model import Field
from gis.dictionary.values import convert
from gis.findings import Severity, warning
from gis.geometry import clean
from gis.names import normal_name, tidy_name
from layers.intake.log import FindingLog
from layers.intake.survey import Survey
from layers.sources.model import Chunk

_HASH_GRID = 1e8
"""Coordinates are hashed on a grid of 1e-8 degree (1 mm), so that a last digit does not make a new id."""


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
    """

    mapping: ColumnMapping
    crs: SourceCrs | None
    survey: Survey
    unplaced: NDArray[np.bool_] | None
    log: FindingLog
    seen: dict[str, int]
    rejected: int = 0
    _done: int = 0

    def make(self, chunk: Chunk) -> Prepared:
        """Return the rows of a chunk that can be kept."""
        layer = self.mapping.layer
        count = len(chunk.rows)
        frame, rejected = self._fields(chunk.rows)
        geometry = None
        if layer.geometry:
            geometry, refused = self._geometry(chunk, rejected)
            rejected |= refused
        frame["id"] = self._ids(frame, geometry)
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
            self._tell_irregular(binding.field, rows, result.column)
            for check, severity in {(fault.check, fault.severity) for fault in result.faults}:
                faults = [fault for fault in result.faults if fault.check == check]
                told = ((self._row(rows, fault.position), fault.message) for fault in faults)
                self.log.rows(check, severity, self.mapping.layer.name, told)
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

    def _tell_irregular(self, field: Field, rows: pd.DataFrame, values: NDArray[Any]) -> None:
        """Tell names that are not written as names are: full width, blanks, KV."""
        if field.type != "reference" and field.name != "name":
            return
        odd = [(at, text) for at, text in enumerate(values) if text is not None and tidy_name(text) != text]
        told = (
            (self._row(rows, at), f"{field.name} {text!r} is written irregularly; usual: {tidy_name(text)!r}")
            for at, text in odd
        )
        self.log.rows("name_irregular", Severity.WARNING, self.mapping.layer.name, told)

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
        for check in set(cleaned.refused[refused & ~rejected].tolist()):
            at = np.flatnonzero((cleaned.refused == check) & refused & ~rejected)
            wanted = " or ".join(layer.geometry)
            self._tell(check, Severity.ERROR, chunk.rows, at, f"the row is left out; a {wanted} is wanted")
        self._tell(
            "coordinates_null",
            Severity.ERROR,
            chunk.rows,
            np.flatnonzero(unplaced & ~rejected),
            "the coordinates are missing or no place on Earth; the row is left out",
        )
        notes = (
            ("geometry_repaired", cleaned.repaired, "the outline crosses itself and was made valid"),
            ("geometry_closed_line", cleaned.closed_line, "a closed line was taken as a polygon"),
            ("geometry_parts_lost", cleaned.lost_parts, "parts of another kind were left out"),
        )
        for check, mask, words in notes:
            self._tell(check, Severity.WARNING, chunk.rows, np.flatnonzero(mask), words)
        return cleaned.geometry, refused | unplaced

    def _ids(self, frame: pd.DataFrame, geometry: NDArray[np.object_] | None) -> NDArray[np.object_]:
        """Return the id of every row: as given, else made from name, reading or content."""
        rule = self.mapping.layer.id_from
        given = frame["id"].to_numpy(dtype=object) if "id" in frame else np.full(len(frame), None)
        ids = np.array([None if value is None else str(value) for value in given], dtype=object)
        missing = np.flatnonzero([value is None for value in ids])
        if "id" in frame and len(missing):
            self._tell("id_missing", Severity.ERROR, frame, missing, "the row has no id; one was made for it")
        if not len(missing):
            return ids
        rest = frame.iloc[missing]
        shapes = None if geometry is None else geometry[missing]
        if rule == "reading":
            ids[missing] = _reading_ids(rest)
        elif rule == "name" and "name" in frame:
            ids[missing] = _name_ids(rest, self.survey, _content_hashes(rest, shapes))
        else:
            ids[missing] = [f"{self.mapping.layer.name}~{text}" for text in _content_hashes(rest, shapes)]
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
                told.append((thing, f"row {number}: id {thing!r} stands in row {first} already; left out"))
        self.log.rows("id_repeated", Severity.ERROR, self.mapping.layer.name, told)
        return repeated

    def _nulls(self, frame: pd.DataFrame, rejected: NDArray[np.bool_]) -> None:
        """Tell every null in a required column; the row stays."""
        for binding in self.mapping.bindings:
            if not binding.field.required or binding.field.name == "id":
                continue
            values = frame[binding.field.stored_as[0]]
            at = np.flatnonzero(values.isna().to_numpy() & ~rejected)
            self._tell(
                "required_value_missing",
                Severity.ERROR if binding.field.name != "name" else Severity.WARNING,
                frame.set_index(frame["id"]),
                at,
                f"{binding.field.name} ({binding.field.zh}) is empty",
            )

    def _tell(
        self, check: str, severity: Severity, rows: pd.DataFrame, at: Iterable[int], words: str
    ) -> None:
        told = ((self._row(rows, int(position)), words) for position in at)
        self.log.rows(
            check, severity, self.mapping.layer.name, ((thing, f"{thing}: {text}") for thing, text in told)
        )

    @staticmethod
    def _row(rows: pd.DataFrame, position: int) -> str:
        label = rows.index[position]
        return f"row {label}" if isinstance(label, int | np.integer) else str(label)


def _content_hashes(rows: pd.DataFrame, geometry: NDArray[np.object_] | None) -> list[str]:
    """Return a short hash of each row's name and geometry, the same wherever the row stands."""
    columns = [rows[name].tolist() for name in rows.columns if name != "id"]
    texts = ["\x1f".join(map(str, row)) for row in zip(*columns, strict=True)] or [""] * len(rows)
    if geometry is None:
        return [_hash(text.encode()) for text in texts]
    coordinates, owner = shapely.get_coordinates(geometry, return_index=True)
    grid = np.round(coordinates * _HASH_GRID).astype(np.int64)
    ends = np.searchsorted(owner, np.arange(len(geometry)), side="right")
    starts = np.concatenate([[0], ends[:-1]])
    return [
        _hash(text.encode() + grid[start:end].tobytes())
        for text, start, end in zip(texts, starts.tolist(), ends.tolist(), strict=True)
    ]


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:10]


def _reading_ids(rows: pd.DataFrame) -> list[str]:
    """Make a reading's id from what it is the reading of, and when; the content tells conflicts apart."""
    parts = [
        name for name in ("substation_ref", "level", "asset_ref", "data_date", "flagged") if name in rows
    ]
    hashes = _content_hashes(rows, None)
    ids = []
    for words, content in zip(rows[parts].itertuples(index=False), hashes, strict=True):
        known = [str(word) for word in words if not pd.isna(word)]
        ids.append("|".join([*known, content]))
    return ids


def _name_ids(rows: pd.DataFrame, survey: Survey, hashes: list[str]) -> list[str]:
    """Make ids from names: the normal form, its substation before it where the name repeats."""
    home = next((name for name in ("substation_ref", "feeder_ref") if name in rows), None)
    homes = rows[home].tolist() if home else [None] * len(rows)
    ids = []
    for name, place, content in zip(rows["name"].tolist(), homes, hashes, strict=True):
        if name is None:
            ids.append(f"~{content}")
            continue
        normal = normal_name(name)
        if survey.names[normal] <= 1:
            ids.append(normal)
        else:
            ids.append(f"{normal_name(place)}/{normal}" if place else f"{normal}~{content}")
    return ids
