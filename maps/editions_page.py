"""The page of the editions (公开期次页): what was published, whether it is whole, what changed, the files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gis.editions.diff import Diff
from gis.words import Language
from maps.edition_page import sentence
from maps.page_frame import PageFrame

MOST: Final = 200
"""Changes told one by one on the page; the files tell all."""


@dataclass(frozen=True, slots=True)
class EditionsPage:
    """What the page shows.

    Attributes
    ----------
    editions
        Newest first, as the interface prints them, each with its ``files``: href, ending, size.
    broken
        Id and fault of the first edition that is not as it was published; None where all are.
    next_due
        Day by which the next one is due; "" where there is none.
    late_days
        By how many days it is late.
    diff
        Two editions compared; None where nothing is.
    """

    editions: Sequence[Mapping[str, Any]]
    broken: tuple[str, str] | None
    next_due: str
    late_days: int
    diff: Diff | None


def editions_page_html(page: EditionsPage, frame: PageFrame) -> str:
    """Return the page."""
    broken = None if page.broken is None else {"id": page.broken[0], "what": page.broken[1]}
    return frame.render(
        "editions_page.html.j2",
        editions=page.editions,
        broken=broken,
        next_due=page.next_due,
        late_days=page.late_days,
        diff=None if page.diff is None else _told(page.diff, frame.language),
    )


def _told(diff: Diff, language: Language) -> dict[str, Any]:
    return {
        "one": diff.one.id,
        "other": diff.other.id,
        "added": f"{len(diff.added):,}",
        "removed": f"{len(diff.removed):,}",
        "changed": f"{len(diff):,}",
        "reasons": [(cause.say(language), number) for cause, number in diff.by_reason().items()],
        "sentences": [sentence(each, language) for each in diff.changes(MOST)],
        "left": max(0, len(diff) - MOST),
    }
