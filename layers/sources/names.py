"""Column names of a file, each of them once."""

from __future__ import annotations

from collections.abc import Iterable


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """Return names in their order, a repeated one with a number, an empty one by its place.

    >>> unique(["name", "", "name", "name_2"])
    ('name', 'column_2', 'name_3', 'name_2')
    """
    plain = [name.strip() or f"column_{place}" for place, name in enumerate(names, 1)]
    taken = set(plain)
    seen: set[str] = set()
    result: list[str] = []
    for name in plain:
        chosen, number = name, 2
        while chosen in seen or (chosen != name and chosen in taken):
            chosen, number = f"{name}_{number}", number + 1
        seen.add(chosen)
        result.append(chosen)
    return tuple(result)
