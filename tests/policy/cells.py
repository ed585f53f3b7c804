"""The cells of the table of facts that the cases must reach: read from it, to hold the kept list to it."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SECTION = re.compile(r"^## (\d)\.")
_EMPTY = {"", "—", "same"}
_SHORT = {"together": "total", "application": "energised", "building": "works"}
_LABELS = {"id", "clause", "condition", "which"}


def cells(text: str) -> Iterator[str]:
    """Yield the name of every cell that says something: section, table, row, column."""
    section, table = "", ""
    header: list[str] = []
    count: dict[str, int] = {}
    for line in text.splitlines():
        found = _SECTION.match(line)
        if found:
            section, table, header = found[1], "", []
        if not section:
            continue
        if not line.startswith("|"):
            header = []
            continue
        row = [each.strip() for each in line.strip("|").split("|")]
        if set(row[0]) <= set("-"):
            continue
        if not header:
            header, table = row, chr(ord(table) + 1) if table else "a"
            continue
        yield from _row(f"{section}{table}", header, row, count)


def _row(place: str, header: list[str], row: list[str], count: dict[str, int]) -> Iterator[str]:
    key = f"{place} {row[0]}"
    if place == "1a":
        count[key] = count.get(key, 0) + 1
        yield f"{key} {count[key]}"
        return
    name, _, what = key.partition(": ")
    if what:
        key = f"{name}: {next(short for long, short in _SHORT.items() if long in what)}"
    for title, value in zip(header[1:], row[1:], strict=True):
        if title not in _LABELS and value not in _EMPTY and not value.startswith("—"):
            yield f"{key}: {title}"
