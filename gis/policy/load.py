"""A jurisdiction's file read into values; whatever is unknown, doubled, undated or uncited is refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import resources
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, Final

import yaml

from gis.errors import PolicyError
from gis.policy.model import (
    PLUG_AND_PLAY_M,
    STATEMENTS,
    TABLES,
    Dated,
    Document,
    Fields,
    Jurisdiction,
    Kind,
    PlugAndPlay,
    Reading,
    Rule,
    Statement,
)
from gis.policy.partition import flaws
from gis.policy.schema import COLUMNS, LIMIT_FACTS, read_condition
from gis.policy.strict_yaml import Reader, is_null, keys
from gis.words import Words

_FOLDER: Final = "jurisdictions"
_LIMITS: Final = ("lv_limit", "public_line_limit")
FIGURES: Final = ("hours_a_year", "percent_less_each_year")
PLACES: Final = ("whole", "urban", "rural", "centre", "town")


@cache
def jurisdictions() -> Mapping[str, Jurisdiction]:
    """Return every jurisdiction by id, in alphabetical order.

    Raises
    ------
    PolicyError
        Every fault of every file.
    """
    return read_folder(resources.files("gis.policy").joinpath(_FOLDER))


def one_jurisdiction(identity: object) -> Jurisdiction:
    """Return a jurisdiction.

    Raises
    ------
    PolicyError
        There is none of that id, or none is given; the nearest one is named.
    """
    known = jurisdictions()
    if isinstance(identity, str) and identity in known:
        return known[identity]
    near = get_close_matches(identity, known, 1) if isinstance(identity, str) else ()
    zh, en = (f"是否指 {near[0]}？", f"is {near[0]} meant? ") if near else ("", "")
    raise PolicyError(
        Words("没有给出辖区", "no jurisdiction is given")
        if identity is None
        else Words(f"没有辖区 {identity!r}", f"there is no jurisdiction {identity!r}"),
        repair=Words(f"{zh}已有：{'、'.join(known)}", f"{en}there are {', '.join(known)}"),
    )


def read_folder(folder: Traversable) -> Mapping[str, Jurisdiction]:
    """Return the jurisdiction of every YAML file of a folder by id, in alphabetical order.

    Parameters
    ----------
    folder
        A directory, or one inside a package.

    Raises
    ------
    PolicyError
        Every fault of every file.
    """
    files = sorted(
        (each for each in folder.iterdir() if each.name.endswith(".yaml")), key=lambda each: each.name
    )
    found: dict[str, Jurisdiction] = {}
    faults: list[str] = []
    for each in files:
        try:
            loaded = read_jurisdiction(each.name, each.read_text(encoding="utf-8"))
        except PolicyError as fault:
            faults += fault.faults
        else:
            found[loaded.id] = loaded
    if faults:
        raise PolicyError("policy files are not in order", repair="correct the lines", faults=tuple(faults))
    return MappingProxyType(found)


def read_jurisdiction(file: str, text: str) -> Jurisdiction:
    """Return a jurisdiction from its file.

    Parameters
    ----------
    file
        Name of the file: the jurisdiction's id and ``.yaml``.
    text
        What stands in it.

    Raises
    ------
    PolicyError
        Every fault at once, each with file, line and repair.
    """
    reader = Reader(file, text)
    loaded = None if reader.root is None else _jurisdiction(reader, reader.root)
    if reader.faults or loaded is None:
        raise PolicyError(
            f"{file} is not in order", repair="correct the lines", faults=tuple(dict.fromkeys(reader.faults))
        )
    return loaded


def _jurisdiction(reader: Reader, root: yaml.Node) -> Jurisdiction | None:
    names = ("id", "name", "region", "document", "clauses", *TABLES, *STATEMENTS)
    entries = reader.record(root, names, ("plug_and_play",))
    if not set(names) <= set(entries):
        return None
    identity = reader.text(entries["id"])
    if f"{identity}.yaml" != reader.file:
        reader.fault(entries["id"], f"the file of {identity} is not {identity}.yaml", "let id and file agree")
    clauses = {clause: _two(reader, node) for clause, node in reader.mapping(entries["clauses"]).items()}
    known = frozenset(clauses)
    statements = {name: _statements(reader, entries[name], known) for name in STATEMENTS}
    tables = _silent_since(
        {name: _table(reader, name, entries[name], known) for name in TABLES}, statements.values()
    )
    if not any(tables.values()) and not reader.faults:
        reader.fault(root, "no table has a row", "state at least one value")
    return Jurisdiction(
        id=identity,
        name=_two(reader, entries["name"]),
        region=reader.text(entries["region"]),
        document=_document(reader, entries["document"]),
        clauses=MappingProxyType(clauses),
        tables=MappingProxyType(tables),
        statements=MappingProxyType(statements),
        plug_and_play=_plug_and_play(reader, entries.get("plug_and_play"), known),
    )


def _silent_since(
    tables: Mapping[str, tuple[Rule, ...]], statements: Iterable[tuple[Statement, ...]]
) -> dict[str, tuple[Rule, ...]]:
    """Return the tables with what is not said dated by the first day on which anything is."""
    days = [value.since for rules in tables.values() for rule in rules for value in rule.values if value.cite]
    first = min([*days, *(row.since for rows in statements for row in rows)], default=date.max)

    def dated(rule: Rule) -> Rule:
        return replace(
            rule, values=tuple(each if each.cite else replace(each, since=first) for each in rule.values)
        )

    return {name: tuple(dated(rule) for rule in rules) for name, rules in tables.items()}


def _document(reader: Reader, node: yaml.Node) -> Document:
    entries = reader.record(node, ("title", "issuer", "number", "dated", "in_force_from"), ("words",))
    nothing = Words("", "")
    number, dated, since = (entries.get(name) for name in ("number", "dated", "in_force_from"))
    return Document(
        title=_two(reader, entries["title"]) if "title" in entries else nothing,
        issuer=_two(reader, entries["issuer"]) if "issuer" in entries else nothing,
        number="" if number is None or is_null(number) else reader.text(number),
        dated=None if dated is None or is_null(dated) else reader.day(dated),
        in_force_from=date.min if since is None else reader.day(since),
        words=_two(reader, entries["words"]) if "words" in entries else None,
    )


def _plug_and_play(reader: Reader, node: yaml.Node | None, known: Collection[str]) -> PlugAndPlay:
    if node is None:
        return PlugAndPlay(PLUG_AND_PLAY_M, assumed=True, citation=None)
    entries = reader.record(node, ("length_m",), ("cite",))
    length_m = reader.number(entries["length_m"]) if "length_m" in entries else PLUG_AND_PLAY_M
    if length_m == 0:
        reader.fault(entries["length_m"], "no route is 0 m long", "state a length above 0")
    citation = _cited(reader, entries["cite"], known) if "cite" in entries else None
    return PlugAndPlay(length_m, assumed=citation is None, citation=citation)


def _two(reader: Reader, node: yaml.Node) -> Words:
    entries = reader.record(node, ("zh", "en"))
    zh, en = (reader.text(entries[name]) if name in entries else "" for name in ("zh", "en"))
    return Words(zh, en)


def _table(reader: Reader, name: str, node: yaml.Node, known: Collection[str]) -> tuple[Rule, ...]:
    found: dict[str, tuple[Rule, yaml.Node]] = {}
    before = len(reader.faults)
    for each in reader.items(node):
        silent = "silent" in keys(each)
        entries = reader.record(each, ("id", "silent" if silent else "values"), ("when", "before"))
        if "id" not in entries or not {"silent", "values"} & set(entries):
            continue
        identity = reader.text(entries["id"])
        if identity in found:
            reader.fault(entries["id"], f"id {identity} stands twice in {name}", "give each row its own")
        allowed = LIMIT_FACTS if name in _LIMITS else None
        empty = yaml.MappingNode("", [], each.start_mark, each.end_mark)
        when = read_condition(reader, entries.get("when", empty), allowed)
        values = (
            (_silence(reader, entries["silent"]),)
            if silent
            else _by_day(reader, name, entries["values"], known)
        )
        ahead = (
            tuple(reader.text(row) for row in reader.items(entries["before"])) if "before" in entries else ()
        )
        found[identity] = Rule(identity, when, values, ahead), each
    for rule, each in found.values():
        for row in rule.before:
            if row not in found or row == rule.id:
                reader.fault(each, f"{row} is no other row of {name}", f"use one of {', '.join(found)}")
    if len(reader.faults) > before:
        return ()
    return _in_order(reader, name, node, found)


def _by_day(reader: Reader, name: str, node: yaml.Node, known: Collection[str]) -> tuple[Dated, ...]:
    values = tuple(_dated(reader, name, value, known) for value in reader.items(node))
    days = [value.since for value in values]
    if not days or days != sorted(set(days)):
        reader.fault(node, "days are not ascending", "order the values by from, one for a day")
    return values


def _silence(reader: Reader, node: yaml.Node) -> Dated:
    """Return that nothing is said, from the first day on: what is not said has neither day nor clause."""
    return Dated(date.min, (), Kind.SILENT, MappingProxyType({}), words=_two(reader, node))


def _in_order(
    reader: Reader, name: str, node: yaml.Node, found: Mapping[str, tuple[Rule, yaml.Node]]
) -> tuple[Rule, ...]:
    """Return rows as they are tried, as they stand where no order is stated; facts must meet exactly one."""
    sorter = TopologicalSorter(dict.fromkeys(found, ()))
    for rule, _ in found.values():
        for row in rule.before:
            sorter.add(row, rule.id)
    try:
        sorter.prepare()
    except CycleError as fault:
        rows = " before ".join(fault.args[1])
        reader.fault(node, f"{name} goes in a circle: {rows}", "take one before out")
        return ()
    place = {identity: at for at, identity in enumerate(found)}
    order: list[Rule] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=place.__getitem__)
        order += [found[identity][0] for identity in ready]
        sorter.done(*ready)
    for flaw in flaws(order):
        at = max(
            (found[order[row].id][1] for row in flaw.rows),
            key=lambda each: each.start_mark.line,
            default=node,
        )
        reader.fault(at, f"{name}: {flaw.what}", flaw.repair)
    return tuple(order)


def _dated(reader: Reader, table: str, node: yaml.Node, known: Collection[str]) -> Dated:
    stated = keys(node)
    if "undecided" in stated:
        entries = reader.record(node, ("from", "cite", "undecided"))
        kind, fields, readings, words = Kind.UNDECIDED, *_gap(reader, table, entries.get("undecided"))
    elif "silent" in stated:
        entries = reader.record(node, ("from", "cite", "silent"))
        kind, fields, readings = Kind.SILENT, MappingProxyType({}), ()
        words = _two(reader, entries["silent"]) if "silent" in entries else None
    else:
        entries = reader.record(node, ("from", "cite", *_required(table)), ("reading", *_optional(table)))
        kind, fields, readings = Kind.DECIDED, _fields(reader, table, entries), ()
        words = _two(reader, entries["reading"]) if "reading" in entries else None
    return Dated(
        since=reader.day(entries["from"]) if "from" in entries else date.min,
        cite=_cited(reader, entries.get("cite"), known),
        kind=kind,
        fields=fields,
        readings=readings,
        words=words,
    )


def _gap(
    reader: Reader, table: str, node: yaml.Node | None
) -> tuple[Fields, tuple[Reading, ...], Words | None]:
    nothing: Fields = MappingProxyType({})
    if node is None:
        return nothing, (), None
    entries = reader.record(node, ("gap", "readings"))
    readings: list[Reading] = []
    for each in reader.items(entries["readings"]) if "readings" in entries else ():
        stated = reader.record(each, ("words", *_required(table)), _optional(table))
        words = _two(reader, stated["words"]) if "words" in stated else Words("", "")
        readings.append(Reading(words, _fields(reader, table, stated)))
    if len(readings) < 2:  # noqa: PLR2004  # a gap has two sides
        reader.fault(node, "a gap has two readings or more", "state them, the conservative one first")
        return nothing, (), None
    gap = _two(reader, entries["gap"]) if "gap" in entries else None
    return readings[0].fields, tuple(readings), gap


def _required(table: str) -> tuple[str, ...]:
    return tuple(name for name, column in COLUMNS[table].items() if column.required)


def _optional(table: str) -> tuple[str, ...]:
    return tuple(name for name, column in COLUMNS[table].items() if not column.required)


def _fields(reader: Reader, table: str, entries: Mapping[str, yaml.Node]) -> Fields:
    found: dict[str, Any] = {
        name: column.read(reader, entries[name]) for name, column in COLUMNS[table].items() if name in entries
    }
    return MappingProxyType(found)


def _cited(reader: Reader, node: yaml.Node | None, known: Collection[str]) -> tuple[str, ...]:
    if node is None:
        return ()
    found: list[str] = []
    for each in reader.items(node):
        clause = reader.text(each)
        if clause and clause not in known:
            reader.fault(each, f"{clause} is none of the file's clauses", "add its paraphrase to clauses")
        found.append(clause)
    if not found:
        reader.fault(node, "no clause is cited", "name at least one")
    return tuple(found)


def _statements(reader: Reader, node: yaml.Node, known: Collection[str]) -> tuple[Statement, ...]:
    found: dict[str, Statement] = {}
    for each in reader.items(node):
        entries = reader.record(each, ("id", "from", "cite", "words"), ("figures",))
        if not {"id", "from", "cite", "words"} <= set(entries):
            continue
        identity = reader.text(entries["id"])
        if identity in found:
            reader.fault(entries["id"], f"{identity} stands twice", "give each row its own id")
        allowed = [f"{place}_{figure}" for figure in FIGURES for place in PLACES]
        figures = reader.mapping(entries["figures"], allowed) if "figures" in entries else {}
        found[identity] = Statement(
            id=identity,
            since=reader.day(entries["from"]),
            cite=_cited(reader, entries["cite"], known),
            words=_two(reader, entries["words"]),
            figures=MappingProxyType({name: reader.number(value) for name, value in figures.items()}),
        )
    return tuple(found[identity] for identity in sorted(found))
