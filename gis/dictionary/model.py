"""The dictionary's tables read into values.

``layers.csv``, ``columns.csv`` and ``choices.csv`` beside this module are the only place where a layer,
a column, its Chinese header, its unit or an allowed word is written down. Importers, database tables,
checks, ``kaimen import --help`` and the data dictionary of the documentation are all made from them.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

FieldType = Literal["text", "number", "integer", "boolean", "date", "choice", "reference"]

GeometryKind = Literal["point", "line", "polygon", "any"]

IdRule = Literal["name", "content", "id", "reading"]
"""Where an id comes from when the source has none: the normalised name, a hash of the content, nowhere
(an id is a must), or asset and date of a reading."""

ASSET_LEVELS: dict[str, str] = {
    "substations": "substation",
    "main_transformers": "main_transformer",
    "feeders": "feeder",
    "transformers": "transformer",
}
"""Layer of assets -> the level its rows stand on (设备层级)."""

_FIGURES = frozenset(
    {
        ("main_transformers", "rated_kva"),
        ("feeders", "voltage_kv"),
        ("transformers", "rated_kva"),
        ("claims", "site"),
        ("claims", "kva"),
        ("claims", "accepted_on"),
    }
)
"""Required columns, beside references, that open capacity is worked out from."""


@dataclass(frozen=True, slots=True)
class Alias:
    """Another header a column is known by, with the unit it conventionally has ("" for none)."""

    text: str
    unit: str


@dataclass(frozen=True, slots=True)
class Range:
    """Allowed values: an interval, each end open or closed, None for no bound."""

    low: float | None
    low_included: bool
    high: float | None
    high_included: bool

    def __str__(self) -> str:
        low = "" if self.low is None else f"{'at least' if self.low_included else 'more than'} {self.low:g}"
        high = (
            "" if self.high is None else f"{'at most' if self.high_included else 'less than'} {self.high:g}"
        )
        return " and ".join(filter(None, (low, high)))


@dataclass(frozen=True, slots=True)
class Field:
    """One column of one layer (字段).

    Attributes
    ----------
    layer, name
        The layer and the canonical column name; a unit is the name's suffix.
    zh
        The usual Chinese header, unit included.
    aliases
        Other headers it is known by; ``a+b`` joins two columns with a slash (``way/123``).
    type
        What it holds; ``reference`` names a thing of layer ``target`` by id or name.
    target
        Layer a reference points to; ``assets`` stands for all four asset layers; else "".
    unit
        Canonical unit of a number; "" for none.
    required
        Whether a null is a finding.
    range
        Allowed values of a number, or None.
    meaning, meaning_zh
        One sentence for people.
    """

    layer: str
    name: str
    zh: str
    aliases: tuple[Alias, ...]
    type: FieldType
    target: str
    unit: str
    required: bool
    range: Range | None
    meaning: str
    meaning_zh: str

    @property
    def choices(self) -> tuple[str, ...]:
        """Allowed words of a choice; empty for other types."""
        return tuple(dict.fromkeys(choices(self.name).values())) if self.type == "choice" else ()

    @property
    def stored_as(self) -> tuple[str, ...]:
        """Database columns of the field: a reference keeps its words and the id they resolve to."""
        if self.type != "reference":
            return (self.name,)
        stem = self.name.removesuffix("_id")
        return (f"{stem}_ref", f"{stem}_id")


@dataclass(frozen=True, slots=True)
class Layer:
    """One GIS layer (图层).

    Attributes
    ----------
    name, zh
        Canonical and Chinese name.
    geometry
        Kinds of geometry it may hold; empty for a table without geometry.
    id_from
        Where an id comes from when the source has none.
    meaning, meaning_zh
        One sentence for people.
    fields
        Its columns in canonical order.
    """

    name: str
    zh: str
    geometry: tuple[GeometryKind, ...]
    id_from: IdRule
    meaning: str
    meaning_zh: str
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """Return the field of that name; KeyError where there is none."""
        for each in self.fields:
            if each.name == name:
                return each
        raise KeyError(name)

    def fails_without(self, field: Field) -> bool:
        """Return whether open capacity cannot be worked out for a row without this required field.

        A row without another one, a name or a kind, is poorer but counts.
        """
        return field.required and (field.type == "reference" or (self.name, field.name) in _FIGURES)

    @property
    def level(self) -> str | None:
        """Asset level of its rows, or None for a layer that holds no assets."""
        return ASSET_LEVELS.get(self.name)


def _rows(file: str) -> list[dict[str, str]]:
    text = resources.files("gis.dictionary").joinpath(file).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _alias(text: str) -> Alias:
    base, bracket, unit = text.partition("[")
    return Alias(base, unit.removesuffix("]") if bracket else "")


def _range(text: str) -> Range | None:
    if not text:
        return None
    low, high = (float(end) if end else None for end in text[1:-1].split(","))
    return Range(low, text[0] == "[", high, text[-1] == "]")


def _field(row: dict[str, str]) -> Field:
    kind, _, target = row["type"].partition(":")
    return Field(
        layer=row["layer"],
        name=row["column"],
        zh=row["zh"],
        aliases=tuple(_alias(text) for text in row["aliases"].split("|") if text),
        type=kind,  # type: ignore[arg-type]  # a test holds the file to the allowed words
        target=target,
        unit=row["unit"],
        required=row["required"] == "yes",
        range=_range(row["range"]),
        meaning=row["meaning"],
        meaning_zh=row["meaning_zh"],
    )


@cache
def layers() -> dict[str, Layer]:
    """Return every layer by name, in canonical order."""
    fields = [_field(row) for row in _rows("columns.csv")]
    return {
        row["layer"]: Layer(
            name=row["layer"],
            zh=row["zh"],
            geometry=() if row["geometry"] == "none" else tuple(row["geometry"].split("|")),  # type: ignore[arg-type]  # a test holds the file to the allowed words
            id_from=row["id_from"],  # type: ignore[arg-type]  # as above
            meaning=row["meaning"],
            meaning_zh=row["meaning_zh"],
            fields=tuple(field for field in fields if field.layer == row["layer"]),
        )
        for row in _rows("layers.csv")
    }


@cache
def choices(column: str) -> dict[str, str]:
    """Return the words a choice column (or ``boolean``) knows, folded to lower case -> canonical value."""
    words: dict[str, str] = {}
    for row in _rows("choices.csv"):
        if row["column"] == column:
            for word in (row["value"], row["zh"], *row["aliases"].split("|")):
                words[word.strip().lower()] = row["value"]
    return words
