"""Cursors (分页游标): where the next page begins, and in which edition, in a word that says nothing else."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

from gis.errors import InputError
from gis.words import Words


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins.

    Attributes
    ----------
    edition
        Id of the edition of the first page, so that a publication meanwhile moves no row; "" where the
        collection has no editions.
    after
        Key of the last row before the page.
    """

    edition: str
    after: str

    def written(self) -> str:
        """Return the word."""
        told = json.dumps([self.edition, self.after], ensure_ascii=False, separators=(",", ":"))
        return urlsafe_b64encode(told.encode()).decode().rstrip("=")


def read_cursor(word: str) -> Cursor:
    """Return where a page begins.

    Raises
    ------
    InputError
        The word is none that was handed out.
    """
    try:
        told = json.loads(urlsafe_b64decode(f"{word}{'=' * (-len(word) % 4)}".encode("ascii")))
        edition, after = told
        found = Cursor(edition, after)
        handed_out = found.written() == word and "\0" not in edition and "\0" not in after
    except (ValueError, TypeError, RecursionError) as fault:
        raise InputError(_STRANGE, repair=_REPAIR) from fault
    if not handed_out:
        raise InputError(_STRANGE, repair=_REPAIR)
    return found


_STRANGE: Final = Words("分页游标不是本服务给出的", "the cursor is none that was handed out")
_REPAIR: Final = Words(
    "请使用 next 链接，或不带游标从头开始", "follow the link 'next', or begin again without a cursor"
)
