"""Two columns of a notice that end at about the same height, weighed before they are laid out.

The layout engine balances columns by laying them out again and again, which takes seconds for a long notice.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Final

from maps.notice_page import Block, Row
from maps.sketch_labels import width_of

_MM_PER_PT: Final = 25.4 / 72
_COLUMN_MM: Final = 91.0
_LABEL_SHARE: Final = 0.34
_LINE: Final = 1.34
_SET: Final = 0.93
"""Printed letters are a little narrower than those of the map, which keeps names apart."""
_HEADING: Final = 2.2
"""Height of a heading in lines."""


def two_columns(
    blocks: Sequence[Block], letter_pt: float, above_mm: float
) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """Return the blocks of the left and of the right column, in reading order.

    A block that may be cut goes on at the head of the right column without its heading.

    Parameters
    ----------
    blocks
        In reading order; the first one always stands left.
    letter_pt
        Height of the letters, points.
    above_mm
        What else stands in the left column, millimetres.
    """
    units = [unit for block in blocks for unit in _units(block)]
    heights = [_height_mm(unit, letter_pt) for unit in units]
    whole = sum(heights) + above_mm
    first = len(list(_units(blocks[0])))
    left_mm = [above_mm + sum(heights[:at]) for at in range(len(units) + 1)]
    cut = min(range(first, len(units) + 1), key=lambda at: (max(left_mm[at], whole - left_mm[at]), at))
    return _joined(units[:cut]), _joined(units[cut:])


def _units(block: Block) -> list[Block]:
    """Return the parts of a block between which a column may end, the heading with the first row."""
    if block.whole or len(block.rows) < 2:  # noqa: PLR2004  # one row stays with its heading
        return [block]
    last = len(block.rows) - 1
    return [
        Block("" if number else block.title, (row,), block.more if number == last else "")
        for number, row in enumerate(block.rows)
    ]


def _joined(units: Sequence[Block]) -> tuple[Block, ...]:
    joined: list[Block] = []
    for unit in units:
        if unit.title or not joined:
            joined.append(unit)
        else:
            before = joined.pop()
            joined.append(Block(before.title, before.rows + unit.rows, unit.more, before.whole))
    return tuple(joined)


def _height_mm(block: Block, letter_pt: float) -> float:
    letter_mm = letter_pt * _MM_PER_PT
    lines = sum(_lines(row, letter_mm) for row in block.rows) + bool(block.more)
    return (lines * _LINE + _HEADING * bool(block.title)) * letter_mm


def _lines(row: Row, letter_mm: float) -> int:
    """Return about how many lines a row takes."""
    label_mm = _LABEL_SHARE * _COLUMN_MM if row.label else 0.0
    clauses = f" [{row.clauses}]" if row.clauses else ""
    value = ceil(_SET * width_of(row.value + clauses, letter_mm) / (_COLUMN_MM - label_mm))
    label = ceil(_SET * width_of(row.label, letter_mm) / label_mm) if row.label else 1
    return max(value, label, 1)
