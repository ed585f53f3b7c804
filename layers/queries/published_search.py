"""Finding published assets by words (检索): ids, names and substations in the one normal form of names."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import cache

from sqlalchemy import Engine

from gis.names import normal_name
from layers.queries.reading import reading
from layers.queries.statements import statement

_BETWEEN = "\n"  # in no normal form: blanks are folded away


class Finder:
    """The words of an edition's assets in one long text, which is searched as a whole.

    Parameters
    ----------
    assets
        Id, name and substation of each, ascending by the bytes of the id; an id is never missing.
    """

    def __init__(self, assets: Iterable[tuple[str, str | None, str | None]]) -> None:
        normal = cache(_folded)  # substations repeat
        self._ids: list[str] = []
        self._starts: list[int] = []
        parts: list[str] = []
        at = 0
        for asset, name, substation in assets:
            words = _BETWEEN.join((_folded(asset), _folded(name or ""), normal(substation or ""), ""))
            self._ids.append(asset)
            self._starts.append(at)
            parts.append(words)
            at += len(words)
        self._text = "".join(parts)

    def __len__(self) -> int:
        return 2 * len(self._text) + 80 * len(self._ids)  # bytes, about: Chinese text takes two a letter

    def find(self, words: str) -> list[str] | None:
        """Return the ids of assets whose id, name or substation holds the words; None for no words."""
        wanted = _folded(words)
        if not wanted:
            return None
        found: list[str] = []
        at = self._text.find(wanted)
        while at >= 0:
            row = bisect_right(self._starts, at) - 1
            found.append(self._ids[row])
            after = row + 1
            at = self._text.find(wanted, self._starts[after]) if after < len(self._starts) else -1
        return found


def _folded(words: str) -> str:
    return normal_name(words).casefold()


def read_finder(engine: Engine, edition: str) -> Finder:
    """Return what finds the assets of an edition."""
    with reading(engine) as connection, connection.cursor() as cursor:
        return Finder(cursor.execute(statement("published_names"), {"edition": edition}))
