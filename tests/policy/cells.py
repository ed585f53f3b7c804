"""The cells of the table of facts that the cases must reach, read from it, to hold the kept list to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SECTION = re.compile(r"^## (\d)\.")
_SHORT = {"together": "total", "application": "energised", "building": "works"}
_LABELS = {"id", "clause"}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLAUSE = re.compile(r"[一二三四]\([一二三四五六七九]\)\d*(?:-\d+)?|(?:ledger|annex) \d+|notes? \d+")
_ITEMS = re.compile(r"(.*?)(\d+)(?:-(\d+))?")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its name (section, table, row, column), what stands in it, and in its row's clause column."""

    name: str
    text: str
    clause: str

    def days(self) -> set[str]:
        """Return the days named in the cell or beside the clause."""
        return set(_DAY.findall(f"{self.text} {self.clause}"))

    def figures(self) -> set[float]:
        """Return the figures of the cell; days and clauses are none."""
        text = _CLAUSE.sub(" ", _DAY.sub(" ", self.text))
        return {float(each.replace(",", "")) for each in _NUMBER.findall(text)}

    def clauses(self) -> set[str]:
        """Return the clauses that row and cell name: of a range each; a bare number goes on with the book."""
        found = {each for each in _CLAUSE.findall(self.text) if not each.startswith("note")}
        book = ""
        for part in re.split(r"[,;] *", self.clause):
            name = re.sub(r" ?notes? .*", "", part)
            items = _ITEMS.fullmatch(name)
            if items is None:
                found |= {name} if re.match("[一二三四]", name) else set()
                continue
            book = items[1] or book
            found |= {f"{book}{item}" for item in range(int(items[2]), int(items[3] or items[2]) + 1)}
        return {clause for clause in found if not clause.startswith("from")}


def cells(text: str) -> Iterator[Cell]:
    """Yield every cell of the tables of sections one to seven, those without a value included."""
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
        row = [each.strip() for each in line.strip().strip("|").split("|")]
        if set(row[0]) <= set("-"):
            continue
        if not header:
            header, table = row, chr(ord(table) + 1) if table else "a"
            continue
        yield from _row(f"{section}{table}", header, row, count)


def _row(place: str, header: list[str], row: list[str], count: dict[str, int]) -> Iterator[Cell]:
    key = f"{place} {row[0]}"
    clause = row[header.index("clause")] if len(row) == len(header) and "clause" in header else ""
    if place == "1a":
        count[key] = count.get(key, 0) + 1
        yield Cell(f"{key} {count[key]}", " | ".join(row[1:-1]), clause)
        return
    name, _, what = key.partition(": ")
    if what:
        key = f"{name}: {next(short for long, short in _SHORT.items() if long in what)}"
    for title, value in zip(header[1:], row[1:], strict=False):
        if title not in _LABELS:
            yield Cell(f"{key}: {title}", value, clause)
