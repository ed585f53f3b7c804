"""Publish an edition (公开发布): one transaction, and files that are there when it is committed.

In order: alone against other publishers; one snapshot for all that is read; rows; files beside their place;
header; files into their place; commit. Killed before the commit nothing is published, and what lies about is
swept by the next publication; killed after it the edition is whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from gis.capacity.open_capacity import open_capacity
from gis.capacity.parameters import CapacityParameters
from gis.editions.canonical import table_sha256
from gis.editions.columns import CLAIMS, INPUTS, PUBLISHED
from gis.editions.disclosure import DisclosureSettings
from gis.editions.frozen import Frozen, freeze
from gis.editions.header import FORMAT, Edition, new_id
from gis.editions.metadata import metadata
from gis.editions.reliability import reliability
from gis.editions.screened import Screened, freeze_screening
from gis.errors import ConflictError, InputError, PublicationError
from gis.findings import Finding, Severity
from gis.network.check import DEFAULT_PARAMETERS, check
from gis.network.columns import column, texts
from gis.network.model import Grid
from gis.policy.load import jurisdictions
from layers.database import snapshot
from layers.disk import roomy
from layers.editions.files import FOLDER, INDEX, Staging, finish, staging, sweep
from layers.editions.screened import fitting_run, found_in
from layers.editions.store import Stored, act_as_publisher, read_editions, write_header, write_rows
from layers.queries.grid import read_grid
from layers.queries.working_tiles import from_osm
from layers.sources.osm import SOURCE
from layers.tables.batches import layer_versions
from layers.tables.editions import FROZEN, SCREENED

_LOCK: Final = "hashtext('kaimen publish')"
CONTEXT: Final = ("roads", "water", "green", "railways")
"""Layers that are drawn around the parcels: no feeder, no transformer, no substation."""

_ASSETS: Final = ("substations", "main_transformers", "feeders", "transformers")
"""Layers that the published rows are of."""

_TOLD: Final = 100
_LOST: Final = frozenset({"23505", "23001", "40001"})
"""Unique and restrict violation, serialization failure: another publication came first."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be published.

    Attributes
    ----------
    as_of
        The day the figures are of.
    created_at
        Now, UTC.
    note, corrects
        Words of the publisher, and the edition that is corrected.
    parameters, settings
        Of the open capacity, and of the disclosure.
    policies
        Policy file -> SHA-256.
    code_version
        Version of Kaimen.
    map_number
        Number of the map's review (审图号); None where there is none.
    """

    as_of: date
    created_at: datetime
    note: str | None
    corrects: str | None
    parameters: CapacityParameters
    settings: DisclosureSettings
    policies: Mapping[str, str]
    code_version: str
    map_number: str | None = None


@dataclass(frozen=True, slots=True)
class PublishWatch:
    """Who is told: of each stage before it begins, and that another publication must end first."""

    step: Callable[[str], None]
    waiting: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Pages:
    """What is drawn for an edition, and what tells which screening it can hold.

    Attributes
    ----------
    inputs
        A connection -> the inputs that a screening of the data it sees would have.
    maps
        The edition, its screening and the layers around it (``CONTEXT``) -> name and bytes of each map.
    index
        The edition with all its other files -> the page that leads to them.
    """

    inputs: Callable[[Connection], Mapping[str, Any]]
    maps: Callable[[Edition, Screened, Mapping[str, pd.DataFrame]], Iterable[tuple[str, bytes]]]
    index: Callable[[Edition], bytes]


@dataclass(frozen=True, slots=True)
class Publication:
    """What was published.

    Attributes
    ----------
    edition
        The edition.
    folder
        Of its files.
    unscreened
        Why it holds no screening, and what to do; None where it holds one, or where none was wanted.
    """

    edition: Edition
    folder: Path
    unscreened: str | None


def publish(
    engine: Engine, home: Path, wish: Wish, watch: PublishWatch, pages: Pages | None = None
) -> Publication:
    """Freeze the state of the grid on a day as a new edition.

    Parameters
    ----------
    engine
        A database at the newest schema version.
    home
        Folder of generated files (``KAIMEN_HOME``).
    wish
        What is to be published.
    watch
        Who is told meanwhile.
    pages
        Draws the pages; without it the edition holds the files of its figures alone.

    Raises
    ------
    PublicationError
        There is nothing to publish, or findings of severity error are open.
    ConflictError
        Another publication came first, here or in a copy of the database that has the same home.
    StorageError
        There is no room for the files or the rows; nothing of them is left.
    InputError
        The edition that is corrected does not exist.
    """
    with _alone(engine, watch), ExitStack() as held:
        try:
            with roomy(home / FOLDER), snapshot(engine) as connection, connection.begin():
                done = _publish(connection, home, wish, _Working(watch, pages, held))
                watch.step("Committing")
        except BaseException as fault:
            held.close()
            _sweep(engine, home)
            if isinstance(fault, DBAPIError) and getattr(fault.orig, "sqlstate", "") in _LOST:
                raise ConflictError(
                    "another edition was published meanwhile: " + _told(_newest(engine)), repair=_AGAIN
                ) from fault
            raise
        watch.step("Done")
        finish(done.folder)
    return done


def _sweep(engine: Engine, home: Path) -> None:
    """Remove the files of a publication that failed, if the database can say that it is not there."""
    with suppress(SQLAlchemyError, OSError), engine.connect() as connection:
        committed = [each.edition for each in read_editions(connection)]
        sweep(home, database_name(connection), committed)


@dataclass(frozen=True, slots=True)
class _Working:
    """What a publication works with; the mark of its folder stays ``held`` until it is committed."""

    watch: PublishWatch
    pages: Pages | None
    held: ExitStack


def _publish(connection: Connection, home: Path, wish: Wish, working: _Working) -> Publication:
    """Write the edition and its files."""
    watch, pages = working.watch, working.pages
    watch.step("Reading the layers")
    grid = read_grid(connection)
    known = read_editions(connection)
    _require_fit(grid, known, wish, watch)
    watch.step("Working out what is open")
    capacity = open_capacity(grid, wish.as_of, wish.parameters)
    edition_id = new_id(wish.as_of, [each.edition.id for each in known])
    frozen = freeze(grid, capacity, wish.settings, edition_id)
    draft = _draft(connection, wish, edition_id, known, frozen, grid)
    screened, unscreened = _screened(connection, grid, wish, pages, edition_id)
    draft = _with_map(connection, draft, screened, wish)
    name, committed = database_name(connection), [each.edition for each in known]
    place = working.held.enter_context(staging(home, name, committed))
    watch.step("Writing the rows")
    act_as_publisher(connection)
    for (table, columns), rows in zip(FROZEN, (frozen.published, frozen.inputs, frozen.claims), strict=True):
        write_rows(connection, table, columns, rows, draft.id)
    for kind, (table, columns) in SCREENED.items() if screened is not None else ():
        write_rows(connection, table, columns, getattr(screened, kind), draft.id)
    edition = _with_files(draft, frozen, screened, place, working, grid)
    watch.step("Writing the header")
    write_header(connection, edition)
    watch.step("Putting the files in place")
    return Publication(edition, place.place(edition), unscreened)


def _screened(
    connection: Connection, grid: Grid, wish: Wish, pages: Pages | None, edition_id: str
) -> tuple[Screened | None, str | None]:
    """Return what the edition freezes of a screening, or why there is none that fits."""
    if pages is None:
        return None, None
    run, why = fitting_run(connection, wish.as_of, pages.inputs(connection), wish.parameters.as_dict())
    if run is None:
        return None, why
    return freeze_screening(found_in(connection, run), grid["parcels"], edition_id), None


def _with_map(connection: Connection, draft: Edition, screened: Screened | None, wish: Wish) -> Edition:
    """Return the edition with whose data it shows and, of a zone map, its number."""
    shown = _ASSETS if screened is None else (*_ASSETS, "parcels", *CONTEXT)
    facts: dict[str, Any] = {"sources": [dict(SOURCE)] if from_osm(connection, shown) else []}
    if screened is not None:
        facts |= {"screening": screened.facts(), "map_number": wish.map_number}
    return replace(draft, facts={**draft.facts, **facts})


def _with_files(
    draft: Edition,
    frozen: Frozen,
    screened: Screened | None,
    place: Staging,
    working: _Working,
    grid: Grid,
) -> Edition:
    watch, pages = working.watch, working.pages
    watch.step("Writing the files")
    lines = metadata(draft)
    files = place.write(draft.id, frozen.published, lines)
    if screened is not None and pages is not None:
        files += place.write_screened(screened, lines)
        watch.step("Drawing the zone map")
        context = {name: grid[name] for name in CONTEXT}
        files += [place.put(name, data) for name, data in pages.maps(draft, screened, context)]
    edition = replace(draft, facts={**draft.facts, "files": files})
    if pages is None:
        return edition
    watch.step("Writing the page that leads to the files")
    files = [*files, place.put(INDEX, pages.index(edition))]
    return replace(draft, facts={**draft.facts, "files": files})


def _draft(
    connection: Connection, wish: Wish, edition_id: str, known: Sequence[Stored], frozen: Frozen, grid: Grid
) -> Edition:
    """Return the edition without its files."""
    last = known[-1] if known else None
    places = [each for each in texts(column(grid["jurisdictions"], "id")) if each is not None]
    return Edition(
        id=edition_id,
        number=len(known) + 1,
        as_of=wish.as_of,
        created_at=wish.created_at,
        note=wish.note,
        corrects=wish.corrects,
        previous=last.edition.id if last else None,
        previous_sha256=last.sha256 if last else None,
        rows=len(frozen.published),
        rows_sha256=table_sha256((frozen.published, PUBLISHED)),
        inputs_sha256=table_sha256((frozen.inputs, INPUTS), (frozen.claims, CLAIMS)),
        facts={
            "format": FORMAT,
            "code_version": wish.code_version,
            "disclosed": wish.parameters.disclosed,
            "parameters": wish.parameters.as_dict(),
            "settings": wish.settings.as_dict(),
            "policies": dict(wish.policies),
            "reliability": reliability(places, jurisdictions(), wish.as_of),
            "data": {"layers": _layers(connection), "dates": list(frozen.data_dates)},
            "withheld": dict(frozen.withheld),
            "files": [],
        },
    )


def _require_fit(grid: Grid, known: Sequence[Stored], wish: Wish, watch: PublishWatch) -> None:
    """Refuse what is not fit to be published."""
    ids = [each.edition.id for each in known]
    if wish.corrects is not None and wish.corrects not in ids:
        there = f"there are {', '.join(ids[-10:])}" if ids else "there is none yet"
        raise InputError(f"edition {wish.corrects} does not exist", repair=f"name one that does: {there}")
    if not any(len(grid[layer]) for layer in _ASSETS):
        raise PublicationError(
            "the database holds no substation, main transformer, feeder or transformer",
            repair="import them first: kaimen import LAYER FILE",
        )
    watch.step("Checking the grid")
    found = check(grid, wish.as_of, replace(DEFAULT_PARAMETERS, capacity=wish.parameters))
    errors = [each for each in found if each.severity is Severity.ERROR]
    if errors:
        raise PublicationError(
            f"{len(errors):,} findings of severity error are open",
            repair="repair them in the source and import again; kaimen check --severity error lists them",
            faults=_as_faults(errors),
        )


def _as_faults(errors: Sequence[Finding]) -> tuple[str, ...]:
    told = [f"{each.check}: {each.message}" for each in errors[:_TOLD]]
    more = len(errors) - len(told)
    return (*told, f"… and {more:,} more") if more else tuple(told)


def _layers(connection: Connection) -> dict[str, Any]:
    """Return the data version of every layer: the last batch that changed a row, and when."""
    columns = layer_versions.c
    statement = layer_versions.select().order_by(columns.layer)
    return {
        row.layer: {"batch_id": row.batch_id, "changed_at": row.changed_at.isoformat()}
        for row in connection.execute(statement)
    }


def database_name(connection: Connection) -> str:
    """Return what tells this database from every other one: server and number, hexadecimal."""
    return str(
        connection.scalar(
            text(
                "select to_hex(s.system_identifier) || to_hex(d.oid::bigint) from pg_control_system() s,"
                " pg_database d where d.datname = current_database()"
            )
        )
    )


_AGAIN: Final = "look at it (kaimen editions show ID), and publish again where another one is wanted"


@contextmanager
def _alone(engine: Engine, watch: PublishWatch) -> Iterator[None]:
    """Hold the right to publish; who had to wait for one that published is refused.

    The lock is of a connection of its own: the snapshot has to begin after it is held, and a killed
    publisher lets go of it.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        before = _number(connection)
        if not connection.scalar(text(f"select pg_try_advisory_lock({_LOCK})")):
            watch.waiting()
            connection.execute(text(f"select pg_advisory_lock({_LOCK})"))
        try:
            if _number(connection) != before:
                raise ConflictError(
                    "another edition was published while this one waited: " + _told(_newest(engine)),
                    repair=_AGAIN,
                )
            yield
        finally:
            connection.execute(text(f"select pg_advisory_unlock({_LOCK})"))


def _number(connection: Connection) -> int:
    return int(connection.scalar(text("select count(*) from disclosure.editions")) or 0)


def _newest(engine: Engine) -> Edition:
    with engine.connect() as connection:
        return read_editions(connection)[-1].edition


def _told(edition: Edition) -> str:
    noted = f", {edition.note!r}" if edition.note else ""
    return f"{edition.id} as of {edition.as_of} won, at {edition.created_at:%Y-%m-%d %H:%M:%S} UTC{noted}"
