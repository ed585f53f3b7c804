"""Every word of a policy that a person reads, Chinese and English, from one file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from gis.policy.model import Scalar
from gis.words import Language, Words, read_words


@cache
def vocabulary() -> Mapping[str, Words]:
    """Return all words by key."""
    return MappingProxyType(read_words("gis.policy"))


def words(key: str) -> Words:
    """Return the words of a key; KeyError where there are none."""
    return vocabulary()[key]


def value_words(name: str, value: Scalar | None, language: Language) -> str:
    """Return the value of a fact as people say it.

    >>> value_words("important", True, "en"), value_words("area", "rural", "zh")
    ('yes', '农村')
    """
    if value is None:
        return words("passed.unknown")[language]
    if isinstance(value, bool):
        return words(f"value.{str(value).lower()}")[language]
    if isinstance(value, str):
        return words(f"value.{name}.{value}")[language]
    return f"{value:.10g}"


def figure_words(name: str, number: float, language: Language) -> str:
    """Return a figure of a target as people say it.

    >>> figure_words("urban_hours_a_year", 5, "en"), figure_words("whole_percent_less_each_year", 8, "zh")
    ('urban 5 hours a year', '全域每年减少 8%')
    """
    place, _, unit = name.partition("_")
    told = words(f"place.{place}")[language]
    return words(f"figure.{unit}")[language].format(place=told, number=f"{number:g}")
