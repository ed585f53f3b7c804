"""A published row in words (公开数据说明): what its figure means and why, from what is published alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gis.capacity.words import Language
from gis.editions.metadata import WORDS
from gis.figures import fixed

_WORD_COLUMNS: Final = tuple(WORDS)


def words_of(row: Mapping[str, Any], language: Language) -> dict[str, str | None]:
    """Return what the words of a row mean: level, bottleneck level, status and reason."""
    at = 0 if language == "zh" else 1
    made: dict[str, str | None] = {}
    for column in _WORD_COLUMNS:
        value = row[column]
        made[column] = None if value is None else WORDS[column].get(value, (value, value))[at]
    return made


def explanation(row: Mapping[str, Any], language: Language, *, banded: bool) -> list[str]:
    """Return sentences that explain a row.

    Parameters
    ----------
    row
        The columns of ``PUBLISHED`` as JSON has them.
    language
        Of the words.
    banded
        Whether figures are lower bounds of bands.

    Examples
    --------
    >>> row = dict.fromkeys(("bottleneck_level", "data_date")) | {
    ...     "asset_id": "F1", "name": "北绿线", "level": "feeder", "status": "unknown",
    ...     "reason": "no_reading", "open_capacity_kva": None, "edition_id": "2026-Q4-1"}
    >>> explanation(row, "en", banded=False)[0]
    'What is open at the feeder 北绿线 is not known, which is not 0.'
    """
    said = words_of(row, language)
    name = row["name"] or row["asset_id"]
    figure, day, edition = row["open_capacity_kva"], row["data_date"], row["edition_id"]
    if language == "zh":
        return _in_chinese(said, name, figure, day, edition, banded=banded)
    return _in_english(said, name, figure, day, edition, banded=banded)


def _in_chinese(  # the parts of a row
    said: Mapping[str, str | None],
    name: str,
    figure: float | None,
    day: str | None,
    edition: str,
    *,
    banded: bool,
) -> list[str]:
    who = f"{said['level'] or '设备'}“{name}”"
    told = [
        f"{who}的可开放容量无数据，不等于0。"
        if figure is None
        else f"{who}的可开放容量{'不少于' if banded else '为'} {fixed(figure)} kVA。"
    ]
    if said["status"]:
        told.append(f"状态：{said['status']}{'，' + said['reason'] if said['reason'] else ''}。")
    if said["bottleneck_level"]:
        told.append(f"余量最小的层级：{said['bottleneck_level']}。")
    return [*told, f"负荷读数日期：{day or '无'}；公开期次：{edition}。"]


def _in_english(  # the parts of a row
    said: Mapping[str, str | None],
    name: str,
    figure: float | None,
    day: str | None,
    edition: str,
    *,
    banded: bool,
) -> list[str]:
    who = f"the {said['level'] or 'asset'} {name}"
    told = [
        f"What is open at {who} is not known, which is not 0."
        if figure is None
        else f"At {who} {'at least ' if banded else ''}{fixed(figure)} kVA are open."
    ]
    if said["status"]:
        told.append(f"Its status is {said['status']}{': ' + said['reason'] if said['reason'] else ''}.")
    if said["bottleneck_level"]:
        told.append(f"The least is left at the level {said['bottleneck_level']}.")
    return [*told, f"Day of the reading: {day or 'none'}. Edition: {edition}."]
