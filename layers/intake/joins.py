"""References by name become keys: every import settles all of them anew, so the order does not matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql

from gis.dictionary.model import ASSET_LEVELS, Field, layers
from gis.findings import Finding, Severity, warning
from gis.names import Match, Named, NameIndex, normal_name
from layers.intake.log import FindingLog
from layers.intake.staging import incoming_table
from layers.tables.base import SCHEMA

_NO_LAYER = "assets"


@dataclass(frozen=True, slots=True)
class Reference:
    """One distinct reference of a layer: its words, its home, its level, and how many rows make it."""

    words: str
    within: str | None
    level: str | None
    rows: int


@dataclass(frozen=True, slots=True)
class Settled:
    """The references of one field, what each resolved to, and where that was looked up."""

    pairs: list[tuple[Reference, Match]]
    index: NameIndex


def resolve_all(connection: psycopg.Connection, aliases: Mapping[str, str]) -> dict[Field, Settled]:
    """Settle every reference of every layer.

    Parameters
    ----------
    connection
        A psycopg connection inside a transaction.
    aliases
        Normal form of a reviewed spelling -> id or name that is meant.

    Returns
    -------
    dict
        Field -> its references, settled.
    """
    settled: dict[Field, Settled] = {}
    indexes: dict[str, NameIndex] = {}
    fields = [field for layer in layers().values() for field in layer.fields if field.type == "reference"]
    # What belongs to a substation must know it before it can be told apart by it.
    for field in sorted(fields, key=lambda each: (each.target != "substations", each.target == _NO_LAYER)):
        references = list(_references(connection, field))
        if not references:
            continue
        if field.target not in indexes:
            indexes[field.target] = NameIndex(list(things(connection, field.target)), aliases)
        index = indexes[field.target]
        pairs = [
            (each, index.resolve(each.words, within=each.within, level=each.level)) for each in references
        ]
        _store(connection, field, pairs)
        settled[field] = Settled(pairs, index)
    return settled


def tell(
    connection: psycopg.Connection,
    settled: Mapping[Field, Settled],
    imported: frozenset[str],
    log: FindingLog,
) -> None:
    """Log what did not join, and names written in two ways, for the layers just imported."""
    for field, found in settled.items():
        if field.layer in imported:
            words = _incoming_words(connection, field)
            brought = [pair for pair in found.pairs if pair[0].words in words]
            if brought and not found.index.things:
                log.add(_nothing_to_refer_to(field, len(brought)))
            else:
                log.capped(_findings(field, brought, found.index))


def _incoming_words(connection: psycopg.Connection, field: Field) -> set[str]:
    """Return the references that the running import brought."""
    statement = sql.SQL("select distinct {words} from {incoming}").format(
        words=sql.Identifier(field.stored_as[0]), incoming=incoming_table(field.layer)
    )
    return {str(row[0]) for row in connection.execute(statement).fetchall()}


def _findings(field: Field, pairs: list[tuple[Reference, Match]], index: NameIndex) -> Iterator[Finding]:
    severity = Severity.ERROR if field.required else Severity.WARNING
    for reference, match in pairs:
        words = f"{field.name} {reference.words!r}"
        rows = f" ({reference.rows} rows)" if reference.rows > 1 else ""
        if match.outcome == "unknown":
            yield _unknown(field, reference, index.nearest(reference.words), severity)
        elif match.outcome == "ambiguous":
            message = f"{words}{rows} fits {len(match.candidates)} things: {', '.join(match.candidates[:5])}"
            repair = "Give the substation beside the name, use the id, or settle it by --aliases FILE."
            yield Finding("reference_ambiguous", severity, field.layer, reference.words, message, repair)
        elif match.spelling is not None:
            message = f"{words}{rows} was joined with {match.spelling!r}, which is written differently"
            repair = "Nothing; write the name the same way in both files if you like."
            yield warning("name_spelling", field.layer, match.id, message, repair)


def _nothing_to_refer_to(field: Field, number: int) -> Finding:
    severity = Severity.ERROR if field.required else Severity.WARNING
    target = "substations, feeders or transformers" if field.target == _NO_LAYER else field.target
    message = f"{field.name} names {number:,} things, and the database has no {target} yet"
    repair = f"Import {target} as well; the names are joined when they are there."
    return Finding("referred_layer_empty", severity, field.layer, None, message, repair)


def _unknown(field: Field, reference: Reference, near: tuple[str, ...], severity: Severity) -> Finding:
    rows = f"{reference.rows} rows: " if reference.rows > 1 else ""
    known = f"nearest: {', '.join(near)}" if near else f"the database has no {field.target} like it"
    if reference.within and normal_name(reference.words) in map(normal_name, near):
        known = f"a thing of that name is there, but not at {reference.within}"
    message = f"{rows}{field.name} {reference.words!r} names nothing known; {known}"
    repair = "Import what is missing, correct the name, or settle it by --aliases FILE."
    return Finding("reference_unknown", severity, field.layer, reference.words, message, repair)


def _references(connection: psycopg.Connection, field: Field) -> Iterator[Reference]:
    home, level = _home_and_level(field)
    statement = sql.SQL(
        "select {words}, {home}, {level}, count(*) from {table} t where {words} is not null"
        " group by 1, 2, 3 order by 1, 2, 3"
    ).format(
        words=sql.Identifier(field.stored_as[0]),
        home=home,
        level=level,
        table=sql.Identifier(SCHEMA, field.layer),
    )
    for words, home, asset_level, rows in connection.execute(statement).fetchall():
        yield Reference(str(words), home, asset_level, int(rows))


def _home_and_level(field: Field) -> tuple[sql.SQL, sql.SQL]:
    """Return the columns of a referring row that narrow the search: its substation and its level."""
    names = {each.name for each in layers()[field.layer].fields}
    own_home = "substation_id" in names and field.target != "substations"
    home = "coalesce(t.substation_id, t.substation_ref)" if own_home else "null::text"
    return sql.SQL(home), sql.SQL("t.level" if field.target == _NO_LAYER else "null::text")


_HOMES = {
    "substations": "null::text[]",
    "main_transformers": "array[t.substation_id, t.substation_ref, s.name]",
    "feeders": "array[t.substation_id, t.substation_ref, s.name]",
    "transformers": "array[t.substation_id, t.substation_ref, s.name]",
}


def things(connection: psycopg.Connection, target: str) -> Iterator[Named]:
    """Yield what a reference to a layer may mean; ``assets`` stands for all four asset layers."""
    for layer in ASSET_LEVELS if target == _NO_LAYER else (target,):
        joined = sql.SQL(
            "" if layer == "substations" else "left join grid.substations s on s.id = t.substation_id"
        )
        statement = sql.SQL("select t.id, t.name, {homes} from {table} t {joined}").format(
            homes=sql.SQL(_HOMES[layer]), table=sql.Identifier(SCHEMA, layer), joined=joined
        )
        for thing, name, homes in connection.execute(statement).fetchall():
            within = tuple(dict.fromkeys(home for home in homes or () if home))
            yield Named(str(thing), name, within, ASSET_LEVELS[layer])


def _store(connection: psycopg.Connection, field: Field, pairs: list[tuple[Reference, Match]]) -> None:
    """Write the keys of one field where they differ from what is stored."""
    words, key = (sql.Identifier(name) for name in field.stored_as)
    connection.execute("drop table if exists pg_temp.settled")
    connection.execute(
        "create temp table settled (words text, home text, level text, key text) on commit drop"
    )
    with connection.cursor().copy("copy settled from stdin") as copy:
        for reference, match in pairs:
            copy.write_row((reference.words, reference.within, reference.level, match.id))
    home, level = _home_and_level(field)
    statement = sql.SQL(
        "update {table} t set {key} = m.key from settled m where t.{words} = m.words"
        " and {home} is not distinct from m.home and {level} is not distinct from m.level"
        " and t.{key} is distinct from m.key"
    )
    connection.execute(
        statement.format(
            table=sql.Identifier(SCHEMA, field.layer), key=key, words=words, home=home, level=level
        )
    )
