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
    if _PLAIN.fullmatch(number):
        return Reading(float(number), unit)
    as_decimal, as_thousands = _readings(number)
    if as_decimal and as_thousands:
        if bool(commas.decimal) == bool(commas.thousands):
            either = f"{number.replace(',', '.')} or {number.replace(',', '')}"
            return Reading(None, unit, f"{text!r} may be {either}")
        as_decimal, as_thousands = bool(commas.decimal), bool(commas.thousands)
    if as_decimal:
        return Reading(float(number.replace(".", "").replace(",", ".")), unit)
    if as_thousands:
        return Reading(float(number.replace(",", "")), unit)
    return Reading(None, unit, f"{text!r} is not a number")


def _clean(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _readings(number: str) -> tuple[bool, bool]:
    """Whether a number can be read with a decimal comma, and with commas between thousands."""
    return bool(_DECIMAL_COMMA.fullmatch(number)), bool(_THOUSANDS_COMMA.fullmatch(number))
