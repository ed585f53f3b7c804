"""One import: one batch, one transaction. Killed half-way, nothing of it is there."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gis.dictionary.model import layers
from gis.errors import InputError
from gis.findings import Finding, Severity, warning
from layers.claims.ledger import record_import
from layers.claims.locks import hold_register_alone
from layers.database import driver
from layers.intake.datum import datum_findings, distance_findings
from layers.intake.joins import resolve_all, tell
from layers.intake.load import Loaded, load, load_tagged
from layers.intake.log import FindingLog
from layers.intake.request import OSM, Counts, ImportRequest, ImportResult, Noding, Progress, Watch
from layers.intake.staging import Staging
from layers.sources.open import open_source
from layers.sources.osm import open_osm
from layers.tables.batches import aliases, import_batches, layer_versions
from layers.tables.grid import layer_tables

_BLOCK_BYTES = 1 << 20
_LOCK = "select {} (hashtext('kaimen import'))"


def run_import(engine: Engine, request: ImportRequest, watch: Watch) -> ImportResult:
    """Import files into a layer.

    Parameters
    ----------
    engine
        A database at the newest schema version.
    request
        What to import, and how.
    watch
        Who is told meanwhile.

    Raises
    ------
    InputError
        Nothing was written: the files, their columns or their coordinates cannot be used.
    """
    with engine.connect() as connection, connection.begin() as transaction, driver(connection) as raw:
        _one_at_a_time(connection, watch)
        log = FindingLog()
        batch_id = _open_batch(connection, request)
        _keep_aliases(connection, request, batch_id)
        load_all = _load_osm if request.layer == OSM else _load_layer
        loaded, note = load_all(raw, request, batch_id, log, watch.progress)
        if request.replace:
            _refuse_doubtful_replacement(loaded, log)
        hold_register_alone(connection)
        counts = {name: _merge(name, each, request, log) for name, each in loaded.items()}
        if request.replace and "claims" in counts:
            log.add(*_kept_claims(connection))
        _settle(connection, frozenset(counts), log)
        record_import(connection, batch_id)
        for name in counts:
            log.add(*datum_findings(raw, name, batch_id, loaded[name].crs))
            if layers()[name].geometry and request.layer != OSM:
                log.add(*distance_findings(raw, name, batch_id))
        result = ImportResult(
            layer=request.layer,
            counts=counts,
            crs=note["crs"],
            encoding=note["encoding"],
            mapping=note["mapping"],
            batch_id=None if request.dry_run else batch_id,
            findings=log.all(),
        )
        _close_batch(connection, batch_id, result, note)
        if request.dry_run:
            transaction.rollback()
    return result


def _one_at_a_time(connection: Connection, watch: Watch) -> None:
    if not connection.scalar(text(_LOCK.format("pg_try_advisory_xact_lock"))):
        watch.waiting()
        connection.execute(text(_LOCK.format("pg_advisory_xact_lock")))


def _open_batch(connection: Connection, request: ImportRequest) -> int:
    zero = {f"rows_{name}": 0 for name in Counts.__slots__}
    statement = insert(import_batches).values(
        layer=request.layer,
        files=[_file_facts(path) for path in request.files],
        format="",
        mapping={},
        options=request.options(),
        noding=_noding(request),
        findings=[],
        **zero,
    )
    return int(connection.execute(statement.returning(import_batches.c.id)).scalar_one())


def _noding(request: ImportRequest) -> Noding | None:
    if request.layer == OSM:
        return "nodes"
    return request.noding if request.layer == "roads" else None


def _file_facts(path: Path) -> dict[str, Any]:
    """Return name, size and SHA-256 of a file with its companions (.dbf, .prj ...), or of a folder."""
    if not path.exists():
        raise InputError(f"{path} does not exist", repair="check the path")
    if path.is_dir():
        parts = sorted(each for each in path.rglob("*") if each.is_file())
    elif path.suffix.lower() == ".shp":
        parts = sorted(each for each in path.parent.glob(f"{path.stem}.*") if each.is_file())
    else:
        parts = [path]
    digest = hashlib.sha256()
    for part in parts:
        with part.open("rb") as stream:
            while block := stream.read(_BLOCK_BYTES):
                digest.update(block)
    size = sum(part.stat().st_size for part in parts)
    return {"name": path.name, "sha256": digest.hexdigest(), "bytes": size}


def _keep_aliases(connection: Connection, request: ImportRequest, batch_id: int) -> None:
    for spelling, (given, meaning) in request.aliases.items():
        row = {"meaning": meaning, "given": [given], "batch_id": batch_id}
        statement = upsert(aliases).values(spelling=spelling, **row)
        connection.execute(statement.on_conflict_do_update(index_elements=["spelling"], set_=row))


def _load_layer(
    raw: psycopg.Connection, request: ImportRequest, batch_id: int, log: FindingLog, progress: Progress
) -> tuple[dict[str, Loaded], dict[str, Any]]:
    layer = layers()[request.layer]
    staging = Staging(raw, layer_tables[layer.name], layer.level, batch_id)
    staging.open()
    seen: dict[str, int] = {}
    total: Loaded | None = None
    found: dict[str, dict[str, None]] = {"crs": {}, "encoding": {}, "format": {}}
    for path in request.files:
        source = open_source(
            path,
            layer=layer,
            layer_name=request.layer_name,
            encoding=request.encoding,
            stated=request.stated,
        )
        log.add(*source.findings)
        loaded = load(source, layer, request, staging, log, seen, progress)
        if loaded.crs is not None:
            found["crs"][loaded.crs.label] = None
        found["encoding"][source.encoding] = None
        found["format"][source.format] = None
        before = (total.read, total.rejected) if total else (0, 0)
        total = replace(loaded, read=loaded.read + before[0], rejected=loaded.rejected + before[1])
    if total is None:
        raise InputError("no file is named", repair="kaimen import LAYER FILE ...")
    note: dict[str, Any] = {key: ", ".join(values) or None for key, values in found.items()}
    return {layer.name: total}, note | {"mapping": total.mapping.as_json()}


def _load_osm(
    raw: psycopg.Connection, request: ImportRequest, batch_id: int, log: FindingLog, progress: Progress
) -> tuple[dict[str, Loaded], dict[str, Any]]:
    definitions = layers()
    stagings = {
        name: Staging(raw, table, definitions[name].level, batch_id) for name, table in layer_tables.items()
    }
    if len(request.files) != 1:
        raise InputError("one OpenStreetMap file is imported at a time", repair="merge the extracts first")
    given = {"--crs": request.crs, "--encoding": request.encoding, "--map": request.stated}
    given |= {"--layer": request.layer_name, "--where": request.where}
    unfit = [option for option, value in given.items() if value]
    if unfit:
        raise InputError(
            f"{', '.join(unfit)} means nothing for OpenStreetMap, whose files say everything themselves",
            repair="leave it out",
        )
    source = open_osm(request.files[0])
    loaded = load_tagged(source.chunks(), stagings, definitions, log, progress)
    log.add(*source.findings)
    for name, rejected in source.rejected.items():
        if rejected and name in loaded:
            each = loaded[name]
            loaded[name] = replace(each, read=each.read + rejected, rejected=each.rejected + rejected)
    note = {
        "crs": source.crs,
        "encoding": source.encoding,
        "format": source.format,
        "mapping": {},
    }
    return loaded, note


def _refuse_doubtful_replacement(loaded: dict[str, Loaded], log: FindingLog) -> None:
    """Refuse to delete what is there for a file that does not look like the layer."""
    missing = [f.message for f in log.all() if f.check == "column_missing" and f.severity is Severity.ERROR]
    for name, each in loaded.items():
        if missing or each.rejected > each.read / 2:
            lost = f"{each.rejected:,} of {each.read:,} rows of {name} would be left out"
            raise InputError(
                f"--replace would delete rows of {name} for a file that does not look like it",
                faults=(*missing, *((lost,) if each.rejected else ())),
                repair="check file and layer; import without --replace where the file is right",
            )


def _merge(name: str, loaded: Loaded, request: ImportRequest, log: FindingLog) -> Counts:
    clashes = loaded.staging.clashes()
    log.asset_clashes(name, clashes)
    counts = loaded.staging.merge(replace=request.replace)
    return replace(counts, read=loaded.read, rejected=loaded.rejected + len(clashes))


def _kept_claims(connection: Connection) -> list[Finding]:
    """Tell of the claims that the register accepted itself: a file without them does not withdraw them."""
    ids = list(connection.scalars(text("select id from grid.claims where batch_id is null order by id")))
    if not ids:
        return []
    message = f"{len(ids):,} claims accepted in the register stand in no file and stay: {', '.join(ids[:5])}"
    repair = "Nothing, where they hold; else withdraw them: kaimen claims withdraw ID --why TEXT."
    return [warning("claims_kept", "claims", None, message + (" …" if ids[5:] else ""), repair)]


def _settle(connection: Connection, imported: frozenset[str], log: FindingLog) -> None:
    known = {row.spelling: row.meaning for row in connection.execute(select(aliases))}
    with driver(connection) as raw:
        tell(raw, resolve_all(raw, known), imported, log)


def _close_batch(connection: Connection, batch_id: int, result: ImportResult, note: dict[str, Any]) -> None:
    rows = {f"rows_{name}": count for name, count in asdict(result.total).items()}
    connection.execute(
        update(import_batches)
        .where(import_batches.c.id == batch_id)
        .values(
            format=note["format"],
            crs=result.crs,
            encoding=result.encoding,
            mapping=dict(result.mapping),
            findings=[finding.as_json() for finding in result.findings],
            finished_at=text("clock_timestamp()"),
            **rows,
        )
    )
    for name, counts in result.counts.items():
        if counts.changed:
            row = {"batch_id": batch_id, "changed_at": text("now()")}
            statement = upsert(layer_versions).values(layer=name, **row)
            connection.execute(statement.on_conflict_do_update(index_elements=["layer"], set_=row))
