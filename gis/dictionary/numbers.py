"""Numbers as people write them: decimal commas, blanks between thousands, a unit behind the figure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from gis.units import Unit, split_measure

NULL_WORDS = frozenset(
    {
        "",
        "-",
        "--",
        "---",
        "—",
        "——",
        "/",
        "\\",
        "null",
        "none",
        "nan",
        "n/a",
        "#n/a",
        "<null>",
        "#ref!",
        "#value!",
        "#div/0!",
        "nil",
        "暂无",
        "无",
        "空",
    }
)
"""Words that stand for "no value" (folded to half width and lower case)."""

_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+(?:\.\d{3})*,\d+")
_THOUSANDS_COMMA = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_THOUSANDS_POINT = re.compile(r"[+-]?\d{1,3}\.\d{3}")
_BLANKS = re.compile(r"[\s'’]+")


@dataclass(frozen=True, slots=True)
class CommaUse:
    """How often a column's comma can only be a decimal sign, or only part the thousands."""

    decimal: int = 0
    thousands: int = 0
    example: str = ""

    def learn(self, texts: Iterable[str]) -> CommaUse:
        """Return the count with these texts added; those that could be either do not count."""
        decimal, thousands, example = self.decimal, self.thousands, self.example
        for text in texts:
            number = _BLANKS.sub("", split_measure(_clean(text))[0])
            if "," not in number:
                continue
            as_decimal, as_thousands = _readings(number)
            decimal += as_decimal and not as_thousands
            thousands += as_thousands and not as_decimal
            example = example or (text if as_decimal and not as_thousands else "")
        return replace(self, decimal=decimal, thousands=thousands, example=example)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says: a figure with its own unit, nothing, or why it is no number."""

    value: float | None
    unit: Unit | None = None
    fault: str | None = None


def is_null(text: str) -> bool:
    """Whether a text stands for "no value"."""
    return _clean(text).lower() in NULL_WORDS


def read_number(text: str, commas: CommaUse) -> Reading:
    """Read one number.

    Parameters
    ----------
    text
        As in the file.
    commas
        What the column's other values say about its comma.

    Examples
    --------
    >>> read_number("99,33", CommaUse()).value, read_number("10 kV", CommaUse()).value
    (99.33, 10.0)
    >>> read_number("1,234", CommaUse()).fault
    "'1,234' may be 1.234 or 1234"
    >>> read_number("1,234", CommaUse(decimal=5)).value
    1.234
    """
    clean = _clean(text)
    if clean.lower() in NULL_WORDS:
        return Reading(None)
    figure, unit = split_measure(clean)
    number = _BLANKS.sub("", figure)
    readings = _values(number, commas)
    if not readings:
        return Reading(None, unit, f"{text!r} is not a number")
    if len(readings) > 1:
        either = " or ".join(f"{value:.12g}" for value in sorted(readings))
        return Reading(None, unit, f"{text!r} may be {either}")
    return Reading(readings.pop(), unit)


def _values(number: str, commas: CommaUse) -> set[float]:
    """Return what a number can mean beside the column's other values; none where it is no number."""
    if _PLAIN.fullmatch(number):
        grouped = commas.decimal and _THOUSANDS_POINT.fullmatch(number)
        return {float(number), float(number.replace(".", ""))} if grouped else {float(number)}
    as_decimal, as_thousands = _readings(number)
    if as_decimal and as_thousands and bool(commas.decimal) != bool(commas.thousands):
        as_decimal, as_thousands = bool(commas.decimal), bool(commas.thousands)
    values = set()
    if as_decimal:
        values.add(float(number.replace(".", "").replace(",", ".")))
    if as_thousands:
        values.add(float(number.replace(",", "")))
    return values


def _clean(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _readings(number: str) -> tuple[bool, bool]:
    """Whether a number can be read with a decimal comma, and with commas between thousands."""
    return bool(_DECIMAL_COMMA.fullmatch(number)), bool(_THOUSANDS_COMMA.fullmatch(number))
