"""How a utility discloses (公开设置): ``disclosure.toml`` beside this module, and a utility's own file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, get_args

from gis.settings_file import Number, Rising, Rule, Stated, Word, Words, defaults, keys_of, overlaid

Cadence = Literal["monthly", "quarterly", "half_yearly", "yearly"]

CADENCES: Final[Mapping[str, tuple[int, str, str]]] = {
    "monthly": (1, "每月", "monthly"),
    "quarterly": (3, "每季度", "quarterly"),
    "half_yearly": (6, "每半年", "half-yearly"),
    "yearly": (12, "每年", "yearly"),
}
"""Cadence -> months between two editions, Chinese and English."""


@dataclass(frozen=True, slots=True)
class DisclosureSettings(Stated):
    """How editions are made and what they say of themselves.

    Attributes
    ----------
    publisher
        Who publishes (发布单位).
    grid_m
        Side of the cells that positions are generalised to, whole metres.
    bands_kva
        Lower bounds of the bands of open capacity, rising from 0; none for exact figures.
    cadence
        How often an edition is due.
    contact, hotlines
        Whom to ask.
    disclaimer_zh, disclaimer_en
        What the figures do not promise.
    """

    publisher: str
    grid_m: int
    bands_kva: tuple[float, ...]
    cadence: Cadence
    contact: str
    hotlines: str
    disclaimer_zh: str
    disclaimer_en: str


KEYS: Final = keys_of(DisclosureSettings)
"""Names of the settings, in order."""

_RULES: Final[Mapping[str, Rule]] = {
    "publisher": Words(200),
    "grid_m": Number(100, True, 50_000, whole=True),
    "bands_kva": Rising(1e6),
    "cadence": Word(get_args(Cadence)),
    "contact": Words(500),
    "hotlines": Words(200),
    "disclaimer_zh": Words(),
    "disclaimer_en": Words(),
}
"""Key -> what it may be, in the order of the attributes."""


@cache
def default_settings() -> DisclosureSettings:
    """Return the defaults."""
    return defaults(DisclosureSettings, "gis.editions", "disclosure.toml", _RULES)


def read_settings(text: str, name: str) -> DisclosureSettings:
    """Return the defaults with what a utility's own file states put over them.

    Parameters
    ----------
    text
        TOML; any of the keys of ``disclosure.toml``, each at most once.
    name
        Name of the file, for messages and for the edition.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    return overlaid(default_settings(), text, name, _RULES)
