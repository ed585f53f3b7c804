"""Publish editions, list them, compare them, prove them, and write their files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import Engine, Table

from api.operations.capacity import parameters_from
from api.operations.edition_pages import edition_pages
from api.operations.files import settings_text, whole_file
from api.operations.policy_files import policy_hashes
from gis.editions.canonical import table_sha256
from gis.editions.columns import PUBLISHED, Column
from gis.editions.diff import Diff
from gis.editions.disclosure import DisclosureSettings, default_settings, read_settings
from gis.editions.header import Edition, overdue_days
from gis.editions.metadata import metadata as lines_of
from gis.errors import DatabaseError, InputError
from gis.words import Words
from layers.database import snapshot
from layers.editions.compare import compare_editions
from layers.editions.files import (
    HEADER_ENDING,
    INDEX,
    SCREENED_WRITERS,
    WRITERS,
    ZONE_MAPS,
    Writer,
    file_sha256,
    folder_of,
    hashes_of,
    stored_files,
)
from layers.editions.publish import Publication, PublishWatch, Wish, publish
from layers.editions.store import read_editions, read_rows
from layers.editions.verify import Verdict, verify
from layers.tables.editions import SCREENED, published


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked to be published.

    Attributes
    ----------
    as_of
        The day the figures are of.
    note, corrects
        Words of the publisher, and the edition that is corrected.
    parameters, settings
        The utility's own files, of the open capacity and of the disclosure; None for the defaults.
    map_number
        Number of the map's review (审图号) that its zone map shows; None where there is none.
    """

    as_of: date
    note: str | None = None
    corrects: str | None = None
    parameters: Path | None = None
    settings: Path | None = None
    map_number: str | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every edition, oldest first, and by how many days the next one is late on the day asked."""

    editions: tuple[Edition, ...]
    overdue_days: int


@dataclass(frozen=True, slots=True)
class Export:
    """A file that was written.

    Attributes
    ----------
    file
        Where it lies.
    sha256
        Of its bytes.
    as_published
        Whether these are the bytes that were published; other versions of libraries may write others.
    """

    file: Path
    sha256: str
    as_published: bool


def publish_edition(
    engine: Engine, home: Path, request: Request, today: date, watch: PublishWatch
) -> Publication:
    """Publish the state of the grid on a day, today or before it, as a new edition.

    Raises
    ------
    PublicationError
        Findings of severity error are open, or there is nothing to publish.
    ConflictError
        Another publication came first.
    InputError
        The day is yet to come, a file of parameters or settings cannot be used, or the corrected edition
        does not exist.
    """
    if request.as_of > today:
        raise InputError(
            f"{request.as_of} is yet to come: an edition holds what is known, and today is {today}",
            repair="publish as of today or an earlier day, or wait for that day",
        )
    wish = Wish(
        as_of=request.as_of,
        created_at=datetime.now(UTC),
        note=_plain(request.note, "note"),
        corrects=request.corrects,
        parameters=parameters_from(request.parameters),
        settings=_settings_from(request.settings),
        policies=policy_hashes(),
        code_version=metadata.version("kaimen"),
        map_number=_plain(request.map_number, "map number (KAIMEN_MAP_NUMBER)"),
    )
    return publish(engine, home, wish, watch, edition_pages())


def _plain(text: str | None, what: str) -> str | None:
    if any(letter < " " or "\ud800" <= letter <= "\udfff" for letter in text or ""):
        raise InputError(f"the {what} is not one line of text", repair="write it in one line, without tabs")
    return (text or "").strip() or None


def _settings_from(path: Path | None) -> DisclosureSettings:
    return default_settings() if path is None else read_settings(settings_text(path), path.name)


def shelf(engine: Engine, today: date) -> Shelf:
    """Return every edition, and whether the next one is late on a day."""
    with engine.connect() as connection:
        known = tuple(each.edition for each in read_editions(connection))
    return Shelf(known, overdue_days(known[-1] if known else None, today))


def shelf_as_json(known: Shelf) -> dict[str, Any]:
    """Return the list of editions, and when the next one is due, as both interfaces print it."""
    newest = known.editions[-1] if known.editions else None
    return {
        "editions": [_summary(each) for each in known.editions],
        "next_due": newest.next_due.isoformat() if newest else None,
        "overdue": known.overdue_days > 0,
        "overdue_days": known.overdue_days,
    }


def _summary(edition: Edition) -> dict[str, Any]:
    return {
        "edition_id": edition.id,
        "as_of": edition.as_of.isoformat(),
        "created_at": edition.document()["created_at"],
        "rows": edition.rows,
        "withheld": sum(edition.withheld.values()),
        "sha256": edition.sha256,
        "previous": edition.previous,
        "corrects": edition.corrects,
        "note": edition.note,
    }


def edition_as_json(edition: Edition, known: Shelf) -> dict[str, Any]:
    """Return the header of an edition and what follows from it, as both interfaces print it."""
    late = known.overdue_days if edition.id == known.editions[-1].id else 0
    return edition.document() | {
        "sha256": edition.sha256,
        "withheld": sum(edition.withheld.values()),
        "withheld_by_reason": edition.withheld,
        "next_due": edition.next_due.isoformat(),
        "overdue": late > 0,
        "overdue_days": late,
    }


def find_edition(engine: Engine, edition_id: str) -> Edition:
    """Return an edition.

    Raises
    ------
    InputError
        There is none of that id.
    """
    with engine.connect() as connection:
        return _among([each.edition for each in read_editions(connection)], edition_id)


def _among(known: list[Edition], edition_id: str) -> Edition:
    for each in known:
        if each.id == edition_id:
            return each
    there = ", ".join(each.id for each in known[-10:])
    raise InputError(
        Words(f"没有公开期次 {edition_id!r}", f"edition {edition_id!r} does not exist"),
        repair=Words(
            f"已有期次：{there}" if known else "尚未发布任何期次",
            f"name one that does: {f'there are {there}' if known else 'there is none yet'}",
        ),
    )


def diff_editions(engine: Engine, one: str, other: str) -> Diff:
    """Return what differs between two editions, with the reason of each change.

    Raises
    ------
    InputError
        One of them does not exist.
    """
    with engine.connect() as connection:
        known = [each.edition for each in read_editions(connection)]
    return compare_editions(engine, _among(known, one), _among(known, other), known)


def verify_editions(
    engine: Engine, home: Path, edition_id: str | None, step: Callable[[str], None]
) -> Verdict:
    """Take every hash anew, up to an edition or the newest.

    Raises
    ------
    InputError
        The edition does not exist.
    """
    if edition_id is not None:
        find_edition(engine, edition_id)
    return verify(engine, home, edition_id, step)


def files_of(home: Path, edition: Edition) -> list[Path]:
    """Return the files of an edition that lie in this home."""
    return [path for path in stored_files(home, edition) if path.is_file()]


def export_edition(
    engine: Engine, home: Path, edition_id: str, out: Path, *, english: bool = False
) -> Export:
    """Write a file of an edition: the stored one, or where that is missing or damaged one made from the rows.

    Parameters
    ----------
    engine
        The database.
    home
        Folder of generated files.
    edition_id
        The edition.
    out
        The file; its ending says which: .csv (.en.csv), .xlsx, .geojson, .gpkg, .parquet, .jsonl, .json; the
        zone map by .html, .pdf, .png; parcels.csv, zones.geojson and others by the whole of their name.
    english
        Whether a .csv has English headers.

    Raises
    ------
    InputError
        The edition does not exist, the ending is none of these, the edition has no such file, or the file
        cannot be written.
    DatabaseError
        The rows are not those that were published, or the stored zone map is missing or damaged: the layers
        drawn in it are not kept in the edition.
    """
    edition = find_edition(engine, edition_id)
    name = _name(edition, out, english=english)
    stored = folder_of(home, edition) / name
    wanted = hashes_of(edition)[name]
    with whole_file(out, out.suffix.lower()) as part:
        if stored.is_file() and file_sha256(stored) == wanted:
            part.write_bytes(stored.read_bytes())
        elif name == f"{edition.id}{HEADER_ENDING}":
            part.write_bytes(edition.canonical())
        else:
            _make(engine, edition, name, part)
        found = file_sha256(part)
    return Export(out, found, found == wanted)


def _name(edition: Edition, out: Path, *, english: bool) -> str:
    """Return the name of the file of an edition that is asked for by the name of another."""
    asked = out.name.lower()
    by_ending = {each: f"{edition.id}{each}" for each in (*WRITERS, HEADER_ENDING)}
    by_ending |= {Path(each).suffix: each for each in ZONE_MAPS}
    by_ending |= {each: each for each in (*SCREENED_WRITERS, *ZONE_MAPS, INDEX)}
    fitting = [each for each in by_ending if asked.endswith(each)]
    if not fitting:
        raise InputError(
            f"{out} has no ending of a file of an edition",
            repair=f"end its name in one of: {', '.join(by_ending)}",
        )
    longest = max(fitting, key=len)
    name = by_ending[".en.csv" if english and longest == ".csv" else longest]
    if name not in hashes_of(edition):
        raise InputError(
            f"edition {edition.id} has no {name}: it was published without a screening",
            repair="kaimen screen --on DAY before kaimen publish --as-of DAY adds it to a new edition",
        )
    return name


def _make(engine: Engine, edition: Edition, name: str, part: Path) -> None:
    """Make a file anew from what the edition keeps."""
    if name == INDEX:
        others = [each for each in edition.facts["files"] if each["name"] != INDEX]
        part.write_bytes(edition_pages().index(replace(edition, facts={**edition.facts, "files": others})))
        return
    if name in ZONE_MAPS:
        raise DatabaseError(
            f"the file {name} of edition {edition.id} is missing or damaged, and the layers drawn in it are"
            " not kept in the edition",
            repair="restore the folder of the edition from a backup",
        )
    writer: Writer
    if name in SCREENED_WRITERS:
        kind, writer = SCREENED_WRITERS[name]
        rows = screened_rows(engine, edition, kind)
    else:
        writer = WRITERS[name.removeprefix(edition.id)]
        rows = _rows_as_published(engine, edition, (published, PUBLISHED), edition.rows_sha256)
    writer(part, rows, lines_of(edition))


def screened_rows(engine: Engine, edition: Edition, kind: str) -> pa.Table:
    """Return the parcels or the zones of an edition that holds a screening.

    Raises
    ------
    DatabaseError
        They are not those that were published.
    """
    return _rows_as_published(engine, edition, SCREENED[kind], edition.facts["screening"][kind]["sha256"])


def _rows_as_published(
    engine: Engine, edition: Edition, table: tuple[Table, Sequence[Column]], sha256: str
) -> pa.Table:
    with snapshot(engine) as connection, connection.begin():
        rows = read_rows(connection, *table, edition.id)
    if table_sha256((rows, table[1])) != sha256:
        raise DatabaseError(
            f"the rows of edition {edition.id} are not those that were published",
            repair="kaimen editions verify says what has changed; restore the database from a backup",
        )
    return rows
