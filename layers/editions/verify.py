"""Prove that no edition has changed (校验): every hash is taken anew, to the first broken link."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from gis.editions.canonical import table_sha256
from gis.editions.columns import CLAIMS, INPUTS, PUBLISHED
from gis.editions.header import FORMAT, Edition
from layers.database import snapshot
from layers.editions.files import SUMS, file_sha256, folder_of, hashes_of, sums_of
from layers.editions.store import Stored, read_editions, read_rows
from layers.tables.editions import FROZEN, SCREENED, claims, inputs, published


@dataclass(frozen=True, slots=True)
class Broken:
    """The first broken link: the edition, and what of it is not as it was published."""

    edition_id: str
    what: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came out.

    Attributes
    ----------
    editions
        Number of editions looked at.
    first_broken
        None where all are as they were published.
    without_files
        Ids of those whose files do not lie in this home; export makes them anew.
    """

    editions: int
    first_broken: Broken | None
    without_files: tuple[str, ...]


def verify(engine: Engine, home: Path, edition_id: str | None, step: Callable[[str], None]) -> Verdict:
    """Take every hash anew, from the first edition to the one named or the newest.

    Parameters
    ----------
    engine
        A database at the newest schema version.
    home
        Folder of generated files.
    edition_id
        Where to stop; the newest where None. It is known to exist.
    step
        Told of each edition.
    """
    with snapshot(engine) as connection, connection.begin():
        chain = read_editions(connection)
        without: list[str] = []
        looked_at = 0
        previous: Stored | None = None
        for stored in chain:
            step(stored.edition.id)
            looked_at += 1
            fault = next(_faults(connection, stored, previous, home), None)
            if fault is not None:
                return Verdict(looked_at, Broken(stored.edition.id, fault), tuple(without))
            if not folder_of(home, stored.edition).is_dir():
                without.append(stored.edition.id)
            previous = stored
            if stored.edition.id == edition_id:
                break
        else:
            stray = _stray(connection)
            if stray is not None:
                return Verdict(looked_at, stray, tuple(without))
    return Verdict(looked_at, None, tuple(without))


def _faults(connection: Connection, stored: Stored, previous: Stored | None, home: Path) -> Iterator[str]:
    edition = stored.edition
    before = previous.edition.id if previous else None
    if edition.previous != before:
        yield f"it follows {edition.previous or 'none'}, but the edition before it is {before or 'none'}"
    if edition.number != (previous.edition.number + 1 if previous else 1):
        yield f"it has the number {edition.number}, which is not the next one"
    if edition.previous_sha256 != (previous.sha256 if previous else None):
        yield "the hash it gives of the edition before is not that edition's"
    if not stored.faithful:
        yield "the facts of its header are not written as they were"
    if edition.facts.get("format") != FORMAT:
        yield f"its canonical bytes are of format {edition.facts.get('format')}, this Kaimen knows {FORMAT}"
    if edition.sha256 != stored.sha256:
        yield "its header has changed: the hash over it is another"
    yield from _row_faults(connection, edition)
    yield from _screened_faults(connection, edition)
    yield from _file_faults(edition, folder_of(home, edition))


def _row_faults(connection: Connection, edition: Edition) -> Iterator[str]:
    try:
        rows = read_rows(connection, published, PUBLISHED, edition.id)
        if len(rows) != edition.rows:
            yield f"it has {len(rows):,} published rows, {edition.rows:,} were published"
        if table_sha256((rows, PUBLISHED)) != edition.rows_sha256:
            yield "a published row has changed: the hash over the rows is another"
    except ValueError as fault:
        yield f"a published row has changed: {fault}"
    parts = [(inputs, INPUTS), (claims, CLAIMS)]
    tables = [(read_rows(connection, table, columns, edition.id), columns) for table, columns in parts]
    if table_sha256(*tables) != edition.inputs_sha256:
        yield "an input or a claim has changed: the hash over them is another"


def _screened_faults(connection: Connection, edition: Edition) -> Iterator[str]:
    """Find screened parcels and zones that are not as they were published."""
    told = edition.facts.get("screening")
    for name, (table, columns) in SCREENED.items():
        wanted = {"rows": 0} if told is None else told[name]
        try:
            rows = read_rows(connection, table, columns, edition.id)
            if len(rows) != wanted["rows"]:
                yield f"it has {len(rows):,} published {name}, {wanted['rows']:,} were published"
            if told is not None and table_sha256((rows, columns)) != wanted["sha256"]:
                yield f"a row of the published {name} has changed: the hash over them is another"
        except ValueError as fault:
            yield f"a row of the published {name} has changed: {fault}"


def _file_faults(edition: Edition, folder: Path) -> Iterator[str]:
    """Find files that are not as they were written; without a folder they lie on another machine."""
    if not folder.is_dir():
        return
    for name, digest in hashes_of(edition).items():
        path = folder / name
        if not path.is_file():
            yield f"the file {path} is missing"
        elif file_sha256(path) != digest:
            yield f"the file {path} has changed"
    sums = folder / SUMS
    if not sums.is_file() or sums.read_bytes() != sums_of(edition):
        yield f"the file {sums} has changed"


def _stray(connection: Connection) -> Broken | None:
    """Return rows of an edition that has no header."""
    for table, _ in (*FROZEN, *SCREENED.values()):
        question = text(
            f"select edition_id from {table.fullname} t where not exists"  # noqa: S608  # names of our own tables
            " (select from disclosure.editions e where e.id = t.edition_id) limit 1"
        )
        found = connection.scalar(question)
        if found is not None:
            return Broken(str(found), f"{table.fullname} has rows of it, and it has no header")
    return None
