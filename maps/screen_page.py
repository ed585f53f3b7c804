"""The page of screenings (筛查页): a planner asks for one, sees how far it is, and finds the earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from maps.page_frame import PageFrame
from maps.page_words import embedded, words_json

_SAID = ("screen.", "state.", "class.", "ask.supplies.", "ask.auto", "zones.files", "zones.making")
"""What its script says."""


@dataclass(frozen=True, slots=True)
class ScreenPage:
    """What the form offers.

    Attributes
    ----------
    jurisdictions
        Id and name of every policy.
    k, most_k
        Number of options: by default, at most.
    limit_m, most_limit_m
        Longest route, metres: by default, at most.
    """

    jurisdictions: Sequence[tuple[str, str]]
    k: int
    most_k: int
    limit_m: float
    most_limit_m: float


def screen_page_html(content: ScreenPage, frame: PageFrame) -> str:
    """Return the page."""
    return frame.render(
        "screen_page.html.j2",
        content=content,
        data=embedded({"language": frame.language, "jurisdictions": dict(content.jurisdictions)}),
        words=words_json(frame.language, _SAID),
    )
