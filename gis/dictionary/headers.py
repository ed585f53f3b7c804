"""Which column of a file is which column of the layer (表头匹配)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from gis.dictionary.model import ASSET_LEVELS, Field, Layer, layers
from gis.errors import MappingError
from gis.units import Unit, parse_unit, split_header

DBF_NAME_BYTES = 10
"""A shapefile's column name holds ten bytes; longer ones arrive cut."""

_NOT_WORD = re.compile(r"[\s_\-.]+")


@dataclass(frozen=True, slots=True)
class Binding:
    """One field of the layer and where its values come from.

    Attributes
    ----------
    field
        The column of the layer.
    columns
        Columns of the source; two are joined with a slash; none for a constant.
    unit
        Unit the header, the alias or the user states; None where only the values can tell.
    constant
        The same text for every row, or None.
    stated
        Whether the user bound it by ``--map``.
    """

    field: Field
    columns: tuple[str, ...]
    unit: Unit | None = None
    constant: str | None = None
    stated: bool = False


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A column of the source that no field took, and what it might be."""

    column: str
    suggestion: str | None


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How a source's columns become a layer's columns."""

    layer: Layer
    bindings: tuple[Binding, ...]
    unmatched: tuple[Unmatched, ...]

    def binding(self, field: str) -> Binding | None:
        """Return the binding of a field, None where nothing feeds it."""
        return next((each for each in self.bindings if each.field.name == field), None)

    def as_json(self) -> dict[str, str]:
        """Return field -> column as the import batch keeps it."""
        return {
            each.field.name: f"={each.constant}" if each.constant is not None else "+".join(each.columns)
            for each in self.bindings
        }


def folded(header: str) -> str:
    """Return a header without width, case, blanks and joiners."""
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", header)).casefold()


def match_headers(
    layer: Layer, columns: Sequence[str], stated: Mapping[str, str] | None = None, *, encoding: str = "UTF-8"
) -> ColumnMapping:
    """Match the columns of a source with the fields of a layer.

    Parameters
    ----------
    layer
        The layer to fill.
    columns
        Headers of the source.
    stated
        What the user bound by ``--map``: field (or field with another unit, ``rated_mva``) -> column,
        ``a+b`` for two columns joined by a slash, ``=text`` for a constant.
    encoding
        Encoding of the source; says how many bytes a cut header has.

    Raises
    ------
    MappingError
        For every field or column of ``stated`` that does not exist, all at once.
    """
    bindings = _stated_bindings(layer, columns, stated or {})
    taken = {column for binding in bindings.values() for column in binding.columns}
    offers = sorted(offer for field in layer.fields for offer in _offers(field, layer, columns, encoding))
    for _, _, _, name, used, unit in offers:
        if name not in bindings and not taken & set(used):
            bindings[name] = Binding(layer.field(name), used, unit=parse_unit(unit) if unit else None)
            taken |= set(used)
    ordered = tuple(bindings[field.name] for field in layer.fields if field.name in bindings)
    rest = tuple(
        Unmatched(column, _reading(column, layer, encoding) or _suggestion(column, layer, bindings))
        for column in columns
        if column not in taken
    )
    return ColumnMapping(layer, ordered, rest)


def _stated_bindings(layer: Layer, columns: Sequence[str], stated: Mapping[str, str]) -> dict[str, Binding]:
    faults: list[str] = []
    bindings: dict[str, Binding] = {}
    by_fold = {folded(column): column for column in columns}
    for name, words in stated.items():
        found = _field_with_unit(layer, name)
        if found is None:
            near = process.extractOne(name, [field.name for field in layer.fields])
            faults.append(f"{layer.name} has no column {name!r}; did you mean {near[0]!r}?")
            continue
        field, unit = found
        if words.startswith("="):
            bindings[field.name] = Binding(field, (), unit, constant=words[1:], stated=True)
            continue
        parts = (words,) if words in columns else tuple(words.split("+"))
        used = tuple(part if part in columns else by_fold.get(folded(part), "") for part in parts)
        if all(used):
            bindings[field.name] = Binding(field, used, unit, stated=True)
        else:
            faults.append(f"the file has no column {words!r} for {name}")
    if faults:
        raise MappingError(
            f"--map cannot be used for {layer.name}",
            faults=tuple(faults),
            repair=f"choose among the file's columns: {', '.join(columns)}",
        )
    return bindings


def _field_with_unit(layer: Layer, name: str) -> tuple[Field, Unit | None] | None:
    """Find a field by its name, or by its name with another unit of the same dimension."""
    for field in layer.fields:
        if field.name == name:
            return field, parse_unit(field.unit) if field.unit else None
    base, unit = split_header(name)
    for field in layer.fields:
        if unit and field.unit and split_header(field.name)[0] == base and _fits(unit, field, layer):
            return field, unit
    return None


def _fits(unit: Unit | None, field: Field, layer: Layer) -> bool:
    """Whether a number in this unit can become the field's, directly or by the power factor."""
    if unit is None:
        return True
    own = parse_unit(field.unit) if field.unit else None
    if own is None:
        return False
    base = split_header(field.name)[0]
    sibling_takes_it = any(
        other.name != field.name
        and split_header(other.name)[0] == base
        and (parse_unit(other.unit) or own).dimension == unit.dimension
        for other in layer.fields
        if other.unit and unit.dimension != own.dimension
    )
    return unit.becomes(own) and not sibling_takes_it


_Offer = tuple[int, int, int, str, tuple[str, ...], str]


def _offers(field: Field, layer: Layer, columns: Sequence[str], encoding: str) -> list[_Offer]:
    """List what could feed a field: (rank, order of the alias, order of the column, field, columns, unit)."""
    names = [(0, field.name, ""), (1, field.zh, "")]
    names += [(2, alias.text, alias.unit) for alias in field.aliases]
    offers: list[_Offer] = []
    for order, (rank, name, unit) in enumerate(names):
        if "+" in name:
            parts = tuple(c for part in name.split("+") for c in columns if folded(c) == folded(part))
            if len(parts) == name.count("+") + 1:
                offers.append((rank, order, 0, field.name, parts, ""))
            continue
        for place, column in enumerate(columns):
            found = _same(column, name, unit, encoding)
            if found is not None and _fits(parse_unit(found[1]) if found[1] else None, field, layer):
                offers.append((rank + found[0], order, place, field.name, (column,), found[1]))
    return offers


def _same(column: str, name: str, unit: str, encoding: str) -> tuple[int, str] | None:
    """Compare a header with a known name; return (penalty, unit) or None where they differ."""
    base, stated = split_header(column)
    known, known_unit = split_header(name)
    symbol = stated.symbol if stated else ""
    fallback = unit or (known_unit.symbol if known_unit else "")
    if folded(column) == folded(name):
        return 0, symbol or fallback
    if folded(base) == folded(known) and (stated is not None or not known_unit):
        return 0, symbol or unit
    if folded(column) == folded(known):
        return 3, unit  # behind an alias, which may know the unit that is missing here
    if _is_cut(column, name, encoding):
        return 10, "" if known_unit and len(base) <= len(known) else unit
    return None


def _is_cut(column: str, name: str, encoding: str) -> bool:
    """Whether a header is the longer name cut to what a DBF column name holds."""
    size = len(column.encode(encoding, errors="replace"))
    whole = DBF_NAME_BYTES - 2 <= size <= DBF_NAME_BYTES and 1 < len(column) < len(name)
    return whole and folded(name).startswith(folded(column))


def _reading(column: str, layer: Layer, encoding: str) -> str | None:
    """Return what a reading that stands in the file of its assets is, None for another column."""
    readings = layers()["capacity"]
    if layer.name not in ASSET_LEVELS:
        return None
    figures = [
        field for field in readings.fields if field.unit and _offers(field, readings, [column], encoding)
    ]
    return f"{figures[0].name} of layer capacity: import this file there too" if figures else None


def _suggestion(column: str, layer: Layer, bindings: Mapping[str, Binding]) -> str | None:
    base = folded(split_header(column)[0])
    words = {
        folded(split_header(text)[0]): field.name
        for field in layer.fields
        for text in (field.name, field.zh, *(alias.text for alias in field.aliases))
    }
    near = process.extractOne(base, words.keys(), scorer=fuzz.ratio, score_cutoff=60)
    if near is None:
        return None
    name = words[near[0]]
    return f"{name} (now fed by {'+'.join(bindings[name].columns)})" if name in bindings else name
